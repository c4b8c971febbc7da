"""softgarden: the lines of an older job board, and what a JobPosting of softgarden says besides the usual."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors._pages import job_postings, joined
from webapp.connectors._places import places
from webapp.connectors._records import RemotePosition
from webapp.connectors._rows import Row, digest, said

NUMBER = re.compile(r"/jobs?/(\d+)(?:[/?#]|$)")

#: What a customer may show of a position beside its title and place.
COLUMNS = ("date", "jobcategory", "sg_company_id")


class Line:
    """A position on an older board."""

    def __init__(
        self,
        id: str,
        title: str | None,
        url: str,
        towns: tuple[str, ...] = (),
        columns: Mapping[str, str | None] = MappingProxyType({}),
    ) -> None:
        self.id, self.title, self.url, self.towns, self.columns = id, title, url, towns, columns
        self.version = digest(title, url, towns, *columns.values())

    def position(self, tree: LexborHTMLParser) -> RemotePosition:
        """What the page states as a JobPosting, and the board for the rest."""
        item = without_dashes(next(iter(job_postings(tree)), {}))
        address, _mark, query = self.url.partition("?")
        # The number of the version that the board links changes whenever the text does.
        query = "&".join(pair for pair in query.split("&") if pair and not pair.startswith("jobDbPVId="))
        first: text.First | None = "month" if query.endswith("l=en") else None
        return job_posting.read(
            item,
            id=self.id,
            title=self.title or said(item, "title"),
            url=f"{address}?{query}" if query else address,
            locations=() if item.get("jobLocation") else places(*self.towns),
            posted_at=None if item.get("datePosted") else text.moment(self.columns.get("date"), first=first),
            company=None if item.get("hiringOrganization") else self.columns.get("sg_company_id"),
            category=self.columns.get("jobcategory"),
            version=self.version if said(item, "description") else None,
        )


def read_line(node: LexborNode, base: str) -> Line | None:
    number = re.fullmatch(r"job_id_(\d+)", node.attributes.get("id") or "")
    link = node.css_first(".title a[href], a[href*='/job/']")
    if not number or link is None:
        return None
    shown = node.css(".location-view-item") or node.css(".ProjectGeoLocationCity")
    towns = tuple(filter(None, (text.one_line(each.text()) for each in shown)))
    columns = {name: text.one_line(each.text()) for name in COLUMNS if (each := node.css_first(f".{name}"))}
    href = joined(base, link.attributes.get("href")) or base
    return Line(number[1], text.one_line(link.text()), href, towns, columns)


def id_of(item: Row) -> str:
    number = NUMBER.search(said(item, "url") or "")
    return number[1] if number else job_posting.identifier(item) or ""


def without_dashes(thing: Any) -> Any:
    """The JobPosting without the `-` that softgarden writes where an address has nothing."""
    if isinstance(thing, dict):
        return {name: without_dashes(each) for name, each in thing.items() if each != "-"}
    return [without_dashes(each) for each in thing] if isinstance(thing, list) else thing
