"""Problems of all kinds, small ones, and what holds of every timetable of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from syncd.model.ids import EntityId
from syncd.schedule.problem import (
    Firmness,
    Placed,
    PlanDay,
    PlanWeek,
    Problem,
    ScheduledBlock,
    Span,
    TaskDemand,
    Timetable,
    Weights,
    minute_of,
)
from syncd.schedule.search.objective import unplaced

DAY = 1440
MONDAY = date(2026, 3, 2)
START = minute_of(datetime(2026, 3, 2, tzinfo=UTC))
GRID = 15
Blocks = list[tuple[EntityId | None, Span]]


def at(day: int, clock: int) -> int:
    """Return a minute by day and minutes after midnight."""
    return START + day * DAY + clock


def days(
    count: int, hours: tuple[tuple[int, int], ...] = ((1080, 1260),), now: int = START
) -> tuple[PlanDay, ...]:
    """Return days with the same hours, less what is over."""
    return tuple(
        PlanDay(
            date=MONDAY + timedelta(days=number),
            span=Span(at(number, 0), at(number + 1, 0)),
            week=number // 7,
            free=tuple(
                Span(max(now, at(number, first)), at(number, last))
                for first, last in hours
                if at(number, last) > now
            ),
        )
        for number in range(count)
    )


def weeks(count: int, capacity: int = 480) -> tuple[PlanWeek, ...]:
    """Return the weeks of so many days."""
    return tuple(
        PlanWeek(monday=MONDAY + timedelta(weeks=number), capacity=capacity)
        for number in range(-(-count // 7))
    )


def problem(count: int, *works: TaskDemand, **how: object) -> Problem:
    """Return a problem of so many alike days from a Monday's midnight on."""
    given = {
        "now": START,
        "days": days(count),
        "weeks": weeks(count),
        "works": works,
        **how,
    }
    return Problem(**given)  # type: ignore[arg-type]  # its fields, by name


def work(name: str, minutes: int, **how: object) -> TaskDemand:
    """Return a task."""
    given = {"title": name, "topic": name, **how}
    return TaskDemand(id=EntityId(name), minutes=minutes, **given)  # type: ignore[arg-type]  # its fields, by name


def stands(
    name: str, task: str, start: int, minutes: int, firmness: Firmness
) -> ScheduledBlock:
    """Return a standing block."""
    return ScheduledBlock(
        id=EntityId(name),
        task=EntityId(task),
        span=Span(start, start + minutes),
        firmness=firmness,
    )


def again(given: Problem, timetable: Timetable) -> Problem:
    """Return the problem as it is after a timetable was taken on."""
    fixed = tuple(one for one in given.standing if one.firmness is Firmness.FIXED)
    holds = {one.id: one.firmness for one in given.standing}
    taken = tuple(
        ScheduledBlock(
            id=block.id or EntityId(f"new-{number}"),
            task=block.task,
            span=block.span,
            firmness=holds.get(block.id, Firmness.DRAFT) if block.id else Firmness.DRAFT,
        )
        for number, block in enumerate(timetable.blocks)
    )
    return replace(given, standing=fixed + taken)


def faults(given: Problem, timetable: Timetable) -> list[str]:
    """Return every hard rule that a timetable breaks, read anew and slowly."""
    return [
        *_crossing(given, timetable),
        *_too_much(given, timetable),
        *_unordered(given, timetable),
        *_out_of_place(given, timetable),
        *_miscounted(given, timetable),
    ]


def changed(given: Problem, timetable: Timetable) -> list[Placed]:
    """Return the blocks that are new or lie elsewhere than before."""
    before: dict[EntityId | None, Span] = {one.id: one.span for one in given.standing}
    return [block for block in timetable.blocks if before.get(block.id) != block.span]


def everything(given: Problem, timetable: Timetable) -> Blocks:
    """Return all blocks, the fixed ones too."""
    fixed = [(one.task, one.span) for one in given.standing if one.firmness is Firmness.FIXED]
    return [*fixed, *((one.task, one.span) for one in timetable.blocks)]


def _crossing(given: Problem, timetable: Timetable) -> list[str]:
    blocks = everything(given, timetable)
    fixed = len(blocks) - len(timetable.blocks)
    return [
        f"{one} crosses {other}"
        for index, one in enumerate(blocks)
        for other in blocks[max(fixed, index + 1) :]
        if one[1].meets(other[1])
    ]


def _too_much(given: Problem, timetable: Timetable) -> list[str]:
    found = []
    blocks = everything(given, timetable)
    for block in changed(given, timetable):
        day = next(one for one in given.days if one.span.meets(block.span))
        monday = day.span.start - day.date.weekday() * DAY
        on_day = [span for _, span in blocks if day.span.start <= span.start < day.span.end]
        in_week = [span for _, span in blocks if monday <= span.start < monday + 7 * DAY]
        mine = [
            span
            for task, span in blocks
            if task == block.task and day.span.start <= span.start < day.span.end
        ]
        if sum(span.minutes for span in on_day) > given.daily:
            found.append(f"{block} is on a full day")
        if sum(span.minutes for span in in_week) > given.weeks[day.week].capacity:
            found.append(f"{block} is in a full week")
        if len(mine) > 1:
            found.append(f"{block} is not the only one of its task")
    return found


def _unordered(given: Problem, timetable: Timetable) -> list[str]:
    blocks = everything(given, timetable)
    ahead = [(task, span) for task, span in blocks if span.end > given.now]
    return [
        f"{block} begins before {span} of {task} ends"
        for one in given.works
        for block in timetable.blocks
        for task, span in ahead
        if block.task == one.id and task in one.after and span.end > block.span.start
    ]


def _out_of_place(given: Problem, timetable: Timetable) -> list[str]:
    known = {one.id: one for one in given.works}
    found = []
    for block in timetable.blocks:
        one = known[block.task]
        day = next((day for day in given.days if day.span.meets(block.span)), None)
        if day is None or not any(
            free.start <= block.span.start and block.span.end <= free.end for free in day.free
        ):
            found.append(f"{block} is not in free time")
        elif any(span.meets(day.span) for span in one.avoid):
            found.append(f"{block} is on a day that was freed")
        if block.span.start < max(given.now, one.release or 0):
            found.append(f"{block} is too early")
        if not given.shortest <= block.span.minutes <= given.longest:
            found.append(f"{block} has no length that is allowed")
    return found


def _miscounted(given: Problem, timetable: Timetable) -> list[str]:
    found = []
    if timetable.unplaced != unplaced(given, timetable.blocks):
        found.append("what is unplaced is not what is missing")
    for one in given.works:
        fixed = sum(
            block.span.minutes
            for block in given.standing
            if block.task == one.id
            and block.firmness is Firmness.FIXED
            and block.span.end > given.now
        )
        mine = sum(block.span.minutes for block in timetable.blocks if block.task == one.id)
        touched = any(block.task == one.id for block in changed(given, timetable))
        if touched and mine + fixed >= one.minutes + max(given.shortest, GRID) + GRID:
            found.append(f"{one.id} has more time than it wants")
        if mine + fixed + timetable.unplaced.get(one.id, 0) < one.minutes:
            found.append(f"{one.id} lacks time that nobody told")
    return found


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Draw a problem of up to two weeks, with anything in it that can be there."""
    count = draw(st.integers(0, 12))
    now = draw(st.integers(0, 2 * DAY // 5)) * 5 % DAY + START
    names = [f"task-{number}" for number in range(draw(st.integers(0, 5)))]
    made = Problem(
        now=now,
        days=tuple(draw(_day(number, now)) for number in range(count)),
        weeks=tuple(
            PlanWeek(
                monday=MONDAY + timedelta(weeks=number), capacity=draw(st.integers(0, 40)) * 15
            )
            for number in range(2)
        ),
        works=tuple(draw(_work(name, names)) for name in names),
        daily=draw(st.sampled_from((0, 60, 120, 180))),
        shortest=draw(st.sampled_from((15, 30, 45))),
        longest=draw(st.sampled_from((60, 90, 120))),
        budgets=dict.fromkeys(names[:2], 120),
        weights=Weights(budget=draw(st.sampled_from((0.0, 3.0))), length=1.0),
    )
    blocks = draw(st.lists(_standing(names, count), max_size=8))
    return replace(
        made,
        standing=tuple(
            replace(block, id=EntityId(f"block-{number}"))
            for number, block in enumerate(blocks)
        ),
    )


@st.composite
def _day(draw: st.DrawFn, number: int, now: int) -> PlanDay:
    edges = sorted(draw(st.sets(st.integers(60, 280), max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    free = [Span(at(number, first * 5), at(number, last * 5)) for first, last in pairs]
    return PlanDay(
        date=MONDAY + timedelta(days=number),
        span=Span(at(number, 0), at(number + 1, 0)),
        week=number // 7,
        free=tuple(Span(max(one.start, now), one.end) for one in free if one.end > now),
        liked=draw(st.sampled_from(((), (Span(at(number, 1080), at(number, 1200)),)))),
    )


@st.composite
def _work(draw: st.DrawFn, name: str, names: list[str]) -> TaskDemand:
    earlier = names[: names.index(name)]
    return work(
        name,
        draw(st.integers(-10, 300)),
        topic=draw(st.sampled_from(names)),
        weight=draw(st.sampled_from((0.5, 1.0, 4.0))),
        release=draw(st.none() | st.integers(0, 12 * DAY).map(lambda minute: START + minute)),
        due=draw(st.none() | st.integers(-DAY, 14 * DAY).map(lambda minute: START + minute)),
        after=tuple(
            EntityId(one) for one in draw(st.sets(st.sampled_from(earlier), max_size=2))
        )
        if earlier
        else (),
        avoid=draw(
            st.lists(
                st.integers(0, 11).map(lambda day: Span(at(day, 1080), at(day, 1140))),
                max_size=2,
            ).map(tuple)
        ),
    )


@st.composite
def _standing(draw: st.DrawFn, names: list[str], count: int) -> ScheduledBlock:
    return stands(
        "block",
        draw(st.sampled_from([*names, "unknown"])),
        at(draw(st.integers(-2, count + 1)), draw(st.integers(60, 260)) * 5),
        draw(st.sampled_from((30, 45, 60, 90, 120, 150))),
        draw(st.sampled_from(Firmness)),
    )
