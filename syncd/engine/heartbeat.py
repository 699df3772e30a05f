"""The daemon's record of itself: that it runs, looks, and finishes cycles; and what follows from it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from syncd.clock import Clock
from syncd.store.tool_store import DAEMON, ToolStore
from syncd.text import duration

_NAME = "heartbeat"
LOOK_EVERY = 60.0
"""Seconds between two looks that are written down."""
STALE = timedelta(minutes=10)
"""A daemon whose last look is older than this does not work, whatever its process does."""
NOTABLE = 2
"""So many cycles in a row must break before it is said: one mends itself."""
HOPELESS = timedelta(minutes=15)
"""A daemon whose cycles break for longer than this is not alive."""


class DaemonState(StrEnum):
    """How the daemon is doing, in the words that a person reads."""

    NEVER = "never started"
    STOPPED = "stopped"
    RUNNING = "running"
    FAILING = "failing"
    STUCK = "stuck"
    DEAD = "not running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """What the daemon wrote down of itself; all times are aware.

    started, looked, cycled: its last start, its last look at what is due, the end of its last
    whole cycle. broke, failures, why: since when its cycles break, how many in a row, and what
    the last one said. ended: when it was stopped on purpose.
    pid, machine: its process, and where that number means something. start: the command that
    starts it again.
    """

    started: datetime
    looked: datetime
    cycled: datetime | None = None
    broke: datetime | None = None
    failures: int = 0
    why: str = ""
    ended: datetime | None = None
    pid: int = 0
    machine: str = ""
    start: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """What follows from a heartbeat. since: since when it is so, where that is known."""

    state: DaemonState
    since: datetime | None = None
    cycled: datetime | None = None
    why: str = ""
    start: str = ""
    alive: bool = False

    @property
    def well(self) -> bool:
        """Say whether nobody has to care."""
        return self.state in (DaemonState.NEVER, DaemonState.STOPPED, DaemonState.RUNNING)

    def sentence(self, zone: str, now: datetime) -> str:
        """Return it in words, with the command that mends it."""
        since = "" if self.since is None else f"{_local(self.since, zone)}"
        if self.state is DaemonState.DEAD:
            return f"syncd is not running since {since}: {self.start}."
        if self.state is DaemonState.STUCK:
            return f"syncd runs and has done nothing since {since}: end it, then {self.start}."
        if self.state is DaemonState.FAILING and self.since is not None:
            lasts = _span(now - self.since)
            return f"syncd has not finished a cycle for {lasts}: {self.why}"
        if self.state is DaemonState.STOPPED:
            return f"syncd was stopped on {since}: {self.start}."
        if self.state is DaemonState.RUNNING:
            last = f", last cycle {_local(self.cycled, zone)}" if self.cycled else ""
            return f"syncd is running{last}."
        return "syncd was never started on this state: `syncd run` starts it."


def liveness(
    heartbeat: Heartbeat | None, now: datetime, *, process: bool | None = None
) -> Liveness:
    """Return how the daemon does. process: whether its process is there; None: nobody knows."""
    if heartbeat is None:
        return Liveness(state=DaemonState.NEVER)
    known = Liveness(
        state=DaemonState.RUNNING,
        since=heartbeat.started,
        cycled=heartbeat.cycled,
        start=heartbeat.start,
        alive=True,
    )
    if heartbeat.ended is not None:
        stopped = DaemonState.STOPPED
        return replace(known, state=stopped, since=heartbeat.ended, alive=False)
    # a look that lies ahead is one of before the machine's clock was set back
    if process is False or abs(now - heartbeat.looked) > STALE:
        state = DaemonState.STUCK if process else DaemonState.DEAD
        return replace(known, state=state, since=heartbeat.looked, alive=False)
    if heartbeat.failures >= NOTABLE and heartbeat.broke is not None:
        since = heartbeat.broke if heartbeat.cycled is None else heartbeat.cycled
        failing = replace(known, state=DaemonState.FAILING, since=since, why=heartbeat.why)
        return replace(failing, alive=now - heartbeat.broke < HOPELESS)
    return known


def read_heartbeat(store: ToolStore) -> Heartbeat | None:
    """Return what the daemon last wrote down; None if it never did, or it can't be read."""
    return _load(store.recall(DAEMON, _NAME))


def read_liveness(store: ToolStore, now: datetime) -> Liveness:
    """Return how the daemon of a state does, seen from this machine."""
    heartbeat = read_heartbeat(store)
    return liveness(heartbeat, now, process=_process(heartbeat) if heartbeat else None)


class HeartbeatRecorder:
    """Writes down what the daemon does. Every method raises ``StateTrouble`` where it can't.

    store: returns where to write, as settings that are read anew open it anew. before: what
    the last daemon on this state had written, once this one has looked.
    """

    def __init__(
        self, store: Callable[[], ToolStore], clock: Clock, environ: Mapping[str, str]
    ) -> None:
        self._store = store
        self._clock = clock
        self._start = _start_command(environ)
        self._written = float("-inf")
        self._now: Heartbeat | None = None
        self.before: Heartbeat | None = None

    def look(self) -> None:
        """Write down that the daemon looks at what is due; little is written."""
        if self._now is None:
            self._begin()
            return
        # by both clocks: one stands still while the machine sleeps, the other can be set
        now = self._clock.now()
        by_the_wall = abs((now - self._now.looked).total_seconds())
        if max(by_the_wall, self._clock.monotonic() - self._written) >= LOOK_EVERY:
            self._write(looked=now)

    def cycle_finished(self) -> None:
        """Write down that a whole cycle came to its end."""
        now = self._clock.now()
        self._write(looked=now, cycled=now, broke=None, failures=0, why="")

    def cycle_broke(self, why: str) -> None:
        """Write down that a cycle broke; ``why``: a sentence, without the person's text."""
        if self._now is not None:
            now = self._clock.now()
            since = self._now.broke or now
            self._write(looked=now, broke=since, failures=self._now.failures + 1, why=why)

    def end(self) -> None:
        """Write down that the daemon ends on purpose."""
        self._write(ended=self._clock.now())

    def _begin(self) -> None:
        before, now = read_heartbeat(self._store()), self._clock.now()
        self.before = before
        fresh = Heartbeat(
            started=now,
            looked=now,
            cycled=before.cycled if before else None,
            pid=os.getpid(),
            machine=_machine(),
            start=self._start,
        )
        self._save(fresh)

    def _write(self, **changes: Any) -> None:
        if self._now is not None:
            self._save(replace(self._now, **changes))

    def _save(self, heartbeat: Heartbeat) -> None:
        values = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(heartbeat).items()
        }
        self._store().remember(DAEMON, _NAME, values)
        self._now, self._written = heartbeat, self._clock.monotonic()


_MOMENTS = frozenset({"started", "looked", "cycled", "broke", "ended"})
_PERHAPS = frozenset({"cycled", "broke", "ended"})
_NUMBERS = frozenset({"pid", "failures"})


def _load(kept: Any) -> Heartbeat | None:
    """Return a heartbeat as it was kept; None where it can't be read."""
    if not isinstance(kept, Mapping):
        return None
    known = {field.name for field in fields(Heartbeat)} & kept.keys()
    try:
        return Heartbeat(**{name: _kept(name, kept[name]) for name in known})
    except (TypeError, ValueError):
        return None


def _kept(name: str, value: Any) -> Any:
    """Return one value as it was kept. Raises TypeError and ValueError."""
    if value is None and name in _PERHAPS:
        return None
    if name in _MOMENTS:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    if name in _NUMBERS:
        return abs(int(value))
    return str(value)


def _process(heartbeat: Heartbeat) -> bool | None:
    """Say whether the daemon's process is there; None where its number says nothing here."""
    if not heartbeat.pid or heartbeat.machine != _machine():
        return None
    try:
        os.kill(heartbeat.pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # it is somebody else's
        return True
    return True


def _machine() -> str:
    """Return what tells this machine, since it was started, and this container from others."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # no Linux
        return os.uname().nodename


def _start_command(environ: Mapping[str, str]) -> str:
    """Return the command that starts a daemon like this one."""
    if os.getpid() == 1:
        return "start its container"
    if "NOTIFY_SOCKET" in environ and "MANAGERPID" not in environ:
        return "`systemctl start syncd`"  # of the system's own manager: see systemd.exec(5)
    service = "`systemctl --user start syncd`"
    if "NOTIFY_SOCKET" in environ:
        return service
    return f"{service}, or `syncd run` where it is no service"


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _span(lasts: timedelta) -> str:
    return duration(max(1, int(lasts.total_seconds() // 60)))
