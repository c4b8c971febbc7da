"""Sync: read everything first, then change the stored positions in one transaction. A broken-off list closes nothing.

What is due, who claimed it and what failed are columns of the linked account, so that running twice is harmless: a
claim is a conditional UPDATE, and the `fence` that it raises keeps a worker that lost its lease from writing.
"""

from __future__ import annotations

import logging
import random
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from webapp.connectors import (
    Connector,
    ConnectorError,
    CredentialsRejected,
    RemotePosition,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.extensions import db, now, release, settings, transaction, wake
from webapp.i18n import N_
from webapp.models import Connection, LinkedAccount, Position, SyncRun
from webapp.models.accounts import NEEDS_RELINK, OK, PROBLEM, UNAVAILABLE
from webapp.services import accounts, mail, positions, widgets
from webapp.services.claims import Claim, Reporter, claim, due

log = logging.getLogger("berth.sync")
LIMIT = 20_000
DOUBT = timedelta(minutes=10)
KEEP_CLOSED = KEEP_RUNS = timedelta(days=30)


def run(account_id: str) -> SyncRun | None:
    """Read one account if it is due and nobody else does. Returns the record, `None` where there was nothing to do."""
    held = claim(account_id)
    if held is None:
        return None
    started = now()
    account = db.session.get_one(LinkedAccount, account_id, populate_existing=True)
    reporter = Reporter(current_app._get_current_object(), held)  # type: ignore[attr-defined]
    try:
        reading = _read(account, reporter)
        reporter.stop()
        record = _succeeded(held, started, reading)
    except ConnectorError as error:
        reporter.stop()
        return _failed(held, started, error)
    except OperationalError:
        raise  # the database is out of reach: the lease ends by itself, and then the account is read again
    except Exception as error:
        # The text of a foreign exception may hold an address with a key in it: its type is all that is kept.
        log.error("account %s: the connector failed with %s", account_id, type(error).__name__)
        reporter.stop()
        return _failed(
            held, started, UnexpectedAnswer(N_("Berth could not read the answer. This is a fault of Berth."))
        )
    finally:
        reporter.stop()
    widgets.rebuild_soon()
    return record


def run_due() -> int:
    """Read every account that is due, one after the other; returns how many were read."""
    return sum(run(account_id) is not None for account_id in due())


def sync_now(connection: Connection) -> None:
    """Make an account due at once; where a doubted answer waits, the admin's word confirms it."""
    with transaction() as session:
        account = session.get_one(LinkedAccount, connection.account_id)
        if account.is_linked and account.health != NEEDS_RELINK:
            account.next_sync_at = now()
            account.doubted_at = account.doubted_at and now() - DOUBT
            wake("sync", account.id)


@dataclass
class _Reading:
    before: dict[str, tuple[str, str, str | None, bool]]
    rows: list[dict[str, Any]]
    ids: list[str]
    withheld: list[dict[str, Any]]
    fully: bool


def _read(account: LinkedAccount, reporter: Reporter) -> _Reading:
    """Read all positions; nothing is written, and no transaction is open while the ATS is asked."""
    before = positions.stored(account.id)
    fully = account.read_fully_at is None or now() > account.read_fully_at + timedelta(days=1)
    known = {} if fully else {r: version for r, (_i, _h, version, is_open) in before.items() if version and is_open}
    connector = accounts.connector_of(account)
    release()
    current = dict(connector.config)
    rows, ids = [], []
    try:
        for item in connector.positions(known):
            ids.append(item.id)
            if len(ids) > LIMIT:
                raise UnexpectedAnswer(N_("The ATS lists more than %(limit)s positions."), limit=LIMIT)
            if isinstance(item, RemotePosition):
                hashed = positions.content_hash(item)
                if before.get(item.id, ("", "", None, False))[1] != hashed:
                    rows.append(positions.as_row(item, hashed))
            reporter.done = len(ids)
            if reporter.lost:
                raise TemporarilyUnavailable(N_("Another worker reads this account."))
            current = accounts.keep_rotated(account, connector, current, reporter.held.fence)
    finally:
        accounts.keep_rotated(account, connector, current, reporter.held.fence)
    return _Reading(before, rows, ids, _withheld(connector), fully)


def _withheld(connector: Connector) -> list[dict[str, Any]]:
    return [asdict(item) for item in connector.withheld[:1000]]


def _held(session: Session, held: Claim) -> LinkedAccount | None:
    """The account, locked, if the claim still counts: it may be gone, or another worker may hold it now."""
    return session.scalar(
        select(LinkedAccount)
        .where(LinkedAccount.id == held.account_id, LinkedAccount.fence == held.fence)
        .with_for_update(of=LinkedAccount)
        .execution_options(populate_existing=True)
    )


def _succeeded(held: Claim, started: datetime, reading: _Reading) -> SyncRun | None:
    with transaction() as session:
        account = _held(session, held)
        if account is None:
            return None
        record = SyncRun(
            account_id=account.id,
            started_at=started,
            finished_at=now(),
            outcome="ok",
            read=len(reading.ids),
            withheld=len(reading.withheld),
        )
        session.add(record)
        _let_go(account)
        had = sum(is_open for *_rest, is_open in reading.before.values())
        kept = sum(1 for id in reading.ids if reading.before.get(id, ("", "", None, False))[3])
        if _implausible(had, kept) and not (account.doubted_at and now() >= account.doubted_at + DOUBT):
            account.doubted_at = account.doubted_at or now()
            account.next_sync_at = now() + DOUBT
            record.outcome = "doubted"
            log.warning("account %s: %d of %d positions gone, waiting for a second answer", account.id, had - kept, had)
            return record
        record.added, record.changed, record.closed = positions.write(
            session, account, reading.before, reading.rows, reading.ids, now()
        )
        if account.problem:
            log.info("account %s: works again", account.id)
        account.health, account.problem, account.problem_since, account.failures = OK, None, None, 0
        account.doubted_at, account.read_at = None, now()
        account.read_fully_at = now() if reading.fully else account.read_fully_at
        account.open_count = account.progress_total = len(reading.ids)
        account.withheld = reading.withheld + _carried_over(account, reading)
        account.next_sync_at = _next(session, account)
        widgets.bump_for(session, account.id)
    return record


def _carried_over(account: LinkedAccount, reading: _Reading) -> list[dict[str, Any]]:
    """What the last full reading withheld, and an answer that tells only of changes is silent about."""
    if reading.fully:
        return []
    said = {*reading.ids, *(item["id"] for item in reading.withheld)}
    return [item for item in account.withheld if item["id"] not in said]


def _implausible(had: int, kept: int) -> bool:
    """Whether a complete answer is so small that a second one has to confirm it: all of 3 or more gone, or most."""
    gone = had - kept
    return (kept == 0 and had >= 3) or (gone > 10 and gone * 2 > had)


def _next(session: Session, account: LinkedAccount) -> datetime | None:
    """Once linked, read once; on schedule from the moment there is a connection, active or not."""
    if not session.scalar(select(Connection.id).where(Connection.account_id == account.id)):
        return None
    return now() + timedelta(minutes=settings().sync_minutes * random.uniform(0.95, 1.05))


def _failed(held: Claim, started: datetime, error: ConnectorError) -> SyncRun | None:
    with transaction() as session:
        account = _held(session, held)
        if account is None:
            return None
        problem = error.as_json()
        record = SyncRun(
            account_id=account.id, started_at=started, finished_at=now(), outcome=error.kind, problem=problem
        )
        session.add(record)
        _let_go(account)
        account.failures += 1
        if account.problem is None:
            log.warning("account %s: %s: %s", account.id, error.kind, error)
            account.problem_since = now()
        account.problem = problem
        account.next_sync_at = _again(account, error)
        if isinstance(error, CredentialsRejected):
            account.health = NEEDS_RELINK
            if account.connection is not None:
                mail.needs_relink(account.connection, str(error))
        else:
            account.health = UNAVAILABLE if isinstance(error, TemporarilyUnavailable) else PROBLEM
        widgets.bump_for(session, account.id)
    return record


def _again(account: LinkedAccount, error: ConnectorError) -> datetime | None:
    """When to ask again: not at all where new credentials are needed, so that no account is locked out."""
    if isinstance(error, CredentialsRejected):
        return None
    if isinstance(error, TemporarilyUnavailable):
        if error.retry_after is not None:
            return now() + timedelta(seconds=error.retry_after)
        return now() + timedelta(minutes=min(2 ** (account.failures - 1), 60) * random.uniform(0.8, 1.2))
    return now() + timedelta(hours=1)


def _let_go(account: LinkedAccount) -> None:
    account.lease_owner = account.lease_until = account.progress_done = None


def clean_up() -> None:
    """Forget positions closed long ago and old sync runs, a bounded number at a time."""
    with transaction() as session:
        old = select(Position.id).where(Position.closed_at < now() - KEEP_CLOSED).limit(5000)
        session.execute(delete(Position).where(Position.id.in_(old)).execution_options(synchronize_session=False))
        runs = select(SyncRun.id).where(SyncRun.started_at < now() - KEEP_RUNS).limit(5000)
        session.execute(delete(SyncRun).where(SyncRun.id.in_(runs)).execution_options(synchronize_session=False))
