"""``syncd done``, ``missed``, ``pin`` and ``unpin``."""

import pytest

from syncd.engine.blocks.edits import set_state
from syncd.model.values import BlockState
from tests.cli.desks import Desk, complaint
from tests.cli.evenings import Evenings, start_of

BOOK, ASK, OUTLINE = "Read the book", "Ask for feedback", "Write an outline"


def state(desk: Evenings, title: str) -> list[str]:
    return [one.state for one in desk.blocks(title)]


@pytest.fixture
def over(evenings: Evenings) -> Evenings:
    """The one block for feedback is over, and nobody said anything."""
    evenings.after(evenings.blocks(ASK)[0])
    return evenings


def names(desk: Evenings) -> list[str]:
    """Return all that names the block for feedback: ids, and its task."""
    (block,) = desk.blocks(ASK)
    assert block.task is not None
    return [block.id, block.id.lower(), block.id[:8], block.task, block.task[:8], ASK.upper()]


@pytest.mark.parametrize("which", range(6))
def test_a_block_is_named_by_its_id_or_by_its_task(over: Evenings, which: int) -> None:
    said = over.syncd("done", names(over)[which])
    assert said.status == 0
    assert f"'{ASK}' (" in said.out
    assert said.out.rstrip().endswith("is done.")
    assert state(over, ASK) == ["done"]


def test_what_is_said_of_a_block_can_be_taken_back(over: Evenings) -> None:
    said = over.syncd("missed", ASK)
    assert "its time is planned again" in " ".join(said.out.split())
    assert state(over, ASK) == ["missed"]
    cycle = said.err.split("undo ")[1].split("`")[0]
    assert over.syncd("undo", cycle).status == 0
    assert state(over, ASK) == ["published"]


def test_what_was_missed_is_planned_again(over: Evenings) -> None:
    over.syncd("missed", ASK)
    over.plan_blocks()
    assert state(over, ASK) == ["missed", "published"]


def test_one_may_change_ones_mind(over: Evenings) -> None:
    over.syncd("missed", ASK)
    (block,) = over.blocks(ASK)
    assert over.syncd("done", block.id).status == 0
    assert state(over, ASK) == ["done"]
    assert over.told("done", block.id)["changed"] is False
    assert "was done already" in over.syncd("done", block.id).out


def test_of_a_task_all_blocks_that_wait_are_meant_and_none_that_are_to_come(
    evenings: Evenings,
) -> None:
    evenings.import_plan("tasks:\n- {title: Long course, estimate: 12h}\n")
    evenings.plan_blocks()
    evenings.after(evenings.blocks("Long course")[1])
    told = evenings.told("done", "Long course")
    assert len(told["blocks"]) == 2
    assert {one["state"] for one in told["blocks"]} == {"done"}
    assert set(state(evenings, "Long course")[2:]) <= {"published", "draft"}


def test_a_block_may_be_done_ahead_of_its_time_if_it_is_named_itself(
    evenings: Evenings,
) -> None:
    (block,) = evenings.blocks(ASK)
    unclear = evenings.syncd("done", ASK)
    assert unclear.status == 2
    assert block.id[:4] in complaint(unclear)
    said = evenings.syncd("done", block.id)
    assert "is done, ahead of its time" in " ".join(said.out.split())
    evenings.plan_blocks()
    assert state(evenings, ASK) == ["done"]


def test_a_block_that_is_not_over_can_not_be_missed(evenings: Evenings) -> None:
    said = evenings.syncd("missed", evenings.blocks(ASK)[0].id)
    assert said.status == 2
    assert "delete its event" in complaint(said)


def test_where_no_block_waits_ticking_the_task_is_named(over: Evenings) -> None:
    over.syncd("done", ASK)
    assert "tick the task itself" in complaint(over.syncd("done", ASK))


def test_ticking_a_task_names_the_tools_that_hold_it(synced: Desk) -> None:
    synced.import_plan("tasks:\n- {title: Loose end, estimate: 0}\n")
    synced.sync()
    said = synced.syncd("done", "Loose end")
    assert "in Notion or Todoist." in complaint(said)


@pytest.mark.parametrize("command", ["done", "missed", "pin", "unpin"])
@pytest.mark.parametrize("what", ["Lead a team", "nothing at all", "ZZZZ"])
def test_what_is_no_block_and_no_task_is_a_mistake(
    evenings: Evenings, command: str, what: str
) -> None:
    said = evenings.syncd(command, what)
    assert said.status == 2
    complaint(said)


def test_a_block_that_is_gone_is_told(evenings: Evenings) -> None:
    (block,) = evenings.blocks(ASK)
    evenings.import_plan(f"tasks:\n- {{title: {ASK}, goal: Lead a team, done: true}}\n")
    evenings.plan_blocks()
    assert "is gone" in complaint(evenings.syncd("done", block.id))


def test_two_tasks_of_one_title_have_to_be_told_apart(evenings: Evenings) -> None:
    evenings.import_plan(f"tasks:\n- {{title: {ASK}, goal: Speak in public}}\n")
    assert "may be task" in complaint(evenings.syncd("pin", ASK))


def test_a_pinned_block_stays_where_it_is_whatever_comes(evenings: Evenings) -> None:
    (block,) = evenings.blocks(ASK)
    said = evenings.syncd("pin", ASK)
    assert "is pinned: syncd will not move it" in " ".join(said.out.split())
    evenings.meet(start_of(block), 60)
    evenings.plan_blocks()
    assert [start_of(one) for one in evenings.blocks(ASK)] == [start_of(block)]
    assert "was pinned already" in evenings.syncd("pin", ASK).out


def test_a_block_that_is_not_pinned_any_more_gives_way(evenings: Evenings) -> None:
    (block,) = evenings.blocks(ASK)
    evenings.syncd("pin", ASK)
    evenings.meet(start_of(block), 60)
    evenings.plan_blocks()
    assert evenings.syncd("unpin", ASK).status == 0
    evenings.plan_blocks()
    assert start_of(evenings.blocks(ASK)[0]) != start_of(block)


def test_a_title_means_the_next_block_that_can_be_pinned(evenings: Evenings) -> None:
    evenings.import_plan("tasks:\n- {title: Long course, estimate: 12h}\n")
    evenings.plan_blocks()
    for _ in range(2):
        evenings.syncd("pin", "Long course")
    assert state(evenings, "Long course")[:3] == ["pinned", "pinned", "published"]
    evenings.syncd("unpin", "Long course")
    assert state(evenings, "Long course")[:2] == ["published", "pinned"]


@pytest.mark.parametrize(("command", "tells"), [("pin", "ahead"), ("unpin", "not pinned")])
def test_what_can_not_be_pinned_or_let_go_is_told(
    over: Evenings, command: str, tells: str
) -> None:
    said = over.syncd(command, over.blocks(ASK)[0].id)
    assert said.status == 2
    assert tells in complaint(said)


def test_a_task_without_a_block_ahead_has_none_to_pin(over: Evenings) -> None:
    assert "no block ahead" in complaint(over.syncd("pin", ASK))


def test_a_block_with_a_title_of_its_own_is_found_by_it(evenings: Evenings) -> None:
    evenings.import_plan(
        "blocks:\n- {title: Deep work, start: 2026-03-23 08:00, end: 2026-03-23 09:00,"
        " state: pinned}\n"
    )
    assert evenings.syncd("done", "deep work").status == 0
    assert state(evenings, "Deep work") == [BlockState.DONE]


@pytest.mark.parametrize("command", ["done", "missed"])
def test_of_a_block_that_was_deleted_nothing_can_be_said(
    evenings: Evenings, command: str
) -> None:
    (block,) = evenings.blocks(ASK)
    app = evenings.app()
    set_state(app.plan_context(), [block.id], BlockState.SKIPPED)
    app.close()
    said = evenings.syncd(command, block.id)
    assert said.status == 2
    assert "was deleted in the calendar" in complaint(said)
    assert state(evenings, ASK) == ["skipped"]
