"""Laws of changing and removing items."""

import dataclasses

import pytest

from syncd.connect.contract import Outcome
from syncd.connect.testing.harness import Harness
from syncd.errors import Changed, Gone, SkipItem
from syncd.model.ids import RemoteId
from syncd.model.remote import Op, Remote, Write


class WritingLaws:
    """A write does what it says to the item that was seen, and nothing else."""

    def test_an_update_changes_the_field_and_no_other(self, harness: Harness) -> None:
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} to rename")
            after = harness.update(made, title=f"A renamed {kind}")
            assert isinstance(after, Remote), after
            assert after.fields == {**made.fields, "title": f"A renamed {kind}"}
            assert (after.id, after.mark, after.link) == (made.id, made.mark, made.link)
            assert harness.listing()[made.id].fields == after.fields

    def test_writing_what_is_there_changes_nothing(self, harness: Harness) -> None:
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} to write again")
            after = harness.update(made, **made.fields)
            assert isinstance(after, Remote), after
            assert after.fields == made.fields
            assert harness.listing()[made.id].fields == made.fields

    def test_an_answer_to_an_update_is_what_pull_shows(self, harness: Harness) -> None:
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} to compare")
            after = harness.update(made, title=f"A compared {kind}")
            assert isinstance(after, Remote), after
            shown = harness.listing()[made.id]
            assert (shown.fields, shown.version) == (after.fields, after.version)

    def test_an_update_of_what_is_gone_is_refused(self, harness: Harness) -> None:
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} that goes")
            harness.person.delete(kind, f"A {kind} that goes")
            assert isinstance(harness.update(made, title="Too late"), Gone | Changed)
            with pytest.raises(Gone):
                harness.connector.read(kind, made.id)
            assert made.id not in harness.listing()

    def test_a_delete_removes_the_item(self, harness: Harness) -> None:
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} to remove")
            kept = harness.create(kind, f"A {kind} to keep")
            assert harness.delete(made) is None
            assert made.id not in harness.listing()
            assert kept.id in harness.listing()
            with pytest.raises(Gone):
                harness.connector.read(kind, made.id)

    def test_deleting_what_is_gone_succeeds(self, harness: Harness) -> None:
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} to remove twice")
            assert harness.delete(made) is None
            assert harness.delete(made) is None

    def test_deleting_what_the_person_deleted_succeeds(self, harness: Harness) -> None:
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} to remove by hand")
            harness.person.delete(kind, f"A {kind} to remove by hand")
            assert harness.delete(made) is None

    def test_what_never_was_is_gone(self, harness: Harness) -> None:
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} of an id")
            unknown = RemoteId(_other(made.id))
            with pytest.raises(Gone):
                harness.connector.read(kind, unknown)
            never = dataclasses.replace(made, id=unknown)
            assert isinstance(harness.update(never, title="No one"), Gone)
            assert harness.delete(never) is None

    def test_a_write_that_relies_on_an_old_version_is_refused(self, harness: Harness) -> None:
        if not harness.conditional:
            pytest.skip("this service has no versions")
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} of two")
            harness.person.edit(kind, f"A {kind} of two", "title", f"The person's {kind}")
            assert isinstance(harness.update(made, title="Mine"), Changed)
            assert isinstance(harness.delete(made), Changed)
            shown = harness.listing()[made.id]
            assert shown.fields["title"] == f"The person's {kind}"
            assert shown.version != made.version
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
            first, gone, third, made, bye = self._all(harness, writes)
            assert isinstance(first, Remote), first
            assert first.fields["title"] == f"{kind} 0, again"
            assert isinstance(gone, Gone | Changed | SkipItem), gone
            assert isinstance(third, Remote), third
            assert isinstance(made, Remote), made
            assert made.fields["title"] == f"{kind} 3"
            assert bye is None or isinstance(bye, Changed), bye

    def test_as_many_writes_as_a_batch_holds(self, harness: Harness) -> None:
        kind = harness.kinds()[0]
        count = harness.connector.batch_size
        writes = [harness.new_write(kind, f"One of many, {it}") for it in range(count)]
        outcomes = harness.connector.write(writes)
        titles = [it.fields["title"] for it in outcomes if isinstance(it, Remote)]
        assert titles == [it.fields["title"] for it in writes]

    def test_what_the_person_keeps_aside_survives_a_write(self, harness: Harness) -> None:
        tried = 0
        for kind in harness.kinds():
            made = harness.create(kind, f"A {kind} with more")
            if not harness.keep_aside(kind, f"A {kind} with more"):
                continue
            tried += 1
            whole = {**made.fields, "title": f"A {kind} with more, renamed"}
            now = harness.connector.read(kind, made.id)
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
