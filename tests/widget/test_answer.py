"""What a reader gets: `answer()` alone, without app, database or network."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.widget.answer import Answer, Request, answer
from webapp.widget.snapshot import ShownPosition, Snapshot

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = "a" * 32


def shown(number: int, **parts: Any) -> ShownPosition:
    plain = {
        "id": f"{number:032x}",
        "title": f"Baker {number}",
        "url": f"https://jobs.example.com/{number}",
        "places": ("Berlin",),
        "countries": ("DE",),
        "company": None,
        "department": "Kitchen",
        "workplace": None,
        "employment_type": "full_time",
        "salary": None,
        "posted_at": NOW - timedelta(days=30),
        "closes_at": None,
        "language": None,
    }
    return ShownPosition(**{**plain, **parts})


def snapshot(*positions: ShownPosition, **parts: Any) -> Snapshot:
    plain = {"key": KEY, "version": 1, "title": "Open positions", "page_size": 20, "visible": True, "as_of": None}
    return Snapshot(**{**plain, **parts}, positions=positions)


def ask(
    found: Snapshot | None, path: str = "/positions", query: str = "", method: str = "GET", **headers: str
) -> Answer:
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return answer(found, Request(method, f"/widgets/{KEY}{path}", query, sent, None, NOW))


def header(found: Answer, name: str) -> str | None:
    return dict(found.headers).get(name)


def titles(found: Answer) -> list[str]:
    return [unescape(t) for t in re.findall(r'dir="auto">([^<]+)<', found.body.decode())]


def test_the_fragment_and_the_page_hold_the_same_list():
    one = snapshot(*map(shown, range(3)))
    assert titles(ask(one)) == titles(ask(one, path="")) == ["Baker 0", "Baker 1", "Baker 2"]
    assert b"<html" not in ask(one).body
    assert ask(one, path="").body.startswith(b"<!doctype html>")


def test_pages_are_plain_links_and_lose_nothing():
    many = snapshot(*map(shown, range(45)))
    seen = []
    for page in (1, 2, 3):
        seen += titles(ask(many, query=f"page={page}"))
    assert seen == [f"Baker {n}" for n in range(45)]
    assert b'href="/widgets/' + KEY.encode() + b'/positions?page=2"' in ask(many).body
    assert titles(ask(many, query="page=99")) == titles(ask(many, query="page=3"))


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=", "page=1e9", "page=٣", "%", "a" * 10_000, "page=1&page=2"]
)
def test_nonsense_in_the_query_is_ignored(query):
    one = snapshot(*map(shown, range(45)))
    assert ask(one, query=query).body == ask(one).body


@given(st.text(max_size=300))
def test_no_query_is_an_error(query):
    assert ask(snapshot(*map(shown, range(45))), query=query).status == 200


def test_what_did_not_change_is_not_sent_again():
    one = snapshot(shown(1))
    tag = header(ask(one), "ETag")
    assert tag
    assert not tag.startswith("W/")
    again = ask(one, if_none_match=tag)
    assert (again.status, again.body) == (304, b"")
    assert header(again, "ETag") == tag
    assert ask(snapshot(shown(2)), if_none_match=tag).status == 200


def test_compressed_bytes_are_the_same_list_under_their_own_tag():
    one = snapshot(shown(1))
    packed = ask(one, accept_encoding="gzip, br")
    assert header(packed, "Content-Encoding") == "gzip"
    assert gzip.decompress(packed.body) == ask(one).body
    assert header(packed, "ETag") != header(ask(one), "ETag")
    assert header(packed, "Vary") == "Accept-Encoding"


def test_head_is_get_without_the_body():
    one = snapshot(shown(1))
    assert ask(one, method="HEAD").body == b""
    assert ask(one, method="HEAD").headers == ask(one).headers


def test_only_reading_is_possible():
    assert ask(snapshot(), method="POST").status == 405
    assert ask(snapshot(), method="OPTIONS").status == 204


def test_caches_revalidate_what_is_shown_and_keep_nothing_else():
    shown_list = header(ask(snapshot(shown(1))), "Cache-Control")
    assert shown_list == "public, no-cache, stale-if-error=86400"
    assert header(ask(snapshot(shown(1))), "CDN-Cache-Control") == "max-age=60"
    for found in (snapshot(), snapshot(shown(1), visible=False), None):
        assert header(ask(found), "Cache-Control") == "no-store"


def test_a_widget_without_an_active_connection_says_nothing_to_the_reader():
    body = re.sub(r"<[^>]+>", "", ask(snapshot(shown(1), visible=False)).body.decode()).strip()
    assert body == ""


def test_an_unknown_key_gets_a_neutral_answer():
    found = ask(None)
    assert found.status == 404
    assert b"This list is not available." in found.body


def test_nothing_open_is_said_in_a_sentence():
    assert b"There is no open position at the moment." in ask(snapshot()).body


def test_the_state_of_an_unreachable_ats_is_said():
    late = snapshot(shown(1), as_of=datetime(2026, 11, 23, 18, 2, tzinfo=UTC))
    assert "as of 2026-11-23 18:02 UTC" in ask(late).body.decode()


def test_new_is_said_for_seven_days():
    for days, new in ((0, True), (7, True), (8, False)):
        assert (b"op-new" in ask(snapshot(shown(1, posted_at=NOW - timedelta(days=days)))).body) is new


@pytest.mark.parametrize(
    "payload",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "</title><svg onload=1>", "a\u2028b"],
)
def test_texts_are_texts(payload):
    found = snapshot(shown(1, title=payload, department=payload, places=(payload,)), title=payload)
    for path in ("", "/positions"):
        body = ask(found, path=path).body.decode()
        assert not re.search(r"<(script|img|svg)\b", body)
        assert "49" not in re.sub(r"[0-9a-f]{32}|\?v=\w+", "", body)


def test_no_cookie_and_no_foreign_address():
    found = ask(snapshot(shown(1, url=None)), path="")
    assert header(found, "Set-Cookie") is None
    assert "Cookie" not in (header(found, "Vary") or "")
    assert not re.search(rb"https?://", found.body)


def test_facts_stand_in_one_line():
    one = shown(1, places=("Berlin", "Potsdam"), workplace="hybrid", salary="EUR 3,400–3,900 a month")
    facts = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", ask(snapshot(one)).body.decode()))
    assert "Berlin, Potsdam · Hybrid · Kitchen · Full time · EUR 3,400–3,900 a month" in facts
    many = shown(1, places=tuple("ABCDE"))
    assert "A and 4 more places" in ask(snapshot(many)).body.decode()


def test_the_search_keeps_its_state_in_every_link():
    many = snapshot(
        *(shown(n, department="IT" if n % 2 else "Kitchen", countries=("DE", "FR")[n % 3 > 0 :][:1]) for n in range(60))
    )
    found = ask(many, query="department=IT&q=baker&page=2&department=nonsense")
    assert b"21" in found.body
    assert b"30 of 60 open" in found.body
    links = re.findall(r'rel="prev" href="[^"?]*[?]([^"]*)"', found.body.decode())
    assert links == ["q=baker&amp;department=IT"]
    assert b'value="IT" checked' in found.body
    assert b'value="Kitchen"> ' in found.body


def test_where_nothing_fits_the_way_back_is_said():
    many = snapshot(*map(shown, range(20)))
    found = ask(many, query="q=zzz&lang=en")
    assert b"No open position fits." in found.body
    assert b'positions?lang=en">Show all' in found.body
    assert titles(found) == []


def test_a_short_list_needs_no_search():
    assert b"op-search" not in ask(snapshot(*map(shown, range(7)))).body
    assert b"op-search" in ask(snapshot(*map(shown, range(8)))).body
