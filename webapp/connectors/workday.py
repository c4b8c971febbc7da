"""Workday Recruiting, by its web service (SOAP), by REST, and by what the careers site itself asks.

Facts: https://community.workday.com/sites/default/files/file-hosting/productionapi/Recruiting/v45.2/Get_Job_Postings.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from webapp.connectors import _text as text
from webapp.connectors import _workday_soap as soap
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import (
    CredentialsRejected,
    PermissionMissing,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.connectors._http import Answer, Limits, need
from webapp.connectors._places import composed, located, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Unchanged
from webapp.connectors._rows import Row, as_text, digest, flag, part, parts, said, values
from webapp.i18n import N_

WORKDAY = ATS("workday", "Workday", order=5, merge_slug="workday", website="https://www.workday.com")
# A language may stand before the site; the site is case-sensitive.
_LANGUAGE, _SITE = r"(?:[a-z]{2}(?:-[A-Z]{2})?/)?", r"(?!wday/|[a-z]{2}-[A-Z]{2}(?:[/?#]|$))[^/?#\s]+"
SITES = (
    rf"https://[a-z0-9_-]+\.wd\d{{1,3}}\.myworkdayjobs\.com/{_LANGUAGE}{_SITE}",
    rf"https://wd\d{{1,3}}\.myworkdaysite\.com/{_LANGUAGE}recruiting/[A-Za-z0-9_-]+/{_SITE}",
)
CAP = 2000  # Some tenants count no further, and begin again with the first page behind it.
# Facets in which a job has one value: their values part a list into pieces without a remainder.
DISJOINT = ("jobFamilyGroup", "workerSubType", "timeType")
CLOSED = re.compile(rb'"errorCode"\s*:\s*"S22"')
INCOMPLETE = N_("%(ats)s did not show all the jobs that it lists.")
HOST = Field(
    "host",
    N_("Host of the web services"),
    N_("In Workday: Public Web Services › Recruiting › Web Services › View WSDL, at the bottom of the page."),
    example="wd5-services1.myworkday.com",
    pattern=r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:workday|myworkday)\.com",
    lower=True,
)
TENANT = Field(
    "tenant",
    N_("Tenant"),
    N_("The name behind the host in the address you sign in at, such as https://wd5.myworkday.com/northwind."),
    example="northwind",
    pattern=r"[A-Za-z0-9_]{2,64}",
)
SITE = Field(
    "site",
    N_("Careers site"),
    N_("Only where you do not mean all sites: the name of one job posting site, or its Workday ID."),
    example="External",
    required=False,
)


class Workday(Connector):
    """The Recruiting web service, with an integration system user."""

    slug = "workday"
    ats = WORKDAY
    way_in = N_("With an integration system user")
    about = N_("Reads external and internal postings by the web service that Workday maintains; without pay.")
    fields = (
        HOST,
        TENANT,
        Field(
            "isu_username",
            N_("User name"),
            N_(
                "In Workday: Create Integration System User, with Do Not Allow UI Sessions. Put the user into an"
                " integration system security group that may get job postings, then Activate Pending Security Policy"
                " Changes."
            ),
            example="ISU_Berth",
        ),
        Field(
            "isu_password",
            N_("Password"),
            N_(
                "The password you gave this user, without & < and >. So that it does not expire, exempt the user in"
                " Workday: Maintain Password Rules."
            ),
            example="vB7nQ2mZ8cR5tW1y",
            secret=True,
        ),
        SITE,
    )
    hosts = ("{host}",)
    shown_as = "{host}/{tenant}"
    scopes = ("Get_Job_Postings",)
    # Workday names no numbers; more than two questions at a time are not wanted.
    limits = Limits(requests=2, seconds=1, mib=32, parallel=2)
    quirks = (
        N_("A posting that is on internal sites only is marked as internal."),
        N_("A requisition that is posted more than once is shown once, with all its places."),
        N_("Workday gives the names of places, not their countries."),
    )
    revoke = N_("In Workday: Edit Workday Account of the integration system user › Account Disabled.")

    def account(self) -> RemoteAccount:
        """Whether this user may ask for postings; Workday does not name the tenant."""
        self._page("true", soap.as_of(), 1)
        return RemoteAccount(_tenant(self.config), None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """The external postings, then all of them: what comes only then is internal."""
        seen: set[str] = set()
        visible: tuple[tuple[Literal["public", "internal"], str], ...] = (("public", "true"), ("internal", "false"))
        for visibility, external in visible:
            groups: dict[str, list[Element]] = {}
            for posting in self._postings(external):
                id = soap.of(posting, "Job_Requisition_ID") or soap.of(posting, "Job_Posting_ID")
                groups.setdefault(id, []).append(posting)
            for id in [id for id in groups if id not in seen]:
                self.listed += 1
                yield self._position(id, groups[id], visibility)
            seen |= groups.keys()

    def _position(self, id: str, same: list[Element], visibility: Literal["public", "internal"]) -> RemotePosition:
        first = same[0]
        remote = first.find(f"{soap.WD}Job_Posting_Remote_Type_Data")
        families = [soap.named(first, f"Job_Family{group}_Reference") for group in ("_Group", "")]
        return RemotePosition(
            id=id,
            title=soap.of(first, "Job_Posting_Title"),
            url=soap.of(first, "External_Job_Path"),  # kept where it is a whole address
            apply_url=soap.of(first, "External_Apply_URL"),
            locations=tuple(dict.fromkeys(place for posting in same for place in soap.places(posting))),
            workplace=text.workplace(soap.of(remote, "External_Name") or soap.named(remote, "Remote_Type_Reference")),
            employment_type=text.employment_type(soap.named(first, "Time_Type_Reference")),
            description_html=text.unescape(soap.of(first, "Job_Posting_Description")),
            # A calendar date, to which Workday may add the zone of its data centre.
            posted_at=text.moment(soap.of(first, "Job_Posting_Start_Date")[:10]),
            closes_at=text.moment(soap.of(first, "Job_Posting_End_Date")[:10]),
            requisition=soap.of(first, "Job_Requisition_ID"),
            visibility=visibility,
            category=next((family for family in families if family), None),
        )

    def _postings(self, external: str) -> list[Element]:
        """Every `Job_Posting_Data`; the moment is fixed, or the pages would drift."""
        found: dict[str, Element] = {}
        as_of, number, pages, total = soap.as_of(), 0, 1, 0
        while number < pages:
            number += 1
            root, total, pages = self._page(external, as_of, number)
            found |= {soap.of(data, "Job_Posting_ID"): data for data in root.iter(f"{soap.WD}Job_Posting_Data")}
        if len(found) < total:
            raise UnexpectedAnswer(INCOMPLETE, ats=self.ats.name)
        return list(found.values())

    def _page(self, external: str, as_of: str, number: int) -> tuple[Element, int, int]:
        """One page, how many postings there are, and how many pages."""
        url = "https://{host}/ccx/service/{tenant}/Recruiting/v45.2".format_map(self.config)
        headers = {"Content-Type": "text/xml; charset=utf-8", "Accept": "text/xml"}
        question = soap.question(self.config, external, as_of, number)
        return soap.page(self.http.post(url, data=question, headers=headers, allow=(500,)))


class WorkdayRest(Connector):
    """The REST sibling of the web service, with a refresh token that does not expire."""

    slug = "workday-rest"
    ats = WORKDAY
    way_in = N_("With an API client")
    about = N_("Reads published postings with their places and countries, by a refresh token; without pay.")
    fields = (
        HOST,
        TENANT,
        Field(
            "client_id",
            N_("Client ID"),
            N_("In Workday: Register API Client for Integrations, with the functional area Recruiting."),
            example="ZGVtby1jbGllbnQtaWQ",
            pattern=r"\S+",
        ),
        Field(
            "client_secret",
            N_("Client secret"),
            N_("Shown once, when you register the API client: Register API Client for Integrations."),
            example="q7xW2mZ8cR5tB1yV",
            pattern=r"\S+",
            secret=True,
        ),
        Field(
            "refresh_token",
            N_("Refresh token"),
            N_("In Workday: your API client › Manage Refresh Tokens for Integrations, one that does not expire."),
            example="n3kX7vB2mQ9cR5tW",
            pattern=r"\S+",
            secret=True,
        ),
        SITE,
    )
    hosts = ("{host}",)
    shown_as = "{host}/{tenant}"
    scopes = ("Recruiting",)
    limits = Limits(requests=2, seconds=1, mib=32, parallel=2)
    quirks = (N_("A requisition that is posted more than once is shown once, with all its places."),)
    revoke = N_("In Workday: your API client › Manage Refresh Tokens for Integrations, delete the token.")
    _token: str | None = None

    def account(self) -> RemoteAccount:
        """Whether the token may ask for postings; Workday does not name the tenant."""
        need(self.ats.name, self._page(0, 1), "data")
        return RemoteAccount(_tenant(self.config), None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """The whole list first, because one requisition may be posted on several sites."""
        rows, site = self._rows(), self.config.get("site")
        if site and not soap.WID.fullmatch(site):
            rows = [row for row in rows if _word(row.get("jobSite")) == site]
        tails = {_tail(row) for row in rows}
        groups: dict[str, list[Row]] = {}
        for row in rows:  # the careers site names a job by its requisition, which stands at the end of its address
            id = _requisition(row, tails) if "_" in row["externalPath"].rsplit("/", 1)[-1] else row["id"]
            groups.setdefault(id, []).append(row)
        for id, same in groups.items():
            self.listed += 1
            yield self._position(id, same)

    def _position(self, id: str, same: list[Row]) -> RemotePosition:
        first = same[0]
        places = [p for row in same for key in ("primaryLocation", "additionalLocations") for p in values(row, key)]
        found = dict.fromkeys(there for place in places for there in _rest_places(place))
        url = said(first, "url")
        return RemotePosition(
            id=id,
            title=said(first, "title") or "",
            url=url,
            apply_url=f"{url}/apply" if url else None,
            locations=tuple(place for place in found if place != Location()),
            workplace=text.workplace(_word(first.get("remoteType"))),
            employment_type=text.employment_type(_word(first.get("timeType"))),
            description_html=said(first, "jobDescription"),
            posted_at=text.moment(first.get("startDate")),
            company=_word(first.get("company")),
            category=next((word for word in map(_word, values(first, "categories")) if word), None),
        )

    def _rows(self) -> list[Row]:
        found: dict[str, Row] = {}
        offset = total = 0
        while True:
            page = self._page(offset, 100)
            rows = need(self.ats.name, page, "data")
            total = total or need(self.ats.name, page, "total", int)
            fresh = {id: row for row in rows if (id := need(self.ats.name, row, "id", str)) not in found}
            found |= {
                id: {**row, "externalPath": re.sub(r"^https?://[^/?#]*|[?#].*", "", said(row, "url") or "")}
                for id, row in fresh.items()
            }
            offset += len(rows)
            if not fresh or offset >= total:
                break
        if len(found) < total:
            raise UnexpectedAnswer(INCOMPLETE, ats=self.ats.name)
        return list(found.values())

    def _page(self, offset: int, limit: int) -> Row:
        """One question with the token; a token that has run out is replaced once."""
        params: dict[str, Any] = {"limit": limit, "offset": offset}
        if soap.WID.fullmatch(self.config.get("site", "")):
            params["jobSite"] = self.config["site"]
        url = "https://{host}/ccx/api/recruiting/v4/{tenant}/jobPostings".format_map(self.config)
        fresh = self._token is None
        while True:
            self._token = self._token or self._sign_in()
            bearer = {"Authorization": f"Bearer {self._token}"}
            answer = self.http.get(url, params=params, headers=bearer, allow=() if fresh else (401,))
            if answer.status != 401:
                return answer.json()
            self._token, fresh = None, True

    def _sign_in(self) -> str:
        form = {"grant_type": "refresh_token", "refresh_token": self.config["refresh_token"]}
        client = (self.config["client_id"], self.config["client_secret"])
        url = "https://{host}/ccx/oauth2/{tenant}/token".format_map(self.config)
        answer = self.http.post(url, data=form, auth=client, allow=(400,))
        # https://www.rfc-editor.org/rfc/rfc6749#section-5.2: refused credentials may be a 400.
        if answer.status == 400:
            raise CredentialsRejected(soap.REJECTED, ats=self.ats.name)
        return need(self.ats.name, answer.json(), "access_token", str)


class WorkdayCareers(Connector):
    """What the careers site itself shows: a list, and one answer per job."""

    slug = "workday-careers"
    ats = WORKDAY
    way_in = N_("By the careers site")
    about = N_("Needs no credentials. Reads what everybody can see on one careers site; without pay.")
    fields = (
        Field(
            "career_url",
            N_("Address of the careers site"),
            N_(
                "Open your careers site and copy its address: it holds myworkdayjobs.com or myworkdaysite.com. Where it"
                " is one of your own, open a job, press Apply and copy the address that you come to."
            ),
            example="https://northwind.wd5.myworkdayjobs.com/en-US/External",
            pattern="|".join(SITES),
        ),
    )
    hosts = ("{career_url}",)
    addresses = tuple(f"(?P<career_url>{site})" for site in SITES)
    shown_as = "{career_url}"
    # Nothing is stated; bursts are answered by 429 or 303, so at most five questions a second.
    limits = Limits(requests=5, seconds=1, parallel=3)
    quirks = (
        N_("One connection reads one careers site; a company with several sites adds one connection for each."),
        N_("The text of a job is read when it is new or its entry changed; a change of the text alone shows in a day."),
        N_("A requisition that is posted more than once on the site is shown once, with all its places."),
    )
    revoke = N_("Nothing to revoke: the careers site is public.")

    def account(self) -> RemoteAccount:
        """How many jobs the site shows, where Workday counts that far."""
        total = self._first({})["total"]
        _cxs, _public, id = _addresses(self.config["career_url"])
        return RemoteAccount(id, None, total if total < CAP else None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole list first, because one requisition may stand in several rows, then the jobs one by one."""
        ids: dict[str, list[str]] = {}
        for id, version in known.items():
            ids.setdefault(version, []).append(id)
        rows = self._listing({}).values()
        tails = {_tail(row) for row in rows}
        groups: dict[str, list[Row]] = {}
        for row in rows:
            groups.setdefault(_requisition(row, tails), []).append(row)
        seen: set[str] = set()
        for id in [id for group in groups.values() for id in ids.get(_version(group), ())]:
            seen.add(id)
            self.listed += 1
            yield Unchanged(id)
        changed = [group for group in groups.values() if _version(group) not in ids]
        for group in self.http.each(lambda rows: [(row, self._detail(row)) for row in rows], changed):
            same: dict[str, list[Row]] = {}
            for row, detail in group:
                if detail:
                    info = detail["jobPostingInfo"]
                    id = said(info, "jobReqId") or said(info, "id") or _requisition(row, tails)
                    same.setdefault(id, []).append({"row": row, **detail})
            version = _version([row for row, _detail in group])
            for id in [id for id in same if id not in seen]:
                seen.add(id)
                self.listed += 1
                yield self._position(id, same[id], version)
            for row, detail in group:
                if not detail and (id := _requisition(row, tails)) not in seen:
                    seen.add(id)
                    self.listed += 1
                    self.withhold(id, "closed" if row["externalPath"] else "unlisted", said(row, "title"))

    def _position(self, id: str, same: list[Row], version: str) -> RemotePosition:
        first, row = same[0], same[0]["row"]
        infos, places = [posting["jobPostingInfo"] for posting in same], dict[str | None, Location]()
        for place in (place for info in infos for place in _places(info)):
            places.setdefault(place.name, place)
        ways = {work_model(name) for info in infos for name in _place_names(info)}
        info, (_cxs, public, _id) = infos[0], _addresses(self.config["career_url"])
        url = said(info, "externalUrl") or public + row["externalPath"]
        return RemotePosition(
            id=id,
            title=said(info, "title") or said(row, "title") or "",
            url=url,
            apply_url=f"{url}/apply" if flag(info, "canApply") is not False else None,
            locations=tuple(places.values()),
            workplace=text.workplace(_word(info.get("remoteType"))) or (ways.pop() if len(ways) == 1 else None),
            employment_type=text.employment_type(_word(info.get("timeType"))),
            description_html=said(info, "jobDescription"),
            posted_at=text.moment(info.get("startDate")),
            closes_at=text.moment(info.get("endDate")),
            requisition=said(info, "jobReqId"),
            company=said(first, "hiringOrganization", "name"),
            version=version,
        )

    def _listing(self, facets: dict[str, list[str]]) -> dict[str, Row]:
        """All rows of the site, or of these facets; raises where there are fewer than Workday declares."""
        page = self._first(facets)
        total = page["total"]
        if total < CAP:
            rows = self._paged(facets, page)
            if len(rows) < total:  # rows of one day change places between two pages: a second look finds the rest
                page = self._first(facets)
                rows |= self._paged(facets, page)
                total = min(total, page["total"])
        else:
            found = {name: ids for name, ids in _facets(page) if name in DISJOINT and ids}
            sums = {n: sum(map(_count, found[n])) for n in DISJOINT if n in found and n not in facets}
            # The facets count on behind the cap; without them nobody can tell whether 2000 is all.
            total = max([total, *sums.values()]) if sums else total + (total == CAP)
            rows = {}
            if sums:
                widest = max(sums, key=lambda name: sums[name])
                for ids in _batches(found[widest]):
                    rows |= self._listing({**facets, widest: ids})
            if len(rows) < total:  # jobs without that facet; some tenants can be read page by page to the end
                rows |= self._paged(facets, page)
        if len(rows) < total:
            raise UnexpectedAnswer(INCOMPLETE, ats=self.ats.name)
        return rows

    def _paged(self, facets: dict[str, list[str]], page: Row) -> dict[str, Row]:
        """The rows from this first page on. Later totals may be 0; behind the end the first page may come again."""
        rows: dict[str, Row] = {}
        total, offset = page["total"], 0
        while True:
            fresh = {key: row for row in page["jobPostings"] if (key := _path(row)) not in rows}
            rows |= fresh
            offset += len(page["jobPostings"])
            if not fresh or offset >= total:
                return rows
            page = self._page(facets, offset)

    def _first(self, facets: dict[str, list[str]]) -> Row:
        page = self._page(facets, 0)
        need(self.ats.name, page, "total", int)
        return page

    def _page(self, facets: dict[str, list[str]], offset: int) -> Row:
        # Without one of the four keys the answer is a 422, with a higher limit a 400.
        asked = {"appliedFacets": facets, "limit": 20, "offset": offset, "searchText": ""}
        answer = self._ask("POST", "/jobs", json=asked)
        if answer.status == 403:
            raise PermissionMissing(N_("%(ats)s does not show this page to the public."), ats=self.ats.name)
        page = answer.json()
        for row in answer.rows(page, "jobPostings"):
            row["externalPath"] = said(row, "externalPath") or ""  # a bare entry has none
        return page

    def _detail(self, row: Row) -> Row | None:
        """What the job's own answer says; `None` where it is closed, or a row without a page."""
        if not row["externalPath"]:
            return None
        answer = self._ask("GET", row["externalPath"], allow=(404, 410))
        if answer.status != 200:
            return None
        detail = answer.json()
        info = need(self.ats.name, detail, "jobPostingInfo", dict)
        return None if flag(info, "posted") is False else detail

    def _ask(self, method: str, path: str, allow: tuple[int, ...] = (), **options: Any) -> Answer:
        """An answer of 403 that comes back says that the job is closed; any other is a guard's, as are the 303s."""
        cxs, _public, _id = _addresses(self.config["career_url"])
        answer = self.http.ask(method, cxs + path, allow=(303, 403, *allow), **options)
        if answer.status == 303 or (answer.status == 403 and not CLOSED.search(answer.body)):
            raise TemporarilyUnavailable(soap.UNAVAILABLE, ats=self.ats.name, status=answer.status)
        return answer


def _addresses(career_url: str) -> tuple[str, str, str]:
    """Where the data is, where people read it, and tenant/site; the shared host has the tenant in its path."""
    url = urlsplit(career_url)
    host, parts = url.netloc, url.path.strip("/").split("/")
    shared = host.endswith(".myworkdaysite.com")
    tenant, site = (parts[-2] if shared else host.split(".")[0]), parts[-1]
    public = f"https://{host}/recruiting/{tenant}/{site}" if shared else f"https://{host}/{site}"
    return f"https://{host}/wday/cxs/{tenant}/{site}", public, f"{tenant}/{site}"


def _bullets(row: Row) -> list[str]:
    return [bullet for value in values(row, "bulletFields") if (bullet := as_text(value))]


def _path(row: Row) -> str:
    """What tells a row from others: its path, or for a bare entry without a page what else it carries."""
    return row["externalPath"] or " ".join([*_bullets(row), said(row, "title") or ""])


def _tail(row: Row) -> str:
    """The end of the path, where the requisition stands."""
    return str(row["externalPath"]).rsplit("/", 1)[-1].rsplit("_", 1)[-1]


def _requisition(row: Row, tails: set[str]) -> str:
    """The requisition as far as a row tells.

    A further posting of it has `-1` behind it in the path, but 2026-17 is a number of its own: unless a field of the
    row says so, only what another row ends with is cut off. The job's own answer decides.
    """
    path, bullets = row["externalPath"], _bullets(row)
    named = next((bullet for bullet in bullets if re.search(rf"_{re.escape(bullet)}(?:-\d+)?$", path)), None)
    if named or not path:
        return named or (bullets[0] if bullets else _path(row))
    base = re.sub(r"(?<=\d)-\d+$", "", _tail(row))
    return base if base in tails else _tail(row)


def _version(rows: list[Row]) -> str:
    """What the list says of a job, as there is no date of change.

    Without `postedOn`: it counts days ("Posted 3 Days Ago"), so every job would be read again every day for nothing.
    """
    keys = ("externalPath", "title", "locationsText", "timeType", "remoteType", "bulletFields")
    return digest(sorted(digest([row.get(key) for key in keys]) for row in rows))


def _facets(page: Row) -> Iterator[tuple[str, list[Row]]]:
    """Name and values of each facet, those within groups too."""
    for facet in parts(page, "facets"):
        found = parts(facet, "values")
        yield said(facet, "facetParameter") or "", [value for value in found if said(value, "id")]
        yield from _facets({"facets": [value for value in found if said(value, "facetParameter")]})


def _count(value: Row) -> int:
    return int(text.number(value.get("count")) or 0)


def _batches(found: list[Row]) -> Iterator[list[str]]:
    """Ids that together stay below the cap, at most a hundred; a value that does not is alone."""
    batch, size = list[str](), 0
    for value in found:
        count = _count(value)
        if batch and (size + count >= CAP or len(batch) == 100):
            yield batch
            batch, size = [], 0
        batch, size = [*batch, str(value["id"])], size + count
    if batch:
        yield batch


def _places(info: Row) -> tuple[Location, ...]:
    """The posting's places. Only of the first one the country is said: by its code, or by nothing but its name."""
    requisition, name = part(info, "jobRequisitionLocation"), _word(info.get("location"))
    at = (part(requisition, "country") if said(requisition, "descriptor") == name else {}, part(info, "country"))
    words = [said(country, key) for country in at for key in ("alpha2Code", "descriptor")]
    first = located(name, next((code for word in words if (code := text.country(word))), None))
    found = [*first, *(place for other in _place_names(info)[1:] for place in composed(other))]
    return tuple(place for place in found if place != Location())


def _place_names(info: Row) -> list[str]:
    return [_word(info.get("location")) or "", *filter(None, map(_word, values(info, "additionalLocations")))]


def _tenant(config: dict[str, str]) -> str:
    return "/".join(part for part in (config["tenant"].lower(), config.get("site")) if part)


def _word(value: object) -> str | None:
    """A text as it is, or what an object is called."""
    return said(value, "descriptor") if isinstance(value, dict) else as_text(value)


def _rest_places(place: object) -> list[Location]:
    country = said(place, "country", "alpha3Code") or said(place, "country", "descriptor")
    return located(_word(place), text.country(country), _word(part(place).get("region")))
