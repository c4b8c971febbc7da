"""The main job from an empty database on, in a real browser: with JavaScript and htmx, and without either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.browser.house import House
from tests.browser.server import Berth, Intranet, wait_until
from tests.browser.visitor import Visitor, close_by, expect
from tests.people import PASSWORD
from webapp.connectors import CONNECTORS
from webapp.services import connections, people
from webapp.services.events import COMMAND_LINE

pytestmark = pytest.mark.browser
ATS = "/administration/integrations/ats"
TITLE = "Head of Fresh Produce"
#: name → how the browser is made, whether a copy of htmx lies on the server, whether htmx runs in the end.
WAYS = {
    "with JavaScript and the CDN": ({}, True, True),
    "without JavaScript": ({"javascript": False}, True, False),
    "without the CDN, with the local copy": ({"cdn": False}, True, True),
    "without any htmx": ({"cdn": False}, False, False),
}


class Admin:
    """The first admin, doing the brief's steps. `htmx`: whether actions have to happen in place."""

    def __init__(self, visitor: Visitor, htmx: bool) -> None:
        self.visitor, self.htmx, self.page = visitor, htmx, visitor.page()

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """What happens inside loads no page, where htmx runs."""
        self.page.bring_to_front()
        if self.htmx:
            self.page.evaluate("window.stillHere = true")
        yield
        if self.htmx:
            assert self.page.evaluate("window.stillHere") is True, "the page was loaded"

    def row(self, name: str) -> Any:
        return self.page.locator(".row", has=self.page.locator(".row-name").get_by_text(name, exact=True))

    def choose(self, name: str, item: str) -> None:
        """An item of a row's menu."""
        self.row(name).locator("summary", has=self.page.locator("svg")).first.click()
        menu = self.row(name).locator(".menu-list")
        menu.get_by_role("button", name=item, exact=True).or_(menu.get_by_role("link", name=item, exact=True)).click()

    def hears(self, sentence: str) -> None:
        """What was done is said: by the status region in place, by a notice on the next page."""
        place = self.page.get_by_role("status") if self.htmx else self.page.locator(".notices")
        expect(place.get_by_text(sentence)).to_be_visible()

    def set_up(self, address: str) -> None:
        self.page.goto(address)
        for label, value in (
            ("Organisation", "Northwind Foods"),
            ("Your name", "Alice"),
            ("E-mail", "alice@example.com"),
            ("Password", PASSWORD),
        ):
            self.page.get_by_label(label, exact=True).fill(value)
        self.page.get_by_role("button", name="Set up Berth").click()
        expect(self.page.get_by_role("heading", level=1, name="ATS")).to_be_visible()

    def switch_on(self) -> None:
        switch = self.page.get_by_role("switch", name="ATS integration")
        expect(switch).to_have_attribute("aria-checked", "false")
        switch.click()
        expect(switch).to_have_attribute("aria-checked", "true")

    def connect(self, name: str) -> None:
        self.page.get_by_role("link", name="Connect Workable").click()
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_role("button", name="Create name").click()
        expect(self.row(name).get_by_text("Not finished")).to_be_visible()

    def guided_steps(self, name: str) -> None:
        """Through the pop-up window, or the same window without JavaScript, to its end."""
        here = self.row(name).get_by_role("button", name="Continue")
        if self.visitor.javascript:
            with self.page.expect_popup() as opened:
                here.click()
            steps = opened.value
        else:
            here.click()
            steps = self.page
        steps.get_by_role("radio").first.check()
        steps.get_by_role("button", name="Continue").click()
        for field in CONNECTORS["workable"].fields:
            value = self.visitor.server.simulator.workable.try_with[field.name]
            steps.get_by_label(field.label, exact=True).fill(value)
        steps.get_by_role("button", name="Check and continue").click()
        expect(steps.get_by_role("heading", name="Is this the right account?")).to_be_visible()
        expect(steps.locator("table tbody tr")).to_have_count(3)
        steps.get_by_role("button", name="Finish").click()
        expect(steps.get_by_text("The connection is established.")).to_be_visible()
        if self.visitor.javascript:
            close_by(steps, "Close window")
        else:
            expect(steps.get_by_role("button", name="Close window")).to_be_hidden()
            steps.get_by_role("link", name="Back to ATS").click()

    def sees_positions(self, name: str, count: int) -> None:
        """The row shows them by itself; a person without htmx loads the page again."""
        if self.htmx:
            expect(self.row(name).get_by_text(f"{count} positions")).to_be_visible(timeout=15_000)
        else:
            wait_until(
                lambda: self.page.goto(ATS) and self.row(name).get_by_text(f"{count} positions").count(),
                15,
                "the positions were read",
            )

    def make_widget(self, connection: str) -> str:
        """The snippet of a new widget."""
        self.page.goto("/administration/widgets")
        self.page.get_by_role("link", name="New widget").click()
        self.page.get_by_label("Name", exact=True).fill("Start page")
        self.page.get_by_text(connection, exact=True).click()
        expect(self.page.get_by_label(connection, exact=True)).to_be_checked()
        self.page.get_by_role("button", name="Create widget").click()
        expect(self.page.get_by_role("heading", level=1, name="Start page")).to_be_visible()
        return str(self.page.locator("#iframe").text_content())


class Reader:
    """The same browser, on a page of the intranet that shows the widget."""

    def __init__(self, visitor: Visitor, intranet: Intranet) -> None:
        self.page = visitor.page()
        self.page.goto(intranet.url)

    def titles(self) -> list[str]:
        """What the widget shows after the page is loaded anew."""
        self.page.bring_to_front()
        self.page.reload()
        frame = self.page.frame_locator("iframe")
        expect(frame.locator(".open-positions")).to_be_attached()
        return [title.strip() for title in frame.get_by_role("heading", level=2).all_text_contents()]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_from_the_setup_address_to_positions_on_a_page_and_back(
    way: Any, start: Callable[..., Berth], visit: Callable[..., Visitor], intranet: Intranet
) -> None:
    options, local_htmx, htmx = way
    server = start(local_htmx)
    visitor = visit(server, **options)
    admin = Admin(visitor, htmx)
    with server.app():
        token = people.setup_token(COMMAND_LINE)
    admin.set_up(f"/setup/{token}")
    admin.switch_on()

    admin.connect("Headquarters")
    with admin.in_place():
        admin.guided_steps("Headquarters")
        admin.sees_positions("Headquarters", len(server.simulator.workable.published()))
    expect(admin.row("Headquarters").get_by_text("Inactive")).to_be_visible()

    intranet.snippet = admin.make_widget("Headquarters")
    reader = Reader(visitor, intranet)
    assert reader.titles() == [], "an inactive connection shows nothing"

    admin.page.goto(ATS)
    with admin.in_place():
        admin.row("Headquarters").get_by_role("button", name="Activate").first.click()
        admin.hears("Headquarters is active. Widgets show its positions.")
        expect(admin.row("Headquarters").get_by_text("Active", exact=True)).to_be_visible()
    shown = wait_until(reader.titles, 2, "the widget shows the positions")
    assert {title.split("\n")[0] for title in shown} == {
        job.title[job.language] for job in server.simulator.workable.published()
    }

    with admin.in_place():
        admin.choose("Headquarters", "Deactivate")
        admin.hears("Headquarters is inactive. Its positions are kept, but not shown.")
    wait_until(lambda: reader.titles() == [], 2, "the widget shows none")

    with admin.in_place():
        admin.choose("Headquarters", "Test Connection")
        admin.hears("Headquarters works: the test passed.")
        if htmx:
            expect(admin.row("Headquarters").locator(".test-steps li").first).to_be_visible()
    if not htmx:
        admin.choose("Headquarters", "Details")
        expect(admin.page.locator(".test-steps li").first).to_be_visible()
        admin.page.goto(ATS)

    admin.choose("Headquarters", "Rename")
    admin.page.get_by_label("Name", exact=True).fill("Head office")
    admin.page.get_by_role("button", name="Rename").click()
    expect(admin.row("Head office")).to_be_visible()

    with admin.in_place():
        admin.choose("Head office", "Delete")
        question = admin.page.get_by_role("dialog") if htmx else admin.page.get_by_role("main")
        expect(question.get_by_text("Delete Head office?").first).to_be_visible()
        expect(question.get_by_text("This cannot be undone")).to_be_visible()
        question.get_by_role("button", name="Delete").click()
        admin.hears("Head office was deleted, with its credentials and positions.")
        expect(admin.page.get_by_text("The applicant tracking systems that you connect")).to_be_visible()
        expect(admin.row("Head office")).to_have_count(0)


def test_discarding_works_in_the_list_on_its_page_and_on_a_page_of_its_own(
    house: House, visit: Callable[..., Visitor]
) -> None:
    with house.server.app():
        northwind = people.organisation_named("Northwind Foods")
        assert northwind
        ids = [connections.create(northwind, "workday", name, house.actor).id for name in ("One", "Two", "Three")]
    page = visit(house.server).sign_in("alice")
    page.goto(ATS)
    page.evaluate("window.stillHere = true")
    one = f"{ATS}/connections"
    for name, path in (("One", ATS), ("Two", f"{one}/{ids[1]}"), ("Three", f"{one}/{ids[2]}/delete")):
        if path != ATS:
            page.goto(path)
        question = page.get_by_role("main")
        if not path.endswith("/delete"):
            page.get_by_label(f"Actions for {name}", exact=True).click()
            page.get_by_role("link", name="Discard").locator("visible=true").click()
            question = page.get_by_role("dialog")
        question.get_by_role("button", name="Discard").click()
        expect(page.get_by_text(f"{name} was discarded.").locator("visible=true").first).to_be_visible()
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.get_by_role("heading", level=1, name="ATS")).to_be_visible()
        expect(page.get_by_label(f"Actions for {name}", exact=True)).to_have_count(0)
        if path == ATS:
            assert page.evaluate("window.stillHere") is True, "the page was loaded"
            expect(page.get_by_role("main")).to_be_focused()
