"""Eightfold. Facts: the two lists that careers sites on eightfold.ai themselves ask, without credentials.

Most sites answer `apply/v2`, some only `pcsx`; the details are `apply/v2` for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import quote

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import AccountNotFound, UnexpectedAnswer
from webapp.connectors._http import Answer, Limits, need
from webapp.connectors._pages import joined
from webapp.connectors._places import composed, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Unchanged, web_address
from webapp.connectors._rows import Row, as_text, digest, flag, part, said, values
from webapp.i18n import N_

EIGHTFOLD = ATS("eightfold", "Eightfold", website="https://eightfold.ai")
TENANT = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}"


class Listing(NamedTuple):
    """One of the two lists: its path, the object that holds it, what is asked, and in which order the second time."""

    path: str
    inside: str | None
    params: dict[str, str]
    again: dict[str, str]


V2 = Listing("apply/v2/jobs", None, {"num": "10"}, {"num": "10", "sort_by": "timestamp"})
PCSX = Listing("pcsx/search", "data", {"sort_by": "timestamp"}, {"sort_by": "relevance"})


class EightfoldCareers(Connector):
    """The public careers site: a list in pages of ten, and a call for the text of each new or changed job."""

    slug = "eightfold-careers"
    ats = EIGHTFOLD
    way_in = N_("By the careers site")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "tenant",
            N_("Tenant"),
            N_(
                "The part before .eightfold.ai in the address of your careers site. You can paste the whole address. "
                "Where the site has an address of your own, ask whoever runs Eightfold for you."
            ),
            example="northwind",
            pattern=rf"(?!(?:www|app|api|static)$){TENANT}",
            lower=True,
        ),
        Field(
            "domain",
            N_("Company's domain"),
            N_(
                "What stands behind domain= in the address of a job on your careers site, mostly the domain of your "
                "e-mail addresses. Empty, it is the tenant with .com."
            ),
            example="northwind.com",
            pattern=DOMAIN,
            required=False,
            lower=True,
        ),
    )
    hosts = ("{tenant}.eightfold.ai",)
    addresses = (
        rf"https://(?P<tenant>{TENANT})\.eightfold\.ai(?:/[^?#]*)?"
        r"(?:\?(?:[^#]*&)?domain=(?P<domain>[A-Za-z0-9.-]+)(?:[&#].*)?)?",
    )
    shown_as = "{tenant}.eightfold.ai"
    limits = Limits(mib=16)
    quirks = (
        N_("Eightfold sends ten jobs at a time, so the first read of a large site takes a while."),
        N_("The text of a job is read again when Eightfold says that the job was changed, and once a day."),
    )
    revoke = N_("Nothing to revoke: the careers site is public.")

    def account(self) -> RemoteAccount:
        """How many jobs the site lists."""
        listing, page = self._first()
        return RemoteAccount(self.config["tenant"], None, self._rows(listing, page)[1])

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole list first, as its pages may overlap, then the details of what is new or changed."""
        lines = []
        for id, row in self._listing().items():
            if flag(row, "isPrivate"):
                self.listed += 1
                self.withhold(id, "unlisted", said(row, "name"))
            else:
                lines.append(Listed(id, _version(row), said(row, "name"), row))
        yield from self.opened(lines, known, self._detail, self._position)

    def _listing(self) -> dict[str, Row]:
        """All rows by their ids.

        Where the order moves, a row stands on two pages and another on none: a second order finds the rest.
        """
        listing, page = self._first()
        rows, total = self._pages(listing, listing.params, page)
        if len(rows) < total:
            found, total = self._pages(listing, listing.again, self._page(listing, 0, listing.again))
            rows |= found
        if len(rows) < total:
            few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=len(rows))
        return rows

    def _pages(self, listing: Listing, params: dict[str, str], page: Row) -> tuple[dict[str, Row], int]:
        """The rows from this first page on, and how many there should be. No page has more than ten."""
        rows: dict[str, Row] = {}
        offset = total = 0
        while True:
            found, declared = self._rows(listing, page)
            fresh = found.keys() - rows.keys()
            rows |= found
            offset, total = offset + len(found), max(total, declared)
            if not fresh or offset >= total:
                return rows, total
            page = self._page(listing, offset, params)

    def _rows(self, listing: Listing, page: Row) -> tuple[dict[str, Row], int]:
        box = part(page, listing.inside) if listing.inside else page
        rows, count = need(self.ats.name, box, "positions"), said(box, "count") or ""
        found = {id: row for row in rows if (id := said(row, "id"))}
        if not count.isdecimal() or len(found) < len(rows):
            raise UnexpectedAnswer(N_("%(ats)s answered in a form that Berth does not know."), ats=self.ats.name)
        return found, int(count)

    def _first(self) -> tuple[Listing, Row]:
        """The first page of the list that this site answers; the other one is refused, by a status or in words."""
        answer = self._ask(V2.path, {"start": "0"} | V2.params, allow=(403,))
        page: Row = answer.json() if answer.status != 403 else {"message": "refused"}
        if "positions" in page or "message" not in page:
            return V2, page
        page = self._page(PCSX, 0, PCSX.params)
        if "data" not in page and "message" in page:
            raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=self.ats.name)
        return PCSX, page

    def _page(self, listing: Listing, start: int, params: dict[str, str]) -> Row:
        page: Row = self._ask(listing.path, {"start": str(start)} | params).json()
        return page

    def _detail(self, row: Row) -> Row | None:
        """The whole job, from the interface that the site has; `None` where it is no longer open."""
        id = said(row, "id") or ""
        answer = self._ask(f"{V2.path}/{quote(id, safe='')}", {}, allow=(403, 404, 410))
        refused = answer.status == 403
        if refused:
            answer = self._ask("pcsx/position_details", {"position_id": id, "hl": "en"}, allow=(404, 410))
        if answer.status != 200:
            return None
        detail: Row = part(answer.json(), "data") if refused else answer.json()
        if said(detail, "id") not in (None, id) or not detail.keys() & {"name", "job_description", "jobDescription"}:
            raise answer.unexpected()
        return detail

    def _ask(self, path: str, params: dict[str, str], allow: tuple[int, ...] = ()) -> Answer:
        domain = self.config.get("domain") or f"{self.config['tenant']}.com"
        return self.http.get(f"{self._site()}/api/{path}", params={"domain": domain} | params, allow=allow)

    def _site(self) -> str:
        return f"https://{self.config['tenant']}.eightfold.ai"

    def _position(self, row: Row, detail: Row) -> RemotePosition:
        id = said(row, "id") or ""
        job = row | {name: value for name, value in detail.items() if value not in (None, "", [], {})}
        named = _named(job)
        url = web_address(joined(self._site(), _first_of(job, "canonicalPositionUrl", "positionUrl")))
        models = {work_model(name) for name in named}
        return RemotePosition(
            id=id,
            title=_first_of(job, "name", "posting_name") or "",
            url=url if url and url != self._site() else f"{self._site()}/careers/job/{id}",
            department=said(job, "department"),
            team=said(job, "business_unit"),
            locations=_places(named, list(map(as_text, values(job, "standardizedLocations")))),
            workplace=text.workplace(_first_of(job, "work_location_option", "workLocationOption"))
            or (models.pop() if len(models) == 1 else None),
            employment_type=text.employment_type(values(job, "efcustomTextEmploymentType")),
            description_html=text.lines(text.unescape(_first_of(job, "job_description", "jobDescription")) or "")
            or None,
            posted_at=text.moment(_first_of(job, "t_create", "postedTs", "creationTs")),
            updated_at=text.moment(said(job, "t_update")),
            language=_language(said(job, "locale")),
            requisition=_first_of(job, "display_job_id", "displayJobId", "ats_job_id", "atsJobId"),
            version=_version(row),
        )


def _first_of(job: Row, *names: str) -> str | None:
    return next((found for name in names if (found := said(job, name))), None)


def _version(row: Row) -> str:
    """When the job was changed; where the list does not say it, what it says of the job."""
    names = ("name", "location", "department", "postedTs", "creationTs", "workLocationOption", "positionUrl")
    return said(row, "t_update") or digest([said(row, name) for name in names], _named(row))


def _named(job: Row) -> list[str]:
    """What the places are called, "Los Gatos,California,United States" with a space behind its commas."""
    texts = [as_text(each) for each in values(job, "locations") or values(job, "location")]
    plain = (re.sub(r",\s*([\w ]*\b(?:Republic|Province) of\b[\w ]*)$", "", name) for name in texts if name)
    return [re.sub(r",(?=\S)", ", ", name) for name in plain]


def _places(named: list[str], standard: list[str | None]) -> tuple[Location, ...]:
    """All places; only `pcsx` says them a second time, as "Reston, VA, US" whatever the first looks like."""
    pairs = zip(named, standard if len(standard) == len(named) else [None] * len(named), strict=True)
    return tuple(dict.fromkeys(place for name, plain in pairs for place in _place(name, plain)))


def _place(name: str, plain: str | None) -> tuple[Location, ...]:
    found = composed(name)
    *rest, code = [piece.strip() for piece in (plain or "").split(",")]
    if not (country := text.country(code)) or len(found) > 1:
        return found
    place = found[0] if found else Location()
    if len(rest) == 2:
        return (Location(place.name, rest[0], rest[1], country),)
    return (replace(place, country=place.country or country),)


def _language(code: str | None) -> str | None:
    return code.replace("_", "-") if code and re.fullmatch(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*", code) else None
