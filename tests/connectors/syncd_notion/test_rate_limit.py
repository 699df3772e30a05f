"""Notion is asked no oftener than it allows, however much there is to write."""

from syncd.model.entities import Kind
from tests.connectors.syncd_notion.desk import Desk


def test_a_first_sync_of_many_pages_is_never_refused(desk: Desk) -> None:
    """180 requests in any minute (Notion API documentation, request limits)."""
    desk.sandbox.switches.per_minute = 180
    desk.again_with(requests_per_minute=180)
    desk.clock.advance(seconds=60)
    for number in range(400):
        desk.create(Kind.GOAL, f"Goal {number}")
    assert [it.status for it in desk.server.log if it.status == 429] == []
    assert 100 <= sum(desk.clock.slept) <= 200


def test_a_workspace_that_allows_more_is_asked_oftener(desk: Desk) -> None:
    desk.sandbox.switches.per_minute = 600
    desk.again_with(requests_per_minute=600)
    for number in range(400):
        desk.create(Kind.GOAL, f"Goal {number}")
    assert sum(desk.clock.slept) == 0


def test_without_the_allowance_it_would_have_been(desk: Desk) -> None:
    desk.sandbox.switches.per_minute = 180
    desk.again_with(requests_per_minute=100_000)
    for number in range(190):
        desk.do(desk.new_write(Kind.GOAL, f"Goal {number}"))
    assert [it.status for it in desk.server.log if it.status == 429]


def test_what_another_process_has_spent_is_waited_for(desk: Desk) -> None:
    desk.sandbox.switches.per_minute = 180
    for number in range(150):
        desk.create(Kind.GOAL, f"Goal {number}")
    desk.again_with(requests_per_minute=180)
    for number in range(150):
        desk.create(Kind.GOAL, f"Another {number}")
