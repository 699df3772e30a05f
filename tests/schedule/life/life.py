"""Some weeks of a person's life with syncd, from a seed; and the figures that tell of it."""

from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from syncd.engine.blocks.planner_state import PlannerState
from syncd.model.entities import Block, Kind, Task
from syncd.model.ids import EntityId
from syncd.model.remote import Op, Write
from syncd.model.values import BlockState
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Planner
from syncd.testing.fake_clock import FakeClock
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from tests.engine.world import ZONE, World
from tests.schedule.life.counting import Move, live_blocks, moves, wished
from tests.schedule.life.laws import broken, repeats
from tests.schedule.life.person import Person, midnight_after
from tests.schedule.life.wishes import (
    BERLIN,
    GOALS,
    MONDAY,
    MORE_GOALS,
    START,
    goal_id,
    plan_of,
)

FREEZE = timedelta(hours=48)
TIMES = (6 * 60 + 45, 12 * 60 + 50, 17 * 60 + 20, 21 * 60 + 40)
"""When cycles run, in minutes of the person's clock, give or take."""
WARNED = timedelta(days=7)
"""A task that was told to be short so long before its date was told in time."""


@dataclass(kw_only=True)
class Figures:
    """What is counted in a life; the module on counting says what a needless move is.

    placed: blocks that were in the calendar. placing: writes that made, moved or removed
    their events; marking: those that told of states, links or titles. late: tasks that had
    not had their effort by their date, though syncd's check of capacity had not called them
    short a week before; due: those whose date has come. excused: late, but called short in
    time. repeats: pairs of blocks of a task on one day that no person
    made. budgets: minutes worked by goal, as a share of its weekly minutes.
    """

    weeks: int
    placed: int = 0
    placing: Counter[str] = field(default_factory=Counter)
    marking: Counter[str] = field(default_factory=Counter)
    moves: list[Move] = field(default_factory=list)
    due: int = 0
    late: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    repeats: int = 0
    budgets: dict[str, float] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    @property
    def needless(self) -> list[Move]:
        return [one for one in self.moves if one.needless]

    @property
    def needless_a_week(self) -> float:
        return len(self.needless) / self.weeks

    @property
    def needless_soon(self) -> int:
        return sum(one.ahead < FREEZE for one in self.needless)

    @property
    def writes_a_block(self) -> float:
        return self.placing.total() / max(1, self.placed)

    @property
    def late_share(self) -> float:
        return len(self.late) / max(1, self.due)

    def as_json(self) -> dict[str, Any]:
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return told | {
            "moves": Counter(f"{one.how}: {one.why}" for one in self.moves),
            "needless_a_week": round(self.needless_a_week, 2),
            "needless_within_48_h": self.needless_soon,
            "writes_a_block": round(self.writes_a_block, 2),
            "all_writes_a_block": round(
                (self.placing.total() + self.marking.total()) / max(1, self.placed), 2
            ),
            "late_share": round(self.late_share, 3),
        }


class Life:
    """A world, a person in it, and somebody who counts. planner: None for syncd's own."""

    def __init__(self, seed: int, weeks: int, planner: Planner | None = None) -> None:
        self.rng = Random(seed)  # noqa: S311  # one seed, one life
        self.weeks = weeks
        self.world = World(
            shapes=(LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS),
            seed=seed,
            preferences=BERLIN,
            planner=planner or Annealer(),
            clock=FakeClock(START),
        )
        self.person = Person(self.world, BERLIN, self.rng)
        self.figures = Figures(weeks=weeks, did=self.person.did)
        self._seen = 0
        self._placed: set[EntityId] = set()
        self._short: dict[EntityId, datetime] = {}
        self._put_off: set[EntityId] = set()
        self._repeated: set[frozenset[EntityId]] = set()

    def live(self) -> Figures:
        """Let the weeks pass."""
        self.world.plan(*plan_of(self.rng, self.weeks))
        self.person.known_meetings(MONDAY, self.weeks * 7)
        for number in range(self.weeks * 7):
            self._day(number, MONDAY + timedelta(days=number))
        self._sum_up()
        return self.figures

    def _day(self, number: int, today: date) -> None:
        midnight = midnight_after(today - timedelta(days=1))
        for place, minute in enumerate(TIMES):
            at = midnight + timedelta(minutes=minute + self.rng.randrange(25))
            seconds = (at - self.world.clock.now()).total_seconds()
            self.world.clock.advance(seconds=seconds)
            if number > 0:
                self._happens(number, place, today)
            self._cycle()

    def _happens(self, number: int, place: int, today: date) -> None:
        """Let the person do what they do at this time of the day."""
        person, rng = self.person, self.rng
        person.look_back()
        if place == 0:
            person.new_meetings(today)
            person.cancel_meeting()
        if place == 1 and number == self.weeks * 7 // 3:
            first = today + timedelta(days=self.rng.choice((14, 21)) - today.weekday())
            person.take_leave(first, first + timedelta(days=6))
        if place == 2 and rng.random() < 0.16:
            person.drag()
        if place == 3 and rng.random() < 0.12:
            person.delete()
        if place == 2 and number % 20 == 10:
            person.new_task(number, today)
        if place == 1 and number % 15 == 8:
            person.estimate_anew()

    def _cycle(self) -> None:
        """Run syncd twice: the second time there is nothing left to do."""
        world, figures = self.world, self.figures
        before = live_blocks(world)
        report = world.engine.run()
        after = live_blocks(world)
        found = list(moves(world, before, after, self.person.touched))
        figures.moves += found
        when = f"{world.clock.now():%Y-%m-%d %H:%M}"
        wrong = [*report.problems, *broken(world, after, self._seen)]
        if not report.converged:
            wrong.append("not converged")
        self._count_writes(world.services["calendar"].log[self._seen :])
        self._seen = len(world.services["calendar"].log)
        again = world.engine.run()
        if again.writes or again.changes:
            wrong.append(f"{again.writes} writes, {again.changes} changes the second time")
        figures.broken += [f"{when} {one}" for one in wrong]
        self._count_repeats(after)
        self._hear()
        self._put_off |= wished(world).not_now
        self.person.touched.clear()

    def _count_writes(self, log: list[Write]) -> None:
        for write in log:
            if write.kind is not Kind.BLOCK:
                continue
            if write.op is Op.CREATE:
                self._placed.add(write.entity)
            if write.op is not Op.UPDATE:
                self.figures.placing[write.op.value] += 1
            elif {"start", "end"} & write.fields.keys():
                self.figures.placing["move"] += 1
            else:
                self.figures.marking["+".join(sorted(write.fields))] += 1

    def _count_repeats(self, blocks: dict[EntityId, Block]) -> None:
        for pair, those in repeats(blocks).items():
            by_hand = any(one.state is BlockState.PINNED for one in those)
            if not by_hand and not pair & self.person.dragged and pair not in self._repeated:
                self._repeated.add(pair)
                self.figures.repeats += 1
                self.figures.broken.append(f"a second block of {those[0].title} on one day")

    def _hear(self) -> None:
        """Remember which tasks syncd calls short, from when on."""
        result, now = PlannerState(self.world.store).result, self.world.clock.now()
        for task, _ in result.short if result else ():
            self._short.setdefault(EntityId(task), now)

    def _sum_up(self) -> None:
        figures, now = self.figures, self.world.clock.now()
        figures.placed = len(self._placed)
        for record in self.world.store.plan.every(Kind.TASK, archived=False):
            task = record.entity
            if isinstance(task, Task) and isinstance(task.due, date):
                end = midnight_after(task.due)
                if end <= now and task.id not in self._put_off:
                    self._judge(task, end)
        weeks = max(1, self.weeks - 1)
        for number, (title, budget, _) in enumerate((*GOALS, *MORE_GOALS)):
            if budget:
                worked = [it for (goal, _), it in self._by_week() if goal == goal_id(number)]
                figures.budgets[title] = round(sum(worked) / (weeks * budget), 2)

    def _by_week(self) -> list[tuple[tuple[EntityId | None, int], int]]:
        return list(self.person.by_week.items())

    def _judge(self, task: Task, end: datetime) -> None:
        self.figures.due += 1
        finished = self.person.finished.get(task.id)
        if finished is not None and finished <= end:
            return
        told = self._short.get(task.id)
        day = finished.astimezone(ZoneInfo(ZONE)).date() if finished else "never"
        words = f"{task.title} ({task.estimate_minutes} min, due {task.due}, done {day})"
        if told is not None and told <= end - WARNED:
            self.figures.excused.append(words)
        else:
            self.figures.late.append(words)
