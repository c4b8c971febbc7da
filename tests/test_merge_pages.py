"""merge.dev as one more way in, as people meet it: on pages, in Add connection, in a sync, on Delete, by webhook."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextvars import Context
from datetime import timedelta
from typing import Any

import pytest

from tests.page import Page
from tests.people import People
from tests.services.conftest import ON_SQLITE, cheap_passwords  # noqa: F401 (a fixture)
from tests.simulator import Simulator, workable
from tests.simulator import merge as played
from webapp.connectors import ATSS
from webapp.extensions import db, now, transaction
from webapp.models import ActivationRequest, Connection, Credential, Event, LinkedAccount
from webapp.models.accounts import NEEDS_RELINK, OK, UNAVAILABLE
from webapp.services import connections, desk, linking, sync, vault, widgets
from webapp.services.events import Actor

ATS = "/administration/integrations/ats"
HOST = "api.merge.dev"
DORA = Actor("dora@example.com")
CARLA = Actor("somebody with a link")
PAIR = {"id": played.ID, "token": played.TOKEN}


@pytest.fixture
def key(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """This installation has a merge.dev key and a secret for webhooks."""
    monkeypatch.setattr(app.config["BERTH"], "merge_api_key", played.KEY)
    monkeypatch.setattr(app.config["BERTH"], "merge_webhook_secrets", (played.SECRET,))


@pytest.fixture
def merge(simulator: Simulator, key: None) -> played.Merge:
    return simulator.merge


def renew() -> None:
    db.session.rollback()
    db.session.expire_all()


def only(table: type) -> Any:
    renew()
    return db.session.scalars(db.select(table)).one()


def count(table: type) -> int:
    renew()
    return db.session.scalar(db.select(db.func.count()).select_from(table)) or 0


def outcomes(action: str) -> list[dict[str, str]]:
    renew()
    return [e.details for e in db.session.scalars(db.select(Event).where(Event.action == action).order_by(Event.id))]


def named(people: People, alice: Page, name: str = "Headquarters", ats: str = "workable") -> Connection:
    """An unfinished connection, on whose row Alice looks."""
    people.switch_on()
    made = connections.create(people.northwind, ats, name, people.actor)
    alice.open(ATS)
    return made


def on_merge(page: Page) -> Page:
    """Continue on merge.dev, from the row to the page with Merge Link."""
    page.submit(to="/continue", button="Continue on merge.dev").follow()
    return page.submit(to="/merge")


def link_token(page: Page) -> str:
    return page.form("/merge/exchange")["attrs"]["data-link-token"]


def through(page: Page, merge: played.Merge) -> Page:
    """Go through Merge Link, whose public token the page's script sends on."""
    return page.submit({"public_token": merge.complete(link_token(page))}, to="/merge/exchange")


def connected(people: People, alice: Page, merge: played.Merge) -> Connection:
    made = named(people, alice)
    through(on_merge(alice), merge).follow().submit(to="/finish").follow()
    renew()
    return made


def add(page: Page, name: str = "Stores", **pair: str) -> Page:
    return page.open(f"{ATS}/other/add").submit({"name": name, **PAIR, **pair}, to="/other/add")


# Without a key ------------------------------------------------------------------------------------------------------


@ON_SQLITE
def test_without_a_key_nothing_of_merge_is_offered(people: People, alice: Page, simulator):
    made = named(people, alice)
    asked = desk.request_activation(people.northwind, "Workable", "", "carla@example.com", "", people.actor)
    magic = f"/connect/{desk.issue_link(asked, DORA, choose=True)}"
    dora, carla = people.browser("dora"), people.browser(None)
    carla.open(magic).submit(to="/start").follow()
    pages = [(carla, f"{magic}/ats")]
    for page, path in (
        *((alice, f"{ATS}{tail}") for tail in ("", "/other/add", "/requests/new", f"/connections/{made.id}")),
        *((alice, f"{ATS}/connect/{slug}") for slug in ATSS),
        (alice, f"{ATS}/requests/{asked.id}"),
        *((dora, f"/service-desk{tail}") for tail in ("", "/requests/new", f"/requests/{asked.id}")),
        *pages,
    ):
        assert "merge" not in page.open(path).text.lower().replace("emerge", ""), path
        assert "merge" not in page.response.headers["Content-Security-Policy"]
    carla.submit({"ats": "workable"}, button="Continue").follow()
    assert carla.path.endswith("/way-in")
    assert "merge" not in carla.text.lower()
    csrf = carla.form("/way-in")["fields"]
    assert carla._ask("post", f"{magic}/way-in", data={**csrf, "way_in": "merge"}).status_code == 422
    refused = alice._ask("post", f"{ATS}/connections/{made.id}/continue", data={**alice_csrf(alice), "way_in": "merge"})
    assert refused.status_code == 400
    assert add(alice).status == 422
    assert "ID and token do not fit together." in alice.words()
    body, headers = simulator.merge.webhook()
    assert send(people, body, headers) == 404
    assert not [host for _method, host, _path in simulator.requests if "merge" in host]


def alice_csrf(alice: Page) -> dict[str, Any]:
    return {"csrf_token": alice.open(ATS).form("/logout")["fields"]["csrf_token"]}


@ON_SQLITE
def test_a_link_begun_on_merge_goes_on_by_another_way_when_the_key_is_taken_away(
    people: People, alice: Page, merge: played.Merge, monkeypatch
):
    named(people, alice)
    on_merge(alice)
    monkeypatch.setattr(people.app.config["BERTH"], "merge_api_key", None)
    alice.open(ATS).submit(to="/continue", button="Continue").follow()
    assert alice.path.endswith("/way-in")
    assert "merge" not in alice.text.lower()


# (a) Continue on merge.dev ------------------------------------------------------------------------------------------


def test_an_account_is_linked_by_merge_link_from_the_row(people: People, alice: Page, merge: played.Merge):
    made = named(people, alice)
    assert "Continue on merge.dev" in alice.words()
    alice.submit(to="/continue", button="Continue on merge.dev").follow()
    assert alice.path.endswith("/merge")
    assert "data-link-token" not in alice.text, "a link token is made for a click, by no GET"
    alice.submit(to="/merge")
    assert "https://cdn.merge.dev/initialize.js" in alice.text
    through(alice, merge)
    assert alice.status == 303
    alice.follow()
    assert "Is this the right account?" in alice.words()
    assert "Northwind Foods (Workable)" in alice.words()
    linked = next(a for a in merge.linked.values() if a.origin_id == made.account_id)
    assert (linked.organisation, linked.email) == ("Northwind Foods", "alice@example.com")
    renew()
    assert vault.secrets_of(made.account) == {}, "it waits for Finish"
    alice.submit(to="/finish").follow()
    renew()
    account = made.account
    assert (account.way_in, account.ats, account.remote_id, account.health) == ("merge", "workable", linked.id, OK)
    assert vault.secrets_of(account) == {"account_token": linked.token}
    assert linked.token not in str(account.config) + only(Credential).sealed
    assert linked.token not in alice.open(f"{ATS}/connections/{made.id}").text


@ON_SQLITE
def test_a_link_token_is_made_anew_for_every_click(people: People, alice: Page, merge: played.Merge):
    named(people, alice)
    first = link_token(on_merge(alice))
    second = link_token(alice.submit(to="/merge"))
    assert first != second


@pytest.mark.parametrize("ats", ["bamboohr", "greenhouse", "lever", "workable", "workday", "ukg-pro-recruiting"])
@ON_SQLITE
def test_every_ats_that_merge_has_opens_there_without_merge_s_own_choice(
    people: People, alice: Page, merge: played.Merge, ats: str
):
    named(people, alice, ats=ats)
    on_merge(alice)
    assert merge._links[link_token(alice)]["integration"] == ATSS[ats].merge_slug


@ON_SQLITE
def test_an_ats_that_merge_does_not_have_is_not_continued_there(people: People, alice: Page, merge: played.Merge):
    without = next(slug for slug, ats in ATSS.items() if not ats.merge_slug)
    named(people, alice, ats=without)
    assert "Continue on merge.dev" not in alice.words()


def test_a_customer_chooses_merge_among_the_ways_in(people: People, merge: played.Merge):
    people.switch_on()
    asked = desk.request_activation(people.northwind, "Workable", "", "carla@example.com", "", people.actor)
    carla = people.browser(None).open(f"/connect/{desk.issue_link(asked, DORA)}")
    carla.submit(to="/start").follow()
    assert "By merge.dev" in carla.words()
    carla.submit({"way_in": "merge"}, button="Continue").follow()
    through(carla.submit(to="/merge"), merge).follow().submit(to="/finish").follow()
    assert "The connection is established." in carla.words()
    account = only(LinkedAccount)
    linked = next(a for a in merge.linked.values() if a.origin_id == account.id)
    assert "@" in linked.email
    assert "carla" not in linked.email, "whoever holds a link is not known by name"
    id, token = desk.show(only(ActivationRequest), DORA)
    assert id == account.public_id
    assert desk.add_connection(people.northwind, "Stores", id, token, people.actor).account is account


@ON_SQLITE
def test_only_the_page_with_merge_link_admits_merge_s_hosts(people: People, alice: Page, merge: played.Merge):
    named(people, alice)
    for path in (ATS, f"{ATS}/other/add"):
        assert "merge" not in alice.open(path).response.headers["Content-Security-Policy"]
    alice.open(ATS)
    on_merge(alice)
    policy = dict(part.strip().split(" ", 1) for part in alice.response.headers["Content-Security-Policy"].split(";"))
    admits = {name for name, value in policy.items() if "merge.dev" in value}
    assert admits == {"script-src", "connect-src", "frame-src"}
    assert "https://cdn.merge.dev" in policy["script-src"]
    assert policy["connect-src"] == "'self' https://api.merge.dev"
    assert policy["frame-src"] == "'self' https://cdn.merge.dev"
    through(alice, merge).follow()
    assert "merge" not in alice.response.headers["Content-Security-Policy"]
    assert "merge" not in alice.submit(to="/finish").follow().response.headers["Content-Security-Policy"]


@ON_SQLITE
def test_another_region_is_the_one_host_that_the_page_talks_to(
    people: People, alice: Page, merge: played.Merge, simulator, monkeypatch
):
    monkeypatch.setattr(people.app.config["BERTH"], "merge_base_url", "https://api-eu.merge.dev/api")
    named(people, alice)
    on_merge(alice)
    assert "https://api-eu.merge.dev" in alice.response.headers["Content-Security-Policy"]
    assert 'data-api="https://api-eu.merge.dev"' in alice.text
    through(alice, merge).follow().submit(to="/finish")
    assert {host for _m, host, _p in simulator.requests if "merge" in host} == {"api-eu.merge.dev"}


@pytest.mark.parametrize("how", ["expired", "reused", "invented", "empty", "with a path in it"])
@ON_SQLITE
def test_a_public_token_that_is_not_good_any_more_gets_a_sentence_and_leaves_nothing(
    people: People, alice: Page, merge: played.Merge, how: str
):
    made = named(people, alice)
    public = merge.complete(link_token(on_merge(alice)))
    if how == "expired":
        merge.expire_public_tokens()
    if how == "reused":
        alice.submit({"public_token": public}, to="/merge/exchange")
        alice.open(alice.path.replace("/exchange", "")).submit(to="/merge")
    given = {"invented": "invented-token-of-nobody", "empty": "", "with a path in it": "../delete-account?x="}
    alice.submit({"public_token": given.get(how, public)}, to="/merge/exchange")
    assert alice.status == 422
    assert "too old or was used already. Continue on merge.dev once more." in alice.words()
    assert public not in alice.text
    renew()
    assert not made.account.is_linked
    assert [c.link_id is None for c in db.session.scalars(db.select(Credential))] in ([], [False])
    through(alice.submit(to="/merge"), merge).follow().submit(to="/finish").follow()
    renew()
    assert made.account.is_linked, "and the way on is the button on the page"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("full", "full of test accounts: its operator deletes one at merge.dev."),
        ("key", "The merge.dev key of this installation is not accepted"),
        ("down", "merge.dev"),
        ("limit", "merge.dev"),
        ("nonsense", "merge.dev"),
    ],
)
@ON_SQLITE
def test_what_keeps_merge_link_from_opening_is_a_sentence_and_the_link_stays_usable(
    people: People, alice: Page, merge: played.Merge, simulator, caplog, fault: str, sentence: str
):
    made = named(people, alice)
    faults: dict[str, dict[str, Any]] = {
        "down": {"status": 503},
        "limit": {"status": 429, "headers": {"Retry-After": "30"}},
        "nonsense": {"status": 200, "body": "[1, 2"},
    }
    merge.full, merge.key_revoked = fault == "full", fault == "key"
    if fault in faults:
        simulator.fault(HOST, **faults[fault])
    on_merge(alice)
    assert alice.status == 422
    assert sentence.lower() in alice.words().lower()
    assert "data-link-token" not in alice.text
    assert played.KEY not in alice.text + caplog.text
    merge.full = merge.key_revoked = False
    simulator.heal()
    through(alice.submit(to="/merge"), merge).follow().submit(to="/finish").follow()
    renew()
    assert made.account.is_linked


def test_a_relink_meets_the_same_account_through_its_origin_id(people: People, alice: Page, merge: played.Merge):
    made = connected(people, alice, merge)
    linked = next(a for a in merge.linked.values() if a.origin_id == made.account_id)
    was = (made.account.remote_id, vault.secrets_of(made.account))
    linked.status = "RELINK_NEEDED"
    alice.open(ATS).submit(to="/relink").follow()
    assert alice.path.endswith("/merge")
    through(alice.submit(to="/merge"), merge).follow().submit(to="/finish").follow()
    assert "The new credentials are in use." in alice.words()
    renew()
    assert (made.account.remote_id, vault.secrets_of(made.account)) == was
    assert len([a for a in merge.linked.values() if a.origin_id == made.account_id]) == 1


def test_a_relink_to_another_account_at_merge_is_refused_with_both_names(
    people: People, alice: Page, merge: played.Merge
):
    made = connected(people, alice, merge)
    mine = next(token for token, a in merge.linked.items() if a.origin_id == made.account_id)
    del merge.linked[mine]  # deleted there: the same origin id gives another account
    alice.open(ATS).submit(to="/relink").follow()
    through(alice.submit(to="/merge"), merge)
    assert alice.status == 422
    assert "This is another account: Northwind Foods (Workable)." in alice.words()
    renew()
    assert vault.secrets_of(made.account) == {"account_token": mine}


def test_an_account_added_by_its_id_is_relinked_under_the_origin_id_that_merge_has_of_it(
    people: People, alice: Page, merge: played.Merge
):
    people.switch_on()
    add(alice).follow()
    made = only(Connection)
    merge.linked[played.TOKEN].status = "RELINK_NEEDED"
    assert sync.run(made.account_id).outcome == "credentials_rejected"
    alice.open(ATS).submit(to="/contact").follow()
    carla = people.browser(None).open(f"/connect/{desk.issue_link(only(ActivationRequest), DORA)}")
    carla.submit(to="/start").follow()
    through(carla.submit(to="/merge"), merge).follow()
    carla.submit(to="/finish").follow()
    assert "The new credentials are in use." in carla.words()
    renew()
    assert (made.account.remote_id, made.account.health, made.name) == (played.ID, OK, "Stores")
    assert len(merge.linked) == 1


def test_where_merge_has_not_read_the_ats_yet_linking_finishes_and_positions_come_later(
    people: People, alice: Page, merge: played.Merge
):
    merge.sync = dict.fromkeys(merge.sync, ("SYNCING", True))
    made = connected(people, alice, merge)
    assert made.account.is_linked
    assert sync.run(made.account_id).outcome == "temporarily_unavailable"
    renew()
    assert made.account.health == UNAVAILABLE
    assert timedelta(seconds=30) < made.account.next_sync_at - now() <= timedelta(seconds=60)
    assert "Merge.dev has not finished reading the ATS for the first time." in alice.open(ATS).words()
    merge.sync = dict.fromkeys(merge.sync, ("DONE", False))
    due(made)
    assert sync.run(made.account_id).outcome == "ok"
    renew()
    assert made.account.open_count > 0


def due(made: Connection) -> None:
    with transaction():
        made.account.next_sync_at = now()


# (b) Add connection -------------------------------------------------------------------------------------------------


def test_merge_s_id_and_token_are_added_and_stand_in_other_ats_systems(
    people: People, alice: Page, merge: played.Merge
):
    people.switch_on()
    add(alice, id=played.ID.upper()).follow()
    assert "Stores is added." in alice.words()
    made = only(Connection)
    assert (made.kind, made.account.way_in, made.account.ats) == ("other", "merge", "workable")
    assert (made.account.remote_id, made.account.is_linked) == (played.ID, True)
    assert vault.secrets_of(made.account) == {"account_token": played.TOKEN}
    assert played.TOKEN not in only(Credential).sealed + str(made.account.config) + alice.text
    assert len(outcomes("connection.added")) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "another-token-of-nobody"},
        {"token": ""},
        {"token": "with a blank"},
        {"id": "00000000-0000-0000-0000-000000000000"},
        {"id": "acc_" + "0" * 32},
        {"id": played.ID[:-1]},
    ],
)
@ON_SQLITE
def test_a_wrong_pair_gets_the_one_sentence_whosever_it_is(
    people: People, alice: Page, merge: played.Merge, wrong: dict[str, str]
):
    people.switch_on()
    add(alice, **wrong)
    assert alice.status == 422
    assert "ID and token do not fit together. Nothing was stored." in alice.words()
    assert played.TOKEN not in alice.text
    assert [count(table) for table in (Connection, LinkedAccount, Credential)] == [0, 0, 0]


@ON_SQLITE
def test_an_id_of_ours_is_not_asked_for_at_merge(people: People, alice: Page, merge: played.Merge, simulator):
    people.switch_on()
    add(alice, id="acc_" + "0" * 32)
    add(alice, id="0" * 32)
    assert simulator.requests == []


def test_a_pair_added_twice_names_the_first(people: People, alice: Page, merge: played.Merge):
    people.switch_on()
    add(alice).follow()
    add(alice, "Again")
    assert alice.status == 422
    assert "under the name “Stores”" in alice.words()
    assert [count(table) for table in (Connection, LinkedAccount, Credential)] == [1, 1, 1]


def test_an_account_linked_by_a_magic_link_may_be_added_by_merge_s_id_too(
    people: People, alice: Page, merge: played.Merge
):
    people.switch_on()
    asked = desk.request_activation(people.northwind, "Workable", "", "carla@example.com", "", people.actor)
    carla = people.browser(None).open(f"/connect/{desk.issue_link(asked, DORA)}")
    carla.submit(to="/start").follow()
    carla.submit({"way_in": "merge"}, button="Continue").follow()
    through(carla.submit(to="/merge"), merge).follow().submit(to="/finish").follow()
    linked = next(a for a in merge.linked.values() if a.id != played.ID)
    add(alice, id=linked.id, token=linked.token).follow()
    assert "Stores is added." in alice.words()
    account = only(LinkedAccount)
    assert (account.id, account.connection.name) == (linked.origin_id, "Stores")
    assert only(ActivationRequest).state == "done"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("RELINK_NEEDED", "Merge.dev can no longer sign in to the ATS"),
        ("INCOMPLETE", "Linking was not finished at merge.dev"),
    ],
)
@ON_SQLITE
def test_a_right_pair_of_an_account_that_merge_cannot_read_says_so(
    people: People, alice: Page, merge: played.Merge, status: str, sentence: str
):
    people.switch_on()
    merge.linked[played.TOKEN].status = status
    add(alice)
    assert alice.status == 422
    assert sentence in alice.words()
    add(alice, id="00000000-0000-0000-0000-000000000000")
    assert "ID and token do not fit together." in alice.words(), "with another ID nothing is said of the account"
    assert count(LinkedAccount) == 0


@pytest.mark.parametrize("fault", ["key", "down", "limit", "last"])
@ON_SQLITE
def test_what_is_not_the_pair_s_fault_is_said_as_what_it_is(
    people: People, alice: Page, merge: played.Merge, simulator, monkeypatch, fault: str
):
    people.switch_on()
    merge.key_revoked = fault == "key"
    if fault == "down":
        simulator.fault(HOST, status=503)
    if fault == "limit":
        simulator.fault(HOST, status=429, headers={"Retry-After": "30"})
    if fault == "last":
        after(monkeypatch, merge, "account-details", lambda: simulator.fault(HOST, status=503))
    add(alice)
    assert alice.status == 422
    assert "ID and token do not fit together." not in alice.words()
    assert "merge.dev" in alice.words().lower()
    assert [count(table) for table in (Connection, LinkedAccount, Credential)] == [0, 0, 0]


def after(monkeypatch: pytest.MonkeyPatch, merge: played.Merge, path: str, do: Callable[[], object]) -> None:
    """Let something happen once the positions were read, before the account is asked for again."""
    answer = merge.answer

    def watched(ask: Any) -> Any:
        reply = answer(ask)
        if ask.path.endswith("/jobs"):
            do()
        return reply

    monkeypatch.setattr(merge, "answer", watched)


# (c) A sync ---------------------------------------------------------------------------------------------------------


def test_positions_of_merge_stand_in_the_widget_and_a_refused_token_keeps_them(
    people: People, alice: Page, merge: played.Merge, simulator
):
    merge.page = 2
    people.switch_on()
    add(alice).follow()
    made = only(Connection)
    alice.submit(to=f"{made.id}/activate").follow()
    assert sync.run_due() == 1
    renew()
    assert made.account.open_count == len(merge.published()) + 1, "and the internal one"
    widget = widgets.save(people.northwind, None, "Start", "Jobs", [made.id], 20, "newest", people.actor)
    reader = Page(people.app)
    assert "Head of Fresh Produce" in reader.open(f"/widgets/{widget.key}").text
    simulator.revoke("merge")
    due(made)
    assert sync.run(made.account_id).outcome == "credentials_rejected"
    renew()
    assert (made.account.health, made.account.next_sync_at) == (NEEDS_RELINK, None)
    alice.open(ATS)
    assert "Needs relink" in alice.words()
    alice.form(to="/contact")
    assert "Head of Fresh Produce" in reader.open(f"/widgets/{widget.key}").text


@ON_SQLITE
def test_when_merge_limits_the_next_reading_waits_as_long_as_it_says(
    people: People, alice: Page, merge: played.Merge, simulator
):
    people.switch_on()
    add(alice).follow()
    made = only(Connection)
    simulator.fault(HOST, status=429, headers={"Retry-After": "47"})
    assert sync.run(made.account_id).outcome == "temporarily_unavailable"
    renew()
    assert timedelta(seconds=37) < made.account.next_sync_at - now() <= timedelta(seconds=47)
    assert made.account.health == UNAVAILABLE
    simulator.heal()
    due(made)
    assert sync.run(made.account_id).outcome == "ok"


@ON_SQLITE
def test_a_key_that_is_refused_asks_no_customer_for_credentials(people: People, alice: Page, merge: played.Merge):
    people.switch_on()
    add(alice).follow()
    made = only(Connection)
    merge.key_revoked = True
    sync.run(made.account_id)
    renew()
    assert made.account.health not in (OK, NEEDS_RELINK)
    assert "its operator checks BERTH_MERGE_API_KEY" in alice.open(ATS).words()


# (d) Delete ---------------------------------------------------------------------------------------------------------


def test_delete_deletes_the_account_at_merge_too(people: People, alice: Page, merge: played.Merge, simulator):
    people.switch_on()
    add(alice).follow()
    made = only(Connection)
    alice.open(f"{ATS}/connections/{made.id}/delete").submit(to="/delete").follow()
    assert "Stores was deleted" in alice.words()
    assert merge.linked == {}
    assert ("POST", HOST, "/api/ats/v1/delete-account") in simulator.requests
    assert outcomes("account.forgotten") == [{"outcome": "done"}]
    assert [count(table) for table in (Connection, LinkedAccount, Credential)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("how", "outcome"), [("down", "temporarily_unavailable"), ("gone", "done"), ("key", "unexpected_answer")]
)
@ON_SQLITE
def test_where_merge_does_not_answer_the_connection_is_deleted_here_all_the_same(
    people: People, alice: Page, merge: played.Merge, simulator, how: str, outcome: str
):
    people.switch_on()
    add(alice).follow()
    made = only(Connection)
    if how == "down":
        simulator.fault(HOST, status=503)
    if how == "gone":
        merge.linked.clear()
    merge.key_revoked = how == "key"
    alice.open(f"{ATS}/connections/{made.id}/delete").submit(to="/delete").follow()
    assert alice.status == 200
    assert "Stores was deleted" in alice.words()
    assert outcomes("account.forgotten") == [{"outcome": outcome}]
    assert [count(table) for table in (Connection, LinkedAccount, Credential)] == [0, 0, 0]
    assert "account.forgotten" in alice.open("/administration/activity").words()


@ON_SQLITE
def test_deleting_a_direct_account_asks_nobody_at_merge(people: People, alice: Page, merge: played.Merge, simulator):
    made = named(people, alice)
    token = linking.issue(made.account, "connect", people.actor, people.alice)
    link = linking.open_link(token, people.alice)
    linking.choose_way_in(link, "workable")
    linking.check(link, {"subdomain": "northwind", "access_token": workable.TOKEN}, people.actor)
    linking.finish(link, False, people.actor)
    connections.delete(made, people.actor)
    assert not [host for _m, host, _p in simulator.requests if host == HOST]


# (e) Webhooks -------------------------------------------------------------------------------------------------------


def send(people: People, body: bytes, headers: dict[str, str]) -> int:
    client = people.app.test_client()
    return Context().run(client.post, "/merge/webhook", data=body, headers=headers).status_code


@pytest.fixture
def read(people: People, alice: Page, merge: played.Merge) -> Connection:
    """A connection read two minutes ago, that is due in half an hour."""
    people.switch_on()
    add(alice).follow()
    made = only(Connection)
    sync.run(made.account_id)
    renew()
    with transaction():
        made.account.read_at, made.account.next_sync_at = now() - timedelta(minutes=2), now() + timedelta(minutes=30)
    return made


def is_due(made: Connection) -> bool:
    renew()
    return made.account.next_sync_at <= now()


@pytest.mark.parametrize("kind", ["right", "padded"])
@pytest.mark.parametrize("event", ["LinkedAccount.sync_completed", "Issue.new", "Issue.resolved", "Job.changed"])
@ON_SQLITE
def test_a_webhook_that_is_signed_makes_its_account_due(
    people: People, read: Connection, merge: played.Merge, kind: str, event: str
):
    assert not is_due(read)
    body, headers = merge.webhook(event, kind)
    assert send(people, body, headers) == 204
    assert is_due(read)


@ON_SQLITE
def test_a_webhook_signed_by_another_secret_or_changed_on_the_way_is_refused(
    people: People, read: Connection, merge: played.Merge
):
    body, headers = merge.webhook(kind="wrong")
    assert send(people, body, headers) == 403
    body, headers = merge.webhook()
    assert send(people, body + b" ", headers) == 403
    assert send(people, body, {"Content-Type": "application/json"}) == 403
    assert send(people, body, {**headers, "X-Merge-Webhook-Signature": ""}) == 403
    assert send(people, json.dumps(json.loads(body), indent=1).encode(), headers) == 403, "the raw body counts"
    assert not is_due(read)


@ON_SQLITE
def test_a_replayed_webhook_makes_nobody_ask_again_within_a_minute(
    people: People, read: Connection, merge: played.Merge
):
    assert send(people, *merge.webhook()) == 204
    sync.run(read.account_id)
    assert [send(people, *merge.webhook(kind="replayed")) for _ in range(20)] == [204] * 20
    assert not is_due(read)


@pytest.mark.parametrize(
    "body",
    [
        b'{"response": "Success! This URL will be notified."}',
        b"",
        b"no json",
        b"[]",
        b"null",
        b'{"hook": 1, "linked_account": []}',
        b'{"hook": {"event": "Job.changed"}, "linked_account": {"id": "\\ud800"}}',
        b'{"hook": {"event": "Job.changed"}, "linked_account": {"id": "\\u0000"}}',
        b'{"hook": {"event": "Job.changed"}, "linked_account": {"id": "unknown", "end_user_origin_id": null}}',
        b"[" * 20_000,
        b"\xff\xfe",
    ],
)
def test_a_signed_body_that_tells_of_no_account_is_taken_and_does_nothing(
    people: People, read: Connection, merge: played.Merge, body: bytes
):
    assert send(people, body, {"X-Merge-Webhook-Signature": played.sign(body)}) == 204
    assert not is_due(read)


@ON_SQLITE
def test_while_a_secret_is_replaced_the_old_and_the_new_one_are_good(
    people: People, read: Connection, merge: played.Merge, monkeypatch
):
    monkeypatch.setattr(people.app.config["BERTH"], "merge_webhook_secrets", ("the-new-one", played.SECRET))
    body, _headers = merge.webhook()
    for secret, status in (("the-new-one", 204), (played.SECRET, 204), ("a-third-one", 403), ("", 403)):
        signature = played.sign(body, secret or "x")
        assert send(people, body, {"X-Merge-Webhook-Signature": signature}) == status
    monkeypatch.setattr(people.app.config["BERTH"], "merge_webhook_secrets", ())
    assert send(people, body, {"X-Merge-Webhook-Signature": played.sign(body)}) == 403


@ON_SQLITE
def test_a_webhook_reads_no_account_that_waits_for_new_credentials(
    people: People, read: Connection, merge: played.Merge
):
    with transaction():
        read.account.health = NEEDS_RELINK
    assert send(people, *merge.webhook()) == 204
    assert not is_due(read)


@ON_SQLITE
def test_a_body_of_more_than_a_mebibyte_is_not_taken(people: People, read: Connection, merge: played.Merge):
    body = b" " * (1024 * 1024 + 1)
    assert send(people, body, {"X-Merge-Webhook-Signature": played.sign(body)}) == 413


@pytest.fixture(autouse=True)
def _no_secret_in_the_log(caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    yield
    for secret in (played.KEY, played.TOKEN, played.SECRET):
        assert secret not in caplog.text
