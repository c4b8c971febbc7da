"""Workable. Facts: https://workable.readme.io/reference/jobs (SPI v3) and the careers widget's own address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._http import Limits
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.connectors._rows import Row, as_text, flag, part, parts, said, values
from webapp.i18n import N_

WORKABLE = ATS("workable", "Workable", order=4, merge_slug="workable", website="https://www.workable.com")
ADDRESSES = (
    r"https://apply\.workable\.com/(?!j/|api/)(?P<subdomain>[A-Za-z0-9-]+)",
    r"https://(?P<subdomain>[a-z0-9-]+)\.workable\.com",
)
SUBDOMAIN = Field(
    "subdomain",
    N_("Account name"),
    N_("The part before .workable.com where you sign in, or behind apply.workable.com/ on your careers page."),
    example="northwind",
    pattern=r"(?!(?:www|apply|api|jobs|help)$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    lower=True,
)
WITHHELD: dict[str, Reason] = {"draft": "draft", "closed": "closed", "archived": "closed"}


class Workable(Connector):
    """The official API, with an access token."""

    slug = "workable"
    ats = WORKABLE
    way_in = N_("With an access token")
    about = N_("Reads all published jobs, with pay and workplace, as soon as they change.")
    fields = (
        SUBDOMAIN,
        Field(
            "access_token",
            N_("Access token"),
            N_("In Workable: your picture › Settings › Integrations › Apps › Generate new token, scope r_jobs."),
            example="kX3vB7nQ2mZ8cR5tW1yP",
            pattern=r"\S{20,}",
            secret=True,
        ),
    )
    hosts = ("{subdomain}.workable.com", "www.workable.com")
    addresses = ADDRESSES
    shown_as = "{subdomain}.workable.com"
    scopes = ("r_jobs",)
    # https://workable.readme.io/reference/rate-limits: an account token may ask 10 times in 10 seconds.
    limits = Limits(requests=10, seconds=10)
    quirks = (
        N_("The kind of employment is read job by job, for new and changed ones only."),
        N_("Workable does not say when a job was published; the day it was created stands for it."),
    )
    revoke = N_("In Workable: your picture › Settings › Integrations › Apps, delete the token.")

    def account(self) -> RemoteAccount:
        """The account's name; a token limited to `r_jobs` may not see it."""
        answer = self._get("accounts", allow=(403, 404))
        accounts = parts(answer.json(), "accounts") if answer.status == 200 else []
        subdomain = self.config["subdomain"]
        name = next((said(a, "name") for a in accounts if said(a, "subdomain") == subdomain), None)
        return RemoteAccount(subdomain, name)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """`GET /jobs` page by page; `paging.next` is absent (or the whole `paging` is) on the last one."""
        seen: set[str] = set()
        params: dict[str, str] | None = {
            "state": "published",
            "limit": "100",
            "include_fields": "description,requirements,benefits",
        }
        address: str | None = self._address("jobs")
        while address:
            answer = self.http.get(address, params=params, headers=self._headers())
            page = answer.json()
            for row in answer.rows(page, "jobs"):
                self.listed += 1
                if item := self._position(row, known):
                    yield item
            address, params = self.http.follow(said(page, "paging", "next"), seen), None

    def _position(self, row: Row, known: dict[str, str]) -> RemotePosition | Unchanged | None:
        shortcode, title, version = _shortcode(row), said(row, "title") or "", said(row, "updated_at")
        state = said(row, "state") or ""
        if flag(row, "confidential"):
            return self.withhold(shortcode, "confidential")
        if flag(row, "sample"):
            return self.withhold(shortcode, "sample", title)
        if state != "published":
            return self.withhold(shortcode, WITHHELD.get(state, "unlisted"), title)
        if version and known.get(shortcode) == version:
            return Unchanged(shortcode)
        answer = self._get(f"jobs/{shortcode}", allow=(404,))
        if answer.status == 404:  # closed since the list was made
            return self.withhold(shortcode, "closed", title)
        detail, place = answer.json(), part(row, "location")
        return RemotePosition(
            id=shortcode,
            title=title,
            url=said(row, "shortlink"),
            apply_url=said(row, "application_url"),
            department=_department(row),
            locations=_places(row, place),
            workplace=text.workplace(said(row, "workplace_type") or said(place, "workplace_type"))
            or ("remote" if flag(place, "telecommuting") else None),
            employment_type=text.employment_type(said(detail, "employment_type")),
            description_html=text.sections(
                (heading, said(row, key) or said(detail, key))
                for heading, key in ((None, "description"), ("Requirements", "requirements"), ("Benefits", "benefits"))
            ),
            posted_at=text.moment(row.get("created_at")),
            updated_at=text.moment(version),
            requisition=said(row, "code"),
            salary=_salary(part(row, "salary")),
            category=said(detail, "function"),
            version=version,
        )

    def _address(self, path: str) -> str:
        return f"https://{self.config['subdomain']}.workable.com/spi/v3/{path}"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.config['access_token']}"}

    def _get(self, path: str, **options: Any) -> Any:
        return self.http.get(self._address(path), headers=self._headers(), **options)


class WorkableCareers(Connector):
    """What the careers page itself shows, in one answer."""

    slug = "workable-careers"
    ats = WORKABLE
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (SUBDOMAIN,)
    hosts = ("apply.workable.com",)
    addresses = ADDRESSES
    shown_as = "apply.workable.com/{subdomain}"
    limits = Limits(requests=1, seconds=1, mib=32)
    quirks = (
        N_("A job in several places is listed once per place; Berth shows it once."),
        N_("Workable may limit this address for hours; the last list stays until then."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The company's name and how many jobs it shows."""
        name, rows = self._page()
        return RemoteAccount(self.config["subdomain"], name, len({_shortcode(row) for row in rows}))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Rows are gathered by shortcode first: one row per place."""
        rows: dict[str, list[Row]] = {}
        for row in self._page()[1]:
            rows.setdefault(_shortcode(row), []).append(row)
        self.listed = len(rows)
        for shortcode, same in rows.items():
            first = same[0]
            yield RemotePosition(
                id=shortcode,
                title=said(first, "title") or "",
                url=said(first, "shortlink") or said(first, "url"),
                apply_url=said(first, "application_url"),
                department=_department(first),
                locations=tuple(dict.fromkeys(place for row in same for place in _places(row, row))),
                workplace="remote" if any(flag(row, "telecommuting") for row in same) else None,
                employment_type=text.employment_type(said(first, "employment_type")),
                description_html=said(first, "description"),
                posted_at=text.moment(first.get("published_on")) or text.moment(first.get("created_at")),
                requisition=said(first, "code"),
                category=said(first, "function"),
            )

    def _page(self) -> tuple[str | None, list[Row]]:
        """The company's name and its jobs."""
        address = f"https://apply.workable.com/api/v1/widget/accounts/{self.config['subdomain']}"
        answer = self.http.get(address, params={"details": "true"})
        page = answer.json()
        return said(page, "name"), answer.rows(page, "jobs")


def _shortcode(row: Row) -> str:
    return (said(row, "shortcode") or "").strip()


def _department(row: Row) -> str | None:
    """A text, `null` or a list of texts, as it comes."""
    return next((name for value in values(row, "department") if (name := as_text(value))), None)


def _salary(pay: Row) -> Salary | None:
    low, high = text.number(pay.get("salary_from")), text.number(pay.get("salary_to"))
    if low is None and high is None:
        return None
    return Salary(low, high, text.currency(said(pay, "salary_currency")))


def _places(row: Row, single: Row) -> tuple[Location, ...]:
    """The visible places. The single place repeats a hidden one, so it counts only where no list came."""
    listed = parts(row, "locations")
    if not listed:
        place = Location(
            name=said(single, "location_str"),
            city=said(single, "city"),
            region=said(single, "region") or said(single, "region_code") or said(single, "state"),
            country=text.country(said(single, "country_code")) or text.country(said(single, "country")),
        )
        return (place,) if place != Location() else ()
    found = (
        Location(
            city=said(place, "city"),
            region=said(place, "region") or said(place, "subregion") or said(place, "state_code"),
            country=text.country(said(place, "countryCode") or said(place, "country_code"))
            or text.country(said(place, "country") or said(place, "country_name")),
        )
        for place in listed
        if not flag(place, "hidden")
    )
    return tuple(place for place in found if place != Location())
