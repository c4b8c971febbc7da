"""Administration > Users: who is there, what they may, and inviting somebody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_login import current_user

from webapp.i18n import _
from webapp.models import User
from webapp.models.people import MANAGE_USERS, PERMISSIONS, ROLES
from webapp.services import mail, people
from webapp.services.refusal import Refused
from webapp.views.access import needs
from webapp.views.page import actor, done, public_url, say

blueprint = Blueprint("users", __name__, url_prefix="/administration/users")


@blueprint.get("")
@needs(MANAGE_USERS)
def index() -> Any:
    """The people of the organisation and open invitations."""
    return _page()


@blueprint.post("/invite")
@needs(MANAGE_USERS)
def invite() -> Any:
    """Make a one-time address for somebody; it is shown once, to copy."""
    email, role = request.form.get("email", ""), request.form.get("role", "")
    if role not in ROLES:
        return _page(email=email, role=role, errors={"role": _("Choose one of the list.")}), 422
    try:
        token = people.invite(current_user.organisation, email, list(ROLES[role][1]), actor())
    except Refused as refused:
        return _page(email=email, role=role, errors={refused.field or "": say(refused)}), 422
    address = public_url(url_for("auth.invitation", token=token))
    mail.invite(email.strip(), current_user.organisation.name, address)
    return _page(invited=email, address=address, mailed=mail.is_set_up())


def _one(id: str) -> User:
    user = people.get_user(current_user.organisation, id)
    if user is None:
        abort(404)
    return user


@blueprint.route("/<id:id>", methods=["GET", "POST"])
@needs(MANAGE_USERS)
def edit(id: str) -> Any:
    """Grant and revoke permissions of one person."""
    user, error = _one(id), None
    if request.method == "POST":
        try:
            people.set_permissions(user, request.form.getlist("permissions"), actor())
        except Refused as refused:
            error = say(refused)
        else:
            return done(_("The permissions of %(name)s are saved.", name=user.name), url_for("users.index"))
    page = render_template("users/edit.html", user=user, permissions=PERMISSIONS, error=error)
    return page, 422 if error else 200


@blueprint.post("/<id:id>/disable")
@needs(MANAGE_USERS)
def disable(id: str) -> Any:
    """End the person's sessions at once and let them in no more."""
    user = _one(id)
    try:
        people.disable(user, actor())
    except Refused as refused:
        return done(say(refused), url_for("users.edit", id=id), kind="bad")
    return done(_("%(name)s is disabled; all sessions have ended.", name=user.name), url_for("users.index"))


@blueprint.post("/<id:id>/enable")
@needs(MANAGE_USERS)
def enable(id: str) -> Any:
    """Let the person in again."""
    user = _one(id)
    people.enable(user, actor())
    return done(_("%(name)s can sign in again.", name=user.name), url_for("users.index"))


def _page(**values: Any) -> str:
    return render_template(
        "users/index.html",
        users=people.users_of(current_user.organisation),
        invitations=people.invitations_of(current_user.organisation),
        roles=ROLES,
        permissions=PERMISSIONS,
        **{"errors": {}, "email": "", "role": "member", **values},
    )
