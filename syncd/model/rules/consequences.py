"""What follows from a change of the plan: all rules, run until nothing follows any more."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entities import (
    Achievement,
    Contact,
    Entity,
    Goal,
    Kind,
    Milestone,
    Resource,
    Skill,
    Task,
    kind_of,
)
from syncd.model.ids import EntityId, derived_id
from syncd.model.plan import PlanView, part_of
from syncd.model.rules import blocks
from syncd.model.rules.progress import is_far, pace, progress, smart_gaps
from syncd.model.rules.recurrence import next_id, next_occurrence
from syncd.model.rules.world import World, goal_of
from syncd.model.values import GoalStatus, Moment, ResourceStatus, day_of, start_of


def last_touch(contact: Contact, zone: str) -> date:
    """Return the day from which a contact's cadence counts."""
    return contact.last_contact or contact.created_at.astimezone(ZoneInfo(zone)).date()


def next_contact(contact: Contact, zone: str) -> date | None:
    """Return the day by which to be in touch again; None without a cadence."""
    if contact.cadence_days is None or contact.cadence_days <= 0:
        return None
    try:
        return last_touch(contact, zone) + timedelta(days=contact.cadence_days)
    except OverflowError:
        return None


def catch_up_id(contact: Contact, zone: str) -> EntityId:
    """Return the id of the task that reminds of ``contact`` this time."""
    return derived_id("catch-up", contact.id, last_touch(contact, zone).isoformat())


def due_again(contact: Entity, world: World) -> Iterable[Entity]:
    """A cadence that ran out yields a task, once."""
    if not isinstance(contact, Contact) or contact.archived or contact.next_contact is None:
        return
    task_id = catch_up_id(contact, world.zone)
    if contact.next_contact > world.today or world.get(task_id) is not None:
        return
    since = f"last contact {contact.last_contact}" if contact.last_contact else "no contact yet"
    yield Task(
        id=task_id,
        title=f"Catch up with {_called(contact)}",
        notes=f"Every {contact.cadence_days} days; {since}.",
        created_at=world.now,
        due=contact.next_contact,
    )


def no_longer_due(contact: Entity, world: World) -> Iterable[Entity]:
    """The task for an earlier cadence goes when its contact has moved on.

    A later day in ``last_contact`` means that the two spoke: the task was done that day.
    With an earlier one, or with the contact gone, it means nothing any more: archived.
    """
    was = world.was(contact)
    if not isinstance(contact, Contact) or not isinstance(was, Contact) or was.archived:
        return
    old, new = last_touch(was, world.zone), last_touch(contact, world.zone)
    if old == new and not contact.archived:
        return
    task = world.get(catch_up_id(was, world.zone))
    if not isinstance(task, Task) or task.done or task.archived:
        return
    if new > old and not contact.archived:
        spoken_at = min(start_of(new, world.zone), world.now)
        yield replace(task, done=True, done_at=Moment(spoken_at))
    else:
        yield replace(task, archived=True)


def spoken(task: Entity, world: World) -> Iterable[Entity]:
    """Ticking "Catch up with NAME" sets the day of the last contact."""
    if not isinstance(task, Task) or not task.done or task.archived or not task.done_at:
        return
    was = world.was(task)
    if not isinstance(was, Task) or was.done:
        return
    contact = _reminded_of(task.id, world)
    if contact is None:
        return
    day = day_of(task.done_at, world.zone)
    if contact.last_contact is None or day > contact.last_contact:
        yield replace(contact, last_contact=day)


def _reminded_of(task: EntityId, world: World) -> Contact | None:
    if not world.reminders:
        world.reminders.update(_reminder_tasks(world))
    contact = world.get(world.reminders.get(task, EntityId("")))
    return contact if isinstance(contact, Contact) else None


def _reminder_tasks(world: World) -> Iterator[tuple[EntityId, EntityId]]:
    """Yield for each contact the tasks that may remind of it, now and before the change."""
    for contact in world.contacts:
        for version in (contact, world.was(contact)):
            if isinstance(version, Contact):
                yield catch_up_id(version, world.zone), contact.id


def _called(contact: Contact) -> str:
    name = " ".join(contact.title.split())
    return name or (f"your {contact.role}" if contact.role else "someone")


def achievement_id(source: EntityId) -> EntityId:
    """Return the id of the achievement that finishing ``source`` yields."""
    return derived_id("achievement", source)


def finished(entity: Entity) -> bool:
    """Say whether an entity is one that can be finished, and is."""
    if isinstance(entity, Milestone):
        return entity.done
    if isinstance(entity, Goal):
        return entity.status is GoalStatus.DONE
    if isinstance(entity, Resource):
        return entity.status is ResourceStatus.FINISHED
    if isinstance(entity, Skill):
        return (entity.level or 0) >= (entity.target_level or 0) > 0
    return False


def achieved(entity: Entity, world: World) -> Iterable[Entity]:
    """Finishing something yields an achievement without its impact, once and for all.

    What the plan met as finished yields none: a first sync floods no brag sheet.
    """
    was = world.was(entity)
    if entity.archived or not finished(entity) or was is None or finished(was):
        return
    new_id = achievement_id(entity.id)
    if world.get(new_id) is not None:
        return
    goal, skill = _belongs(entity)
    yield Achievement(
        id=new_id,
        title=_words(entity),
        created_at=world.now,
        date=_day(entity, world),
        goal=goal,
        skill=skill,
    )


def _words(entity: Entity) -> str:
    title = " ".join(entity.title.split()) or f"one of my {kind_of(entity)}"
    if isinstance(entity, Skill):
        return f"Reached level {entity.level}: {title}"
    return f"Finished: {title}"


def _day(entity: Entity, world: World) -> date:
    if isinstance(entity, Milestone) and entity.done_at:
        return day_of(entity.done_at, world.zone)
    return world.today


def _belongs(entity: Entity) -> tuple[EntityId | None, EntityId | None]:
    """Return the goal and the skill that an achievement tells of."""
    if isinstance(entity, Goal):
        return entity.id, None
    if isinstance(entity, Milestone):
        return entity.goal, None
    if isinstance(entity, Resource):
        return entity.goal, entity.skill
    if isinstance(entity, Skill):
        return (next(iter(entity.goals)) if len(entity.goals) == 1 else None), entity.id
    return None, None


Rule = Callable[[Entity, World], Iterable[Entity]]
"""From an entity, as it now is, to entities as they shall be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """An entity, whole, as ``rule`` wants it; ``new`` if the plan has none with its id."""

    entity: Entity
    rule: str
    new: bool


_PLACES = ("archived", "goal", "milestone", "parent")
"""What decides to which goal a task or a milestone counts."""


def consequences(
    changed: Mapping[EntityId, Entity | None],
    view: PlanView,
    today: date,
    zone: str,
    now: datetime,
) -> list[Consequence]:
    """Return what follows from changes that ``view`` already shows.

    changed: what each changed entity was before; None for one that is new to the plan.
        Something counts as just finished only if it was not finished before. Once a
        day, when nothing but the date changed, pass every entity as it is.
    today: the calendar day in ``zone``, the plan's IANA zone. now: an aware instant.

    In order: a later consequence for the same entity builds on the earlier one.
    Called again with its own results, it returns nothing. Its cost follows
    ``changed``: of each goal concerned, only ``parts_of`` is read.
    """
    world = World(view=view, before=changed, today=today, zone=zone, now=now)
    results: list[Consequence] = []
    goals: dict[EntityId, None] = {}
    waiting = dict.fromkeys(changed)
    while waiting:
        entity_id = next(iter(waiting))
        del waiting[entity_id]
        goals.update(dict.fromkeys(_goals_concerned(entity_id, world)))
        if not isinstance(world.get(entity_id), Goal):
            news = _follow(entity_id, world)
            results += news
            waiting.update(dict.fromkeys(consequence.entity.id for consequence in news))
    for goal in goals:
        results += _follow(goal, world)
    return results


def _follow(entity_id: EntityId, world: World) -> list[Consequence]:
    """Apply each rule for this entity's kind, in order."""
    results: list[Consequence] = []
    entity = world.get(entity_id)
    for name, rule in RULES.get(kind_of(entity), ()) if entity else ():
        now = world.get(entity_id)
        for outcome in rule(now, world) if now else ():
            old = world.get(outcome.id)
            if outcome != old:
                world.put(outcome)
                results.append(Consequence(entity=outcome, rule=name, new=old is None))
    return results


def _goals_concerned(entity_id: EntityId, world: World) -> Iterable[EntityId]:
    """Yield the goals that an entity is, belongs to, or belonged to."""
    now = world.get(entity_id)
    if isinstance(now, Goal):
        yield entity_id
    if not isinstance(now, Task | Milestone):
        return
    was = world.was(now)
    if was is not None and _counts_the_same(was, now):
        return
    for version in (now, was):
        goal = goal_of(version, world) if version else None
        if goal:
            yield goal


def _counts_the_same(version: Entity, other: Entity) -> bool:
    """Say whether two versions of a task or milestone are the same to their goals."""
    return part_of(version) == part_of(other) and all(
        getattr(version, name, None) == getattr(other, name, None) for name in _PLACES
    )


def _done(entity: Entity, world: World) -> Iterable[Entity]:
    """What the plan met as done was done when it was made, for all that is known."""
    if not isinstance(entity, Task | Milestone):
        return
    if entity.done and entity.done_at is None:
        met = world.was(entity) is None
        yield replace(entity, done_at=Moment(entity.created_at if met else world.now))
    elif not entity.done and entity.done_at is not None:
        yield replace(entity, done_at=None)


def _repeated(task: Entity, world: World) -> Iterable[Entity]:
    """Ticking a repeated task yields the next, unless that exists or once existed."""
    if not isinstance(task, Task) or not task.done or task.archived:
        return
    was = world.was(task)
    if not isinstance(was, Task) or (was.done and was.recurrence == task.recurrence):
        return
    if world.get(next_id(task.id)) is None:
        following = next_occurrence(task, world.zone, world.now)
        if following:
            yield following


def _progress(goal: Entity, world: World) -> Iterable[Entity]:
    if isinstance(goal, Goal) and not goal.archived:
        yield replace(goal, progress=progress(goal, world.parts_of(goal.id)))


def _pace(goal: Entity, world: World) -> Iterable[Entity]:
    if isinstance(goal, Goal) and not goal.archived:
        yield replace(goal, pace=pace(goal, goal.progress, world.today, world.zone))


def _smart(goal: Entity, world: World) -> Iterable[Entity]:
    if isinstance(goal, Goal) and not goal.archived:
        far = goal.due is not None and is_far(goal.due, world.today)
        stepped = far and any(part.kind is Kind.MILESTONE for part in world.parts_of(goal.id))
        yield replace(goal, smart_gaps=smart_gaps(goal, world.today, stepped=stepped))


def _gap(skill: Entity, world: World) -> Iterable[Entity]:  # noqa: ARG001  # a Rule
    if isinstance(skill, Skill) and not skill.archived:
        known = skill.level is not None and skill.target_level is not None
        gap = max(0, (skill.target_level or 0) - (skill.level or 0)) if known else None
        yield replace(skill, gap=gap)


def _next_contact(contact: Entity, world: World) -> Iterable[Entity]:
    if isinstance(contact, Contact) and not contact.archived:
        yield replace(contact, next_contact=next_contact(contact, world.zone))


RULES: Mapping[Kind, tuple[tuple[str, Rule], ...]] = {
    Kind.GOAL: (
        ("progress", _progress),
        ("pace", _pace),
        ("smart check", _smart),
        ("achievement", achieved),
    ),
    Kind.MILESTONE: (("done", _done), ("achievement", achieved)),
    Kind.SKILL: (("gap", _gap), ("achievement", achieved)),
    Kind.RESOURCE: (("achievement", achieved),),
    Kind.TASK: (
        ("done", _done),
        ("repetition", _repeated),
        ("cadence", spoken),
        ("settled", blocks.ended_by_tick),
        ("title", blocks.retitled),
    ),
    Kind.BLOCK: (
        ("moved", blocks.moved),
        ("deleted", blocks.taken_away),
        ("tick taken off", blocks.unticked),
        ("brought back", blocks.brought_back),
        ("time", blocks.known_to_its_task),
    ),
    Kind.CONTACT: (
        ("cadence", no_longer_due),
        ("cadence", _next_contact),
        ("cadence", due_again),
    ),
}
"""The rules of each kind, in order, by the name under which history knows them."""
