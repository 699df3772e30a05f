from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import Task
from syncd.model.ids import EntityId, derived_id
from syncd.model.rules.recurrence import next_occurrence
from syncd.model.values import Due, Moment, day_of

BERLIN = "Europe/Berlin"
MADE = datetime(2026, 1, 2, 9, tzinfo=UTC)


def at(text: str, zone: str | None = None) -> Moment:
    """A wall-clock time in ``zone`` (Berlin unless told)."""
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone or BERLIN))
    return Moment(wall, zone)


def ticked(rule: str, due: Due | None, done: str, **fields: object) -> Task:
    return Task(
        id=EntityId("t"),
        title="Practise",
        created_at=MADE,
        recurrence=rule,
        due=due,
        done=True,
        done_at=at(done),
        **fields,  # type: ignore[arg-type]  # its fields, by name
    )


def following(rule: str, due: Due | None, done: str) -> Task | None:
    return next_occurrence(ticked(rule, due, done), BERLIN, MADE)


@pytest.mark.parametrize(
    ("rule", "due", "done", "expected"),
    [
        pytest.param(
            "FREQ=WEEKLY", date(2026, 3, 2), "2026-03-02T10:00", date(2026, 3, 9), id="on-time"
        ),
        pytest.param(
            "every week", date(2026, 3, 2), "2026-03-02T10:00", date(2026, 3, 9), id="in-words"
        ),
        pytest.param(
            "FREQ=WEEKLY", date(2026, 3, 2), "2026-02-28T10:00", date(2026, 3, 9), id="early"
        ),
        pytest.param(
            "FREQ=WEEKLY", date(2026, 3, 2), "2026-03-18T10:00", date(2026, 3, 23), id="late"
        ),
        pytest.param(
            "FREQ=DAILY", date(2026, 3, 2), "2026-03-05T23:30", date(2026, 3, 6), id="very-late"
        ),
        pytest.param(
            "FREQ=WEEKLY;BYDAY=MO,TH",
            date(2026, 3, 2),
            "2026-03-02T10:00",
            date(2026, 3, 5),
            id="twice-a-week",
        ),
        pytest.param(
            "FREQ=MONTHLY",
            date(2026, 1, 31),
            "2026-01-31T10:00",
            date(2026, 3, 31),
            id="the-31st",
        ),
        pytest.param(
            "FREQ=MONTHLY;BYDAY=-1FR",
            date(2026, 2, 27),
            "2026-02-27T10:00",
            date(2026, 3, 27),
            id="last-friday",
        ),
        pytest.param(
            "FREQ=YEARLY",
            date(2028, 2, 29),
            "2028-02-29T10:00",
            date(2032, 2, 29),
            id="leap-day",
        ),
        pytest.param(
            "FREQ=DAILY", None, "2026-03-05T00:30", date(2026, 3, 6), id="no-due-date"
        ),
        pytest.param(
            "FREQ=WEEKLY;BYDAY=FR",
            None,
            "2026-03-05T00:30",
            date(2026, 3, 6),
            id="no-due-friday",
        ),
        pytest.param(
            "FREQ=WEEKLY",
            at("2026-03-23T18:00"),
            "2026-03-23T19:00",
            at("2026-03-30T18:00"),
            id="summer-time-begins",
        ),
        pytest.param(
            "FREQ=WEEKLY",
            at("2026-10-19T18:00"),
            "2026-10-19T19:00",
            at("2026-10-26T18:00"),
            id="summer-time-ends",
        ),
        pytest.param(
            "FREQ=WEEKLY",
            at("2026-03-03T18:00", "America/New_York"),
            "2026-03-03T23:30",
            at("2026-03-10T18:00", "America/New_York"),
            id="its-own-zone",
        ),
        pytest.param(
            "FREQ=DAILY",
            at("2026-03-28T02:30"),
            "2026-03-28T09:00",
            Moment(datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
            id="a-time-that-is-skipped",
        ),
        pytest.param(
            "FREQ=DAILY",
            at("2026-03-02T18:00"),
            "2026-03-05T12:00",
            at("2026-03-05T18:00"),
            id="late-but-today-is-still-to-come",
        ),
        pytest.param(
            "FREQ=DAILY;UNTIL=20260303",
            date(2026, 3, 2),
            "2026-03-02T10:00",
            date(2026, 3, 3),
            id="until-includes-its-day",
        ),
        pytest.param(
            "FREQ=DAILY;UNTIL=20260303T170000Z",
            at("2026-03-02T18:00"),
            "2026-03-02T18:30",
            at("2026-03-03T18:00"),
            id="until-a-moment",
        ),
    ],
)
def test_the_next_occurrence(rule: str, due: Due | None, done: str, expected: Due) -> None:
    found = following(rule, due, done)
    assert found is not None
    assert found.due == expected


@pytest.mark.parametrize(
    ("rule", "due", "done"),
    [
        pytest.param("", date(2026, 3, 2), "2026-03-02T10:00", id="not-repeated"),
        pytest.param("now and then", date(2026, 3, 2), "2026-03-02T10:00", id="no-rule"),
        pytest.param(
            "FREQ=DAILY;UNTIL=20260302",
            date(2026, 3, 2),
            "2026-03-02T10:00",
            id="until-is-over",
        ),
        pytest.param(
            "FREQ=DAILY;UNTIL=20260303T165959Z",
            at("2026-03-02T18:00"),
            "2026-03-02T18:30",
            id="until-a-second-before",
        ),
        pytest.param(
            "FREQ=DAILY;UNTIL=20269999", date(2026, 3, 2), "2026-03-02T10:00", id="until-no-day"
        ),
        pytest.param(
            "FREQ=DAILY;COUNT=1",
            date(2026, 3, 2),
            "2026-03-02T10:00",
            id="the-last-of-its-count",
        ),
        pytest.param(
            "FREQ=DAILY;COUNT=3",
            date(2026, 3, 2),
            "2026-03-09T10:00",
            id="all-of-a-count-missed",
        ),
        pytest.param(
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", None, "2026-03-02T10:00", id="never-comes"
        ),
        pytest.param("FREQ=MONTHLY;BYDAY=9MO", None, "2026-03-02T10:00", id="ninth-monday"),
        pytest.param("FREQ=YEARLY", date(9999, 3, 2), "2026-03-02T10:00", id="end-of-time"),
    ],
)
def test_there_is_no_next_occurrence(rule: str, due: Due | None, done: str) -> None:
    assert following(rule, due, done) is None


def test_a_count_runs_down_and_counts_what_was_missed() -> None:
    second = following("FREQ=DAILY;COUNT=5", date(2026, 3, 2), "2026-03-02T10:00")
    assert second is not None
    assert second.recurrence == "FREQ=DAILY;COUNT=4"
    fourth = following("FREQ=DAILY;COUNT=5", date(2026, 3, 2), "2026-03-04T10:00")
    assert fourth is not None
    assert (fourth.due, fourth.recurrence) == (date(2026, 3, 5), "FREQ=DAILY;COUNT=2")


def test_the_next_occurrence_is_the_same_task_begun_afresh() -> None:
    done = ticked(
        "every week",
        date(2026, 3, 2),
        "2026-03-02T10:00",
        notes="30 pages",
        goal=EntityId("g"),
        labels=frozenset({"book"}),
        priority=2,
        estimate_minutes=45,
        minutes_done=45,
        minutes_planned=0,
        next_block=at("2026-03-02T09:00"),
    )
    assert next_occurrence(done, BERLIN, MADE) == Task(
        id=derived_id("next", "t"),
        title="Practise",
        notes="30 pages",
        created_at=MADE,
        goal=EntityId("g"),
        labels=frozenset({"book"}),
        priority=2,
        estimate_minutes=45,
        recurrence="FREQ=WEEKLY",
        due=date(2026, 3, 9),
    )


RULES = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=MO,WE",
        "FREQ=WEEKLY;INTERVAL=2",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYDAY=1MO",
        "FREQ=YEARLY",
    ]
)
ZONES = st.sampled_from([BERLIN, "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"])
INSTANTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001  # bounds have no zone
    datetime(2035, 1, 1),  # noqa: DTZ001  # bounds have no zone
    timezones=st.just(UTC),
)


@given(rule=RULES, zone=ZONES, own=st.none() | ZONES, due=INSTANTS, late=st.integers(-900, 900))
def test_a_wall_clock_time_stays_that_time_and_lies_ahead(
    rule: str, zone: str, own: str | None, due: datetime, late: int
) -> None:
    it = Moment(due.replace(second=0, microsecond=0), own)
    done = Moment(it.at + timedelta(hours=late))
    task = Task(id=EntityId("t"), created_at=MADE, recurrence=rule, due=it, done_at=done)
    found = next_occurrence(task, zone, MADE)
    assert found is not None
    assert isinstance(found.due, Moment)
    assert found.due.at > max(it.at, done.at) - timedelta(hours=1)  # an hour that comes twice
    assert found.due.zone == own
    shift = found.due.local(zone).replace(tzinfo=None) - it.local(zone).replace(tzinfo=None)
    seconds = shift.total_seconds() % 86400
    assert seconds == 0 or found.due.local(zone).hour == 3 or it.local(zone).hour < 4


@given(rule=RULES, zone=ZONES, due=st.dates(date(2020, 1, 1), date(2035, 1, 1)), done=INSTANTS)
def test_a_day_stays_a_day_and_lies_ahead(
    rule: str, zone: str, due: date, done: datetime
) -> None:
    task = Task(
        id=EntityId("t"), created_at=MADE, recurrence=rule, due=due, done_at=Moment(done)
    )
    found = next_occurrence(task, zone, MADE)
    assert found is not None
    assert isinstance(found.due, date)
    assert not isinstance(found.due, datetime)
    assert found.due > max(due, day_of(Moment(done), zone))


@given(st.text(max_size=60), st.dates())
def test_no_text_in_place_of_a_rule_breaks_anything(text: str, due: date) -> None:
    task = Task(id=EntityId("t"), created_at=MADE, recurrence=text, due=due)
    next_occurrence(task, BERLIN, MADE)
