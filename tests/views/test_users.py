"""Users and permissions, and the activity log."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.page import Page
from tests.people import People
from webapp.extensions import db, transaction
from webapp.models import Event
from webapp.services import connections

USERS = "/administration/users"
ATS = "/administration/integrations/ats"


def test_a_permission_is_granted_and_revoked(people: People, alice: Page):
    bob = people.browser("bob")
    assert bob.open(ATS).status == 403
    alice.open(f"{USERS}/{people.bob.id}").submit({"permissions": "manage_integrations"}).follow()
    assert "The permissions of Bob are saved." in alice.words()
    assert bob.open(ATS).status == 200
    alice.open(f"{USERS}/{people.bob.id}").submit({"permissions": []}).follow()
    assert bob.open(ATS).status == 403


def test_somebody_is_left_who_can_manage_users(people: People, alice: Page):
    alice.open(f"{USERS}/{people.alice.id}").submit({"permissions": "manage_widgets"})
    assert alice.status == 422
    assert "Grant it to another person first." in alice.words()
    alice.open(f"{USERS}/{people.alice.id}").submit(to="/disable").follow()
    assert alice.open(USERS).status == 200


def test_disabling_ends_the_sessions_at_once(people: People, alice: Page):
    bob = people.browser("bob")
    alice.open(f"{USERS}/{people.bob.id}").submit(to="/disable").follow()
    assert bob.open(ATS).path.startswith("/login")
    fresh = Page(people.app)
    fresh.open("/login").submit({"email": "bob@example.com", "password": "nine quiet herons wading"}, to="/login")
    assert fresh.status == 422
    alice.open(f"{USERS}/{people.bob.id}").submit(to="/enable").follow()
    assert people.browser("bob").open(ATS).status == 403


def test_another_organisations_people_do_not_exist(people: People, alice: Page):
    assert alice.open(f"{USERS}/{people.eve.id}").status == 404


def test_the_log_says_who_did_what_and_only_to_its_organisation(people: People, alice: Page):
    people.switch_on()
    connections.create(people.northwind, "workable", "=HYPERLINK(1)", people.actor)
    alice.open("/administration/activity")
    assert "connection.created" in alice.words()
    assert "alice@example.com" in alice.words()
    assert (
        "connection.created"
        not in alice.open("/administration/activity?action=integration.switched_on").text.split("<tbody>")[1]
    )
    assert "Nothing has happened that fits." in alice.open("/administration/activity?since=2999-01-01&until=x").words()
    assert "connection.created" not in people.browser("eve").open("/administration/activity").words()
    rows = list(
        csv.reader(io.StringIO(alice.open("/administration/activity/events.csv").response.get_data(as_text=True)))
    )
    assert rows[0][0] == "when (UTC)"
    assert "'=HYPERLINK(1)" in [row[3] for row in rows]


@pytest.mark.parametrize("statement", ["UPDATE events SET actor = 'nobody'", "DELETE FROM events"])
def test_the_log_is_only_added_to(people: People, statement: str):
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))
    assert db.session.scalar(db.select(db.func.count(Event.id))) > 0
