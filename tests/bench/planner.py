"""The planner: a quarter of a busy person's life, ten times; against earliest due first."""

import json
import random
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from syncd.schedule.earliest_due import EarliestDueFirst
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Problem
from syncd.schedule.timetable import Effort, Planner, Timetable
from tests.schedule.planner.instances import big, crowd, interrupted
from tests.schedule.planner.problems import again

SEEDS = range(10)


def main() -> None:
    """Print one line of JSON."""
    problems = {seed: big(seed) for seed in SEEDS}
    before_mb = _peak_mb()
    runs = {seed: _run(problem) for seed, problem in problems.items()}
    result = {
        "by_seed": runs,
        "median_ratio": round(statistics.median(run["ratio"] for run in runs.values()), 3),
        "full_cpu_s": max(run["full_cpu_s"] for run in runs.values()),
        "more_mb": round(_peak_mb() - before_mb, 1),
        "repair_ms": max(run["repair_ms"] for run in runs.values()),
        "moved_at_rest": sum(run["moved_at_rest"] for run in runs.values()),
        "moved_to_make_room": sum(run["moved_to_make_room"] for run in runs.values()),
        "two_thousand_tasks_cpu_s": _timed(Annealer(), crowd(2000), Effort.FULL)[1],
    }
    sys.stdout.write(json.dumps(result) + "\n")


def _run(problem: Problem) -> dict[str, Any]:
    soonest, _ = _timed(EarliestDueFirst(), problem, Effort.FULL)
    full, cpu = _timed(Annealer(), problem, Effort.FULL)
    taken = again(problem, full)
    quiet, _ = _timed(Annealer(), taken, Effort.REPAIR)
    broken, hit = interrupted(taken, full.blocks[10].span)
    mended, mending = _timed(Annealer(), broken, Effort.REPAIR)
    return {
        "earliest_due": round(soonest.score.total, 1),
        "full": round(full.score.total, 1),
        "ratio": round(full.score.total / soonest.score.total, 3),
        "full_cpu_s": cpu,
        "repair_ms": round(mending * 1000, 1),
        "moved_at_rest": _moved(taken, quiet),
        "moved_to_make_room": _moved(broken, mended) - hit,
    }


def _timed(planner: Planner, problem: Problem, effort: Effort) -> tuple[Timetable, float]:
    dice = random.Random(1)  # noqa: S311  not a secret
    start = time.process_time()
    found = planner.plan(problem, effort, dice)
    return found, round(time.process_time() - start, 4)


def _moved(problem: Problem, timetable: Timetable) -> int:
    now_at = {block.id: block.span for block in timetable.blocks}
    return sum(now_at.get(block.id) != block.span for block in problem.standing)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
