"""Achievements by quarter, by what was finished, and by goal; as Markdown, a brag sheet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TypeVar

from syncd.model.entities import Achievement, Entity, Goal, Kind, Skill
from syncd.model.exchange.markdown import inline, link
from syncd.model.ids import EntityId
from syncd.model.plan import PlanView
from syncd.model.rules.consequences import achievement_id

E = TypeVar("E", bound=Entity)
CATEGORIES = ("Goals", "Milestones", "Skills", "Resources", "Other wins")
_SOURCES = (Kind.GOAL, Kind.MILESTONE, Kind.SKILL, Kind.RESOURCE)
UNDATED = "Without a date"
NO_GOAL = "No goal"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetEntry:
    """An achievement, and its place in the sheet.

    quarter: "2026, 4th quarter", or ``UNDATED``. category: of ``CATEGORIES``, by what was
    finished. goal: None where that is not known.
    """

    achievement: Achievement
    quarter: str
    category: str
    goal: Goal | None
    skill: Skill | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementFilter:
    """Which achievements are asked for; ``since`` and ``until`` are both included."""

    since: date | None = None
    until: date | None = None
    goal: EntityId | None = None

    def accepts(self, achievement: Achievement) -> bool:
        """Say whether an achievement is asked for; one without a date if no day is."""
        if self.goal is not None and achievement.goal != self.goal:
            return False
        day = achievement.date
        if day is None:
            return self.since is None and self.until is None
        after = self.since is None or day >= self.since
        return after and (self.until is None or day <= self.until)


def sheet_entries(plan: PlanView, wanted: AchievementFilter) -> list[SheetEntry]:
    """Return achievements, the newest quarter first; in it by category, goal and day."""
    sources = {
        achievement_id(source.id): kind for kind in _SOURCES for source in plan.of_kind(kind)
    }
    entries = [
        SheetEntry(
            achievement=achievement,
            quarter=_quarter(achievement.date),
            category=_category(achievement, sources.get(achievement.id)),
            goal=_known(plan, achievement.goal, Goal),
            skill=_known(plan, achievement.skill, Skill),
        )
        for achievement in plan.of_kind(Kind.ACHIEVEMENT)
        if isinstance(achievement, Achievement) and wanted.accepts(achievement)
    ]
    return sorted(entries, key=_order)


def achievements_markdown(entries: Iterable[SheetEntry]) -> str:
    """Return them as Markdown; "" where there are none."""
    lines = list(_lines(entries))
    return "\n".join(["# Achievements", *lines]) + "\n" if lines else ""


def _lines(entries: Iterable[SheetEntry]) -> Iterator[str]:
    for quarter, in_quarter in groupby(entries, key=lambda entry: entry.quarter):
        yield from ("", f"## {quarter}")
        for category, in_category in groupby(in_quarter, key=lambda entry: entry.category):
            yield from ("", f"### {category}")
            for _, of_goal in groupby(in_category, key=_goal_order):
                group = list(of_goal)
                yield from ("", f"#### {_heading(group[0].goal)}", "")
                yield from map(_line, group)


def _line(entry: SheetEntry) -> str:
    """Return "- 2026-12-01: **title**. Impact (skill: SQL; [evidence](<url>))"."""
    achievement = entry.achievement
    day = f"{achievement.date}: " if achievement.date else ""
    impact = f". {inline(achievement.impact)}" if achievement.impact.strip() else ""
    evidence = link("evidence", achievement.evidence_url)
    more = [
        f"skill: {inline(entry.skill.title)}" if entry.skill else "",
        evidence if evidence.startswith("[") else "",
    ]
    beside = "; ".join(filter(None, more))
    title = inline(achievement.title) or "Untitled"
    return f"- {day}**{title}**{impact}{f' ({beside})' if beside else ''}"


def _heading(goal: Goal | None) -> str:
    return (inline(goal.title) or "Untitled goal") if goal else NO_GOAL


def _quarter(day: date | None) -> str:
    if day is None:
        return UNDATED
    number = ("1st", "2nd", "3rd", "4th")[(day.month - 1) // 3]
    return f"{day.year}, {number} quarter"


def _category(achievement: Achievement, source: Kind | None) -> str:
    if source is not None:
        return CATEGORIES[_SOURCES.index(source)]
    return "Skills" if achievement.skill else "Other wins"


def _known(plan: PlanView, entity_id: EntityId | None, cls: type[E]) -> E | None:
    entity = plan.get(entity_id) if entity_id else None
    return entity if isinstance(entity, cls) else None


def _order(entry: SheetEntry) -> tuple[int, int, int, tuple[bool, str, str], date, str]:
    day = entry.achievement.date
    year, quarter = (-day.year, -((day.month - 1) // 3)) if day else (1, 0)
    category = CATEGORIES.index(entry.category)
    goal = _goal_order(entry)
    return year, quarter, category, goal, day or date.min, entry.achievement.id


def _goal_order(entry: SheetEntry) -> tuple[bool, str, str]:
    """Return the sort key of a goal in its category: those without one come last."""
    goal = entry.goal
    return goal is None, goal.title if goal else "", goal.id if goal else ""
