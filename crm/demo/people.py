"""The office of the demo: the agency, the officers and one account for every other role."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from crm.accounts.models import Agency, User
from crm.accounts.service import hash_password
from crm.domain.access import Role
from crm.domain.care import Duty
from crm.domain.ladder import Rung
from crm.domain.places import DISTRICTS
from crm.firms import handovers
from crm.firms.models import Certification, Firm
from crm.kit import clock
from crm.kit.db import db


@dataclass
class People:
    """Who is there before the firms are, and the tags they may wear."""

    officers: dict[str, int] = field(default_factory=dict)  # district -> user id
    agency_id: int | None = None
    password: str = ""
    tags: list[int] = field(default_factory=list)


def office() -> People:
    """Keep the agency and the officers, who must be there before their firms."""
    password = secrets.token_urlsafe(9)
    agency = Agency(name="广州示例企业服务中心")
    db.session.add(agency)
    db.session.flush()
    areas = (["440106", "440105", "440104", "440103"], ["440112", "440115", "440118"])
    rest = [district for district in DISTRICTS if not any(district in area for area in areas)]
    people = People(agency_id=agency.id, password=password)
    for number, area in enumerate([*areas, rest], start=1):
        user = _user(f"officer{number}", f"专员{'一二三'[number - 1]}", Role.OFFICER, password, districts=area)
        for district in area:
            people.officers[district] = user.id
    return people


def accounts(people: People) -> list[tuple[str, str, Role]]:
    """Keep one account for every other role; the firm's two belong to a firm with a full file."""
    password = people.password
    showcase = db.session.scalars(
        select(Firm.id)
        .join(Certification, Certification.firm_id == Firm.id)
        .where(Certification.kind == Rung.HIGH_TECH)
    ).first()
    manager = _user("manager", "科长", Role.MANAGER, password, whole_city=True)
    _user("auditor", "审计员", Role.AUDITOR, password)
    _user("admin", "管理员", Role.ADMIN, password)
    _user("agency", "机构顾问", Role.AGENCY, password, agency_id=people.agency_id)
    _user("editor", "企业会计", Role.FIRM_EDITOR, password, firm_id=showcase)
    _user("certifier", "企业负责人", Role.FIRM_CERTIFIER, password, firm_id=showcase)
    _hand_over(manager, people)
    names = ("officer1", "manager", "editor", "certifier", "agency", "auditor", "admin")
    roles = (
        Role.OFFICER,
        Role.MANAGER,
        Role.FIRM_EDITOR,
        Role.FIRM_CERTIFIER,
        Role.AGENCY,
        Role.AUDITOR,
        Role.ADMIN,
    )
    return [(name, password, role) for name, role in zip(names, roles, strict=True)]


def _user(username: str, name: str, role: Role, password: str, **values: Any) -> User:
    user = User(
        username=username,
        name=name,
        role=role,
        password_hash=hash_password(password),
        created_at=clock.now(),
        **values,
    )
    db.session.add(user)
    db.session.flush()
    return user


def _hand_over(manager: User, people: People) -> None:
    """Let an officer go on leave next week."""
    officer_id, today = people.officers["440106"], clock.today()
    mine = list(db.session.scalars(select(Firm.id).where(Firm.officer_id == officer_id).order_by(Firm.id).limit(12)))
    if mine:
        day = today + timedelta(days=7)
        handovers.make(manager, Duty.OFFICER, officer_id, manager.id, mine, day, today, "年休假，回来后交还")
