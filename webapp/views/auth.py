"""Sign in and out; the one-time addresses that make a user."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask_login import current_user, login_required, login_user, logout_user

from webapp.extensions import limiter, login_manager
from webapp.models import Invitation, User
from webapp.services import people, sessions
from webapp.services.refusal import Refused
from webapp.views import access
from webapp.views.page import actor, say

blueprint = Blueprint("auth", __name__)


@login_manager.user_loader
def _user(token: str) -> User | None:
    return sessions.user_of_session(str(token))


@login_manager.unauthorized_handler
def _unauthorized() -> Any:
    return access.to_sign_in()


@blueprint.get("/")
@login_required
def start() -> Any:
    """The first page for whoever is signed in."""
    return redirect(url_for("integrations.ats" if current_user.organisation_id else "desk.index"), 303)


@blueprint.get("/login")
def login() -> Any:
    """The sign-in form."""
    again = current_user.is_authenticated and request.args.get("again") == "1"
    if current_user.is_authenticated and not again:
        return redirect(access.safe_next(), 303)
    email = current_user.email if again else ""
    first = not people.there_are_users()
    return render_template("auth/login.html", email=email, wrong=False, first=first, again=again)


def _failed_sign_in(response: Any) -> bool:
    return bool(response.status_code == 422)


@blueprint.post("/login")
@limiter.limit("20 per minute")
@limiter.limit(
    "5 per 15 minutes",
    key_func=lambda: f"{request.remote_addr} {request.form.get('email', '').strip().lower()[:254]}",
    deduct_when=_failed_sign_in,
)
def sign_in() -> Any:
    """Sign in with e-mail and password."""
    email = request.form.get("email", "")
    user = sessions.sign_in(
        email[:254], request.form.get("password", "")[:128], request.remote_addr, request.user_agent.string
    )
    if user is None:
        return render_template("auth/login.html", email=email, wrong=True, first=False, again=False), 422
    session.clear()
    login_user(user)
    return redirect(access.safe_next(), 303)


@blueprint.post("/logout")
def logout() -> Any:
    """End the session; the cookie is nobody's from now on."""
    if current_user.is_authenticated:
        sessions.sign_out(current_user._get_current_object())
    logout_user()
    session.clear()
    response = redirect(url_for("auth.login"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.route("/setup/<token:token>", methods=["GET", "POST"])
@limiter.limit("20 per minute")
def setup(token: str) -> Any:
    """First-time set-up: makes the first organisation and its admin."""
    return _accept(people.read_invitation(people.SETUP, token), "auth/setup.html")


@blueprint.route("/invitation/<token:token>", methods=["GET", "POST"])
@limiter.limit("20 per minute")
def invitation(token: str) -> Any:
    """An invited person chooses a name and a password."""
    return _accept(people.read_invitation(people.INVITATION, token), "auth/invitation.html")


def _accept(invitation: Invitation | None, template: str) -> Any:
    if invitation is None:
        abort(410)
    form, error = request.form, None
    if request.method == "POST":
        try:
            user = people.accept(
                invitation,
                form.get("name", ""),
                form.get("email", ""),
                form.get("password", ""),
                form.get("organisation", ""),
                actor(),
            )
        except Refused as refused:
            error = {refused.field or "": say(refused)}
        else:
            sessions.open_session(user, request.remote_addr, request.user_agent.string)
            session.clear()
            login_user(user)
            return redirect(url_for("auth.start"), 303)
    return render_template(template, invitation=invitation, form=form, errors=error or {}), 422 if error else 200
