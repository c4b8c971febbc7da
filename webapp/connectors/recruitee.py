"""Recruitee (Tellent). Facts: https://docs.recruitee.com/reference/offers (the careers site's own list of offers) and
https://docs.recruitee.com/reference/getting-started (the API, with a personal token)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._hosts import LABEL, CareersHost, label_or_host
from webapp.connectors._http import Answer, Limits
from webapp.connectors._places import composed, is_model, town
from webapp.connectors._records import (
    Location,
    Reason,
    RemoteAccount,
    RemotePosition,
    Salary,
    Translation,
    Unchanged,
)
from webapp.connectors._rows import Row, as_text, flag, part, parts, said
from webapp.i18n import N_

RECRUITEE = ATS("recruitee", "Recruitee", merge_slug="tellent", website="https://recruitee.com")
RESERVED = ("www", "app", "api", "auth", "docs", "help", "support", "status", "careers", "careers-analytics")
REDIRECTS = (301, 302, 303, 307, 308)
WITHHELD: dict[str, Reason] = {"draft": "draft", "closed": "closed", "archived": "closed"}


class Recruitee(Connector):
    """The active offers of the API, internal ones too."""

    slug = "recruitee"
    ats = RECRUITEE
    way_in = N_("With an API token")
    about = N_("Reads internal offers too. Does not show pay.")
    fields = (
        Field(
            "company_id",
            N_("Company ID"),
            N_(
                "Recruitee shows it beside your API tokens. The part before .recruitee.com in the address of your "
                "careers page does as well."
            ),
            example="117135",
            pattern=rf"(?!(?:{'|'.join(RESERVED)})$){LABEL}",
            lower=True,
        ),
        Field(
            "api_key",
            N_("Personal API token"),
            N_("In Recruitee: Settings › Apps and plugins › Personal API tokens, generate a new token."),
            example="bGk0c3VQNnF3ZXJ0eTEyMzQ1Ng",
            pattern=r"\S{8,}",
            secret=True,
        ),
    )
    hosts = ("api.recruitee.com",)
    addresses = (
        r"https://api\.recruitee\.com/c/(?P<company_id>[A-Za-z0-9-]+)",
        r"https://(?P<company_id>[a-z0-9-]+)\.recruitee\.com",
    )
    shown_as = "api.recruitee.com/c/{company_id}"
    limits = Limits(mib=32)  # one answer holds every offer with its texts in all languages
    quirks = (
        N_("A token may do what the person may who made it: one of a person with few rights misses offers."),
        N_("Pay is not shown: the API does not say whether the careers page shows it."),
        N_("Talent pools are not shown: they are no open positions."),
    )
    revoke = N_("In Recruitee: Settings › Apps and plugins › Personal API tokens, delete the token.")

    def account(self) -> RemoteAccount:
        """The company, where all offers name the same one, and how many are open."""
        rows = [row for row in self._rows().values() if not _reason(row)]
        return RemoteAccount(self.config["company_id"], _company(rows), len(rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """One answer has them all; those that come without their texts are asked for one by one."""
        lines = []
        for id, row in self._rows().items():
            if reason := _reason(row):
                self.listed += 1
                self.withhold(id, reason, said(row, "title"))
            else:
                lines.append(Listed(id, said(row, "updated_at"), said(row, "title"), row))
        yield from self.opened(lines, known, self._whole, _posting)

    def _rows(self) -> dict[str, Row]:
        return _offers(self._get("", params={"scope": "active"}))

    def _whole(self, row: Row) -> Row | None:
        """The offer with its texts; `None` where it is gone."""
        id = said(row, "id")
        if any(name in row for name in ("description", "description_html", "requirements", "translations")):
            return row
        answer = self._get(f"/{id}", allow=(404, 410))
        if answer.status != 200:
            return None
        offer = part(answer.json(), "offer")
        if said(offer, "id") != id:
            raise answer.unexpected()
        return {**row, **offer}

    def _get(self, path: str, **options: object) -> Answer:
        url = f"https://api.recruitee.com/c/{self.config['company_id']}/offers{path}"
        return self.http.get(url, headers={"Authorization": f"Bearer {self.config['api_key']}"}, **options)


class RecruiteeCareers(CareersHost):
    """The published offers, in one answer."""

    slug = "recruitee-careers"
    ats = RECRUITEE
    domain = "recruitee.com"
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers page shows it.")
    fields = (
        Field(
            "company",
            N_("Careers page"),
            N_(
                "The part before .recruitee.com in the address of your careers page, or its whole host if it is a "
                "domain of your own, such as jobs.example.com. You can paste the whole address."
            ),
            example="northwind",
            pattern=label_or_host(domain, *RESERVED),
            lower=True,
        ),
    )
    hosts = ("{company}.recruitee.com",)
    addresses = (r"https://(?P<company>[a-z0-9-]+)\.recruitee\.com",)
    # In the settings that every page of a careers site carries, escaped as an attribute of it; not in the job widget.
    signs = (r"\bcareers-analytics\.recruitee\.com\b", r"[\"']atsHost[\"']\s*:\s*[\"']recruitee\.com")
    shown_as = "{company}.recruitee.com"
    limits = Limits(mib=32)  # one answer holds every offer with its texts in all languages
    quirks = (
        N_("Internal offers are not shown: Recruitee does not publish them."),
        N_("An offer that is both hybrid and on site is shown as hybrid; other combinations say no way of working."),
        N_("All languages of an offer are one position; its own language is known only where its texts tell it."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The company, where all offers name the same one, and how many are published."""
        rows = [row for row in self._rows().values() if _status(row) == "published"]
        return RemoteAccount(self.account_id, _company(rows), len(rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Everything is in one answer; there are no pages."""
        rows = self._rows()
        self.listed = len(rows)
        for id, row in rows.items():
            status = _status(row)
            if status != "published":
                self.withhold(id, WITHHELD.get(status, "unlisted"), said(row, "title"))
            elif _is_known(id, row, known):
                yield Unchanged(id)
            else:
                yield _position(id, row)

    def _rows(self) -> dict[str, Row]:
        """The address ends in a slash on some hosts and sends on to the one without it on others."""
        url = f"https://{self.host}/api/offers"
        answer = self.http.get(f"{url}/", allow=REDIRECTS)
        return _offers(self.http.get(url) if answer.status in REDIRECTS else answer)


def _offers(answer: Answer) -> dict[str, Row]:
    """id → offer. Raises where one is there twice, or something that is none."""
    offers = answer.rows(answer.json(), "offers")
    rows = {said(row, "id") or "": row for row in offers}
    if len(rows) != len(offers):
        raise answer.unexpected()
    return rows


def _is_known(id: str, row: Row, known: dict[str, str]) -> bool:
    version = said(row, "updated_at")
    return version is not None and known.get(id) == version


def _status(row: Row) -> str:
    return said(row, "status") or "published"  # the lists are those of open ones


def _reason(row: Row) -> Reason | None:
    """Why an offer of the API is not shown: the active ones are those published, internal and closed."""
    if said(row, "kind") == "talent_pool":
        return "prospect"
    status = _status(row)
    return None if status in ("published", "internal") else WITHHELD.get(status, "unlisted")


def _company(rows: list[Row]) -> str | None:
    names = {said(row, "company_name") for row in rows}
    return names.pop() if len(names) == 1 else None


def _posting(listed: Row, row: Row) -> RemotePosition:
    """An offer of the API: what the careers page's has, and a language that is said."""
    id, version = said(listed, "id") or "", said(listed, "updated_at")
    written = part(row, "translations")
    language = said(row, "lang_code") or next((k for k in written if flag(written, k, "default")), None)
    own = part(written, language) if language else {}
    row = {
        **row,
        "title": said(row, "title") or said(own, "title"),
        "description": said(row, "description_html") or said(row, "description") or said(own, "description"),
        "requirements": said(row, "requirements") or said(own, "requirements"),
        "careers_url": said(row, "careers_url") or said(row, "url"),
    }
    internal = _status(row) == "internal"
    return replace(
        _position(id, row, language), salary=None, visibility="internal" if internal else "public", version=version
    )


def _position(id: str, row: Row, language: str | None = None) -> RemotePosition:
    language, translations = _languages(row, language)
    return RemotePosition(
        id=id,
        title=said(row, "title") or "",
        url=said(row, "careers_url"),
        apply_url=said(row, "careers_apply_url"),
        department=_named(row.get("department")),
        locations=_places(row),
        workplace=_workplace(row),
        employment_type=text.employment_type(said(row, "employment_type_code")),
        description_html=_description(row),
        posted_at=text.moment(said(row, "published_at")),
        updated_at=text.moment(said(row, "updated_at")),
        closes_at=text.moment(said(row, "close_at")),
        language=language,
        salary=_salary(part(row, "salary")),
        company=said(row, "company_name"),
        translations=translations,
        version=said(row, "updated_at"),
    )


def _description(row: Row) -> str | None:
    """The two texts as the page shows them; their headings are the page's and are not sent."""
    return text.sections([(None, said(row, "description")), (None, said(row, "requirements"))])


def _languages(row: Row, language: str | None) -> tuple[str | None, tuple[Translation, ...]]:
    """The language whose texts the offer itself carries, where one alone does, and the other ones."""
    written = part(row, "translations")
    titled = {k: part(written, k) for k in written if said(written, k, "title")}
    texts = (said(row, "title"), _description(row))
    own = [k for k, each in titled.items() if (said(each, "title"), _description(each)) == texts]
    language = language or (own[0] if len(own) == 1 else None)
    others = (Translation(k, said(each, "title"), _description(each)) for k, each in titled.items() if k != language)
    return language, tuple(others)


def _workplace(row: Row) -> text.Workplace | None:
    kinds: set[text.Workplace] = set()
    if flag(row, "remote") or flag(row, "is_remote"):
        kinds.add("remote")
    if flag(row, "hybrid"):
        kinds.add("hybrid")
    if flag(row, "on_site"):
        kinds.add("on_site")
    return "hybrid" if kinds == {"hybrid", "on_site"} else kinds.pop() if len(kinds) == 1 else None


def _places(row: Row) -> tuple[Location, ...]:
    """All places; without a list, the single one, whose text may say "Remote job" and no place."""
    found = tuple(_place(place) for place in parts(row, "locations"))
    if not found and any(said(row, key) for key in ("city", "country_code", "country")):
        found = (_place({**row, "name": None, "state": row.get("state_name")}),)
    named = said(row, "location")
    found = found or (() if text.workplace(named) else composed(named or ""))
    return tuple(dict.fromkeys(place for place in found if place != Location()))


def _place(place: Row) -> Location:
    country = text.country(said(place, "country_code")) or text.country(_named(place.get("country")))
    name, city = said(place, "name") or "", town(said(place, "city"), country)
    return Location(
        name=None if is_model(name) or (city and name.casefold() == city.casefold()) else name,
        city=city,
        region=_named(place.get("state")) or said(place, "state_code"),
        country=country,
    )


def _named(value: object) -> str | None:
    """A name, or an object of name and id, as it comes."""
    return said(value, "name") or said(value, "id") if isinstance(value, dict) else as_text(value)


def _salary(pay: Row) -> Salary | None:
    low, high = text.number(said(pay, "min")), text.number(said(pay, "max"))
    if low is None and high is None:
        return None
    return Salary(low, high, text.currency(said(pay, "currency")), text.interval(said(pay, "period")))
