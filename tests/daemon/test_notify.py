"""Notifications: once each, and when it is over; what they cost when they fail."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import structlog

from syncd.app import App, open_app
from syncd.daemon.notify import Announcer, ToolHealth, tool_alarm
from syncd.engine.heartbeat import Heartbeat
from syncd.model.ids import ToolName
from syncd.settings.messages import document
from syncd.store.tool_store import ToolRow, ToolState
from tests.daemon.conftest import FakeClock
from tests.mail.servers import House, run

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
AFTER = timedelta(minutes=30)
NOTION = ToolName("notion")


def health(state: ToolState, *, ago: int = 0, message: str = "") -> ToolHealth:
    """Return Notion in a state, last seen to work so many minutes ago."""
    row = ToolRow(tool=NOTION, state=state, message=message)
    return ToolHealth(row=row, title="Notion", since=NOW - timedelta(minutes=ago))


CASES = {
    "works": (health(ToolState.OK, ago=90), None),
    "signed out": (
        health(ToolState.SIGN_IN),
        "Notion needs you to sign in: `syncd auth notion`.",
    ),
    "held": (
        health(ToolState.HELD),
        "Notion waits for your decision: `syncd status` shows on what, and why.",
    ),
    "just broken": (health(ToolState.BACKING_OFF, ago=29), None),
    "broken": (
        health(ToolState.BACKING_OFF, ago=30, message="Notion can't be reached: trying later."),
        "Notion has not worked since 2026-12-01 12:30. Notion can't be reached: trying later.",
    ),
    "degraded, with words of its own": (
        health(
            ToolState.DEGRADED, ago=60, message="'Job hunt' is odd (KeyError: 'Job'): mend it."
        ),
        "Notion has not worked since 2026-12-01 12:00. '…' is odd: mend it.",
    ),
}


@pytest.mark.parametrize(("tool", "sentence"), CASES.values(), ids=CASES)
def test_a_tool_needs_a_word_by_its_state(tool: ToolHealth, sentence: str | None) -> None:
    alarm = tool_alarm(tool, AFTER, NOW, "Europe/Berlin")
    assert (alarm and alarm.sentence) == sentence


class Ear:
    """A server on loopback that keeps what it is told; ``status``: what it answers."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.status = 200
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                ear.heard.append((self.path, body.decode()))
                self.send_response(ear.status)
                self.end_headers()

            do_POST = do_GET  # noqa: N815  # the library's name

            def log_message(self, *_words: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def texts(self) -> list[str]:
        return [
            json.loads(body)["message"] for path, body in list(self.heard) if path == "/say"
        ]

    @property
    def pings(self) -> list[str]:
        return [path for path, _ in list(self.heard) if path.startswith("/ping")]


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    yield ear
    ear.server.shutdown()
    ear.server.server_close()


Open = Callable[..., App]


@pytest.fixture
def opened(tmp_path: Path, clock: FakeClock) -> Iterator[Open]:
    """Open an app with these settings; all of them share a state."""
    apps = []

    def opened(**tables: dict[str, Any]) -> App:
        config = tmp_path / "syncd.toml"
        config.touch(mode=0o600)
        whole = {"state_dir": str(tmp_path / "state"), "plan": {"timezone": "UTC"}, **tables}
        config.write_text(document(whole), "utf-8")
        apps.append(open_app(config, {"HOME": str(tmp_path)}, clock))
        return apps[-1]

    yield opened
    for app in apps:
        app.close()


@pytest.fixture
def app(opened: Open, ear: Ear) -> App:
    address = f"127.0.0.1:{ear.port}"
    urls, ping = [f"json://{address}/say"], f"http://{address}/ping"
    return opened(notify={"urls": urls, "ping_url": ping})


def announcer(app: App) -> Announcer:
    return Announcer(lambda: app)


def tool(app: App, state: ToolState, ago: timedelta = timedelta()) -> list[ToolHealth]:
    row = ToolRow(tool=NOTION, state=state)
    return [ToolHealth(row=row, title="Notion", since=app.clock.now() - ago)]


def test_each_is_said_once_and_when_it_is_over_also_over_a_new_start(
    app: App, ear: Ear
) -> None:
    for _ in range(2):
        fresh = announcer(app)
        for _ in range(3):
            fresh.tools(tool(app, ToolState.SIGN_IN))
        fresh.end(10)
    announcer(app).tools(tool(app, ToolState.SIGN_IN))
    over = announcer(app)
    over.tools(tool(app, ToolState.OK))
    over.tools(tool(app, ToolState.OK))
    over.end(10)
    assert ear.texts == [
        "Notion needs you to sign in: `syncd auth notion`.",
        "Notion works again.",
    ]


LONG = timedelta(hours=2)
STORIES = {
    "a network that is not up yet after a night": (
        [(ToolState.BACKING_OFF, timedelta()), (ToolState.OK, timedelta())],
        [],
    ),
    "signed out, then out of reach": (
        [(ToolState.SIGN_IN, timedelta()), (ToolState.BACKING_OFF, timedelta())],
        ["needs you to sign in"],
    ),
    "held, then signed out, then well": (
        [(ToolState.HELD, LONG), (ToolState.SIGN_IN, LONG), (ToolState.OK, timedelta())],
        ["waits for your decision", "needs you to sign in", "works again"],
    ),
    "broken, seen anew by another daemon, then well": (
        [(ToolState.DEGRADED, LONG), (ToolState.DEGRADED, timedelta()), (ToolState.OK, LONG)],
        ["has not worked since", "works again"],
    ),
}


@pytest.mark.parametrize(("states", "said"), STORIES.values(), ids=STORIES)
def test_a_tool_is_said_to_work_only_once_it_does(
    app: App, ear: Ear, states: list[tuple[ToolState, timedelta]], said: list[str]
) -> None:
    for state, ago in states:
        watch = announcer(app)
        watch.tools(tool(app, state, ago))
        watch.end(10)
    assert len(ear.texts) == len(said)
    assert all(part in text for part, text in zip(said, ear.texts, strict=True))


def test_nothing_is_said_of_a_tool_that_is_no_longer_synced(app: App, ear: Ear) -> None:
    watch = announcer(app)
    watch.tools(tool(app, ToolState.SIGN_IN))
    watch.tools([])
    watch.tools(tool(app, ToolState.OK))
    watch.end(10)
    assert len(ear.texts) == 1


def test_a_cycle_that_breaks_is_said_once_it_lasts(
    app: App, ear: Ear, clock: FakeClock
) -> None:
    watch = announcer(app)
    for _ in range(4):
        watch.cycle_broke("the plan is being repaired: wait.")
        clock.sleep(900)
    watch.cycle_finished()
    watch.end(10)
    assert ear.texts == [
        "syncd finishes no cycle: the plan is being repaired: wait.",
        "syncd finishes its cycles again.",
    ]


def test_a_state_that_can_not_be_written_is_said_at_once(app: App, ear: Ear) -> None:
    watch = announcer(app)
    for _ in range(3):
        watch.state_failed("The disk is full: make room there.")
    watch.cycle_finished()
    watch.end(10)
    assert ear.texts == [
        "syncd does nothing now: The disk is full: make room there.",
        "syncd can write its state again.",
    ]


def beat(clock: FakeClock, ago: timedelta, *, ended: bool = False) -> Heartbeat:
    at = clock.now() - ago
    return Heartbeat(started=at, looked=at, ended=at if ended else None)


BACK = "syncd is running again: it was not since 2026-03-02 05:20."
AWAY = {
    "for minutes": ({"minutes": 10}, []),
    "for hours": ({"hours": 5}, [BACK]),
    "for hours, on purpose": ({"hours": 5, "ended": True}, []),
}


@pytest.mark.parametrize(("away", "said"), AWAY.values(), ids=AWAY)
def test_a_daemon_that_was_away_for_long_says_that_it_is_back(
    app: App, ear: Ear, away: dict[str, Any], said: list[str]
) -> None:
    span = {name: value for name, value in away.items() if name != "ended"}
    at = app.clock.now() - timedelta(**span)
    before = Heartbeat(started=at, looked=at, ended=at if "ended" in away else None)
    watch = announcer(app)
    watch.started(before)
    watch.end(10)
    assert ear.texts == said


def test_pings_say_that_it_starts_works_and_fails(app: App, ear: Ear, clock: FakeClock) -> None:
    watch = announcer(app)
    watch.started(None)
    for _ in range(6):  # one a minute is enough
        watch.cycle_finished()
        clock.sleep(20)
    watch.cycle_broke("it broke.")
    watch.end(10)
    assert ear.pings == ["/ping/start", "/ping", "/ping", "/ping/fail"]


def test_whatever_becomes_of_a_notification_nothing_breaks_and_it_is_logged_once(
    app: App, ear: Ear
) -> None:
    ear.status = 500
    with structlog.testing.capture_logs() as records:
        watch = announcer(app)
        for state in (ToolState.SIGN_IN, ToolState.OK, ToolState.HELD, ToolState.OK):
            watch.tools(tool(app, state))
        watch.started(None)
        watch.cycle_broke("it broke.")
        watch.end(20)
    events = [record["event"] for record in records]
    assert events.count("a notification can't be sent") == 1
    assert events.count("a notification can't be pinged") == 1
    assert "127.0.0.1" not in str(records)


def test_an_address_is_a_secret_also_to_the_library_that_can_not_read_it(
    opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    app = opened(notify={"urls": ["nonsense://sesame/street", "slack://sesame"]})
    with structlog.testing.capture_logs() as records:
        watch = announcer(app)
        watch.tools(tool(app, ToolState.SIGN_IN))
        watch.end(20)
    (record,) = records
    assert record["hint"].startswith("2 of `notify.urls` can't be read")
    assert "sesame" not in f"{records} {caplog.text}"


def test_an_address_that_does_not_answer_holds_nothing_up(opened: Open) -> None:
    app = opened(notify={"ping_url": "http://127.0.0.1:9/ping"})
    watch = announcer(app)
    begun = time.monotonic()
    for _ in range(200):  # more than may wait
        watch.cycle_broke("it broke.")
    assert time.monotonic() - begun < 5
    watch.end(10)


def test_who_has_mail_gets_it_by_mail(opened: Open) -> None:
    house = House()
    server = run(house, None)
    try:
        table = {
            "host": "127.0.0.1",
            "port": server.port,
            "security": "none",
            "sender": "syncd@example.org",
            "recipients": ["ada@example.org"],
            "cc": ["partner@example.org"],
        }
        app = opened(mail=table)
        watch = announcer(app)
        watch.tools(tool(app, ToolState.SIGN_IN))
        watch.end(20)
    finally:
        server.controller.stop()
    (content,) = house.inbox("ada@example.org")
    mail = message_from_bytes(content, policy=default)
    assert mail["Subject"] == "syncd: Notion needs you to sign in"
    assert "syncd auth notion" in content.decode()
    assert house.inbox("partner@example.org") == []


def test_without_settings_nothing_is_sent(opened: Open) -> None:
    watch = announcer(opened())
    watch.tools(tool(opened(), ToolState.SIGN_IN))
    watch.started(None)
    watch.end(10)
