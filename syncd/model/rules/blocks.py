"""What happens to learning blocks: moved, deleted, ticked; and what tasks know of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from syncd.model.entities import Block, Entity, Kind, Task
from syncd.model.rules.world import World
from syncd.model.values import BlockState, Moment

ASSUMED = "assumed"
"""The rule that takes a block for done of which nobody said anything."""
JUST_PAST = timedelta(days=1)
"""A task that is ticked settles its blocks that ended within this time."""

AHEAD = frozenset({BlockState.DRAFT, BlockState.PUBLISHED, BlockState.PINNED})
"""States of blocks that are still to come, or running."""
SPENT = frozenset({BlockState.DONE})
OPEN = AHEAD | {BlockState.UNCONFIRMED}
"""States in which a block may still become done or missed."""


def length(block: Block) -> int:
    """Return a block's minutes; 0 without a start or an end."""
    if block.start is None or block.end is None:
        return 0
    return max(0, int((block.end.at - block.start.at).total_seconds() // 60))


def is_over(block: Block, now: datetime) -> bool:
    """Say whether a block's time has passed."""
    return block.end is not None and block.end.at <= now


def moved(block: Entity, world: World) -> Iterable[Entity]:
    """Whoever moves or resizes a block pins it there. (The schedule tells no rule.)"""
    was = _was(block, world)
    if not isinstance(block, Block) or was is None or block.archived:
        return
    if (was.start, was.end) == (block.start, block.end) or block.state is BlockState.DONE:
        return
    if not is_over(block, world.now):
        yield replace(block, state=BlockState.PINNED)


def taken_away(block: Entity, world: World) -> Iterable[Entity]:
    """Deleting what is over does not undo it: done stays done, the rest was missed."""
    was = _was(block, world)
    if not isinstance(block, Block) or was is None or was.state is block.state:
        return
    if block.state is not BlockState.SKIPPED or block.archived:
        return
    if was.state is BlockState.DONE:
        yield replace(block, state=BlockState.DONE)
    elif is_over(block, world.now):
        yield replace(block, state=BlockState.MISSED)


def unticked(block: Entity, world: World) -> Iterable[Entity]:
    """Taking the tick off a block that is over leaves open whether it took place."""
    was = _was(block, world)
    if not isinstance(block, Block) or was is None or block.archived:
        return
    if was.state is BlockState.DONE and block.state is BlockState.PUBLISHED:
        over = is_over(block, world.now)
        yield replace(block, state=BlockState.UNCONFIRMED if over else BlockState.PINNED)


def brought_back(block: Entity, world: World) -> Iterable[Entity]:
    """A block that somebody takes out of the archive stays where it was."""
    was = _was(block, world)
    if not isinstance(block, Block) or was is None or block.archived or not was.archived:
        return
    if block.state in AHEAD and not is_over(block, world.now):
        yield replace(block, state=BlockState.PINNED)


def known_to_its_task(block: Entity, world: World) -> Iterable[Entity]:
    """A task tells how many of its minutes are done and planned, and when it is next."""
    for version in (block, _was(block, world)):
        task = world.get(version.task) if isinstance(version, Block) and version.task else None
        if isinstance(task, Task) and not task.archived:
            yield with_time(task, _blocks_of(task, world), world.now)


def with_time(task: Task, blocks: Iterable[Block], now: datetime) -> Task:
    """Return a task with what its blocks say of its time."""
    live = [block for block in blocks if not block.archived]
    done = sum(length(block) for block in live if block.state in SPENT)
    ahead = [block for block in live if block.state in AHEAD and not is_over(block, now)]
    planned = sum(length(block) for block in ahead)
    starts = [
        block.start for block in ahead if block.start is not None and block.start.at > now
    ]
    never = not live and task.minutes_done is None and task.minutes_planned is None
    return replace(
        task,
        minutes_done=None if never else done,
        minutes_planned=None if never else planned,
        next_block=_shown(min(starts, key=lambda start: start.at)) if starts else None,
    )


def ended_by_tick(task: Entity, world: World) -> Iterable[Entity]:
    """Ticking a task makes its running or just-past blocks done."""
    if not isinstance(task, Task) or not task.done or task.archived:
        return
    was = world.was(task)
    if not isinstance(was, Task) or was.done:
        return
    for block in _blocks_of(task, world):
        if block.state in OPEN and _runs_or_ran(block, world.now):
            yield replace(block, state=BlockState.DONE)


def retitled(task: Entity, world: World) -> Iterable[Entity]:
    """A block is called as its task, until somebody gives it a name of its own."""
    if not isinstance(task, Task) or task.archived:
        return
    was = world.was(task)
    if not isinstance(was, Task) or was.title == task.title:
        return
    for block in _blocks_of(task, world):
        if block.title == was.title and not is_over(block, world.now):
            yield replace(block, title=task.title)


def _runs_or_ran(block: Block, now: datetime) -> bool:
    if block.start is None or block.end is None:
        return False
    return block.start.at <= now < block.end.at + JUST_PAST


def _blocks_of(task: Task, world: World) -> Sequence[Block]:
    entities = world.referring(task.id, Kind.BLOCK, "task")
    return [entity for entity in entities if isinstance(entity, Block)]


def _was(block: Entity, world: World) -> Block | None:
    was = world.was(block)
    return was if isinstance(was, Block) else None


def _shown(start: Moment) -> Moment:
    return start.to_the_minute()
