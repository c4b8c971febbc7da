"""schema.org JobPosting as sites really write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.connectors.replay import plain
from webapp.connectors._job_posting import is_past, read
from webapp.connectors._pages import job_postings

WHOLE = """{"@context": "https://schema.org", "@type": "JobPosting", "title": "Night baker", "identifier": {"@type":
"PropertyValue", "name": "Northwind", "value": 77}, "datePosted": "2026-11-02", "validThrough": "2026-12-31T23:00",
"employmentType": ["FULL_TIME", "TEMPORARY"], "description": "&lt;p&gt;You bake.&lt;/p&gt;",
"hiringOrganization": {"@type": "Organization", "name": "Northwind &amp; Sons"},
"jobLocation": {"@type": "Place", "address": {"@type": "PostalAddress", "addressLocality": "Berlin",
"addressRegion": "BE", "addressCountry": {"@type": "Country", "name": ["DE"]}}},
"baseSalary": {"@type": "MonetaryAmount", "currency": "EUR", "unitText": "MONTH", "value": {"minValue": "2.400",
"maxValue": 2900}}, "inLanguage": "de_DE"}"""
READ = {
    "id": "77",
    "title": "Night baker",
    "url": "https://jobs.example.com/77",
    "locations": [{"city": "Berlin", "region": "BE", "country": "DE"}],
    "employment_type": "temporary",
    "description_html": "<p>You bake.</p>",
    "posted_at": "2026-11-02T00:00:00+00:00",
    "closes_at": "2026-12-31T23:00:00+00:00",
    "language": "de-DE",
    "company": "Northwind & Sons",
    "visibility": "public",
}


def page_of(script: str) -> str:
    return f'<html><body><script type="application/ld+json">{script}</script></body></html>'


@pytest.mark.parametrize(
    "script",
    [
        WHOLE,
        f"[{WHOLE}]",
        f'{{"@graph": [{{"@type": "WebSite"}}, {WHOLE}]}}',
        f'{{"@type": "ItemList", "itemListElement": [{{"@type": "ListItem", "item": {WHOLE}}}]}}',
        f'{{"@type": "WebPage", "mainEntity": {WHOLE}}}',
        f"<!-- {WHOLE} -->",
        f"//<![CDATA[\n{WHOLE}\n//]]>",
        f"{WHOLE};",
        WHOLE.replace('"JobPosting"', '["JobPosting"]'),
        WHOLE.replace('"JobPosting"', '"http://schema.org/JobPosting"'),
        WHOLE.replace('"de_DE"}', '"de_DE",}'),
        WHOLE.replace("&lt;p&gt;You bake.&lt;/p&gt;", "&amp;lt;p&amp;gt;You bake.&amp;lt;/p&amp;gt;"),
        WHOLE.replace("You bake.", "You\nbake."),
        WHOLE.replace("datePosted", "DatePosted").replace('"title"', '"Title"'),
        WHOLE.replace('"datePosted"', '"schema:datePosted"'),
        WHOLE.replace(
            '"identifier": {"@type":\n"PropertyValue", "name": "Northwind", "value": 77}', '"identifier": "77"'
        ),
    ],
)
def test_one_posting_in_the_ways_that_sites_write_it(script):
    (posting,) = job_postings(page_of(script))
    found = plain(read(posting, base="https://jobs.example.com/77"))
    salary = found.pop("salary")
    assert {**found, "description_html": found["description_html"].replace("You\nbake", "You bake")} == READ
    assert (salary["max"], salary["currency"], salary["interval"]) == (2900.0, "EUR", "month")


def test_microdata_says_the_same():
    (posting,) = job_postings(
        """<html><body><div itemscope itemtype="http://schema.org/JobPosting"><h1 itemprop="title">Night  baker</h1>
        <meta itemprop="datePosted" content="2026-11-02"><div itemprop="description"><p>You bake.</p></div>
        <span itemprop="jobLocation" itemscope itemtype="http://schema.org/Place"><span itemprop="address" itemscope
        itemtype="http://schema.org/PostalAddress"><span itemprop="addressLocality">Berlin</span>
        <span itemprop="addressCountry">DE</span></span></span></div></body></html>"""
    )
    assert plain(read(posting, id="5", base="https://jobs.example.com/5")) == {
        "id": "5",
        "title": "Night baker",
        "url": "https://jobs.example.com/5",
        "locations": [{"city": "Berlin", "country": "DE"}],
        "description_html": "<p>You bake.</p>",
        "posted_at": "2026-11-02T00:00:00+00:00",
        "visibility": "public",
    }


PLACES = [
    ({"name": "Northwind GmbH", "address": {"addressLocality": "Bonn"}}, [{"name": "Bonn"}]),
    ({"address": "Bergstr. 1, 10115 Berlin, Germany"}, [("Berlin", "DE")]),
    ({"address": "Lyon, France"}, [("Lyon", "FR")]),
    ("Lyon, France", [("Lyon", "FR")]),
    ({"address": {"addressLocality": "Remote", "addressCountry": "US"}}, [(None, "US")]),
    ({"address": {"addressLocality": "Singapore", "addressCountry": "SG"}}, [("Singapore", "SG")]),
    ({"address": {"addressLocality": "Paris, France"}}, [("Paris", "FR")]),
    ({"address": {}}, []),
    (None, []),
    (7, [{"name": "7"}]),
]


@pytest.mark.parametrize(("place", "expected"), PLACES)
def test_places(place, expected):
    found = plain(read({"title": "x", "jobLocation": place}, id="1")).get("locations", [])
    for got, wanted in zip(found, expected, strict=True):
        assert got == wanted if isinstance(wanted, dict) else (got.get("city"), got.get("country")) == wanted


def test_names_are_the_places_where_only_they_differ():
    address = {"addressLocality": "Berlin", "addressCountry": "DE"}
    row = {
        "title": "x",
        "jobLocation": [{"name": "Depot North", "address": address}, {"name": "Depot South", "address": address}],
    }
    assert [p["name"] for p in plain(read(row, id="1"))["locations"]] == ["Depot North", "Depot South"]


def test_remote_within_a_country():
    row = {
        "title": "x",
        "jobLocationType": "TELECOMMUTE",
        "applicantLocationRequirements": [{"@type": "Country", "name": "USA"}, {"@type": "Country", "name": "Canada"}],
    }
    found = read(row, id="1")
    assert found.workplace == "remote"
    assert [p.country for p in found.locations] == ["US", "CA"]


@pytest.mark.parametrize(
    ("through", "past"),
    [
        ("2026-11-24", True),
        ("2026-11-25", False),
        ("2026-11-25T09:00:00Z", True),
        ("", False),
        ("soon", False),
        (None, False),
    ],
)
def test_the_last_day_is_a_whole_one(through, past):
    assert is_past({"validThrough": through}, datetime(2026, 11, 25, 12, tzinfo=UTC)) is past


PAY = [
    ({"currency": "EUR", "value": 3000}, (3000, 3000, "EUR", None)),
    ({"currency": "EUR", "value": {"value": 20, "unitText": "HOUR"}}, (20, 20, "EUR", "hour")),
    ({"currency": "EUR", "minValue": 1, "maxValue": 2}, (1, 2, "EUR", None)),
    ({"currency": "EUR", "value": {"minValue": 0, "maxValue": 0}}, None),
    ({"currency": "EUR", "value": {"minValue": 50, "unitText": "YEAR"}}, (50, None, "EUR", "year")),
    ("Competitive", None),
    (None, None),
]


@pytest.mark.parametrize(("pay", "expected"), PAY)
def test_pay(pay, expected):
    salary = read({"title": "x", "baseSalary": pay}, id="1").salary
    assert (salary and (salary.min, salary.max, salary.currency, salary.interval)) == expected


@pytest.mark.parametrize("odd", [None, "", "x", 7, True, [], {}, [None], [[]], {"x": {"y": []}}])
def test_no_part_of_another_kind_breaks_a_position(odd):
    (posting,) = job_postings(page_of(WHOLE))
    for name in posting:
        if name not in ("@type", "title"):
            assert read({**posting, name: odd}, id="1").title == "Night baker"
