"""A job feed as aggregators read it: XML with one `<job>` per position, every value in CDATA."""

from __future__ import annotations

import hashlib
from email.utils import format_datetime

from tests.simulator import northwind
from tests.simulator._account import Account, Ask, Job, Reply, as_page, unless_known

ADDRESS = "https://jobs.example.com/feed.xml"
#: The same jobs for a partner, at an address of its own.
PARTNER = "https://jobs.example.com/partner.xml"
KINDS = {
    "full_time": "fulltime",
    "part_time": "parttime",
    "contract": "contract",
    "temporary": "temporary",
    "internship": "internship",
}


class Feed(Account):
    """The feed at `ADDRESS`. With its credentials revoked, it is gone."""

    slug = "feed"

    def __init__(self) -> None:
        super().__init__({"url": ADDRESS})
        self.take(northwind.FEED)

    def answers_for(self, host: str) -> bool:
        return host == "jobs.example.com"

    def answer(self, ask: Ask) -> Reply | None:
        if ask.method not in ("GET", "HEAD"):
            return None
        if f"https://{ask.host}{ask.path}" not in (ADDRESS, PARTNER) or self.revoked:
            return as_page("Not Found", 404)
        jobs = self.published()
        text = (
            '<?xml version="1.0" encoding="utf-8"?>\n<source>'
            f"<publisher>{northwind.NAME}</publisher><publisherurl>https://jobs.example.com/</publisherurl>"
            f"<lastBuildDate>{format_datetime(self.modified, usegmt=True)}</lastBuildDate>"
            f"{''.join(map(_job, jobs))}</source>"
        ).encode()
        reply = 200, {"Content-Type": "application/xml; charset=utf-8"}, text
        return unless_known(ask, reply, ETag=f'"{hashlib.sha256(text).hexdigest()[:32]}"')


def _job(job: Job) -> str:
    place, pay = job.places[0], job.pay
    values = {
        "title": job.title[job.language],
        "date": format_datetime(job.posted, usegmt=True),
        "referencenumber": job.id,
        "requisitionid": job.id,
        "url": f"https://jobs.example.com/positions/{job.id}",
        "company": northwind.NAME,
        "city": place.city,
        "state": place.region,
        "country": place.country,
        "description": job.description(),
        "salary": f"{pay[0]} - {pay[1]} {pay[2]} per {pay[3]}" if pay else "",
        "jobtype": KINDS[job.employment],
        "category": job.department,
        "remotetype": {"remote": "Fully remote", "hybrid": "Hybrid remote"}.get(job.workplace, ""),
    }
    return "<job>" + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in values.items()) + "</job>"
