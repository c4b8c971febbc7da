"""BambooHR: the API with a key, and the JSON behind the careers page. https://documentation.bamboohr.com/reference"""

from __future__ import annotations

from typing import Any

from tests.simulator import northwind
from tests.simulator._account import Account, Ask, Job, Reply, as_json

KEY = "0123456789abcdef0123456789abcdef01234567"
KEY_WITHOUT_ACCESS = "76543210fedcba9876543210fedcba9876543210"
KINDS = {
    "full_time": "Full-Time",
    "part_time": "Part-Time",
    "contract": "Contractor",
    "temporary": "Seasonal",
    "internship": "Intern",
}
STATES = {"published": "Open", "draft": "Draft", "closed": "Filled"}
STATUS_IDS = {"Open": 1, "Draft": 2, "On Hold": 3, "Filled": 4, "Canceled": 5, "Deleted": 6}
GROUPS = {"ALL": set(STATUS_IDS), "DRAFT_AND_OPEN": {"Open", "Draft"}}
SUMMARY_PATHS = (
    ("northwind.bamboohr.com", "/api/v1/applicant_tracking/"),
    ("api.bamboohr.com", "/api/gateway.php/northwind/v1/applicant_tracking/"),
)


class BambooHR(Account):
    """The account `northwind`."""

    slug = "bamboohr"

    def __init__(self) -> None:
        super().__init__({"subdomain": "northwind", "api_key": KEY})
        self.take(northwind.BAMBOOHR)

    def answers_for(self, host: str) -> bool:
        return host.endswith(".bamboohr.com")

    def answer(self, ask: Ask) -> Reply | None:
        if ask.method not in ("GET", "HEAD"):
            return None
        for host, path in SUMMARY_PATHS:
            if ask.host == host and ask.path.startswith(path):
                return self._authorised(ask, ask.path.removeprefix(path))
        if ask.host == "northwind.bamboohr.com":
            return self._careers(ask)
        if ask.host == "www.bamboohr.com":
            return None
        return 302, {"Location": "https://www.bamboohr.com/"}, b""

    def _authorised(self, ask: Ask, what: str) -> Reply | None:
        key, _any_text = ask.basic
        if key not in (KEY, KEY_WITHOUT_ACCESS) or self.revoked:
            return 401, {}, b""
        if key == KEY_WITHOUT_ACCESS:
            return 403, {"X-BambooHR-Error-Message": "You do not have access to this resource."}, b""
        if "json" not in ask.headers.get("Accept", ""):
            return 200, {"Content-Type": "text/xml"}, b'<?xml version="1.0"?><jobs/>'
        if what == "jobs":
            return as_json([_summary(j) for j in self._asked(ask.query)])
        if what == "statuses":
            return as_json([{"id": id, "name": name} for name, id in STATUS_IDS.items()])
        return None

    def _asked(self, query: dict[str, str]) -> list[Job]:
        wanted: set[str] = set()
        for group in query.get("statusGroups", "").split(","):
            wanted |= GROUPS.get(group, {group} if group else set())
        wanted = wanted or set(STATUS_IDS) - {"Deleted"}
        jobs = [j for j in self.jobs.values() if STATES[j.state] in wanted]
        if query.get("sortBy") == "created":
            jobs.sort(key=lambda j: j.posted, reverse=query.get("sortOrder") == "DESC")
        return jobs

    def _careers(self, ask: Ask) -> Reply | None:
        public = {j.id: j for j in self.published()}
        if ask.path == "/careers/list":
            return as_json({"meta": {"totalCount": len(public)}, "result": [_listed(j) for j in public.values()]})
        if ask.path == "/careers/company-info":
            return as_json({"meta": [], "result": {"id": "1", "name": northwind.NAME}})
        match ask.path.split("/"):
            case ["", "careers", id, "detail"] if id in public:
                return as_json({"meta": [], "result": {"jobOpening": _detail(public[id]), "formFields": {}}})
            case ["", "careers", _id, "detail"]:
                return as_json({"error": "Not found"}, 404)
        return None


def _summary(job: Job) -> dict[str, Any]:
    place, remote = job.places[0], job.workplace == "remote"
    return {
        "id": int(job.id),
        "title": {"id": None, "label": job.title[job.language]},
        "postedDate": job.posted.isoformat(),
        "location": {
            "id": 10 + sum(map(ord, place.city)) % 80,
            "label": "Remote" if remote else place.city,
            "address": {
                "name": "Remote Worker" if remote else f"{northwind.NAME} {place.city}",
                "description": None,
                "addressLine1": None,
                "addressLine2": None,
                "city": place.city,
                "state": place.region,
                "zipcode": None,
                "country": place.country_name,
                "phoneNumber": None,
            },
        },
        "department": {"id": 1 + sum(map(ord, job.department)) % 50, "label": job.department},
        "status": {"id": STATUS_IDS[STATES[job.state]], "label": STATES[job.state]},
        "hiringLead": {
            "employeeId": 41,
            "firstName": "Mirela",
            "lastName": "Sandvoss",
            "avatar": None,
            "jobTitle": {"id": 3, "label": "Recruiter"},
        },
        "newApplicantsCount": 2,
        "activeApplicantsCount": 5,
        "totalApplicantsCount": 9,
        "postingUrl": f"https://northwind.bamboohr.com/jobs/view.php?id={job.id}",
    }


def _where(job: Job) -> dict[str, Any]:
    place = job.places[0]
    return {
        "location": {"city": place.city, "state": place.region, "addressCountry": place.country_name},
        "atsLocation": {"country": place.country_name, "state": place.region, "province": None, "city": place.city},
        "locationType": {"on_site": "0", "remote": "1", "hybrid": "2"}[job.workplace],
    }


def _listed(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "jobOpeningName": job.title[job.language],
        "departmentId": str(1 + sum(map(ord, job.department)) % 50),
        "departmentLabel": f"{job.department} ",
        "employmentStatusLabel": KINDS[job.employment],
        "isRemote": True if job.workplace == "remote" else None,
        **_where(job),
    }


def _detail(job: Job) -> dict[str, Any]:
    pay = job.pay
    return {
        "jobOpeningShareUrl": f"https://northwind.bamboohr.com/careers/{job.id}",
        "jobOpeningName": job.title[job.language],
        "jobOpeningStatus": "Open",
        "departmentId": str(1 + sum(map(ord, job.department)) % 50),
        "departmentLabel": f"{job.department} ",
        "employmentStatusLabel": KINDS[job.employment],
        "description": job.description(),
        "compensation": f"{pay[0]:,} - {pay[1]:,} {pay[2]} per {pay[3]}" if pay else None,
        "datePosted": f"{job.posted:%Y-%m-%d}",
        "minimumExperience": None,
        **_where(job),
    }
