"""One live look at an ATS, explained step by step. The steps are made here, for all connectors alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from webapp.connectors import (
    AccountNotFound,
    Connector,
    ConnectorError,
    CredentialsRejected,
    PermissionMissing,
    RemoteAccount,
    RemotePosition,
    TemporarilyUnavailable,
)
from webapp.i18n import N_

OK, WARNING, FAILED, SKIPPED = "ok", "warning", "failed", "skipped"
PREVIEW = 3


@dataclass(frozen=True)
class Step:
    """One line of a test: `text` is a msgid with places for `values`; `remedy` says what to do."""

    state: str
    text: str
    values: dict[str, str] = field(default_factory=dict)
    remedy: str = ""
    remedy_values: dict[str, str] = field(default_factory=dict)
    seconds: float | None = None


@dataclass
class Report:
    """What a test found. `error` is set where it failed; `positions` are the first ones that were read."""

    steps: list[Step]
    account: RemoteAccount | None = None
    positions: list[RemotePosition] = field(default_factory=list)
    error: ConnectorError | None = None

    @property
    def passed(self) -> bool:
        return self.error is None

    def as_json(self) -> dict[str, Any]:
        """As it is kept in a row."""
        return {"passed": self.passed, "steps": [asdict(step) for step in self.steps]}


def run(connector: Connector, enough: Callable[[list[RemotePosition]], bool] | None = None) -> Report:
    """Test a connector: the account, then its positions up to the third, or until `enough` says so. Never raises
    `ConnectorError`: the report holds it."""
    report = Report([])
    started = time.monotonic()
    stage = "account"
    try:
        report.account = connector.test()
        stage = "positions"
        for item in connector.positions():
            if isinstance(item, RemotePosition):
                report.positions.append(item)
            if (enough or (lambda found: len(found) >= PREVIEW))(report.positions):
                break
    except ConnectorError as error:
        report.error = error
    report.steps = _steps(connector, report, stage, max(0.1, round(time.monotonic() - started, 1)))
    return report


def _steps(connector: Connector, report: Report, stage: str, seconds: float) -> list[Step]:
    steps = _reached(connector, report.error, seconds)
    error = report.error
    if connector.http.credentials and (steps or error is None):
        if isinstance(error, CredentialsRejected):
            steps.append(Step(FAILED, N_("Credentials not accepted"), {}, *_remedy(connector, error)))
        elif error is None or isinstance(error, PermissionMissing) or stage == "positions":
            steps.append(Step(OK, N_("Credentials accepted")))
        else:
            steps.append(Step(SKIPPED, N_("Credentials: not checked")))
    if isinstance(error, PermissionMissing):
        steps.append(Step(FAILED, N_("No permission to read open positions"), {}, *_remedy(connector, error)))
    elif connector.http.credentials and error is None:
        steps.append(Step(OK, N_("Permission to read open positions")))
    elif connector.http.credentials:
        steps.append(Step(SKIPPED, N_("Permission to read open positions: not checked")))
    if error is not None and not isinstance(error, CredentialsRejected | PermissionMissing):
        missing = isinstance(error, AccountNotFound)
        text = N_("The account was not found") if missing else N_("The open positions could not be read")
        steps.append(Step(FAILED, text, {}, error.message, {k: str(v) for k, v in error.values.items()}))
    steps.append(_readable(report))
    for note in report.account.notes if report.account else ():
        steps.append(Step(WARNING, note))
    return steps


def _reached(connector: Connector, error: ConnectorError | None, seconds: float) -> list[Step]:
    """How far each host was reached: its name, an encrypted connection, an answer."""
    steps: list[Step] = []
    silent = str(error.values.get("host", "")) if isinstance(error, TemporarilyUnavailable) else ""
    for host in dict.fromkeys([*connector.http.seen, *([silent] if silent else [])]):
        seen, named = connector.http.seen.get(host, []), {"host": host}
        if "resolved" in seen:
            steps.append(Step(OK, N_("The name %(host)s is known"), named))
        elif host == silent and not seen:
            steps.append(Step(FAILED, N_("The name %(host)s is not known, or leads nowhere"), named))
        if "answered" in seen:
            steps.append(Step(OK, N_("%(host)s answers, over an encrypted connection"), named, seconds=seconds))
        elif "connected" in seen:
            steps.append(Step(WARNING, N_("%(host)s can be reached, and sent no whole answer"), named))
        elif "resolved" in seen:
            steps.append(Step(FAILED, N_("%(host)s does not answer"), named))
    return steps


def _readable(report: Report) -> Step:
    if report.error is not None:
        return Step(SKIPPED, N_("Open positions: not checked"))
    if not report.positions:
        return Step(
            WARNING,
            N_("Open positions can be read, but there is none at the moment"),
            {},
            N_("If you expected some, check that they are published in the ATS."),
        )
    count = report.account.open_positions if report.account else None
    title = report.positions[0].title
    if count is None:
        return Step(OK, N_("Open positions can be read, the first is “%(title)s”"), {"title": title})
    return Step(
        OK,
        N_("Open positions can be read: %(count)s, the first is “%(title)s”"),
        {"count": str(count), "title": title},
    )


def _remedy(connector: Connector, error: ConnectorError) -> tuple[str, dict[str, str]]:
    """The ATS's own menu path of the first secret field, or what the error itself says."""
    secret = next((f for f in connector.fields if f.secret), None)
    if secret is None:
        return error.message, {k: str(v) for k, v in error.values.items()}
    if isinstance(error, PermissionMissing) and connector.scopes:
        return N_("Needed: %(scopes)s."), {"scopes": ", ".join(connector.scopes)}
    return secret.help, {}
