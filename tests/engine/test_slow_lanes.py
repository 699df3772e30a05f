"""Lanes that take long: what they do is told once, and they end when they are asked to."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from syncd.clock import SystemClock
from syncd.connect.network import RateLimiter
from syncd.errors import SignIn, TryLater, Unclear
from syncd.model.entities import Kind, Task
from syncd.model.ids import ToolName
from syncd.model.remote import Write
from syncd.store.tool_store import ToolState
from tests.engine.checks import assert_agrees
from tests.engine.world import World, ident

PAGES = ToolName("pages")


class Gate:
    """Lets so many writes of a service pass, and then one after the other when asked."""

    def __init__(self, world: World, tool: str) -> None:
        self.seen = 0
        self._open = threading.Semaphore(0)
        self.met = threading.Event()
        world.services[tool].faults.before = self

    def __call__(self, _write: Write) -> None:
        self.seen += 1
        self.met.set()
        assert self._open.acquire(timeout=30)

    def let(self, number: int) -> None:
        self._open.release(number)


@pytest.fixture
def crowd() -> Iterator[World]:
    """Forty tasks that are to be made in all tools, one write after the other."""
    world = World(threads=True)
    now = world.clock.now()
    world.plan(*(Task(id=ident(f"T{n}"), title=f"Task {n}", created_at=now) for n in range(40)))
    yield world
    world.services["pages"].faults.before = None
    world.engine.close()


def until(what: Callable[[], object]) -> bool:
    ends = time.monotonic() + 20
    while not what() and time.monotonic() < ends:
        time.sleep(0.01)
    return bool(what())


def test_all_that_a_slow_lane_wrote_is_reported_and_each_write_once(crowd: World) -> None:
    gate = Gate(crowd, "pages")
    reports = [crowd.sync(patience=0.3)]
    for _ in range(4):
        gate.let(9)
        assert until(lambda: not gate._open._value)
        reports.append(crowd.sync(patience=0.3))
    gate.let(100)
    while not reports[-1].converged:
        reports.append(crowd.sync())
    assert sum(one.tools["pages"].created for one in reports) == 40
    assert sum(one.tools["todos"].created for one in reports) == 40
    assert any(one.tools["pages"].created for one in reports[1:-1])


def test_what_was_written_between_two_runs_is_told_though_another_tool_is_asked_for(
    crowd: World,
) -> None:
    gate = Gate(crowd, "pages")
    first = crowd.sync(patience=0.3)
    gate.let(5)
    assert until(lambda: len(crowd.services["pages"].items) == 5)
    assert until(lambda: gate.seen == 6)
    second = crowd.sync(only=["todos"], patience=0.3)
    assert first.tools["pages"].created + second.tools["pages"].created == 5
    gate.let(100)


def test_what_was_written_after_the_last_run_is_told_when_the_engine_closes(
    crowd: World,
) -> None:
    gate = Gate(crowd, "pages")
    first = crowd.sync(patience=0.3)
    gate.let(5)
    assert until(lambda: gate.seen == 6)
    threading.Timer(0.2, gate.let, [1]).start()
    last = crowd.engine.close()
    assert first.tools["pages"].created + last.tools["pages"].created == 6
    assert len(crowd.services["pages"].items) == 6


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SignIn("Signed out: sign in."), ToolState.SIGN_IN),
        (TryLater("Too many requests: later."), ToolState.BACKING_OFF),
        (Unclear("No answer: looking."), ToolState.BACKING_OFF),
        (KeyError("base"), ToolState.DEGRADED),
    ],
    ids=lambda it: str(it),
)
def test_the_failure_of_a_lane_between_two_runs_is_told_by_the_next(
    crowd: World, error: KeyError | SignIn | TryLater | Unclear, state: ToolState
) -> None:
    gate = Gate(crowd, "pages")
    crowd.sync(patience=0.3)
    fail = threading.Event()

    def failing(write: Write) -> None:
        gate(write)
        if fail.is_set():
            raise error

    crowd.services["pages"].faults.before = failing
    gate.let(3)
    assert until(lambda: gate.seen == 4)
    fail.set()
    gate.let(100)
    assert until(crowd.engine._writers.lanes[PAGES].done)
    report = crowd.sync()
    assert report.tools["pages"].state is state
    assert not report.converged
    fail.clear()
    assert crowd.settle(8).converged
    assert_agrees(crowd)


def test_the_requests_of_a_slow_lane_are_told_once(crowd: World) -> None:
    gate = Gate(crowd, "pages")
    reports = [crowd.sync(patience=0.3)]
    gate.let(100)
    while not reports[-1].converged:
        reports.append(crowd.sync())
    asked = sum(one.tools["pages"].requests for one in reports)
    assert asked == crowd.engine.context.tools[PAGES].limiter.total


def test_an_engine_that_closes_ends_its_lanes_at_the_next_item(crowd: World) -> None:
    gate = Gate(crowd, "pages")
    crowd.sync(patience=0.3)
    threading.Timer(0.2, gate.let, [1]).start()
    before = time.monotonic()
    crowd.engine.close()
    assert time.monotonic() - before < 5
    assert gate.seen == 1
    assert crowd.store.journal.count() == 0, "what was in flight is written down"
    crowd.services["pages"].faults.before = None
    crowd.start()
    assert crowd.settle().converged
    assert len(crowd.services["pages"].items) == 40
    assert_agrees(crowd)


def test_a_reading_ends_before_its_next_page(crowd: World) -> None:
    crowd.engine.close()
    crowd.start()
    turned = threading.Event()
    go = threading.Event()
    pages = []

    def page(number: int) -> None:
        pages.append(number)
        turned.set()
        assert go.wait(30)

    for n in range(500):
        crowd.services["pages"].add(Kind.TASK, f"Page {n}")
    crowd.services["pages"].faults.page = page
    crowd.sync(patience=0.3)
    assert turned.wait(20)
    threading.Timer(0.2, go.set).start()
    crowd.engine.close()
    assert len(pages) == 1
    assert crowd.store.tools.get(PAGES).state is ToolState.OK, "that is no fault of the tool"
    crowd.services["pages"].faults.page = None
    crowd.start()
    assert crowd.settle(8).converged


def test_what_was_stopped_does_not_say_that_everything_agrees(crowd: World) -> None:
    crowd.engine.close()
    crowd.clock.stopped.set()
    crowd.start()
    report = crowd.sync()
    assert not report.converged
    assert {one.state for one in report.tools.values()} == {ToolState.OK}
    assert not any("stop" in one for one in report.problems)


def test_a_pause_ends_soon_after_syncd_is_asked_to_stop() -> None:
    class RealClock(SystemClock):
        def sleep(self, seconds: float) -> bool:
            time.sleep(seconds)
            return False

    stop = threading.Event()
    limiter = RateLimiter(RealClock())
    limiter.heed(stop.is_set)
    threading.Timer(0.3, stop.set).start()
    before = time.monotonic()
    assert limiter.sleep(50)
    assert time.monotonic() - before < 3
