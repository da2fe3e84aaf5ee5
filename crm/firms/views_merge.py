"""Where two files are made one: choosing the other, the preview with its choices, what was done, undoing it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import Permission
from crm.domain.finding import fold, stem
from crm.firms import groups, merge_plan, queries, tags
from crm.firms import merge as merging
from crm.firms import unmerge as unmerging
from crm.firms.blueprint import bp
from crm.firms.forms import MergeForm, RemoveForm
from crm.firms.labels import FIELD_LABELS, SUBJECT_LABELS
from crm.firms.merge_plan import Met
from crm.firms.models import Firm
from crm.firms.rows import Row
from crm.firms.telling import Teller
from crm.journal.service import plain
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.db import Base
from crm.kit.pages import page, words

# How many values of a row say which one it is, and how many rows of a kind are told one by one.
SAID, TOLD = 4, 50


@bp.get("/<int:firm_id>/merge")
@requires(Permission.FIRM_MERGE)
def merge_with(firm_id: int) -> ResponseReturnValue:
    """Choose the other file; until something is asked, those of a like name are offered."""
    firm = queries.get(firm_id, current_user)
    asked = request.args.get("q", "").strip()[:100]
    found = queries.called(current_user, asked or stem(fold(firm.name)), but=firm)
    head = queries.head(firm, clock.today())
    return page("firms/merge_with.html", firm=firm, head=head, asked=asked, found=found)


@bp.route("/<int:firm_id>/merge/<int:other_id>", methods=["GET", "POST"])
@requires(Permission.FIRM_MERGE)
def merge(firm_id: int, other_id: int) -> ResponseReturnValue:
    """Show what making two files one would do, field by field and row by row; sent, do it."""
    # In the order of their numbers: two people who merge the same two wait for each other.
    two = {number: queries.get(number, current_user) for number in sorted({firm_id, other_id})}
    kept, gone = two[firm_id], two[other_id]
    form = MergeForm()
    plan = merge_plan.plan(kept, gone, clock.today())
    if form.posted():
        with form.refusals():
            chosen = {choice.field: request.form.get(f"take-{choice.field}", "") for choice in plan.choices}
            done = merging.do(kept, gone, current_user, chosen, form.seal.data or "", clock.today())
            flash(_("已合并"), "good")
            return redirect(url_for("firms.merged", firm_id=kept.id, merge_id=done.id))
    form.seal.data = plan.seal
    people = [(c.field, value) for c in plan.choices for value in (c.kept, c.gone)]
    return page(
        "firms/merge.html",
        form,
        firm=kept,
        head=queries.head(kept, clock.today()),
        gone=gone,
        plan=plan,
        chosen={c.field: request.form.get(f"take-{c.field}") or c.default for c in plan.choices},
        joinable=merging.JOINABLE,
        teller=Teller([], office=True, contacts=True, also=people),
        labels=FIELD_LABELS,
        subjects=SUBJECT_LABELS,
        say=_saying([row for row, _changed in plan.moving] + [row for met in plan.met for row in (met.row, met.like)]),
        differing=_differing,
        told=TOLD,
    )


@bp.get("/<int:firm_id>/merges/<int:merge_id>")
@requires(Permission.FIRM_MERGE)
def merged(firm_id: int, merge_id: int) -> ResponseReturnValue:
    """Show what a merge did, and whether it can be undone."""
    firm = queries.get(firm_id, current_user)
    return _merged(firm, merging.get(merge_id, firm), RemoveForm())


@bp.post("/<int:firm_id>/merges/<int:merge_id>/undo")
@requires(Permission.FIRM_MERGE)
def unmerge(firm_id: int, merge_id: int) -> ResponseReturnValue:
    """Undo a merge: both files as they were."""
    firm = queries.get(firm_id, current_user)
    done, form = merging.get(merge_id, firm), RemoveForm()
    if form.posted():
        with form.refusals():
            unmerging.undo(done, current_user)
            flash(_("已撤销合并，两份档案恢复原样"), "good")
            return redirect(url_for("firms.merged", firm_id=firm.id, merge_id=done.id))
    return _merged(firm, done, form)


def _merged(firm: Firm, done: Any, form: RemoveForm) -> ResponseReturnValue:
    standing = [] if done.undone_at else unmerging.obstacles(done)
    say = _saying([Row(Base.metadata.tables[each.table], "", each.values) for each in standing])
    changed = [entry for entry in done.log if entry[0] != "firm"]
    fields = next((entry for entry in done.log if entry[0] == "firm" and entry[1] == [firm.id]), None)
    counts: dict[str, int] = {}
    for table, *_rest in changed:
        counts[table] = counts.get(table, 0) + 1
    people = [(name, value) for side in (fields[2:4] if fields else []) for name, value in side.items()]
    teller = Teller([], office=True, contacts=True, also=people)
    lines = [
        (
            words(FIELD_LABELS.get(name, name)),
            teller.value("firm", name, was),
            teller.value("firm", name, fields[3][name]),
        )
        for name, was in (fields[2].items() if fields else ())
    ]
    return page(
        "firms/merged.html",
        form,
        firm=firm,
        head=queries.head(firm, clock.today()),
        done=done,
        gone=queries.merged_file(done.gone_id),
        lines=lines,
        counts=counts,
        subjects=SUBJECT_LABELS,
        obstacles=standing,
        say=lambda table, values: say(Row(Base.metadata.tables[table], "", values)),
    )


def _saying(told: Sequence[Row]) -> Callable[[Row], str]:
    """Return a function that says which row it is, in words: the first few things it says, tag and group by name."""
    teller = Teller([], office=True, contacts=True)
    named = {
        "tag_id": tags.names_of({row.values["tag_id"] for row in told if "tag_id" in row.values}),
        "group_id": groups.names_of({row.values["group_id"] for row in told if "group_id" in row.values}),
    }

    def say(row: Row) -> str:
        skip = {
            c.name for c in row.table.columns if c.primary_key or c.foreign_keys or c.type.python_type in {bool, object}
        }
        said = [names[row.values[key]] for key, names in named.items() if row.values.get(key) in names]
        said += [
            teller.value(row.table.name, name, plain(value))
            for name, value in row.values.items()
            if name not in skip and value not in (None, "") and not name.endswith(("_at", "sha256", "_hash", "key"))
        ]
        return " · ".join(text[:40] for text in said[:SAID])

    return say


def _differing(met: Met) -> list[tuple[str, str, str]]:
    """Return (label, what stays in use, what stays behind) where two rows of one kind say different things."""
    teller = Teller([], office=True, contacts=True)
    table = met.row.table
    return [
        (
            words(FIELD_LABELS[name]),
            teller.value(table.name, name, plain(ours)),
            teller.value(table.name, name, plain(theirs)),
        )
        for name, ours in met.like.values.items()
        if name in FIELD_LABELS
        and not table.c[name].foreign_keys
        and (theirs := met.row.values[name]) is not None
        and name not in met.filled
        and theirs != ours
    ]
