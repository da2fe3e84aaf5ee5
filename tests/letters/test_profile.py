"""The profile on paper, checked with outside tools; and the printer's fence."""

import http.server
import io
import re
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from crm.domain.errors import Refused
from crm.domain.records import Source
from crm.firms.models import Firm, IntellectualProperty
from crm.kit import jobs, pdf
from crm.kit.db import db, transaction
from crm.kit.jobs import Job, JobStatus
from tests.make import Make

WAN = 1_000_000
RARE = "广州𬭎㛃科技有限公司"


def tool(name: str, *arguments: str, content: bytes = b"") -> str:
    assert shutil.which(name), f"{name} is missing: apt-get install poppler-utils"
    return subprocess.run([name, *arguments], input=content, capture_output=True, check=True).stdout.decode()


@pytest.fixture
def printed(make: Make, browse, tmp_path: Path) -> Path:
    firm = make.firm(name=RARE, main_product="工业设备运维软件", tech_field="1", industry_code="6513")
    make.certification(firm, "tech_sme", number="S1", issued_on=date(2026, 6, 1), expires_on=date(2026, 12, 31))
    for year in (2022, 2023, 2024, 2025):
        make.annual_return(firm, year, source=Source.AUDIT, revenue=year * WAN, rd_hte=100 * WAN, employees_total=60)
    make.add(
        IntellectualProperty(firm_id=firm.id, kind="invention", number="1", title="发明", granted_on=date(2020, 1, 1))
    )
    content = browse(make.user("officer")).get(f"/firms/{firm.id}/papers/profile.pdf").data
    path = tmp_path / "profile.pdf"
    path.write_bytes(content)
    return path


def test_pages_size_fonts(printed: Path) -> None:
    pages = int(re.search(r"Pages:\s+(\d+)", tool("pdfinfo", str(printed)))[1])
    assert 2 <= pages <= 3
    assert printed.stat().st_size < 300 * 1024
    fonts = tool("pdffonts", str(printed)).splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts), "every font is embedded"
    assert "0 embedded files" in tool("pdfdetach", "-list", str(printed))


@pytest.mark.usefixtures("noon")
def test_chinese_is_searchable_rare_characters_too(printed: Path) -> None:
    text = re.sub(r"\s", "", tool("pdftotext", str(printed), "-"))
    for words in (
        RARE,
        "科技型中小企业",
        "工业设备运维软件",
        "32号第十一条",
        "2,025.00",
        "审计报告",
        "不是资格证明",
        "发明专利",
    ):
        assert words in text, words
    assert "缺数据" in text, "what is not known is said"


def test_rare_characters_have_glyphs(app: Flask, tmp_path: Path) -> None:
    """𬭎 and 㛃 drawn look like neither each other nor the box that stands for a missing glyph."""

    def drawn(character: str) -> bytes:
        html = f"<html><body><p>{character}</p></body></html>"
        path = tmp_path / "glyph.pdf"
        path.write_bytes(pdf.render(html, ("kit/paper.css",)))
        tool("pdftoppm", "-r", "100", "-gray", str(path), str(tmp_path / "glyph"))
        return next(tmp_path.glob("glyph*.pgm")).read_bytes()

    with app.app_context():
        pictures = [drawn(character) for character in ("𬭎", "㛃", "\U000e1234", "\U000e1235")]
    assert len(set(pictures[:3])) == 3


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server that remembers who called."""
    calls: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", calls
    server.shutdown()
    server.server_close()


PAYLOADS = [
    '<img src="{url}/img">',
    '<link rel="stylesheet" href="{url}/css">',
    '<link rel="attachment" href="file:///etc/passwd">',
    '<a rel="attachment" href="file:///etc/passwd">x</a>',
    "<style>@import url({url}/import); body {{ background: url({url}/bg) }}</style>",
    '<object data="{url}/object"></object>',
    '<embed src="file:///etc/passwd">',
    '<svg><image href="{url}/svg"/></svg>',
    '<svg><use href="file:///etc/passwd#x"/></svg>',
    "<style>@font-face {{ font-family: x; src: url({url}/font) }} p {{ font-family: x }}</style><p>x</p>",
    '<iframe src="{url}/frame"></iframe>',
    "<base href='{url}/'><img src='relative'>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_is_fetched_from_network_or_disk(app: Flask, listener, payload: str, tmp_path: Path) -> None:
    url, calls = listener
    with app.app_context():
        made = pdf.render(f"<html><body>{payload.format(url=url)}<p>正文</p></body></html>", ("kit/paper.css",))
    path = tmp_path / "x.pdf"
    path.write_bytes(made)
    assert calls == []
    assert "0 embedded files" in tool("pdfdetach", "-list", str(path))
    assert "root:" not in tool("pdftotext", str(path), "-")
    assert b"/etc/passwd" not in made.replace(b"file:///etc/passwd", b"") or b"root:x" not in made


def test_what_people_type_is_text_on_paper(make: Make, browse, listener, tmp_path: Path) -> None:
    url, calls = listener
    firm = make.firm(
        name="广州注入有限公司",
        address=f'<img src="{url}/x">',
        main_product="<link rel=attachment href=file:///etc/passwd>",
    )
    path = tmp_path / "x.pdf"
    path.write_bytes(browse(make.user("officer")).get(f"/firms/{firm.id}/papers/profile.pdf").data)
    assert calls == []
    assert "<img" in tool("pdftotext", str(path), "-")


def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_printed(app: Flask, monkeypatch) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 0.2)
    with app.app_context():
        with pytest.raises(Refused, match="费时"):
            pdf.render("<p>" + "长" * 200_000 + "</p>", ("kit/paper.css",))
        monkeypatch.setattr(pdf, "SECONDS", 30)
        assert pdf.render("<p>短</p>", ("kit/paper.css",)).startswith(b"%PDF")
        with pytest.raises(Refused, match="太多"):
            pdf.render("长" * 700_000, ("kit/paper.css",))


def test_a_printer_that_dies_is_replaced(app: Flask) -> None:
    with app.app_context():
        pdf.render("<p>甲</p>", ("kit/paper.css",))
        pdf._printers[0].child.kill()
        pdf._printers[0].child.wait()
        assert pdf.render("<p>乙</p>", ("kit/paper.css",)).startswith(b"%PDF")


def test_empty_and_overflowing_firms_lay_out(make: Make, browse, tmp_path: Path) -> None:
    empty = make.firm(name="广州空白有限公司", established_on=None)
    full = make.firm(name="广州" + "很长的名字" * 18 + "有限公司", address="地址" * 140, main_product="产品" * 90)
    for number in range(40):
        make.certification(
            full, "tech_sme", number=f"S{number}", issued_on=date(2020, 1, 1), expires_on=date(2020, 12, 31)
        )
    officer = browse(make.user("officer"))
    for firm, most in ((empty, 3), (full, 4)):
        path = tmp_path / "x.pdf"
        path.write_bytes(officer.get(f"/firms/{firm.id}/papers/profile.pdf").data)
        assert int(re.search(r"Pages:\s+(\d+)", tool("pdfinfo", str(path)))[1]) <= most


def test_another_firm_s_profile_is_not_there(make: Make, browse) -> None:
    foreign = make.firm(registration_district="440112")
    browse(make.user("officer", districts=["440106"])).get(f"/firms/{foreign.id}/papers/profile.pdf", 404)
    browse(make.user("firm_editor")).get(f"/firms/{foreign.id}/papers/profile.pdf", 404)


def confirmed(browser, firms) -> str:
    """Pick firms for a print and confirm the preview; return the address of the act."""
    picked = {"firm_ids": [str(firm.id) for firm in firms], "query": ""}
    address = browser.post("/bulk/new/profiles", picked, 302).response.location
    browser.post(f"{address}/go", {}, 302)
    return address


def test_a_zip_of_a_selection(app: Flask, make: Make, browse) -> None:
    user = make.user("officer", districts=["440106"])
    mine, odd, moving = make.firm(), make.firm(name="../../etc/坏名字有限公司"), make.firm(name="搬走的公司")
    foreign = make.firm(registration_district="440112", name="别区有限公司")
    officer = browse(user)
    address = confirmed(officer, (mine, odd, moving, foreign))
    with app.app_context():
        with transaction():
            db.session.get(Firm, moving.id).registration_district = "440112"
        assert jobs.run_next()
        job = db.session.query(Job).one()
        assert (job.status, job.done, job.total) == (JobStatus.DONE, 3, 3)
    page = officer.get(address)
    assert "已办理 2" in page.words
    assert "不办理 1" in page.words
    answer = officer.get(next(link for link in page.links() if link.endswith("/result")))
    assert answer.response.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        assert len(names) == 2
        assert all("/" not in name and ".." not in name and name.endswith(".pdf") for name in names)
        assert all(archive.read(name).startswith(b"%PDF") for name in names)


def test_a_cancelled_print_stops(app: Flask, make: Make, browse) -> None:
    officer = browse(make.user("officer"))
    address = confirmed(officer, [make.firm() for _ in range(3)])
    with app.app_context():
        with transaction():
            db.session.query(Job).one().cancel_asked = True
        jobs.run_next()
        assert db.session.query(Job).one().status is JobStatus.CANCELLED
    assert "已停止，未办理 3" in officer.get(address).words


def test_nothing_chosen_is_said(make: Make, browse) -> None:
    assert "请先选择企业" in browse(make.user("officer")).post("/bulk/new/profiles", {}, 422).words
