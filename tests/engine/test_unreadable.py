"""What a tool shows and nobody can read: neither gone nor changed, and read again."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from syncd.engine.tool import Tool
from syncd.errors import SkipItem, Unclear
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId, ToolName
from syncd.model.remote import Pull, Remote
from syncd.testing.in_memory_capabilities import LIKE_CALENDAR, LIKE_NOTION, LIKE_TODOS
from tests.engine.checks import assert_agrees
from tests.engine.world import World, sample

SENTENCE = "What it says of 'Task 1' can't be read: it is left as it was"


@dataclass
class Garbled:
    """A connector whose listings and direct reads come in as these say."""

    inner: Any
    listing: Callable[[Pull], Pull] = lambda pull: pull
    item: Callable[[Remote], Remote] = lambda item: item

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def pull(self, cursor: str | None) -> Pull:
        return self.listing(self.inner.pull(cursor))

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        return self.item(self.inner.read(kind, remote))


@dataclass
class Noisy(World):
    """A world with such connectors."""

    made: dict[str, Garbled] = field(default_factory=dict)

    def tool(self, name: str) -> Tool:
        tool = super().tool(name)
        fresh: Any = Garbled(tool.connector)
        if name in self.made:
            fresh.listing, fresh.item = self.made[name].listing, self.made[name].item
        self.made[name] = fresh
        return replace(tool, connector=fresh)


@pytest.fixture
def noisy() -> Noisy:
    world = Noisy(shapes=(LIKE_NOTION, LIKE_CALENDAR, LIKE_TODOS))
    world.plan(*sample(world))
    assert world.settle().converged
    return world


def remote(world: World, tool: str, title: str = "Task 1") -> RemoteId:
    return world.services[tool].titled(Kind.TASK, title)


def without(pull: Pull, one: RemoteId) -> Pull:
    items = tuple(it for it in pull.items if it.id != one)
    return replace(pull, items=items, unread={one: f"{SENTENCE}: update syncd."}, cursor=None)


@pytest.mark.parametrize("tool", ["pages", "todos"])
def test_what_a_listing_shows_and_nobody_can_read_is_neither_gone_nor_changed(
    noisy: Noisy, tool: str
) -> None:
    one = remote(noisy, tool)
    noisy.made[tool].listing = lambda pull: without(pull, one)
    for _ in range(3):
        report = noisy.sync()
        assert [it for it in report.problems if SENTENCE in it]
    assert "Task 1" in noisy.titles("pages" if tool == "todos" else "todos", Kind.TASK)
    noisy.made[tool].listing = lambda pull: pull
    assert noisy.settle().converged
    assert not noisy.sync().problems
    assert_agrees(noisy)


def test_what_its_person_edited_meanwhile_arrives_once_it_can_be_read(noisy: Noisy) -> None:
    one = remote(noisy, "todos")
    noisy.made["todos"].listing = lambda pull: without(pull, one)
    noisy.services["todos"].edit(one, title="Renamed")
    noisy.sync()
    assert noisy.entity(Kind.TASK, "Task 1")
    noisy.made["todos"].listing = lambda pull: pull
    noisy.settle()
    assert noisy.entity(Kind.TASK, "Renamed")
    assert_agrees(noisy)


def test_a_value_that_was_garbled_on_its_way_arrives_with_the_next_reading(
    noisy: Noisy,
) -> None:
    """The service tells of a change once: it is asked from the same place again."""
    one = remote(noisy, "todos")

    def garbled(pull: Pull) -> Pull:
        items = tuple(nameless(it) if it.id == one else it for it in pull.items)
        return replace(pull, items=items)

    def nameless(item: Remote) -> Remote:
        fields = {name: value for name, value in item.fields.items() if name != "title"}
        return replace(item, fields=fields, problems={"title": "has no name: give it one."})

    noisy.services["todos"].edit(one, title="Renamed")
    noisy.made["todos"].listing = garbled
    noisy.sync()
    assert noisy.entity(Kind.TASK, "Task 1")
    noisy.made["todos"].listing = lambda pull: pull
    noisy.settle()
    assert noisy.entity(Kind.TASK, "Renamed")
    assert not noisy.sync().problems


def test_a_value_that_stays_unreadable_is_read_twice_and_then_left(noisy: Noisy) -> None:
    tool = noisy.services["todos"]
    one = remote(noisy, "todos")
    tool.spoil(one, "due", "'Someday' is no date: give a day.")
    cursors = []
    for _ in range(4):
        noisy.sync()
        cursors.append(noisy.store.tools.get(ToolName("todos")).cursor)
    assert cursors[1] == cursors[2] == cursors[3] == f"{tool.epoch}:{tool.counter}"


@pytest.mark.parametrize("tool", ["pages", "todos"])
def test_an_absent_item_that_cannot_be_read_directly_is_not_gone(
    noisy: Noisy, tool: str
) -> None:
    one = remote(noisy, tool)

    def short(pull: Pull) -> Pull:
        items = tuple(it for it in pull.items if it.id != one)
        return replace(
            pull, items=items, whole=frozenset(noisy.services[tool].shape.capabilities)
        )

    def unreadable(item: Remote) -> Remote:
        if item.id == one:
            raise SkipItem(f"{SENTENCE}: update syncd.")
        return item

    noisy.made[tool].inner.pull(None)
    noisy.made[tool].listing = short
    noisy.made[tool].item = unreadable
    report = noisy.sync()
    assert "Task 1" in noisy.titles("pages" if tool == "todos" else "todos", Kind.TASK)
    assert [it for it in report.problems if SENTENCE in it] or tool == "todos"
    noisy.made[tool].listing = lambda pull: pull
    noisy.made[tool].item = lambda item: item
    assert noisy.settle().converged
    assert_agrees(noisy)


def test_a_write_in_flight_whose_item_cannot_be_read_stays_in_flight_alone(
    noisy: Noisy,
) -> None:
    one = remote(noisy, "pages")
    task = noisy.entity(Kind.TASK, "Task 1")
    service = noisy.services["pages"]

    def lose(_: Any) -> None:
        service.faults.after = None
        raise Unclear("lost")

    service.faults.after = lose
    noisy.plan(replace(task, title="Written, perhaps"))
    noisy.sync()

    def unreadable(item: Remote) -> Remote:
        if item.id == one:
            raise SkipItem(f"{SENTENCE}: update syncd.")
        return item

    noisy.made["pages"].item = unreadable
    noisy.plan(replace(noisy.entity(Kind.TASK, "Task 2"), title="Another"))
    report = noisy.sync()
    assert [it for it in report.problems if SENTENCE in it]
    assert "Another" in noisy.titles("pages", Kind.TASK)
    noisy.made["pages"].item = lambda item: item
    assert noisy.settle().converged
    assert_agrees(noisy)
