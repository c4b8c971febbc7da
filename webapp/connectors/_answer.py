"""One answer of an ATS: its forms, and what its status says about who must act."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from webapp.connectors._errors import (
    AccountNotFound,
    CredentialsRejected,
    PermissionMissing,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.connectors._rows import Row
from webapp.connectors._text import moment, retry_after
from webapp.i18n import N_

# Not every codec that Python knows: some take quadratic time.
CHARSETS = (
    r"utf-?(8|16)|us-ascii|(iso-?8859|windows|cp|latin)[-_]?\d{1,4}|koi8-[ru]|gbk|gb\d+|big5|shift_jis|euc-(jp|kr)"
)


@dataclass(frozen=True)
class Answer:
    """One answer, read to its end. `headers` is case-insensitive."""

    ats: str
    status: int
    headers: Any
    body: bytes

    def json(self, kind: type = dict) -> Any:
        """The JSON document, of the given kind. Raises `UnexpectedAnswer` for anything else, HTML included."""
        try:
            found = json.loads(self.body.decode("utf-8-sig"), parse_constant=_finite, parse_float=_finite)
        except (ValueError, RecursionError):
            found = None  # raised below: an error that was made here would carry the whole body along
        if not isinstance(found, kind):
            raise self.unexpected()
        return found

    def rows(self, data: Any, name: str | None = None) -> list[Row]:
        """The list `data[name]`, or `data` itself. Raises `UnexpectedAnswer` unless all of it are objects."""
        found = need(self.ats, data, name) if name else data
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise self.unexpected()
        return found

    def text(self) -> str:
        """The body as UTF-8 (or the declared charset). Raises `UnexpectedAnswer` where it is not that."""
        match = re.search(r"charset=[\"']?([\w-]+)", str(self.headers.get("Content-Type", "")))
        charset = match[1].lower() if match else "utf-8"
        try:
            if re.fullmatch(CHARSETS, charset):
                return self.body.decode(charset).lstrip("\ufeff")
        except (ValueError, LookupError):
            pass
        raise self.unexpected()

    def unexpected(self) -> UnexpectedAnswer:
        """The error for an answer that is not what the ATS documents."""
        if self.body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
            return UnexpectedAnswer(N_("%(ats)s answered with a web page where data was due."), ats=self.ats)
        return UnexpectedAnswer(N_("%(ats)s answered in a form that Berth does not know."), ats=self.ats)


def need(ats: str, data: Any, name: str, kind: type | tuple[type, ...] = list) -> Any:
    """`data[name]`, which must be there and of that kind, where a yes or no is no number. Raises `UnexpectedAnswer`."""
    found = data.get(name) if isinstance(data, dict) else None
    if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
        raise UnexpectedAnswer(N_("The answer of %(ats)s has no list of positions where one is due."), ats=ats)
    return found


def accepted(answer: Answer, allow: tuple[int, ...], credentials: bool) -> Answer:
    """The answer, where its status is 2xx (but not a part of a document) or in `allow`.

    Raises the error that says who must act; `credentials`: whether a 401 can be about them.
    """
    status, ats = answer.status, answer.ats
    if status in allow or (200 <= status < 300 and status != 206):
        return answer
    if status in (401, 407) and credentials:
        raise CredentialsRejected(N_("%(ats)s does not accept these credentials."), ats=ats)
    if status in (401, 403, 407) and credentials:
        raise PermissionMissing(N_("%(ats)s accepts the credentials, but they may not read open positions."), ats=ats)
    if status in (401, 403, 407):
        raise PermissionMissing(N_("%(ats)s does not show this page to the public."), ats=ats)
    if status in (404, 410):
        raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=ats)
    if 300 <= status < 400:
        moved = N_("%(ats)s sends us on to another address: there is no such account or page, or it has moved.")
        raise AccountNotFound(moved, ats=ats)
    if status == 429:
        wait = N_("%(ats)s asks us to wait before we ask again. Berth does so by itself.")
        raise TemporarilyUnavailable(wait, _asked_to_wait(answer.headers) or 60.0, ats=ats)
    if status in (408, 425) or status >= 500:
        down = N_("%(ats)s is not available at the moment (%(status)s). Berth tries again by itself.")
        raise TemporarilyUnavailable(down, _asked_to_wait(answer.headers), status=status, ats=ats)
    raise UnexpectedAnswer(N_("%(ats)s refused the question (%(status)s)."), status=status, ats=ats)


def _finite(text: str) -> float:
    number = float(text)
    if not abs(number) < float("inf"):
        raise ValueError("no number")
    return number


def _asked_to_wait(headers: Any) -> float | None:
    """Seconds between 1 s and 6 h, from `Retry-After` or the end of a rate limit's window; `None` if it is not said."""
    wait = retry_after(headers.get("Retry-After"))
    ends = moment(headers.get("X-Rate-Limit-Reset"))  # Workable, in place of Retry-After
    if wait is None and ends:
        wait = retry_after(str((ends - datetime.now(UTC)).total_seconds()))
    return wait if wait and wait >= 1 else None
