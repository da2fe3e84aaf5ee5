"""Where one enters."""

import io

from flask import Blueprint, abort, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.ladder import RUNG_LABELS, Rung
from crm.domain.lists import OUTCOME_LABELS, ImportStatus, RowOutcome
from crm.domain.money import UNIT_LABELS, Unit
from crm.domain.places import DISTRICTS
from crm.domain.records import FIGURES, MONEY_FIGURES
from crm.imports import queries, service
from crm.imports.forms import ApplyForm, DecideForm, UploadForm
from crm.imports.vocabulary import HEADINGS
from crm.kit import sheets, tables
from crm.kit.access import requires
from crm.kit.pages import page, wan, words

bp = Blueprint("imports", __name__, url_prefix="/imports")
COMMENTED = 5_000  # cells; beyond that the column alone tells
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@requires(Permission.IMPORT_RUN)
def index() -> ResponseReturnValue:
    """List the lists one brought."""
    return page("imports/index.html", items=queries.latest(current_user), labels=OUTCOME_LABELS)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.IMPORT_RUN)
def create() -> ResponseReturnValue:
    """Take a file in."""
    form = UploadForm()
    if form.posted():
        with form.refusals():
            item = service.create(current_user, form.file.data.filename or "", form.file.data.read())
            return redirect(url_for("imports.show", import_id=item.id))
    return page("imports/create.html", form)


@bp.get("/template.xlsx")
@requires(Permission.IMPORT_RUN)
def template() -> ResponseReturnValue:
    """Give the empty workbook with the headings we know best."""
    year = queries.this_year()
    headings = [_heading(name) for name in HEADINGS]
    notes = [
        "每行一家企业一个年度；同一企业多个年度请写多行，或把年份写进表头，例如“2025年营业收入（万元）”。",
        "统一社会信用代码必填，请保持文本格式；空白格不会清除库里已有的内容。",
        f"金额列请在表头写明单位（元、万元或亿元）。日期写成 {year}-05-06。区写区名，例如天河区。",
        "证书类型：" + "、".join(RUNG_LABELS[rung] for rung in Rung) + "。",
        "研发费用有三个口径，请写进对应的列，不要混填。",
    ]
    content = sheets.write_xlsx(headings, [], notes)
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name="企业导入模板.xlsx")


def _heading(name: str) -> str:
    first = HEADINGS[name][0]
    return f"{first}（万元）" if name in MONEY_FIGURES or name == "registered_capital" else first


@bp.get("/<int:import_id>")
@requires(Permission.IMPORT_RUN)
def show(import_id: int) -> ResponseReturnValue:
    """Show where a list stands: what it asks, what it would do, what it did."""
    item = queries.get(import_id, current_user)
    chosen = request.args.get("outcome", "")
    outcome = RowOutcome(chosen) if chosen in set(RowOutcome) else None
    rows = tables.paginate(queries.rows(item, outcome), tables.page_number(), size=100)
    return page(
        "imports/show.html",
        item=item,
        job=queries.job_of(item),
        layout=service.layout_of(item),
        labels=OUTCOME_LABELS,
        outcome=outcome,
        rows=rows,
        units=UNIT_LABELS,
        heading=heading,
        field_label=field_label,
        show_change=show_change,
        error_words=error_words,
        decide_form=DecideForm(),
        apply_form=ApplyForm(),
        busy=item.status in {ImportStatus.UPLOADED, ImportStatus.APPLYING} and item.job_id is not None,
    )


@bp.post("/<int:import_id>/decide")
@requires(Permission.IMPORT_RUN)
def decide(import_id: int) -> ResponseReturnValue:
    """Take the answers to what the headings left open."""
    item = queries.get(import_id, current_user)
    answers: dict[int, tuple[str | None, Unit | None]] = {}
    for column in service.layout_of(item).columns:
        field, unit = request.form.get(f"field-{column.index}"), request.form.get(f"unit-{column.index}")
        if field or unit:
            answers[column.index] = (field or None, Unit(unit) if unit in set(Unit) else None)
    service.decide(item, current_user, answers)
    return redirect(url_for("imports.show", import_id=item.id))


@bp.post("/<int:import_id>/apply")
@requires(Permission.IMPORT_RUN)
def apply(import_id: int) -> ResponseReturnValue:
    """Write what the dry run showed."""
    item = queries.get(import_id, current_user)
    confirmed: dict[int, int] = {}
    for value in request.form.getlist("confirm"):
        number, _sep, firm = value.partition(":")
        if not (number.isdigit() and firm.isdigit()):
            abort(400)
        confirmed[int(number)] = int(firm)
    service.apply(item, current_user, confirmed)
    return redirect(url_for("imports.show", import_id=item.id))


@bp.post("/<int:import_id>/check")
@requires(Permission.IMPORT_RUN)
def check(import_id: int) -> ResponseReturnValue:
    """Look at the list again, against the register as it is now."""
    item = queries.get(import_id, current_user)
    if item.status not in {ImportStatus.CHECKED, ImportStatus.FAILED}:
        raise Refused("这份表格正在处理，或已经写入")
    service.check(item, current_user)
    return redirect(url_for("imports.show", import_id=item.id))


@bp.get("/<int:import_id>/marked")
@requires(Permission.IMPORT_RUN)
def marked(import_id: int) -> ResponseReturnValue:
    """Give the same workbook back with a column that says what became of each row, and comments on faulty cells."""
    item = queries.get(import_id, current_user)
    notes, comments = {}, {}
    for row in queries.all_rows(item):
        parts = [words(OUTCOME_LABELS[row.outcome])]
        parts += [error_words(error) for error in row.errors]
        notes[row.number] = "；".join(parts)
        for error in row.errors:
            if error["index"] is not None and len(comments) < COMMENTED:
                comments[row.number, error["index"]] = words(error["message"]).format(**error["params"])
    content = service.marked(item, _("导入结果"), notes, comments)
    stem, dot, _ending = item.file_name.rpartition(".")
    ending = "xlsx" if content.startswith(b"PK") else "csv"
    name = f"{stem if dot else item.file_name}-{_('导入结果')}.{ending}"
    return send_file(io.BytesIO(content), "application/octet-stream", as_attachment=True, download_name=name)


def heading(name: str) -> str:
    """Return the word for a target field."""
    return HEADINGS[name][0] if name in HEADINGS else name


def error_words(error: dict) -> str:
    """Return an error of a cell: where, what, how to mend it."""
    message = words(error["message"]).format(**error["params"])
    if error["index"] is None:
        return message
    return f"{sheets.column_letters(error['index'])}列“{error['heading']}”：{message}"


def field_label(key: str) -> str:
    """Return the label of a changed field: 'revenue@2025' is 2025 营业收入."""
    name, at, year = key.partition("@")
    label = words(FIGURES[name]) if name in FIGURES else heading({"certificate": "cert_kind"}.get(name, name))
    return f"{year} {label}" if at else label


def show_change(key: str, value: object) -> str | None:
    """Return a changed value as people write it: money in 万元, districts and rungs by name."""
    name = key.partition("@")[0]
    if value is None:
        return None
    if name in MONEY_FIGURES or name == "registered_capital":
        return _("%(amount)s 万元", amount=wan(int(str(value))))
    if name.endswith("_district"):
        return words(DISTRICTS.get(str(value), str(value)))
    if name == "certificate":
        kind, _sep, rest = str(value).partition(" ")
        return f"{words(RUNG_LABELS[Rung(kind)])} {rest}"
    return str(value)
