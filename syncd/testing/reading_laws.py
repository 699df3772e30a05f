"""Laws of reading: everything, what changed, and never less."""

from collections.abc import Callable, Mapping

import pytest

from syncd.errors import Gone, StartOver, SyncdError, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Pull
from syncd.model.schema import Fields
from syncd.model.values import Moment, Value
from syncd.testing.harness import Harness
from syncd.testing.samples import AT, DAY, ZONE

NONSENSE = ("nonsense", "{}", "[]", "null", '{"a": 1}', "9" * 400, "\u2028", " ", "a:b:c")

Held = dict[RemoteId, Fields]
"""What a reader thinks that the tool holds."""


class ReadingLaws:
    """A pull brings all, or all that changed, or raises."""

    def test_an_empty_tool_is_read_as_empty(self, harness: Harness) -> None:
        pull = harness.connector.pull(None)
        assert (pull.items, pull.gone, pull.problems) == ((), frozenset(), ())

    @pytest.mark.parametrize("count", [100, 101, 250])
    def test_a_listing_over_the_page_size_is_whole(self, harness: Harness, count: int) -> None:
        kind = harness.kinds()[-1]
        before = harness.connector.pull(None).cursor
        ids = _made(harness, kind, count)
        assert set(harness.listing()) == ids
        assert {item.id for item in harness.connector.pull(before).items} >= ids

    def test_a_page_that_fails_raises(self, harness: Harness) -> None:
        kind = harness.kinds()[-1]
        ids = _made(harness, kind, 101)
        before = harness.requests()
        harness.connector.pull(None)
        for served in range(harness.requests() - before):
            harness.break_after(served)
            with pytest.raises(TryLater):
                harness.connector.pull(None)
            harness.heal()
        assert set(harness.listing()) == ids

    def test_two_full_reads_agree(self, harness: Harness) -> None:
        for kind in harness.kinds():
            harness.create(kind, f"A {kind} to read twice")
        first, second = harness.connector.pull(None), harness.connector.pull(None)
        assert _held(harness, {}, first) == _held(harness, {}, second)
        assert first.whole == second.whole

    def test_a_full_read_says_what_it_is_whole_for(self, harness: Harness) -> None:
        pull = harness.connector.pull(None)
        assert pull.whole == set(harness.connector.capabilities)
        assert pull.cursor is not None

    def test_nothing_changed_is_nothing_new(self, harness: Harness) -> None:
        for kind in harness.kinds():
            harness.create(kind, f"A {kind} at rest")
        pull = harness.connector.pull(None)
        state = _held(harness, {}, pull)
        for _ in range(3):
            pull = harness.connector.pull(pull.cursor)
            assert not pull.gone
            assert _held(harness, state, pull) == state

    def test_what_was_edited_since_is_told_where_items_have_no_versions(
        self, harness: Harness
    ) -> None:
        """A connector that can't be asked says so, and is then asked for each item."""
        ask = getattr(harness.connector, "edited", lambda *_: None)
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} that is edited")
            harness.create(kind, f"A {kind} at rest")
            harness.clock.advance(minutes=30)
            since = harness.clock.now()
            items = ask(kind, since)
            if items is None:
                continue
            assert item.id not in {entry.id for entry in items}
            harness.person.edit(kind, f"A {kind} that is edited", "title", "By hand")
            edited = {entry.id: entry for entry in ask(kind, since) or ()}[item.id]
            assert edited == harness.connector.read(kind, item.id)

    def test_at_rest_a_pull_costs_one_request_a_container(self, harness: Harness) -> None:
        for kind in harness.kinds():
            harness.create(kind, f"A {kind} at rest")
        cursor = harness.connector.pull(None).cursor
        cursor = harness.connector.pull(cursor).cursor
        before = harness.requests()
        harness.connector.bind()
        harness.connector.pull(cursor)
        assert harness.requests() - before <= len(harness.connector.capabilities)

    def test_every_cursor_leads_to_the_present(self, harness: Harness) -> None:
        steps: list[Callable[[Kind], None]] = [
            lambda kind: _add(harness, kind, f"{kind} by hand"),
            lambda kind: _ignore(harness.create(kind, f"{kind} by syncd")),
            lambda kind: harness.person.edit(kind, f"{kind} by syncd", "title", f"{kind} new"),
            lambda kind: harness.person.delete(kind, f"{kind} by hand"),
            lambda kind: _ignore(harness.create(kind, f"{kind} the last")),
        ]
        pull = harness.connector.pull(None)
        past = [(pull.cursor, _held(harness, {}, pull))]
        for step in steps:
            for kind in _added_by_hand(harness):
                step(kind)
            cursor, state = past[-1]
            pull = harness.connector.pull(cursor)
            past.append((pull.cursor, _held(harness, state, pull)))
        present = {item.id: item.fields for item in harness.listing().values()}
        for cursor, state in past:
            assert _held(harness, state, harness.connector.pull(cursor)) == present

    def test_a_cursor_outlives_the_connector(self, harness: Harness) -> None:
        kind = harness.kinds()[-1]
        cursor = harness.connector.pull(None).cursor
        new_item = harness.create(kind, "Made before the restart")
        harness.restart()
        harness.start()
        assert new_item.id in {item.id for item in harness.connector.pull(cursor).items}

    @pytest.mark.parametrize("cursor", NONSENSE)
    def test_a_nonsense_cursor_starts_over(self, harness: Harness, cursor: str) -> None:
        item = harness.create(harness.kinds()[-1], "Still there")
        _starts_over_or_is_whole(harness, cursor, item.id)

    def test_a_cursor_of_another_time_starts_over(self, harness: Harness) -> None:
        item = harness.create(harness.kinds()[-1], "Still there")
        cursor = harness.connector.pull(None).cursor
        if not harness.expire_cursors():
            pytest.skip("cursors of this service do not expire")
        with pytest.raises(StartOver):
            harness.connector.pull(cursor)
        assert item.id in harness.listing()

    def test_an_edit_by_hand_is_seen_with_its_time(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to edit")
            cursor = harness.connector.pull(None).cursor
            harness.clock.advance(minutes=10)
            harness.person.edit(kind, f"A {kind} to edit", "title", f"A {kind} edited")
            edited = {entry.id: entry for entry in harness.connector.pull(cursor).items}[
                item.id
            ]
            assert edited.fields == {**item.fields, "title": f"A {kind} edited"}
            assert edited.mark == item.mark
            if edited.edited_at is not None:
                age = harness.clock.now() - edited.edited_at
                assert abs(age) <= harness.connector.edit_resolution * 2, kind

    def test_an_edit_at_once_after_a_pull_is_seen(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind}, first")
            cursor = harness.connector.pull(None).cursor
            harness.person.edit(kind, f"A {kind}, first", "title", f"A {kind}, second")
            pull = harness.connector.pull(cursor)
            assert _title(pull, item.id) == f"A {kind}, second"
            harness.person.edit(kind, f"A {kind}, second", "title", f"A {kind}, third")
            assert _title(harness.connector.pull(pull.cursor), item.id) == f"A {kind}, third"

    def test_what_is_added_by_hand_is_pulled(self, harness: Harness) -> None:
        for kind in _added_by_hand(harness):
            pull = harness.connector.pull(None)
            _add(harness, kind, f"A {kind} of the person")
            items = harness.connector.pull(pull.cursor).items
            (new,) = [
                item for item in items if item.fields.get("title") == f"A {kind} of the person"
            ]
            assert new.kind is kind
            assert new.mark is None
            fallen = harness.connector.capabilities[kind].fallen(new.fields, {})
            assert set(new.fields) | fallen == harness.lasting(kind)
            assert harness.connector.read(kind, new.id).fields == new.fields

    def test_what_is_deleted_by_hand_is_gone_or_can_be_found_out(
        self, harness: Harness
    ) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to delete")
            cursor = harness.connector.pull(None).cursor
            harness.person.delete(kind, f"A {kind} to delete")
            pull = harness.connector.pull(cursor)
            assert item.id not in {entry.id for entry in pull.items}
            assert item.id in pull.gone or kind in pull.whole
            with pytest.raises(Gone):
                harness.connector.read(kind, item.id)

    def test_what_is_done_by_hand_is_done_and_not_gone(self, harness: Harness) -> None:
        for kind in _with_done(harness):
            item = harness.create(kind, f"A {kind} to do", done=False)
            cursor = harness.connector.pull(None).cursor
            harness.person.edit(kind, f"A {kind} to do", "done", value=True)
            pull = harness.connector.pull(cursor)
            assert item.id not in pull.gone
            assert {entry.id: entry.fields["done"] for entry in pull.items}[item.id] is True
            assert harness.connector.read(kind, item.id).fields["done"] is True

    def test_what_was_done_is_open_again(self, harness: Harness) -> None:
        for kind in _with_done(harness):
            item = harness.create(kind, f"A {kind} to undo", done=False)
            done = harness.made(harness.new_update(item, done=True))
            assert done.fields["done"] is True
            assert harness.connector.read(kind, item.id).fields["done"] is True
            again = harness.made(harness.new_update(done, done=False))
            assert again.fields == item.fields
            assert harness.listing()[item.id].fields == item.fields


def _held(harness: Harness, state: Mapping[RemoteId, Fields], pull: Pull) -> Held:
    """Return what a reader that held ``state`` holds after ``pull``, asking for the absent."""
    brought = {item.id: item.fields for item in pull.items}
    if pull.whole >= set(harness.connector.capabilities):
        return brought
    kept = {remote: fields for remote, fields in state.items() if remote not in pull.gone}
    return kept | brought


def _made(harness: Harness, kind: Kind, count: int) -> set[RemoteId]:
    writes = [harness.new_write(kind, f"Item {number:03}") for number in range(count)]
    size = harness.connector.batch_size
    for start in range(0, count, size):
        harness.connector.write(writes[start : start + size])
    ids = {item.id for item in harness.connector.pull(None).items}
    assert len(ids) == count
    return ids


def _added_by_hand(harness: Harness) -> list[Kind]:
    return [kind for kind in harness.kinds() if harness.connector.capabilities[kind].imports]


def _add(harness: Harness, kind: Kind, title: str) -> None:
    """Add an item by hand, with a day or a time where the tool cannot hold it without."""
    fields: dict[str, Value] = {}
    if not harness.connector.can_hold(kind, {"title": title}):
        fields = {"start": Moment(AT, ZONE), "end": Moment(AT.replace(hour=18), ZONE)}
        fields = fields if kind is Kind.BLOCK else {"due": DAY}
    harness.person.add(kind, title, **fields)


def _with_done(harness: Harness) -> list[Kind]:
    capabilities = harness.connector.capabilities
    return [kind for kind in harness.kinds() if "done" in capabilities[kind].editable]


def _title(pull: Pull, remote: RemoteId) -> Value:
    return {item.id: item.fields["title"] for item in pull.items}[remote]


def _starts_over_or_is_whole(harness: Harness, cursor: str, there: RemoteId) -> None:
    try:
        pull = harness.connector.pull(cursor)
    except StartOver:
        return
    except SyncdError as error:
        pytest.fail(f"a cursor that is none met {error!r}")
    assert pull.whole == set(harness.connector.capabilities)
    assert there in {item.id for item in pull.items}


def _ignore(_: object) -> None:
    """Turn a call that returns something into a step."""
