"""Lever. Facts: https://github.com/lever/postings-api (v0, the public postings) and
https://hire.lever.co/developer/documentation (v1, with an API key)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import PAGES, Limits
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.connectors._rows import Row, as_text, flag, part, parts, said, values
from webapp.i18n import N_

LEVER = ATS("lever", "Lever", merge_slug="lever", website="https://www.lever.co")
PAGE = 100
#: The states of a posting that somebody can read somewhere.
OPEN = ("published", "internal")
SITE = re.compile(r"https://jobs\.(?:eu\.)?lever\.co/([\w.-]+)")
CREATED = N_("Lever does not say when a posting was published; the day it was created stands for it.")


class _Lever(Connector):
    """What both ways in share: the two places where Lever runs, each with a host of its own."""

    ats = LEVER
    hosts = ("api.lever.co", "api.eu.lever.co")

    @property
    def _host(self) -> str:
        return "api.eu.lever.co" if self.config["region"] == "eu" else "api.lever.co"

    @classmethod
    def shown(cls, config: Mapping[str, str]) -> str:
        """The address at Lever; the EU has hosts of its own."""
        shown = super().shown(config)
        return shown.replace(".lever.", ".eu.lever.", 1) if config.get("region") == "eu" else shown


def _region(help: str) -> Field:
    choices = (("global", N_("Global")), ("eu", N_("EU")))
    return Field("region", N_("Region"), help, example="global", choices=choices, default="global")


class Lever(_Lever):
    """The postings of the API, published ones and internal ones, each a list in pages."""

    slug = "lever"
    way_in = N_("With an API key")
    about = N_("Reads internal postings too, and when each posting was changed.")
    fields = (
        Field(
            "api_key",
            N_("API key"),
            N_(
                "In Lever: Settings › Integrations and API › API Credentials, create a key that may read postings. "
                "Only a Super Admin sees this page, and Lever shows the key once."
            ),
            example="q7xW2mZ8cR5tB1yV4kN9",
            pattern=r"[^\s:]+",
            secret=True,
        ),
        _region(N_("Choose EU if you sign in to Lever at hire.eu.lever.co, else Global.")),
    )
    shown_as = "hire.lever.co"
    scopes = ("postings:read:admin",)
    limits = Limits(requests=10, seconds=1, mib=32)
    quirks = (N_("Confidential postings are never shown."), CREATED)
    revoke = N_("In Lever: Settings › Integrations and API › API Credentials, delete the key.")

    def account(self) -> RemoteAccount:
        """The site that the postings stand on and, where they fit on one page, how many there are."""
        pages = [self._page(state) for state in OPEN]
        rows = [row for page, _next in pages for row in page]
        site = next((m[1] for row in rows if (m := SITE.match(said(row, "urls", "list") or ""))), None)
        count = len({said(row, "id") for row in rows if not _reason(row)})
        return RemoteAccount(site, None, None if any(next for _page, next in pages) else count)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The two lists, page by page; a posting that moved from one to the other in between is read once."""
        before: set[str] = set()
        for state in OPEN:
            here: set[str] = set()
            for row in self._rows(state):
                id, version = said(row, "id") or "", said(row, "updatedAt")
                if id in before:
                    continue
                here.add(id)
                self.listed += 1
                if reason := _reason(row):
                    self.withhold(id, reason, said(row, "text"))
                elif version and known.get(id) == version:
                    yield Unchanged(id)
                else:
                    yield _posting(row, said(row, "state") or state)
            before |= here

    def _rows(self, state: str) -> Iterator[Row]:
        rows, offset = self._page(state)
        seen = {offset}
        yield from rows
        while offset:
            rows, offset = self._page(state, offset)
            if (offset and offset in seen) or len(seen) > PAGES:
                raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)
            seen.add(offset)
            yield from rows

    def _page(self, state: str, offset: str | None = None) -> tuple[list[Row], str | None]:
        """The rows of a page and where the next one begins."""
        params = {"state": state, "limit": str(PAGE)} | ({"offset": offset} if offset else {})
        answer = self.http.get(f"https://{self._host}/v1/postings", params=params, auth=(self.config["api_key"], ""))
        page = answer.json()
        rows, next, more = answer.rows(page, "data"), said(page, "next"), flag(page, "hasNext")
        if more and not next:
            raise answer.unexpected()
        return rows, None if more is False else next


class LeverCareers(_Lever):
    """The published postings, on Lever's global servers or on those in the EU."""

    slug = "lever-careers"
    way_in = N_("By the job site")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the job site shows it.")
    fields = (
        Field(
            "site",
            N_("Site name"),
            N_(
                "The part behind jobs.lever.co/ or jobs.eu.lever.co/ in the address of your job site. Capital letters "
                "count. You can paste the whole address."
            ),
            example="northwind",
            pattern=r"[A-Za-z0-9_.-]{1,64}",
        ),
        _region(N_("Choose EU if the address of your job site begins with jobs.eu.lever.co, else Global.")),
    )
    addresses = (
        r"https://jobs\.(?:(?P<region>eu)\.)?lever\.co/(?P<site>[\w.-]+)",
        r"https://api\.(?:(?P<region>eu)\.)?lever\.co/v0/postings/(?P<site>[\w.-]+)",
    )
    shown_as = "jobs.lever.co/{site}"
    quirks = (N_("Internal postings are not shown: Lever does not publish them."), CREATED)
    revoke = N_("Nothing to revoke: the job site is public.")

    def account(self) -> RemoteAccount:
        """Whether the site is there; Lever says neither its name nor a number."""
        self._page(0, 1)
        return RemoteAccount(self.config["site"], None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page up to the first that is not full; a page that comes again has ids that were seen."""
        full = True
        while full:
            page = self._page(self.listed, PAGE)
            for row in page:
                self.listed += 1
                yield _position(row)
            full = len(page) == PAGE  # more than asked for: the limit was ignored, that is all

    def _page(self, skip: int, limit: int) -> list[Row]:
        params = {"mode": "json", "skip": str(skip), "limit": str(limit)}
        answer = self.http.get(f"https://{self._host}/v0/postings/{self.config['site']}", params=params)
        return answer.rows(answer.json(list))


def _reason(row: Row) -> Reason | None:
    """Why a posting of the API is not shown; the lists are asked for open ones, which need not be heeded."""
    if row.get("confidentiality") not in (None, "", "non-confidential"):
        return "confidential"
    state = said(row, "state")
    return None if state in (None, *OPEN) else "closed" if state == "closed" else "draft"


def _posting(row: Row, state: str) -> RemotePosition:
    """A posting as v1 sends it: what v0 has under the same names, and the text and the addresses elsewhere."""
    channels = [as_text(channel) for channel in values(row, "distributionChannels")]
    inside = state == "internal" or ("internal" in channels and "public" not in channels)
    content, show = part(row, "content"), said(row, "urls", "show")
    bodies = (
        said(content, f"{name}Html") or text.lines(said(content, name) or "") for name in ("description", "closing")
    )
    pay = said(row, "salaryDescriptionHtml") or text.lines(said(row, "salaryDescription") or "")
    return replace(
        _position(row),
        url=show,
        apply_url=said(row, "urls", "apply"),
        description_html=_description(next(bodies), parts(content, "lists"), next(bodies), pay),
        updated_at=text.moment(row.get("updatedAt"), unit="ms"),
        requisition=said(row, "reqCode") or next(map(as_text, values(row, "requisitionCodes")), None),
        visibility="internal" if inside else "public",
        version=said(row, "updatedAt"),
    )


def _position(row: Row) -> RemotePosition:
    categories = part(row, "categories")
    named = [place for each in values(categories, "allLocations") if (place := as_text(each))]
    named = named or [place for place in [said(categories, "location")] if place]
    return RemotePosition(
        id=said(row, "id") or "",
        title=said(row, "text") or "",
        url=said(row, "hostedUrl"),
        apply_url=said(row, "applyUrl"),
        department=said(categories, "department"),
        team=said(categories, "team"),
        locations=_places(named, text.country(said(row, "country"))),
        workplace=text.workplace(said(row, "workplaceType")) or work_model("; ".join(named)),
        employment_type=text.employment_type(said(categories, "commitment")),
        description_html=_description(
            said(row, "description"), parts(row, "lists"), said(row, "additional"), said(row, "salaryDescription")
        ),
        posted_at=text.moment(row.get("createdAt"), unit="ms"),
        salary=_salary(part(row, "salaryRange")),
    )


def _places(named: list[str], country: str | None) -> tuple[Location, ...]:
    """All places; `country` is that of the first, and the place itself where the text says only "Remote"."""
    found = places(*named)
    if not country:
        return found
    if not found:
        return (Location(country=country),)
    first = places(named[0])[:1] == found[:1] and not found[0].country
    return (replace(found[0], country=country), *found[1:]) if first else found


def _description(opening: str | None, lists: Iterable[Row], closing: str | None, pay: str | None) -> str | None:
    """What the posting's page shows, in its order: most of the text stands in the lists."""
    middle = ((said(each, "text"), _list(said(each, "content") or "")) for each in lists)
    return text.sections([(None, opening), *middle, (None, closing), (None, pay)])


def _list(content: str) -> str:
    """v0 sends bare `<li>`s, some of them inside a `<div>`."""
    first = re.search(r"<(li|ul|ol)\b", content, re.I)
    if not first or first[1].lower() != "li":
        return content
    return re.sub(r"<li\b(?:.*</li>|.*)", r"<ul>\g<0></ul>", content.strip(), count=1, flags=re.I | re.S)


def _salary(pay: Row) -> Salary | None:
    low, high = text.number(pay.get("min")), text.number(pay.get("max"))
    if low is None and high is None:
        return None
    return Salary(low, high, text.currency(said(pay, "currency")), text.interval(said(pay, "interval")))
