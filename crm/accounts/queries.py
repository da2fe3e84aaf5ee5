"""How people are found."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.accounts.models import SignIn, User
from crm.kit.db import db


def by_username(username: str) -> User | None:
    """Return the account of that name, whatever its state."""
    return db.session.scalars(select(User).where(User.username == username)).first()


def signed_in(token: str, now: datetime) -> SignIn | None:
    """Return the session a cookie's ``token`` stands for, unless it has ended, run out, or its user was disabled."""
    query = (
        select(SignIn)
        .join(SignIn.user)
        .options(joinedload(SignIn.user))
        .where(SignIn.token_sha256 == sha256(token.encode()).hexdigest())
        .where(SignIn.ended_at.is_(None), SignIn.expires_at > now, User.active)
    )
    return db.session.scalars(query).first()
