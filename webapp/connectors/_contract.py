"""The connector contract: the facts a connector states and the two verbs it has. What it yields: `_records.py`."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

import requests

from webapp.connectors._errors import InvalidConfig, UnexpectedAnswer
from webapp.connectors._facts import ATS, Choices, Field, Listed, typed_address
from webapp.connectors._http import Client, Limits
from webapp.connectors._records import Reason, RemoteAccount, RemotePosition, Unchanged, Withheld
from webapp.connectors._rows import digest
from webapp.connectors._text import one_line
from webapp.i18n import N_

log = logging.getLogger("berth.connectors")
#: What no customer is called: where the first part of a host is free, these are the vendor's own places.
VENDORS_OWN = re.compile(
    r"https://(?:www\d?|app|api|auth|login|sso|accounts?|admin|help|support|docs?|developers?|status|blog|marketing|"
    r"static|assets|cdn\d?)\."
)
T = TypeVar("T")
D = TypeVar("D")


class Connector:
    """One way into one ATS: class attributes are its facts, `test()` and `positions()` its verbs.

    A subclass implements `account()` and `read()`. It knows HTTP and nothing else.
    """

    slug: ClassVar[str]
    ats: ClassVar[ATS]
    #: How this way in is called where a person chooses between several, and one sentence of what it means.
    way_in: ClassVar[str]
    about: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]] = ()
    #: Hosts that may be asked; `{field}` stands for a field's value (the host of it where it is an address).
    hosts: ClassVar[tuple[str, ...]] = ()
    #: Patterns of careers-page addresses whose named groups are field names: `resolve()` is only these. Matched from
    #: the beginning of `https://host/path?query`; they end where a part of the address ends.
    addresses: ClassVar[tuple[str, ...]] = ()
    #: Patterns in the source of a page on the customer's own domain that only this ATS serves; `at()` takes the page.
    signs: ClassVar[tuple[str, ...]] = ()
    #: Where in the ATS the account is shown: `{field}` as in `hosts`. What people recognise it by.
    shown_as: ClassVar[str] = ""
    scopes: ClassVar[tuple[str, ...]] = ()
    limits: ClassVar[Limits] = Limits()
    quirks: ClassVar[tuple[str, ...]] = ()
    revoke: ClassVar[str] = ""
    #: The field that holds which part of a position is read from what, chosen from `choices()`.
    maps: ClassVar[str] = ""
    #: Its credentials come from a page of the middleman, opened for the person, and not from fields typed here.
    linked_elsewhere: ClassVar[bool] = False
    #: Names of operator settings whose values the service adds to `config`.
    settings: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: Mapping[str, str], http: requests.Session | None = None) -> None:
        """`config`: field name → value. `http`: transport only. Raises `InvalidConfig`."""
        self.config: dict[str, str] = self.check(config)
        credentials = any(f.secret and f.name in self.config for f in self.fields)
        self.http = Client(
            ats=self.ats.name,
            hosts=self._allowed_hosts(),
            limits=self.limits,
            credentials=credentials,
            transport=http,
            # What is public is limited by who asks, what needs credentials by whose they are.
            account=digest(sorted(self.config.items())) if credentials else "",
        )
        self.withheld: list[Withheld] = []
        self.listed = 0

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """The config with its values tidied and a pasted address cut to what the field wants.

        Raises `InvalidConfig` with one sentence per field that is unknown, missing or misspelt.
        """
        known = {f.name: f for f in cls.fields}
        errors = {
            name: N_("There is no such field here.")
            for name in config
            if name not in known and name not in cls.settings
        }
        values: dict[str, str] = {name: config[name] for name in cls.settings if name in config}
        pasted = cls._pasted(config)
        for name, item in known.items():
            value = str(pasted.get(name) or config.get(name) or item.default or "").strip()
            value = value.lower() if item.lower else value
            host = urlsplit(typed_address(value) or "").hostname if "://" in value else None
            if host and item.error(value) and not item.error(host):  # a whole address where its host is due
                value = host
            if error := item.error(value):
                errors[name] = error
            elif value:
                values[name] = value
        if errors:
            raise InvalidConfig(errors)
        return values

    @classmethod
    def _pasted(cls, config: Mapping[str, str]) -> dict[str, str]:
        """Values cut out of a whole address that was put into a field that wants a part of it."""
        unset = {f.name: (None, "", f.default) for f in cls.fields}
        for value in config.values():
            if isinstance(value, str) and (found := cls.match_address(value)):
                return {name: part for name, part in found.items() if config.get(name) in (*unset[name], value)}
        return {}

    @classmethod
    def match_address(cls, address: str) -> dict[str, str] | None:
        """Field values read off an address of this ATS, `None` if it is not one. Asks nobody."""
        return cls.match_typed(typed_address(address) or "")

    @classmethod
    def match_typed(cls, whole: str) -> dict[str, str] | None:
        """`match_address` for what `typed_address` gave. `None` for the vendor's own places, too."""
        fields = {f.name: f for f in cls.fields}
        for pattern in cls.addresses:
            match = re.match(f"{pattern}(?=[/?#]|$)", whole)
            if match and not (VENDORS_OWN.match(whole) and re.match(pattern, VENDORS_OWN.sub("https://any.", whole))):
                values = {k: v.lower() if fields[k].lower else v for k, v in match.groupdict().items() if v}
                if not any(fields[k].error(v) for k, v in values.items()):
                    return values
        return None

    @classmethod
    def at(cls, address: str) -> dict[str, str] | None:
        """Field values for a careers page, on the customer's own domain too where a field takes a host; else `None`."""
        found = cls.match_address(address)
        typed = re.findall(r"\{(\w+)\}", cls.hosts[0])
        if found is None and typed and typed_address(address):
            try:
                return cls.check({typed[0]: address})
            except InvalidConfig:
                return None
        return found

    def _allowed_hosts(self) -> tuple[str, ...]:
        return tuple(_fill(host, self.config) for host in self.hosts)

    @classmethod
    def shown(cls, config: Mapping[str, str]) -> str:
        """The account as people recognise it, such as `apply.workable.com/acme`; holds no secret."""
        values = {f.name: config.get(f.name, "") for f in cls.fields if not f.secret}
        return re.sub(r"^https?://", "", cls.shown_as.format_map(values)).rstrip("/") if cls.shown_as else ""

    def test(self) -> RemoteAccount:
        """Look at the account once. Raises a `ConnectorError` that says who has to act."""
        with self._understood():
            return self.account()

    def positions(self, known: Mapping[str, str] | None = None) -> Iterator[RemotePosition | Unchanged]:
        """Every open position, lazily; complete only when the iterator ends by itself.

        `known`: remote id → `version` that this connector gave earlier. May raise a `ConnectorError` at any item.
        """
        self.withheld, self.listed = [], 0
        seen: set[str] = set()
        items = self.read(dict(known or {}))
        while True:
            with self._understood():
                item = next(items, None)
            if item is None:
                break
            if item.id in seen:
                raise UnexpectedAnswer(N_("%(ats)s listed the position %(id)s twice."), ats=self.ats.name, id=item.id)
            seen.add(item.id)
            yield item
        if self.listed != len(seen) + len({w.id for w in self.withheld} - seen):
            raise UnexpectedAnswer(
                N_("%(ats)s listed %(listed)s positions, but only %(read)s could be accounted for."),
                ats=self.ats.name,
                listed=self.listed,
                read=len(seen) + len(self.withheld),
            )

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """An answer that a connector stumbles over is one that it does not know: no bug of it may look otherwise."""
        try:
            yield
        except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError) as stumbled:
            at = traceback.extract_tb(stumbled.__traceback__)[-1]  # its text may hold parts of the answer
            log.error("%s stumbled: %s in %s, line %s", self.slug, type(stumbled).__name__, at.name, at.lineno)
            known = N_("%(ats)s answered in a form that Berth does not know.")
            raise UnexpectedAnswer(known, ats=self.ats.name) from None

    def choices(self) -> Choices:
        """What the field named by `maps` can be chosen from. Asks the source. Raises a `ConnectorError`."""
        raise NotImplementedError

    def forget(self) -> None:
        """The account is deleted here: tell whoever keeps something for us. Most ATSs keep nothing."""

    def account(self) -> RemoteAccount:
        """What `test()` answers."""
        raise NotImplementedError

    def read(self, known: dict[str, str]) -> Iterator[RemotePosition | Unchanged]:
        """What `positions()` yields; adds to `listed` and `withheld` as it goes."""
        raise NotImplementedError

    def opened(
        self,
        lines: Iterable[Listed[T]],
        known: Mapping[str, str],
        ask: Callable[[T], D | None],
        make: Callable[[T, D], RemotePosition | None],
    ) -> Iterator[RemotePosition | Unchanged]:
        """The positions of a list whose details are asked one by one, where they are new or changed.

        `ask` gives the details of a line, or `None` where they are gone: closed since the list was made. `make` makes
        the position, or withholds it. Counts what is listed. Raises `UnexpectedAnswer` where too many are gone.
        """
        lines, gone = list(lines), 0
        self.listed += len(lines)
        fresh = [line for line in lines if not line.version or known.get(line.id) != line.version]
        details, changed = self.http.each(lambda line: ask(line.row), fresh), {line.id for line in fresh}
        for line in lines:
            if line.id not in changed:
                yield Unchanged(line.id)
            elif (detail := next(details)) is None:
                gone += 1
                self.withhold(line.id, "closed", line.title)
            elif (position := make(line.row, detail)) is not None:
                yield position
        if gone > 1 + len(fresh) // 10:
            raise UnexpectedAnswer(N_("%(ats)s did not show all the positions that it lists."), ats=self.ats.name)

    def withhold(self, id: object, reason: Reason, title: str | None = None) -> Any:
        """Note a listed position that is not shown. Returns `None`, for `return self.withhold(…)`.

        Raises `UnexpectedAnswer` without an id: a page of nonsense must not count as a list of closed positions.
        """
        if id is None or not str(id).strip():
            raise UnexpectedAnswer(N_("%(ats)s sent a position without an id."), ats=self.ats.name)
        self.withheld.append(Withheld(str(id), reason, None if reason == "confidential" else one_line(title or "")))


def _fill(template: str, config: Mapping[str, str]) -> str:
    """`{field}` replaced by the field's value, or by the host of it where the value is an address."""

    def value(match: re.Match[str]) -> str:
        given = config.get(match[1], "")
        return (urlsplit(given).hostname or "") if "://" in given else given

    return re.sub(r"\{(\w+)\}", value, template).lower()
