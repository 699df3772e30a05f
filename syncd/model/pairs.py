"""Values that are pairs of texts (a review's prompts and answers), told by their first halves."""

from syncd.model.values import Value


def as_map(value: Value) -> dict[str, str]:
    """Return pairs as a map; an empty one for any other value."""
    return dict(value) if isinstance(value, tuple) else {}


def distinct(*values: Value) -> bool:
    """Say whether each pair of each value can be told by its first half."""
    return all(len(as_map(it)) == len(it) for it in values if isinstance(it, tuple))


def overlaid(before: Value, after: Value) -> Value:
    """Return ``after``; of pairs, those of ``before`` that it does not name stay.

    Where pairs can't be told from each other, ``after`` alone.
    """
    both = isinstance(before, tuple) and isinstance(after, tuple)
    if not both or not distinct(before, after):
        return after
    return tuple({**as_map(before), **as_map(after)}.items())


def without(now: Value, before: Value, after: Value) -> Value:
    """Return pairs with the change from ``before`` to ``after`` taken back, others kept.

    None where that can't be: they are no pairs, or those were changed since.
    """
    sides = (now, before, after)
    if not all(isinstance(it, tuple) for it in sides) or not distinct(*sides):
        return None
    current, old, new = map(as_map, sides)
    changed = {it for it in {**old, **new} if old.get(it) != new.get(it)}
    if any(current.get(it) != new.get(it) for it in changed):
        return None
    kept = {**current, **{it: old[it] for it in old if it in changed}}
    return tuple(pair for pair in kept.items() if pair[0] not in changed - old.keys())
