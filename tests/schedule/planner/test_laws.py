"""What holds of every timetable, whatever the problem."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings

from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Effort, Firmness, Problem, Timetable
from syncd.schedule.search.anneal import EarliestDueFirst, Schedule, annealed
from syncd.schedule.search.instance import encode
from syncd.schedule.search.objective import score
from syncd.schedule.search.repair import repaired
from syncd.schedule.search.slots import firm
from syncd.schedule.search.solution import timetable
from tests.schedule.planner.problems import again, faults, problems

SHORT = Annealer(
    light=Schedule(steps=60, hot=1.0, cold=0.1), full=Schedule(steps=250, hot=10.0, cold=0.1)
)


def plan(problem: Problem, effort: Effort = Effort.REPAIR, seed: int = 1) -> Timetable:
    return SHORT.plan(problem, effort, random.Random(seed))  # noqa: S311  not a secret


@pytest.mark.parametrize("effort", Effort)
@given(problem=problems())
@settings(max_examples=40)
def test_every_timetable_keeps_every_hard_rule(effort: Effort, problem: Problem) -> None:
    assert faults(problem, plan(problem, effort)) == []


@given(problem=problems())
@settings(max_examples=40)
def test_earliest_due_first_keeps_every_hard_rule(problem: Problem) -> None:
    found = EarliestDueFirst().plan(problem, Effort.FULL, random.Random(1))  # noqa: S311  # not a secret
    assert faults(problem, found) == []


@given(problem=problems())
@settings(max_examples=40)
def test_the_same_dice_make_the_same_timetable(problem: Problem) -> None:
    assert plan(problem, Effort.FULL) == plan(problem, Effort.FULL)


@pytest.mark.parametrize("effort", Effort)
@given(problem=problems())
@settings(max_examples=40)
def test_repairing_a_timetable_of_ones_own_changes_nothing(
    effort: Effort, problem: Problem
) -> None:
    taken = again(problem, plan(problem, effort))
    found = plan(taken)
    assert [(block.id, block.span) for block in found.blocks] == [
        (block.id, block.span)
        for block in sorted(
            (one for one in taken.standing if one.firmness is not Firmness.FIXED),
            key=lambda one: (one.span, one.task),
        )
    ]


@pytest.mark.parametrize("effort", [Effort.LIGHT, Effort.FULL])
@given(problem=problems())
@settings(max_examples=40)
def test_more_effort_never_costs_more_than_a_repair(effort: Effort, problem: Problem) -> None:
    assert plan(problem, effort).score.total <= plan(problem).score.total + 1e-6


@pytest.mark.parametrize("effort", Effort)
@given(problem=problems())
@settings(max_examples=40)
def test_a_frozen_block_stays_while_it_is_valid(effort: Effort, problem: Problem) -> None:
    valid = plan(problem)
    there = {block.id for block in valid.blocks}
    frozen = replace(
        again(problem, valid),
        standing=tuple(
            replace(block, firmness=Firmness.FROZEN)
            if block.firmness is not Firmness.FIXED
            else block
            for block in again(problem, valid).standing
        ),
    )
    found = {block.id: block.span for block in plan(frozen, effort).blocks}
    for block in frozen.standing:
        if block.firmness is Firmness.FROZEN and block.id in there:
            assert found[block.id] == block.span


@given(problem=problems())
@settings(max_examples=40)
def test_a_block_is_told_at_most_once_and_only_for_its_task(problem: Problem) -> None:
    tasks = {block.id: block.task for block in problem.standing}
    told = [block for block in plan(problem, Effort.FULL).blocks if block.id is not None]
    assert len({block.id for block in told}) == len(told)
    assert all(tasks[block.id] == block.task for block in told if block.id)


@given(problem=problems())
@settings(max_examples=40)
def test_the_search_adds_up_the_same_cost_as_the_score(problem: Problem) -> None:
    found = plan(problem, Effort.FULL)
    assert found.score == score(problem, found.blocks)


@given(problem=problems())
@settings(max_examples=40)
def test_the_search_weighs_as_the_score_does(problem: Problem) -> None:
    rng = random.Random(1)  # noqa: S311  not a secret
    one = repaired(encode(problem))
    other = annealed(one, Schedule(steps=200, hot=50.0, cold=50.0), rng)
    firmly = firm(one.instance)
    for found in (other, firmly):
        by_search = found.cost() - one.cost()
        by_score = timetable(found).score.total - timetable(one).score.total
        assert by_search == pytest.approx(by_score, abs=1e-6)
