"""The clock of the demonstration: days early, and only ever forward."""

from datetime import UTC, datetime, timedelta

from syncd.clock import SystemClock
from syncd.demo.week import DemoClock

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Watch(SystemClock):
    """Tells the time that it was set to."""

    at = NOW

    def now(self) -> datetime:
        return self.at


def test_it_begins_in_the_past_and_time_passes_there() -> None:
    watch = Watch()
    clock = DemoClock(watch)
    clock.start(NOW - 5 * DAY)
    watch.at += timedelta(minutes=3)
    assert clock.now() == NOW - 5 * DAY + timedelta(minutes=3)


def test_it_goes_forward_and_never_back() -> None:
    clock = DemoClock(Watch())
    clock.start(NOW - 5 * DAY)
    clock.go_to(NOW - 3 * DAY)
    assert clock.now() == NOW - 3 * DAY
    clock.go_to(NOW - 4 * DAY)
    assert clock.now() == NOW - 3 * DAY


def test_it_never_passes_the_present() -> None:
    clock = DemoClock(Watch())
    clock.start(NOW + DAY)
    assert clock.now() == NOW
    clock.start(NOW - DAY)
    clock.go_to(NOW + DAY)
    assert clock.now() == NOW


def test_at_home_it_is_the_present() -> None:
    clock = DemoClock(Watch())
    clock.start(NOW - DAY)
    clock.go_home()
    assert clock.now() == NOW


def test_who_is_asked_to_stop_is_woken() -> None:
    watch = Watch()
    watch.stop.set()
    assert DemoClock(watch).sleep(60)
