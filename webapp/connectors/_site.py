"""A careers site's own lists of its pages: feeds, robots.txt, sitemaps, links.

Facts: https://www.sitemaps.org/protocol.html, RFC 9309 (robots.txt).
"""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from urllib.parse import urldefrag, urljoin, urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from selectolax.lexbor import LexborHTMLParser

from webapp.connectors._errors import AccountNotFound, PermissionMissing, UnexpectedAnswer
from webapp.connectors._http import USER_AGENT, Answer, Client
from webapp.connectors._job_posting import folded
from webapp.connectors._pages import FEED, HTML, job_postings, joined, page
from webapp.connectors._robots import Robots
from webapp.connectors._rows import said
from webapp.i18n import N_

XML = {"Accept": "application/xml, text/xml, application/rss+xml, */*;q=0.5"}
REDIRECTS = (301, 302, 303, 307, 308)
GONE = (404, 410)
#: Where sitemaps lie that robots.txt does not name; the misspelt one is SAP SuccessFactors'.
WELL_KNOWN = (
    "/sitemap.xml",
    "/sitemap_index.xml",
    "/job-sitemap.xml",
    "/jobs/sitemap.xml",
    "/careers/sitemap.xml",
    "/sitemal.xml",
    "/job_listing-sitemap.xml",
)
#: Words in the address of a position's page, in the languages of the sites that were looked at.
WORDS = (
    r"jobs?|careers?|karriere|stellen?|stellenangebote?|stellenanzeigen?|vacanc(?:y|ies)|vacatures?|offres?|offre-emploi"
    r"|positions?|openings?|opportunit(?:y|ies)|emplois?|empleos?|vagas?|ofertas?|praca|oferty|lavora|posizioni|ledige"
    r"|lediga|stillinger|jobb|rekry|ausschreibung|requisition|recruiting|joboffer|job-offer|posting"
)
A_JOB = re.compile(rf"(?:^|[/._-])(?:{WORDS})(?:[/._-]|$)", re.I)
NO_PAGE = re.compile(r"\.(?:pdf|jpe?g|png|gif|svg|webp|ico|css|js|json|xml|zip|docx?|mp4)$", re.I)
LIST_PAGE = re.compile(r"/(?:category|tag|author|feed|search|login|apply)(?:/|$)", re.I)
PAGING = re.compile(r"(?:^|&)(?:page|p|seite|offset|start|startrow|pg|pageno)=\d+", re.I)
CAREERS_HOST = re.compile(r"(?:jobs?|careers?|karriere|recruiting|apply|stellen|bewerbung|work|join)[-.\d]", re.I)
#: Extensions of sitemaps have addresses of their own.
EXTRA = re.compile(r"image|video|news|mobile")
MOST, MOST_LISTS, UNPACKED = 5_000, 200, 50 * 1024 * 1024


class Site:
    """The pages of one host that may each be a position, found through its lists: address → `lastmod`, `""` if unsaid.

    `start`: the page that lists the positions. Asks nothing before `pages()`.
    """

    def __init__(self, http: Client, start: str) -> None:
        self.http, self.start, self.host = http, start, urlsplit(start).hostname
        self.found: dict[str, str] = {}
        self.read: list[str] = []

    def pages(self) -> dict[str, str]:
        """The site's feed and sitemaps, else the links of the start page. Raises a `ConnectorError`."""
        robots = self._robots()
        if not robots.allows(self.start):
            asks_not_to = N_("The robots.txt of %(host)s asks programs not to read this page, and Berth keeps to that.")
            raise PermissionMissing(asks_not_to, host=self.host)
        answer = self.open(self.start)
        if answer is None:
            raise AccountNotFound(N_("There is no page at this address."))
        if FEED.match(answer.body[:2000]):
            raise UnexpectedAnswer(
                N_("This address answers with a feed and not with a page. Connect it as a job feed.")
            )
        tree = page(answer)
        if is_list := self._state(self.start, tree):
            self._links(tree, pages_only=True)
        else:
            for address in [*_feeds(tree, self.start), *robots.sitemaps]:
                self._sitemap(self._own(self.start, address))
            if self._is_alone():
                self._probe()
        if self._is_alone() and not is_list:
            self._links(tree)
        allowed = {a: moment for a, moment in self.found.items() if robots.allows(a)}
        if len(allowed) > MOST:
            many = N_("%(host)s lists more than %(most)s pages that may be positions. Give the address of a job feed.")
            raise UnexpectedAnswer(many, host=self.host, most=MOST)
        return allowed

    def open(self, address: str, validator: str = "") -> Answer | None:
        """The page, one redirect on the same host further; `None` where it is gone or leads away.

        `validator`: the ETag or date of the one that is known; the answer may be a 304 then.
        """
        headers = dict(HTML)
        if validator.startswith(('"', "W/")):
            headers["If-None-Match"] = validator
        elif re.match("[A-Z][a-z]{2}, ", validator):
            headers["If-Modified-Since"] = validator
        answer = self.http.get(address, headers=headers, allow=(304, *GONE, *REDIRECTS))
        if answer.status in REDIRECTS:
            further = joined(address, answer.headers.get("Location")) or ""
            if not self.has(further):
                return None
            answer = self.http.get(further, headers=HTML, allow=(*GONE, *REDIRECTS))
        return None if answer.status in (*GONE, *REDIRECTS) else answer

    def has(self, address: str) -> bool:
        """Whether the address is on this host."""
        parts, own = urlsplit(address), urlsplit(self.start)
        return (parts.scheme, parts.netloc.lower()) == (own.scheme, own.netloc.lower())

    def _own(self, base: str, link: str) -> str:
        """The whole address; lists of a site often name its pages by `http://` that it serves by `https://`."""
        whole = joined(base, link) or ""
        return re.sub("^http:", "https:", whole) if self.start.startswith("https:") else whole

    def _is_alone(self) -> bool:
        return not set(self.found) - {self.start}

    def _robots(self) -> Robots:
        answer = self.http.get(urljoin(self.start, "/robots.txt"), allow=(400, 401, 403, *GONE, *REDIRECTS))
        return Robots(answer.body if answer.status == 200 else b"", USER_AGENT)

    def _probe(self) -> None:
        for path in WELL_KNOWN:
            self._sitemap(urljoin(self.start, path), declared=False)
            if not self._is_alone():
                return

    def _sitemap(self, address: str, declared: bool = True) -> None:
        """The pages of a sitemap, of the sitemaps that it names, or of a feed. One that is missing fails the run."""
        waiting = [address]
        for address in waiting:
            if not self.has(address) or address in self.read:
                continue
            self.read.append(address)
            if len(self.read) > MOST_LISTS:
                raise UnexpectedAnswer(N_("%(host)s has too many sitemaps."), host=self.host)
            answer = self.http.get(address, headers=XML, allow=() if declared else (400, 401, 403, *GONE, *REDIRECTS))
            try:
                children, pages = _listed(answer) if answer.status == 200 else ([], {})
            except (ParseError, DefusedXmlException, ValueError, zlib.error):
                if declared:
                    raise answer.unexpected() from None
                return
            declared = True  # what it names itself has to be there
            waiting += _of_jobs([self._own(address, child) for child in children])
            self._take(address, pages)

    def _take(self, address: str, pages: dict[str, str]) -> None:
        """The pages of one list: all of one that is of positions, else those that look like one."""
        everything = bool(A_JOB.search(urlsplit(address).path)) or address.endswith("/sitemal.xml")
        for each, moment in pages.items():
            whole = urldefrag(self._own(address, each))[0]
            fits = everything and not NO_PAGE.search(urlsplit(whole).path)
            if self.has(whole) and (fits or self._may_be(whole)):
                self.found.setdefault(whole, moment)

    def _state(self, address: str, tree: LexborHTMLParser) -> bool:
        """Whether a page states several positions: then it is one to read, or names the pages that say more."""
        here = [folded(p) for p in job_postings(tree)]
        further = [urldefrag(joined(address, said(p, "url")) or "")[0] for p in here]
        if len(here) > 1 and not all(said(p, "description") for p in here) and all(map(self.has, further)):
            self.found |= dict.fromkeys(further, "")
        elif here:
            self.found[address] = ""
        return len(here) > 1

    def _links(self, tree: LexborHTMLParser, pages_only: bool = False) -> None:
        """Links of the page and of the further pages of its list; only of these, where they state the positions."""
        pages, waiting = {self.start}, [tree]
        for tree in waiting:
            for node in tree.css("a[href], link[rel=next][href]"):
                address = urldefrag(joined(self.start, node.attributes.get("href")) or "")[0]
                if not self.has(address) or address in pages:
                    continue
                parts, is_next = urlsplit(address), "next" in (node.attributes.get("rel") or "").split()
                if is_next or (parts.path == urlsplit(self.start).path and PAGING.search(parts.query)):
                    pages.add(address)
                    if len(pages) > MOST_LISTS:
                        raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.host)
                    if (answer := self.open(address)) is not None:
                        waiting.append(page(answer))
                        self._state(address, waiting[-1])
                elif not pages_only and self._may_be(address):
                    self.found.setdefault(address, "")

    def _may_be(self, address: str) -> bool:
        """Whether an address looks like one position's: a telling word and something behind it."""
        parts = urlsplit(address)
        rest = parts.path.strip("/")
        if NO_PAGE.search(parts.path) or LIST_PAGE.search(parts.path) or address == self.start:
            return False
        told = A_JOB.search(parts.path) or CAREERS_HOST.match(parts.hostname or "")
        return bool(told and (re.search(r"\d|[^/]-[^/]", rest) or rest.count("/") or re.search(r"\d", parts.query)))


def _feeds(tree: LexborHTMLParser, base: str) -> list[str]:
    """Feeds that the page offers and whose name speaks of positions: others are news."""
    nodes = tree.css('link[rel~="alternate"][type="application/rss+xml"][href]')
    told = [(n.attributes.get("href") or "", n.attributes.get("title") or "") for n in nodes]
    return [
        joined(base, href) or "" for href, title in told if A_JOB.search(href) or A_JOB.search(title.replace(" ", "-"))
    ]


def _of_jobs(children: list[str]) -> list[str]:
    """Of the sitemaps that an index names, those of positions; all, where none says so."""
    return [child for child in children if A_JOB.search(urlsplit(child).path)] or children


def _listed(answer: Answer) -> tuple[list[str], dict[str, str]]:
    """(further sitemaps, page → lastmod) of a sitemap, its index, or an RSS feed. Raises `ParseError` and the like."""
    body = answer.body
    if body[:2] == b"\x1f\x8b":
        unpack = zlib.decompressobj(31)
        body = unpack.decompress(body, UNPACKED)
        if unpack.unconsumed_tail:
            raise ValueError("too large")
    children: list[str] = []
    pages: dict[str, str] = {}
    heard: dict[str, str] = {}
    root = ""
    for event, element in iterparse(BytesIO(body.strip()), ("start", "end"), forbid_dtd=True):
        space, _brace, name = element.tag.lower().rpartition("}")
        if event == "start":
            root, heard = root or name, {} if name in ("sitemap", "url", "item") else heard
        elif EXTRA.search(space):
            continue
        elif name in ("loc", "lastmod", "link", "pubdate"):
            heard.setdefault({"link": "loc", "pubdate": "lastmod"}.get(name, name), (element.text or "").strip())
        elif name in ("sitemap", "url", "item"):
            if heard.get("loc"):
                if name == "sitemap":
                    children.append(heard["loc"])
                else:
                    pages[heard["loc"]] = heard.get("lastmod", "") if name == "url" else ""
            element.clear()
    if root not in ("urlset", "sitemapindex", "rss"):
        raise ValueError("no list")
    return children, pages
