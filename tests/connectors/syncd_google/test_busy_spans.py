"""Which events take time, whatever their shape."""

from datetime import UTC, datetime
from typing import Any

import pytest

from syncd_google.border import UnreadableEvent
from syncd_google.busy import BusyRules, spans_of_answer, spans_of_events

TIMES = {"start": {"dateTime": "2026-08-03T09:00:00+02:00"}}
TIMES |= {"end": {"dateTime": "2026-08-03T10:00:00+02:00"}}
NO, YES = False, True


def invited(answer: str) -> dict[str, Any]:
    others = {"email": "ada@example.org", "responseStatus": "accepted"}
    return {
        "attendees": [
            others,
            {"email": "me@example.org", "self": True, "responseStatus": answer},
        ]
    }


TAKES = {
    "plain": ({}, YES),
    "opaque": ({"transparency": "opaque"}, YES),
    "transparent": ({"transparency": "transparent"}, NO),
    "cancelled": ({"status": "cancelled"}, NO),
    "accepted": (invited("accepted"), YES),
    "declined": (invited("declined"), NO),
    "not-answered": (invited("needsAction"), NO),
    "answered-perhaps": (invited("tentative"), NO),
    "not-sure": ({"status": "tentative"}, NO),
    "where-someone-works": ({"eventType": "workingLocation"}, NO),
    "focus": ({"eventType": "focusTime"}, YES),
    "away": ({"eventType": "outOfOffice"}, NO),
    "someone-else-declined": ({"attendees": [{"responseStatus": "declined"}]}, YES),
    "odd-attendees": ({"attendees": "everyone"}, YES),
    "odd-attendee": ({"attendees": ["me"]}, YES),
}


@pytest.mark.parametrize("case", TAKES.values(), ids=TAKES.keys())
def test_what_takes_time_where_only_what_is_sure_does(case: Any) -> None:
    event, takes = case
    strict = BusyRules(tentative=False, out_of_office=False, declined=False)
    spans = list(spans_of_events([{**TIMES, **event}], "UTC", strict))
    assert bool(spans) is takes


@pytest.mark.parametrize(
    "name", ["not-answered", "answered-perhaps", "not-sure", "away", "declined"]
)
def test_what_is_not_sure_takes_time_where_everything_does(name: str) -> None:
    everything = BusyRules(tentative=True, out_of_office=True, declined=True)
    assert list(spans_of_events([{**TIMES, **TAKES[name][0]}], "UTC", everything))


def test_what_takes_no_time_is_no_span() -> None:
    odd = [
        {"start": {"date": "2026-08-03"}, "end": {"date": "2026-08-03"}},
        {**TIMES, "end": TIMES["start"]},
    ]
    assert list(spans_of_events(odd, "UTC", BusyRules())) == []


SENSELESS: list[dict[str, Any]] = [
    {},
    {"start": TIMES["end"], "end": TIMES["start"]},
    {**TIMES, "end": {"dateTime": "later"}},
    {**TIMES, "end": {"dateTime": 20260803}},
    {"start": "now", "end": None},
    {**TIMES, "start": {"date": "0001-01-01"}},
]


@pytest.mark.parametrize("event", SENSELESS)
def test_a_time_that_nobody_can_read_is_never_free(event: dict[str, Any]) -> None:
    with pytest.raises(UnreadableEvent):
        list(spans_of_events([event], "Asia/Tokyo", BusyRules()))
    with pytest.raises(UnreadableEvent):
        list(spans_of_answer([event]))


def test_a_time_without_an_offset_is_in_its_own_zone_or_the_calendars() -> None:
    start = {"dateTime": "2026-08-03T09:00:00", "timeZone": "America/New_York"}
    end = {"dateTime": "2026-08-03T18:00:00"}
    (spans,) = spans_of_events([{"start": start, "end": end}], "Europe/Berlin", BusyRules())
    assert spans.start == datetime(2026, 8, 3, 13, tzinfo=UTC)
    assert spans.end == datetime(2026, 8, 3, 16, tzinfo=UTC)
