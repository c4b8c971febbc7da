"""merge.dev: which jobs are shown, pages and deltas, whose fault a refusal is, linking, signatures, Merge's own SDK."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.connectors.replay import Replay, parts, respond
from webapp.connectors import (
    AccountNotFound,
    ConnectorError,
    CredentialsRejected,
    PermissionMissing,
    RemotePosition,
    TemporarilyUnavailable,
    Unchanged,
    UnexpectedAnswer,
)
from webapp.connectors.merge import Merge, MergeLink, verify_signature

BASE = "https://api.merge.dev/api/ats/v1"
KEY, TOKEN = "test_canary-key", "canary-account-token"
ID = "e59b1821-f85c-4e28-a6b3-1804156f3563"
SETTINGS = {"merge_api_key": KEY}
ACCOUNT = {"id": ID, "integration": "Greenhouse", "category": "ats", "status": "COMPLETE"}
SYNCED = [{"model_id": "ats.Job", "status": "DONE", "is_initial_sync": True}]


def given(
    path: str, json: Any, status: int = 200, method: str = "GET", query: dict | None = None, **headers: str
) -> dict:
    """One answer of merge.dev, as a fixture holds it."""
    return {
        "request": f"{method} {BASE}/{path}",
        "status": status,
        "query": query or {},
        "answer_headers": headers,
        **({"text": ""} if json is None else {"json": json}),
    }


def page(*rows: dict, next: str | None = None) -> dict:
    return {"next": next, "previous": None, "results": list(rows)}


def merge(*answers: dict, account: dict | None = None, sync: list | None = None, **config: str) -> tuple[Merge, Replay]:
    """A connector to which merge.dev gives these answers, after those on the account and its state."""
    before = [given("account-details", {**ACCOUNT, **(account or {})}), given("sync-status", page(*(sync or SYNCED)))]
    replay = Replay([*answers, *before, given("job-postings", page())])
    return Merge({"account_token": TOKEN, **SETTINGS, **config}, replay.session), replay


def link(*answers: dict, **settings: str) -> tuple[MergeLink, Replay]:
    replay = Replay(list(answers))
    return MergeLink({**SETTINGS, **settings}, replay.session), replay


def asked(replay: Replay, path: str) -> list[dict[str, str]]:
    """The queries with which a path was asked."""
    urls = [urlsplit(request.url or "") for request in replay.asked]
    return [{k: v[0] for k, v in parse_qs(u.query).items()} for u in urls if u.path == f"/api/ats/v1/{path}"]


def job(id: str = "j1", **more: Any) -> dict:
    return {"id": id, "name": f"Job {id}", "status": "OPEN", "modified_at": "2026-10-01T12:00:00Z", **more}


def posting(status: str | None, id: str = "p1", **more: Any) -> dict:
    return {"id": id, "title": f"Posting {id}", "status": status, "job": "j1", **more}


# Which jobs are shown ---------------------------------------------------------------------------------------------

SHOWN = [
    (job(job_postings=[posting("PUBLISHED")]), "public"),
    (job(job_postings=[posting("PUBLISHED", is_internal=False), posting("INTERNAL", "p2")]), "public"),
    (job(job_postings=[posting("DRAFT", "p2"), posting("PUBLISHED")]), "public"),
    (job(job_postings=[posting("PUBLISHED", is_internal=True)]), "internal"),
    (job(job_postings=[posting("INTERNAL")]), "internal"),
    (job(job_postings=[posting(None)]), "public"),
    (job(job_postings=[posting(None, is_internal=True)]), "internal"),
    (job(job_postings=[]), "public"),  # an ATS that has no postings
    (job(job_postings=None, type="POSTING"), "public"),
    (job(type="REQUISITION", job_postings=[posting("PUBLISHED")]), "public"),
]
HIDDEN = [
    (job(confidential=True, job_postings=[posting("PUBLISHED")]), "confidential"),
    (job(confidential=True, status="DRAFT"), "confidential"),
    (job(status="DRAFT", job_postings=[posting("PUBLISHED")]), "draft"),
    (job(status="PENDING"), "draft"),
    (job(status="CLOSED"), "closed"),
    (job(status="ARCHIVED"), "closed"),
    (job(status="PAUSED"), "unlisted"),
    (job(remote_was_deleted=True, job_postings=[posting("PUBLISHED")]), "closed"),
    (job(type="PROFILE", job_postings=[posting("PUBLISHED")]), "sample"),
    (job(type="REQUISITION"), "unlisted"),
    (job(job_postings=[posting("DRAFT")]), "draft"),
    (job(job_postings=[posting("CLOSED"), posting("PENDING", "p2")]), "closed"),
    (job(job_postings=[posting("CLOSED")]), "closed"),
    (job(job_postings=[posting("PAUSED")]), "unlisted"),
    (job(status=None), "unlisted"),
    (job(status=None, job_postings=[posting(None)]), "unlisted"),
]


@pytest.mark.parametrize(("row", "visibility"), SHOWN)
def test_an_open_job_is_shown_where_it_is_published(row, visibility):
    connector, _replay = merge(given("jobs", page(row)))
    [found] = connector.positions()
    assert found.visibility == visibility


@pytest.mark.parametrize(("row", "reason"), HIDDEN)
def test_what_is_not_proven_to_be_published_is_withheld_with_its_reason(row, reason):
    connector, _replay = merge(given("jobs", page(row)))
    assert list(connector.positions()) == []
    assert [(w.id, w.reason) for w in connector.withheld] == [("j1", reason)]
    assert (connector.withheld[0].title is None) == (reason == "confidential")


def test_where_the_ats_has_postings_a_job_without_one_is_not_shown():
    some = given("job-postings", page(posting("PUBLISHED")), query={"page_size": "1"})
    deleted = posting("PUBLISHED", remote_was_deleted=True)
    connector, replay = merge(some, given("jobs", page(job("j1"), job("j2", job_postings=[deleted]))))
    assert list(connector.positions()) == []
    assert [(w.id, w.reason) for w in connector.withheld] == [("j1", "unlisted"), ("j2", "unlisted")]
    assert len(asked(replay, "job-postings")) == 1, "this is asked once"


def test_an_ats_that_knows_no_postings_at_all_answers_404():
    connector, _replay = merge(given("job-postings", {"detail": "Not found."}, 404), given("jobs", page(job())))
    assert [p.title for p in connector.positions()] == ["Job j1"]


def test_the_public_posting_is_shown_and_no_address_of_another():
    intern, public = "https://intranet.example.com/1", "https://jobs.example.com/1"
    row = job(
        job_postings=[
            posting("INTERNAL", "p2", title="Insiders", job_posting_urls=[{"value": intern}], content="<p>Secret.</p>"),
            posting("PUBLISHED", title="Outsiders", remote_updated_at="2026-10-02T00:00:00Z"),
        ],
        job_posting_urls=[{"value": intern, "url_type": "JOB_POSTING"}, {"value": public, "url_type": "OTHER"}],
        description="<p>For all.</p>",
    )
    connector, _replay = merge(given("jobs", page(row)))
    [found] = connector.positions()
    assert (found.title, found.url, found.description_html) == ("Outsiders", public, "<p>For all.</p>")
    assert found.updated_at.isoformat() == "2026-10-02T00:00:00+00:00"


def test_what_merge_does_not_say_is_absent():
    connector, _replay = merge(given("jobs", page(job(modified_at=None, departments=[None], offices=[{"id": "o"}]))))
    [found] = connector.positions()
    assert found == RemotePosition(id="j1", title="Job j1", version="unknown")


@pytest.mark.parametrize("row", [job(name=None), job(""), {"status": "OPEN"}, job(name=7)])
def test_a_job_without_an_id_or_a_name_is_an_unexpected_answer(row):
    connector, _replay = merge(given("jobs", page(row)))
    with pytest.raises(UnexpectedAnswer):
        list(connector.positions())


def test_what_merge_leaves_as_an_id_is_looked_up_in_its_list():
    row = job(departments=["d1"], offices=["o1", "o2"], job_postings=["p1"])
    connector, replay = merge(
        given("jobs", page(row)),
        given("departments", page({"id": "d2"}, next="two"), query={"page_size": "100"}) | {"once": True},
        given("departments", page({"id": "d1", "name": "Kitchen"}), query={"cursor": "two"}),
        given("offices", page({"id": "o1", "name": "HQ", "location": "Athens, Greece"})),
        given("job-postings", page(posting("PUBLISHED"))),
    )
    [found] = connector.positions()
    assert (found.title, found.department) == ("Posting p1", "Kitchen")
    assert [place.name for place in found.locations] == ["Athens, Greece"]
    assert len(asked(replay, "offices")) == 1


# Pages --------------------------------------------------------------------------------------------------------------


def test_a_cursor_is_opaque_and_all_other_parameters_stay():
    cursor = "cD0yMDI2+/=&status=DRAFT"
    connector, replay = merge(
        given("jobs", page(job("j2")), query={"cursor": cursor}), given("jobs", page(job("j1"), next=cursor))
    )
    reading = connector.positions()
    assert next(reading).id == "j1"
    assert len(asked(replay, "jobs")) == 1, "a page is yielded before the next is asked for"
    assert [p.id for p in reading] == ["j2"]
    first, second = asked(replay, "jobs")
    assert first == {"page_size": "100", "status": "OPEN", "expand": "departments,offices,job_postings"}
    assert second == {**first, "cursor": cursor}


@pytest.mark.parametrize("status", [400, 404])
def test_a_stale_cursor_means_to_begin_anew(status):
    connector, _replay = merge(
        given("jobs", {"detail": "Invalid cursor"}, status, query={"cursor": "old"}),
        given("jobs", page(job("j1"), next="old")),
    )
    with pytest.raises(TemporarilyUnavailable, match="begins anew"):
        list(connector.positions())


def test_a_first_page_that_is_refused_is_no_stale_cursor():
    connector, _replay = merge(given("jobs", {"status": ["wrong"]}, 400))
    with pytest.raises(UnexpectedAnswer):
        list(connector.positions())


def test_pages_that_go_round_in_a_circle_are_left():
    connector, _replay = merge(
        given("jobs", page(job("j2"), next="a"), query={"cursor": "a"}), given("jobs", page(job("j1"), next="a"))
    )
    with pytest.raises(UnexpectedAnswer, match="do not come to an end"):
        list(connector.positions())


@pytest.mark.parametrize("rows", [None, {"next": None}, {"results": None}, {"results": ["j1"]}])
def test_a_page_without_a_list_of_rows_is_an_unexpected_answer(rows):
    connector, _replay = merge(given("jobs", rows))
    with pytest.raises(UnexpectedAnswer):
        list(connector.positions())


def test_an_ats_without_any_status_is_read_whole_and_only_what_is_published_is_shown():
    rows = page(job("j1", status=None, job_postings=[posting("PUBLISHED")]), next="two")
    connector, replay = merge(
        given("jobs", page(), query={"status": "OPEN"}),
        given("jobs", page(job("j2", status=None)), query={"cursor": "two"}),
        given("jobs", rows),
    )
    assert [p.id for p in connector.positions()] == ["j1"]
    assert [(w.id, w.reason) for w in connector.withheld] == [("j2", "unlisted")]
    assert "status" not in asked(replay, "jobs")[1]


def test_where_jobs_have_a_status_and_none_is_open_nothing_is_listed():
    connector, replay = merge(
        given("jobs", page(), query={"status": "OPEN"}),
        given("jobs", page(job(status="CLOSED"), job("j2", status=None))),
    )
    assert list(connector.positions()) == []
    assert (connector.listed, connector.withheld) == (0, [])
    assert len(asked(replay, "jobs")) == 2


# Deltas -------------------------------------------------------------------------------------------------------------

KNOWN = {"j1": "2026-10-01T12:00:00+00:00", "j2": "2026-10-03T09:05:00+00:00", "j3": "unknown"}
SINCE = {"modified_after": "2026-10-03T08:55:00Z", "include_deleted_data": "true", "page_size": "100"}


def delta(*rows: dict, postings: tuple = (), whole: tuple = ()) -> tuple[list[Any], Merge, Replay]:
    connector, replay = merge(
        given("jobs", page(*rows), query=SINCE),
        given("job-postings", page(*postings), query=SINCE),
        given("jobs", page(*whole), query={"status": "OPEN"}),
    )
    return list(connector.positions(KNOWN)), connector, replay


def test_a_delta_that_mentions_nothing_leaves_all_unchanged():
    found, connector, replay = delta()
    assert found == [Unchanged("j1"), Unchanged("j2"), Unchanged("j3")]
    assert connector.listed == 3
    assert asked(replay, "jobs") == [{**SINCE, "expand": "departments,offices,job_postings"}]


def test_a_delta_brings_new_and_changed_jobs_and_leaves_the_others_unchanged():
    found, _connector, _replay = delta(job("j2", name="Renamed"), job("j9"))
    assert [getattr(item, "title", item.id) for item in found] == ["Renamed", "Job j9", "j1", "j3"]


@pytest.mark.parametrize("more", [{"status": "CLOSED"}, {"remote_was_deleted": True}, {"status": "ARCHIVED"}])
def test_a_known_job_that_was_closed_or_deleted_leaves_with_its_reason(more):
    found, connector, _replay = delta(job("j1", **more), job("other", **more))
    assert found == [Unchanged("j2"), Unchanged("j3")]
    assert [(w.id, w.reason) for w in connector.withheld] == [("j1", "closed")], "others were not shown before either"


def test_a_known_job_that_turned_confidential_leaves_without_its_title():
    found, connector, _replay = delta(job("j1", confidential=True))
    assert found == [Unchanged("j2"), Unchanged("j3")]
    assert connector.withheld[0].title is None


def test_where_only_a_posting_was_modified_all_jobs_are_read():
    touched = posting("CLOSED", job={"id": "j1"})
    found, connector, _replay = delta(postings=(touched,), whole=(job("j1", job_postings=[touched]), job("j2")))
    assert [item.id for item in found] == ["j2"]
    assert [(w.id, w.reason) for w in connector.withheld] == [("j1", "closed")]


def test_a_posting_whose_job_is_in_the_delta_or_that_has_none_asks_for_nothing_more():
    found, _connector, replay = delta(job("j1", job_postings=[posting("PUBLISHED")]), postings=(posting("PUBLISHED"),))
    assert [item.id for item in found] == ["j1", "j2", "j3"]
    _found, _connector, other = delta(postings=(posting("DRAFT", job=None),))
    assert len(asked(replay, "jobs")) == len(asked(other, "jobs")) == 1


def test_without_a_moment_among_the_versions_everything_is_read():
    connector, replay = merge(given("jobs", page(job())))
    assert [p.id for p in connector.positions({"j1": "unknown"})] == ["j1"]
    assert "modified_after" not in asked(replay, "jobs")[0]


# The account --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "error", "words"),
    [
        ({"status": "RELINK_NEEDED"}, CredentialsRejected, "link the account again"),
        ({"status": "INCOMPLETE"}, PermissionMissing, "not finished"),
        ({"category": "hris"}, AccountNotFound, "not one of an ATS"),
        ({"id": "00000000-0000-4000-8000-000000000000"}, AccountNotFound, "do not belong"),
        ({"id": None}, UnexpectedAnswer, "form"),
    ],
)
def test_an_account_that_cannot_be_read_says_who_has_to_act(account, error, words):
    connector, replay = merge(account=account, linked_account_id=ID.upper())
    for verb in (connector.test, lambda: list(connector.positions())):
        with pytest.raises(error, match=words):
            verb()
    assert not asked(replay, "jobs"), "old data that stays readable is not taken for the present"


@pytest.mark.parametrize("status", ["COMPLETE", "IDLE", "something new", None])
def test_every_other_status_is_read(status):
    connector, _replay = merge(given("jobs", page(job())), account={"status": status})
    assert len(list(connector.positions())) == 1


@pytest.mark.parametrize(
    ("account", "name"),
    [
        ({"end_user_organization_name": "Northwind", "integration": "Lever"}, "Northwind (Lever)"),
        ({"end_user_organization_name": "Northwind", "integration": None}, "Northwind"),
        ({"end_user_organization_name": "", "integration": "Lever"}, "Lever"),
        ({"integration": None}, None),
    ],
)
def test_the_account_is_named_after_the_organisation_and_the_ats(account, name):
    found = merge(account=account)[0].test()
    assert (found.id, found.name, found.notes) == (ID, name, ())


def test_a_test_says_that_the_ats_does_not_tell_what_is_published():
    [note] = merge(account={"integration": "Personio Recruiting"})[0].test().notes
    assert "published posting" in note


@pytest.mark.parametrize(
    ("state", "initial", "error", "retry_after"),
    [
        ("SYNCING", True, TemporarilyUnavailable, 60.0),
        ("FAILED", True, TemporarilyUnavailable, None),
        ("DISABLED", False, PermissionMissing, None),
        ("SYNCING", False, None, None),
        ("PARTIALLY_SYNCED", False, None, None),
        ("PAUSED", False, None, None),
        ("DONE", True, None, None),
        (None, None, None, None),
    ],
)
@pytest.mark.parametrize("model", ["ats.Job", "ats.JobPosting"])
def test_nothing_is_read_before_merge_has_read_the_ats_once(model, state, initial, error, retry_after):
    sync = [{"model_id": model, "status": state, "is_initial_sync": initial}]
    connector, _replay = merge(given("jobs", page(job())), sync=sync)
    if error is None:
        assert len(list(connector.positions())) == 1
        return
    with pytest.raises(error) as caught:
        list(connector.positions())
    assert getattr(caught.value, "retry_after", None) == retry_after


def test_other_models_may_take_their_time():
    connector, _replay = merge(given("jobs", page(job())), sync=[{"model_id": "ats.Candidate", "status": "DISABLED"}])
    assert len(list(connector.positions())) == 1


# Whose fault a refusal is -----------------------------------------------------------------------------------------

REFUSED = {"detail": "Invalid."}


def refusing(without_token: int, body: Any = REFUSED, **headers: str) -> tuple[Merge, Replay]:
    """merge.dev answers 401, and `without_token` where it is asked without an account token."""

    def refuse(_number: int, answer: requests.Response) -> requests.Response:
        status = 401 if "X-Account-Token" in answer.request.headers else without_token
        return respond(answer.request, status, json.dumps(body).encode(), headers)

    replay = Replay([given("account-details", {})], refuse)
    return Merge({"account_token": TOKEN, **SETTINGS}, replay.session), replay


@pytest.mark.parametrize("status", [400, 403, 404, 402, 200])
def test_a_token_is_wrong_where_the_key_alone_is_not_refused(status):
    connector, replay = refusing(status)
    with pytest.raises(CredentialsRejected, match="this token"):
        list(connector.positions())
    assert [request.headers.get("X-Account-Token") for request in replay.asked] == [TOKEN, None]
    assert {request.headers["Authorization"] for request in replay.asked} == {f"Bearer {KEY}"}


def test_a_key_that_is_refused_alone_is_the_operator_s_matter_and_asks_no_customer():
    connector, _replay = refusing(401)
    with pytest.raises(UnexpectedAnswer, match=r"The merge\.dev key of this installation is not accepted") as caught:
        connector.test()
    assert caught.value.acts == "us"


def test_while_merge_is_down_or_limits_nobody_is_accused():
    for status in (503, 429):
        connector, _replay = refusing(status, **{"Retry-After": "7"})
        with pytest.raises(TemporarilyUnavailable) as caught:
            connector.test()
        assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (402, UnexpectedAnswer, "to pay"),
        (403, PermissionMissing, "may not read"),
        (404, AccountNotFound, "does not know"),
        (408, TemporarilyUnavailable, "not available"),
        (429, TemporarilyUnavailable, "wait"),
    ],
)
def test_other_refusals_say_who_has_to_act(status, error, words):
    connector, _replay = merge(given("jobs", {"detail": "no"}, status, **{"Retry-After": "7"}))
    with pytest.raises(error, match=words):
        list(connector.positions())


@pytest.mark.parametrize("settings", [{"merge_api_key": ""}, {"merge_base_url": "http://api.merge.dev/api"}])
def test_without_a_key_or_https_nothing_is_asked_and_the_operator_is_named(settings):
    replay = Replay([])
    for ask in (
        Merge({"account_token": TOKEN, **SETTINGS, **settings}, replay.session).test,
        lambda: MergeLink({**SETTINGS, **settings}, replay.session).exchange("public-token"),
    ):
        with pytest.raises(UnexpectedAnswer, match="not set up") as caught:
            ask()
        assert caught.value.acts == "us"
    assert not replay.asked


def test_another_region_is_another_host_and_the_only_one():
    base = "https://api-eu.merge.dev/api/"
    replay = Replay([{"request": "GET https://api-eu.merge.dev/api/ats/v1/account-details", "json": ACCOUNT}])
    connector = Merge({"account_token": TOKEN, "merge_base_url": base, **SETTINGS}, replay.session)
    assert connector.test().id == ID
    assert connector.http.hosts == ("api-eu.merge.dev",)


def test_each_account_has_a_pace_of_its_own():
    one, two, three = (Merge({"account_token": t, **SETTINGS}) for t in ("token-one", "token-two", "token-one"))
    assert one.http.dialling.paced is three.http.dialling.paced
    assert one.http.dialling.paced is not two.http.dialling.paced


# Linking ------------------------------------------------------------------------------------------------------------


def test_a_link_token_is_asked_for_one_ats_and_without_a_magic_link():
    linker, replay = link(given("link-token", {"link_token": "lt", "integration_name": None}, method="POST"))
    made = linker.create_link_token("berth-1", "N" * 120, "mira@example.com", "workable", "de")
    assert (made.token, made.integration) == ("lt", None)
    assert json.loads(replay.asked[0].body) == {
        "end_user_email_address": "mira@example.com",
        "end_user_organization_name": "N" * 100,
        "end_user_origin_id": "berth-1",
        "categories": ["ats"],
        "integration": "workable",
        "language": "de",
    }
    assert "X-Account-Token" not in replay.asked[0].headers
    assert "lt" not in repr(made)


def test_an_integration_and_a_language_that_merge_does_not_have_are_left_out():
    linker, replay = link(given("link-token", {"link_token": "lt", "integration_name": "Workable"}, method="POST"))
    assert linker.create_link_token("berth-1", "Northwind", "mira@example.com", language="fr").integration == "Workable"
    assert not {"integration", "language"} & set(json.loads(replay.asked[0].body))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"non_field_errors": ["Organization has already reached their maximum number of test accounts."]}, "full of"),
        ("Organization has already reached their MAXIMUM number of test accounts.", "full of"),
        ({"integration": ["no such integration"]}, "does not begin"),
    ],
)
def test_a_link_token_that_is_refused_says_why(body, words):
    linker, _replay = link(given("link-token", body, 400, method="POST"))
    with pytest.raises(UnexpectedAnswer, match=words):
        linker.create_link_token("berth-1", "Northwind", "mira@example.com")


@pytest.mark.parametrize("answer", [{}, {"link_token": None}, {"link_token": ""}])
def test_a_link_token_that_did_not_come_is_an_unexpected_answer(answer):
    linker, _replay = link(given("link-token", answer, method="POST"))
    with pytest.raises(UnexpectedAnswer):
        linker.create_link_token("berth-1", "Northwind", "mira@example.com")


def test_a_wrong_key_is_the_operator_s_matter_while_linking_too():
    linker, replay = link(
        given("link-token", REFUSED, 401, method="POST"), given("account-token/public-token", REFUSED, 401)
    )
    for ask in (
        lambda: linker.create_link_token("berth-1", "Northwind", "mira@example.com"),
        lambda: linker.exchange("public-token"),
    ):
        with pytest.raises(UnexpectedAnswer, match="key of this installation"):
            ask()
    assert len(replay.asked) == 2, "no account token was sent, so there is nothing to tell apart"


def test_a_public_token_is_exchanged_for_id_token_and_ats():
    answer = {"account_token": TOKEN, "id": ID, "integration": {"name": "Workable", "slug": "workable"}}
    linker, replay = link(given("account-token/pub_1.x~-=", answer))
    found = linker.exchange("pub_1.x~-=")
    assert (found.account_token, found.linked_account_id) == (TOKEN, ID)
    assert (found.integration, found.integration_slug) == ("Workable", "workable")
    assert TOKEN not in repr(found)
    assert "X-Account-Token" not in replay.asked[0].headers


@pytest.mark.parametrize("status", [400, 404])
def test_a_public_token_that_was_used_or_is_too_old_asks_to_begin_again(status):
    linker, _replay = link(given("account-token/public-token", {"detail": "no"}, status))
    with pytest.raises(CredentialsRejected, match="once more"):
        linker.exchange("public-token")


@pytest.mark.parametrize(
    "token", ["", "short", "../../linked-accounts", "..........", "a/b/c/d/e", "pub?x=12345", "tökentöken"]
)
def test_what_cannot_be_a_public_token_is_never_asked(token):
    linker, replay = link()
    with pytest.raises(CredentialsRejected):
        linker.exchange(token)
    assert not replay.asked


@pytest.mark.parametrize(
    "answer", [{}, {"account_token": TOKEN, "id": None}, {"id": ID}, {"account_token": 7, "id": ID}]
)
def test_an_exchange_without_id_or_token_is_an_unexpected_answer(answer):
    linker, _replay = link(given("account-token/public-token", answer))
    with pytest.raises(UnexpectedAnswer):
        linker.exchange("public-token")


def test_the_details_are_given_whatever_the_status_is():
    details = {**ACCOUNT, "status": "RELINK_NEEDED", "end_user_origin_id": "berth-1", "end_user_organization_name": "N"}
    found = link(given("account-details", details))[0].account_details(TOKEN)
    assert (found.id, found.status, found.end_user_origin_id, found.organisation) == (
        ID,
        "RELINK_NEEDED",
        "berth-1",
        "N",
    )


def test_an_account_is_deleted_and_one_that_is_gone_already_is_no_fault():
    linker, replay = link(given("delete-account", None, method="POST"))
    assert linker.delete_account(TOKEN) is True
    assert replay.asked[0].headers["X-Account-Token"] == TOKEN
    assert not replay.asked[0].body
    assert link(given("delete-account", REFUSED, 404, method="POST"))[0].delete_account(TOKEN) is False
    gone = given("delete-account", REFUSED, 401, method="POST")
    assert link(gone, given("account-details", REFUSED, 400))[0].delete_account(TOKEN) is False
    with pytest.raises(UnexpectedAnswer, match="key of this installation"):
        link(gone, given("account-details", REFUSED, 401))[0].delete_account(TOKEN)


def test_the_connector_has_the_link_calls_beside_its_verbs():
    connector, _replay = merge(given("delete-account", None, method="POST"))
    assert connector.delete_account(TOKEN) is True


def test_no_sentence_and_no_repr_holds_a_secret():
    connector, _replay = refusing(401)
    linker, _replay = link(given("account-token/public-canary", REFUSED, 400))
    for ask in (connector.test, lambda: linker.exchange("public-canary")):
        with pytest.raises(ConnectorError) as caught:
            ask()
        for secret in (KEY, TOKEN, "public-canary"):
            assert secret not in f"{caught.value!r}{caught.value.as_json()}"


# Webhooks -----------------------------------------------------------------------------------------------------------

#: printf '{"hook": 1}' | openssl dgst -sha256 -hmac webhook-key-1 -binary | base64 | tr '+/' '-_'
BODY, SIGNATURE = b'{"hook": 1}', "Ugk_piaZJ6QrAwKHcrcpO32Ag7cM_dT7VxWGnnSTyuc="


@pytest.mark.parametrize("secrets", [["webhook-key-1"], ["new", "webhook-key-1"], ["webhook-key-1", "", "new"]])
@pytest.mark.parametrize("header", [SIGNATURE, SIGNATURE.rstrip("="), f" {SIGNATURE} "])
def test_a_signature_fits_by_any_secret_padded_or_not(secrets, header):
    assert verify_signature(secrets, BODY, header)


@pytest.mark.parametrize(
    ("secrets", "body", "header"),
    [
        (["webhook-key-2"], BODY, SIGNATURE),
        ([], BODY, SIGNATURE),
        ([""], BODY, "Un06fiRT1d0iK6snowUJcaI5B_GVkasolehqyyX0h8Y"),
        (["webhook-key-1"], BODY + b" ", SIGNATURE),
        (["webhook-key-1"], BODY, None),
        (["webhook-key-1"], BODY, ""),
        (["webhook-key-1"], BODY, "===="),
        (["webhook-key-1"], BODY, SIGNATURE.replace("_", "/")),
        (["webhook-key-1"], BODY, SIGNATURE[:-2]),
        (["webhook-key-1"], BODY, SIGNATURE.swapcase()),
        (["webhook-key-1"], BODY, "ünïcode"),
        (["webhook-key-1"], BODY, "\ud800"),
    ],
)
def test_no_other_signature_fits(secrets, body, header):
    assert verify_signature(secrets, body, header) is False


# Merge's own SDK ------------------------------------------------------------------------------------------------------


def test_the_fixture_s_answers_are_those_of_merge_s_own_models():
    from merge.resources.ats.types.account_details import AccountDetails
    from merge.resources.ats.types.department import Department
    from merge.resources.ats.types.job import Job
    from merge.resources.ats.types.job_posting import JobPosting
    from merge.resources.ats.types.sync_status import SyncStatus

    models = {"jobs": Job, "job-postings": JobPosting, "departments": Department, "sync-status": SyncStatus}
    held = 0
    for answer in parts()["merge"]["answers"]:
        path = answer["request"].removeprefix(f"GET {BASE}/")
        rows = answer["json"].get("results", [answer["json"]])
        for row in rows if answer.get("status", 200) == 200 else ():
            model = AccountDetails if path == "account-details" else models[path]
            assert not set(row) - set(model.model_fields), f"{path}: Merge has no such field"
            model.model_validate(row)
            held += 1
    assert held > 15


def test_what_berth_asks_is_what_merge_s_own_sdk_asks():
    import httpx
    from merge import Merge as SDK

    wire: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        wire.append(request)
        return httpx.Response(200, json={"results": [], "link_token": "x", "account_token": "x", "id": "x"})

    http = httpx.Client(transport=httpx.MockTransport(answer))
    sdk = SDK(api_key=KEY, account_token=TOKEN, base_url="https://api.merge.dev/api", httpx_client=http).ats
    expand: Any = ["departments", "offices", "job_postings"]
    since = datetime(2026, 10, 3, 8, 55, tzinfo=UTC)
    sdk.account_details.retrieve()
    sdk.sync_status.list(page_size=100)
    sdk.jobs.list(status="OPEN", expand=expand, page_size=100)
    sdk.jobs.list(status="OPEN", expand=expand, page_size=100, cursor="a+/=")
    sdk.job_postings.list(page_size=1)
    sdk.jobs.list(modified_after=since, include_deleted_data=True, expand=expand, page_size=100)
    sdk.job_postings.list(modified_after=since, include_deleted_data=True, page_size=100)
    sdk.departments.list(page_size=100)
    sdk.offices.list(page_size=100)
    sdk.link_token.create(
        end_user_email_address="mira@example.com",
        end_user_organization_name="Northwind",
        end_user_origin_id="berth-1",
        categories=["ats"],
        integration="workable",
        language="de",
    )
    sdk.account_token.retrieve("public-token")
    sdk.delete_account.delete()
    theirs = [_wire(r.method, str(r.url), r.content) for r in wire]

    whole, replay = merge(
        given("jobs", page(), query={"cursor": "a+/="}),
        given("jobs", page(job(departments=["d"], offices=["o"]), job("j2"), next="a+/=")),
        given("departments", page()),
        given("offices", page()),
    )
    list(whole.positions())
    _found, _connector, delta_replay = delta()
    linker, link_replay = link(
        given("link-token", {"link_token": "x"}, method="POST"),
        given("account-token/public-token", {"account_token": "x", "id": "x"}),
        given("delete-account", None, method="POST"),
    )
    linker.create_link_token("berth-1", "Northwind", "mira@example.com", "workable", "de")
    linker.exchange("public-token")
    linker.delete_account(TOKEN)
    requests_of_ours = (*replay.asked, *delta_replay.asked, *link_replay.asked)
    ours = [_wire(r.method or "", r.url or "", r.body or b"") for r in requests_of_ours]
    assert {json.dumps(r) for r in ours} == {json.dumps(r) for r in theirs}
    for request in wire:
        assert request.headers["Authorization"] == f"Bearer {KEY}"


def _wire(method: str, url: str, body: bytes | str) -> list[Any]:
    parsed = urlsplit(url)
    return [method, parsed.netloc, parsed.path, sorted(parse_qs(parsed.query).items()), json.loads(body or "null")]
