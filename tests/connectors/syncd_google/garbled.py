"""A client of Google's whose answers can be spoilt, and what they are spoilt with."""

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

from tests.connectors.syncd_google.harness import GoogleHarness

Spoil = Callable[[Any], Any]

HOSTILE: dict[str, Any] = {
    "null": None,
    "true": True,
    "false": False,
    "zero": 0,
    "minus-one": -1,
    "a-day-as-a-number": 20260615,
    "huge": 10**400,
    "half": 0.5,
    "not-a-number": math.nan,
    "infinite": math.inf,
    "half-a-character": "\ud83d",
    "empty-list": [],
    "list": [None, 5, "x", {}],
    "object": {"a": []},
}
"""Values that no key of an event can have."""

NO_REPLY: dict[str, Any] = {
    "nothing": {},
    "an-error": {"error": "no"},
    "another-thing": {"kind": "calendar#settings", "items": {}},
    "null-items": {"items": None},
    "text-items": {"items": "none"},
}
"""Replies that are no page, no event and no calendar."""


class Garbled:
    """A client that works, and some answers of which arrive as something else."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._spoils: dict[str, list[Spoil]] = {}
        self._instead: dict[str, Callable[[], Any]] = {}
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def spoil(self, name: str, how: Spoil, times: int = 1) -> None:
        """Have the next answers of a method arrive as ``how`` makes them."""
        self._spoils.setdefault(name, []).extend([how] * times)

    def instead(self, name: str, says: Callable[[], Any]) -> None:
        """Have all answers of a method made by ``says``; the service hears nothing."""
        self._instead[name] = says

    def heal(self) -> None:
        self._spoils.clear()
        self._instead.clear()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*args: Any) -> Any:
            self.asked.append((name, copy.deepcopy(args)))
            if name in self._instead:
                return self._instead[name]()
            answer = getattr(self._client, name)(*args)
            spoils = self._spoils.get(name)
            return spoils.pop(0)(copy.deepcopy(answer)) if spoils else answer

        return ask


def garbled(google: GoogleHarness) -> Garbled:
    """Put such a client between a connector, which tries nothing again, and its service."""
    garbled = Garbled(google.bare._client)
    google.bare._client = garbled  # type: ignore[assignment]  # it answers for each method of one
    google.connector = google.bare
    return garbled


def places(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield where something stands in an event, by the keys that lead there."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from places(inner, (*path, key))


def put(event: Any, path: tuple[str, ...], value: Any) -> Any:
    """Return an event with another value in one place."""
    if not path:
        return value
    return {**event, path[0]: put(event[path[0]], path[1:], value)}


def answer(value: Any) -> Spoil:
    """Return what makes every answer this one."""
    return lambda _: copy.deepcopy(value)
