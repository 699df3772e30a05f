"""The one way out for all connectors: one request, by its deadline, to its own service, read whole."""

import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from time import monotonic
from typing import Any

import httpcore
import httpx

from syncd.connect.border import TooDeep, clean, rewritten, weight
from syncd.connect.network import Network
from syncd.hosts import is_here

_READ_PIECE = 65536
"""Bytes that are sent before the deadline is looked at again."""

# Sockets wait by the machine's own clock, so the deadline is by that clock too.


class Deadlines(httpcore.NetworkBackend):
    """Opens connections; whatever a thread does with them ends by that thread's deadline."""

    def __init__(self, resolve: Callable[..., Any] = socket.getaddrinfo) -> None:
        self._inner = httpcore.SyncBackend()
        self._resolve = resolve
        self._local = threading.local()

    @contextmanager
    def within(self, seconds: float) -> Generator[None]:
        """Let everything that this thread does meanwhile end within ``seconds``."""
        self._local.ends = monotonic() + seconds
        try:
            yield
        finally:
            del self._local.ends

    def left(self, error: type[Exception]) -> float:
        """Return the seconds until the deadline; raises ``error`` where it is over."""
        seconds = float(self._local.ends) - monotonic()
        if seconds <= 0:
            message = "the deadline of the request is over"
            raise error(message)
        return seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of a host's addresses, trying one after another: one that does not
        answer leaves time for the others."""
        trouble: Exception = httpcore.ConnectError("the name has no address")
        addresses = self._addresses(host, port)
        for place, address in enumerate(addresses):
            share = self.left(httpcore.ConnectTimeout) / (len(addresses) - place)
            try:
                stream = self._inner.connect_tcp(
                    address,
                    port,
                    timeout=_least(timeout, share),
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
            else:
                return _Stream(stream, self)
        raise trouble

    def _addresses(self, host: str, port: int) -> list[str]:
        """Return a host's addresses. The system's resolver knows no deadline: it is asked in
        a thread of its own, which is left to itself when the time is over."""
        if _is_address(host):
            return [host]
        addresses: list[str] = []
        failed: list[OSError] = []

        def ask() -> None:
            try:
                entries = self._resolve(host, port, type=socket.SOCK_STREAM)
                addresses.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))
            except (OSError, UnicodeError) as error:
                failed.append(error if isinstance(error, OSError) else OSError(str(error)))

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(self.left(httpcore.ConnectTimeout))
        if failed:
            raise httpcore.ConnectError(str(failed[0])) from failed[0]
        if not addresses:
            message = "the name was not found in time"
            raise httpcore.ConnectTimeout(message)
        return addresses


class _Stream(httpcore.NetworkStream):
    """A connection that reads and writes no longer than its thread's deadline allows."""

    def __init__(self, inner: httpcore.NetworkStream, deadlines: Deadlines) -> None:
        self._inner = inner
        self._deadlines = deadlines

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._deadlines.left(httpcore.ReadTimeout)
        return self._inner.read(max_bytes, _least(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _READ_PIECE):
            left = self._deadlines.left(httpcore.WriteTimeout)
            self._inner.write(buffer[start : start + _READ_PIECE], _least(timeout, left))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadlines.left(httpcore.ConnectTimeout)
        inner = self._inner.start_tls(ssl_context, server_hostname, _least(timeout, left))
        return _Stream(inner, self._deadlines)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _least(timeout: float | None, left: float) -> float:
    return left if timeout is None else min(timeout, left)


MOST_BYTES = 32 * 1024 * 1024
"""What a reply may hold, decoded: the largest that is asked for, a page of 2,500 events of a
calendar, is about 5 MB."""
_PIECE = 64 * 1024
"""Bytes that are decoded at once."""
MOST_MEMORY = 120 * 1024 * 1024
"""Bytes that a reply may take once it is read as JSON, as far as that can be told before: a
few characters may become hundreds of bytes."""
_SUCCESS_ENDS = 300
_GZIP = 16 + zlib.MAX_WBITS
"""How zlib names the one encoding that is asked for."""
_GONE_HEADERS = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""What a reply's headers said of its body on the wire."""


class Misdirected(httpx.UnsupportedProtocol):
    """A request to another place than the service's own; nothing was sent."""


class TooLarge(httpx.DecodingError):
    """A reply with more than syncd reads of any."""


class Garbled(httpx.DecodingError):
    """A reply in an encoding that was not asked for, or with impossible nesting."""


class WebPage(httpx.DecodingError):
    """A page for people with a good status: not what a service's API answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAddress:
    """Where a service answers.

    origin: its scheme, host and port, by the settings.
    also: further origins that its client asks (where a token is refreshed).
    named: the origin that its client library puts into every address, if that can't be
        set there: such requests go to ``origin``.
    """

    origin: str
    also: tuple[str, ...] = ()
    named: str = ""


class Transport(httpx.BaseTransport):
    """Sends requests to one service; for one thread at a time.

    Every request ends within its deadline, headers, body and connecting included. A reply
    holds ``MOST_BYTES`` at the most. Redirects are handed back, never followed. Errors are
    those of httpx; ``Mistake`` where a proxy of the environment can't be used.
    """

    def __init__(self, place: ServiceAddress, network: Network, seconds: float = 20.0) -> None:
        self._place = place
        self._network = network
        self._seconds = seconds
        self._deadlines = Deadlines()
        self._wires: dict[str, _Wire] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and read its whole reply."""
        self._direct(request)
        wire = self._wire(request.url)
        request.extensions["timeout"] = {}  # each step has what is left of the deadline
        self._network.limiter.request()
        with self._deadlines.within(self._seconds):
            reply = wire.reply_to(request)
            try:
                body = _decoded(reply)
            finally:
                reply.close()
        self._network.limiter.note(reply.headers.get("date"), len(body))
        return self._rebuilt(reply, body)

    def close(self) -> None:
        """Let go of the connections."""
        for wire in self._wires.values():
            wire.close()

    def _direct(self, request: httpx.Request) -> None:
        """Point a request to its service. Raises ``Misdirected``."""
        place = self._place
        if place.named and _origin(request.url) == _origin(httpx.URL(place.named)):
            to = httpx.URL(place.origin)
            request.url = request.url.copy_with(scheme=to.scheme, host=to.host, port=to.port)
            request.headers["host"] = request.url.netloc.decode()
        allowed = {_origin(httpx.URL(address)) for address in (place.origin, *place.also)}
        if _origin(request.url) not in allowed:
            message = "this address is not the service's own"
            raise Misdirected(message, request=request)
        if request.url.scheme != "https" and not is_here(request.url.host):
            message = "nothing is sent unprotected to another machine"
            raise Misdirected(message, request=request)
        request.headers["accept-encoding"] = "gzip"

    def _wire(self, url: httpx.URL) -> "_Wire":
        key = str(_origin(url))
        if key not in self._wires:
            proxy = self._network.proxies.way(url.scheme, url.host, url.port)
            self._wires[key] = _Wire(self._deadlines, proxy, secure=url.scheme == "https")
        return self._wires[key]

    def _rebuilt(self, reply: httpx.Response, body: bytes) -> httpx.Response:
        """Return a reply as clients read it: decoded, its texts whole, no secrets in errors."""
        secrets = self._network.secrets
        if weight(body) > MOST_MEMORY:
            message = "the reply holds more than syncd reads of any"
            raise TooLarge(message)
        if reply.is_success and body.lstrip()[:1] == b"<":
            message = (
                "a web page came: sign in to your network in a browser, or correct the address"
            )
            raise WebPage(message)
        try:
            body = clean(body)
            if reply.status_code >= _SUCCESS_ENDS:
                body = rewritten(body, secrets.clear)
        except TooDeep as error:
            message = "the reply is nested too deeply"
            raise Garbled(message) from error
        kept = [
            item for item in reply.headers.multi_items() if item[0].lower() not in _GONE_HEADERS
        ]
        return httpx.Response(reply.status_code, headers=kept, content=body)


class _Wire(httpx.HTTPTransport):
    """httpx's own transport, over connections that know a deadline.

    httpx makes the pool of connections itself and takes no ``network_backend`` of
    httpcore's, so the pool is put in its place (httpx 0.28.1, ``_transports.default``).
    """

    def __init__(
        self, deadlines: Deadlines, proxy: httpcore.Proxy | None, *, secure: bool
    ) -> None:
        self._proxy = f"{proxy.url.scheme.decode()}://{_at(proxy)}" if proxy else ""
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusted() if secure else None,
            proxy=proxy,
            max_connections=4,
            keepalive_expiry=30.0,
            network_backend=deadlines,
        )

    def reply_to(self, request: httpx.Request) -> httpx.Response:
        """Send a request; trouble with a proxy names it, without its credentials."""
        try:
            return self.handle_request(request)
        except (httpx.ProxyError, httpx.ConnectError) as error:
            if not self._proxy or "CERTIFICATE" in str(error).upper():
                raise
            # A proxy's own words are not told: they may repeat what it was sent.
            word = str(error).partition(" ")[0]
            what = word if word.isdecimal() else "it can't be reached"
            message = f"{self._proxy}: {what}"
            raise httpx.ProxyError(message, request=request) from None


def _at(proxy: httpcore.Proxy) -> str:
    return f"{proxy.url.host.decode()}:{proxy.url.port}"


@cache
def trusted() -> ssl.SSLContext:
    """Return what is trusted over TLS: the system's certificates (``SSL_CERT_FILE``)."""
    return ssl.create_default_context()


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _decoded(reply: httpx.Response) -> bytes:
    """Return a reply's body, decoded as it comes. Raises ``TooLarge`` and ``Garbled``."""
    body = bytearray()
    for part in _parts(reply):
        body += part
        if len(body) > MOST_BYTES:
            message = f"the reply is larger than {MOST_BYTES // 1024**2} MB"
            raise TooLarge(message)
    return bytes(body)


def _parts(reply: httpx.Response) -> Iterator[bytes]:
    stream = reply.stream
    assert isinstance(stream, httpx.SyncByteStream)  # noqa: S101  # of a transport that is sync
    encoding = reply.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        yield from stream
        return
    if encoding not in ("gzip", "x-gzip"):
        message = "the reply is in an encoding that was not asked for"
        raise Garbled(message)
    try:
        yield from _inflated(stream)
    except zlib.error as error:
        message = "the reply can't be decoded"
        raise Garbled(message) from error


def _inflated(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what a compressed stream holds, piece by piece: a few bytes may become many.

    It may have several members, one after another (RFC 1952, 2.2).
    """
    inflate: Any = None
    for part in stream:
        rest = part
        while rest:
            if inflate is None or inflate.eof:
                inflate = zlib.decompressobj(_GZIP)
            yield inflate.decompress(rest, _PIECE)
            rest = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
    if inflate is not None and not inflate.eof:
        message = "the reply ends too early"
        raise Garbled(message)
