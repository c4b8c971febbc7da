"""Pages of a Zoho Recruit careers site. Jobs stand in them as JSON: in a hidden field of the list, and on the page of
each, which has what the columns of the list leave out, in a JavaScript string."""

from __future__ import annotations

import json
import re
from typing import Any

from webapp.connectors import _text as text
from webapp.connectors._answer import Answer
from webapp.connectors._pages import javascript, markup, page
from webapp.connectors._rows import Row, said

JOBS = re.compile(r"\bjobs\s*=\s*JSON\.parse\('((?:[^'\\]|\\.)*)'\)")
DATE = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-]\d{4}")


def listed(answer: Answer) -> tuple[list[Row], str]:
    """The jobs of the list, and the page's title."""
    tree = page(answer)
    found, title = tree.css_first("input#jobs"), tree.css_first("title")
    rows = _parsed((found.attributes.get("value") or "") if found is not None else "")
    return objects(answer, rows), text.one_line(title.text()) or "" if title is not None else ""


def stated(answer: Answer) -> Row:
    """What a job's page says; `{}` where it does not have the job, as that of one which is closed."""
    match = JOBS.search(markup(answer))
    rows = _parsed(javascript(match[1])) if match else None
    row = rows[0] if isinstance(rows, list) and rows else None
    return (
        {name: value for name, value in row.items() if value not in (None, "", [], {})} if isinstance(row, dict) else {}
    )


def objects(answer: Answer, rows: Any) -> list[Row]:
    """The rows of a list, which holds objects only."""
    return answer.rows(rows["data"] if isinstance(rows, dict) and "data" in rows else rows)


def order(rows: list[Row]) -> text.First | None:
    """Whether the board's dates begin with the day or the month, where one of them tells."""
    dates = [match for row in rows if (match := DATE.fullmatch((said(row, "Date_Opened") or "").strip()))]
    days, months = (any(int(match[n]) > 12 for match in dates) for n in (1, 2))
    return None if days == months else "day" if days else "month"


def _parsed(source: str) -> Any:
    try:
        return json.loads(source, strict=False)
    except (ValueError, RecursionError):
        return None
