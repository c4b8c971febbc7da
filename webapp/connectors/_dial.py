"""The last check before a connection is made: on the address actually dialled, below `HTTPAdapter.send`.

A name is resolved once, every answer has to be public, and the socket goes to one of those answers; TLS and the Host
header keep the name. So a name that resolves differently the second time cannot slip through, and recorded answers
can be replayed above. No kept library passes the whole corpus of tests/connectors/test_dial.py (README, Decisions).
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

CONNECT_SECONDS = 5.0
_IPV4_DENIED = [
    ipaddress.ip_network(net)
    for net in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",
    ]
]
_IPV6_ALLOWED = ipaddress.ip_network("2000::/3")
_IPV6_DENIED = [
    ipaddress.ip_network(net) for net in ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48"]
]
_resolver = ThreadPoolExecutor(max_workers=16, thread_name_prefix="resolve")


class AddressRefused(Exception):
    """The name leads to an address that Berth does not connect to. Not an `OSError`, so that nothing retries it."""


def is_public(address: str) -> bool:
    """Whether this IP address is one of the public internet. Python's own `is_private` and `is_global` do not say."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if "%" in address:
        return False
    if ip.version == 4:
        return not any(ip in net for net in _IPV4_DENIED)
    return ip in _IPV6_ALLOWED and not any(ip in net for net in _IPV6_DENIED)


@dataclass(frozen=True)
class PrivateHosts:
    """What an operator allows by `BERTH_ALLOW_PRIVATE_HOSTS`: names, and networks as `10.1.0.0/16`."""

    names: frozenset[str] = frozenset()
    networks: tuple[Any, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> PrivateHosts:
        """Raises `ValueError` for a network that is none."""
        names, networks = set(), []
        for entry in entries:
            (networks.append(ipaddress.ip_network(entry)) if "/" in entry else names.add(entry.lower()))
        return cls(frozenset(names), tuple(networks))

    def allows(self, host: str, address: str) -> bool:
        ip = ipaddress.ip_address(address.split("%")[0])
        return host.lower() in self.names or any(ip.version == n.version and ip in n for n in self.networks)


@dataclass
class Dialling:
    """What one client's connections share: who may be dialled, how fast, and what was seen on the way."""

    private: PrivateHosts = field(default_factory=PrivateHosts)
    requests: int = 0
    seconds: float = 0.0
    seen: Callable[[str, str], None] = lambda step, host: None
    _sent: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _local: threading.local = field(default_factory=threading.local)

    def pace(self) -> None:
        """Wait until the declared limit (`requests` per `seconds`) lets another request go."""
        if not self.requests:
            return
        with self._lock:
            now = time.monotonic()
            if len(self._sent) >= self.requests:
                wait = self._sent[0] + self.seconds - now
                if wait > 0:
                    time.sleep(wait)
                self._sent.popleft()
            self._sent.append(time.monotonic())

    def watch(self, connection: Any) -> None:
        """The connection that this thread's request uses; `cut()` ends it."""
        self._local.connection = connection

    def deadline(self, seconds: float) -> threading.Timer:
        """A started timer that cuts this thread's connection: a time-out of every read is no deadline."""
        self._local.connection = None
        local = self._local.__dict__
        timer = threading.Timer(seconds, lambda: cut(local.get("connection")))
        timer.daemon = True
        timer.start()
        return timer


def cut(connection: Any) -> None:
    """Shut the socket under a connection, TLS or not, so that whoever reads from it wakes up."""
    watched = getattr(connection, "watched", None)
    if watched is not None:
        try:
            watched.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def resolve_public(host: str, port: int, private: PrivateHosts) -> list[tuple[Any, ...]]:
    """`getaddrinfo` answers for a name, each of them allowed. Raises `AddressRefused`, or `OSError` if unknown."""
    try:
        host.encode("ascii")
    except UnicodeEncodeError as error:
        raise AddressRefused(host) from error
    try:
        found = _resolver.submit(socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM).result(CONNECT_SECONDS)
    except FutureTimeout:
        raise OSError(f"{host} was not resolved within {CONNECT_SECONDS:.0f} s") from None
    except UnicodeError as error:
        raise AddressRefused(host) from error
    for *_kind, sockaddr in found:
        if not is_public(str(sockaddr[0])) and not private.allows(host, str(sockaddr[0])):
            raise AddressRefused(host)
    return found[:4]


class _Guarded:
    """Mixed into urllib3's connections: dials only what `resolve_public` answered."""

    dialling: Dialling
    watched: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        host = self._dns_host.strip("[]").rstrip(".")  # type: ignore[attr-defined]
        answers = resolve_public(host, self.port, self.dialling.private)  # type: ignore[attr-defined]
        self.dialling.seen("resolved", host)
        failure: OSError = OSError(f"{host} has no address")
        for family, kind, proto, _name, sockaddr in answers:
            dialled = socket.socket(family, kind, proto)
            dialled.settimeout(CONNECT_SECONDS)
            try:
                dialled.connect(sockaddr)
            except OSError as error:
                dialled.close()
                failure = error
                continue
            dialled.settimeout(self.timeout if isinstance(self.timeout, int | float) else 10.0)  # type: ignore[attr-defined]
            dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.watched = dialled.dup()
            self.dialling.watch(self)
            self.dialling.seen("connected", host)
            return dialled
        raise failure

    def request(self, *args: Any, **kwargs: Any) -> None:
        self.dialling.watch(self)
        self.dialling.pace()
        super().request(*args, **kwargs)  # type: ignore[misc]

    def close(self) -> None:
        if self.watched is not None:
            self.watched.close()
            self.watched = None
        super().close()  # type: ignore[misc]


class GuardedAdapter(HTTPAdapter):
    """A transport whose connections are guarded. `send` is not overridden: recorded answers replay above it."""

    def __init__(self, dialling: Dialling) -> None:
        self.dialling = dialling
        super().__init__(max_retries=0, pool_maxsize=8)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Pools whose connections know how to dial."""
        self.poolmanager = PoolManager(*args, **kwargs)
        plain = type("Plain", (_Guarded, HTTPConnection), {"dialling": self.dialling})
        tls = type("Tls", (_Guarded, HTTPSConnection), {"dialling": self.dialling})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
        }

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Never: a proxy would do the dialling."""
        raise AddressRefused("proxy")
