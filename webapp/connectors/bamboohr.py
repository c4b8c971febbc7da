"""BambooHR. Facts: https://documentation.bamboohr.com/reference/get-job-summaries and the careers page's own JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import AccountNotFound, ConnectorError, PermissionMissing, UnexpectedAnswer
from webapp.connectors._http import Answer, need
from webapp.connectors._places import town
from webapp.connectors._records import Label, Location, Reason, RemoteAccount, RemotePosition, Unchanged
from webapp.connectors._rows import Row, digest, flag, part, said
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
WITHHELD |= {"deleted": "closed"}
WORKPLACES: dict[str, text.Workplace] = {"0": "on_site", "1": "remote", "2": "hybrid"}
PAY = N_("Pay is a free text in BambooHR and is shown as it is.")
Shown = dict[str, Row]
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
        total = need(self.ats.name, part(answer.json(), "meta"), "totalCount", int)
        if total < len(rows):
            raise answer.unexpected()
        return {self._number(row): row for row in rows}, total

    def _opening(self, id: str) -> Row | None:
        """The page of one opening; `None` where BambooHR says, in JSON, that there is none."""
        answer = self._public(f"careers/{id}/detail", allow=(404, 410))
        if answer.status in (404, 410):
            if answer.body.lstrip().startswith(b"<"):  # not this opening is gone, but the whole address
                raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=self.ats.name)
            return None
        return need(self.ats.name, answer.json().get("result"), "jobOpening", dict)

    def _name(self) -> str | None:
        try:
            return said(self._public("careers/company-info").json(), "result", "name")
        except ConnectorError:  # the account itself has been read by now; its name is a courtesy
            return None

    def _number(self, row: object) -> str:
        """The id, which comes as a number or as a text and becomes part of an address."""
        id = (said(row, "id") or "").strip()
        if not re.fullmatch(r"[0-9]{1,18}", id):
            raise UnexpectedAnswer(N_("The ATS sent a position without an id or a title."))
        return id

    def _position(self, id: str, facts: Row, opening: Row | None, public: bool) -> RemotePosition:
        whole = facts | {key: value for key, value in (opening or {}).items() if value not in (None, "")}
        careers = (said(whole, "jobOpeningShareUrl") or self._address(f"careers/{id}")) if public else None
        remote = flag(facts, "isRemote") or said(facts, "address", "name") == "Remote Worker"
        return RemotePosition(
            id=id,
            title=said(facts, "jobOpeningName") or "",
            url=careers or said(facts, "postingUrl"),
            apply_url=careers,
            department=said(whole, "departmentLabel"),
            locations=_places(said(facts, "place"), facts, opening),
            workplace=WORKPLACES.get(said(whole, "locationType") or "") or ("remote" if remote else None),
            employment_type=text.employment_type(said(whole, "employmentStatusLabel")),
            description_html=text.unescape(said(whole, "description")),
            posted_at=text.moment(facts.get("postedDate") or whole.get("datePosted")),
            visibility="public" if public else "internal",
            # Pay is a free text ("$28 - $35/DOE and shift"): shown as one, not taken apart.
            labels=tuple(Label(name, value) for name, key in LABELS.items() if (value := said(whole, key))),
            version=digest(facts) if opening else None,
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

    def _opened(self) -> list[Row]:
        """The open rows; the others are withheld. Ids of statuses differ between companies, their labels do not."""
        address = self._address("api/v1/applicant_tracking/jobs")
        params = {"statusGroups": "Open", "sortBy": "created", "sortOrder": "DESC"}
        try:
            answer = self.http.get(address, params=params, auth=(self.config["api_key"], "x"))
        except AccountNotFound:  # also the answer to a key whose user has no access to hiring
            raise AccountNotFound(N_("BambooHR knows no such account, or shows this key no job openings.")) from None
        opened, ids = [], set()
        for row in answer.json(list):
            id, status = self._number(row), (said(row, "status", "label") or "").strip()
            if not status:
                raise answer.unexpected()
            ids.add(id)
            if status.lower() == "open":
                opened.append(row)
            else:
                self.withhold(id, WITHHELD.get(status.lower(), "unlisted"), said(row, "title", "label"))
        self.listed = len(ids)
        return opened

    def _shown(self) -> Shown | None:
        """What stands on the careers page; `None` where it is off or incomplete, and each job has to be asked for."""
        try:
            rows, total = self._listing()
        except (AccountNotFound, PermissionMissing):
            return None
        return rows if len(rows) == total else None

    def _item(self, row: Row, shown: Shown | None, known: dict[str, str]) -> RemotePosition | Unchanged:
        id = self._number(row)
        listed = id in (shown or {})
        facts = (shown or {}).get(id, {}) | {
            "jobOpeningName": said(row, "title", "label"),
            "place": said(row, "location", "label"),
            "address": part(row, "location", "address"),
            "postedDate": row.get("postedDate"),
            "postingUrl": row.get("postingUrl"),
            "listed": listed,
        }
        if department := said(row, "department", "label"):
            facts["departmentLabel"] = department
        if known.get(id) == digest(facts):
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
        rows, total = self._listing()
        self.listed = total - len(rows)  # declared and not there: it shows at the end that they are missing
        lines = (Listed(id, digest(row), said(row, "jobOpeningName"), row) for id, row in rows.items())
        yield from self.opened(lines, known, lambda row: self._opening(self._number(row)), self._shown)

    def _shown(self, row: Row, opening: Row) -> RemotePosition | None:
        id, status = self._number(row), (said(opening, "jobOpeningStatus") or "Open").strip().lower()
        if status != "open":
            return self.withhold(id, WITHHELD.get(status, "unlisted"), said(row, "jobOpeningName"))
        return self._position(id, row, opening, public=True)


def _places(name: str | None, *sources: object) -> tuple[Location, ...]:
    """One place out of several objects, each of which may be filled while the others are `null`."""
    city = region = country = None
    for place in (part(source, key) for source in sources for key in ("address", "location", "atsLocation")):
        here = text.one_line(said(place, "city") or "")
        if city and here and here != city:
            continue  # another place: its region and country are not those of the first
        city = city or town(here)
        region = region or said(place, "state") or said(place, "province")
        country = country or text.country(said(place, "addressCountry") or said(place, "country"))
    found = Location(name, city, region, country)
    return (found,) if found != Location() else ()
