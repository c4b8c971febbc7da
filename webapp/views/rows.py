"""What a row of the connected list says, in LOOK's order: whose, what, intent, health, how much and how fresh, next."""

from __future__ import annotations

from typing import Any

from flask import url_for

from webapp.connectors import ATSS, CONNECTORS
from webapp.i18n import N_, _, ngettext
from webapp.models import Connection, LinkedAccount, Organisation
from webapp.models.accounts import DIRECT, NEEDS_RELINK, OTHER, PROBLEM, UNAVAILABLE
from webapp.services import accounts, connections, desk

TONES = ("sea", "warn", "good", "violet", "rose")
HEALTH = {
    NEEDS_RELINK: ("warn", N_("Needs relink")),
    UNAVAILABLE: ("warn", N_("Unreachable")),
    PROBLEM: ("bad", N_("Cannot be read")),
}


#: State of an activation request → badge and words; then what is next, for the admin and for the desk.
STATES = {
    "waiting": ("info", N_("Waiting for the service desk")),
    "issued": ("info", N_("Link issued")),
    "started": ("info", N_("Started by the customer")),
    "expired": ("warn", N_("Link expired")),
    "revoked": ("quiet", N_("Link revoked")),
    "asked_again": ("warn", N_("New link asked for")),
    "established": ("good", N_("Established")),
    "shared": ("good", N_("Ready to add")),
    "handed_over": ("good", N_("ID and token shown")),
    "done": ("good", N_("Added")),
    "deleted": ("quiet", N_("Deleted by the admin")),
    "closed": ("quiet", N_("Closed")),
}
NEXT_FOR_ADMIN = {
    "waiting": N_("The service desk answers with a magic link to the contact that you named."),
    "issued": N_("The contact has a magic link. It has to be used within 7 days."),
    "started": N_("The contact is filling in the steps. You see it here when the connection is established."),
    "expired": N_("The link was not used within 7 days. The service desk can issue a new one."),
    "revoked": N_("The service desk withdrew the link."),
    "asked_again": N_("The contact asked for a new link. The service desk has it on its page."),
    "established": N_("The connection is established. The service desk shares ID and token with you next."),
    "shared": N_("Show ID and token, and use Add connection."),
    "handed_over": N_("Use ID and token in Add connection. Shown again, they are new ones: the old token is void."),
    "done": N_("It stands in Other ATS systems. Activate it there to show its positions."),
    "deleted": N_("The connection was deleted. The service desk can issue a new link from this request."),
    "closed": N_("Nothing more is done about this request."),
}
NEXT_FOR_DESK = {
    "waiting": N_("Issue a magic link."),
    "issued": N_("The customer opens the link and presses Start."),
    "started": N_("The customer is filling in the steps; this page shows when it is established."),
    "expired": N_("Issue a new link."),
    "revoked": N_("Issue a new link, or close the request."),
    "asked_again": N_("Issue a new link: the customer asked for it."),
    "established": N_("Hand over ID and token."),
    "shared": N_("The admins can show ID and token and add the connection."),
    "handed_over": N_("The admin uses Add connection next."),
    "done": N_("Nothing to do."),
    "deleted": N_("Issue a new link if the organisation wants it back."),
    "closed": N_("Nothing to do."),
}
LINK_STATES = {
    "issued": ("info", N_("Issued")),
    "started": ("info", N_("Started")),
    "established": ("good", N_("Established")),
    "expired": ("warn", N_("Expired")),
    "revoked": ("quiet", N_("Revoked")),
}


def account_row(account: LinkedAccount) -> dict[str, Any]:
    """A linked account as the service desk sees it: whose, what, health, how fresh. Never a credential."""
    ats = ATSS.get(account.ats or "")
    return {
        "account": account,
        "name": account.remote_name or (ats.name if ats else account.ats),
        "ats_name": ats.name if ats else account.ats,
        "tone": TONES[sum(map(ord, account.ats or "")) % len(TONES)],
        "second": " · ".join((account.organisation.name, ats.name if ats else account.ats or "")),
        "badge": HEALTH.get(account.health or ""),
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
        "elsewhere": next((way for way in accounts.ways_in(account.ats) if way.linked_elsewhere), None),
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
    """The one button that stands in the row: `continue`, `relink`, `contact`, `activate` or none."""
    if not connection.is_finished:
        return "continue"
    if connection.account.health == NEEDS_RELINK:
        return "contact" if connection.kind == OTHER else "relink"
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
    requests = [
        {"found": r, "kind": STATES[r.state][0], "state": _(STATES[r.state][1]), "next": _(NEXT_FOR_ADMIN[r.state])}
        for r in desk.of(organisation)
        if r.state != "done"
    ]
    finished = [r for r in rows if r["connection"].is_finished]
    active = [r for r in finished if r["connection"].active]
    shown = sum(r["account"].open_count for r in active) if organisation.integration_on else 0
    asking = ("continue", "relink", "contact")
    needing = sum(1 for r in rows if r["first_step"] in asking or r["account"].health == PROBLEM)
    return {
        "rows": [r for r in rows if r["connection"].kind == DIRECT],
        "other_rows": [r for r in rows if r["connection"].kind == OTHER],
        "requests": requests,
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
