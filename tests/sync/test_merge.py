"""Merging one entity: each case is something that happened in the world."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from syncd.model.entities import Kind
from syncd.model.schema import DEFAULTS, Fields
from syncd.model.values import Moment, Value
from syncd.sync.merge import Author, Observation, merge

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
TASK = {**DEFAULTS[Kind.TASK], "title": "Old", "notes": "", "labels": frozenset("ab")}


def seen(  # noqa: PLR0913  # the columns of a table
    tool: str,
    *,
    at: datetime | None = NOON,
    resolution: timedelta = timedelta(0),
    home: tuple[str, ...] = (),
    fit: Fields | None = None,
    base: Fields | None = None,
    **observed: Value,
) -> Observation:
    """What a tool shows that agreed with the plan but for ``observed``."""
    return Observation(
        tool=tool,
        observed={**TASK, **observed},
        base={**TASK, **(base or {})},
        fit={**TASK, **(fit or {})},
        editable=frozenset(TASK) - {"done_at"},
        home=frozenset(home),
        edited_at=at,
        resolution=resolution,
    )


def changes(
    *sightings: Observation,
    plan: Fields | None = None,
    authors: dict[str, Author] | None = None,
) -> dict[str, Value]:
    """Return field → new value."""
    merged = merge(Kind.TASK, {**TASK, **(plan or {})}, authors or {}, sightings, ZONE)
    return {one.field: one.after for one in merged.changes}


def lost(
    *sightings: Observation,
    plan: Fields | None = None,
    authors: dict[str, Author] | None = None,
) -> list[tuple[str, Value, str]]:
    """Return (field, lost value, by whom)."""
    merged = merge(Kind.TASK, {**TASK, **(plan or {})}, authors or {}, sightings, ZONE)
    return [(one.field, one.lost, one.lost_by) for one in merged.conflicts]


def by(who: str, at: datetime = NOON) -> Author:
    return Author(by=who, at=at)


def test_nothing_seen_changes_nothing() -> None:
    assert changes() == {}


def test_what_agrees_changes_nothing() -> None:
    assert changes(seen("pages"), seen("todos")) == {}


def test_an_edit_in_one_tool_is_the_plans() -> None:
    assert changes(seen("pages", title="New"), seen("todos")) == {"title": "New"}


def test_edits_of_different_fields_both_survive() -> None:
    both = (seen("pages", title="New"), seen("todos", priority=1))
    assert changes(*both) == {"title": "New", "priority": 1}
    assert lost(*both) == []


def test_the_same_edit_in_two_tools_is_no_conflict() -> None:
    both = (seen("pages", title="New"), seen("todos", title="New", at=NOON + MINUTE))
    assert changes(*both) == {"title": "New"}
    assert lost(*both) == []


def test_the_later_of_two_edits_wins_and_the_other_is_kept() -> None:
    both = (seen("pages", title="Early"), seen("todos", title="Late", at=NOON + MINUTE))
    assert changes(*both) == {"title": "Late"}
    assert lost(*both) == [("title", "Early", "pages")]


def test_of_three_edits_the_latest_wins_and_both_others_are_kept() -> None:
    three = [
        seen(tool, title=tool, at=NOON + n * MINUTE)
        for n, tool in enumerate(["pages", "calendar", "todos"])
    ]
    assert changes(*three) == {"title": "todos"}
    assert sorted(lost(*three)) == [
        ("title", "calendar", "calendar"),
        ("title", "pages", "pages"),
    ]


@pytest.mark.parametrize(
    ("home", "wins"),
    [("pages", "In pages"), ("todos", "In todos")],
)
def test_within_the_minute_of_the_coarser_clock_the_home_wins(home: str, wins: str) -> None:
    of_pages = ("title",) if home == "pages" else ()
    of_todos = ("title",) if home == "todos" else ()
    in_pages = seen("pages", title="In pages", resolution=MINUTE, home=of_pages)
    at = NOON + timedelta(seconds=40)
    in_todos = seen("todos", title="In todos", at=at, home=of_todos)
    assert changes(in_pages, in_todos) == {"title": wins}


def test_outside_the_minute_the_later_wins_though_it_is_not_at_home() -> None:
    in_pages = seen("pages", title="In pages", resolution=MINUTE, home=("title",))
    in_todos = seen("todos", title="In todos", at=NOON + MINUTE)
    assert changes(in_pages, in_todos) == {"title": "In todos"}


def test_where_one_time_is_missing_the_home_wins() -> None:
    in_pages = seen("pages", title="In pages", at=None, home=("title",))
    in_todos = seen("todos", title="In todos", at=NOON + 99 * MINUTE)
    assert changes(in_pages, in_todos) == {"title": "In pages"}


def test_the_plans_own_edit_that_the_tool_had_not_got_is_a_rival() -> None:
    edit = seen("todos", title="In todos", fit={"title": "Mine"})
    mine, authors = {"title": "Mine"}, {"title": by("you", NOON + MINUTE)}
    assert changes(edit, plan=mine, authors=authors) == {}
    assert lost(edit, plan=mine, authors=authors) == [("title", "In todos", "todos")]


def test_a_later_edit_beats_the_plans_own() -> None:
    edit = seen("todos", title="In todos", fit={"title": "Mine"})
    mine, authors = {"title": "Mine"}, {"title": by("you", NOON - MINUTE)}
    assert changes(edit, plan=mine, authors=authors) == {"title": "In todos"}
    assert lost(edit, plan=mine, authors=authors) == [("title", "Mine", "you")]


def test_an_edit_on_top_of_the_plans_value_is_no_conflict() -> None:
    edit = seen("todos", title="New", base={"title": "Mine"}, fit={"title": "Mine"})
    mine, authors = {"title": "Mine"}, {"title": by("you", NOON + MINUTE)}
    assert changes(edit, plan=mine, authors=authors) == {"title": "New"}
    assert lost(edit, plan=mine, authors=authors) == []


def test_what_a_tool_never_got_is_not_taken_back_by_it() -> None:
    behind = seen("todos", fit={"title": "New"})
    assert changes(behind, plan={"title": "New"}) == {}
    assert lost(behind, plan={"title": "New"}) == []


def test_done_in_any_tool_in_the_same_minute_is_done() -> None:
    ticked = seen("pages", done=True, base={"done": False}, resolution=MINUTE)
    unticked = seen(
        "todos", done=False, base={"done": True}, fit={"done": True}, home=("done",)
    )
    assert changes(ticked, unticked, plan={"done": True}) == {}
    assert changes(ticked, plan={"done": False}) == {"done": True}


def test_unticked_later_is_not_done() -> None:
    ticked = seen("pages", done=True, resolution=MINUTE)
    unticked = seen(
        "todos", done=False, base={"done": True}, fit={"done": True}, at=NOON + MINUTE
    )
    assert changes(ticked, unticked, plan={"done": True}) == {"done": False}


def test_labels_merge_as_a_set() -> None:
    one = seen("pages", labels=frozenset("abc"))
    other = seen("todos", labels=frozenset("b"))
    assert changes(one, other) == {"labels": frozenset("bc")}
    assert lost(one, other) == []


def test_a_label_added_to_the_plan_survives_one_removed_in_a_tool() -> None:
    edit = seen("todos", labels=frozenset("a"), fit={"labels": frozenset("abz")})
    assert changes(edit, plan={"labels": frozenset("abz")}) == {"labels": frozenset("az")}


def test_a_label_added_twice_changes_nothing_twice() -> None:
    edit = seen("todos", labels=frozenset("abc"), fit={"labels": frozenset("abc")})
    assert changes(edit, plan={"labels": frozenset("abc")}) == {}


def test_a_field_that_is_not_editable_there_is_never_taken() -> None:
    assert changes(seen("pages", done_at=Moment(NOON))) == {}


def test_a_field_that_could_not_be_read_keeps_its_value() -> None:
    unread = seen("pages")
    observed = {name: value for name, value in unread.observed.items() if name != "due"}
    broken = Observation(
        tool="pages",
        observed=observed,
        base={**TASK, "due": date(2026, 5, 5)},
        fit={**TASK, "due": date(2026, 5, 5)},
        editable=frozenset(TASK),
    )
    assert changes(broken, plan={"due": date(2026, 5, 5)}) == {}


def test_a_moment_that_lost_its_zone_gets_the_plans_back() -> None:
    before = Moment(NOON, "America/New_York")
    there = seen("todos", due=Moment(NOON + MINUTE), base={"due": Moment(NOON)})
    assert changes(there, plan={"due": before}) == {
        "due": Moment(NOON + MINUTE, "America/New_York")
    }


def test_a_moment_without_a_zone_takes_the_plans_zone() -> None:
    assert changes(seen("todos", due=Moment(NOON))) == {"due": Moment(NOON, ZONE)}


def test_the_author_of_a_change_is_the_tool_and_its_time() -> None:
    merged = merge(Kind.TASK, TASK, {}, [seen("todos", title="New")], ZONE)
    (change,) = merged.changes
    assert (change.author.by, change.author.at, change.before) == ("todos", NOON, "Old")


def test_a_tools_edit_is_the_same_rival_once_the_plan_took_it_over() -> None:
    home = Author(by="pages", at=NOON, resolution=MINUTE, home=True, is_tool=True)
    late = seen(
        "todos", title="In todos", at=NOON + timedelta(seconds=30), fit={"title": "In pages"}
    )
    plan, authors = {"title": "In pages"}, {"title": home}
    assert changes(late, plan=plan, authors=authors) == {}
    assert lost(late, plan=plan, authors=authors) == [("title", "In todos", "todos")]


# Answers: each prompt by itself.

Answers = tuple[tuple[str, str], ...]
A, B, C = "What went well?", "What got in the way?", "What will I change?"
BLANK = ((A, ""), (B, ""), (C, ""))


def answered(
    tool: str,
    observed: Answers,
    *,
    base: Answers = BLANK,
    fit: Answers = BLANK,
    at: datetime = NOON,
) -> Observation:
    """What a tool shows of a review's answers."""
    sides = [{**DEFAULTS[Kind.REVIEW], "answers": it} for it in (observed, base, fit)]
    return Observation(
        tool=tool,
        observed=sides[0],
        base=sides[1],
        fit=sides[2],
        editable=frozenset({"answers"}),
        edited_at=at,
    )


def merged(
    *sightings: Observation,
    plan: Answers = BLANK,
    author: Author | None = None,
) -> tuple[Answers, list[Value]]:
    """Return the answers, and which lost."""
    whole = {**DEFAULTS[Kind.REVIEW], "answers": plan}
    found = merge(Kind.REVIEW, whole, {"answers": author} if author else {}, sightings, ZONE)
    after = next((one.after for one in found.changes), plan)
    assert isinstance(after, tuple)
    return after, [one.lost for one in found.conflicts]


def test_what_is_written_under_two_prompts_in_two_tools_survives_both() -> None:
    one = answered("pages", ((A, "Talk"), (B, ""), (C, "")))
    other = answered("notes", ((A, ""), (B, ""), (C, "Sleep")))
    assert merged(one, other) == (((A, "Talk"), (B, ""), (C, "Sleep")), [])


def test_what_the_plan_changed_under_one_prompt_is_not_undone_by_an_edit_of_another() -> None:
    plan = ((A, "Undone"), (B, ""), (C, ""))
    page = answered("pages", ((A, ""), (B, ""), (C, "Sleep")), fit=plan)
    assert merged(page, plan=plan) == (((A, "Undone"), (B, ""), (C, "Sleep")), [])


def test_under_one_prompt_the_later_edit_wins_and_the_other_is_kept() -> None:
    plan = ((A, "Mine"), (B, ""), (C, ""))
    late, early = NOON + MINUTE, NOON - MINUTE
    page = answered("pages", ((A, "Theirs"), (B, ""), (C, "")), fit=plan)
    assert merged(page, plan=plan, author=by("you", late)) == (plan, [((A, "Theirs"),)])
    won = ((A, "Theirs"), (B, ""), (C, ""))
    assert merged(page, plan=plan, author=by("you", early)) == (won, [((A, "Mine"),)])


def test_words_that_moved_no_edit_time_are_not_beaten_by_a_time_that_is_not_theirs() -> None:
    plan = ((A, "Undone"), (B, ""), (C, ""))
    page = answered("pages", ((A, "Just typed"), (B, ""), (C, "")), fit=plan, at=NOON)
    page = replace(page, moved=False, home=frozenset({"answers"}))
    won = ((A, "Just typed"), (B, ""), (C, ""))
    assert merged(page, plan=plan, author=by("you", NOON + MINUTE)) == (won, [((A, "Undone"),)])


def test_a_prompt_that_was_deleted_is_gone_and_one_that_was_added_is_there() -> None:
    page = answered("pages", ((A, ""), ("My own", "Yes"), (C, "")))
    assert merged(page) == (((A, ""), ("My own", "Yes"), (C, "")), [])


def test_prompts_stand_in_the_order_of_the_page_and_rest_there() -> None:
    page = answered("pages", ((C, ""), (A, ""), (B, "")))
    after, _ = merged(page)
    assert after == ((C, ""), (A, ""), (B, ""))
    again = answered("pages", after, base=after, fit=after)
    assert merged(again, plan=after) == (after, [])


def test_a_prompt_that_stands_there_twice_is_merged_as_a_whole() -> None:
    page = answered("pages", ((A, "One"), (A, "Two")))
    assert merged(page) == (((A, "One"), (A, "Two")), [])
