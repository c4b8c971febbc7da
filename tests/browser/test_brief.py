"""The brief, walked: every control that the user's own text names is found by its exact words, on both roads."""

from __future__ import annotations

import pytest

from tests.browser.server import Berth
from tests.browser.test_three_parties import ATS, issue, press
from tests.browser.visitor import close_by, expect
from tests.people import People

pytestmark = pytest.mark.browser
DIRECT = ("BambooHR", "Personio Recruiting", "UKG Pro Recruiting", "Workable", "Workday")


def test_a_person_who_follows_the_brief_finds_its_words(start, visit):
    server: Berth = start()
    with server.app() as app:
        People(app)
    admin, desk = visit(server), visit(server)
    alice, dora = admin.sign_in("alice"), desk.sign_in("dora")

    # "go to Administration > Integrations > ATS and toggle the integration on"
    expect(alice.locator(".rail").get_by_text("Administration", exact=True)).to_be_visible()
    alice.locator(".rail").get_by_role("link", name="Integrations").click()
    expect(alice.get_by_role("heading", level=1, name="ATS", exact=True)).to_be_visible()
    alice.get_by_role("switch", name="ATS integration").click()
    expect(alice.get_by_role("switch", name="ATS integration")).to_have_attribute("aria-checked", "true")

    # "Connect directly: BambooHR, Personio Recruiting, UKG Pro Recruiting, Workable, and Workday"
    expect(alice.get_by_role("heading", name="Connect directly", exact=True)).to_be_visible()
    for name in DIRECT:
        expect(alice.get_by_role("link", name=f"Connect {name}", exact=True)).to_have_text("Connect")

    # "Select Connect … Assign a name … Select Create name … Continue … pop-up window"
    alice.get_by_role("link", name="Connect Workable", exact=True).click()
    alice.get_by_label("Name", exact=True).fill("Headquarters")
    press(alice, "Create name")
    with alice.expect_popup() as opened:
        press(alice, "Continue")
    steps = opened.value
    steps.get_by_label("With an access token").check()
    press(steps, "Continue")
    for label, value in zip(("Account name", "Access token"), server.simulator.workable.try_with.values(), strict=True):
        steps.get_by_label(label, exact=True).fill(value)
    press(steps, "Check and continue")
    press(steps, "Finish")
    close_by(steps, "Close window")

    # "your ATS will appear in the list of Connected ATS systems … select > Activate"
    alice.goto(ATS)
    expect(alice.get_by_role("heading", name="Connected ATS systems", exact=True)).to_be_visible()
    row = alice.locator(".row", has=alice.get_by_text("Headquarters", exact=True))
    row.locator("summary").click()
    for item in ("Activate", "Test Connection", "Relink Flow", "Delete"):
        expect(row.locator(".menu-list").get_by_text(item, exact=True)).to_be_visible()
    row.locator(".menu-list").get_by_text("Activate", exact=True).click()
    expect(row.get_by_text("Active", exact=True)).to_be_visible()
    row.locator("summary").click()
    expect(row.locator(".menu-list").get_by_text("Deactivate", exact=True)).to_be_visible()

    # "This name will appear … in the Open positions widget configuration"
    alice.goto("/administration/widgets/new")
    expect(alice.get_by_label("Headquarters")).to_be_visible()
    expect(alice.get_by_label("Title")).to_have_value("Open positions")

    # "Manual setup … Contact our Service Desk … magic link … within 7 days"
    alice.goto(ATS)
    expect(alice.get_by_role("heading", name="Other ATS systems", exact=True)).to_be_visible()
    expect(alice.get_by_text("Manual setup")).to_be_visible()
    press(alice, "Contact Service Desk")
    expect(alice.get_by_role("heading", level=1, name="Request ATS activation")).to_be_visible()
    alice.get_by_label("Which ATS is it?").fill("Greenhouse")
    alice.get_by_label("Contact e-mail").fill("carla@example.com")
    press(alice, "Contact Service Desk")
    link = issue(dora)
    expect(dora.get_by_text("It is good for 7 days.")).to_be_visible()
    customer = visit(server).page()
    customer.goto(link)
    press(customer, "Start")
    customer.get_by_text("By the job board", exact=True).click()
    press(customer, "Continue")
    customer.get_by_label("Board token").fill("northwind")
    press(customer, "Check and continue")
    press(customer, "Finish")

    # "Inform our Service Desk … Our team will retrieve and share an access token and ID"
    press(customer, "Tell the Service Desk")
    dora.goto("/service-desk")
    dora.locator(".row .row-name a").first.click()
    press(dora, "Show to me")
    id, token = dora.locator("#pair-id").inner_text(), dora.locator("#pair-token").inner_text()

    # "open the Other ATS systems. Fill out these fields: Name, ID, Token. Select Add connection."
    alice.goto(ATS)
    press(alice, "Add connection")
    for label, value in (("Name", "Shops"), ("ID", id), ("Token", token)):
        alice.get_by_label(label, exact=True).fill(value)
    press(alice, "Add connection")
    row = alice.locator("#other .row", has=alice.get_by_text("Shops", exact=True))
    row.locator("summary").click()
    for item in ("Activate", "Test Connection", "Contact Service Desk", "Delete"):
        expect(row.locator(".menu-list").get_by_text(item, exact=True)).to_be_visible()
