"""Greenhouse. Facts: https://developers.greenhouse.io/job-board.html (the public Job Board API)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import Limits, need
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Label, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.i18n import N_

GREENHOUSE = ATS("greenhouse", "Greenhouse", merge_slug="greenhouse", website="https://www.greenhouse.com")
# Custom fields have the names that each customer gave them.
EMPLOYMENT = re.compile(r"employment|\btype\b", re.I)
WORKPLACE = re.compile(r"work ?place|location type|work (?:type|model|mode|arrangement)|remote", re.I)
PEOPLE = re.compile(r"recruiter|sourcer|coordinator|manager|owner|contact|e-?mail|phone", re.I)
PER = re.compile(r"\b(hourly|daily|weekly|monthly|yearly|annual(?:ly)?|annum|per (?:hour|day|week|month|year|annum))\b")


class GreenhouseCareers(Connector):
    """The job board, in one answer."""

    slug = "greenhouse-careers"
    ats = GREENHOUSE
    way_in = N_("By the job board")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the board shows it.")
    fields = (
        Field(
            "token",
            N_("Board token"),
            N_(
                "The part behind greenhouse.io/ in the address of your job board. On a careers page of your own, it "
                "stands behind for= where the board is embedded. You can paste the whole address."
            ),
            example="northwind",
            pattern=r"[A-Za-z0-9_-]{1,64}",
        ),
    )
    # Boards of the EU (job-boards.eu.greenhouse.io) are answered by the same host.
    hosts = ("boards-api.greenhouse.io",)
    addresses = (
        r"https://(?:job-)?boards(?:\.eu)?\.greenhouse\.io/embed/[a-z_/]+\?(?:[^#]*&)?for=(?P<token>[\w-]+)(?:&[^#]*)?",
        r"https://(?:job-)?boards(?:\.eu)?\.greenhouse\.io/(?!embed(?:[/?]|$))(?P<token>[\w-]+)",
        r"https://boards-api\.greenhouse\.io/v1/boards/(?P<token>[\w-]+)",
    )
    shown_as = "job-boards.greenhouse.io/{token}"
    limits = Limits(mib=64)  # one answer holds every job with its whole description
    quirks = (
        N_("A job that is posted once per place stands in Greenhouse, and here, once per place."),
        N_("Where a job has several pay ranges, the lowest and the highest figure are shown."),
        N_("The kind of employment is known only where your board publishes a custom field that says it."),
    )
    revoke = N_("Nothing to revoke: the job board is public.")

    def account(self) -> RemoteAccount:
        """The board's name and how many jobs it shows."""
        name = text.one_line(str(self._get("").json().get("name") or ""))
        jobs = [row for row in self._jobs({}) if not _is_prospect(row)]
        return RemoteAccount(self.config["token"].lower(), name, len(jobs))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Everything is in one answer; there are no pages."""
        rows = self._jobs({"content": "true", "pay_transparency": "true"})
        self.listed = len(rows)
        for row in rows:
            id, title, version = str(row.get("id") or ""), str(row.get("title") or ""), row.get("updated_at")
            if _is_prospect(row):
                self.withhold(id, "prospect", title)
            elif version and known.get(id) == version:
                yield Unchanged(id)
            else:
                yield _position(id, title, row)

    def _jobs(self, params: dict[str, str]) -> list[dict[str, Any]]:
        page = self._get("/jobs", params=params).json()
        rows, total = need(self.ats.name, page, "jobs"), need(self.ats.name, page, "meta", dict).get("total")
        if total != len(rows):
            raise UnexpectedAnswer(
                N_("%(ats)s declared %(total)s positions, but sent %(sent)s."),
                ats=self.ats.name,
                total=total,
                sent=len(rows),
            )
        return rows

    def _get(self, path: str, **options: Any) -> Any:
        return self.http.get(f"https://boards-api.greenhouse.io/v1/boards/{self.config['token']}{path}", **options)


def _is_prospect(row: dict[str, Any]) -> bool:
    """A post that stands for no job, to collect people who are interested."""
    return "internal_job_id" in row and row["internal_job_id"] is None


def _position(id: str, title: str, row: dict[str, Any]) -> RemotePosition:
    said, custom = (row.get("location") or {}).get("name"), _custom(row.get("metadata"))
    content = row.get("content") or ""
    return RemotePosition(
        id=id,
        title=title,
        url=row.get("absolute_url"),
        apply_url=row.get("absolute_url"),
        department=next((d.get("name") for d in row.get("departments") or [] if d.get("id") != 0), None),
        # Offices repeat the place in other words; where the place says "Hybrid" only, they are the places.
        locations=places(said) or places(*(o.get("location") or o.get("name") for o in row.get("offices") or [])),
        workplace=next(
            (w for label in custom if WORKPLACE.search(label.name) and (w := text.workplace(label.value))), None
        )
        or work_model(said),
        employment_type=_employment(custom),
        description_html=content if "<" in content else html.unescape(content),
        posted_at=text.moment(row.get("first_published")),
        updated_at=text.moment(row.get("updated_at")),
        closes_at=text.moment(row.get("application_deadline")),
        language=row.get("language") or None,
        requisition=row.get("requisition_id") or None,
        salary=_salary(row.get("pay_input_ranges") or []),
        company=row.get("company_name"),
        labels=custom,
        version=row.get("updated_at"),
    )


def _custom(metadata: list[dict[str, Any]] | None) -> tuple[Label, ...]:
    """The custom fields that are text, a number or a choice and name no person."""
    labels = []
    for field in metadata or []:
        name, value = str(field.get("name") or "").strip(), field.get("value")
        if not name or PEOPLE.search(name) or field.get("value_type") == "user":
            continue
        if isinstance(value, bool):
            value = "Yes" if value else "No"
        elif isinstance(value, list):
            value = ", ".join(v for v in value if isinstance(v, str))
        if isinstance(value, str | int | float) and str(value).strip():
            labels.append(Label(name, str(value).strip()))
    return tuple(labels)


def _employment(custom: tuple[Label, ...]) -> Any:
    """What a field such as "Employment Type" says; a "Type" that says something else is no kind of employment."""
    kinds = {
        label.name: text.employment_type(label.value)
        for label in custom
        if EMPLOYMENT.search(label.name) and not WORKPLACE.search(label.name)
    }
    plain = next((kind for kind in kinds.values() if kind not in (None, "other")), None)
    return plain or next((kind for name, kind in kinds.items() if "employment" in name.lower()), None)


def _salary(ranges: list[dict[str, Any]]) -> Salary | None:
    """The span of all ranges of a job, if they are in one currency; what it is per only where a title says so."""
    lows = [cents / 100 for r in ranges if (cents := text.number(r.get("min_cents"))) is not None]
    highs = [cents / 100 for r in ranges if (cents := text.number(r.get("max_cents"))) is not None]
    currencies = {text.currency(r.get("currency_type")) for r in ranges}
    if len(currencies) != 1 or not lows + highs:
        return None
    said = {match[1] if (match := PER.search(str(r.get("title") or "").lower())) else None for r in ranges}
    per = text.interval(said.pop()) if len(said) == 1 else None
    return Salary(min(lows, default=None), max(highs, default=None), currencies.pop(), per)
