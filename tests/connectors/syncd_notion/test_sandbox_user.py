"""What a person does in the sandbox, by hand and on its page.

Each fact is from the service's public documentation or from recorded replies.
"""

import httpx

from syncd.model.entities import Kind
from syncd_notion.sandbox.rich_text import run_of
from tests.connectors.syncd_notion.caller import COLUMNS, Caller, named, text, titles


def test_a_copied_row_has_the_same_sync_id(it: Caller) -> None:
    _, source = it.database({"Sync ID": {"rich_text": {}}}, "Goals")
    it.row(source, {"Name": named("a"), "Sync ID": {"rich_text": [text("01ARZ")]}})
    it.sandbox.person.duplicate(Kind.GOAL, "a")
    rows = it.query(source)["results"]
    assert [row["properties"]["Sync ID"]["rich_text"][0]["plain_text"] for row in rows] == [
        "01ARZ",
        "01ARZ",
    ]
    editors = {row["last_edited_by"]["id"] for row in rows}
    assert len(editors) == 2


def test_a_type_change_keeps_values_as_text_and_reads_them_again(it: Caller) -> None:
    _, source = it.database({"When": {"date": {}}}, "Goals")
    it.row(source, {"Name": named("a"), "When": {"date": {"start": "2026-01-01"}}})
    it.sandbox.person.retype_property(Kind.GOAL, "When", "rich_text")
    (row,) = it.query(source)["results"]
    assert row["properties"]["When"]["rich_text"][0]["plain_text"] == "2026-01-01"
    it.sandbox.person.retype_property(Kind.GOAL, "When", "date")
    (row,) = it.query(source)["results"]
    assert row["properties"]["When"]["date"]["start"] == "2026-01-01"


def form(it: Caller, act: str, **fields: str) -> httpx.Response:
    return it.http.post(f"/_sandbox/{act}", data=fields, follow_redirects=True)


def test_the_page_shows_and_edits_what_is_there(it: Caller) -> None:
    _, source = it.database(COLUMNS)
    page = it.row(source, {"Name": named("<b>first</b>")})["id"]
    html = it.http.get("/").text
    assert "&lt;b&gt;first&lt;/b&gt;" in html
    assert "<b>first" not in html
    props = it.call("GET", f"/data_sources/{source}")["properties"]
    option = props["Choice"]["select"]["options"][0]["id"]
    for name, value in (
        ("Name", "changed"),
        ("Number", "2.5"),
        ("Box", "yes"),
        ("Choice", option),
        ("Many", "one, two"),
        ("Day", "2026-06-01 → 2026-06-03"),
        ("Link", "https://example.org"),
        ("Text", "Some words"),
    ):
        assert form(it, "edit", page=page, property=props[name]["id"], value=value).is_success
    shown = it.call("GET", f"/pages/{page}")["properties"]
    assert shown["Name"]["title"][0]["plain_text"] == "changed"
    assert shown["Number"]["number"] == 2.5
    assert shown["Box"]["checkbox"] is True
    assert shown["Choice"]["select"]["name"] == "One"
    assert {it["name"] for it in shown["Many"]["multi_select"]} == {"one", "two"}
    assert shown["Day"]["date"] == {
        "start": "2026-06-01",
        "end": "2026-06-03",
        "time_zone": None,
    }
    assert "2026-06-01 → 2026-06-03" in it.http.get("/").text
    form(it, "edit", page=page, property=props["Box"]["id"])
    assert it.call("GET", f"/pages/{page}")["properties"]["Box"]["checkbox"] is False


def test_the_page_adds_copies_trashes_restores_and_renames(it: Caller) -> None:
    _, source = it.database({})
    form(it, "add", source=source, value="By hand")
    (row,) = it.query(source)["results"]
    form(it, "duplicate", page=row["id"])
    assert titles(it.query(source)) == ["By hand", "By hand"]
    form(it, "trash", page=row["id"])
    assert "Restore" in it.http.get("/").text
    assert len(it.query(source)["results"]) == 1
    form(it, "restore", page=row["id"])
    assert len(it.query(source)["results"]) == 2
    form(it, "rename", source=source, value="My plans")
    assert "My plans" in it.http.get("/").text


def test_the_page_refuses_what_makes_no_sense(it: Caller) -> None:
    _, source = it.database(COLUMNS)
    page = it.row(source, {})["id"]
    day = it.call("GET", f"/data_sources/{source}")["properties"]["Day"]["id"]
    assert form(it, "edit", page=page, property=day, value="someday").status_code == 400
    assert form(it, "edit", page="nope", property=day).status_code == 404
    assert form(it, "fly").status_code == 404


def test_formatted_text_is_shown_with_its_style(it: Caller) -> None:
    _, source = it.database({"Notes": {"rich_text": {}}}, "Goals")
    it.row(source, {"Name": named("a")})
    it.sandbox.person.write_runs(Kind.GOAL, "a", "Notes", [run_of("bold", bold=True)])
    (row,) = it.query(source)["results"]
    assert row["properties"]["Notes"]["rich_text"][0]["annotations"]["bold"] is True
