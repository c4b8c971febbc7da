"""Zoho Recruit: the careers site, which has its jobs as JSON in its page, and the API by an OAuth refresh token.

Facts: https://www.zoho.com/recruit/developer-guide/apiv2/get-records.html and .../oauth-overview.html
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import (
    CredentialsRejected,
    PermissionMissing,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.connectors._hosts import HOST, OwnHost
from webapp.connectors._http import PAGES, Limits, need
from webapp.connectors._pages import HTML
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Salary, Unchanged, web_address
from webapp.connectors._rows import Row, digest, flag, part, said
from webapp.connectors._zoho_page import listed, objects, order, stated
from webapp.i18n import N_

ZOHO_RECRUIT = ATS("zoho-recruit", "Zoho Recruit", merge_slug="zoho-recruit", website="https://www.zoho.com/recruit/")
CENTRES = (
    ("com", N_("United States (zoho.com)")),
    ("eu", N_("Europe (zoho.eu)")),
    ("in", N_("India (zoho.in)")),
    ("com.au", N_("Australia (zoho.com.au)")),
    ("jp", N_("Japan (zoho.jp)")),
    ("com.cn", N_("China (zoho.com.cn)")),
)
#: A page of the careers site holds one of these numbers of jobs at most; the list behind it has them all.
FULL, PAGE = (50, 750), 200
TEXT, UNREADABLE = "Job_Description", (301, 302, 303, 307, 308, 403, 404, 410)
MORE = ("Remote_Job", "Job_Description", "State", "Salary", "Currency", "Industry", "Department")
SITE = rf"(?!(?:www|accounts|recruit|help|static)\.zohorecruit\.){HOST}"


class ZohoRecruitCareers(OwnHost):
    """The jobs in the page of the careers site."""

    slug = "zoho-recruit-careers"
    ats = ZOHO_RECRUIT
    way_in = N_("By the careers site")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers site shows it.")
    fields = (
        Field(
            "host",
            N_("Careers site"),
            N_(
                "The host that your careers site opens at, such as northwind.zohorecruit.eu or a domain of your own. "
                "You can paste the whole address."
            ),
            example="northwind.zohorecruit.eu",
            pattern=SITE,
            lower=True,
        ),
    )
    hosts = ("{host}",)
    addresses = (r"https://(?P<host>[a-z0-9-]+\.zohorecruit\.(?:com\.au|com\.cn|com|eu|in|jp))",)
    shown_as = "{host}"
    limits = Limits(mib=16)
    quirks = (
        N_("Only the careers site that is called Careers is read, not further ones of the same account."),
        N_("Zoho writes dates in the form of your account. Where they can be read in two ways, they are left out."),
        N_("Jobs that the careers site shows as filled are not shown here."),
    )
    revoke = N_("Nothing to revoke: the careers site is public.")

    def account(self) -> RemoteAccount:
        """The company's name, as the page's title has it, and how many jobs are open."""
        rows, title = self._page()
        name = re.sub(r"^Jobs at\s+", "", title) if title.startswith("Jobs at ") else None
        still_open = None if len(rows) in FULL else sum(_withheld(row) is None for row in rows)
        return RemoteAccount(re.sub(r"\.zohorecruit\..*", "", self.config["host"]), name, still_open)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The page's jobs, and those that it cannot hold; a list without a column for texts has them on other pages."""
        rows, _title = self._page()
        if len(rows) in FULL:
            there = {said(row, "id") for row in rows}
            rows += [row for row in self._further() if said(row, "id") not in there]
        self.listed += len(rows)
        first = order(rows)
        bare = {id: row for row in rows if _withheld(row) is None and TEXT not in row and (id := said(row, "id"))}
        versions = {id: digest(row) for id, row in bare.items()}
        changed = [id for id in bare if known.get(id) != versions[id]]
        details = dict(zip(changed, self.http.each(self._detail, changed), strict=True))
        for row in rows:
            id = said(row, "id") or ""
            if reason := _withheld(row):
                self.withhold(id, reason, _title_of(row))
            elif id in bare and id not in details:
                yield Unchanged(id)
            else:
                detail = details.get(id, {})
                row = {**row, **detail, "id": id}
                posted = text.moment(said(row, "Date_Opened"), first=first)
                url = web_address(row.get("$url")) or _url(self.config["host"], row)
                version = versions[id] if detail else None
                yield _position(row, url=url, posted_at=posted, salary=_salary(row), version=version)

    def _page(self) -> tuple[list[Row], str]:
        return listed(self.http.get(f"https://{self.config['host']}/jobs/Careers", headers=HTML))

    def _detail(self, id: str) -> Row:
        """What the job's own page says; the job is no less open where that cannot be read."""
        answer = self.http.get(f"https://{self.config['host']}/jobs/Careers/{id}", headers=HTML, allow=UNREADABLE)
        return stated(answer) if answer.status == 200 else {}

    def _further(self) -> list[Row]:
        """The list behind "load more", without which the page may lack some."""
        params = {"pagename": "Careers", "source": "CareerSite", "extra_fields": json.dumps(MORE)}
        url = f"https://{self.config['host']}/recruit/v2/public/Job_Openings"
        answer = self.http.get(url, params=params, allow=(400, 404))
        if answer.status in (400, 404):
            raise UnexpectedAnswer(N_("%(ats)s did not show all the jobs that it lists."), ats=self.ats.name)
        return objects(answer, need(self.ats.name, answer.json(), "data"))


class ZohoRecruit(Connector):
    """The job openings that are in progress and published, by the API."""

    slug = "zoho-recruit"
    ats = ZOHO_RECRUIT
    way_in = N_("By the API")
    about = N_("Reads all job openings that are in progress and published, also when there are very many.")
    fields = (
        Field(
            "dc",
            N_("Data centre"),
            N_("Where your account is: the ending of the address at which you open Zoho Recruit."),
            example="eu",
            choices=CENTRES,
            default="com",
        ),
        Field(
            "client_id",
            N_("Client ID"),
            N_(
                "In the Zoho API console of your data centre, api-console.zoho.com or .eu and so on: add a Self Client."
            ),
            example="1000.ABCDEFGHIJKLMNOPQRSTUVWXYZ0123",
            pattern=r"[A-Za-z0-9._-]{8,200}",
        ),
        Field(
            "client_secret",
            N_("Client secret"),
            N_("Beside the client ID, on the tab Client Secret."),
            example="0123456789abcdef0123456789abcdef0123456789",
            pattern=r"\S{8,200}",
            secret=True,
        ),
        Field(
            "refresh_token",
            N_("Refresh token"),
            N_(
                "On the tab Generate Code, with the scope ZohoRecruit.modules.jobopening.READ, you get a code. Whoever "
                "runs your API clients exchanges it for a refresh token at accounts.zoho.com/oauth/v2/token."
            ),
            example="1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef",
            pattern=r"\S{8,300}",
            secret=True,
        ),
        Field(
            "host",
            N_("Careers site"),
            N_("The host of your careers site, so that positions have an address. Leave it empty if you have none."),
            example="northwind.zohorecruit.eu",
            pattern=SITE,
            required=False,
            lower=True,
        ),
    )
    hosts = ("accounts.zoho.{dc}", "recruit.zoho.{dc}")
    shown_as = "recruit.zoho.{dc}, {client_id}"
    scopes = ("ZohoRecruit.modules.jobopening.READ",)
    limits = Limits(mib=32)
    quirks = (
        N_("Open is what is published and In-progress. A status that you made yourself does not count as open."),
        N_("Zoho does not say whether pay may be shown, so it is not."),
        N_("Zoho keeps twenty refresh tokens for a user: when one more is made, the oldest ends."),
    )
    revoke = N_(
        "In Zoho: Accounts › Security or Sessions › Connected apps, remove the client; or delete it in the API console."
    )
    _token: str | None = None

    def account(self) -> RemoteAccount:
        """Whether the token may read job openings, and how many are open, where they are on one page."""
        rows, more = self._page(1)
        still_open = None if more else sum(_kept_back(row) is None for row in rows)
        return RemoteAccount(None, None, still_open)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page; a page that comes again has ids that were seen."""
        for number in range(1, PAGES + 1):
            rows, more = self._page(number)
            self.listed += len(rows)
            for row in rows:
                if reason := _kept_back(row):
                    self.withhold(said(row, "id"), reason, _title_of(row))
                    continue
                host = self.config.get("host")
                yield _position(
                    row,
                    url=web_address(row.get("$url")) or (_url(host, row) if host else None),
                    posted_at=text.moment(said(row, "Date_Opened")) or text.moment(said(row, "Created_Time")),
                    updated_at=text.moment(said(row, "Modified_Time")),
                    requisition=said(row, "Job_Opening_ID"),
                )
            if not more:
                return
            if not rows:
                break
        raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)

    def _page(self, number: int) -> tuple[list[Row], bool]:
        self._token = self._token or self._sign_in()
        url = f"https://recruit.zoho.{self.config['dc']}/recruit/v2/Job_Openings"
        headers = {"Authorization": f"Zoho-oauthtoken {self._token}"}
        params = {"page": str(number), "per_page": str(PAGE)}
        answer = self.http.get(url, params=params, headers=headers, allow=(401,))
        if answer.status == 401:
            if "SCOPE_MISMATCH" in answer.body[:2000].decode("ascii", "replace"):
                may_not = N_("%(ats)s accepts the credentials, but they may not read open positions.")
                raise PermissionMissing(may_not, ats=self.ats.name)
            raise CredentialsRejected(N_("%(ats)s does not accept these credentials."), ats=self.ats.name)
        if answer.status == 204:  # this is how Zoho says that there are none
            return [], False
        found = answer.json()
        return objects(answer, need(self.ats.name, found, "data")), flag(found, "info", "more_records") is True

    def _sign_in(self) -> str:
        """An access token for an hour. Errors come with the status 200, or with 400."""
        form = {"grant_type": "refresh_token", "refresh_token": self.config["refresh_token"]}
        form |= {"client_id": self.config["client_id"], "client_secret": self.config["client_secret"]}
        answer = self.http.post(f"https://accounts.zoho.{self.config['dc']}/oauth/v2/token", data=form, allow=(400,))
        found = answer.json()
        if error := said(found, "error"):
            if "denied" in error.lower():  # too many tokens in a short time
                wait = N_("%(ats)s asks us to wait before we ask again. Berth does so by itself.")
                raise TemporarilyUnavailable(wait, 600.0, ats=self.ats.name)
            raise CredentialsRejected(N_("%(ats)s does not accept these credentials."), ats=self.ats.name)
        return str(need(self.ats.name, found, "access_token", str))


def _withheld(row: Row) -> Reason | None:
    """Filled jobs stay on the careers site where "Keep on career site" is set; they are locked or not published."""
    if flag(row, "Is_Locked"):
        return "closed"
    if flag(row, "Publish") is False:
        return "closed" if flag(row, "Keep_on_Career_Site") else "unlisted"
    return None


def _kept_back(row: Row) -> Reason | None:
    """A job opening of the API is open while it is in progress and published."""
    status = (said(row, "Job_Opening_Status") or "In-progress").strip().lower().replace("-", " ")
    if status != "in progress":
        return "draft" if status in ("waiting for approval", "draft") else "closed"
    return _withheld(row)


def _title_of(row: Row) -> str:
    return html.unescape(said(row, "Posting_Title") or said(row, "Job_Opening_Name") or "")


def _url(host: str, row: Row) -> str:
    name = re.sub(r"[^\w]+", "-", _title_of(row)).strip("-")
    return f"https://{host}/jobs/Careers/{said(row, 'id') or ''}" + (f"/{name}" if name else "")


def _position(row: Row, **more: Any) -> RemotePosition:
    bodies = [(None, TEXT), ("Requirements", "Requirements"), ("Benefits", "Benefits")]
    return RemotePosition(
        id=said(row, "id") or "",
        title=_title_of(row),
        department=_named(row, "Department") or _named(row, "Department_Name"),
        locations=_places(row),
        workplace="remote" if flag(row, "Remote_Job") else work_model(said(row, "City")),
        employment_type=text.employment_type(said(row, "Job_Type")),
        description_html=text.sections(
            (heading, text.lines(text.unescape(said(row, name)) or "")) for heading, name in bodies
        ),
        category=said(row, "Industry"),
        **more,
    )


def _places(row: Row) -> tuple[Location, ...]:
    """The town, which may be a list of them, or one with its state behind it."""
    state, country = said(row, "State") or "", text.country(said(row, "Country"))
    towns = [piece.strip() for piece in re.split("[,;/]", said(row, "City") or "") if places(piece.strip())]
    while len(towns) > 1 and (towns[-1] == state or re.fullmatch("[A-Z]{2}", towns[-1]) or text.country(towns[-1])):
        towns.pop()
    if len(towns) > 1:  # the state is that of one of them
        return tuple(Location(city=town, country=country) for town in dict.fromkeys(towns))
    place = Location(None, "".join(towns), state if re.search(r"[^\W\d]", state) else None, country)
    return (place,) if place != Location() else ()


def _named(row: Row, name: str) -> str | None:
    """A text, or the name of the record that is looked up."""
    return said(row, name) or said(part(row, name), "name")


def _salary(row: Row) -> Salary | None:
    """Free text: a number or two of them. All else is left out, such as "12 LPA", which is in lakhs."""
    given = said(row, "Salary") or ""
    words = [word for word in re.findall(r"[^\W\d]{2,}", given) if word.lower() != "to"]
    numbers = [text.number(each) for each in re.split(r"\s*(?:-|–|\bto\b)\s*", given.strip())]
    if len(numbers) > 2 or not all(numbers) or not all(map(text.currency, words)):
        return None
    return Salary(numbers[0], numbers[-1], text.currency(said(row, "Currency") or next(iter(words), None)))
