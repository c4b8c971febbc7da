"""Cornerstone OnDemand. Facts: what a career site on csod.com itself asks, with the token that its home page carries.

https://csod.dev describes the interface behind credentials, which is another one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import Limits, need
from webapp.connectors._pages import HTML, markup
from webapp.connectors._places import work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition
from webapp.connectors._rows import Row, part, parts, said
from webapp.i18n import N_

CORNERSTONE = ATS("cornerstone", "Cornerstone", website="https://www.cornerstoneondemand.com")
PAGE = 25
#: Where the search is, by region; the home page names the one of its customer.
CLOUDS = ("us", "uk", "eu-fra", "eu-cdg", "eu-cdg-hs", "au", "us-galaxy", "na")
TENANT = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
#: In the page: csod.context={…,"endpoints":{"cloud":"https://us.api.csod.com/",…},…,"token":"…",…};
TOKEN = re.compile(r"""["']?\btoken["']?\s*[:=]\s*["']([\w.~+/=-]+)["']""", re.A)
ANY_CLOUD = re.compile(r"https:\\?/\\?/([a-z0-9-]+\.api\.csod\.com)\b")
CLOUD = re.compile(rf"""["']?\bcloud["']?\s*[:=]\s*["']{ANY_CLOUD.pattern}""")
#: What customers leave in a text that nobody filled in, such as <<INTERNAL JOB DESCRIPTION>>.
PLACEHOLDER = re.compile(r"\s*(?:<<[^<>]*>>|[>.…-]*)\s*")


class CornerstoneCareers(Connector):
    """One public career site: a token off its home page, then the search in pages."""

    slug = "cornerstone-careers"
    ats = CORNERSTONE
    way_in = N_("By the career site")
    about = N_("Needs no credentials. Reads what everybody can see; Cornerstone says little of each job there.")
    fields = (
        Field(
            "tenant",
            N_("Corporation"),
            N_("The part before .csod.com in the address of your career site. You can paste the whole address."),
            example="northwind",
            pattern=rf"(?!(?:www|api)$){TENANT}",
            lower=True,
        ),
        Field(
            "siteId",
            N_("Career site"),
            N_(
                "The number behind /careersite/ in the address of your career site. In Cornerstone it is under Admin, "
                "Tools, Recruit, Career Site Management."
            ),
            example="1",
            pattern=r"[1-9]\d{0,5}",
        ),
    )
    hosts = ("{tenant}.csod.com", *(f"{cloud}.api.csod.com" for cloud in CLOUDS))
    addresses = (rf"https://(?P<tenant>{TENANT})\.csod\.com/ux/ats/careersite/(?P<siteId>\d+)",)
    shown_as = "{tenant}.csod.com/ux/ats/careersite/{siteId}"
    limits = Limits(requests=60, seconds=60, mib=16)
    quirks = (
        N_("One connection reads one career site; a company with several sites adds one connection for each."),
        N_("The text is the one of the job search, without the frame that the page of a job puts around it."),
        N_("Cornerstone publishes no department, no kind of employment and no pay there."),
    )
    revoke = N_("Nothing to revoke: the career site is public.")

    def account(self) -> RemoteAccount:
        """How many jobs the site lists; nothing says what the company is called."""
        _rows, total = self._page(1, *self._session())
        return RemoteAccount(f"{self.config['tenant']}/{self.config['siteId']}", None, total)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page up to the number that the first one declares; a page that comes again has ids that were seen."""
        session = self._session()
        number = total = 0
        while not number or self.listed < total:
            number += 1
            rows, declared = self._page(number, *session)
            total = max(total, declared)
            if not rows and self.listed < total:
                few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
                raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=self.listed)
            for row in rows:
                self.listed += 1
                yield self._position(row)

    def _session(self) -> tuple[str, str]:
        """The token of the career site, good for a few minutes at least, and the host of the search."""
        tenant, site = self.config["tenant"], self.config["siteId"]
        answer = self.http.get(
            f"https://{tenant}.csod.com/ux/ats/careersite/{site}/home", params={"c": tenant}, headers=HTML
        )
        # Kept, its cookies lead the next look at this page to an error; the search needs none.
        self.http.transport.cookies.clear()
        page = markup(answer)
        token, cloud = TOKEN.search(page), CLOUD.search(page) or ANY_CLOUD.search(page)
        if not token or not cloud:
            raise answer.unexpected()
        return token[1], cloud[1]

    def _page(self, number: int, token: str, host: str) -> tuple[list[Row], int]:
        site = int(self.config["siteId"])
        asked = {
            "careerSiteId": site,
            "careerSitePageId": site,
            "pageNumber": number,
            "pageSize": PAGE,
            "cultureId": 1,
            "cultureName": "en-US",
        }
        headers = {"Authorization": f"Bearer {token}"}
        answer = self.http.post(f"https://{host}/rec-job-search/external/jobs", json=asked, headers=headers)
        data = part(answer.json(), "data")
        rows, total = need(self.ats.name, data, "requisitions"), said(data, "totalCount") or ""
        if not total.isdecimal() or not all(said(row, "requisitionId") for row in rows):
            raise answer.unexpected()
        return rows, int(total)

    def _position(self, row: Row) -> RemotePosition:
        id = (said(row, "requisitionId") or "").strip()
        tenant, site = self.config["tenant"], self.config["siteId"]
        given = parts(row, "locations")
        models = {work_model(said(place, "city")) for place in given}
        return RemotePosition(
            id=id,
            title=html.unescape(said(row, "displayJobTitle") or ""),
            url=f"https://{tenant}.csod.com/ux/ats/careersite/{site}/home/requisition/{id}?c={tenant}",
            locations=tuple(dict.fromkeys(found for place in given if (found := _place(place)) != Location())),
            workplace=models.pop() if len(models) == 1 else None,
            description_html=_description(said(row, "externalDescription")),
            posted_at=_day(said(row, "postingEffectiveDate")),
            closes_at=_day(said(row, "postingExpirationDate")),
        )


def _place(place: Row) -> Location:
    city, country = said(place, "city"), said(place, "country")
    code = text.country(country)
    return Location(
        None if code or not country else country, None if work_model(city) else city, said(place, "state"), code
    )


def _description(given: str | None) -> str | None:
    """The text, of which Cornerstone mostly takes the markup away; nothing where the customer put nothing in."""
    if not given or PLACEHOLDER.fullmatch(html.unescape(given)):
        return None
    return text.lines(text.unescape(given) or "")


def _day(value: str | None) -> datetime | None:
    """`9/23/2026`, as we ask in American English; "-" is none."""
    match = re.fullmatch(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})(?:\s.*)?", value or "")
    try:
        return datetime(int(match[3]), int(match[1]), int(match[2]), tzinfo=UTC) if match else text.moment(value)
    except ValueError:
        return None
