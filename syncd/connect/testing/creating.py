"""Laws of making items: never twice."""

import dataclasses

from syncd.connect.testing.harness import Harness
from syncd.connect.testing.samples import LONG_BODY
from syncd.errors import Unclear
from syncd.model.remote import BODY, LINK, Op, Remote, Write


class CreatingLaws:
    """A create, told twice or answered by no one, makes one item."""

    def test_what_create_returned_pull_shows(self, harness: Harness) -> None:
        for kind in harness.kinds():
            made = harness.create(kind, f"A new {kind}")
            shown = harness.listing()[made.id]
            assert shown.kind is kind
            assert shown.fields == made.fields
            assert (shown.mark, shown.link) == (made.mark, made.link)
            assert shown.version == made.version

    def test_an_item_is_read_alone_as_it_is_in_a_listing(self, harness: Harness) -> None:
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} to read")
            alone = harness.connector.read(kind, made.id)
            listed = harness.listing()[made.id]
            assert (alone.fields, alone.version) == (listed.fields, listed.version)
            assert (alone.mark, alone.link, alone.url) == (listed.mark, listed.link, listed.url)

    def test_an_item_carries_what_it_is_known_by(self, harness: Harness) -> None:
        connector = harness.connector
        for kind in harness.kinds():
            write = harness.new_write(kind, f"A known {kind}")
            made = harness.made(write)
            if connector.keeps_marks:
                assert made.mark == write.entity
            if LINK in connector.carries[kind].fields:
                assert made.link == write.fields[LINK]
            if connector.gives_address:
                assert made.url.startswith("http")
                assert connector.addressed(made.url) == made.id
            assert connector.addressed("https://example.org/elsewhere") is None

    def test_what_an_item_begins_with_is_given_once_and_not_read_back(
        self, harness: Harness
    ) -> None:
        carries = harness.connector.carries
        for kind in [it for it in harness.kinds() if carries[it].once]:
            assert carries[kind].once <= carries[kind].fields - carries[kind].editable
            assert BODY in carries[kind].once
            plain = harness.made(harness.new_write(kind, f"A {kind} of a few words"))
            write = harness.new_write(kind, f"A {kind} of many words", **{BODY: LONG_BODY})
            made = harness.made(write)
            assert not carries[kind].once & set(made.fields)
            assert made.fields == {**plain.fields, "title": made.fields["title"]}
            assert harness.listing()[made.id].fields == made.fields

    def test_creating_twice_with_one_key_makes_one_item(self, harness: Harness) -> None:
        for kind in harness.kinds():
            write = harness.new_write(kind, f"Only one {kind}")
            first, second = harness.made(write), harness.made(write)
            assert second.id == first.id
            assert _titled(harness, write) == [first.id]

    def test_two_items_of_one_title_are_two(self, harness: Harness) -> None:
        for kind in harness.kinds():
            first = harness.create(kind, f"The same {kind}")
            second = harness.create(kind, f"The same {kind}")
            assert first.id != second.id
            assert {first.id, second.id} <= set(harness.listing())

    def test_what_was_never_made_is_not_found(self, harness: Harness) -> None:
        for kind in harness.kinds():
            harness.create(kind, f"A {kind} that is there")
            write = harness.new_write(kind, f"A {kind} that is not")
            assert harness.connector.find(write) is None

    def test_a_lost_reply_to_a_create_makes_no_second_item(self, harness: Harness) -> None:
        for kind in harness.kinds():
            write = harness.new_write(kind, f"A {kind} without a reply")
            harness.lose_reply()
            outcome = harness.do(write)
            harness.heal()
            assert isinstance(outcome, Remote | Unclear)
            assert _found_or_made(harness, write) == _titled(harness, write)[0]
            assert len(_titled(harness, write)) == 1

    def test_what_a_killed_run_made_is_found_by_the_next(self, harness: Harness) -> None:
        for kind in harness.kinds():
            write = harness.new_write(kind, f"A {kind} of a killed run")
            harness.lose_reply()
            harness.do(write)
            harness.heal()
            harness.restart()
            found = harness.connector.find(write)
            assert found is not None
            assert [found.id] == _titled(harness, write)

    def test_with_the_memory_lost_an_item_is_still_found(self, harness: Harness) -> None:
        for kind in harness.kinds():
            write = harness.new_write(kind, f"A {kind} that was forgotten")
            made = harness.made(write)
            harness.restart(remembering=False)
            harness.start()
            fresh = dataclasses.replace(write, key=harness.key())
            if harness.connector.keeps_marks or LINK in write.fields:
                found = harness.connector.find(fresh)
                assert found is not None
                assert found.id == made.id

    def test_a_removed_item_can_be_made_again(self, harness: Harness) -> None:
        for kind in harness.kinds():
            write = harness.new_write(kind, f"A {kind} made again")
            removed = harness.made(write)
            assert harness.delete(removed) is None
            old = harness.write_of(Op.DELETE, removed, {}).seen
            again = harness.made(dataclasses.replace(write, key=harness.key(), seen=old))
            assert again.fields == write.fields
            assert _titled(harness, write) == [again.id]

    def test_an_item_added_by_hand_gets_a_mark_with_an_update(self, harness: Harness) -> None:
        if not harness.connector.keeps_marks:
            return
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} to mark")
            write = harness.write_of(Op.UPDATE, made, {})
            other = harness.new_write(kind, "Not made").entity
            marked = harness.made(dataclasses.replace(write, entity=other))
            assert marked.mark == other
            assert marked.fields == made.fields
            assert harness.listing()[made.id].mark == other


def _titled(harness: Harness, write: Write) -> list[str]:
    """Return the ids of all items that look like what ``write`` made."""
    title = write.fields["title"]
    items = harness.listing().values()
    return [it.id for it in items if it.kind is write.kind and it.fields["title"] == title]


def _found_or_made(harness: Harness, write: Write) -> str:
    """Do what follows an unclear create: look, and write again only what is not there."""
    found = harness.connector.find(write)
    return (found or harness.made(write)).id
