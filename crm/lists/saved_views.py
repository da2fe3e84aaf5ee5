"""Where a list is given a name, and what is done with the names."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm.domain.access import BUREAU_ROLES, Permission
from crm.kit import clock
from crm.kit.access import requires
from crm.kit.pages import page
from crm.lists import queries, saved, service
from crm.lists.addresses import address, asked_of, query_of
from crm.lists.forms import ViewForm

bp = Blueprint("saved", __name__, url_prefix="/firms/views")


@bp.get("")
@requires(Permission.FIRM_LIST)
def index() -> ResponseReturnValue:
    """List the views one may use."""
    return page("lists/views.html", views=saved.shown(current_user))


@bp.get("/counts")
@requires(Permission.FIRM_LIST)
def counts() -> ResponseReturnValue:
    """Give the number of firms behind each pinned view, for the side of a page that stands already."""
    today = clock.today()
    found = [(view.id, asked_of(view.query, today)) for view in saved.pinned(current_user)]
    return page(
        "lists/_counts.html",
        counts=[(number, queries.count(current_user, asked, asked.day(today))) for number, asked in found],
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.FIRM_LIST)
def create() -> ResponseReturnValue:
    """Keep a list under a name."""
    form = ViewForm()
    if not form.is_submitted():
        form.query.data = request.query_string.decode("utf-8", "replace")
    asked = asked_of(form.query.data or "", clock.today())
    if form.posted():
        with form.refusals():
            view = service.save(current_user, form.name.data or "", query_of(asked), shared=bool(form.shared.data))
            flash(_("已保存视图“%(name)s”", name=view.name), "good")
            return redirect(url_for("lists.index", view=view.id))
    return page("lists/view.html", form, view=None, back=address(asked.but(view=None)), may_share=_may_share())


@bp.route("/<int:view_id>", methods=["GET", "POST"])
@requires(Permission.FIRM_LIST)
def change(view_id: int) -> ResponseReturnValue:
    """Rename a view of one's own, share it."""
    view = saved.get_own(view_id, current_user)
    form = ViewForm(obj=view)
    if form.posted():
        with form.refusals():
            service.change(view, current_user, form.name.data or "", shared=bool(form.shared.data))
            flash(_("已保存"), "good")
            return redirect(url_for("lists.saved.index"))
    return page("lists/view.html", form, view=view, back=url_for("lists.saved.index"), may_share=_may_share())


@bp.post("/<int:view_id>/replace")
@requires(Permission.FIRM_LIST)
def replace(view_id: int) -> ResponseReturnValue:
    """Let a view of one's own stand for the list as it is now."""
    view = saved.get_own(view_id, current_user)
    asked = asked_of(request.form.get("query", ""), clock.today())
    service.replace(view, current_user, query_of(asked))
    flash(_("视图“%(name)s”已更新", name=view.name), "good")
    return redirect(url_for("lists.index", view=view.id))


@bp.post("/<int:view_id>/pin")
@requires(Permission.FIRM_LIST)
def pin(view_id: int) -> ResponseReturnValue:
    """Put a view at the side of one's pages, or take it from there."""
    service.pin(saved.get(view_id, current_user), current_user, pinned=request.form.get("on") == "1")
    return redirect(url_for("lists.saved.index"))


@bp.post("/<int:view_id>/first")
@requires(Permission.FIRM_LIST)
def first(view_id: int) -> ResponseReturnValue:
    """Open the list with this view, or no longer."""
    service.open_first(saved.get(view_id, current_user), current_user, first=request.form.get("on") == "1")
    return redirect(url_for("lists.saved.index"))


@bp.post("/<int:view_id>/remove")
@requires(Permission.FIRM_LIST)
def remove(view_id: int) -> ResponseReturnValue:
    """Take a view of one's own away."""
    service.remove(saved.get_own(view_id, current_user), current_user)
    flash(_("已删除视图"), "good")
    return redirect(url_for("lists.saved.index"))


def _may_share() -> bool:
    return current_user.role in BUREAU_ROLES
