"""The audit log, which is only ever added to, and the values that show whether the vault's keys are the right ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Base, Document, Id, Moment, now


class Event(Base):
    """Who did what to what, when, from where. Ids are plain values: they outlive what they name."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    organisation_id: Mapped[str | None] = mapped_column(Id, index=True)
    user_id: Mapped[str | None] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(String(254))
    action: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[str | None] = mapped_column(Id)
    subject: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(String(45))
    details: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)


class KeyCheck(Base):
    """A known text sealed by each key of the vault: a wrong key is found at the start, not at the first sync."""

    __tablename__ = "key_checks"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
