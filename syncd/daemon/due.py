"""What the daemon does next, and when: pure decisions over moments, aware and in UTC."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from syncd.model.ids import ToolName

Due = frozenset[ToolName] | None
"""The tools that a cycle reads; None: all of them, with a full check."""

FULL_CHECK_EVERY = timedelta(days=1)
ERRAND_EVERY = timedelta(seconds=60)
"""Between two looks at which review is due, and at which mail is to be sent."""
TOGETHER = timedelta(seconds=5)
"""Tools that are due this close to each other share a cycle."""
LONGEST_WAIT = timedelta(days=1)
"""A wait that ends later than this is taken for a clock that was set back."""
_FIRST_REST = timedelta(seconds=30)
_LONGEST_REST = timedelta(minutes=15)


class JobKind(StrEnum):
    """What the daemon does. Of what is due at once, the first named here comes first."""

    CHECK = "daily check"
    POLL = "poll"
    REVIEWS = "reviews"
    MAILS = "mails"


ERRANDS = (JobKind.REVIEWS, JobKind.MAILS)
"""What also follows each cycle: the tools were just read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobId:
    """One job of the daemon; ``tool``: which one a poll reads."""

    kind: JobKind
    tool: ToolName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """How often one tool is read, in seconds."""

    tool: ToolName
    every: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHistory:
    """What has been done so far.

    polled: when each tool was last read. until: when each tool that backs off may be
    asked again. checked: when everything was last checked. errands: when each was last run.
    owed: errands that follow the cycle that has just ended. requested: a person asks for a
    full check now. rest: nothing else is due before. failures: jobs that failed, in a row.
    """

    polled: Mapping[ToolName, datetime] = field(default_factory=lambda: MappingProxyType({}))
    until: Mapping[ToolName, datetime] = field(default_factory=lambda: MappingProxyType({}))
    errands: Mapping[JobKind, datetime] = field(default_factory=lambda: MappingProxyType({}))
    checked: datetime | None = None
    owed: frozenset[JobKind] = frozenset()
    requested: bool = False
    rest: datetime | None = None
    failures: int = 0


def upcoming(
    polls: Iterable[Poll], history: JobHistory, now: datetime, offset: int
) -> Mapping[JobId, datetime]:
    """Return what is to be done next, and when; what is due, in the order of doing it.

    No moment is in the past: what is overdue is due now. ``offset`` is as in ``jitter``.
    """
    rest = history.rest if history.rest and _ahead(history.rest, now) else now
    moments = {JobId(kind=JobKind.CHECK): _next_check(history, now, rest)}
    for tool, moment in _next_cycle(polls, history, now, offset).items():
        moments[JobId(kind=JobKind.POLL, tool=tool)] = max(moment, rest)
    for errand in ERRANDS:
        moments[JobId(kind=errand)] = _next_errand(errand, history, now, (rest, offset))
    return moments


def next_poll(poll: Poll, history: JobHistory, now: datetime, offset: int) -> datetime:
    """Return when a tool is to be read next, were it alone; the past means now."""
    until = history.until.get(poll.tool)
    if until is not None and _ahead(until, now):
        return until
    every = timedelta(seconds=poll.every)
    return _after(history.polled.get(poll.tool), every, now, offset)


def jitter(moment: datetime, offset: int) -> datetime:
    """Move a moment near a full minute to one that few others choose.

    ``offset`` (any whole number) is this installation's own. Near a full hour, when
    every timer of the world goes off, more room is left.
    """
    room = 30 if moment.minute == 0 else 5
    if room <= moment.second < 58:
        return moment
    full = moment.replace(second=0, microsecond=0)
    full += timedelta(minutes=1 if moment.second >= 58 else 0)
    room = 30 if full.minute == 0 else 5
    return full + timedelta(seconds=room + offset % (58 - room))


def requested(history: JobHistory) -> JobHistory:
    """Return the history once a person asks for a full check now."""
    return replace(history, requested=True)


def cycle_done(
    history: JobHistory,
    read: Due,
    tools: Iterable[ToolName],
    until: Mapping[ToolName, datetime],
    now: datetime,
) -> JobHistory:
    """Return the history after a cycle over ``read`` that came to its end.

    ``tools`` are all there are; ``until`` names those that back off.
    """
    seen = frozenset(tools) if read is None else read
    waits = {tool: end for tool, end in history.until.items() if tool not in seen}
    return JobHistory(
        polled={**history.polled, **dict.fromkeys(seen, now)},
        until={**waits, **until},
        errands=history.errands,
        checked=now if read is None else history.checked,
        owed=frozenset(ERRANDS),
        requested=history.requested and read is not None,
    )


def errand_done(
    history: JobHistory, errand: JobKind, until: Mapping[ToolName, datetime], now: datetime
) -> JobHistory:
    """Return the history after an errand; it does not end the rest of a failed cycle."""
    done = _errand_over(history, errand, now)
    done = replace(done, until={**history.until, **until})
    return done if _rests(history, now) else replace(done, rest=None, failures=0)


def failed(history: JobHistory, kind: JobKind, now: datetime) -> JobHistory:
    """Return the history after a job that failed: rest, longer each time.

    An errand that fails while there is rest does not make it longer.
    """
    rest = now + min(_FIRST_REST * 2 ** min(history.failures, 10), _LONGEST_REST)
    if kind in ERRANDS:
        history = _errand_over(history, kind, now)
        if _rests(history, now):
            return history
    else:
        history = replace(history, owed=frozenset(ERRANDS), requested=False)
    return replace(history, rest=rest, failures=history.failures + 1)


def _errand_over(history: JobHistory, errand: JobKind, now: datetime) -> JobHistory:
    run = {**history.errands, errand: now}
    return replace(history, errands=run, owed=history.owed - {errand})


def _next_check(history: JobHistory, now: datetime, rest: datetime) -> datetime:
    last = history.checked
    if history.requested:
        return now
    if last is None or last > now:  # never, or the machine's clock was set back
        return rest
    return max(last + FULL_CHECK_EVERY, rest)


def _next_cycle(
    polls: Iterable[Poll], history: JobHistory, now: datetime, offset: int
) -> Mapping[ToolName, datetime]:
    """Return when each tool is read; those that are nearly due join one that is due."""
    moments = {poll.tool: next_poll(poll, history, now, offset) for poll in polls}
    if all(moment > now for moment in moments.values()):
        return moments
    waiting = {tool for tool, end in history.until.items() if _ahead(end, now)}
    return {
        tool: now if moment <= now + TOGETHER and tool not in waiting else moment
        for tool, moment in moments.items()
    }


def _next_errand(
    errand: JobKind, history: JobHistory, now: datetime, bounds: tuple[datetime, int]
) -> datetime:
    rest, offset = bounds
    if errand in history.owed:
        return now
    return max(_after(history.errands.get(errand), ERRAND_EVERY, now, offset), rest)


def _after(last: datetime | None, every: timedelta, now: datetime, offset: int) -> datetime:
    if last is None or last > now:  # never, or the machine's clock was set back
        return now
    return jitter(last + every, offset)


def _rests(history: JobHistory, now: datetime) -> bool:
    return history.rest is not None and _ahead(history.rest, now)


def _ahead(moment: datetime, now: datetime) -> bool:
    return now < moment <= now + LONGEST_WAIT
