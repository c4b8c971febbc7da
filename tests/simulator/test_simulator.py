"""The connectors against the simulator, over real sockets: what they read, and what they make of every refusal."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace

import pytest
import requests

from tests.simulator import Simulator, bamboohr, personio, ukg_pro_recruiting, workable, workday
from tests.simulator.played import PLAYED, WITH_CREDENTIALS, connect, open_jobs
from webapp.connectors import (
    CONNECTORS,
    AccountNotFound,
    ConnectorError,
    CredentialsRejected,
    PermissionMissing,
    RemotePosition,
    TemporarilyUnavailable,
    Unchanged,
    UnexpectedAnswer,
)
from webapp.connectors import _http as http
from webapp.connectors._http import Limits

every = pytest.mark.parametrize("slug", PLAYED)
BOARDS, UNKNOWN = "https://recruiting.ultipro.com", "00000000-b076-4042-8735-673b5e5508ac"


@every
def test_every_open_position_is_read_and_no_other(simulator, slug):
    connector = connect(simulator, slug)
    found = list(connector.positions())
    expected = open_jobs(simulator, slug)
    assert len(expected) >= 12
    assert {p.id: p.title for p in found} == {j.id: j.title[j.language] for j in expected}
    assert all(p.description_html and "<ul><li>" in p.description_html for p in found if p.visibility == "public")
    assert all(p.posted_at and p.posted_at.date() == j.posted.date() for p in found for j in expected if j.id == p.id)
    assert {host for _method, host, _path in simulator.requests} <= set(connector.http.hosts)
    assert not any("Sandvoss" in repr(p) for p in found), "a person's name is shown"


@every
def test_the_account_is_seen_and_the_host_s_steps_are_noted(simulator, slug):
    connector = connect(simulator, slug)
    connector.test()
    assert connector.http.seen[PLAYED[slug][1]] == ["resolved", "connected", "answered"]


def test_workable_says_what_it_holds_back(simulator):
    connector = connect(simulator, "workable")
    list(connector.positions())
    assert {(w.id, w.reason) for w in connector.withheld} == {("A10B7C2D15", "sample")}


@pytest.mark.parametrize("slug", ["workable", "workable-careers"])
def test_a_place_that_workable_hides_is_not_shown(simulator, slug):
    found = {p.id: p for p in connect(simulator, slug).positions()}
    assert [place.city for place in found["A10B7C2D13"].locations] == ["Zürich"]
    assert [place.city for place in found["A10B7C2D02"].locations] == ["Barcelona", "Lisbon"]


@pytest.mark.parametrize(
    ("slug", "config"),
    [
        ("workable", {"access_token": "workable-token-of-another"}),
        ("bamboohr", {"api_key": "f" * 40}),
        ("personio", {"client_secret": "papi-secret-of-another"}),
        ("ukg-pro-recruiting", {"client_secret": "ukg-secret-of-another"}),
        ("workday", {"isu_password": "workday-password-of-another"}),
        ("workday", {"tenant": "southwind"}),
        ("workday-rest", {"client_secret": "workday-secret-of-another"}),
        ("workday-rest", {"refresh_token": "workday-refresh-of-another"}),
    ],
)
def test_wrong_credentials_are_rejected(simulator, slug, config):
    with pytest.raises(CredentialsRejected):
        connect(simulator, slug, **config).test()
    with pytest.raises(CredentialsRejected):
        list(connect(simulator, slug, **config).positions())


@pytest.mark.parametrize(
    ("slug", "config"),
    [
        ("workable", {"access_token": workable.TOKEN_WITHOUT_SCOPE}),
        ("bamboohr", {"api_key": bamboohr.KEY_WITHOUT_ACCESS}),
        ("personio", {"client_id": personio.CLIENT_WITHOUT_SCOPE}),
        ("ukg-pro-recruiting", {"client_id": ukg_pro_recruiting.CLIENT_WITHOUT_SCOPE}),
        ("workday", {"isu_username": workday.USER_WITHOUT_PERMISSION}),
    ],
)
def test_credentials_without_the_permission_are_told_apart(simulator, slug, config):
    with pytest.raises(PermissionMissing):
        list(connect(simulator, slug, **config).positions())


@pytest.mark.parametrize("slug", WITH_CREDENTIALS)
def test_revoked_credentials_are_rejected_until_they_are_restored(simulator, slug):
    simulator.revoke(PLAYED[slug][0])
    with pytest.raises(CredentialsRejected):
        list(connect(simulator, slug).positions())
    simulator.restore(PLAYED[slug][0])
    assert list(connect(simulator, slug).positions())


@pytest.mark.parametrize(
    ("slug", "config"),
    [
        ("workable", {"subdomain": "southwind"}),
        ("workable-careers", {"subdomain": "southwind"}),
        ("bamboohr", {"subdomain": "southwind"}),
        ("bamboohr-careers", {"subdomain": "southwind"}),
        ("personio", {"company": "southwind"}),
        ("personio-careers", {"company": "southwind"}),
        ("ukg-pro-recruiting", {"tenant_alias": "SOU1000SOUTH"}),
        ("ukg-pro-recruiting-careers", {"board_url": f"{BOARDS}/SOU1000SOUTH/JobBoard/{ukg_pro_recruiting.BOARD}"}),
        ("ukg-pro-recruiting-careers", {"board_url": f"{BOARDS}/NOR1000NORTH/JobBoard/{UNKNOWN}"}),
        ("workday-careers", {"career_url": "https://southwind.wd5.myworkdayjobs.com/External"}),
        ("workday-careers", {"career_url": "https://northwind.wd5.myworkdayjobs.com/external"}),
        ("workday-careers", {"career_url": "https://wd5.myworkdaysite.com/recruiting/northwind/Other"}),
        ("greenhouse-careers", {"token": "southwind"}),
        ("lever-careers", {"site": "southwind"}),
        ("lever-careers", {"region": "eu"}),
        ("ashby-careers", {"name": "southwind"}),
        ("smartrecruiters-careers", {"companyIdentifier": "SouthwindFoods"}),
        ("job-feed", {"url": "https://jobs.example.com/other.xml"}),
        ("job-feed", {"url": "https://feeds.example.net/feed.xml"}),
    ],
)
def test_an_unknown_account_is_not_an_empty_one(simulator, slug, config):
    with pytest.raises(AccountNotFound):
        list(connect(simulator, slug, **config).positions())
    if slug != "workable":  # a token may be kept from the account's name, so its absence says nothing
        with pytest.raises(AccountNotFound):
            connect(simulator, slug, **config).test()


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("southwind.workable.com", "/spi/v3/jobs", 404),
        ("southwind.bamboohr.com", "/careers/list", 302),
        ("southwind.jobs.personio.de", "/xml", 307),
        ("southwind.wd5.myworkdayjobs.com", "/wday/cxs/southwind/External/jobs", 302),
        ("boards-api.greenhouse.io", "/v1/boards/southwind/jobs", 404),
        ("api.lever.co", "/v0/postings/southwind", 404),
        ("api.ashbyhq.com", "/posting-api/job-board/southwind", 404),
        ("api.smartrecruiters.com", "/v1/companies/SouthwindFoods/postings", 200),
        ("ats.example.org", "/", 404),
    ],
)
def test_unknown_accounts_are_answered_as_the_vendor_does(simulator, host, path, status):
    answer = requests.get(simulator.url + path, headers={"Host": host}, allow_redirects=False, timeout=5)
    assert answer.status_code == status


def test_more_than_ten_requests_in_ten_seconds_are_answered_with_429(simulator):
    simulator.workable.limited = True
    with pytest.raises(TemporarilyUnavailable) as caught:
        list(connect(simulator, "workable").positions())
    assert 1 <= caught.value.retry_after <= 11, "the end of the window is what Workable says"
    assert len(simulator.requests) == 11, "the refused request is not repeated"


def test_a_connector_that_declares_the_limit_never_meets_it(simulator, monkeypatch):
    simulator.workable.limited = True
    monkeypatch.setattr(workable, "SECONDS", 0.5)
    monkeypatch.setattr(CONNECTORS["workable"], "limits", Limits(requests=10, seconds=0.5))
    began = time.monotonic()
    assert len(list(connect(simulator, "workable").positions())) == 13
    assert time.monotonic() - began >= 0.5, "15 requests do not fit into one window"


def test_pages_are_followed_to_the_last_one(simulator):
    simulator.workable.page = 3
    assert len(list(connect(simulator, "workable").positions())) == 13
    assert simulator.requests.count(("GET", "northwind.workable.com", "/spi/v3/jobs")) == 5


def test_a_page_that_fails_spoils_the_whole_list(simulator):
    simulator.workable.page = 3
    reading = connect(simulator, "workable").positions()
    first = [next(reading) for _ in range(3)]
    simulator.fault("northwind.workable.com", status=503, headers={"Retry-After": "7"})
    with pytest.raises(TemporarilyUnavailable) as caught:
        list(reading)
    assert len(first) == 3
    assert caught.value.retry_after == 7


@every
def test_what_changes_in_the_ats_is_read_the_next_time(simulator, slug):
    account = simulator.accounts[PLAYED[slug][0]]
    before = {p.id: p for p in connect(simulator, slug).positions()}
    gone, renamed, *_rest = [j.id for j in account.published()]
    account.change(renamed, title="Keeper of the Keys")
    account.remove(gone)
    known = {id: p.version for id, p in before.items() if p.version}
    after = {p.id: p for p in connect(simulator, slug).positions(known)}
    assert set(after) == set(before) - {gone}
    assert after[renamed].title == "Keeper of the Keys"
    for id in set(after) - {renamed}:
        read = after[id]
        assert isinstance(read, Unchanged) or read == replace(before[id], version=read.version)


def test_only_what_changed_is_read_in_detail(simulator):
    known = {p.id: p.version for p in connect(simulator, "workable").positions()}
    simulator.workable.change("A10B7C2D05", title="Food Safety Auditor, Lyon")
    simulator.requests.clear()
    found = list(connect(simulator, "workable").positions(known))
    assert [p.id for p in found if isinstance(p, RemotePosition)] == ["A10B7C2D05"]
    assert len(simulator.requests) == 2


@every
def test_a_fault_that_passes_quickly_is_not_noticed(simulator, slug):
    simulator.fault(PLAYED[slug][1], status=503, times=2)
    assert len(list(connect(simulator, slug).positions())) == len(open_jobs(simulator, slug))


FAULTS = {
    "down": ({"status": 500}, TemporarilyUnavailable),
    "maintenance": ({"status": 503, "body": "<html>back soon</html>"}, TemporarilyUnavailable),
    "a page to sign in": ({"page": True}, (UnexpectedAnswer, AccountNotFound)),
    "half an answer": ({"truncated": True}, TemporarilyUnavailable),
    "silence": ({"slow": 5.0}, TemporarilyUnavailable),
    "a byte at a time": ({"drip": 0.05}, TemporarilyUnavailable),
    "redirect": ({"status": 302, "headers": {"Location": "https://www.example.com/"}}, ConnectorError),
}


@pytest.mark.parametrize("fault", FAULTS)
@every
def test_what_cannot_be_read_is_an_error_and_never_an_empty_list(simulator, slug, fault, monkeypatch):
    parts, expected = FAULTS[fault]
    if "slow" in parts or "drip" in parts:
        monkeypatch.setattr(http, "REQUEST_SECONDS", 0.25)
    simulator.fault("*", **parts)
    began = time.monotonic()
    with pytest.raises(expected):
        list(connect(simulator, slug).positions())
    assert time.monotonic() - began < 2


def control(simulator: Simulator, order: dict | None = None) -> dict:
    body = json.dumps(order).encode() if order else None
    with urllib.request.urlopen(f"{simulator.url}/_control", body, timeout=5) as answer:
        return json.load(answer)


def test_it_is_ordered_about_from_outside(simulator):
    assert control(simulator)["requests"] == 0
    assert control(simulator, {"revoke": "workable"})["accounts"]["workable"]["revoked"]
    with pytest.raises(CredentialsRejected):
        connect(simulator, "workable").test()
    control(simulator, {"restore": "workable", "change": {"ats": "workable", "id": "A10B7C2D01", "title": "Renamed"}})
    assert next(connect(simulator, "workable").positions()).title == "Renamed"
    assert control(simulator)["requests"] > 0
    control(simulator, {"fault": {"host": "*", "status": 500}})
    with pytest.raises(TemporarilyUnavailable):
        connect(simulator, "workable").test()
    assert control(simulator, {"heal": "*"})["faults"] == []


def test_an_order_that_it_does_not_know_is_refused(simulator):
    for order in ({"dance": 1}, {"revoke": "nobody"}, {"fault": {"planet": "x"}}):
        answer = requests.post(f"{simulator.url}/_control", json=order, timeout=5)
        assert answer.status_code == 400


def test_by_hand_it_prints_what_to_try_and_ends_at_once():
    command = [sys.executable, "-m", "tests.simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C"):
                break
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=5)
    assert process.returncode == 0
    assert errors == ""
    assert rest == "Ended.\n"
    keys = (workable.TOKEN, bamboohr.KEY, personio.SECRET, ukg_pro_recruiting.SECRET, workday.PASSWORD)
    for secret in (*keys, workday.REFRESH_TOKEN, "https://jobs.example.com/feed.xml"):
        assert any(secret in line for line in lines)
