"""What the person does in the demonstration, and what must be seen of it afterwards."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from syncd.connect.sandbox import Person
from syncd.demo.cast import Cast, Player
from syncd.model.entities import Entity, Goal, Kind, Milestone, Task
from syncd.model.values import GoalStatus, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thing to be seen after a cycle: where, in words, and whether it is so."""

    words: str
    look: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something a person does by hand, and what must follow."""

    does: str
    do: Callable[[], None]
    seen: tuple[Seen, ...]
    conflicts: int = 0


def acts(plan: list[Entity], cast: Cast) -> Iterator[Act]:
    """Yield the acts, with items of the plan that fit each."""
    goal = next(
        one for one in plan if isinstance(one, Goal) and one.status is GoalStatus.ACTIVE
    )
    tasks = [
        one
        for one in plan
        if isinstance(one, Task) and one.goal == goal.id and not one.done and not one.recurrence
    ]
    milestone = next(
        one for one in plan if isinstance(one, Milestone) and one.due and not one.done
    )
    ticked, fought, deleted = tasks[0], tasks[1], tasks[2]
    yield _tick(ticked, cast)
    yield _rename(goal, cast)
    yield _move(milestone, cast)
    yield _fight(fought, cast)
    yield _delete(deleted, cast)


def _tick(task: Task, cast: Cast) -> Act:
    return Act(
        does=f"ticks '{task.title}' in {cast.todos.title}",
        do=lambda: cast.todos.person.edit(Kind.TASK, task.title, "done", value=True),
        seen=(_shows(cast.pages, Kind.TASK, task.title, "done", value=True),),
    )


def _rename(goal: Goal, cast: Cast) -> Act:
    name = f"{goal.title}, step by step"
    return Act(
        does=f"renames the goal '{goal.title}' in {cast.pages.title}",
        do=lambda: cast.pages.person.edit(Kind.GOAL, goal.title, "title", name),
        seen=(
            _lists(cast.todos, Kind.GOAL, name, "has its section renamed"),
            _lists(cast.pages, Kind.GOAL, name, "keeps it"),
        ),
    )


def _move(milestone: Milestone, cast: Cast) -> Act:
    assert isinstance(milestone.due, date)  # noqa: S101  # chosen so
    day = milestone.due + timedelta(days=7)
    return Act(
        does=f"drags '{milestone.title}' to {day} in {cast.calendar.title}",
        do=lambda: cast.calendar.person.edit(Kind.MILESTONE, milestone.title, "due", day),
        seen=(_shows(cast.pages, Kind.MILESTONE, milestone.title, "due", day),),
    )


def _fight(task: Task, cast: Cast) -> Act:
    first, second = f"{task.title} (draft)", f"{task.title}, then share it"

    def both() -> None:
        cast.pages.person.edit(Kind.TASK, task.title, "title", first)
        cast.todos.person.edit(Kind.TASK, task.title, "title", second)

    def agree() -> bool:
        shown = [set(one.person.titles(Kind.TASK)) for one in (cast.pages, cast.todos)]
        return any(all(name in titles for titles in shown) for name in (first, second))

    return Act(
        does=f"renames '{task.title}' in {cast.pages.title} and in {cast.todos.title}",
        do=both,
        seen=(Seen(words="both show the same title; the other one is kept", look=agree),),
        conflicts=1,
    )


def _delete(task: Task, cast: Cast) -> Act:
    return Act(
        does=f"deletes '{task.title}' in {cast.todos.title}",
        do=lambda: cast.todos.person.delete(Kind.TASK, task.title),
        seen=(
            Seen(
                words=f"{cast.pages.title} has it in the trash",
                look=lambda: task.title not in cast.pages.person.titles(Kind.TASK),
            ),
        ),
    )


def _shows(player: Player, kind: Kind, title: str, field: str, value: Value) -> Seen:
    def look() -> bool:
        return _fields(player.person, kind, title).get(field) == value

    words = "ticked" if value is True else str(value)
    return Seen(words=f"{player.title} shows it as {words}", look=look)


def _lists(player: Player, kind: Kind, title: str, words: str) -> Seen:
    return Seen(
        words=f"{player.title} {words}", look=lambda: title in player.person.titles(kind)
    )


def _fields(person: Person, kind: Kind, title: str) -> dict[str, Value]:
    try:
        return person.shows(kind, title)
    except KeyError:
        return {}
