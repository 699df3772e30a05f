"""``gcsa`` (Google Calendar Simple API) against the sandbox."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from gcsa.calendar import Calendar
from gcsa.event import Event
from gcsa.free_busy import FreeBusyQueryError
from gcsa.google_calendar import GoogleCalendar
from gcsa.recurrence import DAILY, Recurrence
from gcsa.reminders import PopupReminder
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from syncd.testing.sandbox import Served
from tests.conformance.google.schema_gate import DOCUMENT

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 6, 1, 9, tzinfo=BERLIN)


@pytest.fixture
def calendar(served: Served, token: str) -> GoogleCalendar:
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    document["rootUrl"] = f"{served.origin}/"
    document["baseUrl"] = f"{served.origin}/calendar/v3/"
    credentials = Credentials(token)  # type: ignore[no-untyped-call]  # its library has no types
    client = GoogleCalendar(credentials=credentials)
    client.service = build_from_document(document, credentials=credentials)
    return client


def test_an_event_is_added_read_changed_and_deleted(calendar: GoogleCalendar) -> None:
    event = calendar.add_event(
        Event(
            "Exam",
            start=AT,
            end=AT + timedelta(hours=2),
            location="Room 4",
            minutes_before_popup_reminder=15,
        )
    )
    read = calendar.get_event(event.event_id)
    assert (read.summary, read.location) == ("Exam", "Room 4")
    assert read.start == AT
    assert read.reminders == [PopupReminder(minutes_before_start=15)]
    read.summary = "Viva"
    assert calendar.update_event(read).summary == "Viva"
    calendar.delete_event(read)
    with pytest.raises(HttpError) as refused:
        calendar.delete_event(read)
    assert refused.value.status_code == 410


def test_an_all_day_event_stays_on_its_day(calendar: GoogleCalendar) -> None:
    event = calendar.add_event(Event("Fair", start=date(2026, 6, 15), end=date(2026, 6, 16)))
    read = calendar.get_event(event.event_id)
    assert (read.start, read.end) == (date(2026, 6, 15), date(2026, 6, 16))


def test_a_series_is_read_by_its_instances(calendar: GoogleCalendar) -> None:
    rule = Recurrence.rule(freq=DAILY, count=3)
    made = calendar.add_event(
        Event(
            "Run",
            start=AT,
            end=AT + timedelta(hours=1),
            timezone="Europe/Berlin",
            recurrence=rule,
        )
    )
    listed = list(calendar.get_instances(made.event_id, time_min=AT))
    assert [event.start.day for event in listed] == [1, 2, 3]


def test_events_are_found_in_their_order(calendar: GoogleCalendar) -> None:
    week = {
        "time_min": datetime(2026, 5, 4, tzinfo=BERLIN),
        "time_max": datetime(2026, 5, 11, tzinfo=BERLIN),
    }
    listed = list(calendar.get_events(**week, single_events=True, order_by="startTime"))
    assert [event.summary for event in listed][:2] == ["Team meeting", "Dentist"]
    assert [event.summary for event in calendar.get_events(**week, query="choir")] == ["Choir"]


def test_calendars_are_made_listed_and_deleted(calendar: GoogleCalendar) -> None:
    event = calendar.add_calendar(Calendar("Another", timezone="Asia/Tokyo"))
    assert event.timezone == "Asia/Tokyo"
    assert "Another" in [entry.summary for entry in calendar.get_calendar_list()]
    calendar.delete_calendar(event)
    assert "Another" not in [entry.summary for entry in calendar.get_calendar_list()]


def test_busy_time_is_read(calendar: GoogleCalendar) -> None:
    busy = calendar.get_free_busy(
        time_min=datetime(2026, 5, 4, tzinfo=BERLIN),
        time_max=datetime(2026, 5, 5, tzinfo=BERLIN),
    )
    (meeting,) = next(iter(busy.calendars.values()))
    assert meeting.start == datetime(2026, 5, 4, 9, 30, tzinfo=BERLIN)


def test_busy_time_of_no_calendar_is_an_error_of_its_own(calendar: GoogleCalendar) -> None:
    """The answer is 200: what is wrong is said of each calendar."""
    day = {
        "time_min": datetime(2026, 5, 4, tzinfo=BERLIN),
        "time_max": datetime(2026, 5, 5, tzinfo=BERLIN),
    }
    asked = ["primary", "nobody@example.org"]
    with pytest.raises(FreeBusyQueryError):
        calendar.get_free_busy(asked, **day)
    busy = calendar.get_free_busy(asked, **day, ignore_errors=True)
    assert len(busy.calendars["primary"]) == 1
    assert list(busy.calendars_errors) == ["nobody@example.org"]


def test_what_takes_no_time_is_not_busy(calendar: GoogleCalendar) -> None:
    def busy() -> int:
        busy = calendar.get_free_busy(time_min=AT, time_max=AT + timedelta(hours=5))
        return len(next(iter(busy.calendars.values())))

    def add(title: str, hour: int, **how: object) -> None:
        start = AT + timedelta(hours=hour)
        calendar.add_event(Event(title, start=start, end=start + timedelta(minutes=30), **how))

    before = busy()  # a weekly meeting
    add("Free", 1, transparency="transparent")
    assert busy() == before
    add("Perhaps", 2, status="tentative")
    assert busy() == before + 1
