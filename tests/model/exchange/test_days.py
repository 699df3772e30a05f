from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.exchange.output import Unreadable
from syncd.model.exchange.values import Here, read_day, read_due, read_instant, read_moment
from syncd.model.values import Moment

BERLIN = "Europe/Berlin"
HERE = Here(datetime(2026, 1, 30, 23, 30, tzinfo=UTC), BERLIN)  # the 31st in Berlin


def at(*wall: int, zone: str = BERLIN, own: str | None = None) -> Moment:
    return Moment(datetime(*wall, tzinfo=ZoneInfo(zone)), own)  # type: ignore[arg-type, misc]  # a wall clock


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        (" 2026-12-01 ", date(2026, 12, 1)),
        (date(2026, 12, 1), date(2026, 12, 1)),
        ("today", date(2026, 1, 31)),
        ("Tomorrow", date(2026, 2, 1)),
        ("yesterday", date(2026, 1, 30)),
        ("+0d", date(2026, 1, 31)),
        ("+30d", date(2026, 3, 2)),
        ("-2w", date(2026, 1, 17)),
        ("+1m", date(2026, 2, 28)),
        ("+2 y", date(2028, 1, 31)),
    ],
)
def test_a_day(raw: Any, day: date) -> None:
    assert read_day(raw, HERE) == day
    assert read_due(raw, None, HERE) == day


@pytest.mark.parametrize(
    ("raw", "zone", "moment"),
    [
        ("2026-12-01 18:00", None, at(2026, 12, 1, 18)),
        ("2026-07-01T9:05", None, at(2026, 7, 1, 9, 5)),
        ("2026-12-01 18:00", "Asia/Tokyo", at(2026, 12, 1, 18, zone="Asia/Tokyo", own="Asia/Tokyo")),
        ("2026-12-01 18:00 Asia/Tokyo", None, at(2026, 12, 1, 18, zone="Asia/Tokyo", own="Asia/Tokyo")),
        ("2026-12-01T18:00:30.5Z", None, Moment(datetime(2026, 12, 1, 18, 0, 30, 500000, UTC))),
        ("2026-12-01T18:00+0100", None, at(2026, 12, 1, 18)),
        ("2026-12-01T18:00:00+01:00", "Asia/Tokyo", at(2026, 12, 1, 18, own="Asia/Tokyo")),
        ("+3d 18:00", None, at(2026, 2, 3, 18)),
        ("tomorrow 7:00", None, at(2026, 2, 1, 7)),
        (datetime(2026, 12, 1, 18), None, at(2026, 12, 1, 18)),  # noqa: DTZ001  # as it is read: without a zone
        (datetime(2026, 12, 1, 18, tzinfo=UTC), None, Moment(datetime(2026, 12, 1, 18, tzinfo=UTC))),
    ],
)  # fmt: skip
def test_a_moment(raw: Any, zone: str | None, moment: Moment) -> None:
    assert read_moment(raw, zone, HERE) == moment
    assert read_due(raw, zone, HERE) == moment


@pytest.mark.parametrize(
    "raw",
    [
        "1 Dec 2026",
        "01.12.2026",
        "12/01/2026",
        "2026-02-30",
        "2026-13-01",
        "10000-01-01",
        "0001-01-01",
        "9999-12-31",
        "+9999y",
        "+12345d",
        "30d",
        "",
        "someday",
        "2026-W05-1",
        "20261201",
        "٢٠٢٦-12-01",
        2026,
        True,
        ["2026-12-01"],
        {"day": 1},
        date(1, 1, 1),
    ],
)
def test_what_is_no_day_gets_a_sentence_that_says_how_to_write_one(raw: Any) -> None:
    with pytest.raises(Unreadable, match="write it as 2026-12-01"):
        read_day(raw, HERE)
    with pytest.raises(Unreadable, match="write it as 2026-12-01"):
        read_due(raw, None, HERE)


@pytest.mark.parametrize(
    ("raw", "zone", "says"),
    [
        ("2026-12-01 25:00", None, "has a time that is none"),
        ("2026-12-01 18:00+99:00", None, "has a time that is none"),
        ("2026-12-01 18:00", "Mars/Olympus", "'Mars/Olympus' is no time zone"),
        ("2026-12-01 18:00", "../etc/passwd", "is no time zone"),
        ("2026-12-01 18:00", "Europe", "is no time zone"),
        ("2026-12-01 18:00", ["x"], "is no time zone"),
        ("2026-12-01 18:00 Nowhere", None, "is no time zone"),
        ("2026-12-01", None, "has no time"),
        (date(2026, 12, 1), None, "no moment"),
        ("at six", None, "no moment"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))), None, "too far away"),
    ],
)
def test_what_is_no_moment_gets_a_sentence(raw: Any, zone: Any, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read_moment(raw, zone, HERE)


def test_a_time_where_only_a_day_can_stand_is_told() -> None:
    with pytest.raises(Unreadable, match="only a day"):
        read_day("2026-12-01 18:00", HERE)


@pytest.mark.parametrize("raw", ["-1m", date(2025, 12, 31)])
def test_when_something_was_made_or_done_a_day_means_its_noon(raw: Any) -> None:
    assert read_instant(raw, HERE) == datetime(2025, 12, 31, 11, tzinfo=UTC)
    assert read_moment(raw, None, HERE, noon=True) == at(2025, 12, 31, 12)


@given(
    st.text() | st.from_regex(r"[+-]\d{1,4}[dwmy]|\d{4}-\d\d-\d\d \d\d:\d\d", fullmatch=True)
)
def test_any_text_is_a_due_date_or_gets_a_sentence(raw: str) -> None:
    try:
        said = str(read_due(raw, None, HERE))
    except Unreadable as why:
        said = str(why)
        ends_well = "write it as" in said or "write one such as" in said
    else:
        ends_well = True
    assert ends_well, said
