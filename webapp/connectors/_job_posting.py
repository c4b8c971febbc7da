"""A schema.org JobPosting as a position: what many ATSs state on a position's page or in a feed.

https://schema.org/JobPosting; the forms that real sites write, Google's documented ones first.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._pages import joined
from webapp.connectors._places import places, town, work_model, written
from webapp.connectors._records import Location, RemotePosition, Salary, web_address
from webapp.connectors._rows import Row, as_text, part, said, values

OTHER_TEXTS = ("responsibilities", "qualifications", "skills", "experiencerequirements", "jobbenefits")


def read(posting: Row, *, id: str | None = None, base: str = "", **known: Any) -> RemotePosition:
    """The position that a JobPosting states. `id` and what else is `known` count before what it says.

    `base`: the address of its page, for relative addresses. Raises `UnexpectedAnswer` where it has no title or id.
    """
    row = folded(posting)
    found: dict[str, Any] = {
        "id": id or identifier(posting) or "",
        "title": title_of(row) or "",
        "url": web_address(joined(base, _first(row, "url")) or base),
        "department": _name(row, "employmentunit"),
        "locations": _places(row),
        "workplace": _workplace(row),
        "employment_type": text.employment_type([_text(each) for each in values(row, "employmenttype")]),
        "description_html": _description(row),
        "posted_at": text.moment(_first(row, "dateposted")),
        "updated_at": text.moment(_first(row, "datemodified")),
        "closes_at": text.moment(_first(row, "validthrough")),
        "language": _language(row),
        "salary": _salary(row),
        "company": html.unescape(_name(row, "hiringorganization") or "") or None,
        "category": html.unescape(next(filter(_is_name, map(_text, values(row, "occupationalcategory"))), None) or ""),
    }
    return RemotePosition(**{**found, **{name: value for name, value in known.items() if value}})


def title_of(posting: Row) -> str | None:
    """What a JobPosting is called; `None` where it says no more than that it is one."""
    row = folded(posting)
    return html.unescape(_first(row, "title") or _first(row, "name") or "").strip() or None


def identifier(posting: Row) -> str | None:
    """The identifier's value, which is a text or a PropertyValue; `None` where it is missing."""
    row = folded(posting)
    one = next(iter(values(row, "identifier")), None)
    return said(one, "value") if isinstance(one, dict) else as_text(one)


def places_of(posting: Row) -> tuple[Location, ...]:
    """The places that a JobPosting states."""
    return _places(folded(posting))


def closed(closes: datetime | None, now: datetime | None = None) -> bool:
    """Whether this moment is over; midnight stands for the whole day."""
    grace = timedelta(days=1) if closes and not (closes.hour or closes.minute) else timedelta()
    return closes is not None and closes + grace < (now or datetime.now(UTC))


def folded(thing: Any, depth: int = 0) -> Any:
    """The object with its keys in lower case, without a `schema:` before them: sites spell them as they like."""
    if isinstance(thing, list):
        return [folded(each, depth + 1) for each in thing] if depth < 10 else []
    if isinstance(thing, dict) and "@value" in thing:
        return thing["@value"]
    if isinstance(thing, dict):
        return {str(k).lower().rpartition(":")[2]: folded(v, depth + 1) for k, v in thing.items()} if depth < 10 else {}
    return thing


def _first(row: Row, key: str) -> str | None:
    """The first text: in microdata one thing may be said twice, at the head of a page and in it."""
    return next(filter(None, map(as_text, values(row, key))), None)


def _is_name(said: str | None) -> bool:
    """Not the number of an occupation, such as "15-1252.00"."""
    return bool(said and re.search(r"[^\W\d_]", said))


def _name(row: Row, key: str) -> str | None:
    found = _text(next(iter(values(row, key)), None))
    return None if found and web_address(found) else found


def _text(thing: Any) -> str | None:
    """A text, or the name of an object."""
    return said(thing, "name") or said(thing, "legalname") if isinstance(thing, dict) else as_text(thing)


def _places(row: Row) -> tuple[Location, ...]:
    """All places; where several differ by their names only, the names are the places."""
    stated = values(row, "joblocation") or ([row] if row.get("address") or row.get("addresslocality") else [])
    given = [(place, found) for place in stated if (found := _place(place))]
    names = [said(place, "name") for place, _found in given]
    if len(given) > 1 and len({found for _place, found in given}) == 1 and len(set(names)) == len(names) and all(names):
        return tuple(Location(name, country=given[0][1][0].country) for name in names)
    found = tuple(dict.fromkeys(place for _given, some in given for place in some))
    if not found and _workplace(row) == "remote":
        wanted = [said(area, "name") or as_text(area) for area in values(row, "applicantlocationrequirements")]
        found = tuple(dict.fromkeys(Location(country=code) for code in map(text.country, wanted) if code))
    return found


def _place(place: Any) -> tuple[Location, ...]:
    """The place of each address, and of each town of it."""
    addresses = (values(place, "address") or [place]) if isinstance(place, dict) else [place]
    found: list[Location] = []
    for address in addresses:
        if isinstance(address, dict):
            towns = [each for each in values(address, "addresslocality") if as_text(each)]
            for one in towns or [None]:
                found += _of_address({**address, "addresslocality": one}, place)
        else:
            found += written(html.unescape(as_text(address) or ""))
    return tuple(found)


def _of_address(address: Row, place: Any) -> tuple[Location, ...]:
    city, region = (html.unescape(_first(address, key) or "").strip(" ,") or None for key in CITY_REGION)
    named = part(address, "addresscountry")
    country = next(
        (c for v in [*values(named, "name"), *values(address, "addresscountry")] if (c := text.country(v))), None
    )
    street = html.unescape(_first(address, "streetaddress") or "")
    if city and text.workplace(city):  # "Remote", "Berlin (Hybrid)"
        city = next((each.city or each.name for each in places(city)), None)
    city = town(city, country) or _town(street, country)
    if city and not region and re.search(r"[,;|]|\s/\s", city):
        found = places(city)
        return tuple(Location(p.name, p.city, p.region, p.country or country) for p in found)
    if city and not country and not region:
        return places(city)
    if not (city or region or country):
        name = _first(address, "name") or (None if address is place else said(place, "name"))
        return written(street) if "," in street else written(html.unescape(name or ""))
    return (Location(None, city, region, country),)


CITY_REGION = ("addresslocality", "addressregion")


def _town(street: str, country: str | None) -> str | None:
    """The town in a street address that is a whole one: what stands before the country, without its postcode."""
    *pieces, last = (re.sub(r"\b\d[\d ]{2,}\b", "", piece).strip() for piece in html.unescape(street).split(","))
    towns = [piece for piece in pieces if piece and not re.search(r"\d|^[A-Z]{2,3}$", piece)]
    return towns[-1] if towns and country and text.country(last) == country else None


def _workplace(row: Row) -> text.Workplace | None:
    kinds = {kind for each in values(row, "joblocationtype") if (kind := text.workplace(as_text(each)))}
    if kinds:
        return kinds.pop() if len(kinds) == 1 else None
    boxes = [box for place in values(row, "joblocation") for box in (place, *values(place, "address"))]
    told = [_first(box, "addresslocality") if isinstance(box, dict) else as_text(box) for box in boxes]
    return work_model("; ".join(filter(None, told)))


def _description(row: Row) -> str | None:
    main = text.unescape(_joined(row, "description") or None)
    if main:
        return text.lines(main)
    return text.sections((None, text.lines(text.unescape(_joined(row, key)) or "")) for key in OTHER_TEXTS)


def _joined(row: Row, key: str) -> str:
    return "\n".join(filter(None, map(as_text, values(row, key))))


def _language(row: Row) -> str | None:
    one = next(iter(values(row, "inlanguage")), None)
    given = (said(one, "alternatename") or said(one, "name") if isinstance(one, dict) else as_text(one)) or ""
    return given.replace("_", "-") if re.fullmatch(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*", given) else None


def _salary(row: Row) -> Salary | None:
    """`baseSalary` as a number, a value or a range; its unit may stand in either object."""
    pay = next(iter(values(row, "basesalary")), None)
    inner = next(iter(values(pay, "value")), None) if isinstance(pay, dict) else pay
    box = inner if isinstance(inner, dict) else {}
    low = text.number(box.get("minvalue")) or text.number(box.get("value")) or (text.number(inner) if not box else None)
    high = text.number(box.get("maxvalue")) or (low if not box.get("minvalue") else None)
    outer = pay if isinstance(pay, dict) else {}
    low, high = low or text.number(outer.get("minvalue")), high or text.number(outer.get("maxvalue"))
    if not low and not high:
        return None
    currency = said(outer, "currency") or said(box, "currency") or said(row, "salarycurrency")
    return Salary(low, high, text.currency(currency), text.interval(said(box, "unittext") or said(outer, "unittext")))
