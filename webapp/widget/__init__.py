"""What a reader gets. `answer()` is pure; the store of snapshots is the one thing a process keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.extensions import on_wake

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Give the app its store of snapshots, told at once of changes that this process makes."""
    from webapp.widget.snapshot import Store
    from webapp.widget.wsgi import ahead_of

    store = Store(app, watch=not app.config["BERTH"].testing)
    app.extensions["snapshots"] = store
    on_wake("widgets", store.refresh)
    app.wsgi_app = ahead_of(app.wsgi_app, store)  # type: ignore[method-assign]
