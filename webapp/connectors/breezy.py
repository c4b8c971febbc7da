"""Breezy HR: the careers page, a JSON list with the texts of the positions; and API v3, with a personal token.

Facts: https://developer.breezy.hr/reference/overview
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import ConnectorError, TemporarilyUnavailable, UnexpectedAnswer
from webapp.connectors._hosts import CareersHost, label_or_host
from webapp.connectors._http import Answer, Limits
from webapp.connectors._pages import HTML, job_postings, page
from webapp.connectors._places import places, town, work_model
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.connectors._rows import Row, as_text, digest, flag, part, parts, said, values
from webapp.i18n import N_

BREEZY = ATS("breezy", "Breezy HR", merge_slug="breezy", website="https://breezy.hr")
API = "https://api.breezy.hr/v3"
RESERVED = (
    "www",
    "api",
    "app",
    "auth",
    "developer",
    "marketing",
    "help",
    "support",
    r"(?:assets|attachments|gallery)-cdn",
)
MOVED = (301, 302, 303, 307, 308)
GONE = (*MOVED, 404, 410)
WITHHELD: dict[str, Reason] = {"draft": "draft", "pending": "draft", "closed": "closed", "archived": "closed"}
PATH = re.compile(r"/p/(([0-9A-Za-z]+)[^/?#]*)")
#: What the careers page shows: "$115,000 – $145,000 / year", "€20+ / hour", "Up to £300 / day".
PAY = re.compile(
    r"(?P<end>from |up to )?(?P<low>[^–—/+-]*\d[^–—/+-]*)(?:[–—-](?P<high>[^–—/+-]*\d[^–—/+-]*)|(?P<more>\+\s*))?"
    r"(?:/(?P<per>.*))?",
    re.I,
)


class Breezy(Connector):
    """The published positions of the API, in one answer."""

    slug = "breezy"
    ats = BREEZY
    way_in = N_("With an access token")
    about = N_("Reads all published positions with their texts, and when each was changed.")
    fields = (
        Field(
            "api_key",
            N_("Personal access token"),
            N_(
                "In Breezy: your profile › Access Tokens, create a token; some plans show it at Settings › API. If you "
                "find neither, ask Breezy's support."
            ),
            example="c7d1f4a29b8e4c0f9a6b3d2e1f0a9b8c",
            pattern=r"[^\s:]{8,}",
            secret=True,
        ),
        Field(
            "company_id",
            N_("Company ID"),
            N_("The part behind /company/ in the address of your company's settings in Breezy."),
            example="3f9a1c0b2d4e",
            pattern=r"[A-Za-z0-9_-]{3,64}",
        ),
    )
    hosts = ("api.breezy.hr",)
    shown_as = "app.breezy.hr, {company_id}"
    limits = Limits(mib=48, parallel=4)
    quirks = (
        N_("Talent pools are never shown."),
        N_("Breezy does not say when a position was published; the day it was created stands for it."),
    )
    revoke = N_("In Breezy: where the token was created, at your profile › Access Tokens, delete it.")

    def account(self) -> RemoteAccount:
        """The company and how many positions it has published."""
        company = self._company()
        count = sum(_reason(row) is None for row in self._rows())
        return RemoteAccount(self.config["company_id"], said(company, "name"), count)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Everything is in one answer; the company tells where the positions are published."""
        site, rows = said(self._company(), "friendly_id"), self._rows()
        self.listed = len({said(row, "_id") for row in rows})
        for row in rows:
            id, version = said(row, "_id") or said(row, "id") or "", said(row, "updated_date")
            if reason := _reason(row):
                self.withhold(id, reason, said(row, "name"))
            elif version and known.get(id) == version:
                yield Unchanged(id)
            else:
                body = text.unescape(said(row, "description"))
                name = said(row, "friendly_id")
                url = f"https://{site}.breezy.hr/p/{name}" if site and name else None
                yield replace(
                    _position(id, row, url),
                    description_html=text.lines(body) if body else None,
                    posted_at=text.moment(row.get("creation_date")),
                    updated_at=text.moment(row.get("updated_date")),
                    version=version,
                )

    def _company(self) -> Row:
        """What the token may see of the company."""
        answer = self._get("", allow=(403, 404))
        found: Row = answer.json() if answer.status == 200 else {}
        return found

    def _rows(self) -> list[Row]:
        answer = self._get("/positions", params={"state": "published"})
        return answer.rows(answer.json(list))

    def _get(self, path: str, **options: object) -> Answer:
        url = f"{API}/company/{self.config['company_id']}{path}"
        return self.http.get(url, headers={"Authorization": self.config["api_key"]}, **options)


class BreezyCareers(CareersHost):
    """The list with its texts; a position that comes without one is read by its page, where it is new or changed."""

    slug = "breezy-careers"
    ats = BREEZY
    domain = "breezy.hr"
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers page shows it.")
    fields = (
        Field(
            "slug",
            N_("Careers page"),
            N_(
                "The part before .breezy.hr in the address of your careers page, or its whole host if it is a domain "
                "of your own, such as jobs.example.com. You can paste the whole address."
            ),
            example="northwind",
            pattern=label_or_host(domain, *RESERVED),
            lower=True,
        ),
    )
    hosts = ("{slug}.breezy.hr",)
    addresses = (r"https://(?P<slug>[a-z0-9-]+)\.breezy\.hr",)
    signs = (r"assets-cdn\.breezy\.hr/breezy-portal\b", r"class=[\"'][^\"']*\bbreezy-portal\b")
    shown_as = "{slug}.breezy.hr"
    # Breezy's edge answers bursts with a 403.
    limits = Limits(requests=8, seconds=1, mib=48, parallel=4)
    quirks = (
        N_("Breezy shows the day on which a position was published last."),
        N_("A position that is both remote and at a place is shown as remote, with the place."),
        N_("A dollar sign alone says which dollar only where the position is in the United States."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The company, as the positions name it, and how many there are."""
        rows = self._rows()
        name = next((name for row in rows if (name := said(row, "company", "name"))), None)
        return RemoteAccount(self.account_id, name, len(rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole list is in one answer; the texts in a second one, or each on its page."""
        rows = self._rows()
        lines = [Listed(_id(row), digest(row), said(row, "name"), row) for row in rows]
        new = [line.id for line in lines if known.get(line.id) != line.version and not said(line.row, "description")]
        texts = self._texts() if new else {}

        def text_or_page(row: Row) -> str | LexborHTMLParser | None:
            return texts.get(_id(row)) or said(row, "description") or self._detail(row)

        yield from self.opened(lines, known, text_or_page, self._stated)  # type: ignore[misc]

    def _rows(self) -> list[Row]:
        answer = self._get("/json", "application/json")
        rows = answer.rows(answer.json(list))
        if len({_id(row) for row in rows}) < len(rows):
            raise UnexpectedAnswer(N_("%(ats)s listed the same position twice."), ats=self.ats.name)
        return rows

    def _texts(self) -> dict[str, str]:
        """id → text, as the list has them where it is asked for; else they stand on the pages."""
        try:
            answer = self._get("/json", "application/json", verbose="true")
            rows = answer.rows(answer.json(list))
        except ConnectorError:
            return {}
        return {_id(row): body for row in rows if (body := said(row, "description"))}

    def _detail(self, row: Row) -> LexborHTMLParser | None:
        """The page of a position, `None` where it is gone."""
        path = urlsplit(_address(row, self.host)).path
        answer = self._get(path, HTML["Accept"], GONE)
        if answer.status in GONE:
            return None
        tree = page(answer)
        if not job_postings(tree) and tree.css_first("div.description, .breezy-portal, .bzy-footer") is None:
            raise answer.unexpected()
        return tree

    def _listed(self, row: Row, whole: str | None) -> RemotePosition:
        """What the list says."""
        body = text.unescape(whole)
        return replace(
            _position(_id(row), row, _address(row, self.host)),
            description_html=text.lines(body) if body else None,
            posted_at=text.moment(row.get("published_date")),
            version=digest(row),
        )

    def _stated(self, row: Row, found: str | LexborHTMLParser) -> RemotePosition:
        """What the list says, with the text; where that stands on the page, with what only the page states, too."""
        if isinstance(found, str):
            return self._listed(row, found)
        tree, listed = found, self._listed(row, None)
        body = tree.css_first("div.description")
        posting: Row = next(iter(job_postings(tree)), {})
        stated = job_posting.read({**posting, "title": listed.title}, id=listed.id)
        whole = stated.description_html or (body.inner_html if body is not None else None)
        return replace(
            listed,
            locations=listed.locations or stated.locations,
            workplace=listed.workplace or stated.workplace,
            employment_type=listed.employment_type or stated.employment_type,
            description_html=whole,
            posted_at=listed.posted_at or stated.posted_at,
            closes_at=stated.closes_at,
            salary=stated.salary or listed.salary,
            company=listed.company or stated.company,
            version=digest(row) if whole else None,  # a page without its text is looked at again
        )

    def _get(self, path: str, accept: str, allow: tuple[int, ...] = (), **params: str) -> Answer:
        url = f"https://{self.host}{path}"
        answer = self.http.get(url, params=params, headers={"Accept": accept}, allow=(403, *allow))
        if answer.status == 403:
            wait = N_("%(ats)s asks us to wait before we ask again. Berth does so by itself.")
            raise TemporarilyUnavailable(wait, 60.0, ats=self.ats.name)
        return answer


def _id(row: Row) -> str:
    """The number that stands before the name in the position's address."""
    match = PATH.search(said(row, "url") or "")
    return said(row, "id") or (match[2] if match else "")


def _address(row: Row, host: str) -> str:
    match = PATH.search(said(row, "url") or "")
    whole = said(row, "url") if (said(row, "url") or "").startswith("https://") else None
    return whole or f"https://{host}/p/{match[1] if match else said(row, 'friendly_id') or _id(row)}"


def _reason(row: Row) -> Reason | None:
    if said(row, "org_type") == "pool":
        return "prospect"
    state = (said(row, "state") or "published").lower()
    return None if state == "published" else WITHHELD.get(state, "unlisted")


def _position(id: str, row: Row, url: str | None) -> RemotePosition:
    """What both ways in say in the same way."""
    where = values(row, "locations") or values(row, "location")
    found = tuple(dict.fromkeys(place for each in where for place in _place(each)))
    one = part(row, "location") or next(iter(parts(row, "locations")), {})
    return RemotePosition(
        id=id,
        title=said(row, "name") or "",
        url=url,
        apply_url=f"{url}/apply" if url else None,
        department=said(row, "department") or said(row, "department", "name"),
        locations=found,
        workplace=_workplace(one),
        employment_type=text.employment_type(said(row, "type", "id"))
        or text.employment_type(said(row, "type", "name") or said(row, "type")),
        requisition=said(row, "requisition_id"),
        salary=_salary(said(row, "salary"), {place.country for place in found} - {None, "US"}),
        company=said(row, "company", "name"),
        category=said(row, "category", "name") or said(row, "category"),
    )


def _place(where: object) -> tuple[Location, ...]:
    """A place by its parts, else by its name."""
    city, region = (
        said(where, "city"),
        said(where, "state", "name") or said(where, "state", "id") or said(where, "state"),
    )
    country = text.country(said(where, "country", "id") or "") or text.country(said(where, "country", "name") or "")
    country = country or text.country(said(where, "country") or "")
    city = town(city, country)
    if city or region or country:
        return (Location(None, city, region, country),)
    return places(said(where, "name") or as_text(where))


def _workplace(where: Row) -> text.Workplace | None:
    """How one works: the details tell hybrid from remote."""
    details = text.workplace(said(where, "remote_details", "value") or said(where, "remote_details"))
    if flag(where, "is_remote"):
        return details if details == "hybrid" else "remote"
    return work_model(said(where, "name"))


def _salary(shown: str | None, abroad: Collection[str | None]) -> Salary | None:
    """What the careers page shows; `abroad`: the countries besides the United States, which have dollars too."""
    match = PAY.fullmatch((shown or "").strip())
    low, high = (text.number((match[end] or "").strip()) for end in ("low", "high")) if match else (None, None)
    if not match or not (low or high):
        return None
    if not match["high"]:  # one amount
        end = (match["end"] or "").strip().lower()
        low, high = (None if end == "up to" else low), (None if end == "from" or match["more"] else low)
    sign = re.sub(r"[\d.,\sKk]", "", match["low"])
    currency = None if sign == "$" and abroad else text.currency(sign)
    return Salary(low, high, currency, text.interval((match["per"] or "").strip()))
