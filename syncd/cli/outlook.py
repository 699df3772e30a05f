"""What is known of the time ahead: blocks, loads, what does not fit, what waits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syncd.app import App
from syncd.cli.loads import COUNTED, WEEK, WeekLoad, day_of, monday_of, week_load
from syncd.engine.blocks.edits import live_blocks
from syncd.engine.blocks.planner_state import BUSY_TIME, KnownBusy, PlannerState, known
from syncd.engine.blocks.problem_builder import Demand, demand
from syncd.engine.blocks.service import sources_of
from syncd.engine.context import Context, StoredPlanView, today
from syncd.engine.unit_of_work import SCHEDULE
from syncd.model.entities import Block, Kind
from syncd.model.rules.blocks import AHEAD, is_over
from syncd.model.values import BlockState
from syncd.schedule.free_time import calendar
from syncd.schedule.problem import Preferences, minute_of

SHOWN = COUNTED | {BlockState.MISSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Some weeks: the one that ``first`` lies in, and as many more; shown from ``first``."""

    first: date
    weeks: int

    @property
    def mondays(self) -> list[date]:
        """Return the Mondays of these weeks."""
        return [monday_of(self.first) + number * WEEK for number in range(self.weeks)]

    def holds(self, day: date) -> bool:
        """Say whether a day is shown."""
        return self.first <= day < self.mondays[-1] + WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The time ahead.

    blocks: those of the window. rooms: by Monday, how many minutes may be filled at most,
    as far as known. waiting: blocks that are over and wait for a word. following: when the
    first block ahead starts. busy: None if it was never read. stale: the plan changed
    since the blocks were planned.
    """

    now: datetime
    preferences: Preferences
    window: Window
    blocks: tuple[Block, ...]
    weeks: tuple[WeekLoad, ...]
    rooms: Mapping[date, int]
    waiting: tuple[Block, ...]
    following: datetime | None
    wishes: Demand
    busy: KnownBusy | None
    stale: bool

    @property
    def zone(self) -> str:
        """Return the plan's IANA zone."""
        return self.preferences.zone

    @property
    def today(self) -> date:
        """Return the day that it is there."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def pauses(self) -> list[tuple[date, date]]:
        """Return the leave that runs and those to come."""
        return [one for one in self.preferences.pauses if one[1] >= self.today]


def outlook(app: App, first: date | None = None, weeks: int = 2) -> Outlook:
    """Return what is known of some weeks; ``first`` None: this week's Monday."""
    context, now = app.plan_context(), app.clock.now()
    assert context.preferences is not None  # noqa: S101  # the settings always say
    preferences = replace(context.preferences, pauses=PlannerState(app.store).pauses)
    zone = preferences.zone
    window = Window(first=first or monday_of(today(app.clock, zone)), weeks=weeks)
    blocks = [one for one in live_blocks(context) if one.start and one.end]
    busy = known(app.store, sources_of(context))
    wished = _wishes(context, now)
    ahead = [one.start.at for one in blocks if one.state in AHEAD and one.start]
    return Outlook(
        now=now,
        preferences=preferences,
        window=window,
        blocks=tuple(
            one for one in blocks if one.state in SHOWN and window.holds(day_of(one, zone))
        ),
        weeks=tuple(week_load(it, blocks, wished.budgets, zone) for it in window.mondays),
        rooms=_rooms(preferences, busy, now),
        waiting=tuple(waiting(blocks, now)),
        following=min((at for at in ahead if at > now), default=None),
        wishes=wished,
        busy=busy,
        stale=bool(app.store.links.dirty(SCHEDULE).keys() - {BUSY_TIME}),
    )


def waiting(blocks: Iterable[Block], now: datetime) -> Iterable[Block]:
    """Yield the blocks that are over and of which nobody said whether they took place."""
    seen = AHEAD - {BlockState.DRAFT}  # nobody ever saw a draft
    for one in blocks:
        if one.state is BlockState.UNCONFIRMED or (one.state in seen and is_over(one, now)):
            yield one


def _wishes(context: Context, now: datetime) -> Demand:
    records = context.store.plan.every(Kind.BLOCK, archived=False)
    every = {one.entity.id: one for one in records}
    return demand(context, StoredPlanView(context.store), every, now)


def _rooms(preferences: Preferences, busy: KnownBusy | None, now: datetime) -> dict[date, int]:
    """Return how many minutes of each coming week may be filled."""
    if busy is None:
        return {}
    _, weeks = calendar(preferences, busy.spans, minute_of(now))
    return {one.monday: one.room for one in weeks}
