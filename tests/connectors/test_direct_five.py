"""What is particular to the five that are asked directly: hosts, wraps, faults, pages, refusals, dates."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.connectors.replay import Replay, parts
from webapp.connectors import (
    CONNECTORS,
    AccountNotFound,
    Connector,
    CredentialsRejected,
    PermissionMissing,
    TemporarilyUnavailable,
    UnexpectedAnswer,
    resolve,
)

Row = dict[str, Any]
SHARED = "https://wd5.myworkdaysite.com/recruiting/northwind_foods/Jobs"
CXS = "https://wd5.myworkdaysite.com/wday/cxs/northwind_foods/Jobs"
OPPORTUNITIES = "https://service5.ultipro.com/talent/recruiting/v2/NOR1000NORTH/api/opportunities"
BOARD = "https://recruiting.ultipro.com/NOR1000NORTH/JobBoard/7a970c3d-b076-4042-8735-673b5e5508ac"
PERSONIO = "https://api.personio.de/v2"


def opened(slug: str, answers: list[Row] | Replay, **config: str) -> tuple[Connector, Replay]:
    """The connector with the fixture's configuration, over these answers."""
    replay = answers if isinstance(answers, Replay) else Replay(answers)
    return CONNECTORS[slug]({**parts()[slug]["config"], **config}, replay.session), replay


# Workday's careers site


def test_a_careers_site_on_the_host_that_tenants_share_is_read_there():
    site = SHARED.replace("/recruiting", "/en-US/recruiting")
    assert resolve(f"{site}/job/Oslo/Nurse_R-1?source=x") == ("workday-careers", {"career_url": site})
    row = {"title": "Nurse", "externalPath": "/job/Oslo/Nurse_R-1", "bulletFields": ["R-1"]}
    answers = [
        {"request": f"POST {CXS}/jobs", "json": {"total": 1, "jobPostings": [row]}},
        {"request": f"GET {CXS}/job/Oslo/Nurse_R-1", "json": {"jobPostingInfo": {"title": "Nurse", "jobReqId": "R-1"}}},
    ]
    for language in ("", "/de", "/en-US"):
        url = SHARED.replace("/recruiting", f"{language}/recruiting")
        connector, _replay = opened("workday-careers", answers, career_url=url)
        assert connector.test().id == "northwind_foods/Jobs"
        [found] = connector.positions()
        assert (found.id, found.url) == ("R-1", f"{SHARED}/job/Oslo/Nurse_R-1")
        assert found.apply_url == f"{SHARED}/job/Oslo/Nurse_R-1/apply"


class Site(Replay):
    """A careers site with so many bare entries per job family, that counts to `cap` and then does as Workday's do."""

    def __init__(self, families: dict[str, int], cap: int = 2000, wraps: bool = True, faceted: bool = True) -> None:
        super().__init__([])
        self.families, self.cap, self.wraps, self.faceted = families, cap, wraps, faceted

    def _find(self, request: Any) -> Row:
        asked = json.loads(request.body)
        assert asked["limit"] == 20
        assert request.url == "https://northwind.wd5.myworkdayjobs.com/wday/cxs/northwind/External/jobs"
        chosen = asked["appliedFacets"].get("jobFamilyGroup", list(self.families))
        names = [f"{family}-{n}" for family in chosen for n in range(self.families[family])]
        offset = asked["offset"] % self.cap if self.wraps else asked["offset"]
        rows = [{"bulletFields": [name]} for name in names[offset:][:20]]
        page: Row = {"total": 0 if asked["offset"] else min(len(names), self.cap), "jobPostings": rows}
        if self.faceted:
            values = [{"id": family, "count": count} for family, count in self.families.items()]
            page["facets"] = [{"facetParameter": "jobFamilyGroup", "values": values}]
        return {"json": page}


@pytest.mark.parametrize(
    "site",
    [
        Site({"care": 1200, "food": 1145}),
        Site({"care": 1990, "food": 1990, "law": 40}),
        Site({"care": 1500, "food": 500}),
        Site({"care": 2100}, cap=9999, faceted=False),
        Site({"care": 1999}, faceted=False),
    ],
    ids=["wraps", "wraps twice", "just so many", "counts on", "one fewer"],
)
def test_a_site_that_counts_to_2000_is_read_to_the_last_job(site):
    connector, _replay = opened("workday-careers", site, career_url="https://northwind.wd5.myworkdayjobs.com/External")
    assert list(connector.positions()) == []
    assert len({held.id for held in connector.withheld}) == connector.listed == sum(site.families.values())


@pytest.mark.parametrize(
    "site",
    [
        Site({"care": 2345}),
        Site({"care": 2345}, faceted=False),
        Site({"care": 2345}, faceted=False, wraps=False),
        Site({"care": 2000}, faceted=False),
    ],
    ids=["one family is too large", "no facets", "no wrap", "2000 may be all or not"],
)
def test_a_site_that_hides_what_is_behind_2000_is_not_read_in_part(site):
    connector, _replay = opened("workday-careers", site, career_url="https://northwind.wd5.myworkdayjobs.com/External")
    with pytest.raises(UnexpectedAnswer):
        list(connector.positions())


# Workday's web service
SOAP = "POST https://wd5-services1.myworkday.com/ccx/service/northwind/Recruiting/v45.2"


def fault(code: str, said: str, doctype: str = "") -> str:
    parts_of_it = f"<faultcode>SOAP-ENV:{code}</faultcode><faultstring>{said}</faultstring><detail/>"
    body = f"<SOAP-ENV:Body><SOAP-ENV:Fault>{parts_of_it}</SOAP-ENV:Fault></SOAP-ENV:Body>"
    envelope = (
        f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/">{body}</SOAP-ENV:Envelope>'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>{doctype}{envelope}'


@pytest.mark.parametrize(
    ("code", "said", "error"),
    [
        ("Client.authenticationError", "invalid username or password", CredentialsRejected),
        ("Server.processingError", "The task submitted is not authorized.", PermissionMissing),
        ("Client.validationError", "Invalid ID value. 'x' is not a valid ID value for type = 'WID'", AccountNotFound),
        ("Client.validationError", "Validation error occurred. Element content is invalid", UnexpectedAnswer),
        ("Server.processingError", "Processing error occurred. Too many requests.", TemporarilyUnavailable),
        ("Server", "", TemporarilyUnavailable),
    ],
)
def test_each_fault_of_the_web_service_names_who_must_act(code, said, error):
    connector, replay = opened("workday", [{"request": SOAP, "status": 500, "text": fault(code, said)}])
    for look in (connector.test, lambda: list(connector.positions())):
        with pytest.raises(error) as caught:
            look()
        assert type(caught.value) is error
        assert parts()["workday"]["config"]["isu_password"] not in str(caught.value.as_json())
    assert len(replay.asked) <= 6, "what does not pass is not tried again"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 500, "text": ""}, TemporarilyUnavailable),
        ({"status": 500, "text": "<html><body>Service Unavailable</body></html>"}, TemporarilyUnavailable),
        ({"status": 503, "text": "maintenance"}, TemporarilyUnavailable),
        ({"status": 200, "text": fault("Client", "odd")}, UnexpectedAnswer),
        ({"status": 200, "text": "<html><body>Sign in</body></html>"}, UnexpectedAnswer),
        ({"status": 200, "text": fault("x", "&a;", '<!DOCTYPE a [<!ENTITY a "b">]>')}, UnexpectedAnswer),
        ({"status": 404, "text": ""}, AccountNotFound),
        ({"status": 302, "text": "", "answer_headers": {"Location": "/invalid-url"}}, AccountNotFound),
        ({"status": 401, "text": ""}, CredentialsRejected),
    ],
)
def test_what_is_no_answer_of_the_web_service_is_an_error(answer, error):
    connector, _replay = opened("workday", [{"request": SOAP, **answer}])
    with pytest.raises(error):
        list(connector.positions())


def test_the_web_service_is_asked_as_a_user_of_the_tenant_in_well_formed_xml():
    for user, sent in (("ISU", "ISU@northwind"), ("ISU@other", "ISU@other"), ("A&B", "A&amp;B@northwind")):
        connector, replay = opened(
            "workday", [{"request": SOAP, "status": 503}], isu_username=user, isu_password='p<&>"w', site="Own & old"
        )
        with pytest.raises(TemporarilyUnavailable):
            connector.test()
        body = replay.asked[0].body.decode()
        assert f"<wsse:Username>{sent}</wsse:Username>" in body
        assert "p&lt;&amp;&gt;" in body
        assert "<wd:Job_Posting_Site_Name>Own &amp; old</wd:Job_Posting_Site_Name>" in body


# UKG's API and its board
SIGN_IN = "POST https://signin.ultipro.com/signin/oauth2/t/NOR1000NORTH/access_token"


def page(begin: int, count: int, link: str | None = None, **query: str) -> Row:
    """The answer with the jobs from this number on; `link`: its header, if it has one."""
    board = [{"is_published_external": True}]
    rows = [{"id": f"id-{n}", "title": f"Job {n}", "job_boards": board} for n in range(begin, begin + count)]
    headers = {} if link is None else {"answer_headers": {"Link": link}}
    return {"request": f"GET {OPPORTUNITIES}", "query": query, "json": rows, **headers}


def following(address: str) -> str:
    return f'<{address}?per_page=100&after=id-39>; rel="next", <{address}>; rel="first"'


PATH, REST = urlsplit(OPPORTUNITIES).path, page(40, 7, "", after="id-39")
UKG_PAGES: dict[str, tuple[list[Row], int | None]] = {
    "a link to the next page": ([REST, page(0, 40, following(OPPORTUNITIES))], 47),
    "a link without the host": ([REST, page(0, 40, following(PATH))], 47),
    "no header behind the first page": ([page(40, 7, after="id-39"), page(0, 40, following(PATH))], 47),
    "a header without a next page": ([page(0, 100, f'<{OPPORTUNITIES}>; rel="first"')], 100),
    "no header and a page that is not full": ([page(0, 99)], 99),
    "no header and full pages": ([page(100, 100, page="2"), page(200, 0, page="3"), page(0, 100)], 200),
    "no header, and the same page again": ([page(0, 100)], None),
    "a link to itself": ([page(0, 40, following(OPPORTUNITIES))], None),
    "a link to elsewhere": ([page(0, 40, following("https://service5.example.com/x"))], None),
    "an object in place of the list": ([{**page(0, 0), "json": {"opportunities": []}}], None),
    "nothing at all": ([page(0, 0)], 0),
}


@pytest.mark.parametrize("name", UKG_PAGES)
def test_ukg_s_list_is_read_with_and_without_its_link_header(name):
    answers, expected = UKG_PAGES[name]
    connector, _replay = opened("ukg-pro-recruiting", [{"request": SIGN_IN, "json": {"access_token": "t"}}, *answers])
    if expected is None:
        with pytest.raises(UnexpectedAnswer):
            list(connector.positions())
    else:
        assert [p.id for p in connector.positions()] == [f"id-{n}" for n in range(expected)]


def board_page(board: str) -> str:
    said = f'{{pageSize: 50, loadUrl: "{board}/JobBoardView/LoadSearchResults"}}'
    return f"<html><body><script>var m = new US.Opportunity.OpportunitiesViewModel({said});</script></body></html>"


def ukg_board(**of_page: Any) -> list[Row]:
    nothing = {"opportunities": [], "totalCount": 0, "locations": []}
    return [
        {"request": f"POST {BOARD}/JobBoardView/LoadSearchResults", "json": nothing},
        {"request": f"GET {BOARD}/", **of_page},
    ]


@pytest.mark.parametrize(
    ("of_page", "error"),
    [
        ({"text": "<html><body>The page cannot be found</body></html>"}, AccountNotFound),
        ({"status": 404, "text": ""}, AccountNotFound),
        ({"status": 302, "text": "", "answer_headers": {"Location": "/Error"}}, AccountNotFound),
        ({"status": 403, "text": "<html>guard</html>"}, TemporarilyUnavailable),
        ({"status": 503, "text": ""}, TemporarilyUnavailable),
        ({"text": board_page("https://elsewhere.example.com/X")}, UnexpectedAnswer),
        ({"text": board_page(BOARD.replace("recruiting.", "recruiting2."))}, UnexpectedAnswer),
    ],
)
def test_an_empty_list_of_ukg_is_believed_only_where_the_board_has_a_page(of_page, error):
    for look in (Connector.test, lambda connector: list(connector.positions())):
        connector, _replay = opened("ukg-pro-recruiting-careers", ukg_board(**of_page), board_url=BOARD)
        with pytest.raises(error):
            look(connector)


def test_a_board_without_jobs_is_an_empty_one():
    answers = ukg_board(text=board_page(urlsplit(BOARD).path))
    connector, _replay = opened("ukg-pro-recruiting-careers", answers, board_url=BOARD)
    assert connector.test().open_positions == 0
    assert not list(connector.positions({"a": "1"}))


# Personio's credentials beside a feed that is fine
FEED = "<workzag-jobs><position><id>7</id><name>Baker</name></position></workzag-jobs>"


def personio(token: Row, jobs: Row) -> list[Row]:
    return [
        {"request": f"POST {PERSONIO}/auth/token", "json": {"access_token": "t"}, **token},
        {"request": f"GET {PERSONIO}/recruiting/jobs", "json": {"_data": [{"id": "99"}]}, **jobs},
        {"request": "GET https://northwind.jobs.personio.com/xml", "text": FEED},
    ]


@pytest.mark.parametrize(
    ("token", "jobs", "error"),
    [
        ({"status": 400, "json": {"error": "invalid_client"}}, {}, CredentialsRejected),
        ({"status": 401, "json": {"errors": [{"title": "Unauthorized"}]}}, {}, CredentialsRejected),
        ({"status": 403, "json": {}}, {}, PermissionMissing),
        ({"status": 429, "json": {}}, {}, TemporarilyUnavailable),
        ({"json": {"token_type": "Bearer"}}, {}, UnexpectedAnswer),
        ({}, {"status": 401, "json": {}}, CredentialsRejected),
        ({}, {"status": 403, "json": {"errors": [{"title": "Missing scope"}]}}, PermissionMissing),
        ({}, {"status": 200, "json": {"data": []}}, UnexpectedAnswer),
    ],
)
def test_personio_s_refusal_is_not_hidden_by_a_feed_that_is_fine(token, jobs, error):
    answers = personio(token, jobs)
    for look in (Connector.test, lambda connector: list(connector.positions())):
        connector, _replay = opened("personio", answers)
        with pytest.raises(error):
            look(connector)
    connector, _replay = opened("personio-careers", answers, tld="com")
    assert [p.id for p in connector.positions()] == ["7"]


def test_credentials_of_another_personio_account_are_noticed():
    connector, _replay = opened("personio", personio({}, {}))
    assert connector.test().notes


# Dates, in whatever zone they are said
MADE = "2026-08-15T06:00:00+00:00"


@pytest.mark.parametrize(
    ("slug", "said", "instead", "moment"),
    [
        # A calendar date stays the day that it names, whatever zone stands behind it.
        ("workday", "2026-09-01-07:00", "2026-09-01-12:00", "2026-09-01T00:00:00"),
        ("workday", "2026-09-01-07:00", "2026-09-01+14:00", "2026-09-01T00:00:00"),
        ("workday", "2026-09-01-07:00", "2026-09-01Z", "2026-09-01T00:00:00"),
        ("workday-rest", "2026-09-01", "2026-09-30", "2026-09-30T00:00:00"),
        ("workday-careers", "2026-10-20", "2026-09-30", "2026-09-30T00:00:00"),
        ("bamboohr-careers", "2026-09-01", "2026-09-30", "2026-09-30T00:00:00"),
        ("workable", "2026-09-01T00:00:00Z", "2026-09-30T00:00:00Z", "2026-09-30T00:00:00"),
        # A moment is the same moment in UTC.
        ("personio-careers", MADE, "2026-09-01T01:30:00+0200", "2026-08-31T23:30:00"),
        ("personio-careers", MADE, "2026-09-01T01:30:00Z", "2026-09-01T01:30:00"),
        ("personio-careers", MADE, "2026-09-01T01:30:00", "2026-09-01T01:30:00"),
        ("ukg-pro-recruiting", "2026-09-01T00:00:00Z", "2026-08-31T20:00:00-04:00", "2026-09-01T00:00:00"),
        ("ukg-pro-recruiting-careers", "2026-09-04T17:05:51.214Z", "2026-09-04T23:30:00-07:00", "2026-09-05T06:30:00"),
    ],
)
def test_a_day_stays_the_day_and_a_moment_the_moment(slug, said, instead, moment):
    answers = json.dumps(parts()[slug]["answers"])
    assert said in answers
    connector, _replay = opened(slug, json.loads(answers.replace(said, instead)))
    assert next(iter(connector.positions())).posted_at.isoformat() == f"{moment}+00:00"
