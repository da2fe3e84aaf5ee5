"""A text of the shipped pack for technology SMEs with one threshold changed, and the people who handle it."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from crm.kit.db import db, transaction
from crm.policies import queries, service
from crm.policies.models import PolicyEdition
from crm.rules.reading import OWN

SHIPPED = (OWN / "national/tech_sme.yaml").read_text(encoding="utf-8")
STAFF = "metric: employees_total\n          at_most: {most}\n"
CITY = """id: hidden_champion
name: {zh: 隐形冠军企业, en: Hidden champion}
level: city
issuer: 市工业和信息化局
subject: firm
versions:
  - id: hidden_champion@2026
    since: 2026-01-01
    actions: [new, renewal]
    sources:
      - {document: 示例文号, title: 示例办法, grade: restated, ids: [], url: "https://example.org"}
    criteria:
      id: hidden_champion
      label: {zh: 条件, en: Conditions}
      clause: 第三条
      all:
        - id: sales
          label: {zh: 上年度销售收入2000万元以上, en: Sales of at least 20 million yuan}
          clause: 第三条(一)
          metric: sales_last_year
          at_least: 2000
"""


def tech_sme(most: int = 400) -> str:
    """Return the shipped text with another limit of staff (115号第六条(二): 500)."""
    assert STAFF.format(most=500) in SHIPPED
    return SHIPPED.replace(STAFF.format(most=500), STAFF.format(most=most))


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """What a process has read of texts is forgotten: a test may have made the product ship another."""
    yield
    queries._standings.clear()


@pytest.fixture
def people(make) -> SimpleNamespace:
    """Two administrators, a manager, an auditor."""
    return SimpleNamespace(a=make.user("admin"), b=make.user("admin"), m=make.user("manager"), u=make.user("auditor"))


@pytest.fixture
def act(app) -> Callable[..., Any]:
    """Return ``act(verb, edition_id, actor, *arguments)``: one act of the service in a transaction of its own."""

    def do(verb: Any, edition_id: int, actor: Any, *arguments: Any) -> None:
        with app.app_context(), transaction():
            verb(queries.get(edition_id, actor), actor, *arguments)

    return do


@pytest.fixture
def look(app) -> Callable[[int], PolicyEdition]:
    """Return ``look(edition_id)``: the row as it is now."""

    def read(edition_id: int) -> PolicyEdition:
        with app.app_context(), transaction(writing=False):
            edition = db.session.get_one(PolicyEdition, edition_id)
            db.session.expunge(edition)
            return edition

    return read


@pytest.fixture
def in_force(app) -> Callable[[str], Any]:
    """Return ``in_force(policy_id)``: the policy judged by now, or None."""

    def read(policy_id: str) -> Any:
        with app.app_context(), transaction(writing=False):
            return queries.in_force().get(policy_id)

    return read


@pytest.fixture
def draft(app) -> Callable[..., int]:
    """Return ``draft(actor, text)``: the id of a new draft."""

    def keep(actor: Any, text: str | None = None) -> int:
        with app.app_context(), transaction():
            return service.draft(actor, text or tech_sme()).id

    return keep


@pytest.fixture
def propose(act, draft, in_force, look) -> Callable[..., int]:
    """Return ``propose(actor, text)``: the id of a draft that was proposed against what is in force now."""

    def keep(actor: Any, text: str | None = None) -> int:
        edition_id = draft(actor, text)
        now = in_force(look(edition_id).policy_id)
        act(service.propose, edition_id, actor, "随文件修订", now.digest if now else None)
        return edition_id

    return keep


@pytest.fixture
def activate(act, propose, look) -> Callable[..., int]:
    """Return ``activate(proposer, second, text)``: the id of an edition that is in force."""

    def keep(proposer: Any, second: Any, text: str | None = None) -> int:
        edition_id = propose(proposer, text)
        act(service.activate, edition_id, second, look(edition_id).digest)
        return edition_id

    return keep
