"""Many firms screened for one policy: whom it concerns."""

from datetime import date

import polars as pl

from crm.rules.evaluate import prepare
from crm.rules.reading import load
from crm.rules.screen import screen
from tests.rules.test_unicorn import HUANGPU

ON = date(2026, 6, 1)


def test_a_district_s_list_concerns_its_own_firms_and_those_of_unknown_place() -> None:
    places = ["440112", "440106", None]
    rows = [{**HUANGPU, "registration_district": place} for place in places]
    frame = pl.from_dicts(rows, infer_schema_length=None).with_columns(firm_id=pl.Series([1, 2, 3]))
    prepared = prepare(frame, ON)
    assert screen(load()["unicorn_huangpu"], prepared, ON)["firm_id"].to_list() == [1, 3]
    assert screen(load()["unicorn_gei"], prepared, ON)["firm_id"].to_list() == [1, 2, 3]


def test_the_area_of_a_pack_is_what_its_criteria_ask_for() -> None:
    assert {name: policy.area for name, policy in load().items() if policy.area} == {
        "provincial_champion": "44",
        "unicorn_huangpu": "440112",
        "potential_unicorn_huangpu": "440112",
        "gazelle_huangpu": "440112",
        "gazelle_cultivation_huangpu": "440112",
    }
