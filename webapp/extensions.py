"""What the whole house shares, created unbound: database, sign-in, CSRF, rate limits, and the waking of workers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import JSON, DateTime, Engine, MetaData, Result, String, event
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from webapp.config import Settings


class Base(DeclarativeBase):
    """All tables; names of constraints follow one pattern so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, on databases with and without time zones alike."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate(render_as_batch=True)
login_manager = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, headers_enabled=True)

Id = String(32)
Document = JSON

_writing: ContextVar[bool] = ContextVar("writing", default=False)
_wakers: dict[str, Callable[..., None]] = {}


def new_id() -> str:
    """128 random bits as 32 hexadecimal digits: every id that may stand in an address."""
    return secrets.token_hex(16)


def now() -> datetime:
    """The moment, aware, in UTC."""
    return datetime.now(UTC)


@contextmanager
def transaction() -> Iterator[Session]:
    """One writing transaction; what was loaded before is read again inside it. Joins one that is open already.

    SQLite begins it with IMMEDIATE: a transaction that first reads and then writes would fail at once when somebody
    else wrote in between, whatever the time-out (RELIABILITY, T9).
    """
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.rollback()
    session.expire_all()  # after a commit nothing is expired, and there is nothing to roll back
    session.info["writing"] = True
    token = _writing.set(True)
    try:
        yield session
        session.commit()
    except BaseException:
        session.info.pop("wakes", None)
        session.rollback()
        raise
    finally:
        _writing.reset(token)
        session.info.pop("writing", None)
    for name, arguments in session.info.pop("wakes", []):
        _call(name, arguments)


@contextmanager
def transaction_begins_immediately() -> Iterator[None]:
    """For connections that are not a session's: what they begin, they begin as writers."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def changed(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE met."""
    return int(getattr(result, "rowcount", 0))


def release() -> None:
    """End the reading transaction, so that none is open while an ATS is asked."""
    db.session.rollback()


def on_wake(name: str, wake_up: Callable[..., None]) -> None:
    """Say what happens when a service asks for this background work."""
    _wakers[name] = wake_up


def wake(name: str, *arguments: object) -> None:
    """Ask for background work, once the transaction is committed. State lives in rows: losing it loses nothing."""
    info = db.session().info
    if info.get("writing"):
        info.setdefault("wakes", []).append((name, arguments))
    else:
        _call(name, arguments)


def _call(name: str, arguments: tuple[object, ...]) -> None:
    if name in _wakers:
        _wakers[name](*arguments)


@event.listens_for(Engine, "connect")
def _set_up_connection(connection: Any, _record: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.isolation_level = None  # we begin transactions ourselves, see `_begin`
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "busy_timeout=5000",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "journal_size_limit=67108864",
        ):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def settings() -> Settings:
    """The settings of the app in whose context this runs."""
    found: Settings = current_app.config["BERTH"]
    return found
