"""The step of the link flow that runs on merge.dev: Merge Link opened on a page of ours, and what it gives taken in."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from webapp.connectors import CONNECTORS, ConnectorError
from webapp.i18n import _
from webapp.models import Link
from webapp.services import merging
from webapp.services.refusal import Refused
from webapp.views.connect import blueprint, step, values
from webapp.views.page import actor, say, with_merge_link


@blueprint.route("/merge", methods=["GET", "POST"])
@step
def merge(token: str, link: Link) -> Any:
    """Continue on merge.dev: a link token for this click, and Merge Link in the page, which needs JavaScript."""
    if link.way_in is None or not CONNECTORS[link.way_in].linked_elsewhere:
        return redirect(url_for("connect.begin", token=token), 303)
    shared, error, link_token = values(token, link, 1), None, None
    if request.method == "POST":
        email = current_user.email if current_user.is_authenticated else f"link-{link.id}@example.com"
        try:
            link_token = merging.begin(link, email).token
        except ConnectorError as refused:
            error = _(refused.message, **refused.values)
    page = render_template("connect/merge.html", link_token=link_token, error=error, base=merging.base(), **shared)
    return with_merge_link(page, merging.base()), 422 if error else 200


@blueprint.post("/merge/exchange")
@step
def exchange(token: str, link: Link) -> Any:
    """What Merge Link gave is exchanged for the account's token, tested and sealed."""
    if link.way_in is None or not CONNECTORS[link.way_in].linked_elsewhere:
        return redirect(url_for("connect.begin", token=token), 303)
    try:
        report = merging.complete(link, request.form.get("public_token", "")[:500], actor())
        error = _(report.error.message, **report.error.values) if report.error else None
    except ConnectorError as refused:
        error = _(refused.message, **refused.values)
    except Refused as refused:
        error = say(refused)
    if error is None:
        return redirect(url_for("connect.check", token=token), 303)
    shared = values(token, link, 1)
    page = render_template("connect/merge.html", link_token=None, error=error, base=merging.base(), **shared)
    return with_merge_link(page, merging.base()), 422
