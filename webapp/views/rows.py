"""What a row of the connected list says, in LOOK's order: whose, what, intent, health, how much and how fresh, next."""

from __future__ import annotations

from typing import Any

from flask import url_for

from webapp.connectors import ATSS, CONNECTORS
from webapp.i18n import N_, _, ngettext
from webapp.models import Connection, Organisation
from webapp.models.accounts import NEEDS_RELINK, PROBLEM, UNAVAILABLE
from webapp.services import connections

TONES = ("sea", "warn", "good", "violet", "rose")
HEALTH = {
    NEEDS_RELINK: ("warn", N_("Needs relink")),
    UNAVAILABLE: ("warn", N_("Unreachable")),
    PROBLEM: ("bad", N_("Cannot be read")),
}


def row(connection: Connection) -> dict[str, Any]:
    """All that the row's template shows; nothing is decided there."""
    account = connection.account
    ats = ATSS.get(account.ats or "")
    connector = CONNECTORS.get(account.way_in or "")
    shown = connector.shown(account.config) if connector else ""
    return {
        "connection": connection,
        "account": account,
        "ats_name": ats.name if ats else account.ats,
        "tone": TONES[sum(map(ord, account.ats or "")) % len(TONES)],
        "second": " · ".join(filter(None, (ats.name if ats else account.ats, account.remote_name, shown))),
        "badges": _badges(connection),
        "notice": _notice(connection),
        "on": account.organisation.integration_on,
        "first_step": _first_step(connection),
        "polls": not connection.is_finished or account.is_reading,
        "href": url_for("connections.show", id=connection.id),
    }


def _badges(connection: Connection) -> list[tuple[str, str]]:
    if not connection.is_finished:
        return [("quiet", _("Not finished"))]
    badges = [("good", _("Active")) if connection.active else ("quiet", _("Inactive"))]
    health = HEALTH.get(connection.account.health or "")
    if health:
        badges.append((health[0], _(health[1])))
    return badges


def _first_step(connection: Connection) -> str | None:
    """The one button that stands in the row: `continue`, `relink`, `activate` or none."""
    if not connection.is_finished:
        return "continue"
    if connection.account.health == NEEDS_RELINK:
        return "relink"
    return None if connection.active else "activate"


def _notice(connection: Connection) -> dict[str, str] | None:
    """The problem of a row as a sentence: what happened, what was kept."""
    account = connection.account
    if account.doubted_at:
        text = _("The ATS suddenly lists far fewer positions. They stay until a second reading confirms it.")
        return {"kind": "warn", "text": text}
    if not account.problem:
        return None
    sentence = _(account.problem["message"], **account.problem["values"])
    if account.health == NEEDS_RELINK:
        kept = ngettext(
            "The %(n)s position stays on the page until you relink.",
            "The %(n)s positions stay on the page until you relink.",
            account.open_count,
        )
    else:
        kept = ngettext(
            "The %(n)s position read last stays on the page.",
            "The %(n)s positions read last stay on the page.",
            account.open_count,
        )
    kind = "bad" if account.health == PROBLEM else "warn"
    return {"kind": kind, "text": f"{sentence} {kept}" if account.open_count else sentence}


def section(organisation: Organisation) -> dict[str, Any]:
    """The lists of the ATS page and their summary."""
    rows = [row(connection) for connection in connections.of(organisation)]
    finished = [r for r in rows if r["connection"].is_finished]
    active = [r for r in finished if r["connection"].active]
    shown = sum(r["account"].open_count for r in active) if organisation.integration_on else 0
    needing = sum(1 for r in rows if r["first_step"] in ("continue", "relink") or r["account"].health == PROBLEM)
    return {
        "rows": rows,
        "on": organisation.integration_on,
        "summary": " · ".join(
            filter(
                None,
                (
                    ngettext("%(n)s active", "%(n)s active", len(active)),
                    ngettext("%(n)s position shown", "%(n)s positions shown", shown),
                    ngettext("%(n)s needs you", "%(n)s need you", needing) if needing else "",
                ),
            )
        ),
    }
