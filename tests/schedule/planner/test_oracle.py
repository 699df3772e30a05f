"""Against a solver, where one is installed: pip install ortools."""

import random

import pytest

from syncd.model.ids import EntityId
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Effort, PlanWeek, Problem
from tests.schedule.planner.instances import DAY, MONDAY, START, calendar, meetings
from tests.schedule.planner.problems import faults, work

pytest.importorskip("ortools")
SECONDS = 60.0


def small(seed: int, tasks: int, days: int) -> Problem:
    """Return a problem of some days; nine tasks are about sixteen blocks."""
    rng = random.Random(seed)  # noqa: S311  not a secret
    works = []
    for index in range(tasks):
        release = rng.randrange(0, 5)
        works.append(
            work(
                f"task-{index}",
                rng.randint(4, 12) * 15,
                topic=f"goal-{index // 3}",
                weight=rng.choice((0.5, 1.0, 2.0, 4.0)),
                release=START + release * DAY,
                due=START + (release + rng.randrange(2, 11)) * DAY,
                after=(EntityId(f"task-{index - 1}"),) if index % 3 == 2 else (),
            )
        )
    return Problem(
        now=START,
        days=calendar(meetings(rng))[:days],
        weeks=(PlanWeek(monday=MONDAY, capacity=720), PlanWeek(monday=MONDAY, capacity=720)),
        works=tuple(works),
        daily=180,
    )


@pytest.mark.parametrize(
    ("seed", "tasks", "days"), [(0, 9, 14), (1, 9, 14), (2, 3, 7), (3, 3, 7), (4, 4, 7)]
)
def test_a_full_plan_is_within_a_twentieth_of_what_a_solver_finds(
    seed: int, tasks: int, days: int
) -> None:
    from tests.schedule.planner.oracle import best

    given = small(seed, tasks, days)
    rng = random.Random(1)  # noqa: S311  not a secret
    mine = Annealer().plan(given, Effort.FULL, rng)
    found, bound = best(given, SECONDS)
    print(f"{len(mine.blocks)} blocks: {mine.score.total:.2f}; {found:.2f} >= {bound:.2f}")  # noqa: T201  the figures
    assert faults(given, mine) == []
    assert bound - 1e-6 <= mine.score.total <= found * 1.05 + 1
