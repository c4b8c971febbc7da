"""Blueprints, thin: load, decide, call one verb, render."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


BLUEPRINTS = (
    *("auth", "integrations", "connections", "requests", "connect_merge", "widgets", "widget"),
    *("users", "activity", "desk", "merge", "ops"),
)


def register(app: Flask) -> None:
    """All blueprints, and what every page needs."""
    from webapp.views import errors, page

    page.set_up(app)
    errors.set_up(app)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"{__name__}.{name}").blueprint)
