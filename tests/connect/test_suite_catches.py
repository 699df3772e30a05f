"""The suite is worth its time: each law catches the connector that breaks it."""

from dataclasses import replace
from typing import Any

import pytest

from syncd.connect.contract import Connector
from syncd.testing.contract import ContractSuite
from syncd.testing.in_memory_capabilities import (
    LIKE_CALENDAR,
    LIKE_NOTION,
    LIKE_PLANNER,
    LIKE_TODOS,
    Capabilities,
)
from syncd.testing.in_memory_connector import InMemoryConnector
from syncd.testing.in_memory_harness import MemoryHarness
from tests.connect.broken_connectors import (
    Boastful,
    Crashing,
    Deaf,
    DoneIsGone,
    FindsAnything,
    FirstPageOnly,
    Forgetful,
    FreeWhenClosed,
    GoneIsAnError,
    Hopeful,
    LocalTimes,
    LongerEachTime,
    NoTombstones,
    OneByOne,
    OwnIsBusy,
    Rebuilding,
    Reviving,
    ShortWhenCut,
    Shuffled,
    StopsAtTrouble,
    StrictlyLater,
    Tidying,
    Tugging,
    Twice,
    Unclipped,
    Undead,
    Unlinked,
    Unmarked,
    Wiping,
)

INCREMENTAL = replace(LIKE_NOTION, whole_listing=False, tombstones=True)

CASES: list[tuple[Any, ...]] = [
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
        InMemoryConnector,
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
    (Boastful, LIKE_PLANNER, "test_what_gone_means_is_not_held"),
    (Boastful, LIKE_PLANNER, "test_a_block_without_a_time_is_not_held"),
    (
        InMemoryConnector,
        replace(LIKE_PLANNER, states={}),
        "test_what_gone_means_is_not_held",
    ),
    (FreeWhenClosed, LIKE_PLANNER, "test_a_calendar_that_cannot_be_read_is_told_as_such"),
    (Unclipped, LIKE_PLANNER, "test_spans_are_clipped_merged_and_in_order"),
    (Unclipped, LIKE_PLANNER, "test_a_time_without_length_is_not_busy"),
    (OwnIsBusy, LIKE_PLANNER, "test_what_syncd_wrote_is_not_busy_time"),
    (Tugging, LIKE_PLANNER, "test_a_block_that_is_moved_by_hand_is_there"),
    (Tugging, LIKE_PLANNER, "test_a_block_that_is_resized_by_hand_is_as_long"),
    (Tugging, LIKE_PLANNER, "test_a_block_that_is_ticked_by_hand_is_done"),
    (Unlinked, LIKE_PLANNER, "test_a_reference_to_what_is_not_there_comes_back"),
    (Unlinked, LIKE_PLANNER, "test_links_come_back", "syncd syncd:task/1"),
    (Boastful, LIKE_CALENDAR, "test_an_item_with_a_title_alone_can_be_made"),
]


class BrokenHarness(MemoryHarness):
    def __init__(self, broken: type[InMemoryConnector], shape: Capabilities) -> None:
        self._broken = broken
        super().__init__(shape)
        self.conditional = shape.name == "calendar"

    def _built(self) -> Connector:
        return self.wrapped(lambda box: self._broken(self.tool, box), self.memory)


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{it[0].__name__}-{it[1].name}-{it[2][5:]}" for it in CASES]
)
def test_a_connector_that_breaks_the_law_is_caught(case: tuple[Any, ...]) -> None:
    broken, shape, law, *arguments = case
    harness = BrokenHarness(broken, shape)
    harness.start()
    with pytest.raises((Exception, pytest.fail.Exception)):
        getattr(ContractSuite(), law)(harness, *arguments)
