"""A believable register of any size, the same for the same seed. Every firm in it is invented.

Codes pass the check digit but carry 440100 as place of registration, which no business register issues; names are put
together from made-up trade names. Rows go in as bulk inserts, so that the benchmarks can ask for 100,000 firms.
A module tells what one room holds.
"""

from datetime import date
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Insert, func, insert, select

from crm.accounts.models import User
from crm.decisions import service as decisions
from crm.demo import awards, care, certificates, file, people, plans, requests, returns, tasks, visits
from crm.demo.people import People
from crm.demo.story import Story
from crm.demo.words import TRADES
from crm.domain.access import Role
from crm.firms import derived, names
from crm.firms import service as firm_file
from crm.firms.award_models import AwardGiven
from crm.firms.models import (
    Achievement,
    AnnualReturn,
    Certification,
    Contact,
    CreditCheck,
    Firm,
    IntellectualProperty,
    Move,
)
from crm.firms.stated_models import StatedFact
from crm.journal.service import Entry, System, record_many
from crm.kit import clock
from crm.kit.db import Base, db, insert_many
from crm.ladder import service as ladder
from crm.requests.models import Request, RequestStep
from crm.tasks.models import Task
from crm.visits.models import Visit

BATCH = 2_000


def fill(firms: int = 300, seed: int = 20_26, *, with_people: bool = True) -> list[tuple[str, str, Role]]:
    """Fill an empty register in the caller's transaction.

    Returns (username, password, role) of one account per role; the password is new each time and kept nowhere else.
    """
    random = Random(seed)
    today = clock.today()
    staff = people.office() if with_people else People()
    staff.tags = care.tags()
    invented = (_story(random, number, today, staff) for number in range(1, firms + 1))
    while batch := list(islice(invented, BATCH)):
        _insert(batch)
    care.join(firms, today)
    derived.refresh()
    if with_people:
        _edits(today)
        _decisions(today)
    return people.accounts(staff) if with_people else []


def is_empty() -> bool:
    """Return whether nobody and nothing is in the register yet."""
    return not any(db.session.scalar(select(func.count()).select_from(table)) for table in (User, Firm))


def _story(random: Random, number: int, today: date, staff: People) -> Story:
    """Invent one firm. A part that came later has numbers of its own: what was told before it stays the same."""
    trade = random.choice(TRADES)
    firm = file.identity(random, number, trade, today, staff)
    established, officer_id, now = firm["established_on"], firm["officer_id"], clock.now()
    story = Story(firm, {Move: file.places(firm)})
    returns_of_firm = returns.stated(random, trade, established, today, now)
    story.rows |= {
        AnnualReturn: returns_of_firm,
        IntellectualProperty: list(file.rights(random, number, trade, established, today)),
        Certification: list(certificates.career(random, number, returns_of_firm, established, today)),
        Contact: file.contacts(random, number),
        CreditCheck: file.credit_checks(random, today),
        Achievement: list(file.achievements(random, today)),
        Visit: list(visits.held(random, today, officer_id, now)),
        StatedFact: list(file.stated(Random(number * 31), today, now)),
    }
    care.add(Random(number), story, staff, today)
    story.rows[AwardGiven] = list(awards.given(Random(f"award {number}"), story.rows[Certification], today))
    story.rows[Task] = list(tasks.due(Random(-number), number, today, officer_id, now))
    story.rows[Request] = list(requests.asked(Random(~number), today, officer_id, now))
    return story


def _edits(today: date) -> None:
    """Change a few files by hand, so that their fields have a history."""
    edited = select(Firm, User).join(User, User.id == Firm.officer_id).where(Firm.id % 3 == 1).order_by(Firm.id)
    for firm, officer in db.session.execute(edited.limit(8)).all():
        firm_file.edit(firm, officer, {"legal_representative": "林嘉衡", "address": f"{firm.address}二楼"}, today)
        firm_file.edit(firm, officer, {"address": firm.address.removesuffix("二楼") + "三楼"}, today)


def _decisions(today: date) -> None:
    """Keep what was decided on for a few firms that meet their next rung."""
    cared_for = select(Firm, User).join(User, User.id == Firm.officer_id).order_by(Firm.id).limit(60)
    gaps = ((firm, officer, ladder.gap(firm, today)) for firm, officer in db.session.execute(cared_for).all())
    met = (found for found in gaps if found[2].assessment and found[2].assessment.outcome == "met")
    for firm, officer, gap in islice(met, 4):
        decisions.keep(firm, gap, officer, "推荐申报")


def _insert(stories: list[Story]) -> None:
    """Insert a batch: firms first, then what hangs on them, table by table."""
    statement: Insert = insert(Firm).returning(Firm.id, sort_by_parameter_order=True)
    ids = list(db.session.scalars(statement, [story.firm for story in stories]))
    tables: dict[type[Base], list[dict[str, Any]]] = {}
    for firm_id, story in zip(ids, stories, strict=True):
        for table, rows in story.rows.items():
            tables.setdefault(table, []).extend({**_blank(table), **row, "firm_id": firm_id} for row in rows)
    for table, rows in tables.items():
        columns = list(rows[0]) if rows else []
        insert_many(table, columns, [[row[name] for name in columns] for row in rows])
    steps = [
        step
        for asked in db.session.scalars(select(Request).where(Request.firm_id.in_(ids)))
        for step in requests.steps(asked)
    ]
    if steps:
        db.session.execute(insert(RequestStep), steps)
    # One firm in forty is a key firm.
    for firm_id, story in zip(ids, stories, strict=True):
        if story.firm["officer_id"] and firm_id % 40 == 1:
            plans.agree(Random(firm_id), firm_id, story.firm["officer_id"], clock.today(), story.firm["created_at"])
    names.refresh(ids)
    record_many([Entry("firm.created", "firm", firm_id, firm_id, {"by": "demo"}) for firm_id in ids], System())


def _blank(table: type[Base]) -> dict[str, Any]:
    """Return None for every optional column: rows inserted together must name the same columns."""
    return {column.key: None for column in table.__table__.columns if column.nullable}
