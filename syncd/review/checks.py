"""All checks of the plan together, and those of what belongs to goals: tasks, skills, people."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain

from syncd.model.entities import Block, Contact, Goal, Milestone, Resource, Review, Skill, Task
from syncd.model.rules.consequences import next_contact
from syncd.model.rules.recurrence import recurrence_problem
from syncd.model.values import BlockState, GoalStatus, ResourceStatus, ReviewKind, day_of
from syncd.review import goal_checks
from syncd.review.finding import ENDED, Check, CheckedPlan, Finding, has_any, order

LARGE_GAP = 2
"""Levels of a skill that want a task."""
STALE = timedelta(days=30)
OLD = timedelta(days=365)
_RESTING = ENDED | {GoalStatus.PAUSED}


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
            _worked_on(task, checked) for task in tasks
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


def _worked_on(task: Task, checked: CheckedPlan) -> bool:
    """Say whether a task, or a block of it, was done in the last 30 days."""
    if task.done:
        return _recent(day_of(task.done_at, checked.zone) if task.done_at else None, checked)
    blocks = checked.referring(task.id, Block, "task")
    ends = (block.end for block in blocks if block.state is BlockState.DONE)
    return any(_recent(day_of(end, checked.zone), checked) for end in ends if end)


def _recent(day: date | None, checked: CheckedPlan) -> bool:
    return day is None or checked.today - day < STALE


CHECKS: tuple[Check, ...] = (
    goal_checks.is_smart,
    goal_checks.enough_time,
    goal_checks.milestone_each_quarter,
    milestone_in_place,
    goal_checks.next_milestone_has_a_task,
    skill_gap_has_a_task,
    self_assessed,
    resource_in_use,
    repetition_works,
    in_touch,
    goal_checks.serves_a_vision,
    goal_checks.not_too_many,
    goal_checks.budgets_fit,
    goal_checks.limits_agree,
)


def check_plan(checked: CheckedPlan) -> list[Finding]:
    """Return all that is missing or can't work: things by kind, then the plan as a whole."""
    return sorted((finding for check in CHECKS for finding in check(checked)), key=order)
