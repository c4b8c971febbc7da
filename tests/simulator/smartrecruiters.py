"""SmartRecruiters: the public postings. https://developers.smartrecruiters.com/docs/posting-api"""

from __future__ import annotations

from typing import Any

from tests.simulator import northwind
from tests.simulator._account import Account, Ask, Job, Quota, Reply, as_json, as_page
from tests.simulator.northwind_further import SMARTRECRUITERS

POSTINGS = "/v1/companies/NorthwindFoods/postings"
# Stated for credentials, which postings do without: https://developers.smartrecruiters.com/docs/rate-limiting
REQUESTS, SECONDS = 10, 1.0
SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")
KINDS = {
    "full_time": ("permanent", "Full-time"),
    "part_time": ("part-time", "Part-time"),
    "contract": ("contract", "Contract"),
    "temporary": ("temporary", "Temporary"),
    "internship": ("intern", "Intern"),
}


class SmartRecruiters(Account):
    """The company `NorthwindFoods`. An unknown one has an empty list, too; only its careers page tells.

    `page`: the most rows of one page. `limited`: whether it keeps a rate limit. With its credentials revoked, the
    company is gone.
    """

    slug = "smartrecruiters"

    def __init__(self) -> None:
        super().__init__({"companyIdentifier": "NorthwindFoods"})
        self.page, self.limited = 100, False
        self.take(SMARTRECRUITERS)
        self._quota = Quota()

    def answers_for(self, host: str) -> bool:
        return host in ("api.smartrecruiters.com", "careers.smartrecruiters.com")

    def answer(self, ask: Ask) -> Reply | None:
        if ask.method not in ("GET", "HEAD"):
            return None
        if ask.host == "careers.smartrecruiters.com":
            known = ask.path.rstrip("/").lower() == "/northwindfoods" and not self.revoked
            return as_page(f"Careers at NorthwindFoods: {northwind.NAME}") if known else as_page("Not found", 404)
        allowed, left, wait = self._quota.take("", REQUESTS, SECONDS)
        if self.limited and not allowed:
            limit = {"X-RateLimit-Limit": str(REQUESTS), "X-RateLimit-Remaining": str(left)}
            return as_json({"message": "Too many requests"}, 429, {**limit, "Retry-After": str(int(wait) + 1)})
        match ask.path.split("/"):
            case ["", "v1", "companies", company, "postings"]:
                known = company.lower() == "northwindfoods" and not self.revoked
                return self._list(ask.query, self._listed() if known else [])
            case ["", "v1", "companies", "NorthwindFoods", "postings", id]:
                found = [job for job in self._listed() if job.id == id and not self.revoked]
                return as_json(_detail(found[0])) if found else as_json({"message": "Not found"}, 404)
        return as_json({"message": "Not found"}, 404)

    def _listed(self) -> list[Job]:
        return [job for job in self.jobs.values() if job.state == "published"]

    def _list(self, query: dict[str, str], jobs: list[Job]) -> Reply:
        offset, limit = int(query.get("offset", "0")), int(query.get("limit", "10"))
        rows = [_row(job) for job in jobs[offset:][: min(limit, self.page)]]
        return as_json({"offset": offset, "limit": limit, "totalFound": len(jobs), "content": rows})


def _row(job: Job) -> dict[str, Any]:
    place, (kind, label) = job.places[0], KINDS[job.employment]
    released = job.changed - northwind.TOUCHED  # anew with each later change
    return {
        "id": job.id,
        "uuid": f"0a1b2c3d-0000-4000-8000-{job.id[-12:]}",
        "name": job.title[job.language],
        "company": {"identifier": "NorthwindFoods", "name": f"{northwind.NAME} "},
        "refNumber": f"REF{job.id[-3:]}A",
        "releasedDate": f"{released:%Y-%m-%dT%H:%M:%S.000Z}",
        "defaultJobAd": True,
        "visibility": "INTERNAL" if job.mark else "PUBLIC",
        "language": {"code": job.language, "label": job.language},
        "location": {
            "city": place.city,
            "region": "",
            "country": place.country.lower(),
            "fullLocation": f"{place.city}, , {place.country_name}",
            "remote": job.workplace == "remote",
            "hybrid": job.workplace == "hybrid",
        },
        "department": {"id": "1", "label": job.department},
        "function": {"id": "retail", "label": "Retail"},
        "typeOfEmployment": {"id": kind, "label": label},
        "customField": [{"fieldId": "m", "fieldLabel": "Hiring Manager", "valueLabel": "Mirela Sandvoss"}],
        "creator": {"name": "Mirela Sandvoss"},
    }


def _detail(job: Job) -> dict[str, Any]:
    parts = dict(zip(SECTIONS, job.parts[job.language], strict=True))
    address = f"https://jobs.smartrecruiters.com/NorthwindFoods/{job.id}"
    return _row(job) | {
        "active": True,
        "postingUrl": address,
        "applyUrl": f"{address}?oga=true",
        "jobAd": {"sections": {name: {"title": title, "text": text} for name, (title, text) in parts.items()}},
    }
