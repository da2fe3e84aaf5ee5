"""Lists to import, and forms to send back, for the measurements."""

import io
from html.parser import HTMLParser

import xlsxwriter

from crm.domain import codes

HEADINGS = [
    "统一社会信用代码",
    "企业名称",
    "注册区",
    "成立日期",
    "年度",
    "营业收入（万元）",
    "研发费用（加计扣除口径）（万元）",
    "职工总数",
]


def workbook(rows: int) -> bytes:
    """Return an .xlsx of ``rows`` new firms with one year's figures each."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    for number in range(1, rows + 1):
        code = codes.make(70_000_000 + number, region="440100")
        name = f"广州测速第{number}科技有限公司"
        sheet.write_row(number, 0, [code, name, "天河区", "2016-05-06", 2025, 1200.5 + number, 80.25, 35])
    book.close()
    return buffer.getvalue()


def form_values(html: str) -> dict[str, str]:
    """Return what stands in the fields of the page's main form, ready to be sent back."""
    reader = _Fields()
    reader.feed(html)
    return reader.values


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.inside = False
        self.select = ""
        self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "main":
            self.inside = True
        name = found.get("name") or ""
        if not self.inside:
            return
        if tag == "input" and name and found.get("type") not in {"checkbox", "radio", "submit", "file"}:
            self.values[name] = found.get("value") or ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in found or self.select not in self.values):
            self.values[self.select] = found.get("value") or ""
        elif tag == "textarea":
            self.area = name
            self.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self.inside = False
        self.select = "" if tag == "select" else self.select
        self.area = "" if tag == "textarea" else self.area

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data
