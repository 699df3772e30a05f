"""The time that there is for goals, and planning backward from a due date in it."""

import calendar
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

from syncd.model.entities import Goal, Kind, Milestone, Task
from syncd.model.ids import EntityId, derived_id
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


LONGEST = 60
"""Characters of a goal's title in those of its milestones."""
NEAR = 92
"""Days from today within which the end of each month is a step; then those of quarters."""
FIRST_STEP = 14
LAST_STEP = 14
"""No step lies less than so many days after today, or before the last one."""
_MOST = 1e6
FARTHEST = 3660
"""Days that are looked ahead at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A milestone on the way.

    minutes: the effort from the step before it up to this one. share: how much of the
    effort is done by then, 0 to 1. earliest: when it can be done; None: not in ten years.
    known: the milestone that the plan has already.
    """

    due: date
    minutes: int
    share: float
    earliest: date | None
    known: Milestone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """What would make a goal achievable, one of them each.

    later: the due date with which it is; None: none in ten years. less: minutes of effort
    to do without. more: minutes more a week.
    """

    later: date | None
    less: int
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackwardPlan:
    """The way to a goal. finish: due date less the buffer. weekly: minutes a week that
    the effort asks for, of ``available`` a week that there are for this goal. slack: days between
    the earliest end and ``finish``; negative: not achievable; None: it never ends."""

    due: date
    finish: date
    effort: int
    weekly: int
    available: int
    steps: tuple[Step, ...]
    slack: int | None
    ways_out: Alternatives | None


@dataclass(frozen=True, kw_only=True)
class GoalTime:
    """A goal, and the time that there is for it."""

    goal: Goal
    available: AvailableTime
    load: GoalLoad

    @property
    def effort(self) -> int:
        """How many minutes it is likely to need still."""
        return self.load.effort(self.goal)

    @property
    def today(self) -> date:
        """The day on which it is planned."""
        return self.load.today

    def until(self, day: date) -> int:
        """Return the minutes that the goal can have up to a day: what is free after the
        other active goals, and no more than its weekly minutes."""
        days = (day - self.today).days
        return self._sums[min(days, FARTHEST - 1)] if days >= 0 else 0

    def earliest(self, minutes: int) -> date | None:
        """Return the day by which so many minutes can be done; None: not in ten years."""
        place = bisect_left(self._sums, minutes)
        return self.today + _days(place) if place < FARTHEST else None

    @cached_property
    def _sums(self) -> tuple[int, ...]:
        # The others may ask for more than there is for a while: what is done stays done.
        days = (self.today + _days(number) for number in range(FARTHEST))
        return tuple(accumulate(map(self._until, days), max))

    def _until(self, day: date) -> int:
        free = max(0, self.available.until(day) - self.load.others(self.goal, day))
        if not self.goal.weekly_minutes:
            return free
        return min(free, weekly_until(self.goal.weekly_minutes, self.today, day))


def ends_of_quarters(finish: date, today: date) -> list[date]:
    """Return the ends of quarters that are steps on the way."""
    return [end for end in _month_ends(finish, today) if end.month % 3 == 0]


def why_none(goal: Goal, today: date) -> str | None:
    """Return why no way to a goal can be planned, as the end of a sentence; None: it can."""
    if goal.due is None:
        return "has no due date: set Due, then plan again"
    if goal.due < today:
        return f"was due on {goal.due}: set Due to a day ahead, then plan again"
    if goal.due - today > _days(FARTHEST - 1):
        return f"is due on {goal.due}, too far away: set Due within ten years"
    if finish_of(goal.due, today) < today + _days(FIRST_STEP):
        return f"is due on {goal.due}, too soon for milestones: do its tasks, or set Due later"
    if _reached(goal):
        return "has reached its target: set a farther Target, or its Status to Done"
    return None


def _reached(goal: Goal) -> bool:
    """Say whether a goal's number is at its target, or beyond it."""
    if goal.current is None or goal.target is None:
        return False
    whole = goal.target - (goal.baseline or 0.0)
    done = goal.current - (goal.baseline or 0.0)
    return whole != 0 and done / whole >= 1


def backward(time: GoalTime) -> BackwardPlan | None:
    """Return the way to a goal, or None: ``why_none`` says why.

    In a month in which the goal has a milestone already there is no other step, nor where
    a milestone that was once proposed has been deleted or moved away.
    """
    today, due = time.today, time.goal.due
    if due is None or why_none(time.goal, today):
        return None
    finish, effort = finish_of(due, today), time.effort
    end, days = time.earliest(effort), (finish - today).days + 1
    slack = (finish - end).days if end else None
    short = slack is None or slack < 0
    return BackwardPlan(
        due=due,
        finish=finish,
        effort=effort,
        weekly=-(-effort * 7 // days),
        available=round(time.until(finish) * 7 / days),
        steps=tuple(_steps(time, finish, _dates(time, due, finish))),
        slack=slack,
        ways_out=_ways_out(time, end, finish) if short else None,
    )


def proposed(goal: Goal, plan: BackwardPlan) -> Iterator[tuple[EntityId, str, Step]]:
    """Yield the steps that the plan does not have yet, with the id and title of each."""
    title = " ".join(goal.title.split()) or "Untitled goal"
    shown = f"{title[: LONGEST - 1]}…" if len(title) > LONGEST else title
    for step in plan.steps:
        if step.known is None:
            figure = _figure(goal, step.share, len(plan.steps))
            yield _id(goal, step.due), f"{shown}: {figure} by {step.due:%B %Y}", step


def _id(goal: Goal, day: date) -> EntityId:
    return derived_id("milestone", goal.id, f"{day:%Y-%m}")


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _month_ends(finish: date, today: date) -> list[date]:
    """Return the ends of the months that are near, then those of the quarters."""
    ends, year, month = [], today.year, today.month
    while (day := date(year, month, calendar.monthrange(year, month)[1])) < finish:
        near = (day - today).days <= NEAR
        apart = (day - today).days >= FIRST_STEP and (finish - day).days >= LAST_STEP
        if apart and (near or month % 3 == 0):
            ends.append(day)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return ends


def _dates(time: GoalTime, due: date, finish: date) -> list[tuple[date, Milestone | None]]:
    """Return the days of the steps, the person's own ones among them."""
    plan, goal, today = time.load.plan, time.goal, time.today
    own = [
        (milestone.due, milestone)
        for milestone in plan.referring(goal.id, Kind.MILESTONE, "goal")
        if isinstance(milestone, Milestone) and milestone.due
    ]
    months = {(day.year, day.month) for day, _ in own}
    steps: list[tuple[date, Milestone | None]] = [
        (day, None)
        for day in [*_month_ends(finish, today), finish]
        if (day.year, day.month) not in months and plan.get(_id(goal, day)) is None
    ]
    steps += [(day, known) for day, known in own if today < day <= due and not known.done]
    return sorted(steps, key=lambda step: (step[0], step[1].id if step[1] else ""))


def _steps(
    time: GoalTime, finish: date, days: list[tuple[date, Milestone | None]]
) -> Iterator[Step]:
    """Share the effort out by the days between the steps; after ``finish`` none is left."""
    before = 0
    whole = (min(days[-1][0], finish) - time.today).days if days else 0
    for day, known in days:
        gone = min((day - time.today).days, whole)
        done = time.effort * gone // whole
        yield Step(
            due=day,
            minutes=done - before,
            share=gone / whole,
            earliest=time.earliest(done),
            known=known,
        )
        before = done


def _ways_out(time: GoalTime, end: date | None, finish: date) -> Alternatives:
    less = max(0, time.effort - time.until(finish))
    return Alternatives(
        later=_due_for(end, time.today) if end else None,
        less=less,
        more=-(-less * 7 // ((finish - time.today).days + 1)),
    )


def _due_for(end: date, today: date) -> date:
    """Return the first due date that leaves its buffer after a day."""
    days = range((end - today).days, 2 * (end - today).days + 2 * LEAST_BUFFER)
    place = bisect_left(days, end, key=lambda number: finish_of(today + _days(number), today))
    return today + _days(days[min(place, len(days) - 1)])


def _figure(goal: Goal, share: float, steps: int) -> str:
    """Return how far a goal shall be: "34 of 60 lessons", else "57 % of the way"."""
    way = 0.0 if goal.target is None or goal.current is None else goal.target - goal.current
    # With fewer than one whole lesson a step, some steps would read alike.
    if goal.target is None or goal.current is None or not steps <= abs(way) < _MOST:
        return f"{share:.0%} of the way".replace("%", " %")
    reached = round(goal.current + way * share)
    return f"{reached} of {goal.target:g} {' '.join(goal.unit.split())[:40]}".strip()
