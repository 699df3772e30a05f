"""Whatever is sent, the sandbox answers in the service's words: it never fails itself."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.testing.fake_clock import FakeClock
from syncd_notion.sandbox import blocks, endpoints
from syncd_notion.sandbox.app import ENDPOINTS, NotionSandbox, make
from syncd_notion.sandbox.as_read import draft
from syncd_notion.sandbox.block_types import parse_drafts
from syncd_notion.sandbox.errors import NotionRefusal
from syncd_notion.sandbox.objects import NotionRequest
from tests.connectors.syncd_notion.caller import COLUMNS, text

VALUES: dict[str, Any] = {
    "Name": {"title": [text("A title", bold=True)]},
    "Text": {"rich_text": [{"type": "text", "text": {"content": "a", "link": {"url": "b"}}}]},
    "Number": {"number": 1.5},
    "Box": {"checkbox": True},
    "Link": {"url": "https://example.org"},
    "Mail": {"email": "ada@example.org"},
    "Choice": {"select": {"name": "New"}},
    "State": {"status": {"name": "Done"}},
    "Many": {"multi_select": [{"name": "a"}, {"name": "b", "color": "red"}]},
    "Day": {"date": {"start": "2026-06-01T09:00:00", "time_zone": "Europe/Berlin"}},
    "To": {"relation": [{"id": "5e000000-0000-4000-8000-000000000999"}]},
    "People": {"people": [{"id": "5e000000-0000-4000-8000-0000000000b0"}]},
}
TITLE = [text("A title")]
FILTER = {
    "and": [
        {"timestamp": "last_edited_time", "last_edited_time": {"on_or_after": "2026-05-04"}},
        {"or": [{"property": "Day", "date": {"before": "2026-07-01"}}]},
        {"property": "Number", "number": {"greater_than": 1}},
        {"property": "Choice", "select": {"equals": ["New"]}},
        {"property": "Many", "multi_select": {"contains": "a"}},
        {"property": "Text", "rich_text": {"contains": "a"}},
    ]
}
BLOCKS: list[dict[str, Any]] = [
    draft("to_do", TITLE, checked=True, color="red"),
    draft("toggle", "x", draft("callout", TITLE, icon={"emoji": "🌱"})),
    {"object": "block", "code": {"rich_text": TITLE, "language": "sql", "caption": TITLE}},
    {"type": "divider", "divider": {}},
]
SORTS = [{"property": name, "direction": "descending"} for name in VALUES]


def valid(sandbox: NotionSandbox, source: str) -> dict[str, Any]:
    """Return a body that is taken, for each endpoint that has one."""
    parent = {"type": "page_id", "page_id": sandbox.parent_page}
    relation = {"relation": {"data_source_id": source, "single_property": {}}}
    schema = {"Name": {"title": {}}, **COLUMNS, "To": relation}
    of_source = {"type": "data_source_id", "data_source_id": source}
    hits = {"property": "object", "value": "page"}
    return {
        "search": {"query": "a", "filter": hits, "page_size": 5},
        "create_database": {
            "parent": parent,
            "title": TITLE,
            "description": TITLE,
            "is_inline": False,
            "initial_data_source": {"properties": schema},
        },
        "update_database": {"title": TITLE, "description": TITLE, "in_trash": False},
        "update_source": {"title": TITLE, "properties": {"Day": {"name": "Day"}, **COLUMNS}},
        "query": {"filter": FILTER, "sorts": SORTS, "page_size": 3},
        "create_page": {
            "parent": of_source,
            "properties": VALUES,
            "icon": None,
            "children": BLOCKS[:2],
        },
        "update_page": {"properties": VALUES, "in_trash": False, "is_archived": False},
        "append": {"children": BLOCKS, "position": {"type": "start"}},
        "update_block": {**BLOCKS[0], "in_trash": False},
    }


NONSENSE: list[Any] = [
    *(None, True, -1, 0, 3000, 1.5, float("nan"), "", "Name", "x" * 2001, "a, b"),
    *("2026-06-01", "10000-01-01", "descending", [], {}, [[]], [{}], [None], ["a"]),
    *({"id": None}, {"": 1}, {"name": 3}, {"a": {}}, {"type": 3}, {"id": []}, {"start": 3}),
]


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every part of a body."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts:
        yield (*above, key)
        if isinstance(part, dict | list):
            yield from places(part, (*above, key))


def copied(value: Any) -> Any:
    """Return a deep copy, several times as fast as ``copy.deepcopy`` makes one."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - what was just dumped here


def spoilt(body: dict[str, Any], place: tuple[Any, ...], value: Any, *, more: bool) -> Any:
    """Return a body with one part replaced, or with something added beside it."""
    found = copied(body)
    at: Any = found
    for key in place[:-1]:
        at = at[key]
    if more and isinstance(at, dict):
        at["more"] = value
    else:
        at[place[-1]] = value
    return found


class Desk:
    """A workspace with a row of all values, put right before each request."""

    def __init__(self, directory: Path) -> None:
        self.sandbox = make(directory, FakeClock())
        self.workspace = self.sandbox.workspace
        person = self.sandbox.person
        other = person.add_database("Other", {"Name": {"title": {}}})
        to = {"relation": {"data_source_id": other.id, "single_property": {}}}
        columns = {"Name": {"title": {}}, **COLUMNS, "To": to, "People": {"people": {}}}
        self.source = person.add_database("Plans", columns)
        self.row = self.workspace.add_row(self.source, {})
        (self.block,) = blocks.put_blocks(
            self.workspace, self.row, parse_drafts(BLOCKS[:1], "blocks")
        )
        self.ids = {
            "page_id": self.row.id,
            "database_id": self.source.parent,
            "data_source_id": self.source.id,
            "block_id": self.block.id,
            "property_id": "To",
        }
        self.answer(endpoints.update_page, {"properties": VALUES})
        self.kept = copied((self.row.values, self.source.props))

    def answer(
        self, endpoint: Any, body: Any, query: dict[str, str] | None = None, /, **ids: str
    ) -> int:
        asked = NotionRequest(ids={**self.ids, **ids}, query=query or {}, body=copied(body))
        try:
            assert endpoint(self.workspace, asked)["object"]
        except NotionRefusal as refused:
            return refused.status
        return 200

    def put_right(self) -> None:
        self.row.values, self.source.props = copied(self.kept)
        self.row.in_trash = self.row.is_archived = self.source.in_trash = False
        self.workspace.databases[self.source.parent].in_trash = self.block.in_trash = False


BODIES = ["search", "create_database", "update_database", "update_source", "query"]
BODIES += ["create_page", "update_page", "append", "update_block"]


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_spoilt_anywhere_is_taken_or_refused(tmp_path: Path, name: str) -> None:
    desk = Desk(tmp_path)
    endpoint = next(it for it in ENDPOINTS.values() if it.__name__ == name)
    body = valid(desk.sandbox, desk.source.id)[name]
    assert desk.answer(endpoint, body) == 200
    refusals = 0
    for place in places(body):
        beside = [(value, True) for value in NONSENSE[:3]]
        for value, more in [*((value, False) for value in NONSENSE), *beside]:
            desk.put_right()
            status = desk.answer(endpoint, spoilt(body, place, value, more=more))
            assert status in (200, 400, 404, 501)
            refusals += status == 400
    assert refusals > 100


WORDS = ["", "0", "1", "-1", "101", "1.5", "abc", "²", "..", "a/b"]


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=[" ".join(it) for it in ENDPOINTS])
def test_an_address_that_is_spoilt_is_taken_or_refused(tmp_path: Path, endpoint: Any) -> None:
    desk = Desk(tmp_path)
    for name in desk.ids:
        for word in (*WORDS, *desk.ids.values(), *VALUES):
            desk.put_right()
            assert desk.answer(endpoint, {}, **{name: word}) in (200, 400, 404, 501)
    for name in ("page_size", "start_cursor"):
        for word in WORDS:
            desk.put_right()
            assert desk.answer(endpoint, {}, {name: word}) in (200, 400, 404, 501)
