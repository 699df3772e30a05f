"""How much of what is planned gets missed."""

import pytest

from syncd.schedule.capacity import miss_rate


@pytest.mark.parametrize(
    ("done", "missed", "rate"),
    [(0, 0, 0), (0, 1, 0.0909), (5, 0, 0), (80, 20, 0.1818), (0, 500, 0.5), (10, 10, 0.3333)],
)
def test_few_missed_blocks_say_little_and_many_at_most_half(
    done: int, missed: int, rate: float
) -> None:
    assert miss_rate(done, missed) == pytest.approx(rate, abs=0.0001)
