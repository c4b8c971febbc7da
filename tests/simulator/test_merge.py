"""The merge.dev connector against the simulator, over real sockets, and Merge's own SDK against the same simulator."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.simulator import Job, Simulator
from tests.simulator import merge as played
from tests.simulator._merge_rows import made_id
from webapp.config import network
from webapp.connectors import (
    CredentialsRejected,
    PermissionMissing,
    RemotePosition,
    TemporarilyUnavailable,
    Unchanged,
    UnexpectedAnswer,
)
from webapp.connectors._http import Limits
from webapp.connectors.merge import Merge, MergeLink, verify_signature

SETTINGS = {"merge_api_key": played.KEY}
HOST = "api.merge.dev"


@pytest.fixture
def simulator(monkeypatch):
    """The simulator with merge.dev in it; neither side keeps a rate limit."""
    with Simulator(limited=False) as started:
        started.accounts["merge"] = played.Merge(limited=False)
        monkeypatch.setenv("BERTH_SIMULATOR_URL", started.url)
        network.cache_clear()
        monkeypatch.setattr(Merge, "limits", Limits(mib=32))
        yield started
    network.cache_clear()


@pytest.fixture
def merge(simulator) -> played.Merge:
    return simulator.accounts["merge"]


def connect(token: str = played.TOKEN, **config: str) -> Merge:
    return Merge({"account_token": token, **SETTINGS, **config})


def open_jobs(merge: played.Merge) -> dict[str, Job]:
    return {j.id: j for j in merge.jobs.values() if j.state == "published" and j.mark in ("", "internal")}


def read(known: dict[str, str] | None = None) -> dict[str, RemotePosition | Unchanged]:
    return {item.id: item for item in connect().positions(known)}


def versions(found: dict[str, Any]) -> dict[str, str]:
    return {id: item.version for id, item in found.items()}


def test_every_open_position_is_read_and_no_other(simulator, merge):
    connector = connect(linked_account_id=played.ID)
    found = {p.id: p for p in connector.positions()}
    expected = open_jobs(merge)
    assert len(expected) == 14
    assert {id: p.title for id, p in found.items()} == {id: j.title[j.language] for id, j in expected.items()}
    assert {w.reason for w in connector.withheld} == {"sample", "confidential"}
    assert [p.title for p in found.values() if p.visibility == "internal"] == ["Deputy Head of Transport"]
    for id, position in found.items():
        assert position.department == expected[id].department
        assert {place.city for place in position.locations} == {p.city for p in expected[id].places if not p.hidden}
        assert (position.workplace == "remote") == (expected[id].workplace == "remote")
        assert position.posted_at == expected[id].posted
        assert bool(position.url) == (position.visibility == "public")
    assert not any("Sandvoss" in repr(p) or made_id("Mira Sandvoss") in repr(p) for p in found.values())
    assert {host for _method, host, _path in simulator.requests} == {HOST}


@pytest.mark.parametrize("size", [1, 4, 100])
@pytest.mark.parametrize("expands", [True, False])
def test_pages_are_followed_to_the_last_one_expanded_or_not(merge, size, expands):
    whole = read()
    merge.page, merge.expands = size, expands
    assert read() == whole


def test_the_account_is_seen_and_the_host_s_steps_are_noted(simulator):
    connector = connect()
    assert (connector.test().id, connector.test().name) == (played.ID, "Northwind Foods (Workable)")
    assert connector.http.seen[HOST] == ["resolved", "connected", "answered"]


def test_an_ats_without_any_status_shows_only_what_a_posting_proves(merge):
    merge.knows_status = False
    assert set(read()) == set(open_jobs(merge))
    merge.has_postings = False
    connector = connect()
    assert list(connector.positions()) == []
    assert {w.reason for w in connector.withheld} == {"unlisted", "confidential", "sample"}


def test_an_ats_without_postings_shows_its_open_jobs(merge):
    merge.has_postings = False
    assert set(read()) == set(open_jobs(merge))


def test_what_changes_is_read_the_next_time_and_the_rest_is_unchanged(simulator, merge):
    newest, gone, closed, renamed, edited, *_rest = open_jobs(merge)
    merge.modified += timedelta(hours=1)
    merge.change(newest, title="Newest")
    before = read()
    merge.modified += timedelta(hours=1)
    merge.remove(gone)
    merge.change(closed, state="closed")
    merge.change(renamed, title="Keeper of the Keys")
    simulator.requests.clear()
    after = read(versions(before))
    assert set(after) == set(before) - {gone, closed}
    assert [item.title for item in after.values() if isinstance(item, RemotePosition)] == [
        "Newest",
        "Keeper of the Keys",
    ]
    assert [path.removeprefix("/api/ats/v1/") for _method, _host, path in simulator.requests] == [
        "account-details",
        "sync-status",
        "jobs",
        "job-postings",
    ]
    merge.post(edited, title="Only the posting says so")
    again = read(versions(before))
    assert (again[edited].title, set(again)) == ("Only the posting says so", set(after))


def test_a_new_job_and_one_whose_posting_is_taken_back_are_seen_by_a_delta(merge):
    before = read()
    merge.modified += timedelta(hours=1)
    [taken, *_rest] = open_jobs(merge)
    merge.post(taken, status="DRAFT")
    merge.change(next(j.id for j in merge.jobs.values() if j.state == "draft"), state="published")
    after = read(versions(before))
    assert taken not in after
    assert set(after) == set(open_jobs(merge)) - {taken}


def test_without_detection_a_deleted_job_stays_as_merge_says(merge):
    merge.tells_deletions = False
    [gone, *_rest] = open_jobs(merge)
    merge.remove(gone)
    assert gone in read()


def test_a_wrong_token_is_the_customer_s_and_a_wrong_key_the_operator_s_matter(simulator, merge):
    with pytest.raises(CredentialsRejected):
        list(connect("account-token-of-another").positions())
    with pytest.raises(UnexpectedAnswer, match="key of this installation"):
        list(connect(merge_api_key="test_another_key").positions())
    simulator.revoke("merge")
    with pytest.raises(CredentialsRejected):
        connect().test()
    simulator.restore("merge")
    merge.key_revoked = True
    with pytest.raises(UnexpectedAnswer, match="key of this installation"):
        connect().test()


@pytest.mark.parametrize(
    ("status", "error"), [("RELINK_NEEDED", CredentialsRejected), ("INCOMPLETE", PermissionMissing), ("IDLE", None)]
)
def test_the_state_of_the_account_decides_whether_it_is_read(merge, status, error):
    merge.linked[played.TOKEN].status = status
    if error is None:
        assert read()
        return
    with pytest.raises(error):
        read()


def test_the_first_sync_is_waited_for(merge):
    merge.sync["Job"] = "SYNCING", True
    with pytest.raises(TemporarilyUnavailable) as caught:
        read()
    assert caught.value.retry_after == 60
    merge.sync["Job"] = "SYNCING", False
    assert read()


def test_a_cursor_that_went_stale_means_to_begin_anew(merge):
    merge.page = 3
    reading = connect().positions()
    first = next(reading)
    merge.forget_cursors()
    with pytest.raises(TemporarilyUnavailable):
        list(reading)
    assert first.id in read()


def test_over_the_limit_it_waits_as_long_as_it_is_told(merge, monkeypatch):
    merge.limited = True
    monkeypatch.setattr(played, "REQUESTS", 2)
    with pytest.raises(TemporarilyUnavailable) as caught:
        read()
    assert 1 <= caught.value.retry_after <= 61
    assert connect.__name__  # another account has a limit of its own
    linker = MergeLink(SETTINGS)
    token = linker.create_link_token("other", "Southwind", "b@example.com", "lever").token
    assert connect(linker.exchange(merge.complete(token)).account_token).test().name == "Southwind (Lever)"


def test_linking_from_the_click_to_the_deletion(merge):
    linker = MergeLink(SETTINGS)
    made = linker.create_link_token("berth-7", "Southwind Ltd", "b@example.com", "personio-recruiting")
    assert made.integration is None
    public_token = merge.complete(made.token)
    linked = linker.exchange(public_token)
    assert (linked.integration, linked.integration_slug) == ("Personio Recruiting", "personio-recruiting")
    details = linker.account_details(linked.account_token)
    assert (details.id, details.end_user_origin_id, details.category) == (linked.linked_account_id, "berth-7", "ats")
    with pytest.raises(CredentialsRejected, match="once more"):
        linker.exchange(public_token)

    merge.linked[linked.account_token].status = "RELINK_NEEDED"
    again = linker.create_link_token("berth-7", "Southwind Ltd", "b@example.com")
    assert again.integration == "Personio Recruiting"
    assert linker.exchange(merge.complete(again.token)) == linked, "a relink keeps ID and token"
    assert linker.account_details(linked.account_token).status == "COMPLETE"

    assert linker.delete_account(linked.account_token) is True
    assert linker.delete_account(linked.account_token) is False
    with pytest.raises(CredentialsRejected):
        linker.account_details(linked.account_token)
    anew = linker.create_link_token("berth-7", "Southwind Ltd", "b@example.com", "lever")
    assert linker.exchange(merge.complete(anew.token)).linked_account_id != linked.linked_account_id


def test_a_public_token_expires(merge):
    linker = MergeLink(SETTINGS)
    public_token = merge.complete(linker.create_link_token("berth-8", "Southwind", "b@example.com").token)
    merge.expire_public_tokens()
    with pytest.raises(CredentialsRejected):
        linker.exchange(public_token)


def test_no_more_test_accounts_than_merge_allows(merge):
    merge.full = True
    with pytest.raises(UnexpectedAnswer, match="full of test accounts"):
        MergeLink(SETTINGS).create_link_token("berth-9", "Southwind", "b@example.com")
    assert MergeLink(SETTINGS).create_link_token("northwind", "Northwind", "b@example.com").integration == "Workable"


@pytest.mark.parametrize("integration", ["nonsense", "Workable"])
def test_an_ats_that_merge_does_not_have_is_not_begun(simulator, integration):
    with pytest.raises(UnexpectedAnswer, match="does not begin"):
        MergeLink(SETTINGS).create_link_token("berth-9", "Southwind", "b@example.com", integration)


@pytest.mark.parametrize("event", ["LinkedAccount.sync_completed", "LinkedAccount.linked", "Job.changed"])
def test_webhooks_are_signed_as_merge_signs_them(event):
    merge = played.Merge()
    first = merge.webhook(event)
    for kind, fits in (("right", True), ("padded", True), ("wrong", False)):
        body, headers = merge.webhook(event, kind)
        signature = headers["X-Merge-Webhook-Signature"]
        assert signature.endswith("=") == (kind == "padded")
        assert verify_signature(["older", played.SECRET], body, signature) is fits
    assert first != merge.webhook(event), "each has an id of its own"
    assert merge.webhook(kind="replayed") == merge.webhook(kind="replayed")
    told = json.loads(body)
    assert (told["hook"]["event"], told["linked_account"]["id"]) == (event, played.ID)
    assert (told["data"].get("account_token") == played.TOKEN) == (event == "LinkedAccount.linked")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/ats/v1/jobs", {}, 401),
        ("/api/ats/v1/jobs", {"Authorization": f"Bearer {played.KEY}"}, 400),
        ("/api/ats/v1/linked-jobs", {"Authorization": f"Bearer {played.KEY}", "X-Account-Token": played.TOKEN}, 404),
        ("/api/ats/v1/jobs/x", {"Authorization": f"Bearer {played.KEY}", "X-Account-Token": played.TOKEN}, 404),
        ("/api/ats/v1/jobs?status=X", {"Authorization": f"Bearer {played.KEY}", "X-Account-Token": played.TOKEN}, 400),
        ("/api/ats/v1/jobs?cursor=X", {"Authorization": f"Bearer {played.KEY}", "X-Account-Token": played.TOKEN}, 400),
        ("/api/hris/v1/employees", {"Authorization": f"Bearer {played.KEY}"}, 404),
    ],
)
def test_refusals_are_those_that_the_reference_names(simulator, path, headers, status):
    answer = requests.get(simulator.url + path, headers={"Host": HOST, **headers}, timeout=5)
    assert answer.status_code == status
    assert "application/json" in answer.headers["Content-Type"]


def test_merge_s_own_sdk_reads_the_simulator(simulator, merge, request):
    import httpx
    from merge import Merge as SDK
    from merge.core.api_error import ApiError
    from merge.resources.ats.types import department, job, job_posting, office, sync_status

    http = httpx.Client()
    request.addfinalizer(http.close)

    def client(token: str | None = played.TOKEN, key: str = played.KEY) -> Any:
        where = {"base_url": f"{simulator.url}/api", "headers": {"Host": HOST}, "httpx_client": http}
        return SDK(api_key=key, account_token=token, **where).ats

    sdk = client()
    lists = (
        (sdk.jobs, job.Job),
        (sdk.job_postings, job_posting.JobPosting),
        (sdk.departments, department.Department),
        (sdk.offices, office.Office),
        (sdk.sync_status, sync_status.SyncStatus),
    )
    for resource, model in lists:
        found, cursor = [], None
        while True:
            page = resource.list(page_size=3, cursor=cursor)
            found += page.results
            cursor = page.next
            if not cursor:
                break
        assert len({getattr(row, "id", None) or row.model_id for row in found}) == len(found) > 1
        for row in found:
            assert isinstance(row, model)
            assert not set(row.model_extra or {}), "Merge has no such field"
            model.model_validate(row.model_dump())
    page = sdk.jobs.list(status="OPEN", expand=["departments", "offices", "job_postings"], page_size=100)
    assert {j.id for j in page.results} >= set(open_jobs(merge))
    assert page.results[0].job_postings[0].status == "PUBLISHED"
    assert sdk.jobs.retrieve(page.results[0].id).name == page.results[0].name
    assert sdk.account_details.retrieve().status == "COMPLETE"
    made = sdk.link_token.create(
        end_user_email_address="b@example.com",
        end_user_organization_name="Southwind",
        end_user_origin_id="berth-sdk",
        categories=["ats"],
    )
    linked = client(None).account_token.retrieve(merge.complete(made.link_token))
    assert client(linked.account_token).account_details.retrieve().id == linked.id
    client(linked.account_token).delete_account.delete()
    for wrong, status in ((client(linked.account_token), 401), (client(key="test_no"), 401), (client(None), 400)):
        with pytest.raises(ApiError) as caught:
            wrong.account_details.retrieve()
        assert caught.value.status_code == status
