"""Connections: named once, switched, tested, renamed, deleted for good; nothing of another organisation is in reach."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from tests.people import People
from tests.services.conftest import ON_SQLITE, checked
from tests.simulator import Simulator
from webapp.connectors import ATSS
from webapp.extensions import db, transaction
from webapp.models import Connection, Credential, Event, Link, LinkedAccount, Organisation, Position, SyncRun, Widget
from webapp.models.accounts import NEEDS_RELINK, OK, OTHER
from webapp.models.widgets import widget_connections
from webapp.services import connections, linking, sync, widgets
from webapp.services.events import BERTH
from webapp.services.refusal import Refused

LinkUp = Callable[..., Connection]
START = datetime(2026, 11, 25, 9, tzinfo=UTC)


def count(*tables: object) -> list[int]:
    db.session.rollback()
    return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def make(people: People, name: str = "Headquarters", ats: str = "workable") -> Connection:
    return connections.create(people.northwind, ats, name, people.actor)


def refused(field: str | None, act, *arguments) -> str:
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.field == field
    return str(caught.value)


def last_event() -> Event:
    return db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def test_a_connection_begins_unfinished_inactive_and_reserves_its_name(people: People):
    people.switch_on()
    made = make(people, "  Head \t quarters ")
    assert made.name == "Head quarters"
    assert (made.is_finished, made.active) == (False, False)
    assert made.account.organisation_id == people.northwind.id
    assert (last_event().action, last_event().subject, last_event().details) == (
        "connection.created",
        "Head quarters",
        {"ats": "workable"},
    )
    assert connections.of(people.northwind) == [made]
    assert connections.of(people.northwind, OTHER) == []
    assert connections.of(people.elsewhere) == []


@pytest.mark.parametrize(
    "other", ["HEADQUARTERS", "headquarters ", "Ｈeadquarters", "He\u00adadquarters".replace("\u00ad", "")]
)
def test_a_name_is_taken_however_it_is_spelt(people: People, other: str):
    people.switch_on()
    make(people)
    assert "already" in refused("name", make, people, other)
    assert count(Connection, LinkedAccount) == [1, 1], "nothing is left of what was refused"


def test_a_name_is_free_in_another_organisation_and_after_deletion(people: People):
    people.switch_on()
    connections.switch(people.elsewhere, True, people.actor)
    first = make(people)
    connections.create(people.elsewhere, "workable", "Headquarters", people.actor)
    connections.delete(first, people.actor)
    assert make(people).name == "Headquarters"


@pytest.mark.parametrize("name", ["", " ", "\u200b" * 0 + "\n\t", "n" * 81])
@ON_SQLITE
def test_a_name_has_one_to_eighty_characters(people: People, name: str):
    people.switch_on()
    refused("name", make, people, name)


@pytest.mark.parametrize("name", ["İ" * 80, "ﬃ" * 80, "ß" * 80, "👩‍🚀" * 20])
def test_a_name_that_grows_when_it_is_compared_is_kept_by_both_databases(people: People, name: str):
    people.switch_on()
    assert make(people, name).name == name
    refused("name", make, people, name)


@ON_SQLITE
def test_an_ats_that_berth_does_not_know_is_refused(people: People):
    people.switch_on()
    refused("ats", make, people, "Headquarters", "no-such-ats")
    assert count(Connection, LinkedAccount) == [0, 0]
    for number, ats in enumerate(ATSS):
        make(people, f"Number {number}", ats)


@ON_SQLITE
def test_with_the_switch_off_nothing_new_begins(people: People):
    assert refused(None, make, people) == "Turn the ATS integration on first."
    people.switch_on()
    made = make(people)
    connections.switch(people.northwind, False, people.actor)
    for act in (linking.continue_set_up, linking.relink):
        assert refused(None, act, made, people.alice, people.actor) == "Turn the ATS integration on first."
    assert "Turn" in refused(None, connections.activate, made, people.actor)
    connections.rename(made, "Another", people.actor)
    connections.deactivate(made, people.actor)
    connections.delete(made, people.actor)


@ON_SQLITE
def test_what_is_not_finished_can_be_neither_activated_nor_tested_nor_relinked(people: People):
    people.switch_on()
    made = make(people)
    for act in (connections.activate, connections.test):
        assert refused(None, act, made, people.actor) == "Finish the set-up of this connection first."
    assert "Finish" in refused(None, linking.relink, made, people.alice, people.actor)
    assert not made.active


@ON_SQLITE
def test_another_organisation_s_connection_is_none(people: People):
    people.switch_on()
    made = make(people)
    assert connections.get(people.northwind, made.id) == made
    assert connections.get(people.elsewhere, made.id) is None
    assert connections.get(people.northwind, made.account_id) is None, "an id of another kind"


@ON_SQLITE
def test_renaming_keeps_the_name_unique_and_may_change_its_case(people: People):
    people.switch_on()
    first, second = make(people, "First"), make(people, "Second")
    refused("name", connections.rename, second, "FIRST", people.actor)
    connections.rename(second, "second", people.actor)
    assert (second.name, second.name_key) == ("second", "second")
    connections.rename(first, "Third", people.actor)
    connections.rename(second, "First", people.actor)
    assert last_event().details == {"before": "second"}
    assert [c.name for c in connections.of(people.northwind)] == ["First", "Third"]


@ON_SQLITE
def test_activating_and_deactivating_is_written_down_and_reaches_the_widgets(people: People, link_up: LinkUp):
    connection = link_up()
    widget = widgets.save(people.northwind, None, "Start", "Jobs", [connection.id], 20, "newest", people.actor)
    version = widget.version
    connections.activate(connection, people.actor)
    assert (last_event().action, last_event().actor) == ("connection.activated", "alice@example.com")
    connections.deactivate(connection, people.actor)
    assert last_event().action == "connection.deactivated"
    connections.switch(people.northwind, False, people.actor)
    assert last_event().action == "integration.switched_off"
    db.session.expire_all()
    assert widget.version == version + 3


@ON_SQLITE
def test_activating_what_waits_for_nothing_makes_it_due(people: People, link_up: LinkUp):
    connection = link_up()
    for health, due in ((OK, True), (NEEDS_RELINK, False)):
        with transaction():
            connection.active, connection.account.health, connection.account.next_sync_at = False, health, None
        connections.activate(connection, people.actor)
        assert (connection.account.next_sync_at is not None) is due, health


# Test Connection --------------------------------------------------------------------------------------------------


@ON_SQLITE
def test_a_test_stores_its_steps_and_no_position(people: People, link_up: LinkUp):
    connection = link_up()
    report = connections.test(connection, people.actor)
    assert report.passed
    last = connection.account.last_test
    assert last is not None
    assert last["passed"] is True
    assert last["steps"] == report.as_json()["steps"]
    assert datetime.fromisoformat(last["at"]).tzinfo is not None
    assert count(Position, SyncRun) == [0, 0]
    assert (last_event().action, last_event().details) == ("connection.tested", {"outcome": "passed"})


@ON_SQLITE
def test_a_test_works_at_any_time_switched_off_and_inactive_too(people: People, link_up: LinkUp):
    connection = link_up()
    connections.switch(people.northwind, False, people.actor)
    assert connections.test(connection, people.actor).passed


@ON_SQLITE
def test_a_test_that_fails_says_why_and_changes_nothing_else(people: People, link_up: LinkUp, simulator: Simulator):
    connection = link_up()
    sync.run_due()
    before = connection.account.health, connection.account.next_sync_at
    simulator.revoke("workable")
    report = connections.test(connection, people.actor)
    assert not report.passed
    assert connection.account.last_test["passed"] is False
    assert last_event().details == {"outcome": "credentials_rejected"}
    assert (connection.account.health, connection.account.next_sync_at) == before


@ON_SQLITE
def test_a_test_that_passes_ends_needs_relink(people: People, link_up: LinkUp, simulator: Simulator):
    connection = link_up()
    simulator.revoke("workable")
    sync.run_due()
    assert connection.account.health == NEEDS_RELINK
    simulator.restore("workable")
    connections.test(connection, people.actor)
    assert (connection.account.health, connection.account.problem) == (OK, None)
    assert sync.due() == [connection.account_id]


@ON_SQLITE
def test_credentials_that_cannot_be_opened_are_a_failed_test_and_no_fault(people: People, link_up: LinkUp):
    connection = link_up()
    with transaction() as session:
        session.scalars(select(Credential)).one().sealed = "v1.k1.AAAA"
    report = connections.test(connection, people.actor)
    assert not report.passed
    assert "cannot be opened" in connection.account.last_test["steps"][0]["remedy"]
    assert last_event().details == {"outcome": "credentials_rejected"}


# Delete -----------------------------------------------------------------------------------------------------------


def test_deleting_destroys_all_of_it_in_one_go_and_nothing_else(people: People, link_up: LinkUp):
    kept, gone = link_up("Kept", {"subdomain": "northwind"}, way_in="workable-careers"), None
    with transaction():
        kept.account.remote_id = "another"
    gone = link_up("Gone")
    sync.run_due()
    linking.relink(gone, people.alice, people.actor)
    widget = widgets.save(people.northwind, None, "Both", "Jobs", [kept.id, gone.id], 20, "newest", people.actor)
    version = widget.version
    assert count(Credential, Connection, LinkedAccount) == [1, 2, 2]
    connections.delete(gone, people.actor)
    assert count(Credential, Connection, LinkedAccount, widget_connections) == [0, 1, 1, 1]
    for table in (Position, SyncRun, Link):
        assert {row.account_id for row in db.session.scalars(select(table))} == {kept.account_id}, table
    db.session.expire_all()
    assert widget.version == version + 1
    assert (last_event().action, last_event().subject) == ("connection.deleted", "Gone")
    assert count(Widget) == [1]


def test_what_nobody_finished_is_discarded_after_seven_days(people: People, link_up: LinkUp):
    finished = link_up("Finished")
    with transaction():
        finished.account.remote_id = "another"
    with time_machine.travel(START, tick=False) as clock:
        make(people, "Old", "personio")
        checked(people, "Checked")
        clock.shift(timedelta(days=7))
        assert connections.discard_unfinished() == 0
        make(people, "Young", "personio")
        clock.shift(timedelta(seconds=1))
        assert connections.discard_unfinished() == 2
    assert [c.name for c in connections.of(people.northwind)] == ["Finished", "Young"]
    assert (last_event().action, last_event().actor) == ("connection.discarded", "Berth")
    assert {event.organisation_id for event in db.session.scalars(select(Event).where(Event.actor == "Berth"))} == {
        people.northwind.id
    }
    assert count(Link, Credential) == [1, 1], "their links, and what waited with them, are gone too"


@pytest.mark.postgresql
@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_two_who_take_the_same_name_at_once_do_not_both_get_it(people: People, app):
    people.switch_on()
    together, outcomes, organisation_id = threading.Barrier(4), [], people.northwind.id

    def try_it() -> None:
        with app.app_context():
            organisation = db.session.get_one(Organisation, organisation_id)
            db.session.rollback()
            together.wait(10)
            try:
                connections.create(organisation, "workable", "Headquarters", BERTH)
                outcomes.append("made")
            except Exception as error:
                outcomes.append(type(error).__name__)

    db.session.rollback()
    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes.count("made") == 1
    assert set(outcomes) <= {"made", "Refused", "IntegrityError"}
    assert count(Connection, LinkedAccount) == [1, 1]


def test_a_deletion_while_the_ats_is_asked_leaves_nothing_behind(app, people: People, link_up: LinkUp, monkeypatch):
    connection = link_up()
    run = connections.testing.run

    def deleted_meanwhile(connector):
        with app.app_context():
            connections.delete(db.session.scalars(select(Connection)).one(), BERTH)
        return run(connector)

    monkeypatch.setattr(connections.testing, "run", deleted_meanwhile)
    with pytest.raises((ObjectDeletedError, StaleDataError)):  # the web answers 404 to these
        connections.test(connection, people.actor)
    assert count(Connection, LinkedAccount, Credential) == [0, 0, 0]
