"""Documents of JSON:API (https://jsonapi.org/format/): things refer to others, which the same page includes."""

from __future__ import annotations

from webapp.connectors._rows import Row, part, parts, said

Included = dict[tuple[str | None, str | None], Row]


def included(page: object) -> Included:
    """(type, id) → the attributes of what a page includes."""
    return {(said(each, "type"), said(each, "id")): part(each, "attributes") for each in parts(page, "included")}


def related(row: Row, name: str, found: Included) -> list[Row]:
    """The attributes of what a thing refers to by this name, in order; what is not included has none."""
    links = parts(row, "relationships", name, "data")
    return [found.get((said(link, "type"), said(link, "id")), {}) for link in links]
