from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import (
    Contact,
    Entity,
    Goal,
    Milestone,
    Skill,
    Task,
)
from syncd.model.ids import EntityId, derived_id
from syncd.model.plan import Plan
from syncd.model.rules.consequences import catch_up_id, consequences
from syncd.model.values import GoalStatus, Moment, Pace

BERLIN = "Europe/Berlin"
MADE = datetime(2026, 1, 1, 9, tzinfo=UTC)
Begin = Callable[..., Any]


def made(cls: type[Entity], name: str, **fields: object) -> Any:
    return cls(id=EntityId(name), created_at=MADE, **{"title": name, **fields})  # type: ignore[arg-type]  # its fields, by name


GOAL = made(Goal, "goal", status=GoalStatus.ACTIVE, due=date(2026, 12, 31))
STEP = made(Milestone, "step", goal=GOAL.id)
TASK = made(Task, "task", goal=GOAL.id)


def test_a_task_that_is_ticked_is_done_now_and_its_goal_moves_on(story: Begin) -> None:
    it = story([GOAL, STEP, TASK])
    plan = it.happens(replace(TASK, done=True))
    assert plan.get(TASK.id) == replace(TASK, done=True, done_at=Moment(it.now))
    goal = plan.get(GOAL.id)
    assert (goal.progress, goal.pace) == (0.5, Pace.AHEAD)
    assert it.rules() == ["done", "progress", "pace", "smart check"]


def test_a_task_that_is_unticked_was_never_done(story: Begin) -> None:
    it = story([GOAL, replace(TASK, done=True, done_at=Moment(MADE))])
    plan = it.happens(replace(TASK, done=False, done_at=Moment(MADE)))
    assert plan.get(TASK.id) == TASK
    assert plan.get(GOAL.id).progress == 0


def test_what_the_plan_meets_as_done_was_done_when_it_was_made(story: Begin) -> None:
    plan = story().happens(replace(TASK, done=True))
    assert plan.get(TASK.id).done_at == Moment(MADE)


def test_a_task_that_moves_to_another_goal_counts_there_and_no_longer_here(
    story: Begin,
) -> None:
    other = replace(GOAL, id=EntityId("other"))
    it = story([replace(GOAL, progress=1.0), other, replace(TASK, done=True)])
    plan = it.happens(replace(TASK, done=True, goal=other.id))
    assert plan.get(GOAL.id).progress is None
    assert plan.get(other.id).progress == 1


def test_a_task_that_is_archived_no_longer_counts(story: Begin) -> None:
    it = story([GOAL, replace(STEP, done=True), TASK])
    assert it.happens(replace(TASK, archived=True)).get(GOAL.id).progress == 1


def test_a_milestone_that_changes_its_goal_takes_its_tasks_along(story: Begin) -> None:
    other = replace(GOAL, id=EntityId("other"))
    through = made(Task, "through", milestone=STEP.id, done=True, done_at=Moment(MADE))
    plan = story([GOAL, other, STEP, through]).happens(replace(STEP, goal=other.id))
    assert plan.get(GOAL.id).progress is None
    assert plan.get(other.id).progress == 0.5


def test_only_the_goals_concerned_are_looked_at(story: Begin) -> None:
    other = replace(GOAL, id=EntityId("other"))
    it = story([GOAL, other, TASK])
    it.happens(replace(TASK, done=True))
    assert {one.entity.id for one in it.last} == {TASK.id, GOAL.id}


def test_time_alone_changes_the_pace(story: Begin) -> None:
    it = story([], now="2026-01-02T08:00")
    plan = it.happens(GOAL, TASK)
    assert plan.get(GOAL.id).pace is Pace.ON_TRACK
    plan = it.a_day_begins(datetime(2026, 11, 1, 8, tzinfo=UTC))
    assert plan.get(GOAL.id).pace is Pace.BEHIND
    assert it.rules() == ["pace"]


def test_an_archived_goal_is_left_alone(story: Begin) -> None:
    it = story([replace(GOAL, archived=True)])
    it.happens(TASK)
    assert it.last == []


@pytest.mark.parametrize(
    ("level", "target", "gap"),
    [(1, 4, 3), (4, 4, 0), (5, 4, 0), (None, 4, None), (2, None, None)],
)
def test_the_gap_of_a_skill(
    story: Begin, level: int | None, target: int | None, gap: int | None
) -> None:
    plan = story().happens(made(Skill, "sql", level=level, target_level=target))
    assert plan.get(EntityId("sql")).gap == gap


# Repetition


HABIT = made(Task, "habit", recurrence="FREQ=WEEKLY", due=date(2026, 3, 9))


def test_a_repeated_task_that_is_ticked_comes_again_once(story: Begin) -> None:
    it = story([HABIT])
    it.happens(replace(HABIT, done=True))
    assert [(one.due, one.done) for one in it.made()] == [(date(2026, 3, 16), False)]
    (following,) = it.made()
    it.happens(replace(following, title="Changed since"))
    it.happens(replace(it.plan.get(HABIT.id), done=False))
    it.happens(replace(it.plan.get(HABIT.id), done=True))
    assert it.rules() == ["done"]
    assert it.plan.get(following.id).title == "Changed since"


def test_an_occurrence_that_was_deleted_does_not_come_back(story: Begin) -> None:
    it = story([HABIT, replace(HABIT, id=derived_id("next", "habit"), archived=True)])
    it.happens(replace(HABIT, done=True))
    assert it.rules() == ["done"]


def test_a_repeated_task_that_the_plan_meets_as_done_does_not_come_again(story: Begin) -> None:
    it = story()
    it.happens(replace(HABIT, done=True))
    assert it.made() == []


def test_a_rule_that_is_mended_after_the_tick_still_yields_the_next(story: Begin) -> None:
    bad = replace(HABIT, recurrence="every so often")
    it = story([bad])
    it.happens(replace(bad, done=True))
    assert it.made() == []
    it.happens(replace(it.plan.get(HABIT.id), recurrence="every week"))
    assert [one.due for one in it.made()] == [date(2026, 3, 16)]


def test_a_habit_says_nothing_of_how_far_its_goal_is(story: Begin) -> None:
    it = story([GOAL, TASK, replace(HABIT, goal=GOAL.id)])
    it.happens(replace(HABIT, goal=GOAL.id, done=True))
    assert it.plan.get(GOAL.id).progress == 0


# Laws

BOOLS = st.booleans()
WEEKDAYS = st.dates(date(2026, 2, 1), date(2026, 4, 1))
IDS = st.sampled_from([EntityId(name) for name in "abcd"])
ENTITIES = st.one_of(
    st.builds(
        Goal,
        id=st.sampled_from([EntityId("A"), EntityId("B")]),
        created_at=st.just(MADE),
        status=st.sampled_from(GoalStatus),
        due=st.none() | WEEKDAYS,
        archived=BOOLS,
    ),
    st.builds(
        Task,
        id=IDS,
        created_at=st.just(MADE),
        goal=st.sampled_from([None, EntityId("A"), EntityId("B")]),
        milestone=st.sampled_from([None, EntityId("M")]),
        done=BOOLS,
        due=st.none() | WEEKDAYS,
        recurrence=st.sampled_from(["", "every week", "nonsense"]),
        archived=BOOLS,
    ),
    st.builds(
        Milestone,
        id=st.just(EntityId("M")),
        created_at=st.just(MADE),
        goal=st.sampled_from([None, EntityId("A"), EntityId("B")]),
        done=BOOLS,
        archived=BOOLS,
    ),
    st.builds(
        Contact,
        id=st.just(EntityId("C")),
        created_at=st.just(MADE),
        cadence_days=st.sampled_from([None, 7, 30]),
        last_contact=st.none() | WEEKDAYS,
        archived=BOOLS,
    ),
    st.builds(
        Skill,
        id=st.just(EntityId("S")),
        created_at=st.just(MADE),
        level=st.integers(0, 5),
        target_level=st.integers(0, 5),
        archived=BOOLS,
    ),
)
PLANS = st.lists(ENTITIES, max_size=8)
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
TODAY = date(2026, 3, 10)


@given(old=PLANS, changes=PLANS, tick=BOOLS)
def test_rules_come_to_rest_and_agree_with_a_look_at_everything(
    old: list[Entity], changes: list[Entity], tick: bool
) -> None:
    known = Plan.of(old)
    if tick:  # also the reminder that the contact may have
        changes += [
            made(Task, catch_up_id(one, BERLIN), done=True)
            for one in known
            if isinstance(one, Contact)
        ]
    before = {one.id: known.get(one.id) for one in changes}
    plan = known.with_entity(*changes)
    first = consequences(dict.fromkeys(known.by_id) | before, plan, TODAY, BERLIN, NOW)
    plan = plan.with_entity(*(it.entity for it in first))
    assert consequences(before, plan, TODAY, BERLIN, NOW) == []
    everything = {one.id: one for one in plan}
    assert consequences(everything, plan, TODAY, BERLIN, NOW) == []


@given(old=PLANS, changes=PLANS)
def test_each_consequence_is_a_change(old: list[Entity], changes: list[Entity]) -> None:
    known = Plan.of(old)
    plan = known.with_entity(*changes)
    before = {one.id: known.get(one.id) for one in changes}
    for it in consequences(before, plan, TODAY, BERLIN, NOW):
        assert it.new == (plan.get(it.entity.id) is None)
        assert plan.get(it.entity.id) != it.entity
        plan = plan.with_entity(it.entity)
