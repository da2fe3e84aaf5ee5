"""How people are found."""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from crm.accounts.models import Agency, FailedAttempt, Invitation, SignIn, User
from crm.kit import clock
from crm.kit.db import Base, db


def by_username(username: str) -> User | None:
    """Return the account of that name, whatever its state."""
    return db.session.scalars(select(User).where(User.username == username)).first()


def get(user_id: int) -> User:
    """Return one account; NotFound (404) when there is none."""
    return db.one_or_404(select(User).where(User.id == user_id))


def signed_in(token: str, now: datetime) -> SignIn | None:
    """Return the session a cookie's ``token`` stands for, unless it has ended, run out, or its user was closed."""
    digest = sha256(token.encode()).hexdigest()
    return db.session.scalars(_SIGNED_IN, {"digest": digest, "now": now}).first()


# Asked by every request, so it is put together once.
_SIGNED_IN = (
    select(SignIn)
    .join(SignIn.user)
    .options(joinedload(SignIn.user))
    .where(SignIn.token_sha256 == bindparam("digest"))
    .where(SignIn.ended_at.is_(None), SignIn.expires_at > bindparam("now"), User.active)
)


def failures(keys: Sequence[str]) -> list[FailedAttempt]:
    """Return the failures counted for an account name and an address; on PostgreSQL they are locked for the count."""
    return list(db.session.scalars(select(FailedAttempt).where(FailedAttempt.key.in_(keys)).with_for_update()))


def invitation(token: str, now: datetime) -> Invitation | None:
    """Return the invitation of ``token`` while it can be used."""
    query = select(Invitation).join(Invitation.user).options(joinedload(Invitation.user))
    query = query.where(Invitation.token_sha256 == sha256(token.encode()).hexdigest(), User.active)
    return db.session.scalars(query.where(Invitation.used_at.is_(None), Invitation.expires_at > now)).first()


def everybody() -> list[tuple[User, datetime | None]]:
    """Return every account with its last sign-in, closed ones last."""
    last = select(func.max(SignIn.began_at)).where(SignIn.user_id == User.id).correlate(User).scalar_subquery()
    query = select(User, last).options(joinedload(User.agency)).order_by(User.active.desc(), User.role, User.name)
    return [(user, at) for user, at in db.session.execute(query)]


def sessions(user: User) -> list[SignIn]:
    """Return the user's sessions that are open."""
    query = select(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None), SignIn.expires_at > clock.now())
    return list(db.session.scalars(query.order_by(SignIn.began_at.desc())))


def firm_id_of(uscc: str) -> int | None:
    """Return the id of the firm with that code; firms are a floor above, so the table is asked by its name."""
    firm = Base.metadata.tables["firm"]
    return db.session.scalar(select(firm.c.id).where(firm.c.uscc == uscc.strip().upper()))


def uscc_of(firm_id: int | None) -> str | None:
    """Return the code of a firm."""
    firm = Base.metadata.tables["firm"]
    return db.session.scalar(select(firm.c.uscc).where(firm.c.id == firm_id)) if firm_id else None


def names_of(ids: Collection[int]) -> dict[int, str]:
    """Return {user id: name}."""
    query = select(User.id, User.name).where(User.id.in_(ids))
    return dict(db.session.execute(query).all()) if ids else {}


def agency_names_of(ids: Collection[int]) -> dict[int, str]:
    """Return {agency id: name}."""
    query = select(Agency.id, Agency.name).where(Agency.id.in_(ids))
    return dict(db.session.execute(query).all()) if ids else {}
