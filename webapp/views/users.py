"""Administration > Users: who is there, what they may, and inviting somebody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from webapp.i18n import _
from webapp.models.people import MANAGE_USERS, PERMISSIONS, ROLES
from webapp.services import mail, people
from webapp.services.refusal import Refused
from webapp.views.access import needs
from webapp.views.page import actor, public_url, say

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


def _page(**values: Any) -> str:
    return render_template(
        "users/index.html",
        users=people.users_of(current_user.organisation),
        invitations=people.invitations_of(current_user.organisation),
        roles=ROLES,
        permissions=PERMISSIONS,
        **{"errors": {}, "email": "", "role": "member", **values},
    )
