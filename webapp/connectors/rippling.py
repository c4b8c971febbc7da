"""Rippling Recruiting. Facts: the board interface (v1) that https://ats.rippling.com asks, without credentials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._http import Limits
from webapp.connectors._places import places, work_model
from webapp.connectors._records import RemoteAccount, RemotePosition, Salary, Unchanged, web_address
from webapp.connectors._rows import Row, as_text, digest, flag, parts, said, values
from webapp.i18n import N_

RIPPLING = ATS("rippling", "Rippling", website="https://www.rippling.com/products/hr/recruiting")
API = "https://api.rippling.com/platform/api/ats/v1/board"
SLUG = r"[a-z0-9-]{1,80}"
LOCALE = r"(?:[a-z]{2}-(?:[A-Z]{2}|\d{3})/)?"


class RipplingCareers(Connector):
    """The public job board: one list, and a call for the text of each new or changed job."""

    slug = "rippling-careers"
    ats = RIPPLING
    way_in = N_("By the job board")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the job board shows it.")
    fields = (
        Field(
            "slug",
            N_("Board name"),
            N_("The part behind ats.rippling.com/ in the address of your job board. You can paste the whole address."),
            example="northwind",
            pattern=SLUG,
            lower=True,
        ),
    )
    hosts = ("api.rippling.com",)
    addresses = (
        rf"https://ats\.(?:us1\.)?rippling\.com/(?:api/v2/board/|{LOCALE})(?!(?:api|static)(?:[/?]|$))(?P<slug>{SLUG})",
        rf"https://api\.rippling\.com/platform/api/ats/v1/board/(?P<slug>{SLUG})",
    )
    shown_as = "ats.rippling.com/{slug}"
    limits = Limits(mib=16)
    quirks = (
        N_("A job in several places is one position here, with all its places."),
        N_("The text of a job is read when it is new or its entry changed; a change of the text alone shows in a day."),
    )
    revoke = N_("Nothing to revoke: the job board is public.")

    def account(self) -> RemoteAccount:
        """How many jobs the board lists; its list does not say what the company is called."""
        return RemoteAccount(self.config["slug"], None, len(self._jobs()))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """All of the list, grouped to jobs, then the details of what is new or changed."""
        lines = (Listed(id, _version(rows), said(rows[0], "name"), rows) for id, rows in self._jobs().items())
        yield from self.opened(lines, known, self._detail, self._position)

    def _jobs(self) -> dict[str, list[Row]]:
        """The rows of each job, one for each of its places."""
        answer = self.http.get(f"{API}/{self.config['slug']}/jobs")
        jobs: dict[str, list[Row]] = {}
        for row in answer.json(list):
            if not _id(row):
                raise answer.unexpected()
            jobs.setdefault(_id(row), []).append(row)
        return jobs

    def _detail(self, rows: list[Row]) -> Row | None:
        """The whole job; `None` where it is no longer open."""
        id = _id(rows[0])
        answer = self.http.get(f"{API}/{self.config['slug']}/jobs/{quote(id, safe='')}", allow=(404, 410))
        if answer.status != 200:
            return None
        detail: Row = answer.json()
        if said(detail, "uuid") not in (None, id) or not detail.keys() & {"name", "description"}:
            raise answer.unexpected()
        return detail

    def _position(self, rows: list[Row], detail: Row) -> RemotePosition | None:
        row, id = rows[0], _id(rows[0])
        if flag(detail, "unlistedFromSearch"):
            return self.withhold(id, "unlisted", said(row, "name"))
        named = _labels(detail, "workLocations") or [label for each in rows for label in _labels(each, "workLocation")]
        url = web_address(said(row, "url")) or web_address(said(detail, "url"))
        return RemotePosition(
            id=id,
            title=said(detail, "name") or said(row, "name") or "",
            url=url or f"https://ats.rippling.com/{self.config['slug']}/jobs/{id}",
            department=said(row, "department", "label") or said(detail, "department", "name"),
            locations=places(*named),
            workplace=_workplace(named),
            # the label is a code such as SALARIED_FT, and the id, of all things, what people read
            employment_type=text.employment_type(
                [said(detail, "employmentType", name) for name in ("label", "id")] + values(detail, "employmentType")
            ),
            description_html=_description(detail.get("description")),
            posted_at=text.moment(said(detail, "createdOn")),
            salary=_salary(parts(detail, "payRangeDetails")),
            company=said(detail, "companyName"),
            version=_version(rows),
        )


def _id(row: Row) -> str:
    return (said(row, "uuid") or "").strip()


def _version(rows: list[Row]) -> str:
    """What the list says of a job, as it holds no date of change."""
    said_of = [
        (said(row, "name"), said(row, "department", "label"), said(row, "url"), _labels(row, "workLocation"))
        for row in rows
    ]
    return digest(sorted(map(str, said_of)))


def _labels(row: Row, name: str) -> list[str]:
    """What places are called: the list has objects with a label, the details plain texts."""
    found = [said(each, "label") or said(each, "name") or as_text(each) for each in values(row, name)]
    return list(dict.fromkeys(label for label in found if label))


def _workplace(named: list[str]) -> text.Workplace | None:
    """How one works, where all the places say the same."""
    models = {work_model(label) for label in named}
    return models.pop() if len(models) == 1 else None


def _description(given: Any) -> str | None:
    """The company first, as on the job's page, then the role."""
    if not isinstance(given, dict):
        return text.unescape(as_text(given))
    names = dict.fromkeys(("company", "role", *given))
    return text.sections((None, text.unescape(said(given, name))) for name in names)


def _salary(bands: list[Row]) -> Salary | None:
    """From the lowest to the highest of the bands, which differ by place, in the unit of the first."""
    units = [(text.currency(said(band, "currency")), text.interval(said(band, "frequency"))) for band in bands]
    same = [band for band, unit in zip(bands, units, strict=True) if unit == units[0]]
    lows, highs = ([n for band in same if (n := text.number(band.get(key)))] for key in ("rangeStart", "rangeEnd"))
    if not lows and not highs:
        return None
    return Salary(min(lows, default=None), max(highs, default=None), *units[0])
