"""A list that moves a firm takes it out of hands that do not reach there, as a move by hand does."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.domain.care import Duty
from crm.domain.words import N_
from crm.firms.assignments import covers
from crm.firms.care_models import Assignment
from crm.imports.image import Held, Write
from crm.imports.planned import Planned
from crm.kit.db import chunks, db

RELEASED = N_("新的注册地不在{name}所管的区：从今天起不再由其负责，请另外指定服务专员")


class Hands:
    """The officers of the firms that a list speaks of."""

    def __init__(self, firms: Iterable[Held], owner: User, today: date) -> None:
        self.owner, self.today = owner, today
        ids = {firm.values["officer_id"] for firm in firms} - {None}
        self.officers = {
            user.id: user
            for part in chunks(sorted(ids))
            for user in db.session.scalars(select(User).where(User.id.in_(part)))
        }

    def release(self, planned: Planned, firm: Held, changed: dict[str, Any]) -> None:
        """Release a firm that ``changed`` moves out of reach; of two words on one day the later counts."""
        officer = self.officers.get(firm.values.get("officer_id"))
        if officer is None or covers(officer, changed["registration_district"]):
            return
        changed["officer_id"] = None
        planned.changes["officer_id"] = [officer.id, None]
        for held in firm.parts.get(Assignment, ()):
            after = {"user_id": None, "handover_id": None, "made_by": self.owner.name}
            planned.writes.append(Write(held, {column: held.values[column] for column in after}, after))
            return
        nobody = {"duty": Duty.OFFICER, "user_id": None, "since_on": self.today, "applied": True}
        planned.writes.append(Write(Held(Assignment, dict(nobody), firm=firm), None, nobody))

    def tell(self, planned: Planned) -> None:
        """Say of a row that stands whose hands it takes the firm out of."""
        if "officer_id" in planned.changes:
            planned.note(RELEASED, name=self.officers[planned.changes["officer_id"][0]].name)
