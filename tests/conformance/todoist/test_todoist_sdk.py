"""Doist's own TypeScript SDK drives the sandbox, and its schemas take every object."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from syncd.testing.sandbox import Served
from syncd_todoist.sandbox import wire
from syncd_todoist.sandbox.app import TodoistSandbox

HERE = Path(__file__).parent
pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(
        shutil.which("node") is None and "CI" not in os.environ, reason="node is not installed"
    ),
]


@pytest.fixture(scope="module")
def installed() -> None:
    """The SDK asks for a newer Node than it needs."""
    if not (HERE / "node_modules" / "@doist").is_dir():
        options = ["--no-engine-strict", "--no-audit", "--no-fund"]
        _run(["npm", "ci", *options])


def _run(command: list[str]) -> str:
    done = subprocess.run(  # our own scripts
        command, cwd=HERE, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.usefixtures("installed")
def test_the_sdk_gets_what_it_expects(served: Served, sandbox: TodoistSandbox) -> None:
    said = json.loads(_run(["node", "scenario.mjs", served.origin, sandbox.token]))
    assert said["steps"] >= 45
    assert [logged.status for logged in served.log if logged.status == 501] == []


@pytest.mark.usefixtures("installed")
def test_the_sdks_schemas_take_every_object(
    served: Served,
    sandbox: TodoistSandbox,
    lived_in: dict[str, list[dict[str, Any]]],
    tmp_path: Path,
) -> None:
    now = sandbox.state.clock.now()
    objects: dict[str, list[Any]] = {
        **lived_in,
        "users": [
            wire.user_object("Asia/Kolkata", now, "1", premium=it) for it in (True, False)
        ],
        "errors": [
            error.body
            for error in (
                wire.invalid_argument("limit"),
                wire.not_found("Task"),
                wire.unauthorized(),
                wire.too_many(66),
                wire.premium_only("duration"),
            )
        ],
        "replies": _replies(served, sandbox),
    }
    path = tmp_path / "objects.json"
    path.write_text(json.dumps(objects))
    counts = json.loads(_run(["node", "schemas.mjs", str(path)]))
    assert {name: it["passed"] for name, it in counts.items()} == {
        name: len(rows) for name, rows in objects.items()
    }
    assert all(it["of"] for it in counts.values())


def _replies(served: Served, sandbox: TodoistSandbox) -> list[Any]:
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    commands = [
        {"type": "item_add", "uuid": "u1", "temp_id": "t1", "args": {"content": "New"}},
        {"type": "item_move", "uuid": "u2", "args": {"id": "t1"}},
        {"type": "item_fly", "uuid": "u3", "args": {}},
    ]
    body = {"sync_token": "*", "resource_types": ["all"], "commands": commands}
    address = f"{served.origin}/api/v1/sync"
    as_json = httpx.post(address, json=body, headers=headers)
    form = {"sync_token": "*", "resource_types": json.dumps(["all"])}
    as_form = httpx.post(address, data=form, headers=headers)
    return [as_json.json(), as_form.json()]
