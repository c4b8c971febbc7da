"""Careers sites of every kind: how their pages are found, and when they are read again."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.connectors.replay import Replay, respond
from webapp.connectors import CONNECTORS, AccountNotFound, ConnectorError, PermissionMissing, Unchanged
from webapp.connectors._robots import Robots
from webapp.connectors._site import WELL_KNOWN

HOST = "https://careers.example.com"


def page(*titles: str, links: str = "", url: str = "", text: str = "<p>x</p>") -> str:
    rows = [{"@type": "JobPosting", "title": t, "description": text, "url": url.format(title=t)} for t in titles]
    stated = "".join(f'<script type="application/ld+json">{json.dumps(row)}</script>' for row in rows)
    return f"<!doctype html><html><head>{stated}</head><body><a href='/'>Home</a>{links}</body></html>"


def sitemap(*paths: str, lastmod: str = "") -> str:
    rows = "".join(f"<url><loc>{HOST}{p}</loc>{lastmod and f'<lastmod>{lastmod}</lastmod>'}</url>" for p in paths)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


def site(pages: dict[str, object], start: str = "/jobs") -> tuple[object, Replay]:
    """A connector over a site of these pages; a path that is not there is 404, a number is a status."""

    class Site(Replay):
        def _find(self, request):
            path = request.url.removeprefix(HOST)
            body = pages.get(path, 404)
            return (
                {"status": body, "text": ""}
                if isinstance(body, int)
                else {"text": body if isinstance(body, str) else ""}
            )

    def binary(_n, response):
        body = pages.get(response.url.removeprefix(HOST))
        return respond(response.request, 200, body) if isinstance(body, bytes) else None

    replay = Site([], binary)
    return CONNECTORS["job-posting-pages"]({"url": HOST + start}, replay.session), replay


def titles(connector) -> list[str]:
    return sorted(p.title for p in connector.positions())


JOBS = {"/jobs/1": page("One"), "/jobs/2": page("Two")}
LINKS = '<a href="/jobs/1">One</a> <a href="/jobs/2#top">Two</a> <a href="/imprint">x</a> <a href="/jobs/a.pdf">x</a>'
WAYS = {
    "robots": {"/robots.txt": f"Sitemap: {HOST}/map.xml", "/map.xml": sitemap("/jobs/1", "/jobs/2", "/about-us")},
    "index": {
        "/robots.txt": f"sitemap: {HOST}/index.xml",
        "/index.xml": f"<sitemapindex><sitemap><loc>{HOST}/jobs.xml</loc></sitemap></sitemapindex>",
        "/jobs.xml": sitemap("/jobs/1", "/jobs/2"),
    },
    "packed": {"/sitemap.xml": gzip.compress(sitemap("/jobs/1", "/jobs/2").encode())},
    "feed": {
        "/jobs": page(links='<link rel="alternate" type="application/rss+xml" title="Our jobs" href="/feed.rss">'),
        "/feed.rss": f"<rss><channel><title>x</title><link>{HOST}</link><item><title>One</title><link>{HOST}/jobs/1"
        f"</link></item><item><link>{HOST}/jobs/2</link></item></channel></rss>",
    },
    "links": {"/jobs": page(links=LINKS)},
    "further pages": {
        "/jobs": page(links='<a href="/jobs/1">One</a><a rel="next" href="/jobs?page=2">2</a>'),
        "/jobs?page=2": page(links='<a href="/jobs/2">Two</a><a href="/jobs?page=2">2</a>'),
    },
    "a list that states them": {"/jobs": page("One", "Two", url=HOST + "/jobs#{title}")},
    "a list that names them": {"/jobs": page("1", "2", url=HOST + "/jobs/{title}", text="")},
} | {path: {path: sitemap("/jobs/1", "/jobs/2")} for path in WELL_KNOWN}


@pytest.mark.parametrize("way", WAYS)
def test_positions_are_found_by_whatever_list_a_site_has(way):
    connector, _replay = site({"/jobs": page(), **JOBS, **WAYS[way]})
    assert titles(connector) == ["One", "Two"]


def test_a_pasted_position_leads_to_all_of_them():
    connector, _replay = site({**JOBS, "/sitemap.xml": sitemap("/jobs/1", "/jobs/2")}, "/jobs/1")
    assert titles(connector) == ["One", "Two"]


def test_robots_txt_is_honoured():
    closed, replay = site({"/robots.txt": "User-agent: *\nDisallow: /jobs", "/jobs": page(links=LINKS), **JOBS})
    with pytest.raises(PermissionMissing, match=r"robots\.txt"):
        list(closed.positions())
    assert len(replay.asked) == 1
    half, replay = site({"/robots.txt": "User-agent: Berth\nDisallow: /jobs/2", "/jobs": page(links=LINKS), **JOBS})
    assert titles(half) == ["One"]
    assert not any(request.url.endswith("/jobs/2") for request in replay.asked)


ROBOTS = """\ufeffUser-Agent: *
Disallow: /

User-agent: otherbot
User-agent: BERTH # that is us
Disallow: /

Allow: /jobs
Disallow: /jobs/*/apply$
Disallow: /*?print=
Allow:
"""


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/", False),
        ("/about", False),
        ("/jobs", True),
        ("/jobs/7", True),
        ("/jobs/7/apply", False),
        ("/jobs/7/apply/now", True),
        ("/jobs/7?print=1", False),
        ("/j%6Fbs/7", True),
    ],
)
def test_the_longest_rule_counts(path, may):
    assert Robots(ROBOTS.encode(), "Berth/1.0").allows(HOST + path) is may


def test_pages_that_a_list_names_by_http_are_asked_by_https():
    listed = sitemap("/jobs/1", "/jobs/2").replace("https:", "http:")
    robots = f"Sitemap: {HOST}/map.xml".replace("https:", "http:")
    connector, _replay = site({"/jobs": page(), "/robots.txt": robots, "/map.xml": listed, **JOBS})
    assert titles(connector) == ["One", "Two"]


def test_what_the_sitemap_calls_unchanged_is_not_opened_again():
    pages = {"/jobs": page(), **JOBS, "/sitemap.xml": sitemap("/jobs/1", "/jobs/2", lastmod="2026-11-01")}
    connector, _replay = site(pages)
    known = {p.id: p.version for p in connector.positions()}
    pages["/sitemap.xml"] = sitemap("/jobs/1", lastmod="2026-11-01").replace(
        "</urlset>", f"<url><loc>{HOST}/jobs/2</loc><lastmod>2026-11-24</lastmod></url></urlset>"
    )
    again, replay = site(pages)
    found = list(again.positions(known))
    assert {p.id for p in found} == set(known)
    assert sum(isinstance(p, Unchanged) for p in found) == 1
    assert not any(request.url.endswith("/jobs/1") for request in replay.asked)


@pytest.mark.parametrize(
    "spoiled",
    [
        {"/sitemap.xml": 503},
        {"/robots.txt": 500},
        {"/robots.txt": f"Sitemap: {HOST}/gone.xml"},
        {"/robots.txt": f"Sitemap: {HOST}/map.xml", "/map.xml": "<urlset><url>"},
        {"/sitemap.xml": f"<sitemapindex><sitemap><loc>{HOST}/part.xml</loc></sitemap></sitemapindex>"},
        {"/jobs/1": 503},
        {"/jobs/1": "<html><body>Checking your browser</body></html>"},
        {"/jobs/1": page("One")[:60]},
        {"/jobs/1": 404, "/jobs/2": 404},
        {"/jobs": "<html><body>cut"},
    ],
    ids=str,
)
def test_a_site_that_is_half_read_is_no_list(spoiled):
    connector, _replay = site({"/jobs": page(), **JOBS, "/sitemap.xml": sitemap("/jobs/1", "/jobs/2"), **spoiled})
    with pytest.raises(ConnectorError):
        list(connector.positions())


def test_a_page_that_is_gone_is_noted_and_the_others_are_read():
    pages = {"/jobs": page(), **JOBS, "/jobs/3": 404, "/sitemap.xml": sitemap("/jobs/1", "/jobs/2", "/jobs/3")}
    connector, _replay = site(pages)
    assert titles(connector) == ["One", "Two"]
    assert [w.reason for w in connector.withheld] == ["closed"]


def test_a_site_without_positions_says_what_was_looked_for():
    connector, _replay = site({"/jobs": page(links=LINKS), "/jobs/1": page(), "/jobs/2": page()})
    for verb in (connector.test, lambda: list(connector.positions())):
        with pytest.raises(AccountNotFound, match=r"schema\.org JobPosting"):
            verb()


def test_pages_that_never_end_are_cut():
    class Endless(dict):
        def get(self, path, default=None):
            number = int(path.partition("page=")[2] or 1) if path.startswith("/jobs") else None
            return page(links=f'<a rel="next" href="/jobs?page={number + 1}">x</a>') if number else default

    connector, replay = site(Endless())
    with pytest.raises(ConnectorError):
        list(connector.positions())
    assert len(replay.asked) < 300
