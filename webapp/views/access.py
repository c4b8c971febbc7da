"""Who may: decided before anything is rendered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from webapp import i18n
from webapp.extensions import now
from webapp.models.people import MANAGE_USERS, PERMISSIONS
from webapp.services import people

View = Callable[..., Any]


def needs(*permissions: str) -> Callable[[View], View]:
    """The view is for users who hold one of the permissions; others are told which, and who can grant it."""

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.organisation_id:
                abort(404)
            if not any(current_user.may(permission) for permission in permissions):
                return _missing(permissions[0])
            return view(*args, **kwargs)

        return guarded

    return decorate


def needs_service_desk(view: View) -> View:
    """The view is for the service desk; to everybody else it does not exist."""

    @wraps(view)
    @login_required
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.service_desk:
            abort(404)
        return view(*args, **kwargs)

    return guarded


def _missing(permission: str) -> Any:
    granters = people.who_may(current_user.organisation_id, MANAGE_USERS)
    page = render_template("missing_permission.html", permission=i18n._(PERMISSIONS[permission]), granters=granters)
    return page, 403


RECENTLY = timedelta(minutes=10)


def signed_in_recently() -> bool:
    """Whether the person at the keyboard gave the password in the last ten minutes."""
    session = getattr(current_user, "session", None)
    return session is not None and now() - session.signed_in_at <= RECENTLY


def to_sign_in_again(back: str) -> Any:
    """Ask for the password once more before something secret is shown, then go back."""
    return redirect(url_for("auth.login", next=back, again=1), 303)


def safe_next() -> str:
    """Where to go after signing in: a path of ours that was asked for, else the start page."""
    target = request.args.get("next", "")
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if plain and "\\" not in target else url_for("auth.start")


def to_sign_in() -> Any:
    """Send somebody who is not signed in to the sign-in page, and back afterwards."""
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    if request.headers.get("HX-Request") == "true":
        return "", 401, {"HX-Redirect": url_for("auth.login")}
    return redirect(url_for("auth.login", next=here), 303)
