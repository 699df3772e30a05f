"""Milestones as events, and back."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import Kind
from syncd.model.ids import EntityId
from syncd.model.schema import DEFAULTS, Fields
from syncd_google import events, mapping

ENTITY = EntityId("01JWQ9E4V0Z8N3A6B7C2D5F1GH")
BERLIN = "Europe/Berlin"
DUE = date(2026, 6, 15)

MILESTONES = st.fixed_dictionaries(
    {"title": st.text(), "due": st.dates(), "done": st.booleans()},
    optional={"notes": st.text(), "goal": st.none() | st.just("some-goal")},
)


@given(MILESTONES)
def test_an_event_gives_back_what_fits(fields: dict[str, Any]) -> None:
    event = {"id": "x", **mapping.to_remote(Kind.MILESTONE, ENTITY, fields, BERLIN)}
    item = mapping.from_remote(event, BERLIN)
    assert item.fields == mapping.fit(Kind.MILESTONE, fields)
    assert item.mark == ENTITY
    assert not item.problems


@given(MILESTONES)
def test_fitting_twice_is_fitting_once(fields: dict[str, Any]) -> None:
    once = mapping.fit(Kind.MILESTONE, fields)
    assert mapping.fit(Kind.MILESTONE, once) == once


@given(MILESTONES, MILESTONES)
def test_a_patch_brings_an_event_to_what_it_should_be(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    event = mapping.to_remote(Kind.MILESTONE, ENTITY, before, BERLIN)
    wanted = mapping.fit(Kind.MILESTONE, after)
    patched = {**event, **mapping.to_patch(Kind.MILESTONE, wanted, event, BERLIN), "id": "x"}
    assert mapping.from_remote(patched, BERLIN).fields == wanted
    assert mapping.to_patch(Kind.MILESTONE, wanted, patched, BERLIN) == {}


TIMED = st.builds(
    lambda at, minutes, zone: {
        "summary": "Exam",
        "start": {"dateTime": at.isoformat(), "timeZone": zone},
        "end": {"dateTime": (at + timedelta(minutes=minutes)).isoformat(), "timeZone": zone},
    },
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # bounds have no zone
    st.integers(1, 5000),
    st.sampled_from(["UTC", "America/New_York", "Asia/Tokyo", BERLIN]),
)


@given(TIMED, st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_an_event_with_a_time_keeps_it_when_its_day_changes(
    event: dict[str, Any], due: date
) -> None:
    patch = mapping.to_patch(Kind.MILESTONE, {"due": due}, event, BERLIN)
    moved = {**event, **patch, "id": "x"}
    assert mapping.from_remote(moved, BERLIN).fields["due"] == due
    assert moved["start"]["timeZone"] == event["start"]["timeZone"]
    assert _length(moved) == _length(event)


def test_how_long_it_takes_does_not_change_with_the_clocks() -> None:
    """From the Saturday on which summer time ends, 23:00 to 07:00 is nine hours."""
    event = {
        "start": {"dateTime": "2026-10-24T23:00:00+02:00", "timeZone": BERLIN},
        "end": {"dateTime": "2026-10-25T07:00:00+01:00", "timeZone": BERLIN},
    }
    patch = mapping.to_patch(Kind.MILESTONE, {"due": date(2026, 11, 1)}, event, BERLIN)
    assert patch["start"]["dateTime"] == "2026-11-01T23:00:00+01:00"
    assert datetime.fromisoformat(patch["end"]["dateTime"]) == datetime(
        2026, 11, 2, 7, tzinfo=UTC
    )


def _length(event: dict[str, Any]) -> timedelta:
    start, end = (datetime.fromisoformat(event[name]["dateTime"]) for name in ("start", "end"))
    return end.astimezone(UTC) - start.astimezone(UTC)


DAYS = {
    "one-day": ({"date": "2026-06-15"}, DUE),
    "in-the-calendars-offset": ({"dateTime": "2026-06-15T09:00:00+02:00"}, DUE),
    "late-in-utc-is-the-next-day-here": ({"dateTime": "2026-06-14T22:30:00Z"}, DUE),
    "early-in-tokyo-is-the-day-before-here": ({"dateTime": "2026-06-16T05:00:00+09:00"}, DUE),
    "without-an-offset": (
        {"dateTime": "2026-06-14T23:30:00", "timeZone": "America/New_York"},
        DUE,
    ),
    "without-anything": ({"dateTime": "2026-06-15T00:30:00"}, DUE),
    "year-10000": ({"date": "10000-01-01"}, None),
    "no-date": ({"date": "someday"}, None),
    "no-time": ({"dateTime": "soon"}, None),
    "unknown-zone": ({"dateTime": "2026-06-15T00:30:00", "timeZone": "Mars/North"}, None),
    "null": ({"date": None}, None),
    "nothing": ({}, None),
    "a-list": ([], None),
}


@pytest.mark.parametrize(("start", "day"), DAYS.values(), ids=DAYS.keys())
def test_the_day_of_an_event_is_where_it_starts(start: Any, day: date | None) -> None:
    item = mapping.from_remote({"id": "x", "summary": "Exam", "start": start}, BERLIN)
    assert item.fields.get("due") == day
    assert ("due" in item.problems) == (day is None)
    assert item.fields["title"] == "Exam"


def test_an_event_of_several_days_stays_one_when_its_day_changes() -> None:
    event = {"summary": "Fair", "start": {"date": "2026-06-15"}, "end": {"date": "2026-06-18"}}
    patch = mapping.to_patch(Kind.MILESTONE, {"due": date(2026, 12, 30)}, event, BERLIN)
    assert patch == {"start": {"date": "2026-12-30"}, "end": {"date": "2027-01-02"}}


def test_the_last_days_of_all_time_do_not_end_it() -> None:
    assert mapping.fit(Kind.MILESTONE, {"due": date.max}) == {"due": date(9999, 12, 30)}
    event = {"summary": "Fair", "start": {"date": "2026-06-15"}, "end": {"date": "2026-06-18"}}
    patch = mapping.to_patch(Kind.MILESTONE, {"due": date(9999, 12, 30)}, event, BERLIN)
    assert patch["end"] == {"date": "9999-12-31"}


def test_a_new_event_is_all_day_free_time_without_a_reminder() -> None:
    fields: Fields = {"title": "Exam", "due": DUE, "done": False}
    assert mapping.to_remote(Kind.MILESTONE, ENTITY, fields, BERLIN) == {
        "summary": "Exam",
        "start": {"date": "2026-06-15"},
        "end": {"date": "2026-06-16"},
        "transparency": "transparent",
        "reminders": {"useDefault": False},
        "extendedProperties": {"private": {"syncd": ENTITY}},
    }


def test_only_what_differs_is_in_a_patch() -> None:
    event = {
        "summary": "✔ Exam",
        "start": {"date": "2026-06-15"},
        "end": {"date": "2026-06-16"},
    }
    same: Fields = {"title": "Exam", "due": DUE, "done": True}
    assert mapping.to_patch(Kind.MILESTONE, same, event, BERLIN) == {}
    assert mapping.to_patch(Kind.MILESTONE, {"done": False}, event, BERLIN) == {
        "summary": "Exam"
    }
    assert mapping.to_patch(Kind.MILESTONE, {"title": "Viva"}, event, BERLIN) == {
        "summary": "✓ Viva"
    }


def test_an_event_whose_title_was_cleared_keeps_the_plans() -> None:
    item = mapping.from_remote(
        {"id": "x", "summary": "✓ ", "start": {"date": "2026-06-15"}}, "UTC"
    )
    assert item.fields == {"done": True, "due": DUE}
    assert item.problems["title"].endswith("give it one.")


def test_a_milestone_without_a_title_has_a_word_to_show() -> None:
    assert mapping.fit(Kind.MILESTONE, {"title": " \n"}) == {"title": "Untitled milestone"}


def test_what_cannot_be_read_of_an_event_does_not_stop_the_rest() -> None:
    event = {
        "id": 7,
        "summary": ["no", "text"],
        "start": {"date": "2026-06-15"},
        "created": "yesterday",
        "updated": 5,
        "extendedProperties": {"private": {"syncd": 5}},
        "somethingNew": {"deeply": ["unknown"]},
    }
    item = mapping.from_remote(event, "Mars/North")
    assert item.fields == {"due": DUE}
    assert item.problems.keys() == {"title", "done"}
    assert (item.created_at, item.edited_at, item.mark) == (None, None, None)


def test_a_milestone_needs_a_day_to_be_in_the_calendar() -> None:
    assert not mapping.can_hold(Kind.MILESTONE, DEFAULTS[Kind.MILESTONE])
    assert mapping.can_hold(Kind.MILESTONE, {"due": DUE})
    assert not mapping.can_hold(Kind.TASK, {"due": DUE})
    assert mapping.fit(Kind.TASK, {"title": "Read"}) == {}


def test_the_id_of_an_event_follows_from_the_entity_alone() -> None:
    first, again = events.event_id(ENTITY), events.event_id(EntityId(str(ENTITY)))
    assert first == again
    assert re.fullmatch(r"[0-9a-v]{52}", first)
    others = {events.event_id(ENTITY, 1), events.event_id(EntityId("other"))}
    assert first not in others
    assert len(others) == 2
    # Kept for ever: another id would double every event after an upgrade.
    assert first == "7jkp5pve5pq5poft1j5kin3ha8enqlco3aqa45r1bj4j6v7plhm0"


def test_times_of_an_event_are_read_to_the_millisecond() -> None:
    event = {
        "id": "x",
        "created": "2026-05-04T08:20:11.000Z",
        "updated": "2026-05-04T08:20:12.178Z",
    }
    item = mapping.from_remote(event, "UTC")
    assert item.edited_at == datetime(2026, 5, 4, 8, 20, 12, 178000, tzinfo=UTC)
    assert item.created_at == datetime(2026, 5, 4, 8, 20, 11, tzinfo=UTC)
