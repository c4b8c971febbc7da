"""Recorded-shape answers, replayed above the network: what a fixture is, and a transport that plays it.

A fixture is `fixtures/<ATS slug>.json`:

    {"source": "vendor docs",                       # or sandbox, capture: where the shapes were read
     "<connector slug>": {
        "config": {"subdomain": "northwind"},       # field values, secrets invented
        "addresses": {"https://…": {"subdomain": "northwind"}},   # what resolve() reads off (optional)
        "answers": [{"request": "GET https://…/jobs", "query": {"page": "2"}, "body": "text it must hold",
                     "headers": {…}, "status": 200, "json": {…} | "text": "…" | "lines": ["…", "…"],
                     "answer_headers": {…}}],
        "account": {"id": …, "name": …, "open_positions": …},
        "positions": [{"id": …, "title": …, …}],    # every part that is not absent, as `plain()` writes it
        "withheld": [["id", "reason"], …]}}

`request` is matched without its query; `query`, `headers` and `body` narrow it. The first answer that fits is played;
one with `"once": true` is played once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

FIXTURES = Path(__file__).parent / "fixtures"


@cache
def parts() -> dict[str, dict[str, Any]]:
    """connector slug → its part of the fixtures."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(FIXTURES.glob("*.json")):
        data = json.loads(path.read_text())
        assert data.get("source") in ("vendor docs", "sandbox", "capture"), (
            f"{path.name} says where its answers are from"
        )
        found |= {slug: part for slug, part in data.items() if slug != "source"}
    return found


def plain(thing: Any) -> Any:
    """A position as JSON holds it: absent parts left out, moments as ISO 8601."""
    if isinstance(thing, datetime):
        return thing.isoformat()
    if is_dataclass(thing) and not isinstance(thing, type):
        pairs = {f.name: plain(getattr(thing, f.name)) for f in fields(thing)}
        return {k: v for k, v in pairs.items() if v not in (None, [], ())}
    if isinstance(thing, tuple | list):
        return [plain(item) for item in thing]
    return thing


class Unanswered(AssertionError):
    """A fixture was asked for something that it does not hold."""


class Replay(BaseAdapter):
    """A transport that plays a fixture and keeps what was asked; `fault(n, answer)` may spoil the n-th answer."""

    def __init__(self, answers: list[dict[str, Any]], fault: Callable[[int, requests.Response], Any] | None = None):
        super().__init__()
        self.answers = [dict(a) for a in answers]
        self.fault = fault
        self.asked: list[requests.PreparedRequest] = []

    @property
    def session(self) -> requests.Session:
        session = requests.Session()
        session.mount("https://", self)
        session.mount("http://", self)
        return session

    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
        self.asked.append(request)
        number = len(self.asked)
        response = _response(request, self._find(request))
        spoiled = self.fault(number, response) if self.fault else None
        return response if spoiled is None else spoiled

    def close(self) -> None:
        pass

    def _find(self, request: requests.PreparedRequest) -> dict[str, Any]:
        url = urlsplit(request.url or "")
        query = {k: v[0] for k, v in parse_qs(url.query, keep_blank_values=True).items()}
        body = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
        for answer in self.answers:
            if (
                answer["request"] == f"{request.method} {url.scheme}://{url.netloc}{url.path}"
                and all(query.get(k) == v for k, v in answer.get("query", {}).items())
                and all(request.headers.get(k) == v for k, v in answer.get("headers", {}).items())
                and answer.get("body", "") in body
                and not answer.get("played")
            ):
                answer["played"] = answer.get("once", False)
                return answer
        raise Unanswered(f"The fixture has no answer to {request.method} {request.url} {body}")


def _response(request: requests.PreparedRequest, answer: dict[str, Any]) -> requests.Response:
    kind = "application/json"
    if "json" in answer:
        body = json.dumps(answer["json"]).encode()
    else:
        body = answer.get("text", "\n".join(answer.get("lines", []))).encode()
        kind = "text/html; charset=utf-8" if b"<html" in body[:200].lower() else "text/xml; charset=utf-8"
    return respond(request, answer.get("status", 200), body, {"Content-Type": kind, **answer.get("answer_headers", {})})


def respond(
    request: requests.PreparedRequest, status: int, body: bytes = b"", headers: dict[str, str] | None = None
) -> requests.Response:
    """A `requests.Response` over a body that is read like one from a socket."""
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers or {})
    response.raw = HTTPResponse(body=BytesIO(body), headers=headers, status=status, preload_content=False)
    response.request, response.url = request, request.url or ""
    return response
