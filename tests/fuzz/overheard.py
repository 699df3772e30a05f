"""A kept conversation held again with a service that changes one of its replies.

The stories are those of the connectors' own recordings; what they expect is not looked at,
only what comes out of the connector's methods.
"""

import functools
import json
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from syncd.errors import SyncdError
from syncd.testing.fake_clock import FakeClock
from syncd.testing.recording import Recorded
from tests.hostile.front import Exchange, Front, Rule
from tests.hostile.mutations import as_text, by_chance

KEPT = Path(__file__).parents[1] / "connectors"
METHODS = ("bind", "provision", "pull", "read", "edited", "find", "write", "busy")
Story = Callable[[Callable[..., Recorded]], None]


@functools.cache
def kept(story: Story) -> Any:
    """Return the recording of a story."""
    service = story.__module__.split(".")[-2]
    path = KEPT / service / "recordings" / f"{story.__name__}.yaml"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text("utf-8"), loader)  # noqa: S506 - a safe one, in C if there


@dataclass
class Teller:
    """Answers as a recording does, in its order for each address; but for one reply."""

    recording: Any
    turn: int = -1
    chance: random.Random = field(default_factory=random.Random)
    said: int = 0
    what: str = ""

    def __post_init__(self) -> None:
        self._left: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for one in self.recording["interactions"]:
            request = one["request"]
            key = (request["method"], urlsplit(request["uri"]).path)
            self._left[key].append(one["response"])

    def __call__(self, it: Exchange) -> None:
        left = self._left.get((it.asked.method, it.asked.path))
        if not left:
            it.answer(404, (("Connection", "close"),), b"{}")
            return
        reply = left.pop(0) if len(left) > 1 else left[0]
        body = (reply["body"]["string"] or "").encode("utf-8")
        if self.said == self.turn:
            body = self._changed(body)
        self.said += 1
        headers = [(name, value[0]) for name, value in reply["headers"].items()]
        kept = (it for it in headers if it[0].lower() not in ("content-length", "connection"))
        it.answer(reply["status"]["code"], (*kept, ("Connection", "close")), body)

    def _changed(self, body: bytes) -> bytes:
        try:
            mutation = by_chance(self.chance, json.loads(body))
        except ValueError:
            return body
        self.what = mutation.what
        return as_text(mutation.value)


class Overheard:
    """A connector, each of whose outcomes is looked at; ``found`` is what was wrong."""

    def __init__(self, connector: Any, found: list[str]) -> None:
        self._connector, self._found = connector, found

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._connector, name)
        return functools.partial(self._call, name, value) if name in METHODS else value

    def _call(self, name: str, method: Callable[..., Any], *words: Any) -> Any:
        try:
            outcome = method(*words)
        except SyncdError as error:
            self._found += [f"{name} told {it}" for it in not_plain(str(error))]
            raise
        except Exception as error:
            self._found.append(f"{name} raised {type(error).__name__}: {error}"[:200])
            raise
        self._found += [f"{name} returned {it}" for it in not_plain(outcome)]
        return outcome


class Conversation(Recorded):
    """A conversation whose connector is overheard."""

    def __init__(self, *parts: Any) -> None:
        self.found: list[str] = []
        super().__init__(*parts)
        self.connector = Overheard(self.connector, self.found)

    def restart(self) -> Any:
        made = Overheard(super().restart(), self.found)
        self.connector = made
        return made


def replies(story: Story) -> int:
    """Return how many replies a story has."""
    return len(kept(story)["interactions"])


def hold(story: Story, scratch: Path, turn: int, chance: random.Random) -> list[str]:
    """Hold a conversation, its reply number ``turn`` changed; return what was wrong.

    Where none is changed (-1), the story has to come to its end too.
    """
    recording = kept(story)
    teller = Teller(recording, turn, chance)
    held: list[Conversation] = []

    def recorded(plugin: Any, make: Any) -> Recorded:
        clock = FakeClock(datetime.fromisoformat(recording["metadata"]["started"]))
        settings = make(scratch, clock).settings(front.origin)
        settings |= recording["metadata"]["settings"]
        held.append(Conversation(plugin, settings, clock))
        return held[-1]

    with closing(Front("", [Rule(act=teller)])) as front:
        try:
            story(recorded)
        except Exception as error:  # noqa: BLE001 - it expects other replies than it gets
            if turn < 0:
                held[0].found.append(f"it ended with {error!r}")
        for one in held:
            one.connector.close()
    return [f"reply {turn}, {teller.what}: {it}" for one in held for it in one.found]


def not_plain(value: Any) -> Iterator[str]:
    """Yield what within an outcome is no plain well-formed data."""
    looks: tuple[tuple[Any, Callable[[Any], Iterator[str]]], ...] = (
        (str, _odd_text),
        (Exception, _odd_error),
        (Mapping, lambda it: not_plain([*it.keys(), *it.values()])),
        (
            list | tuple | set | frozenset,
            lambda them: chain.from_iterable(map(not_plain, them)),
        ),
        (datetime, _odd_time),
        (float, _odd_number),
    )
    if is_dataclass(value) and not isinstance(value, type):
        yield from not_plain([getattr(value, it.name) for it in fields(value)])
        return
    for kind, look in looks:
        if isinstance(value, kind):
            yield from look(value)
            return


def _odd_number(value: float) -> Iterator[str]:
    if not math.isfinite(value):
        yield f"the number {value}"


def _odd_text(text: str) -> Iterator[str]:
    if "\x00" in text:
        yield f"NUL in {text[:40]!r}"
    if any("\ud800" <= it <= "\udfff" for it in text):
        yield f"half of a character in {text[:40]!r}"


def _odd_error(error: Exception) -> Iterator[str]:
    if not isinstance(error, SyncdError):
        yield f"{type(error).__name__}: {error}"[:200]
    yield from _odd_text(str(error))


def _odd_time(value: datetime) -> Iterator[str]:
    try:
        aware = value.tzinfo is not None and value.astimezone(UTC)
    except OverflowError:
        aware = None
    if not aware:
        yield f"the moment {value!r}"
