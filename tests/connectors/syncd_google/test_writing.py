"""What is written to the calendar: once, only what differs, and never over an edit."""

import dataclasses
import json
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from syncd.errors import Changed, Gone, HoldTool, Mistake, SignIn, SkipItem, TryLater, Unclear
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Op, Remote, Seen
from syncd.model.schema import Fields
from syncd.model.values import Moment
from syncd.testing.fault_injection import Fault
from syncd.testing.harness import seen
from syncd_google import events
from syncd_google.sandbox import acts
from tests.connectors.syncd_google.harness import GoogleHarness

DUE = date(2026, 6, 15)
PATCH: dict[str, Any] = {"method": "PATCH"}
POST: dict[str, Any] = {"method": "POST", "path": ".*/events"}


def sent(google: GoogleHarness, method: str) -> list[object]:
    """Return the bodies that were sent with a method."""
    return [
        json.loads(request.body) for request in google.server.log if request.method == method
    ]


def test_a_milestone_is_made_in_one_request(google: GoogleHarness) -> None:
    google.milestone("Exam")
    assert google.paths() == ["POST /calendars/ID/events"]


def test_an_update_is_one_request_with_what_differs(google: GoogleHarness) -> None:
    item = google.milestone("Exam", DUE)
    google.server.log.clear()
    assert isinstance(google.update(item, title="Exam", due=date(2026, 6, 16)), Remote)
    assert google.paths() == [f"PATCH /calendars/ID/events/{item.id}"]
    assert sent(google, "PATCH") == [
        {"start": {"date": "2026-06-16"}, "end": {"date": "2026-06-17"}}
    ]
    assert google.server.log[0].headers["if-match"] == item.version


def test_writing_what_is_there_writes_nothing(google: GoogleHarness) -> None:
    item = google.milestone("Exam", DUE)
    google.server.log.clear()
    after = google.update(item, title="Exam", due=DUE, done=False)
    assert after == item
    assert sent(google, "PATCH") == []


def test_a_milestone_that_the_person_gave_a_time_keeps_it(google: GoogleHarness) -> None:
    item = google.milestone("Exam", DUE)
    at = Moment(datetime(2026, 6, 15, 12, 0, tzinfo=UTC))
    google.person.edit(Kind.MILESTONE, "Exam", "due", at)
    after = google.made(google.new_update(google.read(item), due=date(2026, 12, 1)))
    assert after.fields["due"] == date(2026, 12, 1)
    assert after.extra["start"] == {
        "dateTime": "2026-12-01T14:00:00+01:00",
        "timeZone": "Europe/Paris",
    }


def test_an_item_without_what_was_seen_of_it_is_read_first(google: GoogleHarness) -> None:
    item = google.milestone("Exam", DUE)
    bare = Seen(id=item.id, mark=item.mark, fields=item.fields)
    write = dataclasses.replace(google.new_update(item, title="Viva"), seen=bare)
    assert google.made(write).fields["title"] == "Viva"
    old = dataclasses.replace(bare, version=item.version)
    assert isinstance(google.do(dataclasses.replace(write, seen=old)), Changed)


def test_an_update_whose_reply_was_lost_is_known_again(google: GoogleHarness) -> None:
    """The second try meets its own first one, and says so instead of a conflict."""
    item = google.milestone("Exam")
    google.server.faults.append(Fault(act="status-after", status=502, **PATCH))
    after = google.update(item, title="Viva")
    assert isinstance(after, Remote)
    assert after.fields["title"] == "Viva"
    assert len(sent(google, "PATCH")) == 2


def test_an_edit_between_two_tries_is_not_taken_for_ours(google: GoogleHarness) -> None:
    item = google.milestone("Exam", DUE)

    def drag(_: object) -> None:
        google.person.edit(Kind.MILESTONE, "Viva", "due", date(2026, 6, 30))

    google.server.faults.append(Fault(act="status-after", status=502, **PATCH))
    google.server.faults.append(Fault(act="call", hook=drag, **PATCH))
    assert isinstance(google.update(item, title="Viva"), Changed)
    assert google.read(item).fields == {
        "title": "Viva",
        "due": date(2026, 6, 30),
        "done": False,
    }


def test_a_patch_of_a_deleted_event_does_not_bring_it_back(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    google.person.delete(Kind.MILESTONE, "Exam")
    unversioned = dataclasses.replace(
        google.new_update(item, title="Viva"), seen=Seen(id=item.id)
    )
    assert isinstance(google.do(unversioned), Gone)
    assert google.person.titles(Kind.MILESTONE) == []


def test_a_deleted_milestone_is_made_again_under_its_id(google: GoogleHarness) -> None:
    write = google.new_write(Kind.MILESTONE, "Exam")
    first = google.made(write)
    acts.note(google.sandbox.account, google.calendar, first.id, description="Room 4")
    google.person.delete(Kind.MILESTONE, "Exam")
    again = google.made(dataclasses.replace(write, key=google.key()))
    assert again.id == first.id
    assert again.fields == first.fields
    assert (
        google.sandbox.account.event(google.calendar, first.id).fields["description"]
        == "Room 4"
    )


def test_a_deleted_milestone_that_had_a_time_is_all_day_again(google: GoogleHarness) -> None:
    write = google.new_write(Kind.MILESTONE, "Exam")
    first = google.made(write)
    at = Moment(datetime(2026, 6, 15, 12, 0, tzinfo=UTC))
    google.person.edit(Kind.MILESTONE, "Exam", "due", at)
    google.person.delete(Kind.MILESTONE, "Exam")
    again = google.made(write)
    assert (again.id, again.fields) == (first.id, first.fields)
    assert again.extra["start"] == {"date": "2026-06-11"}


STAYS_DELETED: dict[str, tuple[int, dict[str, object]]] = {
    "gone": (
        410,
        {"error": {"code": 410, "message": "Gone", "errors": [{"reason": "deleted"}]}},
    ),
    "refused": (
        400,
        {"error": {"code": 400, "message": "No", "errors": [{"reason": "invalid"}]}},
    ),
    "forbidden": (
        403,
        {"error": {"code": 403, "message": "Forbidden", "errors": [{"reason": "forbidden"}]}},
    ),
    "still-cancelled": (200, {"kind": "calendar#event", "status": "cancelled"}),
}


@pytest.mark.parametrize(("status", "body"), STAYS_DELETED.values(), ids=STAYS_DELETED.keys())
def test_an_event_that_stays_deleted_gets_another_id(
    google: GoogleHarness, status: int, body: dict[str, object]
) -> None:
    write = google.new_write(Kind.MILESTONE, "Exam")
    google.delete(google.made(write))
    reply = {**body, "id": events.event_id(write.entity)}
    google.server.faults.append(Fault(act="status", status=status, reply=reply, **PATCH))
    assert google.made(write).id == events.event_id(write.entity, 1)


FORBIDDEN = {
    "error": {"code": 403, "message": "Forbidden", "errors": [{"reason": "forbidden"}]}
}


def test_a_create_that_is_looked_for_is_found_behind_an_id_that_stays_deleted(
    google: GoogleHarness,
) -> None:
    write = google.new_write(Kind.MILESTONE, "Exam")
    google.delete(google.made(write))
    google.server.faults.append(Fault(act="status", status=403, reply=FORBIDDEN, **PATCH))
    item = google.made(write)
    assert google.connector.find(write) == item


def test_a_deleted_event_that_refuses_an_update_is_gone(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    google.person.delete(Kind.MILESTONE, "Exam")
    google.server.faults.append(Fault(act="status", status=403, reply=FORBIDDEN, **PATCH))
    assert isinstance(google.update(item, title="Viva"), Gone)


def test_a_deleted_event_that_refuses_to_be_deleted_is_deleted(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    google.person.delete(Kind.MILESTONE, "Exam")
    google.server.faults.append(
        Fault(act="status", status=403, reply=FORBIDDEN, method="DELETE")
    )
    google.delete(item)


def test_a_service_that_patches_what_is_deleted_does_not_mislead(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    body = {"kind": "calendar#event", "id": item.id, "status": "cancelled"}
    google.server.faults.append(Fault(act="status", status=200, reply=body, **PATCH))
    assert isinstance(google.update(item, title="Viva"), Gone)


def test_an_id_that_something_else_has_is_left_to_it(
    google: GoogleHarness, api: httpx.Client
) -> None:
    write = google.new_write(Kind.MILESTONE, "Exam")
    day = {"date": "2026-06-15"}
    theirs = {"id": events.event_id(write.entity), "summary": "Theirs", "start": day}
    theirs["end"] = {"date": "2026-06-16"}
    api.post(f"/calendars/{google.calendar.id}/events", json=theirs).raise_for_status()
    item = google.made(write)
    assert item.id == events.event_id(write.entity, 1)
    assert google.connector.find(write) == item
    assert google.made(write) == item
    assert sorted(google.person.titles(Kind.MILESTONE)) == ["Exam", "Theirs"]


def test_an_id_whose_event_was_forgotten_is_passed_over(google: GoogleHarness) -> None:
    """The documentation: deleted events disappear at last; their ids may stay taken."""
    write = google.new_write(Kind.MILESTONE, "Exam")
    taken = {"error": {"code": 409, "errors": [{"reason": "duplicate"}], "message": "Taken"}}
    google.server.faults.append(Fault(act="status", status=409, reply=taken, **POST))
    assert google.made(write).id == events.event_id(write.entity, 1)


def test_an_entity_for_which_no_id_is_free_is_skipped(google: GoogleHarness) -> None:
    taken = {"error": {"code": 409, "errors": [{"reason": "duplicate"}], "message": "Taken"}}
    google.server.faults.append(Fault(act="status", status=409, reply=taken, times=0, **POST))
    outcome = google.do(google.new_write(Kind.MILESTONE, "Exam"))
    assert isinstance(outcome, SkipItem)


def test_a_create_told_again_with_other_fields_brings_them(google: GoogleHarness) -> None:
    write = google.new_write(Kind.MILESTONE, "Exam")
    first = google.made(write)
    later = dataclasses.replace(write, fields={**write.fields, "title": "Viva"})
    second = google.made(later)
    assert (second.id, second.fields["title"]) == (first.id, "Viva")


@pytest.mark.parametrize("op", [Op.CREATE, Op.UPDATE])
def test_a_milestone_without_a_day_is_skipped(google: GoogleHarness, op: Op) -> None:
    item = google.milestone("Exam", DUE)
    write = google.write_of(op, item, {"title": "Exam", "due": None, "done": False})
    outcome = google.do(dataclasses.replace(write, entity=EntityId("other")))
    assert isinstance(outcome, SkipItem)
    assert str(outcome).endswith("give it a due date.")


@pytest.mark.parametrize("op", [Op.UPDATE, Op.DELETE])
def test_a_write_to_what_was_never_seen_is_skipped(google: GoogleHarness, op: Op) -> None:
    write = google.write_of(op, google.milestone("Exam"), {"title": "Viva"})
    assert isinstance(google.do(dataclasses.replace(write, seen=None)), SkipItem)


@pytest.mark.parametrize("op", list(Op))
def test_a_write_to_a_calendar_that_is_gone_holds_the_tool(
    google: GoogleHarness, op: Op
) -> None:
    item = google.milestone("Exam")
    google.sandbox.lose_container()
    fields: Fields = {"title": "Viva", "due": DUE, "done": False}
    assert isinstance(google.do(google.write_of(op, item, fields)), HoldTool)


def test_a_delete_relies_on_what_was_seen(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    google.person.edit(Kind.MILESTONE, "Exam", "title", "Viva")
    assert isinstance(google.delete(item), Changed)
    assert google.person.titles(Kind.MILESTONE) == ["Viva"]
    assert google.delete(google.read(item)) is None


def test_a_deleted_event_was_deleted_though_its_etag_moved_on(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    body = {"error": {"code": 412, "errors": [{"reason": "conditionNotMet"}], "message": "No"}}
    fault = Fault(act="status-after", status=412, reply=body, method="DELETE")
    google.server.faults.append(fault)
    assert google.delete(item) is None


def test_a_tool_that_is_away_stops_the_writes_at_the_first(google: GoogleHarness) -> None:
    writes = [google.new_write(Kind.MILESTONE, f"Step {n}") for n in range(2)]
    google.restart()
    google.server.close()
    with pytest.raises(TryLater):
        google.connector.write(writes)


def test_a_server_that_hangs_up_and_is_away_may_have_done_it(google: GoogleHarness) -> None:
    """A kept connection is closed without a reply, and then no one answers any more."""
    item = google.milestone("Exam")
    fault = Fault(act="call-after", hook=lambda _: google.server.close(), **PATCH)
    google.server.faults.append(fault)
    assert isinstance(google.update(item, title="Viva"), Unclear)
    assert google.person.titles(Kind.MILESTONE) == ["Viva"]


def test_what_fails_later_is_told_with_its_own_write(google: GoogleHarness) -> None:
    writes = [google.new_write(Kind.MILESTONE, f"Step {n}") for n in range(3)]
    body = {"error": {"code": 400, "errors": [{"reason": "invalid"}], "message": "Bad title"}}
    google.server.faults.append(Fault(act="status", status=400, reply=body, skip=1, **POST))
    first, second, third = google.connector.write(writes)
    assert isinstance(first, Remote)
    assert isinstance(second, SkipItem)
    assert "Bad title" in str(second)
    assert isinstance(third, Remote)


def test_before_the_calendar_is_made_nothing_can_be_written(fresh: GoogleHarness) -> None:
    with pytest.raises(TryLater):
        fresh.connector.write([fresh.new_write(Kind.MILESTONE, "Exam")])


def test_nobody_is_told_by_mail(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    google.delete(google.made(google.new_update(item, title="Viva")))
    assert all("sendUpdates=none" in request.query for request in google.server.log)


def test_a_copy_can_be_given_its_own_mark(google: GoogleHarness) -> None:
    item = google.milestone("Exam")
    copy = acts.duplicate(google.sandbox.account, google.calendar, item.id)
    shown = google.connector.read(Kind.MILESTONE, RemoteId(copy.id))
    write = dataclasses.replace(google.new_update(shown), entity=EntityId("own"))
    assert google.made(write).mark == "own"
    assert google.read(item).mark == item.mark
    assert seen(item).mark == item.mark


REASONS = {
    "rate-limit": (403, "rateLimitExceeded", TryLater, None),
    "user-rate-limit": (403, "userRateLimitExceeded", TryLater, None),
    "quota": (403, "quotaExceeded", TryLater, 3600),
    "not-the-organizer": (403, "forbiddenForNonOrganizer", SkipItem, None),
    "scope": (403, "insufficientPermissions", SignIn, None),
    "api-switched-off": (403, "accessNotConfigured", Mistake, None),
    "limit": (429, "rateLimitExceeded", TryLater, None),
    "bad": (400, "invalid", SkipItem, None),
    "backend": (503, "backendError", Unclear, None),
    "backend-naming-a-limit": (500, "rateLimitExceeded", Unclear, None),
    "moved": (302, "found", Unclear, None),
}


@pytest.mark.parametrize(
    ("status", "reason", "expected", "seconds"), REASONS.values(), ids=REASONS.keys()
)
def test_the_reason_of_a_refusal_says_what_is_next(
    google: GoogleHarness, status: int, reason: str, expected: type, seconds: float | None
) -> None:
    item = google.milestone("Exam")
    body = {"error": {"code": status, "errors": [{"reason": reason}], "message": "Because"}}
    fault = Fault(act="status", status=status, reply=body, times=0, **PATCH)
    fault.headers["location"] = f"{google.server.origin}/elsewhere"
    google.server.faults.append(fault)
    outcome = google.update(item, title="Viva")
    assert isinstance(outcome, expected), outcome
    assert "Because" in str(outcome)
    assert getattr(outcome, "seconds", None) == seconds
    assert not [request for request in google.server.log if request.path == "/elsewhere"]


def test_a_wait_given_as_a_date_is_counted_from_the_replys_own_date(
    google: GoogleHarness,
) -> None:
    headers = {
        "date": "Mon, 04 May 2026 08:00:00 GMT",
        "retry-after": "Mon, 04 May 2026 08:00:09 GMT",
    }
    google.server.faults.append(Fault(act="status", status=429, headers=headers, reply={}))
    google.milestone("Exam")
    assert google.clock.slept == [9.0]
