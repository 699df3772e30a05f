"""A lane for each tool: what happens in one is nothing to the others."""

import threading
from collections.abc import Callable

import pytest

from syncd.errors import SignIn, SkipItem, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from syncd.model.remote import Write
from syncd.store.tool_store import ToolState
from syncd.testing.in_memory_service import InMemoryFaults
from tests.engine.checks import assert_agrees
from tests.engine.world import World, sample

TOOLS = ("pages", "calendar", "todos")


def state(world: World, tool: str) -> ToolState:
    return world.store.tools.get(ToolName(tool)).state


def edit_all(world: World, day: str) -> None:
    """An edit in each tool."""
    world.edit("pages", Kind.TASK, "Task 1", notes=f"Pages, {day}")
    world.edit("calendar", Kind.MILESTONE, "Step 1", title="Step 1")
    world.edit("todos", Kind.TASK, "Task 2", notes=f"Todos, {day}")


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (lambda faults: setattr(faults, "down", True), ToolState.BACKING_OFF),
        (lambda faults: setattr(faults, "revoked", True), ToolState.SIGN_IN),
        (lambda faults: setattr(faults, "page", _bug), ToolState.DEGRADED),
    ],
    ids=["down", "revoked", "a fault of our own"],
)
def test_a_tool_that_fails_stops_no_other_and_recovers_by_itself(
    synced: World, tool: str, break_it: Callable[[InMemoryFaults], None], expected: ToolState
) -> None:
    faults = synced.services[tool].faults
    break_it(faults)
    edit_all(synced, "Monday")
    report = synced.sync()
    assert report.tools[tool].state is expected
    assert {report.tools[one].state for one in TOOLS if one != tool} == {ToolState.OK}
    assert not report.converged
    faults.down = faults.revoked = False
    faults.page = None
    assert synced.settle().converged
    assert_agrees(synced)
    assert synced.shows("todos", Kind.TASK, "Task 1")["notes"] == "Pages, Monday"
    assert synced.shows("pages", Kind.TASK, "Task 2")["notes"] == "Todos, Monday"
    assert state(synced, tool) is ToolState.OK


def seconds_left(world: World, tool: str) -> float:
    """Return how long a tool that backs off is still left alone."""
    until = world.store.tools.get(ToolName(tool)).until
    assert until is not None
    return (until - world.clock.now()).total_seconds()


def _bug(_: int) -> None:
    message = "list index out of range"
    raise IndexError(message)


def test_a_tool_says_how_long_to_wait(synced: World) -> None:
    def limit(_: int) -> None:
        raise TryLater("Too many requests: trying again in 90 seconds.", 90)

    synced.services["todos"].faults.page = limit
    synced.sync()
    assert seconds_left(synced, "todos") == 90


@pytest.mark.parametrize(
    "asked", [10**20, float("nan"), float("inf"), -1, 10**400, "1995-01-01", [7]], ids=repr
)
def test_a_tool_that_asks_for_an_absurd_wait_costs_only_itself(
    synced: World, asked: float | list[int] | str
) -> None:
    def limit(_: int) -> None:
        error = TryLater("Too many requests: trying again later.")
        error.seconds = asked  # type: ignore[assignment]  # nor does a service keep to types
        raise error

    synced.services["todos"].faults.page = limit
    synced.services["pages"].add(Kind.TASK, "Added")
    synced.sync()
    assert state(synced, "todos") is ToolState.BACKING_OFF
    assert 0 < seconds_left(synced, "todos") <= 86400
    assert state(synced, "pages") is ToolState.OK


class Speechless(Exception):
    """A stranger's error that fails to tell what it is."""

    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    "error",
    [
        Speechless(),
        KeyError("half \ud83d"),
        SignIn("half \ud83d: sign in."),
        TryLater("\ud83d"),
    ],
    ids=["speechless", "unknown", "sign-in", "later"],
)
def test_an_error_that_cannot_be_written_down_as_it_is_costs_only_its_tool(
    synced: World, error: KeyError | SignIn | Speechless | TryLater
) -> None:
    def fail(_: int) -> None:
        raise error

    synced.services["todos"].faults.page = fail
    synced.services["pages"].add(Kind.TASK, "Added")
    report = synced.sync()
    assert report.tools["todos"].state is not ToolState.OK
    assert report.tools["pages"].state is ToolState.OK


def test_a_refusal_that_cannot_be_written_down_as_it_is_costs_only_its_item(
    world: World,
) -> None:
    def refuse(write: Write) -> None:
        if write.fields.get("title") == "Task 1":
            raise SkipItem("It is no good: half \ud83d")

    world.services["todos"].faults.before = refuse
    world.plan(*sample(world))
    report = world.sync()
    assert world.titles("todos", Kind.TASK) == ["Task 2", "Task 3"]
    assert any("half ?" in one for one in report.problems)


def test_a_tool_that_keeps_failing_is_tried_more_and_more_rarely(synced: World) -> None:
    synced.services["todos"].faults.down = True
    waits = []
    for _ in range(14):
        synced.sync()
        waits.append(seconds_left(synced, "todos"))
    assert waits == sorted(waits)
    assert waits[0] < 60 < waits[-1] <= 3600


def test_a_limit_in_the_middle_ends_the_lane_and_the_rest_is_sent_later(world: World) -> None:
    left = 3

    def busy(_: Write) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise TryLater("Too many requests: later.")

    world.services["pages"].faults.before = busy
    world.plan(*sample(world))
    assert not world.sync().converged
    assert len(world.services["pages"].items) == 3
    assert world.store.journal.count() == 0
    world.services["pages"].faults.before = None
    assert world.settle().converged
    assert_agrees(world)


@pytest.mark.parametrize(
    "error", [SignIn("Signed out: sign in."), Unclear("No answer: looking.")], ids=str
)
def test_what_ends_a_lane_ends_it_at_once(world: World, error: SignIn | Unclear) -> None:
    sent = []

    def fail(write: Write) -> None:
        sent.append(write)
        raise error

    world.services["pages"].faults.before = fail
    world.plan(*sample(world))
    world.sync()
    assert len(sent) == 1


def test_while_an_outcome_is_unclear_nothing_else_is_written_for_it(synced: World) -> None:
    sent = []

    def fail(write: Write) -> None:
        sent.append(write)
        raise Unclear("No answer: looking.")

    synced.services["pages"].faults.before = fail
    synced.services["todos"].add(Kind.TASK, "Added")
    for expected in (1, 2, 3):
        synced.sync()
        assert len(sent) == expected
    assert len({write.key for write in sent}) == 1
    synced.services["pages"].faults.before = None
    assert synced.settle().converged
    assert synced.titles("pages", Kind.TASK).count("Added") == 1


def test_after_a_cycle_nothing_is_in_flight(synced: World) -> None:
    synced.services["todos"].add(Kind.TASK, "Added")
    synced.edit("pages", Kind.TASK, "Task 1", title="Renamed")
    synced.delete("todos", Kind.TASK, "Task 3")
    synced.sync()
    assert synced.store.journal.count() == 0


def test_a_slow_tool_is_not_waited_for_and_joins_when_it_is_done() -> None:
    world = World(threads=True)
    world.plan(*sample(world))
    assert world.settle().converged
    go = threading.Event()

    def hang(_: int) -> None:
        go.wait(30)

    world.services["todos"].faults.page = hang
    world.edit("pages", Kind.MILESTONE, "Step 1", title="First step")
    world.edit("todos", Kind.TASK, "Task 1", title="From the slow one")
    report = world.sync(patience=0.3)
    assert not report.converged
    assert "First step" in world.titles("calendar", Kind.MILESTONE)
    go.set()
    assert world.settle().converged
    assert "From the slow one" in world.titles("pages", Kind.TASK)
    assert_agrees(world)
    world.engine.close()
