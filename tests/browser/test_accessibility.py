"""Every page is for everybody: axe finds nothing, in light and dark, wide and narrow, and nothing scrolls sideways."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.house import STORES, UNFINISHED, House
from tests.browser.pages import Rules
from tests.browser.server import Berth
from tests.browser.visitor import Visitor, expect, shot
from webapp.services import people
from webapp.services.events import COMMAND_LINE

try:
    from axe_playwright_python.base import AXE_SCRIPT
except ImportError:  # then all of these tests are left out
    AXE_SCRIPT = ""

pytestmark = pytest.mark.browser
ATS = "/administration/integrations/ats"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 380, "height": 800}
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "iframes": False,  # the widget's page is looked at by itself
    "preload": False,
}
#: All that another theme can spoil.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "iframes": False}
#: What is no page, leads on to one, or is looked at by another test of this file (as are the link flow and the widget).
ELSEWHERE = {"static", "auth.start", "auth.login", "auth.setup", "auth.invitation"}
RUN = "([part, options]) => axe.run(part, options).then(found => found.violations)"
SIDEWAYS = """() => [document.scrollingElement.scrollWidth, [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > 381 && !e.closest('.visually-hidden, thead'))
  .slice(0, 3).map(e => e.outerHTML.slice(0, 160))]"""


class Looker:
    """Looks at pages in both themes and at both widths; `end()` fails with all that was found."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def look(self, page: Any, name: str, part: str = "html", without: str = "") -> None:
        """`part`: a selector of what lies over the page. `without`: a rule that does not hold here."""
        options = OPTIONS | {"rules": {without: {"enabled": False}}} if without else OPTIONS
        page.evaluate(AXE_SCRIPT)
        for width, size in (("wide", WIDE), ("narrow", NARROW)):
            page.set_viewport_size(size)
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                violations = page.evaluate(RUN, [part, options if theme == "light" else COLOURS])
                self.found += [
                    f"{name}, {width}, {theme}: {v['id']} at {node['target']}: {node['html'][:200]}"
                    for v in violations
                    for node in v["nodes"]
                ]
                shot(page, f"{name}-{width}-{theme}")
            if size is NARROW:
                reaches, who = page.evaluate(SIDEWAYS)
                if reaches > NARROW["width"]:
                    self.found.append(f"{name} scrolls sideways: {reaches} pixels: {who}")
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")

    def end(self) -> None:
        assert not self.found, f"{len(self.found)} faults:\n" + "\n".join(self.found)


@pytest.fixture
def looker() -> Iterator[Looker]:
    looker = Looker()
    yield looker
    looker.end()


@pytest.fixture
def browse(house: House, visit: Callable[..., Visitor]) -> Callable[..., Visitor]:
    return lambda: visit(house.server, reduced_motion="reduce", viewport=WIDE)


def fill(page: Any, fields: dict[str, str]) -> None:
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)


def name_of(path: str) -> str:
    """A short name for a picture."""
    return re.sub(r"[0-9a-f]{32}", "ID", path).strip("/").replace("/", "-") or "start"


def test_every_page_of_the_console(house: House, browse: Callable[..., Visitor], looker: Looker) -> None:
    """Found by the URL map and by the links on the pages, so that a new page is looked at by itself."""
    rules, seen = Rules(house.server), set[str]()
    for person in ("alice", "dora", "eve"):
        page = browse().sign_in(person)
        for path in rules.walk(page, seen):
            if person != "eve" or page.locator(".empty, [aria-disabled]").count():  # Eve begins: nothing is there yet
                looker.look(page, f"{person}-{name_of(path)}")
        assert page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]") == [], (
            "no page keeps more"
        )
    left = {e for e in rules.endpoints - seen - ELSEWHERE if e.split(".")[0] not in ("connect", "widget")}
    assert not left, f"no page of these was looked at; link to them, or furnish the house: {left}"


def test_rows_in_every_state(house: House, browse: Callable[..., Visitor], looker: Looker) -> None:
    page = browse().sign_in("alice")
    for name in (STORES, UNFINISHED, "Added by ID, relink"):
        page.goto(f"{ATS}/connections/{house.ids[name]}")
        looker.look(page, f"connection-{name_of(name).replace(' ', '-')[:20]}")
    page.goto(f"{ATS}/connections/{house.ids[UNFINISHED]}/delete")
    looker.look(page, "discard")


def test_requests_in_every_state(house: House, browse: Callable[..., Visitor], looker: Looker) -> None:
    alice, dora, customer = browse().sign_in("alice"), browse().sign_in("dora"), browse().page()
    for what in ("issued", "asked again", "established", "relink"):
        dora.goto(f"/service-desk/requests/{house.requests[what]}")
        looker.look(dora, f"desk-{name_of(what)}")
    for page, path, button, result in (
        (alice, f"{ATS}/requests/{house.requests['shared']}", "Show ID and token", "pair-of-the-admin"),
        (dora, f"/service-desk/requests/{house.requests['established']}", "Show to me", "pair-of-the-desk"),
        (dora, f"/service-desk/requests/{house.requests['waiting']}", "Issue magic link", "link-issued"),
    ):
        page.goto(path)
        page.get_by_role("button", name=button).click()
        expect(page.locator(".snippet").first).to_be_visible()
        looker.look(page, result)
    customer.goto(house.paths["request issued"])
    customer.get_by_role("button", name="Start").click()
    expect(customer.get_by_role("heading", level=1, name="Connect your ATS")).to_be_visible()
    looker.look(customer, "link-choose-the-ats")
    customer.get_by_role("button", name="Ask the Service Desk for help").click()
    expect(customer.get_by_role("heading", level=1, name="The service desk has been asked")).to_be_visible()
    looker.look(customer, "link-asked-for-help")


def test_what_the_script_opens(house: House, browse: Callable[..., Visitor], looker: Looker) -> None:
    page = browse().sign_in("alice")
    for name in ("Headquarters", "Logistics"):
        page.goto(ATS)
        page.get_by_label(f"Actions for {name}", exact=True).click()
        looker.look(page, f"menu-{name}", ".menu[open]")
    page.goto(ATS)
    page.get_by_label("Actions for Headquarters").click()
    page.get_by_role("link", name="Delete").locator("visible=true").click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_be_visible()
    looker.look(page, "dialog", "dialog")
    page.keyboard.press("Escape")
    page.get_by_label(f"Actions for {STORES}").click()
    page.get_by_role("button", name="Test Connection").locator("visible=true").click()
    expect(page.locator(".test-steps")).to_be_visible()
    looker.look(page, "tested-in-place")
    page.goto(ATS)
    for summary in page.locator(".disclosure > summary").all():
        summary.click()
    looker.look(page, "unfolded")
    page.set_viewport_size(NARROW)
    page.goto(ATS)
    page.locator(".rail-menu > summary").click()
    looker.look(page, "menu-of-the-rail")


def test_refused_forms_of_the_console(house: House, browse: Callable[..., Visitor], looker: Looker) -> None:
    visitor, desk = browse(), browse()
    visitor.allow("status of 422")
    desk.allow("status of 422")
    page = visitor.sign_in("alice")
    for path, fields, button in (
        (f"{ATS}/connect/workable", {"Name": "Headquarters"}, "Create name"),
        (f"{ATS}/connections/{house.ids['Headquarters']}/rename", {"Name": STORES}, "Rename"),
        (ATS, {"Paste the address of your careers page": "http://nowhere"}, "Recognise"),
        ("/administration/users", {"E-mail": "alice@example.com"}, "Create invitation"),
        ("/administration/widgets/new", {"Name": "x" * 81}, "Create widget"),
        (f"{ATS}/requests/new", {"Which ATS is it?": "", "Contact e-mail": "nobody"}, "Contact Service Desk"),
        (f"{ATS}/other/add", {"Name": "Harbour", "ID": "acc_0", "Token": "atsk_0"}, "Add connection"),
    ):
        page.goto(path)
        fill(page, fields)
        page.get_by_role("button", name=button).click()
        expect(page.locator(".fault, .notice.bad").first).to_be_visible()
        looker.look(page, f"refused-{name_of(path)}")
    page.goto("/administration/users")
    page.get_by_label("E-mail", exact=True).fill("somebody@example.com")
    page.get_by_role("button", name="Create invitation").click()
    expect(page.locator(".snippet")).to_be_visible()
    looker.look(page, "invited")
    page = desk.sign_in("dora")
    for name in ("Northwind Foods", "A third one"):
        page.goto("/service-desk/organisations")
        page.get_by_label("Name").fill(name)
        page.get_by_label("E-mail of its first admin").fill("first@example.org")
        page.get_by_role("button", name="Create organisation").click()
        expect(page.locator(".fault, .snippet").first).to_be_visible()
        looker.look(page, f"organisation-{name.replace(' ', '-')}")


def test_pages_before_signing_in(house: House, browse: Callable[..., Visitor], looker: Looker) -> None:
    visitor = browse()
    visitor.allow("status of 422")
    page = visitor.page()
    for path, button, fields in (
        ("/login", "Sign in", {"E-mail": "nobody@example.com", "Password": "wrong"}),
        (f"/invitation/{house.invitation}", "Start", {"Your name": "New", "Password": "short"}),
    ):
        page.goto(path)
        looker.look(page, path.split("/")[1])
        fill(page, fields)
        page.get_by_role("button", name=button).click()
        expect(page.locator(".fault, .notice.bad").first).to_be_visible()
        looker.look(page, f"{path.split('/')[1]}-refused")


def test_the_first_pages_of_an_empty_installation(
    start: Callable[..., Berth], visit: Callable[..., Visitor], looker: Looker
) -> None:
    server = start()
    with server.app():
        token = people.setup_token(COMMAND_LINE)
    visitor = visit(server, reduced_motion="reduce", viewport=WIDE)
    visitor.allow("status of 422")
    page = visitor.page()
    page.goto("/")
    expect(page.get_by_text("Nobody can sign in yet.")).to_be_visible()
    looker.look(page, "login-of-nobody")
    page.goto(f"/setup/{token}")
    looker.look(page, "setup")
    fill(page, {"Organisation": "X", "Your name": "Y", "E-mail": "y@example.com", "Password": "short"})
    page.get_by_role("button", name="Set up Berth").click()
    expect(page.locator(".fault")).to_be_visible()
    looker.look(page, "setup-refused")


def test_every_step_of_the_link_flow(house: House, browse: Callable[..., Visitor], looker: Looker) -> None:
    visitor = browse()
    visitor.allow("status of 404", "status of 410", "status of 422")
    page, eve = visitor.page(), None
    for name, path in house.paths.items():
        if path.startswith("/connect/") and "admin" not in name and "request" not in name:
            page.goto(path)
            assert page.url.endswith(path), f"{name} led to {page.url}"
            looker.look(page, f"link-{name_of(name)}")
    page.goto(f"{house.paths['request shared']}/done")
    expect(page.get_by_role("button", name="Tell the Service Desk")).to_be_visible()
    looker.look(page, "link-tell")
    page.goto(house.paths["details of workable"])
    page.get_by_role("button", name="Check and continue").click()
    expect(page.locator(".fault").first).to_be_visible()
    looker.look(page, "link-details-empty")
    for label in page.locator("form label").all_text_contents():
        page.get_by_label(label, exact=True).fill("northwind")
    page.get_by_role("button", name="Check and continue").click()
    expect(page.locator(".test-steps").or_(page.locator(".fault")).first).to_be_visible()
    looker.look(page, "link-details-refused")
    page.goto(house.paths["check"])
    for summary in page.locator(".disclosure > summary").all():
        summary.click()
    looker.look(page, "link-check-unfolded")
    eve = visitor.sign_in("eve")
    for name in ("done, admin's", "used, admin's"):
        eve.goto(house.paths[name])
        looker.look(eve, f"link-{name_of(name)}")


def test_pages_for_what_goes_wrong(house: House, browse: Callable[..., Visitor], looker: Looker) -> None:
    visitor, bobs = browse(), browse()
    bobs.allow("status of 403")
    page = bobs.sign_in("bob")
    looker.look(page, "missing-permission")
    visitor.allow("status of 404", "status of 410", "status of 405", "status of 400")
    page = visitor.sign_in("alice")
    for name, path in (
        ("nothing", "/nothing-here"),
        ("spent", "/setup/spent"),
        ("post-only", f"{ATS}/switch"),
    ):
        page.goto(path)
        looker.look(page, f"error-{name}")
    page.goto(f"{ATS}/connect/workable")
    page.locator("main [name=csrf_token]").evaluate("field => { field.value = 'forged' }")
    page.get_by_label("Name", exact=True).fill("Never made")
    page.get_by_role("button", name="Create name").click()
    expect(page.get_by_role("heading", level=1, name="This page was open too long")).to_be_visible()
    looker.look(page, "error-csrf")


def test_the_widget(house: House, browse: Callable[..., Visitor], looker: Looker) -> None:
    visitor = browse()
    visitor.allow("status of 404")
    page = visitor.page()
    page.goto(f"/widgets/{house.key}")
    looker.look(page, "widget")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="Previous")).to_be_visible()
    looker.look(page, "widget-page-2")
    for name, path in house.paths.items():
        if name.startswith("widget: "):
            page.goto(path)
            without = "" if page.locator("h1").count() else "page-has-heading-one"  # where nothing is shown
            looker.look(page, f"widget-{name_of(name[8:]).replace(' ', '-')}", without=without)
    page.goto(f"/widgets/{'0' * 32}")
    looker.look(page, "widget-unknown", without="page-has-heading-one")
