"""Text as ATSs send it, made fit to keep: characters, HTML parts, dates, and the words for places and kinds of work."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global

Workplace = Literal["on_site", "hybrid", "remote"]
EmploymentType = Literal[
    "full_time", "part_time", "contract", "temporary", "internship", "volunteer", "per_diem", "other"
]
Interval = Literal["hour", "day", "week", "month", "year"]

# Control and bidi-control characters, zero-width ones except the joiners that emoji and Indic scripts need.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def tidy(text: str) -> str | None:
    """NFC, without control characters, bidi overrides and lone surrogates; `None` if nothing is left."""
    if text.isascii() and text.isprintable():
        return text.strip() or None
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = _UNWANTED.sub("", unicodedata.normalize("NFC", text)).strip()
    return text or None


def one_line(text: str) -> str | None:
    """`tidy`, with every run of white space made one space."""
    return tidy(" ".join(text.split()))


def unescape(text: str | None) -> str | None:
    """HTML that came entity-encoded, decoded once more only while no real tag is there."""
    for _round in range(2):
        if not text or "<" in text or not re.search("&(amp;)?lt;", text):
            break
        text = html.unescape(text)
    return text


def lines(body: str) -> str:
    """HTML as it is; plain text with line breaks as paragraphs and lines."""
    if "<" in body or "\n" not in body.strip():
        return body
    blocks = re.split(r"\n\s*\n", body.replace("\r", "").strip())
    return "".join("<p>" + block.replace("\n", "<br>") + "</p>" for block in blocks)


def sections(parts: Iterable[tuple[str | None, str | None]]) -> str | None:
    """(heading, HTML) pairs joined in order; a heading is plain text and becomes an `h3`."""
    joined = [
        (f"<h3>{html.escape(heading.strip())}</h3>" if heading and heading.strip() else "") + body.strip()
        for heading, body in parts
        if body and body.strip()
    ]
    return "\n".join(joined) or None


def moment(value: object, *, unit: str = "s") -> datetime | None:
    """An aware UTC datetime from ISO 8601, RFC 822, a plain date (midnight UTC) or an epoch; `None` if it is none.

    `unit` is `s` or `ms`, for epochs.
    """
    try:
        if isinstance(value, bool) or value is None:
            return None
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / (1000 if unit == "ms" else 1), UTC)
        text = str(value).strip()
        if re.fullmatch(r"\d{9,13}", text):
            return moment(int(text), unit="ms" if len(text) > 10 else "s")
        if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
            return datetime(int(match[3]), int(match[2]), int(match[1]), tzinfo=UTC)
        text = re.sub(r"\s+UTC$|\s+Z$", "Z", text)
        if re.match(r"\d{4}-?\d{2}-?\d{2}", text):
            text = re.sub(r"(\.\d{6})\d+", r"\1", text)
            text = re.sub(r"([+-]\d{2})(\d{2})$", r"\1:\2", text)
            found = datetime.fromisoformat(text)
        else:
            found = parsedate_to_datetime(re.sub(r"(\s)(\d:\d{2}:\d{2})", r"\g<1>0\2", text).replace("Z", "GMT"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds to wait from a `Retry-After` header: a number or an HTTP date, held between 1 s and 6 h."""
    if not value:
        return None
    try:
        seconds = float(value)
        if seconds != seconds:
            return None
    except ValueError:
        found = moment(value)
        if not found:
            return None
        seconds = (found - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 1.0), timedelta(hours=6).total_seconds())


def as_moment(day: date) -> datetime:
    """Midnight UTC of a calendar date that has no zone."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _key(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in folded if not unicodedata.combining(c))).strip()


# What ATSs write for a kind of employment; keys are folded by `_key`. Sources: reference pages of each vendor.
_EMPLOYMENT: dict[EmploymentType, str] = {
    "full_time": "full time|fulltime|full time employee|vollzeit|permanent|festanstellung|unbefristet|temps plein"
    "|plein temps|cdi|jornada completa|tiempo completo|tempo pieno|tempo integral|voltijd|heltid|regular full time"
    "|regular|full or part time|full time permanent|permanent full time|employee|full time regular|full time salaried",
    "part_time": "part time|parttime|part time employee|teilzeit|temps partiel|media jornada|tiempo parcial"
    "|tempo parziale|deeltijd|deltid|regular part time|part time permanent|minijob|mini job|part time regular",
    "contract": "contract|contractor|freelance|freelancer|independent contractor|freier mitarbeiter|selbstandig"
    "|consultant|contract to hire|contratto|prestation|1099|corp to corp",
    "temporary": "temporary|temp|fixed term|fixed term contract|befristet|aushilfe|seasonal|saisonal|cdd|interim"
    "|temporaire|temporal|tempo determinato|tijdelijk|casual|visstid|limited",
    "internship": "intern|internship|praktikum|praktikant|trainee|working student|werkstudent|apprentice"
    "|apprenticeship|ausbildung|azubi|stage|stagiaire|alternance|practicas|becario|co op|coop|student|graduate"
    "|work study|tirocinio",
    "volunteer": "volunteer|voluntary|ehrenamt|ehrenamtlich|benevole|benevolat|voluntario",
    "per_diem": "per diem|perdiem|prn",
    "other": "other|sonstige|sonstiges|autre|otro|altro|anders",
}
_EMPLOYMENT_BY_WORD = {word: kind for kind, words in _EMPLOYMENT.items() for word in words.split("|")}
_WORKPLACE: dict[Workplace, str] = {
    "on_site": "on site|onsite|on location|office|in office|vor ort|prasenz|sur site|presencial|in person|in sede"
    "|op locatie|on premise",
    "hybrid": "hybrid|hybride|hibrido|ibrido|teilweise remote|partially remote|flexible|hybrid remote|partial remote"
    "|remote hybrid|temporarily remote",
    "remote": "remote|fully remote|full remote|home office|homeoffice|telecommute|telecommuting|a distance"
    "|teletravail|teletrabajo|remoto|da remoto|virtual|work from home|anywhere|remote only|100 remote|fully remote"
    "|wfh|thuiswerken|teljes tavmunka",
}
_WORKPLACE_BY_WORD = {word: kind for kind, words in _WORKPLACE.items() for word in words.split("|")}


@lru_cache(maxsize=4096)
def employment_type(text: object) -> EmploymentType | None:
    """The kind of employment in our words; `other` for a text we don't know, `None` for none."""
    key = _key(str(text)) if text else ""
    if not key:
        return None
    if key in _EMPLOYMENT_BY_WORD:
        return _EMPLOYMENT_BY_WORD[key]
    for kind in ("internship", "volunteer", "per_diem", "temporary", "contract", "part_time", "full_time"):
        if any(f" {word} " in f" {key} " for word in _EMPLOYMENT[kind].split("|") if len(word) > 3):
            return kind
    return "other"


@lru_cache(maxsize=4096)
def workplace(text: object) -> Workplace | None:
    """`on_site`, `hybrid` or `remote`; `None` where the text says none of them."""
    key = _key(str(text)) if text else ""
    if key in _WORKPLACE_BY_WORD:
        return _WORKPLACE_BY_WORD[key]
    for kind in ("hybrid", "remote", "on_site"):
        if any(f" {word} " in f" {key} " for word in _WORKPLACE[kind].split("|") if word not in ("office", "flexible")):
            return kind
    return None


@cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for code in ("pt", "nl", "it", "es", "fr", "de", "en"):
        try:
            territories = Locale(code).territories
        except UnknownLocaleError:
            continue
        names |= {_key(name): key for key, name in territories.items() if re.fullmatch("[A-Z]{2}", key)}
    names |= {
        _key(alias): codes[0]
        for alias, codes in get_global("territory_aliases").items()
        if len(codes) == 1 and re.fullmatch("[A-Z]{3}", alias) and re.fullmatch("[A-Z]{2}", codes[0])
    }
    return names | {
        "usa": "US",
        "u s a": "US",
        "u s": "US",
        "united states of america": "US",
        "uk": "GB",
        "great britain": "GB",
        "england": "GB",
        "scotland": "GB",
        "wales": "GB",
        "northern ireland": "GB",
        "holland": "NL",
        "the netherlands": "NL",
        "czech republic": "CZ",
        "turkey": "TR",
        "turkiye": "TR",
        "russian federation": "RU",
        "korea republic of": "KR",
        "republic of korea": "KR",
        "viet nam": "VN",
        "hong kong": "HK",
        "macau": "MO",
        "uae": "AE",
        "brasil": "BR",
        "deutschland": "DE",
        "osterreich": "AT",
        "schweiz": "CH",
    }


@lru_cache(maxsize=4096)
def country(text: object) -> str | None:
    """ISO 3166-1 alpha-2 for a code of two or three letters or a name in seven languages; `None` if unknown."""
    raw = str(text or "").strip()
    if re.fullmatch("[A-Za-z]{2}", raw):
        upper = "GB" if raw.upper() == "UK" else raw.upper()
        return upper if upper in Locale("en").territories else None
    return _countries().get(_key(raw))


@lru_cache(maxsize=512)
def currency(text: object) -> str | None:
    """ISO 4217 for a code or a plain sign; `None` if unknown."""
    raw = str(text or "").strip()
    signs = {"€": "EUR", "£": "GBP", "$": "USD", "zł": "PLN", "¥": "JPY", "₹": "INR"}
    code = signs.get(raw, raw.upper())
    return code if code in Locale("en").currencies else None


_INTERVAL: dict[Interval, str] = {
    "hour": "hour|hourly|per hour wage|stunde|stundlich|per hour|hr",
    "day": "day|daily|per day wage|tag|per day",
    "week": "week|weekly|per week salary|woche|per week",
    "month": "month|monthly|per month salary|monat|monatlich|per month|mois",
    "year": "year|yearly|annual|annually|per year salary|jahr|jahrlich|per year|annum|per annum|yr|an",
}


def interval(text: object) -> Interval | None:
    """What pay is per: `hour`, `day`, `week`, `month` or `year`; `None` if unknown."""
    key = _key(str(text)) if text else ""
    return next((kind for kind, words in _INTERVAL.items() if key in words.split("|")), None)


def number(value: object) -> float | None:
    """A finite number from a number or a text such as `52,000.00`; `None` if it is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = float(re.sub(r"[,\s]", "", str(value)))
    except ValueError:
        return None
    return found if abs(found) < 1e12 else None
