"""Factorial. Facts: https://apidoc.factorialhr.com (API 2026-07-01) and the careers page, which is plain HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from webapp.connectors import _text as text
from webapp.connectors._contract import ATS, Connector, Field, Listed
from webapp.connectors._errors import AccountNotFound
from webapp.connectors._http import Limits
from webapp.connectors._job_posting import read as read_posting
from webapp.connectors._pages import HTML, job_postings, joined, page
from webapp.connectors._places import places
from webapp.connectors._records import Location, Reason, RemoteAccount, RemotePosition, Salary, Unchanged
from webapp.connectors._rows import Row, digest, flag, part, said
from webapp.i18n import N_

FACTORIAL = ATS("factorial", "Factorial", website="https://factorialhr.com")
WITHHELD: dict[str | None, Reason] = {"draft": "draft", "unlisted": "unlisted"}
#: Kinds of contract that say more than the hours do; an open-ended one does not.
BOUND = ("internship", "volunteer", "temporary", "contract", "per_diem", "part_time")
DOMAINS = ("factorialhr.com", "factorial.com", "factorial.es", "factorialhr.com.br")
REDIRECTS = (301, 302, 303, 307, 308)
LISTING = "[data-controller*='job-filters'], [data-target*='job-filters'], [data-controller*='job-postings'], #jobs"
CARD = "li[data-job-postings-url], li[data-controller~='job-postings'], li.job-offer-item"
POSTING = "a[href*='/job_posting/']"


class Factorial(Connector):
    """The API, with a key."""

    slug = "factorial"
    ats = FACTORIAL
    way_in = N_("With an API key")
    about = N_("Reads published postings with their dates, and pay where the posting shows it.")
    fields = (
        Field(
            "api_key",
            N_("API key"),
            N_("In Factorial, an administrator makes one in the settings, under API keys."),
            example="fk-7Qm2xWz8cR5tV1yB",
            pattern=r"\S+",
            secret=True,
        ),
    )
    hosts = ("api.factorialhr.com",)
    shown_as = "api.factorialhr.com"
    limits = Limits(mib=32)
    quirks = (
        N_("An API key of Factorial opens the whole account. Berth reads postings, places and teams with it, no more."),
        N_("Factorial names no currency for pay, and not when a posting was changed."),
    )
    revoke = N_("In Factorial's settings, under API keys: delete the key.")

    def account(self) -> RemoteAccount:
        """The company's number, where there are postings, and how many are open, where they are on one page."""
        rows, last = next(self._pages("ats/job_postings"))
        id = next((id for row in rows if (id := said(row, "company_id"))), None)
        opened = sum(said(row, "status") == "published" for row in rows)
        return RemoteAccount(id, None, opened if last else None)

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition]:
        """Page by page; places and teams are asked for once, when the first open posting names one."""
        names: dict[str, dict[str, Row]] = {}
        for row in (row for rows, _last in self._pages("ats/job_postings") for row in rows):
            self.listed += 1
            if (status := said(row, "status")) == "published":
                team = self._named(names, "teams/teams", said(row, "team_id"))
                yield _posting(row, team, self._named(names, "locations/locations", said(row, "location_id")))
            else:
                self.withhold(said(row, "id"), WITHHELD.get(status, "closed"), said(row, "title"))

    def _named(self, names: dict[str, dict[str, Row]], resource: str, id: str | None) -> Row:
        """What the account keeps under a number; `{}` where the key may not read it."""
        if id and resource not in names:
            found = (row for rows, _last in self._pages(resource, allow=(403, 404)) for row in rows)
            names[resource] = {said(row, "id") or "": row for row in found}
        return names[resource].get(id, {}) if id else {}

    def _pages(self, resource: str, allow: tuple[int, ...] = ()) -> Iterator[tuple[list[Row], bool]]:
        """The rows of each page, and whether it is the last one."""
        url = f"https://api.factorialhr.com/api/2026-07-01/resources/{resource}"
        headers = {"x-api-key": self.config["api_key"]}
        after, seen, last, came, total = "", {""}, False, 0, 0.0
        while not last:
            answer = self.http.get(url, params={"after_id": after} if after else {}, headers=headers, allow=allow)
            if answer.status in allow:
                return
            data = answer.json()
            rows, meta = answer.rows(data, "data"), part(data, "meta")
            last, after = not flag(meta, "has_next_page"), said(meta, "end_cursor") or ""
            came, total = came + len(rows), total or text.number(meta.get("total")) or 0.0
            if (came < total) if last else (after in seen or not rows):
                raise answer.unexpected()
            seen.add(after)
            yield rows, last


class FactorialCareers(Connector):
    """The public careers page: a list, and a page for the text of each new or changed posting."""

    slug = "factorial-careers"
    ats = FACTORIAL
    way_in = N_("By the careers page")
    about = N_("Needs no credentials. Reads what everybody can see; without pay.")
    fields = (
        Field(
            "slug",
            N_("Account name"),
            N_("The part before .factorialhr.com in the address of your careers page. You can paste all of it."),
            example="northwind",
            pattern=r"(?!(?:www|app|api|apidoc|help|support|blog|assets)$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
            lower=True,
        ),
    )
    hosts = tuple(f"{{slug}}.{domain}" for domain in DOMAINS)
    addresses = (rf"https://(?P<slug>[a-z0-9-]+)\.(?:{'|'.join(map(re.escape, DOMAINS))})",)
    shown_as = "{slug}.factorialhr.com"
    quirks = (
        N_("A careers page on a domain of your own is read at its address on factorialhr.com."),
        N_("The text is read again when the list shows the posting otherwise than before, and once a day."),
        N_("The open application is not shown: it is no position."),
    )
    revoke = N_("Nothing to revoke: the careers page is public.")

    def account(self) -> RemoteAccount:
        """The company as its page is titled, and how many positions it shows."""
        tree, url = self._home()
        name = _text(tree.css_first("title")).rpartition(" - ")[0]
        return RemoteAccount(self.config["slug"], name or None, sum(c.is_position for c in self._cards(tree, url)))

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """The list first: a posting may stand under several offices."""
        tree, base = self._home()
        lines = []
        for card in self._cards(tree, base):
            if card.is_position:
                lines.append(Listed(card.id, card.version, card.title, card))
            else:
                self.listed += 1
                self.withhold(card.id, "prospect", card.title)
        yield from self.opened(lines, known, partial(self._detail, base), _position)

    def _home(self) -> tuple[LexborHTMLParser, str]:
        """The careers page and where it is: accounts are moving to domains of other names and countries."""
        url, seen = f"https://{self.config['slug']}.{DOMAINS[0]}/", set[str]()
        while True:
            answer = self.http.get(url, headers=HTML, allow=REDIRECTS)
            if answer.status not in REDIRECTS:
                tree = page(answer)
                if not tree.css_first(LISTING) or (tree.css_first(POSTING) and not tree.css_first(CARD)):
                    raise answer.unexpected()
                return tree, url
            seen.add(url)
            url = joined(url, answer.headers.get("Location")) or ""
            if url in seen or urlsplit(url).hostname not in self.http.hosts:
                raise AccountNotFound(N_("%(ats)s does not know this account or page."), ats=self.ats.name)

    def _cards(self, tree: LexborHTMLParser, base: str) -> list[Card]:
        cards: dict[str, Card] = {}
        for node in tree.css(CARD):
            link = node.attributes.get("data-job-postings-url") or _href(node, POSTING)
            card = _card(node, tree, joined(base, link) or base)  # without a link it has no id, which is noticed later
            same = cards.setdefault(card.id, card)
            same.offices += [office for office in card.offices if office not in same.offices]
        return list(cards.values())

    def _detail(self, base: str, card: Card) -> LexborHTMLParser | None:
        """The posting's page; `None` where it is no longer there."""
        url = joined(base, urlsplit(card.url).path) or base
        answer = self.http.get(url, headers=HTML, allow=(404, 410, *REDIRECTS))
        tree = page(answer) if answer.status < 300 else None
        if tree and not tree.css_first("h1, .styledText"):
            raise answer.unexpected()
        return tree


@dataclass
class Card:
    """What the careers page says of a posting."""

    id: str
    url: str
    title: str
    team: str | None
    model: text.Workplace | None
    contract: str | None
    offices: list[str]
    is_position: bool

    @property
    def version(self) -> str:
        """Changes with what the list shows."""
        return digest(self.url, self.title, self.team, self.model, self.contract, self.offices)


def _card(node: LexborNode, tree: LexborHTMLParser, url: str) -> Card:
    """Below the title stand the team, which may be empty, and the way of working or the place."""
    said, title = node.attributes, node.css_first(".factorial__headingFontFamily, .font-bold")
    path = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    cells = [_text(cell) for cell in node.css(".text-gray-350") or node.css(".flex-grow > div")]
    team, others = (cells[0], cells[1:]) if len(cells) > 1 else ("", cells)
    models = [model for cell in others if len(cell.split()) < 4 and (model := text.workplace(cell))]
    where = [cell for cell in others if cell and not text.workplace(cell)]
    office = _office(node) or _option(tree, "location_filter", said.get("data-location-id"))
    return Card(
        path.rpartition("-")[2] if re.search(r"-\d+$", path) else path,
        url,
        _text(title),
        team or _option(tree, "team_filter", said.get("data-team-id")),
        models[0] if models else "remote" if said.get("data-is-remote") == "true" else None,
        said.get("data-contract-type"),
        [office] if office else where[:1],
        is_position="/job_posting/" in url,  # and not the open application
    )


def _office(node: LexborNode) -> str | None:
    """The heading that the card stands under."""
    group = node.parent
    while group is not None and "officegroup" not in (group.attributes.get("data-target") or "").lower():
        group = group.parent
    return _text(group.css_first("h3")) or None if group is not None else None


def _option(tree: LexborHTMLParser, select: str, id: str | None) -> str | None:
    """The name that a filter of the page has for a number."""
    options = tree.css(f"select#{select} option") if id else []
    return next((_text(option) or None for option in options if option.attributes.get("value") == id), None)


def _position(card: Card, tree: LexborHTMLParser) -> RemotePosition:
    """What the list says, with the text and the facts of the posting's page."""
    texts = [node.inner_html or "" for node in tree.css(".styledText")]
    inside = {node.mem_id for node in tree.css(".styledText li")}
    facts = [_text(li) for li in tree.css("li") if li.mem_id not in inside and not li.css_first("a")]
    stated = read_posting(next(iter(job_postings(tree)), {}), id=card.id, title=card.title)
    address = next(filter(None, map(_address, facts)), None) or next(iter(stated.locations), None)
    return RemotePosition(
        id=card.id,
        title=card.title,
        url=card.url,
        apply_url=joined(card.url, apply) if (apply := _href(tree, "a[href*='/apply/']")) else None,
        team=card.team,
        locations=_places(card, address),
        workplace=card.model or stated.workplace,
        employment_type=_employment(card.contract, facts) or stated.employment_type,
        description_html="\n".join(texts) if any(map(str.strip, texts)) else stated.description_html,
        posted_at=stated.posted_at,
        closes_at=stated.closes_at,
        salary=stated.salary,
        version=card.version,
    )


def _places(card: Card, address: Location | None) -> tuple[Location, ...]:
    """The offices; a single one with the page's address, which is that of the seat where the position is remote."""
    named = places(*card.offices)
    if not address or card.model == "remote" or len(named) > 1:
        return named
    name = next((place.name for place in named if place.name not in (address.city, address.region)), None)
    return (replace(address, name=None if text.country(name) else name),)


def _address(fact: str) -> Location | None:
    """The place in "Hybrid (Lisbon, Lisbon, Portugal)", or in the same without the way of working."""
    inner = re.search(r"\(([^()]+)\)\s*$", fact)
    found = [piece.strip() for piece in (inner[1] if inner else fact).split(",")]
    country = text.country(found[-1]) if 2 <= len(found) <= 5 and len(found[-1]) > 2 else None
    return Location(None, found[-3:][0], found[-2] if len(found) > 2 else None, country) if country else None


def _employment(contract: str | None, facts: list[str]) -> text.EmploymentType | None:
    """A contract that ends, else the hours, else an open-ended contract."""
    kind, hours = text.employment_type(contract), {text.employment_type(fact) for fact in facts if len(fact) < 30}
    if kind in BOUND:
        return kind
    return "part_time" if "part_time" in hours else "full_time" if "full_time" in hours else kind


def _text(node: LexborNode | None) -> str:
    return " ".join(node.text(separator=" ").split()) if node else ""


def _href(node: LexborNode | LexborHTMLParser, selector: str) -> str | None:
    return found.attributes.get("href") if (found := node.css_first(selector)) else None


def _posting(row: Row, team: Row, place: Row) -> RemotePosition:
    return RemotePosition(
        id=said(row, "id") or "",
        title=said(row, "title") or "",
        url=said(row, "url"),
        team=said(team, "name"),
        locations=_site(place),
        workplace=text.workplace(said(row, "workplace_type")) or ("remote" if flag(row, "remote") else None),
        employment_type=_employment(said(row, "contract_type"), [said(row, "schedule_type") or ""]),
        description_html=said(row, "description"),
        posted_at=text.moment(said(row, "published_at")),
        salary=_salary(row),
    )


def _site(row: Row) -> tuple[Location, ...]:
    city, name = said(row, "city"), said(row, "name")
    name = None if name and city and name.casefold().strip() == city.casefold().strip() else name
    place = Location(name, city, said(row, "state"), text.country(said(row, "country")))
    return (place,) if place != Location() else ()


def _salary(row: Row) -> Salary | None:
    """Only where the posting does not hide it; in cents."""
    low, high = (text.number(row.get(f"salary_{end}_amount_in_cents")) for end in ("from", "to"))
    if flag(row, "hide_salary") is not False or not (low or high):
        return None
    high = low if said(row, "salary_format") == "fixed_amount" else high
    return Salary(low and low / 100, high and high / 100, None, text.interval(said(row, "salary_period")))
