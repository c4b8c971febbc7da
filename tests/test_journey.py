"""The main job, end to end, as a person without JavaScript does it: against the simulator, over real sockets."""

from __future__ import annotations

import re
from html import unescape

from tests.page import Page
from tests.people import PASSWORD, People
from tests.simulator import workable
from webapp.extensions import db
from webapp.models import Connection, Credential, LinkedAccount, Position, User
from webapp.services import people as people_service
from webapp.services import sync
from webapp.services.events import COMMAND_LINE

ATS = "/administration/integrations/ats"


def connect_workable(alice: Page, name: str = "Headquarters", token: str = workable.TOKEN) -> None:
    alice.open(f"{ATS}/connect/workable")
    alice.submit({"name": name}).follow()
    alice.submit(button="Continue").follow()
    alice.submit({"way_in": "workable"}, button="Continue").follow()
    alice.submit({"subdomain": "northwind", "access_token": token}, to="/details")


def test_from_an_empty_database_to_positions_on_a_page(app, simulator):
    token = people_service.setup_token(COMMAND_LINE)
    alice = Page(app)
    alice.open(f"/setup/{token}")
    alice.submit(
        {"organisation": "Northwind Foods", "name": "Alice", "email": "alice@example.com", "password": PASSWORD}
    )
    assert alice.follow().path == ATS
    assert Page(app).open(f"/setup/{token}").status == 410, "the address is spent"

    alice.submit(to="/switch").follow()
    assert "The ATS integration is on." in alice.words()

    connect_workable(alice)
    assert alice.status == 303, alice.words()
    alice.follow()
    assert "Is this the right account?" in alice.words()
    alice.submit(to="/finish").follow()
    assert "The connection is established." in alice.words()
    assert db.session.scalar(db.select(db.func.count(Position.id))) == 0
    assert sync.run_due() == 1

    alice.open(ATS)
    assert "Headquarters" in alice.words()
    alice.open("/administration/widgets/new")
    connection = db.session.scalars(db.select(Connection)).one()
    alice.submit({"name": "Start page", "connections": connection.id}).follow()
    assert "None of the chosen connections is active yet" in alice.words()
    key = re.search(r'src="/widgets/([0-9a-f]{32})', alice.text)[1]
    reader = Page(app)
    assert "Warehouse" not in reader.open(f"/widgets/{key}").text

    alice.open(ATS).submit(to="/activate").follow()
    assert "Headquarters is active." in alice.words()
    shown = reader.open(f"/widgets/{key}").text
    titles = db.session.scalars(db.select(Position.title)).all()
    assert len(titles) >= 8
    assert [title for title in titles if title not in unescape(shown)] == []
    assert "Set-Cookie" not in reader.response.headers

    alice.open(ATS).submit(to="/deactivate").follow()
    assert titles[0] not in reader.open(f"/widgets/{key}").text

    alice.open(ATS).open(f"{ATS}/connections/{connection.id}/delete")
    assert "This cannot be undone" in alice.words()
    alice.submit(to="/delete").follow()
    for table in (Connection, LinkedAccount, Credential, Position):
        assert db.session.scalar(db.select(db.func.count()).select_from(table)) == 0, f"{table.__name__} is left"


def test_refused_credentials_lose_nothing_but_the_secret(people: People, alice: Page, simulator):
    people.switch_on()
    connect_workable(alice, token="wrong-token-of-somebody-else")
    assert alice.status == 422
    assert "Workable does not accept these credentials. Nothing was stored." in alice.words()
    assert 'value="northwind"' in alice.text
    assert "wrong-token-of-somebody-else" not in alice.text
    assert "Credentials not accepted" in alice.words()
    assert db.session.scalar(db.select(db.func.count()).select_from(Credential)) == 0
    alice.submit({"access_token": workable.TOKEN_WITHOUT_SCOPE}, to="/details")
    assert "they may not read open positions" in alice.words()
    alice.submit({"access_token": workable.TOKEN}, to="/details").follow()
    assert "Is this the right account?" in alice.words()


def test_the_same_account_is_not_connected_twice(people: People, alice: Page, simulator):
    people.switch_on()
    connect_workable(alice)
    alice.follow().submit(to="/finish").follow()
    connect_workable(alice, "Second")
    assert alice.status == 422
    assert "This account is connected already, under the name “Headquarters”." in alice.words()


def test_a_name_that_is_taken_is_refused_whatever_its_case(people: People, alice: Page):
    people.switch_on()
    alice.open(f"{ATS}/connect/workable").submit({"name": "Headquarters"})
    alice.open(f"{ATS}/connect/bamboohr").submit({"name": "  HEADquarters "})
    assert alice.status == 422
    assert "There is a connection of this name already." in alice.words()
    assert "HEADquarters" in alice.text


def test_an_address_is_recognised_without_asking_the_network(people: People, alice: Page, simulator):
    people.switch_on()
    alice.open(ATS).submit({"address": "https://apply.workable.com/northwind/"}, to="/recognise").follow()
    assert "Recognised: Workable" in alice.words()
    alice.submit({"name": "By address"}).follow()
    alice.submit(button="Continue").follow()
    alice.submit({"way_in": "workable-careers"}, button="Continue").follow()
    assert 'value="northwind"' in alice.text
    assert not simulator.requests
    alice.open(ATS).submit({"address": "https://intranet.example.com/"}, to="/recognise")
    assert alice.status == 200
    assert "The address alone does not tell which system it is." in alice.words()
    assert not simulator.requests


def test_an_address_of_ones_own_is_looked_at_once(people: People, alice: Page, simulator):
    people.switch_on()
    alice.open(ATS).submit({"address": "https://careers.example.com/"}, to="/recognise")
    alice.submit({"address": "https://careers.example.com/"}, to="/look").follow()
    assert "Recognised: Greenhouse" in alice.words()
    alice.submit({"name": "Seen"}).follow()
    alice.submit(button="Continue").follow().follow()
    assert 'value="northwind"' in alice.text
    alice.submit(to="/details").follow()
    assert "Is this the right account?" in alice.words()


def test_a_site_that_states_its_positions_itself_is_read(people: People, alice: Page, simulator):
    people.switch_on()
    alice.open(ATS).submit({"address": "https://work.example.com/jobs/"}, to="/recognise")
    alice.submit({"address": "https://work.example.com/jobs/"}, to="/look").follow()
    assert "Recognised: Careers site" in alice.words()


def test_a_page_with_nothing_on_it_says_so(people: People, alice: Page, simulator):
    people.switch_on()
    alice.open(ATS).submit({"address": "https://intranet.example.com/"}, to="/recognise")
    alice.submit({"address": "https://intranet.example.com/"}, to="/look")
    assert alice.status == 422
    assert "has no page at this address" in alice.words()


def test_a_member_is_told_which_permission_is_missing_and_who_grants_it(people: People):
    bob = people.browser("bob").open(ATS)
    assert bob.status == 403
    assert "Manage integrations" in bob.words()
    assert "alice@example.com" in bob.words()


def test_signing_out_ends_the_session_for_a_copied_cookie_too(people: People):
    alice = people.browser("alice")
    stolen = alice.client.get_cookie("berth", domain="127.0.0.1").value
    alice.open(ATS).submit(to="/logout")
    thief = Page(people.app)
    thief.client.set_cookie("berth", stolen, domain="127.0.0.1")
    assert thief.open(ATS).path.startswith("/login")


def test_setup_is_closed_once_there_is_a_user(people: People):
    assert people_service.setup_token(COMMAND_LINE) is None
    assert db.session.scalar(db.select(db.func.count(User.id))) == 4
