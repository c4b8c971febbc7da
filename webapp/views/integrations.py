"""Administration > Integrations > ATS: the switch, the lists, and the beginning of a connection."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user

from webapp.connectors import ATSS, CONNECTORS, resolve, typed_address
from webapp.extensions import limiter
from webapp.i18n import _
from webapp.models.people import MANAGE_INTEGRATIONS
from webapp.services import connections, looking
from webapp.services.refusal import Refused
from webapp.views.access import needs
from webapp.views.page import actor, done, say
from webapp.views.rows import section

blueprint = Blueprint("integrations", __name__, url_prefix="/administration/integrations")


@blueprint.get("")
@needs(MANAGE_INTEGRATIONS)
def index() -> Any:
    """What can be integrated: the ATS integration and its state."""
    return render_template("integrations/index.html", **section(current_user.organisation))


@blueprint.get("/ats")
@needs(MANAGE_INTEGRATIONS)
def ats() -> Any:
    """The ATS page."""
    return _page()


def _page(**values: Any) -> str:
    find = " ".join(request.args.get("find", "").split())[:100]
    others = [a for a in ATSS.values() if not a.order]
    return render_template(
        "integrations/ats.html",
        direct=[a for a in ATSS.values() if a.order],
        others=[a for a in others if find.lower() in a.name.lower()],
        all_others=len(others),
        find=find,
        **section(current_user.organisation),
        **values,
    )


@blueprint.post("/ats/switch")
@needs(MANAGE_INTEGRATIONS)
def switch() -> Any:
    """Turn the integration on or off."""
    on = request.form.get("on") == "1"
    connections.switch(current_user.organisation, on, actor())
    message = _("The ATS integration is on.") if on else _("The ATS integration is off. Everything is kept.")
    return done(message, url_for("integrations.ats"))


@blueprint.post("/ats/recognise")
@needs(MANAGE_INTEGRATIONS)
def recognise() -> Any:
    """Name the ATS behind the address of a careers page, without asking the network."""
    address = request.form.get("address", "").strip()[:2000]
    if typed_address(address) is None:
        return _page(address=address, address_error=_("This is no web address: those begin with https://.")), 422
    found = resolve(address)
    if found is None:
        unknown = _("The address alone does not tell which system it is. Berth can ask the page once, and see.")
        return _page(address=address, address_hint=unknown, may_look=True)
    return redirect(url_for("integrations.connect", ats=CONNECTORS[found[0]].ats.slug, address=address), 303)


@blueprint.post("/ats/look")
@limiter.limit("10 per minute")
@needs(MANAGE_INTEGRATIONS)
def look() -> Any:
    """*Look at this page*: ask it once which way in reads it."""
    address = request.form.get("address", "").strip()[:2000]
    try:
        seen = looking.look_at(address)
    except Refused as refused:
        return _page(address=address, address_error=say(refused), may_look=True), 422
    way = seen.way_in
    to = url_for("integrations.connect", ats=way.ats.slug, way_in=way.slug, address=seen.address)
    return redirect(to, 303)


@blueprint.route("/ats/connect/<slug:ats>", methods=["GET", "POST"])
@needs(MANAGE_INTEGRATIONS)
def connect(ats: str) -> Any:
    """Connect → give it a name → Create name."""
    if ats not in ATSS:
        abort(404)
    address, way_in = request.values.get("address", "")[:2000], request.values.get("way_in", "")
    recognised = _recognised(ats, address, way_in)
    name, error = request.form.get("name", ""), None
    if request.method == "POST":
        try:
            known = (recognised or {}, way_in if recognised else "")
            made = connections.create(current_user.organisation, ats, name, actor(), *known)
        except Refused as refused:
            error = say(refused)
        else:
            return redirect(url_for("connections.show", id=made.id), 303)
    page = render_template(
        "integrations/connect.html",
        ats=ATSS[ats],
        name=name,
        error=error,
        address=address if recognised else "",
        way_in=way_in if recognised else "",
        on=current_user.organisation.integration_on,
    )
    return page, 422 if error else 200


def _recognised(ats: str, address: str, way_in: str) -> dict[str, str] | None:
    """The fields that an address tells, by itself or where a way in was seen to read the page behind it."""
    if way_in in CONNECTORS and CONNECTORS[way_in].ats.slug == ats:
        return CONNECTORS[way_in].at(address)
    found = resolve(address) if address else None
    return found[1] if found and CONNECTORS[found[0]].ats.slug == ats else None
