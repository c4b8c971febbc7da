"""Recruitee (Tellent). Facts: https://docs.recruitee.com/reference/offers (the careers site's own list of offers)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, typed_address
from webapp.connectors._http import Limits, need
from webapp.connectors._places import places
from webapp.connectors._records import (
    Location,
    Reason,
    RemoteAccount,
    RemotePosition,
    Salary,
    Translation,
    Unchanged,
)
from webapp.i18n import N_

RECRUITEE = ATS("recruitee", "Recruitee", merge_slug="recruitee", website="https://recruitee.com")
DOMAIN = ".recruitee.com"
REDIRECTS = (301, 302, 303, 307, 308)
WITHHELD: dict[str, Reason] = {"draft": "draft", "closed": "closed", "archived": "closed"}


class RecruiteeCareers(Connector):
    """The published offers, in one answer."""

    slug = "recruitee-careers"
    ats = RECRUITEE
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers page shows it.")
    fields = (
        Field(
            "host",
            N_("Careers page"),
            N_(
                "The host of your careers page, such as northwind.recruitee.com or a domain of your own. You can paste "
                "the whole address."
            ),
            example="northwind.recruitee.com",
            pattern=r"(?!(?:www|app|api|auth|docs|help|support|status|careers)\.recruitee\.com$)(?=.{4,253}$)"
            r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]",
            lower=True,
        ),
    )
    hosts = ("{host}",)
    addresses = (r"https://(?P<host>[a-z0-9-]+\.recruitee\.com)",)
    shown_as = "{host}"
    limits = Limits(mib=32)  # one answer holds every offer with its texts in all languages
    quirks = (
        N_("Internal offers are not shown: Recruitee does not publish them."),
        N_("An offer that is both hybrid and on site is shown as hybrid; other combinations say no way of working."),
        N_("All languages of an offer are one position; its own language is known only where its texts tell it."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """An address on a domain of the customer's own is cut to its host, too."""
        whole = typed_address(str(config.get("host") or ""))
        return super().check({**config, "host": urlsplit(whole).netloc} if whole else config)

    def account(self) -> RemoteAccount:
        """The company, where all offers name the same one, and how many are published."""
        rows = [row for row in self._rows().values() if _status(row) == "published"]
        names = {row.get("company_name") for row in rows}
        return RemoteAccount(
            self.config["host"].removesuffix(DOMAIN), names.pop() if len(names) == 1 else None, len(rows)
        )

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Everything is in one answer; there are no pages."""
        rows = self._rows()
        self.listed = len(rows)
        for id, row in rows.items():
            status, version = _status(row), row.get("updated_at")
            if status != "published":
                self.withhold(id, WITHHELD.get(status, "unlisted"), row.get("title"))
            elif version and known.get(id) == version:
                yield Unchanged(id)
            else:
                yield _position(id, row)

    def _rows(self) -> dict[str, dict[str, Any]]:
        """id → offer. The address ends in a slash on some hosts and sends on to the one without it on others."""
        url = f"https://{self.config['host']}/api/offers"
        answer = self.http.get(f"{url}/", allow=REDIRECTS)
        if answer.status in REDIRECTS:
            answer = self.http.get(url)
        offers = need(self.ats.name, answer.json(), "offers")
        rows = {str(row.get("id") or ""): row for row in offers if isinstance(row, dict)}
        if len(rows) != len(offers):  # an offer twice, or something that is none
            raise answer.unexpected()
        return rows


def _status(row: dict[str, Any]) -> str:
    return str(row.get("status") or "published")  # the list is that of the published ones


def _position(id: str, row: dict[str, Any]) -> RemotePosition:
    language, translations = _languages(row)
    return RemotePosition(
        id=id,
        title=str(row.get("title") or ""),
        url=row.get("careers_url"),
        apply_url=row.get("careers_apply_url"),
        department=row.get("department"),
        locations=_places(row),
        workplace=_workplace(row),
        employment_type=text.employment_type(row.get("employment_type_code")),
        description_html=_description(row),
        posted_at=text.moment(row.get("published_at")),
        updated_at=text.moment(row.get("updated_at")),
        closes_at=text.moment(row.get("close_at")),
        language=language,
        salary=_salary(row.get("salary") or {}),
        company=row.get("company_name"),
        translations=translations,
        version=row.get("updated_at"),
    )


def _description(said: dict[str, Any]) -> str | None:
    """The two texts as the page shows them; their headings are the page's and are not sent."""
    return text.sections([(None, said.get("description")), (None, said.get("requirements"))])


def _languages(row: dict[str, Any]) -> tuple[str | None, tuple[Translation, ...]]:
    """The language whose texts the offer itself carries, where one alone does, and the other ones."""
    said = {language: part for language, part in (row.get("translations") or {}).items() if part and part.get("title")}
    own = [
        k for k, part in said.items() if (part["title"], _description(part)) == (row.get("title"), _description(row))
    ]
    language = own[0] if len(own) == 1 else None
    others = (Translation(key, part["title"], _description(part)) for key, part in said.items() if key != language)
    return language, tuple(others)


def _workplace(row: dict[str, Any]) -> text.Workplace | None:
    kinds: set[text.Workplace] = set()
    if row.get("remote") or row.get("is_remote"):
        kinds.add("remote")
    if row.get("hybrid"):
        kinds.add("hybrid")
    if row.get("on_site"):
        kinds.add("on_site")
    return "hybrid" if kinds == {"hybrid", "on_site"} else kinds.pop() if len(kinds) == 1 else None


def _places(row: dict[str, Any]) -> tuple[Location, ...]:
    """All places; without a list, the single one, whose text may say "Remote job" and no place."""
    found = tuple(_place(place) for place in row.get("locations") or ())
    if not found and any(row.get(key) for key in ("city", "country_code", "country")):
        found = (_place({**row, "name": None, "state": row.get("state_name")}),)
    said = row.get("location")
    found = found or (() if text.workplace(said) else places(said))
    return tuple(dict.fromkeys(place for place in found if place != Location()))


def _place(place: dict[str, Any]) -> Location:
    name, city = place.get("name"), place.get("city")
    return Location(
        name=None if city and name and name.casefold() == city.casefold() else name,
        city=city,
        region=_named(place.get("state")) or place.get("state_code"),
        country=text.country(place.get("country_code")) or text.country(_named(place.get("country"))),
    )


def _named(value: Any) -> str | None:
    """A name, or an object of name and id, as it comes."""
    found = value.get("name") or value.get("id") if isinstance(value, dict) else value
    return str(found) if found else None


def _salary(pay: dict[str, Any]) -> Salary | None:
    low, high = text.number(pay.get("min")), text.number(pay.get("max"))
    if low is None and high is None:
        return None
    return Salary(low, high, text.currency(pay.get("currency")), text.interval(pay.get("period")))
