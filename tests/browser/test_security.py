"""What a browser gives away, keeps and runs: nothing that it should not, whatever an ATS sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.house import House
from tests.browser.pages import Rules
from tests.browser.server import Berth, Intranet
from tests.browser.visitor import CDN, Visitor, expect
from tests.people import People
from webapp.services import connections, linking, people, sync, widgets
from webapp.services.events import COMMAND_LINE

pytestmark = pytest.mark.browser
ATS = "/administration/integrations/ats"
SCRIPT = "<script>hit('script')</script>"
PAYLOADS = (
    SCRIPT,
    "\"><img src=x onerror=hit('img')>",
    "'><svg/onload=hit('svg')>",
    "</title></textarea></script><iframe srcdoc=\"<script>parent.hit('frame')</script>\">",
    "{{7*7}}${hit('template')}#{hit('other')}",
    "javascript:hit('address')",
    "<a href=javascript:hit('link') autofocus onfocus=hit('focus')>a</a>",
    "<style>*{background:url(//evil.example/)}</style><base href=//evil.example/><meta http-equiv=refresh content=0>",
)
HOSTILE = " ".join(PAYLOADS[:2])


class Hostile:
    """An installation in which every text that people or an ATS give is an attack."""

    def __init__(self, server: Berth) -> None:
        self.server, workable = server, server.simulator.workable
        for id, payload in zip(list(workable.jobs), PAYLOADS, strict=False):
            parts = {"en": tuple((payload, f"<p>{other}</p>") for other in PAYLOADS[:4])}
            workable.change(id, title=payload, parts=parts, department=f"{SCRIPT} {id}", state="published", mark="")
        with server.app() as app:
            self.people = People(app)
            self.people.switch_on()
            actor = self.people.actor
            people.create_organisation(SCRIPT, COMMAND_LINE)
            people.create_user(self.people.northwind, "x@example.com", SCRIPT, "x" * 6 + "abcdefgh", (), False, actor)
            connection = connections.create(self.people.northwind, "workable", SCRIPT, actor)
            linking.continue_set_up(connection, self.people.alice, actor)
            link = linking.newest(connection.account)
            linking.choose_way_in(link, "workable")
            report = linking.check(link, workable.try_with, actor)
            assert report.passed, report.error
            linking.finish(link, False, actor)
            sync.run(connection.account_id)
            connections.test(connection, actor)
            connections.activate(connection, actor)
            self.connection = connection.id
            saved = widgets.save(self.people.northwind, None, SCRIPT, HOSTILE, [connection.id], 5, "title", actor)
            self.widget, self.key = saved.id, saved.key
            begun = connections.create(self.people.northwind, "workable", HOSTILE, actor)
            self.begun = linking.continue_set_up(begun, self.people.alice, actor)


@pytest.fixture(scope="module")
def hostile(new_server: Callable[..., Any]) -> Iterator[Hostile]:
    with new_server() as server:
        yield Hostile(server)


def armed(visitor: Visitor) -> Visitor:
    """A browser in which a payload that runs is heard."""
    visitor.context.expose_binding("hit", lambda source, what="": visitor.faults.append(f"a payload ran: {what}"))
    return visitor


def test_no_page_runs_what_an_ats_or_a_person_wrote(hostile: Hostile, visit: Callable[..., Visitor]) -> None:
    rules, seen = Rules(hostile.server), set[str]()
    shown = set()
    for person in ("alice", "dora"):
        page = armed(visit(hostile.server)).sign_in(person)
        for path in rules.walk(page, seen):
            if SCRIPT in page.locator("body").inner_text():
                shown.add(rules.endpoint(path))
    assert {"connections.show", "integrations.ats", "widgets.index", "users.index", "desk.organisations"} <= shown


def test_no_answer_in_place_runs_it_either(hostile: Hostile, visit: Callable[..., Visitor]) -> None:
    visitor = armed(visit(hostile.server))
    visitor.allow("status of 422")
    page = visitor.sign_in("alice")
    page.goto(ATS)
    row = page.locator(f"#connection-{hostile.connection}")
    for item, words in (
        ("Deactivate", f"{SCRIPT} is inactive."),
        ("Activate", f"{SCRIPT} is active."),
        ("Test Connection", f"{SCRIPT} works"),
    ):
        row.locator("summary").first.click()
        row.locator(".menu-list").get_by_role("button", name=item, exact=True).click()
        expect(page.get_by_role("status").get_by_text(words)).to_be_visible()
    row.locator("summary").first.click()
    row.locator(".menu-list").get_by_role("link", name="Delete").click()
    expect(page.get_by_role("dialog").get_by_role("heading", name=f"Delete {SCRIPT}?")).to_be_visible()
    page.keyboard.press("Escape")
    with page.expect_popup() as opened:
        page.locator(".row", has_text="onerror").get_by_role("button", name="Continue").click()
    steps = opened.value
    steps.get_by_text("By the careers page").click()
    steps.get_by_role("button", name="Continue").click()
    steps.get_by_label("Account name").fill(SCRIPT)
    steps.get_by_role("button", name="Check and continue").click()
    expect(steps.locator(".fault")).to_be_visible()
    assert steps.get_by_label("Account name").input_value() == SCRIPT


def test_the_widget_shows_it_as_text_and_opens_only_web_addresses(
    hostile: Hostile, visit: Callable[..., Visitor], intranet: Intranet
) -> None:
    page = armed(visit(hostile.server)).page()
    for path in (f"/widgets/{hostile.key}", f"/widgets/{hostile.key}?page=2", f"/widgets/{hostile.key}/positions"):
        page.goto(path)
        addresses = page.locator("a").evaluate_all("all => all.map(a => a.href)")
        assert all(re.match(r"https?://", address) for address in addresses)
        for link in page.locator("a[href^='/']").evaluate_all("all => all.map(a => a.getAttribute('href'))"):
            page.goto(link)
    page.goto(f"/widgets/{hostile.key}")
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    assert SCRIPT in page.locator("body").inner_text()


def test_a_reader_gives_nothing_away_and_keeps_nothing(
    house: House, visit: Callable[..., Visitor], intranet: Intranet
) -> None:
    """On an intranet of another site, in a browser that is signed in to the console, and in one that never was."""
    intranet.snippet = snippet_of(house)
    for person in ("alice", None):
        visitor = visit(house.server)
        if person:
            visitor.sign_in(person)
        visitor.requests.clear()
        page = visitor.page()
        page.goto(intranet.url.replace("127.0.0.1", "localhost"))
        frame = page.frame_locator("iframe")
        frame.get_by_role("link", name="Next").click()
        expect(frame.get_by_role("link", name="Previous")).to_be_visible()
        asked = [r for r in visitor.requests if r.url.startswith(house.server.url) and r.frame.page == page]
        assert len(asked) >= 3, "the page, its style sheet, the second page"
        for request in asked:
            assert "cookie" not in request.all_headers(), request.url
            answer = request.response()
            assert answer
            assert "set-cookie" not in answer.all_headers(), request.url
        if not person:
            assert visitor.context.cookies() == []


def test_the_widget_works_in_a_frame_of_no_origin_and_its_links_open(
    house: House, visit: Callable[..., Visitor], intranet: Intranet
) -> None:
    intranet.snippet = snippet_of(house)
    assert "allow-same-origin" not in intranet.snippet
    visitor = visit(house.server)
    visitor.allow("asked another host: https://apply.workable.com/")
    visitor.context.route("https://apply.workable.com/**", lambda route: route.fulfill(body="the position at the ATS"))
    page = visitor.page()
    page.goto(intranet.url)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=2)).to_have_count(5)
    inner = next(f for f in page.frames if f.url.startswith(house.server.url))
    assert inner.evaluate("self.origin") == "null"
    assert inner.evaluate("getComputedStyle(document.querySelector('.op-item')).paddingTop") == "12px", "no style sheet"
    with page.expect_popup() as opened:
        frame.get_by_role("heading", level=2).first.get_by_role("link").click()
    expect(opened.value.get_by_text("the position at the ATS")).to_be_visible()
    assert opened.value.evaluate("window.opener === null && document.referrer.startsWith(location.origin) === false")


def test_the_console_is_shown_in_no_frame(house: House, visit: Callable[..., Visitor], intranet: Intranet) -> None:
    visitor = visit(house.server)
    visitor.allow(r"frame-ancestors|X-Frame-Options|Refused to (display|frame)|ERR_BLOCKED_BY_RESPONSE")
    visitor.sign_in("alice")
    intranet.snippet = f'<iframe src="{house.server.url}{ATS}"></iframe>'
    page = visitor.page()
    page.goto(intranet.url)
    expect(page.get_by_role("heading", name="Intranet")).to_be_visible()
    assert not [f for f in page.frames if f.url.startswith(house.server.url) and f.locator("h1").count()]


def test_the_console_keeps_only_the_colours_and_asks_only_the_cdn(house: House, visit: Callable[..., Visitor]) -> None:
    visitor = visit(house.server)
    page = visitor.sign_in("alice")
    page.goto(ATS)
    page.get_by_label("Actions for Headquarters").click()
    page.get_by_role("button", name="Test Connection").locator("visible=true").click()
    expect(page.get_by_role("status").get_by_text("the test passed")).to_be_visible()
    page.locator("[data-theme-switch]").click()
    assert page.evaluate("Object.keys(localStorage)") == ["berth-theme"]
    assert page.evaluate("Object.keys(sessionStorage)") == []
    assert page.evaluate("indexedDB.databases()") == []
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("document.cookie") == "", "the session's cookie is for the server alone"
    hosts = {re.match(r"\w+://[^/]*", request.url)[0] for request in visitor.requests}
    assert hosts == {house.server.url, CDN}


def snippet_of(house: House) -> str:
    """The frame that the page of the widget tells to copy."""
    return (
        f'<iframe src="{house.server.url}/widgets/{house.key}" title="Open positions" referrerpolicy="strict-origin" '
        'width="100%" height="600" sandbox="allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox">'
        "</iframe>"
    )
