"""The steps of the scenario that happen in the calendar, and those that say what took place."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from syncd.demo.environment import DemoTools
from syncd.demo.scenario import Expectation, ScenarioStep, combined
from syncd.demo.week import Times
from syncd.engine.blocks.edits import live_blocks, record_outcomes
from syncd.engine.context import Context
from syncd.model.entities import Block, Entity, Kind, Milestone, Task
from syncd.model.ids import EntityId
from syncd.model.rules.blocks import AHEAD, OPEN, is_over, length
from syncd.model.values import BlockState, Moment, day_of

_SOON = timedelta(hours=30)
"""Blocks that start earlier are left alone: the person could hardly act on them yet."""
_LATE = timedelta(days=20)
"""Blocks that start later are left alone too: what lies on them is seen once a day."""
_INSIDE = timedelta(minutes=10)
"""What keeps an appointment on a block, with its buffer, off the blocks beside it."""
_LONG = 45
_IN_CALENDAR = AHEAD - {BlockState.DRAFT}


@dataclass
class CalendarSteps:
    """Finds blocks that fit each step, no block and no task twice.

    taken: when the person has something else planned.
    """

    context: Context
    tools: DemoTools
    taken: list[Times]
    _used: set[EntityId] = field(default_factory=set)

    def after_first_sync(self) -> tuple[Expectation, ...]:
        """Return what must be so after the first sync."""
        published = [block for block in self._blocks().values() if block.state in _IN_CALENDAR]
        titles = Counter(self.tools.calendar.user.titles(Kind.BLOCK))
        return (
            Expectation(
                words=f"{self.tools.calendar.title} shows {len(published)} learning blocks",
                holds=lambda: (
                    bool(published) and titles == Counter(block.title for block in published)
                ),
            ),
            Expectation(
                words="none of them lies on what the person has planned",
                holds=lambda: (
                    not any(
                        _overlaps(block, span) for block in published for span in self.taken
                    )
                ),
            ),
        )

    def on_times(self, free: datetime) -> Iterator[ScenarioStep]:
        """Yield the steps; each is made when its turn comes, from the blocks as they are.

        free: when a block can be dragged to.
        """
        yield self._meeting()
        yield from combined(self._by_hand(free))

    def _by_hand(self, free: datetime) -> Iterator[ScenarioStep]:
        yield self._drag(free)
        yield self._delete()

    def on_tasks(self) -> Iterator[ScenarioStep]:
        """Yield a step, as above."""
        yield self._finish()

    def _meeting(self) -> ScenarioStep:
        block, before = self._pick_unhurried(), dict[EntityId, Times]()
        start, end = (times(block)[0] + _INSIDE, times(block)[1] - _INSIDE)

        def arrive() -> None:
            before.update(self._where(_IN_CALENDAR))
            self.tools.calendar_user.meeting("Doctor's appointment", start, end)

        def moved_alone() -> bool:
            after = self._where(AHEAD)
            moved = {entity for entity in before if after.get(entity) != before[entity]}
            now = self._blocks().get(block.id)
            return moved == {block.id} and now is not None and not _overlaps(now, (start, end))

        return ScenarioStep(
            does=f"gets an appointment at the time of '{block.title}'",
            do=arrive,
            expected=(
                Expectation(
                    words="that block has another time, and no other event moved",
                    holds=moved_alone,
                ),
            ),
        )

    def _drag(self, to: datetime) -> ScenarioStep:
        block, moment = self._pick_short(), Moment(to, self.context.zone)

        def pinned() -> bool:
            now = self._blocks().get(block.id)
            return (
                now is not None
                and now.state is BlockState.PINNED
                and times(now)[0] == moment.at
            )

        user = self.tools.calendar.user
        return ScenarioStep(
            does=f"drags '{block.title}' to {to:%A, %H:%M}, in {self.tools.calendar.title}",
            do=lambda: user.edit(Kind.BLOCK, block.title, "start", moment),
            expected=(
                Expectation(
                    words="it is pinned there: syncd never moves it again", holds=pinned
                ),
            ),
        )

    def _delete(self) -> ScenarioStep:
        block = self._pick()
        minutes = sum(map(length, self._of_task(block)))

        def elsewhere() -> bool:
            others = self._of_task(block)
            free = not any(_overlaps(other, times(block)) for other in others)
            return free and sum(map(length, others)) == minutes

        return ScenarioStep(
            does=f"deletes the block '{block.title}' in {self.tools.calendar.title}",
            do=lambda: self.tools.calendar.user.delete(Kind.BLOCK, block.title),
            expected=(
                Expectation(
                    words="that time is free again, and the task has another", holds=elsewhere
                ),
            ),
        )

    def _finish(self) -> ScenarioStep:
        block = self._pick_short()
        todos, calendar = self.tools.todos, self.tools.calendar
        return ScenarioStep(
            does=f"ticks '{block.title}' in {todos.title}, sooner than planned",
            do=lambda: todos.user.edit(Kind.TASK, block.title, "done", value=True),
            expected=(
                Expectation(
                    words=f"its block is gone from {calendar.title}",
                    holds=lambda: block.title not in calendar.user.titles(Kind.BLOCK),
                ),
            ),
        )

    def _pick(self) -> Block:
        """Return the next block that fits."""
        return self._use(next(self._fitting()))

    def _pick_short(self) -> Block:
        """Return the shortest block that fits, the next of them."""
        return self._use(min(self._fitting(), key=length))

    def _pick_unhurried(self) -> Block:
        """Return the block with most time until it is due: nothing has to make room for it."""
        fitting = [*self._fitting()]
        long = [block for block in fitting if length(block) >= _LONG] or fitting
        return self._use(max(long, key=lambda block: (self._due(block), block.id)))

    def _use(self, block: Block) -> Block:
        if block.task is not None:
            self._used.add(block.task)
        return block

    def _fitting(self) -> Iterator[Block]:
        """Yield blocks that stand alone under their titles, of tasks that are done once."""
        now = self.context.clock.now()
        titles = Counter(self.tools.calendar.user.titles(Kind.BLOCK))
        for block in self._blocks().values():
            alone = titles[block.title] == 1 and block.state is BlockState.PUBLISHED
            if block.task in self._used or not alone:
                continue
            if not now + _SOON < times(block)[0] < now + _LATE:
                continue
            task = self._task(block)
            if task is not None and not task.recurrence and task.title == block.title:
                yield block

    def _due(self, block: Block) -> date:
        task = self._task(block)
        milestone = self._get(task.milestone) if task else None
        days = [day_of(task.due, self.context.zone)] if task and task.due else []
        if isinstance(milestone, Milestone) and milestone.due:
            days.append(milestone.due)
        return min(days, default=date.max)

    def _task(self, block: Block) -> Task | None:
        task = self._get(block.task)
        return task if isinstance(task, Task) else None

    def _get(self, which: EntityId | None) -> Entity | None:
        record = self.context.store.plan.get(which) if which else None
        return record.entity if record else None

    def _blocks(self) -> Mapping[EntityId, Block]:
        """Return the blocks ahead, in order of time."""
        blocks = live_blocks(self.context)
        return {block.id: block for block in blocks if block.state in AHEAD and block.end}

    def _of_task(self, block: Block) -> list[Block]:
        return [other for other in self._blocks().values() if other.task == block.task]

    def _where(self, states: Collection[BlockState]) -> dict[EntityId, Times]:
        blocks = self._blocks().values()
        return {block.id: times(block) for block in blocks if block.state in states}


def times(block: Block) -> Times:
    """Return when a block begins and ends."""
    assert block.start is not None  # noqa: S101  # the schedule gives every block its times
    assert block.end is not None  # noqa: S101  # as above
    return block.start.at, block.end.at


def _overlaps(block: Block, span: Times) -> bool:
    start, end = times(block)
    return start < span[1] and span[0] < end


_CALENDAR_STATES = (OPEN - {BlockState.DRAFT}) | {BlockState.DONE}


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
            and block.state in _CALENDAR_STATES - {BlockState.DONE}
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
            record_outcomes(self.by_hand, typed, done=True)

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
        shown = [
            other for other in live_blocks(self.context) if other.state in _CALENDAR_STATES
        ]
        first = next((other for other in shown if other.title == block.title), None)
        return first is not None and first.id == block.id


def _named(entities: Iterable[Block | Task]) -> str:
    *most, last = [f"'{entity.title}'" for entity in entities] or [""]
    return f"{', '.join(most)} and {last}" if most else last
