"""A clock that the tests turn, and a supervisor that listens."""

import logging
import queue
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

START = datetime(2026, 3, 2, 10, 20, 17, tzinfo=UTC)


class FakeClock:
    """Time goes on only while somebody sleeps; asked to stop at ``until``."""

    def __init__(self, now: datetime) -> None:
        self.time = now
        self.until = now + timedelta(hours=1)
        self.pace = 0.001

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def sleep(self, seconds: float) -> bool:
        self.time += timedelta(seconds=max(seconds, self.pace))
        return self.time >= self.until


class Supervisor:
    """Listens to the datagrams of sd_notify."""

    END = b"END"

    def __init__(self, address: str) -> None:
        self.address = address
        self._at = "\0" + address[1:] if address.startswith("@") else address
        self._ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ear.bind(self._at)
        self._said: queue.Queue[bytes] = queue.Queue()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        said = b""
        while said != self.END:
            said = self._ear.recv(4096)
            self._said.put(said)

    def hears(self) -> str:
        """Wait for the next datagram."""
        return self._said.get(timeout=20).decode()

    def heard(self) -> list[str]:
        """Return all datagrams that have come, and listen no more."""
        self.close()
        return [said.decode() for said in iter(self._said.get, self.END)]

    def close(self) -> None:
        if self._thread.is_alive():
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
                speaker.sendto(self.END, self._at)
            self._thread.join(timeout=5)
        self._ear.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(str(tmp_path / "notify"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
