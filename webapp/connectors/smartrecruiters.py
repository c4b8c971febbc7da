"""SmartRecruiters. Facts: https://developers.smartrecruiters.com/docs/posting-api (the public postings) and
https://developers.smartrecruiters.com/docs/job-api (all jobs, with a key)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import AccountNotFound, UnexpectedAnswer
from webapp.connectors._http import Answer, Limits, need
from webapp.connectors._places import is_model, places, town
from webapp.connectors._records import (
    Label,
    Location,
    Reason,
    RemoteAccount,
    RemotePosition,
    Translation,
    Unchanged,
)
from webapp.connectors._rows import Row, flag, part, parts, said
from webapp.i18n import N_

SMARTRECRUITERS = ATS(
    "smartrecruiters", "SmartRecruiters", merge_slug="smartrecruiters", website="https://www.smartrecruiters.com"
)
API = "https://api.smartrecruiters.com"
PAGE = 100
SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")
POSTED: dict[str, Literal["public", "internal"]] = {"PUBLIC": "public", "INTERNAL": "internal"}
#: The public address of an ad: company and number.
ADDRESS = re.compile(r"https://(?:www|jobs|careers)\.smartrecruiters\.com/([\w-]+)/(\d{6,})(?=[-/?#]|$)")
PEOPLE = re.compile(r"recruiter|sourcer|coordinator|manager|owner|contact|e-?mail|phone", re.I)


@dataclass
class Job:
    """The ads of one job: the one it is shown by, one for each further language, and all of them for their places."""

    ads: list[Row] = field(default_factory=list)
    shown: dict[str, Row] = field(default_factory=dict)  # language → ad, the main one first

    @property
    def main(self) -> Row:
        """The ad that it is shown by."""
        return self.ads[0]

    @property
    def version(self) -> str | None:
        """When its ads were released; `None` where one of them does not say."""
        dates = [said(ad, "releasedDate") or "" for ad in self.ads]
        return " ".join(sorted(dates)) if all(dates) else None

    def takes(self, ad: Row) -> bool:
        """Adds an ad that is a language or a place of this job; one of another title stays by itself."""
        same = self.shown.setdefault(_language(ad) or next(iter(self.shown)), ad)
        if same is not ad and said(same, "name") != said(ad, "name"):
            return False
        self.ads.append(ad)
        return True


class _SmartRecruiters(Connector):
    """What both ways in share: lists in pages, and what it means when jobs vanish while they are read."""

    ats = SMARTRECRUITERS
    limits = Limits(mib=16, parallel=8)

    def _rows(self, path: str, **params: str) -> list[Row]:
        """Every row of a list. Pages may be smaller than asked for, so what came counts."""
        rows: list[Row] = []
        ids: set[str] = set()
        totals: list[int] = []
        while not totals or len(rows) < totals[-1]:
            page, total = self._page(path, len(rows), **params)
            new = {said(row, "id") or "" for row in page}
            if "" in new or len(new) < len(page) or new & ids:
                raise UnexpectedAnswer(N_("%(ats)s listed the same position twice."), ats=self.ats.name)
            rows, ids, totals = rows + page, ids | new, [*totals, total]
            if not page:
                break
        if len(rows) < max(totals):
            few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(few, ats=self.ats.name, total=max(totals), sent=len(rows))
        return rows

    def _page(self, path: str, offset: int, **params: str) -> tuple[list[Row], int]:
        answer = self._get(path, params={**params, "limit": str(PAGE), "offset": str(offset)})
        page = answer.json()
        return answer.rows(page, "content"), need(self.ats.name, page, "totalFound", int)

    def _get(self, path: str, **options: Any) -> Answer:
        raise NotImplementedError


class SmartRecruiters(_SmartRecruiters):
    """The jobs that are posted publicly or internally, and a call for the ads of each new or changed one."""

    slug = "smartrecruiters"
    way_in = N_("With an API key")
    about = N_("Reads internal jobs too. Does not say the kind of employment, nor pay.")
    fields = (
        Field(
            "api_key",
            N_("API key"),
            N_(
                "In SmartRecruiters, an administrator creates it in the settings, under Apps & Integrations › "
                "Credentials: a new credential of the type API key. It has to be able to read jobs and job ads."
            ),
            example="DCRA1-0123456789abcdef0123456789abcdef",
            pattern=r"\S{8,}",
            secret=True,
        ),
    )
    hosts = ("api.smartrecruiters.com",)
    shown_as = "www.smartrecruiters.com"
    # https://developers.smartrecruiters.com/docs/rate-limiting
    limits = Limits(requests=10, seconds=1, mib=16)
    quirks = (
        N_("SmartRecruiters does not say when a job was posted; the day it was created stands for it."),
        N_("Ads of one job in several languages are one position here; one of another title is one by itself."),
        N_("The kind of employment, the job area and custom fields are known by the careers page only."),
    )
    revoke = N_("In SmartRecruiters: delete the credential in the settings, where it was created.")

    def account(self) -> RemoteAccount:
        """Whose key it is, where an ad's address tells it, and how many jobs are posted, where they fit on a page."""
        pages = [self._page("", 0, postingStatus=status) for status in POSTED]
        rows = {said(row, "id"): row for page, _total in pages for row in page if not _reason(row)}
        found = (self._ads(next(iter(rows.values()))) if rows else None) or []
        company = next((match[1] for ad in found if (match := _address(ad))), None)
        return RemoteAccount(company, None, len(rows) if all(len(page) == total for page, total in pages) else None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Both lists first: a job that stands in both is a public one. Versions name the job, known ids its ads."""
        rows: dict[str, tuple[Row, str]] = {}
        for status in POSTED:
            for row in self._rows("", postingStatus=status):
                rows.setdefault(said(row, "id") or "", (row, said(row, "postingStatus") or status))
        before: defaultdict[str | None, list[str]] = defaultdict(list)
        for number, version in known.items():
            before[version].append(number)
        changed = [row for row, _status in rows.values() if not _reason(row) and not before.get(_version(row))]
        details, fresh, gone = self.http.each(self._ads, changed), {id(row) for row in changed}, 0
        for row, status in rows.values():
            if reason := _reason(row):
                self._leave_out(row, reason)
            elif id(row) not in fresh:
                self.listed += len(before[_version(row)])
                yield from map(Unchanged, before[_version(row)])
            elif (found := next(details)) is None:  # closed since the list was made
                gone += 1
                self._leave_out(row, "closed")
            else:
                jobs = _jobs(found) or [Job([{}], {"": {}})]
                self.listed += len(jobs)
                yield from (_posted(row, job, POSTED[status]) for job in jobs)
        if gone > 1 + len(rows) // 10:
            raise UnexpectedAnswer(N_("%(ats)s did not show all the jobs that it lists."), ats=self.ats.name)

    def _leave_out(self, row: Row, reason: Reason) -> None:
        self.listed += 1
        self.withhold(said(row, "id"), reason, said(row, "title"))

    def _ads(self, row: Row) -> list[Row] | None:
        """The published ads of a job in the shape of postings; `None` where the job is gone."""
        number = said(row, "id") or ""
        answer = self._get(f"/{number}/jobads", allow=(404, 410))
        if answer.status != 200:
            return None
        rows = answer.rows(answer.json(), "content")
        if not all(said(ad, "id") for ad in rows):
            raise answer.unexpected()
        return [
            {**ad, "name": said(ad, "title"), "refNumber": number, "defaultJobAd": flag(ad, "default")}
            for ad in rows
            if said(ad, "postingStatus") in (None, "PUBLISHED")
        ]

    def _get(self, path: str, **options: Any) -> Answer:
        return self.http.get(f"{API}/jobs{path}", headers={"X-SmartToken": self.config["api_key"]}, **options)


class SmartRecruitersCareers(_SmartRecruiters):
    """The public postings: a list in pages, and a call for the text of each new or changed one."""

    slug = "smartrecruiters-careers"
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "companyIdentifier",
            N_("Company identifier"),
            N_(
                "The part behind careers.smartrecruiters.com/ or jobs.smartrecruiters.com/ in the address of your "
                "careers page. You can paste the whole address."
            ),
            example="NorthwindFoods",
            pattern=r"[A-Za-z0-9_-]{1,80}",
        ),
    )
    hosts = ("api.smartrecruiters.com", "careers.smartrecruiters.com")
    addresses = (
        r"https://jobs\.smartrecruiters\.com/oneclick-ui/company/(?P<companyIdentifier>[\w-]+)",
        r"https://(?:careers|jobs)\.smartrecruiters\.com/(?!(?:oneclick-ui|sr-jobs)(?:[/?]|$))"
        r"(?P<companyIdentifier>[\w-]+)",
        r"https://api\.smartrecruiters\.com/v1/companies/(?P<companyIdentifier>[\w-]+)",
    )
    shown_as = "careers.smartrecruiters.com/{companyIdentifier}"
    quirks = (
        N_("Ads of one job that differ in place or language only are one position here."),
        N_("The text is read again when SmartRecruiters releases the ad anew, and once a day."),
        N_("While no job is open, Berth looks at the careers page to see whether the company is still there."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The company's name, where it has jobs, and how many, where they are on one page."""
        rows, total = self._page("", 0)
        if not total:
            self._check_company()
        jobs = _jobs(row for row in rows if _is_public(row))
        name = next((name for row in rows if (name := said(row, "company", "name"))), None)
        return RemoteAccount(self._company, name, len(jobs) if len(rows) == total else None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """All pages first: the ads of one job may stand on several."""
        public = []
        for row in self._rows(""):
            if _is_public(row):
                public.append(row)
            else:
                self.listed += 1
                self.withhold(said(row, "id"), "unlisted", said(row, "name"))
        if not public and not self.listed:
            self._check_company()
        lines = (Listed(_id(job.main), job.version, said(job.main, "name"), job) for job in _jobs(public))
        yield from self.opened(lines, known, self._details, self._position)

    @property
    def _company(self) -> str:
        return self.config["companyIdentifier"]

    def _check_company(self) -> None:
        """An unknown company has an empty list, too: only its careers page tells. Raises `AccountNotFound`."""
        address = f"https://careers.smartrecruiters.com/{self._company}"
        page = self.http.get(address, headers={"Accept": "text/html"}).text()
        if self._company.lower() not in page.lower():
            raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=self.ats.name)

    def _details(self, job: Job) -> list[Row | None] | None:
        """The whole ad in each language, the main one first; `None` where one, or the main one, is no longer open."""
        found: list[Row | None] = []
        for ad in job.shown.values():
            answer = self._get(f"/{_id(ad)}", allow=(404,))
            detail = None if answer.status == 404 else answer.json()
            if detail is not None and said(detail, "id") != _id(ad):
                raise answer.unexpected()
            found.append(None if detail is None or flag(detail, "active") is False else detail)
        return None if found[0] is None else found

    def _get(self, path: str, **options: Any) -> Answer:
        return self.http.get(f"{API}/v1/companies/{self._company}/postings{path}", **options)

    def _position(self, job: Job, texts: list[Row | None]) -> RemotePosition:
        row, area = job.main, said(job.main, "function", "label")
        detail, others = texts[0] or {}, texts[1:]
        department = said(row, "department", "label")
        kind = said(row, "typeOfEmployment", "id") or said(row, "typeOfEmployment", "label")
        return RemotePosition(
            id=_id(row),
            title=said(row, "name") or "",
            url=self._url(row, detail),
            apply_url=said(detail, "applyUrl"),
            department=department or area,
            team=area if department else None,
            locations=tuple(dict.fromkeys(place for ad in job.ads for place in _location(part(ad, "location")))),
            workplace=_workplace(part(row, "location")),
            employment_type=text.employment_type(kind),
            description_html=_description(detail),
            posted_at=text.moment(said(row, "releasedDate")),
            language=_language(row),
            requisition=said(row, "refNumber"),
            company=said(row, "company", "name"),
            labels=_custom(row),
            translations=tuple(
                Translation(
                    language, said(ad, "name"), _description(other), self._url(ad, other), said(other, "applyUrl")
                )
                for (language, ad), other in zip([*job.shown.items()][1:], others, strict=True)
                if other is not None and language
            ),
            version=job.version,
        )

    def _url(self, row: Row, detail: Row) -> str:
        return said(detail, "postingUrl") or f"https://jobs.smartrecruiters.com/{self._company}/{_id(row)}"


def _id(row: Row) -> str:
    return said(row, "id") or ""


def _is_public(row: Row) -> bool:
    return said(row, "visibility") in (None, "PUBLIC")


def _jobs(ads: Iterable[Row]) -> list[Job]:
    """The ads by job, its default one first; an ad without a number is a job by itself."""
    found: dict[str, list[Job]] = {}
    for ad in sorted(ads, key=lambda ad: flag(ad, "defaultJobAd") is not True):
        number = said(ad, "refNumber")
        same = found.setdefault(f"ref {number}" if number else f"id {said(ad, 'id')}", [])
        if not any(job.takes(ad) for job in same):
            same.append(Job([ad], {_language(ad) or "": ad}))
    return [job for same in found.values() for job in same]


def _language(ad: Row) -> str | None:
    """The ad's language (BCP 47)."""
    return (said(ad, "language", "code") or "").replace("_", "-") or None


def _location(place: Row) -> tuple[Location, ...]:
    """`fullLocation` may have empty parts (", ,"), and an old value of `country` is "remote".

    Who works anywhere in a country has its name for a town, and "REMOTE" for a region.
    """
    whole = ", ".join(piece.strip() for piece in (said(place, "fullLocation") or "").split(",") if piece.strip())
    named = next(iter(places(whole)), Location())
    country = text.country(said(place, "country")) or text.country(said(place, "countryCode")) or named.country
    given, region = said(place, "city"), said(place, "region") or ""
    city = town(given, country) if given else named.city
    found = Location(named.name if city or not given else None, city, None if is_model(region) else region, country)
    return (found,) if found != Location() else ()


def _workplace(place: Row) -> text.Workplace | None:
    """Hybrid and remote are said of the place; "on site" is not told from "not set"."""
    if flag(place, "hybrid"):
        return "hybrid"
    return "remote" if flag(place, "remote") or said(place, "country") == "remote" else None


def _description(ad: Row) -> str | None:
    """The sections in the page's order; the API sends them without a wrapper around them."""
    found = part(ad, "jobAd", "sections") or part(ad, "jobAd")
    return text.sections((said(found, name, "title"), said(found, name, "text")) for name in SECTIONS)


def _custom(ad: Row) -> tuple[Label, ...]:
    """The custom fields that name no person."""
    pairs = [(said(each, "fieldLabel"), said(each, "valueLabel")) for each in parts(ad, "customField")]
    return tuple(Label(name, value) for name, value in pairs if name and value and not PEOPLE.search(name))


def _reason(row: Row) -> Reason | None:
    """Why a job of the API is not shown: posted ones are asked for, which need not be heeded, and may be filled."""
    if said(row, "status") in ("FILLED", "CANCELLED"):
        return "closed"
    status = said(row, "postingStatus")
    return None if status is None or status in POSTED else "unlisted" if status == "PRIVATE" else "draft"


def _version(row: Row) -> str | None:
    """The version of all positions of a job of the API; it names the job, whose id no position has."""
    changed = said(row, "updatedOn")
    return f"{said(row, 'id')} {changed}" if changed else None


def _address(ad: Row) -> re.Match[str] | None:
    """The company and the number in the public address of an ad of the API, where it has one."""
    return ADDRESS.match(said(ad, "applyUrl") or "")


def _posted(row: Row, job: Job, visibility: Literal["public", "internal"]) -> RemotePosition:
    """A job of the API by its ads; its id is the number in the ad's address, as on the careers page."""
    ad, found, place = job.main, _address(job.main), part(row, "location")
    return RemotePosition(
        id=(found[2] if found else said(ad, "id") or said(row, "id")) or "",
        title=said(ad, "name") or said(row, "title") or "",
        url=_page(ad),
        apply_url=said(ad, "applyUrl"),
        department=said(row, "department", "label"),
        locations=_location(place),
        workplace=_workplace(place),
        description_html=_description(ad),
        posted_at=text.moment(said(row, "createdOn")),
        updated_at=text.moment(said(row, "updatedOn")),
        language=_language(ad),
        requisition=said(row, "refNumber"),
        visibility=visibility,
        translations=tuple(
            Translation(tongue, said(other, "name"), _description(other), _page(other), said(other, "applyUrl"))
            for tongue, other in [*job.shown.items()][1:]
        ),
        version=_version(row),
    )


def _page(ad: Row) -> str | None:
    return (said(ad, "applyUrl") or "").partition("?")[0] if _address(ad) else None
