"""The service desk: activation requests, the magic links that answer them, and the hand-over of ID and token."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from webapp.connectors import ATSS, resolve, typed_address
from webapp.extensions import db, now, transaction
from webapp.i18n import N_
from webapp.models import ActivationRequest, Connection, Link, LinkedAccount, Organisation, User
from webapp.models.accounts import CONNECT, OTHER, RELINK
from webapp.services import connections, events, linking, mail, merging, vault
from webapp.services.events import Actor
from webapp.services.people import check_email
from webapp.services.refusal import WRONG_PAIR, Refused

#: So that a token pasted into a ticket is found by those who look for secrets.
TOKEN_PREFIX = "atsk_"  # noqa: S105


def of(organisation: Organisation) -> list[ActivationRequest]:
    """An organisation's requests that are not closed, newest first."""
    return _requests(ActivationRequest.organisation_id == organisation.id)


def all_open() -> list[ActivationRequest]:
    """Every organisation's requests that are not closed, newest first, for the service desk."""
    return _requests()


def _requests(*conditions: ColumnElement[bool]) -> list[ActivationRequest]:
    query = select(ActivationRequest).where(ActivationRequest.closed_at.is_(None), *conditions)
    return list(db.session.scalars(query.order_by(ActivationRequest.created_at.desc()).limit(500)))


def get(id: str, organisation: Organisation | None = None) -> ActivationRequest | None:
    """One request; of one organisation if it is given."""
    found = db.session.get(ActivationRequest, id)
    return found if found and (organisation is None or found.organisation_id == organisation.id) else None


def request_activation(
    organisation: Organisation, ats: str, address: str, email: str, note: str, actor: Actor
) -> ActivationRequest:
    """Ask the service desk to activate an ATS. `ats`: a slug or what the person wrote. Raises `Refused`."""
    ats, address = " ".join(ats.split()), address.strip()
    if not 1 <= len(ats) <= 200:
        raise Refused(N_("Say which ATS it is, in up to 200 characters."), "ats")
    if address and (typed_address(address) is None or len(address) > 2000):
        raise Refused(N_("This is no web address. It begins with https://."), "address")
    if len(note) > 2000:
        raise Refused(N_("Shorten the note to 2,000 characters."), "note")
    slug = ats if ats in ATSS else next((a.slug for a in ATSS.values() if a.name.lower() == ats.lower()), None)
    return _record(
        actor,
        organisation_id=organisation.id,
        purpose=CONNECT,
        ats=slug,
        ats_text=ATSS[slug].name if slug else ats,
        careers_address=address or None,
        email=check_email(email),
        note=note.strip() or None,
    )


def request_relink(connection: Connection, user: User, actor: Actor) -> ActivationRequest:
    """Ask for new credentials of an account that was added by ID and token. One open request an account."""
    account = connection.account
    for found in of(account.organisation):
        if found.account_id == account.id and found.purpose == RELINK and found.state != "done":
            return found
    ats = ATSS.get(account.ats or "")
    return _record(
        actor,
        organisation_id=account.organisation_id,
        purpose=RELINK,
        ats=account.ats,
        ats_text=ats.name if ats else account.ats or "",
        email=user.email,
        account_id=account.id,
    )


def _record(actor: Actor, **values: object) -> ActivationRequest:
    with transaction() as session:
        made = ActivationRequest(requested_by=actor.label, **values)
        session.add(made)
        session.flush()
        events.record(session, actor, "request.filed", made.id, made.ats_text, made.organisation_id)
    mail.to_desk(made)
    return made


def close(request: ActivationRequest, actor: Actor) -> None:
    """Nothing more is done about this request; its links are revoked."""
    with transaction() as session:
        request.closed_at = now()
        _revoke(session, request, actor)
        events.record(session, actor, "request.closed", request.id, request.ats_text, request.organisation_id)


# Magic links --------------------------------------------------------------------------------------------------------


def issue_link(request: ActivationRequest, actor: Actor, choose: bool = False) -> str:
    """A magic link for the customer, good for seven days; earlier ones of this request are revoked.

    `choose`: the customer chooses the ATS; else it is fixed where the request names one that Berth has.
    """
    with transaction() as session:
        account = request.account
        if account is None:
            account = LinkedAccount(organisation_id=request.organisation_id)
            session.add(account)
            session.flush()
            request.account_id, request.account = account.id, account
        if not account.is_linked:
            account.ats = None if choose else request.ats
            account.draft = account.draft or _draft(request)
        purpose = RELINK if account.is_linked else CONNECT
        token = linking.issue(account, purpose, actor, request_id=request.id)
        request.closed_at = None
        request.tried = None
    return token


def _draft(request: ActivationRequest) -> dict[str, object]:
    """What the request says already: the fields of a careers page that Berth knows, or its address."""
    if not request.careers_address:
        return {}
    found = resolve(request.careers_address)
    return {"values": found[1]} if found else {"values": {"url": request.careers_address}}


def revoke(request: ActivationRequest, actor: Actor) -> None:
    """Withdraw the request's open links; who has one open gets a page that says so."""
    with transaction() as session:
        _revoke(session, request, actor)


def _revoke(session: Session, request: ActivationRequest, actor: Actor) -> None:
    session.execute(
        update(Link)
        .where(Link.request_id == request.id, Link.established_at.is_(None), Link.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    vault.forget_waiting(session)
    events.record(session, actor, "link.revoked", request.id, request.ats_text, request.organisation_id)


def ask_again(link: Link | None, actor: Actor) -> None:
    """Whoever holds an old link asks for a new one: the request stands at the desk again."""
    with transaction() as session:
        request = session.get(ActivationRequest, link.request_id) if link and link.request_id else None
        if request is None or request.closed_at:
            return
        request.asked_again_at = now()
        events.record(session, actor, "link.asked_again", request.id, request.ats_text, request.organisation_id)
    mail.to_desk(request)


def ask_for_help(link: Link, tried: str, actor: Actor) -> None:
    """The customer cannot go on: the desk sees what was tried, never a secret."""
    with transaction() as session:
        request = session.get(ActivationRequest, link.request_id) if link.request_id else None
        if request is None:
            return
        request.tried = tried[:2000]
        events.record(session, actor, "link.help_asked", request.id, request.ats_text, request.organisation_id)
    mail.to_desk(request)


def tell(link: Link, actor: Actor) -> None:
    """*Tell the Service Desk* that the connection is established; the desk's page knows by itself too."""
    with transaction() as session:
        request = session.get(ActivationRequest, link.request_id) if link.request_id else None
        if request is None or request.told_at:
            return
        request.told_at = now()
        events.record(session, actor, "link.told", request.id, request.ats_text, request.organisation_id)
    mail.to_desk(request)


def was_told(link: Link) -> bool | None:
    """Whether the customer told the desk; `None` where no request is behind the link."""
    request = db.session.get(ActivationRequest, link.request_id) if link.request_id else None
    return None if request is None else request.told_at is not None


# ID and token -------------------------------------------------------------------------------------------------------


def share(request: ActivationRequest, actor: Actor) -> None:
    """Let the organisation's admins show ID and token themselves, on their request's page."""
    _need_account(request)
    with transaction() as session:
        request.shared_at = now()
        events.record(session, actor, "token.shared", request.id, request.ats_text, request.organisation_id)
    mail.shared(request)


def show(request: ActivationRequest, actor: Actor) -> tuple[str, str]:
    """ID and a fresh token, this once; an earlier token is void, a connection that exists is not touched."""
    account = _need_account(request)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction() as session:
        account.token_hash = _hash(token)
        request.handed_over_at = now()
        events.record(session, actor, "token.shown", request.id, request.ats_text, request.organisation_id)
    return account.public_id, token


def _need_account(request: ActivationRequest) -> LinkedAccount:
    if request.closed_at:
        raise Refused(N_("Nothing more is done about this request."))
    if request.account is None or not request.account.is_linked:
        raise Refused(N_("The connection is not established yet, so there is nothing to hand over."))
    return request.account


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def add_connection(organisation: Organisation, name: str, id: str, token: str, actor: Actor) -> Connection:
    """*Add connection*: an established account becomes a connection of the organisation that it was made for.

    Raises `Refused`: with one and the same sentence for whatever is wrong with ID or token, at the same cost.
    """
    id, token = id.strip(), token.strip()
    if merging.is_an_id(id):
        return merging.add(organisation, name, id, token, actor)
    with transaction() as session:
        connections.need_switch(organisation)
        account = session.get(LinkedAccount, id.removeprefix("acc_")[:32])
        fits = hmac.compare_digest((account.token_hash if account else None) or _hash(""), _hash(token))
        if account is None or not fits or not token or account.organisation_id != organisation.id:
            raise Refused(WRONG_PAIR, "token")
        if account.connection is not None:
            added = N_("This ID and token were added already, under the name “%(name)s”.")
            raise Refused(added, "token", name=account.connection.name)
        made = connections.make(session, account, OTHER, name)
        account.next_sync_at = now()
        events.record(session, actor, "connection.added", made.id, made.name, ats=account.ats)
    return made


def linked_accounts(organisation: Organisation | None = None) -> list[LinkedAccount]:
    """Accounts that are linked, with health and last sync, for the service desk."""
    query = select(LinkedAccount).where(LinkedAccount.linked_at.is_not(None))
    if organisation is not None:
        query = query.where(LinkedAccount.organisation_id == organisation.id)
    return list(db.session.scalars(query.order_by(LinkedAccount.linked_at.desc()).limit(500)))
