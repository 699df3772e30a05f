"""What is read from the calendar, and what is left alone."""

import json
from datetime import UTC, date, datetime

import httpx
import pytest

from syncd.errors import Gone, HoldTool, SignIn, StartOver, TryLater
from syncd.model.entities import Kind
from syncd.model.values import Moment
from syncd.testing.fault_injection import Fault
from syncd_google.sandbox import acts
from tests.connectors.syncd_google.harness import GoogleHarness

EVENTS = r".*/events"


def changed(google: GoogleHarness, cursor: str | None) -> dict[str, object]:
    """Return the fields of what changed, by title."""
    items = google.connector.pull(cursor).items
    return {str(item.fields["title"]): item.fields for item in items}


def test_what_the_person_adds_is_theirs(google: GoogleHarness) -> None:
    google.person.add(Kind.MILESTONE, "Sister's birthday", due=date(2026, 6, 6))
    acts.add_meeting(
        google.sandbox.account,
        google.calendar,
        "Study group",
        datetime(2026, 6, 6, 16, tzinfo=UTC),
        90,
    )
    google.milestone("Exam")
    pull = google.connector.pull(None)
    assert [item.fields["title"] for item in pull.items] == ["Exam"]
    assert pull.gone == frozenset()


def test_a_dragged_milestone_has_another_day(google: GoogleHarness) -> None:
    google.milestone("Exam", date(2026, 6, 15))
    cursor = google.connector.pull(None).cursor
    google.person.edit(Kind.MILESTONE, "Exam", "due", date(2026, 6, 20))
    assert changed(google, cursor)["Exam"] == {
        "title": "Exam",
        "due": date(2026, 6, 20),
        "done": False,
    }


def test_a_time_of_day_is_of_the_day_in_the_calendars_zone(google: GoogleHarness) -> None:
    google.milestone("Exam", date(2026, 6, 15))
    late = Moment(datetime(2026, 6, 15, 22, 30, tzinfo=UTC))  # half past midnight in Paris
    google.person.edit(Kind.MILESTONE, "Exam", "due", late)
    assert changed(google, None)["Exam"] == {
        "title": "Exam",
        "due": date(2026, 6, 16),
        "done": False,
    }


def test_the_zone_of_the_calendar_is_learnt_from_its_listing(google: GoogleHarness) -> None:
    item = google.milestone("Exam", date(2026, 6, 15))
    late = Moment(datetime(2026, 6, 15, 22, 30, tzinfo=UTC))
    google.person.edit(Kind.MILESTONE, "Exam", "due", late)
    google.calendar.zone = "UTC"
    google.connector.pull(None)
    assert google.memory.get("calendar")["zone"] == "UTC"
    google.restart()
    assert google.read(item).fields["due"] == date(2026, 6, 15)


def test_a_milestone_over_several_days_stands_on_its_first(google: GoogleHarness) -> None:
    google.milestone("Fair", date(2026, 6, 15))
    acts.stretch(google.sandbox.account, google.calendar, google.id_of("Fair"), 3)
    assert changed(google, None)["Fair"]["due"] == date(2026, 6, 15)  # type: ignore[index]


def test_a_tick_before_the_title_is_done(google: GoogleHarness) -> None:
    google.milestone("Exam")
    cursor = google.connector.pull(None).cursor
    event = google.id_of("Exam")
    acts.rename(google.sandbox.account, google.calendar, event, "done: Exam")
    assert changed(google, cursor)["Exam"]["done"] is True  # type: ignore[index]


def test_a_copied_milestone_shows_with_the_same_mark(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    cursor = google.connector.pull(None).cursor
    acts.duplicate(google.sandbox.account, google.calendar, item.id)
    (copy,) = google.connector.pull(cursor).items
    assert copy.mark == item.mark
    assert copy.id != item.id


def test_a_series_that_the_person_makes_of_a_milestone_is_one_item(
    google: GoogleHarness, api: httpx.Client
) -> None:
    item = google.milestone("Exam", date(2026, 6, 15))
    cursor = google.connector.pull(None).cursor
    event = f"/calendars/{google.calendar.id}/events/{item.id}"
    api.patch(event, json={"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"]}).raise_for_status()
    api.delete(f"{event}_20260622").raise_for_status()
    api.patch(f"{event}_20260629", json={"summary": "The last"}).raise_for_status()
    pull = google.connector.pull(cursor)
    assert [(item.id, item.fields["title"]) for item in pull.items] == [(item.id, "Exam")]
    assert pull.gone == frozenset()
    assert google.connector.pull(None).gone == frozenset()


def test_a_deleted_milestone_is_gone_in_a_full_reading_too(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    google.person.delete(Kind.MILESTONE, "Exam")
    pull = google.connector.pull(None)
    assert pull.items == ()
    assert item.id in pull.gone


def test_a_milestone_restored_from_the_bin_is_back(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    google.person.delete(Kind.MILESTONE, "Exam")
    cursor = google.connector.pull(None).cursor
    acts.restore(google.sandbox.account, google.calendar, item.id)
    pull = google.connector.pull(cursor)
    assert [item.id for item in pull.items] == [item.id]
    assert pull.gone == frozenset()


def test_pages_are_read_to_the_end_before_the_cursor_moves(google: GoogleHarness) -> None:
    for number in range(5):
        google.milestone(f"Step {number}")
    google.sandbox.lists.largest_page = 2
    google.sandbox.empty_page_once()
    google.server.log.clear()
    pull = google.connector.pull(None)
    assert len(pull.items) == 5
    assert len(google.server.log) == 4
    assert google.connector.pull(pull.cursor).items == ()


def test_a_change_between_two_pages_comes_with_the_next_pull(google: GoogleHarness) -> None:
    for number in range(3):
        google.milestone(f"Step {number}")
    google.sandbox.lists.largest_page = 2

    def rename(_: object) -> None:
        google.person.edit(Kind.MILESTONE, "Step 0", "title", "Renamed")

    google.server.faults.append(Fault(act="call", path=EVENTS, skip=1, hook=rename))
    pull = google.connector.pull(None)
    google.heal()
    assert "Renamed" in changed(google, pull.cursor)


def test_a_row_that_comes_twice_counts_as_stated_last(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    rows = [{"id": item.id, "status": "confirmed", "summary": "Old"}]
    rows.append({"id": item.id, "status": "cancelled"})
    page = {"items": rows, "nextSyncToken": "C0", "timeZone": "UTC"}
    google.server.faults.append(Fault(act="status", status=200, path=EVENTS, reply=page))
    pull = google.connector.pull(None)
    assert pull.items == ()
    assert pull.gone == {item.id}


def test_a_page_without_a_sync_token_moves_no_cursor(google: GoogleHarness) -> None:
    fault = Fault(act="status", status=200, path=EVENTS, reply={"items": []})
    google.server.faults.append(fault)
    assert google.connector.pull(None).cursor is None


def test_pages_that_go_in_circles_are_no_answer(google: GoogleHarness) -> None:
    page = {"items": [], "nextPageToken": "again"}
    google.server.faults.append(
        Fault(act="status", status=200, path=EVENTS, reply=page, times=0)
    )
    with pytest.raises(TryLater, match="goes in circles"):
        google.connector.pull(None)


@pytest.mark.parametrize("spoil", ["stale", "malformed", "another-calendar", "another-query"])
def test_a_cursor_that_is_no_good_starts_over(google: GoogleHarness, spoil: str) -> None:
    cursor = json.loads(google.connector.pull(None).cursor or "")
    if spoil == "stale":
        google.sandbox.expire_cursors()
    elif spoil == "malformed":
        cursor |= {"token": "nonsense"}
    elif spoil == "another-calendar":
        cursor["calendar"] = "c_1@group.calendar.google.com"
    else:
        cursor["query"] = {"singleEvents": True}
    with pytest.raises(StartOver):
        google.connector.pull(json.dumps(cursor))


def test_a_calendar_that_may_no_longer_be_read_holds_the_tool(google: GoogleHarness) -> None:
    body = {"error": {"code": 403, "message": "Forbidden", "errors": [{"reason": "forbidden"}]}}
    fault = Fault(act="status", status=403, path=EVENTS, reply=body, times=0)
    google.server.faults.append(fault)
    with pytest.raises(HoldTool):
        google.connector.pull(None)


def test_a_calendar_answered_for_as_deleted_holds_the_tool(google: GoogleHarness) -> None:
    cursor = google.connector.pull(None).cursor
    body = {"error": {"code": 410, "message": "Deleted", "errors": [{"reason": "deleted"}]}}
    fault = Fault(act="status", status=410, path=EVENTS, reply=body, times=0)
    google.server.faults.append(fault)
    with pytest.raises(StartOver):
        google.connector.pull(cursor)
    with pytest.raises(HoldTool):
        google.connector.pull(None)


def test_a_missing_scope_asks_to_sign_in(google: GoogleHarness) -> None:
    google.with_token(google.sandbox.grant("calendar.settings.readonly"))
    with pytest.raises(SignIn, match="tick every box"):
        google.connector.pull(None)


def test_reading_one_of_a_calendar_that_is_gone_holds_the_tool(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    google.sandbox.lose_container()
    with pytest.raises(HoldTool):
        google.read(item)


def test_reading_one_that_was_deleted_is_evidence(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    google.person.delete(Kind.MILESTONE, "Exam")
    with pytest.raises(Gone):
        google.read(item)


def test_only_a_full_reading_is_whole(google: GoogleHarness) -> None:
    pull = google.connector.pull(None)
    assert pull.whole == {Kind.MILESTONE, Kind.BLOCK}
    assert google.connector.pull(pull.cursor).whole == frozenset()


def test_a_service_that_sends_us_elsewhere_is_not_followed(google: GoogleHarness) -> None:
    headers = {"location": f"{google.server.origin}/elsewhere"}
    fault = Fault(act="status", status=302, headers=headers, path=EVENTS, times=0)
    google.server.faults.append(fault)
    with pytest.raises(TryLater):
        google.connector.pull(None)
    assert not [request for request in google.server.log if request.path == "/elsewhere"]


def test_the_tools_clock_is_told(google: GoogleHarness) -> None:
    offset = google.connector.pull(None).clock_offset
    assert offset is not None
    assert abs(offset.total_seconds()) <= 1
