"""Countries as ATSs name them: codes of two or three letters, names in many languages, and odd spellings.

Whoever meets a new one adds it here, folded as `key()` does it. Tests: tests/connectors/test_text.py.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from webapp.connectors._words import key

#: Names of countries and months are known in these languages; English counts last, and so most.
LANGUAGES = ("cs", "fi", "nn", "nb", "da", "sv", "pl", "pt", "nl", "it", "es", "fr", "de", "en")
#: No countries, though CLDR lists them; and names that mean a country in one language and a town in another.
_NO_COUNTRY = re.compile("AC|C[PQ]|DG|E[AUZ]|IC|QO|TA|UN|X[AB]|ZZ")
_TOWNS = re.compile("granada|santa (?:h?elena|lucia)|san (?:martin|bartolome)|man|kongo|oma")
_COUNTRIES = {
    "US": "usa|u s a|u s|america united states|united states of america|the united states|us of a|eeuu|ee uu|eua"
    "|estados unidos de america|etats unis d amerique|stati uniti d america|vereinigte staaten von amerika",
    "GB": "uk|u k|g b|great britain|britain|england|scotland|wales|northern ireland|united kingdom uk"
    "|united kingdom of great britain and northern ireland|grossbritannien|grande bretagne|gran bretana|gran bretagna"
    "|groot brittannie|engeland|england uk|angleterre|inglaterra|inghilterra|ecosse|schottland"
    "|yhdistynyt kuningaskunta",
    "DE": "d|brd|bundesrepublik deutschland|federal republic of germany|ger",
    "AT": "a|republik osterreich",
    "CH": "schweizerische eidgenossenschaft|swiss|confederation suisse|svizra",
    "NL": "holland|pays bas|kingdom of the netherlands|netherlands the|hollande|holanda|olanda",
    "CZ": "czech republic|ceska republika|tschechische republik|republique tcheque|republica checa|repubblica ceca",
    "SK": "slovak republic|slovensko|slovenska republika",
    "TR": "turkey|turkiye|republic of turkiye",
    "RU": "russian federation|rossiya",
    "KR": "korea|korea republic of|republic of korea|korea south|south korea|korea the republic of|s korea",
    "KP": "korea democratic people s republic of|democratic people s republic of korea",
    "VN": "viet nam|socialist republic of vietnam",
    "HK": "hong kong|hongkong|hong kong sar|hong kong s a r|hong kong sar china",
    "MO": "macau|macao|macau sar|macao sar",
    "TW": "taiwan|taiwan province of china|taiwan roc|republic of china|chinese taipei|taiwan r o c",
    "CN": "prc|p r china|people s republic of china|mainland china|china mainland|p r c",
    "AE": "uae|u a e|united arab emirates the|emirates",
    "SA": "ksa|kingdom of saudi arabia",
    "BR": "brasil",
    "IR": "iran islamic republic of|islamic republic of iran",
    "TZ": "tanzania united republic of|united republic of tanzania",
    "MD": "moldova republic of|republic of moldova|moldova the republic of",
    "VE": "venezuela bolivarian republic of|bolivarian republic of venezuela",
    "BO": "bolivia plurinational state of|plurinational state of bolivia",
    "FM": "micronesia federated states of|federated states of micronesia",
    "PS": "palestine|palestine state of|state of palestine|palestinian territory occupied|palestinian territory",
    "MK": "macedonia|macedonia the former yugoslav republic of|republic of north macedonia|fyrom",
    "CD": "congo the democratic republic of the|democratic republic of the congo|dr congo|drc|congo kinshasa",
    "CG": "republic of the congo|congo brazzaville",
    "LA": "lao|lao people s democratic republic|lao pdr",
    "SY": "syrian arab republic",
    "BN": "brunei darussalam",
    "CV": "cape verde|cabo verde",
    "CI": "ivory coast|cote d ivoire|cote divoire",
    "SZ": "swaziland",
    "MM": "burma",
    "VA": "holy see|holy see vatican city state",
    "TL": "east timor|timor leste",
    "ST": "sao tome and principe",
    "BA": "bosnia|bosnia and herzegovina",
    "TT": "trinidad and tobago|trinidad",
    "IE": "republic of ireland|ireland republic of|eire|irish republic",
    "HU": "magyarorszag",
    "HR": "hrvatska",
    "SI": "slovenija",
    "EE": "eesti",
    "LV": "latvija",
    "LT": "lietuva",
    "GR": "ellada|hellas",
    "IS": "island",
    "AL": "shqiperia",
    "RS": "srbija",
    "RO": "roumania",
    "LU": "letzebuerg|luxemburg|grand duchy of luxembourg",
    "XK": "kosovo",
    "PH": "philippines the|the philippines",
    "BS": "bahamas the|the bahamas",
    "GM": "gambia the|the gambia",
}


@cache
def _countries() -> dict[str, str]:
    names = {
        key(name): code
        for language in LANGUAGES
        for code, name in Locale(language).territories.items()
        if re.fullmatch("[A-Z]{2}", code) and not _NO_COUNTRY.fullmatch(code)
    }
    names = {name: code for name, code in names.items() if not _TOWNS.fullmatch(name)}
    names |= {
        key(alias): codes[0]
        for alias, codes in get_global("territory_aliases").items()
        if len(codes) == 1 and re.fullmatch("[A-Z]{3}", alias) and re.fullmatch("[A-Z]{2}", codes[0])
    }
    return names | {word: code for code, words in _COUNTRIES.items() for word in words.split("|")}


@lru_cache(maxsize=4096)
def _country(raw: str) -> str | None:
    upper = raw.upper()
    if re.fullmatch("[A-Z]{2}", upper) and upper != "UK":
        return upper if upper in Locale("en").territories and not _NO_COUNTRY.fullmatch(upper) else None
    whole = key(raw)
    bare = re.sub(r"^(?:the )?(?:(?:federal )?republic of |kingdom of )?(?:the )?|(?: the)$", "", whole)
    return _countries().get(whole) or _countries().get(bare)


def country(said: object) -> str | None:
    """ISO 3166-1 alpha-2 for a code of two or three letters or a name in 13 languages; `None` if unknown.

    A code behind a name counts, too: "Germany (DE)".
    """
    raw = said.strip() if isinstance(said, str) else ""
    found = _country(raw)
    if not found and (match := re.fullmatch(r"(.+?)\s*[(\[]([A-Z]{2,3})[)\]]|([A-Z]{2,3})\s*[-–:]\s*(.+)", raw)):
        codes = {_country(match[1] or match[4]), _country(match[2] or match[3])}
        found = codes.pop() if len(codes) == 1 else None
    return found
