"""SAP SuccessFactors: what the public lists of a career site, and its pages, say of a position.

The feeds are RSS with the elements of Google Base, the search is JSON, the older list is XML of the vendor's own. What
they have in common: a place is written "City, State, Country, ZIP", each part but the first optional.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from selectolax.lexbor import LexborHTMLParser

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors import _xml as xml
from webapp.connectors._http import Answer
from webapp.connectors._pages import job_postings, text_blocks
from webapp.connectors._places import STATES, is_model, places, work_model
from webapp.connectors._records import Label, Location, RemotePosition, Translation
from webapp.connectors._rows import Row, as_text, digest, said, values
from webapp.connectors._words import key

NUMBER = re.compile(r"/(\d+)(?:-[a-z]{2,3}_[A-Z]{2})?/?$")
TRACKING = re.compile(r"utm_|feedid=", re.I)
ZIP = re.compile(r"(?=.*\d)[\w .-]{3,12}")
#: A field of a page that has so many letters is a text.
LONG = 200
MORE = re.compile(r"\s*\+\s?\d+\s.*$")
IN_BRACKETS = re.compile(r"(.*\S)\s*\(((?:[^()]|\([^()]*\))*)\)")
#: What the older list has for fields that nobody set up: marks that no script has filled in, elements without a name.
UNFILLED, UNNAMED = re.compile(rb"\[\[\w+\]\]"), re.compile(rb"<(/?)>")
#: The parts of a position in the older list that are no fields.
OWN = ("jobtitle", "job description", "reqid", "posted date")
NUMBERED = re.compile(r"m?(?:filter|field) ?\d+")
#: What customers call the fields of a position, in the older list and on its page, folded by `key()`.
LABELS = {
    "place": "location|locations|work location|job location|posting location|internal posting location|primary location"
    "|geographic location|office location|standort|arbeitsort|einsatzort|lieu|lieu de travail|ubicacion|sede",
    "city": "city|town|stadt|ort|ville|ciudad|citta",
    "region": "state|state province|province|region|bundesland|county|kanton|canton",
    "country": "country|country region|country career|land|pays|pais|paese",
    "department": "department|abteilung|departement|departamento",
    "team": "division|team|business unit|bereich|geschaftsbereich",
    "category": "job function|function|job category|category|job family|functional area|job family functional area"
    "|work area|professional area|career area|job area|funktionsbereich|tatigkeitsbereich|tatigkeitsfeld|berufsfeld"
    "|fonction|domaine d activite",
    "employment": "employment type|job type|type of employment|contract type|contract|job status|work schedule|schedule"
    "|time type|beschaftigungsart|anstellungsart|vertragsart|arbeitszeit|type de contrat|tipo de contrato",
    "workplace": "workplace type|work location type|work model|working model|remote|remote type|remote work|work mode"
    "|work setting|location flexibility|arbeitsmodell|workplace",
    "company": "company|legal entity|employer|company name|gesellschaft|unternehmen|societe|arbeitgeber",
    "requisition": "requisition id|requisition number|req id|job requisition id|job id|requisition|referenznummer",
    "posted": "posting start date|posted date|date posted|posting date|post date",
    "closes": "posting end date|closing date|application deadline|deadline|bewerbungsfrist",
}
KINDS = {label: kind for kind, labels in LABELS.items() for label in labels.split("|")}
#: No labels: people, and what a position has of its own.
NO_LABEL = re.compile(r"recruiter|manager|contact|email|e mail|phone|salary|title|description|titel|ansprechpartner")


def feed(answer: Answer) -> list[RemotePosition]:
    """The positions of `/sitemal.xml` (sic) or `/googlefeed.xml`."""
    items = xml.items(xml.channel(answer))
    bare = _names_states([xml.said(item, "location") for item in items])
    return [_versioned(_item(item, bare)) for item in items]


def _item(item: Element, bare: bool) -> RemotePosition:
    link, _mark, query = (xml.said(item, "link") or "").partition("?")
    query = "&".join(pair for pair in query.split("&") if pair and not TRACKING.match(pair))
    title, place = without_place(html.unescape(xml.said(item, "title") or ""), xml.said(item, "location"))
    number = NUMBER.search(link)
    function = xml.said(item, "job_function")
    body = xml.markup(item, "description")
    return RemotePosition(
        id=number[1] if number else xml.said(item, "id") or xml.said(item, "guid") or "",
        title=title,
        url=f"{link}?{query}" if query else link,
        locations=written(place, bare),
        workplace=work_model(place),
        employment_type=text.employment_type(xml.said(item, "job_type")),
        description_html=text.lines(body) if body else None,
        posted_at=text.moment(xml.said(item, "pubDate") or xml.said(item, "publish_date")),
        closes_at=text.moment(xml.said(item, "expiration_date")),
        company=html.unescape(xml.said(item, "employer") or ""),
        category=None if function == "ATS_WEBFORM" else html.unescape(function or ""),  # a form's name, not a function
    )


def found(rows: Mapping[str, list[Row]], host: str) -> list[RemotePosition]:
    """The positions that the search gave, locale by locale; the first locale of a position counts."""
    groups: dict[str, list[tuple[str, Row]]] = {}
    for locale, some in rows.items():
        for row in some:
            groups.setdefault((said(row, "id") or "").strip(), []).append((locale, row))
    bare = _names_states([each for some in rows.values() for row in some for each in _short(row)])
    first = {locale: _order(some, locale) for locale, some in rows.items()}
    return [_versioned(_group(id, group, first, bare, host)) for id, group in groups.items()]


def _group(
    id: str, group: list[tuple[str, Row]], first: Mapping[str, text.First], bare: bool, host: str
) -> RemotePosition:
    (locale, row), *others = group
    title = _plain(said(row, "unifiedStandardTitle")) or _plain(said(row, "jobTitle")) or ""
    translations = [
        Translation(_language(other), name, url=_address(host, each, id, other))
        for other, each in others
        if (name := _plain(said(each, "unifiedStandardTitle"))) and name != title
    ]
    return RemotePosition(
        id=id,
        title=title,
        url=_address(host, row, id, locale),
        apply_url=f"https://{host}/talentcommunity/apply/{quote(id)}/?locale={locale}",
        locations=tuple(dict.fromkeys(place for each in _short(row) for place in written(each, bare))),
        workplace=next((model for each in _short(row) if (model := work_model(each))), None),
        posted_at=text.moment(said(row, "unifiedStandardStart"), first=first[locale]),
        closes_at=text.moment(said(row, "unifiedStandardEnd"), first=first[locale]),
        language=_language(locale),
        translations=tuple(translations),
    )


def _short(row: Row) -> list[str]:
    return [plain for each in values(row, "jobLocationShort") if (plain := _plain(as_text(each)))]


def _address(host: str, row: Row, id: str, locale: str) -> str:
    """Where the site itself links to; only the id and the locale in it count for the vendor."""
    slug = html.unescape(said(row, "unifiedUrlTitle") or said(row, "urlTitle") or "job")
    slug = quote(re.sub(r"[\s?#&/\\-]+", "-", slug).strip("-") or "job", safe="%()!*,;:=@+$~'")
    return f"https://{host}/job/{slug}/{quote(id)}-{locale}"


def _language(locale: str) -> str:
    return locale.replace("_", "-")


def _order(rows: list[Row], locale: str) -> text.First:
    """What `5/8/26` begins with: some date of the list tells, else it is as in the locale."""
    return _first([said(row, name) for row in rows for name in ("unifiedStandardStart", "unifiedStandardEnd")], locale)


def _first(dates: Iterable[str | None], locale: str) -> text.First:
    pairs = [match.groups() for date in dates if (match := re.match(r"\s*(\d{1,2})[/-](\d{1,2})[/-]", date or ""))]
    if any(int(second) > 12 for _first, second in pairs):
        return "month"
    return "month" if locale == "en_US" and not any(int(first) > 12 for first, _second in pairs) else "day"


def older(answer: Answer, host: str, company: str) -> list[RemotePosition]:
    """The positions of the older list. https://userapps.support.sap.com/sap/support/knowledge/en/2428902"""
    try:
        body = UNFILLED.sub(b"", xml.INVALID.sub(b"", answer.body.strip()))
        root = fromstring(UNNAMED.sub(rb"<\1unnamed>", body), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise answer.unexpected() from None
    jobs = [child for child in root if _tag(child) == "job"]
    if _tag(root) != "job listing" or (len(root) and not jobs):
        raise answer.unexpected()
    first = _first([xml.said(job, "Posted-Date") for job in jobs], "en_US")
    read = [(_job(job, first, host, company), _fields(job)) for job in jobs]
    bare = _names_states(each for _position, (kinds, _labels) in read for each in kinds.get("place", ()))
    return [
        _versioned(_filled(replace(position, labels=labels), _from_fields(kinds, first, bare)))
        for position, (kinds, labels) in read
    ]


def _fields(job: Element) -> tuple[dict[str, list[str]], tuple[Label, ...]]:
    """The fields of a position whose labels are known, by their kind, and the others."""
    kinds: dict[str, list[str]] = {}
    labels: list[Label] = []
    for child in job:
        label = (xml.said(child, "label") or _tag(child)).rstrip(": ")
        folded, some = key(label), xml.each(child, "value") if len(child) else xml.each(job, str(child.tag))
        if _tag(child) in OWN or not some:
            continue
        if folded in KINDS:
            kinds[KINDS[folded]] = some
        elif not NO_LABEL.search(folded) and not NUMBERED.fullmatch(folded):
            labels += [Label(label, value) for value in some]
    return kinds, tuple(dict.fromkeys(labels))


def _job(job: Element, first: text.First, host: str, company: str) -> RemotePosition:
    id, body = xml.said(job, "ReqId") or "", xml.markup(job, "Job-Description")
    query = f"career_ns=job_listing&company={quote(company)}&career_job_req_id={quote(id)}"
    return RemotePosition(
        id=id,
        title=html.unescape(xml.said(job, "JobTitle") or ""),
        url=f"https://{host}/career?{query}",
        description_html=text.lines(body) if body else None,
        posted_at=text.moment(xml.said(job, "Posted-Date"), first=first),
        requisition=id,
    )


def _from_fields(kinds: Mapping[str, list[str]], first: text.First, bare: bool = False) -> dict[str, object]:
    """The parts of a position that fields with known labels tell."""
    one = {kind: some[0] for kind, some in kinds.items()}
    country = text.country(one.get("country"))
    towns = kinds.get("city") or [each for each in kinds.get("place", ()) if "," not in each and not is_model(each)]
    where = [Location(None, town, one.get("region"), country) for town in towns if not text.country(town)]
    if not where:
        where = [
            place if place.country else replace(place, country=country)
            for each in kinds.get("place", ())
            for place in written(each, bare)
        ]
    if not where and (one.get("region") or country):
        where = [Location(None, None, one.get("region"), country)]
    models = {work_model(each) for each in kinds.get("place", ())} - {None}
    return {
        "locations": tuple(dict.fromkeys(where)),
        "workplace": text.workplace(one.get("workplace")) or (models.pop() if len(models) == 1 else None),
        "employment_type": text.employment_type(one.get("employment")),
        "posted_at": text.moment(one.get("posted"), first=first),
        "closes_at": text.moment(one.get("closes"), first=first),
        **{name: one.get(name) for name in ("department", "team", "category", "company", "requisition")},
    }


def detailed(position: RemotePosition, tree: LexborHTMLParser) -> RemotePosition:
    """The position with its text, and what its page tells where the list is silent."""
    posting: Row = next(iter(job_postings(tree)), {})
    stated = job_posting.read({**posting, "title": position.title}, id=position.id) if posting else position
    body = description(tree)
    tokens = _tokens(tree)
    more = vars(stated) | {
        name: value for name, value in _from_fields(tokens, "month").items() if value and name not in DATES
    }
    # Where the page has no text, it may not be the position's: it is looked at again the next time.
    return replace(_filled(position, more), description_html=body, version=position.version if body else None)


#: The pages write them in the visitor's order, which they do not say; the lists have them.
DATES = ("posted_at", "closes_at")


def description(tree: LexborHTMLParser) -> str | None:
    """The text of a page: all blocks that are marked as it, in order, else that of its JSON-LD, else the long ones."""
    marked = [node for node in tree.css("[itemprop=description]") if node.tag != "meta"]
    if body := text.sections((None, node.inner_html) for node in text_blocks(marked)):
        return body
    if stated := next((text.unescape(said(each, "description")) for each in job_postings(tree)), None):
        return text.lines(stated)
    long = [node for node in tree.css(".joblayouttoken .rtltextaligneligible") if len(node.text()) > LONG]
    return text.sections((None, node.inner_html) for node in text_blocks(long))


def _tokens(tree: LexborHTMLParser) -> dict[str, list[str]]:
    """Kind → value of the labelled fields of a page."""
    tokens: dict[str, list[str]] = {}
    for label in tree.css(".joblayouttoken-label"):
        node = label.next
        while node is not None and (node.tag or "-").startswith(("-", "_")):
            node = node.next
        kind = KINDS.get(key(label.text()))
        value = text.one_line(node.text()) if node is not None else None
        if kind and value:
            tokens.setdefault(kind, [value])
    return tokens


def _filled(position: RemotePosition, more: Mapping[str, object]) -> RemotePosition:
    """The position with what it has not said itself."""
    gaps = {name: more[name] for name in vars(position) if more.get(name) and not getattr(position, name)}
    return replace(position, **gaps)  # type: ignore[arg-type]


def _versioned(position: RemotePosition) -> RemotePosition:
    return replace(position, version=digest(vars(position)))


def written(given: str | None, bare: bool = False) -> tuple[Location, ...]:
    """A place as the vendor writes it. `bare`: the list names states without a country, so a code may be a state's."""
    words = [word.strip() for word in re.split("[,|]", MORE.sub("", _plain(given) or "")) if word.strip()]
    if len(words) > 1 and ZIP.fullmatch(words[-1]):
        words.pop()
    words = [word for word in dict.fromkeys(words) if not is_model(word)]
    if len(words) > 2 and text.country(words[-2]) == (code := text.country(words[-1])) and code:
        words.pop(-2)  # "Bern|Bern|BE|Schweiz|CHE"
    if len(words) < 2:
        code = text.country(words[0]) if words and not bare and re.fullmatch("[A-Z]{2,3}", words[0]) else None
        return tuple(replace(place, country=place.country or code) for place in places(*words))
    ambiguous = key(words[-1]) == "georgia" or (bare and len(words) == 2 and re.fullmatch("[A-Z]{2}", words[-1]))
    country = None if ambiguous else text.country(words[-1])
    city, *rest = words[:-1] if country else words
    if len(rest) > 1:
        return (Location(", ".join(words), country=country),)
    return (Location(None, city, rest[0] if rest else None, country),)


def _names_states(places_: Iterable[str | None]) -> bool:
    """Whether places end with codes of no country rather than of one: then all codes may be those of states."""
    ends = (re.search(r",\s*([A-Z]{2})(?:\s*,\s*[^,]*\d[^,]*)?$", _plain(each) or "") for each in places_)
    known = [text.country(match[1]) for match in ends if match and not STATES.fullmatch(match[1])]
    return 2 * known.count(None) > len(known)


def without_place(title: str, place: str | None) -> tuple[str, str | None]:
    """The title without the place in brackets at its end, and the place; other brackets stay."""
    match = IN_BRACKETS.fullmatch(title)
    if not match:
        return title, place
    inner, outer = text.one_line(match[2]) or "", text.one_line(place or "") or ""
    here, there = written(inner), written(outer)
    same = bool(outer) and inner.partition(",")[0].casefold() == outer.partition(",")[0].casefold()
    country = here[0].country if here and "," in inner else None
    if same or (country and (not there or there[0].country in (country, None))):
        return match[1], place or inner
    return title, place


def _plain(given: str | None) -> str | None:
    """A text that may hold entities and a `<br/>`, in one line."""
    return text.one_line(re.sub(r"<[a-zA-Z/][^>]*>", " ", html.unescape(given or "")))


def _tag(element: Element) -> str:
    return re.sub(r"[-_]", " ", str(element.tag).rpartition("}")[2].lower())
