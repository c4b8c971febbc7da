"""What every page of the console has: navigation, language, security headers, and the ways to answer an action."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import (
    Flask,
    Request,
    Response,
    abort,
    flash,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response as BaseResponse

from webapp import config, i18n
from webapp.extensions import now, settings
from webapp.models.people import MANAGE_INTEGRATIONS, MANAGE_USERS, MANAGE_WIDGETS
from webapp.services.events import Actor
from webapp.services.refusal import Refused


class IdConverter(BaseConverter):
    """An id of ours: 32 hexadecimal digits; anything else is an unknown address."""

    regex = "[0-9a-f]{32}"


class SlugConverter(BaseConverter):
    """A slug of an ATS or of a connector."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"


class TokenConverter(BaseConverter):
    """A signed token, or whatever a mail program made of one: it gets the page that says how to go on."""

    regex = r"[^/]{1,400}"


#: The cookieless part: no session is read or written there.
PUBLIC = ("/widgets/", "/static/", "/healthz", "/readyz", "/metrics", "/htmx.js")


class Sessions(SecureCookieSessionInterface):
    """Flask's own, but none on the cookieless part: Flask-Login looks into it after every request, and Flask would
    say `Vary: Cookie` then."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(PUBLIC):
            return self.make_null_session(app)
        return super().open_session(app, request)


def set_up(app: Flask) -> None:
    """Converters, the session, the context of templates, the language, the headers."""
    app.session_interface = Sessions()
    app.url_map.converters.update(id=IdConverter, slug=SlugConverter, token=TokenConverter)
    app.jinja_env.globals.update(_=i18n._, ngettext=i18n.ngettext, static=config.asset, now=now)
    app.jinja_options["autoescape"] = True
    app.context_processor(_context)
    app.before_request(_choose_language)
    app.before_request(_refuse_nul)
    app.after_request(_headers)


def is_public() -> bool:
    """Whether this request is for the cookieless part."""
    return request.path.startswith(PUBLIC)


def _choose_language() -> None:
    if not is_public():
        i18n.use(request.accept_languages.best_match(i18n.available()) or "en")


def _refuse_nul() -> None:
    """Nobody types a NUL, and PostgreSQL keeps none."""
    sent = (*request.form.items(multi=True), *request.args.items(multi=True))
    if any("\0" in value for _name, value in sent):
        abort(400)


def _context() -> dict[str, Any]:
    local = settings().instance / "htmx.min.js"
    return {
        "nav": _navigation(),
        "flashes": get_flashed_messages(with_categories=True),
        "csrf_token": generate_csrf,
        "htmx": {
            "src": settings().htmx_url or config.HTMX_CDN,
            "integrity": config.HTMX_INTEGRITY,
            "local": url_for("ops.htmx") if local.exists() else None,
        },
        "bar": i18n._("Simulator: no real ATS is asked") if settings().simulator_url else None,
        "language": i18n.language.get(),
    }


def _navigation() -> list[dict[str, Any]]:
    if not current_user.is_authenticated:
        return []
    _ = i18n._

    def item(label: str, endpoint: str, icon: str) -> dict[str, Any]:
        here = (request.blueprint or "") == endpoint.split(".")[0]
        here = here or (endpoint.startswith("integrations") and request.blueprint in ("connections", "requests"))
        return {"label": label, "href": url_for(endpoint), "icon": icon, "current": here}

    groups = []
    if current_user.organisation_id:
        items = [item(_("Integrations"), "integrations.ats", "link")]
        if current_user.may(MANAGE_WIDGETS) or current_user.may(MANAGE_INTEGRATIONS):
            items.append(item(_("Widgets"), "widgets.index", "list"))
        if current_user.may(MANAGE_USERS):
            items.append(item(_("Users"), "users.index", "users"))
            items.append(item(_("Activity"), "activity.index", "clock"))
        groups.append({"label": _("Administration"), "items": items})
    if current_user.service_desk:
        desk, organisations = item(_("Service desk"), "desk.index", "headset"), "desk.organisations"
        desk["current"] = desk["current"] and request.endpoint != organisations
        beside = {**item(_("Organisations"), organisations, "users"), "current": request.endpoint == organisations}
        groups.append({"label": _("Operator"), "items": [desk, beside]})
    return groups


def _headers(response: Response) -> Response:
    if request.blueprint == "widget":
        return response
    set_default = response.headers.setdefault
    set_default("X-Content-Type-Options", "nosniff")
    if settings().https:
        set_default("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint == "static" and response.status_code in (200, 206, 304):
        set_default("Cross-Origin-Resource-Policy", "cross-origin")
        kept = "max-age=31536000, immutable" if "v" in request.args else "max-age=300"  # embed.js has one name for ever
        response.headers["Cache-Control"] = f"public, {kept}"
        return response
    set_default("Content-Security-Policy", _policy())
    set_default("X-Frame-Options", "DENY")
    set_default("Referrer-Policy", "same-origin")
    set_default("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
    set_default("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
    set_default("Cross-Origin-Resource-Policy", "same-origin")
    set_default("Cache-Control", "no-store")
    if request.blueprint == "connect":
        set_default("X-Robots-Tag", "noindex, nofollow")
    return response


def _policy(scripts: str = "", connects: str = "", frames: str = "") -> str:
    parts = urlsplit(settings().htmx_url or config.HTMX_CDN)
    htmx = f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else ""
    return (
        f"default-src 'none'; script-src {' '.join(filter(None, (_SELF, htmx, scripts)))}; style-src 'self'; "
        f"img-src 'self' data:; font-src 'self'; connect-src {' '.join(filter(None, (_SELF, connects)))}; "
        f"frame-src {' '.join(filter(None, (_SELF, frames)))}; form-action 'self'; base-uri 'none'; "
        "object-src 'none'; frame-ancestors 'none'"
    )


_SELF = "'self'"
MERGE_CDN = "https://cdn.merge.dev"


def with_merge_link(page: str, api: str) -> Response:
    """The one page whose policy admits merge.dev's hosts."""
    response = make_response(page)
    response.headers["Content-Security-Policy"] = _policy(MERGE_CDN, api, MERGE_CDN)
    return response


def actor() -> Actor:
    """Who acts in this request."""
    if current_user.is_authenticated:
        return Actor.of(current_user._get_current_object(), request.remote_addr)
    return Actor("somebody with a link", address=request.remote_addr)


def is_htmx() -> bool:
    """Whether htmx asks, which gets a fragment after a POST."""
    return request.headers.get("HX-Request") == "true"


def public_url(path: str) -> str:
    """A whole address of ours: from the setting, in development else from the address that was asked."""
    return (settings().public_url or request.host_url.rstrip("/")) + path


def say(refused: Refused) -> str:
    """A refusal in the language of the page."""
    return i18n._(refused.message, **refused.values)


def done(message: str, back: str, template: str | None = None, kind: str = "good", **values: Any) -> BaseResponse | str:
    """Answer an action: the fragment with a spoken status for htmx, a redirect with the message for everybody else."""
    if is_htmx() and template:
        return render_template(template, status=message, status_kind=kind, **values)
    flash(message, kind)
    if is_htmx():
        response = make_response("", 200)
        response.headers["HX-Redirect"] = back
        return response
    return redirect(back, 303)
