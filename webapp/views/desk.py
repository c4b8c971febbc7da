"""Service desk > Organisations: every organisation of this installation, each with its first admin invited."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from webapp.models.people import ROLES
from webapp.services import mail, people
from webapp.services.refusal import Refused
from webapp.views.access import needs_service_desk
from webapp.views.page import actor, public_url, say

blueprint = Blueprint("desk", __name__, url_prefix="/service-desk")


@blueprint.route("/organisations", methods=["GET", "POST"])
@needs_service_desk
def organisations() -> Any:
    """All organisations; POST makes one and an invitation for its first admin."""
    form, error, made, address = request.form, {}, None, None
    if request.method == "POST":
        try:
            made, token = people.create_organisation_with_admin(
                form.get("name", ""), form.get("email", ""), list(ROLES["admin"][1]), actor()
            )
            address = public_url(url_for("auth.invitation", token=token))
            mail.invite(form.get("email", "").strip(), made.name, address)
        except Refused as refused:
            error = {refused.field or "": say(refused)}
    page = render_template(
        "desk/organisations.html",
        organisations=people.organisations(),
        form={} if made else form,
        errors=error,
        made=made,
        address=address,
    )
    return page, 422 if error else 200
