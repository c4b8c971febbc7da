"""The pages of a classic iCIMS portal: the cards of its list, and the labelled parts of a position's page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors import _text as text
from webapp.connectors._pages import joined
from webapp.connectors._places import places, town
from webapp.connectors._records import Location
from webapp.connectors._rows import digest

JOB = re.compile(r"/jobs/(\d+)/(?:[^?#]*/)?job(?=[/?#]|$)", re.I)
PAGE_OF = re.compile(r"\b\d+\s*(?:of|von|sur|de|di|van|z|av|/)\s*(\d+)", re.I)
NOTHING = re.compile(r"\bno (?:\w+ ){0,2}(?:jobs?|results?|positions?|openings?|opportunities)\b", re.I)
NOT_FOUND = re.compile(r"job could not be found|no longer (?:available|active|accepting|open)", re.I)
ELSEWHERE = re.compile(r"(?:window|top|self)\.location(?:\.href)?\s*=\s*[\"'](https?:\\?/\\?/[^\"']+)[\"']", re.I)
#: What the labels on cards and pages say; each customer chooses among them.
LABELS = {
    "place": "location|locations|job location|job locations|work location|location s",
    "city": "city|job city",
    "state": "state|state province|province|job state",
    "country": "country|job country",
    "company": "external company name|company name|company",
    "category": "category|job category|categories|job family|job function",
    "department": "department|department name",
    "team": "division|team|business unit",
    "type": "type|position type|job type|employment type|schedule|job schedule|employment status",
    "requisition": "id|job id|requisition id|requisition number|requisition|req id|job number|reference",
    "posted": "posted date|date posted|posted|job posting date",
    "closes": "post end date|posting end date|end date|closing date|close date|application deadline",
    "workplace": "remote|workplace type|workplace|work location type|location type|work arrangement|work model"
    "|remote type|remote work|work style",
}
DATES = ("posted", "closes")
KINDS = {label: kind for kind, labels in LABELS.items() for label in labels.split("|")}


@dataclass
class Card:
    """What the list says of a position; `said`: kind of label → what stands behind it."""

    id: str
    title: str
    url: str
    said: dict[str, str]
    teaser: str | None

    @property
    def version(self) -> str:
        """The list has none: what it says stands for it."""
        return digest(self.title, self.said, self.teaser)


def read_cards(tree: LexborHTMLParser, base: str) -> list[Card] | None:
    """The cards of a page of the list; `None` where it is none, or where cards and positions differ."""
    table = tree.css_first(".iCIMS_JobsTable")
    items = tree.css(".iCIMS_JobCardItem")
    rows = items or tree.css(".iCIMS_JobsTable > .row, .iCIMS_JobsTable tr")
    cards = [card for row in rows if (card := _card(row, base))]
    links = table.css("a[href]") if table is not None else []
    linked = {match[1] for link in links if (match := JOB.search(href(link)))}
    if linked - {card.id for card in cards} or len(cards) < len(items):
        return None
    if cards or table is not None or tree.css_first(".iCIMS_NoResults") is not None:
        return cards
    empty = "iCIMS_" in (tree.html or "") and NOTHING.search(words(tree.body) or "")
    return [] if empty else None


def moved_to(tree: LexborHTMLParser) -> str | None:
    """The host that a portal's page sends browsers on to."""
    match = ELSEWHERE.search(tree.html or "")
    return urlsplit(match[1].replace("\\/", "/")).hostname if match else None


def is_gone(tree: LexborHTMLParser) -> bool:
    """Whether a page says that its position is closed."""
    return bool(NOT_FOUND.search(words(tree.body) or ""))


def _card(row: LexborNode, base: str) -> Card | None:
    links = [(link, match) for link in row.css("a[href]") if (match := JOB.search(href(link)))]
    if not links:
        return None
    link, match = links[0]
    heading = words(link.css_first("h1, h2, h3, h4"))
    title = heading or re.sub(r"^\d+ - ", "", link.attributes.get("title") or "") or words(link) or ""
    url = joined(base, href(link).partition("?")[0]) or base
    return Card(match[1], title, url, fields(row), words(row.css_first(".description")))


def further(tree: LexborHTMLParser, number: int) -> bool:
    """Whether a page of the list is followed by another: it says so in words, in its head, or by a link."""
    told = tree.css(".iCIMS_SubHeader_Jobs, .iCIMS_PagingBatch, .iCIMS_Paging")
    totals = [int(match[1]) for node in told if (match := PAGE_OF.search(words(node) or ""))]
    links = tree.css("link[rel=next], .iCIMS_Paging a[href], .iCIMS_PagingBatch a[href]")
    ahead = any(re.search(rf"[?&]pr={number + 1}(?:&|$)", href(link)) for link in links)
    return number + 1 < max(totals) if totals else ahead


def fields(node: LexborNode | LexborHTMLParser) -> dict[str, str]:
    """Kind → what stands behind its label, a date as its tooltip has it. A label may name its group before itself."""
    found: dict[str, str] = {}
    for label in node.css("dt, .field-label"):
        value = label.next
        while value is not None and (value.tag or "-").startswith("-"):
            value = value.next
        name = re.sub(r"[^a-z]+", " ", (words(label) or "").lower().rstrip(" :").rpartition(" : ")[2]).strip()
        if value is None or name not in KINDS:
            continue
        tips = [words(value) or "", *(node.attributes.get("title") or "" for node in [value, *value.css("[title]")])]
        date = next((tip for tip in tips if text.moment(tip, first="month")), None)
        said = date if KINDS[name] in DATES else words(value)  # in words it is "4 days ago"
        if said and not (date and KINDS[name] not in DATES):  # some portals call the date a place
            found.setdefault(KINDS[name], "remote" if name.startswith("remote") and said.lower() == "yes" else said)
    return found


def sections(tree: LexborHTMLParser) -> str | None:
    """The texts of a page, each with the heading before it."""
    found: list[tuple[str | None, str | None]] = []
    heading: str | None = None
    for node in tree.css(".iCIMS_InfoField_Job, .iCIMS_Expandable_Text"):
        if "iCIMS_InfoField_Job" in (node.attributes.get("class") or ""):
            heading = words(node)
        else:
            found.append((heading, node.inner_html))
            heading = None
    return text.sections(found)


def listed(place: str) -> list[str]:
    """The places that a line holds."""
    return [each.strip() for each in place.split("|")]


def coded(place: str) -> tuple[Location, ...]:
    """Places as portals write them, the country first: "US-TX-Austin | US-TX-Remote | US-TX | DE-München | US"."""
    found: list[Location] = []
    for each in listed(place):
        match = re.fullmatch(r"([A-Z]{2})(?:-(?:([^-]+)-)?(.+))?", each)
        if match and (country := text.country(match[1])):
            state, city = match[2], town(match[3], country)
            if city and not state and re.fullmatch("[A-Z]{2,3}", city):
                state, city = city, None
            found.append(Location(None, city, state, country))
        else:
            found += places(each)
    return tuple(dict.fromkeys(found))


def split(here: dict[str, str]) -> tuple[Location, ...]:
    """The place of a portal that labels its parts one by one."""
    country = text.country(here.get("country"))
    place = Location(None, town(here.get("city"), country), here.get("state"), country)
    return (place,) if place != Location() else ()


def available(thing: Any) -> Any:
    """A JobPosting without the word that iCIMS writes where it knows nothing."""
    if isinstance(thing, dict):
        return {key: available(value) for key, value in thing.items() if value != "UNAVAILABLE"}
    return [available(each) for each in thing] if isinstance(thing, list) else thing


def href(node: LexborNode) -> str:
    """Where a link leads."""
    return node.attributes.get("href") or ""


def words(node: LexborNode | None) -> str | None:
    """What an element says, in one line."""
    return text.one_line(node.text(separator=" ")) if node is not None else None
