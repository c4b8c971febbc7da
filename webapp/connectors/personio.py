"""Personio Recruiting. Facts: https://developer.personio.de/v2.0/docs/retrieving-open-job-positions (the XML feed) and
https://developer.personio.de/reference/get_v2-recruiting-jobs (the API, which does not say what is published)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from xml.etree.ElementTree import Element

from babel import Locale

from webapp.connectors import _contract
from webapp.connectors import _text as text
from webapp.connectors import _xml as xml
from webapp.connectors._contract import ATS, Connector, Field
from webapp.connectors._errors import AccountNotFound, CredentialsRejected, TemporarilyUnavailable
from webapp.connectors._http import Answer, Limits, need
from webapp.connectors._places import places
from webapp.connectors._records import RemoteAccount, RemotePosition, Salary
from webapp.connectors._rows import Row, parts, said
from webapp.i18n import N_

PERSONIO = ATS(
    "personio", "Personio Recruiting", order=2, merge_slug="personio-recruiting", website="https://www.personio.com"
)
API = "https://api.personio.de/v2"
LANGUAGES = ("de", "en", "fr", "es", "nl", "it", "pt")
OFFICES = ("office", "additionalOffices/office")
PAY = ("min", "max", "currencyCode", "currencySymbol", "type")
REMOTE = N_("Remote work is seen only where the office is called so.")
FIELDS = (
    Field(
        "company",
        N_("Company name"),
        N_("The part before .jobs.personio.de or .jobs.personio.com in the address of your careers page."),
        example="northwind",
        pattern=r"(?!(?:www|api|app|docs|help|support|status|localhost)$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
        lower=True,
    ),
    Field(
        "tld",
        N_("Domain"),
        N_("As set at Settings › Recruiting › Career page › Activations, where Enable XML feed must be on too."),
        example="de",
        choices=(("de", ".jobs.personio.de"), ("com", ".jobs.personio.com")),
        default="de",
    ),
    Field(
        "language",
        N_("Language"),
        N_("What your jobs are written in. A job without a text in it is shown with its English or German one."),
        example="en",
        choices=tuple((code, str(Locale(code).get_language_name(code)).capitalize()) for code in LANGUAGES),
        default="en",
    ),
)
HOSTS = ("{company}.jobs.personio.de", "{company}.jobs.personio.com")
Rows = dict[str, list[Element]]
Jobs = dict[str, Row]


class _Feed(Connector):
    """The XML feed, which needs no credentials; in both ways in it alone decides what is published."""

    ats = PERSONIO
    addresses = (
        r"https://(?P<company>[A-Za-z0-9-]+)\.jobs\.personio\.(?P<tld>de|com)"
        rf"(?:/?[^?]*\?(?:[^&]*&)*?language=(?P<language>{'|'.join(LANGUAGES)})(?=&|$))?",
    )
    shown_as = "{company}.jobs.personio.{tld}"
    limits = Limits(mib=32)  # all positions with their texts come in one document

    def _feed(self, since: str | None = None) -> tuple[str, Answer]:
        """(domain, answer) from the domain that was named or, where it has no feed, from the other one."""
        for tld in ("de", "com") if self.config["tld"] == "de" else ("com", "de"):
            with suppress(AccountNotFound):  # 404, or sent on to personio.com
                return tld, self._ask(tld, self.config["language"], since)
        raise AccountNotFound(N_("No XML feed. Check the name and Settings › Recruiting › Career page › Activations."))

    def _ask(self, tld: str, language: str, since: str | None = None) -> Answer:
        url = f"https://{self.config['company']}.jobs.personio.{tld}/xml?language={language}"
        headers = {"Accept": "application/xml, text/xml"} | ({"If-Modified-Since": since} if since else {})
        answer = self.http.get(url, headers=headers, allow=(304, 401, 403) if since else (401, 403))
        if answer.status in (401, 403):  # the feed is open to all: this is the host's wall against robots, and passes
            raise TemporarilyUnavailable(N_("Personio does not let us in at the moment. Berth tries again by itself."))
        return answer

    def _rows(self, answer: Answer) -> Rows:
        """id → its positions, several where it is listed once per office; without an id there is none."""
        root = xml.document(answer, "workzag-jobs")
        rows: Rows = {}
        for position in root.findall("position"):
            if id := _said(position, "id"):
                rows.setdefault(id, []).append(position)
        if len(root) and not rows:
            raise answer.unexpected()
        return rows

    def _read(self) -> tuple[str, Rows, Jobs | None]:
        tld, answer = self._feed()
        return tld, self._rows(answer), None

    def account(self) -> RemoteAccount:
        """The company, where all jobs name the same one, how many there are, and whether the credentials fit them."""
        _tld, rows, jobs = self._read()
        names = {_said(position, "subcompany") for same in rows.values() for position in same}
        strange = N_("These credentials read none of the published jobs: is it the same Personio account?")
        notes = (strange,) if rows and jobs is not None and not rows.keys() & jobs.keys() else ()
        return RemoteAccount(self.config["company"], names.pop() if len(names) == 1 else None, len(rows), notes)

    def _published(
        self, tld: str, rows: Rows, jobs: Jobs | None, version: str | None = None
    ) -> Iterator[RemotePosition]:
        """The feed's positions. Their `version` is the feed's, unless a second feed had to be asked for texts:
        one that was not written in the language asked for comes empty, while titles and offices do not."""
        asked = self.config["language"]
        texts: dict[str, tuple[str | None, str | None]] = {
            id: (asked, html) for id, same in rows.items() if (html := _description(same[0]))
        }
        for language in ("en", "de"):
            if language != asked and (missing := rows.keys() - texts.keys()):
                version, other = None, self._rows(self._ask(tld, language))
                texts |= {id: (language, html) for id in missing & other.keys() if (html := _description(other[id][0]))}
        self.listed = len(rows)
        for id, same in rows.items():
            first, (written, html) = same[0], texts.get(id) or (None, None)
            offices = [e.text for row in same for path in OFFICES for e in row.findall(path) if (e.text or "").strip()]
            url = f"https://{self.config['company']}.jobs.personio.{tld}/job/{id}?language={written or asked}"
            kinds = {text.workplace(office) for office in offices}
            open_ended = _said(first, "employmentType") in (None, "permanent")  # says nothing of the hours
            yield RemotePosition(
                id=id,
                title=_said(first, "name") or "",
                url=url,
                apply_url=f"{url}#apply",
                department=_said(first, "department") or said(jobs, id, "department", "name"),
                locations=places(*offices),
                workplace=kinds.pop() if kinds in ({"remote"}, {"hybrid"}) else None,
                employment_type=text.employment_type(_said(first, "schedule" if open_ended else "employmentType")),
                description_html=html,
                posted_at=text.moment(_said(first, "createdAt")),
                updated_at=text.moment(said(jobs, id, "updated_at", "date-time")),
                salary=_salary(first),
                company=_said(first, "subcompany"),
                category=_said(first, "recruitingCategory"),
                version=version,
            )


class PersonioCareers(_Feed):
    """The XML feed alone."""

    slug = "personio-careers"
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads the XML feed of your careers page, with descriptions and pay.")
    quirks = (N_("The feed says when a job was made, not when it was changed."), REMOTE)
    revoke = N_("Nothing to revoke: the feed is public.")
    fields = FIELDS
    hosts = HOSTS

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | _contract.Unchanged]:
        """One document, not sent again while its `Last-Modified` is the one that all known positions came with."""
        language, versions = self.config["language"], set(known.values())
        same, _space, since = versions.pop().partition(" ") if len(versions) == 1 else ("", "", "")
        tld, answer = self._feed(since if same == language else None)
        if answer.status == 304:
            self.listed = len(known)
            yield from map(_contract.Unchanged, known)
        else:
            modified = answer.headers.get("Last-Modified")
            yield from self._published(tld, self._rows(answer), None, f"{language} {modified}" if modified else None)


class Personio(_Feed):
    """The XML feed, and beside it the API: it proves whose account it is and says when a job was changed."""

    slug = "personio"
    way_in = N_("With API credentials")
    about = N_("Reads the XML feed of your careers page, and from the API when each job was changed.")
    fields = (
        *FIELDS,
        Field(
            "client_id",
            N_("Client ID"),
            N_("In Personio: Marketplace › Connected integrations › Create custom integration, to read Recruiting."),
            example="papi-6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
            pattern=r"\S+",
        ),
        Field(
            "client_secret",
            N_("Client secret"),
            N_("Shown once, at the end of Marketplace › Connected integrations › Create custom integration."),
            example="papi-MzA3ZmQ2ZTctYzg0NS00",
            pattern=r"\S+",
            secret=True,
        ),
    )
    hosts = (*HOSTS, "api.personio.de")
    scopes = ("personio:recruiting:read",)
    quirks = (N_("What is published comes from the feed: the API does not tell drafts from open jobs."), REMOTE)
    revoke = N_("In Personio: Marketplace › Connected integrations, open the integration and delete it.")

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """The feed's positions, each with what the API adds."""
        yield from self._published(*self._read())

    def _read(self) -> tuple[str, Rows, Jobs]:
        token = self._token()
        tld, rows, _jobs = super()._read()
        return tld, rows, self._jobs(token, rows)

    def _token(self) -> str:
        form = {"grant_type": "client_credentials"} | {k: self.config[k] for k in ("client_id", "client_secret")}
        answer = self.http.post(f"{API}/auth/token", data=form, allow=(400,))
        if answer.status == 400:
            raise CredentialsRejected(N_("%(ats)s does not accept these credentials."), ats=self.ats.name)
        if not (token := said(answer.json(), "access_token")):
            raise answer.unexpected()
        return token

    def _jobs(self, token: str, wanted: Collection[str]) -> Jobs:
        """id → job, the last changed first, page by page until all that are wanted are there."""
        # https://developer.personio.de/discuss/6964e6f1f3c2f64cec27fb38: "not found" without `Beta`, before 2026.
        headers = {"Authorization": f"Bearer {token}", "Beta": "true"}
        address: str | None = f"{API}/recruiting/jobs?limit=100"
        found, seen = Jobs(), set[str]()
        while address:
            page = self.http.get(address, headers=headers).json()
            if not seen:  # absent behind the last page
                need(self.ats.name, page, "_data")
            rows = parts(page, "_data")
            found |= {id: job for job in rows if (id := said(job, "id"))}
            more = rows and any(id not in found for id in wanted)
            address = self.http.follow(said(page, "_meta", "links", "next", "href"), seen) if more else None
        return found


def _said(position: Element, tag: str) -> str | None:
    return text.one_line(position.findtext(tag) or "")


def _description(position: Element) -> str | None:
    """The sections under their names, in the feed's order; the one about a person is left out."""
    # https://github.com/applypack/applypack/pull/127: besides the texts there may be a contact person.
    parts = [(part.findtext("name"), part.findtext("value")) for part in position.findall("jobDescriptions/*")]
    return text.sections((name, text.unescape(html)) for name, html in parts if name != "CONTACT_PERSON")


def _salary(position: Element) -> Salary | None:
    low, high, code, sign, per = (_said(position, f"salaryInformation/{tag}") for tag in PAY)
    pay = Salary(text.number(low), text.number(high), text.currency(code or sign), text.interval(per))
    return None if pay.min is None and pay.max is None else pay
