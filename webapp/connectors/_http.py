"""The one module through which connectors ask: https, deadlines, a size cap, no redirects, only declared hosts.

It wraps whatever transport it is given (a `requests.Session`), turns answers into our sorted errors, and never puts
an address with a query, a header or a body into a sentence.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from webapp.config import network
from webapp.connectors._dial import AddressRefused, Dialling, GuardedAdapter, PrivateHosts
from webapp.connectors._errors import (
    AccountNotFound,
    ConnectorError,
    CredentialsRejected,
    NotAllowed,
    PermissionMissing,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.connectors._text import retry_after
from webapp.i18n import N_

READ_SECONDS, REQUEST_SECONDS = 10.0, 30.0
PORTS = (443, 8443)
USER_AGENT = "Berth/1.0"
T, R = TypeVar("T"), TypeVar("R")


@dataclass(frozen=True)
class Limits:
    """What the vendor allows: at most `requests` per `seconds` (0: not stated), an answer of at most `mib` MiB."""

    requests: int = 0
    seconds: float = 0.0
    mib: int = 8
    parallel: int = 4


@dataclass(frozen=True)
class Answer:
    """One answer, read to its end. `headers` is case-insensitive."""

    ats: str
    status: int
    headers: Any
    body: bytes

    def json(self, kind: type = dict) -> Any:
        """The JSON document, of the given kind. Raises `UnexpectedAnswer` for anything else, HTML included."""
        try:
            found = json.loads(self.body.decode("utf-8-sig"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise self.unexpected() from None
        if not isinstance(found, kind):
            raise self.unexpected()
        return found

    def text(self) -> str:
        """The body as UTF-8 (or the declared charset). Raises `UnexpectedAnswer` where it is not that."""
        match = re.search(r"charset=[\"']?([\w-]+)", str(self.headers.get("Content-Type", "")))
        try:
            return self.body.decode(match[1] if match else "utf-8-sig").lstrip("\ufeff")
        except (UnicodeDecodeError, LookupError):
            raise self.unexpected() from None

    def unexpected(self) -> UnexpectedAnswer:
        """The error for an answer that is not what the ATS documents."""
        if self.body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
            return UnexpectedAnswer(N_("%(ats)s answered with a web page where data was due."), ats=self.ats)
        return UnexpectedAnswer(N_("%(ats)s answered in a form that Berth does not know."), ats=self.ats)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def need(ats: str, data: Any, name: str, kind: type | tuple[type, ...] = list) -> Any:
    """`data[name]`, which must be there and of that kind. Raises `UnexpectedAnswer`."""
    found = data.get(name) if isinstance(data, dict) else None
    if not isinstance(found, kind):
        raise UnexpectedAnswer(N_("The answer of %(ats)s has no list of positions where one is due."), ats=ats)
    return found


class Client:
    """Asks one ATS. `hosts` are the only ones it may ask; `credentials`: whether a 401 can be about them."""

    def __init__(
        self,
        ats: str,
        hosts: Iterable[str],
        limits: Limits = Limits(),
        credentials: bool = False,
        transport: requests.Session | None = None,
    ) -> None:
        self.ats, self.hosts, self.limits, self.credentials = ats, tuple(hosts), limits, credentials
        #: What was seen per host, in order: `resolved`, `connected`, `answered`. Read by services/testing.py.
        self.seen: dict[str, list[str]] = {}
        self.settings = network()
        self.private = PrivateHosts.parse(self.settings.allow_private_hosts)
        dials = PrivateHosts(self.private.names | self.settings.simulator_hosts, self.private.networks)
        self.dialling = Dialling(dials, limits.requests, limits.seconds, self._note)
        self.transport = self._guard(transport)

    def _guard(self, transport: requests.Session | None) -> requests.Session:
        session = transport or requests.Session()
        session.trust_env = False  # no proxy, netrc or certificate bundle from the environment
        for prefix, adapter in list(session.adapters.items()):
            if type(adapter) is HTTPAdapter:
                session.mount(prefix, GuardedAdapter(self.dialling))
        return session

    def get(self, url: str, **options: Any) -> Answer:
        """Ask by GET; see `ask`."""
        return self.ask("GET", url, **options)

    def post(self, url: str, **options: Any) -> Answer:
        """Ask by POST; see `ask`. Only calls that change nothing at the ATS may be made so."""
        return self.ask("POST", url, **options)

    def ask(self, method: str, url: str, *, allow: tuple[int, ...] = (), **options: Any) -> Answer:
        """One request, read to its end; statuses outside 2xx and `allow` raise the error that says who must act.

        `options` are those of `requests.Session.request`: params, headers, json, data, auth. Faults that pass quickly
        are tried twice more.
        """
        self._check(url)
        for attempt in range(3):
            try:
                answer = self._once(method, url, options)
                self._raise_for(answer, allow, url)
                return answer
            except TemporarilyUnavailable as error:
                if attempt == 2 or error.retry_after is not None:
                    raise
                time.sleep(random.uniform(0.05, 0.25) * (attempt + 1))
        raise AssertionError("unreachable")

    def each(self, ask: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """`ask(item)` for all items, a bounded number at a time, results in order."""
        with ThreadPoolExecutor(self.limits.parallel) as pool:
            yield from pool.map(ask, items)

    def follow(self, link: str | None, seen: set[str]) -> str | None:
        """The address of the next page, once; `None` at the end. Raises where pages go round in a circle or away."""
        if not link:
            return None
        if link in seen or len(seen) >= 500:
            raise UnexpectedAnswer(N_("The pages of %(ats)s do not come to an end."), ats=self.ats)
        seen.add(link)
        self._check(link)
        return link

    def _check(self, url: str) -> None:
        """Raise `NotAllowed` unless this address may be asked; the text as given counts, before anybody repairs it."""
        refused = NotAllowed(N_("Berth does not ask this address: only public https addresses of the ATS."))
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            raise refused from None
        private = host in self.private.names or _in_networks(host, self.private)
        if re.search(r"[\\\s\x00-\x20\x7f]", url) or not url.startswith(("https://", "http://")) or "@" in parts.netloc:
            raise refused
        if not host or not host.isascii() or "%" in host or host not in self.hosts:
            raise refused
        if (parts.scheme != "https" or port not in (None, *PORTS)) and not private:
            raise refused

    def _once(self, method: str, url: str, options: dict[str, Any]) -> Answer:
        host = urlsplit(url).hostname or ""
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"}
        headers |= options.get("headers") or {}
        target = url
        if self.settings.simulator_url:
            headers["Host"] = host
            target = (
                self.settings.simulator_url + url.split("/", 3)[-1]
                if url.count("/") > 2
                else (self.settings.simulator_url)
            )
        timer = self.dialling.deadline(REQUEST_SECONDS)
        ends = time.monotonic() + REQUEST_SECONDS
        try:
            response = self.transport.request(
                method,
                target,
                **{k: v for k, v in options.items() if k != "headers"},
                headers=headers,
                timeout=(5.0, READ_SECONDS),
                allow_redirects=False,
                stream=True,
                verify=self.settings.ca_bundle or True,
            )
            self._note("answered", host)
            body = self._read(response, ends)
            return Answer(self.ats, response.status_code, response.headers, body)
        except AddressRefused:
            raise NotAllowed(
                N_("The name %(host)s leads to a private network. Berth asks public addresses only; the operator can allow it."),
                host=host,
            ) from None
        except requests.exceptions.SSLError:
            raise TemporarilyUnavailable(
                N_("The server %(host)s does not show a valid certificate, so nothing was sent to it."), host=host
            ) from None
        except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
            if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
                raise NotAllowed(N_("This is not an address that can be asked.")) from None
            raise TemporarilyUnavailable(self._silence(host), host=host) from None
        finally:
            timer.cancel()

    def _silence(self, host: str) -> str:
        steps = self.seen.get(host, [])
        if "connected" not in steps and "answered" not in steps:
            if "resolved" in steps:
                return N_("The server %(host)s does not answer. Berth tries again by itself.")
            return N_("There is no server named %(host)s, or it cannot be reached from here.")
        return N_("The server %(host)s stopped answering in the middle, or took too long. Berth tries again by itself.")

    def _read(self, response: requests.Response, ends: float) -> bytes:
        cap = self.limits.mib * 1024 * 1024
        read1 = getattr(response.raw, "read1", None)
        chunks, size = [], 0
        if response._content is not False or read1 is None:  # a replayed answer that is there already
            chunks, size = [response.content], len(response.content or b"")
        else:
            encodings = str(response.headers.get("Content-Encoding", "")).lower()
            if encodings.strip() not in ("", "gzip", "identity", "deflate"):
                response.close()
                raise UnexpectedAnswer(N_("%(ats)s sent an encoding that nobody asked for."), ats=self.ats)
            while size <= cap:
                chunk = read1(65536, decode_content=True)
                if time.monotonic() > ends:
                    response.close()
                    raise OSError("deadline")
                if not chunk:
                    break
                chunks.append(chunk)
                size += len(chunk)
            self._check_length(response)
        if size > cap:
            response.close()
            raise UnexpectedAnswer(
                N_("The answer of %(ats)s is larger than %(mib)s MiB."), ats=self.ats, mib=self.limits.mib
            )
        response.close()
        return b"".join(c for c in chunks if c)

    @staticmethod
    def _check_length(response: requests.Response) -> None:
        left = getattr(response.raw, "length_remaining", None)
        if left and response.request.method != "HEAD":
            raise OSError("the body is shorter than it was declared")

    def _raise_for(self, answer: Answer, allow: tuple[int, ...], url: str) -> None:
        status, values = answer.status, {"ats": self.ats}
        if 200 <= status < 300 or status in allow:
            return
        error: ConnectorError
        if status in (401, 407) and self.credentials:
            error = CredentialsRejected(N_("%(ats)s does not accept these credentials."), **values)
        elif status in (401, 403, 407):
            error = PermissionMissing(
                N_("%(ats)s accepts the credentials, but they may not read open positions.")
                if self.credentials
                else N_("%(ats)s does not show this page to the public."),
                **values,
            )
        elif status in (404, 410):
            error = AccountNotFound(N_("%(ats)s does not know this account or page."), **values)
        elif status == 429:
            wait = retry_after(answer.headers.get("Retry-After"))
            error = TemporarilyUnavailable(
                N_("%(ats)s asks us to wait before we ask again. Berth does so by itself."), wait or 60.0, **values
            )
        elif status in (408, 425) or status >= 500:
            error = TemporarilyUnavailable(
                N_("%(ats)s is not available at the moment (%(status)s). Berth tries again by itself."),
                retry_after(answer.headers.get("Retry-After")),
                status=status,
                **values,
            )
        elif 300 <= status < 400:
            error = AccountNotFound(
                N_("%(ats)s sends us on to another address: there is no such account or page, or it has moved."),
                **values,
            )
        else:
            error = UnexpectedAnswer(N_("%(ats)s refused the question (%(status)s)."), status=status, **values)
        raise error

    def _note(self, step: str, host: str) -> None:
        steps = self.seen.setdefault(host, [])
        if step not in steps:
            steps.append(step)


def _in_networks(host: str, private: PrivateHosts) -> bool:
    try:
        return private.allows(host, host)
    except ValueError:
        return False
