"""Text as ATSs send it, made fit to keep: characters, HTML parts, dates and numbers; its words: `_words.py`."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Literal

from babel import Locale

# The words for kinds of work, places and money have files of their own: add spellings there.
from webapp.connectors._countries import LANGUAGES, country
from webapp.connectors._words import (
    EmploymentType,
    Interval,
    Workplace,
    currency,
    employment_type,
    interval,
    key,
    workplace,
)

__all__ = ["EmploymentType", "Interval", "Workplace", "country", "currency", "employment_type", "interval", "workplace"]

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


#: Which of the first two numbers of a date such as `5/8/2026` comes first; unless that is known, it is no date.
First = Literal["day", "month"]
_YEAR = r"(?P<year>\d{4}|\d\d)"
_TIME = r"(?:(?:T|,?\s+)(?:at\s+)?(?P<time>\d{1,2}:\d\d\S*.*))?"
_WEEKDAY = r"(?:[^\W\d]+\.?,?\s+)?"
_FORMS: tuple[tuple[First | None, str], ...] = (
    (None, rf"(?P<year>\d{{4}})([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_TIME}"),
    (None, r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:T?(?P<time>\d{4}(?:\d\d)?(?:\D.*)?))?"),
    (None, rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?{_YEAR}{_TIME}"),
    ("day", rf"(?P<day>\d{{1,2}})([-/])(?P<month>\d{{1,2}})\2{_YEAR}{_TIME}"),
    ("month", rf"(?P<month>\d{{1,2}})([-/])(?P<day>\d{{1,2}})\2{_YEAR}{_TIME}"),
    (
        None,
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|º|er|\.)?(?:[\s.-]|\sde\s)+(?P<name>[^\W\d]+)\.?,?"
        rf"(?:[\s.-]|\sde\s)+{_YEAR}{_TIME}",
    ),
    (None, rf"{_WEEKDAY}(?P<name>[^\W\d]+)\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_TIME}"),
    (
        None,  # Java's and C's: Fri Sep 25 00:00:00 UTC 2026
        rf"{_WEEKDAY}(?P<name>[^\W\d]+)\s(?P<day>\d{{1,2}})\s(?P<time>\d\d:\d\d:\d\d(?:\s\S+)?)\s(?P<year>\d{{4}})",
    ),
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?:Z|UTC|GMT)?\s*(?:(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)?)?\s*(?P<zone>[A-Z]{2,4})?\s*(?:[(\[].*)?",
    re.I,
)
#: Zones by name; those of RFC 822, and those of Europe. Any other is unknown, and so UTC (RFC 5322, 4.3).
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_ZONES |= {"CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3}


def moment(value: object, *, unit: str = "s", first: First | None = None) -> datetime | None:
    """An aware UTC datetime from ISO 8601, RFC 822, a written or plain date (midnight UTC) or an epoch; else `None`.

    `unit` is `s` or `ms`, for epochs. `first` says what `5/8/2026` and `5-8-2026` begin with, `day` or `month`.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return None if abs(value) > 1e14 else _epoch(value / 1000 if unit == "ms" or value > 1e11 else value)
    text = " ".join(value.split()) if isinstance(value, str) and len(value) < 100 else ""
    if match := re.fullmatch(r"/Date\((\d{1,14})(?:[+-]\d{4})?\)/|(\d{13})", text):  # the offset changes nothing
        return _epoch(int(match[1] or match[2]) / 1000)
    if re.fullmatch(r"\d{10}(?:\.\d+)?", text):
        return _epoch(float(text))
    for order, form in _FORMS:
        if (order in (None, first)) and (match := re.fullmatch(form, text)):
            return _dated(match.groupdict())
    return None


def _epoch(seconds: float) -> datetime | None:
    try:
        return _plausible(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _plausible(found: datetime) -> datetime | None:
    """Without what databases hold for "never": 0001-01-01, 1970-01-01, 9999-12-31."""
    return found if 1980 <= found.year <= 2200 else None


def _dated(said: dict[str, str | None]) -> datetime | None:
    """The moment that the parts of a date say; midnight, where it has no time."""
    clock = _CLOCK.fullmatch(said.get("time") or "00:00")
    month = int(said["month"] or 0) if "month" in said else _months().get(key(said["name"] or ""), 0)
    year = int(said["year"] or 0)
    if not clock:
        return None
    try:
        hour = int(clock["hour"])
        if half := clock["half"]:
            hour = hour % 12 + 12 * (half[0] in "pP")
        found = datetime(
            year if len(said["year"] or "") == 4 else year + (2000 if year < 69 else 1900),
            month,
            int(said["day"] or 0),
            hour,
            int(clock["minute"]),
            min(int(clock["second"] or 0), 59),  # a leap second
            int((clock["fraction"] or "0")[:6].ljust(6, "0")),
            UTC,
        )
        hours = timedelta(hours=int(clock["hours"] or 0), minutes=int(clock["minutes"] or 0))
        zone = timedelta(hours=_ZONES.get((clock["zone"] or "").upper(), 0)) if not clock["sign"] else hours
        return _plausible(found + zone if clock["sign"] == "-" else found - zone)
    except (ValueError, OverflowError):
        return None


@cache
def _months() -> dict[str, int]:
    """Name of a month, whole or shortened, in the languages of our words → its number."""
    found = {"sept": 9}
    for language in LANGUAGES:
        for names in (kind for form in Locale(language).months.values() for kind in form.values()):
            found |= {key(name): number for number, name in names.items() if len(name) > 2}
    return found


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


#: Signs and codes that may stand before or behind an amount.
_MONEY = r"(?:[A-Z]{0,3}[$€£¥₹]|zł|z ł|[A-Z]{3}|kr\.?|Fr\.)?"


def number(value: object) -> float | None:
    """A finite number from a number or a text such as `52,000.00`, `52.000,00 €` or `50k`; `None` if it is none.

    `1,234` is a thousand and more, as in English. `1.234` may be that or a little more than one: `None`.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if abs(value) < 1e12 else None
    text = re.sub(r"(?<=\d)[\s'’](?=\d{3}(?!\d))", "", " ".join(value.split())) if isinstance(value, str) else ""
    match = re.fullmatch(rf"{_MONEY}\s?(-?[\d.,]*\d)\s?([kK])?\s?{_MONEY}(?:,-|\.-)?", text)
    if not match:
        return None
    said, thousand = match[1], bool(match[2])
    if re.fullmatch(r"-?\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|-?\d{1,3}\.\d{3},\d{1,2}", said):  # 1.234.567 or 1.234,50
        said = said.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}\.\d{3}", said) and not re.match(r"-?0", said):
        if "€" not in text:  # which nobody writes with three decimals
            return None
        said = said.replace(".", "")
    elif re.fullmatch(r"-?\d+,\d{1,2}", said):  # 52,5
        said = said.replace(",", ".")
    elif not re.fullmatch(r"-?\d+(?:\.\d+)?|-?\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?", said):
        return None
    else:
        said = said.replace(",", "")
    found = float(said) * (1000 if thousand else 1)
    return found if abs(found) < 1e12 else None
