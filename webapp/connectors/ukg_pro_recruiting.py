"""UKG Pro Recruiting. Facts: https://developer.ukg.com/hcm/reference/retrieveopportunities and the job board itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from requests.utils import parse_header_links

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import (
    AccountNotFound,
    CredentialsRejected,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.connectors._http import Answer, Limits, need
from webapp.connectors._places import places, town
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary, Translation, Unchanged
from webapp.connectors._rows import Row, as_text, digest, flag, part, parts, said
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
# What the page of every board hands to its list: where the list is asked for, without the two last parts.
LIST = re.compile(
    r"US\.Opportunity\.OpportunitiesViewModel\(.*?\bloadUrl[\"']?\s*:\s*[\"']([^\"']+)/JobBoardView/", re.S
)
FROM_UKG = N_(
    "UKG sends it in answer to a support case that asks for Onboarding & Recruiting API credentials; afterwards it is"
    " found in UKG Pro under Recruiting › Settings › Integrations."
)
# The labels of these numbers stand in the job board's own locale file; other values are not known.
WORKPLACES: dict[int, text.Workplace] = {0: "hybrid", 1: "on_site", 2: "remote"}
FULL_TIME: dict[bool | None, text.EmploymentType] = {True: "full_time", False: "part_time"}
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

    def _rows(self) -> Iterator[Row]:
        seen: set[str] = set()
        number, address = 1, f"{self._address()}?per_page=100"
        while address:
            answer = self._get(address)
            rows = answer.rows(answer.json(list))
            yield from rows
            if header := answer.headers.get("Link"):
                links = {link.get("rel"): urljoin(address, link["url"]) for link in parse_header_links(header)}
                following = links.get("next") if rows else None
            else:  # a full page without a header: UKG's other lists are paged by number
                number += 1
                following = f"{self._address()}?per_page=100&page={number}" if len(rows) == 100 else None
            address = self.http.follow(following, seen) or ""

    def _position(self, id: str, row: Row) -> RemotePosition | None:
        titles = _by_locale(row.get("title"))
        locale = _default(row, titles)
        title = titles.get(locale, "")
        boards = parts(row, "job_boards")
        external = [
            b for b in boards if flag({"is": _either(b, "is_published_external", "is_published_externel")}, "is")
        ]
        internal = [b for b in boards if flag(b, "is_published_internal")]
        status = (said(row, "status") or "").lower()
        if status == "draft":
            self.withhold(id, "draft", title)
        elif status == "closed" or row.get("closed_date"):
            self.withhold(id, "closed", title)
        elif not external and not internal:
            self.withhold(id, "unlisted", title)
        else:
            texts = _descriptions(part(row, "description"), internal=not external)
            apply_url = next((url for b in external or internal if (url := said(b, "recruiting_apply_url"))), None)
            pay = part({"pay": _either(row, "compensation", "compenasation")}, "pay")
            company = part(row, "company")
            return RemotePosition(
                id=id,
                title=title,
                apply_url=apply_url,
                locations=_places(row, locale),
                employment_type=FULL_TIME.get(flag(pay, "is_fulltime")),
                description_html=texts.get(locale) or next(iter(texts.values()), None),
                posted_at=text.moment(row.get("published_date")),
                updated_at=text.moment(row.get("updated_at")),
                language=_language(locale),
                requisition=said(row, "requisition_number"),
                salary=_pay(pay),
                visibility="public" if external else "internal",
                company=_in(locale, company.get("doing_business_as")) or _in(locale, company.get("name")),
                category=_in(locale, part(row, "job_family").get("name")),
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
        token = said(answer.json(), "access_token")
        if not token:
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

    _moved: str | None = None

    def account(self) -> RemoteAccount:
        """How many jobs the board shows; UKG does not name whose it is."""
        total = self._page(0).get("totalCount")
        board = self.config["board_url"].rsplit("/", 1)[1].lower()
        return RemoteAccount(board, None, total if isinstance(total, int) else None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Pages until one brings no new id: a host may send fewer rows than it was asked for, or the same again."""
        ids: set[str] = set()
        totals: list[int] = []
        skip = opened = shells = 0
        while True:
            page = self._page(skip)
            rows = need(self.ats.name, page, "opportunities")
            fresh = {id: row for row in rows if (id := _id(row)) not in ids}
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
                if detail is None or flag(detail, "OpportunityIsClosed"):
                    self.withhold(_id(row), "closed", said(row, "Title"))
                else:
                    yield self._position(row, detail)
        # The total may change between pages, and a job may close while the list is read. More than that is a fault.
        if len(ids) < min(totals, default=0) or shells > 1 + opened // 10:
            raise UnexpectedAnswer(N_("%(ats)s did not show all the jobs that it lists."), ats=self.ats.name)

    def _position(self, row: Row, detail: Row) -> RemotePosition:
        url = f"{self._board}/OpportunityDetail?opportunityId={row['Id']}"
        kind = row.get("JobLocationType")
        return RemotePosition(
            id=_id(row),
            title=said(row, "Title") or said(detail, "Title") or "",
            url=url,
            apply_url=url,
            locations=_board_places(row),
            workplace=WORKPLACES.get(kind) if type(kind) is int else None,  # a bool is an int to Python
            employment_type=FULL_TIME.get(flag(row, "FullTime")),
            description_html=said(detail, "Description") or said(row, "BriefDescription"),
            posted_at=text.moment(row.get("PostedDate")),
            updated_at=text.moment(detail.get("UpdatedDate")),
            requisition=said(row, "RequisitionNumber"),
            salary=_board_pay(detail),
            category=said(row, "JobCategoryName"),
            version=_version(row),
        )

    @property
    def _board(self) -> str:
        return self._moved or self.config["board_url"]

    def _page(self, skip: int) -> Row:
        """The rows from there on; where there is none at all, the board's own page must show that it is one."""
        page = self._search(skip)
        if not skip and not need(self.ats.name, page, "opportunities"):
            known, self._moved = self._board, self._own_address()
            if self._moved.lower() != known.lower():
                page = self._search(skip)
        return page

    def _own_address(self) -> str:
        """The board's address as its page has it: it may have another number within UKG than to the public.

        UKG answers the number of no board with an empty list, but not with the page of one.
        """
        answer = self._ask("GET", "", headers={"Accept": "text/html"})
        if not (found := LIST.search(answer.text())):
            raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=self.ats.name)
        address = urljoin(self._board, found[1])
        if not re.fullmatch(BOARD, address) or urlsplit(address).netloc != urlsplit(self._board).netloc:
            raise answer.unexpected()
        return address

    def _search(self, skip: int) -> Row:
        search = {
            "Top": 50,
            "Skip": skip,
            "QueryString": "",
            "OrderBy": [{"Value": "postedDateDesc", "PropertyName": "PostedDate", "Ascending": False}],
            "Filters": [],
        }
        return self._ask("POST", "JobBoardView/LoadSearchResults", json={"opportunitySearch": search}).json()

    def _detail(self, row: Row) -> tuple[Row, Row | None]:
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
        answer = self.http.ask(method, f"{self._board}/{path}", allow=(401, 403, *allow), **options)
        if answer.status in (202, 401, 403):  # the board's guard says these for a while, to public boards too
            raise TemporarilyUnavailable(
                N_("%(ats)s is not available at the moment (%(status)s). Berth tries again by itself."),
                ats=self.ats.name,
                status=answer.status,
            )
        return answer


def _id(row: object, key: str = "Id") -> str:
    """A GUID, its letters folded: both ways in name a job by it."""
    if id := need(UKG.name, row, key, str).strip().lower():
        return id
    raise UnexpectedAnswer(N_("%(ats)s sent a position without an id."), ats=UKG.name)


def _version(row: Row) -> str:
    """The list has no date of change: what it says of the job stands for it."""
    return digest({k: v for k, v in row.items() if k not in ("Featured", "MatchScore", "MatchedLocations", "Distance")})


def _board_places(row: Row) -> tuple[Location, ...]:
    found = [
        Location(
            name=_place_name(place),
            city=town(said(place, "Address", "City")),
            region=_named(part(place, "Address").get("State"), "Name", "Code"),
            country=text.country(_named(part(place, "Address").get("Country"), "Code", "Name")),
        )
        for place in parts(row, "Locations")
    ]
    return tuple(place for place in dict.fromkeys(found) if place != Location())


def _place_name(place: Row) -> str | None:
    """What a place is called, without how one works there: "TX - Remote"."""
    name = said(place, "LocalizedName") or said(place, "LocalizedDescription")
    found = [place.name or "" for place in places(name)]
    return found[0] if len(found) == 1 and found[0] in (name or "") else name if found else None


def _board_pay(detail: Row) -> Salary | None:
    """The page carries the pay of every job, hidden or not: `PayRangeVisible` tells."""
    if flag(detail, "PayRangeVisible") is False:
        return None
    shown = part(detail, "PayRange") if flag(detail, "PayRangeVisible") else {}
    currency = text.currency(said(detail, "CompensationCurrencyCode") or said(detail, "PayRangeCurrencyCode"))
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


def _pay(pay: Row) -> Salary | None:
    rate = text.number(pay.get("pay_rate")) or None
    if rate is None or not flag(pay, "shown"):  # a text in the published specification
        return None
    return Salary(rate, rate, text.currency(said(pay, "currency", "code")))


def _places(row: Row, locale: str) -> tuple[Location, ...]:
    found = []
    for place in parts(row, "locations"):
        name, state, country = _in(locale, place.get("name")), place.get("state"), place.get("country")
        found.append(
            Location(
                name=None if name == "Not Specified" else name,
                city=said(place, "city"),
                region=_in(locale, part(place, "state").get("name")) or _named(state, "code"),
                country=text.country(_named(country, "code")) or text.country(_in(locale, part(country).get("name"))),
            )
        )
    return tuple(place for place in dict.fromkeys(found) if place != Location())


def _descriptions(description: Row, internal: bool) -> dict[str, str]:
    """Locale → HTML, the detailed text before the brief one; internal text only for a job that is not external."""
    for length in ("detailed", "brief"):
        texts = part(description, length)
        public = _by_locale(_either(texts, "external", "externel"))
        if found := (_by_locale(texts.get("internal")) or public if internal else public):
            return found
    return {}


def _default(row: Row, texts: dict[str, str]) -> str:
    """The locale to show: the row's default, American English, or the first that is there."""
    default = _either(row, "default_locale", "dedault_locale")
    code = (_named(default, "code") or "").lower().replace("-", "_")
    return next((locale for locale in (code, "en_us") if locale in texts), next(iter(texts), ""))


def _by_locale(value: Any) -> dict[str, str]:
    """Locale → text, empty ones left out; a plain text is that of no locale."""
    texts = value if isinstance(value, dict) else {"": value}
    return {k.lower().replace("-", "_"): v for k, v in texts.items() if isinstance(v, str) and v.strip()}


def _in(locale: str, value: object) -> str | None:
    texts = _by_locale(value)
    return texts.get(locale) or texts.get("en_us") or next(iter(texts.values()), None)


def _language(locale: str) -> str | None:
    """`en_us` as BCP 47 writes it."""
    language, _underscore, region = locale.partition("_")
    return LANGUAGES.get(locale) or "-".join(part for part in (language, region.upper()) if part) or None


def _either(row: Row, *spellings: str) -> Any:
    """UKG's published specification misspells some keys, so both spellings count."""
    return next((row[key] for key in spellings if row.get(key) is not None), None)


def _named(value: object, *keys: str) -> str | None:
    """A text as it is, or the first of these keys of an object."""
    return (
        next((word for key in keys if (word := said(value, key))), None) if isinstance(value, dict) else as_text(value)
    )
