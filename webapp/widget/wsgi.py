"""The layer ahead of Flask: the widget's two hot addresses call `answer()` without routing, session or context."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from webapp.widget.answer import HEADERS_READ, Answer, Request, answer
from webapp.widget.snapshot import Store

HOT = re.compile(r"/widgets/([0-9a-f]{32})(?:/positions)?")
_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_READ = tuple((name, "HTTP_" + name.upper().replace("-", "_")) for name in HEADERS_READ)


def ahead_of(app: Callable[..., Iterable[bytes]], store: Store) -> Callable[..., Iterable[bytes]]:
    """A WSGI application that answers the hot addresses itself and hands everything else to `app`."""

    def layer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        match = HOT.fullmatch(path) if path.startswith("/widgets/") else None
        if match is None:
            return app(environ, start_response)
        found = respond(store, match[1], environ)
        start_response(_STATUS[found.status], list(found.headers))
        return (found.body,)

    return layer


def respond(store: Store, key: str, environ: dict[str, Any]) -> Answer:
    """The answer to a WSGI request for the widget with this key."""
    request = Request(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        query=environ.get("QUERY_STRING", ""),
        headers=tuple((name, environ[variable]) for name, variable in _READ if variable in environ),
        client=environ.get("REMOTE_ADDR"),
        now=datetime.now(UTC),
    )
    return answer(store.get(key), request)
