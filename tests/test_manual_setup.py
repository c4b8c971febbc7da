"""The brief's second road, walked by three parties without JavaScript: request, magic link, hand over, relink."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.page import Page
from tests.people import People
from tests.simulator import workable
from webapp.extensions import db
from webapp.models import ActivationRequest, Connection, Credential, Event, Link, LinkedAccount
from webapp.services import connections, sync, widgets

ATS = "/administration/integrations/ats"
WEEK = timedelta(seconds=604_800)


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).select_from(table)) or 0


def request_workable(alice: Page, **fields: str) -> str:
    alice.open(f"{ATS}/requests/new")
    alice.submit({"ats": "Workable", "email": "carla@example.com", **fields}).follow()
    return alice.path


def issue(dora: Page, **fields: str) -> str:
    """The path of a fresh magic link for the newest request."""
    dora.open("/service-desk")
    found = db.session.scalars(db.select(ActivationRequest).order_by(ActivationRequest.created_at.desc())).first()
    dora.open(f"/service-desk/requests/{found.id}")
    dora.submit(fields, to="/link")
    return re.search(r'<pre id="magic-link">https?://[^/]+([^<]+)</pre>', dora.text)[1]


def complete(carla: Page, link: str, token: str = workable.TOKEN) -> None:
    carla.open(link)
    carla.submit(to="/start").follow()
    if carla.path.endswith("/way-in"):
        carla.submit({"way_in": "workable"}, button="Continue").follow()
    carla.submit({"subdomain": "northwind", "access_token": token}, to="/details")


@pytest.fixture
def dora(people: People) -> Page:
    return people.browser("dora")


@pytest.fixture
def carla(people: People) -> Page:
    return people.browser(None)


def test_the_whole_road_and_a_relink(people: People, alice: Page, dora: Page, carla: Page, simulator):
    people.switch_on()
    mine = request_workable(alice, note="By the way: we moved.")
    assert "Waiting for the service desk" in alice.words()
    link = issue(dora)
    assert "Link issued" in alice.open(mine).words()
    assert link not in dora.open(dora.path.removesuffix("/link")).text, "the link is shown once"

    for _look in range(20):
        carla.open(link)
    assert "Connect Workable" in carla.words()
    complete(carla, link)
    carla.follow().submit(to="/finish").follow()
    assert "The connection is established." in carla.words()
    carla.submit(to="/tell").follow()
    assert "The service desk knows." in carla.words()
    assert "This link has been used" in carla.open(link).words()

    assert "Customer told us" in dora.open("/service-desk").words()
    found = db.session.scalars(db.select(ActivationRequest)).one()
    dora.open(f"/service-desk/requests/{found.id}").submit(to="/share").follow()
    assert workable.TOKEN not in dora.text
    alice.open(mine).submit(to="/token")
    pair = dict(re.findall(r'<pre id="pair-(id|token)">([^<]+)</pre>', alice.text))
    assert pair["id"].startswith("acc_")
    assert pair["token"].startswith("atsk_")
    alice.submit({"name": "Stores"}, to="/other/add").follow()
    assert "Stores is added." in alice.words()
    made = db.session.scalars(db.select(Connection)).one()
    assert made.kind == "other"
    alice.submit(to=f"{made.id}/activate").follow()
    assert sync.run_due() == 1
    widget = widgets.save(people.northwind, None, "Start", "Jobs", [made.id], 20, "newest", people.actor)
    reader = Page(people.app)
    assert "Head of Fresh Produce" in reader.open(f"/widgets/{widget.key}").text

    simulator.revoke("workable")
    sync.sync_now(made)
    assert sync.run(made.account_id).outcome == "credentials_rejected"
    assert "Head of Fresh Produce" in reader.open(f"/widgets/{widget.key}").text, "never an empty list in between"
    alice.open(ATS)
    assert "Needs relink" in alice.words()
    alice.submit(to="/contact").follow()
    assert "Waiting for the service desk" in alice.words()
    simulator.restore("workable")
    again = issue(dora)
    complete(carla, again)
    carla.follow().submit(to="/finish").follow()
    assert "The new credentials are in use." in carla.words()
    assert sync.run_due() == 1
    db.session.rollback()
    assert db.session.scalars(db.select(Connection)).one().name == "Stores"
    assert db.session.scalars(db.select(LinkedAccount)).one().public_id == pair["id"]
    assert "Head of Fresh Produce" in reader.open(f"/widgets/{widget.key}").text
    assert "Added" in alice.open(mine).words()


def test_looking_changes_nothing(people: People, alice: Page, dora: Page, carla: Page):
    people.switch_on()
    request_workable(alice)
    link = issue(dora)
    before = [db.session.scalars(db.select(Link)).one().state, count(Event), count(Credential)]
    for method in ("get", "head", "options"):
        for path in ("", "/way-in", "/details", "/check", "/done"):
            carla.client.open(link + path, method=method, headers={"Sec-Purpose": "prefetch"})
    db.session.rollback()
    assert [db.session.scalars(db.select(Link)).one().state, count(Event), count(Credential)] == before
    answer = carla.open(link).response
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(("seconds", "status"), [(604_799, 200), (604_800, 200), (604_801, 410)])
def test_the_week_is_exact(people: People, alice: Page, dora: Page, carla: Page, seconds: int, status: int):
    people.switch_on()
    with time_machine.travel(datetime(2026, 12, 1, 8, tzinfo=UTC), tick=False) as clock:
        people.app  # the same clock for the app
        alice, dora = people.browser("alice"), people.browser("dora")
        request_workable(alice)
        link = issue(dora)
        clock.shift(timedelta(seconds=seconds))
        assert people.browser(None).open(link).status == status


def test_four_closed_links_each_say_how_to_go_on(people: People, alice: Page, dora: Page, carla: Page, simulator):
    people.switch_on()
    request_workable(alice)
    first = issue(dora)
    second = issue(dora)
    assert "This link is no longer valid" in carla.open(first).words()
    assert "This link is not complete" in carla.open(second[:-3]).words()
    assert carla.status == 404
    with time_machine.travel(datetime.now(UTC) + WEEK + timedelta(seconds=2)):
        assert "This link has expired" in people.browser(None).open(second).words()
    complete(carla, second)
    carla.follow().submit(to="/finish").follow()
    assert "This link has been used" in carla.open(second).words()
    for link in (first, second, second[:-3]):
        carla.open(link).submit(to="/ask")
        assert "The service desk has been asked" in carla.words()
    assert "New link asked for" in dora.open("/service-desk").words() or "Established" in dora.words()


def test_refused_credentials_leave_the_link_usable(people: People, alice: Page, dora: Page, carla: Page, simulator):
    people.switch_on()
    request_workable(alice)
    link = issue(dora)
    complete(carla, link, token="not-the-token-of-anybody")
    assert carla.status == 422
    assert "Workable does not accept these credentials." in carla.words()
    assert count(Credential) == 0
    carla.submit({"access_token": workable.TOKEN}, to="/details").follow()
    assert "Is this the right account?" in carla.words()


def test_a_wrong_pair_gets_one_sentence_and_stores_nothing(
    people: People, alice: Page, dora: Page, carla: Page, simulator
):
    people.switch_on()
    request_workable(alice)
    complete(carla, issue(dora))
    carla.follow().submit(to="/finish").follow()
    found = db.session.scalars(db.select(ActivationRequest)).one()
    dora.open(f"/service-desk/requests/{found.id}").submit(to="/token")
    pair = dict(re.findall(r'<pre id="pair-(id|token)">([^<]+)</pre>', dora.text))
    sentences = set()
    connections.switch(people.elsewhere, True, people.actor)
    for browser, id, token in (
        (alice, pair["id"], "atsk_wrong"),
        (alice, "acc_" + "0" * 32, pair["token"]),
        (alice, pair["id"], ""),
        (alice, "", pair["token"]),
        (people.browser("eve"), pair["id"], pair["token"]),
    ):
        browser.open(f"{ATS}/other/add").submit({"name": "X", "id": id, "token": token}, to="/other/add")
        assert browser.status == 422
        sentences |= set(re.findall(r"ID and token do not fit together[^.]*\.", browser.words()))
        assert pair["token"] not in browser.text
    assert len(sentences) == 1
    assert count(Connection) == 0
    alice.open(f"{ATS}/other/add").submit({"name": "Stores", **pair}, to="/other/add").follow()
    assert "Stores is added." in alice.words()
    alice.open(f"{ATS}/other/add").submit({"name": "Again", **pair}, to="/other/add")
    assert "under the name “Stores”" in alice.words()


def test_showing_again_voids_the_token_before(people: People, alice: Page, dora: Page, carla: Page, simulator):
    people.switch_on()
    request_workable(alice)
    complete(carla, issue(dora))
    carla.follow().submit(to="/finish").follow()
    found = db.session.scalars(db.select(ActivationRequest)).one()
    pairs = []
    for _time in range(2):
        dora.open(f"/service-desk/requests/{found.id}").submit(to="/token")
        pairs.append(dict(re.findall(r'<pre id="pair-(id|token)">([^<]+)</pre>', dora.text)))
    assert pairs[0]["token"] != pairs[1]["token"]
    alice.open(f"{ATS}/other/add").submit({"name": "Old", **pairs[0]}, to="/other/add")
    assert alice.status == 422
    events = db.session.scalars(db.select(Event).where(Event.action == "token.shown")).all()
    assert len(events) == 2
    assert not any(pair["token"] in str(vars(event)) for pair in pairs for event in events)


def test_a_token_is_shown_only_to_somebody_who_signed_in_recently(
    people: People, alice: Page, dora: Page, carla, simulator
):
    people.switch_on()
    mine = request_workable(alice)
    complete(carla, issue(dora))
    carla.follow().submit(to="/finish").follow()
    found = db.session.scalars(db.select(ActivationRequest)).one()
    dora.open(f"/service-desk/requests/{found.id}").submit(to="/share").follow()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        assert "Sign in again" in alice.open(mine).words()
        assert "pair-token" not in alice.text


def test_an_ats_that_berth_does_not_have_opens_on_its_careers_page(
    people: People, alice: Page, dora: Page, carla, simulator
):
    people.switch_on()
    alice.open(f"{ATS}/requests/new")
    feed = "https://jobs.example.com/feed.xml"
    alice.submit({"ats": "Homegrown", "email": "carla@example.com", "address": feed}).follow()
    link = issue(dora)
    carla.open(link).submit(to="/start").follow()
    assert "Or choose your applicant tracking system" in carla.words()
    assert feed in carla.text, "the address that the request named is filled in"
    carla.submit({"ats": "job-feed"}, button="Continue").follow().follow()
    assert feed in carla.text
    carla.submit({"url": feed}, to="/details").follow()
    assert "Is this the right account?" in carla.words()
    assert "choose what is read from what" in carla.words()


def test_a_customer_has_the_careers_page_looked_at(people: People, alice: Page, dora: Page, carla: Page, simulator):
    people.switch_on()
    alice.open(f"{ATS}/requests/new")
    alice.submit({"ats": "Homegrown", "email": "carla@example.com", "address": ""}).follow()
    carla.open(issue(dora)).submit(to="/start").follow()
    carla.submit({"address": "https://nothing.example.com/"}, to="/look")
    assert carla.status == 422
    carla.submit({"address": "https://careers.example.com/"}, to="/look").follow()
    assert "Found: Greenhouse" in carla.words()
    carla.submit(to="/details").follow()
    assert "Is this the right account?" in carla.words()


def test_what_is_read_from_what_is_chosen_and_shown(people: People, alice: Page, dora: Page, carla: Page, simulator):
    people.switch_on()
    alice.open(f"{ATS}/requests/new")
    feed = "https://jobs.example.com/feed.xml"
    alice.submit({"ats": "Homegrown", "email": "carla@example.com", "address": feed}).follow()
    carla.open(issue(dora)).submit(to="/start").follow()
    carla.submit({"ats": "job-feed"}, button="Continue").follow().follow()
    carla.submit({"url": feed}, to="/details").follow()
    department = carla.words().partition("Department")[2].split()[0]
    assert department == "–", "this feed has a category and no department"
    carla.open(carla.path.replace("/check", "/details")).submit({"map-department": "category"}, to="/details").follow()
    assert carla.words().partition("Department")[2].split()[0] != "–"
    carla.open(carla.path.replace("/check", "/details"))
    assert 'value="category" selected' in carla.text


def test_help_is_asked_without_a_secret(people: People, alice: Page, dora: Page, carla: Page, simulator):
    people.switch_on()
    request_workable(alice)
    link = issue(dora)
    complete(carla, link, token="secret-token-that-nobody-sees")
    carla.submit(to="/help")
    dora.open(f"/service-desk/requests/{db.session.scalars(db.select(ActivationRequest)).one().id}")
    assert "northwind" in dora.words()
    assert "secret-token-that-nobody-sees" not in dora.text


def test_deleting_shows_at_the_desk_and_a_new_link_can_be_issued(
    people: People, alice: Page, dora: Page, carla, simulator
):
    people.switch_on()
    request_workable(alice)
    complete(carla, issue(dora))
    carla.follow().submit(to="/finish").follow()
    found = db.session.scalars(db.select(ActivationRequest)).one()
    dora.open(f"/service-desk/requests/{found.id}").submit(to="/token")
    pair = dict(re.findall(r'<pre id="pair-(id|token)">([^<]+)</pre>', dora.text))
    alice.open(f"{ATS}/other/add").submit({"name": "Stores", **pair}, to="/other/add").follow()
    made = db.session.scalars(db.select(Connection)).one()
    alice.open(f"{ATS}/connections/{made.id}/delete").submit(to="/delete").follow()
    assert "Deleted by the admin" in dora.open("/service-desk").words()
    assert count(Credential) == 0
    complete(carla, issue(dora))
    assert carla.status == 303
