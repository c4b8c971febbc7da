"""The command line: live positions without a database, and what makes people and links."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import pytest

from tests.people import PASSWORD, People
from tests.simulator import workable
from webapp.config import ROOT
from webapp.extensions import db
from webapp.models import Link, Organisation, User
from webapp.services import connections

FEED = "https://jobs.example.com/feed.xml"
ON_SQLITE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def run(app, simulator):
    runner = app.test_cli_runner()

    def call(*arguments: str, **options: object):
        db.session.rollback()
        return runner.invoke(args=list(arguments), **options)

    return call


@ON_SQLITE
def test_the_address_of_a_careers_page_is_enough(run, simulator):
    found = run("positions", "https://boards.greenhouse.io/northwind")
    assert found.exit_code == 0
    assert "12 open positions at job-boards.greenhouse.io/northwind" in found.output
    assert len(simulator.greenhouse.published()) == 12


@ON_SQLITE
def test_json_is_one_object_a_line(run):
    found = run("positions", "job-feed", "--set", f"url={FEED}", "--json")
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert len(rows) == 12
    assert all(row["title"] and row["id"] for row in rows)


@ON_SQLITE
def test_csv_is_a_table_without_formulas(run):
    found = run("positions", "job-feed", "--set", f"url={FEED}", "--csv")
    rows = list(csv.DictReader(found.stdout.splitlines()))
    assert len(rows) == 12
    assert all(row["title"] and row["url"].startswith("https://") for row in rows)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


@ON_SQLITE
def test_the_table_fits_the_terminal(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("positions", "https://boards.greenhouse.io/northwind").stdout.splitlines()
    assert len(lines) == 13
    assert lines[0].split() == ["Title", "Places", "Department", "Address"]
    assert len({line.index("https://") for line in lines[1:]}) == 1


@ON_SQLITE
def test_an_address_that_nobody_knows_is_looked_at(run, monkeypatch):
    """The feed's own address tells nothing: the page behind it does."""
    found = run("positions", FEED, "--json")
    assert found.exit_code == 0, found.output
    assert "Found by looking at the page: Job feed" in found.stderr
    assert len(found.stdout.splitlines()) == 12


@ON_SQLITE
@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["https://intranet.example.com/"], 2, "Berth does not know the address"),
        (["workable", "--set", "subdomain=northwind"], 2, "access_token: This is needed."),
        (["job-feed", "--set", "url"], 2, "is not of the form field=value"),
        (["https://apply.workable.com/nobody-here/"], 2, "does not know this account"),
        (
            ["workable", "--set", "subdomain=northwind", "--set", "access_token=wrong-token-of-nobody"],
            3,
            "does not accept these credentials",
        ),
        (
            ["workable", "--set", "subdomain=northwind", "--set", f"access_token={workable.TOKEN_WITHOUT_SCOPE}"],
            3,
            "may not read open positions",
        ),
    ],
)
def test_what_is_wrong_is_a_sentence_and_a_status(run, arguments, status, sentence):
    found = run("positions", *arguments)
    assert found.exit_code == status
    assert sentence in found.output
    assert "Traceback" not in found.output


@ON_SQLITE
def test_an_ats_out_of_reach_is_status_four(run, simulator):
    simulator.fault("boards-api.greenhouse.io", status=503)
    found = run("positions", "https://boards.greenhouse.io/northwind")
    assert found.exit_code == 4
    assert "not available at the moment" in found.output


def test_connectors_need_no_app():
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from webapp.connectors import CONNECTORS, resolve; "
            "print(resolve('https://apply.workable.com/acme/'), 'flask' in sys.modules, 'sqlalchemy' in sys.modules)",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "('workable-careers', {'subdomain': 'acme'}) False False"


@ON_SQLITE
def test_people_and_organisations_are_made(run):
    assert run("create-organisation", "Northwind Foods").exit_code == 0
    assert run("create-organisation", "northwind foods").exit_code == 2
    made = run(
        *("create-user", "--organisation", "Northwind Foods", "--email", "Mira@Example.com"),
        *("--name", "Mira", "--role", "admin", "--password", PASSWORD),
    )
    assert made.exit_code == 0, made.output
    user = db.session.scalars(db.select(User)).one()
    assert (user.email, user.role, user.organisation.name) == ("mira@example.com", "admin", "Northwind Foods")
    weak = run(
        *("create-user", "--service-desk", "--email", "d@example.com", "--name", "D", "--password", "short"),
    )
    assert weak.exit_code == 2
    assert db.session.scalar(db.select(db.func.count(Organisation.id))) == 1


@ON_SQLITE
def test_the_set_up_address_is_fresh_each_time_and_gone_with_the_first_user(run, app):
    first, second = run("setup-address").output.strip(), run("setup-address").output.strip()
    assert first != second
    assert app.test_client().get(first).status_code == 410
    assert app.test_client().get(second).status_code == 200
    People(app)
    assert run("setup-address").exit_code == 2


@ON_SQLITE
def test_a_magic_link_is_issued_and_a_backup_written(run, app, tmp_path):
    people = People(app)
    connections.switch(people.northwind, True, people.actor)
    issued = run("issue-link", "--organisation", "Northwind Foods", "--ats", "workable", "--email", "c@example.com")
    assert "/connect/" in issued.output
    assert db.session.scalars(db.select(Link)).one().state == "issued"
    target = tmp_path / "copy.db"
    assert run("backup", str(target)).exit_code == 0
    assert target.stat().st_mode & 0o077 == 0
    assert issued.output.strip().rsplit("/", 1)[1].encode() not in target.read_bytes()
    assert run("backup", str(target)).exit_code == 2, "an older copy is not overwritten"
