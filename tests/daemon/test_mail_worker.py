"""Mails go beside the loop, one round at a time, and are told once."""

import threading
from datetime import UTC, datetime
from functools import partial

import pytest
from structlog.testing import capture_logs

from syncd.daemon.service import MailWorker, Send
from syncd.errors import Mistake, OnError, StateTrouble
from syncd.store.outbox import OutboxMessage, OutboxStatus

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def message(state: OutboxStatus, key: str = "weekly/2026-W47/own") -> OutboxMessage:
    return OutboxMessage(
        key=key,
        sender="syncd@example.org",
        recipients={},
        message=b"",
        state=state,
        made_at=NOON,
        next_at=NOON,
        claim_until=NOON,
    )


def one_mail(state: OutboxStatus, _: OnError) -> list[OutboxMessage]:
    return [message(state)]


def round_of(worker: MailWorker, send: Send) -> None:
    worker.start(send)
    worker.wait(20)
    assert not worker.busy


def test_a_slow_server_holds_up_nothing_and_gets_one_round_at_a_time() -> None:
    worker, go_on = MailWorker(), threading.Event()
    rounds: list[int] = []

    def send(on_error: OnError) -> list[OutboxMessage]:
        rounds.append(1)
        go_on.wait(timeout=20)
        return []

    worker.start(send)
    worker.start(send)
    worker.wait(0.01)
    assert worker.busy
    go_on.set()
    worker.wait(20)
    assert (len(rounds), worker.busy) == (1, False)
    round_of(worker, send)
    assert len(rounds) == 2


def test_a_mail_is_told_when_it_first_waits_and_when_it_is_gone() -> None:
    worker = MailWorker()
    with capture_logs() as logs:
        for state in (OutboxStatus.WAITING, OutboxStatus.WAITING, OutboxStatus.SENT):
            round_of(worker, partial(one_mail, state))
    assert [it["event"] for it in logs] == ["mail not sent yet", "mail sent"]


def test_settings_that_let_no_mail_out_are_told_once() -> None:
    worker = MailWorker()

    def send(on_error: OnError) -> list[OutboxMessage]:
        raise Mistake("Set `mail.password`.")

    with capture_logs() as logs:
        round_of(worker, send)
        round_of(worker, send)
    assert [it["hint"] for it in logs] == ["Set `mail.password`."]


@pytest.mark.parametrize("state", [OutboxStatus.FAILED, OutboxStatus.UNSURE])
def test_a_mail_that_did_not_get_through_is_a_warning(state: OutboxStatus) -> None:
    with capture_logs() as logs:
        round_of(MailWorker(), lambda _: [message(state)])
    assert [it["log_level"] for it in logs] == ["warning"]


# What nobody thought of.


def disk(_on_error: OnError) -> list[OutboxMessage]:
    raise OSError(5, "the disk fails")


def memory(_on_error: OnError) -> list[OutboxMessage]:
    raise RuntimeError("of Ada")


def nothing(_on_error: OnError) -> list[OutboxMessage]:
    return []


def test_whatever_breaks_a_round_is_told_once_and_so_is_that_mail_works_again(
    capfd: pytest.CaptureFixture[str],
) -> None:
    worker = MailWorker()
    with capture_logs() as logs:
        for send in (disk, disk, memory, disk, memory, nothing, nothing, disk):
            round_of(worker, send)
    assert [it["event"] for it in logs] == [
        "mail broke; trying again",
        "mail broke; trying again",
        "mail works again",
        "mail broke; trying again",
    ]
    kinds = [it["trouble"].partition(" ")[0] for it in logs if "trouble" in it]
    assert kinds == ["OSError", "RuntimeError", "OSError"]
    assert all("test_mail_worker.py" in it["trouble"] for it in logs if "trouble" in it)
    assert "Ada" not in str(logs)
    assert capfd.readouterr().err == ""


def test_a_full_disk_is_told_by_its_sentence_and_then_that_mail_works_again() -> None:
    worker = MailWorker()

    def full(_on_error: OnError) -> list[OutboxMessage]:
        raise StateTrouble("The disk is full: make room there.")

    with capture_logs() as logs:
        for send in (full, full, nothing):
            round_of(worker, send)
    assert [it.get("hint", it["event"]) for it in logs] == [
        "The disk is full: make room there.",
        "mail works again",
    ]


def test_a_mail_that_breaks_is_told_once_beside_others_that_go_out() -> None:
    worker = MailWorker()
    keys = ("weekly/2026-W47/own", "weekly/2026-W48/own", "annual/2026/own")

    def send(on_error: OnError) -> list[OutboxMessage]:
        for key in keys[:2]:
            on_error(key, UnicodeError("of Ada"))
        return [
            *(message(OutboxStatus.WAITING, key) for key in keys[:2]),
            message(OutboxStatus.SENT, keys[2]),
        ]

    def others(_on_error: OnError) -> list[OutboxMessage]:
        return [message(OutboxStatus.SENT, keys[2])]

    def both(_on_error: OnError) -> list[OutboxMessage]:
        return [message(OutboxStatus.SENT, key) for key in keys[:2]]

    with capture_logs() as logs:
        for round_ in (send, others, send, both):
            round_of(worker, round_)
    told = [(it["event"], it.get("mail", it.get("which"))) for it in logs]
    assert told == [
        ("mail broke; trying again", keys[0]),
        ("mail not sent yet", keys[0]),
        ("mail not sent yet", keys[1]),
        ("mail sent", keys[2]),
        ("mail sent", keys[0]),
        ("mail sent", keys[1]),
        ("mail works again", None),
    ]
