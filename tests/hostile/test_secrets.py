"""A service that repeats what it was sent: nobody else is to read it."""

import pytest

from tests.hostile import acts
from tests.hostile.laws import broken, told_secrets
from tests.hostile.plays import SetUp
from tests.hostile.scene import TOOLS, Scene

STATUSES = (500, 429, 403, 401, 409, 400)
WRITES = r"(?!.*/(query|search|token|freeBusy)$).*"
WORDS = (
    ("sync", "--json"),
    ("status",),
    ("status", "--json"),
    ("history", "--json"),
    ("conflicts",),
)


def repeated(scene: Scene) -> list[str]:
    """Have a tool repeat what it was sent; return where it can be read."""
    wrong = []
    for status in STATUSES:
        for name, act in (("", acts.echo(status)), (" flat", acts.echo_flat(status))):
            told = scene.misbehave(act)
            scene.front.behave()
            wrong += [f"{status}{name}: {it}" for it in broken(scene, told)]
    for words in WORDS:
        told = scene.syncd(*words)
        wrong += [f"{' '.join(words)}: {it}" for it in told_secrets(scene.home, told)]
    return wrong


@pytest.mark.parametrize("tool", TOOLS)
def test_a_token_that_a_service_repeats_is_seen_nowhere(set_up: SetUp, tool: str) -> None:
    wrong = repeated(set_up(tool))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_token_that_a_refused_write_repeats_is_seen_nowhere(set_up: SetUp, tool: str) -> None:
    scene = set_up(tool)
    wrong = []
    for name, act in {"400": acts.echo(400), "403 flat": acts.echo_flat(403)}.items():
        scene.edit()
        told = scene.misbehave(act, method="POST|PATCH|PUT|DELETE", path=WRITES)
        wrong += [f"{name}: {it}" for it in broken(scene, told)]
        wrong += told_secrets(scene.home, scene.syncd("status", "--json"))
        scene.front.behave()
    assert not wrong, "\n".join(wrong)


def test_a_refresh_that_repeats_its_secrets_tells_nobody(set_up: SetUp) -> None:
    scene = set_up("google")
    wrong = []
    for status in (400, 401, 403, 500):
        for act in (acts.echo(status), acts.echo_flat(status)):
            scene.home.sandbox("google").expire_access()
            told = scene.misbehave(act, path="/token")
            wrong += [f"{status}: {it}" for it in broken(scene, told)]
            scene.front.behave()
    assert not wrong, "\n".join(wrong)
