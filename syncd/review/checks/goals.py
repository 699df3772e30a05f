"""Checks of goals: SMART, not too many, with milestones on the way."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, pairwise

from syncd.model.entities import Goal, Milestone, ProfileEntry, Task
from syncd.model.rules.progress import is_far, smart
from syncd.model.values import Aspect
from syncd.review.backward import ends_of_quarters
from syncd.review.checks.finding import ENDED, Facts, Finding, has_any
from syncd.review.room import finish_of

MOST_ACTIVE = 3
SOON = timedelta(days=31)
_YEAR = timedelta(days=366)


def is_smart(facts: Facts) -> Iterator[Finding]:
    """A goal is specific, measurable, achievable, relevant and time-bound."""
    for goal in facts.all(Goal):
        if goal.status in ENDED:
            continue
        dues = _dues(goal, facts)
        for gap in smart(goal, facts.today, stepped=bool(dues)):
            yield Finding(
                rule=gap.of,
                entity=goal,
                field=gap.field,
                what=f"has {gap.words}",
                mend=gap.mend,
            )
        if goal.due is None or not dues or not is_far(goal.due, facts.today):
            continue
        ahead = [one for one in dues if facts.today < one < goal.due]
        if _gaping([facts.today, *ahead, goal.due]):
            yield Finding(
                rule="time-bound",
                entity=goal,
                field="due",
                what="is due in more than 18 months and has a year without a milestone",
                mend=f"add one, or see `syncd plan milestones {goal.id}`",
            )


def serves_a_vision(facts: Facts) -> Iterator[Finding]:
    """Goals serve a vision, so there is one."""
    visions = (one for one in facts.all(ProfileEntry) if one.aspect is Aspect.VISION)
    if facts.active and not has_any(visions):
        yield Finding(
            rule="relevant",
            entity=None,
            field="aspect",
            what="the profile has no vision that the goals could serve",
            mend="add an entry with the aspect Vision to Profile",
        )


def not_too_many(facts: Facts) -> Iterator[Finding]:
    """At most three goals are worked towards at once."""
    number = len(facts.active)
    if number > MOST_ACTIVE:
        yield Finding(
            rule="too-many-goals",
            entity=None,
            field="status",
            what=f"the plan has {number} active goals at once",
            mend=f"set Status to Paused or Planned until at most {MOST_ACTIVE} are active",
        )


def milestone_each_quarter(facts: Facts) -> Iterator[Finding]:
    """A goal has a milestone in each quarter on its way."""
    for goal in facts.active:
        if goal.due is None or goal.due <= facts.today or is_far(goal.due, facts.today):
            continue  # a goal that is far away wants one each year
        bare = _bare_quarters(goal, goal.due, facts)
        if bare:
            first = bare[0]
            more = f", nor in {len(bare) - 1} later" if len(bare) > 1 else ""
            yield Finding(
                rule="milestone-each-quarter",
                entity=goal,
                field="due",
                what=f"has no milestone in the quarter up to {first}{more}",
                mend=f"add one, or see `syncd plan milestones {goal.id}`",
            )


def next_milestone_has_a_task(facts: Facts) -> Iterator[Finding]:
    """There is something to do for a milestone that is near, if only for its goal."""
    for goal in facts.active:
        steps = [
            (one.due, one.id, one)
            for one in facts.referring(goal.id, Milestone, "goal")
            if one.due and not one.done and one.due >= facts.today
        ]
        if not steps:
            continue
        due, _, step = min(steps, key=lambda it: it[:2])
        own = facts.referring(step.id, Task, "milestone")
        of_goal = facts.referring(goal.id, Task, "goal")
        loose = (one for one in of_goal if one.milestone is None)
        tasks = (one for one in chain(own, loose) if not one.done)
        if due - facts.today <= SOON and not has_any(tasks):
            yield Finding(
                rule="next-milestone-has-a-task",
                entity=step,
                field="",
                what=f"is due on {due} and has no open task",
                mend="add a task with this Milestone, or tick it",
            )


def _dues(goal: Goal, facts: Facts) -> list[date]:
    """Return the days of a goal's milestones, done ones too."""
    found = facts.referring(goal.id, Milestone, "goal")
    return sorted(one.due for one in found if one.due)


def _gaping(days: Sequence[date]) -> bool:
    """Say whether more than a year passes between two of these days."""
    return any(late - early > _YEAR for early, late in pairwise(days))


def _bare_quarters(goal: Goal, due: date, facts: Facts) -> list[date]:
    """Return the last days of the quarters without a milestone."""
    quarters = {_quarter(one) for one in _dues(goal, facts)}
    ends = ends_of_quarters(finish_of(due, facts.today), facts.today)
    later = (one for one in ends if one - facts.today >= SOON)
    return [one for one in later if _quarter(one) not in quarters]


def _quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3
