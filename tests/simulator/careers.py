"""Careers sites on domains of a company's own: one that shows an ATS in its page, one whose pages say it themselves."""

from __future__ import annotations

import json

from tests.simulator import northwind
from tests.simulator._account import Account, Ask, Job, Reply, as_page

#: A page that shows the Greenhouse board, and a site whose pages state their positions for search engines.
EMBEDDING, STATING = "careers.example.com", "work.example.com"


class Careers(Account):
    """The two sites; `jobs` are those of the second one. Taken down where its credentials are revoked."""

    slug = "careers"

    def __init__(self) -> None:
        super().__init__({"url": f"https://{STATING}/jobs/"})
        self.take(northwind.FEED)

    def answers_for(self, host: str) -> bool:
        return host in (EMBEDDING, STATING)

    def answer(self, ask: Ask) -> Reply | None:
        if ask.method not in ("GET", "HEAD"):
            return None
        if self.revoked:
            return as_page("Not Found", 404)
        if ask.host == EMBEDDING:
            return _page(
                "Careers", '<iframe src="https://boards.greenhouse.io/embed/job_board?for=northwind"></iframe>'
            )
        jobs = {f"/jobs/{job.id}": job for job in self.published()}
        if ask.path == "/robots.txt":
            return 200, {"Content-Type": "text/plain"}, f"Sitemap: https://{STATING}/sitemap.xml\n".encode()
        if ask.path == "/sitemap.xml":
            rows = (f"<url><loc>https://{STATING}{path}</loc></url>" for path in jobs)
            text = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(rows)}</urlset>'
            return 200, {"Content-Type": "application/xml"}, text.encode()
        if ask.path == "/jobs/":
            return _page("Work with us", "".join(f'<a href="{p}">{j.title[j.language]}</a>' for p, j in jobs.items()))
        if job := jobs.get(ask.path):
            return _page(job.title[job.language], f'<script type="application/ld+json">{_stated(job)}</script>')
        return as_page("Not Found", 404)


def _page(title: str, body: str) -> Reply:
    head = f'<!doctype html><html lang="en"><head><title>{title}</title></head>'
    text = f'{head}<body><a href="/">Home</a>{body}</body></html>'
    return 200, {"Content-Type": "text/html; charset=utf-8"}, text.encode()


def _stated(job: Job) -> str:
    places = [
        {
            "@type": "Place",
            "address": {"addressLocality": p.city, "addressRegion": p.region, "addressCountry": p.country},
        }
        for p in job.places
    ]
    row = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": job.title[job.language],
        "identifier": {"@type": "PropertyValue", "value": job.id},
        "datePosted": job.posted.date().isoformat(),
        "employmentType": job.employment.upper(),
        "description": job.description(),
        "hiringOrganization": {"@type": "Organization", "name": northwind.NAME},
        "jobLocation": places,
    }
    return json.dumps(row).replace("<", "\\u003c")
