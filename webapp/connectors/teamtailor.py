"""Teamtailor. Facts: https://support.teamtailor.com/en/articles/11171756-rss-feed-how-to-guide (the careers page's RSS
feed) and the JSON feed beside it. Neither alone says everything: the first may come without places, the second too.
With a key: https://docs.teamtailor.com (a JSON:API)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

from webapp.connectors import _text as text
from webapp.connectors import _xml as xml
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._hosts import CareersHost, label_or_host
from webapp.connectors._http import Limits, need
from webapp.connectors._json_api import Included, included, related
from webapp.connectors._places import is_model, town
from webapp.connectors._records import Label, Location, Reason, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.connectors._rows import Row, as_text, flag, part, parts, said, values
from webapp.i18n import N_

TEAMTAILOR = ATS("teamtailor", "Teamtailor", merge_slug="teamtailor", website="https://www.teamtailor.com")
PAGE = 100
NUMBER = re.compile(r"/jobs/(\d+)(?=[-/?#]|$)")
#: What `remoteStatus` says, in words that are known; "none" is no more than the default.
REMOTE = {"fully": "fully remote", "temporary": "temporarily remote", "hybrid": "hybrid"}
#: `human-status` of a job that is not shown; all others are not published yet.
WITHHELD: dict[str, Reason] = {"unlisted": "unlisted", "archived": "closed", "expired": "expired"}
HOSTS = {"eu": "api.teamtailor.com", "na": "api.na.teamtailor.com"}
ON_SITE = N_("A job without remote work says no way of working: Teamtailor does not tell on site from not set.")


class Teamtailor(Connector):
    """The published jobs of the API: those of the internal feed, where the key may see it, and the public ones."""

    slug = "teamtailor"
    ats = TEAMTAILOR
    way_in = N_("With an API key")
    about = N_("Reads internal jobs too, where the key may see them, and when each job was changed.")
    fields = (
        Field(
            "api_key",
            N_("API key"),
            N_(
                "In Teamtailor: Settings › Integrations › API keys, create a key with the scope Internal and the "
                "permission Read. One with the scope Public reads public jobs only."
            ),
            example="abcDEF123456ghiJKL7890",
            pattern=r"\S{8,}",
            secret=True,
        ),
        Field(
            "region",
            N_("Region"),
            N_("Choose North America if your account is kept there: Teamtailor shows it beside your API keys."),
            example="eu",
            choices=(("eu", N_("Europe and elsewhere")), ("na", N_("North America"))),
            default="eu",
        ),
    )
    hosts = tuple(HOSTS.values())
    shown_as = "app.teamtailor.com"
    scopes = ("Internal: Read",)
    limits = Limits(requests=50, seconds=10, mib=16)
    quirks = (
        N_("Internal jobs need a key with the scope Internal or Admin; a Public one reads public jobs only."),
        N_("Only a key with the scope Admin is told when a job was created, which stands for the day of publication."),
        N_("Pay is not shown: the API does not say whether the job's page shows it."),
        ON_SITE,
    )
    revoke = N_("In Teamtailor: Settings › Integrations › API keys, delete the key.")

    def account(self) -> RemoteAccount:
        """The careers page that the jobs stand on and, where they fit on one page, how many there are."""
        pages = [page for feed in ("internal", "public") if (page := self._first(feed)) is not None]
        rows = {said(row, "id"): row for page in pages for row in need(self.ats.name, page, "data")}
        addresses = [said(row, "links", "careersite-job-url") or "" for row in rows.values()]
        sites = {match[1] for address in addresses if (match := re.match(r"https?://([^/?#:]+)/", address))}
        more = any(said(page, "links", "next") for page in pages)
        return RemoteAccount(
            sites.pop().removesuffix(".teamtailor.com") if len(sites) == 1 else None,
            None,
            None if more else sum(_reason(row) is None for row in rows.values()),
            notes=() if len(pages) == 2 else (N_("This key does not see internal jobs: its scope is Public."),),
        )

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Both feeds are gathered first: a job may stand in both, and then it is public."""
        inside, public = self._rows("internal"), self._rows("public")
        rows = public | {id: row for id, row in inside.items() if id not in public}
        self.listed = len(rows)
        for id, (row, found) in rows.items():
            version = said(row, "attributes", "updated-at")
            if reason := _reason(row):
                self.withhold(id, reason, said(row, "attributes", "title"))
            elif version and known.get(id) == version:
                yield Unchanged(id)
            else:
                internal = flag(row, "attributes", "internal")
                yield _job(id, row, found, id not in public if internal is None else internal)

    def _rows(self, feed: str) -> dict[str, tuple[Row, Included]]:
        """Number → job of a feed and what its page includes; none of a feed that the key may not see."""
        rows: dict[str, tuple[Row, Included]] = {}
        seen: set[str] = set()
        page, total = self._first(feed), 0
        while page is not None:
            found, data = included(page), need(self.ats.name, page, "data")
            new = {said(row, "id") or "": (row, found) for row in data}
            if "" in new or len(new) != len(data) or new.keys() & rows.keys():
                raise UnexpectedAnswer(N_("A page of %(ats)s repeats positions of another one."), ats=self.ats.name)
            rows |= new
            total = max(total, _count(page))
            link = self.http.follow(said(page, "links", "next"), seen)
            page = self._get(link) if link else None
        if len(rows) < total:
            few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=len(rows))
        return rows

    def _first(self, feed: str) -> Row | None:
        """The first page of a feed; `None` where the key may not see the internal one."""
        params = {
            "filter[status]": "published",
            "filter[feed]": feed,
            "include": "department,role,locations",
            "page[size]": "30",  # the most
            "page[number]": "1",
        }
        allow = (400, 403) if feed == "internal" else ()
        return self._get(f"https://{HOSTS[self.config['region']]}/v1/jobs", params=params, allow=allow)

    def _get(self, address: str, **options: Any) -> Row | None:
        headers = {
            "Authorization": f"Token token={self.config['api_key']}",
            "X-Api-Version": "20210218",
            "Accept": "application/vnd.api+json",
        }
        answer = self.http.get(address, headers=headers, **options)
        return answer.json() if 200 <= answer.status < 300 else None


class TeamtailorCareers(CareersHost):
    """The two feeds of the careers page, put together by the number in each job's address."""

    slug = "teamtailor-careers"
    ats = TEAMTAILOR
    domain = "teamtailor.com"
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers page shows it.")
    fields = (
        Field(
            "slug",
            N_("Careers page"),
            N_(
                "The part before .teamtailor.com in the address of your careers page, or its whole host if it is a "
                "domain of your own, such as jobs.example.com. You can paste the whole address."
            ),
            example="northwind",
            # Accounts kept in North America: northwind.na.teamtailor.com.
            pattern=label_or_host(domain, "www", "app", "api", "na", "docs", "help", "support", "status")
            + r"|(?!api\.)[a-z0-9-]+\.na\.teamtailor\.com",
            lower=True,
        ),
    )
    hosts = ("{slug}.teamtailor.com",)
    addresses = (
        r"https://(?P<slug>[a-z0-9-]+)\.teamtailor\.com",
        r"https://(?P<slug>[a-z0-9-]+\.na\.teamtailor\.com)",
    )
    # Scripts and styles of every page of a careers site; pictures (images.…) and the widget (scripts.…) are elsewhere.
    signs = (r"<(?:script|link)\b[^>]{0,500}?//assets[\w-]*\.teamtailor-cdn\.com/",)
    shown_as = "{slug}.teamtailor.com"
    limits = Limits(mib=32)  # a page holds a hundred jobs with their texts
    quirks = (
        N_("Internal and unlisted jobs are not shown: the careers page does not publish them."),
        N_("The feeds say when a job was published, not when it was changed."),
        ON_SITE,
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The name over the feed and, where they fit on one page, how many jobs there are."""
        channel = self._channel(0)
        jobs = len(xml.items(channel))
        return RemoteAccount(self.account_id, xml.said(channel, "title"), jobs if jobs < PAGE else None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Both feeds are gathered first: one position is spread over them. What one lists counts, too."""
        items = self._items()
        entries = self._entries()
        ids = list(dict.fromkeys([*items, *entries]))
        self.listed = len(ids)
        for id in ids:
            yield _position(id, items.get(id, Element("item")), entries.get(id, {}))

    def _items(self) -> dict[str, Element]:
        """Number → item of the RSS feed, page by page up to the first that is not full."""
        rows: dict[str, Element] = {}
        offset, full = 0, True
        while full:
            page = xml.items(self._channel(offset))
            rows |= self._new([(_number(xml.said(item, "link")), item) for item in page], rows)
            offset, full = offset + len(page), len(page) >= PAGE
        return rows

    def _entries(self) -> dict[str, Row]:
        """Number → entry of the JSON feed. It names the next page on whatever domain: only the number is taken."""
        rows: dict[str, Row] = {}
        seen: set[str] = set()
        base = f"https://{self.host}/jobs.json?per_page={PAGE}&page="
        address = self.http.follow(f"{base}1", seen)
        while address:
            answer = self.http.get(address)
            page = answer.json()
            entries = answer.rows(page, "items")
            if page.get("next_url") and not entries:
                raise answer.unexpected()
            rows |= self._new([(_number(said(entry, "url")), entry) for entry in entries], rows)
            address = self.http.follow(f"{base}{len(seen) + 1}" if page.get("next_url") else None, seen)
        return rows

    def _new(self, page: list[tuple[str, Any]], before: dict[str, Any]) -> dict[str, Any]:
        """A page by number; one that repeats a job, or has one without a number, is no part of a list."""
        found = dict(page)
        if "" in found:
            raise UnexpectedAnswer(N_("%(ats)s sent a position without an id."), ats=self.ats.name)
        if len(found) != len(page) or found.keys() & before.keys():
            raise UnexpectedAnswer(N_("A page of %(ats)s repeats positions of another one."), ats=self.ats.name)
        return found

    def _channel(self, offset: int) -> Element:
        url = f"https://{self.host}/jobs.rss?offset={offset}&per_page={PAGE}"
        return xml.channel(self.http.get(url, headers=xml.RSS))


def _number(address: str | None) -> str:
    match = NUMBER.search(address or "")
    return match[1] if match else ""


def _count(page: Row) -> int:
    count = part(page, "meta").get("record-count")
    return count if isinstance(count, int) else 0


def _position(id: str, item: Element, entry: Row) -> RemotePosition:
    """A job of the careers page: its item of the RSS feed and its entry of the JSON feed, either may be missing."""
    posting = part(entry, "_jobposting")
    kinds, division = values(posting, "employmentType"), xml.said(item, "division")
    html = text.unescape(said(entry, "content_html") or said(posting, "description"))
    published = xml.said(item, "pubDate") or said(entry, "date_published") or said(posting, "datePosted")
    return RemotePosition(
        id=id,
        title=xml.said(item, "title") or said(entry, "title") or said(posting, "title") or "",
        url=xml.said(item, "link") or said(entry, "url"),
        department=xml.said(item, "department"),
        locations=_places(item, posting),
        workplace=_workplace(xml.said(item, "remoteStatus"), said(posting, "jobLocationType")),
        employment_type=text.employment_type(as_text(kinds[0])) if len(kinds) == 1 else None,
        description_html=xml.markup(item, "description") or html,
        posted_at=text.moment(published),
        closes_at=text.moment(said(posting, "validThrough")),
        salary=_salary(part(posting, "baseSalary")),
        company=said(posting, "hiringOrganization", "name"),
        category=xml.said(item, "role"),
        labels=(Label("Division", division),) if division else (),
    )


def _workplace(status: str | None, kind: str | None = None) -> text.Workplace | None:
    return text.workplace(REMOTE.get(status or "")) or ("remote" if kind == "TELECOMMUTE" and not status else None)


def _places(item: Element, posting: Row) -> tuple[Location, ...]:
    """All places of the RSS feed, else those of the JSON feed, which knows more countries: it has them by code."""
    others = [_address(part(place, "address")) for place in parts(posting, "jobLocation")]
    countries = {place.city: place.country for place in others if place.city and place.country}
    found = [
        _place(*(xml.said(place, name) for name in ("name", "city", "country")))
        for place in item.findall("{*}locations/{*}location")
    ]
    found = [p if p.country or p.city not in countries else replace(p, country=countries[p.city]) for p in found]
    return _distinct(found) or _distinct(others)


def _distinct(found: list[Location]) -> tuple[Location, ...]:
    return tuple(dict.fromkeys(place for place in found if place != Location()))


def _place(name: str | None, city: str | None, country: str | None) -> Location:
    city = town(city)
    name = None if is_model(name or "") or (name and city and name.casefold() == city.casefold()) else name
    return Location(name, city, country=text.country(country))


def _address(address: Row) -> Location:
    country = said(address, "addressCountry", "name") or said(address, "addressCountry")
    return Location(city=said(address, "addressLocality"), country=text.country(country))


def _salary(pay: Row) -> Salary | None:
    value = part(pay, "value")
    low, high = text.number(said(value, "minValue")), text.number(said(value, "maxValue"))
    low = low if low is not None else text.number(said(value, "value"))
    if low is None and high is None:
        return None
    return Salary(low, high, text.currency(said(pay, "currency")), text.interval(said(value, "unitText")))


def _reason(row: Row) -> Reason | None:
    """Why a job of the API is not shown: published ones are asked for, which need not be heeded."""
    status = said(row, "attributes", "human-status") or "published"
    return None if status == "published" else WITHHELD.get(status, "draft")


def _job(id: str, row: Row, found: Included, internal: bool) -> RemotePosition:
    """A job of the API."""
    about, links = part(row, "attributes"), part(row, "links")
    pitch, kind = said(about, "pitch") or "", said(about, "employment-type")
    url, inside = said(links, "careersite-job-url"), said(links, "careersite-job-internal-url")
    name = {each: said(next(iter(related(row, each, found)), {}), "name") for each in ("department", "role")}
    places = [
        _place(said(place, "name"), said(place, "city"), said(place, "country"))
        for place in related(row, "locations", found)
    ]
    return RemotePosition(
        id=id,
        title=said(about, "title") or "",
        url=(inside or url) if internal else url,
        apply_url=said(links, "careersite-job-apply-url") or said(about, "external-application-url"),
        department=name["department"],
        locations=_distinct(places),
        workplace=_workplace(said(about, "remote-status")),
        employment_type=text.employment_type(kind if kind != "none" else None),
        description_html=text.sections(
            [(None, pitch if "<" in pitch else pitch and f"<p>{pitch}</p>"), (None, said(about, "body"))]
        ),
        posted_at=text.moment(said(about, "start-date") or said(about, "created-at")),
        updated_at=text.moment(said(about, "updated-at")),
        closes_at=text.moment(said(about, "end-date")),
        language=said(about, "language-code"),
        visibility="internal" if internal else "public",
        category=name["role"],
        version=said(about, "updated-at"),
    )
