"""The planner: a quarter of a busy person's life, ten times; against earliest due first."""

import json
import random
import statistics
import sys
import time
from typing import Any

from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Effort, Planner, Problem, Timetable
from syncd.schedule.search.anneal import EarliestDueFirst
from tests.bench.child import forget_peak, peak_mb, resident_mb
from tests.schedule.planner.instances import big, crowd, interrupted
from tests.schedule.planner.problems import again

SEEDS = range(10)
REPEATS = 3
"""A repair is short: the least of so many is its time."""


def main() -> None:
    """Print one line of JSON; each ratio is within this run."""
    problems = {seed: big(seed) for seed in SEEDS}
    before = resident_mb()
    forget_peak()
    runs = {seed: _run(problem) for seed, problem in problems.items()}
    more = peak_mb() - before
    full = statistics.median(run["full_cpu_s"] for run in runs.values())
    many = _timed(Annealer(), crowd(2000), Effort.FULL)[1]
    result = {
        "by_seed": runs,
        "cost_ratio": round(statistics.median(run["cost_ratio"] for run in runs.values()), 3),
        "full_cpu_s": full,
        "repair_ratio": round(
            statistics.median(run["repair_ratio"] for run in runs.values()), 4
        ),
        "two_thousand_tasks_cpu_s": many,
        "two_thousand_tasks_ratio": round(many / full, 2),
        "more_mb": round(more, 1),
        "moved_at_rest": sum(run["moved_at_rest"] for run in runs.values()),
        "moved_to_make_room": sum(run["moved_to_make_room"] for run in runs.values()),
    }
    sys.stdout.write(json.dumps(result) + "\n")


def _run(problem: Problem) -> dict[str, Any]:
    soonest, _ = _timed(EarliestDueFirst(), problem, Effort.FULL)
    full, cpu = _timed(Annealer(), problem, Effort.FULL)
    taken = again(problem, full)
    quiet, _ = _timed(Annealer(), taken, Effort.REPAIR)
    broken, hit = interrupted(taken, full.blocks[10].span)
    repairs = [_timed(Annealer(), broken, Effort.REPAIR) for _ in range(REPEATS)]
    mended, mending = min(repairs, key=lambda one: one[1])
    return {
        "earliest_due": round(soonest.score.total, 1),
        "full": round(full.score.total, 1),
        "cost_ratio": round(full.score.total / soonest.score.total, 3),
        "full_cpu_s": cpu,
        "repair_cpu_s": mending,
        "repair_ratio": round(mending / cpu, 4),
        "moved_at_rest": _moved(taken, quiet),
        "moved_to_make_room": _moved(broken, mended) - hit,
    }


def _timed(planner: Planner, problem: Problem, effort: Effort) -> tuple[Timetable, float]:
    rng = random.Random(1)  # noqa: S311  not a secret
    start = time.process_time()
    found = planner.plan(problem, effort, rng)
    return found, round(time.process_time() - start, 4)


def _moved(problem: Problem, timetable: Timetable) -> int:
    now_at = {block.id: block.span for block in timetable.blocks}
    return sum(now_at.get(block.id) != block.span for block in problem.standing)


if __name__ == "__main__":
    main()
