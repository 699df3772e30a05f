"""The body of a page, looked at and edited on the sandbox's own page."""

import html

import httpx

from syncd_notion.sandbox.as_read import draft
from syncd_notion.sandbox.workspace import USER
from tests.connectors.syncd_notion.blocks import ids, p, page_with, shown
from tests.connectors.syncd_notion.caller import Caller

WELL, WAY = "What went <b>well</b>?", "What got in the way?"
ASKED = (draft("heading_2", WELL), p("Sleep."), draft("heading_2", WAY))


def form(it: Caller, act: str, **fields: str) -> httpx.Response:
    return it.http.post(f"/_sandbox/{act}", data=fields, follow_redirects=True)


def seen(it: Caller, page: str) -> str:
    reply = it.http.get(f"/_sandbox/page/{page}")
    assert reply.status_code == 200
    return reply.text


def test_a_row_is_opened_and_its_body_read(it: Caller) -> None:
    page = page_with(it, draft("to_do", "tick </textarea>", checked=True), *ASKED)
    assert f'href="/_sandbox/page/{page}"' in it.http.get("/").text
    found = seen(it, page)
    for text in (WELL, WAY, "Sleep.", "tick </textarea>"):
        assert html.escape(text) in found
    assert "<b>well" not in found
    assert "tick </textarea>" not in found
    assert it.http.get("/_sandbox/page/nope").status_code == 404


def test_an_answer_is_typed_under_its_heading(it: Caller) -> None:
    page = page_with(it, *ASKED)
    well, before, way = ids(it, page)
    form(it, "write", page=page, part=way, value="Rain.\r\nAnd snow.\r\n")
    reply = form(it, "write", page=page, part=well, value="Sleep.\r\nFood.")
    assert reply.url.path == f"/_sandbox/page/{page}"
    assert shown(it, page) == [WELL, "Sleep.", "Food.", WAY, "Rain.", "And snow."]
    assert ids(it, page)[1] == before
    assert it.call("GET", f"/pages/{page}")["last_edited_by"]["id"] == USER
    form(it, "write", page=page, part=well, value="")
    assert shown(it, page) == [WELL, WAY, "Rain.", "And snow."]


def test_an_empty_page_takes_text_and_other_blocks_stay_beside_it(it: Caller) -> None:
    page = page_with(it)
    form(it, "write", page=page, part="", value="First")
    assert shown(it, page) == ["First"]
    page = page_with(it, draft("bulleted_list_item", "a"), *ASKED)
    form(it, "write", page=page, part="", value="b")
    assert shown(it, page)[:3] == ["a", "b", WELL]


def test_single_blocks_are_changed_ticked_and_emptied(it: Caller) -> None:
    page = page_with(it, draft("to_do", "a"), draft("quote", "b"))
    box, quote = ids(it, page)
    form(it, "tick", block=box, value="yes")
    form(it, "retell", block=box, value="other")
    form(it, "retell", block=quote, value="")
    assert shown(it, page) == ["other"]
    assert it.call("GET", f"/blocks/{box}")["to_do"]["checked"] is True
    form(it, "tick", block=box)
    assert it.call("GET", f"/blocks/{box}")["to_do"]["checked"] is False


def test_what_lies_in_the_trash_is_read_only(it: Caller) -> None:
    page = page_with(it, *ASKED)
    (well, *_) = ids(it, page)
    form(it, "trash", page=page)
    assert "in the trash" in seen(it, page)
    assert form(it, "write", page=page, part=well, value="x").status_code == 400
    assert form(it, "retell", block=well, value="x").status_code == 400
    assert form(it, "retell", block="nope", value="x").status_code == 404
    assert form(it, "write", page=page, part="nope", value="x").status_code == 400
    form(it, "restore", page=page)
    assert form(it, "write", page=page, part="nope", value="x").status_code == 404
    assert shown(it, page) == [WELL, "Sleep.", WAY]
