"""Mails go beside the loop, one round at a time, and are told once."""

import threading
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from syncd.daemon.courier import Courier
from syncd.errors import Mistake
from syncd.store.parcel import Fate, Parcel

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def parcel(state):
    return Parcel(
        key="weekly/2026-W47/own",
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
    courier, rounds, go_on = Courier(), [], threading.Event()

    def send():
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
    courier = Courier()
    with capture_logs() as logs:
        for state in (Fate.WAITING, Fate.WAITING, Fate.SENT):
            round_of(courier, lambda state=state: [parcel(state)])
    assert [it["event"] for it in logs] == ["mail not sent yet", "mail sent"]


def test_settings_that_let_no_mail_out_are_told_once():
    courier = Courier()

    def send():
        raise Mistake("Set `mail.password`.")

    with capture_logs() as logs:
        round_of(courier, send)
        round_of(courier, send)
    assert [it["hint"] for it in logs] == ["Set `mail.password`."]


@pytest.mark.parametrize("state", [Fate.FAILED, Fate.UNSURE])
def test_a_mail_that_did_not_get_through_is_a_warning(state):
    with capture_logs() as logs:
        round_of(Courier(), lambda: [parcel(state)])
    assert [it["log_level"] for it in logs] == ["warning"]
