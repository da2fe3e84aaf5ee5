"""The trail in words people use."""

import pytest

from crm.firms.telling import MASK, Line, Teller, act_in_words
from crm.journal.models import Event


def happened(subject: str, **changes) -> Event:
    return Event(action=f"{subject}.edited", subject=subject, detail={"changes": changes})


def told(event: Event, *, office: bool = True, contacts: bool = True) -> list[Line]:
    return Teller([event], office=office, contacts=contacts).lines(event)


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    ("event", "line"),
    [
        (happened("firm", registered_capital=[None, 123_456_000]), ("注册资本", "—", "123.46 万元")),
        (happened("firm", registration_district=["440106", "440112"]), ("注册地", "天河区", "黄埔区")),
        (happened("firm", status=["active", "moved_out"]), ("状态", "在营", "迁出")),
        (happened("firm", resident_enterprise=[None, False]), ("居民企业", "—", "否")),
        (happened("firm", clusters=[[], ["智能网联", "软件"]]), ("产业集群", "—", "智能网联、软件")),
        (happened("certification", kind=["high_tech", "srdi_sme"]), ("类别", "高新技术企业", "专精特新中小企业")),
        (happened("visit", kind=["visit", "call"]), ("类别", "走访", "电话")),
        (happened("annual_return", tech_staff=[10, 1200]), ("科技人员", "10", "1,200")),
        (happened("annual_return", year=[2024, 2025]), ("年度", "2024", "2025")),
        (happened("firm", **{"revenue@2025": [None, 5_000_000]}), ("2025 营业收入", "—", "5.00 万元")),
        (happened("firm", something_new=["甲", "乙"]), ("something_new", "甲", "乙")),
    ],
)
def test_fields_and_values(event, line) -> None:
    assert told(event) == [Line(*line)]


@pytest.mark.usefixtures("inside")
def test_people_and_agencies_by_name(make) -> None:
    officer, agency = make.user(), make.agency()
    event = happened("firm", officer_id=[None, officer.id], agency_id=[agency.id, None])
    assert told(event) == [Line("服务专员", "—", officer.name), Line("服务机构", agency.name, "—")]


@pytest.mark.usefixtures("inside")
def test_what_a_reader_may_not_see() -> None:
    event = happened("contact", phone=["13800000000", None], post=["会计", "财务总监"])
    assert told(event, contacts=False) == [Line("电话", MASK, "—"), Line("职务", "会计", "财务总监")]
    event = happened("firm", contact_phone=[None, "13800000000"])
    assert told(event, contacts=False) == [Line("联系电话", "—", MASK)]
    event = happened("firm", note=["难沟通", "好沟通"], address=["甲", "乙"])
    assert told(event, office=False) == [Line("地址", "甲", "乙")]


@pytest.mark.usefixtures("inside")
def test_what_was_stated_at_once_has_no_before() -> None:
    event = Event(
        action="annual_return.stated",
        subject="annual_return",
        detail={"year": 2025, "source": "audit", "figures": {"revenue": 5_000_000}},
    )
    assert told(event) == [Line("年度", "—", "2025"), Line("来源", "—", "审计报告"), Line("营业收入", "—", "5.00 万元")]


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("certification.added", "登记资质"),
        ("contact.removed", "删除联系人"),
        ("firm.created", "建档"),
        ("x.unheard_of", "x.unheard_of"),
    ],
)
def test_acts(action, said) -> None:
    assert act_in_words(action) == said
