"""A service that sends its visitors elsewhere: a token is for its own host alone."""

from collections.abc import Iterator

import pytest

from tests.hostile import acts
from tests.hostile.elsewhere import Elsewhere
from tests.hostile.laws import broken
from tests.hostile.plays import SetUp, play
from tests.hostile.scene import TOOLS

STATUSES = (301, 302, 303, 307, 308)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.close()


@pytest.mark.parametrize("tool", TOOLS)
def test_nobody_is_followed_to_another_host(
    set_up: SetUp, tool: str, elsewhere: Elsewhere
) -> None:
    kinds = {str(status): acts.redirect(status, elsewhere.origin) for status in STATUSES}
    try:
        play(set_up, tool, kinds)
    finally:
        assert elsewhere.heard == []


@pytest.mark.parametrize("tool", TOOLS)
def test_nobody_is_led_in_a_circle(set_up: SetUp, tool: str) -> None:
    play(set_up, tool, {str(status): acts.circle(status) for status in STATUSES})


@pytest.mark.parametrize("status", STATUSES)
def test_a_renewal_of_access_is_not_followed_to_another_host(
    set_up: SetUp, elsewhere: Elsewhere, status: int
) -> None:
    scene = set_up("google")
    scene.home.sandbox("google").expire_access()
    told = scene.misbehave(acts.redirect(status, elsewhere.origin), path="/token")
    assert broken(scene, told) == []
    assert elsewhere.heard == []
