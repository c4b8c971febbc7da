"""The link flow, for the customer with a magic link and for the admin who pressed Connect or Relink Flow.

GET never changes anything. The link's row decides what an address may do; its steps are addresses of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user

from webapp.connectors import ATSS, CONNECTORS, InvalidConfig, typed_address
from webapp.extensions import limiter
from webapp.i18n import N_, _
from webapp.models import Link
from webapp.models.accounts import ADMIN, RELINK
from webapp.services import accounts, desk, linking
from webapp.services.linking import LinkClosed
from webapp.services.refusal import Refused
from webapp.views import connect_form as form
from webapp.views.access import to_sign_in
from webapp.views.page import actor, done, say

blueprint = Blueprint("connect", __name__, url_prefix="/connect/<token:token>")
limiter.limit("120 per minute")(blueprint)
STEPS = (N_("Way in"), N_("Details"), N_("Check"), N_("Done"))
CLOSED = {
    "forged": (404, N_("This link is not complete"), N_("Copy the whole address once more, or ask for a new link.")),
    "expired": (410, N_("This link has expired"), N_("Nothing was stored. Ask for a new link.")),
    "revoked": (410, N_("This link is no longer valid"), N_("It was replaced by a newer one, or withdrawn.")),
    "used": (
        410,
        N_("This link has been used"),
        N_("The connection is established. There is nothing left to do here."),
    ),
}


def step(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view of an open link; a closed one gets the page that says how to go on."""

    @wraps(view)
    def opened(token: str) -> Any:
        user = current_user._get_current_object() if current_user.is_authenticated else None
        try:
            link = linking.open_link(token, user)
            return view(token, link)
        except LinkClosed as closed:
            return _closed(closed)

    return opened


def _closed(closed: LinkClosed) -> Any:
    link, token = closed.link, (request.view_args or {}).get("token")
    if closed.reason == "signed_out" and not current_user.is_authenticated:
        return to_sign_in()
    admin = link is not None and link.audience == ADMIN
    status, title, text = CLOSED.get(closed.reason, CLOSED["forged"])
    page = render_template(
        "connect/closed.html", title=_(title), text=_(text), admin=admin, reason=closed.reason, token=token
    )
    return page, status


def values(token: str, link: Link, current: int) -> dict[str, Any]:
    """What every page of the flow needs; `current` is the number of its step."""
    ats = ATSS.get(link.account.ats or "")
    return {
        "token": token,
        "link": link,
        "ats": ats,
        "ways": accounts.ways_in(link.account.ats),
        "steps": [_(s) for s in STEPS],
        "current": current,
        "relink": link.purpose == RELINK,
        "admin": link.audience == ADMIN,
    }


@blueprint.get("")
@step
def begin(token: str, link: Link) -> Any:
    """Where the link stands: the first step that is not done."""
    if link.audience != ADMIN and link.started_at is None:
        return render_template("connect/start.html", **values(token, link, 0))
    if link.account.ats is None:
        return redirect(url_for("connect.ats", token=token), 303)
    if link.accepted:
        return redirect(url_for("connect.check", token=token), 303)
    if link.way_in or len(accounts.ways_in(link.account.ats)) == 1:
        return redirect(url_for("connect.details", token=token), 303)
    return redirect(url_for("connect.way_in", token=token), 303)


@blueprint.post("/start")
@step
def start(token: str, link: Link) -> Any:
    """The holder's first act."""
    linking.start(link)
    return redirect(url_for("connect.begin", token=token), 303)


@blueprint.route("/ats", methods=["GET", "POST"])
@step
def ats(token: str, link: Link) -> Any:
    """Choose the ATS, where the service desk did not fix it."""
    error = None
    if request.method == "POST":
        try:
            linking.choose_ats(link, request.form.get("ats", ""))
        except Refused as refused:
            error = say(refused)
        else:
            return redirect(url_for("connect.begin", token=token), 303)
    return _ats(token, link, error)


def _ats(token: str, link: Link, error: str | None = None, address: str = "", not_seen: str | None = None) -> Any:
    page = render_template(
        "connect/ats.html",
        error=error,
        atss=ATSS.values(),
        address=address or link.account.draft.get("values", {}).get("url", ""),
        not_seen=not_seen,
        **values(token, link, 0),
    )
    return page, 422 if error or not_seen else 200


@blueprint.post("/look")
@limiter.limit("10 per minute")
@step
def look(token: str, link: Link) -> Any:
    """*Look at this page*: asks the network once which way in reads a careers page, and fills in its fields."""
    address = request.form.get("address", "").strip()[:2000]
    try:
        seen = linking.look(link, address)
    except Refused as refused:
        if link.account.ats is None:
            return _ats(token, link, address=address, not_seen=say(refused))
        connector = CONNECTORS[link.way_in or accounts.ways_in(link.account.ats)[0].slug]
        return _details(token, link, connector, linking.typed(link), {"": say(refused)}, address=address)
    way = f"{seen.way_in.ats.name} ({_(seen.way_in.way_in)})"
    return done(_("Found: %(way)s. Check it and go on.", way=way), url_for("connect.details", token=token))


@blueprint.route("/way-in", methods=["GET", "POST"])
@step
def way_in(token: str, link: Link) -> Any:
    """Choose the way in: with credentials or by the careers page, each explained."""
    if link.account.ats is None:
        return redirect(url_for("connect.ats", token=token), 303)
    error = None
    if request.method == "POST":
        try:
            linking.choose_way_in(link, request.form.get("way_in", ""))
        except Refused as refused:
            error = say(refused)
        else:
            return redirect(url_for("connect.details", token=token), 303)
    return render_template("connect/way_in.html", error=error, **values(token, link, 0)), 422 if error else 200


@blueprint.route("/details", methods=["GET", "POST"])
@step
def details(token: str, link: Link) -> Any:
    """The fields of the way in; tested before any secret is stored."""
    ways = accounts.ways_in(link.account.ats)
    if link.account.ats is None:
        return redirect(url_for("connect.ats", token=token), 303)
    if link.way_in is None and len(ways) != 1:
        return redirect(url_for("connect.way_in", token=token), 303)
    if CONNECTORS[link.way_in or ways[0].slug].linked_elsewhere:
        return redirect(url_for("connect.merge", token=token), 303)
    if request.method != "POST":
        connector = CONNECTORS[link.way_in] if link.way_in else ways[0]
        return _details(token, link, connector, linking.typed(link))
    if link.way_in is None:
        linking.choose_way_in(link, ways[0].slug)
    connector = CONNECTORS[link.way_in or ""]
    typed = {f.name: request.form.get(f.name, "").strip() for f in connector.fields} | form.mapped(connector)
    try:
        report = linking.check(link, typed, actor())
    except InvalidConfig as invalid:
        return _details(token, link, connector, typed, {k: _(v) for k, v in invalid.errors.items()})
    except Refused as refused:
        return _details(token, link, connector, typed, {"": say(refused)})
    if report.passed:
        return redirect(url_for("connect.check", token=token), 303)
    sentence = _(report.error.message, **report.error.values) if report.error else ""
    return _details(token, link, connector, typed, {form.at_fault(connector, report): sentence}, report)


def _details(
    token: str,
    link: Link,
    connector: Any,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    report: Any = None,
    address: str = "",
) -> Any:
    public = not any(field.secret and field.required for field in connector.fields)
    given = address or next((v for v in typed.values() if "." in v and typed_address(v)), "")
    page = render_template(
        "connect/details.html",
        look_at=given if public and (address or any(errors or {})) else "",
        hint_for=form.hint,
        translated=lambda choices: [(value, _(label)) for value, label in choices],
        connector=connector,
        choices=link.account.draft.get("choices") if connector.maps else None,
        typed=typed,
        errors=errors or {},
        report=report.as_json() if report else None,
        **values(token, link, 1),
    )
    return page, 422 if errors else 200


@blueprint.get("/check")
@step
def check(token: str, link: Link) -> Any:
    """The account's name and three positions, with Back and Finish."""
    if not link.accepted:
        return redirect(url_for("connect.begin", token=token), 303)
    return _check(token, link)


def _check(token: str, link: Link, error: str | None = None) -> Any:
    shared = values(token, link, 2)
    connector = CONNECTORS[link.accepted["way_in"]] if link.accepted else None
    page = render_template("connect/check.html", error=error, connector=connector, described=form.described, **shared)
    return page, 422 if error else 200


@blueprint.post("/finish")
@step
def finish(token: str, link: Link) -> Any:
    """Link the account and spend the link."""
    try:
        linking.finish(link, request.form.get("confirmed") == "1", actor())
    except Refused as refused:
        if not link.accepted:
            return redirect(url_for("connect.begin", token=token), 303)
        return _check(token, link, say(refused))
    return redirect(url_for("connect.finished", token=token), 303)


@blueprint.get("/done")
def finished(token: str) -> Any:
    """The last page: Close window, or back to the ATS page; for a customer, Tell the Service Desk."""
    link, closed = _whatever_its_state(token)
    if closed is not None and (closed.reason != "used" or link is None):
        return _closed(closed)
    if closed is None or link is None:
        return redirect(url_for("connect.begin", token=token), 303)
    return render_template("connect/done.html", told=desk.was_told(link), **values(token, link, 3))


def _whatever_its_state(token: str) -> tuple[Link | None, LinkClosed | None]:
    user = current_user._get_current_object() if current_user.is_authenticated else None
    try:
        return linking.open_link(token, user), None
    except LinkClosed as closed:
        return closed.link, closed


@blueprint.post("/tell")
def tell(token: str) -> Any:
    """Tell the Service Desk that the connection is established."""
    link, closed = _whatever_its_state(token)
    if link is None or closed is None or closed.reason != "used":
        return _closed(closed or LinkClosed("forged"))
    desk.tell(link, actor())
    return redirect(url_for("connect.finished", token=token), 303)


@blueprint.post("/ask")
@limiter.limit("5 per minute")
def ask(token: str) -> Any:
    """Ask for a new link: reopens the request at the desk. The answer is the same whatever the link was."""
    link, _closed_link = _whatever_its_state(token)
    desk.ask_again(link, actor())
    return render_template("connect/asked.html")


@blueprint.post("/help")
@limiter.limit("5 per minute")
@step
def ask_for_help(token: str, link: Link) -> Any:
    """Ask the Service Desk for help: it sees what was tried, never a secret."""
    tried = " · ".join(filter(None, (link.account.ats, link.way_in, *map(str, linking.typed(link).values()))))
    desk.ask_for_help(link, tried or _("nothing yet"), actor())
    return render_template("connect/asked.html")
