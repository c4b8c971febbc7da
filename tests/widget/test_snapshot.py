"""Snapshots: what may be seen, and how soon a change is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.people import People
from webapp.extensions import db, new_id, now, transaction
from webapp.models import Connection, LinkedAccount, Position, Widget
from webapp.models.accounts import UNAVAILABLE
from webapp.services import connections, widgets
from webapp.widget.snapshot import Store, load, pay


def connect(people: People, name: str, titles: list[str], **position: Any) -> Connection:
    """A finished connection with positions, without any network."""
    with transaction() as session:
        account = LinkedAccount(
            organisation_id=people.northwind.id,
            ats="workable",
            way_in="workable-careers",
            linked_at=now(),
            read_at=now() - timedelta(hours=1),
            open_count=len(titles),
        )
        session.add(account)
        session.flush()
        for title in titles:
            row = {"remote_id": title, "title": title, "content_hash": "", "first_seen_at": now(), **position}
            session.add(Position(account_id=account.id, id=new_id(), **row))
        made = Connection(
            organisation_id=people.northwind.id, account_id=account.id, name=name, name_key=name.casefold()
        )
        session.add(made)
    return made


@pytest.fixture
def widget(people: People) -> Widget:
    people.switch_on()
    first, second = connect(people, "First", ["Baker", "Cook"]), connect(people, "Second", ["Driver"])
    return widgets.save(people.northwind, None, "Start", "Jobs", [first.id, second.id], 20, "title", people.actor)


def seen(widget: Widget) -> list[str]:
    db.session.rollback()
    found = load(widget.key)
    assert found is not None
    return [p.title for p in found.positions]


def test_only_positions_of_active_connections_are_seen(people: People, widget: Widget):
    assert seen(widget) == []
    connections.activate(widget.connections[1], people.actor)
    assert seen(widget) == ["Driver"]
    connections.activate(widget.connections[0], people.actor)
    assert seen(widget) == ["Baker", "Cook", "Driver"]
    connections.switch(people.northwind, False, people.actor)
    assert seen(widget) == []


def test_internal_and_closed_positions_are_not_seen(people: People, widget: Widget):
    inner = connect(people, "Inner", ["Secret"], visibility="internal")
    gone = connect(people, "Gone", ["Former"], closed_at=now())
    with transaction():
        widget.connections = [inner, gone]
    connections.activate(inner, people.actor)
    connections.activate(gone, people.actor)
    assert seen(widget) == []


def test_a_change_in_this_process_is_seen_at_once(people: People, widget: Widget):
    store: Store = people.app.extensions["snapshots"]
    assert store.get(widget.key).positions == ()
    connections.activate(widget.connections[0], people.actor)
    assert [p.title for p in store.get(widget.key).positions] == ["Baker", "Cook"]
    connections.delete(widget.connections[0], people.actor)
    assert store.get(widget.key).positions == ()


def test_a_change_in_another_process_is_seen_at_the_next_look(people: People, widget: Widget):
    elsewhere = Store(people.app, watch=False)
    before = elsewhere.get(widget.key)
    connections.activate(widget.connections[0], people.actor)
    assert elsewhere.get(widget.key) is before, "the old one answers until the new one is built"
    elsewhere.refresh()
    assert len(elsewhere.get(widget.key).positions) == 2


def test_a_deleted_widget_answers_nothing(people: People, widget: Widget):
    store: Store = people.app.extensions["snapshots"]
    assert store.get(widget.key) is not None
    widgets.delete(widget, people.actor)
    assert store.get(widget.key) is None


def test_an_unreachable_ats_is_dated_by_its_last_reading(people: People, widget: Widget):
    connections.activate(widget.connections[0], people.actor)
    with transaction():
        account = widget.connections[0].account
        account.health = UNAVAILABLE
    assert load(widget.key).as_of == account.read_at


def test_pay_is_said_as_it_is_shown():
    assert pay({"min": 3400, "max": 3900, "currency": "EUR", "interval": "month"}) == "EUR 3,400–3,900 a month"
    assert pay({"min": 15.5, "currency": "USD", "interval": "hour"}) == "USD 15.50 an hour"
    assert pay({"currency": "USD"}) is None
    assert pay(None) is None
