"""The person of a simulated life: what they do to their calendar, their tasks, their days."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from syncd.connect.contract import BusySpan
from syncd.engine.blocks.planner_state import PlannerState
from syncd.engine.context import SCHEDULE
from syncd.engine.edits import set_field
from syncd.model.entities import Block, Kind, Task
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Remote
from syncd.model.values import BlockState, Moment, start_of
from syncd.schedule.problem import Preferences
from tests.engine.world import ZONE, World

MISSED = 0.2
CARELESS = 0.1
"""Of the drags, those that do not mind what else is there: syncd moves that out of the way."""
MINUTE = timedelta(minutes=1)


def clock_time(day: date, minute: int) -> datetime:
    """Return when the person's clock shows a minute of a day."""
    return datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(ZONE))


def begins(item: Remote) -> datetime:
    """Return when an event begins."""
    start = item.fields["start"]
    assert isinstance(start, Moment)
    return start.at


def ends(item: Remote) -> datetime:
    """Return when an event ends."""
    end = item.fields["end"]
    assert isinstance(end, Moment)
    return end.at


@dataclass
class Person:
    """Acts in the services, as a hand would; ``touched``: blocks changed since the last
    cycle. worked: minutes really spent, by task; finished: when a task had had its effort.
    """

    world: World
    preferences: Preferences
    rng: Random
    touched: set[EntityId] = field(default_factory=set)
    dragged: set[EntityId] = field(default_factory=set)
    worked: Counter[EntityId] = field(default_factory=Counter)
    by_week: dict[tuple[EntityId | None, int], int] = field(
        default_factory=lambda: defaultdict(int)
    )
    finished: dict[EntityId, datetime] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)
    _told: set[RemoteId] = field(default_factory=set)

    # What comes up.

    def known_meetings(self, first: date, days: int) -> None:
        """Put what is known from the beginning into the calendar: every week the same."""
        for weekday in (0, 1, 3, 4):
            minute = self.rng.randrange(36, 68) * 15
            for week in range(-1, days // 7 + 14):
                self._meet(first + timedelta(days=weekday + 7 * week), minute, 60)

    def new_meetings(self, today: date) -> None:
        """Now and then somebody asks for some time, soon or in two weeks."""
        for _ in range(self.rng.choice((0, 0, 1, 1, 2))):
            day = today + timedelta(days=self.rng.choice((0, 0, 1, 1, 2, 3, 4, 6, 8, 11, 14)))
            evening = self.rng.random() < 0.2
            minute = self.rng.randrange(70, 84) if evening else self.rng.randrange(34, 72)
            self._meet(day, minute * 15, self.rng.choice((30, 30, 45, 60, 60, 90)))

    def cancel_meeting(self) -> None:
        """One of the meetings ahead does not take place."""
        spans = self.world.services["calendar"].busy["own"] or []
        ahead = [one for one in spans if one.start > self._now]
        if ahead and self.rng.random() < 0.2:
            spans.remove(self.rng.choice(ahead))

    def take_leave(self, first: date, last: date) -> None:
        """Take days off from learning."""
        store = self.world.store
        PlannerState(store).set_pauses([(first, last)])
        store.links.mark_dirty(SCHEDULE, [EntityId("leave")])
        self.did["leaves"] += 1

    def _meet(self, day: date, minute: int, minutes: int) -> None:
        start = clock_time(day, minute)
        if start > self._now - timedelta(days=14):
            span = BusySpan(start, start + minutes * MINUTE)
            spans = self.world.services["calendar"].busy["own"]
            assert spans is not None
            spans.append(span)
            self.did["meetings"] += 1

    # What becomes of blocks.

    def look_back(self) -> None:
        """Say of some blocks that are over whether they took place."""
        for item in self._events():
            if ends(item) <= self._now and item.id not in self._told:
                self._told.add(item.id)
                self._tell(item)

    def _tell(self, item: Remote) -> None:
        block = self._block(item)
        if self.rng.random() < MISSED:
            self._miss(item, block)
            return
        assert block.start is not None
        assert block.end is not None
        minutes = int((block.end.at - block.start.at) / MINUTE)
        week = block.start.local(ZONE).date().isocalendar().week
        self.by_week[block.goal, week] += minutes
        self.did["attended"] += 1
        if block.task is not None:
            self.worked[block.task] += minutes
            if self._tick_when_done(block.task, block.end.at):
                return
        if self.rng.random() < 0.4:
            self._touch(item, state=BlockState.DONE)
            self.did["ticked"] += 1

    def _miss(self, item: Remote, block: Block) -> None:
        self.did["missed"] += 1
        if self.rng.random() < 0.5:
            self.world.services["calendar"].delete(item.id)
            self.touched.add(block.id)
        else:
            context = self.world.engine.context
            set_field(context, block.id, "state", BlockState.MISSED, "you")

    def _tick_when_done(self, task_id: EntityId, at: datetime) -> bool:
        """Tick a task that had all its effort, in one tool or the other."""
        task = self.task(task_id)
        effort = task.estimate_minutes or self.preferences.default_minutes
        if task.done or self.worked[task_id] < effort:
            return False
        self.finished[task_id] = at
        tool = self.rng.choice(("todos", "todos", "pages"))
        self.world.edit(tool, Kind.TASK, task.title, done=True)
        self.did["tasks done"] += 1
        return True

    # What a person changes.

    def drag(self) -> None:
        """Move a block to some other time that they have."""
        item = self._any_ahead()
        if item is None:
            return
        start, end = begins(item), ends(item)
        lasts = end - start + (30 * MINUTE if self.rng.random() < 0.2 else 0 * MINUTE)
        careless = self.rng.random() < CARELESS
        for _ in range(20):
            day = start.astimezone(ZoneInfo(ZONE)).date()
            day += timedelta(days=self.rng.choice((-1, 0, 0, 0, 1, 1, 2, 4)))
            new = clock_time(day, self.rng.randrange(28, 84) * 15)
            if self._suits(item, new, new + lasts, careless=careless):
                self._touch(item, start=Moment(new, ZONE), end=Moment(new + lasts, ZONE))
                self.dragged.add(self._block(item).id)
                self.did["dragged"] += 1
                return

    def delete(self) -> None:
        """Delete a block ahead: not then."""
        item = self._any_ahead()
        if item is not None:
            self.touched.add(self._block(item).id)
            self.world.services["calendar"].delete(item.id)
            self.did["deleted"] += 1

    def estimate_anew(self) -> None:
        """See that a task, due in some weeks, takes longer or less long than was thought."""
        task = self._any_task()
        if task is not None:
            minutes = (task.estimate_minutes or 60) + self.rng.choice((-30, 30, 60))
            if minutes > self.worked[task.id]:
                self.world.edit("pages", Kind.TASK, task.title, estimate_minutes=minutes)
                self.did["estimated anew"] += 1

    def new_task(self, number: int, today: date) -> None:
        """Write down a task that came up, in the tool of tasks."""
        due = today + timedelta(days=self.rng.randrange(9, 25))
        self.world.services["todos"].add(
            Kind.TASK, f"New {number:02}", due=due, estimate_minutes=90, priority=2
        )
        self.did["new tasks"] += 1

    # What they see.

    def task(self, task: EntityId) -> Task:
        record = self.world.store.plan.get(task)
        assert record is not None
        assert isinstance(record.entity, Task)
        return record.entity

    @property
    def _now(self) -> datetime:
        return self.world.clock.now()

    def _events(self) -> list[Remote]:
        items = self.world.services["calendar"].items.values()
        found = [one for one in items if one.kind is Kind.BLOCK]
        return sorted(found, key=lambda one: (begins(one), one.id))

    def _any_ahead(self) -> Remote | None:
        ahead = [one for one in self._events() if begins(one) > self._now]
        return self.rng.choice(ahead[:12]) if ahead else None

    def _any_task(self) -> Task | None:
        records = self.world.store.plan.open_tasks()
        soon = self._now.date() + timedelta(days=12)
        tasks = [one.entity for one in records if isinstance(one.entity, Task)]
        found = [one for one in tasks if not isinstance(one.due, date) or one.due > soon]
        found.sort(key=lambda one: one.id)
        return self.rng.choice(found) if found else None

    def _suits(self, item: Remote, start: datetime, end: datetime, *, careless: bool) -> bool:
        """Say whether a block may go there for them: the hours do not matter."""
        if start <= self._now + 30 * MINUTE or self._too_late(item, end):
            return False
        busy = self.world.services["calendar"].busy["own"] or []
        if any(one.start < end and start < one.end for one in busy):
            return False
        return careless or self._has_capacity(item, start, end)

    def _has_capacity(self, item: Remote, start: datetime, end: datetime) -> bool:
        """Say whether a day holds a block besides its other ones, without being too full."""
        day = start.astimezone(ZoneInfo(ZONE)).date()
        minutes = (end - start) / MINUTE
        for one in self._events():
            first, last = begins(one), ends(one)
            if one.id == item.id or first.astimezone(ZoneInfo(ZONE)).date() != day:
                continue
            if first < end and start < last:
                return False
            minutes += (last - first) / MINUTE
        return minutes <= self.preferences.daily

    def _too_late(self, item: Remote, end: datetime) -> bool:
        task = self.task(self._block(item).task or EntityId(""))
        return isinstance(task.due, date) and end > midnight_after(task.due)

    def _block(self, item: Remote) -> Block:
        assert item.mark is not None
        record = self.world.store.plan.get(item.mark)
        assert record is not None
        assert isinstance(record.entity, Block)
        return record.entity

    def _touch(self, item: Remote, **values: Moment | BlockState) -> None:
        self.touched.add(self._block(item).id)
        self.world.services["calendar"].edit(item.id, **values)


def midnight_after(day: date) -> datetime:
    """Return when a day ends."""
    return start_of(day + timedelta(days=1), ZONE)
