"""The one way out: every request ends in time, bounded, at its own service."""

import base64
import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpcore
import httpx
import pytest
import trustme

from syncd.connect import http as way_out
from syncd.connect.http import Deadlines, ServiceAddress, Transport
from syncd.connect.network import Network, Proxies, RateLimiter
from syncd.connect.refusals import unanswered
from syncd.errors import Mistake, TryLater, Unclear
from syncd.redaction import HIDDEN, Secrets
from syncd.testing.fake_clock import FakeClock

Serve = Callable[[socket.socket], None]
TOKEN = "ntn_0123456789"  # noqa: S105  # of nobody


@contextmanager
def server(serve: Serve, trust: ssl.SSLContext | None = None) -> Iterator[str]:
    """Run a server that treats each connection so; give its origin."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_one, args=(plain,), daemon=True).start()

    def _one(plain: socket.socket) -> None:
        try:
            with trust.wrap_socket(plain, server_side=True) if trust else plain as connection:
                serve(connection)
        except OSError:
            return  # the client hung up, as it may

    threading.Thread(target=run, daemon=True).start()
    scheme = "https" if trust else "http"
    try:
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        listener.close()


def saying(*parts: bytes, pause: float = 0.0) -> Serve:
    """Read a request, then send these parts."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)

    return serve


def replying(body: bytes, *headers: str, status: int = 200) -> Serve:
    head = [f"HTTP/1.1 {status} OK", f"content-length: {len(body)}", *headers, "", ""]
    return saying("\r\n".join(head).encode(), body)


def network(**parts: Any) -> Network:
    return Network(limiter=RateLimiter(FakeClock()), **parts)


def get(
    origin: str, path: str = "/v1/x", *, seconds: float = 5.0, net: Network | None = None
) -> httpx.Response:
    transport = Transport(ServiceAddress(origin=origin), net or network(), seconds)
    with httpx.Client(transport=transport, trust_env=False) as client:
        return client.get(f"{origin}{path}", headers={"authorization": f"Bearer {TOKEN}"})


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
DRIPS = {
    "headers": [HEAD, *[b"x"] * 999],
    "status line": [bytes([it]) for it in b"HTTP/1.1 " + b"2" * 999],
    "body": [HEAD + b"content-length: 100000\r\n\r\n", *[b" "] * 999],
    "chunks": [HEAD + b"transfer-encoding: chunked\r\n\r\n", *[b"1\r\n \r\n"] * 999],
    "silence": [HEAD],
    "continue": [*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 999],
}


@pytest.mark.parametrize("parts", DRIPS.values(), ids=DRIPS)
def test_a_reply_that_drips_ends_with_its_deadline(parts: list[bytes]) -> None:
    with server(saying(*parts, pause=0.05)) as origin:
        began = time.monotonic()
        if len(parts) == 1:
            parts.append(b"")
        with pytest.raises((httpx.ReadTimeout, httpx.RemoteProtocolError)) as error:
            get(origin, seconds=0.6)
        assert time.monotonic() - began < 3
    if len(parts) > 2:
        assert isinstance(error.value, httpx.ReadTimeout)


def test_a_server_that_takes_nothing_ends_with_the_deadline() -> None:
    def deaf(connection: socket.socket) -> None:
        connection.recv(1)
        time.sleep(3)

    with server(deaf) as origin:
        transport = Transport(ServiceAddress(origin=origin), network(), 0.6)
        with httpx.Client(transport=transport, trust_env=False) as client:
            began = time.monotonic()
            with pytest.raises(httpx.TimeoutException):
                client.post(origin, content=b"x" * 20_000_000)
            assert time.monotonic() - began < 3


def test_a_name_service_that_never_answers_ends_with_the_deadline() -> None:
    stop = threading.Event()
    deadlines = Deadlines(lambda *_, **__: [stop.wait(5)][:0])
    began = time.monotonic()
    with deadlines.within(0.5), pytest.raises(httpcore.ConnectTimeout):
        deadlines.connect_tcp("slow.example", 443)
    assert time.monotonic() - began < 2
    stop.set()


def test_an_address_that_does_not_answer_leaves_time_for_the_next() -> None:
    with server(replying(b"{}")) as up:
        port = int(up.rpartition(":")[2])
        told = [(0, 0, 0, "", (f"127.0.0.{last}", 0)) for last in (2, 1)]
        deadlines = Deadlines(lambda *_, **__: told)
        with deaf("127.0.0.2", port), deadlines.within(2.0):
            deadlines.connect_tcp("two.example", port).close()


@contextmanager
def deaf(host: str, port: int) -> Iterator[None]:
    """Have connections to an address hang: its queue is full, and nobody accepts."""
    with socket.create_server((host, port), backlog=0), ExitStack() as queue:
        for _ in range(4):
            one = queue.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex((host, port))
        yield


def test_a_few_bytes_that_become_many_are_not_read_to_their_end() -> None:
    bomb = gzip.compress(b"0" * (way_out.MOST_BYTES * 4), mtime=0)
    assert len(bomb) < 200_000
    with (
        server(replying(bomb, "content-encoding: gzip")) as origin,
        pytest.raises(way_out.TooLarge),
    ):
        get(origin)


def test_a_large_reply_is_not_read_to_its_end() -> None:
    many = [b"0" * 1_000_000] * 60
    with (
        server(saying(HEAD + b"content-length: 60000000\r\n\r\n", *many)) as origin,
        pytest.raises(way_out.TooLarge),
    ):
        get(origin)


def test_headers_without_end_are_no_reply() -> None:
    with (
        server(saying(HEAD, *[b"x: y\r\n" * 10_000] * 100)) as origin,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        get(origin)


def test_what_was_compressed_is_read_as_it_was() -> None:
    body = json.dumps({"a": ["é"] * 1000}).encode()
    with server(replying(gzip.compress(body), "content-encoding: gzip")) as origin:
        assert get(origin).json() == {"a": ["é"] * 1000}


def test_what_was_compressed_in_parts_is_read_as_it_was() -> None:
    body = gzip.compress(b'{"a": ') + gzip.compress(b"1}")
    with server(replying(body, "content-encoding: gzip")) as origin:
        assert get(origin).json() == {"a": 1}


@pytest.mark.parametrize("page", [b"<html>Sign in</html>", b" \n<!DOCTYPE html>"])
def test_a_page_for_people_is_no_answer_and_said_to_be_one(page: bytes) -> None:
    with (
        server(replying(page, "content-type: text/html")) as origin,
        pytest.raises(way_out.WebPage) as error,
    ):
        get(origin)
    told = unanswered("Notion", error.value, write=False)
    assert isinstance(told, TryLater)
    assert "sign in to your network" in str(told)


def test_why_there_is_no_connection_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(httpx.ConnectError) as error:
        get(f"http://127.0.0.1:{port}")
    assert "(Connection refused)" in str(unanswered("Notion", error.value, write=True))


ENCODED = {
    "garbage behind it": (gzip.compress(b"{}") + b"garbage", "gzip"),
    "not gzip": (b"{}", "gzip"),
    "half of it": (gzip.compress(b"x" * 9999)[:-20], "gzip"),
    "not asked for": (b"{}", "br"),
    "twice": (gzip.compress(gzip.compress(b"{}")), "gzip, gzip"),
}


@pytest.mark.parametrize(("body", "encoding"), ENCODED.values(), ids=ENCODED)
def test_an_encoding_that_can_not_be_read_is_no_reply(body: bytes, encoding: str) -> None:
    with (
        server(replying(body, f"content-encoding: {encoding}")) as origin,
        pytest.raises(httpx.DecodingError) as error,
    ):
        get(origin)
    assert isinstance(unanswered("X", error.value, write=True), Unclear)
    assert isinstance(unanswered("X", error.value, write=False), TryLater)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 5000 + b"1" + b"}" * 5000])
def test_a_reply_nested_without_measure_is_no_reply(body: bytes) -> None:
    with server(replying(body)) as origin, pytest.raises(way_out.Garbled):
        get(origin)


OTHERS = {
    "utf-8 with a mark": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-32": "utf-32-be",
}


@pytest.mark.parametrize("encoding", OTHERS.values(), ids=OTHERS)
def test_another_encoding_of_unicode_leads_past_nothing(encoding: str) -> None:
    """Parsers of JSON tell it by its first bytes (RFC 4627, 3)."""
    body = r'{"a": "\ud83d\u0000é", "n": ' + "9" * 5000 + "}"
    with server(replying(body.encode(encoding))) as origin:
        assert get(origin).json() == {"a": "\ufffd\ufffdé", "n": float("inf")}
    deep = ("[" * 100_000).encode(encoding)
    with server(replying(deep)) as origin, pytest.raises(way_out.Garbled):
        get(origin)
    said = json.dumps({"message": f"no {TOKEN}"}).encode(encoding)
    with server(replying(said, status=400)) as origin:
        reply = get(origin, net=network(secrets=Secrets([TOKEN])))
    assert reply.json() == {"message": f"no {HIDDEN}"}


TEXTS = {
    "half a pair": (rb'"\ud83d x"', "\ufffd x"),
    "a pair": (rb'"\ud83d\ude00"', "\N{GRINNING FACE}"),
    "the other half": (rb'"a\udc00"', "a\ufffd"),
    "nothing at all": (rb'"a\u0000b"', "a\ufffdb"),
    "bytes that are none": (b'"a\xff"', "a\ufffd"),
    "half a pair in bytes": (b'"\xed\xa0\x80"', "\ufffd\ufffd\ufffd"),
    "what only looks like it": (rb'"\\ud83d"', r"\ud83d"),
}


@pytest.mark.parametrize(("raw", "text"), TEXTS.values(), ids=TEXTS)
def test_texts_come_in_whole(raw: bytes, text: str) -> None:
    with server(replying(b'{"a": ' + raw + b"}")) as origin:
        assert get(origin).json() == {"a": text}


def test_a_number_of_thousands_of_digits_is_no_trouble_of_its_neighbours() -> None:
    with server(replying(b'{"a": ' + b"9" * 5000 + b', "b": 1}')) as origin:
        assert get(origin).json() == {"a": float("inf"), "b": 1}


def test_a_redirect_is_handed_back_and_no_one_is_asked_there() -> None:
    asked: list[bytes] = []

    def elsewhere(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))

    with server(elsewhere) as other:
        for status in (301, 302, 303, 307, 308):
            with server(replying(b"", f"location: {other}/x", status=status)) as origin:
                assert get(origin).status_code == status
    assert asked == []


def test_nothing_is_sent_to_another_than_the_service() -> None:
    net = network()
    transport = Transport(ServiceAddress(origin="https://api.example"), net)
    with httpx.Client(transport=transport, trust_env=False) as client:
        for address in (
            "https://other.example/",
            "https://api.example:8443/",
            "http://api.example/",
        ):
            with pytest.raises(way_out.Misdirected):
                client.get(address)
    assert net.limiter.total == 0


def test_nothing_goes_unprotected_to_another_machine() -> None:
    with pytest.raises(way_out.Misdirected):
        get("http://api.example")


def test_an_address_that_a_library_names_is_exchanged() -> None:
    heard: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        heard.append(connection.recv(65536))
        connection.sendall(HEAD + b"content-length: 2\r\n\r\n{}")

    with server(serve) as origin:
        transport = Transport(
            ServiceAddress(origin=origin, named="https://api.example"), network()
        )
        with httpx.Client(transport=transport, trust_env=False) as client:
            assert client.get("https://api.example/v1/x").json() == {}
        host = origin.removeprefix("http://")
    assert f"host: {host}" in heard[0].decode().lower()


def test_what_is_said_back_in_an_error_shows_no_secret() -> None:
    said = f"Token {TOKEN} (Authorization: Bearer {TOKEN}) is bad"
    secrets = Secrets([TOKEN])
    bodies = {
        "json": json.dumps({"message": said, TOKEN: [said]}).encode(),
        "escaped": b'{"message": "'
        + "".join(f"\\u{ord(it):04x}" for it in said).encode()
        + b'"}',
        "text": said.encode(),
    }
    for body in bodies.values():
        with server(replying(body, status=400)) as origin:
            reply = get(origin, net=network(secrets=secrets))
        assert TOKEN not in reply.text
        assert HIDDEN in reply.text


def test_each_request_is_counted_and_the_services_clock_learnt() -> None:
    net = network()
    with server(replying(b"{}", "date: Mon, 04 May 2026 09:16:25 GMT")) as origin:
        get(origin, net=net)
        get(origin, net=net)
    assert net.limiter.total == 2
    assert net.limiter.offset is not None


# Proxies.


def by(proxy: str, **more: str) -> Network:
    return network(proxies=Proxies.of({"HTTPS_PROXY": proxy, **more}))


def test_a_proxy_of_the_environment_is_asked_for_the_way() -> None:
    heard: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        heard.append(connection.recv(65536))
        said = b"denied to ada s3cret (basic " + base64.b64encode(b"ada:s3cret") + b")"
        connection.sendall(b"HTTP/1.1 407 " + said + b"\r\n\r\n")

    with server(serve) as proxy:
        mine = proxy.replace("http://", "http://ada:s3cret@")
        with pytest.raises(httpx.ProxyError) as error:
            get("https://api.example", net=by(mine))
    assert heard[0].startswith(b"CONNECT api.example:443 HTTP/1.1\r\n")
    assert b"proxy-authorization: basic" in heard[0].lower()
    assert TOKEN.encode() not in heard[0]
    told = unanswered("Notion", error.value, write=True)
    assert isinstance(told, TryLater)
    assert "407" in str(told)
    assert proxy in str(told)
    assert "s3cret" not in str(told)
    assert "denied" not in repr(told.__context__)


def test_the_password_of_a_proxy_is_a_secret() -> None:
    proxies = Proxies.of({"HTTPS_PROXY": "http://ada:p%40ss@p:1", "all_proxy": "http://q:2"})
    secrets = Secrets(proxies.secrets())
    coded = base64.b64encode(b"ada:p@ss").decode()
    for said in ("p@ss", "p%40ss", "ada:p@ss", coded):
        assert said not in secrets.clear(f"no {said} here")


def test_a_proxy_that_is_not_there_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(httpx.ProxyError, match=f"http://127.0.0.1:{port}"):
        get("https://api.example", net=by(f"127.0.0.1:{port}"))


def test_this_machine_is_asked_without_a_proxy() -> None:
    net = network(proxies=Proxies.of({"http_proxy": "http://127.0.0.1:9", "ALL_PROXY": "x:1"}))
    with server(replying(b"{}")) as origin:
        assert get(origin, net=net).status_code == 200


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:1080", "https://p:1", "ftp://x", "http://", "http://x:y"]
)
def test_a_proxy_that_can_not_be_used_is_a_mistake(proxy: str) -> None:
    with pytest.raises(Mistake, match="HTTPS_PROXY"):
        get("https://api.example", net=by(proxy))


WAYS = [
    ({"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2"}, "a"),
    ({"ALL_PROXY": "http://a:1"}, "a"),
    ({"http_proxy": "http://a:1"}, ""),
    ({"https_proxy": "http://a:1", "no_proxy": "*"}, ""),
    ({"https_proxy": "http://a:1", "no_proxy": "api.example"}, ""),
    ({"https_proxy": "http://a:1", "NO_PROXY": ".example, other"}, ""),
    ({"https_proxy": "http://a:1", "no_proxy": "example:443"}, ""),
    ({"https_proxy": "http://a:1", "no_proxy": "example:444"}, "a"),
    ({"https_proxy": "http://a:1", "no_proxy": "i.example,10.0.0.0/8,[::"}, "a"),
    ({"https_proxy": " "}, ""),
]


@pytest.mark.parametrize(("environ", "host"), WAYS)
def test_the_way_is_that_of_the_environments_variables(
    environ: dict[str, str], host: str
) -> None:
    found = Proxies.of(environ).way("https", "api.example", None)
    assert (found.url.host.decode() if found else "") == host


def test_a_network_is_exempt_by_its_addresses() -> None:
    proxies = Proxies.of({"https_proxy": "http://a:1", "no_proxy": "10.0.0.0/8"})
    assert proxies.way("https", "10.1.2.3", 443) is None
    assert proxies.way("https", "11.1.2.3", 443) is not None


# Certificates.


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> Iterator[trustme.CA]:
    yield trustme.CA()
    way_out.trusted.cache_clear()


def secured(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def test_a_certificate_that_the_system_trusts_is_good(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with authority.cert_pem.tempfile() as path:
        monkeypatch.setenv("SSL_CERT_FILE", path)
        way_out.trusted.cache_clear()
        with server(replying(b"{}"), secured(authority, "127.0.0.1")) as origin:
            assert get(origin).json() == {}


def test_a_certificate_that_nobody_trusts_is_said_and_nothing_sent(
    authority: trustme.CA,
) -> None:
    way_out.trusted.cache_clear()
    with (
        server(replying(b"{}"), secured(authority, "127.0.0.1")) as origin,
        pytest.raises(httpx.ConnectError) as error,
    ):
        get(origin)
    told = unanswered("Notion", error.value, write=True)
    assert isinstance(told, TryLater)
    assert "SSL_CERT_FILE" in str(told)


def test_a_certificate_of_another_is_not_good(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with authority.cert_pem.tempfile() as path:
        monkeypatch.setenv("SSL_CERT_FILE", path)
        way_out.trusted.cache_clear()
        with (
            server(replying(b"{}"), secured(authority, "other.example")) as origin,
            pytest.raises(httpx.ConnectError, match="CERTIFICATE"),
        ):
            get(origin)
