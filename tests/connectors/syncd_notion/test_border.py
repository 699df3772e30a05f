"""Whatever a listing or a page says, nothing becomes new, gone or changed by nonsense."""

import itertools
import json
from datetime import timedelta
from typing import Any

import pytest

from syncd.connect.border import MOST_PAGES
from syncd.errors import Gone, SkipItem, SyncdError, TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd_notion.border import EDITED
from syncd_notion.pull import RowLister
from tests.connectors.syncd_notion.desk import Desk
from tests.connectors.syncd_notion.hostile import (
    ADVICE,
    GONE,
    NO_PAGES,
    listed,
    page,
    query,
    says,
    spoilt,
)

MARK = "properties/Sync ID"
NO_EVIDENCE: dict[str, tuple[str, Any]] = {
    "trash of a text": ("in_trash", "false"),
    "trash of a number": ("in_trash", 1),
    "trash of null": ("in_trash", None),
    "archive of a text": ("is_archived", "true"),
    "archive of a list": ("is_archived", [True]),
    "a parent of null": ("parent", None),
    "a parent of a text": ("parent", "elsewhere"),
    "an empty parent": ("parent", {}),
    "a parent without its id": ("parent", {"type": "data_source_id"}),
    "a parent of a number": ("parent", {"type": "page_id", "page_id": 5}),
    "a time of a number": ("last_edited_time", 5),
    "a time of null": ("created_time", None),
    "a time that is none": ("last_edited_time", "yesterday"),
    "a time before all": ("last_edited_time", "0001-01-01T00:00:00+14:00"),
    "a time after all": ("created_time", "9999-12-31T23:59:00-12:00"),
    "an address of a list": ("url", ["https://notion.so/1"]),
    "an address that is none": ("url", "javascript:alert(1)"),
    "no properties": ("properties", GONE),
    "properties of null": ("properties", None),
    "properties of a list": ("properties", []),
    "another sort": ("object", "hologram"),
    "a sort of a list": ("object", []),
    "no mark": (MARK, GONE),
    "a mark of null": (f"{MARK}/rich_text", None),
    "a mark of a text": (f"{MARK}/rich_text", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    "a mark of a number": (f"{MARK}/rich_text", [{"plain_text": 5}]),
    "a mark with a hole": (f"{MARK}/rich_text", [{"plain_text": "01A"}, None]),
}


def nonsense(table: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("wrong", table.values(), ids=table.keys())


@nonsense(NO_EVIDENCE)
def test_a_row_that_is_no_evidence_of_anything_is_unread_and_its_neighbour_is_read(
    desk: Desk, wrong: tuple[str, Any]
) -> None:
    bad, good = desk.create(Kind.GOAL, "Learn SQL"), desk.create(Kind.GOAL, "Run 10 km")
    says(
        desk,
        query(desk, Kind.GOAL),
        listed(spoilt(page(desk, bad.id), *wrong), page(desk, good.id)),
    )
    pull = desk.connector.pull(None)
    assert [it.id for it in pull.items] == [good.id]
    assert list(pull.unread) == [bad.id]
    assert pull.unread[bad.id].endswith(ADVICE)
    assert (pull.gone, pull.last, pull.cursor) == (frozenset(), (), None)
    assert Kind.GOAL in pull.whole


@nonsense(NO_EVIDENCE)
def test_a_page_that_is_no_evidence_of_anything_is_skipped_when_read(
    desk: Desk, wrong: tuple[str, Any]
) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    says(desk, f"/v1/pages/{made.id}", spoilt(page(desk, made.id), *wrong))
    if NO_EVIDENCE["no mark"] == wrong:
        assert desk.connector.read(Kind.GOAL, made.id).fields == made.fields
        return
    with pytest.raises(SkipItem) as met:
        desk.connector.read(Kind.GOAL, made.id)
    assert str(met.value).endswith(ADVICE)


NAMELESS: dict[str, Any] = {
    "no id": GONE,
    "null": None,
    "a number": 5,
    "a list": ["x"],
    "nothing": "",
    "two words": "a b",
    "a way up": "..",
    "a path": "../users",
    "too long": "x" * 2000,
}


@nonsense(NAMELESS)
def test_a_row_without_a_usable_id_is_told_and_nothing_is_taken_for_absent(
    desk: Desk, wrong: Any
) -> None:
    bad, good = desk.create(Kind.GOAL, "Learn SQL"), desk.create(Kind.GOAL, "Run 10 km")
    says(
        desk,
        query(desk, Kind.GOAL),
        listed(spoilt(page(desk, bad.id), "id", wrong), page(desk, good.id)),
    )
    _is_told(desk, good.id, "'Learn SQL'")


@nonsense({"null": None, "a text": "x", "a number": 5, "a list": [[]], "nothing": {}})
def test_an_entry_that_is_no_row_is_told_and_nothing_is_taken_for_absent(
    desk: Desk, wrong: Any
) -> None:
    good = desk.create(Kind.GOAL, "Run 10 km")
    says(desk, query(desk, Kind.GOAL), listed(wrong, page(desk, good.id), wrong))
    _is_told(desk, good.id, "lists")


def _is_told(desk: Desk, good: RemoteId, words: str) -> None:
    pull = desk.connector.pull(None)
    assert [it.id for it in pull.items] == [good]
    (sentence,) = pull.problems
    assert words in sentence
    assert sentence.endswith(ADVICE)
    assert (pull.gone, pull.whole, pull.cursor, pull.unread) == (
        frozenset(),
        frozenset(),
        None,
        {},
    )


def test_what_could_not_be_read_is_read_again_from_the_old_place(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    cursor = desk.connector.pull(None).cursor
    says(desk, query(desk, Kind.GOAL), listed(spoilt(page(desk, made.id), "in_trash", 0)))
    assert desk.connector.pull(cursor).cursor is None
    desk.heal()
    assert [it.id for it in desk.connector.pull(cursor).items] == [made.id]


def test_of_a_row_that_is_listed_twice_the_last_counts(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    row = page(desk, made.id)
    says(desk, query(desk, Kind.GOAL), listed(spoilt(row, "in_trash", "x"), row))
    pull = desk.connector.pull(None)
    assert ([it.id for it in pull.items], pull.unread) == ([made.id], {})


def test_a_title_in_a_sentence_is_one_short_line(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn\n" + "very " * 100 + "much")
    says(desk, query(desk, Kind.GOAL), listed(spoilt(page(desk, made.id), "in_trash", 0)))
    (sentence,) = desk.connector.pull(None).unread.values()
    assert "\n" not in sentence
    assert len(sentence) < 250


@nonsense(NO_PAGES)
def test_a_page_of_a_listing_that_is_none_is_never_nothing_new(desk: Desk, wrong: Any) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    cursor = desk.connector.pull(None).cursor
    write = desk.new_write(Kind.GOAL, "Run 10 km")
    says(desk, query(desk, Kind.GOAL), wrong)
    for ask in (
        lambda: desk.connector.pull(cursor),
        lambda: desk.connector.pull(None),
        lambda: desk.connector.edited(Kind.GOAL, desk.clock.now()),
        lambda: desk.connector.find(write),
    ):
        with pytest.raises(TryLater):
            ask()
    desk.heal()
    assert [it.id for it in desk.connector.pull(cursor).items] == [made.id]


@nonsense({"a text": "complete", "nothing": {}, "another": {"type": "almost"}, "a list": []})
def test_a_listing_that_does_not_say_clearly_that_it_is_whole_is_not(
    desk: Desk, wrong: Any
) -> None:
    says(desk, query(desk, Kind.GOAL), listed(request_status=wrong))
    with pytest.raises(TryLater):
        desk.connector.pull(None)


def test_an_answer_without_a_body_is_never_nothing_new(desk: Desk) -> None:
    says(desk, query(desk, Kind.GOAL), None, status=204)
    with pytest.raises(TryLater):
        desk.connector.pull(None)


def test_a_listing_that_goes_in_circles_ends(desk: Desk) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    reply = listed(page(desk, made.id), has_more=True, next_cursor="again")
    says(desk, query(desk, Kind.GOAL), reply)
    with pytest.raises(TryLater):
        desk.connector.pull(None)
    assert len(desk.sent("POST", query(desk, Kind.GOAL))) < 10, "two, and as often tried again"


class Endless:
    """A service whose every page has a next one, or whose every listing is cut off."""

    def __init__(self, *, cut: bool) -> None:
        self.asked = itertools.count(1)
        self.cut = cut

    def received(self) -> int:
        return 0

    def query(self, source: str, body: dict[str, Any]) -> dict[str, Any]:
        number = next(self.asked)
        if not self.cut:
            return listed(has_more=True, next_cursor=f"c{number}")
        time = f"{2000 + number}-01-01T00:00:00.000Z"
        row = {"object": "page", "id": f"r{number}", EDITED: time}
        return listed(row, request_status={"type": "incomplete"})


@pytest.mark.parametrize("cut", [False, True])
def test_a_listing_without_end_ends(cut: bool) -> None:
    service: Any = Endless(cut=cut)
    with pytest.raises(TryLater, match="does not end"):
        RowLister(service, lambda: None).read("s", EDITED, None)
    assert next(service.asked) == MOST_PAGES + 1


def many(desk: Desk) -> None:
    for number in range(250):
        desk.person.add(Kind.TASK, f"task {number:03}")


def interrupted(desk: Desk, cursor: str | None) -> None:
    """Read until the third page of the tasks is refused."""
    tasks = query(desk, Kind.TASK)
    says(desk, tasks, {}, skip=2, status=503)
    with pytest.raises(TryLater):
        desk.connector.pull(cursor)
    desk.heal()


def test_a_reading_that_was_interrupted_goes_on_where_it_stopped(desk: Desk) -> None:
    many(desk)
    interrupted(desk, None)
    desk.server.log.clear()
    assert len(desk.connector.pull(None).items) == 250
    (sent,) = desk.sent("POST", query(desk, Kind.TASK))
    assert "start_cursor" in sent.json()
    desk.server.log.clear()
    assert len(desk.connector.pull(None).items) == 250
    assert len(desk.sent("POST", query(desk, Kind.TASK))) == 3


def test_what_is_edited_while_a_reading_was_interrupted_is_found(desk: Desk) -> None:
    many(desk)
    desk.clock.advance(minutes=5)
    first, *_, last = [str(it.fields["title"]) for it in desk.connector.pull(None).items]
    desk.person.edit(Kind.TASK, last, "title", "the newest")
    interrupted(desk, None)
    desk.clock.advance(minutes=30)
    desk.person.edit(Kind.TASK, first, "title", "edited meanwhile")
    desk.clock.advance(minutes=30)
    pull = desk.connector.pull(None)
    assert first in {it.fields["title"] for it in pull.items}
    titles = {it.fields["title"] for it in desk.connector.pull(pull.cursor).items}
    assert "edited meanwhile" in titles


@nonsense(
    {
        "nothing": {},
        "a listing": listed(),
        "null": None,
        "no id": {"object": "page", "properties": {}},
    }
)
def test_a_page_that_is_none_is_asked_for_later(desk: Desk, wrong: Any) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    says(desk, f"/v1/pages/{made.id}", wrong)
    with pytest.raises(TryLater):
        desk.connector.read(Kind.GOAL, made.id)


def test_another_page_than_the_one_asked_for_is_not_believed(desk: Desk) -> None:
    made, other = desk.create(Kind.GOAL, "Learn SQL"), desk.create(Kind.GOAL, "Run 10 km")
    desk.person.delete(Kind.GOAL, "Run 10 km")
    says(desk, f"/v1/pages/{made.id}", page(desk, other.id))
    with pytest.raises(SkipItem) as met:
        desk.connector.read(Kind.GOAL, made.id)
    assert "Run 10 km" not in str(met.value)


@nonsense(NO_EVIDENCE)
def test_what_was_edited_is_unknown_where_a_row_can_not_be_read(
    desk: Desk, wrong: tuple[str, Any]
) -> None:
    made = desk.create(Kind.GOAL, "Learn SQL")
    since = desk.clock.now() - timedelta(minutes=5)
    assert [it.id for it in desk.connector.edited(Kind.GOAL, since) or ()] == [made.id]
    says(desk, query(desk, Kind.GOAL), listed(spoilt(page(desk, made.id), *wrong)))
    assert desk.connector.edited(Kind.GOAL, since) is None


@nonsense(NO_EVIDENCE | {"nameless": ("id", GONE)})
def test_what_is_looked_for_by_its_mark_is_never_missing_because_of_nonsense(
    desk: Desk, wrong: tuple[str, Any]
) -> None:
    write = desk.new_write(Kind.GOAL, "Learn SQL")
    made = desk.made(write)
    says(desk, query(desk, Kind.GOAL), listed(spoilt(page(desk, made.id), *wrong)))
    with pytest.raises(SkipItem):
        desk.connector.find(write)


# Relations that are told by further pages.

RELATED = [
    None,
    5,
    {},
    {"relation": None},
    {"relation": {"id": 5}},
    {"relation": {"id": "../x"}},
]


@pytest.mark.parametrize("wrong", RELATED, ids=str)
def test_a_long_relation_with_an_entry_that_names_no_page_is_its_field_s_problem(
    desk: Desk, wrong: Any
) -> None:
    made, other = _skill(desk), desk.create(Kind.SKILL, "Another")
    says(desk, f"/v1/pages/{made}/properties/.*", listed({"relation": {"id": "g1"}}, wrong))
    items = {it.id: it for it in desk.connector.pull(None).items if it.kind is Kind.SKILL}
    assert items[other.id].fields == other.fields
    assert "goals" not in items[made].fields
    assert items[made].problems["goals"].endswith(ADVICE)


@pytest.mark.parametrize("more", ["true", 1, None, []], ids=str)
def test_a_relation_that_does_not_say_clearly_that_it_is_whole_is_not(
    desk: Desk, more: Any
) -> None:
    made = _skill(desk)
    row = spoilt(page(desk, made), "properties/Goals/has_more", more)
    says(desk, query(desk, Kind.SKILL), listed(row))
    (item,) = [it for it in desk.connector.pull(None).items if it.kind is Kind.SKILL]
    assert "goals" not in item.fields
    assert set(item.problems) == {"goals"}


@nonsense(NO_PAGES)
def test_a_long_relation_that_is_not_told_is_read_later(desk: Desk, wrong: Any) -> None:
    made = _skill(desk)
    says(desk, f"/v1/pages/{made}/properties/.*", wrong)
    for ask in (
        lambda: desk.connector.pull(None),
        lambda: desk.connector.read(Kind.SKILL, made),
    ):
        with pytest.raises(TryLater):
            ask()


@pytest.mark.parametrize("status", [400, 404, 418])
def test_a_long_relation_that_is_refused_leaves_its_row_unread(desk: Desk, status: int) -> None:
    made = _skill(desk)
    code = "object_not_found" if status == 404 else "validation_error"
    reply = {"object": "error", "status": status, "code": code, "message": "No."}
    says(desk, f"/v1/pages/{made}/properties/.*", reply, status=status)
    pull = desk.connector.pull(None)
    assert list(pull.unread) == [made]
    assert Kind.GOAL in {it.kind for it in pull.items}
    with pytest.raises(SyncdError) as met:
        desk.connector.read(Kind.SKILL, made)
    assert not isinstance(met.value, Gone)


def _skill(desk: Desk) -> RemoteId:
    goals = frozenset(desk.create(Kind.GOAL, f"Goal {number}").id for number in range(26))
    return desk.create(Kind.SKILL, "Analysis", goals=goals).id


def test_a_schema_that_can_not_be_read_changes_no_binding(desk: Desk) -> None:
    desk.create(Kind.GOAL, "Learn SQL")
    desk.person.retype_property(Kind.GOAL, "Due", "rich_text")
    before = json.dumps(desk.memory.kept, sort_keys=True, default=str)
    says(
        desk,
        f"/v1/data_sources/{desk.person.source(Kind.GOAL).id}",
        {"id": "x", "properties": {}},
    )
    with pytest.raises(TryLater):
        desk.connector.pull(None)
    assert json.dumps(desk.memory.kept, sort_keys=True, default=str) == before


def test_a_row_that_lives_elsewhere_is_nobody_s_and_never_new(desk: Desk) -> None:
    """A listing of a data source shows its own rows alone: whose this one is, nobody knows."""
    made = desk.create(Kind.GOAL, "Learn SQL")
    row = page(desk, made.id)
    elsewhere = {
        "type": "data_source_id",
        "data_source_id": "bbbbbbbb-0000-4000-8000-00000000000b",
    }
    stray = {**row, "id": "aaaaaaaa-0000-4000-8000-00000000000a", "parent": elsewhere}
    cursor = desk.connector.pull(None).cursor
    write = desk.new_write(Kind.GOAL, "Run 10 km")
    says(desk, query(desk, Kind.GOAL), listed(row, stray))
    pull = desk.connector.pull(cursor)
    assert [it.id for it in pull.items] == [made.id]
    assert pull.unread.keys() == {stray["id"]}
    assert pull.cursor is None
    assert desk.connector.edited(Kind.GOAL, desk.clock.now()) is None
    with pytest.raises(SkipItem):
        desk.connector.find(write)
