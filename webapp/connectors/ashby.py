"""Ashby. Facts: https://developers.ashbyhq.com/docs/public-job-posting-api (the public job postings of a board) and
https://developers.ashbyhq.com/reference/jobpostinglist (the API, with a key)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote, unquote

from webapp.connectors import _text as text
from webapp.connectors._answer import accepted
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import AccountNotFound, UnexpectedAnswer
from webapp.connectors._http import PAGES, Answer, Limits, need
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.connectors._rows import Row, as_text, digest, flag, part, parts, said, values
from webapp.i18n import N_

ASHBY = ATS("ashby", "Ashby", merge_slug="ashby", website="https://www.ashbyhq.com")
BOARD = re.compile(r"https://jobs\.ashbyhq\.com/([^/?#]+)/")
#: Ashby thinks for 10 to 19 seconds before it begins to answer: 30 are waited for.
PATIENCE = 3.0
#: Errors come with status 200 and a code: what stands in it → the status that says the same.
STATUSES = {"permission": 403, "api_?key|auth|credential": 401, "rate_limit|too_many": 429, "not_found": 404}
SPAN = N_("Where a job has several salary ranges in one currency, the lowest and the highest figure are shown.")


class Ashby(Connector):
    """The API: a list, and a call for the text and the pay of each new or changed posting."""

    slug = "ashby"
    ats = ASHBY
    way_in = N_("With an API key")
    about = N_("Reads the listed job postings, and when each was changed and until when one can apply.")
    fields = (
        Field(
            "api_key",
            N_("API key"),
            N_(
                "In Ashby: Admin › API Keys, create a key with the permission to read Jobs and no other. Only admins "
                "see this page, and Ashby shows the key once."
            ),
            example="3f9a1c5b7d2e4f6a8b0c",
            pattern=r"[^\s:]+",
            secret=True,
        ),
    )
    hosts = ("api.ashbyhq.com",)
    shown_as = "app.ashbyhq.com"
    scopes = ("jobsRead",)
    limits = Limits(mib=32, parallel=8, patience=PATIENCE)
    quirks = (
        N_("Jobs that are not listed on your job board are not shown, and jobs of an internal job board neither."),
        N_("Ashby does not name the further places of a job here; they are shown where Ashby says their addresses."),
        SPAN,
    )
    revoke = N_("In Ashby: Admin › API Keys, open the key and disable it.")

    def account(self) -> RemoteAccount:
        """How many postings are listed, and the board that their addresses name."""
        rows = [row for row in self._rows() if flag(row, "isListed") is not False]
        links = (said(row, name) or "" for row in rows for name in ("externalLink", "applyLink"))
        board = next((unquote(match[1]) for link in links if (match := BOARD.match(link))), None)
        return RemoteAccount(board, None, len(rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The list, then the details of what is new or changed."""
        lines = []
        for row in self._rows():
            if flag(row, "isListed") is False:
                self.listed += 1
                self.withhold(said(row, "id"), "unlisted", said(row, "title"))
            else:
                lines.append(Listed(said(row, "id") or "", _version(row), said(row, "title"), row))
        yield from self.opened(lines, known, self._detail, self._shown)

    def _rows(self) -> Iterator[Row]:
        """All listed postings; Ashby sends them at once, and would say where more of them begin."""
        cursor, seen = None, set[str | None]()
        while cursor not in seen:
            seen.add(cursor)
            answer = self._ask("jobPosting.list", listedOnly=True, **({"cursor": cursor} if cursor else {}))
            page = answer.json()
            yield from answer.rows(page, "results")
            if not flag(page, "moreDataAvailable"):
                return
            cursor = said(page, "nextCursor")
            if len(seen) > PAGES:
                break
        raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)

    def _detail(self, row: Row) -> Row | None:
        """The whole posting; `None` where it was closed since the list was made."""
        id = said(row, "id")
        try:
            answer = self._ask("jobPosting.info", jobPostingId=id)
        except AccountNotFound:
            return None
        detail: Row = need(self.ats.name, answer.json(), "results", dict)
        if said(detail, "id") not in (id, None):
            raise answer.unexpected()
        return detail

    def _shown(self, row: Row, detail: Row) -> RemotePosition | None:
        if flag(detail, "isListed") is False:
            return self.withhold(said(row, "id"), "unlisted", said(row, "title"))
        return _posting(row, detail)

    def _ask(self, call: str, **body: Any) -> Answer:
        """One call; those that change something have other names."""
        headers = {"Accept": "application/json; version=1"}
        url, auth = f"https://api.ashbyhq.com/{call}", (self.config["api_key"], "")
        answer = self.http.post(url, json=body, auth=auth, headers=headers)
        page = answer.json()
        return accepted(replace(answer, status=_status(page)), (), True) if flag(page, "success") is False else answer


class AshbyCareers(Connector):
    """The job board, in one answer."""

    slug = "ashby-careers"
    ats = ASHBY
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the job board shows it.")
    fields = (
        Field(
            "name",
            N_("Board name"),
            N_(
                "The part behind jobs.ashbyhq.com/ in the address of your job board. Capital letters count. You can "
                "paste the whole address."
            ),
            example="northwind",
            pattern=r"(?!\.{1,2}$)[^/?#\\\x00-\x1f]{1,100}",  # names may hold spaces and dots
        ),
    )
    hosts = ("api.ashbyhq.com",)
    addresses = (
        r"https://jobs\.ashbyhq\.com/(?!api(?:[/?]|$))(?P<name>[^/?#]+)",
        r"https://api\.ashbyhq\.com/posting-api/job-board/(?P<name>[^/?#]+)",
    )
    shown_as = "jobs.ashbyhq.com/{name}"
    limits = Limits(mib=64, patience=PATIENCE)  # one answer holds every job with its whole description, twice
    quirks = (
        N_("Jobs that Ashby sends but does not list on the job board are not shown."),
        N_("Ashby does not say when a job was changed, so every job is read anew each time."),
        SPAN,
    )
    revoke = N_("Nothing to revoke: the job board is public.")

    @classmethod
    def match_address(cls, address: str) -> dict[str, str] | None:
        """The name as it is spelt, and not as an address writes it (`%20` for a space)."""
        found = super().match_address(address)
        name = unquote(found["name"]) if found else ""
        return {"name": name} if name and not cls.fields[0].error(name) else None

    def account(self) -> RemoteAccount:
        """Whether the board is there and how many jobs it lists; Ashby does not say whose it is."""
        listed = [row for row in self._jobs() if flag(row, "isListed") is not False]
        return RemoteAccount(self.config["name"], None, len(listed))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        rows = self._jobs()
        self.listed = len(rows)
        for row in rows:
            if flag(row, "isListed") is False:
                self.withhold(_id(row), "unlisted", said(row, "title"))
            else:
                yield _position(row)

    def _jobs(self) -> list[Row]:
        url = f"https://api.ashbyhq.com/posting-api/job-board/{quote(self.config['name'], safe='')}"
        answer = self.http.get(url, params={"includeCompensation": "true"})
        return answer.rows(answer.json(), "jobs")


def _status(page: Row) -> int:
    """The status that an error of the API would have elsewhere: `errorInfo` has a code, `errors` texts or objects."""
    errors = [as_text(each) or said(each, "code") or said(each, "message") for each in values(page, "errors")]
    code = said(page, "errorInfo", "code") or next(filter(None, errors), "")
    return next((status for words, status in STATUSES.items() if re.search(words, code, re.I)), 400)


def _version(row: Row) -> str:
    return said(row, "updatedAt") or digest(row)


def _posting(row: Row, detail: Row) -> RemotePosition:
    """A posting of the API; what the list and the details both say counts as the details say it."""
    whole = row | {name: value for name, value in detail.items() if value not in (None, "", [], {})}
    pay, place = part(whole, "compensation"), _named(whole)
    switches = (
        flag(whole, "shouldDisplayCompensationOnJobBoard"),
        flag(pay, "shouldDisplayCompensation"),
        flag(pay, "shouldDisplayCompensationOnJobBoard"),
    )
    return RemotePosition(
        id=said(row, "id") or "",
        title=said(whole, "title") or "",
        url=said(whole, "externalLink"),
        apply_url=said(whole, "applyLink"),
        department=said(whole, "departmentName"),
        team=said(whole, "teamName"),
        locations=_all_places(whole),
        workplace=_workplace(whole) or work_model(place),
        employment_type=text.employment_type(said(whole, "employmentType")),
        description_html=said(whole, "descriptionHtml") or text.lines(said(whole, "descriptionPlain") or ""),
        posted_at=text.moment(said(whole, "publishedDate")),
        updated_at=text.moment(said(whole, "updatedAt")),
        closes_at=text.moment(said(whole, "applicationDeadline")),
        salary=_salary(pay) if True in switches and False not in switches else None,
        version=_version(row),
    )


def _id(row: Row) -> str:
    """The id, which the address of the job holds, too; some answers have it nowhere else."""
    address = re.match(r"https://jobs\.ashbyhq\.com/[^/]+/([^/?#]+)", said(row, "jobUrl") or "")
    return said(row, "id") or (address[1] if address else "")


def _position(row: Row) -> RemotePosition:
    where = [row, *parts(row, "secondaryLocations")]
    return RemotePosition(
        id=_id(row),
        title=said(row, "title") or "",
        url=said(row, "jobUrl"),
        apply_url=said(row, "applyUrl"),
        department=said(row, "department"),
        team=said(row, "team"),
        locations=tuple(dict.fromkeys(place for each in where for place in _places(each))),
        workplace=_workplace(row) or work_model(said(row, "location")),
        employment_type=text.employment_type(said(row, "employmentType")),
        description_html=said(row, "descriptionHtml") or text.lines(said(row, "descriptionPlain") or ""),
        posted_at=text.moment(said(row, "publishedAt")),
        salary=_salary(part(row, "compensation")) if flag(row, "shouldDisplayCompensationOnJobPostings") else None,
    )


def _workplace(row: Row) -> text.Workplace | None:
    """`isRemote` is true for hybrid jobs, too."""
    return text.workplace(said(row, "workplaceType")) or ("remote" if flag(row, "isRemote") else None)


def _named(place: Row) -> str | None:
    """The name that job boards show a place by, else that of the company's own list."""
    return said(place, "location") or said(place, "locationExternalName") or said(place, "locationName")


def _all_places(row: Row) -> tuple[Location, ...]:
    """The places of a posting of the API: of the further ones it may say the ids, and their addresses elsewhere."""
    further = parts(row, "secondaryLocations")
    if not further and values(row, "locationIds", "secondaryLocationIds"):
        further = [{"address": each.get("address")} for each in parts(row, "linkedData", "jobLocation")]
    found: list[Location] = []
    for each in (row, *further):
        for place in _places({"location": _named(each), "address": each.get("address")}):
            if place.name or (place.city, place.country) not in [(one.city, one.country) for one in found]:
                found.append(place)
    return tuple(dict.fromkeys(found))


def _places(row: Row) -> tuple[Location, ...]:
    """A place and its address; the address of a further place may come without its wrapper."""
    found = places(said(row, "location"))
    if len(found) > 1:  # one address cannot be that of several places
        return found
    place = found[0] if found else Location()
    address = part(row, "address", "postalAddress") or part(row, "address")
    city = (said(address, "addressLocality") or "").strip()
    # A city that is misspelt in the address is spelt right in the name of the place.
    pieces = [piece.strip() for piece in (place.name or "").split(",") if len(piece.split()) == len(city.split())]
    city = next(iter(get_close_matches(city, pieces, 1, 0.75)), city)
    whole = Location(
        name=place.name,
        city=city or place.city,
        region=said(address, "addressRegion"),
        country=text.country(said(address, "addressCountry")) or place.country,
    )
    return (whole,) if whole != Location() else ()


def _salary(compensation: Row) -> Salary | None:
    """The span of all salaries of a job, if they are in one currency and per the same."""
    pay = [
        each
        for each in parts(compensation, "summaryComponents")
        if "Salary" in (said(each, "compensationType"), said(each, "compensationTypeLabel"))
    ]
    kinds = {(text.currency(said(each, "currencyCode")), said(each, "interval")) for each in pay}
    lows = [low for each in pay if (low := text.number(each.get("minValue"))) is not None]
    highs = [high for each in pay if (high := text.number(each.get("maxValue"))) is not None]
    if len(kinds) != 1 or not lows + highs:
        return None
    currency, per = kinds.pop()
    interval = text.interval(re.sub(r"^1 ", "", per or ""))  # "1 YEAR"
    return Salary(min(lows, default=None), max(highs, default=None), currency, interval)
