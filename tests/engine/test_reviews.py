"""What a review is made from, and that it is kept once its week is over."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from syncd.clock import SystemClock
from syncd.engine.blocks.edits import pause
from syncd.engine.blocks.planner_state import PlannerState, PlanningResult
from syncd.engine.context import Context
from syncd.engine.edits import put_all, set_field
from syncd.engine.reviews import MOST_SKIPPED, ReviewResult, collect, make_review, review_id
from syncd.model.entities import Goal, Kind, Review, Task
from syncd.model.ids import EntityId, ToolName
from syncd.model.values import GoalStatus, ReviewKind
from syncd.review.periods import last_ended, period_before, read_period
from syncd.schedule.problem import Preferences
from syncd.store.rows import ConflictRow
from syncd.store.store import private_store
from syncd.store.tool_store import ToolState

WEEK = read_period(ReviewKind.WEEKLY, "2026-W47")
ZONE = "Europe/Berlin"
NOTION = ToolName("notion")
GOAL = Goal(
    id=EntityId("goal"),
    title="Lead",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    status=GoalStatus.ACTIVE,
    due=date(2026, 12, 31),
    baseline=0.0,
    target=10.0,
    current=2.0,
)
TASK = Task(id=EntityId("task"), title="Read", created_at=datetime(2026, 1, 1, tzinfo=UTC))


class Watch(SystemClock):
    """Tells the time that it was set to."""

    def __init__(self) -> None:
        super().__init__()
        self.at = WEEK.start(ZONE) - timedelta(days=3)

    def now(self) -> datetime:
        return self.at

    def after_the_week(self) -> None:
        self.at = WEEK.end(ZONE) + timedelta(hours=7)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def context(watch: Watch) -> Iterator[Context]:
    """A plan that syncd knows since before the week."""
    made = Context(
        store=private_store(),
        clock=watch,
        rng=random.Random(7),  # noqa: S311  # ids, no secrets
        zone=ZONE,
        tools={},
        known=(NOTION,),
        preferences=Preferences(zone=ZONE, weekly=300),
    )
    put_all(made, [GOAL, TASK], "import")
    yield made
    made.store.close()


def kept_review(context: Context, made: ReviewResult) -> Review:
    """Return what the plan keeps of a review that was made."""
    assert made.entity is not None
    record = context.store.plan.get(made.entity)
    assert record is not None
    assert isinstance(record.entity, Review)
    return record.entity


def sentences(context: Context) -> list[tuple[str, str]]:
    return [(one.what, one.sentence) for one in collect(context, WEEK).decisions]


def test_progress_comes_from_the_history_in_the_store(context: Context, watch: Watch) -> None:
    watch.at = WEEK.start(ZONE) + timedelta(days=2)
    set_field(context, GOAL.id, "current", 5.0, "notion")
    watch.after_the_week()
    set_field(context, GOAL.id, "current", 9.0, "notion")
    (goal,) = make_review(context, WEEK).facts.goals
    assert (goal.before, goal.progress) == (0.2, 0.5)


def test_a_review_is_kept_when_its_week_is_over_and_not_before(
    context: Context, watch: Watch
) -> None:
    watch.at = WEEK.end(ZONE) - timedelta(seconds=1)
    assert make_review(context, WEEK).entity is None
    watch.at = WEEK.end(ZONE)
    made = make_review(context, WEEK)
    assert made.entity == review_id(WEEK)
    kept = kept_review(context, made)
    assert (kept.period_start, kept.period_end) == (WEEK.first, WEEK.last)


def test_what_is_kept_does_not_change_any_more(context: Context, watch: Watch) -> None:
    watch.after_the_week()
    first = make_review(context, WEEK)
    set_field(context, GOAL.id, "title", "Renamed", "notion")
    context.store.history.add_conflicts([conflict(WEEK.start(ZONE))])
    rows = len(context.store.history.rows(limit=1000))
    assert make_review(context, WEEK) == first
    assert len(context.store.history.rows(limit=1000)) == rows


def test_facts_that_were_lost_are_made_again_beside_the_answers(
    context: Context, watch: Watch
) -> None:
    watch.after_the_week()
    made = make_review(context, WEEK)
    answers = (("What went well?", "All."), ("My own question", "Yes."))
    for name, value in (("facts", "not JSON"), ("answers", answers), ("title", "Mine")):
        set_field(context, review_id(WEEK), name, value, "notion")
    assert make_review(context, WEEK) == made
    kept = kept_review(context, made)
    assert kept.title == "Mine"
    assert dict(kept.answers)["What went well?"] == "All."
    assert dict(kept.answers)["My own question"] == "Yes."
    assert kept.facts.startswith("{")


def test_a_review_that_was_deleted_does_not_come_back(context: Context, watch: Watch) -> None:
    watch.after_the_week()
    made = make_review(context, WEEK)
    set_field(context, review_id(WEEK), "archived", True, "notion")  # a value
    set_field(context, review_id(WEEK), "facts", "", "notion")
    make_review(context, WEEK)
    assert kept_review(context, made).archived


def test_a_week_before_syncd_knew_the_plan_is_not_kept(context: Context, watch: Watch) -> None:
    watch.after_the_week()
    earlier = period_before(period_before(WEEK))
    assert make_review(context, earlier).entity is None
    assert list(context.store.plan.every(Kind.REVIEW)) == []


def test_held_tools_conflicts_and_what_does_not_fit_are_decisions(
    context: Context, watch: Watch
) -> None:
    store = context.store
    row = store.tools.get(NOTION)
    held = {"hash": "1", "why": "7 things would go", "lines": []}
    store.tools.save(replace(row, state=ToolState.HELD, held=held))
    store.history.add_conflicts([conflict(watch.now())])
    PlannerState(store).set_result(
        PlanningResult(
            at=watch.now(),
            short=(("other", "'Course' is short by 2 h."),),
            unplaced=(("other", 120, ""), (TASK.id, 90, "your evenings are full")),
        )
    )
    assert sentences(context) == [
        ("conflict", "'Read': the due of notion won over that of todoist: is that right?"),
        ("held", "Notion is held: 7 things would go."),
        ("short", "'Course' is short by 2 h."),
        ("short", "1 h 30 of 'Read' have no place yet: your evenings are full."),
    ]


def test_a_conflict_of_the_week_is_told_as_merged(context: Context, watch: Watch) -> None:
    context.store.history.add_conflicts([conflict(watch.now())])
    assert collect(context, WEEK).system_actions == ()
    watch.after_the_week()
    context.store.history.add_conflicts([conflict(WEEK.start(ZONE))])
    (action,) = collect(context, WEEK).system_actions
    assert action.sentence == (
        "'Read': the due of notion won over that of todoist, which is kept."
    )


def test_a_leave_that_was_taken_is_known(context: Context, watch: Watch) -> None:
    watch.at = WEEK.start(ZONE) + timedelta(hours=12)
    pause(context, WEEK.last)
    watch.after_the_week()
    assert make_review(context, WEEK).facts.away_days == 7


def conflict(at: datetime) -> ConflictRow:
    return ConflictRow(
        cycle=1,
        at=at,
        entity=TASK.id,
        kind=Kind.TASK,
        title="Read",
        field="due",
        won=date(2026, 11, 20),
        won_by="notion",
        lost=date(2026, 11, 21),
        lost_by="todoist",
        lost_at=at,
    )


# Weeks that had no review of their own.


def test_the_weeks_since_the_last_review_are_told_of_in_the_next(
    context: Context, watch: Watch
) -> None:
    watch.after_the_week()
    make_review(context, WEEK)
    put_all(context, [replace(TASK, done=True)], "import")
    watch.at += timedelta(days=21)
    last = last_ended(ReviewKind.WEEKLY, watch.at.date())
    told = make_review(context, last).facts.skipped
    assert [(one.name, one.tasks) for one in told] == [("Week 48", 1), ("Week 49", 0)]


def test_before_the_first_review_only_weeks_with_something_to_tell_were_skipped(
    context: Context, watch: Watch
) -> None:
    set_field(context, TASK.id, "done", True, "import")
    watch.at += timedelta(days=18)
    last = last_ended(ReviewKind.WEEKLY, watch.at.date())
    told = make_review(context, last).facts.skipped
    assert [(one.name, one.tasks) for one in told] == [("Week 46", 1), ("Week 47", 0)]


def test_a_week_of_which_syncd_knew_nothing_was_not_skipped(
    context: Context, watch: Watch
) -> None:
    watch.after_the_week()
    assert make_review(context, WEEK).facts.skipped == ()


def test_after_a_year_away_not_every_week_is_told_of(context: Context, watch: Watch) -> None:
    watch.after_the_week()
    make_review(context, WEEK)
    watch.at += timedelta(days=370)
    last = last_ended(ReviewKind.WEEKLY, watch.at.date())
    assert len(make_review(context, last).facts.skipped) == MOST_SKIPPED
