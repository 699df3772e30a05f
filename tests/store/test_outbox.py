"""Mails wait in the outbox, are taken up by one process at a time, and are never doubled."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.model.ids import PlanId
from syncd.store.database import Database
from syncd.store.outbox import Delivery, OutboxMessage, OutboxStatus, with_delivery
from syncd.store.store import Store, open_store

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SOON = NOON + timedelta(minutes=5)
LATER = NOON + timedelta(minutes=6)
KEY = "weekly/2026-W47/own"
ADA, BEN = "ada@example.org", "ben@example.org"
SENT = Delivery(status=OutboxStatus.SENT)
FAILED = Delivery(status=OutboxStatus.FAILED, why="no such person")


def message(
    key: str = KEY, recipients: tuple[str, ...] = (ADA,), **changes: Any
) -> OutboxMessage:
    return replace(
        OutboxMessage(
            key=key,
            sender="syncd@example.org",
            recipients={who: Delivery() for who in recipients},
            message=b"Hello\r\n\xff\r\n",
            made_at=NOON,
            next_at=NOON,
            claim_until=NOON,
        ),
        **changes,
    )


def kept_mail(store: Store, key: str = KEY) -> OutboxMessage:
    mail = store.outbox.get(key)
    assert mail is not None
    return mail


def claimed(
    store: Store, turn: str, now: datetime = NOON, until: datetime = SOON
) -> OutboxMessage:
    """Take the mail up."""
    mail = store.outbox.claim(KEY, turn, now, until)
    assert mail is not None
    return mail


def statuses(store: Store, key: str = KEY) -> dict[str, OutboxStatus]:
    return {who: it.status for who, it in kept_mail(store, key).recipients.items()}


def test_a_mail_is_read_back_as_it_was_put_in(store: Store) -> None:
    whole = message(
        recipients=(ADA, BEN), attempts=3, doubts=1, why="busy", sent_at=NOON, claim="me"
    )
    assert store.outbox.put(whole)
    assert store.outbox.get(KEY) == whole
    assert store.outbox.get("weekly/2026-W48/own") is None


def test_a_mail_is_put_in_once(store: Store) -> None:
    assert store.outbox.put(message())
    assert not store.outbox.put(message(message=b"other"))
    assert kept_mail(store).message == message().message


def test_a_mail_that_is_put_in_outlasts_the_process(tmp_path: Path) -> None:
    first = open_store(tmp_path)
    first.outbox.put(message())
    first.close()
    second = open_store(tmp_path)
    assert second.outbox.due(NOON) == [KEY]
    second.close()


def test_two_plans_have_outboxes_of_their_own() -> None:
    database = Database(None)
    mine, yours = (Store(database, PlanId(name)) for name in ("mine", "yours"))
    mine.outbox.put(message())
    assert (yours.outbox.all(), yours.outbox.due(NOON)) == ([], [])
    assert yours.outbox.claim(KEY, "me", NOON, SOON) is None


def test_what_waits_is_due_when_its_time_has_come(store: Store) -> None:
    store.outbox.put(message(next_at=SOON))
    assert store.outbox.due(NOON) == []
    assert store.outbox.claim(KEY, "me", NOON, SOON) is None
    assert store.outbox.due(SOON) == [KEY]


def test_a_clock_that_was_set_back_keeps_no_mail_for_years(store: Store) -> None:
    store.outbox.put(message(next_at=NOON + timedelta(days=700)))
    assert store.outbox.due(NOON) == [KEY]


def test_one_of_two_gets_a_mail_to_send(store: Store) -> None:
    store.outbox.put(message())
    assert claimed(store, "me").attempts == 1
    assert store.outbox.claim(KEY, "you", NOON, SOON) is None
    assert store.outbox.due(NOON) == []


def test_who_ended_before_anything_left_is_followed_by_another(store: Store) -> None:
    store.outbox.put(message())
    mine = claimed(store, "me")
    yours = claimed(store, "you", LATER, LATER + timedelta(minutes=5))
    assert (yours.claim, yours.attempts) == ("you", 2)
    assert not store.outbox.mark_leaving(mine, [ADA], LATER)
    assert not store.outbox.record_outcome(with_delivery(mine, [ADA], SENT))
    assert store.outbox.mark_leaving(yours, [ADA], LATER)
    assert store.outbox.record_outcome(with_delivery(yours, [ADA], SENT))
    assert statuses(store) == {ADA: OutboxStatus.SENT}


def test_who_ended_while_a_server_took_it_is_followed_by_nobody(store: Store) -> None:
    store.outbox.put(message(recipients=(ADA, BEN)))
    mine = claimed(store, "me")
    assert store.outbox.mark_leaving(mine, [ADA, BEN], SOON)
    assert store.outbox.due(NOON) == []
    assert store.outbox.claim(KEY, "you", LATER, LATER) is None
    assert statuses(store) == {ADA: OutboxStatus.UNSURE, BEN: OutboxStatus.UNSURE}
    after = kept_mail(store)
    assert after.state is OutboxStatus.UNSURE
    assert "was stopped" in after.why
    assert store.outbox.due(LATER) == []


def test_only_those_who_may_have_it_are_left_out_after_a_crash(store: Store) -> None:
    store.outbox.put(message(recipients=(ADA, BEN)))
    mine = claimed(store, "me")
    store.outbox.mark_leaving(mine, [ADA], SOON)
    yours = claimed(store, "you", LATER, LATER)
    assert yours.recipients_with(OutboxStatus.WAITING) == (BEN,)
    store.outbox.record_outcome(with_delivery(yours, [BEN], SENT))
    assert kept_mail(store).state is OutboxStatus.UNSURE


@pytest.mark.parametrize(
    ("ada", "ben", "state"),
    [
        (SENT, SENT, OutboxStatus.SENT),
        (SENT, FAILED, OutboxStatus.FAILED),
        (SENT, Delivery(), OutboxStatus.WAITING),
        (FAILED, Delivery(), OutboxStatus.WAITING),
        (FAILED, Delivery(status=OutboxStatus.UNSURE), OutboxStatus.UNSURE),
    ],
)
def test_a_mail_has_come_as_far_as_the_last_of_its_recipients(
    store: Store, ada: Delivery, ben: Delivery, state: OutboxStatus
) -> None:
    store.outbox.put(message(recipients=(ADA, BEN)))
    mine = claimed(store, "me")
    store.outbox.record_outcome(with_delivery(with_delivery(mine, [ADA], ada), [BEN], ben))
    after = kept_mail(store)
    assert (after.state, after.claim) == (state, "")
    assert (after.message == b"") is (state is OutboxStatus.SENT)


def recorded(store: Store, **told: Delivery) -> None:
    """A mail to Ada and Ben that came this far."""
    store.outbox.put(message(recipients=(ADA, BEN)))
    mine = claimed(store, "me")
    names = {"ada": ADA, "ben": BEN}
    for name, delivery in told.items():
        mine = with_delivery(mine, [names[name]], delivery)
    store.outbox.record_outcome(mine)


def test_asked_for_again_it_goes_to_those_only_who_do_not_have_it(store: Store) -> None:
    recorded(store, ada=SENT, ben=FAILED)
    assert not store.outbox.put(message(recipients=(ADA, BEN)))
    assert store.outbox.put(message(recipients=(ADA, BEN, "eve@example.org")), again=True)
    assert statuses(store) == {
        ADA: OutboxStatus.SENT,
        BEN: OutboxStatus.WAITING,
        "eve@example.org": OutboxStatus.WAITING,
    }


def test_asked_for_again_what_everyone_has_stays_as_it_is(store: Store) -> None:
    recorded(store, ada=SENT, ben=SENT)
    before = store.outbox.get(KEY)
    assert not store.outbox.put(message(recipients=(ADA, BEN), made_at=LATER), again=True)
    assert store.outbox.get(KEY) == before


def test_asked_for_again_while_it_is_sent_it_is_sent_once(store: Store) -> None:
    store.outbox.put(message())
    mine = claimed(store, "me")
    assert not store.outbox.put(message(), again=True)
    assert store.outbox.record_outcome(with_delivery(mine, [ADA], SENT))
    assert store.outbox.due(LATER) == []


def test_what_decides_on_a_second_sending_is_forced_to_the_disk(kept: Store) -> None:
    def how() -> int:
        connection = kept._database._connection.connection.driver_connection
        assert connection is not None
        return int(connection.execute("PRAGMA synchronous").fetchone()[0])

    normal, full = 1, 2
    with kept._database.durable():
        assert how() == full
    assert how() == normal
    with kept.transaction(), kept._database.durable():
        assert how() == normal
