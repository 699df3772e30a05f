"""Replies that are whole, and are not what was asked for."""

import pytest

from tests.hostile import acts
from tests.hostile.conftest import SetUp
from tests.hostile.front import Act
from tests.hostile.laws import broken, said_of
from tests.hostile.scene import TOOLS, Scene

ODD: dict[str, Act] = {
    "an empty body": acts.plain(200, ""),
    "204": acts.plain(204, ""),
    "{}": acts.plain(200, "{}"),
    "[]": acts.plain(200, "[]"),
    "null": acts.plain(200, "null"),
    "a text": acts.plain(200, '"all is well"'),
    "a number": acts.plain(200, "1e999"),
    "a captive portal": acts.portal(200),
    "a captive portal's 511": acts.portal(511),
    "another encoding": acts.unknown_encoding("br"),
    "an encoding of nobody": acts.unknown_encoding("x-rot13"),
    "gzip that is none": acts.unknown_encoding("gzip"),
    "UTF-16": acts.plain(200, "{}".encode("utf-16")),
    "bytes": acts.plain(200, b"\xff\xfe\x00\x80"),
    "half of a text": acts.plain(200, '{"a": "\\ud83d"}'),
    "a number of 5,000 digits": acts.plain(200, '{"a": ' + "9" * 5000 + "}"),
    "no HTTP": acts.no_http,
    "nothing": acts.hang_up,
    "too short a length": acts.short_length,
    "too long a length": acts.long_length,
    "a negative length": acts.odd_length("-1"),
    "a length of letters": acts.odd_length("many"),
    "a reset amid the headers": acts.reset_head,
    "a reset amid the body": acts.reset_body,
}


def play(scene: Scene, kinds: dict[str, Act]) -> list[str]:
    """Misbehave in each of these ways in turn, with peace between; return what is wrong."""
    wrong = []
    for name, act in kinds.items():
        scene.edit()
        told = scene.misbehave(act)
        found = [*broken(scene, told), *said_of(scene, told)]
        if not scene.carried():
            found.append("the edit between the others did not arrive")
        wrong += [f"{name}: {it}" for it in [*found, *scene.peace()]]
    return wrong


@pytest.mark.parametrize("tool", TOOLS)
def test_a_reply_that_is_none_costs_its_tool_alone(set_up: SetUp, tool: str) -> None:
    assert play(set_up(tool), ODD) == []
