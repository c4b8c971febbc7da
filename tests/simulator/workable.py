"""Workable: SPI v3 and the careers widget. https://workable.readme.io/reference/jobs"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from tests.simulator import northwind
from tests.simulator._account import Account, Ask, Job, Place, Quota, Reply, as_json

TOKEN = "workable-token-of-northwind"
TOKEN_WITHOUT_SCOPE = "workable-token-without-scope"
REQUESTS, SECONDS = 10, 10.0  # https://workable.readme.io/reference/rate-limits
KINDS = {
    "full_time": "Full-time",
    "part_time": "Part-time",
    "contract": "Contract",
    "temporary": "Temporary",
    "internship": "Other",
}


class Workable(Account):
    """The account `northwind`. `limited`: whether it keeps the rate limit. `page`: the most rows of one page."""

    slug = "workable"

    def __init__(self, limited: bool = True) -> None:
        super().__init__({"subdomain": "northwind", "access_token": TOKEN})
        self.limited, self.page = limited, 100
        self.take(northwind.WORKABLE)
        self._quota = Quota()

    def answers_for(self, host: str) -> bool:
        return host.endswith(".workable.com")

    def answer(self, ask: Ask) -> Reply | None:
        if ask.method not in ("GET", "HEAD"):
            return None
        if ask.host == "apply.workable.com" and ask.path.startswith("/api/v1/widget/accounts/"):
            return self._widget(ask, ask.path.removeprefix("/api/v1/widget/accounts/"))
        if ask.host == "www.workable.com" and ask.path.startswith("/api/accounts/"):
            return self._widget(ask, ask.path.removeprefix("/api/accounts/"))
        if not ask.path.startswith("/spi/v3/") or ask.host != "northwind.workable.com":
            return as_json({"error": "Not found"}, 404)
        return self._authorised(ask)

    def _authorised(self, ask: Ask) -> Reply:
        token = ask.bearer
        if token not in (TOKEN, TOKEN_WITHOUT_SCOPE) or self.revoked:
            return as_json({"error": "Not authorized"}, 401)
        allowed, limits = self._count(token)
        if not allowed:
            return as_json({"error": "Rate limit exceeded"}, 429, limits)
        if token == TOKEN_WITHOUT_SCOPE:
            return as_json({"error": "This token has no access to the requested resource"}, 403, limits)
        status, headers, body = self._spi(ask)
        return status, {**headers, **limits}, body

    def _count(self, token: str) -> tuple[bool, dict[str, str]]:
        allowed, left, wait = self._quota.take(token, REQUESTS, SECONDS)
        return allowed or not self.limited, {
            "X-Rate-Limit-Limit": str(REQUESTS),
            "X-Rate-Limit-Remaining": str(left),
            "X-Rate-Limit-Reset": str(int(time.time() + wait) + 1),
        }

    def _spi(self, ask: Ask) -> Reply:
        what = ask.path.removeprefix("/spi/v3/")
        if what == "accounts":
            return as_json({"accounts": [{"id": "nw1", "name": northwind.NAME, "subdomain": "northwind"}]})
        if what == "jobs":
            return self._list(ask.query)
        job = self.jobs.get(what.removeprefix("jobs/"))
        if not job or not what.startswith("jobs/"):
            return as_json({"error": "Not found"}, 404)
        row = _row(job, {"description", "requirements", "benefits"})
        del row["sample"]
        row["location"].pop("location_str")
        row |= {"employment_type": KINDS[job.employment], "function": job.department, "industry": "Retail"}
        return as_json(row)

    def _list(self, query: dict[str, str]) -> Reply:
        limit = min(int(query.get("limit", "50")), self.page)
        rows = [j for j in self.jobs.values() if query.get("state") in (None, _state(j))]
        rows.sort(key=_key)
        rows = [j for j in rows if _key(j) >= query.get("since_id", "")]
        page, rest = rows[:limit], rows[limit:]
        answer: dict[str, Any] = {"jobs": [_row(j, set(query.get("include_fields", "").split(","))) for j in page]}
        if rest:
            kept = {k: v for k, v in query.items() if k in ("state", "include_fields")}
            after = urlencode({"limit": limit, "since_id": _key(rest[0]), **kept})
            answer["paging"] = {"next": f"https://northwind.workable.com/spi/v3/jobs?{after}"}
        return as_json(answer)

    def _widget(self, ask: Ask, subdomain: str) -> Reply:
        if subdomain != "northwind":
            return as_json({"error": "Not found"}, 404)
        rows = [
            _widget_row(job, place, ask.query.get("details") == "true")
            for job in self.published()
            for place in job.places
        ]
        return as_json({"name": northwind.NAME, "description": f"<p>{northwind.ABOUT}</p>", "jobs": rows})


def _key(job: Job) -> str:
    """The internal id; lists are sorted by it, oldest first."""
    return f"{job.posted:%y%m%d}{job.id.lower()}"


def _state(job: Job) -> str:
    return "closed" if job.mark == "confidential" else job.state


def _row(job: Job, fields: set[str]) -> dict[str, Any]:
    first, pay = job.places[0], job.pay
    (_, needs), (_, offers) = job.parts[job.language][2:]
    texts = {"description": job.description(0, 1), "requirements": needs, "benefits": offers}
    return {
        "id": _key(job),
        "title": job.title[job.language],
        "full_title": f"{job.title[job.language]} - {job.id}",
        "shortcode": job.id,
        "code": None,
        "state": _state(job),
        "sample": job.mark == "sample",
        "confidential": job.mark == "confidential",
        "department": job.department,
        "department_hierarchy": [{"id": 1, "name": job.department}],
        "url": f"https://northwind.workable.com/backend/jobs/{job.id}",
        "application_url": f"https://apply.workable.com/j/{job.id}/apply",
        "shortlink": f"https://apply.workable.com/j/{job.id}",
        "workplace_type": job.workplace,
        "location": {
            "location_str": f"{first.city}, {first.region}, {first.country_name}",
            "country": first.country_name,
            "country_code": first.country,
            "region": first.region,
            "region_code": None,
            "city": first.city,
            "zip_code": None,
            "telecommuting": job.workplace == "remote",
            "workplace_type": job.workplace,
        },
        "locations": [
            {
                "country_code": p.country,
                "country_name": p.country_name,
                "state_code": None,
                "subregion": p.region,
                "zip_code": None,
                "city": p.city,
                "coords": None,
                "hidden": p.hidden,
            }
            for p in job.places
        ],
        "salary": {"salary_from": pay[0], "salary_to": pay[1], "salary_currency": pay[2].lower()} if pay else None,
        "created_at": f"{job.posted:%Y-%m-%d}T00:00:00Z",
        "updated_at": f"{job.changed:%Y-%m-%dT%H:%M:%SZ}",
    } | {name: text for name, text in texts.items() if name in fields}


def _widget_row(job: Job, place: Place, details: bool) -> dict[str, Any]:
    row = {
        "title": job.title[job.language],
        "shortcode": job.id,
        "code": "",
        "employment_type": KINDS[job.employment],
        "telecommuting": job.workplace == "remote",
        "department": job.department,
        "url": f"https://apply.workable.com/j/{job.id}",
        "shortlink": f"https://apply.workable.com/j/{job.id}",
        "application_url": f"https://apply.workable.com/j/{job.id}/apply",
        "published_on": f"{job.posted:%Y-%m-%d}",
        "created_at": f"{job.posted:%Y-%m-%d}",
        "country": place.country_name,
        "city": place.city,
        "state": place.region,
        "education": "",
        "experience": "",
        "function": job.department,
        "industry": "Retail",
        "locations": [
            {
                "country": place.country_name,
                "countryCode": place.country,
                "city": place.city,
                "region": place.region,
                "hidden": place.hidden,
            }
        ],
    }
    return row | ({"description": job.description()} if details else {})
