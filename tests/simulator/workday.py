"""Workday Recruiting: its web service (SOAP), REST, and what the careers site asks.

The shapes of the careers site are those of its own answers; Workday documents the other two at community.workday.com.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tests.simulator import _workday_soap, northwind
from tests.simulator._account import Account, Ask, Job, Quota, Reply, as_json, as_page
from tests.simulator._workday_soap import wid
from tests.simulator.northwind_further import WORKDAY

SERVICES, TENANT, SITE = "wd5-services1.myworkday.com", "northwind", "External"
USER, PASSWORD = "ISU_Berth", "workday-password-of-northwind"
USER_WITHOUT_PERMISSION = "ISU_Without_Permission"
CLIENT, SECRET, REFRESH_TOKEN = "berth-northwind", "workday-secret-of-northwind", "workday-refresh-of-northwind"
#: The careers site, on the tenant's own host and on the one that tenants share.
OWN, SHARED = "northwind.wd5.myworkdayjobs.com", "wd5.myworkdaysite.com"
CAREERS = {OWN: f"https://{OWN}/{SITE}", SHARED: f"https://{SHARED}/recruiting/{TENANT}/{SITE}"}
# Workday names no numbers; bursts are answered so.
REQUESTS, SECONDS = 20, 1.0
NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)


class Workday(Account):
    """The tenant `northwind` with the careers site `External`, on both families of hosts.

    `page`: the most rows of one page of the services. `cap`: as far as the careers site counts; behind it the first
    page comes again. `faceted`: whether the site has facets.
    """

    slug = "workday"

    def __init__(self, limited: bool = True) -> None:
        user = {"isu_username": USER, "isu_password": PASSWORD}
        client = {"client_id": CLIENT, "client_secret": SECRET, "refresh_token": REFRESH_TOKEN}
        super().__init__({"host": SERVICES, "tenant": TENANT, **user, **client, "career_url": CAREERS[OWN]})
        self.limited, self.page, self.cap, self.faceted = limited, 999, 2000, True
        #: Access tokens that are good; emptied, all have run out.
        self.tokens: set[str] = set()
        self.take(WORKDAY)
        self._quota, self._issued = Quota(), 0

    def answers_for(self, host: str) -> bool:
        return host.endswith((".myworkdayjobs.com", ".myworkdaysite.com", ".myworkday.com", ".workday.com"))

    def answer(self, ask: Ask) -> Reply | None:
        if ask.host in (OWN, SHARED):
            return self._careers(ask)
        if ask.host != SERVICES:
            return 302, {"Location": "https://community.workday.com/invalid-url"}, b""
        match ask.path.split("/"):
            case ["", "ccx", "service", tenant, "Recruiting", "v45.2"] if ask.method == "POST":
                return self._soap(ask, tenant)
            case ["", "ccx", "oauth2", tenant, "token"] if ask.method == "POST":
                return self._token(ask, tenant)
            case ["", "ccx", "api", "recruiting", "v4", tenant, "jobPostings"] if tenant == TENANT:
                return self._postings(ask)
        return as_json({"error": "not found"}, 404)

    def _soap(self, ask: Ask, tenant: str) -> Reply:
        """Every fault is a 500. An unknown tenant has no users."""
        criteria = _workday_soap.Criteria.read(ask.body)
        if criteria is None:
            return _workday_soap.fault(
                "Client.validationError", "Validation error occurred. The XML is not well-formed."
            )
        name, _at, home = criteria.user.partition("@")
        known = name in (USER, USER_WITHOUT_PERMISSION) and home == tenant == TENANT
        if not known or criteria.password != PASSWORD or self.revoked:
            return _workday_soap.fault("Client.authenticationError", "invalid username or password")
        if self.limited and not self._quota.take("soap", REQUESTS, SECONDS)[0]:
            return _workday_soap.fault("Server.processingError", "Processing error occurred. The system is overloaded.")
        if name == USER_WITHOUT_PERMISSION:
            said = "Processing error occurred. The task submitted is not authorized."
            return _workday_soap.fault("Server.processingError", said)
        jobs = self.published() if criteria.external else [*self.published(), *self._internal()]
        return _workday_soap.postings(jobs, criteria, self.page, CAREERS[OWN], SITE)

    def _internal(self) -> list[Job]:
        return [job for job in self.jobs.values() if job.state == "published" and job.mark == "internal"]

    def _token(self, ask: Ask, tenant: str) -> Reply:
        right = ask.form.get("grant_type") == "refresh_token" and ask.basic == (CLIENT, SECRET) and tenant == TENANT
        if not right:
            return as_json({"error": "invalid_client"}, 401)
        if ask.form.get("refresh_token") != REFRESH_TOKEN or self.revoked:
            return as_json({"error": "invalid_grant"}, 400)
        self._issued += 1
        self.tokens.add(token := f"workday-token-{self._issued}")
        return as_json({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def _postings(self, ask: Ask) -> Reply:
        if ask.bearer not in self.tokens or self.revoked:
            return as_json({"error": "invalid_token"}, 401)
        if self.limited and not self._quota.take("rest", REQUESTS, SECONDS)[0]:
            return as_json({"error": "too many requests"}, 429)
        limit, offset = int(ask.query.get("limit", "20")), int(ask.query.get("offset", "0"))
        if limit > 100:
            return as_json({"error": "limit must be at most 100"}, 400)
        jobs = self.published()
        rows = [_rest_row(job) for job in jobs[offset:][: min(limit, self.page)]]
        return as_json({"total": len(jobs), "data": rows})

    def _careers(self, ask: Ask) -> Reply:
        site = f"/wday/cxs/{TENANT}/{SITE}"
        if not ask.path.startswith(f"{site}/"):
            return as_json({"errorCode": "S21", "httpStatus": 404, "message": "not found"}, 404)
        if self.limited and not self._quota.take(ask.host, REQUESTS, SECONDS)[0]:
            return as_json({"errorCode": "S10", "httpStatus": 429}, 429, {"Retry-After": "2"})
        what = ask.path.removeprefix(site)
        if what == "/jobs":
            return self._list(ask)
        job = next((job for job in self.jobs.values() if _path(job) == what), None)
        if job is None:
            return as_json({"errorCode": "S21", "httpStatus": 404, "message": "not found"}, 404)
        if job.state == "closed":
            return as_json({"errorCode": "S22", "httpStatus": 403, "message": "permission denied"}, 403)
        return as_json(_detail(job, CAREERS[ask.host])) if job in self.published() else as_page("Workday", 404)

    def _list(self, ask: Ask) -> Reply:
        if ask.method != "POST":
            return as_json({"httpStatus": 405}, 405)
        try:
            asked = json.loads(ask.body)
            facets, limit, offset = asked["appliedFacets"], asked["limit"], asked["offset"]
            asked["searchText"]
        except (ValueError, KeyError, TypeError):
            return as_json({"errorCode": "HTTP_422", "httpStatus": 422}, 422)
        if limit > 20:
            return as_json({"errorCode": "HTTP_400", "httpStatus": 400}, 400)
        groups = facets.get("jobFamilyGroup")
        jobs = [job for job in self.published() if groups is None or wid(job.department) in groups]
        counted = min(len(jobs), self.cap)
        begin = offset % self.cap  # behind the cap the first page comes again
        rows = [_row(job) for job in jobs[:counted][begin : begin + limit]]
        said = {"total": counted if offset == 0 else 0, "jobPostings": rows, "userAuthenticated": False}
        return as_json(said | ({"facets": [_facets(jobs)]} if self.faceted else {}))


def _path(job: Job) -> str:
    """Where a job stands on the site; a new title moves it."""
    title = re.sub(r"[^A-Za-z0-9]+", "-", job.title[job.language])
    return f"/job/{re.sub('[^A-Za-z]+', '-', job.places[0].city)}/{title}_{job.id}"


def _facets(jobs: list[Job]) -> dict[str, Any]:
    names = sorted({job.department for job in jobs})
    count = {name: sum(job.department == name for job in jobs) for name in names}
    values = [{"id": wid(name), "descriptor": name, "count": count[name]} for name in names]
    return {"facetParameter": "jobFamilyGroup", "descriptor": "Job Category", "values": values}


def _row(job: Job) -> dict[str, Any]:
    days, several = (NOW - job.posted).days, len(job.places) > 1
    return {
        "title": job.title[job.language],
        "externalPath": _path(job),
        "locationsText": f"{len(job.places)} Locations" if several else job.places[0].city,
        "postedOn": f"Posted {days} Days Ago" if days < 30 else "Posted 30+ Days Ago",
        "timeType": "Part time" if job.employment == "part_time" else "Full time",
        "bulletFields": [job.id],
    }


def _detail(job: Job, site: str) -> dict[str, Any]:
    first, *others = job.places
    return {
        "jobPostingInfo": {
            "id": wid(job.id),
            "title": job.title[job.language],
            "jobDescription": job.description(),
            "location": first.city,
            "additionalLocations": [place.city for place in others],
            "postedOn": _row(job)["postedOn"],
            "startDate": f"{job.posted:%Y-%m-%d}",
            "timeType": "Part time" if job.employment == "part_time" else "Full time",
            "remoteType": {"on_site": "On-site", "hybrid": "Hybrid", "remote": "Fully Remote"}[job.workplace],
            "jobReqId": job.id,
            "jobPostingSiteId": SITE,
            "country": {"descriptor": first.country_name, "id": wid(first.country)},
            "canApply": True,
            "posted": True,
            "externalUrl": site + quote(_path(job)),
        },
        "hiringOrganization": {"name": f"{northwind.NAME} B.V.", "url": ""},
        "similarJobs": [],
        "userAuthenticated": False,
    }


def _rest_row(job: Job) -> dict[str, Any]:
    places = [{"descriptor": p.city, "country": {"descriptor": p.country_name}} for p in job.places]
    return {
        "id": wid(job.id),
        "title": job.title[job.language],
        "jobDescription": job.description(),
        "startDate": f"{job.posted:%Y-%m-%d}",
        "url": CAREERS[OWN] + quote(_path(job)),
        "primaryLocation": places[0],
        "additionalLocations": places[1:],
        "timeType": {"descriptor": "Part time" if job.employment == "part_time" else "Full time"},
        "remoteType": {"descriptor": job.workplace.replace("_", "-").title()},
        "jobSite": {"descriptor": SITE},
        "categories": [{"descriptor": job.department}],
        "company": {"descriptor": f"{northwind.NAME} B.V."},
    }
