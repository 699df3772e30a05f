"""An answer that can't be read is no proof that something was written, made, or is free."""

import functools
from datetime import UTC, date, datetime
from typing import Any

import pytest

from syncd.errors import Changed, SkipItem, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.remote import LINKS, Remote
from syncd.model.values import Moment
from syncd.testing.samples import sample
from tests.connectors.syncd_google.garbled import (
    HOSTILE,
    NO_REPLY,
    Garbled,
    answer,
    garbled,
    put,
)
from tests.connectors.syncd_google.harness import GoogleHarness

KINDS = [Kind.MILESTONE, Kind.BLOCK]
WEEK = (datetime(2026, 8, 2, 22, tzinfo=UTC), datetime(2026, 8, 9, 22, tzinfo=UTC))


@pytest.fixture
def client(google: GoogleHarness) -> Garbled:
    return garbled(google)


NOT_WHAT_WAS_WRITTEN: dict[str, Any] = {
    "no-id": lambda real: {name: value for name, value in real.items() if name != "id"},
    "odd-id": lambda real: {**real, "id": 5},
    "another-id": lambda real: {**real, "id": "another"},
    "no-version": lambda real: {**real, "etag": None},
    "odd-status": lambda real: {**real, "status": False},
    "nobodys": lambda real: {**real, "extendedProperties": {}},
    "anothers": lambda real: {**real, "extendedProperties": {"private": {"syncd": "x"}}},
    **{name: answer(reply) for name, reply in NO_REPLY.items()},
}


@pytest.mark.parametrize("spoil", NOT_WHAT_WAS_WRITTEN.values(), ids=NOT_WHAT_WAS_WRITTEN)
@pytest.mark.parametrize("kind", KINDS)
def test_a_create_whose_answer_is_spoilt_is_looked_for(
    google: GoogleHarness, client: Garbled, kind: Kind, spoil: Any
) -> None:
    write = google.new_write(kind, "Exam")
    client.spoil("insert", spoil)
    assert isinstance(google.do(write), Unclear)
    remote = google.connector.find(write)
    assert remote is not None
    assert remote.fields == write.fields
    assert google.made(write).id == remote.id


@pytest.mark.parametrize("spoil", NOT_WHAT_WAS_WRITTEN.values(), ids=NOT_WHAT_WAS_WRITTEN)
@pytest.mark.parametrize("kind", KINDS)
def test_an_update_whose_answer_is_spoilt_is_looked_at(
    google: GoogleHarness, client: Garbled, kind: Kind, spoil: Any
) -> None:
    item = google.create(kind, "Exam")
    client.spoil("patch", spoil)
    assert isinstance(google.update(item, title="Viva"), Unclear)
    assert google.read(item).fields["title"] == "Viva"


def test_an_event_that_is_brought_back_by_a_spoilt_answer_is_looked_for(
    google: GoogleHarness, client: Garbled
) -> None:
    write = google.new_write(Kind.MILESTONE, "Exam")
    google.delete(google.made(write))
    client.spoil("patch", answer({}))
    assert isinstance(google.do(write), Unclear)
    assert google.connector.find(write) is not None


def test_looking_for_a_create_in_what_is_spoilt_decides_nothing(
    google: GoogleHarness, client: Garbled
) -> None:
    write = google.new_write(Kind.BLOCK, "SQL course")
    google.made(write)
    for value in HOSTILE.values():
        client.spoil("event", functools.partial(put, path=("status",), value=value))
        with pytest.raises(SkipItem, match="update syncd"):
            google.connector.find(write)
    kept = {"extendedProperties": {"private": {"syncd": write.entity}}}
    client.spoil("event", lambda real: {**real, **kept})
    with pytest.raises(SkipItem, match="syncd-kind"):
        google.connector.find(write)
    client.spoil("event", answer({}))
    with pytest.raises(TryLater):
        google.connector.find(write)


def test_an_id_that_is_taken_by_what_cannot_be_read_is_looked_at_again(
    google: GoogleHarness, client: Garbled
) -> None:
    write = google.new_write(Kind.MILESTONE, "Exam")
    google.made(write)
    client.spoil("event", lambda real: {**real, "status": 1})
    assert isinstance(google.do(write), Unclear)
    assert len(google.listing()) == 1


def test_a_conflict_over_what_cannot_be_read_is_looked_at_again(
    google: GoogleHarness, client: Garbled
) -> None:
    item = google.milestone("Exam")
    google.person.edit(Kind.MILESTONE, "Exam", "due", date(2026, 6, 20))
    for write in (google.update, lambda it, **_: google.delete(it)):
        client.spoil("event", lambda real: {**real, "status": 1})
        assert isinstance(write(item, title="Viva"), Unclear)
    assert google.read(item).fields["title"] == "Exam"


def test_nothing_is_written_to_what_cannot_be_read(
    google: GoogleHarness, client: Garbled
) -> None:
    item = google.milestone("Exam")
    bare = Remote(id=item.id, kind=item.kind, fields=item.fields, mark=item.mark)
    client.spoil("event", lambda real: {**real, "etag": 7})
    assert isinstance(google.update(bare, title="Viva"), Changed)
    assert google.read(item) == item


@pytest.mark.parametrize(
    "value", [value for value in HOSTILE.values() if not isinstance(value, str)]
)
def test_a_description_that_cannot_be_read_is_not_written_over(
    google: GoogleHarness, client: Garbled, value: Any
) -> None:
    item = google.create(Kind.BLOCK, "SQL course")
    client.spoil("event", lambda real: {**real, "description": value})
    odd = google.read(item)
    client.asked.clear()
    outcome = google.update(odd, **{LINKS: "Notion https://www.notion.so/9"})
    assert isinstance(outcome, SkipItem)
    assert client.asked == []
    assert isinstance(google.update(odd, title="SQL"), Remote)


def test_a_title_that_cannot_be_read_is_not_written_over(
    google: GoogleHarness, client: Garbled
) -> None:
    for kind in KINDS:
        item = google.create(kind, "Exam")
        client.spoil("event", lambda real: {**real, "summary": 5})
        odd = google.read(item)
        assert isinstance(google.update(odd, title="Viva"), SkipItem)
        other = {
            name: value
            for name, value in sample(kind, "x", {}).items()
            if name in ("due", "end")
        }
        assert isinstance(google.update(odd, **other), Remote)
        assert google.read(item).fields["title"] == "Exam"


ENTRY = {"id": "c_1@group.calendar.google.com", "summary": "Learning", "accessRole": "owner"}
ENTRY |= {"description": "Kept by syncd"}
NO_LISTS: dict[str, Any] = {
    **NO_REPLY,
    "number-for-a-page-token": {"items": [], "nextPageToken": 5},
    "null-entry": {"items": [None]},
    "text-entry": {"items": ["Learning"]},
    "no-id": {"items": [{**ENTRY, "id": None}]},
    "odd-id": {"items": [{**ENTRY, "id": "../.."}]},
    "no-role": {
        "items": [{name: value for name, value in ENTRY.items() if name != "accessRole"}]
    },
    "odd-role": {"items": [{**ENTRY, "accessRole": 1}]},
    "unknown-role": {"items": [{**ENTRY, "accessRole": "OWNER"}]},
    "text-for-deleted": {"items": [{**ENTRY, "deleted": "false"}]},
    "number-for-primary": {"items": [{**ENTRY, "primary": 1}]},
    "odd-description": {"items": [{**ENTRY, "description": ["Kept by syncd"]}]},
    "odd-title": {"items": [{**ENTRY, "summary": 5, "description": ""}]},
    "odd-zone": {"items": [{**ENTRY, "timeZone": 2}]},
}


@pytest.mark.parametrize("reply", NO_LISTS.values(), ids=NO_LISTS.keys())
def test_a_calendar_that_cannot_be_read_leads_to_no_second_one(
    fresh: GoogleHarness, reply: Any
) -> None:
    client = garbled(fresh)
    client.instead("calendars", lambda: reply)
    with pytest.raises(TryLater, match="trying again later"):
        fresh.connector.bind()
    with pytest.raises(TryLater):
        fresh.connector.provision()
    assert fresh.containers() == []
    client.heal()
    fresh.start()
    assert fresh.containers() == ["Learning"]


def test_a_strangers_role_that_is_new_is_no_trouble(fresh: GoogleHarness) -> None:
    client = garbled(fresh)
    entry = {"id": "x@example.org", "summary": "Theirs", "accessRole": "someNewRole"}
    client.instead("calendars", lambda: {"items": [entry]})
    assert fresh.connector.bind().missing


def test_a_list_of_calendars_without_end_ends(fresh: GoogleHarness) -> None:
    client = garbled(fresh)
    for reply, said in (({"items": [], "nextPageToken": "again"}, "circles"),):
        client.instead("calendars", functools.partial(dict, reply))
        with pytest.raises(TryLater, match=said):
            fresh.connector.bind()
    assert len(client.asked) == 2


@pytest.mark.parametrize("reply", [{}, {"id": "x@example.org"}, {"id": 5}])
def test_a_calendar_named_by_its_id_is_that_one(fresh: GoogleHarness, reply: Any) -> None:
    own = fresh.sandbox.account.add_calendar(summary="Mine", zone="UTC", ours=True).id
    fresh.rebuilt(calendar=own)
    garbled(fresh).spoil("calendar", answer(reply))
    with pytest.raises(TryLater):
        fresh.connector.bind()
    fresh.connector.bind()
    assert fresh.memory.get("calendar")["id"] == own


def test_a_calendar_in_no_known_zone_is_bound_in_the_plans(fresh: GoogleHarness) -> None:
    fresh.sandbox.account.add_calendar(summary="Learning", zone="UTC", ours=True)
    client = garbled(fresh)
    client.spoil(
        "calendars",
        lambda real: {
            "items": [{**calendar, "timeZone": "Mars/North"} for calendar in real["items"]]
        },
    )
    fresh.connector.bind()
    assert fresh.memory.get("calendar")["zone"] == "Europe/Paris"


@pytest.mark.parametrize("reply", NO_REPLY.values(), ids=NO_REPLY.keys())
def test_a_calendar_whose_making_was_answered_oddly_is_found_again(
    fresh: GoogleHarness, reply: Any
) -> None:
    client = garbled(fresh)
    client.spoil("new_calendar", answer(reply))
    fresh.start()
    assert fresh.containers() == ["Learning"]
    assert fresh.memory.get("calendar")["id"] == fresh.calendar.id


SPAN = {"start": "2026-08-03T09:00:00Z", "end": "2026-08-03T10:00:00Z"}
NEVER_FREE: dict[str, Any] = {
    **{name: value for name, value in HOSTILE.items() if name != "object"},
    "nothing": {},
    "odd-busy": {"busy": "never"},
    "null-busy": {"busy": None},
    "odd-span": {"busy": [SPAN, None]},
    "no-end": {"busy": [SPAN, {"start": SPAN["start"]}]},
    "odd-end": {"busy": [{**SPAN, "end": 5}]},
    "no-offset": {"busy": [{**SPAN, "end": "2026-08-03T10:00:00"}]},
    "backwards": {"busy": [{"start": SPAN["end"], "end": SPAN["start"]}]},
    "absurd": {"busy": [{**SPAN, "end": "9999-12-31T23:59:59-12:00"}]},
    "odd-errors": {"busy": [], "errors": {"reason": "x"}},
    "odd-error": {"busy": [], "errors": ["x"]},
    "error-without-a-reason": {"busy": [], "errors": [{}]},
}


@pytest.mark.parametrize("told", NEVER_FREE.values(), ids=NEVER_FREE.keys())
def test_a_calendar_whose_answer_cannot_be_read_is_never_free(
    google: GoogleHarness, client: Garbled, told: Any
) -> None:
    google.connector.pull(None)
    client.instead("free_busy", lambda: {"calendars": {"primary": told}})
    busy = google.connector.busy(*WEEK)
    assert (busy.spans, busy.calendars) == ((), ())
    (sentence,) = busy.unreadable
    assert "'primary'" in sentence
    assert sentence.endswith("sync again.")


@pytest.mark.parametrize("reply", [{}, {"calendars": None}, {"calendars": []}, {"error": 1}])
def test_no_answer_about_busy_time_is_asked_for_again(
    google: GoogleHarness, client: Garbled, reply: Any
) -> None:
    client.instead("free_busy", lambda: reply)
    with pytest.raises(TryLater):
        google.connector.busy(*WEEK)


MEETING = {
    "id": "m1",
    "etag": '"1"',
    "start": {"dateTime": SPAN["start"]},
    "end": {"dateTime": SPAN["end"]},
}
NOT_TOLD: dict[str, Any] = {
    "null": None,
    "no-id": {**MEETING, "id": None},
    "odd-status": {**MEETING, "status": "gone"},
    "number-for-free": {**MEETING, "transparency": 1},
    "unknown-word-for-free": {**MEETING, "transparency": "free"},
    "odd-kind": {**MEETING, "eventType": ["birthday"]},
    "text-for-self": {
        **MEETING,
        "attendees": [{"self": "false", "responseStatus": "declined"}],
    },
    "odd-guests": {**MEETING, "attendees": {"self": True}},
    "no-end": {**MEETING, "end": None},
    "odd-end": {**MEETING, "end": {"date": 20260803}},
    "backwards": {**MEETING, "start": MEETING["end"], "end": MEETING["start"]},
    "year-one": {**MEETING, "start": {"date": "0001-01-01"}},
}


@pytest.mark.parametrize("row", NOT_TOLD.values(), ids=NOT_TOLD.keys())
def test_a_calendar_with_what_cannot_be_read_is_never_free(
    google: GoogleHarness, row: Any
) -> None:
    google.rebuilt(busy_declined=True)
    client = garbled(google)
    page = {"items": [MEETING, row], "timeZone": "Asia/Tokyo"}
    client.instead("events", lambda: page)
    busy = google.connector.busy(*WEEK)
    assert (busy.spans, busy.calendars, len(busy.unreadable)) == ((), (), 1)
    assert busy.unreadable[0].endswith("sync again.")


def test_a_calendar_in_no_known_zone_is_never_free(google: GoogleHarness) -> None:
    google.rebuilt(busy_declined=True)
    row = {**MEETING, "start": {"date": "2026-08-03"}, "end": {"date": "2026-08-04"}}
    garbled(google).instead("events", lambda: {"items": [row], "timeZone": "Mars/North"})
    assert google.connector.busy(*WEEK).unreadable


def test_what_the_person_keeps_in_syncds_calendar_is_never_overlooked(
    google: GoogleHarness,
) -> None:
    """Where something there can't be read, nobody knows yet that they keep nothing."""
    client = garbled(google)
    client.spoil("events", lambda real: {**real, "items": [{**MEETING, "transparency": 1}, 5]})
    google.connector.pull(None)
    assert google.memory.get("guests") is not False
    client.spoil("events", lambda real: {**real, "items": [{**MEETING, "transparency": 1}]})
    assert any(
        google.calendar.id in sentence for sentence in google.connector.busy(*WEEK).unreadable
    )


def test_busy_time_that_was_interrupted_goes_on_where_it_stopped(
    google: GoogleHarness,
) -> None:
    google.rebuilt(busy_declined=True)
    client = garbled(google)
    google.sandbox.lists.largest_page = 1
    for hour in (8, 10, 12):
        google.person.meeting(
            f"{hour}",
            datetime(2026, 8, 3, hour, tzinfo=UTC),
            datetime(2026, 8, 3, hour + 1, tzinfo=UTC),
        )
    client.spoil("events", lambda real: real)
    client.spoil("events", answer({}))
    with pytest.raises(TryLater):
        google.connector.busy(*WEEK)
    client.asked.clear()
    assert len(google.connector.busy(*WEEK).spans) >= 3
    assert client.asked[0][1][1]["pageToken"]


@pytest.mark.parametrize("value", [value for value in HOSTILE.values() if value != {}])
def test_a_time_that_cannot_be_read_is_not_written_over(
    google: GoogleHarness, client: Garbled, value: Any
) -> None:
    day, at = date(2026, 12, 1), Moment(datetime(2026, 12, 1, 9, tzinfo=UTC), "Europe/Paris")
    for kind, fields in ((Kind.MILESTONE, {"due": day}), (Kind.BLOCK, {"start": at})):
        item = google.create(kind, "Exam")
        client.spoil("event", lambda real: {**real, "start": value})
        odd = google.read(item)
        assert isinstance(google.update(odd, **fields), SkipItem)
        assert google.read(item) == item
