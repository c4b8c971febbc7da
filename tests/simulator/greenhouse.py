"""Greenhouse: the public board. https://developers.greenhouse.io/job-board.html"""

from __future__ import annotations

import hashlib
from html import escape
from typing import Any

from tests.simulator import northwind
from tests.simulator._account import Account, Ask, Job, Reply, as_json, unless_known

KINDS = {
    "full_time": "Full-time",
    "part_time": "Part-time",
    "contract": "Contract",
    "temporary": "Temporary",
    "internship": "Intern",
}


class Greenhouse(Account):
    """The board `northwind`. With its credentials revoked, the board is taken down."""

    slug = "greenhouse"

    def __init__(self) -> None:
        super().__init__({"token": "northwind"})
        self.take(northwind.GREENHOUSE)

    def answers_for(self, host: str) -> bool:
        return host == "boards-api.greenhouse.io"

    def answer(self, ask: Ask) -> Reply | None:
        if ask.method not in ("GET", "HEAD"):
            return None
        match ask.path.rstrip("/").split("/"):
            case ["", "v1", "boards", "northwind", *what] if not self.revoked:
                return self._board(ask, what)
        return as_json({"status": 404, "error": "Job not found"}, 404)

    def _board(self, ask: Ask, what: list[str]) -> Reply:
        listed = [j for j in self.jobs.values() if j.state == "published"]
        flags = ask.query.get("content") == "true", ask.query.get("pay_transparency") == "true"
        match what:
            case []:
                return as_json({"name": f"{northwind.NAME} ", "content": escape(f"<p>{northwind.ABOUT}</p>")})
            case ["jobs"]:
                reply = as_json({"jobs": [_job(j, *flags) for j in listed], "meta": {"total": len(listed)}})
                return unless_known(ask, reply, ETag=f'W/"{hashlib.sha256(reply[2]).hexdigest()[:32]}"')
            case ["jobs", id] if found := [j for j in listed if j.id == id]:
                return as_json(_job(found[0], True, flags[1]))
            case ["departments"]:
                names = sorted({j.department for j in listed})
                return as_json({"departments": [{**_department(n), "jobs": []} for n in names]})
            case ["offices"]:
                return as_json({"offices": [office for j in listed for office in _offices(j)]})
        return as_json({"status": 404, "error": "Job not found"}, 404)


def _department(name: str) -> dict[str, Any]:
    return {"id": 4000 + sum(map(ord, name)) % 900, "name": name, "parent_id": None, "child_ids": []}


def _offices(job: Job) -> list[dict[str, Any]]:
    return [
        {
            "id": 6000 + sum(map(ord, place.city)) % 900,
            "name": place.city,
            "location": f"{place.city}, {place.region}, {place.country_name}",
            "parent_id": None,
            "child_ids": [],
        }
        for place in job.places
    ]


def _job(job: Job, content: bool, pay_transparency: bool) -> dict[str, Any]:
    places = [f"{p.city}, {p.country_name}" for p in job.places]
    row: dict[str, Any] = {
        "id": int(job.id),
        "internal_job_id": None if job.mark == "prospect" else int(job.id) + 100_000,
        "title": f"{job.title[job.language]} ",
        "company_name": f"{northwind.NAME} ",
        "absolute_url": f"https://job-boards.greenhouse.io/northwind/jobs/{job.id}",
        "location": {"name": "; ".join(places + (["Remote"] if job.workplace == "remote" else []))},
        "metadata": [
            {"id": 1, "name": "Employment Type", "value": KINDS[job.employment], "value_type": "single_select"}
        ],
        "language": job.language,
        "requisition_id": f"NW-{job.id[-3:]}",
        "updated_at": job.changed.isoformat(),
        "first_published": job.posted.isoformat(),
        "application_deadline": None,
        "data_compliance": [],
    }
    if content:
        row |= {
            "content": escape(job.description()),
            "departments": [_department(job.department)],
            "offices": _offices(job),
        }
    if pay_transparency and job.pay:
        low, high, currency, _per = job.pay
        row["pay_input_ranges"] = [
            {
                "min_cents": low * 100,
                "max_cents": high * 100,
                "currency_type": currency,
                "title": "Annual base salary",
                "blurb": "",
            }
        ]
    return row
