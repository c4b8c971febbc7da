"""Runs migrations through Flask-Migrate, each in one transaction on SQLite as well: killed in the middle, it leaves
nothing behind, and the next start does it again (RELIABILITY, T10)."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from webapp.extensions import db, transaction_begins_immediately

log = logging.getLogger("alembic.env")


@contextmanager
def unenforced(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew and dropping the old one, which would delete, by cascade, whatever
    points to it. So foreign keys are off meanwhile, and checked at the end. Set on the driver's connection: inside a
    transaction the pragma does nothing.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"The migration left rows that point nowhere: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run_migrations() -> None:
    with transaction_begins_immediately(), db.engine.connect() as connection, unenforced(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transactional_ddl=True,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                # Two processes that start together: the second one waits, then finds nothing to do.
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7263014)")
            context.run_migrations()


run_migrations()
