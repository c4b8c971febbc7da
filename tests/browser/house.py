"""A furnished installation: connections in every state, widgets, people, links at every step of the flow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.browser.server import Berth
from tests.people import People
from webapp.connectors import CONNECTORS, CredentialsRejected
from webapp.extensions import now, transaction
from webapp.i18n import N_
from webapp.models import Connection, Link, LinkedAccount, Organisation
from webapp.models.accounts import NEEDS_RELINK
from webapp.services import connections, desk, linking, people, sync, widgets
from webapp.services.events import COMMAND_LINE

STORES = "Stores in North America and everything that belongs to them"
#: name of a connection → its ATS and way in.
CONNECTED = {
    "Headquarters": ("workable", "workable"),
    STORES: ("bamboohr", "bamboohr"),
    "Germany": ("personio", "personio-careers"),
    "Tech hub": ("greenhouse", "greenhouse-careers"),
    "Seasonal work": ("job-feed", "job-feed"),
}
UNFINISHED = "Logistics"
#: How far the manual set-up of an ATS has come.
REQUESTS = ("waiting", "issued", "asked again", "established", "shared", "done", "relink")


class House:
    """Ids and addresses of what was put there. `paths` are the link flow's pages by what they show."""

    def __init__(self, server: Berth) -> None:
        self.server = server
        self.paths: dict[str, str] = {}
        with server.app() as app:
            self.people = People(app)
            self.people.switch_on()
            self.actor = self.people.actor
            made = {name: self._connected(name, *kind) for name, kind in CONNECTED.items()}
            self.ids = {name: connection.id for name, connection in made.items()}
            self._states(made)
            self.ids[UNFINISHED] = connections.create(self.northwind, "personio", UNFINISHED, self.actor).id
            first = self._widget("Start page", [made["Headquarters"].id], 5)
            self.widget, self.key = first.id, first.key
            for name, chosen in (
                ("An empty list", []),
                ("Not active yet", [self.ids["Seasonal work"]]),
                ("All of them", [connection.id for connection in made.values()]),
            ):
                self.paths[f"widget: {name}"] = f"/widgets/{self._widget(name, chosen, 10).key}"
            self.requests = {what: self._request(what) for what in REQUESTS}
            self.invitation = people.invite(self.northwind, "new@example.com", ["manage_widgets"], COMMAND_LINE)
            self._links()

    @property
    def northwind(self) -> Organisation:
        return self.people.northwind

    def _widget(self, name: str, chosen: list[str], size: int) -> Any:
        return widgets.save(self.northwind, None, name, "Open positions", chosen, size, "newest", self.actor)

    def _connected(self, name: str, ats: str, way_in: str) -> Connection:
        connection = connections.create(self.northwind, ats, name, self.actor)
        linking.continue_set_up(connection, self.people.alice, self.actor)
        link = linking.newest(connection.account)
        self._accept(link, ats, way_in)
        linking.finish(link, False, self.actor)
        sync.run(connection.account_id)
        return connection

    def _accept(self, link: Link, ats: str, way_in: str) -> None:
        linking.choose_way_in(link, way_in)
        values = self.server.simulator.accounts["feed" if ats == "job-feed" else ats].try_with
        values = {f.name: values[f.name] for f in CONNECTORS[way_in].fields if f.name in values}
        report = linking.check(link, values, self.actor)
        assert report.passed, report.error

    def _states(self, made: dict[str, Connection]) -> None:
        """One active and well, one that needs a relink, one out of reach, one being read, one inactive."""
        simulator = self.server.simulator
        for name in ("Headquarters", STORES, "Germany", "Tech hub"):
            connections.activate(made[name], self.actor)
        connections.test(made["Headquarters"], self.actor)
        simulator.revoke("bamboohr")
        simulator.fault("boards-api.greenhouse.io", status=503)
        for name in (STORES, "Tech hub"):
            sync.sync_now(made[name])
            sync.run(made[name].account_id)
            connections.test(made[name], self.actor)
        simulator.restore("bamboohr")
        with transaction():
            reading = made["Germany"].account
            reading.lease_owner, reading.lease_until = "elsewhere", now() + timedelta(days=1)
            reading.progress_done, reading.progress_total = 7, 12
            for connection in made.values():
                connection.account.next_sync_at = now() + timedelta(days=1)

    def _request(self, what: str) -> str:
        """A request that has come so far; the last two have a connection under *Other ATS systems*."""
        ats, address = f"Lever of {what}", "https://jobs.lever.co/northwind"
        made = desk.request_activation(self.northwind, ats, address, "hr@example.com", "Thank you!", self.actor)
        if what == "waiting":
            return made.id
        self.paths[f"request {what}"] = f"/connect/{desk.issue_link(made, self.actor, choose=True)}"
        link = made.account and linking.newest(made.account)
        assert link
        if what == "issued":
            return made.id
        linking.start(link)
        if what == "asked again":
            desk.ask_for_help(link, "lever · lever-careers · northwind", self.actor)
            with transaction():
                link.revoked_at = now()
            desk.ask_again(link, self.actor)
            return made.id
        with transaction():
            link.established_at = made.established_at = now()
            made.account.ats, made.account.way_in = "lever", "lever-careers"
            made.account.config, made.account.remote_id, made.account.remote_name = {}, what, f"Northwind {what}"
            made.account.linked_at = made.account.read_at = now()
            made.account.health, made.account.next_sync_at = "ok", now() + timedelta(days=1)
        if what == "established":
            desk.tell(link, self.actor)
            return made.id
        desk.share(made, self.actor)
        if what == "shared":
            return made.id
        id, token = desk.show(made, self.actor)
        added = desk.add_connection(self.northwind, f"Added by ID, {what}", id, token, self.actor)
        self.ids[added.name] = added.id
        with transaction():
            added.account.next_sync_at = now() + timedelta(days=1)
        if what == "relink":
            with transaction():
                added.account.health = NEEDS_RELINK
                added.account.problem = CredentialsRejected(N_("The ATS does not accept these credentials.")).as_json()
            return desk.request_relink(added, self.people.alice, self.actor).id
        return made.id

    def _link(self, what: str, ats: str = "workable", path: str = "", admin: bool = False) -> Link:
        """A link to a linked account of its own, elsewhere; Eve's if `admin`. Its address is kept under `what`."""
        with transaction() as session:
            account = LinkedAccount(organisation_id=self.people.elsewhere.id, ats=ats)
            session.add(account)
        token = linking.issue(account, "connect", self.actor, self.people.eve if admin else None)
        self.paths[what] = f"/connect/{token}{path}"
        link = linking.newest(account)
        if not admin and what != "start":
            linking.start(link)
        return link

    def _links(self) -> None:
        self._link("start")
        self._link("way in", path="/way-in")
        for ats, way_in in (("workable", "workable"), ("workday", "workday"), ("ukg-pro-recruiting",) * 2):
            linking.choose_way_in(self._link(f"details of {ats}", ats, "/details"), way_in)
        self._accept(self._link("check", "bamboohr", "/check"), "bamboohr", "bamboohr-careers")
        unsure = self._link("check, unsure", "bamboohr", "/check")
        self._accept(unsure, "bamboohr", "bamboohr-careers")
        empty = self._link("check, without positions", "bamboohr", "/check")
        self._accept(empty, "bamboohr", "bamboohr-careers")
        done = [self._link("done", path="/done"), self._link("done, admin's", path="/done", admin=True)]
        used = [self._link("used"), self._link("used, admin's", admin=True)]
        with transaction():
            unsure.accepted = {**unsure.accepted, "unsure": True}
            empty.accepted = {**empty.accepted, "preview": [], "open_positions": 0}
            for link in done + used:
                link.established_at = now()
        late, revoked = self._link("expired"), self._link("revoked")
        with transaction():
            late.expires_at = now() - timedelta(minutes=1)
            revoked.revoked_at = now()
        self.paths["forged"] = "/connect/forged"
