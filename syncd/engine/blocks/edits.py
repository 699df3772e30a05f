"""What a person says of their blocks and their time by command."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from syncd.engine.blocks.planner_state import PlannerState
from syncd.engine.context import Context, today
from syncd.engine.edits import PERSON
from syncd.engine.rules import follow_rules
from syncd.engine.unit_of_work import UnitOfWork
from syncd.errors import Mistake
from syncd.model.entities import Block, Kind
from syncd.model.ids import EntityId
from syncd.model.rules.blocks import AHEAD, ASSUMED, OPEN, is_over
from syncd.model.values import BlockState
from syncd.store.rows import Record
from syncd.sync.merge import Author, FieldChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """A leave, and the blocks in it that stay because the person pinned them."""

    first: date
    last: date
    pinned: tuple[Block, ...] = ()


def set_state(context: Context, ids: Iterable[EntityId], state: BlockState) -> list[Block]:
    """Give blocks a state, as the person said; return those that changed."""
    wanted = list(ids)
    with context.store.transaction():
        work = UnitOfWork.fresh(context)
        work.load(wanted)
        for block_id in wanted:
            block = _block(work.records.get(block_id), block_id)
            if block.state is not state:
                author = Author(by=PERSON, at=work.now)
                change = FieldChange(
                    field="state", before=block.state, after=state, author=author
                )
                work.change(block_id, [change])
        work.commit()
        changed = [block_id for block_id in wanted if block_id in work.before]
        follow_rules(context, work)
        work.commit()
        return [_block(work.records[block_id], block_id) for block_id in changed]


def pin(context: Context, block: Block) -> bool:
    """Keep a block where it is; return whether it was not pinned before."""
    if block.state not in AHEAD or is_over(block, context.clock.now()):
        raise Mistake(f"'{block.title}' is {block.state}: only a block ahead can be pinned.")
    return bool(set_state(context, [block.id], BlockState.PINNED))


def unpin(context: Context, block: Block) -> bool:
    """Let syncd move a block again; return whether it was pinned."""
    if block.state is not BlockState.PINNED:
        raise Mistake(
            f"'{block.title}' is {block.state}, not pinned: syncd may move it already."
        )
    return bool(set_state(context, [block.id], BlockState.PUBLISHED))


def record_outcomes(context: Context, blocks: Iterable[Block], *, done: bool) -> list[Block]:
    """Say of blocks that they took place, or that they did not."""
    now, block_list = context.clock.now(), list(blocks)
    for block in block_list:
        if not done and not is_over(block, now):
            raise Mistake(
                f"'{block.title}' is not over yet: delete its event to have it planned at"
                " another time."
            )
    state = BlockState.DONE if done else BlockState.MISSED
    return set_state(context, [block.id for block in block_list], state)


def waiting_for_a_word(context: Context, task: EntityId) -> list[Block]:
    """Return a task's blocks that run, or that are over and unconfirmed."""
    now = context.clock.now()
    return [
        block
        for block in live_blocks(context)
        if block.task == task
        and block.state in OPEN
        and block.start is not None
        and block.start.at <= now
    ]


def catch_up(context: Context, since: date | None = None) -> list[Block]:
    """Let missed blocks go: all that wait for a word, and since a day the assumed ones.

    Returns them; their effort is planned again from now on.
    """
    records = context.store.plan.every(Kind.BLOCK, archived=False)
    missed = [
        _block(record, record.entity.id)
        for record in records
        if _missed(record, context, since)
    ]
    PlannerState(context.store).ask()
    return set_state(context, [block.id for block in missed], BlockState.MISSED)


def assumed(context: Context, since: date) -> list[Block]:
    """Return the blocks since a day that count as done though nobody said so."""
    records = context.store.plan.every(Kind.BLOCK, archived=False)
    return [
        _block(record, record.entity.id)
        for record in records
        if _assumed(record, context, since)
    ]


def _other_leave(
    pauses: Iterable[tuple[date, date]], first: date, until: date
) -> Iterator[tuple[date, date]]:
    """Yield what a new leave leaves of the others.

    One that had begun by its first day is the same leave, given another last day; of one that
    begins later the days after it stay.
    """
    one_day = timedelta(days=1)
    for start, end in pauses:
        if end < first or start > until:
            yield start, end
        elif start < first:
            yield start, first - one_day
        elif start > first and end > until:
            yield until + one_day, end


def pause(context: Context, until: date, since: date | None = None) -> Leave:
    """Take leave, up to and with a day; by default from today on.

    The last word on a day wins, and on how long a leave lasts that has begun by then.
    """
    first = since or today(context.clock, context.zone)
    if until < first:
        raise Mistake(f"{until} is before {first}: give the last day of your leave.")
    memory = PlannerState(context.store)
    with context.store.transaction():
        memory.set_pauses([*_other_leave(memory.pauses, first, until), (first, until)])
        memory.ask()
    pinned = tuple(
        block
        for block in live_blocks(context)
        if block.state is BlockState.PINNED
        and block.start is not None
        and first <= block.start.local(context.zone).date() <= until
    )
    return Leave(first=first, last=until, pinned=pinned)


def resume(context: Context) -> list[tuple[date, date]]:
    """End the leave that runs and those to come; return them."""
    memory, day = PlannerState(context.store), today(context.clock, context.zone)
    ended = [leave for leave in memory.pauses if leave[1] >= day]
    kept = [leave for leave in memory.pauses if leave[1] < day]
    begun = [(first, day - timedelta(days=1)) for first, _ in ended if first < day]
    with context.store.transaction():
        memory.set_pauses([*kept, *begun])
        if ended:  # else whoever has just come back stays so until that is planned
            memory.remember("just back", value=True)
        memory.ask()
    return ended


def want_again(context: Context, task: EntityId) -> int:
    """Take back a "not now": the task's deleted blocks are forgotten; return how many."""
    with context.store.transaction():
        work = UnitOfWork.fresh(context)
        skipped = [
            block.id
            for block in live_blocks(context)
            if block.task == task and block.state is BlockState.SKIPPED
        ]
        work.load(skipped)
        for block_id in skipped:
            author = Author(by=PERSON, at=work.now)
            gone = FieldChange(field="archived", before=False, after=True, author=author)
            work.change(block_id, [gone])
        work.commit()
    return len(skipped)


def live_blocks(context: Context) -> list[Block]:
    """Return the plan's blocks that are not archived, in order of time."""
    records = context.store.plan.every(Kind.BLOCK, archived=False)
    blocks = [record.entity for record in records if isinstance(record.entity, Block)]
    return sorted(blocks, key=_start)


def _start(block: Block) -> datetime:
    return block.start.at if block.start is not None else block.created_at


def _missed(record: Record, context: Context, since: date | None) -> bool:
    block = _block(record, record.entity.id)
    if block.state is BlockState.UNCONFIRMED:
        return True
    over = block.state in AHEAD and is_over(block, context.clock.now())
    return over or (since is not None and _assumed(record, context, since))


def _assumed(record: Record, context: Context, since: date) -> bool:
    block = _block(record, record.entity.id)
    if block.state is not BlockState.DONE or block.start is None:
        return False
    by = record.authors["state"].by if "state" in record.authors else ""
    return by == f"syncd ({ASSUMED})" and block.start.local(context.zone).date() >= since


def _block(record: Record | None, which: EntityId) -> Block:
    if record is None or not isinstance(record.entity, Block):
        raise Mistake(f"There is no block {which}: `syncd schedule --json` lists their ids.")
    return record.entity
