"""What is written is read back the same, and no export is ever run."""

import io
import zipfile
from datetime import date

import pytest

from crm.kit import sheets


def test_cells_come_back_as_they_were() -> None:
    rows = [["文本", 12, 3.5, date(2023, 5, 6), None], ["001", -1, 0.1, date(1999, 12, 31), "x"]]
    (sheet,) = sheets.read(sheets.write_xlsx(["甲", "乙", "丙", "丁", "戊"], rows))
    assert sheet.rows == [["甲", "乙", "丙", "丁", "戊"], *rows]


LIVE = ["=1+1", '=HYPERLINK("http://evil")', "+1+1", "-2+3+cmd", "@SUM(1)", "\t=1", " =1", "|calc", "%x"]
LIVE += ["=cmd|'/c'!A0", "\r=1", "  @x", "--1", "+x", "=", "@"]


def test_no_export_holds_a_formula() -> None:
    made = sheets.write_xlsx(["名称"], [[text] for text in LIVE])
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        xml = b"".join(book.read(name) for name in book.namelist() if name.endswith(".xml"))
    assert b"<f>" not in xml
    assert b"<hyperlink" not in xml
    for text in LIVE:
        assert sheets.safe_text(text).lstrip()[0] not in "=+-@|%", text


@pytest.mark.parametrize("text", ["-12", "-3.5", "12%", "普通文字", "2024-01-01", ""])
def test_plain_numbers_and_words_stay(text: str) -> None:
    assert sheets.safe_text(text) == text
