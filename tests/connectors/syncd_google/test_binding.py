"""syncd's own calendar: found again, made once, never taken from the person."""

from typing import Any

import pytest

from syncd.errors import HoldTool, Mistake, SignIn, StartOver, Unclear
from syncd.model.entities import Kind
from syncd.testing.fault_injection import Fault
from tests.connectors.syncd_google.harness import GoogleHarness

LIST = "/calendar/v3/users/me/calendarList"


def named(google: GoogleHarness, summary: str, **more: Any) -> str:
    """Add a calendar to the account; return its id."""
    return google.sandbox.account.add_calendar(summary=summary, zone="UTC", **more).id


def bound(google: GoogleHarness) -> Any:
    return google.memory.get("calendar")["id"]


def test_the_calendar_is_made_with_its_name_zone_and_marker(google: GoogleHarness) -> None:
    assert google.calendar.summary == "Learning"
    assert google.calendar.zone == "Europe/Paris"
    assert "Kept by syncd" in (google.calendar.description or "")


def test_a_calendar_that_is_bound_costs_no_request(google: GoogleHarness) -> None:
    google.restart()
    assert google.connector.bind().missing == ()
    google.connector.provision()
    assert google.server.log == []


def test_a_renamed_calendar_is_found_again_by_its_marker(google: GoogleHarness) -> None:
    kept = google.calendar.id
    google.calendar.summary = "My year"
    assert google.rebuilt().bind().missing == ()
    assert bound(google) == kept


def test_a_calendar_of_the_same_name_from_before_is_used(fresh: GoogleHarness) -> None:
    own = named(fresh, "Learning", ours=True)
    assert fresh.connector.bind().missing == ()
    assert bound(fresh) == own


def test_a_calendar_of_the_same_name_that_may_not_be_used_is_left(fresh: GoogleHarness) -> None:
    theirs = named(fresh, "Learning")
    fresh.start()
    assert bound(fresh) not in (None, theirs)


def test_a_calendar_that_another_client_made_is_not_made_again(fresh: GoogleHarness) -> None:
    named(fresh, "Learning", description="Kept by syncd: …")
    with pytest.raises(HoldTool, match="OAuth client"):
        fresh.connector.bind()


def test_the_calendar_may_be_named_by_its_id(fresh: GoogleHarness) -> None:
    own = named(fresh, "Something else", ours=True)
    fresh.rebuilt(calendar=own).bind()
    assert bound(fresh) == own


def test_an_id_of_no_calendar_is_a_mistake_of_the_settings(fresh: GoogleHarness) -> None:
    with pytest.raises(Mistake, match=r"connectors\.google"):
        fresh.rebuilt(calendar="c_0@group.calendar.google.com").bind()


def test_another_id_in_the_settings_is_another_calendar(google: GoogleHarness) -> None:
    cursor = google.connector.pull(None).cursor
    other = named(google, "Another", ours=True)
    google.connector.close()
    google.connector = google._built({"calendar": other})
    google.connector.bind()
    assert bound(google) == other
    with pytest.raises(StartOver):
        google.connector.pull(cursor)


def test_two_calendars_with_the_marker_are_told(google: GoogleHarness) -> None:
    kept = google.calendar.id
    named(google, "Copy", ours=True, description="Kept by syncd")
    (problem,) = google.rebuilt().bind().problems
    assert "2 calendars" in problem
    assert bound(google) == kept


NOT_OURS: dict[str, dict[str, object]] = {
    "primary": {"primary": True},
    "read-only": {"accessRole": "reader"},
    "deleted": {"deleted": True},
}


@pytest.mark.parametrize("more", NOT_OURS.values(), ids=NOT_OURS.keys())
def test_a_calendar_that_is_not_ours_to_keep_is_left(
    fresh: GoogleHarness, more: dict[str, object]
) -> None:
    own = named(fresh, "Learning", ours=True)
    entry = {"id": own, "summary": "Learning", "description": "Kept by syncd"}
    reply = {"items": [{**entry, "accessRole": "owner", **more}]}
    fresh.server.faults.append(Fault(act="status", status=200, path=LIST, reply=reply))
    assert fresh.connector.bind().missing


def test_a_long_list_of_calendars_is_read_to_its_end(google: GoogleHarness) -> None:
    kept = google.calendar.id
    google.sandbox.lists.largest_page = 1
    google.sandbox.empty_page_once()
    google.rebuilt().bind()
    assert bound(google) == kept


def test_without_leave_to_list_calendars_the_person_is_told(fresh: GoogleHarness) -> None:
    narrow = fresh.sandbox.grant("calendar.app.created")
    fresh.with_token(narrow)
    binding = fresh.connector.bind()
    assert binding.missing
    assert "tick every box" in binding.problems[0]
    fresh.start()
    assert fresh.connector.pull(None).items == ()


def test_a_sign_in_that_is_no_good_is_not_taken_for_a_missing_scope(
    fresh: GoogleHarness,
) -> None:
    fresh.sandbox.revoke_token()
    with pytest.raises(SignIn, match="syncd auth google"):
        fresh.connector.bind()


def test_a_deleted_calendar_is_not_found_again(google: GoogleHarness) -> None:
    google.sandbox.lose_container()
    assert google.rebuilt().bind().missing


def test_without_a_calendar_there_is_nothing_to_read(fresh: GoogleHarness) -> None:
    pull = fresh.connector.pull(None)
    assert pull.items == ()
    assert pull.whole == {Kind.MILESTONE, Kind.BLOCK}


def test_a_lost_reply_to_making_the_calendar_makes_no_second_one(
    fresh: GoogleHarness,
) -> None:
    """The library's HTTP would send such a POST again by itself."""
    fresh.connector.bind()
    fresh.server.faults.append(Fault(act="close-after", method="POST", path=".*/calendars"))
    fresh.connector.provision()
    assert fresh.containers() == ["Learning"]
    assert bound(fresh) == fresh.calendar.id


def test_a_calendar_that_was_perhaps_made_is_looked_for_the_next_time(
    fresh: GoogleHarness,
) -> None:
    fresh.connector.bind()
    fresh.server.faults.append(Fault(act="status", method="POST", path=".*/calendars"))
    with pytest.raises(Unclear):
        fresh.connector.provision()
    fresh.heal()
    fresh.start()
    assert fresh.containers() == ["Learning"]


REFUSED = {
    "list-forbidden": ("GET", LIST, 403, HoldTool),
    "list-bad": ("GET", LIST, 400, HoldTool),
    "list-elsewhere": ("GET", LIST, 404, Mistake),
    "insert-forbidden": ("POST", ".*/calendars", 403, HoldTool),
    "insert-elsewhere": ("POST", ".*/calendars", 404, Mistake),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_refusal_to_look_or_to_make_stops_the_tool(
    fresh: GoogleHarness, case: tuple[str, str, int, type[Exception]]
) -> None:
    method, path, status, expected = case
    fresh.server.faults.append(Fault(act="status", method=method, path=path, status=status))
    with pytest.raises(expected):
        fresh.start()
    assert fresh.containers() == []


def test_an_own_calendar_can_not_be_the_primary(fresh: GoogleHarness) -> None:
    with pytest.raises(ValueError, match="not the primary"):
        fresh.plugin.settings(calendar="primary")
