"""Recruiterbox, now Trakstar Hire. Facts: https://apiv1.recruiterbox.com/frontend_api.html (the openings of a site)."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import AccountNotFound, UnexpectedAnswer
from webapp.connectors._http import Limits
from webapp.connectors._places import MODEL, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition
from webapp.connectors._rows import Row, flag, part, said
from webapp.i18n import N_

RECRUITERBOX = ATS(
    "recruiterbox", "Recruiterbox (Trakstar Hire)", website="https://www.trakstar.com/products/trakstar-hire/"
)
PAGE = 100
SITE = r"(?!(?:www|app|api|apiv1|jsapi|help|support|developers)\.)(?P<slug>[a-z0-9-]+)"


class RecruiterboxCareers(Connector):
    """The published openings, in pages."""

    slug = "recruiterbox-careers"
    ats = RECRUITERBOX
    way_in = N_("By the careers site")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "slug",
            N_("Account name"),
            N_(
                "The part before .hire.trakstar.com or .recruiterbox.com in the address of your careers site. You can "
                "paste the whole address."
            ),
            example="northwind",
            pattern=r"[a-z0-9][a-z0-9_-]{0,62}",
            lower=True,
        ),
    )
    hosts = ("jsapi.recruiterbox.com",)
    addresses = (
        r"https://jsapi\.recruiterbox\.com/v1/openings(?:/[^?]*)?\?(?:[^#]*&)?client_name=(?P<slug>[a-z0-9_-]+)(?:&[^#]*)?",
        rf"https://{SITE}\.(?:hire\.trakstar|recruiterbox)\.com",
    )
    shown_as = "{slug}.hire.trakstar.com"
    limits = Limits(mib=32)
    quirks = (
        N_("Trakstar does not say when an opening was published or changed, so every opening is read anew each time."),
        N_("An opening is shown as long as the careers site shows it, also when its closing date is over."),
    )
    revoke = N_("Nothing to revoke: the careers site is public.")

    def account(self) -> RemoteAccount:
        """How many openings there are; Trakstar says no name."""
        _rows, total = self._page(0)
        return RemoteAccount(self.config["slug"], None, total)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page; pages may be smaller than asked for, so what came counts."""
        total = 1
        while self.listed < total:
            rows, total = self._page(self.listed)
            if not rows and self.listed < total:
                few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
                raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=self.listed)
            for row in rows:
                self.listed += 1
                yield _position(row)

    def _page(self, offset: int) -> tuple[list[Row], int]:
        params = {"client_name": self.config["slug"], "offset": str(offset), "limit": str(PAGE)}
        answer = self.http.get("https://jsapi.recruiterbox.com/v1/openings", params=params, allow=(400,))
        page = answer.json()
        if answer.status == 400 and "client_name" in page:
            raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=self.ats.name)
        rows, total = answer.rows(page, "objects"), text.number(part(page, "meta").get("total"))
        if total is None:
            raise answer.unexpected()
        return rows, int(total)


def _position(row: Row) -> RemotePosition:
    where = part(row, "location")
    city = said(where, "city")
    model = work_model(city)
    place = Location(
        city=None if city and MODEL.fullmatch(city.strip()) else city,
        region=said(where, "state"),
        country=text.country(said(where, "country")),
    )
    return RemotePosition(
        id=said(row, "id") or "",
        title=said(row, "title") or "",
        url=said(row, "hosted_url"),
        team=said(row, "team"),
        locations=(place,) if place != Location() else (),
        workplace=model or ("remote" if flag(row, "allows_remote") else None),
        employment_type=text.employment_type(said(row, "position_type")),
        description_html=text.unescape(said(row, "description")),
        closes_at=text.moment(said(row, "close_date")),
    )
