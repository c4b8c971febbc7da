"""Whether this process can do its work."""

from __future__ import annotations

import socket

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from webapp.config import ROOT
from webapp.extensions import db


def is_taken(port: int) -> bool:
    """Whether something answers at this port here; granian would share it with the other one without a word."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def schema_is_current() -> bool:
    """Whether the database has the tables that this version needs."""
    heads = set(ScriptDirectory(str(ROOT / "migrations")).get_heads())
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == heads


def not_ready() -> list[str]:
    """Names of what is missing; empty if all is well. A stale list of positions is no reason."""
    try:
        return [] if schema_is_current() else ["schema"]
    except SQLAlchemyError:
        return ["database"]
