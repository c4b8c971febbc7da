"""Teamtailor. Facts: https://support.teamtailor.com/en/articles/11171756-rss-feed-how-to-guide (the careers page's RSS
feed) and the JSON feed beside it. Neither alone says everything: the first may come without places, the second too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import ParseError, fromstring

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, typed_address
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import Limits, need
from webapp.connectors._records import Label, Location, RemoteAccount, RemotePosition, Salary
from webapp.i18n import N_

TEAMTAILOR = ATS("teamtailor", "Teamtailor", merge_slug="teamtailor", website="https://www.teamtailor.com")
DOMAIN = ".teamtailor.com"
PAGE = 100
NUMBER = re.compile(r"/jobs/(\d+)(?=[-/?#]|$)")
#: What `remoteStatus` says, in words that are known; "none" is no more than the default.
REMOTE = {"fully": "fully remote", "temporary": "temporarily remote", "hybrid": "hybrid"}


class TeamtailorCareers(Connector):
    """The two feeds of the careers page, put together by the number in each job's address."""

    slug = "teamtailor-careers"
    ats = TEAMTAILOR
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers page shows it.")
    fields = (
        Field(
            "host",
            N_("Careers page"),
            N_(
                "The host that your careers page opens at, such as northwind.teamtailor.com or a domain of your own. "
                "You can paste the whole address."
            ),
            example="northwind.teamtailor.com",
            pattern=r"(?!(?:www|app|api|api\.na|na|docs|help|support|status)\.teamtailor\.com$)(?=.{4,253}$)"
            r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]",
            lower=True,
        ),
    )
    hosts = ("{host}",)
    addresses = (r"https://(?P<host>[a-z0-9-]+(?:\.na)?\.teamtailor\.com)",)
    shown_as = "{host}"
    limits = Limits(mib=32)  # a page holds a hundred jobs with their texts
    quirks = (
        N_("Internal and unlisted jobs are not shown: the careers page does not publish them."),
        N_("The feeds say when a job was published, not when it was changed."),
        N_("A job without remote work says no way of working: Teamtailor does not tell on site from not set."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """An address on a domain of the customer's own is cut to its host, too."""
        whole = typed_address(str(config.get("host") or ""))
        return super().check({**config, "host": urlsplit(whole).netloc} if whole else config)

    def account(self) -> RemoteAccount:
        """The name over the feed and, where they fit on one page, how many jobs there are."""
        channel = self._channel(0)
        jobs = len(channel.findall("item"))
        return RemoteAccount(
            self.config["host"].removesuffix(DOMAIN), _said(channel, "title"), jobs if jobs < PAGE else None
        )

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
            page = self._channel(offset).findall("item")
            rows |= self._new([(_number(_said(item, "link")), item) for item in page], rows)
            offset, full = offset + len(page), len(page) >= PAGE
        return rows

    def _entries(self) -> dict[str, dict[str, Any]]:
        """Number → entry of the JSON feed. It names the next page on whatever domain: only the number is taken."""
        rows: dict[str, dict[str, Any]] = {}
        seen: set[str] = set()
        base = f"https://{self.config['host']}/jobs.json?per_page={PAGE}&page="
        address = self.http.follow(f"{base}1", seen)
        while address:
            answer = self.http.get(address)
            page = answer.json()
            entries = need(self.ats.name, page, "items")
            if not all(isinstance(entry, dict) for entry in entries) or (page.get("next_url") and not entries):
                raise answer.unexpected()
            rows |= self._new([(_number(entry.get("url")), entry) for entry in entries], rows)
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
        url = f"https://{self.config['host']}/jobs.rss?offset={offset}&per_page={PAGE}"
        answer = self.http.get(url, headers={"Accept": "application/rss+xml, application/xml, text/xml"})
        try:
            root = fromstring(answer.body, forbid_dtd=True)
        except (ParseError, ValueError, LookupError):
            raise answer.unexpected() from None
        channel = root.find("channel")
        if root.tag != "rss" or channel is None:
            raise answer.unexpected()
        return channel


def _number(address: object) -> str:
    match = NUMBER.search(str(address or ""))
    return match[1] if match else ""


def _position(id: str, item: Element, entry: dict[str, Any]) -> RemotePosition:
    posting = _object(entry.get("_jobposting"))
    kinds, division = posting.get("employmentType"), _said(item, "{*}division")
    if isinstance(kinds, list):
        kinds = kinds[0] if len(kinds) == 1 else None
    return RemotePosition(
        id=id,
        title=_said(item, "title") or str(entry.get("title") or posting.get("title") or ""),
        url=_said(item, "link") or entry.get("url"),
        department=_said(item, "{*}department"),
        locations=_places(item, posting.get("jobLocation")),
        workplace=_workplace(_said(item, "{*}remoteStatus"), posting.get("jobLocationType")),
        employment_type=text.employment_type(kinds),
        description_html=text.unescape(
            (item.findtext("description") or "").strip() or entry.get("content_html") or posting.get("description")
        ),
        posted_at=text.moment(_said(item, "pubDate") or entry.get("date_published") or posting.get("datePosted")),
        closes_at=text.moment(posting.get("validThrough")),
        salary=_salary(_object(posting.get("baseSalary"))),
        company=_object(posting.get("hiringOrganization")).get("name"),
        category=_said(item, "{*}role"),
        labels=(Label("Division", division),) if division else (),
    )


def _workplace(status: str | None, kind: object) -> text.Workplace | None:
    return text.workplace(REMOTE.get(status or "")) or ("remote" if kind == "TELECOMMUTE" and not status else None)


def _places(item: Element, listed: Any) -> tuple[Location, ...]:
    """All places of the RSS feed, else those of the JSON feed, which knows more countries: it has them by code."""
    listed = listed if isinstance(listed, list) else [listed]
    others = [_address(_object(_object(place).get("address"))) for place in listed]
    countries = {place.city: place.country for place in others if place.city and place.country}
    found = [_place(place) for place in item.findall("{*}locations/{*}location")]
    found = [p if p.country or p.city not in countries else replace(p, country=countries[p.city]) for p in found]
    found = [place for place in found if place != Location()] or [place for place in others if place != Location()]
    return tuple(dict.fromkeys(found))


def _place(place: Element) -> Location:
    name, city = _said(place, "{*}name"), _said(place, "{*}city")
    name = None if name and city and name.casefold() == city.casefold() else name
    return Location(name, city, country=text.country(_said(place, "{*}country")))


def _address(address: dict[str, Any]) -> Location:
    country = address.get("addressCountry")
    return Location(
        city=address.get("addressLocality") or None,
        country=text.country(country.get("name") if isinstance(country, dict) else country),
    )


def _salary(pay: dict[str, Any]) -> Salary | None:
    value = _object(pay.get("value"))
    low, high = text.number(value.get("minValue")), text.number(value.get("maxValue"))
    low = low if low is not None else text.number(value.get("value"))
    if low is None and high is None:
        return None
    return Salary(low, high, text.currency(pay.get("currency")), text.interval(value.get("unitText")))


def _said(element: Element, tag: str) -> str | None:
    return text.one_line(element.findtext(tag) or "")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
