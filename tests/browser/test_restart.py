"""`make run` in a terminal: Ctrl-C ends everything cleanly, and started again everything is still there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.browser.server import GRACE, Berth, answers, wait_until
from tests.browser.visitor import Visitor, expect
from tests.people import PASSWORD
from tests.simulator import Simulator
from webapp.extensions import db
from webapp.models import Organisation, User
from webapp.services import connections, linking, sync, widgets
from webapp.services.events import Actor

pytestmark = pytest.mark.browser
ATS = "/administration/integrations/ats"
#: The Makefile's recipe as it stands, with the virtual environment of these tests instead of one made for it.
MAKE_RUN = f"make --no-print-directory -o .venv/runtime BIN={Path(sys.executable).parent} run"


@contextmanager
def running(server: Berth) -> Iterator[None]:
    """`make run`, until Ctrl-C: the terminal sends SIGINT to all processes in the foreground."""
    process, since = server.run(MAKE_RUN), 0
    try:
        wait_until(lambda: process.poll() is not None or answers(server.port), 30, "make run answers")
        assert process.poll() is None, server.words()
        yield
        since = server.log.stat().st_size
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise AssertionError(f"make run did not end within {GRACE} s:\n{server.words(since)}") from None
    said = server.words(since)
    assert set(re.findall(r"(\w+)\.1 stopped", said)) == {"web", "worker"}, said
    assert "Consumer exiting." in said, f"the worker did not end by itself:\n{said}"
    assert not re.search("SIGKILL|Traceback|ERROR", said), said
    assert not answers(server.port), "the web server still answers"


def furnish(server: Berth) -> str:
    """A connection that is active and read, and a widget that shows it; returns the widget's key."""
    with server.app():
        organisation = db.session.scalars(db.select(Organisation)).one()
        user = db.session.scalars(db.select(User)).one()
        actor = Actor.of(user, "127.0.0.1")
        connections.switch(organisation, True, actor)
        connection = connections.create(organisation, "workable", "Headquarters", actor)
        linking.continue_set_up(connection, user, actor)
        link = linking.newest(connection.account)
        linking.choose_way_in(link, "workable")
        assert linking.check(link, server.simulator.workable.try_with, actor).passed
        linking.finish(link, False, actor)
        sync.run(connection.account_id)
        connections.activate(connection, actor)
        made = widgets.save(organisation, None, "Start page", "Open positions", [connection.id], 20, "newest", actor)
        return made.key


def test_ctrl_c_ends_cleanly_and_nothing_is_lost(
    migrated: Path, htmx: Path, tmp_path: Path, visit: Callable[..., Visitor]
) -> None:
    with Simulator(limited=False) as simulator:
        server = Berth(tmp_path, migrated, simulator, htmx)
        page = visit(server).page()
        with running(server):
            address = re.search(r"http://\S+/setup/\S+", server.words())
            assert address, server.words()
            page.goto(address[0])
            for label, value in (
                ("Organisation", "Northwind Foods"),
                ("Your name", "Alice"),
                ("E-mail", "alice@example.com"),
                ("Password", PASSWORD),
            ):
                page.get_by_label(label, exact=True).fill(value)
            page.get_by_role("button", name="Set up Berth").click()
            expect(page.get_by_role("heading", level=1, name="ATS")).to_be_visible()
            key = furnish(server)
        with running(server):
            page.reload()
            row = page.locator(".row", has=page.locator(".row-name").get_by_text("Headquarters", exact=True))
            expect(row.get_by_text("Active", exact=True)).to_be_visible()
            expect(row.get_by_text(f"{len(simulator.workable.published())} positions")).to_be_visible()
            simulator.workable.change("A10B7C2D01", title="Head of Fresh Produce and Flowers")
            row.locator("summary").first.click()
            row.get_by_role("button", name="Sync now").click()
            expect(page.get_by_role("status").get_by_text("Headquarters is being read.")).to_be_visible()

            def shown() -> Any:
                page.goto(f"/widgets/{key}")
                return page.get_by_text("Head of Fresh Produce and Flowers").count()

            wait_until(shown, 15, "the worker reads on")
