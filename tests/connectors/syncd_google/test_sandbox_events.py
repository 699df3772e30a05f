"""The sandbox's events behave as the service's do."""

import base64
from typing import Any

import httpx
import pytest

from tests.connectors.syncd_google.harness import GoogleHarness

DAY: dict[str, Any] = {"start": {"date": "2026-06-15"}, "end": {"date": "2026-06-16"}}
HOUR: dict[str, Any] = {
    "start": {"dateTime": "2026-06-01T09:00:00+02:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-06-01T10:30:00+02:00", "timeZone": "Europe/Berlin"},
}


@pytest.fixture
def events(google: GoogleHarness) -> str:
    """Give the path of the events of syncd's calendar, which is in UTC."""
    google.calendar.zone = "UTC"
    return f"/calendars/{google.calendar.id}/events"


def reason(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["error"]["errors"][0]["reason"]


def made(api: httpx.Client, events: str, **body: Any) -> Any:
    reply = api.post(events, json={"summary": "Exam", **body})
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_a_new_event_is_stated_as_recorded(api: httpx.Client, events: str) -> None:
    own = "k5v0c2m8q1t7h3n9p4r6s0u2a1"
    event = made(api, events, id=own, **HOUR)
    calendar = events.split("/")[2]
    assert list(event) == [
        *("kind", "etag", "id", "status", "htmlLink", "created", "updated", "summary"),
        *("creator", "organizer", "start", "end", "iCalUID", "sequence", "reminders"),
        "eventType",
    ]
    # The offset is the calendar's, the zone stays as sent.
    assert event["start"] == {"dateTime": "2026-06-01T07:00:00Z", "timeZone": "Europe/Berlin"}
    assert event["organizer"] == {"email": calendar, "displayName": "Learning", "self": True}
    assert "self" not in event["creator"]
    assert event["iCalUID"] == f"{own}@google.com"
    assert event["created"].endswith(".000Z")
    link = event["htmlLink"].partition("eid=")[2]
    assert base64.urlsafe_b64decode(link + "===").decode() == f"{own} {calendar}"


def test_an_event_is_stated_in_the_offset_of_its_calendar(
    api: httpx.Client, google: GoogleHarness, events: str
) -> None:
    google.calendar.zone = "America/New_York"
    event = made(api, events, **HOUR)
    assert event["start"]["dateTime"] == "2026-06-01T03:00:00-04:00"
    path = f"{events}/{event['id']}"
    shown = api.get(path, params={"timeZone": "Asia/Tokyo"}).json()
    assert shown["start"]["dateTime"] == "2026-06-01T16:00:00+09:00"


def test_a_generated_id_has_26_characters(api: httpx.Client, events: str) -> None:
    assert len(made(api, events, **DAY)["id"]) == 26


def test_reminders_depend_on_whether_it_is_all_day(api: httpx.Client, events: str) -> None:
    assert made(api, events, **DAY)["reminders"] == {"useDefault": False}
    assert made(api, events, **HOUR)["reminders"] == {"useDefault": True}


def test_on_the_primary_calendar_both_people_are_oneself(api: httpx.Client) -> None:
    event = made(api, "/calendars/primary/events", **DAY)
    assert event["creator"] == event["organizer"]
    assert event["creator"]["self"] is True


def test_an_event_without_a_zone_gets_the_calendars(api: httpx.Client, events: str) -> None:
    times = {name: {"dateTime": HOUR[name]["dateTime"]} for name in HOUR}
    assert made(api, events, **times)["start"]["timeZone"] == "UTC"


BAD = {
    "no-start": ({"end": {"date": "2026-06-16"}}, "required"),
    "no-end": ({"start": {"date": "2026-06-15"}}, "required"),
    "both-date-and-time": (
        {"start": {**DAY["start"], **HOUR["start"]}, "end": DAY["end"]},
        "invalid",
    ),
    "neither": ({"start": {}, "end": DAY["end"]}, "invalid"),
    "no-date": ({"start": {"date": "someday"}, "end": DAY["end"]}, "invalid"),
    "day-and-hour": ({"start": DAY["start"], "end": HOUR["end"]}, "invalid"),
    "empty": ({"start": DAY["start"], "end": DAY["start"]}, "timeRangeEmpty"),
    "backwards": ({"start": HOUR["end"], "end": HOUR["start"]}, "timeRangeEmpty"),
    "no-offset-no-zone": (
        {"start": {"dateTime": "2026-06-01T09:00:00"}, "end": HOUR["end"]},
        "required",
    ),
    "unknown-zone": (
        {"start": {**HOUR["start"], "timeZone": "Mars/North"}, "end": HOUR["end"]},
        "invalid",
    ),
    "id-too-short": ({**DAY, "id": "abcd"}, "invalid"),
    "id-of-other-letters": ({**DAY, "id": "abcdwxyz"}, "invalid"),
    "id-and-uid": ({**DAY, "id": "abcdefg", "iCalUID": "x@y"}, "invalid"),
    "wrong-type": ({**DAY, "summary": 5}, "invalid"),
    "wrong-type-within": ({**DAY, "attendees": [{"email": 5}]}, "invalid"),
    "wrong-type-of-a-property": (
        {**DAY, "extendedProperties": {"private": {"syncd": 5}}},
        "invalid",
    ),
    "six-reminders": (
        {
            **DAY,
            "reminders": {
                "useDefault": False,
                "overrides": [{"method": "popup", "minutes": 1}] * 6,
            },
        },
        "invalid",
    ),
    "reminder-too-early": (
        {
            **DAY,
            "reminders": {
                "useDefault": False,
                "overrides": [{"method": "popup", "minutes": 40321}],
            },
        },
        "invalid",
    ),
    "both-reminders": (
        {
            **DAY,
            "reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 1}]},
        },
        "invalid",
    ),
    "no-rule": ({**DAY, "recurrence": ["every week"]}, "invalid"),
    "broken-rule": ({**DAY, "recurrence": ["RRULE:FREQ=OFTEN"]}, "invalid"),
    "focus-time": ({**HOUR, "eventType": "focusTime"}, "invalid"),
    "status": ({**DAY, "status": "perhaps"}, "invalid"),
}


@pytest.mark.parametrize(("body", "why"), BAD.values(), ids=BAD.keys())
def test_what_the_service_refuses_is_refused(
    api: httpx.Client, events: str, body: dict[str, Any], why: str
) -> None:
    assert reason(api.post(events, json=body)) == (400, why)


def test_no_json_is_refused(api: httpx.Client, events: str) -> None:
    assert reason(api.post(events, content=b"{")) == (400, "invalid")


def test_an_id_can_be_chosen_once(api: httpx.Client, events: str) -> None:
    made(api, events, id="abcde", **DAY)
    assert reason(api.post(events, json={"id": "abcde", **DAY})) == (409, "duplicate")
    api.delete(f"{events}/abcde").raise_for_status()
    assert reason(api.post(events, json={"id": "abcde", **DAY})) == (409, "duplicate")


def test_a_patch_merges_objects_and_replaces_lists(api: httpx.Client, events: str) -> None:
    private = {"private": {"a": "1", "b": "2"}}
    people = [{"email": "ada@example.org"}, {"email": "grace@example.org"}]
    event = made(api, events, extendedProperties=private, attendees=people, **DAY)
    changes = {
        "extendedProperties": {"private": {"b": None, "c": "3"}},
        "attendees": people[:1],
        "summary": None,
    }
    after = api.patch(f"{events}/{event['id']}", json=changes).json()
    assert after["extendedProperties"] == {"private": {"a": "1", "c": "3"}}
    assert after["attendees"] == people[:1]
    assert "summary" not in after
    assert after["start"] == event["start"]


def test_a_day_does_not_take_the_place_of_a_time_by_itself(
    api: httpx.Client, events: str
) -> None:
    event = made(api, events, **HOUR)
    path = f"{events}/{event['id']}"
    assert reason(api.patch(path, json=DAY)) == (400, "invalid")
    cleared = {name: {**DAY[name], "dateTime": None, "timeZone": None} for name in DAY}
    assert api.patch(path, json=cleared).json()["start"] == DAY["start"]


def test_an_update_clears_what_is_not_sent(api: httpx.Client, events: str) -> None:
    event = made(api, events, location="Library", **DAY)
    after = api.put(f"{events}/{event['id']}", json={"summary": "Viva", **DAY}).json()
    assert "location" not in after
    assert (after["summary"], after["id"]) == ("Viva", event["id"])
    assert after["created"] == event["created"]
    assert reason(api.put(f"{events}/{event['id']}", json={"summary": "Viva"})) == (
        400,
        "required",
    )


def test_a_write_that_changes_nothing_leaves_the_etag(api: httpx.Client, events: str) -> None:
    event = made(api, events, **DAY)
    path = f"{events}/{event['id']}"
    assert api.put(path, json={"summary": "Exam", **DAY}).json()["etag"] == event["etag"]
    assert api.patch(path, json={"summary": "Viva"}).json()["etag"] != event["etag"]


def test_two_edits_at_one_moment_have_two_etags(api: httpx.Client, events: str) -> None:
    event = made(api, events, **DAY)
    path = f"{events}/{event['id']}"
    etags = {api.patch(path, json={"summary": f"Exam {n}"}).json()["etag"] for n in range(3)}
    assert len(etags | {event["etag"]}) == 4


def test_a_write_may_rely_on_an_etag(api: httpx.Client, events: str) -> None:
    event = made(api, events, **DAY)
    path = f"{events}/{event['id']}"
    old = {"if-match": event["etag"]}
    api.patch(path, json={"summary": "Viva"}, headers=old).raise_for_status()
    for reply in (
        api.patch(path, json={"summary": "Other"}, headers=old),
        api.put(path, json=DAY, headers=old),
        api.delete(path, headers=old),
    ):
        assert reason(reply) == (412, "conditionNotMet")
    now = api.get(path)
    assert now.json()["summary"] == "Viva"
    assert now.headers["etag"] == now.json()["etag"]
    same = api.get(path, headers={"if-none-match": now.json()["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert api.delete(path, headers={"if-match": "*"}).status_code == 204


def test_a_deleted_event_is_still_answered_as_cancelled(api: httpx.Client, events: str) -> None:
    event = made(api, events, **DAY)
    path = f"{events}/{event['id']}"
    assert api.delete(path).status_code == 204
    gone = api.get(path).json()
    assert (gone["status"], gone["sequence"], gone["summary"]) == ("cancelled", 1, "Exam")
    assert reason(api.delete(path)) == (410, "deleted")
    back = api.patch(path, json={"status": "confirmed"}).json()
    assert (back["status"], back["summary"]) == ("confirmed", "Exam")


def test_what_never_was_is_not_found(api: httpx.Client, events: str) -> None:
    for verb in ("GET", "DELETE"):
        assert reason(api.request(verb, f"{events}/abcdef")) == (404, "notFound")
    assert reason(api.patch(f"{events}/abcdef", json={})) == (404, "notFound")
    assert reason(api.get("/calendars/c_1@group.calendar.google.com/events")) == (
        404,
        "notFound",
    )


def test_the_type_of_an_event_stays(api: httpx.Client, events: str) -> None:
    event = made(api, events, **DAY)
    reply = api.patch(f"{events}/{event['id']}", json={"eventType": "focusTime"})
    assert reason(reply) == (400, "invalid")


def test_what_the_service_sets_itself_cannot_be_sent(api: httpx.Client, events: str) -> None:
    sent = {
        "created": "2020-01-01T00:00:00Z",
        "creator": {"email": "x@example.org"},
        "etag": '"1"',
    }
    event = made(api, events, **sent, **DAY)
    assert event["created"].startswith("2026")
    assert event["creator"] == {"email": "planner@example.com"}


def test_a_part_of_a_reply_can_be_asked_for(api: httpx.Client, events: str) -> None:
    event = made(api, events, **DAY)
    path = f"{events}/{event['id']}"
    part = api.get(path, params={"fields": "id,start/date,organizer(email,self)"}).json()
    organizer = {"email": events.split("/")[2], "self": True}
    assert part == {"id": event["id"], "organizer": organizer, "start": DAY["start"]}
    listed = api.get(events, params={"fields": "kind,items(id,end/date)"}).json()
    assert listed["items"] == [{"id": event["id"], "end": DAY["end"]}]
    for bad in ("id,,$", "id)", "a(b"):
        assert api.get(path, params={"fields": bad}).status_code in (200, 400)
    assert reason(api.get(path, params={"fields": "id)"})) == (400, "invalid")


SERIES = {
    "start": {"dateTime": "2026-10-19T09:00:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-10-19T10:00:00", "timeZone": "Europe/Berlin"},
    "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;TZID=Europe/Berlin:20261102T090000"],
}


def test_a_series_keeps_its_wall_clock_time(api: httpx.Client, events: str) -> None:
    master = made(api, events, **SERIES)
    occurrences = api.get(f"{events}/{master['id']}/instances").json()["items"]
    assert [event["start"]["dateTime"] for event in occurrences] == [
        "2026-10-19T07:00:00Z",
        "2026-10-26T08:00:00Z",
    ]
    assert [event["id"] for event in occurrences] == [
        f"{master['id']}_20261019T070000Z",
        f"{master['id']}_20261026T080000Z",
    ]
    assert {event["etag"] for event in occurrences} == {master["etag"]}
    assert {event["iCalUID"] for event in occurrences} == {master["iCalUID"]}
    assert occurrences[0]["recurringEventId"] == master["id"]


def test_one_occurrence_can_be_moved_and_another_deleted(
    api: httpx.Client, events: str
) -> None:
    master = made(api, events, **SERIES)
    first, second = f"{master['id']}_20261019T070000Z", f"{master['id']}_20261026T080000Z"
    moved = {
        name: {"dateTime": f"2026-10-20T1{n}:00:00Z"} for n, name in enumerate(("start", "end"))
    }
    assert api.patch(f"{events}/{first}", json=moved).status_code == 200
    assert api.delete(f"{events}/{second}").status_code == 204
    listed = api.get(events).json()["items"]
    assert [(event["id"], event["status"]) for event in listed] == [
        (master["id"], "confirmed"),
        (first, "confirmed"),
        (second, "cancelled"),
    ]
    single = api.get(events, params={"singleEvents": "true"}).json()["items"]
    assert [(event["id"], event["start"]["dateTime"]) for event in single] == [
        (first, "2026-10-20T10:00:00Z")
    ]
    assert single[0]["originalStartTime"]["dateTime"] == "2026-10-19T07:00:00Z"
    api.delete(f"{events}/{master['id']}")
    assert api.get(f"{events}/{first}").json()["status"] == "cancelled"


def test_all_day_occurrences_are_named_by_their_day(api: httpx.Client, events: str) -> None:
    master = made(api, events, recurrence=["RRULE:FREQ=DAILY;COUNT=2"], **DAY)
    occurrences = api.get(f"{events}/{master['id']}/instances").json()["items"]
    assert [event["id"] for event in occurrences] == [
        f"{master['id']}_20260615",
        f"{master['id']}_20260616",
    ]
    timed = {name: {"dateTime": HOUR[name]["dateTime"]} for name in HOUR}
    rule = {"recurrence": ["RRULE:FREQ=DAILY"]}
    assert reason(api.post(events, json={**timed, **rule})) == (400, "invalid")
