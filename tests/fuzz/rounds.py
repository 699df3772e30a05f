"""One round: a small world in step, one service that misbehaves by chance, then peace."""

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncd.cli.errors import Exit
from tests.hostile import acts
from tests.hostile.front import Act, Exchange
from tests.hostile.laws import broken
from tests.hostile.mutations import as_text, by_chance
from tests.hostile.scene import LISTINGS, Scene, Watched, in_step
from tests.journeys.beginnings import Beginnings
from tests.journeys.homes import Home

QUICK: dict[str, Act] = {
    "an empty body": acts.plain(200, ""),
    "204": acts.plain(204, ""),
    "{}": acts.plain(200, "{}"),
    "[]": acts.plain(200, "[]"),
    "null": acts.plain(200, "null"),
    "a portal": acts.portal(200),
    "a portal's 511": acts.portal(511),
    "no HTTP": acts.no_http,
    "nothing": acts.hang_up,
    "too short a length": acts.short_length,
    "too long a length": acts.long_length,
    "a reset amid the headers": acts.reset_head,
    "a reset amid the body": acts.reset_body,
    "a wait of 400 digits": acts.limited(429, "9" * 400),
    "503": acts.plain(503, "<html>"),
    "depth": acts.plain(200, '{"a":' * 5000),
    "an echo": acts.echo(500),
    "another encoding": acts.unknown_encoding("br"),
    "gzip that is none": acts.unknown_encoding("gzip"),
}
WHERE = ("any", "listing", "write")
FAMILIES = {
    "did not end": "endless",
    "exit status": "status",
    "MB": "memory",
    "traceback": "traceback",
    "does not know": "unknown error",
    "said as it is": "steering",
    "a secret": "secret",
    "did not arrive": "others held up",
    "no agreement": "no rest",
    "twice": "double",
    "instead of": "changed",
}
"""The family of a finding, by what its line holds; the first that fits."""


def family(line: str) -> str:
    """Return which family a finding belongs to."""
    return next((name for part, name in FAMILIES.items() if part in line), "other")


@dataclass
class Round:
    """What a seed does with one service; ``lines`` is its story, ``wrong`` what broke."""

    tool: str
    seed: int
    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    meant: bool = False

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed} {self.tool}")  # noqa: S311 - a story, no secret

    def play(self, scene: Scene) -> None:
        """Let some cycles go wrong, then let there be peace."""
        for number in range(self.chance.randint(1, 4)):
            self._cycle(scene, number)
            if self.wrong:
                break  # what follows from it is no other finding
        else:
            self.wrong += [it for it in scene.peace(same=not self.meant) if not self._held(it)]

    def _cycle(self, scene: Scene, number: int) -> None:
        scene.edit()
        act, what = self._act()
        where = self._where()
        self.lines.append(f"cycle {number}: {what} {where}")
        told = scene.misbehave(act, **where)
        scene.front.behave()
        self.lines.append(f"  {told.status} {told.seconds:.1f} s {told.err.strip()[:200]}")
        self.wrong += broken(scene, told)
        if not scene.carried() and not self.meant:
            self.wrong.append("the edit between the others did not arrive")

    def _act(self) -> tuple[Act, str]:
        if self.chance.random() < 0.25:
            name = self.chance.choice(list(QUICK))
            return QUICK[name], name
        chance = random.Random(self.chance.getrandbits(64))  # noqa: S311 - a story, no secret
        return self._mutating(chance), "mutations"

    def _where(self) -> dict[str, Any]:
        where = self.chance.choice(WHERE)
        limits = {
            "skip": self.chance.choice([0, 0, 1, 2]),
            "times": self.chance.choice([0, 1, 3]),
        }
        if where == "listing":
            return {"path": LISTINGS[self.tool], **limits}
        return {"method": "POST|PATCH|PUT|DELETE", **limits} if where == "write" else limits

    def _mutating(self, chance: random.Random) -> Act:
        def change(value: Any) -> Any:
            mutation = by_chance(chance, value)
            self.meant = self.meant or not mutation.nonsense
            self.lines.append(f"  {mutation.what}")
            return mutation.value

        def act(it: Exchange) -> None:
            reply = it.forward()
            body = change_json(reply.body, change)
            it.answer(reply.status, reply.headers, body)

        return act

    def _held(self, line: str) -> bool:
        """Say whether syncd only waits for a word, where the tool may have meant it."""
        return self.meant and line.startswith(f"no agreement after peace: {int(Exit.HELD)} ")


def change_json(body: bytes, change: Callable[[Any], Any]) -> bytes:
    """Change a body; one that is no JSON stays as it is."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    return as_text(change(value))


def play(tool: str, seed: int, place: Path, begun: Beginnings) -> Round:
    """Play one round in an empty folder."""
    assert isinstance(begun.forker, Watched)
    home = Home(place, begun.forker, apart=True)
    told = Round(tool, seed)
    try:
        begun(home, in_step)
        scene = Scene(home, tool)
        try:
            told.play(scene)
        finally:
            scene.close()
    except Exception as error:  # noqa: BLE001 - a command that can't even tell the plan
        told.wrong.append(f"the round itself ended with {error!r}"[:300])
    finally:
        home.close()
    return told


def findings(told: Round) -> Iterator[tuple[str, str]]:
    """Yield each family that a round found, with its first line."""
    seen: set[str] = set()
    for line in told.wrong:
        name = family(line)
        if name not in seen:
            seen.add(name)
            yield name, re.sub(r"\s+", " ", line)[:300]
