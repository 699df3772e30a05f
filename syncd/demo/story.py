"""What the person does in the demonstration, and what must be seen of it afterwards."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from syncd.demo.cast import Cast, Player
from syncd.model.entities import Entity, Goal, Kind, Milestone, Task
from syncd.model.ids import EntityId
from syncd.model.values import GoalStatus, Value, day_of
from syncd.testing.sandbox import UserDriver


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thing to be seen after a cycle: where, in words, and whether it is so."""

    words: str
    look: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something a person does by hand, and what must follow."""

    does: str
    do: Callable[[], object]
    seen: tuple[Seen, ...]
    conflicts: int = 0


def together(acts: Iterable[Act]) -> Iterator[Act]:
    """Yield acts as one, which all come before the same cycle; none for none."""
    every = tuple(acts)
    if every:
        yield Act(
            does=", and ".join(one.does for one in every),
            do=lambda: [one.do() for one in every],
            seen=tuple(it for one in every for it in one.seen),
            conflicts=sum(one.conflicts for one in every),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What of the plan the acts are about.

    tasks: three of the goal that matters least, the first due first. reached: the milestone
    that is due first; its tasks come to their end with it. measured: the goal it is of.
    """

    goal: Goal
    tasks: tuple[Task, ...]
    moved: Milestone
    reached: Milestone
    measured: Goal
    last_tasks: tuple[Task, ...]

    @property
    def reserved(self) -> frozenset[EntityId]:
        """Return the tasks that nothing else may happen to."""
        return frozenset(it.id for it in (*self.tasks, *self.last_tasks))


def choose(plan: Collection[Entity], zone: str) -> Chosen:
    """Choose what of the plan the acts are about."""
    goals = [it for it in plan if isinstance(it, Goal) and it.status is GoalStatus.ACTIVE]
    goal = max(goals, key=lambda it: (it.priority or 0, it.title))
    ends = sorted(
        (it for it in plan if isinstance(it, Milestone) and it.due and not it.done),
        key=lambda it: (it.due or date.max, it.title),
    )
    tasks = sorted(_open(plan), key=lambda it: (_day(it, zone), it.title))
    return Chosen(
        goal=goal,
        tasks=tuple(it for it in tasks if it.goal == goal.id)[:3],
        moved=ends[-1],
        reached=ends[0],
        measured=next(it for it in goals if it.id == ends[0].goal),
        last_tasks=tuple(it for it in tasks if it.milestone == ends[0].id),
    )


def _open(plan: Collection[Entity]) -> list[Task]:
    tasks = [it for it in plan if isinstance(it, Task)]
    return [it for it in tasks if not it.done and not it.recurrence]


def _day(task: Task, zone: str) -> date:
    return day_of(task.due, zone) if task.due else date.max


@dataclass(frozen=True, slots=True)
class Story:
    """The acts that are about what was chosen."""

    chosen: Chosen
    cast: Cast

    def on_tasks(self) -> Iterator[Act]:
        """Yield what is done where tasks are ticked, and to a goal's name."""
        yield _tick(self.chosen.tasks[0], self.cast)
        yield _rename(self.chosen.goal, self.cast)

    def on_titles(self) -> Iterator[Act]:
        """Yield two edits of one title, and a milestone that gets another day."""
        yield _fight(self.chosen.tasks[1], self.cast)
        yield _move(self.chosen.moved, self.cast)

    def on_goals(self) -> Iterator[Act]:
        """Yield how a milestone is reached."""
        yield _reach(self.chosen.reached, self.chosen.measured, self.cast)

    def on_trash(self) -> Iterator[Act]:
        """Yield a deletion."""
        yield _delete(self.chosen.tasks[2], self.cast)


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


def _reach(milestone: Milestone, goal: Goal, cast: Cast) -> Act:
    person, title = cast.pages.person, milestone.title
    number = _next_number(goal)
    before: list[Value] = []

    def reach() -> None:
        before.append(person.shows(Kind.GOAL, goal.title).get("progress"))
        person.edit(Kind.MILESTONE, title, "done", value=True)
        person.edit(Kind.GOAL, goal.title, "current", number)

    def further() -> bool:
        now = person.shows(Kind.GOAL, goal.title).get("progress")
        return isinstance(now, float) and now not in before

    def drafted() -> bool:
        return any(title in one for one in person.titles(Kind.ACHIEVEMENT))

    return Act(
        does=f"ticks '{title}' in {cast.pages.title}, and writes {number:g} {goal.unit} for"
        f" '{goal.title}'",
        do=reach,
        seen=(
            Seen(words=f"{cast.pages.title} shows the goal's progress", look=further),
            Seen(words="an achievement is drafted", look=drafted),
        ),
    )


def _next_number(goal: Goal) -> float:
    """Return where a measure is after a good week: a quarter of the way that is left."""
    current, target = goal.current or 0.0, goal.target or 0.0
    return round(current + (target - current) / 4)


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


def _fields(person: UserDriver, kind: Kind, title: str) -> dict[str, Value]:
    try:
        return person.shows(kind, title)
    except KeyError:
        return {}
