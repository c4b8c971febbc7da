"""Linked accounts, their credentials and positions; the connections that widgets point to; the links that make them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base, Document, Id, Moment, new_id, now
from webapp.i18n import N_
from webapp.models.people import Organisation, User

Json = dict[str, Any]

OK, NEEDS_RELINK, UNAVAILABLE, PROBLEM = "ok", "needs_relink", "unavailable", "problem"
DIRECT, OTHER = "direct", "other"
CONNECT, RELINK = "connect", "relink"
ADMIN, CUSTOMER = "admin", "customer"


class LinkedAccount(Base):
    """One organisation's ATS account, authorised: schedule, lease, fence, health, positions and credentials are its."""

    __tablename__ = "linked_accounts"
    __table_args__ = (UniqueConstraint("organisation_id", "ats", "remote_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    ats: Mapped[str | None] = mapped_column(String(64))
    way_in: Mapped[str | None] = mapped_column(String(80))
    #: What was typed and is no secret: of the way in that works, and of a link that is not finished.
    config: Mapped[Json] = mapped_column(Document, default=dict)
    draft: Mapped[Json] = mapped_column(Document, default=dict)
    #: The ATS's own id of the account; with the ATS unique in an organisation. `None` until linked, or where unsaid.
    remote_id: Mapped[str | None] = mapped_column(Text)
    remote_name: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    linked_at: Mapped[datetime | None] = mapped_column(Moment)
    #: SHA-256 of the token that an admin adds the account with; the token itself is shown once and kept nowhere.
    token_hash: Mapped[str | None] = mapped_column(String(64))

    health: Mapped[str | None] = mapped_column(String(20))
    problem: Mapped[Json | None] = mapped_column(Document)
    problem_since: Mapped[datetime | None] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(default=0)
    last_test: Mapped[Json | None] = mapped_column(Document)

    open_count: Mapped[int] = mapped_column(default=0)
    withheld: Mapped[list[Json]] = mapped_column(Document, default=list)
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    read_fully_at: Mapped[datetime | None] = mapped_column(Moment)
    #: A complete answer that was implausibly small, waiting to be confirmed by a second one.
    doubted_at: Mapped[datetime | None] = mapped_column(Moment)

    next_sync_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    fence: Mapped[int] = mapped_column(Integer, default=0)
    progress_done: Mapped[int | None] = mapped_column(Integer)
    progress_total: Mapped[int | None] = mapped_column(Integer)

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    connection: Mapped[Connection | None] = relationship(
        back_populates="account", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def public_id(self) -> str:
        """The ID that the service desk hands over."""
        return f"acc_{self.id}"

    @property
    def is_linked(self) -> bool:
        return self.linked_at is not None

    @property
    def is_reading(self) -> bool:
        """A worker holds the account, or it is due and waits for one."""
        if not self.is_linked or self.health == NEEDS_RELINK:
            return False
        held = self.lease_until is not None and self.lease_until > now()
        wanted = self.organisation.integration_on or self.read_at is None
        return held or (wanted and self.next_sync_at is not None and self.next_sync_at <= now())


class Credential(Base):
    """One sealed secret. With `link_id` it waits for that link's *Finish*, beside the working ones."""

    __tablename__ = "credentials"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("linked_accounts.id", ondelete="CASCADE"), index=True)
    link_id: Mapped[str | None] = mapped_column(ForeignKey("links.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[str] = mapped_column(Text)
    sealed_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Connection(Base):
    """A linked account, named, and switched on or off by an admin: what a widget points to."""

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("organisation_id", "name_key"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("linked_accounts.id", ondelete="CASCADE"), unique=True)
    kind: Mapped[str] = mapped_column(String(10), default=DIRECT)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    account: Mapped[LinkedAccount] = relationship(back_populates="connection", lazy="joined", innerjoin=True)

    @property
    def is_finished(self) -> bool:
        return self.account.is_linked


class Link(Base):
    """A signed address that lets its holder complete one linked account; the row decides everything about it."""

    __tablename__ = "links"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("linked_accounts.id", ondelete="CASCADE"), index=True)
    #: The activation request that a customer's link answers.
    request_id: Mapped[str | None] = mapped_column(
        ForeignKey("activation_requests.id", ondelete="SET NULL"), index=True
    )
    purpose: Mapped[str] = mapped_column(String(10))
    audience: Mapped[str] = mapped_column(String(10))
    #: The admin who pressed the button; an admin's link is good only while this user is signed in.
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    established_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

    way_in: Mapped[str | None] = mapped_column(String(80))
    #: What the accepted test of this link found: config, account, positions to preview. No secret is in it.
    accepted: Mapped[Json | None] = mapped_column(Document)

    account: Mapped[LinkedAccount] = relationship(lazy="joined", innerjoin=True)
    user: Mapped[User | None] = relationship()

    @property
    def state(self) -> str:
        """`established`, `revoked`, `expired`, `started` or `issued`."""
        if self.established_at:
            return "established"
        if self.revoked_at:
            return "revoked"
        if now() > self.expires_at:
            return "expired"
        return "started" if self.started_at else "issued"


class Position(Base):
    """One open job as we store and show it; closed ones keep their row for a while, so that an id comes back."""

    __tablename__ = "positions"
    __table_args__ = (
        UniqueConstraint("account_id", "remote_id"),
        Index("ix_positions_open", "account_id", "closed_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("linked_accounts.id", ondelete="CASCADE"))
    remote_id: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(300))
    url: Mapped[str | None] = mapped_column(Text)
    apply_url: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    team: Mapped[str | None] = mapped_column(Text)
    locations: Mapped[list[Json]] = mapped_column(Document, default=list)
    workplace: Mapped[str | None] = mapped_column(String(20))
    employment_type: Mapped[str | None] = mapped_column(String(20))
    description_html: Mapped[str | None] = mapped_column(Text)
    posted_at: Mapped[datetime | None] = mapped_column(Moment)
    updated_at: Mapped[datetime | None] = mapped_column(Moment)
    closes_at: Mapped[datetime | None] = mapped_column(Moment)
    language: Mapped[str | None] = mapped_column(Text)
    requisition: Mapped[str | None] = mapped_column(Text)
    salary: Mapped[Json | None] = mapped_column(Document)
    visibility: Mapped[str] = mapped_column(String(10), default="public")
    company: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    labels: Mapped[list[Json]] = mapped_column(Document, default=list)
    translations: Mapped[list[Json]] = mapped_column(Document, default=list)
    version: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(40))
    first_seen_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    def places(self) -> list[str]:
        """The places as short texts: the town, or what is said instead."""
        return [p for p in (place_text(location) for location in self.locations) if p]


def place_text(location: Json) -> str | None:
    """A location as one short text: the town, or what is said instead."""
    return location.get("city") or location.get("name") or location.get("region") or location.get("country")


#: Why the ATS lists a position that Berth does not show.
REASONS = {
    "draft": N_("It is a draft."),
    "closed": N_("It is closed."),
    "unlisted": N_("It is not published."),
    "confidential": N_("It is confidential."),
    "sample": N_("It is a sample of the ATS."),
    "prospect": N_("It collects applications without being a job."),
    "expired": N_("Its closing date has passed."),
}


class SyncRun(Base):
    """The record of one reading of all positions of a linked account."""

    __tablename__ = "sync_runs"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("linked_accounts.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime] = mapped_column(Moment)
    #: `ok`, `doubted`, or the `kind` of the error.
    outcome: Mapped[str] = mapped_column(String(40))
    problem: Mapped[Json | None] = mapped_column(Document)
    read: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    closed: Mapped[int] = mapped_column(default=0)
    withheld: Mapped[int] = mapped_column(default=0)
