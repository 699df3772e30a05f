"""What a task and a goal become in Todoist, and what comes back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import Kind
from syncd.model.remote import PAGE_URL
from syncd.model.values import Moment
from syncd_todoist import mapping
from syncd_todoist.mapping import fit, from_remote, to_remote
from syncd_todoist.values import TodoistAccount, address, join_description, split_description

ACCOUNT = TodoistAccount(zone="Europe/Berlin", plan_zone="Europe/Paris")
MARK = "syncd:01ARZ3NDEKTSV4RRFFQ69G5FAV"
PAGE = "https://www.notion.so/Read-a-book-0123456789abcdef0123456789abcdef"

_CHARS = st.characters(exclude_categories=[])
_TEXT = st.text(_CHARS, max_size=60)
_LINKS = st.sampled_from(
    ["", PAGE, MARK, "http://127.0.0.1:9001/page/1", "https://pages.example.org/1", "no link"]
)
_NOTES = st.one_of(
    _TEXT,
    st.builds("\n".join, st.lists(st.one_of(_TEXT, _LINKS), max_size=5)),
    st.integers(16_200, 16_500).map("x".__mul__),
)
_ZONES = st.sampled_from([None, "UTC", "Europe/Paris", "America/New_York", "Not/AZone", ""])
_MOMENTS = st.builds(
    Moment,
    st.datetimes(datetime(1971, 1, 1), datetime(9990, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # bounds have no zone
    _ZONES,
)
_IDS = st.one_of(st.none(), st.sampled_from(["7qWc3Fh9RvX2mJ5p", "4Fpfq5j5jxf7QmG3"]))
TASKS = st.fixed_dictionaries(
    {
        "title": st.one_of(_TEXT, st.integers(495, 505).map("é".__mul__)),
        "notes": _NOTES,
        PAGE_URL: _LINKS,
        "goal": _IDS,
        "parent": _IDS,
        "due": st.one_of(st.none(), st.dates(date(1, 1, 2)), _MOMENTS),
        "estimate_minutes": st.one_of(st.none(), st.integers(-5, 10_000)),
        "priority": st.one_of(st.none(), st.integers(1, 4)),
        "labels": st.frozensets(st.one_of(_TEXT, st.just("l" * 61)), max_size=5),
        "done": st.booleans(),
    }
)


@given(TASKS)
def test_what_is_written_of_a_task_is_what_fits(fields: dict[str, Any]) -> None:
    fitted = fit(Kind.TASK, fields, ACCOUNT)
    raw = to_remote(Kind.TASK, fields, ACCOUNT)
    read = from_remote(Kind.TASK, raw, ACCOUNT, fitted[PAGE_URL])
    assert read.problems == {}
    assert read.fields == fitted


@given(TASKS)
def test_fitting_a_task_twice_is_fitting_it_once(fields: dict[str, Any]) -> None:
    once = fit(Kind.TASK, fields, ACCOUNT)
    assert fit(Kind.TASK, once, ACCOUNT) == once


@given(TASKS)
def test_what_is_sent_keeps_the_limits(fields: dict[str, Any]) -> None:
    raw = to_remote(Kind.TASK, fields, ACCOUNT)
    assert 1 <= len(raw["content"]) <= 500
    assert len(raw["description"]) <= 16_383
    assert all(1 <= len(name) <= 60 for name in raw["labels"])
    "".join([raw["content"], raw["description"], *raw["labels"]]).encode()


@given(
    st.fixed_dictionaries({"title": st.one_of(_TEXT, st.integers(2040, 2060).map("g".__mul__))})
)
def test_what_is_written_of_a_goal_is_what_fits(fields: dict[str, Any]) -> None:
    fitted = fit(Kind.GOAL, fields, ACCOUNT)
    assert fit(Kind.GOAL, fitted, ACCOUNT) == fitted
    assert (
        from_remote(Kind.GOAL, to_remote(Kind.GOAL, fields, ACCOUNT), ACCOUNT).fields == fitted
    )


@given(_NOTES, _LINKS)
def test_known_pages_are_recognised_without_knowing_them(notes: str, link: str) -> None:
    link = address(link)
    if link and "example" not in link:
        assert split_description(join_description(notes, link))[1] == link


def test_a_plan_without_durations_says_nothing_of_estimates() -> None:
    poor = TodoistAccount(zone="UTC", plan_zone="UTC", durations=False)
    assert "estimate_minutes" not in fit(Kind.TASK, {"estimate_minutes": 45}, poor)
    assert "duration" not in to_remote(Kind.TASK, {"estimate_minutes": 45}, poor)
    assert "estimate_minutes" not in from_remote(Kind.TASK, {"duration": None}, poor).fields
    kept = from_remote(Kind.TASK, {"duration": {"amount": 5, "unit": "minute"}}, poor)
    assert kept.fields["estimate_minutes"] == 5


def test_fields_that_are_not_asked_for_are_not_answered() -> None:
    assert fit(Kind.TASK, {"title": "A", "archived": False, "skill": "s"}, ACCOUNT) == {
        "title": "A"
    }
    assert fit(Kind.GOAL, {"notes": "n", "due": None}, ACCOUNT) == {}


@pytest.mark.parametrize(("plan", "api"), [(1, 4), (2, 3), (3, 2), (4, 1), (None, 1)])
def test_priority_runs_backwards(plan: int | None, api: int) -> None:
    assert to_remote(Kind.TASK, {"priority": plan}, ACCOUNT) == {"priority": api}
    assert from_remote(Kind.TASK, {"priority": api}, ACCOUNT).fields["priority"] == (plan or 4)


BERLIN = Moment(datetime(2026, 6, 1, 7, tzinfo=UTC), "Europe/Berlin")


@pytest.mark.parametrize(
    ("due", "read"),
    [
        pytest.param(None, None, id="none"),
        pytest.param({"date": "2026-06-01", "timezone": None}, date(2026, 6, 1), id="all-day"),
        pytest.param({"date": "2026-06-01T09:00:00", "timezone": None}, BERLIN, id="floating"),
        pytest.param({"date": "2026-06-01T09:00:00.000000"}, BERLIN, id="floating fraction"),
        pytest.param(
            {"date": "2026-06-01T07:00:00Z", "timezone": "Europe/Berlin"}, BERLIN, id="fixed"
        ),
        pytest.param({"date": "2026-06-01T07:00:00Z", "timezone": None}, BERLIN, id="no zone"),
        pytest.param(
            {"date": "2026-06-01T07:00:00.5Z", "timezone": "GMT +2:00"}, BERLIN, id="odd zone"
        ),
        pytest.param(
            {"date": "2026-06-01T03:00:00-04:00", "timezone": "America/New_York"},
            Moment(BERLIN.at, "America/New_York"),
            id="offset",
        ),
    ],
)
def test_every_kind_of_due_is_read(due: Any, read: Any) -> None:
    assert from_remote(Kind.TASK, {"due": due}, ACCOUNT).fields["due"] == read


@pytest.mark.parametrize(
    ("due", "sent"),
    [
        (None, None),
        (date(2026, 6, 1), {"date": "2026-06-01"}),
        (BERLIN, {"date": "2026-06-01T07:00:00Z", "timezone": "Europe/Berlin"}),
        (
            Moment(BERLIN.at + timedelta(milliseconds=400)),
            {"date": "2026-06-01T07:00:00Z", "timezone": "Europe/Paris"},
        ),
    ],
)
def test_a_due_is_sent_as_a_day_or_a_fixed_time(due: Any, sent: Any) -> None:
    assert to_remote(Kind.TASK, {"due": due}, ACCOUNT)["due"] == sent


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("due", {"date": "Someday"}, "due"),
        ("due", {"date": "10000-01-01"}, "due"),
        ("due", {"date": "0001-01-01T00:00:00"}, "due"),
        ("due", {"date": "2026-02-30T09:00:00Z"}, "due"),
        ("due", "tomorrow", "due"),
        ("due", {}, "due"),
        ("priority", 7, "priority"),
        ("priority", "high", "priority"),
        ("duration", {"amount": 1, "unit": "day"}, "estimate_minutes"),
        ("duration", {"amount": 0, "unit": "minute"}, "estimate_minutes"),
        ("duration", "long", "estimate_minutes"),
        ("content", None, "title"),
    ],
)
def test_what_cannot_be_read_has_a_sentence_and_spoils_nothing(
    key: str, value: Any, field: str
) -> None:
    raw = {"content": "Read", "priority": 4, "labels": ["a"], "checked": False, key: value}
    read = from_remote(Kind.TASK, raw, ACCOUNT)
    assert field not in read.fields
    assert ": " in read.problems[field]
    assert read.fields["labels"] == {"a"}


@pytest.mark.parametrize(
    ("description", "notes", "link"),
    [
        pytest.param("", "", "", id="nothing"),
        pytest.param(PAGE, "", PAGE, id="link alone"),
        pytest.param(f"Notes\n\n{PAGE}", "Notes", PAGE, id="both"),
        pytest.param(f"Notes\n{PAGE}\n\n", "Notes", PAGE, id="no empty line between"),
        pytest.param(f"Notes\r\n\r\n{PAGE}", "Notes", PAGE, id="other line ends"),
        pytest.param(f"Notes\n\n{MARK}", "Notes", MARK, id="mark"),
        pytest.param("Notes\n\nsyncd:nothing", "Notes\n\nsyncd:nothing", "", id="no mark"),
        pytest.param("See\nhttps://example.org/a", "See\nhttps://example.org/a", "", id="own"),
        pytest.param(f"See {PAGE}", f"See {PAGE}", "", id="in a sentence"),
        pytest.param(
            "https://notion.so.evil.example/x",
            "https://notion.so.evil.example/x",
            "",
            id="host",
        ),
        pytest.param(
            "https://x.notion.site/Page-1", "", "https://x.notion.site/Page-1", id="site"
        ),
        pytest.param("http://[::1", "http://[::1", "", id="broken address"),
    ],
)
def test_a_description_is_parted_into_notes_and_link(
    description: str, notes: str, link: str
) -> None:
    read = from_remote(Kind.TASK, {"description": description}, ACCOUNT).fields
    assert (read["notes"], read[PAGE_URL]) == (notes, link)


@pytest.mark.parametrize(
    ("description", "notes"),
    [
        (f"Above\n\n{PAGE}\nBelow", "Above\nBelow"),
        (f"{PAGE}\nBelow", "Below"),
        (f"Quoted\n{PAGE}\n\n{PAGE}", f"Quoted\n{PAGE}"),
    ],
)
def test_a_link_that_was_written_is_known_wherever_it_stands(
    description: str, notes: str
) -> None:
    assert split_description(description, PAGE) == (notes, PAGE)


def test_a_mark_is_read_as_mark_and_as_link() -> None:
    item = mapping.remote(Kind.TASK, {"id": "1", "description": f"Notes\n\n{MARK}"}, ACCOUNT)
    assert (item.mark, item.link) == (MARK.removeprefix("syncd:"), MARK)


def test_a_long_title_ends_with_an_ellipsis() -> None:
    fitted = fit(Kind.TASK, {"title": "word " * 200}, ACCOUNT)["title"]
    assert len(fitted) <= 500
    assert fitted.endswith("word…")


def test_long_notes_leave_room_for_the_link() -> None:
    raw = to_remote(Kind.TASK, {"notes": "n" * 20_000, PAGE_URL: PAGE}, ACCOUNT)
    assert len(raw["description"]) == 16_383
    assert raw["description"].endswith(f"n…\n\n{PAGE}")


def test_a_persons_own_long_title_is_read_whole() -> None:
    own = "🙂" * 500
    assert from_remote(Kind.TASK, {"content": own}, ACCOUNT).fields["title"] == own
    assert fit(Kind.TASK, {"title": own}, ACCOUNT)["title"] == own


@pytest.mark.parametrize(
    ("raw", "done"),
    [
        ({"checked": True, "completed_at": None}, True),
        ({"checked": False, "completed_at": None}, False),
        ({"completed_at": "2026-06-01T09:00:00.000000Z"}, True),
        ({"completed_at": None}, False),
    ],
)
def test_done_is_what_is_checked(raw: dict[str, Any], done: bool) -> None:
    assert from_remote(Kind.TASK, raw, ACCOUNT).fields["done"] is done


def test_only_a_repeating_items_completions_count() -> None:
    raw = {
        "id": "1",
        "completed_count": 3,
        "due": {"date": "2026-06-01", "is_recurring": False},
    }
    assert mapping.remote(Kind.TASK, raw, ACCOUNT).completions == 0
    raw["due"] = {"date": "2026-06-01", "is_recurring": True}
    assert mapping.remote(Kind.TASK, raw, ACCOUNT).completions == 3
