"""Where texts are written, compared with what is in force, proposed, and put in force by a second person."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import queries as accounts
from crm.domain.access import Permission
from crm.domain.errors import Refused
from crm.domain.policies import EDITION_WORKFLOW, SECOND_PERSON, EditionAction, EditionStatus
from crm.kit.access import can, requires
from crm.kit.forms import Form
from crm.kit.pages import page
from crm.policies import differences, faults, queries, service, store
from crm.policies.forms import ActivateForm, ProposeForm, ReasonForm, TextForm
from crm.policies.models import PolicyEdition
from crm.rules.pack import Policy
from crm.rules.reading import OWN, PackError, load, templates

bp = Blueprint("editions", __name__)

OPEN = (EditionStatus.DRAFT, EditionStatus.PROPOSED)
NEEDS: dict[EditionAction, Permission] = {
    EditionAction.PROPOSE: Permission.POLICY_EDIT,
    EditionAction.RETURN: Permission.POLICY_ACTIVATE,
    EditionAction.ACTIVATE: Permission.POLICY_ACTIVATE,
    EditionAction.WITHDRAW: Permission.POLICY_ACTIVATE,
}
TEMPLATE = (OWN.parent / "template.yaml").read_text(encoding="utf-8")


@bp.route("/editions/new", methods=["GET", "POST"])
@requires(Permission.POLICY_EDIT)
def create() -> ResponseReturnValue:
    """Write a new text, beginning with one in force, an older one, a file left in the folder, or a template."""
    form = TextForm(data={"text": _beginning()})
    found: list[faults.Fault] = []
    if form.posted():
        with form.refusals():
            form.take_file()
            try:
                edition = service.draft(current_user, form.text.data or "")
            except PackError as error:
                found = _told(form, error)
            else:
                flash(_("草稿已保存：下面是它与现行文本的差别"), "good")
                return redirect(url_for(".show", edition_id=edition.id))
    return page("policies/edit.html", form, edition=None, faults=found, theirs=[])


def _beginning() -> str:
    policy_id, edition_id = request.args.get("policy", ""), request.args.get("edition", "")
    if stray := request.args.get("file"):
        return store.stray_text(stray, queries.file_names(current_user)) or TEMPLATE
    if edition_id.isascii() and edition_id.isdigit() and len(edition_id) < 19:
        return store.sound_text(queries.get(int(edition_id), current_user)) or TEMPLATE
    if policy_id:
        try:
            return queries.text_of(queries.get_policy(policy_id).digest) or TEMPLATE
        except Refused:
            return templates().get(policy_id, TEMPLATE)
    return TEMPLATE


def _told(form: TextForm, error: PackError) -> list[faults.Fault]:
    """Put the faults beside the form, so that the page comes back with what was typed."""
    typed = store.plain(form.text.data or "")
    found = faults.told(error.faults, typed)
    form.text.errors = [*form.text.errors, _("有 %(count)s 处写错了，见上面的清单", count=len(found))]
    return found


@bp.route("/editions/<int:edition_id>/edit", methods=["GET", "POST"])
@requires(Permission.POLICY_EDIT)
def edit(edition_id: int) -> ResponseReturnValue:
    """Change a draft."""
    edition = queries.get(edition_id, current_user)
    form = TextForm(data={"text": edition.text, "version": edition.version})
    found: list[faults.Fault] = []
    theirs: list[list[differences.Line]] = []
    if form.posted():
        with form.refusals():
            form.take_file()
            try:
                service.edit(edition, current_user, form.version.data, form.text.data or "")
            except PackError as error:
                found = _told(form, error)
            except service.ChangedMeanwhileError as changed:
                theirs = differences.line_by_line(edition.text, store.plain(form.text.data or ""))
                form.version.data = changed.version
                raise
            else:
                flash(_("草稿已保存：下面是它与现行文本的差别"), "good")
                return redirect(url_for(".show", edition_id=edition.id))
    return page("policies/edit.html", form, edition=edition, faults=found, theirs=theirs)


@bp.get("/editions/<int:edition_id>")
@requires(Permission.POLICY_READ)
def show(edition_id: int) -> ResponseReturnValue:
    """Show one edition: what it changes, where it stands, what can be done with it now."""
    return _page("policies/edition.html", queries.get(edition_id, current_user))


@bp.route("/editions/<int:edition_id>/propose", methods=["GET", "POST"])
@requires(Permission.POLICY_EDIT)
def propose(edition_id: int) -> ResponseReturnValue:
    """Ask for a draft to be put in force."""
    edition = queries.get(edition_id, current_user)
    now = queries.in_force().get(edition.policy_id)
    form = ProposeForm(data={"version": edition.version, "compared_with": now.digest if now else ""})
    if form.posted():
        with form.refusals():
            _check_version(edition, form.version.data)
            service.propose(edition, current_user, form.why.data, form.compared_with.data or None)
            flash(_("已提请：由另一位系统管理员或科室负责人启用"), "good")
            return redirect(url_for(".show", edition_id=edition.id))
    return _page("policies/move.html", edition, form, action=EditionAction.PROPOSE)


@bp.route("/editions/<int:edition_id>/activate", methods=["GET", "POST"])
@requires(Permission.POLICY_ACTIVATE)
def activate(edition_id: int) -> ResponseReturnValue:
    """Put a proposal in force."""
    edition = queries.get(edition_id, current_user)
    form = ActivateForm(data={"version": edition.version, "digest": edition.digest})
    if form.posted():
        with form.refusals():
            service.activate(edition, current_user, form.digest.data or "")
            flash(_("已启用：从现在起按这份文本判断"), "good")
            return redirect(url_for("policies.show", policy_id=edition.policy_id))
    return _page("policies/move.html", edition, form, action=EditionAction.ACTIVATE)


@bp.route("/editions/<int:edition_id>/<any(return, withdraw):action>", methods=["GET", "POST"])
@requires(Permission.POLICY_ACTIVATE)
def end(edition_id: int, action: str) -> ResponseReturnValue:
    """Give a proposal back, or take a text back; both say why."""
    edition, act = queries.get(edition_id, current_user), EditionAction(action)
    form = ReasonForm(data={"version": edition.version})
    if form.posted():
        with form.refusals():
            _check_version(edition, form.version.data)
            if act is EditionAction.RETURN:
                service.send_back(edition, current_user, form.why.data)
                flash(_("已退回"), "good")
            else:
                service.withdraw(edition, current_user, form.why.data)
                flash(_("已撤回"), "good")
            return redirect(url_for(".show", edition_id=edition.id))
    return _page("policies/move.html", edition, form, action=act)


def _read(text: str | None) -> Policy | None:
    """Return the policy an older text states; None for one that cannot be read any more."""
    try:
        return service.check(text) if text else None
    except PackError:
        return None


def _check_version(edition: PolicyEdition, version: int) -> None:
    if version != edition.version:
        raise Refused("您打开之后别人办过这份文本：请看最新情况再决定")


def _moves(edition: PolicyEdition) -> list[EditionAction]:
    """Return what the reader may do now; who wrote a text is not offered what takes a second person."""
    wrote = current_user.id in {*edition.writers, edition.proposed_by_id}
    return [
        action
        for action in EDITION_WORKFLOW.actions(edition.status)
        if action in NEEDS and can(NEEDS[action]) and not (wrote and (edition.status, action) in SECOND_PERSON)
    ]


def _page(template: str, edition: PolicyEdition, form: Form | None = None, **context: Any) -> ResponseReturnValue:
    """Render a page about one edition, with its difference to what is in force now."""
    try:
        policy, found = service.check(edition.text), []
    except PackError as error:
        policy, found = None, faults.told(error.faults, edition.text)
    now = queries.in_force().get(edition.policy_id)
    open_ = edition.status in OPEN
    before = (queries.text_of(now.digest) if now else None) if open_ else queries.text_of(edition.based_on or "")
    ids = (edition.drafted_by_id, edition.proposed_by_id, edition.activated_by_id, edition.withdrawn_by_id)
    waits = edition.status is EditionStatus.PROPOSED and current_user.id in {*edition.writers, edition.proposed_by_id}
    return page(
        template,
        form,
        edition=edition,
        policy=policy,
        faults=found,
        known=now is not None or edition.policy_id in load(),
        open=open_,
        had=before is not None,
        in_words=differences.in_words(now if open_ else _read(before), policy) if policy else [],
        hunks=differences.line_by_line(before or "", edition.text),
        moves=_moves(edition),
        waits=waits,
        file_state=store.state(edition) if edition.proposed_at else None,
        people=accounts.names_of({i for i in ids if i}),
        **context,
    )
