"""What the person does about blocks to come, and what must become of them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from syncd.demo.cast import Cast
from syncd.demo.story import Act, Seen, together
from syncd.demo.week import SampleWeek
from syncd.engine.blocks.edits import live_blocks
from syncd.engine.context import Context
from syncd.model.entities import Block, Entity, Kind, Milestone, Task
from syncd.model.ids import EntityId
from syncd.model.rules.blocks import AHEAD, length
from syncd.model.values import BlockState, Moment, day_of
from syncd.testing.sandbox import CalendarUser

_SOON = timedelta(hours=30)
"""Blocks that start earlier are left alone: the person could hardly say of them yet."""
_LATE = timedelta(days=20)
"""Blocks that start later are left alone too: what lies on them is seen once a day."""
_INSIDE = timedelta(minutes=10)
"""What keeps an appointment on a block, with its buffer, off the blocks beside it."""
_LONG = 45
_IN_CALENDAR = AHEAD - {BlockState.DRAFT}

Times = tuple[datetime, datetime]

_PLANS: tuple[tuple[str, int, time, time], ...] = (
    ("Yoga", 0, time(18), time(18, 45)),
    ("Dinner with friends", 3, time(19, 30), time(21, 30)),
    ("Parents' evening", 7, time(18), time(19, 30)),
    ("Theatre", 10, time(19, 30), time(22)),
)
"""What the person has planned: title, how many days after Monday, from when to when."""


def furnish(diary: CalendarUser, week: SampleWeek) -> list[Times]:
    """Plan some evenings; return when."""
    found = []
    for title, day, start, end in _PLANS:
        span = (week.day(day, start), week.day(day, end))
        diary.meeting(title, *span)
        found.append(span)
    return found


@dataclass
class Evenings:
    """Finds blocks that fit each act, no block and no task twice.

    taken: when the person has something else planned.
    """

    context: Context
    cast: Cast
    taken: list[Times]
    _used: set[EntityId] = field(default_factory=set)

    def first_look(self) -> tuple[Seen, ...]:
        """Return what must be seen after the first sync."""
        published = [one for one in self._blocks().values() if one.state in _IN_CALENDAR]
        titles = Counter(self.cast.calendar.person.titles(Kind.BLOCK))
        return (
            Seen(
                words=f"{self.cast.calendar.title} shows {len(published)} learning blocks",
                look=lambda: (
                    bool(published) and titles == Counter(it.title for it in published)
                ),
            ),
            Seen(
                words="none of them lies on what the person has planned",
                look=lambda: (
                    not any(_meets(it, span) for it in published for span in self.taken)
                ),
            ),
        )

    def on_times(self, free: datetime) -> Iterator[Act]:
        """Yield the acts; each is made when its turn comes, from the blocks as they are.

        free: when a block can be dragged to.
        """
        yield self._meeting()
        yield from together(self._by_hand(free))

    def _by_hand(self, free: datetime) -> Iterator[Act]:
        yield self._drag(free)
        yield self._delete()

    def on_tasks(self) -> Iterator[Act]:
        """Yield an act, as above."""
        yield self._finish()

    def _meeting(self) -> Act:
        block, before = self._pick_unhurried(), dict[EntityId, Times]()
        start, end = (times(block)[0] + _INSIDE, times(block)[1] - _INSIDE)

        def lands() -> None:
            before.update(self._where(_IN_CALENDAR))
            self.cast.diary.meeting("Doctor's appointment", start, end)

        def moved_alone() -> bool:
            after = self._where(AHEAD)
            moved = {it for it in before if after.get(it) != before[it]}
            there = self._blocks().get(block.id)
            return moved == {block.id} and there is not None and not _meets(there, (start, end))

        return Act(
            does=f"gets an appointment at the time of '{block.title}'",
            do=lands,
            seen=(
                Seen(
                    words="that block has another time, and no other event moved",
                    look=moved_alone,
                ),
            ),
        )

    def _drag(self, to: datetime) -> Act:
        block, moment = self._pick_short(), Moment(to, self.context.zone)

        def pinned() -> bool:
            there = self._blocks().get(block.id)
            return (
                there is not None
                and there.state is BlockState.PINNED
                and times(there)[0] == moment.at
            )

        person = self.cast.calendar.person
        return Act(
            does=f"drags '{block.title}' to {to:%A, %H:%M}, in {self.cast.calendar.title}",
            do=lambda: person.edit(Kind.BLOCK, block.title, "start", moment),
            seen=(Seen(words="it is pinned there: syncd never moves it again", look=pinned),),
        )

    def _delete(self) -> Act:
        block = self._pick()
        was = sum(map(length, self._of_task(block)))

        def elsewhere() -> bool:
            now = self._of_task(block)
            clear = not any(_meets(one, times(block)) for one in now)
            return clear and sum(map(length, now)) == was

        return Act(
            does=f"deletes the block '{block.title}' in {self.cast.calendar.title}",
            do=lambda: self.cast.calendar.person.delete(Kind.BLOCK, block.title),
            seen=(
                Seen(words="that time is free again, and the task has another", look=elsewhere),
            ),
        )

    def _finish(self) -> Act:
        block = self._pick_short()
        todos, calendar = self.cast.todos, self.cast.calendar
        return Act(
            does=f"ticks '{block.title}' in {todos.title}, sooner than planned",
            do=lambda: todos.person.edit(Kind.TASK, block.title, "done", value=True),
            seen=(
                Seen(
                    words=f"its block is gone from {calendar.title}",
                    look=lambda: block.title not in calendar.person.titles(Kind.BLOCK),
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
        long = [one for one in self._fitting() if length(one) >= _LONG] or [*self._fitting()]
        return self._use(max(long, key=lambda one: (self._due(one), one.id)))

    def _use(self, block: Block) -> Block:
        if block.task is not None:
            self._used.add(block.task)
        return block

    def _fitting(self) -> Iterator[Block]:
        """Yield blocks that stand alone under their titles, of tasks that are done once."""
        now = self.context.clock.now()
        titles = Counter(self.cast.calendar.person.titles(Kind.BLOCK))
        for one in self._blocks().values():
            alone = titles[one.title] == 1 and one.state is BlockState.PUBLISHED
            if one.task in self._used or not alone:
                continue
            if not now + _SOON < times(one)[0] < now + _LATE:
                continue
            task = self._task(one)
            if task is not None and not task.recurrence and task.title == one.title:
                yield one

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
        return {it.id: it for it in live_blocks(self.context) if it.state in AHEAD and it.end}

    def _of_task(self, block: Block) -> list[Block]:
        return [one for one in self._blocks().values() if one.task == block.task]

    def _where(self, states: Collection[BlockState]) -> dict[EntityId, Times]:
        return {one: times(it) for one, it in self._blocks().items() if it.state in states}


def times(block: Block) -> Times:
    """Return when a block begins and ends."""
    assert block.start is not None  # noqa: S101  # the schedule gives every block its times
    assert block.end is not None  # noqa: S101  # as above
    return block.start.at, block.end.at


def _meets(block: Block, span: Times) -> bool:
    start, end = times(block)
    return start < span[1] and span[0] < end
