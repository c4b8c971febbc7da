"""Sealing and opening of credentials: AES-256-GCM, the row's identity as associated data, several keys that rotate.

A sealed value is `v1.<key name>.<base64 of nonce and ciphertext>`. Moved to another row, it does not open.
"""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from webapp.extensions import db, now, settings, transaction
from webapp.models import Credential, KeyCheck, Link, LinkedAccount

CHECK_TEXT = "berth"


class CannotOpen(Exception):
    """The value was sealed by a key that is not there, for another row, or was changed."""


def _keys() -> dict[str, bytes]:
    pairs = (entry.partition(":") for entry in settings().vault_keys)
    return {name: base64.b64decode(key) for name, _colon, key in pairs}


def seal(plain: str, context: str) -> str:
    """Seal a text for one place; `context` names the place and has to be given again to open it."""
    name, key = next(iter(_keys().items()))
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, plain.encode(), f"v1|{context}".encode())
    return f"v1.{name}.{base64.b64encode(nonce + sealed).decode()}"


def open_sealed(sealed: str, context: str) -> str:
    """The text again. Raises `CannotOpen`."""
    try:
        version, name, body = sealed.split(".")
        raw = base64.b64decode(body, validate=True)
        if version != "v1":
            raise ValueError(version)
        return AESGCM(_keys()[name]).decrypt(raw[:12], raw[12:], f"v1|{context}".encode()).decode()
    except (ValueError, KeyError, InvalidTag):
        raise CannotOpen("A sealed value cannot be opened with the keys of this installation.") from None


def _context(account: LinkedAccount, credential: Credential) -> str:
    return f"{account.organisation_id}|{account.id}|{credential.id}|{credential.field}"


def store(session: Session, account: LinkedAccount, values: dict[str, str], link_id: str | None = None) -> None:
    """Seal an account's secrets, in place of those it had (or that the link had waiting)."""
    session.execute(
        delete(Credential).where(Credential.account_id == account.id, Credential.link_id.is_not_distinct_from(link_id))
    )
    for field, value in values.items():
        credential = Credential(id=os.urandom(16).hex(), account_id=account.id, link_id=link_id, field=field, sealed="")
        credential.sealed = seal(value, _context(account, credential))
        session.add(credential)


def promote(session: Session, account: LinkedAccount, link_id: str) -> None:
    """What waited for the link's *Finish* takes the place of the working credentials; nothing is sealed anew."""
    session.execute(delete(Credential).where(Credential.account_id == account.id, Credential.link_id.is_(None)))
    waiting = select(Credential).where(Credential.account_id == account.id, Credential.link_id == link_id)
    for credential in session.scalars(waiting):
        credential.link_id = None


def forget_waiting(session: Session) -> None:
    """Destroy what waits for the *Finish* of links that are over."""
    over = or_(Link.established_at.is_not(None), Link.revoked_at.is_not(None), Link.expires_at < now())
    waiting = delete(Credential).where(Credential.link_id.in_(select(Link.id).where(over)))
    session.execute(waiting.execution_options(synchronize_session=False))


def secrets_of(account: LinkedAccount) -> dict[str, str]:
    """Field name → secret, of the working credentials. Raises `CannotOpen`."""
    rows = db.session.scalars(
        select(Credential).where(Credential.account_id == account.id, Credential.link_id.is_(None))
    )
    return {row.field: open_sealed(row.sealed, _context(account, row)) for row in rows}


def check_keys() -> None:
    """Hold the keys against the values that they sealed earlier; note new keys. Raises `CannotOpen` with what to do."""
    with transaction() as session:
        kept = {row.name: row.sealed for row in session.scalars(select(KeyCheck))}
        for name in _keys():
            if name not in kept:
                nonce = os.urandom(12)
                raw = nonce + AESGCM(_keys()[name]).encrypt(nonce, CHECK_TEXT.encode(), f"v1|key {name}".encode())
                session.add(KeyCheck(name=name, sealed=f"v1.{name}.{base64.b64encode(raw).decode()}"))
            else:
                try:
                    open_sealed(kept[name], f"key {name}")
                except CannotOpen:
                    raise CannotOpen(
                        f"The vault key {name!r} is not the one that sealed this database. Nothing was changed. "
                        "Put the right key back into BERTH_VAULT_KEYS."
                    ) from None
        in_use = set(session.scalars(select(func.substr(Credential.sealed, 4, 40))))
        missing = {text.split(".")[0] for text in in_use} - set(_keys())
        if missing:
            raise CannotOpen(
                f"Credentials are sealed with keys that are not there: {', '.join(sorted(missing))}. Nothing was "
                "changed. Add them to BERTH_VAULT_KEYS behind the first key."
            )


def rotate(batch: int = 500) -> int:
    """Seal again, with the first key, what an older key sealed. Can be stopped and started anew. Returns how many."""
    first, done = next(iter(_keys())), 0
    while True:
        with transaction() as session:
            rows = session.scalars(
                select(Credential).where(~Credential.sealed.startswith(f"v1.{first}.", autoescape=True)).limit(batch)
            ).all()
            for row in rows:
                account = session.get_one(LinkedAccount, row.account_id)
                row.sealed = seal(open_sealed(row.sealed, _context(account, row)), _context(account, row))
            done += len(rows)
        if not rows:
            return done
