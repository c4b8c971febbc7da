"""Pinpoint. Facts: the careers page's own list, https://{subdomain}.pinpointhq.com/postings.json."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._http import Limits, need
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary
from webapp.i18n import N_

PINPOINT = ATS("pinpoint", "Pinpoint", merge_slug="pinpoint", website="https://www.pinpointhq.com")
#: Parts of the text with a heading of their own: `<name>_header`.
PARTS = ("key_responsibilities", "skills_knowledge_expertise", "benefits")


class PinpointCareers(Connector):
    """The published postings, in one answer."""

    slug = "pinpoint-careers"
    ats = PINPOINT
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers page shows it.")
    fields = (
        Field(
            "subdomain",
            N_("Account name"),
            N_("The part before .pinpointhq.com in the address of your careers page. You can paste the whole address."),
            example="northwind",
            pattern=r"(?!(?:www|app|api|help|support|status|developers)$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
            lower=True,
        ),
    )
    hosts = ("{subdomain}.pinpointhq.com",)
    addresses = (r"https://(?P<subdomain>[a-z0-9-]+)\.pinpointhq\.com",)
    shown_as = "{subdomain}.pinpointhq.com"
    limits = Limits(mib=32)  # one answer holds every posting with its whole text
    quirks = (
        N_("Pinpoint does not say when a posting was changed, so every posting is read anew each time."),
        N_("Not every account says when a posting was published."),
        N_("Postings are read in the main language of your careers page."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """Whether the careers page is there and how many postings it shows; it does not say whose it is."""
        return RemoteAccount(self.config["subdomain"], None, len(self._postings()))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        rows = self._postings()
        self.listed = len(rows)
        yield from map(_position, rows)

    def _postings(self) -> list[dict[str, Any]]:
        url = f"https://{self.config['subdomain']}.pinpointhq.com/postings.json"
        return need(self.ats.name, self.http.get(url).json(), "data")


def _position(row: dict[str, Any]) -> RemotePosition:
    job, place = row.get("job") or {}, row.get("location") or {}
    return RemotePosition(
        id=str(row.get("id") or ""),
        title=str(row.get("title") or ""),
        url=row.get("url"),
        department=(job.get("department") or {}).get("name"),
        team=(job.get("division") or {}).get("name"),
        locations=_places(place),
        workplace=text.workplace(row.get("workplace_type")) or work_model(place.get("name")),
        employment_type=_employment(row),
        description_html=text.sections(
            [(None, row.get("description")), *((row.get(f"{part}_header"), row.get(part)) for part in PARTS)]
        ),
        posted_at=text.moment(row.get("first_published_at")),
        closes_at=text.moment(row.get("deadline_at")),
        requisition=job.get("requisition_id"),
        salary=_salary(row),
    )


def _employment(row: dict[str, Any]) -> text.EmploymentType | None:
    """`permanent_full_time`, `full_time`, …; its words in the page's language count where the code is not known."""
    kinds = [text.employment_type(row.get(name)) for name in ("employment_type", "employment_type_text")]
    return next((kind for kind in kinds if kind not in (None, "other")), kinds[0] or kinds[1])


def _places(said: dict[str, Any]) -> tuple[Location, ...]:
    """The place as it is named, with its address; the country only where the name says it."""
    found = places(said.get("name"))
    if len(found) > 1:  # one address cannot be that of several places
        return found
    named = found[0] if found else Location()
    place = Location(named.name, said.get("city") or named.city, said.get("province"), named.country)
    return (place,) if place != Location() else ()


def _salary(row: dict[str, Any]) -> Salary | None:
    """Only where it is shown: the numbers are sent in any case. Shown, they may be missing ("Competitive")."""
    low, high = (text.number(row.get(f"compensation_{end}")) for end in ("minimum", "maximum"))
    if row.get("compensation_visible") is not True or (low is None and high is None):
        return None
    currency, per = text.currency(row.get("compensation_currency")), text.interval(row.get("compensation_frequency"))
    return Salary(low, high, currency, per)
