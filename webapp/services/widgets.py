"""Widgets: set up by editors, and told when what they show changes."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.extensions import db, new_id, transaction, wake
from webapp.i18n import N_
from webapp.models import Connection, Organisation, Widget
from webapp.models.widgets import SORTS, widget_connections
from webapp.services import events
from webapp.services.events import Actor
from webapp.services.refusal import Refused


def of(organisation: Organisation) -> list[Widget]:
    """The widgets of an organisation by name."""
    return list(
        db.session.scalars(select(Widget).where(Widget.organisation_id == organisation.id).order_by(Widget.name))
    )


def get(organisation: Organisation, id: str) -> Widget | None:
    """One widget, `None` for another organisation's as well."""
    return db.session.scalar(select(Widget).where(Widget.id == id, Widget.organisation_id == organisation.id))


def pointing_to(connection: Connection) -> list[Widget]:
    """The widgets that show a connection."""
    return list(
        db.session.scalars(
            select(Widget)
            .join(widget_connections, widget_connections.c.widget_id == Widget.id)
            .where(widget_connections.c.connection_id == connection.id)
            .order_by(Widget.name)
        )
    )


def save(
    organisation: Organisation,
    widget: Widget | None,
    name: str,
    title: str,
    connection_ids: list[str],
    page_size: int,
    sort: str,
    actor: Actor,
) -> Widget:
    """Make or change a widget. Raises `Refused` with the field at fault; then nothing is changed."""
    name, title = " ".join(name.split()), " ".join(title.split())
    if not 1 <= len(name) <= 80:
        raise Refused(N_("Give a name of 1 to 80 characters."), "name")
    if not 1 <= len(title) <= 120:
        raise Refused(N_("Give a title of 1 to 120 characters. It stands above the list."), "title")
    if not 1 <= page_size <= 100:
        raise Refused(N_("Show between 1 and 100 positions on a page."), "page_size")
    if sort not in SORTS:
        raise Refused(N_("Choose one of the list."), "sort")
    with transaction() as session:
        chosen = session.scalars(
            select(Connection)
            .where(Connection.organisation_id == organisation.id, Connection.id.in_(set(connection_ids)))
            .order_by(Connection.name_key)
        ).all()
        if len(chosen) != len(set(connection_ids)) or not all(c.is_finished for c in chosen):
            raise Refused(N_("One of the connections is not there any more. Choose again."), "connections")
        made = widget is None
        widget = widget or Widget(organisation_id=organisation.id, key=new_id())
        widget.name, widget.title, widget.page_size, widget.sort = name, title, page_size, sort
        widget.connections = list(chosen)
        widget.version = (widget.version or 0) + 1
        session.add(widget)
        session.flush()
        events.record(session, actor, "widget.created" if made else "widget.changed", widget.id, name)
    rebuild_soon()
    return widget


def delete(widget: Widget, actor: Actor) -> None:
    """Delete a widget: its address answers nothing from now on."""
    with transaction() as session:
        events.record(session, actor, "widget.deleted", widget.id, widget.name)
        session.delete(widget)
    rebuild_soon()


def bump_for(session: Session, account_id: str) -> None:
    """What an account shows has changed: raise the version of every widget that points to it."""
    ids = (
        select(widget_connections.c.widget_id)
        .join(Connection, Connection.id == widget_connections.c.connection_id)
        .where(Connection.account_id == account_id)
    )
    session.execute(
        update(Widget)
        .where(Widget.id.in_(ids))
        .values(version=Widget.version + 1)
        .execution_options(synchronize_session=False)
    )


def bump_all(session: Session, organisation: Organisation) -> None:
    """The same for every widget of an organisation."""
    session.execute(
        update(Widget)
        .where(Widget.organisation_id == organisation.id)
        .values(version=Widget.version + 1)
        .execution_options(synchronize_session=False)
    )


def rebuild_soon() -> None:
    """This process shows the change at once; the others see the new version within a second."""
    wake("widgets")


def why_empty(widget: Widget) -> str | None:
    """For the editor: the reason why readers see nothing, `None` where they see positions."""
    if not widget.organisation.integration_on:
        return N_("The ATS integration is switched off, so readers see nothing.")
    if not widget.connections:
        return N_("No connection is chosen yet, so readers see nothing.")
    if not any(c.active for c in widget.connections):
        return N_("None of the chosen connections is active yet, so readers see nothing. Activate one.")
    if not sum(c.account.open_count for c in widget.connections if c.active):
        return N_("The active connections have no open position at the moment.")
    return None
