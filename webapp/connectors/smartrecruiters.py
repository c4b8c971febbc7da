"""SmartRecruiters. Facts: https://developers.smartrecruiters.com/docs/posting-api (the public postings)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import AccountNotFound, UnexpectedAnswer
from webapp.connectors._http import Limits, need
from webapp.connectors._places import places
from webapp.connectors._records import Label, Location, RemoteAccount, RemotePosition, Translation, Unchanged
from webapp.i18n import N_

SMARTRECRUITERS = ATS(
    "smartrecruiters", "SmartRecruiters", merge_slug="smartrecruiters", website="https://www.smartrecruiters.com"
)
PAGE = 100
SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")
PEOPLE = re.compile(r"recruiter|sourcer|coordinator|manager|owner|contact|e-?mail|phone", re.I)
Row = dict[str, Any]


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
        dates = [str(ad.get("releasedDate") or "") for ad in self.ads]
        return " ".join(sorted(dates)) if all(dates) else None

    def takes(self, ad: Row) -> bool:
        """Adds an ad that is a language or a place of this job; one of another title stays by itself."""
        same = self.shown.setdefault(_language(ad) or next(iter(self.shown)), ad)
        if same is not ad and same.get("name") != ad.get("name"):
            return False
        self.ads.append(ad)
        return True


class SmartRecruitersCareers(Connector):
    """The public postings: a list in pages, and a call for the text of each new or changed one."""

    slug = "smartrecruiters-careers"
    ats = SMARTRECRUITERS
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "slug",
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
        r"https://jobs\.smartrecruiters\.com/oneclick-ui/company/(?P<slug>[\w-]+)",
        r"https://(?:careers|jobs)\.smartrecruiters\.com/(?!(?:oneclick-ui|sr-jobs)(?:[/?]|$))(?P<slug>[\w-]+)",
        r"https://api\.smartrecruiters\.com/v1/companies/(?P<slug>[\w-]+)",
    )
    shown_as = "careers.smartrecruiters.com/{slug}"
    limits = Limits(mib=16, parallel=8)
    quirks = (
        N_("Ads of one job that differ in place or language only are one position here."),
        N_("The text is read again when SmartRecruiters releases the ad anew, and once a day."),
        N_("While no job is open, Berth looks at the careers page to see whether the company is still there."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The company's name, where it has jobs, and how many, where they are on one page."""
        rows, total = self._page(0)
        if not total:
            self._check_company()
        jobs = _jobs([row for row in rows if _is_public(row)])
        name = next((name for row in rows if (name := _part(row, "company").get("name"))), None)
        return RemoteAccount(self.config["slug"], name, len(jobs) if len(rows) == total else None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """All pages first: the ads of one job may stand on several."""
        public, gone = [], 0
        for row in self._rows():
            if _is_public(row):
                public.append(row)
            else:
                self.listed += 1
                self.withhold(row.get("id"), "unlisted", row.get("name"))
        jobs = _jobs(public)
        self.listed += len(jobs)
        changed = [job for job in jobs if not job.version or known.get(str(job.main["id"])) != job.version]
        fresh = {id(job) for job in changed}
        details = self.http.each(self._details, changed)
        for job in jobs:
            if id(job) not in fresh:
                yield Unchanged(str(job.main["id"]))
                continue
            texts = next(details)
            if texts[0] is None:  # closed since the list was made
                gone += 1
                self.withhold(job.main["id"], "closed", job.main.get("name"))
            else:
                yield self._position(job, texts[0], texts[1:])
        if gone > 1 + len(changed) // 10:
            raise UnexpectedAnswer(N_("%(ats)s did not show all the jobs that it lists."), ats=self.ats.name)

    def _rows(self) -> list[Row]:
        """Every ad of the list. Pages may be smaller than asked for, so what came counts."""
        rows: list[Row] = []
        ids: set[str] = set()
        totals: list[int] = []
        while not totals or len(rows) < totals[-1]:
            page, total = self._page(len(rows))
            new = {str(row.get("id") or "") for row in page}
            if "" in new or len(new) < len(page) or new & ids:
                raise UnexpectedAnswer(N_("%(ats)s listed the same position twice."), ats=self.ats.name)
            rows, ids, totals = rows + page, ids | new, [*totals, total]
            if not page:
                break
        if len(rows) < max(totals):
            few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(few, ats=self.ats.name, total=max(totals), sent=len(rows))
        if not rows:
            self._check_company()
        return rows

    def _page(self, offset: int) -> tuple[list[Row], int]:
        page = self._get("", params={"limit": str(PAGE), "offset": str(offset)}).json()
        rows, total = need(self.ats.name, page, "content"), need(self.ats.name, page, "totalFound", int)
        if not all(isinstance(row, dict) for row in rows):
            raise UnexpectedAnswer(N_("%(ats)s answered in a form that Berth does not know."), ats=self.ats.name)
        return rows, total

    def _check_company(self) -> None:
        """An unknown company has an empty list, too: only its careers page tells. Raises `AccountNotFound`."""
        slug = self.config["slug"]
        page = self.http.get(f"https://careers.smartrecruiters.com/{slug}", headers={"Accept": "text/html"}).text()
        if slug.lower() not in page.lower():
            raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=self.ats.name)

    def _details(self, job: Job) -> list[Row | None]:
        """The whole ad in each language, the main one first; `None` where it is no longer open."""
        found: list[Row | None] = []
        for ad in job.shown.values():
            answer = self._get(f"/{ad['id']}", allow=(404,))
            detail = None if answer.status == 404 else answer.json()
            if detail is not None and str(detail.get("id")) != str(ad["id"]):
                raise answer.unexpected()
            found.append(None if detail is None or detail.get("active") is False else detail)
        return found

    def _get(self, path: str, **options: Any) -> Any:
        url = f"https://api.smartrecruiters.com/v1/companies/{self.config['slug']}/postings{path}"
        return self.http.get(url, **options)

    def _position(self, job: Job, detail: Row, others: list[Row | None]) -> RemotePosition:
        row, kind, area = job.main, _part(job.main, "typeOfEmployment"), _part(job.main, "function").get("label")
        department = _part(row, "department").get("label")
        return RemotePosition(
            id=str(row["id"]),
            title=str(row.get("name") or ""),
            url=self._url(row, detail),
            apply_url=detail.get("applyUrl"),
            department=department or area,
            team=area if department else None,
            locations=tuple(dict.fromkeys(place for ad in job.ads for place in _places(_part(ad, "location")))),
            workplace=_workplace(_part(row, "location")),
            employment_type=text.employment_type(kind.get("id") or kind.get("label")),
            description_html=_description(detail),
            posted_at=text.moment(row.get("releasedDate")),
            language=_language(row),
            requisition=row.get("refNumber"),
            company=_part(row, "company").get("name"),
            labels=_custom(row.get("customField")),
            translations=tuple(
                Translation(language, ad.get("name"), _description(other), self._url(ad, other), other.get("applyUrl"))
                for (language, ad), other in zip([*job.shown.items()][1:], others, strict=True)
                if other is not None and language
            ),
            version=job.version,
        )

    def _url(self, row: Row, detail: Row) -> str:
        return detail.get("postingUrl") or f"https://jobs.smartrecruiters.com/{self.config['slug']}/{row['id']}"


def _part(row: Row, name: str) -> Row:
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def _is_public(row: Row) -> bool:
    return row.get("visibility", "PUBLIC") == "PUBLIC"


def _language(row: Row) -> str | None:
    return str(_part(row, "language").get("code") or "").replace("_", "-") or None


def _jobs(rows: list[Row]) -> list[Job]:
    """The ads by job, its default one first; an ad without a number is a job by itself."""
    jobs: dict[str, list[Job]] = {}
    for row in sorted(rows, key=lambda row: row.get("defaultJobAd") is not True):
        same = jobs.setdefault(f"ref {row['refNumber']}" if row.get("refNumber") else f"id {row.get('id')}", [])
        if not any(job.takes(row) for job in same):
            same.append(Job([row], {_language(row) or "": row}))
    return [job for same in jobs.values() for job in same]


def _places(said: Row) -> tuple[Location, ...]:
    """`fullLocation` may have empty parts (", ,"), and an old value of `country` is "remote"."""
    whole = ", ".join(part.strip() for part in str(said.get("fullLocation") or "").split(",") if part.strip())
    named = next(iter(places(whole)), Location())
    country = text.country(said.get("country")) or named.country
    place = Location(named.name, said.get("city") or named.city, said.get("region"), country)
    return (place,) if place != Location() else ()


def _workplace(said: Row) -> text.Workplace | None:
    if said.get("hybrid") is True:
        return "hybrid"
    return "remote" if said.get("remote") is True or said.get("country") == "remote" else None


def _description(detail: Row) -> str | None:
    said = _part(_part(detail, "jobAd"), "sections")
    return text.sections((_part(said, name).get("title"), _part(said, name).get("text")) for name in SECTIONS)


def _custom(fields: list[Row] | None) -> tuple[Label, ...]:
    """The custom fields that name no person."""
    pairs = [(str(f.get("fieldLabel") or "").strip(), str(f.get("valueLabel") or "").strip()) for f in fields or []]
    return tuple(Label(name, value) for name, value in pairs if name and value and not PEOPLE.search(name))
