"""Spreadsheets are opened behind a fence: hostile files are refused with a reason, exports are never run."""

import csv
import io
import zipfile

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from crm.domain.errors import Refused
from crm.kit import sheets

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def archive(members: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in {"[Content_Types].xml": CONTENT_TYPES, **members}.items():
            made.writestr(name, content)
    return buffer.getvalue()


def lying(content: bytes) -> bytes:
    """Return an archive whose directory says that a large member is small."""
    made = bytearray(content)
    place = made.rfind(b"PK\x01\x02")
    made[place + 24 : place + 28] = (100).to_bytes(4, "little")
    return bytes(made)


XML = "xl/worksheets/sheet1.xml"
ZEROS = b"0" * (210 * 1024 * 1024)
HOSTILE = {
    "bomb": (lambda: archive({XML: ZEROS}), "不合常理"),
    "ratio": (lambda: archive({XML: b"0" * 30_000_000}), "不合常理"),
    "members": (lambda: archive({f"xl/worksheets/s{n}.xml": "" for n in range(2_100)}), "不合常理"),
    "far cell": (lambda: archive({XML: SHEET.format('<row r="1048576"><c r="XFD1048576"/></row>')}), "超过50000行"),
    "far column": (lambda: archive({XML: SHEET.format('<row r="1"><c r="XFD1"/></row>')}), "超过200列"),
    "lying size": (lambda: lying(archive({XML: SHEET.format("x" * 5_000_000)})), ""),
    "macro": (lambda: archive({XML: SHEET, "xl/vbaProject.bin": b"\0"}), "宏"),
    "password": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
    "html": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "nul": (lambda: b"a,b\n\x00,1\n", "不是文本表格"),
    "encoding": (lambda: b"\xff\xfe\xff\xff,\x81\n", "编码"),
    "broken": (lambda: b"PK\x03\x04 not a zip at all", "损坏"),
    "document": (lambda: archive({"word/document.xml": "<x/>"}), "不是 Excel 表格"),
    "entities": (
        lambda: archive({XML: '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + SHEET.format("&b;")}),
        "",
    ),
    "columns": (lambda: ("," * 300 + "\n").encode(), "超过200列"),
    "rows": (lambda: b"a,b\n" * 50_001, "超过50000行"),
    "long line": (lambda: b"x" * 1_000_000 + b",y\n", "过长"),
    "large": (lambda: b"x" * (31 * 1024 * 1024), "超过30 MB"),
    "empty": (lambda: b"", "空的"),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_files_are_refused_with_a_reason(name: str) -> None:
    make, said = HOSTILE[name]
    with pytest.raises(Refused) as refusal:
        sheets.read(make())
    assert said in str(refusal.value)


def test_a_file_that_eats_memory_takes_only_its_own_process_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MEMORY", 25 * 1024 * 1024)
    with pytest.raises(Refused, match="内存"):
        sheets.read(sheets.write_xlsx(["企业名称"], [[f"第{n}行"] for n in range(20_000)]))


def test_cells_come_back_as_they_were() -> None:
    from datetime import date

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


def test_marking_keeps_what_was_there() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "名单"
    sheet.append(["企业名称", "金额"])
    sheet.append(["甲", 1.5])
    sheet["A2"].font = Font(bold=True, color="FF0000")
    sheet["B2"].number_format = "0.00"
    buffer = io.BytesIO()
    book.save(buffer)
    back = load_workbook(io.BytesIO(sheets.annotate(buffer.getvalue(), "名单", 1, {2: "=1+1"}, "导入结果")))["名单"]
    assert (back["A2"].font.bold, back["B2"].number_format, back["C1"].value) == (True, "0.00", "导入结果")
    assert back["C2"].data_type == "s", "a note is text, whatever it begins with"


def test_marking_a_csv_keeps_its_encoding() -> None:
    made = sheets.annotate("企业名称,区\n甲,天河区\n".encode("gb18030"), "csv", 1, {2: "新建"}, "导入结果")
    assert list(csv.reader(io.StringIO(made.decode("gb18030")))) == [
        ["企业名称", "区", "导入结果"],
        ["甲", "天河区", "新建"],
    ]
