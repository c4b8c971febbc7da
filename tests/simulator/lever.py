"""Lever: the public postings, v0. https://github.com/lever/postings-api"""

from __future__ import annotations

from typing import Any

from tests.simulator._account import Account, Ask, Job, Reply, as_json
from tests.simulator.northwind_further import LEVER

KINDS = {
    "full_time": "Full-time",
    "part_time": "Part-time",
    "contract": "Contract",
    "temporary": "Seasonal",
    "internship": "Intern",
}
PAY = {"hour": "per-hour-wage", "month": "per-month-salary", "year": "per-year-salary"}
WORKPLACES = {"on_site": "on-site", "hybrid": "hybrid", "remote": "remote"}


class Lever(Account):
    """The site `northwind`, on the global servers. With its credentials revoked, the site is taken down."""

    slug = "lever"

    def __init__(self) -> None:
        super().__init__({"site": "northwind", "region": "global"})
        self.take(LEVER)

    def answers_for(self, host: str) -> bool:
        return host in ("api.lever.co", "api.eu.lever.co")

    def answer(self, ask: Ask) -> Reply | None:
        if ask.method not in ("GET", "HEAD"):
            return None
        if ask.host != "api.lever.co" or ask.path != "/v0/postings/northwind" or self.revoked:
            return as_json({"ok": False, "error": "Document not found"}, 404)
        skip, limit = int(ask.query.get("skip", "0")), int(ask.query.get("limit", "0")) or None
        rows = self.published()[skip:][:limit]
        return as_json([_posting(job) for job in rows])


def _posting(job: Job) -> dict[str, Any]:
    title, address = job.title[job.language], f"https://jobs.lever.co/northwind/{job.id}"
    about, *lists = job.parts[job.language]
    places = [f"{place.city}, {place.country_name}" for place in job.places]
    row = {
        "id": job.id,
        "text": title,
        "createdAt": int(job.posted.timestamp() * 1000),
        "country": job.places[0].country,
        "workplaceType": WORKPLACES[job.workplace],
        "categories": {
            "commitment": KINDS[job.employment],
            "department": job.department,
            "location": places[0],
            "allLocations": places,
        },
        "description": f"<div>{about[1]}</div>",
        "lists": [
            {"text": name, "content": html.removeprefix("<ul>").removesuffix("</ul>")} for name, html in lists[:-1]
        ],
        "additional": lists[-1][1],
        "hostedUrl": address,
        "applyUrl": f"{address}/apply",
    }
    if job.pay:
        low, high, currency, per = job.pay
        row["salaryRange"] = {"currency": currency, "interval": PAY[per], "min": low, "max": high}
    return row
