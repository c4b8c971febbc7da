"""A schema.org JobPosting as a position: what many ATSs state on a position's page or in a feed.

https://schema.org/JobPosting; the forms that real sites write, Google's documented ones first.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from webapp.connectors import _text as text
from webapp.connectors._places import places
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
        "title": html.unescape(said(row, "title") or said(row, "name") or ""),
        "url": web_address(urljoin(base, said(row, "url") or base)),
        "department": _name(row, "employmentunit"),
        "locations": _places(row),
        "workplace": _workplace(row),
        "employment_type": employment_type(values(row, "employmenttype")),
        "description_html": _description(row),
        "posted_at": text.moment(said(row, "dateposted")),
        "updated_at": text.moment(said(row, "datemodified")),
        "closes_at": text.moment(said(row, "validthrough")),
        "language": _language(row),
        "salary": _salary(row),
        "company": html.unescape(_name(row, "hiringorganization") or "") or None,
        "category": html.unescape(next(filter(None, map(as_text, values(row, "occupationalcategory"))), None) or ""),
    }
    return RemotePosition(**{**found, **{name: value for name, value in known.items() if value}})


def identifier(posting: Row) -> str | None:
    """The identifier's value, which is a text or a PropertyValue; `None` where it is missing."""
    row = folded(posting)
    one = next(iter(values(row, "identifier")), None)
    return said(one, "value") if isinstance(one, dict) else as_text(one)


def is_past(posting: Row, now: datetime | None = None) -> bool:
    """Whether `validThrough` is over; a date without a time is a whole day."""
    given = said(folded(posting), "validthrough")
    return closed(text.moment(given), now) if given else False


def closed(closes: datetime | None, now: datetime | None = None) -> bool:
    """Whether this moment is over; midnight stands for the whole day."""
    grace = timedelta(days=1) if closes and not (closes.hour or closes.minute) else timedelta()
    return closes is not None and closes + grace < (now or datetime.now(UTC))


def folded(thing: Any, depth: int = 0) -> Any:
    """The object with its keys in lower case, without a `schema:` before them: sites spell them as they like."""
    if isinstance(thing, list):
        return [folded(each, depth + 1) for each in thing] if depth < 10 else []
    if isinstance(thing, dict):
        return {str(k).lower().rpartition(":")[2]: folded(v, depth + 1) for k, v in thing.items()} if depth < 10 else {}
    return thing


def employment_type(given: list[Any]) -> text.EmploymentType | None:
    """One kind out of a list or a comma-separated text: how one is bound says more than how long one works."""
    words = [word for each in given for word in re.split(r"[,;|/]", as_text(each) or "")]
    kinds = list(dict.fromkeys(kind for word in words if (kind := text.employment_type(word))))
    bound = [kind for kind in kinds if kind not in ("full_time", "part_time", "other")]
    return next(iter(bound or kinds), None)


def _name(row: Row, key: str) -> str | None:
    one = next(iter(values(row, key)), None)
    found = said(one, "name") or said(one, "legalname") if isinstance(one, dict) else as_text(one)
    return None if found and web_address(found) else found


def _places(row: Row) -> tuple[Location, ...]:
    """All places; where several differ by their names only, the names are the places."""
    given = [(place, found) for place in values(row, "joblocation") if (found := _place(place))]
    names = [said(place, "name") for place, _found in given]
    if len(given) > 1 and len({found for _place, found in given}) == 1 and len(set(names)) == len(names) and all(names):
        return tuple(Location(name, country=given[0][1][0].country) for name in names)
    found = tuple(dict.fromkeys(place for _given, some in given for place in some))
    if not found and _workplace(row) == "remote":
        wanted = [said(area, "name") or as_text(area) for area in values(row, "applicantlocationrequirements")]
        found = tuple(dict.fromkeys(Location(country=code) for code in map(text.country, wanted) if code))
    return found


def _place(place: Any) -> tuple[Location, ...]:
    address = next(iter(values(place, "address")), None) if isinstance(place, dict) else place
    if not isinstance(address, dict):
        whole = html.unescape(as_text(address) or said(place, "name") or "")
        return _written(whole)
    city, region = (html.unescape(as_text(next(iter(values(address, key)), "")) or "") or None for key in CITY_REGION)
    named = part(address, "addresscountry")
    country = next(
        (c for v in [*values(named, "name"), *values(address, "addresscountry")] if (c := text.country(v))), None
    )
    city = None if city and text.workplace(city) else city
    if city and not region and ("," in city or ";" in city):
        found = places(city)
        return tuple(Location(p.name, p.city, p.region, p.country or country) for p in found)
    if city and not country and not region:
        return places(city)
    if not (city or region or country):
        return _written(html.unescape(said(address, "name") or ""))
    return (Location(None, city, region, country),)


CITY_REGION = ("addresslocality", "addressregion")


def _written(whole: str) -> tuple[Location, ...]:
    """An address in one line: the town behind its postcode, else what free text tells."""
    if match := re.search(r"(?:^|[\s,])(?:[A-Z]{1,2}-)?\d{4,5}\s+([^\d,;]+?)\s*(?:,\s*([^,;\d]+))?$", whole):
        return (Location(whole, match[1], country=text.country(match[2])),)
    return places(whole)


def _workplace(row: Row) -> text.Workplace | None:
    kinds = {kind for each in values(row, "joblocationtype") if (kind := text.workplace(as_text(each)))}
    return kinds.pop() if len(kinds) == 1 else None


def _description(row: Row) -> str | None:
    main = text.unescape(said(row, "description"))
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
