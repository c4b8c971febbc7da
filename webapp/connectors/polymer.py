"""Polymer. Facts: https://developer.polymer.co (the public jobs of an organisation)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import PAGES, Limits
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.connectors._rows import Row, as_text, digest, flag, part, said, values
from webapp.i18n import N_

POLYMER = ATS("polymer", "Polymer", merge_slug="polymer", website="https://www.polymer.co")
API = "https://api.polymer.co/v1/hire/organizations"
PAGE, GONE = 50, (404, 410)
NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,100}"
#: Pay is one text, such as "40K - 55,000 EUR a year" or "13.50 USD an hour".
AMOUNT = r"[^\d\s-]{0,3}\s?\d[\d.,]*\s?[kK]?"
PAY = re.compile(
    rf"(?P<low>{AMOUNT})(?:\s*[-–—]\s*(?P<high>{AMOUNT}))?\s*(?P<currency>[A-Z]{{3}})?\s*(?:an?|per|/)\s*(?P<per>\w+)"
)


class PolymerCareers(Connector):
    """The list in pages, and a call for the text of each new or changed job."""

    slug = "polymer-careers"
    ats = POLYMER
    way_in = N_("By the job board")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the job board shows it.")
    fields = (
        Field(
            "slug",
            N_("Organisation"),
            N_("The part behind jobs.polymer.co/ in the address of your job board. You can paste the whole address."),
            example="northwind",
            pattern=NAME,
            lower=True,
        ),
    )
    hosts = ("api.polymer.co",)
    addresses = (
        rf"https://jobs\.polymer\.co/(?P<slug>{NAME})",
        rf"https://api\.polymer\.co/v1/hire/organizations/(?P<slug>{NAME})",
    )
    shown_as = "jobs.polymer.co/{slug}"
    limits = Limits(mib=16)
    quirks = (
        N_("The text is read again when the job's line in the list changes."),
        N_("Polymer says when a job was published, not when it was changed."),
    )
    revoke = N_("Nothing to revoke: the job board is public.")

    def account(self) -> RemoteAccount:
        """The organisation's name and how many jobs there are."""
        rows, meta = self._page(1)
        total = _total(meta)
        count = len(rows) if total is None and flag(meta, "is_last") else total
        return RemoteAccount(self.config["slug"], said(meta, "organization_name"), count)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole list first, then the text of new and changed jobs."""
        lines = (Listed(id, digest(row), said(row, "title"), row) for id, row in self._rows().items())
        yield from self.opened(lines, known, self._detail, self._position)

    def _rows(self) -> dict[str, Row]:
        """Every row, up to the number that is declared: what lies behind the last page never says that it does."""
        found: dict[str, Row] = {}
        for number in range(1, PAGES):
            rows, meta = self._page(number)
            new, total = {said(row, "id") or "": row for row in rows}, _total(meta)
            if "" in new or len(new) < len(rows) or new.keys() & found.keys():
                raise UnexpectedAnswer(N_("%(ats)s listed the same position twice."), ats=self.ats.name)
            found |= new
            if flag(meta, "is_last") or not rows or (total is not None and len(found) >= total):
                if total is not None and len(found) < total:
                    few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
                    raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=len(found))
                return found
        raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)

    def _page(self, number: int) -> tuple[list[Row], Row]:
        params = {"page": str(number), "per_page": str(PAGE)}
        answer = self.http.get(f"{API}/{self.config['slug']}/jobs", params=params)
        found = answer.json()
        return answer.rows(found, "items"), part(found, "meta")

    def _detail(self, row: Row) -> Row | None:
        """A job with its text; `None` where it was closed in between."""
        answer = self.http.get(f"{API}/{self.config['slug']}/jobs/{said(row, 'id')}", allow=GONE)
        found: Row | None = None if answer.status in GONE else answer.json()
        return found

    def _position(self, row: Row, detail: Row) -> RemotePosition:
        id = said(row, "id") or ""
        workplace = text.workplace(said(row, "remoteness_pretty")) or work_model(said(row, "display_location"))
        body = text.lines(text.unescape(said(detail, "description")) or "")
        return RemotePosition(
            id=id,
            title=html.unescape(said(row, "title") or said(detail, "title") or ""),
            url=said(row, "job_post_url") or f"https://jobs.polymer.co/{self.config['slug']}/{id}",
            department=said(detail, "department"),
            locations=_places(row, workplace == "remote"),
            workplace=workplace,
            employment_type=text.employment_type(said(row, "kind_pretty") or said(detail, "kind")),
            description_html=body or None,
            posted_at=text.moment(said(row, "published_at")),
            salary=_salary(said(row, "salary_pretty") or said(detail, "salary_pretty")),
            company=html.unescape(said(row, "organization_name") or ""),
            category=html.unescape(said(row, "job_category_name") or ""),
            version=digest(row),
        )


def _total(meta: Row) -> int | None:
    """How many jobs there are: `count`; `total` is the number of pages."""
    found = text.number(meta.get("count"))
    return int(found) if found is not None and found >= 0 else None


def _places(row: Row, remote: bool) -> tuple[Location, ...]:
    """The place in its parts, else as it is written; of a remote job without one, the countries it is limited to."""
    city, region, country = said(row, "city"), said(row, "state_region"), text.country(said(row, "country"))
    if city or region or country:
        return (Location(None, city, region, country),)
    if found := places(said(row, "display_location") or said(row, "location_pretty")):
        return found
    limited = [text.country(as_text(each)) for each in values(row, "remote_restriction_country_list")]
    return tuple(Location(country=code) for code in dict.fromkeys(limited) if code) if remote else ()


def _salary(said_: str | None) -> Salary | None:
    match = PAY.search(said_ or "")
    low, high = (text.number(match[end]) if match else None for end in ("low", "high"))
    if not match or (low is None and high is None):
        return None
    sign = re.match(r"[^\d\s]*", match["low"])
    currency = text.currency(match["currency"]) or text.currency(sign[0] if sign else None)
    return Salary(low, high if match["high"] else low, currency, text.interval(match["per"]))
