"""Administration > Integrations > ATS > Other ATS systems: Contact Service Desk, Add connection, the request's page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_login import current_user

from webapp.connectors import ATSS
from webapp.extensions import limiter
from webapp.i18n import _
from webapp.models import ActivationRequest
from webapp.models.people import MANAGE_INTEGRATIONS
from webapp.services import connections, desk
from webapp.services.refusal import Refused
from webapp.views.access import needs, signed_in_recently, to_sign_in_again
from webapp.views.page import actor, done, say
from webapp.views.rows import NEXT_FOR_ADMIN, STATES

blueprint = Blueprint("requests", __name__, url_prefix="/administration/integrations/ats")


@blueprint.route("/requests/new", methods=["GET", "POST"])
@needs(MANAGE_INTEGRATIONS)
def new() -> Any:
    """Contact Service Desk: request the activation of an ATS."""
    form, errors = request.form, {}
    if request.method == "POST":
        try:
            made = desk.request_activation(
                current_user.organisation,
                form.get("ats", ""),
                form.get("address", ""),
                form.get("email", ""),
                form.get("note", ""),
                actor(),
            )
        except Refused as refused:
            errors = {refused.field or "": say(refused)}
        else:
            return done(_("The service desk has your request."), url_for("requests.show", id=made.id))
    email = form.get("email", current_user.email)
    page = render_template("requests/new.html", form=form, email=email, errors=errors, atss=ATSS.values())
    return page, 422 if errors else 200


@blueprint.post("/connections/<id:id>/contact")
@needs(MANAGE_INTEGRATIONS)
def contact(id: str) -> Any:
    """Contact Service Desk about an account that was added by ID and token: it files a relink request."""
    connection = connections.get(current_user.organisation, id)
    if connection is None:
        abort(404)
    made = desk.request_relink(connection, current_user._get_current_object(), actor())
    return done(_("The service desk has your request for new credentials."), url_for("requests.show", id=made.id))


def _mine(id: str) -> ActivationRequest:
    found = desk.get(id, current_user.organisation)
    if found is None:
        abort(404)
    return found


@blueprint.get("/requests/<id:id>")
@needs(MANAGE_INTEGRATIONS)
def show(id: str) -> Any:
    """Where a request stands, and what happens next."""
    return _page(_mine(id))


def _page(found: ActivationRequest, **values: Any) -> str:
    return render_template(
        "requests/show.html",
        found=found,
        state=_(STATES[found.state][1]),
        kind=STATES[found.state][0],
        next=_(NEXT_FOR_ADMIN[found.state]),
        recently=signed_in_recently(),
        **{"pair": None, **values},
    )


@blueprint.post("/requests/<id:id>/token")
@needs(MANAGE_INTEGRATIONS)
def token(id: str) -> Any:
    """Show ID and token, once, with Add connection beside it, filled in."""
    found = _mine(id)
    if not signed_in_recently():
        return to_sign_in_again(url_for("requests.show", id=id))
    if found.shared_at is None:
        abort(404)
    try:
        pair = desk.show(found, actor())
    except Refused as refused:
        return done(say(refused), url_for("requests.show", id=id), kind="bad")
    return _page(found, pair=pair)


@blueprint.post("/requests/<id:id>/close")
@needs(MANAGE_INTEGRATIONS)
def close(id: str) -> Any:
    """The request is not needed any more."""
    desk.close(_mine(id), actor())
    return done(_("The request is closed."), url_for("integrations.ats"))


def _wrong(response: Any) -> bool:
    return bool(response.status_code == 422)


@blueprint.route("/other/add", methods=["GET", "POST"])
@needs(MANAGE_INTEGRATIONS)
@limiter.limit("10 per minute", methods=["POST"], deduct_when=_wrong)
def add() -> Any:
    """Add connection: Name, ID and Token from the service desk."""
    form, errors = request.form, {}
    if request.method == "POST":
        try:
            made = desk.add_connection(
                current_user.organisation, form.get("name", ""), form.get("id", ""), form.get("token", ""), actor()
            )
        except Refused as refused:
            errors = {refused.field or "": say(refused)}
        else:
            return done(_("%(name)s is added. Activate it to show its positions.", name=made.name), _ats_page())
    page = render_template("requests/add.html", form=form, errors=errors, on=current_user.organisation.integration_on)
    return page, 422 if errors else 200


def _ats_page() -> str:
    return url_for("integrations.ats")
