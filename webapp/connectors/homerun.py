"""Homerun. Facts: https://developers.homerun.co (v2, with an API key); each careers page has an Atom feed beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from webapp.connectors import _text as text
from webapp.connectors import _xml as xml
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import PermissionMissing, UnexpectedAnswer
from webapp.connectors._http import PAGES, Limits
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition
from webapp.connectors._rows import Row, flag, part, said
from webapp.i18n import N_

HOMERUN = ATS("homerun", "Homerun", merge_slug="homerun", website="https://www.homerun.co")
ATOM = {"Accept": "application/atom+xml, application/xml, text/xml, */*;q=0.5"}
SITE = r"(?!(?:feed|feeds|api|app|www|help|cdn|static|assets|media|img|embed|widget|developers|status)\.)"
PAGE = 100
REASONS: dict[str | None, Reason] = {"private": "unlisted", "closed": "closed", "draft": "draft"}


class Homerun(Connector):
    """The vacancies of the API, in pages; the public ones of them are shown."""

    slug = "homerun"
    ats = HOMERUN
    way_in = N_("With an API key")
    about = N_("Reads the public vacancies with their places in parts and the day on which each was created.")
    fields = (
        Field(
            "api_key",
            N_("API key"),
            N_(
                "In Homerun: Settings › Integrations, create an API key with the scope vacancies:read. Scopes cannot "
                "be changed later, and not every plan includes the API."
            ),
            example="1012345|q7xW2mZ8cR5tB1yV4kN9",
            pattern=r"\S+",
            secret=True,
        ),
    )
    hosts = ("api.homerun.co",)
    shown_as = "app.homerun.co"
    scopes = ("vacancies:read",)
    limits = Limits(requests=60, seconds=60, mib=32)
    quirks = (
        N_("Private vacancies, which only those with the link can see, are not shown."),
        N_("Homerun does not say when a vacancy was published; the day it was created stands for it."),
    )
    revoke = N_("In Homerun: Settings › Integrations, delete the API key.")

    def account(self) -> RemoteAccount:
        """The subdomain that the vacancies stand on and, where they fit on one page, how many are public."""
        rows, last, _total = self._page(1)
        hosts = (urlsplit(said(row, "job_url") or "").hostname or "" for row in rows)
        site = next((host.removesuffix(".homerun.co") for host in hosts if host.endswith(".homerun.co")), None)
        return RemoteAccount(site, None, sum(not _reason(row) for row in rows) if last == 1 else None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page; vacancies that nobody can find are noted only."""
        page, last, total = 0, 1, 0
        while page < last:
            page += 1
            rows, last, total = self._page(page)
            for row in rows:
                self.listed += 1
                if reason := _reason(row):
                    self.withhold(said(row, "id"), reason, said(row, "title"))
                else:
                    yield _vacancy(row)
        if self.listed < total:
            few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=self.listed)

    def _page(self, page: int) -> tuple[list[Row], int, int]:
        """The rows of a page, the number of the last page, and how many rows there are on all."""
        answer = self.http.get(
            "https://api.homerun.co/v2/vacancies",
            params={"page": str(page), "perPage": str(PAGE), "include[]": ["location", "department"]},
            headers={"Authorization": f"Bearer {self.config['api_key']}"},
            allow=(402,),
        )
        if answer.status == 402:
            plan = N_("%(ats)s accepts the key, but the plan of your account does not include the API.")
            raise PermissionMissing(plan, ats=self.ats.name)
        found = answer.json()
        rows, meta = answer.rows(found, "data"), part(found, "meta")
        last, total = text.number(meta.get("last_page")), text.number(meta.get("total"))
        if last is None or last > PAGES or (not rows and (page > 1 or total)):
            raise answer.unexpected()
        return rows, int(last), int(total or 0)


class HomerunCareers(Connector):
    """The Atom feed of a careers page, as a whole."""

    slug = "homerun-careers"
    ats = HOMERUN
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "slug",
            N_("Subdomain"),
            N_(
                "The part before .homerun.co in the address of your careers page. You can paste the whole address. If "
                "your page has a domain of its own, Homerun shows the subdomain under Settings."
            ),
            example="northwind",
            pattern=r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
            lower=True,
        ),
    )
    hosts = ("feed.homerun.co",)
    addresses = (
        r"https://feed\.homerun\.co/(?P<slug>[A-Za-z0-9-]+)",
        rf"https://{SITE}(?P<slug>[a-z0-9-]+)\.homerun\.co",
    )
    shown_as = "{slug}.homerun.co"
    limits = Limits(mib=32)  # one answer holds every vacancy with its whole text
    quirks = (N_("Homerun's feed says when a vacancy was changed, mostly not when it was published."),)
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The company's name, which is the feed's title, and how many vacancies there are."""
        feed = self._feed()
        return RemoteAccount(self.config["slug"], xml.said(feed, "title"), len(xml.children(feed, "entry")))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        entries = xml.children(self._feed(), "entry")
        self.listed = len(entries)
        for entry in entries:
            yield _entry(entry)

    def _feed(self) -> Element:
        return xml.document(self.http.get(f"https://feed.homerun.co/{self.config['slug']}", headers=ATOM), "feed")


def _reason(row: Row) -> Reason | None:
    """Why a vacancy is not shown: the list holds those of every status."""
    status = (said(row, "status") or "public").lower()
    return None if status == "public" else REASONS.get(status, "unlisted")


def _vacancy(row: Row) -> RemotePosition:
    place = _place(part(row, "location"))
    workplace = text.workplace(said(row, "location_type")) or work_model(said(row, "location", "name"))
    return RemotePosition(
        id=said(row, "id") or "",
        title=said(row, "title") or "",
        url=said(row, "job_url"),
        apply_url=said(row, "application_form_url"),
        department=said(row, "department", "name"),
        locations=place,
        workplace=workplace or ("remote" if flag(row, "is_remote") else None),
        employment_type=text.employment_type(said(row, "type")),
        description_html=text.lines(text.unescape(said(row, "description")) or "") or None,
        posted_at=text.moment(said(row, "created_at")),
        closes_at=text.moment(said(row, "expires_at")),
    )


def _place(where: Row) -> tuple[Location, ...]:
    """The place in its parts, and its name where that says more than they do."""
    name, city, region = (said(where, key) for key in ("name", "city", "region"))
    country = text.country(said(where, "country"))
    if not (city or region or country):
        return places(name)
    parts = [piece.strip().lower() for piece in re.split("[,;]", name or "") if piece.strip()]
    known = {(piece or "").strip().lower() for piece in (city, region, said(where, "country"))}
    more = name and not work_model(name) and any(p not in known and text.country(p) != country for p in parts)
    return (Location(name if more else None, city, region, country),)


def _entry(entry: Element) -> RemotePosition:
    """A vacancy of the feed. Beside what Atom has it says a department, a place and a type, each by its name."""
    links = (link for link in xml.children(entry, "link") if link.get("rel", "alternate") == "alternate")
    url = next((link.get("href") for link in links), None)
    named = xml.each(entry, "location")
    body = xml.markup(entry, "description") or xml.markup(entry, "content") or xml.markup(entry, "summary")
    return RemotePosition(
        id=xml.said(entry, "id") or url or "",
        title=xml.said(entry, "title") or "",
        url=url,
        department=xml.said(entry, "department"),
        locations=places(*named),
        workplace=work_model("; ".join(named)),
        employment_type=text.employment_type(xml.said(entry, "type")),
        description_html=text.lines(body) if body else None,
        posted_at=text.moment(xml.said(entry, "published")),
        updated_at=text.moment(xml.said(entry, "updated")),
    )
