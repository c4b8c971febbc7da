"""Ashby. Facts: https://developers.ashbyhq.com/docs/public-job-posting-api (the public job postings of a board)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote, unquote

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._http import Limits, need
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary
from webapp.i18n import N_

ASHBY = ATS("ashby", "Ashby", merge_slug="ashby", website="https://www.ashbyhq.com")


class AshbyCareers(Connector):
    """The job board, in one answer."""

    slug = "ashby-careers"
    ats = ASHBY
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the job board shows it.")
    fields = (
        Field(
            "slug",
            N_("Board name"),
            N_(
                "The part behind jobs.ashbyhq.com/ in the address of your job board. Capital letters count. You can "
                "paste the whole address."
            ),
            example="northwind",
            pattern=r"(?!\.{1,2}$)[^/?#\\\x00-\x1f]{1,100}",  # names may hold spaces and dots
        ),
    )
    hosts = ("api.ashbyhq.com",)
    addresses = (
        r"https://jobs\.ashbyhq\.com/(?!api(?:[/?]|$))(?P<slug>[^/?#]+)",
        r"https://api\.ashbyhq\.com/posting-api/job-board/(?P<slug>[^/?#]+)",
    )
    shown_as = "jobs.ashbyhq.com/{slug}"
    limits = Limits(mib=64)  # one answer holds every job with its whole description, twice
    quirks = (
        N_("Jobs that Ashby sends but does not list on the job board are not shown."),
        N_("Ashby does not say when a job was changed, so every job is read anew each time."),
        N_("Where a job has several salary ranges in one currency, the lowest and the highest figure are shown."),
    )
    revoke = N_("Nothing to revoke: the job board is public.")

    @classmethod
    def match_address(cls, address: str) -> dict[str, str] | None:
        """The name as it is spelt, and not as an address writes it (`%20` for a space)."""
        found = super().match_address(address)
        slug = unquote(found["slug"]) if found else ""
        return {"slug": slug} if slug and not cls.fields[0].error(slug) else None

    def account(self) -> RemoteAccount:
        """Whether the board is there and how many jobs it lists; Ashby does not say whose it is."""
        listed = [row for row in self._jobs() if row.get("isListed") is True]
        return RemoteAccount(self.config["slug"], None, len(listed))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        rows = self._jobs()
        self.listed = len(rows)
        for row in rows:
            if row.get("isListed") is True:
                yield _position(row)
            else:
                self.withhold(row.get("id"), "unlisted", str(row.get("title") or ""))

    def _jobs(self) -> list[dict[str, Any]]:
        url = f"https://api.ashbyhq.com/posting-api/job-board/{quote(self.config['slug'], safe='')}"
        return need(self.ats.name, self.http.get(url, params={"includeCompensation": "true"}).json(), "jobs")


def _position(row: dict[str, Any]) -> RemotePosition:
    said = [row, *(row.get("secondaryLocations") or [])]
    # `isRemote` is true for hybrid jobs, too.
    model = text.workplace(row.get("workplaceType")) or ("remote" if row.get("isRemote") is True else None)
    return RemotePosition(
        id=str(row.get("id") or ""),
        title=str(row.get("title") or ""),
        url=row.get("jobUrl"),
        apply_url=row.get("applyUrl"),
        department=row.get("department"),
        team=row.get("team"),
        locations=tuple(dict.fromkeys(place for one in said for place in _places(one))),
        workplace=model or work_model(row.get("location")),
        employment_type=text.employment_type(row.get("employmentType")),
        description_html=row.get("descriptionHtml"),
        posted_at=text.moment(row.get("publishedAt")),
        salary=_salary(row),
    )


def _places(said: dict[str, Any]) -> tuple[Location, ...]:
    """A place and its address; the address of a further place may come without its wrapper."""
    found = places(said.get("location"))
    if len(found) > 1:  # one address cannot be that of several places
        return found
    place = found[0] if found else Location()
    address = said.get("address") or {}
    address = address.get("postalAddress") or address
    city = str(address.get("addressLocality") or "").strip()
    # A city that is misspelt in the address is spelt right in the name of the place.
    pieces = [piece.strip() for piece in (place.name or "").split(",") if len(piece.split()) == len(city.split())]
    city = next(iter(get_close_matches(city, pieces, 1, 0.75)), city)
    whole = Location(
        name=place.name,
        city=city or place.city,
        region=address.get("addressRegion"),
        country=text.country(address.get("addressCountry")) or place.country,
    )
    return (whole,) if whole != Location() else ()


def _salary(row: dict[str, Any]) -> Salary | None:
    """The span of all salaries of a job, if they are in one currency and per the same; only where they are shown."""
    parts = (row.get("compensation") or {}).get("summaryComponents") or []
    pay = [part for part in parts if part.get("compensationType") == "Salary"]
    kinds = {(text.currency(part.get("currencyCode")), part.get("interval")) for part in pay}
    lows = [low for part in pay if (low := text.number(part.get("minValue"))) is not None]
    highs = [high for part in pay if (high := text.number(part.get("maxValue"))) is not None]
    if row.get("shouldDisplayCompensationOnJobPostings") is not True or len(kinds) != 1 or not lows + highs:
        return None
    currency, per = kinds.pop()
    interval = text.interval(re.sub(r"^1 ", "", per or ""))  # "1 YEAR"
    return Salary(min(lows, default=None), max(highs, default=None), currency, interval)
