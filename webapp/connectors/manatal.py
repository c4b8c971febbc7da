"""Manatal. Facts: https://developers.manatal.com/reference/career-page_jobs_list and the list that the careers page
itself asks for."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import PAGES, Limits
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary
from webapp.connectors._rows import Row, flag, said
from webapp.connectors._words import says_workplace_only
from webapp.i18n import N_

MANATAL = ATS("manatal", "Manatal", website="https://www.manatal.com")
BOARD = "https://www.careers-page.com"
#: How often the pages are read at most until they have shown every job.
READS = 3


class ManatalCareers(Connector):
    """The published jobs, in pages of twenty."""

    slug = "manatal-careers"
    ats = MANATAL
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers page shows it.")
    fields = (
        Field(
            "slug",
            N_("Page name"),
            N_(
                "The part behind careers-page.com/ in the address of your careers page. You can paste the whole "
                "address. In Manatal it is set under Administration › Career Page."
            ),
            example="northwind",
            pattern=r"(?!(?:api|static|www)$)[A-Za-z0-9][A-Za-z0-9_-]{0,99}",
        ),
    )
    hosts = ("www.careers-page.com",)
    addresses = (
        r"https://(?:www\.)?careers-page\.com/api/v1\.0/c/(?P<slug>[\w-]+)",
        r"https://(?:www\.)?careers-page\.com/(?P<slug>[\w-]+)",
        r"https://(?P<slug>[a-z0-9-]+)\.careers-page\.com",
        r"https://(?:open\.)?api\.manatal\.com/open/v3/career-page/(?P<slug>[\w-]+)",
    )
    shown_as = "www.careers-page.com/{slug}"
    limits = Limits(mib=16)
    quirks = (
        N_("Manatal says no dates on its careers page, and no type of employment."),
        N_("The pages of a large board may repeat jobs; Berth then reads them again until all jobs have come."),
        N_("The organization that a job names is shown as its department, which is what most accounts use it for."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """How many jobs there are; Manatal does not say whose they are."""
        _rows, count, _more = self._page(1)
        return RemoteAccount(self.config["slug"], None, count)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page, without what comes again: on large boards the pages overlap and leave out others for it.

        Those are on the pages when they are read once more.
        """
        seen: set[str] = set()
        for _time in range(READS):
            count = 0
            for rows, total in self._pages():
                count = max(count, total)
                fresh = {_id(row): row for row in rows if _id(row) not in seen}
                seen |= fresh.keys()
                self.listed += len(fresh)
                yield from map(self._position, fresh.values())
            if len(seen) >= count:
                return
        few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
        raise UnexpectedAnswer(few, ats=self.ats.name, total=count, sent=len(seen))

    def _pages(self) -> Iterator[tuple[list[Row], int]]:
        """The rows of each page, and how many there are on all."""
        for number in range(1, PAGES + 1):
            rows, count, more = self._page(number)
            if more and not rows:
                break
            yield rows, count
            if not more:
                return
        raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)

    def _page(self, page: int) -> tuple[list[Row], int, bool]:
        """The rows of a page, how many there are on all pages, and whether another one follows."""
        url = f"{BOARD}/api/v1.0/c/{self.config['slug']}/jobs/"
        answer = self.http.get(url, params={"page": str(page)})
        found = answer.json()
        rows, count = answer.rows(found, "results"), text.number(found.get("count"))
        if count is None or not all(map(_id, rows)):
            raise answer.unexpected()
        return rows, int(count), bool(found.get("next"))

    def _position(self, row: Row) -> RemotePosition:
        id = _id(row)
        shown = said(row, "location_display")
        body = text.unescape(said(row, "description"))
        return RemotePosition(
            id=id,
            title=said(row, "position_name") or "",
            url=f"{BOARD}/{self.config['slug']}/job/{id}" if said(row, "hash") else None,
            department=said(row, "organization_name"),
            locations=_places(row, shown),
            workplace="remote" if flag(row, "is_remote") else work_model(shown) or work_model(said(row, "city")),
            employment_type=text.employment_type(said(row, "contract_details")),
            description_html=text.lines(body) if body else None,
            salary=_salary(row),
        )


def _id(row: Row) -> str:
    return said(row, "hash") or said(row, "id") or ""


def _places(row: Row, shown: str | None) -> tuple[Location, ...]:
    """The parts of the place; a town that is called "Remote" is none."""
    city, region = (None if part and says_workplace_only(part) else part for part in _said(row, "city", "state"))
    country = text.country(said(row, "country"))
    return (Location(None, city, region, country),) if city or region or country else places(shown)


def _said(row: Row, *names: str) -> list[str | None]:
    return [said(row, name) for name in names]


def _salary(row: Row) -> Salary | None:
    """The pay, where the careers page shows it."""
    low, high = (text.number(row.get(f"salary_{end}")) or None for end in ("min", "max"))
    if not flag(row, "is_salary_visible") or (low is None and high is None):
        return None
    currency = text.currency(said(row, "currency_code")) or text.currency(said(row, "currency"))
    return Salary(low, high, currency, text.interval(said(row, "frequency")))
