"""What is known of the time ahead: blocks, loads, what does not fit, what waits."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd.app import App
from syncd.cli.lookup import ShortIds
from syncd.cli.output import TITLE, day
from syncd.engine.blocks.edits import live_blocks
from syncd.engine.blocks.planner_state import (
    BUSY_TIME,
    KnownBusy,
    PlannerState,
    PlanningResult,
    known,
    sources_of,
)
from syncd.engine.blocks.problem_builder import Demand, demand
from syncd.engine.context import SCHEDULE, Context, StoredPlanView, today
from syncd.model.entities import Block, Goal, Kind, Task
from syncd.model.ids import EntityId
from syncd.model.rules.blocks import AHEAD, is_over, length
from syncd.model.values import BlockState, GoalStatus, Moment, day_of
from syncd.schedule.free_time import calendar
from syncd.schedule.problem import Preferences, minute_of
from syncd.text import count, day_span, duration, one_line

WEEK = timedelta(days=7)
COUNTED = AHEAD | {BlockState.UNCONFIRMED, BlockState.DONE}
"""States of blocks whose minutes count into a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLoad:
    """A week's minutes; goals: (goal, minutes, budget), whatever has either of the two."""

    monday: date
    minutes: int
    goals: tuple[tuple[EntityId, int, int], ...]


def week_load(
    monday: date, blocks: Iterable[Block], budgets: Mapping[str, int], zone: str
) -> WeekLoad:
    """Return what the blocks that start in a week come to."""
    inside = [
        block
        for block in blocks
        if block.state in COUNTED and monday <= start_day(block, zone) < monday + WEEK
    ]
    given: Counter[EntityId] = Counter()
    for block in inside:
        given[block.goal or EntityId("")] += length(block)
    goals = {*(EntityId(budget) for budget in budgets), *(goal for goal in given if goal)}
    loads = [(goal, given[goal], budgets.get(goal, 0)) for goal in goals]
    return WeekLoad(
        monday=monday,
        minutes=sum(map(length, inside)),
        goals=tuple(sorted(loads, key=lambda load: (-load[2], -load[1], load[0]))),
    )


def monday_of(day: date) -> date:
    """Return the first day of a day's week."""
    return day - timedelta(days=day.weekday())


def start_day(block: Block, zone: str) -> date:
    """Return the day on which a block starts, in the plan's zone."""
    assert block.start is not None  # noqa: S101  # only of blocks with a time
    return block.start.at.astimezone(ZoneInfo(zone)).date()


SHOWN = COUNTED | {BlockState.MISSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRange:
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
    window: WeekRange
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
    def standstill(self) -> str:
        """Return why nothing is planned though something wants time; "" where that is not so."""
        if self.busy is None or not self.busy.unreadable or not self.wishes.works:
            return ""
        return "No new blocks: a calendar can't be read for busy time (`syncd schedule`)."

    @property
    def pauses(self) -> list[tuple[date, date]]:
        """Return the leave that runs and those to come."""
        return [pause for pause in self.preferences.pauses if pause[1] >= self.today]


def outlook(app: App, first: date | None = None, weeks: int = 2) -> Outlook:
    """Return what is known of some weeks; ``first`` None: this week's Monday."""
    context, now = app.plan_context(), app.clock.now()
    assert context.preferences is not None  # noqa: S101  # the settings always say
    preferences = replace(context.preferences, pauses=PlannerState(app.store).pauses)
    zone = preferences.zone
    window = WeekRange(first=first or monday_of(today(app.clock, zone)), weeks=weeks)
    blocks = [block for block in live_blocks(context) if block.start and block.end]
    busy = known(app.store, sources_of(context))
    wished = _wishes(context, now)
    ahead = [block.start.at for block in blocks if block.state in AHEAD and block.start]
    return Outlook(
        now=now,
        preferences=preferences,
        window=window,
        blocks=tuple(
            block
            for block in blocks
            if block.state in SHOWN and window.holds(start_day(block, zone))
        ),
        weeks=tuple(
            week_load(monday, blocks, wished.budgets, zone) for monday in window.mondays
        ),
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
    for block in blocks:
        if block.state is BlockState.UNCONFIRMED or (
            block.state in seen and is_over(block, now)
        ):
            yield block


def _wishes(context: Context, now: datetime) -> Demand:
    records = context.store.plan.every(Kind.BLOCK, archived=False)
    every = {record.entity.id: record for record in records}
    return demand(context, StoredPlanView(context.store), every, now)


def _rooms(preferences: Preferences, busy: KnownBusy | None, now: datetime) -> dict[date, int]:
    """Return how many minutes of each coming week may be filled."""
    if busy is None:
        return {}
    _, weeks = calendar(preferences, busy.spans, minute_of(now))
    return {week.monday: week.capacity for week in weeks}


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A task that does not get its time. what: short, unplaced, not now, or used up."""

    task: EntityId
    title: str
    what: str
    minutes: int
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "task": self.task,
            "title": self.title,
            "what": self.what,
            "minutes": self.minutes or None,
            "sentence": self.sentence,
        }


def misfits(app: App, wished: Demand) -> list[Misfit]:
    """Return the open tasks that do not get their time, each once."""
    result = PlannerState(app.store).result
    from_planning = list(_of_last_planning(app, wished, result)) if result else []
    return [*from_planning, *_not_now(app, wished), *_used_up(app, wished)]


def planning_notes(app: App) -> tuple[str, ...]:
    """Return what else the last planning said."""
    result = PlannerState(app.store).result
    return result.notes if result else ()


def _of_last_planning(app: App, wished: Demand, result: PlanningResult) -> Iterable[Misfit]:
    """Yield what the last planning told of tasks that still want time."""
    wanting = {work.id for work in wished.works}
    short = {
        EntityId(task_id): f"{sentence.rstrip('.')}." for task_id, sentence in result.short
    }
    left = {EntityId(task_id): (minutes, why) for task_id, minutes, why in result.unplaced}
    tasks = _tasks(app, [*short, *left])
    for task_id, task in tasks.items():
        if task_id not in wanting:
            continue
        minutes, why = left.get(task_id, (0, ""))
        what = "short" if task_id in short else "unplaced"
        sentence = short.get(task_id) or _unplaced_sentence(task, minutes, why)
        if task_id in short and task.next_block is not None:
            sentence += f" It is planned from {_day_words(app, task.next_block)} on."
        yield Misfit(
            task=task_id, title=task.title, what=what, minutes=minutes, sentence=sentence
        )


def _day_words(app: App, moment: Moment) -> str:
    return day(moment.at, app.zone, app.clock.now())


def _unplaced_sentence(task: Task, minutes: int, why: str) -> str:
    fact = f"{duration(minutes)} of '{_short_title(task)}' have no place yet"
    return f"{fact}: {why.rstrip('.')}." if why else f"{fact}."


def _not_now(app: App, wished: Demand) -> Iterable[Misfit]:
    ids = ShortIds(app.store.plan.ids())
    for task_id, task in _tasks(app, sorted(wished.not_now)).items():
        yield Misfit(
            task=task_id,
            title=task.title,
            what="not now",
            minutes=0,
            sentence=f"'{_short_title(task)}' is not planned, for you deleted its blocks twice:"
            f" `syncd resume {ids.of(task_id)}` plans it again.",
        )


def _used_up(app: App, wished: Demand) -> Iterable[Misfit]:
    for task_id, task in _tasks(app, sorted(wished.used_up)).items():
        yield Misfit(
            task=task_id,
            title=task.title,
            what="used up",
            minutes=0,
            sentence=f"'{_short_title(task)}' is open, but its time is used up: tick it, or give it"
            " a larger estimate.",
        )


def _tasks(app: App, ids: Iterable[EntityId]) -> dict[EntityId, Task]:
    wanted = list(ids)
    records = app.store.plan.many(wanted)
    every = ((task_id, records[task_id].entity) for task_id in wanted if task_id in records)
    return {task_id: task for task_id, task in every if isinstance(task, Task)}


def _short_title(task: Task) -> str:
    return one_line(task.title, TITLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlocksToReport:
    """What of the time needs the person.

    unconfirmed: how many blocks wait for a word. does_not_fit: how many tasks do not get their
    time. overdue: how many open tasks are past their date. leave: the days that nothing is
    planned on. unreadable: the calendars that blocks are planned without.
    """

    unconfirmed: int
    does_not_fit: int
    overdue: int
    leave: tuple[tuple[date, date], ...]
    standstill: str

    @property
    def lines(self) -> Iterable[str]:
        """Yield a line on each, with the command that tells more."""
        if self.overdue:
            verb = "is" if self.overdue == 1 else "are"
            yield f"{count(self.overdue, 'task')} {verb} overdue: `syncd plan show`."
        if self.unconfirmed:
            verb = "waits" if self.unconfirmed == 1 else "wait"
            yield f"{count(self.unconfirmed, 'block')} {verb} for a word: `syncd schedule`."
        if self.does_not_fit:
            verb = "does" if self.does_not_fit == 1 else "do"
            yield f"{count(self.does_not_fit, 'task')} {verb} not fit: `syncd schedule`."
        if self.standstill:
            yield self.standstill
        for first, last in self.leave:
            yield f"On leave {day_span(first, last)}: no blocks then; `syncd resume` ends it."

    @property
    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "unconfirmed_blocks": self.unconfirmed,
            "does_not_fit": self.does_not_fit,
            "overdue": self.overdue,
            "leave": [
                {"first": first.isoformat(), "last": last.isoformat()}
                for first, last in self.leave
            ],
        }


def blocks_to_report(app: App) -> BlocksToReport:
    """Return what needs the person."""
    seen = outlook(app)
    return BlocksToReport(
        unconfirmed=len(seen.waiting),
        does_not_fit=len(misfits(app, seen.wishes)),
        overdue=_overdue(app),
        leave=tuple(seen.pauses),
        standstill=seen.standstill,
    )


_WORKED_ON = (GoalStatus.ACTIVE, GoalStatus.PLANNED)


def _overdue(app: App) -> int:
    """Return how many open tasks are past their date, but for those of goals that rest."""
    day, plan = today(app.clock, app.zone), app.store.plan
    goals = (record.entity for record in plan.every(Kind.GOAL, archived=False))
    resting = {
        goal.id for goal in goals if isinstance(goal, Goal) and goal.status not in _WORKED_ON
    }
    tasks = (record.entity for record in plan.every(Kind.TASK, archived=False))
    return sum(
        isinstance(task, Task)
        and not task.done
        and task.goal not in resting
        and task.due is not None
        and day_of(task.due, app.zone) < day
        for task in tasks
    )
