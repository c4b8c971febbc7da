"""Who holds a linked account while it is read: a conditional UPDATE, a lease that is kept alive, and a fence."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, and_, or_, select, update

from webapp.extensions import changed, db, new_id, now, settings, transaction
from webapp.models import LinkedAccount, Organisation

log = logging.getLogger("berth.sync")
_OWNER = f"{os.uname().nodename[:40]}-{os.getpid()}"


@dataclass(frozen=True)
class Claim:
    """An account held by this worker; `fence` is the number that only this claim has."""

    account_id: str
    fence: int


def due(limit: int = 100) -> list[str]:
    """Ids of accounts to read now."""
    ids = select(LinkedAccount.id).where(_is_due()).order_by(LinkedAccount.next_sync_at).limit(limit)
    return list(db.session.scalars(ids))


def _is_due() -> ColumnElement[bool]:
    """On schedule only where the organisation's switch is on; new ones in any case."""
    switch = select(Organisation.integration_on).where(Organisation.id == LinkedAccount.organisation_id)
    return and_(
        LinkedAccount.next_sync_at <= now(),
        or_(LinkedAccount.lease_until.is_(None), LinkedAccount.lease_until < now()),
        or_(switch.scalar_subquery(), LinkedAccount.read_at.is_(None)),
    )


def claim(account_id: str) -> Claim | None:
    """Hold a due account, if nobody else does."""
    with transaction() as session:
        fence = session.scalar(
            update(LinkedAccount)
            .where(LinkedAccount.id == account_id, _is_due())
            .values(
                lease_owner=_OWNER,
                lease_until=now() + timedelta(seconds=settings().lease_seconds),
                fence=LinkedAccount.fence + 1,
                progress_done=0,
            )
            .returning(LinkedAccount.fence)
            .execution_options(synchronize_session=False)
        )
    return Claim(account_id, fence) if fence else None


class Reporter:
    """Keeps the lease alive and the progress visible while an account is read, from a thread of its own."""

    def __init__(self, app: Flask, held: Claim) -> None:
        self.app, self.held = app, held
        self.done = 0
        self.lost = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._go, name=f"lease-{new_id()[:6]}", daemon=True)
        self._thread.start()

    def _go(self) -> None:
        third = max(settings_of(self.app).lease_seconds / 3, 0.2)
        shown, renewed = 0, 0.0
        while not self._stopped.wait(min(third, 0.5)):
            renewed += min(third, 0.5)
            if self.done == shown and renewed < third:
                continue
            shown, renewed = self.done, 0.0
            with self.app.app_context():
                try:
                    self.lost = not self._renew(shown)
                except Exception as error:
                    log.warning("account %s: the lease was not renewed: %s", self.held.account_id, type(error).__name__)

    def _renew(self, done: int) -> bool:
        with transaction() as session:
            renewed = session.execute(
                update(LinkedAccount)
                .where(LinkedAccount.id == self.held.account_id, LinkedAccount.fence == self.held.fence)
                .values(progress_done=done, lease_until=now() + timedelta(seconds=settings().lease_seconds))
            )
        return changed(renewed) == 1

    def stop(self) -> None:
        """End the thread; safe to call twice."""
        self._stopped.set()
        self._thread.join(timeout=10)


def settings_of(app: Flask) -> Any:
    """The settings of an app, outside its context."""
    return app.config["BERTH"]
