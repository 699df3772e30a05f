"""What time does to blocks, and what has no use any more."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.engine.blocks.inputs import Demand
from syncd.engine.pen import UnitOfWork
from syncd.engine.rules import BY
from syncd.model.entities import Block, Task
from syncd.model.ids import EntityId
from syncd.model.plan import PlanView
from syncd.model.rules.blocks import AHEAD, ASSUMED, is_over, with_time
from syncd.model.values import BlockState, Moment
from syncd.store.rows import Record
from syncd.sync.merge import Author, FieldChange

SETTLES_AFTER = timedelta(days=1)
"""After this time a block that nobody confirmed counts as done, if the setting says so."""
_SHIFTED = frozenset({BlockState.DRAFT, BlockState.PUBLISHED})


class Lifecycle:
    """Lets time pass for the plan's live blocks; ``blocks`` is kept up to date."""

    def __init__(self, pen: UnitOfWork, blocks: dict[EntityId, Record], now: datetime) -> None:
        plan = pen.context.store.plan
        self._untold = plan.beside_damaged() if plan.damaged else set[EntityId]()
        self._pen = pen
        self._now = now
        self.blocks = blocks
        pen.records.update(blocks)

    def pass_time(self, *, assume_done: bool) -> None:
        """Blocks that are over wait for a word, and then count as done."""
        for block in self.live():
            if not is_over(block, self._now) or block.end is None:
                continue
            if block.state is BlockState.DRAFT:
                self.set(block, "time", archived=True)  # nobody ever saw it
            elif block.state in AHEAD:
                self.set(block, "time", state=BlockState.UNCONFIRMED)
        for block in self.live():
            waits = block.state is BlockState.UNCONFIRMED and block.end is not None
            if waits and assume_done and block.end.at + SETTLES_AFTER <= self._now:  # type: ignore[union-attr]  # it waits
                self.set(block, ASSUMED, state=BlockState.DONE)

    def drop(self, wished: Demand, view: PlanView) -> None:
        """Take away blocks ahead whose task is done, gone, at rest, or not wanted now."""
        for block in self.live():
            if block.task not in wished.unwanted or block.state not in AHEAD:
                continue
            if block.start is None or block.start.at <= self._now:
                continue
            task = view.get(block.task)
            over = isinstance(task, Task) and (task.done or task.archived)
            if over or block.state in _SHIFTED:
                self.set(block, "no longer needed", archived=True)

    def change_zone(self, zone: str) -> None:
        """Blocks that the person did not pin keep their wall-clock time in a new zone."""
        for block in self.live():
            ahead = block.state in _SHIFTED and block.start is not None
            if not ahead or not block.zone or block.zone == zone or block.start.at <= self._now:  # type: ignore[union-attr]  # it has a start
                continue
            start, end = (
                _same_wall_time(it, block.zone, zone) for it in (block.start, block.end)
            )
            self.set(block, "your time zone changed", start=start, end=end, zone=zone)

    def tell_tasks(self) -> None:
        """Write down how much of each task's effort is done and planned, and what is next."""
        of_task: dict[EntityId, list[Block]] = {}
        for block in self.live():
            if block.task and block.task not in self._untold:
                of_task.setdefault(block.task, []).append(block)
        changed = [it for it in self._pen.before if it in self.blocks]
        for one in changed:
            changed_one = self.blocks[one].entity
            task = changed_one.task if isinstance(changed_one, Block) else None
            if task and task not in self._untold:
                of_task.setdefault(task, [])
        self._pen.load(of_task)
        for task, blocks in of_task.items():
            known = self._pen.records.get(task)
            if (
                known is not None
                and isinstance(known.entity, Task)
                and not known.entity.archived
            ):
                self._pen.put(with_time(known.entity, blocks, self._now), f"{BY} (time)")

    @property
    def changed(self) -> list[EntityId]:
        """Return what was changed or made so far, tasks too."""
        return list(self._pen.before)

    def is_next(self) -> bool:
        """Say whether the changes still are those of the next cycle of the history."""
        return self._pen.cycle == self._pen.context.store.history.last_cycle() + 1

    def flush(self) -> None:
        """Write everything down."""
        self._pen.flush()

    def live(self) -> list[Block]:
        """Return the blocks that are not archived, as they are now."""
        entities = (one.entity for one in self.blocks.values())
        return [one for one in entities if isinstance(one, Block) and not one.archived]

    def set(self, block: Block, why: str, **values: object) -> None:
        """Change a block; the change is signed with the reason, and yields to any person's."""
        author = Author(by=f"{BY} ({why})", at=None)
        changes = [
            FieldChange(field=name, before=getattr(block, name), after=value, author=author)  # type: ignore[arg-type]  # as typed in the schema
            for name, value in values.items()
            if getattr(block, name) != value
        ]
        self._pen.change(block.id, changes)
        self.blocks[block.id] = self._pen.records[block.id]

    def add(self, block: Block, why: str) -> None:
        """Add a block to the plan."""
        author = Author(by=f"{BY} ({why})", at=None)
        names = ("title", "task", "goal", "start", "end", "zone", "state", "notes")
        record = Record(entity=block, authors=dict.fromkeys(names, author))
        self._pen.make(record, author.by)
        self.blocks[block.id] = record


def next_look(blocks: Iterable[Block], now: datetime, midnight: datetime) -> datetime:
    """Return when time itself will change something: blocks begin, end, are settled."""
    moments = [midnight]
    for block in blocks:
        if block.state in AHEAD:
            moments += [it.at for it in (block.start, block.end) if it is not None]
        if block.state is BlockState.UNCONFIRMED and block.end is not None:
            moments.append(block.end.at + SETTLES_AFTER)
    return min(one for one in moments if one > now)


def _same_wall_time(moment: Moment | None, old: str, new: str) -> Moment | None:
    if moment is None:
        return None
    wall = moment.at.astimezone(ZoneInfo(old)).replace(tzinfo=None)
    return Moment(wall.replace(tzinfo=ZoneInfo(new)), new)
