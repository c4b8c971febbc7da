"""Jobvite: the careers site, whose list is HTML, with the XML feed of the company that the site names; and API v2."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from webapp.connectors import _jobvite_site as site
from webapp.connectors import _text as text
from webapp.connectors import _xml as xml
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import ConnectorError, CredentialsRejected, TemporarilyUnavailable, UnexpectedAnswer
from webapp.connectors._http import PAGES, Limits
from webapp.connectors._jobvite_site import Board, Line
from webapp.connectors._pages import HTML, job_postings, page
from webapp.connectors._places import town, with_state, work_model
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Unchanged
from webapp.connectors._rows import Row, as_text, flag, part, parts, said, values
from webapp.i18n import N_

JOBVITE = ATS("jobvite", "Jobvite", merge_slug="jobvite", website="https://www.jobvite.com")
SITE, FEED = "https://jobs.jobvite.com", "https://app.jobvite.com/CompanyJobs/Xml.aspx"
API = "https://api.jobvite.com/api/v2/job"
COUNT = 500
#: Of how many positions the careers site may count one twice: a page holds 50.
COUNTED = 50
MOVED = (301, 302, 303, 307, 308)
GONE = (*MOVED, 404, 410)
#: States of a requisition that nobody can apply to (yet).
STATES: dict[str, Reason] = {"draft": "draft", "awaiting approval": "draft", "approved": "draft", "rejected": "draft"}


class Jobvite(Connector):
    """The open requisitions of the API, 500 at a time."""

    slug = "jobvite"
    ats = JOBVITE
    way_in = N_("With an API key")
    about = N_("Reads internal requisitions too, and when each was changed.")
    fields = (
        Field(
            "api_key",
            N_("API key"),
            N_("Jobvite's support sets up access to the API for your company and sends you the key and its secret."),
            example="northwind_candidate_api_key",
            pattern=r"\S{4,}",
            secret=True,
        ),
        Field(
            "api_secret",
            N_("Secret key"),
            N_("The secret that Jobvite sent together with the API key."),
            example="7d9f2c4b8a6e1035",
            pattern=r"\S{4,}",
            secret=True,
        ),
    )
    hosts = ("api.jobvite.com",)
    shown_as = "app.jobvite.com"
    limits = Limits(mib=64, patience=2.0)
    quirks = (
        N_("Confidential and private requisitions are never shown."),
        N_("Pay and custom fields are not shown: Jobvite does not say whether they are public."),
    )
    revoke = N_("Ask Jobvite's support to withdraw the API key.")

    def account(self) -> RemoteAccount:
        """The company, where all requisitions name the same one, and how many are open."""
        rows, total = self._page(1)
        names = {said(row, "companyName") for row in rows}
        return RemoteAccount(None, names.pop() if len(names) == 1 else None, total if total is not None else len(rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Page by page; `start` counts from 1, and pages may come smaller than asked for."""
        came, more = 0, True
        while more:
            rows, total = self._page(1 + came)
            came += len(rows)
            more = bool(rows) and (len(rows) == COUNT if total is None else came < total)
            if total is not None and came < total and not rows:
                few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
                raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=came)
            for row in rows:
                self.listed += 1
                id, version = said(row, "eId") or "", said(row, "lastUpdatedDate")
                if reason := _reason(row):
                    self.withhold(id, reason, said(row, "title"))
                elif version and known.get(id) == version:
                    yield Unchanged(id)
                else:
                    yield _requisition(id, row, version)

    def _page(self, start: int) -> tuple[list[Row], int | None]:
        """The rows of a page, and how many there are on all. The body says what HTTP may not: 200 with a 401 in it."""
        headers = {"x-jvi-api": self.config["api_key"], "x-jvi-sc": self.config["api_secret"]}
        params = {"start": str(start), "count": str(COUNT), "jobStatus": "Open"}
        answer = self.http.get(API, params=params, headers=headers)
        found = answer.json()
        code = text.number(part(found, "status").get("code")) or 200
        if code in (401, 403):
            raise CredentialsRejected(N_("%(ats)s does not accept these credentials."), ats=self.ats.name)
        if code >= 500 or code == 429:
            down = N_("%(ats)s is not available at the moment (%(status)s). Berth tries again by itself.")
            raise TemporarilyUnavailable(down, status=int(code), ats=self.ats.name)
        rows = answer.rows(found, "requisitions")
        if code >= 300:
            raise answer.unexpected()
        total = text.number(found.get("total"))
        return rows, None if total is None else int(total)


class JobviteCareers(Connector):
    """The list; then the feed with everything in one answer, else each new or changed position by its page."""

    slug = "jobvite-careers"
    ats = JOBVITE
    way_in = N_("By the careers site")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where a position's page states it.")
    fields = (
        Field(
            "slug",
            N_("Site name"),
            N_(
                "The part behind jobs.jobvite.com/ in the address of your careers site; behind careers/ where that "
                "stands first. You can paste the whole address."
            ),
            example="northwind",
            pattern=r"(?!(?:careers|api|support|search|CompanyJobs)$)[A-Za-z0-9][A-Za-z0-9_-]{0,79}",
        ),
    )
    hosts = ("jobs.jobvite.com", "app.jobvite.com")
    addresses = (r"https://(?:jobs|careers)\.jobvite\.com/(?:careers/)?(?P<slug>[\w-]+)",)
    shown_as = "jobs.jobvite.com/{slug}"
    limits = Limits(mib=32, parallel=4, patience=2.0)
    quirks = (
        N_("Jobvite's public list does not say when a position was changed."),
        N_("The category of the feed, or the group on a position's page, is shown as the department."),
    )
    revoke = N_("Nothing to revoke: the careers site is public.")

    def account(self) -> RemoteAccount:
        """The company's name, as the site's title has it, and how many positions there are."""
        board = self._board(0)
        return RemoteAccount(
            self.config["slug"], board.name, board.total if board.total is not None else len(board.lines)
        )

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The feed holds the texts in one answer; it counts only where it holds as much as the list declares."""
        board = self._board(0)
        jobs = self._feed(board.company) if board.lines and board.company else []
        if jobs and len(jobs) >= (board.total or len(board.lines)) and (board.total or not board.more):
            self.listed = len({job.id for job in jobs})
            yield from jobs
        else:
            yield from self._pages(board, known)

    def _pages(self, board: Board, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        found, total, came, number = {line.id: line for line in board.lines}, board.total, len(board.lines), 0
        while board.lines and (board.more if total is None else came < total) and number < PAGES:
            number += 1
            board = self._board(number)
            came += len(board.lines)
            found |= {line.id: line for line in board.lines}  # some positions are on two pages
        if total is not None and came < total - total // COUNTED:
            few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=came)
        lines = (Listed(line.id, line.version, line.title, line) for line in found.values())
        yield from self.opened(lines, known, self._detail, self._stated)

    def _stated(self, line: Line, tree: LexborHTMLParser) -> RemotePosition:
        return site.stated(line, tree, self._address(line.id))

    def _address(self, id: str) -> str:
        return f"{SITE}/{self.config['slug']}/job/{id}"

    def _board(self, number: int) -> Board:
        """A page of the list. A site that sends visitors on to the customer's own page shows it in a frame."""
        url, params = f"{SITE}/{self.config['slug']}/search", {"p": str(number)}
        answer = self.http.get(url, params=params, headers=HTML, allow=MOVED)
        if answer.status in MOVED:
            answer = self.http.get(url, params={**params, "fr": "true", "nl": "1"}, headers=HTML)
        return site.read_board(answer, self.config["slug"])

    def _detail(self, line: Line) -> LexborHTMLParser | None:
        """The page of a position, `None` where it is gone: Jobvite sends on to the list then."""
        url = self._address(line.id)
        answer = self.http.get(url, headers=HTML, allow=GONE)
        if answer.status in GONE:
            return None
        tree = page(answer)
        if not job_postings(tree) and tree.css_first(".jv-job-detail-description") is None:
            raise answer.unexpected()
        return tree

    def _feed(self, company: str) -> list[RemotePosition]:
        """All positions of the feed; `[]` where the company has none that can be read."""
        try:
            answer = self.http.get(FEED, params={"c": company}, headers=xml.RSS, allow=GONE)
            jobs = [] if answer.status in GONE else site.feed_jobs(answer)
            return [site.feed_position(job, self._address) for job in jobs]
        except TemporarilyUnavailable:
            raise
        except ConnectorError:
            return []


def _reason(row: Row) -> Reason | None:
    if flag(row, "confidential"):
        return "confidential"
    if flag(row, "private"):
        return "unlisted"
    state = (said(row, "jobState") or "open").lower()
    return None if state == "open" else STATES.get(state, "closed")


def _requisition(id: str, row: Row, version: str | None) -> RemotePosition:
    apply = said(row, "applyUrl") or said(row, "applyLink")
    shown = next(filter(None, (said(row, name) for name in ("jobLink", "jobUrl", "detailUrl"))), None)
    place = said(row, "location")
    audience = " ".join(filter(None, map(as_text, [*values(row, "postingType"), *values(row, "availableTo")]))).lower()
    internal = "internal" in audience or flag(row, "internalOnly")
    body = text.unescape(said(row, "description"))
    return RemotePosition(
        id=id,
        title=said(row, "title") or "",
        url=shown or (re.sub(r"(/job/[A-Za-z0-9]+).*", r"\1", apply) if apply and "/job/" in apply else None),
        apply_url=apply,
        department=said(row, "department"),
        locations=_places(row) or with_state(place),
        workplace=text.workplace(said(row, "remoteType") or said(row, "workplaceType")) or work_model(place),
        employment_type=text.employment_type(said(row, "jobType")),
        description_html=text.lines(body) if body else None,
        posted_at=text.moment(row.get("sentDate"), unit="ms"),
        updated_at=text.moment(row.get("lastUpdatedDate"), unit="ms"),
        requisition=said(row, "requisitionId"),
        visibility="internal" if internal and "external" not in audience else "public",
        company=said(row, "companyName"),
        category=said(row, "category"),
        version=version,
    )


def _places(row: Row) -> tuple[Location, ...]:
    """The list of places, else the parts of the one."""
    one = {name: row.get(f"location{name.title()}") for name in ("city", "state", "country")}
    several = parts(row, "locations") or parts(row, "jobLocations") or [one]
    found = (
        Location(None, town(said(each, "city"), country), said(each, "state"), country)
        for each in several
        for country in [text.country(said(each, "country"))]
    )
    return tuple(dict.fromkeys(place for place in found if place != Location()))
