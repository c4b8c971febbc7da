"""Places and ways of working out of free text, for ATSs that say them in one line.

What the text does not say for certain is absent: "Newark, DE" is not in Germany. Each form that is known to come is
in tests/connectors/test_places.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from webapp.connectors import _text as text
from webapp.connectors._records import Location
from webapp.connectors._words import says_workplace_only

_WAY = (
    r"(?:(?:100 ?%|fully|full|partially|partly|mostly|temporarily|teilweise|überwiegend|komplett|vollständig) )?"
    r"(?:remote|hybrid|on-?site|in[- ]office|home[- ]?office|home[- ]based|work from (?:home|anywhere)|wfh|anywhere)"
    r"(?:[ -](?:work|working|only|first|friendly|possible|position|job|role|eligible|option|optional|möglich))?"
)
#: A piece of a place that says how people work and not where.
MODEL = re.compile(_WAY, re.I)
_BETWEEN = r"(?:\s*[:–—-]\s*|\s+)"
_EDGE = re.compile(
    rf"^(?P<before>{_WAY}){_BETWEEN}(?:(?:based )?(?:in|within|from|across|innerhalb|aus) )?(?:the )?(?=\w)"
    rf"|(?<=\w){_BETWEEN}(?P<behind>{_WAY})$",
    re.I,
)
_NOWHERE = re.compile(
    r"(?:multiple|various|several|different|diverse|many|all|any|\d+|mehrere|verschiedene|alle|plusieurs|divers|varias"
    r"|diverses|varie|meerdere|wiele|flera|flere|useita|m[uú]ltiplas)(?: \w+)?"
    r" (?:locations?|places|cities|sites|offices|countries|states|standorte?|orte|städte|lieux|villes|ubicaciones"
    r"|sedi|locais|locaties|lokalizacji|orter|steder|localidades)"
    r"|n/?a|none|tb[ad]|unspecified|travel[- ]required"
    r"|not specified|flexible|(?:location )?flexible(?: location)?|other|[-–—.?]+",
    re.I,
)
#: Between places, whatever they are; and between places or within one.
_LIST = re.compile(r"[;\n•]|\s(?:or|oder|ou|eller|lub|oppure)\s")
_SLASH, _AND = re.compile(r"\s*[/|]\s*"), re.compile(r"\s(?:and|und|et|&|\+)\s", re.I)
_WITHIN = re.compile(r"\s*(,)\s*|\s+([-–—])\s+|\s*([/|()\[\]])\s*")
_CODE_FIRST = re.compile(r"^([A-Z]{2,3})-(?:([A-Z]{2,3})-)?(?=[A-ZÀ-Þ][a-zà-ÿ])")
#: Codes of states and provinces that are countries' too: of the US, Canada, and Brazil where it is the larger one.
STATES = re.compile("A[LMRZ]|BA|C[AO]|DE|GA|I[DLN]|KY|LA|M[ADEGNOST]|N[CELU]|P[AER]|RS|S[ACDK]|T[NO]|VA|YT")
#: Names of countries that are at least as often those of another place, alone or behind one.
_AMBIGUOUS = re.compile("georgia|island", re.I)
_CITIES = re.compile("singapore|hong kong|mac(?:ao|au)|monaco", re.I)
_ALSO_CITIES = re.compile("luxemb[ou]+rg|panama|kuwait|guatemala|mexico", re.I)
#: What tells a town of the US that is called like a country.
_US = re.compile(
    "[A-Z]{2}|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho"
    "|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi"
    "|Missouri|Montana|Nebraska|Nevada|New .*|North .*|Ohio|Oklahoma|Oregon|Pennsylvania|Queens|Rhode Island"
    "|South .*|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West .*|Wisconsin|Wyoming"
)
#: Regions that stand alone before their country, and are no towns: "Texas, USA", "Remote (New Jersey, US)".
_REGIONS = re.compile(
    "[A-Z]{2}|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho"
    "|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi"
    "|Missouri|Montana|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|Brunswick|South Wales)|(?:North|South) "
    "(?:Carolina|Dakota)|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|Vermont|(?:West )?Virginia"
    "|Wisconsin|Wyoming|Alberta|British Columbia|Manitoba|Nova Scotia|Ontario|Saskatchewan|Queensland|Tasmania"
    "|(?:South|Western) Australia|Baden-Württemberg|Bavaria|Bayern|Brandenburg|Hesse|Hessen|Lower Saxony|Niedersachsen"
    "|North Rhine-Westphalia|Nordrhein-Westfalen|Saxony|Sachsen|Thuringia|Thüringen|Karnataka|Maharashtra|Telangana"
    "|Tamil Nadu|Kerala|Gujarat|Haryana"
)
#: Parts of a country that have a code of their own: "Hong Kong, China".
_TERRITORIES = re.compile("HK|MO|TW|PR|GU|VI|AS|MP|GG|JE|IM|GI|BM|KY|GF|GP|MQ|RE|YT|NC|PF|AW|CW|SX|FO|GL|AX")
_RIVERS = re.compile(r"(?:main|oder|saale|donau|neckar|rhein)\b.*", re.I)
_POSTCODE = re.compile(
    r"(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?|\d{2}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
)
_AREA = re.compile(
    r"\b(?:coast|north|south|east|west|central|mid-?west|nationwide|area|region|emea|apac|latam|office|hq"
    r"|headquarters?|campus|building|zone|time)\b",
    re.I,
)


def places(*said: str | None) -> tuple[Location, ...]:
    """Places out of free text such as "London, UK; Remote": one per part, none for a part that says how one works."""
    parts = (part for some in said if isinstance(some, str) for part in _alternatives(some))
    return tuple(dict.fromkeys(place for part in parts for place in _place(part)))


def composed(said: str) -> tuple[Location, ...]:
    """`places` of a system that composes them of their parts: "Town, Region, Country", or the other way round."""
    found, parts = places(said), [part.strip() for part in said.split(",")]
    if len(found) != 1 or found[0].name != said.strip() or len(parts) != 3 or not all(parts):
        return found
    first, region, last = parts
    if country := text.country(last):
        return (Location(said, first, region, country),) if found[0].city == first else found
    country = text.country(first)
    return (Location(said, last, region, country),) if country and not found[0].city else found


def with_state(*said: str | None) -> tuple[Location, ...]:
    """`composed` of a system that writes the state behind the town: "Austin, TX" and "Lakewood, Colorado"."""
    return tuple(dict.fromkeys(_in_state(place) for some in said if some for place in composed(some)))


def _in_state(place: Location) -> Location:
    """The place with its state; one that stands alone must not be the code or name of a country, too."""
    town, _comma, state = (place.name or "").rpartition(", ")
    known = not place.country and not place.region and place.city == (town or None) and _REGIONS.fullmatch(state)
    return replace(place, region=state) if known and (town or not text.country(state)) else place


def located(said: str | None, country: str | None, region: str | None = None) -> list[Location]:
    """`composed`, with the country and the region that are said beside the text: those of a single place."""
    first, *more = composed(said or "") or (Location(),)
    return [first, *more] if more else [replace(first, region=region or first.region, country=country or first.country)]


def work_model(said: str | None) -> text.Workplace | None:
    """How one works, where a piece of the text says that and nothing else; `None` where pieces differ."""
    parts = _alternatives(said) if isinstance(said, str) else ()
    found = {text.workplace(piece) for part in parts for _before, piece in _pieces(part) if is_model(piece)} - {None}
    return found.pop() if len(found) == 1 else None


def written(line: str) -> tuple[Location, ...]:
    """An address in one line: the town behind its postcode, else what free text tells."""
    if match := re.search(r"(?:^|[\s,])(?:[A-Z]{1,2}-)?\d{4,5}\s+([^\d,;]+?)\s*(?:,\s*([^,;\d]+))?$", line):
        return (Location(line, match[1], country=text.country(match[2])),)
    return places(line)


def town(said: str | None, country: str | None = None) -> str | None:
    """What a field for a town says, unless that is none: how one works, the country itself, "Multiple Locations"."""
    name = text.one_line(said or "")
    if not name or is_model(name) or _NOWHERE.fullmatch(name):
        return None
    of_one_town = _CITIES.fullmatch(name) or _ALSO_CITIES.fullmatch(name)
    return None if country and country_word(name) == country and not of_one_town else name


def country_word(said: str) -> str | None:
    """The country that a word names for certain: none for "Georgia" or "CA", which may be states."""
    return _country(said.strip())


def is_model(piece: str) -> bool:
    """Whether a piece of a place says how people work and nothing else."""
    return bool(MODEL.fullmatch(piece)) or says_workplace_only(piece)


def _alternatives(said: str) -> list[str]:
    """The places of a text, each with what belongs to it."""
    found: list[str] = []
    for part in _LIST.split(said):
        for side in _sides(part, _SLASH, _are_several):
            found += _sides(side, _AND, _are_complete)
    return [part.strip() for part in found if part.strip()]


def _sides(part: str, between: re.Pattern[str], apart: Callable[[list[str]], bool]) -> list[str]:
    """The text between these words, where they stand between places and not within one."""
    sides = [side.strip() for side in between.split(part)]
    one = any(between.search(word) and (_NOWHERE.fullmatch(word) or _country(word)) for word in part.split(", "))
    return sides if len(sides) > 1 and not one and apart(sides) else [part]


def _are_several(sides: list[str]) -> bool:
    """Not "Frankfurt/Main", "NY/NJ" or "Berlin / Germany"; but "Berlin / Hamburg", "US/Canada" and "Paris/Remote"."""
    where = [side for side in sides if not is_model(side)]
    countries = [bool(_country(side)) for side in where]
    words = all(country or len(side) > 3 for side, country in zip(where, countries, strict=True))
    return words and len(set(countries)) < 2 and not any(_RIVERS.fullmatch(side) for side in sides[1:])


def _are_complete(sides: list[str]) -> bool:
    """Not "Brighton and Hove, UK"; but "London, UK and Paris, France", and "Remote and Berlin"."""
    if any(map(is_model, sides)):
        return True
    ends = [side.rpartition(",")[2].strip() for side in sides[:-1]]
    return all("," in side for side in sides[:-1]) and all(_country(e) or re.fullmatch("[A-Z]{2}", e) for e in ends)


def _pieces(part: str) -> list[tuple[str, str]]:
    """(what stands before it, piece) in order."""
    if not is_model(part):
        part = _CODE_FIRST.sub(lambda m: " - ".join(filter(None, m.groups())) + " - ", part)
    found, before = [], ""
    for piece in _WITHIN.split(part):
        if piece is None or not piece.strip():
            continue
        if _WITHIN.fullmatch(piece) or piece in "-–—":
            before = "-" if piece in "-–—" else "(" if piece in "([" else piece
            continue
        if not is_model(piece) and (edge := _EDGE.search(piece)):  # "Remote US", "US-Remote", "Hybrid in Berlin"
            found += [(before, (piece[: edge.start()] + piece[edge.end() :]).strip())]
            found += [("", (edge["before"] or edge["behind"]).strip())]
        else:
            found.append((before, piece.strip()))
    return found


@lru_cache(maxsize=4096)
def _place(part: str) -> tuple[Location, ...]:
    pieces = [] if _NOWHERE.fullmatch(part) else _pieces(part)
    where = [
        (before, re.sub(r"[\s-](?:only|based)$", "", piece))
        for before, piece in pieces
        if not is_model(piece) and not _NOWHERE.fullmatch(piece) and not _POSTCODE.fullmatch(piece)
    ]
    if not where:
        return ()
    words = [piece for _before, piece in where]
    groups = _by_country(words)
    if len(groups) > 1:
        return tuple(place for group in groups for place in _place(", ".join(group)))
    whole = len(where) == len(pieces) and part.count("(") == part.count(")")
    country, turned = _where(where)
    city = _city(where, country, turned)
    region = city if city and country and len(where) == 2 and _REGIONS.fullmatch(city) else None
    name = part.strip() if whole else ", ".join(words)
    return (Location(name, None if region else city, region, country),)


def _by_country(words: list[str]) -> list[list[str]]:
    """ "Berlin, Germany, London, UK" and "US, Canada" are two places; "Lebanon, PA, US" and "Hong Kong, China" one."""
    countries = [_country(word) for word in words]
    if len({country for country in countries if country}) < 2 or not countries[-1]:
        return [words]
    if all(countries):
        return [words] if _TERRITORIES.fullmatch(countries[0] or "") else [[word] for word in words]
    groups: list[list[str]] = [[]]
    for word, country in zip(words, countries, strict=True):
        groups[-1].append(word)
        if country:
            groups.append([])
    return groups[:-1] if all(len(group) > 1 for group in groups[:-1]) else [words]


def _where(where: list[tuple[str, str]]) -> tuple[str | None, bool]:
    """The country, and whether it stands before the town: "Germany - Berlin", "US-NY-New York"."""
    words, (before, last) = [word for _before, word in where], where[-1]
    if len(words) == 1:
        return _country(last), False
    first = _country(words[0])
    if len(words) == 2 and first and _TERRITORIES.fullmatch(first):
        return first, False
    if before == "(" and re.fullmatch("[A-Z]{2}", last):  # a province: "Firenze (FI)" is not in Finland
        return (text.country(last) if last in ("US", "UK") else None), False
    if len(words) == 2 and _CITIES.fullmatch(last) and last != words[0]:  # "London, Singapore" may be two places
        return None, False
    spelt_out = len(words) == 3 and re.fullmatch("[A-Z]{2,3}", words[1])
    if found := text.country(last) if spelt_out and re.fullmatch("[A-Z]{2,3}", last) else _country(last):
        return found, False
    # "India, Bengaluru", but not "Peru, Indiana" or "Mexico, Bogotá".
    town = where[1][0] in ("-", "(") or not any(
        p.fullmatch(w) for p, w in ((_US, last), (_CITIES, words[0]), (_ALSO_CITIES, words[0]))
    )
    return (first, True) if first and town else (None, False)


def _city(where: list[tuple[str, str]], country: str | None, turned: bool) -> str | None:
    words, before = [word for _before, word in where], where[1][0] if len(where) > 1 else ""
    first, last = words[0], words[-1]
    if not before:
        return None
    if turned or (before == "-" and re.fullmatch("[A-Z]{2,3}", first)):
        certain = before == "-" or len(words) == 2 or bool(re.fullmatch("[A-Z]{2,3}", words[1]))
        return last if certain and not _AREA.search(last) and not re.fullmatch("[A-Z]{2,3}", last) else None
    if town := next((m[1] for word in words if (m := re.fullmatch(r"(?:[A-Z]{1,2}-)?\d{4,5} (\D+)", word))), None):
        return town
    own = _country(first)
    if re.search(r"\d", first) or (own and first != last and own == (country or own)):
        return None
    sure = before == "," or bool(_country(last)) or (before == "(" and not _AREA.search(first))
    return first if sure and not (own and _TERRITORIES.fullmatch(own)) else None


def _country(word: str) -> str | None:
    """The country that a word names; none for a code that may be a state's, nor for a short word in small letters."""
    short = len(word) < 4 and not word.isupper() and word.lower() not in ("us", "uk", "usa", "uae")
    if short or len(word) < 2 or STATES.fullmatch(word) or _AMBIGUOUS.fullmatch(word):
        return None
    return text.country(word)
