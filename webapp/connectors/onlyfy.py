"""onlyfy one by XING, formerly Prescreen: a careers page in one of two designs, which no documentation describes.

The older one is a table `#jobList`, further pages of which come from `/candidate/job/ajax_list`; the newer one has a
card for each position. A position's page tells search engines about it, but the text only in short: the whole ad is a
page of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import AccountNotFound, UnexpectedAnswer
from webapp.connectors._hosts import LABEL
from webapp.connectors._http import PAGES, Answer, Limits
from webapp.connectors._pages import HTML, job_postings, joined, markup, page
from webapp.connectors._places import places, work_model
from webapp.connectors._records import RemoteAccount, RemotePosition, Unchanged
from webapp.connectors._rows import Row, digest, said
from webapp.i18n import N_

ONLYFY = ATS("onlyfy", "onlyfy one", website="https://onlyfy.com")
REDIRECTS, GONE = (301, 302, 303, 307, 308), (404, 410)
OWN = r"(?!(?:www|app|api|help|support|status|static|cdn)(?:\.|$))"
JOB = re.compile(r"/(?:[a-z]{2}/)?job/(?!(?:show|apply|print|list|filter)\b)([A-Za-z0-9-]{4,80})/?")
#: An empty list of the newer design, in the data that its page is drawn from.
EMPTY = re.compile(r'jobsData\\*":\s*\{\\*"data\\*":\s*\[\]')
BOARD = "#jobList, [data-testid=job-card]"
LISTED = "[data-testid=job-card], #jobList .job-title"
NEXT = ".pagination-next-container"
#: "1-20 out of 45 jobs"
COUNT = "[data-testid=pagination-items-count]"
LINES = 100
#: What stands in an ad and does not belong to its text; the last ones in the older template.
NOISE = "script, style, noscript, template, form, iframe, button, svg, nav, footer, .step-stone-job-ad, [hidden]"
CHROME = ".mobile-hidden, .mobile-view, .btn-section, .contact-section"


@dataclass(frozen=True)
class Line:
    """A position on the careers page, and what stands beside it: a town, a kind of work, a date, as far as shown."""

    token: str
    title: str
    path: str
    told: tuple[str, ...]

    @property
    def kind(self) -> str | None:
        """Of what stands beside it, the kind of work."""
        return next((each for each in self.told if text.employment_type(each) not in (None, "other")), None)

    @property
    def day(self) -> datetime | None:
        """Of what stands beside it, the date."""
        return next((day for each in self.told if (day := text.moment(each))), None)

    @property
    def place(self) -> str | None:
        """What comes first of the rest."""
        return next(iter(self._rest), None)

    @property
    def department(self) -> str | None:
        """What comes behind the place, the kind of work and the date."""
        return self.told[-1] if len(self.told) > 3 and self.told[-1] in self._rest[1:] else None

    @property
    def _rest(self) -> list[str]:
        return [each for each in self.told if each != self.kind and not text.moment(each)]


class OnlyfyCareers(Connector):
    """The careers page, and two pages for each new or changed position: what it tells search engines, and its ad."""

    slug = "onlyfy-careers"
    ats = ONLYFY
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see.")
    fields = (
        Field(
            "subdomain",
            N_("Subdomain"),
            N_(
                "The part before .onlyfy.jobs in the address of your careers page. You can paste the whole address, "
                "also an old one at jobbase.io or prescreenapp.io."
            ),
            example="northwind",
            pattern=OWN + LABEL,
            lower=True,
        ),
    )
    hosts = ("{subdomain}.onlyfy.jobs",)
    addresses = (rf"https://{OWN}(?P<subdomain>{LABEL})\.(?:onlyfy\.jobs|jobbase\.io|prescreenapp\.io)",)
    shown_as = "{subdomain}.onlyfy.jobs"
    limits = Limits(parallel=3)
    quirks = (
        N_("The text is read again when the position's line on the careers page changes."),
        N_("Some careers pages tell of a position no more than its town, the kind of work and a date."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """How many positions there are; the careers page does not say the company's name in one way."""
        lines, _language = self._lines()
        return RemoteAccount(self.config["subdomain"], None, len(lines))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole careers page first, then the pages of new and changed positions."""
        lines, language = self._lines()
        listed = (Listed(line.token, digest(vars(line)), line.title, line) for line in lines)
        yield from self.opened(listed, known, partial(self._detail, language), self._position)

    def _lines(self) -> tuple[list[Line], str]:
        """Every position of all pages, and the language of the careers page."""
        answer, path = self._open("/")
        tree = page(answer)
        if tree.css_first(BOARD) is None and not EMPTY.search(markup(answer)):
            raise answer.unexpected()
        if tree.css_first(NEXT) is not None:
            return self._table(), _language(tree)
        found, seen, waiting = self._on(tree), {path}, self._further(tree, path)
        if not found and tree.css_first(LISTED) is not None:
            raise answer.unexpected()
        total = re.findall(r"\d+", _words(tree.css_first(COUNT)) or "")[-1:]
        if len(found) and not waiting and total and len(found) < int(total[0]):  # pages without links
            waiting = [f"{self._base}{path}?page={n}" for n in range(2, -(-int(total[0]) // len(found)) + 1)]
        while further := self.http.follow(next((link for link in waiting if link not in seen), None), seen):
            answer, _path = self._open(further)
            tree = page(answer)
            if not (lines := self._on(tree)):
                raise answer.unexpected()
            found, waiting = found | lines, waiting + self._further(tree, path)
        return list(found.values()), _language(tree)

    def _table(self) -> list[Line]:
        """The older design in pages, each a piece of HTML."""
        found: dict[str, Line] = {}
        for number in range(1, PAGES):
            query = {"display_length": str(LINES), "page": str(number), "sort": "matching", "sort_dir": "DESC"}
            answer = self.http.get(
                f"{self._base}/candidate/job/ajax_list", params={**query, "search": ""}, headers=HTML
            )
            tree = LexborHTMLParser(markup(answer))
            lines = self._on(tree)
            if not lines or lines.keys() & found.keys():
                raise answer.unexpected()
            found |= lines
            if tree.css_first(NEXT) is None:
                return list(found.values())
        raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)

    def _on(self, tree: LexborHTMLParser) -> dict[str, Line]:
        """The positions of a page; a line may link to its position more than once."""
        found: dict[str, Line] = {}
        for anchor in tree.css("a[href*='/job/']"):
            whole = urlsplit(joined(self._base, anchor.attributes.get("href")) or "")
            match = JOB.fullmatch(whole.path) if f"https://{whole.netloc}" == self._base else None
            if match and match[1] not in found and (title := _title(anchor)):
                found[match[1]] = Line(match[1], title, whole.path, _told(anchor))
        return found

    def _further(self, tree: LexborHTMLParser, path: str) -> list[str]:
        """Links to further pages of the same list."""
        links = (joined(self._base + path, a.attributes.get("href")) or "" for a in tree.css("a[href*='page=']"))
        return [link for link in links if link.startswith(f"{self._base}{path}?") and re.search(r"[?&]page=\d+", link)]

    @property
    def _base(self) -> str:
        return f"https://{self.config['subdomain']}.onlyfy.jobs"

    def _open(self, address: str) -> tuple[Answer, str]:
        """The page and its path, where the host sends on to one in a language."""
        address = urljoin(self._base, address)
        for _time in range(3):
            answer = self.http.get(address, headers=HTML, allow=REDIRECTS)
            if answer.status not in REDIRECTS:
                return answer, urlsplit(address).path
            address = joined(address, answer.headers.get("Location")) or ""
            if f"https://{urlsplit(address).netloc}" != self._base:
                break
        moved = N_("%(ats)s sends us on to another address: there is no such account or page, or it has moved.")
        raise AccountNotFound(moved, ats=self.ats.name)

    def _detail(self, language: str, line: Line) -> tuple[Row, str | None] | None:
        """What a position's page states, and the text of its ad; `None` where it was closed in between."""
        answer = self.http.get(self._base + line.path, headers=HTML, allow=(*GONE, *REDIRECTS))
        if answer.status in GONE:
            return None
        stated = job_postings(page(answer)) if answer.status not in REDIRECTS else []
        query = {"lang": language, "mode": "candidate"}
        ad = self.http.get(
            f"{self._base}/job/show/{line.token}/full", params=query, headers=HTML, allow=(*GONE, *REDIRECTS)
        )
        body = _text_of(page(ad), line.title) if ad.status not in (*GONE, *REDIRECTS) else None
        return (stated[0] if stated else {}), body

    def _position(self, line: Line, detail: tuple[Row, str | None]) -> RemotePosition:
        posting, body = detail
        version = digest(vars(line)) if posting or body else None  # a page without anything is looked at again
        posted = text.moment(said(posting, "datePosted")) or line.day
        closes = text.moment(said(posting, "validThrough"))
        if closes and posted and closes <= posted:  # often the same day, which says nothing
            posting = {**posting, "validThrough": None}
        stated = job_posting.read(posting, id=line.token, title=line.title)
        kind = said(posting, "employmentType") or (None if stated.employment_type else line.kind)
        return job_posting.read(
            posting,
            id=line.token,
            url=self._base + line.path,
            title=line.title,
            department=line.department,
            locations=stated.locations or places(line.place),
            workplace=stated.workplace or work_model(line.place),
            employment_type=text.employment_type(kind),
            description_html=body,
            posted_at=posted,
            version=version,
        )


def _words(node: LexborNode | None) -> str | None:
    return text.one_line(node.text(separator=" ")) if node is not None else None


def _title(anchor: LexborNode) -> str | None:
    return _words(anchor.css_first("[data-testid=job-title]")) or _words(anchor) or anchor.attributes.get("aria-label")


def _told(anchor: LexborNode) -> tuple[str, ...]:
    """What stands beside a position's title: within the card, or in the cells of its row."""
    if (more := anchor.css_first("[data-testid=job-more-info]")) is not None:
        return tuple(each.strip() for each in (_words(more) or "").split("|") if each.strip())
    row = anchor.parent
    while row is not None and "row-table" not in (row.attributes.get("class") or "").split():
        row = row.parent
    if row is None:
        return ()
    cells = [cell for cell in row.css(".cell-table") if cell.css_first("a[href*='/job/']") is None]
    icons = [icon for icon in row.css(".icon-map-marker, .icon-time") if not cells]
    told = [_words(cell) for cell in cells] + [_words(icon) or _words(icon.parent) for icon in icons]
    return tuple(each for each in told if each)


def _language(tree: LexborHTMLParser) -> str:
    root = tree.css_first("html")
    match = re.match("[a-z]{2}", (root.attributes.get("lang") or "") if root is not None else "")
    return match[0] if match else "en"


def _text_of(tree: LexborHTMLParser, title: str) -> str | None:
    """The text of an ad in the older template, in the newer one, or in one of the customer's own."""
    body = tree.css_first(".ja-block")
    if body is not None:
        _drop(body, CHROME)
    elif (part := tree.css_first(".job-ad-component")) is not None:
        body = tree.css_first("main") or part
        _cut(body)
    else:
        body = tree.body
    if body is None:
        return None
    _drop(body, NOISE)
    for heading in body.css("h1"):
        if (_words(heading) or "").casefold() == title.casefold():
            heading.decompose()
    return body.inner_html if len(_words(body) or "") > 40 else None


def _drop(body: LexborNode, what: str) -> None:
    while (node := body.css_first(what)) is not None:
        node.decompose()


def _cut(body: LexborNode) -> None:
    """Without the button to apply and what comes behind it: contact persons and links."""
    buttons = body.css(".apply-button-element")
    node = buttons[-1] if buttons else None
    while node is not None and node.mem_id != body.mem_id:
        while (behind := node.next) is not None:
            behind.decompose()
        node = node.parent
    _drop(body, ".apply-button-element")
