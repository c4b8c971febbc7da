"""Organisations, signing in, invitations, and the one-time address that makes the first admin."""

from __future__ import annotations

import re
from datetime import timedelta

from argon2 import PasswordHasher
from sqlalchemy import delete, func, select, update

from webapp.extensions import changed, db, now, transaction
from webapp.i18n import N_
from webapp.models import Invitation, Organisation, User, UserSession
from webapp.models.people import MANAGE_USERS, PERMISSIONS, ROLES
from webapp.services import events, tokens
from webapp.services.events import Actor
from webapp.services.refusal import Refused

PASSWORDS = PasswordHasher()
SETUP, INVITATION = "setup", "invitation"
LIFETIME = {SETUP: timedelta(hours=24), INVITATION: timedelta(days=7)}
PASSWORD_LENGTH = 12


def organisation_named(name: str) -> Organisation | None:
    """The organisation of that name."""
    return db.session.scalar(select(Organisation).where(Organisation.name == name))


def organisation(id: str) -> Organisation | None:
    """One organisation by its id."""
    return db.session.get(Organisation, id)


def organisations() -> list[Organisation]:
    """All organisations by name, for the service desk."""
    return list(db.session.scalars(select(Organisation).order_by(func.lower(Organisation.name))))


def create_organisation(name: str, actor: Actor) -> Organisation:
    """A new organisation, its integration off. Raises `Refused` where the name is taken."""
    name = _name(name)
    with transaction() as session:
        if session.scalar(select(Organisation).where(func.lower(Organisation.name) == name.lower())):
            raise Refused(N_("There is an organisation of this name already."), "name")
        organisation = Organisation(name=name)
        session.add(organisation)
        session.flush()
        events.record(session, actor, "organisation.created", organisation.id, name, organisation.id)
    return organisation


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 100:
        raise Refused(N_("Give a name of 1 to 100 characters."), "name")
    return name


def check_email(email: str) -> str:
    """The address in lower case. Raises `Refused`."""
    email = email.strip().lower()
    if len(email) > 254 or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise Refused(N_("Give an e-mail address, such as mira@example.com."), "email")
    return email


def _password(password: str) -> str:
    if not PASSWORD_LENGTH <= len(password) <= 128:
        raise Refused(N_("Use at least 12 characters, 128 at most. A few words do well."), "password")
    if len(set(password.lower())) < 6:
        raise Refused(N_("This password is too easy to guess. A few words do well."), "password")
    return PASSWORDS.hash(password)


def create_user(
    organisation: Organisation | None,
    email: str,
    name: str,
    password: str,
    permissions: tuple[str, ...],
    service_desk: bool,
    actor: Actor,
) -> User:
    """A new user. Raises `Refused` with the field at fault."""
    email, name, hashed = check_email(email), _name(name), _password(password)
    with transaction() as session:
        if session.scalar(select(User).where(User.email == email)):
            raise Refused(N_("Somebody signs in with this e-mail address already."), "email")
        user = User(
            organisation_id=organisation.id if organisation else None,
            email=email,
            name=name,
            password_hash=hashed,
            permissions=[p for p in permissions if p in PERMISSIONS],
            service_desk=service_desk,
        )
        session.add(user)
        session.flush()
        events.record(session, actor, "user.created", user.id, email, user.organisation_id)
    return user


def there_are_users() -> bool:
    """Whether anybody can sign in yet."""
    return db.session.scalar(select(User.id).limit(1)) is not None


def who_may(organisation_id: str, permission: str) -> list[User]:
    """The people of an organisation who hold a permission, for *who can grant it*."""
    users = db.session.scalars(
        select(User).where(User.organisation_id == organisation_id, User.disabled_at.is_(None)).order_by(User.name)
    )
    return [user for user in users if user.may(permission)]


def service_desk() -> list[User]:
    """The people of the operator's service desk."""
    found = db.session.scalars(select(User).where(User.service_desk, User.disabled_at.is_(None)).order_by(User.name))
    return list(found)


def users_of(organisation: Organisation) -> list[User]:
    """The people of an organisation, by name."""
    return list(
        db.session.scalars(select(User).where(User.organisation_id == organisation.id).order_by(func.lower(User.name)))
    )


def get_user(organisation: Organisation, id: str) -> User | None:
    """One user of an organisation."""
    return db.session.scalar(select(User).where(User.id == id, User.organisation_id == organisation.id))


def set_permissions(user: User, permissions: list[str], actor: Actor) -> None:
    """Grant and revoke. Raises `Refused` where nobody would be left who can manage users."""
    with transaction() as session:
        wanted = [p for p in PERMISSIONS if p in permissions]
        _keep_somebody(user, MANAGE_USERS in wanted)
        for permission in PERMISSIONS:
            if (permission in wanted) != (permission in user.permissions):
                verb = "permission.granted" if permission in wanted else "permission.revoked"
                events.record(session, actor, verb, user.id, user.email, user.organisation_id, permission=permission)
        user.permissions = wanted


def disable(user: User, actor: Actor) -> None:
    """End all sessions at once and let nobody in by this account. Raises `Refused` for the last who manages users."""
    with transaction() as session:
        _keep_somebody(user, False)
        user.disabled_at = now()
        session.execute(delete(UserSession).where(UserSession.user_id == user.id))
        events.record(session, actor, "user.disabled", user.id, user.email, user.organisation_id)


def enable(user: User, actor: Actor) -> None:
    """Let the person sign in again, with the permissions held before."""
    with transaction() as session:
        user.disabled_at = None
        events.record(session, actor, "user.enabled", user.id, user.email, user.organisation_id)


def _keep_somebody(user: User, stays: bool) -> None:
    if stays or user.organisation_id is None or not user.may(MANAGE_USERS):
        return
    if all(other.id == user.id for other in who_may(user.organisation_id, MANAGE_USERS)):
        raise Refused(N_("Somebody has to be able to manage users. Grant it to another person first."), "permissions")


# One-time addresses -----------------------------------------------------------------------------------------------


def setup_token(actor: Actor) -> str | None:
    """A fresh token for first-time set-up, voiding earlier ones; `None` once there is a user."""
    with transaction() as session:
        if there_are_users():
            return None
        session.execute(
            update(Invitation)
            .where(Invitation.purpose == SETUP, Invitation.voided_at.is_(None))
            .values(voided_at=now())
        )
        return _invite(SETUP, actor, permissions=list(ROLES["admin"][1]), service_desk=True)


def invite(
    organisation: Organisation | None, email: str, permissions: list[str], actor: Actor, service_desk: bool = False
) -> str:
    """A token that lets its holder become a user. Raises `Refused`."""
    email = check_email(email)
    with transaction() as session:
        if session.scalar(select(User).where(User.email == email)):
            raise Refused(N_("Somebody signs in with this e-mail address already."), "email")
        session.execute(
            update(Invitation)
            .where(Invitation.email == email, Invitation.used_at.is_(None), Invitation.voided_at.is_(None))
            .values(voided_at=now())
        )
        return _invite(
            INVITATION, actor, organisation, email, [p for p in permissions if p in PERMISSIONS], service_desk
        )


def _invite(
    purpose: str,
    actor: Actor,
    organisation: Organisation | None = None,
    email: str | None = None,
    permissions: list[str] | None = None,
    service_desk: bool = False,
) -> str:
    with transaction() as session:
        row = Invitation(
            purpose=purpose,
            organisation_id=organisation.id if organisation else None,
            email=email,
            permissions=permissions or [],
            service_desk=service_desk,
            expires_at=now() + LIFETIME[purpose],
        )
        session.add(row)
        session.flush()
        events.record(session, actor, f"{purpose}.issued", row.id, email, row.organisation_id)
    return tokens.issue(purpose, row.id, row.expires_at)


def create_organisation_with_admin(
    name: str, email: str, permissions: list[str], actor: Actor
) -> tuple[Organisation, str]:
    """A new organisation and the token of its first admin's invitation, both or neither. Raises `Refused`."""
    with transaction():
        organisation = create_organisation(name, actor)
        return organisation, invite(organisation, email, permissions, actor)


def invitations_of(organisation: Organisation) -> list[Invitation]:
    """Invitations that nobody has used yet and that are still good."""
    rows = db.session.scalars(
        select(Invitation)
        .where(Invitation.organisation_id == organisation.id, Invitation.purpose == INVITATION)
        .order_by(Invitation.created_at.desc())
    )
    return [row for row in rows if row.is_open]


def read_invitation(purpose: str, token: str) -> Invitation | None:
    """The invitation behind a token, if it still makes a user."""
    id = tokens.read(purpose, token)
    row = db.session.get(Invitation, id) if id else None
    if row is None or row.purpose != purpose or not row.is_open:
        return None
    return None if purpose == SETUP and there_are_users() else row


def accept(invitation: Invitation, name: str, email: str, password: str, organisation_name: str, actor: Actor) -> User:
    """Make the user that the invitation is for, and spend it. Raises `Refused`; then it is still good."""
    with transaction() as session:
        spent = session.execute(
            update(Invitation)
            .where(
                Invitation.id == invitation.id,
                Invitation.used_at.is_(None),
                Invitation.voided_at.is_(None),
                Invitation.expires_at >= now(),
            )
            .values(used_at=now())
        )
        if changed(spent) != 1 or (invitation.purpose == SETUP and there_are_users()):
            raise Refused(N_("This address has been used already. Sign in, or ask for a new one."))
        organisation = invitation.organisation
        if invitation.purpose == SETUP:
            try:
                organisation = create_organisation(organisation_name, actor)
            except Refused as refused:
                raise Refused(refused.message, "organisation") from None
        return create_user(
            organisation,
            invitation.email or email,
            name,
            password,
            tuple(invitation.permissions),
            invitation.service_desk,
            actor,
        )
