"""THE FOLDER IS THE REGISTRY: one file per ATS, named after its slug; a leading underscore is not a connector.

    from webapp.connectors import CONNECTORS, resolve      # needs no app, no database, no Flask

Every `Connector` subclass that a module defines is registered under its `slug`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import requests

from webapp.connectors._contract import ATS, Connector, Field, typed_address
from webapp.connectors._errors import (
    AccountNotFound,
    ConnectorError,
    CredentialsRejected,
    InvalidConfig,
    NotAllowed,
    PermissionMissing,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.connectors._look import look as _look
from webapp.connectors._records import (
    Label,
    Location,
    RemoteAccount,
    RemotePosition,
    Salary,
    Translation,
    Unchanged,
    Withheld,
    web_address,
)

__all__ = [
    "ATS",
    "ATSS",
    "CONNECTORS",
    "AccountNotFound",
    "Connector",
    "ConnectorError",
    "CredentialsRejected",
    "Field",
    "InvalidConfig",
    "Label",
    "Location",
    "NotAllowed",
    "PermissionMissing",
    "RemoteAccount",
    "RemotePosition",
    "Salary",
    "TemporarilyUnavailable",
    "Translation",
    "Unchanged",
    "UnexpectedAnswer",
    "Withheld",
    "look",
    "resolve",
    "typed_address",
    "ways_in",
    "web_address",
]


def _load() -> dict[str, type[Connector]]:
    found: dict[str, type[Connector]] = {}
    for module_info in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        if module_info.name.startswith("_"):
            continue
        module = import_module(f"{__name__}.{module_info.name}")
        for thing in vars(module).values():
            own = isinstance(thing, type) and issubclass(thing, Connector) and thing.__module__ == module.__name__
            if own and "slug" in vars(thing):
                found[thing.slug] = thing
    return found


#: slug → Connector class.
CONNECTORS: Mapping[str, type[Connector]] = MappingProxyType(_load())
#: slug → ATS, the brief's five first, then by name.
ATSS: Mapping[str, ATS] = MappingProxyType(
    {
        ats.slug: ats
        for ats in sorted({c.ats for c in CONNECTORS.values()}, key=lambda a: (a.order or 99, a.name.lower()))
        if not ats.reads_others
    }
)


def ways_in(ats_slug: str) -> list[type[Connector]]:
    """The connectors of one ATS, those with credentials first, those of a middleman last."""
    ats = ATSS.get(ats_slug)
    ways = [c for c in CONNECTORS.values() if c.ats.slug == ats_slug or (c.ats.reads_others and ats and ats.merge_slug)]
    return sorted(ways, key=lambda c: (c.ats.reads_others, not any(f.secret and f.required for f in c.fields)))


def resolve(address: str) -> tuple[str, dict[str, str]] | None:
    """(connector slug, field values) for the address of a careers page, or `None`. Asks no network.

    Where several ways in know the address, the one that needs no credentials is named.
    """
    found = [
        (any(f.secret and f.required for f in connector.fields), slug, values)
        for slug, connector in CONNECTORS.items()
        if (values := connector.match_address(address)) is not None
    ]
    return min(found, key=lambda f: f[:2])[1:] if found else None


def look(address: str, http: requests.Session | None = None) -> list[tuple[str, str]]:
    """(connector slug, address for its `at()`) of the ways in that may read a page, the likeliest first.

    Asks nobody where the address tells it; else asks the page once. Raises a `ConnectorError`.
    """
    found, whole = resolve(address), typed_address(address)
    if found:
        return [(found[0], address)]
    return _look(whole, CONNECTORS, http) if whole else []
