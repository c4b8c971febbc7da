"""Bullhorn. Facts: https://github.com/bullhorn/career-portal (the public REST that Bullhorn's own portal reads)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, typed_address
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import Limits
from webapp.connectors._places import MODEL
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Salary
from webapp.connectors._rows import Row, flag, part, said, values
from webapp.i18n import N_

BULLHORN = ATS("bullhorn", "Bullhorn", merge_slug="bullhorn", website="https://www.bullhorn.com")
PAGE = 500
FIELDS = (
    "id,title,publishedCategory(id,name),address(city,state,zip,countryName),employmentType,dateLastPublished,"
    "publicDescription,isOpen,isPublic,isDeleted,salary,salaryUnit"
)


class BullhornCareers(Connector):
    """The published jobs, in pages."""

    slug = "bullhorn-careers"
    ats = BULLHORN
    way_in = N_("By the career portal")
    about = N_("Needs no credentials. Reads the jobs that are published to your career portal, with their pay.")
    fields = (
        Field(
            "swimlane",
            N_("Swimlane"),
            N_(
                "The number called swimlane in the file app.json of your career portal. In an address such as "
                "public-rest33.bullhornstaffing.com it is the 33. Bullhorn's support can tell it as well."
            ),
            example="33",
            pattern=r"\d{1,3}",
        ),
        Field(
            "corpToken",
            N_("Corporation token"),
            N_("The short code called corpToken, beside the swimlane in the file app.json of your career portal."),
            example="17EG1",
            pattern=r"[A-Za-z0-9]{4,10}",
        ),
        Field(
            "url",
            N_("Address of the career portal"),
            N_("Where your career portal is found, so that positions lead to it. Without it they have no link."),
            example="https://jobs.northwind.example.com",
            pattern=r"https://\S+",
            required=False,
        ),
    )
    hosts = ("public-rest{swimlane}.bullhornstaffing.com",)
    addresses = (
        r"https://public-rest(?P<swimlane>\d{1,3})\.bullhornstaffing\.com/rest-services/(?P<corpToken>[A-Za-z0-9]{4,10})",
    )
    shown_as = "Bullhorn {corpToken}"
    limits = Limits(mib=32)
    quirks = (
        N_("Links lead to Bullhorn's own career portal; a job page that was built otherwise cannot be linked."),
        N_("Bullhorn names no currency for pay, and no department."),
    )
    revoke = N_("Nothing to revoke: the career portal is public.")

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """The portal's address as it was typed or copied, down to where its pages begin."""
        typed = str(config.get("url") or "").strip()
        whole = typed_address(typed.partition("#")[0]) if typed else None
        return super().check({**config, "url": whole.partition("?")[0].rstrip("/")} if whole else config)

    def account(self) -> RemoteAccount:
        """How many jobs there are, where they are on one page; Bullhorn says no name."""
        rows, total = self._page(0)
        opened = sum(_withheld(row) is None for row in rows)
        return RemoteAccount(self.config["corpToken"], None, opened if total in (None, len(rows)) else None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page; pages may be smaller than asked for, so what came counts."""
        more = True
        while more:
            rows, total = self._page(self.listed)
            if total and not rows and self.listed < total:
                few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
                raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=self.listed)
            for row in rows:
                self.listed += 1
                if reason := _withheld(row):
                    self.withhold(said(row, "id"), reason, said(row, "title"))
                else:
                    yield self._position(row)
            more = len(rows) == PAGE if total is None else self.listed < total

    def _page(self, start: int) -> tuple[list[Row], int | None]:
        """The jobs from this one on, and how many there are in all where the answer says it."""
        url = f"https://public-rest{self.config['swimlane']}.bullhornstaffing.com/rest-services/{self.config['corpToken']}"
        params = {
            "query": "(isOpen:1) AND (isDeleted:0)",
            "fields": FIELDS,
            "count": str(PAGE),
            "start": str(start),
            "sort": "-dateLastPublished",
            "showTotalMatched": "true",
        }
        answer = self.http.get(f"{url}/search/JobOrder", params=params)
        page = answer.json()
        rows, total = answer.rows(page, "data"), text.number(page.get("total"))
        return rows, None if total is None else int(total)

    def _position(self, row: Row) -> RemotePosition:
        id, portal = said(row, "id") or "", self.config.get("url")
        address = part(row, "address")
        city = said(address, "city")
        model = text.workplace(city) if city and MODEL.fullmatch(city.strip()) else None
        place = Location(
            None, None if model else city, said(address, "state"), text.country(said(address, "countryName"))
        )
        return RemotePosition(
            id=id,
            title=said(row, "title") or "",
            url=f"{portal}/#/jobs/{id}" if portal else None,
            locations=(place,) if place != Location() else (),
            workplace=model,
            employment_type=_employment(row),
            description_html=said(row, "publicDescription"),
            posted_at=text.moment(row.get("dateLastPublished"), unit="ms"),
            salary=_salary(row),
            category=said(row, "publishedCategory", "name"),
        )


def _withheld(row: Row) -> Reason | None:
    """`isPublic` is -1 while a job waits for its publication."""
    if flag(row, "isDeleted") or flag(row, "isOpen") is False:
        return "closed"
    return "unlisted" if flag(row, "isPublic") is False or said(row, "isPublic") == "-1" else None


def _employment(row: Row) -> text.EmploymentType | None:
    kinds = [text.employment_type(kind) for kind in values(row, "employmentType") if isinstance(kind, str)]
    return next((kind for kind in kinds if kind not in (None, "other")), next(iter(kinds), None))


def _salary(row: Row) -> Salary | None:
    """One number, which the portal states as the base salary of the job; 0 where none was entered."""
    pay = text.number(row.get("salary"))
    return Salary(pay, pay, None, text.interval(said(row, "salaryUnit"))) if pay else None
