"""What a supervisor tells the daemon by signals, and what the daemon tells it: that it is ready, and alive."""

import contextlib
import os
import select
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from types import TracebackType

from syncd.clock import Clock

STOPPING = (signal.SIGTERM, signal.SIGINT)
REQUESTS = (signal.SIGHUP, signal.SIGUSR1)
GRACE = 25.0
"""Seconds that a write in flight gets to end; then the journal has to tell about it."""


class SignalFlags:
    """What a person asked for by HUP or USR1, until it is consumed."""

    def __init__(self) -> None:
        self._raised: set[int] = set()

    def set(self, number: int) -> None:
        """Note that a signal came; twice is once."""
        self._raised.add(number)

    def consume(self, number: int) -> bool:
        """Say whether a signal came since this was last asked."""
        came = number in self._raised
        self._raised.discard(number)
        return came


class Signals:
    """Handles signals while entered; a context manager for the main thread.

    The signals are read from a pipe by a thread of its own: a handler proper may come
    at any instruction of the main thread, even while that holds the stop event's lock.

    stop: asks the work to end. leave: ends the process at once, used when the work
    does not end within ``grace`` seconds or the person insists.
    """

    def __init__(
        self,
        stop: Callable[[], None],
        clock: Clock,
        *,
        grace: float = GRACE,
        leave: Callable[[int], None] = os._exit,
    ) -> None:
        self._stop = stop
        self._clock = clock
        self._grace = grace
        self._leave = leave
        self._deadline: float | None = None
        self.received: int | None = None
        self.flags = SignalFlags()

    @property
    def status(self) -> int:
        """Return the exit status: 128 and the signal that stopped us, else 0."""
        return 128 + self.received if self.received else 0

    def __enter__(self) -> "Signals":
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._before = {
            number: signal.signal(number, _no_action) for number in (*STOPPING, *REQUESTS)
        }
        self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self._thread = threading.Thread(target=self._listen, name="signals", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._write)  # the listener reads the end of the pipe, and ends
        self._thread.join(timeout=5)
        os.close(self._read)

    def _listen(self) -> None:
        while True:
            wait = self._deadline and max(0.0, self._deadline - self._clock.monotonic())
            if not select.select([self._read], [], [], wait)[0]:
                self._leave(self.status)  # the grace is over
                return
            numbers = os.read(self._read, 64)
            if not numbers:
                return
            for number in numbers:
                self._on(number)

    def _on(self, number: int) -> None:
        if number in REQUESTS:
            self.flags.set(number)
        elif number in STOPPING and self.received is None:
            self.received = number
            self._deadline = self._clock.monotonic() + self._grace
            self._stop()
        elif number in STOPPING:
            self._leave(128 + number)  # asked twice: the person insists


def _no_action(_number: int, _frame: object) -> None:
    """Do nothing: Python has written the signal's number to the pipe, which is read."""


class Notifier:
    """Sends messages to systemd; none when syncd was started by hand."""

    def __init__(self, address: str, watchdog_seconds: float | None, clock: Clock) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._interval = watchdog_seconds / 4 if watchdog_seconds else None
        self._clock = clock
        self._fed = float("-inf")
        self._status = ""

    def ready(self) -> None:
        """Say that the daemon is up, and can write its state."""
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
