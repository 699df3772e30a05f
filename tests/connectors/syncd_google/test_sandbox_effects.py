"""What one act in the calendar does elsewhere, and how it is told; switches of the sandbox."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from syncd.model.entities import Kind
from syncd.model.values import Moment
from syncd.testing.fake_clock import FakeClock
from syncd.testing.fault_injection import Fault
from syncd.testing.sandbox import Served
from syncd_google.sandbox import oauth
from syncd_google.sandbox.app import make
from syncd_google.sandbox.user import GoogleUser
from tests.connectors.syncd_google.harness import GoogleHarness
from tests.connectors.syncd_google.test_sandbox_events import DAY, HOUR, made, reason

OWN_ID = "k5v0c2m8q1t7h3n9"
PRIMARY = "/calendars/primary/events"
MARKED = {"extendedProperties": {"private": {"syncd": "block-17"}, "shared": {"a": "b"}}}


@pytest.fixture
def events(google: GoogleHarness) -> str:
    return f"/calendars/{google.calendar.id}/events"


@pytest.fixture
def person(google: GoogleHarness) -> GoogleUser:
    return google.sandbox.person


def listed(api: httpx.Client, path: str, **query: str) -> Any:
    reply = api.get(path, params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


# Cancelled events.


@pytest.mark.parametrize("verb", ["PATCH", "PUT"])
@pytest.mark.parametrize("how", ["all", "none", "this one not"])
def test_an_update_revives_a_cancelled_event_or_is_forbidden(
    google: GoogleHarness, api: httpx.Client, events: str, how: str, verb: str
) -> None:
    google.sandbox.switches.revives = how != "none"
    google.sandbox.switches.unrevivable = {OWN_ID} if how == "this one not" else set()
    made(api, events, id=OWN_ID, **DAY)
    api.delete(f"{events}/{OWN_ID}")
    again = api.post(events, json={"id": OWN_ID, **DAY})
    assert reason(again) == (409, "duplicate")
    revived = api.request(verb, f"{events}/{OWN_ID}", json={"status": "confirmed", **DAY})
    if how == "all":
        assert (revived.status_code, revived.json()["status"]) == (200, "confirmed")
    else:
        assert reason(revived) == (403, "forbidden")


@pytest.mark.parametrize(("how", "full"), [("id", False), ("full", True)])
def test_a_tombstone_tells_the_id_alone_or_everything(
    google: GoogleHarness, api: httpx.Client, events: str, how: str, full: bool
) -> None:
    google.sandbox.switches.tombstones = how
    token = listed(api, events)["nextSyncToken"]
    event = made(api, events, **DAY)
    api.delete(f"{events}/{event['id']}")
    (gone,) = listed(api, events, syncToken=token)["items"]
    assert (gone["id"], gone["status"]) == (event["id"], "cancelled")
    assert ("summary" in gone) is ("updated" in gone) is full


def test_deleted_events_are_forgotten_some_day(
    google: GoogleHarness, api: httpx.Client, events: str
) -> None:
    event = made(api, events, **DAY)
    api.delete(f"{events}/{event['id']}")
    token = listed(api, events)["nextSyncToken"]
    google.sandbox.purge_deleted()
    assert api.get(f"{events}/{event['id']}").status_code == 404
    assert listed(api, events, showDeleted="true")["items"] == []
    assert reason(api.get(events, params={"syncToken": token})) == (410, "fullSyncRequired")


def test_other_reminders_are_told_and_move_neither_time_nor_etag(
    api: httpx.Client, events: str
) -> None:
    event = made(api, events, **HOUR)
    token = listed(api, events)["nextSyncToken"]
    reminders = {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]}
    changed = api.patch(f"{events}/{event['id']}", json={"reminders": reminders}).json()
    assert changed["reminders"] == reminders
    assert (changed["updated"], changed["etag"]) == (event["updated"], event["etag"])
    assert [event["id"] for event in listed(api, events, syncToken=token)["items"]] == [
        event["id"]
    ]


# A calendar that was just made.


@pytest.mark.parametrize(
    ("answer", "status"), [("requiredAccessLevel", 403), ("notFound", 404)]
)
def test_a_new_calendar_may_not_be_there_yet(
    google: GoogleHarness, api: httpx.Client, answer: str, status: int
) -> None:
    google.sandbox.switches.young = timedelta(seconds=30)
    google.sandbox.switches.young_answer = answer
    calendar = api.post("/calendars", json={"summary": "New"}).json()["id"]
    path = f"/calendars/{calendar}/events"
    assert reason(api.get(path)) == reason(api.post(path, json=DAY)) == (status, answer)
    google.clock.advance(seconds=31)
    assert made(api, path, **DAY)["status"] == "confirmed"


# Moves.


@pytest.mark.parametrize("keeps", [True, False])
def test_a_moved_event_leaves_a_tombstone_and_keeps_its_id(
    google: GoogleHarness, api: httpx.Client, events: str, keeps: bool
) -> None:
    google.sandbox.switches.keeps_private = keeps
    event = made(api, events, **MARKED, **DAY)
    tokens = [listed(api, path)["nextSyncToken"] for path in (events, PRIMARY)]
    path = f"{events}/{event['id']}/move"
    reply = api.post(path, params={"destination": "primary"})
    assert (reply.status_code, reply.json()["status"]) == (200, "cancelled")
    assert "self" not in reply.json()["organizer"]
    (gone,) = listed(api, events, syncToken=tokens[0])["items"]
    (there,) = listed(api, PRIMARY, syncToken=tokens[1])["items"]
    assert (gone["id"], gone["status"]) == (event["id"], "cancelled")
    assert (there["id"], there["status"]) == (event["id"], "confirmed")
    private = {"private": {"syncd": "block-17"}} if keeps else {}
    assert there["extendedProperties"] == {"shared": {"a": "b"}} | private
    assert api.post(path, params={"destination": "primary"}).status_code == 410


def test_an_event_that_comes_back_is_found_by_its_old_id(
    google: GoogleHarness, api: httpx.Client, events: str, person: GoogleUser
) -> None:
    google.milestone("Exam")
    moved = person.move_out(Kind.MILESTONE, "Exam")
    assert person.titles(Kind.MILESTONE) == []
    assert "Exam" in person.meetings()
    with pytest.raises(KeyError):
        person.restore("Exam")
    person.move_in("Exam")
    assert person.ids(Kind.MILESTONE, "Exam") == [moved]
    assert api.get(f"{events}/{moved}").json()["status"] == "confirmed"
    assert api.get(f"{PRIMARY}/{moved}").json()["status"] == "cancelled"


def test_the_scope_for_own_calendars_does_not_move_events(
    google: GoogleHarness, api: httpx.Client, events: str
) -> None:
    event = made(api, events, **DAY)
    api.headers["authorization"] = f"Bearer {google.sandbox.grant('calendar.app.created')}"
    reply = api.post(f"{events}/{event['id']}/move", params={"destination": "primary"})
    assert reason(reply) == (403, "insufficientPermissions")


# Listings.


def test_a_span_that_ends_before_it_starts_is_empty(api: httpx.Client, events: str) -> None:
    span = {"timeMin": "2026-06-02T00:00:00Z", "timeMax": "2026-06-01T00:00:00Z"}
    assert reason(api.get(events, params=span)) == (400, "timeRangeEmpty")


def test_a_time_of_edits_that_lies_too_far_back_is_gone(api: httpx.Client, events: str) -> None:
    late = api.get(events, params={"updatedMin": "2026-01-01T00:00:00Z"})
    assert reason(late) == (410, "updatedMinTooLongAgo")
    assert api.get(events, params={"updatedMin": "2026-05-01T00:00:00Z"}).status_code == 200


def test_listings_and_busy_times_may_be_answered_from_an_older_state(
    google: GoogleHarness, api: httpx.Client, events: str
) -> None:
    early = made(api, events, summary="Early", **HOUR)
    token = listed(api, events)["nextSyncToken"]
    google.clock.advance(minutes=10)
    api.delete(f"{events}/{early['id']}")
    late = made(api, events, summary="Late", **DAY)
    google.sandbox.switches.stale = timedelta(minutes=5)
    assert [event["summary"] for event in listed(api, events)["items"]] == ["Early"]
    assert api.get(f"{events}/{late['id']}").status_code == 200, "it is there"
    week = {"timeMin": "2026-06-01T00:00:00Z", "timeMax": "2026-06-08T00:00:00Z"}
    asked = {**week, "items": [{"id": google.calendar.id}]}
    busy = api.post("/freeBusy", json=asked).json()["calendars"][google.calendar.id]["busy"]
    assert len(busy) == 1
    delta = listed(api, events, syncToken=token)
    assert delta["items"] == []
    google.clock.advance(minutes=6)
    delta = listed(api, events, syncToken=delta["nextSyncToken"])
    stated = [(event["id"], event["status"]) for event in delta["items"]]
    assert stated == [(early["id"], "cancelled"), (late["id"], "confirmed")]


def test_an_old_listing_never_goes_back_behind_a_token(
    google: GoogleHarness, api: httpx.Client, events: str
) -> None:
    made(api, events, **DAY)
    token = listed(api, events)["nextSyncToken"]
    google.sandbox.switches.stale = timedelta(minutes=5)
    delta = listed(api, events, syncToken=token)
    google.clock.advance(minutes=6)
    assert (
        delta["items"] == listed(api, events, syncToken=delta["nextSyncToken"])["items"] == []
    )


def test_rows_may_be_left_out_or_come_again(
    google: GoogleHarness, api: httpx.Client, events: str
) -> None:
    first, *_ = [made(api, events, summary=str(at), **DAY) for at in range(4)]
    google.sandbox.switches.repeats_rows = True
    page = listed(api, events, maxResults="2")
    seen = [event["summary"] for event in page["items"]]
    while "nextPageToken" in page:
        page = listed(api, events, maxResults="2", pageToken=page["nextPageToken"])
        seen += [event["summary"] for event in page["items"]]
    assert seen == ["0", "1", "1", "2", "2", "3"]
    google.sandbox.switches.omits = {first["id"]}
    assert [event["summary"] for event in listed(api, events)["items"]] == ["1", "2", "3"]


def test_keys_that_nobody_knows_are_in_every_event(tmp_path: Path) -> None:
    sandbox = make(tmp_path, FakeClock())
    served = Served(sandbox)
    sandbox.switches.extra_keys = {"brandNew": {"deep": [1]}}
    headers = {"authorization": f"Bearer {sandbox.grant('calendar')}"}
    with httpx.Client(base_url=f"{served.origin}/calendar/v3", headers=headers) as client:
        assert made(client, PRIMARY, **DAY)["brandNew"] == {"deep": [1]}
        assert all("brandNew" in event for event in listed(client, PRIMARY)["items"])
    served.close()


def test_a_minutes_share_can_be_set(
    google: GoogleHarness, api: httpx.Client, events: str
) -> None:
    google.clock.advance(minutes=2)
    google.sandbox.switches.per_minute = 2
    answers = [api.get(events) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    error = answers[-1].json()["error"]["errors"][0]
    assert (error["domain"], error["reason"]) == ("usageLimits", "rateLimitExceeded")
    google.clock.advance(minutes=1)
    assert api.get(events).status_code == 200


def test_the_services_clock_may_be_wrong(
    google: GoogleHarness, api: httpx.Client, events: str
) -> None:
    google.sandbox.switches.skew = timedelta(minutes=30)
    reply = api.post(events, json=DAY)
    assert reply.json()["updated"].startswith("2026-05-04T08:46:")
    assert "08:46:" in reply.headers["date"]


def test_a_page_token_does_not_live_for_ever(
    google: GoogleHarness, api: httpx.Client, events: str
) -> None:
    for _ in range(2):
        made(api, events, **DAY)
    page = listed(api, events, maxResults="1")["nextPageToken"]
    assert listed(api, events, pageToken=page)["items"]
    google.sandbox.end_listings()
    assert reason(api.get(events, params={"pageToken": page})) == (400, "invalid")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"status": 403}, (403, "rateLimitExceeded")),
        ({"status": 429, "seconds": 7}, (429, "rateLimitExceeded")),
        ({"status": 403, "quota": True}, (403, "quotaExceeded")),
        ({"status": 503}, (503, "backendError")),
    ],
)
def test_trouble_sounds_like_googles(
    google: GoogleHarness, api: httpx.Client, events: str, asked: Any, expected: Any
) -> None:
    fault = Fault(act="status", **google.sandbox.trouble(**asked))
    google.server.faults.append(fault)
    reply = api.get(events)
    assert reason(reply) == expected
    assert reply.headers.get("retry-after") == ("7" if "seconds" in asked else None)


# Signing in.


def signed_in(origin: str, scope: str) -> Any:
    """Consent as a person in a browser would, and exchange the code."""
    back = "http://localhost:1/"
    asked = {"client_id": oauth.CLIENT_ID, "response_type": "code", "redirect_uri": back}
    sent = httpx.get(f"{origin}/o/oauth2/auth", params={**asked, "scope": scope})
    code = httpx.URL(sent.headers["location"]).params["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
    return exchanged(origin, **form).json()


def exchanged(origin: str, **form: str) -> httpx.Response:
    client = {"client_id": oauth.CLIENT_ID, "client_secret": oauth.CLIENT_SECRET}
    return httpx.post(f"{origin}/token", data={**client, **form})


def test_the_sign_in_of_an_application_in_testing_ends_after_a_week(
    google: GoogleHarness,
) -> None:
    origin = google.server.origin
    assert "refresh_token_expires_in" not in signed_in(origin, "a")
    google.sandbox.grants.testing = True
    answer = signed_in(origin, "a")
    assert answer["refresh_token_expires_in"] == 604_799
    refresh = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    google.clock.advance(days=6)
    assert exchanged(origin, **refresh).status_code == 200
    google.clock.advance(days=2)
    assert exchanged(origin, **refresh).json()["error"] == "invalid_grant"


def test_more_may_be_granted_than_was_asked_for(google: GoogleHarness) -> None:
    google.sandbox.grants.extra = ("openid", "a")
    assert signed_in(google.server.origin, "a b")["scope"] == "a b openid"


# What a person does.


def test_a_person_restores_what_was_deleted_last(
    google: GoogleHarness, person: GoogleUser
) -> None:
    for due in (date(2026, 5, 7), date(2026, 5, 8)):
        google.milestone("Exam", due)
        person.delete(Kind.MILESTONE, "Exam")
    person.restore("Exam")
    assert person.shows(Kind.MILESTONE, "Exam")["due"] == date(2026, 5, 8)
    with pytest.raises(KeyError):
        person.restore("Nothing")


@pytest.mark.parametrize("keeps", [True, False])
def test_a_copy_may_have_the_mark_of_the_original(
    google: GoogleHarness, person: GoogleUser, keeps: bool
) -> None:
    google.sandbox.switches.keeps_private = keeps
    google.milestone("Exam")
    (original,) = person.ids(Kind.MILESTONE, "Exam")
    copy = person.duplicate(Kind.MILESTONE, "Exam")
    assert set(person.ids(Kind.MILESTONE, "Exam")) == {original, copy}
    person.edit(Kind.MILESTONE, copy, "title", "Second exam")
    assert person.ids(Kind.MILESTONE, "Exam") == [original]
    marks = [
        google.calendar.events[name].fields.get("extendedProperties", {}).get("private")
        for name in (original, copy)
    ]
    assert marks[0]
    assert marks[1] == (marks[0] if keeps else None)


def test_a_copy_may_take_the_place_of_the_original_or_go_elsewhere(
    google: GoogleHarness, person: GoogleUser
) -> None:
    google.milestone("Exam")
    before = person.ids(Kind.MILESTONE, "Exam")
    after = person.copy_and_delete(Kind.MILESTONE, "Exam")
    assert person.ids(Kind.MILESTONE, "Exam") == [after]
    assert before != [after]
    person.copy_out(Kind.MILESTONE, "Exam")
    assert person.titles(Kind.MILESTONE) == ["Exam"]
    assert "Exam" in person.meetings()


def test_a_person_writes_below_the_title(google: GoogleHarness, person: GoogleUser) -> None:
    at = datetime(2026, 5, 6, 7, tzinfo=UTC)
    person.add(Kind.BLOCK, "Read", start=Moment(at), end=Moment(at + timedelta(hours=1)))
    person.describe(Kind.BLOCK, "Read", "Chapter 3")
    assert person.event(Kind.BLOCK, "Read").fields["description"] == "Chapter 3"


def test_a_person_makes_an_event_come_again_and_changes_the_calendar(
    google: GoogleHarness, api: httpx.Client, events: str, person: GoogleUser
) -> None:
    person.add(Kind.MILESTONE, "Exam", due=date(2026, 5, 7))
    person.repeat(Kind.MILESTONE, "Exam", "RRULE:FREQ=WEEKLY;COUNT=3")
    assert len(listed(api, events, singleEvents="true")["items"]) == 3
    event = made(api, events, **HOUR)
    person.change_zone("America/New_York")
    person.rename_calendar("My career")
    stated = api.get(f"{events}/{event['id']}").json()
    assert stated["start"]["dateTime"] == "2026-06-01T03:00:00-04:00"
    assert stated["etag"] == event["etag"], "no event was edited"
    assert listed(api, events)["summary"] == "My career"
