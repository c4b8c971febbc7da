"""The table of an Umantis job board: what its columns say, and where it goes on."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors import _text as text

VACANCY = re.compile(r"/Vacancies/(\d+)/(?:Description|Application/CheckLogin)/(\d+)", re.I)
NEXT = re.compile(r"\?(tc\d+)=p(\d+)(?:&(?:amp;)?(_search_token\d+)=(\w+))?")
#: Columns that the vendor sets up, by their number, where they have no label.
COLUMNS = {
    "1152491": "length", "1184117": "length", "1152492": "term", "1184118": "term", "1152494": "department",
    "1152496": "department", "1184120": "department", "1152495": "place", "1184128": "company", "1184173": "company",
    "1152498": "teaser", "1184115": "teaser", "1152486": "", "1152487": "", "1152500": "",
}  # fmt: skip
#: What the labels of columns say, in the languages that boards come in.
LABELS = {
    "length": "art|type|anstellungsart|beschäftigungsart|arbeitszeit|employment type|job type|type d'emploi|tipo|genre",
    "term": "befristung|employment period|vertragsart|vertragsdauer|durée|durata|contract type|duration|term",
    "place": "arbeitsort|anstellungsort|standort|ort|einsatzort|dienstort|location|place of work|work location|lieu"
    "|lieu de travail|luogo|luogo di lavoro|sede|site",
    "department": "abteilung|abteilung/institut|department|organisationseinheit|unternehmensbereich|bereich|division"
    "|funktionsbereich|geschäftsbereich|business unit|organizational unit|département|service|dipartimento|direktion",
    "category": "berufsgruppe|berufsfeld|tätigkeitsfeld|tätigkeitsbereich|fachbereich|kategorie|category|job category"
    "|job family|function|funktion|domaine|domaine d'activité|professione",
    "requisition": "stellennummer|stellen-nr.|referenz|referenznummer|kennziffer|job id|job number|reference|référence",
    "posted": "online seit|online since|en ligne depuis|online dal|publiziert am|published|publication date",
    "closes": "bewerbungsfrist|anmeldefrist|application deadline|délai de candidature|termine di candidatura",
    "company": "gesellschaft|firma|unternehmen|arbeitgeber|company|employer|société|employeur|azienda",
}
KINDS = {label: kind for kind, labels in LABELS.items() for label in labels.split("|")}
ICONS = {"icon-jobtype": "length", "icon-jobperiod": "term", "icon-location": "place"}


@dataclass
class Line:
    """One line of the board: a position in one language, and what its columns say."""

    id: str
    language: str
    title: str
    apply: str | None = None
    columns: dict[str, str] = field(default_factory=dict)  # kind → value
    labels: list[tuple[str, str]] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the position's page is."""
        return f"/Vacancies/{self.id}/Description/{self.language}"


@dataclass
class Board:
    """One page of the table. `total` is `None` where it does not say how many lines there are."""

    count: int
    lines: list[Line]
    total: int | None
    next: dict[str, str]


def read_board(tree: LexborHTMLParser) -> Board:
    """One page of the board."""
    rows = tree.css("[class*=contentrow]") or [_row(link) for link in tree.css("a.HSTableLinkSubTitle")]
    lines = [line for row in rows if (line := _line(row))]
    said = next(filter(None, (_navigation(node) for node in tree.css("table-navigation"))), {})
    links = [node.attributes.get("data-pagination-next-href") for node in tree.css("[data-pagination-next-href]")]
    further = said.get("NextLink")
    links.append(further.get("EnhancedUrl") if isinstance(further, dict) else None)
    current, total = _number(said.get("TableCurrentPage")), _number(said.get("TableTotalLines"))
    following = next((match for link in links if isinstance(link, str) and (match := NEXT.match(link))), None)
    if following and (current is None or int(following[2]) > current):
        names = {following[1]: f"p{following[2]}"}
        query = {**names, following[3]: following[4]} if following[3] else names
    else:
        nr = _number(said.get("TableNr"))
        last = following is not None or total is None or nr is None or (_number(said.get("TableTo")) or 0) >= total
        query = {} if last else {f"tc{nr}": f"p{(current or 1) + 1}"}
    return Board(len(rows), lines, total, query)


def _row(link: LexborNode) -> LexborNode:
    """The table row around a link, else the link alone."""
    node: LexborNode | None = link
    while node is not None and node.tag != "tr":
        node = node.parent
    return node or link


def _navigation(node: LexborNode) -> dict[str, Any]:
    try:
        found = json.loads(node.attributes.get("initial-data-string") or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, int | str) and re.fullmatch(r"\d{1,12}", str(value)) else None


def _line(row: LexborNode) -> Line | None:
    """The line, `None` where the row holds no position."""
    titles = [*row.css("a.HSTableLinkSubTitle"), *row.css("a[href*='/Vacancies/']")]
    links = [(node, match) for node in titles if (match := VACANCY.search(node.attributes.get("href") or ""))]
    if not links:
        return None
    node, match = links[0]
    title = words(node) or text.one_line(node.attributes.get("aria-label") or "")
    apply = next((m[0] for _n, m in links if "Application" in m[0]), None)
    line = Line(match[1], match[2], title or "", apply)
    for column in row.css("[class*=tableaslist_element_]") or row.css("[id^=column_value_]"):
        if not column.css("a[href*='/Vacancies/']"):
            _read(line, column)
    return line


def _read(line: Line, column: LexborNode) -> None:
    """One column: its kind by its label, else by its number, its icon or, if it stands behind the title, as a place."""
    classes = column.attributes.get("class") or ""
    number = next(iter(re.findall(r"(?:_element|column_value)_(\d+)", f"{classes} {column.attributes.get('id')}")), "")
    value, label = column.css_first(".column-value"), words(column.css_first(".visually-hidden"))
    whole = words(value) if value is not None else (words(column) or "").strip("| ")
    if not label and whole and (match := re.match(r"([^:|]{2,40}):\s+(.+)", whole)) and len(whole) < 150:
        label, whole = match[1], match[2]
    if not whole:
        return
    icons = " ".join(node.attributes.get("class") or "" for node in column.css("i"))
    kind = KINDS.get((label or "").strip().lower()) or COLUMNS.get(number)
    kind = kind if kind is not None else next((ICONS[icon] for icon in icons.split() if icon in ICONS), None)
    if kind is None and not label and "subtitle" in classes and len(whole) < 80:
        kind = "place"
    if kind:
        line.columns.setdefault("team" if kind == "department" and kind in line.columns else kind, whole)
    elif label and len(whole) < 150:
        line.labels.append((label.strip(), whole))


def words(node: LexborNode | None) -> str | None:
    """What an element says, in one line."""
    return text.one_line(node.text()) if node is not None else None
