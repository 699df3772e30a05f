"""What is promised of a life with syncd, whatever the seed."""

from collections.abc import Sequence

from tests.schedule.life.life import Figures

MOVES_A_WEEK = 1.0
ON_TIME = 0.95
WRITES = 0.7
NEEDLESS = 0.1


def bars(lives: Sequence[Figures]) -> dict[str, bool]:
    """Return which promises these lives keep: counts, on the average where it says so."""
    weeks = sum(one.weeks for one in lives)
    return {
        "at most one needless move a week": _needless(lives) <= MOVES_A_WEEK * weeks,
        "no needless move within 48 h, ever": not any(one.needless_soon for one in lives),
        "no second block of a task on a day, ever": not any(one.repeats for one in lives),
        "every cycle keeps the rules": not any(one.broken for one in lives),
    }


def beside(lives: Sequence[Figures], greedy: Sequence[Figures]) -> dict[str, bool]:
    """Return which promises hold beside the same lives with earliest due first.

    That planner looks at due dates alone, and pays for it with moves: syncd may have a few
    tasks less on time, and has to be far calmer.
    """
    return {
        "on time: 95 % of what earliest due first has": _on_time(lives)
        >= ON_TIME * _on_time(greedy),
        "calendar writes a block: at most 0.7 of earliest due first's": _writes(lives)
        <= WRITES * _writes(greedy),
        "needless moves: at most a tenth of earliest due first's": _needless(lives)
        <= NEEDLESS * _needless(greedy),
    }


def _needless(lives: Sequence[Figures]) -> int:
    return sum(len(one.needless) for one in lives)


def _on_time(lives: Sequence[Figures]) -> float:
    """Return the share of what had its effort by its date, or was called short in time."""
    due = sum(one.due for one in lives)
    return 1 - sum(len(one.late) for one in lives) / max(1, due)


def _writes(lives: Sequence[Figures]) -> float:
    placed = sum(one.placed for one in lives)
    return sum(one.placing.total() for one in lives) / max(1, placed)
