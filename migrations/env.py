"""Runs migrations through Flask-Migrate, each in one transaction on SQLite as well: killed in the middle, it leaves
nothing behind, and the next start does it again (RELIABILITY, T10)."""

import logging

from alembic import context
from flask import current_app

from webapp.extensions import db, transaction_begins_immediately

log = logging.getLogger("alembic.env")


def run_migrations() -> None:
    with transaction_begins_immediately(), db.engine.connect() as connection:
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
