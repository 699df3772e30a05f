"""What a person does to their blocks, and what becomes of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syncd.connect.contract import BusySpan
from syncd.engine.blocks.edits import pause, resume
from syncd.engine.blocks.planner_state import PlannerState, proposal
from syncd.model.entities import Block, Goal, Kind, Task
from syncd.model.values import BlockState, GoalStatus, Moment
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import Effort, Preferences, Problem, RandomSource, Span, Timetable
from syncd.testing.in_memory_capabilities import LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS
from tests.engine.world import ZONE, World, end_of, ident, start_of

BERLIN = Preferences(zone=ZONE)
EVENING = (18, 21)


def task(world: World, number: int, minutes: int | None = 60, **more: Any) -> Task:
    more.setdefault("goal", ident("G1"))
    return Task(
        id=ident(f"T{number}"),
        title=f"Task {number}",
        created_at=world.clock.now(),
        estimate_minutes=minutes,
        **more,
    )


@pytest.fixture
def world() -> World:
    """Monday noon; a goal; the person has time in the evenings."""
    made = World(shapes=(LIKE_NOTION, LIKE_PLANNER, LIKE_TODOS), preferences=BERLIN)
    made.clock.set_to(datetime(2026, 5, 4, 10, 0, tzinfo=UTC))
    goal = Goal(
        id=ident("G1"), title="Lead", created_at=made.clock.now(), status=GoalStatus.ACTIVE
    )
    made.plan(goal)
    return made


def blocks(world: World, *states: BlockState) -> list[Block]:
    """Return the plan's live blocks (of these states), in order of time."""
    found = [one.entity for one in world.store.plan.every(Kind.BLOCK, archived=False)]
    chosen = [
        one for one in found if isinstance(one, Block) and (one.state in states or not states)
    ]
    return sorted(chosen, key=lambda one: start_of(one).at)


def shown(world: World) -> list[Any]:
    """Return the calendar's block events, in order of time."""
    items = [one for one in world.services["calendar"].items.values() if one.kind is Kind.BLOCK]
    return sorted(items, key=lambda one: one.fields["start"].at)


def meeting(world: World, start: datetime, minutes: int = 60) -> None:
    spans = world.services["calendar"].busy["own"]
    assert spans is not None
    spans.append(BusySpan(start, start + timedelta(minutes=minutes)))


def drag(world: World, item: Any, hours: float = 0, longer: int = 0) -> None:
    start, end = item.fields["start"], item.fields["end"]
    world.services["calendar"].edit(
        item.id,
        start=Moment(start.at + timedelta(hours=hours), start.zone),
        end=Moment(end.at + timedelta(hours=hours, minutes=longer), end.zone),
    )


def quiet(world: World) -> None:
    """Nothing is left to do."""
    for _ in range(2):
        report = world.sync()
        assert report.converged
        assert report.writes == 0


def by_hours(world: World, hours: float) -> None:
    world.clock.advance(minutes=hours * 60)


def test_blocks_stand_in_the_calendar_in_the_evenings(world: World) -> None:
    world.plan(task(world, 1, 150), task(world, 2, 45, due=date(2026, 5, 8)))
    world.settle()
    found = shown(world)
    assert sum(_minutes(one) for one in found) == 195
    for one in found:
        start = one.fields["start"].local(ZONE)
        assert EVENING[0] <= start.hour < EVENING[1]
    pages = world.shows("pages", Kind.TASK, "Task 1")
    assert (pages["minutes_done"], pages["minutes_planned"]) == (0, 150)
    assert pages["next_block"] == next(one.start for one in blocks(world) if one.task == "T1")
    quiet(world)


def _minutes(item: Any) -> int:
    return int((item.fields["end"].at - item.fields["start"].at).total_seconds() // 60)


def test_a_meeting_that_lands_on_a_block_displaces_that_one_alone(world: World) -> None:
    world.plan(*(task(world, n, 60) for n in range(1, 7)))
    world.settle()
    before = {one.id: one.fields["start"] for one in shown(world)}
    by_hours(world, 1)
    hit = shown(world)[3]
    meeting(world, hit.fields["start"].at + timedelta(minutes=15), 30)
    report = world.sync()
    after = {one.id: one.fields["start"] for one in shown(world)}
    moved = {one for one in before if after.get(one) != before[one]}
    assert moved == {hit.id}
    assert report.tools["calendar"].writes == 1
    clear = timedelta(minutes=45 + BERLIN.buffer)
    assert after[hit.id].at >= hit.fields["start"].at + clear
    quiet(world)


def test_a_block_that_is_dragged_is_pinned_there_for_good(world: World) -> None:
    world.plan(*(task(world, n, 60) for n in range(1, 4)))
    world.settle()
    dragged = shown(world)[1]
    drag(world, dragged, hours=-6)
    assert world.sync().conflicts == 0
    pinned = blocks(world, BlockState.PINNED)
    assert [start_of(one).at for one in pinned] == [
        dragged.fields["start"].at - timedelta(hours=6)
    ]
    meeting(world, start_of(pinned[0]).at)
    quiet(world)
    assert blocks(world, BlockState.PINNED) == pinned


def test_a_block_that_is_made_longer_is_pinned_and_its_time_counts(world: World) -> None:
    world.plan(task(world, 1, 180))
    world.settle()
    first = shown(world)[0]
    drag(world, first, longer=90)
    world.settle()
    assert [_minutes(one) for one in shown(world)] == [180]
    assert len(blocks(world, BlockState.PINNED)) == 1


def test_what_is_only_partly_needed_stays_as_it_is(world: World) -> None:
    world.plan(task(world, 1, 180))
    world.settle()
    first, other = shown(world)
    drag(world, first, longer=30)
    world.settle()
    assert [_minutes(one) for one in shown(world)] == [120, 90]
    assert shown(world)[1].fields == other.fields


def test_a_block_that_is_deleted_gives_the_time_back_and_finds_another_day(
    world: World,
) -> None:
    world.plan(task(world, 1, 60))
    world.settle()
    first = shown(world)[0]
    world.services["calendar"].delete(first.id)
    world.sync()
    skipped = blocks(world, BlockState.SKIPPED)
    assert [one.start for one in skipped] == [first.fields["start"]]
    (again,) = shown(world)
    day = first.fields["start"].local(ZONE).date()
    assert again.fields["start"].local(ZONE).date() != day
    world.plan(task(world, 2, 60, due=date(2026, 5, 5)))
    world.settle()
    for one in shown(world):
        assert one.fields["start"].at >= first.fields["end"].at or (
            one.fields["end"].at <= first.fields["start"].at
        )


def test_deleting_the_next_one_too_means_not_now(world: World) -> None:
    world.plan(task(world, 1, 180))
    world.settle()
    for _ in range(2):
        world.services["calendar"].delete(shown(world)[0].id)
        by_hours(world, 1)
        world.sync()
    assert shown(world) == []
    quiet(world)
    by_hours(world, 24 * 10)
    world.settle()
    assert shown(world) == [], "it stays unplanned"
    world.edit("todos", Kind.TASK, "Task 1", due=date(2026, 6, 1))
    world.settle()
    assert sum(_minutes(one) for one in shown(world)) == 180


def test_a_tick_in_the_calendar_is_done(world: World) -> None:
    world.plan(task(world, 1, 120))
    world.settle()
    first = shown(world)[0]
    world.services["calendar"].edit(first.id, state=BlockState.DONE)
    world.sync()
    assert world.shows("pages", Kind.TASK, "Task 1")["minutes_done"] == _minutes(first)
    quiet(world)


def test_a_block_with_a_name_of_its_own_keeps_it(world: World) -> None:
    world.plan(task(world, 1, 120))
    world.settle()
    first = shown(world)[0]
    world.services["calendar"].edit(first.id, title="In the library")
    world.sync()
    world.edit("pages", Kind.TASK, "Task 1", title="Another name")
    world.settle()
    assert [one.fields["title"] for one in shown(world)] == ["In the library", "Another name"]
    quiet(world)


def test_a_task_that_is_ticked_settles_its_block_and_removes_the_others(world: World) -> None:
    world.plan(task(world, 1, 240))
    world.settle()
    first = shown(world)[0]
    world.clock.set_to(first.fields["end"].at + timedelta(minutes=20))
    world.sync()
    assert blocks(world)[0].state is BlockState.UNCONFIRMED
    world.edit("todos", Kind.TASK, "Task 1", done=True)
    world.settle()
    assert [one.state for one in blocks(world)] == [BlockState.DONE]
    assert [one.id for one in shown(world)] == [first.id]
    pages = world.shows("pages", Kind.TASK, "Task 1")
    assert (pages["minutes_done"], pages["minutes_planned"]) == (_minutes(first), 0)
    assert pages["next_block"] is None
    quiet(world)


@pytest.mark.parametrize("assumed", [True, False])
def test_a_block_that_passed_waits_for_a_word(world: World, assumed: bool) -> None:
    world.preferences = replace(BERLIN, assume_done=assumed)
    world.start()
    world.plan(task(world, 1, 60))
    world.settle()
    first = blocks(world)[0]
    world.clock.set_to(end_of(first).at + timedelta(minutes=5))
    world.sync()
    assert blocks(world)[0].state is BlockState.UNCONFIRMED
    by_hours(world, 23)
    world.sync()
    assert blocks(world)[0].state is BlockState.UNCONFIRMED
    by_hours(world, 1)
    world.sync()
    expected = BlockState.DONE if assumed else BlockState.UNCONFIRMED
    assert [one.state for one in blocks(world)] == [expected]
    quiet(world)


def test_the_effort_of_a_missed_block_is_planned_again(world: World) -> None:
    world.plan(task(world, 1, 60))
    world.settle()
    first = shown(world)[0]
    world.clock.set_to(first.fields["end"].at + timedelta(minutes=5))
    world.sync()
    world.services["calendar"].delete(first.id)  # it did not take place
    world.sync()
    assert [one.state for one in blocks(world)] == [BlockState.MISSED, BlockState.PUBLISHED]
    quiet(world)


def test_clearing_up_what_is_done_undoes_nothing(world: World) -> None:
    world.plan(task(world, 1, 60))
    world.settle()
    first = shown(world)[0]
    world.services["calendar"].edit(first.id, state=BlockState.DONE)
    world.clock.set_to(first.fields["end"].at + timedelta(days=2))
    world.sync()
    world.services["calendar"].delete(first.id)
    world.settle()
    assert [one.state for one in blocks(world)] == [BlockState.DONE]
    assert shown(world) == []
    assert world.shows("pages", Kind.TASK, "Task 1")["minutes_done"] == 60
    quiet(world)


def test_a_goal_that_is_paused_takes_its_blocks_out_and_gets_them_back(world: World) -> None:
    world.plan(task(world, 1, 180))
    world.settle()
    drag(world, shown(world)[0], hours=-6)
    world.settle()
    pinned = blocks(world, BlockState.PINNED)[0]
    world.edit("pages", Kind.GOAL, "Lead", status=GoalStatus.PAUSED)
    world.settle()
    assert shown(world) == []
    quiet(world)
    world.edit("pages", Kind.GOAL, "Lead", status=GoalStatus.ACTIVE)
    world.settle()
    assert sum(_minutes(one) for one in shown(world)) == 180
    assert pinned.start in [one.fields["start"] for one in shown(world)]
    quiet(world)


def test_a_leave_moves_what_lies_in_it(world: World) -> None:
    world.plan(*(task(world, n, 60) for n in range(1, 7)))
    world.settle()
    PlannerState(world.store).set_pauses([(date(2026, 5, 4), date(2026, 5, 10))])
    PlannerState(world.store).ask()
    world.settle()
    starts = [one.fields["start"].local(ZONE).date() for one in shown(world)]
    assert starts
    assert min(starts) >= date(2026, 5, 11)
    quiet(world)


def test_blocks_keep_their_wall_clock_time_in_a_new_zone(world: World) -> None:
    world.plan(*(task(world, n, 60) for n in range(1, 4)))
    world.settle()
    before = [start_of(one).local() for one in blocks(world)]
    world.preferences = replace(BERLIN, zone="America/New_York")
    world.start()
    world.settle()
    after = [start_of(one).local("America/New_York") for one in blocks(world)]
    assert [one.replace(tzinfo=None) for one in after] == [
        one.replace(tzinfo=None) for one in before
    ]
    quiet(world)


def test_a_calendar_that_cannot_be_read_is_told_and_nothing_is_placed(world: World) -> None:
    world.services["calendar"].busy["team"] = None
    world.plan(task(world, 1, 60))
    report = world.settle()
    assert shown(world) == []
    assert any("team" in one for one in report.problems)
    del world.services["calendar"].busy["team"]
    world.settle()
    assert len(shown(world)) == 1


def test_without_any_calendar_nothing_is_placed(world: World) -> None:
    other = World(shapes=(LIKE_NOTION, LIKE_TODOS), preferences=BERLIN)
    other.plan(task(other, 1, 60))
    other.settle()
    assert blocks(other) == []


def test_the_state_is_lost_and_no_block_is_doubled(world: World) -> None:
    world.plan(task(world, 1, 180), task(world, 2, 60))
    world.settle()
    drag(world, shown(world)[0], hours=-6)
    world.settle()
    before = {one.id: (one.fields["start"], one.fields["end"]) for one in shown(world)}
    world.lose_state()
    report = world.settle()
    assert report.converged
    after = {one.id: (one.fields["start"], one.fields["end"]) for one in shown(world)}
    assert after == before
    quiet(world)


def test_a_block_whose_event_is_brought_back_stays_there(world: World) -> None:
    world.plan(task(world, 1, 60))
    world.settle()
    first = shown(world)[0]
    world.services["calendar"].delete(first.id)
    world.settle()
    world.services["calendar"].restore(first.id)
    world.settle()
    assert [one.start for one in blocks(world, BlockState.PINNED)] == [first.fields["start"]]
    assert sum(_minutes(one) for one in shown(world)) == 60
    quiet(world)


def test_a_task_without_an_estimate_is_not_left_out(world: World) -> None:
    world.plan(task(world, 1, None))
    world.settle()
    assert [_minutes(one) for one in shown(world)] == [60]


def test_a_task_with_sub_tasks_comes_after_them(world: World) -> None:
    parts = [task(world, n, 60, parent=ident("T1")) for n in (2, 3)]
    world.plan(task(world, 1, 30), *parts)
    world.settle()
    order = [one.title for one in blocks(world)]
    assert order[-1] == "Task 1"


def test_what_a_dry_run_shows_is_what_is_done(world: World) -> None:
    world.plan(task(world, 1, 180), task(world, 2, 60))
    shown_first = world.preview().tools["calendar"].plan
    world.sync()
    planned = {one.entity for one in shown_first if one.kind is Kind.BLOCK}
    assert planned == {one.mark for one in shown(world)}


def test_syncd_puts_no_tick_before_a_title_itself(world: World) -> None:
    """What is settled elsewhere costs no write in the calendar."""
    world.plan(task(world, 1, 60))
    world.settle()
    first = shown(world)[0]
    world.clock.set_to(first.fields["end"].at + timedelta(hours=25))
    assert world.sync().tools["calendar"].writes == 0
    assert [one.state for one in blocks(world)] == [BlockState.DONE]
    assert shown(world)[0].fields["state"] is BlockState.PUBLISHED


class Restless(Annealer):
    """A planner whose full replan has every block that stands an hour later."""

    def plan(self, problem: Problem, effort: Effort, rng: RandomSource) -> Timetable:
        made = super().plan(problem, Effort.REPAIR, rng)
        if effort is not Effort.FULL:
            return made
        later = [
            replace(it, span=Span(it.span.start + 60, it.span.end + 60)) if it.id else it
            for it in made.blocks
        ]
        return replace(made, blocks=tuple(later))


def test_once_a_week_a_full_replan_is_shown_and_not_done(world: World) -> None:
    world.engine._blocks.planner = Restless()
    world.plan(*(task(world, n, 60) for n in range(1, 4)))
    world.settle()
    assert proposal(world.engine.context) is None
    world.clock.set_to(datetime(2026, 5, 11, 0, 30, tzinfo=UTC))
    world.plan(*(task(world, n, 60, due=date(2026, 6, 1)) for n in range(4, 6)))
    world.settle()
    before = [one.fields["start"] for one in shown(world)]
    quiet(world)
    found = proposal(world.engine.context)
    assert found is not None
    assert (found.week, found.moved) == ("2026-W20", 2)
    PlannerState(world.store).remember("wish", "full")
    PlannerState(world.store).ask()
    world.sync()
    assert proposal(world.engine.context) is None
    after = [one.fields["start"] for one in shown(world)]
    assert [b.at - a.at for a, b in zip(before, after, strict=True)][-2:] == [
        timedelta(hours=1)
    ] * 2


def test_no_new_block_begins_within_the_hour_but_what_stands_there_stays(world: World) -> None:
    world.clock.set_to(datetime(2026, 5, 4, 16, 20, tzinfo=UTC))  # evening: 18:20 by the clock
    world.plan(task(world, 1, 30))
    world.settle()
    first = shown(world)[0]
    assert first.fields["start"].at >= datetime(2026, 5, 4, 17, 20, tzinfo=UTC)
    world.clock.set_to(first.fields["start"].at - timedelta(minutes=20))
    world.plan(task(world, 2, 30))
    world.settle()
    assert shown(world)[0].fields["start"] == first.fields["start"]
    quiet(world)


def test_an_urgent_task_takes_the_place_of_drafts_and_moves_nothing_that_is_shown(
    world: World,
) -> None:
    many = (task(world, n, 120, due=date(2026, 7, 20)) for n in range(1, 25))
    world.plan(*many)
    world.settle()
    before = {one.id: one.fields["start"] for one in shown(world)}
    assert len(before) < len(blocks(world))
    by_hours(world, 1)
    world.plan(task(world, 99, 120, due=date(2026, 5, 5), priority=1))
    world.settle()
    after = {one.id: one.fields["start"] for one in shown(world)}
    assert {one: after[one] for one in before} == before
    mine = [one for one in blocks(world) if one.task == "T99"]
    drafts = [start_of(one).at for one in blocks(world, BlockState.DRAFT) if one.task != "T99"]
    earlier = [at for at in drafts if at < start_of(mine[0]).at]
    assert len(earlier) < len(drafts) // 2
    quiet(world)


def test_drafts_that_come_into_the_calendar_anyway_keep_no_place_from_an_urgent_task(
    world: World,
) -> None:
    """The person wants to see more days: nothing else is shown because of the task."""
    many = (task(world, n, 120, due=date(2026, 7, 20)) for n in range(1, 25))
    world.plan(*many)
    world.settle()
    before = {one.id: one.fields["start"] for one in shown(world)}
    by_hours(world, 1)
    world.preferences = replace(BERLIN, publish_days=BERLIN.publish_days + 4)
    world.start()
    world.plan(task(world, 99, 120, due=date(2026, 5, 5), priority=1))
    world.settle()
    after = {one.id: one.fields["start"] for one in shown(world)}
    assert {one: after[one] for one in before} == before
    mine = next(start_of(one).at for one in blocks(world) if one.task == "T99")
    assert mine < max(start_of(one).at for one in blocks(world)) - timedelta(days=14)


def test_an_hour_that_the_person_takes_back_is_not_filled_with_what_was_for_later(
    world: World,
) -> None:
    many = (task(world, n, 120, due=date(2026, 7, 20)) for n in range(1, 25))
    world.plan(*many, task(world, 99, 60, due=date(2026, 5, 6), priority=1))
    world.settle()
    before = [one.mark for one in shown(world)]
    by_hours(world, 1)
    (urgent,) = (one for one in shown(world) if one.fields["title"] == "Task 99")
    world.services["calendar"].delete(urgent.id)
    world.settle()
    fresh = [one for one in shown(world) if one.mark not in before]
    assert {one.fields["title"] for one in fresh} <= {"Task 99"}
    quiet(world)


def test_who_ends_a_leave_gets_its_days_filled_again(world: World) -> None:
    world.plan(*(task(world, n, 60) for n in range(1, 7)))
    world.settle()
    pause(world.engine.context, date(2026, 5, 20))
    world.settle()
    assert min(one.fields["start"].local(ZONE).date() for one in shown(world)) > date(
        2026, 5, 20
    )
    by_hours(world, 3)
    resume(world.engine.context)
    PlannerState(world.store).remember("improved_on", None)
    world.settle()
    assert min(one.fields["start"].local(ZONE).date() for one in shown(world)) < date(
        2026, 5, 12
    )
    quiet(world)


def test_a_day_that_a_drag_made_too_full_gives_way_though_something_is_late(
    world: World,
) -> None:
    late = task(world, 99, 60, due=date(2026, 5, 1))
    world.plan(*(task(world, n, 60) for n in range(1, 12)), late)
    world.settle()
    days: dict[date, list[Any]] = {}
    for one in shown(world):
        days.setdefault(one.fields["start"].local(ZONE).date(), []).append(one)
    full = next(day for day, found in days.items() if len(found) == 2 and day.day > 8)
    other = next(found[0] for day, found in days.items() if day > full)
    noon = Moment(datetime(full.year, full.month, full.day, 9, 0, tzinfo=UTC), ZONE)
    world.services["calendar"].edit(
        other.id, start=noon, end=Moment(noon.at + timedelta(hours=1), ZONE)
    )
    world.settle()
    stays = [one for one in shown(world) if one.fields["start"].local(ZONE).date() == full]
    assert sum(_minutes(one) for one in stays) <= BERLIN.daily
    assert other.id in [one.id for one in stays]
    quiet(world)
