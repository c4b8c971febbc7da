"""Oracle Recruiting Cloud. Facts: https://docs.oracle.com/en/cloud/saas/human-resources/ (recruitingCEJobRequisitions).

The Candidate Experience sites ask the same two resources, without credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._http import Answer, Limits, need
from webapp.connectors._places import composed, work_model
from webapp.connectors._records import Label, Location, RemoteAccount, RemotePosition, Unchanged, web_address
from webapp.connectors._rows import Row, digest, part, parts, said
from webapp.i18n import N_

ORACLE = ATS(
    "oracle-recruiting-cloud",
    "Oracle Recruiting Cloud",
    merge_slug="oracle-fusion",
    website="https://www.oracle.com/human-capital-management/recruiting/",
)
PAGE = 25
#: Behind this row Oracle answers with nothing at all, whatever there is.
LAST = 10_000
HOST = r"[a-z0-9-]+\.fa\.(?:[a-z0-9-]+\.)?(?:ocs\.)?oraclecloud(?:[1-9]\d?)?\.com"
SITE = r"[A-Za-z0-9_-]{1,40}"
LANGUAGE = r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8})*"
TEXTS = (
    "ExternalDescriptionStr",
    "ExternalResponsibilitiesStr",
    "ExternalQualificationsStr",
    "CorporateDescriptionStr",
    "OrganizationDescriptionStr",
)
#: What customers call a field of their own that says how one is employed.
KIND = re.compile(r"(?:employment|contract|job|worker) (?:type|status)", re.I)
PEOPLE = re.compile(r"recruiter|manager|contact|e-?mail|phone", re.I)
#: Oracle's own codes of languages, where they are not those of everybody else.
LANGUAGES = {"US": "en", "GB": "en-GB", "D": "de", "F": "fr", "FRC": "fr-CA", "E": "es", "ESA": "es-419", "I": "it"} | {
    "PTB": "pt-BR",
    "S": "sv",
    "N": "no",
    "DK": "da",
    "SF": "fi",
    "ZHS": "zh-Hans",
    "ZHT": "zh-Hant",
    "IW": "he",
    "VN": "vi",
}
SHORT = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
CAPPED = N_("%(ats)s declared %(total)s positions, but lists no more than %(sent)s of them to anybody.")


class OracleRecruitingCloudCareers(Connector):
    """One Candidate Experience site: its list in pages, and a call for the text of each new or changed job."""

    slug = "oracle-recruiting-cloud-careers"
    ats = ORACLE
    way_in = N_("By the careers site")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "host",
            N_("Host"),
            N_(
                "The host of your careers site; it ends in oraclecloud.com. You can paste the whole address. Where the "
                "site has an address of your own, open a job, press Apply and look at the address that you come to, "
                "or ask whoever runs Oracle for you."
            ),
            example="nwnd.fa.us2.oraclecloud.com",
            pattern=HOST,
            lower=True,
        ),
        Field(
            "site",
            N_("Site"),
            N_(
                "The part behind /sites/ in the address of your careers site, such as CX_1. In Oracle it is the site "
                "number under Setup and Maintenance, Recruiting and Candidate Experience Management."
            ),
            example="CX_1",
            pattern=SITE,
        ),
        Field(
            "lang",
            N_("Language"),
            N_("The part before /sites/ in the address. It chooses in which language Oracle names things."),
            example="en",
            pattern=LANGUAGE,
            required=False,
        ),
    )
    hosts = ("{host}",)
    addresses = (
        rf"https://(?P<host>{HOST})/hcmUI/CandidateExperience/(?:(?P<lang>{LANGUAGE})/)?sites/(?P<site>{SITE})",
        rf"https://(?P<host>{HOST})/hcmRestApi/resources/[\w.]+/recruitingCEJobRequisition(?:s|Details)"
        rf"\?.*siteNumber=(?P<site>{SITE})(?:[,;&].*)?",
    )
    shown_as = "{host}/{site}"
    limits = Limits(mib=16, parallel=8)
    quirks = (
        N_("One connection reads one site; a company with several sites adds one connection for each."),
        N_("Oracle lists no more than 10,000 jobs. A list that is cut off is never taken for the whole."),
        N_("The text of a job is read when it is new or its entry changed; a change of the text alone shows in a day."),
    )
    revoke = N_("Nothing to revoke: the careers site is public.")

    def account(self) -> RemoteAccount:
        """How many jobs the site shows; Oracle does not say what it is called."""
        _rows, total = self._page(0)
        empty = N_("This site shows no jobs. Oracle answers the same for a site that does not exist.")
        id = f"{self.config['host']}/{self.config['site']}"
        return RemoteAccount(id, None, total, () if total else (empty,))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """Page by page, with the details of what is new or changed on it."""
        for rows in self._pages():
            lines = (Listed(_id(row), _version(row), said(row, "Title"), row) for row in rows)
            yield from self.opened(lines, known, self._detail, self._position)

    def _pages(self) -> Iterator[list[Row]]:
        """The rows of each page that were on none before. Pages come short in the middle: only the total ends them."""
        seen: set[str] = set()
        offset = total = 0
        while True:
            page, declared = self._page(offset)
            offset, total = offset + len(page), max(total, declared)
            rows = [row for row in page if _id(row) not in seen]  # after a short page some come once more
            if len({_id(row) for row in page}) < len(page) or (page and not rows):
                raise UnexpectedAnswer(N_("%(ats)s listed the same position twice."), ats=self.ats.name)
            seen |= {_id(row) for row in rows}
            yield rows
            if len(seen) >= total:
                return
            if not page:
                sentence = CAPPED if offset + PAGE > LAST else SHORT
                raise UnexpectedAnswer(sentence, ats=self.ats.name, total=total, sent=len(seen))

    def _page(self, offset: int) -> tuple[list[Row], int]:
        """The rows from here on and how many there are. Paging has to stand inside the finder."""
        finder = f"findReqs;siteNumber={self.config['site']},limit={PAGE},offset={offset},sortBy=POSTING_DATES_DESC"
        expand = "requisitionList.workLocation,requisitionList.secondaryLocations"
        answer = self._get(f"recruitingCEJobRequisitions?onlyData=true&expand={expand}&finder={finder}")
        found = need(self.ats.name, answer.json(), "items")
        search = found[0] if found and isinstance(found[0], dict) else {}
        rows, total = answer.rows(search, "requisitionList"), said(search, "TotalJobsCount") or ""
        if not total.isdecimal() or not all(map(_id, rows)):
            raise answer.unexpected()
        return rows, int(total)

    def _detail(self, row: Row) -> Row | None:
        """The whole job; `None` where it is no longer open, which is an answer without items."""
        finder = f"ById;Id=%22{quote(_id(row), safe='')}%22,siteNumber={self.config['site']}"
        path = f"recruitingCEJobRequisitionDetails?expand=all&onlyData=true&finder={finder}"
        answer = self._get(path, allow=(404, 410))
        if answer.status != 200:
            return None
        found = need(self.ats.name, answer.json(), "items")
        detail = part({"item": found[0]}, "item") if found else None
        if detail is not None and (not detail or said(detail, "Id") not in (None, _id(row))):
            raise answer.unexpected()
        return detail

    def _get(self, path: str, allow: tuple[int, ...] = ()) -> Answer:
        headers = {"ora-irc-language": self.config["lang"]} if "lang" in self.config else {}
        return self.http.get(
            f"https://{self.config['host']}/hcmRestApi/resources/latest/{path}", headers=headers, allow=allow
        )

    def _position(self, row: Row, detail: Row) -> RemotePosition:
        job = row | {name: value for name, value in detail.items() if value not in (None, "", [], {})}
        site = f"https://{self.config['host']}/hcmUI/CandidateExperience/{self.config.get('lang', 'en')}/sites"
        url = f"{site}/{self.config['site']}/job/{_id(row)}"
        return RemotePosition(
            id=_id(row),
            title=said(job, "Title") or "",
            url=web_address(said(job, "ExternalURL")) or url,
            apply_url=f"{url}/apply/email",
            department=_first(job, "Department", "Organization", "BusinessUnit"),
            team=said(job, "JobFamily"),
            locations=_places(job),
            workplace=_workplace(job),
            employment_type=_employment(job),
            description_html=_description(job),
            posted_at=text.moment(_first(job, "PostedDate", "ExternalPostedStartDate")),
            closes_at=text.moment(_first(job, "PostingEndDate", "ExternalPostedEndDate")),
            language=_language(said(job, "Language")),
            company=said(job, "LegalEmployer"),
            category=_first(job, "JobFunction", "Category"),
            labels=_labels(job),
            version=_version(row),
        )


def _id(row: Row) -> str:
    """The number of the requisition, such as 12142, N122008 or MY_SCA_173."""
    return (said(row, "Id") or "").strip()


def _version(row: Row) -> str:
    """What the list says of a job, as it holds no date of change; without counters such as `Distance`."""
    names = ("Title", "PostedDate", "PostingEndDate", "PrimaryLocation", "WorkplaceTypeCode", "ShortDescriptionStr")
    others = sorted(said(place, "Name") or "" for place in parts(row, "secondaryLocations"))
    return digest([said(row, name) for name in names], others)


def _first(job: Row, *names: str) -> str | None:
    return next((found for name in names if (found := said(job, name))), None)


def _places(job: Row) -> tuple[Location, ...]:
    """The main place and the others; the place of work itself only where no other is named."""
    named = [(said(job, "PrimaryLocation"), said(job, "PrimaryLocationCountry"))]
    named += [(said(place, "Name"), said(place, "CountryCode")) for place in parts(job, "secondaryLocations")]
    found = tuple(dict.fromkeys(place for name, code in named for place in _place(name, text.country(code))))
    if found:
        return found
    offices = [_office(place) for place in parts(job, "workLocation")]
    return tuple(dict.fromkeys(office for office in offices if office != Location()))


def _place(name: str | None, country: str | None) -> tuple[Location, ...]:
    found = composed(name or "")
    if not found and country:
        return (Location(country=country),)
    return (replace(found[0], country=country), *found[1:]) if len(found) == 1 and country else found


def _office(place: Row) -> Location:
    region = _first(place, "Region2", "Region3", "Region1")
    return Location(
        said(place, "LocationName"), said(place, "TownOrCity"), region, text.country(said(place, "Country"))
    )


def _employment(job: Row) -> text.EmploymentType | None:
    """What one of Oracle's fields says, else one of the customer's own."""
    told = _first(job, "JobSchedule", "WorkerType", "ContractType", "JobType")
    own = (label.value for label in _labels(job) if KIND.fullmatch(label.name.strip()))
    return text.employment_type(told or next(own, None))


def _workplace(job: Row) -> text.Workplace | None:
    """The code counts: its label is the customer's, such as "Work From Home"."""
    told = text.workplace(said(job, "WorkplaceTypeCode")) or text.workplace(said(job, "WorkplaceType"))
    return told or work_model(said(job, "PrimaryLocation"))


def _description(job: Row) -> str | None:
    """The whole text, in the order of the job's page; the short one only where there is no other."""
    whole = text.sections((None, text.lines(text.unescape(said(job, name)) or "")) for name in TEXTS)
    return whole or text.lines(text.unescape(said(job, "ShortDescriptionStr")) or "") or None


def _language(code: str | None) -> str | None:
    """Its code as everybody writes it; what stands alone in capitals is Oracle's spelling of two letters."""
    code = (code or "").strip().replace("_", "-")
    plain = code if "-" in code else code.lower()
    return LANGUAGES.get(code.upper()) or (plain if re.fullmatch(LANGUAGE, code) else None)


def _labels(job: Row) -> tuple[Label, ...]:
    """The fields of their own that the customer shows with a job; people stay out."""
    fields = [(said(field, "Prompt"), said(field, "Value")) for field in parts(job, "requisitionFlexFields")]
    return tuple(Label(name, value) for name, value in fields if name and value and not PEOPLE.search(name))
