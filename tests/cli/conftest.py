"""The desks that the tests of the command begin with."""

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from syncd.clock import SystemClock
from syncd.connect.registry import sandboxes
from syncd.testing.sandbox import Served
from tests.cli.desks import Desk, Said
from tests.cli.evenings import PLAN as EVENING_PLAN
from tests.cli.evenings import Evenings


@pytest.fixture
def bare(tmp_path: Path) -> Desk:
    """A desk whose settings name no tool."""
    desk = Desk(tmp_path)
    desk.settings()
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with all installed sandboxes."""
    made = Desk(tmp_path)
    clock, makers = SystemClock(), sandboxes()
    for name in makers.names():
        made.served[name] = Served(makers.require(name)(tmp_path, clock))
    made.settings()
    yield made
    made.close()


@pytest.fixture
def synced(desk: Desk) -> Desk:
    """A desk where a small plan is in all tools."""
    desk.import_plan()
    desk.sync()
    return desk


@pytest.fixture
def broken_settings(bare: Desk) -> Callable[[str], Said]:
    """Type `syncd status` with this text as the settings."""

    def typed(text: str) -> Said:
        bare.config.write_text(text, encoding="utf-8")
        return bare.syncd("status")

    return typed


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of one desk on a Monday noon, before and after its evenings are planned."""
    made = Evenings(tmp_path_factory.mktemp("monday"))
    made.write()
    made.import_plan(EVENING_PLAN)
    shutil.copytree(made.state, made.place / "unplanned")
    made.plan_blocks()
    shutil.copytree(made.state, made.place / "planned")
    return made.place


@pytest.fixture
def unplanned(tmp_path: Path, monday: Path) -> Evenings:
    """A desk on a Monday noon with a plan, whose calendar was never read."""
    made = Evenings(tmp_path)
    made.write()
    shutil.copytree(monday / "unplanned", made.state)
    return made


@pytest.fixture
def evenings(tmp_path: Path, monday: Path) -> Evenings:
    """That desk, with the evenings planned."""
    made = Evenings(tmp_path)
    made.write()
    shutil.copytree(monday / "planned", made.state)
    return made
