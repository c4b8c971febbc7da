"""Feeds as documents: whatever comes becomes one tree of elements, the one that repeats is found, and its parts are
known by the names that feeds give them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from webapp.connectors import _text as text
from webapp.connectors._answer import Answer
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._xml import INVALID
from webapp.i18n import N_

DEPTH, SIZE = 100, 250_000
ATOM, RDF = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
EASYCRUIT = "{urn:EasyCruit}"
#: Documents whose repeating element has a fixed name; `json` is what `parse` calls a JSON Feed.
KNOWN = {"rss": "item", f"{RDF}RDF": "item", f"{ATOM}feed": "entry", "json": "items"}
# .NET declares UTF-16 on text that is UTF-8; real UTF-16 begins with its mark.
UTF_16 = re.compile(rb"""(?<=<\?xml version=.1\.0.)\s+encoding=["']utf-16["']""", re.I)
WEB_PAGE = re.compile(rb"(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+)?html\b", re.I)
#: What feeds call the parts of a position, most telling first. Names are folded: `job_title` and `jobTitle` are one.
PARTS = {
    "title": "title jobtitle positiontitle positionname jobname stellentitel stellenbezeichnung titel"
    " functietitel titre position name label",
    "id": "guid id referencenumber partnerjobid jobid reference referenceid externalid reqid jobreqid vacancyid jobref"
    " refid",
    "url": "link url joburl detailurl externalurl joblistingurl vacancyurl webpage",
    "apply": "applyurl applylink applicationurl sollicitatieurl bewerbungslink bewerbungsurl",
    "company": "company companyname employer employername hiringorganization organizationname subcompany"
    " alternativecompanyname clientname firma unternehmen",
    "department": "department departmentname abteilung afdeling",
    "team": "team",
    "category": "category jobcategory jobfunction jobfunctions functiegroep berufsfeld",
    "employment": "jobtype employmenttype contracttype schedule contract engagement positiontype dienstverband"
    " anstellungsart vertragsart",
    "workplace": "remotetype remotestatus workplacetypes workplacetype workplace joblocationtype remote",
    "description": "encoded contenthtml content contenttext jobdescription jobdescriptions description descriptionhtml"
    " descriptiontemplate descriptionrequirements omschrijving beschreibung summary",
    "posted": "pubdate date dateposted posteddate postedat publishdate publicationdate published datepublished"
    " listdate startdatetime datestart opens publicatiedatum createdat",
    "updated": "updated datemodified lastupdated lastmodified updatedat",
    "closes": "validthrough expirationdate expirydate expireat expires expiresat expire closingdate pubdateto"
    " enddatetime dateend closes sluitingsdatum deadline",
    "language": "language lang",
    "requisition": "requisitionid requisitionnumber",
    "salary": "salary salarydescription compensation",
    "place": "locations location locationdescription joblocations joblocation offices office worklocation"
    " arbeitsort standort",
    "more": "alternatelocations additionallocations additionaloffices",
    "city": "city town locality citytown addresslocality ort plaats ville",
    "region": "state region province county addressregion bundesland regio provincie",
    "country": "countrycode country addresscountry land pays",
}
KINDS = {name: kind for kind, names in PARTS.items() for name in names.split()}
ATTRIBUTES = ("id", "url", "title", "name", "lang", "language", "datestart", "dateend", "datemodified")
DATES, DATE = ("posted", "updated", "closes"), re.compile(r"\s*(\d{1,2})[/-](\d{1,2})[/-]\d{4}")
TELLING = {"id", "url", "apply", "description", "posted", "place", "city"}
#: A feed without positions holds an empty list, and what is said at the head of one.
LISTS = re.compile("source|jobs|items|joblist|positions|postings|vacancies|results|workzagjobs")
HEAD = re.compile("feed|publisher(url)?|lastbuilddate|title|link|description|language|count|total|expectedjobcount")


class Item:
    """An element and its parts by folded name, some attributes among them; `chosen`: part → name, `-` for none."""

    def __init__(self, element: Element, chosen: Mapping[str, str] = MappingProxyType({})) -> None:
        self.parts: dict[str, list[Element]] = {}
        self.chosen = chosen
        wanted = {*ATTRIBUTES, *chosen.values()}
        attributes = [Element(name) for name in element.attrib if fold(name) in wanted]
        for part in attributes:
            part.text = element.get(part.tag)
        for part in (*element, *attributes):
            # The `title` and `content` of a picture or a sound are not those of the position.
            if "search.yahoo.com/mrss" not in part.tag and "www.itunes.com" not in part.tag:
                self.parts.setdefault(fold(part.tag), []).append(part)

    def all(self, kind: str) -> list[Element]:
        """The parts of this kind, most telling first; only those chosen, where a choice was made."""
        if path := self.chosen.get(kind):
            name, *inner = path.split("/")
            found = self.parts.get(name, [])
            for step in inner:
                found = [e for element in found for e in element if fold(e.tag) == step]
            return found
        return [element for name in PARTS[kind].split() for element in self.parts.get(name, ())]

    def said(self, kind: str) -> str | None:
        """The text of the first of them that has one."""
        return next((said for element in self.all(kind) if (said := text_of(element))), None)


class Feed:
    """A document: its items, its title, its language and the address of the next page."""

    def __init__(self, answer: Answer, mapping: Mapping[str, str] = MappingProxyType({})) -> None:
        root = flat(parse(answer))
        head = next((child for child in root if fold(child.tag) == "channel"), root)
        name, top = KNOWN.get(root.tag), Item(head)
        around = root if head is root else (*root, *head)  # RSS 1.0 has its items beside the channel, 2.0 in it
        if wanted := mapping.get("item"):
            self.items = next((g for p, g in groups_of(root).items() if "/".join(map(fold, p)) == wanted), [])
            if not self.items:
                gone = N_("The feed has no element %(name)s, which was chosen to be the positions.")
                raise UnexpectedAnswer(gone, name=wanted)
        else:
            self.items = [e for e in around if fold(e.tag) == name and (len(e) or e.text)] if name else find(root)
        self.name = next((text_of(e) for n in ("title", "publisher") for e in top.parts.get(n, ())), None)
        self.language = language_of(top)
        self.first = first_of(self.items)
        links = [e.get("href") for e in top.parts.get("link", ()) if e.get("rel") == "next"]
        self.next = next(iter(links + [raw_text(e) for e in top.parts.get("nexturl", ())]), None)


def parse(answer: Answer) -> Element:
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


def flat(root: Element) -> Element:
    """EasyCruit's list, in which a vacancy has its words in each language, as one item for each of them.

    Facts: https://www.easycruit.com/dtd/vacancy-list.xsd.
    """
    if root.tag != f"{EASYCRUIT}VacancyList":
        return root
    found = Element("vacancies")
    for vacancy in root.iter(f"{EASYCRUIT}Vacancy"):
        unit = next(vacancy.iter(f"{EASYCRUIT}Department"), Element("none"))
        for version in vacancy.iter(f"{EASYCRUIT}Version"):
            item = SubElement(found, "vacancy", vacancy.attrib | version.attrib)
            region = next((e for e in version if fold(e.tag) == "region"), Element("none"))
            kinds = [e for e in version.iter() if e.get("type") in ("duration", "extent", "position-type")]
            item.extend(e for e in (*version, *unit) if fold(e.tag) not in ("region", "categories", "name"))
            item.extend(e for e in region.iter() if fold(e.tag) == "county")
            for name, said in (
                ("country", region[0].get("name") if len(region) == 1 else None),
                ("jobtype", " / ".join(filter(None, (e.text for e in kinds)))),
                ("category", next((e.text for e in version.iter() if e.get("type") == "area-of-interest"), None)),
                ("department", next((e.text for e in unit if fold(e.tag) == "name"), None)),
            ):
                SubElement(item, name).text = said
    return found


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


def groups_of(root: Element) -> dict[tuple[str, ...], list[Element]]:
    """The elements below the root by their path, those that may be positions first: with a title and more parts."""
    groups: dict[tuple[str, ...], list[Element]] = {}

    def walk(parent: Element, path: tuple[str, ...]) -> None:
        for child in parent if len(path) < 6 else ():
            groups.setdefault((*path, child.tag), []).append(child)
            walk(child, (*path, child.tag))

    walk(root, ())
    return {path: group for path, group in groups.items() if any(len(e) or e.attrib for e in group[:50])}


def likeliest(groups: dict[tuple[str, ...], list[Element]]) -> tuple[str, ...]:
    """The path of what repeats most and has something like a title; of nested ones the one that says more."""
    scores: dict[tuple[str, ...], tuple[int, int]] = {}
    for path, group in groups.items():
        kinds = {KINDS.get(fold(name)) for e in group[:50] for name in (*e.attrib, *(part.tag for part in e))}
        if "title" in kinds and kinds & TELLING and len(scores) < 100:
            scores[path] = len(kinds - {None}), len(group)
    # zip ends with the shorter path: where all of it is the same, one lies in the other
    near = {p: [scores[q] for q in scores if all(a == b for a, b in zip(p, q, strict=False))] for p in scores}
    most = max((kinds for kinds, _count in scores.values()), default=0)
    full = [p for p in scores if scores[p] == max(near[p]) and 2 * scores[p][0] >= most]
    return max(full, key=lambda p: len(groups[p]), default=())


def find(root: Element) -> list[Element]:
    """The elements that are the positions; none where the feed is an empty list. Raises where neither is seen."""
    groups = groups_of(root)
    best = likeliest(groups)
    names = {fold(element.tag) for element in root.iter()}
    is_empty = all(LISTS.fullmatch(n) or HEAD.fullmatch(n) for n in names) and any(map(LISTS.fullmatch, names))
    if not best and not is_empty:
        raise UnexpectedAnswer(
            N_("What this address answers is no feed of positions: no element in it repeats and has a title.")
        )
    return groups[best] if best else []


def first_of(items: list[Element]) -> text.First | None:
    """What dates such as 5/8/2026 begin with, where one of the feed tells it: there is no 19th month."""
    dates = [DATE.match(e.text or "") for item in items for e in item if KINDS.get(fold(e.tag)) in DATES]
    first, second = ([int(d[n]) for d in dates if d] for n in (1, 2))
    if max(first, default=0) > 12 >= max(second, default=0):
        return "day"
    return "month" if max(second, default=0) > 12 >= max(first, default=0) else None


def fold(tag: str) -> str:
    return re.sub(r"[^a-z0-9]", "", tag.rpartition("}")[2].lower())


def raw_text(element: Element) -> str | None:
    """The text as it stands: the element's own, or that of a name in it, or what Atom has in attributes."""
    inner = next((part for part in element if fold(part.tag) in ("name", "value", "label")), element)
    return text.one_line(inner.text or element.get("href") or element.get("label") or element.get("term") or "")


def text_of(element: Element) -> str | None:
    return html.unescape(raw_text(element) or "") or None


def language_of(item: Item) -> str | None:
    said = item.said("language") or ""
    return said.replace("_", "-") if re.fullmatch(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*", said) else None
