"""What of a task's values cannot be read is that value's problem, and no other's."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import Kind
from syncd.model.remote import content_hash
from syncd.model.values import Moment
from syncd_todoist import mapping
from syncd_todoist.mapping import fit, from_remote
from syncd_todoist.sandbox.wire import new_item
from syncd_todoist.values import LONGEST, TodoistAccount, known_zone
from tests.connectors.syncd_todoist.hostile import JSON, each

ACCOUNT = TodoistAccount(zone="Europe/Berlin", plan_zone="Europe/Paris")
GOOD: dict[str, Any] = {
    **new_item("7qWc3Fh9RvX2mJ5p", ("2026-06-01T07:00:00.000000Z",) * 2),
    "content": "Read a book",
    "description": "Notes",
    "labels": ["home"],
    "duration": {"amount": 45, "unit": "minute"},
    "due": {"date": "2026-06-01T09:00:00", "is_recurring": False},
}
KEYS = {
    "content": {"title"},
    "description": {"notes", "link"},
    "due": {"due"},
    "duration": {"estimate_minutes"},
    "labels": {"labels"},
    "priority": {"priority"},
    "checked": {"done"},
    "section_id": {"goal"},
    "parent_id": {"parent"},
}
"""The fields that follow from each key."""

BAD: list[tuple[str, Any]] = [
    *[("content", it) for it in each(None, 5, [], {}, True)],
    *[("description", it) for it in (5, ["Notes"], {"text": "x"}, True)],
    *[("due", it) for it in each(5, [], True, "x", {"date": None}, {"date": []}, {"date": 5})],
    *[("due", {"date": it}) for it in ("", "T", "10000-01-01", "0001-01-01", "2026-02-30")],
    *[("due", {"date": it}) for it in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59")],
    *[("due", {"date": it}) for it in ("9999-12-31T23:00:00-14:00", "2026-06-01T25:00:00Z")],
    *[
        ("due", {"date": "2026-06-01T09:00:00Z", "timezone": it})
        for it in each(5, [], {}, True)
    ],
    *[("duration", it) for it in each(5, "45", [], {}, {"amount": 45}, True, float("inf"))],
    *[
        ("duration", {"amount": it, "unit": "minute"})
        for it in each(0, -1, True, "45", None, [])
    ],
    *[("duration", {"amount": it, "unit": "minute"}) for it in (LONGEST + 1, 10**30, 10**400)],
    *[("duration", {"amount": it, "unit": "minute"}) for it in (1.5, float("nan"))],
    *[("duration", {"amount": 45, "unit": it}) for it in each("day", None, [], {"a": 1}, 5)],
    *[("priority", it) for it in each(0, 5, -1, True, "4", 2.0, None, [], {}, 10**400)],
    *[
        ("labels", it)
        for it in each("home", 5, {}, True, [None], ["home", 5], [["home"]], ["\ud800"])
    ],
    *[("checked", it) for it in each(1, "true", None, [], {})],
    *[("section_id", it) for it in each(5, [], {}, True)],
    *[("parent_id", it) for it in each(5, [], {}, True)],
]


@pytest.mark.parametrize(("key", "value"), BAD)
def test_a_value_that_cannot_be_read_is_its_fields_problem_alone(key: str, value: Any) -> None:
    good, read = (
        from_remote(Kind.TASK, GOOD, ACCOUNT),
        mapping.remote(Kind.TASK, {**GOOD, key: value}, ACCOUNT),
    )
    assert read.problems.keys() == KEYS[key] - {"link"}
    assert read.fields == {it: v for it, v in good.fields.items() if it not in KEYS[key]}
    (sentence,) = read.problems.values()
    assert sentence.endswith(".")
    assert len(sentence) < 200
    assert "\n" not in sentence


def test_a_task_that_is_not_told_to_be_done_or_open_is_neither() -> None:
    raw = {it: value for it, value in GOOD.items() if it not in ("checked", "completed_at")}
    read = from_remote(Kind.TASK, raw, ACCOUNT)
    assert ("done" in read.fields, "done" in read.problems) == (False, True)


@given(st.sampled_from([*KEYS, "added_at", "updated_at", "completed_count"]), JSON)
def test_whatever_a_value_is_it_is_read_or_has_a_sentence(key: str, value: Any) -> None:
    read = mapping.remote(Kind.TASK, {**GOOD, key: value}, ACCOUNT)
    good = from_remote(Kind.TASK, GOOD, ACCOUNT).fields
    mine = KEYS.get(key, set())
    assert {it: v for it, v in read.fields.items() if it not in mine} == {
        it: v for it, v in good.items() if it not in mine
    }
    told = read.problems.keys() | read.fields.keys()
    assert told >= mine or "notes" in read.problems
    assert content_hash(read)


@given(JSON)
def test_whatever_a_sections_name_is_it_is_read_or_has_a_sentence(value: Any) -> None:
    read = mapping.remote(Kind.GOAL, {"id": "1", "name": value}, ACCOUNT)
    assert read.fields.keys() | read.problems.keys() == {"title"}
    assert content_hash(read)


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-02", "2026-06-01"])
def test_a_day_that_every_zone_knows_is_read(text: str) -> None:
    read = from_remote(Kind.TASK, {"due": {"date": text}}, ACCOUNT)
    assert read.fields["due"] == date.fromisoformat(text)


@pytest.mark.parametrize("zone", ["GMT +2:00", "Mars/Crater", "", None, "../x", "Europe"])
def test_a_time_in_an_unknown_zone_is_in_the_accounts(zone: str | None) -> None:
    due = {"date": "2026-06-01T07:00:00Z", "timezone": zone}
    read = from_remote(Kind.TASK, {"due": due}, ACCOUNT).fields["due"]
    assert read == Moment(datetime(2026, 6, 1, 7, tzinfo=UTC), "Europe/Berlin")


@given(JSON)
def test_whatever_is_called_a_zone_it_is_known_or_not(name: Any) -> None:
    assert known_zone(name) in (True, False)


def test_more_than_a_year_is_held_as_a_year() -> None:
    assert fit(Kind.TASK, {"estimate_minutes": 10**30}, ACCOUNT)["estimate_minutes"] == LONGEST
    held = from_remote(Kind.TASK, {"duration": {"amount": LONGEST, "unit": "minute"}}, ACCOUNT)
    assert held.fields["estimate_minutes"] == LONGEST


@pytest.mark.parametrize("count", ["3", -1, True, 2.5, float("nan"), 10**400, None, []])
def test_completions_that_are_no_number_are_none(count: Any) -> None:
    raw = {**GOOD, "due": {"date": "2026-06-01", "is_recurring": True}}
    item = mapping.remote(Kind.TASK, {**raw, "completed_count": count}, ACCOUNT)
    assert item.completions == 0


@pytest.mark.parametrize("at", [5, [], "soon", "0001-01-01T00:00:00+14:00", None, True])
def test_a_time_that_is_none_is_not_known(at: Any) -> None:
    item = mapping.remote(Kind.TASK, {**GOOD, "added_at": at}, ACCOUNT)
    assert item.created_at is None


def test_a_section_without_a_name_has_a_sentence() -> None:
    read = mapping.remote(Kind.GOAL, {"id": "1"}, ACCOUNT)
    assert (set(read.fields), set(read.problems)) == (set(), {"title"})
