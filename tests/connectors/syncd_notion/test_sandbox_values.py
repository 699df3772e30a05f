"""The sandbox checks and keeps values and schemas as the service does.

Each fact is from the service's public documentation or from recorded replies.
"""

from typing import Any

import httpx
import pytest

from tests.connectors.syncd_notion.caller import COLUMNS, NOWHERE, Caller, named, text


def test_a_key_may_be_a_name_or_an_id_encoded_or_not(it: Caller) -> None:
    _, source = it.database({f"P{number}": {"number": {}} for number in range(20)})
    props = it.call("GET", f"/data_sources/{source}")["properties"]
    encoded = next(prop["id"] for prop in props.values() if "%" in prop["id"])
    values = {"title": named("a"), encoded: {"number": 1}}
    page = it.row(source, values)
    bare = httpx.URL(f"http://x/{encoded}").path[1:]
    page = it.call("PATCH", f"/pages/{page['id']}", {"properties": {bare: {"number": 2}}})
    assert [it["number"] for it in page["properties"].values() if it["id"] == encoded] == [2]


def test_an_unknown_property_is_refused_by_name(it: Caller) -> None:
    _, source = it.database({"Effort": {"number": {}}})
    body = {"parent": {"data_source_id": source}, "properties": {"A": {}, "B": {}}}
    message = "A is not a property that exists. B is not a property that exists."
    assert it.refused("POST", "/pages", body) == (400, "validation_error", message)
    body["properties"] = {"Effort": {"rich_text": []}}
    assert it.refused("POST", "/pages", body)[2] == "Effort is expected to be number."


BAD_VALUES = [
    (
        "Text",
        {"rich_text": [text("x" * 2001)]},
        "length should be ≤ `2000`, instead was `2001`",
    ),
    ("Text", {"rich_text": [text("🎓" * 1001)]}, "instead was `2002`"),
    ("Text", {"rich_text": [text("x", bold=bool(it % 2)) for it in range(101)]}, "≤ `100`"),
    ("Text", {"rich_text": "x"}, "should be an array"),
    ("Text", {"rich_text": [{"text": {"content": "x"}, "colour": 1}]}, "not present"),
    ("Text", {"rich_text": [{"text": {}}]}, "should be a string"),
    ("Number", {"number": "3"}, "should be a number"),
    ("Number", {"number": True}, "should be a number"),
    ("Box", {"checkbox": "yes"}, "should be a boolean"),
    ("Link", {"url": ""}, "should be a valid url"),
    ("Link", {"url": "x" * 2001}, "≤ `2000`"),
    ("Mail", {"email": "x" * 201}, "≤ `200`"),
    ("Choice", {"select": {"name": "a, b"}}, "commas not allowed: a, b"),
    ("Choice", {"select": {"name": ""}}, "should be a string"),
    ("State", {"status": {"name": "Nope"}}, 'Status option "Nope" does not exist.'),
    ("Many", {"multi_select": [{"name": str(it)} for it in range(101)]}, "at most `100`"),
    ("Day", {"date": {"end": "2026-01-01"}}, "start should be defined"),
    ("Day", {"date": {"start": "someday"}}, "ISO 8601"),
    ("Day", {"date": {"start": "2026-01-02", "end": "2026-01-01"}}, "before its start"),
    ("Day", {"date": {"start": "2026-01-02T09:00:00+01:00", "time_zone": "UTC"}}, "offset"),
    ("Day", {"date": {"start": "2026-01-02T09:00:00", "time_zone": "Mars/One"}}, "time zone"),
    ("Made", {"created_time": "2026-01-01T00:00:00Z"}, "read-only"),
]


@pytest.mark.parametrize(("name", "value", "said"), BAD_VALUES)
def test_a_value_that_the_service_refuses_is_refused(
    it: Caller, name: str, value: dict[str, Any], said: str
) -> None:
    _, source = it.database(COLUMNS)
    body = {"parent": {"data_source_id": source}, "properties": {name: value}}
    status, code, message = it.refused("POST", "/pages", body)
    assert (status, code) == (400, "validation_error")
    assert said in message
    assert it.query(source)["results"] == []


def test_an_unknown_option_is_added_to_a_select_and_keeps_its_id(it: Caller) -> None:
    _, source = it.database(COLUMNS)
    first = it.row(source, {"Choice": {"select": {"name": "New"}}})["properties"]["Choice"]
    again = it.row(source, {"Choice": {"select": {"name": "New"}}})["properties"]["Choice"]
    assert first == again
    schema = it.call("GET", f"/data_sources/{source}")["properties"]["Choice"]
    assert [it["name"] for it in schema["select"]["options"]] == ["One", "New"]


DATES = [
    pytest.param({"start": "2026-07-01"}, "2026-07-01", id="day"),
    pytest.param(
        {"start": "2026-05-04T18:58:04.659200", "time_zone": "Europe/Berlin"},
        "2026-05-04T18:58:00.000+02:00",
        id="zone-is-lost",
    ),
    pytest.param(
        {"start": "2026-05-04T18:58:04Z", "time_zone": "UTC"},
        "2026-05-04T18:58:00.000+00:00",
        id="utc",
    ),
    pytest.param({"start": "2026-05-04T18:58:04"}, "2026-05-04T18:58:00.000+00:00", id="naive"),
    pytest.param(
        {"start": "2026-05-04T18:58:30-05:00"}, "2026-05-04T18:58:00.000-05:00", id="offset"
    ),
]


@pytest.mark.parametrize(("sent", "kept"), DATES)
def test_a_date_loses_its_zone_and_its_seconds(
    it: Caller, sent: dict[str, str], kept: str
) -> None:
    _, source = it.database(COLUMNS)
    page = it.row(source, {"Day": {"date": sent}})
    date = page["properties"]["Day"]["date"]
    assert date == {"start": kept, "end": None, "time_zone": None}


def test_neighbouring_runs_of_one_style_are_joined(it: Caller) -> None:
    _, source = it.database(COLUMNS)
    runs = [text("a" * 2000), text("b" * 2000), text("c", bold=True), text("")]
    page = it.row(source, {"Text": {"rich_text": runs}})
    kept = [run["plain_text"] for run in page["properties"]["Text"]["rich_text"]]
    assert kept == ["a" * 2000 + "b" * 2000, "c"]


def test_a_relation_shows_25_pages_and_its_property_all(it: Caller) -> None:
    _, goals = it.database({}, "Goals")
    column = {"relation": {"data_source_id": goals, "single_property": {}}}
    _, tasks = it.database({"Goals": column}, "Tasks")
    ids = [it.row(goals, {"Name": named(str(number))})["id"] for number in range(26)]
    page = it.row(tasks, {"Goals": {"relation": [{"id": one} for one in ids]}})
    shown = page["properties"]["Goals"]
    assert (len(shown["relation"]), shown["has_more"]) == (25, True)
    path = f"/pages/{page['id']}/properties/{shown['id']}"
    first = it.call("GET", f"{path}?page_size=20")
    assert (first["object"], first["type"]) == ("list", "property_item")
    rest = it.call("GET", f"{path}?start_cursor={first['next_cursor']}")
    items = first["results"] + rest["results"]
    assert [one["relation"]["id"] for one in items] == ids
    fewer = {"properties": {"Goals": {"relation": [{"id": ids[0]}, {"id": NOWHERE}]}}}
    page = it.call("PATCH", f"/pages/{page['id']}", fewer)
    assert page["properties"]["Goals"] == {
        **shown,
        "relation": [{"id": ids[0]}],
        "has_more": False,
    }


def test_a_relation_takes_at_most_a_hundred(it: Caller) -> None:
    _, goals = it.database({})
    column = {"relation": {"data_source_id": goals, "single_property": {}}}
    _, tasks = it.database({"Goals": column})
    many = [{"id": NOWHERE}] * 101
    body = {"parent": {"data_source_id": tasks}, "properties": {"Goals": {"relation": many}}}
    assert "≤ `100`" in it.refused("POST", "/pages", body)[2]


def test_a_renamed_property_keeps_its_id_and_one_made_again_has_another(it: Caller) -> None:
    _, source = it.database(COLUMNS)
    path = f"/data_sources/{source}"
    before = it.call("GET", path)["properties"]["Day"]["id"]
    it.call("PATCH", path, {"properties": {"Day": {"name": "When"}}})
    assert it.call("GET", path)["properties"]["When"]["id"] == before
    it.call("PATCH", path, {"properties": {before: None}})
    it.call("PATCH", path, {"properties": {"When": {"date": {}}}})
    assert it.call("GET", path)["properties"]["When"]["id"] != before
    assert it.call("PATCH", path, {"properties": {}})["object"] == "data_source"


def test_options_sent_replace_all_and_keep_ids_by_name(it: Caller) -> None:
    _, source = it.database({"C": {"select": {"options": [{"name": "a"}, {"name": "b"}]}}})
    path = f"/data_sources/{source}"
    first = it.call("GET", path)["properties"]["C"]["select"]["options"]
    body = {"properties": {"C": {"select": {"options": [{"name": "b"}, {"name": "c"}]}}}}
    then = it.call("PATCH", path, body)["properties"]["C"]["select"]["options"]
    assert [it["name"] for it in then] == ["b", "c"]
    assert then[0]["id"] == first[1]["id"]


BAD_SCHEMAS = [
    ({"Name": None}, "Cannot delete the title property."),
    ({"Nope": None}, "Nope is not a property that exists."),
    ({"Other": {"title": {}}}, "more than one title"),
    ({"N": {"number": {"format": "bananas"}}}, "number format"),
    ({"R": {"relation": {"database_id": NOWHERE, "single_property": {}}}}, "not present"),
    ({"R": {"relation": {"single_property": {}}}}, "data_source_id should be a valid uuid"),
    ({"S": {"status": {"groups": []}}}, "not present"),
    ({"X": {"colour": {}}}, "not present"),
]


@pytest.mark.parametrize(("properties", "said"), BAD_SCHEMAS)
def test_a_schema_that_the_service_refuses_is_refused(
    it: Caller, properties: dict[str, Any], said: str
) -> None:
    _, source = it.database({})
    body = {"properties": properties}
    status, code, message = it.refused("PATCH", f"/data_sources/{source}", body)
    assert (status, code) == (400, "validation_error")
    assert said in message


def test_a_schema_that_is_refused_is_not_half_changed(it: Caller) -> None:
    _, source = it.database(COLUMNS)
    path = f"/data_sources/{source}"
    before = it.call("GET", path)["properties"]
    bad: dict[str, Any] = {
        "Day": {"name": "When"},
        "Number": None,
        "New": {"number": {}},
        "Name": None,
    }
    it.refused("PATCH", path, {"properties": bad})
    assert it.call("GET", path)["properties"] == before


def test_a_database_that_is_refused_is_not_half_made(it: Caller) -> None:
    body = {
        "parent": {"type": "page_id", "page_id": it.sandbox.parent_page},
        "initial_data_source": {"properties": {"Name": {"title": {}}, "Bad": {"number": 3}}},
    }
    assert it.refused("POST", "/databases", body)[0] == 400
    assert it.refused("POST", "/databases", {**body, "properties": {}})[0] == 400
    body["parent"] = {"page_id": it.sandbox.parent_page}
    assert it.refused("POST", "/databases", body)[0] == 400
    listed = it.call("GET", f"/blocks/{it.sandbox.parent_page}/children")
    assert listed["results"] == []
