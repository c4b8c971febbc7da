"""The operator's service desk: requests of every organisation, magic links, hand over, organisations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from webapp.connectors import ATSS
from webapp.extensions import now
from webapp.i18n import _
from webapp.models import ActivationRequest
from webapp.models.people import ROLES
from webapp.services import desk, mail, people
from webapp.services.refusal import Refused
from webapp.views.access import needs_service_desk, signed_in_recently, to_sign_in_again
from webapp.views.page import actor, done, public_url, say
from webapp.views.rows import LINK_STATES, NEXT_FOR_DESK, STATES, account_row

blueprint = Blueprint("desk", __name__, url_prefix="/service-desk")


@blueprint.get("")
@needs_service_desk
def index() -> Any:
    """Requests, and linked accounts with health and last sync."""
    return render_template(
        "desk/index.html",
        requests=desk.all_open(),
        states={key: (kind, _(text)) for key, (kind, text) in STATES.items()},
        nexts={key: _(text) for key, text in NEXT_FOR_DESK.items()},
        accounts=[account_row(account) for account in desk.linked_accounts()],
    )


@blueprint.route("/requests/new", methods=["GET", "POST"])
@needs_service_desk
def new() -> Any:
    """Record a request that came by telephone or mail, for any organisation."""
    form, errors = request.form, {}
    if request.method == "POST":
        organisation = people.organisation(form.get("organisation", ""))
        try:
            if organisation is None:
                raise Refused("Choose one of the list.", "organisation")
            made = desk.request_activation(
                organisation,
                form.get("ats", ""),
                form.get("address", ""),
                form.get("email", ""),
                form.get("note", ""),
                actor(),
            )
        except Refused as refused:
            errors = {refused.field or "": say(refused)}
        else:
            return done(_("The request is recorded."), url_for("desk.show", id=made.id))
    page = render_template(
        "desk/new.html", form=form, errors=errors, organisations=people.organisations(), atss=ATSS.values()
    )
    return page, 422 if errors else 200


def _one(id: str) -> ActivationRequest:
    found = desk.get(id)
    if found is None:
        abort(404)
    return found


@blueprint.get("/requests/<id:id>")
@needs_service_desk
def show(id: str) -> Any:
    """One request: its links, what was tried, the account, and what is next."""
    return _page(_one(id))


def _page(found: ActivationRequest, **values: Any) -> str:
    return render_template(
        "desk/show.html",
        found=found,
        state=_(STATES[found.state][1]),
        kind=STATES[found.state][0],
        next=_(NEXT_FOR_DESK[found.state]),
        links=found.links,
        link_states=LINK_STATES,
        fixed=found.ats in ATSS,
        account=account_row(found.account) if found.account and found.account.is_linked else None,
        mail_is_set_up=mail.is_set_up(),
        recently=signed_in_recently(),
        moment=now(),
        **{"address": None, "pair": None, **values},
    )


@blueprint.post("/requests/<id:id>/link")
@needs_service_desk
def issue(id: str) -> Any:
    """Issue a magic link; it is shown once, to copy, and mailed if asked."""
    found = _one(id)
    token = desk.issue_link(found, actor(), choose=request.form.get("choose") == "1")
    address = public_url(url_for("connect.begin", token=token))
    if request.form.get("mail") == "1":
        mail.magic_link(found, address)
    return _page(found, address=address)


@blueprint.post("/requests/<id:id>/revoke")
@needs_service_desk
def revoke(id: str) -> Any:
    """Withdraw the open link."""
    found = _one(id)
    desk.revoke(found, actor())
    return done(_("The link is revoked."), url_for("desk.show", id=id))


@blueprint.post("/requests/<id:id>/share")
@needs_service_desk
def share(id: str) -> Any:
    """Hand over: let the organisation's admins show ID and token themselves."""
    try:
        desk.share(_one(id), actor())
    except Refused as refused:
        return done(say(refused), url_for("desk.show", id=id), kind="bad")
    return done(_("The admins of the organisation can show ID and token now."), url_for("desk.show", id=id))


@blueprint.post("/requests/<id:id>/token")
@needs_service_desk
def token(id: str) -> Any:
    """Hand over: show ID and token to the service desk, once."""
    found = _one(id)
    if not signed_in_recently():
        return to_sign_in_again(url_for("desk.show", id=id))
    try:
        pair = desk.show(found, actor())
    except Refused as refused:
        return done(say(refused), url_for("desk.show", id=id), kind="bad")
    return _page(found, pair=pair)


@blueprint.post("/requests/<id:id>/close")
@needs_service_desk
def close(id: str) -> Any:
    """Nothing more is done about this request."""
    desk.close(_one(id), actor())
    return done(_("The request is closed."), url_for("desk.index"))


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
