"""ReachMee by Talentech: the RSS feed of all vacancies of an installation, with elements of its own in each item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from webapp.connectors import _text as text
from webapp.connectors import _xml as xml
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._http import Limits
from webapp.connectors._places import work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition
from webapp.i18n import N_

REACHMEE = ATS("reachmee", "ReachMee", website="https://www.talentech.com")
JOB = re.compile(r"[?&]rmjob=(\d+)", re.I)
LANGUAGES = (
    ("UK", N_("English")),
    ("SE", N_("Swedish")),
    ("NO", N_("Norwegian")),
    ("DK", N_("Danish")),
    ("FI", N_("Finnish")),
)


def _has(name: str, pattern: str, optional: bool = False) -> str:
    """A pattern for a parameter that stands anywhere in the query."""
    said = rf"(?:[^#]*&)?(?i:{name})={pattern}(?=[&#]|$)"
    return rf"(?=(?:{said})?)" if optional else rf"(?={said})"


INSTALLATION, LANG = r"(?P<installation_id>[A-Za-z]\d{2,5})", _has("lang", r"(?P<lang>UK|SE|NO|DK|FI)", optional=True)


class ReachMeeCareers(Connector):
    """The feed of one site of an installation, in one language."""

    slug = "reachmee-careers"
    ats = REACHMEE
    way_in = N_("By the RSS feed")
    about = N_("Needs no credentials. Reads the vacancies that everybody can see, in one language; without pay.")
    fields = (
        Field(
            "site",
            N_("Server"),
            N_(
                "The number in the host of your RSS feed: 106 in site106.reachmee.com. You can paste the whole address "
                "of the feed here. Whoever set up ReachMee on your website has it; ReachMee's support has it, too."
            ),
            example="106",
            pattern=r"\d{1,4}",
        ),
        Field(
            "installation_id",
            N_("Installation"),
            N_("What stands behind InstallationID= in the feed's address, and behind /ext/ in a vacancy's address."),
            example="I003",
            pattern=r"[A-Za-z]\d{2,5}",
        ),
        Field(
            "site_id",
            N_("Site number"),
            N_("What stands behind id= in the feed's address, and behind site= in a vacancy's address."),
            example="12",
            pattern=r"\d{1,6}",
        ),
        Field(
            "customer_name",
            N_("Customer name"),
            N_("What stands behind CustomerName= in the feed's address. Leave it empty if it is not there."),
            example="northwind",
            pattern=r"[\w.-]{1,80}",
            required=False,
        ),
        Field(
            "lang",
            N_("Language"),
            N_("The language in which the vacancies are read, as far as they are written in it."),
            example="UK",
            choices=LANGUAGES,
            default="UK",
        ),
    )
    hosts = ("site{site}.reachmee.com",)
    addresses = (
        r"https://site(?P<site>\d{1,4})\.reachmee\.com/(?i:public/rssfeed/external\.ashx)\?"
        + _has("InstallationID", INSTALLATION)
        + _has("id", r"(?P<site_id>\d{1,6})")
        + _has("CustomerName", r"(?P<customer_name>[\w.-]{1,80})", optional=True)
        + LANG
        + "[^#]*",
        rf"https://web\d{{1,4}}\.reachmee\.com/ext/{INSTALLATION}/\d+/\w+\?"
        + _has("site", r"(?P<site_id>\d{1,6})")
        + LANG
        + "[^#]*",
    )
    shown_as = "site{site}.reachmee.com, {installation_id}, {site_id}"
    limits = Limits(mib=32)
    quirks = (
        N_("The address of a vacancy does not tell the server of the feed: that field has to be filled in by hand."),
        N_("The feed says when a vacancy was published, not when it was changed."),
    )
    revoke = N_("Nothing to revoke: the feed is public.")

    def account(self) -> RemoteAccount:
        """How many vacancies there are; the feed does not name the company."""
        account = "{installation_id}/{site_id}".format_map(self.config)
        return RemoteAccount(account, self.config.get("customer_name"), len(self._items()))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """The whole feed. It has no versions."""
        items = self._items()
        self.listed += len(items)
        for item in items:
            yield _position(item)

    def _items(self) -> list[Element]:
        params = {"id": self.config["site_id"], "InstallationID": self.config["installation_id"]}
        params |= {"CustomerName": self.config.get("customer_name", ""), "lang": self.config["lang"]}
        url = f"https://site{self.config['site']}.reachmee.com/Public/rssfeed/external.ashx"
        return xml.items(xml.channel(self.http.get(url, params=params, headers=xml.RSS)))


def _position(item: Element) -> RemotePosition:
    link, body = xml.said(item, "link") or "", xml.markup(item, "description")
    number = JOB.search(link)
    found = _places(item)
    return RemotePosition(
        id=xml.said(item, "CommAdSeqNo") or (number[1] if number else ""),
        title=xml.said(item, "title") or "",
        url=link,
        department=xml.said(item, "Org1"),
        team=xml.said(item, "Org2"),
        locations=found,
        workplace=next((model for place in found if (model := work_model(place.city))), None),
        employment_type=_employment(xml.said(item, "employmentLevel"), xml.said(item, "workingHours")),
        description_html=text.lines(body) if body else None,
        posted_at=text.moment(xml.said(item, "pubDate")),
        closes_at=text.moment(xml.said(item, "pubDateTo")),
        category=xml.said(item, "occupationArea") or xml.said(item, "Position"),
    )


def _places(item: Element) -> tuple[Location, ...]:
    """The town is the second area, its county the first; several towns share what is said once."""
    regions, towns = xml.each(item, "Area1"), xml.each(item, "Area2")
    country = text.country(xml.said(item, "country"))
    region = regions[0] if len(regions) == 1 else None
    found = [Location(city=town, region=region, country=country) for town in towns]
    found = found or [Location(region=each, country=country) for each in regions]
    return tuple(dict.fromkeys(found)) or ((Location(country=country),) if country else ())


def _employment(level: str | None, hours: str | None) -> text.EmploymentType | None:
    """What both say together; the hours alone may be "day", which is no kind of employment."""
    kind = text.employment_type([level, hours])
    return kind if level or kind != "other" else None
