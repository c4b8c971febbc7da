"""One connection: its page, and the actions of its menu. Each answers its row to htmx and a redirect to others."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user

from webapp.i18n import _
from webapp.models import Connection
from webapp.models.accounts import OTHER, REASONS
from webapp.models.people import MANAGE_INTEGRATIONS
from webapp.services import accounts, connections, linking, positions, sync, widgets
from webapp.services.refusal import Refused
from webapp.views.access import needs
from webapp.views.page import actor, done, is_htmx, say
from webapp.views.rows import row, section

blueprint = Blueprint("connections", __name__, url_prefix="/administration/integrations/ats/connections/<id:id>")


def _mine(id: str) -> Connection:
    connection = connections.get(current_user.organisation, id)
    if connection is None:
        abort(404)
    return connection


@blueprint.get("")
@needs(MANAGE_INTEGRATIONS)
def show(id: str) -> Any:
    """One connection: state, last test, positions, what was withheld and why, sync runs."""
    return _page(_mine(id))


def _page(connection: Connection, **values: Any) -> str:
    return render_template(
        "connections/show.html",
        row=row(connection),
        positions=positions.open_positions(connection.account),
        runs=connections.runs_of(connection),
        widgets=widgets.pointing_to(connection),
        reasons=REASONS,
        **values,
    )


@blueprint.get("/row")
@needs(MANAGE_INTEGRATIONS)
def show_row(id: str) -> Any:
    """The row alone, for the list that looks again while something is going on."""
    connection = connections.get(current_user.organisation, id)
    if connection is None:
        return "", 404  # htmx swaps it as well: a row that was deleted goes
    over = urlsplit(request.headers.get("HX-Current-URL", "")).path
    on_its_page = over == url_for("connections.show", id=id)
    values = {"row": row(connection), "swap_summary": True, "on_its_page": on_its_page, **_summary()}
    return render_template("connections/_row.html", **values)


def _summary() -> dict[str, Any]:
    return {"summary": section(current_user.organisation)["summary"]}


def _answer(connection: Connection, message: str, kind: str = "good", tested: bool = False) -> Any:
    """The row as it is now, with a spoken message; others go back to the ATS page."""
    back = request.form.get("back") == "page"
    return done(
        message,
        url_for("connections.show", id=connection.id) if back else url_for("integrations.ats"),
        None if back else "connections/_row.html",
        kind,
        row=row(connection),
        swap_summary=True,
        tested=tested,
        **_summary(),
    )


@blueprint.post("/activate")
@needs(MANAGE_INTEGRATIONS)
def activate(id: str) -> Any:
    """Show its positions in the widgets."""
    connection = _mine(id)
    try:
        connections.activate(connection, actor())
    except Refused as refused:
        return _answer(connection, say(refused), "bad")
    return _answer(connection, _("%(name)s is active. Widgets show its positions.", name=connection.name))


@blueprint.post("/deactivate")
@needs(MANAGE_INTEGRATIONS)
def deactivate(id: str) -> Any:
    """Show none of its positions."""
    connection = _mine(id)
    connections.deactivate(connection, actor())
    return _answer(connection, _("%(name)s is inactive. Its positions are kept, but not shown.", name=connection.name))


@blueprint.post("/test")
@needs(MANAGE_INTEGRATIONS)
def test(id: str) -> Any:
    """Test Connection: look at the ATS once and explain step by step."""
    connection = _mine(id)
    try:
        report = connections.test(connection, actor())
    except Refused as refused:
        return _answer(connection, say(refused), "bad")
    if report.passed:
        return _answer(connection, _("%(name)s works: the test passed.", name=connection.name), tested=True)
    return _answer(
        connection, _("The test of %(name)s failed. The steps say why.", name=connection.name), "bad", tested=True
    )


@blueprint.post("/sync")
@needs(MANAGE_INTEGRATIONS)
def sync_now(id: str) -> Any:
    """Read the positions now."""
    connection = _mine(id)
    try:
        connections.need_switch(current_user.organisation)
    except Refused as refused:
        return _answer(connection, say(refused), "bad")
    sync.sync_now(connection)
    return _answer(connection, _("%(name)s is being read.", name=connection.name))


@blueprint.post("/continue")
@needs(MANAGE_INTEGRATIONS)
def continue_set_up(id: str) -> Any:
    """A fresh link to a connection that is not finished."""
    connection, way_in = _mine(id), request.form.get("way_in")
    if way_in is not None and way_in not in {way.slug for way in accounts.ways_in(connection.account.ats)}:
        abort(400)
    return _to_link(connection, partial(linking.continue_set_up, way_in=way_in))


@blueprint.post("/relink")
@needs(MANAGE_INTEGRATIONS)
def relink(id: str) -> Any:
    """Relink Flow: new credentials for the same linked account."""
    return _to_link(_mine(id), linking.relink)


def _to_link(connection: Connection, verb: Any) -> Any:
    try:
        token = verb(connection, current_user._get_current_object(), actor())
    except Refused as refused:
        return _answer(connection, say(refused), "bad")
    return redirect(url_for("connect.begin", token=token), 303)


@blueprint.route("/rename", methods=["GET", "POST"])
@needs(MANAGE_INTEGRATIONS)
def rename(id: str) -> Any:
    """Give another name."""
    connection = _mine(id)
    name, error = request.form.get("name", connection.name), None
    if request.method == "POST":
        try:
            connections.rename(connection, name, actor())
        except Refused as refused:
            error = say(refused)
        else:
            return done(_("Renamed to %(name)s.", name=connection.name), url_for("integrations.ats"))
    page = render_template("connections/rename.html", connection=connection, name=name, error=error)
    return page, 422 if error else 200


@blueprint.route("/delete", methods=["GET", "POST"])
@needs(MANAGE_INTEGRATIONS)
def delete(id: str) -> Any:
    """Ask once, naming the consequences; then delete for good."""
    connection = _mine(id)
    if request.method != "POST":
        over = urlsplit(request.headers.get("HX-Current-URL", "")).path
        return render_template(
            "connections/delete.html",
            row=row(connection),
            widgets=widgets.pointing_to(connection),
            in_list=over == url_for("integrations.ats"),
        )
    name, finished = connection.name, connection.is_finished
    fragment = "integrations/_other.html" if connection.kind == OTHER else "integrations/_connected.html"
    connections.delete(connection, actor())
    if finished:
        message = _("%(name)s was deleted, with its credentials and positions.", name=name)
    else:
        message = _("%(name)s was discarded.", name=name)
    if is_htmx():
        return render_template(fragment, status=message, status_kind="good", **section(current_user.organisation))
    return done(message, url_for("integrations.ats"))
