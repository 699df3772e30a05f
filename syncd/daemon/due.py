"""What is due: pure decisions over moments. Times are aware and in UTC."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

Due = frozenset[str] | None
"""The tools to look at: none of them (empty), some, or None: all, with a full check."""

NOTHING: Due = frozenset()
FULL_CHECK_EVERY = timedelta(days=1)
TOGETHER = timedelta(seconds=5)
"""Tools that are due this close to each other share a cycle."""
LONGEST_WAIT = timedelta(days=1)
"""A wait that ends later than this is taken for a clock that was set back."""
_FIRST_REST = timedelta(seconds=30)
_LONGEST_REST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """How often one tool is looked at, in seconds."""

    tool: str
    every: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What has been done so far.

    last: when each tool was last looked at. until: when each tool that backs off may be
    asked again. full: when everything was last checked. rest: nothing is due before.
    failures: cycles that broke, in a row.
    """

    last: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    until: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    full: datetime | None = None
    rest: datetime | None = None
    failures: int = 0


def due(polls: Iterable[Poll], state: State, now: datetime, offset: int) -> Due:
    """Return the tools whose time has come. ``offset`` is as in ``off_the_mark``."""
    if _ahead(state.rest, now):
        return NOTHING
    if state.full is None or not state.full <= now < state.full + FULL_CHECK_EVERY:
        return None
    moments = {it.tool: next_poll(it, state, now, offset) for it in polls}
    if not any(moment <= now for moment in moments.values()):
        return NOTHING
    return frozenset(
        tool
        for tool, moment in moments.items()
        if moment <= now + TOGETHER and not _ahead(state.until.get(tool), now)
    )


def next_poll(poll: Poll, state: State, now: datetime, offset: int) -> datetime:
    """Return when a tool is to be looked at next; the past means now."""
    last = state.last.get(poll.tool)
    until = state.until.get(poll.tool)
    if until is not None and _ahead(until, now):
        return until
    if last is None or last > now:  # never, or the machine's clock was set back
        return now
    return off_the_mark(last + timedelta(seconds=poll.every), offset)


def off_the_mark(moment: datetime, offset: int) -> datetime:
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


def done(
    state: State,
    looked: Due,
    tools: Iterable[str],
    until: Mapping[str, datetime],
    now: datetime,
) -> State:
    """Return the state after a cycle over ``looked`` that came to its end.

    ``tools`` are all there are; ``until`` names those that back off.
    """
    seen = frozenset(tools) if looked is None else looked
    return State(
        last={**state.last, **dict.fromkeys(seen, now)},
        until={**{k: v for k, v in state.until.items() if k not in seen}, **until},
        full=now if looked is None else state.full,
    )


def broken(state: State, now: datetime) -> State:
    """Return the state after a cycle that broke: rest, longer each time."""
    rest = min(_FIRST_REST * 2 ** min(state.failures, 10), _LONGEST_REST)
    return replace(state, rest=now + rest, failures=state.failures + 1)


def _ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and now < moment <= now + LONGEST_WAIT
