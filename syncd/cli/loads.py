"""How many minutes of blocks lie in a week, in all and for each goal."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entities import Block
from syncd.model.ids import EntityId
from syncd.model.rules.blocks import AHEAD, length
from syncd.model.values import BlockState

WEEK = timedelta(days=7)
COUNTED = AHEAD | {BlockState.UNCONFIRMED, BlockState.DONE}
"""States of blocks whose minutes count into a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLoad:
    """A week's minutes; goals: (goal, minutes, budget), whatever has either of the two."""

    monday: date
    minutes: int
    goals: tuple[tuple[EntityId, int, int], ...]


def week_load(
    monday: date, blocks: Iterable[Block], budgets: Mapping[str, int], zone: str
) -> WeekLoad:
    """Return what the blocks that start in a week come to."""
    inside = [
        one
        for one in blocks
        if one.state in COUNTED and monday <= day_of(one, zone) < monday + WEEK
    ]
    given: Counter[EntityId] = Counter()
    for one in inside:
        given[one.goal or EntityId("")] += length(one)
    goals = {*(EntityId(it) for it in budgets), *(it for it in given if it)}
    found = [(it, given[it], budgets.get(it, 0)) for it in goals]
    return WeekLoad(
        monday=monday,
        minutes=sum(map(length, inside)),
        goals=tuple(sorted(found, key=lambda it: (-it[2], -it[1], it[0]))),
    )


def monday_of(day: date) -> date:
    """Return the first day of a day's week."""
    return day - timedelta(days=day.weekday())


def day_of(block: Block, zone: str) -> date:
    """Return the day on which a block starts, in the plan's zone."""
    assert block.start is not None  # noqa: S101  # only of blocks with a time
    return block.start.at.astimezone(ZoneInfo(zone)).date()
