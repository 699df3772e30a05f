"""A door before a sandbox: an HTTP/1.1 proxy over raw sockets that can be told to misbehave.

A connector's ``base_url`` points at it. It passes on what it is asked, and what the sandbox
answers; a request that meets a rule gets what the rule's act does instead.
"""

import http.client
import re
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LIMIT = 90.0
"""Seconds that an act may last, at the most."""
HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})
"""Headers that belong to one connection, and are made anew for the next."""


class Over(Exception):
    """The peer is gone, the time is up, or the door is being closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, as it came."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    raw: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def header(self, name: str) -> str:
        found = (value for key, value in self.headers if key.lower() == name)
        return next(found, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the sandbox answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


Act = Callable[["Exchange"], None]


@dataclass(slots=True, kw_only=True)
class Rule:
    """Which requests an act meets: as in ``syncd.testing.fault_injection``.

    method, path: regular expressions that must match the whole of each. skip: how many
    pass before it begins. times: how many it meets; 0 means all that follow.
    """

    act: Act
    method: str = ".*"
    path: str = ".*"
    skip: int = 0
    times: int = 0
    met: int = 0

    def meets(self, asked: Asked) -> bool:
        """Say whether this request is met, counting it."""
        hit = re.fullmatch(self.method, asked.method) and re.fullmatch(self.path, asked.path)
        if not hit:
            return False
        self.met += 1
        return self.met > self.skip and (not self.times or self.met <= self.skip + self.times)


class Exchange:
    """One request that is being answered."""

    def __init__(self, front: "Front", peer: socket.socket, asked: Asked) -> None:
        self.front, self.peer, self.asked = front, peer, asked
        self._until = time.monotonic() + LIMIT
        self.whole = False
        """Whether the answer was whole, so that the connection can go on."""

    def forward(self) -> Reply:
        """Ask the sandbox."""
        return self.front.ask(self.asked)

    def send(self, data: bytes) -> None:
        """Send at once. Raises ``Over`` where nobody takes it any more."""
        if self.front.closing.is_set() or time.monotonic() > self._until:
            raise Over
        try:
            self.peer.sendall(data)
        except OSError as error:
            raise Over from error

    def wait(self, seconds: float = LIMIT) -> None:
        """Wait. Raises ``Over`` if the peer leaves meanwhile, or the time is up."""
        until = min(time.monotonic() + seconds, self._until)
        while (left := until - time.monotonic()) > 0:
            if self.front.closing.is_set() or self._left(min(left, 0.1)):
                raise Over
        if until >= self._until:
            raise Over

    def answer(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        """Send a whole reply, well formed but for what the caller made of it."""
        length = () if status in (204, 304) else (("Content-Length", str(len(body))),)
        self.send(head(status, (*headers, *length)))
        self.send(body)
        self.whole = status >= 200 and (status not in (204, 205, 304) or not body)

    def reset(self) -> None:
        """Drop the connection by a TCP reset."""
        linger = struct.pack("ii", 1, 0)
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.peer.close()
        raise Over

    def _left(self, seconds: float) -> bool:
        try:
            if not select.select([self.peer], [], [], seconds)[0]:
                return False
            return self.peer.recv(65536) == b""
        except (OSError, ValueError):
            return True


def head(status: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    """Return a status line and headers, and the empty line after them."""
    lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, 'Whatever')}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")


@dataclass
class Front:
    """The door; ``rules`` are those in force, ``asked`` is all that was asked."""

    origin_behind: str
    rules: list[Rule] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.origin = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._peers: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._open, daemon=True)]
        self._threads[0].start()

    def misbehave(self, act: Act, **where: object) -> Rule:
        """Begin to misbehave; ``where`` as in ``Rule``."""
        self.rules.append(Rule(act=act, **where))  # type: ignore[arg-type]  # the fields of a rule
        return self.rules[-1]

    def behave(self) -> None:
        """Misbehave no more."""
        self.rules.clear()

    def close(self) -> None:
        """End every conversation and every thread."""
        self.closing.set()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for peer in list(self._peers):
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        assert not any(it.is_alive() for it in self._threads)

    def ask(self, asked: Asked) -> Reply:
        """Ask the sandbox what we were asked."""
        behind = urlsplit(self.origin_behind)
        line = http.client.HTTPConnection(behind.hostname or "", behind.port, timeout=30)
        headers = {name: value for name, value in asked.headers if name.lower() not in HOP}
        try:
            line.request(asked.method, asked.target, asked.body or None, headers)
            found = line.getresponse()
            kept = tuple(it for it in found.getheaders() if it[0].lower() not in HOP)
            return Reply(status=found.status, headers=kept, body=found.read())
        finally:
            line.close()

    def _open(self) -> None:
        while not self.closing.is_set():
            try:
                peer, _ = self._door.accept()
            except OSError:
                return
            peer.settimeout(LIMIT)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._threads.append(threading.Thread(target=self._serve, args=[peer], daemon=True))
            self._threads[-1].start()

    def _serve(self, peer: socket.socket) -> None:
        with self._known(peer), suppress(Over, OSError, http.client.HTTPException):
            for asked in requests(peer):
                self.asked.append(asked)
                exchange = Exchange(self, peer, asked)
                rule = next((it for it in self.rules if it.meets(asked)), None)
                (rule.act if rule else passed_on)(exchange)
                if not exchange.whole:
                    return

    @contextmanager
    def _known(self, peer: socket.socket) -> Iterator[None]:
        self._peers.add(peer)
        try:
            yield
        finally:
            self._peers.discard(peer)
            peer.close()


def passed_on(it: Exchange) -> None:
    """Answer what the sandbox answers."""
    reply = it.forward()
    it.answer(reply.status, reply.headers, reply.body)


def requests(peer: socket.socket) -> Iterator[Asked]:
    """Read requests from a connection until it ends."""
    file = peer.makefile("rb")
    while line := file.readline(65536):
        lines = [line]
        while (lines[-1] or b"\r\n") != b"\r\n":
            lines.append(file.readline(65536))
        method, target, _ = line.decode("latin-1").split(" ", 2)
        pairs = (it.decode("latin-1").rstrip("\r\n").split(":", 1) for it in lines[1:-1])
        headers = tuple((name, value.strip()) for name, value in pairs)
        lengths = [value for name, value in headers if name.lower() == "content-length"]
        body = file.read(int(lengths[0])) if lengths else b""
        raw = b"".join(lines) + body
        yield Asked(method=method, target=target, headers=headers, body=body, raw=raw)
