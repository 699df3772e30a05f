"""The checker against a count of minutes, on timetables by dice."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.ids import EntityId
from syncd.schedule.check import HardRule, check
from tests.examples import examples
from tests.schedule.check.worlds import (
    Block,
    World,
    circumstances,
    mutated,
    oracle,
    rng,
    slots,
    some_timetable,
    some_world,
)

SEEDS = st.integers(min_value=0, max_value=2**32)


def found(
    world: World, before: Sequence[Block], after: list[Block]
) -> set[tuple[HardRule, EntityId]]:
    """Return each rule and block that the checker names."""
    faults = check(circumstances(world), slots(before), slots(after))
    named = [(fault.rule, fault.block) for fault in faults]
    assert len(named) == len(set(named)), "a fault is told once"
    return set(named)


@examples(30)
@given(SEEDS)
def test_a_valid_timetable_has_no_faults_new_or_as_it_stands(seed: int) -> None:
    world = some_world(rng(seed))
    blocks = some_timetable(world, rng(seed))
    assert found(world, (), blocks) == set()
    assert found(world, blocks, blocks) == set()


@examples(40)
@given(SEEDS)
def test_whatever_is_changed_the_checker_names_what_counting_minutes_names(seed: int) -> None:
    rolled = rng(seed)
    world = some_world(rolled)
    blocks = some_timetable(world, rolled)
    for _ in range(12):
        after = mutated(world, blocks, rolled)
        assert found(world, blocks, after) == oracle(world, blocks, after)


def test_the_dice_break_every_rule_at_times() -> None:
    named = set()
    for seed in range(60):
        rolled = rng(seed)
        world = some_world(rolled)
        blocks = some_timetable(world, rolled)
        for _ in range(10):
            named |= {rule for rule, _ in oracle(world, blocks, mutated(world, blocks, rolled))}
        if named == set(HardRule):
            return
    assert named == set(HardRule)
