"""`flask positions`: the open positions behind an address, live, as a table, JSON or CSV. Needs no database."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import click

from webapp.connectors import (
    CONNECTORS,
    Connector,
    ConnectorError,
    CredentialsRejected,
    InvalidConfig,
    PermissionMissing,
    RemotePosition,
    TemporarilyUnavailable,
    resolve,
)
from webapp.services import looking, spreadsheet
from webapp.services.refusal import Refused

#: Exit statuses: the address or its fields, the credentials, the ATS itself.
WRONG_INPUT, REFUSED, UNREACHABLE = 2, 3, 4
COLUMNS = (
    *("id", "title", "department", "places", "countries", "workplace", "employment_type", "salary", "posted_at"),
    *("closes_at", "language", "company", "visibility", "url", "apply_url"),
)
GAP = "  "
WHERE = "All connectors and their fields are in docs/connectors/README.md."


@click.command("positions")
@click.argument("source")
@click.option("--set", "given", multiple=True, metavar="FIELD=VALUE", help="A field of the connector; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per position and line, as they come.")
@click.option("--csv", "as_csv", is_flag=True, help="A table for a spreadsheet, as they come.")
def positions(source: str, given: tuple[str, ...], as_json: bool, as_csv: bool) -> None:
    """Print the open positions behind a careers-page ADDRESS or a connector SLUG, live; stores nothing.

    Ends with 2 where the address or a field is wrong, 3 where the ATS refuses the credentials, 4 where it cannot be
    reached.
    """
    if as_json and as_csv:
        stop("Give --json or --csv, not both.", WRONG_INPUT)
    slug, config = _source(source)
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            stop(f"“{pair}” is not of the form field=value.", WRONG_INPUT)
        config[name] = value
    try:
        connector = CONNECTORS[slug](config)
        found = _read(connector)
        if as_json:
            _stream(json.dumps(_plain(item), ensure_ascii=False) for item in found)
        elif as_csv:
            click.echo(spreadsheet.row(COLUMNS), nl=False)
            _stream((spreadsheet.row(_cells(item)).rstrip("\r\n") for item in found), "\r\n")
        else:
            _table(list(found))
        noun = "position" if connector.listed - len(connector.withheld) == 1 else "positions"
        reasons = Counter(w.reason for w in connector.withheld)
        why = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
        withheld = f", {len(connector.withheld)} withheld ({why})" if why else ""
        count = connector.listed - len(connector.withheld)
        click.echo(f"{count} open {noun} at {connector.shown(connector.config)}{withheld}.", err=True)
    except InvalidConfig as invalid:
        for name, sentence in invalid.errors.items():
            click.echo(f"{name}: {sentence}", err=True)
        stop("Give the fields with --set field=value.", WRONG_INPUT)
    except ConnectorError as error:
        stop(f"{error} What came before it is not the whole list." if as_json or as_csv else str(error), _status(error))


def _source(source: str) -> tuple[str, dict[str, str]]:
    """The connector and its fields: a slug, an address that tells it, or a page that is looked at once."""
    if source in CONNECTORS:
        return source, {}
    if found := resolve(source):
        return found[0], dict(found[1])
    if "." not in source:
        near = get_close_matches(source, CONNECTORS, 3) or get_close_matches(f"{source}-careers", CONNECTORS, 3)
        hint = f"Did you mean {', '.join(near)}? " if near else ""
        stop(f"There is no connector {source}. {hint}{WHERE}", WRONG_INPUT)
    try:
        seen = looking.sight(source)
    except Refused as refused:
        stop(f"Berth does not know the address {source}, and looked at it: {refused} {WHERE}", WRONG_INPUT)
    click.echo(f"Found by looking at the page: {seen.way_in.ats.name}, {seen.way_in.slug}.", err=True)
    return seen.way_in.slug, dict(seen.values)


def _read(connector: Connector) -> Iterator[RemotePosition]:
    """The positions; where standard error is a terminal, a bar tells how far it is."""
    found = (item for item in connector.positions() if isinstance(item, RemotePosition))
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from found
        return
    with click.progressbar(length=1, label="Reading", file=sys.stderr, show_pos=True) as bar:
        for count, item in enumerate(found, 1):
            bar.length = max(connector.listed, count)
            bar.update(1)
            yield item


def _stream(lines: Iterator[str], end: str = "\n") -> None:
    for line in lines:
        click.echo(line + end, nl=False)


def _table(found: list[RemotePosition]) -> None:
    """Columns as wide as what stands in them, cut to the terminal; the address stands whole, at the end."""
    rows = [("Title", "Places", "Department", "Address")]
    rows += [(p.title, _places(p), p.department or "", p.url or p.apply_url or "") for p in found]
    room = shutil.get_terminal_size((120, 24)).columns
    shares = (0.36, 0.26, 0.18)
    widths = [min(max(len(row[n]) for row in rows), int(room * share)) for n, share in enumerate(shares)]
    for row in rows if found else ():
        cut = [_cut(text, width).ljust(width) for text, width in zip(row, widths, strict=False)]
        click.echo(GAP.join([*cut, row[-1]]).rstrip())


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _places(position: RemotePosition) -> str:
    return "; ".join(dict.fromkeys(filter(None, (p.name or p.city or p.country for p in position.locations))))


def _cells(position: RemotePosition) -> list[object]:
    pay = position.salary
    parts = (pay.min, pay.max, pay.currency, pay.interval) if pay else ()
    salary = " ".join(f"{part:g}" if isinstance(part, float) else str(part) for part in parts if part)
    said = {
        **_plain(position),
        "places": _places(position),
        "countries": "; ".join(dict.fromkeys(p.country for p in position.locations if p.country)),
        "salary": salary,
    }
    return [said.get(name) for name in COLUMNS]


def _plain(thing: Any) -> Any:
    if isinstance(thing, datetime):
        return thing.isoformat()
    if is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: _plain(getattr(thing, f.name)) for f in fields(thing)}
    return [_plain(item) for item in thing] if isinstance(thing, tuple) else thing


def _status(error: ConnectorError) -> int:
    if isinstance(error, CredentialsRejected | PermissionMissing):
        return REFUSED
    return UNREACHABLE if isinstance(error, TemporarilyUnavailable) else WRONG_INPUT


def stop(sentence: str, status: int) -> Any:
    """End the command with a sentence and a status."""
    click.echo(sentence, err=True)
    sys.exit(status)
