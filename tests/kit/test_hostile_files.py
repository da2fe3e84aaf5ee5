"""Hostile files are refused within a second, with a reason the officer can act on, behind a fence."""

import io
import time
import zipfile
from collections.abc import Callable

import pytest

from crm.domain.errors import Refused
from crm.kit import sheets
from tests.kit import old_excel

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATED = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
SHEET = f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{{}}</sheetData></worksheet>'
XML = "xl/worksheets/sheet1.xml"


def archive(members: dict[str, bytes | str]) -> bytes:
    """Return a workbook of one sheet with these members beside or in place of the usual ones."""
    usual = {"[Content_Types].xml": TYPES, "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATED}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in {**usual, **members}.items():
            made.writestr(name, content)
    return buffer.getvalue()


def flagged(content: bytes, place: int, value: bytes) -> bytes:
    """Return an archive with some bytes of the last member's entry in the directory changed."""
    made = bytearray(content)
    start = made.rfind(b"PK\x01\x02") + place
    made[start : start + len(value)] = value
    return bytes(made)


def far(reference: str) -> bytes:
    return archive({XML: SHEET.format(f'<row r="1"><c r={reference}/></row>')})


ZEROS = b"0" * (210 * 1024 * 1024)
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
SMALL = archive({XML: SHEET.format("x" * 5_000)})
TOO_WIDE = old_excel.workbook({"名单": old_excel.sheet([["企业名称"]], claims=(65_536, 256))})
IMPOSSIBLE = old_excel.workbook({"名单": old_excel.sheet([["企业名称"]], claims=(4_000_000_000, 60_000))})
FAR_XLS = old_excel.workbook({"名单": old_excel.sheet(extra=old_excel.cell(60_000, 0, "远"))})
LOCKED_XLS = old_excel.workbook({"名单": old_excel.sheet()}, first=old_excel.record(0x002F, b"\1\0" * 3))
HOSTILE: dict[str, tuple[bytes, str]] = {
    "bomb": (archive({XML: ZEROS}), "不合常理"),
    "ratio": (archive({XML: b"0" * 30_000_000}), "不合常理"),
    "members": (archive({f"xl/worksheets/s{n}.xml": "" for n in range(2_100)}), "不合常理"),
    "large style sheet": (archive({XML: SHEET, "xl/styles.xml": "<!--" + "ab c" * 3_000_000 + "-->"}), "不合常理"),
    "far row": (archive({XML: SHEET.format('<row r="1048576"><c r="XFD1048576"/></row>')}), "超过50000行"),
    "far column": (far('"XFD1"'), "超过200列"),
    "far cell in single quotes": (far("'B1048576'"), "超过50000行"),
    "far cell in a sheet nobody names": (
        archive({XML: SHEET.format(""), "xl/worksheets/other.xml": SHEET.format('<row r="1"><c r="B99999"/></row>')}),
        "超过50000行",
    ),
    "lying size": (flagged(SMALL, 24, (100).to_bytes(4, "little")), "损坏"),
    "encrypted member": (flagged(SMALL, 8, b"\1"), "密码"),
    "macro": (archive({XML: SHEET, "xl/vbaProject.bin": b"\0"}), "宏"),
    "entities": (archive({XML: ENTITIES + SHEET.format("&b;")}), "损坏"),
    "entities in the workbook": (archive({XML: SHEET.format(""), "xl/workbook.xml": ENTITIES + BOOK}), "损坏"),
    "broken": (b"PK\x03\x04 not a zip at all", "损坏"),
    "password": (old_excel.ole({"EncryptedPackage": b"\0" * 5_000, "EncryptionInfo": b"\0"}), "密码"),
    "old password": (LOCKED_XLS, "密码"),
    "old macro": (old_excel.ole({"Workbook": old_excel.stream({"名单": old_excel.sheet()}), "VBA": b"\0"}), "宏"),
    "old header that lies": (IMPOSSIBLE, "损坏"),
    "old header beyond a list": (TOO_WIDE, "超过50000行"),
    "old far cell": (FAR_XLS, "超过50000行"),
    "old document": (old_excel.ole({"WordDocument": b"\0" * 5_000}), "不是 Excel 表格"),
    "old file cut off": (FAR_XLS[:1_000], "损坏"),
    "sectors in a circle": (FAR_XLS[:520] + (2).to_bytes(4, "little") + FAR_XLS[524:], "损坏"),
    "html": (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "web archive": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "网页"),
    "nul": (b"a,b\n\x00,1\n", "不是文本表格"),
    "encoding": (b"\xff\xfe\xff\xff,\x81\n", "编码"),
    "document": (archive({"word/document.xml": "<x/>"}).replace(b"xl/workbook.xml", b"xl/wordbook.xml"), "不是 Excel"),
    "columns": (("," * 300 + "\n").encode(), "超过200列"),
    "rows": (b"a,b\n" * 50_001, "超过50000行"),
    "long line": (b"x" * 1_000_000 + b",y\n", "过长"),
    "large": (b"x" * (100 * 1024 * 1024), "超过30 MB"),
    "empty": (b"", "空的"),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_files_are_refused_with_a_reason(name: str) -> None:
    content, said = HOSTILE[name]
    with pytest.raises(Refused) as refusal:
        sheets.read(content)
    assert said in str(refusal.value)


def processor_seconds(act: Callable[[], object]) -> float:
    """Return the processor time of ``act`` and its child: the clock on the wall knows other people's work too."""
    before = sum(_spent())
    with pytest.raises(Refused):
        act()
    return sum(_spent()) - before


def _spent() -> tuple[float, float]:
    import resource

    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time(), children.ru_utime + children.ru_stime


@pytest.mark.parametrize("name", list(HOSTILE))
def test_no_hostile_file_costs_a_second(name: str) -> None:
    assert processor_seconds(lambda: sheets.read(HOSTILE[name][0])) < 1


def test_a_file_that_eats_memory_takes_only_its_own_process_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MEMORY", 25 * 1024 * 1024)
    with pytest.raises(Refused, match="内存"):
        sheets.read(sheets.write_xlsx(["企业名称"], [[f"第{n}行"] for n in range(20_000)]))


def test_a_list_of_ten_thousand_stays_within_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        [f"广州第{n}号科技有限公司", "天河区", n, n * 1.5, f"电话{n}", "地址" * 10, n, n, n, n] for n in range(10_000)
    ]
    made = sheets.write_xlsx([f"列{n}" for n in range(10)], rows)
    monkeypatch.setattr(sheets, "MEMORY", 150 * 1024 * 1024)
    (read,) = sheets.read(made)
    assert len(read.rows) == 10_001
    notes = {number: "不能导入" for number in range(2, 10_002)}
    assert sheets.annotate(made, read.name, 1, notes, "导入结果", {(2, 0): "重名"})
