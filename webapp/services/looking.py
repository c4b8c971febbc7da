"""*Look at this page*: from the address of any careers page to a way in that was seen to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.connectors import ATSS, CONNECTORS, Connector, ConnectorError, RemoteAccount, look, typed_address
from webapp.extensions import release
from webapp.i18n import N_
from webapp.services.refusal import Refused

#: How many ways in are tried on one page: each asks its own ATS once or twice.
TRIES = 4


@dataclass(frozen=True)
class Sighting:
    """A way in that read the account behind a page: `address` leads to it, `values` are its fields."""

    way_in: type[Connector]
    address: str
    values: Mapping[str, str]
    account: RemoteAccount


def look_at(address: str, ats: str | None = None) -> Sighting:
    """`sight()`, with no database connection held while the network is asked."""
    release()
    return sight(address, ats)


def sight(address: str, ats: str | None = None) -> Sighting:
    """The first way in that reads what is behind a page. `ats`: only ways into this one.

    Raises `Refused` with a sentence that says what was found instead, and what to do.
    """
    if typed_address(address) is None:
        raise Refused(N_("This is no web address: those begin with https://."), "address")
    reasons: list[ConnectorError] = []
    try:
        candidates = look(address)
    except ConnectorError as error:
        raise Refused(error.message, "address", **error.values) from None
    wanted = [c for c in candidates if ats in (None, CONNECTORS[c[0]].ats.slug)]
    for slug, where in wanted[:TRIES]:
        values = CONNECTORS[slug].at(where)
        try:
            if values is not None:
                return Sighting(CONNECTORS[slug], where, values, CONNECTORS[slug](values).test())
        except ConnectorError as error:
            reasons.append(error)
    if reasons:
        raise Refused(reasons[0].message, "address", **reasons[0].values)
    if ats and not wanted:
        name = ATSS[ats].name if ats in ATSS else ats
        raise Refused(N_("Nothing on this page tells which account of %(ats)s it belongs to."), "address", ats=name)
    raise Refused(N_("Berth found no positions on this page, and no system that it knows."), "address")
