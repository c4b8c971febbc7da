"""Somebody's browser, which notes everything that a page did wrong."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.browser.server import Berth
from tests.people import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route
try:
    from playwright.sync_api import Error, expect
except ImportError:  # then all of these tests are left out
    Error, expect = Exception, None

__all__ = ["CDN", "Visitor", "close_by", "expect", "shot"]

CDN = "https://cdn.jsdelivr.net"
#: What Chromium is started with; no name but localhost leads anywhere.
ARGUMENTS = [
    *("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
#: A violation of the content security policy is heard in every frame, and said like any other fault.
LISTEN = """document.addEventListener('securitypolicyviolation', event => console.error(
  `content security policy: ${event.violatedDirective} refused ${event.blockedURI} at ${event.sourceFile}`));"""
#: The one line that a page may say: the CDN is out of reach (then the local copy, or plain forms, do the work).
CDN_UNREACHABLE = "Failed to load resource: net::ERR_NAME_NOT_RESOLVED"


class Visitor:
    """A browser context. `cdn`: the file with which the CDN answers; `None`: it is out of reach.

    What went wrong is in `faults`; `finish()` fails if there is anything that was not allowed.
    """

    def __init__(
        self, chromium: Browser, server: Berth, cdn: Path | None = None, javascript: bool = True, **options: Any
    ) -> None:
        self.server, self.cdn, self.javascript = server, cdn, javascript
        self.faults: list[str] = []
        self.requests: list[Request] = []
        self._allowed: list[re.Pattern[str]] = []
        self.context: BrowserContext = chromium.new_context(
            base_url=server.url, java_script_enabled=javascript, locale="en-GB", **options
        )
        self.context.set_default_timeout(10_000)
        self.context.set_default_navigation_timeout(15_000)
        self.context.add_init_script(LISTEN)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.faults.append(f"uncaught: {error.error}"))
        self.context.on("requestfailed", self._failed)
        self.context.on("request", self._asked)
        self.context.on("dialog", self._asked_by_dialog)
        if cdn:
            self.context.route(f"{CDN}/**", self._answer_as_cdn)

    def _answer_as_cdn(self, route: Route) -> None:
        assert self.cdn
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/javascript; charset=utf-8"}
        route.fulfill(body=self.cdn.read_bytes(), headers=headers)

    def _said(self, message: ConsoleMessage) -> None:
        address = (message.location or {}).get("url", "")
        expected = not self.cdn and message.text == CDN_UNREACHABLE and address.startswith(f"{CDN}/")
        if message.type in ("error", "warning", "assert") and not expected:
            self.faults.append(f"{message.type}: {message.text} ({address})")

    def _failed(self, request: Request) -> None:
        expected = not self.cdn and request.url.startswith(f"{CDN}/")
        left = request.failure == "net::ERR_ABORTED"  # the page was left, or the answer is no page
        if not expected and not left:
            self.faults.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        address = urlsplit(request.url)
        ours = address.scheme not in ("http", "https") or address.hostname in ("127.0.0.1", "localhost")
        if not ours and not request.url.startswith(f"{CDN}/npm/htmx.org@"):
            self.faults.append(f"asked another host: {request.url}")

    def _asked_by_dialog(self, dialog: Any) -> None:
        self.faults.append(f"a {dialog.type} appeared: {dialog.message}")
        dialog.dismiss()

    def allow(self, *patterns: str) -> None:
        """Expect faults that match; each has to come at least once."""
        self._allowed += [re.compile(pattern) for pattern in patterns]

    def page(self) -> Page:
        return self.context.new_page()

    def sign_in(self, name: str) -> Page:
        """A page that is signed in as one of `tests.people.People`; by the form the first time at each server."""
        page = self.page()
        if name in self.server.cookies:
            self.context.add_cookies(self.server.cookies[name])
            page.goto("/")
            return page
        page.goto("/login")
        page.get_by_label("E-mail").fill(f"{name}@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login" not in url)
        self.server.cookies[name] = self.context.cookies()
        return page

    def finish(self) -> None:
        """Close the browser; fails with everything that a page did wrong."""
        self.context.close()
        unexpected = [fault for fault in self.faults if not any(p.search(fault) for p in self._allowed)]
        missing = [p.pattern for p in self._allowed if not any(p.search(fault) for fault in self.faults)]
        assert not unexpected, "the browser noted:\n" + "\n".join(unexpected)
        assert not missing, f"expected, but did not come: {missing}"


def close_by(page: Page, button: str) -> None:
    """Press a button that closes its window, which may be gone before the click is reported."""
    with page.expect_event("close"), suppress(Error):
        page.get_by_role("button", name=button, exact=True).click()


def shot(page: Page, name: str) -> None:
    """A picture of the whole page in the folder $BERTH_TEST_SHOTS, for people to look at."""
    folder = os.environ.get("BERTH_TEST_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
