"""merge.dev as one more way in: Merge Link for an account of ours, an account of Merge's added by its ID, webhooks."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import select

from webapp.connectors import (
    ATSS,
    ConnectorError,
    CredentialsRejected,
    InvalidConfig,
    PermissionMissing,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.connectors.merge import LOST, LinkToken, Merge, MergeLink, verify_signature
from webapp.extensions import now, release, settings, transaction, wake
from webapp.i18n import N_
from webapp.models import Connection, Link, LinkedAccount, Organisation
from webapp.models.accounts import NEEDS_RELINK, OK, OTHER
from webapp.services import accounts, connections, events, linking, testing, vault
from webapp.services.events import Actor
from webapp.services.refusal import WRONG_PAIR, Refused

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
#: A replayed webhook makes nobody ask more often than this.
AT_MOST_EVERY = timedelta(minutes=1)


def is_set_up() -> bool:
    """Whether this installation has a merge.dev key; without it nothing of Merge is offered."""
    return bool(settings().merge_api_key)


def base() -> str:
    """Merge's address without its path: what the page with Merge Link may talk to."""
    parts = urlsplit(settings().merge_base_url)
    return f"{parts.scheme}://{parts.netloc}"


def is_an_id(id: str) -> bool:
    """Whether an ID is one of Merge's linked accounts: told apart from ours by its form."""
    return is_set_up() and UUID.fullmatch(id) is not None


def _linker() -> MergeLink:
    return MergeLink({"merge_api_key": settings().merge_api_key or "", "merge_base_url": settings().merge_base_url})


def begin(link: Link, email: str) -> LinkToken:
    """A link token for this click. The account's id is the origin id, so that a relink meets the same account there.

    Raises `ConnectorError`.
    """
    account, ats = link.account, ATSS.get(link.account.ats or "")
    origin, organisation, token = account.id, account.organisation.name, _token_of(account)
    release()
    if token:
        origin = _origin(token) or origin
    return _linker().create_link_token(origin, organisation, email, ats.merge_slug if ats else None)


def _token_of(account: LinkedAccount) -> str | None:
    """The account token of an account that is linked at Merge and can be opened."""
    if not account.is_linked or account.way_in != Merge.slug:
        return None
    try:
        return accounts.connector_of(account).config["account_token"]
    except ConnectorError:
        return None


def _origin(token: str) -> str | None:
    """The origin id that Merge has of an account: one that was added by its ID was not linked under ours."""
    try:
        return _linker().account_details(token).end_user_origin_id
    except CredentialsRejected:  # gone there: it is linked anew, under our id
        return None


def complete(link: Link, public_token: str, actor: Actor) -> testing.Report:
    """Exchange what Merge Link gave, test the account, seal its token with the link. Raises `ConnectorError`."""
    release()
    got = _linker().exchange(public_token)
    values = {"account_token": got.account_token, "linked_account_id": got.linked_account_id}
    return linking.check(link, values, actor)


def add(organisation: Organisation, name: str, id: str, token: str, actor: Actor) -> Connection:
    """*Add connection* with the ID and account token of a linked account at Merge. Raises `Refused`."""
    connections.need_switch(organisation)
    try:
        connector = accounts.build(Merge.slug, {"account_token": token, "linked_account_id": id.lower()})
    except InvalidConfig:
        raise Refused(WRONG_PAIR, "token") from None
    release()
    report = testing.run(connector)
    if report.account is None:
        # Theirs or the operator's matter, or a right pair of an account that cannot be read at Merge.
        other = isinstance(report.error, TemporarilyUnavailable | UnexpectedAnswer | PermissionMissing)
        if report.error is not None and (other or report.error.message == LOST):
            raise Refused(report.error.message, "token", **report.error.values)
        raise Refused(WRONG_PAIR, "token")
    try:
        details = _linker().account_details(token)
    except ConnectorError as error:
        raise Refused(error.message, "token", **error.values) from None
    ats = next((a.slug for a in ATSS.values() if a.merge_slug == details.integration_slug), Merge.ats.slug)
    shown, secrets = accounts.split(Merge, connector.config)
    with transaction() as session:
        known = session.scalar(
            select(LinkedAccount).where(
                LinkedAccount.organisation_id == organisation.id,
                LinkedAccount.ats == ats,
                LinkedAccount.remote_id == report.account.id,
            )
        )
        if known is not None and known.connection is not None:
            added = N_("This ID and token were added already, under the name “%(name)s”.")
            raise Refused(added, "token", name=known.connection.name)
        account = known or LinkedAccount(organisation_id=organisation.id, ats=ats, linked_at=now())
        account.way_in, account.config, account.next_sync_at = Merge.slug, shown, now()
        account.remote_id, account.remote_name, account.health = report.account.id, report.account.name, OK
        session.add(account)
        session.flush()
        vault.store(session, account, secrets)
        made = connections.make(session, account, OTHER, name)
        events.record(session, actor, "connection.added", made.id, made.name, ats=ats)
        wake("sync", account.id)
    return made


def webhook(raw_body: bytes, signature: str | None) -> bool:
    """Take one webhook of Merge's: an account that it names is read soon. False where the signature is not right."""
    if not verify_signature(settings().merge_webhook_secrets, raw_body, signature):
        return False
    try:
        told = json.loads(raw_body)
        event, named = str(told["hook"]["event"]), told["linked_account"]
        remote_id, origin_id = str(named["id"]), str(named.get("end_user_origin_id"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return True  # Merge's own "send test" has no hook in it
    if event.startswith(("LinkedAccount.", "Issue.", "Job.")) and (remote_id + origin_id).isprintable():
        _read_soon(remote_id, origin_id)
    return True


def _read_soon(remote_id: str, origin_id: str) -> None:
    with transaction() as session:
        found = session.scalars(
            select(LinkedAccount).where(
                LinkedAccount.way_in == Merge.slug,
                (LinkedAccount.remote_id == remote_id) | (LinkedAccount.id == origin_id),
            )
        )
        for account in found:
            fresh = account.read_at is not None and now() - account.read_at < AT_MOST_EVERY
            if account.is_linked and account.health != NEEDS_RELINK and account.connection is not None and not fresh:
                account.next_sync_at = now()
                wake("sync", account.id)
