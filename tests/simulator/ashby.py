"""Ashby: the public job board in one answer. https://developers.ashbyhq.com/docs/public-job-posting-api"""

from __future__ import annotations

from typing import Any

from tests.simulator._account import Account, Ask, Job, Place, Reply, as_json
from tests.simulator.northwind_further import ASHBY

KINDS = {
    "full_time": "FullTime",
    "part_time": "PartTime",
    "contract": "Contract",
    "temporary": "Temporary",
    "internship": "Intern",
}
WORKPLACES = {"on_site": "OnSite", "hybrid": "Hybrid", "remote": "Remote"}


class Ashby(Account):
    """The board `northwind`, a prospect on it unlisted. With its credentials revoked, the board is taken down."""

    slug = "ashby"

    def __init__(self) -> None:
        super().__init__({"name": "northwind"})
        self.take(ASHBY)

    def answers_for(self, host: str) -> bool:
        return host == "api.ashbyhq.com"

    def answer(self, ask: Ask) -> Reply | None:
        if ask.method not in ("GET", "HEAD"):
            return None
        if ask.path != "/posting-api/job-board/northwind" or self.revoked:
            return 404, {"Content-Type": "text/plain"}, b"Not Found"
        pay = ask.query.get("includeCompensation") == "true"
        jobs = [job for job in self.jobs.values() if job.state == "published"]
        return as_json({"apiVersion": "1", "jobs": [_posting(job, pay) for job in jobs]})


def _place(place: Place) -> dict[str, Any]:
    address = {
        "addressLocality": place.city,
        "addressRegion": f"{place.region} ",
        "addressCountry": place.country_name,
    }
    return {"location": place.city, "address": {"postalAddress": address}}


def _posting(job: Job, pay: bool) -> dict[str, Any]:
    address = f"https://jobs.ashbyhq.com/northwind/{job.id}"
    row = {
        "id": job.id,
        "title": f" {job.title[job.language]}",
        "department": job.department,
        "team": f"{job.department} ",
        "employmentType": KINDS[job.employment],
        **_place(job.places[0]),
        "secondaryLocations": [_place(place) for place in job.places[1:]],
        "isListed": not job.mark,
        "isRemote": job.workplace != "on_site",
        "workplaceType": WORKPLACES[job.workplace],
        "publishedAt": f"{job.posted:%Y-%m-%dT%H:%M:%S.123+00:00}",
        "shouldDisplayCompensationOnJobPostings": bool(job.pay),
        "jobUrl": address,
        "applyUrl": f"{address}/application",
        "descriptionHtml": job.description(),
    }
    if pay and job.pay:
        low, high, currency, per = job.pay
        kind = {"compensationType": "Salary", "currencyCode": currency, "interval": f"1 {per.upper()}"}
        row["compensation"] = {"summaryComponents": [{**kind, "minValue": low, "maxValue": high}]}
    return row
