"""Replies without an end: each costs its own time and its own room, and no more.

Those that drip all drip at the same time, each in a home of its own: they take the time of
one request.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.hostile import acts, endless
from tests.hostile.front import Act
from tests.hostile.plays import SILENT, SetUp, one, play
from tests.hostile.scene import LISTINGS, TOOLS, Scene, Watched, in_step
from tests.journeys.beginnings import Beginnings
from tests.journeys.homes import Home

SLOW: dict[str, Act] = {
    "a head that drips": endless.drip_head(0.2),
    "a body that drips": endless.drip_body(0.2),
    "silence after the headers": endless.silence,
    "100 Continue without end": endless.endless_continue,
}
ENTRIES = b",".join([b'{"id": 1, "a": [{}, "x"]}'] * 40_000)
LONG = b'{"a": "' + b"x" * 32_000_000 + '\N{GRINNING FACE}"}'.encode()
LARGE: dict[str, Act] = {
    "very many objects": acts.plain(200, b"[" + b"{}," * 10_000_000 + b"{}]"),
    "very many entries": acts.plain(200, b'{"results": [' + ENTRIES + b"]}"),
    "a text with one letter of four bytes": acts.plain(200, LONG),
    "chunks without end": endless.endless_chunks,
    "2 MB that decode to 2 GB": endless.bomb(),
    "10 kB that decode to 2 GB": endless.bomb(layers=2),
    "200 MB": endless.flood,
}
Told = dict[tuple[str, str], list[str]]


@pytest.fixture(scope="module")
def slow(begun: Beginnings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Return what is wrong with each tool that is slow in each way, all at once."""
    scenes = {}
    for tool in TOOLS:
        for name in SLOW:
            home = Home(tmp_path_factory.mktemp("slow"), Watched(), apart=True)
            begun(home, in_step)
            scenes[tool, name] = Scene(home, tool)
    with ThreadPoolExecutor(len(scenes)) as pool:
        waiting = {key: pool.submit(drip, scene, key[1]) for key, scene in scenes.items()}
        found = {key: it.result() for key, it in waiting.items()}
    yield found
    for scene in scenes.values():
        with closing(scene.home.forker), closing(scene.home):
            scene.close()


def drip(scene: Scene, name: str) -> list[str]:
    """Be slow once: it may be waited out, or told."""
    return [*one(scene, SLOW[name], {"times": 1}, SILENT), *scene.peace()]


@pytest.mark.parametrize("name", SLOW)
@pytest.mark.parametrize("tool", TOOLS)
def test_a_request_has_an_end_whatever(slow: Told, tool: str, name: str) -> None:
    wrong = slow[tool, name]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("tool", TOOLS)
def test_nobody_has_to_hold(set_up: SetUp, tool: str, name: str) -> None:
    play(set_up, tool, {name: LARGE[name]})


@pytest.mark.parametrize("tool", TOOLS)
def test_peaks_are_measured_where_nothing_is_wrong(
    set_up: SetUp, tool: str, tmp_path: Path
) -> None:
    told = set_up(tool).misbehave(acts.hang_up, path="/nowhere")
    assert told.status == 0
    assert 0 < told.peak < 200 << 20


@pytest.mark.parametrize("repeating", [True, False], ids=["the same cursor", "new cursors"])
@pytest.mark.parametrize("tool", ["notion", "google"])
def test_a_list_has_an_end_whatever(set_up: SetUp, tool: str, *, repeating: bool) -> None:
    act = endless.endless_pages(repeating=repeating)
    play(set_up, tool, {"endless pages": act}, path=LISTINGS[tool])


@pytest.mark.parametrize("repeating", [True, False], ids=["the same cursor", "new cursors"])
def test_a_list_of_todoist_s_has_an_end_whatever(set_up: SetUp, *, repeating: bool) -> None:
    """It is listed page by page only when the place in what changes is lost."""
    scene = set_up("todoist")
    scene.home.sandbox("todoist").switches.refuses_old_tokens = True
    scene.home.sandbox("todoist").expire_cursors()
    act = endless.endless_pages(repeating=repeating)
    wrong = [*one(scene, act, {"path": r"/api/v1/tasks.*"}, SILENT), *scene.peace()]
    assert not wrong, "\n".join(wrong)
