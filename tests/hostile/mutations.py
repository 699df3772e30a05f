"""One thing wrong with a JSON reply, by chance: pure functions from a reply to a wrong one."""

import copy
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.hostile.values import FAR_DATES, FAR_NUMBERS, NO_DATES, ODD_IDS, TEXTS, WRONG

Path = tuple[str | int, ...]

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
        new: Any = chance.choice([None, {}, [], "", 0])
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
