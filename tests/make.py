"""Small builders of records for tests; what is not said is believable."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask

from crm.accounts.models import Agency, User
from crm.accounts.service import hash_password
from crm.domain.access import FIRM_ROLES, Role
from crm.domain.ladder import Rung
from crm.domain.records import Source
from crm.firms import names
from crm.firms.models import AnnualReturn, Certification, Contact, Firm, FormerName
from crm.kit import clock
from crm.kit.db import db, transaction

PASSWORD = "correct horse battery staple"
_HASH = hash_password(PASSWORD)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(number: int, region: str = "440106") -> str:
    """Return the ``number``-th code with a true check digit (GB 32100: weights 3^i mod 31)."""
    body = f"91{region}{number:09d}"
    total = sum(_ALPHABET.index(character) * pow(3, i, 31) for i, character in enumerate(body))
    return body + _ALPHABET[(31 - total % 31) % 31]


class Make:
    """Builders; every call commits, and returns a detached record whose columns are loaded."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.count = 0

    def _keep(self, build: Callable[[], Any]) -> Any:
        with self.app.app_context(), transaction():
            record = build()
            db.session.add(record)
            db.session.flush()
            if isinstance(record, (Firm, FormerName, Contact)):
                touched = {getattr(record, "firm_id", record.id), getattr(record, "merged_into_id", None)}
                names.refresh(touched - {None})
            db.session.refresh(record)
            db.session.expunge(record)
            db.session.commit()
            return record

    def firm(self, **values: Any) -> Firm:
        """Keep a firm of 天河区."""
        self.count += 1
        now = clock.now()
        defaults = {
            "uscc": uscc(self.count),
            "name": f"广州测试第{self.count}科技有限公司",
            "registration_district": "440106",
            "established_on": date(2015, 3, 1),
            "created_at": now,
            "updated_at": now,
        }
        return self._keep(lambda: Firm(**{**defaults, **values}))

    def agency(self, name: str = "测试服务机构") -> Agency:
        """Keep an agency."""
        return self._keep(lambda: Agency(name=name))

    def user(self, role: Role | str = Role.OFFICER, **values: Any) -> User:
        """Keep a user with PASSWORD; officers and managers work on the whole city unless ``districts`` says less."""
        self.count += 1
        role = Role(role)
        defaults: dict[str, Any] = {
            "username": f"{role.value}{self.count}",
            "name": f"用户{self.count}",
            "role": role,
            "password_hash": _HASH,
            "whole_city": role in {Role.OFFICER, Role.MANAGER} and "districts" not in values,
            "created_at": clock.now(),
        }
        if role in FIRM_ROLES and "firm_id" not in values:
            defaults["firm_id"] = self.firm().id
        if role is Role.AGENCY and "agency_id" not in values:
            defaults["agency_id"] = self.agency(f"测试服务机构{self.count}").id
        return self._keep(lambda: User(**{**defaults, **values}))

    def certification(self, firm: Firm, kind: Rung | str = Rung.HIGH_TECH, **values: Any) -> Certification:
        """Keep a certificate, valid 2024-2026 unless said otherwise."""
        self.count += 1
        defaults = {
            "firm_id": firm.id,
            "kind": Rung(kind),
            "number": f"GR{self.count:012d}",
            "issued_on": date(2024, 1, 1),
            "expires_on": date(2026, 12, 31),
        }
        return self._keep(lambda: Certification(**{**defaults, **values}))

    def annual_return(self, firm: Firm, year: int = 2025, **values: Any) -> AnnualReturn:
        """Keep one source's statement of a year; figures not given are not stated."""
        defaults = {
            "firm_id": firm.id,
            "year": year,
            "source": Source.IMPORT,
            "stated_at": clock.now(),
            "stated_by": "测试",
        }
        return self._keep(lambda: AnnualReturn(**{**defaults, **values}))

    def add(self, record: Any) -> Any:
        """Keep any other record."""
        return self._keep(lambda: record)
