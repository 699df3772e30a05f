"""One way of misbehaving after another, then peace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.hostile.front import Act
from tests.hostile.laws import broken, said_of
from tests.hostile.scene import Scene

SetUp = Callable[[str], Scene]
Kinds = Mapping[str, Act]
MOST = 20
"""How many a home lives through before there is peace, and its evening comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """What need not be. silent: nothing need be said of the tool. other: what it holds need
    not be the same afterwards, as it may have meant what it said."""

    silent: bool = False
    other: bool = False


STRICT, SILENT = Loose(), Loose(silent=True)
MEANT = Loose(silent=True, other=True)


def play(set_up: SetUp, tool: str, kinds: Kinds, loose: Loose = STRICT, **where: Any) -> None:
    """Have a tool misbehave in each of these ways; fail with all that went wrong.

    where: as in ``Rule``.
    """
    wrong: list[str] = []
    names = list(kinds)
    for first in range(0, len(names), MOST):
        some = {name: kinds[name] for name in names[first : first + MOST]}
        found, at_last = run(set_up(tool), some, where, loose)
        wrong += found
        if at_last:
            wrong += traced(lambda: set_up(tool), some, where, loose) or at_last
    assert not wrong, "\n".join(wrong)


def run(
    scene: Scene, kinds: Kinds, where: dict[str, Any], loose: Loose
) -> tuple[list[str], list[str]]:
    """Misbehave in each way; return what was wrong each time, and after peace at the end."""
    wrong = []
    for name, act in kinds.items():
        wrong += [f"{name}: {it}" for it in one(scene, act, where, loose)]
    return wrong, [f"{' / '.join(kinds)}: {it}" for it in scene.peace(same=not loose.other)]


def one(scene: Scene, act: Act, where: dict[str, Any], loose: Loose = STRICT) -> list[str]:
    """Misbehave in one way; return what is wrong."""
    scene.edit()
    told = scene.misbehave(act, **where)
    scene.front.behave()
    found = broken(scene, told)
    if not loose.silent and not told.killed:
        found += said_of(scene, told)
    if not scene.carried():
        found.append("the edit between the others did not arrive")
    return found


def traced(
    set_up: Callable[[], Scene], kinds: Kinds, where: dict[str, Any], loose: Loose
) -> list[str]:
    """Find out which of these ways did harm that lasts."""
    wrong = []
    for name, act in kinds.items():
        scene = set_up()
        one(scene, act, where)
        wrong += [f"{name}: {it}" for it in scene.peace(same=not loose.other)]
    return wrong
