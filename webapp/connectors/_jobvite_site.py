"""The careers sites of Jobvite: the lines of the list, what a position's page says, and the XML feed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors import _xml as xml
from webapp.connectors._feed import parse
from webapp.connectors._http import Answer
from webapp.connectors._pages import job_postings, page
from webapp.connectors._places import with_state, work_model
from webapp.connectors._records import RemotePosition, web_address
from webapp.connectors._rows import digest, parts, said

JOB = re.compile(r"/job/([A-Za-z0-9]+)|[?&]j=([A-Za-z0-9]+)")
COMPANY = re.compile(r"companyEId\s*[:=]\s*[\"']([A-Za-z0-9_-]{4,40})[\"']")
TOTAL = re.compile(r"\d+\s*[-–]\s*\d+\s+\S+\s+(\d[\d,.]*)")
NOTHING = re.compile(r"\bno (?:\w+ ){0,2}(?:results?|jobs?|openings?|positions?)\b", re.I)
TITLE = re.compile(r"(?P<name>.+?) (?:Careers|Jobs)\b", re.I)
SEPARATOR = re.compile(r"<span[^>]*jv-inline-separator[^>]*>\s*</span>", re.I)
POSTED = re.compile(r"\"datePosted\"\s*:\s*\"([\d:TZ.+-]{10,40})\"")
REQUISITION = re.compile(r"Req(?:uisition)?\b[.\s]*(?:Num(?:ber)?|No|ID)?\b\.?\s*[:#]+\s*(?P<number>\S.*)", re.I)


@dataclass
class Line:
    """What a line of the careers site says of a position."""

    id: str
    title: str
    place: str | None
    type: str | None

    @property
    def version(self) -> str:
        """The list has none: what it says stands for it."""
        return digest(vars(self))


@dataclass
class Board:
    """One page of the careers site's list. `total` is `None` where it does not say how many there are.

    `company`: what the feed is asked by.
    """

    lines: list[Line]
    total: int | None
    more: bool
    company: str | None
    name: str | None


def read_board(answer: Answer, slug: str) -> Board:
    """A page of the list, in one of its layouts: links in the cells of a table or around a line, or lines alone."""
    tree = page(answer)
    whole = tree.html or ""
    own = re.compile(rf"/{re.escape(slug)}/job/([A-Za-z0-9]+)", re.I)
    lines: dict[str, Line] = {}
    for link in tree.css("a[href*='/job/'], [onclick*='/job/']"):
        if (match := own.search(_target(link))) and _words(link):
            lines.setdefault(match[1], _line(match[1], link))
    empty = tree.css_first(".jv-job-list") is not None or ("jv-" in whole and NOTHING.search(_words(tree.body) or ""))
    if not lines and (own.search(whole) or not empty):
        raise answer.unexpected()
    told = TOTAL.search(_words(tree.css_first(".jv-pagination-text")) or "")
    company, title = COMPANY.search(whole), TITLE.match(_words(tree.css_first("title")) or "")
    return Board(
        list(lines.values()),
        int(re.sub(r"\D", "", told[1])) if told else None,
        tree.css_first("a.jv-pagination-next[href]") is not None,
        company[1] if company else None,
        title["name"] if title else None,
    )


def _target(node: LexborNode) -> str:
    """Where a link leads, or a line that is clicked on."""
    return node.attributes.get("href") or node.attributes.get("onclick") or ""


def _line(id: str, link: LexborNode) -> Line:
    row: LexborNode | None = link
    while row is not None and row.tag not in ("tr", "li") and "tr" not in (row.attributes.get("class") or "").split():
        row = row.parent
    row = row if row is not None else link
    title = _words(link.css_first(".jv-job-list-name")) or _words(link) or ""
    return Line(id, title, _where(row.css_first(".jv-job-list-location")), _words(row.css_first(".jv-job-list-type")))


def stated(line: Line, tree: LexborHTMLParser, url: str) -> RemotePosition:
    """A position by its page: what that states for search engines, else what it shows."""
    posting = next(iter(job_postings(tree)), {})
    group, where, requisition = _meta(tree)
    towns = [said(place, "address", "addressLocality") or "" for place in parts(posting, "jobLocation")]
    position = job_posting.read(
        {**posting, "title": said(posting, "title") or line.title},
        id=line.id,
        url=url,
        apply_url=f"{url}/apply",
        department=group or said(posting, "industry"),
        requisition=requisition,
        version=line.version,
    )
    body = tree.css_first(".jv-job-detail-description")
    posted = POSTED.search((tree.html or "") if not posting else "")  # a title with quotes in it spoils the JSON
    return replace(
        position,
        posted_at=position.posted_at or (text.moment(posted[1]) if posted else None),
        locations=position.locations or with_state(*where) or with_state(line.place),
        workplace=position.workplace or work_model("; ".join(filter(None, [*towns, *where, line.place]))),
        employment_type=position.employment_type or text.employment_type(line.type),
        description_html=position.description_html or (body.inner_html if body is not None else None),
    )


def _meta(tree: LexborHTMLParser) -> tuple[str | None, list[str], str | None]:
    """The group, the places and the number in the line below a title; the only thing there is a place.

    What stands below that line, such as the pay, belongs to none of them.
    """
    node = tree.css_first(".jv-job-detail-meta")
    found = SEPARATOR.split((node.inner_html or "") if node is not None else "")
    lines = [re.split(r"(?<=\S)\s*<br", each.strip(), maxsplit=1, flags=re.I)[0] for each in found]
    told = [line for each in lines if (line := _where(LexborHTMLParser(each).body))]
    numbers = [match["number"] for line in told if (match := REQUISITION.fullmatch(line))]
    rest = [line for line in told if not REQUISITION.fullmatch(line)]
    group = rest.pop(0) if len(rest) > 1 else None
    return group, rest, next(iter(numbers), None)


def feed_jobs(answer: Answer) -> list[Element]:
    """The jobs of a feed. Raises `UnexpectedAnswer` for everything else."""
    root = parse(answer)
    found = [child for child in root if child.tag == "job"]
    if root.tag != "result" or len(found) < len(root):
        raise answer.unexpected()
    return found


def feed_position(job: Element, address: Callable[[str], str]) -> RemotePosition:
    """A position by the feed; `address` makes the one of its page out of its id."""
    detail = xml.said(job, "detail-url") or ""
    match = JOB.search(detail)
    id = next(filter(None, match.groups() if match else ()), None) or xml.said(job, "id") or ""
    place, body = xml.said(job, "location"), xml.markup(job, "description") or xml.markup(job, "briefdescription")
    return RemotePosition(
        id=id,
        title=html.unescape(xml.said(job, "title") or ""),
        url=web_address(_secure(detail)) or address(id),
        apply_url=_secure(xml.said(job, "apply-url")),
        department=xml.said(job, "department") or xml.said(job, "category"),
        locations=with_state(place),
        workplace=work_model(place),
        employment_type=text.employment_type(xml.said(job, "jobtype") or xml.said(job, "job-type")),
        description_html=text.lines(body) if body else None,
        posted_at=text.moment(xml.said(job, "date"), first="month"),
        requisition=xml.said(job, "requisitionid") or xml.said(job, "requisition-id"),
    )


def _secure(address: str | None) -> str | None:
    """Jobvite still writes its own addresses as they were before https."""
    return re.sub(r"^http://(?=[\w.-]*jobvite\.com/)", "https://", address) if address else None


def _where(node: LexborNode | None) -> str | None:
    """What a place says; its commas may have elements of their own."""
    return re.sub(r"\s+,", ",", _words(node) or "") or None


def _words(node: LexborNode | None) -> str | None:
    return text.one_line(node.text(separator=" ")) if node is not None else None
