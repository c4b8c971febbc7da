"""The house, as DESIGN section 4 draws it: who may import whom, what templates may hold, how long a file may be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
WEBAPP = ROOT / "webapp"
FILES = sorted(path for path in WEBAPP.rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LINES = 330

EVERYBODY = {"webapp.config", "webapp.i18n"}
#: room → the rooms that it may import. An arrow of the design permits every room further along it.
MAY_IMPORT = {
    "views": {"services", "connectors", "widget", "models", "extensions"},
    "services": {"connectors", "widget", "models", "extensions"},
    "widget": {"models", "extensions"},
    "models": {"extensions"},
    "connectors": set(),
    "extensions": set(),
    "config": set(),
    "i18n": set(),
    "tasks": {"services", "connectors", "models", "extensions"},
    "cli": {"services", "connectors", "models", "extensions", "tasks"},
}
FORBIDDEN = {
    "connectors": {"flask", "sqlalchemy", "flask_sqlalchemy", "flask_login", "werkzeug", "jinja2", "wtforms"},
    "views": {"requests", "sqlalchemy", "flask_sqlalchemy", "itsdangerous", "urllib3", "cryptography", "huey"},
    "services": {"wtforms", "flask_wtf", "flask_login", "jinja2", "werkzeug", "requests", "urllib3", "huey"},
    "models": {"flask", "flask_login", "wtforms", "requests", "werkzeug", "jinja2"},
    "widget": {"requests", "flask_login", "flask_wtf", "wtforms", "itsdangerous"},
    "config": {"flask", "sqlalchemy", "requests"},
    "i18n": {"flask", "sqlalchemy", "requests"},
    "tasks": {"requests", "sqlalchemy", "itsdangerous", "wtforms"},
    "cli": {"requests", "sqlalchemy", "itsdangerous", "wtforms"},
}
#: What a service may see of Flask: the app, never a request, a session or a template.
FLASK_OF_SERVICES = {"Flask", "current_app"}


def room(path: Path) -> str:
    """The room that a file belongs to: its folder under webapp, or its own name."""
    return path.relative_to(WEBAPP).parts[0].removesuffix(".py")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(tree: ast.AST, typing_too: bool = True) -> Iterator[tuple[str, str | None, int]]:
    """(module, name taken from it or `None`, line) of every import, also those inside functions."""
    skipped: set[ast.AST] = set()
    if not typing_too:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                skipped.update(inner for part in node.body for inner in ast.walk(part))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, None, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name, node.lineno) for alias in node.names)


def imported_room(module: str, name: str | None) -> str | None:
    """The room of webapp that an import leads to, `None` for anything else."""
    if module == "webapp":
        return name
    return module.split(".")[1] if module.startswith("webapp.") else None


def test_a_room_imports_only_rooms_further_along_the_arrows():
    for path in FILES:
        if path == WEBAPP / "__init__.py":
            continue
        own, tree = room(path), ast.parse(path.read_text())
        assert own in MAY_IMPORT, f"{named(path)} is in no room of the house: give it one, here and in DESIGN section 4"
        for module, name, line in imports(tree, typing_too=False):
            other = imported_room(module, name)
            if other is None or other == own or f"webapp.{other}" in EVERYBODY:
                continue
            assert other in MAY_IMPORT[own], (
                f"{named(path)}:{line} imports {other} from {own}, against the arrows. Move what it needs along "
                "them, or have a room before it pass it in"
            )


def test_no_room_sees_the_libraries_of_another():
    for path in FILES:
        for module, _name, line in imports(ast.parse(path.read_text())):
            top = module.split(".")[0]
            assert top not in FORBIDDEN.get(room(path), set()), (
                f"{named(path)}:{line} imports {top}. Put it behind a verb of the room that may: views ask services, "
                "services ask connectors"
            )


def test_services_see_no_request_no_session_no_template():
    for path in [p for p in FILES if room(p) == "services"]:
        for module, name, line in imports(ast.parse(path.read_text())):
            if module.split(".")[0] == "flask":
                assert name in FLASK_OF_SERVICES, (
                    f"{named(path)}:{line} takes {name or module} from Flask. Let the view pass a plain value"
                )


def test_imports_by_a_relative_name_are_not_used():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.ImportFrom) and node.level), (
                f"{named(path)}:{node.lineno}: write `from webapp.…`, so that the arrows can be seen"
            )


def test_the_package_itself_imports_flask_and_rooms_inside_functions_only():
    tree = ast.parse((WEBAPP / "__init__.py").read_text())
    top = ast.Module([n for n in tree.body if not isinstance(n, ast.FunctionDef)], [])
    for module, name, line in imports(top, typing_too=False):
        assert module in ("__future__", "typing"), f"webapp/__init__.py:{line}: move {name or module} into create_app()"
    everywhere = {(m, n) for m, n, _line in imports(tree, typing_too=False)}
    inside = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "create_app"]
    allowed = {(m, n) for m, n, _line in imports(inside[0])}
    for module, name in everywhere - allowed:
        assert imported_room(module, name) is None, f"webapp/__init__.py: {module}.{name} belongs into create_app()"
        assert module.split(".")[0] != "flask", f"webapp/__init__.py: {module}.{name} belongs into create_app()"


def test_connectors_load_without_flask_and_without_a_database():
    script = (
        "import sys\n"
        "from webapp.connectors import CONNECTORS, resolve\n"
        "assert CONNECTORS and resolve('https://apply.workable.com/acme/')\n"
        "seen = {name.split('.')[0] for name in sys.modules} & {'flask', 'sqlalchemy', 'werkzeug', 'jinja2', 'huey'}\n"
        "rooms = {n for n in sys.modules if n.startswith('webapp.')}\n"
        "rooms = {n.split('.')[1] for n in rooms} - {'connectors', 'config', 'i18n'}\n"
        "sys.exit(f'loaded as well: {seen or rooms}' if seen | rooms else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_environment_is_read_in_the_settings_only():
    allowed = {"webapp/config.py", "webapp/cli/__init__.py"}  # the command line prints `PORT` in an address
    for path in FILES:
        text = path.read_text()
        if re.search(r"os\.(environ|getenv)", text):
            assert named(path) in allowed, f"{named(path)} reads the environment: make it a setting in webapp/config.py"


def test_nobody_but_a_connector_asks_which_slug_it_is():
    for path in [p for p in FILES if room(p) != "connectors"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq | ast.In) for op in node.ops):
                sides = [node.left, *node.comparators]
                about = any(re.search(r"\b(slug|way_in|ats)$", ast.unparse(side)) for side in sides)
                literal = any(
                    isinstance(part, ast.Constant) and isinstance(part.value, str)
                    for side in sides
                    if not isinstance(side, ast.Attribute | ast.Name)
                    for part in ast.walk(side)
                )
                assert not (about and literal), (
                    f"{named(path)}:{node.lineno}: `{ast.unparse(node)}`. Make it a fact of the connector"
                )


def test_whole_addresses_are_made_in_one_place_from_the_setting():
    for path in FILES:
        found = re.findall(
            r"_external|\bhost_url\b|\burl_root\b|request\.(?:host|base_url|url)\b",
            path.read_text(),
        )
        if room(path) in ("views", "widget", "services"):
            allowed = ["host_url"] if path.name == "page.py" else []
            assert found == allowed, (
                f"{named(path)}: {found}. Hand out views.page.public_url(…), never what a request says"
            )


def test_no_file_has_grown_beyond_what_one_can_read():
    lengths = {named(path): len(path.read_text().splitlines()) for path in FILES}
    # One file adds an ATS, however many ways in it has: that promise is worth more than the length.
    whole = {named(path) for path in FILES if path.parent.name == "connectors" and not path.name.startswith("_")}
    long = {name: n for name, n in lengths.items() if n > (2 * LINES if name in whole else LINES)}
    assert not long, f"split these where two thoughts meet; {LINES} lines are the most: {long}"


# Templates --------------------------------------------------------------------------------------------------------


def tags(text: str, name: str) -> Iterator[str]:
    """Opening tags of a template, whole: a `>` inside of Jinja's braces ends none."""
    for match in re.finditer(rf"<{name}\b", text):
        inside, depth = [], 0
        for character, following in zip(text[match.start() :], text[match.start() + 1 :] + " ", strict=True):
            inside.append(character)
            depth += character + following in ("{{", "{%", "{#")
            depth -= character + following in ("}}", "%}", "#}")
            if character == ">" and depth == 0:
                break
        yield "".join(inside)


def code_of(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)


def test_a_template_marks_nothing_as_safe():
    for path in TEMPLATES:
        text = code_of(path)
        found = re.findall(r"\|\s*safe\b|\bMarkup\(|autoescape\s+false", text)
        if path.name == "_components.html":  # `attrs` written by a template itself, never by a person
            assert found == ["|safe"], (
                "_components.html: one macro may mark the attributes that a template wrote as safe"
            )
        else:
            assert not found, (
                f"{named(path)}: {found}. Text is escaped; HTML of others is cleaned in services/positions.py"
            )


def test_a_template_holds_nothing_that_the_content_security_policy_refuses():
    for path in TEMPLATES:
        text = code_of(path)
        assert not re.search(r"<style\b|\sstyle\s*=", text), f"{named(path)}: styles go into static/app.css"
        for tag in tags(text, "script"):
            assert re.search(r"\ssrc=", tag), f"{named(path)}: {tag} has no src. Scripts go into static/app.js"
        for match in re.finditer(
            r"<script\b.*?>(.*?)</script>", re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text), flags=re.S
        ):
            assert not match[1].strip(), f"{named(path)}: a script with a body"
        assert not re.search(r"""["'\s](?:data-)?hx-on""", text), f"{named(path)}: hx-on needs eval; put it into app.js"
        assert not re.search(r"""(?:js|javascript):""", text), f"{named(path)}: js: needs eval; put it into app.js"
        assert not re.search(r"""\son[a-z]+\s*=\s*["']""", text), (
            f"{named(path)}: an inline handler; put it into app.js"
        )
        assert not re.search(r"hx-trigger[^>]*\[", text), f"{named(path)}: a filter in hx-trigger needs eval"
        assert not re.search(r"hx-disable\b(?!d)", text), f"{named(path)}: htmx 4 leaves a subtree alone by hx-ignore"


def test_a_form_for_htmx_works_without_it():
    for path in TEMPLATES:
        for tag in tags(code_of(path), "form"):
            if re.search(r"hx-(post|put|patch|delete)", tag):
                assert re.search(r'method="post"', tag), (
                    f"{named(path)}: {tag} needs method=post for those without script"
                )
                assert re.search(r"\saction=", tag), (
                    f"{named(path)}: {tag} needs an action for those without JavaScript"
                )
                assert "hx-post" in tag, f"{named(path)}: {tag}: a form without JavaScript can only POST"
        for name in ("button", "a", "input", "select", "div", "li", "tr"):
            for tag in tags(code_of(path), name):
                assert not re.search(r"hx-(post|put|patch|delete)", tag), (
                    f"{named(path)}: {tag[:80]} acts without a form: put hx-post on a form that has an action as well"
                )


def test_templates_neither_ask_for_a_slug_nor_decide_a_permission_nor_query():
    for path in TEMPLATES:
        text = code_of(path)
        assert not re.search(r"""(?:slug|way_in|\.ats)\s*(?:==|!=)\s*["']|(?:slug|\.ats)\s+in\s+[\[(]""", text), (
            f"{named(path)} compares a slug: make what you want to know a fact of the connector"
        )
        assert not re.search(r"\.may\(|\bif\b[^%}]*\.permissions\b(?!\s*%\})", text), (
            f"{named(path)} decides a permission: let the view decide"
        )
        assert not re.search(r"\.query\b|session\.(?:scalar|execute|get)\(|db\.", text), f"{named(path)} queries"


def test_the_checks_above_see_what_they_are_there_for():
    bad = "<form hx-post='{{ a > b }}' class=x>"
    assert list(tags(f"<p>{bad}<i>", "form")) == [bad]
    tree = ast.parse("import flask\ndef f():\n    from webapp.views import page")
    assert [(m, n) for m, n, _line in imports(tree)] == [("flask", None), ("webapp.views", "page")]
    guarded = ast.parse("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from flask import Flask")
    assert [m for m, _n, _line in imports(guarded, typing_too=False)] == ["typing"]
    assert imported_room("webapp", "views") == imported_room("webapp.views.page", "x") == "views"
