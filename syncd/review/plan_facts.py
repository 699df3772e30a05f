"""What the plan holds on a period: done, missed, to come, people, money, levels, well-being."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta
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
from syncd.model.rules.consequences import next_contact
from syncd.model.values import Aspect, BlockState, GoalStatus, ResourceStatus
from syncd.review.facts import Ahead, DueContact, Item, Money, Sign, SkillFacts, TrendWeek, Win
from syncd.review.goals import PastBlock, goal_of_block
from syncd.review.periods import Inputs, PlanVersions
from syncd.text import count, percent

LITTLE = 0.6
"""Less of the planned minutes than this is far less than planned."""
IN_A_ROW = 3
LATE = time(22)
LATE_EVENINGS = 2
FULL_WEEK = 7
_WEEK = timedelta(days=7)
_BOUGHT = frozenset({ResourceStatus.IN_PROGRESS, ResourceStatus.FINISHED})
_BELIEFS = frozenset({Aspect.VALUE, Aspect.VISION})
E = TypeVar("E", bound=Entity)


def _live(plan: Plan, cls: type[E]) -> Iterator[E]:
    return (entity for entity in plan if isinstance(entity, cls) and not entity.archived)


def milestones(
    inputs: Inputs, plans: PlanVersions
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Return the milestones that were reached, and those that should have been."""
    done, missed = [], []
    today = inputs.last_day
    for milestone in _live(plans.now, Milestone):
        was = plans.begin.get(milestone.id)
        item = _item(milestone, milestone.due, milestone.goal, plans.now)
        if milestone.done and isinstance(was, Milestone) and not was.done:
            done.append(item)
        due = milestone.due
        over = due is not None and inputs.period.first <= due <= today
        passed = over and (due != today or inputs.ended)
        if not milestone.done and passed and _wanted(milestone, plans.now):
            missed.append(item)
    return tuple(sorted(done, key=_rank)), tuple(sorted(missed, key=_rank))


def tasks_done(inputs: Inputs, plans: PlanVersions) -> tuple[Item, ...]:
    """Return the tasks that were ticked in the period, and what repeats, each time."""
    items = [
        _item(task, None, task.goal, plans.now)
        for task in _live(plans.now, Task)
        if task.done and _ticked(task, plans.begin.get(task.id), inputs)
    ]
    for edit in inputs.edits:
        repeating = plans.now.get(edit.entity)
        within = inputs.period.start(inputs.zone) <= edit.at < inputs.until
        if edit.field == "occurrence" and within and isinstance(repeating, Task):
            items.append(_item(repeating, None, repeating.goal, plans.now))
    return tuple(sorted(items, key=_rank))


def _ticked(task: Task, was: Entity | None, inputs: Inputs) -> bool:
    """What the plan met as done was ticked in the period only if its day says so."""
    if isinstance(was, Task) and not was.done:
        return True
    return task.done_at is not None and task.done_at.at >= inputs.period.start(inputs.zone)


def wins(inputs: Inputs, plans: PlanVersions) -> tuple[Win, ...]:
    """Return the achievements of the period."""
    achieved = [
        Win(
            title=achievement.title,
            day=achievement.date,
            impact=achievement.impact,
            draft=not achievement.impact.strip(),
        )
        for achievement in _live(plans.now, Achievement)
        if achievement.date is not None and inputs.period.contains(achievement.date)
    ]
    return tuple(sorted(achieved, key=lambda win: (win.day or date.min, win.title)))


def ahead(inputs: Inputs) -> tuple[Ahead, ...]:
    """Return the blocks of the seven days that follow."""
    plan, zone = Plan.of(inputs.entities), ZoneInfo(inputs.zone)
    period = inputs.period
    first = period.last + timedelta(days=1) if inputs.ended else inputs.last_day
    blocks = []
    for block in _live(plan, Block):
        if block.start is None or block.state not in AHEAD or is_over(block, inputs.now):
            continue
        start = block.start.at.astimezone(zone)
        if first <= start.date() < first + _WEEK:
            blocks.append(
                Ahead(
                    title=block.title,
                    start=start.replace(tzinfo=None),
                    minutes=length(block),
                    goal=_title(goal_of_block(block, plan), plan),
                    draft=block.state is BlockState.DRAFT,
                )
            )
    return tuple(sorted(blocks, key=lambda block: (block.start, block.title)))


def people(inputs: Inputs, plans: PlanVersions) -> tuple[DueContact, ...]:
    """Return who is to be contacted within the week that follows."""
    limit = inputs.last_day + _WEEK
    contacts = []
    for contact in _live(plans.now, Contact):
        due = next_contact(contact, inputs.zone)
        if due is not None and due <= limit:
            role = contact.role.value if contact.role else ""
            contacts.append(
                DueContact(name=contact.title, due=due, role=role, last=contact.last_contact)
            )
    return tuple(sorted(contacts, key=lambda contact: (contact.due, contact.name)))


def money(inputs: Inputs, plans: PlanVersions) -> tuple[Money, ...]:
    """Return what resources that were begun in the period cost, and the wanted ones.

    What the plan met as begun counts only if it is no older than the period.
    """
    since = inputs.period.start(inputs.zone)
    costs: dict[str, Money] = {}
    for resource in _live(plans.now, Resource):
        was = plans.begin.get(resource.id)
        before = was.status if isinstance(was, Resource) else None
        begun = resource.status in _BOUGHT and (
            before not in _BOUGHT or resource.created_at >= since
        )
        if not resource.cost or not (begun or resource.status is ResourceStatus.WANTED):
            continue
        known = costs.get(resource.currency, Money(currency=resource.currency))
        costs[resource.currency] = Money(
            currency=resource.currency,
            spent=known.spent + (resource.cost if begun else 0.0),
            planned=known.planned + (0.0 if begun else resource.cost),
        )
    return tuple(costs[currency] for currency in sorted(costs))


def levels(plans: PlanVersions) -> tuple[SkillFacts, ...]:
    """Return the skills that have a level to reach, or that moved."""
    skills = []
    for skill in _live(plans.now, Skill):
        was = plans.begin.get(skill.id)
        before = was.level if isinstance(was, Skill) else None
        if skill.target_level is not None or skill.level != before:
            skills.append(
                SkillFacts(
                    title=skill.title,
                    before=before,
                    level=skill.level,
                    target=skill.target_level,
                )
            )
    return tuple(sorted(skills, key=lambda skill: skill.title))


def setbacks(plans: PlanVersions, missed: Iterable[Item]) -> tuple[str, ...]:
    """Return what did not come about: goals let go, milestones missed."""
    sentences = [f"Milestone missed: {milestone.title}" for milestone in missed]
    for goal in _live(plans.now, Goal):
        was = plans.begin.get(goal.id)
        changed = isinstance(was, Goal) and was.status is not goal.status
        if changed and goal.status in (GoalStatus.DROPPED, GoalStatus.PAUSED):
            sentences.append(f"Goal {goal.status.value}: {goal.title}")
    return tuple(sentences)


def beliefs(plans: PlanVersions) -> tuple[str, ...]:
    """Return the values and visions that the person wrote down."""
    entries = [entry for entry in _live(plans.now, ProfileEntry) if entry.aspect in _BELIEFS]
    ranked = sorted(entries, key=lambda entry: (entry.aspect or "", entry.title))
    return tuple(entry.title for entry in ranked)


def _item(entity: Entity, day: date | None, goal: EntityId | None, plan: Plan) -> Item:
    return Item(title=entity.title, day=day, goal=_title(goal, plan))


def _rank(item: Item) -> tuple[date, str]:
    return (item.day or date.max, item.title)


def _title(entity_id: EntityId | None, plan: Plan) -> str:
    entity = plan.get(entity_id) if entity_id else None
    return entity.title if entity else ""


def _wanted(milestone: Milestone, plan: Plan) -> bool:
    goal = plan.get(milestone.goal) if milestone.goal else None
    return not isinstance(goal, Goal) or goal.status in (GoalStatus.ACTIVE, GoalStatus.PLANNED)


# Well-being: planned too much, too late, without rest.


def signs(
    inputs: Inputs, weeks: Sequence[TrendWeek], blocks: Sequence[PastBlock]
) -> tuple[Sign, ...]:
    """Return what is worth a kind word, a sentence each."""
    within = [block for block in blocks if inputs.period.contains(block.day)]
    return (*_too_much(weeks), *_late(within), *_without_rest(within))


def _too_much(weeks: Sequence[TrendWeek]) -> tuple[Sign, ...]:
    last = [week.minutes for week in weeks[-IN_A_ROW:] if not week.away]
    if len(last) < IN_A_ROW or any(spent.done >= LITTLE * spent.planned for spent in last):
        return ()
    share = percent(sum(spent.done for spent in last) / sum(spent.planned for spent in last))
    sentence = (
        f"For {IN_A_ROW} weeks much more was planned than there was room for ({share} got"
        " done): a smaller plan may feel better, and get as far."
    )
    return (Sign(what="too much planned", sentence=sentence),)


def _late(blocks: Sequence[PastBlock]) -> tuple[Sign, ...]:
    late = {block.day for block in blocks if block.minutes.done and _ends_late(block)}
    if len(late) < LATE_EVENINGS:
        return ()
    sentence = (
        f"{count(len(late), 'evening')} ended after {LATE:%H:%M}: earlier hours are kinder"
        " to your sleep."
    )
    return (Sign(what="late evenings", sentence=sentence),)


def _ends_late(block: PastBlock) -> bool:
    return block.ends.time() > LATE or block.ends.date() > block.day


def _without_rest(blocks: Sequence[PastBlock]) -> tuple[Sign, ...]:
    days_of_week: dict[tuple[int, int], int] = {}
    for day in {block.day for block in blocks if block.minutes.done}:
        year, week, _ = day.isocalendar()
        days_of_week[year, week] = days_of_week.get((year, week), 0) + 1
    if FULL_WEEK not in days_of_week.values():
        return ()
    sentence = "You learned on all seven days of a week: keep a day for rest."
    return (Sign(what="no day of rest", sentence=sentence),)
