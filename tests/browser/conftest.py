"""Fixtures of the browser tests: the servers, Chromium, and browsers that note what goes wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.house import House
from tests.browser.server import ROOT, Berth, Intranet
from tests.browser.visitor import ARGUMENTS, Visitor
from tests.conftest import AVAILABLE, CHROMIUM, REMEDY
from tests.simulator import Simulator, northwind

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LAID_DOWN = ROOT / "instance" / "htmx.min.js"
if AVAILABLE["browser"] and not LAID_DOWN.exists() and not shutil.which("npm"):
    AVAILABLE["browser"] = False
    REMEDY["browser"] = "there is no local copy of htmx, and no npm to fetch it (apt-get install npm)"
_servers: list[Berth] = []


@pytest.fixture(scope="session")
def htmx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the CDN serves."""
    folder = tmp_path_factory.mktemp("htmx")
    if LAID_DOWN.exists():
        shutil.copy(LAID_DOWN, folder)
    said = subprocess.run(
        [sys.executable, "tools/lay_down_htmx.py", str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert (folder / "htmx.min.js").exists(), said.stdout + said.stderr
    return folder / "htmx.min.js"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def new_server(migrated: Path, htmx: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Starts an installation with a simulator of its own: `with new_server() as server`."""

    @contextmanager
    def start(local_htmx: bool = True) -> Iterator[Berth]:
        with Simulator(limited=False) as simulator:
            # A reading asks once per position: with more, Workable's limit would let each test wait for 10 s.
            simulator.workable.take([*northwind.WORKABLE[:8], *northwind.WORKABLE[13:]])
            instance = tmp_path_factory.mktemp("berth")
            server = Berth(instance, migrated, simulator, htmx if local_htmx else None)
            _servers.append(server)
            try:
                yield server.start()
            finally:
                server.stop()

    return start


@pytest.fixture(scope="session")
def house(new_server: Callable[..., Any]) -> Iterator[House]:
    """One furnished installation for the tests that look at pages; what they change, they leave in a good state."""
    with new_server() as server:
        yield House(server)


@pytest.fixture
def start(new_server: Callable[..., Any]) -> Iterator[Callable[..., Berth]]:
    """Starts an installation for this test alone; it ends after the browsers are closed."""
    with ExitStack() as servers:
        yield lambda local_htmx=True: servers.enter_context(new_server(local_htmx))


@pytest.fixture
def visit(start: object, chromium: Browser, htmx: Path) -> Iterator[Callable[..., Visitor]]:
    """Makes browsers, `visit(server)`, whose pages have to have done nothing wrong at the end of the test.

    `cdn=False`: the CDN is out of reach. `javascript=False`, `viewport=…`, `color_scheme=…` as in Playwright.
    """
    with ExitStack() as visitors:

        def make(server: Berth, cdn: bool = True, **options: Any) -> Visitor:
            visitor = Visitor(chromium, server, htmx if cdn else None, **options)
            visitors.callback(visitor.finish)
            return visitor

        yield make


@pytest.fixture
def intranet() -> Iterator[Intranet]:
    """A page elsewhere that shows a widget."""
    with Intranet() as running:
        yield running


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    """Show with a failure what the servers said while the test ran."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for server in _servers:
            if server.log.exists() and server.log.stat().st_mtime >= call.start:
                report.sections.append((f"server.log of {server.url}", server.words()[-8000:]))
