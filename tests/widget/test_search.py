"""Words and filters of a reader: what fits, what a choice would show, and that nothing typed does harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.widget.test_answer import shown, snapshot
from webapp.widget.search import FILTERS, Query, find, folded, parsed

BAKER = shown(1, title="Bäcker (m/w/d)", department="Küche", places=("Berlin",), workplace=None)
DRIVER = shown(2, title="Driver", department="Bakery fleet", places=("Lyon",), countries=("FR",))
ENGINEER = shown(3, title="Engineer", department="IT", places=(), countries=(), workplace="remote", language="en")
CLERK = shown(4, title="Clerk", department="IT", places=("Berlin", "Łódź"), countries=("DE", "PL"), workplace="hybrid")
SHOP = snapshot(BAKER, DRIVER, ENGINEER, CLERK)


def ids(query: str) -> list[int]:
    return [int(p.id, 16) for p in find(SHOP, parsed(SHOP, query)).positions]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [1, 2, 3, 4]),
        ("q=backer", [1]),
        ("q=B%C3%84CKER", [1]),
        ("q=bak", [2]),
        ("q=berlin+it", [4]),
        ("q=lodz", [4]),
        ("q=it", [3, 4]),
        ("q=nothing", []),
        ("q=%20%20-%20", [1, 2, 3, 4]),
        ("department=IT", [3, 4]),
        ("department=IT&department=K%C3%BCche", [1, 3, 4]),
        ("department=IT&location=Berlin", [4]),
        ("country=FR", [2]),
        ("country=FR&workplace=remote", [3]),
        ("workplace=remote", [3]),
        ("department=Unknown", [1, 2, 3, 4]),
        ("sort=title", [1, 4, 2, 3]),
        ("sort=nonsense&x=y&page=0", [1, 2, 3, 4]),
    ],
)
def test_what_a_query_shows(query, expected):
    assert ids(query) == expected


def test_a_word_in_the_title_counts_before_one_beside_it():
    found = find(snapshot(DRIVER, shown(5, title="Bakery help", department=None)), Query("bakery")).positions
    assert [p.title for p in found] == ["Bakery help", "Driver"]


CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["", "ba", "it", "berlin", "x" * 300, "%", "ö"]),
        **{
            name: st.lists(
                st.sampled_from(["IT", "Küche", "Berlin", "DE", "FR", "remote", "hybrid", "en", "?"]), max_size=3
            )
            for name in FILTERS
        },
        "sort": st.sampled_from(["", "newest", "title", "place", "x"]),
        "page": st.sampled_from(["1", "2", "x"]),
    },
)


@given(CHOICES)
def test_a_count_is_what_its_choice_shows_and_links_keep_the_state(choice):
    from urllib.parse import urlencode

    query = parsed(SHOP, urlencode(choice, doseq=True))
    assert parsed(SHOP, query.address(page=query.page)) == query
    found = find(SHOP, query)
    for name, options in found.facets.items():
        for option in options:
            others = tuple((n, v) for n, v in query.filters if n != name)
            alone = Query(query.text, (*others, (name, (option.value,))), query.sort)
            assert len(find(SHOP, alone).positions) == option.count
            assert option.chosen == (option.value in query.values(name))
    assert len(found.positions) == len({p.id for p in found.positions})


@given(st.text(max_size=3000))
def test_nothing_typed_breaks_it(text):
    assert parsed(SHOP, text).page >= 1
    find(SHOP, parsed(SHOP, f"q={text}"))
    assert folded(text) == folded(folded(text))
