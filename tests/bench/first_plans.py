"""What a person gets of the planner, through the engine: the first plan, the repair after an
urgent task, and the next morning; each beside what the full search finds.

    .venv/bin/python tests/bench/first_plans.py

Twenty plans: ten of a usual person (with budgets, in their evenings), ten of a busy one
(36 tasks of 108 to 119 hours, in chains, in weeks of 10 hours, and 300 meetings). SEEDS=4 takes two of each.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from syncd.connect.contract import BusySpan
from syncd.model.entities import Block, Entity, Goal, Task
from syncd.model.ids import EntityId
from syncd.model.rules.blocks import AHEAD
from syncd.model.values import GoalStatus
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import (
    Effort,
    Firmness,
    Placed,
    Preferences,
    Problem,
    RandomSource,
    Span,
    TaskDemand,
    Timetable,
    instant,
    minute_of,
)
from syncd.schedule.search.anneal import EarliestDueFirst
from syncd.schedule.search.objective import score, unplaced
from syncd.testing.fake_clock import FakeClock
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from tests.engine.world import ZONE, World
from tests.schedule.life import wishes
from tests.schedule.life.counting import live_blocks, moves
from tests.schedule.life.person import Person
from tests.schedule.planner import instances

TURNS = ("first plan", "urgent task", "next morning")
BUSY = Preferences(
    zone=ZONE,
    hours=instances.HOURS,
    liked=instances.LIKED,
    daily=180,
    weekly=600,
    buffer=instances.BUFFER,
    share=1.0,
)
PRIORITIES = {4.0: 1, 2.0: 2, 1.0: 3, 0.5: 4}


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What stands after one turn, and what the full search finds for the same problem.

    cost, full: the objective. lacking: minutes without a place, of what stands, of the full
    search, and of earliest due first. late: tasks, of what stands and of the full search.
    moved: blocks of the calendar that were moved, and those without need. cpu: seconds.
    """

    cost: float
    full: float
    lacking: tuple[int, int, int]
    late: tuple[int, int]
    moved: tuple[int, int]
    cpu: float


@dataclass
class Watching(Annealer):
    """The planner that syncd uses; keeps the first problem of each look."""

    seen: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def plan(self, problem: Problem, effort: Effort, rng: RandomSource) -> Timetable:
        self.seen.append(problem)
        return super().plan(problem, effort, rng)


def usual(seed: int) -> World:
    """Return a usual person's plan on its first morning."""
    rng = random.Random(seed)  # noqa: S311  # one seed, one plan
    world = _world(wishes.BERLIN, wishes.START)
    Person(world, wishes.BERLIN, rng).known_meetings(wishes.MONDAY, 84)
    world.plan(*wishes.plan_of(rng, 12))
    return world


def busy(seed: int) -> World:
    """Return a busy person's plan on its first morning."""
    rng = random.Random(seed)  # noqa: S311  # one seed, one plan
    world = _world(BUSY, datetime(2026, 1, 5, 4, 30, tzinfo=UTC))
    spans = world.services["calendar"].busy["own"]
    assert spans is not None
    spans.extend(
        BusySpan(instant(one.start), instant(one.end)) for one in instances.meetings(rng)
    )
    world.plan(*_entities(instances.works(rng), world.clock.now()))
    return world


def _entities(works: Iterable[TaskDemand], now: datetime) -> Iterable[Entity]:
    """Yield works as a plan has them: what is done first is a part of what waits for it."""
    whole = {first: one.id for one in works for first in one.after}
    for number in range(6):
        yield Goal(
            id=EntityId(f"goal-{number}"),
            title=f"Goal {number}",
            created_at=now,
            status=GoalStatus.ACTIVE,
        )
    for one in works:
        assert one.due is not None
        yield Task(
            id=one.id,
            title=one.title,
            created_at=now,
            goal=EntityId(one.topic),
            parent=whole.get(one.id),
            due=instant(one.due).date(),
            estimate_minutes=one.minutes,
            priority=PRIORITIES[one.weight],
        )


def _world(preferences: Preferences, now: datetime) -> World:
    made = World(
        shapes=(LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS),
        preferences=preferences,
        clock=FakeClock(now),
    )
    made.engine = replace(made.engine, planner=Watching())  # the product's own, watched
    return made


def lived(seed: int) -> Mapping[str, Turn]:
    """Return the turns of a seed: even ones are usual plans, odd ones busy."""
    world = busy(seed // 2) if seed % 2 else usual(seed // 2 + 1)
    found = {"first plan": _turn(world)}
    world.clock.advance(minutes=60)
    urgent = Task(
        id=EntityId("urgent"),
        title="Hand in the slides",
        created_at=world.clock.now(),
        due=world.clock.now().date() + timedelta(days=4),
        estimate_minutes=240,
        priority=1,
    )
    world.plan(urgent)
    found["urgent task"] = _turn(world)
    tomorrow: date = world.clock.now().date() + timedelta(days=1)
    world.clock.set_to(datetime(tomorrow.year, tomorrow.month, tomorrow.day, 5, tzinfo=UTC))
    found["next morning"] = _turn(world)
    return found


def _turn(world: World) -> Turn:
    planner = world.engine.planner
    assert isinstance(planner, Watching)
    planner.seen.clear()
    before = live_blocks(world)
    start = time.process_time()
    for _ in range(2):  # the second cycle has nothing left to do
        world.engine.run()
    cpu = time.process_time() - start
    problem, after = planner.seen[0], live_blocks(world)
    mine = list(_placed(problem, after.values()))
    day = problem.days[0].date.toordinal()
    full = Annealer().plan(problem, Effort.FULL, random.Random(day))  # noqa: S311  # no secret
    soonest = EarliestDueFirst().plan(problem, Effort.FULL, random.Random(day))  # noqa: S311  # no secret
    moved = list(moves(world, before, after, ()))
    return Turn(
        cost=score(problem, mine).total,
        full=full.score.total,
        lacking=(
            sum(unplaced(problem, mine).values()),
            sum(full.unplaced.values()),
            sum(soonest.unplaced.values()),
        ),
        late=(_late(problem, mine), _late(problem, full.blocks)),
        moved=(len(moved), sum(one.needless for one in moved)),
        cpu=cpu,
    )


def _placed(problem: Problem, blocks: Iterable[Block]) -> Iterable[Placed]:
    """Yield the blocks that stand, as a planner gives them."""
    known = {one.id: one.firmness for one in problem.standing}
    wanted = {one.id for one in problem.works}
    for one in blocks:
        if (
            one.state not in AHEAD
            or known.get(one.id) is Firmness.FIXED
            or one.task not in wanted
        ):
            continue
        assert one.start is not None
        assert one.end is not None
        assert one.task is not None
        span = Span(minute_of(one.start.at), minute_of(one.end.at))
        yield Placed(id=one.id if one.id in known else None, task=one.task, span=span)


def _late(problem: Problem, blocks: Iterable[Placed]) -> int:
    ends: dict[EntityId, int] = {}
    for one in blocks:
        ends[one.task] = max(ends.get(one.task, 0), one.span.end)
    return sum(one.due is not None and ends.get(one.id, 0) > one.due for one in problem.works)


def table(lives: Iterable[Mapping[str, Turn]]) -> Iterable[str]:
    """Yield a line of the table for each turn."""
    told = list(lives)
    yield (
        "turn         | cost / full: median, worst | min. without place: here, full, EDF"
        " (plans worse than EDF) | late: here, full | moved, needless | CPU s: median, most"
    )
    for name in TURNS:
        turns = [one[name] for one in told]
        ratios = [one.cost / max(one.full, 1e-9) for one in turns]
        lacking = [sum(column) for column in zip(*(one.lacking for one in turns), strict=True)]
        worse = sum(one.lacking[0] > one.lacking[2] for one in turns)
        late = [sum(column) for column in zip(*(one.late for one in turns), strict=True)]
        moved = [sum(column) for column in zip(*(one.moved for one in turns), strict=True)]
        cpu = [one.cpu for one in turns]
        yield (
            f"{name:12} | {statistics.median(ratios):.2f}, {max(ratios):.2f}"
            f" | {lacking[0]}, {lacking[1]}, {lacking[2]} ({worse})"
            f" | {late[0]}, {late[1]} | {moved[0]}, {moved[1]}"
            f" | {statistics.median(cpu):.2f}, {max(cpu):.2f}"
        )


def main() -> None:
    """Print a table for usual plans, and one for busy ones."""
    seeds = range(int(os.environ.get("SEEDS", "20")))
    with ProcessPoolExecutor(2) as pool:
        lives = dict(zip(seeds, pool.map(lived, seeds), strict=True))
    for title, rest in (("Usual plans", 0), ("Busy plans", 1)):
        chosen = [one for seed, one in lives.items() if seed % 2 == rest]
        sys.stdout.write("\n".join([f"{title} ({len(chosen)})", *table(chosen), "", ""]))


if __name__ == "__main__":
    main()
