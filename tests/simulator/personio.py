"""Personio: the XML feed of the careers page. https://developer.personio.de/docs/retrieving-open-job-positions"""

from __future__ import annotations

from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.simulator import northwind
from tests.simulator._account import Account, Ask, Job, Reply, as_page, unless_known

SUFFIXES = (".jobs.personio.de", ".jobs.personio.com")
KINDS = {
    "full_time": ("permanent", "full-time"),
    "part_time": ("permanent", "part-time"),
    "contract": ("freelance", "full-or-part-time"),
    "temporary": ("temporary", "full-time"),
    "internship": ("intern", "full-time"),
}


class Personio(Account):
    """The company `northwind`. With its credentials revoked, the XML feed is switched off."""

    slug = "personio"

    def __init__(self) -> None:
        super().__init__({"company": "northwind", "tld": "de", "language": "de"})
        self.take(northwind.PERSONIO)

    def answers_for(self, host: str) -> bool:
        return host.endswith(SUFFIXES)

    def answer(self, ask: Ask) -> Reply | None:
        if ask.method not in ("GET", "HEAD"):
            return None
        if ask.host not in {f"northwind{suffix}" for suffix in SUFFIXES}:
            return 307, {"Location": "https://www.personio.com/"}, b""
        if ask.path not in ("/xml", "/xml/") or self.revoked:
            return as_page("Page not found", 404)
        jobs = self.published()
        positions = "".join(_position(j, ask.query.get("language", "de")) for j in jobs)
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs>{positions}</workzag-jobs>'
        reply = 200, {"Content-Type": "text/xml; charset=UTF-8"}, text.encode()
        return unless_known(ask, reply, Last_Modified=format_datetime(self.modified, usegmt=True))


def _element(name: str, value: str | None) -> str:
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def _position(job: Job, language: str) -> str:
    kind, schedule = KINDS[job.employment]
    texts = job.parts.get(language) or [(heading, "") for heading, _text in job.parts[job.language]]
    descriptions = "".join(
        f"<jobDescription>{_element('name', name)}<value>\n<![CDATA[{text}]]>\n</value></jobDescription>"
        for name, text in texts
    )
    others = "".join(_element("office", place.city) for place in job.places[1:])
    pay = job.pay
    return (
        "<position>"
        f"{_element('id', job.id)}{_element('subcompany', 'Northwind Foods GmbH')}"
        f"{_element('office', 'Remote' if job.workplace == 'remote' else job.places[0].city)}"
        + (f"<additionalOffices>{others}</additionalOffices>" if others else "")
        + f"{_element('department', job.department)}{_element('recruitingCategory', job.department)}"
        f"{_element('name', job.title.get(language, job.title[job.language]))}"
        f"<jobDescriptions>{descriptions}</jobDescriptions>"
        f"{_element('employmentType', kind)}{_element('seniority', 'experienced')}{_element('schedule', schedule)}"
        f"{_element('yearsOfExperience', '2-5')}"
        f"{_element('keywords', 'Homeoffice' if job.workplace == 'hybrid' else None)}"
        f"{_element('occupation', job.title[job.language])}{_element('occupationCategory', job.department)}"
        f"{_element('createdAt', job.posted.isoformat())}"
        + (
            f"<salaryInformation><min>{pay[0]}</min><max>{pay[1]}</max><currencySymbol>€</currencySymbol>"
            f"<currencyCode>{pay[2]}</currencyCode><type>{pay[3]}ly</type></salaryInformation>"
            if pay
            else ""
        )
        + "</position>"
    )
