"""Widgets: configured *Open positions* lists, each with a public key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base, Id, Moment, new_id, now
from webapp.i18n import N_
from webapp.models.accounts import Connection
from webapp.models.people import Organisation

SORTS = {"newest": N_("Newest first"), "title": N_("By title"), "place": N_("By place")}

widget_connections = Table(
    "widget_connections",
    Base.metadata,
    Column("widget_id", ForeignKey("widgets.id", ondelete="CASCADE"), primary_key=True),
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True),
)


class Widget(Base):
    """What an intranet page shows. `version` rises with every change of what readers may see."""

    __tablename__ = "widgets"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    key: Mapped[str] = mapped_column(Id, unique=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(200))
    page_size: Mapped[int] = mapped_column(default=20)
    sort: Mapped[str] = mapped_column(String(10), default="newest")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    connections: Mapped[list[Connection]] = relationship(
        secondary=widget_connections, order_by=Connection.name_key, passive_deletes=True
    )
