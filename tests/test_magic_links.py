"""Magic links against everything that reaches for them: scanners, robots, guessers, twenty people at once, the clock.

RELIABILITY.md section 3 (b); what a service alone can show stands in tests/services/test_linking.py.
"""

from __future__ import annotations

import hashlib
import json
import re
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from tests.page import Page
from tests.people import People
from tests.services.conftest import ON_SQLITE, cheap_passwords  # noqa: F401 (a fixture)
from tests.simulator import workable
from webapp.connectors import RemoteAccount
from webapp.connectors.workable import Workable
from webapp.extensions import db, limiter, now, transaction
from webapp.models import ActivationRequest, Connection, Credential, Event, Link, LinkedAccount
from webapp.models.accounts import CONNECT
from webapp.services import backup, connections, desk, linking, tokens, vault
from webapp.services.events import Actor
from webapp.services.linking import LinkClosed

ATS = "/administration/integrations/ats"
WEEK = timedelta(seconds=604_800)
DORA = Actor("dora@example.com", address="192.0.2.7")
CARLA = Actor("somebody with a link", address="192.0.2.9")
START = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.fixture
def asked(people: People) -> ActivationRequest:
    """Northwind's request for Workable, at the desk."""
    people.switch_on()
    return desk.request_activation(people.northwind, "Workable", "", "carla@example.com", "", people.actor)


@pytest.fixture
def magic(asked: ActivationRequest) -> str:
    """The path of the magic link that answers it."""
    return f"/connect/{desk.issue_link(asked, DORA)}"


@pytest.fixture
def carla(people: People) -> Page:
    return people.browser(None)


@pytest.fixture
def limited(app: Any) -> Iterator[None]:
    """Limits in rate hold, from nought on."""
    limiter.enabled = True
    limiter.reset()
    yield
    limiter.reset()
    limiter.enabled = False


def at_details(carla: Page, magic: str) -> Page:
    carla.open(magic)
    if "/start" in carla.text:
        carla.submit(to="/start").follow()
    if carla.path.endswith("/way-in"):
        carla.submit({"way_in": "workable"}, button="Continue").follow()
    return carla


def typed(carla: Page, magic: str, token: str = workable.TOKEN) -> Page:
    return at_details(carla, magic).submit({"subdomain": "northwind", "access_token": token}, to="/details")


def finished(carla: Page, magic: str) -> Page:
    typed(carla, magic).follow().submit(to="/finish")
    renew()
    return carla


def ask(page: Page, method: str, path: str, **options: Any) -> Any:
    """Ask as this browser without opening the answer as its page, in a context of its own as a server would."""
    return Context().run(getattr(page.client, method), path, base_url=page.base_url, **options)


def renew() -> None:
    """See what others committed."""
    db.session.rollback()
    db.session.expire_all()


def everything() -> str:
    """All rows of all tables."""
    db.session.rollback()
    return json.dumps(
        {t.name: sorted(str(tuple(r)) for r in db.session.execute(t.select())) for t in db.metadata.sorted_tables}
    )


def only(table: type) -> Any:
    renew()
    return db.session.scalars(db.select(table)).one()


def count(table: type, *conditions: Any) -> int:
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).select_from(table).where(*conditions)) or 0


# The clock ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["/finish", "/details"])
def test_a_link_that_runs_out_while_it_is_open_ends_on_the_expired_page_and_stores_nothing(
    people: People, simulator, to: str
):
    with time_machine.travel(START, tick=False) as clock:
        people.switch_on()
        asked = desk.request_activation(people.northwind, "Workable", "", "carla@example.com", "", people.actor)
        magic, carla = f"/connect/{desk.issue_link(asked, DORA)}", people.browser(None)
        clock.shift(WEEK - timedelta(minutes=1))
        typed(carla, magic).follow()
        if to == "/details":
            carla.open(magic + to)
        clock.shift(timedelta(minutes=2))
        before = everything()
        carla.submit({"subdomain": "northwind", "access_token": workable.TOKEN} if to == "/details" else {}, to=to)
        assert carla.status == 410
        assert "This link has expired" in carla.words()
        assert "Ask for a new link" in carla.words()
        assert everything() == before
        assert not only(LinkedAccount).is_linked
        assert vault.secrets_of(only(LinkedAccount)) == {}
        connections.discard_unfinished()
        assert count(Credential) == 0, "what was accepted and waited is destroyed"


@pytest.mark.parametrize("seconds", [-120, 120])
@ON_SQLITE
def test_clocks_that_differ_by_two_minutes_refuse_no_fresh_link(people: People, seconds: int):
    with time_machine.travel(START, tick=False) as clock:
        with transaction() as session:
            accounts = [LinkedAccount(organisation_id=people.northwind.id, ats="workable") for _ in range(200)]
            session.add_all(accounts)
        issued = [linking.issue(account, CONNECT, people.actor) for account in accounts]
        clock.shift(timedelta(seconds=seconds))
        assert [linking.open_link(token, None).state for token in issued] == ["issued"] * 200


@ON_SQLITE
def test_a_new_link_revokes_the_one_before_and_never_extends_it(people: People, carla: Page):
    with time_machine.travel(START, tick=False) as clock:
        asked = desk.request_activation(people.northwind, "Workable", "", "carla@example.com", "", people.actor)
        first = desk.issue_link(asked, DORA)
        clock.shift(timedelta(days=3))
        second = desk.issue_link(asked, DORA)
        old, new = db.session.scalars(db.select(Link).order_by(Link.created_at)).all()
        assert (old.state, old.expires_at) == ("revoked", START + WEEK)
        assert (new.state, new.expires_at) == ("issued", START + timedelta(days=3) + WEEK)
        assert carla.open(f"/connect/{first}").status == 410
        clock.move_to(START + timedelta(days=3) + WEEK)
        assert carla.open(f"/connect/{second}").status == 200
        clock.shift(timedelta(seconds=1))
        assert carla.open(f"/connect/{second}").status == 410


@ON_SQLITE
def test_a_form_left_open_for_two_hours_still_submits(people: People, asked: ActivationRequest, magic: str, simulator):
    with time_machine.travel(now(), tick=False) as clock:
        carla = at_details(people.browser(None), magic)
        clock.shift(timedelta(hours=2))
        carla.submit({"subdomain": "northwind", "access_token": workable.TOKEN}, to="/details")
        assert carla.status == 303
        clock.shift(timedelta(hours=2))
        assert carla.follow().submit(to="/finish").status == 303


@ON_SQLITE
def test_a_form_is_taken_over_https_with_the_referrer_that_the_policy_sends(people: People, magic: str, carla: Page):
    page = Page(people.app, "https://127.0.0.1").open(magic)
    fields = page.form("/start")["fields"]
    address = f"https://127.0.0.1{magic}"
    assert page.response.headers["Referrer-Policy"] == "same-origin"
    answer = ask(page, "post", f"{magic}/start", data=fields, headers={"Referer": address})
    assert answer.status_code == 303
    foreign = ask(page, "post", f"{magic}/start", data=fields, headers={"Referer": "https://elsewhere.example/"})
    assert foreign.status_code == 400


# Looking, and clicking without typing -------------------------------------------------------------------------------

AGENTS = (
    {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
    {"User-Agent": "Mozilla/5.0 (compatible; Microsoft Defender for Office 365 Safe Links)"},
    {"User-Agent": "curl/8.9.1", "Accept": "*/*"},
    {"User-Agent": "Mozilla/5.0", "Sec-Purpose": "prefetch;prerender"},
    {"User-Agent": "Mozilla/5.0", "Purpose": "preview"},
    {"User-Agent": "Mozilla/5.0", "X-Moz": "prefetch", "HX-Request": "true"},
)
STEPS = ("", "/ats", "/way-in", "/details", "/merge", "/check", "/done")


@ON_SQLITE
def test_a_thousand_looks_from_fifty_addresses_leave_the_database_as_it_was(people: People, magic: str):
    scanner = people.browser(None)
    before = everything()
    for look in range(1000):
        answer = ask(
            scanner,
            ("get", "head", "options")[look % 3],
            magic + STEPS[look % len(STEPS)],
            headers=AGENTS[look % len(AGENTS)],
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{look % 50}"},
        )
        assert answer.status_code in (200, 303), answer.status_code
    assert everything() == before
    assert ask(scanner, "get", ATS).headers["Location"].startswith("/login"), "a link gives no rights of a user"


def press_everything(robot: Page, magic: str) -> list[int]:
    """Post every form of every page, and every address that takes a POST, with the fields empty."""
    statuses = []
    for step in STEPS:
        robot.open(magic + step)
        csrf = [form["fields"]["csrf_token"] for form in robot.reader.forms if form["method"].lower() == "post"]
        forms = [form["action"] or robot.path for form in robot.reader.forms if form["method"].lower() == "post"]
        for address in forms:
            statuses.append(ask(robot, "post", address, data={"csrf_token": csrf[0]}).status_code)
    rules = [r for r in robot.client.application.url_map.iter_rules() if r.endpoint.startswith("connect.")]
    for rule in rules:
        if "POST" in rule.methods:
            address = magic + rule.rule.removeprefix("/connect/<token:token>")
            statuses.append(ask(robot, "post", address, data={"csrf_token": csrf[0]}).status_code)
    return statuses


@pytest.mark.parametrize("choose", [False, True])
def test_a_robot_that_presses_every_button_with_empty_fields_uses_nothing_up(
    people: People, asked: ActivationRequest, carla: Page, simulator, choose: bool
):
    magic = f"/connect/{desk.issue_link(asked, DORA, choose=choose)}"
    robot = people.browser(None)
    for _round in range(3):
        statuses = press_everything(robot, magic)
        assert max(statuses) < 500
        assert 410 not in statuses
    assert only(Link).state == "started", "Start has no field: a robot that presses it has started, no more"
    assert count(Credential) == 0
    assert not only(LinkedAccount).is_linked
    assert count(Event, Event.action.in_(("account.linked", "link.told"))) == 0
    carla.open(magic)
    if choose:
        carla.submit({"ats": "workable"}, button="Continue").follow()
    assert finished(carla, magic).status == 303
    assert only(LinkedAccount).is_linked


@ON_SQLITE
def test_credentials_refused_ten_times_leave_the_link_open(people: People, magic: str, carla: Page, simulator):
    at_details(carla, magic)
    for attempt in range(10):
        carla.submit({"subdomain": "northwind", "access_token": f"wrong-canary-{attempt}-xxxxxxxx"}, to="/details")
        assert carla.status == 422
        assert "Workable does not accept these credentials." in carla.words()
        assert "wrong-canary" not in carla.text
    assert only(Link).state == "started"
    assert count(Credential) == 0
    assert "wrong-canary" not in everything()
    assert finished(carla, magic).status == 303


# Once ---------------------------------------------------------------------------------------------------------------


def test_a_hundred_replays_of_a_used_link_change_nothing(
    people: People, magic: str, carla: Page, simulator, monkeypatch
):
    typed(carla, magic).follow()
    form = carla.form("/finish")["fields"]
    carla.submit(to="/finish")
    pressed = {"subdomain": "northwind", "access_token": workable.TOKEN, "way_in": "workable", "ats": "workable"}
    before, asked_then = everything(), len(simulator.requests)
    for attempt in range(100):
        to = ("/finish", "/details", "/start", "/way-in", "/ats", "/merge", "/merge/exchange", "/help")[attempt % 8]
        answer = ask(carla, "post", magic + to, data={**form, **pressed, "confirmed": "1"})
        assert answer.status_code == 410, to
        assert "This link has been used" in answer.get_data(as_text=True)
    for step in STEPS[:-1]:
        page = carla.open(magic + step)
        assert page.status == 410
        for detail in ("Northwind", "northwind", "Workable", "carla@example.com"):
            assert detail not in page.text
    assert everything() == before
    assert len(simulator.requests) == asked_then, "no ATS is asked either"


def _waiting(people: People, number: int) -> Link:
    """A magic link whose details were accepted, of a remote account of its own."""
    asked = desk.request_activation(people.northwind, "Workable", "", "carla@example.com", "", people.actor)
    token = desk.issue_link(asked, DORA)
    link = linking.open_link(token, None)
    linking.start(link)
    linking.choose_way_in(link, "workable")
    with transaction() as session:
        link.accepted = {
            "way_in": "workable",
            "config": {"subdomain": f"northwind-{number}"},
            "remote_id": f"northwind-{number}",
            "remote_name": "Northwind Foods",
            "open_positions": 1,
            "preview": [],
            "steps": [],
            "unsure": False,
        }
        vault.store(session, link.account, {"access_token": workable.TOKEN}, link.id)
    return link


def test_of_twenty_people_who_finish_at_once_exactly_one_links_the_account(app, people: People):
    rounds, many = (10 if db.engine.dialect.name == "sqlite" else 50), 20
    clients = [app.test_client() for _ in range(many)]
    first = _waiting(people, 0)
    path = f"/connect/{tokens.issue('link', first.id, first.expires_at)}"
    csrf = []
    for client in clients:
        page = Context().run(client.get, f"{path}/check").get_data(as_text=True)
        csrf.append(re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1])
    db.session.rollback()
    together = threading.Barrier(many)

    def press(number: int, address: str) -> tuple[int, str]:
        together.wait(30)
        answer = clients[number].post(f"{address}/finish", data={"csrf_token": csrf[number]})
        return answer.status_code, answer.get_data(as_text=True)

    with ThreadPoolExecutor(many) as pool:
        for number in range(rounds):
            link = first if number == 0 else _waiting(people, number)
            link_id, account_id = link.id, link.account_id
            address = f"/connect/{tokens.issue('link', link.id, link.expires_at)}"
            db.session.rollback()
            answers = list(pool.map(press, range(many), [address] * many))
            assert sorted(status for status, _page in answers) == [303] + [410] * (many - 1)
            assert all("This link has been used" in page for status, page in answers if status == 410)
            db.session.rollback()
            db.session.expire_all()
            account = db.session.get_one(LinkedAccount, account_id)
            assert (account.remote_id, account.is_linked) == (f"northwind-{number}", True)
            assert count(Credential, Credential.account_id == account_id) == 1
            assert count(Event, Event.action == "account.linked", Event.subject_id == account_id) == 1
            assert db.session.get_one(Link, link_id).state == "established"
    assert count(LinkedAccount) == count(LinkedAccount, LinkedAccount.linked_at.is_not(None)) == rounds


def test_a_link_revoked_at_the_last_step_answers_so_at_once_and_stores_nothing(
    people: People, asked: ActivationRequest, magic: str, carla: Page, simulator
):
    typed(carla, magic).follow()
    desk.revoke(asked, DORA)
    before = everything()
    started = time.monotonic()
    carla.submit(to="/finish")
    assert time.monotonic() - started <= 1
    assert carla.status == 410
    assert "This link is no longer valid" in carla.words()
    answer = ask(
        carla,
        "post",
        f"{magic}/details",
        data={**carla.form("/ask")["fields"], "subdomain": "northwind", "access_token": workable.TOKEN},
    )
    assert answer.status_code == 410
    assert everything() == before
    assert count(Credential) == 0
    assert not only(LinkedAccount).is_linked


# Whose --------------------------------------------------------------------------------------------------------------


def test_ids_of_another_organisation_in_any_field_reach_nothing_of_it(
    people: People, magic: str, carla: Page, simulator
):
    theirs = desk.request_activation(people.elsewhere, "Workable", "", "erik@example.com", "", DORA)
    their_token = desk.issue_link(theirs, DORA)
    their_link = linking.open_link(their_token, None)
    foreign = {
        **dict.fromkeys(("account", "account_id", "id"), their_link.account_id),
        **dict.fromkeys(("link", "link_id"), their_link.id),
        **dict.fromkeys(("organisation", "organisation_id"), people.elsewhere.id),
        **dict.fromkeys(("request", "request_id"), theirs.id),
        "token": their_token,
        "audience": "admin",
    }

    def of_theirs() -> list[str]:
        db.session.rollback()
        tables = [t for t in db.metadata.sorted_tables if "organisation_id" in t.c]
        rows = [
            r for t in tables for r in db.session.execute(t.select().filter_by(organisation_id=people.elsewhere.id))
        ]
        return sorted(map(str, rows))

    before = of_theirs()
    carla.open(f"{magic}?token={their_token}&link_id={their_link.id}").submit(foreign, to="/start").follow()
    carla.submit({**foreign, "way_in": "workable"}, button="Continue").follow()
    carla.submit({**foreign, "subdomain": "northwind", "access_token": workable.TOKEN}, to="/details").follow()
    carla.submit(foreign, to="/finish").follow()
    carla.submit(foreign, to="/tell").follow()
    carla.open(magic).submit(foreign, to="/ask")
    assert of_theirs() == before
    linked = db.session.scalars(db.select(LinkedAccount).where(LinkedAccount.linked_at.is_not(None))).one()
    assert linked.organisation_id == people.northwind.id
    assert count(Credential, Credential.account_id == their_link.account_id) == 0


@ON_SQLITE
def test_the_pair_of_one_organisation_adds_nothing_in_another(
    people: People, asked: ActivationRequest, magic: str, carla: Page, simulator
):
    finished(carla, magic)
    id, token = desk.show(asked, DORA)
    connections.switch(people.elsewhere, True, people.actor)
    eve = people.browser("eve").open(f"{ATS}/other/add")
    eve.submit({"name": "Mine", "id": id, "token": token}, to="/other/add")
    assert eve.status == 422
    assert "ID and token do not fit together." in eve.words()
    assert count(Connection) == 0


def test_a_relink_link_to_another_account_is_refused_with_both_names(
    people: People, asked: ActivationRequest, magic: str, carla: Page, simulator, monkeypatch
):
    finished(carla, magic)
    made = desk.add_connection(people.northwind, "Stores", *desk.show(asked, DORA), people.actor)
    again = desk.request_relink(made, people.alice, people.actor)
    relink = f"/connect/{desk.issue_link(again, DORA)}"
    was = (made.name, made.account.public_id, made.account.token_hash, vault.secrets_of(made.account))
    monkeypatch.setattr(Workable, "account", lambda self: RemoteAccount("other", "Other Foods"))
    typed(carla, relink)
    assert carla.status == 422
    sentence = "This is another account: Other Foods. The connection is to Northwind Foods, and was not changed."
    assert sentence in carla.words()
    db.session.rollback()
    assert (made.name, made.account.public_id, made.account.token_hash, vault.secrets_of(made.account)) == was
    assert only_open(again) == "started"


def only_open(asked: ActivationRequest) -> str:
    db.session.rollback()
    db.session.expire_all()
    return asked.link.state


# What is told, and what is not --------------------------------------------------------------------------------------


def test_the_token_of_a_link_stands_nowhere_but_in_its_address(
    people: People,
    asked: ActivationRequest,
    magic: str,
    carla: Page,
    simulator,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level("DEBUG")
    token = magic.removeprefix("/connect/")
    typed(carla, magic, "a-wrong-token-of-nobody")
    carla.submit(to="/help")
    finished(carla, magic).follow().submit(to="/tell").follow()
    carla.open(magic).submit(to="/ask")
    assert token not in carla.text
    assert token not in carla.open(magic + "x").text.replace(magic + "x", "")
    page = carla.open(magic)
    assert page.status == 410
    assert page.text.count(token) == page.text.count(f'action="{magic}/ask"') == 1
    carla.open(f"{magic}/nowhere")
    assert carla.status == 404
    assert token not in carla.text
    alice, dora = people.browser("alice"), people.browser("dora")
    pages = [alice.open(f"{ATS}/requests/{asked.id}"), alice.open("/administration/activity"), alice.open(ATS)]
    pages += [dora.open("/service-desk"), dora.open(f"/service-desk/requests/{asked.id}")]
    assert not [p.path for p in pages if token in p.text]
    csv = alice.open("/administration/activity/events.csv").response.get_data(as_text=True)
    assert token not in csv
    assert token not in everything()
    assert token not in caplog.text
    if db.engine.dialect.name == "sqlite":
        backup.write(str(tmp_path / "copy"))
        assert token.encode() not in (tmp_path / "copy").read_bytes()
        assert workable.TOKEN.encode() not in (tmp_path / "copy").read_bytes()


def test_every_step_of_a_link_is_an_event_without_a_secret(
    people: People, asked: ActivationRequest, magic: str, carla: Page, simulator
):
    finished(carla, magic).follow().submit(to="/tell").follow()
    desk.share(asked, DORA)
    _id, token = desk.show(asked, DORA)
    db.session.rollback()
    found = db.session.scalars(db.select(Event).order_by(Event.id)).all()
    told = [event.action for event in found if event.action.split(".")[0] in ("request", "link", "account", "token")]
    assert told == [
        *("request.filed", "link.issued", "link.accepted", "account.linked", "link.told"),
        *("token.shared", "token.shown"),
    ]
    assert {e.organisation_id for e in found if e.action in told} == {people.northwind.id}
    text = " ".join(str(vars(event)) for event in found)
    for secret in (token, hashlib.sha256(token.encode()).hexdigest(), workable.TOKEN, magic.removeprefix("/connect/")):
        assert secret not in text


@ON_SQLITE
def test_a_token_is_kept_as_its_hash_only_and_shown_on_no_second_look(
    people: People, asked: ActivationRequest, magic: str, carla: Page, simulator
):
    finished(carla, magic)
    dora = people.browser("dora").open(f"/service-desk/requests/{asked.id}")
    token = re.search(r'<pre id="pair-token">([^<]+)</pre>', dora.submit(to="/token").text)[1]
    assert dora.response.headers["Cache-Control"] == "no-store"
    assert token not in everything()
    assert token not in dora.open(f"/service-desk/requests/{asked.id}").text
    alice = people.browser("alice").open(f"{ATS}/requests/{asked.id}")
    assert token not in alice.text
    assert "Show ID and token" not in alice.words(), "not shared yet"
    assert ask(alice, "post", f"{ATS}/requests/{asked.id}/token", data=_csrf(alice)).status_code == 404


def _csrf(page: Page) -> dict[str, str]:
    return {"csrf_token": page.form("/close")["fields"]["csrf_token"]}


@ON_SQLITE
def test_what_is_forged_expired_or_revoked_tells_a_guesser_nothing(
    people: People, asked: ActivationRequest, magic: str, carla: Page
):
    gone = tokens.issue("link", "0" * 32, now() + WEEK)
    second = f"/connect/{desk.issue_link(asked, DORA)}"
    forged = [
        f"/connect/{gone}",
        "/connect/x",
        f"/connect/{'a' * 200}",
        second[:-1],
        second + "A",
        second + "=",
        "/connect/%3Cb%3E",
    ]
    pages = set()
    for path in forged:
        page = carla.open(path)
        assert page.status == 404, path
        assert "Ask for a new link" in page.words(), path
        words = re.sub(r'<input[^>]*csrf_token[^>]*>|action="[^"]*"', "", page.text)
        pages.add(words)
    assert len(pages) == 1, "one page for whatever is forged"
    texts = [carla.open(magic).text]
    with time_machine.travel(now() + WEEK + timedelta(seconds=5)):
        texts.append(people.browser(None).open(second).text)
    assert "no longer valid" in texts[0]
    assert "has expired" in texts[1]
    link = only_newest()
    for text in (*texts, *pages):
        for detail in ("Northwind", "Workable", "carla@", "alice", "dora", link.id, link.account_id, asked.id):
            assert detail not in text


def only_newest() -> Link:
    db.session.rollback()
    return db.session.scalars(db.select(Link).order_by(Link.created_at.desc())).first()


@ON_SQLITE
def test_asking_for_a_new_link_answers_the_same_whatever_the_link_was(
    people: People, asked: ActivationRequest, magic: str, carla: Page
):
    desk.revoke(asked, DORA)
    answers = set()
    for path in (magic, magic[:-1], f"/connect/{tokens.issue('link', '0' * 32, now() + WEEK)}"):
        carla.open(path).submit(to="/ask")
        answers.add((carla.status, re.sub(r"<input[^>]*csrf_token[^>]*>", "", carla.text)))
    assert len(answers) == 1
    assert only(ActivationRequest).state == "asked_again"


@ON_SQLITE
def test_forged_links_of_either_kind_take_the_same_time(people: People, magic: str):
    unknown = tokens.issue("link", "0" * 32, now() + WEEK)
    unsigned = unknown[:-4] + "AAAA"
    took: dict[str, list[float]] = {unknown: [], unsigned: []}
    for _ in range(500):
        for token, times in took.items():
            started = time.perf_counter()
            with pytest.raises(LinkClosed):
                linking.open_link(token, None)
            times.append(time.perf_counter() - started)
    medians = [statistics.median(times) for times in took.values()]
    assert abs(medians[0] - medians[1]) <= 0.005


@ON_SQLITE
def test_ten_thousand_guesses_hit_nothing(people: People, magic: str):
    token = magic.removeprefix("/connect/")
    payload, signature = token.rsplit(".", 1)
    digest = hashlib.sha256
    guesses = (f"{payload}.{digest(str(n).encode()).hexdigest()[: len(signature)]}" for n in range(10_000))
    assert not any(tokens.read("link", guess) for guess in guesses)


@ON_SQLITE
@pytest.mark.usefixtures("limited")
def test_a_guesser_is_stopped_after_120_a_minute_and_nobody_else(people: People, magic: str):
    guesser = people.browser(None)

    def look(path: str, address: str) -> Any:
        return ask(guesser, "get", path, environ_overrides={"REMOTE_ADDR": address})

    assert [look(f"/connect/guess-{n}", "192.0.2.66").status_code for n in range(120)] == [404] * 120
    stopped = look(f"/connect/guess-{121}", "192.0.2.66")
    assert stopped.status_code == 429
    assert 1 <= int(stopped.headers["Retry-After"]) <= 60
    assert look(magic, "192.0.2.66").status_code == 429
    assert look(magic, "192.0.2.67").status_code == 200


@ON_SQLITE
@pytest.mark.parametrize("to", ["/ask", "/help"])
@pytest.mark.usefixtures("limited")
def test_asking_the_desk_is_limited_to_five_a_minute(people: People, asked: ActivationRequest, magic: str, to: str):
    carla = at_details(people.browser(None), magic)
    fields = carla.form("/help")["fields"]
    assert [ask(carla, "post", magic + to, data=fields).status_code for _ in range(6)] == [200] * 5 + [429]


@ON_SQLITE
@pytest.mark.usefixtures("limited")
def test_ten_wrong_pairs_a_minute_are_the_end_even_for_the_right_one(
    people: People, asked: ActivationRequest, magic: str, simulator
):
    finished(people.browser(None), magic)
    id, token = desk.show(asked, DORA)
    alice = people.browser("alice").open(f"{ATS}/other/add")
    for number in range(10):
        alice.submit({"name": "X", "id": id, "token": f"atsk_{number}"}, to="/other/add")
        assert alice.status == 422
    fields = {**alice.form("/other/add")["fields"], "name": "X", "id": id, "token": token}
    stopped = ask(alice, "post", f"{ATS}/other/add", data=fields)
    assert stopped.status_code == 429
    assert int(stopped.headers["Retry-After"]) >= 1
    assert count(Connection) == 0
    limiter.reset()
    assert ask(alice, "post", f"{ATS}/other/add", data=fields).status_code == 303


@ON_SQLITE
def test_no_page_of_a_link_is_indexed_kept_or_framed(
    people: People, asked: ActivationRequest, magic: str, carla: Page, simulator
):
    def judge(page: Page) -> None:
        headers = page.response.headers
        assert headers["X-Robots-Tag"] == "noindex, nofollow", page.path
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "merge.dev" not in headers["Content-Security-Policy"]

    old, new = magic, f"/connect/{desk.issue_link(asked, DORA)}"
    for path in (old, new, new[:-1], "/connect/forged="):
        judge(carla.open(path))
    judge(at_details(carla, new))
    judge(typed(carla, new).follow())
    judge(carla.submit(to="/finish").follow())
    judge(carla.open(new))
    judge(carla.submit(to="/ask"))
    with time_machine.travel(now() + WEEK + timedelta(seconds=5)):
        other = f"/connect/{desk.issue_link(asked, DORA)}"
    with time_machine.travel(now() + 3 * WEEK):
        judge(people.browser(None).open(other))


@ON_SQLITE
def test_a_used_link_can_be_asked_for_anew_and_the_desk_sees_it(
    people: People, asked: ActivationRequest, magic: str, carla: Page, simulator
):
    finished(carla, magic)
    carla.open(magic).submit(to="/ask")
    assert "The service desk has been asked" in carla.words()
    dora = people.browser("dora")
    assert "New link asked for" in dora.open("/service-desk").words()
    assert "Issue a new link: the customer asked for it." in dora.open(f"/service-desk/requests/{asked.id}").words()
    desk.issue_link(asked, DORA)
    assert "New link asked for" not in dora.open("/service-desk").words()


@ON_SQLITE
def test_a_link_fixed_anew_to_the_ats_of_the_request_forgets_the_way_into_another(
    people: People, asked: ActivationRequest, carla: Page, simulator
):
    open_choice = f"/connect/{desk.issue_link(asked, DORA, choose=True)}"
    carla.open(open_choice).submit(to="/start").follow()
    carla.submit({"ats": "bamboohr"}, button="Continue").follow()
    carla.submit({"way_in": "bamboohr"}, button="Continue").follow()
    assert only_newest().way_in == "bamboohr"
    fixed = f"/connect/{desk.issue_link(asked, DORA)}"
    assert only_newest().way_in is None
    assert finished(carla, fixed).status == 303
    assert (only(LinkedAccount).ats, only(LinkedAccount).way_in) == ("workable", "workable")
