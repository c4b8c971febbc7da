"""Write docs/connectors/ from the connector classes and their fixtures: `python tools/write_connector_pages.py`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.connectors.replay import parts
from webapp.config import ROOT
from webapp.connectors import ATS, ATSS, CONNECTORS, Connector, Field

FOLDER = ROOT / "docs" / "connectors"
#: What a position may hold, in the words of the interface, in the order of a page.
READ = {
    "description_html": "description",
    "locations": "places",
    "workplace": "workplace",
    "employment_type": "employment type",
    "department": "department",
    "team": "team",
    "category": "category",
    "company": "company",
    "posted_at": "date posted",
    "updated_at": "date of the last change",
    "closes_at": "closing date",
    "language": "language",
    "translations": "translations",
    "salary": "pay, where the ATS shows it",
    "requisition": "requisition number",
    "labels": "labels",
    "url": "address of the position",
    "apply_url": "address to apply at",
}
HEAD = """# Connectors

Every ATS that Berth reads, generated from the code by `python tools/write_connector_pages.py`. A **way in** with
credentials can read what the careers page does not show; one without needs no more than an address.

| ATS | with credentials | without |
|---|---|---|
"""
TAIL = """
## Adding an ATS

One file in `webapp/connectors/`, named after the ATS, and one fixture in `tests/connectors/fixtures/`:

1. Write the fixture first: the vendor's answers in their real shape with invented people, and the positions that they
   mean. `tests/connectors/replay.py` says how; the contract suite (`tests/connectors/test_contract.py`) runs over it.
2. Write the class: its facts (`webapp/connectors/_contract.py`), `account()` and `read()`. Ask through `self.http`
   only; read JSON through `_rows.py`, text through `_text.py`, places through `_places.py`, pages through `_pages.py`.
3. `python tools/write_connector_pages.py` writes its page here.

A connector is complete or raises: a list that broke off, repeats itself or misses its declared total is no list. What
it leaves out it notes by `withhold()`.
"""


def pages() -> dict[str, str]:
    """File name → page, the index among them."""
    ways: dict[ATS, list[type[Connector]]] = {}
    for connector in CONNECTORS.values():
        ways.setdefault(connector.ats, []).append(connector)
    order = [*ATSS.values(), *(ats for ats in ways if ats.slug not in ATSS)]
    rows = [
        f"| [{ats.name}]({ats.slug}.md) | {_slugs(ways[ats], True)} | {_slugs(ways[ats], False)} |\n" for ats in order
    ]
    return {"README.md": HEAD + "".join(rows) + TAIL} | {f"{ats.slug}.md": _page(ats, ways[ats]) for ats in order}


def _needs_credentials(way: type[Connector]) -> bool:
    return any(f.secret and f.required for f in way.fields)


def _slugs(ways: list[type[Connector]], with_credentials: bool) -> str:
    return ", ".join(f"`{way.slug}`" for way in ways if _needs_credentials(way) is with_credentials) or "–"


def _page(ats: ATS, ways: list[type[Connector]]) -> str:
    lines = [f"# {ats.name}", ""]
    if ats.website:
        lines += [f"<{ats.website}>", ""]
    for way in sorted(ways, key=_needs_credentials, reverse=True):
        lines += _way(way)
    return "\n".join(lines).rstrip() + "\n"


def _way(way: type[Connector]) -> list[str]:
    read = {name for position in parts()[way.slug]["positions"] for name in position}
    internal = any(position.get("visibility") == "internal" for position in parts()[way.slug]["positions"])
    said = ["title", *(word for name, word in READ.items() if name in read)]
    lines = [f"## {way.way_in}: `{way.slug}`", "", way.about, ""]
    lines += [f"**Reads** {', '.join(said)}{'; internal positions, too' if internal else ''}.", ""]
    lines += ["**Asks for**", "", "| field | what it is | example |", "|---|---|---|", *map(_field, way.fields), ""]
    lines += ["**Asks** " + ", ".join(f"`{host}`" for host in way.hosts) + _pace(way) + ".", ""]
    if way.scopes:
        lines += ["**Needs** " + ", ".join(f"`{scope}`" for scope in way.scopes) + ".", ""]
    if examples := list(parts()[way.slug].get("addresses", ()))[:4]:
        lines += ["**Recognised by** " + ", ".join(f"`{address}`" for address in examples) + ".", ""]
    if way.quirks:
        lines += ["**Good to know**", "", *(f"* {quirk}" for quirk in way.quirks), ""]
    return [*lines, f"**To revoke** {way.revoke}", ""]


def _field(field: Field) -> str:
    kinds = [kind for kind, is_so in (("secret", field.secret), ("optional", not field.required)) if is_so]
    example = f"`{field.example}`" if not field.secret else "–"
    note = f" ({', '.join(kinds)})" if kinds else ""
    return f"| **{field.label}** `{field.name}`{note} | {field.help} | {example} |".replace("\n", " ")


def _pace(way: type[Connector]) -> str:
    return f", at most {way.limits.requests} times in {way.limits.seconds:g} s" if way.limits.requests else ""


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.md"):
        if old.name not in pages():
            old.unlink()
    for name, text in pages().items():
        (FOLDER / name).write_text(text)
