"""For operators: is the process alive, is it ready; and the copy of htmx that was laid down beside the database."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, send_file

from webapp.extensions import settings
from webapp.services import health

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
def healthz() -> Any:
    """The process answers. Asks no database."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/readyz")
def readyz() -> Any:
    """The database answers and its schema is the one that this version needs."""
    missing = health.not_ready()
    body = "".join(f"{name}\n" for name in missing) or "ready\n"
    return body, 503 if missing else 200, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/htmx.js")
def htmx() -> Any:
    """The local copy of htmx, where `make run` could lay one down."""
    path = settings().instance / "htmx.min.js"
    if not path.exists():
        abort(404)
    response = send_file(path, mimetype="text/javascript", max_age=86400)
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
