"""Pairs of texts, as a review's answers are: each by its first half."""

from hypothesis import assume, given
from hypothesis import strategies as st

from syncd.model.values import Value, distinct, overlaid, without

Pairs = tuple[tuple[str, str], ...]
NAMES = st.sampled_from("abcd")
PAIRS = st.dictionaries(NAMES, st.sampled_from("xyz")).map(lambda it: tuple(it.items()))


def pairs(value: Value) -> dict[str, str]:
    """Return by their first half what must be pairs."""
    assert isinstance(value, tuple)
    return dict(value)


@given(PAIRS, PAIRS)
def test_what_is_laid_over_stands_and_the_rest_stays(before: Pairs, after: Pairs) -> None:
    found = pairs(overlaid(before, after))
    assert {name: found[name] for name, _ in after} == dict(after)
    rest = dict(before).keys() - dict(after).keys()
    assert {name: found[name] for name in rest} == {it: dict(before)[it] for it in rest}


@given(PAIRS, PAIRS)
def test_a_change_that_is_taken_back_at_once_leaves_what_was(
    before: Pairs, after: Pairs
) -> None:
    assert pairs(without(after, before, after)) == dict(before)


@given(PAIRS, PAIRS, PAIRS)
def test_a_change_is_taken_back_only_where_nothing_came_over_it(
    now: Pairs,
    before: Pairs,
    after: Pairs,
) -> None:
    found = without(now, before, after)
    changed = {it for it in "abcd" if dict(before).get(it) != dict(after).get(it)}
    edited = any(dict(now).get(it) != dict(after).get(it) for it in changed)
    assert (found is None) == edited
    assume(found is not None)
    for name in "abcd":
        whose = before if name in changed else now
        assert pairs(found).get(name) == dict(whose).get(name)


def test_pairs_that_can_not_be_told_apart_are_taken_as_a_whole() -> None:
    twice = (("a", "x"), ("a", "y"))
    assert not distinct((), twice)
    assert overlaid(twice, (("b", "z"),)) == (("b", "z"),)
    assert overlaid((("b", "z"),), twice) == twice
    assert without(twice, (), twice) is None


def test_other_values_are_no_pairs() -> None:
    assert overlaid("old", "new") == "new"
    assert without("now", "old", "new") is None
