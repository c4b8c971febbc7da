"""softgarden. Facts: https://dev.softgarden.de (frontend API), the feed of newer career pages, and the board of older
ones. All of them know a position by the same number."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed, typed_address
from webapp.connectors._errors import AccountNotFound, TemporarilyUnavailable
from webapp.connectors._http import Answer, Limits, need
from webapp.connectors._pages import HTML, joined, page
from webapp.connectors._places import places
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Unchanged
from webapp.connectors._rows import Row, as_text, part, said, values
from webapp.connectors._softgarden_board import Line, id_of, read_line, without_dashes
from webapp.i18n import N_

SOFTGARDEN = ATS("softgarden", "softgarden", website="https://softgarden.com")
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
OWN = r"(?!(?:www|api|app|static|cdn|certificate|matomo|tracker|career)$)"
REDIRECTS, GONE = (301, 302, 303, 307, 308), (404, 410)
#: `var complete_job_id_list = jobs_selected = [48677018, 53688446];`
ALL_IDS = re.compile(r"\bcomplete_job_id_list\s*=\s*(?:\w+\s*=\s*)?\[([\d\s,\"']*)\]")


class SoftgardenCareers(Connector):
    """The feed of a career page, else the board of an older one and the page of each position."""

    slug = "softgarden-careers"
    ats = SOFTGARDEN
    way_in = N_("By the career page")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "slug",
            N_("Career page"),
            N_(
                "The part before .career.softgarden.de or .softgarden.io in the address of your career page, or the "
                "host of a domain of your own. You can paste the whole address."
            ),
            example="northwind",
            pattern=rf"{OWN}{LABEL}|(?!(?:.*\.)?softgarden\.(?:io|de)$)(?=.{{4,253}}$)(?:{LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9]",
            lower=True,
        ),
        Field(
            "lang",
            N_("Language"),
            N_("The language of an older job board, as it stands in its address: de, en, fr …"),
            example="de",
            pattern="[a-z]{2}",
            default="de",
            lower=True,
        ),
    )
    hosts = ("{slug}",)
    addresses = (
        rf"https://(?!www\.)(?P<slug>{LABEL})\.career\.softgarden\.de",
        rf"https://(?!(?:www|api|app|static|cdn|certificate|matomo)\.)(?P<slug>{LABEL})\.softgarden\.io"
        r"(?:/(?P<lang>[a-z]{2})(?=/))?",
    )
    signs = (
        r"/jobs\.feed\.json",
        r"(?:certificate|matomo)\.softgarden\.io",
        r"(?:tracker|mediaassets)\.softgarden\.de",
        r"\bcomplete_job_id_list\b",
    )
    shown_as = "{slug}"
    limits = Limits(mib=32, parallel=4)
    quirks = (
        N_("Newer career pages have a feed with everything; on older ones the page of each position is read."),
        N_("softgarden does not say a position's department or pay there."),
    )
    revoke = N_("Nothing to revoke: the career page is public.")

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """An address on a domain of the customer's own is cut to its host, too."""
        given = str(config.get("slug") or "")
        whole = None if cls.match_address(given) else typed_address(given)
        return super().check({**config, "slug": urlsplit(whole).netloc} if whole else config)

    @classmethod
    def shown(cls, config: Mapping[str, str]) -> str:
        """The host of the career page."""
        slug = config.get("slug", "")
        return slug if "." in slug or not slug else f"{slug}.career.softgarden.de"

    def _allowed_hosts(self) -> tuple[str, ...]:
        slug = self.config["slug"]
        return (slug,) if "." in slug else (f"{slug}.career.softgarden.de", f"{slug}.softgarden.io")

    def account(self) -> RemoteAccount:
        """The company, where the feed names one only, and the number of positions."""
        rows = self._feed()
        if rows is None:
            return RemoteAccount(self.config["slug"], None, len(self._board()))
        names = {job_posting.read(item, id=id).company for id, item, _changed in rows}
        return RemoteAccount(self.config["slug"], names.pop() if len(names) == 1 else None, len(rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole feed; else the board, and the pages of new or changed positions."""
        rows = self._feed()
        if rows is not None:
            self.listed += len(rows)
            for id, item, changed in rows:
                yield job_posting.read(item, id=id, updated_at=text.moment(changed))
            return
        lines = (Listed(line.id, line.version, line.title, line) for line in self._board())
        yield from self.opened(lines, known, self._page, Line.position)

    def _feed(self) -> list[tuple[str, Row, str | None]] | None:
        """Id, JobPosting and date of change of each position; `None` where the career page has no feed."""
        host = self.http.hosts[0]
        try:
            answer = self.http.get(f"https://{host}/jobs.feed.json", allow=(*REDIRECTS, *GONE))
        except TemporarilyUnavailable:
            if len(self.http.hosts) > 1 and "resolved" not in self.http.seen.get(host, ["resolved"]):
                return None  # only the older address exists
            raise
        if answer.status in (*REDIRECTS, *GONE) or answer.body.lstrip()[:1] == b"<":
            return None
        data = answer.json()
        elements = need(self.ats.name, data, "dataFeedElement")
        total = said(data, "numberOfItems") or str(len(elements))
        items = [(without_dashes(part(each, "item")), said(each, "dateModified")) for each in elements]
        if total != str(len(elements)) or not all(job_posting.folded(item).get("title") for item, _changed in items):
            raise answer.unexpected()
        return [(id_of(item), item, changed) for item, changed in items]

    def _board(self) -> list[Line]:
        """The lines of an older board: one page with all positions, and a list of their ids in its source."""
        url = f"https://{self.http.hosts[-1]}/{self.config['lang']}/widgets/jobs"
        answer = self.http.get(url, headers=HTML, allow=(*REDIRECTS, *GONE))
        if answer.status in (*REDIRECTS, *GONE):
            raise AccountNotFound(
                N_("%(ats)s knows no career page %(slug)s."), ats=self.ats.name, slug=self.shown(self.config)
            )
        tree = page(answer)
        lines = {found.id: found for node in tree.css(".matchElement") if (found := read_line(node, url))}
        listed = ALL_IDS.search("\n".join(script.text() for script in tree.css("script")))
        ids = re.findall(r"\d+", listed[1]) if listed else list(lines)
        if (not listed and not lines) or not lines.keys() <= set(ids):
            raise answer.unexpected()
        bare = (Line(id, None, urljoin(url, f"/job/{id}?l={self.config['lang']}")) for id in ids)
        return [lines.get(line.id, line) for line in {each.id: each for each in bare}.values()]

    def _page(self, line: Line) -> LexborHTMLParser | None:
        """The position's page, one redirect further; `None` where it is gone."""
        answer = self._open(line.url)
        if answer.status in REDIRECTS:  # to the address with the title in it
            further = joined(line.url, answer.headers.get("Location")) or ""
            if f"/job/{line.id}" not in further:
                return None
            answer = self._open(further)
        return None if answer.status in (*REDIRECTS, *GONE) else page(answer)

    def _open(self, url: str) -> Answer:
        """A page on the host of the board, whichever of its names a link writes."""
        parts = urlsplit(url)
        own = f"https://{self.http.hosts[-1]}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        return self.http.get(own, headers=HTML, allow=(*REDIRECTS, *GONE))


class Softgarden(Connector):
    """The jobs of one channel, through the interface that softgarden has for websites."""

    slug = "softgarden"
    ats = SOFTGARDEN
    way_in = N_("By a channel of the frontend API")
    about = N_(
        "Reads all positions of one channel, that of internal positions too, with categories and dates of change."
    )
    fields = (
        Field(
            "client_id",
            N_("Client ID"),
            N_(
                "The ID with which a website reads your positions from softgarden, in five groups with dashes. "
                "softgarden's support gives it to your administrator."
            ),
            example="3f2a56dd-af52-40dc-a759-ad117216a171",
            pattern=r"[0-9a-fA-F-]{32,36}",
            secret=True,
        ),
        Field(
            "channel_id",
            N_("Channel"),
            N_("The channel in which the positions are published: a number with _extern or _intern behind it, mostly."),
            example="125411_extern",
            pattern=r"[A-Za-z0-9_.-]{1,80}",
        ),
    )
    hosts = ("api.softgarden.io",)
    addresses = (
        r"https://api\.softgarden\.io/api/rest/v3/frontend/jobslist/(?P<channel_id>(?!channels)[A-Za-z0-9_.-]+)",
    )
    shown_as = "{channel_id}"
    limits = Limits(mib=32)
    quirks = (
        N_("A channel that ends with _intern holds internal positions: they are shown on the intranet only."),
        N_("One connection reads one channel; add one connection for each."),
    )
    revoke = N_("Ask softgarden's support to withdraw the client ID.")

    API = "https://api.softgarden.io/api/rest/v3/frontend"
    #: Catalogue → what the rows call its codes.
    CATALOGUES = {"EMPLOYMENT_TYPE": "employmentTypes", "WORKING_HOURS": "workTimes", "JOB_CATEGORY": "jobCategories"}

    def account(self) -> RemoteAccount:
        """The company, where the channel's positions name one only, and how many these are."""
        rows = self._rows()
        names = {_said(row, "companyName") for row in rows}
        return RemoteAccount(self.config["channel_id"], names.pop() if len(names) == 1 else None, len(rows))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """The whole channel, and what its codes mean in the language of its first position."""
        rows = self._rows()
        self.listed += len(rows)
        locale = (_said(rows[0], "locale") or "de")[:2].lower() if rows else "de"
        catalogues = {
            kind: self._catalogue(kind, locale)
            for kind, name in self.CATALOGUES.items()
            if any(values(row, name) for row in rows)
        }
        for row in rows:
            yield self._position(row, catalogues)

    def _rows(self) -> list[Row]:
        answer = self._get(f"/jobslist/{self.config['channel_id']}")
        rows: list[Row] = need(self.ats.name, answer.json(), "results")
        if not all(said(row, "jobDbId") for row in rows):
            raise answer.unexpected()
        return rows

    def _catalogue(self, kind: str, locale: str) -> Row:
        """Code → label; nothing where the catalogue is not there."""
        answer = self._get(f"/catalogs/{kind}", params={"locale": locale}, allow=GONE)
        return answer.json() if answer.status == 200 else {}

    def _get(self, path: str, **options: Any) -> Answer:
        return self.http.get(f"{self.API}{path}", auth=(self.config["client_id"], ""), **options)

    def _position(self, row: Row, catalogues: Mapping[str, Row]) -> RemotePosition:
        names = {
            kind: [
                said(catalogues.get(kind, {}), code) or code for each in values(row, name) if (code := as_text(each))
            ]
            for kind, name in self.CATALOGUES.items()
        }
        kinds = [*names["EMPLOYMENT_TYPE"], *names["WORKING_HOURS"]]
        body = text.unescape(said(row, "jobAdText"))
        return RemotePosition(
            id=said(row, "jobDbId") or "",
            title=html.unescape(said(row, "externalPostingName") or ""),
            url=_said(row, "jobAdUrl"),
            apply_url=_said(row, "applyOnlineLink"),
            locations=_places(row),
            workplace=WORKPLACES.get((_said(row, "remoteStatus") or "").upper()),
            employment_type=text.employment_type([kind for kind in kinds if not re.fullmatch(r"[0-9a-f]+", kind)]),
            description_html=text.lines(body) if body else None,
            updated_at=text.moment(row.get("postingLastUpdatedDate") or said(row, "postingLastUpdatedDate"), unit="ms"),
            language=_said(row, "locale"),
            requisition=_said(row, "projectNumber"),
            visibility="internal" if self.config["channel_id"].endswith("_intern") else "public",
            company=_said(row, "companyName"),
            category="; ".join(each for each in names["JOB_CATEGORY"] if not re.fullmatch(r"[0-9a-f]+", each)) or None,
        )


WORKPLACES: dict[str, text.Workplace] = {
    "REMOTE_FLEXIBLE": "hybrid",
    "REMOTE_PARTIAL": "hybrid",
    "HYBRID": "hybrid",
    "REMOTE_FULL": "remote",
    "REMOTE_ONLY": "remote",
    "REMOTE": "remote",
    "NO_REMOTE": "on_site",
    "ON_SITE": "on_site",
}


def _said(row: Row, name: str) -> str | None:
    """A part by its name, which the interface writes as `companyName` or as `company_name`."""
    return said(row, name) or said(row, re.sub(r"(?=[A-Z])", "_", name).lower())


def _places(row: Row) -> tuple[Location, ...]:
    city, region, country = (_said(row, name) for name in ("geoCity", "geoState", "geoCountry"))
    if city or region:
        return (Location(None, city, region, text.country(country)),)
    return places(_said(row, "geoName")) or ((Location(country=code),) if (code := text.country(country)) else ())
