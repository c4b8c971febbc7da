"""What happens to a linked account, noted on the activation request that it came from."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.extensions import now
from webapp.models import ActivationRequest, Link, LinkedAccount


def note_established(session: Session, link: Link) -> None:
    """The link was finished: its request says so. Called in the transaction that finishes it."""
    request = session.get(ActivationRequest, link.request_id) if link.request_id else None
    if request is not None:
        request.established_at, request.deleted_at, request.tried = now(), None, None


def note_deleted(session: Session, account: LinkedAccount) -> None:
    """The admin deleted the account: the desk sees it, and can issue a new link from the same request."""
    session.execute(
        update(ActivationRequest)
        .where(ActivationRequest.account_id == account.id)
        .values(deleted_at=now(), established_at=None, shared_at=None, handed_over_at=None, told_at=None)
        .execution_options(synchronize_session="fetch")
    )
