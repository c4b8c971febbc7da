"""Greenhouse. Facts: https://developers.greenhouse.io/job-board.html (the public Job Board API) and
https://harvestdocs.greenhouse.io (Harvest v3, with OAuth credentials)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any

from requests.utils import parse_header_links

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import CredentialsRejected, UnexpectedAnswer
from webapp.connectors._http import Answer, Limits
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Label, Location, Reason, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.connectors._rows import Row, as_text, flag, part, parts, said, values
from webapp.i18n import N_

GREENHOUSE = ATS("greenhouse", "Greenhouse", merge_slug="greenhouse", website="https://www.greenhouse.com")
# Custom fields have the names that each customer gave them.
EMPLOYMENT = re.compile(r"employment|\btype\b", re.I)
WORKPLACE = re.compile(r"work ?place|location type|work (?:type|model|mode|arrangement)|remote", re.I)
PEOPLE = re.compile(r"recruiter|sourcer|coordinator|manager|owner|contact|e-?mail|phone", re.I)
PER = re.compile(r"\b(hourly|daily|weekly|monthly|yearly|annual(?:ly)?|annum|per (?:hour|day|week|month|year|annum))\b")
HARVEST = "https://harvest.greenhouse.io/v3"
#: The lists that are read, and those without which something is left out.
NEEDED = ("job_posts", "job_post_locations", "jobs", "departments", "offices")
OPTIONAL = ("job_board_custom_locations", "pay_input_ranges")
#: How many ids one question of Harvest may name.
MANY = 50
Lists = dict[str, dict[str, list[Row]]]
BOARD = re.compile(r"https://(?:job-)?boards(?:\.eu)?\.greenhouse\.io/(?!embed/)([\w-]+)/")
RANGES = N_("Where a job has several pay ranges, the lowest and the highest figure are shown.")
PER_PLACE = N_("A job that is posted once per place stands in Greenhouse, and here, once per place.")


class Greenhouse(Connector):
    """Harvest v3: the live job posts, and from lists of their own what belongs to each."""

    slug = "greenhouse"
    ats = GREENHOUSE
    way_in = N_("With API credentials")
    about = N_("Reads the posts of internal job boards too, by Harvest v3.")
    fields = (
        Field(
            "client_id",
            N_("Client ID"),
            N_(
                "In Greenhouse: Configure › Dev Center › API Credential Management, create a credential for Harvest V3 "
                "(OAuth) with the permissions that are named here."
            ),
            example="d2f1c0b9a8e7f6d5",
            pattern=r"[^\s:]+",
        ),
        Field(
            "client_secret",
            N_("Client secret"),
            N_("Shown once, when the credential is created: Configure › Dev Center › API Credential Management."),
            example="q7xW2mZ8cR5tB1yV4kN9",
            pattern=r"\S+",
            secret=True,
        ),
        Field(
            "user_id",
            N_("User ID"),
            N_(
                "The number of the Greenhouse user in whose name Berth reads, a Site Admin. It stands in the address "
                "when you open the user under Configure › Users."
            ),
            example="4012345",
            pattern=r"\d{1,18}",
        ),
    )
    hosts = ("auth.greenhouse.io", "harvest.greenhouse.io")
    shown_as = "app.greenhouse.io/people/{user_id}"
    scopes = tuple(f"harvest:{name}:list" for name in (*NEEDED, *OPTIONAL))
    limits = Limits(requests=50, seconds=30, mib=64)  # a page holds 500 posts with their whole descriptions
    quirks = (
        PER_PLACE,
        N_("A job that is posted on an internal board as well is shown once for each board."),
        N_("Posts of confidential jobs are never shown."),
        N_("Pay and places of the board's own list are left out where the credential may not read them."),
        RANGES,
    )
    revoke = N_("In Greenhouse: Configure › Dev Center › API Credential Management, revoke the credential.")

    def account(self) -> RemoteAccount:
        """Whether the credential may list posts, and the board that the first of them stands on."""
        self._sign_in()
        rows = next(self._pages("job_posts", live="true", per_page="1"))
        board = next((m[1].lower() for row in rows if (m := BOARD.match(_address(row) or ""))), None)
        return RemoteAccount(board, None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page: the posts, then what other lists say of them."""
        self._sign_in()
        for posts in self._pages("job_posts", live="true"):
            self.listed += len(posts)
            beside = self._beside(posts)
            for post in posts:
                job = _one(beside["jobs"], said(post, "job_id"))
                if reason := _reason(post, job):
                    self.withhold(said(post, "id"), reason, said(post, "title"))
                else:
                    yield _post(post, job, beside)

    def _beside(self, posts: list[Row]) -> Lists:
        """The rows of the other lists that belong to these posts, by what they are looked up by."""
        where = self._rows("job_post_locations", posts, "id", "job_post_ids")
        pay = self._rows("pay_input_ranges", posts, "id", "job_post_ids")
        jobs = self._rows("jobs", posts, "job_id")
        offices = [*where, *({"office_id": id} for job in jobs for id in values(job, "office_ids"))]
        return {
            "job_post_locations": _by(where, "job_post_id"),
            "pay_input_ranges": _by(pay, "job_post_id"),
            "jobs": _by(jobs, "id"),
            "departments": _by(self._rows("departments", jobs, "department_id"), "id"),
            "offices": _by(self._rows("offices", offices, "office_id"), "id"),
            "custom": _by(self._rows("job_board_custom_locations", where, "custom_location_id"), "id"),
        }

    def _sign_in(self) -> None:
        form = {"grant_type": "client_credentials", "sub": self.config["user_id"]}
        auth = (self.config["client_id"], self.config["client_secret"])
        answer = self.http.post("https://auth.greenhouse.io/token", data=form, auth=auth, allow=(400,))
        if answer.status == 400:
            raise CredentialsRejected(N_("%(ats)s does not accept these credentials."), ats=self.ats.name)
        if not (token := said(answer.json(), "access_token")):
            raise answer.unexpected()
        self._headers = {"Authorization": f"Bearer {token}"}

    def _rows(self, name: str, of: list[Row], key: str, by: str = "ids") -> list[Row]:
        """The rows of a list that these others name, a number of them at a time."""
        ids = list(_by(of, key))
        queries = ({by: ",".join(ids[at : at + MANY])} for at in range(0, len(ids), MANY))
        return [row for query in queries for page in self._pages(name, **query) for row in page]

    def _pages(self, name: str, **query: str) -> Iterator[list[Row]]:
        """Every page of a list; the address of the next one stands in a header, its query complete."""
        address, seen, params = f"{HARVEST}/{name}", set[str](), {"per_page": "500", **query}
        while address := self.http.follow(address, seen) or "":
            without = (403, 404) if name in OPTIONAL else ()
            answer = self.http.get(address, params=params, headers=self._headers, allow=without)
            if answer.status in without:
                return
            yield answer.rows(answer.json(list))
            links = parse_header_links(answer.headers.get("Link") or "")
            address, params = next((link["url"] for link in links if link.get("rel") == "next"), ""), {}


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
        PER_PLACE,
        RANGES,
        N_("The kind of employment is known only where your board publishes a custom field that says it."),
    )
    revoke = N_("Nothing to revoke: the job board is public.")

    def account(self) -> RemoteAccount:
        """The board's name and how many jobs it shows."""
        name = text.one_line(said(self._get("").json(), "name") or "")
        jobs = [row for row in self._jobs({}) if not _is_prospect(row)]
        return RemoteAccount(self.config["token"].lower(), name, len(jobs))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Everything is in one answer; there are no pages."""
        rows = self._jobs({"content": "true", "pay_transparency": "true"})
        self.listed = len(rows)
        for row in rows:
            id, version = said(row, "id") or "", said(row, "updated_at")
            if _is_prospect(row):
                self.withhold(id, "prospect", said(row, "title"))
            elif version and known.get(id) == version:
                yield Unchanged(id)
            else:
                yield _position(row)

    def _jobs(self, params: dict[str, str]) -> list[Row]:
        answer = self._get("/jobs", params=params)
        page = answer.json()
        rows, total = answer.rows(page, "jobs"), part(page, "meta").get("total")
        if total != len(rows) and (total is not None or not rows):
            wrong = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(wrong, ats=self.ats.name, total=total, sent=len(rows))
        return rows

    def _get(self, path: str, **options: Any) -> Answer:
        return self.http.get(f"https://boards-api.greenhouse.io/v1/boards/{self.config['token']}{path}", **options)


def _by(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        if value := said(row, key):
            found.setdefault(value, []).append(row)
    return found


def _one(rows: dict[str, list[Row]], id: str | None) -> Row:
    return rows.get(id or "", [{}])[0]


def _reason(post: Row, job: Row) -> Reason | None:
    """Why a post is not shown; the list is asked for live ones, which need not be heeded."""
    if flag(post, "live") is False or flag(post, "active") is False:
        return "closed" if said(post, "first_published_at") else "draft"
    if _is_prospect(post, "job_id"):
        return "prospect"
    if flag(job, "confidential"):
        return "confidential"
    return "closed" if said(job, "status") == "closed" else None


def _address(post: Row) -> str | None:
    return said(post, "public_url") or said(post, "absolute_url")


def _post(post: Row, job: Row, beside: Lists) -> RemotePosition:
    id, inside = said(post, "id") or "", flag(post, "internal") is True and flag(post, "external") is not True
    offices = [_one(beside["offices"], as_text(office)) for office in values(job, "office_ids")]
    where = [_place(row, beside) for row in beside["job_post_locations"].get(id, [])]
    named = [name for name in where or [said(post, "location", "name")] if name]
    return RemotePosition(
        id=id,
        title=said(post, "title") or "",
        url=_address(post),
        apply_url=_address(post),
        department=said(_one(beside["departments"], said(job, "department_id")), "name"),
        locations=_places(named, offices),
        workplace=work_model("; ".join(named)),
        employment_type=text.employment_type(said(job, "custom_fields", "employment_type", "value")),
        description_html=text.unescape((said(post, "internal_content") if inside else None) or said(post, "content")),
        posted_at=text.moment(said(post, "first_published_at")),
        updated_at=text.moment(said(post, "updated_at")),
        language=said(post, "language"),
        requisition=said(job, "requisition_id"),
        salary=_salary(beside["pay_input_ranges"].get(id, [])),
        visibility="internal" if inside else "public",
    )


def _place(row: Row, beside: Lists) -> str | None:
    """One place of a post: its own words, an entry of the board's list, or an office."""
    custom = _one(beside["custom"], said(row, "custom_location_id"))
    office = _one(beside["offices"], said(row, "office_id"))
    return said(row, "plain_text_location") or said(custom, "value") or _office(office)


def _office(office: Row) -> str | None:
    return said(office, "location") or said(office, "location", "name") or said(office, "name")


def _places(named: Iterable[str | None], offices: Iterable[Row]) -> tuple[Location, ...]:
    """Offices repeat the place in other words; where the place says "Hybrid" only, they are the places."""
    return places(*named) or places(*map(_office, offices))


def _is_prospect(row: Row, job: str = "internal_job_id") -> bool:
    """A post that stands for no job, to collect people who are interested."""
    return job in row and row[job] is None


def _position(row: Row) -> RemotePosition:
    named = said(row, "location", "name") or said(row, "location")
    custom, content = _custom(parts(row, "metadata")), said(row, "content") or ""
    departments = [each for each in parts(row, "departments") if each.get("id") != 0]
    models = (text.workplace(label.value) for label in custom if WORKPLACE.search(label.name))
    return RemotePosition(
        id=said(row, "id") or "",
        title=said(row, "title") or "",
        url=said(row, "absolute_url"),
        apply_url=said(row, "absolute_url"),
        department=said(departments[0], "name") if departments else None,
        locations=_places([named], parts(row, "offices")),
        workplace=next(filter(None, models), None) or work_model(named),
        employment_type=_employment(custom),
        description_html=content if "<" in content else html.unescape(content),
        posted_at=text.moment(said(row, "first_published")),
        updated_at=text.moment(said(row, "updated_at")),
        closes_at=text.moment(said(row, "application_deadline")),
        language=said(row, "language"),
        requisition=said(row, "requisition_id"),
        salary=_salary(parts(row, "pay_input_ranges")),
        company=said(row, "company_name"),
        labels=custom,
        version=said(row, "updated_at"),
    )


def _custom(metadata: list[Row]) -> tuple[Label, ...]:
    """The custom fields that are text, a number or a choice and name no person."""
    labels = []
    for field in metadata:
        name, value = (said(field, "name") or "").strip(), field.get("value")
        if not name or PEOPLE.search(name) or field.get("value_type") == "user":
            continue
        if isinstance(value, bool):
            value = "Yes" if value else "No"
        elif isinstance(value, list):
            value = ", ".join(each for each in value if isinstance(each, str))
        if choice := as_text(value):
            labels.append(Label(name, choice.strip()))
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


def _salary(ranges: list[Row]) -> Salary | None:
    """The span of all ranges of a job, if they are in one currency; what it is per only where a title says so."""
    lows = [cents / 100 for each in ranges if (cents := text.number(each.get("min_cents"))) is not None]
    highs = [cents / 100 for each in ranges if (cents := text.number(each.get("max_cents"))) is not None]
    currencies = {text.currency(said(each, "currency_type")) for each in ranges}
    if len(currencies) != 1 or not lows + highs:
        return None
    periods = {match[1] if (match := PER.search((said(each, "title") or "").lower())) else None for each in ranges}
    per = text.interval(periods.pop()) if len(periods) == 1 else None
    return Salary(min(lows, default=None), max(highs, default=None), currencies.pop(), per)
