"""What every simulated ATS has: an account with positions, credentials that can be revoked, and an answer."""

from __future__ import annotations

import base64
import json
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any, NamedTuple
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from babel import Locale

Reply = tuple[int, dict[str, str], bytes]


class Ask(NamedTuple):
    """One request as it arrived. `host` is the one that was meant, from the Host header."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    headers: Message
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body as the fields of a form."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    @property
    def bearer(self) -> str:
        """The token that was sent, or nothing."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    @property
    def basic(self) -> tuple[str, str]:
        """Name and password of Basic authentication."""
        try:
            said = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        except ValueError:
            said = ""
        name, _colon, password = said.partition(":")
        return name, password


@dataclass(frozen=True)
class Place:
    """A place of work; `country` is ISO 3166-1 alpha-2. A hidden one is not shown to the public."""

    city: str
    region: str
    country: str
    hidden: bool = False

    @property
    def country_name(self) -> str:
        return Locale("en").territories[self.country]


@dataclass(frozen=True)
class Job:
    """One position. `state`: published, draft or closed; `mark`: sample, confidential, internal or prospect.

    `title` and `parts` are keyed by language, the one in which the position was written first; a part is (heading,
    HTML), in the order: what the work is, tasks, needs, what is offered. `pay` is (from, to, currency, per).
    """

    id: str
    title: Mapping[str, str]
    department: str
    places: tuple[Place, ...]
    parts: Mapping[str, tuple[tuple[str, str], ...]]
    workplace: str = "on_site"
    employment: str = "full_time"
    pay: tuple[int, int, str, str] | None = None
    posted: datetime = datetime(2026, 10, 1, 6, tzinfo=UTC)
    changed: datetime = datetime(2026, 10, 2, 9, 30, tzinfo=UTC)
    state: str = "published"
    mark: str = ""

    @property
    def language(self) -> str:
        """The language in which the position was written."""
        return next(iter(self.title))

    def description(self, *only: int) -> str:
        """The parts, or those of these numbers, as one piece of HTML in the position's own language."""
        parts = [part for number, part in enumerate(self.parts[self.language]) if not only or number in only]
        return "".join(f"<h3>{heading}</h3>{html}" if heading else html for heading, html in parts)


class Quota:
    """So many requests of each key within a window that slides along."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[float]] = {}

    def take(self, key: str, requests: int, seconds: float) -> tuple[bool, int, float]:
        """Whether one more is allowed, how many are then left, and in how many seconds the window moves on."""
        now, sent = time.monotonic(), self._sent.setdefault(key, deque())
        while sent and sent[0] <= now - seconds:
            sent.popleft()
        allowed = len(sent) < requests
        if allowed:
            sent.append(now)
        return allowed, requests - len(sent), sent[0] + seconds - now


@dataclass
class Account:
    """An account at an ATS. `change`, `add` and `remove` are what its owner does there."""

    slug = ""
    #: What to fill into Berth's form, for the demo to print.
    try_with: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    revoked: bool = False
    #: When anything was changed last.
    modified: datetime = datetime(2026, 11, 5, 12, tzinfo=UTC)

    def take(self, jobs: Iterable[Job]) -> None:
        self.jobs = {job.id: job for job in jobs}

    def add(self, job: Job) -> None:
        self.jobs[job.id] = job
        self.modified += timedelta(minutes=1)

    def change(self, id: str, **parts: Any) -> None:
        """Change parts of a position; a plain text as `title` is one in its own language."""
        job = self.jobs[id]
        if isinstance(parts.get("title"), str):
            parts["title"] = {**job.title, job.language: parts["title"]}
        self.add(replace(job, **{"changed": job.changed + timedelta(minutes=1), **parts}))

    def remove(self, id: str) -> None:
        del self.jobs[id]
        self.modified += timedelta(minutes=1)

    def published(self) -> list[Job]:
        """What the public sees, in order."""
        return [j for j in self.jobs.values() if j.state == "published" and not j.mark]

    def answers_for(self, host: str) -> bool:
        raise NotImplementedError

    def answer(self, ask: Ask) -> Reply | None:
        """The answer of the ATS; `None` for an address that is not played."""
        raise NotImplementedError


def as_json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return status, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, json.dumps(data).encode()


def as_page(title: str, status: int = 200) -> Reply:
    page = (
        f"<!DOCTYPE html><html><head><title>{escape(title)}</title></head><body><h1>{escape(title)}</h1></body></html>"
    )
    return status, {"Content-Type": "text/html; charset=utf-8"}, page.encode()


def unless_known(ask: Ask, reply: Reply, **validator: str) -> Reply:
    """304 where the one who asks has this version already: `ETag=…` or `Last_Modified=…`."""
    status, headers, body = reply
    [(name, value)] = validator.items()
    asked = {"ETag": "If-None-Match", "Last_Modified": "If-Modified-Since"}[name]
    validators = {name.replace("_", "-"): value}
    return (304, validators, b"") if ask.headers.get(asked) == value else (status, headers | validators, body)


def guid(first: int, number: int) -> str:
    """An id as ATSs make them, the same in each run."""
    return f"{first:04d}{number:04d}-0000-4000-8000-000000000001"
