"""Talentsoft by Cegid: the RSS feed of a careers site, which the site itself links at "tous les flux RSS".

An item says little by fields of its own: its title begins with the reference, its categories are the job family, the
contract and on some sites the place. The description is made of the offer's fields, each behind its label in bold.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

from webapp.connectors import _text as text
from webapp.connectors import _xml as xml
from webapp.connectors._contract import ATS, Field
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._hosts import HOST, OwnHost
from webapp.connectors._http import Limits
from webapp.connectors._places import places, work_model, written
from webapp.connectors._records import Location, RemoteAccount, RemotePosition
from webapp.i18n import N_

TALENTSOFT = ATS("talentsoft", "Talentsoft (Cegid)", website="https://www.cegid.com/en/products/cegid-talentsoft/")
DOMAIN = ".talent-soft.com"
LANGUAGES = {
    "1036": N_("French"),
    "2057": N_("English (United Kingdom)"),
    "1033": N_("English (United States)"),
    "1031": N_("German"),
    "3082": N_("Spanish"),
    "1040": N_("Italian"),
    "1043": N_("Dutch"),
    "2070": N_("Portuguese"),
}
#: A feed without `top` ends after so many offers on most sites; `top` may be a thousand at most.
FEW, MOST = 20, 1000
OFFER = re.compile(r"/r/(\d+)(?:[/?#]|$)|_(\d+)\.aspx|[?&]idOffre=(\d+)", re.I)
REFERENCE = re.compile(r"\s*(\d{2,4}-\d[0-9A-Za-z]*)\s+[-–—:]\s+")
#: How sites call the place among the labels of the description.
PLACE = re.compile(
    r"<b>\s*(?:(?P<town>ville|commune|town|city|ciudad)|lieu|lieux? de travail|lieu du poste|location|job location"
    r"|localisation(?: du (?:poste|lieu de travail))?|arbeitsort|standort|lugar de trabajo|sede(?: di lavoro)?)"
    r"\s*:?\s*</b>\s*:?\s*(?:<br\s*/?>\s*)?(?P<place>[^<]*[^<\s])",
    re.I,
)


class TalentsoftCareers(OwnHost):
    """The feed of all offers of one careers site, in one language."""

    slug = "talentsoft-careers"
    ats = TALENTSOFT
    way_in = N_("By the careers site")
    about = N_("Needs no credentials. Reads the offers that everybody can see, in one language; without pay.")
    fields = (
        Field(
            "host",
            N_("Careers site"),
            N_(
                "The host that your careers site opens at, such as northwind-recrute.talent-soft.com or a domain of "
                "your own. You can paste the whole address."
            ),
            example="northwind-recrute.talent-soft.com",
            pattern=rf"(?!(?:www\.)?talent-soft\.com$){HOST}",
            lower=True,
        ),
        Field(
            "lcid",
            N_("Language"),
            N_("The language in which the offers are read. A site that does not have it answers in its first one."),
            example="1036",
            choices=tuple(LANGUAGES.items()),
            default="1036",
        ),
    )
    hosts = ("{host}",)
    addresses = (
        r"https://(?P<host>[a-z0-9-]+\.talent-soft\.com)/[^?#]*\?(?:[^#]*&)?(?i:lcid)=(?P<lcid>\d+)",
        r"https://(?P<host>[a-z0-9-]+\.talent-soft\.com)",
    )
    shown_as = "{host}"
    limits = Limits(mib=48)  # a thousand offers with their texts
    quirks = (
        N_("The feed holds a thousand offers at most. A site with more of them cannot be read in this way."),
        N_("Places are shown where the site publishes them in the feed: that is set up in Talentsoft."),
        N_("The feed says when an offer was published, not when it was changed."),
    )
    revoke = N_("Nothing to revoke: the careers site is public.")

    def account(self) -> RemoteAccount:
        """How many offers there are; the feed does not name the company."""
        return RemoteAccount(self.config["host"].removesuffix(DOMAIN), None, len(self._items()[0]))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """The whole feed. It has no versions."""
        items, language = self._items()
        self.listed += len(items)
        for item in items:
            yield _position(item, language)

    def _items(self) -> tuple[list[Element], str | None]:
        """The offers and the feed's language; asks for more where the feed ends at what it holds by default."""
        channel = self._channel()
        if len(xml.items(channel)) == FEW:
            channel = self._channel(top=str(MOST))
        items = xml.items(channel)
        if len(items) >= MOST:
            raise UnexpectedAnswer(N_("%(ats)s has more positions than its feed can hold."), ats=self.ats.name)
        return items, xml.said(channel, "language")

    def _channel(self, **more: str) -> Element:
        url = f"https://{self.config['host']}/handlers/offerRss.ashx"
        return xml.channel(self.http.get(url, params={"LCID": self.config["lcid"], **more}, headers=xml.RSS))


def _position(item: Element, language: str | None) -> RemotePosition:
    title, link = xml.said(item, "title") or "", xml.said(item, "link") or xml.said(item, "guid") or ""
    reference = _reference(title, link)
    if reference and title.startswith(reference):
        title = title.removeprefix(reference).lstrip(" -–—:") or title
    number = OFFER.search(link)
    families, contract, where = _categories(xml.each(item, "category"))
    body = xml.markup(item, "description")
    found = _places(body, where)
    return RemotePosition(
        id=next(filter(None, number.groups() if number else ()), None) or reference or link,
        title=title,
        url=link,
        locations=found,
        workplace=next((model for each in found if (model := work_model(each.name or each.city))), None),
        employment_type=text.employment_type(contract),
        description_html=text.lines(body) if body else None,
        posted_at=text.moment(xml.said(item, "pubDate")),
        language=language if re.fullmatch(r"[A-Za-z]{2}(-[A-Za-z]{2})?", language or "") else None,
        requisition=reference,
        category=families,
    )


def _reference(title: str, link: str) -> str | None:
    """The reference of the link, which the title begins with, else one in the usual form at its beginning."""
    stated, last = next(iter(_query(link).get("reference", [])), "").strip(), link.rstrip("/").rpartition("/")[2]
    match = REFERENCE.match(title)
    return stated or (match[1] if match else last if last and title.startswith(f"{last} - ") else None)


def _query(link: str) -> dict[str, list[str]]:
    try:
        return parse_qs(urlsplit(link).query)
    except ValueError:
        return {}


def _categories(said: list[str]) -> tuple[str | None, str | None, list[str]]:
    """The job family, the contract and the places: what stands behind the contract, or begins with a postcode."""
    kinds = [text.employment_type(each) not in (None, "other") for each in said]
    at = next((n for n, is_kind in enumerate(kinds) if is_kind and n), 0) or (0 if kinds[:1] == [True] else None)
    contract = said[at] if at is not None else None
    behind = said[at + 1 :] if at is not None else []
    where = behind or [each for each in said[1:] if re.search(r"\b\d{5}\s+\D", each)]
    family = next((each for each in said if each != contract and each not in where), None)
    return family, contract, where


def _places(body: str | None, where: list[str]) -> tuple[Location, ...]:
    match = PLACE.search(body or "")
    if not match:
        return tuple(dict.fromkeys(place for each in where for place in written(each)))
    place = text.one_line(html.unescape(match["place"])) or ""
    return (Location(city=place),) if match["town"] and not re.search("[,;/]", place) else places(place)
