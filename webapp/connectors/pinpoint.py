"""Pinpoint. Facts: the careers page's own list, https://{sub}.pinpointhq.com/postings.json, and the API beside it,
https://developers.pinpointhq.com (a JSON:API)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._hosts import LABEL
from webapp.connectors._http import PAGES, Limits
from webapp.connectors._json_api import included, related
from webapp.connectors._places import country_word, places, town, work_model
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.connectors._rows import Row, flag, part, said
from webapp.i18n import N_

PINPOINT = ATS("pinpoint", "Pinpoint", merge_slug="pinpoint", website="https://www.pinpointhq.com")
PAGE = 100
#: Parts of the text with a heading of their own: `<name>_header`.
PARTS = ("key_responsibilities", "skills_knowledge_expertise", "benefits")
#: Provinces that are countries by name, but not as ISO 3166 has them.
PARTS_OF_UK = re.compile("england|scotland|wales|northern ireland", re.I)
#: States and kinds of visibility of a job that is not shown; one that is none of these and not open is closed.
WITHHELD: dict[str, Reason] = {"draft": "draft", "pending": "draft", "confidential": "confidential"}
SUB = Field(
    "sub",
    N_("Account name"),
    N_("The part before .pinpointhq.com in the address of your careers page. You can paste the whole address."),
    example="northwind",
    pattern=rf"(?!(?:www|app|api|help|support|status|developers)$){LABEL}",
    lower=True,
)


class _Pinpoint(Connector):
    """What both ways in share: an account has a host of its own."""

    ats = PINPOINT
    hosts = ("{sub}.pinpointhq.com",)
    addresses = (r"https://(?P<sub>[a-z0-9-]+)\.pinpointhq\.com",)
    shown_as = "{sub}.pinpointhq.com"
    limits = Limits(mib=32)  # one answer holds every posting with its whole text


class Pinpoint(_Pinpoint):
    """The open jobs of the API, page by page, internal ones too."""

    slug = "pinpoint"
    way_in = N_("With an API key")
    about = N_("Reads internal jobs too, and when each job was changed.")
    fields = (
        SUB,
        Field(
            "api_key",
            N_("API key"),
            N_(
                "In Pinpoint, an administrator creates it in the settings, under Integrations › API keys; one that may "
                "read jobs is enough."
            ),
            example="q7xW2mZ8cR5tB1yV4kN9",
            pattern=r"\S{8,}",
            secret=True,
        ),
    )
    quirks = (
        N_("A job has another id here than on the careers page: changing the way in asks you to confirm once."),
        N_("Not every account says when a job was published."),
    )
    revoke = N_("In Pinpoint: delete the API key in the settings, where it was created.")

    def account(self) -> RemoteAccount:
        """Whose key it is Pinpoint does not say; how many jobs are open, where they fit on one page."""
        rows, more = self._page(1)
        return RemoteAccount(self.config["sub"], None, None if more else sum(_reason(row) is None for row in rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Page by page; a page that comes again has ids that were seen."""
        number, more = 1, True
        while more:
            if number > PAGES:
                raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)
            rows, more = self._page(number)
            number += 1
            for row in rows:
                self.listed += 1
                id, version = said(row, "id") or "", said(row, "updated_at")
                if reason := _reason(row):
                    self.withhold(id, reason, said(row, "title"))
                elif version and known.get(id) == version:
                    yield Unchanged(id)
                else:
                    internal = said(row, "visibility") == "internal"
                    yield replace(
                        _position(row),
                        updated_at=text.moment(version),
                        visibility="internal" if internal else "public",
                        version=version,
                    )

    def _page(self, number: int) -> tuple[list[Row], bool]:
        """The jobs of a page in the shape of postings, and whether there is a further page."""
        params = {
            "filter[status]": "open",
            "include": "location",
            "page[number]": str(number),
            "page[size]": str(PAGE),
        }
        headers = {"X-API-KEY": self.config["api_key"], "Accept": "application/vnd.api+json"}
        answer = self.http.get(
            f"https://{self.config['sub']}.pinpointhq.com/api/v1/jobs", params=params, headers=headers
        )
        page = answer.json()
        rows, found, links = answer.rows(page, "data"), included(page), part(page, "links")
        more = bool(links["next"]) if "next" in links else len(rows) >= PAGE
        return [
            {
                **(about := part(row, "attributes")),
                "id": said(row, "id"),
                "job": about,
                "location": next(iter(related(row, "location", found)), None) or about.get("location"),
            }
            for row in rows
        ], more


class PinpointCareers(_Pinpoint):
    """The published postings, in one answer."""

    slug = "pinpoint-careers"
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers page shows it.")
    fields = (SUB,)
    quirks = (
        N_("Pinpoint does not say when a posting was changed, so every posting is read anew each time."),
        N_("Not every account says when a posting was published."),
        N_("Postings are read in the main language of your careers page."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """Whether the careers page is there and how many postings it shows; it does not say whose it is."""
        return RemoteAccount(self.config["sub"], None, len(self._postings()))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        rows = self._postings()
        self.listed = len(rows)
        yield from map(_position, rows)

    def _postings(self) -> list[Row]:
        answer = self.http.get(f"https://{self.config['sub']}.pinpointhq.com/postings.json")
        return answer.rows(answer.json(), "data")


def _reason(row: Row) -> Reason | None:
    """Why a job of the API is not shown: open ones are asked for, which need not be heeded."""
    status, seen = said(row, "status") or "open", said(row, "visibility") or "external"
    if status != "open":
        return WITHHELD.get(status, "closed")
    return None if seen.startswith(("external", "internal")) else WITHHELD.get(seen, "unlisted")


def _position(row: Row) -> RemotePosition:
    job, place = part(row, "job"), part(row, "location")
    return RemotePosition(
        id=said(row, "id") or "",
        title=said(row, "title") or "",
        url=said(row, "url"),
        department=said(job, "department", "name"),
        team=said(job, "division", "name"),
        locations=_places(place),
        workplace=text.workplace(said(row, "workplace_type")) or work_model(said(place, "name")),
        employment_type=_employment(row),
        description_html=text.sections(
            [(None, said(row, "description")), *((said(row, f"{name}_header"), said(row, name)) for name in PARTS)]
        ),
        posted_at=text.moment(said(row, "first_published_at")),
        closes_at=text.moment(said(row, "deadline_at")),
        requisition=said(job, "requisition_id"),
        salary=_salary(row),
    )


def _employment(row: Row) -> text.EmploymentType | None:
    """`permanent_full_time`, `full_time`, …; its words in the page's language count where the code is not known."""
    kinds = [text.employment_type(said(row, name)) for name in ("employment_type", "employment_type_text")]
    return next((kind for kind in kinds if kind not in (None, "other")), kinds[0] or kinds[1])


def _places(address: Row) -> tuple[Location, ...]:
    """The place as it is named, with its address; the country only where the name says it, or the province is one."""
    found = places(said(address, "name"))
    if len(found) > 1:  # one address cannot be that of several places
        return found
    named = found[0] if found else Location()
    city, region = town(said(address, "city")) or named.city, said(address, "province") or ""
    country = named.country or country_word(region)
    if country_word(region) and not PARTS_OF_UK.fullmatch(region.strip()):
        region = ""
    place = Location(_own_name(named.name, city), city, region, country)
    return (place,) if place != Location() else ()


def _own_name(name: str | None, city: str | None) -> str | None:
    """The name of a place, where it says more than its town or country."""
    known = name and city and (name.casefold() == city.casefold() or country_word(name))
    return None if known else name


def _salary(row: Row) -> Salary | None:
    """Only where it is shown: the numbers are sent in any case. Shown, they may be missing ("Competitive")."""
    low, high = (text.number(said(row, f"compensation_{end}")) for end in ("minimum", "maximum"))
    if flag(row, "compensation_visible") is not True or (low is None and high is None):
        return None
    currency = text.currency(said(row, "compensation_currency"))
    return Salary(low, high, currency, text.interval(said(row, "compensation_frequency")))
