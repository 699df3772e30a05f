"""Laws of learning blocks, for the tools that hold them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.model.entities import Kind
from syncd.model.ids import derived_id
from syncd.model.remote import LINKS, Remote
from syncd.model.values import BlockState, Moment, Value
from syncd.testing.harness import Harness
from syncd.testing.samples import AT, ZONE, sample

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
        for kind, carried in harness.connector.carries.items():
            if not carried.gone:
                continue
            assert not carried.archives
            assert set(carried.gone) <= carried.editable
            whole = {**sample(kind, "A title", {}), **carried.gone}
            assert not harness.connector.holds(kind, whole), kind
            assert not harness.connector.holds(kind, harness.connector.fit(kind, whole)), kind

    def test_a_reference_to_what_is_not_there_comes_back(self, harness: Harness) -> None:
        for kind in harness.kinds():
            for name, reference in harness.elsewhere(kind).items():
                made = harness.create(kind, f"A {kind} of {name}")
                assert made.fields[name] == reference, f"{kind}.{name}"
                other = derived_id("contract", "another", name)
                after = harness.made(harness.new_update(made, **{name: other}))
                assert after.fields == {**made.fields, name: other}, f"{kind}.{name}"
                none = harness.made(harness.new_update(after, **{name: None}))
                assert none.fields == {**made.fields, name: None}, f"{kind}.{name}"
                assert harness.listing()[made.id].fields == none.fields, f"{kind}.{name}"

    @pytest.mark.parametrize("text", LINK_TEXTS.values(), ids=LINK_TEXTS.keys())
    def test_links_come_back(self, harness: Harness, text: str) -> None:
        for kind in self._linked(harness):
            made = harness.create(kind, f"A {kind} with links", **{LINKS: text})
            assert made.fields[LINKS] == text
            for other in LINK_TEXTS.values():
                made = harness.made(harness.new_update(made, **{LINKS: other}))
                assert made.fields[LINKS] == other
                assert harness.listing()[made.id].fields == made.fields

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
            assert not harness.connector.holds(Kind.BLOCK, bare)

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
        if Kind.BLOCK not in harness.connector.carries:
            pytest.skip("this tool holds no learning blocks")
        return True

    def _block(self, harness: Harness, title: str) -> Remote:
        self._needed(harness)
        return harness.create(Kind.BLOCK, title)

    def _pulled(self, harness: Harness, cursor: str | None, block: Remote) -> Remote:
        return {it.id: it for it in harness.connector.pull(cursor).items}[block.id]

    def _linked(self, harness: Harness) -> list[Kind]:
        carries = harness.connector.carries
        found = [kind for kind in harness.kinds() if LINKS in carries[kind].fields]
        if not found:
            pytest.skip("this tool holds no links")
        return found
