"""What can go wrong while an ATS is read, sorted by who must act."""

from __future__ import annotations

from webapp.i18n import N_


class ConnectorError(Exception):
    """A sentence that is safe to show: it holds no credential, no address with a query, no raw answer.

    `message` is a gettext msgid with named places, `values` fills them; `str(error)` is the English sentence.
    `kind` is stored with a failed sync run and never shown to people. `acts` names who has to do something:
    `customer` (whoever holds the ATS account), `nobody` (we try again) or `us`.
    """

    kind = "error"
    acts = "us"

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values = values
        super().__init__(message % values if values else message)

    def as_json(self) -> dict[str, object]:
        """The error as it is kept in a row: `{kind, acts, message, values}`."""
        return {
            "kind": self.kind,
            "acts": self.acts,
            "message": self.message,
            "values": {k: str(v) for k, v in self.values.items()},
        }


class CredentialsRejected(ConnectorError):
    """The ATS does not accept the credentials: new ones are needed."""

    kind = "credentials_rejected"
    acts = "customer"


class PermissionMissing(ConnectorError):
    """The credentials are accepted but may not read open positions, or the careers page is not public."""

    kind = "permission_missing"
    acts = "customer"


class AccountNotFound(ConnectorError):
    """The ATS knows no such account, board or feed."""

    kind = "account_not_found"
    acts = "customer"


class TemporarilyUnavailable(ConnectorError):
    """Down, slow or limiting. `retry_after`: seconds the ATS asked us to wait, `None` if it did not say."""

    kind = "temporarily_unavailable"
    acts = "nobody"

    def __init__(self, message: str, retry_after: float | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.retry_after = retry_after


class UnexpectedAnswer(ConnectorError):
    """The answer is not what the ATS documents, or is incomplete: nothing of it may be used."""

    kind = "unexpected_answer"
    acts = "us"


class NotAllowed(UnexpectedAnswer):
    """The address may not be asked: a private network, another host, another scheme."""

    kind = "not_allowed"
    acts = "customer"


class InvalidConfig(ConnectorError):
    """Unknown, missing or misspelt fields. `errors`: field name → sentence."""

    kind = "invalid_config"
    acts = "customer"

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(N_("Some fields are not right yet: %(fields)s."), fields=", ".join(sorted(errors)))
        self.errors = errors
