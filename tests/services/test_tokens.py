"""Tokens in addresses: good for one row, one purpose and in one spelling only."""

from __future__ import annotations

import base64
import string
import zlib
from datetime import UTC, datetime, timedelta
from itertools import product
from urllib.parse import quote

import pytest
from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer

from tests.services.conftest import ON_SQLITE
from webapp.extensions import new_id, now
from webapp.services import tokens

pytestmark = ON_SQLITE
PURPOSES = ("link", "setup", "invitation")
ID = "0123456789abcdef0123456789abcdef"
EXPIRES = datetime(2026, 12, 1, tzinfo=UTC)
ALPHABET = string.ascii_letters + string.digits + "-_."


@pytest.fixture
def token(app) -> str:
    return tokens.issue("link", ID, EXPIRES)


def test_a_token_names_its_row_and_nothing_else(token: str):
    assert tokens.read("link", token) == ID
    packed = token.split(".")[0]
    payload = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))  # not compressed: zlib's bytes may change
    assert payload == f'["{ID}",{int(EXPIRES.timestamp())}]'.encode()
    assert tokens.read("link", tokens.issue("link", ID, EXPIRES)) == ID
    assert len(token) < 200
    assert set(token) <= set(ALPHABET), "it stands in an address as it is"


def test_the_row_decides_when_it_is_too_old_not_the_token(token: str):
    old = tokens.issue("link", ID, now() - timedelta(days=4000))
    assert tokens.read("link", old) == ID


def test_every_byte_is_decisive(token: str):
    accepted = [
        (at, character)
        for at in range(len(token))
        for character in (*ALPHABET, "=", "+", "/", "%", " ", "\0", "é", "\u200b")
        if character != token[at] and tokens.read("link", token[:at] + character + token[at + 1 :]) is not None
    ]
    assert accepted == []


def test_every_flipped_bit_is_refused(token: str):
    accepted = [
        (at, bit)
        for at in range(len(token))
        for bit in range(8)
        if tokens.read("link", token[:at] + chr(ord(token[at]) ^ 1 << bit) + token[at + 1 :]) is not None
    ]
    assert accepted == []


def test_nothing_may_be_added_taken_away_or_spelt_otherwise(token: str):
    others = [token + extra for extra in ("=", "==", "===", ".", "A", " ", "\n", "\0", "/", "?x", "#", "%3D")]
    others += [extra + token for extra in ("=", ".", " ", "A", "\n", "/")]
    others += [token[:length] for length in range(len(token))] + [token[start:] for start in range(1, len(token))]
    others += [token.upper(), token.lower(), token.swapcase(), token[::-1], token + token, f"{token}.{token}"]
    others += [quote(token, safe="").replace(".", "%2E"), token.replace(".", "\uff0e"), token.replace("I", "\u0131", 1)]
    others += ["", ".", "..", "A" * 200, "A" * 201, "." * 200, "é", "\ud800", token[:-1] + "\u0301"]
    payload, _dot, signature = token.rpartition(".")
    plain = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    for level in (0, 1, 9):  # signed or not, another packing of the same payload is another spelling
        others.append(f".{base64.urlsafe_b64encode(zlib.compress(plain, level)).decode().rstrip('=')}.{signature}")
    others += [
        f"{payload}=.{signature}",
        f"{payload}==.{signature}",
        f".{payload}.{signature}",
        f"{payload}..{signature}",
    ]
    assert [other for other in others if other != token and tokens.read("link", other) is not None] == []


def test_a_token_is_good_for_its_purpose_only(app):
    issued = {purpose: tokens.issue(purpose, ID, EXPIRES) for purpose in PURPOSES}
    accepted = {(a, b) for a, b in product(PURPOSES, PURPOSES) if tokens.read(b, issued[a]) is not None}
    assert accepted == {(purpose, purpose) for purpose in PURPOSES}
    assert len(set(issued.values())) == len(PURPOSES)


def test_what_the_same_key_signed_otherwise_is_no_token(app):
    key = app.config["BERTH"].secret_keys[0]
    payload = [ID, int(EXPIRES.timestamp())]
    others = [
        URLSafeSerializer(key).dumps(payload),
        URLSafeSerializer(key, salt="link").dumps(payload),
        URLSafeSerializer(key, salt="berth.link").dumps(payload),  # SHA-1, as itsdangerous signs by itself
        URLSafeTimedSerializer(key, salt="berth.link").dumps(payload),
        app.session_interface.get_signing_serializer(app).dumps({"_user_id": ID}),
    ]
    assert [other for other in others if tokens.read("link", other) is not None] == []


@pytest.mark.parametrize("payload", [ID, {"id": ID}, None, 7, [], [[]], [7, 7], [ID], [ID, 1, 2], [None, 1]])
def test_a_payload_of_another_form_is_refused_though_it_is_signed(app, payload: object):
    key = app.config["BERTH"].secret_keys[0]
    assert tokens.read("link", str(tokens._serializer(key, "link").dumps(payload))) is None


def test_a_key_that_was_moved_behind_the_first_still_verifies_and_a_removed_one_does_not(app, token: str, monkeypatch):
    settings = app.config["BERTH"]
    (old,) = settings.secret_keys
    new = "Qm7-xT4vLz9_RkW2cYh8NpB5sJd1GfA6uEoXiVqZ"
    monkeypatch.setattr(settings, "secret_keys", (new, old))
    assert tokens.read("link", token) == ID
    assert tokens.issue("link", ID, EXPIRES) != token
    monkeypatch.setattr(settings, "secret_keys", (new,))
    assert tokens.read("link", token) is None


def test_ten_thousand_guesses_find_nothing(app, token: str):
    payload = token.rpartition(".")[0]
    alphabet = string.ascii_letters + string.digits
    guesses = (f"{payload}.{new_id()}{new_id()[:10]}{alphabet[i % 62]}" for i in range(10_000))
    assert not any(tokens.read("link", guess) for guess in guesses)
