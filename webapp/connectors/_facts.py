"""The facts that connectors state: the ATS, the fields that a way in asks for, and what a list says of a position."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from webapp.i18n import N_

T = TypeVar("T")


@dataclass(frozen=True)
class ATS:
    """One applicant tracking system. `order` 1 to 5 marks those that the brief names first."""

    slug: str
    name: str
    order: int | None = None
    merge_slug: str | None = None
    #: A middleman through which other ATSs are read, those that have a `merge_slug`; never chosen by itself.
    reads_others: bool = False
    website: str | None = None
    #: No system by itself but a manner of publishing: a look at a page may find the real one.
    generic: bool = False


@dataclass(frozen=True)
class Field:
    """One thing that a connector asks for, said once: form, validation, masking, redaction and docs read it.

    `help` says where in the ATS's own menus it is found. `pattern` must match the whole value and is matched by
    `example`. `rotates` marks a credential that the ATS replaces in use. `lower` folds the case before checking.
    `in_address` marks a secret that the ATS takes in the query of an address and nowhere else.
    """

    name: str
    label: str
    help: str
    example: str
    pattern: str = r"\S.*"
    secret: bool = False
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    default: str | None = None
    rotates: bool = False
    lower: bool = False
    in_address: bool = False

    def error(self, value: str) -> str | None:
        """A sentence where the value is not right, else `None`."""
        if not value:
            return N_("This is needed.") if self.required else None
        if self.choices and value not in {choice for choice, _label in self.choices}:
            return N_("Choose one of the list.")
        if len(value) > 2000 or not re.fullmatch(self.pattern, value):
            return N_("This does not have the form that is expected here.")
        return None


@dataclass(frozen=True)
class Choices:
    """What a mapping can be chosen from, where a source names its parts as it likes.

    `repeating`: what may be the positions, how often it is there. `parts`: part of a position → its label. `elements`:
    name in the source → what stands there in the first position. `chosen`: part → element, `item` among them.
    """

    repeating: Mapping[str, str]
    parts: Mapping[str, str]
    elements: Mapping[str, str]
    chosen: Mapping[str, str]


@dataclass(frozen=True)
class Listed(Generic[T]):
    """One line of a list, before its details are asked: `version` is what tells whether it changed, `row` all of it."""

    id: str
    version: str | None
    title: str | None
    row: T


def typed_address(text: str) -> str | None:
    """What a person typed or pasted as `https://host/path?query`, host in lower case; `None` if it is no web address.

    Refuses what browsers and libraries read differently: user names, ports, backslashes, control characters.
    """
    text = text.strip()
    if re.search(r"[\\\s\x00-\x1f]", text) or "." not in text:
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "@" in parts.netloc or port:
        return None
    return f"https://{parts.hostname}{parts.path}" + (f"?{parts.query}" if parts.query else "")
