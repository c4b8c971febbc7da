"""Sync: a position that was shown stays shown until the ATS has said otherwise in a complete, plausible answer."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select, text

from tests.people import People
from tests.services.conftest import ON_SQLITE, WORKABLE
from tests.simulator import Simulator, bamboohr, workable
from webapp.connectors import (
    ATS,
    CONNECTORS,
    Connector,
    CredentialsRejected,
    Field,
    RemoteAccount,
    RemotePosition,
    TemporarilyUnavailable,
    Unchanged,
)
from webapp.extensions import db, now, transaction
from webapp.models import Connection, Credential, Event, LinkedAccount, Position, SyncRun
from webapp.models.accounts import CONNECT, NEEDS_RELINK, OK, PROBLEM, UNAVAILABLE
from webapp.services import accounts, connections, linking, positions, sync, vault, widgets
from webapp.services.events import BERTH

LinkUp = Callable[..., Connection]
START = datetime(2026, 11, 25, 9, tzinfo=UTC)
HOST = "northwind.workable.com"
BOTH = pytest.mark.parametrize(
    "settings", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def connection(clock: time_machine.Traveller, link_up: LinkUp) -> Connection:
    """A Workable account that has just been linked, its positions not read yet."""
    return link_up()


@pytest.fixture
def read(connection: Connection, simulator: Simulator) -> Connection:
    """The same, read once."""
    assert sync.run_due() == 1
    simulator.requests.clear()
    return connection


def again(connection: Connection) -> SyncRun:
    """What the next reading, due now, comes to."""
    with transaction():
        connection.account.next_sync_at = now()
    record = sync.run(connection.account_id)
    assert record is not None
    return record


def rows(table: Any = Position) -> list[dict[str, Any]]:
    db.session.rollback()
    return [dict(row._mapping) for row in db.session.execute(select(table.__table__).order_by(table.__table__.c.id))]


def open_ids() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(Position.remote_id).where(Position.closed_at.is_(None))))


def fresh(connection: Connection) -> LinkedAccount:
    db.session.rollback()
    return connection.account


def many(simulator: Simulator, count: int) -> None:
    """Let Northwind have so many published positions."""
    job = simulator.workable.published()[0]
    for number in range(count - len(simulator.workable.published())):
        simulator.workable.add(replace(job, id=f"EXTRA{number:05}"))
    assert len(simulator.workable.published()) == count


# A good reading ---------------------------------------------------------------------------------------------------


def test_the_first_reading_stores_what_the_public_sees_and_says_what_was_left_out(connection: Connection, simulator):
    assert sync.due() == [connection.account_id], "an account is due when it was linked"
    assert connection.account.is_reading
    assert sync.run_due() == 1
    published = {job.id for job in simulator.workable.published()}
    assert open_ids() == published
    account = fresh(connection)
    assert (account.open_count, account.health, account.problem, account.failures) == (len(published), OK, None, 0)
    assert account.read_at == account.read_fully_at == START
    assert (account.lease_owner, account.lease_until, account.progress_done) == (None, None, None)
    assert timedelta(minutes=28.5) <= account.next_sync_at - START <= timedelta(minutes=31.5)
    assert {item["reason"] for item in account.withheld} <= {"draft", "closed", "confidential", "sample", "unlisted"}
    (record,) = db.session.scalars(select(SyncRun))
    assert (record.outcome, record.read, record.added, record.changed, record.closed) == (
        "ok",
        len(published),
        len(published),
        0,
        0,
    )
    assert record.withheld == len(account.withheld)
    assert sync.run_due() == 0


def test_an_unchanged_list_writes_no_position_and_asks_for_no_detail(read: Connection, simulator: Simulator, clock):
    before = rows()
    clock.shift(timedelta(minutes=30))
    record = again(read)
    assert (record.outcome, record.read, record.added, record.changed, record.closed) == ("ok", len(before), 0, 0, 0)
    assert rows() == before
    assert [path for _method, _host, path in simulator.requests if path.startswith("/spi/v3/jobs/")] == []


def test_once_a_day_everything_is_read_anew_though_nothing_is_said_to_have_changed(read: Connection, simulator, clock):
    before = rows()
    clock.shift(timedelta(days=1, seconds=1))
    assert again(read).changed == 0
    details = [path for _method, _host, path in simulator.requests if path.startswith("/spi/v3/jobs/")]
    assert len(details) == len(before)
    assert fresh(read).read_fully_at == now()
    assert rows() == before


def test_changed_closed_and_reopened_positions_keep_their_id(read: Connection, simulator: Simulator, clock):
    ids = {row["remote_id"]: row["id"] for row in rows()}
    changed, closed = sorted(ids)[:2]
    kept = simulator.workable.jobs[closed]
    simulator.workable.change(changed, title="Something else")
    simulator.workable.remove(closed)
    clock.shift(timedelta(minutes=30))
    record = again(read)
    assert (record.added, record.changed, record.closed) == (0, 1, 1)
    assert open_ids() == ids.keys() - {closed}
    assert next(row for row in rows() if row["remote_id"] == changed)["title"] == "Something else"
    simulator.workable.add(kept)
    clock.shift(timedelta(minutes=30))
    record = again(read)
    assert (record.added, record.changed, record.closed) == (1, 0, 0)
    assert {row["remote_id"]: row["id"] for row in rows()} == ids


def test_an_account_without_a_connection_is_read_once_and_then_no_more(people: People, simulator, clock):
    people.switch_on()
    with transaction() as session:
        account = LinkedAccount(organisation_id=people.northwind.id, ats="workable")
        session.add(account)
    link = linking.open_link(linking.issue(account, CONNECT, people.actor), None)
    linking.choose_way_in(link, "workable")
    linking.check(link, WORKABLE, people.actor)
    linking.finish(link, False, people.actor)
    assert sync.run_due() == 1
    db.session.expire_all()
    assert account.next_sync_at is None
    clock.shift(timedelta(days=30))
    assert sync.due() == []


# A list that broke off --------------------------------------------------------------------------------------------


def _second_page(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, reply: Callable[[Any], Any]) -> None:
    simulator.workable.page = 4
    listed = simulator.workable._list
    monkeypatch.setattr(
        simulator.workable, "_list", lambda query: reply(listed(query)) if "since_id" in query else listed(query)
    )


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (lambda _whole: (500, {}, b"sorry"), "temporarily_unavailable"),
        (lambda _whole: (503, {"Retry-After": "7"}, b""), "temporarily_unavailable"),
        (lambda _whole: (401, {}, b"{}"), "credentials_rejected"),
        (lambda _whole: (403, {}, b"{}"), "permission_missing"),
        (lambda _whole: (404, {}, b"{}"), "account_not_found"),
        (lambda _whole: (200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"), "unexpected_answer"),
        (lambda _whole: (200, {"Content-Type": "application/json"}, b""), "unexpected_answer"),
        (lambda whole: (200, whole[1], whole[2][: len(whole[2]) // 2]), "unexpected_answer"),
        (lambda whole: (200, whole[1], b'{"jobs": null}'), "unexpected_answer"),
        (lambda whole: (200, whole[1], b"[]"), "unexpected_answer"),
        (lambda _whole: (302, {"Location": "https://login.example.com/"}, b""), None),
    ],
)
@BOTH
def test_a_list_that_breaks_off_on_its_second_page_changes_nothing(read, simulator, clock, monkeypatch, reply, outcome):
    before = rows()
    first = sorted(open_ids())[0]
    simulator.workable.change(first, title="Changed on the first page")
    _second_page(simulator, monkeypatch, reply)
    clock.shift(timedelta(minutes=30))
    record = again(read)
    assert record.outcome == outcome or (outcome is None and record.outcome != "ok")
    assert (record.added, record.changed, record.closed) == (0, 0, 0)
    assert record.problem["message"]
    assert rows() == before, "neither half of the new list nor a closed position"
    account = fresh(read)
    assert (account.read_at, account.open_count, account.lease_until) == (START, len(before), None)
    monkeypatch.undo()


def test_it_goes_on_by_itself_when_the_ats_is_well_again(read: Connection, simulator: Simulator, clock, monkeypatch):
    with pytest.MonkeyPatch.context() as patch:
        _second_page(simulator, patch, lambda _whole: (500, {}, b""))
        clock.shift(timedelta(minutes=30))
        assert again(read).outcome == "temporarily_unavailable"
    simulator.workable.change(sorted(open_ids())[0], title="Changed meanwhile")
    clock.shift(timedelta(hours=1))
    assert sync.run_due() == 1
    account = fresh(read)
    assert (account.health, account.problem, account.problem_since, account.failures) == (OK, None, None, 0)
    assert "Changed meanwhile" in {row["title"] for row in rows()}


@ON_SQLITE
def test_more_positions_than_any_ats_has_are_not_taken_for_a_list(read: Connection, clock, monkeypatch):
    before = rows()
    monkeypatch.setattr(sync, "LIMIT", 5)
    clock.shift(timedelta(minutes=30))
    assert again(read).outcome == "unexpected_answer"
    assert rows() == before


# Whoever has to act -----------------------------------------------------------------------------------------------


def test_rejected_credentials_stop_the_asking_and_keep_the_positions(read: Connection, simulator, clock, caplog):
    before = rows()
    simulator.revoke("workable")
    clock.shift(timedelta(minutes=35))
    assert sync.run_due() == 1
    account = fresh(read)
    assert (account.health, account.next_sync_at, account.problem_since) == (NEEDS_RELINK, None, now())
    assert account.problem["acts"] == "customer"
    asked = len(simulator.requests)
    for days in (1, 7, 365):
        clock.shift(timedelta(days=days))
        assert sync.run_due() == 0
        sync.sync_now(read)
        connections.deactivate(read, BERTH)
        assert sync.run_due() == 0
    assert len(simulator.requests) == asked, "an account is not locked out by asking again"
    assert rows() == before


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "-5"}, 1),
        ({"Retry-After": "1000000000"}, 6 * 3600),
        ({"Retry-After": "Wed, 25 Nov 2026 09:31:00 GMT"}, 60),
        ({"Retry-After": "Fri, 01 Jan 1999 00:00:00 GMT"}, 1),
    ],
)
@BOTH
def test_what_the_ats_asks_us_to_wait_is_waited_and_not_slept(read, simulator, clock, headers, seconds):
    clock.move_to(START + timedelta(minutes=30))
    simulator.fault(HOST, status=429, headers=headers)
    started = time.monotonic()
    record = again(read)
    assert time.monotonic() - started < 5
    account = fresh(read)
    assert record.outcome == "temporarily_unavailable"
    assert (account.health, account.next_sync_at) == (UNAVAILABLE, now() + timedelta(seconds=seconds))
    assert len(simulator.requests) == 1
    clock.shift(timedelta(seconds=seconds - 0.5))
    assert sync.due() == []
    clock.shift(timedelta(seconds=0.5))
    assert sync.due() == [read.account_id]


def test_without_such_a_wish_the_pauses_double_up_to_an_hour_and_it_is_logged_once(read, simulator, clock, caplog):
    simulator.fault(HOST, status=503)
    since = now()
    caplog.set_level(logging.INFO, "berth.sync")
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        again(read)
        account = fresh(read)
        pause = account.next_sync_at - now()
        assert timedelta(minutes=minutes * 0.8) <= pause <= timedelta(minutes=minutes * 1.2)
        assert account.health == UNAVAILABLE
        assert account.problem_since == since, "since when, not how often"
        clock.move_to(account.next_sync_at)
    assert account.failures == 8
    simulator.heal()
    assert sync.run_due() == 1
    told = [r.getMessage() for r in caplog.records if r.name == "berth.sync"]
    assert [line.split(": ", 1)[1].split(":")[0] for line in told] == ["temporarily_unavailable", "works again"]


@ON_SQLITE
def test_a_thousand_failures_are_waited_for_no_longer_than_eight(read: Connection, simulator: Simulator):
    simulator.fault(HOST, status=503)
    with transaction():
        read.account.failures = 5_000
    again(read)
    assert fresh(read).next_sync_at - now() <= timedelta(minutes=72)


@pytest.mark.parametrize("status", [403, 404, 418])
@ON_SQLITE
def test_other_faults_are_asked_about_once_an_hour(read: Connection, simulator: Simulator, status: int):
    simulator.fault(HOST, status=status)
    again(read)
    account = fresh(read)
    assert (account.health, account.next_sync_at) == (PROBLEM, now() + timedelta(hours=1))


# An answer that is implausibly small ------------------------------------------------------------------------------


def _empty(simulator: Simulator) -> dict[str, Any]:
    jobs = dict(simulator.workable.jobs)
    simulator.workable.jobs.clear()
    return jobs


def test_an_empty_list_is_doubted_until_a_second_one_ten_minutes_later_confirms_it(read, simulator, clock):
    before = rows()
    _empty(simulator)
    clock.shift(timedelta(minutes=30))
    record = again(read)
    assert (record.outcome, record.read, record.closed) == ("doubted", 0, 0)
    assert rows() == before
    account = fresh(read)
    assert (account.doubted_at, account.next_sync_at) == (now(), now() + timedelta(minutes=10))
    assert (account.read_at, account.open_count, account.lease_until) == (START, len(before), None)
    clock.shift(timedelta(minutes=9, seconds=59))
    assert sync.run_due() == 0
    assert again(read).outcome == "doubted", "a second one that comes too early confirms nothing"
    assert rows() == before
    clock.shift(timedelta(seconds=1))
    record = again(read)
    assert (record.outcome, record.closed) == ("ok", len(before))
    assert open_ids() == set()
    assert fresh(read).doubted_at is None


def test_sync_now_is_the_admin_s_word_for_it(read: Connection, simulator: Simulator, clock):
    before = rows()
    _empty(simulator)
    clock.shift(timedelta(minutes=30))
    assert again(read).outcome == "doubted"
    clock.shift(timedelta(seconds=5))
    sync.sync_now(read)
    assert sync.due() == [read.account_id]
    record = sync.run(read.account_id)
    assert (record.outcome, record.closed) == ("ok", len(before))


def test_a_full_list_ends_the_doubt_and_the_next_empty_one_is_doubted_anew(read: Connection, simulator, clock):
    before = rows()
    jobs = _empty(simulator)
    clock.shift(timedelta(minutes=30))
    assert again(read).outcome == "doubted"
    simulator.workable.jobs.update(jobs)
    clock.shift(timedelta(minutes=10))
    assert again(read).outcome == "ok"
    assert fresh(read).doubted_at is None
    assert rows() == before
    _empty(simulator)
    clock.shift(timedelta(minutes=30))
    assert again(read).outcome == "doubted"
    assert rows() == before


@pytest.mark.parametrize(
    ("had", "left", "doubted"),
    [
        (2, 0, False),
        (3, 0, True),
        (3, 1, False),
        (20, 9, True),
        (20, 10, False),
        (21, 10, True),
        (12, 1, True),
        (11, 1, False),
    ],
)
@ON_SQLITE
def test_how_much_may_go_at_once(
    connection: Connection, simulator: Simulator, clock, had: int, left: int, doubted: bool
):
    for job in list(simulator.workable.jobs)[1:]:
        simulator.workable.remove(job)
    many(simulator, had)
    assert sync.run(connection.account_id).added == had
    for job in list(simulator.workable.jobs)[left:]:
        simulator.workable.remove(job)
    clock.shift(timedelta(minutes=30))
    record = again(connection)
    assert (record.outcome == "doubted") is doubted
    assert len(open_ids()) == (had if doubted else left)


@ON_SQLITE
def test_a_list_of_strangers_is_as_doubtful_as_an_empty_one(read: Connection, simulator: Simulator, clock):
    before = open_ids()
    jobs = _empty(simulator)
    for number, job in enumerate(jobs.values()):
        simulator.workable.add(replace(job, id=f"OTHER{number:05}"))
    clock.shift(timedelta(minutes=30))
    assert again(read).outcome == "doubted"
    assert open_ids() == before


# Two workers ------------------------------------------------------------------------------------------------------


def test_of_many_workers_one_gets_an_account(app, connection: Connection):
    account_id, fence = connection.account_id, connection.account.fence
    db.session.rollback()
    for round_number in range(1, 11):
        together, claims = threading.Barrier(6), []

        def worker(barrier: threading.Barrier, found: list[Any]) -> None:
            with app.app_context():
                barrier.wait(20)
                found.append(sync.claim(account_id))

        threads = [threading.Thread(target=worker, args=(together, claims)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len([claim for claim in claims if claim]) == 1, claims
        (claim,) = filter(None, claims)
        assert claim.fence == fence + round_number
        with transaction():
            connection.account.lease_until = None


def test_what_is_claimed_is_neither_due_nor_claimed_again(connection: Connection):
    held = sync.claim(connection.account_id)
    assert held is not None
    assert sync.due() == []
    assert sync.claim(connection.account_id) is None
    assert sync.run(connection.account_id) is None
    assert fresh(connection).is_reading
    assert connection.account.progress_done == 0


def test_a_lease_that_a_dead_worker_left_ends_by_itself(connection: Connection, app, clock):
    assert sync.claim(connection.account_id)
    seconds = app.config["BERTH"].lease_seconds
    clock.shift(timedelta(seconds=seconds))
    assert sync.due() == []
    clock.shift(timedelta(seconds=1))
    assert sync.run_due() == 1
    assert fresh(connection).lease_until is None
    assert open_ids()


def test_a_worker_that_slept_beyond_its_lease_writes_nothing(connection: Connection, app, clock):
    slow = sync.claim(connection.account_id)
    reading = sync._Reading({}, [], ["a", "b"], [], True)
    clock.shift(timedelta(seconds=app.config["BERTH"].lease_seconds + 1))
    assert sync.run_due() == 1
    db.session.rollback()
    before = rows(), rows(SyncRun), rows(LinkedAccount)
    assert sync._succeeded(slow, now(), reading) is None
    assert sync._failed(slow, now(), CredentialsRejected("late")) is None
    assert (rows(), rows(SyncRun), rows(LinkedAccount)) == before


# A connector that does as it is told ------------------------------------------------------------------------------


class Told(Connector):
    """Yields what `told` says: positions, errors to raise, functions to call."""

    slug = "told"
    ats = ATS("told", "Told")
    way_in, about, revoke = "", "", ""
    fields = (
        Field("refresh_token", "", "", "x", secret=True, rotates=True),
        Field("client_secret", "", "", "x", secret=True, required=False),
    )
    told: list[Any] = []

    def account(self) -> RemoteAccount:
        return RemoteAccount("told", "Told")

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        for item in self.told:
            if callable(item):
                item(self)
            elif isinstance(item, Exception):
                raise item
            else:
                self.listed += 1
                yield item


@pytest.fixture
def told(people: People, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """A connection to such a connector, due now."""
    monkeypatch.setattr(accounts, "CONNECTORS", {**CONNECTORS, "told": Told})
    monkeypatch.setattr(Told, "told", [])
    people.switch_on()
    with transaction() as session:
        account = LinkedAccount(
            organisation_id=people.northwind.id, ats="told", way_in="told", linked_at=now(), next_sync_at=now()
        )
        session.add(account)
        session.flush()
        connection = Connection(
            organisation_id=people.northwind.id, account_id=account.id, name="Told", name_key="told"
        )
        session.add(connection)
        vault.store(session, account, {"refresh_token": "CANARY-first", "client_secret": "CANARY-client"})
    return connection


def a(number: int, **parts: Any) -> RemotePosition:
    return RemotePosition(id=str(number), title=f"Job {number}", **parts)


def test_nothing_is_locked_while_an_ats_is_asked(told: Connection, app):
    seen: list[bool] = []

    def look(_connector: Connector) -> None:
        seen.append(db.session().in_transaction())
        with app.app_context(), transaction():  # somebody else may write
            db.session.get_one(LinkedAccount, account_id).remote_name = "written meanwhile"

    account_id = told.account_id
    Told.told = [look, a(1), look, a(2), look]
    assert sync.run_due() == 1
    assert seen == [False, False, False]
    assert fresh(told).remote_name == "written meanwhile"


def test_progress_is_seen_and_the_lease_is_kept_while_it_reads(told: Connection, app, monkeypatch):
    monkeypatch.setattr(app.config["BERTH"], "lease_seconds", 1)
    reached, go_on = threading.Event(), threading.Event()

    def wait(_connector: Connector) -> None:
        reached.set()
        assert go_on.wait(30)

    account_id = told.account_id
    Told.told = [a(1), a(2), a(3), wait, a(4)]
    outcome: list[Any] = []

    def worker() -> None:
        with app.app_context():
            record = sync.run(account_id)
            outcome.append(record and (record.outcome, record.read))

    db.session.rollback()
    thread = threading.Thread(target=worker)
    thread.start()
    assert reached.wait(20)
    time.sleep(1.6)  # longer than the lease
    account = fresh(told)
    assert account.progress_done == 3
    assert account.is_reading
    assert sync.due() == [], "nobody else takes it meanwhile"
    go_on.set()
    thread.join(30)
    assert outcome == [("ok", 4)]
    assert (fresh(told).progress_done, fresh(told).progress_total) == (None, 4)


def test_a_worker_that_lost_its_lease_stops_reading_and_stores_nothing(told: Connection, app, monkeypatch):
    monkeypatch.setattr(app.config["BERTH"], "lease_seconds", 1)
    account_id = told.account_id

    def taken_over(_connector: Connector) -> None:
        with app.app_context(), transaction():
            db.session.get_one(LinkedAccount, account_id).fence += 1
        time.sleep(1.0)  # its own renewal finds out

    beyond: list[str] = []
    Told.told = [a(1), taken_over, a(2), lambda _c: beyond.append("asked on")]
    assert sync.run(account_id) is None
    assert (rows(), rows(SyncRun), beyond) == ([], [], [])


def test_a_deletion_while_it_reads_leaves_nothing(told: Connection, app):
    def deleted(connector: Connector) -> None:
        connector.config["refresh_token"] = "CANARY-rotated"
        with app.app_context():
            connections.delete(db.session.scalars(select(Connection)).one(), BERTH)

    Told.told = [a(1), deleted, a(2)]
    assert sync.run(told.account_id) is None
    db.session.rollback()
    for table in (Connection, LinkedAccount, Position, SyncRun, Credential):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0, table


def test_credentials_that_change_in_use_are_kept_at_once_and_after_a_failure_too(told: Connection, app):
    stored: list[str] = []

    def rotate(value: str) -> Callable[[Connector], None]:
        def act(connector: Connector) -> None:
            connector.config["refresh_token"] = value

        return act

    def look(_connector: Connector) -> None:
        with app.app_context():
            stored.append(vault.secrets_of(db.session.scalars(select(LinkedAccount)).one())["refresh_token"])

    Told.told = [rotate("CANARY-second"), a(1), look, rotate("CANARY-third"), TemporarilyUnavailable("down")]
    assert sync.run(told.account_id).outcome == "temporarily_unavailable"
    assert stored == ["CANARY-second"]
    assert vault.secrets_of(told.account) == {"refresh_token": "CANARY-third", "client_secret": "CANARY-client"}


def test_a_worker_that_lost_the_account_does_not_put_old_credentials_over_newer_ones(told: Connection, app):
    def relinked_meanwhile(connector: Connector) -> None:
        with app.app_context(), transaction() as session:
            account = session.scalars(select(LinkedAccount)).one()
            account.fence += 1
            vault.store(session, account, {"refresh_token": "CANARY-relinked"})
        connector.config["refresh_token"] = "CANARY-rotated from the old one"

    Told.told = [relinked_meanwhile, a(1)]
    assert sync.run(told.account_id) is None
    assert vault.secrets_of(told.account) == {"refresh_token": "CANARY-relinked"}


def test_a_fault_of_ours_is_recorded_without_its_text_and_keeps_the_positions(told: Connection, caplog):
    caplog.set_level(logging.DEBUG)
    Told.told = [a(1), a(2)]
    assert sync.run(told.account_id).outcome == "ok"
    before = rows()
    Told.told = [a(1), ValueError("https://ats.example.com/?key=CANARY-in-an-exception")]
    record = again(told)
    assert record.outcome == "unexpected_answer"
    assert rows() == before
    assert "stumbled: ValueError" in caplog.text
    assert "CANARY" not in caplog.text
    assert "CANARY" not in json.dumps([record.problem, fresh(told).problem])
    assert fresh(told).lease_until is None


def test_what_the_database_does_not_take_is_a_failed_reading_and_not_a_lease_left_behind(
    told, app, monkeypatch, caplog
):
    Told.told = [a(1)]
    assert sync.run(told.account_id).outcome == "ok"
    before = rows()
    row = positions.as_row
    monkeypatch.setattr(positions, "as_row", lambda *arguments: {**row(*arguments), "title": None})
    Told.told = [a(1), a(2)]
    record = again(told)
    assert record.outcome == "unexpected_answer"
    assert rows() == before
    account = fresh(told)
    assert (account.health, account.lease_until, account.next_sync_at) == (PROBLEM, None, account.next_sync_at)
    assert account.next_sync_at > now() + timedelta(minutes=59)


def test_credentials_that_cannot_be_opened_need_a_relink(told: Connection):
    with transaction() as session:
        for credential in session.scalars(select(Credential)):
            credential.sealed = "v1.lost.AAAA"
    Told.told = [a(1)]
    assert sync.run(told.account_id).outcome == "credentials_rejected"
    assert fresh(told).health == NEEDS_RELINK


def test_a_way_in_that_this_version_does_not_have_is_a_problem_and_no_fault(told: Connection):
    with transaction():
        told.account.way_in = "gone"
    assert sync.run(told.account_id).outcome == "unexpected_answer"
    assert fresh(told).health == PROBLEM


# The switch, the widgets, what is forgotten -----------------------------------------------------------------------


def test_switched_off_nothing_is_read_on_schedule_but_a_new_link_once(people: People, told: Connection, clock):
    Told.told = [a(1)]
    connections.switch(people.northwind, False, people.actor)
    assert sync.run_due() == 1, "it was never read"
    clock.shift(timedelta(days=1))
    assert sync.due() == []
    assert sync.run_due() == 0
    assert sync.run(told.account_id) is None, "nor by a task that was in the queue already"
    connections.switch(people.northwind, True, people.actor)
    assert sync.run_due() == 1
    connections.switch(people.elsewhere, False, people.actor)
    clock.shift(timedelta(days=1))
    assert sync.run_due() == 1, "another organisation's switch is another"


def test_an_inactive_connection_is_read_on_so_that_activate_shows_a_current_list(told: Connection, clock):
    assert not told.active
    Told.told = [a(1)]
    sync.run_due()
    clock.shift(timedelta(minutes=32))
    Told.told = [a(1), a(2)]
    assert sync.run_due() == 1
    assert open_ids() == {"1", "2"}


def test_a_reading_tells_the_widgets(people: People, told: Connection):
    widget = widgets.save(people.northwind, None, "Start", "Jobs", [told.id], 20, "newest", people.actor)
    other = widgets.save(people.northwind, None, "Other", "Jobs", [], 20, "newest", people.actor)
    versions = widget.version, other.version
    Told.told = [a(1)]
    sync.run(told.account_id)
    db.session.expire_all()
    assert (widget.version, other.version) == (versions[0] + 1, versions[1])


def test_what_closed_long_ago_and_old_records_are_forgotten_after_thirty_days(told: Connection, clock):
    Told.told = [a(1), a(2)]
    again(told)
    Told.told = [a(1)]
    again(told)
    clock.shift(timedelta(days=30))
    sync.clean_up()
    assert (len(rows()), len(rows(SyncRun))) == (2, 2)
    clock.shift(timedelta(seconds=1))
    sync.clean_up()
    assert [row["remote_id"] for row in rows()] == ["1"]
    assert rows(SyncRun) == []


# Secrets ----------------------------------------------------------------------------------------------------------


def test_no_secret_is_in_any_log_or_plainly_in_the_database(
    people: People, link_up, simulator, app, caplog, monkeypatch
):
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "requests", "sqlalchemy.engine", "berth", "alembic", "werkzeug"):
        caplog.set_level(logging.DEBUG, name)
    monkeypatch.setattr(db.engine, "echo", False)
    secrets = [workable.TOKEN, bamboohr.KEY, "CANARY-token-that-is-wrong"]
    made = [
        link_up("Workable"),
        link_up("BambooHR", {"subdomain": "northwind", "api_key": bamboohr.KEY}, ats="bamboohr"),
    ]
    link = linking.open_link(linking.relink(made[0], people.alice, people.actor), people.alice)
    linking.check(link, {**WORKABLE, "access_token": secrets[2]}, people.actor)
    faults: list[dict[str, Any]] = [
        {},
        {"status": 401, "body": " ".join(secrets)},
        {"status": 400, "body": json.dumps({"error": secrets[0]}), "headers": {"X-Token": secrets[0]}},
        {"status": 302, "headers": {"Location": f"https://login.example.com/?key={secrets[0]}"}},
        {"status": 200, "body": f"<html>{secrets[0]}", "headers": {"Content-Type": "application/json"}},
        {"truncated": True},
    ]
    for fault in faults:
        simulator.heal()
        if fault:
            simulator.fault("*", **fault)
        for connection in made:
            connections.test(connection, people.actor)
            with transaction():
                connection.account.health, connection.account.next_sync_at = OK, now()
            assert sync.run(connection.account_id) is not None
    simulator.stop()
    connections.test(made[0], people.actor)
    with transaction():
        made[0].account.health, made[0].account.next_sync_at = OK, now()
    assert sync.run(made[0].account_id).outcome == "temporarily_unavailable"
    for event in db.session.scalars(select(Event)):
        assert not any(secret in f"{event.subject}{event.details}" for secret in secrets)
    connections.delete(made[1], people.actor)
    log = "\n".join(f"{r.name} {r.getMessage()} {r.exc_text or ''} {r.args}" for r in caplog.records)
    assert "account" in log
    assert [secret for secret in secrets if secret in log] == []
    everything = "".join(
        str(row)
        for table in db.metadata.sorted_tables
        for row in db.session.execute(text(f"SELECT * FROM {table.name}"))
    )
    assert [secret for secret in secrets if secret in everything] == []
