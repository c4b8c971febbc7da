"""Flatchr. Facts: https://developers.flatchr.io (the public list of a company's vacancies, in one answer)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import AccountNotFound
from webapp.connectors._http import Limits
from webapp.connectors._places import work_model, written
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary
from webapp.connectors._rows import Row, flag, part, said
from webapp.i18n import N_

FLATCHR = ATS("flatchr", "Flatchr", website="https://www.flatchr.io")
CAREERS = "https://careers.flatchr.io"
#: How much of the time one may work from elsewhere, in Flatchr's words; every other word is a part of it.
REMOTE: dict[str, text.Workplace] = {"notime": "on_site", "fulltime": "remote"}
PAID: dict[str | None, text.Interval] = {"y": "year", "m": "month", "d": "day", "h": "hour"}


class FlatchrCareers(Connector):
    """The published vacancies of a careers page, each with its whole text."""

    slug = "flatchr-careers"
    ats = FLATCHR
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the vacancy shows it.")
    fields = (
        Field(
            "slug",
            N_("Company name in the address"),
            N_(
                "The part behind careers.flatchr.io/company/ or before .flatchr.io in the address of your careers "
                "page. You can paste the whole address."
            ),
            example="northwind",
            pattern=r"[a-z0-9][a-z0-9_-]{0,99}",
            lower=True,
        ),
    )
    hosts = ("careers.flatchr.io",)
    addresses = (
        r"https://careers\.flatchr\.io/(?:[a-z]{2}/)?company/(?P<slug>[A-Za-z0-9_-]+)(?:\.json)?",
        r"https://(?!(?:www|careers|api|app|developers|help|support|cdn|demo)\.)(?P<slug>[a-z0-9-]+)\.flatchr\.io",
    )
    shown_as = "careers.flatchr.io/company/{slug}"
    limits = Limits(mib=32)
    quirks = (
        N_("Flatchr does not say when a vacancy was changed, so every vacancy is read anew each time."),
        N_("The profession of a vacancy is shown as its category; Flatchr has no departments."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The company's name, where it has vacancies, and how many of them are published."""
        items = self._items()
        name = next((name for item in items if (name := said(item, "vacancy", "company", "name"))), None)
        return RemoteAccount(self.config["slug"], name, sum(flag(item, "published") is not False for item in items))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        items = self._items()
        self.listed = len(items)
        for item in items:
            if flag(item, "published") is False:
                self.withhold(_id(part(item, "vacancy")), "unlisted", said(item, "vacancy", "title"))
            else:
                yield self._position(item, part(item, "vacancy"))

    def _items(self) -> list[Row]:
        answer = self.http.get(f"{CAREERS}/company/{self.config['slug']}.json")
        found = answer.json()
        if "items" not in found and said(found, "message"):  # "Not available for slug …"
            raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=self.ats.name)
        return answer.rows(found, "items")

    def _position(self, item: Row, vacancy: Row) -> RemotePosition:
        slug, company = said(vacancy, "slug"), said(vacancy, "company", "slug") or self.config["slug"]
        contract = [said(vacancy, "contract_type"), "part-time" if flag(vacancy, "partial") else None]
        bodies = (text.unescape(said(vacancy, name)) for name in ("description", "mission", "profile"))
        return RemotePosition(
            id=_id(vacancy) or "",
            title=said(vacancy, "title") or "",
            url=f"{CAREERS}/fr/company/{company}/vacancy/{slug}/" if slug else None,
            apply_url=said(vacancy, "apply_url"),
            locations=_places(vacancy),
            workplace=_workplace(said(vacancy, "remote")) or work_model(said(vacancy, "address", "locality")),
            employment_type=text.employment_type(contract),
            description_html=text.sections((None, text.lines(body or "")) for body in bodies),
            posted_at=next(filter(None, map(text.moment, _published(item, vacancy))), None),
            updated_at=text.moment(said(vacancy, "updated_at")),
            requisition=said(vacancy, "reference"),
            salary=_salary(vacancy),
            company=said(vacancy, "company", "name"),
            category=said(vacancy, "metier") or said(vacancy, "activity"),
        )


def _id(vacancy: Row) -> str | None:
    """The key of a vacancy, which its address begins with."""
    return said(vacancy, "id") or (said(vacancy, "slug") or "").partition("-")[0] or None


def _published(item: Row, vacancy: Row) -> tuple[str | None, ...]:
    return said(item, "publish_date"), said(item, "created_at"), said(vacancy, "created_at")


def _workplace(remote: str | None) -> text.Workplace | None:
    word = re.sub(r"[^a-z]", "", (remote or "").lower())
    if re.fullmatch(r"(?:part|half|some|occasion|flex)\w*", word):
        return "hybrid"
    return REMOTE.get(word) or text.workplace(remote)


def _places(vacancy: Row) -> tuple[Location, ...]:
    """The place in its parts, else the town in the address as it is written."""
    address = part(vacancy, "address")
    city, region = said(address, "locality"), said(address, "administrative_area_level_1")
    country = text.country(said(address, "country"))
    if city and work_model(city):
        city = None
    if city or region or country:
        return (Location(None, city, region, country),)
    return written(
        said(address, "formatted_address") or said(vacancy, "addressFormatted") or said(vacancy, "address") or ""
    )


def _salary(vacancy: Row) -> Salary | None:
    low, high = (text.number(vacancy.get(name)) or None for name in ("salary", "salary_max"))
    if not flag(vacancy, "show_salary") or not (low or high):
        return None
    return Salary(low, high, text.currency(said(vacancy, "currency")), PAID.get(said(vacancy, "mensuality")))
