"""Umantis by Haufe, now Abacus Umantis: the pages of a job board, which no documentation describes.

A board is a table in pages of ten or more lines. Its columns are the customer's choice: they have numbers, of which
those that the vendor sets up are the same everywhere, and labels in the board's language. What a position's page looks
like is the customer's choice, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors import _job_posting as job_posting
from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Field, Listed
from webapp.connectors._errors import UnexpectedAnswer
from webapp.connectors._hosts import HOST, OwnHost
from webapp.connectors._http import PAGES, Answer, Limits
from webapp.connectors._pages import HTML, job_postings, joined, markup, page
from webapp.connectors._places import places, work_model
from webapp.connectors._records import Label, RemoteAccount, RemotePosition, Translation, Unchanged
from webapp.connectors._rows import digest
from webapp.connectors._umantis_board import Board, Line, read_board, words
from webapp.i18n import N_

UMANTIS = ATS("umantis", "Umantis (Haufe)", website="https://www.umantis.com")
REDIRECTS, GONE = (301, 302, 303, 307, 308), (404, 410)
A_BOARD = re.compile(r"PageName\W{1,5}Overview|<html[^>]+\bOverview\b|connectortable_|tableaslist|table-as-list", re.I)
#: A position's page; `False` where it is on another website, `None` where it is gone.
Page = LexborHTMLParser | bool | None
NOISE = (
    "script, style, noscript, template, nav, form, iframe, button, svg, img, footer, [hidden], div[class*=cookie], "
    "a[href*='/Application/']"
)
BODY = "main, [role=main], article"


class UmantisCareers(OwnHost):
    """The job board, page by page, and the page of each new or changed position."""

    slug = "umantis-careers"
    ats = UMANTIS
    way_in = N_("By the job board")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "host",
            N_("Job board"),
            N_(
                "The host that your job board opens at, such as recruitingapp-1234.umantis.com, "
                "recruitingapp-1234.de.umantis.com or a domain of your own. You can paste the whole address."
            ),
            example="recruitingapp-1234.de.umantis.com",
            pattern=rf"(?!(?:www|support|help|status|docs)\.umantis\.com$){HOST}",
            lower=True,
        ),
    )
    hosts = ("{host}",)
    addresses = (r"https://(?P<host>[a-z0-9-]+(?:\.[a-z]{2})?\.umantis\.com)",)
    shown_as = "{host}"
    limits = Limits(mib=8, parallel=3)
    quirks = (
        N_("Which columns the board has is your choice in Umantis: what it does not show cannot be read."),
        N_("The text is read again when the position's line on the board changes, and once a day."),
        N_("Where the positions' pages are on a website of your own, they come without their text."),
    )
    revoke = N_("Nothing to revoke: the job board is public.")

    def account(self) -> RemoteAccount:
        """The company, where the board names one only, and the number of lines, where it says it."""
        board = self._page({})
        named = {line.columns["company"] for line in board.lines if "company" in line.columns}
        return RemoteAccount(
            self.config["host"].removesuffix(".umantis.com"),
            named.pop() if len(named) == 1 else None,
            board.total if board.total is not None or board.next else board.count,
        )

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The whole board first: a position may have a line in each language."""
        jobs: dict[str, list[Line]] = {}
        for line in self._lines():
            jobs.setdefault(line.id, []).append(line)
        listed = (Listed(id, _version(lines), lines[0].title, lines) for id, lines in jobs.items())
        yield from self.opened(listed, known, self._details, self._position)

    def _lines(self) -> list[Line]:
        """Every line. Behind the last page comes the first one again, or a redirect to it."""
        lines: dict[tuple[str, str], Line] = {}
        count, board = 0, self._page({})
        total = board.total
        for _page in range(PAGES):
            fresh = {(line.id, line.language): line for line in board.lines}
            if count and fresh and not fresh.keys() - lines.keys():
                break
            if fresh.keys() & lines.keys():
                raise UnexpectedAnswer(N_("A page of %(ats)s repeats positions of another one."), ats=self.ats.name)
            lines |= fresh
            count += board.count
            if not board.next or not board.count or (total is not None and count >= total):
                break
            board = self._page(board.next)
        if total is not None and count != total:
            few = N_("%(ats)s declared %(total)s positions, but sent %(sent)s.")
            raise UnexpectedAnswer(few, ats=self.ats.name, total=total, sent=count)
        return list(lines.values())

    def _page(self, query: dict[str, str]) -> Board:
        answer = self._get("/Jobs/All", params=query, allow=REDIRECTS if query else ())
        if answer.status in REDIRECTS:
            return Board(0, [], None, {})
        tree = page(answer)
        board = read_board(tree)
        if not board.count and (board.total or (board.total is None and not A_BOARD.search(markup(answer)))):
            raise answer.unexpected()
        return board

    def _details(self, lines: list[Line]) -> list[Page] | None:
        """The page in each language; `False` where it cannot be read here, `None` where one, or the first, is gone."""
        found: list[Page] = []
        for line in lines:
            answer = self._get(line.path, allow=(*REDIRECTS, *GONE))
            if answer.status in REDIRECTS:
                target = joined(self._url(line.path), answer.headers.get("Location")) or ""
                if not target.startswith(self._url("/Vacancies/")):
                    found.append(False)
                    continue
                answer = self.http.get(target, headers=HTML, allow=(*REDIRECTS, *GONE))
            readable = answer.status not in REDIRECTS
            found.append(None if answer.status in GONE else page(answer) if readable else False)
        return None if found[0] is None else found

    def _get(self, path: str, **options: Any) -> Answer:
        return self.http.get(self._url(path), headers=HTML, **options)

    def _url(self, path: str) -> str:
        return f"https://{self.config['host']}{path}"

    def _position(self, lines: list[Line], pages: list[Page]) -> RemotePosition:
        """What the page states as a JobPosting, and the board for the rest."""
        line, tree, version = lines[0], pages[0], _version(lines)
        listed = self._listed(line)
        if not isinstance(tree, LexborHTMLParser):
            return replace(listed, version=version)
        url, stated = self._url(line.path), listed
        if postings := job_postings(tree):
            stated = job_posting.read({**postings[0], "title": line.title}, id=line.id, base=url)
        links = [node.attributes.get("href") or "" for node in tree.css("a[href*='/Application/']")]
        apply = next((joined(url, link) for link in links if f"/Vacancies/{line.id}/" in link), None)
        said = {name: getattr(stated, name) or getattr(listed, name) for name in vars(listed)}
        said |= {"url": url, "apply_url": listed.apply_url or apply, "language": said["language"] or _language(tree)}
        said |= {"description_html": said["description_html"] or _description(tree, line)}
        # A page without the position's text may not be its page: it is looked at again the next time.
        said |= {"version": version if said["description_html"] else None, "translations": self._others(lines, pages)}
        return RemotePosition(**said)

    def _listed(self, line: Line) -> RemotePosition:
        said = line.columns
        return RemotePosition(
            id=line.id,
            title=line.title,
            url=self._url(line.path),
            apply_url=joined(self._url("/"), line.apply) if line.apply else None,
            department=said.get("department"),
            team=said.get("team"),
            locations=places(re.sub(r"\),\s*", "); ", said.get("place", ""))),
            workplace=work_model(said.get("place")),
            employment_type=text.employment_type([said.get("length"), said.get("term")]),
            posted_at=text.moment(said.get("posted"), first="month"),  # with dots the day comes first
            closes_at=text.moment(said.get("closes"), first="month"),
            requisition=said.get("requisition"),
            company=said.get("company"),
            category=said.get("category"),
            labels=tuple(Label(name, value) for name, value in line.labels),
        )

    def _others(self, lines: list[Line], pages: list[Page]) -> tuple[Translation, ...]:
        """The further languages whose page says which one it is."""
        found = [
            Translation(language, line.title, _description(tree, line), self._url(line.path))
            for line, tree in zip(lines[1:], pages[1:], strict=True)
            if isinstance(tree, LexborHTMLParser) and (language := _language(tree))
        ]
        return tuple({each.language: each for each in found}.values())


def _version(lines: list[Line]) -> str:
    return digest([vars(line) for line in lines])


def _language(tree: LexborHTMLParser) -> str | None:
    root = tree.css_first("html")
    given = (root.attributes.get("lang") or "") if root is not None else ""
    return given.replace("_", "-") if re.fullmatch(r"[A-Za-z]{2}([_-][A-Za-z]{2})?", given) else None


def _description(tree: LexborHTMLParser, line: Line) -> str | None:
    """The text of a page that names the position, without its title and what belongs to the page alone."""
    body = tree.body
    whole = tree.html or ""
    if body is None or (f"/Vacancies/{line.id}/" not in whole and line.title not in (text.one_line(tree.text()) or "")):
        return None
    while (node := body.css_first(NOISE)) is not None:
        node.decompose()
    for heading in body.css("h1"):
        if words(heading) == line.title:
            heading.decompose()
    if blocks := body.css(".customdatablock"):
        return text.sections(_block(node) for node in blocks)
    main = body.css_first(BODY)
    chosen = main if main is not None and len(words(main) or "") > 80 else body
    return chosen.inner_html if len(words(chosen) or "") > 80 else None


def _block(node: LexborNode) -> tuple[None, str]:
    inner = node.inner_html or ""
    short = len(words(node) or "") <= 80 and node.first_child is not None and "<" not in inner
    return (None, f"<h3>{inner.strip()}</h3>" if short and inner.strip() else inner)
