"""What firms are found by stays right whoever changes them; the night repairs the rest."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from crm import demo
from crm.accounts.models import User
from crm.domain.finding import Handle
from crm.firms import names, service
from crm.firms.models import Contact, Firm, FirmHandle, FormerName
from crm.kit.db import db
from tests.make import Make, uscc

pytestmark = pytest.mark.usefixtures("inside")
TODAY = date(2026, 7, 1)


@pytest.fixture
def officer(make: Make) -> User:
    return make.user()


@pytest.fixture
def firm(make: Make, officer: User) -> Firm:
    kept = make.firm(name="广州澜图软件有限公司")
    make.add(Contact(firm_id=kept.id, name="欧阳若溪", phone="19900000001"))
    return db.session.get_one(Firm, kept.id)


def texts(firm_id: int, kind: Handle) -> set[str]:
    found = select(FirmHandle.text).where(FirmHandle.firm_id == firm_id, FirmHandle.kind == kind)
    return set(db.session.scalars(found))


def _identity(firm: Firm, **changed: Any) -> dict[str, Any]:
    return {key: getattr(firm, key) for key in service.EDITABLE} | changed


def _contact(firm: Firm) -> Contact:
    return db.session.scalars(select(Contact).where(Contact.firm_id == firm.id)).one()


ACTS: dict[str, Callable[[Any, Firm], Any]] = {
    "opened": lambda by, f: service.create(
        by, {"uscc": uscc(901), "name": "广州新谷科技有限公司", "registration_district": "440106"}, TODAY
    ),
    "renamed": lambda by, f: service.edit(f, by, _identity(f, name="广州行远软件有限公司"), TODAY),
    "given another code": lambda by, f: service.edit(f, by, _identity(f, uscc=uscc(902)), TODAY),
    "somebody added": lambda by, f: service.add(Contact, f, by, {"name": "陈敏", "phone": "199-0000-0002"}),
    "somebody's number changed": lambda by, f: service.amend(_contact(f), by, {"phone": "19900000003"}),
    "somebody gone": lambda by, f: service.remove(_contact(f), by),
}


@pytest.mark.parametrize("act", ACTS)
def test_no_act_leaves_a_firm_to_be_found_by_what_it_was(officer: User, firm: Firm, act: str) -> None:
    before = len(db.session.scalars(select(FirmHandle.id)).all())
    ACTS[act](officer, firm)
    assert names.refresh() == 0
    assert before, "nothing to be found by: the comparison says nothing"


def test_a_renamed_firm_is_found_by_both_names(officer: User, firm: Firm) -> None:
    ACTS["renamed"](officer, firm)
    assert texts(firm.id, Handle.STEM) == {"行远软件有限公司"}
    assert texts(firm.id, Handle.FORMER) == {"广州澜图软件有限公司"}
    assert {"gzltrjyxgs", "gzhyrjyxgs", "gzxyrjyxgs"} <= texts(firm.id, Handle.INITIALS)


def test_the_demo_can_be_searched() -> None:
    demo.fill(20, with_people=False)
    assert len(db.session.scalars(select(FirmHandle.id).where(FirmHandle.kind == Handle.PINYIN)).all()) >= 20
    assert names.refresh() == 0


def test_the_night_repairs_what_went_past_the_service(firm: Firm) -> None:
    db.session.execute(update(Firm).where(Firm.id == firm.id).values(name="广州岚舟软件有限公司"))
    db.session.add(FormerName(firm_id=firm.id, name="旧谷科技"))
    db.session.execute(delete(Contact).where(Contact.firm_id == firm.id))
    assert names.refresh() == 1
    assert texts(firm.id, Handle.NAME) == {"广州岚舟软件有限公司"}
    assert texts(firm.id, Handle.FORMER) == {"旧谷科技"}
    assert texts(firm.id, Handle.PERSON) == set()
    assert names.refresh() == 0


def test_many_firms_take_as_many_statements_as_one(make: Make, statements: Any) -> None:
    ids = [make.firm().id for _ in range(5)]
    with statements() as one:
        names.refresh(ids[:1])
    with statements() as many:
        names.refresh(ids)
    assert len(one) == len(many)
