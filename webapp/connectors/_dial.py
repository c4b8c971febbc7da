"""The last check before a connection is made: on the address actually dialled, below `HTTPAdapter.send`.

A name is resolved once, every answer has to be public, and the socket goes to one of the first four; TLS and the Host
header keep the name. So a name that resolves differently the second time cannot slip through, and recorded answers
can be replayed above. No kept library passes the whole corpus of tests/connectors/test_dial.py (README, Decisions).
"""

from __future__ import annotations

import ipaddress
import os
import queue
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

CONNECT_SECONDS = 5.0
# Of IPv6, only 2000::/3 is in use.
_SPECIAL = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    ::/3 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 4000::/2 8000::/1
"""
_DENIED = [ipaddress.ip_network(network) for network in _SPECIAL.split()]


class AddressRefused(Exception):
    """The name leads to an address that Berth does not connect to. Not an `OSError`, so that nothing retries it."""


def is_public(address: str) -> bool:
    """Whether this IP address is one of the public internet. Python's own `is_private` and `is_global` do not say."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return "%" not in address and not any(ip in network for network in _DENIED)


@dataclass(frozen=True)
class PrivateHosts:
    """What an operator allows by `BERTH_ALLOW_PRIVATE_HOSTS`: names, and networks as `10.1.0.0/16`."""

    names: frozenset[str] = frozenset()
    networks: tuple[Any, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> PrivateHosts:
        """Raises `ValueError` for a network that is none."""
        given = [entry.lower() for entry in entries]
        networks = tuple(ipaddress.ip_network(entry) for entry in given if "/" in entry)
        return cls(frozenset(entry for entry in given if "/" not in entry), networks)

    def allows(self, host: str, address: str) -> bool:
        """Whether the operator allows this address of this host. Raises `ValueError` for what is no address."""
        ip = ipaddress.ip_address(address.split("%")[0])
        return host.lower() in self.names or any(ip.version == n.version and ip in n for n in self.networks)


class Asked:
    """One question of one thread: whose steps are noted, and the connection that is cut when its time is up.

    A time-out of every read is no deadline: a server that sends a byte a second keeps to it for hours. The time may be
    held and run on, while the question waits for its turn.
    """

    def __init__(self, host: str = "", seconds: float = 0.0) -> None:
        self.host, self.seconds, self.spent, self.passed = host, seconds, 0.0, False
        self._timer: threading.Timer | None = None
        self._watched: socket.socket | None = None

    def run(self) -> None:
        if self.seconds:
            self._since = time.monotonic()
            self._timer = threading.Timer(max(0.0, self.seconds - self.spent), self._cut)
            self._timer.daemon = True
            self._timer.start()

    def hold(self) -> None:
        if self._timer:
            self._timer.cancel()
            self.spent += time.monotonic() - self._since

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection when the time is up. Raises `TimeoutError` if it is."""
        if self._timer:
            self.release()
            self._watched = socket.socket(fileno=os.dup(connection.fileno()))  # TLS or not: SSLSocket has no dup()
            if self.passed:
                raise TimeoutError("no time left")

    def release(self) -> None:
        if self._watched:
            self._watched.close()

    def _cut(self) -> None:
        self.passed = True
        with suppress(OSError):
            if self._watched:
                self._watched.shutdown(socket.SHUT_RDWR)  # whoever reads from it wakes up


@dataclass
class Pace:
    """When the last requests to one account went; shared by all of this process that ask it."""

    sent: deque[list[float]] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)


#: hosts and account → its pace. A test and the sync that follows it are one asker to the ATS.
PACES: dict[tuple[str, ...], Pace] = {}


@dataclass
class Dialling:
    """What one client's connections share: who may be dialled, how fast, and what was seen on the way."""

    private: PrivateHosts = field(default_factory=PrivateHosts)
    requests: int = 0
    seconds: float = 0.0
    seen: Callable[[str, str], None] = lambda step, host: None
    ca_bundle: str | None = None  # a file of authorities that are trusted beside the public ones
    paced: Pace = field(default_factory=Pace)
    _local: threading.local = field(default_factory=threading.local)

    @property
    def asked(self) -> Asked:
        """What this thread asks just now."""
        return getattr(self._local, "asked", None) or Asked()

    @contextmanager
    def asking(self, host: str, seconds: float) -> Iterator[Asked]:
        """A question to `host`, which has `seconds` from here to the end of its answer."""
        self._local.asked = asked = Asked(host, seconds)
        asked.run()
        try:
            yield asked
        finally:
            asked.hold()
            asked.release()
            self._local.asked = None

    def pace(self) -> list[float]:
        """Wait until the declared limit (`requests` per `seconds`) lets another request go; that costs it no time.

        Returns when it goes, to be set again by its answer: nobody knows when in between it reached the ATS.
        """
        sent = [0.0]
        if self.requests:
            asked = self.asked
            asked.hold()
            with self.paced.lock:
                if len(self.paced.sent) >= self.requests:
                    time.sleep(max(0.0, self.paced.sent.popleft()[0] + self.seconds - time.monotonic()))
                sent[0] = time.monotonic()
                self.paced.sent.append(sent)
            asked.run()
        return sent


def resolve_public(host: str, port: int, private: PrivateHosts) -> list[tuple[Any, ...]]:
    """`getaddrinfo` answers for a name, each of them allowed. Raises `AddressRefused`, or `OSError` if unknown."""
    if not host.isascii():
        raise AddressRefused(host)
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def look_up() -> None:  # in a thread that nobody waits for, because getaddrinfo knows no time-out
        try:
            answers.put(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    try:
        found = answers.get(timeout=CONNECT_SECONDS)
    except queue.Empty:
        raise OSError("the name was not resolved in time") from None
    if isinstance(found, Exception):
        raise AddressRefused(host) if isinstance(found, UnicodeError) else found
    for *_kind, sockaddr in found:
        if not is_public(str(sockaddr[0])) and not private.allows(host, str(sockaddr[0])):
            raise AddressRefused(host)
    return found[:4]


class _Guarded:
    """Mixed into urllib3's connections: dials only what `resolve_public` answered."""

    dialling: Dialling

    def _new_conn(self) -> socket.socket:
        host = self._dns_host.strip("[]").rstrip(".")  # type: ignore[attr-defined]
        answers = resolve_public(host, self.port, self.dialling.private)  # type: ignore[attr-defined]
        asked = self.dialling.asked
        self.dialling.seen("resolved", asked.host)
        failure = OSError("the name has no address")
        for family, kind, proto, _name, sockaddr in answers:
            dialled = socket.socket(family, kind, proto)
            try:
                dialled.settimeout(CONNECT_SECONDS)
                dialled.connect(sockaddr)
                dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                asked.watch(dialled)
            except OSError as error:
                dialled.close()
                failure = error
                if asked.passed:
                    break
            else:
                self.dialling.seen("connected", asked.host)
                return dialled
        raise failure

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:  # type: ignore[attr-defined]
            self.dialling.asked.watch(self.sock)  # type: ignore[attr-defined]
        super().request(*args, **kwargs)  # type: ignore[misc]


class _Paced:
    """Mixed into urllib3's pools: keeps the declared limit, before a connection is made or taken."""

    dialling: Dialling

    def urlopen(self, *args: Any, **kwargs: Any) -> Any:
        sent = self.dialling.pace()
        try:
            return super().urlopen(*args, **kwargs)  # type: ignore[misc]
        finally:
            sent[0] = time.monotonic()


class GuardedAdapter(HTTPAdapter):
    """A transport whose connections are guarded. `send` is not overridden: recorded answers replay above it."""

    def __init__(self, dialling: Dialling) -> None:
        self.dialling = dialling
        super().__init__(max_retries=0, pool_maxsize=8)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Pools whose connections know how to dial."""
        if self.dialling.ca_bundle:
            kwargs["ssl_context"] = create_urllib3_context()
            kwargs["ssl_context"].load_verify_locations(self.dialling.ca_bundle)
        super().init_poolmanager(*args, **kwargs)
        own = {"dialling": self.dialling}
        for pool in (HTTPConnectionPool, HTTPSConnectionPool):
            guarded = type("Connection", (_Guarded, pool.ConnectionCls), own)
            paced = type("Pool", (_Paced, pool), {**own, "ConnectionCls": guarded})
            self.poolmanager.pool_classes_by_scheme = {**self.poolmanager.pool_classes_by_scheme, pool.scheme: paced}

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        raise AddressRefused("a proxy would do the dialling")
