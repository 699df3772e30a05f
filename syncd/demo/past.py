"""What the person says of blocks whose time has come, and what must become of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from syncd.demo.cast import Cast
from syncd.demo.story import Act, Seen
from syncd.engine.blocks.edits import live_blocks, settle
from syncd.engine.context import Context
from syncd.model.entities import Block, Kind, Task
from syncd.model.ids import EntityId
from syncd.model.rules.blocks import AHEAD, OPEN, is_over, length
from syncd.model.values import BlockState

_IN_CALENDAR = (OPEN - {BlockState.DRAFT}) | {BlockState.DONE}


@dataclass
class Past:
    """Speaks of evenings that are over.

    by_hand: where commands are typed. last: the tasks that come to their end in the week.
    reserved: those of which more is to be told.
    """

    context: Context
    by_hand: Context
    cast: Cast
    last: tuple[Task, ...]
    reserved: frozenset[EntityId]
    _told: set[EntityId] = field(default_factory=set)

    def all_done(self) -> Iterator[Act]:
        """Yield: every block since the last time took place."""
        yield from self._done(self._waiting())

    def last_ticked(self) -> Iterator[Act]:
        """Yield: some tasks are ticked, and with them their blocks of this evening."""
        waiting, titles = self._waiting(), [one.title for one in self.last]
        theirs = [one for one in waiting if one.title in titles]
        todos = self.cast.todos

        def tick() -> None:
            for title in titles:
                todos.person.edit(Kind.TASK, title, "done", value=True)

        yield Act(
            does=f"ticks {_named(self.last)} in {todos.title}",
            do=tick,
            seen=(self._counted(theirs),) if theirs else (),
        )
        yield from self._done([one for one in waiting if one not in theirs])

    def missed_and_left(self) -> Iterator[Act]:
        """Yield: the shortest block did not take place, and is deleted; of the last one
        nothing is said; the others took place."""
        found = self._waiting()[:-1]
        for missed in sorted(filter(self._stands_first, found), key=length)[:1]:
            yield self._missed(missed)
            found.remove(missed)
        yield from self._done(found)

    def _waiting(self) -> list[Block]:
        """Return what is over since the last time, in order of time."""
        now = self.context.clock.now()
        found = [
            one
            for one in live_blocks(self.context)
            if one.id not in self._told
            and one.state in _IN_CALENDAR - {BlockState.DONE}
            and is_over(one, now)
        ]
        self._told.update(one.id for one in found)
        return found

    def _done(self, blocks: Sequence[Block]) -> Iterator[Act]:
        """Yield an act, unless there are none: one ✓ at least, and what is ended is ticked."""
        if not blocks:
            return
        calendar, todos = self.cast.calendar, self.cast.todos
        ended = [one for one in blocks if self._is_the_last(one)]
        if ended == [*blocks]:
            ended = ended[1:]
        ticked = [one for one in blocks if one not in ended and self._stands_first(one)]
        typed = [one for one in blocks if one not in ended and one not in ticked]

        def say() -> None:
            for one in ticked:
                calendar.person.edit(Kind.BLOCK, one.title, "state", BlockState.DONE)
            for one in ended:
                todos.person.edit(Kind.TASK, one.title, "done", value=True)
            settle(self.by_hand, typed, done=True)

        ways = (
            (ticked, f"puts a ✓ before {_named(ticked)} in {calendar.title}"),
            (ended, f"ticks {_named(ended)} in {todos.title}"),
            (typed, f"types `syncd done` for {_named(typed)}"),
        )
        does = ", and ".join(words for those, words in ways if those)
        # the next time of what repeats is another page of the same name
        told = [one for one in blocks if one not in ended or not self._repeats(one)]
        yield Act(does=does, do=say, seen=(self._counted(told),) if told else ())

    def _missed(self, block: Block) -> Act:
        calendar = self.cast.calendar

        def missed() -> bool:
            found = {one.id: one for one in live_blocks(self.context)}
            return found[block.id].state is BlockState.MISSED

        def planned() -> bool:
            every = live_blocks(self.context)
            again = [it for it in every if it.task == block.task and it.state in AHEAD]
            return sum(map(length, again)) >= length(block)

        return Act(
            does=f"deletes '{block.title}', which is over, in {calendar.title}",
            do=lambda: calendar.person.delete(Kind.BLOCK, block.title),
            seen=(
                Seen(words="it counts as missed: nothing was done", look=missed),
                Seen(words="its time is planned again", look=planned),
            ),
        )

    def _counted(self, blocks: Sequence[Block]) -> Seen:
        """Say that the minutes of these blocks are told where tasks are written."""
        pages, before = self.cast.pages, self._minutes(blocks)
        more = sum(map(length, blocks))

        def counted() -> bool:
            return self._minutes(blocks) == before + more

        return Seen(words=f"{pages.title} counts {more} minutes more", look=counted)

    def _minutes(self, blocks: Iterable[Block]) -> float:
        """Return the minutes done that are shown of the tasks of these blocks."""
        tasks = {one.task for one in blocks if one.task}
        titles = [it.entity.title for it in self.context.store.plan.many(tasks).values()]
        shown = [self.cast.pages.person.shows(Kind.TASK, it) for it in titles]
        return sum(float(str(one.get("minutes_done") or 0)) for one in shown)

    def _is_the_last(self, block: Block) -> bool:
        """Say whether nothing more is planned of its task, and the story leaves it alone."""
        task = self._task(block)
        if task is None or task.done or task.id in self.reserved or task.title != block.title:
            return False
        every = live_blocks(self.context)
        return [it.id for it in every if it.task == task.id and it.state in OPEN] == [block.id]

    def _repeats(self, block: Block) -> bool:
        task = self._task(block)
        return task is not None and bool(task.recurrence)

    def _task(self, block: Block) -> Task | None:
        record = self.context.store.plan.get(block.task) if block.task else None
        return record.entity if record and isinstance(record.entity, Task) else None

    def _stands_first(self, block: Block) -> bool:
        """Say whether a person who looks for the title finds this block before others."""
        every = live_blocks(self.context)
        alike = [it for it in every if it.title == block.title and it.state in _IN_CALENDAR]
        return [it.id for it in alike[:1]] == [block.id]


def _named(found: Iterable[Block | Task]) -> str:
    *most, last = [f"'{one.title}'" for one in found] or [""]
    return f"{', '.join(most)} and {last}" if most else last
