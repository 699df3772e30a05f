"""The sandbox's listings: selections, pages and sync tokens."""

from typing import Any

import httpx
import pytest

from tests.connectors.syncd_google.harness import GoogleHarness

PRIMARY = "/calendars/primary/events"


@pytest.fixture
def events(google: GoogleHarness) -> str:
    return f"/calendars/{google.calendar.id}/events"


def listed(api: httpx.Client, path: str, **params: Any) -> Any:
    reply = api.get(path, params=params)
    assert reply.status_code == 200, reply.text
    return reply.json()


def refused(api: httpx.Client, path: str, **params: Any) -> tuple[int, str]:
    reply = api.get(path, params=params)
    return reply.status_code, reply.json()["error"]["errors"][0]["reason"]


def summaries(page: Any) -> list[str]:
    return [event.get("summary", event["status"]) for event in page["items"]]


def add(api: httpx.Client, events: str, summary: str, day: int = 15) -> Any:
    times = {"start": {"date": f"2026-06-{day}"}, "end": {"date": f"2026-06-{day + 1}"}}
    reply = api.post(events, json={"summary": summary, **times})
    return reply.raise_for_status().json()


def test_a_page_says_what_it_is_a_page_of(api: httpx.Client, events: str) -> None:
    page = listed(api, events)
    assert page["items"] == []
    assert (page["accessRole"], page["timeZone"]) == ("owner", "Europe/Paris")
    assert page["defaultReminders"] == []


def test_the_sync_token_is_on_the_last_page_alone(api: httpx.Client, events: str) -> None:
    for number in range(3):
        add(api, events, f"Step {number}")
    first = listed(api, events, maxResults=2)
    assert "nextSyncToken" not in first
    last = listed(api, events, maxResults=2, pageToken=first["nextPageToken"])
    assert summaries(first) + summaries(last) == ["Step 0", "Step 1", "Step 2"]
    assert "nextPageToken" not in last
    assert listed(api, events, syncToken=last["nextSyncToken"])["items"] == []


def test_a_page_can_be_asked_for_again(api: httpx.Client, events: str) -> None:
    for number in range(2):
        add(api, events, f"Step {number}")
    token = listed(api, events, maxResults=1)["nextPageToken"]
    again = [summaries(listed(api, events, maxResults=1, pageToken=token)) for _ in range(2)]
    assert again == [["Step 1"], ["Step 1"]]
    assert refused(api, events, pageToken="nonsense") == (400, "invalid")


def test_an_empty_page_may_be_followed_by_another(
    api: httpx.Client, google: GoogleHarness, events: str
) -> None:
    add(api, events, "Exam")
    google.sandbox.empty_page_once()
    page = listed(api, events)
    assert page["items"] == []
    assert summaries(listed(api, events, pageToken=page["nextPageToken"])) == ["Exam"]


def test_a_listing_may_come_out_empty_once(
    api: httpx.Client, google: GoogleHarness, events: str
) -> None:
    add(api, events, "Exam")
    google.sandbox.empty_listing_once()
    assert "nextPageToken" not in listed(api, events)
    assert summaries(listed(api, events)) == ["Exam"]


def test_what_changed_since_a_token_comes_with_it(api: httpx.Client, events: str) -> None:
    first, second = add(api, events, "Exam"), add(api, events, "Viva")
    token = listed(api, events)["nextSyncToken"]
    api.patch(f"{events}/{first['id']}", json={"summary": "Essay"})
    api.delete(f"{events}/{second['id']}")
    page = listed(api, events, syncToken=token)
    assert page["items"][0]["summary"] == "Essay"
    assert page["items"][1] == {
        "kind": "calendar#event",
        "etag": page["items"][1]["etag"],
        "id": second["id"],
        "status": "cancelled",
    }
    assert listed(api, events, syncToken=page["nextSyncToken"])["items"] == []


@pytest.mark.parametrize(
    "other",
    [
        {"iCalUID": "x"},
        {"orderBy": "updated"},
        {"privateExtendedProperty": "a=b"},
        {"q": "x"},
        {"sharedExtendedProperty": "a=b"},
        {"timeMin": "2026-06-01T00:00:00Z"},
        {"timeMax": "2026-06-01T00:00:00Z"},
        {"updatedMin": "2026-06-01T00:00:00Z"},
        {"showDeleted": "false"},
        {"singleEvents": "true"},
    ],
    ids=lambda it: next(iter(it)),
)
def test_a_token_goes_with_the_query_that_it_came_from(
    api: httpx.Client, events: str, other: dict[str, str]
) -> None:
    token = listed(api, events)["nextSyncToken"]
    assert refused(api, events, syncToken=token, **other) == (400, "invalid")


def test_a_stale_token_asks_for_a_full_reading(
    api: httpx.Client, google: GoogleHarness, events: str
) -> None:
    token = listed(api, events)["nextSyncToken"]
    google.sandbox.expire_cursors()
    reply = api.get(events, params={"syncToken": token})
    assert reply.status_code == 410
    assert reply.json()["error"] == {
        "errors": [
            {
                "domain": "calendar",
                "reason": "fullSyncRequired",
                "message": "Sync token is no longer valid, a full sync is required.",
                "locationType": "parameter",
                "location": "syncToken",
            }
        ],
        "code": 410,
        "message": "Sync token is no longer valid, a full sync is required.",
    }


def test_a_token_of_nothing_or_of_another_calendar_is_refused(
    api: httpx.Client, events: str
) -> None:
    token = listed(api, PRIMARY)["nextSyncToken"]
    for bad in (token, "nonsense", "C", ""):
        assert refused(api, events, syncToken=bad) == (400, "invalid")


def test_only_some_queries_give_a_token(api: httpx.Client) -> None:
    since = "2026-05-01T00:00:00Z"
    assert "nextSyncToken" in listed(api, PRIMARY, timeMin=since)
    ordered = {"orderBy": "startTime", "singleEvents": "true", "timeMin": since}
    until = {"timeMax": "2026-06-01T00:00:00Z"}
    assert "nextSyncToken" not in listed(api, PRIMARY, **ordered, **until)


def test_the_primary_calendar_has_a_usual_week(api: httpx.Client) -> None:
    week = {"timeMin": "2026-05-03T22:00:00Z", "timeMax": "2026-05-10T22:00:00Z"}
    page = listed(api, PRIMARY, singleEvents="true", orderBy="startTime", **week)
    assert summaries(page) == [
        "Team meeting",
        "Dentist",
        "Project review",
        "After-work drinks",
        "Choir",
        "Sister's birthday",
    ]
    starts = [
        event["start"].get("dateTime", event["start"].get("date")) for event in page["items"]
    ]
    assert starts[0] == "2026-05-04T09:30:00+02:00"
    assert page["items"][2]["status"] == "tentative"


SELECTIONS = {
    "words": ({"q": "dentist"}, ["Dentist"]),
    "several-words": ({"q": "team MEETING"}, ["Team meeting"]),
    "end-after": ({"timeMin": "2026-05-12T00:00:00Z"}, ["Team meeting", "Conference"]),
    "start-before": ({"timeMax": "2026-05-05T00:00:00Z"}, ["Team meeting"]),
    "private-property": ({"privateExtendedProperty": "a=b"}, []),
    "type": ({"eventTypes": "focusTime"}, []),
    "uid": ({"iCalUID": "nobody@google.com"}, []),
    "updated": ({"updatedMin": "2026-06-01T00:00:00Z"}, []),
}


@pytest.mark.parametrize(("query", "found"), SELECTIONS.values(), ids=SELECTIONS.keys())
def test_a_listing_can_be_narrowed(
    api: httpx.Client, query: dict[str, str], found: list[str]
) -> None:
    assert summaries(listed(api, PRIMARY, **query)) == found


def test_an_event_is_found_by_all_its_properties(api: httpx.Client, events: str) -> None:
    event = add(api, events, "Exam")
    private = {"extendedProperties": {"private": {"a": "1", "b": "2"}}}
    api.patch(f"{events}/{event['id']}", json=private).raise_for_status()
    both = {"privateExtendedProperty": ["a=1", "b=2"]}
    assert summaries(listed(api, events, **both)) == ["Exam"]
    assert summaries(listed(api, events, privateExtendedProperty=["a=1", "b=3"])) == []


BAD = {
    "order-without-single": {"orderBy": "startTime"},
    "no-instant": {"timeMin": "tomorrow"},
    "no-offset": {"timeMin": "2026-05-01T00:00:00"},
    "no-number": {"maxResults": "many"},
    "no-page-size": {"maxResults": "0"},
    "no-truth": {"singleEvents": "maybe"},
    "no-order": {"orderBy": "size"},
}


@pytest.mark.parametrize("query", BAD.values(), ids=BAD.keys())
def test_a_query_that_makes_no_sense_is_refused(
    api: httpx.Client, query: dict[str, str]
) -> None:
    assert refused(api, PRIMARY, **query) == (400, "invalid")


def test_deleted_events_are_listed_when_asked_for(api: httpx.Client, events: str) -> None:
    event = add(api, events, "Exam")
    api.delete(f"{events}/{event['id']}")
    assert listed(api, events)["items"] == []
    assert summaries(listed(api, events, showDeleted="true")) == ["cancelled"]


def test_a_long_query_may_come_as_a_form(api: httpx.Client) -> None:
    headers = {"x-http-method-override": "GET"}
    reply = api.post(PRIMARY, headers=headers, data={"q": "dentist"})
    assert summaries(reply.json()) == ["Dentist"]
