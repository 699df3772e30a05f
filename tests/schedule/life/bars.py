"""What is promised of a life with syncd, whatever the seed."""

from collections.abc import Sequence

from tests.schedule.life.life import Figures

MOVES_A_WEEK = 1.0
WRITES_A_BLOCK = 1.2
LATE_SHARE = 0.05


def bars(lives: Sequence[Figures]) -> dict[str, bool]:
    """Return which promises these lives keep, each on the average but where it says so."""
    weeks = sum(one.weeks for one in lives)
    needless = sum(len(one.needless) for one in lives)
    writes = sum(one.placing.total() for one in lives)
    placed, due = sum(one.placed for one in lives), sum(one.due for one in lives)
    late = sum(len(one.late) for one in lives)
    return {
        "at most one needless move a week": needless <= MOVES_A_WEEK * weeks,
        "no needless move within 48 h, ever": not any(one.needless_soon for one in lives),
        "fewer than 1.2 calendar writes a block": writes < WRITES_A_BLOCK * placed,
        "at most 5 % late of what fits": late <= LATE_SHARE * due,
        "no second block of a task on a day, ever": not any(one.repeats for one in lives),
        "every cycle keeps the rules": not any(one.broken for one in lives),
    }
