"""The audit log: written in the same transaction as what it tells of; values of credentials are never in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.extensions import db
from webapp.models import Event, User


@dataclass(frozen=True)
class Actor:
    """Who acts, and from which address: a user, a customer with a link, the command line, or Berth itself."""

    label: str
    user_id: str | None = None
    organisation_id: str | None = None
    address: str | None = None

    @classmethod
    def of(cls, user: User, address: str | None) -> Actor:
        return cls(user.email, user.id, user.organisation_id, address)


BERTH = Actor("Berth")
COMMAND_LINE = Actor("command line")


@dataclass(frozen=True)
class Filter:
    """What of the log is looked at; empty parts do not narrow it."""

    organisation_id: str
    actor: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None


def find(wanted: Filter, limit: int, offset: int = 0) -> list[Event]:
    """Events of an organisation, newest first."""
    query = select(Event).where(Event.organisation_id == wanted.organisation_id)
    if wanted.actor:
        query = query.where(Event.actor == wanted.actor)
    if wanted.action:
        query = query.where(Event.action == wanted.action)
    if wanted.since:
        query = query.where(Event.at >= wanted.since)
    if wanted.until:
        query = query.where(Event.at < wanted.until)
    return list(db.session.scalars(query.order_by(Event.id.desc()).limit(limit).offset(offset)))


def choices(organisation_id: str) -> tuple[list[str], list[str]]:
    """(actors, actions) that occur in an organisation's log."""
    actors = select(Event.actor).where(Event.organisation_id == organisation_id).distinct().order_by(Event.actor)
    actions = select(Event.action).where(Event.organisation_id == organisation_id).distinct().order_by(Event.action)
    return list(db.session.scalars(actors)), list(db.session.scalars(actions))


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject_id: str | None = None,
    subject: str | None = None,
    organisation_id: str | None = None,
    **details: object,
) -> None:
    """Add one event, for instance `connection.activated` of the connection named `subject`."""
    session.add(
        Event(
            organisation_id=organisation_id or actor.organisation_id,
            user_id=actor.user_id,
            actor=actor.label,
            action=action,
            subject_id=subject_id,
            subject=subject,
            address=actor.address,
            details={k: str(v) for k, v in details.items()},
        )
    )
