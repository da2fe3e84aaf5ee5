"""People and their keys: users, agencies, sign-ins, invitations, failed attempts."""

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.domain.access import Role
from crm.kit.db import Base


class Agency(Base):
    """A service agency (一区一机构); it works on the firms assigned to it."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)


class User(Base, UserMixin):
    """Somebody who signs in. A password is set by its owner only, through an invitation link."""

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint(
            "(role IN ('firm_editor', 'firm_certifier')) = (firm_id IS NOT NULL)", name="firm_role_has_firm"
        ),
        CheckConstraint("(role = 'agency') = (agency_id IS NOT NULL)", name="agency_role_has_agency"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    # District codes (GB/T 2260) an officer or manager works on; whole_city lifts the limit.
    districts: Mapped[list[str]] = mapped_column(JSON, default=list)
    whole_city: Mapped[bool] = mapped_column(default=False)
    # use_alter: a firm names its officer and a firm's user names the firm, so one of the two keys comes later.
    firm_id: Mapped[int | None] = mapped_column(
        ForeignKey("firm.id", name="fk_user_firm_id", use_alter=True), index=True
    )
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(String(8), default="zh_CN")
    created_at: Mapped[datetime]

    agency: Mapped[Agency | None] = relationship()

    @property
    def is_active(self) -> bool:
        """Whether the account may be used (the name is Flask-Login's)."""
        return self.active


class SignIn(Base):
    """One session of one user on one device; ended means ended, whatever cookie comes."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))

    user: Mapped[User] = relationship()


class Invitation(Base):
    """A link, good once and for a while, by which the owner sets the password."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class FailedAttempt(Base):
    """Wrong passwords, counted per account name and per address; the wait grows with the count."""

    __tablename__ = "failed_attempt"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)  # "name:<username>" or "address:<ip>"
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    wait_until: Mapped[datetime]
