"""UKG Pro Recruiting. Facts: https://developer.ukg.com/hcm/reference/retrieveopportunities and the job board itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from requests.utils import parse_header_links

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import CredentialsRejected, TemporarilyUnavailable, UnexpectedAnswer
from webapp.connectors._http import Answer, Limits, need
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary, Translation, Unchanged
from webapp.i18n import N_

UKG = ATS(
    "ukg-pro-recruiting",
    "UKG Pro Recruiting",
    order=3,
    merge_slug="ukg-pro-recruiting",
    website="https://www.ukg.com",
)
BOARD = (
    r"https://(?:recruiting[2-9]?\.ultipro\.(?:com|ca)|[a-z0-9-]+\.rec\.pro\.ukg\.net)"
    r"/[A-Za-z0-9]{3,64}/JobBoard/[0-9a-fA-F-]{36}"
)
FROM_UKG = N_(
    "UKG sends it in answer to a support case that asks for Onboarding & Recruiting API credentials; afterwards it is"
    " found in UKG Pro under Recruiting › Settings › Integrations."
)
# The labels of these numbers stand in the job board's own locale file; other values are not known.
WORKPLACES: dict[int, text.Workplace] = {0: "hybrid", 1: "on_site", 2: "remote"}
FULL_TIME: dict[Any, text.EmploymentType] = {True: "full_time", False: "part_time"}
LANGUAGES = {"pr_br": "pt-BR"}  # UKG's own spelling


class UKGProRecruiting(Connector):
    """The official API, with client credentials."""

    slug = "ukg-pro-recruiting"
    ats = UKG
    way_in = N_("With API credentials from UKG")
    about = N_("Reads external and internal jobs in all their languages, with pay where you show it.")
    fields = (
        Field(
            "hostname",
            N_("Service host"),
            FROM_UKG,
            example="service5.ultipro.com",
            pattern=r"[a-z0-9-]+\.(?:ultipro\.(?:com|ca)|ukg\.net|ukg\.com)",
            lower=True,
        ),
        Field(
            "identity_host",
            N_("Identity host"),
            FROM_UKG,
            example="signin.ultipro.com",
            pattern=r"(?:signin|login)[a-z0-9-]*\.(?:ultipro\.(?:com|ca)|ukg\.net)",
            lower=True,
        ),
        Field("tenant_alias", N_("Tenant alias"), FROM_UKG, example="NOR1000NORTH", pattern=r"[A-Za-z0-9_-]{2,64}"),
        Field("client_id", N_("Client ID"), FROM_UKG, example="0f8b2c64-berth", pattern=r"\S+"),
        Field("client_secret", N_("Client secret"), FROM_UKG, example="Vq7xW2mZ8cR5tB1y", pattern=r"\S+", secret=True),
    )
    hosts = ("{hostname}", "{identity_host}")
    shown_as = "{hostname}/{tenant_alias}"
    scopes = ("recruiting.domain.opportunities.read",)
    # https://developer.ukg.com/hcm/docs/api-rate-limiting: quotas per minute without Retry-After, about 1 s is advised.
    limits = Limits(requests=1, seconds=1, mib=32)
    quirks = (
        N_("The API lists closed jobs too; Berth notes them as closed."),
        N_("A job that is published on internal boards only is marked as internal and shows its internal text."),
        N_("UKG gives out these credentials through a support case only; until then the job board can be read."),
    )
    revoke = N_("In UKG Pro: Recruiting › Settings › Integrations, or ask UKG support to withdraw the credentials.")
    _token: str | None = None

    def account(self) -> RemoteAccount:
        """Whether the tenant answers; UKG does not name it."""
        self._get(f"{self._address()}?per_page=1").json(list)
        return RemoteAccount(self.config["tenant_alias"], None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """All opportunities, page by page; which of them are open is told here."""
        ids: set[str] = set()
        for row in self._rows():
            if (id := _id(row, "id")) in ids:
                raise UnexpectedAnswer(N_("%(ats)s listed the position %(id)s twice."), ats=self.ats.name, id=id)
            ids.add(id)
            self.listed += 1
            if position := self._position(id, row):
                yield position

    def _rows(self) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        number, address = 1, f"{self._address()}?per_page=100"
        while address:
            answer = self._get(address)
            rows = answer.json(list)
            yield from rows
            if header := answer.headers.get("Link"):
                links = {link.get("rel"): urljoin(address, link["url"]) for link in parse_header_links(header)}
                following = links.get("next") if rows else None
            else:  # a full page without a header: UKG's other lists are paged by number
                number += 1
                following = f"{self._address()}?per_page=100&page={number}" if len(rows) == 100 else None
            address = self.http.follow(following, seen) or ""

    def _position(self, id: str, row: dict[str, Any]) -> RemotePosition | None:
        titles = _by_locale(row.get("title"))
        locale = _default(row, titles)
        title = titles.get(locale, "")
        boards = [board for board in row.get("job_boards") or [] if isinstance(board, dict)]
        external = [b for b in boards if _either(b, "is_published_external", "is_published_externel") is True]
        internal = [b for b in boards if b.get("is_published_internal") is True]
        status = str(row.get("status") or "").lower()
        if status == "draft":
            self.withhold(id, "draft", title)
        elif status == "closed" or row.get("closed_date"):
            self.withhold(id, "closed", title)
        elif not external and not internal:
            self.withhold(id, "unlisted", title)
        else:
            texts = _descriptions(row.get("description"), internal=not external)
            apply_url = next((url for b in external or internal if (url := b.get("recruiting_apply_url"))), None)
            pay = _either(row, "compensation", "compenasation") or {}
            company = row.get("company") or {}
            return RemotePosition(
                id=id,
                title=title,
                apply_url=apply_url,
                locations=_places(row.get("locations"), locale),
                employment_type=FULL_TIME.get(pay.get("is_fulltime")),
                description_html=texts.get(locale) or next(iter(texts.values()), None),
                posted_at=text.moment(row.get("published_date")),
                updated_at=text.moment(row.get("updated_at")),
                language=_language(locale),
                requisition=row.get("requisition_number") or None,
                salary=_pay(pay),
                visibility="public" if external else "internal",
                company=_said(company.get("doing_business_as"), locale) or _said(company.get("name"), locale),
                category=_said((row.get("job_family") or {}).get("name"), locale),
                translations=tuple(
                    Translation(_language(other) or other, titles.get(other), texts.get(other), apply_url=apply_url)
                    for other in dict.fromkeys([*titles, *texts])
                    if other not in (locale, "")
                ),
            )
        return None

    def _address(self) -> str:
        return "https://{hostname}/talent/recruiting/v2/{tenant_alias}/api/opportunities".format_map(self.config)

    def _get(self, address: str) -> Answer:
        """One question with the token; a token that has run out is replaced once."""
        fresh = self._token is None
        while True:
            self._token = self._token or self._sign_in()
            bearer = {"Authorization": f"Bearer {self._token}"}
            answer = self.http.get(address, headers=bearer, allow=() if fresh else (401,))
            if answer.status != 401:
                return answer
            self._token, fresh = None, True

    def _sign_in(self) -> str:
        host, tenant = self.config["identity_host"], self.config["tenant_alias"]
        path = f"/t/{tenant}/token" if host.startswith("login") else f"/signin/oauth2/t/{tenant}/access_token"
        form = {"grant_type": "client_credentials", **{k: self.config[k] for k in ("client_id", "client_secret")}}
        answer = self.http.post(f"https://{host}{path}", data=form, allow=(400,))
        # https://www.rfc-editor.org/rfc/rfc6749#section-5.2: refused credentials may be a 400.
        if answer.status == 400:
            raise CredentialsRejected(N_("%(ats)s does not accept these credentials."), ats=self.ats.name)
        token = answer.json().get("access_token")
        if not isinstance(token, str) or not token:
            raise answer.unexpected()
        return token


class UKGProRecruitingCareers(Connector):
    """What the public job board itself shows: a list, and one page per job."""

    slug = "ukg-pro-recruiting-careers"
    ats = UKG
    way_in = N_("By the job board")
    about = N_("Needs no credentials. Reads what everybody can see on one job board.")
    fields = (
        Field(
            "board_url",
            N_("Address of the job board"),
            N_(
                "Open the job board that your careers page leads to, and copy its address: it holds /JobBoard/ and a"
                " long number. UKG Ready is another product, with other addresses."
            ),
            example="https://recruiting.ultipro.com/NOR1000NORTH/JobBoard/7a970c3d-b076-4042-8735-673b5e5508ac",
            pattern=BOARD,
        ),
    )
    hosts = ("{board_url}",)
    addresses = (f"(?P<board_url>{BOARD})",)
    shown_as = "{board_url}"
    # Nothing is stated; robots.txt asks robots to leave JobBoardView alone, so it is read slowly.
    limits = Limits(requests=2, seconds=1, parallel=2)
    quirks = (
        N_("One connection reads one board; a company with several boards adds one connection for each."),
        N_("The text of a job is read when it is new or its entry changed; a change of the text alone shows in a day."),
        N_("UKG asks search engines to leave the board's list alone: Berth reads it slowly, for the company itself."),
    )
    revoke = N_("Nothing to revoke: the job board is public.")

    def account(self) -> RemoteAccount:
        """How many jobs the board shows; UKG answers a board that does not exist with an empty list."""
        page = self._page(0)
        total = page.get("totalCount")
        empty = N_("The board shows no jobs now. UKG says the same of a board that does not exist: check the address.")
        notes = () if need(self.ats.name, page, "opportunities") else (empty,)
        board = self.config["board_url"].rsplit("/", 1)[1].lower()
        return RemoteAccount(board, None, total if isinstance(total, int) else None, notes)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Pages until one brings no new id: a host may send fewer rows than it was asked for, or the same again."""
        ids: set[str] = set()
        totals: list[int] = []
        skip = opened = shells = 0
        while True:
            page = self._page(skip)
            rows = need(self.ats.name, page, "opportunities")
            fresh = {id: row for row in rows if (id := _id(row)) and id not in ids}
            if isinstance(page.get("totalCount"), int) and (rows or not skip):  # the page after the last may say 0
                totals.append(page["totalCount"])
            if not fresh:
                break
            ids |= fresh.keys()
            self.listed = len(ids)
            skip += len(rows)
            changed = [row for id, row in fresh.items() if known.get(id) != _version(row)]
            yield from (Unchanged(id) for id, row in fresh.items() if known.get(id) == _version(row))
            for row, detail in self.http.each(self._detail, changed):
                opened, shells = opened + 1, shells + (detail is None)
                if detail is None or detail.get("OpportunityIsClosed"):
                    self.withhold(_id(row), "closed", row.get("Title"))
                else:
                    yield self._position(row, detail)
        # The total may change between pages, and a job may close while the list is read. More than that is a fault.
        if len(ids) < min(totals, default=0) or shells > 1 + opened // 10:
            raise UnexpectedAnswer(N_("%(ats)s did not show all the jobs that it lists."), ats=self.ats.name)

    def _position(self, row: dict[str, Any], detail: dict[str, Any]) -> RemotePosition:
        url = f"{self.config['board_url']}/OpportunityDetail?opportunityId={row['Id']}"
        kind = row.get("JobLocationType")
        return RemotePosition(
            id=_id(row),
            title=str(row.get("Title") or detail.get("Title") or ""),
            url=url,
            apply_url=url,
            locations=_board_places(row.get("Locations")),
            workplace=WORKPLACES.get(kind) if type(kind) is int else None,  # a bool is an int to Python
            employment_type=FULL_TIME.get(row.get("FullTime")),
            description_html=detail.get("Description") or row.get("BriefDescription"),
            posted_at=text.moment(row.get("PostedDate")),
            updated_at=text.moment(detail.get("UpdatedDate")),
            requisition=row.get("RequisitionNumber") or None,
            salary=_board_pay(detail),
            category=row.get("JobCategoryName") or None,
            version=_version(row),
        )

    def _page(self, skip: int) -> dict[str, Any]:
        search = {
            "Top": 50,
            "Skip": skip,
            "QueryString": "",
            "OrderBy": [{"Value": "postedDateDesc", "PropertyName": "PostedDate", "Ascending": False}],
            "Filters": [],
        }
        return self._ask("POST", "JobBoardView/LoadSearchResults", json={"opportunitySearch": search}).json()

    def _detail(self, row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The row with what its page says; `None` for the empty shell that UKG sends for a job that has expired."""
        page_of = {"params": {"opportunityId": row["Id"]}, "headers": {"Accept": "text/html"}}
        answer = self._ask("GET", "OpportunityDetail", allow=(404, 410), **page_of)
        if answer.status in (404, 410):
            return row, {"OpportunityIsClosed": True}
        page = answer.text()
        _before, marker, model = page.partition("new US.Opportunity.CandidateOpportunityDetail(")
        if not marker:
            if "<html" not in page.lower():
                raise answer.unexpected()
            return row, None
        try:
            detail, _end = json.JSONDecoder().raw_decode(model.lstrip())
        except (ValueError, RecursionError):
            raise answer.unexpected() from None
        if not isinstance(detail, dict) or str(detail.get("Id") or row["Id"]).lower() != _id(row):
            raise answer.unexpected()
        return row, detail

    def _ask(self, method: str, path: str, allow: tuple[int, ...] = (), **options: Any) -> Answer:
        answer = self.http.ask(method, f"{self.config['board_url']}/{path}", allow=(401, 403, *allow), **options)
        if answer.status in (202, 401, 403):  # the board's guard says these for a while, to public boards too
            raise TemporarilyUnavailable(
                N_("%(ats)s is not available at the moment (%(status)s). Berth tries again by itself."),
                ats=self.ats.name,
                status=answer.status,
            )
        return answer


def _id(row: dict[str, Any], key: str = "Id") -> str:
    """A GUID, its letters folded: both ways in name a job by it."""
    return need(UKG.name, row, key, str).strip().lower()


def _version(row: dict[str, Any]) -> str:
    """The list has no date of change: what it says of the job stands for it."""
    said = {k: v for k, v in row.items() if k not in ("Featured", "MatchScore", "MatchedLocations", "Distance")}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _board_places(places: Any) -> tuple[Location, ...]:
    found = []
    for place in places or []:
        address = place.get("Address") or {}
        found.append(
            Location(
                name=place.get("LocalizedName") or place.get("LocalizedDescription"),
                city=address.get("City"),
                region=_named(address.get("State"), "Name", "Code"),
                country=text.country(_named(address.get("Country"), "Code", "Name")),
            )
        )
    return tuple(place for place in dict.fromkeys(found) if place != Location())


def _board_pay(detail: dict[str, Any]) -> Salary | None:
    """The page carries the pay of every job, hidden or not: `PayRangeVisible` tells."""
    if detail.get("PayRangeVisible") is False:
        return None
    shown = (detail.get("PayRange") or {}) if detail.get("PayRangeVisible") else {}
    currency = text.currency(detail.get("CompensationCurrencyCode") or detail.get("PayRangeCurrencyCode"))
    amounts: tuple[tuple[Any, Any, text.Interval | None], ...] = (
        (shown.get("PayRangeMinimum"), shown.get("PayRangeMaximum"), None),
        (detail.get("CompensationAnnualMinimum"), detail.get("CompensationAnnualMaximum"), "year"),
        (detail.get("CompensationHourlyMinimum"), detail.get("CompensationHourlyMaximum"), "hour"),
    )
    for low, high, interval in amounts:
        salary = Salary(text.number(low) or None, text.number(high) or None, currency, interval)
        if salary.min or salary.max:
            return salary
    return None


def _pay(pay: dict[str, Any]) -> Salary | None:
    rate = text.number(pay.get("pay_rate")) or None
    if rate is None or str(pay.get("shown")).lower() != "true":  # a text in the published specification
        return None
    return Salary(rate, rate, text.currency((pay.get("currency") or {}).get("code")))


def _places(places: Any, locale: str) -> tuple[Location, ...]:
    found = []
    for place in places or []:
        name, state, country = _said(place.get("name"), locale), place.get("state"), place.get("country")
        found.append(
            Location(
                name=None if name == "Not Specified" else name,
                city=place.get("city"),
                region=_said(_named(state, "name"), locale) or _named(state, "code"),
                country=text.country(_named(country, "code") or _said(_named(country, "name"), locale)),
            )
        )
    return tuple(place for place in dict.fromkeys(found) if place != Location())


def _descriptions(description: Any, internal: bool) -> dict[str, str]:
    """Locale → HTML, the detailed text before the brief one; internal text only for a job that is not external."""
    for length in ("detailed", "brief"):
        part = (description or {}).get(length) or {}
        public = _by_locale(_either(part, "external", "externel"))
        if found := (_by_locale(part.get("internal")) or public if internal else public):
            return found
    return {}


def _default(row: dict[str, Any], texts: dict[str, str]) -> str:
    """The locale to show: the row's default, American English, or the first that is there."""
    default = _either(row, "default_locale", "dedault_locale")
    code = str(_named(default, "code") or "").lower().replace("-", "_")
    return next((locale for locale in (code, "en_us") if locale in texts), next(iter(texts), ""))


def _by_locale(value: Any) -> dict[str, str]:
    """Locale → text, empty ones left out; a plain text is that of no locale."""
    said = value if isinstance(value, dict) else {"": value}
    return {k.lower().replace("-", "_"): v for k, v in said.items() if isinstance(v, str) and v.strip()}


def _said(value: Any, locale: str) -> str | None:
    texts = _by_locale(value)
    return texts.get(locale) or texts.get("en_us") or next(iter(texts.values()), None)


def _language(locale: str) -> str | None:
    """`en_us` as BCP 47 writes it."""
    language, _underscore, region = locale.partition("_")
    return LANGUAGES.get(locale) or "-".join(part for part in (language, region.upper()) if part) or None


def _either(row: dict[str, Any], *spellings: str) -> Any:
    """UKG's published specification misspells some keys, so both spellings count."""
    return next((row[key] for key in spellings if row.get(key) is not None), None)


def _named(value: Any, *keys: str) -> Any:
    """A text as it is, or the first of these keys of an object."""
    return next((value[key] for key in keys if value.get(key)), None) if isinstance(value, dict) else value or None
