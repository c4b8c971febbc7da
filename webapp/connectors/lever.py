"""Lever. Facts: https://github.com/lever/postings-api (v0, the public postings)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary
from webapp.i18n import N_

LEVER = ATS("lever", "Lever", merge_slug="lever", website="https://www.lever.co")
PAGE = 100


class LeverCareers(Connector):
    """The published postings, on Lever's global servers or on those in the EU."""

    slug = "lever-careers"
    ats = LEVER
    way_in = N_("By the job site")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the job site shows it.")
    fields = (
        Field(
            "site",
            N_("Site name"),
            N_(
                "The part behind jobs.lever.co/ or jobs.eu.lever.co/ in the address of your job site. Capital letters "
                "count. You can paste the whole address."
            ),
            example="northwind",
            pattern=r"[A-Za-z0-9_.-]{1,64}",
        ),
        Field(
            "region",
            N_("Region"),
            N_("Choose EU if the address of your job site begins with jobs.eu.lever.co, else Global."),
            example="global",
            choices=(("global", N_("Global")), ("eu", N_("EU"))),
            default="global",
        ),
    )
    hosts = ("api.lever.co", "api.eu.lever.co")
    addresses = (
        r"https://jobs\.(?:(?P<region>eu)\.)?lever\.co/(?P<site>[\w.-]+)",
        r"https://api\.(?:(?P<region>eu)\.)?lever\.co/v0/postings/(?P<site>[\w.-]+)",
    )
    shown_as = "jobs.lever.co/{site}"
    quirks = (
        N_("Internal postings are not shown: Lever does not publish them."),
        N_("Lever does not say when a posting was published; the day it was created stands for it."),
    )
    revoke = N_("Nothing to revoke: the job site is public.")

    @classmethod
    def shown(cls, config: Mapping[str, str]) -> str:
        """The address of the job site; the EU has a host of its own."""
        shown = super().shown(config)
        return shown.replace("jobs.", "jobs.eu.", 1) if config.get("region") == "eu" else shown

    def account(self) -> RemoteAccount:
        """Whether the site is there; Lever says neither its name nor a number."""
        self._page(0, 1)
        return RemoteAccount(self.config["site"], None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page up to the first that is not full; a page that comes again has ids that were seen."""
        skip, full = 0, True
        while full:
            page = self._page(skip, PAGE)
            for row in page:
                self.listed += 1
                yield _position(row)
            skip, full = skip + len(page), len(page) == PAGE  # more than asked for: the limit was ignored, that is all

    def _page(self, skip: int, limit: int) -> list[dict[str, Any]]:
        host = "api.eu.lever.co" if self.config["region"] == "eu" else "api.lever.co"
        params = {"mode": "json", "skip": str(skip), "limit": str(limit)}
        return self.http.get(f"https://{host}/v0/postings/{self.config['site']}", params=params).json(list)


def _position(row: dict[str, Any]) -> RemotePosition:
    categories = row.get("categories") or {}
    said = categories.get("allLocations") or [categories.get("location")]
    model = row.get("workplaceType")
    return RemotePosition(
        id=str(row.get("id") or ""),
        title=str(row.get("text") or ""),
        url=row.get("hostedUrl"),
        apply_url=row.get("applyUrl"),
        department=categories.get("department"),
        team=categories.get("team"),
        locations=_places(said, text.country(row.get("country"))),
        workplace=text.workplace(model) or work_model("; ".join(s for s in said if s)),
        employment_type=text.employment_type(categories.get("commitment")),
        description_html=_description(row),
        posted_at=text.moment(row.get("createdAt"), unit="ms"),
        salary=_salary(row.get("salaryRange") or {}),
    )


def _places(said: list[str | None], country: str | None) -> tuple[Location, ...]:
    """All places; `country` is that of the first, and the place itself where the text says only "Remote"."""
    found = places(*said)
    if not country:
        return found
    if not found:
        return (Location(country=country),)
    first = places(said[0])[:1] == found[:1] and not found[0].country
    return (replace(found[0], country=country), *found[1:]) if first else found


def _description(row: dict[str, Any]) -> str | None:
    """What the posting's page shows, in its order: most of the text stands in the lists."""
    lists = row.get("lists") or []
    return text.sections(
        [
            (None, row.get("description")),
            *((part.get("text"), _list(part.get("content") or "")) for part in lists),
            (None, row.get("additional")),
            (None, row.get("salaryDescription")),
        ]
    )


def _list(content: str) -> str:
    """v0 sends bare `<li>`s."""
    return f"<ul>{content.strip()}</ul>" if re.match(r"\s*<li\b", content, re.I) else content


def _salary(pay: dict[str, Any]) -> Salary | None:
    low, high = text.number(pay.get("min")), text.number(pay.get("max"))
    if low is None and high is None:
        return None
    return Salary(low, high, text.currency(pay.get("currency")), text.interval(pay.get("interval")))
