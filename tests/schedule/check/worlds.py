"""Small timetables, and the hard rules read minute by minute: what the checker is held to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from random import Random
from zoneinfo import ZoneInfo

from syncd.model.ids import EntityId
from syncd.schedule.check import CheckInput, HardRule, Slot
from syncd.schedule.problem import Preferences

Walls = dict[int, tuple[date, int]]
"""By minute, the date and minute that a wall clock shows."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 1440
# Zones and Wednesdays after which the clock changes within days; the hours below never
# begin or end inside an hour that is skipped or doubled.
PLACES = [
    ("UTC", datetime(2026, 1, 7, 9, 0, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 3, 25, 9, 0, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 21, 9, 0, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2017, 10, 11, 9, 0, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2025, 10, 29, 9, 0, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 9, 30, 9, 0, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 5, 6, 9, 0, tzinfo=UTC)),
]
HOURS = [((1080, 1260),), ((420, 540), (1080, 1260)), ((0, 1440),), ((1080, 1380),), ()]
TASKS = [EntityId(name) for name in ("sql", "rust", "talk")]


@dataclass(frozen=True)
class Block:
    """A block in minutes."""

    id: EntityId
    task: EntityId | None
    start: int
    end: int
    fixed: bool = False


@dataclass(frozen=True)
class World:
    """What blocks must go by, in minutes; percent is the share of free time."""

    preferences: Preferences
    percent: int
    now: int
    busy: tuple[tuple[int, int], ...] = ()
    order: frozenset[tuple[EntityId, EntityId]] = frozenset()
    freed: tuple[tuple[int, int], ...] = ()
    avoid: dict[EntityId, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    @cached_property
    def walls(self) -> Walls:
        """Return for each minute around now the date and minute that a wall clock shows."""
        return walls(self.preferences.zone, self.now // DAY * DAY - 18 * DAY)

    @cached_property
    def near(self) -> set[int]:
        """Return the minutes that are busy or too close to it."""
        pad = self.preferences.buffer
        return {
            minute
            for start, end in self.busy
            if start < end
            for minute in range(start - pad, end + pad)
        }

    @cached_property
    def free_by_week(self) -> Counter[date]:
        """Return how many minutes of each week are free."""
        return Counter(
            day - timedelta(day.weekday())
            for minute, (day, clock) in self.walls.items()
            if inside(self, day, clock)
            and minute not in self.near
            and not self.preferences.rests(day)
        )


def moment(minute: int) -> datetime:
    """Return the instant of a minute."""
    return EPOCH + timedelta(minutes=minute)


def circumstances(world: World) -> CheckInput:
    """Return a world as the checker is told it."""

    def times(spans: Iterable[tuple[int, int]]) -> tuple[tuple[datetime, datetime], ...]:
        return tuple((moment(start), moment(end)) for start, end in spans)

    return CheckInput(
        preferences=replace(world.preferences, share=world.percent / 100),
        now=moment(world.now) + timedelta(seconds=40),
        busy=times(world.busy),
        order=world.order,
        freed=times(world.freed),
        avoid={task: times(spans) for task, spans in world.avoid.items()},
    )


def slots(blocks: Iterable[Block]) -> list[Slot]:
    """Return blocks as the checker is told them."""
    return [
        Slot(
            id=one.id,
            task=one.task,
            start=moment(one.start),
            end=moment(one.end),
            fixed=one.fixed,
        )
        for one in blocks
    ]


@cache
def walls(zone: str, first: int) -> Walls:
    """Return for each minute of six weeks the date and minute that a wall clock shows."""
    shown = {}
    for minute in range(first, first + 42 * DAY):
        at = moment(minute).astimezone(ZoneInfo(zone))
        shown[minute] = (at.date(), at.hour * 60 + at.minute)
    return shown


def inside(world: World, day: date, clock: int) -> bool:
    """Say whether a wall clock's time is inside the hours of its weekday."""
    hours = world.preferences.hours.get(day.weekday(), ())
    return any(opens <= clock < closes for opens, closes in hours)


def oracle(
    world: World, before: Sequence[Block], after: Sequence[Block]
) -> set[tuple[HardRule, EntityId]]:
    """Return every (rule, block) that is broken, by plain counting of minutes."""
    wall, busy, was = world.walls, world.near, {one.id: one for one in before}
    found = {
        (HardRule.FIXED, one.id)
        for one in before
        if one.fixed
        and replace(one, fixed=False) not in [replace(b, fixed=False) for b in after]
    }
    day_of = {id(one): wall[one.start][0] for one in after}
    days: Counter[date] = Counter()
    weeks: Counter[date] = Counter()
    taken: Counter[int] = Counter()
    for one in after:
        days[day_of[id(one)]] += one.end - one.start
        weeks[day_of[id(one)] - timedelta(day_of[id(one)].weekday())] += one.end - one.start
        taken.update(range(one.start, one.end))
    wants = world.preferences
    for one in after:
        old = was.get(one.id)
        if one.fixed or (
            old and (old.task, old.start, old.end) == (one.task, one.start, one.end)
        ):
            continue
        minutes = range(one.start, one.end)
        day = day_of[id(one)]
        week = day - timedelta(day.weekday())
        last = wall[world.now][0] + timedelta(wants.horizon_days)
        avoided = {
            wall[minute][0]
            for start, end in (world.avoid.get(one.task, ()) if one.task else ())
            for minute in range(start, end)
        }
        broken = {
            HardRule.BUSY: any(minute in busy for minute in minutes),
            HardRule.OVERLAP: any(taken[minute] > 1 for minute in minutes),
            HardRule.HOURS: not all(inside(world, *wall[minute]) for minute in minutes),
            HardRule.REST: any(wants.rests(wall[minute][0]) for minute in minutes),
            HardRule.PAST: one.start < world.now,
            HardRule.HORIZON: any(wall[minute][0] >= last for minute in minutes),
            HardRule.DAILY: days[day] > wants.daily,
            HardRule.WEEKLY: weeks[week] > wants.weekly,
            HardRule.SHARE: weeks[week] > world.percent * world.free_by_week[week] // 100,
            HardRule.SHORT: len(minutes) < wants.shortest,
            HardRule.LONG: len(minutes) > wants.longest,
            HardRule.ONE_A_DAY: one.task is not None
            and sum(b.task == one.task and day_of[id(b)] == day for b in after) > 1,
            HardRule.ORDER: any(
                ((b.task, one.task) in world.order and b.end > one.start)
                or ((one.task, b.task) in world.order and one.end > b.start and not b.fixed)
                for b in after
            ),
            HardRule.FREED: bool(avoided & {wall[minute][0] for minute in minutes})
            or any(start <= minute < end for start, end in world.freed for minute in minutes),
        }
        found |= {(rule, one.id) for rule, yes in broken.items() if yes}
    return found


def some_world(rng: Random) -> World:
    """Return a world by dice."""
    zone, about = rng.choice(PLACES)
    now = int((about - EPOCH) / timedelta(minutes=1)) + rng.randrange(0, 600)
    today = moment(now).date()
    hours = {day: rng.choice(HOURS) for day in range(7)}
    preferences = Preferences(
        zone=zone,
        hours=hours,
        rest_weekdays=frozenset(rng.sample(range(7), rng.choice([0, 0, 1]))),
        rest_dates=frozenset({today + timedelta(rng.randrange(9))}),
        pauses=((today + timedelta(8), today + timedelta(8)),),
        daily=rng.choice([60, 120, 240]),
        weekly=rng.choice([120, 480]),
        buffer=rng.choice([0, 10]),
        horizon_days=rng.choice([5, 10]),
    )
    starts = [now + rng.randrange(-3 * DAY, 9 * DAY) for _ in range(8)]
    return World(
        preferences=preferences,
        percent=rng.choice([5, 30, 60]),
        now=now,
        busy=tuple((start, start + rng.choice([0, 25, 60, 300])) for start in starts[:6]),
        order=frozenset({(TASKS[0], TASKS[1])}),
        freed=((starts[6], starts[6] + 60),),
        avoid={TASKS[2]: ((starts[7], starts[7] + 60),)},
    )


def some_block(world: World, rng: Random, number: int) -> Block:
    """Return a block by dice, most often a plausible one."""
    quarter = (world.now // 15 + rng.randrange(0, 9 * 96)) * 15
    length = rng.choice([30, 45, 60, 90, 120])
    return Block(
        EntityId(f"block {number}"), rng.choice([*TASKS, None]), quarter, quarter + length
    )


def some_timetable(world: World, rng: Random) -> list[Block]:
    """Return blocks that keep all rules: those of many tries that the oracle lets be."""
    past = Block(EntityId("past"), TASKS[0], world.now - 1500, world.now - 1440, fixed=True)
    kept = [past]
    for number in range(80):
        tried = [*kept, some_block(world, rng, number)]
        if not oracle(world, (), tried):
            kept = tried
    return kept


def mutated(world: World, blocks: Sequence[Block], rng: Random) -> list[Block]:
    """Return a timetable with something changed, by dice."""
    after = list(blocks)
    for number in range(rng.choice([1, 1, 2])):
        at = rng.randrange(len(after))
        one = after[at]
        shift = rng.choice([-DAY, DAY, -7 * DAY, 15, -15, 60, 3 * DAY])
        after[at : at + 1] = rng.choice(
            [
                [replace(one, start=one.start + shift, end=one.end + shift)],
                [
                    replace(
                        one, end=max(one.start + 15, one.end + rng.choice([-30, 15, 60, 90]))
                    )
                ],
                [replace(one, task=rng.choice(TASKS))],
                [replace(one, fixed=not one.fixed)],
                [one, some_block(world, rng, 1000 + number)],
                [],
            ]
        )
        after = after or list(blocks)
    return after


def rng(seed: int) -> Random:
    """Return dice that always fall the same way."""
    return Random(seed)  # noqa: S311 - nothing secret
