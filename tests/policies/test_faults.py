"""What the reader of packs finds is told on a page in Chinese, by line, with the line itself."""

import re
from pathlib import Path

import pytest

from crm.policies import faults
from crm.rules.reading import PackError, parse
from tests.policies.conftest import tech_sme

RULES = Path(__file__).parents[2] / "crm" / "rules"


def test_line_key_and_what_is_typed_there(app) -> None:
    typed = tech_sme().replace("at_most: 400", "at_mots: 400")
    line = typed.splitlines().index("          at_mots: 400") + 1
    with pytest.raises(PackError) as refused:
        parse(typed, "t.yaml")
    with app.test_request_context():
        found = faults.told(refused.value.faults, typed)
    told = {(fault.line, fault.place, fault.what, fault.typed) for fault in found}
    assert (line, "at_mots", "没有这个键：是不是拼错了", "          at_mots: 400") in told


# A sample of every sentence of the reader: a sentence that is added there without its words here fails below.
SAMPLES = [
    "a pack is a mapping with id, name, versions …", "larger than 256 KB", "nested more than 40 deep",
    "more than 50000 values, aliases written out", "refers to itself", "a key must be a plain word",
    "id stands here twice", "half a character", "2026-13-01 is no number and no day",
    "not YAML: a character that may not stand in a text", "unknown metric x", "bands do not fit x, which is a text",
    "is does not fit x, which is a date", "when_true does not fit x, which is a ratio",
    "x holds no verified condition: nothing would decide it", "id x is used twice",
    "id x is the name of a figure", "a b is no id: letters, digits and _ only, and a letter first",
    "x is no score made of plain parts", "x@1 cannot be evaluated: boom", "versions a and b overlap for new",
    "no version holds for new between 2026-01-01 and 2026-02-01", "bands overlap at 5", "bands leave a gap at 5",
    "the lowest band must be open below (give it no at_least or above)", "no bands",
    "the highest band must be open above (give it no at_most or below)", "every band of a threshold needs a value",
    "every band of a score needs points", "a condition needs exactly one comparison, this has 2",
    "no two bands meet at 5: there is nothing to dispute",
    "the window closes on 2026-01-01 before it opens on 2026-02-01",
    "rank_y1 is no amount of money", "a part of an award has one of flat, bands and rate",
    "bands and rate are over a metric, flat is over none", "marginal goes with bands, times with rate",
    "every band of an award needs a value that is not below zero", "the shares of an award add up to one",
    "the floor of an award is above its cap", "a policy cannot both stack with another and exclude it",
    "a part has one of best_of, panel and of", "give either bands or when_true and when_false",
]  # fmt: skip


@pytest.mark.parametrize("said", SAMPLES)
def test_every_sentence_has_its_words(said: str, app) -> None:
    with app.test_request_context():
        _key, told = faults.sentence(said)
    assert re.search(r"[\u4e00-\u9fff]", told), told


def test_no_sentence_of_the_reader_is_forgotten() -> None:
    source = "\n".join(
        (RULES / name).read_text()
        for name in ("pack.py", "conditions.py", "awards.py", "bands.py", "windows.py", "fitting.py", "document.py")
    )
    said = re.findall(r'(?:ValueError\(|DocumentError\([^"]*|yield [^"\n]*, )f?"([^"]+)"', source)
    assert len(said) >= 25
    for sentence in said:
        pattern = ".+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", sentence))
        assert any(re.fullmatch(pattern, sample) for sample in SAMPLES), sentence
