"""Dover: the public lists that its job boards are drawn from, which no documentation describes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._places import places
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.connectors._rows import Row, digest, flag, part, parts, said
from webapp.i18n import N_

DOVER = ATS("dover", "Dover", website="https://www.dover.com")
SITE = "https://app.dover.com"
PAGE, GONE = 300, (404, 410)
UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,100}"
#: Names of switches that hide pay.
SHOWN = re.compile(r"show|display|visible|publi|open_to_sharing", re.I)


class DoverCareers(Connector):
    """The job board's list, and a call for each new or changed job, which alone has the text, pay and the date."""

    slug = "dover-careers"
    ats = DOVER
    way_in = N_("By the job board")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the job board shows it.")
    fields = (
        Field(
            "slug",
            N_("Job board"),
            N_(
                "The part behind app.dover.com/jobs/ in the address of your job board, or the long number behind "
                "/careers/. You can paste the whole address."
            ),
            example="northwind",
            pattern=NAME,
        ),
    )
    hosts = ("app.dover.com",)
    addresses = (
        rf"https://app\.dover\.com/(?:jobs|apply)/(?P<slug>{NAME})",
        rf"https://app\.dover\.com/(?:dover/)?[^/?#]+/careers/(?P<slug>{UUID})",
        rf"https://app\.dover\.com/api/v1/careers-page-slug/(?P<slug>{NAME})",
    )
    shown_as = "app.dover.com/jobs/{slug}"
    quirks = (
        N_("The text is read again when the job's line in the list changes."),
        N_("Dover's sample jobs are not shown."),
        N_("Where Dover does not say when a job was published, the day it was created stands for it."),
    )
    revoke = N_("Nothing to revoke: the job board is public.")

    def account(self) -> RemoteAccount:
        """The company's name, and how many jobs there are, where they are on one page."""
        board = self._board()
        rows, _count, further = self._page(self._first(board))
        count = None if further else sum(not _reason(row) for row in rows)
        return RemoteAccount(said(board, "id"), said(board, "name"), count)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole list first, then the new and changed jobs."""
        board, lines = self._board(), []
        for id, row in self._rows(board).items():
            if reason := _reason(row):
                self.listed += 1
                self.withhold(id, reason, said(row, "title"))
            else:
                lines.append(Listed(id, digest(row), said(row, "title"), row))
        yield from self.opened(lines, known, self._detail, partial(self._position, board))

    def _board(self) -> Row:
        """The job board: its number, its name and the company's."""
        slug = self.config["slug"]
        kind = "careers-page" if re.fullmatch(UUID, slug) else "careers-page-slug"
        answer = self.http.get(f"{SITE}/api/v1/{kind}/{slug}")
        found: Row = answer.json()
        if not re.fullmatch(NAME, said(found, "id") or ""):
            raise answer.unexpected()
        return found

    def _first(self, board: Row) -> str:
        return f"{SITE}/api/v1/careers-page/{said(board, 'id')}/jobs?limit={PAGE}"

    def _rows(self, board: Row) -> dict[str, Row]:
        """Every row of all pages."""
        found: dict[str, Row] = {}
        seen: set[str] = set()
        count, link = 0, self.http.follow(self._first(board), seen)
        while link:
            rows, count, further = self._page(link)
            new = {said(row, "id") or "": row for row in rows}
            if "" in new or len(new) < len(rows) or new.keys() & found.keys():
                raise UnexpectedAnswer(N_("%(ats)s listed the same position twice."), ats=self.ats.name)
            found |= new
            link = self.http.follow(further, seen)
        if len(found) < count:
            few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(few, ats=self.ats.name, total=count, sent=len(found))
        return found

    def _page(self, link: str) -> tuple[list[Row], int, str | None]:
        """The rows of a page, how many there are on all, and where the next page is."""
        answer = self.http.get(link)
        found = answer.json()
        rows, count, further = answer.rows(found, "results"), text.number(found.get("count")), said(found, "next")
        return rows, int(count or 0), re.sub("^http:", "https:", further) if further else None

    def _detail(self, row: Row) -> Row | None:
        """What the page to apply shows; `None` where it was closed in between."""
        id = quote(said(row, "id") or "", safe="")
        answer = self.http.get(f"{SITE}/api/v1/inbound/application-portal-job/{id}", allow=GONE)
        found: Row | None = None if answer.status in GONE else answer.json()
        return found

    def _position(self, board: Row, row: Row, detail: Row) -> RemotePosition | None:
        if reason := _hidden(detail):
            return self.withhold(said(row, "id"), reason, said(row, "title"))
        job = {**row, **{name: value for name, value in detail.items() if value}}
        id, pay = said(row, "id") or "", part(job, "compensation")
        name = said(board, "slug") or self.config["slug"]
        body = text.lines(text.unescape(said(job, "user_provided_description")) or "")
        return RemotePosition(
            id=id,
            title=said(job, "title") or "",
            url=f"{SITE}/apply/{quote(name, safe='')}/{id}",
            locations=_places(job),
            workplace=_workplace(job),
            employment_type=text.employment_type(said(pay, "employment_type")),
            description_html=body or None,
            posted_at=text.moment(said(job, "date_posted")) or text.moment(said(job, "created")),
            salary=_salary(pay),
            company=said(job, "client_name") or said(board, "name"),
            version=digest(row),
        )


def _reason(row: Row) -> Reason | None:
    """Why a job is not shown: new boards come with samples."""
    return "sample" if flag(row, "is_sample") else "draft" if flag(row, "is_published") is False else None


def _hidden(detail: Row) -> Reason | None:
    """Why a job is not shown although it is listed, as the page to apply says."""
    return "closed" if flag(detail, "active") is False else "unlisted" if flag(detail, "is_private") else None


def _places(job: Row) -> tuple[Location, ...]:
    """All places, in their parts where they have any."""
    found: list[Location] = []
    for each in parts(job, "locations"):
        where = part(each, "location_option")
        city, region, country = said(where, "city"), said(where, "state"), text.country(said(where, "country"))
        if city or region or country:
            found.append(Location(None, city, region, country))
        else:
            found += places(said(where, "display_name") or said(each, "name"))
    return tuple(dict.fromkeys(found)) or places(said(job, "location"))


def _workplace(job: Row) -> text.Workplace | None:
    """What the job says, else what its places agree upon."""
    kinds = {text.workplace(said(each, "location_type")) for each in parts(job, "locations")}
    return text.workplace(said(job, "workplace_type")) or (kinds.pop() if len(kinds) == 1 else None)


def _salary(pay: Row) -> Salary | None:
    """Pay, unless a switch says that it is not shown."""
    low, high = text.number(pay.get("lower_bound")), text.number(pay.get("upper_bound"))
    hidden = any(SHOWN.search(name) and flag(pay, name) is False for name in pay)
    if hidden or (not low and not high):
        return None
    return Salary(low, high, text.currency(said(pay, "currency_code")), text.interval(said(pay, "salary_range_type")))
