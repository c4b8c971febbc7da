"""Connections of an organisation: named, tested, switched on and off, deleted. The switch of the integration itself."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.connectors import ATSS, CONNECTORS, Connector, ConnectorError
from webapp.extensions import db, now, release, transaction
from webapp.i18n import N_
from webapp.models import Connection, LinkedAccount, Organisation, SyncRun
from webapp.models.accounts import DIRECT, NEEDS_RELINK, OK
from webapp.services import accounts, events, requests, testing, vault, widgets
from webapp.services.events import BERTH, Actor
from webapp.services.refusal import Refused

UNFINISHED_DAYS = timedelta(days=7)
SWITCH_FIRST = N_("Turn the ATS integration on first.")


def switch(organisation: Organisation, on: bool, actor: Actor) -> None:
    """Turn the integration on or off. Off, nothing is read on schedule and widgets are empty; nothing is lost."""
    with transaction() as session:
        organisation.integration_on = on
        events.record(session, actor, "integration.switched_on" if on else "integration.switched_off")
        widgets.bump_all(session, organisation)
    widgets.rebuild_soon()


def of(organisation: Organisation, kind: str | None = None) -> list[Connection]:
    """The connections of an organisation by name; of one kind if it is given."""
    query = select(Connection).where(Connection.organisation_id == organisation.id).order_by(Connection.name_key)
    return list(db.session.scalars(query.where(Connection.kind == kind) if kind else query))


def get(organisation: Organisation, id: str) -> Connection | None:
    """One connection, `None` for another organisation's as well."""
    return db.session.scalar(
        select(Connection).where(Connection.id == id, Connection.organisation_id == organisation.id)
    )


def create(
    organisation: Organisation, ats: str, name: str, actor: Actor, known: dict[str, str] | None = None, way_in: str = ""
) -> Connection:
    """A connection that is not finished: it reserves its name. `known`: field values known already, none secret;
    `way_in`: the one that was seen to read the account.

    Raises `Refused` where the name is taken or the integration is off.
    """
    if ats not in ATSS:
        raise Refused(N_("Berth does not know this ATS."), "ats")
    with transaction() as session:
        need_switch(organisation)
        draft = ({"values": known} if known else {}) | ({"way_in": way_in} if way_in else {})
        account = LinkedAccount(organisation_id=organisation.id, ats=ats, draft=draft)
        session.add(account)
        session.flush()
        connection = make(session, account, DIRECT, name)
        events.record(session, actor, "connection.created", connection.id, connection.name, ats=ats)
    return connection


def make(session: Session, account: LinkedAccount, kind: str, name: str) -> Connection:
    """The connection of a linked account, inside a transaction. Raises `Refused` where the name is taken."""
    connection = Connection(
        organisation_id=account.organisation_id,
        account_id=account.id,
        kind=kind,
        **_named(session, account.organisation_id, name),
    )
    session.add(connection)
    session.flush()
    return connection


def need_switch(organisation: Organisation) -> None:
    """Raises `Refused` while the integration is off."""
    if not organisation.integration_on:
        raise Refused(SWITCH_FIRST)


def _named(session: Session, organisation_id: str, name: str, own: Connection | None = None) -> dict[str, str]:
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(name) <= 80:
        raise Refused(N_("Give a name of 1 to 80 characters, such as Headquarters."), "name")
    key = unicodedata.normalize("NFKC", name).casefold()[:200]
    taken = session.scalar(
        select(Connection).where(Connection.organisation_id == organisation_id, Connection.name_key == key)
    )
    if taken is not None and taken is not own:
        raise Refused(N_("There is a connection of this name already. Choose another one."), "name")
    return {"name": name, "name_key": key}


def rename(connection: Connection, name: str, actor: Actor) -> None:
    """Give another name. Raises `Refused`."""
    with transaction() as session:
        named = _named(session, connection.organisation_id, name, connection)
        events.record(session, actor, "connection.renamed", connection.id, named["name"], before=connection.name)
        connection.name, connection.name_key = named["name"], named["name_key"]
        widgets.bump_for(session, connection.account_id)


def activate(connection: Connection, actor: Actor) -> None:
    """Show the connection's positions in the widgets that point to it. Raises `Refused`."""
    _set_active(connection, True, actor)


def deactivate(connection: Connection, actor: Actor) -> None:
    """Show none of the connection's positions; they are kept, and read on."""
    _set_active(connection, False, actor)


def _set_active(connection: Connection, active: bool, actor: Actor) -> None:
    with transaction() as session:
        if active:
            need_switch(connection.account.organisation)
            if not connection.is_finished:
                raise Refused(N_("Finish the set-up of this connection first."))
        connection.active = active
        account = connection.account
        if active and account.next_sync_at is None and account.health != NEEDS_RELINK:
            account.next_sync_at = now()
        events.record(
            session,
            actor,
            "connection.activated" if active else "connection.deactivated",
            connection.id,
            connection.name,
        )
        widgets.bump_for(session, connection.account_id)
    widgets.rebuild_soon()


def test(connection: Connection, actor: Actor) -> testing.Report:
    """Look at the ATS once, step by step; stores the steps, no positions. Raises `Refused` where it is not linked."""
    if not connection.is_finished:
        raise Refused(N_("Finish the set-up of this connection first."))
    account = connection.account
    try:
        connector = accounts.connector_of(account)
    except ConnectorError as error:
        text = N_("The stored settings can be used")
        report = testing.Report([testing.Step(testing.FAILED, text, {}, error.message)], error=error)
    else:
        release()
        before = dict(connector.config)
        report = testing.run(connector)
        accounts.keep_rotated(account, connector, before)
    with transaction() as session:
        account.last_test = {**report.as_json(), "at": now().isoformat()}
        if report.passed and account.health == NEEDS_RELINK:
            account.health, account.problem, account.problem_since, account.next_sync_at = OK, None, None, now()
        outcome = "passed" if report.error is None else report.error.kind
        events.record(session, actor, "connection.tested", connection.id, connection.name, outcome=outcome)
    return report


def delete(connection: Connection, actor: Actor) -> None:
    """Destroy the connection, its linked account, credentials, links and positions, in one transaction. No undo.

    A middleman that keeps something for the account is told afterwards; if it does not answer, the log says so.
    """
    kept_for_us = _connector_to_forget(connection)
    with transaction() as session:
        organisation_id = connection.organisation_id
        verb = "connection.deleted" if connection.is_finished else "connection.discarded"
        events.record(session, actor, verb, connection.id, connection.name, organisation_id)
        widgets.bump_for(session, connection.account_id)
        requests.note_deleted(session, connection.account)
        session.delete(connection.account)
    widgets.rebuild_soon()
    if kept_for_us is not None:
        _forget(kept_for_us, organisation_id, connection.name, actor)


def _connector_to_forget(connection: Connection) -> Connector | None:
    """The connector, opened as long as its credentials are there, where somebody has to be told of a deletion."""
    way_in = CONNECTORS.get(connection.account.way_in or "")
    if way_in is None or not way_in.ats.reads_others:
        return None
    try:
        return accounts.connector_of(connection.account)
    except ConnectorError:
        return None


def _forget(connector: Connector, organisation_id: str, name: str, actor: Actor) -> None:
    outcome = "done"
    try:
        connector.forget()
    except ConnectorError as error:
        outcome = error.kind
    with transaction() as session:
        events.record(session, actor, "account.forgotten", None, name, organisation_id, outcome=outcome)


def runs_of(connection: Connection, limit: int = 10) -> list[SyncRun]:
    """The last sync runs, newest first."""
    return list(
        db.session.scalars(
            select(SyncRun).where(SyncRun.account_id == connection.account_id).order_by(SyncRun.id.desc()).limit(limit)
        )
    )


def discard_unfinished() -> int:
    """Discard connections that nobody finished within seven days, and what waits for links that are over.

    Returns how many connections.
    """
    with transaction() as session:
        vault.forget_waiting(session)
        old = session.scalars(
            select(Connection)
            .join(LinkedAccount)
            .where(LinkedAccount.linked_at.is_(None), Connection.created_at < now() - UNFINISHED_DAYS)
        ).all()
        for connection in old:
            delete(connection, BERTH)
    return len(old)
