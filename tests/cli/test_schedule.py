"""``syncd schedule``: what a person sees of their coming weeks."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syncd.cli.lookup import ShortIds
from syncd.engine.blocks.planner_state import PlannerState, PlanningResult
from syncd.model.entities import Kind
from syncd.model.values import BlockState, Moment
from tests.cli.desks import Desk, complaint
from tests.cli.evenings import PLAN, ZONE, Evenings, start_of
from tests.cli.test_output import HOSTILE


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_blocks_of_this_week_and_the_next_are_shown_day_by_day(evenings: Evenings) -> None:
    said = evenings.syncd("schedule")
    assert said.status == 0
    shown = flat(said.out)
    for block in evenings.blocks():
        start = start_of(block)
        assert f"{start:%a} {start.day} {start:%b}, " in shown
        assert f"{start:%H:%M}-" in shown
        assert f"{block.title} Lead a team" in shown or f"{block.title} Speak in p" in shown
    assert "This week, Mon 23 Mar to Sun 29 Mar: " in shown
    assert "Next week, Mon 30 Mar to Sun 5 Apr" in shown


def test_each_week_tells_its_minutes_against_the_cap_and_each_goals_budget(
    evenings: Evenings,
) -> None:
    told = evenings.told("schedule")
    first = told["weeks"][0]
    assert first["minutes"] == sum(
        one["minutes"] for one in told["blocks"] if one["start"] < "2026-03-30"
    )
    assert first["cap"] == 480
    lead = next(one for one in first["goals"] if one["title"] == "Lead a team")
    assert lead["budget"] == 180
    assert f"{lead['minutes'] // 60} h" in evenings.syncd("schedule").out
    assert "of 3 h" in evenings.syncd("schedule").out


def test_a_room_that_is_smaller_than_the_cap_is_told(evenings: Evenings) -> None:
    evenings.meet(datetime(2026, 3, 24, 8, tzinfo=ZONE), 4 * 24 * 60)
    evenings.plan_blocks()
    (room,) = {one["room"] for one in evenings.told("schedule")["weeks"][:1]}
    assert room < 480
    assert "of your free hours" in flat(evenings.syncd("schedule").out)


def test_times_are_those_of_the_plans_zone_on_both_sides_of_a_change_of_the_clocks(
    evenings: Evenings,
) -> None:
    evenings.import_plan("tasks:\n- {title: Long course, estimate: 20h}\n")
    evenings.plan_blocks()
    told = evenings.told("schedule", "--weeks", "3")["blocks"]
    assert {one["start"][-6:] for one in told} == {"+01:00", "+02:00"}
    for one in told:
        start, end = (datetime.fromisoformat(one[it]) for it in ("start", "end"))
        assert end - start == timedelta(minutes=one["minutes"])
        if start.weekday() < 5:
            assert 18 <= start.hour < 21


def test_a_block_pinned_in_the_hour_that_comes_twice_is_shown_whole(evenings: Evenings) -> None:
    evenings.clock.at = datetime(2026, 10, 19, 12, tzinfo=ZONE)
    evenings.plan_blocks()
    evenings.import_plan(
        "blocks:\n- {title: Night shift, start: 2026-10-25 01:30, end: 2026-10-25 04:30,"
        " state: pinned}\n"
    )
    (night,) = [it for it in evenings.told("schedule")["blocks"] if "Night" in it["title"]]
    assert night["minutes"] == 240
    assert "01:30-04:30" in evenings.syncd("schedule").out


def test_a_block_soon_after_midnight_belongs_to_the_plans_day(evenings: Evenings) -> None:
    evenings.import_plan(
        "blocks:\n- {title: Night shift, start: 2026-03-30 00:30, end: 2026-03-30 01:30,"
        " state: pinned}\n"
    )
    assert "Mon 30 Mar, 1 h\n    00:30-01:30  Night shift" in evenings.syncd("schedule").out
    assert evenings.told("schedule")["weeks"][1]["minutes"] >= 60


def test_another_day_and_more_weeks_can_be_asked_for(evenings: Evenings) -> None:
    late = evenings.told("schedule", "--from", "2026-03-25", "--weeks", "1")
    assert [one["monday"] for one in late["weeks"]] == ["2026-03-23"]
    assert all(one["start"] >= "2026-03-25" for one in late["blocks"])
    assert len(evenings.told("schedule", "--weeks", "5")["weeks"]) == 5
    assert evenings.told("schedule", "--from", "+7d")["from"] == "2026-03-30"


@pytest.mark.parametrize("words", [["--from", "someday"], ["--weeks", "0"], ["--weeks", "x"]])
def test_a_day_or_a_number_that_is_none_is_a_mistake(
    evenings: Evenings, words: list[str]
) -> None:
    said = evenings.syncd("schedule", *words)
    assert said.status == 2
    complaint(said)


def test_a_word_on_a_block_tells_how_it_stands(evenings: Evenings) -> None:
    evenings.import_plan("tasks:\n- {title: Long course, estimate: 30h}\n")
    evenings.plan_blocks()
    evenings.syncd("pin", "Ask for feedback")
    shown = evenings.syncd("schedule", "--weeks", "6").out
    assert "pinned" in shown
    assert "draft" in shown
    assert "A draft is not in the calendar yet: only the next 21 days are." in shown
    first = evenings.blocks()[0]
    evenings.clock.at = start_of(first) + timedelta(minutes=5)
    assert "  now  " in evenings.syncd("schedule").out


def test_what_is_shown_as_an_id_names_the_block(evenings: Evenings) -> None:
    for block in evenings.blocks():
        short = ShortIds(one.id for one in evenings.blocks()).of(block.id)
        assert short in evenings.syncd("schedule").out
        assert evenings.told("why", short)["id"] == block.id


def test_ids_are_as_long_as_it_takes_to_tell_them_apart() -> None:
    ids = ShortIds(["ABCDEF1", "ABCDEF2", "ABCX000", "ZZZZ"])
    assert [ids.of(one) for one in ("ABCDEF1", "ABCX000", "ZZZZ")] == [
        "ABCDEF1",
        "ABCX",
        "ZZZZ",
    ]


# Nothing is planned.


def test_without_any_tool_it_says_how_to_get_one(bare: Desk) -> None:
    assert "No tool is switched on" in bare.syncd("schedule").out


def test_where_busy_time_was_never_read_a_sync_is_asked_for(unplanned: Evenings) -> None:
    assert "`syncd sync`" in unplanned.syncd("schedule").out
    assert unplanned.told("schedule")["busy"] is None


def test_without_an_open_task_it_says_that_none_wants_time(tmp_path: Path) -> None:
    desk = Evenings(tmp_path)
    desk.write()
    desk.plan_blocks()
    assert "no open task wants time" in desk.syncd("schedule").out


def test_while_one_is_away_it_says_so(unplanned: Evenings) -> None:
    unplanned.syncd("pause", "--until", "+60d")
    unplanned.plan_blocks()
    shown = unplanned.syncd("schedule", "--weeks", "1").out
    assert "You are away from Mon 23 Mar to Fri 22 May" in shown


def test_where_the_next_block_is_later_its_day_is_told(evenings: Evenings) -> None:
    evenings.syncd("pause", "--until", "2026-04-12")
    evenings.plan_blocks()
    first = start_of(evenings.blocks()[0])
    shown = flat(evenings.syncd("schedule", "--weeks", "1").out)
    assert f"the next block is on {first:%a} {first.day} {first:%b}" in shown


def test_hours_without_any_time_are_told(tmp_path: Path) -> None:
    desk = Evenings(tmp_path)
    desk.write("[schedule]\nweekly_minutes = 0\n")
    desk.import_plan(PLAN)
    desk.plan_blocks()
    shown = flat(desk.syncd("schedule").out)
    assert "hours and caps under [schedule]" in shown
    assert "'Ask for feedback' is short by 45 min" in shown


# Which calendars were gone by.


def test_the_calendars_that_were_read_are_named(evenings: Evenings) -> None:
    assert (
        "Busy time is that of primary, read 2026-03-23 12:00." in evenings.syncd("schedule").out
    )
    assert evenings.told("schedule")["busy"]["calendars"] == ["primary"]


def test_that_no_calendar_is_read_is_said_aloud(unplanned: Evenings) -> None:
    unplanned.calendars = ()
    unplanned.plan_blocks()
    shown = flat(unplanned.syncd("schedule").out)
    assert "No calendar is read for busy time" in shown
    assert "set `busy_calendars`" in shown


def test_a_calendar_that_can_not_be_read_is_told(evenings: Evenings) -> None:
    evenings.unreadable = ("There is no calendar 'work': share it.",)
    evenings.calendars = ()
    evenings.plan_blocks()
    said = evenings.syncd("schedule")
    assert "There is no calendar 'work': share it." in flat(said.out)
    assert "nothing new is planned" in flat(said.out)
    assert "next sync plans again" not in flat(said.err)
    assert "can't be read" in evenings.syncd("status").out


def test_a_calendar_that_can_not_be_read_is_nothing_to_who_wants_no_time(
    tmp_path: Path,
) -> None:
    desk = Evenings(tmp_path, unreadable=("There is no calendar 'work': share it.",))
    desk.write()
    desk.import_plan("goals:\n- {title: Lead a team, status: active}\n")
    desk.plan_blocks()
    assert "can't be read" not in desk.syncd("status").out


def test_busy_time_of_days_ago_is_not_relied_on(evenings: Evenings) -> None:
    evenings.later(days=3)
    assert "That was 3 days ago" in flat(evenings.syncd("schedule").out)


# What does not fit, and what waits.


def test_what_can_not_be_met_is_told_once_with_what_would_help(unplanned: Evenings) -> None:
    unplanned.import_plan("tasks:\n- {title: Huge, estimate: 20h, due: 2026-03-26}\n")
    unplanned.plan_blocks()
    shown = flat(unplanned.syncd("schedule").out)
    assert "What does not fit" in shown
    assert shown.count("'Huge'") == 1
    (one,) = [it for it in unplanned.told("schedule")["does_not_fit"] if it["title"] == "Huge"]
    assert one["what"] == "short"
    assert "not fit: `syncd schedule`" in unplanned.syncd("status").out


def test_a_task_that_was_ticked_since_is_not_complained_of_any_more(
    unplanned: Evenings,
) -> None:
    huge = "title: Huge, estimate: 20h, due: 2026-03-26"
    unplanned.import_plan(f"tasks:\n- {{{huge}}}\n")
    unplanned.plan_blocks()
    unplanned.import_plan(f"tasks:\n- {{{huge}, done: true}}\n")
    assert "'Huge'" not in unplanned.syncd("schedule").out


def test_what_has_no_place_is_told_with_the_reason(evenings: Evenings) -> None:
    app = evenings.app()
    task = evenings.told("plan", "show")["tasks"][0]
    kept = PlanningResult(
        at=app.clock.now(), unplaced=((task["id"], 90, "the evenings are full"),)
    )
    PlannerState(app.store).set_result(kept)
    app.close()
    shown = flat(evenings.syncd("schedule").out)
    assert "1 h 30 of 'Read the book' have no place yet: the evenings are full." in shown


def test_a_task_whose_time_is_used_up_is_told(evenings: Evenings) -> None:
    (block,) = evenings.blocks("Write an outline")
    evenings.after(block)
    evenings.plan_blocks()
    assert "its time is used up" in flat(evenings.syncd("schedule").out)


def test_a_block_that_is_over_waits_for_a_word(evenings: Evenings) -> None:
    first = evenings.blocks()[0]
    evenings.after(first)
    for _ in range(2):
        shown = flat(evenings.syncd("schedule").out)
        assert "Waiting for a word" in shown
        assert "`syncd done ID` or `syncd missed ID`; after a day" in shown
        assert [it["id"] for it in evenings.told("schedule")["waiting"]] == [first.id]
        evenings.plan_blocks()
    assert "1 block waits for a word" in evenings.syncd("status").out
    assert evenings.told("status")["unconfirmed_blocks"] == 1
    evenings.syncd("done", first.id)
    assert evenings.told("schedule")["waiting"] == []


def test_where_nothing_is_assumed_no_day_is_promised(tmp_path: Path) -> None:
    desk = Evenings(tmp_path)
    desk.write("[schedule]\nassume_done = false\n")
    desk.import_plan(PLAN)
    desk.plan_blocks()
    desk.after(desk.blocks()[0])
    assert "after a day" not in desk.syncd("schedule").out


def test_an_edit_since_the_last_planning_is_pointed_out(evenings: Evenings) -> None:
    assert evenings.syncd("schedule").err == ""
    evenings.import_plan("tasks:\n- {title: One more, estimate: 60}\n")
    assert "the next sync plans again" in evenings.syncd("schedule").err


# Planning all anew.


def test_a_dry_run_shows_what_a_full_planning_changes_and_writes_nothing(
    evenings: Evenings,
) -> None:
    evenings.meet(start_of(evenings.blocks()[0]), 60)
    before = evenings.blocks()
    history = evenings.told("history")
    said = evenings.syncd("schedule", "--dry-run")
    assert said.status == 0
    assert evenings.blocks() == before
    assert evenings.told("history") == history
    assert PlannerState(evenings.app().store).recall("wish") is None


def test_a_dry_run_tells_new_blocks_moves_and_what_goes(evenings: Evenings) -> None:
    evenings.import_plan(
        "tasks:\n- {title: Late idea, estimate: 60}\n"
        "- {title: Read the book, goal: Lead a team, done: true}\n"
    )
    told = evenings.told("schedule", "--dry-run")
    assert [one["title"] for one in told["placed"]] == ["Late idea"]
    assert {one["title"] for one in told["dropped"]} == {"Read the book"}
    shown = evenings.syncd("schedule", "--dry-run")
    assert "Late idea" in shown.out
    assert "Blocks: 1 new, " in shown.out
    assert "`syncd schedule --replan`" in shown.err
    assert max(map(len, shown.out.splitlines())) <= 80


def test_what_changes_only_in_drafts_is_told_apart(evenings: Evenings) -> None:
    evenings.import_plan("tasks:\n- {title: Long course, estimate: 40h}\n")
    shown = evenings.syncd("schedule", "--dry-run").out
    told = evenings.told("schedule", "--dry-run")["placed"]
    drafts = sum(one["state"] == "draft" for one in told)
    assert 0 < drafts < len(told)
    assert f"{len(told)} new; {drafts} in drafts only" in flat(shown)


def test_planning_anew_is_asked_for_and_done_with_the_next_sync(evenings: Evenings) -> None:
    said = evenings.syncd("schedule", "--replan")
    assert said.status == 0
    assert "The next sync plans all anew" in said.err
    assert PlannerState(evenings.app().store).recall("wish") == "full"
    evenings.plan_blocks()
    assert PlannerState(evenings.app().store).recall("wish") is None


def test_without_busy_time_nothing_can_be_compared(unplanned: Evenings) -> None:
    said = unplanned.syncd("schedule", "--dry-run")
    assert "was never read" in flat(said.out)
    assert unplanned.told("schedule", "--dry-run")["busy_read_at"] is None


def test_an_unreadable_calendar_stops_the_comparison(evenings: Evenings) -> None:
    evenings.unreadable = ("There is no calendar 'work': share it.",)
    evenings.plan_blocks()
    assert "share it" in evenings.syncd("schedule", "--dry-run").out


# Shown harmlessly.


@pytest.mark.parametrize("words", [[], ["--dry-run"], ["--json"]], ids=str)
def test_a_hostile_title_of_a_block_steers_no_terminal(
    unplanned: Evenings, words: list[str]
) -> None:
    plan = {
        "goals": [{"title": HOSTILE, "status": "active", "weekly minutes": 60}],
        "tasks": [{"title": HOSTILE, "goal": HOSTILE, "estimate": 60}],
    }
    unplanned.import_plan(json.dumps(plan))
    if words != ["--dry-run"]:
        unplanned.plan_blocks()
    else:
        desk_reads(unplanned)
    said = unplanned.syncd("schedule", *words)
    assert not set(said.out) & set("\x1b\x07\x9b\u202e")
    assert "\u05e9\u05dc\u05d5\u05dd" in said.out


def desk_reads(desk: Evenings) -> None:
    """Read busy time, and plan nothing of what is there now."""
    desk.plan_blocks()
    desk.import_plan(json.dumps({"tasks": [{"title": HOSTILE + " too", "estimate": 60}]}))


def test_the_weeks_fit_in_eighty_columns(evenings: Evenings) -> None:
    evenings.import_plan(
        "goals:\n- {title: " + "wide goal " * 20 + ", status: active}\n"
        "tasks:\n- {title: " + "long words " * 30 + ", estimate: 60}\n"
        "- {title: " + "x" * 300 + ", estimate: 30}\n"
    )
    evenings.plan_blocks()
    evenings.after(evenings.blocks()[0])
    for words in (["schedule"], ["schedule", "--dry-run"], ["why", evenings.blocks()[0].id]):
        said = evenings.syncd(*words)
        assert max(map(len, said.out.splitlines())) <= 80
        assert "\x1b" not in said.out


# Why a block is where it is.


def test_why_tells_who_moved_a_block_and_when(evenings: Evenings) -> None:
    first = evenings.blocks()[0]
    evenings.meet(start_of(first), 60)
    evenings.plan_blocks()
    moved = next(one for one in evenings.blocks() if one.id == first.id)
    shown = flat(evenings.syncd("why", first.id).out)
    assert f"Moved from {start_of(first):%a} {start_of(first).day} Mar" in shown
    assert "by syncd" in shown
    (move,) = evenings.told("why", first.id)["moves"]
    assert move["to"] == start_of(moved).isoformat()
    assert move["by"] == "syncd"


def test_why_tells_how_a_block_stands(evenings: Evenings) -> None:
    evenings.syncd("pin", "Ask for feedback")
    (block,) = [it for it in evenings.blocks() if it.state is BlockState.PINNED]
    assert "You pinned it" in evenings.syncd("why", block.id).out


def test_a_title_means_the_task_and_not_its_blocks(evenings: Evenings) -> None:
    assert evenings.told("why", "Read the book")["kind"] == Kind.TASK


# What a sync says of blocks.


def test_a_sync_tells_what_it_did_to_blocks(desk: Desk) -> None:
    desk.import_plan()
    assert "Learning blocks: " in desk.syncd("sync").out
    assert "Learning block" not in desk.syncd("sync").out


def test_what_a_person_moved_is_not_told_as_syncds_doing(synced: Desk) -> None:
    person = synced.person("google")
    start = person.shows(Kind.BLOCK, "Ask for feedback")["start"].at + timedelta(days=30)
    person.edit(Kind.BLOCK, "Ask for feedback", "start", Moment(start, "Europe/Berlin"))
    said = synced.syncd("sync")
    assert "Google Calendar  1 read" in said.out
    assert "Learning block" not in said.out


def test_what_a_full_replan_would_change_is_told_in_its_week(evenings: Evenings) -> None:
    evenings.plan_blocks()
    assert evenings.told("schedule")["proposal"] is None
    PlannerState(evenings.app().store).remember("proposal", ["2026-W13", 1, 3, 0])
    said = flat(evenings.syncd("schedule").out)
    assert "Planning everything anew would move 3 blocks, add 1 block: " in said
    assert "`syncd schedule --replan` does it." in said
    PlannerState(evenings.app().store).remember("proposal", ["2026-W12", 1, 3, 0])
    assert evenings.told("schedule")["proposal"] is None, "last week's is forgotten"
