"""Connections whose every step ends by one deadline, however slowly bytes come."""

import socket
import ssl
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from ipaddress import ip_address
from time import monotonic
from typing import Any

import httpcore

_PIECE = 65536
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
        found: list[str] = []
        failed: list[OSError] = []

        def ask() -> None:
            try:
                told = self._resolve(host, port, type=socket.SOCK_STREAM)
                found.extend(dict.fromkeys(str(one[4][0]) for one in told))
            except (OSError, UnicodeError) as error:
                failed.append(error if isinstance(error, OSError) else OSError(str(error)))

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(self.left(httpcore.ConnectTimeout))
        if failed:
            raise httpcore.ConnectError(str(failed[0])) from failed[0]
        if not found:
            message = "the name was not found in time"
            raise httpcore.ConnectTimeout(message)
        return found


class _Stream(httpcore.NetworkStream):
    """A connection that reads and writes no longer than its thread's deadline allows."""

    def __init__(self, inner: httpcore.NetworkStream, deadlines: Deadlines) -> None:
        self._inner = inner
        self._deadlines = deadlines

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._deadlines.left(httpcore.ReadTimeout)
        return self._inner.read(max_bytes, _least(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            left = self._deadlines.left(httpcore.WriteTimeout)
            self._inner.write(buffer[start : start + _PIECE], _least(timeout, left))

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
