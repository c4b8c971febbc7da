"""JazzHR: the job board, a table and a page for each job; and the API, with a key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import AccountNotFound, CredentialsRejected, UnexpectedAnswer
from webapp.connectors._http import PAGES, Limits
from webapp.connectors._pages import HTML, job_postings, page
from webapp.connectors._places import town, with_state, work_model
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Unchanged, web_address
from webapp.connectors._rows import Row, digest, flag, parts, said
from webapp.i18n import N_

JAZZHR = ATS("jazzhr", "JazzHR", merge_slug="jazzhr", website="https://www.jazzhr.com")
API = "https://api.resumatorapi.com/v1/jobs/status/open/confidential/false/private/false/page"
PAGE = 100
GONE = (301, 302, 303, 307, 308, 404, 410)
SUBDOMAIN = r"(?!(?:www|app|api|info|help|developers)$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
CODE = re.compile(r"/apply/(?:jobs/details/)?([A-Za-z0-9_-]+)")
ORGANISATION = re.compile(r"\"@type\"\s*:\s*\"Organization\"[^{}]*?\"name\"\s*:\s*(\"(?:\\.|[^\"\\])*\")")
INACTIVE = re.compile(r"inactive career page|page (?:is )?no longer active", re.I)
INTERNAL = re.compile(r"job_\d{14}_")
BODY = "#job-description, #resumator-job-description, .job_description"
#: States of a job that nobody can apply to yet; all others but `open` are over.
STATES: dict[str, Reason] = {"drafting": "draft", "draft": "draft", "needs approval": "draft", "approved": "draft"}


class JazzHR(Connector):
    """The open jobs of the API, 100 at a time."""

    slug = "jazzhr"
    ats = JAZZHR
    way_in = N_("With an API key")
    about = N_("Reads all open jobs with their texts, in few questions.")
    fields = (
        Field(
            "api_key",
            N_("API key"),
            N_("In JazzHR: Settings › Integrations › API Key. Only administrators see it, in plans that have the API."),
            example="k9Xw2mZ8cR5tB1yV4kN9q7",
            pattern=r"[A-Za-z0-9_-]{8,}",
            secret=True,
            in_address=True,
        ),
        Field(
            "slug",
            N_("Job board"),
            N_("The part before .applytojob.com in the address of your job board: without it, jobs have no link."),
            example="northwind",
            pattern=SUBDOMAIN,
            required=False,
            lower=True,
        ),
    )
    hosts = ("api.resumatorapi.com",)
    shown_as = "{slug}.applytojob.com"
    limits = Limits(mib=48)
    quirks = (
        N_("Pay is not shown: JazzHR does not say whether a job's pay is public."),
        N_(
            "JazzHR takes the key as a part of the address and in no other way. Berth never logs or shows that address."
        ),
    )
    revoke = N_("In JazzHR: Settings › Integrations › API Key, make a new key: the old one ends.")

    @classmethod
    def shown(cls, config: Mapping[str, str]) -> str:
        """The job board, where it is known."""
        return super().shown(config) if config.get("slug") else "app.jazz.co"

    def account(self) -> RemoteAccount:
        """Whether the key is good and, where they fit on one page, how many jobs are open."""
        rows = self._page(1)
        open = sum(_reason(row) is None for row in rows)
        return RemoteAccount(self.config.get("slug"), None, None if len(rows) >= PAGE else open)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page up to the first that is not full. Jobs have no versions."""
        number, full = 0, True
        while full:
            number += 1
            rows = self._page(number)
            full = len(rows) >= PAGE
            if number > PAGES:
                raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)
            for row in rows:
                self.listed += 1
                id = said(row, "board_code") or said(row, "id") or ""
                if reason := _reason(row):
                    self.withhold(id, reason, said(row, "title"))
                else:
                    yield self._job(id, row)

    def _page(self, number: int) -> list[Row]:
        """The rows of a page; a single job comes without a list around it."""
        answer = self.http.get(f"{API}/{number}", params={"apikey": self.config["api_key"]})
        found = answer.json(object)
        if isinstance(found, dict) and said(found, "error") and not said(found, "id"):
            raise CredentialsRejected(N_("%(ats)s does not accept these credentials."), ats=self.ats.name)
        rows = [found] if isinstance(found, dict) else found
        if not isinstance(rows, list) or not all(isinstance(row, dict) and said(row, "title") for row in rows):
            raise answer.unexpected()
        return rows

    def _job(self, id: str, row: Row) -> RemotePosition:
        title, city, site = said(row, "title") or "", said(row, "city"), self.config.get("slug")
        name = "-".join(re.sub(r"[^A-Za-z0-9\s]", "", title).split())
        country, body = text.country(said(row, "country_id")), text.unescape(said(row, "description"))
        place = Location(None, town(city, country), town((said(row, "state") or "").strip("()")), country)
        return RemotePosition(
            id=id,
            title=title,
            url=f"https://{site}.applytojob.com/apply/{id}/{name}".rstrip("/")
            if site and said(row, "board_code")
            else None,
            department=said(row, "department"),
            locations=(place,) if place != Location() else (),
            workplace=work_model(city) or work_model(said(row, "state")),
            employment_type=text.employment_type(said(row, "type")),
            description_html=text.lines(body) if body else None,
            posted_at=text.moment(said(row, "original_open_date")),
            requisition=said(row, "internal_code"),
        )


@dataclass
class Line:
    """What the table says of a job."""

    id: str
    title: str
    url: str
    place: str | None
    department: str | None

    @property
    def version(self) -> str:
        """The table has none: what it says stands for it."""
        return digest(vars(self))


class JazzHRCareers(Connector):
    """The table, and each new or changed job by its page."""

    slug = "jazzhr-careers"
    ats = JAZZHR
    way_in = N_("By the job board")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where a job's page states it.")
    fields = (
        Field(
            "slug",
            N_("Job board"),
            N_("The part before .applytojob.com in the address of your job board. You can paste the whole address."),
            example="northwind",
            pattern=SUBDOMAIN,
            lower=True,
        ),
    )
    hosts = ("{slug}.applytojob.com",)
    addresses = (
        r"https://(?P<slug>[a-z0-9-]+)\.applytojob\.com",
        r"https://app\.jazz\.co/(?:widgets/basic/create|feeds/export/jobs)/(?P<slug>[a-z0-9-]+)",
    )
    shown_as = "{slug}.applytojob.com"
    limits = Limits(mib=16, parallel=4)
    quirks = (
        N_("JazzHR's table does not say when a job was changed: it is read again when its line there has changed."),
        N_("The day of publishing and pay are known only where a job's page states them for search engines."),
    )
    revoke = N_("Nothing to revoke: the job board is public.")

    def account(self) -> RemoteAccount:
        """The company, as the board states it for search engines, and how many jobs there are."""
        tree = self._tree()
        name = ORGANISATION.search(tree.html or "")
        return RemoteAccount(self.config["slug"], _unquoted(name[1]) if name else None, len(self._lines(tree)))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole table is on one page."""
        lines = (Listed(line.id, line.version, line.title, line) for line in self._lines(self._tree()))
        yield from self.opened(lines, known, self._detail, _stated)

    @property
    def _board(self) -> str:
        return f"https://{self.config['slug']}.applytojob.com/apply/jobs"

    def _tree(self) -> LexborHTMLParser:
        """The page with the table. A board that was given up is still there, and says so."""
        answer = self.http.get(self._board, headers=HTML)
        tree = page(answer)
        if tree.css_first("#jobs_table") is None:
            if INACTIVE.search(_words(tree.css_first("title")) or ""):
                raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=self.ats.name)
            raise answer.unexpected()
        return tree

    def _lines(self, tree: LexborHTMLParser) -> list[Line]:
        """The rows of the table, which comes a second time for small screens; a heading names the department."""
        found: list[Line] = []
        heading: str | None = None
        for row in tree.css("#jobs_table tr"):
            link = row.css_first("a[href*='/apply/']")
            match = CODE.search((link.attributes.get("href") or "") if link is not None else "")
            if "resumator_department_heading" in (row.attributes.get("class") or ""):
                heading = _words(row)
            elif link is not None and match:
                cells, department = row.css("td"), _words(row.css_first(".resumator_department"))
                place = _words(cells[-1]) if len(cells) > 1 else None
                url = urljoin(self._board, match[0])
                found.append(Line(match[1], _words(link) or "", url, place, department or heading))
            elif (row.attributes.get("id") or "").startswith("row_job_"):
                raise UnexpectedAnswer(N_("%(ats)s sent a position without an id."), ats=self.ats.name)
        return found

    def _detail(self, line: Line) -> LexborHTMLParser | None:
        """The page of a job, `None` where it is gone: its own one, else the one within the table's frame."""
        for url in (urljoin(self._board, f"/apply/{line.id}"), line.url):
            answer = self.http.get(url, headers=HTML, allow=GONE)
            if answer.status not in GONE:
                tree = page(answer)
                if not job_postings(tree) and tree.css_first(BODY) is None:
                    raise answer.unexpected()
                return tree
        return None


def _reason(row: Row) -> Reason | None:
    """Why a job is not shown; the list is asked for open ones, which need not be heeded."""
    if flag(row, "confidential"):
        return "confidential"
    if flag(row, "private"):
        return "unlisted"
    state = (said(row, "status") or "open").lower()
    return None if state == "open" else STATES.get(state, "closed")


def _stated(line: Line, tree: LexborHTMLParser) -> RemotePosition:
    """A job by its page: what that states for search engines, else what it shows."""
    posting: Row = next(iter(job_postings(tree)), {})
    link = tree.css_first("link[rel=canonical]")
    canonical = (link.attributes.get("href") or "") if link is not None else ""
    own = [url for url in (said(posting, "url") or "", canonical) if f"/apply/{line.id}" in url and web_address(url)]
    towns = [said(place, "address", "addressLocality") or "" for place in parts(posting, "jobLocation")]
    labelled = _labelled(tree, "#resumator-job-employment, #resumator-job-type")
    code = said(posting, "uniqueJobCode")
    last = text.employment_type((_words(tree.css_first(".job_meta")) or "").rpartition(" - ")[2])
    kind = text.employment_type(labelled) or (last if last != "other" else None)  # what stands last may be a place
    body = tree.css_first(BODY)
    position = job_posting.read(
        {**posting, "title": said(posting, "title") or line.title},
        id=line.id,
        url=next(iter(own), line.url),
        department=line.department or _labelled(tree, "#resumator-job-department, [title=Department]"),
        requisition=code if code and not INTERNAL.match(code) else None,
        version=line.version,
    )
    return replace(
        position,
        locations=position.locations or with_state(line.place),
        workplace=position.workplace or work_model("; ".join(filter(None, [*towns, line.place]))),
        employment_type=position.employment_type or kind,
        description_html=position.description_html or (body.inner_html if body is not None else None),
    )


def _labelled(tree: LexborHTMLParser, selector: str) -> str | None:
    """What stands behind a label, which only some designs of the page show."""
    return re.sub(r"^[^:]*:\s*", "", _words(tree.css_first(selector)) or "") or None


def _unquoted(said: str) -> str | None:
    try:
        found = json.loads(said)
    except ValueError:
        return None
    return found if isinstance(found, str) else None


def _words(node: LexborNode | None) -> str | None:
    return text.one_line(node.text(separator=" ")) if node is not None else None
