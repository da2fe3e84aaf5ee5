"""What is kept of a firm."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.domain.finding import Handle
from crm.domain.ladder import Rung
from crm.domain.records import (
    AchievementKind,
    FirmStatus,
    IpKind,
    IpOrigin,
    Jurisdiction,
    Level,
    Source,
)
from crm.kit import files
from crm.kit.db import Base, partial_index


class Firm(Base):
    """One firm. ``uscc`` is its key; districts, officer and agency are those in force today.

    Their history is in Move and Assignment; a firm that left the city stays with the district it left. ``version``
    counts saves: an edit that began from an older version is refused. Facts that nobody has stated yet are None.
    ``registered_capital`` is in fen. ``completeness`` (0-100) and ``last_contact_on`` are worked out from the rest of
    the file by firms/derived.py and by nobody else. ``merged_into_id`` names the file that took this one in, never a
    merged one: one step leads to the file in use (``queries.follow``).
    """

    __tablename__ = "firm"
    __table_args__ = (
        # Merged files are out of sight: whoever counts, or pages by name or by the last change, reads the index alone.
        Index("ix_firm_registration_district_name", "registration_district", "name", "id", "merged_into_id"),
        Index("ix_firm_officer_id_name", "officer_id", "name", "id", "merged_into_id", "tech_field"),
        Index("ix_firm_name_merged_into_id_id", "name", "merged_into_id", "id"),
        Index("ix_firm_updated_at", "updated_at", "id", "merged_into_id"),
        partial_index("ix_firm_merged_into_id", "merged_into_id", where="merged_into_id IS NOT NULL"),
        CheckConstraint("length(uscc) = 18", name="uscc_length"),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged"),
        # A file that was removed leaves its trail: its number is never given to another firm.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    legal_representative: Mapped[str | None] = mapped_column(String(64))
    registered_capital: Mapped[int | None]
    established_on: Mapped[date | None]
    status: Mapped[FirmStatus] = mapped_column(default=FirmStatus.ACTIVE)
    address: Mapped[str | None] = mapped_column(String(300))
    registration_district: Mapped[str | None] = mapped_column(String(6))
    tax_district: Mapped[str | None] = mapped_column(String(6))
    statistics_district: Mapped[str | None] = mapped_column(String(6))
    industry_code: Mapped[str | None] = mapped_column(String(4), index=True)
    tech_field: Mapped[str | None] = mapped_column(String(8))
    clusters: Mapped[list[str]] = mapped_column(JSON, default=list)
    main_product: Mapped[str | None] = mapped_column(String(200))
    park: Mapped[str | None] = mapped_column(String(100), index=True)
    incubator: Mapped[str | None] = mapped_column(String(100), index=True)
    resident_enterprise: Mapped[bool | None]
    audited_collection: Mapped[bool | None]
    restricted_product: Mapped[bool | None]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    note: Mapped[str | None] = mapped_column(Text)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"))
    completeness: Mapped[int] = mapped_column(default=0, server_default="0", index=True)
    last_contact_on: Mapped[date | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    former_names: Mapped[list["FormerName"]] = relationship(order_by="FormerName.until_on.desc()")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own spelling


class FormerName(Base):
    """A name the firm had until a day; None when the day is not known."""

    __tablename__ = "former_name"
    __table_args__ = (UniqueConstraint("firm_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    name: Mapped[str] = mapped_column(String(200), index=True)
    until_on: Mapped[date | None]


class FirmHandle(Base):
    """Something a firm is found by (``crm/domain/finding.py``), worked out from its names, code and contacts.

    Written by ``firms.names.refresh`` only. ``length`` is that of the firm's name: of two hits the shorter comes first.
    A migration keeps an index over every two neighbouring characters of ``text``.
    """

    __tablename__ = "firm_handle"
    __table_args__ = (
        Index("ix_firm_handle_kind_text", "kind", "text"),
        Index("ix_firm_handle_kind_length_firm_id_text", "kind", "length", "firm_id", "text"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"), index=True)
    kind: Mapped[Handle]
    # Compared byte by byte on either database, so that what begins with a text is a range of the index.
    text: Mapped[str] = mapped_column(String(1200).with_variant(String(1200, collation="C"), "postgresql"))
    shown: Mapped[str] = mapped_column(String(200))
    length: Mapped[int]


class Move(Base):
    """From a day on, the firm belongs to ``district`` for one purpose; the latest is in force.

    ``district`` ELSEWHERE: the firm has left the city, for ``place`` in words. ``previous``: the district it comes
    from, None when the file was opened with this one. ``applied``: the file says so already; what is dated ahead waits
    for the night of its day.
    """

    __tablename__ = "move"
    __table_args__ = (
        UniqueConstraint("firm_id", "jurisdiction", "since_on"),
        Index("ix_move_previous_since_on", "previous", "since_on"),
        Index("ix_move_applied_since_on", "applied", "since_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    jurisdiction: Mapped[Jurisdiction]
    district: Mapped[str] = mapped_column(String(6))
    since_on: Mapped[date]
    previous: Mapped[str | None] = mapped_column(String(6))
    place: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(String(300))
    applied: Mapped[bool] = mapped_column(default=True, server_default=true())
    made_by: Mapped[str | None] = mapped_column(String(64))
    made_at: Mapped[datetime | None]


class Contact(Base):
    """Somebody at the firm. Personal data: shown to those who work with the firm, masked to others."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    post: Mapped[str | None] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(32))
    email: Mapped[str | None] = mapped_column(String(200))
    main: Mapped[bool] = mapped_column(default=False)


class AnnualReturn(Base):
    """What one source stated of one firm's year; never changed, only superseded by a higher ``version``.

    Money in fen, staff in persons; None means the source did not state the figure. Figure names and meanings:
    crm/domain/records.py FIGURES.
    """

    __tablename__ = "annual_return"
    __table_args__ = (UniqueConstraint("firm_id", "year", "source", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    year: Mapped[int]
    source: Mapped[Source]
    version: Mapped[int] = mapped_column(default=1)
    stated_at: Mapped[datetime]
    stated_by: Mapped[str] = mapped_column(String(64))

    revenue: Mapped[int | None]
    main_revenue: Mapped[int | None]
    total_income: Mapped[int | None]
    ht_income: Mapped[int | None]
    main_product_income: Mapped[int | None]
    costs_and_expenses: Mapped[int | None]
    total_assets: Mapped[int | None]
    total_liabilities: Mapped[int | None]
    net_profit: Mapped[int | None]
    tax_paid: Mapped[int | None]
    rd_tax: Mapped[int | None]
    rd_hte: Mapped[int | None]
    rd_hte_domestic: Mapped[int | None]
    rd_hte_other: Mapped[int | None]
    rd_accounts: Mapped[int | None]
    employees_total: Mapped[int | None]
    tech_staff: Mapped[int | None]
    rd_staff: Mapped[int | None]
    conversions: Mapped[int | None]


class Certification(Base):
    """A certificate or registration that makes a rung: valid from ``issued_on`` to ``expires_on``, both days included.

    ``revoked_on`` ends it earlier: from that day on it does not count.
    """

    __tablename__ = "certification"
    __table_args__ = (
        UniqueConstraint("firm_id", "kind", "number"),
        # Who holds what on a day is answered by these alone, for all firms and for one.
        Index("ix_certification_kind_held", "kind", "expires_on", "issued_on", "revoked_on", "firm_id"),
        Index("ix_certification_firm_id_held", "firm_id", "kind", "issued_on", "expires_on", "revoked_on"),
        CheckConstraint("expires_on IS NULL OR expires_on >= issued_on", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    kind: Mapped[Rung]
    number: Mapped[str] = mapped_column(String(64))
    batch: Mapped[str | None] = mapped_column(String(64))
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    revoked_on: Mapped[date | None]
    revoked_why: Mapped[str | None] = mapped_column(String(200))


class IntellectualProperty(Base):
    """A right or an application. ``core``: it carries the main product (195号三(二)); None means nobody has said."""

    __tablename__ = "intellectual_property"
    __table_args__ = (UniqueConstraint("firm_id", "kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    kind: Mapped[IpKind]
    number: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    applied_on: Mapped[date | None]
    granted_on: Mapped[date | None]
    lapsed_on: Mapped[date | None]
    origin: Mapped[IpOrigin | None]
    core: Mapped[bool | None]
    used_for_hte_on: Mapped[date | None]


class Achievement(Base):
    """An award, a recognised R&D institution, a standard led: with level, rank and dates."""

    __tablename__ = "achievement"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    kind: Mapped[AchievementKind]
    level: Mapped[Level]
    title: Mapped[str] = mapped_column(String(200))
    rank: Mapped[int | None]
    given_on: Mapped[date]
    until_on: Mapped[date | None]


class CreditCheck(Base):
    """What the public credit registers said of the firm on a day (信用中国、国家企业信用信息公示系统).

    ``listed``: on the 经营异常 or 严重违法失信 list. ``incident_on``: the last major safety, quality or environmental
    incident known on the day of the check; None means that none was found.
    """

    __tablename__ = "credit_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    checked_on: Mapped[date]
    listed: Mapped[bool]
    incident_on: Mapped[date | None]
    checked_by: Mapped[str] = mapped_column(String(64))


class Attachment(Base):
    """A file of the firm; the content lies in the file store under ``key``."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(64))


files.held_by(Attachment.key)
