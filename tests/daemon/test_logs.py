"""What the log shows, and to whom."""

import io
import json
import logging
from zoneinfo import ZoneInfo

import pytest
import structlog

from syncd.daemon.logs import impersonal, set_up, supervised
from syncd.redaction import Redactor
from tests.daemon.conftest import FakeClock

PHRASE = "hunter-hunter-2"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stream(clock: FakeClock) -> io.StringIO:
    made = io.StringIO()
    set_up(made, json=True, colors=False, clock=clock, redact=Redactor([PHRASE]))
    return made


def _only(stream: io.StringIO) -> dict[str, str]:
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    found: dict[str, str] = json.loads(lines[0])
    return found


def test_a_supervisor_gets_json(stream: io.StringIO) -> None:
    structlog.get_logger("syncd.daemon").info("cycle done", tool="notion", seconds=1.5)
    assert _only(stream) == {
        "event": "cycle done",
        "level": "info",
        "seconds": 1.5,
        "timestamp": "2026-03-02T10:20:17.000+00:00",
        "tool": "notion",
    }


def test_eyes_get_a_line(clock: FakeClock) -> None:
    stream = io.StringIO()
    set_up(stream, json=False, colors=False, clock=clock, redact=Redactor())
    structlog.get_logger("syncd.daemon").warning("held", tool="notion")
    assert "held" in stream.getvalue()
    assert "tool=notion" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_secrets_and_personal_text_never_reach_the_log(stream: io.StringIO) -> None:
    structlog.get_logger("syncd.engine").info(
        "sent", authorization="abc", title="Become a judge", url=f"/x?key={PHRASE}"
    )
    said = stream.getvalue()
    assert "Become" not in said
    assert "abc" not in said
    assert PHRASE not in said


def test_an_exceptions_message_never_reaches_the_log(stream: io.StringIO) -> None:
    try:
        dict[str, str]()["Become a judge"]
    except KeyError:
        structlog.get_logger("syncd.engine").exception("broke")
    assert "judge" not in stream.getvalue()
    assert _only(stream)["trouble"].startswith("KeyError at test_logs.py:")


def test_the_warnings_of_libraries_are_logged_without_secrets(stream: io.StringIO) -> None:
    logging.getLogger("httpx").warning("retrying with %s", PHRASE)
    assert _only(stream)["event"] == "retrying with [hidden]"


def test_an_exception_that_a_library_logs_is_told_by_its_place(stream: io.StringIO) -> None:
    try:
        int("Become a judge")
    except ValueError:
        logging.getLogger("googleapiclient").exception("broke")
    assert "judge" not in stream.getvalue()
    assert _only(stream)["trouble"].startswith("ValueError at test_logs.py:")


def test_the_chatter_of_libraries_is_not_logged(stream: io.StringIO) -> None:
    logging.getLogger("httpx").info("GET /v1/pages")
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("environ", "stream", "pid", "json_wanted"),
    [
        ({"INVOCATION_ID": "1"}, io.StringIO(), 77, True),
        ({"JOURNAL_STREAM": "8:1"}, io.StringIO(), 77, True),
        ({}, io.StringIO(), 1, True),
        ({}, io.StringIO(), 77, False),
        ({"INVOCATION_ID": "1"}, Terminal(), 77, False),
    ],
    ids=["systemd", "journal", "container", "a file", "a terminal of a systemd session"],
)
def test_json_is_for_supervisors(
    environ: dict[str, str], stream: io.StringIO, pid: int, json_wanted: bool
) -> None:
    assert supervised(environ, stream, pid) == json_wanted


def test_times_are_shown_as_the_person_reads_the_clock(clock: FakeClock) -> None:
    stream = io.StringIO()
    zone = ZoneInfo("Europe/Berlin")
    set_up(stream, json=True, colors=False, clock=clock, redact=Redactor(), zone=zone)
    structlog.get_logger("syncd.daemon").warning("held", again=clock.now())
    record = _only(stream)
    assert record["timestamp"] == "2026-03-02T11:20:17.000+01:00"
    assert record["again"] == "2026-03-02T11:20:17+01:00"


SENTENCES = {
    "plain": (
        "Todoist no longer accepts the sign-in (status 401): `syncd auth todoist`.",
        "Todoist no longer accepts the sign-in (status 401): `syncd auth todoist`.",
    ),
    "a title": (
        "Two projects are named 'Ada's plan': rename one.",
        "Two projects are named '…': rename one.",
    ),
    "an apostrophe": (
        "'Job hunt' can't be read: it isn't shared.",
        "'…' can't be read: it isn't shared.",
    ),
    "two titles": ("'A b' and 'C d' are gone.", "'…' and '…' are gone."),
}


@pytest.mark.parametrize(("sentence", "shown"), SENTENCES.values(), ids=SENTENCES)
def test_a_sentence_on_a_tool_is_logged_without_what_it_quotes(
    sentence: str, shown: str
) -> None:
    assert impersonal(sentence) == shown


def test_words_that_nobody_can_vouch_for_are_not_logged() -> None:
    sentence = "Notion failed in a way syncd does not know (KeyError: 'Job (new)'): report it."
    assert impersonal(sentence, unknown=True) == (
        "Notion failed in a way syncd does not know: report it."
    )
