"""rexx systems: the job market of a customer as its pages are, which no documentation describes.

The list is one page, on which a hundred positions have room; the page of a position states it as a schema.org
JobPosting, whose text is in several parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed, typed_address
from webapp.connectors._errors import AccountNotFound, UnexpectedAnswer
from webapp.connectors._http import PAGES, Answer, Limits
from webapp.connectors._pages import HTML, job_postings, joined, page
from webapp.connectors._places import places
from webapp.connectors._records import RemoteAccount, RemotePosition, Unchanged
from webapp.connectors._rows import Row, digest, said
from webapp.connectors._words import key
from webapp.i18n import N_

REXX = ATS("rexx", "rexx systems", website="https://www.rexx-systems.com")
REDIRECTS, GONE = (301, 302, 303, 307, 308), (404, 410)
#: `/Controller-mwd-de-j182.html`: the title, the language and the number of a position.
NUMBER = re.compile(r"-(?:(?P<language>[a-z]{2})-)?j(?P<id>\d+)\.html")
LIST = "#joboffer_table_container, .real_table_container"
#: An entry, and what it is on older job markets: a row of a table.
LINE, ROW = ".joboffer_container", ".real_table_container tr, #joboffer_table_container tr"
#: So many entries have room on a page.
FULL = 100
#: The parts of a position's text in the order of its page.
TEXTS = ("description", "responsibilities", "qualifications", "jobBenefits")


@dataclass(frozen=True)
class Line:
    """A position on the list; `version` is what the list says of it."""

    id: str
    title: str
    url: str
    place: str | None
    model: str | None
    category: str | None
    language: str | None

    @property
    def version(self) -> str:
        """A fingerprint of the line."""
        return digest(vars(self))


class RexxCareers(Connector):
    """The list of the job market, and the page of each new or changed position."""

    slug = "rexx-careers"
    ats = REXX
    way_in = N_("By the job market")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "host",
            N_("Job market"),
            N_(
                "The host that your job market opens at, such as northwind-portal.rexx-systems.com or a domain of your "
                "own. You can paste the whole address."
            ),
            example="northwind-portal.rexx-systems.com",
            pattern=r"(?!(?:www|support|help)\.rexx-systems\.com$)(?=.{4,253}$)"
            r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]",
            lower=True,
        ),
    )
    hosts = ("{host}",)
    addresses = (
        r"https://(?P<host>[a-z0-9-]+-portal\.rexx-systems\.com)",
        r"https://(?P<host>[a-z0-9-]+(?:\.recruiting)?\.rexx-recruitment\.com)",
    )
    signs = (
        r"id=[\"']joboffer_table_container[\"']",
        r"class=[\"'][^\"']*\bjoboffer_container\b",
        r"id=[\"']jobTplContainer[\"']",
    )
    shown_as = "{host}"
    limits = Limits(mib=16, parallel=3)
    quirks = (
        N_("The text is read again when the position's line on the list changes, and once a day."),
        N_("The headings of your own template are not part of what rexx states for other programs."),
    )
    revoke = N_("Nothing to revoke: the job market is public.")

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """An address on a domain of the customer's own is cut to its host, too."""
        whole = typed_address(str(config.get("host") or ""))
        return super().check({**config, "host": urlsplit(whole).netloc} if whole else config)

    def account(self) -> RemoteAccount:
        """How many positions the list has; it does not name the company."""
        _lines, count, total = self._page(0)
        return RemoteAccount(self.config["host"], None, count if total is None and count < FULL else total)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole list first, then the pages of new or changed positions."""
        lines = (Listed(line.id, line.version, line.title, line) for line in self._lines())
        yield from self.opened(lines, known, self._details, _position)

    def _lines(self) -> list[Line]:
        """Every position once: behind the last page, some job markets show the first one again."""
        lines: dict[str, Line] = {}
        seen = 0
        for _page in range(PAGES):
            some, count, total = self._page(seen)
            fresh = {line.id: line for line in some if line.id not in lines}
            if fresh or not seen:
                lines |= fresh
                seen += count
            if not fresh or (seen >= total if total is not None else count < FULL):
                break
        if total is not None and seen < total:
            few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=seen)
        return list(lines.values())

    def _page(self, start: int) -> tuple[list[Line], int, int | None]:
        """The positions from this one on, how many entries the page has, and how many all pages have."""
        url = f"https://{self.config['host']}/stellenangebote.html"
        query = {"start": str(start)} if start else {}
        answer = self.http.get(url, params=query, headers=HTML, allow=REDIRECTS)
        if answer.status in REDIRECTS:
            moved = N_("There is no job market of %(ats)s at %(host)s, or it has moved.")
            raise AccountNotFound(moved, ats=self.ats.name, host=self.config["host"])
        tree = page(answer)
        box = tree.css_first(LIST)
        nodes = tree.css(LINE) or [row for row in tree.css(ROW) if NUMBER.search(row.html or "")]
        if box is None and not nodes:
            raise answer.unexpected()
        given = box.attributes if box is not None else {}
        counts = [int(c) for name in ("data-all-count", "data-count") if (c := given.get(name) or "").isdecimal()]
        lines = [line for node in nodes if (line := _line(node, url))]
        if (nodes and not lines) or (not nodes and box is not None and NUMBER.search(box.html or "")):
            raise answer.unexpected()
        return lines, len(nodes), next(iter(counts), None)

    def _details(self, line: Line) -> LexborHTMLParser | None:
        """The position's page, one redirect further; `None` where it is gone."""
        answer = self._open(line.url)
        if answer.status in REDIRECTS:  # where the title has changed
            further = joined(line.url, answer.headers.get("Location")) or ""
            if f"-j{line.id}.html" not in further:
                return None
            answer = self._open(further)
        return None if answer.status in (*REDIRECTS, *GONE) else page(answer)

    def _open(self, url: str) -> Answer:
        """A page on the host that was given, whichever of its names the list writes."""
        own = f"https://{self.config['host']}{urlsplit(url).path}"
        return self.http.get(own, headers=HTML, allow=(*REDIRECTS, *GONE))


def _line(node: LexborNode, base: str) -> Line | None:
    """A line of the list; `None` where it links no position."""
    links = [(link, link.attributes.get("href") or "") for link in node.css("a[href]")]
    link, href = next(((link, href) for link, href in links if NUMBER.search(href)), (None, ""))
    if link is None:  # some templates link by script only
        href = next(iter(re.findall(r"['\"]([^'\"]+)['\"]", node.attributes.get("onclick") or "")), "")
    number = NUMBER.search(href)
    if not number:
        return None
    title = _said(node, ".joboffer_title_text a") or (text.one_line(link.text()) if link is not None else None)
    return Line(
        number["id"],
        title or "",
        (joined(base, href) or base).partition("?")[0],
        "; ".join(filter(None, (text.one_line(each.text()) for each in _places(node)))) or None,
        _said(node, ".job_location"),
        _said(node, ".job_details_first"),
        number["language"],
    )


def _places(node: LexborNode) -> list[LexborNode]:
    """Where an entry says its places: on older job markets in a box that holds nothing else."""
    boxes = (box for box in node.css(".joboffer_informations") if "<" not in (box.inner_html or ""))
    return node.css(".job_standort") or list(boxes)


def _said(node: LexborNode, selector: str) -> str | None:
    found = node.css_first(selector)
    return text.one_line(found.text(separator=" ")) if found is not None else None


def _position(line: Line, tree: LexborHTMLParser) -> RemotePosition:
    """What the page states as a JobPosting, and the list for the rest."""
    posting: Row = next(iter(job_postings(tree)), {})
    shown = tree.css_first("#jobTplContainer")
    body = _description(posting) or (shown.inner_html if shown is not None else None)
    stated: dict[str, Any] = {
        "title": line.title or said(posting, "title"),
        "url": line.url,
        "workplace": _workplace(line.model),
        "description_html": body,
        "language": line.language,
        "category": line.category,
        # A page without the position's text may not be its page: it is looked at again the next time.
        "version": line.version if body else None,
    }
    position = job_posting.read(posting, id=line.id, base=line.url, **stated)
    if not position.locations and line.place:
        return replace(position, locations=places(line.place))
    # Where the place has the employer's name, the town is not said.
    named = (replace(p, name=p.city, city=None) if p.city == position.company else p for p in position.locations)
    return replace(position, locations=tuple(named))


def _description(posting: Row) -> str | None:
    """All parts of the text, each once: on some job markets the first one holds them all."""
    row = job_posting.folded(posting)
    bodies = [text.unescape(said(row, name.lower())) or "" for name in TEXTS]
    rest = [body for body in bodies[1:] if not _holds(bodies[0], body)]
    return text.sections((None, text.lines(body)) for body in (bodies[0], *rest))


def _holds(whole: str, body: str) -> bool:
    """Whether a text holds another, as it stands or, if that is no short one, in other markup."""
    words, all_words = (key(re.sub(r"<[^>]*>", " ", each)) for each in (body, whole))
    return body.strip() in whole or (len(words) > 60 and words in all_words)


def _workplace(model: str | None) -> text.Workplace | None:
    """ "Präsenz / Mobil" is some of both."""
    words = [key(word) for word in re.split(r"[/,|]", model or "")]
    kinds = {"remote" if word == "mobil" else text.workplace(word) for word in words if word}
    return "hybrid" if {"remote", "on_site"} <= kinds else text.workplace(model)
