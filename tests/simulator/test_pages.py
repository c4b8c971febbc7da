"""Pages, limits and tokens over real sockets: a list is read to its end or not at all, and who says wait is heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.simulator import Simulator, smartrecruiters, ukg_pro_recruiting, workday
from tests.simulator._account import guid
from tests.simulator.played import PLAYED, connect, open_jobs
from webapp.connectors import CredentialsRejected, PermissionMissing, TemporarilyUnavailable, UnexpectedAnswer
from webapp.connectors import workday as connector

every = pytest.mark.parametrize("slug", PLAYED)
#: connector slug → where its account keeps how many rows a page has
PAGED = {
    "workable": ("workable", "page"),
    "personio": ("personio", "page"),
    "ukg-pro-recruiting": ("ukg", "page"),
    "ukg-pro-recruiting-careers": ("ukg", "top"),
    "workday": ("workday", "page"),
    "workday-rest": ("workday", "page"),
    "smartrecruiters-careers": ("smartrecruiters", "page"),
}
#: Those that ask more than once: a list in pages, a token first, or an answer for each position.
ASK_OFTEN = [
    slug
    for slug in PLAYED
    if slug not in ("workable-careers", "greenhouse-careers", "lever-careers", "ashby-careers", "job-feed")
]


def small_pages(simulator: Simulator, slug: str, rows: int = 5) -> None:
    if slug in PAGED:
        account, name = PAGED[slug]
        setattr(getattr(simulator, account), name, rows)


def titles(simulator: Simulator, slug: str) -> set[str]:
    return {job.title[job.language] for job in open_jobs(simulator, slug)}


@pytest.mark.parametrize("slug", PAGED)
@pytest.mark.parametrize("rows", [1, 5, 6, 7])
def test_pages_of_any_size_are_followed_to_the_last_one(simulator, slug, rows):
    small_pages(simulator, slug, rows)
    assert {p.title for p in connect(simulator, slug).positions()} == titles(simulator, slug)
    assert len(simulator.requests) > len(open_jobs(simulator, slug)) / rows


@pytest.mark.parametrize("slug", ASK_OFTEN)
def test_a_fault_between_pages_spoils_the_whole_list(simulator, slug):
    small_pages(simulator, slug)
    list(connect(simulator, slug).positions())
    asked = len(simulator.requests)
    for after in {1, asked // 2, asked - 1}:
        simulator.fault("*", status=503, headers={"Retry-After": "7"}, after=after)
        with pytest.raises(TemporarilyUnavailable) as caught:
            list(connect(simulator, slug).positions())
        assert caught.value.retry_after == 7
        simulator.heal()
    assert {p.title for p in connect(simulator, slug).positions()} == titles(simulator, slug)


@pytest.mark.parametrize("slug", ASK_OFTEN)
def test_a_page_that_is_cut_off_spoils_the_whole_list(simulator, slug):
    small_pages(simulator, slug)
    simulator.fault("*", truncated=True, after=1)
    with pytest.raises(TemporarilyUnavailable):
        list(connect(simulator, slug).positions())


@every
def test_who_limits_is_not_asked_again_before_the_time_it_says(simulator, slug):
    simulator.fault("*", status=429, headers={"Retry-After": "40"})
    with pytest.raises(TemporarilyUnavailable) as caught:
        list(connect(simulator, slug).positions())
    assert caught.value.retry_after == 40
    assert len(simulator.requests) == 1


@pytest.mark.parametrize(
    ("slug", "account", "played", "seconds"),
    [
        ("ukg-pro-recruiting", "ukg", ukg_pro_recruiting, (60, 60)),  # does not say when: a minute
        ("workday-rest", "workday", workday, (60, 60)),
        ("workday-careers", "workday", workday, (2, 2)),
        ("smartrecruiters-careers", "smartrecruiters", smartrecruiters, (1, 61)),
    ],
)
def test_a_limit_that_is_met_in_the_middle_spoils_the_list(simulator, monkeypatch, slug, account, played, seconds):
    small_pages(simulator, slug)
    getattr(simulator, account).limited = True
    monkeypatch.setattr(played, "REQUESTS", 2)
    monkeypatch.setattr(played, "SECONDS", 60.0)
    with pytest.raises(TemporarilyUnavailable) as caught:
        list(connect(simulator, slug).positions())
    assert seconds[0] <= caught.value.retry_after <= seconds[1]


def test_workday_s_web_service_with_too_much_to_do_is_a_fault_that_passes(simulator, monkeypatch):
    simulator.workday.limited, simulator.workday.page = True, 5
    monkeypatch.setattr(workday, "REQUESTS", 2)
    with pytest.raises(TemporarilyUnavailable):
        list(connect(simulator, "workday").positions())


@pytest.mark.parametrize(("slug", "account"), [("ukg-pro-recruiting", "ukg"), ("workday-rest", "workday")])
def test_a_token_that_runs_out_between_pages_is_replaced(simulator, slug, account):
    small_pages(simulator, slug)
    connector = connect(simulator, slug)
    pages = [path for _method, _host, path in _reading(simulator, connector, getattr(simulator, account).tokens.clear)]
    assert sum("token" in path for path in pages) == 2


def _reading(simulator: Simulator, connector, in_the_middle) -> list[tuple[str, str, str]]:
    """What was asked while all was read; `in_the_middle` is called before the third request."""
    answer, asked = simulator.answer, 0

    def counted(ask):
        nonlocal asked
        asked += 1
        if asked == 3:
            in_the_middle()
        return answer(ask)

    simulator.answer = counted
    assert {p.title for p in connector.positions()} == titles(simulator, connector.slug)
    return simulator.requests


@pytest.mark.parametrize("slug", ["ukg-pro-recruiting", "workday", "workday-rest", "personio", "workable"])
def test_credentials_that_are_withdrawn_between_pages_spoil_the_list(simulator, slug):
    small_pages(simulator, slug)
    with pytest.raises((CredentialsRejected, PermissionMissing)):
        _reading(simulator, connect(simulator, slug), lambda: simulator.revoke(PLAYED[slug][0]))


@pytest.mark.parametrize(
    ("slug", "account"), [("lever-careers", "lever"), ("ukg-pro-recruiting", "ukg"), ("workday-rest", "workday")]
)
@pytest.mark.parametrize("more", [100, 130])
def test_more_than_a_hundred_are_more_than_one_page(simulator, slug, account, more):
    played = getattr(simulator, account)
    first = played.published()[0]
    for number in range(more):
        id = f"R-{5000 + number}" if account == "workday" else guid(90, number)
        played.add(replace(first, id=id, title={"en": f"Helper {number}"}))
    assert {p.title for p in connect(simulator, slug).positions()} == titles(simulator, slug)


def test_ukg_without_a_link_to_the_next_page_is_read_by_number(simulator):
    simulator.ukg.links = False
    test_more_than_a_hundred_are_more_than_one_page(simulator, "ukg-pro-recruiting", "ukg", 130)


def test_a_board_of_ukg_without_jobs_is_told_from_one_that_does_not_exist(simulator):
    simulator.ukg.jobs.clear()
    assert connect(simulator, "ukg-pro-recruiting-careers").test().open_positions == 0
    assert not list(connect(simulator, "ukg-pro-recruiting-careers").positions())


def test_a_board_of_ukg_with_another_number_inside_is_found_by_its_page(simulator):
    simulator.ukg.inside = "9f0d9a52-1c3e-4b7a-8d11-0a2b3c4d5e6f"
    found = list(connect(simulator, "ukg-pro-recruiting-careers").positions())
    assert {p.title for p in found} == titles(simulator, "ukg-pro-recruiting-careers")
    assert all(simulator.ukg.inside in p.url for p in found)


def test_workday_s_careers_site_is_read_on_the_host_that_tenants_share(simulator):
    own = {p.id: p for p in connect(simulator, "workday-careers").positions()}
    shared = connect(simulator, "workday-careers", career_url=f"{workday.CAREERS[workday.SHARED]}/")
    simulator.requests.clear()
    found = {p.id: p for p in shared.positions()}
    assert {host for _method, host, _path in simulator.requests} == {workday.SHARED}
    assert set(found) == set(own)
    assert all(
        p.url.startswith("https://wd5.myworkdaysite.com/recruiting/northwind/External/job/") for p in found.values()
    )
    same = {"url": None, "apply_url": None}
    assert {id: replace(p, **same) for id, p in found.items()} == {id: replace(p, **same) for id, p in own.items()}


def test_a_careers_site_that_counts_no_further_is_read_by_its_facets_or_not_at_all(simulator, monkeypatch):
    monkeypatch.setattr(connector, "CAP", 20)
    simulator.workday.cap = 20
    assert {p.title for p in connect(simulator, "workday-careers").positions()} == titles(simulator, "workday-careers")
    simulator.workday.faceted = False
    with pytest.raises(UnexpectedAnswer):
        list(connect(simulator, "workday-careers").positions())


def test_a_job_that_closes_while_workday_s_site_is_read_is_held_back(simulator):
    reading = connect(simulator, "workday-careers")
    shown = simulator.workday._list

    def closing(ask):
        reply = shown(ask)
        if b'"offset": 20' in ask.body:
            simulator.workday.change("R-1009", state="closed")
        return reply

    simulator.workday._list = closing
    assert len(list(reading.positions())) == 23
    assert [(w.id, w.reason) for w in reading.withheld] == [("R-1009", "closed")]


def test_personio_s_feed_that_is_switched_off_is_said_so_with_credentials_too(simulator):
    simulator.personio.feed = False
    for slug in ("personio", "personio-careers"):
        with pytest.raises(Exception, match="Activations"):
            list(connect(simulator, slug).positions())


def test_personio_s_api_adds_when_a_job_was_changed(simulator):
    simulator.personio.page = 3
    changed = {p.id: p.updated_at for p in connect(simulator, "personio").positions()}
    assert changed == {job.id: job.changed for job in simulator.personio.published()}
