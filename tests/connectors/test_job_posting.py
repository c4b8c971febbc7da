"""schema.org JobPosting as sites really write it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from tests.connectors.replay import plain
from webapp.connectors._job_posting import closed, read
from webapp.connectors._pages import job_postings, joined
from webapp.connectors._text import moment

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


def test_a_microdata_text_in_several_blocks_is_whole_and_in_order():
    (posting,) = job_postings(
        """<html><body><div itemscope itemtype="http://schema.org/JobPosting"><meta itemprop="description"
        content="Short."><span itemprop="description"><p>&nbsp;</p></span><h1 itemprop="title">Baker</h1>
        <b itemprop="title">Baker</b><div itemprop="description"><p>One.</p><div itemprop="description">Two.</div></div>
        <span itemprop="description"><p>Three.</p></span></div></body></html>"""
    )
    found = read(posting, id="5")
    assert found.title == "Baker"
    assert re.sub("<[^>]*>", " ", found.description_html).split() == ["One.", "Two.", "Three."]


def test_a_link_that_no_browser_follows_leads_nowhere():
    assert joined("https://jobs.example.com/a/b", " ../5 ") == "https://jobs.example.com/5"
    assert joined("https://jobs.example.com/a", None) == "https://jobs.example.com/a"
    assert joined("https://jobs.example.com/a", "http://[your-site]/5") is None
    broken = {"@type": "JobPosting", "title": "Baker", "url": "http://[your-site]/5"}
    assert read(broken, id="5", base="https://jobs.example.com/5").url == "https://jobs.example.com/5"


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


def place(*towns: object, country: str | None = "DE", **more: object) -> dict[str, object]:
    addresses = [{"addressLocality": town, "addressCountry": country, **more} for town in towns]
    return {"@type": "Place", "address": addresses if len(addresses) > 1 else addresses[0]}


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ([place("Berlin", "Hamburg")], [("Berlin", None, "DE"), ("Hamburg", None, "DE")]),
        ([place(["Berlin", "Bonn"])], [("Berlin", None, "DE"), ("Bonn", None, "DE")]),
        ([place("Berlin (Hybrid)", addressRegion="BE")], [("Berlin", "BE", "DE")]),
        ([place("Germany")], [(None, None, "DE")]),
        ([place("Multiple Locations", country="US")], [(None, None, "US")]),
        ([place("Remote", country="US", addressRegion="Texas")], [(None, "Texas", "US")]),
        ([place("Frankfurt/Main")], [("Frankfurt/Main", None, "DE")]),
        ([place("", country=None, streetAddress="Wangen b. Dübendorf, CH")], [("Wangen b. Dübendorf", None, "CH")]),
    ],
)
def test_towns_as_sites_write_them(stated, expected):
    found = read({"title": "x", "jobLocation": stated}, id="1")
    assert [(p.city, p.region, p.country) for p in found.locations] == expected


@pytest.mark.parametrize(
    ("row", "workplace"),
    [
        ({"jobLocation": place("Berlin (Hybrid)")}, "hybrid"),
        ({"jobLocation": place("Remote")}, "remote"),
        ({"jobLocation": "Remote"}, "remote"),
        ({"jobLocation": place("Berlin")}, None),
        ({"jobLocation": place("Berlin"), "jobLocationType": "TELECOMMUTE"}, "remote"),
    ],
)
def test_how_one_works(row, workplace):
    assert read({"title": "x", **row}, id="1").workplace == workplace


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("Part-time / full-time", "full_time"),
        (["PART_TIME", "FULL_TIME"], "full_time"),
        (["OTHER", "FULL_TIME"], "full_time"),
        (["FULL_TIME", "CONTRACTOR"], "contract"),
        ("https://schema.org/PartTime", "part_time"),
        ({"@type": "DefinedTerm", "name": "Teilzeit"}, "part_time"),
        (["FULL_TIME", None, 7, {}], "full_time"),
        ([], None),
    ],
)
def test_the_kind_of_employment_is_read_as_everywhere(given, kind):
    assert read({"title": "x", "employmentType": given}, id="1").employment_type == kind


def test_objects_that_are_said_elsewhere_on_the_page():
    document = {
        "@graph": [
            {"@type": "Organization", "@id": "#us", "name": "Northwind"},
            {
                "@type": "JobPosting",
                "title": "Baker",
                "hiringOrganization": {"@id": "#us"},
                "jobLocation": {"@id": "#no"},
            },
        ]
    }
    (posting,) = job_postings(page_of(json.dumps(document)))
    found = read(posting, id="1")
    assert (found.company, found.locations) == ("Northwind", ())


def test_objects_that_are_said_in_each_other_come_to_an_end():
    document = [
        {"@type": "JobPosting", "@id": "#a", "title": "Baker", "hiringOrganization": {"@id": "#b"}},
        {"@type": "Organization", "@id": "#b", "name": "Northwind", "owns": {"@id": "#a"}},
    ]
    (posting,) = job_postings(page_of(json.dumps(document)))
    assert read(posting, id="1").company == "Northwind"


def test_values_and_names_in_place_of_texts():
    row = {
        "name": {"@value": "Baker", "@language": "en"},
        "datePosted": {"@type": "Date", "@value": "2026-01-02"},
        "occupationalCategory": ["51-3011.00", {"@type": "CategoryCode", "name": "Bakery"}],
    }
    found = read(row, id="1")
    assert (found.title, found.category, found.posted_at) == ("Baker", "Bakery", datetime(2026, 1, 2, tzinfo=UTC))


MICRODATA = """<html><body><div itemtype="https://schema.org/JobPosting"><meta itemprop="title" content="Baker">
<h1 itemprop="title">Baker (m/f/d)</h1><span itemprop="employmentType">FULL_TIME</span>
<meta itemprop="datePosted" content="Wed Aug 05 02:00:00 UTC 2026">
<div itemprop="hiringOrganization"><strong itemprop="name">Northwind</strong></div>
<span itemprop="jobLocation"><span itemprop="address"><meta itemprop="addressLocality" content="Bonn">
<meta itemprop="addressCountry" content="DE"></span></span>
<ul itemprop="responsibilities"><li>Bread</li></ul><ul itemprop="qualifications"><li>Hands</li></ul></div>
</body></html>"""


def test_microdata_that_forgets_to_say_where_an_item_begins():
    (posting,) = job_postings(MICRODATA)
    found = plain(read(posting, id="5"))
    assert found == {
        "id": "5",
        "title": "Baker",
        "locations": [{"city": "Bonn", "country": "DE"}],
        "employment_type": "full_time",
        "description_html": "<li>Bread</li>\n<li>Hands</li>",
        "posted_at": "2026-08-05T02:00:00+00:00",
        "company": "Northwind",
        "visibility": "public",
    }


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
    assert closed(moment(through), datetime(2026, 11, 25, 12, tzinfo=UTC)) is past


@pytest.mark.parametrize(
    ("street", "country", "city"),
    [
        ("Tokyo, Japan", "JP", "Tokyo"),
        ("Kungsgatan 50, 111 35, Stockholm, Sweden", "SE", "Stockholm"),
        ("Storgatan, 411 38 Gothenburg, Sverige", "SE", "Gothenburg"),
        ("1 Main St, Springfield, IL, USA", "US", "Springfield"),
        ("Main Street", "US", None),
        ("Main Street, Springfield", "US", None),
    ],
)
def test_a_town_in_the_street_address_where_it_has_no_place_of_its_own(street, country, city):
    address = {"streetAddress": street, "addressLocality": "", "addressCountry": country}
    found = read({"title": "x", "jobLocation": {"address": address}}, id="1")
    assert [(place.city, place.country) for place in found.locations] == [(city, country)]


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
