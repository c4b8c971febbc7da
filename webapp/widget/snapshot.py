"""Snapshots: what a widget shows, frozen, so that readers wait for nobody. One per widget, loaded on first use.

The transaction that makes a change raises the widget's version; every process looks once a second and builds the new
snapshot beside the old one, which answers until then.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import Position, Widget
from webapp.models.accounts import OK, place_text

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger("berth.widget")
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ShownPosition:
    """What a reader sees of a position in the list."""

    id: str
    title: str
    url: str | None
    places: tuple[str, ...]
    countries: tuple[str, ...]
    company: str | None
    department: str | None
    workplace: str | None
    employment_type: str | None
    salary: str | None
    posted_at: datetime | None
    closes_at: datetime | None
    language: str | None


@dataclass(frozen=True, eq=False, slots=True)
class Snapshot:
    """A widget and its positions at one version, sorted as they are shown.

    `visible`: the integration is on and a chosen connection is active. `as_of`: set where an ATS is out of reach, the
    moment of the oldest reading that is shown.
    """

    key: str
    version: int
    title: str
    page_size: int
    visible: bool
    as_of: datetime | None
    positions: tuple[ShownPosition, ...]


def load(key: str) -> Snapshot | None:
    """The snapshot of a widget as the database has it now; `None` for an unknown key."""
    widget = db.session.scalar(select(Widget).where(Widget.key == key).execution_options(populate_existing=True))
    if widget is None:
        return None
    active = [c for c in widget.connections if c.active and c.is_finished] if widget.organisation.integration_on else []
    stale = [c.account.read_at for c in active if c.account.health not in (None, OK) and c.account.read_at]
    return Snapshot(
        key=key,
        version=widget.version,
        title=widget.title,
        page_size=widget.page_size,
        visible=bool(active),
        as_of=min(stale) if stale else None,
        positions=_sorted(_positions([c.account_id for c in active]), widget.sort),
    )


def _positions(account_ids: list[str]) -> list[ShownPosition]:
    columns = (
        Position.id,
        Position.title,
        Position.url,
        Position.apply_url,
        Position.locations,
        Position.department,
        Position.company,
        Position.workplace,
        Position.employment_type,
        Position.salary,
        Position.posted_at,
        Position.first_seen_at,
        Position.closes_at,
        Position.language,
    )
    rows = db.session.execute(
        select(*columns).where(
            Position.account_id.in_(account_ids), Position.closed_at.is_(None), Position.visibility == "public"
        )
    )
    return [
        ShownPosition(
            id=row.id,
            title=row.title,
            url=row.url or row.apply_url,
            places=_places(row.locations, row.workplace),
            countries=tuple(dict.fromkeys(place["country"] for place in row.locations if place.get("country"))),
            company=row.company,
            department=row.department,
            workplace=row.workplace,
            employment_type=row.employment_type,
            salary=pay(row.salary),
            posted_at=row.posted_at or row.first_seen_at,
            closes_at=row.closes_at,
            language=row.language,
        )
        for row in rows
    ]


def _places(locations: list[dict[str, Any]], workplace: str | None) -> tuple[str, ...]:
    """Each place once; a place that only says how people work is said by the workplace already."""
    places = dict.fromkeys(filter(None, map(place_text, locations)))
    return tuple(place for place in places if place.casefold() != workplace)


def pay(salary: dict[str, Any] | None) -> str | None:
    """Pay as one text, such as `EUR 3,400–3,900 a month`; `None` where the ATS shows none."""
    if not salary or (salary.get("min") is None and salary.get("max") is None):
        return None
    numbers = sorted({n for n in (salary.get("min"), salary.get("max")) if n is not None})
    amount = "–".join(f"{n:,.0f}" if n == int(n) else f"{n:,.2f}" for n in numbers)
    per = {"hour": "an hour", "day": "a day", "week": "a week", "month": "a month", "year": "a year"}
    return " ".join(filter(None, (salary.get("currency"), amount, per.get(salary.get("interval") or ""))))


def _sorted(positions: list[ShownPosition], sort: str) -> tuple[ShownPosition, ...]:
    positions.sort(key=lambda p: (p.title.casefold(), p.id))
    if sort == "place":
        positions.sort(key=lambda p: (not p.places, p.places[:1]))
    elif sort == "newest":
        positions.sort(key=lambda p: p.posted_at.timestamp() if p.posted_at else 0.0, reverse=True)
    return tuple(positions)


class Store:
    """The snapshots that this process holds."""

    def __init__(self, app: Flask, watch: bool) -> None:
        self.app, self.watch = app, watch
        self._held: dict[str, Snapshot] = {}
        self._lock = threading.Lock()
        self._watcher: threading.Thread | None = None

    def get(self, key: str) -> Snapshot | None:
        """A widget's snapshot; the first reader of a widget is the only one who waits for the database."""
        found = self._held.get(key)
        if found is None:
            with self._lock:
                found = self._held.get(key) or self._load(key)
                if found is not None:
                    self._held[key] = found
                    self._start()
        return found

    def refresh(self) -> None:
        """Build anew what has another version in the database, beside the old one."""
        keys = list(self._held)
        if not keys:
            return
        with self.app.app_context():
            found = db.session.execute(select(Widget.key, Widget.version).where(Widget.key.in_(keys)))
            versions: dict[str, int] = {key: version for key, version in found}  # noqa: C416
        for key in keys:
            if key not in versions:
                self._held.pop(key, None)
            elif versions[key] != self._held[key].version and (fresh := self._load(key)) is not None:
                self._held[key] = fresh

    def _load(self, key: str) -> Snapshot | None:
        with self.app.app_context():
            return load(key)

    def _start(self) -> None:
        if self.watch and self._watcher is None:
            self._watcher = threading.Thread(target=self._look, name="snapshots", daemon=True)
            self._watcher.start()

    def _look(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_SECONDS):
            try:
                self.refresh()
            except Exception as error:  # the old snapshots go on answering
                log.warning("Snapshots were not refreshed: %s", type(error).__name__)
