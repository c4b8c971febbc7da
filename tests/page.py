"""A browser without JavaScript that judges every page it opens."""

from __future__ import annotations

import re
from contextvars import Context
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from webapp.extensions import db


class _Reader(HTMLParser):
    """The parts of a page that matter: headings, ids, labels, forms with their fields, links."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.forms: list[dict[str, Any]] = []
        self.links: list[tuple[str, str]] = []
        self.texts: dict[str, list[str]] = {"h1": [], "title": []}
        self._open: list[str] = []
        self._form: dict[str, Any] | None = None
        self._link: str | None = None
        self._button: str | None = None
        self._select: str | None = None
        self.styles = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(found["id"] or "")
        self.styles += "style" in found or tag == "style"
        if tag in self.texts:
            self._open.append(tag)
            self.texts[tag].append("")
        if tag == "label" and found.get("for"):
            self.labels.add(found["for"] or "")
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.controls.append(found)
        if tag == "form":
            self._form = {"action": found.get("action"), "method": found.get("method", "get"), "fields": {}, "text": ""}
            self._form["attrs"] = found
            self.forms.append(self._form)
        if tag == "input" and self._form is not None and found.get("name"):
            kind, name = found.get("type", "text"), found["name"] or ""
            if kind not in ("checkbox", "radio") or "checked" in found:
                value = found.get("value") or ("on" if kind == "checkbox" else "")
                self._form["fields"].setdefault(name, []).append(value)
        if tag == "select":
            self._select = found.get("name")
        if tag == "option" and self._select and self._form is not None and "selected" in found:
            self._form["fields"][self._select] = [found.get("value") or ""]
        if tag == "a":
            self._link = found.get("href")
            self.links.append((found.get("href") or "", found.get("aria-label") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.texts and tag in self._open:
            self._open.remove(tag)
        if tag == "form":
            self._form = None
        if tag == "a":
            self._link = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            self.texts[tag][-1] += data
        if self._form is not None:
            self._form["text"] += data
        if self._link is not None:
            href, text = self.links[-1]
            self.links[-1] = (href, text + data)


class Page:
    """Opens addresses, follows links, fills in forms; every HTML page has to be a good one."""

    def __init__(self, app: Any, base_url: str = "http://127.0.0.1") -> None:
        self.client = app.test_client()
        self.base_url = base_url
        self.path = "/"
        self.response: Any = None
        self.reader = _Reader()

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", self.response.get_data(as_text=True))

    def words(self) -> str:
        """What a person reads on the page, without tags."""
        plain = re.sub(r"<(script|style)\b.*?</\1>", " ", self.response.get_data(as_text=True), flags=re.S)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))

    def open(self, path: str, follow: bool = True, **options: Any) -> Page:
        """GET an address, and the ones it leads on to."""
        return self._took(self._ask("get", path, **options), path, follow)

    def submit(self, values: dict[str, Any] | None = None, to: str | None = None, button: str | None = None) -> Page:
        """Send the form that goes `to` an address (or that holds a `button` text), with its values and these."""
        form = self.form(to, button)
        fields = {**form["fields"], **(values or {})}
        action = urljoin(self.path, form["action"] or self.path)
        assert form["method"].lower() == "post"
        return self._took(self._ask("post", action, data=fields), action, False)

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        """Ask in a context of its own: otherwise Flask would share the test's, and with it who is signed in."""
        db.session.rollback()
        return Context().run(getattr(self.client, method), path, base_url=self.base_url, **options)

    def form(self, to: str | None = None, button: str | None = None) -> dict[str, Any]:
        """One form of the page."""
        found = [
            form
            for form in self.reader.forms
            if (to is None or (form["action"] or urlsplit(self.path).path).endswith(to))
            and (button is None or button in form["text"])
            and form["method"].lower() == "post"
            and (to or button or form["action"] != "/logout")
        ]
        assert found, f"no form to {to} with {button} on {self.path}: {[f['action'] for f in self.reader.forms]}"
        return found[0]

    def follow(self) -> Page:
        """Go where the last answer leads."""
        while self.status in (301, 302, 303, 307, 308):
            self.open(urlsplit(self.response.headers["Location"])._replace(scheme="", netloc="").geturl(), follow=False)
        return self

    def link(self, text: str) -> str:
        """The address of the link with this text."""
        found = [href for href, words in self.reader.links if text in re.sub(r"\s+", " ", words)]
        assert found, f"no link {text!r} on {self.path}"
        return found[0]

    def _took(self, response: Any, path: str, follow: bool) -> Page:
        self.response, self.path = response, path
        if follow and self.status in (301, 302, 303, 307, 308):
            return self.follow()
        if response.mimetype == "text/html" and "<html" in response.get_data(as_text=True):
            self.reader = _Reader()
            self.reader.feed(response.get_data(as_text=True))
            if not path.startswith("/widgets/"):
                self._judge()
        return self

    def _judge(self) -> None:
        reader, where = self.reader, self.path
        assert len(reader.texts["h1"]) == 1, f"{where} has {len(reader.texts['h1'])} h1"
        heading = re.sub(r"\s+", " ", reader.texts["h1"][0]).strip()
        title = re.sub(r"\s+", " ", reader.texts["title"][0]).strip()
        assert title.startswith(heading), f"{where}: the title {title!r} does not begin with {heading!r}"
        doubles = {id for id in reader.ids if reader.ids.count(id) > 1}
        assert not doubles, f"{where} has ids twice: {doubles}"
        for control in reader.controls:
            named = control.get("aria-label") or control.get("aria-labelledby") or control.get("id") in reader.labels
            assert named, f"{where}: a control without a label: {control}"
        for form in reader.forms:
            if form["method"].lower() == "post":
                assert form["fields"].get("csrf_token"), f"{where}: a form without a CSRF token: {form['action']}"
        assert not reader.styles, f"{where} has inline styles, which the CSP refuses"
