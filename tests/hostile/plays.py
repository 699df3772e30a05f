"""One way of misbehaving after another, each with peace after it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.hostile.front import Act
from tests.hostile.laws import broken, said_of
from tests.hostile.scene import Scene

SetUp = Callable[[str], Scene]
MOST = 12
"""How many a home lives through: after that, its evening has come."""


def play(set_up: SetUp, tool: str, kinds: Mapping[str, Act], **where: Any) -> None:
    """Have a tool misbehave in each of these ways; fail with all that went wrong.

    where: as in ``Rule``; ``silent=True`` where nothing need be said of the tool.
    """
    wrong = list(all_wrong(set_up, tool, kinds, where))
    assert not wrong, "\n".join(wrong)


def all_wrong(
    set_up: SetUp, tool: str, kinds: Mapping[str, Act], where: dict[str, Any]
) -> Iterator[str]:
    silent = where.pop("silent", False)
    scene: Scene | None = None
    for name, act in kinds.items():
        if scene is None or scene.number >= MOST:
            scene = set_up(tool)
        found = one(scene, act, where, silent=silent)
        yield from (f"{name}: {it}" for it in found)
        if found:
            scene = None  # what was harmed is not to be found again and again


def one(scene: Scene, act: Act, where: dict[str, Any], *, silent: bool = False) -> list[str]:
    """Misbehave in one way, then let there be peace; return what is wrong."""
    scene.edit()
    told = scene.misbehave(act, **where)
    found = broken(scene, told)
    if not silent and not told.killed:
        found += said_of(scene, told)
    if not scene.carried():
        found.append("the edit between the others did not arrive")
    return [*found, *scene.peace()]
