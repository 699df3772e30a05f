"""From a timetable to the plan: new blocks, moved blocks, blocks that go."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.engine.blocks.passing import Lifecycle
from syncd.engine.context import Context
from syncd.engine.view import StoredPlanView, today
from syncd.model.entities import Block, Task
from syncd.model.ids import EntityId, derived_id
from syncd.model.rules.world import goal_of
from syncd.model.values import BlockState, Moment, start_of
from syncd.schedule.preferences import Preferences
from syncd.schedule.problem import Hold, Problem, Span, instant
from syncd.schedule.reasons import Reasons
from syncd.schedule.timetable import Placed, Timetable

PLANNED = "planned"
"""Signs what the schedule made or changed, where there is no better reason."""


def published_until(context: Context, preferences: Preferences) -> datetime:
    """Return the end of the days whose blocks stand in the calendar."""
    day = today(context.clock, preferences.zone)
    return start_of(day + timedelta(days=preferences.publish_days), preferences.zone)


@dataclass
class Placing:
    """Writes one timetable down; ``why``: why it is as it is."""

    passing: Lifecycle
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
        live = {one.id: one for one in self.passing.live()}
        kept: set[EntityId] = set()
        for place, one in enumerate(timetable.blocks):
            if one.id is not None:
                kept.add(one.id)
            if place in wrong:
                continue
            if one.id is None:
                self._make(place, one)
            else:
                self._move(place, one, live[one.id])
        for standing in self.problem.standing:
            if standing.hold is not Hold.FIXED and standing.id not in kept:
                why = self.why.dropped.get(standing.id, PLANNED)
                self.passing.set(live[standing.id], why, archived=True)

    def _make(self, place: int, one: Placed) -> None:
        task = self._view.get(one.task)
        if not isinstance(task, Task):
            return
        start, end = self._moments(one.span)
        self.passing.add(
            Block(
                id=self._fresh_id(one),
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

    def _move(self, place: int, one: Placed, block: Block) -> None:
        task = self._view.get(one.task)
        values: dict[str, object] = {}
        if isinstance(task, Task):
            goal = goal_of(task, self._view)
            unknown = block.goal is not None and self._view.get(block.goal) is None
            values["goal"] = block.goal if goal is None and unknown else goal
        start, end = self._moments(one.span)
        there = (block.start, block.end)
        if [it and it.at for it in there] != [start.at, end.at]:
            values |= {"start": start, "end": end, "zone": self.preferences.zone}
            values["notes"] = self.why.placed[place]
        if block.state is not BlockState.PUBLISHED:
            # What the person has seen in the calendar moves there: it never vanishes from it.
            values["state"] = self._state(start)
        self.passing.set(block, self.why.moved.get(block.id, PLANNED), **values)

    def _moments(self, span: Span) -> tuple[Moment, Moment]:
        zone = self.preferences.zone
        return Moment(instant(span.start), zone), Moment(instant(span.end), zone)

    def _state(self, start: Moment) -> BlockState:
        return BlockState.PUBLISHED if start.at < self._edge else BlockState.DRAFT

    def _fresh_id(self, one: Placed) -> EntityId:
        """Return an id that follows from the task and the time, unless it was used before."""
        plan = self.context.store.plan
        free = (it for it in self._ids(one) if plan.get(it) is None)
        return next(it for it in free if it not in plan.damaged)

    def _ids(self, one: Placed) -> Iterator[EntityId]:
        number = 0
        while True:
            yield derived_id("block", one.task, str(one.span.start), str(number))
            number += 1
