"""The service desk: who may, requests recorded, every state and what is next, links mailed, no ATS credential."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.page import Page
from tests.people import People
from tests.services.conftest import ON_SQLITE, cheap_passwords  # noqa: F401 (a fixture)
from tests.simulator import workable
from webapp.extensions import db, now, transaction
from webapp.models import ActivationRequest, Connection, Event, Link
from webapp.services import connections, desk, linking, mail
from webapp.services.events import Actor
from webapp.views.rows import NEXT_FOR_ADMIN, NEXT_FOR_DESK, STATES

ATS = "/administration/integrations/ats"
DESK = "/service-desk"
DORA = Actor("dora@example.com", address="192.0.2.7")
CARLA = Actor("somebody with a link", address="192.0.2.9")
Mails = list[tuple[str, str, str]]


@pytest.fixture
def dora(people: People) -> Page:
    return people.browser("dora")


@pytest.fixture
def asked(people: People) -> ActivationRequest:
    people.switch_on()
    return desk.request_activation(people.northwind, "Workable", "", "carla@example.com", "", people.actor)


@pytest.fixture
def mails(app: Any, monkeypatch: pytest.MonkeyPatch) -> Mails:
    """What is posted, by an installation that has SMTP."""
    monkeypatch.setattr(app.config["BERTH"], "smtp_url", "smtp://localhost:2525")
    posted: Mails = []
    monkeypatch.setattr(mail, "post", lambda *message: posted.append(message))
    return posted


def renew() -> None:
    db.session.rollback()
    db.session.expire_all()


def finish(asked: ActivationRequest, people: People, token: str | None = None) -> None:
    """The customer completes the link, at the simulator."""
    link = linking.open_link(token or desk.issue_link(asked, DORA), None)
    linking.start(link)
    linking.choose_way_in(link, "workable")
    assert linking.check(link, {"subdomain": "northwind", "access_token": workable.TOKEN}, CARLA).passed
    linking.finish(link, False, CARLA)
    renew()


# Who may ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["alice", "bob", "eve"])
@ON_SQLITE
def test_to_everybody_else_the_desk_does_not_exist(people: People, asked: ActivationRequest, who: str):
    browser = people.browser(who)
    browser.open("/")
    csrf = browser.form("/logout")["fields"]
    one = f"{DESK}/requests/{asked.id}"
    for path in (DESK, f"{DESK}/requests/new", one, f"{DESK}/organisations"):
        assert browser.open(path, follow=False).status == 404, path
        assert "Workable" not in browser.words()
    before = [db.session.scalar(db.select(db.func.count()).select_from(t)) for t in (Link, Event, ActivationRequest)]
    posts = ("link", "revoke", "share", "token", "close")
    for path in (*(f"{one}/{verb}" for verb in posts), f"{DESK}/requests/new", f"{DESK}/organisations"):
        assert browser._ask("post", path, data=csrf).status_code == 404, path
    renew()
    after = [db.session.scalar(db.select(db.func.count()).select_from(t)) for t in (Link, Event, ActivationRequest)]
    assert after == before


@ON_SQLITE
def test_who_is_not_signed_in_is_sent_to_sign_in(people: People, asked: ActivationRequest):
    browser = people.browser(None)
    for path in (DESK, f"{DESK}/requests/{asked.id}", f"{DESK}/organisations"):
        assert browser.open(path).path.startswith("/login")


@ON_SQLITE
def test_another_organisation_s_admin_does_not_see_a_request(people: People, asked: ActivationRequest):
    eve = people.browser("eve")
    csrf = eve.open("/").form("/logout")["fields"]
    mine = f"{ATS}/requests/{asked.id}"
    assert eve.open(mine).status == 404
    assert [eve._ask("post", f"{mine}/{verb}", data=csrf).status_code for verb in ("token", "close")] == [404, 404]
    assert people.browser("bob").open(mine).status == 403


# Requests -----------------------------------------------------------------------------------------------------------


def test_the_desk_records_a_request_for_any_organisation(people: People, dora: Page):
    dora.open(DESK)
    dora.open(dora.link("Record a request"))
    for organisation, ats in ((people.northwind, "Workable"), (people.elsewhere, "Our own system")):
        dora.open(f"{DESK}/requests/new").submit(
            {"organisation": organisation.id, "ats": ats, "email": "carla@example.com", "note": "By telephone."}
        ).follow()
        assert "The request is recorded." in dora.words()
        assert organisation.name in dora.words()
        assert "By telephone." in dora.words()
        assert "Issue a magic link." in dora.words()
    page = dora.open(DESK).words()
    assert "Northwind Foods" in page
    assert "Elsewhere Ltd" in page
    known, unknown = db.session.scalars(db.select(ActivationRequest).order_by(ActivationRequest.created_at)).all()
    assert (known.ats, known.requested_by) == ("workable", "dora@example.com")
    assert (unknown.ats, unknown.ats_text) == (None, "Our own system")
    alice = people.browser("alice").open(ATS)
    assert "Waiting for the service desk" in alice.words()
    assert "Our own system" not in alice.words()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"organisation": ""}, "Choose one of the list."),
        ({"organisation": "0" * 32}, "Choose one of the list."),
        ({"ats": " "}, "Say which ATS it is, in up to 200 characters."),
        ({"ats": "x" * 201}, "Say which ATS it is, in up to 200 characters."),
        ({"address": "javascript:alert(1)"}, "This is no web address. It begins with https://."),
        ({"note": "x" * 2001}, "Shorten the note to 2,000 characters."),
        ({"email": "carla"}, "e-mail"),
    ],
)
@ON_SQLITE
def test_a_request_that_is_not_right_says_what_and_keeps_what_was_typed(
    people: People, dora: Page, wrong: dict[str, str], sentence: str
):
    right = {"organisation": people.northwind.id, "ats": "Workable", "email": "carla@example.com", "note": "Kept."}
    dora.open(f"{DESK}/requests/new").submit({**right, **wrong})
    assert dora.status == 422
    assert sentence in dora.words()
    assert "note" in wrong or "Kept." in dora.text
    assert db.session.scalar(db.select(db.func.count(ActivationRequest.id))) == 0


# Where it stands, and what is next ----------------------------------------------------------------------------------


@dataclass
class Road:
    """How a request gets into each of its states."""

    people: People
    asked: ActivationRequest

    def waiting(self) -> None:
        """Filed, and nothing more."""

    def issued(self) -> None:
        desk.issue_link(self.asked, DORA)

    def started(self) -> None:
        linking.start(linking.open_link(desk.issue_link(self.asked, DORA), None))

    def expired(self) -> None:
        desk.issue_link(self.asked, DORA)
        with transaction() as session:
            session.scalars(db.select(Link)).one().expires_at = now() - timedelta(seconds=1)

    def revoked(self) -> None:
        desk.issue_link(self.asked, DORA)
        desk.revoke(self.asked, DORA)

    def asked_again(self) -> None:
        self.revoked()
        renew()
        desk.ask_again(self.asked.link, CARLA)

    def established(self) -> None:
        finish(self.asked, self.people)

    def shared(self) -> None:
        self.established()
        desk.share(self.asked, DORA)

    def handed_over(self) -> None:
        self.shared()
        self.pair = desk.show(self.asked, self.people.actor)

    def done(self) -> None:
        self.handed_over()
        self.made = desk.add_connection(self.people.northwind, "Stores", *self.pair, self.people.actor)

    def deleted(self) -> None:
        self.done()
        connections.delete(self.made, self.people.actor)

    def closed(self) -> None:
        self.issued()
        desk.close(self.asked, DORA)


def test_every_state_has_words_and_a_next_step_for_both_sides():
    assert set(STATES) == set(NEXT_FOR_ADMIN) == set(NEXT_FOR_DESK)
    assert set(STATES) == {name for name in vars(Road) if not name.startswith("_")}


@pytest.mark.parametrize("state", STATES)
def test_both_sides_read_where_a_request_stands_and_what_is_next(
    people: People, asked: ActivationRequest, dora: Page, alice: Page, simulator, state: str
):
    getattr(Road(people, asked), state)()
    renew()
    assert asked.state == state
    for page, path, next_step in (
        (dora, f"{DESK}/requests/{asked.id}", NEXT_FOR_DESK[state]),
        (alice, f"{ATS}/requests/{asked.id}", NEXT_FOR_ADMIN[state]),
    ):
        page.open(path)
        assert STATES[state][1] in page.words()
        assert next_step in page.words()
    listed = state != "closed"
    dora.open(DESK)
    assert (STATES[state][1] in dora.words(), NEXT_FOR_DESK[state] in dora.words()) == (listed, listed)
    alice.open(ATS)
    asked_for = state not in ("closed", "done")
    assert (f"request-{asked.id}" in alice.text) == asked_for
    assert (STATES[state][1] in alice.words() and NEXT_FOR_ADMIN[state] in alice.words()) == asked_for
    buttons = {
        "waiting": "Issue magic link",
        **dict.fromkeys(("expired", "revoked", "asked_again", "deleted"), "Issue"),
        "established": "Share with the admins",
    }
    if state in buttons:
        dora.open(f"{DESK}/requests/{asked.id}").form(button=buttons[state])
    if state in ("shared", "handed_over"):
        alice.open(f"{ATS}/requests/{asked.id}").form(button="Show ID and token")


def test_a_relink_request_of_an_account_that_was_deleted_leads_to_a_hand_over_too(
    people: People, asked: ActivationRequest, dora: Page, simulator
):
    road = Road(people, asked)
    road.done()
    again = desk.request_relink(road.made, people.alice, people.actor)
    connections.delete(road.made, people.actor)
    renew()
    finish(again, people)
    assert again.state == "established"
    dora.open(f"{DESK}/requests/{again.id}").submit(to="/share").follow()
    assert "Ready to add" in dora.words()


@ON_SQLITE
def test_the_same_relink_is_asked_for_once(people: People, asked: ActivationRequest, simulator):
    road = Road(people, asked)
    road.done()
    first = desk.request_relink(road.made, people.alice, people.actor)
    assert desk.request_relink(road.made, people.alice, people.actor) is first


def test_closing_revokes_the_link_and_takes_the_request_off_both_lists(
    people: People, asked: ActivationRequest, dora: Page, alice: Page
):
    magic = f"/connect/{desk.issue_link(asked, DORA)}"
    dora.open(f"{DESK}/requests/{asked.id}").submit(to="/close").follow()
    assert "The request is closed." in dora.words()
    assert f"request-{asked.id}" not in dora.text
    assert f"request-{asked.id}" not in alice.open(ATS).text
    carla = people.browser(None).open(magic)
    assert "This link is no longer valid" in carla.words()
    carla.submit(to="/ask")
    renew()
    assert asked.state == "closed", "who was told that nothing more is done does not reopen it"


@pytest.mark.parametrize("side", ["desk", "admin"])
@ON_SQLITE
def test_nothing_is_handed_over_from_a_request_that_is_closed(
    people: People, asked: ActivationRequest, dora: Page, alice: Page, simulator, side: str
):
    Road(people, asked).shared()
    alice.open(f"{ATS}/requests/{asked.id}")
    dora.open(f"{DESK}/requests/{asked.id}")
    desk.close(asked, DORA)
    page = dora if side == "desk" else alice
    page.submit(to="/token").follow()
    assert "pair-token" not in page.text
    renew()
    assert asked.account.token_hash is None


@ON_SQLITE
def test_revoking_ends_the_link_and_a_new_one_can_be_issued(people: People, asked: ActivationRequest, dora: Page):
    magic = f"/connect/{desk.issue_link(asked, DORA)}"
    dora.open(f"{DESK}/requests/{asked.id}").submit(to="/revoke").follow()
    assert "The link is revoked." in dora.words()
    assert people.browser(None).open(magic).status == 410
    dora.submit(to="/link")
    fresh = re.search(r'<pre id="magic-link">https?://[^/]+([^<]+)</pre>', dora.text)[1]
    assert people.browser(None).open(fresh).status == 200
    actions = db.session.scalars(db.select(Event.action).where(Event.action.startswith("link."))).all()
    assert actions == ["link.issued", "link.revoked", "link.issued"]


# Mail ---------------------------------------------------------------------------------------------------------------


@ON_SQLITE
def test_a_link_is_mailed_to_the_contact_where_smtp_is_set(
    people: People, asked: ActivationRequest, dora: Page, mails: Mails
):
    dora.open(f"{DESK}/requests/{asked.id}")
    assert "Mail it to carla@example.com" in dora.words()
    dora.submit({"mail": "1"}, to="/link")
    address = re.search(r'<pre id="magic-link">([^<]+)</pre>', dora.text)[1]
    assert [(to, address in text) for to, _subject, text in mails] == [("carla@example.com", True)]
    dora.submit({"mail": ""}, to="/link")
    assert len(mails) == 1, "only where the box is ticked"


@ON_SQLITE
def test_without_smtp_the_desk_copies_the_link_and_no_mail_is_offered(
    people: People, asked: ActivationRequest, dora: Page, capsys: pytest.CaptureFixture[str]
):
    dora.open(f"{DESK}/requests/{asked.id}")
    assert "Mail it to" not in dora.words()
    dora.submit(to="/link")
    assert "Copy the link now" in dora.words()


@ON_SQLITE
def test_the_desk_is_told_of_what_happens_and_no_mail_holds_a_token(
    people: People, asked: ActivationRequest, simulator, mails: Mails
):
    finish(asked, people)
    desk.tell(asked.link, CARLA)
    renew()
    desk.share(asked, DORA)
    pair = desk.show(asked, people.actor)
    told = [to for to, _subject, _text in mails]
    assert told == ["dora@example.com", "alice@example.com"], "the customer told the desk, the desk shared"
    assert not [m for m in mails if pair[1] in str(m) or pair[0] in str(m) or workable.TOKEN in str(m)]


# Never a credential -------------------------------------------------------------------------------------------------


@ON_SQLITE
def test_the_desk_never_shows_a_credential_of_an_ats(
    people: People, asked: ActivationRequest, dora: Page, alice: Page, simulator
):
    road = Road(people, asked)
    canary = "canary-of-a-customer-that-nobody-sees"
    carla = people.browser(None)
    carla.open(f"/connect/{desk.issue_link(asked, DORA)}").submit(to="/start").follow()
    carla.submit({"way_in": "workable"}, button="Continue").follow()
    carla.submit({"subdomain": "northwind", "access_token": canary}, to="/details")
    carla.submit(to="/help")
    assert "The customer asks for help. Tried:" in dora.open(f"{DESK}/requests/{asked.id}").words()
    steps: list[Callable[[], object]] = [road.established, lambda: desk.share(asked, DORA), lambda: None]
    for step in steps:
        step()
        renew()
        for page, path in (
            (dora, DESK),
            (dora, f"{DESK}/requests/{asked.id}"),
            (alice, f"{ATS}/requests/{asked.id}"),
            (alice, ATS),
            (alice, "/administration/activity"),
        ):
            page.open(path)
            assert workable.TOKEN not in page.text, path
            assert canary not in page.text, path
    dora.open(f"{DESK}/requests/{asked.id}").submit(to="/token")
    assert "pair-token" in dora.text
    assert workable.TOKEN not in dora.text


@ON_SQLITE
def test_linked_accounts_stand_at_the_desk_with_health_and_age(
    people: People, asked: ActivationRequest, dora: Page, simulator
):
    finish(asked, people)
    words = dora.open(DESK).words()
    assert "Northwind Foods · Workable" in words
    assert "Works" in words
    assert "not read yet" in words
    with transaction():
        asked.account.health = "needs_relink"
        asked.account.read_at, asked.account.open_count = now(), 7
    words = dora.open(DESK).words()
    assert "Needs relink" in words
    assert "7 positions" in words
    assert db.session.scalar(db.select(db.func.count(Connection.id))) == 0
