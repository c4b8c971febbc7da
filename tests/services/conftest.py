"""What the tests of services share: passwords that cost nothing to hash, and accounts linked at the simulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from tests.people import People
from tests.simulator import Simulator, workable
from webapp.models import Connection, Link
from webapp.models.accounts import CONNECT
from webapp.services import connections, linking, sessions
from webapp.services import people as service

#: For what does not depend on the database.
ON_SQLITE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
WORKABLE = {"subdomain": "northwind", "access_token": workable.TOKEN}


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with the least it takes; its real cost is a claim of test_people.py."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(service, "PASSWORDS", hasher)
    monkeypatch.setattr(sessions, "PASSWORDS", hasher)
    monkeypatch.setattr(sessions, "_NOBODY", hasher.hash("nobody"))


def checked(people: People, name: str = "Headquarters", values: dict[str, str] | None = None, **how: Any) -> Link:
    """An unfinished connection whose link has been checked, as Alice does it. `how`: `ats`, `way_in`."""
    ats = how.get("ats", "workable")
    connection = connections.create(people.northwind, ats, name, people.actor)
    token = linking.issue(connection.account, CONNECT, people.actor, people.alice)
    link = linking.open_link(token, people.alice)
    linking.choose_way_in(link, how.get("way_in", ats))
    report = linking.check(link, WORKABLE if values is None else values, people.actor)
    assert report.passed, report.error
    return link


@pytest.fixture
def link_up(people: People, simulator: Simulator) -> Callable[..., Connection]:
    """Links an account at the simulator; Northwind's integration is on."""
    people.switch_on()

    def make(name: str = "Headquarters", values: dict[str, str] | None = None, **how: Any) -> Connection:
        link = checked(people, name, values, **how)
        linking.finish(link, False, people.actor)
        assert link.account.connection is not None
        return link.account.connection

    return make
