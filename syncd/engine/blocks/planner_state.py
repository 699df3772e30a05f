"""What is remembered between cycles, beside the blocks: the planner's state, and busy time as the tools reported it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd.connect.contract import Connector
from syncd.engine.context import SCHEDULE, Context, today
from syncd.model.ids import EntityId, ToolName
from syncd.model.values import start_of
from syncd.schedule.free_time import reach
from syncd.schedule.problem import Preferences, Span, instant, minute_of
from syncd.store.store import Store

OWNER = "schedule"
WEIGHED = "weighed in"
"""The name of the week in which a full replan was last weighed."""
PROPOSAL = "proposal"
"""The name of what that would change."""
SETTINGS = EntityId("settings")
"""What stands for settings and leaves among the entities that ask for another look."""
PLAN_AGAIN = EntityId("owed")
"""What stands there for a look that could place nothing: it is made up for later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningResult:
    """What the last planning could not do, for people.

    unplaced: minutes of tasks without a block, with the reason. short: sentences of the
    capacity check. notes: other sentences.
    """

    at: datetime
    unplaced: tuple[tuple[str, int, str], ...] = ()
    short: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class PlannerState:
    """Reads and writes what is remembered."""

    store: Store

    def recall(self, name: str) -> Any:
        """Return what was remembered under a name, or None."""
        return self.store.tools.recall(OWNER, name)

    def remember(self, name: str, value: Any) -> None:
        """Remember a JSON value."""
        self.store.tools.remember(OWNER, name, value)

    @property
    def pauses(self) -> tuple[tuple[date, date], ...]:
        """Return all leaves that were taken, past ones too."""
        return tuple(
            (date.fromisoformat(first), date.fromisoformat(last))
            for first, last in self.recall("pauses") or ()
        )

    def set_pauses(self, pauses: Sequence[tuple[date, date]]) -> None:
        """Remember the leaves."""
        kept = [[first.isoformat(), last.isoformat()] for first, last in sorted(set(pauses))]
        self.remember("pauses", kept)

    def ask(self) -> None:
        """Ask for another look at the blocks in the next cycle."""
        self.store.links.mark_dirty(SCHEDULE, [SETTINGS])

    @property
    def look_at(self) -> datetime | None:
        """Return when the clock alone asks for another look."""
        text = self.recall("look_at")
        return datetime.fromisoformat(text) if text else None

    @property
    def result(self) -> PlanningResult | None:
        """Return what the last planning told."""
        raw = self.recall("result")
        if raw is None:
            return None
        return PlanningResult(
            at=datetime.fromisoformat(raw["at"]),
            unplaced=tuple((task, minutes, why) for task, minutes, why in raw["unplaced"]),
            short=tuple((task, sentence) for task, sentence in raw["short"]),
            notes=tuple(raw["notes"]),
        )

    def set_result(self, result: PlanningResult) -> None:
        """Remember what a planning told."""
        self.remember(
            "result",
            {
                "at": result.at.isoformat(),
                "unplaced": [list(entry) for entry in result.unplaced],
                "short": [list(entry) for entry in result.short],
                "notes": list(result.notes),
            },
        )


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
    readings = []
    for window in wanted:
        busy = connector.busy(window.start, window.end)
        readings.append(
            BusyReading(
                window=window,
                spans=tuple(_span(span.start, span.end) for span in busy.spans),
                calendars=busy.calendars,
                unreadable=busy.unreadable,
                problems=busy.problems,
            )
        )
    return tuple(readings)


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
        ends.append(max(part["end"] for part in parts))
        read_at.append(datetime.fromisoformat(near["at"]))
        for part in parts:
            spans.extend(Span(start, end) for start, end in part["spans"])
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
        "spans": [[span.start, span.end] for span in reading.spans],
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """How many blocks a full replan would place, move and drop. week: as 2026-W47."""

    week: str
    placed: int
    moved: int
    dropped: int


def proposal(context: Context) -> Proposal | None:
    """Return this week's proposal, until it was taken."""
    raw = PlannerState(context.store).recall(PROPOSAL)
    if raw is None or raw[0] != week_of(context):
        return None
    week, placed, moved, dropped = raw
    return Proposal(week=week, placed=placed, moved=moved, dropped=dropped)


def week_of(context: Context) -> str:
    """Return the week that it is, as 2026-W47."""
    year, week, _ = today(context.clock, context.zone).isocalendar()
    return f"{year}-W{week:02}"
