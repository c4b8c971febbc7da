"""Careers pages on the customer's own domain: what one look at the page tells."""

from __future__ import annotations

import pytest

from tests.connectors.replay import Replay
from webapp.connectors import CONNECTORS, AccountNotFound, ConnectorError, NotAllowed, look

PAGE = "https://careers.example.com/jobs"


def seen(text: str, **answer: object) -> list[tuple[str, str]]:
    return look(PAGE, Replay([{"request": f"GET {PAGE}", "text": text, **answer}]).session)


@pytest.mark.parametrize(
    ("source", "slug", "values"),
    [
        (
            '<script src="https://boards.greenhouse.io/embed/job_board/js?for=northwind">',
            "greenhouse-careers",
            {"token": "northwind"},
        ),
        (
            '<a href="https://jobs.eu.lever.co/northwind/0b9e">Baker</a>',
            "lever-careers",
            {"site": "northwind", "region": "eu"},
        ),
        (r'{"url":"https:\/\/apply.workable.com\/northwind\/j\/AB12"}', "workable-careers", {"subdomain": "northwind"}),
        ('<iframe src="https://northwind.jobs.personio.de/?language=de&amp;x=1">', "personio-careers", None),
    ],
)
def test_a_page_that_names_its_ats(source, slug, values):
    found = seen(f"<html><body>{source}<a href='https://www.example.com'>x</a></body></html>")
    assert found[0][0] == slug
    at = CONNECTORS[slug].at(found[0][1])
    assert at is not None
    assert values is None or {k: v for k, v in at.items() if k in values} == values


def test_the_ats_that_is_named_most_often_comes_first():
    links = "<a href='https://jobs.lever.co/northwind/1'>1</a>" * 3 + "<a href='https://jobs.ashbyhq.com/partner'>p</a>"
    assert [slug for slug, _address in seen(f"<html>{links}</html>")][:2] == ["lever-careers", "ashby-careers"]


@pytest.mark.parametrize("slug", [slug for slug, way in CONNECTORS.items() if way.signs])
def test_a_page_that_an_ats_serves_on_another_domain(slug):
    values = CONNECTORS[slug].at(PAGE)
    assert values is not None, "a way in with signs takes a page on any domain"
    assert "careers.example.com" in CONNECTORS[slug](values).http.hosts


@pytest.mark.parametrize(
    ("source", "slug"),
    [
        ('<link href="https://assets-aws.teamtailor-cdn.com/assets/x.css" rel="stylesheet">', "teamtailor-careers"),
        ("<script async src='https://assets.teamtailor-cdn.com/assets/packs/js/runtime.js'>", "teamtailor-careers"),
        (
            '<div data-props="{&quot;api&quot;:&quot;https://careers-analytics.recruitee.com&quot;}">',
            "recruitee-careers",
        ),
        ('<script>var DvinciData = { "jobPublications": [] };</script>', "dvinci-careers"),
        ('<meta name="dvinciVersion" content="3.0">', "dvinci-careers"),
    ],
)
def test_a_page_that_shows_whose_it_is(source, slug):
    assert seen(f"<!doctype html><html>{source}</html>")[0] == (slug, PAGE)


@pytest.mark.parametrize(
    "source",
    [
        '<img src="https://images.teamtailor-cdn.com/images/s3/teamtailor-production/logotype-v3/x.png">',
        '<script src="https://scripts.teamtailor-cdn.com/widgets/eu-pink/jobs.js"></script>',
        '<script src="https://jobs-widget.recruiteecdn.com/widget.js"></script>',
        '<img src="https://careers.recruiteecdn.com/image/upload/production/images/x.png">',
        '<script src="https://static.dvinci-easy.com/files/job-widget-v2/dvinci-job-widget-2.0.0.min.js"></script>',
    ],
)
def test_a_widget_or_a_picture_is_no_sign(source):
    assert seen(f"<!doctype html><html>{source}</html>")[0][0] == "job-posting-pages"


@pytest.mark.parametrize("source", ["<?xml version='1.0'?><rss></rss>", '{"items": []}', "<source><job/></source>"])
def test_a_feed_is_read_as_one(source):
    assert seen(source) == [("job-feed", PAGE)]


def test_a_page_without_a_sign_is_read_by_what_it_states():
    assert seen("<!doctype html><html>Jobs</html>") == [("job-posting-pages", PAGE), ("job-feed", PAGE)]


def test_an_address_that_tells_it_by_itself_is_not_asked():
    replay = Replay([])
    assert look("https://jobs.lever.co/northwind", replay.session) == [
        ("lever-careers", "https://jobs.lever.co/northwind")
    ]
    assert not replay.asked


def test_a_redirect_to_an_ats_tells_it_too():
    to_ats = {"status": 302, "answer_headers": {"Location": "https://jobs.lever.co/northwind"}}
    assert seen("", **to_ats) == [("lever-careers", "https://jobs.lever.co/northwind")]
    with pytest.raises(AccountNotFound, match=r"www\.example\.org"):
        seen("", status=301, answer_headers={"Location": "https://www.example.org/jobs"})


@pytest.mark.parametrize("address", ["https://127.0.0.1/jobs", "https://169.254.169.254/latest"])
def test_no_private_address_is_looked_at(address):
    with pytest.raises(NotAllowed):
        look(address)


def test_a_page_of_thousands_of_links_is_looked_at_in_part():
    many = "".join(f"<a href='https://a{n}.example.com/jobs/{n}'>x</a>" for n in range(20_000))
    assert seen(f"<html>{many}</html>")[0] == ("job-posting-pages", PAGE)


def test_a_page_that_does_not_answer_says_so():
    with pytest.raises(ConnectorError):
        seen("", status=500)
