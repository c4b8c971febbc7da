"""Administration > Activity: who did what to what, when, from where; filtered, and as CSV."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_login import current_user

from webapp.models.people import MANAGE_USERS
from webapp.services import events, spreadsheet
from webapp.views.access import needs

blueprint = Blueprint("activity", __name__, url_prefix="/administration/activity")
PAGE, EXPORTED = 50, 50_000
#: What makes a spreadsheet take a cell for a formula, full-width forms included.
FORMULA = tuple("=+-@|%\t\r\n＝＋－＠")


def _day(text: str, days: int = 0) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def _wanted() -> events.Filter:
    return events.Filter(
        organisation_id=current_user.organisation_id,
        actor=request.args.get("actor", "")[:254],
        action=request.args.get("action", "")[:60],
        since=_day(request.args.get("since", "")),
        until=_day(request.args.get("until", ""), days=1),
    )


@blueprint.get("")
@needs(MANAGE_USERS)
def index() -> Any:
    """The log, newest first."""
    text = request.args.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1
    found = events.find(_wanted(), PAGE + 1, (page - 1) * PAGE)
    actors, actions = events.choices(current_user.organisation_id)
    asked = {key: request.args[key] for key in ("actor", "action", "since", "until") if request.args.get(key)}
    return render_template(
        "activity/index.html",
        events=found[:PAGE],
        more=len(found) > PAGE,
        page=page,
        asked=asked,
        actors=[(a, a) for a in actors],
        actions=[(a, a) for a in actions],
    )


@blueprint.get("/events.csv")
@needs(MANAGE_USERS)
def export() -> Response:
    """The same as CSV; no cell begins a formula."""
    lines = [spreadsheet.row(("when (UTC)", "who", "what", "on", "from", "details"))]
    for event in events.find(_wanted(), EXPORTED):
        details = "; ".join(f"{key}={value}" for key, value in event.details.items())
        row = (event.at.strftime("%Y-%m-%d %H:%M:%S"), event.actor, event.action, event.subject, event.address, details)
        lines.append(spreadsheet.row(row))
    headers = {"Content-Disposition": 'attachment; filename="activity.csv"'}
    return Response("".join(lines), headers=headers, content_type="text/csv; charset=utf-8")
