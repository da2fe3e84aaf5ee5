"""A status is moved by its table and by nothing else; every status can be come to; every move has its words."""

import ast
from collections.abc import Collection
from importlib import import_module
from pathlib import Path

import pytest

from crm.domain.errors import Refused
from crm.domain.workflow import Workflow

ROOT = Path(__file__).parents[2]
MODULES = [import_module(f"crm.domain.{path.stem}") for path in sorted((ROOT / "crm" / "domain").glob("*.py"))]
TABLES = {
    f"{module.__name__}.{name}": (module, value)
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, Workflow)
}


@pytest.mark.parametrize("name", TABLES)
def test_every_status_is_reachable(name: str) -> None:
    workflow = TABLES[name][1]
    assert workflow.reachable() == set(type(workflow.start))


@pytest.mark.parametrize("name", TABLES)
def test_every_status_and_move_has_its_words(name: str) -> None:
    module, workflow = TABLES[name]
    labelled = [key for table in vars(module).values() if isinstance(table, dict) for key in table]
    actions = {action for _status, action in workflow.moves}
    (kind,) = {type(action) for action in actions}
    assert actions == set(kind), "an action that no status allows"
    assert actions | set(type(workflow.start)) <= set(labelled)


@pytest.mark.parametrize("name", TABLES)
def test_what_is_not_in_the_table_is_refused(name: str) -> None:
    workflow = TABLES[name][1]
    (kind,) = {type(action) for _status, action in workflow.moves}
    for status in type(workflow.start):
        for action in kind:
            if action in workflow.actions(status):
                assert workflow.after(status, action) == workflow.moves[status, action]
            else:
                with pytest.raises(Refused):
                    workflow.after(status, action)


def moved_by_hand(source: str, tables: Collection[str]) -> list[int]:
    """Return the lines that give a record of ``tables`` a status not said by the workflow or where it begins."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        given: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            given = [node.value for target in node.targets if getattr(target, "attr", "") == "status"]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in tables:
            given = [word.value for word in node.keywords if word.arg == "status"]
        for value in given:
            by_table = isinstance(value, ast.Call) and getattr(value.func, "attr", "") == "after"
            if not by_table and getattr(value, "attr", "") not in {"start", "status"}:
                lines.append(value.lineno)
    return lines


ROOMS = {name.split(".")[2] for name in TABLES}


@pytest.mark.parametrize(
    "path",
    [path for room in sorted(ROOMS) for path in sorted((ROOT / "crm" / room).glob("*.py"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_status_is_moved_past_the_table(path: Path) -> None:
    models = ast.parse((path.parent / "models.py").read_text())
    tables = {node.name for node in models.body if isinstance(node, ast.ClassDef)}
    assert moved_by_hand(path.read_text(), tables) == []


def test_the_law_finds_a_breach() -> None:
    assert moved_by_hand("request.status = RequestStatus.CLOSED", {"Request"}) == [1]
    assert moved_by_hand("Request(status='closed')", {"Request"}) == [1]
    by_table = "request.status = WORKFLOW.after(request.status, action)\nRequest(status=W.start)\nFilters(status=1)"
    assert moved_by_hand(by_table, {"Request"}) == []
