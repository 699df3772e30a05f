"""A connector that fails where it may not: its tool's lane ends, and no other."""

from dataclasses import replace
from typing import Any, cast

import pytest

from syncd.connect.contract import Connector
from syncd.engine.tool import Tool
from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from syncd.model.remote import Remote
from syncd.store.tool_store import ToolState
from tests.engine.checks import assert_agrees
from tests.engine.world import World, ident, sample

TOOLS = ("pages", "calendar", "todos")
WAYS = ("fit", "can_hold", "capabilities")


class Faulty:
    """A connector that fails at what ``failing`` names, from the n-th time on."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self.failing: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._connector, name)
        if name == "capabilities":
            self._fail(name)
        if name not in ("fit", "can_hold", "id_from_url", "pull"):
            return found

        def failing(*args: Any) -> Any:
            self._fail(name)
            return found(*args)

        return failing

    def _fail(self, name: str) -> None:
        if name not in self.failing:
            return
        self.failing[name] -= 1
        if self.failing[name] < 0:
            raise ZeroDivisionError(name)


class Clumsy(World):
    """A world whose connectors can be made to fail."""

    faulty: dict[str, Faulty]

    def tool(self, name: str) -> Tool:
        made = super().tool(name)
        kept = self.__dict__.setdefault("faulty", {})
        fresh = Faulty(made.connector)
        fresh.failing = kept[name].failing if name in kept else {}
        kept[name] = fresh
        return replace(made, connector=cast("Connector", fresh))


@pytest.fixture
def clumsy() -> Clumsy:
    made = Clumsy()
    made.plan(*sample(made))
    assert made.sync().converged
    return made


def edit_all(world: Clumsy) -> None:
    world.edit("pages", Kind.TASK, "Task 1", notes="From the pages")
    world.edit("todos", Kind.TASK, "Task 2", notes="From the list")
    if "Step 2" in world.titles("calendar", Kind.MILESTONE):
        world.edit("calendar", Kind.MILESTONE, "Step 2", title="Second step")


def shows_edits(world: Clumsy, tool: str) -> bool:
    """Say whether a tool shows what was edited in the two others."""
    if tool == "pages":
        return world.shows("pages", Kind.TASK, "Task 2")["notes"] == "From the list"
    if tool == "todos":
        return world.shows("todos", Kind.TASK, "Task 1")["notes"] == "From the pages"
    return True


@pytest.mark.parametrize("when", [0, 1, 3, 7])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("tool", TOOLS)
def test_what_fails_in_one_connector_ends_its_lane_alone(
    clumsy: Clumsy, tool: str, way: str, when: int
) -> None:
    edit_all(clumsy)
    clumsy.faulty[tool].failing = {way: when}
    report = clumsy.sync()
    if min(clumsy.faulty[tool].failing.values()) >= 0:
        pytest.skip("it was not asked so often")
    assert report.tools[tool].state is ToolState.DEGRADED
    assert (
        "failed in a way syncd does not know (ZeroDivisionError" in report.tools[tool].message
    )
    assert {report.tools[one].state for one in TOOLS if one != tool} == {ToolState.OK}
    fine = {one for one in TOOLS if one != tool}
    if fine == {"pages", "todos"}:
        assert all(shows_edits(clumsy, one) for one in fine), "in the same cycle"
    clumsy.faulty[tool].failing = {}
    assert clumsy.settle().converged
    assert_agrees(clumsy)
    assert all(shows_edits(clumsy, one) for one in TOOLS)


@pytest.mark.parametrize("tool", TOOLS)
def test_what_keeps_failing_never_breaks_a_cycle_and_costs_the_others_nothing(
    clumsy: Clumsy, tool: str
) -> None:
    clumsy.faulty[tool].failing = {"fit": 0, "can_hold": 0}
    for day in range(3):
        edit_all(clumsy)
        clumsy.engine.check_everything()
        report = clumsy.sync()
        assert report.tools[tool].state is ToolState.DEGRADED, day
        assert {report.tools[one].state for one in TOOLS if one != tool} == {ToolState.OK}
    clumsy.faulty[tool].failing = {}
    assert clumsy.settle().converged
    assert_agrees(clumsy)


def test_where_addresses_cannot_be_told_apart_nothing_is_written_for_them(
    clumsy: Clumsy,
) -> None:
    """The page has another title in its address, as services do; the tool shows the old."""
    before = clumsy.snapshot()
    clumsy.faulty["pages"].failing = {"id_from_url": 0}
    clumsy.engine.check_everything()
    written = [clumsy.sync().tools["todos"].writes for _ in range(3)]
    assert written == [0, 0, 0]
    assert clumsy.snapshot() == before
    clumsy.faulty["pages"].failing = {}
    assert clumsy.settle().converged
    assert_agrees(clumsy)


def test_a_failure_in_telling_addresses_is_the_fault_of_who_tells_them(clumsy: Clumsy) -> None:
    page = clumsy.services["pages"]
    remote = page.titled(Kind.TASK, "Task 1")
    for link in clumsy.store.links.of_entities(ToolName("pages"), [ident("T1")]).values():
        assert link.remote == remote
    clumsy.faulty["pages"].failing = {"id_from_url": 0}
    todos = clumsy.services["todos"]
    copy = todos.duplicate(todos.titled(Kind.TASK, "Task 1"))
    clumsy.edit("todos", Kind.TASK, "Task 2", notes="From the list")
    report = clumsy.sync()
    assert report.tools["todos"].state is ToolState.OK
    assert report.tools["pages"].state is ToolState.DEGRADED
    assert copy in todos.items
    clumsy.faulty["pages"].failing = {}
    assert clumsy.settle(8).converged
    assert_agrees(clumsy)
    assert clumsy.shows("pages", Kind.TASK, "Task 2")["notes"] == "From the list"


def test_an_item_that_cannot_be_taken_in_ends_its_lane_alone(clumsy: Clumsy) -> None:
    """What a connector hands over is no item at all: its own lane ends."""
    edit_all(clumsy)
    todos = clumsy.services["todos"]
    odd = todos.add(Kind.TASK, "Odd")
    kept = todos.items[odd]
    todos.items[odd] = Remote(
        id=odd,
        kind=Kind.TASK,
        fields={**kept.fields, "labels": 7, "due": object()},  # type: ignore[dict-item]  # no value
        edited_at=kept.edited_at,
    )
    report = clumsy.sync()
    assert report.tools["todos"].state is ToolState.DEGRADED
    assert {report.tools[one].state for one in ("pages", "calendar")} == {ToolState.OK}
    assert "Second step" in clumsy.titles("pages", Kind.MILESTONE), "in the same cycle"
    todos.items[odd] = kept
    assert clumsy.settle().converged
    assert_agrees(clumsy)
    assert "Odd" in clumsy.titles("pages", Kind.TASK)


def test_a_dry_run_shows_what_the_others_would_do(clumsy: Clumsy) -> None:
    edit_all(clumsy)
    clumsy.faulty["todos"].failing = {"fit": 0}
    report = clumsy.preview()
    assert report.tools["todos"].state is ToolState.DEGRADED
    assert [one.title for one in report.tools["pages"].plan] == ["Second step"]


def test_a_planner_of_blocks_that_fails_leaves_the_tools_in_step(clumsy: Clumsy) -> None:
    class Broken:
        def wanted(self, *, fresh: bool) -> bool:
            raise ZeroDivisionError

    def plan() -> bool:
        return Broken().wanted(fresh=True)

    clumsy.engine._blocks.plan = plan  # type: ignore[method-assign]  # a planner that fails
    edit_all(clumsy)
    report = clumsy.sync()
    assert {one.state for one in report.tools.values()} == {ToolState.OK}
    assert any(
        "blocks could not be planned (ZeroDivisionError)" in it for it in report.problems
    )
    assert not report.converged
    assert all(shows_edits(clumsy, one) for one in TOOLS)
