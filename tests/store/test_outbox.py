"""Mails wait in the outbox, are taken up by one process at a time, and are never doubled."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.model.ids import PlanId
from syncd.store.database import Database
from syncd.store.parcel import Delivery, Fate, Parcel, marked
from syncd.store.store import Store, open_store

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SOON = NOON + timedelta(minutes=5)
LATER = NOON + timedelta(minutes=6)
KEY = "weekly/2026-W47/own"
ADA, BEN = "ada@example.org", "ben@example.org"
SENT = Delivery(fate=Fate.SENT)
FAILED = Delivery(fate=Fate.FAILED, why="no such person")


def parcel(
    key: str = KEY,
    recipients: tuple[str, ...] = (ADA,),
    **changes: Any,
) -> Parcel:
    return replace(
        Parcel(
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


def kept_mail(store: Store, key: str = KEY) -> Parcel:
    mail = store.outbox.get(key)
    assert mail is not None
    return mail


def claimed(store: Store, turn: str, now: datetime = NOON, until: datetime = SOON) -> Parcel:
    """Take the mail up."""
    mail = store.outbox.claim(KEY, turn, now, until)
    assert mail is not None
    return mail


def fates(store: Store, key: str = KEY) -> dict[str, Fate]:
    return {who: it.fate for who, it in kept_mail(store, key).recipients.items()}


def test_a_mail_is_read_back_as_it_was_put_in(store: Store) -> None:
    whole = parcel(
        recipients=(ADA, BEN), attempts=3, doubts=1, why="busy", sent_at=NOON, claim="me"
    )
    assert store.outbox.put(whole)
    assert store.outbox.get(KEY) == whole
    assert store.outbox.get("weekly/2026-W48/own") is None


def test_a_mail_is_put_in_once(store: Store) -> None:
    assert store.outbox.put(parcel())
    assert not store.outbox.put(parcel(message=b"other"))
    assert kept_mail(store).message == parcel().message


def test_a_mail_that_is_put_in_outlasts_the_process(tmp_path: Path) -> None:
    first = open_store(tmp_path)
    first.outbox.put(parcel())
    first.close()
    second = open_store(tmp_path)
    assert second.outbox.due(NOON) == [KEY]
    second.close()


def test_two_plans_have_outboxes_of_their_own() -> None:
    database = Database(None)
    mine, yours = (Store(database, PlanId(name)) for name in ("mine", "yours"))
    mine.outbox.put(parcel())
    assert (yours.outbox.all(), yours.outbox.due(NOON)) == ([], [])
    assert yours.outbox.claim(KEY, "me", NOON, SOON) is None


def test_what_waits_is_due_when_its_time_has_come(store: Store) -> None:
    store.outbox.put(parcel(next_at=SOON))
    assert store.outbox.due(NOON) == []
    assert store.outbox.claim(KEY, "me", NOON, SOON) is None
    assert store.outbox.due(SOON) == [KEY]


def test_a_clock_that_was_set_back_keeps_no_mail_for_years(store: Store) -> None:
    store.outbox.put(parcel(next_at=NOON + timedelta(days=700)))
    assert store.outbox.due(NOON) == [KEY]


def test_one_of_two_gets_a_mail_to_send(store: Store) -> None:
    store.outbox.put(parcel())
    assert claimed(store, "me").attempts == 1
    assert store.outbox.claim(KEY, "you", NOON, SOON) is None
    assert store.outbox.due(NOON) == []


def test_who_ended_before_anything_left_is_followed_by_another(store: Store) -> None:
    store.outbox.put(parcel())
    mine = claimed(store, "me")
    yours = claimed(store, "you", LATER, LATER + timedelta(minutes=5))
    assert (yours.claim, yours.attempts) == ("you", 2)
    assert not store.outbox.fence(mine, [ADA], LATER)
    assert not store.outbox.settle(marked(mine, [ADA], SENT))
    assert store.outbox.fence(yours, [ADA], LATER)
    assert store.outbox.settle(marked(yours, [ADA], SENT))
    assert fates(store) == {ADA: Fate.SENT}


def test_who_ended_while_a_server_took_it_is_followed_by_nobody(store: Store) -> None:
    store.outbox.put(parcel(recipients=(ADA, BEN)))
    mine = claimed(store, "me")
    assert store.outbox.fence(mine, [ADA, BEN], SOON)
    assert store.outbox.due(NOON) == []
    assert store.outbox.claim(KEY, "you", LATER, LATER) is None
    assert fates(store) == {ADA: Fate.UNSURE, BEN: Fate.UNSURE}
    after = kept_mail(store)
    assert after.state is Fate.UNSURE
    assert "was stopped" in after.why
    assert store.outbox.due(LATER) == []


def test_only_those_who_may_have_it_are_left_out_after_a_crash(store: Store) -> None:
    store.outbox.put(parcel(recipients=(ADA, BEN)))
    mine = claimed(store, "me")
    store.outbox.fence(mine, [ADA], SOON)
    yours = claimed(store, "you", LATER, LATER)
    assert yours.those(Fate.WAITING) == (BEN,)
    store.outbox.settle(marked(yours, [BEN], SENT))
    assert kept_mail(store).state is Fate.UNSURE


@pytest.mark.parametrize(
    ("ada", "ben", "state"),
    [
        (SENT, SENT, Fate.SENT),
        (SENT, FAILED, Fate.FAILED),
        (SENT, Delivery(), Fate.WAITING),
        (FAILED, Delivery(), Fate.WAITING),
        (FAILED, Delivery(fate=Fate.UNSURE), Fate.UNSURE),
    ],
)
def test_a_mail_has_come_as_far_as_the_last_of_its_recipients(
    store: Store, ada: Delivery, ben: Delivery, state: Fate
) -> None:
    store.outbox.put(parcel(recipients=(ADA, BEN)))
    mine = claimed(store, "me")
    store.outbox.settle(marked(marked(mine, [ADA], ada), [BEN], ben))
    after = kept_mail(store)
    assert (after.state, after.claim) == (state, "")
    assert (after.message == b"") is (state is Fate.SENT)


def settled(store: Store, **told: Delivery) -> None:
    """A mail to Ada and Ben that came this far."""
    store.outbox.put(parcel(recipients=(ADA, BEN)))
    mine = claimed(store, "me")
    names = {"ada": ADA, "ben": BEN}
    for name, delivery in told.items():
        mine = marked(mine, [names[name]], delivery)
    store.outbox.settle(mine)


def test_asked_for_again_it_goes_to_those_only_who_do_not_have_it(store: Store) -> None:
    settled(store, ada=SENT, ben=FAILED)
    assert not store.outbox.put(parcel(recipients=(ADA, BEN)))
    assert store.outbox.put(parcel(recipients=(ADA, BEN, "eve@example.org")), again=True)
    assert fates(store) == {ADA: Fate.SENT, BEN: Fate.WAITING, "eve@example.org": Fate.WAITING}


def test_asked_for_again_what_everyone_has_stays_as_it_is(store: Store) -> None:
    settled(store, ada=SENT, ben=SENT)
    before = store.outbox.get(KEY)
    assert not store.outbox.put(parcel(recipients=(ADA, BEN), made_at=LATER), again=True)
    assert store.outbox.get(KEY) == before


def test_asked_for_again_while_it_is_sent_it_is_sent_once(store: Store) -> None:
    store.outbox.put(parcel())
    mine = claimed(store, "me")
    assert not store.outbox.put(parcel(), again=True)
    assert store.outbox.settle(marked(mine, [ADA], SENT))
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
