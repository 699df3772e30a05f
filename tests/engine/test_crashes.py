"""Killed at every moment: the same end, no doubles, and no conflict that was none."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from tests.engine.checks import assert_agrees, disagreements, lost, portrait
from tests.engine.fate import Fate, Killed, Mortal
from tests.engine.world import World, sample
from tests.examples import times

FIRST = RemoteId("todos-2")
"""Task 1, as the to-do tool knows it."""

Act = Callable[[World], object]


def nothing(_: World) -> None:
    """The user is away."""


def small() -> World:
    """A goal, a step and two tasks, which no service has yet."""
    world = World()
    world.plan(*(one for one in sample(world) if one.id in ("G1", "M1", "T1", "T2")))
    return world


def synced() -> World:
    world = World()
    world.plan(*sample(world))
    world.settle()
    return world


def busy_day(world: World) -> None:
    """One edit of every sort, and one conflict."""
    todos = world.services["todos"]
    world.edit("pages", Kind.TASK, "Task 1", title="Renamed")
    world.edit("todos", Kind.TASK, "Task 1", priority=1)
    world.edit("calendar", Kind.MILESTONE, "Step 1", due=date(2026, 7, 7))
    world.edit("pages", Kind.TASK, "Task 2", notes="In pages")
    world.clock.advance(minutes=5)
    world.edit("todos", Kind.TASK, "Task 2", notes="In todos", done=True)
    world.delete("todos", Kind.TASK, "Task 3")
    added = todos.add(Kind.TASK, "Added", labels=frozenset({"new"}))
    todos.edit(todos.add(Kind.TASK, "Part"), parent=added)


def told(world: World) -> dict[str, Any]:
    """Everything that must not depend on when a process ended."""
    rows = world.store.history.rows(limit=10_000)
    changes = Counter(
        f"{one.kind} {one.title} {one.field}: {one.before!r} -> {one.after!r} by {one.by}"
        for one in rows
        if not one.field.endswith("_at")
    )
    return {"tools": portrait(world), "lost": lost(world.store), "changes": changes}


def lived(begin: Callable[[], World], *acts: Act) -> dict[str, Any]:
    """Return how a story ends in which nothing is killed."""
    world = begin()
    for act in acts:
        act(world)
        world.sync()
    world.settle()
    assert_agrees(world)
    return told(world)


class Trial:
    """One story, begun again and again on one database, and ended at every moment.

    Those at which nothing was written since the one before, here or in a tool, are like
    that one: they are tried only if the laws are tried at length.
    """

    def __init__(self, begun: World, act: Act) -> None:
        self.begun, self.act = begun, act
        self.fate = Fate()
        self.database = Mortal(self.fate)
        world = self._acted()
        self.fate.meet(world)
        world.sync()
        self.names = list(self.fate.moments)

    def __iter__(self) -> Iterator[int]:
        return self.some(1)

    def some(self, step: int) -> Iterator[int]:
        """Every moment if the laws are tried at length, else each so many-th that counts."""
        every = range(1, len(self.names) + 1)
        if times(2) > 2:
            return iter(every)
        return iter([at for at in every if self._counts(at)][::step])

    def _counts(self, at: int) -> bool:
        return at == 1 or self.names[at - 1].endswith(("after a commit", " answers"))

    def killed(self, at: int, meanwhile: Act = nothing) -> World:
        """Act, be killed in the cycle that follows, and start again."""
        world = self._acted()
        self.kill(world, at)
        meanwhile(world)
        world.settle()
        return world

    def kill(self, world: World, at: int) -> None:
        self.fate.begin(at)
        self.fate.meet(world)
        with pytest.raises(Killed):
            world.sync()
        self.fate.leave(world)
        world.start()

    def _acted(self) -> World:
        self.fate.begin(0)
        world = self.begun.fork(self.database)
        self.act(world)
        self.fate.begin(0)
        return world

    def told(self, at: int) -> str:
        return f"killed at moment {at}, {self.names[at - 1]}"


@pytest.mark.parametrize(
    ("begin", "act"), [(small, nothing), (synced, busy_day)], ids=["first sync", "busy day"]
)
def test_killed_at_any_moment_all_ends_the_same(begin: Callable[[], World], act: Act) -> None:
    expected, trial = lived(begin, act), Trial(begin(), act)
    assert len(trial.names) > 60
    for at in trial:
        world = trial.killed(at)
        assert told(world) == expected, trial.told(at)
        assert list(disagreements(world)) == [], trial.told(at)
        assert world.sync().writes == 0, trial.told(at)


def other_fields(world: World) -> None:
    """Edits of what the killed process was about to write to, in other fields."""
    world.edit("todos", Kind.TASK, world.titles("todos", Kind.TASK)[0], estimate_minutes=77)
    world.edit("pages", Kind.GOAL, "Become a lead", why="To grow others")
    world.edit("calendar", Kind.MILESTONE, "Step 2", due=date(2026, 8, 8))


def test_edits_of_other_fields_while_syncd_was_down_survive_without_a_conflict() -> None:
    expected, trial = lived(synced, busy_day, other_fields), Trial(synced(), busy_day)
    for at in trial.some(3):
        ended = told(trial.killed(at, other_fields))
        assert ended["lost"] == expected["lost"], trial.told(at)
        assert ended["tools"] == expected["tools"], trial.told(at)


def test_an_edit_of_the_same_field_while_syncd_was_down_wins() -> None:
    """It is a conflict only if the killed process had not written there yet."""
    trial = Trial(synced(), busy_day)
    for at in trial.some(3):
        shown: list[object] = []

        def meanwhile(world: World, shown: list[object] = shown) -> None:
            world.clock.advance(minutes=5)
            todos = world.services["todos"]
            shown.append(todos.items[FIRST].fields["title"])
            todos.edit(FIRST, title="Mine")

        world = trial.killed(at, meanwhile)
        assert "Mine" in world.titles("pages", Kind.TASK), trial.told(at)
        assert "Mine" in world.titles("todos", Kind.TASK), trial.told(at)
        beaten = [one.lost for one in world.store.history.conflicts() if one.field == "title"]
        assert beaten in ([], ["Renamed"]), trial.told(at)
        assert shown != ["Renamed"] or beaten == [], trial.told(at)
        assert list(disagreements(world)) == [], trial.told(at)


def test_an_edit_of_what_the_killed_process_had_just_made_survives() -> None:
    trial = Trial(small(), nothing)
    for at in trial:
        edited: set[str] = set()

        def meanwhile(world: World, edited: set[str] = edited) -> None:
            for tool in ("pages", "todos"):
                if "Task 1" in world.titles(tool, Kind.TASK) and not edited:
                    world.edit(tool, Kind.TASK, "Task 1", notes="Mine")
                    edited.add(tool)

        world = trial.killed(at, meanwhile)
        notes = {world.shows(it, Kind.TASK, "Task 1")["notes"] for it in ("pages", "todos")}
        assert notes == {"Mine" if edited else ""}, trial.told(at)
        assert lost(world.store) == {}, trial.told(at)


def test_killed_twice_in_a_row_all_ends_the_same() -> None:
    expected, trial = lived(synced, busy_day), Trial(synced(), busy_day)
    for at in trial.some(5):
        world = trial._acted()
        trial.kill(world, at)
        trial.kill(world, 3)
        world.settle()
        assert told(world) == expected, trial.told(at)


def test_a_create_with_an_unclear_outcome_is_looked_for_before_it_is_sent_again() -> None:
    world = synced()
    pages = world.services["pages"]
    world.services["todos"].add(Kind.TASK, "Added")
    fate = Fate()
    fate.meet(world)
    pages.faults.before = None
    pages.faults.after = lambda _: fate.moment("made, not heard of")
    fate.at = len(fate.moments) + 4
    with pytest.raises(Killed):
        world.sync()
    assert pages.titled(Kind.TASK, "Added")
    fate.leave(world)
    pages.reads.clear()
    pages.writes.clear()
    world.start()
    world.sync()
    assert pages.reads["find"] == 1
    assert pages.writes["create"] == 0
    assert world.titles("pages", Kind.TASK).count("Added") == 1
