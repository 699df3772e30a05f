"""Laws of making, changing and removing items."""

import dataclasses

import pytest

from syncd.connect.contract import Outcome
from syncd.errors import Changed, Gone, SkipItem, Unclear
from syncd.model.ids import RemoteId
from syncd.model.remote import PAGE_CONTENT, PAGE_URL, Op, Remote, Write
from syncd.testing.harness import Harness
from syncd.testing.samples import LONG_BODY


class CreatingLaws:
    """A create, told twice or answered by no one, makes one item."""

    def test_what_create_returned_pull_shows(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A new {kind}")
            shown = harness.listing()[item.id]
            assert shown.kind is kind
            assert shown.fields == item.fields
            assert (shown.mark, shown.link) == (item.mark, item.link)
            assert shown.version == item.version

    def test_an_item_is_read_alone_as_it_is_in_a_listing(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to read")
            alone = harness.connector.read(kind, item.id)
            listed = harness.listing()[item.id]
            assert (alone.fields, alone.version) == (listed.fields, listed.version)
            assert (alone.mark, alone.link, alone.url) == (listed.mark, listed.link, listed.url)

    def test_an_item_carries_what_it_is_known_by(self, harness: Harness) -> None:
        connector = harness.connector
        for kind in harness.kinds():
            write = harness.new_write(kind, f"A known {kind}")
            item = harness.made(write)
            if connector.keeps_marks:
                assert item.mark == write.entity
            if PAGE_URL in connector.capabilities[kind].fields:
                assert item.link == write.fields[PAGE_URL]
            if connector.provides_urls:
                assert item.url.startswith("http")
                assert connector.id_from_url(item.url) == item.id
            assert connector.id_from_url("https://example.org/elsewhere") is None

    def test_what_an_item_begins_with_is_given_once_and_not_read_back(
        self, harness: Harness
    ) -> None:
        capabilities = harness.connector.capabilities
        for kind in [kind for kind in harness.kinds() if capabilities[kind].write_once]:
            assert (
                capabilities[kind].write_once
                <= capabilities[kind].fields - capabilities[kind].editable
            )
            assert PAGE_CONTENT in capabilities[kind].write_once
            plain = harness.made(harness.new_write(kind, f"A {kind} of a few words"))
            write = harness.new_write(
                kind, f"A {kind} of many words", **{PAGE_CONTENT: LONG_BODY}
            )
            item = harness.made(write)
            assert not capabilities[kind].write_once & set(item.fields)
            assert item.fields == {**plain.fields, "title": item.fields["title"]}
            assert harness.listing()[item.id].fields == item.fields

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
            item = harness.connector.find(write)
            assert item is not None
            assert [item.id] == _titled(harness, write)

    def test_with_the_memory_lost_an_item_is_still_found(self, harness: Harness) -> None:
        for kind in harness.kinds():
            write = harness.new_write(kind, f"A {kind} that was forgotten")
            item = harness.made(write)
            harness.restart(remembering=False)
            harness.start()
            fresh = dataclasses.replace(write, key=harness.key())
            if harness.connector.keeps_marks or PAGE_URL in write.fields:
                found_item = harness.connector.find(fresh)
                assert found_item is not None
                assert found_item.id == item.id

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
            item = harness.create(kind, f"A {kind} to mark")
            write = harness.write_of(Op.UPDATE, item, {})
            other = harness.new_write(kind, "Not made").entity
            marked = harness.made(dataclasses.replace(write, entity=other))
            assert marked.mark == other
            assert marked.fields == item.fields
            assert harness.listing()[item.id].mark == other


def _titled(harness: Harness, write: Write) -> list[str]:
    """Return the ids of all items that look like what ``write`` made."""
    title = write.fields["title"]
    items = harness.listing().values()
    return [
        item.id for item in items if item.kind is write.kind and item.fields["title"] == title
    ]


def _found_or_made(harness: Harness, write: Write) -> str:
    """Do what follows an unclear create: look, and write again only what is not there."""
    item = harness.connector.find(write)
    return (item or harness.made(write)).id


class WritingLaws:
    """A write does what it says to the item that was seen, and nothing else."""

    def test_an_update_changes_the_field_and_no_other(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to rename")
            after = harness.update(item, title=f"A renamed {kind}")
            assert isinstance(after, Remote), after
            assert after.fields == {**item.fields, "title": f"A renamed {kind}"}
            assert (after.id, after.mark, after.link) == (item.id, item.mark, item.link)
            assert harness.listing()[item.id].fields == after.fields

    def test_writing_what_is_there_changes_nothing(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to write again")
            after = harness.update(item, **item.fields)
            assert isinstance(after, Remote), after
            assert after.fields == item.fields
            assert harness.listing()[item.id].fields == item.fields

    def test_an_answer_to_an_update_is_what_pull_shows(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to compare")
            after = harness.update(item, title=f"A compared {kind}")
            assert isinstance(after, Remote), after
            shown = harness.listing()[item.id]
            assert (shown.fields, shown.version) == (after.fields, after.version)

    def test_an_update_of_what_is_gone_is_refused(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} that goes")
            harness.person.delete(kind, f"A {kind} that goes")
            assert isinstance(harness.update(item, title="Too late"), Gone | Changed)
            with pytest.raises(Gone):
                harness.connector.read(kind, item.id)
            assert item.id not in harness.listing()

    def test_a_delete_removes_the_item(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to remove")
            kept = harness.create(kind, f"A {kind} to keep")
            assert harness.delete(item) is None
            assert item.id not in harness.listing()
            assert kept.id in harness.listing()
            with pytest.raises(Gone):
                harness.connector.read(kind, item.id)

    def test_deleting_what_is_gone_succeeds(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to remove twice")
            assert harness.delete(item) is None
            assert harness.delete(item) is None

    def test_deleting_what_the_person_deleted_succeeds(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to remove by hand")
            harness.person.delete(kind, f"A {kind} to remove by hand")
            assert harness.delete(item) is None

    def test_what_never_was_is_gone(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} of an id")
            unknown = RemoteId(_other(item.id))
            with pytest.raises(Gone):
                harness.connector.read(kind, unknown)
            never = dataclasses.replace(item, id=unknown)
            assert isinstance(harness.update(never, title="No one"), Gone)
            assert harness.delete(never) is None

    def test_a_write_that_relies_on_an_old_version_is_refused(self, harness: Harness) -> None:
        if not harness.conditional:
            pytest.skip("this service has no versions")
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} of two")
            harness.person.edit(kind, f"A {kind} of two", "title", f"The person's {kind}")
            assert isinstance(harness.update(item, title="Mine"), Changed)
            assert isinstance(harness.delete(item), Changed)
            shown = harness.listing()[item.id]
            assert shown.fields["title"] == f"The person's {kind}"
            assert shown.version != item.version
            assert isinstance(harness.update(shown, title=f"Mine then, {kind}"), Remote)

    def test_one_outcome_for_each_write_in_their_order(self, harness: Harness) -> None:
        for kind in harness.kinds():
            items = [harness.create(kind, f"{kind} {number}") for number in range(3)]
            harness.person.delete(kind, f"{kind} 1")
            writes = [
                harness.write_of(Op.UPDATE, item, {"title": f"{item.fields['title']}, again"})
                for item in items
            ]
            writes.append(harness.new_write(kind, f"{kind} 3"))
            writes.append(harness.write_of(Op.DELETE, items[0], {}))
            first, gone, third, fourth, bye = self._all(harness, writes)
            assert isinstance(first, Remote), first
            assert first.fields["title"] == f"{kind} 0, again"
            assert isinstance(gone, Gone | Changed | SkipItem), gone
            assert isinstance(third, Remote), third
            assert isinstance(fourth, Remote), fourth
            assert fourth.fields["title"] == f"{kind} 3"
            assert bye is None or isinstance(bye, Changed), bye

    def test_as_many_writes_as_a_batch_holds(self, harness: Harness) -> None:
        kind = harness.kinds()[0]
        count = harness.connector.batch_size
        writes = [harness.new_write(kind, f"One of many, {number}") for number in range(count)]
        outcomes = harness.connector.write(writes)
        titles = [
            outcome.fields["title"] for outcome in outcomes if isinstance(outcome, Remote)
        ]
        assert titles == [write.fields["title"] for write in writes]

    def test_what_the_person_keeps_aside_survives_a_write(self, harness: Harness) -> None:
        tried = 0
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} with more")
            if not harness.keep_aside(kind, f"A {kind} with more"):
                continue
            tried += 1
            whole = {**item.fields, "title": f"A {kind} with more, renamed"}
            now = harness.connector.read(kind, item.id)
            assert isinstance(harness.update(now, **whole), Remote)
            assert harness.kept_aside(kind, f"A {kind} with more, renamed")
        if not tried:
            pytest.skip("this harness puts nothing aside")

    def _all(self, harness: Harness, writes: list[Write]) -> list[Outcome]:
        size = harness.connector.batch_size
        outcomes: list[Outcome] = []
        for start in range(0, len(writes), size):
            outcomes += harness.connector.write(writes[start : start + size])
        return outcomes


def _other(remote: str) -> str:
    """Return an id of the same shape that no item has."""
    return remote[:-4] + ("0b0b" if remote[-4:] != "0b0b" else "b0b0")
