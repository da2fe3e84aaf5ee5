"""What is done to accounts: sign in and out, invite, change, close."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, select, update

from crm.accounts import queries
from crm.accounts.models import Agency, FailedAttempt, Invitation, SignIn, User
from crm.domain import passwords
from crm.domain.access import FIRM_ROLES, Role
from crm.domain.errors import Refused
from crm.journal.service import System, changes, record
from crm.kit import clock
from crm.kit.db import db

# OWASP's argon2id parameters for 19 MiB: about 30 ms a check on the machine we measured.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Verified when no such account exists, so that the answer takes as long as for one that does.
_NOBODY = _hasher.hash(secrets.token_hex())
INVITATION_HOLDS = timedelta(hours=72)


def hash_password(password: str) -> str:
    """Return the argon2id hash to keep."""
    return _hasher.hash(password)


@dataclass(frozen=True)
class Attempt:
    """What became of a try to sign in: the user, or the moment from which the next try counts."""

    user: User | None
    wait_until: datetime | None = None


def try_password(username: str, password: str, address: str) -> Attempt:
    """Check a password and count the failure; the caller keeps the transaction either way.

    A wrong name, a wrong password, a closed account and one not yet opened look and take the same. While an account or
    an address has to wait, nothing is checked, and the wait is told; the right password after it works.
    """
    now = clock.now()
    keys = {
        f"name:{username[:64].lower()}": passwords.FREE_TRIES,
        f"address:{address}": passwords.FREE_TRIES_OF_ADDRESS,
    }
    held = {item.key: item for item in queries.failures(list(keys))}
    waiting = max((item.wait_until for item in held.values()), default=now)
    if waiting > now:
        return Attempt(None, waiting)
    user = queries.by_username(username)
    usable = user is not None and user.active and user.password_hash is not None
    if not _matches(user.password_hash if user and usable else None, password):
        for key, free in keys.items():
            item = held.get(key) or FailedAttempt(key=key, count=0)
            item.count, item.last_at = item.count + 1, now
            item.wait_until = now + passwords.wait_after(item.count, free)
            db.session.add(item)
        record(
            "account.sign_in_failed",
            System(),
            "user",
            user.id if user else None,
            username=username[:64],
            address=address,
        )
        return Attempt(None)
    if user is not None:
        db.session.execute(delete(FailedAttempt).where(FailedAttempt.key == f"name:{username[:64].lower()}"))
    return Attempt(user)


def _matches(held: str | None, password: str) -> bool:
    try:
        return _hasher.verify(held or _NOBODY, password) and held is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def open_session(user: User, *, address: str, agent: str, hours: int) -> str:
    """Open a session and return its token: the token goes into the cookie, its hash into the table."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        SignIn(
            token_sha256=_digest(token),
            user_id=user.id,
            began_at=now,
            expires_at=now + timedelta(hours=hours),
            address=address[:64],
            agent=agent[:200],
        )
    )
    record("account.signed_in", user, "user", user.id, address=address)
    return token


def sign_out(session: SignIn) -> None:
    """End one session: its cookie is worth nothing from now on."""
    session.ended_at = clock.now()
    record("account.signed_out", session.user, "user", session.user_id)


def end_session(session_id: int, user: User) -> None:
    """End one of the user's own sessions. Raises Refused when it is not the user's."""
    session = db.session.scalars(select(SignIn).where(SignIn.id == session_id, SignIn.user_id == user.id)).first()
    if session is None:
        raise Refused("没有这个登录")
    sign_out(session)


def end_sessions(user: User) -> None:
    """End all sessions of ``user``: after a new password, a new role, or when the account is closed."""
    open_ones = update(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
    db.session.execute(open_ones.values(ended_at=clock.now()))


def create(actor: Any, values: Mapping[str, Any]) -> tuple[User, str]:
    """Open an account without a password; return it and the token of its invitation.

    Raises Refused for a name in use, or a scope that does not fit the role.
    """
    if queries.by_username(values["username"]) is not None:
        raise Refused("这个用户名已有人用", field="username")
    user = User(username=values["username"], created_at=clock.now(), **_scope(values))
    db.session.add(user)
    db.session.flush()
    record(
        "account.created", actor, "user", user.id, changes=changes({}, {**_scope(values), "username": user.username})
    )
    return user, invite(user, actor)


def change(user: User, actor: User, values: Mapping[str, Any]) -> None:
    """Change name, role and scope; a change of what the account may see ends its sessions at once."""
    scope = _scope(values)
    if user.role is Role.ADMIN and scope["role"] is not Role.ADMIN:
        _refuse_last_administrator(user)
    changed = changes({key: getattr(user, key) for key in scope}, scope)
    if not changed:
        return
    for key, value in scope.items():
        setattr(user, key, value)
    if changed.keys() - {"name"}:
        end_sessions(user)
    record("account.changed", actor, "user", user.id, changes=changed)


def _scope(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return role and what it sees; each role has exactly the kind of scope that fits it."""
    role = Role(values["role"])
    firm_id = agency_id = None
    if role in FIRM_ROLES:
        firm_id = queries.firm_id_of(values.get("uscc") or "")
        if firm_id is None:
            raise Refused("企业账号要填库里已有企业的统一社会信用代码", field="uscc")
    if role is Role.AGENCY:
        name = values.get("agency") or ""
        if not name:
            raise Refused("服务机构账号要填机构名称", field="agency")
        agency_id = _agency(name).id
    city = role in {Role.OFFICER, Role.MANAGER}
    whole_city = bool(values.get("whole_city")) and city
    districts = list(values.get("districts") or []) if city and not whole_city else []
    if city and not whole_city and not districts:
        raise Refused("请选择所管的区，或勾选全市", field="districts")
    return {
        "name": values["name"],
        "role": role,
        "firm_id": firm_id,
        "agency_id": agency_id,
        "whole_city": whole_city,
        "districts": districts,
    }


def _agency(name: str) -> Agency:
    found = db.session.scalars(select(Agency).where(Agency.name == name)).first()
    if found is None:
        found = Agency(name=name)
        db.session.add(found)
        db.session.flush()
    return found


def close(user: User, actor: User) -> None:
    """Close an account; its sessions end at once. Raises Refused for one's own and for the last administrator's."""
    if user.id == actor.id:
        raise Refused("不能停用自己的账号")
    if user.role is Role.ADMIN:
        _refuse_last_administrator(user)
    user.active = False
    end_sessions(user)
    record("account.closed", actor, "user", user.id)


def reopen(user: User, actor: User) -> None:
    """Open a closed account again."""
    user.active = True
    record("account.reopened", actor, "user", user.id)


def _refuse_last_administrator(user: User) -> None:
    others = select(func.count()).select_from(User).where(User.role == Role.ADMIN, User.active, User.id != user.id)
    if not db.session.scalar(others):
        raise Refused("这是最后一个系统管理员，不能停用或改换角色")


def invite(user: User, actor: Any) -> str:
    """Return the token of a new invitation; earlier ones are worth nothing from now on."""
    now = clock.now()
    older = update(Invitation).where(Invitation.user_id == user.id, Invitation.used_at.is_(None))
    db.session.execute(older.values(used_at=now))
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        token_sha256=_digest(token), user_id=user.id, created_at=now, expires_at=now + INVITATION_HOLDS
    )
    db.session.add(invitation)
    record("account.invited", actor, "user", user.id)
    return token


def accept(token: str, password: str) -> User:
    """Set the password by an invitation; all sessions end. Raises Refused for a spent link or a weak password."""
    invitation = queries.invitation(token, clock.now())
    if invitation is None:
        raise Refused("这个链接已经用过或过期：请联系系统管理员重新发一个")
    user = invitation.user
    passwords.check(password, user.username)
    invitation.used_at = clock.now()
    user.password_hash = hash_password(password)
    end_sessions(user)
    record("account.password_set", user, "user", user.id)
    return user


def change_password(user: User, old: str, new: str) -> None:
    """Change one's own password; every session ends, this one too. Raises Refused for a wrong old one."""
    if not _matches(user.password_hash, old):
        raise Refused("现在的密码不对", field="old")
    passwords.check(new, user.username)
    user.password_hash = hash_password(new)
    end_sessions(user)
    record("account.password_set", user, "user", user.id)


def first_administrator() -> str | None:
    """Open the first administrator's account; return its invitation's token, or None when somebody can sign in."""
    ready = (
        select(func.count())
        .select_from(User)
        .where(User.role == Role.ADMIN, User.active, User.password_hash.is_not(None))
    )
    if db.session.scalar(ready):
        return None
    user = queries.by_username("admin")
    if user is not None:
        return invite(user, System())
    return create(System(), {"username": "admin", "name": "系统管理员", "role": Role.ADMIN})[1]


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
