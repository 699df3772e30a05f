"""The suite is worth its time: each law catches the connector that breaks it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syncd.connect.contract import Connector, Outcome
from syncd.connect.memory import (
    LIKE_CALENDAR,
    LIKE_NOTION,
    LIKE_TODOS,
    MemoryConnector,
    MemoryShape,
)
from syncd.connect.testing.contract import ContractSuite
from syncd.connect.testing.in_memory import MemoryHarness
from syncd.errors import Gone, SignIn, SyncdError, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import Binding, Op, Pull, Remote, Write
from syncd.model.schema import Fields

INCREMENTAL = replace(LIKE_NOTION, whole_listing=False, tombstones=True)


class Twice(MemoryConnector):
    """Makes an item each time it is asked to."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        self._sent.clear()
        return super().write(writes)


class FirstPageOnly(MemoryConnector):
    """Forgets that a listing goes on."""

    def pull(self, cursor: str | None) -> Pull:
        pull = super().pull(cursor)
        return replace(pull, items=pull.items[:100])


class ShortWhenCut(MemoryConnector):
    """Takes a page that failed for the end."""

    def pull(self, cursor: str | None) -> Pull:
        try:
            return super().pull(cursor)
        except TryLater:
            return Pull(whole=frozenset(self.carries), cursor=cursor)


class LongerEachTime(MemoryConnector):
    """Shortens what is short enough."""

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        return {**super().fit(kind, fields), "title": f"{fields.get('title')}…"}


class Wiping(MemoryConnector):
    """Writes whole items where fields were meant."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        whole = [replace(it, fields={"notes": "", **it.fields}) for it in writes]
        return super().write(whole)


class GoneIsAnError(MemoryConnector):
    """Finds that what is not there cannot be deleted."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        there = [it.seen is None or it.seen.id in self.tool.items for it in writes]
        outcomes = super().write(writes)
        return [
            it if ok else Gone("It is gone.") for it, ok in zip(outcomes, there, strict=True)
        ]


class Reviving(MemoryConnector):
    """Makes anew what the person deleted."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        for write in writes:
            if write.op is Op.UPDATE and write.seen and write.seen.id in self.tool.removed:
                self.tool.restore(write.seen.id)
        return super().write(writes)


class Crashing(MemoryConnector):
    """Trusts that a cursor is its own."""

    def pull(self, cursor: str | None) -> Pull:
        return super().pull(cursor if cursor is None else f"0:{int(cursor.split(':')[1])}")


class Unmarked(MemoryConnector):
    """Puts no mark on what it makes."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        outcomes = super().write(writes)
        for item in outcomes:
            if isinstance(item, Remote):
                self.tool.items[item.id] = replace(item, mark=None)
        return [replace(it, mark=None) if isinstance(it, Remote) else it for it in outcomes]


class Rebuilding(MemoryConnector):
    """Makes a lost container anew, empty."""

    def bind(self) -> Binding:
        self._bound.clear()
        for name in self.tool.shape.containers:
            self.tool.containers.setdefault(name, name)
        return super().bind()

    def pull(self, cursor: str | None) -> Pull:
        self.bind()
        return super().pull(cursor)


class Hopeful(MemoryConnector):
    """Takes a refused sign-in for a passing trouble."""

    def pull(self, cursor: str | None) -> Pull:
        try:
            return super().pull(cursor)
        except SignIn as error:
            raise TryLater(str(error)) from error


class Tidying(MemoryConnector):
    """Removes what it does not know."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        for write in writes:
            if write.op is Op.UPDATE and write.seen:
                self.tool.foreign[write.seen.id] = {}
        return super().write(writes)


class DoneIsGone(MemoryConnector):
    """Takes what is ticked for deleted."""

    def pull(self, cursor: str | None) -> Pull:
        pull = super().pull(cursor)
        done = frozenset(it.id for it in pull.items if it.fields.get("done"))
        items = tuple(it for it in pull.items if it.id not in done)
        return replace(pull, items=items, gone=pull.gone | done)


class StrictlyLater(MemoryConnector):
    """Asks for what was edited after the minute of the last pull."""

    def pull(self, cursor: str | None) -> Pull:
        pull = super().pull(cursor)
        now = self.tool.now()
        items = [it for it in pull.items if cursor is None or (it.edited_at or now) > now]
        return replace(pull, items=tuple(items))


class Forgetful(MemoryConnector):
    """Finds nothing."""

    def find(self, write: Write) -> Remote | None:
        return None


class FindsAnything(MemoryConnector):
    """Finds whatever is there."""

    def find(self, write: Write) -> Remote | None:
        return next(iter(self.tool.items.values()), None)


class Undead(MemoryConnector):
    """Reads what was removed."""

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        return self.tool.removed.get(remote) or super().read(kind, remote)


class Shuffled(MemoryConnector):
    """Answers in another order."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        return super().write(writes)[::-1]


class StopsAtTrouble(MemoryConnector):
    """Gives up the rest when one write fails."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        outcomes = super().write(writes)
        bad = [at for at, it in enumerate(outcomes) if isinstance(it, SyncdError)]
        return outcomes[: bad[0] + 1] if bad else outcomes


class NoTombstones(MemoryConnector):
    """Does not tell what was removed."""

    def pull(self, cursor: str | None) -> Pull:
        return replace(super().pull(cursor), gone=frozenset())


class LocalTimes(MemoryConnector):
    """Takes local times for UTC."""

    def pull(self, cursor: str | None) -> Pull:
        pull = super().pull(cursor)
        items = [replace(it, edited_at=it.edited_at + timedelta(hours=2)) for it in pull.items]  # type: ignore[operator]
        return replace(pull, items=tuple(items))


class OneByOne(MemoryConnector):
    """Reads each item anew."""

    def pull(self, cursor: str | None) -> Pull:
        for item in list(self.tool.items.values()) * 3:
            self.read(item.kind, item.id)
        return super().pull(cursor)


class Deaf(MemoryConnector):
    """Answers with what it was sent, not with what the service made of it."""

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        self.tool.faults.normalise = lambda _, fields: {
            name: it.strip() if type(it) is str else it for name, it in fields.items()
        }
        outcomes = super().write(writes)
        return [
            replace(it, fields={**it.fields, **write.fields}) if isinstance(it, Remote) else it
            for it, write in zip(outcomes, writes, strict=True)
        ]


class Boastful(MemoryConnector):
    """Says that it holds everything."""

    def holds(self, kind: Kind, fields: Fields) -> bool:
        return True


CASES = [
    (Twice, LIKE_NOTION, "test_creating_twice_with_one_key_makes_one_item"),
    (
        Twice,
        replace(LIKE_TODOS, keeps_keys=False),
        "test_a_lost_reply_to_a_create_makes_no_second_item",
    ),
    (FirstPageOnly, LIKE_NOTION, "test_a_listing_over_the_page_size_is_whole", 101),
    (FirstPageOnly, LIKE_TODOS, "test_a_listing_over_the_page_size_is_whole", 250),
    (ShortWhenCut, LIKE_CALENDAR, "test_a_page_that_fails_raises"),
    (LongerEachTime, LIKE_NOTION, "test_fitting_twice_is_fitting_once", "x"),
    (Wiping, LIKE_NOTION, "test_an_update_changes_the_field_and_no_other"),
    (Wiping, LIKE_NOTION, "test_every_field_takes_another_value_and_keeps_the_rest"),
    (GoneIsAnError, LIKE_NOTION, "test_deleting_what_is_gone_succeeds"),
    (GoneIsAnError, LIKE_TODOS, "test_deleting_what_the_person_deleted_succeeds"),
    (Reviving, LIKE_NOTION, "test_an_update_of_what_is_gone_is_refused"),
    (
        MemoryConnector,
        replace(LIKE_CALENDAR, conditional=False),
        "test_a_write_that_relies_on_an_old_version_is_refused",
    ),
    (Crashing, INCREMENTAL, "test_a_nonsense_cursor_starts_over", "nonsense"),
    (Unmarked, LIKE_NOTION, "test_an_item_carries_what_it_is_known_by"),
    (Unmarked, LIKE_NOTION, "test_with_the_memory_lost_an_item_is_still_found"),
    (Unmarked, LIKE_NOTION, "test_an_item_added_by_hand_gets_a_mark_with_an_update"),
    (Rebuilding, LIKE_NOTION, "test_a_container_that_is_gone_holds_the_tool"),
    (Rebuilding, LIKE_TODOS, "test_after_a_restart_a_lost_container_is_not_made_anew"),
    (Hopeful, LIKE_NOTION, "test_revoked_credentials_ask_to_sign_in"),
    (Hopeful, LIKE_CALENDAR, "test_wrong_credentials_ask_to_sign_in"),
    (Tidying, LIKE_CALENDAR, "test_what_the_person_keeps_aside_survives_a_write"),
    (DoneIsGone, LIKE_TODOS, "test_what_is_done_by_hand_is_done_and_not_gone"),
    (StrictlyLater, LIKE_NOTION, "test_an_edit_at_once_after_a_pull_is_seen"),
    (Forgetful, LIKE_TODOS, "test_what_a_killed_run_made_is_found_by_the_next"),
    (FindsAnything, LIKE_CALENDAR, "test_what_was_never_made_is_not_found"),
    (Undead, LIKE_NOTION, "test_a_delete_removes_the_item"),
    (Undead, LIKE_CALENDAR, "test_what_is_deleted_by_hand_is_gone_or_can_be_found_out"),
    (Shuffled, LIKE_TODOS, "test_one_outcome_for_each_write_in_their_order"),
    (StopsAtTrouble, LIKE_TODOS, "test_one_outcome_for_each_write_in_their_order"),
    (NoTombstones, LIKE_CALENDAR, "test_every_cursor_leads_to_the_present"),
    (NoTombstones, LIKE_TODOS, "test_what_is_deleted_by_hand_is_gone_or_can_be_found_out"),
    (LocalTimes, LIKE_NOTION, "test_an_edit_by_hand_is_seen_with_its_time"),
    (OneByOne, LIKE_TODOS, "test_at_rest_a_pull_costs_one_request_a_container"),
    (Deaf, LIKE_NOTION, "test_a_text_comes_back_as_it_fits", "  a word  "),
    (Boastful, LIKE_CALENDAR, "test_what_is_not_carried_cannot_be_held"),
    (Boastful, LIKE_CALENDAR, "test_an_item_with_a_title_alone_can_be_made"),
]


class BrokenHarness(MemoryHarness):
    def __init__(self, broken: type[MemoryConnector], shape: MemoryShape) -> None:
        self._broken = broken
        super().__init__(shape)
        self.conditional = shape.name == "calendar"

    def _built(self) -> Connector:
        return self._broken(self.tool, self.toolbox(self.memory))


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{it[0].__name__}-{it[1].name}-{it[2][5:]}" for it in CASES]
)
def test_a_connector_that_breaks_the_law_is_caught(case: tuple[Any, ...]) -> None:
    broken, shape, law, *arguments = case
    harness = BrokenHarness(broken, shape)
    harness.start()
    with pytest.raises((Exception, pytest.fail.Exception)):
        getattr(ContractSuite(), law)(harness, *arguments)
