"""Recognising items: by mark, by link, by what they are, else as new."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Carried, Remote
from syncd.sync.match import How, Match, MatchIndex, Waiting, match_items

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CARRIES = {
    Kind.TASK: Carried(fields=frozenset({"title"}), editable=frozenset({"title"})),
    Kind.GOAL: Carried(fields=frozenset(), editable=frozenset(), imports=False),
}


def item(
    name: str,
    *,
    kind: Kind = Kind.TASK,
    mark: str | None = None,
    link: str | None = None,
    age: int = 0,
) -> Remote:
    return Remote(
        id=RemoteId(name),
        kind=kind,
        fields={"title": name},
        mark=EntityId(mark) if mark else None,
        link=link,
        created_at=NOON - timedelta(days=age),
    )


def known(
    *,
    held: Sequence[str] = (),
    archived: Sequence[str] = (),
    pages: Mapping[str, EntityId] | None = None,
    alike: Sequence[str] = (),
    unread: bool = False,
) -> MatchIndex:
    """What is known: held here, archived, which page is whose, and what looks alike."""

    def by_link(link: str) -> EntityId | None:
        if unread:
            raise LookupError(link)
        return (pages or {}).get(link)

    return MatchIndex(
        holder=lambda entity: RemoteId("other") if entity in held else None,
        claimable=lambda kind, entity: entity not in archived,
        by_link=by_link,
        named=lambda remote: str(remote.fields["title"]).endswith("!"),
        alike=lambda remote: [EntityId(one) for one in alike],
    )


def told(found: list[Remote], what: MatchIndex) -> list[tuple[str, str | None, How] | str]:
    """Return (item, entity, how) of each verdict."""
    return [
        (one.remote.id, one.entity, one.how) if isinstance(one, Match) else one.remote.id
        for one in match_items(found, CARRIES, what)
    ]


def test_an_item_is_what_its_mark_says() -> None:
    assert told([item("a", mark="E1")], known(alike=["E2"])) == [("a", "E1", How.MARK)]


def test_of_two_copies_the_one_that_kept_its_name_is_the_entity() -> None:
    copies = [item("old", mark="E1", age=9), item("as before!", mark="E1", age=1)]
    assert told(copies, known()) == [
        ("as before!", "E1", How.MARK),
        ("old", None, How.COPY),
    ]


def test_a_mark_that_another_item_holds_is_a_copys() -> None:
    assert told([item("a", mark="E1")], known(held=["E1"])) == [("a", None, How.COPY)]


def test_of_two_items_with_one_mark_the_older_is_the_original() -> None:
    both = [item("young", mark="E1", age=1), item("old", mark="E1", age=9)]
    assert told(both, known()) == [("old", "E1", How.MARK), ("young", None, How.COPY)]


def test_items_whose_age_nobody_knows_come_last() -> None:
    unknown = replace(item("ageless", mark="E1"), created_at=None)
    assert told([unknown, item("young", mark="E1")], known())[0] == ("young", "E1", How.MARK)


def test_a_mark_of_what_was_let_go_of_makes_a_new_entity() -> None:
    assert told([item("a", mark="E1")], known(archived=["E1"])) == [("a", None, How.COPY)]


def test_an_item_is_what_its_link_leads_to() -> None:
    pages = {"https://p/1": EntityId("E1")}
    found = told([item("a", link="https://p/1")], known(pages=pages, alike=["E2"]))
    assert found == [("a", "E1", How.LINK)]


def test_a_link_that_another_item_shows_already_is_a_copys() -> None:
    pages = {"https://p/1": EntityId("E1")}
    both = [item("old", link="https://p/1", age=3), item("young", link="https://p/1")]
    assert told(both, known(pages=pages)) == [
        ("old", "E1", How.LINK),
        ("young", None, How.COPY),
    ]


def test_a_link_to_a_page_that_was_not_read_yet_waits() -> None:
    (verdict,) = match_items([item("a", link="https://p/1")], CARRIES, known(unread=True))
    assert isinstance(verdict, Waiting)


def test_a_link_to_nothing_that_is_known_is_passed_over() -> None:
    assert told([item("a", link="https://x/9")], known(alike=["E2"])) == [
        ("a", "E2", How.ALIKE)
    ]


def test_what_looks_the_same_is_the_same() -> None:
    assert told([item("a")], known(alike=["E1", "E2"])) == [("a", "E1", How.ALIKE)]


def test_two_items_that_look_the_same_are_two_entities() -> None:
    both = told([item("a"), item("b", age=1)], known(alike=["E1", "E2"]))
    assert both == [("b", "E1", How.ALIKE), ("a", "E2", How.ALIKE)]


def test_what_looks_like_something_that_is_held_here_is_new() -> None:
    assert told([item("a")], known(alike=["E1"], held=["E1"])) == [("a", None, How.NEW)]


def test_what_nobody_knows_is_new() -> None:
    assert told([item("a")], known()) == [("a", None, How.NEW)]


def test_what_a_tool_does_not_adopt_is_left_alone_unless_it_is_known() -> None:
    headings = [item("new", kind=Kind.GOAL), item("ours", kind=Kind.GOAL, mark="E1")]
    assert told(headings, known()) == [("ours", "E1", How.MARK)]
