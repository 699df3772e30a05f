"""The plan as a page that a person reads."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar

from syncd.model.entities import (
    Achievement,
    Contact,
    Entity,
    Goal,
    Kind,
    Milestone,
    ProfileEntry,
    Resource,
    Skill,
    Task,
)
from syncd.model.exchange.markdown_lines import (
    about_goal,
    achievement_line,
    contact_line,
    milestone_line,
    profile_line,
    resource_line,
    skill_line,
    task_line,
)
from syncd.model.exchange.markdown_text import inline, quoted
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.values import GoalStatus, day_of

E = TypeVar("E", bound=Entity)
_DEEPEST_INDENT = 40
_ABOVE: tuple[tuple[str, type[Entity]], ...] = (
    ("parent", Task),
    ("milestone", Milestone),
    ("goal", Goal),
)
_ORDER = (
    GoalStatus.ACTIVE,
    GoalStatus.PLANNED,
    GoalStatus.PAUSED,
    GoalStatus.DONE,
    GoalStatus.DROPPED,
)


def plan_to_markdown(entities: Iterable[Entity], zone: str = "UTC") -> str:
    """Return the plan as Markdown: who I am, goals with their steps, and what helps.

    What is archived, blocks and reviews are left out. zone: the plan's IANA zone.
    """
    page = _Page(Plan.of(entities), zone)
    lines = ["", *page.lines()]
    kept = [line for before, line in pairwise(lines) if line or before]
    return "\n".join(kept).rstrip() + "\n"


class _Page:
    def __init__(self, plan: Plan, zone: str) -> None:
        self._plan = plan
        self._zone = zone
        self._steps: dict[EntityId | None, list[Milestone]] = defaultdict(list)
        for step in self._all(Kind.MILESTONE, Milestone):
            self._steps[self._live(step.goal, Goal)].append(step)
        self._tasks: dict[tuple[str, EntityId | None], list[Task]] = defaultdict(list)
        for task in self._all(Kind.TASK, Task):
            self._tasks[self._place(task)].append(task)

    def lines(self) -> Iterator[str]:
        """Yield the page."""
        yield from ("# Career plan", "")
        profile = self._all(Kind.PROFILE, ProfileEntry)
        yield from _section("Who I am", profile, profile_line)
        goals = sorted(self._all(Kind.GOAL, Goal), key=_goal_order)
        if goals:
            yield from ("## Goals", "")
        for goal in goals:
            yield from self._goal(goal)
        yield from self._rest()
        yield from _section("Skills", self._all(Kind.SKILL, Skill), skill_line)
        yield from _section("Resources", self._all(Kind.RESOURCE, Resource), resource_line)
        yield from _section("People", self._all(Kind.CONTACT, Contact), contact_line)
        achievements = sorted(
            self._all(Kind.ACHIEVEMENT, Achievement),
            key=lambda it: it.date or date.min,
            reverse=True,
        )
        yield from _section("Achievements", achievements, achievement_line)

    def _goal(self, goal: Goal) -> Iterator[str]:
        yield from (f"### {inline(goal.title) or 'Untitled goal'}", "")
        yield from (*about_goal(goal), "")
        if goal.notes.strip():
            yield from (*quoted(goal.notes), "")
        yield from self._milestones(goal.id)
        yield from (*self._under("goal", goal.id, ""), "")

    def _milestones(self, goal: EntityId | None) -> Iterator[str]:
        found = self._steps.pop(goal, [])
        for step in sorted(found, key=lambda it: (it.due or date.max, it.title)):
            yield from _item(milestone_line(step, self._zone), step.notes, "")
            yield from self._under("milestone", step.id, "  ")

    def _under(self, place: str, one: EntityId | None, indent: str) -> Iterator[str]:
        if len(indent) > _DEEPEST_INDENT:
            return
        for task in sorted(self._tasks.pop((place, one), ()), key=self._task_order):
            yield from _item(task_line(task, self._zone), task.notes, indent)
            yield from self._under("parent", task.id, indent + "  ")

    def _rest(self) -> Iterator[str]:
        """Yield what belongs nowhere, or to what is not there (any more)."""
        lines = list(self._milestones(None))
        for place, one in sorted(self._tasks, key=lambda it: (it[0] == "parent", str(it[1]))):
            lines += self._under(place, one, "")
        if lines:
            yield from ("## Not part of a goal", "", *lines, "")

    def _place(self, task: Task) -> tuple[str, EntityId | None]:
        """Return under what a task stands: its task, else its milestone, else its goal."""
        for place, cls in _ABOVE:
            above = self._live(getattr(task, place), cls)
            if above is not None and above != task.id:
                return place, above
        return "", None

    def _live(self, one: EntityId | None, cls: type[Entity]) -> EntityId | None:
        entity = self._plan.get(one) if one else None
        return entity.id if isinstance(entity, cls) and not entity.archived else None

    def _task_order(self, task: Task) -> tuple[bool, date, int, str]:
        day = day_of(task.due, self._zone) if task.due else date.max
        return task.done, day, task.priority or 5, task.title

    def _all(self, kind: Kind, cls: type[E]) -> list[E]:
        return [one for one in self._plan.of_kind(kind) if isinstance(one, cls)]


def _goal_order(goal: Goal) -> tuple[int, int, date, str]:
    return _ORDER.index(goal.status), goal.priority or 5, goal.due or date.max, goal.title


def _section(name: str, entities: Sequence[E], line: Callable[[E], str]) -> Iterator[str]:
    if entities:
        yield from (f"## {name}", "")
        for one in entities:
            yield from _item(line(one), one.notes, "")
        yield ""


def _item(line: str, notes: str, indent: str) -> Iterator[str]:
    yield f"{indent}- {line}"
    if notes.strip():
        yield from ("", *quoted(notes, indent + "  "), "")
