"""The command line: `flask --app wsgi …`. Only calls services; `flask positions` needs no database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from webapp.cli.positions import WRONG_INPUT, positions
from webapp.cli.positions import stop as _stop
from webapp.extensions import db, settings
from webapp.models import LinkedAccount
from webapp.models.people import ROLES
from webapp.services import backup, desk, health, people, sync, vault
from webapp.services.events import COMMAND_LINE
from webapp.services.refusal import Refused

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """All commands."""
    for command in (
        positions,
        worker,
        setup_address,
        create_organisation,
        create_user,
        issue_link,
        sync_command,
        rotate_keys,
        backup_command,
        check_start,
    ):
        app.cli.add_command(command)


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Read accounts in the background until told to stop."""
    from flask import current_app

    from webapp import tasks

    tasks.work(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command("setup-address")
@with_appcontext
def setup_address() -> None:
    """Print a fresh one-time address that makes the first admin; earlier ones are void."""
    token = people.setup_token(COMMAND_LINE)
    if token is None:
        _stop("There is a user already: sign in, or ask an admin for an invitation.", WRONG_INPUT)
    click.echo(f"{_base()}/setup/{token}")


def _base() -> str:
    return settings().public_url or f"http://127.0.0.1:{_port()}"


def _port() -> int:
    """The port of `make run` and the Procfile."""
    return int(os.environ.get("PORT", "8000"))


@click.command("create-organisation")
@click.argument("name")
@with_appcontext
def create_organisation(name: str) -> None:
    """Make an organisation."""
    try:
        click.echo(people.create_organisation(name, COMMAND_LINE).name)
    except Refused as refused:
        _stop(str(refused), WRONG_INPUT)


@click.command("create-user")
@click.option("--organisation", help="The organisation's name; none for service desk people.")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(sorted(ROLES)), default="member")
@click.option("--service-desk", is_flag=True)
@click.password_option(help="Asked for if it is not given.")
@with_appcontext
def create_user(organisation: str | None, email: str, name: str, role: str, service_desk: bool, password: str) -> None:
    """Make a user."""
    belongs_to = people.organisation_named(organisation) if organisation else None
    if organisation and belongs_to is None:
        _stop(f"There is no organisation named {organisation}.", WRONG_INPUT)
    if belongs_to is None and not service_desk:
        _stop("Give --organisation, or --service-desk for somebody of the operator.", WRONG_INPUT)
    try:
        people.create_user(belongs_to, email, name, password, ROLES[role][1], service_desk, COMMAND_LINE)
    except Refused as refused:
        _stop(str(refused), WRONG_INPUT)
    click.echo(email)


@click.command("issue-link")
@click.option("--organisation", required=True, help="The organisation's name.")
@click.option("--ats", required=True, help="A slug or a name.")
@click.option("--email", required=True, help="The contact that gets the link.")
@click.option("--careers-page", default="", help="The address of the careers page, if there is one.")
@with_appcontext
def issue_link(organisation: str, ats: str, email: str, careers_page: str) -> None:
    """Record an activation request and print its magic link, good for seven days."""
    belongs_to = people.organisation_named(organisation)
    if belongs_to is None:
        _stop(f"There is no organisation named {organisation}.", WRONG_INPUT)
    assert belongs_to is not None
    try:
        request = desk.request_activation(belongs_to, ats, careers_page, email, "", COMMAND_LINE)
        click.echo(f"{_base()}/connect/{desk.issue_link(request, COMMAND_LINE)}")
    except Refused as refused:
        _stop(str(refused), WRONG_INPUT)


@click.command("sync")
@click.argument("account_id", required=False)
@with_appcontext
def sync_command(account_id: str | None) -> None:
    """Read what is due now, or the one linked account with this ID even if it is not due."""
    if account_id is None:
        click.echo(f"{sync.run_due()} accounts read.")
        return
    account = db.session.get(LinkedAccount, account_id)
    if account is None or account.connection is None:
        _stop("There is no linked account with this ID.", WRONG_INPUT)
    assert account is not None
    assert account.connection is not None
    sync.sync_now(account.connection)
    record = sync.run(account_id)
    click.echo(f"{record.outcome}: {record.read} read, {record.added} new." if record else "Nothing was read.")


@click.command("rotate-keys")
@with_appcontext
def rotate_keys() -> None:
    """Seal all credentials again with the first vault key; can be stopped and started anew."""
    try:
        vault.check_keys()
        click.echo(f"{vault.rotate()} credentials sealed with the first key.")
    except vault.CannotOpen as error:
        _stop(str(error), WRONG_INPUT)


@click.command("backup")
@click.argument("path", type=click.Path(dir_okay=False))
@with_appcontext
def backup_command(path: str) -> None:
    """Write a checked copy of the database to PATH, while everything goes on. Keys are not in it."""
    try:
        click.echo(backup.write(path))
    except backup.BackupFailed as failed:
        _stop(str(failed), WRONG_INPUT)


@click.command("check-start")
@with_appcontext
def check_start() -> None:
    """Hold the vault's keys against the database, and print the address for first-time set-up if nobody can sign in."""
    if health.is_taken(_port()):
        _stop(f"Something answers at 127.0.0.1:{_port()} already. Stop it, or choose another: PORT=9000 make run.", 1)
    try:
        vault.check_keys()
    except vault.CannotOpen as error:
        _stop(str(error), 1)
    token = people.setup_token(COMMAND_LINE)
    if token:
        click.echo(f"\n  Open this address to set Berth up (good for 24 hours, once):\n  {_base()}/setup/{token}\n")
    else:
        click.echo(f"\n  Berth is at {_base()}\n")
