"""The scenario: what a person does to the plan in its tools, and what must follow."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeGuard

from syncd.demo.environment import DemoTool, DemoTools
from syncd.model.entities import Entity, Goal, Kind, Milestone, Task
from syncd.model.ids import EntityId
from syncd.model.values import GoalStatus, Value, day_of
from syncd.testing.sandbox import UserDriver


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must be so after a cycle: in words, and whether it is."""

    words: str
    holds: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioStep:
    """Something a person does by hand, and what must follow."""

    does: str
    do: Callable[[], object]
    expected: tuple[Expectation, ...]
    conflicts: int = 0


def combined(steps: Iterable[ScenarioStep]) -> Iterator[ScenarioStep]:
    """Yield steps as one, which all come before the same cycle; none for none."""
    every = tuple(steps)
    if every:
        yield ScenarioStep(
            does=", and ".join(step.does for step in every),
            do=lambda: [step.do() for step in every],
            expected=tuple(thing for step in every for thing in step.expected),
            conflicts=sum(step.conflicts for step in every),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """What of the plan the steps are about.

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
        return frozenset(task.id for task in (*self.tasks, *self.last_tasks))


def choose(plan: Collection[Entity], zone: str) -> Subjects:
    """Choose what of the plan the steps are about."""
    goals = [
        entity
        for entity in plan
        if isinstance(entity, Goal) and entity.status is GoalStatus.ACTIVE
    ]
    chosen = max(goals, key=lambda goal: (goal.priority or 0, goal.title))
    ends = sorted(
        (entity for entity in plan if _is_ahead(entity)),
        key=lambda milestone: (milestone.due or date.max, milestone.title),
    )
    tasks = sorted(_open(plan), key=lambda task: (_day(task, zone), task.title))
    return Subjects(
        goal=chosen,
        tasks=tuple(task for task in tasks if task.goal == chosen.id)[:3],
        moved=ends[-1],
        reached=ends[0],
        measured=next(goal for goal in goals if goal.id == ends[0].goal),
        last_tasks=tuple(task for task in tasks if task.milestone == ends[0].id),
    )


def _open(plan: Collection[Entity]) -> list[Task]:
    tasks = [entity for entity in plan if isinstance(entity, Task)]
    return [task for task in tasks if not task.done and not task.recurrence]


def _is_ahead(entity: Entity) -> TypeGuard[Milestone]:
    return isinstance(entity, Milestone) and bool(entity.due) and not entity.done


def _day(task: Task, zone: str) -> date:
    return day_of(task.due, zone) if task.due else date.max


@dataclass(frozen=True, slots=True)
class PlanSteps:
    """The steps that edit goals, milestones and tasks."""

    subjects: Subjects
    tools: DemoTools

    def on_tasks(self) -> Iterator[ScenarioStep]:
        """Yield what is done where tasks are ticked, and to a goal's name."""
        yield _tick(self.subjects.tasks[0], self.tools)
        yield _rename(self.subjects.goal, self.tools)

    def on_titles(self) -> Iterator[ScenarioStep]:
        """Yield two edits of one title, and a milestone that gets another day."""
        yield _conflict(self.subjects.tasks[1], self.tools)
        yield _move(self.subjects.moved, self.tools)

    def on_goals(self) -> Iterator[ScenarioStep]:
        """Yield how a milestone is reached."""
        yield _reach(self.subjects.reached, self.subjects.measured, self.tools)

    def on_trash(self) -> Iterator[ScenarioStep]:
        """Yield a deletion."""
        yield _delete(self.subjects.tasks[2], self.tools)


def _tick(task: Task, tools: DemoTools) -> ScenarioStep:
    return ScenarioStep(
        does=f"ticks '{task.title}' in {tools.todos.title}",
        do=lambda: tools.todos.user.edit(Kind.TASK, task.title, "done", value=True),
        expected=(_shows(tools.pages, Kind.TASK, task.title, "done", value=True),),
    )


def _rename(goal: Goal, tools: DemoTools) -> ScenarioStep:
    name = f"{goal.title}, step by step"
    return ScenarioStep(
        does=f"renames the goal '{goal.title}' in {tools.pages.title}",
        do=lambda: tools.pages.user.edit(Kind.GOAL, goal.title, "title", name),
        expected=(
            _lists(tools.todos, Kind.GOAL, name, "has its section renamed"),
            _lists(tools.pages, Kind.GOAL, name, "keeps it"),
        ),
    )


def _move(milestone: Milestone, tools: DemoTools) -> ScenarioStep:
    assert isinstance(milestone.due, date)  # noqa: S101  # chosen so
    day = milestone.due + timedelta(days=7)
    return ScenarioStep(
        does=f"drags '{milestone.title}' to {day} in {tools.calendar.title}",
        do=lambda: tools.calendar.user.edit(Kind.MILESTONE, milestone.title, "due", day),
        expected=(_shows(tools.pages, Kind.MILESTONE, milestone.title, "due", day),),
    )


def _reach(milestone: Milestone, goal: Goal, tools: DemoTools) -> ScenarioStep:
    user, title = tools.pages.user, milestone.title
    number = _next_number(goal)
    before: list[Value] = []

    def reach() -> None:
        before.append(user.shows(Kind.GOAL, goal.title).get("progress"))
        user.edit(Kind.MILESTONE, title, "done", value=True)
        user.edit(Kind.GOAL, goal.title, "current", number)

    def further() -> bool:
        now = user.shows(Kind.GOAL, goal.title).get("progress")
        return isinstance(now, float) and now not in before

    def drafted() -> bool:
        return any(title in shown for shown in user.titles(Kind.ACHIEVEMENT))

    return ScenarioStep(
        does=f"ticks '{title}' in {tools.pages.title}, and writes {number:g} {goal.unit} for"
        f" '{goal.title}'",
        do=reach,
        expected=(
            Expectation(words=f"{tools.pages.title} shows the goal's progress", holds=further),
            Expectation(words="an achievement is drafted", holds=drafted),
        ),
    )


def _next_number(goal: Goal) -> float:
    """Return where a measure is after a good week: a quarter of the way that is left."""
    current, target = goal.current or 0.0, goal.target or 0.0
    return round(current + (target - current) / 4)


def _conflict(task: Task, tools: DemoTools) -> ScenarioStep:
    first, second = f"{task.title} (draft)", f"{task.title}, then share it"

    def both() -> None:
        tools.pages.user.edit(Kind.TASK, task.title, "title", first)
        tools.todos.user.edit(Kind.TASK, task.title, "title", second)

    def agree() -> bool:
        shown = [set(tool.user.titles(Kind.TASK)) for tool in (tools.pages, tools.todos)]
        return any(all(name in titles for titles in shown) for name in (first, second))

    return ScenarioStep(
        does=f"renames '{task.title}' in {tools.pages.title} and in {tools.todos.title}",
        do=both,
        expected=(
            Expectation(words="both show the same title; the other one is kept", holds=agree),
        ),
        conflicts=1,
    )


def _delete(task: Task, tools: DemoTools) -> ScenarioStep:
    return ScenarioStep(
        does=f"deletes '{task.title}' in {tools.todos.title}",
        do=lambda: tools.todos.user.delete(Kind.TASK, task.title),
        expected=(
            Expectation(
                words=f"{tools.pages.title} has it in the trash",
                holds=lambda: task.title not in tools.pages.user.titles(Kind.TASK),
            ),
        ),
    )


def _shows(tool: DemoTool, kind: Kind, title: str, field: str, value: Value) -> Expectation:
    def shown() -> bool:
        return _fields(tool.user, kind, title).get(field) == value

    words = "ticked" if value is True else str(value)
    return Expectation(words=f"{tool.title} shows it as {words}", holds=shown)


def _lists(tool: DemoTool, kind: Kind, title: str, words: str) -> Expectation:
    return Expectation(
        words=f"{tool.title} {words}", holds=lambda: title in tool.user.titles(kind)
    )


def _fields(user: UserDriver, kind: Kind, title: str) -> dict[str, Value]:
    try:
        return user.shows(kind, title)
    except KeyError:
        return {}
