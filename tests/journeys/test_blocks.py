"""Learning blocks, from the plan into the calendar and back, as a person lives with them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.model.values import BlockState, Moment
from tests.journeys.beginnings import Beginnings, settle
from tests.journeys.homes import Home

PLAN = """
goals:
  - {title: Lead a team, status: active, due: +300d, weekly minutes: 180}
tasks:
  - {title: Read the book, goal: Lead a team, estimate: 90}
  - {title: Ask for feedback, goal: Lead a team, estimate: 60}
  - {title: Draft a vision, goal: Lead a team, estimate: 60}
  - {title: Write an outline, goal: Lead a team, estimate: 75}
"""
BOOK, ASK, DRAFT, OUTLINE = (
    "Read the book",
    "Ask for feedback",
    "Draft a vision",
    "Write an outline",
)
HOURS = "\n".join(
    f'{day} = ["06:00-22:00"]' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
)
SCHEDULE = (
    "[schedule]\nrest_days = []\nfreeze_hours = 0\nassume_done = false\n"
    f"[schedule.hours]\n{HOURS}\n"
)
BUFFER = timedelta(minutes=10)
BLOCK, TASK = Kind.BLOCK, Kind.TASK


def plan_evenings(home: Home) -> None:
    home.wait_for_morning()
    home.evenings, home.extra = True, SCHEDULE
    home.write_settings()
    settle(home, PLAN)


@pytest.fixture
def evenings(home: Home, begun: Beginnings) -> Home:
    """A home whose tasks have their blocks in the calendar."""
    begun(home, plan_evenings)
    return home


def told(home: Home, *words: str) -> Any:
    done = home.syncd(*words, "--json")
    assert done.status == 0, done.err
    return done.json


def times(home: Home) -> dict[str, tuple[datetime, datetime]]:
    """Return when each block is in the calendar, by its title."""
    shown = {title: home.calendar.shows(BLOCK, title) for title in home.calendar.titles(BLOCK)}
    return {title: (it["start"].at, it["end"].at) for title, it in shown.items()}


def moved(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {title for title in before | after if before.get(title) != after.get(title)}


def past_all(home: Home) -> None:
    """Let time pass until all blocks in the calendar are over."""
    last = max(end for _, end in times(home).values())
    home.world.passed += last - home.world.now() + timedelta(minutes=5)


def test_every_task_has_its_block_in_the_calendar_and_knows_of_it(evenings: Home) -> None:
    assert sorted(evenings.calendar.titles(BLOCK)) == sorted([BOOK, ASK, DRAFT, OUTLINE])
    page = evenings.notion.shows(TASK, BOOK)
    assert (page["minutes_done"], page["minutes_planned"]) == (0, 90)
    shown = told(evenings, "schedule", "--weeks", "4")["blocks"]
    starts = {one["title"]: datetime.fromisoformat(one["start"]) for one in shown}
    assert starts == {title: start for title, (start, _) in times(evenings).items()}
    assert "primary" in evenings.syncd("schedule").out
    evenings.rest()


def test_no_block_lies_on_a_meeting_and_one_that_lands_moves_that_block_alone(
    evenings: Home,
) -> None:
    before = times(evenings)
    start, end = before[DRAFT]
    evenings.calendar.meeting("Doctor", start + BUFFER, end - BUFFER)
    evenings.sync()
    after = times(evenings)
    assert moved(before, after) == {DRAFT}
    assert after[DRAFT][0] >= end or after[DRAFT][1] <= start
    block = next(one for one in told(evenings, "schedule")["blocks"] if one["title"] == DRAFT)
    assert told(evenings, "why", block["id"])["moves"][0]["by"] == "syncd"
    evenings.rest()


def test_a_block_that_is_dragged_stays_there_whatever_comes(evenings: Home) -> None:
    start, _ = times(evenings)[ASK]
    new = start + timedelta(days=1, hours=1)
    evenings.calendar.edit(BLOCK, ASK, "start", Moment(new, "Europe/Berlin"))
    evenings.sync()
    evenings.calendar.meeting("Doctor", new, new + timedelta(hours=1))
    evenings.sync()
    assert times(evenings)[ASK] == (new, new + timedelta(hours=1))
    (block,) = [it for it in told(evenings, "schedule")["blocks"] if it["title"] == ASK]
    assert block["state"] == "pinned"
    evenings.syncd("unpin", block["id"])
    evenings.sync_and_rest()
    assert times(evenings)[ASK][0] != new


def test_a_block_that_is_dragged_twice_is_no_conflict(evenings: Home) -> None:
    start, _ = times(evenings)[ASK]
    for hours in (25, 48):
        new = start + timedelta(hours=hours)
        evenings.calendar.edit(BLOCK, ASK, "start", Moment(new, "Europe/Berlin"))
        evenings.sync_and_rest()
        evenings.later(minutes=5)
    assert times(evenings)[ASK][0] == new
    assert told(evenings, "conflicts")["conflicts"] == []


def test_a_deleted_block_gets_another_time_and_after_the_second_time_none(
    evenings: Home,
) -> None:
    first = times(evenings)[OUTLINE]
    evenings.calendar.delete(BLOCK, OUTLINE)
    evenings.sync_and_rest()
    assert times(evenings)[OUTLINE][0] >= first[1]
    evenings.calendar.delete(BLOCK, OUTLINE)
    evenings.later(minutes=10)
    evenings.sync_and_rest()
    assert OUTLINE not in times(evenings)
    (one,) = told(evenings, "schedule")["does_not_fit"]
    assert (one["title"], one["what"]) == (OUTLINE, "not now")
    assert evenings.syncd("resume", OUTLINE).status == 0
    evenings.sync_and_rest()
    assert OUTLINE in times(evenings)


def test_a_tick_on_an_event_counts_its_minutes(evenings: Home) -> None:
    evenings.calendar.edit(BLOCK, BOOK, "state", BlockState.DONE)
    evenings.sync_and_rest()
    page = evenings.notion.shows(TASK, BOOK)
    assert (page["minutes_done"], page["minutes_planned"]) == (90, 0)


def test_a_task_ticked_in_todoist_gives_its_time_back(evenings: Home) -> None:
    evenings.todoist.edit(TASK, DRAFT, "done", value=True)
    evenings.sync_and_rest()
    assert DRAFT not in evenings.calendar.titles(BLOCK)


def test_a_block_that_is_over_waits_for_a_word_and_gets_it_by_command(evenings: Home) -> None:
    past_all(evenings)
    evenings.sync()
    waiting = {one["title"] for one in told(evenings, "schedule")["waiting"]}
    assert waiting
    assert f"{len(waiting)} block" in evenings.syncd("status").out
    yes, no = sorted(waiting)[:2]
    assert evenings.syncd("done", yes).status == 0
    assert evenings.syncd("missed", no).status == 0
    evenings.sync_and_rest()
    assert evenings.notion.shows(TASK, yes)["minutes_done"] > 0
    again = evenings.notion.shows(TASK, no)
    assert again["minutes_done"] == 0
    assert again["minutes_planned"] > 0


def test_a_leave_clears_the_calendar_and_ending_it_fills_it_again(evenings: Home) -> None:
    last = (evenings.world.now() + timedelta(days=10)).date()
    shown = evenings.syncd("pause", "--until", str(last))
    assert shown.status == 0, shown.err
    evenings.sync_and_rest()
    assert all(start.date() >= last for start, _ in times(evenings).values())
    assert evenings.syncd("resume").status == 0
    evenings.sync_and_rest()
    assert any(start.date() < last for start, _ in times(evenings).values())


def test_who_fell_behind_catches_up_with_one_command(evenings: Home) -> None:
    home = evenings
    past_all(home)
    home.later(days=5)
    home.sync()
    shown = home.syncd("catch-up")
    assert shown.status == 0, shown.err
    assert "Let go: 4 blocks" in shown.out
    home.sync_and_rest()
    ahead = [one for one in told(home, "schedule")["blocks"] if one["state"] == "published"]
    assert sorted(one["title"] for one in ahead) == sorted([BOOK, ASK, DRAFT, OUTLINE])
    assert "unconfirmed" not in home.syncd("schedule").out


def test_planning_all_anew_is_shown_first_and_done_by_the_next_sync(evenings: Home) -> None:
    before = times(evenings)
    shown = told(evenings, "schedule", "--replan")
    assert times(evenings) == before
    evenings.sync_and_rest()
    changed = {one["title"] for one in [*shown["placed"], *shown["moved"], *shown["dropped"]]}
    assert moved(before, times(evenings)) == changed


def test_a_deleted_block_can_be_restored_to_its_place(evenings: Home) -> None:
    (block,) = [it for it in told(evenings, "schedule")["blocks"] if it["title"] == ASK]
    before = times(evenings)[ASK]
    evenings.calendar.delete(BLOCK, ASK)
    evenings.sync()
    assert times(evenings)[ASK] != before
    restored = evenings.syncd("restore", block["id"])
    assert restored.status == 0, restored.err
    evenings.sync_and_rest()
    assert times(evenings)[ASK] == before
    assert evenings.calendar.titles(BLOCK).count(ASK) == 1
