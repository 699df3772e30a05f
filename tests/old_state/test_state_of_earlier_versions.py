"""A database that an earlier version wrote opens, and says what it said then."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from syncd.model.ids import EntityId, ToolName
from syncd.store.store import Store, open_store

HERE = Path(__file__).parent
KEPT = sorted(HERE.glob("state_*"))
TODOIST = ToolName("todoist")


@pytest.fixture(params=KEPT, ids=lambda folder: folder.name)
def kept(request: pytest.FixtureRequest) -> Path:
    """The folder of one earlier version: its database as SQL, and what its commands printed."""
    folder: Path = request.param
    return folder


@pytest.fixture
def state(kept: Path, tmp_path: Path) -> Path:
    """A state folder with that database."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    with sqlite3.connect(folder / "syncd.db") as connection:
        connection.executescript((kept / "state.sql").read_text())
    connection.close()
    return folder


@pytest.fixture
def store(state: Path) -> Store:
    return open_store(state)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("plan export --format json", "plan.json"),
        ("history --json", "history.json"),
        ("conflicts --json", "conflicts.json"),
    ],
)
def test_its_commands_print_what_they_printed(
    kept: Path, state: Path, tmp_path: Path, command: str, expected: str
) -> None:
    config = tmp_path / "syncd.toml"
    config.write_text(f'state_dir = "{state}"\n[plan]\ntimezone = "Europe/Berlin"\n')
    run = subprocess.run(
        [sys.executable, "-m", "syncd", "--config", str(config), *command.split()],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(tmp_path)},
    )
    assert _printed(run.stdout) == _printed((kept / expected).read_text())


def test_every_link_and_record_can_be_read(store: Store) -> None:
    links = list(store.links.every())
    assert len(links) == 175
    assert not any(link.damaged for link in links)
    records = store.plan.many({link.entity for link in links})
    assert records.keys() == {link.entity for link in links}


def test_a_write_in_flight_is_still_in_flight(store: Store) -> None:
    (intent,) = store.journal.pending(TODOIST)
    assert intent.write.key == "kept-intent"
    assert intent.write.fields["title"] == "A title in flight"
    assert intent.write.seen is not None


def test_what_was_to_be_decided_is_still_to_be_decided(store: Store) -> None:
    dirty: dict[EntityId, int] = store.links.dirty(ToolName("notion"))
    assert len(dirty) == 2


def _printed(text: str) -> Any:
    return json.loads(text)
