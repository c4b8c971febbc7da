"""From a linked account to a connector that can ask: config and opened credentials put together, and taken apart."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from webapp import connectors
from webapp.connectors import CONNECTORS, Connector, CredentialsRejected, UnexpectedAnswer
from webapp.extensions import settings, transaction
from webapp.i18n import N_
from webapp.models import LinkedAccount
from webapp.services import vault


def ways_in(ats: str | None) -> list[type[Connector]]:
    """The ways into an ATS that this installation has: those whose operator settings are set."""
    found = connectors.ways_in(ats or "")
    return [way for way in found if all(getattr(settings(), name, None) for name in way.settings)]


def build(way_in: str, values: Mapping[str, str]) -> Connector:
    """The connector of a way in, with the operator's settings that it names. Raises `InvalidConfig`."""
    connector = CONNECTORS[way_in]
    extra = {name: str(getattr(settings(), name)) for name in connector.settings if getattr(settings(), name, None)}
    return connector({**values, **extra})


def connector_of(account: LinkedAccount) -> Connector:
    """The connector of a linked account, its credentials opened. Raises `ConnectorError`."""
    if account.way_in is None or account.way_in not in CONNECTORS:
        raise UnexpectedAnswer(N_("This version of Berth does not have the way in that was chosen for this account."))
    try:
        secrets = vault.secrets_of(account)
    except vault.CannotOpen:
        raise CredentialsRejected(
            N_("The stored credentials cannot be opened with the keys of this installation. Relink the account.")
        ) from None
    return build(account.way_in, {**account.config, **secrets})


def split(connector: type[Connector], values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """(what may be shown, what is secret) of a connector's values."""
    secret = {f.name for f in connector.fields if f.secret}
    named = {f.name for f in connector.fields}
    return (
        {k: v for k, v in values.items() if k in named and k not in secret},
        {k: v for k, v in values.items() if k in secret},
    )


def keep_rotated(
    account: LinkedAccount, connector: Connector, before: Mapping[str, str], fence: int | None = None
) -> dict[str, str]:
    """Seal at once what the ATS replaced while it was used; returns the values that are current now.

    With a `fence`, only while the account is held by it: a worker that lost it would put old values over newer ones.
    """
    rotating = {f.name for f in connector.fields if f.rotates}
    if any(connector.config.get(name) != before.get(name) for name in rotating):
        with transaction() as session:
            held = select(LinkedAccount.id).where(LinkedAccount.id == account.id).with_for_update()
            if session.scalar(held if fence is None else held.where(LinkedAccount.fence == fence)):
                vault.store(session, account, split(type(connector), connector.config)[1])
    return dict(connector.config)
