"""What Jobvite's fixture has no room for: the feed, where it holds everything, and refusals inside of an HTTP 200."""

from __future__ import annotations

import pytest

from tests.connectors.replay import Replay, parts, plain
from webapp.connectors import CONNECTORS, AccountNotFound, CredentialsRejected

SITE, FEED = "https://jobs.jobvite.com/northwind", "https://app.jobvite.com/CompanyJobs/Xml.aspx"
LIST = """<html><head><title>Northwind Careers</title><script>x = {companyEId: 'q8w9Vfws'};</script></head><body>
<table class="jv-job-list"><tr><td class="jv-job-list-name"><a href="/northwind/job/oBjQAfw4">Creative Director</a></td>
<td class="jv-job-list-location">2 Locations</td></tr></table></body></html>"""
JOBS = """<?xml version="1.0" encoding="UTF-8"?>
<result><job><id>oBjQAfw4</id><title>Director &amp;amp; Lead</title><requisitionid>1001</requisitionid>
<category>Design</category><jobtype>Full-Time</jobtype><location>Mountain View, California; Remote, Poland</location>
<date>11/4/2026</date><detail-url><![CDATA[http://jobs.jobvite.com/careers/northwind/job/oBjQAfw4]]></detail-url>
<apply-url><![CDATA[http://jobs.jobvite.com/careers/northwind/job/oBjQAfw4/apply]]></apply-url>
<briefdescription>Lead.</briefdescription>
<description><![CDATA[<p>Lead our studio.</p>]]></description></job></result>"""
PAGE = """<html><body class="jv"><p class="jv-job-detail-meta">Design<span class="jv-inline-separator"></span>
Oslo, Norway</p><div class="jv-job-detail-description"><p>Lead our studio.</p></div></body></html>"""


def careers(*answers: dict[str, object]):
    return CONNECTORS["jobvite-careers"]({"slug": "northwind"}, Replay(list(answers)).session)


def test_a_feed_that_holds_everything_is_enough():
    connector = careers({"request": f"GET {SITE}/search", "text": LIST}, {"request": f"GET {FEED}", "text": JOBS})
    assert [plain(p) for p in connector.positions()] == [
        {
            "id": "oBjQAfw4",
            "title": "Director & Lead",
            "url": "https://jobs.jobvite.com/careers/northwind/job/oBjQAfw4",
            "apply_url": "https://jobs.jobvite.com/careers/northwind/job/oBjQAfw4/apply",
            "department": "Design",
            "locations": [
                {"name": "Mountain View, California", "city": "Mountain View", "region": "California"},
                {"name": "Poland", "country": "PL"},
            ],
            "workplace": "remote",
            "employment_type": "full_time",
            "description_html": "<p>Lead our studio.</p>",
            "posted_at": "2026-11-04T00:00:00+00:00",
            "requisition": "1001",
            "visibility": "public",
        }
    ]


@pytest.mark.parametrize(
    "feed", [{"status": 302, "text": ""}, {"text": "<html><body>No</body></html>"}, {"text": "<result/>"}]
)
def test_without_a_feed_each_page_is_read(feed):
    answers = [{"request": f"GET {SITE}/search", "text": LIST}, {"request": f"GET {FEED}", **feed}]
    (position,) = careers(*answers, {"request": f"GET {SITE}/job/oBjQAfw4", "text": PAGE}).positions()
    assert (position.department, position.locations[0].city) == ("Design", "Oslo")


def test_a_site_that_sends_visitors_on_is_read_as_in_a_frame():
    moved = {"request": f"GET {SITE}/search", "status": 302, "text": "", "once": True}
    framed = {"request": f"GET {SITE}/search", "query": {"fr": "true", "nl": "1"}, "text": LIST}
    assert careers(moved, framed).test().open_positions == 1
    with pytest.raises(AccountNotFound):
        careers({"request": f"GET {SITE}/search", "status": 302, "text": ""}).test()


def test_a_site_that_says_that_it_has_none():
    empty = '<html><body class="jv-page"><p>No results found.</p></body></html>'
    assert list(careers({"request": f"GET {SITE}/search", "text": empty}).positions()) == []


def test_a_refusal_in_the_body_of_a_200_is_one():
    body = {"status": {"code": 401, "messages": ["Invalid api/secret. Try again with a valid api/secret"]}}
    answer = {"request": "GET https://api.jobvite.com/api/v2/job", "json": body}
    with pytest.raises(CredentialsRejected):
        list(CONNECTORS["jobvite"](parts()["jobvite"]["config"], Replay([answer]).session).positions())
