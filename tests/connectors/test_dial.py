"""No request of ours goes anywhere but to public addresses of the hosts that a connector names.

`socket.connect` is replaced wherever an address is not this machine's, so nothing leaves it.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.simulator.wire import Wire, answer
from webapp.config import network
from webapp.connectors import AccountNotFound, ConnectorError, NotAllowed, TemporarilyUnavailable
from webapp.connectors import _dial as dial
from webapp.connectors import _http as http
from webapp.connectors._dial import AddressRefused, Dialling, GuardedAdapter, PrivateHosts, is_public
from webapp.connectors._http import Client

PUBLIC, PRIVATE = "93.184.215.14", "10.0.0.7"

#: Addresses that are well formed and lead where nobody should be led: refused on the address that is dialled.
BY_ADDRESS = {
    "this machine": """
        http://127.0.0.1/ http://127.0.0.1:80/ https://127.8.8.8/ http://localhost/ http://LOCALHOST/ http://localhost./
        http://127.1/ http://127.0.1/ http://0/ http://0.0.0.0/ http://2130706433/ http://0x7f000001/
        http://0x7f.0.0.1/ http://0177.0.0.1/ http://017700000001/ http://127.0.0.1./ http://127.000.000.001/
        http://[::1]/ http://[::]/ http://[0:0:0:0:0:0:0:1]/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/
        http://[::127.0.0.1]/ http://[0:0:0:0:0:ffff:7f00:1]/ http://ip6-localhost/ http://ip6-loopback/
        http://①②⑦.⓪.⓪.①/ http://127。0。0。1/ http://１２７.０.０.１/ http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/
    """,
    "the network around it": """
        http://10.0.0.1/ http://172.16.0.1/ http://172.31.255.255/ http://192.168.1.1/ http://3232235777/
        http://0xc0a80101/ http://100.64.0.1/ http://198.18.0.1/ http://[fc00::1]/ http://[fd12:3456::1]/
        http://[fec0::1]/ http://[fe80::1]/ http://[fe80::1%25eth0]/ http://[::ffff:10.0.0.1]/
        http://[::ffff:192.168.0.1]/
    """,
    "metadata services": """
        http://169.254.169.254/latest/meta-data/ http://2852039166/ http://0xa9fea9fe/ http://0xa9.0xfe.0xa9.0xfe/
        http://0251.0376.0251.0376/ http://[::ffff:169.254.169.254]/ http://[::ffff:a9fe:a9fe]/
        http://169.254.170.2/v2/credentials http://100.100.100.200/latest/meta-data/ http://192.0.0.192/latest/
        http://168.63.129.16/metadata/ http://[fd00:ec2::254]/latest/ http://metadata.google.internal/ http://metadata/
    """,
    "IPv4 inside IPv6": """
        http://[64:ff9b::7f00:1]/ http://[64:ff9b::a9fe:a9fe]/ http://[64:ff9b:1::7f00:1]/ http://[2002:7f00:1::]/
        http://[2002:a9fe:a9fe::]/ http://[2001::1]/ http://[2001:0:7f00:1::]/ http://[::169.254.169.254]/
    """,
    "addresses of nobody": """
        http://224.0.0.1/ http://255.255.255.255/ http://240.0.0.1/ http://192.0.2.1/ http://198.51.100.7/
        http://203.0.113.7/ http://192.88.99.1/ http://[ff02::1]/ http://[2001:db8::1]/ http://[3fff::1]/
        http://[100::1]/
    """,
}
#: Addresses that are refused as they are written, before any name is looked up.
BY_SYNTAX = [
    "file:///etc/passwd",
    "ftp://ftp.example.com/",
    "gopher://127.0.0.1:6379/_INFO",
    "dict://127.0.0.1:11211/",
    "ldap://127.0.0.1/",
    "jar:http://127.0.0.1!/",
    "data:text/plain,hi",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "http://user:pw@127.0.0.1/",
    "http://api.example.com@127.0.0.1/",
    "http://127.0.0.1#@api.example.com/",
    "http://127.0.0.1\\@api.example.com/",
    "http://api.example.com\\@127.0.0.1/",
    "http://api.example.com:80@127.0.0.1:80/",
    "http:127.0.0.1/",
    "http:///127.0.0.1/",
    "//127.0.0.1/",
    "http://127.0.0.1\t/",
    "http://127.0.0.1\r\nX: y/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%00.example.com/",
    "http://[::1",
    "http://",
    "http://example.com:22/",
    "http://example.com:6379/",
    "http://example.com:25/",
]
ADDRESSES = [address for group in BY_ADDRESS.values() for address in group.split()]
REFUSED = ADDRESSES + BY_SYNTAX
ALLOWED = [
    "https://api.bamboohr.com/api/gateway.php/acme/v1/",
    "https://boards-api.greenhouse.io/v1/boards/acme/jobs",
    "https://acme.jobs.personio.de/xml",
    "https://api.lever.co/v0/postings/acme",
    "https://acme.workable.com/spi/v3/jobs",
    "https://api.smartrecruiters.com/v1/companies/acme/postings",
    "https://api.ashbyhq.com/posting-api/job-board/acme",
    "https://wd3-impl-services1.workday.com/ccx/service/acme",
    "https://acme.recruitee.com/api/offers/",
    "https://api.teamtailor.com/v1/jobs",
    "https://bücher.example/",
    "https://xn--bcher-kva.example/",
    "https://EXAMPLE.com:443/",
    "https://api.example.com:8443/x",
]
HOSTS = [urlsplit(address).hostname or "" for address in ALLOWED]
SECRET = "Bearer canary-of-this-test"

look_up_really = socket.getaddrinfo
connect_really = socket.socket.connect


class Everything(tuple):
    """An allow-list that holds every host."""

    def __contains__(self, _host: object) -> bool:
        return True


class Net:
    """What stands in for the network: `names` are resolved as told (in turns, where told several), others are public.

    `looked_up` and `dialled` hold what was asked for. Only loopback is really connected to, all else is unreachable.
    """

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {
            name: [["127.0.0.1"]] for name in ("localhost", "ip6-localhost", "ip6-loopback")
        }
        self.names |= {name: [["169.254.169.254"]] for name in ("metadata", "metadata.google.internal")}
        self.looked_up: list[str] = []
        self.dialled: list[Any] = []
        self.really = False

    def getaddrinfo(self, host: str, port: int, family: int = 0, kind: int = 0, *rest: int) -> list[Any]:
        self.looked_up.append(host)
        if "%" in host:  # as on a machine that has an interface of this name
            return [(socket.AF_INET6, kind, 6, "", (host, port, 0, 2))]
        try:  # numbers, in every way of writing them that the C library knows
            return look_up_really(host, port, family, kind, 0, socket.AI_NUMERICHOST)
        except socket.gaierror:
            turns = self.names.get(host.lower(), [[PUBLIC]])
            addresses = turns.pop(0) if len(turns) > 1 else turns[0]
            return [look_up_really(a, port, 0, kind, 0, socket.AI_NUMERICHOST)[0] for a in addresses]

    def connect(self, connection: socket.socket, address: Any) -> None:
        self.dialled.append(address[0])
        if not (self.really and ipaddress.ip_address(address[0]).is_loopback):
            raise ConnectionRefusedError("nothing leaves this machine")
        connect_really(connection, address)


@pytest.fixture(autouse=True)
def net(monkeypatch) -> Iterator[Net]:
    net = Net()
    monkeypatch.delenv("BERTH_ALLOW_PRIVATE_HOSTS", raising=False)
    monkeypatch.delenv("BERTH_SIMULATOR_URL", raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", net.getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", lambda connection, address: net.connect(connection, address))
    monkeypatch.setattr(http.random, "uniform", lambda _low, _high: 0.0)
    network.cache_clear()
    yield net
    network.cache_clear()


def allow(monkeypatch, hosts: str) -> None:
    monkeypatch.setenv("BERTH_ALLOW_PRIVATE_HOSTS", hosts)
    network.cache_clear()


def guarded(private: PrivateHosts | None = None) -> requests.Session:
    """The network layer alone: no allow-list of hosts, no check of how an address is written."""
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, GuardedAdapter(Dialling(private or PrivateHosts())))
    return session


def attempt(session: requests.Session, address: str) -> Exception | requests.Response:
    try:
        return session.get(address, timeout=2, allow_redirects=False)
    except Exception as error:
        return error


def ask(client: Client, address: str) -> str:
    """The kind of the error, or `ok`."""
    try:
        client.get(address)
    except ConnectorError as error:
        return error.kind
    return "ok"


def by_https(address: str) -> str:
    return address.replace("http://", "https://").replace(":80/", "/")


def test_the_corpus_is_whole():
    assert (len(set(REFUSED)), len(set(ALLOWED))) == (105, 14)


@pytest.mark.parametrize("scheme", ["as written", "https"])
def test_the_network_layer_alone_dials_no_address_that_is_not_public(net, scheme):
    for address in ADDRESSES:
        outcome = attempt(guarded(), by_https(address) if scheme == "https" else address)
        assert isinstance(outcome, AddressRefused | requests.exceptions.InvalidURL), f"{address}: {outcome!r}"
    assert net.dialled == []


@pytest.mark.parametrize("address", BY_SYNTAX)
def test_an_address_of_another_form_is_refused_as_it_is_written(net, address):
    client = Client("Example", ())
    client.hosts = Everything()
    for written in {address, by_https(address)} - {"https://127.0.0.1#@api.example.com/"}:  # that is a plain host
        with pytest.raises(NotAllowed):
            client._check(written)
    assert net.looked_up == []


@pytest.mark.parametrize(
    "address",
    [
        r"https://ats.example.com\.example.net/",
        r"https://ats.example.com/a\b",
        " https://ats.example.com/",
        "https://ats.example.com/ ",
        "https://ats.example.com/\x00",
        "https://ats.example.com/\n/",
        "https://ats.exam\tple.com/",
        "HTTPS://ats.example.com/",
        "https:\\\\ats.example.com/",
        "https://ats.example.com:0/",
        "https://ats.example.com:99999/",
        "https://a..b/",
        "",
    ],
)
def test_what_libraries_read_in_different_ways_is_refused(net, address):
    client = Client("Example", ())
    client.hosts = Everything()
    assert ask(client, address) == "not_allowed"
    assert net.dialled == []


def test_a_name_that_is_not_ascii_is_not_left_to_the_resolver(net):
    with pytest.raises(AddressRefused):
        dial.resolve_public("ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", 443, PrivateHosts())
    assert net.looked_up == []


def test_with_every_host_allowed_nothing_of_the_corpus_is_dialled(net):
    client = Client("Example", ())
    client.hosts = Everything()
    for address in REFUSED:
        assert ask(client, address) == "not_allowed", address
        assert ask(client, by_https(address)) == "not_allowed", address
    assert net.dialled == []


def test_through_the_allow_list_nothing_of_the_corpus_is_even_looked_up(net):
    client = Client("Example", HOSTS)
    for address in REFUSED:
        assert ask(client, address) == "not_allowed", address
    assert (net.looked_up, net.dialled) == ([], [])


def test_what_is_allowed_is_dialled_by_the_network_layer(net):
    for number, address in enumerate(ALLOWED, 1):
        attempt(guarded(), address)
        assert len(net.dialled) == number, address
    assert set(net.dialled) == {PUBLIC}


def test_what_is_allowed_is_dialled_through_the_allow_list(net):
    for address in ALLOWED:
        net.dialled.clear()
        assert ask(Client("Example", HOSTS), address) == "temporarily_unavailable", address
        assert net.dialled == [PUBLIC] * 3, address


def test_without_the_guard_the_corpus_is_dialled(net):
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", HTTPAdapter())
    for address in REFUSED:
        attempt(session, address)
    assert len(net.dialled) > 60, "the tests above would not have seen a connection"


_NOT_PUBLIC = """
    100.64.0.1 192.0.0.192 168.63.129.16 224.0.0.1 239.255.255.250 0.0.0.0 10.1.2.3 127.0.0.1 169.254.169.254 172.16.0.1
    172.31.255.255 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 240.0.0.1
    255.255.255.255 ::1 :: ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:93.184.215.14 64:ff9b::7f00:1 64:ff9b:1::1 100::1
    2002:7f00:1:: 2001::1 2001:db8::1 2620:4f:8000::1 fec0::1 fe80::1 fe80::1%eth0 2600::1%eth0 fc00::1 fd00::1 ff02::1
    3fff::1 3fff:fff::1 5f00::1 4000::1 localhost 127.1 0x7f000001 1.2.3.4%eth0 1.2.3 [::1]
"""
_IS_PUBLIC = """
    93.184.215.14 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
    168.63.129.15 168.63.129.17 169.253.255.255 172.15.255.255 172.32.0.0 192.0.1.1 192.88.98.1 192.167.255.255
    198.17.255.255 198.20.0.0 223.255.255.255 2600:: 2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00:1450::1
"""
NOT_PUBLIC, IS_PUBLIC = _NOT_PUBLIC.split(), _IS_PUBLIC.split()


@pytest.mark.parametrize("address", ["", "a.b.c.d", *NOT_PUBLIC])
def test_an_address_that_is_not_public_is_not_taken_for_one(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", IS_PUBLIC)
def test_a_public_address_is_known_as_one(address):
    assert is_public(address)


def test_a_name_that_resolves_twice_cannot_slip_through(net):
    for _round in range(200):
        net.names["ats.example.com"] = [[PUBLIC], [PRIVATE]]
        session = guarded()
        assert isinstance(attempt(session, "https://ats.example.com/"), requests.exceptions.ConnectionError)
        assert isinstance(attempt(session, "https://ats.example.com/"), AddressRefused)
    assert net.dialled == [PUBLIC] * 200
    assert net.looked_up == ["ats.example.com"] * 400, "one look-up for one connection"


@pytest.mark.parametrize(
    "answers",
    [
        [PUBLIC, PRIVATE],
        [PRIVATE, PUBLIC],
        [PUBLIC, "::1"],
        ["2606:4700::1111", PUBLIC, "fd00::1"],
        [PUBLIC, "::ffff:10.0.0.7"],
        [f"93.184.{n // 250}.{n % 250}" for n in range(1000)] + [PRIVATE],
    ],
)
def test_one_private_answer_among_public_ones_spoils_them_all(net, answers):
    net.names["ats.example.com"] = [answers]
    for _round in range(20):
        assert isinstance(attempt(guarded(), "https://ats.example.com/"), AddressRefused)
    assert net.dialled == []


def test_of_a_thousand_answers_four_are_dialled(net):
    net.names["ats.example.com"] = [[f"93.184.{n // 250}.{n % 250}" for n in range(1000)]]
    attempt(guarded(), "https://ats.example.com/")
    assert net.dialled == [f"93.184.0.{n}" for n in range(4)]


def test_a_name_that_is_not_resolved_in_time_holds_up_nobody(monkeypatch):
    answered = threading.Event()
    monkeypatch.setattr(dial, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: answered.wait(30) or [])
    began = time.monotonic()
    clients = [Client("Example", [f"{n}.example.com"]) for n in range(24)]
    outcomes: list[str] = []
    threads = [
        threading.Thread(target=lambda c=c, n=n: outcomes.append(ask(c, f"https://{n}.example.com/")))
        for n, c in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 2, "three tries of 0.2 s each, all at the same time"
    assert outcomes == ["temporarily_unavailable"] * 24
    assert clients[0].seen == {}
    answered.set()


def test_a_connection_in_use_is_kept_and_a_new_one_is_checked_again(net):
    net.really = True
    private = PrivateHosts.parse(["127.0.0.1/32"])
    keep, drop = [True, False], answer(b"ok")

    def script(line, _request):
        line.send(drop)
        return keep.pop(0)

    with Wire(script) as ours, guarded(private) as session:
        net.names["ats.example.com"] = [["127.0.0.1"], ["127.0.0.2"]]
        url = f"http://ats.example.com:{ours.port}/"
        assert attempt(session, url).status_code == 200
        assert attempt(session, url).status_code == 200
        assert len(net.looked_up) == 1, "the connection was used twice"
        time.sleep(0.05)  # the server has hung up by now
        assert isinstance(attempt(session, url), AddressRefused)
        net.names["other.example.com"] = [[PRIVATE]]
        assert isinstance(attempt(session, f"http://other.example.com:{ours.port}/"), AddressRefused)
    assert net.dialled == ["127.0.0.1"]


TARGETS = [
    "http://127.0.0.1:{other}/",
    "http://localhost:{other}/",
    "http://127.0.0.1:{same}/elsewhere",
    "/elsewhere",
    "//127.0.0.1:{other}/",
    "http://[::1]:{other}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://[::ffff:127.0.0.1]:{other}/",
    "http://2130706433:{other}/",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(net, monkeypatch, status):
    net.really = True
    allow(monkeypatch, "127.0.0.1,localhost,::1")
    with Wire(answer()) as other, Wire(b"") as ours:
        client = Client("Example", ["127.0.0.1"], credentials=True)
        for target in TARGETS:
            location = target.format(other=other.port, same=ours.port)
            ours.script = lambda line, _request, to=location: line.send(
                answer(b"<meta http-equiv=refresh>", f"{status} Moved", [f"Location: {to}", f"Refresh: 0; url={to}"])
            )
            with pytest.raises(AccountNotFound):
                client.get(f"{ours.url}/start", headers={"Authorization": SECRET})
    assert other.asked == []
    assert len(ours.asked) == len(net.dialled) == len(TARGETS)
    assert all(b"GET /start " in asked for asked in ours.asked)


def test_a_page_elsewhere_is_not_asked_for_with_our_credentials(net):
    client = Client("Example", ["ats.example.com", "www.example.com"])
    assert client.follow("https://www.example.com/jobs?page=2", set())
    for link in (
        "https://evil.example.net/jobs?page=2",
        "http://ats.example.com/jobs?page=2",
        "https://ats.example.com.evil.example.net/",
        "https://ats.example.com@evil.example.net/",
        "https://10.0.0.1/",
        "/jobs?page=2",
        "//ats.example.com/jobs",
    ):
        with pytest.raises(NotAllowed):
            client.follow(link, set())
    assert net.looked_up == []


def test_proxies_and_netrc_of_the_environment_are_ignored(net, monkeypatch, tmp_path):
    net.really = True
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password canary\n")
    allow(monkeypatch, "127.0.0.1")
    with Wire(answer(b"{}")) as proxy, Wire(answer(b"{}")) as ours:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NETRC", str(netrc))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none"))
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert Client("Example", ["127.0.0.1"]).get(f"{ours.url}/").json() == {}
        assert proxy.asked == []
        assert b"authorization" not in ours.asked[0].lower()
        requests.get(f"{ours.url}/", timeout=2)
        assert b"authorization: basic" in proxy.asked[0].lower(), "the environment would have been heard"


def test_a_proxy_set_on_the_session_is_refused(net):
    session = requests.Session()
    session.proxies = {"https": "http://127.0.0.1:3128"}
    assert ask(Client("Example", ["ats.example.com"], transport=session), "https://ats.example.com/") == "not_allowed"
    assert net.dialled == []


def test_a_session_that_is_handed_in_is_guarded_too(net):
    net.names["ats.example.com"] = [[PRIVATE]]
    session = requests.Session()
    session.mount("https://ats.example.com/", HTTPAdapter())
    assert ask(Client("Example", ["ats.example.com"], transport=session), "https://ats.example.com/") == "not_allowed"
    assert net.dialled == []


def test_a_private_name_is_asked_once_the_operator_allows_it(net, monkeypatch):
    net.really = True
    net.names["ats.intern"] = [["127.0.0.1"]]
    with Wire(answer(b"{}")) as ours:
        address = f"http://ats.intern:{ours.port}/"
        assert ask(Client("Example", ["ats.intern"]), address) == "not_allowed"
        assert net.looked_up == []
        allow(monkeypatch, "ATS.intern, other.intern")
        assert ask(Client("Example", ["ats.intern"]), address) == "ok"
        assert ask(Client("Example", ["localhost"]), f"http://localhost:{ours.port}/") == "not_allowed"
    assert len(ours.asked) == 1


def test_an_allowed_network_is_no_other_network(net, monkeypatch):
    allow(monkeypatch, "10.1.0.0/16")
    net.names |= {"in.intern": [["10.1.2.3"]], "out.intern": [["10.2.2.3"]], "both.intern": [["10.1.2.3", "10.2.2.3"]]}
    assert ask(Client("Example", ["in.intern"]), "https://in.intern/") == "temporarily_unavailable"
    assert set(net.dialled) == {"10.1.2.3"}
    net.dialled.clear()
    for host in ("out.intern", "both.intern", "10.2.0.1", "[::ffff:10.1.2.3]"):
        assert ask(Client("Example", [host.strip("[]")]), f"https://{host}/") == "not_allowed", host
    assert net.dialled == []


def test_plain_http_is_for_what_the_operator_named_and_for_nothing_else(net, monkeypatch):
    allow(monkeypatch, "10.1.0.0/16,ats.intern")
    for address in ("http://ats.intern:8080/", "http://10.1.2.3/", "https://ats.intern:9000/"):
        Client("Example", ["ats.intern", "10.1.2.3"])._check(address)
    refused = "http://ats.example.com/ http://10.2.0.1/ https://ats.example.com:8080/ ftp://ats.intern/ //ats.intern/"
    for address in refused.split():
        with pytest.raises(NotAllowed):
            Client("Example", ["ats.example.com", "10.2.0.1", "ats.intern"])._check(address)


def test_a_name_that_leads_inside_is_explained(net):
    net.names["ats.example.com"] = [[PRIVATE]]
    with pytest.raises(NotAllowed, match=r"ats.example.com leads to a private network"):
        Client("Example", ["ats.example.com"]).get("https://ats.example.com/jobs?token=canary")


def test_an_unknown_name_is_told_from_a_server_that_does_not_answer(net, monkeypatch):
    with pytest.raises(TemporarilyUnavailable, match=r"ats.example.com does not answer"):
        Client("Example", ["ats.example.com"]).get("https://ats.example.com/")

    def unknown(*_arguments):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(TemporarilyUnavailable, match=r"no server named ats.example.com"):
        Client("Example", ["ats.example.com"]).get("https://ats.example.com/")
