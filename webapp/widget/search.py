"""What of a snapshot a reader asked for: words, filters, an order. Pure, and quick by bit sets: one bit a position."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qs, urlencode

from webapp.widget.snapshot import ShownPosition, Snapshot

FILTERS = ("department", "location", "country", "workplace", "employment_type", "company", "language")
SORTS = ("newest", "title", "place")
#: Constant work whatever is typed: so much of a query is read, so many words of it count.
LONGEST, TYPED, WORDS = 2000, 200, 8
_UNMARKED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})


def folded(text: str) -> str:
    """The text as it is compared: accents, case and punctuation do not matter."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_UNMARKED)
    return re.sub(r"[\W_]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


@dataclass(frozen=True)
class Query:
    """What counts of an address; everything else is dropped. `text` as typed, `sort` empty for the widget's own."""

    text: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sort: str = ""
    page: int = 1
    lang: str = ""

    def values(self, name: str) -> tuple[str, ...]:
        """The chosen values of a filter."""
        return dict(self.filters).get(name, ())

    def address(self, **changes: object) -> str:
        """The query of a link to the same list with these changes; without what is as by itself."""
        page = changes.get("page", 1)
        pairs = [("q", self.text), *((name, value) for name, values in self.filters for value in values)]
        pairs += [("sort", self.sort), ("lang", self.lang), ("page", str(page) if page != 1 else "")]
        return urlencode([(name, value) for name, value in pairs if value])

    @property
    def is_narrowed(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.text or self.filters)


@dataclass(frozen=True)
class Option:
    """A value of a filter, how many positions it would show, and whether it is chosen."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Found:
    """The positions that fit, best first, and the filters with what a choice in each would show."""

    positions: tuple[ShownPosition, ...]
    facets: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)


def parsed(snapshot: Snapshot, query: str) -> Query:
    """The query of an address: values that the snapshot does not know are dropped, nonsense is as if not there."""
    try:
        given = parse_qs(query[:LONGEST], max_num_fields=100)
    except ValueError:
        return Query()
    index = _index(snapshot)
    filters = []
    for name in FILTERS:
        chosen = [value for value in index.values[name] if value in given.get(name, ())]
        if chosen:
            filters.append((name, tuple(chosen)))
    text = " ".join((given.get("q") or [""])[0].split())[:TYPED]
    sort = (given.get("sort") or [""])[0]
    page = (given.get("page") or ["1"])[0]
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    lang = (given.get("lang") or [""])[0]
    return Query(
        text if folded(text) else "",
        tuple(filters),
        sort if sort in SORTS else "",
        max(number, 1),
        lang if re.fullmatch("[a-zA-Z]{2,3}(-[a-zA-Z]{2})?", lang) else "",
    )


def find(snapshot: Snapshot, query: Query) -> Found:
    """The positions that a query shows, and its filters: AND across filters and words, OR within a filter."""
    index = _index(snapshot)
    words = tuple(dict.fromkeys(folded(query.text).split()))[:WORDS]
    chosen = dict(query.filters)
    mask = index.matching(words, chosen)
    facets = {
        name: tuple(
            Option(value, index.matching(words, {**chosen, name: (value,)}).bit_count(), value in chosen.get(name, ()))
            for value in index.values[name]
        )
        for name in FILTERS
        if len(index.values[name]) > 1
    }
    return Found(tuple(snapshot.positions[n] for n in index.ordered(mask, words, query.sort)), facets)


class _Index:
    """Per filter and value the positions that have it, as a bit set; and what words are looked for in."""

    def __init__(self, positions: tuple[ShownPosition, ...]) -> None:
        self.positions = positions
        self.all = (1 << len(positions)) - 1
        self.bits: dict[str, dict[str, int]] = {name: {} for name in FILTERS}
        self.anywhere = 0
        self.places_of_words: dict[str, tuple[int, int]] = {}
        for number, position in enumerate(positions):
            for name in FILTERS:
                for value in _values(position, name):
                    self.bits[name][value] = self.bits[name].get(value, 0) | 1 << number
            if position.workplace == "remote" and not position.countries:
                self.anywhere |= 1 << number
        self.values = {name: tuple(sorted(found, key=folded)) for name, found in self.bits.items()}
        self.titles = [f" {folded(p.title)} " for p in positions]
        beside = ((p.department, p.company, *p.places) for p in positions)
        self.beside = [f" {folded(' '.join(filter(None, parts)))} " for parts in beside]

    def matching(self, words: tuple[str, ...], filters: Mapping[str, tuple[str, ...]]) -> int:
        """The positions that have all the words and, of each filter, one of the values.

        Remote in a country includes what is remote without a country.
        """
        mask = self.all
        for word in words:
            title, beside = self._word(word)
            mask &= title | beside
        for name, values in filters.items():
            found = self.anywhere if name == "country" and "remote" in filters.get("workplace", ()) else 0
            for value in values:
                found |= self.bits[name].get(value, 0)
            mask &= found
        return mask

    def _word(self, word: str) -> tuple[int, int]:
        """Where a word, or the beginning of one, stands: in titles, and in what is said beside them."""
        found = self.places_of_words.get(word)
        if found is None:
            start = f" {word}"
            found = _mask(self.titles, start), _mask(self.beside, start)
            if len(self.places_of_words) > 2000:
                self.places_of_words.clear()
            self.places_of_words[word] = found
        return found

    def ordered(self, mask: int, words: tuple[str, ...], sort: str) -> list[int]:
        """The numbers of the positions in a mask: by the asked order, else what has the words in its title first."""
        bits = f"{mask:b}"[::-1]
        numbers = [n for n in self._order(sort) if n < len(bits) and bits[n] == "1"]
        if not words or sort:
            return numbers
        ranks = [self._word(word) for word in words]

        def rank(number: int) -> int:
            bit = 1 << number
            return sum(0 if title & bit else 1 for title, _beside in ranks)

        return sorted(numbers, key=rank)

    def _order(self, sort: str) -> Iterable[int]:
        numbers = range(len(self.positions))
        if sort == "title":
            return sorted(numbers, key=lambda n: self.titles[n])
        if sort == "place":
            return sorted(numbers, key=lambda n: (not self.positions[n].places, self.positions[n].places[:1]))
        if sort == "newest":
            newest = {n: p.posted_at.timestamp() if p.posted_at else 0.0 for n, p in enumerate(self.positions)}
            return sorted(numbers, key=lambda n: -newest[n])
        return numbers


@lru_cache(maxsize=32)
def _index(snapshot: Snapshot) -> _Index:
    """Kept, since a snapshot never changes."""
    return _Index(snapshot.positions)


def _values(position: ShownPosition, name: str) -> Iterable[str]:
    if name == "location":
        return position.places
    if name == "country":
        return position.countries
    found: str | None = getattr(position, name)
    return (found,) if found else ()


def _mask(texts: list[str], wanted: str) -> int:
    return int("".join("1" if wanted in text else "0" for text in reversed(texts)) or "0", 2)
