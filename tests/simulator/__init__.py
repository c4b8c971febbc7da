"""ATSs to try without having any: an HTTP server of ours that answers as the vendors document.

    with Simulator() as simulator:                       # BERTH_SIMULATOR_URL=simulator.url
        simulator.workable.change("A10B7C2D01", title="…")
        simulator.revoke("workable")
        simulator.fault("northwind.workable.com", status=503, times=2)

The Host header says which ATS is meant. What is not played answers 404. By hand: `python -m tests.simulator`.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.simulator._account import Account, Ask, Job, Place, Reply, as_json, as_page
from tests.simulator.ashby import Ashby
from tests.simulator.bamboohr import BambooHR
from tests.simulator.careers import Careers
from tests.simulator.feed import Feed
from tests.simulator.greenhouse import Greenhouse
from tests.simulator.lever import Lever
from tests.simulator.merge import Merge
from tests.simulator.personio import Personio
from tests.simulator.smartrecruiters import SmartRecruiters
from tests.simulator.ukg_pro_recruiting import UKGProRecruiting
from tests.simulator.workable import Workable
from tests.simulator.workday import Workday

__all__ = ["Job", "Place", "Simulator"]


@dataclass
class Fault:
    """What goes wrong at a host (`*`: at every one), `times` times or until it is healed.

    `status`, `headers` and `body` replace the answer, `page` does so by a web page. `truncated`: half of the body, then
    the end. `slow`: seconds of silence before the answer. `drip`: seconds between the bytes of the body. `after`: how
    many answers are right before.
    """

    host: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    page: bool = False
    truncated: bool = False
    slow: float = 0.0
    drip: float = 0.0
    times: int | None = None
    after: int = 0


class Simulator:
    """The server with its accounts. `requests` holds (method, host, path) of everything that was asked.

    `limited`: whether rate limits are kept, as the vendors keep them.
    """

    def __init__(self, port: int = 0, limited: bool = True) -> None:
        self.port = port
        self.workable, self.bamboohr, self.personio = Workable(limited), BambooHR(), Personio()
        self.ukg, self.workday = UKGProRecruiting(limited), Workday(limited)
        self.greenhouse, self.lever, self.ashby = Greenhouse(), Lever(), Ashby()
        self.smartrecruiters, self.feed, self.merge = SmartRecruiters(), Feed(), Merge(limited)
        accounts: list[Account] = [self.workable, self.bamboohr, self.personio, self.ukg, self.workday]
        accounts += [self.greenhouse, self.lever, self.ashby, self.smartrecruiters, self.feed, self.merge]
        accounts.append(Careers())
        self.accounts: dict[str, Account] = {account.slug: account for account in accounts}
        self.requests: list[tuple[str, str, str]] = []
        self.faults: list[Fault] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def start(self) -> Self:
        """Listen on 127.0.0.1. Raises `OSError` where the port is taken."""
        self.stopping.clear()
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.simulator = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="simulator")
        self._thread.start()
        return self

    def stop(self) -> None:
        """End, with every connection that is open."""
        if self._server:
            self.stopping.set()
            self._server.shutdown()
            self._server.hang_up()
            self._server.server_close()
            self._thread.join()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def revoke(self, slug: str) -> None:
        """Make an ATS refuse its credentials, or take its public page down."""
        self.accounts[slug].revoked = True

    def restore(self, slug: str) -> None:
        self.accounts[slug].revoked = False

    def fault(self, host: str, **parts: Any) -> None:
        """Let something go wrong; parts as in `Fault`."""
        self.faults.append(Fault(host, **parts))

    def heal(self, host: str | None = None) -> None:
        """End the faults of a host, or all."""
        self.faults = [f for f in self.faults if host not in (None, f.host)]

    def answer(self, ask: Ask) -> tuple[Reply, Fault | None]:
        """The answer to a request and what goes wrong while it is given."""
        with self._lock:
            self.requests.append((ask.method, ask.host, ask.path))
            fault = next((f for f in self.faults if f.host in ("*", ask.host)), None)
            if fault and fault.after:
                fault.after, fault = fault.after - 1, None
            if fault and fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
            if fault and fault.status:
                return (fault.status, {"Content-Type": "text/plain", **fault.headers}, fault.body.encode()), fault
            if fault and fault.page:
                return as_page("Sign in"), fault
            account = next((a for a in self.accounts.values() if a.answers_for(ask.host)), None)
            reply = account.answer(ask) if account else None
            return reply or as_json({"error": "The simulator does not play this address."}, 404), fault

    def control(self, ask: Ask) -> Reply:
        """`/_control`: GET says how things stand; POST revokes, restores, sets and heals faults, changes positions."""
        if ask.method == "POST":
            try:
                self._order(json.loads(ask.body))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                return as_json({"error": f"{type(error).__name__}: {error}"}, 400)
        return as_json(
            {
                "requests": len(self.requests),
                "accounts": {
                    slug: {"revoked": a.revoked, "published": len(a.published())} for slug, a in self.accounts.items()
                },
                "faults": [asdict(f) for f in self.faults],
            }
        )

    def _order(self, order: dict[str, Any]) -> None:
        for verb, value in order.items():
            match verb:
                case "revoke":
                    self.revoke(value)
                case "restore":
                    self.restore(value)
                case "fault":
                    self.fault(**value)
                case "heal":
                    self.heal(value if isinstance(value, str) else None)
                case "change":
                    self.accounts[value.pop("ats")].change(value.pop("id"), **value)
                case "remove":
                    self.accounts[value["ats"]].remove(value["id"])
                case _:
                    raise ValueError(f"unknown order {verb!r}")


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    simulator: Simulator

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Wake every thread that waits for another request of its client."""
        for request in list(self._open):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        simulator, ask = self.server.simulator, self._ask()
        if ask.path == "/_control" and ask.host in ("127.0.0.1", "localhost"):
            return self._send(simulator.control(ask), None)
        return self._send(*simulator.answer(ask))

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET

    def _ask(self) -> Ask:
        parts = urlsplit(self.path)
        host = self.headers.get("Host", "").rsplit(":", 1)[0].lower()
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1024 * 1024))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return Ask(self.command, host, parts.path, query, self.headers, body)

    def _send(self, reply: Reply, fault: Fault | None) -> None:
        status, headers, body = reply
        stopping = self.server.simulator.stopping
        if fault and stopping.wait(min(fault.slow, 60)):
            return
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD" or status == 304:
            return
        if fault and fault.truncated:
            body, self.close_connection = body[: len(body) // 2], True
        if not fault or not fault.drip:
            self.wfile.write(body)
            return
        for byte in body:
            if stopping.wait(min(fault.drip, 60)):
                return
            self.wfile.write(bytes([byte]))

    def log_message(self, *_args: Any) -> None:
        """Nothing: what was asked is kept in `Simulator.requests`."""
