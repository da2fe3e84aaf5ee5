"""Where groups of companies are looked at: who belongs to them and what the members come to together."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from crm.domain.access import Permission
from crm.domain.records import FIGURES, MONEY_FIGURES
from crm.firms import groups
from crm.firms.care_forms import GroupForm
from crm.kit import clock, tables
from crm.kit.access import requires
from crm.kit.pages import page

bp = Blueprint("groups", __name__, url_prefix="/groups")


@bp.get("")
@requires(Permission.FIRM_LIST)
def index() -> ResponseReturnValue:
    """List the groups with a firm the reader may see."""
    return page("firms/groups.html", found=groups.listing(current_user, tables.page_number(), clock.today()))


@bp.get("/<int:group_id>")
@requires(Permission.FIRM_LIST)
def show(group_id: int) -> ResponseReturnValue:
    """Show a group on a day: its members, the sums of their figures in force, who came and went."""
    group = groups.get(group_id, current_user)
    today = clock.today()
    day = tables.asked_day(today)
    members, hidden = groups.members(group, current_user, day)
    years = groups.years(members)
    asked = request.args.get("year", type=int)
    year = asked if asked in years else (years[0] if years else None)
    return page(
        "firms/group.html",
        group=group,
        members=members,
        hidden=hidden,
        years=years,
        year=year,
        sums=groups.sums(members, year) if year else [],
        labels=FIGURES,
        money_figures=MONEY_FIGURES,
        history=groups.history(group, current_user),
        day=day,
        past=day != today,
    )


@bp.route("/<int:group_id>/edit", methods=["GET", "POST"])
@requires(Permission.FIRM_EDIT)
def edit(group_id: int) -> ResponseReturnValue:
    """Rename a group, put another member at its head."""
    group = groups.get(group_id, current_user)
    today = clock.today()
    members, _hidden = groups.members(group, current_user, today)
    form = GroupForm(obj=group)
    form.head_firm_id.choices = [SelectChoice("", _("未指定")), *(SelectChoice(str(f.id), f.name) for f in members)]
    if group.head_firm_id is not None and all(firm.id != group.head_firm_id for firm in members):
        form.head_firm_id.choices.append(SelectChoice(str(group.head_firm_id), _("现任牵头企业（不在您的管理范围）")))
    if request.method == "GET":
        form.head_firm_id.data = str(group.head_firm_id or "")
    if form.posted():
        with form.refusals():
            head = int(form.head_firm_id.data) if form.head_firm_id.data else None
            groups.change(group, current_user, form.name.data or "", head, today)
            flash(_("已保存"), "good")
            return redirect(url_for("firms.groups.show", group_id=group.id))
    return page("firms/group_edit.html", form, group=group)
