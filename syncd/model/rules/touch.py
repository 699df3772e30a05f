"""Keeping in touch: a contact whose cadence ran out yields a task."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entities import Contact, Entity, Task
from syncd.model.ids import EntityId, derived_id
from syncd.model.rules.world import World
from syncd.model.values import Moment, day_of, start_of


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
    made = catch_up_id(contact, world.zone)
    if contact.next_contact > world.today or world.get(made) is not None:
        return
    since = f"last contact {contact.last_contact}" if contact.last_contact else "no contact yet"
    yield Task(
        id=made,
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
