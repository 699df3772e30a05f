"""The time that a person has for their goals, and what the goals ask of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

from syncd.model.entities import Goal, Kind, Task
from syncd.model.ids import EntityId
from syncd.model.plan import PlanView
from syncd.model.rules.world import goal_of
from syncd.model.values import GoalStatus

BUFFER = 15
"""Percent of the days until a due date that are kept free before it."""
LEAST_BUFFER = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """What the settings say of time, in minutes.

    windows: how long each span of the hours is, by weekday (0 is Monday), none on days of
    rest. daily, weekly: the most that is planned. shortest: a block.
    """

    windows: Mapping[int, tuple[int, ...]]
    daily: int
    weekly: int
    shortest: int


@dataclass(frozen=True, kw_only=True)
class AvailableTime:
    """How many minutes blocks may take: day by day from the first one on, then evenly.

    default_minutes: the effort of a task without one.
    """

    first: date
    daily: tuple[int, ...]
    limits: TimeLimits | None = None
    default_minutes: int = 60

    @cached_property
    def a_week(self) -> int:
        """How many minutes a week there are on the average."""
        return sum(self.daily) * 7 // len(self.daily) if self.daily else 0

    def until(self, day: date) -> int:
        """Return the minutes from the first day up to and with another."""
        days = (day - self.first).days + 1
        if days <= 0:
            return 0
        beyond = max(0, days - len(self.daily))
        return self._sums[min(days, len(self.daily))] + beyond * self.a_week // 7

    @cached_property
    def _sums(self) -> tuple[int, ...]:
        return tuple(accumulate(self.daily, initial=0))


@dataclass(frozen=True, kw_only=True)
class GoalLoad:
    """What the active goals ask of the time from a day on."""

    plan: PlanView
    today: date
    default_minutes: int = 60

    def effort(self, goal: Goal) -> int:
        """Return the minutes that a goal is likely to need still: what is left of its
        tasks; without any, its weekly minutes until its due date less the buffer."""
        tasks = self._left.get(goal.id, 0)
        if tasks or not goal.weekly_minutes or goal.due is None:
            return tasks
        finish = finish_of(goal.due, self.today)
        return weekly_until(goal.weekly_minutes, self.today, finish)

    def others(self, goal: Goal, day: date) -> int:
        """Return what the other active goals need until a day."""
        return sum(self._by(other, day) for other in self.active if other.id != goal.id)

    @cached_property
    def active(self) -> list[Goal]:
        """The goals that the person works towards now."""
        return [
            goal
            for goal in self.plan.of_kind(Kind.GOAL)
            if isinstance(goal, Goal) and goal.status is GoalStatus.ACTIVE
        ]

    def _by(self, goal: Goal, day: date) -> int:
        """Return a goal's share until a day: all if it is due by then, else pro rata."""
        effort = self.effort(goal)
        if goal.due is None:
            weekly = weekly_until(goal.weekly_minutes or 0, self.today, day)
            return min(effort, weekly) if effort else weekly
        if goal.due <= day or goal.due <= self.today:
            return effort
        return effort * max(0, (day - self.today).days) // (goal.due - self.today).days

    @cached_property
    def _left(self) -> dict[EntityId, int]:
        tasks = [
            task
            for task in self.plan.of_kind(Kind.TASK)
            if isinstance(task, Task) and not task.done
        ]
        left: dict[EntityId, int] = {}
        parents = {task.parent for task in tasks if task.parent}
        for task in tasks:
            goal = goal_of(task, self.plan)
            # A task without an effort of its own is as long as its sub-tasks.
            if goal and not (task.estimate_minutes is None and task.id in parents):
                left[goal] = left.get(goal, 0) + self._of(task)
        return left

    def _of(self, task: Task) -> int:
        effort = task.estimate_minutes
        if effort is None:
            effort = self.default_minutes
        return max(0, effort - (task.minutes_done or 0))


def weekly_until(minutes: int, today: date, day: date) -> int:
    """Return what so many minutes a week come to from today up to and with a day."""
    return max(0, minutes) * max(0, (day - today).days + 1) // 7


def finish_of(due: date, today: date) -> date:
    """Return a due date less its buffer: 15 percent of the time until then, at least a
    week."""
    if due <= today:
        return due
    days = (due - today).days
    return due - timedelta(days=max(LEAST_BUFFER, -(-days * BUFFER // 100)))
