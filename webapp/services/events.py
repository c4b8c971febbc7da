"""The audit log: written in the same transaction as what it tells of; values of credentials are never in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

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
