"""softgarden: the feed of newer career pages, which the fixture does not play, and how a career page is told."""

from __future__ import annotations

import re

import pytest

from tests.connectors.replay import Replay, plain
from webapp.connectors import CONNECTORS, UnexpectedAnswer

FEED = "https://northwind.career.softgarden.de/jobs.feed.json"
ITEM = {
    "@type": "JobPosting",
    "title": "Fertigungskoordinator (m/w/d)",
    "url": "https://northwind.career.softgarden.de/jobs/60111660/Fertigungskoordinator/",
    "datePosted": "2026-05-19T16:28:12.877+02:00",
    "validThrough": "2026-06-01",
    "identifier": {"name": "Northwind SE", "@type": "PropertyValue", "value": 60111660},
    "description": "<b>Wir bauen.</b>",
    "employmentType": "FULL_TIME",
    "hiringOrganization": {"@type": "Organization", "name": "Northwind", "industry": "Werft"},
    "jobLocation": {
        "@type": "Place",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "-",
            "postalCode": "26725",
            "addressRegion": "-",
            "addressCountry": "Deutschland",
            "addressLocality": "Emden",
        },
    },
}


def opened(slug: str = "northwind", total: object = 1, url: str = FEED):
    element = {"@type": "DataFeedItem", "dateModified": "2026-05-20T08:00:00Z", "item": ITEM}
    feed = {"@context": "https://schema.org", "@type": "DataFeed", "numberOfItems": total, "dataFeedElement": [element]}
    return CONNECTORS["softgarden-careers"]({"slug": slug}, Replay([{"request": f"GET {url}", "json": feed}]).session)


@pytest.mark.parametrize(
    ("slug", "url"),
    [("northwind", FEED), ("https://jobs.example.com/jobs/1/", "https://jobs.example.com/jobs.feed.json")],
)
def test_a_feed_is_read_and_what_it_lists_is_open(slug, url):
    (position,) = opened(slug, url=url).positions()
    assert plain(position) == {
        "id": "60111660",
        "title": "Fertigungskoordinator (m/w/d)",
        "url": "https://northwind.career.softgarden.de/jobs/60111660/Fertigungskoordinator/",
        "locations": [{"city": "Emden", "country": "DE"}],
        "employment_type": "full_time",
        "description_html": "<b>Wir bauen.</b>",
        "posted_at": "2026-05-19T14:28:12.877000+00:00",
        "updated_at": "2026-05-20T08:00:00+00:00",
        "closes_at": "2026-06-01T00:00:00+00:00",
        "visibility": "public",
        "company": "Northwind",
    }


def test_a_feed_that_holds_fewer_than_it_says_is_an_error():
    with pytest.raises(UnexpectedAnswer):
        list(opened(total=2).positions())


def test_the_account_is_named_as_the_only_company_of_the_feed():
    account = opened().test()
    assert (account.id, account.name, account.open_positions) == ("northwind", "Northwind", 1)


def test_a_page_on_a_domain_of_ones_own_shows_signs():
    page = '<link rel="alternate" href="/jobs.feed.json"><img src="https://certificate.softgarden.io/x.png">'
    assert any(re.search(sign, page) for sign in CONNECTORS["softgarden-careers"].signs)
    assert CONNECTORS["softgarden-careers"].at("https://jobs.example.com/jobs")["slug"] == "jobs.example.com"
