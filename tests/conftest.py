"""What all tests share: an app on SQLite and on PostgreSQL, the same five people, the simulator, the services.

Where a service is missing, its tests are left out and one sentence says so; with CI set, that is a failure.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.page import Page
from tests.people import People
from tests.simulator import Simulator
from webapp import config, create_app
from webapp.connectors._dial import PACES, Dialling
from webapp.extensions import db, limiter

for name in [n for n in os.environ if n.startswith("BERTH_") and not n.startswith("BERTH_TEST_")]:
    del os.environ[name]  # a developer's own settings are no part of a test

POSTGRESQL = os.environ.get("BERTH_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
REDIS = os.environ.get("BERTH_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
CHROMIUM = os.environ.get("BERTH_TEST_CHROMIUM") or next(
    (found for found in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if found), None
)
CI = bool(os.environ.get("CI"))


def _listens(url: str, port: int) -> bool:
    parsed = make_url(url)
    try:
        with socket.create_connection((parsed.host or "127.0.0.1", parsed.port or port), timeout=1):
            return True
    except OSError:
        return False


def _postgresql_answers() -> bool:
    if not _listens(POSTGRESQL, 5432):
        return False
    try:
        engine = create_engine(POSTGRESQL)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()
    except Exception:
        return False
    return True


def _playwright() -> bool:
    try:
        import playwright  # noqa: F401
    except ImportError:
        return False
    return CHROMIUM is not None


AVAILABLE = {"postgresql": _postgresql_answers(), "redis": _listens(REDIS, 6379), "browser": _playwright()}
REMEDY = {
    "postgresql": f"no PostgreSQL server answers at {POSTGRESQL} (BERTH_TEST_DATABASE_URL)",
    "redis": f"no Redis server answers at {REDIS} (BERTH_TEST_REDIS_URL)",
    "browser": "there is no Chromium with Playwright (apt-get install chromium; pip install -r requirements-dev.txt)",
}
_left_out: dict[str, int] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a missing service, and remember to say so; fail instead on a server."""
    kept, left = [], []
    for item in items:
        missing = [name for name, there in AVAILABLE.items() if not there and item.get_closest_marker(name)]
        (left if missing else kept).append(item)
        for name in missing:
            _left_out[name] = _left_out.get(name, 0) + 1
    if left and CI:
        faults = (f"{count} {name} tests cannot run: {REMEDY[name]}" for name, count in _left_out.items())
        raise pytest.UsageError("; ".join(faults))
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in a sentence what was left out."""
    for name, count in _left_out.items():
        terminalreporter.write_line(f"Left out {count} {name} tests: {REMEDY[name]}.")


@pytest.fixture(autouse=True)
def unpaced() -> None:
    """No test waits for what another one asked."""
    PACES.clear()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all tables, copied for each test."""
    folder = tmp_path_factory.mktemp("migrated")
    app = create_app(config.load(instance=folder, testing=True))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def postgresql_tables() -> Iterator[str]:
    """The PostgreSQL database, its tables made anew by the migrations."""
    engine = create_engine(POSTGRESQL)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"berth-test-{os.getpid()}"
    app = create_app(config.load(instance=folder, testing=True, database_url=POSTGRESQL))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    yield POSTGRESQL
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> config.Settings:
    """Settings of an app with an empty database, on each of the two databases."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_tables")
        engine = create_engine(url)
        tables = ", ".join(table.name for table in db.metadata.sorted_tables)
        with engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        engine.dispose()
        return config.load(instance=tmp_path, testing=True, database_url=url)
    folder = request.getfixturevalue("migrated")
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return config.load(instance=tmp_path, testing=True)


@pytest.fixture
def app(settings: config.Settings) -> Iterator[Any]:
    """The app, in whose context the test runs."""
    app = create_app(settings)
    limiter.enabled = False
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    limiter.enabled = True


@pytest.fixture
def people(app: Any) -> People:
    """Alice (admin), Bob (member), Dora (service desk), and Eve, admin of another organisation."""
    return People(app)


@pytest.fixture
def alice(people: People) -> Page:
    """Alice's browser without JavaScript, signed in."""
    return people.browser("alice")


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """The simulator, to which every outgoing request goes while the test runs."""
    monkeypatch.setattr(Dialling, "pace", lambda _self: [0.0])
    with Simulator(limited=False) as running:
        monkeypatch.setenv("BERTH_SIMULATOR_URL", running.url)
        config.network.cache_clear()
        yield running
    config.network.cache_clear()
