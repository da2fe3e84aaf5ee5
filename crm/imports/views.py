"""Where one enters."""

import io
from dataclasses import replace

from flask import abort, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.ladder import RUNG_LABELS
from crm.domain.lists import (
    ANSWER_LABELS,
    ANSWERS,
    LIST_LABELS,
    OUTCOME_LABELS,
    QUESTION_LABELS,
    WHY_LABELS,
    Answer,
    ImportStatus,
    ListKind,
    RowOutcome,
)
from crm.domain.records import FIGURES
from crm.imports import answers, memory, queries, readings, service, telling, views_reading, work  # noqa: F401 - pages, jobs
from crm.imports.blueprint import bp
from crm.imports.forms import AnswerForm, ApplyForm, BulkForm, RevokeForm, UndoForm, UploadForm
from crm.imports.vocabulary import HEADINGS, MONEY, OWN, TEMPLATE_NOTES, TEMPLATES
from crm.kit import sheets, tables
from crm.kit.access import requires
from crm.kit.pages import page, words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COMMENTED = 5_000  # cells; beyond that the column alone tells
KEPT = "kept"
ROWS_PER_PAGE, QUESTIONS_PER_PAGE = 100, 20


@bp.get("")
@requires(Permission.IMPORT_RUN)
def index() -> ResponseReturnValue:
    """List the lists one brought."""
    found = tables.paginate(queries.listing(current_user), tables.page_number())
    jobs = queries.jobs_of(found.items)
    of_each = [(item, jobs.get(item.job_id)) for item in found.items]
    items = replace(
        found, items=[(i, service.standing_of(i, job), job is not None and not job.over) for i, job in of_each]
    )
    return page("imports/index.html", items=items, labels=OUTCOME_LABELS)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.IMPORT_RUN)
def create() -> ResponseReturnValue:
    """Take a file in."""
    form = UploadForm()
    if form.posted():
        with form.refusals():
            name, content = form.file.data.filename or "", form.file.data.read()
            item = service.create(current_user, name, content, form.sender.data)
            return redirect(url_for("imports.show", import_id=item.id))
    return page("imports/create.html", form, kinds=LIST_LABELS, sources=readings.sources(current_user))


@bp.get("/template.xlsx")
@requires(Permission.IMPORT_RUN)
def template() -> ResponseReturnValue:
    """Give an empty workbook with the headings of one kind of list."""
    asked = request.args.get("kind", "")
    kind = ListKind(asked) if asked in set(ListKind) else ListKind.FIRMS
    headings = [_heading(name, kind) for name in TEMPLATES[kind]]
    notes = [
        TEMPLATE_NOTES[note].format(year=queries.this_year(), kinds="、".join(RUNG_LABELS.values()))
        for note in TEMPLATE_NOTES
        if note in {"", *TEMPLATES[kind]}
    ]
    return _workbook(headings, [], _("%(kind)s模板.xlsx", kind=words(LIST_LABELS[kind])), notes)


def _heading(name: str, kind: ListKind) -> str:
    own = OWN.get(kind, {}).get(name, HEADINGS[name])[0]
    return f"{own}（万元）" if name in MONEY else own


def _workbook(headings: list[str], rows: list[list[sheets.Cell]], name: str, notes: list[str]) -> ResponseReturnValue:
    content = sheets.write_xlsx(headings, rows, notes)
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=name)


@bp.get("/<int:import_id>")
@requires(Permission.IMPORT_RUN)
def show(import_id: int) -> ResponseReturnValue:
    """Show where a list stands: what it asks, what it would do, what it did."""
    item = queries.get(import_id, current_user)
    status, job = service.standing(item), queries.job_of(item)
    if status is ImportStatus.UPLOADED and job is None:
        return redirect(url_for("imports.reading", import_id=item.id))
    outcome, kept = _asked()
    asking = outcome is RowOutcome.UNSURE and status is ImportStatus.CHECKED
    size = QUESTIONS_PER_PAGE if asking else ROWS_PER_PAGE
    rows = tables.paginate(queries.rows(item, outcome, kept=kept), tables.page_number(), size=size)
    unsure = answers.countable(answers.open_rows(item)) if asking else {}
    return page(
        "imports/show.html",
        item=item,
        status=status,
        job=job,
        busy=job is not None and not job.over,
        layout=service.layout_of(item),
        labels=OUTCOME_LABELS,
        outcome=outcome,
        kept=kept,
        rows=rows,
        asking=asking,
        bulk=[(rule, label, unsure.get(rule, 0)) for rule, label in answers.BULK_LABELS.items()],
        offered=queries.offered(rows.items, current_user) if asking else {},
        decided=queries.decided(rows.items),
        undone=queries.count_undone(item) if item.undone_at else None,
        undoable=queries.undoable(item) if item.applied_at else 0,
        earlier=queries.earlier(item) if status is not ImportStatus.APPLIED else None,
        questions=QUESTION_LABELS,
        answers=ANSWERS,
        answer_labels=ANSWER_LABELS,
        why=WHY_LABELS,
        figures=FIGURES,
        tell=telling,
        forms_of={"apply": ApplyForm(), "answer": AnswerForm(), "undo": UndoForm()},
        bulk_form=BulkForm(),
        revoke_form=RevokeForm(),
    )


def _asked() -> tuple[RowOutcome | None, bool]:
    """Return which rows the address asks for: those of an outcome, or those an undo left where they are."""
    asked = request.args.get("outcome", "")
    return (RowOutcome(asked) if asked in set(RowOutcome) else None), asked == KEPT


@bp.post("/<int:import_id>/answer")
@requires(Permission.IMPORT_RUN)
def answer(import_id: int) -> ResponseReturnValue:
    """Take what is said of the unsure rows of one page."""
    item = queries.get(import_id, current_user)
    said: dict[int, answers.Said] = {}
    typed: dict[int, str] = {}
    for name, value in request.form.items():
        kind, _dash, number = name.partition("-")
        if kind in {"row", "code"} and value.strip() and number.isdigit():
            if kind == "code":
                typed[int(number)] = value.strip()
            else:
                said[int(number)] = _said(value)
    count = answers.answer(item, current_user, said, typed)
    flash(_("已记下 %(count)s 个名称的决定，正在重新预检", count=count), "good")
    return redirect(url_for("imports.show", import_id=item.id, outcome=RowOutcome.UNSURE.value))


def _said(value: str) -> answers.Said:
    word, _colon, firm = value.partition(":")
    if word not in set(Answer) or (firm and not firm.isdigit()):
        abort(400)
    return Answer(word), int(firm) if firm else None


@bp.post("/<int:import_id>/answer-all")
@requires(Permission.IMPORT_RUN)
def answer_all(import_id: int) -> ResponseReturnValue:
    """Say the same of every unsure row it fits."""
    item = queries.get(import_id, current_user)
    rule = request.form.get("rule", "")
    if rule not in set(answers.Bulk):
        raise Refused("请选择怎样处理")
    count = answers.answer_all(item, current_user, answers.Bulk(rule))
    flash(_("已记下 %(count)s 个名称的决定，正在重新预检", count=count), "good")
    return redirect(url_for("imports.show", import_id=item.id, outcome=RowOutcome.UNSURE.value))


@bp.get("/decisions")
@requires(Permission.IMPORT_RUN)
def decisions() -> ResponseReturnValue:
    """List what one's office has decided about names."""
    asked = request.args.get("q", "").strip()
    found = tables.paginate(memory.listing(current_user, asked), tables.page_number())
    return page("imports/decisions.html", found=found, q=asked, answer_labels=ANSWER_LABELS, revoke_form=RevokeForm())


@bp.post("/decisions/<int:decision_id>/revoke")
@requires(Permission.IMPORT_RUN)
def revoke(decision_id: int) -> ResponseReturnValue:
    """Take a decision back."""
    decision = memory.get(decision_id, current_user)
    answers.revoke(decision, current_user)
    flash(_("已撤回对“%(name)s”的决定：下次导入会重新询问", name=decision.name), "good")
    listed = request.form.get("list", "")
    if not listed.isdigit():
        return redirect(url_for("imports.decisions"))
    item = queries.get(int(listed), current_user)
    service.check_again(item, current_user)
    return redirect(url_for("imports.show", import_id=item.id))


@bp.post("/<int:import_id>/apply")
@requires(Permission.IMPORT_RUN)
def apply(import_id: int) -> ResponseReturnValue:
    """Write what the dry run showed: the whole list, or the rows that are in order."""
    item = queries.get(import_id, current_user)
    service.apply(item, current_user, whole=request.form.get("rows") == "all")
    return redirect(url_for("imports.show", import_id=item.id))


@bp.post("/<int:import_id>/undo")
@requires(Permission.IMPORT_RUN)
def undo(import_id: int) -> ResponseReturnValue:
    """Take the whole list back."""
    item = queries.get(import_id, current_user)
    service.undo(item, current_user)
    return redirect(url_for("imports.show", import_id=item.id))


@bp.post("/<int:import_id>/check")
@requires(Permission.IMPORT_RUN)
def check(import_id: int) -> ResponseReturnValue:
    """Look at the list again, against the register as it is now."""
    item = queries.get(import_id, current_user)
    service.check_again(item, current_user)
    return redirect(url_for("imports.show", import_id=item.id))


@bp.get("/<int:import_id>/file")
@requires(Permission.IMPORT_RUN)
def file(import_id: int) -> ResponseReturnValue:
    """Give the file back as it came."""
    item = queries.get(import_id, current_user)
    return _download(service.raw(item), item.file_name)


@bp.get("/<int:import_id>/rows.xlsx")
@requires(Permission.IMPORT_RUN)
def rows(import_id: int) -> ResponseReturnValue:
    """Give the rows of one outcome as a workbook: what becomes of each, then its cells as they came."""
    item = queries.get(import_id, current_user)
    outcome, kept = _asked()
    found = queries.listed(item, outcome, kept=kept)
    headings, lines = service.originals(item, {row.number for row in found})
    of_each: list[list[sheets.Cell]] = [
        [row.number, words(OUTCOME_LABELS[row.outcome]), telling.told(row), *lines.get(row.number, [])] for row in found
    ]
    label = words(OUTCOME_LABELS[outcome]) if outcome else _("没有撤销") if kept else _("全部")
    name = f"{telling.stem(item.file_name)}-{label}.xlsx"
    return _workbook([_("行号"), _("结果"), _("说明"), *headings], of_each, name, [])


@bp.get("/<int:import_id>/marked")
@requires(Permission.IMPORT_RUN)
def marked(import_id: int) -> ResponseReturnValue:
    """Give the same workbook back with a column that says what became of each row, and comments on faulty cells."""
    item = queries.get(import_id, current_user)
    notes, comments = {}, {}
    for row in queries.all_rows(item):
        notes[row.number] = "；".join(filter(None, [words(OUTCOME_LABELS[row.outcome]), telling.told(row)]))
        for error in row.errors:
            if error["index"] is not None and len(comments) < COMMENTED:
                comments[row.number, error["index"]] = telling.fault(error)
    content = service.marked(item, _("导入结果"), notes, comments)
    ending = "xlsx" if content.startswith(b"PK") else "csv"
    return _download(content, f"{telling.stem(item.file_name)}-{_('导入结果')}.{ending}")


def _download(content: bytes, name: str) -> ResponseReturnValue:
    return send_file(io.BytesIO(content), "application/octet-stream", as_attachment=True, download_name=name)
