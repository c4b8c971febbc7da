"""The shapes that feeds come in, as small documents, and what is read out of each."""

from __future__ import annotations

import base64
import json

import pytest
import requests
import time_machine

from tests.connectors.replay import Replay, plain, respond
from webapp.connectors import (
    CredentialsRejected,
    InvalidConfig,
    Location,
    PermissionMissing,
    Unchanged,
    UnexpectedAnswer,
)
from webapp.connectors.job_feed import JobFeed

URL = "https://feeds.example.com/jobs"
INDEED = "<source><publisher>Northwind</publisher>{}</source>"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="nl"><title>Northwind</title><id>urn:f</id>{}</feed>'
COOK = "<?xml version='1.0' encoding='{}'?><jobs><job><id>9</id><title>Köchin</title></job></jobs>"
RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:g="http://base.google.com/ns/1.0"
  xmlns:tt="https://teamtailor.com/locations" xmlns:job_listing="https://feeds.example.com"
  xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Northwind jobs</title><link>https://feeds.example.com/</link>
  <image><title>Logo</title><url>https://feeds.example.com/logo.png</url></image>{}</channel></rss>"""


def feed(body: str | bytes, config: dict[str, str] | None = None, **headers: str) -> tuple[JobFeed, Replay]:
    """A connector to which `URL` answers with this document."""
    raw = body.encode() if isinstance(body, str) else body

    def answer(_number: int, empty: requests.Response) -> requests.Response:
        return respond(empty.request, 200, raw, {"Content-Type": "text/xml", **headers})

    replay = Replay([{"request": f"GET {URL}", "text": ""}], answer)
    return JobFeed({"url": URL, **(config or {})}, replay.session), replay


DOCUMENTS: dict[str, tuple[str | bytes, str]] = {
    "Indeed, CDATA and an RFC 822 date": (
        INDEED.format("""<job><title><![CDATA[Sous-chef & baker]]></title>
            <date><![CDATA[Fri, 10 Dec 2027 22:49:39 GMT]]></date><referencenumber><![CDATA[u-1]]></referencenumber>
            <url> <![CDATA[https://x.example.com/1?a=1&b=2]]> </url><city><![CDATA[Phoenix]]></city>
            <state><![CDATA[AZ]]></state><country><![CDATA[US]]></country><salary><![CDATA[$20 per hour]]></salary>
            <description><![CDATA[<p>AT&amp;T, 5 &lt; 6</p>]]></description><jobtype><![CDATA[parttime]]></jobtype>
            <remotetype><![CDATA[Fully remote]]></remotetype></job>"""),
        """{"id": "u-1", "title": "Sous-chef & baker", "url": "https://x.example.com/1?a=1&b=2",
            "locations": [{"city": "Phoenix", "region": "AZ", "country": "US"}], "workplace": "remote",
            "employment_type": "part_time", "description_html": "<p>AT&amp;T, 5 &lt; 6</p>",
            "posted_at": "2027-12-10T22:49:39+00:00",
            "salary": {"min": 20.0, "max": 20.0, "currency": "USD", "interval": "hour"}}""",
    ),
    "Indeed, an ISO date, lines of text, an unknown country": (
        INDEED.format("""<job><title>Baker</title><date>2026-10-01T06:00:00+02:00</date><id>2</id><country>Atlantis</country>
            <city>Poseidonis</city><description>We bake.&#10;&#10;At night,&#13;&#10;mostly.</description></job>"""),
        """{"id": "2", "title": "Baker", "locations": [{"city": "Poseidonis"}],
            "posted_at": "2026-10-01T04:00:00+00:00",
            "description_html": "<p>We bake.</p><p>At night,<br>mostly.</p>"}""",
    ),
    "RSS with content:encoded and job_listing:": (
        RSS.format("""<item><title>Ops &amp;#8211; Lead</title><link>https://x.example.com/1</link>
            <guid isPermaLink="false">p=1</guid><dc:creator>Mira Holm</dc:creator>
            <pubDate>Mon, 05 Oct 2026 7:00:00 GMT</pubDate><description>Short […]</description>
            <content:encoded><![CDATA[<h2>You</h2><p>lead.</p>]]></content:encoded>
            <media:content url="x"><media:title>Logo</media:title></media:content>
            <job_listing:company>Northwind</job_listing:company><job_listing:job_type>Full Time</job_listing:job_type>
            <job_listing:location>Remote; Wien, Austria</job_listing:location></item>"""),
        """{"id": "p=1", "title": "Ops – Lead", "url": "https://x.example.com/1",
            "locations": [{"name": "Wien, Austria", "city": "Wien", "country": "AT"}], "workplace": "remote",
            "employment_type": "full_time", "description_html": "<h2>You</h2><p>lead.</p>",
            "posted_at": "2026-10-05T07:00:00+00:00", "company": "Northwind"}""",
    ),
    "RSS with g:, escaped twice": (
        RSS.format("""<item><title>Engineer (Walldorf, BW, DE)</title><link>https://x.example.com/2</link><g:id>77</g:id>
            <description>&amp;lt;p&amp;gt;Build.&amp;lt;/p&amp;gt;</description><g:employer>Northwind</g:employer>
            <g:location>Walldorf, BW, DE</g:location><g:job_function>IT</g:job_function>
            <g:expiration_date>2099-01-31</g:expiration_date></item>"""),
        """{"id": "77", "title": "Engineer (Walldorf, BW, DE)", "url": "https://x.example.com/2",
            "locations": [{"name": "Walldorf, BW, DE", "city": "Walldorf", "country": "DE"}], "category": "IT",
            "description_html": "<p>Build.</p>", "closes_at": "2099-01-31T00:00:00+00:00", "company": "Northwind"}""",
    ),
    "RSS with tt:": (
        RSS.format("""<item><title>Nurse</title><guid>https://x.example.com/3</guid><remoteStatus>fully</remoteStatus>
            <tt:department>Care</tt:department><tt:locations><tt:location><tt:name>HQ</tt:name><tt:city>Lund</tt:city>
            <tt:country>Sweden</tt:country></tt:location><tt:location><tt:city>Oslo</tt:city>
            <tt:country>Norway</tt:country></tt:location></tt:locations></item>"""),
        """{"id": "https://x.example.com/3", "title": "Nurse", "url": "https://x.example.com/3", "department": "Care",
            "locations": [{"name": "HQ", "city": "Lund", "country": "SE"}, {"city": "Oslo", "country": "NO"}],
            "workplace": "remote"}""",
    ),
    "Atom": (
        ATOM.format("""<entry><title>Kok</title><id>urn:1</id><link rel="self" href="https://x.example.com/self"/>
            <link href="https://x.example.com/4"/><author><name>Mira Holm</name></author><category term="Keuken"/>
            <published>2026-10-01T00:00:00Z</published><updated>2026-10-02T00:00:00Z</updated><summary>Kort</summary>
            <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Koken &amp; meer</p></div></content>
            </entry><entry><title>Bakker</title><id>urn:2</id><content>a &lt; b</content></entry>"""),
        """{"id": "urn:1", "title": "Kok", "url": "https://x.example.com/4", "language": "nl", "category": "Keuken",
            "posted_at": "2026-10-01T00:00:00+00:00", "updated_at": "2026-10-02T00:00:00+00:00",
            "description_html": "<div><p>Koken &amp; meer</p></div>"},
           {"id": "urn:2", "title": "Bakker", "description_html": "a &lt; b", "language": "nl"}""",
    ),
    "JSON Feed": (
        r"""{"version": "https://jsonfeed.org/version/1.1", "title": "Jobs", "items": [{"id": 5, "title": "Dev",
             "url": "https://x.example.com/5", "summary": "Short", "content_text": "1 < 2\nand more",
             "language": "en_GB", "date_published": "2026-10-01T00:00:00Z", "authors": [{"name": "Mira Holm"}]}]}""",
        """{"id": "5", "title": "Dev", "url": "https://x.example.com/5", "posted_at": "2026-10-01T00:00:00+00:00",
            "description_html": "<p>1 &lt; 2<br>and more</p>", "language": "en-GB"}""",
    ),
    "LinkedIn": (
        INDEED.format("""<expectedJobCount>1</expectedJobCount><job><partnerJobId><![CDATA[LJ-1]]></partnerJobId>
            <company><![CDATA[Northwind]]></company><companyId>123</companyId><jobTitle><![CDATA[Planner]]></jobTitle>
            <jobDescription><![CDATA[<b>Plan</b>]]></jobDescription><posterEmail>mira@example.com</posterEmail>
            <applyUrl><![CDATA[https://x.example.com/6/apply]]></applyUrl><location><![CDATA[Rome, Italy]]></location>
            <alternateLocations><alternateLocation>Milan, Italy</alternateLocation></alternateLocations>
            <workplaceTypes><![CDATA[On-site]]></workplaceTypes><jobtype>FULL_TIME</jobtype>
            <skillsAndExperience>Calm</skillsAndExperience></job>"""),
        """{"id": "LJ-1", "title": "Planner", "apply_url": "https://x.example.com/6/apply", "locations": [
            {"name": "Rome, Italy", "city": "Rome", "country": "IT"}, {"name": "Milan, Italy", "city": "Milan",
            "country": "IT"}], "workplace": "on_site", "employment_type": "full_time", "company": "Northwind",
            "description_html": "<b>Plan</b>\\n<h3>Skills and experience</h3>Calm"}""",
    ),
    "EasyCruit, in two languages": (
        """<VacancyList xmlns="urn:EasyCruit"><Vacancy id="31" date_start="2026-10-01" date_end="2099-10-31"
            date_modified="2026-10-02 08:10:51"><Versions><Version language="da"><Title>Bager</Title>
            <AlternativeCompanyName>Northwind A/S</AlternativeCompanyName><ApplicationDeadline>now</ApplicationDeadline>
            <Location>Aarhus</Location><Engagement/><Description><![CDATA[<p>Brød</p>]]></Description>
            <Region><Country id="dk" name="Denmark"><County id="3">Midtjylland</County></Country></Region>
            <Categories><Item type="area-of-interest" id="1">Bakery</Item><Item type="duration" id="2">Permanent</Item>
            <Item type="extent" id="4">Part-time</Item></Categories></Version>
            <Version language="en"><Title>Baker</Title><Description>Bread</Description></Version></Versions>
            <Departments><Department id="66"><Name>Night shift</Name><ContactPersons>Mira Holm</ContactPersons>
            <VacancyURL>https://x.example.com/31</VacancyURL></Department></Departments></Vacancy></VacancyList>""",
        """{"id": "31", "title": "Bager", "url": "https://x.example.com/31", "department": "Night shift",
            "locations": [{"name": "Aarhus", "region": "Midtjylland", "country": "DK"}], "employment_type": "part_time",
            "description_html": "<p>Brød</p>", "posted_at": "2026-10-01T00:00:00+00:00",
            "updated_at": "2026-10-02T08:10:51+00:00", "closes_at": "2099-10-31T00:00:00+00:00", "language": "da",
            "company": "Northwind A/S", "category": "Bakery", "translations": [{"language": "en", "title": "Baker",
            "description_html": "Bread", "url": "https://x.example.com/31"}]}""",
    ),
    "Jooble, with a place as its region": (
        """<jobs><job id="1"><link>https://x.example.com/1</link><name>Cook</name><region>Madrid, Spain</region>
            <pubdate>01.10.2026</pubdate><expire>31.10.2099</expire><jobtype>full-time</jobtype></job></jobs>""",
        """{"id": "1", "title": "Cook", "url": "https://x.example.com/1", "locations": [{"name": "Madrid, Spain",
            "city": "Madrid", "country": "ES"}], "employment_type": "full_time",
            "posted_at": "2026-10-01T00:00:00+00:00", "closes_at": "2099-10-31T00:00:00+00:00"}""",
    ),
    "Talent.com, pay in parts and no town": (
        INDEED.format("""<job><title>Agent</title><referencenumber>9</referencenumber><city>Remote</city><country>US</country>
            <dateposted>2026-10-01</dateposted><isremote>yes</isremote><salary><salary_max>90000</salary_max>
            <salary_min>70000</salary_min><salary_currency>USD</salary_currency><period>year</period></salary></job>"""),
        """{"id": "9", "title": "Agent", "locations": [{"country": "US"}], "workplace": "remote",
            "posted_at": "2026-10-01T00:00:00+00:00",
            "salary": {"min": 70000.0, "max": 90000.0, "currency": "USD", "interval": "year"}}""",
    ),
    "days before months, as one of the dates tells, and thousands": (
        INDEED.format("""<job><title>Rep</title><id>3</id><location>Phoenix</location><state>AZ</state><country>US</country>
            <publishdate>05/10/2026 00:00:00</publishdate><expirydate>19/12/2099</expirydate>
            <salary>$50K per year</salary></job>"""),
        """{"id": "3", "title": "Rep", "locations": [{"name": "Phoenix", "region": "AZ", "country": "US"}],
            "posted_at": "2026-10-05T00:00:00+00:00", "closes_at": "2099-12-19T00:00:00+00:00",
            "salary": {"min": 50000.0, "max": 50000.0, "currency": "USD", "interval": "year"}}""",
    ),
    "Connexys, in Dutch": (
        """<vacancies><vacancy id="12"><titel>Bakker</titel><plaats>Utrecht</plaats><regio>Utrecht</regio>
            <land>Nederland</land><omschrijving><![CDATA[<p>Brood</p>]]></omschrijving><functiegroep>Keuken</functiegroep>
            <dienstverband>Parttime</dienstverband><publicatiedatum>2026-10-01</publicatiedatum>
            <url>https://x.example.com/12</url><sollicitatie_url>https://x.example.com/12/s</sollicitatie_url></vacancy>
            </vacancies>""",
        """{"id": "12", "title": "Bakker", "url": "https://x.example.com/12", "apply_url": "https://x.example.com/12/s",
            "locations": [{"city": "Utrecht", "region": "Utrecht", "country": "NL"}], "employment_type": "part_time",
            "description_html": "<p>Brood</p>", "posted_at": "2026-10-01T00:00:00+00:00", "category": "Keuken"}""",
    ),
    "parts with headings, and more of something else": (
        f"""<feed><categories>{"<category><id>1</id><name>IT</name></category>" * 5}</categories><postings><posting>
            <id>1</id><job_title>Sales</job_title><url>https://x.example.com/7</url><job_locations><job_location>
            <city>Hamburg</city><country>DE</country></job_location></job_locations><description_template>
            <company_description><title>About us</title><content><![CDATA[<p>Old.</p>]]></content></company_description>
            <skills><title>You</title><content>sell</content></skills></description_template></posting></postings></feed>""",
        """{"id": "1", "title": "Sales", "url": "https://x.example.com/7",
            "locations": [{"city": "Hamburg", "country": "DE"}],
            "description_html": "<h3>About us</h3><p>Old.</p>\\n<h3>You</h3>sell"}""",
    ),
    "a mark at the beginning and characters that XML forbids": (
        b"\xef\xbb\xbf<?xml version='1.0'?><jobs><job id='8'><title>Ba\x0bk\x00er&#x1F;</title></job></jobs>",
        '{"id": "8", "title": "Baker"}',
    ),
    "Latin-1": (COOK.format("ISO-8859-1").encode("latin-1"), '{"id": "9", "title": "Köchin"}'),
    "UTF-16": (COOK.format("utf-16").encode("utf-16"), '{"id": "9", "title": "Köchin"}'),
    "UTF-8 that is called UTF-16": (COOK.format("utf-16"), '{"id": "9", "title": "Köchin"}'),
    "the same id twice, other places": (
        INDEED.format(
            "".join(f"<job><id>1</id><title>A</title><city>{c}</city></job>" for c in ("Lyon", "Nice", "Lyon"))
        ),
        '{"id": "1", "title": "A", "locations": [{"city": "Lyon"}, {"city": "Nice"}]}',
    ),
    "the same id twice, another title": (
        INDEED.format("<job><id>1</id><title>Old</title></job><job><id>1</id><title>New</title></job>"),
        '{"id": "1", "title": "New"}',
    ),
    "Indeed, empty": (INDEED.format("<lastBuildDate>Mon, 05 Oct 2026 07:00:00 GMT</lastBuildDate>"), ""),
    "RSS, empty": (RSS.format(""), ""),
    "Atom, empty": (ATOM.format(""), ""),
    "JSON Feed, empty": ('{"version": "https://jsonfeed.org/version/1.1", "title": "Jobs", "items": []}', ""),
}

ENTITY = '<?xml version="1.0"?><!DOCTYPE source [{}]><source><job><id>1</id><title>&a;</title></job></source>'


def laugh(name: str, before: str) -> str:
    return f'<!ENTITY {name} "{f"&{before};" * 10}">'


NO_FEEDS = {
    "a page": "<!DOCTYPE html><html><head><title>Jobs</title></head><body><h1>Jobs</h1></body></html>",
    "a page that is XML": '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html><head><title>J</title></head></html>',
    "a sitemap": "<urlset><url><loc>https://x.example.com/1</loc></url><url><loc>https://x.example.com/2</loc></url></urlset>",
    "an error": "<jobs><error>Wrong key</error></jobs>",
    "a JSON error": '{"title": "Not found", "status": 404}',
    "half a feed": INDEED.format("<job><id>1</id><title>A</title></job>")[:60],
    "another encoding than declared": COOK.format("utf-8").encode("latin-1"),
    "a file": ENTITY.format('<!ENTITY a SYSTEM "file:///etc/hostname">'),
    "an address": ENTITY.format('<!ENTITY % a SYSTEM "https://x.example.com/x.dtd"> %a;'),
    "a billion laughs": ENTITY.format('<!ENTITY z "ha">' + "".join(map(laugh, "yxwvutsra", "zyxwvutsr"))),
    "200,000 levels": "<a>" * 200_000 + "</a>" * 200_000,
    "100,000 levels of JSON": "[" * 100_000 + "]" * 100_000,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_feed_is_read_exactly(name):
    body, expected = DOCUMENTS[name]
    found = [{k: v for k, v in plain(p).items() if k != "visibility"} for p in feed(body)[0].positions()]
    assert found == json.loads(f"[{expected}]")


@pytest.mark.parametrize("name", NO_FEEDS)
def test_what_is_no_feed_is_said_to_be_none(name):
    connector, replay = feed(NO_FEEDS[name])
    with pytest.raises(UnexpectedAnswer, match="is no feed"):
        list(connector.positions())
    assert len(replay.asked) == 1


def test_it_is_not_read_again_while_its_date_is_the_same():
    date = "Mon, 05 Oct 2026 07:00:00 GMT"
    body = INDEED.format("<job><id>1</id><title>A</title></job><job><id>2</id><title>B</title></job>")
    connector, _replay = feed(body, **{"Last-Modified": date})
    known = {p.id: p.version for p in connector.positions()}
    assert known.keys() == {"1", "2"}
    assert all(version.endswith(f" {date}") for version in known.values())
    replay = Replay([{"request": f"GET {URL}", "headers": {"If-Modified-Since": date}, "status": 304, "text": ""}])
    connector = JobFeed({"url": URL}, replay.session)
    assert list(connector.positions(known)) == [Unchanged("1"), Unchanged("2")]
    assert connector.listed == 2


def test_it_is_read_whole_where_the_known_versions_differ():
    connector, replay = feed(INDEED.format("<job><id>1</id><title>A</title></job>"), ETag='"b"')
    assert [p.title for p in connector.positions({"1": '"a"', "2": '"b"'})] == ["A"]
    assert "If-None-Match" not in replay.asked[0].headers


def test_pages_are_followed_and_have_no_version():
    second = {"request": f"GET {URL}", "query": {"page": "2"}, "json": {"items": [{"id": "2", "title": "B"}]}}
    page = {"next_url": "/jobs?page=2", "items": [{"id": "1", "title": "A"}]}
    first = {"request": f"GET {URL}", "json": page, "answer_headers": {"ETag": '"a"'}}
    connector = JobFeed({"url": URL}, Replay([second, first]).session)
    assert [(p.id, p.version) for p in connector.positions()] == [("1", None), ("2", None)]


def test_pages_that_go_round_are_an_error():
    connector, _replay = feed(RSS.format(f'<atom:link rel="next" href="{URL}"/>'))
    with pytest.raises(UnexpectedAnswer, match="do not come to an end"):
        list(connector.positions())


@pytest.mark.parametrize(("now", "still_open"), [("2026-10-05T23:59:00Z", 1), ("2026-10-06T00:01:00Z", 0)])
def test_the_last_day_counts(now, still_open):
    body = INDEED.format("<job><id>1</id><title>A</title><expirationdate>2026-10-05</expirationdate></job>")
    with time_machine.travel(now, tick=False):
        connector, _replay = feed(body)
        assert len(list(connector.positions())) == still_open
        assert [w.reason for w in connector.withheld] == ["expired"] * (1 - still_open)
        assert connector.test().open_positions == still_open


def test_a_company_that_the_feed_does_not_name_is_mentioned():
    connector, _replay = feed(INDEED.format("<job><id>1</id><title>A</title></job>"), {"company": "Northwind"})
    assert list(connector.positions()) == []
    assert connector.test().notes == ("The feed holds no position of this company.",)


def test_the_address_may_be_typed_without_https_and_is_shown_without_its_query():
    connector = JobFeed({"url": " feeds.example.com/jobs?key=canary "})
    assert connector.config["url"] == "https://feeds.example.com/jobs?key=canary"
    assert connector.shown(connector.config) == "feeds.example.com/jobs"


@pytest.mark.parametrize(
    "url", ["ftp://feeds.example.com/jobs", "https://eve:pw@feeds.example.com/", "https://[", "a b"]
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(InvalidConfig):
        JobFeed({"url": url})


def test_a_changed_company_is_read_anew_though_the_feed_is_the_same():
    body = INDEED.format("<job><id>1</id><title>A</title><company>Northwind</company></job>")
    connector, _replay = feed(body, ETag='"a"')
    known = {p.id: p.version for p in connector.positions()}
    again, replay = feed(body, {"company": "Elsewhere"}, ETag='"a"')
    assert list(again.positions(known)) == []
    assert "If-None-Match" not in replay.asked[0].headers


OWN = """<export><stand>2026</stand><offers>
<offer nr="7"><caption>Baker</caption><title>Mx</title>
<site><town>Bonn</town><land>DE</land></site><unit>K</unit></offer>
<offer nr="8"><caption>Cook</caption><title>Ms</title></offer></offers></export>"""
MAPPING = "item=offers/offer id=nr title=caption city=site/town country=site/land department=unit"


def test_what_is_read_from_what_can_be_chosen():
    connector, _replay = feed(OWN, {"mapping": MAPPING})
    found = list(connector.positions())
    assert [(p.title, p.department) for p in found] == [("Baker", "K"), ("Cook", None)]
    assert found[0].locations == (Location(None, "Bonn", None, "DE"),)


def test_an_element_that_is_there_no_more_is_named():
    connector, _replay = feed(OWN, {"mapping": "item=jobs/job"})
    with pytest.raises(UnexpectedAnswer, match="no element jobs/job"):
        list(connector.positions())


def test_what_can_be_chosen_from_is_shown_with_examples():
    connector, _replay = feed(OWN, {"mapping": "item=offers/offer title=caption id=nr department=-"})
    choices = connector.choices()
    assert choices.chosen == {"item": "offers/offer", "title": "caption", "id": "nr", "department": "-"}
    assert choices.elements["nr"] == "7"
    assert choices.repeating["offers/offer"] == "2 ×"
    assert choices.elements["site/town"] == "Bonn"
    assert choices.elements["caption"] == "Baker"
    assert set(choices.parts) >= {"title", "id", "url", "city", "department", "description", "posted"}
    assert [p.department for p in connector.positions()] == [None, None]


@pytest.mark.parametrize("mapping", ["title", "title=", "=x", "title=a b", "title=<x>", "title=a//b", "Title=x"])
def test_a_mapping_of_another_form_is_refused(mapping):
    with pytest.raises(InvalidConfig):
        JobFeed({"url": URL, "mapping": mapping})


def test_a_preset_says_which_of_two_elements_is_meant():
    body = RSS.format(
        "<item><title>Baker</title><guid>g1</guid><link>https://x.example.com/1</link><g:id>77</g:id></item>"
    )
    ids = [[p.id for p in feed(body, {"preset": preset})[0].positions()] for preset in ("auto", "google")]
    assert ids == [["g1"], ["77"]]


def test_a_feed_behind_a_password_or_a_key():
    connector, replay = feed(
        OWN, {"mapping": MAPPING, "username": "intranet", "password": "canary", "header": "X-Api-Key: canary-2"}
    )
    list(connector.positions())
    sent = replay.asked[0].headers
    assert sent["Authorization"] == "Basic " + base64.b64encode(b"intranet:canary").decode()
    assert sent["X-Api-Key"] == "canary-2"


@pytest.mark.parametrize(
    ("given", "error"), [({}, PermissionMissing), ({"username": "a", "password": "b"}, CredentialsRejected)]
)
def test_a_refused_feed_says_whether_credentials_are_missing_or_wrong(given, error):
    replay = Replay([{"request": f"GET {URL}", "status": 401, "text": ""}])
    with pytest.raises(error):
        list(JobFeed({"url": URL, **given}, replay.session).positions())
