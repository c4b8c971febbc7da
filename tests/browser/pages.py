"""Walks through all pages: by the URL map, and by the links on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from werkzeug.exceptions import HTTPException

from tests.browser.server import Berth
from webapp import config, create_app

LINKS = "all => all.map(e => e.getAttribute('href') || e.getAttribute('hx-get'))"


class Rules:
    """The addresses of the app that answer GET."""

    def __init__(self, server: Berth) -> None:
        app = create_app(config.load(instance=server.instance, testing=True))
        self.adapter = app.url_map.bind("127.0.0.1")
        self.rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
        self.endpoints = {rule.endpoint for rule in self.rules}
        #: Those without parameters, which can be opened as they are.
        self.plain = [rule.rule for rule in self.rules if not rule.arguments]

    def endpoint(self, path: str) -> str:
        """The name of the view behind a path; empty for what is no address of ours."""
        try:
            return str(self.adapter.match(path.partition("?")[0].partition("#")[0], method="GET")[0])
        except HTTPException:
            return ""

    def walk(self, page: Any, seen: set[str]) -> Iterator[str]:
        """Open one page of each view that answers this person; yields its path. Notes in `seen` what answered."""
        waiting = list(self.plain)
        known = {"", "static", *map(self.endpoint, waiting)}
        while waiting:
            path = waiting.pop(0)
            answer = page.request.get(path, max_redirects=0)
            if answer.status != 200:
                continue
            seen.add(self.endpoint(path))
            if "<html" not in answer.text():
                continue
            page.goto(path)
            yield path
            for link in page.locator("a[href^='/'], [hx-get]").evaluate_all(LINKS):
                if self.endpoint(link) not in known:
                    known.add(self.endpoint(link))
                    waiting.append(link)
