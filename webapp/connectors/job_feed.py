"""Any feed of positions by its address: XML as job boards take it, RSS 2.0, Atom, JSON Feed.

Facts: https://learn.microsoft.com/en-us/linkedin/talent/job-postings/xml-feeds-development-guide (Indeed's is alike),
https://www.rssboard.org/rss-specification, RFC 4287, https://www.jsonfeed.org/version/1.1/. Whatever comes becomes one
tree of elements; the one that repeats is found, and its parts are known by the names that feeds give them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import Answer, Limits
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Label, Location, RemoteAccount, RemotePosition, Salary, Unchanged, web_address
from webapp.i18n import N_

JOB_FEED = ATS("job-feed", "Job feed", order=None)
ACCEPT = {"Accept": "application/xml, application/rss+xml, application/atom+xml, application/feed+json, */*;q=0.5"}
DEPTH, SIZE = 100, 250_000
ATOM, RDF = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
#: Documents whose repeating element has a fixed name; `json` is what `_parse` calls a JSON Feed.
KNOWN = {"rss": "item", f"{RDF}RDF": "item", f"{ATOM}feed": "entry", "json": "items"}
# What XML 1.0 does not allow, as it stands or as a reference: feeds hold it, and a parser stops there.
INVALID = re.compile(
    rb"[\0-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.I
)
# .NET declares UTF-16 on text that is UTF-8; real UTF-16 begins with its mark.
UTF_16 = re.compile(rb"""(?<=<\?xml version=.1\.0.)\s+encoding=["']utf-16["']""", re.I)
WEB_PAGE = re.compile(rb"(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+)?html\b", re.I)
MONEY, SIGN = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d\d?)?)", r"([A-Z]{3}|[€£$])?"
PAY = re.compile(
    rf"{SIGN}\s*{MONEY}(?:\s*(?:-|–|to)\s*{SIGN}\s*{MONEY})?\s*{SIGN}(?:\s*(?:/|\ban?\b|\bper\b)\s*(\w+))?"
)
#: What feeds call the parts of a position, most telling first. Names are folded: `job_title` and `jobTitle` are one.
PARTS = {
    "title": "title jobtitle positiontitle positionname jobname stellentitel stellenbezeichnung titel position name",
    "id": "guid id referencenumber partnerjobid jobid reference referenceid externalid reqid vacancyid",
    "url": "link url joburl detailurl externalurl",
    "apply": "applyurl applylink applicationurl",
    "company": "company companyname employer employername hiringorganization organizationname subcompany",
    "department": "department departmentname",
    "team": "team",
    "category": "category jobcategory jobfunction jobfunctions",
    "employment": "jobtype employmenttype contracttype schedule",
    "workplace": "remotetype remotestatus workplacetypes workplacetype workplace joblocationtype remote",
    "description": "encoded contenthtml content contenttext jobdescription jobdescriptions description descriptionhtml"
    " descriptiontemplate descriptionrequirements summary",
    "posted": "pubdate date dateposted posteddate postedat publishdate published datepublished listdate createdat",
    "updated": "updated datemodified lastupdated lastmodified updatedat",
    "closes": "validthrough expirationdate expirydate expireat expires expiresat closingdate pubdateto deadline",
    "language": "language lang",
    "requisition": "requisitionid requisitionnumber",
    "salary": "salary compensation",
    "place": "locations location joblocations joblocation offices office worklocation arbeitsort standort",
    "more": "alternatelocations additionallocations additionaloffices",
    "city": "city town locality addresslocality ort",
    "region": "state region province addressregion bundesland",
    "country": "countrycode country addresscountry",
}
KINDS = {name: kind for kind, names in PARTS.items() for name in names.split()}
ATTRIBUTES = ("id", "url", "title", "name", "lang")
TELLING = {"id", "url", "apply", "description", "posted", "place", "city"}
SECTIONS = ("responsibilities", "requirements", "qualifications", "skillsandexperience", "benefits")
FLAGS = dict.fromkeys(("remote", "isremote", "remotestatus", "remotetype", "telecommuting"), "remote")
FLAGS |= {"hybrid": "hybrid", "onsite": "on_site"}
#: A feed without positions holds an empty list, and what is said at the head of one.
LISTS = re.compile("source|jobs|items|joblist|positions|postings|vacancies|results|workzagjobs")
HEAD = re.compile("feed|publisher(url)?|lastbuilddate|title|link|description|language|count|total|expectedjobcount")


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
    )
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

    def account(self) -> RemoteAccount:
        """Host and path of the address, the feed's own title, and how many positions are open."""
        name, found = self._gather({}) or (None, {})
        address, company = urlsplit(self.config["url"]), self.config.get("company")
        notes = (N_("The feed holds no position of this company."),) if company and not found else ()
        still_open = sum(not _is_past(position) for position in found.values())
        return RemoteAccount(f"{address.hostname}{address.path}", name, still_open, notes)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Items are gathered first: a feed may list a position once per place."""
        gathered = self._gather(known)
        self.listed = len(known if gathered is None else gathered[1])
        if gathered is None:
            yield from map(Unchanged, known)
            return
        for position in gathered[1].values():
            if _is_past(position):
                self.withhold(position.id, "expired", position.title)
            else:
                yield position

    def _gather(self, known: dict[str, str]) -> tuple[str | None, dict[str, RemotePosition]] | None:
        """The feed's title and its positions by id; `None` where nothing has changed since `known`."""
        url, versions, condition = self.config["url"], set(known.values()), dict[str, str]()
        if len(versions) == 1:
            (same,) = versions
            condition = {"If-Modified-Since" if re.match("[A-Z][a-z]{2}, ", same) else "If-None-Match": same}
        answer = self.http.get(url, headers=ACCEPT | condition, allow=(304,) if condition else ())
        if answer.status == 304:
            return None
        feed, seen, found = _Feed(answer), {url}, dict[str, RemotePosition]()
        # The validator of one page says nothing of the pages behind it.
        version = None if feed.next else answer.headers.get("ETag") or answer.headers.get("Last-Modified")
        name, wanted = feed.name, (text.one_line(self.config.get("company") or "") or "").casefold()
        while True:
            for position in (_position(_Item(element), feed.language, version) for element in feed.items):
                if not wanted or (position.company or "").casefold() == wanted:
                    found[position.id] = _merged(found.get(position.id), position)
            link = self.http.follow(urljoin(url, feed.next) if feed.next else None, seen)
            if not link:
                return name, found
            feed = _Feed(self.http.get(link, headers=ACCEPT))


class _Item:
    """An element and its parts by folded name, some attributes among them."""

    def __init__(self, element: Element) -> None:
        self.parts: dict[str, list[Element]] = {}
        attributes = [Element(name) for name in element.attrib if _fold(name) in ATTRIBUTES]
        for part in attributes:
            part.text = element.get(part.tag)
        for part in (*element, *attributes):
            # The `title` and `content` of a picture or a sound are not those of the position.
            if "search.yahoo.com/mrss" not in part.tag and "www.itunes.com" not in part.tag:
                self.parts.setdefault(_fold(part.tag), []).append(part)

    def all(self, kind: str) -> list[Element]:
        """The parts of this kind, most telling first."""
        return [element for name in PARTS[kind].split() for element in self.parts.get(name, ())]

    def said(self, kind: str) -> str | None:
        """The text of the first of them that has one."""
        return next((said for element in self.all(kind) if (said := _said(element))), None)


class _Feed:
    """A document: its items, its title, its language and the address of the next page."""

    def __init__(self, answer: Answer) -> None:
        root = _parse(answer)
        head = next((child for child in root if _fold(child.tag) == "channel"), root)
        name, top = KNOWN.get(root.tag), _Item(head)
        around = root if head is root else (*root, *head)  # RSS 1.0 has its items beside the channel, 2.0 in it
        self.items = [e for e in around if _fold(e.tag) == name and (len(e) or e.text)] if name else _find(root)
        self.name = next((_said(e) for n in ("title", "publisher") for e in top.parts.get(n, ())), None)
        self.language = _language(top)
        links = [e.get("href") for e in top.parts.get("link", ()) if e.get("rel") == "next"]
        self.next = next(iter(links + [_raw(e) for e in top.parts.get("nexturl", ())]), None)


def _parse(answer: Answer) -> Element:
    body = answer.body.removeprefix(b"\xef\xbb\xbf").strip()
    if body[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        body = UTF_16.sub(b"", INVALID.sub(b"", body), 1)
    if WEB_PAGE.match(body):
        raise UnexpectedAnswer(N_("This address is no feed but a web page. Ask for the address of the feed itself."))
    builder = _Builder()
    try:
        if body.startswith((b"{", b"[")):
            data = json.loads(body)
            is_feed = isinstance(data, dict) and isinstance(data.get("items"), list)
            _build(builder, "json" if is_feed else "feed" if isinstance(data, dict) else "jobs", data)
            return builder.close()
        parser = XMLParser(target=builder, forbid_dtd=True)
        parser.feed(body)
        return parser.close()
    except DefusedXmlException:
        message = N_("What this address answers is no feed that Berth reads: it holds a DTD, which can do harm.")
    except (ParseError, ValueError, RecursionError):
        message = N_(
            "What this address answers is no feed that Berth reads: neither XML nor JSON, broken off, or too large."
        )
    raise UnexpectedAnswer(message)


class _Builder(TreeBuilder):
    """Makes the tree, and stops at one that is nested too deeply or too long."""

    depth = size = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:  # type: ignore[override]
        self.depth, self.size = self.depth + 1, self.size + 1
        if self.depth > DEPTH or self.size > SIZE:
            raise ParseError("too deep or too long")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self.depth -= 1
        return super().end(tag)


def _build(builder: _Builder, name: str, value: Any) -> None:
    """JSON as elements; a list is its entries under the same name."""
    builder.start(name, {})
    if isinstance(value, dict):
        for key, inner in value.items():
            for one in inner if isinstance(inner, list) and inner else [inner]:
                _build(builder, key, one)
    elif isinstance(value, list):
        for one in value:
            _build(builder, "item", one)
    elif value is not None:
        builder.data(str(value))
    builder.end(name)


def _find(root: Element) -> list[Element]:
    """The elements that repeat most and have something like a title; of nested ones those that say more."""
    groups: dict[tuple[str, ...], list[Element]] = {}

    def walk(parent: Element, path: tuple[str, ...]) -> None:
        for child in parent if len(path) < 6 else ():
            groups.setdefault((*path, child.tag), []).append(child)
            walk(child, (*path, child.tag))

    walk(root, ())
    scores: dict[tuple[str, ...], tuple[int, int]] = {}
    for path, group in groups.items():
        kinds = {KINDS.get(_fold(name)) for e in group[:50] for name in (*e.attrib, *(part.tag for part in e))}
        if "title" in kinds and kinds & TELLING and len(scores) < 100:
            scores[path] = len(kinds - {None}), len(group)
    # zip ends with the shorter path: where all of it is the same, one lies in the other
    near = {p: [scores[q] for q in scores if all(a == b for a, b in zip(p, q, strict=False))] for p in scores}
    most = max((kinds for kinds, _count in scores.values()), default=0)
    full = [p for p in scores if scores[p] == max(near[p]) and 2 * scores[p][0] >= most]
    best = max(full, key=lambda p: len(groups[p]), default=None)
    names = {_fold(element.tag) for element in root.iter()}
    is_empty = all(LISTS.fullmatch(n) or HEAD.fullmatch(n) for n in names) and any(map(LISTS.fullmatch, names))
    if not best and not is_empty:
        raise UnexpectedAnswer(
            N_("What this address answers is no feed of positions: no element in it repeats and has a title.")
        )
    return groups[best] if best else []


def _fold(tag: str) -> str:
    return re.sub(r"[^a-z0-9]", "", tag.rpartition("}")[2].lower())


def _raw(element: Element) -> str | None:
    """The text as it stands: the element's own, or that of a name in it, or what Atom has in attributes."""
    inner = next((part for part in element if _fold(part.tag) in ("name", "value", "label")), element)
    return text.one_line(inner.text or element.get("href") or element.get("label") or element.get("term") or "")


def _said(element: Element) -> str | None:
    return html.unescape(_raw(element) or "") or None


def _position(item: _Item, language: str | None, version: str | None) -> RemotePosition:
    links = [e for e in item.all("url") if e.get("rel") in (None, "alternate")]
    links += [e for e in item.parts.get("guid", ()) if e.get("isPermaLink") != "false"]
    url, apply_url = (next((a for e in es if (a := web_address(_raw(e)))), None) for es in (links, item.all("apply")))
    pay, salary = item.said("salary"), _salary(item.said("salary") or "")
    return RemotePosition(
        id=next((raw for e in item.all("id") if (raw := _raw(e))), None) or url or apply_url or "",
        title=item.said("title") or "",
        url=url,
        apply_url=apply_url,
        department=item.said("department"),
        team=item.said("team"),
        locations=_places(item),
        workplace=_workplace(item),
        employment_type=text.employment_type(item.said("employment")),
        description_html=_description(item),
        posted_at=text.moment(item.said("posted")),
        updated_at=text.moment(item.said("updated")),
        closes_at=text.moment(item.said("closes")),
        language=_language(item) or language,
        requisition=item.said("requisition"),
        salary=salary,
        company=item.said("company"),
        category=item.said("category"),
        labels=(Label("Salary", pay),) if pay and not salary else (),
        version=version,
    )


def _merged(before: RemotePosition | None, now: RemotePosition) -> RemotePosition:
    """One position listed once per place has all of them; else what comes last counts."""
    if before is None or replace(before, locations=()) != replace(now, locations=()):
        return now
    return replace(before, locations=tuple(dict.fromkeys(before.locations + now.locations)))


def _places(item: _Item) -> tuple[Location, ...]:
    """Places that have parts, else city and country beside the title, else places as text; and further ones."""
    boxes, flat = item.all("place"), _spelt(item)
    spelt = [place for box in boxes for e in box.iter() if len(e) and (place := _spelt(_Item(e), "name"))]
    inner = [e for box in boxes for e in box.iter() if not len(e) and KINDS.get(_fold(e.tag)) in ("place", "title")]
    loose, more = places(*map(_said, inner)), places(*(_said(e) for box in item.all("more") for e in box.iter()))
    beside = (flat,) if flat and (flat.city or flat.region or not loose) else loose
    return tuple(dict.fromkeys((*(spelt or beside), *more)))


def _spelt(item: _Item, name: str = "") -> Location | None:
    city, region, country = (item.said(kind) for kind in ("city", "region", "country"))
    called = next(map(_said, item.parts.get(name, ())), None)
    return Location(called, city, region, text.country(country)) if city or region or country else None


def _workplace(item: _Item) -> Any:
    yes = ("true", "yes", "1", "fully", "always")
    flags = {FLAGS[name] for name in FLAGS for e in item.parts.get(name, ()) if (_raw(e) or "").lower() in yes}
    said = text.workplace(item.said("workplace"))
    return flags.pop() if len(flags) == 1 else said or work_model("; ".join(_said(e) or "" for e in item.all("place")))


def _description(item: _Item) -> str | None:
    """The fullest text and the sections beside it, in the order of the feed."""
    main = next((e for e in item.all("description") if _html(e)), None)
    parts = [e for name, elements in item.parts.items() for e in elements if e is main or name in SECTIONS]
    return text.sections((None if e is main else _heading(e.tag), _html(e)) for e in parts)


def _heading(tag: str) -> str:
    return re.sub(r"[_-]|(?<=[a-z])(?=[A-Z])", " ", tag.rpartition("}")[2]).capitalize()


def _html(element: Element) -> str | None:
    """A text as HTML: parts with headings, elements that are markup, escaped markup, or plain lines."""
    headed = []
    for parts in (_Item(part).parts for part in element):
        titles, bodies = parts.get("title") or parts.get("name"), parts.get("content") or parts.get("value")
        if titles and bodies:
            headed.append((_said(titles[0]), _html(bodies[0])))
    if headed:
        return text.sections(headed)
    if len(element):
        for inner in element.iter():
            inner.tag = inner.tag.rpartition("}")[2]
        return html.escape(element.text or "") + "".join(tostring(e, "unicode", "html") for e in element)
    body = text.unescape((element.text or "").strip()) or ""
    is_atom = element.tag.startswith(ATOM) and element.get("type", "text") == "text" and not re.search(r"</\w+>", body)
    if is_atom or _fold(element.tag) == "contenttext":
        body = html.escape(body, quote=False)
    return text.lines(body)


def _salary(said: str) -> Salary | None:
    """Pay that is said as numbers, a currency and nothing that is not understood."""
    before, low, between, high, after, per = match.groups() if (match := PAY.fullmatch(said)) else (None,) * 6
    currency, interval = text.currency(before or between or after), text.interval(per)
    if not low or not currency or (per and not interval):
        return None
    return Salary(text.number(low), text.number(high or low), currency, interval)


def _language(item: _Item) -> str | None:
    said = item.said("language") or ""
    return said.replace("_", "-") if re.fullmatch(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*", said) else None


def _is_past(position: RemotePosition) -> bool:
    """Whether the last day is over; a date without a time is a whole day."""
    closes, now = position.closes_at, datetime.now(UTC)
    return closes is not None and closes < now - timedelta(days=0 if closes.hour or closes.minute else 1)
