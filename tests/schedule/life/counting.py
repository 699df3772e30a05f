"""What syncd did to blocks in one cycle, judged by the hard rules: which moves had no need.

A block that stood in the calendar has been moved when syncd itself gave it another start,
another end, or none at all. The move was needless when at that moment, among the blocks
that stayed where they were,

- nothing forbade its old place: the checker of the hard rules has no fault with it there,
- the task still wanted all of the time that it had: it was not done, put off or at rest, and
  it did not need less (or more, where a block was only made longer) than stood for it,
- and the person had not touched that block since the cycle before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syncd.engine.blocks.planner_state import PlannerState
from syncd.engine.blocks.problem_builder import Demand, demand, freed
from syncd.engine.context import StoredPlanView
from syncd.model.entities import Block, Kind
from syncd.model.ids import EntityId
from syncd.model.rules.blocks import AHEAD, is_over, length
from syncd.model.values import BlockState
from syncd.schedule.check import CheckInput, RuleViolation, Slot, check
from syncd.schedule.problem import SLOT, instant
from tests.engine.world import World

SHOWN = frozenset({BlockState.PUBLISHED, BlockState.PINNED})
NEEDLESS = "needless"
COUNTED = AHEAD | {BlockState.UNCONFIRMED, BlockState.DONE}


@dataclass(frozen=True)
class Move:
    """A block that syncd moved. why: the rules that its old place broke, or what its task
    wanted of it, or "needless". ahead: how soon it would have begun."""

    block: EntityId
    task: EntityId
    at: datetime
    start: datetime
    to: datetime | None
    how: str
    why: str

    @property
    def needless(self) -> bool:
        return self.why == NEEDLESS

    @property
    def ahead(self) -> timedelta:
        return self.start - self.at


def live_blocks(world: World) -> dict[EntityId, Block]:
    """Return the plan's blocks that are not archived."""
    records = world.store.plan.every(Kind.BLOCK, archived=False)
    found = [one.entity for one in records]
    return {one.id: one for one in found if isinstance(one, Block)}


def wished(world: World) -> Demand:
    """Return what the plan asks of the schedule now."""
    records = world.store.plan.every(Kind.BLOCK, archived=False)
    blocks = {one.entity.id: one for one in records}
    context = world.engine.context
    return demand(context, StoredPlanView(world.store), blocks, world.clock.now())


def circumstances(world: World, wanted: Demand) -> CheckInput:
    """Return what blocks must go by now, as the services tell it."""
    assert world.preferences is not None
    now = world.clock.now()
    off = freed(live_blocks(world).values(), now)
    busy = world.services["calendar"].busy["own"] or []
    return CheckInput(
        preferences=replace(world.preferences, pauses=PlannerState(world.store).pauses),
        now=now,
        busy=tuple((it.start, it.end) for it in busy if it.end > now - timedelta(days=9)),
        order=frozenset((first, one.id) for one in wanted.works for first in one.after),
        freed=tuple((instant(it.start), instant(it.end)) for it in off),
        avoid={
            one.id: tuple((instant(it.start), instant(it.end)) for it in one.avoid)
            for one in wanted.works
        },
    )


def slots(blocks: Iterable[Block], now: datetime, *, fixed: Collection[EntityId]) -> list[Slot]:
    """Return blocks as the checker takes them; pinned, running and past ones are fixed."""
    return [
        Slot(
            id=one.id,
            task=one.task,
            start=one.start.at,
            end=one.end.at,
            fixed=one.id in fixed or _is_fixed(one, now),
        )
        for one in blocks
        if one.state in COUNTED and one.start and one.end and one.end.at > one.start.at
    ]


def faults(world: World, blocks: Mapping[EntityId, Block]) -> list[RuleViolation]:
    """Return what is wrong with the blocks as they stand, each judged as if it were new."""
    given = circumstances(world, wished(world))
    every = slots(blocks.values(), world.clock.now(), fixed=())
    return list(check(given, [], every))


def moves(
    world: World,
    before: Mapping[EntityId, Block],
    after: Mapping[EntityId, Block],
    touched: Collection[EntityId],
) -> Iterator[Move]:
    """Give what syncd moved between two looks at the plan."""
    changed = {
        one.id
        for one in before.values()
        if one.state in AHEAD and _places(one) != _places(after.get(one.id))
    }
    mine = [
        before[one]
        for one in sorted(changed - set(touched))
        if before[one].state is BlockState.PUBLISHED and _by_syncd(after.get(one))
    ]
    if not mine:
        return
    wanted = wished(world)
    given = circumstances(world, wanted)
    stayed = [one for one in after.values() if one.id not in changed or _pinned(one)]
    stayed = [one for one in stayed if one.state is not BlockState.DRAFT]
    wants = _Wants(wanted, before, after, world.clock.now())
    for block in mine:
        yield _judged(block, after.get(block.id), given, (stayed, wants))


def _judged(
    block: Block,
    now_as: Block | None,
    given: CheckInput,
    among: tuple[list[Block], "_Wants"],
) -> Move:
    stayed, wants = among
    assert block.start is not None
    assert block.task is not None
    others = [one for one in stayed if one.id != block.id]
    fixed = {one.id for one in others}
    there = slots([*others, block], given.now, fixed=fixed)
    rules = sorted({one.rule for one in check(given, [], there) if one.block == block.id})
    how, why = "moved", ", ".join(rules)
    if now_as is None:
        how = "dropped"
        why = why or ("" if wants.all_of(block) else "its task needs less")
    elif _shared_end(block, now_as):
        how = "resized"
        why = why or ("its task needs other time" if wants.changed(block.task) else "")
    if not wants.anything(block.task):
        why = why or "its task is done or put off"
    return Move(
        block=block.id,
        task=block.task,
        at=given.now,
        start=block.start.at,
        to=now_as.start.at if now_as is not None and now_as.start else None,
        how=how,
        why=why or NEEDLESS,
    )


class _Wants:
    """Whether tasks still want the time that stood for them."""

    def __init__(
        self,
        wanted: Demand,
        before: Mapping[EntityId, Block],
        after: Mapping[EntityId, Block],
        now: datetime,
    ) -> None:
        self._left = {one.id: one.minutes for one in wanted.works}
        self._had: dict[EntityId | None, int] = defaultdict(int)
        self._kept: dict[EntityId | None, int] = defaultdict(int)
        for one in before.values():
            current = after.get(one.id)
            gone = current is not None and current.state not in AHEAD
            if one.state in AHEAD and not is_over(one, now) and not gone:
                self._had[one.task] += length(current if current and _pinned(current) else one)
        for one in after.values():
            if one.id in before and one.state in AHEAD and not is_over(one, now):
                self._kept[one.task] += length(one)

    def anything(self, task: EntityId) -> bool:
        """Say whether a task is open, and not put off or at rest."""
        return task in self._left

    def changed(self, task: EntityId) -> bool:
        """Say whether a task wants more or less than stood for it before."""
        return -(-self._left.get(task, 0) // SLOT) * SLOT != self._had[task]

    def all_of(self, block: Block) -> bool:
        """Say whether a task would want a block besides those that it kept."""
        return self._left.get(block.task or EntityId(""), 0) >= (
            self._kept[block.task] + length(block)
        )


def _by_syncd(now_as: Block | None) -> bool:
    """Say whether what became of a block is syncd's doing: it was no person, nor time."""
    return now_as is None or now_as.state in (BlockState.PUBLISHED, BlockState.DRAFT)


def _is_fixed(block: Block, now: datetime) -> bool:
    assert block.start is not None
    free = block.state in (BlockState.DRAFT, BlockState.PUBLISHED)
    return not free or block.start.at <= now


def _pinned(block: Block) -> bool:
    return block.state is BlockState.PINNED


def _places(block: Block | None) -> tuple[datetime, datetime] | None:
    if block is None or block.start is None or block.end is None:
        return None
    return block.start.at, block.end.at


def _shared_end(one: Block, other: Block) -> bool:
    first, then = _places(one), _places(other)
    return (
        first is not None and then is not None and (first[0] == then[0] or first[1] == then[1])
    )
