"""What the forms of the link flow say: which field an error is about, hints, and the parts of a previewed position."""

from __future__ import annotations

from typing import Any

from flask import request

from webapp.i18n import N_, _
from webapp.widget.answer import EMPLOYMENT, WORKPLACE


def at_fault(connector: Any, report: Any) -> str:
    """The field that an error is about: the first secret where the customer has to act, else the first field."""
    secret = next((f.name for f in connector.fields if f.secret and f.required), "")
    about_secret = report.error.kind in ("credentials_rejected", "permission_missing")
    public = [f.name for f in connector.fields if f.required and not f.secret and not f.choices]
    first: str = secret if about_secret and secret else public[0] if len(public) == 1 else ""
    return first if report.error.acts == "customer" else ""


def mapped(connector: Any) -> dict[str, str]:
    """What was chosen part by part, as the one value that the connector reads."""
    chosen = [(name.removeprefix("map-"), value) for name, value in request.form.items() if name.startswith("map-")]
    pairs = " ".join(f"{part}={element}" for part, element in chosen if element)
    return {connector.maps: pairs} if connector.maps and chosen else {}


def hint(field: Any, errors: dict[str, str]) -> str | None:
    """What is said below a field of a form that came back."""
    if field.secret and field.required and errors and field.name not in errors:
        return _("Type it again: secrets are not kept before they are accepted.")
    return _("Example: %(example)s", example=field.example) if field.name in errors and not field.secret else None


def described(position: dict[str, Any]) -> list[tuple[str, str | None]]:
    """All parts of a position that a mapping can be wrong about, with their labels."""
    kinds = {**EMPLOYMENT, **WORKPLACE, "on_site": N_("On site"), "other": N_("Other")}
    return [
        (_("Number"), position["id"]),
        (_("Place"), "; ".join(position["places"])),
        (_("Department"), position["department"]),
        (_("Company"), position["company"]),
        (_("Employment type"), _(kinds.get(position["employment_type"], ""))),
        (_("Workplace"), _(kinds.get(position["workplace"], ""))),
        (_("Pay"), position["pay"]),
        (_("Date posted"), position["posted"]),
        (_("Closing date"), position["closes"]),
        (_("Language"), position["language"]),
        (_("Address"), position["url"]),
        (_("Address to apply at"), position["apply_url"]),
        (_("Description"), position["text"]),
    ]
