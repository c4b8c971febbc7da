"""Signing in and out: server-side sessions, known by the token in a browser's cookie."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update

from webapp.extensions import db, now, settings, transaction
from webapp.models import User, UserSession
from webapp.services import events
from webapp.services.events import Actor
from webapp.services.people import PASSWORDS

_NOBODY = PASSWORDS.hash(secrets.token_hex(16))


def sign_in(email: str, password: str, address: str | None, agent: str | None) -> User | None:
    """The user with a new session, or `None`. Takes as long for somebody unknown as for a wrong password."""
    user = db.session.scalar(select(User).where(User.email == email.strip().lower()))
    try:
        PASSWORDS.verify(user.password_hash if user else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return None
    if user is None or not user.is_active:
        return None
    with transaction() as session:
        if PASSWORDS.check_needs_rehash(user.password_hash):
            user.password_hash = PASSWORDS.hash(password)
        open_session(user, address, agent)
        events.record(session, Actor.of(user, address), "user.signed_in", user.id, user.email)
    return user


def open_session(user: User, address: str | None, agent: str | None) -> None:
    """A session row for a user; its token is on the user, for the cookie."""
    user.session_token = secrets.token_urlsafe(32)
    with transaction() as session:
        session.add(
            UserSession(id=_digest(user.session_token), user_id=user.id, address=address, agent=(agent or "")[:300])
        )


def user_of_session(token: str) -> User | None:
    """The user whose live session has this token; notes at most once a minute that it was used."""
    row = db.session.get(UserSession, _digest(token))
    if row is None:
        return None
    idle = timedelta(minutes=settings().session_idle_minutes)
    if now() > row.signed_in_at + timedelta(hours=settings().session_hours) or now() > row.seen_at + idle:
        return None
    if not row.user.is_active:
        return None
    if now() > row.seen_at + timedelta(minutes=1):
        with transaction() as session:
            session.execute(update(UserSession).where(UserSession.id == row.id).values(seen_at=now()))
    row.user.session_token, row.user.session = token, row
    return row.user


def sign_out(user: User) -> None:
    """End this session: its cookie is nobody's from now on."""
    with transaction() as session:
        session.execute(delete(UserSession).where(UserSession.id == _digest(user.session_token or "")))


def forget_old_sessions() -> None:
    """Delete sessions that have ended by themselves."""
    with transaction() as session:
        ended = now() - timedelta(hours=settings().session_hours)
        idle = now() - timedelta(minutes=settings().session_idle_minutes)
        session.execute(delete(UserSession).where((UserSession.signed_in_at < ended) | (UserSession.seen_at < idle)))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
