"""Workable. Facts: https://workable.readme.io/reference/jobs (SPI v3) and the careers widget's own address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._http import Limits, need
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Salary, Unchanged
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
        accounts = answer.json().get("accounts") or [] if answer.status == 200 else []
        subdomain = self.config["subdomain"]
        name = next((a.get("name") for a in accounts if a.get("subdomain") == subdomain), None)
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
            page = self.http.get(address, params=params, headers=self._headers()).json()
            for row in need(self.ats.name, page, "jobs"):
                self.listed += 1
                if item := self._position(row, known):
                    yield item
            address, params = self.http.follow((page.get("paging") or {}).get("next"), seen), None

    def _position(self, row: dict[str, Any], known: dict[str, str]) -> RemotePosition | Unchanged | None:
        shortcode, title, version = str(row.get("shortcode") or ""), str(row.get("title") or ""), row.get("updated_at")
        if row.get("confidential"):
            return self.withhold(shortcode, "confidential")
        if row.get("sample"):
            return self.withhold(shortcode, "sample", title)
        if row.get("state") != "published":
            return self.withhold(shortcode, WITHHELD.get(row.get("state") or "", "unlisted"), title)
        if version and known.get(shortcode) == version:
            return Unchanged(shortcode)
        answer = self._get(f"jobs/{shortcode}", allow=(404,))
        if answer.status == 404:  # closed since the list was made
            return self.withhold(shortcode, "closed", title)
        detail = answer.json()
        place, pay = row.get("location") or {}, row.get("salary") or {}
        salary = Salary(
            text.number(pay.get("salary_from")),
            text.number(pay.get("salary_to")),
            text.currency(pay.get("salary_currency")),
        )
        return RemotePosition(
            id=shortcode,
            title=title,
            url=row.get("shortlink"),
            apply_url=row.get("application_url"),
            department=_department(row.get("department")),
            locations=_places(row.get("locations"), place),
            workplace=text.workplace(row.get("workplace_type") or place.get("workplace_type"))
            or ("remote" if place.get("telecommuting") else None),
            employment_type=text.employment_type(detail.get("employment_type")),
            description_html=text.sections(
                (heading, row.get(key) or detail.get(key))
                for heading, key in ((None, "description"), ("Requirements", "requirements"), ("Benefits", "benefits"))
            ),
            posted_at=text.moment(row.get("created_at")),
            updated_at=text.moment(version),
            requisition=row.get("code") or None,
            salary=salary if salary.min is not None or salary.max is not None else None,
            category=detail.get("function") or None,
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
        page = self._page()
        codes = {row.get("shortcode") for row in need(self.ats.name, page, "jobs")}
        return RemoteAccount(self.config["subdomain"], page.get("name"), len(codes))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Rows are gathered by shortcode first: one row per place."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in need(self.ats.name, self._page(), "jobs"):
            rows.setdefault(str(row.get("shortcode") or ""), []).append(row)
        self.listed = len(rows)
        for shortcode, same in rows.items():
            first = same[0]
            places = [place for row in same for place in _places(row.get("locations"), row)]
            yield RemotePosition(
                id=shortcode,
                title=str(first.get("title") or ""),
                url=first.get("shortlink") or first.get("url"),
                apply_url=first.get("application_url"),
                department=_department(first.get("department")),
                locations=tuple(dict.fromkeys(places)),
                workplace="remote" if any(row.get("telecommuting") for row in same) else None,
                employment_type=text.employment_type(first.get("employment_type")),
                description_html=first.get("description"),
                posted_at=text.moment(first.get("published_on") or first.get("created_at")),
                requisition=first.get("code") or None,
                category=first.get("function") or None,
            )

    def _page(self) -> dict[str, Any]:
        address = f"https://apply.workable.com/api/v1/widget/accounts/{self.config['subdomain']}"
        return self.http.get(address, params={"details": "true"}).json()


def _department(value: Any) -> str | None:
    """A text, `null` or a list of texts, as it comes."""
    return next((v for v in value if v), None) if isinstance(value, list) else value or None


def _places(listed: list[dict[str, Any]] | None, single: dict[str, Any]) -> tuple[Location, ...]:
    """The visible places. The single place repeats a hidden one, so it counts only where no list came."""
    if not listed:
        place = Location(
            name=single.get("location_str"),
            city=single.get("city"),
            region=single.get("region") or single.get("region_code") or single.get("state"),
            country=text.country(single.get("country_code") or single.get("country")),
        )
        return (place,) if any((place.name, place.city, place.region, place.country)) else ()
    return tuple(
        Location(
            city=place.get("city"),
            region=place.get("region") or place.get("subregion") or place.get("state_code"),
            country=text.country(place.get("countryCode") or place.get("country_code"))
            or text.country(place.get("country") or place.get("country_name")),
        )
        for place in listed
        if not place.get("hidden")
    )
