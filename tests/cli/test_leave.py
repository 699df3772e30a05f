"""``syncd catch-up``, ``pause`` and ``resume``."""

from datetime import date

import pytest

from syncd.engine.blocks.planner_state import PlannerState
from syncd.model.entities import Block
from tests.cli.desks import complaint
from tests.cli.evenings import Evenings, start_of

ASK, OUTLINE = "Ask for feedback", "Write an outline"


def flat(text: str) -> str:
    return " ".join(text.split())


def place(desk: Evenings) -> list[tuple[str, str]]:
    """Return where all blocks ahead are."""
    ahead = ("draft", "published", "pinned")
    return [(one.title, str(start_of(one))) for one in desk.blocks() if one.state in ahead]


def shown_places(told: dict[str, list[dict[str, str]]]) -> set[tuple[str, str]]:
    """Return the places that a difference says blocks will have."""
    changed = [*told["placed"], *told["moved"]]
    return {(one["title"], one["start"].replace("T", " ")) for one in changed}


@pytest.fixture
def behind(evenings: Evenings) -> Evenings:
    """Three weeks have passed, unplanned; the last block was never confirmed."""
    last = evenings.blocks()[-1]
    evenings.after(last)
    evenings.plan_blocks()
    return evenings


def states(desk: Evenings) -> list[str]:
    return [one.state for one in desk.blocks()]


def test_catching_up_lets_go_of_what_waits_and_shows_the_new_plan(behind: Evenings) -> None:
    assert "unconfirmed" in states(behind)
    said = behind.syncd("catch-up")
    assert said.status == 0
    assert "Let go: 2 blocks, " in said.out
    assert "planned again from now on" in flat(said.out)
    assert "new" in said.out
    assert "unconfirmed" not in states(behind)
    assert "missed" in states(behind)


def test_what_catching_up_shows_is_what_the_next_sync_does(behind: Evenings) -> None:
    told = behind.told("catch-up")
    behind.plan_blocks()
    assert shown_places(told) <= set(place(behind))
    assert {one["state"] for one in told["let_go"]} == {"missed"}
    assert shown_places(told)


def test_catching_up_can_be_looked_at_first(behind: Evenings) -> None:
    before = behind.blocks()
    told = behind.told("catch-up", "--dry-run")
    assert told["written"] is False
    assert told["let_go"]
    assert told["placed"]
    assert behind.blocks() == before
    assert "Nothing was changed" in behind.syncd("catch-up", "--dry-run").err


def test_blocks_that_only_count_as_done_are_pointed_out_and_can_be_let_go(
    behind: Evenings,
) -> None:
    behind.later(days=2)
    behind.plan_blocks()
    assert set(states(behind)) == {"done"}
    said = behind.syncd("catch-up")
    since = said.err.split("--since ")[1].split("`")[0]
    assert "count as done though nobody said so" in said.err
    assert behind.syncd("catch-up", "--since", since).status == 0
    assert "missed" in states(behind)


def test_what_the_person_confirmed_is_never_let_go(evenings: Evenings) -> None:
    first = evenings.blocks()[0]
    evenings.after(first)
    evenings.syncd("done", first.id)
    evenings.later(days=3)
    evenings.plan_blocks()
    evenings.syncd("catch-up", "--since", "-14d")
    assert next(one for one in evenings.blocks() if one.id == first.id).state == "done"


@pytest.mark.parametrize(
    "words", [["catch-up"], ["pause", "--until", "+5d"], ["resume"]], ids=lambda it: it[0]
)
def test_the_next_sync_improves_what_came_apart(evenings: Evenings, words: list[str]) -> None:
    assert improved_today(evenings)
    assert evenings.syncd(*words).status == 0
    assert not improved_today(evenings)


def improved_today(desk: Evenings) -> bool:
    """Say whether planning only repairs for the rest of the day."""
    app = desk.app()
    try:
        return bool(PlannerState(app.store).recall("improved_on") == "2026-03-23")
    finally:
        app.close()


def test_who_is_not_behind_has_nothing_to_catch_up_with(evenings: Evenings) -> None:
    said = evenings.syncd("catch-up")
    assert "nothing to let go" in said.out
    assert evenings.syncd("catch-up", "--since", "whenever").status == 2


def test_nothing_is_planned_during_a_leave(evenings: Evenings) -> None:
    told = evenings.told("pause", "--until", "2026-03-29")
    assert (told["first"], told["last"]) == ("2026-03-23", "2026-03-29")
    assert told["moved"] or told["placed"]
    evenings.plan_blocks()
    assert all(start_of(one).date() > date(2026, 3, 29) for one in evenings.blocks())
    assert shown_places(told) <= set(place(evenings))


LEAVES = {
    "shorter": (["+20d"], ["+5d"], [("2026-03-23", "2026-03-28")]),
    "longer": (["+5d"], ["+20d"], [("2026-03-23", "2026-04-12")]),
    "the same": (["+5d"], ["+5d"], [("2026-03-23", "2026-03-28")]),
    "another one, later": (
        ["+20d", "--since", "+15d"],
        ["+5d"],
        [("2026-03-23", "2026-03-28"), ("2026-04-07", "2026-04-12")],
    ),
    "one into the other": (
        ["+20d", "--since", "+3d"],
        ["+5d"],
        [("2026-03-23", "2026-03-28"), ("2026-03-29", "2026-04-12")],
    ),
    "inside a longer one": (
        ["+20d"],
        ["+5d", "--since", "+3d"],
        [("2026-03-23", "2026-03-25"), ("2026-03-26", "2026-03-28")],
    ),
}


@pytest.mark.parametrize(("first", "then", "leaves"), LEAVES.values(), ids=LEAVES)
def test_the_last_word_on_a_leave_wins(
    evenings: Evenings, first: list[str], then: list[str], leaves: list[tuple[str, str]]
) -> None:
    evenings.told("pause", "--until", *first)
    evenings.told("pause", "--until", *then)
    told = evenings.syncd("status", "--json").json["leave"]
    assert [(leave["first"], leave["last"]) for leave in told] == leaves


def test_a_leave_stands_in_the_status_until_it_is_over(evenings: Evenings) -> None:
    evenings.told("pause", "--until", "+5d")
    said = flat(evenings.syncd("status").out)
    assert "On leave 23 to 28 March 2026: no blocks then; `syncd resume` ends it." in said
    evenings.later(days=6)
    assert "On leave" not in evenings.syncd("status").out


def test_a_leave_may_begin_later(evenings: Evenings) -> None:
    first = [one for one in evenings.blocks() if start_of(one).date() < date(2026, 3, 25)]
    said = evenings.syncd("pause", "--until", "+6d", "--since", "2026-03-25")
    assert "You are away from Wed 25 Mar to Sun 29 Mar" in said.out
    evenings.plan_blocks()
    kept = [one for one in evenings.blocks() if start_of(one).date() < date(2026, 3, 25)]
    assert [one.id for one in first] == [one.id for one in kept if one in first]


def test_what_is_pinned_in_a_leave_stays_and_is_named(evenings: Evenings) -> None:
    (block,) = evenings.blocks(ASK)
    evenings.syncd("pin", ASK)
    said = evenings.syncd("pause", "--until", "2026-03-29")
    assert "`syncd unpin ID`" in said.out
    assert f"{ASK}  {block.id[:4]}" in said.out
    evenings.plan_blocks()
    assert start_of(evenings.blocks(ASK)[0]) == start_of(block)


@pytest.mark.parametrize(
    "words",
    [
        ["--until", "2026-03-01"],
        ["--until", "2026-03-30", "--since", "2026-04-01"],
        ["--until", "soon"],
        ["--until", "2026-13-01"],
        [],
    ],
    ids=" ".join,
)
def test_a_leave_that_can_not_be_is_a_mistake(evenings: Evenings, words: list[str]) -> None:
    said = evenings.syncd("pause", *words)
    assert said.status == 2
    complaint(said)


def test_a_leave_is_ended_and_blocks_come_back(evenings: Evenings) -> None:
    evenings.syncd("pause", "--until", "2026-05-31")
    evenings.plan_blocks()
    evenings.later(days=2)
    assert "You are away" in evenings.syncd("schedule").out
    said = evenings.syncd("resume")
    assert "Welcome back: your leave from Mon 23 Mar to Sun 31 May is over." in flat(said.out)
    evenings.plan_blocks()
    assert any(start_of(one).date() < date(2026, 4, 12) for one in evenings.blocks())
    assert "You are away" not in evenings.syncd("schedule").out


def test_a_leave_to_come_is_called_off(evenings: Evenings) -> None:
    evenings.syncd("pause", "--until", "+20d", "--since", "+10d")
    assert "is called off" in flat(evenings.syncd("resume").out)


def test_who_is_not_away_is_told_so(evenings: Evenings) -> None:
    said = evenings.syncd("resume")
    assert said.status == 0
    assert "You are not away" in said.out


def skipped(desk: Evenings, title: str) -> Block:
    """Delete a task's next block, as in the calendar."""
    from syncd.engine.blocks.edits import set_state
    from syncd.model.values import BlockState

    ahead = [one for one in desk.blocks(title) if one.state is BlockState.PUBLISHED]
    app = desk.app()
    (block,) = set_state(app.plan_context(), [ahead[0].id], BlockState.SKIPPED)
    app.close()
    return block


@pytest.fixture
def put_off(evenings: Evenings) -> Evenings:
    """The outline's block was deleted, and the next one too."""
    for _ in range(2):
        skipped(evenings, OUTLINE)
        evenings.plan_blocks()
        evenings.later(hours=1)
    return evenings


def test_a_task_that_is_not_wanted_now_is_listed_and_can_be_wanted_again(
    put_off: Evenings,
) -> None:
    shown = flat(put_off.syncd("schedule").out)
    assert f"'{OUTLINE}' is not planned, for you deleted its blocks twice" in shown
    short = shown.split("`syncd resume ")[1].split("`")[0]
    told = put_off.told("resume", short)
    assert [one["title"] for one in told["placed"]] == [OUTLINE]
    put_off.plan_blocks()
    assert [one.state for one in put_off.blocks(OUTLINE)] == ["published"]


def test_a_task_whose_blocks_were_not_deleted_is_planned_anyhow(evenings: Evenings) -> None:
    assert "is planned as any other" in flat(evenings.syncd("resume", OUTLINE).out)
    assert "name a task" in complaint(evenings.syncd("resume", "Lead a team"))


def test_ending_a_leave_twice_is_ending_it_once(evenings: Evenings) -> None:
    evenings.told("pause", "--until", "+7d")
    evenings.plan_blocks()
    evenings.told("resume")
    once = just_back(evenings)
    assert "no leave is to come" in evenings.syncd("resume").out
    assert just_back(evenings) is once is True


def just_back(desk: Evenings) -> bool:
    """Say whether the next planning fills the days that were free for the leave."""
    app = desk.app()
    try:
        return bool(PlannerState(app.store).recall("just back"))
    finally:
        app.close()
