"""Organisations, the people in them, their sessions, and the one-time addresses that make people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base, Document, Id, Moment, new_id, now
from webapp.i18n import N_

MANAGE_INTEGRATIONS = "manage_integrations"
MANAGE_WIDGETS = "manage_widgets"
MANAGE_USERS = "manage_users"
PERMISSIONS = {
    MANAGE_INTEGRATIONS: N_("Manage integrations"),
    MANAGE_WIDGETS: N_("Manage widgets"),
    MANAGE_USERS: N_("Manage users"),
}
#: A role is a name for a bundle of permissions; what a user holds are the permissions.
ROLES = {
    "admin": (N_("Admin"), (MANAGE_INTEGRATIONS, MANAGE_WIDGETS, MANAGE_USERS)),
    "editor": (N_("Editor"), (MANAGE_WIDGETS,)),
    "member": (N_("Member"), ()),
}


class Organisation(Base):
    """One of the organisations that this installation serves; nobody sees another one's data."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    integration_on: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class User(Base):
    """Somebody who signs in. Belongs to one organisation, or to none if *service desk*."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    permissions: Mapped[list[str]] = mapped_column(Document, default=list)
    service_desk: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")

    __allow_unmapped__ = True
    is_authenticated = True
    is_anonymous = False
    #: The session that this request came with, and its token; set by services/people.py.
    session_token: str | None = None
    session: UserSession | None = None

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    def get_id(self) -> str | None:
        """What the cookie holds: a session's token, so that a forged cookie without a row is nobody."""
        return self.session_token

    def may(self, permission: str) -> bool:
        """Whether the user holds a permission, in the organisation that they belong to."""
        return self.organisation_id is not None and permission in self.permissions

    @property
    def role(self) -> str:
        """The name of the role whose bundle the permissions are, else `custom`."""
        held = set(self.permissions)
        return next((role for role, (_label, bundle) in ROLES.items() if set(bundle) == held), "custom")


class UserSession(Base):
    """A signed-in browser. `id` is the SHA-256 of the token in the cookie."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    signed_in_at: Mapped[datetime] = mapped_column(Moment, default=now)
    seen_at: Mapped[datetime] = mapped_column(Moment, default=now)
    address: Mapped[str | None] = mapped_column(String(45))
    agent: Mapped[str | None] = mapped_column(Text)

    user: Mapped[User] = relationship(lazy="joined")


class Invitation(Base):
    """A one-time address that makes a user: the first admin (`setup`) or an invited one (`invitation`)."""

    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    purpose: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    permissions: Mapped[list[str]] = mapped_column(Document, default=list)
    service_desk: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    voided_at: Mapped[datetime | None] = mapped_column(Moment)

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        """Whether the address still makes a user."""
        return self.used_at is None and self.voided_at is None and now() <= self.expires_at
