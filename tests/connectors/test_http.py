"""What the client makes of servers that are slow, huge, broken, forbidding or talkative; all on this machine."""

from __future__ import annotations

import gzip
import json
import os
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Address
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.simulator.wire import Line, Wire, answer
from webapp.config import network
from webapp.connectors import (
    AccountNotFound,
    ConnectorError,
    CredentialsRejected,
    NotAllowed,
    PermissionMissing,
    TemporarilyUnavailable,
    UnexpectedAnswer,
)
from webapp.connectors import _http as http
from webapp.connectors._http import Answer, Client, Limits, need

MIB = 1024 * 1024
CANARY = "canary-4711"
OF_THE_LIBRARY = ("HTTPConnection", "urllib3", "requests.", "Max retries", "/jobs", "Errno")


@pytest.fixture(autouse=True)
def this_machine(monkeypatch) -> Iterator[None]:
    """Servers at 127.0.0.1 may be asked, by plain http."""
    monkeypatch.delenv("BERTH_SIMULATOR_URL", raising=False)
    monkeypatch.setenv("BERTH_ALLOW_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.setattr(http.random, "uniform", lambda _low, _high: 0.0)
    network.cache_clear()
    yield
    network.cache_clear()


def client(credentials: bool = False, **limits: Any) -> Client:
    return Client("Example", ["127.0.0.1"], Limits(**limits), credentials)


def get(script: Callable[[Line, bytes], object] | bytes, asking: Client | None = None, **options: Any) -> Answer:
    """One question to a server that runs this script."""
    with Wire(script) as server:
        return (asking or client()).get(f"{server.url}/jobs?token={CANARY}", **options)


def say(*bodies: bytes) -> Callable[[Line, bytes], object]:
    """A script that gives these answers in turn, the last one for ever."""
    left = list(bodies)
    return lambda line, _request: line.send(left.pop(0) if len(left) > 1 else left[0])


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return answer(body + end, headers=["Transfer-Encoding: chunked"], length=False)


# Time ---------------------------------------------------------------------------------------------------------------

OK, LONG = b"HTTP/1.1 200 OK\r\n", b"x" * 400
DRIPS = {
    "of the body": OK + b"Content-Length: 400\r\n\r\n|" + LONG,
    "of a body that ends with the connection": OK + b"Connection: close\r\n\r\n|" + LONG,
    "of a chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n190\r\n|" + LONG,
    "of the size of a chunk": OK + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2;|" + LONG,
    "of what is packed": OK + b"Content-Encoding: gzip\r\n\r\n|" + gzip.compress(os.urandom(400)),
    "of a header": OK + b"X-Long: |" + LONG,
    "of headers": OK + b"|" + b"A: b\r\n" * 70,
    "of the first line": b"HTTP/1.1 200 |" + LONG,
    "of interim answers": b"|" + b"HTTP/1.1 100 Continue\r\n\r\n" * 16,
}


@pytest.mark.parametrize("drip", DRIPS)
def test_a_drip_ends_at_the_deadline(monkeypatch, drip):
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.4)
    first, _bar, slowly = DRIPS[drip].partition(b"|")

    def script(line: Line, _request: bytes) -> None:
        line.send(first)
        line.drip(slowly, 0.03)

    began = time.monotonic()
    with pytest.raises(TemporarilyUnavailable, match="took too long"):
        get(script)
    assert 0.3 < time.monotonic() - began < 1.4


def test_a_time_out_of_each_read_would_have_waited_for_the_end_of_the_drip():
    with Wire(
        lambda line, _request: (line.send(OK + b"Content-Length: 40\r\n\r\n"), line.drip(b"x" * 40, 0.03))
    ) as server:
        began = time.monotonic()
        requests.get(server.url, timeout=0.4)
        assert time.monotonic() - began > 1


def test_the_deadline_holds_for_what_was_known_to_be_alive(monkeypatch):
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.4)
    asking, turns = client(), [True, False]

    def script(line: Line, _request: bytes) -> bool:
        if turns.pop(0):
            line.send(answer())
        else:
            line.drip(answer(LONG), 0.03)
        return True

    with Wire(script) as server:
        asking.get(server.url)
        began = time.monotonic()
        with pytest.raises(TemporarilyUnavailable):
            asking.get(server.url)
        assert time.monotonic() - began < 1.4
        assert len(server.lines) == 1, "the second question went over the first connection"


def test_silence_ends_at_the_time_out_of_a_read_and_is_not_waited_for_again(monkeypatch):
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    monkeypatch.setattr(http, "QUICK_SECONDS", 0.1)
    with Wire(lambda line, _request: line.wait(10)) as server:
        began = time.monotonic()
        with pytest.raises(TemporarilyUnavailable):
            client().get(server.url)
        assert time.monotonic() - began < 1
        assert len(server.asked) == 1


def test_all_tries_together_end_at_the_deadline(monkeypatch):
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.5)

    def script(line: Line, _request: bytes) -> None:
        line.wait(0.2)
        line.send(answer(status="502 Bad Gateway"))

    with Wire(script) as server:
        began = time.monotonic()
        with pytest.raises(TemporarilyUnavailable):
            client().get(server.url)
        assert time.monotonic() - began < 1
        assert 2 <= len(server.asked) <= 3


def test_waiting_for_the_declared_limit_costs_no_request_its_time(monkeypatch):
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.3)
    asking = client(requests=1, seconds=0.4)
    with Wire(say(answer())) as server:
        began = time.monotonic()
        for _ in range(3):
            asking.get(server.url)
        assert time.monotonic() - began >= 0.8


# Size ---------------------------------------------------------------------------------------------------------------


def endless(head: bytes, piece: bytes) -> Callable[[Line, bytes], object]:
    def script(line: Line, _request: bytes) -> None:
        line.send(head)
        while line.sent < 64 * MIB:
            line.send(piece)

    return script


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (OK + b"Content-Length: 68000000\r\n\r\n", b"x" * 65536),
        (OK + b"Connection: close\r\n\r\n", b"x" * 65536),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
    ],
)
def test_no_more_than_eight_mebibytes_are_read(head, piece):
    with Wire(endless(head, piece)) as server:
        with pytest.raises(UnexpectedAnswer, match="larger than 8 MiB"):
            client().get(server.url)
        assert server.lines[0].sent < 24 * MIB, "the rest was left with the server"
        assert len(server.lines) == 1


def test_a_body_of_exactly_the_size_is_read():
    assert len(get(answer(b"x" * MIB), client(mib=1)).body) == MIB
    with pytest.raises(UnexpectedAnswer, match="larger than 1 MiB"):
        get(answer(b"x" * (MIB + 1)), client(mib=1))


def test_a_bomb_is_unpacked_to_the_cap_and_no_further():
    packed = gzip.compress(bytes(200 * MIB), 1)
    tracemalloc.start()
    try:
        with pytest.raises(UnexpectedAnswer, match="larger than 8 MiB"):
            get(answer(packed, headers=["Content-Encoding: gzip"]))
        assert tracemalloc.get_traced_memory()[1] < 24 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("status", ["302 Found", "308 Permanent Redirect"])
def test_the_body_of_a_redirect_is_capped_too(status):
    head = f"HTTP/1.1 {status}\r\nLocation: /else\r\nConnection: close\r\n\r\n".encode()
    with Wire(endless(head, b"x" * 65536)) as server:
        with pytest.raises(UnexpectedAnswer, match="larger than 8 MiB"):
            client().get(server.url)
        assert server.lines[0].sent < 24 * MIB


@pytest.mark.parametrize(
    "encoding", ["gzip, gzip", "gzip,gzip,gzip,gzip,gzip,gzip", "br", "zstd", "zz", "gzip, identity"]
)
def test_an_encoding_that_nobody_asked_for_is_refused(encoding):
    with pytest.raises(UnexpectedAnswer, match="encoding"):
        get(answer(gzip.compress(b"{}"), headers=[f"Content-Encoding: {encoding}"]))


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "identity", ""])
def test_what_was_asked_for_is_unpacked(encoding):
    body = gzip.compress(b'{"a": 1}') if encoding.lower() == "gzip" else b'{"a": 1}'
    assert get(answer(body, headers=[f"Content-Encoding: {encoding}"])).json() == {"a": 1}


# Broken off ---------------------------------------------------------------------------------------------------------

BROKEN = {
    "shorter than it says": OK + b"Content-Length: 100\r\n\r\n{}",
    "chunks without the last one": chunked(b'{"a": 1}', end=b""),
    "half a chunk": OK + b'Transfer-Encoding: chunked\r\n\r\nff\r\n{"a": 1}',
    "no chunk where one is due": OK + b"Transfer-Encoding: chunked\r\n\r\n{}",
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 100\r\n\r\n{}",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "nothing": b"",
    "packed badly": answer(b"\x1f\x8b" + b"junk" * 10, headers=["Content-Encoding: gzip"]),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(broken):
    with pytest.raises(TemporarilyUnavailable) as caught:
        get(BROKEN[broken])
    assert caught.value.retry_after is None


def test_a_reset_in_the_middle_is_not_an_end():
    def script(line: Line, _request: bytes) -> None:
        line.send(OK + b"Connection: close\r\n\r\n" + b"[1, 2, 3]" * 1000)
        line.wait(0.05)
        line.reset()

    with pytest.raises(TemporarilyUnavailable, match="stopped answering in the middle"):
        get(script)


def test_a_server_that_is_not_there_is_named():
    with Wire(b"") as server:
        url = server.url
    with pytest.raises(TemporarilyUnavailable, match=r"127\.0\.0\.1 does not answer") as caught:
        client().get(f"{url}/jobs?token={CANARY}")
    assert not any(word in told(caught.value) for word in (CANARY, *OF_THE_LIBRARY))


def test_a_part_of_a_document_is_not_taken_for_the_whole():
    with pytest.raises(UnexpectedAnswer):
        get(answer(b"[]", "206 Partial Content"))


@pytest.mark.parametrize(
    "whole", [answer(b"[1]"), chunked(b"[", b"1]"), OK + b"\r\n[1]", b"HTTP/1.0 200 OK\r\n\r\n[1]"]
)
def test_every_honest_way_to_end_is_understood(whole):
    assert get(whole).json(list) == [1]


# What is in it ------------------------------------------------------------------------------------------------------

NO_JSON = {
    "nothing": b"",
    "invalid UTF-8": b'{"a": "\xff\xfe"}',
    "Latin-1": '{"a": "Zürich"}'.encode("latin-1"),
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "not a number": b'{"a": NaN}',
    "Infinity": b'{"a": Infinity}',
    "-Infinity": b'{"a": -Infinity}',
    "1e999": b'{"a": 1e999}',
    "-1e999": b'{"a": [-1e999]}',
    "an integer of 5000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "100000 levels of lists": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "100000 levels of objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "half of it": b'{"a": [1, 2',
    "more behind it": b'{"a": 1}{"a": 2}',
    "a page": b"\n<!DOCTYPE html><html><body>Sign in</body></html>",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"jobs"',
    "a number": b"1",
}


@pytest.mark.parametrize("body", NO_JSON)
def test_what_is_no_object_of_json_is_refused(body):
    with pytest.raises(UnexpectedAnswer):
        get(answer(NO_JSON[body])).json()


def test_a_web_page_is_called_one():
    with pytest.raises(UnexpectedAnswer, match="web page"):
        get(answer(NO_JSON["a page"])).json()


def test_what_is_json_is_read():
    text = '\ufeff{"a": [1, -1.5e3, "Zürich", null, true]}'
    assert get(answer(text.encode(), headers=["Content-Type: text/html"])).json() == {
        "a": [1, -1500.0, "Zürich", None, True]
    }


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/xml", "Zürich".encode(), "Zürich"),
        ("text/xml", "\ufeffZürich".encode(), "Zürich"),
        ("text/xml; charset=ISO-8859-1", "Zürich".encode("latin-1"), "Zürich"),
        ('text/xml; charset="windows-1252"', "5 €".encode("cp1252"), "5 €"),
        ("text/xml; charset=utf-16", "Zürich".encode("utf-16"), "Zürich"),
        ("text/xml; charset=Shift_JIS", "東京".encode("shift_jis"), "東京"),
    ],
)
def test_a_text_is_read_in_its_charset(kind, body, text):
    assert get(answer(body, headers=[f"Content-Type: {kind}"])).text() == text


@pytest.mark.parametrize(
    "charset", ["utf-8", "ascii-xyz", "utf-7", "punycode", "idna", "unicode_escape", "hex", "rot13"]
)
def test_a_text_in_no_charset_that_it_could_be_in_is_refused_at_once(charset):
    body = b"a" * 200_000 + b"\xff"
    began = time.monotonic()
    with pytest.raises(UnexpectedAnswer):
        get(answer(body, headers=[f"Content-Type: text/xml; charset={charset}"])).text()
    assert time.monotonic() - began < 1


def test_a_list_that_is_not_there_is_not_an_empty_one():
    assert need("Example", {"jobs": []}, "jobs") == []
    for data in ({}, {"jobs": None}, {"jobs": {}}, {"jobs": "none"}, [], None, "jobs"):
        with pytest.raises(UnexpectedAnswer):
            need("Example", data, "jobs")


# Statuses -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "credentials", "error"),
    [
        (401, True, CredentialsRejected),
        (407, True, CredentialsRejected),
        (401, False, PermissionMissing),
        (403, True, PermissionMissing),
        (403, False, PermissionMissing),
        (404, True, AccountNotFound),
        (410, False, AccountNotFound),
        (301, False, AccountNotFound),
        (304, False, AccountNotFound),
        (429, False, TemporarilyUnavailable),
        (408, False, TemporarilyUnavailable),
        (425, False, TemporarilyUnavailable),
        (500, True, TemporarilyUnavailable),
        (502, False, TemporarilyUnavailable),
        (503, False, TemporarilyUnavailable),
        (598, False, TemporarilyUnavailable),
        (400, True, UnexpectedAnswer),
        (402, True, UnexpectedAnswer),
        (418, False, UnexpectedAnswer),
        (422, False, UnexpectedAnswer),
    ],
)
def test_a_status_says_who_must_act(status, credentials, error):
    with pytest.raises(error) as caught:
        get(answer(b"{}", f"{status} Any"), client(credentials))
    assert type(caught.value) is error


def test_a_status_that_the_connector_expects_is_no_error():
    assert get(answer(b"", "304 Not Modified"), allow=(304,)).status == 304
    assert get(answer(b"[]", "404 Not Found"), allow=(404,)).json(list) == []


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        ("0.5", 1),
        ("-5", 1),
        ("0", 1),
        ("1e9", 21600),
        ("inf", 21600),
        ("Wed, 06 Oct 1999 12:00:00 GMT", 1),
        ("soon", 60),
        ("", 60),
        ("nan", 60),
        ("0000-00-00", 60),
    ],
)
def test_being_asked_to_wait_is_told_and_never_slept(monkeypatch, said, seconds):
    slept: list[float] = []
    monkeypatch.setattr(http.time, "sleep", slept.append)
    with Wire(answer(b"", "429 Too Many Requests", [f"Retry-After: {said}"])) as server:
        with pytest.raises(TemporarilyUnavailable) as caught:
            client().get(server.url)
        assert caught.value.retry_after == seconds
        assert (len(server.asked), slept) == (1, [])


@pytest.mark.parametrize(
    ("header", "write"),
    [
        ("Retry-After", lambda moment: format_datetime(moment, usegmt=True)),
        ("X-Rate-Limit-Reset", lambda moment: str(int(moment.timestamp()))),
    ],
)
def test_a_moment_to_wait_for_is_counted_in_seconds(header, write):
    soon = write(datetime.now(UTC) + timedelta(seconds=40))
    with pytest.raises(TemporarilyUnavailable) as caught:
        get(answer(b"", "429 Too Many Requests", [f"{header}: {soon}"]))
    assert 35 < caught.value.retry_after <= 40


def test_a_server_that_says_when_to_come_back_is_not_asked_before():
    with Wire(answer(b"", "503 Service Unavailable", ["Retry-After: 120"])) as server:
        with pytest.raises(TemporarilyUnavailable) as caught:
            client().get(server.url)
        assert (caught.value.retry_after, len(server.asked)) == (120, 1)


@pytest.mark.parametrize(
    "fault", [answer(b"", "500 Oops"), answer(b"", "503 Busy"), BROKEN["shorter than it says"], b""]
)
def test_a_fault_that_passes_quickly_is_not_noticed(fault):
    assert get(say(fault, fault, answer(b'{"a": 1}'))).json() == {"a": 1}


@pytest.mark.parametrize(("status", "times"), [(500, 3), (401, 1), (403, 1), (404, 1), (429, 1), (302, 1), (400, 1)])
def test_only_faults_that_may_pass_are_tried_again(status, times):
    with Wire(answer(b"", f"{status} Any")) as server:
        with pytest.raises(ConnectorError):
            client(credentials=True).get(server.url)
        assert len(server.asked) == times


# What is said of it -------------------------------------------------------------------------------------------------


def told(error: BaseException) -> str:
    """Everything that could be kept or shown of an error, and of the errors behind it."""
    text = f"{error} {error!r} {vars(error)} {error.args}"
    text += str(error.as_json()) if isinstance(error, ConnectorError) else ""
    return text + "".join(told(e) for e in (error.__cause__, error.__context__) if e)


def echo(status: str) -> Callable[[Line, bytes], object]:
    """A server that says all that it was told, wherever an answer has room for it."""

    def script(line: Line, request: bytes) -> None:
        path = request.split()[1].decode()
        headers = [f"Location: {path}", f"Retry-After: {CANARY}", f"Content-Type: text/{CANARY}", f"X-Error: {CANARY}"]
        line.send(answer(request, f"{status} {CANARY}", headers))

    return script


@pytest.mark.parametrize("status", [200, 206, 302, 400, 401, 403, 404, 418, 429, 500, 503])
def test_no_secret_is_in_any_sentence_although_the_server_repeats_it(status):
    with pytest.raises(ConnectorError) as caught:
        get(echo(str(status)), client(credentials=True), headers={"Authorization": f"Bearer {CANARY}"}).json()
    assert CANARY not in told(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("broken", [*BROKEN, "encoding", "size"])
def test_what_the_library_says_is_kept_nowhere(broken):
    special = {
        "encoding": answer(CANARY.encode(), headers=[f"Content-Encoding: {CANARY}"]),
        "size": answer(b"x" * (MIB + 1)),
    }
    asking, options = client(mib=1), {"headers": {"Authorization": CANARY}, "params": {"key": CANARY}}
    with pytest.raises(ConnectorError) as caught:
        get({**BROKEN, **special}[broken], asking, **options)
    text = told(caught.value)
    assert CANARY not in text
    assert not any(word in text for word in OF_THE_LIBRARY)


def test_credentials_that_no_header_can_hold_are_rejected():
    with pytest.raises(CredentialsRejected):
        get(answer(), client(credentials=True), headers={"Authorization": f"Bearer {CANARY}\u2026"})


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_asked_says_who_asks_and_what_is_understood(method):
    with Wire(answer()) as server:
        getattr(client(), method)(f"{server.url}/jobs", params={"page": "2"}, headers={"X-Own": "1"})
        first, *lines = server.asked[0].decode().lower().split("\r\n")
    assert first == f"{method} /jobs?page=2 http/1.1"
    assert {"user-agent: berth/1.0", "accept: application/json", "accept-encoding: gzip", "x-own: 1"} <= set(lines)


# Pages and many questions -------------------------------------------------------------------------------------------


def test_pages_that_go_round_in_a_circle_come_to_an_end(monkeypatch):
    seen: set[str] = set()
    pages = [f"http://127.0.0.1/jobs?page={n}" for n in range(3)]
    for page in pages:
        assert client().follow(page, seen) == page
    with pytest.raises(UnexpectedAnswer, match="do not come to an end"):
        client().follow(pages[0], seen)
    assert client().follow(None, seen) is None
    assert client().follow("", seen) is None
    monkeypatch.setattr(http, "PAGES", 5)
    assert client().follow(pages[0] + "a", seen)
    assert client().follow(pages[0] + "b", seen)
    with pytest.raises(UnexpectedAnswer, match="do not come to an end"):
        client().follow(pages[0] + "c", seen)


def test_many_are_asked_a_few_at_a_time_in_order_and_not_far_ahead():
    running, most, begun = 0, 0, []
    lock = threading.Lock()

    def work(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            begun.append(number)
        time.sleep(0.005)
        with lock:
            running -= 1
        return number

    results = client(parallel=3).each(work, range(50))
    assert begun == []
    assert [next(results), next(results)] == [0, 1]
    time.sleep(0.05)
    assert len(begun) <= 6, "whoever wants three does not make the ATS answer fifty"
    assert list(results) == list(range(2, 50))
    assert most == 3


def test_a_failure_among_many_ends_them():
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 2:
            raise TemporarilyUnavailable("Not now.")
        return number

    results = client(parallel=2).each(work, range(100))
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(TemporarilyUnavailable):
        next(results)
    assert len(begun) < 10


def test_connections_are_used_again_and_shared():
    def script(line: Line, _request: bytes) -> bool:
        line.send(answer(b"[1]"))
        return True

    asking = client(parallel=4)
    with Wire(script) as server:
        assert [a.json(list) for a in asking.each(asking.get, [server.url] * 40)] == [[1]] * 40
        assert len(server.lines) <= 5


def test_steps_are_noted_for_the_host_that_was_meant(monkeypatch):
    with Wire(answer()) as server:
        monkeypatch.setenv("BERTH_SIMULATOR_URL", server.url)
        network.cache_clear()
        asking = Client("Example", ["ats.example.com", "bücher.example"])
        asking.get("https://bücher.example/")
        assert b"\r\nHost: xn--bcher-kva.example\r\n" in server.asked.pop()
        asking.seen.clear()
        asking.get("https://ats.example.com/jobs?page=2")
        assert asking.seen == {"ats.example.com": ["resolved", "connected", "answered"]}
        assert b"GET /jobs?page=2 HTTP/1.1" in server.asked[0]
        assert b"\r\nHost: ats.example.com\r\n" in server.asked[0]


def test_nothing_is_left_open(monkeypatch):
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.05)

    def faults() -> None:
        for broken in [*BROKEN.values(), OK + b"Content-Length: 9\r\n\r\n"]:
            with pytest.raises(ConnectorError):
                get(lambda line, _request, body=broken: (line.send(body), line.wait(0.06)))

    def left() -> tuple[int, int]:
        until = time.monotonic() + 2
        while threading.active_count() > 1 and time.monotonic() < until:
            time.sleep(0.01)
        return len(os.listdir("/proc/self/fd")), threading.active_count()

    faults()
    before = left()
    for _ in range(3):
        faults()
    assert left() == before


# Certificates -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> tuple[str, Callable[[str], ssl.SSLContext]]:
    """(the file of an invented authority, a maker of server contexts for a name that it vouches for)."""
    folder = tmp_path_factory.mktemp("authority")
    now = datetime.now(UTC)

    def sign(name: str, key: Any, issuer: str, issuer_key: Any, *extensions: Any) -> x509.Certificate:
        def named(common: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(issuer_key, hashes.SHA256())

    root_key = ec.generate_private_key(ec.SECP256R1())
    root = sign("Northwind CA", root_key, "Northwind CA", root_key, (x509.BasicConstraints(True, 0), True))
    bundle = folder / "authority.pem"
    bundle.write_bytes(root.public_bytes(serialization.Encoding.PEM))

    def context(name: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        alternative = x509.IPAddress(IPv4Address(name)) if name[0].isdigit() else x509.DNSName(name)
        leaf = sign(name, key, "Northwind CA", root_key, (x509.SubjectAlternativeName([alternative]), False))
        both = folder / f"{name}.pem"
        both.write_bytes(
            leaf.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(both)
        return made

    return str(bundle), context


def test_a_company_s_own_authority_is_trusted_beside_the_public_ones(authority, monkeypatch):
    bundle, context = authority
    with Wire(answer(b'{"a": 1}'), tls=context("127.0.0.1")) as server:
        with pytest.raises(TemporarilyUnavailable, match="valid certificate"):
            client().get(server.url, headers={"Authorization": CANARY})
        assert server.asked == [], "nothing was sent"
        monkeypatch.setenv("BERTH_CA_BUNDLE", bundle)
        network.cache_clear()
        asking = client()
        assert asking.get(server.url).json() == {"a": 1}
        trusted = asking.transport.get_adapter(server.url).poolmanager.connection_pool_kw["ssl_context"]
        assert len(trusted.get_ca_certs()) > 20


def test_a_certificate_for_another_name_is_refused(authority, monkeypatch):
    bundle, context = authority
    monkeypatch.setenv("BERTH_CA_BUNDLE", bundle)
    network.cache_clear()
    with Wire(answer(), tls=context("ats.example.com")) as server:
        with pytest.raises(TemporarilyUnavailable, match="valid certificate"):
            client().get(server.url, verify=False)
        assert server.asked == []


def test_an_encrypted_drip_ends_at_the_deadline(authority, monkeypatch):
    bundle, context = authority
    monkeypatch.setenv("BERTH_CA_BUNDLE", bundle)
    network.cache_clear()
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.5)

    def script(line: Line, _request: bytes) -> None:
        line.send(OK + b"X-Long: ")
        line.drip(LONG, 0.03)

    with Wire(script, tls=context("127.0.0.1")) as server:
        began = time.monotonic()
        with pytest.raises(TemporarilyUnavailable):
            client().get(server.url)
        assert time.monotonic() - began < 1.5


def test_a_handshake_that_nobody_answers_ends_at_the_deadline(monkeypatch):
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(TemporarilyUnavailable):
            client().get(f"https://127.0.0.1:{silent.getsockname()[1]}/")
        assert time.monotonic() - began < 1.4


def test_an_address_of_another_host_is_not_asked():
    with Wire(answer()) as server:
        for url in (server.url.replace("127.0.0.1", "localhost"), server.url.replace("http:", "ftp:"), "", "jobs"):
            with pytest.raises(NotAllowed):
                client().get(url)
        assert server.asked == []


def test_json_that_was_sent_comes_back_whole():
    sent = {"jobs": [{"id": n, "title": "Bäckerin 🥐" * 20} for n in range(2000)]}
    packed = gzip.compress(json.dumps(sent).encode())
    assert get(chunked(*(packed[i : i + 1000] for i in range(0, len(packed), 1000)))).body == packed
    assert get(answer(packed, headers=["Content-Encoding: gzip"])).json() == sent


def test_a_reading_that_is_given_up_waits_for_nobody():
    """Else the garbage collector, which closes it in any thread, may wait for a thread that waits for it."""
    release, asked = threading.Event(), []

    def ask(number: int) -> int:
        asked.append(number)
        assert number == 0 or release.wait(20)
        return number

    found = Client("Told", ("ats.example.com",), Limits(parallel=2)).each(ask, range(50))
    assert next(found) == 0
    closing = threading.Thread(target=found.close)
    closing.start()
    closing.join(10)
    waited = closing.is_alive()
    release.set()
    assert not waited
    assert len(asked) <= 4, "what was not begun is never asked"
