"""A tool that can't be made is that tool's record: the others go on, and it joins later."""

import threading
import time
from itertools import pairwise
from typing import Any

import pytest

from syncd.connect.contract import Connector
from syncd.engine.cycle import Engine
from syncd.engine.tool import Tool
from syncd.errors import Mistake, NoSecret, NotLoaded, SignIn
from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from syncd.store.tool_store import ToolState
from syncd.testing.in_memory_capabilities import LIKE_NOTION
from tests.engine.checks import assert_agrees
from tests.engine.world import OneAfterAnother, World, sample

TODOS = ToolName("todos")


class Making:
    """A world whose tools are made by the engine, with what goes wrong in that."""

    def __init__(self, *, threads: bool = False) -> None:
        self.world = World()
        self.wrong: dict[str, BaseException] = {}
        self.slow: dict[str, threading.Event] = {}
        self.asked: list[str] = []
        self.threads = threads
        self.start()

    def start(self) -> None:
        context = self.world.engine.context
        context.tools.clear()
        context.known = tuple(ToolName(name) for name in self.world.services)
        if self.threads:
            self.world.engine = Engine(context, remake=self.make)
        else:
            self.world.engine = Engine(context, remake=self.make, pool=OneAfterAnother())

    def make(self, name: str) -> Tool:
        self.asked.append(name)
        if name in self.slow:
            assert self.slow[name].wait(30)
        if name in self.wrong:
            raise self.wrong[name]
        return self.world.tool(name)


@pytest.fixture
def making() -> Making:
    made = Making()
    made.world.plan(*sample(made.world))
    return made


FAULTS = {
    "its secret can't be fetched": (NoSecret("The command failed: run it."), "degraded"),
    "its plug-in does not load": (
        NotLoaded("`todos` does not load: reinstall it."),
        "degraded",
    ),
    "its settings are wrong": (Mistake("There is no such project: name another."), "degraded"),
    "nobody signed in": (SignIn("Sign in to it."), "needs sign-in"),
    "it fails in a way nobody knows": (KeyError("base"), "degraded"),
    "it asks syncd to end": (SystemExit(3), "degraded"),
    "it can't even say what is wrong": (RuntimeError("\ud800"), "degraded"),
}


@pytest.mark.parametrize("tool", ["pages", "todos", "calendar"])
@pytest.mark.parametrize(("error", "state"), FAULTS.values(), ids=FAULTS)
def test_a_tool_that_cannot_be_made_is_told_and_the_others_are_synced(
    making: Making,
    error: KeyError | Mistake | NoSecret | NotLoaded | RuntimeError | SignIn | SystemExit,
    state: str,
    tool: str,
) -> None:
    making.wrong[tool] = error
    report = making.world.sync()
    assert report.tools[tool].state == state
    assert report.tools[tool].message in report.problems
    assert not report.converged
    others = {"pages", "todos", "calendar"} - {tool}
    assert {report.tools[one].state for one in others} == {ToolState.OK}
    assert all(making.world.services[one].items for one in others)
    assert not making.world.services[tool].items


@pytest.mark.parametrize("tool", ["pages", "todos", "calendar"])
def test_it_joins_once_it_can_be_made_and_then_all_agree(making: Making, tool: str) -> None:
    making.wrong[tool] = NoSecret("The command failed: run it.")
    making.world.sync()
    del making.wrong[tool]
    report = making.world.settle(8)
    assert report.converged, report.problems
    assert tool not in making.world.engine.unusable
    making.world.engine.check_everything()
    assert making.world.settle().writes == 0
    assert_agrees(making.world)


def test_it_is_tried_again_more_and_more_rarely(making: Making) -> None:
    making.wrong["todos"] = NoSecret("The command failed: run it.")
    minutes = []
    for minute in range(1, 64):
        making.asked.clear()
        making.world.sync()
        if "todos" in making.asked:
            minutes.append(minute)
    gaps = [late - early for early, late in pairwise(minutes)]
    assert gaps == [1, 2, 4, 8, 15, 15, 15]
    assert making.asked.count("pages") == 0, "what works is not made anew"


@pytest.mark.parametrize(
    "error", [SignIn("Sign in to it."), Mistake("No token file: make it.")]
)
def test_one_that_nobody_signed_in_to_is_looked_at_each_time(
    making: Making, error: Mistake | SignIn
) -> None:
    making.wrong["todos"] = error
    for _ in range(10):
        making.asked.clear()
        making.world.sync()
        assert "todos" in making.asked


def test_who_wants_everything_looked_at_now_has_it_tried_at_once(making: Making) -> None:
    making.wrong["todos"] = NoSecret("The command failed: run it.")
    for _ in range(9):
        making.world.sync()
    making.asked.clear()
    making.world.engine.check_everything()
    making.world.sync()
    assert "todos" in making.asked


def test_a_new_engine_tries_it_at_once(making: Making) -> None:
    making.wrong["todos"] = NoSecret("The command failed: run it.")
    for _ in range(5):
        making.world.sync()
    making.start()
    making.asked.clear()
    making.world.sync()
    assert "todos" in making.asked


def test_what_cannot_be_made_costs_the_others_no_write(making: Making) -> None:
    """The pages are where addresses come from: without them, those that are shown stay."""
    assert making.world.settle().converged
    making.start()
    making.wrong["pages"] = NoSecret("The command failed: run it.")
    making.world.engine.check_everything()
    before = making.world.snapshot()
    assert making.world.sync().writes == 0
    assert making.world.snapshot() == before
    del making.wrong["pages"]
    assert making.world.settle().converged
    assert making.world.snapshot() == before


def test_an_address_that_came_about_meanwhile_is_shown_once_it_is_known(making: Making) -> None:
    making.wrong["pages"] = NoSecret("The command failed: run it.")
    making.world.sync()
    del making.wrong["pages"]
    assert making.world.settle(8).converged
    page = making.world.remote("pages", Kind.TASK, "Task 1")
    shown = making.world.services["todos"]
    item = shown.items[shown.titled(Kind.TASK, "Task 1")]
    assert item.link == making.world.services["pages"].address(page)


def test_what_points_to_pages_that_were_never_read_is_not_new(making: Making) -> None:
    """The state is lost, and the pages can't be reached: who may tell what this is?"""
    assert making.world.settle().converged
    making.world.lose_state()
    making.start()
    making.wrong["pages"] = NoSecret("The command failed: run it.")
    making.world.sync()
    del making.wrong["pages"]
    assert making.world.settle(8).converged
    assert making.world.titles("pages", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert making.world.titles("todos", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert_agrees(making.world)


def test_a_tool_that_backs_off_goes_on_as_it_was_if_it_cannot_be_made_anew(
    making: Making,
) -> None:
    assert making.world.settle().converged
    making.world.services["todos"].faults.down = True
    assert making.world.sync().tools["todos"].state is ToolState.BACKING_OFF
    making.world.services["todos"].faults.down = False
    making.wrong["todos"] = NoSecret("The store is locked: unlock it.")
    making.world.edit("todos", Kind.TASK, "Task 1", title="Renamed")
    assert making.world.settle().converged
    assert "Renamed" in making.world.titles("pages", Kind.TASK)


def test_a_tool_whose_sign_in_is_refused_and_cannot_be_made_anew_says_why(
    making: Making,
) -> None:
    assert making.world.settle().converged
    making.world.services["todos"].faults.revoked = True
    assert making.world.sync().tools["todos"].state is ToolState.SIGN_IN
    making.wrong["todos"] = NoSecret("The store is locked: unlock it.")
    report = making.world.sync()
    assert report.tools["todos"].message == "The store is locked: unlock it."
    assert report.tools["pages"].state is ToolState.OK
    making.world.services["todos"].faults.revoked = False
    del making.wrong["todos"]
    assert making.world.settle().converged


def test_a_dry_run_shows_what_the_others_would_do(making: Making) -> None:
    making.wrong["todos"] = KeyError("base")
    report = making.world.engine.preview()
    assert report.tools["todos"].state is ToolState.DEGRADED
    assert report.tools["pages"].plan
    assert not report.converged


def test_one_that_takes_long_to_be_made_holds_up_nobody() -> None:
    making = Making(threads=True)
    making.world.plan(*sample(making.world))
    making.slow["todos"] = threading.Event()
    report = making.world.sync(patience=3)
    assert making.world.titles("calendar", Kind.MILESTONE) == ["Step 1", "Step 2"]
    assert report.tools["pages"].state is ToolState.OK
    assert not report.converged
    making.slow["todos"].set()
    assert making.world.settle(8).converged
    assert_agrees(making.world)
    making.world.engine.close()


def test_to_close_waits_for_nothing_that_was_only_begun() -> None:
    making = Making(threads=True)
    making.world.plan(*sample(making.world))
    making.slow["todos"] = threading.Event()
    making.world.sync(patience=0.5)
    threading.Timer(0.5, making.slow["todos"].set).start()
    before = time.monotonic()
    making.world.engine.close()
    assert time.monotonic() - before < 5


def test_a_connector_that_fails_while_it_is_looked_at_could_not_be_made(making: Making) -> None:
    class Odd:
        def __init__(self, connector: Connector) -> None:
            self._connector = connector

        def __getattr__(self, name: str) -> Any:
            if name == "provides_urls":
                raise ZeroDivisionError
            return getattr(self._connector, name)

    usual = making.make

    def make(name: str) -> Tool:
        tool = usual(name)
        if name == "todos":
            object.__setattr__(tool, "connector", Odd(tool.connector))
        return tool

    making.world.engine._factory.make = make
    report = making.world.sync()
    assert report.tools["todos"].state is ToolState.DEGRADED
    assert "ZeroDivisionError" in report.tools["todos"].message
    assert making.world.titles("pages", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]


def test_a_tool_that_is_switched_on_later_the_same_day_gets_all_there_is(
    making: Making,
) -> None:
    context = making.world.engine.context
    everything, context.known = context.known, (ToolName("pages"), ToolName("calendar"))
    assert making.world.settle().converged
    making.start()
    making.world.engine.context.known = everything
    assert making.world.settle().converged
    assert making.world.titles("todos", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]


def test_the_shape_of_pages_gives_addresses() -> None:
    """What these tests rest on."""
    assert LIKE_NOTION.provides_urls
