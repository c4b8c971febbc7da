"""Workday Recruiting. Facts: the careers site's own addresses (CXS), and the Recruiting web service."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from webapp.connectors import _text as text
from webapp.connectors._contract import (
    ATS,
    Connector,
    Field,
    Location,
    RemoteAccount,
    RemotePosition,
    Unchanged,
)
from webapp.connectors._errors import PermissionMissing, TemporarilyUnavailable, UnexpectedAnswer
from webapp.connectors._http import Answer, Limits, need
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
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            groups.setdefault(_requisition(row, tails), []).append(row)
        seen: set[str] = set()
        for id in [id for group in groups.values() for id in ids.get(_version(group), ())]:
            seen.add(id)
            self.listed += 1
            yield Unchanged(id)
        for group in self.http.each(self._details, [g for g in groups.values() if _version(g) not in ids]):
            same: dict[str, list[dict[str, Any]]] = {}
            for row, detail in group:
                if detail:
                    info = detail["jobPostingInfo"]
                    id = str(info.get("jobReqId") or info.get("id") or _requisition(row, tails))
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
                    self.withhold(id, "closed" if row.get("externalPath") else "unlisted", row.get("title"))

    def _position(self, id: str, same: list[dict[str, Any]], version: str) -> RemotePosition:
        first = same[0]
        info, row = first["jobPostingInfo"], first["row"]
        places: dict[str | None, Location] = {}
        for place in (place for posting in same for place in _places(posting["jobPostingInfo"])):
            places.setdefault(place.name, place)
        _cxs, public, _id = _addresses(self.config["career_url"])
        url = info.get("externalUrl") or public + row["externalPath"]
        remote = bool(places) and all("remote" in (name or "").lower() for name in places)
        return RemotePosition(
            id=id,
            title=info.get("title") or row.get("title") or "",
            url=url,
            apply_url=f"{url}/apply" if info.get("canApply") is not False else None,
            locations=tuple(places.values()),
            workplace=text.workplace(info.get("remoteType")) or ("remote" if remote else None),
            employment_type=text.employment_type(info.get("timeType")),
            description_html=info.get("jobDescription") or None,
            posted_at=text.moment(info.get("startDate")),
            closes_at=text.moment(info.get("endDate")),
            requisition=info.get("jobReqId") or None,
            company=(first.get("hiringOrganization") or {}).get("name") or None,
            version=version,
        )

    def _listing(self, facets: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
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
            found = {name: values for name, values in _facets(page.get("facets")) if name in DISJOINT and values}
            sums = {n: sum(v.get("count") or 0 for v in found[n]) for n in DISJOINT if n in found and n not in facets}
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
            raise UnexpectedAnswer(N_("%(ats)s did not show all the jobs that it lists."), ats=self.ats.name)
        return rows

    def _paged(self, facets: dict[str, list[str]], page: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The rows from this first page on. Later totals may be 0; behind the end the first page may come again."""
        rows: dict[str, dict[str, Any]] = {}
        total, offset = page["total"], 0
        while True:
            fresh = {key: row for row in page["jobPostings"] if (key := _path(row)) not in rows}
            rows |= fresh
            offset += len(page["jobPostings"])
            if not fresh or offset >= total:
                return rows
            page = self._page(facets, offset)

    def _first(self, facets: dict[str, list[str]]) -> dict[str, Any]:
        page = self._page(facets, 0)
        need(self.ats.name, page, "total", int)
        return page

    def _page(self, facets: dict[str, list[str]], offset: int) -> dict[str, Any]:
        # Without one of the four keys the answer is a 422, with a higher limit a 400.
        asked = {"appliedFacets": facets, "limit": 20, "offset": offset, "searchText": ""}
        answer = self._ask("POST", "/jobs", json=asked)
        if answer.status == 403:
            raise PermissionMissing(N_("%(ats)s does not show this page to the public."), ats=self.ats.name)
        page = answer.json()
        need(self.ats.name, page, "jobPostings")
        return page

    def _details(self, rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
        return [(row, self._detail(row)) for row in rows]

    def _detail(self, row: dict[str, Any]) -> dict[str, Any] | None:
        """What the job's own answer says; `None` where it is closed, or a row without a page."""
        if not row.get("externalPath"):
            return None
        answer = self._ask("GET", row["externalPath"], allow=(404, 410))
        if answer.status != 200:
            return None
        detail = answer.json()
        info = need(self.ats.name, detail, "jobPostingInfo", dict)
        return None if info.get("posted") is False else detail

    def _ask(self, method: str, path: str, allow: tuple[int, ...] = (), **options: Any) -> Answer:
        """An answer of 403 that comes back says that the job is closed; any other is a guard's, as are the 303s."""
        cxs, _public, _id = _addresses(self.config["career_url"])
        answer = self.http.ask(method, cxs + path, allow=(303, 403, *allow), **options)
        if answer.status == 303 or (answer.status == 403 and not CLOSED.search(answer.body)):
            raise TemporarilyUnavailable(
                N_("%(ats)s is not available at the moment (%(status)s). Berth tries again by itself."),
                ats=self.ats.name,
                status=answer.status,
            )
        return answer


def _addresses(career_url: str) -> tuple[str, str, str]:
    """Where the data is, where people read it, and tenant/site; the shared host has the tenant in its path."""
    url = urlsplit(career_url)
    host, parts = url.netloc, url.path.strip("/").split("/")
    shared = host.endswith(".myworkdaysite.com")
    tenant, site = (parts[-2] if shared else host.split(".")[0]), parts[-1]
    public = f"https://{host}/recruiting/{tenant}/{site}" if shared else f"https://{host}/{site}"
    return f"https://{host}/wday/cxs/{tenant}/{site}", public, f"{tenant}/{site}"


def _bullets(row: dict[str, Any]) -> list[str]:
    return [bullet for bullet in row.get("bulletFields") or [] if isinstance(bullet, str) and bullet]


def _path(row: dict[str, Any]) -> str:
    """What tells a row from others: its path, or for a bare entry without a page what else it carries."""
    return row.get("externalPath") or " ".join([*_bullets(row), row.get("title") or ""])


def _tail(row: dict[str, Any]) -> str:
    """The end of the path, where the requisition stands."""
    return (row.get("externalPath") or "").rsplit("/", 1)[-1].rsplit("_", 1)[-1]


def _requisition(row: dict[str, Any], tails: set[str]) -> str:
    """The requisition as far as a row tells.

    A further posting of it has `-1` behind it in the path, but 2026-17 is a number of its own: unless a field of the
    row says so, only what another row ends with is cut off. The job's own answer decides.
    """
    path, bullets = row.get("externalPath") or "", _bullets(row)
    named = next((bullet for bullet in bullets if re.search(rf"_{re.escape(bullet)}(?:-\d+)?$", path)), None)
    if named or not path:
        return named or (bullets[0] if bullets else _path(row))
    base = re.sub(r"(?<=\d)-\d+$", "", _tail(row))
    return base if base in tails else _tail(row)


def _version(rows: list[dict[str, Any]]) -> str:
    """What the list says of a job, as there is no date of change.

    Without `postedOn`: it counts days ("Posted 3 Days Ago"), so every job would be read again every day for nothing.
    """
    keys = ("externalPath", "title", "locationsText", "timeType", "remoteType", "bulletFields")
    said = sorted(json.dumps([row.get(key) for key in keys]) for row in rows)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def _facets(facets: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Name and values of each facet, those within groups too."""
    for facet in facets or ():
        values = facet.get("values") or []
        yield facet.get("facetParameter") or "", [value for value in values if value.get("id")]
        yield from _facets([value for value in values if value.get("facetParameter")])


def _batches(values: list[dict[str, Any]]) -> Iterator[list[str]]:
    """Ids that together stay below the cap, at most a hundred; a value that does not is alone."""
    batch: list[str] = []
    size = 0
    for value in values:
        count = value.get("count") or 0
        if batch and (size + count >= CAP or len(batch) == 100):
            yield batch
            batch, size = [], 0
        batch, size = [*batch, value["id"]], size + count
    if batch:
        yield batch


def _places(info: dict[str, Any]) -> tuple[Location, ...]:
    """The posting's places. Only of the first one the country is said: by its code, or by nothing but its name."""
    requisition, name = info.get("jobRequisitionLocation") or {}, info.get("location")
    said = (requisition.get("country") if requisition.get("descriptor") == name else None, info.get("country"))
    words = [country.get(key) for country in said if country for key in ("alpha2Code", "descriptor")]
    first = Location(name=name, country=next((code for word in words if (code := text.country(word))), None))
    others = [Location(name=other) for other in info.get("additionalLocations") or [] if other != name]
    return tuple(place for place in [first, *others] if place != Location())
