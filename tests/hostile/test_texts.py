"""Texts that a person sees: whatever a tool shows, a terminal only shows it too."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.hostile import acts, changes
from tests.hostile.laws import UNSEEN, broken
from tests.hostile.plays import SetUp
from tests.hostile.scene import ASK, BOOK, LED, STEP, TASK, TEAM, TOOLS, Scene
from tests.hostile.values import TEXTS

SHOWN = {"notion": BOOK, "google": LED, "todoist": ASK}
WORDS = (
    ("status",),
    ("plan", "show"),
    ("plan", "check"),
    ("review", "weekly"),
    ("history",),
    ("conflicts",),
    ("schedule",),
    ("why", TEAM),
)
WHOLE = [text for name, text in TEXTS.items() if "half" not in name and len(text) < 100]
GROUPS = {
    "all that steers": " ".join(WHOLE),
    "markup": "[red]x[/red] [/] {{ 7 * 7 }} %(x)s",
    "half of a character": TEXTS["half of a character"],
    "marks upon marks": TEXTS["marks upon marks"],
    "very long": TEXTS["very long"],
}
LITERAL = ("[red]x[/red]", "[/]", "{{ 7 * 7 }}", "%(x)s")
"""What of markup is to be seen as it is."""
LONGEST = 2000
"""Characters of one sentence on stderr."""


@pytest.mark.parametrize("tool", TOOLS)
def test_a_title_does_nothing_to_a_terminal(set_up: SetUp, tool: str) -> None:
    wrong = []
    for name, text in GROUPS.items():
        scene = set_up(tool)
        kind = STEP if tool == "google" else TASK
        scene.home.person(tool).edit(
            kind, SHOWN[tool], "title", f"{SHOWN[tool]}!"
        )  # read it again
        told = scene.misbehave(acts.mutated(changes.texts(SHOWN[tool], text)))
        wrong += [f"{name}: {it}" for it in broken(scene, told)]
        wrong += [f"{name}: {it}" for it in looked_at(scene, name)]
    assert not wrong, "\n".join(wrong)


def looked_at(scene: Scene, name: str) -> Iterator[str]:
    """Look at everything; yield what is wrong with what is seen."""
    for words in WORDS:
        told = scene.syncd(*words)
        yield from (f"{' '.join(words)}: {it}" for it in broken(scene, told))
        if name == "markup" and words == ("plan", "show"):
            yield from (f"{it} is not shown as it is" for it in LITERAL if it not in told.out)
    for command in ("status --json", "plan export --format json"):
        told = scene.syncd(*command.split())
        json.loads(told.out)
        if UNSEEN.search(told.out):
            yield f"{command} holds what steers a terminal"


@pytest.mark.parametrize("status", [400, 401, 503])
@pytest.mark.parametrize("tool", TOOLS)
def test_a_message_does_nothing_to_a_terminal(set_up: SetUp, tool: str, status: int) -> None:
    scene = set_up(tool)
    wrong = []
    for name, text in GROUPS.items():
        body: dict[str, Any] = {
            "object": "error",
            "code": text,
            "message": text,
            "error_tag": text,
        }
        body |= {"error": {"code": status, "message": text, "errors": [{"reason": text}]}}
        if status == 400:
            body["error"] = text
        told = scene.misbehave(acts.plain(status, json.dumps(body)))
        found = [*broken(scene, told), *broken(scene, scene.syncd("status"))]
        found += [f"{len(it)} characters" for it in told.err.splitlines() if len(it) > LONGEST]
        wrong += [f"{name}: {it}" for it in found]
        scene.front.behave()
    assert not wrong, "\n".join(wrong)
