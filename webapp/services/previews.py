"""What the link flow shows of an account before it is linked, as it is kept with the link."""

from __future__ import annotations

import re
import textwrap
from dataclasses import asdict
from typing import Any

from webapp.connectors import Connector, ConnectorError, RemotePosition
from webapp.widget.snapshot import pay


def of(position: RemotePosition) -> dict[str, Any]:
    """The parts of a position that one recognises it by, as texts."""
    places = [place.name or ", ".join(filter(None, (place.city, place.country))) for place in position.locations]
    text = " ".join(re.sub(r"<[^>]*>", " ", position.description_html or "")[:2000].split())
    return {
        "id": position.id,
        "title": position.title,
        "places": [p for p in places if p][:3],
        "department": position.department,
        "company": position.company,
        "employment_type": position.employment_type,
        "workplace": position.workplace,
        "pay": pay(asdict(position.salary)) if position.salary else None,
        "posted": position.posted_at.date().isoformat() if position.posted_at else None,
        "closes": position.closes_at.date().isoformat() if position.closes_at else None,
        "language": position.language,
        "url": position.url,
        "apply_url": position.apply_url,
        "text": textwrap.shorten(text, 160, placeholder=" …") if text else None,
    }


def choices(connector: Connector) -> dict[str, Any] | None:
    """What a mapping can be chosen from, as it is kept in a row; `None` where there is none to choose."""
    try:
        return asdict(connector.choices()) if connector.maps else None
    except ConnectorError:
        return None
