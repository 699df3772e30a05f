"""What time does to blocks, and from a timetable to the plan: new blocks, moved ones, and those that go."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.engine.blocks.problem_builder import Demand
from syncd.engine.context import Context, StoredPlanView, today
from syncd.engine.rules import BY, PLANNED
from syncd.engine.unit_of_work import UnitOfWork
from syncd.model.entities import Block, Task
from syncd.model.ids import EntityId, derived_id
from syncd.model.plan import PlanView
from syncd.model.rules.blocks import AHEAD, ASSUMED, is_over, with_time
from syncd.model.rules.world import goal_of
from syncd.model.values import BlockState, Moment, start_of
from syncd.schedule.explain import Reasons
from syncd.schedule.problem import (
    Firmness,
    Placed,
    Preferences,
    Problem,
    Span,
    Timetable,
    instant,
)
from syncd.store.rows import Record
from syncd.sync.merge import Author, FieldChange

SETTLES_AFTER = timedelta(days=1)
"""After this time a block that nobody confirmed counts as done, if the setting says so."""
_SHIFTED = frozenset({BlockState.DRAFT, BlockState.PUBLISHED})


class Lifecycle:
    """Lets time pass for the plan's live blocks; ``blocks`` is kept up to date."""

    def __init__(self, work: UnitOfWork, blocks: dict[EntityId, Record], now: datetime) -> None:
        plan = work.context.store.plan
        self._untold = plan.beside_damaged() if plan.damaged else set[EntityId]()
        self._work = work
        self._now = now
        self.blocks = blocks
        work.records.update(blocks)

    def pass_time(self, *, assume_done: bool) -> None:
        """Blocks that are over wait for a word, and then count as done."""
        for block in self.live():
            if not is_over(block, self._now) or block.end is None:
                continue
            if block.state is BlockState.DRAFT:
                self.set(block, "time", archived=True)  # nobody ever saw it
            elif block.state in AHEAD:
                self.set(block, "time", state=BlockState.UNCONFIRMED)
        for block in self.live():
            waits = block.state is BlockState.UNCONFIRMED and block.end is not None
            if waits and assume_done and block.end.at + SETTLES_AFTER <= self._now:  # type: ignore[union-attr]  # it waits
                self.set(block, ASSUMED, state=BlockState.DONE)

    def drop(self, wished: Demand, view: PlanView) -> None:
        """Take away blocks ahead whose task is done, gone, at rest, or not wanted now."""
        for block in self.live():
            if block.task not in wished.unwanted or block.state not in AHEAD:
                continue
            if block.start is None or block.start.at <= self._now:
                continue
            task = view.get(block.task)
            over = isinstance(task, Task) and (task.done or task.archived)
            if over or block.state in _SHIFTED:
                self.set(block, "no longer needed", archived=True)

    def change_zone(self, zone: str) -> None:
        """Blocks that the person did not pin keep their wall-clock time in a new zone."""
        for block in self.live():
            ahead = block.state in _SHIFTED and block.start is not None
            if not ahead or not block.zone or block.zone == zone or block.start.at <= self._now:  # type: ignore[union-attr]  # it has a start
                continue
            start, end = (
                _same_wall_time(moment, block.zone, zone) for moment in (block.start, block.end)
            )
            self.set(block, "your time zone changed", start=start, end=end, zone=zone)

    def tell_tasks(self) -> None:
        """Write down how much of each task's effort is done and planned, and what is next."""
        of_task: dict[EntityId, list[Block]] = {}
        for block in self.live():
            if block.task and block.task not in self._untold:
                of_task.setdefault(block.task, []).append(block)
        changed = [block_id for block_id in self._work.before if block_id in self.blocks]
        for block_id in changed:
            changed_one = self.blocks[block_id].entity
            task = changed_one.task if isinstance(changed_one, Block) else None
            if task and task not in self._untold:
                of_task.setdefault(task, [])
        self._work.load(of_task)
        for task, blocks in of_task.items():
            known = self._work.records.get(task)
            if (
                known is not None
                and isinstance(known.entity, Task)
                and not known.entity.archived
            ):
                self._work.put(with_time(known.entity, blocks, self._now), f"{BY} (time)")

    @property
    def changed(self) -> list[EntityId]:
        """Return what was changed or made so far, tasks too."""
        return list(self._work.before)

    def is_next(self) -> bool:
        """Say whether the changes still are those of the next cycle of the history."""
        return self._work.cycle == self._work.context.store.history.last_cycle() + 1

    def commit(self) -> None:
        """Write everything down."""
        self._work.commit()

    def live(self) -> list[Block]:
        """Return the blocks that are not archived, as they are now."""
        entities = (block.entity for block in self.blocks.values())
        return [
            entity for entity in entities if isinstance(entity, Block) and not entity.archived
        ]

    def set(self, block: Block, why: str, **values: object) -> None:
        """Change a block; the change is signed with the reason, and yields to any person's."""
        author = Author(by=f"{BY} ({why})", at=None)
        changes = [
            FieldChange(field=name, before=getattr(block, name), after=value, author=author)  # type: ignore[arg-type]  # as typed in the schema
            for name, value in values.items()
            if getattr(block, name) != value
        ]
        self._work.change(block.id, changes)
        self.blocks[block.id] = self._work.records[block.id]

    def add(self, block: Block, why: str) -> None:
        """Add a block to the plan."""
        author = Author(by=f"{BY} ({why})", at=None)
        names = ("title", "task", "goal", "start", "end", "zone", "state", "notes")
        record = Record(entity=block, authors=dict.fromkeys(names, author))
        self._work.make(record, author.by)
        self.blocks[block.id] = record


def next_look(blocks: Iterable[Block], now: datetime, midnight: datetime) -> datetime:
    """Return when time itself will change something: blocks begin, end, are settled."""
    moments = [midnight]
    for block in blocks:
        if block.state in AHEAD:
            moments += [moment.at for moment in (block.start, block.end) if moment is not None]
        if block.state is BlockState.UNCONFIRMED and block.end is not None:
            moments.append(block.end.at + SETTLES_AFTER)
    return min(moment for moment in moments if moment > now)


def _same_wall_time(moment: Moment | None, old: str, new: str) -> Moment | None:
    if moment is None:
        return None
    wall = moment.at.astimezone(ZoneInfo(old)).replace(tzinfo=None)
    return Moment(wall.replace(tzinfo=ZoneInfo(new)), new)


def published_until(context: Context, preferences: Preferences) -> datetime:
    """Return the end of the days whose blocks stand in the calendar."""
    day = today(context.clock, preferences.zone)
    return start_of(day + timedelta(days=preferences.publish_days), preferences.zone)


@dataclass
class TimetableApplier:
    """Writes one timetable down; ``why``: why it is as it is."""

    lifecycle: Lifecycle
    problem: Problem
    preferences: Preferences
    context: Context
    why: Reasons
    _view: StoredPlanView = field(init=False)
    _edge: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._view = StoredPlanView(self.context.store)
        self._edge = published_until(self.context, self.preferences)

    def apply(self, timetable: Timetable, wrong: Collection[int]) -> None:
        """Bring the plan's blocks to the timetable, but for those that are wrong in it."""
        live = {block.id: block for block in self.lifecycle.live()}
        kept: set[EntityId] = set()
        for place, placed in enumerate(timetable.blocks):
            if placed.id is not None:
                kept.add(placed.id)
            if place in wrong:
                continue
            if placed.id is None:
                self._make(place, placed)
            else:
                self._move(place, placed, live[placed.id])
        for scheduled_block in self.problem.standing:
            if (
                scheduled_block.firmness is not Firmness.FIXED
                and scheduled_block.id not in kept
            ):
                why = self.why.dropped.get(scheduled_block.id, PLANNED)
                self.lifecycle.set(live[scheduled_block.id], why, archived=True)

    def _make(self, place: int, placed: Placed) -> None:
        task = self._view.get(placed.task)
        if not isinstance(task, Task):
            return
        start, end = self._moments(placed.span)
        self.lifecycle.add(
            Block(
                id=self._fresh_id(placed),
                created_at=self.context.clock.now(),
                title=task.title,
                notes=self.why.placed[place],
                task=task.id,
                goal=goal_of(task, self._view),
                start=start,
                end=end,
                zone=self.preferences.zone,
                state=self._state(start),
            ),
            PLANNED,
        )

    def _move(self, place: int, placed: Placed, block: Block) -> None:
        task = self._view.get(placed.task)
        values: dict[str, object] = {}
        if isinstance(task, Task):
            goal = goal_of(task, self._view)
            unknown = block.goal is not None and self._view.get(block.goal) is None
            values["goal"] = block.goal if goal is None and unknown else goal
        start, end = self._moments(placed.span)
        there = (block.start, block.end)
        if [moment and moment.at for moment in there] != [start.at, end.at]:
            values |= {"start": start, "end": end, "zone": self.preferences.zone}
            values["notes"] = self.why.placed[place]
        if block.state is not BlockState.PUBLISHED:
            # What the person has seen in the calendar moves there: it never vanishes from it.
            values["state"] = self._state(start)
        self.lifecycle.set(block, self.why.moved.get(block.id, PLANNED), **values)

    def _moments(self, span: Span) -> tuple[Moment, Moment]:
        zone = self.preferences.zone
        return Moment(instant(span.start), zone), Moment(instant(span.end), zone)

    def _state(self, start: Moment) -> BlockState:
        return BlockState.PUBLISHED if start.at < self._edge else BlockState.DRAFT

    def _fresh_id(self, placed: Placed) -> EntityId:
        """Return an id that follows from the task and the time, unless it was used before."""
        plan = self.context.store.plan
        free = (block_id for block_id in self._ids(placed) if plan.get(block_id) is None)
        return next(block_id for block_id in free if block_id not in plan.damaged)

    def _ids(self, placed: Placed) -> Iterator[EntityId]:
        number = 0
        while True:
            yield derived_id("block", placed.task, str(placed.span.start), str(number))
            number += 1
