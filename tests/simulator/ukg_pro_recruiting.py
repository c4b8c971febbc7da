"""UKG Pro Recruiting: the API with client credentials, and the public job board.

https://developer.ukg.com/hcm/reference/retrieveopportunities
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tests.simulator._account import Account, Ask, Job, Place, Quota, Reply, as_json, as_page
from tests.simulator.northwind_further import UKG

CLIENT, SECRET = "berth-northwind", "ukg-secret-of-northwind"
CLIENT_WITHOUT_SCOPE = "berth-without-scope"
TENANT, BOARD = "NOR1000NORTH", "7a970c3d-b076-4042-8735-673b5e5508ac"
SERVICE, IDENTITY, RECRUITING = "service5.ultipro.com", "signin.ultipro.com", "recruiting.ultipro.com"
API = f"/talent/recruiting/v2/{TENANT}/api/opportunities"
# A quota per minute, without Retry-After: https://developer.ukg.com/hcm/docs/api-rate-limiting. The number is ours.
REQUESTS, SECONDS = 60, 60.0
LOCALES = {"en": "en_us", "de": "de_de"}
COUNTRIES = {"US": "USA", "CA": "CAN"}
KINDS = {"hybrid": 0, "on_site": 1, "remote": 2}


class UKGProRecruiting(Account):
    """The tenant `TENANT` with one board.

    `page` and `top`: the most rows of one page, by the API and on the board. `links`: whether the API sends a `Link`
    header. `inside`: the number that the board has within UKG, where it is not the one in its address.
    """

    slug = "ukg-pro-recruiting"

    def __init__(self, limited: bool = True) -> None:
        credentials = {"tenant_alias": TENANT, "client_id": CLIENT, "client_secret": SECRET}
        board = {"board_url": f"https://{RECRUITING}/{TENANT}/JobBoard/{BOARD}"}
        super().__init__({"hostname": SERVICE, "identity_host": IDENTITY, **credentials, **board})
        self.limited, self.page, self.top, self.links, self.inside = limited, 100, 50, True, BOARD
        #: Access tokens that are good, and whose they are; emptied, all have run out.
        self.tokens: dict[str, str] = {}
        self.take(UKG)
        self._quota, self._issued = Quota(), 0

    def answers_for(self, host: str) -> bool:
        return host.endswith((".ultipro.com", ".ultipro.ca", ".rec.pro.ukg.net"))

    def answer(self, ask: Ask) -> Reply | None:
        if ask.host in (IDENTITY, "login.ultipro.com"):
            return self._token(ask)
        if ask.host == SERVICE:
            return self._authorised(ask)
        if ask.host == RECRUITING:
            return self._board(ask)
        return as_page("Not Found", 404)

    def _token(self, ask: Ask) -> Reply | None:
        paths = {IDENTITY: f"/signin/oauth2/t/{TENANT}/access_token", "login.ultipro.com": f"/t/{TENANT}/token"}
        if ask.method != "POST":
            return None
        if ask.path != paths[ask.host]:
            return as_json({"error": "tenant_not_found"}, 404)
        client, secret = ask.form.get("client_id", ""), ask.form.get("client_secret")
        if ask.form.get("grant_type") != "client_credentials":
            return as_json({"error": "unsupported_grant_type"}, 400)
        if client not in (CLIENT, CLIENT_WITHOUT_SCOPE) or secret != SECRET or self.revoked:
            return as_json({"error": "invalid_client"}, 401)
        self._issued += 1
        self.tokens[token := f"ukg-token-{self._issued}"] = client
        return as_json({"access_token": token, "token_type": "bearer", "expires_in": 600})

    def _authorised(self, ask: Ask) -> Reply | None:
        client = self.tokens.get(ask.bearer)
        if client is None or self.revoked:
            return as_json({"error": "invalid_token"}, 401)
        if self.limited and not self._quota.take(client, REQUESTS, SECONDS)[0]:
            return as_json({"error": "Too many requests"}, 429)
        if client == CLIENT_WITHOUT_SCOPE:
            return as_json({"error": "insufficient_scope"}, 403)
        if ask.method not in ("GET", "HEAD"):
            return None
        return self._list(ask.query) if ask.path == API else as_json({"error": "Not found"}, 404)

    def _list(self, query: dict[str, str]) -> Reply:
        """From the row behind `after`, or by number of page; the next page stands in the header, where there is one."""
        size = min(int(query.get("per_page", "25")), self.page)
        rows = list(self.jobs.values())
        begin = (int(query.get("page", "1")) - 1) * size
        if "after" in query:
            begin = 1 + [job.id for job in rows].index(query["after"])
        page = rows[begin : begin + size]
        address = f"https://{SERVICE}{API}"
        links = [f'<{address}?per_page={size}>; rel="first"']
        if page and begin + size < len(rows):
            links.append(f'<{address}?{urlencode({"per_page": size, "after": page[-1].id})}>; rel="next"')
        return as_json([_opportunity(j) for j in page], headers={"Link": ",".join(links)} if self.links else None)

    def _board(self, ask: Ask) -> Reply | None:
        """A number that no board has is answered with an empty list, but not with the page of a board."""
        match ask.path.split("/"):
            case ["", tenant, "JobBoard", board, *what] if tenant == TENANT:
                known = board.lower() in (BOARD, self.inside)
            case _:
                return as_page("Not Found", 404)
        match what:
            case ["JobBoardView", "LoadSearchResults"] if ask.method != "POST":
                return as_page("Unsupported Media Type", 415)
            case ["JobBoardView", "LoadSearchResults"]:
                jobs = self.published() if board.lower() == self.inside else []
                jobs.sort(key=lambda job: job.posted, reverse=True)
                search = json.loads(ask.body)["opportunitySearch"]
                rows = jobs[search["Skip"] :][: min(search["Top"], self.top)]
                return as_json({"opportunities": list(map(_row, rows)), "totalCount": len(jobs), "locations": []})
            case ["OpportunityDetail"]:
                shown = {job.id: job for job in self.published()} if known else {}
                job = shown.get(ask.query.get("opportunityId", "").lower())
                return _page("CandidateOpportunityDetail", json.dumps(_detail(job))) if job else as_page("Careers")
            case [] | [""] if known:
                base = f"/{TENANT}/JobBoard/{self.inside}"
                links = (
                    f'loadUrl: "{base}/JobBoardView/LoadSearchResults", opportunityLinkUrl: "{base}/OpportunityDetail"'
                )
                return _page("OpportunitiesViewModel", f"{{ pageSize: 50, {links} }}")
        return as_page("The page cannot be found")


def _page(model: str, argument: str) -> Reply:
    script = f"var model = new US.Opportunity.{model}({argument});"
    page = f"<!DOCTYPE html><html><head><title></title></head><body><script>{script}</script></body></html>"
    return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode()


def _state(place: Place) -> dict[str, str]:
    return {"Code": place.region[:2].upper(), "Name": place.region}


def _opportunity(job: Job) -> dict[str, Any]:
    said = {LOCALES[language]: title for language, title in job.title.items()}
    internal, published = job.mark == "internal", job.state == "published"
    apply = f"https://{RECRUITING}/{TENANT}/JobBoard/{BOARD}/OpportunityApply?opportunityId={job.id}"
    text = {LOCALES[language]: _html(job, language) for language in job.title}
    return {
        "id": job.id,
        "title": said,
        "default_locale": {"id": "1", "code": LOCALES[job.language]},
        "description": {
            "brief": {"external": {}, "internal": {}},
            "detailed": {"external": {} if internal else text, "internal": text if internal else {}},
        },
        "requisition_number": f"REQ{job.id[4:8]}",
        "status": {"published": "Published", "draft": "Draft", "closed": "Closed"}[job.state],
        "compensation": {
            "is_fulltime": job.employment == "full_time",
            "is_salaried": not job.pay or job.pay[3] == "year",
            "pay_rate": job.pay[0] if job.pay else None,
            "shown": bool(job.pay),
            "currency": {"code": job.pay[2]} if job.pay else None,
        },
        "job_family": {"name": {"en_us": job.department}},
        "company": {"name": "Northwind Bottling LLC", "doing_business_as": {"en_us": "Northwind Foods"}},
        "locations": [
            {
                "name": {"en_us": f"{place.city} plant"},
                "city": place.city,
                "state": {"code": place.region[:2].upper(), "name": {"en_us": place.region}},
                "country": {"code": COUNTRIES[place.country], "name": {"en_us": place.country_name}},
            }
            for place in job.places
        ],
        "job_boards": [
            {
                "id": BOARD,
                "is_published_internal": internal,
                "is_published_external": published and not internal,
                "recruiting_apply_url": apply,
            }
        ],
        "recruiter": {"id": "r1", "first_name": "Mirela", "last_name": "Sandvoss"},
        "published_date": None if job.state == "draft" else f"{job.posted:%Y-%m-%dT%H:%M:%SZ}",
        "closed_date": f"{job.changed:%Y-%m-%dT%H:%M:%SZ}" if job.state == "closed" else None,
        "updated_at": f"{job.changed:%Y-%m-%dT%H:%M:%SZ}",
    }


def _html(job: Job, language: str) -> str:
    return "".join(f"<h3>{heading}</h3>{html}" if heading else html for heading, html in job.parts[language])


def _row(job: Job) -> dict[str, Any]:
    return {
        "Id": job.id,
        "Featured": False,
        "Title": f" {job.title[job.language]} ",
        "RequisitionNumber": f"REQ{job.id[4:8]}",
        "FullTime": job.employment == "full_time",
        "JobCategoryName": job.department,
        "Locations": [
            {
                "LocalizedName": None,
                "LocalizedDescription": f"{place.city} plant",
                "Address": {
                    "City": place.city,
                    "State": _state(place),
                    "Country": {"Code": COUNTRIES[place.country], "Name": place.country_name},
                },
            }
            for place in job.places
        ],
        "PostedDate": f"{job.posted:%Y-%m-%dT%H:%M:%S.214Z}",
        "BriefDescription": job.description(0),
        "JobLocationType": KINDS[job.workplace],
        "OpportunityType": 0,
    }


def _detail(job: Job) -> dict[str, Any]:
    low, high, currency, per = job.pay or (None, None, None, "")
    return {
        "Id": job.id,
        "Title": job.title[job.language],
        "Description": job.description(),
        "UpdatedDate": f"{job.changed:%Y-%m-%dT%H:%M:%S.123Z}",
        "OpportunityIsClosed": False,
        "PayRangeVisible": bool(job.pay),
        "CompensationAnnualMinimum": low if per == "year" else None,
        "CompensationAnnualMaximum": high if per == "year" else None,
        "CompensationHourlyMinimum": low if per == "hour" else None,
        "CompensationHourlyMaximum": high if per == "hour" else None,
        "CompensationCurrencyCode": currency,
        "Recruiter": {"Name": "Mirela Sandvoss"},
    }
