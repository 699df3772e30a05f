"""The checks of a plan: of goals (SMART, not too many, time to get there), and of what belongs to them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, pairwise

from syncd.model.entities import (
    Contact,
    Goal,
    Milestone,
    ProfileEntry,
    Resource,
    Review,
    Skill,
    Task,
)
from syncd.model.rules.consequences import next_contact
from syncd.model.rules.progress import is_far, smart
from syncd.model.rules.recurrence import recurrence_problem
from syncd.model.values import (
    Aspect,
    GoalStatus,
    ResourceStatus,
    ReviewKind,
)
from syncd.review.available_time import TimeLimits, ends_of_quarters, finish_of
from syncd.review.finding import ENDED, STALE, Check, CheckedPlan, Finding, has_any, order
from syncd.text import duration

MOST_ACTIVE = 3
SOON = timedelta(days=31)
LARGE_GAP = 2
"""Levels of a skill that want a task."""
OLD = timedelta(days=365)
_YEAR = timedelta(days=366)
_RESTING = ENDED | {GoalStatus.PAUSED}


def is_smart(checked: CheckedPlan) -> Iterator[Finding]:
    """A goal is specific, measurable, achievable, relevant and time-bound."""
    for goal in checked.all(Goal):
        if goal.status in ENDED:
            continue
        dues = _dues(goal, checked)
        for gap in smart(goal, checked.today, stepped=bool(dues)):
            yield Finding(
                rule=gap.of,
                entity=goal,
                field=gap.field,
                what=f"has {gap.words}",
                mend=gap.mend,
            )
        if goal.due is None or not dues or not is_far(goal.due, checked.today):
            continue
        ahead = [due for due in dues if checked.today < due < goal.due]
        if _gaping([checked.today, *ahead, goal.due]):
            yield Finding(
                rule="time-bound",
                entity=goal,
                field="due",
                what="is due in more than 18 months and has a year without a milestone",
                mend=f"add one, or see `syncd plan milestones {goal.id}`",
            )


def serves_a_vision(checked: CheckedPlan) -> Iterator[Finding]:
    """Goals serve a vision, so there is one."""
    visions = (entry for entry in checked.all(ProfileEntry) if entry.aspect is Aspect.VISION)
    if checked.active and not has_any(visions):
        yield Finding(
            rule="relevant",
            entity=None,
            field="aspect",
            what="the profile has no vision that the goals could serve",
            mend="add an entry with the aspect Vision to Profile",
        )


def not_too_many(checked: CheckedPlan) -> Iterator[Finding]:
    """At most three goals are worked towards at once."""
    number = len(checked.active)
    if number > MOST_ACTIVE:
        yield Finding(
            rule="too-many-goals",
            entity=None,
            field="status",
            what=f"the plan has {number} active goals at once",
            mend=f"set Status to Paused or Planned until at most {MOST_ACTIVE} are active",
        )


def milestone_each_quarter(checked: CheckedPlan) -> Iterator[Finding]:
    """A goal has a milestone in each quarter on its way."""
    for goal in checked.active:
        if goal.due is None or goal.due <= checked.today or is_far(goal.due, checked.today):
            continue  # a goal that is far away wants one each year
        bare = _bare_quarters(goal, goal.due, checked)
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


def next_milestone_has_a_task(checked: CheckedPlan) -> Iterator[Finding]:
    """There is something to do for a milestone that is near, if only for its goal."""
    for goal in checked.active:
        steps = [
            (step.due, step.id, step)
            for step in checked.referring(goal.id, Milestone, "goal")
            if step.due and not step.done and step.due >= checked.today
        ]
        if not steps:
            continue
        due, _, step = min(steps, key=lambda step: step[:2])
        own = checked.referring(step.id, Task, "milestone")
        of_goal = checked.referring(goal.id, Task, "goal")
        loose = (task for task in of_goal if task.milestone is None)
        tasks = (task for task in chain(own, loose) if not task.done)
        if due - checked.today <= SOON and not has_any(tasks):
            yield Finding(
                rule="next-milestone-has-a-task",
                entity=step,
                field="",
                what=f"is due on {due} and has no open task",
                mend="add a task with this Milestone, or tick it",
            )


def _dues(goal: Goal, checked: CheckedPlan) -> list[date]:
    """Return the days of a goal's milestones, done ones too."""
    milestones = checked.referring(goal.id, Milestone, "goal")
    return sorted(milestone.due for milestone in milestones if milestone.due)


def _gaping(days: Sequence[date]) -> bool:
    """Say whether more than a year passes between two of these days."""
    return any(late - early > _YEAR for early, late in pairwise(days))


def _bare_quarters(goal: Goal, due: date, checked: CheckedPlan) -> list[date]:
    """Return the last days of the quarters without a milestone."""
    quarters = {_quarter_of(due) for due in _dues(goal, checked)}
    ends = ends_of_quarters(finish_of(due, checked.today), checked.today)
    later = (end for end in ends if end - checked.today >= SOON)
    return [end for end in later if _quarter_of(end) not in quarters]


def _quarter_of(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3


def enough_time(checked: CheckedPlan) -> Iterator[Finding]:
    """A goal's likely effort fits into what is free until it is due, after the others."""
    if checked.available is None:
        return
    for goal in checked.active:
        if goal.due is None or goal.due <= checked.today:
            continue
        need = checked.load.effort(goal)
        free = checked.available.until(goal.due) - checked.load.others(goal, goal.due)
        if need > max(0, free):
            left = duration(free) if free > 0 else "nothing"
            yield Finding(
                rule="too-little-time",
                entity=goal,
                field="due",
                what=f"needs {duration(need)} until {goal.due}, where the other active goals"
                f" leave {left}",
                mend=f"`syncd plan milestones {goal.id}` shows three ways out",
            )


def budgets_fit(checked: CheckedPlan) -> Iterator[Finding]:
    """The goals' weekly minutes fit into a week."""
    if checked.available is None:
        return
    asked = sum(max(0, goal.weekly_minutes or 0) for goal in checked.active)
    if asked > checked.available.a_week:
        yield Finding(
            rule="budgets-too-large",
            entity=None,
            field="weekly_minutes",
            what=f"the active goals want {duration(asked)} a week, where your hours and limits"
            f" leave {duration(checked.available.a_week)}",
            mend="lower Weekly minutes of a goal, or give more hours in [schedule]",
        )


def limits_agree(checked: CheckedPlan) -> Iterator[Finding]:
    """The limits of the settings can be kept and reached inside the hours."""
    limits = checked.available.limits if checked.available else None
    problem = _contradiction(limits) if limits else None
    if problem:
        field, what, mend = problem
        yield Finding(rule="limits-contradict", entity=None, field=field, what=what, mend=mend)


def _contradiction(limits: TimeLimits) -> tuple[str, str, str] | None:
    """Return the setting, what is wrong with it and how to mend it."""
    spans = [span for day in limits.windows.values() for span in day]
    if max(spans, default=0) <= 0:
        what = "the schedule has no hours on any day that is not one of rest"
        return "hours", what, "set schedule.hours, or take a day out of schedule.rest_days"
    reach = sum(min(sum(day), limits.daily) for day in limits.windows.values())
    no_block = "the schedule has no room for a block of schedule.min_block"
    for name, most in (
        ("daily_minutes", limits.daily),
        ("weekly_minutes", limits.weekly),
        ("hours", max(spans)),
    ):
        if most < limits.shortest:
            what = f"{no_block}, {limits.shortest} minutes, in schedule.{name}, {most} at most"
            return name, what, "lower the one or raise the other"
    if reach < limits.weekly:
        what = (
            f"the schedule allows {limits.weekly} minutes a week (schedule.weekly_minutes), but"
            f" only {reach} inside its hours and daily_minutes"
        )
        return "weekly_minutes", what, "lower the one, or raise the others"
    return None


def milestone_in_place(checked: CheckedPlan) -> Iterator[Finding]:
    """A milestone belongs to a goal, and is not due after it."""
    for step in checked.all(Milestone):
        if step.done:
            continue
        goal = checked.plan.get(step.goal) if step.goal else None
        if not isinstance(goal, Goal) or goal.archived:
            yield Finding(
                rule="milestone-without-goal",
                entity=step,
                field="goal",
                what="belongs to no goal",
                mend="set its Goal",
            )
        elif step.due and goal.due and step.due > goal.due:
            yield Finding(
                rule="milestone-after-goal",
                entity=step,
                field="due",
                what=f"is due on {step.due}, after its goal ({goal.due})",
                mend="move one of the two",
            )


def repetition_works(checked: CheckedPlan) -> Iterator[Finding]:
    """What repeats can be read, and has a day to begin with."""
    for task in checked.all(Task):
        if task.done or not task.recurrence:
            continue
        problem = recurrence_problem(task.recurrence)
        if problem:
            what, _, mend = " ".join(problem.split()).rstrip(".").rpartition(": ")
            yield Finding(
                rule="repeat-unreadable",
                entity=task,
                field="recurrence",
                what=f"can't repeat, {what}",
                mend=mend,
            )
        elif task.due is None:
            yield Finding(
                rule="repeat-without-day",
                entity=task,
                field="due",
                what="repeats, but has no day to begin with",
                mend="set Due",
            )


def skill_gap_has_a_task(checked: CheckedPlan) -> Iterator[Finding]:
    """A skill with a large gap has a task."""
    for skill in checked.all(Skill):
        gap = (skill.target_level or 0) - (skill.level or 0)
        known = skill.level is not None and skill.target_level is not None
        if not known or gap < LARGE_GAP or _at_rest(skill, checked):
            continue
        resources = checked.referring(skill.id, Resource, "skill")
        through = (checked.referring(resource.id, Task, "resource") for resource in resources)
        own = checked.referring(skill.id, Task, "skill")
        if not has_any(task for task in chain(own, *through) if not task.done):
            yield Finding(
                rule="skill-gap-without-task",
                entity=skill,
                field="level",
                what=f"is {gap} levels short of its target and has no open task",
                mend="add a task with this Skill, or lower Target level",
            )


def self_assessed(checked: CheckedPlan) -> Iterator[Finding]:
    """A level was looked at within the last year, in the skill or in a review."""
    looked = max(
        (
            review.period_end
            for review in checked.all(Review)
            if review.period_end and _answered(review)
        ),
        default=date.min,
    )
    for skill in checked.all(Skill):
        if skill.level is None or _at_rest(skill, checked):
            continue
        assessed = max(checked.since(skill, "level"), looked)
        if checked.today - assessed > OLD:
            yield Finding(
                rule="self-assessment-old",
                entity=skill,
                field="level",
                what=f"was last assessed on {assessed}",
                mend="set Level to where you are today, or answer the review of a year",
            )


def in_touch(checked: CheckedPlan) -> Iterator[Finding]:
    """Nobody is overdue by half their cadence."""
    for contact in checked.all(Contact):
        due = next_contact(contact, checked.zone)
        if due is None or not contact.cadence_days:
            continue
        days = (checked.today - due).days
        if days * 2 >= contact.cadence_days and days > 0:
            late = f"{days} day{'' if days == 1 else 's'}"
            yield Finding(
                rule="contact-overdue",
                entity=contact,
                field="last_contact",
                what=f"is {late} overdue, at one contact every {contact.cadence_days} days",
                mend="get in touch and set Last contact, or set Every to more days",
            )


def resource_in_use(checked: CheckedPlan) -> Iterator[Finding]:
    """What has been in progress for a month had something done."""
    for resource in checked.all(Resource):
        if resource.status is not ResourceStatus.IN_PROGRESS:
            continue
        since = checked.since(resource, "status")
        tasks = checked.referring(resource.id, Task, "resource")
        if checked.today - since >= STALE and not any(
            checked.worked_on(task) for task in tasks
        ):
            yield Finding(
                rule="resource-stale",
                entity=resource,
                field="status",
                what=f"is in progress since {since}, without a task done in 30 days",
                mend="add a task with this Resource, or set Status to Wanted or Finished",
            )


def _at_rest(skill: Skill, checked: CheckedPlan) -> bool:
    """Say whether all goals that a skill is for are over or paused."""
    goals = [checked.plan.get(goal_id) for goal_id in skill.goals]
    known = [goal for goal in goals if isinstance(goal, Goal) and not goal.archived]
    return bool(known) and all(goal.status in _RESTING for goal in known)


def _answered(review: Review) -> bool:
    """Say whether a review of a quarter or a year was answered."""
    return review.kind in (ReviewKind.QUARTERLY, ReviewKind.ANNUAL) and any(
        text for _, text in review.answers
    )


CHECKS: tuple[Check, ...] = (
    is_smart,
    enough_time,
    milestone_each_quarter,
    milestone_in_place,
    next_milestone_has_a_task,
    skill_gap_has_a_task,
    self_assessed,
    resource_in_use,
    repetition_works,
    in_touch,
    serves_a_vision,
    not_too_many,
    budgets_fit,
    limits_agree,
)


def check_plan(checked: CheckedPlan) -> list[Finding]:
    """Return all that is missing or can't work: things by kind, then the plan as a whole."""
    return sorted((finding for check in CHECKS for finding in check(checked)), key=order)
