"""concludis: the list of all open positions, in pages of 25, and the page of each position, which no documentation
describes. What stands below a position's title, and what its page looks like, is the customer's choice; many pages tell
search engines about the position, some cannot be seen without a session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Field, Listed
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._hosts import CareersHost, label_or_host
from webapp.connectors._http import PAGES, Limits
from webapp.connectors._pages import HTML, job_postings, joined, page
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Unchanged
from webapp.connectors._rows import Row, digest
from webapp.i18n import N_

CONCLUDIS = ATS("concludis", "concludis", website="https://www.concludis.com")
#: The list of all positions has the same number everywhere.
LIST = "/prj/lst/a181a603769c1f98ad927e7367c7aa51/GesamtlisteOffenePositionen.htm"
REDIRECTS, GONE = (301, 302, 303, 307, 308), (404, 410)
LINE = re.compile(r"line_(\d{1,12})")
OPENS = re.compile(r"Open\w*\(\s*['\"]([^'\"]+)['\"]", re.I)
#: How the vendor sets up what stands below a title: "Stellennummer 5511 am Standort Baar CH-6340 - Teilzeit".
BELOW = re.compile(
    r"\bStandort(?:en)?:?\s+(?P<town>\D+?)(?:\s+(?P<country>[A-Z]{2}-)*\d{4,5})?(?:\s+[-–]\s+(?P<kind>\D+))?$"
)
SCOPE = re.compile(r"\bUmfang:?\s+(?P<kind>\D+)$")


@dataclass(frozen=True)
class Line:
    """A position in the list: its number, and what the list says of it."""

    id: str
    title: str
    address: str
    below: str


class ConcludisCareers(CareersHost):
    """The list, page by page, and the page of each new or changed position."""

    slug = "concludis-careers"
    ats = CONCLUDIS
    domain: ClassVar[str] = "concludis.de"
    way_in = N_("By the job board")
    about = N_("Needs no credentials. Reads what everybody can see.")
    fields = (
        Field(
            "host",
            N_("Job board"),
            N_(
                "The part before .concludis.de in the address of your job board, or its host if it has a domain of "
                "your own. You can paste the whole address."
            ),
            example="northwind",
            pattern=label_or_host("concludis.de", "www", "support", "help", "api", "login"),
            lower=True,
        ),
    )
    hosts = ("{host}.concludis.de",)
    addresses = (r"https://(?!(?:www|support|help|api|login)\.)(?P<host>[a-z0-9-]+)\.concludis\.de",)
    signs = (r"cJobboard\.openJob\(", r"/prj/lst/[0-9a-f]{32}/\w+\.htm", r"/prj/shw/[0-9a-f]{32}_\d+/\d+/")
    shown_as = "{host}.concludis.de"
    limits = Limits(parallel=3)
    quirks = (
        N_("The text is read again when the position's line in the list changes."),
        N_("Where the positions' pages cannot be read without a session, they come without their text."),
    )
    revoke = N_("Nothing to revoke: the job board is public.")

    def account(self) -> RemoteAccount:
        """How many positions there are, as the list's head says; the list does not say the company's name."""
        lines, total = self._page(1)
        return RemoteAccount(self.account_id, None, len(lines) if total is None else total)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole list first, then the pages of new and changed positions."""
        lines = (Listed(line.id, digest(vars(line)), line.title, line) for line in self._lines())
        yield from self.opened(lines, known, self._detail, _position)

    def _lines(self) -> list[Line]:
        """Every position: as many as the first page declares, else up to a page without further ones."""
        found: dict[str, Line] = {}
        for number in range(1, PAGES):
            lines, total = self._page(number)
            new = {line.id: line for line in lines}
            if len(new) < len(lines) or (total and new.keys() & found.keys()):
                raise UnexpectedAnswer(N_("%(ats)s listed the same position twice."), ats=self.ats.name)
            more = bool(new.keys() - found.keys())
            found |= new
            if len(found) >= total if total is not None else not more:
                return list(found.values())
            if not more:
                few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
                raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=len(found))
        raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)

    def _page(self, number: int) -> tuple[list[Line], int | None]:
        """The positions on a page of the list, and how many there are on all."""
        url = f"https://{self.host}{LIST}"
        answer = self.http.get(url, params={"page": str(number)}, headers=HTML)
        tree = page(answer)
        head, body = tree.css_first(".stellensum"), tree.css_first(".stellen")
        if head is None and body is None:
            raise answer.unexpected()
        lines = [line for node in tree.css("[id^=line_]") if (line := _line(node, url))]
        digits = re.search(r"\d[\d.]*", _words(head))
        return lines, int(digits[0].replace(".", "")) if digits else None

    def _detail(self, line: Line) -> Row | None:
        """What a position's page tells search engines, nothing where it is not shown; `None` where it is gone."""
        parts = urlsplit(line.address)
        asked = f"https://{self.host}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        answer = self.http.get(asked, headers=HTML, allow=(*GONE, *REDIRECTS))
        if answer.status in GONE:
            return None
        if answer.status in REDIRECTS or not answer.body.strip():
            return {}
        found = job_postings(page(answer))
        return found[0] if found else {}


def _line(node: LexborNode, base: str) -> Line | None:
    match, title = LINE.fullmatch(node.attributes.get("id") or ""), _words(node.css_first(".stellenlink"))
    link = node.css_first("a[href*='/prj/shw/']")
    opens = OPENS.search(node.attributes.get("onclick") or "")
    address = opens[1] if opens else (link.attributes.get("href") or "") if link is not None else ""
    if not match or not title:
        return None
    return Line(match[1], title, joined(base, address) or base, _words(node.css_first(".kurzb")))


def _words(node: LexborNode | LexborHTMLParser | None) -> str:
    return (text.one_line(node.text(separator=" ")) or "") if node is not None else ""


def _position(line: Line, posting: Row) -> RemotePosition:
    """What the position's page states; from the list what that leaves out."""
    stated = job_posting.read(posting, id=line.id, title=line.title)
    below = BELOW.search(line.below)
    town = Location(None, below["town"], None, text.country((below["country"] or "")[:2])) if below else None
    told = below or SCOPE.search(line.below)
    kind = told["kind"] if told and not stated.employment_type else None
    return job_posting.read(
        posting,
        id=line.id,
        url=line.address,
        title=line.title,
        locations=stated.locations or ((town,) if town else ()),
        employment_type=text.employment_type(kind),
        version=digest(vars(line)) if posting else None,
    )
