"""Hireology: the public list of a careers page, everything in one answer; no documentation describes it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import PAGES, Answer, Limits
from webapp.connectors._pages import HTML, markup
from webapp.connectors._places import work_model
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Salary
from webapp.connectors._rows import Row, flag, part, parts, said
from webapp.i18n import N_

HIREOLOGY = ATS("hireology", "Hireology", website="https://hireology.com")
SITE = "https://careers.hireology.com"
PAGE, REFUSED = 500, (401, 403)
NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_.&'-]|%[0-9A-Fa-f]{2}){0,100}"
#: What every visitor of the careers page gets to read the list with.
TOKEN = re.compile(r"[\"']?apiToken[\"']?\s*:\s*[\"']([\w.-]+)[\"']")
REASONS: dict[str, Reason] = {"draft": "draft", "pending": "draft", "closed": "closed", "filled": "closed"}
#: Names of switches that hide pay.
SHOWN = re.compile(r"show|display|visible|publi", re.I)


class HireologyCareers(Connector):
    """The list with its texts, in large pages, with the token that the careers page gives to all where it is needed."""

    slug = "hireology-careers"
    ats = HIREOLOGY
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where it is published.")
    fields = (
        Field(
            "slug",
            N_("Careers page"),
            N_(
                "The part behind careers.hireology.com/ in the address of your careers page. You can paste the whole "
                "address."
            ),
            example="northwind",
            pattern=NAME,
            lower=True,
        ),
    )
    hosts = ("api.hireology.com", "careers.hireology.com")
    addresses = (
        rf"https://careers\.hireology\.com/(?P<slug>{NAME})",
        rf"https://api\.hireology\.com/v2/public/careers/(?!jobs/)(?P<slug>{NAME})",
    )
    shown_as = "careers.hireology.com/{slug}"
    limits = Limits(mib=32)  # one answer holds every job with its whole text
    quirks = (
        N_("Hireology does not say when a job was published; the day it was created stands for it."),
        N_("Places come as town and state: Hireology does not say the country."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")
    _token: str | None = None

    def account(self) -> RemoteAccount:
        """The organisation, where all jobs are of one, and how many jobs there are."""
        rows, count = self._page(1)
        named = {said(row, "organization", "name") for row in rows}
        return RemoteAccount(self.config["slug"], named.pop() if len(named) == 1 else None, count)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page, up to the number that the list declares: pages may be smaller than asked for."""
        number = count = 0
        self._token = None  # it is good for half an hour
        ids: set[str] = set()
        while not number or len(ids) < count:
            number += 1
            rows, count = self._page(number)
            new = {said(row, "id") or "" for row in rows}
            if "" in new or len(new) < len(rows) or new & ids:
                raise UnexpectedAnswer(N_("%(ats)s listed the same position twice."), ats=self.ats.name)
            ids |= new
            if (not rows and len(ids) < count) or number > PAGES:
                few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
                raise UnexpectedAnswer(few, ats=self.ats.name, total=count, sent=len(ids))
            for row in rows:
                self.listed += 1
                if reason := _reason(row):
                    self.withhold(said(row, "id"), reason, html.unescape(said(row, "name") or ""))
                else:
                    yield self._position(row)

    def _page(self, number: int) -> tuple[list[Row], int]:
        """The rows of a page, and how many there are on all."""
        params = {"page_size": str(PAGE)} | ({"page": str(number)} if number > 1 else {})
        answer = self._get(params, () if self._token else REFUSED)
        if answer.status in REFUSED:
            self._token = self._bootstrap()
            answer = self._get(params, ())
        found = answer.json()
        rows, count = answer.rows(found, "data"), text.number(found.get("count"))
        return rows, len(rows) if count is None else int(count)

    def _get(self, params: dict[str, str], allow: tuple[int, ...]) -> Answer:
        headers: dict[str, Any] = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        url = f"https://api.hireology.com/v2/public/careers/{self.config['slug']}"
        return self.http.get(url, params=params, headers=headers, allow=allow)

    def _bootstrap(self) -> str:
        """What the careers page gives its visitors to read the list with."""
        answer = self.http.get(f"{SITE}/{self.config['slug']}", headers=HTML)
        match = TOKEN.search(html.unescape(markup(answer)))
        if not match:
            raise answer.unexpected()
        return match[1]

    def _position(self, row: Row) -> RemotePosition:
        id, places = said(row, "id") or "", parts(row, "locations")
        remote = flag(row, "remote")
        return RemotePosition(
            id=id,
            title=html.unescape(said(row, "name") or ""),
            url=said(row, "career_site_url") or f"{SITE}/{self.config['slug']}/{id}/description",
            locations=tuple(dict.fromkeys(place for each in places if (place := _place(each)))),
            workplace="remote" if remote else work_model("; ".join(said(each, "city") or "" for each in places)),
            employment_type=text.employment_type(said(row, "employment_status")),
            description_html=text.lines(text.unescape(said(row, "job_description")) or "") or None,
            posted_at=text.moment(said(row, "created_at")),
            salary=_salary(part(row, "compensation")),
            company=html.unescape(said(row, "organization", "name") or "") or None,
            category=said(row, "job_family", "name"),
        )


def _reason(row: Row) -> Reason | None:
    """Why a job is not shown; the list has only ever been seen with open ones."""
    status = (said(row, "status") or "open").strip().lower()
    return None if status == "open" else REASONS.get(status, "unlisted")


def _place(where: Row) -> Location | None:
    city, state = said(where, "city"), said(where, "state")
    city = None if city and text.workplace(city) else city
    return Location(None, city, state, text.country(said(where, "country"))) if city or state else None


def _salary(pay: Row) -> Salary | None:
    """A range or one amount, unless a switch says that it is not shown."""
    if any(SHOWN.search(name) and flag(pay, name) is False for name in pay):
        return None
    single = None if flag(pay, "is_comp_range") else text.number(pay.get("comp_single_amount"))
    low = single if single is not None else text.number(pay.get("comp_range_min"))
    high = single if single is not None else text.number(pay.get("comp_range_max"))
    if not low and not high:
        return None
    currency = said(pay, "comp_currency") or said(pay, "currency")
    return Salary(low, high, text.currency(currency), text.interval(said(pay, "comp_period")))
