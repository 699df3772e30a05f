"""When the person has no time, as Google tells it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syncd.connect.contract import Busy, BusySpan
from syncd.errors import SignIn, TryLater
from syncd.testing.fault_injection import Fault
from syncd_google.sandbox import acts
from tests.connectors.syncd_google.harness import GoogleHarness

BASE = ("calendar.app.created", "calendar.calendarlist.readonly")
FREE_BUSY = "calendar.events.freebusy"
DETAILS = "calendar.events.readonly"

MONDAY = date(2026, 8, 3)
"""In a week of which nothing is known but what a test plans, in Berlin at UTC+2."""
WEEK = (datetime(2026, 8, 2, 22, tzinfo=UTC), datetime(2026, 8, 9, 22, tzinfo=UTC))


def at(hour: float, day: int = 0) -> datetime:
    """Return a time of that week on Berlin's clocks."""
    return WEEK[0] + timedelta(days=day, hours=hour)


def span(first: float, last: float, day: int = 0) -> BusySpan:
    return BusySpan(at(first, day), at(last, day))


@pytest.fixture
def empty(google: GoogleHarness) -> GoogleHarness:
    """Give a person who has nothing planned."""
    google.sandbox.account.calendar("primary").events.clear()
    return google


def told(google: GoogleHarness, *scopes: str, **settings: Any) -> Busy:
    """Return the week as another sign-in with these scopes and settings sees it."""
    if scopes or settings:
        token = google.sandbox.grant(*(scopes or (*BASE, FREE_BUSY)))
        google.connector.pull(None)
        google.with_token(token, **settings)
    google.server.log.clear()
    return google.connector.busy(*WEEK)


def plan_a_week(google: GoogleHarness) -> None:
    meet = google.person.meeting
    meet("Sure", at(9), at(10))
    meet("Perhaps", at(11), at(12), tentative=True)
    meet("Declined", at(13), at(14), declined=True)
    meet("Free", at(15), at(16), free=True)
    meet("Away", at(17), at(18), out_of_office=True)


SURE, PERHAPS, DECLINED, AWAY = span(9, 10), span(11, 12), span(13, 14), span(17, 18)
COUNTED = {
    "as-google-does": ({}, (SURE, PERHAPS, AWAY)),
    "tentative-is-free": ({"busy_tentative": False}, (SURE, AWAY)),
    "out-of-office-is-free": ({"busy_out_of_office": False}, (SURE, PERHAPS)),
    "declined-takes-time": ({"busy_declined": True}, (SURE, PERHAPS, DECLINED, AWAY)),
    "all-otherwise": (
        {"busy_tentative": False, "busy_out_of_office": False, "busy_declined": True},
        (SURE, DECLINED),
    ),
}


@pytest.mark.parametrize("case", COUNTED.values(), ids=COUNTED.keys())
def test_what_takes_time_is_what_the_settings_say(empty: GoogleHarness, case: Any) -> None:
    settings, spans = case
    plan_a_week(empty)
    busy = told(empty, *BASE, FREE_BUSY, DETAILS, **settings)
    assert busy == Busy(spans=spans, calendars=("primary",))
    asked = empty.paths()
    assert asked == (["GET /calendars/primary/events"] if settings else ["POST /freeBusy"])


@pytest.mark.parametrize("scopes", [(FREE_BUSY,), (DETAILS,)], ids=["asked", "listed"])
def test_both_ways_of_reading_agree(empty: GoogleHarness, scopes: tuple[str, ...]) -> None:
    plan_a_week(empty)
    person = empty.person
    person.meeting("Two days", MONDAY + timedelta(days=1), MONDAY + timedelta(days=3))
    person.meeting("A birthday", MONDAY, MONDAY + timedelta(days=1), free=True)
    person.meeting("Every week", at(8, -7), at(8.5, -7), weekly=True)
    person.meeting("Over midnight", at(22, 4), at(25, 4))
    person.meeting("Over the edge", at(23, 6), at(26, 6))
    busy = told(empty, *BASE, *scopes)
    assert busy.spans == (
        span(8, 8.5),
        SURE,
        PERHAPS,
        AWAY,
        span(0, 48, 1),
        span(22, 25, 4),
        span(23, 24, 6),
    )


def test_whole_days_are_those_of_the_calendar(empty: GoogleHarness) -> None:
    empty.sandbox.account.calendar("primary").zone = "America/New_York"
    empty.person.meeting("Fair", MONDAY, MONDAY + timedelta(days=1))
    day = BusySpan(datetime(2026, 8, 3, 4, tzinfo=UTC), datetime(2026, 8, 4, 4, tzinfo=UTC))
    assert told(empty).spans == (day,)
    assert told(empty, *BASE, DETAILS).spans == (day,)


@pytest.mark.parametrize("scopes", [(FREE_BUSY,), (DETAILS,)], ids=["asked", "listed"])
def test_a_series_takes_time_where_it_really_happens(
    empty: GoogleHarness, scopes: tuple[str, ...]
) -> None:
    account = empty.sandbox.account
    primary = account.calendar("primary")
    person = empty.person
    person.meeting("Moved", at(8, -14), at(9, -14), weekly=True)
    person.meeting("Left out", at(8, -13), at(9, -13), weekly=True)
    moved, left_out = (event.id for event in primary.events.values())
    acts.drag(account, primary, f"{moved}_{at(8):%Y%m%dT%H%M%SZ}", at(12, 3))
    acts.delete(account, primary, f"{left_out}_{at(8, 1):%Y%m%dT%H%M%SZ}")
    assert told(empty, *BASE, *scopes).spans == (span(12, 13, 3),)


def test_a_weekly_meeting_keeps_its_hour_when_the_clocks_change(empty: GoogleHarness) -> None:
    nine = datetime(2026, 10, 19, 7, tzinfo=UTC)  # in Berlin, in summer time
    empty.person.meeting("Weekly", nine, nine + timedelta(hours=1), weekly=True)
    busy = empty.connector.busy(nine, nine + timedelta(days=8))
    assert [span.start for span in busy.spans] == [nine, datetime(2026, 10, 26, 8, tzinfo=UTC)]


def test_meetings_are_moved_and_cancelled(empty: GoogleHarness) -> None:
    empty.person.meeting("Lunch", at(12), at(13))
    assert empty.person.meetings() == ["Lunch"]
    empty.person.move_meeting("Lunch", at(14, 2))
    assert told(empty).spans == (span(14, 15, 2),)
    empty.person.cancel_meeting("Lunch")
    assert told(empty).spans == ()
    assert empty.person.meetings() == []
    with pytest.raises(KeyError):
        empty.person.cancel_meeting("Lunch")
    with pytest.raises(KeyError):
        empty.person.meeting("Odd", at(1), at(2), secretly=True)


def test_several_calendars_are_one_persons_time(empty: GoogleHarness) -> None:
    account = empty.sandbox.account
    family = account.add_calendar(summary="Family", zone="Europe/Berlin")
    acts.add_meeting(account, family, "School", at(9.5), 60)
    empty.person.meeting("Work", at(9), at(10))
    names = ["primary", family.id, empty.calendar.id, family.id]
    busy = told(empty, busy_calendars=names)
    assert busy == Busy(spans=(span(9, 10.5),), calendars=("primary", family.id))


def test_no_calendars_is_nobodys_busy_time(empty: GoogleHarness) -> None:
    empty.person.meeting("Work", at(9), at(10))
    assert told(empty, busy_calendars=[]) == Busy()
    assert empty.paths() == []


def test_a_calendar_that_is_not_there_is_never_free(empty: GoogleHarness) -> None:
    empty.person.meeting("Work", at(9), at(10))
    names = ["nobody@example.org", "primary"]
    for scopes in ((FREE_BUSY,), (DETAILS,)):
        busy = told(empty, *BASE, *scopes, busy_calendars=names)
        assert (busy.spans, busy.calendars) == ((span(9, 10),), ("primary",))
        (sentence,) = busy.unreadable
        assert "'nobody@example.org'" in sentence
        assert "`busy_calendars`" in sentence


def test_without_the_permission_every_calendar_is_unreadable(empty: GoogleHarness) -> None:
    empty.person.meeting("Work", at(9), at(10))
    busy = told(empty, *BASE[:1], busy_calendars=["primary", "nobody@example.org"])
    assert (busy.spans, busy.calendars) == ((), ())
    assert len(busy.unreadable) == 2
    assert all("`syncd auth google`" in sentence for sentence in busy.unreadable)
    paths = empty.paths()
    assert paths[0] == "POST /freeBusy"
    assert len(paths) == 3


def test_where_no_reading_is_allowed_the_sign_in_is_to_be_done_again(
    empty: GoogleHarness,
) -> None:
    busy = told(empty, "calendar.calendarlist.readonly")
    (sentence,) = busy.unreadable
    assert sentence.endswith("run `syncd auth google` and tick every box.")


def test_a_calendar_that_shows_no_more_is_taken_as_google_does(empty: GoogleHarness) -> None:
    """Whoever sees only free and busy sees no answers to invitations."""
    plan_a_week(empty)
    busy = told(empty, busy_declined=True)
    assert busy.spans == (SURE, PERHAPS, AWAY)
    assert busy.unreadable == ()
    (sentence,) = busy.problems
    assert "'primary'" in sentence
    assert "`busy_declined`" in sentence


def test_a_long_time_is_asked_for_in_pieces(empty: GoogleHarness) -> None:
    start, end = WEEK[0], WEEK[0] + timedelta(days=150)
    empty.person.meeting("Over a seam", at(0, 59), at(24, 61))
    empty.connector.pull(None)
    empty.server.log.clear()
    busy = empty.connector.busy(start, end)
    assert busy.spans == (BusySpan(at(0, 59), at(24, 61)),)
    assert empty.paths() == ["POST /freeBusy"] * 3


def test_many_calendars_are_asked_for_in_pieces(empty: GoogleHarness) -> None:
    account = empty.sandbox.account
    many = [account.add_calendar(summary=f"{n}", zone="UTC") for n in range(103)]
    acts.add_meeting(account, many[102], "Work", at(9), 60)
    names = [calendar.id for calendar in many]
    busy = told(empty, busy_calendars=names)
    assert busy == Busy(spans=(span(9, 10),), calendars=tuple(names))
    assert empty.paths() == ["POST /freeBusy"] * 3


def test_a_listing_over_a_page_is_read_whole(empty: GoogleHarness) -> None:
    empty.sandbox.lists.largest_page = 3
    for hour in range(10):
        empty.person.meeting(f"Meeting {hour}", at(2 * hour), at(2 * hour + 1))
    busy = told(empty, *BASE, DETAILS, busy_tentative=False)
    assert busy.spans == tuple(span(2 * hour, 2 * hour + 1) for hour in range(10))
    assert empty.paths() == ["GET /calendars/primary/events"] * 4


def test_trouble_is_no_free_time(empty: GoogleHarness) -> None:
    empty.server.faults.append(Fault(act="status", status=503, times=0))
    with pytest.raises(TryLater):
        empty.connector.busy(*WEEK)
    empty.heal()
    empty.sandbox.revoke_token()
    with pytest.raises(SignIn):
        empty.connector.busy(*WEEK)


def test_before_there_is_a_calendar_of_syncds_busy_time_is_read(fresh: GoogleHarness) -> None:
    fresh.person.meeting("Work", at(9, 1), at(10, 1))
    assert span(9, 10, 1) in fresh.connector.busy(*WEEK).spans
