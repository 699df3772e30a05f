"""Steps after a block's time: the person confirms it or misses it, and what must follow."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from syncd.demo.environment import DemoTools
from syncd.demo.scenario import Expectation, ScenarioStep
from syncd.engine.blocks.edits import live_blocks, settle
from syncd.engine.context import Context
from syncd.model.entities import Block, Kind, Task
from syncd.model.ids import EntityId
from syncd.model.rules.blocks import AHEAD, OPEN, is_over, length
from syncd.model.values import BlockState

_IN_CALENDAR = (OPEN - {BlockState.DRAFT}) | {BlockState.DONE}


@dataclass
class ConfirmationSteps:
    """Confirms the blocks of evenings that are over, each once.

    by_hand: where commands are typed. last: the tasks that come to their end in the week.
    reserved: those that other steps are about.
    """

    context: Context
    by_hand: Context
    tools: DemoTools
    last: tuple[Task, ...]
    reserved: frozenset[EntityId]
    _handled: set[EntityId] = field(default_factory=set)

    def all_done(self) -> Iterator[ScenarioStep]:
        """Yield: every block since the last time took place."""
        yield from self._done(self._waiting())

    def last_ticked(self) -> Iterator[ScenarioStep]:
        """Yield: some tasks are ticked, and with them their blocks of this evening."""
        waiting, titles = self._waiting(), [task.title for task in self.last]
        theirs = [block for block in waiting if block.title in titles]
        todos = self.tools.todos

        def tick() -> None:
            for title in titles:
                todos.user.edit(Kind.TASK, title, "done", value=True)

        yield ScenarioStep(
            does=f"ticks {_named(self.last)} in {todos.title}",
            do=tick,
            expected=(self._counted(theirs),) if theirs else (),
        )
        yield from self._done([block for block in waiting if block not in theirs])

    def missed_and_left(self) -> Iterator[ScenarioStep]:
        """Yield: the shortest block did not take place, and is deleted; the last one is left
        unconfirmed; the others took place."""
        blocks = self._waiting()[:-1]
        for missed in sorted(filter(self._is_first_of_its_title, blocks), key=length)[:1]:
            yield self._missed(missed)
            blocks.remove(missed)
        yield from self._done(blocks)

    def _waiting(self) -> list[Block]:
        """Return what is over since the last time, in order of time."""
        now = self.context.clock.now()
        waiting = [
            block
            for block in live_blocks(self.context)
            if block.id not in self._handled
            and block.state in _IN_CALENDAR - {BlockState.DONE}
            and is_over(block, now)
        ]
        self._handled.update(block.id for block in waiting)
        return waiting

    def _done(self, blocks: Sequence[Block]) -> Iterator[ScenarioStep]:
        """Yield a step, unless there are none: one ✓ at least, and what is ended is ticked."""
        if not blocks:
            return
        calendar, todos = self.tools.calendar, self.tools.todos
        ended = [block for block in blocks if self._is_the_last(block)]
        if ended == [*blocks]:
            ended = ended[1:]
        others = [block for block in blocks if block not in ended]
        ticked = [block for block in others if self._is_first_of_its_title(block)]
        typed = [block for block in others if block not in ticked]

        def confirm() -> None:
            for block in ticked:
                calendar.user.edit(Kind.BLOCK, block.title, "state", BlockState.DONE)
            for block in ended:
                todos.user.edit(Kind.TASK, block.title, "done", value=True)
            settle(self.by_hand, typed, done=True)

        ways = (
            (ticked, f"puts a ✓ before {_named(ticked)} in {calendar.title}"),
            (ended, f"ticks {_named(ended)} in {todos.title}"),
            (typed, f"types `syncd done` for {_named(typed)}"),
        )
        does = ", and ".join(words for chosen, words in ways if chosen)
        # the next time of what repeats is another page of the same name
        shown = [block for block in blocks if block not in ended or not self._repeats(block)]
        yield ScenarioStep(
            does=does, do=confirm, expected=(self._counted(shown),) if shown else ()
        )

    def _missed(self, block: Block) -> ScenarioStep:
        calendar = self.tools.calendar

        def missed() -> bool:
            blocks = {other.id: other for other in live_blocks(self.context)}
            return blocks[block.id].state is BlockState.MISSED

        def planned() -> bool:
            same_task = [
                other for other in live_blocks(self.context) if other.task == block.task
            ]
            again = [other for other in same_task if other.state in AHEAD]
            return sum(map(length, again)) >= length(block)

        return ScenarioStep(
            does=f"deletes '{block.title}', which is over, in {calendar.title}",
            do=lambda: calendar.user.delete(Kind.BLOCK, block.title),
            expected=(
                Expectation(words="it counts as missed: nothing was done", holds=missed),
                Expectation(words="its time is planned again", holds=planned),
            ),
        )

    def _counted(self, blocks: Sequence[Block]) -> Expectation:
        """Return: the minutes of these blocks are shown where tasks are written."""
        pages, before = self.tools.pages, self._minutes(blocks)
        more = sum(map(length, blocks))

        def counted() -> bool:
            return self._minutes(blocks) == before + more

        return Expectation(words=f"{pages.title} counts {more} minutes more", holds=counted)

    def _minutes(self, blocks: Iterable[Block]) -> float:
        """Return the minutes done that are shown of the tasks of these blocks."""
        tasks = {block.task for block in blocks if block.task}
        titles = [
            record.entity.title for record in self.context.store.plan.many(tasks).values()
        ]
        shown = [self.tools.pages.user.shows(Kind.TASK, title) for title in titles]
        return sum(float(str(fields.get("minutes_done") or 0)) for fields in shown)

    def _is_the_last(self, block: Block) -> bool:
        """Say whether nothing more is planned of its task, and no other step is about it."""
        task = self._task(block)
        if task is None or task.done or task.id in self.reserved or task.title != block.title:
            return False
        same_task = [other for other in live_blocks(self.context) if other.task == task.id]
        return [other.id for other in same_task if other.state in OPEN] == [block.id]

    def _repeats(self, block: Block) -> bool:
        task = self._task(block)
        return task is not None and bool(task.recurrence)

    def _task(self, block: Block) -> Task | None:
        record = self.context.store.plan.get(block.task) if block.task else None
        return record.entity if record and isinstance(record.entity, Task) else None

    def _is_first_of_its_title(self, block: Block) -> bool:
        """Say whether a person who looks for the title finds this block before others."""
        shown = [other for other in live_blocks(self.context) if other.state in _IN_CALENDAR]
        first = next((other for other in shown if other.title == block.title), None)
        return first is not None and first.id == block.id


def _named(entities: Iterable[Block | Task]) -> str:
    *most, last = [f"'{entity.title}'" for entity in entities] or [""]
    return f"{', '.join(most)} and {last}" if most else last
