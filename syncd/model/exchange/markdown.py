"""A person's text inside Markdown: it shows as it is and does nothing else."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar
from urllib.parse import quote, urlsplit

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
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.values import Due, GoalStatus, Moment, day_of
from syncd.text import DIRECTION_MARKS, duration

_INLINE = re.compile(r"([\\`*_\[\]<>|~&#$])")
_AT_START = re.compile(r"^(?:([-+=:])|(\d{1,9})([.)]))")
_URL_SAFE = "/:?#@!$&'*+,;=%~-._"


def inline(text: str) -> str:
    """Return ``text`` on one line, with all that Markdown or HTML would act on escaped."""
    shown = " ".join("".join(map(_visible, text)).split())
    return _AT_START.sub(_held, _INLINE.sub(r"\\\1", shown))


def quoted(text: str, indent: str = "") -> list[str]:
    """Return a text of several lines as a quotation."""
    lines = text.strip().splitlines()
    return [f"{indent}> {inline(line)}".rstrip() for line in lines]


def link(title: str, url: str) -> str:
    """Return a title that leads to ``url`` where that is a web address, else the title."""
    try:
        is_web = urlsplit(url.strip()).scheme in ("http", "https")
    except ValueError:
        is_web = False
    shown = inline(title)
    return f"[{shown}](<{quote(url.strip(), safe=_URL_SAFE)}>)" if is_web else shown


def _visible(character: str) -> str:
    """Control and direction marks become spaces: they could hide what stands there."""
    hides = (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or character in DIRECTION_MARKS
    )
    return " " if hides else character


def _held(match: re.Match[str]) -> str:
    sign, number, dot = match.groups()
    return f"\\{sign}" if sign else f"{number}\\{dot}"


def profile_line(entry: ProfileEntry) -> str:
    """Return "**Vision** (3-5 years): title"."""
    aspect = (entry.aspect or "note").capitalize()
    horizon = f" ({entry.horizon})" if entry.horizon else ""
    return f"**{aspect}**{horizon}: {_titled(entry.title)}"


def about_goal(goal: Goal) -> Iterator[str]:
    """Yield what is to be said of a goal, as list items."""
    facts = [
        str(goal.status).capitalize(),
        f"P{goal.priority}" if goal.priority else "",
        f"{goal.horizon} term" if goal.horizon else "",
        f"due {goal.due}" if goal.due else "",
        f"{duration(goal.weekly_minutes)} a week" if goal.weekly_minutes else "",
    ]
    yield f"- {', '.join(filter(None, facts))}"
    progress = _progress(goal)
    if progress:
        yield f"- Progress: {progress}"
    for name, text in (
        ("Why", goal.why),
        ("How", goal.achievable),
        ("Missing", goal.smart_gaps),
    ):
        if text.strip():
            yield f"- {name}: {inline(text)}"


def milestone_line(step: Milestone, zone: str) -> str:
    """Return "[ ] **title** (due 2026-12-01)"."""
    return (
        f"{_box(done=step.done)} **{_titled(step.title)}**{_when(step.due, step.done_at, zone)}"
    )


def task_line(task: Task, zone: str) -> str:
    """Return "[ ] title (due 2026-12-01; 1 h 30; P2; repeated)"."""
    more = [
        duration(task.estimate_minutes) if task.estimate_minutes else "",
        f"P{task.priority}" if task.priority else "",
        "repeated" if task.recurrence and not task.done else "",
    ]
    when = _when(task.due, task.done_at if task.done else None, zone, more)
    return f"{_box(done=task.done)} {_titled(task.title)}{when}"


def skill_line(skill: Skill) -> str:
    """Return "title: level 2, to reach 4 (hard)"."""
    level = "not assessed" if skill.level is None else f"level {skill.level}"
    target = "" if skill.target_level is None else f", to reach {skill.target_level}"
    return f"{_titled(skill.title)}: {level}{target}{_in_brackets([skill.category])}"


def resource_line(resource: Resource) -> str:
    """Return "[title](url) (book, wanted, 24.9 EUR)"."""
    cost = (
        f"{resource.cost:g} {inline(resource.currency)}".strip()
        if resource.cost is not None
        else ""
    )
    title = link(resource.title or "Untitled", resource.url)
    return title + _in_brackets([resource.type, resource.status, cost])


def contact_line(contact: Contact) -> str:
    """Return "name (mentor, every 30 days, next 2026-12-01)"."""
    every = f"every {contact.cadence_days} days" if contact.cadence_days else ""
    coming = f"next {contact.next_contact}" if contact.next_contact else ""
    return _titled(contact.title) + _in_brackets(
        [contact.role, inline(contact.email), every, coming]
    )


def achievement_line(achievement: Achievement) -> str:
    """Return "2026-12-01: title. Impact"."""
    day = f"{achievement.date}: " if achievement.date else ""
    impact = f". {inline(achievement.impact)}" if achievement.impact.strip() else ""
    return day + link(achievement.title or "Untitled", achievement.evidence_url) + impact


def _progress(goal: Goal) -> str:
    """Return "64 of 85 % (36 % of the way, on track)"."""
    share = "" if goal.progress is None else f"{goal.progress:.0%}".replace("%", " %")
    if goal.current is None or goal.target is None:
        return share + _in_brackets([goal.pace]) if share else ""
    what = inline(goal.unit or goal.measure)
    way = f"{share} of the way" if share else ""
    return f"{goal.current:g} of {goal.target:g} {what}".strip() + _in_brackets(
        [way, goal.pace]
    )


def _titled(title: str) -> str:
    return inline(title) or "Untitled"


def _box(*, done: bool) -> str:
    return "[x]" if done else "[ ]"


def _when(due: Due | None, done_at: Moment | None, zone: str, more: Iterable[str] = ()) -> str:
    if done_at:
        return f" (done {day_of(done_at, zone)})"
    clock = f" {due.local(zone):%H:%M}" if isinstance(due, Moment) else ""
    return _in_brackets([f"due {day_of(due, zone)}{clock}" if due else "", *more], "; ")


def _in_brackets(words: Iterable[str | None], between: str = ", ") -> str:
    text = between.join(word for word in words if word)
    return f" ({text})" if text else ""


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
            key=lambda achievement: achievement.date or date.min,
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
        steps = self._steps.pop(goal, [])
        for step in sorted(
            steps, key=lambda milestone: (milestone.due or date.max, milestone.title)
        ):
            yield from _item(milestone_line(step, self._zone), step.notes, "")
            yield from self._under("milestone", step.id, "  ")

    def _under(self, place: str, above: EntityId | None, indent: str) -> Iterator[str]:
        if len(indent) > _DEEPEST_INDENT:
            return
        for task in sorted(self._tasks.pop((place, above), ()), key=self._task_order):
            yield from _item(task_line(task, self._zone), task.notes, indent)
            yield from self._under("parent", task.id, indent + "  ")

    def _rest(self) -> Iterator[str]:
        """Yield what belongs nowhere, or to what is not there (any more)."""
        lines = list(self._milestones(None))
        for place, above in sorted(
            self._tasks, key=lambda pair: (pair[0] == "parent", str(pair[1]))
        ):
            lines += self._under(place, above, "")
        if lines:
            yield from ("## Not part of a goal", "", *lines, "")

    def _place(self, task: Task) -> tuple[str, EntityId | None]:
        """Return under what a task stands: its task, else its milestone, else its goal."""
        for place, cls in _ABOVE:
            above = self._live(getattr(task, place), cls)
            if above is not None and above != task.id:
                return place, above
        return "", None

    def _live(self, entity_id: EntityId | None, cls: type[Entity]) -> EntityId | None:
        entity = self._plan.get(entity_id) if entity_id else None
        return entity.id if isinstance(entity, cls) and not entity.archived else None

    def _task_order(self, task: Task) -> tuple[bool, date, int, str]:
        day = day_of(task.due, self._zone) if task.due else date.max
        return task.done, day, task.priority or 5, task.title

    def _all(self, kind: Kind, cls: type[E]) -> list[E]:
        return [entity for entity in self._plan.of_kind(kind) if isinstance(entity, cls)]


def _goal_order(goal: Goal) -> tuple[int, int, date, str]:
    return _ORDER.index(goal.status), goal.priority or 5, goal.due or date.max, goal.title


def _section(name: str, entities: Sequence[E], line: Callable[[E], str]) -> Iterator[str]:
    if entities:
        yield from (f"## {name}", "")
        for entity in entities:
            yield from _item(line(entity), entity.notes, "")
        yield ""


def _item(line: str, notes: str, indent: str) -> Iterator[str]:
    yield f"{indent}- {line}"
    if notes.strip():
        yield from ("", *quoted(notes, indent + "  "), "")
