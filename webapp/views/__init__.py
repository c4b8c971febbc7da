"""Blueprints, thin: load, decide, call one verb, render."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """All blueprints, and what every page needs."""
    from webapp.views import auth, connect, connections, desk, errors, integrations, ops, page, users, widget, widgets

    page.set_up(app)
    errors.set_up(app)
    for module in (auth, integrations, connections, connect, widgets, widget, users, desk, ops):
        app.register_blueprint(module.blueprint)
