"""The one module through which connectors ask: https, deadlines, a size cap, no redirects, only declared hosts.

It wraps whatever transport it is given (a `requests.Session`), turns answers into our sorted errors, and never puts
an address with a query, a header or a body into a sentence.
"""

from __future__ import annotations

import random
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import idna
import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema, InvalidURL, RequestException, SSLError
from urllib3.exceptions import HTTPError

from webapp.config import network
from webapp.connectors._answer import Answer, accepted, need
from webapp.connectors._dial import (
    CONNECT_SECONDS,
    PACES,
    AddressRefused,
    Asked,
    Dialling,
    GuardedAdapter,
    Pace,
    PrivateHosts,
)
from webapp.connectors._errors import (
    ConnectorError,
    CredentialsRejected,
    NotAllowed,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.i18n import N_

__all__ = ["Answer", "Client", "Limits", "need"]

READ_SECONDS, REQUEST_SECONDS, QUICK_SECONDS = 10.0, 30.0, 3.0
PORTS = (443, 8443)
PAGES = 500
USER_AGENT = "Berth/1.0"
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Limits:
    """What the vendor allows: at most `requests` per `seconds` (0: not stated), an answer of at most `mib` MiB.

    `patience` is how many times longer than for others one waits, where an ATS thinks long before it answers.
    """

    requests: int = 0
    seconds: float = 0.0
    mib: int = 8
    parallel: int = 4
    patience: float = 1.0


class Client:
    """Asks one ATS. `hosts` are the only ones it may ask; `credentials`: whether a 401 can be about them."""

    def __init__(
        self,
        ats: str,
        hosts: Iterable[str],
        limits: Limits = Limits(),
        credentials: bool = False,
        transport: requests.Session | None = None,
        account: str = "",
    ) -> None:
        self.ats, self.hosts, self.limits, self.credentials = ats, tuple(hosts), limits, credentials
        #: What was seen per host, in order: `resolved`, `connected`, `answered`. Read by services/testing.py.
        self.seen: dict[str, list[str]] = {}
        self.settings = network()
        self.private = PrivateHosts.parse(self.settings.allow_private_hosts)
        dials = PrivateHosts(self.private.names | self.settings.simulator_hosts, self.private.networks)
        pace = PACES.setdefault((*self.hosts, account), Pace())
        self.dialling = Dialling(dials, limits.requests, limits.seconds, self._note, self.settings.ca_bundle, pace)
        self.transport = session = transport or requests.Session()
        session.trust_env = False  # no proxy, netrc or certificate bundle from the environment
        # Else requests reads the whole body of a redirect, without any cap, although it does not follow.
        session.get_redirect_target = _nowhere  # type: ignore[method-assign]
        for prefix, adapter in list(session.adapters.items()):
            if type(adapter) is HTTPAdapter:
                session.mount(prefix, GuardedAdapter(self.dialling))

    def get(self, url: str, **options: Any) -> Answer:
        """Ask by GET; see `ask`."""
        return self.ask("GET", url, **options)

    def post(self, url: str, **options: Any) -> Answer:
        """Ask by POST; see `ask`. Only calls that change nothing at the ATS may be made so."""
        return self.ask("POST", url, **options)

    def ask(self, method: str, url: str, *, allow: tuple[int, ...] = (), **options: Any) -> Answer:
        """One request, read to its end; statuses outside 2xx and `allow` raise the error that says who must act.

        `options` are those of `requests.Session.request`: params, headers, json, data, auth. Faults that pass quickly
        are tried twice more. All takes `REQUEST_SECONDS` at most (times `patience`), beside the time in which the
        limits are waited for.
        """
        host = self._check(url)
        with self.dialling.asking(host, REQUEST_SECONDS * self.limits.patience) as asked:
            for again in (True, True, False):
                try:
                    return accepted(self._once(method, url, options, asked), allow, self.credentials)
                except TemporarilyUnavailable as error:
                    asked.hold()
                    if not again or asked.passed or asked.spent > QUICK_SECONDS or error.retry_after is not None:
                        raise
                    asked.run()
                    time.sleep(random.uniform(0.05, 0.25))
        raise AssertionError("unreachable")

    def each(self, ask: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """`ask(item)` for all items, a bounded number at a time and ahead, results in order."""
        ahead: deque[Future[R]] = deque()
        pool = ThreadPoolExecutor(self.limits.parallel)
        try:
            for item in items:
                ahead.append(pool.submit(ask, item))
                if len(ahead) > self.limits.parallel:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            # Not waited for: the garbage collector closes an abandoned generator in any thread and at any point, also
            # in one that holds a lock of `threading` which the end of a worker needs.
            pool.shutdown(wait=False, cancel_futures=True)

    def follow(self, link: str | None, seen: set[str]) -> str | None:
        """The address of the next page, once; `None` at the end. Raises where pages go round in a circle or away."""
        if not link:
            return None
        if link in seen or len(seen) >= PAGES:
            raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats)
        seen.add(link)
        self._check(link)
        return link

    def _check(self, url: str) -> str:
        """The host, if this address may be asked; the text as given counts, before anybody repairs it.

        Raises `NotAllowed`.
        """
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
            ascii_host = host if host.isascii() else idna.encode(host).decode()
            clean = not re.search(r"[\\\s\x00-\x20\x7f]", url) and "@" not in parts.netloc and "%" not in host
            public = parts.scheme == "https" and port in (None, *PORTS)
            private = host in self.private.names or _in_networks(host, self.private)
            known = host and host in self.hosts and url.startswith(("https://", "http://"))
            if known and clean and (public or private):
                return ascii_host
        except ValueError:
            pass
        raise NotAllowed(N_("Berth does not ask this address: only public https addresses of the ATS."))

    def _once(self, method: str, url: str, options: dict[str, Any], asked: Asked) -> Answer:
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"}
        headers |= options.get("headers") or {}
        if self.settings.simulator_url:
            headers["Host"] = asked.host
            url = self.settings.simulator_url + url.partition("://")[2].partition("/")[2]
        failure: ConnectorError
        fixed = {"headers": headers, "allow_redirects": False, "stream": True, "verify": True}
        silence = READ_SECONDS * self.limits.patience
        try:
            response = self.transport.request(method, url, **{**options, **fixed}, timeout=(CONNECT_SECONDS, silence))
            self._note("answered", asked.host)
            try:
                body = self._read(response)
            finally:
                response.close()
            if not asked.passed:  # else the end of what came is not the end of the body
                return Answer(self.ats, response.status_code, response.headers, body)
            failure = self._silence(asked.host)
        except (AddressRefused, RequestException, HTTPError, OSError, ValueError) as error:
            failure = self._failure(error, asked.host)
        raise failure  # here, where it does not carry the library's text along

    def _failure(self, error: Exception, host: str) -> ConnectorError:
        if isinstance(error, AddressRefused):
            sentence = N_(
                "The name %(host)s leads to a private network. "
                "Berth asks public addresses only; the operator can allow it."
            )
            return NotAllowed(sentence, host=host)
        if isinstance(error, SSLError):
            sentence = N_("The server %(host)s does not show a valid certificate, so nothing was sent to it.")
            return TemporarilyUnavailable(sentence, host=host)
        if isinstance(error, InvalidURL | InvalidSchema):
            return NotAllowed(N_("This is not an address that can be asked."))
        if isinstance(error, UnicodeEncodeError) and self.credentials:  # no header can hold them
            return CredentialsRejected(N_("%(ats)s does not accept these credentials."), ats=self.ats)
        return self._silence(host)

    def _silence(self, host: str) -> TemporarilyUnavailable:
        steps = self.seen.get(host, [])
        if "connected" in steps or "answered" in steps:
            sentence = N_(
                "The server %(host)s stopped answering in the middle, or took too long. Berth tries again by itself."
            )
        elif "resolved" in steps:
            sentence = N_("The server %(host)s does not answer. Berth tries again by itself.")
        else:
            sentence = N_("There is no server named %(host)s, or it cannot be reached from here.")
        return TemporarilyUnavailable(sentence, host=host)

    def _read(self, response: requests.Response) -> bytes:
        encoding = str(response.headers.get("Content-Encoding") or "identity").strip().lower()
        if encoding not in ("gzip", "deflate", "identity"):
            raise UnexpectedAnswer(N_("%(ats)s sent an encoding that nobody asked for."), ats=self.ats)
        if response._content is not False or not hasattr(response.raw, "read1"):
            chunks = [response.content or b""]  # a recorded answer
            size = len(chunks[0])
        else:
            chunks, size = [], 0
            while size <= self.limits.mib * 1024 * 1024:
                chunk = response.raw.read1(65536, decode_content=True)
                if not chunk:
                    break
                chunks.append(chunk)
                size += len(chunk)
        if size > self.limits.mib * 1024 * 1024:
            large = N_("The answer of %(ats)s is larger than %(mib)s MiB.")
            raise UnexpectedAnswer(large, ats=self.ats, mib=self.limits.mib)
        return b"".join(chunks)

    def _note(self, step: str, host: str) -> None:
        steps = self.seen.setdefault(host, [])
        if step not in steps:
            steps.append(step)


def _nowhere(resp: requests.Response) -> None:
    """Where a redirect leads."""


def _in_networks(host: str, private: PrivateHosts) -> bool:
    try:
        return private.allows(host, host)
    except ValueError:
        return False
