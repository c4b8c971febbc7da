"""d.vinci. Facts: https://static.dvinci-easy.com/files/d.vinci%20job-publication-api.html (API version 1.30)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, typed_address
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import Limits
from webapp.connectors._places import MODEL, places
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary, Translation
from webapp.i18n import N_

DVINCI = ATS("dvinci", "d.vinci", website="https://www.dvinci-hr.com")
PORTAL = r"(?:/(?:portal|p)/(?P<portal>[A-Za-z0-9_-]{1,64}))?"
SECTIONS = ("introduction", "tasks", "profile", "weOffer", "closingText")
#: Entries of the list of places that say how people work, beside those that `_places` knows.
WAY = re.compile(r"(?:teilweise |überwiegend )?(?:remote|home-?office|hybrid)", re.I)
Row = dict[str, Any]


class DvinciCareers(Connector):
    """The publications of one portal, in one answer."""

    slug = "dvinci-careers"
    ats = DVINCI
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers page shows it.")
    fields = (
        Field(
            "host",
            N_("Careers page"),
            N_(
                "The host of your careers page, such as northwind.dvinci-hr.com or a domain of your own. You can paste "
                "the whole address. The interface of the portal must be set to Public in d.vinci."
            ),
            example="northwind.dvinci-hr.com",
            pattern=r"(?!(?:www|static|api|docs|help|support|status)\.dvinci(?:\.de|-hr\.com|-easy\.com)$)(?=.{4,253}$)"
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
    hosts = ("{host}",)
    addresses = (rf"https://(?P<host>[a-z0-9-]+\.dvinci(?:\.de|-hr\.com|-easy\.com)){PORTAL}",)
    shown_as = "{host}/{portal}"
    limits = Limits(mib=64)  # one answer holds every publication with its texts
    quirks = (
        N_(
            "A job that is published in several languages is one position, in the language that it was published first."
        ),
        N_("d.vinci says when a job was published, not when it was changed."),
        N_("A password-protected interface is not read: set it to Public, or name a portal whose interface is."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def __init__(self, config: Mapping[str, str], http: requests.Session | None = None) -> None:
        super().__init__(config, http)
        self.http.ats = "D.vinci"  # the sentences of errors begin with it

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """An address on a domain of the customer's own is cut to its host and portal, too."""
        whole = typed_address(str(config.get("host") or ""))
        if whole and not cls.match_address(whole):
            parts = urlsplit(whole)
            portal = re.match(f"{PORTAL}(?=/|$)", parts.path)
            named = config.get("portal") or (portal and portal["portal"]) or ""
            config = {**config, "host": parts.netloc, "portal": named}
        return super().check(config)

    def account(self) -> RemoteAccount:
        """The company, where all jobs name the same one, and how many there are."""
        groups = self._groups()
        names = {_named(_opening(group[0]).get("company")) for group in groups}
        id = "/".join(filter(None, (self.config["host"], self.config.get("portal"))))
        return RemoteAccount(id, names.pop() if len(names) == 1 else None, len(groups))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        groups = self._groups()
        self.listed = len(groups)
        for first, *others in groups:
            yield _position(first, others)

    def _groups(self) -> list[list[Row]]:
        """Publications by job: those of one opening, each in a language of its own, are one; the oldest is first."""
        path = f"/portal/{self.config['portal']}" if self.config.get("portal") else ""
        url = f"https://{self.config['host']}{path}/jobPublication/list.json"
        answer = self.http.get(url, params={"maxCacheAge": "600"})
        rows = answer.json(list)
        if not all(isinstance(row, dict) for row in rows):
            raise answer.unexpected()
        openings: dict[str, list[Row]] = {}
        ids = set()
        for row in rows:
            id = str(row.get("id") or "")
            if id in ids:
                raise UnexpectedAnswer(N_("%(ats)s listed the position %(id)s twice."), ats=self.http.ats, id=id)
            ids.add(id)
            openings.setdefault(str(_opening(row).get("id") or f"publication {id}"), []).append(row)
        groups: list[list[Row]] = []
        for same in openings.values():
            languages = {row.get("language") for row in same} - {None, ""}
            one = len(languages) == len(same)
            groups += [sorted(same, key=_age)] if one else [[row] for row in same]
        return groups


def _age(row: Row) -> tuple[int, str]:
    id = str(row.get("id"))
    return len(id), id  # numbers, as text


def _position(row: Row, others: list[Row]) -> RemotePosition:
    opening = _opening(row)
    entries = [place for place in opening.get("locations") or () if place]
    said = [name for place in entries if (name := _named(place))] or [str(opening.get("location") or "")]
    categories = (_named(category) for category in opening.get("categories") or ())
    return RemotePosition(
        id=str(row.get("id") or ""),
        title=_title(row),
        url=row.get("jobPublicationURL"),
        apply_url=row.get("applicationFormURL"),
        department=_named(opening.get("department")) or _named(opening.get("orgUnit")),
        locations=_places(entries, opening.get("location")),
        workplace=_workplace(said),
        employment_type=_employment(opening),
        description_html=_description(row),
        posted_at=text.moment(row.get("startDate") or opening.get("createdDate")),
        language=row.get("language") or None,
        requisition=opening.get("reference") or None,
        salary=_salary(opening.get("salary")),
        company=_named(opening.get("company")),
        category=", ".join(name for name in categories if name) or None,
        translations=tuple(
            Translation(
                other["language"],
                _title(other),
                _description(other),
                other.get("jobPublicationURL"),
                other.get("applicationFormURL"),
            )
            for other in others
        ),
    )


def _opening(row: Row) -> Row:
    return _object(row.get("jobOpening"))


def _title(row: Row) -> str:
    return str(row.get("position") or "").strip() or str(_opening(row).get("name") or "")


def _description(row: Row) -> str | None:
    """The five texts under their headings, in the order of the page."""
    return text.sections((row.get(f"{part}Heading"), text.unescape(row.get(part))) for part in SECTIONS)


def _is_way(name: str) -> bool:
    return bool(MODEL.fullmatch(name) or WAY.fullmatch(name))


def _workplace(said: list[str]) -> text.Workplace | None:
    """How one works, where a place is called so; `None` where places differ."""
    kinds = {text.workplace(name.strip()) for names in said for name in names.split(",") if _is_way(name.strip())}
    return kinds.pop() if len(kinds) == 1 else None


def _places(entries: list[Any], said: Any) -> tuple[Location, ...]:
    """All places, without those that say how people work; the free text only where no list came."""
    if not entries:
        return tuple(place for place in places(str(said or "")) if not _is_way(place.name or ""))
    found = []
    for entry in entries:
        place, name = _object(entry), _named(entry)
        address = _object(place.get("address"))
        city = _named(address.get("city"))
        if city or not _is_way(name or ""):
            name = None if name and city and name.casefold() == city.casefold() else name
            country = _country(place.get("country")) or _country(address.get("country"))
            found.append(Location(name, city, _named(address.get("usState")), country))
    return tuple(dict.fromkeys(place for place in found if place != Location()))


def _country(value: Any) -> str | None:
    return text.country(_object(value).get("isoA2")) or text.country(_named(value))


def _employment(opening: Row) -> text.EmploymentType | None:
    """A contract that ends is said by the contract period, the rest by the working times, objects or plain texts."""
    contract = text.employment_type(_internal(opening.get("contractPeriod")))
    if contract not in (None, "other", "full_time"):  # an open-ended one says nothing of the hours
        return contract
    kinds = {text.employment_type(_internal(time)) for time in opening.get("workingTimes") or ()} - {None}
    if kinds == {"full_time", "part_time"}:
        return text.employment_type("full or part time")
    return kinds.pop() if len(kinds) == 1 else None


def _internal(value: Any) -> str | None:
    return _object(value).get("internalName") or _named(value)


def _salary(value: Any) -> Salary | None:
    pay = _object(value)
    amount = _object(pay.get("value"))
    low, high = text.number(amount.get("minValue")), text.number(amount.get("maxValue"))
    if low is None and high is None:
        return None
    return Salary(low, high, text.currency(pay.get("currency")), text.interval(amount.get("unitText")))


def _named(value: Any) -> str | None:
    """A name, or an object that has one, as it comes."""
    found = value.get("name") if isinstance(value, dict) else value
    return text.one_line(found) if isinstance(found, str) else None


def _object(value: Any) -> Row:
    return value if isinstance(value, dict) else {}
