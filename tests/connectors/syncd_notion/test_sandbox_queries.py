"""The sandbox lists, filters and sorts as the service does.

Each fact is from the service's public documentation or from recorded replies.
"""

from typing import Any

import pytest

from tests.connectors.syncd_notion.caller import COLUMNS, Caller, named, text, titles


def test_without_sorts_rows_come_newest_first_and_pages_lead_on(it: Caller) -> None:
    _, source = it.database({})
    for number in range(5):
        it.row(source, {"Name": named(str(number))})
    first = it.query(source, page_size=3)
    assert titles(first) == ["4", "3", "2"]
    assert first["has_more"]
    assert first["type"] == "page_or_data_source"
    rest = it.query(source, page_size=3, start_cursor=first["next_cursor"])
    assert titles(rest) == ["1", "0"]
    assert (rest["has_more"], rest["next_cursor"]) == (False, None)
    assert "request_status" not in rest
    body = {"start_cursor": "s:x:y"}
    message = it.refused("POST", f"/data_sources/{source}/query", body)[2]
    assert message.startswith("The start_cursor provided is invalid")


def test_more_than_a_hundred_at_once_is_refused(it: Caller) -> None:
    _, source = it.database({})
    assert it.refused("POST", f"/data_sources/{source}/query", {"page_size": 101})[0] == 400


def test_a_list_that_is_cut_off_says_so(it: Caller) -> None:
    _, source = it.database({})
    for number in range(4):
        it.row(source, {"Name": named(str(number))})
    it.sandbox.workspace.query_limit = 3
    reply = it.query(source)
    assert (len(reply["results"]), reply["has_more"]) == (3, False)
    assert reply["request_status"] == {
        "type": "incomplete",
        "incomplete_reason": "query_result_limit_reached",
    }


def test_times_are_compared_by_the_minute(it: Caller) -> None:
    _, source = it.database({})
    it.row(source, {"Name": named("early")})
    it.clock.advance(minutes=4)
    it.row(source, {"Name": named("late")})
    for word, operand, expected in (
        ("on_or_after", "2026-05-04T08:20:45.000Z", ["late"]),
        ("after", "2026-05-04T08:16:00.000Z", ["late"]),
        ("before", "2026-05-04T08:20:59Z", ["early"]),
        ("on_or_before", "2026-05-04T08:16:00+00:00", ["early"]),
        ("equals", "2026-05-04T08:16:30.000Z", ["early"]),
    ):
        asked = {"timestamp": "last_edited_time", "last_edited_time": {word: operand}}
        assert titles(it.query(source, filter=asked)) == expected, word


FILTERS = [
    ({"property": "Text", "rich_text": {"equals": "ABC"}}, ["a"]),
    ({"property": "Text", "rich_text": {"contains": "B"}}, ["a"]),
    ({"property": "Text", "rich_text": {"does_not_equal": "abc"}}, ["b", "c"]),
    ({"property": "Text", "rich_text": {"starts_with": "x"}}, ["b"]),
    ({"property": "Text", "rich_text": {"is_empty": True}}, ["c"]),
    ({"property": "Mail", "rich_text": {"contains": "EXAMPLE"}}, ["a"]),
    ({"property": "Name", "title": {"equals": "b"}}, ["b"]),
    ({"property": "Number", "number": {"greater_than": 1}}, ["b"]),
    ({"property": "Number", "number": {"does_not_equal": 1}}, ["b", "c"]),
    ({"property": "Box", "checkbox": {"equals": False}}, ["b", "c"]),
    ({"property": "Choice", "select": {"equals": "One"}}, ["a"]),
    ({"property": "Choice", "select": {"does_not_equal": "One"}}, ["b", "c"]),
    ({"property": "Choice", "select": {"equals": ["One", "Two"]}}, ["a", "b"]),
    ({"property": "Many", "multi_select": {"contains": "x"}}, ["a", "b"]),
    ({"property": "Many", "multi_select": {"does_not_contain": "y"}}, ["a", "c"]),
    ({"property": "Day", "date": {"on_or_after": "2026-02-01"}}, ["b"]),
    ({"property": "Day", "date": {"is_not_empty": True}}, ["a", "b"]),
    (
        {
            "and": [
                {"property": "Many", "multi_select": {"contains": "x"}},
                {"or": [{"property": "Number", "number": {"equals": 2}}]},
            ]
        },
        ["b"],
    ),
]


@pytest.mark.parametrize(("asked", "expected"), FILTERS)
def test_a_filter_selects(it: Caller, asked: dict[str, Any], expected: list[str]) -> None:
    _, source = it.database(COLUMNS)
    it.row(
        source,
        {
            "Name": named("a"),
            "Text": {"rich_text": [text("abc")]},
            "Mail": {"email": "ada@example.org"},
            "Number": {"number": 1},
            "Box": {"checkbox": True},
            "Choice": {"select": {"name": "One"}},
            "Many": {"multi_select": [{"name": "x"}]},
            "Day": {"date": {"start": "2026-01-01"}},
        },
    )
    it.row(
        source,
        {
            "Name": named("b"),
            "Text": {"rich_text": [text("xyz")]},
            "Number": {"number": 2},
            "Choice": {"select": {"name": "Two"}},
            "Many": {"multi_select": [{"name": "x"}, {"name": "y"}]},
            "Day": {"date": {"start": "2026-02-01T10:00:00Z"}},
        },
    )
    it.row(source, {"Name": named("c")})
    sorts = [{"property": "Name", "direction": "ascending"}]
    assert titles(it.query(source, filter=asked, sorts=sorts)) == expected


BAD_FILTERS = [
    (
        {"property": "Nope", "number": {"equals": 1}},
        400,
        "Could not find property with name or id",
    ),
    (
        {"property": "Number", "rich_text": {"equals": "1"}},
        400,
        "database property number does not match filter rich_text",
    ),
    ({"property": "Number", "number": {"similar_to": 1}}, 400, "not present"),
    ({"property": "Number", "formula": {"number": {"equals": 1}}}, 501, "formula"),
    (
        {"timestamp": "last_edited_time", "last_edited_time": {"past_week": {}}},
        501,
        "past_week",
    ),
    ({"and": [{"and": [{"and": []}]}]}, 400, "two levels"),
]


@pytest.mark.parametrize(("asked", "status", "said"), BAD_FILTERS)
def test_a_filter_that_is_not_known_is_refused(
    it: Caller, asked: dict[str, Any], status: int, said: str
) -> None:
    _, source = it.database(COLUMNS)
    found = it.refused("POST", f"/data_sources/{source}/query", {"filter": asked})
    assert found[0] == status
    assert said in found[2]


def test_a_sort_by_an_unknown_property_is_refused(it: Caller) -> None:
    _, source = it.database({})
    body = {"sorts": [{"property": "Nope", "direction": "ascending"}]}
    message = it.refused("POST", f"/data_sources/{source}/query", body)[2]
    assert message == "Could not find sort property with name or id: Nope"
