"""What the parts of a feed's item say: where and how one works, what there is to do, and what is paid."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, tostring

from webapp.connectors import _text as text
from webapp.connectors._feed import ATOM, KINDS, Item, fold, raw_text, text_of
from webapp.connectors._places import places, town, work_model
from webapp.connectors._records import Location, Salary

MONEY, SIGN = r"((?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d\d?)?)[kK]?)", r"([A-Z]{3}|[€£$])?"
PAY = re.compile(
    rf"{SIGN}\s*{MONEY}(?:\s*(?:-|–|to)\s*{SIGN}\s*{MONEY})?\s*{SIGN}(?:\s*(?:/|\ban?\b|\bper\b)\s*(\w+))?"
)
SECTIONS = ("responsibilities", "requirements", "qualifications", "skillsandexperience", "benefits")
FLAGS = dict.fromkeys(("remote", "isremote", "remotestatus", "remotetype", "telecommuting"), "remote")
FLAGS |= {"hybrid": "hybrid", "onsite": "on_site"}


def places_of(item: Item) -> tuple[Location, ...]:
    """Places that have parts, else city and country beside the title, else places as text; and further ones."""
    boxes, flat = item.all("place"), _spelt(item)
    spelt = [place for box in boxes for e in box.iter() if len(e) and (place := _spelt(Item(e), "name"))]
    inner = [e for box in boxes for e in box.iter() if not len(e) and KINDS.get(fold(e.tag)) in ("place", "title")]
    loose, more = places(*map(text_of, inner)), places(*(text_of(e) for box in item.all("more") for e in box.iter()))
    beside = (flat,) if flat and (flat.city or not loose) else loose
    if flat and not flat.city and len(loose) == 1:  # what else is said of the place stands beside it
        beside = (replace(loose[0], region=flat.region or loose[0].region, country=flat.country or loose[0].country),)
    elif flat and not (flat.city or flat.country or loose):  # where a "region" is any place, as in Jooble's feeds
        beside = places(*map(text_of, item.all("region")))
    return tuple(dict.fromkeys((*(spelt or beside), *more)))


def _spelt(item: Item, name: str = "") -> Location | None:
    city, region, country = (item.said(kind) for kind in ("city", "region", "country"))
    city = town(city, text.country(country))
    called = next(map(text_of, item.parts.get(name, ())), None)
    return Location(called, city, region, text.country(country)) if city or region or country else None


def workplace_of(item: Item) -> Any:
    yes = ("true", "yes", "1", "fully", "always")
    flags = {FLAGS[name] for name in FLAGS for e in item.parts.get(name, ()) if (raw_text(e) or "").lower() in yes}
    said = text.workplace(item.said("workplace"))
    return (
        flags.pop()
        if len(flags) == 1
        else said or work_model("; ".join(text_of(e) or "" for e in (*item.all("place"), *item.all("city"))))
    )


def description_of(item: Item) -> str | None:
    """The fullest text and the sections beside it, in the order of the feed."""
    main = next((e for e in item.all("description") if _html(e)), None)
    parts = [e for name, elements in item.parts.items() for e in elements if e is main or name in SECTIONS]
    return text.sections((None if e is main else _heading(e.tag), _html(e)) for e in parts)


def _heading(tag: str) -> str:
    return re.sub(r"[_-]|(?<=[a-z])(?=[A-Z])", " ", tag.rpartition("}")[2]).capitalize()


def _html(element: Element) -> str | None:
    """A text as HTML: parts with headings, elements that are markup, escaped markup, or plain lines."""
    headed = []
    for parts in (Item(part).parts for part in element):
        titles, bodies = parts.get("title") or parts.get("name"), parts.get("content") or parts.get("value")
        if titles and bodies:
            headed.append((text_of(titles[0]), _html(bodies[0])))
    if headed:
        return text.sections(headed)
    if len(element):
        for inner in element.iter():
            inner.tag = inner.tag.rpartition("}")[2]
        return html.escape(element.text or "") + "".join(tostring(e, "unicode", "html") for e in element)
    body = text.unescape((element.text or "").strip()) or ""
    is_atom = element.tag.startswith(ATOM) and element.get("type", "text") == "text" and not re.search(r"</\w+>", body)
    if is_atom or fold(element.tag) == "contenttext":
        body = html.escape(body, quote=False)
    return text.lines(body)


def salary_of(said: str) -> Salary | None:
    """Pay that is said as numbers, a currency and nothing that is not understood."""
    before, low, between, high, after, per = match.groups() if (match := PAY.fullmatch(said)) else (None,) * 6
    currency, interval = text.currency(before or between or after), text.interval(per)
    if not low or not currency or (per and not interval):
        return None
    return Salary(text.number(low), text.number(high or low), currency, interval)


def salary_in(box: Element) -> Salary | None:
    """Pay that is said in parts, as Talent.com and LinkedIn want it: `min`, `salary_max`, `maxValue`."""
    said = {re.sub("^salary|(?<=min|max)value$|(?<=min|max)imum$|code$", "", fold(e.tag)): raw_text(e) for e in box}
    low, high = text.number(said.get("min")), text.number(said.get("max"))
    currency, per = text.currency(said.get("currency")), text.interval(said.get("period") or said.get("type"))
    return Salary(low or None, high or None, currency, per) if currency and (low or high) else None
