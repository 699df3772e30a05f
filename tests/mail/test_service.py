"""Mail as the settings say: who, by which server, with which password."""

import random
from pathlib import Path
from typing import Any

import pytest

from syncd.clock import Clock, SystemClock
from syncd.errors import Mistake
from syncd.mail.service import MailService
from syncd.mail.smtp import SmtpSender
from syncd.redaction import HIDDEN, Redactor
from syncd.settings.credentials import Credentials
from syncd.settings.schema import MailSettings
from syncd.store.outbox import OutboxStatus
from syncd.store.store import private_store
from syncd.testing.fake_clock import FakeClock
from tests.mail.letters import ADA, BEN, MONDAY, letter
from tests.mail.servers import PASSWORD, Running


def service(
    clock: Clock | None = None,
    credentials: Credentials | None = None,
    **settings: Any,
) -> MailService:
    """Return the mail of a person with these settings."""
    known: dict[str, Any] = {
        "sender": "syncd@example.org",
        "recipients": [ADA],
        "security": "none",
    }
    return MailService(
        connect=lambda server: SmtpSender(server).send,
        settings=MailSettings(**{**known, **settings}),
        credentials=credentials or Credentials({}),
        redactor=Redactor(),
        warnings=[],
        outbox=private_store().outbox,
        clock=clock or FakeClock(MONDAY),
        rng=random.Random(7),  # noqa: S311  # names a turn, no secret
    )


def test_a_letter_goes_to_those_in_the_settings(running: Running) -> None:
    mine = service(host="127.0.0.1", port=running.port, recipients=[f"Ada <{ADA}>"], cc=[BEN])
    assert mine.queue([letter()]) == ["weekly/2026-W47/own"]
    (sent,) = mine.send()
    assert sent.state is OutboxStatus.SENT
    assert [who for who, _ in running.house.arrived] == [ADA]
    assert mine.send() == []


def test_without_a_server_mails_wait() -> None:
    mine = service(clock=SystemClock())
    mine.queue([letter()])
    assert mine.send() == []
    message = mine.outbox.get("weekly/2026-W47/own")
    assert message is not None
    assert message.attempts == 0


def test_where_nothing_waits_no_password_is_looked_for() -> None:
    mine = service(host="127.0.0.1", password_file=Path("/nowhere"))
    assert mine.send() == []
    mine.queue([letter()])
    with pytest.raises(Mistake, match=r"`mail\.password_file` names can't be read"):
        mine.send()


def test_the_sender_is_who_signs_in_where_none_is_named() -> None:
    assert service(sender="", username=ADA).addresses().sender.addr_spec == ADA
    with pytest.raises(Mistake, match=r"set `mail\.sender`"):
        service(sender="", username="ada").addresses()


@pytest.mark.parametrize("way", ["password", "password_file", "password_command", "systemd"])
def test_a_password_is_found_wherever_it_lies_and_shown_nowhere(
    tmp_path: Path, way: str
) -> None:
    file = tmp_path / "mail.password"
    file.write_text(PASSWORD)
    file.chmod(0o600)
    ways: dict[str, dict[str, Any]] = {
        "password": {"password": PASSWORD},
        "password_file": {"password_file": file},
        "password_command": {"password_command": f"cat {file}"},
        "systemd": {},
    }
    folder = {"CREDENTIALS_DIRECTORY": str(tmp_path)} if way == "systemd" else {}
    mine = service(credentials=Credentials(folder), username="ada", host="h", **ways[way])
    server = mine.server()
    assert (server.username, server.password) == ("ada", PASSWORD)
    assert mine.redactor.text(f"said {PASSWORD}") == f"said {HIDDEN}"
    assert PASSWORD not in repr(server)
    assert mine.warnings == []


def test_a_password_that_others_may_read_is_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "mail.password"
    file.write_text(PASSWORD)
    file.chmod(0o644)
    mine = service(password_file=file)
    mine.server()
    assert [it for it in mine.warnings if f"chmod 600 {file}" in it]
