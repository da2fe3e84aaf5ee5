"""What a few letters find."""

import pytest

from crm.desk.queries import search
from crm.domain.access import Role
from crm.firms.models import Contact, FormerName
from tests.make import uscc

pytestmark = pytest.mark.usefixtures("inside")


def names(user, text: str, *, contacts: bool = True, limit: int = 20) -> list[str]:
    return [hit.firm.name for hit in search(user, text, contacts=contacts, limit=limit).hits]


def test_exact_before_beginning_before_any_part(make) -> None:
    officer = make.user()
    for name in ("广州澜图软件有限公司", "澜图软件有限公司", "澜图", "别的公司"):
        make.firm(name=name)
    assert names(officer, "澜图") == ["澜图", "澜图软件有限公司", "广州澜图软件有限公司"]
    assert names(officer, "图") == ["澜图", "澜图软件有限公司", "广州澜图软件有限公司"]


def test_any_part_of_the_code_in_any_width_or_case(make) -> None:
    officer = make.user()
    firm = make.firm(uscc=uscc(77, "44018A"))
    assert names(officer, "44018a") == [firm.name]
    assert names(officer, "44018Ａ") == [firm.name]
    assert names(officer, firm.uscc) == [firm.name]


def test_wildcards_are_letters(make) -> None:
    officer = make.user()
    make.firm(name="甲公司")
    odd = make.firm(name="百分之100%_公司")
    for text in ("%", "_", "0%_"):
        assert names(officer, text) == [odd.name]
    assert names(officer, "\\") == []
    assert names(officer, "  ") == []


def test_a_former_name_is_found_and_said(make) -> None:
    officer, firm = make.user(), make.firm()
    make.add(FormerName(firm_id=firm.id, name="旧谷科技"))
    (hit,) = search(officer, "旧谷", contacts=False, limit=5).hits
    assert (hit.firm.id, hit.former) == (firm.id, "旧谷科技")


def test_contacts_for_those_who_may_see_them(make) -> None:
    officer, firm = make.user(), make.firm()
    make.add(Contact(firm_id=firm.id, name="欧阳若溪", phone="13800001234"))
    for text in ("若溪", "0000123"):
        (hit,) = search(officer, text, contacts=True, limit=5).hits
        assert (hit.firm.id, hit.contact) == (firm.id, "欧阳若溪")
        assert names(officer, text, contacts=False) == []


def test_nobody_finds_what_he_may_not_open(make) -> None:
    make.firm(name="澜图", registration_district="440112")
    strangers = [make.user(districts=["440106"]), make.user(Role.AGENCY), make.user(Role.ADMIN)]
    auditor = make.user(Role.AUDITOR)
    assert [names(stranger, "澜图") for stranger in strangers] == [[], [], []]
    assert names(auditor, "澜图", contacts=False) == ["澜图"]


def test_there_are_more(make) -> None:
    officer = make.user()
    for _ in range(4):
        make.firm()
    found = search(officer, "测试", contacts=True, limit=3)
    assert len(found.hits) == 3
    assert found.more
    assert not search(officer, "测试", contacts=True, limit=4).more
