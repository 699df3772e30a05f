"""A mail server that repeats what it was sent, takes its time, or never stops talking."""

import base64
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from syncd.errors import SyncdError
from syncd.mail.smtp import Receipt, Server, SmtpSender
from tests.hostile.laws import UNSEEN
from tests.mail.letters import ready

PASSWORD = "right horse battery"  # noqa: S105 - of no real account
PATIENCE = 1.0
"""Seconds that the tests let one answer take."""
LIMIT = 8.0
"""Seconds for a whole message."""
STEPS = ("greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".")
Talk = Callable[[socket.socket, "Heard"], None]


@dataclass
class Heard:
    """What a client said so far."""

    lines: list[bytes] = field(default_factory=list)

    @property
    def all(self) -> str:
        return b"".join(self.lines).decode("latin-1")


class Door:
    """A server that talks as it should up to one step, and then as it is told."""

    def __init__(self, step: str, talk: Talk) -> None:
        self.step, self.talk = step, talk
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._peers: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        for one in (self._door, *self._peers):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._thread.join(timeout=5)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._door.accept()
                peer.settimeout(60)
                self._peers.append(peer)
                with peer, suppress(OSError):
                    self._converse(peer, Heard())

    def _converse(self, peer: socket.socket, heard: Heard) -> None:
        file = peer.makefile("rb")
        self._say(peer, heard, "greeting", b"220 here\r\n")
        while line := file.readline(65536):
            heard.lines.append(line)
            word = line.split()[0].decode("latin-1").upper() if line.split() else ""
            if word == "AUTH" and len(line.split()) < 3:
                peer.sendall(b"334 \r\n")
                heard.lines.append(file.readline(65536))
            self._say(peer, heard, word, USUAL.get(word, b"250 OK\r\n"))
            if word == "DATA":
                while (line := file.readline(65536)) not in (b".\r\n", b""):
                    pass
                self._say(peer, heard, ".", b"250 taken\r\n")

    def _say(self, peer: socket.socket, heard: Heard, word: str, usual: bytes) -> None:
        if word != self.step:
            peer.sendall(usual)
            return
        self.talk(peer, heard)


USUAL = {
    "EHLO": b"250-here\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN\r\n",
    "AUTH": b"235 welcome\r\n",
    "DATA": b"354 go on\r\n",
}


@pytest.fixture
def send() -> Iterator[Callable[[str, Talk], Receipt]]:
    """Return what sends a message by a server that misbehaves at a step."""
    doors: list[Door] = []

    def begin(step: str, talk: Talk) -> Receipt:
        doors.append(Door(step, talk))
        server = Server(
            host="127.0.0.1",
            port=doors[-1].port,
            security="none",
            username="ada",
            password=PASSWORD,
            reply_timeout=PATIENCE,
            end_timeout=PATIENCE,
        )
        return SmtpSender(server).send(ready(), lambda _: None)

    yield begin
    for one in doors:
        one.close()


def outcome(send: Callable[[str, Talk], Receipt], step: str, talk: Talk) -> str:
    """Return all that is said of a message, in its time; only syncd's errors come out."""
    begun = time.monotonic()
    try:
        receipt = send(step, talk)
        said = str([*receipt.later.values(), *receipt.refused.values()])
    except SyncdError as error:
        said = str(error)
    assert time.monotonic() - begun < LIMIT
    assert len(said) < 2000
    assert not UNSEEN.search(said)
    return said


@pytest.mark.parametrize("code", [421, 450, 535, 554])
@pytest.mark.parametrize("step", STEPS[2:])
def test_a_password_that_a_server_repeats_is_not_told(
    send: Callable[[str, Talk], Receipt], step: str, code: int
) -> None:
    def talk(peer: socket.socket, heard: Heard) -> None:
        bare = f"{PASSWORD} {base64.b64encode(PASSWORD.encode()).decode()}"
        said = " / ".join(heard.all.split("\r\n"))[:400]
        peer.sendall(f"{code}-{bare}\r\n{code} You said: {said}\r\n".encode())

    said = outcome(send, step, talk)
    hidden = (PASSWORD, *(encoded(it) for it in (PASSWORD, f"\0ada\0{PASSWORD}")))
    assert [it for it in hidden if it in said] == []


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode().rstrip("=")


def drip(peer: socket.socket, _: Heard) -> None:
    """Say a line without end, a letter each tenth of a second."""
    peer.sendall(b"250 ")
    for _letter in range(100):
        peer.sendall(b"x")
        time.sleep(0.1)


def drip_lines(peer: socket.socket, _: Heard) -> None:
    """Say lines of one reply without end."""
    for _line in range(100):
        peer.sendall(b"250-x\r\n")
        time.sleep(0.1)


def endless_line(peer: socket.socket, _: Heard) -> None:
    peer.sendall(b"250 ")
    for _piece in range(3000):
        peer.sendall(b"x" * 65536)


def endless_lines(peer: socket.socket, _: Heard) -> None:
    """Send 200 MB of lines."""
    lines = b"250-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n" * 1000
    for _piece in range(3500):
        peer.sendall(lines)


def steering(peer: socket.socket, _: Heard) -> None:
    peer.sendall("550 \x1b[2J\x1b]8;;http://evil.invalid\x07 \x9b31m \u202e no\r\n".encode())


def lone(code: bytes) -> Talk:
    return lambda peer, _: peer.sendall(code)


@pytest.mark.parametrize("talk", [drip, drip_lines], ids=["a line", "lines"])
@pytest.mark.parametrize("step", ["greeting", "RCPT", "."])
def test_a_server_that_drips_has_its_time_and_no_more(
    send: Callable[[str, Talk], Receipt], step: str, talk: Talk
) -> None:
    outcome(send, step, talk)


@pytest.mark.parametrize("talk", [endless_line, endless_lines], ids=["a line", "lines"])
@pytest.mark.parametrize("step", ["greeting", "EHLO", "RCPT", "."])
def test_a_server_that_never_stops_talking_fills_no_memory(
    send: Callable[[str, Talk], Receipt], step: str, talk: Talk
) -> None:
    memory()
    before = memory()
    outcome(send, step, talk)
    assert memory() - before < 32 << 20


def memory() -> int:
    """Return the most memory that this process used since this was asked last, in bytes."""
    own = Path("/proc/self")
    lines = (own / "status").read_text("ascii").splitlines()
    found = next(it for it in lines if it.startswith("VmHWM:"))
    (own / "clear_refs").write_text("5", "ascii")  # the peak is counted anew from here
    return int(found.split()[1]) * 1024


@pytest.mark.parametrize("step", STEPS)
def test_words_of_a_server_do_nothing_to_a_terminal(
    send: Callable[[str, Talk], Receipt], step: str
) -> None:
    outcome(send, step, steering)


CODES = [
    b"\r\n",
    b"abc\r\n",
    b"99 x\r\n",
    b"000 x\r\n",
    b"-50 x\r\n",
    b"600 x\r\n",
    b"9999 x\r\n",
]
CODES += [
    b"250\r\n",
    b"25\xff x\r\n",
    b"\xd9\xa2\xd9\xa5\xd9\xa0 x\r\n",
    b"334 more\r\n",
    b"354 x\r\n",
]


@pytest.mark.parametrize(("step", "code"), list(itertools.product(STEPS, CODES)))
def test_a_code_that_nobody_knows_is_told(
    send: Callable[[str, Talk], Receipt], step: str, code: bytes
) -> None:
    outcome(send, step, lone(code))
