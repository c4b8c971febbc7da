"""A server on this machine that answers with exactly the bytes that a test gives it, rules of HTTP or not."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable
from typing import Self

Script = Callable[["Line", bytes], object]


class Line:
    """One connection as the script sees it."""

    def __init__(self, connection: socket.socket, stopping: threading.Event) -> None:
        self.connection, self.stopping, self.sent = connection, stopping, 0

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)
        self.sent += len(data)

    def drip(self, data: bytes, seconds: float) -> None:
        """Byte by byte, with a pause after each."""
        for byte in data:
            self.send(bytes([byte]))
            if self.stopping.wait(seconds):
                return

    def wait(self, seconds: float) -> None:
        self.stopping.wait(seconds)

    def reset(self) -> None:
        """Hang up without a word: the other side sees a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class Wire:
    """Listens on 127.0.0.1 (or another address of this machine) while the `with` block runs.

    `script(line, request)` is called for each request; where it returns true, the connection stays open for another.
    `asked` holds the requests as they came, `lines` the connections.
    """

    def __init__(self, script: Script | bytes, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.script: Script = script if callable(script) else lambda line, _request: line.send(script)
        self.address, self.tls = address, tls
        self.asked: list[bytes] = []
        self.lines: list[Line] = []
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listening = socket.create_server((self.address, 0))
        self.port = self._listening.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stopping.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        for line in self.lines:
            try:
                line.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self._threads:
            thread.join(5)
        self._listening.close()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.address}:{self.port}"

    def _start(self, run: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=run, args=args, name="wire", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _address = self._listening.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = Line(connection, self.stopping)
            self.lines.append(line)
            self._start(self._serve, line)

    def _serve(self, line: Line) -> None:
        try:
            if self.tls:
                line.connection = self.tls.wrap_socket(line.connection, server_side=True)
            with line.connection:
                while request := self._request(line.connection):
                    self.asked.append(request)
                    if not self.script(line, request):
                        return
        except OSError:
            line.connection.close()

    def _request(self, connection: socket.socket) -> bytes:
        got = b""
        while b"\r\n\r\n" not in got and (more := connection.recv(65536)):
            got += more
        return got


def answer(body: bytes = b"{}", status: str = "200 OK", headers: Iterable[str] = (), length: bool = True) -> bytes:
    """An HTTP answer; `headers` are whole lines."""
    lines = [f"HTTP/1.1 {status}", *headers, *([f"Content-Length: {len(body)}"] if length else [])]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
