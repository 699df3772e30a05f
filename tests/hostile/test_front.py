"""The front itself: it changes nothing while it behaves, and each of its acts has an end."""

import http.client
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.hostile import acts, endless
from tests.hostile.front import Act, Front
from tests.hostile.plays import SetUp
from tests.hostile.scene import TOOLS

ACTS: dict[str, Act] = {
    "a head that drips": endless.drip_head(0.05),
    "silence": endless.silence,
    "chunks": endless.endless_chunks,
    "a bomb": endless.bomb(),
    "100 Continue": endless.endless_continue,
    "headers": endless.endless_head,
}


@pytest.fixture
def front() -> Iterator[Front]:
    made = Front("http://127.0.0.1:9")
    yield made
    made.close()


@pytest.mark.parametrize("tool", TOOLS)
def test_a_front_that_behaves_changes_nothing(set_up: SetUp, tool: str) -> None:
    scene = set_up(tool)
    scene.edit()
    told = scene.misbehave(acts.hang_up, path="/nowhere")
    assert (told.status, told.err) == (0, "")
    assert scene.carried()
    assert scene.front.asked
    assert scene.peace() == []


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_act_ends_when_its_peer_leaves(front: Front, act: Act) -> None:
    front.misbehave(act)
    with socket.create_connection(("127.0.0.1", int(front.origin.rpartition(":")[2]))) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert peer.recv(1) == b"H"
    until = time.monotonic() + 5
    while any(it.is_alive() for it in front._threads[1:]):
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_act_ends_when_the_front_is_closed(act: Act) -> None:
    front = Front("http://127.0.0.1:9")
    front.misbehave(act)
    asking = threading.Thread(target=ask, args=[front.origin])
    asking.start()
    while not front.asked:
        time.sleep(0.01)
    front.close()
    asking.join(timeout=10)
    assert not asking.is_alive()


def ask(origin: str) -> None:
    with suppress(OSError, http.client.HTTPException):
        urllib.request.urlopen(origin, timeout=5).read(1 << 20)  # noqa: S310 - loopback
