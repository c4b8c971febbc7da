"""JOIN. Facts: https://docs.join.com (v2, with an API key); the careers page holds its data as JSON, in pages of five,
and https://join.com/api/public lists the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import AccountNotFound, UnexpectedAnswer
from webapp.connectors._http import PAGES, Answer, Limits
from webapp.connectors._pages import HTML, job_postings, page
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.connectors._rows import Row, as_text, digest, flag, part, parts, said
from webapp.i18n import N_

JOIN = ATS("join", "JOIN", website="https://join.com")
SITE = "https://join.com"
#: What is archived is gone, or leads to the careers page.
GONE = (404, 410, 301, 302, 303, 307, 308)
PAGE = 50
#: Rows per page of the public list: the most that it ever gave, and the most that it gives where it refuses that.
SIZES = (100, 5)
REASONS: dict[str, Reason] = {"DRAFT": "draft", "OFFLINE": "closed", "ARCHIVED": "closed"}
NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,100}"
ADDRESSES = (rf"https://(?:www\.)?join\.com/(?:[a-z]{{2}}/)?companies/(?P<slug>{NAME})",)


def _name(help: str, required: bool) -> Field:
    label = N_("Company name in the address")
    return Field("slug", label, help, example="northwind", pattern=NAME, required=required, lower=True)


class Join(Connector):
    """The jobs of the API, in pages; what kind of work and which field they name by number is asked once."""

    slug = "join"
    ats = JOIN
    way_in = N_("With an API key")
    about = N_("Reads the jobs that are online, with their texts, and when each was changed.")
    fields = (
        Field(
            "api_key",
            N_("API key"),
            N_(
                "In JOIN, an administrator creates it in the company settings, under Integrations › API. Not every "
                "plan includes the API."
            ),
            example="q7xW2mZ8cR5tB1yV4kN9",
            pattern=r"\S+",
            secret=True,
        ),
        _name(
            N_(
                "The part behind join.com/companies/ in the address of your careers page, so that positions link to "
                "it: the API does not say it. You can paste the whole address."
            ),
            required=False,
        ),
    )
    hosts = ("api.join.com",)
    addresses = ADDRESSES
    shown_as = "join.com/companies/{slug}"
    limits = Limits(mib=32)
    quirks = (
        N_("JOIN does not say when a job was published; the day it was created stands for it."),
        N_("Without the company name in the address, positions have no link of their own."),
    )
    revoke = N_("In JOIN: company settings › Integrations › API, delete the key.")

    def account(self) -> RemoteAccount:
        """Whether the key may read jobs; JOIN says neither the company's name nor, beyond a page, a number."""
        rows = self._page(1)
        count = sum(not _reason(row) for row in rows)
        return RemoteAccount(self.config.get("slug"), None, count if len(rows) < PAGE else None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Page by page up to the first that is not full; a page that comes again has ids that were seen."""
        kinds, fields = self._names("employmentTypes"), self._names("categories")
        for number in range(1, PAGES):
            rows = self._page(number)
            for row in rows:
                self.listed += 1
                id, version = said(row, "id") or "", said(row, "lastUpdatedAt")
                if reason := _reason(row):
                    self.withhold(id, reason, said(row, "title"))
                elif version and known.get(id) == version:
                    yield Unchanged(id)
                else:
                    yield self._position(row, kinds, fields)
            if len(rows) < PAGE:
                return
        raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats.name)

    def _page(self, number: int) -> list[Row]:
        params = {"content": "true", "page": str(number), "pageSize": str(PAGE)}
        answer = self._get("jobs", params)
        return answer.rows(answer.json(list))

    def _names(self, what: str) -> dict[str, str]:
        """Number → name of what jobs name by number; the second level counts, too."""
        rows = self._get(what, {"language": "en"}).json(list)
        deeper = chain.from_iterable(parts(row, "subCategories") for row in rows)
        return {id: name for row in [*rows, *deeper] if (id := said(row, "id")) and (name := said(row, "name"))}

    def _get(self, path: str, params: dict[str, str]) -> Answer:
        headers = {"Authorization": self.config["api_key"]}  # as it is, without a scheme before it
        return self.http.get(f"https://api.join.com/v2/{path}", params=params, headers=headers)

    def _position(self, row: Row, kinds: dict[str, str], fields: dict[str, str]) -> RemotePosition:
        id, company = said(row, "id") or "", self.config.get("slug")
        kind = kinds.get(said(row, "employmentTypeId") or "") or said(row, "employmentType", "name")
        # The line breaks of some texts are spelt out.
        body = (said(row, "description") or "").replace("\\n", "\n")
        return RemotePosition(
            id=id,
            title=said(row, "title") or "",
            url=f"{SITE}/companies/{company}/{id}" if company else None,
            locations=_office(part(row, "office")),
            workplace=text.workplace(said(row, "workplaceType")),
            employment_type=text.employment_type(kind or said(row, "employmentType")),
            description_html=text.lines(body) or None,
            posted_at=text.moment(row.get("createdAt")),
            updated_at=text.moment(row.get("lastUpdatedAt")),
            language=said(row, "language"),
            salary=_pay(part(row, "salary")),
            category=fields.get(said(row, "categoryId") or "") or said(row, "category", "name"),
            version=said(row, "lastUpdatedAt"),
        )


class JoinCareers(Connector):
    """The careers page, which says everything but the texts, and the page of each new or changed position."""

    slug = "join-careers"
    ats = JOIN
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the careers page shows it.")
    fields = (
        _name(
            N_(
                "The part behind join.com/companies/ in the address of your careers page. You can paste the whole "
                "address."
            ),
            required=True,
        ),
    )
    hosts = ("join.com",)
    addresses = ADDRESSES
    shown_as = "join.com/companies/{slug}"
    quirks = (N_("The text is read again when what the careers page says of a position changes."),)
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The company's name and how many positions there are."""
        _answer, state = self._state()
        rows, paging = parts(state, "jobs", "items"), part(state, "jobs", "pagination")
        total, count = text.number(paging.get("rowCount")), len(rows) if _count(paging) in (0, 1) else None
        return RemoteAccount(
            self.config["slug"], said(state, "company", "name"), count if total is None else int(total)
        )

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole list first, then the pages of new and changed positions."""
        lines = []
        for row in self._list():
            if reason := _reason(row):
                self.listed += 1
                self.withhold(said(row, "id"), reason, said(row, "title"))
            else:
                lines.append(Listed(said(row, "id") or "", digest(row), said(row, "title"), row))
        yield from self.opened(lines, known, self._detail, self._position)

    def _list(self) -> list[Row]:
        """Every row: of the careers page, where it has one page only, else of the public list."""
        answer, state = self._state()
        jobs = part(state, "jobs")
        found, pages = answer.rows(jobs, "items"), _count(part(jobs, "pagination"))
        if pages is None or pages > 1:
            found = self._all(said(state, "company", "id") or "")
        ids = [said(row, "id") for row in found]
        if None in ids or len(set(ids)) < len(ids):
            raise UnexpectedAnswer(N_("%(ats)s listed the same position twice."), ats=self.ats.name)
        return found

    def _all(self, company: str) -> list[Row]:
        found: list[Row] = []
        number, pages, size = 1, 1, SIZES[0]
        while number <= min(pages, 4 * PAGES):
            answer = self._jobs(company, number, size)
            if answer.status in (400, 422):
                size = SIZES[-1]
                answer = self._jobs(company, number, size, allow=())
            listed = answer.json()
            rows, paging = answer.rows(listed, "items"), part(listed, "pagination")
            counted, total = _count(paging), text.number(paging.get("rowCount"))
            if counted is None or (not rows and number < counted):
                raise answer.unexpected()
            found, pages, number = found + rows, counted, number + 1
            if number > pages and total is not None and len(found) < total:
                few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
                raise UnexpectedAnswer(few, ats=self.ats.name, total=int(total), sent=len(found))
        return found

    def _jobs(self, company: str, number: int, size: int, allow: tuple[int, ...] = (400, 422)) -> Answer:
        params = {"locale": "en-us", "page": str(number), "pageSize": str(size), "sort": "+title"}
        url = f"{SITE}/api/public/companies/{company}/jobs"
        return self.http.get(url, params={**params, "withAggregations": "true"}, allow=allow if size > 5 else ())

    def _state(self) -> tuple[Answer, Row]:
        """What the careers page holds. A company that is not there gets a page, too: an error's, or another's."""
        answer = self.http.get(f"{SITE}/companies/{self.config['slug']}", headers=HTML)
        props = _props(answer)
        state = part(props, "initialState")
        company = part(state, "company")
        if _is_gone(props) or (company and (said(company, "domain") or "").lower() != self.config["slug"]):
            raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=self.ats.name)
        if not re.fullmatch(r"\d+", said(company, "id") or ""):
            raise answer.unexpected()
        return answer, state

    def _detail(self, row: Row) -> Row | None:
        """What a position's page tells search engines; `None` where it was closed in between."""
        answer = self.http.get(self._url(row), headers=HTML, allow=GONE)
        if answer.status in GONE:
            return None
        if found := job_postings(page(answer)):
            return found[0]
        props = _props(answer)
        return None if _is_gone(props) else {"description": said(props, "initialState", "job", "description")}

    def _url(self, row: Row) -> str:
        last = said(row, "idParam") or ""
        return f"{SITE}/companies/{self.config['slug']}/{last if re.fullmatch(NAME, last) else said(row, 'id')}"

    def _position(self, row: Row, posting: Row) -> RemotePosition:
        kind = said(row, "employmentType", "name") or said(row, "employmentType")
        return job_posting.read(
            posting,
            id=said(row, "id"),
            url=self._url(row),
            title=said(row, "title"),
            locations=_places(row),
            workplace=text.workplace(said(row, "workplaceType")),
            employment_type=text.employment_type(kind),
            posted_at=text.moment(row.get("createdAt")),
            salary=_published(row),
            category=said(row, "category", "name") or said(row, "category"),
            version=digest(row),
        )


def _props(answer: Answer) -> Row:
    """The JSON that a page of Next.js holds."""
    node = page(answer).css_first("script#__NEXT_DATA__")
    try:
        return part(json.loads(node.text() if node is not None else ""), "props", "pageProps")
    except (ValueError, RecursionError):
        raise answer.unexpected() from None


def _is_gone(props: Row) -> bool:
    """Whether this is the page of an error, which comes as if all were well."""
    return said(props, "statusCode") in ("404", "410")


def _count(paging: Row) -> int | None:
    """How many pages there are, by either name that was seen."""
    found = text.number(paging.get("pageCount", paging.get("totalPages")))
    return int(found) if found is not None and 0 <= found < 1e5 else None


def _reason(row: Row) -> Reason | None:
    """Why a job is not shown; `None` where it is online, or nothing is said."""
    status = (said(row, "status") or "ONLINE").upper()
    return None if status == "ONLINE" else REASONS.get(status, "unlisted")


def _office(office: Row) -> tuple[Location, ...]:
    name, city, country = said(office, "name"), said(office, "city"), text.country(said(office, "countryIso"))
    more = name and name.strip().casefold() != (city or "").strip().casefold()
    return (Location(name if more else None, city, None, country),) if name or city or country else ()


def _places(row: Row) -> tuple[Location, ...]:
    """The town and the country, which stands beside it or within it."""
    where, land = part(row, "city"), part(row, "country")
    city = said(where, "cityName") or said(where, "name") or said(row, "city")
    region = said(where, "regionName")
    named = (said(where, "countryName"), said(land, "name"), said(land, "iso"), said(row, "countryCode"))
    country = next((code for name in named if (code := text.country(name))), None)
    return (Location(None, city, region, country),) if city or region or country else ()


def _pay(pay: Row) -> Salary | None:
    """Pay as the API says it, where it is shown."""
    low, high = text.number(pay.get("from")), text.number(pay.get("to"))
    if not flag(pay, "isShownOnJobAd") or (low is None and high is None):
        return None
    return Salary(low, high, text.currency(said(pay, "currency")), text.interval(said(pay, "frequency")))


def _published(row: Row) -> Salary | None:
    """Pay as the careers page shows it, in cents; without amounts where it is not to be seen."""
    if flag(row, "settings", "showSalary") is False:
        return None
    ends = [part(row, "salaryAmountFrom"), part(row, "salaryAmountTo")]
    low, high = ((found / 100 if (found := text.number(end.get("amount"))) else None) for end in ends)
    if low is None and high is None:
        return None
    currency = next((code for end in ends if (code := as_text(end.get("currency")))), None)
    return Salary(low, high, text.currency(currency), text.interval(said(row, "salaryFrequency")))
