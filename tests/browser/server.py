"""Berth as its users have it: web server and worker as the Procfile starts them, on a database of their own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from tests.simulator import Simulator
from webapp import config, create_app
from webapp.connectors._dial import Dialling
from webapp.extensions import db

ROOT = Path(__file__).parent.parent.parent
#: Seconds in which a process that was told to stop has stopped.
GRACE = 20


def wait_until(holds: Callable[[], Any], seconds: float, what: str) -> Any:
    """Ask until something holds, and return it; fails with `what` when the time is over."""
    ends = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        assert time.monotonic() < ends, f"{what}: not within {seconds} s"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str = "/readyz") -> bool:
    """Whether the server at a port says that it is ready."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def procfile() -> dict[str, str]:
    """The commands of the Procfile by name."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, command in (line.split(":", 1) for line in lines if ":" in line)}


class Berth:
    """One installation. `simulator` stands for every ATS; `htmx` is the local copy laid into it, or `None`."""

    def __init__(self, instance: Path, migrated: Path, simulator: Simulator, htmx: Path | None) -> None:
        shutil.copytree(migrated, instance, dirs_exist_ok=True)
        if htmx:
            shutil.copy(htmx, instance / "htmx.min.js")
        self.instance, self.simulator, self.port = instance, simulator, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = instance / "server.log"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.cookies: dict[str, Any] = {}

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("BERTH_")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PORT": str(self.port),
            "BERTH_INSTANCE": str(self.instance),
            "BERTH_SIMULATOR_URL": self.simulator.url,
        }

    def run(self, command: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start a command in a session of its own, its output at the end of the log."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                ["/bin/sh", "-c", f"exec {command}"],
                **{"cwd": ROOT, "env": self.environment, "stdout": log, "stderr": log, "start_new_session": True}
                | options,
            )

    def start(self) -> Self:
        self.processes = {name: self.run(command) for name, command in procfile().items()}
        wait_until(self._is_up, 30, "the server answers")
        return self

    def _is_up(self) -> bool:
        ended = [name for name, process in self.processes.items() if process.poll() is not None]
        assert not ended, f"{ended} ended by themselves:\n{self.words()}"
        return answers(self.port)

    def stop(self) -> None:
        """Tell all processes to stop; each has to do so by itself, with status 0."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        ends = time.monotonic() + GRACE
        statuses: dict[str, int | str] = {}
        for name, process in self.processes.items():
            try:
                statuses[name] = process.wait(max(ends - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                statuses[name] = f"had to be killed after {GRACE} s"
        assert set(statuses.values()) <= {0}, f"{statuses}\n{self.words()}"
        assert "Traceback" not in self.words(), self.words()

    def words(self, since: int = 0) -> str:
        """What the processes said."""
        return self.log.read_bytes()[since:].decode(errors="replace") if self.log.exists() else ""

    @contextmanager
    def app(self) -> Iterator[Any]:
        """The app on the same database, in this process, to put something there; it asks the simulator too."""
        unpaced = patch.object(Dialling, "pace", lambda _self: [0.0])
        with unpaced, patch.dict(os.environ, BERTH_SIMULATOR_URL=self.simulator.url):
            config.network.cache_clear()
            app = create_app(config.load(instance=self.instance, testing=True))
            with app.app_context():
                try:
                    yield app
                finally:
                    db.session.remove()
                    db.engine.dispose()
        config.network.cache_clear()


class Intranet:
    """A plain page of somebody else's, on another port, with a widget's snippet in it."""

    def __init__(self) -> None:
        self.snippet = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="intranet")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        intranet = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = (
                    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Intranet</title>'
                    '<link rel="icon" href="data:,"></head>'
                    f"<body><h1>Intranet</h1>{intranet.snippet}</body></html>"
                ).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
