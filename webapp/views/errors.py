"""Pages for what goes wrong: each says what happened and what to do; none shows a trace."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from webapp.extensions import db, new_id
from webapp.i18n import N_, _
from webapp.views.page import is_public
from webapp.views.widget import unknown_widget

log = logging.getLogger("berth.web")
PAGES = {
    400: (N_("This could not be read"), N_("The form or the address was not complete. Go back and try again.")),
    403: (N_("This is not allowed"), N_("Ask somebody who manages users in your organisation.")),
    404: (N_("There is nothing at this address"), N_("It may have been deleted, or the address is not complete.")),
    405: (N_("This address works differently"), N_("Go back and use the button on the page.")),
    409: (N_("Somebody else was faster"), N_("The same was changed at this moment. Nothing was stored; try again.")),
    410: (
        N_("This address has been used or is too old"),
        N_(
            "One-time addresses work once and for a limited time. Ask for a new one, or sign in if you have an account."
        ),
    ),
    413: (N_("That was too large"), N_("Shorten what you entered and try again. Nothing was stored.")),
    415: (N_("This could not be read"), N_("The form was sent in a form that Berth does not take.")),
    429: (N_("Too many tries"), N_("Wait a few minutes, then try again. Nothing was changed.")),
    500: (N_("Something went wrong here"), N_("Nothing was changed. Try again; if it goes on, tell the operator.")),
    503: (N_("Not available at the moment"), N_("Try again in a few seconds. Nothing was changed.")),
}


#: What the database answers when somebody else was faster, by the name of the error.
OVERTAKEN = {"ObjectDeletedError": 404, "StaleDataError": 404, "IntegrityError": 409}


def set_up(app: Flask) -> None:
    """Register the pages."""
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def _expired(_error: CSRFError) -> Any:
    return _page(
        400,
        _("This page was open too long"),
        _("Your session ended, so nothing was changed. Load the page again and repeat the last step."),
    )


def _http(error: HTTPException) -> Any:
    if error.response is not None or (error.code or 500) < 400:
        return error
    code = error.code or 500
    title, text = PAGES.get(code, PAGES[400 if code < 500 else 500])
    if isinstance(error, SecurityError):  # the request names a host that is not ours: no address can be made for it
        return _plain(code, _(title), {})
    response = _page(code, _(title), _(text))
    if code == 405 and getattr(error, "valid_methods", None):
        response[2]["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    retry = getattr(error, "retry_after", None) or (60 if code in (429, 503) else None)
    if retry:
        response[2]["Retry-After"] = str(retry)
    return response


def _fault(error: Exception) -> Any:
    db.session.rollback()
    if type(error).__name__ == "OperationalError":
        log.error("The database could not be used at %s: %s", request.endpoint, type(error).__name__)
        return _page(503, _(PAGES[503][0]), _(PAGES[503][1]), retry=5)
    if code := OVERTAKEN.get(type(error).__name__):
        return _page(code, _(PAGES[code][0]), _(PAGES[code][1]))
    number = new_id()[:8]
    log.exception("error %s at %s", number, request.endpoint)
    return _page(500, _(PAGES[500][0]), _(PAGES[500][1]), number)


def _page(code: int, title: str, text: str, number: str | None = None, retry: int | None = None) -> Any:
    headers = {"Retry-After": str(retry)} if retry else {}
    if request.path.startswith("/widgets/") and code == 404:
        return unknown_widget()
    if is_public():
        return _plain(code, title, headers)
    return render_template("error.html", title=title, text=text, number=number), code, headers


def _plain(code: int, title: str, headers: dict[str, str]) -> Any:
    return f"{title}\n", code, {**headers, "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
