"""Linking: one flow for the admin and the customer. Nothing secret is stored before the ATS accepted it, nothing is
half made, and a link is good for exactly as long as it says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from tests.people import People
from tests.services.conftest import ON_SQLITE, WORKABLE, checked
from tests.simulator import workable
from webapp import tasks
from webapp.connectors import CredentialsRejected, InvalidConfig, RemoteAccount
from webapp.extensions import db, now, transaction
from webapp.models import Connection, Credential, Event, Link, LinkedAccount, Position
from webapp.models.accounts import CONNECT, NEEDS_RELINK, OK, RELINK
from webapp.services import connections, linking, sync, tokens, vault
from webapp.services.events import Actor
from webapp.services.linking import LinkClosed
from webapp.services.refusal import Refused

LinkUp = Callable[..., Connection]
START = datetime(2026, 11, 25, 9, tzinfo=UTC)
CARLA = Actor("somebody with a link", address="192.0.2.9")
WEEK = 604_800


def count(*tables: type) -> list[int]:
    db.session.rollback()
    return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def closed(act: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(LinkClosed) as caught:
        act(*arguments)
    return caught.value.reason


def refused(act: Callable[..., object], *arguments: object) -> Refused:
    with pytest.raises(Refused) as caught:
        act(*arguments)
    return caught.value


@pytest.fixture
def account(people: People) -> LinkedAccount:
    """A Workable account that a customer is asked to link; no connection points to it yet."""
    with transaction() as session:
        account = LinkedAccount(organisation_id=people.northwind.id, ats="workable")
        session.add(account)
    return account


@pytest.fixture
def token(account: LinkedAccount, people: People) -> str:
    """A customer's magic link."""
    return linking.issue(account, CONNECT, people.actor)


def at_check(token: str, values: dict[str, str] | None = None, way_in: str = "workable") -> Link:
    """The customer's link, its details accepted."""
    link = linking.open_link(token, None)
    linking.start(link)
    linking.choose_way_in(link, way_in)
    report = linking.check(link, WORKABLE if values is None else values, CARLA)
    assert report.passed, report.error
    return link


# How long, for whom, how often ------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, WEEK - 1, WEEK])
@ON_SQLITE
def test_a_customer_s_link_is_usable_to_the_last_second(people: People, account: LinkedAccount, simulator, after: int):
    with time_machine.travel(START, tick=False) as clock:
        token = linking.issue(account, CONNECT, people.actor)
        link = at_check(token)
        clock.shift(timedelta(seconds=after))
        assert linking.open_link(token, None).state == "started"
        linking.start(link)
        linking.choose_way_in(link, "workable")
        linking.finish(link, False, CARLA)
        assert account.is_linked


@pytest.mark.parametrize("after", [WEEK + 1, WEEK + 60, 10 * WEEK])
@ON_SQLITE
def test_a_customer_s_link_is_not_usable_a_second_later(people: People, account: LinkedAccount, simulator, after: int):
    with time_machine.travel(START, tick=False) as clock:
        token = linking.issue(account, CONNECT, people.actor)
        link = at_check(token)
        clock.shift(timedelta(seconds=after))
        assert closed(linking.open_link, token, None) == "expired"
        assert closed(linking.start, link) == "expired"
        assert closed(linking.choose_way_in, link, "workable-careers") == "expired"
        assert closed(linking.check, link, WORKABLE, CARLA) == "expired"
        assert closed(linking.finish, link, True, CARLA) == "expired"
        assert not account.is_linked
        assert vault.secrets_of(account) == {}
        clock.shift(timedelta(seconds=-after))
        assert linking.open_link(token, None) == link, "by one clock, the row's"


@ON_SQLITE
def test_an_admin_s_link_is_good_for_an_hour(people: People, account: LinkedAccount):
    with time_machine.travel(START, tick=False) as clock:
        token = linking.issue(account, CONNECT, people.actor, people.alice)
        clock.shift(timedelta(seconds=3600))
        assert linking.open_link(token, people.alice).state == "issued"
        clock.shift(timedelta(seconds=1))
        assert closed(linking.open_link, token, people.alice) == "expired"


@ON_SQLITE
def test_an_admin_s_link_is_good_for_her_alone_while_she_holds_the_permission(people: People, account: LinkedAccount):
    token = linking.issue(account, CONNECT, people.actor, people.alice)
    assert linking.open_link(token, people.alice)
    for user in (None, people.bob, people.dora, people.eve):
        assert closed(linking.open_link, token, user) == "signed_out"
    with transaction():
        people.bob.permissions = list(people.alice.permissions)
    assert closed(linking.open_link, token, people.bob) == "signed_out", "another admin of the same organisation"
    with transaction():
        people.alice.permissions = ["manage_widgets"]
    assert closed(linking.open_link, token, people.alice) == "signed_out"
    with transaction():
        people.alice.permissions, people.alice.organisation_id = ["manage_integrations"], people.elsewhere.id
    assert closed(linking.open_link, token, people.alice) == "signed_out", "she moved to another organisation"


@ON_SQLITE
def test_a_customer_s_link_is_good_for_whoever_holds_it(people: People, token: str):
    for user in (None, people.alice, people.bob, people.dora, people.eve):
        assert linking.open_link(token, user).state == "issued"


@ON_SQLITE
def test_opening_a_link_a_thousand_times_changes_nothing(people: People, account: LinkedAccount, token: str):
    db.session.rollback()
    before = [dict(row._mapping) for row in db.session.execute(select(Link.__table__))], count(Event)
    for _time in range(1_000):
        linking.open_link(token, None)
    db.session.rollback()
    assert ([dict(row._mapping) for row in db.session.execute(select(Link.__table__))], count(Event)) == before


@ON_SQLITE
def test_a_newer_link_revokes_the_earlier_one(people: People, account: LinkedAccount, simulator):
    first = linking.issue(account, CONNECT, people.actor)
    link = at_check(first)
    second = linking.issue(account, CONNECT, people.actor)
    assert closed(linking.open_link, first, None) == "revoked"
    for act in (linking.start, lambda link: linking.choose_way_in(link, "workable-careers")):
        assert closed(act, link) == "revoked"
    assert closed(linking.check, link, WORKABLE, CARLA) == "revoked"
    assert closed(linking.finish, link, True, CARLA) == "revoked"
    assert count(Credential) == [0], "what waited for the first one's Finish is destroyed"
    assert linking.open_link(second, None).way_in == "workable", "the draft is found again"


def test_a_link_revoked_while_the_ats_is_asked_stores_nothing(
    people: People, account: LinkedAccount, token: str, simulator, monkeypatch
):
    link = linking.open_link(token, None)
    linking.choose_way_in(link, "workable")
    run = linking.testing.run

    def revoked_meanwhile(*arguments):
        linking.issue(account, CONNECT, people.actor)
        return run(*arguments)

    monkeypatch.setattr(linking.testing, "run", revoked_meanwhile)
    assert closed(linking.check, link, WORKABLE, CARLA) == "revoked"
    assert count(Credential) == [0]
    monkeypatch.setattr(linking.testing, "run", run)


@pytest.mark.parametrize("values", [WORKABLE, {**WORKABLE, "access_token": "wrong-token-of-somebody-else"}])
def test_an_account_deleted_while_the_ats_is_asked_closes_the_link(app, people: People, simulator, monkeypatch, values):
    people.switch_on()
    connection = connections.create(people.northwind, "workable", "Headquarters", people.actor)
    link = linking.open_link(linking.issue(connection.account, CONNECT, people.actor, people.alice), people.alice)
    linking.choose_way_in(link, "workable")
    run = linking.testing.run

    def deleted_meanwhile(*arguments):
        with app.app_context():
            connections.delete(db.session.scalars(select(Connection)).one(), CARLA)
        return run(*arguments)

    monkeypatch.setattr(linking.testing, "run", deleted_meanwhile)
    assert closed(linking.check, link, values, people.actor) == "revoked"
    assert closed(linking.finish, link, True, people.actor) == "revoked"
    assert count(Link, Credential, LinkedAccount) == [0, 0, 0]


# The token in the address -----------------------------------------------------------------------------------------


@ON_SQLITE
def test_no_changed_or_padded_spelling_of_a_link_opens_it(people: People, account: LinkedAccount, token: str):
    others = [
        token[:at] + other + token[at + 1 :]
        for at in range(len(token))
        for other in {token[at].swapcase(), "A", "b", "0", "-", "_", "."} - {token[at]}
    ]
    others += [token + extra for extra in ("=", "==", ".", "A", "%00")] + [token[:-1], token[1:], token.upper(), ""]
    assert {closed(linking.open_link, other, None) for other in others} == {"forged"}
    assert linking.open_link(token, None)


@ON_SQLITE
def test_a_token_of_another_purpose_or_of_a_row_that_is_gone_is_forged(
    people: People, account: LinkedAccount, token: str
):
    link = linking.open_link(token, None)
    for purpose in ("setup", "invitation", "account"):
        assert closed(linking.open_link, tokens.issue(purpose, link.id, link.expires_at), None) == "forged"
    assert closed(linking.open_link, tokens.issue("link", account.id, link.expires_at), None) == "forged"
    with transaction() as session:
        session.delete(account)
    assert closed(linking.open_link, token, None) == "forged"


@ON_SQLITE
def test_the_row_s_moment_counts_whatever_the_token_says(people: People, account: LinkedAccount, token: str):
    link = linking.open_link(token, None)
    assert linking.open_link(tokens.issue("link", link.id, now() - timedelta(days=365)), None) == link
    with transaction():
        link.expires_at = now() - timedelta(seconds=1)
    assert closed(linking.open_link, token, None) == "expired"


# Check: tried before it is stored ---------------------------------------------------------------------------------


@ON_SQLITE
def test_accepted_credentials_are_sealed_with_the_link_and_not_yet_in_use(
    account: LinkedAccount, token: str, simulator
):
    link = at_check(token)
    assert vault.secrets_of(account) == {}
    assert [row.link_id for row in db.session.scalars(select(Credential))] == [link.id]
    assert not account.is_linked
    assert link.state == "started"
    assert link.accepted["remote_id"] == "northwind"
    assert len(link.accepted["preview"]) == 3
    assert workable.TOKEN not in str(link.accepted)
    assert workable.TOKEN not in str(account.draft)
    assert linking.typed(link) == {"subdomain": "northwind"}


@pytest.mark.parametrize(
    "values",
    [
        {**WORKABLE, "access_token": "CANARY-wrong-token-of-somebody"},
        {**WORKABLE, "access_token": workable.TOKEN_WITHOUT_SCOPE},
        {"subdomain": "nobody-here", "access_token": "CANARY-token-for-nobody-at-all"},
    ],
)
def test_a_refused_check_stores_no_secret_and_keeps_the_draft(account: LinkedAccount, token: str, simulator, values):
    link = linking.open_link(token, None)
    linking.choose_way_in(link, "workable")
    for _time in range(3):
        report = linking.check(link, values, CARLA)
        assert report.error is not None
    assert count(Credential) == [0]
    db.session.expire_all()
    assert linking.typed(link) == {"subdomain": values["subdomain"]}
    assert link.accepted is None
    assert linking.open_link(token, None).state == "started", "it may be tried as often as it takes"
    assert refused(linking.finish, link, True, CARLA).message == "Fill in the details and have them checked first."
    assert not account.is_linked
    assert values["access_token"] not in str(
        [dict(r._mapping) for r in db.session.execute(select(LinkedAccount.__table__))]
    )


@ON_SQLITE
def test_a_check_that_fails_after_one_that_passed_takes_back_what_waited(account: LinkedAccount, token: str, simulator):
    link = at_check(token)
    assert count(Credential) == [1]
    simulator.revoke("workable")
    assert linking.check(link, WORKABLE, CARLA).error is not None
    assert count(Credential) == [0]
    assert "checked first" in refused(linking.finish, link, True, CARLA).message


@ON_SQLITE
def test_fields_that_are_not_right_keep_what_was_typed_and_ask_nobody(account: LinkedAccount, token: str, simulator):
    link = linking.open_link(token, None)
    linking.choose_way_in(link, "workable")
    with pytest.raises(InvalidConfig) as caught:
        linking.check(link, {"subdomain": "north wind", "access_token": "short"}, CARLA)
    assert set(caught.value.errors) == {"subdomain", "access_token"}
    assert linking.typed(link) == {"subdomain": "north wind"}
    assert simulator.requests == []


@ON_SQLITE
def test_another_way_in_drops_what_was_accepted(account: LinkedAccount, token: str, simulator):
    link = at_check(token)
    linking.choose_way_in(link, "workable-careers")
    assert link.accepted is None
    assert "checked first" in refused(linking.finish, link, True, CARLA).message
    assert refused(linking.choose_way_in, link, "personio").field == "way_in"
    assert refused(linking.choose_way_in, link, "no-such-way").field == "way_in"


@ON_SQLITE
def test_a_draft_survives_the_link_that_it_was_typed_with(
    people: People, account: LinkedAccount, token: str, simulator
):
    link = linking.open_link(token, None)
    linking.choose_way_in(link, "workable")
    linking.check(link, {"subdomain": "northwind", "access_token": "wrong-token-of-somebody-else"}, CARLA)
    again = linking.open_link(linking.issue(account, CONNECT, people.actor), None)
    assert (again.way_in, linking.typed(again)) == ("workable", {"subdomain": "northwind"})


def test_an_account_s_strange_name_is_kept_by_both_databases(
    account: LinkedAccount, token: str, simulator, monkeypatch
):
    run = linking.testing.run

    def strange(*arguments):
        report = run(*arguments)
        report.account = RemoteAccount("northwind.example.com/" + "p" * 1_900, " North\0wind \ud800\n" + "n" * 400)
        return report

    monkeypatch.setattr(linking.testing, "run", strange)
    link = at_check(token)
    linking.finish(link, False, CARLA)
    assert account.remote_name.startswith("Northwind ")
    assert len(account.remote_name) <= 300
    assert len(account.remote_id) > 1_900


# Finish: once, whole or not at all --------------------------------------------------------------------------------


def test_finish_links_the_account_spends_the_link_and_asks_for_a_first_reading(account, token: str, simulator):
    link = at_check(token)
    linking.finish(link, False, CARLA)
    assert closed(linking.open_link, token, None) == "used"
    assert account.is_linked
    assert (account.remote_id, account.remote_name, account.health) == ("northwind", "Northwind Foods", OK)
    assert (account.way_in, account.config, account.draft) == ("workable", {"subdomain": "northwind"}, {})
    assert vault.secrets_of(account) == {"access_token": workable.TOKEN}
    assert sync.due() == [account.id]
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.action, event.actor, event.address) == ("account.linked", "somebody with a link", "192.0.2.9")
    for _again in range(20):
        assert closed(linking.finish, link, True, CARLA) == "used"
    assert closed(linking.check, link, WORKABLE, CARLA) == "used"
    assert count(LinkedAccount, Credential) == [1, 1]


def test_two_finishes_at_once_make_one(app, people: People, account: LinkedAccount, token: str, simulator):
    link_id = at_check(token).id
    together, outcomes = threading.Barrier(6), []

    def press() -> None:
        with app.app_context():
            link = db.session.get_one(Link, link_id)
            assert link.accepted
            db.session.rollback()
            together.wait(20)
            try:
                linking.finish(link, False, CARLA)
                outcomes.append("linked")
            except LinkClosed as error:
                outcomes.append(error.reason)

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["linked", *["used"] * 5]
    linked = select(func.count()).select_from(Event).where(Event.action == "account.linked")
    db.session.rollback()
    assert db.session.scalar(linked) == 1
    assert count(Credential) == [1]


def test_a_check_during_which_another_window_finishes_stores_nothing(
    app, account: LinkedAccount, token: str, simulator, monkeypatch
):
    link = at_check(token)
    accepted, link_id, run = dict(link.accepted), link.id, linking.testing.run

    def finished_meanwhile(*arguments):
        with app.app_context():
            other = db.session.get_one(Link, link_id)
            with transaction() as session:  # as the other window saw it, before this check took it back
                other.accepted = accepted
                vault.store(session, other.account, {"access_token": workable.TOKEN}, link_id)
            linking.finish(other, False, CARLA)
        return run(*arguments)

    monkeypatch.setattr(linking.testing, "run", finished_meanwhile)
    assert closed(linking.check, link, WORKABLE, CARLA) == "used"
    assert [row.link_id for row in db.session.scalars(select(Credential))] == [None]


def test_an_account_that_is_connected_already_is_refused_with_its_name(people: People, link_up: LinkUp):
    link_up("Headquarters")
    connection = connections.create(people.northwind, "workable", "Second", people.actor)
    token = linking.issue(connection.account, CONNECT, people.actor, people.alice)
    link = linking.open_link(token, people.alice)
    linking.choose_way_in(link, "workable-careers")
    refusal = refused(linking.check, link, {"subdomain": "northwind"}, people.actor)
    assert "This account is connected already, under the name “Headquarters”." in str(refusal)
    assert count(Credential) == [1]
    assert link.accepted is None


def test_two_links_to_one_account_are_not_both_finished(people: People, simulator):
    people.switch_on()
    first, second = checked(people, "First"), checked(people, "Second")
    linking.finish(first, False, people.actor)
    assert "under the name “First”" in str(refused(linking.finish, second, False, people.actor))
    assert not second.account.is_linked
    assert linking.open_link(tokens.issue("link", second.id, second.expires_at), people.alice) == second, "not spent"


@ON_SQLITE
def test_the_same_account_may_be_connected_by_another_organisation(people: People, link_up: LinkUp):
    link_up()
    with transaction() as session:
        theirs = LinkedAccount(organisation_id=people.elsewhere.id, ats="workable")
        session.add(theirs)
    linking.finish(at_check(linking.issue(theirs, CONNECT, people.actor)), False, CARLA)
    assert theirs.remote_id == "northwind"


# Relink -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def read(link_up: LinkUp) -> Connection:
    """A connection whose positions have been read."""
    connection = link_up()
    assert sync.run_due() == 1
    assert connection.account.open_count >= 8
    return connection


def relinking(people: People, connection: Connection, way_in: str = "workable") -> Link:
    link = linking.open_link(linking.relink(connection, people.alice, people.actor), people.alice)
    assert link.purpose == RELINK
    linking.choose_way_in(link, way_in)
    return link


def positions_of(connection: Connection) -> set[tuple[str, str, bool]]:
    db.session.rollback()
    rows = db.session.scalars(select(Position).where(Position.account_id == connection.account_id))
    return {(row.id, row.remote_id, row.closed_at is None) for row in rows}


@ON_SQLITE
def test_relinking_the_same_account_keeps_its_positions_and_heals_it(people: People, read: Connection, simulator):
    before = positions_of(read)
    simulator.revoke("workable")
    sync.sync_now(read)
    sync.run(read.account_id)
    assert read.account.health == NEEDS_RELINK
    simulator.restore("workable")
    link = relinking(people, read)
    assert linking.typed(link) == {"subdomain": "northwind"}, "what is no secret is filled in"
    linking.check(link, WORKABLE, people.actor)
    assert read.account.health == NEEDS_RELINK, "not before Finish"
    linking.finish(link, False, people.actor)
    assert (read.account.health, read.account.problem) == (OK, None)
    assert positions_of(read) == before
    assert sync.run_due() == 1
    assert positions_of(read) == before
    assert count(Credential) == [1]


@ON_SQLITE
def test_the_working_credentials_stay_in_use_until_finish(people: People, read: Connection, simulator):
    link = relinking(people, read)
    linking.check(link, WORKABLE, people.actor)
    assert count(Credential) == [2]
    assert vault.secrets_of(read.account) == {"access_token": workable.TOKEN}
    assert linking.check(link, {**WORKABLE, "access_token": "wrong-token-of-somebody-else"}, people.actor).error
    assert count(Credential) == [1]
    sync.sync_now(read)
    assert sync.run(read.account_id).outcome == "ok"


@ON_SQLITE
def test_relinking_to_another_account_is_refused_with_both_names(people: People, read: Connection, simulator):
    with transaction():
        read.account.remote_id, read.account.remote_name = "southwind", "Southwind Traders"
    before = positions_of(read)
    link = relinking(people, read)
    refusal = refused(linking.check, link, WORKABLE, people.actor)
    assert str(refusal) == (
        "This is another account: Northwind Foods. The connection is to Southwind Traders, and was not changed."
    )
    assert count(Credential) == [1]
    assert positions_of(read) == before
    assert "checked first" in refused(linking.finish, link, True, people.actor).message
    assert linking.open_link(tokens.issue("link", link.id, link.expires_at), people.alice) == link, "not spent"


@ON_SQLITE
def test_relinking_by_another_way_in_recognises_the_account_by_its_positions(people: People, read: Connection):
    before = positions_of(read)
    link = relinking(people, read, "workable-careers")
    linking.check(link, {"subdomain": "northwind"}, people.actor)
    assert link.accepted["unsure"] is False
    linking.finish(link, False, people.actor)
    assert read.account.way_in == "workable-careers"
    assert count(Credential) == [0], "the old secret is not needed any more"
    assert sync.run_due() == 1
    assert {(id, remote) for id, remote, is_open in positions_of(read) if is_open} == {
        (id, remote) for id, remote, is_open in before if is_open
    }


@ON_SQLITE
def test_relinking_by_another_way_in_with_unknown_positions_asks_for_confirmation(people: People, read: Connection):
    with transaction() as session:
        for position in session.scalars(select(Position)):
            position.remote_id = f"OTHER{position.remote_id}"
    link = relinking(people, read, "workable-careers")
    linking.check(link, {"subdomain": "northwind"}, people.actor)
    assert link.accepted["unsure"] is True
    refusal = refused(linking.finish, link, False, people.actor)
    assert (refusal.field, str(refusal)) == ("confirmed", "Confirm that this is the same account.")
    assert read.account.way_in == "workable"
    linking.finish(link, True, people.actor)
    assert read.account.way_in == "workable-careers"


def test_a_reading_that_began_before_a_relink_cannot_undo_it(people: People, read: Connection, simulator):
    simulator.revoke("workable")
    sync.sync_now(read)
    held = sync.claim(read.account_id)
    assert held is not None
    simulator.restore("workable")
    link = relinking(people, read)
    linking.check(link, WORKABLE, people.actor)
    linking.finish(link, False, people.actor)
    assert sync._failed(held, now(), CredentialsRejected("old credentials")) is None
    db.session.expire_all()
    assert read.account.health == OK
    assert sync.due() == [read.account_id], "nobody holds it: it is read with the new credentials at once"
    assert sync.run(read.account_id).outcome == "ok"


# What is left over ------------------------------------------------------------------------------------------------


def test_what_waited_for_a_link_that_is_over_is_destroyed_by_the_next_clean_up(people: People, read: Connection):
    with time_machine.travel(START, tick=False) as clock:
        link = relinking(people, read)
        linking.check(link, WORKABLE, people.actor)
        tasks.clean_up()
        assert count(Credential) == [2], "it may still be finished"
        clock.shift(timedelta(hours=1, seconds=1))
        tasks.clean_up()
        assert count(Credential) == [1]
        assert vault.secrets_of(read.account) == {"access_token": workable.TOKEN}


#: Holds the transaction of `finish` open just before its commit, and says so.
KILLED = """
import sys, time
from sqlalchemy import event
from sqlalchemy.orm import Session
from webapp import config, create_app
from webapp.extensions import db
from webapp.models import Link
from webapp.services import linking
from webapp.services.events import BERTH
url = sys.argv[2] or None
app = create_app(config.load(instance=sys.argv[1], testing=True, log_level="ERROR", database_url=url))
with app.app_context():
    link = db.session.get(Link, sys.argv[3])
    @event.listens_for(Session, "before_commit")
    def hold(session):
        session.flush()
        print("flushed", flush=True)
        time.sleep(60)
    linking.finish(link, False, BERTH)
"""


def test_killed_between_check_and_the_end_of_finish_nothing_is_half_made(
    app, account: LinkedAccount, token: str, simulator
):
    link = at_check(token)
    settings, link_id = app.config["BERTH"], link.id
    db.session.rollback()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(settings.instance), settings.database_url or "", link_id],
        cwd=Path(__file__).parent.parent.parent,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)},
    )
    assert process.stdout.readline() == "flushed\n"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    db.session.expire_all()
    assert link.state == "started"
    assert not account.is_linked
    assert vault.secrets_of(account) == {}
    linked = select(func.count()).select_from(Event).where(Event.action == "account.linked")
    assert db.session.scalar(linked) == 0
    linking.finish(link, False, CARLA)
    assert account.is_linked
    assert vault.secrets_of(account) == {"access_token": workable.TOKEN}


@pytest.fixture(autouse=True)
def _no_secret_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level("DEBUG")
    yield
    assert workable.TOKEN not in caplog.text
    assert "CANARY" not in caplog.text
