"""HiBob Hiring. Facts: https://apidocs.hibob.com/reference/job-ads and the career site's own list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._http import Limits
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Location, RemoteAccount, RemotePosition, Salary
from webapp.connectors._rows import Row, part, said
from webapp.i18n import N_

HIBOB = ATS("hibob", "HiBob", website="https://www.hibob.com")
#: The texts in the order of the career site, with the headings that it shows where no others were chosen.
SECTIONS = {
    "description": None,
    "responsibilities": "Responsibilities",
    "requirements": "Requirements",
    "benefits": "Benefits",
}
#: What the API is asked for: it answers with nothing else.
FIELDS = (
    *("id", "title", "description", "requirements", "responsibilities", "benefits", "department", "employmentType"),
    *("employmentTypeId", "site", "country", "jobAdSite", "jobAdCountry", "workspaceTypeId", "workspaceType"),
    *("language", "publishedAt", "applyUrl"),
)


class Hibob(Connector):
    """The Hiring API, with a service user."""

    slug = "hibob"
    ats = HIBOB
    way_in = N_("With a service user")
    about = N_("Reads the job ads that are published on your career site; for sites that are built on Bob's API.")
    fields = (
        Field(
            "client_id",
            N_("Service user ID"),
            N_(
                "In Bob: System settings › Integrations › Automation › Service users. It is shown once, when the "
                "service user is created."
            ),
            example="SERVICE-4821",
            pattern=r"[^\s:]+",
        ),
        Field(
            "client_secret",
            N_("Token"),
            N_("Shown beside the ID of the service user, once. Its permission group needs to view job ads."),
            example="b7Qm2xWz8cR5tV1y",
            pattern=r"\S+",
            secret=True,
        ),
    )
    hosts = ("api.hibob.com",)
    shown_as = "Bob ({client_id})"
    limits = Limits(mib=32)
    quirks = (
        N_("Bob's API names the application form of an ad and no page of it, so positions lead to the form."),
        N_("Pay is not read: it is on the career site only."),
    )
    revoke = N_("In Bob: System settings › Integrations › Automation › Service users, delete the service user.")

    def account(self) -> RemoteAccount:
        """How many ads there are; Bob says no name."""
        return RemoteAccount(None, None, len(self._ads()))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        ads = self._ads()
        self.listed = len(ads)
        for ad in ads:
            yield _position(ad)

    def _ads(self) -> list[Row]:
        """The active ads, with names and values as the career site has them."""
        answer = self.http.post(
            "https://api.hibob.com/v1/hiring/job-ads/search",
            json={"fields": [f"/jobAd/{name}" for name in FIELDS], "filters": []},
            auth=(self.config["client_id"], self.config["client_secret"]),
        )
        found = answer.json(object)
        if isinstance(found, dict):  # described as a list; seen in an object, too
            found = next((found[name] for name in ("jobAdDetails", "jobAds", "data") if name in found), None)
        return [_plain(ad) for ad in answer.rows(found)]


class HibobCareers(Connector):
    """The public career site, in one answer."""

    slug = "hibob-careers"
    ats = HIBOB
    way_in = N_("By the career site")
    about = N_("Needs no credentials. Reads what everybody can see, with pay where the career site shows it.")
    fields = (
        Field(
            "subdomain",
            N_("Account name"),
            N_("The part before .careers.hibob.com in the address of your career site. You can paste the whole one."),
            example="northwind",
            pattern=r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
            lower=True,
        ),
    )
    hosts = ("{subdomain}.careers.hibob.com",)
    addresses = (r"https://(?P<subdomain>[a-z0-9-]+)\.careers\.hibob\.com",)
    shown_as = "{subdomain}.careers.hibob.com"
    limits = Limits(mib=32)  # one answer holds every ad with its whole text
    quirks = (N_("Bob does not say when an ad was changed, so every ad is read anew each time."),)
    revoke = N_("Nothing to revoke: the career site is public.")

    def account(self) -> RemoteAccount:
        """Whether the career site is there and how many ads it shows; it does not say whose it is."""
        return RemoteAccount(self.config["subdomain"], None, len(self._ads()))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Everything is in one answer; there are no pages."""
        ads = self._ads()
        self.listed = len(ads)
        for ad in ads:
            yield _position(ad, f"{self._site}/jobs/{said(ad, 'id')}")

    @property
    def _site(self) -> str:
        return f"https://{self.config['subdomain']}.careers.hibob.com"

    def _ads(self) -> list[Row]:
        """Bob shows the list only to its own page: without the Referer it answers 401."""
        headers = {"Referer": f"{self._site}/", "companyIdentifier": self.config["subdomain"]}
        answer = self.http.get(f"{self._site}/api/job-ad", headers=headers)
        return answer.rows(answer.json(), "jobAdDetails")


def _plain(ad: Row) -> Row:
    """`{"/jobAd/title": {"value": "Baker"}}` as `{"title": "Baker"}`; plain names and values stay as they are."""
    return {
        str(name).rpartition("/")[2]: value.get("value") if isinstance(value, dict) and "value" in value else value
        for name, value in ad.items()
    }


def _position(ad: Row, url: str | None = None) -> RemotePosition:
    site = said(ad, "jobAdSite") or said(ad, "site")
    return RemotePosition(
        id=said(ad, "id") or "",
        title=said(ad, "title") or "",
        url=url,
        apply_url=said(ad, "applyUrl"),
        department=said(ad, "department"),
        locations=_places(site, text.country(said(ad, "jobAdCountry") or said(ad, "country"))),
        workplace=text.workplace(said(ad, "workspaceTypeId"))
        or text.workplace(said(ad, "workspaceType"))
        or work_model(site),
        employment_type=_employment(ad),
        description_html=_description(ad),
        posted_at=text.moment(said(ad, "publishedAt")),
        language=said(ad, "language"),
        salary=_salary(ad),
    )


def _places(site: str | None, country: str | None) -> tuple[Location, ...]:
    """The site by its name, in the country that the ad says."""
    found = places(site)
    if not found:
        return (Location(country=country),) if country else ()
    return (replace(found[0], country=country),) if country and len(found) == 1 else found


def _employment(ad: Row) -> text.EmploymentType | None:
    """The name of the kind, else its id, which is a text in most accounts ("Permanent") and a number in some."""
    words = [word for name in ("employmentType", "employmentTypeId") if (word := said(ad, name)) and not word.isdigit()]
    kinds = [text.employment_type(word) for word in words]
    return next((kind for kind in kinds if kind not in (None, "other")), next(iter(kinds), None))


def _description(ad: Row) -> str | None:
    """The four texts under their headings: those that the company chose, else Bob's own ones in English ads."""
    labels = part(ad, "sectionLabels")
    english = (said(ad, "language") or "en").lower().startswith("en")
    return text.sections(
        (said(labels, name) or (heading if english else None), said(ad, name)) for name, heading in SECTIONS.items()
    )


def _salary(ad: Row) -> Salary | None:
    """The range that is published for pay transparency; 0 stands for an end that is open."""
    low, high = (text.number(ad.get(f"payTransparency{end}Salary")) or None for end in ("Min", "Max"))
    if low is None and high is None:
        return None
    currency = text.currency(said(ad, "payTransparencySalaryCurrency"))
    return Salary(low, high, currency, text.interval(said(ad, "payTransparencySalaryPayPeriod")))
