"""Where people enter and leave."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user

from crm.accounts import queries, service
from crm.accounts.forms import SignInForm
from crm.accounts.models import User
from crm.domain.access import Permission
from crm.kit import clock
from crm.kit.access import public, requires
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


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    if current_user.is_authenticated:
        return redirect(url_for("desk.home"))
    form = SignInForm()
    if form.posted():
        with form.refusals():
            user, token = service.sign_in(
                form.username.data,
                form.password.data,
                address=request.remote_addr or "",
                agent=request.user_agent.string,
                hours=current_app.config["SESSION_HOURS"],
            )
            session.clear()
            session.permanent = True
            session["token"] = token
            session["locale"] = user.locale
            return redirect(own_address(request.args.get("next")))
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
    """Switch between Chinese and English on this device."""
    session["locale"] = "en" if request.form.get("locale") == "en" else "zh_CN"
    return redirect(own_address(request.form.get("next")))


@bp.get("/me")
@requires(Permission.ACCOUNT_SELF)
def sessions() -> ResponseReturnValue:
    """Show who one is and where one is signed in."""
    return page("accounts/sessions.html")
