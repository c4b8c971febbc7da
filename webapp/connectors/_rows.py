"""Rows of JSON as ATSs send them. A part that is of another kind than it should be is absent: it spoils no position."""

from __future__ import annotations

import hashlib
import json
from typing import Any

Row = dict[str, Any]


def part(row: object, *names: str) -> Row:
    """The object at the end of the path of names; `{}` where there is none."""
    for name in names:
        row = row.get(name) if isinstance(row, dict) else None
    return row if isinstance(row, dict) else {}


def parts(row: object, *names: str) -> list[Row]:
    """The objects of the list at the end of the path, a single one as a list of one; without what is no object."""
    return [each for each in values(row, *names) if isinstance(each, dict)]


def values(row: object, *names: str) -> list[Any]:
    """The list at the end of the path, a single thing as a list of one; `[]` for nothing."""
    *path, last = names
    found = part(row, *path).get(last)
    return found if isinstance(found, list) else [] if found in (None, "", {}) else [found]


def said(row: object, *names: str) -> str | None:
    """The text at the end of the path, a number as text; `None` for everything else."""
    *path, last = names
    return as_text(part(row, *path).get(last))


def as_text(value: object) -> str | None:
    """A text or a number as text; `None` for everything else, white space alone included."""
    if isinstance(value, str):
        return value if value.strip() else None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def flag(row: object, *names: str) -> bool | None:
    """A yes or no in the spellings of JSON, of forms and of databases; `None` where neither is said."""
    *path, last = names
    found = part(row, *path).get(last)
    word = str(found).strip().lower() if isinstance(found, bool | int | str) else ""
    return True if word in ("true", "1", "yes", "y") else False if word in ("false", "0", "no", "n") else None


def digest(*said: object) -> str:
    """A short fingerprint of what a list says of a position: its version, where the ATS gives none."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]
