"""Every address × every method × everybody: who may, what the others get, and that nothing changed for them.

tests/authz.toml says what is expected; an address without an entry fails. The database makes no difference here, so all
of it runs on SQLite, in one world that is put back after every call that changed it.
"""

from __future__ import annotations

import base64
import re
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
import time_machine
from argon2 import PasswordHasher
from flask_migrate import upgrade

from tests.page import _Reader
from tests.people import PASSWORD, People
from tests.simulator import Simulator, bamboohr, workable
from webapp import config, create_app
from webapp.connectors._dial import Dialling
from webapp.extensions import csrf, db, limiter, new_id, transaction
from webapp.models import Connection, Organisation, Position, User
from webapp.models.accounts import CONNECT
from webapp.services import connections, desk, linking, people, sessions, sync, tokens, widgets
from webapp.services.events import COMMAND_LINE, Actor

TABLE = tomllib.loads((Path(__file__).parent / "authz.toml").read_text())
ENDPOINTS: dict[str, dict[str, Any]] = TABLE["endpoints"]
ROLES = ("anonymous", "visitor", "holder", "bob", "alice", "dora", "eve")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
SAFE = ("GET", "HEAD", "OPTIONS")
ATS = "/administration/integrations/ats"
NOTED = {"sessions": {"seen_at"}}
WORKABLE = {"subdomain": "northwind", "access_token": workable.TOKEN}
START = datetime(2026, 11, 25, 9, tzinfo=UTC)
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class World:
    """Two organisations that have one of everything, and seven browsers. `cookies`: role → its cookie jar."""

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self.folder, self.simulator = folder, simulator
        self.app = create_app(config.load(instance=folder, testing=True))
        limiter.enabled = False
        (folder / "htmx.min.js").write_text("// htmx")
        self.context = self.app.app_context()
        self.context.push()
        upgrade()
        setup = people.setup_token(COMMAND_LINE) or ""
        self.people = People(self.app)
        self.ids = {name: getattr(self.people, name).id for name in ("alice", "eve", "northwind", "elsewhere")}
        self.samples = {"$organisation": self.ids["northwind"]}
        self.things: dict[str, dict[str, str]] = {
            "northwind": self._fill(self.people.northwind, self.people.alice, "NORTHWIND", setup),
            "elsewhere": self._fill(self.people.elsewhere, self.people.eve, "ELSEWHERE", setup),
        }
        self.cookies: dict[str, dict[str, str]] = {role: self._sign_in(role) for role in ROLES}
        self.csrf: dict[str, str] = {role: self._csrf(role) for role in ROLES}
        db.session.remove()
        self.file = sqlite3.connect(folder / "berth.db", isolation_level=None)
        self.pristine = sqlite3.connect(":memory:")
        self.file.backup(self.pristine)
        self.rows = self.dump()

    def _fill(self, organisation: Organisation, admin: User, canary: str, setup: str) -> dict[str, str]:
        actor = Actor.of(admin, "127.0.0.1")
        connections.switch(organisation, True, actor)

        connection = connections.create(organisation, "workable", f"CANARY {canary} connection", actor)
        token = self._checked(linking.issue(connection.account, CONNECT, actor, admin), canary, admin)
        linking.finish(linking.open_link(token, admin), False, actor)
        sync.run(connection.account_id)
        connections.activate(connection, actor)
        with transaction() as session:
            connection.account.remote_id = canary
            for number, position in enumerate(
                session.scalars(db.select(Position).filter_by(account_id=connection.account_id))
            ):
                position.title = f"CANARY {canary} position {number}"
        request = desk.request_activation(
            organisation, "workable", "", "carla@example.com", f"CANARY {canary} note", actor
        )
        request_link = desk.issue_link(request, actor)
        shared = desk.request_activation(organisation, "bamboohr", "", "carla@example.com", "", actor)
        used_link = self._checked(desk.issue_link(shared, actor), canary, way_in="bamboohr")
        linking.finish(linking.open_link(used_link, None), False, actor)
        desk.share(shared, actor)
        if canary == "NORTHWIND":
            self.samples["$id"], self.samples["$token"] = desk.show(shared, actor)
        unfinished = connections.create(organisation, "workable", f"CANARY {canary} unfinished", actor)
        widget = widgets.save(
            organisation,
            None,
            f"CANARY {canary} widget",
            f"CANARY {canary} title",
            [connection.id],
            20,
            "newest",
            actor,
        )
        return {
            "connection": connection.id,
            "unfinished": unfinished.id,
            "widget": widget.id,
            "widget_key": widget.key,
            "user": (self.people.bob if canary == "NORTHWIND" else self.people.eve).id,
            "request": request.id,
            "shared": shared.id,
            "used_link": used_link,
            "customer_link": self._checked(request_link, canary),
            "admin_link": self._checked(linking.issue(unfinished.account, CONNECT, actor, admin), canary, admin),
            "invitation": people.invite(organisation, f"canary-{canary.lower()}@example.org", [], actor),
            "setup": setup,
        }

    @staticmethod
    def _checked(token: str, canary: str, user: User | None = None, way_in: str = "workable") -> str:
        """The link behind a token, brought to its last step but one."""
        values = {"workable": WORKABLE, "bamboohr": {"subdomain": "northwind", "api_key": bamboohr.KEY}}[way_in]
        link = linking.open_link(token, user)
        linking.choose_way_in(link, way_in)
        assert linking.check(link, values, COMMAND_LINE).passed
        with transaction():
            link.accepted = {**(link.accepted or {}), "remote_name": f"CANARY {canary} account"}
        return token

    def _sign_in(self, role: str) -> dict[str, str]:
        client = self.app.test_client()

        def ask(method: str, path: str, **options: Any) -> Any:
            return Context().run(getattr(client, method), path, base_url="http://127.0.0.1", **options)

        if role == "visitor":
            ask("get", f"/widgets/{self.things['northwind']['widget_key']}")
        if role == "holder":
            ask("get", f"/connect/{self.things['northwind']['customer_link']}/details")
        if self.signed_in(role):
            token = csrf_in(ask("get", "/login").text)
            form = {"email": f"{role}@example.com", "password": PASSWORD, "csrf_token": token}
            assert ask("post", "/login", data=form).status_code == 303
        cookie = client.get_cookie("berth", domain="127.0.0.1")
        return {"berth": cookie.value} if cookie else {}

    @staticmethod
    def signed_in(role: str) -> bool:
        return role in ("bob", "alice", "dora", "eve")

    def _csrf(self, role: str) -> str:
        """The token of the role's session; those without one begin it at the sign-in page."""
        client = self.client(role)
        path = {"dora": "/service-desk/organisations"}.get(role, ATS if self.signed_in(role) else "/login")
        page = Context().run(client.get, path, base_url="http://127.0.0.1")
        cookie = client.get_cookie("berth", domain="127.0.0.1")
        self.cookies[role] = {"berth": cookie.value}
        return csrf_in(page.text)

    def client(self, role: str, session: bool = True) -> Any:
        """A browser of a role, as it was when it had signed in."""
        client = self.app.test_client()
        for name, value in self.cookies[role].items() if session else ():
            client.set_cookie(name, value, domain="127.0.0.1")
        return client

    def ask(self, role: str, method: str, path: str, form: dict[str, str] | None = None, **options: Any) -> Any:
        """One request; a POST brings the CSRF token of the role's session."""
        if method == "POST" and not options.keys() & {"data", "json"}:
            options["data"] = {"csrf_token": self.csrf[role], **self.filled(form or {})}
        client = self.client(role)
        response = Context().run(client.open, path, method=method, base_url="http://127.0.0.1", **options)
        response.get_data()
        response.close()
        return response

    def filled(self, form: dict[str, str]) -> dict[str, str]:
        """A sample form with what it takes from the world."""
        return {name: self.samples.get(value, value) for name, value in form.items()}

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables, but for the moments at which somebody was seen."""
        found = {}
        for table in db.metadata.sorted_tables:
            columns = ", ".join(f'"{c.name}"' for c in table.columns if c.name not in NOTED.get(table.name, ()))
            found[table.name] = self.file.execute(f"SELECT {columns} FROM {table.name} ORDER BY 1").fetchall()
        return found

    def put_back(self) -> None:
        self.pristine.backup(self.file)

    def unchanged(self) -> bool:
        """Whether the database is as it was; puts it back if not."""
        if self.dump() == self.rows:
            return True
        self.put_back()
        return False

    def path(self, endpoint: str, thing: str | None = None, organisation: str = "northwind") -> str:
        entry = ENDPOINTS[endpoint]
        values = dict(entry.get("values", {}))
        if thing:
            values[entry["tenant"]] = self.things[organisation][thing]
        with self.app.test_request_context():
            return self.app.url_for(endpoint, **values)

    def end(self) -> None:
        self.file.close()
        self.pristine.close()
        db.session.remove()
        db.engine.dispose()
        self.context.pop()
        limiter.enabled = True


def csrf_in(html: str) -> str:
    found = re.search(
        r'name="csrf_token" value="([^"]+)"|&#34;X-CSRFToken&#34;: &#34;([^&]+)|"X-CSRFToken": "([^"]+)"', html
    )
    assert found, html[:500]
    return next(filter(None, found.groups()))


@contextmanager
def another_app(folder: Path, **settings: Any) -> Iterator[Any]:
    """An app with a database of its own, in whose context it runs."""
    app = create_app(config.load(instance=folder, testing=True, **settings))
    limiter.enabled = False
    with app.app_context():
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, Simulator(limited=False) as simulator:
        patch.setattr(people, "PASSWORDS", HASHER)
        patch.setattr(sessions, "PASSWORDS", HASHER)
        patch.setattr(sessions, "_NOBODY", HASHER.hash("nobody"))
        patch.setattr(Dialling, "pace", lambda _self: [0.0])
        patch.setenv("BERTH_SIMULATOR_URL", simulator.url)
        config.network.cache_clear()
        made = World(tmp_path_factory.mktemp("routes"), simulator)
        yield made
        made.end()
    config.network.cache_clear()


@pytest.fixture(autouse=True)
def _put_back(world: World) -> Iterator[None]:
    yield
    world.put_back()


def things(endpoint: str) -> list[str | None]:
    entry = ENDPOINTS[endpoint]
    return list(entry["allowed"]) if "tenant" in entry else [None]


def may(endpoint: str, thing: str | None, role: str) -> bool:
    allowed = ENDPOINTS[endpoint]["allowed"]
    names = allowed[thing] if thing else allowed
    return role in names or "everybody" in names


def expected(endpoint: str, thing: str | None, role: str, method: str) -> int | str:
    entry = ENDPOINTS[endpoint]
    if method == "OPTIONS":
        return entry.get("OPTIONS", 200)
    if method in entry.get("instead", {}).get(role, {}):
        return entry["instead"][role][method]
    if may(endpoint, thing, role):
        return entry["GET" if method == "HEAD" else method]
    return TABLE["guards"][entry["guard"]][role]


def routed(world: World, endpoint: str) -> set[str]:
    """The methods that the address of an endpoint takes, whichever endpoint answers them."""
    rules = list(world.app.url_map.iter_rules())
    own = next(rule for rule in rules if rule.endpoint == endpoint)
    return {method for rule in rules if rule.rule == own.rule for method in rule.methods or ()}


def own_methods(world: World, endpoint: str) -> list[str]:
    entry = ENDPOINTS[endpoint]
    mine = {method for rule in world.app.url_map.iter_rules(endpoint) for method in rule.methods or ()}
    assert set(entry) & {"GET", "POST"} == mine & {"GET", "POST"}, f"{endpoint}: {mine}"
    return [method for method in METHODS if method in mine]


# The table itself -------------------------------------------------------------------------------------------------


def test_every_address_has_an_entry_and_every_entry_an_address(world: World):
    endpoints = {rule.endpoint for rule in world.app.url_map.iter_rules()}
    assert endpoints - set(ENDPOINTS) == set(), "say in tests/authz.toml who may go there"
    assert set(ENDPOINTS) - endpoints == set(), "remove these from tests/authz.toml"


def test_every_entry_says_all_that_is_needed():
    for endpoint, entry in ENDPOINTS.items():
        assert entry["kind"] in ("read", "mutate"), endpoint
        assert ("form" in entry) == ("POST" in entry), f"{endpoint}: a POST needs a sample form"
        for thing in things(endpoint):
            for role in ROLES:
                assert may(endpoint, thing, role) or role in TABLE["guards"][entry["guard"]], f"{endpoint}: {role}"


def test_every_part_of_an_address_has_a_converter_of_ours(world: World):
    for rule in world.app.url_map.iter_rules():
        for name, converter in rule._converters.items():
            if rule.endpoint != "static":
                assert type(converter).__name__ in ("IdConverter", "SlugConverter", "TokenConverter"), (
                    f"{rule.rule}: give <{name}> one of the converters in views/page.py"
                )
        assert set(rule.arguments) == {
            *ENDPOINTS[rule.endpoint].get("values", {}),
            *filter(None, [ENDPOINTS[rule.endpoint].get("tenant")]),
        }, rule.rule


# What nobody signed in for may send: a new entry here is a decision.
OPEN_TO_ALL = {
    "auth.sign_in",
    "auth.logout",
    "auth.setup",
    "auth.invitation",
    "connect.start",
    "connect.way_in",
    "connect.details",
    "connect.finish",
    "connect.ats",
    "connect.look",
    "connect.ask",
    "connect.ask_for_help",
    "connect.tell",
    "connect.merge",
    "connect.exchange",
    "merge.webhook",
}


def test_what_anybody_may_send_without_signing_in_is_a_reviewed_list(world: World):
    found = set()
    for rule in world.app.url_map.iter_rules():
        if (rule.methods or set()) - {*SAFE}:
            guard = TABLE["guards"][ENDPOINTS[rule.endpoint]["guard"]]
            anybody = any(may(rule.endpoint, thing, "anonymous") for thing in things(rule.endpoint))
            if anybody or guard.get("anonymous") == 410:
                found.add(rule.endpoint)
    assert found == OPEN_TO_ALL


# Everybody everywhere ---------------------------------------------------------------------------------------------


def judge_body(world: World, response: Any, role: str, thing: str | None, where: str) -> None:
    """No canary of another organisation, no stored credential; forms for htmx work without it."""
    body = response.get_data(as_text=True) + str(response.headers)
    if role == "dora":  # requests and accounts of every organisation are the desk's business, the rest is not
        foreign = [
            f"CANARY {name} {what}" for name in ("NORTHWIND", "ELSEWHERE") for what in ("widget", "title", "position")
        ]
    elif role == "eve":
        foreign = ["CANARY NORTHWIND", "Northwind Foods", "alice@"]
    else:
        foreign = ["CANARY ELSEWHERE", "Elsewhere Ltd", "eve@"]
    if thing not in ("widget_key", "customer_link", "used_link", "invitation"):  # these are good for whoever holds them
        assert [name for name in foreign if name in body] == [], where
    for spelt in (workable.TOKEN, bamboohr.KEY, base64.b64encode(workable.TOKEN.encode()).decode(), PASSWORD):
        assert spelt not in body, where
    if response.mimetype == "text/html" and response.status_code < 500:
        reader = _Reader()
        reader.feed(response.get_data(as_text=True))
        for form in reader.forms:
            if "hx-post" in form["attrs"]:
                assert (form["method"].lower(), form["action"]) == ("post", form["attrs"]["hx-post"]), where


def judge(world: World, endpoint: str, thing: str | None, role: str, method: str) -> None:
    path = world.path(endpoint, thing)
    response = world.ask(role, method, path, ENDPOINTS[endpoint].get("form"))
    want, got = expected(endpoint, thing, role, method), response.status_code
    where = f"{role}: {method} {endpoint} of {thing}: {got}, not {want}"
    if want == "login":
        assert got == 303, where
        location = urlsplit(response.headers["Location"])
        assert (location.netloc, location.path) == ("", "/login"), where
        want = 303
    assert got == want, f"{where}\n{response.get_data(as_text=True)[-1500:]}"
    if method == "HEAD":
        assert response.get_data() == b"", where
    if method == "OPTIONS":
        assert set(response.headers.get("Allow", response.headers.get("Access-Control-Allow-Methods", "")).split(", "))
    judge_body(world, response, role, thing, where)
    changes = method not in SAFE and may(endpoint, thing, role) and ENDPOINTS[endpoint]["kind"] == "mutate"
    changes = changes and role not in ENDPOINTS[endpoint].get("instead", {})
    same = world.unchanged()
    assert same or changes, f"{where} changed the database"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_everybody_gets_what_the_table_says_and_only_those_who_may_change_anything(world: World, endpoint: str):
    for thing, role, method in product(things(endpoint), ROLES, own_methods(world, endpoint)):
        judge(world, endpoint, thing, role, method)


def test_whoever_may_change_something_does(world: World):
    """Else the cells above would be green where a form is refused."""
    for endpoint, entry in ENDPOINTS.items():
        if entry["kind"] == "mutate":
            for thing in things(endpoint):
                roles = [role for role in ("alice", "dora", "anonymous") if may(endpoint, thing, role)]
                if roles:
                    world.ask(roles[0], "POST", world.path(endpoint, thing), entry["form"])
                    idle = (endpoint == "auth.logout" and roles[0] == "anonymous") or endpoint == "connect.start"
                    assert not world.unchanged() or idle, f"{roles[0]} POST {endpoint} of {thing} changed nothing"


def test_other_methods_are_refused_with_those_that_are_taken(world: World):
    for endpoint in ENDPOINTS:
        thing = things(endpoint)[0]
        for method in set(METHODS) - routed(world, endpoint):
            response = world.ask("alice", method, world.path(endpoint, thing))
            assert response.status_code == 405, f"{method} {endpoint}: {response.status_code}"
            allow = set(response.headers["Allow"].replace(" ", "").split(","))
            assert allow - {"HEAD", "OPTIONS"} == routed(world, endpoint) - {"HEAD", "OPTIONS"}, endpoint
            assert world.unchanged(), f"{method} {endpoint} changed the database"


def test_a_method_override_is_ignored(world: World):
    path = world.path("connections.delete", "connection")
    for extra in ({"headers": {"X-HTTP-Method-Override": "POST"}}, {"query_string": {"_method": "POST"}}):
        assert world.ask("alice", "GET", path, **extra).status_code == 200
        assert world.unchanged()


def test_another_organisation_s_things_do_not_exist(world: World):
    """404 and never 403, for both admins, with any thing's id in any thing's place."""
    pairs = (("alice", "elsewhere", "ELSEWHERE"), ("eve", "northwind", "NORTHWIND"))
    for endpoint, entry in ENDPOINTS.items():
        if entry.get("tenant") != "id" or entry["guard"] != "console":
            continue
        for (role, organisation, canary), method in product(pairs, own_methods(world, endpoint)):
            for thing in ("connection", "unfinished", "widget", "request", "shared", "user"):
                values = {entry["tenant"]: world.things[organisation][thing], **entry.get("values", {})}
                with world.app.test_request_context():
                    path = world.app.url_for(endpoint, **values)
                response = world.ask(role, method, path, entry.get("form"))
                want = 200 if method == "OPTIONS" else 404
                assert response.status_code == want, f"{role}: {method} {path} of {organisation}"
                assert canary not in response.get_data(as_text=True)
                assert world.unchanged(), f"{role}: {method} {path} changed the database"


def test_an_id_of_another_kind_or_of_nothing_does_not_exist(world: World):
    own = world.things["northwind"]
    kinds = ({"connection", "unfinished"}, {"widget"}, {"request", "shared"}, {"user"})
    for endpoint, entry in ENDPOINTS.items():
        if entry.get("tenant") != "id":
            continue
        wrong = [own[thing] for kind in kinds if not kind & set(entry["allowed"]) for thing in kind]
        wrong += [own["widget_key"], new_id(), world.ids["northwind"]]
        role = "dora" if entry["guard"] == "desk" else "alice"
        for id, method in product(wrong, set(own_methods(world, endpoint)) - {"OPTIONS"}):
            with world.app.test_request_context():
                path = world.app.url_for(endpoint, id=id)
            assert world.ask(role, method, path, entry.get("form")).status_code == 404, f"{role}: {method} {path}"
            assert world.unchanged()


def test_another_organisation_s_ids_in_a_form_are_refused(world: World):
    foreign = world.things["elsewhere"]
    form = {**ENDPOINTS["widgets.new"]["form"], "connections": foreign["connection"]}
    for path in (world.path("widgets.new"), world.path("widgets.edit", "widget")):
        response = world.ask("alice", "POST", path, form)
        assert response.status_code == 422
        assert "ELSEWHERE" not in response.get_data(as_text=True)
        assert world.unchanged()


def test_fields_that_no_form_has_change_nothing(world: World):
    extra = {
        "organisation_id": world.ids["elsewhere"],
        "user_id": world.ids["eve"],
        "permissions": "manage_integrations",
        "service_desk": "1",
        "is_admin": "1",
        "active": "1",
        "id": world.things["elsewhere"]["connection"],
        "key": "0" * 32,
    }
    for endpoint in ("integrations.connect", "widgets.new", "users.invite"):
        form = {**ENDPOINTS[endpoint]["form"], **extra}
        assert world.ask("alice", "POST", world.path(endpoint), form).status_code < 400
        rows = world.dump()
        new = {
            t: [r for r in rows[t] if r not in world.rows[t]]
            for t in ("connections", "widgets", "invitations", "users")
        }
        for found in (row for table in new.values() for row in table):
            assert world.ids["elsewhere"] not in found
            assert extra["id"] not in found
            assert "0" * 32 not in found
        for connection in new["connections"]:
            assert 0 in connection, "not active"
        world.put_back()


def test_a_text_that_no_form_can_send_is_refused_and_never_a_fault(world: World):
    bad = ["nul\0nul", "\0", "x" * 60_000]
    for endpoint, entry in ENDPOINTS.items():
        if "POST" not in entry:
            continue
        for thing in things(endpoint):
            role = next((r for r in ("alice", "dora", "anonymous") if may(endpoint, thing, r)), None)
            if role is None:
                continue
            for field, value in product(entry["form"] or {"x": ""}, bad):
                response = world.ask(role, "POST", world.path(endpoint, thing), {**entry["form"], field: value})
                assert response.status_code < 500, f"{endpoint} {field}: {response.status_code}"
                if "\0" in value:
                    assert response.status_code == 400, f"{endpoint} {field}"
                    assert world.unchanged()
                world.put_back()


# CSRF -------------------------------------------------------------------------------------------------------------


def test_what_needs_no_token_is_a_reviewed_list(world: World):
    assert {blueprint.name for blueprint in csrf._exempt_blueprints if not isinstance(blueprint, str)} | {
        name for name in csrf._exempt_blueprints if isinstance(name, str)
    } == {"widget", "merge"}, "the widget takes no POST at all; merge.dev signs"
    assert csrf._exempt_views == set()
    assert {name for name, entry in ENDPOINTS.items() if not entry.get("csrf", True)} == {"merge.webhook"}


@pytest.mark.parametrize("endpoint", [name for name, e in ENDPOINTS.items() if "POST" in e and e.get("csrf", True)])
def test_a_post_counts_with_the_token_of_its_own_session_only(world: World, endpoint: str):
    entry = ENDPOINTS[endpoint]
    thing = things(endpoint)[0]
    role = next((r for r in ("alice", "dora", "anonymous") if may(endpoint, thing, r)), "anonymous")
    path, right = world.path(endpoint, thing), world.csrf[role]
    other = world.csrf["eve" if role != "eve" else "alice"]
    payload = right.rpartition(".")[0]
    refused: list[dict[str, Any]] = [
        {"data": entry["form"]},
        {"data": {**entry["form"], "csrf_token": ""}},
        {"data": {**entry["form"], "csrf_token": "x"}},
        {"data": {**entry["form"], "csrf_token": other}},
        {"data": {**entry["form"], "csrf_token": f"{payload}.{'A' * 27}"}},
        {"data": entry["form"], "query_string": {"csrf_token": right}},
        {"data": entry["form"], "headers": {"X-CSRFToken": other}},
        {"data": entry["form"], "headers": {"HX-Request": "true"}},
        {"json": {**entry["form"], "csrf_token": right}},
        {"data": f"csrf_token={right}", "content_type": "text/plain"},
    ]
    for options in refused:
        options.setdefault("data", None if "json" in options else {})
        response = world.ask(role, "POST", path, **options)
        assert response.status_code == 400, f"{endpoint} with {options}: {response.status_code}"
        assert world.unchanged(), f"{endpoint} with {options} changed the database"
    for options in (
        {"data": {**entry["form"], "csrf_token": right}},
        {"data": entry["form"], "headers": {"X-CSRFToken": right}},
    ):
        response = world.ask(role, "POST", path, **options)
        assert response.status_code != 400, f"{endpoint}: {response.get_data(as_text=True)[-800:]}"
        world.put_back()


def test_a_form_that_was_left_open_for_hours_still_counts(world: World):
    """A customer who looks for an API key for 61 minutes does not lose what she typed (RELIABILITY, T6)."""
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=11), tick=False):
        path = world.path("connect.details", "customer_link")
        assert world.ask("holder", "POST", path, WORKABLE).status_code == 303


def test_over_https_a_post_from_another_site_is_refused(tmp_path: Path, world: World):
    base = "https://berth.example.com"
    with another_app(tmp_path, public_url=base) as app:
        client = app.test_client()
        page = Context().run(client.get, "/login", base_url=base)
        form = {"csrf_token": csrf_in(page.text), "email": "x@example.com", "password": "x"}
        for referrer, status in (
            (None, 400),
            ("https://evil.example/", 400),
            ("https://berth.example.com.evil.example/", 400),
            ("http://berth.example.com/", 400),
            (f"{base}/login", 422),
        ):
            headers = {"Referer": referrer} if referrer else {}
            response = Context().run(client.post, "/login", base_url=base, data=form, headers=headers)
            assert response.status_code == status, referrer


# Headers ----------------------------------------------------------------------------------------------------------

CONSOLE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def policy(response: Any) -> dict[str, str]:
    """The content security policy, directive by directive."""
    parts = [part.strip().partition(" ") for part in response.headers["Content-Security-Policy"].split(";")]
    return {name: value for name, _space, value in parts if name}


def judge_headers(response: Any, where: str) -> None:
    for name, value in CONSOLE.items():
        assert response.headers.get(name) == value, f"{where}: {name} is {response.headers.get(name)!r}"
    assert response.headers.getlist("Cache-Control") == ["no-store"], where
    assert response.headers["Cross-Origin-Opener-Policy"].startswith("same-origin"), where
    for feature in ("camera", "microphone", "geolocation", "payment"):
        assert f"{feature}=()" in response.headers["Permissions-Policy"], where
    csp = policy(response)
    assert csp["default-src"] == csp["object-src"] == csp["base-uri"] == csp["frame-ancestors"] == "'none'", where
    assert csp["style-src"] == csp["form-action"] == csp["connect-src"] == "'self'", where
    assert csp["script-src"].split()[0] == "'self'", where
    assert all(
        source.startswith("https://cdn.jsdelivr.net/npm/htmx.org@4.0.1/") for source in csp["script-src"].split()[1:]
    )
    for word in ("unsafe", "*", "http:", "blob:"):
        assert word not in response.headers["Content-Security-Policy"], where
    assert "Access-Control-Allow-Origin" not in response.headers, where
    assert "Server" not in response.headers, where
    assert "X-Powered-By" not in response.headers, where
    if response.status_code not in (204, 304) and response.get_data():
        assert "charset=utf-8" in response.headers["Content-Type"], where


def test_every_page_of_the_console_has_the_headers_that_keep_it_safe(world: World):
    seen = set()
    for endpoint, entry in ENDPOINTS.items():
        if endpoint.split(".")[0] in ("static", "widget") or endpoint == "ops.htmx":
            continue
        for thing in things(endpoint):
            for role, method in product(("anonymous", "bob", "alice", "dora"), ("GET", "POST")):
                if method in entry:
                    response = world.ask(role, method, world.path(endpoint, thing), entry.get("form"))
                    judge_headers(response, f"{role} {method} {endpoint}")
                    seen.add(response.status_code)
                    world.put_back()
    assert {200, 303, 403, 404, 410} <= seen


def test_every_error_page_has_them_too(world: World, monkeypatch: pytest.MonkeyPatch):
    def ask(*arguments: Any, **options: Any) -> Any:
        return world.ask(*arguments, **options)

    def broken(*_arguments: Any, **_options: Any) -> None:
        raise RuntimeError("SELECT secret FROM /srv/berth WHERE CANARY")

    found = {
        400: ask("alice", "POST", f"{ATS}/switch", data={}),
        403: ask("bob", "GET", ATS),
        404: ask("alice", "GET", "/nothing/here"),
        405: ask("alice", "DELETE", ATS),
        410: ask("anonymous", "GET", f"/invitation/{world.things['northwind']['invitation']}x"),
        413: ask("alice", "POST", f"{ATS}/switch", data={"x": "x" * 70_000}),
        422: ask("alice", "POST", f"{ATS}/connect/workable", {"name": ""}),
    }
    monkeypatch.setattr(connections, "of", broken)
    found[500] = ask("alice", "GET", ATS)
    monkeypatch.undo()
    for code, error in ((503, "OperationalError"), (409, "IntegrityError"), (404, "ObjectDeletedError")):
        raised = type(error, (Exception,), {})("INSERT INTO secret CANARY")
        monkeypatch.setattr(connections, "of", lambda *_a, raised=raised, **_k: (_ for _ in ()).throw(raised))
        found[code] = ask("alice", "GET", ATS)
        monkeypatch.undo()
    limiter.enabled = True
    try:
        limiter.reset()
        for _time in range(21):
            found[429] = ask("anonymous", "GET", "/setup/x")
    finally:
        limiter.reset()
        limiter.enabled = False
    for code, response in found.items():
        assert response.status_code == code, f"{response.status_code} instead of {code}"
        judge_headers(response, f"the page for {code}")
        body = response.get_data(as_text=True)
        assert "<h1>" in body
        for leak in ("Traceback", "RuntimeError", "CANARY", "/srv/berth", "werkzeug", "File &#34;"):
            assert leak not in body, f"{leak} on the page for {code}"
    assert found[405].headers["Allow"]
    assert int(found[429].headers["Retry-After"]) > 0
    assert int(found[503].headers["Retry-After"]) > 0
    assert world.unchanged()


def test_a_fault_can_be_found_in_the_log_by_the_number_on_the_page(world: World, monkeypatch, caplog):
    monkeypatch.setattr(connections, "of", lambda *_a, **_k: {}["no such key"])
    page = world.ask("alice", "GET", ATS).get_data(as_text=True)
    number = re.search(r"Error ([0-9a-f]{8})\.", page)
    assert number
    assert f"error {number[1]} at integrations.ats" in caplog.text


def test_a_url_map_without_a_debugger(world: World):
    assert not world.app.debug
    for path in ("/console", "/?__debugger__=yes&cmd=resource&f=style.css", "/metrics/../login"):
        assert world.ask("anonymous", "GET", path).status_code in (303, 404)


def test_what_readers_and_operators_ask_knows_no_cookie(world: World):
    key = world.things["northwind"]["widget_key"]
    paths = [
        f"/widgets/{key}",
        f"/widgets/{key}/positions",
        f"/widgets/{key}/nothing",
        f"/widgets/{'0' * 32}",
        "/widgets/nothing",
        "/widgets/",
        "/static/app.css",
        "/static/nothing.css",
        "/static/",
        "/healthz",
        "/readyz",
        "/htmx.js",
    ]
    for path, role, method in product(
        paths, ("anonymous", "holder", "alice"), ("GET", "HEAD", "OPTIONS", "POST", "DELETE")
    ):
        response = world.ask(role, method, path, data={} if method == "POST" else None)
        where = f"{role} {method} {path}: {response.status_code}"
        assert response.status_code < 500, where
        assert "Set-Cookie" not in response.headers, where
        assert "cookie" not in response.headers.get("Vary", "").lower(), where
        assert "csrf" not in response.get_data(as_text=True), where
        response.close()
    assert world.unchanged()


def test_readers_get_the_same_whoever_they_are(world: World):
    key = world.things["northwind"]["widget_key"]
    for path in (f"/widgets/{key}", f"/widgets/{key}/positions"):
        answers = {
            (r.status_code, r.get_data(), tuple(r.headers)) for r in (world.ask(role, "GET", path) for role in ROLES)
        }
        assert len(answers) == 1


def test_static_files_are_kept_for_a_year_by_their_hash_and_for_minutes_without(world: World):
    with world.app.app_context():
        hashed = config.asset("app.css")
    response = world.ask("anonymous", "GET", hashed)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    plain = world.ask("anonymous", "GET", "/static/app.css")
    assert int(re.search(r"max-age=(\d+)", plain.headers["Cache-Control"])[1]) <= 3600
    missing = world.ask("anonymous", "GET", "/static/nothing.css?v=1")
    assert (missing.status_code, missing.headers["Cache-Control"]) == (404, "no-store")
    assert world.ask("anonymous", "GET", "/static/../webapp/config.py").status_code == 404
    assert world.ask("anonymous", "GET", "/static/%2e%2e/webapp/config.py").status_code == 404


def test_the_link_flow_is_for_no_search_engine(world: World):
    for thing in ("customer_link", "admin_link"):
        response = world.ask("alice", "GET", world.path("connect.check", thing))
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    forged = world.ask("alice", "GET", "/connect/forged")
    assert (forged.status_code, forged.headers["X-Robots-Tag"]) == (404, "noindex, nofollow")


def test_the_session_s_cookie_is_bound_to_this_site(tmp_path: Path, world: World):
    for public, name, secure in (("https://berth.example.com", "__Host-berth", True), (None, "berth", False)):
        base = public or "http://127.0.0.1"
        with another_app(tmp_path, public_url=public) as app:
            response = Context().run(app.test_client().get, "/login", base_url=base)
            (cookie,) = response.headers.getlist("Set-Cookie")
            parts = [part.strip().lower() for part in cookie.split(";")]
            assert cookie.startswith(f"{name}=")
            assert {"httponly", "samesite=lax", "path=/"} <= set(parts)
            assert ("secure" in parts) is secure
            assert not [part for part in parts if part.startswith(("domain", "expires", "max-age"))]
            for path in ("/login", "/static/app.css", "/healthz", "/nothing"):
                response = Context().run(app.test_client().get, path, base_url=base)
                assert ("Strict-Transport-Security" in response.headers) is secure, path
                response.close()


def test_no_page_shows_what_was_stored_as_a_secret(world: World):
    """Every page that anybody can open, after an ATS was connected with it; the table's own calls look as well."""
    token = workable.TOKEN
    spellings = {
        token,
        quote(token, safe=""),
        base64.b64encode(token.encode()).decode(),
        token[::-1],
        token.encode().hex(),
    }
    sealed = [row[4] for row in world.rows["credentials"]]
    assert sealed
    for endpoint, entry in ENDPOINTS.items():
        for thing, role in product(things(endpoint), ROLES):
            if "GET" in entry:
                response = world.ask(role, "GET", world.path(endpoint, thing))
                whole = response.get_data(as_text=True) + str(response.headers)
                assert not [s for s in spellings if s in whole], f"{role} {endpoint}"
                assert not [s for s in sealed if s in whole], f"{role} {endpoint}"
    assert not any(token in str(row) for rows in world.rows.values() for row in rows)


# Hosts and addresses ----------------------------------------------------------------------------------------------

EVIL_HOSTS = [
    "evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "evil.example/127.0.0.1",
    "127.0.0.1@evil.example",
    "localhost.evil.example",
    "notlocalhost",
    "berth.example.com.evil.example",
    "sub.berth.example.com",
    "[::1]",
    "169.254.169.254",
    "evil\texample",
]


@pytest.mark.parametrize("host", EVIL_HOSTS)
def test_a_request_for_another_host_is_refused(world: World, host: str):
    for path, method in product(("/login", ATS, "/nothing", "/healthz", "/static/app.css"), ("GET", "POST", "OPTIONS")):
        response = world.ask("alice", method, path, data={} if method == "POST" else None, headers={"Host": host})
        assert response.status_code == 400, f"{method} {path}: {response.status_code}"
        assert "evil" not in response.get_data(as_text=True)
        assert "Location" not in response.headers
        assert "Set-Cookie" not in response.headers
    key = world.things["northwind"]["widget_key"]
    assert "evil" not in world.ask("anonymous", "GET", f"/widgets/{key}", headers={"Host": host}).get_data(as_text=True)
    assert world.unchanged()


def test_addresses_that_are_handed_out_begin_with_the_public_one_whatever_the_request_says(
    tmp_path: Path, world: World
):
    public = "https://berth.example.com"
    lies = [
        {},
        {"Host": "127.0.0.1:8000"},
        {"Host": "localhost"},
        {"Host": "berth.example.com:8443"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Server": "evil.example"},
        {"X-Original-Host": "evil.example"},
        {"X-Host": "evil.example"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Forwarded-Proto": "http"},
        {"X-Forwarded-Prefix": "/evil.example"},
        {"X-Original-URL": "https://evil.example/"},
        {"X-Rewrite-URL": "//evil.example/"},
        {"Origin": "https://evil.example"},
    ]
    with another_app(tmp_path, public_url=public) as app:
        assert People(app)
        client = app.test_client()
        page = Context().run(client.get, "/login", base_url=public)
        form = {"csrf_token": csrf_in(page.text), "email": "alice@example.com", "password": PASSWORD}
        signed = Context().run(
            client.post, "/login", base_url=public, data=form, headers={"Referer": f"{public}/login"}
        )
        assert signed.status_code == 303
        page = Context().run(client.get, "/administration/users", base_url=public)
        token = csrf_in(page.text)
        for number, headers in enumerate(lies):
            base = f"https://{headers.get('Host', 'berth.example.com')}"
            cookie = client.get_cookie("__Host-berth", domain="berth.example.com").value
            asking = app.test_client()
            asking.set_cookie("__Host-berth", cookie, domain=urlsplit(base).hostname, secure=True)
            response = Context().run(
                asking.post,
                "/administration/users/invite",
                base_url=base,
                data={"csrf_token": token, "email": f"new{number}@example.com", "role": "member"},
                headers={"Referer": f"{base}/", **{k: v for k, v in headers.items() if k != "Host"}},
            )
            assert response.status_code == 200, headers
            found = re.findall(r'[^\s"<>]*/invitation/[^\s"<>]+', response.get_data(as_text=True))
            assert found, headers
            assert all(address.startswith(f"{public}/invitation/") for address in found), f"{headers}: {found}"
            assert "evil" not in response.get_data(as_text=True)


NEXT = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/////evil.example/%2e%2e",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "http://127.0.0.1@evil.example/",
    "http://127.0.0.1:8000.evil.example/",
    "https://127.0.0.1/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:x",
    "mailto:x@evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "\n//evil.example",
    "/\r\n/evil.example",
    "/\x00/evil.example",
    " //evil.example",
    " https://evil.example",
    "\u00a0//evil.example",
    "\u2028//evil.example",
    "/\u200b/evil.example",
    "evil.example",
    "./evil.example",
    "../evil.example",
    ".evil.example",
    "@evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "",
    "/x\r\nLocation: https://evil.example",
    "/x\nSet-Cookie: a=b",
    ";//evil.example",
]


def test_there_are_forty_of_them():
    assert len(set(NEXT)) == len(NEXT) >= 40


def test_after_signing_in_nobody_is_sent_to_another_site(world: World):
    form = ENDPOINTS["auth.sign_in"]["form"]
    spellings = [(target, {"query_string": {"next": target}}) for target in NEXT]
    spellings += [
        (raw, {"query_string": f"next={raw}"})
        for raw in (
            "/%09/evil.example",
            "%2f%2fevil.example",
            "/%5cevil.example",
            "%68ttps://evil.example",
            "/%0d%0a/x",
        )
    ]
    for (target, options), role in product(spellings, ("alice", "anonymous")):
        method, body = ("GET", None) if role == "alice" else ("POST", form)
        response = world.ask(role, method, "/login", body, **options)
        if "\0" in target:
            assert (response.status_code, response.headers.get("Location")) == (400, None)
            continue
        assert response.status_code == 303, target
        location = response.headers["Location"]
        assert re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", location), f"{target!r} leads to {location!r}"
        assert urlsplit(urljoin("http://127.0.0.1/login", location)).netloc == "127.0.0.1", target
        assert len(response.headers.getlist("Location")) == 1
        assert "a=b" not in str(response.headers.getlist("Set-Cookie"))
        world.put_back()


def test_after_signing_in_one_goes_on_where_one_wanted_to(world: World):
    wanted = "/administration/widgets?x=1&y=%C3%BC"
    sent = world.ask("anonymous", "GET", wanted)
    assert sent.status_code == 303
    address = sent.headers["Location"]
    page = world.ask("anonymous", "GET", address)
    reader = _Reader()
    reader.feed(page.get_data(as_text=True))
    (form,) = (form for form in reader.forms if form["method"].lower() == "post")
    action = urljoin(address, form["action"] or address)
    response = world.ask("anonymous", "POST", action, ENDPOINTS["auth.sign_in"]["form"])
    assert response.headers["Location"] == wanted


def test_htmx_is_told_to_load_the_sign_in_page_and_does_not_swap_it_into_a_row(world: World):
    response = world.ask("anonymous", "GET", f"{ATS}", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"], response.get_data()) == (401, "/login", b"")


# Sessions ---------------------------------------------------------------------------------------------------------


def payload(world: World, cookie: str) -> dict[str, Any]:
    return world.app.session_interface.get_signing_serializer(world.app).loads(cookie)


def open_with(world: World, cookie: str, path: str = ATS) -> Any:
    client = world.app.test_client()
    client.set_cookie("berth", cookie, domain="127.0.0.1")
    return Context().run(client.get, path, base_url="http://127.0.0.1")


def test_a_session_forged_with_the_right_key_but_without_a_row_is_nobody_s(world: World):
    signer = world.app.session_interface.get_signing_serializer(world.app)
    real = payload(world, world.cookies["alice"]["berth"])
    assert open_with(world, signer.dumps(real)).status_code == 200, "the serializer is the right one"
    ids = [row[0] for row in world.rows["sessions"]]
    for user_id in (
        world.ids["alice"],
        "alice@example.com",
        *ids,
        new_id(),
        real["_user_id"][:-1],
        "",
        None,
        7,
        [],
        {},
    ):
        for extra in ({}, {"_fresh": True, "_id": real.get("_id")}, {"_remember": "set"}):
            response = open_with(world, signer.dumps({"_user_id": user_id, **extra}))
            assert response.status_code == 303, user_id
            assert urlsplit(response.headers["Location"]).path == "/login"
    for key in ("dev", "changeme", "0" * 64):
        other = create_app(config.load(instance=world.folder, testing=True))
        other.config["SECRET_KEY"], other.config["SECRET_KEY_FALLBACKS"] = key, []
        forged = other.session_interface.get_signing_serializer(other).dumps(real)
        assert open_with(world, forged).status_code == 303
        with other.app_context():
            db.engine.dispose()
    client = world.app.test_client()
    client.set_cookie("remember_token", f"{real['_user_id']}|x", domain="127.0.0.1")
    assert Context().run(client.get, ATS, base_url="http://127.0.0.1").status_code == 303


def test_a_session_ends_by_idleness_after_two_hours_and_in_any_case_after_twelve(world: World):
    began = datetime.now(UTC)
    for after, status in (({"minutes": 119}, 200), ({"minutes": 121}, 303)):
        with time_machine.travel(began + timedelta(**after), tick=False):
            assert world.ask("alice", "GET", ATS).status_code == status, after
        world.put_back()
    for minutes in range(100, 12 * 60 + 101, 100):
        with time_machine.travel(began + timedelta(minutes=minutes), tick=False):
            response = world.ask("alice", "GET", ATS)
            assert response.status_code == (200 if minutes <= 12 * 60 else 303), minutes
    assert minutes > 12 * 60


def test_signing_in_gives_another_session_than_one_brought_along(world: World):
    """Fixation: whoever planted the cookie before the sign-in is nobody afterwards."""
    client = world.client("anonymous")
    before = client.get_cookie("berth", domain="127.0.0.1").value
    form = {**ENDPOINTS["auth.sign_in"]["form"], "csrf_token": world.csrf["anonymous"], "email": "alice@example.com"}
    assert Context().run(client.post, "/login", base_url="http://127.0.0.1", data=form).status_code == 303
    after = client.get_cookie("berth", domain="127.0.0.1").value
    assert open_with(world, after).status_code == 200
    assert open_with(world, before).status_code == 303
    assert "_user_id" not in payload(world, before)
    assert payload(world, after)["_user_id"] not in (payload(world, world.cookies["alice"]["berth"])["_user_id"], None)
    assert payload(world, after).get("csrf_token") != payload(world, before)["csrf_token"]
    for name in ("sid", "session", "berth", "_user_id"):
        planted = world.app.test_client()
        response = Context().run(planted.get, f"/login?{name}={after}", base_url="http://127.0.0.1")
        assert after not in str(response.headers)
    assert Context().run(client.post, "/login", base_url="http://127.0.0.1", data=form).status_code == 400, (
        "an old token"
    )


def test_signing_in_again_ends_no_other_session_and_signing_out_ends_the_copied_cookie(world: World):
    token = payload(world, world.cookies["alice"]["berth"])["_user_id"]
    assert world.ask("alice", "POST", "/logout").status_code == 303
    assert open_with(world, world.cookies["alice"]["berth"]).status_code == 303
    assert sessions.user_of_session(token) is None
    response = world.ask("eve", "POST", "/logout")
    assert "cache" in response.headers["Clear-Site-Data"]


def test_a_permission_that_was_taken_away_is_gone_at_the_next_click(world: World):
    with transaction() as session:
        session.get_one(User, world.ids["alice"]).permissions = ["manage_widgets"]
    assert world.ask("alice", "GET", ATS).status_code == 403
    assert world.ask("alice", "POST", world.path("connections.activate", "connection")).status_code == 403
    assert world.ask("alice", "POST", world.path("connect.finish", "admin_link")).status_code == 404
    assert world.ask("alice", "GET", "/administration/widgets").status_code == 200
    with transaction() as session:
        session.get_one(User, world.ids["alice"]).disabled_at = START
    assert world.ask("alice", "GET", ATS).status_code == 303


# Limits -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def limited(world: World) -> Iterator[World]:
    with time_machine.travel(datetime.now(UTC).replace(minute=0, second=5) + timedelta(hours=1), tick=False):
        limiter.enabled = True
        limiter.reset()
        yield world
        limiter.reset()
        limiter.enabled = False


def wrong(world: World, number: int, address: str = "127.0.0.1", **headers: str) -> Any:
    form = {"email": f"person{number}@example.com", "password": "wrong"}
    return world.ask("anonymous", "POST", "/login", form, headers=headers, environ_overrides={"REMOTE_ADDR": address})


def test_twenty_sign_ins_a_minute_from_one_address(limited: World):
    statuses = [wrong(limited, number).status_code for number in range(20)]
    assert statuses == [422] * 20
    for lie in ({}, {"X_Forwarded_For": "192.0.2.1"}, {"X_Real_IP": "192.0.2.2"}, {"Forwarded": "for=192.0.2.3"}):
        response = wrong(limited, 21, **{name.replace("_", "-"): value for name, value in lie.items()})
        assert response.status_code == 429, lie
        assert 0 < int(response.headers["Retry-After"]) <= 60
    assert wrong(limited, 22, "192.0.2.9").status_code == 422, "another address is not held up"
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61), tick=False):
        assert wrong(limited, 23).status_code == 422
    assert limited.unchanged()


def test_five_wrong_passwords_for_one_account_in_a_quarter_of_an_hour(limited: World):
    form = {"email": "alice@example.com", "password": "wrong"}
    began = datetime.now(UTC)
    for minute in range(5):
        with time_machine.travel(began + timedelta(minutes=minute), tick=False):
            assert limited.ask("anonymous", "POST", "/login", form).status_code == 422
    with time_machine.travel(began + timedelta(minutes=6), tick=False):
        for email in ("alice@example.com", " Alice@Example.com "):
            for password in ("wrong", PASSWORD):
                response = limited.ask("anonymous", "POST", "/login", {"email": email, "password": password})
                assert response.status_code == 429
                assert 0 < int(response.headers["Retry-After"]) <= 15 * 60
        assert limited.ask("anonymous", "POST", "/login", {**form, "email": "eve@example.com"}).status_code == 422
        assert limited.unchanged()
    with time_machine.travel(began + timedelta(minutes=16), tick=False):
        response = limited.ask("anonymous", "POST", "/login", {"email": "alice@example.com", "password": PASSWORD})
        assert response.status_code == 303


def test_signing_in_rightly_is_not_counted_as_wrong(limited: World):
    form = {"email": "alice@example.com", "password": PASSWORD}
    assert [limited.ask("anonymous", "POST", "/login", form).status_code for _time in range(10)] == [303] * 10


@pytest.mark.parametrize(("path", "count"), [("/setup/x", 20), ("/invitation/x", 20), ("/connect/x", 120)])
def test_guessing_addresses_is_held_up(limited: World, path: str, count: int):
    for _time in range(count):
        assert limited.ask("anonymous", "GET", path).status_code in (404, 410)
    response = limited.ask("anonymous", "GET", path)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert limited.ask("anonymous", "GET", path, environ_overrides={"REMOTE_ADDR": "192.0.2.9"}).status_code in (
        404,
        410,
    )


def test_readers_and_probes_are_never_held_up(limited: World):
    key = limited.things["northwind"]["widget_key"]
    for path in (f"/widgets/{key}", "/healthz", "/static/app.css"):
        for _time in range(130):
            response = limited.ask("anonymous", "GET", path)
            assert response.status_code == 200
            response.close()


def test_a_link_s_address_that_was_signed_for_something_else_opens_nothing(world: World):
    own = world.things["northwind"]
    for name in ("customer_link", "admin_link", "invitation", "setup"):
        token = own[name]
        for path in ("/connect/", "/invitation/", "/setup/"):
            right = {"/connect/": ("customer_link", "admin_link"), "/invitation/": ("invitation",), "/setup/": ()}[path]
            status = world.ask("alice", "GET", path + token).status_code
            assert (status in (200, 303)) is (name in right), f"{name} at {path}: {status}"
    assert tokens.read("link", own["invitation"]) is None
    assert db.session.scalar(db.select(db.func.count(Connection.id))) == 4
