"""What a reader gets: one pure function from a snapshot and a request to status, headers and bytes."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs

from babel import Locale
from jinja2 import Environment, FileSystemLoader

from webapp.config import asset
from webapp.i18n import N_, _, language, ngettext, use
from webapp.widget.search import Query, find, parsed
from webapp.widget.snapshot import ShownPosition, Snapshot

TEMPLATES = Path(__file__).parent.parent.parent / "templates" / "widget"
NEW_FOR = timedelta(days=7)
EMPLOYMENT = {
    "full_time": N_("Full time"),
    "part_time": N_("Part time"),
    "contract": N_("Contract"),
    "temporary": N_("Temporary"),
    "internship": N_("Internship"),
    "volunteer": N_("Volunteer"),
    "per_diem": N_("Per diem"),
}
FILTER_NAMES = {
    "department": N_("Department"),
    "location": N_("Place"),
    "country": N_("Country"),
    "workplace": N_("Workplace"),
    "employment_type": N_("Employment type"),
    "company": N_("Company"),
    "language": N_("Language"),
}
WORKPLACE = {"hybrid": N_("Hybrid"), "remote": N_("Remote")}
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors *"
)
Shape = Literal["page", "fragment"]
EVERYTHING = Query()
#: The request headers that an answer can depend on.
HEADERS_READ = ("accept-encoding", "accept-language", "if-none-match")


@dataclass(frozen=True)
class Request:
    """All that an answer depends on; `headers` are those of `HEADERS_READ` that came, in lower case."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    client: str | None
    now: datetime

    def header(self, name: str) -> str:
        """A header's value, `""` where it did not come."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True)
class Answer:
    """Status, headers and body, ready to be sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class _View:
    """What of the query counts: everything else is ignored and dropped from links."""

    shape: Shape
    query: Query
    language: str


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False
)
_environment.globals |= {
    "_": _,
    "asset": asset,
    "ngettext": ngettext,
    "employment": EMPLOYMENT,
    "workplaces": WORKPLACE,
    "filter_name": lambda name: _filter_name(name),
    "value_name": lambda name, value, code: _value_name(name, value, code),
}


def answer(snapshot: Snapshot | None, request: Request) -> Answer:
    """Answer a reader. `snapshot` is `None` for an unknown key."""
    shape: Shape = "fragment" if request.path.endswith("/positions") else "page"
    if request.method == "OPTIONS":
        return Answer(204, (*_HEADERS, ("Access-Control-Max-Age", "86400"), *_PREFLIGHT), b"")
    if request.method not in ("GET", "HEAD"):
        return Answer(405, (*_HEADERS, ("Allow", "GET, HEAD, OPTIONS")), b"")
    code = _language(request)
    if snapshot is None:
        return _plain(404, _render("unknown.html", code, shape=shape), request)
    view = _View(shape, parsed(snapshot, request.query) if request.query else EVERYTHING, code)
    body, packed, tag = _rendered(snapshot, view, request.now.date())
    if not snapshot.visible or not snapshot.positions:
        return _plain(200, body, request)
    gzipped = "gzip" in request.header("accept-encoding")
    tag = f'"{tag}-g"' if gzipped else f'"{tag}"'
    headers = (
        *_HEADERS,
        ("Cache-Control", "public, no-cache, stale-if-error=86400"),
        ("CDN-Cache-Control", "max-age=60"),
        ("ETag", tag),
        ("Vary", "Accept-Encoding"),
    )
    if tag in request.header("if-none-match"):
        return Answer(304, headers, b"")
    return _sent(200, headers, packed if gzipped else body, gzipped, request)


_HEADERS = (
    ("Content-Security-Policy", CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Access-Control-Allow-Origin", "*"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD"),
    (
        "Access-Control-Allow-Headers",
        "HX-Request, HX-Current-URL, HX-Target, HX-Source, HX-Request-Type, HX-Boosted, HX-Trigger, HX-Trigger-Name",
    ),
)


def _plain(status: int, body: bytes, request: Request) -> Answer:
    return _sent(status, (*_HEADERS, ("Cache-Control", "no-store")), body, False, request)


def _sent(status: int, headers: tuple[tuple[str, str], ...], body: bytes, gzipped: bool, request: Request) -> Answer:
    headers = (*headers, ("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))))
    if gzipped:
        headers = (*headers, ("Content-Encoding", "gzip"))
    return Answer(status, headers, b"" if request.method == "HEAD" else body)


def _language(request: Request) -> str:
    asked = (parse_qs(request.query[:2000]).get("lang") or [""])[0] if request.query else ""
    use(asked or request.header("accept-language")[:2].lower() or "en")
    return language.get()


@lru_cache(maxsize=1024)
def _rendered(snapshot: Snapshot, view: _View, today: date) -> tuple[bytes, bytes, str]:
    """(body, the same gzipped, entity tag); kept, since a snapshot never changes."""
    found = find(snapshot, view.query)
    last = max(1, -(-len(found.positions) // snapshot.page_size))
    page = min(view.query.page, last)
    first = (page - 1) * snapshot.page_size
    body = _render(
        "page.html" if view.shape == "page" else "_positions.html",
        view.language,
        widget=snapshot,
        shape=view.shape,
        found=found,
        query=view.query,
        shown=found.positions[first : first + snapshot.page_size],
        first=first,
        page=page,
        last=last,
        is_new=lambda position: _is_new(position, today),
        base=f"/widgets/{snapshot.key}" + ("/positions" if view.shape == "fragment" else ""),
    )
    return body, gzip.compress(body, 6, mtime=0), blake2b(body, digest_size=12).hexdigest()


def _filter_name(name: str) -> str:
    return _(FILTER_NAMES[name])


def _value_name(name: str, value: str, code: str) -> str:
    """How a value of a filter is called: kinds in our words, countries and languages in the reader's."""
    kinds = {
        "employment_type": {**EMPLOYMENT, "other": N_("Other")},
        "workplace": {**WORKPLACE, "on_site": N_("On site")},
    }
    if name in kinds:
        return _(kinds[name].get(value, value))
    if name in ("country", "language"):
        names = Locale(code).territories if name == "country" else Locale(code).languages
        return str(names.get(value, names.get(value.partition("-")[0], value)))
    return value


def _is_new(position: ShownPosition, today: date) -> bool:
    return position.posted_at is not None and today - position.posted_at.date() <= NEW_FOR


def _render(template: str, code: str, **values: object) -> bytes:
    return _environment.get_template(template).render(language=code, **values).encode()
