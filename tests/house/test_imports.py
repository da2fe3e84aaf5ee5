"""Imports point down, rooms enter each other by queries and service, the ground floor knows nobody."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A part may import itself and what stands on a lower floor; parts of one floor do not know each other.
FLOORS: list[set[str]] = [
    {"domain", "rules"},
    {"kit"},
    {"journal", "accounts"},
    {"policies"},
    {"firms"},
    {"visits", "requests", "plans", "tasks"},
    {"imports"},
    {"ladder"},
    {"screening"},
    {"decisions"},
    {"lists", "awards"},
    {"letters"},
    {"quality", "transfer", "trials"},
    {"desk"},
    {"demo", "nightly"},
    {"cli", "cli_rules", "worker", "menu", "config"},
    {"__init__"},
]
HEIGHT = {part: height for height, floor in enumerate(FLOORS) for part in floor}
# accounts records what it does in the journal, rules refuse in the words of domain: one floor, one direction.
# A request can be recorded out of a meeting.
SAME_FLOOR = {
    ("accounts", "journal"),
    ("rules", "domain"),
    ("menu", "config"),
    ("cli", "cli_rules"),
    ("requests", "visits"),
}
PURE = {"flask", "flask_babel", "flask_login", "flask_sqlalchemy", "flask_wtf", "sqlalchemy", "wtforms", "weasyprint"}
MODULES = sorted((ROOT / "crm").rglob("*.py"))


def part_of(path: Path) -> str:
    """Return the part of the house a file belongs to: its room, or its own name at the top."""
    relative = path.relative_to(ROOT / "crm")
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imported(path: Path) -> set[str]:
    """Return the dotted names a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    part = part_of(path)
    assert part in HEIGHT, f"{part} stands on no floor: give it one in FLOORS"
    for name in imported(path):
        if not name.startswith("crm."):
            continue
        other = name.split(".")[1]
        if other not in HEIGHT or other == part:
            continue
        down = HEIGHT[other] < HEIGHT[part] or (part, other) in SAME_FLOOR
        assert down, f"{part} imports {name}, which stands on the same floor or above"


@pytest.mark.parametrize(
    "path", [p for p in MODULES if part_of(p) in {"domain", "rules"}], ids=lambda path: str(path.relative_to(ROOT))
)
def test_the_ground_floor_is_pure(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path)}
    assert not roots & PURE, f"the law must not know {roots & PURE}"
    clocks = {"today", "now", "utcnow"}
    calls = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not calls & clocks, "the day is an argument"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_doors_of_a_room(path: Path) -> None:
    names = imported(path)
    roots = {name.split(".")[0] for name in names}
    inside = path.parent.name in {p for floor in FLOORS[2:11] for p in floor}
    if not inside:
        return
    if path.stem in {"models", "queries", "service"}:
        assert not roots & {"flask", "flask_babel", "wtforms"}, f"{path.stem} knows the web: {roots}"
    if path.stem == "views":
        tables = {n for n in names if n.startswith("crm.") and ".models." in n and not n.endswith(".User")}
        assert not tables, f"a view reads tables itself: {tables}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_one_clock(path: Path) -> None:
    if path.name == "clock.py":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in {"today", "now", "utcnow"}:
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            assert owner not in {"datetime", "date"}, f"line {node.lineno}: only kit.clock asks the time"


def test_the_law_finds_a_breach(tmp_path: Path) -> None:
    """The reader itself works: a planted upward import is seen."""
    planted = tmp_path / "planted.py"
    planted.write_text("from crm.desk import queries\nimport crm.letters.service\n")
    assert {"crm.desk", "crm.desk.queries", "crm.letters.service"} <= imported(planted)
    assert HEIGHT["desk"] > HEIGHT["firms"]
