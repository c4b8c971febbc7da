"""Personio: the XML feed of the careers page, and the API, version 2.

https://developer.personio.de/docs/retrieving-open-job-positions
https://developer.personio.de/reference/get_v2-recruiting-jobs
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from tests.simulator import northwind
from tests.simulator._account import Account, Ask, Job, Reply, as_json, as_page, unless_known

CLIENT, SECRET = "papi-client-of-northwind", "papi-secret-of-northwind"
CLIENT_WITHOUT_SCOPE = "papi-client-without-scope"
API = "api.personio.de"
SUFFIXES = (".jobs.personio.de", ".jobs.personio.com")
KINDS = {
    "full_time": ("permanent", "full-time"),
    "part_time": ("permanent", "part-time"),
    "contract": ("freelance", "full-or-part-time"),
    "temporary": ("temporary", "full-time"),
    "internship": ("intern", "full-time"),
}


class Personio(Account):
    """The company `northwind`. `page`: the most rows of one page of the API. `feed`: whether the XML feed is on."""

    slug = "personio"

    def __init__(self) -> None:
        feed = {"company": "northwind", "tld": "de", "language": "de"}
        super().__init__({**feed, "client_id": CLIENT, "client_secret": SECRET})
        self.page, self.feed = 100, True
        #: Access tokens that are good, and whose they are.
        self.tokens: dict[str, str] = {}
        self.take(northwind.PERSONIO)

    def answers_for(self, host: str) -> bool:
        return host == API or host.endswith(SUFFIXES)

    def answer(self, ask: Ask) -> Reply | None:
        if ask.host == API:
            return self._token(ask) if ask.path == "/v2/auth/token" else self._authorised(ask)
        if ask.method not in ("GET", "HEAD"):
            return None
        if ask.host not in {f"northwind{suffix}" for suffix in SUFFIXES}:
            return 307, {"Location": "https://www.personio.com/"}, b""
        return self._feed(ask) if ask.path in ("/xml", "/xml/") and self.feed else as_page("Page not found", 404)

    def _token(self, ask: Ask) -> Reply | None:
        if ask.method != "POST":
            return None
        client = ask.form.get("client_id", "")
        if ask.form.get("grant_type") != "client_credentials":
            return _error("Unsupported grant type", 400)
        if client not in (CLIENT, CLIENT_WITHOUT_SCOPE) or ask.form.get("client_secret") != SECRET or self.revoked:
            return _error("Invalid client credentials", 401)
        self.tokens[token := f"papi-token-{len(self.tokens) + 1}"] = client
        scope = "personio:recruiting:read" if client == CLIENT else "personio:persons:read"
        return as_json({"access_token": token, "token_type": "Bearer", "expires_in": 86400, "scope": scope})

    def _authorised(self, ask: Ask) -> Reply:
        client = self.tokens.get(ask.bearer)
        if client is None or self.revoked:
            return _error("Unauthorized", 401)
        if client == CLIENT_WITHOUT_SCOPE:
            return _error("Missing scope personio:recruiting:read", 403)
        if ask.path != "/v2/recruiting/jobs" or ask.headers.get("Beta") != "true":
            return _error(f"The endpoint {ask.path} was not found", 404)
        rows = sorted(self.jobs.values(), key=lambda job: job.changed, reverse=True)
        limit = min(int(ask.query.get("limit", "10")), self.page)
        begin = int(ask.query.get("cursor", "cur_0").removeprefix("cur_"))
        links = {}
        if begin + limit < len(rows):
            after = urlencode({"limit": limit, "cursor": f"cur_{begin + limit}"})
            links["next"] = {"href": f"https://{API}/v2/recruiting/jobs?{after}"}
        return as_json({"_data": [_api_job(j) for j in rows[begin : begin + limit]], "_meta": {"links": links}})

    def _feed(self, ask: Ask) -> Reply:
        jobs = self.published()
        positions = "".join(_position(j, ask.query.get("language", "de")) for j in jobs)
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs>{positions}</workzag-jobs>'
        reply = 200, {"Content-Type": "text/xml; charset=UTF-8"}, text.encode()
        return unless_known(ask, reply, Last_Modified=format_datetime(self.modified, usegmt=True))


def _error(detail: str, status: int) -> Reply:
    error = {
        "title": detail,
        "detail": detail,
        "type": "https://developer.personio.de/v2.0/page/public-api-error-codes",
    }
    return as_json({"personio_trace_id": "0", "timestamp": "2026-11-05T12:00:00Z", "errors": [error]}, status)


def _api_job(job: Job) -> dict[str, Any]:
    """Drafts and closed jobs are there too, and nothing tells them from the others."""
    return {
        "id": job.id,
        "name": job.title[job.language],
        "department": {"id": str(1 + sum(map(ord, job.department)) % 50), "name": job.department},
        "category": {"id": "7", "name": job.department},
        "hiring_team": [{"person": {"id": "55", "name": "Mirela Sandvoss"}, "role": "recruiter"}],
        "company": {"id": "9"},
        "created_at": {"date-time": job.posted.isoformat(), "timezone": "UTC"},
        "updated_at": {"date-time": job.changed.isoformat(), "timezone": "UTC"},
    }


def _element(name: str, value: str | None) -> str:
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def _position(job: Job, language: str) -> str:
    kind, schedule = KINDS[job.employment]
    texts = job.parts.get(language) or [(heading, "") for heading, _text in job.parts[job.language]]
    descriptions = "".join(
        f"<jobDescription>{_element('name', name)}<value>\n<![CDATA[{text}]]>\n</value></jobDescription>"
        for name, text in texts
    )
    others = "".join(_element("office", place.city) for place in job.places[1:])
    pay = job.pay
    return (
        "<position>"
        f"{_element('id', job.id)}{_element('subcompany', 'Northwind Foods GmbH')}"
        f"{_element('office', 'Remote' if job.workplace == 'remote' else job.places[0].city)}"
        + (f"<additionalOffices>{others}</additionalOffices>" if others else "")
        + f"{_element('department', job.department)}{_element('recruitingCategory', job.department)}"
        f"{_element('name', job.title.get(language, job.title[job.language]))}"
        f"<jobDescriptions>{descriptions}</jobDescriptions>"
        f"{_element('employmentType', kind)}{_element('seniority', 'experienced')}{_element('schedule', schedule)}"
        f"{_element('yearsOfExperience', '2-5')}"
        f"{_element('keywords', 'Homeoffice' if job.workplace == 'hybrid' else None)}"
        f"{_element('occupation', job.title[job.language])}{_element('occupationCategory', job.department)}"
        f"{_element('createdAt', job.posted.isoformat())}"
        + (
            f"<salaryInformation><min>{pay[0]}</min><max>{pay[1]}</max><currencySymbol>€</currencySymbol>"
            f"<currencyCode>{pay[2]}</currencyCode><type>{pay[3]}ly</type></salaryInformation>"
            if pay
            else ""
        )
        + "</position>"
    )
