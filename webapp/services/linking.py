"""The one link flow: choose the way in, fill in its fields, see it tested, finish. Connect, Relink Flow and the
customer's magic link are all this; the link's row decides everything about its address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import InvalidRequestError

from webapp.connectors import (
    ATSS,
    CONNECTORS,
    RemoteAccount,
    RemotePosition,
    TemporarilyUnavailable,
)
from webapp.extensions import db, now, release, transaction, wake
from webapp.i18n import N_
from webapp.models import Connection, Link, LinkedAccount, Position, User
from webapp.models.accounts import ADMIN, CUSTOMER, OK, RELINK
from webapp.models.people import MANAGE_INTEGRATIONS
from webapp.services import accounts, connections, events, looking, previews, requests, testing, tokens, vault
from webapp.services.events import Actor
from webapp.services.refusal import Refused

LIFETIME = {CUSTOMER: timedelta(seconds=604_800), ADMIN: timedelta(hours=1)}
#: How many positions of a relinked account are looked at to see whether it is still the same one.
COMPARED = 200


class LinkClosed(Exception):
    """The address leads nowhere any more: `reason` is `forged`, `expired`, `revoked`, `used` or `signed_out`."""

    def __init__(self, reason: str, link: Link | None = None) -> None:
        super().__init__(reason)
        self.reason, self.link = reason, link


def issue(
    account: LinkedAccount, purpose: str, actor: Actor, user: User | None = None, request_id: str | None = None
) -> str:
    """A token for `/connect/<token>`: an admin's for one hour if `user` is given, else a customer's for seven days.

    Earlier links to the same account are revoked.
    """
    audience = ADMIN if user else CUSTOMER
    with transaction() as session:
        session.execute(
            update(Link)
            .where(Link.account_id == account.id, Link.established_at.is_(None), Link.revoked_at.is_(None))
            .values(revoked_at=now())
        )
        vault.forget_waiting(session)
        way_in = account.draft.get("way_in") or (account.way_in if purpose == RELINK else None)
        link = Link(
            organisation_id=account.organisation_id,
            account_id=account.id,
            request_id=request_id,
            purpose=purpose,
            audience=audience,
            user_id=user.id if user else None,
            # Drafted for another ATS, or gone from this installation meanwhile: it is chosen anew.
            way_in=way_in if way_in in {c.slug for c in accounts.ways_in(account.ats)} else None,
            created_at=now(),
            expires_at=now() + LIFETIME[audience],
        )
        session.add(link)
        session.flush()
        events.record(session, actor, "link.issued", link.id, account.ats, account.organisation_id, audience=audience)
    return tokens.issue("link", link.id, link.expires_at)


def open_link(token: str, user: User | None) -> Link:
    """The link behind an address, whatever its state is but forged. Changes nothing. Raises `LinkClosed`."""
    id = tokens.read("link", token)
    link = db.session.get(Link, id) if id else None
    if link is None:
        raise LinkClosed("forged")
    if link.audience == ADMIN and not (user and user.id == link.user_id and _may(user, link)):
        raise LinkClosed("signed_out", link)
    if link.state == "established":
        raise LinkClosed("used", link)
    if link.state in ("expired", "revoked"):
        raise LinkClosed(link.state, link)
    return link


def _may(user: User, link: Link) -> bool:
    return user.organisation_id == link.organisation_id and user.may(MANAGE_INTEGRATIONS)


def newest(account: LinkedAccount) -> Link | None:
    """The link issued last to an account."""
    of_account = select(Link).where(Link.account_id == account.id)
    return db.session.scalar(of_account.order_by(Link.created_at.desc()).limit(1))


def start(link: Link) -> None:
    """The holder's first act. Binds the link to no browser."""
    with transaction():
        _need_open(link)
        link.started_at = link.started_at or now()


def _need_open(link: Link) -> None:
    """Hold the link until the transaction ends, as it is now. Raises `LinkClosed` where it is open no more."""
    try:
        db.session.refresh(link, with_for_update={"of": Link})
    except InvalidRequestError:  # deleted meanwhile, with its account
        raise LinkClosed("revoked") from None
    if link.state not in ("issued", "started"):
        raise LinkClosed("used" if link.state == "established" else link.state, link)


def choose_ats(link: Link, slug: str) -> None:
    """The customer chooses the ATS, where the service desk did not fix it. Raises `Refused`."""
    if slug not in ATSS:
        raise Refused(N_("Choose one of the list."), "ats")
    with transaction():
        _need_open(link)
        if link.account.is_linked:
            raise Refused(N_("This link is for an account that is linked already."))
        link.started_at = link.started_at or now()
        if link.account.ats != slug:
            link.account.ats, link.way_in, link.accepted = slug, None, None


def choose_way_in(link: Link, slug: str) -> None:
    """Fix the way in for this link. Raises `Refused` for one that the ATS does not have."""
    if slug not in {c.slug for c in accounts.ways_in(link.account.ats)}:
        raise Refused(N_("Choose one of the ways in."), "way_in")
    with transaction():
        _need_open(link)
        link.started_at = link.started_at or now()
        if link.way_in != slug:
            link.way_in, link.accepted = slug, None
            link.account.draft = {**link.account.draft, "way_in": slug}


def look(link: Link, address: str) -> looking.Sighting:
    """*Look at this page*: the way in that reads it, its fields filled in, to be checked next. Raises `Refused`.

    Of the ATS that the link is for, where that is fixed. What was chosen before stays where nothing is found.
    """
    ats = ATSS.get(link.account.ats or "")
    seen = looking.look_at(address, None if ats is None or (ats.generic and not link.account.is_linked) else ats.slug)
    with transaction():
        _need_open(link)
        link.started_at = link.started_at or now()
        link.account.ats = seen.way_in.ats.slug
        link.way_in, link.accepted = seen.way_in.slug, None
        link.account.draft = {"way_in": seen.way_in.slug, "values": dict(seen.values)}
    return seen


def typed(link: Link) -> dict[str, str]:
    """What is known of the fields already and is no secret: typed before, or what the account has now."""
    return {**(link.account.config if link.purpose == RELINK else {}), **link.account.draft.get("values", {})}


def check(link: Link, values: Mapping[str, str], actor: Actor) -> testing.Report:
    """Test what was typed; only what the ATS accepted is sealed, with the link and not yet in use.

    What is no secret is kept as a draft in any case. Raises `InvalidConfig`, `Refused` or `LinkClosed`.
    """
    connector_class = CONNECTORS[link.way_in or ""]
    with transaction() as session:
        _need_open(link)
        shown, _secrets = accounts.split(connector_class, values)
        link.account.draft = {"way_in": link.way_in, "values": shown}
        link.accepted = None
        vault.store(session, link.account, {}, link.id)
    connector = accounts.build(connector_class.slug, {k: v for k, v in values.items() if v})
    known = _known_ids(link)
    release()
    report = testing.run(connector, _enough(known))
    choices = previews.choices(connector)
    shown, secrets = accounts.split(connector_class, connector.config)
    with transaction() as session:
        _need_open(link)
        link.account.draft = {**link.account.draft, "choices": choices}
        # A middleman has to read the ATS itself first: the account is good, its positions come later.
        later = connector_class.linked_elsewhere and isinstance(report.error, TemporarilyUnavailable)
        if report.account is None or (report.error is not None and not later):
            return report
        report.error = None
        _refuse_another(link, report.account)
        vault.store(session, link.account, secrets, link.id)
        link.accepted = {
            "way_in": connector_class.slug,
            "config": shown,
            "remote_id": report.account.id,
            "remote_name": _one_line(report.account.name),
            "open_positions": report.account.open_positions,
            "preview": [previews.of(p) for p in report.positions[: testing.PREVIEW]],
            "steps": report.as_json()["steps"],
            "unsure": bool(known) and not known & {p.id for p in report.positions},
        }
        events.record(session, actor, "link.accepted", link.id, link.account.ats, link.organisation_id)
    return report


def _one_line(name: str | None) -> str | None:
    """A name as the ATS says it, without what a database or a page cannot take."""
    text = (name or "").encode("utf-8", "replace").decode().replace("\0", "")
    return " ".join(text.split())[:300] or None


def _known_ids(link: Link) -> set[str]:
    """Ids to recognise the account by, where its own id does not decide (another way in, or none said)."""
    if link.purpose != RELINK or (link.account.remote_id is not None and link.way_in == link.account.way_in):
        return set()
    query = select(Position.remote_id).where(Position.account_id == link.account_id, Position.closed_at.is_(None))
    return set(db.session.scalars(query))


def _enough(known: set[str]) -> Any:
    def enough(found: list[RemotePosition]) -> bool:
        recognised = not known or any(p.id in known for p in found)
        return (len(found) >= testing.PREVIEW and recognised) or len(found) >= COMPARED

    return enough


def _refuse_another(link: Link, found: RemoteAccount) -> None:
    """Refuse a remote account that is connected already, or on a relink another one than before."""
    if found.id is None:
        return
    account = link.account
    same_way = link.way_in == account.way_in
    if link.purpose == RELINK and account.remote_id and same_way and found.id != account.remote_id:
        raise Refused(
            N_("This is another account: %(found)s. The connection is to %(before)s, and was not changed."),
            found=found.name or found.id,
            before=account.remote_name or account.remote_id,
        )
    other = db.session.scalar(
        select(LinkedAccount).where(
            LinkedAccount.organisation_id == account.organisation_id,
            LinkedAccount.ats == account.ats,
            LinkedAccount.remote_id == found.id,
            LinkedAccount.id != account.id,
        )
    )
    if other is not None:
        name = db.session.scalar(select(Connection.name).where(Connection.account_id == other.id))
        if name is None:
            raise Refused(N_("This account is linked already, and waits to be added with its ID and token."))
        raise Refused(
            N_(
                "This account is connected already, under the name “%(name)s”. "
                "To read it another way, use Relink Flow there."
            ),
            name=name,
        )


def finish(link: Link, confirmed: bool, actor: Actor) -> None:
    """In one transaction the account is linked and the link spent. Raises `Refused` or `LinkClosed`."""
    with transaction() as session:
        _need_open(link)
        accepted = link.accepted
        if not accepted:
            raise Refused(N_("Fill in the details and have them checked first."))
        if accepted["unsure"] and not confirmed:
            raise Refused(N_("Confirm that this is the same account."), "confirmed")
        link.established_at = now()
        account = link.account
        _refuse_another(link, RemoteAccount(accepted["remote_id"], accepted["remote_name"]))
        vault.promote(session, account, link.id)
        account.way_in, account.config, account.draft = accepted["way_in"], accepted["config"], {}
        account.remote_id, account.remote_name = accepted["remote_id"], accepted["remote_name"]
        account.linked_at = account.linked_at or now()
        account.health, account.problem, account.problem_since, account.failures = OK, None, None, 0
        account.read_fully_at, account.next_sync_at = None, now()
        # Whoever is reading with the old credentials holds the account no more.
        account.fence, account.lease_until = LinkedAccount.fence + 1, None
        account.progress_total = accepted["open_positions"] or account.open_count or None
        requests.note_established(session, link)
        verb = "account.relinked" if link.purpose == RELINK else "account.linked"
        events.record(session, actor, verb, account.id, account.remote_name or account.ats, link.organisation_id)
        wake("sync", account.id)


def continue_set_up(connection: Connection, user: User, actor: Actor, way_in: str | None = None) -> str:
    """A fresh link for an unfinished connection, to the admin who asked. Raises `Refused`.

    `way_in`: chosen already, for *Continue on merge.dev*.
    """
    connections.need_switch(connection.account.organisation)
    if connection.is_finished:
        raise Refused(N_("This connection is finished already."))
    if way_in is not None:
        with transaction():
            connection.account.draft = {**connection.account.draft, "way_in": way_in}
    return issue(connection.account, "connect", actor, user)


def relink(connection: Connection, user: User, actor: Actor) -> str:
    """A link to the same linked account, to the admin who asked: *Relink Flow*. Raises `Refused`."""
    connections.need_switch(connection.account.organisation)
    if not connection.is_finished:
        raise Refused(N_("Finish the set-up of this connection first."))
    return issue(connection.account, RELINK, actor, user)
