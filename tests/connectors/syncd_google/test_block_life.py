"""Learning blocks in the sandbox's calendar: written, dragged, ticked, deleted."""

import dataclasses
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from syncd.connect.contract import BusySpan
from syncd.errors import Changed, SkipItem
from syncd.model.entities import Kind
from syncd.model.remote import LINKS, Remote
from syncd.model.values import BlockState, Moment, Value
from syncd.testing.samples import AT, ZONE
from syncd_google.sandbox import acts
from syncd_google.sandbox.model import GoogleEvent
from tests.connectors.syncd_google.harness import GoogleHarness

GOALS = [f"01JWQ9E4V0Z8N3A6B7C2D5F1{number:02}" for number in range(14)]


def block(google: GoogleHarness, title: str = "SQL course", **fields: Value) -> Remote:
    return google.create(Kind.BLOCK, title, **fields)


def event(google: GoogleHarness, title: str = "SQL course") -> GoogleEvent:
    return google.sandbox.person.event(Kind.BLOCK, title)


def test_a_new_block_takes_time_and_reminds_ten_minutes_before(google: GoogleHarness) -> None:
    block(google)
    fields = event(google).fields
    assert "transparency" not in fields  # opaque, which is never stated
    reminder = {"method": "popup", "minutes": 10}
    assert fields["reminders"] == {"useDefault": False, "overrides": [reminder]}


REMINDERS = {
    "0": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 0}]},
    "none": {"useDefault": False, "overrides": []},
    "default": {"useDefault": True},
}


@pytest.mark.parametrize(("setting", "shown"), REMINDERS.items())
def test_reminders_are_as_the_setting_says(
    google: GoogleHarness, setting: str, shown: object
) -> None:
    google.rebuilt(reminder_minutes=int(setting) if setting.isdigit() else setting)
    google.start()
    block(google)
    assert event(google).fields["reminders"] == shown


def test_a_reminder_that_was_changed_by_hand_stays(google: GoogleHarness) -> None:
    item = block(google)
    mine = {"useDefault": False, "overrides": [{"method": "email", "minutes": 60}]}
    acts.note(google.sandbox.account, google.calendar, item.id, reminders=mine)
    google.made(google.new_update(google.read(item), title="SQL", state=BlockState.DONE))
    assert event(google, "SQL").fields["reminders"] == mine


def test_each_goal_has_a_colour_of_its_own(google: GoogleHarness) -> None:
    for number, goal in enumerate(GOALS[:11]):
        block(google, f"Block {number}", goal=goal)
        block(google, f"Block {number} again", goal=goal)
    shown = {event(google, f"Block {number}").fields["colorId"] for number in range(11)}
    assert shown == {str(number) for number in range(1, 12)}
    for number in range(11):
        first, again = f"Block {number}", f"Block {number} again"
        assert event(google, first).fields["colorId"] == event(google, again).fields["colorId"]
    block(google, "One goal more", goal=GOALS[11])
    assert event(google, "One goal more").fields["colorId"] in shown


def test_a_block_without_a_goal_has_the_calendars_colour(google: GoogleHarness) -> None:
    block(google, goal=None)
    assert "colorId" not in event(google).fields


def test_another_goal_brings_another_colour_and_no_other_change_does(
    google: GoogleHarness,
) -> None:
    item = block(google, goal=GOALS[0])
    acts.note(google.sandbox.account, google.calendar, item.id, colorId="7")
    item = google.made(
        google.new_update(google.read(item), title="SQL", goal=GOALS[0], **{LINKS: ""})
    )
    assert event(google, "SQL").fields["colorId"] == "7"
    item = google.made(google.new_update(item, goal=GOALS[1]))
    assert event(google, "SQL").fields["colorId"] == "2"
    google.made(google.new_update(item, goal=None))
    assert "colorId" not in event(google, "SQL").fields


def test_goals_keep_their_colours_when_the_memory_is_lost(google: GoogleHarness) -> None:
    block(google, "First", goal=GOALS[0])
    block(google, "Second", goal=GOALS[1])
    google.restart(remembering=False)
    google.start()
    google.connector.pull(None)
    block(google, "Third", goal=GOALS[2])
    block(google, "Second again", goal=GOALS[1])
    assert event(google, "Second again").fields["colorId"] == "2"
    assert event(google, "Third").fields["colorId"] == "3"


def test_a_block_that_is_dragged_keeps_its_length_and_its_zone(google: GoogleHarness) -> None:
    item = block(google)
    there = Moment(datetime(2026, 6, 12, 7, 15, tzinfo=UTC), ZONE)
    google.person.edit(Kind.BLOCK, "SQL course", "start", there)
    moved = google.read(item)
    end = Moment(there.at + timedelta(hours=1), ZONE)
    pinned = {"state": BlockState.PINNED}
    assert moved.fields == {**item.fields, "start": there, "end": end, **pinned}


def test_a_block_that_takes_the_whole_day_is_told_and_comes_back(google: GoogleHarness) -> None:
    item = block(google)
    google.person.edit(Kind.BLOCK, "SQL course", "start", date(2026, 6, 12))
    whole = google.read(item)
    assert set(whole.problems) == {"start", "end"}
    assert not {"start", "end"} & set(whole.fields)
    same = google.made(google.new_update(whole, title="SQL"))
    assert event(google, "SQL").start.day == date(2026, 6, 12)
    times = {"start": item.fields["start"], "end": item.fields["end"]}
    back = google.made(google.new_update(same, **times))
    assert back.fields == {**item.fields, "title": "SQL"}
    assert not back.problems
    google.person.edit(Kind.BLOCK, "SQL", "start", date(2026, 6, 12))
    google.person.edit(Kind.BLOCK, "SQL", "start", Moment(AT, ZONE))
    assert google.read(item).fields["start"] == Moment(AT, google.calendar.zone)


def test_a_deleted_block_is_gone_and_comes_back_with_what_was_written_there(
    google: GoogleHarness,
) -> None:
    write = google.new_write(Kind.BLOCK, "SQL course")
    item = google.made(write)
    cursor = google.connector.pull(None).cursor
    text = event(google).fields["description"]
    mine = f"Room 4, bring the laptop\n\n{text}"
    acts.note(google.sandbox.account, google.calendar, item.id, description=mine)
    google.person.edit(Kind.BLOCK, "SQL course", "start", date(2026, 6, 12))
    google.person.delete(Kind.BLOCK, "SQL course")
    assert google.connector.pull(cursor).gone == {item.id}
    again = google.made(write)
    assert (again.id, again.fields) == (item.id, item.fields)
    assert event(google).fields["description"] == mine


def test_a_revived_block_carries_other_links_below_what_was_written(
    google: GoogleHarness,
) -> None:
    write = google.new_write(Kind.BLOCK, "SQL course")
    item = google.made(write)
    text = event(google).fields["description"]
    note = {"description": f"Room 4\n\n{text}"}
    acts.note(google.sandbox.account, google.calendar, item.id, **note)
    google.person.delete(Kind.BLOCK, "SQL course")
    fields = {**write.fields, LINKS: "Todoist https://example.org/2", "task": None}
    again = google.made(dataclasses.replace(write, fields=fields))
    assert again.fields == fields
    assert event(google).fields["description"] == "Room 4\n\nTodoist: https://example.org/2"


def test_a_revived_block_looks_as_its_person_made_it(google: GoogleHarness) -> None:
    google.connector.close()
    google.connector = google.built(reminder_minutes="default")
    write = google.new_write(Kind.BLOCK, "SQL course", goal=GOALS[0])
    item = google.made(write)
    reminders = {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]}
    mine = {"colorId": "7", "reminders": reminders}
    acts.note(google.sandbox.account, google.calendar, item.id, **mine)
    google.person.delete(Kind.BLOCK, "SQL course")
    assert google.made(write).id == item.id
    assert {name: event(google).fields[name] for name in mine} == mine
    google.person.delete(Kind.BLOCK, "SQL course")
    other = google.new_write(Kind.BLOCK, "SQL course", goal=GOALS[1])
    assert google.made(dataclasses.replace(write, fields=other.fields)).id == item.id
    assert event(google).fields["colorId"] == "2"


def test_an_all_day_event_is_revived_as_a_block_with_a_time(google: GoogleHarness) -> None:
    write = google.new_write(Kind.BLOCK, "SQL course")
    google.made(write)
    google.person.edit(Kind.BLOCK, "SQL course", "start", date(2026, 6, 12))
    google.person.delete(Kind.BLOCK, "SQL course")
    assert google.made(write).fields == write.fields


def test_milestones_and_blocks_are_told_apart(google: GoogleHarness) -> None:
    made = block(google)
    day = google.milestone("Exam", date(2026, 6, 11))
    late = Moment(AT)
    google.person.edit(Kind.MILESTONE, "Exam", "due", late)  # a milestone with a time
    google.person.edit(Kind.BLOCK, "SQL course", "start", date(2026, 6, 12))  # a day's block
    kinds = {item.id: item.kind for item in google.connector.pull(None).items}
    assert kinds == {made.id: Kind.BLOCK, day.id: Kind.MILESTONE}
    assert google.person.titles(Kind.BLOCK) == ["SQL course"]
    assert google.person.titles(Kind.MILESTONE) == ["Exam"]


def test_a_block_that_moved_on_is_not_overwritten(google: GoogleHarness) -> None:
    item = block(google)
    google.person.edit(Kind.BLOCK, "SQL course", "end", Moment(AT + timedelta(hours=4), ZONE))
    later = {"start": Moment(AT + timedelta(days=1), ZONE)}
    later |= {"end": Moment(AT + timedelta(days=1, hours=1), ZONE)}
    assert isinstance(google.update(item, **later), Changed)
    assert google.read(item).fields["start"] == item.fields["start"]


UNFIT = {
    "no-start": {"start": None},
    "no-end": {"end": None},
    "backwards": {"start": Moment(AT, ZONE), "end": Moment(AT, ZONE)},
    "skipped": {"state": BlockState.SKIPPED},
    "draft": {"state": BlockState.DRAFT},
}


@pytest.mark.parametrize("fields", UNFIT.values(), ids=UNFIT.keys())
def test_what_the_calendar_cannot_hold_is_refused_with_a_reason(
    google: GoogleHarness, fields: dict[str, Value]
) -> None:
    item = block(google)
    before = len(google.server.log)
    outcome = google.update(item, **fields)
    assert isinstance(outcome, SkipItem)
    assert str(outcome).endswith((".", "again."))
    write = google.new_write(Kind.BLOCK, "Another", **fields)
    assert isinstance(google.do(write), SkipItem)
    assert len(google.server.log) == before


def test_nothing_but_the_own_calendar_is_ever_written(fresh: GoogleHarness) -> None:
    """Over a whole life: every request that is no reading goes to syncd's calendar."""
    google = fresh
    google.start()
    for settings in ({}, {"busy_declined": True}):
        google.connector.close()
        google.connector = google.built(**settings)
        google.start()
        item = block(google, f"Block {len(settings)}")
        day = google.milestone(f"Exam {len(settings)}")
        later: dict[str, Value] = {
            "end": Moment(AT + timedelta(hours=3), ZONE),
            "goal": GOALS[0],
        }
        item = google.made(google.new_update(item, **later))
        google.person.meeting("Lunch", AT, AT + timedelta(hours=1))
        google.person.add(
            Kind.BLOCK, "Mine", start=Moment(AT), end=Moment(AT + timedelta(hours=1))
        )
        pull = google.connector.pull(None)
        assert google.connector.busy(AT - timedelta(days=1), AT + timedelta(days=90)).spans
        assert google.connector.find(google.new_write(Kind.BLOCK, "No one")) is None
        google.read(item)
        assert google.delete(item) is None
        assert google.delete(day) is None
        google.connector.pull(pull.cursor)
    own = re.compile(rf"/calendar/v3/calendars/{re.escape(google.calendar.id)}/events(/\w+)?")
    written = [request for request in google.server.log if request.method != "GET"]
    elsewhere = [
        f"{request.method} {request.path}"
        for request in written
        if not own.fullmatch(request.path)
    ]
    assert set(elsewhere) <= {
        "POST /calendar/v3/calendars",  # making the own one
        "POST /calendar/v3/freeBusy",
        "POST /token",
    }
    assert elsewhere.count("POST /calendar/v3/calendars") == 1
    assert {request.method for request in written} == {"POST", "PATCH", "DELETE"}
    primary = google.sandbox.account.calendar("primary")
    assert {event.series for event in primary.events.values()} == {None}


def test_what_the_person_keeps_in_syncds_calendar_is_busy_time(google: GoogleHarness) -> None:
    start = AT + timedelta(days=30)
    span = BusySpan(start, start + timedelta(hours=1))
    asked = (start - timedelta(hours=5), start + timedelta(hours=5))
    block(google, start=Moment(start), end=Moment(start + timedelta(hours=2)))
    cursor = google.connector.pull(None).cursor
    google.server.log.clear()
    assert google.connector.busy(*asked).spans == ()
    assert google.paths() == ["POST /freeBusy"]
    google.memory.kept.pop("guests")  # of a syncd that did not ask yet
    assert google.connector.busy(*asked).spans == ()
    assert google.paths()[1:] == ["POST /freeBusy", "GET /calendars/ID/events"]
    google.person.add(Kind.BLOCK, "Mine", start=Moment(span.start), end=Moment(span.end))
    google.person.add(Kind.MILESTONE, "My day", due=start.date())  # free: an all-day event
    google.connector.pull(cursor)
    google.restart()
    google.start()
    assert google.connector.busy(*asked).spans == (span,)
    google.person.delete(Kind.BLOCK, "Mine")
    google.connector.pull(None)
    google.server.log.clear()
    assert google.connector.busy(*asked).spans == ()
    assert google.paths() == ["POST /freeBusy"]


def test_a_copy_of_a_block_is_busy_time(google: GoogleHarness) -> None:
    """It carries the block's mark, but syncd did not make it, nor moves it."""
    item = block(google)
    copy = acts.duplicate(google.sandbox.account, google.calendar, item.id)
    start = AT + timedelta(days=30)
    acts.drag(google.sandbox.account, google.calendar, copy.id, start)
    google.connector.pull(None)
    busy = google.connector.busy(start - timedelta(hours=1), start + timedelta(hours=5))
    assert busy.spans == (BusySpan(start, start + timedelta(hours=1)),)


def test_a_block_that_was_made_to_recur_is_not_busy_time(google: GoogleHarness) -> None:
    item = block(google)
    again = {"recurrence": ["RRULE:FREQ=DAILY;COUNT=5"]}
    acts.note(google.sandbox.account, google.calendar, item.id, **again)
    google.person.add(Kind.BLOCK, "Mine", start=Moment(AT), end=Moment(AT + timedelta(hours=1)))
    google.connector.pull(None)
    busy = google.connector.busy(AT - timedelta(hours=1), AT + timedelta(days=3))
    assert BusySpan(AT, AT + timedelta(hours=1)) in busy.spans
    assert BusySpan(AT + timedelta(days=1), AT + timedelta(days=1, hours=1)) not in busy.spans
