"""Comeet (Spark Hire Recruit). Facts: https://developers.comeet.com/reference/careers-position-model (API 2.0)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import CredentialsRejected
from webapp.connectors._http import Limits
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Label, Location, RemoteAccount, RemotePosition, web_address
from webapp.connectors._rows import Row, flag, parts, said, values
from webapp.i18n import N_

COMEET = ATS("comeet", "Comeet (Spark Hire Recruit)", merge_slug="comeet", website="https://www.comeet.com")
UID = r"[0-9A-Fa-f]{1,4}\.[0-9A-Fa-f]{1,4}"
KEY = r"[0-9A-Za-z]{8,128}"
TEAM = re.compile(r"(?:sub-?)?(?:team|division|group)s?", re.I)


class ComeetCareers(Connector):
    """The published positions with their texts, in one answer."""

    slug = "comeet-careers"
    ats = COMEET
    way_in = N_("By the careers website")
    about = N_("Reads what your careers website shows, with the token that stands in it.")
    fields = (
        Field(
            "uid",
            N_("Company UID"),
            N_(
                "In Comeet: Settings › Careers website. It also stands in the address of your page on comeet.com, "
                "behind your company's name. You can paste that whole address."
            ),
            example="30.005",
            pattern=UID,
        ),
        Field(
            "token",
            N_("Token"),
            N_("In Comeet: Settings › Careers website, beside the company UID."),
            example="6D0212E5FA1C",
            pattern=KEY,
            secret=True,
            in_address=True,
        ),
    )
    hosts = ("www.comeet.co",)
    addresses = (
        rf"https://www\.comeet\.com?/jobs/[^/?]+/(?P<uid>{UID})",
        rf"https://www\.comeet\.com?/careers-api/2\.0/company/(?P<uid>{UID})"
        rf"(?:/positions(?:/[^/?]+)?)?(?:\?(?:[^#]*&)?token=(?P<token>{KEY})(?:&[^#]*)?)?",
    )
    shown_as = "comeet.com/jobs/…/{uid}"
    limits = Limits(mib=32)  # one answer holds every position with its whole text
    quirks = (
        N_("Comeet says when a position was changed, not when it was published."),
        N_("Where several positions share one address on your website, their pages on comeet.com are linked instead."),
        N_("Pay is not read: Comeet does not publish it."),
    )
    revoke = N_("In Comeet: Settings › Careers website. The token is part of your public website.")

    def account(self) -> RemoteAccount:
        """The company's name, where it has positions, and how many."""
        rows = self._positions()
        name = next((name for row in rows if (name := said(row, "company_name"))), None)
        return RemoteAccount(self.config["uid"], name, len(rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        rows = self._positions()
        self.listed = len(rows)
        pages = Counter(said(row, "url_active_page") for row in rows)
        for row in rows:
            yield _position(row, alone=pages[said(row, "url_active_page")] == 1)

    def _positions(self) -> list[Row]:
        url = f"https://www.comeet.co/careers-api/2.0/company/{self.config['uid']}/positions"
        answer = self.http.get(url, params={"token": self.config["token"], "details": "true"}, allow=(400,))
        if answer.status == 400:  # the two values are all that may be wrong in this question
            raise CredentialsRejected(N_("%(ats)s does not accept these credentials."), ats=self.ats.name)
        return answer.rows(answer.json(list))


def _position(row: Row, alone: bool) -> RemotePosition:
    """`alone`: whether no other position names the same page of the customer's own website."""
    own, hosted = (web_address(said(row, f"url_{page}_page")) for page in ("active", "comeet_hosted"))
    url = (own if alone else None) or hosted or own
    where = next(iter(values(row, "location")), None)
    team, labels = _categories(row)
    return RemotePosition(
        id=said(row, "uid") or "",
        title=said(row, "name") or "",
        url=url,
        apply_url=url,
        department=said(row, "department"),
        team=team,
        locations=_places(where),
        workplace=_workplace(row, where),
        employment_type=text.employment_type(said(row, "employment_type")),
        description_html=_description(row),
        updated_at=text.moment(said(row, "time_updated")),
        requisition=said(row, "internal_use_custom_id"),
        visibility="internal" if flag(row, "is_internal") else "public",
        company=said(row, "company_name"),
        labels=labels,
    )


def _places(where: object) -> tuple[Location, ...]:
    """The place with its address; its name only where that says more."""
    if not isinstance(where, dict):
        return places(where if isinstance(where, str) else None)
    city, region, country = said(where, "city"), said(where, "state"), text.country(said(where, "country"))
    name = said(where, "name")
    if not (city or region or country):
        return places(name)
    place = Location(_more(name, city, region, country), city, region, country)
    return (place,) if place != Location() else ()


def _more(name: str | None, city: str | None, region: str | None, country: str | None) -> str | None:
    """The name without how people work, unless it only repeats the city, region and country."""
    whole = ", ".join(place.name for place in places(name) if place.name)
    pieces = [piece.strip() for piece in whole.split(",") if piece.strip()]
    known = {part.casefold().strip() for part in (city, region, country) if part}
    new = [p for p in pieces if p.casefold() not in known and (not country or text.country(p) != country)]
    return whole if new else None


def _workplace(row: Row, where: object) -> text.Workplace | None:
    """`is_remote` is what older accounts say, and true for hybrid positions as well: it counts only by itself."""
    named = text.workplace(said(row, "workplace_type")) or work_model(said(where, "name"))
    return named or ("remote" if flag(where, "is_remote") else None)


def _categories(row: Row) -> tuple[str | None, tuple[Label, ...]]:
    """The team, and what else the company sorts its positions by."""
    pairs = [
        (name.strip(), value)
        for part in parts(row, "categories")
        if (name := said(part, "name")) and (value := said(part, "value") or said(part, "value", "name"))
    ]
    team = next((value for name, value in pairs if TEAM.fullmatch(name)), None)
    return team, tuple(Label(name, value) for name, value in pairs if not TEAM.fullmatch(name))


def _description(row: Row) -> str | None:
    """The texts under their headings, in the order that they are numbered in."""
    details = parts(row, "details") or parts(row, "custom_fields", "details")
    ranked = sorted(details, key=lambda part: rank if (rank := text.number(part.get("order"))) is not None else 1e9)
    return text.sections((said(part, "name"), said(part, "value")) for part in ranked)
