"""SAP SuccessFactors Recruiting. Facts: https://help.sap.com/docs/successfactors-recruiting (OData, Career Site
Builder) and the SAP notes 2428902, 2712134, 2726841, 2827811 and 3283103."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from webapp.connectors import _successfactors_lists as lists
from webapp.connectors import _successfactors_requisitions as requisitions
from webapp.connectors._contract import ATS, Connector, Field, Listed, typed_address
from webapp.connectors._errors import AccountNotFound, InvalidConfig
from webapp.connectors._http import Answer, Limits
from webapp.connectors._pages import HTML, page
from webapp.connectors._records import RemoteAccount, RemotePosition, Unchanged
from webapp.connectors._rows import Row, said
from webapp.connectors._site import XML
from webapp.connectors._successfactors_search import GONE, REDIRECTS, Search
from webapp.i18n import N_

SUCCESSFACTORS = ATS(
    "sap-successfactors",
    "SAP SuccessFactors",
    merge_slug="sap-successfactors",
    website="https://www.sap.com/products/hcm/recruiting-software.html",
)
VENDOR = r"(?:successfactors\.(?:com|eu|cn)|sapsf\.(?:com|eu|cn)|hr\.cloud\.sap)"
#: A server of the vendor that many customers share: it knows them by their company id.
SHARED = rf"career[a-z0-9-]*\.{VENDOR}"
API = rf"api[a-z0-9-]*\.(?:{VENDOR}|sapcloud\.cn)"
HOST = r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
COMPANY = r"[A-Za-z0-9_.-]{1,64}"
FEEDS = ("/sitemal.xml", "/googlefeed.xml")
#: A web page, or XML that is no RSS: what a career site answers that has no such feed.
NO_FEED = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?!rss\b|[?!](?!doctype html))", re.I)


class SapSuccessFactorsCareers(Connector):
    """The career site, by the most complete of the lists that it has."""

    slug = "sap-successfactors-careers"
    ats = SUCCESSFACTORS
    way_in = N_("By the career site")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "host",
            N_("Career site"),
            N_(
                "The host that your career site opens at, such as jobs.example.com or career5.successfactors.eu. "
                "You can paste the whole address."
            ),
            example="jobs.example.com",
            pattern=HOST,
            lower=True,
        ),
        Field(
            "company",
            N_("Company id"),
            N_(
                "Needed only where the career site is on a server of SAP, such as career5.successfactors.eu: what "
                "stands behind company= in its address."
            ),
            example="northwind",
            pattern=COMPANY,
            required=False,
        ),
    )
    hosts = ("{host}",)
    addresses = (
        rf"https://(?P<host>{SHARED})/(?:portal)?careers?"
        rf"(?=\?(?:[^#]*&)?(?:career_)?company=(?P<company>{COMPANY})(?:[&#]|$))",
        r"https://(?P<host>[a-z0-9-]+\.(?:jobs2web\.com|jobs\.hr\.cloud\.sap))",
    )
    signs = (
        r"rmkcdn\.successfactors\.com",
        r"\bj2w\.(?:init|SSO|Apply|TC)\b",
        r"/services/recruiting/v1/",
        r"/talentcommunity/(?:apply|subscribe)/",
        r"\.jobs2web\.com/",
    )
    shown_as = "{host}"
    limits = Limits(mib=64, parallel=4, patience=2)
    quirks = (
        N_("Career sites have different lists: the feeds come with the text, the search and the pages say more."),
        N_("Where the list has no text, the page of each new or changed position is read for it."),
        N_("SuccessFactors renews the feeds of a career site twice a day, so a new position can take half a day."),
    )
    revoke = N_("Nothing to revoke: the career site is public.")

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """An address on a domain of the customer's own is cut to its host; a shared server needs the company."""
        given = str(config.get("host") or "")
        whole = None if cls.match_address(given) else typed_address(given)
        found = super().check({**config, "host": urlsplit(whole).netloc} if whole else config)
        if re.fullmatch(SHARED, found["host"]) and "company" not in found:
            raise InvalidConfig({"company": N_("On a server of SAP, the company id is needed too.")})
        return found

    @classmethod
    def shown(cls, config: Mapping[str, str]) -> str:
        """The host, and which company it is where many share it."""
        company = config.get("company")
        return config.get("host", "") + (f"/career?company={company}" if company else "")

    def account(self) -> RemoteAccount:
        """The company, where the list names one only; the number of positions, where the whole list is one answer."""
        positions, whole = self._list(whole=False)
        names = {position.company for position in positions}
        return RemoteAccount(
            self.config.get("company") or self.config["host"],
            names.pop() if len(names) == 1 else None,
            len(positions) if whole else None,
        )

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole list, and the pages of new or changed positions that it has no text of."""
        positions, _whole = self._list()
        lines = (Listed(position.id, position.version, position.title, position) for position in positions)
        yield from self.opened(lines, known, self._detailed, lambda _listed, detailed: detailed)

    def _list(self, whole: bool = True) -> tuple[list[RemotePosition], bool]:
        """The first list that has positions, and whether these are all; asked for from the most complete one on.

        1. `/sitemal.xml` (the vendor's spelling) and `/googlefeed.xml`: all positions with their texts.
        2. The search of newer career sites: all positions, their texts are on their pages.
        3. The older list, where a company id is given: all requisitions, without the career site's own pages.

        Only what is plainly not there is passed over; an answer that breaks off fails the run, as the ids differ.
        """
        is_there = False
        if not re.fullmatch(SHARED, self.config["host"]):
            for path in FEEDS:
                answer = self._get(path, XML)
                if answer is not None and not NO_FEED.match(answer.body):
                    is_there = True
                    if positions := lists.feed(answer):
                        return positions, True
            rows = Search(self.http, self.config["host"]).rows(whole)
            if rows is not None:
                is_there = True
                if positions := lists.found(rows, self.config["host"]):
                    return positions, whole
        if company := self.config.get("company"):
            query = f"company={quote(company)}&career_ns=job_listing_summary&resultType=XML"
            answer = self._get(f"/career?{query}", XML)
            if answer is not None and not answer.body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
                return lists.older(answer, self.config["host"], company), True
        if not is_there:
            raise AccountNotFound(
                N_("The site %(host)s has none of the lists of %(ats)s career sites, or does not know this company."),
                host=self.config["host"],
                ats=self.ats.name,
            )
        return [], True

    def _get(self, path: str, headers: dict[str, str]) -> Answer | None:
        """The answer, `None` where there is no such thing."""
        answer = self.http.get(f"https://{self.config['host']}{path}", headers=headers, allow=(*REDIRECTS, *GONE))
        return None if answer.status in (*REDIRECTS, *GONE) else answer

    def _has_page(self, position: RemotePosition) -> bool:
        own = (position.url or "").startswith(f"https://{self.config['host']}/")
        return own and "/job/" in (position.url or "") and not position.description_html

    def _detailed(self, position: RemotePosition) -> RemotePosition | None:
        """The position with what its pages say, where it has any, that of each language; `None` where it is gone."""
        if not self._has_page(position):
            return position
        answer = self._open(position.url)
        if answer is None:
            return None
        found = lists.detailed(position, page(answer))
        others = [(each, self._open(each.url)) for each in position.translations]
        return replace(
            found,
            translations=tuple(
                replace(each, description_html=lists.description(page(other))) for each, other in others if other
            ),
        )

    def _open(self, url: str | None) -> Answer | None:
        """A position's page, one redirect further; `None` where it is gone: the site sends on to its search then."""
        answer = self.http.get(url or "", headers=HTML, allow=(*REDIRECTS, *GONE))
        if answer.status in REDIRECTS:
            match = re.search(r"/(?:[\w%-]+/)?job/[^?#\s]+", str(answer.headers.get("Location") or ""))
            return self._get(match[0], HTML) if match else None
        return None if answer.status in GONE else answer


class SapSuccessFactors(Connector):
    """The open requisitions through OData, internal postings included."""

    slug = "sap-successfactors"
    ats = SUCCESSFACTORS
    way_in = N_("With an API user")
    about = N_("Reads all open requisitions that are posted, on the internal board too.")
    fields = (
        Field(
            "api_server",
            N_("API server"),
            N_(
                "The host of the API of your data centre, such as api4.successfactors.com. SAP lists them in its note "
                "2215682; the number is mostly that of the address at which you sign in."
            ),
            example="api4.successfactors.com",
            pattern=API,
            lower=True,
        ),
        Field(
            "company_id",
            N_("Company id"),
            N_("What you type as company id when you sign in. It is also shown under your name, Show version."),
            example="northwind",
            pattern=COMPANY,
        ),
        Field(
            "username",
            N_("User name"),
            N_(
                "The user name of an API user that may read job requisitions: Admin Center, Manage Permission Roles, "
                "Recruiting Permissions, OData API Job Requisition Export."
            ),
            example="berth",
        ),
        Field("password", N_("Password"), N_("The password of this API user."), example="correct horse", secret=True),
        Field(
            "career_host",
            N_("Career server"),
            N_(
                "The host that applicants come to, such as career4.successfactors.com. With it, positions link to "
                "their page; the API does not say where that is."
            ),
            example="career4.successfactors.com",
            pattern=SHARED,
            required=False,
            lower=True,
        ),
    )
    hosts = ("{api_server}",)
    addresses = (rf"https://(?P<api_server>{API})",)
    shown_as = "{company_id} ({api_server})"
    scopes = (N_("OData API Job Requisition Export"),)
    limits = Limits(mib=64, parallel=1, patience=2)
    quirks = (
        N_("Places and departments come along where your requisition template uses the standard fields for them."),
        N_("SAP means to end sign-in by user name and password for its APIs. It works until your company is told so."),
        N_("Requisitions that are posted to agencies only are left out."),
    )
    revoke = N_("In Admin Center, deactivate the API user or change its password.")

    def account(self) -> RemoteAccount:
        """The company id; SuccessFactors tells no name here."""
        rows, further = self._page(None)
        return RemoteAccount(self.config["company_id"], None, None if further else len(rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page, by the link that each page has to the next one."""
        query: str | None = None
        seen: set[str] = set()
        while True:
            rows, further = self._page(query)
            for row in rows:
                self.listed += 1
                if position := self._position(row):
                    yield position
            base = f"https://{self.config['api_server']}/odata/v2/JobRequisition"
            following = self.http.follow(f"{base}?{urlsplit(further).query}" if further else None, seen)
            if following is None:
                return
            query = urlsplit(following).query

    def _page(self, query: str | None) -> tuple[list[Row], str | None]:
        """The rows and the link to the next page; asks again for less where the tenant lacks a field."""
        url = f"https://{self.config['api_server']}/odata/v2/JobRequisition"
        company = self.config["company_id"]
        user = f"{self.config['username'].removesuffix(f'@{company}')}@{company}"
        auth = (user.encode(), self.config["password"].encode())
        if query:
            answer = self.http.get(f"{url}?{query}", auth=auth)
        else:
            answer = self.http.get(url, params=requisitions.asked(further=True), auth=auth, allow=(400, 404))
            if answer.status in (400, 404):
                answer = self.http.get(url, params=requisitions.asked(), auth=auth)
        data = answer.json().get("d")
        return answer.rows(data, None if isinstance(data, list) else "results"), said(data, "__next")

    def _position(self, row: Row) -> RemotePosition | None:
        id, title = (said(row, "jobReqId") or "").strip(), requisitions.title(row)
        board, reason = requisitions.board(row)
        if reason:
            return self.withhold(id, reason, title)  # type: ignore[no-any-return]
        host, company = self.config.get("career_host"), quote(self.config["company_id"])
        query = f"career_ns=job_listing&company={company}&career_job_req_id={quote(id)}"
        return requisitions.read(row, id, board, url=f"https://{host}/career?{query}" if host else None)
