"""Migrations: they make what the models say, on both databases, and a machine that dies in the middle loses nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, inspect, text

from tests.conftest import POSTGRESQL
from webapp import config, create_app
from webapp.extensions import db
from webapp.services import health

ROOT = Path(__file__).parent.parent
SCHEMA = "berth_migrations"
KILLS = 20


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'berth.db'}"
        return
    engine = create_engine(POSTGRESQL)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    yield f"{POSTGRESQL}?options=-csearch_path%3D{SCHEMA}"
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
    engine.dispose()


@pytest.fixture
def app(empty: str, tmp_path: Path) -> Iterator[Any]:
    """An app on that database, in whose context the test runs."""
    app = create_app(config.load(instance=tmp_path, testing=True, database_url=empty))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def schema(engine: Any) -> dict[str, Any]:
    """Everything that the database knows of its tables, in a form that can be compared."""
    found = inspect(engine)
    return {
        table: {
            "columns": {c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(table)},
            "primary key": found.get_pk_constraint(table)["constrained_columns"],
            "foreign keys": sorted(
                (k["constrained_columns"], k["referred_table"], k["referred_columns"], sorted(k["options"].items()))
                for k in found.get_foreign_keys(table)
            ),
            "unique": sorted((u["name"], u["column_names"]) for u in found.get_unique_constraints(table)),
            "indexes": sorted((i["name"], i["column_names"], bool(i["unique"])) for i in found.get_indexes(table)),
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def test_the_migrations_make_the_tables_of_the_models(app):
    upgrade()
    with db.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)
    assert differences == [], "write a migration: flask db migrate"
    by_migrations = schema(db.engine)
    downgrade(revision="base")
    assert schema(db.engine) == {}, "the way back leaves nothing"
    db.metadata.create_all(db.engine)
    assert by_migrations == schema(db.engine)
    assert set(by_migrations) == set(db.metadata.tables)


def test_there_is_one_way_through_the_migrations_and_each_says_what_it_does():
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    assert len(scripts.get_heads()) == 1, "two heads: flask db merge"
    assert all((revision.doc or "").strip() for revision in scripts.walk_revisions())


def test_upgrading_twice_is_harmless_and_keeps_the_rows(app):
    assert health.not_ready() != []
    upgrade()
    assert health.not_ready() == []
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO key_checks (name, sealed) VALUES ('k1', 'v1.k1.kept')"))
    before = schema(db.engine)
    upgrade()
    assert schema(db.engine) == before
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT sealed FROM key_checks")) == "v1.k1.kept"
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1


#: Forks once for each order on stdin, so that the imports are paid for once. An order is [[kill at, …], …]: processes
#: that start together, each killed before its n-th statement (0: never). Answers the exit statuses.
UPGRADER = """
import json, os, signal, sys
from sqlalchemy import Engine, event
from flask_migrate import upgrade
from webapp import config, create_app
from webapp.extensions import db
app = create_app(config.load(instance=sys.argv[1], testing=True, database_url=sys.argv[2], log_level="ERROR"))

def child(kill_at):
    count = 0
    def step(*_args):
        nonlocal count
        count += 1
        if count == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, step)
    with app.app_context():
        upgrade()
    return min(count, 250) if kill_at < 0 else 0

for line in sys.stdin:
    children = []
    for kill_at in json.loads(line):
        pid = os.fork()
        if not pid:
            status = 99
            try:
                status = child(kill_at)
            finally:
                sys.stderr.flush()
                os._exit(status)
        children.append(pid)
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]), flush=True)
"""


class Upgrader:
    """Processes that upgrade a database, some of which are killed on the way."""

    def __init__(self, folder: Path, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", UPGRADER, str(folder), url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def run(self, *kill_at: int) -> list[int]:
        self.process.stdin.write(json.dumps(kill_at) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self) -> Upgrader:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.process.communicate(timeout=30)


def test_killed_in_the_middle_of_a_migration_sqlite_is_old_or_new_and_the_retry_works(tmp_path: Path):
    path = tmp_path / "berth.db"

    def state() -> tuple[set[str], list[tuple[str]]]:
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
            versions = connection.execute("SELECT * FROM alembic_version").fetchall() if tables else []
        connection.close()
        return tables, versions

    def forget() -> None:
        for file in tmp_path.glob("berth.db*"):
            file.unlink()

    with Upgrader(tmp_path, f"sqlite:///{path}") as upgrader:
        (statements,) = upgrader.run(-1)
        new = state()
        assert set(db.metadata.tables) < new[0]
        assert statements > KILLS
        seen = []
        for number in range(KILLS):
            forget()
            point = 1 + number * (statements - 1) // (KILLS - 1)
            assert upgrader.run(point) == [-9], f"it lived on beyond statement {point} of {statements}"
            found = state()
            seen.append(found == new)
            assert found in ((set(), []), new), f"killed before statement {point}, it left a half: {found}"
            assert upgrader.run(0) == [0], f"after a kill before statement {point}, the retry failed"
            assert state() == new
    assert seen.count(False) == KILLS, "before its last statement, the commit, nothing may be there"


def test_two_processes_that_upgrade_together_do_it_once(empty: str, tmp_path: Path):
    with Upgrader(tmp_path, empty) as upgrader:
        assert upgrader.run(0, 0, 0) == [0, 0, 0]
    engine = create_engine(empty)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
    assert set(schema(engine)) == set(db.metadata.tables)
    engine.dispose()
