"""Positions from the form a connector yields to the rows we keep: cleaned once, hashed, written in bulk."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from typing import Any, cast

import nh3
from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from webapp.connectors import RemotePosition
from webapp.extensions import db, new_id
from webapp.models import LinkedAccount, Position

#: Rises when cleaning changes: every description is then cleaned anew at its next sync.
CLEANER = 1
#: nh3 is quadratic in nested blocks (RELIABILITY, T12).
DESCRIPTION_LIMIT = 64 * 1024
TAGS = {
    *("p", "br", "ul", "ol", "li", "b", "strong", "i", "em", "u", "h2", "h3", "h4", "h5", "h6", "a", "blockquote"),
    *("table", "thead", "tbody", "tr", "th", "td", "hr"),
}
DROPPED_WITH_CONTENT = {
    *("script", "style", "title", "textarea", "noscript", "template", "iframe", "object", "embed", "svg", "math"),
}
_HREF = re.compile(r"https?://[^\s\\/?#@]+(?:[/?#][^\s\\]*)?|mailto:[^\s\\]+")
_TABLE = cast(Table, Position.__table__)


def clean(html: str | None) -> str | None:
    """Description HTML that is safe to show: a few tags, links to the web or to mail only, no image, no style.

    Longer than 64 KiB: dropped, since half a description would be a wrong one.
    """
    if not html or len(html.encode()) > DESCRIPTION_LIMIT:
        return None
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        # `rel` is nh3's own (link_rel): what came with the description was dropped before.
        attribute_filter=lambda tag, name, value: value if name == "rel" or _HREF.fullmatch(value.strip()) else None,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        clean_content_tags=DROPPED_WITH_CONTENT,
        strip_comments=True,
    ).strip()
    return cleaned or None


def content_hash(position: RemotePosition) -> str:
    """Tells whether anything about a position changed, before it is cleaned."""
    return blake2b(f"{CLEANER}{position!r}".encode(), digest_size=16).hexdigest()


def as_row(position: RemotePosition, hashed: str) -> dict[str, Any]:
    """The columns of a position, its description cleaned."""
    return {
        "remote_id": position.id,
        "title": position.title,
        "url": position.url,
        "apply_url": position.apply_url,
        "department": position.department,
        "team": position.team,
        "locations": [_said(asdict(place)) for place in position.locations],
        "workplace": position.workplace,
        "employment_type": position.employment_type,
        "description_html": clean(position.description_html),
        "posted_at": position.posted_at,
        "updated_at": position.updated_at,
        "closes_at": position.closes_at,
        "language": position.language,
        "requisition": position.requisition,
        "salary": _said(asdict(position.salary)) if position.salary else None,
        "visibility": position.visibility,
        "company": position.company,
        "category": position.category,
        "labels": [asdict(label) for label in position.labels],
        "translations": [
            _said({**asdict(t), "description_html": clean(t.description_html)}) for t in position.translations
        ],
        "version": position.version,
        "content_hash": hashed,
    }


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v is not None}


def stored(account_id: str) -> dict[str, tuple[str, str, str | None, bool]]:
    """remote id → (id, content hash, version, is open) of all positions that we keep of an account."""
    rows = db.session.execute(
        select(_TABLE.c.remote_id, _TABLE.c.id, _TABLE.c.content_hash, _TABLE.c.version, _TABLE.c.closed_at).where(
            _TABLE.c.account_id == account_id
        )
    )
    return {remote: (id, hashed, version, closed_at is None) for remote, id, hashed, version, closed_at in rows}


def write(
    session: Session,
    account: LinkedAccount,
    before: dict[str, tuple[str, str, str | None, bool]],
    rows: list[dict[str, Any]],
    listed: Iterable[str],
    at: datetime,
) -> tuple[int, int, int]:
    """Make the stored positions those of a complete list: (added, changed, closed).

    `rows` are the new and changed ones, `listed` the ids of all; a position that comes back keeps its id.
    """
    new = [
        {**r, "id": new_id(), "account_id": account.id, "first_seen_at": at}
        for r in rows
        if r["remote_id"] not in before
    ]
    changed = [{**r, "b_id": before[r["remote_id"]][0], "closed_at": None} for r in rows if r["remote_id"] in before]
    open_ids = set(listed)
    reopened = [
        {"b_id": id}
        for remote, (id, _hash, _version, is_open) in before.items()
        if remote in open_ids and not is_open and remote not in {r["remote_id"] for r in rows}
    ]
    gone = [{"b_id": id} for remote, (id, _h, _v, is_open) in before.items() if is_open and remote not in open_ids]
    if new:
        session.execute(insert(Position), new)
    if changed:
        columns: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "b_id"}
        session.connection().execute(update(_TABLE).where(_TABLE.c.id == bindparam("b_id")).values(columns), changed)
    if reopened:
        session.connection().execute(
            update(_TABLE).where(_TABLE.c.id == bindparam("b_id")).values(closed_at=None), reopened
        )
    if gone:
        session.connection().execute(update(_TABLE).where(_TABLE.c.id == bindparam("b_id")).values(closed_at=at), gone)
    return len(new) + len(reopened), len(changed), len(gone)


def open_positions(account: LinkedAccount, limit: int = 200) -> list[Position]:
    """Open positions of an account, newest first."""
    return list(
        db.session.scalars(
            select(Position)
            .where(Position.account_id == account.id, Position.closed_at.is_(None))
            .order_by(Position.posted_at.desc().nulls_last(), Position.title)
            .limit(limit)
        )
    )
