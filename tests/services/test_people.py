"""People: organisations, passwords, sessions, invitations, and the one-time address that makes the first admin."""

from __future__ import annotations

import hashlib
import statistics
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import func, select

from tests.people import PASSWORD, People
from tests.services.conftest import ON_SQLITE
from webapp.extensions import db, now, transaction
from webapp.models import Event, Invitation, Organisation, User, UserSession
from webapp.models.people import MANAGE_INTEGRATIONS, MANAGE_USERS, MANAGE_WIDGETS, PERMISSIONS, ROLES
from webapp.services import people as service
from webapp.services import sessions, tokens
from webapp.services.events import COMMAND_LINE
from webapp.services.refusal import Refused

START = datetime(2026, 11, 25, 9, tzinfo=UTC)
ADMIN = list(ROLES["admin"][1])


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def refused(field: str | None, act, *arguments) -> str:
    with pytest.raises(Refused) as caught:
        act(*arguments)
    assert caught.value.field == field
    return str(caught.value)


# Organisations and users ------------------------------------------------------------------------------------------


def test_an_organisation_s_name_is_taken_whatever_its_case_and_spaces(app):
    service.create_organisation("  Northwind   Foods ", COMMAND_LINE)
    assert service.organisation_named("Northwind Foods") is not None
    assert "already" in refused("name", service.create_organisation, "NORTHWIND foods", COMMAND_LINE)
    assert "already" in refused("name", service.create_organisation, "Northwind\tFoods", COMMAND_LINE)
    for name in ("", " ", "\n", "n" * 101):
        refused("name", service.create_organisation, name, COMMAND_LINE)
    assert count(Organisation) == 1


@pytest.mark.parametrize(
    "email", ["", "a", "a@b", "a b@example.com", "@example.com", "a@", "a@b@c.de", "x" * 250 + "@a.de"]
)
@ON_SQLITE
def test_what_is_no_e_mail_address_is_refused(app, email: str):
    refused("email", service.create_user, None, email, "A", PASSWORD, (), True, COMMAND_LINE)
    assert count(User) == 0


def test_an_e_mail_address_belongs_to_one_user_in_all_organisations(people: People):
    for email in ("alice@example.com", " ALICE@Example.COM "):
        refused("email", service.create_user, people.elsewhere, email, "A", PASSWORD, (), False, COMMAND_LINE)
        refused("email", service.invite, people.elsewhere, email, ADMIN, COMMAND_LINE)
    assert count(User) == 4


@pytest.mark.parametrize("password", ["", "short", "elevenchars", "x" * 12, "abababababab", "AaAaAaAaAaAa", "y" * 129])
@ON_SQLITE
def test_a_password_that_is_short_long_or_easy_is_refused(app, password: str):
    refused("password", service.create_user, None, "a@example.com", "A", password, (), True, COMMAND_LINE)
    assert count(User) == 0


@pytest.mark.parametrize(
    "password",
    ["nine quiet herons", "  spaces count  ", "пароль и ещё слова", "🦩🦜🐧🦆🦉🦚 birds", ("a few words " * 11)[:128]],
)
@ON_SQLITE
def test_a_password_counts_unchanged_to_the_last_character(app, password: str):
    made = service.create_user(None, "a@example.com", "A", password, (), True, COMMAND_LINE)
    assert sessions.sign_in("A@example.com ", password, None, None) == made
    for other in (password + " ", password[:-1], password.upper() if password.islower() else password.swapcase()):
        if other != password:
            assert sessions.sign_in("a@example.com", other, None, None) is None
    assert password not in made.password_hash


@ON_SQLITE
def test_passwords_are_kept_by_argon2id_as_strong_as_is_asked(app, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()  # the real hasher
    parameters = extract_parameters(service._password("nine quiet herons"))
    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2


@ON_SQLITE
def test_a_password_is_hashed_anew_at_sign_in_when_the_cost_rises(people: People, monkeypatch: pytest.MonkeyPatch):
    before = people.alice.password_hash
    monkeypatch.setattr(sessions, "PASSWORDS", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert sessions.sign_in("alice@example.com", PASSWORD, None, None)
    after = db.session.get_one(User, people.alice.id).password_hash
    assert after != before
    assert "m=16,t=2" in after
    assert sessions.sign_in("alice@example.com", PASSWORD, None, None)
    assert db.session.get_one(User, people.alice.id).password_hash == after


def test_only_permissions_that_exist_are_held(people: People):
    odd = service.create_user(
        people.northwind,
        "odd@example.com",
        "Odd",
        PASSWORD,
        ("root", MANAGE_WIDGETS, "service_desk"),
        False,
        COMMAND_LINE,
    )
    assert odd.permissions == [MANAGE_WIDGETS]
    assert odd.role == "editor"
    assert not odd.service_desk
    assert people.alice.role == "admin"
    assert people.bob.role == "member"
    assert all(people.alice.may(permission) for permission in PERMISSIONS)
    assert not any(people.bob.may(permission) for permission in PERMISSIONS)


def test_without_an_organisation_no_permission_counts(people: People):
    desk = service.create_user(None, "desk@example.com", "Desk", PASSWORD, tuple(ADMIN), True, COMMAND_LINE)
    assert not any(desk.may(permission) for permission in PERMISSIONS)


def test_who_may_names_the_people_of_the_organisation_who_can_sign_in(people: People):
    assert service.who_may(people.northwind.id, MANAGE_USERS) == [people.alice]
    assert service.who_may(people.elsewhere.id, MANAGE_USERS) == [people.eve]
    with transaction():
        people.alice.disabled_at = now()
    assert service.who_may(people.northwind.id, MANAGE_USERS) == []
    assert {u.name for u in service.users_of(people.northwind)} == {"Alice", "Bob"}


# Sessions ---------------------------------------------------------------------------------------------------------


def signed_in(email: str = "alice@example.com") -> str:
    user = sessions.sign_in(email, PASSWORD, "192.0.2.7", "a browser")
    assert user is not None
    assert user.session_token
    return user.session_token


def test_signing_in_makes_a_row_that_holds_no_token(people: People):
    token = signed_in()
    assert len(token) >= 43, "256 random bits"
    row = db.session.scalars(select(UserSession)).one()
    assert row.id == hashlib.sha256(token.encode()).hexdigest()
    assert (row.user_id, row.address, row.agent) == (people.alice.id, "192.0.2.7", "a browser")
    assert sessions.user_of_session(token) == people.alice
    assert signed_in() != token
    event = db.session.scalars(select(Event).where(Event.action == "user.signed_in")).first()
    assert event is not None
    assert (event.actor, event.address, event.organisation_id) == (
        "alice@example.com",
        "192.0.2.7",
        people.northwind.id,
    )


@pytest.mark.parametrize("token", ["", "x", "a" * 64, "ü", "\0", "0" * 10_000])
@ON_SQLITE
def test_a_token_without_a_row_is_nobody_s(people: People, token: str):
    signed = signed_in()
    assert sessions.user_of_session(token) is None
    assert sessions.user_of_session(hashlib.sha256(signed.encode()).hexdigest()) is None, "the row's id is no token"


def test_wrong_password_unknown_person_and_disabled_person_are_not_signed_in(people: People):
    with transaction():
        people.bob.disabled_at = now()
    for email, password in (
        ("alice@example.com", "wrong"),
        ("alice@example.com", ""),
        ("alice@example.com", PASSWORD.upper()),
        ("nobody@example.com", PASSWORD),
        ("nobody@example.com", "nobody"),
        ("bob@example.com", PASSWORD),
        ("", ""),
    ):
        assert sessions.sign_in(email, password, None, None) is None, email
    assert count(UserSession) == 0


@ON_SQLITE
def test_somebody_unknown_takes_as_long_as_a_wrong_password(people: People, monkeypatch: pytest.MonkeyPatch):
    hasher = PasswordHasher(time_cost=2, memory_cost=4096, parallelism=1)
    monkeypatch.setattr(service, "PASSWORDS", hasher)
    monkeypatch.setattr(sessions, "PASSWORDS", hasher)
    monkeypatch.setattr(sessions, "_NOBODY", hasher.hash("nobody"))
    with transaction():
        people.alice.password_hash = hasher.hash(PASSWORD)
        people.bob.password_hash, people.bob.disabled_at = hasher.hash(PASSWORD), now()
    taken: dict[str, list[float]] = {"alice@example.com": [], "nobody@example.com": [], "bob@example.com": []}
    for _round in range(25):
        for email, times in taken.items():
            started = time.process_time()
            assert sessions.sign_in(email, "wrong password here", None, None) is None
            times.append(time.process_time() - started)
    known, unknown, disabled = (statistics.median(times) for times in taken.values())
    assert abs(known - unknown) < known / 3
    assert abs(known - disabled) < known / 3


def test_a_session_ends_after_its_idle_time_and_use_prolongs_it(people: People):
    with time_machine.travel(START, tick=False) as clock:
        token = signed_in()
        for _time in range(2):
            clock.shift(timedelta(minutes=119))
            assert sessions.user_of_session(token) == people.alice
        clock.shift(timedelta(minutes=120))
        assert sessions.user_of_session(token) == people.alice, "to the last second"
        clock.shift(timedelta(minutes=120, seconds=1))
        assert sessions.user_of_session(token) is None


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(people: People):
    with time_machine.travel(START, tick=False) as clock:
        token = signed_in()
        for _step in range(12):
            clock.shift(timedelta(hours=1))
            assert sessions.user_of_session(token) == people.alice
        clock.shift(timedelta(seconds=1))
        assert sessions.user_of_session(token) is None
        sessions.forget_old_sessions()
        assert count(UserSession) == 0


def test_a_session_that_fell_idle_is_forgotten_too(people: People):
    with time_machine.travel(START, tick=False) as clock:
        signed_in()
        clock.shift(timedelta(minutes=100))
        other = signed_in("bob@example.com")
        clock.shift(timedelta(minutes=21))
        sessions.forget_old_sessions()
        assert db.session.scalars(select(UserSession.id)).all() == [hashlib.sha256(other.encode()).hexdigest()]


def test_use_is_noted_once_a_minute_at_most(people: People):
    with time_machine.travel(START, tick=False) as clock:
        token = signed_in()
        clock.shift(timedelta(seconds=60))
        sessions.user_of_session(token)
        row = db.session.scalars(select(UserSession)).one()
        assert row.seen_at == START
        clock.shift(timedelta(seconds=1))
        sessions.user_of_session(token)
        db.session.expire_all()
        assert row.seen_at == START + timedelta(seconds=61)


def test_signing_out_ends_this_session_and_no_other(people: People):
    one, other = signed_in(), signed_in()
    user = sessions.user_of_session(one)
    assert user is not None
    sessions.sign_out(user)
    assert sessions.user_of_session(one) is None
    assert sessions.user_of_session(other) == people.alice


def test_somebody_disabled_or_deleted_is_out_at_once(people: People):
    alice, bob = signed_in(), signed_in("bob@example.com")
    with transaction() as session:
        people.alice.disabled_at = now()
        session.delete(people.bob)
    assert sessions.user_of_session(alice) is None
    assert sessions.user_of_session(bob) is None
    assert count(UserSession) == 1, "bob's went with him"


# One-time addresses -----------------------------------------------------------------------------------------------


def accept(token: str, purpose: str = service.INVITATION, email: str = "", **form: str) -> User:
    row = service.read_invitation(purpose, token)
    assert row is not None
    return service.accept(
        row, form.get("name", "Ines"), email, form.get("password", PASSWORD), form.get("organisation", ""), COMMAND_LINE
    )


def test_the_set_up_address_makes_the_first_admin_once(app):
    token = service.setup_token(COMMAND_LINE)
    assert token is not None
    user = accept(token, service.SETUP, "alice@example.com", organisation="Northwind Foods")
    assert user.organisation is not None
    assert user.organisation.name == "Northwind Foods"
    assert user.service_desk
    assert user.role == "admin"
    assert service.read_invitation(service.SETUP, token) is None
    assert service.setup_token(COMMAND_LINE) is None


def test_a_fresh_set_up_address_voids_the_earlier_ones(app):
    first, second = service.setup_token(COMMAND_LINE), service.setup_token(COMMAND_LINE)
    assert service.read_invitation(service.SETUP, first or "") is None
    assert service.read_invitation(service.SETUP, second or "") is not None


def test_a_set_up_address_is_good_for_a_day_and_for_nothing_once_there_is_a_user(app):
    with time_machine.travel(START, tick=False) as clock:
        token = service.setup_token(COMMAND_LINE) or ""
        clock.shift(timedelta(hours=24))
        row = service.read_invitation(service.SETUP, token)
        assert row is not None
        clock.shift(timedelta(seconds=1))
        assert service.read_invitation(service.SETUP, token) is None
        with pytest.raises(Refused):
            service.accept(row, "A", "a@example.com", PASSWORD, "Late Ltd", COMMAND_LINE)
        clock.shift(timedelta(seconds=-1))
        service.create_user(None, "desk@example.com", "Desk", PASSWORD, (), True, COMMAND_LINE)
        assert service.read_invitation(service.SETUP, token) is None
        with pytest.raises(Refused):
            service.accept(row, "A", "a@example.com", PASSWORD, "Second Ltd", COMMAND_LINE)
    assert count(Organisation) == 0
    assert count(User) == 1


def test_a_refused_set_up_names_the_field_makes_nothing_and_is_still_good(app):
    token = service.setup_token(COMMAND_LINE) or ""
    good = {"name": "Alice", "email": "alice@example.com", "password": PASSWORD, "organisation": "Northwind"}
    for field, bad in (("name", " "), ("email", "alice"), ("password", "short"), ("organisation", "")):
        with pytest.raises(Refused) as caught:
            accept(token, service.SETUP, **{**good, field: bad})
        assert caught.value.field == field
        assert (count(User), count(Organisation)) == (0, 0)
    accept(token, service.SETUP, **good)


def test_an_invitation_makes_the_user_it_is_for_and_no_other(people: People):
    token = service.invite(people.northwind, "Ines@Example.com", [MANAGE_WIDGETS, "root"], people.actor)
    user = accept(token, email="somebody-else@example.com", organisation="Another Ltd")
    assert user.email == "ines@example.com"
    assert user.organisation_id == people.northwind.id
    assert user.permissions == [MANAGE_WIDGETS]
    assert not user.service_desk
    assert service.read_invitation(service.INVITATION, token) is None
    assert count(Organisation) == 2


def test_an_invitation_is_good_for_seven_days_once_and_until_a_newer_one(people: People):
    with time_machine.travel(START, tick=False) as clock:
        first = service.invite(people.northwind, "ines@example.com", [], people.actor)
        second = service.invite(people.northwind, "ines@example.com", [], people.actor)
        assert service.read_invitation(service.INVITATION, first) is None
        assert [row.email for row in service.invitations_of(people.northwind)] == ["ines@example.com"]
        clock.shift(timedelta(days=7))
        assert service.read_invitation(service.INVITATION, second) is not None
        clock.shift(timedelta(seconds=1))
        assert service.read_invitation(service.INVITATION, second) is None
        assert service.invitations_of(people.northwind) == []


def test_an_invitation_s_address_is_no_set_up_address_and_the_other_way_round(people: People):
    token = service.invite(people.northwind, "ines@example.com", [], people.actor)
    row = service.read_invitation(service.INVITATION, token)
    assert row is not None
    assert service.read_invitation(service.SETUP, token) is None
    assert service.read_invitation(service.SETUP, tokens.issue(service.SETUP, row.id, row.expires_at)) is None


@pytest.mark.postgresql
@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_two_who_accept_at_once_make_one_user(people: People, app):
    token = service.invite(people.northwind, "ines@example.com", [], people.actor)
    together = threading.Barrier(4)
    outcomes: list[str] = []

    def try_it(number: int) -> None:
        with app.app_context():
            row = service.read_invitation(service.INVITATION, token)
            db.session.rollback()
            together.wait(10)
            try:
                service.accept(row, f"Ines {number}", "", PASSWORD, "", COMMAND_LINE)
                outcomes.append("made")
            except Refused:
                outcomes.append("refused")

    threads = [threading.Thread(target=try_it, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["made", "refused", "refused", "refused"]
    assert count(User) == 5


def test_an_organisation_and_its_first_admin_s_invitation_are_made_both_or_not_at_all(people: People):
    before = count(Event)
    for name, email, field in (
        ("Third Ltd", "no address", "email"),
        ("Third Ltd", "alice@example.com", "email"),
        ("northwind foods", "ines@example.com", "name"),
    ):
        refused(field, service.create_organisation_with_admin, name, email, ADMIN, COMMAND_LINE)
        assert (count(Organisation), count(Invitation), count(Event)) == (2, 0, before)
    made, token = service.create_organisation_with_admin("Third Ltd", "ines@example.com", ADMIN, COMMAND_LINE)
    assert accept(token).organisation_id == made.id
    assert service.who_may(made.id, MANAGE_INTEGRATIONS)[0].email == "ines@example.com"


def test_nothing_that_opens_a_door_is_in_the_audit_log(people: People):
    token = service.invite(people.northwind, "ines@example.com", ADMIN, people.actor)
    accept(token)
    session = signed_in()
    for event in db.session.scalars(select(Event)):
        told = f"{event.subject} {event.actor} {event.details} {event.action}"
        assert not any(secret in told for secret in (token, session, PASSWORD))
