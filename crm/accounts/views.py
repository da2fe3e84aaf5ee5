"""Where people enter and leave, and where accounts are kept."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, current_user

from crm.accounts import queries, service
from crm.accounts.forms import AccountForm, ActForm, NewAccountForm, OwnPasswordForm, PasswordForm, SignInForm
from crm.accounts.models import User
from crm.domain.access import ROLE_LABELS, Permission
from crm.domain.places import DISTRICTS
from crm.kit import clock
from crm.kit.access import public, requires
from crm.kit.db import db
from crm.kit.pages import page

bp = Blueprint("accounts", __name__)
login_manager = LoginManager()


@login_manager.request_loader
def load_user(_request: object) -> User | None:
    """Return the user of the session the cookie names; asked anew on every request."""
    token = session.get("token")
    g.sign_in = queries.signed_in(token, clock.now()) if token else None
    return g.sign_in.user if g.sign_in else None


def own_address(target: str | None) -> str:
    """Return ``target`` when it is a path of this site, else the home page: no redirect leads elsewhere."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target:
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc and not any(ord(c) < 32 for c in target):
            return target
    return url_for("desk.home")


def _enter(user: User) -> None:
    """Begin a new session in a new cookie."""
    token = service.open_session(
        user,
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        hours=current_app.config["SESSION_HOURS"],
    )
    session.clear()
    session.permanent = True
    session["token"] = token
    session["locale"] = user.locale


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    if current_user.is_authenticated:
        return redirect(url_for("desk.home"))
    form = SignInForm()
    if form.posted():
        attempt = service.try_password(form.username.data, form.password.data, request.remote_addr or "")
        if attempt.user is not None:
            _enter(attempt.user)
            return redirect(own_address(request.args.get("next")))
        # The page that says no is a 422 and would be forgotten whole; the failure must be kept.
        db.session.commit()
        if attempt.wait_until is not None:
            seconds = int((attempt.wait_until - clock.now()).total_seconds()) + 1
            form.form_errors.append(_("试错次数太多，请过 %(seconds)s 秒再试", seconds=seconds))
        else:
            form.form_errors.append(_("用户名或密码不对"))
    return page("accounts/sign_in.html", form)


@bp.post("/sign-out")
@requires(Permission.ACCOUNT_SELF)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    service.sign_out(g.sign_in)
    session.clear()
    return redirect(url_for("accounts.sign_in"))


@bp.post("/language")
@public
def language() -> ResponseReturnValue:
    """Switch between Chinese and English on this device, and for the account."""
    session["locale"] = "en" if request.form.get("locale") == "en" else "zh_CN"
    if current_user.is_authenticated:
        current_user.locale = session["locale"]
    return redirect(own_address(request.form.get("next")))


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@public
def accept(token: str) -> ResponseReturnValue:
    """Let the owner of an account set its password, once."""
    invitation = queries.invitation(token, clock.now())
    form = PasswordForm()
    if invitation is not None and form.posted():
        with form.refusals():
            _enter(service.accept(token, form.password.data))
            return redirect(url_for("desk.home"))
    answer = page("accounts/accept.html", form, invitation=invitation)
    return answer if invitation is not None else (answer[0], 404)  # type: ignore[index]


@bp.route("/me", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_SELF)
def sessions() -> ResponseReturnValue:
    """Show who one is and where one is signed in; change the password."""
    form = OwnPasswordForm()
    if form.posted():
        with form.refusals():
            service.change_password(current_user, form.old.data, form.password.data)
            flash(_("密码已改，请用新密码登录"), "good")
            return redirect(url_for("accounts.sign_in"))
    return page(
        "accounts/sessions.html",
        form,
        open_sessions=queries.sessions(current_user),
        here=g.sign_in.id,
        act=ActForm(),
        districts=DISTRICTS,
    )


@bp.post("/me/sessions/<int:session_id>/end")
@requires(Permission.ACCOUNT_SELF)
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    service.end_session(session_id, current_user)
    return redirect(url_for("accounts.sessions"))


@bp.get("/accounts")
@requires(Permission.ACCOUNT_ADMINISTER)
def index() -> ResponseReturnValue:
    """List every account."""
    rows = queries.everybody()
    state, role = request.args.get("state", ""), request.args.get("role", "")
    kept = [(user, at) for user, at in rows if (not role or user.role.value == role) and state in {"", _state(user)}]
    return page("accounts/index.html", rows=kept, roles=ROLE_LABELS, districts=DISTRICTS, state_of=_state)


def _state(user: User) -> str:
    if not user.active:
        return "disabled"
    return "active" if user.password_hash else "invited"


@bp.route("/accounts/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_ADMINISTER)
def create() -> ResponseReturnValue:
    """Open an account and show its invitation, once."""
    form = NewAccountForm()
    if form.posted():
        with form.refusals():
            user, token = service.create(current_user, form.values())
            return page("accounts/invited.html", user=user, link=invitation_link(token))
    return page("accounts/edit.html", form, user=None)


@bp.route("/accounts/<int:user_id>", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_ADMINISTER)
def change(user_id: int) -> ResponseReturnValue:
    """Change who somebody is and what the account may see."""
    user = queries.get(user_id)
    form = AccountForm(obj=user)
    if request.method == "GET":
        form.role.data = user.role.value
        form.uscc.data = queries.uscc_of(user.firm_id)
        form.agency.data = user.agency.name if user.agency else None
    if form.posted():
        with form.refusals():
            service.change(user, current_user, form.values())
            flash(_("已保存；权限变了的账号需要重新登录"), "good")
            return redirect(url_for("accounts.index"))
    return page("accounts/edit.html", form, user=user, act=ActForm())


@bp.post("/accounts/<int:user_id>/close")
@requires(Permission.ACCOUNT_ADMINISTER)
def close(user_id: int) -> ResponseReturnValue:
    """Close an account at once."""
    service.close(queries.get(user_id), current_user)
    return redirect(url_for("accounts.index"))


@bp.post("/accounts/<int:user_id>/reopen")
@requires(Permission.ACCOUNT_ADMINISTER)
def reopen(user_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    service.reopen(queries.get(user_id), current_user)
    return redirect(url_for("accounts.index"))


@bp.post("/accounts/<int:user_id>/invite")
@requires(Permission.ACCOUNT_ADMINISTER)
def invite(user_id: int) -> ResponseReturnValue:
    """Show a new invitation, once: the way to reset a password."""
    user = queries.get(user_id)
    return page("accounts/invited.html", user=user, link=invitation_link(service.invite(user, current_user)))


def invitation_link(token: str) -> str:
    """Return the address to send: built on the address this server is known by, never on what a request says."""
    return f"{current_app.config['BASE_URL']}{url_for('accounts.accept', token=token)}"
