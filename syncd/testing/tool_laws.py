"""Laws of signing in, of containers, of busy time, and of learning blocks where a tool holds them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syncd.connect.contract import Busy, BusySpan, merged
from syncd.errors import HoldTool, Mistake, SignIn, SyncdError
from syncd.model.entities import Kind
from syncd.model.ids import derived_id
from syncd.model.remote import LINKS, Remote
from syncd.model.values import BlockState, Moment, Value, minutes
from syncd.testing.harness import Harness
from syncd.testing.samples import AT, ZONE, sample


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
        ids = {harness.create(kind, f"A {kind} to keep").id for kind in harness.kinds()}
        harness.restart()
        harness.start()
        assert set(harness.listing()) == ids

    def test_with_the_memory_lost_nothing_is_made_twice(self, harness: Harness) -> None:
        items = [harness.create(kind, f"A {kind} to find again") for kind in harness.kinds()]
        before = harness.containers()
        harness.restart(remembering=False)
        assert harness.connector.bind().missing == ()
        harness.connector.provision()
        assert harness.containers() == before
        listing = harness.listing()
        assert set(listing) == {item.id for item in items}
        for item in items:
            shown = listing[item.id]
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
        item = harness.create(harness.kinds()[0], "Signed in")
        assert item.id in harness.listing()

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
        item = harness.create(kind, "Signed in")
        if not harness.revoke():
            pytest.skip("this harness revokes no credentials")
        with pytest.raises(SignIn):
            harness.connector.pull(None)
        with pytest.raises(SignIn):
            harness.connector.read(kind, item.id)
        assert isinstance(harness.update(item, title="Signed out"), SignIn)


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


class BusyTimeLaws:
    """What a person has planned otherwise is told, and what cannot be read is not free."""

    def test_a_tool_that_cannot_tell_tells_nothing(self, harness: Harness) -> None:
        now = harness.clock.now()
        busy = harness.connector.busy(now, now + timedelta(days=7))
        assert harness.connector.reads_busy or busy == Busy()

    def test_what_the_person_plans_is_busy_time(self, harness: Harness) -> None:
        now = harness.clock.now().replace(minute=0, second=0, microsecond=0)
        start = now + timedelta(days=100, hours=3)
        first, last = start - HOUR, start + 3 * HOUR
        before = self._busy_between(harness, first, last)
        span = BusySpan(start, start + HOUR)
        self._planned(harness, span)
        after = self._busy_between(harness, first, last)
        assert after.spans == merged([*before.spans, span], first, last)
        assert span not in before.spans
        assert after.calendars
        assert after.unreadable == ()

    def test_spans_are_clipped_merged_and_in_order(self, harness: Harness) -> None:
        now = harness.clock.now().replace(minute=0, second=0, microsecond=0)
        day = now + timedelta(days=100)
        for first, last in ((5, 7), (-1, 1), (6, 8), (3, 4), (4, 5), (22, 30), (40, 41)):
            self._planned(harness, BusySpan(day + first * HOUR, day + last * HOUR))
        busy = self._busy_between(harness, day, day + 24 * HOUR)
        hours = [((span.start - day) / HOUR, (span.end - day) / HOUR) for span in busy.spans]
        assert hours == [(0, 1), (3, 8), (22, 24)]
        assert {span.start.tzinfo for span in busy.spans} == {UTC}

    def test_a_long_time_is_told_whole(self, harness: Harness) -> None:
        now = harness.clock.now().replace(minute=0, second=0, microsecond=0)
        days = [now + timedelta(days=offset) for offset in (100, 159, 160, 161, 219, 280)]
        first, last = days[0] - HOUR, days[-1] + HOUR
        before = self._busy_between(harness, first, last)
        spans = [BusySpan(day, day + HOUR) for day in days]
        spans.append(BusySpan(days[0] + 10 * HOUR, days[0] + timedelta(days=75)))
        for span in spans:
            self._planned(harness, span)
        busy = self._busy_between(harness, first, last)
        assert busy.spans == merged([*before.spans, *spans], first, last)
        assert len(busy.spans) > 3

    def test_a_time_without_length_is_not_busy(self, harness: Harness) -> None:
        at = harness.clock.now() + timedelta(days=100)
        self._planned(harness, BusySpan(at - HOUR, at + HOUR))
        assert self._busy_between(harness, at, at).spans == ()
        assert self._busy_between(harness, at, at - minutes(5)).spans == ()

    def test_what_syncd_wrote_is_not_busy_time(self, harness: Harness) -> None:
        items = [harness.create(kind, f"A {kind}") for kind in harness.kinds()]
        now = harness.clock.now()
        first = self._busy_between(harness, now, now + timedelta(days=300))
        for item in items:
            assert harness.delete(item) is None
        assert self._busy_between(harness, now, now + timedelta(days=300)) == first

    def test_telling_writes_nothing(self, harness: Harness) -> None:
        cursor = harness.connector.pull(None).cursor
        now = harness.clock.now()
        self._busy_between(harness, now, now + timedelta(days=14))
        pull = harness.connector.pull(cursor)
        assert (pull.gone, harness.listing()) == (frozenset(), {})

    def test_a_calendar_that_cannot_be_read_is_told_as_such(self, harness: Harness) -> None:
        now = harness.clock.now()
        before = self._busy_between(harness, now, now + timedelta(days=7))
        if not harness.close_a_calendar():
            pytest.skip("this harness closes no calendar")
        harness.start()
        after = self._busy_between(harness, now, now + timedelta(days=7))
        assert len(after.unreadable) == 1
        assert after.unreadable[0].endswith(".")
        assert (after.spans, after.calendars) == (before.spans, before.calendars)

    def test_busy_time_asks_to_sign_in_where_pull_does(self, harness: Harness) -> None:
        now = harness.clock.now()
        self._busy_between(harness, now, now + timedelta(days=7))
        if not harness.revoke():
            pytest.skip("this harness revokes no credentials")
        with pytest.raises(SignIn):
            harness.connector.busy(now, now + timedelta(days=7))

    def _busy_between(self, harness: Harness, start: datetime, end: datetime) -> Busy:
        if not harness.connector.reads_busy:
            pytest.skip("this tool does not know when its user is busy")
        return harness.connector.busy(start, end)

    def _planned(self, harness: Harness, span: BusySpan) -> None:
        if not harness.keep_busy(span.start, span.end):
            pytest.skip("this tool does not know when its user is busy")


LINK_TEXTS = {
    "two": "Notion https://www.notion.so/a-task-1\nTodoist https://app.todoist.com/app/task/2",
    "one": "Todoist https://app.todoist.com/app/task/2?a=b&c=%20#part",
    "none": "",
    "an-app-s": "syncd syncd:task/01JWQ9E4V0Z8N3A6B7C2D5F1GH",
}

_STANDS = (BlockState.PUBLISHED, BlockState.PINNED)
"""A tool may tell by itself that a block is where its person put it."""


class BlockLaws:
    """A block is where its person puts it, done when they say so, and skipped when gone."""

    def test_what_gone_means_is_not_held(self, harness: Harness) -> None:
        """Else what was deleted there would be made there again at once."""
        for kind, carried in harness.connector.capabilities.items():
            if not carried.gone:
                continue
            assert not carried.delete_archives
            assert set(carried.gone) <= carried.editable
            whole = {**sample(kind, "A title", {}), **carried.gone}
            assert not harness.connector.can_hold(kind, whole), kind
            assert not harness.connector.can_hold(kind, harness.connector.fit(kind, whole)), (
                kind
            )

    def test_a_reference_to_what_is_not_there_comes_back(self, harness: Harness) -> None:
        for kind in harness.kinds():
            for name, reference in harness.elsewhere(kind).items():
                item = harness.create(kind, f"A {kind} of {name}")
                assert item.fields[name] == reference, f"{kind}.{name}"
                other = derived_id("contract", "another", name)
                after = harness.made(harness.new_update(item, **{name: other}))
                assert after.fields == {**item.fields, name: other}, f"{kind}.{name}"
                none = harness.made(harness.new_update(after, **{name: None}))
                assert none.fields == {**item.fields, name: None}, f"{kind}.{name}"
                assert harness.listing()[item.id].fields == none.fields, f"{kind}.{name}"

    @pytest.mark.parametrize("text", LINK_TEXTS.values(), ids=LINK_TEXTS.keys())
    def test_links_come_back(self, harness: Harness, text: str) -> None:
        for kind in self._linked(harness):
            item = harness.create(kind, f"A {kind} with links", **{LINKS: text})
            assert item.fields[LINKS] == text
            for other in LINK_TEXTS.values():
                item = harness.made(harness.new_update(item, **{LINKS: other}))
                assert item.fields[LINKS] == other
                assert harness.listing()[item.id].fields == item.fields

    def test_a_block_that_is_moved_by_hand_is_there(self, harness: Harness) -> None:
        block = self._block(harness, "A block to move")
        cursor = harness.connector.pull(None).cursor
        start = Moment(AT - timedelta(minutes=45), ZONE)
        harness.person.edit(Kind.BLOCK, "A block to move", "start", start)
        moved = self._pulled(harness, cursor, block)
        assert moved.fields["start"] == start
        assert moved.fields["title"] == "A block to move"
        assert moved.fields["state"] in _STANDS

    def test_a_block_that_is_resized_by_hand_is_as_long(self, harness: Harness) -> None:
        block = self._block(harness, "A block to resize")
        cursor = harness.connector.pull(None).cursor
        end = Moment(AT + timedelta(hours=3), ZONE)
        harness.person.edit(Kind.BLOCK, "A block to resize", "end", end)
        resized = self._pulled(harness, cursor, block)
        state = resized.fields["state"]
        assert state in _STANDS
        assert resized.fields == {**block.fields, "end": end, "state": state}

    def test_a_block_that_is_ticked_by_hand_is_done(self, harness: Harness) -> None:
        block = self._block(harness, "A block to tick")
        cursor = harness.connector.pull(None).cursor
        harness.person.edit(Kind.BLOCK, "A block to tick", "state", BlockState.DONE)
        assert self._pulled(harness, cursor, block).fields == {
            **block.fields,
            "state": BlockState.DONE,
        }
        harness.person.edit(Kind.BLOCK, "A block to tick", "state", BlockState.PUBLISHED)
        assert self._pulled(harness, cursor, block).fields == block.fields

    def test_a_block_moves_and_ends_as_it_is_told(self, harness: Harness) -> None:
        block = self._block(harness, "A block that syncd moves")
        later = {
            "start": Moment(AT + timedelta(days=40), "America/New_York"),
            "end": Moment(AT + timedelta(days=40, minutes=50), "America/New_York"),
        }
        after = harness.made(harness.new_update(block, **later))
        assert after.fields == {**block.fields, **later}
        assert harness.listing()[block.id].fields == after.fields
        back = {name: block.fields[name] for name in later}
        assert harness.made(harness.new_update(after, **back)).fields == block.fields

    def test_a_block_without_a_time_is_not_held(self, harness: Harness) -> None:
        self._needed(harness)
        for name in ("start", "end"):
            bare = {**sample(Kind.BLOCK, "A block", {}), name: None}
            assert not harness.connector.can_hold(Kind.BLOCK, bare)

    def test_a_block_made_again_elsewhere_is_there(self, harness: Harness) -> None:
        write = harness.new_write(Kind.BLOCK, "A block") if self._needed(harness) else None
        assert write is not None
        removed = harness.made(write)
        assert harness.delete(removed) is None
        fields: dict[str, Value] = {**write.fields, "title": "The same block"}
        fields["start"] = Moment(AT + timedelta(days=1), ZONE)
        fields["end"] = Moment(AT + timedelta(days=1, hours=2), ZONE)
        again = harness.made(replace(write, key=harness.key(), fields=fields))
        assert again.fields == fields
        assert harness.listing()[again.id].fields == fields

    def _needed(self, harness: Harness) -> bool:
        if Kind.BLOCK not in harness.connector.capabilities:
            pytest.skip("this tool holds no learning blocks")
        return True

    def _block(self, harness: Harness, title: str) -> Remote:
        self._needed(harness)
        return harness.create(Kind.BLOCK, title)

    def _pulled(self, harness: Harness, cursor: str | None, block: Remote) -> Remote:
        return {item.id: item for item in harness.connector.pull(cursor).items}[block.id]

    def _linked(self, harness: Harness) -> list[Kind]:
        capabilities = harness.connector.capabilities
        kinds = [kind for kind in harness.kinds() if LINKS in capabilities[kind].fields]
        if not kinds:
            pytest.skip("this tool holds no links")
        return kinds
