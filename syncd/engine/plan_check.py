"""The plan's checks over the store: what is missing or can't work, and the time there is for it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.engine.blocks.planner_state import PlannerState
from syncd.engine.context import Context, today
from syncd.model.plan import Plan
from syncd.review.available_time import AvailableTime, TimeLimits
from syncd.review.checks import check_plan
from syncd.review.finding import CheckedPlan, Finding
from syncd.schedule.free_time import calendar
from syncd.schedule.problem import Preferences, minute_of
from syncd.store.rows import Record

DAYS = 364
"""How far ahead each day is looked at by itself."""


def time_available(context: Context, now: datetime) -> AvailableTime:
    """Return the time that blocks may take from today on, had nothing else been arranged."""
    assert context.preferences is not None  # noqa: S101  # the settings always say
    preferences = replace(
        context.preferences, pauses=PlannerState(context.store).pauses, horizon_days=DAYS
    )
    return AvailableTime(
        first=now.astimezone(ZoneInfo(preferences.zone)).date(),
        daily=tuple(daily(preferences, now)),
        limits=limits(preferences),
        default_minutes=preferences.default_minutes,
    )


def limits(preferences: Preferences) -> TimeLimits:
    """Return what the settings say of time, as the plan's checks look at it."""
    return TimeLimits(
        windows={
            day: tuple(closes - opens for opens, closes in spans)
            for day, spans in preferences.hours.items()
            if day not in preferences.rest_weekdays
        },
        daily=preferences.daily,
        weekly=preferences.weekly,
        shortest=preferences.shortest,
    )


def daily(preferences: Preferences, now: datetime) -> Iterator[int]:
    """Yield for each day the minutes that its caps and its week's leave."""
    days, weeks = calendar(preferences, (), minute_of(now))
    left = [week.capacity for week in weeks]
    for day in days:
        free = sum(span.minutes for span in day.free if span.minutes >= preferences.shortest)
        taken = min(free, preferences.daily, left[day.week])
        left[day.week] -= taken
        yield taken


def checked(context: Context, records: Sequence[Record]) -> list[Finding]:
    """Return what is missing in a plan or can't work; ``records``: all of it."""
    planned = context.preferences is not None
    return check_plan(
        CheckedPlan(
            plan=Plan.of(record.entity for record in records),
            today=today(context.clock, context.zone),
            zone=context.zone,
            set_at={
                (record.entity.id, name): author.at
                for record in records
                for name, author in record.authors.items()
                if author.at is not None
            },
            available=time_available(context, context.clock.now()) if planned else None,
        )
    )
