"""The manual road in three browsers: admin, service desk, customer; and a scanner that clicks everything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.server import Berth, Intranet, wait_until
from tests.browser.visitor import expect
from tests.people import People
from webapp.connectors import CONNECTORS
from webapp.extensions import db
from webapp.models import ActivationRequest, Link

pytestmark = pytest.mark.browser
ATS = "/administration/integrations/ats"
TITLE = "Head of Fresh Produce"


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).first.click()


def issue(desk: Any) -> str:
    """A magic link for the newest request, as the desk's page shows it once."""
    desk.goto("/service-desk")
    desk.locator(".row .row-name a").first.click()
    desk.get_by_role("button", name="Issue").click()
    return desk.locator("#magic-link").inner_text()


def complete(customer: Any, link: str, server: Berth) -> None:
    """From wherever the link stands to its end: a scanner may have pressed some of the buttons before."""
    customer.goto(link)
    if customer.get_by_role("button", name="Start", exact=True).count():
        press(customer, "Start")
    if customer.get_by_label("With an access token").count():
        customer.get_by_label("With an access token").check()
        press(customer, "Continue")
    for field in CONNECTORS["workable"].fields:
        value = server.simulator.workable.try_with[field.name]
        customer.get_by_label(field.label, exact=True).fill(value)
    press(customer, "Check and continue")
    expect(customer.get_by_role("heading", name="Is this the right account?")).to_be_visible()
    press(customer, "Finish")


def scan(visitor: Any, link: str) -> None:
    """Look twenty times, then run the scripts and press every button with its fields empty."""
    page = visitor.page()
    for look in range(20):
        visitor.context.request.fetch(link, method="HEAD" if look % 2 else "GET")
    for _round in range(4):
        page.goto(link)
        count = page.get_by_role("button").count()
        for number in range(count):
            page.goto(link)
            buttons = page.get_by_role("button")
            if number < buttons.count():
                buttons.nth(number).click()
                page.wait_for_load_state()
    page.close()


def test_three_people_set_an_ats_up_and_mend_it(start, visit, intranet: Intranet):
    server: Berth = start()
    with server.app() as app:
        People(app).switch_on()
    admin, desk, customer = visit(server), visit(server), visit(server)
    alice, dora, carla = admin.sign_in("alice"), desk.sign_in("dora"), customer.page()

    alice.goto(ATS)
    press(alice, "Contact Service Desk")
    alice.get_by_label("Which ATS is it?").fill("Workable")
    alice.get_by_label("Contact e-mail").fill("carla@example.com")
    press(alice, "Contact Service Desk")
    expect(alice.get_by_text("Waiting for the service desk")).to_be_visible()

    link = issue(dora)
    scanner = visit(server)
    scanner.allow(r"422")
    scan(scanner, link)
    with server.app():
        assert db.session.scalars(db.select(Link)).one().state in ("issued", "started")
    complete(carla, link, server)
    press(carla, "Tell the Service Desk")
    expect(carla.get_by_text("The service desk knows.")).to_be_visible()

    dora.goto("/service-desk")
    expect(dora.get_by_text("Customer told us")).to_be_visible()
    dora.locator(".row .row-name a").first.click()
    press(dora, "Share with the admins")
    alice.reload()
    press(alice, "Show ID and token")
    expect(alice.locator("#pair-token")).to_contain_text("atsk_")
    alice.get_by_label("Name", exact=True).fill("Stores")
    press(alice, "Add connection")
    row = alice.locator(".row", has=alice.get_by_text("Stores", exact=True))
    press(row, "Activate")
    expect(row.get_by_text("Active", exact=True)).to_be_visible()

    alice.goto("/administration/widgets/new")
    alice.get_by_label("Name", exact=True).fill("Start page")
    alice.get_by_text("Stores", exact=True).click()
    press(alice, "Create widget")
    intranet.snippet = alice.locator("#iframe").inner_text()
    reader = visit(server).page()

    def shows() -> bool:
        reader.goto(intranet.url)
        return TITLE in reader.frame_locator("iframe").locator("body").inner_text()

    wait_until(shows, 15, "the widget shows positions")

    server.simulator.revoke("workable")
    alice.goto(ATS)
    row.locator("summary").click()
    press(row, "Sync now")
    expect(row.get_by_text("Needs relink")).to_be_visible(timeout=20_000)
    assert shows(), "never an empty list in between"
    press(row, "Contact Service Desk")
    expect(alice.get_by_text("Waiting for the service desk")).to_be_visible()
    server.simulator.restore("workable")
    again = issue(dora)
    assert shows()
    complete(carla, again, server)
    expect(carla.get_by_text("The new credentials are in use.")).to_be_visible()
    alice.goto(ATS)
    expect(row.get_by_text("Needs relink")).to_be_hidden()
    assert shows()
    with server.app():
        states = {request.state for request in db.session.scalars(db.select(ActivationRequest))}
        assert states == {"done"}
