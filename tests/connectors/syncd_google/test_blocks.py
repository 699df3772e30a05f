"""Learning blocks as events, and back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import Kind
from syncd.model.ids import EntityId
from syncd.model.remote import LINKS
from syncd.model.values import BlockState, Moment
from syncd_google import mapping

ENTITY = EntityId("01JWQ9E4V0Z8N3A6B7C2D5F1GH")
TASK, GOAL = "01JWQ9E4V0Z8N3A6B7C2D5F1T1", "01JWQ9E4V0Z8N3A6B7C2D5F1G1"
BERLIN = "Europe/Berlin"
AT = datetime(2026, 6, 15, 16, 30, tzinfo=UTC)
START, END = Moment(AT, BERLIN), Moment(AT + timedelta(minutes=90), BERLIN)
BLOCK: dict[str, Any] = {
    "title": "SQL course",
    "start": START,
    "end": END,
    "state": BlockState.PUBLISHED,
    "task": TASK,
    "goal": GOAL,
    LINKS: "Notion https://www.notion.so/1\nTodoist https://app.todoist.com/app/task/2",
}
LINES = "Notion: https://www.notion.so/1\nTodoist: https://app.todoist.com/app/task/2"

HELD = [state for state in BlockState if state not in (BlockState.DRAFT, BlockState.SKIPPED)]


def event_of(fields: dict[str, Any]) -> dict[str, Any]:
    return {"id": "x", **mapping.to_remote(Kind.BLOCK, ENTITY, fields, BERLIN)}


def patched(event: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return an event after a patch, as the service merges it."""
    new = dict(event)
    for name, value in patch.items():
        if value is None:
            new.pop(name, None)
        elif isinstance(value, dict):
            new[name] = patched(new.get(name, {}), value)
        else:
            new[name] = value
    return new


NAMES = st.text("abcdefghij XYZ-", min_size=1, max_size=12)
ADDRESSES = st.from_regex(r"(https?://|syncd:)[a-z0-9/?&=%#.;+-]{1,40}", fullmatch=True)
LINK_TEXTS = st.lists(st.tuples(NAMES, ADDRESSES), max_size=3).map(
    lambda pairs: "\n".join(f"{name} {address}" for name, address in pairs)
)
WHOLE = st.builds(
    lambda title, at, length, zone, more: {
        "title": title,
        "start": Moment(at, zone),
        "end": Moment(at + timedelta(minutes=length), zone),
        **more,
    },
    st.text(),
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # bounds have no zone
    st.integers(1, 3000),
    st.sampled_from([None, "UTC", "America/New_York", "Asia/Kolkata", BERLIN, "Mars/North"]),
    st.fixed_dictionaries(
        {
            "state": st.sampled_from(HELD),
            "task": st.none() | st.just(TASK),
            "goal": st.sampled_from([None, GOAL, "another"]),
            LINKS: LINK_TEXTS | st.text(),
        },
        optional={"notes": st.text(), "zone": st.just(BERLIN)},
    ),
)


@given(WHOLE)
def test_an_event_gives_back_what_fits(fields: dict[str, Any]) -> None:
    item = mapping.from_remote(event_of(mapping.fit(Kind.BLOCK, fields, BERLIN)), BERLIN)
    assert item.fields == mapping.fit(Kind.BLOCK, fields, BERLIN)
    assert (item.kind, item.mark, item.problems) == (Kind.BLOCK, ENTITY, {})


@given(WHOLE)
def test_fitting_twice_is_fitting_once(fields: dict[str, Any]) -> None:
    once = mapping.fit(Kind.BLOCK, fields, BERLIN)
    assert mapping.fit(Kind.BLOCK, once, "UTC") == once


@given(WHOLE, WHOLE, st.text())
def test_a_patch_brings_an_event_to_what_it_should_be(
    before: dict[str, Any], after: dict[str, Any], written: str
) -> None:
    event = event_of(before)
    event["description"] = f"{written}\n{event.get('description', '')}"
    wanted = mapping.fit(Kind.BLOCK, after, BERLIN)
    there = patched(event, mapping.to_patch(Kind.BLOCK, wanted, event, BERLIN))
    assert mapping.from_remote(there, BERLIN).fields == wanted
    assert mapping.to_patch(Kind.BLOCK, wanted, there, BERLIN) == {}


def test_a_new_event_takes_time_and_says_whose_it_is() -> None:
    assert mapping.to_remote(Kind.BLOCK, ENTITY, BLOCK, "UTC") == {
        "summary": "SQL course",
        "start": {"dateTime": "2026-06-15T18:30:00+02:00", "timeZone": BERLIN},
        "end": {"dateTime": "2026-06-15T20:00:00+02:00", "timeZone": BERLIN},
        "transparency": "opaque",
        "description": LINES,
        "extendedProperties": {
            "private": {
                "syncd": ENTITY,
                "syncd-kind": "block",
                "syncd-task": TASK,
                "syncd-goal": GOAL,
                "syncd-links": "Notion\nTodoist",
                "syncd-at": f"{AT.isoformat()}/{(AT + timedelta(minutes=90)).isoformat()}",
            }
        },
    }


def test_only_what_differs_is_in_a_patch() -> None:
    event = event_of(BLOCK)
    assert mapping.to_patch(Kind.BLOCK, BLOCK, event, BERLIN) == {}
    later = {"end": Moment(AT + timedelta(hours=3), BERLIN), "start": START}
    assert mapping.to_patch(Kind.BLOCK, later, event, BERLIN) == {
        "end": {"dateTime": "2026-06-15T21:30:00+02:00", "timeZone": BERLIN},
        "extendedProperties": {
            "private": {"syncd-at": f"{AT.isoformat()}/{(AT + timedelta(hours=3)).isoformat()}"}
        },
    }
    done = {"state": BlockState.DONE}
    assert mapping.to_patch(Kind.BLOCK, done, event, BERLIN) == {"summary": "✓ SQL course"}


def test_an_event_that_is_not_where_syncd_put_it_is_pinned() -> None:
    """So that it stays there even where syncd's own state is lost."""
    event = event_of(BLOCK)
    for name in ("start", "end"):
        moved = {
            **event,
            name: {
                **event[name],
                "dateTime": event[name]["dateTime"].replace(
                    "2026-06-15", "2026-06-14" if name == "start" else "2026-06-16"
                ),
            },
        }
        assert mapping.from_remote(moved, BERLIN).fields["state"] is BlockState.PINNED
        back = mapping.to_patch(Kind.BLOCK, BLOCK, moved, BERLIN)
        there = patched(moved, back)
        assert mapping.from_remote(there, BERLIN).fields["state"] is BlockState.PUBLISHED


def test_a_block_is_put_where_it_is_though_its_goal_changes_too() -> None:
    event = event_of({**BLOCK, "state": BlockState.PINNED})
    fields = {"state": BlockState.PUBLISHED, "goal": "another"}
    there = patched(event, mapping.to_patch(Kind.BLOCK, fields, event, BERLIN))
    item = mapping.from_remote(there, BERLIN)
    assert item.fields == {**BLOCK, **fields}


def test_another_offset_of_one_instant_is_no_change() -> None:
    event = event_of(BLOCK)
    event["start"]["dateTime"] = "2026-06-15T16:30:00Z"
    assert mapping.from_remote(event, "UTC").fields["start"] == START
    assert mapping.to_patch(Kind.BLOCK, BLOCK, event, "UTC") == {}


STATES = {
    "SQL course": BlockState.PUBLISHED,
    "✓ SQL course": BlockState.DONE,
    "✔️SQL course": BlockState.DONE,
    "done: SQL course": BlockState.DONE,
    "Done SQL course": BlockState.DONE,
    "Donetsk: a history": BlockState.PUBLISHED,
    "SQL course ✓": BlockState.PUBLISHED,
}


@pytest.mark.parametrize(("summary", "state"), STATES.items())
def test_a_tick_before_the_title_means_done(summary: str, state: BlockState) -> None:
    item = mapping.from_remote({**event_of(BLOCK), "summary": summary}, BERLIN)
    assert item.fields["state"] is state


@pytest.mark.parametrize("state", list(BlockState))
def test_a_state_is_shown_as_done_pinned_or_neither(state: BlockState) -> None:
    fields = {**BLOCK, "state": state}
    held = state not in (BlockState.DRAFT, BlockState.SKIPPED)
    assert mapping.can_hold(Kind.BLOCK, fields) is held
    fitted = mapping.fit(Kind.BLOCK, fields)["state"]
    if held:
        shown_as_itself = state in (BlockState.DONE, BlockState.PINNED)
        assert fitted is (state if shown_as_itself else BlockState.PUBLISHED)
        event = event_of(fields)
        assert mapping.from_remote(event, BERLIN).fields["state"] is fitted


WITHOUT_A_TIME = {
    "all-day": ({"date": "2026-06-15"}, {"date": "2026-06-16"}, "whole day"),
    "no-length": (
        {"dateTime": "2026-06-15T10:00:00Z"},
        {"dateTime": "2026-06-15T10:00:00Z"},
        "no length",
    ),
    "backwards": (
        {"dateTime": "2026-06-15T10:00:00Z"},
        {"dateTime": "2026-06-15T09:00:00Z"},
        "no length",
    ),
    "nonsense": ({"dateTime": "soon"}, {"dateTime": "later"}, "no length"),
    "nothing": ({}, {}, "no length"),
    "unknown-zone": (
        {"dateTime": "2026-06-15T10:00:00", "timeZone": "Mars/North"},
        {"dateTime": "2026-06-15T11:00:00", "timeZone": "Mars/North"},
        "no length",
    ),
}


@pytest.mark.parametrize("case", WITHOUT_A_TIME.values(), ids=WITHOUT_A_TIME.keys())
def test_a_block_without_a_time_keeps_the_plans_and_is_told(case: Any) -> None:
    start, end, sentence = case
    item = mapping.from_remote({**event_of(BLOCK), "start": start, "end": end}, BERLIN)
    assert item.fields == {
        name: value for name, value in BLOCK.items() if name not in item.problems
    }
    assert item.problems.keys() - {"state"} == {"start", "end"}
    assert sentence in item.problems["start"]
    assert "'SQL course'" in item.problems["start"]


def test_a_time_without_a_zone_is_in_the_calendars() -> None:
    event = event_of(BLOCK)
    event["start"] = {"dateTime": "2026-06-15T18:30:00"}
    assert mapping.from_remote(event, BERLIN).fields["start"] == START


def test_an_all_day_event_gets_its_times_back() -> None:
    event = {**event_of(BLOCK), "start": {"date": "2026-06-15"}, "end": {"date": "2026-06-16"}}
    for fields in (BLOCK, {"start": START}, {"end": Moment(AT + timedelta(hours=1), BERLIN)}):
        patch = mapping.to_patch(Kind.BLOCK, fields, event, BERLIN)
        assert patch["start"]["date"] is None
        assert patch["end"]["date"] is None
        back = mapping.from_remote(patched(event, patch), BERLIN)
        assert back.fields["start"] == START
        assert not back.problems


def test_an_event_without_a_title_keeps_the_plans() -> None:
    item = mapping.from_remote({**event_of(BLOCK), "summary": "✓"}, BERLIN)
    assert "title" not in item.fields
    assert item.fields["state"] is BlockState.DONE
    assert item.problems["title"].endswith("give it one.")


def test_an_event_of_an_older_syncd_is_a_milestone() -> None:
    event = {"id": "x", "summary": "Exam", "start": {"date": "2026-06-15"}}
    event |= {"extendedProperties": {"private": {"syncd": ENTITY}}}
    assert mapping.from_remote(event, BERLIN).kind is Kind.MILESTONE


def test_odd_values_do_not_stop_the_rest() -> None:
    event = event_of(BLOCK)
    event["description"] = ["no", "text"]
    event["extendedProperties"]["private"] |= {"syncd-task": 5, "syncd-goal": None}
    item = mapping.from_remote(event, BERLIN)
    assert item.problems.keys() == {"task", "goal", LINKS}
    assert item.fields == {
        name: value for name, value in BLOCK.items() if name not in item.problems
    }


def test_what_is_missing_is_said_in_words() -> None:
    words = {
        "start": {**BLOCK, "start": None},
        "later end": {**BLOCK, "end": START},
        "plan it again": {**BLOCK, "state": BlockState.SKIPPED},
    }
    for sentence, fields in words.items():
        assert sentence in mapping.lacks(Kind.BLOCK, fields)
        assert not mapping.can_hold(Kind.BLOCK, fields)
    assert mapping.lacks(Kind.BLOCK, {"title": "SQL"}) == ""
    assert not mapping.can_hold(Kind.BLOCK, {"title": "SQL"})


def test_what_gone_means_is_that_the_block_is_skipped() -> None:
    assert mapping.CARRIES[Kind.BLOCK].gone == {"state": BlockState.SKIPPED}
    assert not mapping.CARRIES[Kind.BLOCK].delete_archives
    assert not mapping.CARRIES[Kind.BLOCK].imports
