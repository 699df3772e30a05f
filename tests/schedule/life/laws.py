"""What must hold after every cycle of a simulated life; each fault is a sentence."""

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from syncd.engine.blocks.planner_state import PlannerState
from syncd.model.entities import Block, Kind
from syncd.model.ids import EntityId
from syncd.model.rules.blocks import is_over
from syncd.model.values import BlockState, Moment
from syncd.schedule.check import HardRule
from tests.engine.world import ZONE, World
from tests.schedule.life.counting import COUNTED, SHOWN, faults

_LET_BE = frozenset({HardRule.WEEKLY, HardRule.SHARE})
"""A week that got too full displaces nothing."""


def broken(world: World, blocks: Mapping[EntityId, Block], seen: int) -> Iterator[str]:
    """Give what is wrong; ``seen``: the writes to the calendar that were looked at."""
    yield from _rules(world, blocks)
    yield from _calendar(world, blocks)
    yield from _tasks(world, blocks)
    kinds = {one.kind for one in world.services["calendar"].log[seen:]}
    yield from (f"a {one} in the calendar" for one in kinds - {Kind.BLOCK, Kind.MILESTONE})
    result = PlannerState(world.store).result
    yield from (f"left out: {one}" for one in (result.notes if result else ()))


def _rules(world: World, blocks: Mapping[EntityId, Block]) -> Iterator[str]:
    now = world.clock.now()
    for fault in faults(world, blocks):
        block = blocks[fault.block]
        if fault.rule in _LET_BE or block.state is not BlockState.PUBLISHED:
            continue
        assert block.start is not None
        soon = (block.start.at - now).total_seconds() < 48 * 3600
        if not (soon and fault.rule is HardRule.DAILY):
            yield f"{fault.rule}: {block.title}: {fault.sentence}"


def _calendar(world: World, blocks: Mapping[EntityId, Block]) -> Iterator[str]:
    items = [one for one in world.services["calendar"].items.values() if one.kind is Kind.BLOCK]
    marks = [one.mark for one in items]
    if len(marks) != len(set(marks)):
        yield "a block is in the calendar twice"
    for item in items:
        block = blocks.get(item.mark or EntityId(""))
        if block is None or block.state is BlockState.DRAFT:
            yield f"{item.fields['title']} is in the calendar, and {block and block.state}"
        elif (block.start, block.end) != (item.fields["start"], item.fields["end"]):
            yield f"{block.title} is elsewhere in the calendar"
    missing = {one.id for one in blocks.values() if one.state in SHOWN} - set(marks)
    yield from (f"{blocks[one].title} is not in the calendar" for one in sorted(missing))


def _tasks(world: World, blocks: Mapping[EntityId, Block]) -> Iterator[str]:
    """Count each task's minutes once more, and compare with what its page shows."""
    now = world.clock.now()
    for item in world.services["pages"].items.values():
        if item.kind is not Kind.TASK or item.mark is None:
            continue
        mine = [one for one in blocks.values() if one.task == item.mark]
        done = sum(_minutes(one) for one in mine if one.state is BlockState.DONE)
        ahead = [
            one
            for one in mine
            if one.state in SHOWN | {BlockState.DRAFT} and not is_over(one, now)
        ]
        starts = [one.start.at for one in ahead if one.start and one.start.at > now]
        shown = item.fields["next_block"]
        if (item.fields["minutes_done"] or 0) != done:
            yield f"{item.fields['title']}: {item.fields['minutes_done']} done, not {done}"
        if (item.fields["minutes_planned"] or 0) != sum(map(_minutes, ahead)):
            yield f"{item.fields['title']}: {item.fields['minutes_planned']} planned"
        if (shown.at if isinstance(shown, Moment) else None) != min(starts, default=None):
            yield f"{item.fields['title']}: next block {shown}"


def repeats(blocks: Mapping[EntityId, Block]) -> dict[frozenset[EntityId], list[Block]]:
    """Return the pairs of blocks of one task that lie on one day."""
    by_day: dict[object, list[Block]] = {}
    for one in blocks.values():
        if one.state in COUNTED and one.start is not None and one.task is not None:
            day = one.start.at.astimezone(ZoneInfo(ZONE)).date()
            by_day.setdefault((one.task, day), []).append(one)
    found = [those for those in by_day.values() if len(those) > 1]
    return {frozenset(one.id for one in those): those for those in found}


def _minutes(block: Block) -> int:
    assert block.start is not None
    assert block.end is not None
    return int((block.end.at - block.start.at).total_seconds()) // 60
