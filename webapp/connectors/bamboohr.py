"""BambooHR. Facts: https://documentation.bamboohr.com/reference/get-job-summaries and the careers page's own JSON."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import AccountNotFound, ConnectorError, PermissionMissing, UnexpectedAnswer
from webapp.connectors._http import Answer, need
from webapp.connectors._records import Label, Location, Reason, RemoteAccount, RemotePosition, Unchanged
from webapp.i18n import N_

BAMBOOHR = ATS("bamboohr", "BambooHR", order=1, merge_slug="bamboohr", website="https://www.bamboohr.com")
SUBDOMAIN = Field(
    "subdomain",
    N_("Account name"),
    N_("The part before .bamboohr.com in the address you sign in at."),
    example="northwind",
    pattern=r"(?!(?:api|app|www|help|static|documentation|developers|localhost)$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    lower=True,
)
WITHHELD: dict[str, Reason] = {"draft": "draft", "on hold": "closed", "filled": "closed", "canceled": "closed"}
WITHHELD |= {"deleted": "closed", "gone": "closed"}
WORKPLACES: dict[str, text.Workplace] = {"0": "on_site", "1": "remote", "2": "hybrid"}
PAY = N_("Pay is a free text in BambooHR and is shown as it is.")
Shown = dict[str, dict[str, Any]]
LABELS = {"Compensation": "compensation", "Minimum experience": "minimumExperience"}


class _CareersPage(Connector):
    """What both ways in read of the careers page; no credential is ever sent to it."""

    ats = BAMBOOHR
    hosts = ("{subdomain}.bamboohr.com",)
    addresses = (r"https://(?P<subdomain>[A-Za-z0-9-]+)\.bamboohr\.com",)

    def _address(self, path: str) -> str:
        return f"https://{self.config['subdomain']}.bamboohr.com/{path}"

    def _public(self, path: str, allow: tuple[int, ...] = ()) -> Answer:
        answer = self.http.get(self._address(path), allow=(401, 403, *allow))
        if answer.status in (401, 403):
            raise PermissionMissing(N_("%(ats)s does not show this page to the public."), ats=self.ats.name)
        return answer

    def _listing(self) -> tuple[Shown, int]:
        """id → row of the careers page, and how many it declares: fewer rows, or one twice, is a partial list."""
        answer = self._public("careers/list")
        rows = need(self.ats.name, answer.json(), "result")
        total = need(self.ats.name, answer.json().get("meta"), "totalCount", int)
        if total < len(rows):
            raise answer.unexpected()
        return {self._number(row): row for row in rows}, total

    def _opening(self, id: str) -> dict[str, Any] | None:
        """The page of one opening; `None` where BambooHR says, in JSON, that there is none."""
        answer = self._public(f"careers/{id}/detail", allow=(404, 410))
        if answer.status in (404, 410):
            if answer.body.lstrip().startswith(b"<"):  # not this opening is gone, but the whole address
                raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=self.ats.name)
            return None
        return need(self.ats.name, answer.json().get("result"), "jobOpening", dict)

    def _name(self) -> str | None:
        try:
            return _said(_at(self._public("careers/company-info").json(), "result", "name"))
        except ConnectorError:  # the account itself has been read by now; its name is a courtesy
            return None

    def _number(self, row: Any) -> str:
        """The id, which comes as a number or as a text and becomes part of an address."""
        id = str(_at(row, "id")).strip()
        if not re.fullmatch(r"[0-9]{1,18}", id):
            raise UnexpectedAnswer(N_("The ATS sent a position without an id or a title."))
        return id

    def _position(self, id: str, facts: dict[str, Any], opening: dict[str, Any] | None, public: bool) -> RemotePosition:
        said = facts | {key: value for key, value in (opening or {}).items() if value not in (None, "")}
        careers = (_said(said.get("jobOpeningShareUrl")) or self._address(f"careers/{id}")) if public else None
        remote = facts.get("isRemote") in (1, "1") or _at(facts, "address", "name") == "Remote Worker"
        return RemotePosition(
            id=id,
            title=_said(facts.get("jobOpeningName")) or "",
            url=careers or _said(facts.get("postingUrl")),
            apply_url=careers,
            department=_said(said.get("departmentLabel")),
            locations=_places(facts.get("place"), facts, opening),
            workplace=WORKPLACES.get(str(said.get("locationType"))) or ("remote" if remote else None),
            employment_type=text.employment_type(said.get("employmentStatusLabel")),
            description_html=text.unescape(str(said.get("description") or "")),
            posted_at=text.moment(facts.get("postedDate") or said.get("datePosted")),
            visibility="public" if public else "internal",
            # Pay is a free text ("$28 - $35/DOE and shift"): shown as one, not taken apart.
            labels=tuple(Label(name, value) for name, key in LABELS.items() if (value := _said(said.get(key)))),
            version=_version(facts) if opening else None,
        )


class BambooHR(_CareersPage):
    """The official API, with an API key; what it does not say comes from the careers page."""

    slug = "bamboohr"
    way_in = N_("With an API key")
    about = N_("Reads every open job, also those that are not on the careers page, and what the careers page adds.")
    fields = (
        SUBDOMAIN,
        Field(
            "api_key",
            N_("API key"),
            N_("In BambooHR: your picture › API Keys › Add New Key › Generate Key, as a user who sees job openings."),
            example="3f9a1c5e7b2d4068a1b3c5d7e9f0123456789abc",
            pattern=r"[^\s:]+",
            secret=True,
        ),
    )
    shown_as = "{subdomain}.bamboohr.com"
    quirks = (
        N_("An open job that is not on the careers page is an internal one, and comes without a description."),
        N_("BambooHR does not say when a description was changed; Berth reads all of them once a day."),
        PAY,
    )
    revoke = N_("In BambooHR: your picture › API Keys, delete the key.")

    def account(self) -> RemoteAccount:
        """Whether the key may read job openings, how many are open, and the account's name."""
        opened = self._opened()
        return RemoteAccount(self.config["subdomain"], self._name(), len(opened))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """One list without pages, held against the careers page; descriptions for new and changed jobs only."""
        opened = self._opened()
        shown = self._shown() if opened else {}
        yield from self.http.each(lambda row: self._item(row, shown, known), opened)

    def _opened(self) -> list[Any]:
        """The open rows; the others are withheld. Ids of statuses differ between companies, their labels do not."""
        address = self._address("api/v1/applicant_tracking/jobs")
        params = {"statusGroups": "Open", "sortBy": "created", "sortOrder": "DESC"}
        try:
            answer = self.http.get(address, params=params, auth=(self.config["api_key"], "x"))
        except AccountNotFound:  # also the answer to a key whose user has no access to hiring
            raise AccountNotFound(N_("BambooHR knows no such account, or shows this key no job openings.")) from None
        opened, ids = [], set()
        for row in answer.json(list):
            id, status = self._number(row), _said(_at(row, "status", "label"))
            if not status:
                raise answer.unexpected()
            ids.add(id)
            if status.lower() == "open":
                opened.append(row)
            else:
                self.withhold(id, WITHHELD.get(status.lower(), "unlisted"), _said(_at(row, "title", "label")))
        self.listed = len(ids)
        return opened

    def _shown(self) -> Shown | None:
        """What stands on the careers page; `None` where it is off or incomplete, and each job has to be asked for."""
        try:
            rows, total = self._listing()
        except (AccountNotFound, PermissionMissing):
            return None
        return rows if len(rows) == total else None

    def _item(self, row: dict[str, Any], shown: Shown | None, known: dict[str, str]) -> RemotePosition | Unchanged:
        id = self._number(row)
        listed = id in (shown or {})
        facts = (shown or {}).get(id, {}) | {
            "jobOpeningName": _at(row, "title", "label"),
            "place": _at(row, "location", "label"),
            "address": _at(row, "location", "address"),
            "postedDate": row.get("postedDate"),
            "postingUrl": row.get("postingUrl"),
            "listed": listed,
        }
        if department := _at(row, "department", "label"):
            facts["departmentLabel"] = department
        if known.get(id) == _version(facts):
            return Unchanged(id)
        try:
            opening = self._opening(id) if listed or shown is None else None
        except AccountNotFound:  # the careers page is off
            opening = None
        return self._position(id, facts, opening, public=listed or opening is not None)


class BambooHRCareers(_CareersPage):
    """What the careers page itself shows: a list, and a page for each job."""

    slug = "bamboohr-careers"
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see on the careers page.")
    fields = (SUBDOMAIN,)
    shown_as = "{subdomain}.bamboohr.com/careers"
    quirks = (N_("The list has no dates: a change in a description alone is seen within a day."), PAY)
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The company's name and how many jobs it shows."""
        rows, _total = self._listing()
        return RemoteAccount(self.config["subdomain"], self._name(), len(rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole list at once, then a page for each new or changed job."""
        rows, self.listed = self._listing()
        for item in self.http.each(lambda pair: self._item(*pair, known), rows.items()):
            if item:
                yield item

    def _item(self, id: str, row: dict[str, Any], known: dict[str, str]) -> RemotePosition | Unchanged | None:
        if known.get(id) == _version(row):
            return Unchanged(id)
        opening, title = self._opening(id), _said(row.get("jobOpeningName"))
        status = "gone" if opening is None else _said(opening.get("jobOpeningStatus")) or "Open"
        if status.lower() != "open":
            return self.withhold(id, WITHHELD.get(status.lower(), "unlisted"), title)
        return self._position(id, row, opening, public=True)


def _version(facts: dict[str, Any]) -> str:
    """Nothing in the lists says when a job was changed, so what they say of it is its version."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _places(name: Any, *sources: Any) -> tuple[Location, ...]:
    """One place out of several objects, each of which may be filled while the others are `null`."""
    city = region = country = None
    for place in (_at(source, key) for source in sources for key in ("address", "location", "atsLocation")):
        here = _said(_at(place, "city"))
        if city and here and here != city:
            continue  # another place: its region and country are not those of the first
        city = city or here
        region = region or _said(_at(place, "state")) or _said(_at(place, "province"))
        country = country or text.country(_at(place, "addressCountry") or _at(place, "country"))
    found = Location(_said(name), city, region, country)
    return (found,) if found != Location() else ()


def _said(value: Any) -> str | None:
    return text.one_line(value) if isinstance(value, str) else None


def _at(data: Any, *path: str) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data
