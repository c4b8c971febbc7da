"""Everything can be done without a mouse, and whoever does it always knows where they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.house import House
from tests.browser.visitor import Visitor, expect

pytestmark = pytest.mark.browser
ATS = "/administration/integrations/ats"
FOCUS = "document.activeElement"


@pytest.fixture
def page(house: House, visit: Callable[..., Visitor]) -> Any:
    """Alice's ATS page."""
    page = visit(house.server).sign_in("alice")
    page.goto(ATS)
    return page


def menu_of(page: Any, name: str) -> Any:
    return page.get_by_label(f"Actions for {name}", exact=True)


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def row_of(house: House, page: Any, name: str) -> Any:
    return page.locator(f"#connection-{house.ids[name]}")


def test_the_first_stop_leads_past_the_navigation(page: Any) -> None:
    press(page, "Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    press(page, "Enter")
    expect(page.get_by_role("main")).to_be_focused()
    press(page, "Tab")
    assert page.evaluate(f"document.querySelector('main').contains({FOCUS})")


def test_the_menu_opens_moves_and_closes(page: Any) -> None:
    menu = menu_of(page, "Headquarters")
    menu.focus()
    press(page, "Enter")
    items = menu.locator("xpath=..").locator(".menu-item")
    expect(items.first).to_be_visible()
    press(page, "ArrowDown")
    expect(items.first).to_be_focused()
    press(page, "ArrowDown")
    expect(items.nth(1)).to_be_focused()
    press(page, "ArrowUp", "ArrowUp")
    expect(items.last).to_be_focused()
    press(page, "Home")
    expect(items.first).to_be_focused()
    press(page, "End")
    expect(items.last).to_have_text(re.compile("Delete"))
    expect(items.last).to_be_focused()
    press(page, "Escape")
    expect(items.first).to_be_hidden()
    expect(menu).to_be_focused()
    press(page, "ArrowDown")
    expect(items.first).to_be_focused()
    press(page, *["Tab"] * items.count())
    expect(items.first).to_be_hidden()
    assert page.evaluate(f"{FOCUS} !== document.body"), "the focus went on, not away"


def test_the_dialog_keeps_the_focus_and_gives_it_back(page: Any) -> None:
    menu, dialog = menu_of(page, "Headquarters"), page.get_by_role("dialog")
    for leave in ("Escape", "Cancel", "Close"):
        menu.focus()
        press(page, "ArrowUp", "Enter")
        expect(dialog.get_by_role("heading", name="Delete Headquarters?")).to_be_focused()
        for _stop in range(6):
            press(page, "Tab")
            inside = f"document.querySelector('dialog').contains({FOCUS}) || {FOCUS} === document.body"
            assert page.evaluate(inside), "the focus left the dialog"
        if leave == "Escape":
            press(page, "Escape")
        else:
            dialog.get_by_role("button", name=leave).or_(dialog.get_by_role("link", name=leave)).focus()
            press(page, "Enter")
        expect(dialog).to_be_hidden()
        expect(menu).to_be_focused()
    assert page.url.endswith(ATS)


def test_an_action_in_place_keeps_the_focus_in_its_row_and_is_heard(house: House, page: Any) -> None:
    row = row_of(house, page, "Seasonal work")
    page.evaluate("window.stillHere = document.getElementById('status')")
    row.get_by_role("button", name="Activate").first.focus()
    for keys, words in (
        (["Enter"], "Seasonal work is active. Widgets show its positions."),
        (["ArrowDown", "Enter"], "Seasonal work is inactive. Its positions are kept, but not shown."),
        (["ArrowDown", "ArrowDown", "Enter"], "Seasonal work works: the test passed."),
    ):
        press(page, *keys)
        expect(page.get_by_role("status").get_by_text(words)).to_be_visible()
        expect(row.locator(":focus")).to_have_count(1)
        same = "window.stillHere === document.getElementById('status')"
        assert page.evaluate(same), "a region that is replaced is not read out"
        menu_of(page, "Seasonal work").focus()


def test_a_row_that_looks_again_disturbs_nobody(house: House, page: Any) -> None:
    menu, asked = menu_of(page, "Germany"), re.compile(f"{house.ids['Germany']}/row")
    menu.focus()
    with page.expect_response(asked) as first:
        page.evaluate("window.before = document.activeElement")
    first.value.finished()
    page.wait_for_function("window.before && !window.before.isConnected")
    expect(menu).to_be_focused()
    press(page, "Enter")
    page.evaluate("window.before = document.activeElement")
    with page.expect_response(asked) as second:
        expect(menu.locator("xpath=..").locator(".menu-item").first).to_be_visible()
    second.value.finished()
    assert page.evaluate("window.before.isConnected && window.before.parentNode.open"), "the menu closed by itself"


def test_the_switch_is_turned_by_space(page: Any) -> None:
    switch = page.get_by_role("switch", name="ATS integration")
    for state, words in (
        ("false", "The ATS integration is off. Everything is kept."),
        ("true", "The ATS integration is on."),
    ):
        switch.focus()
        press(page, "Space")
        expect(switch).to_have_attribute("aria-checked", state)
        expect(page.get_by_text(words, exact=True)).to_be_visible()


def test_another_ats_is_found_by_typing(page: Any) -> None:
    page.get_by_label("Find another ATS").focus()
    page.keyboard.type("greenh")
    found = page.locator("#others .card").locator("visible=true")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Greenhouse")
    press(page, "Tab", "Tab")
    expect(page.get_by_role("link", name="Connect Greenhouse")).to_be_focused()


def test_the_colours_are_chosen_and_kept(page: Any) -> None:
    button = page.locator("[data-theme-switch]")
    for theme in ("light", "dark"):
        button.focus()
        press(page, "Enter")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(button).to_have_accessible_name("Colours: Dark")


def test_the_narrow_menu_opens_by_enter(page: Any) -> None:
    page.set_viewport_size({"width": 380, "height": 800})
    widgets = page.get_by_role("link", name="Widgets", exact=True)
    expect(widgets).to_be_hidden()
    page.locator(".rail-menu > summary").focus()
    press(page, "Enter")
    expect(widgets).to_be_visible()
    press(page, "Tab", "Tab")
    expect(widgets).to_be_focused()
