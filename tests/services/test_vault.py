"""The vault: what is sealed opens in its own place only, and keys can be lost, found, changed and rotated."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.services.conftest import ON_SQLITE
from webapp import config
from webapp.extensions import db, now, transaction
from webapp.models import Credential, KeyCheck, Link, LinkedAccount, Organisation
from webapp.services import vault

SECRET = "CANARY-an access token, ünïcode and all"


def new_key(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


@dataclass
class Rows:
    """Two organisations with a linked account each."""

    here: LinkedAccount
    there: LinkedAccount


@pytest.fixture
def rows(app) -> Rows:
    with transaction() as session:
        organisations = [Organisation(name=name) for name in ("Northwind Foods", "Elsewhere Ltd")]
        session.add_all(organisations)
        session.flush()
        accounts = [LinkedAccount(organisation_id=o.id, ats="workable") for o in organisations]
        session.add_all(accounts)
    return Rows(*accounts)


@pytest.fixture
def keys(app, monkeypatch: pytest.MonkeyPatch):
    """Sets the keys of the app's vault; returns those that it has."""

    def put(*entries: str) -> tuple[str, ...]:
        had: tuple[str, ...] = app.config["BERTH"].vault_keys
        if entries:
            monkeypatch.setattr(app.config["BERTH"], "vault_keys", entries)
        return had

    return put


def store(account: LinkedAccount, values: dict[str, str], link_id: str | None = None) -> None:
    with transaction() as session:
        vault.store(session, account, values, link_id)


def credentials(account: LinkedAccount) -> list[Credential]:
    return list(db.session.scalars(select(Credential).where(Credential.account_id == account.id)))


def test_what_was_sealed_opens_again_and_the_database_does_not_hold_it(rows: Rows):
    store(rows.here, {"access_token": SECRET, "client_secret": "another"})
    assert vault.secrets_of(rows.here) == {"access_token": SECRET, "client_secret": "another"}
    assert vault.secrets_of(rows.there) == {}
    for row in credentials(rows.here):
        assert row.sealed.startswith("v1.k1.")
        assert SECRET not in row.sealed
        assert SECRET.encode() not in base64.b64decode(row.sealed.split(".")[2])


def test_storing_again_replaces_all_that_was_there(rows: Rows):
    store(rows.here, {"access_token": "old", "refresh_token": "old"})
    store(rows.here, {"access_token": "new"})
    assert vault.secrets_of(rows.here) == {"access_token": "new"}
    assert len(credentials(rows.here)) == 1


@ON_SQLITE
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=500), context=st.text(max_size=50))
@hypothesis_settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_opens_as_what_it_was(rows: Rows, text: str, context: str):
    try:
        context.encode()
    except UnicodeEncodeError:
        return
    assert vault.open_sealed(vault.seal(text, context), context) == text


@ON_SQLITE
def test_nonces_do_not_repeat(rows: Rows, monkeypatch: pytest.MonkeyPatch):
    nonces = [base64.b64decode(vault.seal("x", "y").split(".")[2])[:12] for _ in range(5_000)]
    assert len(set(nonces)) == len(nonces)
    assert {len(nonce) for nonce in nonces} == {12}


def test_a_value_moved_to_another_row_field_account_or_organisation_does_not_open(rows: Rows):
    store(rows.here, {"access_token": SECRET, "client_secret": "another"})
    store(rows.there, {"access_token": "theirs"})
    token, secret = sorted(credentials(rows.here), key=lambda row: row.field)
    (theirs,) = credentials(rows.there)

    def refused(account: LinkedAccount) -> None:
        with pytest.raises(vault.CannotOpen):
            vault.secrets_of(account)

    with transaction():
        secret.sealed = token.sealed
    refused(rows.here)
    with transaction():
        theirs.sealed = token.sealed
    refused(rows.there)
    with transaction() as session:
        session.delete(secret)
        token.field = "client_secret"
    refused(rows.here)
    with transaction():
        token.field, token.account_id = "access_token", rows.there.id
        theirs.sealed, theirs.account_id = "v1.k1.AAAA", rows.here.id
    refused(rows.there)
    with transaction() as session:
        session.delete(theirs)
        token.account_id = rows.here.id
    assert vault.secrets_of(rows.here) == {"access_token": SECRET}, "back in its place it opens"
    with transaction():
        rows.here.organisation_id, rows.there.organisation_id = rows.there.organisation_id, rows.here.organisation_id
    refused(rows.here)


@ON_SQLITE
def test_no_changed_byte_and_no_cut_or_padded_value_opens(rows: Rows):
    sealed = vault.seal(SECRET, "place")
    head, body = sealed.rsplit(".", 1)
    raw = base64.b64decode(body)
    changed = [raw[:i] + bytes([raw[i] ^ flip]) + raw[i + 1 :] for i in range(len(raw)) for flip in (1, 0x80)]
    changed += [raw[:length] for length in range(len(raw))] + [raw + b"\0", b"\0" + raw]
    values = [f"{head}.{base64.b64encode(value).decode()}" for value in changed]
    values += ["", ".", "..", "v1.k1.", "v1.k1", sealed[1:], sealed + "!", sealed + ".x", f"v2{sealed[2:]}"]
    values += [f"v1.k2.{body}", f"v1..{body}", "v1.k1.ü", f"v1.k1.{'A' * 7}", sealed.replace("v1.k1", "v1.K1")]
    for value in values:
        with pytest.raises(vault.CannotOpen) as caught:
            vault.open_sealed(value, "place")
        assert caught.value.__cause__ is None
        assert SECRET not in str(caught.value)
    with pytest.raises(vault.CannotOpen):
        vault.open_sealed(sealed, "another place")


def test_the_first_key_seals_and_every_key_opens(rows: Rows, keys):
    store(rows.here, {"access_token": SECRET})
    (old,) = keys()
    new = new_key("k2")
    keys(new, old)
    assert vault.secrets_of(rows.here) == {"access_token": SECRET}
    store(rows.there, {"access_token": "theirs"})
    assert credentials(rows.there)[0].sealed.startswith("v1.k2.")
    keys(new)
    assert vault.secrets_of(rows.there) == {"access_token": "theirs"}
    with pytest.raises(vault.CannotOpen):
        vault.secrets_of(rows.here)


def test_rotation_seals_all_again_and_can_be_stopped_and_started_anew(rows: Rows, keys, monkeypatch):
    for number in range(7):
        store(rows.here, {f"field_{i}": f"{SECRET}{i}" for i in range(number + 1)})
    store(rows.there, {"access_token": "theirs"})
    before = vault.secrets_of(rows.here)
    (old,) = keys()
    new = new_key("k2")
    keys(new, old)
    vault.check_keys()

    sealed, count = vault.seal, 0

    def stops(plain: str, context: str) -> str:
        nonlocal count
        count += 1
        if count == 6:
            raise KeyboardInterrupt
        return sealed(plain, context)

    monkeypatch.setattr(vault, "seal", stops)
    with pytest.raises(KeyboardInterrupt):
        vault.rotate(batch=3)
    monkeypatch.setattr(vault, "seal", sealed)
    assert vault.secrets_of(rows.here) == before, "in between, everything opens"
    names = [row.sealed.split(".")[1] for row in credentials(rows.here) + credentials(rows.there)]
    assert names.count("k2") == 3, "a whole batch or nothing of it"
    assert vault.rotate(batch=3) == 5
    assert vault.rotate() == 0
    keys(new)
    vault.check_keys()
    assert vault.secrets_of(rows.here) == before
    assert vault.secrets_of(rows.there) == {"access_token": "theirs"}


def test_a_key_whose_name_begins_like_another_is_rotated_too(rows: Rows, keys):
    keys(new_key("k1"), *(entry.replace("k1:", "k10:", 1) for entry in keys()))
    keys(*reversed(keys()))
    store(rows.here, {"access_token": SECRET})
    keys(*reversed(keys()))
    assert credentials(rows.here)[0].sealed.startswith("v1.k10.")
    assert vault.rotate() == 1
    assert credentials(rows.here)[0].sealed.startswith("v1.k1.")


def test_a_wrong_key_is_found_at_the_start_and_nothing_is_changed(rows: Rows, keys):
    vault.check_keys()
    store(rows.here, {"access_token": SECRET})
    (right,) = keys()
    before = [(row.name, row.sealed) for row in db.session.scalars(select(KeyCheck))]
    keys(new_key("k1"))
    with pytest.raises(vault.CannotOpen, match="'k1' is not the one that sealed this database"):
        vault.check_keys()
    assert [(row.name, row.sealed) for row in db.session.scalars(select(KeyCheck))] == before
    keys(right)
    vault.check_keys()
    assert vault.secrets_of(rows.here) == {"access_token": SECRET}


def test_a_key_that_is_gone_while_it_is_needed_is_named_and_may_go_when_it_is_not(rows: Rows, keys):
    long = "k" * 32
    (old,) = keys()
    keys(f"{long}:{old.partition(':')[2]}")
    store(rows.here, {"access_token": SECRET})
    vault.check_keys()
    (kept,) = keys()
    new = new_key("k2")
    keys(new)
    with pytest.raises(vault.CannotOpen, match=f"not there: {long}\\. Nothing was changed"):
        vault.check_keys()
    assert [row.name for row in db.session.scalars(select(KeyCheck))] == [long], "the new key was not noted either"
    keys(new, kept)
    vault.check_keys()
    vault.rotate()
    keys(new)
    vault.check_keys()


def test_a_restored_database_with_another_installation_s_keys_is_refused(rows: Rows, keys, tmp_path):
    vault.check_keys()
    other = config.load(instance=tmp_path / "other", testing=True)
    keys(*other.vault_keys)
    with pytest.raises(vault.CannotOpen, match="Put the right key back into BERTH_VAULT_KEYS"):
        vault.check_keys()


def test_what_waits_for_finish_stands_beside_the_working_ones_until_it_takes_their_place(rows: Rows):
    store(rows.here, {"access_token": "working"})
    with transaction() as session:
        link = Link(
            organisation_id=rows.here.organisation_id,
            account_id=rows.here.id,
            purpose="relink",
            audience="customer",
            expires_at=now(),
        )
        session.add(link)
    store(rows.here, {"access_token": "first try", "client_secret": "x"}, link.id)
    store(rows.here, {"access_token": "second try"}, link.id)
    assert vault.secrets_of(rows.here) == {"access_token": "working"}
    assert len(credentials(rows.here)) == 2
    with transaction() as session:
        vault.promote(session, rows.here, link.id)
    assert vault.secrets_of(rows.here) == {"access_token": "second try"}
    assert len(credentials(rows.here)) == 1
