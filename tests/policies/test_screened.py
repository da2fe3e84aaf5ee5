"""A text that comes into force, or goes: everybody is judged again without waiting for the night."""

from crm.kit import jobs
from crm.kit.db import db, transaction
from crm.policies import service
from crm.screening.models import Screening
from tests.policies.conftest import CITY


def test_everybody_is_judged_by_what_is_in_force_now(people, activate, act, make, app) -> None:
    firm = make.firm()

    def judged() -> bool:
        with app.app_context():
            while jobs.run_next():
                pass
            with transaction(writing=False):
                return db.session.get(Screening, (firm.id, "hidden_champion")) is not None

    assert not judged()
    edition = activate(people.a, people.m, CITY)
    assert judged()
    act(service.withdraw, edition, people.m, "上级来函")
    assert not judged()
