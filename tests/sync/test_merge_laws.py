"""Laws of the merge, and another merge that must agree with it."""

import random
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import Kind
from syncd.model.schema import DEFAULTS
from syncd.sync.merge import Author, Conflict, Merged, Observation, merge
from tests.examples import examples, times

MINUTE, FINE = timedelta(minutes=1), timedelta(0)
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NAMES = ("title", "priority", "done", "labels")
VALUES: dict[str, list[Any]] = {
    "title": ["a", "b", "c"],
    "priority": [None, 1, 2],
    "done": [False, True],
    "labels": [frozenset(one) for one in ("", "x", "y", "xy", "xyz")],
}
TIMES = [None, *(NOON + timedelta(seconds=s) for s in (0, 20, 59, 60, 61, 200))]


def a_case(rng: random.Random) -> dict[str, Any]:
    """Return one three-way case: a plan, its authors, and what up to three tools show."""

    def some() -> dict[str, Any]:
        return {name: rng.choice(VALUES[name]) for name in NAMES}

    plan = some()
    sightings = []
    for tool in rng.sample(["calendar", "pages", "todos"], rng.randint(0, 3)):
        base = some()
        fit = {name: rng.choice([plan[name], base[name]]) for name in NAMES}
        observed = {name: rng.choice([base[name], rng.choice(VALUES[name])]) for name in NAMES}
        sightings.append(
            Observation(
                tool=tool,
                observed=observed,
                base=base,
                fit=fit,
                editable=frozenset(name for name in NAMES if rng.random() < 0.9),
                home=frozenset(name for name in NAMES if rng.random() < 0.4),
                edited_at=rng.choice(TIMES),
                resolution=rng.choice([MINUTE, FINE]),
            )
        )
    authors = {
        name: Author(
            by=rng.choice(["you", "pages"]),
            at=rng.choice(TIMES),
            resolution=rng.choice([MINUTE, FINE]),
            home=rng.random() < 0.3,
            is_tool=rng.random() < 0.5,
        )
        for name in NAMES
        if rng.random() < 0.8
    }
    return {"plan": plan, "authors": authors, "sightings": sightings}


RANDOMS: st.SearchStrategy[random.Random] = st.randoms(use_true_random=False)
cases = st.builds(a_case, RANDOMS)


def merged(case: dict[str, Any], sightings: list[Observation] | None = None) -> Merged:
    plan = {**DEFAULTS[Kind.TASK], **case["plan"]}
    shown = case["sightings"] if sightings is None else sightings
    return merge(Kind.TASK, plan, case["authors"], shown, "UTC")


def reference(case: dict[str, Any], name: str) -> tuple[Any, list[tuple[Any, str]]]:
    """Merge one field by asking who is left, instead of by sorting."""
    plan = case["plan"][name]
    editors = [
        one
        for one in case["sightings"]
        if name in one.editable and one.observed[name] not in (one.base[name], one.fit[name])
    ]
    if name == "labels":
        taken = {x for one in editors for x in one.base[name] - one.observed[name]}
        given_ = {x for one in editors for x in one.observed[name] - one.base[name]}
        return frozenset(plan - taken | given_), []
    voices = [
        (one.observed[name], one.tool, one.edited_at, one.resolution, name in one.home, True)
        for one in editors
    ]
    if any(one.fit[name] != one.base[name] for one in editors):
        who = case["authors"].get(name, Author(by="plan", at=None))
        voices.append((plan, who.by, who.at, who.resolution, who.home, who.is_tool))
    if not voices:
        return plan, []
    left = voices
    if all(at for _, _, at, _, _, _ in voices):
        whole = MINUTE if any(fine == MINUTE for _, _, _, fine, _, _ in voices) else FINE
        last = max(_floor(at, whole) for _, _, at, _, _, _ in left)
        left = [one for one in left if _floor(one[2], whole) == last]
    preferences: tuple[Callable[[Any], Any], ...] = (
        lambda v: name == "done" and v[0],
        lambda v: v[4],
        lambda v: v[5],
    )
    for prefers in preferences:
        left = [one for one in left if prefers(one)] or left
    winner = max(left, key=lambda one: (one[1], _words(one[0])))
    return winner[0], [(one[0], one[1]) for one in voices if one[0] != winner[0]]


def _floor(at: datetime, whole: timedelta) -> datetime:
    return at.replace(second=0, microsecond=0) if whole else at


def assert_agrees(case: dict[str, Any]) -> None:
    found = merged(case)
    after = {one.field: one.after for one in found.changes}
    for name in NAMES:
        value, losers = reference(case, name)
        kept = [(one.lost, one.lost_by) for one in found.conflicts if one.field == name]
        assert after.get(name, case["plan"][name]) == value, (name, case)
        assert sorted(kept, key=repr) == sorted(losers, key=repr), (name, case)


def test_another_merge_agrees_on_a_great_many_cases() -> None:
    rng = random.Random(20260504)  # noqa: S311  # the same cases on every machine
    for _ in range(times(20_000)):
        assert_agrees(a_case(rng))


@examples(300)
@given(cases)
def test_another_merge_agrees_on_whatever_is_found(case: dict[str, Any]) -> None:
    assert_agrees(case)


@examples(300)
@given(cases)
def test_the_order_of_the_tools_does_not_matter(case: dict[str, Any]) -> None:
    results = {repr(_told(merged(case, list(it)))) for it in permutations(case["sightings"])}
    assert len(results) == 1


def _told(result: Merged) -> Any:
    changes = sorted((one.field, _words(one.after), one.author.by) for one in result.changes)
    conflicts = [[_words(getattr(one, name)) for name in _LOST] for one in result.conflicts]
    return changes, sorted(conflicts)


def _words(value: Any) -> str:
    """A set has no order of its own: its ``repr`` differs from process to process."""
    return repr(sorted(value) if isinstance(value, frozenset) else value)


_LOST = [one.name for one in fields(Conflict)]


def agreed(case: dict[str, Any], one: Observation, plan: dict[str, Any]) -> Observation:
    """Return what a tool shows that held the case's plan; ``plan`` is it by now."""
    return replace(one, base=case["plan"], fit=plan, editable=frozenset(NAMES))


@examples(300)
@given(cases)
def test_tools_read_one_after_the_other_give_what_they_give_at_once(
    case: dict[str, Any],
) -> None:
    if len(case["sightings"]) < 2:
        return
    first, second = case["sightings"][:2]
    plan = case["plan"]
    both = {**case, "sightings": [agreed(case, one, plan) for one in (first, second)]}
    at_once = merged(both)
    begun = merged(both, [agreed(case, first, plan)])
    between = {**plan, **{one.field: one.after for one in begun.changes}}
    authors = {**case["authors"], **{one.field: one.author for one in begun.changes}}
    ended = merged({"plan": between, "authors": authors}, [agreed(case, second, between)])
    after = {**between, **{one.field: one.after for one in ended.changes}}
    assert after == {**plan, **{one.field: one.after for one in at_once.changes}}
    assert _told(ended)[1] == _told(at_once)[1]


@examples(300)
@given(cases)
def test_no_value_that_somebody_gave_is_lost(case: dict[str, Any]) -> None:
    found = merged(case)
    after = {**case["plan"], **{one.field: one.after for one in found.changes}}
    for one in case["sightings"]:
        for name in one.editable - {"labels"}:
            given_ = one.observed[name]
            edited = given_ not in (one.base[name], one.fit[name])
            kept = {c.lost for c in found.conflicts if c.field == name}
            assert not edited or given_ == after[name] or given_ in kept


@examples(300)
@given(cases)
def test_every_conflict_names_what_won(case: dict[str, Any]) -> None:
    found = merged(case)
    after = {**case["plan"], **{one.field: one.after for one in found.changes}}
    for one in found.conflicts:
        assert one.won == after[one.field]
        assert one.lost != one.won


@examples(300)
@given(cases)
def test_labels_never_conflict_and_keep_what_nobody_touched(case: dict[str, Any]) -> None:
    found = merged(case)
    assert not [one for one in found.conflicts if one.field == "labels"]
    after = {one.field: one.after for one in found.changes}.get(
        "labels", case["plan"]["labels"]
    )
    shown = [one for one in case["sightings"] if "labels" in one.editable]
    taken = {x for one in shown for x in one.base["labels"] - one.observed["labels"]}
    assert case["plan"]["labels"] - taken <= after
