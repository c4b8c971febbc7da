"""Background work: huey in a process of its own (`flask worker`). The queue only wakes a worker; what is due is a
column, looked at every few seconds in any case, so that losing the queue loses nothing."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from huey import Huey, RedisHuey, SqliteHuey, crontab

from webapp.extensions import on_wake, settings
from webapp.services import connections, mail, sessions, sync

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger("berth.worker")
LOOK_SECONDS = 5.0


def register(app: Flask) -> None:
    """Bind the queue to the app, and let services wake it."""
    config = app.config["BERTH"]
    options: dict[str, Any] = {"name": "berth", "results": False, "utc": True}
    huey: Huey
    if config.redis_url:
        huey = RedisHuey(url=config.redis_url, **options)
    else:
        huey = SqliteHuey(filename=str(config.instance / "queue.db"), **options)
    app.extensions["huey"] = huey

    def in_context(work: Any) -> Any:
        def call(*arguments: object) -> None:
            with app.app_context():
                work(*arguments)

        call.__name__ = work.__name__
        return call

    read_account = huey.task(name="read_account")(in_context(sync.run))
    huey.periodic_task(crontab(minute="17"), name="clean_up")(in_context(clean_up))
    app.extensions["read_account"] = read_account

    def wake_sync(account_id: str) -> None:
        if not config.testing:
            try:
                read_account(account_id)
            except Exception as error:  # the queue is a convenience: the worker looks by itself
                log.warning("The queue could not be reached (%s); the worker finds the account by itself.", error)

    on_wake("sync", wake_sync)
    send_mail = huey.task(name="send_mail", retries=5, retry_delay=60, retry_backoff=2)(in_context(mail.send))
    if not config.testing:
        on_wake("mail", send_mail)


def clean_up() -> None:
    """What has had its time: closed positions, sync runs, sessions, connections that nobody finished."""
    sync.clean_up()
    sessions.forget_old_sessions()
    connections.discard_unfinished()


def work(app: Flask) -> None:
    """Run a worker until it is told to stop: the queue's consumer, and a look at what is due every few seconds."""
    huey = app.extensions["huey"]
    stopping = threading.Event()

    def look() -> None:
        while not stopping.wait(LOOK_SECONDS):
            try:
                with app.app_context():
                    queue_due(app.extensions["read_account"])
            except Exception as error:
                log.error("Looking for due accounts failed: %s", type(error).__name__)

    watcher = threading.Thread(target=look, name="due", daemon=True)
    with app.app_context():
        threads = settings().worker_threads
    consumer = huey.create_consumer(
        workers=threads, initial_delay=0.05, max_delay=0.5, shutdown_timeout=20, graceful_signal="TERM"
    )
    watcher.start()
    try:
        consumer.run()
    finally:
        stopping.set()


_queued: dict[str, float] = {}


def queue_due(read_account: Any) -> None:
    """Queue what is due, not more often than once a minute for the same account."""
    for account_id in sync.due():
        if time.monotonic() - _queued.get(account_id, -60.0) >= 60:
            _queued[account_id] = time.monotonic()
            read_account(account_id)
