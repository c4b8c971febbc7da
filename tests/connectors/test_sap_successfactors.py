"""SAP SuccessFactors: the lists that the fixture does not play, and places as the vendor writes them."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.connectors.replay import Replay, plain
from webapp.connectors import CONNECTORS, AccountNotFound, InvalidConfig, UnexpectedAnswer
from webapp.connectors._successfactors_lists import description, without_place, written

JOBS = "https://jobs.example.com"
ITEM = """<item><title>Logistics Specialist (m/w/d) (St. Louis, MO, US, 63141)</title>
<description><![CDATA[&lt;p&gt;You store.&lt;/p&gt;]]></description>
<link>https://jobs.example.com/job/St_-Louis-Logistics-Specialist-MO-63141/1386549900/?feedId=77&amp;utm_source=x</link>
<guid>1386549900</guid><g:id>1386549900</g:id><g:location>St. Louis, MO, US, 63141</g:location>
<g:employer>Northwind</g:employer><g:job_function>Supply Chain</g:job_function>
<g:expiration_date>2026-12-17</g:expiration_date></item>"""
BARE = """<item><title>Night Baker (Java, IT)</title><description></description>
<link>https://jobs.example.com/job/Munich-Night-Baker/1386549901/</link><g:id>1386549901</g:id>
<g:location>Munich, DE, 80331</g:location><g:job_function>ATS_WEBFORM</g:job_function></item>"""
OLDER = """<?xml version="1.0" encoding="UTF-8"?><Job-Listing>
<Job><JobTitle><![CDATA[Affiliates Lead]]></JobTitle><Job-Description><![CDATA[<p>Grow.</p>]]></Job-Description>
<ReqId>3979</ReqId><Posted-Date>08/24/2026</Posted-Date><filter1><label>Country</label><value>Jordan</value></filter1>
<filter2><label>Location</label><value>Amman</value></filter2>
<filter3><label>Employment Type</label><value>Regular Full Time</value></filter3>
<filter4><label>Career Status</label><value>Graduate</value></filter4>
<filter5><label>Recruiter</label><value>Nancy Davolio</value></filter5></Job>
<Job><ReqId>3980</ReqId><JobTitle>Baker</JobTitle><Location>Bucharest, Romania</Location>
<filter1><label>Country - Career</label><value>Romania</value></filter1><salaryMin>[[salaryMin]]</salaryMin>
<mfield3><label>Location Flexibility</label><value>Hybrid</value></mfield3><filter9>x</filter9>
<><label>Not set up</label><value>[[filter7]]</value></></Job></Job-Listing>"""


def rss(*items: str) -> str:
    space = 'xmlns:g="http://base.google.com/ns/1.0"'
    return f'<?xml version="1.0"?><rss version="2.0" {space}><channel><title>x</title>{"".join(items)}</channel></rss>'


def opened(*answers: dict, **config: str):
    return CONNECTORS["sap-successfactors-careers"]({"host": "jobs.example.com", **config}, Replay(answers).session)


def test_a_feed_is_read_with_its_texts_and_the_page_only_where_it_has_none():
    page = '<html><body><span itemprop="description"><p>You bake.</p></span></body></html>'
    connector = opened(
        {"request": f"GET {JOBS}/sitemal.xml", "text": rss(ITEM, BARE)},
        {"request": f"GET {JOBS}/job/Munich-Night-Baker/1386549901/", "text": page},
    )
    first, second = [{k: v for k, v in plain(p).items() if k != "version"} for p in connector.positions()]
    assert first == {
        "id": "1386549900",
        "title": "Logistics Specialist (m/w/d)",
        "url": f"{JOBS}/job/St_-Louis-Logistics-Specialist-MO-63141/1386549900/",
        "locations": [{"city": "St. Louis", "region": "MO", "country": "US"}],
        "description_html": "<p>You store.</p>",
        "closes_at": "2026-12-17T00:00:00+00:00",
        "visibility": "public",
        "company": "Northwind",
        "category": "Supply Chain",
    }
    assert second == {
        "id": "1386549901",
        "title": "Night Baker (Java, IT)",
        "url": f"{JOBS}/job/Munich-Night-Baker/1386549901/",
        "locations": [{"city": "Munich", "country": "DE"}],
        "description_html": "<p>You bake.</p>",
        "visibility": "public",
    }


def test_a_feed_without_positions_does_not_hide_those_of_the_next_list():
    connector = opened(
        {"request": f"GET {JOBS}/sitemal.xml", "text": rss()},
        {"request": f"GET {JOBS}/googlefeed.xml", "text": rss(ITEM)},
    )
    assert [p.id for p in connector.positions()] == ["1386549900"]


def test_a_board_whose_lists_are_all_empty_has_no_positions():
    connector = opened(
        {"request": f"GET {JOBS}/sitemal.xml", "text": rss()},
        {"request": f"GET {JOBS}/googlefeed.xml", "text": "", "status": 404},
        {"request": f"GET {JOBS}/search/", "text": "<html><body></body></html>"},
        {"request": f"POST {JOBS}/services/recruiting/v1/jobs", "text": "", "status": 404},
    )
    assert list(connector.positions()) == []


def test_a_search_that_keeps_positions_back_is_an_error():
    row = {"response": {"id": "1", "unifiedStandardTitle": "Baker"}}
    connector = opened(
        {"request": f"GET {JOBS}/sitemal.xml", "text": "", "status": 404},
        {"request": f"GET {JOBS}/googlefeed.xml", "text": "", "status": 404},
        {"request": f"GET {JOBS}/search/", "text": '<html><a href="?locale=de_DE">de</a></html>'},
        {
            "request": f"POST {JOBS}/services/recruiting/v1/jobs",
            "body": '"pageNumber": 0',
            "json": {"jobSearchResult": [row], "totalJobs": 2},
        },
        {
            "request": f"POST {JOBS}/services/recruiting/v1/jobs",
            "json": {"jobSearchResult": [], "totalJobs": 2},
        },
    )
    with pytest.raises(UnexpectedAnswer):
        list(connector.positions())


def test_the_older_list_is_read_by_the_labels_of_its_fields():
    connector = opened(
        {"request": "GET https://career5.successfactors.eu/career", "query": {"company": "NW"}, "text": OLDER},
        host="https://career5.successfactors.eu/career?company=NW",
    )
    first, second = [{k: v for k, v in plain(p).items() if k != "version"} for p in connector.positions()]
    assert first == {
        "id": "3979",
        "title": "Affiliates Lead",
        "url": "https://career5.successfactors.eu/career?career_ns=job_listing&company=NW&career_job_req_id=3979",
        "locations": [{"city": "Amman", "country": "JO"}],
        "employment_type": "full_time",
        "description_html": "<p>Grow.</p>",
        "posted_at": "2026-08-24T00:00:00+00:00",
        "requisition": "3979",
        "visibility": "public",
        "labels": [{"name": "Career Status", "value": "Graduate"}],
    }
    assert second["locations"] == [{"city": "Bucharest", "country": "RO"}]
    assert second["workplace"] == "hybrid"
    assert "labels" not in second


def test_codes_of_the_older_list_are_those_of_states_where_some_can_be_nothing_else():
    towns = ("Baltimore, MD", "Miami, FL", "Washington, DC")
    rows = "".join(
        f"<Job><ReqId>{n}</ReqId><JobTitle>x</JobTitle><Location>{t}</Location></Job>" for n, t in enumerate(towns)
    )
    connector = opened(
        {"request": "GET https://career5.successfactors.eu/career", "text": f"<Job-Listing>{rows}</Job-Listing>"},
        host="https://career5.successfactors.eu/career?company=NW",
    )
    first, *_others = connector.positions()
    assert plain(first.locations) == [{"city": "Baltimore", "region": "MD"}]


def test_a_page_without_a_marked_text_has_it_in_a_long_field():
    token = '<div class="joblayouttoken"><span class="rtltextaligneligible">{}</span></div>'
    text = f"<p>{'You bake. ' * 30}</p><ul><li>Bread</li></ul>"
    page = f"<html><body>{token.format('Bern')}{token.format(text)}</body></html>"
    assert description(LexborHTMLParser(page)) == text


def test_an_unknown_company_on_a_shared_server_is_told():
    page = "<!DOCTYPE html><html><body>Error</body></html>"
    connector = opened(
        {"request": "GET https://career5.successfactors.eu/career", "text": page},
        host="career5.successfactors.eu",
        company="nobody",
    )
    with pytest.raises(AccountNotFound):
        connector.test()


def test_a_shared_server_needs_the_company():
    with pytest.raises(InvalidConfig) as missing:
        opened(host="career5.successfactors.eu")
    assert set(missing.value.errors) == {"company"}


@pytest.mark.parametrize(
    ("said", "bare", "city", "region", "country"),
    [
        ("Tempe, AZ, US, 85288", False, "Tempe", "AZ", "US"),
        ("Dimona, IL", False, "Dimona", None, "IL"),
        ("San Diego, CA, 92101", True, "San Diego", "CA", None),
        ("Tampa, Florida, 33601", False, "Tampa", "Florida", None),
        ("Tel Aviv, Israel, 6944020", False, "Tel Aviv", None, "IL"),
        ("Anyang, KOR, 14058<br/>", False, "Anyang", None, "KR"),
        ("London, GB, SW1A 1AA", False, "London", None, "GB"),
        ("Walldorf, DE, 69190 +3 more…", False, "Walldorf", None, "DE"),
        ("Toronto, ON, CA", False, "Toronto", "ON", "CA"),
        ("Cambridge, MA, US", True, "Cambridge", "MA", "US"),
        ("Bern|Bern|BE|Schweiz|CHE ", False, "Bern", "BE", "CH"),
        ("La Chaux-de-Fonds, NE, CHE, 2301<br/> ", False, "La Chaux-de-Fonds", "NE", "CH"),
    ],
)
def test_a_place_is_city_state_country_and_postcode(said, bare, city, region, country):
    (place,) = written(said, bare)
    assert (place.name, place.city, place.region, place.country) == (None, city, region, country)


@pytest.mark.parametrize(
    ("title", "place", "expected"),
    [
        ("Baker (m/w/d) (Munich, DE, 80331)", "Munich, DE, 80331", "Baker (m/w/d)"),
        ("Baker (Tel Aviv, IL)", "Tel Aviv, Israel, 6944020", "Baker"),
        ("Baker (München, DE)", "Munich, DE, 80331", "Baker"),
        ("Baker (Frankfurt (Oder), DE, 15230)", "Frankfurt (Oder), DE, 15230", "Baker"),
        ("Baker (Munich, DE)", None, "Baker"),
        ("Baker (m/w/d)", None, "Baker (m/w/d)"),
        ("Baker (m/w/d, 80-100%)", "Bern, CH", "Baker (m/w/d, 80-100%)"),
        ("Consultant (SAP, IT)", "Munich, DE", "Consultant (SAP, IT)"),
        ("Account Manager - Tampa, FL", "Tampa, Florida, 33601", "Account Manager - Tampa, FL"),
    ],
)
def test_the_place_is_cut_from_the_title_and_other_brackets_stay(title, place, expected):
    assert without_place(title, place)[0] == expected
