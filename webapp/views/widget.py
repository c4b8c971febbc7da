"""The widget's addresses: no cookie, no session, no script needed. All that is decided is decided in `answer()`."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from webapp.extensions import csrf, now
from webapp.widget.answer import Request, answer
from webapp.widget.wsgi import respond

blueprint = Blueprint("widget", __name__)
csrf.exempt(blueprint)
METHODS = ["GET", "HEAD", "OPTIONS"]


@blueprint.route("/widgets/<id:key>", methods=METHODS, provide_automatic_options=False)
def page(key: str) -> Response:
    """The page for an iframe."""
    return _answer(key)


@blueprint.route("/widgets/<id:key>/positions", methods=METHODS, provide_automatic_options=False)
def positions(key: str) -> Response:
    """The fragment."""
    return _answer(key)


def _answer(key: str) -> Response:
    found = respond(current_app.extensions["snapshots"], key, request.environ)
    return Response(found.body, found.status, found.headers)


def unknown_widget() -> Response:
    """For addresses under /widgets/ that can be no widget's: the same neutral answer as for an unknown key."""
    found = answer(None, Request("GET", request.path, "", (), None, now()))
    return Response(found.body, found.status, found.headers)
