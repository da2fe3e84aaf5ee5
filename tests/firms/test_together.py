"""Two people at one file: different fields are merged, the same field is asked about, nothing typed is lost."""

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.firms import together
from crm.firms.models import Contact, Firm
from crm.journal.models import Event
from crm.kit.db import db
from tests.make import Make


def firm_now(app: Flask) -> Firm:
    with app.app_context():
        return db.session.scalars(select(Firm)).one()


def test_different_fields_are_merged(app: Flask, make: Make, browse) -> None:
    firm = make.firm(address="原址", main_product="原产品")
    mine, other = browse(make.user("officer")), browse(make.user("officer", name="王专员"))
    url = f"/firms/{firm.id}/edit"
    _, form = mine.get(url).form()
    other.submit(url, {"address": "别人改的地址"})
    page = mine.post(url, {**form, "main_product": "我改的产品"})
    assert "王专员同时改过的 注册地址 保留" in page.words
    now = firm_now(app)
    assert (now.address, now.main_product) == ("别人改的地址", "我改的产品")


def test_the_same_field_is_shown_side_by_side_and_the_choice_counts(app: Flask, make: Make, browse) -> None:
    firm = make.firm(address="原址", main_product="原产品", note="原备注")
    mine, other = browse(make.user("officer")), browse(make.user("officer", name="王专员"))
    url = f"/firms/{firm.id}/edit"
    _, form = mine.get(url).form()
    other.submit(url, {"address": "别人的地址", "main_product": "别人的产品", "note": "别人的备注"})
    typed = {**form, "address": "我的地址", "main_product": "我的产品"}
    page = mine.post(url, typed, 422)
    for words in ("王专员保存过", "您打开时：原址", "别人的地址", "别人的产品"):
        assert words in page.words
    shown = page.form()[1]
    assert (shown["address"], shown["main_product"], shown["note"]) == ("我的地址", "我的产品", "别人的备注")
    mine.post(url, {**shown, "take-address": "theirs"}, 422)  # one is still open
    assert firm_now(app).address == "别人的地址"
    mine.post(url, {**shown, "take-address": "theirs", "take-main_product": "mine", "main_product": "我再改的"})
    now = firm_now(app)
    assert (now.address, now.main_product, now.note) == ("别人的地址", "我再改的", "别人的备注")


def test_a_third_save_between_is_asked_about_again(app: Flask, make: Make, browse) -> None:
    firm = make.firm(address="原址")
    mine, other = browse(make.user("officer")), browse(make.user("officer"))
    url = f"/firms/{firm.id}/edit"
    _, form = mine.get(url).form()
    other.submit(url, {"address": "第二个"})
    shown = mine.post(url, {**form, "address": "我的"}, 422).form()[1]
    other.submit(url, {"address": "第三个"})
    page = mine.post(url, {**shown, "take-address": "mine"}, 422)
    assert "第三个" in page.words
    assert firm_now(app).address == "第三个"
    mine.post(url, {**page.form()[1], "take-address": "mine"})
    assert firm_now(app).address == "我的"


def test_a_form_that_does_not_say_what_it_saw_overwrites_nothing(app: Flask, make: Make, browse) -> None:
    firm = make.firm(address="原址")
    officer = browse(make.user("officer"))
    url = f"/firms/{firm.id}/edit"
    _, form = officer.get(url).form()
    officer.submit(url, {"address": "已经保存的"})
    officer.post(url, {**form, "seen": "", "shown": "", "address": "冒失的"}, 422)
    assert firm_now(app).address == "已经保存的"


def test_two_people_at_one_contact(app: Flask, make: Make, browse) -> None:
    firm = make.firm()
    person = make.add(Contact(firm_id=firm.id, name="陈会计", phone="19900000001"))
    mine, other = browse(make.user("officer")), browse(make.user("officer"))
    url = f"/firms/{firm.id}/contacts/{person.id}/edit"
    _, form = mine.get(url).form()
    other.submit(url, {"phone": "19900000002"})
    mine.post(url, {**form, "post": "财务"})
    with app.app_context():
        now = db.session.scalars(select(Contact)).one()
        assert (now.phone, now.post) == ("19900000002", "财务")
    _, form = mine.get(url).form()
    other.submit(url, {"phone": "19900000003"})
    page = mine.post(url, {**form, "phone": "19900000004"}, 422)
    assert "19900000003" in page.words
    assert page.form()[1]["phone"] == "19900000004"


values = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1", "2", None]))


@given(base=values, theirs=values, mine=values)
def test_whatever_both_type_nobody_s_change_is_dropped_unasked(base, theirs, mine) -> None:
    """A field only one of them changed has that one's value; one both changed is asked about, unless they agree."""
    names = list("abcd")
    before, now, typed = ({name: side.get(name) for name in names} for side in (base, theirs, mine))
    changes = {name: [before[name], now[name]] for name in names if before[name] != now[name]}
    event = Event(id=7, actor_name="王", action="firm.edited", detail={"changes": changes})
    weighed = together.weigh(now, [event], typed, 6, 6, {})
    asked = {item.field for item in weighed.both}
    for name in names:
        if typed[name] == before[name]:
            assert weighed.values[name] == now[name]
        elif now[name] in {before[name], typed[name]}:
            assert weighed.values[name] == typed[name]
        else:
            assert name in asked
    assert weighed.undecided == bool(asked)
