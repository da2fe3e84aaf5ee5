"""The doors: every view says who may enter; a view that does not say is refused when the app starts."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from crm.domain.access import Permission, may

View = Callable[..., ResponseReturnValue]


def requires(permission: Permission) -> Callable[[View], View]:
    """Let in signed-in users whose role holds ``permission``: others get 403, strangers the sign-in page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
            if not may(current_user.role, permission):
                abort(403)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: View) -> View:
    """Let in everybody."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def can(permission: str) -> bool:
    """Return whether the signed-in user holds ``permission``; pages draw their buttons by it."""
    user = current_user._get_current_object()  # found once: a page asks dozens of times
    return bool(user.is_authenticated) and may(user.role, Permission(permission))


def check_every_door(app: Flask) -> None:
    """Refuse to start with a view that declares no permission.

    Raises RuntimeError naming the endpoints.
    """
    app.view_functions["static"] = public(app.view_functions["static"])
    open_doors = [name for name, view in app.view_functions.items() if not hasattr(view, "permission")]
    if open_doors:
        raise RuntimeError(f"views without @requires or @public: {', '.join(sorted(open_doors))}")
