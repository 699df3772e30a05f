"""Readiness, state and watchdog for the supervisor: the datagrams of sd_notify(3)."""

import contextlib
import os
import socket
from collections.abc import Mapping

from syncd.clock import Clock


class Notifier:
    """Sends messages to systemd; none when syncd was started by hand."""

    def __init__(self, address: str, watchdog_seconds: float | None, clock: Clock) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._interval = watchdog_seconds / 4 if watchdog_seconds else None
        self._clock = clock
        self._fed = float("-inf")
        self._status = ""

    def ready(self) -> None:
        """Say that the daemon is up."""
        self._send("READY=1")

    def stopping(self) -> None:
        """Say that the daemon is on its way out."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """Say in one line how it is doing: names of tools and their states only."""
        if text != self._status:
            self._status = text
            self._send(f"STATUS={text.replace(chr(10), ' ')}")

    def progress(self) -> None:
        """Feed the watchdog; call as often as work goes on, little is sent."""
        now = self._clock.monotonic()
        if self._interval is not None and now - self._fed >= self._interval:
            self._fed = now
            self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with (
            contextlib.suppress(
                OSError
            ),  # a supervisor that does not listen is no reason to stop
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            sender.settimeout(1.0)
            sender.sendto(message.encode(), self._address)


def notifier(environ: Mapping[str, str], clock: Clock, pid: int | None = None) -> Notifier:
    """Return the notifier that $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID ask for."""
    ours = environ.get("WATCHDOG_PID", "") in ("", str(pid if pid is not None else os.getpid()))
    microseconds = environ.get("WATCHDOG_USEC", "")
    watched = ours and microseconds.isdecimal() and int(microseconds) > 0
    return Notifier(
        environ.get("NOTIFY_SOCKET", ""), int(microseconds) / 1e6 if watched else None, clock
    )
