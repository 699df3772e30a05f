"""A person, their tools and their bad luck, acted out from a script."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from hypothesis import strategies as st

from syncd.engine.report import Report
from syncd.errors import TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId, ToolName
from syncd.model.remote import Remote, Write
from syncd.model.schema import FIELDS
from syncd.model.values import FieldType, Moment, Value
from syncd.store.database import Database
from syncd.sync.limits import Limits
from syncd.testing.in_memory_capabilities import LIKE_CALENDAR, LIKE_NOTION, LIKE_TODOS
from syncd.testing.in_memory_service import InMemoryService
from tests.engine.world import ALL, World, sample

CAREFREE = Limits(max_deletes=10_000)
"""Nobody is there to approve: the holds have tests of their own."""


class Step(NamedTuple):
    """One thing that happens; ``pick`` and ``value`` choose among what there is."""

    act: str
    tool: str
    pick: int = 0
    value: int = 0


EDITS = ("add", "edit", "edit", "edit", "tick", "move", "standing")
REMOVALS = ("delete", "restore", "duplicate")
FAULTS = ("lose", "refuse", "unanswered", "down", "revoke", "expire", "empty", "short", "cut")
MACHINE = ("restart", "only", "preview", "wait", "shift", "again", "late")


def scripts(*acts: str, most: int = 12) -> st.SearchStrategy[list[Step]]:
    """Return scripts of these acts, with cycles among them."""
    step = st.builds(
        Step,
        st.sampled_from([*acts, "sync", "sync"]),
        st.sampled_from(["pages", "todos", "calendar"]),
        st.integers(0, 19),
        st.integers(0, 19),
    )
    return st.lists(step, min_size=1, max_size=most)


class Edit(NamedTuple):
    """A value that a person put into a field of an item."""

    tool: str
    remote: RemoteId
    kind: Kind
    field: str
    value: Value


@dataclass
class Simulator:
    """Acts a script out, and remembers what the person did since all agreed."""

    world: World
    edits: list[Edit] = field(default_factory=list)
    deleted: set[tuple[str, RemoteId]] = field(default_factory=set)
    unsure: set[tuple[str, RemoteId]] = field(default_factory=set)
    lost_state: bool = False
    expired: bool = False
    count: int = 0
    on_cycle: Callable[[Report], None] = lambda report: None

    def play(self, script: list[Step]) -> None:
        for step in script:
            getattr(self, f"_{step.act}")(step)

    def end(self) -> None:
        """All faults are over, the person rests: two cycles must be enough."""
        self.heal()
        for _ in range(2):
            report = self.world.sync()
            self.on_cycle(report)
        assert report.converged, report.problems

    def heal(self) -> None:
        """Take all faults away."""
        for service in self.world.services.values():
            faults = service.faults
            faults.before = faults.after = faults.page = None
            faults.empty_listings = faults.short_by = 0
            faults.revoked = faults.down = False

    # What a person does.

    def _add(self, step: Step) -> None:
        service = self.world.services[step.tool]
        kinds = [kind for kind, it in service.shape.capabilities.items() if it.imports]
        kind = [one for one in kinds if one in _KINDS][step.pick % _count(kinds)]
        self.count += 1
        remote = service.add(kind, f"{kind.value} {self.count}")
        self._note(service, remote, "title")
        if kind is Kind.MILESTONE:
            service.edit(remote, due=dt.date(2026, 7, 1 + step.value))
            self._note(service, remote, "due")

    def _edit(self, step: Step) -> None:
        item = self._item(step)
        if item is None:
            return
        service = self.world.services[step.tool]
        carried = service.shape.capabilities[item.kind]
        names = sorted(carried.editable - {"status", "recurrence"})
        name = names[step.value % len(names)]
        self._put(service, item, name, self._value(service, item.kind, name, step.value))

    def _tick(self, step: Step) -> None:
        item = self._item(step, Kind.TASK, Kind.MILESTONE)
        if item is not None:
            service = self.world.services[step.tool]
            self._put(service, item, "done", not item.fields["done"])

    def _move(self, step: Step) -> None:
        item = self._item(step, Kind.TASK)
        if item is not None:
            service = self.world.services[step.tool]
            target = self._value(service, Kind.TASK, "goal", step.value)
            self._put(service, item, "goal", target)

    def _standing(self, step: Step) -> None:
        item = self._item(step._replace(tool="pages"), Kind.GOAL)
        if item is not None:
            status = ("active", "paused", "dropped", "active")[step.value % 4]
            word = FIELDS[Kind.GOAL]["status"].words
            assert word is not None
            self._put(self.world.services["pages"], item, "status", word(status))

    def _delete(self, step: Step) -> None:
        item = self._item(step)
        service = self.world.services[step.tool]
        if item is None or not service.shape.capabilities[item.kind].delete_archives:
            return
        self._not_late(step.tool, item.id)
        service.delete(item.id)
        self.deleted.add((step.tool, item.id))
        self.edits = [one for one in self.edits if one[:2] != (step.tool, item.id)]

    def _restore(self, step: Step) -> None:
        service = self.world.services[step.tool]
        removed = [one for one in service.removed.values() if one.kind in _KINDS]
        if removed:
            remote = removed[step.pick % len(removed)].id
            self._not_late(step.tool, remote)
            service.restore(remote)
            self.unsure.add((step.tool, remote))

    def _duplicate(self, step: Step) -> None:
        item = self._item(step)
        service = self.world.services[step.tool]
        if item is not None and service.shape.capabilities[item.kind].imports:
            self.unsure.add((step.tool, service.duplicate(item.id)))

    # What goes wrong.

    def _lose(self, step: Step) -> None:
        self._at_write(step, "after", Unclear("The reply was lost: looking again."))

    def _unanswered(self, step: Step) -> None:
        self._at_write(step, "before", Unclear("No answer: looking again."))

    def _refuse(self, step: Step) -> None:
        self._at_write(step, "before", TryLater("Too many requests: later.", 5.0))

    def _at_write(self, step: Step, when: str, error: Exception) -> None:
        """Have one write meet an error: the first, the second, or a later one."""
        faults = self.world.services[step.tool].faults
        left = step.value % 4

        def hook(_: Write) -> None:
            nonlocal left
            left -= 1
            if left == -1:
                raise error

        setattr(faults, when, hook)

    def _down(self, step: Step) -> None:
        self.world.services[step.tool].faults.down = True

    def _revoke(self, step: Step) -> None:
        self.world.services[step.tool].faults.revoked = True

    def _expire(self, step: Step) -> None:
        self.expired = True
        self.world.services[step.tool].expire_cursors()

    def _empty(self, step: Step) -> None:
        self.world.services[step.tool].faults.empty_listings = 1

    def _short(self, step: Step) -> None:
        self.world.services[step.tool].faults.short_by = 1 + step.value % 5

    def _cut(self, step: Step) -> None:
        def page(_: int) -> None:
            raise TryLater("The connection was cut: later.")

        self.world.services[step.tool].faults.page = page

    def _shift(self, step: Step) -> None:
        hours = (24, -24, 0, 3)[step.value % 4]
        self.world.services[step.tool].shift = dt.timedelta(hours=hours)

    # What the machine does.

    def _sync(self, step: Step) -> None:
        self.on_cycle(self.world.sync())
        self.heal()

    def _only(self, step: Step) -> None:
        self.on_cycle(self.world.sync(only=[step.tool]))
        self.heal()

    def _now(self, step: Step) -> None:
        """One tool alone, without any time passing."""
        self.on_cycle(self.world.engine.run(only=[ToolName(step.tool)]))

    def _again(self, step: Step) -> None:
        """Two cycles in the same minute."""
        self.on_cycle(self.world.engine.run())
        self.on_cycle(self.world.engine.run())
        self.heal()

    def _restart(self, step: Step) -> None:
        self.world.start()

    def _preview(self, step: Step) -> None:
        self.world.preview()

    def _wait(self, step: Step) -> None:
        self.world.clock.advance(minutes=step.value)

    def _late(self, step: Step) -> None:
        """The pull after next shows the tool as it is now, but for what its user did."""
        self.world.echo(step.tool)

    def _forget(self, step: Step) -> None:
        self.lost_state = True
        self.world.lose_state()

    # How a person chooses.

    def _item(self, step: Step, *kinds: Kind) -> Remote | None:
        items = self.world.services[step.tool].items.values()
        found = [one for one in items if one.kind in (kinds or _KINDS)]
        return found[step.pick % len(found)] if found else None

    def _put(self, service: InMemoryService, item: Remote, name: str, value: Value) -> None:
        if item.fields.get(name) == value:
            return
        self._not_late(service.shape.name, item.id)
        service.edit(item.id, **{name: value})
        self._note(service, item.id, name)

    def _not_late(self, tool: str, remote: RemoteId) -> None:
        """What its user does is never shown too late."""
        if tool in self.world.late:
            self.world.late[tool].items.pop(remote, None)

    def _note(self, service: InMemoryService, remote: RemoteId, name: str) -> None:
        item = service.items[remote]
        edit = Edit(service.shape.name, remote, item.kind, name, item.fields[name])
        self.edits = [one for one in self.edits if one[:4] != edit[:4]]
        self.edits.append(edit)

    def _value(self, service: InMemoryService, kind: Kind, name: str, choice: int) -> Value:
        spec = FIELDS[kind][name]
        self.count += 1
        if spec.type is FieldType.TEXT:
            return f"{name} {self.count}" + (" and on" * 250 if choice == 0 else "")
        if spec.type in (FieldType.REF, FieldType.REFS):
            return self._target(service, spec.target, spec.type, choice)
        if spec.type is FieldType.LABELS:
            return frozenset("abcde"[choice % 5 :])
        if spec.words is not None:
            words = list(spec.words)
            return words[choice % len(words)]
        plain: dict[FieldType, Value] = {
            FieldType.BOOL: choice % 2 == 0,
            FieldType.PRIORITY: 1 + choice % 4,
            FieldType.INT: choice,
            FieldType.NUMBER: choice + 0.5,
            FieldType.DATE: dt.date(2026, 6, 1 + choice),
            FieldType.DUE: _due(choice),
        }
        return plain[spec.type]

    def _target(
        self, service: InMemoryService, target: str | None, type_: FieldType, choice: int
    ) -> Value:
        there = [one.id for one in service.items.values() if one.kind.value == target]
        if type_ is FieldType.REFS:
            return frozenset(there[: choice % (len(there) + 1)])
        return there[choice % len(there)] if there and choice % 5 else None


SERVICES = {
    "usual": ALL,
    "short pages, single writes": (
        replace(LIKE_NOTION, page_size=2),
        replace(LIKE_CALENDAR, page_size=1),
        replace(LIKE_TODOS, page_size=3, batch_size=1),
    ),
    "only what changed": (
        replace(LIKE_NOTION, whole_listing=False, tombstones=True),
        LIKE_CALENDAR,
        replace(LIKE_TODOS, batch_size=2),
    ),
}


@cache
def _template(services: str) -> World:
    world = World(limits=CAREFREE, shapes=SERVICES[services])
    world.plan(*sample(world))
    world.settle()
    return world


@cache
def _spare() -> Database:
    return Database(None)


def begun(services: str = "usual", *, threads: bool = False) -> Simulator:
    """Return a world in which the sample plan is everywhere; the one before it ends."""
    world = _template(services).fork(_spare())
    if threads:
        world.threads = True
        world.start()
    return Simulator(world)


_KINDS = (Kind.GOAL, Kind.MILESTONE, Kind.SKILL, Kind.TASK)


def _count(kinds: list[Kind]) -> int:
    return len([one for one in kinds if one in _KINDS])


def _due(choice: int) -> Value:
    if choice % 3:
        return dt.date(2026, 6, 1 + choice)
    zone = ("Europe/Berlin", "America/New_York", None)[choice % 2]
    return Moment(dt.datetime(2026, 6, 1 + choice, 12, 30, tzinfo=dt.UTC), zone)
