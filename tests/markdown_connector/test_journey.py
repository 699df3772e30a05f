"""A plan with pages and a to-do file: what is written by hand arrives, and ticks go both ways."""

from dataclasses import replace
from pathlib import Path

import pytest

from syncd.connect.contract import Toolbox
from syncd.connect.network import Network, RateLimiter
from syncd.connect.wrappers import wrapped
from syncd.engine.cycle import Engine
from syncd.engine.tool import Tool
from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from syncd.store.tool_store import ToolMemory
from syncd.testing.in_memory_capabilities import LIKE_NOTION
from tests.engine.world import QUICK, ZONE, OneAfterAnother, World, sample
from tests.markdown_connector.connector import PLUGIN, MarkdownSettings
from tests.markdown_connector.harness import TextEditor


def _tool(world: World, path: Path) -> Tool:
    limiter = RateLimiter(world.clock)
    toolbox = Toolbox(
        clock=world.clock,
        memory=ToolMemory(world.store.tools, PLUGIN.name),
        network=Network(limiter=limiter),
        timezone=ZONE,
        new_key=lambda: str(world.rng.random()),
    )
    bare = PLUGIN.build(MarkdownSettings(path=path), toolbox)
    connector = wrapped(bare, limiter, world.rng)
    return Tool(
        name=ToolName(PLUGIN.name), title=PLUGIN.title, connector=connector, limiter=limiter
    )


@pytest.fixture
def editor(tmp_path: Path) -> TextEditor:
    return TextEditor(tmp_path / "todo.md")


@pytest.fixture
def world(editor: TextEditor) -> World:
    """A world in which the sample plan is on pages and in a file."""
    world = World(shapes=(LIKE_NOTION,))
    tool = _tool(world, editor.path)
    context = replace(
        world.engine.context, tools={**world.engine.context.tools, tool.name: tool}
    )
    world.engine = Engine(context, planner=QUICK, pool=OneAfterAnother())
    world.plan(*sample(world))
    assert world.settle().converged
    return world


def test_the_plan_s_tasks_are_lines(world: World, editor: TextEditor) -> None:
    assert sorted(editor.titles(Kind.TASK)) == ["Task 1", "Task 2", "Task 3"]
    text = editor.path.read_text()
    assert world.sync().writes == 0
    assert editor.path.read_text() == text


def test_a_task_added_by_hand_reaches_the_plan_and_its_page(
    world: World, editor: TextEditor
) -> None:
    editor.add(Kind.TASK, "Call Ada", due="2026-06-11")
    assert world.sync().converged
    task = world.entity(Kind.TASK, "Call Ada")
    assert world.shows("pages", Kind.TASK, "Call Ada")["due"] == task.due
    assert f"syncd: {task.id} -->" in editor.path.read_text()
    assert world.sync().writes == 0


def test_a_tick_goes_both_ways(world: World, editor: TextEditor) -> None:
    editor.edit(Kind.TASK, "Task 1", "done", value=True)
    world.edit("pages", Kind.TASK, "Task 2", done=True)
    assert world.sync().converged
    assert world.shows("pages", Kind.TASK, "Task 1")["done"] is True
    assert editor.shows(Kind.TASK, "Task 2")["done"] is True
    assert editor.shows(Kind.TASK, "Task 3")["done"] is False


def test_a_line_that_is_deleted_and_one_that_is_edited_at_once(
    world: World, editor: TextEditor
) -> None:
    editor.delete(Kind.TASK, "Task 3")
    editor.edit(Kind.TASK, "Task 1", "title", "Task one")
    world.edit("pages", Kind.TASK, "Task 2", title="Task two")
    assert world.settle().converged
    assert world.titles("pages", Kind.TASK) == ["Task one", "Task two"]
    assert sorted(editor.titles(Kind.TASK)) == ["Task one", "Task two"]


def test_notes_of_the_person_s_own_outlive_all_writes(world: World, editor: TextEditor) -> None:
    editor.note("Task 1")
    world.edit("pages", Kind.TASK, "Task 1", title="Renamed")
    assert world.settle().converged
    assert editor.noted("Renamed")


def test_a_file_that_is_gone_archives_nothing(world: World, editor: TextEditor) -> None:
    editor.path.unlink()
    report = world.sync()
    assert not report.converged
    assert world.titles("pages", Kind.TASK) == ["Task 1", "Task 2", "Task 3"]
    assert not editor.path.exists()
