"""Documentation is under test: settings, commands, links, and what may not stand in the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tools import write_connector_pages
from tools.write_settings_page import PAGE, page
from webapp.config import ROOT

TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("**/*.md")])
COMMANDS = (
    "positions",
    "worker",
    "setup-address",
    "create-organisation",
    "create-user",
    "sync",
    "rotate-keys",
    "backup",
)


def test_the_settings_page_is_what_the_settings_say():
    assert PAGE.read_text() == page(), "run: python tools/write_settings_page.py"


def test_the_connector_pages_are_what_the_connectors_say():
    folder, pages = write_connector_pages.FOLDER, write_connector_pages.pages()
    assert {path.name for path in folder.glob("*.md")} == set(pages), "run: python tools/write_connector_pages.py"
    assert [n for n in pages if (folder / n).read_text() != pages[n]] == [], (
        "run: python tools/write_connector_pages.py"
    )


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_every_link_to_a_file_leads_to_one(path: Path):
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_the_readme_names_every_command_and_make_target():
    readme = (ROOT / "README.md").read_text()
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), flags=re.M)
    assert [t for t in targets if t != "help" and f"make {t}" not in readme] == []
    assert [c for c in COMMANDS if f"flask {c}" not in readme and f"wsgi {c}" not in readme] == []


#: A vendor's address, with or without its scheme, may have /home in it.
ADDRESS = re.compile(r"https?://\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|co|io)/\S*")


def test_no_file_names_a_package_host_or_a_path_of_a_machine():
    host, path = re.compile(r"(?:extra-)?index[-]url|\"resolved\": \"http"), re.compile(r"/(?:work|root|home|Users)/\w")
    allowed = {"tests/test_docs.py"}
    for name in TRACKED:
        if name in allowed or not (ROOT / name).is_file():
            continue
        text = (ROOT / name).read_text(errors="ignore")
        assert not host.search(text), f"{name}: {host.search(text)}"
        assert not path.search(ADDRESS.sub("", text)), f"{name}: {path.search(ADDRESS.sub('', text))}"


def test_the_changelog_begins_with_the_version():
    import webapp

    assert re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)[1] == webapp.__version__
