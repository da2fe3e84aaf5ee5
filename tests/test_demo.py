"""The demo register loads, is the same for the same seed, and holds nothing real."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import func, select

from crm import demo
from crm.accounts.models import User
from crm.decisions import service as decisions
from crm.domain import codes
from crm.domain.access import Role
from crm.firms.models import AnnualReturn, Certification, Firm
from crm.kit.db import db, transaction
from crm.visits.models import Visit


def test_a_believable_register(app: Flask) -> None:
    with app.app_context():
        with transaction():
            accounts = demo.fill(120)
        assert {role for _, _, role in accounts} == set(Role)
        assert db.session.scalar(select(func.count()).select_from(Firm)) == 120
        districts = set(db.session.scalars(select(Firm.registration_district)))
        assert len(districts) >= 9
        for table in (AnnualReturn, Certification, Visit):
            assert db.session.scalar(select(func.count()).select_from(table)) > 60
        for code in db.session.scalars(select(Firm.uscc)):
            codes.validate(code)
            assert code[2:8] == "440100", "no business register issues this place: the code can be nobody's"
        assert decisions.replay_all().kept > 0
        assert decisions.replay_all().sound
        names = list(db.session.scalars(select(Firm.name)))
        assert len(set(names)) == len(names)


def test_the_same_seed_tells_the_same_story(app: Flask) -> None:
    def story() -> list[tuple[object, ...]]:
        with transaction():
            demo.fill(30, with_people=False)
        columns = (Firm.uscc, Firm.name, Firm.registration_district, Firm.registered_capital)
        rows = [tuple(row) for row in db.session.execute(select(*columns).order_by(Firm.id))]
        return rows

    with app.app_context():
        first = story()
        numbers = [row[0] for row in first]
        assert len(set(numbers)) == 30


def test_it_is_for_empty_registers_only(app: Flask, make) -> None:
    make.firm()
    refused = app.test_cli_runner().invoke(args=["demo", "--firms", "5"])
    assert refused.exit_code != 0
    assert "not empty" in refused.output
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_no_page_links_to_what_its_reader_may_not_open(app: Flask, browse: Callable) -> None:
    """One address of every view a page of the demo links to, as each role."""
    with app.app_context(), transaction():
        demo.fill(40)
    with app.app_context():
        people = {user.role: user for user in db.session.scalars(select(User))}
    addresses = app.url_map.bind("localhost")
    refused = []
    for role, user in people.items():
        seen, waiting = {"static"}, [("", "/")]
        client = browse(user).client
        while waiting:
            where, address = waiting.pop()
            view = addresses.match(urlsplit(address).path)[0]
            if view in seen:
                continue
            seen.add(view)
            answer = client.get(address, follow_redirects=True)
            if answer.status_code >= 400:
                refused.append((role, where, address, answer.status_code))
            if answer.mimetype == "text/html":
                links = re.findall(r'href="(/[^"]*)"', answer.text.replace("&amp;", "&"))
                waiting += [(address, link) for link in links]
            answer.close()
    assert not refused
