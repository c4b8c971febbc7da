"""Any careers site whose pages state their positions as schema.org JobPosting.

Facts: https://schema.org/JobPosting. The pages are found through the site's own lists (`_site.py`), and each page that
states a JobPosting is a position.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import requests

from webapp.connectors import _job_posting as job_posting
from webapp.connectors._contract import ATS, Connector, Field, typed_address
from webapp.connectors._errors import AccountNotFound
from webapp.connectors._http import Answer, Limits
from webapp.connectors._pages import job_postings, markup, page
from webapp.connectors._records import RemoteAccount, RemotePosition, Translation, Unchanged
from webapp.connectors._rows import Row, digest
from webapp.connectors._site import Site
from webapp.i18n import N_

JOB_POSTING_PAGES = ATS("job-posting-pages", "Careers site", generic=True)


@dataclass(frozen=True)
class Stated:
    """A JobPosting, its id, the page that states it, and that page's language and version."""

    id: str
    address: str
    posting: Row
    language: str | None
    version: str | None


class JobPostingPages(Connector):
    """One careers site, its lists first and then each page once."""

    slug = "job-posting-pages"
    ats = JOB_POSTING_PAGES
    way_in = N_("By the pages of the careers site")
    about = N_("Needs no credentials. Reads what the careers site's own pages tell search engines of its positions.")
    fields = (
        Field(
            "url",
            N_("Address of the careers page"),
            N_("The page that lists your open positions, as you see it in the browser."),
            example="https://careers.example.com/jobs",
            pattern=r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?][^\s\\]*)?",
        ),
    )
    hosts = ("{url}",)
    shown_as = "{url}"
    limits = Limits(requests=8, seconds=1, mib=50, parallel=4)
    quirks = (
        N_("Only pages on the host of the given address are read, and only those that robots.txt allows."),
        N_("A position is open while the site lists its page; pages that did not change are not read again."),
        N_("What the pages do not state for search engines is left out, not guessed."),
    )
    revoke = N_("Nothing to revoke: the careers site is public.")

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """As for all; an address may be typed without `https://`, and its host in any case."""
        url = str(config.get("url") or "").strip()
        return super().check({**config, "url": typed_address(url) or url} if url else config)

    @classmethod
    def shown(cls, config: Mapping[str, str]) -> str:
        """The address without its query."""
        return super().shown(config).partition("?")[0]

    def __init__(self, config: Mapping[str, str], http: requests.Session | None = None) -> None:
        super().__init__(config, http)
        self.http.ats = urlsplit(self.config["url"]).hostname or ""  # what answers is somebody's server, not an ATS

    def account(self) -> RemoteAccount:
        """The host, and the company that the first position names."""
        site = Site(self.http, self.config["url"])
        for address in list(site.pages())[:20]:
            answer = site.open(address)
            for stated in self._stated(address, answer, "") if answer else ():
                position = job_posting.read(stated.posting, id=stated.id, base=address)
                note = N_("Each page that the site lists is looked at when positions are read, not in this test.")
                return RemoteAccount(site.host, position.company, None, (note,))
        raise self._nothing()

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """All pages first: a site may have one page for each language or place of a position."""
        site, before = Site(self.http, self.config["url"]), _Known(known)
        pages = site.pages()
        to_open = [a for a, lastmod in pages.items() if not (lastmod and before.has(a, lastmod))]
        same = {id: None for a in pages.keys() - set(to_open) for id in before.ids(a)}
        gone: list[str] = []
        groups: dict[str, list[Stated]] = {}
        answers = self.http.each(lambda address: site.open(address, before.validator(address)), to_open)
        for address, answer in zip(to_open, answers, strict=True):
            if answer is None:
                gone.append(address)
            elif answer.status == 304:
                same |= dict.fromkeys(before.ids(address))
            else:
                for stated in self._stated(address, answer, pages[address]):
                    groups.setdefault(stated.id, []).append(stated)
        if len(gone) > 1 + len(pages) // 2 or not (groups or same):
            raise self._nothing()
        positions = [position for id, group in groups.items() for position in _merged(id, group)]
        yield from self._sorted_out(positions, same, {id for a in gone for id in before.ids(a) or [digest(a)]})

    def _sorted_out(
        self, positions: list[RemotePosition], same: dict[str, None], gone: set[str]
    ) -> Iterator[RemotePosition | Unchanged]:
        read = {p.id for p in positions}
        self.listed = len(read | set(same) | gone)
        for id in gone - read - set(same):
            self.withhold(id, "closed")
        yield from (Unchanged(id) for id in same if id not in read)
        for position in positions:
            if job_posting.closed(position.closes_at):
                self.withhold(position.id, "expired", position.title)
            else:
                yield position

    def _stated(self, address: str, answer: Answer, lastmod: str) -> Iterator[Stated]:
        """What a page states. One that states nothing must at least be a page of this site, and whole."""
        text = markup(answer)
        found = [p for p in job_postings(text) if job_posting.title_of(p)]
        tree = None if found else page(answer)
        if tree is not None and tree.css_first("a[href]") is None:
            raise answer.unexpected()
        validator = lastmod or answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        language = re.search(r"<html[^>]*\slang=[\"']?([\w-]+)", text[:5000], re.I)
        for posting in found:
            own = (address,) if len(found) == 1 else (address, posting.get("url"), posting.get("title"))
            id = job_posting.identifier(posting) or digest(*own)
            yield Stated(id, address, posting, language[1] if language else None, _version(address, validator))

    def _nothing(self) -> AccountNotFound:
        return AccountNotFound(
            N_(
                "No page of %(host)s states a position in a way that search engines read (schema.org JobPosting). "
                "If the positions are on another host, give its address."
            ),
            host=urlsplit(self.config["url"]).hostname,
        )


class _Known:
    """What earlier readings know: a version is the page's digest and its validator, a `lastmod` or an ETag."""

    def __init__(self, known: dict[str, str]) -> None:
        self.pages: dict[str, tuple[str, list[str]]] = {}
        for id, version in known.items():
            page_, _space, validator = version.partition(" ")
            self.pages.setdefault(page_, (validator, []))[1].append(id)

    def has(self, address: str, validator: str) -> bool:
        return self.validator(address) == validator

    def validator(self, address: str) -> str:
        return self.pages.get(digest(address), ("", []))[0]

    def ids(self, address: str) -> list[str]:
        return self.pages.get(digest(address), ("", []))[1]


def _version(address: str, validator: str) -> str | None:
    """What can be told of a page without opening it: its address, and its list's or its server's word on its age."""
    return f"{digest(address)} {validator}" if validator else None


def _merged(id: str, group: list[Stated]) -> list[RemotePosition]:
    """One position, where its pages differ by place or by language; else one for each page."""
    read = [job_posting.read(s.posting, id=id, base=s.address, version=s.version) for s in group]
    if len(read) == 1:
        return read
    whole = replace(read[0], version=None)
    if len({p.title.casefold() for p in read}) == 1 and len({s.language for s in group}) == 1:
        return [replace(whole, locations=tuple(dict.fromkeys(place for p in read for place in p.locations)))]
    languages = [p.language or s.language for s, p in zip(group, read, strict=True)]
    if None not in languages and len(set(languages)) == len(languages):
        others = [
            Translation(language or "", p.title, p.description_html, p.url)
            for language, p in zip(languages[1:], read[1:], strict=True)
        ]
        return [replace(whole, language=languages[0], translations=tuple(others))]
    return [replace(p, id=digest(s.address, p.title)) for s, p in zip(group, read, strict=True)]
