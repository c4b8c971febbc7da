"""Traffit. Facts: https://help.traffit.com (the Public API of every account: published posts, pages by header)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import PAGES, Limits
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary
from webapp.connectors._rows import Row, as_text, flag, part, parts, said, values
from webapp.i18n import N_

TRAFFIT = ATS("traffit", "Traffit", website="https://traffit.com")
PAGE = 100
SORT = '{"sort_by":"id","direction":"ASC"}'
LABEL = r"(?!(?:www|api|app|cdn\d?|help|knowledge|login|static|status)(?:\.|$))"
#: Values of an advert that are no text of it, whatever they hold.
PLACE = ("geolocation", "job_location")
TEXTS = ("description", "responsibilities", "requirements", "benefits")
MARKUP = re.compile(r"<(?:p|ul|ol|li|div|br|span|strong|b|h\d)\b", re.I)
SHOWN = re.compile(r"widoczn|visib|show", re.I)


class TraffitCareers(Connector):
    """The published job posts, in pages that are asked for by headers."""

    slug = "traffit-careers"
    ats = TRAFFIT
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the account publishes it.")
    fields = (
        Field(
            "slug",
            N_("Account name"),
            N_("The part before .traffit.com in the address of your careers page. You can paste the whole address."),
            example="northwind",
            pattern=rf"{LABEL}[a-z0-9](?:[a-z0-9_-]{{0,61}}[a-z0-9])?",
            lower=True,
        ),
    )
    hosts = ("{slug}.traffit.com",)
    addresses = (rf"https://{LABEL}(?P<slug>[a-z0-9_-]+)\.traffit\.com",)
    shown_as = "{slug}.traffit.com"
    limits = Limits(mib=32)
    quirks = (
        N_("Traffit does not say when a post was changed, so every post is read anew each time."),
        N_("Times come without a zone and are taken as UTC."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """How many posts there are; Traffit says no name."""
        _rows, _pages, count = self._page(1)
        return RemoteAccount(self.config["slug"], None, count)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page."""
        page, pages, count = 0, 1, None
        while page < pages:
            page += 1
            rows, pages, count = self._page(page)
            if pages > PAGES:
                raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)
            for row in rows:
                self.listed += 1
                yield _position(row)
        if count is not None and self.listed < count:
            few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(few, ats=self.ats.name, total=count, sent=self.listed)

    def _page(self, page: int) -> tuple[list[Row], int, int | None]:
        """The rows of a page, how many pages there are, and how many rows on all of them, where Traffit says that."""
        headers = {"X-Request-Page-Size": str(PAGE), "X-Request-Current-Page": str(page), "X-Request-Sort": SORT}
        answer = self.http.get(f"https://{self.config['slug']}.traffit.com/public/job_posts/published", headers=headers)
        rows = answer.rows(answer.json(list))
        pages, count = (text.number(answer.headers.get(f"x-result-total-{name}")) for name in ("pages", "count"))
        if pages is None:  # then a page that is not full is the last one
            pages = page + (len(rows) >= PAGE)
            count = len(rows) if count is None and pages == page == 1 else count
        return rows, int(pages), None if count is None else int(count)


def _position(row: Row) -> RemotePosition:
    advert, options = part(row, "advert"), part(row, "options")
    given = list(_given(advert, options))
    towns = (as_text(place) or said(place, "locality") for some in given for place in some)
    return RemotePosition(
        id=said(row, "id") or "",
        title=said(advert, "name") or "",
        url=said(row, "url"),
        apply_url=said(row, "application_form"),
        department=said(options, "_department"),
        locations=next(filter(None, map(_places, given)), ()),
        workplace=text.workplace(values(options, "_work_model"))
        or ("remote" if flag(options, "remote") else None)
        or next(filter(None, map(work_model, towns)), None),
        employment_type=text.employment_type(values(options, "job_type") or values(options, "_job_type")),
        description_html=text.sections(_texts(parts(advert, "values"))),
        posted_at=text.moment(said(row, "valid_start")),
        closes_at=text.moment(said(row, "valid_end")),
        language=said(advert, "language"),
        requisition=said(advert, "recruitment", "nr_ref"),
        salary=_salary(options),
        category="; ".join(filter(None, map(as_text, values(options, "branches")))) or None,
    )


def _texts(fields: list[Row]) -> Iterator[tuple[str | None, str]]:
    """The texts of an advert in its order, with their headings: those that every account has, and an account's own."""
    for field in fields:
        name, body = said(field, "field_id"), text.unescape(said(field, "value"))
        if body and name not in PLACE and (name in TEXTS or MARKUP.search(body)):
            yield said(field, "name"), text.lines(body)


def _given(advert: Row, options: Row) -> Iterator[list[Any]]:
    """Where an advert or its post may say its places; the first that says some counts."""
    fields = [field.get("value") for field in parts(advert, "values") if said(field, "field_id") in PLACE]
    yield [place for value in fields for place in _decoded(value)]
    yield values(advert, "locations")
    yield _decoded(options.get("job_location"))
    yield values(options, "_location")


def _places(given: list[Any]) -> tuple[Location, ...]:
    """Each place is an object, in some accounts as JSON in a text."""
    return tuple(dict.fromkeys(place for each in given for place in _place(each)))


def _decoded(value: Any) -> list[Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            pass  # a place in words
    return value if isinstance(value, list) else [value]


def _place(given: Any) -> tuple[Location, ...]:
    if not isinstance(given, dict):
        return places(given) if isinstance(given, str) else ()
    country = text.country(said(given, "iso")) or text.country(said(given, "country"))
    city, region = said(given, "locality"), said(given, "region1")
    if city and work_model(city):
        city = None
    return (Location(None, city, region, country),) if city or region or country else ()


def _salary(options: Row) -> Salary | None:
    """The pay that the account publishes with a post, unless a field of its own says that it is not to be seen."""
    if any(SHOWN.search(name) and flag(options, name) is False for name in options):
        return None
    low, high = (text.number(said(options, f"_Salary_{end}")) or None for end in ("MIN", "MAX"))
    if low is None and high is None:
        return None
    currency = text.currency(said(options, "_Salary_Currency"))
    return Salary(low, high, currency, text.interval(said(options, "_Salary_Rate")))
