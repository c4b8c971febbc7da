"""A look at one page: which ways in may read the positions behind an address that tells nothing by itself."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

import requests

from webapp.connectors._contract import Connector, typed_address
from webapp.connectors._errors import AccountNotFound, NotAllowed
from webapp.connectors._http import Client
from webapp.connectors._pages import FEED, HTML, joined, markup
from webapp.i18n import N_

REDIRECTS = (301, 302, 303, 307, 308)
ADDRESS = re.compile(r"https?://[^\s\"'<>\\()\[\]{}|^`]{4,500}", re.I)
#: Generic ways in, tried where a page shows no sign of an ATS: a feed is read as one, a page by what it states.
FEEDS, PAGES = "job-feed", "job-posting-pages"
NO_PAGE = N_("%(host)s has no page at this address.")
MOST = 3_000


def look(
    address: str, connectors: Mapping[str, type[Connector]], transport: requests.Session | None = None
) -> list[tuple[str, str]]:
    """(connector slug, address that its `at()` takes) of the ways in that may read this page, the likeliest first.

    Asks the page once, and where it sends on within its host once more. Raises a `ConnectorError`.
    """
    host = urlsplit(address).hostname or ""
    client = Client(host, (host,), transport=transport)
    answer = client.get(address, headers=HTML, allow=(404, 410, *REDIRECTS))
    if answer.status in REDIRECTS:
        further = joined(address, answer.headers.get("Location")) or address
        if known := _known([further], connectors):
            return known
        if urlsplit(further).hostname != host:
            raise AccountNotFound(
                N_("%(host)s sends us on to %(other)s. Give that address."), host=host, other=urlsplit(further).hostname
            )
        try:
            answer, address = client.get(further, headers=HTML, allow=(404, 410)), further
        except NotAllowed:
            raise AccountNotFound(NO_PAGE, host=host) from None
    if answer.status in (404, 410):
        raise AccountNotFound(NO_PAGE, host=host)
    if FEED.match(answer.body[:2000]):
        return [(FEEDS, address)]
    text = html.unescape(markup(answer)).replace("\\/", "/")
    signs = [slug for slug, way in connectors.items() if any(re.search(sign, text, re.I) for sign in way.signs)]
    named = _known(ADDRESS.findall(text)[:MOST], connectors)
    return [*((slug, address) for slug in signs), *named, (PAGES, address), (FEEDS, address)]


def _known(addresses: Iterable[str], connectors: Mapping[str, type[Connector]]) -> list[tuple[str, str]]:
    """The ways in without credentials that know one of these addresses, those named most often first."""
    seen: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    ways = [(slug, way) for slug, way in connectors.items() if not any(f.secret and f.required for f in way.fields)]
    for address, times in Counter(addresses).items():
        whole = typed_address(address)
        for slug, way in ways if whole else ():
            if values := way.match_typed(whole or ""):
                key = slug, repr(sorted(values.items()))
                seen[key] += times
                first.setdefault(key, address)
    return [(key[0], first[key]) for key, _times in seen.most_common(3)]
