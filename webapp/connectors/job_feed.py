"""Any feed of positions by its address: XML as job boards take it, RSS 2.0, Atom, JSON Feed.

Facts: https://learn.microsoft.com/en-us/linkedin/talent/job-postings/xml-feeds-development-guide (Indeed's is alike),
https://www.rssboard.org/rss-specification, RFC 4287, https://www.jsonfeed.org/version/1.1/. Whatever comes becomes one
tree of elements; the one that repeats is found, and its parts are known by the names that feeds give them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlsplit

import requests
from requests.auth import HTTPBasicAuth

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Choices, Connector, Field
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._feed import Feed, Item, flat, fold, groups_of, language_of, likeliest, parse, raw_text, text_of
from webapp.connectors._feed_parts import description_of, places_of, salary_in, salary_of, workplace_of
from webapp.connectors._http import Answer, Limits
from webapp.connectors._job_posting import closed
from webapp.connectors._pages import joined
from webapp.connectors._records import (
    Label,
    RemoteAccount,
    RemotePosition,
    Translation,
    Unchanged,
    web_address,
)
from webapp.connectors._rows import digest
from webapp.i18n import N_

JOB_FEED = ATS("job-feed", "Job feed", generic=True)
ACCEPT = {"Accept": "application/xml, application/rss+xml, application/atom+xml, application/feed+json, */*;q=0.5"}
#: Feeds of a known kind: what stands where, where a feed has more than one element that could be meant.
PRESETS = {
    "indeed": "id=referencenumber url=url posted=date employment=jobtype workplace=remotetype company=company"
    " city=city region=state country=country requisition=requisitionid description=description category=category",
    "google": "id=id url=link place=location company=employer category=jobfunction closes=expirationdate"
    " employment=jobtype description=description",
    "tt": "id=guid url=link posted=pubdate place=locations department=department category=role workplace=remotestatus"
    " description=description",
    "json": "id=id url=url posted=datepublished updated=datemodified description=contenthtml",
}
#: The parts that a person may choose an element for, in the order of the form.
MAPPED = {
    "title": N_("Title"),
    "id": N_("Number"),
    "url": N_("Address of the position"),
    "apply": N_("Address to apply at"),
    "place": N_("Place"),
    "city": N_("City"),
    "region": N_("Region"),
    "country": N_("Country"),
    "department": N_("Department"),
    "company": N_("Company"),
    "employment": N_("Employment type"),
    "workplace": N_("Workplace"),
    "description": N_("Description"),
    "posted": N_("Date posted"),
    "closes": N_("Closing date"),
    "salary": N_("Pay"),
    "language": N_("Language"),
}


class JobFeed(Connector):
    """One feed, read as a whole, and not again while its server says that it is the same."""

    slug = "job-feed"
    ats = JOB_FEED
    way_in = N_("By the address of a feed")
    about = N_("Needs no credentials. Reads the positions of an XML, RSS, Atom or JSON feed, of any system.")
    fields = (
        Field(
            "url",
            N_("Address of the feed"),
            N_("Your ATS shows it near XML, RSS, export or job boards. In a browser it looks like code, not a page."),
            example="https://careers.example.com/jobs.xml",
            pattern=r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?][^\s\\]*)?",
        ),
        Field(
            "company",
            N_("Only this company"),
            N_("If the feed holds positions of several companies: the name of yours, as the feed writes it."),
            example="Northwind Foods",
            required=False,
        ),
        Field(
            "preset",
            N_("Kind of feed"),
            N_("Leave it at Automatic, unless the preview shows one thing in the place of another."),
            example="auto",
            choices=(
                ("auto", N_("Automatic")),
                ("indeed", N_("XML for job boards (Indeed and alike)")),
                ("google", N_("RSS with Google's job elements (g:)")),
                ("tt", N_("RSS with places (tt:)")),
                ("json", N_("JSON Feed")),
            ),
            default="auto",
            required=False,
        ),
        Field(
            "mapping",
            N_("What is read from what"),
            N_("Pairs such as title=jobtitle: a part of a position, and the element of the feed that holds it."),
            example="title=jobtitle city=location/town",
            pattern=r"[a-z]+=(?:-|[a-z0-9]+(?:/[a-z0-9]+)*)(?: [a-z]+=(?:-|[a-z0-9]+(?:/[a-z0-9]+)*))*",
            required=False,
        ),
        Field(
            "username",
            N_("User name"),
            N_("Only where the feed asks for a user name and a password."),
            example="intranet",
            pattern=r"[^:]{1,200}",
            required=False,
        ),
        Field(
            "password", N_("Password"), N_("The one that belongs to the user name."), "–", secret=True, required=False
        ),
        Field(
            "header",
            N_("Header"),
            N_("Only where the feed asks for a key in a header: its name, a colon and the key."),
            example="X-Api-Key: 0123456789",
            pattern=r"[A-Za-z0-9-]{1,60}:\s*[\x21-\x7e][\x20-\x7e]*",
            secret=True,
            required=False,
        ),
    )
    maps = "mapping"
    hosts = ("{url}",)
    shown_as = "{url}"
    limits = Limits(mib=16)
    quirks = (
        N_("Some feeds hold the latest positions only; what is not in the feed is not shown."),
        N_("What a feed does not name in a way that Berth knows is left out, not guessed."),
    )
    revoke = N_("Nothing to revoke: the feed is open to everybody who knows its address.")

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """As for all; an address may be typed without `https://`."""
        url = str(config.get("url") or "").strip()
        return super().check({**config, "url": f"https://{url}"} if url and "://" not in url else config)

    @classmethod
    def shown(cls, config: Mapping[str, str]) -> str:
        """The address without its query, which may hold a key."""
        return super().shown(config).partition("?")[0]

    def __init__(self, config: Mapping[str, str], http: requests.Session | None = None) -> None:
        super().__init__(config, http)
        self.http.ats = urlsplit(self.config["url"]).hostname or ""  # what answers is somebody's server, not an ATS

    def account(self) -> RemoteAccount:
        """Host and path of the address, the feed's own title, and how many positions are open."""
        name, found = self._gather({}) or (None, {})
        address, company = urlsplit(self.config["url"]), self.config.get("company")
        notes = (N_("The feed holds no position of this company."),) if company and not found else ()
        still_open = sum(not closed(position.closes_at) for position in found.values())
        return RemoteAccount(f"{address.hostname}{address.path}", name, still_open, notes)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Items are gathered first: a feed may list a position once per place, and go on listing one that is over."""
        gathered = self._gather(known)
        self.listed = len(known if gathered is None else gathered[1])
        if gathered is None:
            yield from map(Unchanged, known)
            return
        for position in gathered[1].values():
            if closed(position.closes_at):
                self.withhold(position.id, "expired", position.title)
            else:
                yield position

    def _gather(self, known: dict[str, str]) -> tuple[str | None, dict[str, RemotePosition]] | None:
        """The feed's title and its positions by id; `None` where nothing has changed since `known`."""
        url, versions, condition = self.config["url"], set(known.values()), dict[str, str]()
        reading = digest(self.config.get("company"), self._mapping)
        if len(versions) == 1:
            how, _space, same = versions.pop().partition(" ")
            asked = "If-Modified-Since" if re.match("[A-Z][a-z]{2}, ", same) else "If-None-Match"
            condition = {asked: same} if how == reading else {}
        answer = self._get(url, condition)
        if answer.status == 304:
            return None
        feed, seen, found = Feed(answer, self._mapping), {url}, dict[str, RemotePosition]()
        # The validator of one page says nothing of the pages behind it.
        validator = None if feed.next else answer.headers.get("ETag") or answer.headers.get("Last-Modified")
        version = f"{reading} {validator}" if validator else None
        name, wanted = feed.name, (text.one_line(self.config.get("company") or "") or "").casefold()
        entries = 0
        while True:
            items = (Item(element, self._mapping) for element in feed.items)
            for position in (_position(item, feed, version) for item in items):
                if not wanted or (position.company or "").casefold() == wanted:
                    before = found.get(position.id)
                    entries += before is None or before.title != position.title
                    found[position.id] = _merged(before, position)
            link = self.http.follow(feed.next and (joined(url, feed.next) or feed.next), seen)
            if not link and entries > 1 + 2 * len(found):
                few = N_("%(entries)s entries of the feed share %(ids)s numbers: choose another element for Number.")
                raise UnexpectedAnswer(few, entries=entries, ids=len(found))
            if not link:
                return name, found
            feed = Feed(self._get(link), self._mapping)

    def choices(self) -> Choices:
        """What the mapping can be chosen from: the elements that repeat, and the parts of the first few of them."""
        root = flat(parse(self._get(self.config["url"])))
        groups = groups_of(root)
        chosen = {"item": "/".join(map(fold, likeliest(groups))), **_named(self.config.get("mapping"))}
        items = next((g for path, g in groups.items() if "/".join(map(fold, path)) == chosen["item"]), [])
        examples: dict[str, str] = {}
        for item in (Item(element, {name: fold(name) for name in element.attrib}) for element in items[:3]):
            for name, elements in item.parts.items():
                for inner in elements[:1]:
                    for path, element in ((name, inner), *((f"{name}/{fold(e.tag)}", e) for e in inner)):
                        if said := text_of(element):
                            examples.setdefault(path, said[:80])
        repeating = {"/".join(map(fold, path)): f"{len(group)} ×" for path, group in groups.items()}
        return Choices(repeating, MAPPED, examples, chosen)

    @property
    def _mapping(self) -> dict[str, str]:
        """Part → element: what the preset says, and over it what was chosen by hand."""
        return _named(PRESETS.get(self.config["preset"])) | _named(self.config.get("mapping"))

    def _get(self, url: str, condition: Mapping[str, str] = MappingProxyType({})) -> Answer:
        headers = {**ACCEPT, **condition}
        if header := self.config.get("header"):
            key, _colon, value = header.partition(":")
            headers[key] = value.strip()
        user = self.config.get("username")
        auth = HTTPBasicAuth(user.encode(), self.config.get("password", "").encode()) if user else None
        return self.http.get(url, headers=headers, auth=auth, allow=(304,) if condition else ())


def _named(mapping: str | None) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in (mapping or "").split())


def _position(item: Item, feed: Feed, version: str | None) -> RemotePosition:
    first = feed.first
    links = [e for e in item.all("url") if e.get("rel") in (None, "alternate")]
    links += [e for e in item.parts.get("guid", ()) if e.get("isPermaLink") != "false"]
    url, apply_url = (
        next((a for e in es if (a := web_address(raw_text(e)))), None) for es in (links, item.all("apply"))
    )
    pay = item.said("salary")
    salary = salary_of(pay or "") or next(filter(None, map(salary_in, item.all("salary"))), None)
    return RemotePosition(
        id=next((raw for e in item.all("id") if (raw := raw_text(e))), None) or url or apply_url or "",
        title=item.said("title") or "",
        url=url,
        apply_url=apply_url,
        department=item.said("department"),
        team=item.said("team"),
        locations=places_of(item),
        workplace=workplace_of(item),
        employment_type=text.employment_type([text_of(e) for e in item.all("employment")]),
        description_html=description_of(item),
        posted_at=text.moment(item.said("posted"), first=first),
        updated_at=text.moment(item.said("updated"), first=first),
        closes_at=text.moment(item.said("closes"), first=first),
        language=language_of(item) or feed.language,
        requisition=item.said("requisition"),
        salary=salary,
        company=item.said("company"),
        category=item.said("category"),
        labels=(Label("Salary", pay),) if pay and not salary else (),
        version=version,
    )


def _merged(before: RemotePosition | None, now: RemotePosition) -> RemotePosition:
    """One position listed once per place or per language has all of them; else what comes last counts."""
    if before and before.language and now.language and before.language != now.language:
        others = {each.language: each for each in before.translations}
        others.setdefault(
            now.language, Translation(now.language, now.title, now.description_html, now.url, now.apply_url)
        )
        return replace(before, translations=tuple(others.values()))
    if before is None or replace(before, locations=(), translations=()) != replace(now, locations=()):
        return now
    return replace(before, locations=tuple(dict.fromkeys(before.locations + now.locations)))
