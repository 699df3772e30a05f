"""What else there is to tell of a period: done, missed, to come, people, money, levels."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from syncd.model.entities import (
    Achievement,
    Block,
    Contact,
    Entity,
    Goal,
    Milestone,
    ProfileEntry,
    Resource,
    Skill,
    Task,
)
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.rules.blocks import AHEAD, is_over, length
from syncd.model.rules.touch import next_contact
from syncd.model.values import Aspect, BlockState, GoalStatus, ResourceStatus
from syncd.review.facts import Ahead, DueContact, Item, Money, SkillFacts, Win
from syncd.review.goals import PlanVersions, last_day
from syncd.review.inputs import Inputs
from syncd.review.tally import goal_of_block

_WEEK = timedelta(days=7)
_BOUGHT = frozenset({ResourceStatus.IN_PROGRESS, ResourceStatus.FINISHED})
_BELIEFS = frozenset({Aspect.VALUE, Aspect.VISION})
Found = TypeVar("Found", bound=Entity)


def live(plan: Plan, cls: type[Found]) -> Iterator[Found]:
    """Yield the live entities of a class."""
    return (it for it in plan if isinstance(it, cls) and not it.archived)


def milestones(inputs: Inputs, then: PlanVersions) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Return the milestones that were reached, and those that should have been."""
    done, missed = [], []
    today = last_day(inputs)
    for one in live(then.now, Milestone):
        was = then.begin.get(one.id)
        if one.done and isinstance(was, Milestone) and not was.done:
            done.append(_item(one, one.due, one.goal, then.now))
        over = one.due is not None and inputs.period.first <= one.due <= today
        passed = over and (one.due != today or inputs.ended)
        if not one.done and passed and _wanted(one, then.now):
            missed.append(_item(one, one.due, one.goal, then.now))
    return tuple(sorted(done, key=_order)), tuple(sorted(missed, key=_order))


def tasks_done(inputs: Inputs, then: PlanVersions) -> tuple[Item, ...]:
    """Return the tasks that were ticked in the period, and what repeats, each time."""
    found = [
        _item(one, None, one.goal, then.now)
        for one in live(then.now, Task)
        if one.done and _ticked(one, then.begin.get(one.id), inputs)
    ]
    for edit in inputs.edits:
        one = then.now.get(edit.entity)
        within = inputs.period.start(inputs.zone) <= edit.at < inputs.until
        if edit.field == "occurrence" and within and isinstance(one, Task):
            found.append(_item(one, None, one.goal, then.now))
    return tuple(sorted(found, key=_order))


def _ticked(task: Task, was: Entity | None, inputs: Inputs) -> bool:
    """What the plan met as done was ticked in the period only if its day says so."""
    if isinstance(was, Task) and not was.done:
        return True
    return task.done_at is not None and task.done_at.at >= inputs.period.start(inputs.zone)


def wins(inputs: Inputs, then: PlanVersions) -> tuple[Win, ...]:
    """Return the achievements of the period."""
    found = [
        Win(title=one.title, day=one.date, impact=one.impact, draft=not one.impact.strip())
        for one in live(then.now, Achievement)
        if one.date is not None and inputs.period.holds(one.date)
    ]
    return tuple(sorted(found, key=lambda it: (it.day or date.min, it.title)))


def ahead(inputs: Inputs) -> tuple[Ahead, ...]:
    """Return the blocks of the seven days that follow."""
    plan, zone = Plan.of(inputs.entities), ZoneInfo(inputs.zone)
    period = inputs.period
    first = period.last + timedelta(days=1) if inputs.ended else last_day(inputs)
    found = []
    for one in live(plan, Block):
        if one.start is None or one.state not in AHEAD or is_over(one, inputs.now):
            continue
        start = one.start.at.astimezone(zone)
        if first <= start.date() < first + _WEEK:
            found.append(
                Ahead(
                    title=one.title,
                    start=start.replace(tzinfo=None),
                    minutes=length(one),
                    goal=_title(goal_of_block(one, plan), plan),
                    draft=one.state is BlockState.DRAFT,
                )
            )
    return tuple(sorted(found, key=lambda it: (it.start, it.title)))


def people(inputs: Inputs, then: PlanVersions) -> tuple[DueContact, ...]:
    """Return who is to be contacted within the week that follows."""
    limit = last_day(inputs) + _WEEK
    found = []
    for one in live(then.now, Contact):
        due = next_contact(one, inputs.zone)
        if due is not None and due <= limit:
            role = one.role.value if one.role else ""
            found.append(DueContact(name=one.title, due=due, role=role, last=one.last_contact))
    return tuple(sorted(found, key=lambda it: (it.due, it.name)))


def money(inputs: Inputs, then: PlanVersions) -> tuple[Money, ...]:
    """Return what resources that were begun in the period cost, and the wanted ones.

    What the plan met as begun counts only if it is no older than the period.
    """
    since = inputs.period.start(inputs.zone)
    found: dict[str, Money] = {}
    for one in live(then.now, Resource):
        was = then.begin.get(one.id)
        before = was.status if isinstance(was, Resource) else None
        begun = one.status in _BOUGHT and (before not in _BOUGHT or one.created_at >= since)
        if not one.cost or not (begun or one.status is ResourceStatus.WANTED):
            continue
        known = found.get(one.currency, Money(currency=one.currency))
        found[one.currency] = Money(
            currency=one.currency,
            spent=known.spent + (one.cost if begun else 0.0),
            planned=known.planned + (0.0 if begun else one.cost),
        )
    return tuple(found[it] for it in sorted(found))


def levels(then: PlanVersions) -> tuple[SkillFacts, ...]:
    """Return the skills that have a level to reach, or that moved."""
    found = []
    for one in live(then.now, Skill):
        was = then.begin.get(one.id)
        before = was.level if isinstance(was, Skill) else None
        if one.target_level is not None or one.level != before:
            found.append(
                SkillFacts(
                    title=one.title, before=before, level=one.level, target=one.target_level
                )
            )
    return tuple(sorted(found, key=lambda it: it.title))


def setbacks(then: PlanVersions, missed: Iterable[Item]) -> tuple[str, ...]:
    """Return what did not come about: goals let go, milestones missed."""
    found = [f"Milestone missed: {one.title}" for one in missed]
    for one in live(then.now, Goal):
        was = then.begin.get(one.id)
        changed = isinstance(was, Goal) and was.status is not one.status
        if changed and one.status in (GoalStatus.DROPPED, GoalStatus.PAUSED):
            found.append(f"Goal {one.status.value}: {one.title}")
    return tuple(found)


def beliefs(then: PlanVersions) -> tuple[str, ...]:
    """Return the values and visions that the person wrote down."""
    found = [one for one in live(then.now, ProfileEntry) if one.aspect in _BELIEFS]
    return tuple(one.title for one in sorted(found, key=lambda it: (it.aspect or "", it.title)))


def _item(one: Entity, day: date | None, goal: EntityId | None, plan: Plan) -> Item:
    return Item(title=one.title, day=day, goal=_title(goal, plan))


def _order(one: Item) -> tuple[date, str]:
    return (one.day or date.max, one.title)


def _title(which: EntityId | None, plan: Plan) -> str:
    found = plan.get(which) if which else None
    return found.title if found else ""


def _wanted(one: Milestone, plan: Plan) -> bool:
    goal = plan.get(one.goal) if one.goal else None
    return not isinstance(goal, Goal) or goal.status in (GoalStatus.ACTIVE, GoalStatus.PLANNED)
