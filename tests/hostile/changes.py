"""Changes of all that a reply holds of a sort: pure functions from a reply to a wrong one."""

import copy
import re
from collections.abc import Callable
from typing import Any

from tests.hostile.mutations import at, is_nonsense, paths, put, sort_of

Change = Callable[[Any], Any]
LIST_KEYS = frozenset({"results", "items", "projects", "sections", "calendars", "labels"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d($|T)")


def lists(new: Any) -> Change:
    """Return what puts something else in the place of every list of items."""
    return lambda value: _each_list(value, lambda _: copy.deepcopy(new))


def entries(new: Any) -> Change:
    """Return what puts something else in the place of every item."""
    return lambda value: _each_list(value, lambda it: [copy.deepcopy(new) for _ in it])


def doubled(value: Any) -> Any:
    """Return a reply that lists every item twice."""
    return _each_list(value, lambda it: it + copy.deepcopy(it))


def no_lists(value: Any) -> Any:
    """Return a reply that lacks the lists of items."""
    if not isinstance(value, dict):
        return value
    return {name: it for name, it in value.items() if name not in LIST_KEYS}


def ids(new: Any) -> Change:
    """Return what gives every item another id."""
    return lambda value: _each_list(value, lambda it: [_with_id(one, new) for one in it])


def same_ids(value: Any) -> Any:
    """Return a reply in which all items of a list have the first one's id."""
    return _each_list(value, lambda it: [_with_id(one, it[0].get("id")) for one in it])


def texts(old: str, new: str) -> Change:
    """Return what puts a text in the place of every text that begins with another."""
    return lambda value: _each(value, lambda it: new if _begins(it, old) else it)


def dates(new: Any) -> Change:
    """Return what puts something in the place of every date within an item."""
    within = lambda it: new if isinstance(it, str) and _DATE.match(it) else it  # noqa: E731 - one use
    return lambda value: _each_list(value, lambda it: [_each(one, within) for one in it])


def numbers(new: Any) -> Change:
    """Return what puts something in the place of every number within an item."""
    within = lambda it: new if sort_of(it) == "number" else it  # noqa: E731 - one use
    return lambda value: _each_list(value, lambda it: [_each(one, within) for one in it])


def wrong_at(turn: int, new: Any) -> Change:
    """Return what is wrong in one place within items, another one each turn."""

    def change(value: Any) -> Any:
        places = [it for it in paths(value) if it[0] in LIST_KEYS and len(it) > 2]
        fit = [it for it in places if is_nonsense(at(value, it), new)]
        return put(value, fit[turn * 7919 % len(fit)], new) if fit else value

    return change


def _begins(it: Any, old: str) -> bool:
    return isinstance(it, str) and it.startswith(old)


def _each(value: Any, change: Change) -> Any:
    """Change every value that holds no others."""
    if isinstance(value, dict):
        return {name: _each(it, change) for name, it in value.items()}
    if isinstance(value, list):
        return [_each(it, change) for it in value]
    return change(value)


def _each_list(value: Any, change: Change) -> Any:
    """Change every list of items that is not empty."""
    if not isinstance(value, dict):
        return value
    return {
        name: change(it) if name in LIST_KEYS and isinstance(it, list) and it else it
        for name, it in value.items()
    }


def _with_id(item: Any, new: Any) -> Any:
    return {**item, "id": new} if isinstance(item, dict) else item
