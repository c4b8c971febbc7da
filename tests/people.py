"""The same people in every test: she may, he may not, she is from elsewhere."""

from __future__ import annotations

from typing import Any

from tests.page import Page
from webapp.models import Organisation, User
from webapp.models.people import ROLES
from webapp.services import connections
from webapp.services import people as service
from webapp.services.events import COMMAND_LINE, Actor

PASSWORD = "nine quiet herons wading"


class People:
    """Two organisations and four people who sign in; the customer needs no account."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.northwind = service.create_organisation("Northwind Foods", COMMAND_LINE)
        self.elsewhere = service.create_organisation("Elsewhere Ltd", COMMAND_LINE)
        self.alice = self._user("alice", self.northwind, "admin")
        self.bob = self._user("bob", self.northwind, "member")
        self.dora = self._user("dora", None, "member", service_desk=True)
        self.eve = self._user("eve", self.elsewhere, "admin")

    def _user(self, name: str, organisation: Organisation | None, role: str, service_desk: bool = False) -> User:
        return service.create_user(
            organisation, f"{name}@example.com", name.title(), PASSWORD, ROLES[role][1], service_desk, COMMAND_LINE
        )

    def switch_on(self) -> None:
        """Turn Northwind's integration on."""
        connections.switch(self.northwind, True, self.actor)

    @property
    def actor(self) -> Actor:
        """Alice, acting."""
        return Actor.of(self.alice, "127.0.0.1")

    def browser(self, name: str | None) -> Page:
        """A browser without JavaScript; signed in as the named person, or as nobody."""
        page = Page(self.app)
        if name:
            page.open("/login")
            page.submit({"email": f"{name}@example.com", "password": PASSWORD}, to="/login")
            assert page.status == 303, page.text
        return page
