"""d.vinci. Facts: https://static.dvinci-easy.com/files/d.vinci%20job-publication-api.html (API version 1.30)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, typed_address
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import Limits
from webapp.connectors._places import is_model, places
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary, Translation
from webapp.connectors._rows import Row, part, said, values
from webapp.i18n import N_

DVINCI = ATS("dvinci", "d.vinci", website="https://www.dvinci-hr.com")
PORTAL = r"(?:(?:/[a-z]{2}(?:[-_][A-Z]{2})?)?/(?:portal|p)/(?P<portal>[A-Za-z0-9_-]{1,64}))?"
#: The type of an opening that takes applications for no job in particular.
UNSOLICITED = "UNSOLICITED"
SECTIONS = ("introduction", "tasks", "profile", "weOffer", "closingText")
FIELDS = (
    Field(
        "base_url",
        N_("Careers page"),
        N_(
            "The address of your careers page, such as northwind.dvinci-hr.com or a domain of your own. You can paste "
            "that of any page of it."
        ),
        example="https://northwind.dvinci-hr.com",
        pattern=r"https://(?!(?:www|static|api|docs|help|support|status)\.dvinci(?:\.de|-hr\.com|-easy\.com)$)(?=.{4,253}$)"
        r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]",
        lower=True,
    ),
    Field(
        "portal",
        N_("Portal"),
        N_("Only where your jobs stand in a portal of their own: the part behind /portal/ in its address."),
        example="trainees",
        pattern=r"[A-Za-z0-9_-]{1,64}",
        required=False,
    ),
)


class _Portal(Connector):
    """The publications of one portal, in one answer."""

    ats = DVINCI
    hosts = ("{base_url}",)
    addresses = (rf"(?P<base_url>https://[a-z0-9-]+\.dvinci(?:\.de|-hr\.com|-easy\.com)){PORTAL}",)
    shown_as = "{base_url}/{portal}"
    limits = Limits(mib=64)  # one answer holds every publication with its texts
    quirks: ClassVar[tuple[str, ...]] = (
        N_(
            "A job that is published in several languages is one position, in the language that it was published first."
        ),
        N_("d.vinci says when a job was published, not when it was changed."),
    )

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """An address on a domain of the customer's own is cut to its host and portal, too."""
        whole = typed_address(str(config.get("base_url") or ""))
        if whole and not cls.match_address(whole):
            url = urlsplit(whole)
            portal = re.match(f"{PORTAL}(?=/|$)", url.path)
            named = config.get("portal") or (portal and portal["portal"]) or ""
            config = {**config, "base_url": f"https://{url.netloc}", "portal": named}
        return super().check(config)

    def account(self) -> RemoteAccount:
        """The company, where all jobs name the same one, and how many there are."""
        groups = [group for group in self._groups() if said(_opening(group[0]), "type") != UNSOLICITED]
        names = {_named(_opening(group[0]).get("company")) for group in groups}
        name = names.pop() if len(names) == 1 else None
        return RemoteAccount(self.shown(self.config), name, len(groups))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        groups = self._groups()
        self.listed = len(groups)
        for first, *others in groups:
            if said(_opening(first), "type") == UNSOLICITED:
                self.withhold(said(first, "id"), "prospect", _title(first))
            else:
                yield _position(first, others)

    def _groups(self) -> list[list[Row]]:
        """Publications by job: those of one opening, each in a language of its own, are one; the oldest is first."""
        path = f"/portal/{self.config['portal']}" if self.config.get("portal") else ""
        url = f"{self.config['base_url']}{path}/jobPublication/list.json"
        answer = self.http.get(url, params={"maxCacheAge": "600"}, auth=self._auth())
        rows = answer.rows(answer.json(list))
        openings: dict[str, list[Row]] = {}
        ids = set()
        for row in rows:
            id = said(row, "id") or ""
            if id in ids:
                raise UnexpectedAnswer(N_("%(ats)s listed the position %(id)s twice."), ats=self.ats.name, id=id)
            ids.add(id)
            openings.setdefault(said(_opening(row), "id") or f"publication {id}", []).append(row)
        groups: list[list[Row]] = []
        for same in openings.values():
            languages = {said(row, "language") for row in same} - {None}
            one = len(languages) == len(same)
            groups += [sorted(same, key=_age)] if one else [[row] for row in same]
        return groups

    def _auth(self) -> tuple[str, str] | None:
        return None


class Dvinci(_Portal):
    """A portal whose interface is protected, with the user name and password that were set for it."""

    slug = "dvinci"
    way_in = N_("With a user name and password")
    about = N_("Reads a portal whose interface is protected, such as one of internal jobs, with pay where it shows it.")
    fields = (
        *FIELDS,
        Field(
            "username",
            N_("User name"),
            N_(
                "In d.vinci: at the settings of the portal, where its interface is set to Protected. If you do not "
                "find it there, d.vinci's support knows."
            ),
            example="berth",
            pattern=r"[^\s:]+",
        ),
        Field(
            "password",
            N_("Password"),
            N_("It stands beside the user name, at the settings of the portal's interface in d.vinci."),
            example="q7xW2mZ8cR5tB1yV",
            pattern=r"\S+",
            secret=True,
        ),
    )
    revoke = N_("In d.vinci: set another password for the portal's interface, or set the interface to Off.")

    def _auth(self) -> tuple[str, str]:
        return self.config["username"], self.config["password"]


class DvinciCareers(_Portal):
    """A portal whose interface is open to everybody."""

    slug = "dvinci-careers"
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers page shows it.")
    fields = FIELDS
    # The data of every page of a portal, and its version; not in the job widget.
    signs = (r"\bDvinciData\s*=", r"<meta\b[^>]{0,200}?\bdvinciVersion\b")
    quirks = (
        *_Portal.quirks,
        N_("The interface of the portal must be set to Public in d.vinci; a protected one needs its password."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")


def _age(row: Row) -> tuple[int, str]:
    id = said(row, "id") or ""
    return len(id), id  # numbers, as text


def _position(row: Row, others: list[Row]) -> RemotePosition:
    opening = _opening(row)
    entries = [place for place in values(opening, "locations") if place]
    names = [name for place in entries if (name := _named(place))] or [said(opening, "location") or ""]
    categories = (_named(category) for category in values(opening, "categories"))
    return RemotePosition(
        id=said(row, "id") or "",
        title=_title(row),
        url=said(row, "jobPublicationURL"),
        apply_url=said(row, "applicationFormURL"),
        department=_named(opening.get("department")) or _named(opening.get("orgUnit")),
        locations=_places(entries, said(opening, "location")),
        workplace=_workplace(names),
        employment_type=_employment(opening),
        description_html=_description(row),
        posted_at=text.moment(row.get("startDate")) or text.moment(opening.get("createdDate")),
        language=said(row, "language"),
        requisition=said(opening, "reference"),
        salary=_salary(part(opening, "salary")),
        company=_named(opening.get("company")),
        category=", ".join(name for name in categories if name) or None,
        translations=tuple(
            Translation(
                said(other, "language") or "",
                _title(other),
                _description(other),
                said(other, "jobPublicationURL"),
                said(other, "applicationFormURL"),
            )
            for other in others
        ),
    )


def _opening(row: Row) -> Row:
    return part(row, "jobOpening")


def _title(row: Row) -> str:
    return said(row, "position") or said(_opening(row), "name") or said(row, "pageTitle") or ""


def _description(row: Row) -> str | None:
    """The five texts under their headings, in the order of the page."""
    return text.sections((said(row, f"{name}Heading"), text.unescape(said(row, name))) for name in SECTIONS)


def _workplace(names: list[str]) -> text.Workplace | None:
    """How one works, where a place is called so; `None` where places differ."""
    kinds = {text.workplace(piece) for name in names for piece in map(str.strip, name.split(",")) if is_model(piece)}
    return kinds.pop() if len(kinds) == 1 else None


def _places(entries: list[Any], free: str | None) -> tuple[Location, ...]:
    """All places, without those that say how people work; the free text only where no list came."""
    if not entries:
        return places(free)
    found = []
    for entry in entries:
        name, address = _named(entry), part(entry, "address")
        city = _named(address.get("city"))
        if city or not is_model(name or ""):
            name = None if name and city and name.casefold() == city.casefold() else name
            country = _country(part(entry).get("country")) or _country(address.get("country"))
            found.append(Location(name, city, _named(address.get("usState")), country))
    return tuple(dict.fromkeys(place for place in found if place != Location()))


def _country(value: object) -> str | None:
    return text.country(said(value, "isoA2")) or text.country(_named(value))


def _employment(opening: Row) -> text.EmploymentType | None:
    """A contract that ends is said by the contract period, the rest by the working times, objects or plain texts."""
    contract = text.employment_type(_internal(opening.get("contractPeriod")))
    if contract not in (None, "other", "full_time"):  # an open-ended one says nothing of the hours
        return contract
    return text.employment_type([time for value in values(opening, "workingTimes") if (time := _internal(value))])


def _internal(value: object) -> str | None:
    return said(value, "internalName") or _named(value)


def _salary(pay: Row) -> Salary | None:
    amount = part(pay, "value")
    low, high = text.number(amount.get("minValue")), text.number(amount.get("maxValue"))
    if low is None and high is None:
        return None
    return Salary(low, high, text.currency(said(pay, "currency")), text.interval(said(amount, "unitText")))


def _named(value: object) -> str | None:
    """A name, or an object that has one, as it comes."""
    found = said(value, "name") if isinstance(value, dict) else value
    return text.one_line(found) if isinstance(found, str) else None
