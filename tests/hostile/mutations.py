"""What may be wrong with a JSON reply: pure functions from a reply to a wrong one."""

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]
Change = Callable[[Any], Any]

WRONG: dict[str, Any] = {
    "null": None,
    "true": True,
    "0": 0,
    "-1": -1,
    "1.5": 1.5,
    "1e308": 1e308,
    "a number of 400 digits": 10**400,
    "an empty text": "",
    "a blank": " ",
    "a long text": "x" * 100_000,
    "an empty list": [],
    "an empty object": {},
    "a list of null": [None],
    "an object in an object": {"a": {}},
}
"""A value of another type, or of none."""
ODD_IDS: dict[str, Any] = {
    "null": None,
    "empty": "",
    "a path": "../x",
    "a blank": " ",
    "NUL": "\x00",
    "a line": "a\r\nX: y",
    "half of a character": "\ud83d",
    "a query": "x?y=z#w",
    "an object": {"id": "x"},
    "a number": 7,
    "very long": "x" * 10_000,
}
TEXTS: dict[str, str] = {
    "half of a character": "Book \ud83d now",
    "the other half": "Book \udc00\ud83d now",
    "NUL": "Book \x00 now",
    "a screen that is cleared": "Book \x1b[2J\x1b[H now",
    "a link of the terminal": "Book \x1b]8;;http://evil.invalid\x1b\\here\x1b]8;;\x1b\\ now",
    "a title of the terminal": "Book \x1b]0;owned\x07 now",
    "a bell": "Book \x07\x08\x08\x08 now",
    "C1": "Book \x9b31m\x9d0;x\x9c now",
    "markup": "Book [red]x[/red] [/] [link=http://evil.invalid]y[/link] now",
    "HTML": "Book <script>alert(1)</script> &amp; <img src=x onerror=y> now",
    "Jinja": "Book {{ 7 * 7 }} {% for x in y %} now",
    "the other direction": "Book \u202egnihtyna\u202c \u2066x\u2069 now",
    "lines": "Book\r\nnow\rand\u2028then\u2029and\x0bthen",
    "marks upon marks": "Book " + "o" + "\u0301" * 3000 + " now",
    "very long": "Book " + "long " * 20_000 + "now",
    "blanks of all kinds": "Book\u200b\u00a0\ufeff\u3000now",
    "format": "Book %s %(x)s {0} {x} $HOME `id` now",
}
"""Texts that a person may be shown."""
NO_DATES: dict[str, Any] = {
    "year 0": "0000-01-01",
    "year 10000": "10000-01-01",
    "a year before all": "-1-01-01",
    "month 13": "2026-13-45",
    "hour 25": "2026-12-01T25:61:61Z",
    "seconds since 1970": 1764547200,
    "seconds as text": "1764547200",
    "a word": "tomorrow",
    "digits of another script": "\u0662\u0660\u0662\u0666-\u0661\u0662-\u0660\u0661",
}
FAR_DATES: dict[str, str] = {
    "the last moment": "9999-12-31T23:59:59+14:00",
    "the first moment": "0001-01-01T00:00:00+14:00",
    "the last day": "9999-12-31",
    "the first day": "0001-01-01",
    "a wide zone": "2026-12-24T10:00:00+23:59",
    "a leap second": "2026-12-31T23:59:60Z",
}
FAR_NUMBERS: tuple[Any, ...] = (
    -1,
    1e308,
    -1e308,
    10**400,
    2**63,
    0.1,
    float("nan"),
    float("inf"),
)
LIST_KEYS = frozenset({"results", "items", "projects", "sections", "calendars", "labels"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d($|T)")


def paths(value: Any, here: Path = ()) -> Iterator[Path]:
    """Yield the path of every value within a value."""
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for name, one in inner:
        yield (*here, name)
        yield from paths(one, (*here, name))


def at(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


def put(value: Any, path: Path, new: Any) -> Any:
    """Return a copy with another value at a path."""
    if not path:
        return new
    made = copy.deepcopy(value)
    at(made, path[:-1])[path[-1]] = new
    return made


def without(value: Any, path: Path) -> Any:
    """Return a copy without what is at a path."""
    made = copy.deepcopy(value)
    del at(made, path[:-1])[path[-1]]
    return made


def twice(value: Any, path: Path) -> Any:
    """Return a copy that holds one entry of a list twice."""
    made = copy.deepcopy(value)
    at(made, path[:-1]).append(copy.deepcopy(at(value, path)))
    return made


def is_nonsense(old: Any, new: Any) -> bool:
    """Say whether nobody could have meant this: a type that is neither the old one nor none."""
    if old is None or new is None:
        return False
    return sort_of(old) != sort_of(new)


def sort_of(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


# Changes of all that a reply holds of a sort.


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


# Changes by chance.


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A reply that was changed: what was done, and whether nobody could have meant it."""

    what: str
    value: Any
    nonsense: bool


def by_chance(chance: random.Random, value: Any) -> Mutation:
    """Return a reply with one thing changed."""
    places = list(paths(value))
    if not places:
        new = chance.choice([None, {}, [], "", 0])
        return Mutation(what="all of it", value=new, nonsense=is_nonsense(value, new))
    path = chance.choice(places)
    old = at(value, path)
    kind, new = _replacement(chance, path, old)
    what = f"{kind} at {'.'.join(map(str, path))}"
    if kind == "removed":
        return Mutation(what=what, value=without(value, path), nonsense=False)
    if kind == "twice":
        return Mutation(what=what, value=twice(value, path), nonsense=False)
    return Mutation(what=what, value=put(value, path, new), nonsense=is_nonsense(old, new))


def _replacement(chance: random.Random, path: Path, old: Any) -> tuple[str, Any]:
    turn = chance.random()
    if turn < 0.1:
        return "removed", None
    if turn < 0.2 and isinstance(path[-1], int):
        return "twice", None
    if path[-1] == "id" and turn < 0.5:
        return _one_of(chance, ODD_IDS, "an id that is ")
    if isinstance(old, str) and turn < 0.6:
        return _one_of(chance, NO_DATES | FAR_DATES if _DATE.match(old) else TEXTS)
    if sort_of(old) == "number" and turn < 0.6:
        return "an absurd number", chance.choice(FAR_NUMBERS)
    return _one_of(chance, WRONG)


def _one_of(chance: random.Random, some: dict[str, Any], prefix: str = "") -> tuple[str, Any]:
    name = chance.choice(list(some))
    return f"{prefix}{name}", some[name]


def as_text(value: Any) -> bytes:
    """Return JSON text: halves of characters and absurd numbers as a service would write it."""
    return json.dumps(value).encode("ascii")


def mutations(value: Any) -> st.SearchStrategy[Mutation]:
    """Return replies that have one thing changed."""
    return st.randoms(use_true_random=False).map(lambda chance: by_chance(chance, value))
