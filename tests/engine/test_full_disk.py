"""The disk is full at some moment of a cycle: one sentence, and nothing is lost."""

from pathlib import Path

from syncd.errors import StateTrouble
from syncd.model.entities import Kind
from syncd.store.store import open_store
from syncd.store.tool_store import ToolState
from tests.engine.checks import assert_agrees, portrait
from tests.engine.world import World, sample


def limit(world: World, more: int) -> None:
    """Let the state's file grow by so many pages only."""
    with world.store._database.transaction() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + more}")


def edit_much(world: World) -> None:
    world.edit("pages", Kind.TASK, "Task 1", notes="much " * 2_000)
    for n in range(10):
        world.services["todos"].add(Kind.TASK, f"Added {n}", notes="more " * 500)
    world.delete("todos", Kind.TASK, "Task 3")


def trouble(world: World) -> str:
    """Return what a cycle says of the disk; else every tool is well."""
    try:
        report = world.sync()
    except StateTrouble as error:
        return str(error)
    assert {tool.state for tool in report.tools.values()} == {ToolState.OK}
    return ""


def lived(path: Path, more: int | None) -> tuple[World, list[str]]:
    """Act under a limit until that is lifted; return what was said of the disk."""
    world = World(store=open_store(path))
    world.plan(*sample(world))
    world.settle()
    edit_much(world)
    said = []
    if more is not None:
        limit(world, more)
        said = [trouble(world) for _ in range(3)]
        limit(world, 100_000)
    assert world.settle().converged
    assert_agrees(world)
    return world, [one for one in said if one]


def test_a_full_disk_ends_a_cycle_with_a_sentence_and_nothing_is_lost_or_doubled(
    tmp_path: Path,
) -> None:
    expected = portrait(lived(tmp_path / "usual", None)[0])
    said: list[str] = []
    for more in (0, 1, 3, 6, 10, 15, 25, 40):
        world, troubles = lived(tmp_path / str(more), more)
        assert portrait(world) == expected, more
        assert world.store.history.conflicts() == []
        said += troubles
    assert len(said) >= 3
    assert all("full: make room there, then try again" in one for one in said)
