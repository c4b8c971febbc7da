"""What connectors yield. Names follow schema.org/JobPosting; absent is `None` or `()`, never `""`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._rows import as_text
from webapp.connectors._text import EmploymentType, Interval, Workplace, one_line, tidy
from webapp.i18n import N_

Reason = Literal["draft", "closed", "unlisted", "confidential", "sample", "prospect", "expired"]


@dataclass(frozen=True)
class Location:
    """A place of work; `country` is ISO 3166-1 alpha-2."""

    name: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None

    def __post_init__(self) -> None:
        _clean_strings(self)


@dataclass(frozen=True)
class Salary:
    """Pay as the ATS shows it; `currency` is ISO 4217, `interval` what the numbers are per."""

    min: float | None = None
    max: float | None = None
    currency: str | None = None
    interval: Interval | None = None


@dataclass(frozen=True)
class Label:
    """A custom field, board or channel that the ATS publishes with a position."""

    name: str
    value: str

    def __post_init__(self) -> None:
        _clean_strings(self)


@dataclass(frozen=True)
class Translation:
    """The same position in another language (BCP 47)."""

    language: str
    title: str | None = None
    description_html: str | None = None
    url: str | None = None
    apply_url: str | None = None

    def __post_init__(self) -> None:
        _clean_strings(self)
        for name in ("url", "apply_url"):
            object.__setattr__(self, name, web_address(getattr(self, name)))


@dataclass(frozen=True)
class RemotePosition:
    """One open position as a connector yields it (names after schema.org/JobPosting).

    `description_html` is unescaped and not yet sanitised; datetimes are aware UTC; `version` is what the connector
    wants to be given back as `known[id]`. Strings are cleaned on the way in: trimmed, NFC, no control characters.
    """

    id: str
    title: str
    url: str | None = None
    apply_url: str | None = None
    department: str | None = None
    team: str | None = None
    locations: tuple[Location, ...] = ()
    workplace: Workplace | None = None
    employment_type: EmploymentType | None = None
    description_html: str | None = None
    posted_at: datetime | None = None
    updated_at: datetime | None = None
    closes_at: datetime | None = None
    language: str | None = None
    requisition: str | None = None
    salary: Salary | None = None
    visibility: Literal["public", "internal"] = "public"
    company: str | None = None
    category: str | None = None
    labels: tuple[Label, ...] = ()
    translations: tuple[Translation, ...] = ()
    version: str | None = None

    def __post_init__(self) -> None:
        _clean_strings(self)
        if not self.id or not self.title:
            raise UnexpectedAnswer(N_("The ATS sent a position without an id or a title."))
        object.__setattr__(self, "title", self.title[:300])
        for name in ("url", "apply_url"):
            object.__setattr__(self, name, web_address(getattr(self, name)))
        for name in ("posted_at", "updated_at", "closes_at"):
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise TypeError(f"{name} must be an aware datetime")
            if moment is not None:
                object.__setattr__(self, name, moment.astimezone(UTC))


@dataclass(frozen=True)
class Unchanged:
    """A listed position whose `version` is the one that the caller knows."""

    id: str


@dataclass(frozen=True)
class Withheld:
    """A listed position that is not shown, and why; no title where it is confidential."""

    id: str
    reason: Reason
    title: str | None = None


@dataclass(frozen=True)
class RemoteAccount:
    """What the ATS says of the account. `id` never changes with new credentials; `None` where the ATS does not say.

    `open_positions` is `None` where counting would mean reading them all. `notes` holds warnings and what was not
    checked, each a sentence.
    """

    id: str | None
    name: str | None
    open_positions: int | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _clean_strings(self)


_WEB_ADDRESS = re.compile(r"https?://[^\s/?#\\@:]+(?::\d{1,5})?(?:[/?#][^\s]*)?", re.I)


def web_address(value: object) -> str | None:
    """The address if it is plain http(s) with a host, else `None`."""
    return value if isinstance(value, str) and _WEB_ADDRESS.fullmatch(value) else None


@cache
def _texts(kind: type) -> tuple[str, ...]:
    return tuple(item.name for item in dataclass_fields(kind) if str(item.type).partition(" |")[0] == "str")


def _clean_strings(record: Any) -> None:
    """Texts tidied; where a text is due and the ATS sent a number, that as text, and nothing for anything else."""
    for name in _texts(type(record)):  # type: ignore[arg-type]
        value = getattr(record, name)
        if value is not None:
            value = as_text(value) or ""
            object.__setattr__(record, name, tidy(value) if name == "description_html" else one_line(value))
