"""The worlds that the tests of the engine begin with."""

import pytest

from tests.engine.world import World, sample


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def synced(world: World) -> World:
    """A world in which the sample plan is in all three services."""
    world.plan(*sample(world))
    report = world.sync()
    assert report.converged, report.problems
    return world
