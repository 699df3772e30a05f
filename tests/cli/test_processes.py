"""The command as a process: signals, pipes, crashes, starting fast."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncd.model.entities import Kind
from syncd.testing.fault_injection import Fault
from tests.cli.desks import PLAN, Desk

SYNCD = [sys.executable, "-m", "syncd"]
PATIENCE = 60


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start syncd as a process; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(desk: Desk, *words: str, **environ: str) -> subprocess.Popen[str]:
        home = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TZ": "Europe/Berlin"}
        process = subprocess.Popen(
            [*SYNCD, "--config", str(desk.config), *words],
            env=home | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def until(found: Callable[[], object]) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_help_imports_nothing_that_takes_its_time() -> None:
    script = (
        "import sys; from syncd.cli.app import start; from syncd.cli.session import Session\n"
        "status = start(['--help'], Session())\n"
        "slow = {'pydantic', 'sqlalchemy', 'rich', 'httpx', 'yaml', 'structlog', 'alembic'}\n"
        "print(status, sorted(slow & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"


def test_what_nobody_expected_is_told_without_a_traceback(
    bare: Desk, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    bare.import_plan()
    with sqlite3.connect(bare.state / "syncd.db") as database:
        database.execute("ALTER TABLE entities RENAME TO things")
    process = begin(bare, "plan", "show")
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "OperationalError" in err
    log = bare.state / "syncd.log"
    assert str(log) in err
    assert "Traceback" in log.read_text("utf-8")


def test_a_damaged_state_is_told_with_what_to_do(
    bare: Desk, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    bare.state.mkdir()
    (bare.state / "syncd.db").write_bytes(b"this is no database at all" * 400)
    out, err = begin(bare, "status").communicate(timeout=PATIENCE)
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "damaged" in err


@pytest.mark.parametrize("command", ["status", "run", "sync"])
def test_a_state_of_a_newer_version_is_told_with_what_to_do(
    bare: Desk, begin: Callable[..., subprocess.Popen[str]], command: str
) -> None:
    bare.import_plan()
    with sqlite3.connect(bare.state / "syncd.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0009'")
    process = begin(bare, command)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "newer syncd" in err
    assert err.rstrip().endswith("install that version again.")


@pytest.mark.parametrize("tasks", [1, 2000])
def test_a_reader_that_has_seen_enough_is_no_failure_to_talk_about(
    bare: Desk, begin: Callable[..., subprocess.Popen[str]], tasks: int
) -> None:
    bare.import_plan("tasks:\n" + "".join(f"- {{title: T{n}}}\n" for n in range(tasks)))
    process = begin(bare, "plan", "export")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    assert process.communicate(timeout=PATIENCE)[1] == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_an_output_that_can_not_be_written_is_told(bare: Desk) -> None:
    bare.import_plan()
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*SYNCD, "--config", str(bare.config), "history"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_a_plan_is_read_from_stdin(bare: Desk) -> None:
    done = subprocess.run(
        [*SYNCD, "--config", str(bare.config), "plan", "import", "-"],
        input=PLAN,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "4 entries read" in done.stdout
    assert len(bare.syncd("plan", "show", "--json").json["tasks"]) == 2


def test_a_terminal_without_unicode_gets_question_marks(
    bare: Desk, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    bare.import_plan("tasks:\n- {title: Über Größe}\n")
    process = begin(bare, "plan", "show", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert "?ber Gr??e" in out


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_a_sync_between_two_writes(
    desk: Desk, begin: Callable[..., subprocess.Popen[str]], number: signal.Signals, status: int
) -> None:
    titles = [f"Task {n}" for n in range(12)]
    desk.import_plan("tasks:\n" + "".join(f"- {{title: {one}}}\n" for one in titles))
    stopping: list[subprocess.Popen[str]] = []

    def stop(_request: object) -> None:
        until(lambda: stopping)
        stopping[0].send_signal(number)
        time.sleep(0.2)

    fault = Fault(act="call", method="POST", path="/v1/pages", skip=2, hook=stop)
    desk.served["notion"].faults.append(fault)
    process = begin(desk, "sync")
    stopping.append(process)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == status
    assert "goes out with the next sync" in err
    made = desk.person("notion").titles(Kind.TASK)
    assert 3 <= len(made) < len(titles)
    assert desk.syncd("status", "--json").json["tools"]["notion"]["in_flight"] == 0
    desk.sync()
    for tool in ("notion", "todoist"):
        assert sorted(desk.person(tool).titles(Kind.TASK)) == sorted(titles)


class Listener:
    """Reads what a process says on stderr, as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.lines: list[str] = []
        self._process = process
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        self.lines.extend(iter(self._process.stderr.readline, ""))

    def waits_for(self, text: str) -> str:
        until(lambda: any(text in one for one in list(self.lines)))
        return next(one for one in self.lines if text in one)


def test_the_daemon_syncs_reloads_and_ends_when_it_is_told(
    desk: Desk, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    fast = "\n[daemon]\npoll_seconds = 10\n"
    desk.settings(fast, todoist={"token": None})
    process = begin(desk, "run", "--log-json")
    said = Listener(process)
    trouble = json.loads(said.waits_for("needs sign-in"))
    assert trouble["hint"].startswith("Todoist needs your API token")
    assert trouble["timestamp"].endswith(("+01:00", "+02:00"))
    assert desk.syncd("sync").status == 5
    desk.import_plan()
    desk.settings(fast)
    process.send_signal(signal.SIGHUP)
    said.waits_for("settings reloaded")
    process.send_signal(signal.SIGUSR1)
    until(lambda: "Ask for feedback" in desk.person("todoist").titles(Kind.TASK))
    said.waits_for("tool works again")
    desk.config.write_text("rubbish", "utf-8")
    process.send_signal(signal.SIGHUP)
    assert "no TOML" in said.waits_for("the old ones stay")
    desk.config.write_text(f"state_dir = {json.dumps(str(desk.place / 'new'))}", "utf-8")
    process.send_signal(signal.SIGHUP)
    said.waits_for("`state_dir` can't change")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 143
    said.waits_for("daemon stopped")
    assert all(json.loads(line) for line in said.lines)
    tokens = [one.settings().get("token") for one in desk.served.values()]
    assert not [it for it in tokens if it and it in "".join(said.lines)]
    desk.settings()
    assert desk.sync()["converged"]


def test_the_daemon_picks_a_tool_up_once_its_secret_is_there(
    desk: Desk, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    desk.settings(todoist={"token": None})
    process = begin(desk, "run", CREDENTIALS_DIRECTORY=str(desk.place))
    said = Listener(process)
    said.waits_for("needs sign-in")
    secret = desk.place / "connectors.todoist.token"
    secret.write_text(desk.served["todoist"].settings()["token"], "utf-8")
    process.send_signal(signal.SIGUSR1)
    said.waits_for("tool works again")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=PATIENCE) == 130


def test_the_daemon_tells_once_that_others_may_look_into_its_state(
    desk: Desk, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    desk.state.mkdir()
    desk.state.chmod(0o755)
    process = begin(desk, "run")
    said = Listener(process)
    said.waits_for("daemon started")
    process.send_signal(signal.SIGHUP)
    said.waits_for("settings reloaded")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 143
    said.waits_for("daemon stopped")
    assert len([it for it in said.lines if f"chmod 700 {desk.state}" in it]) == 1


def test_signing_in_to_google_needs_no_browser_here(
    desk: Desk, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    token = Path(desk.served["google"].settings()["token_file"])
    token.unlink()
    process = begin(desk, "auth", "google", OAUTHLIB_INSECURE_TRANSPORT="1")
    said = Listener(process)
    address = said.waits_for("http://127.0.0.1").strip()
    assert "ssh -L" in said.waits_for("ssh -L")
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310  # loopback
        answer.read()
    assert process.wait(timeout=PATIENCE) == 0
    said.waits_for("Signed in")
    assert token.stat().st_mode & 0o077 == 0
    assert json.loads(token.read_text("utf-8"))["refresh_token"]


def test_the_sandboxes_stay_until_they_are_told_to_end(
    bare: Desk, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    process = begin(bare, "sandbox", TMPDIR=str(bare.place))
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(4)]
    assert [one.split()[0] for one in lines] == ["google", "notion", "todoist", "settings"]
    settings = Path(lines[3].split()[1])
    reader = Desk(settings.parent)
    said = reader.syncd("sync", "--json")
    assert said.status == 0
    assert set(said.json["tools"]) == {"google", "notion", "todoist"}
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 143
    assert not settings.parent.exists()


def test_a_port_that_is_taken_is_told(
    desk: Desk, begin: Callable[..., subprocess.Popen[str]]
) -> None:
    port = desk.served["google"].origin.rpartition(":")[2]
    process = begin(desk, "sandbox", "--port-base", port, "--dir", str(desk.place / "sandbox"))
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "--port-base" in err
