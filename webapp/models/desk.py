"""Activation requests: what an admin, or a customer by telephone, asks the service desk for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base, Id, Moment, new_id, now
from webapp.models.accounts import CONNECT, Link, LinkedAccount
from webapp.models.people import Organisation


class ActivationRequest(Base):
    """A request for a magic link: to connect an ATS, or to relink one. What happened stands in its columns."""

    __tablename__ = "activation_requests"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(10), default=CONNECT)
    #: The slug of an ATS that Berth has, or what the person wrote.
    ats: Mapped[str | None] = mapped_column(String(64))
    ats_text: Mapped[str] = mapped_column(String(200))
    careers_address: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(254))
    note: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("linked_accounts.id", ondelete="SET NULL"), index=True)
    #: A customer asked for a new link, or for help: what was tried stands in `tried`.
    asked_again_at: Mapped[datetime | None] = mapped_column(Moment)
    tried: Mapped[str | None] = mapped_column(Text)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    established_at: Mapped[datetime | None] = mapped_column(Moment)
    shared_at: Mapped[datetime | None] = mapped_column(Moment)
    handed_over_at: Mapped[datetime | None] = mapped_column(Moment)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    account: Mapped[LinkedAccount | None] = relationship(lazy="joined")
    links: Mapped[list[Link]] = relationship(order_by=Link.created_at.desc(), viewonly=True)

    @property
    def link(self) -> Link | None:
        """The magic link issued last."""
        return self.links[0] if self.links else None

    @property
    def is_asked_again(self) -> bool:
        """A customer asked for a new link, and none was issued since."""
        newest = self.link
        return self.asked_again_at is not None and (newest is None or newest.created_at < self.asked_again_at)

    @property
    def state(self) -> str:
        """Where the request stands, in one word; see `STATES`."""
        if self.closed_at:
            return "closed"
        if self.account and self.account.connection and self.established_at:
            return "done"
        newest = self.link
        fresh = newest is not None and newest.state in ("issued", "started")
        if self.established_at and not fresh:
            if self.handed_over_at:
                return "handed_over"
            return "shared" if self.shared_at else "established"
        if newest is None:
            return "deleted" if self.deleted_at else "waiting"
        if self.deleted_at and newest.created_at < self.deleted_at:
            return "deleted"
        if self.is_asked_again:
            return "asked_again"
        return newest.state
