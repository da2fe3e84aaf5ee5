"""Every text for people stands in the English catalogue, and none stands outside the catalogue's reach."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "_l": None, "N_": None, "gettext": None, "lazy_gettext": None, "Refused": None}
HAN = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


def catalogue() -> dict[str, str]:
    """Return the English catalogue."""
    with (ROOT / "crm/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale="en") if message.id}


def used() -> set[str]:
    """Return every text that code and templates ask the catalogue for."""
    options = {"**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true"}}
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    found: set[str] = set()
    for folder in ("crm", "templates"):
        for _file, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder), methods, options, KEYWORDS
        ):
            texts = message if isinstance(message, tuple) else (message,)
            found |= {text for text in texts if text}
    return found


def test_nothing_is_missing_in_english() -> None:
    english = catalogue()
    missing = sorted(text for text in used() if not english.get(text))
    assert not missing, f"run make words and translate: {missing[:20]}"


def test_places_for_values_are_the_same_in_both_languages() -> None:
    for zh, en in catalogue().items():
        assert sorted(PLACEHOLDER.findall(zh)) == sorted(PLACEHOLDER.findall(en)), zh


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda p: str(p.relative_to(ROOT / "templates"))
)
def test_no_template_speaks_past_the_catalogue(path: Path) -> None:
    text = path.read_text()
    for pattern in (r"\{#.*?#\}", r"\{%.*?%\}", r"\{\{.*?\}\}"):
        text = re.sub(pattern, "", text, flags=re.S)
    # A separator between two translated texts is punctuation, not a word.
    assert not HAN.search(text), f"outside _(): {HAN.search(text)}"


MODULES = [path for path in sorted((ROOT / "crm").rglob("*.py")) if re.match(r"(views|forms|menu)", path.name)]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT / "crm")))
def test_no_view_speaks_past_the_catalogue(path: Path) -> None:
    tree = ast.parse(path.read_text())
    inside = {
        id(inner)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in KEYWORDS
        for inner in ast.walk(call)
    }
    inside |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    # The template workbook speaks the language of the lists it is for.
    inside |= {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in {"template", "_heading", "marked", "error_words"}
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value):
            assert id(node) in inside, f"line {node.lineno}: {node.value}"


PAGES = (
    "/",
    "/firms",
    "/ladder",
    "/imports",
    "/imports/new",
    "/visits",
    "/requests",
    "/plans",
    "/requests/counts",
    "/tasks",
    "/tasks/new",
    "/jobs",
    "/me",
    "/firms/new",
    "/kit",
)


def test_pages_in_english_show_no_chinese(make, browse: Callable) -> None:
    browser = browse(make.user("manager", name="Manager"))
    browser.post("/language", {"locale": "en", "next": "/"})
    for path in PAGES:
        words = browser.get(path).words.replace("中文", "")
        # District names of the list to choose from, the stem of what a heading must say.
        rest = re.sub(r"“年度”|“企业名称”|“统一社会信用代码”|元、?|万|亿|或|2023年5月6日", "", words)
        assert not HAN.search(rest), f"{path}: …{rest[max(0, HAN.search(rest).start() - 30) :][:60]}…"
