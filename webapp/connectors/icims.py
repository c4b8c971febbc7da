"""iCIMS: the classic careers portal, whose list and pages are HTML, and the newer career sites (Jibe), which have JSON.

A portal stands below icims.com and shows its inside with `in_iframe=1`; a career site stands on the customer's domain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from webapp.connectors import _icims_portal as portal
from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed, typed_address
from webapp.connectors._errors import AccountNotFound, UnexpectedAnswer
from webapp.connectors._http import PAGES, Limits, need
from webapp.connectors._icims_portal import Card
from webapp.connectors._pages import HTML, job_postings, page
from webapp.connectors._places import located, town, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary, Translation, Unchanged
from webapp.connectors._rows import Row, as_text, flag, part, parts, said, values
from webapp.connectors._words import says_workplace_only
from webapp.i18n import N_

ICIMS = ATS("icims", "iCIMS", merge_slug="icims", website="https://www.icims.com")
DOMAIN = ".icims.com"
OWN = r"(?!(?:www|api|login|developer|developer-community|community|care|marketplace|media|assets)\.)[a-z0-9-]+"
GONE = (301, 302, 303, 307, 308, 404, 410)
LIMIT = 100
TEXTS = (("responsibilities", "Responsibilities"), ("qualifications", "Qualifications"))


class IcimsCareers(Connector):
    """A classic portal page by page, then each new or changed position; or a career site's JSON."""

    slug = "icims-careers"
    ats = ICIMS
    way_in = N_("By the careers site")
    about = N_("Needs no credentials. Reads what the careers site shows, with pay where it is shown.")
    fields = (
        Field(
            "host",
            N_("Careers site"),
            N_(
                "The host that your careers site opens at, such as careers-northwind.icims.com, or a domain of your "
                "own such as careers.example.com. You can paste the whole address."
            ),
            example="careers-northwind.icims.com",
            pattern=r"(?!(?:www\.)?icims\.com$)(?=.{4,253}$)"
            r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]",
            lower=True,
        ),
    )
    hosts = ("{host}",)
    addresses = (rf"https://(?P<host>{OWN}\.icims\.com)", r"https://(?P<host>(?!www\.)[a-z0-9-]+\.jibeapply\.com)")
    signs = (r"\b(?:app|cms|assets)\.jibecdn\.com/",)
    shown_as = "{host}"
    limits = Limits(mib=32, parallel=4)
    quirks = (
        N_(
            "A host below icims.com is read as a classic portal, a domain of your own as one of the newer career sites."
        ),
        N_(
            "A classic portal does not say when a position was changed: "
            "it is read again when its entry in the list has changed."
        ),
        N_("What stands on a portal whose host begins with internal- is shown as internal."),
        N_("A position is shown as long as iCIMS lists it, whatever its closing date says."),
    )
    revoke = N_("Nothing to revoke: the careers site is public.")

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """An address on a domain of the customer's own is cut to its host, too."""
        whole = typed_address(str(config.get("host") or ""))
        return super().check({**config, "host": urlsplit(whole).netloc} if whole else config)

    @property
    def _host(self) -> str:
        return self.config["host"]

    @property
    def _is_portal(self) -> bool:
        return self._host.endswith(DOMAIN)

    def account(self) -> RemoteAccount:
        """How many positions there are: a portal says it only where one page holds them all."""
        id = self._host.removesuffix(DOMAIN)
        if self._is_portal:
            cards, further = self._cards(0)
            return RemoteAccount(id, None, None if further else len(cards))
        rows, total = self._jobs(1)
        names = {said(row, "hiring_organization") for row in rows}
        return RemoteAccount(id, names.pop() if len(names) == 1 else None, total)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The one road that the host has."""
        yield from self._portal(known) if self._is_portal else self._site(known)

    def _portal(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        cards: list[Card] = []
        number, further = 0, True
        while further:
            found, further = self._cards(number)
            number += 1
            if number > PAGES or (further and not found):
                raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)
            cards += found
        lines = (Listed(card.id, card.version, card.title, card) for card in cards)
        yield from self.opened(lines, known, self._detail, self._position)

    def _cards(self, number: int) -> tuple[list[Card], bool]:
        """The cards of a page of the list, counted from 0, and whether another page follows."""
        params = {"ss": "1", "pr": str(number), "in_iframe": "1"}
        answer = self.http.get(f"https://{self._host}/jobs/search", params=params, headers=HTML)
        tree = page(answer)
        cards = portal.read_cards(tree, f"https://{self._host}/")
        if cards is None and (other := portal.moved_to(tree)):
            sends = N_("%(host)s sends us on to %(other)s. Give that address.")
            raise AccountNotFound(sends, host=self._host, other=other)
        if cards is None:
            raise answer.unexpected()
        return cards, portal.further(tree, number)

    def _detail(self, card: Card) -> LexborHTMLParser | None:
        """The page of a position, `None` where it is gone."""
        url = f"https://{self._host}{urlsplit(card.url).path}"
        answer = self.http.get(url, params={"in_iframe": "1"}, headers=HTML, allow=GONE)
        if answer.status in GONE:
            return None
        tree = page(answer)
        if not job_postings(tree) and tree.css_first(".iCIMS_Expandable_Text, .iCIMS_JobContent") is None:
            if portal.is_gone(tree):
                return None
            raise answer.unexpected()
        return tree

    def _position(self, card: Card, tree: LexborHTMLParser) -> RemotePosition:
        """What the page states for search engines; what it does not, by the labels on it and in the list."""
        posting: Row = portal.available(next(iter(job_postings(tree)), {}))
        here = {**card.said, **portal.fields(tree)}
        towns = [said(place, "address", "addressLocality") or "" for place in parts(posting, "jobLocation")]
        place = here.get("place", "")
        requisition = here.get("requisition")
        position = job_posting.read(
            {**posting, "title": said(posting, "title") or card.title},
            id=card.id,
            url=card.url,
            department=here.get("department"),
            team=here.get("team"),
            requisition=requisition if requisition != card.id else None,
            visibility="internal" if self._host.startswith("internal-") else "public",
            version=card.version,
        )
        kind = position.employment_type
        if kind in (None, "other"):  # what iCIMS states for search engines, where a portal has words of its own
            kind = text.employment_type(here.get("type")) or kind
        return replace(
            position,
            locations=position.locations or portal.coded(place) or portal.split(here),
            workplace=position.workplace
            or _way(here.get("workplace"))
            or work_model("; ".join([*towns, *portal.listed(place), here.get("city", "")])),
            employment_type=kind,
            description_html=position.description_html or portal.sections(tree),
            posted_at=position.posted_at or text.moment(here.get("posted"), first="month"),
            closes_at=position.closes_at or text.moment(here.get("closes"), first="month"),
            company=position.company or here.get("company"),
            category=position.category or here.get("category"),
        )

    def _site(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """All pages of the JSON first: a position that comes in several languages has a row for each."""
        ads: dict[str, list[Row]] = {}
        number, came, total = 0, 0, 1
        while came < total:
            number += 1
            rows, total = self._jobs(number)
            came += len(rows)
            if (not rows and came < total) or number > PAGES:
                few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
                raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=came)
            for row in rows:
                before = ads.setdefault(said(row, "slug") or said(row, "req_id") or "", [])
                if said(row, "language") in [said(other, "language") for other in before]:
                    raise UnexpectedAnswer(N_("%(ats)s listed the same position twice."), ats=self.ats.name)
                before.append(row)
        self.listed = len(ads)
        for id, rows in ads.items():
            dates = [said(row, "update_date") for row in rows]
            version = " ".join(sorted(filter(None, dates))) if all(dates) else None
            if flag(rows[0], "searchable") is False:
                self.withhold(id, "unlisted", said(rows[0], "title"))
            elif version and known.get(id) == version:
                yield Unchanged(id)
            else:
                yield self._job(id, rows, version)

    def _jobs(self, number: int) -> tuple[list[Row], int]:
        """The rows of a page of the JSON, counted from 1, and how many there are on all pages."""
        answer = self.http.get(f"https://{self._host}/api/jobs", params={"page": str(number), "limit": str(LIMIT)})
        found = answer.json()
        rows = [part(row, "data") for row in need(self.ats.name, found, "jobs")]
        total = text.number(found.get("totalCount"))
        if total is None or not all(rows):
            raise answer.unexpected()
        return rows, int(total)

    def _job(self, id: str, rows: list[Row], version: str | None) -> RemotePosition:
        row = rows[0]
        return RemotePosition(
            id=id,
            title=said(row, "title") or "",
            url=self._address(id, row),
            apply_url=said(row, "apply_url"),
            department=said(row, "department"),
            locations=_places(row),
            workplace=_workplace(row),
            employment_type=text.employment_type([as_text(v) or "" for v in values(row, "employment_type")]),
            description_html=_description(row),
            posted_at=text.moment(row.get("posted_date")),
            updated_at=text.moment(row.get("update_date")),
            closes_at=text.moment(row.get("posting_expiry_date")),
            language=_language(row),
            requisition=said(row, "req_id"),
            salary=_salary(row),
            visibility="internal" if flag(row, "internal") and not flag(row, "external") else "public",
            company=said(row, "hiring_organization"),
            category=next((name for each in _categories(row) if (name := said(each, "name") or as_text(each))), None),
            translations=tuple(
                Translation(language, said(ad, "title"), _description(ad), self._address(id, ad), said(ad, "apply_url"))
                for ad in rows[1:]
                if (language := _language(ad))
            ),
            version=version,
        )

    def _address(self, id: str, row: Row) -> str:
        language = said(row, "language")
        plain = f"https://{self._host}/jobs/{id}" + (f"?lang={language}" if language else "")
        return said(row, "meta_data", "canonical_url") or plain


def _categories(row: Row) -> list[Any]:
    return values(row, "categories") or values(row, "category")


def _places(row: Row) -> tuple[Location, ...]:
    """The place of a row of the JSON and its further ones; a town that is called "Remote" is none."""
    shown = next(filter(None, (said(row, name) for name in ("full_location", "short_location", "location_name"))), None)
    if not (said(row, "city") or said(row, "state") or parts(row, "additional_locations")):
        only = text.country(said(row, "country_code")) or text.country(said(row, "country"))
        return tuple(place for place in located(shown, only) if place != Location())
    found = []
    for each in (row, *parts(row, "additional_locations")):
        city = said(each, "city")
        country = text.country(said(each, "country_code")) or text.country(said(each, "country"))
        place = Location(None, town(city, country), said(each, "state"), country)
        found.append(place)
    return tuple(dict.fromkeys(place for place in found if place != Location()))


def _workplace(row: Row) -> text.Workplace | None:
    """What the place says of it, else a tag that says nothing else: each site has its own tags."""
    where = (said(row, name) for name in ("full_location", "short_location", "city", "location_name"))
    tags = [as_text(tag) or "" for name in row if re.fullmatch(r"tags\d*", name) for tag in values(row, name)]
    told = {kind for tag in tags if says_workplace_only(tag) and (kind := text.workplace(tag))}
    placed = next((kind for place in where if (kind := work_model(place))), None)
    return placed or (told.pop() if len(told) == 1 else None)


def _description(row: Row) -> str | None:
    """The text, and the parts of it that it does not hold itself: many sites send them twice."""
    main = text.lines(text.unescape(said(row, "description")) or "")
    whole = _plain(main)
    more = ((heading, text.lines(text.unescape(said(row, name)) or "")) for name, heading in TEXTS)
    return text.sections([(None, main), *((h, body) for h, body in more if _plain(body) not in whole)])


def _plain(body: str) -> str:
    return re.sub(r"[\W_]+", "", re.sub(r"<[^>]*>|&\w+;", " ", body)).lower()


def _salary(row: Row) -> Salary | None:
    """The pay of a row; 0 stands for none."""
    low, high = (text.number(row.get(f"salary_{end}_value")) or None for end in ("min", "max"))
    if low is None and high is None:
        low = high = text.number(row.get("salary_value")) or None
    if low is None and high is None:
        return None
    per = said(row, "salary_frequency") or (said(row, "salary_range") or "").rpartition("/")[2]
    return Salary(low, high, text.currency(said(row, "salary_currency")), text.interval(per))


def _language(row: Row) -> str | None:
    given = (said(row, "language") or "").replace("_", "-")
    return given if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", given) else None


def _way(said: str | None) -> text.Workplace | None:
    return text.workplace(said) if said else None
