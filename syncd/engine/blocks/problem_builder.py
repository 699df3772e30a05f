"""From the plan to a planner's problem, and the checker in front of every write of blocks."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from syncd.engine.blocks.planner_state import KnownBusy
from syncd.engine.context import Context
from syncd.model.entities import Block, Entity, Goal, Kind, Milestone, Task
from syncd.model.ids import EntityId
from syncd.model.plan import PlanView
from syncd.model.rules.blocks import AHEAD, is_over, length
from syncd.model.rules.world import at_rest, goal_of
from syncd.model.values import BlockState, Due, GoalStatus, Moment, start_of
from syncd.redaction import get_logger
from syncd.schedule.check import CheckInput, RuleViolation, Slot, check
from syncd.schedule.problem import (
    Firmness,
    Preferences,
    Problem,
    ScheduledBlock,
    Span,
    TaskDemand,
    Timetable,
    instant,
    minute_of,
)
from syncd.store.rows import Record

SOON = timedelta(days=7)
"""Two blocks of a task that were deleted within this time mean "not now"."""
NOTICE = timedelta(hours=1)
"""A new block begins no sooner than this."""
_EDITS = ("due", "estimate_minutes", "priority", "goal", "milestone", "done")
"""Fields of a task whose change means that it is wanted again."""
_WEIGHTS: Mapping[int | None, float] = {1: 4.0, 2: 2.0, 3: 1.4, 4: 1.0, None: 1.0}
_GOAL_WEIGHTS: Mapping[int | None, float] = {1: 1.5, 2: 1.25, 3: 1.1, 4: 1.0, None: 1.0}
_COUNTED = frozenset({BlockState.DONE, BlockState.UNCONFIRMED})
"""States of blocks that are over and whose effort counts as given, until it is denied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What the plan asks of the schedule.

    works: the tasks that want time. unwanted: known tasks whose blocks ahead have no use.
    not_now: those that the person does not want to see now. used_up: tasks still open
    whose effort is spent. budgets: minutes a week by topic.
    """

    works: tuple[TaskDemand, ...] = ()
    unwanted: frozenset[EntityId] = frozenset()
    not_now: frozenset[EntityId] = frozenset()
    used_up: frozenset[EntityId] = frozenset()
    budgets: Mapping[str, int] = field(default_factory=dict)


def demand(
    context: Context, view: PlanView, blocks: Mapping[EntityId, Record], now: datetime
) -> Demand:
    """Return what open tasks ask for; ``blocks`` are all live blocks by id."""
    assert context.preferences is not None  # noqa: S101  # nobody else plans
    plan = context.store.plan
    open_tasks = {task.entity.id: task for task in plan.open_tasks()}
    untold = plan.beside_damaged() if plan.damaged else frozenset()
    reader = _DemandReader(
        tasks=open_tasks,
        blocks=_by_task(blocks),
        children=_children(open_tasks.values()),
        view=view,
        preferences=context.preferences,
        now=now,
        untold=untold,
    )
    return reader.read()


def scheduled_blocks(
    blocks: Iterable[Block], view: PlanView, preferences: Preferences, now: datetime
) -> tuple[ScheduledBlock, ...]:
    """Return the blocks that count: those ahead, and what this week's took already.

    A block whose task is not known (yet) is left where it is.
    """
    scheduled = []
    since = now - timedelta(days=8)
    for block in blocks:
        if block.start is None or block.end is None or block.end.at <= since:
            continue
        if block.state not in AHEAD | _COUNTED or block.end.at <= block.start.at:
            continue
        known = block.task is not None and view.get(block.task) is not None
        scheduled.append(
            ScheduledBlock(
                id=block.id,
                task=block.task,
                span=Span(minute_of(block.start.at), minute_of(block.end.at)),
                firmness=firmness_of(block, preferences, now) if known else Firmness.FIXED,
            )
        )
    return tuple(sorted(scheduled, key=lambda block: (block.span, block.id)))


def firmness_of(block: Block, preferences: Preferences, now: datetime) -> Firmness:
    """Say how firmly a block stands."""
    assert block.start is not None  # noqa: S101  # asked only of blocks with a time
    if block.state not in (BlockState.DRAFT, BlockState.PUBLISHED) or block.start.at <= now:
        return Firmness.FIXED
    if block.state is BlockState.DRAFT:
        return Firmness.DRAFT
    frozen = block.start.at < now + timedelta(hours=preferences.freeze_hours)
    return Firmness.FROZEN if frozen else Firmness.PUBLISHED


def off_limits(blocks: Sequence[Block], now: datetime) -> tuple[Span, ...]:
    """Return the time that no new block may lie on: what the person took back, and the
    next hour, but for what stands in it already."""
    pieces = [Span(minute_of(now), minute_of(now + NOTICE))]
    for block in blocks:
        if block.state in AHEAD and block.start is not None and block.end is not None:
            gap = Span(minute_of(block.start.at), minute_of(block.end.at))
            pieces = [side for piece in pieces for side in _without(piece, gap)]
    return (*freed(blocks, now), *pieces)


def is_snoozed(task: Record, blocks: Sequence[Record], now: datetime) -> bool:
    """Say whether the person said "not now" of a task, by deleting its blocks twice.

    What they change of the task afterwards, and a block that they pin, takes it back.
    """
    deletions = sorted(
        block.authors["state"].at or now
        for block in blocks
        if isinstance(block.entity, Block)
        and block.entity.state is BlockState.SKIPPED
        and "state" in block.authors
    )
    twice = [late for early, late in pairwise(deletions) if late - early <= SOON]
    if not twice or any(_pinned_ahead(block, now) for block in blocks):
        return False
    edits = [task.authors[name].at for name in _EDITS if name in task.authors]
    return not any(at is not None and at > twice[-1] for at in edits)


def _pinned_ahead(record: Record, now: datetime) -> bool:
    block = record.entity
    if not isinstance(block, Block) or block.state is not BlockState.PINNED:
        return False
    return not is_over(block, now)


def _by_task(blocks: Mapping[EntityId, Record]) -> dict[EntityId, list[Record]]:
    by_task: dict[EntityId, list[Record]] = defaultdict(list)
    for record in blocks.values():
        if isinstance(record.entity, Block) and record.entity.task:
            by_task[record.entity.task].append(record)
    return by_task


def _rests(task: Task, view: PlanView) -> bool:
    """Say whether nothing is to be planned for a task: its goal is at rest, or reached."""
    goal = view.get(goal_of(task, view) or EntityId(""))
    reached = isinstance(goal, Goal) and (goal.status is GoalStatus.DONE or goal.archived)
    return reached or at_rest(task, view)


def _without(span: Span, gap: Span) -> list[Span]:
    sides = (
        Span(span.start, min(span.end, gap.start)),
        Span(max(span.start, gap.end), span.end),
    )
    return [side for side in sides if side.minutes > 0]


def freed(blocks: Iterable[Entity], now: datetime) -> tuple[Span, ...]:
    """Return the time ahead that the person took back by deleting a block."""
    spans = []
    for block in blocks:
        if not isinstance(block, Block) or block.state is not BlockState.SKIPPED:
            continue
        if block.start and block.end and now < block.end.at and block.start.at < block.end.at:
            spans.append(Span(minute_of(block.start.at), minute_of(block.end.at)))
    return tuple(spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class _DemandReader:
    """Reads what open tasks ask for. children: the open sub-tasks of open tasks.

    untold: tasks one of whose blocks can't be read; what they lack can't be told.
    """

    tasks: Mapping[EntityId, Record]
    blocks: Mapping[EntityId, Sequence[Record]]
    children: Mapping[EntityId, tuple[EntityId, ...]]
    view: PlanView
    preferences: Preferences
    now: datetime
    untold: Collection[EntityId] = ()

    def read(self) -> Demand:
        tasks = {
            task_id: record.entity
            for task_id, record in self.tasks.items()
            if isinstance(record.entity, Task)
        }
        resting = {task_id for task_id, task in tasks.items() if _rests(task, self.view)}
        not_now = {
            task_id for task_id in tasks if task_id not in resting and self._put_off(task_id)
        }
        works, used_up = [], set()
        for task_id, task in tasks.items():
            if task_id in resting or task_id in not_now or task_id in self.untold:
                continue
            left = self._left(task)
            if left > 0:
                works.append(self._work(task, left))
            elif task.estimate_minutes != 0 and not self._has_parts(task):
                used_up.add(task_id)
        finished = {
            block
            for block in self.blocks
            if block not in tasks and self.view.get(block) is not None
        }
        return Demand(
            works=tuple(works),
            unwanted=frozenset(resting | not_now | finished),
            not_now=frozenset(not_now),
            used_up=frozenset(used_up),
            budgets=_budgets(self.view),
        )

    def _put_off(self, task: EntityId) -> bool:
        return is_snoozed(self.tasks[task], self.blocks.get(task, ()), self.now)

    def _has_parts(self, task: Task) -> bool:
        """Say whether a task's effort is that of its sub-tasks: none of its own was given."""
        return task.estimate_minutes is None and task.id in self.children

    def _left(self, task: Task) -> int:
        """Return the minutes of effort that blocks which are over have not covered."""
        if self._has_parts(task):
            return 0
        effort = task.estimate_minutes
        if effort is None:
            effort = self.preferences.default_minutes
        blocks = [record.entity for record in self.blocks.get(task.id, ())]
        spent = sum(
            length(block) for block in blocks if isinstance(block, Block) and self._over(block)
        )
        return max(0, effort - spent)

    def _over(self, block: Block) -> bool:
        return block.state in AHEAD | _COUNTED and is_over(block, self.now)

    def _work(self, task: Task, left: int) -> TaskDemand:
        goal_id = goal_of(task, self.view)
        goal = self.view.get(goal_id) if goal_id else None
        weight = _WEIGHTS.get(task.priority, 1.0)
        if isinstance(goal, Goal):
            weight *= _GOAL_WEIGHTS.get(goal.priority, 1.0)
            weight *= 0.5 if goal.status is GoalStatus.PLANNED else 1.0
        return TaskDemand(
            id=task.id,
            title=task.title,
            topic=goal_id or task.id,
            minutes=left,
            weight=weight,
            due=self._due(task),
            after=self.children.get(task.id, ()),
            avoid=freed((record.entity for record in self.blocks.get(task.id, ())), self.now),
        )

    def _due(self, task: Task) -> int | None:
        """Return when a task's blocks are to be over: its due date, its milestone's day."""
        zone = self.preferences.zone
        ends = [_end_of(task.due, zone)] if task.due is not None else []
        milestone = self.view.get(task.milestone) if task.milestone else None
        if isinstance(milestone, Milestone) and milestone.due and not milestone.archived:
            ends.append(minute_of(start_of(milestone.due, zone)))
        return min(ends, default=None)


def _children(tasks: Iterable[Record]) -> dict[EntityId, tuple[EntityId, ...]]:
    children: dict[EntityId, tuple[EntityId, ...]] = {}
    for record in tasks:
        task = record.entity
        if isinstance(task, Task) and task.parent:
            children[task.parent] = (*children.get(task.parent, ()), task.id)
    return children


def _end_of(due: Due, zone: str) -> int:
    if isinstance(due, Moment):
        return minute_of(due.at)
    return minute_of(start_of(min(due, date.max - timedelta(days=1)) + timedelta(days=1), zone))


def _budgets(view: PlanView) -> dict[str, int]:
    return {
        goal.id: goal.weekly_minutes
        for goal in view.of_kind(Kind.GOAL)
        if isinstance(goal, Goal) and goal.weekly_minutes and goal.status is GoalStatus.ACTIVE
    }


log = get_logger("syncd.engine.blocks")

_NEW = "new "


def violations(
    problem: Problem,
    timetable: Timetable,
    preferences: Preferences,
    known: KnownBusy,
    freed: Iterable[Span],
) -> Mapping[int, RuleViolation]:
    """Return what is wrong with a timetable, by the place of the block in it."""
    now = instant(problem.now)
    before = [
        Slot(
            id=block.id,
            task=block.task,
            start=instant(block.span.start),
            end=instant(block.span.end),
            fixed=block.firmness is Firmness.FIXED,
        )
        for block in problem.standing
    ]
    after = [slot for slot in before if slot.fixed]
    places: dict[EntityId, int] = {}
    for place, block in enumerate(timetable.blocks):
        key = block.id or EntityId(f"{_NEW}{place}")
        places[key] = place
        start, end = instant(block.span.start), instant(block.span.end)
        after.append(Slot(id=key, task=block.task, start=start, end=end))
    faults = check(_given(problem, preferences, known, freed, now), before, after)
    for fault in faults:
        log.error("a planned block breaks a rule and is left out", rule=str(fault.rule))
    return {places[fault.block]: fault for fault in faults if fault.block in places}


def _given(
    problem: Problem,
    preferences: Preferences,
    known: KnownBusy,
    freed: Iterable[Span],
    now: datetime,
) -> CheckInput:
    return CheckInput(
        preferences=preferences,
        now=now,
        busy=tuple((instant(span.start), instant(span.end)) for span in known.spans),
        order=frozenset((first, work.id) for work in problem.works for first in work.after),
        freed=tuple((instant(span.start), instant(span.end)) for span in freed),
        avoid={
            work.id: tuple((instant(span.start), instant(span.end)) for span in work.avoid)
            for work in problem.works
        },
    )
