"""Jobylon. Facts: https://developer.jobylon.com (a customer's feed) and the widget of https://cdn.jobylon.com.

The widget holds all jobs in a JavaScript literal; a job's page on https://emp.jobylon.com states it as a JobPosting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._http import Limits
from webapp.connectors._pages import HTML, javascript, job_postings, joined, markup, page
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Unchanged
from webapp.connectors._rows import Row, as_text, digest, flag, part, parts, said, values
from webapp.i18n import N_

JOBYLON = ATS("jobylon", "Jobylon", website="https://www.jobylon.com")
PAGES = "https://emp.jobylon.com"
GONE = (404, 410)
JOBS = re.compile(r"JBL\.embed_v2\[['\"]jobs['\"]\]\s*=\s*(?=\[)")
TOKEN = re.compile(
    r"\s+|//[^\n]*|/\*.*?\*/|(?P<string>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")|(?P<sign>[\[\]{},:])|(?P<word>[\w$.+-]+)",
    re.S,
)
LANGUAGE = re.compile(r"job-lang-([a-z]{2})(?:[-_][a-z]+)?", re.I)


class Jobylon(Connector):
    """A feed that Jobylon made for the customer, with the whole text of each job."""

    slug = "jobylon"
    ats = JOBYLON
    way_in = N_("By a feed")
    about = N_("Reads the jobs of a feed that Jobylon made for you, with their places in parts.")
    fields = (
        Field(
            "url",
            N_("Address of the feed"),
            N_("Jobylon's support gives it to you. Whoever knows it can read the feed, so treat it with care."),
            example="https://feed.jobylon.com/feeds/0123456789abcdef0123456789abcdef/",
            pattern=r"https://feed\.jobylon\.com/feeds/[0-9A-Fa-f]{32}/?(?:\?\S*)?",
        ),
    )
    hosts = ("feed.jobylon.com",)
    addresses = (r"(?P<url>https://feed\.jobylon\.com/feeds/[0-9A-Fa-f]{32}/?(?:\?[^#]*)?)",)
    shown_as = "feed.jobylon.com"
    limits = Limits(mib=32)  # one answer holds every job with its whole text
    quirks = (N_("Jobylon does not say when a job was changed, so every job is read anew each time."),)
    revoke = N_("Ask Jobylon's support to close the feed.")

    def account(self) -> RemoteAccount:
        """The company's name, where all jobs are of one, and how many there are."""
        rows = self._rows()
        names = {said(row, "company", "name") for row in rows}
        return RemoteAccount(None, names.pop() if len(names) == 1 else None, len(rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        rows = self._rows()
        self.listed = len(rows)
        for row in rows:
            yield _fed(row)

    def _rows(self) -> list[Row]:
        address = self.config["url"].partition("?")[0].rstrip("/")
        answer = self.http.get(f"{address}/", params={"format": "json"})
        return answer.rows(answer.json(list))


class JobylonCareers(Connector):
    """The widget that a careers page shows, and the page of each new or changed job."""

    slug = "jobylon-careers"
    ats = JOBYLON
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see; pay only where a job's page states it.")
    fields = (
        Field(
            "company_id",
            N_("Company number"),
            N_(
                "In the source of your careers page: the number behind jbl_company_id, or the one in an address that "
                "begins with cdn.jobylon.com/jobs/. You can paste that whole address."
            ),
            example="1955",
            pattern=r"\d{1,9}",
        ),
        Field(
            "kind",
            N_("Company or group"),
            N_("Choose Group where the source of your careers page says jbl_company_group_id or company-groups."),
            example="companies",
            choices=(("companies", N_("Company")), ("company-groups", N_("Group of companies"))),
            default="companies",
        ),
    )
    hosts = ("cdn.jobylon.com", "emp.jobylon.com")
    addresses = (r"https://cdn\.jobylon\.com/jobs/(?P<kind>companies|company-groups)/(?P<company_id>\d+)",)
    shown_as = "cdn.jobylon.com/jobs/{kind}/{company_id}"
    limits = Limits(mib=16)
    quirks = (N_("The text is read again when what the widget says of a job changes, and once a day."),)
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The company's name, where all jobs are of one, and how many there are."""
        ads = self._ads()
        names = {ad.word("company") for ad in ads}
        return RemoteAccount(self.config["company_id"], names.pop() if len(names) == 1 else None, len(ads))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The list, then the pages of what is new or changed."""
        lines = (Listed(ad.id, ad.version, ad.word("title"), ad) for ad in self._ads())
        yield from self.opened(lines, known, self._detail, Ad.position)

    def _ads(self) -> list[Ad]:
        url = f"https://cdn.jobylon.com/jobs/{self.config['kind']}/{self.config['company_id']}/embed/v2/"
        answer = self.http.get(url, headers=HTML)
        page(answer)  # which raises for one that is cut off
        source = markup(answer)
        start = JOBS.search(source)
        return [Ad(row) for row in answer.rows(literal(source, start.end()) if start else None)]

    def _detail(self, ad: Ad) -> Row | None:
        """What a job's page states. One with a design of its own may have its text only."""
        answer = self.http.get(ad.url, headers=HTML, allow=GONE)
        if answer.status in GONE:
            return None
        tree = page(answer)
        if found := job_postings(tree):
            return found[0]
        body = tree.css_first(".canvas-job-description")
        if body is None:
            raise answer.unexpected()
        return {"description": body.inner_html}


@dataclass(frozen=True, eq=False)
class Ad:
    """A job as the widget lists it; its dates and labels are in the language of the board."""

    row: Row

    def word(self, name: str) -> str | None:
        """What it says under this name; Python's `None` stands for nothing."""
        found = said(self.row, name)
        return None if found == "None" else found

    @property
    def id(self) -> str:
        """The number that its address begins with."""
        return self.word("id") or ""

    @property
    def url(self) -> str:
        """The address of its page."""
        own = f"{PAGES}/jobs/{self.id}/"
        return joined(own, self.word("url")) or own

    @property
    def version(self) -> str:
        """The widget has none: what it says stands for it, without what is for the looks of it."""
        return digest({name: value for name, value in self.row.items() if name not in ("klass", "logo")})

    def position(self, detail: Row) -> RemotePosition:
        """The job with what its page adds: the text, the moment of publication, the countries."""
        towns = list(dict.fromkeys(town for each in values(self.row, "locations") if (town := as_text(each))))
        kind = text.employment_type(self.word("employment_type"))
        language = next((m[1] for name in part(self.row, "klass") if (m := LANGUAGE.fullmatch(name))), None)
        return job_posting.read(
            detail,
            id=self.id,
            base=self.url,
            title=self.word("title"),
            url=self.url,
            apply_url=f"{PAGES}/applications/jobs/{self.id}/create/",
            department=next(map(as_text, values(self.row, "departments")), None),
            locations=_places(detail, towns),
            workplace=text.workplace(self.word("workspace")) or work_model("; ".join(towns)),
            employment_type=None if kind == "other" and said(detail, "employmentType") else kind,
            posted_at=None if said(detail, "datePosted") else text.moment(self.word("published_date")),
            closes_at=None if said(detail, "validThrough") else text.moment(self.word("to_date")),
            language=language,
            company=self.word("company"),
            category=self.word("function"),
            visibility="internal" if flag(self.row, "is_internal") else None,
            version=self.version,
        )


def _fed(row: Row) -> RemotePosition:
    where = [part(each, "location") or each for each in parts(row, "locations")]
    departments = [part(each, "department") or each for each in parts(row, "departments")]
    named = (said(each, "descr") or said(each, "desc") or said(each, "name") for each in departments)
    return RemotePosition(
        id=said(row, "id") or "",
        title=said(row, "title") or "",
        url=said(row, "urls", "ad"),
        apply_url=said(row, "urls", "apply"),
        department=next(filter(None, named), None),
        locations=tuple(dict.fromkeys(place for each in where for place in _place(each))),
        workplace=text.workplace(said(row, "workspace")) or work_model("; ".join(said(w, "text") or "" for w in where)),
        employment_type=text.employment_type(said(row, "employment_type")),
        description_html=text.sections((None, text.unescape(said(row, name))) for name in ("descr", "skills")),
        posted_at=text.moment(said(row, "from_date")),
        closes_at=text.moment(said(row, "to_date")),
        language=said(row, "language"),
        company=said(row, "company", "name"),
        category=said(row, "function"),
    )


def _place(where: Row) -> tuple[Location, ...]:
    city = said(where, "city") or said(where, "municipality")
    region, country = said(where, "area_1"), said(where, "country_short") or said(where, "country")
    if not (city or region or country):
        return places(said(where, "text"))
    return (Location(None, city, region, text.country(country)),)


def _places(detail: Row, towns: list[str]) -> tuple[Location, ...]:
    """The towns that the widget names, in the page's country; what the page states, where it says as much or more."""
    stated = job_posting.places_of(detail)
    countries = {place.country for place in stated}
    if len(countries) > 1 or (stated and all(place.city in towns for place in stated)):
        return stated
    country = next(iter(countries), None)
    named = (p if p.country else Location(city=p.city or p.name, country=country) for p in places(*towns))
    return tuple(dict.fromkeys(named)) or stated


def literal(source: str, at: int) -> Any:
    """The value of the JavaScript literal that begins there; `None` where it is none, or does not end."""
    out: list[str] = []
    depth = 0
    while match := TOKEN.match(source, at):
        at = match.end()
        if match["string"]:
            out.append(json.dumps(javascript(match["string"][1:-1])))
        elif word := match["word"]:
            out.append(word if re.fullmatch(r"true|false|null|-?\d+(?:\.\d+)?", word) else json.dumps(word))
        elif sign := match["sign"]:
            if sign in "]}" and out and out[-1] == ",":
                out.pop()
            out.append(sign)
            depth += (sign in "[{") - (sign in "]}")
            if depth == 0:
                break
    try:
        return json.loads("".join(out)) if depth == 0 and out else None
    except (ValueError, RecursionError):
        return None
