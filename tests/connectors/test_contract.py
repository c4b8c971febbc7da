"""The contract suite: every connector, with nothing of its own but its fixture."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from tests.connectors.replay import Replay, Unanswered, parts, plain, respond
from webapp.connectors import (
    ATSS,
    CONNECTORS,
    AccountNotFound,
    Connector,
    ConnectorError,
    CredentialsRejected,
    InvalidConfig,
    PermissionMissing,
    RemotePosition,
    TemporarilyUnavailable,
    Unchanged,
    UnexpectedAnswer,
    resolve,
)

SLUGS = sorted(CONNECTORS)
every = pytest.mark.parametrize("slug", SLUGS)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """No waiting between the tries of a request: thousands are spoiled here."""
    monkeypatch.setattr("webapp.connectors._http.random.uniform", lambda _low, _high: 0.0)


def opened(slug: str, fault=None) -> tuple[Connector, Replay]:
    part = parts()[slug]
    replay = Replay(part["answers"], fault)
    return CONNECTORS[slug](part["config"], replay.session), replay


def canaries(slug: str) -> list[str]:
    config = parts()[slug]["config"]
    return [config[f.name] for f in CONNECTORS[slug].fields if f.secret and f.name in config]


def test_every_connector_has_a_fixture_and_every_fixture_a_connector():
    assert sorted(parts()) == SLUGS


def test_the_five_of_the_brief_come_first():
    assert [a.slug for a in ATSS.values()][:5] == ["bamboohr", "personio", "ukg-pro-recruiting", "workable", "workday"]


@every
def test_facts_are_complete(slug):
    connector = CONNECTORS[slug]
    assert connector.__module__.rsplit(".", 1)[1] == connector.ats.slug.replace("-", "_")
    assert connector.slug in (connector.ats.slug, f"{connector.ats.slug}-careers") or connector.slug.startswith(
        connector.ats.slug
    )
    assert connector.way_in
    assert connector.about
    assert connector.revoke
    assert connector.shown_as
    assert connector.hosts
    for field in connector.fields:
        assert field.label
        assert field.help
        assert field.error(field.example) is None, f"{field.name}: the example does not match the pattern"
        re.compile(field.pattern)


@every
def test_unknown_and_missing_fields_are_named(slug):
    with pytest.raises(InvalidConfig) as unknown:
        CONNECTORS[slug]({**parts()[slug]["config"], "nonsense": "x"})
    assert set(unknown.value.errors) == {"nonsense"}
    required = {f.name for f in CONNECTORS[slug].fields if f.required and not f.default}
    with pytest.raises(InvalidConfig) as missing:
        CONNECTORS[slug]({})
    assert set(missing.value.errors) == required


@every
def test_every_position_is_read_exactly(slug):
    connector, replay = opened(slug)
    positions = connector.positions()
    assert not replay.asked, "nothing is asked before the first next()"
    found = list(positions)
    assert all(isinstance(p, RemotePosition) for p in found)
    assert [plain(p) for p in found] == parts()[slug]["positions"]
    assert sorted((w.id, w.reason) for w in connector.withheld) == sorted(
        (id, reason) for id, reason in parts()[slug].get("withheld", [])
    )
    assert connector.listed == len(found) + len(connector.withheld)
    for position in found:
        assert (position.url or "https://").startswith(("https://", "http://"))


@every
def test_the_account_is_named(slug):
    connector, _replay = opened(slug)
    account = connector.test()
    expected = parts()[slug]["account"]
    assert (account.id, account.name, account.open_positions) == (
        expected.get("id"),
        expected.get("name"),
        expected.get("open_positions"),
    )


@every
def test_addresses_are_recognised_without_asking(slug):
    for address, values in parts()[slug].get("addresses", {}).items():
        assert resolve(address) == (slug, values)
        assert CONNECTORS[slug].match_address(address) == values


@every
def test_what_is_known_is_not_read_again_and_still_listed(slug):
    connector, replay = opened(slug)
    first = list(connector.positions())
    known = {p.id: p.version for p in first if isinstance(p, RemotePosition) and p.version}
    asked = len(replay.asked)
    again, replay = opened(slug)
    second = list(again.positions(known))
    assert {p.id for p in second} == {p.id for p in first}
    assert len(replay.asked) <= asked
    assert all(isinstance(p, RemotePosition) or p.id in known for p in second)
    by_id = {p.id: p for p in second}
    assert [p.id for p in second] == [p.id for p in first] or again.ats.generic, "the order is the list's"
    for before in first:
        after = by_id[before.id]
        assert isinstance(after, Unchanged) or after == before


def status(code: int, body: bytes = b"{}", **headers: str):
    return lambda answer: respond(answer.request, code, body, headers)


def silence(answer):
    raise requests.exceptions.ReadTimeout(f"{answer.request.url}")


FAULTS = {
    "429": (status(429, **{"Retry-After": "7"}), (TemporarilyUnavailable,)),
    "503": (status(503), (TemporarilyUnavailable,)),
    "404": (status(404), (AccountNotFound,)),
    "403": (status(403), (PermissionMissing, TemporarilyUnavailable)),
    "time-out": (silence, (TemporarilyUnavailable,)),
    "redirect": (status(302, Location="https://elsewhere.example.com/"), (ConnectorError,)),
    "web page": (status(200, b"<!doctype html><html><body>Sign in</body></html>"), (UnexpectedAnswer, AccountNotFound)),
    "truncated": (lambda a: respond(a.request, 200, a.content[: len(a.content) // 2]), (UnexpectedAnswer,)),
    "null": (status(200, b"null"), (UnexpectedAnswer,)),
    "empty": (status(200, b""), (UnexpectedAnswer,)),
}


@pytest.mark.parametrize("fault", FAULTS)
@every
def test_a_list_that_cannot_be_read_is_an_error_and_never_an_empty_list(slug, fault):
    spoil, expected = FAULTS[fault]
    connector, _replay = opened(slug, lambda _n, answer: spoil(answer))
    with pytest.raises(expected) as caught:
        list(connector.positions())
    check_sentence(slug, caught.value)
    if fault == "429":
        assert caught.value.retry_after == 7


@every
def test_refused_credentials_are_told_apart(slug):
    connector, _replay = opened(slug, lambda _n, answer: status(401)(answer))
    with pytest.raises(
        CredentialsRejected if canaries(slug) else (PermissionMissing, TemporarilyUnavailable)
    ) as caught:
        list(connector.positions())
    check_sentence(slug, caught.value)


@every
def test_any_later_answer_that_breaks_off_raises_or_costs_no_position(slug):
    whole, replay = opened(slug)
    ids = {p.id for p in whole.positions()} | {w.id for w in whole.withheld}
    for broken in range(2, len(replay.asked) + 1):
        for spoil, _expected in FAULTS.values():
            connector, _replay = opened(slug, lambda n, a, b=broken, s=spoil: s(a) if n >= b else None)
            try:
                found = {p.id for p in connector.positions()} | {w.id for w in connector.withheld}
            except ConnectorError as error:
                check_sentence(slug, error)
            else:
                # On any careers site only the page itself tells the id, so what is gone is noted by its address.
                assert found == ids or (connector.ats.generic and len(found) >= len(ids))


@every
def test_a_page_that_comes_again_is_no_further_page(slug):
    """Where one address is asked for several pages, each of the later ones is answered by the one before it."""
    whole, replay = opened(slug)
    ids = {p.id for p in whole.positions()} | {w.id for w in whole.withheld}
    asked = replay.asked
    lists, pages = [_list_of(request) for request in asked], [_page_of(request) for request in asked]
    for n in range(2, len(asked) + 1):
        before = [
            m for m in range(1, n) if lists[m - 1] and lists[m - 1] == lists[n - 1] and pages[m - 1] != pages[n - 1]
        ]
        if not before:
            continue
        kept: list[requests.Response] = []

        def again(number, answer, n=n, m=before[-1], kept=kept):
            if number == m:
                kept.append(respond(answer.request, answer.status_code, answer.content, dict(answer.headers)))
                return respond(answer.request, answer.status_code, answer.content, dict(answer.headers))
            return respond(answer.request, 200, kept[0].content, dict(kept[0].headers)) if number == n else None

        connector, _replay = opened(slug, again)
        try:
            found = {p.id for p in connector.positions()} | {w.id for w in connector.withheld}
        except ConnectorError as error:
            check_sentence(slug, error)
        except Unanswered:
            pass  # it goes on asking
        else:
            assert found >= ids, f"a page that came twice cost positions: {sorted(ids - found)}"


def _emptied(thing: object) -> object:
    """A JSON answer as it is where nothing is open: lists of objects without entries, totals of nought."""
    if isinstance(thing, list):
        return [] if any(isinstance(each, dict) for each in thing) else thing
    if isinstance(thing, dict):
        return {
            k: 0 if isinstance(v, int) and re.search("total|count|hits|records", k, re.I) else _emptied(v)
            for k, v in thing.items()
        }
    return thing


@pytest.mark.parametrize("slug", [s for s in SLUGS if any("json" in a for a in parts()[s]["answers"])])
def test_an_account_in_which_nothing_is_open_yields_nothing(slug):
    part = parts()[slug]
    answers = [{**a, "json": _emptied(a["json"])} if "json" in a else a for a in part["answers"]]
    connector = CONNECTORS[slug](part["config"], Replay(answers).session)
    try:
        found = list(connector.positions())
    except (ConnectorError, Unanswered):
        return  # it looks elsewhere whether the account is there at all
    if not any("json" not in a for a in answers):
        assert (found, connector.withheld, connector.listed) == ([], [], 0)


PAGING = re.compile(r"page(?!size)|offset|skip|start|cursor|number|after|^p$", re.I)


def _list_of(request: requests.PreparedRequest) -> object:
    """What list a request asks for, whatever the page of it; `None` where that cannot be told."""
    parts = urlsplit(request.url or "")
    query = [pair for pair in parse_qsl(parts.query) if not PAGING.search(pair[0].replace("[size]", "size"))]
    try:
        body = json.loads(request.body) if request.body else {}
    except ValueError:
        return None
    rest = {k: v for k, v in body.items() if not PAGING.search(k)} if isinstance(body, dict) else body
    return request.method, parts.netloc, parts.path, query, json.dumps(rest)


def _page_of(request: requests.PreparedRequest) -> object:
    return request.url, request.body, request.headers.get("X-Request-Current-Page")


@every
def test_no_secret_is_in_any_repr(slug):
    connector, replay = opened(slug)
    list(connector.positions())
    for field in CONNECTORS[slug].fields:
        secret = parts()[slug]["config"].get(field.name) if field.secret else None
        if secret:
            assert secret not in repr(connector) + repr(connector.http) + connector.shown(connector.config)
            stands = any(secret in (request.url or "") for request in replay.asked)
            assert field.in_address or not stands, "a secret stands in an address"


def check_sentence(slug: str, error: ConnectorError) -> None:
    sentence = str(error)
    name = sentence.startswith(CONNECTORS[slug].ats.name) or re.match(r"[a-z.]+\.[a-z]+ ", sentence)
    assert sentence[0].isupper() or name, "names, of ATSs such as iCIMS and of hosts, are written as they are"
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    assert not any(secret in sentence for secret in canaries(slug))
