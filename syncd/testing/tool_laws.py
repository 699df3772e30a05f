"""Laws of signing in, of the containers that hold the items, and of busy time."""

from datetime import UTC, datetime, timedelta

import pytest

from syncd.connect.busy import Busy, BusySpan, merged
from syncd.errors import HoldTool, Mistake, SignIn, SyncdError
from syncd.model.values import minutes
from syncd.testing.harness import Harness


class BindingLaws:
    """Containers are made once and found again; credentials are good, bad or expired."""

    def test_what_is_missing_is_named_and_then_made(self, fresh: Harness) -> None:
        assert fresh.connector.bind().missing
        fresh.connector.provision()
        assert fresh.connector.bind().missing == ()
        assert fresh.connector.bind().problems == ()

    def test_finding_containers_makes_none(self, fresh: Harness) -> None:
        first = fresh.connector.bind()
        assert fresh.restart().bind() == first
        assert fresh.containers() in (None, [])

    def test_making_containers_twice_makes_them_once(self, harness: Harness) -> None:
        before = harness.containers()
        harness.connector.provision()
        harness.restart()
        harness.start()
        assert harness.connector.bind().missing == ()
        assert harness.containers() == before

    def test_a_restart_finds_everything(self, harness: Harness) -> None:
        made = {harness.create(kind, f"A {kind} to keep").id for kind in harness.kinds()}
        harness.restart()
        harness.start()
        assert set(harness.listing()) == made

    def test_with_the_memory_lost_nothing_is_made_twice(self, harness: Harness) -> None:
        made = [harness.create(kind, f"A {kind} to find again") for kind in harness.kinds()]
        before = harness.containers()
        harness.restart(remembering=False)
        assert harness.connector.bind().missing == ()
        harness.connector.provision()
        assert harness.containers() == before
        found = harness.listing()
        assert set(found) == {item.id for item in made}
        for item in made:
            shown = found[item.id]
            assert (shown.fields, shown.mark, shown.link) == (item.fields, item.mark, item.link)

    def test_a_provision_that_was_broken_off_is_finished_by_the_next(
        self, fresh: Harness
    ) -> None:
        for served in range(40):
            fresh.break_after(served)
            broken = _provision(fresh)
            fresh.heal()
            fresh.restart()
            if not broken:
                break
        fresh.start()
        assert fresh.connector.bind().missing == ()
        names = fresh.containers() or []
        assert len(names) == len(set(names))
        assert fresh.connector.pull(None).items == ()

    def test_a_provision_whose_reply_was_lost_makes_nothing_twice(self, fresh: Harness) -> None:
        fresh.connector.bind()
        fresh.lose_reply()
        broken = _provision(fresh)
        fresh.heal()
        fresh.restart(remembering=not broken)
        fresh.start()
        names = fresh.containers() or []
        assert len(names) == len(set(names))
        assert fresh.connector.pull(None).items == ()

    def test_a_container_that_is_gone_holds_the_tool(self, harness: Harness) -> None:
        cursor = harness.connector.pull(None).cursor
        if not harness.lose_container():
            pytest.skip("this harness loses no container")
        with pytest.raises(HoldTool):
            harness.connector.pull(cursor)
        with pytest.raises(HoldTool):
            harness.connector.pull(None)

    def test_after_a_restart_a_lost_container_is_not_made_anew(self, harness: Harness) -> None:
        if not harness.lose_container():
            pytest.skip("this harness loses no container")
        before = harness.containers()
        harness.restart()
        with pytest.raises(HoldTool):
            _use(harness)
        assert harness.containers() == before

    def test_good_credentials_read_and_write(self, harness: Harness) -> None:
        made = harness.create(harness.kinds()[0], "Signed in")
        assert made.id in harness.listing()

    def test_missing_credentials_are_a_mistake_in_the_settings(self, harness: Harness) -> None:
        try:
            built = harness.unsigned()
        except Mistake:
            return
        if built is not None:
            pytest.fail("a connector was built without credentials")
        pytest.skip("this tool needs no credentials")

    def test_wrong_credentials_ask_to_sign_in(self, harness: Harness) -> None:
        if not harness.wrong_credentials():
            pytest.skip("this service takes every credential")
        with pytest.raises(SignIn):
            _use(harness)
        with pytest.raises(SignIn):
            harness.connector.pull(None)

    def test_revoked_credentials_ask_to_sign_in(self, harness: Harness) -> None:
        kind = harness.kinds()[0]
        made = harness.create(kind, "Signed in")
        if not harness.revoke():
            pytest.skip("this harness revokes no credentials")
        with pytest.raises(SignIn):
            harness.connector.pull(None)
        with pytest.raises(SignIn):
            harness.connector.read(kind, made.id)
        assert isinstance(harness.update(made, title="Signed out"), SignIn)


def _provision(harness: Harness) -> bool:
    """Try to find and make the containers; say whether that was broken off."""
    try:
        harness.start()
    except SyncdError:
        return True
    return False


def _use(harness: Harness) -> None:
    harness.start()
    harness.connector.pull(None)


HOUR = timedelta(hours=1)


class TellingLaws:
    """What a person has planned otherwise is told, and what cannot be read is not free."""

    def test_a_tool_that_cannot_tell_tells_nothing(self, harness: Harness) -> None:
        now = harness.clock.now()
        told = harness.connector.busy(now, now + timedelta(days=7))
        assert harness.connector.reads_busy or told == Busy()

    def test_what_the_person_plans_is_busy_time(self, harness: Harness) -> None:
        now = harness.clock.now().replace(minute=0, second=0, microsecond=0)
        start = now + timedelta(days=100, hours=3)
        first, last = start - HOUR, start + 3 * HOUR
        before = self._told(harness, first, last)
        span = BusySpan(start, start + HOUR)
        self._planned(harness, span)
        after = self._told(harness, first, last)
        assert after.spans == merged([*before.spans, span], first, last)
        assert span not in before.spans
        assert after.calendars
        assert after.unreadable == ()

    def test_spans_are_clipped_merged_and_in_order(self, harness: Harness) -> None:
        now = harness.clock.now().replace(minute=0, second=0, microsecond=0)
        day = now + timedelta(days=100)
        for first, last in ((5, 7), (-1, 1), (6, 8), (3, 4), (4, 5), (22, 30), (40, 41)):
            self._planned(harness, BusySpan(day + first * HOUR, day + last * HOUR))
        told = self._told(harness, day, day + 24 * HOUR)
        hours = [((it.start - day) / HOUR, (it.end - day) / HOUR) for it in told.spans]
        assert hours == [(0, 1), (3, 8), (22, 24)]
        assert {it.start.tzinfo for it in told.spans} == {UTC}

    def test_a_long_time_is_told_whole(self, harness: Harness) -> None:
        now = harness.clock.now().replace(minute=0, second=0, microsecond=0)
        days = [now + timedelta(days=it) for it in (100, 159, 160, 161, 219, 280)]
        first, last = days[0] - HOUR, days[-1] + HOUR
        before = self._told(harness, first, last)
        spans = [BusySpan(day, day + HOUR) for day in days]
        spans.append(BusySpan(days[0] + 10 * HOUR, days[0] + timedelta(days=75)))
        for span in spans:
            self._planned(harness, span)
        told = self._told(harness, first, last)
        assert told.spans == merged([*before.spans, *spans], first, last)
        assert len(told.spans) > 3

    def test_a_time_without_length_is_not_busy(self, harness: Harness) -> None:
        at = harness.clock.now() + timedelta(days=100)
        self._planned(harness, BusySpan(at - HOUR, at + HOUR))
        assert self._told(harness, at, at).spans == ()
        assert self._told(harness, at, at - minutes(5)).spans == ()

    def test_what_syncd_wrote_is_not_busy_time(self, harness: Harness) -> None:
        items = [harness.create(kind, f"A {kind}") for kind in harness.kinds()]
        now = harness.clock.now()
        first = self._told(harness, now, now + timedelta(days=300))
        for item in items:
            assert harness.delete(item) is None
        assert self._told(harness, now, now + timedelta(days=300)) == first

    def test_telling_writes_nothing(self, harness: Harness) -> None:
        cursor = harness.connector.pull(None).cursor
        now = harness.clock.now()
        self._told(harness, now, now + timedelta(days=14))
        pull = harness.connector.pull(cursor)
        assert (pull.gone, harness.listing()) == (frozenset(), {})

    def test_a_calendar_that_cannot_be_read_is_told_as_such(self, harness: Harness) -> None:
        now = harness.clock.now()
        before = self._told(harness, now, now + timedelta(days=7))
        if not harness.close_a_calendar():
            pytest.skip("this harness closes no calendar")
        harness.start()
        after = self._told(harness, now, now + timedelta(days=7))
        assert len(after.unreadable) == 1
        assert after.unreadable[0].endswith(".")
        assert (after.spans, after.calendars) == (before.spans, before.calendars)

    def test_busy_time_asks_to_sign_in_where_pull_does(self, harness: Harness) -> None:
        now = harness.clock.now()
        self._told(harness, now, now + timedelta(days=7))
        if not harness.revoke():
            pytest.skip("this harness revokes no credentials")
        with pytest.raises(SignIn):
            harness.connector.busy(now, now + timedelta(days=7))

    def _told(self, harness: Harness, start: datetime, end: datetime) -> Busy:
        if not harness.connector.reads_busy:
            pytest.skip("this tool does not know when its user is busy")
        return harness.connector.busy(start, end)

    def _planned(self, harness: Harness, span: BusySpan) -> None:
        if not harness.keep_busy(span.start, span.end):
            pytest.skip("this tool does not know when its user is busy")
