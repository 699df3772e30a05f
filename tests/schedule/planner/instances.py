"""Instances that planners are compared on: a quarter of a busy person's life.

84 days of 96 slots; 36 tasks with release and due dates, priorities and chains, 108 to
119 hours in all; 300 meetings with a quarter of an hour kept free around them; other
hours on other weekdays; at most 3 hours a day and 12 a week.
"""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from syncd.model.ids import EntityId
from syncd.schedule.problem import PlanDay, PlanWeek, Problem, Span, TaskDemand, minute_of

DAYS = 84
TASKS = 36
MEETINGS = 300
BUFFER = 15
MONDAY = date(2026, 1, 5)
START = minute_of(datetime(2026, 1, 5, tzinfo=UTC))
DAY = 1440
HOURS = {
    0: ((390, 510), (1080, 1320)),
    1: ((390, 510), (1080, 1320)),
    2: ((720, 780), (1080, 1320)),
    3: ((390, 510), (1140, 1320)),
    4: ((390, 510), (1020, 1200)),
    5: ((540, 1080),),
    6: ((600, 960),),
}
LIKED = {
    **dict.fromkeys(range(5), ((1110, 1260),)),
    5: ((540, 720),),
    6: ((600, 780),),
}
WEIGHTS = (4.0, 2.0, 1.0, 0.5)


def big(seed: int) -> Problem:
    """Return the instance of a seed."""
    rng = random.Random(seed)  # noqa: S311  not a secret
    busy = meetings(rng)
    return Problem(
        now=START,
        days=calendar(busy),
        weeks=tuple(
            PlanWeek(monday=MONDAY + timedelta(weeks=week), capacity=720)
            for week in range(DAYS // 7)
        ),
        works=works(rng),
        daily=180,
    )


def meetings(rng: random.Random) -> list[Span]:
    """Return meetings, most of them on weekdays; they may overlap, as they do."""
    found = []
    for _ in range(MEETINGS):
        day = rng.randrange(DAYS)
        if day % 7 > 4 and rng.random() < 0.6:
            day -= rng.randint(2, 5)
        at = START + day * DAY + rng.randrange(28, 84) * 15
        found.append(Span(at, at + rng.choice((30, 30, 45, 60, 60, 90, 120))))
    return sorted(found)


def calendar(busy: list[Span]) -> tuple[PlanDay, ...]:
    """Return the days with what is free beside meetings."""
    return tuple(_day(number, busy) for number in range(DAYS))


def _day(number: int, busy: list[Span]) -> PlanDay:
    start = START + number * DAY
    free = [Span(start + first, start + last) for first, last in HOURS[number % 7]]
    for meeting in busy:
        if start - BUFFER < meeting.end and meeting.start < start + DAY + BUFFER:
            free = [part for one in free for part in _less(one, meeting)]
    liked = tuple(Span(start + first, start + last) for first, last in LIKED[number % 7])
    return PlanDay(
        date=MONDAY + timedelta(days=number),
        span=Span(start, start + DAY),
        week=number // 7,
        free=tuple(free),
        liked=liked,
    )


def _less(free: Span, meeting: Span) -> list[Span]:
    start, end = meeting.start - BUFFER, meeting.end + BUFFER
    parts = [Span(free.start, min(free.end, start)), Span(max(free.start, end), free.end)]
    return [part for part in parts if part.end > part.start]


def works(rng: random.Random) -> tuple[TaskDemand, ...]:
    """Return tasks of 108 to 119 hours; every third one begins a chain of up to three."""
    effort = [rng.randint(2, 24) * 15 for _ in range(TASKS)]
    wanted = rng.randint(108, 119) * 60
    while (off := wanted - sum(effort)) != 0:
        index = rng.randrange(TASKS)
        effort[index] = min(480, max(30, effort[index] + (15 if off > 0 else -15)))
    made: list[TaskDemand] = []
    for index, minutes in enumerate(effort):
        chained = index % 3 > 0 and rng.random() < 0.6
        made.append(_work(rng, index, minutes, made[-1] if chained else None))
    return tuple(made)


def _work(
    rng: random.Random, index: int, minutes: int, before: TaskDemand | None
) -> TaskDemand:
    """Return a task; one that waits for another is released with it and due after it."""
    release = rng.randrange(0, 50) if rng.random() < 0.5 else 0
    due = release + rng.randrange(8, 36)
    if before is not None and before.release is not None and before.due is not None:
        release = (before.release - START) // DAY
        due = (before.due - START) // DAY + rng.randrange(7, 21)
    return TaskDemand(
        id=EntityId(f"task-{index:02}"),
        title=f"Task {index}",
        topic=f"goal-{index // 6}",
        minutes=minutes,
        weight=rng.choice(WEIGHTS),
        release=START + release * DAY,
        due=START + min(DAYS, due) * DAY,
        after=(before.id,) if before is not None else (),
    )


def interrupted(problem: Problem, span: Span) -> tuple[Problem, int]:
    """Return a problem with one more meeting, and how many standing blocks that hits."""
    meeting = Span(span.start + 15, span.end + 30)
    days = tuple(
        replace(day, free=tuple(part for one in day.free for part in _less(one, meeting)))
        for day in problem.days
    )
    padded = Span(meeting.start - BUFFER, meeting.end + BUFFER)
    hit = sum(block.span.meets(padded) for block in problem.standing)
    return replace(problem, days=days), hit


def crowd(tasks: int) -> Problem:
    """Return the first instance with far more tasks than there is time for."""
    rng = random.Random(1)  # noqa: S311  not a secret
    many = tuple(
        replace(_work(rng, index, rng.randint(2, 12) * 15, None), topic=f"goal-{index % 9}")
        for index in range(tasks)
    )
    return replace(big(0), works=many)
