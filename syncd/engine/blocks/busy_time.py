"""Busy time as the tools reported it: what to ask for, and what is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd.connect.contract import Connector
from syncd.engine.blocks.planner_state import PlannerState
from syncd.engine.context import Context, today
from syncd.model.ids import EntityId, ToolName
from syncd.model.values import start_of
from syncd.schedule.free_time import reach
from syncd.schedule.problem import Preferences, Span, instant, minute_of
from syncd.store.store import Store

BUSY_TIME = EntityId("busy time")
"""What stands for busy time among the entities that ask for another look."""
NEAR, FAR = "near", "far"
_MARGIN = 2  # days beyond what stands in the calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyWindow:
    """A span of time for which busy time is asked: the near one every cycle, the far one
    once a day."""

    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyReading:
    """What a tool told about a window."""

    window: BusyWindow
    spans: tuple[Span, ...]
    calendars: tuple[str, ...]
    unreadable: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBusy:
    """What is known of busy time. until: up to where; calendars: those that were read;
    unreadable: sentences on those that could not be; at: when it was read."""

    spans: tuple[Span, ...]
    until: int
    calendars: tuple[str, ...]
    unreadable: tuple[str, ...]
    at: datetime


def windows(
    preferences: Preferences, store: Store, tool: ToolName, clock: Clock
) -> list[BusyWindow]:
    """Return what to ask a tool for in this cycle."""
    zone = preferences.zone
    whole = reach(preferences, minute_of(clock.now()))
    ahead = timedelta(days=preferences.publish_days + _MARGIN)
    middle = min(start_of(today(clock, zone) + ahead, zone), instant(whole.end))
    near = BusyWindow(name=NEAR, start=instant(whole.start), end=middle)
    far = BusyWindow(name=FAR, start=middle, end=instant(whole.end))
    if far.end <= far.start:
        return [near]
    kept = PlannerState(store).recall(_name(tool, FAR)) or {}
    known = kept.get("start") == minute_of(far.start) and kept.get("end") == minute_of(far.end)
    return [near] if known and not kept["unreadable"] else [near, far]


def read(connector: Connector, wanted: Iterable[BusyWindow]) -> tuple[BusyReading, ...]:
    """Ask a tool; raises the errors of the contract."""
    found = []
    for window in wanted:
        told = connector.busy(window.start, window.end)
        found.append(
            BusyReading(
                window=window,
                spans=tuple(_span(one.start, one.end) for one in told.spans),
                calendars=told.calendars,
                unreadable=told.unreadable,
                problems=told.problems,
            )
        )
    return tuple(found)


def keep(store: Store, tool: ToolName, readings: Iterable[BusyReading], now: datetime) -> bool:
    """Write down what was read; return whether it is news."""
    memory, news = PlannerState(store), False
    for reading in readings:
        name = _name(tool, reading.window.name)
        row = _row(reading)
        old = memory.recall(name) or {}
        old.pop("at", None)
        if old != row:
            news = True
        if old != row or reading.window.name == NEAR:
            memory.remember(name, {**row, "at": now.isoformat()})
    return news


def known(store: Store, tools: Iterable[ToolName]) -> KnownBusy | None:
    """Return what is known, of all these tools together; None if one was never read."""
    memory = PlannerState(store)
    spans: list[Span] = []
    calendars: list[str] = []
    unreadable: list[str] = []
    ends: list[int] = []
    read_at: list[datetime] = []
    for tool in tools:
        near, far = memory.recall(_name(tool, NEAR)), memory.recall(_name(tool, FAR))
        if near is None:
            return None
        joins = far is not None and far["start"] <= near["end"] and not far["unreadable"]
        parts = [near, far] if joins else [near]
        ends.append(max(one["end"] for one in parts))
        read_at.append(datetime.fromisoformat(near["at"]))
        for one in parts:
            spans.extend(Span(start, end) for start, end in one["spans"])
        calendars.extend(near["calendars"])
        unreadable.extend(near["unreadable"])
    if not ends:
        return None
    return KnownBusy(
        spans=tuple(sorted(spans)),
        until=min(ends),
        calendars=tuple(calendars),
        unreadable=tuple(unreadable),
        at=min(read_at),
    )


def _row(reading: BusyReading) -> dict[str, Any]:
    return {
        "start": minute_of(reading.window.start),
        "end": minute_of(reading.window.end),
        "spans": [[one.start, one.end] for one in reading.spans],
        "calendars": list(reading.calendars),
        "unreadable": list(reading.unreadable),
    }


def _span(start: datetime, end: datetime) -> Span:
    """Return whole minutes that hold all of a span."""
    last = minute_of(end)
    return Span(minute_of(start), last if instant(last) == end else last + 1)


def _name(tool: ToolName, window: str) -> str:
    return f"busy:{tool}:{window}"


def sources_of(context: Context) -> tuple[ToolName, ...]:
    """Return the tools whose busy time was read before; no connector is built."""
    return tuple(name for name in context.names if known(context.store, [name]) is not None)
