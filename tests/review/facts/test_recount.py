"""Facts agree with a recount that goes through the history by itself, forwards."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.entities import Block, Entity, Goal, kind_of, replace
from syncd.model.ids import EntityId
from syncd.model.values import BlockState, GoalStatus, Moment, ReviewKind
from syncd.review.make_facts import make_facts
from syncd.review.periods import Edit, Inputs, Period, read_period

ZONE = "Europe/Berlin"
START = datetime(2026, 11, 8, tzinfo=UTC)
WEEKS = {
    "an ordinary one": read_period(ReviewKind.WEEKLY, "2026-W47"),
    "clocks go forward": read_period(ReviewKind.WEEKLY, "2026-W13"),
    "clocks go back": read_period(ReviewKind.WEEKLY, "2026-W43"),
    "the 53rd": read_period(ReviewKind.WEEKLY, "2026-W53"),
}
"""The weeks that are recounted; histories are made around the first, and moved to each."""
STATES = list(BlockState)
History = tuple[list[Entity], list[Edit]]

_MOMENTS = st.integers(0, 21 * 24 * 4).map(lambda it: START + timedelta(minutes=15 * it))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Blocks and a goal, and edits of them in order of time, the last values applied."""
    moments = sorted(draw(st.lists(_MOMENTS, min_size=1, max_size=25)))
    goal = Goal(
        id=EntityId("goal"),
        created_at=START,
        status=GoalStatus.ACTIVE,
        baseline=0.0,
        target=100.0,
        current=0.0,
    )
    entities: dict[EntityId, Entity] = {goal.id: goal}
    edits: list[Edit] = []
    for number, at in enumerate(moments):
        which = draw(st.sampled_from([*entities, None]))
        one = entities.get(which) if which else None
        if one is None:
            begin = draw(_MOMENTS)
            long = timedelta(minutes=draw(st.integers(5, 180)))
            one = Block(
                id=EntityId(f"b{number}"),
                created_at=at,
                goal=goal.id,
                start=Moment(begin),
                end=Moment(begin + long),
            )
            entities[one.id] = one
            edits.append(_edit(at, one, ""))
            continue
        name, value = _change(draw, one)
        edits.append(_edit(at, one, name, getattr(one, name), value))
        entities[one.id] = replace(one, **{name: value})
    return list(entities.values()), edits


def _change(draw: st.DrawFn, one: Entity) -> tuple[str, Any]:
    if isinstance(one, Goal):
        return "current", float(draw(st.integers(0, 100)))
    change: tuple[str, Any] = draw(
        st.one_of(
            st.tuples(st.just("state"), st.sampled_from(STATES)),
            st.tuples(st.just("archived"), st.booleans()),
        )
    )
    return change


def _edit(at: datetime, one: Entity, name: str, before: Any = None, after: Any = None) -> Edit:
    return Edit(
        at=at,
        by="you",
        entity=one.id,
        kind=kind_of(one),
        title="",
        field=name,
        before=before,
        after=after,
    )


def _folded(edits: list[Edit], until: datetime) -> float:
    current = 0.0
    for edit in edits:
        if edit.field == "current" and edit.at <= until:
            current = edit.after  # type: ignore[assignment]  # a number, as made above
    return round(min(1.0, current / 100), 4)


def _later(moment: Moment | None, by: timedelta) -> Moment:
    assert moment is not None
    return Moment(moment.at + by)


def _moved(history: History, by: timedelta) -> History:
    """Return a history as it would be some weeks earlier or later."""
    entities = [
        replace(one, start=_later(one.start, by), end=_later(one.end, by))
        if isinstance(one, Block)
        else one
        for one in history[0]
    ]
    return entities, [dataclasses.replace(one, at=one.at + by) for one in history[1]]


@pytest.mark.parametrize("week", WEEKS.values(), ids=WEEKS)
@settings(max_examples=150)
@given(history=histories())
def test_facts_agree_with_a_recount_from_the_history(week: Period, history: History) -> None:
    ordinary = WEEKS["an ordinary one"]
    entities, edits = _moved(history, week.first - ordinary.first)
    now = week.end(ZONE) + timedelta(days=8)
    told = make_facts(
        Inputs(period=week, now=now, zone=ZONE, entities=tuple(entities), edits=tuple(edits))
    )
    state: dict[str, Any] = {}
    for edit in edits:
        known = state.setdefault(edit.entity, {"state": BlockState.DRAFT, "archived": False})
        if edit.field in known:
            known[edit.field] = edit.after
    done = planned = 0
    for block in entities:
        if not isinstance(block, Block) or state[block.id]["archived"]:
            continue
        assert block.start is not None
        assert block.end is not None
        if not week.first <= block.start.local(ZONE).date() <= week.last:
            continue
        long = int((block.end.at - block.start.at).total_seconds()) // 60
        given_up = state[block.id]["state"] in (BlockState.DRAFT, BlockState.SKIPPED)
        planned += 0 if given_up else long
        done += long if state[block.id]["state"] is BlockState.DONE else 0
    assert (told.minutes.done, told.minutes.planned) == (done, planned)
    assert told.goals[0].minutes == told.minutes
    assert told.goals[0].progress == _folded(edits, week.end(ZONE))
    assert told.goals[0].before == _folded(edits, week.start(ZONE))
