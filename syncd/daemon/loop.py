"""The loop of the daemon: wake up, see what is due, do it, tell how it went."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

import schedule

from syncd.clock import Clock
from syncd.daemon.due import NOTHING, Due, Poll, State, broken, done, due
from syncd.daemon.logging import whereabouts
from syncd.daemon.notify import Notifier
from syncd.errors import SyncdError
from syncd.logs import get_logger

TICK = 1
"""Seconds between two looks at what is due."""
HOPELESS = 5
"""After so many broken cycles in a row the watchdog is no longer fed."""

log = get_logger("syncd.daemon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What the loop has to know of a cycle that came to its end.

    until: the tools that back off, and until when. summary: one line on the tools'
    states, without anything the person wrote.
    """

    until: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the daemon works at: made from the settings, made anew at HUP.

    run_cycle: looks at these tools; None means all of them, with a full check. It
    stops early when the clock's sleep says so, and returns all the same.
    """

    polls: tuple[Poll, ...]
    run_cycle: Callable[[Due], Cycle]


class Wishes(Protocol):
    """What a person can wish for by a signal; ``syncd.daemon.signals.Signals`` is one."""

    def take(self, wish: signal.Signals) -> bool:
        """Say whether ``wish`` came since this was last asked."""
        ...


class Loop:
    """Runs cycles when they are due, until the clock is told to stop.

    reload: returns new work; raises Mistake to keep the old. offset: this
    installation's own number, see ``due.off_the_mark``.
    """

    def __init__(  # noqa: PLR0913 - the loop is where the daemon's parts meet
        self,
        *,
        work: Work,
        clock: Clock,
        wishes: Wishes,
        notifier: Notifier,
        reload: Callable[[], Work],
        offset: int = 0,
        scheduler: schedule.Scheduler | None = None,
    ) -> None:
        self._work = work
        self._clock = clock
        self._wishes = wishes
        self._notifier = notifier
        self._reload = reload
        self._offset = offset
        self._scheduler = scheduler or schedule.Scheduler()
        self._state = State()
        self._trouble = ""

    def run(self) -> None:
        """Work until the clock's sleep says that it is time to stop."""
        self._plan_ticks()
        self._notifier.ready()
        log.info("daemon started", tools=[it.tool for it in self._work.polls])
        self._tick()
        while not self._clock.sleep(self._pause()):
            self._scheduler.run_pending()
        self._notifier.stopping()
        log.info("daemon stopped")

    def _plan_ticks(self) -> None:
        self._scheduler.clear()
        self._scheduler.every(TICK).seconds.do(self._tick)

    def _pause(self) -> float:
        idle = self._scheduler.idle_seconds
        if idle is None or idle > TICK:
            # the machine's wall clock went back: summer time ended, or it was set
            self._plan_ticks()
            return TICK
        return max(0.0, idle)

    def _tick(self) -> None:
        if self._wishes.take(signal.SIGHUP):
            self._renew()
        wanted: Due = NOTHING
        if self._wishes.take(signal.SIGUSR1):
            wanted = None
        else:
            wanted = due(self._work.polls, self._state, self._clock.now(), self._offset)
        if wanted != NOTHING:
            self._cycle(wanted)
        if self._state.failures < HOPELESS:
            self._notifier.progress()

    def _cycle(self, wanted: Due) -> None:
        started = self._clock.now()
        try:
            cycle = self._work.run_cycle(wanted)
        except Exception as error:  # noqa: BLE001 - one bad cycle must not end the daemon
            self._state = broken(self._state, self._clock.now())
            self._tell_trouble(error)
            return
        tools = [it.tool for it in self._work.polls]
        recovered, after = self._state.failures, self._state
        self._state = done(after, wanted, tools, cycle.until, started)
        self._notifier.status(cycle.summary)
        if recovered:
            self._trouble = ""
            log.info("cycle works again", failures=recovered)

    def _tell_trouble(self, error: Exception) -> None:
        """Log a trouble when it is new; the next ones of its kind are silent."""
        trouble = whereabouts(error)
        if trouble != self._trouble:
            log.error("cycle broke; trying again", trouble=trouble, rest=str(self._state.rest))
        self._trouble = trouble
        self._notifier.status("A cycle broke; trying again soon.")

    def _renew(self) -> None:
        try:
            self._work = self._reload()
        except SyncdError as mistake:
            log.error("settings not reloaded, the old ones stay", mistake=str(mistake))  # noqa: TRY400  # a person's mistake: the sentence says all
            return
        except Exception as error:  # noqa: BLE001 - asking for new settings must not end the daemon
            trouble = whereabouts(error)
            log.error("settings not reloaded, the old ones stay", trouble=trouble)  # noqa: TRY400  # without its message
            return
        log.info("settings reloaded", tools=[it.tool for it in self._work.polls])
