"""Administration > Widgets: set up *Open positions* lists, see them, copy the snippet."""

from __future__ import annotations

from html import escape
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_login import current_user

from webapp.i18n import N_, _
from webapp.models import Widget
from webapp.models.people import MANAGE_INTEGRATIONS, MANAGE_WIDGETS
from webapp.models.widgets import SORTS
from webapp.services import connections, widgets
from webapp.services.refusal import Refused
from webapp.views.access import needs
from webapp.views.page import actor, done, public_url, say

blueprint = Blueprint("widgets", __name__, url_prefix="/administration/widgets")
may_edit = needs(MANAGE_WIDGETS, MANAGE_INTEGRATIONS)
DEFAULT_TITLE = N_("Open positions")


@blueprint.get("")
@may_edit
def index() -> Any:
    """The widgets of the organisation."""
    found = [(widget, widgets.why_empty(widget)) for widget in widgets.of(current_user.organisation)]
    return render_template("widgets/index.html", widgets=found)


@blueprint.route("/new", methods=["GET", "POST"])
@may_edit
def new() -> Any:
    """A new widget; may be made before any connection is active."""
    return _edit(None)


@blueprint.route("/<id:id>", methods=["GET", "POST"])
@may_edit
def edit(id: str) -> Any:
    """Change a widget, see it, copy its snippet."""
    return _edit(_mine(id))


def _mine(id: str) -> Widget:
    widget = widgets.get(current_user.organisation, id)
    if widget is None:
        abort(404)
    return widget


def _edit(widget: Widget | None) -> Any:
    form, error = _form(widget), {}
    if request.method == "POST":
        try:
            saved = widgets.save(current_user.organisation, widget, actor=actor(), **form)
        except Refused as refused:
            error = {refused.field or "": say(refused)}
        else:
            return done(_("%(name)s is saved.", name=saved.name), url_for("widgets.edit", id=saved.id))
    address = public_url(url_for("widget.page", key=widget.key)) if widget else ""
    page = render_template(
        "widgets/edit.html",
        widget=widget,
        form=form,
        errors=error,
        sort_choices=[(key, _(label)) for key, label in SORTS.items()],
        connections=[c for c in connections.of(current_user.organisation) if c.is_finished],
        why_empty=widgets.why_empty(widget) if widget else None,
        address=address,
        snippet=_snippet(address, form["title"]),
    )
    return page, 422 if error else 200


def _snippet(address: str, title: str) -> str:
    """What an intranet page needs: a frame that may open the ATS in a window of its own."""
    return (
        f'<iframe src="{address}" title="{escape(title)}" loading="lazy" referrerpolicy="strict-origin" '
        'width="100%" height="600" style="border:0" '
        'sandbox="allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox"></iframe>'
    )


def _form(widget: Widget | None) -> dict[str, Any]:
    if request.method == "POST":
        size = request.form.get("page_size", "")
        return {
            "name": request.form.get("name", ""),
            "title": request.form.get("title", ""),
            "connection_ids": request.form.getlist("connections"),
            "page_size": int(size) if size.isascii() and size.isdigit() and len(size) < 6 else 0,
            "sort": request.form.get("sort", ""),
        }
    return {
        "name": widget.name if widget else "",
        "title": widget.title if widget else _(DEFAULT_TITLE),
        "connection_ids": [c.id for c in widget.connections] if widget else [],
        "page_size": widget.page_size if widget else 20,
        "sort": widget.sort if widget else "newest",
    }


@blueprint.route("/<id:id>/delete", methods=["GET", "POST"])
@may_edit
def delete(id: str) -> Any:
    """Ask once, then delete."""
    widget = _mine(id)
    if request.method != "POST":
        return render_template("widgets/delete.html", widget=widget)
    widgets.delete(widget, actor())
    return done(_("%(name)s was deleted.", name=widget.name), url_for("widgets.index"))
