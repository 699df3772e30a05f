"""The brag sheet: achievements by quarter, by what was finished, and by goal."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TypeVar

from syncd.model.entities import (
    Achievement,
    Entity,
    Goal,
    Kind,
    Skill,
)
from syncd.model.exchange.markdown import inline, link
from syncd.model.ids import EntityId
from syncd.model.plan import PlanView
from syncd.model.rules.consequences import achievement_id

N = TypeVar("N", bound=Entity)
CATEGORIES = ("Goals", "Milestones", "Skills", "Resources", "Other wins")
_SOURCES = (Kind.GOAL, Kind.MILESTONE, Kind.SKILL, Kind.RESOURCE)
UNDATED = "Without a date"
NO_GOAL = "No goal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Win:
    """An achievement, and where it stands. quarter: "2026, 4th quarter", or ``UNDATED``.

    category: of ``CATEGORIES``, by what was finished. goal: None where that is not known.
    """

    it: Achievement
    quarter: str
    category: str
    goal: Goal | None
    skill: Skill | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which achievements are asked for; ``since`` and ``until`` are both included."""

    since: date | None = None
    until: date | None = None
    goal: EntityId | None = None

    def holds(self, one: Achievement) -> bool:
        """Say whether an achievement is asked for; one without a date if no day is."""
        if self.goal is not None and one.goal != self.goal:
            return False
        if one.date is None:
            return self.since is None and self.until is None
        after = self.since is None or one.date >= self.since
        return after and (self.until is None or one.date <= self.until)


def wins(plan: PlanView, asked: Asked) -> list[Win]:
    """Return achievements, the newest quarter first; in it by category, goal and day."""
    sources = {achievement_id(one.id): kind for kind in _SOURCES for one in plan.of_kind(kind)}
    found = [
        Win(
            it=one,
            quarter=_quarter(one.date),
            category=_category(one, sources.get(one.id)),
            goal=_known(plan, one.goal, Goal),
            skill=_known(plan, one.skill, Skill),
        )
        for one in plan.of_kind(Kind.ACHIEVEMENT)
        if isinstance(one, Achievement) and asked.holds(one)
    ]
    return sorted(found, key=_order)


def brag_sheet(found: Iterable[Win]) -> str:
    """Return them as Markdown; "" where there are none."""
    lines = list(_lines(found))
    return "\n".join(["# Achievements", *lines]) + "\n" if lines else ""


def _lines(found: Iterable[Win]) -> Iterator[str]:
    for quarter, in_quarter in groupby(found, key=lambda one: one.quarter):
        yield from ("", f"## {quarter}")
        for category, alike in groupby(in_quarter, key=lambda one: one.category):
            yield from ("", f"### {category}")
            for _, of_goal in groupby(alike, key=_goal_order):
                of_one = list(of_goal)
                yield from ("", f"#### {_heading(of_one[0].goal)}", "")
                yield from map(_line, of_one)


def _line(win: Win) -> str:
    """Return "- 2026-12-01: **title**. Impact (skill: SQL; [evidence](<url>))"."""
    one = win.it
    day = f"{one.date}: " if one.date else ""
    impact = f". {inline(one.impact)}" if one.impact.strip() else ""
    evidence = link("evidence", one.evidence_url)
    more = [
        f"skill: {inline(win.skill.title)}" if win.skill else "",
        evidence if evidence.startswith("[") else "",
    ]
    said = "; ".join(filter(None, more))
    title = inline(one.title) or "Untitled"
    return f"- {day}**{title}**{impact}{f' ({said})' if said else ''}"


def _heading(goal: Goal | None) -> str:
    return (inline(goal.title) or "Untitled goal") if goal else NO_GOAL


def _quarter(day: date | None) -> str:
    if day is None:
        return UNDATED
    number = ("1st", "2nd", "3rd", "4th")[(day.month - 1) // 3]
    return f"{day.year}, {number} quarter"


def _category(one: Achievement, source: Kind | None) -> str:
    if source is not None:
        return CATEGORIES[_SOURCES.index(source)]
    return "Skills" if one.skill else "Other wins"


def _known(plan: PlanView, one: EntityId | None, cls: type[N]) -> N | None:
    found = plan.get(one) if one else None
    return found if isinstance(found, cls) else None


def _order(win: Win) -> tuple[int, int, int, tuple[bool, str, str], date, str]:
    day = win.it.date
    year, quarter = (-day.year, -((day.month - 1) // 3)) if day else (1, 0)
    place = CATEGORIES.index(win.category)
    return year, quarter, place, _goal_order(win), day or date.min, win.it.id


def _goal_order(win: Win) -> tuple[bool, str, str]:
    """Return where a goal stands in its category: those without one come last."""
    return win.goal is None, win.goal.title if win.goal else "", win.goal.id if win.goal else ""
