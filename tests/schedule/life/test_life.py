"""Some weeks of a life with syncd: little moves without need, nothing breaks."""

import pytest

from syncd.schedule.planner import Annealer
from tests.planning import LITTLE
from tests.schedule.life.bars import bars
from tests.schedule.life.life import Figures, Life

SEEDS = (2, 4)
WEEKS = 3


@pytest.fixture(scope="module")
def lives() -> list[Figures]:
    return [Life(seed, WEEKS).live() for seed in SEEDS]


def test_every_cycle_of_a_life_keeps_the_rules_and_leaves_nothing_to_do(
    lives: list[Figures],
) -> None:
    assert [one.broken for one in lives] == [[], []]


def test_a_life_with_syncd_is_a_calm_one(lives: list[Figures]) -> None:
    # So few weeks say little of averages: the benchmark holds longer lives against others.
    assert all(bars(lives).values()), [one.as_json() for one in lives]
    assert sum(one.placing.total() for one in lives) < 1.2 * sum(one.placed for one in lives)
    assert sum(len(one.late) for one in lives) <= 1, [one.late for one in lives]


def test_a_life_has_all_that_lives_have(lives: list[Figures]) -> None:
    for one in lives:
        assert one.placed > 15
        assert one.did["missed"] > 0
        assert one.did["tasks done"] > 5
        assert one.did["dragged"] + one.did["deleted"] > 0
        assert one.did["leaves"] == 1
    assert any(one.moves for one in lives)


def test_the_same_seed_tells_the_same_life() -> None:
    planner = Annealer(**LITTLE)
    first, second = (Life(2, 1, planner).live().as_json() for _ in range(2))
    assert first == second
