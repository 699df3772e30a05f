"""Mails go beside the loop, one round at a time, and are told once."""

import threading
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from syncd.daemon.courier import MailWorker
from syncd.errors import Mistake, StateTrouble
from syncd.store.outbox import OutboxMessage, OutboxStatus

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def parcel(state, key="weekly/2026-W47/own"):
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


def round_of(courier, send):
    courier.go(send)
    courier.wait(20)
    assert not courier.busy


def test_a_slow_server_holds_up_nothing_and_gets_one_round_at_a_time():
    courier, rounds, go_on = MailWorker(), [], threading.Event()

    def send(broke):
        rounds.append(1)
        go_on.wait(timeout=20)
        return []

    courier.go(send)
    courier.go(send)
    courier.wait(0.01)
    assert courier.busy
    go_on.set()
    courier.wait(20)
    assert (len(rounds), courier.busy) == (1, False)
    round_of(courier, send)
    assert len(rounds) == 2


def test_a_mail_is_told_when_it_first_waits_and_when_it_is_gone():
    courier = MailWorker()
    with capture_logs() as logs:
        for state in (OutboxStatus.WAITING, OutboxStatus.WAITING, OutboxStatus.SENT):
            round_of(courier, lambda _, state=state: [parcel(state)])
    assert [it["event"] for it in logs] == ["mail not sent yet", "mail sent"]


def test_settings_that_let_no_mail_out_are_told_once():
    courier = MailWorker()

    def send(broke):
        raise Mistake("Set `mail.password`.")

    with capture_logs() as logs:
        round_of(courier, send)
        round_of(courier, send)
    assert [it["hint"] for it in logs] == ["Set `mail.password`."]


@pytest.mark.parametrize("state", [OutboxStatus.FAILED, OutboxStatus.UNSURE])
def test_a_mail_that_did_not_get_through_is_a_warning(state):
    with capture_logs() as logs:
        round_of(MailWorker(), lambda _: [parcel(state)])
    assert [it["log_level"] for it in logs] == ["warning"]


# What nobody thought of.


def disk(_broke):
    raise OSError(5, "the disk fails")


def memory(_broke):
    raise RuntimeError("of Ada")


def nothing(_broke):
    return []


def test_whatever_breaks_a_round_is_told_once_and_so_is_that_mail_works_again(capfd):
    courier = MailWorker()
    with capture_logs() as logs:
        for send in (disk, disk, memory, disk, memory, nothing, nothing, disk):
            round_of(courier, send)
    assert [it["event"] for it in logs] == [
        "mail broke; trying again",
        "mail broke; trying again",
        "mail works again",
        "mail broke; trying again",
    ]
    kinds = [it["trouble"].partition(" ")[0] for it in logs if "trouble" in it]
    assert kinds == ["OSError", "RuntimeError", "OSError"]
    assert all("test_courier.py" in it["trouble"] for it in logs if "trouble" in it)
    assert "Ada" not in str(logs)
    assert capfd.readouterr().err == ""


def test_a_full_disk_is_told_by_its_sentence_and_then_that_mail_works_again():
    courier = MailWorker()

    def full(_broke):
        raise StateTrouble("The disk is full: make room there.")

    with capture_logs() as logs:
        for send in (full, full, nothing):
            round_of(courier, send)
    assert [it.get("hint", it["event"]) for it in logs] == [
        "The disk is full: make room there.",
        "mail works again",
    ]


def test_a_mail_that_breaks_is_told_once_beside_others_that_go_out():
    courier = MailWorker()
    keys = ("weekly/2026-W47/own", "weekly/2026-W48/own", "annual/2026/own")

    def send(broke):
        for key in keys[:2]:
            broke(key, UnicodeError("of Ada"))
        return [
            *(parcel(OutboxStatus.WAITING, key) for key in keys[:2]),
            parcel(OutboxStatus.SENT, keys[2]),
        ]

    def others(_broke):
        return [parcel(OutboxStatus.SENT, keys[2])]

    def both(_broke):
        return [parcel(OutboxStatus.SENT, key) for key in keys[:2]]

    with capture_logs() as logs:
        for round_ in (send, others, send, both):
            round_of(courier, round_)
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
