"""Varbi: the RSS feed of a careers site, which has the texts, its table, and the page of each position.

The feed may lack older positions, the table has no texts. The "quick info" of a position's page says the most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, tostring

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors import _text as text
from webapp.connectors import _xml as xml
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import Limits
from webapp.connectors._pages import HTML, joined, page
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Unchanged
from webapp.connectors._rows import digest
from webapp.i18n import N_

VARBI = ATS("varbi", "Varbi", website="https://www.varbi.com")
GONE = (404, 410)
#: Stands for the page of a position that has none which can be read.
NOTHING = LexborHTMLParser("<html></html>")
QUICK = re.compile(r"\bquick-info-([\w-]+)")
JOB = re.compile(r"\bjobID:(\d+)", re.I)
#: What the feed says before the company's name, in the languages of careers sites.
NEWS = re.compile(r"(?:new jobs at|nya lediga jobb hos|nya jobb hos|nieuwe vacatures bij|nye stillinger hos)\s+", re.I)


@dataclass
class Row:
    """What the table says of a position."""

    id: str
    title: str
    url: str
    town: str | None = None
    company: str | None = None
    ends: str | None = None


@dataclass(eq=False)
class Job:
    """A position with its item of the feed and its row of the table, of which either may be missing."""

    id: str
    item: Element | None
    row: Row | None

    @property
    def version(self) -> str:
        """Neither has one: what they say stands for it."""
        said = [tostring(self.item, "unicode")] if self.item is not None else []
        return digest(said, vars(self.row) if self.row else None)


class VarbiCareers(Connector):
    """The feed and the table, put together by the number in each position's address."""

    slug = "varbi-careers"
    ats = VARBI
    way_in = N_("By the careers site")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "subdomain",
            N_("Subdomain"),
            N_("The part before .varbi.com in the address of your careers site. You can paste the whole address."),
            example="northwind",
            pattern=r"(?!(?:www|api|support|login|help|career)$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
            lower=True,
        ),
    )
    hosts = ("{subdomain}.varbi.com",)
    addresses = (r"https://(?P<subdomain>[a-z0-9-]+)\.varbi\.com",)
    shown_as = "{subdomain}.varbi.com"
    limits = Limits(mib=32, parallel=3)
    quirks = (
        N_("Varbi's feed says when a position was published, not when it was changed."),
        N_("The page of a position is read again when the feed or the table says other things of it, and once a day."),
        N_("The unit that the table names is shown as the department."),
    )
    revoke = N_("Nothing to revoke: the careers site is public.")

    def account(self) -> RemoteAccount:
        """The company's name, as the feed's title has it, and how many positions there are."""
        channel = self._channel()
        title = xml.said(channel, "title") or ""
        name = NEWS.sub("", title) if NEWS.match(title) else None
        ids = self._items(channel).keys() | self._rows().keys()
        return RemoteAccount(self.config["subdomain"], name, len(ids))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The feed first, then what only the table has; the page of what is new or changed says more."""
        items, rows = self._items(self._channel()), self._rows()
        jobs = [Job(id, items.get(id), rows.get(id)) for id in dict.fromkeys([*items, *rows])]
        lines = (Listed(job.id, job.version, job.row.title if job.row else None, job) for job in jobs)
        yield from self.opened(lines, known, self._detail, self._position)

    def _channel(self) -> Element:
        return xml.channel(self.http.get(self._url("/what:rssfeed/"), headers=xml.RSS))

    def _items(self, channel: Element) -> dict[str, Element]:
        """Number → item of the feed, which may hold a position in several languages: the first counts."""
        found: dict[str, Element] = {}
        for item in xml.items(channel):
            match = JOB.search(xml.said(item, "link") or "") or JOB.search(xml.said(item, "guid") or "")
            if not match:
                raise UnexpectedAnswer(N_("%(ats)s sent a position without an id."), ats=self.ats.name)
            found.setdefault(match[1], item)
        return found

    def _rows(self) -> dict[str, Row]:
        """Number → row of the table. A careers site without any position may have no table."""
        answer = self.http.get(self._url("/en/"), headers=HTML)
        tree = page(answer)
        table = tree.css_first("#table-position")
        if table is None and not tree.css("a[href*='what:'], link[href*='what:'], form[action*='what:']"):
            raise answer.unexpected()
        rows = [
            row for node in (table.css("tr") if table is not None else []) if (row := _row(node, self._url("/en/")))
        ]
        return {row.id: row for row in rows}

    def _detail(self, job: Job) -> LexborHTMLParser | None:
        """The position's page; `NOTHING` where it is gone or not the one it should be, but the feed has a text."""
        answer = self.http.get(self._url(f"/en/what:job/jobID:{job.id}/"), headers=HTML, allow=GONE)
        if answer.status in GONE:
            return None if job.item is None else NOTHING
        tree = page(answer)
        if tree.css_first(".job-desc, .quick-info") is not None:
            return tree
        if job.item is None:
            raise answer.unexpected()
        return NOTHING

    def _position(self, job: Job, tree: LexborHTMLParser) -> RemotePosition:
        """What the feed, the table and the page say together; what the page says of people is left there."""
        item, row = job.item if job.item is not None else Element("item"), job.row or Row(job.id, "", "")
        said, text_of = _quick_info(tree), tree.css_first(".job-desc")
        body = xml.markup(item, "description") or (text_of.inner_html if text_of is not None else None)
        town = said.get("town") or row.town
        apply = f"a[href*='jobID:{job.id}'][href*='apply:'], a[href*='positionquick/{job.id}/']"
        link = tree.css_first(apply)
        return RemotePosition(
            id=job.id,
            title=xml.said(item, "title") or row.title,
            url=xml.said(item, "link") or row.url or None,
            apply_url=self._url(urlsplit(link.attributes.get("href") or "").path) if link is not None else None,
            department=row.company,
            locations=_places(town, said.get("county"), text.country(said.get("country"))),
            workplace=work_model(town),
            employment_type=text.employment_type([said.get("type-of-employment"), said.get("hours")]),
            description_html=text.lines(body) if body else None,
            posted_at=text.moment(xml.said(item, "pubDate")) or _day(said.get("published")),
            closes_at=_day(row.ends) or _day(said.get("ends")),
            requisition=said.get("reference-number"),
            version=None if tree is NOTHING else job.version,  # a page that could not be read is looked at again
        )

    def _url(self, path: str) -> str:
        return f"https://{self.config['subdomain']}.varbi.com{path}"


def _row(node: LexborNode, base: str) -> Row | None:
    link = node.css_first("td a[href*='jobID:']")
    match = JOB.search((link.attributes.get("href") or "") if link is not None else "")
    if link is None or not match:
        return None
    title = _said(node, ".pos-title") or text.one_line(link.text()) or ""
    said = (_said(node, name) for name in (".pos-town", ".pos-subcompany", ".pos-ends"))
    return Row(match[1], title, joined(base, link.attributes.get("href")) or base, *said)


def _quick_info(tree: LexborHTMLParser) -> dict[str, str]:
    """The table beside the text: what its rows are called, by their class, else by their heading."""
    found: dict[str, str] = {}
    for node in tree.css(".quick-info tr"):
        name = QUICK.search(node.attributes.get("class") or "")
        heading = (_said(node, "th") or "").lower().replace(" ", "-")
        found.setdefault(name[1] if name else heading, _said(node, "td") or "")
    return {name: said for name, said in found.items() if said}


def _places(town: str | None, county: str | None, country: str | None) -> tuple[Location, ...]:
    """The town with what the page says of it; it may be several, or how one works."""
    if town and (re.search("[,;/]", town) or work_model(town)):
        return tuple(p if p.country else replace(p, country=country) for p in places(town))
    place = Location(None, town, county, country)
    return (place,) if place != Location() else ()


def _day(said: str | None) -> datetime | None:
    """ "2026-10-16", "16.Oct.2026" or "27-09-2026"."""
    return text.moment(said, first="day")


def _said(node: LexborNode | LexborHTMLParser, selector: str) -> str | None:
    found = node.css_first(selector)
    return text.one_line(found.text()) if found is not None else None
