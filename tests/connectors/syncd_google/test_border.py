"""Whatever Google says of an event or a listing costs that one thing, and changes nothing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from syncd.errors import HoldTool, SkipItem, StartOver, TryLater
from syncd.model.entities import Kind
from syncd.model.remote import Pull, Remote, content_hash
from syncd.model.values import BlockState
from syncd.testing.fault_injection import Fault
from syncd.testing.samples import AT
from tests.connectors.syncd_google.garbled import (
    HOSTILE,
    NO_REPLY,
    Garbled,
    answer,
    garbled,
    places,
    put,
)
from tests.connectors.syncd_google.harness import GoogleHarness

KINDS = [Kind.MILESTONE, Kind.BLOCK]
LEADS_ELSEWHERE = ("extendedProperties", "private")
"""Without these an event is its person's own."""


@pytest.fixture
def client(google: GoogleHarness) -> Garbled:
    return garbled(google)


def rows(client: Garbled, *events: Any, **page: Any) -> None:
    """Have the next listing show just these."""
    client.spoil("events", lambda real: {**real, "items": list(events), **page})


def event_of(google: GoogleHarness, item: Remote) -> Any:
    return google.bare._client.event(google.calendar.id, item.id)


def spoilt(event: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield an event with each place spoilt by each value, in turn."""
    for path in places(event):
        for value in HOSTILE.values():
            if not (isinstance(value, dict) and path[-1] in LEADS_ELSEWHERE):
                yield path, put(event, path, value)


@pytest.mark.parametrize("kind", KINDS)
def test_one_spoilt_value_costs_its_field_or_its_item_and_no_more(
    google: GoogleHarness, client: Garbled, kind: Kind
) -> None:
    item, other = google.create(kind, "✓ Exam"), google.create(kind, "Viva")
    event, fine = event_of(google, item), event_of(google, other)
    for path, spoiled in spoilt(event):
        rows(client, spoiled, fine)
        pull = google.connector.pull(None)
        by_id = {item.id: item for item in pull.items}
        assert by_id.pop(other.id) == other, path
        assert pull.gone == frozenset(), path
        costs_no_more(pull, by_id, item, path)


def costs_no_more(
    pull: Pull, found: dict[Any, Remote], item: Remote, path: tuple[str, ...]
) -> None:
    """Hold what came of a spoilt event against what it was."""
    sentences = [*pull.unread.values(), *pull.problems]
    if item.id in found:
        now = found.pop(item.id)
        assert now.fields.items() <= item.fields.items(), path
        assert item.fields.keys() - now.fields.keys() <= now.problems.keys(), path
        assert (now.mark, now.kind, now.version) == (item.mark, item.kind, item.version)
        assert content_hash(now), path
        sentences += now.problems.values()
    else:
        assert item.id in pull.unread or path == ("id",), path
        assert pull.cursor is None, path
        assert bool(pull.whole) is (path != ("id",))
    assert found == {}, path
    assert all(sentence.endswith(".") and sentence.encode() for sentence in sentences)


def test_a_flag_that_is_no_flag_is_no_evidence(google: GoogleHarness, client: Garbled) -> None:
    item = google.milestone("Exam")
    event = event_of(google, item)
    for status in ("Cancelled", "deleted", "", "true", *HOSTILE.values()):
        rows(client, {**event, "status": status})
        pull = google.connector.pull(None)
        assert (pull.items, pull.gone) == ((), frozenset())
        (sentence,) = pull.unread.values()
        assert "'Exam'" in sentence
        assert "`status`" in sentence


def test_a_word_for_a_kind_that_is_none_makes_no_milestone_of_a_block(
    google: GoogleHarness, client: Garbled
) -> None:
    item = google.create(Kind.BLOCK, "SQL course")
    event = event_of(google, item)
    for word in ("blok", "", "milestone"):
        rows(client, put(event, ("extendedProperties", "private", "syncd-kind"), word))
        assert google.connector.pull(None).unread.keys() == {item.id}


NAMELESS: list[Any] = [
    None,
    5,
    "x",
    [],
    {},
    {"summary": "Exam"},
    {"id": ""},
    {"id": ".."},
    {"id": "a/b"},
]


def test_a_row_without_an_id_is_nothing_new(google: GoogleHarness, client: Garbled) -> None:
    item = google.milestone("Exam")
    for row in NAMELESS:
        rows(client, event_of(google, item), row)
        pull = google.connector.pull(None)
        assert [item.id for item in pull.items] == [item.id]
        assert (pull.whole, pull.cursor, pull.unread) == (frozenset(), None, {})
        assert pull.problems[0].endswith("update syncd.")


def test_what_could_not_be_read_is_read_with_the_next_pull(
    google: GoogleHarness, client: Garbled
) -> None:
    cursor = google.connector.pull(None).cursor
    item = google.milestone("Exam")
    rows(client, {**event_of(google, item), "etag": 5})
    pull = google.connector.pull(cursor)
    assert (pull.cursor, set(pull.unread)) == (None, {item.id})
    again = google.connector.pull(cursor)
    assert again.items == (item,)
    assert again.cursor


def test_a_later_row_mends_an_earlier_one(google: GoogleHarness, client: Garbled) -> None:
    item = google.milestone("Exam")
    event = event_of(google, item)
    rows(client, {**event, "status": 0}, event)
    pull = google.connector.pull(None)
    assert (pull.items, pull.unread) == ((item,), {})
    assert pull.cursor


ODD_ZONES = ["Mars/North", "../etc/passwd", "\0", "x" * 5000, "Europe"]


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_a_calendar_in_no_known_zone_stays_in_its_own(
    google: GoogleHarness, client: Garbled, zone: str
) -> None:
    item = google.milestone("Exam")
    rows(client, event_of(google, item), timeZone=zone)
    pull = google.connector.pull(None)
    assert pull.items == (item,)
    assert google.memory.get("calendar")["zone"] == "Europe/Paris"
    assert pull.problems[0].endswith("settings.")


NO_PAGES: dict[str, Any] = {
    **NO_REPLY,
    "number-for-a-page-token": {"items": [], "nextPageToken": 5},
    "list-for-a-sync-token": {"items": [], "nextSyncToken": []},
    "number-for-a-zone": {"items": [], "nextSyncToken": "C0", "timeZone": 2},
}


@pytest.mark.parametrize("reply", NO_PAGES.values(), ids=NO_PAGES.keys())
def test_a_page_that_is_none_is_never_nothing_new(
    google: GoogleHarness, client: Garbled, reply: Any
) -> None:
    cursor = google.connector.pull(None).cursor
    for since in (None, cursor):
        client.spoil("events", answer(reply))
        with pytest.raises(TryLater, match="trying again later"):
            google.connector.pull(since)


def test_a_reading_that_was_interrupted_goes_on_where_it_stopped(
    google: GoogleHarness, client: Garbled
) -> None:
    for number in range(5):
        google.milestone(f"Step {number}")
    google.sandbox.lists.largest_page = 2
    client.spoil("events", lambda real: real)
    client.spoil("events", answer({}))
    with pytest.raises(TryLater):
        google.connector.pull(None)
    client.asked.clear()
    assert len(google.connector.pull(None).items) == 5
    tokens = [bool(query.get("pageToken")) for _, (_, query) in client.asked]
    assert tokens == [True, True]


def test_a_reading_that_is_too_old_to_go_on_begins_anew(
    google: GoogleHarness, client: Garbled
) -> None:
    for number in range(3):
        google.milestone(f"Step {number}")
    google.sandbox.lists.largest_page = 2
    client.spoil("events", lambda real: real)
    client.spoil("events", answer({}))
    with pytest.raises(TryLater):
        google.connector.pull(None)
    google.server.faults.append(Fault(act="status", status=410, path=".*/events"))
    with pytest.raises(TryLater, match="anew"):
        google.connector.pull(None)
    assert len(google.connector.pull(None).items) == 3


def test_a_finished_reading_leaves_no_interrupted_one_behind(
    google: GoogleHarness, client: Garbled
) -> None:
    cursor = google.connector.pull(None).cursor
    for number in range(3):
        google.milestone(f"Step {number}")
    google.sandbox.lists.largest_page = 2
    client.spoil("events", lambda real: real)
    client.spoil("events", answer({}))
    with pytest.raises(TryLater):
        google.connector.pull(cursor)
    google.connector.pull(None)
    client.asked.clear()
    google.connector.pull(cursor)
    assert "pageToken" not in client.asked[0][1][1]


def test_a_listing_without_end_ends(google: GoogleHarness, client: Garbled) -> None:
    tokens = iter(range(10**6))
    client.instead("events", lambda: {"items": [], "nextPageToken": f"{next(tokens)}"})
    with pytest.raises(TryLater, match="does not end"):
        google.connector.pull(None)
    assert len(client.asked) < 1000


def test_an_odd_sync_token_starts_over(google: GoogleHarness, client: Garbled) -> None:
    rows(client, nextSyncToken="no token & no sense")
    cursor = google.connector.pull(None).cursor
    with pytest.raises(StartOver):
        google.connector.pull(cursor)


@pytest.mark.parametrize("kind", KINDS)
def test_reading_one_item_that_is_spoilt_leaves_it_as_it_was(
    google: GoogleHarness, client: Garbled, kind: Kind
) -> None:
    item = google.create(kind, "Exam")
    event = event_of(google, item)
    for path, spoiled in spoilt(event):
        client.spoil("event", answer(spoiled))
        now = told_of(google, item)
        if isinstance(now, Remote):
            assert now.fields.items() <= item.fields.items(), path
            assert item.fields.keys() - now.fields.keys() <= now.problems.keys(), path
        else:
            assert now.endswith("update syncd."), path


def told_of(google: GoogleHarness, item: Remote) -> Remote | str:
    """Return an item as it is read, or why it can't be."""
    try:
        return google.read(item)
    except SkipItem as error:
        return str(error)


def test_another_event_than_the_one_asked_for_is_not_taken_for_it(
    google: GoogleHarness, client: Garbled
) -> None:
    item, other = google.milestone("Exam"), google.milestone("Viva")
    client.spoil("event", answer(event_of(google, other)))
    with pytest.raises(SkipItem, match="`id`"):
        google.read(item)


def test_no_event_at_all_is_asked_for_again(google: GoogleHarness, client: Garbled) -> None:
    item = google.milestone("Exam")
    client.spoil("event", answer({}))
    with pytest.raises(TryLater):
        google.read(item)


def test_an_event_is_not_gone_where_nobody_can_tell_that_its_calendar_is_there(
    google: GoogleHarness, client: Garbled
) -> None:
    item = google.milestone("Exam")
    google.server.faults.append(Fault(act="status", status=404, path=".*/events/.*", times=0))
    for reply in ({}, {"id": "another@example.org"}, {"id": 5}):
        client.spoil("calendar", answer(reply))
        with pytest.raises(TryLater):
            google.read(item)
    google.sandbox.lose_container()
    with pytest.raises(HoldTool):
        google.read(item)


PLACED = ("extendedProperties", "private", "syncd-at")


@pytest.mark.parametrize("kept", ["here", "/", "2026-06-15/2026-06-16", "a/b/c", 5])
def test_where_a_block_was_put_is_not_made_up(
    google: GoogleHarness, client: Garbled, kept: object
) -> None:
    item = google.create(Kind.BLOCK, "SQL course")
    rows(client, put(event_of(google, item), PLACED, kept))
    (now,) = google.connector.pull(None).items
    assert "state" not in now.fields
    assert "state" in now.problems


def test_a_pinned_block_whose_time_is_spoilt_is_not_let_go(
    google: GoogleHarness, client: Garbled
) -> None:
    item = google.create(Kind.BLOCK, "SQL course", state=BlockState.PINNED)
    rows(client, {**event_of(google, item), "start": {"dateTime": "soon"}})
    (now,) = google.connector.pull(None).items
    assert now.problems.keys() == {"start", "end", "state"}


ABSURD = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T12:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T12:00:00Z",
    "10000-01-01T00:00:00Z",
    "2026-13-45T99:00:00Z",
    "2026-06-15T10:00:00+99:00",
    "20260615",
    "2026-06-15",
]


@pytest.mark.parametrize("stated", ABSURD)
def test_an_absurd_time_is_its_fields_problem(
    google: GoogleHarness, client: Garbled, stated: str
) -> None:
    block, milestone = google.create(Kind.BLOCK, "SQL course"), google.milestone("Exam")
    time = {"dateTime": stated}
    rows(
        client,
        {**event_of(google, block), "end": time},
        {**event_of(google, milestone), "start": time},
    )
    by_id = {item.id: item for item in google.connector.pull(None).items}
    assert by_id[milestone.id].problems.keys() == {"due"}
    assert {"start", "end"} <= by_id[block.id].problems.keys()


def test_a_block_of_years_is_no_learning_time(google: GoogleHarness, client: Garbled) -> None:
    item = google.create(Kind.BLOCK, "SQL course")
    later = {"dateTime": (AT + timedelta(days=3000)).isoformat()}
    rows(client, {**event_of(google, item), "end": later})
    (now,) = google.connector.pull(None).items
    assert "longer than a month" in now.problems["end"]
    assert "end" not in now.fields
