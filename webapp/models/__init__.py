"""The tables, and the questions that a row can answer about itself."""

from webapp.models.accounts import Connection, Credential, Link, LinkedAccount, Position, SyncRun
from webapp.models.desk import ActivationRequest
from webapp.models.events import Event, KeyCheck
from webapp.models.people import Invitation, Organisation, User, UserSession
from webapp.models.widgets import Widget

__all__ = [
    "ActivationRequest",
    "Connection",
    "Credential",
    "Event",
    "Invitation",
    "KeyCheck",
    "Link",
    "LinkedAccount",
    "Organisation",
    "Position",
    "SyncRun",
    "User",
    "UserSession",
    "Widget",
]
