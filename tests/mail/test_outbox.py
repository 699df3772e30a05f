"""From the outbox to people, over real SMTP: nobody gets two, nobody gets none."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from syncd.errors import SignIn, StateTrouble, TryLater
from syncd.mail.message import Envelope
from syncd.mail.service import LEASE
from syncd.mail.smtp import BeforeEnd, Receipt
from syncd.store.outbox import OutboxStatus
from syncd.store.store import Store, open_store, private_store
from syncd.testing.fake_clock import FakeClock
from tests.mail.desk import FIVE_MINUTES, Desk, turn
from tests.mail.letters import ADA, BEN, EVE, MONDAY
from tests.mail.servers import House, Running, run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def running() -> Iterator[Running]:
    """A server."""
    made = run(House(), None)
    yield made
    made.controller.stop(no_assert=True)


@pytest.fixture
def desk(running: Running) -> Iterator[Desk]:
    """A desk with a store in memory."""
    store = private_store()
    yield Desk(store, running)
    store.close()


def test_a_letter_is_sent_once_however_often_it_is_put_in(desk: Desk) -> None:
    assert desk.put() == ["weekly/2026-W47/own"]
    (sent,) = desk.send()
    assert (sent.state, sent.sent_at) == (OutboxStatus.SENT, MONDAY)
    assert desk.put() == []
    assert desk.put(again=True) == []
    assert (desk.send(), desk.later()) == ([], [])
    assert desk.got() == 1


def test_each_period_has_a_letter_of_its_own(desk: Desk) -> None:
    desk.put()
    desk.put(period="2026-W48")
    desk.send()
    assert desk.got() == 2


def test_the_partner_gets_the_shared_letter_and_no_other(desk: Desk) -> None:
    desk.put(ADA, cc=[BEN])
    desk.send()
    (mine,), (theirs,) = desk.house.inbox(ADA), desk.house.inbox(BEN)
    assert b"You did well" in mine
    assert b"You did well" not in theirs.partition(b"text/html")[0]
    assert b"shared" in theirs


def test_a_server_that_is_busy_and_then_not_delivers_once(desk: Desk) -> None:
    desk.house.replies = ["451 try later"]
    desk.put()
    (after,) = desk.send()
    assert (after.state, after.next_at) == (OutboxStatus.WAITING, MONDAY + FIVE_MINUTES)
    assert "try later" in after.why
    assert desk.send() == []
    desk.later()
    assert (desk.mail().state, desk.got()) == (OutboxStatus.SENT, 1)


def test_a_server_that_dies_after_data_gets_the_same_message_again(desk: Desk) -> None:
    desk.house.replies = [None]
    desk.put()
    before = desk.mail().message
    (after,) = desk.send()
    assert (after.state, after.doubts) == (OutboxStatus.WAITING, 1)
    desk.later()
    assert desk.house.inbox(ADA) == [before]
    assert desk.mail().state is OutboxStatus.SENT


def test_a_server_that_keeps_messages_and_dies_is_not_fed_for_days(desk: Desk) -> None:
    desk.house.replies, desk.house.keeps = [None] * 100, True
    desk.put()
    for _ in range(10):
        desk.later(timedelta(hours=6))
    assert desk.mail().state is OutboxStatus.UNSURE
    assert "hung up before it said" in desk.mail().why
    copies = desk.house.inbox(ADA)
    assert len(copies) == 3
    assert len(set(copies)) == 1


def test_who_has_it_gets_no_second_one_for_the_sake_of_others(desk: Desk) -> None:
    desk.house.refuses = {BEN: "451 not now", EVE: "550 no such person"}
    desk.put(ADA, BEN, EVE)
    desk.send()
    assert (desk.got(ADA), desk.mail().state) == (1, OutboxStatus.WAITING)
    desk.house.refuses = {}
    desk.later()
    desk.later()
    assert (desk.got(ADA), desk.got(BEN), desk.got(EVE)) == (1, 1, 0)
    assert desk.mail().state is OutboxStatus.FAILED
    assert desk.mail().why.startswith("eve@example.org was refused (no such person)")


def test_who_was_refused_gets_it_when_the_person_asks_again(desk: Desk) -> None:
    desk.house.refuses = {BEN: "550 no such person"}
    desk.put(ADA, BEN)
    desk.send()
    desk.house.refuses = {}
    assert desk.put(ADA, BEN, again=True) == ["weekly/2026-W47/own"]
    desk.send()
    assert (desk.got(ADA), desk.got(BEN)) == (1, 1)
    assert desk.mail().state is OutboxStatus.SENT


class Failing:
    """A sender that always ends the same way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def send(self, envelope: Envelope, before_end: BeforeEnd) -> NoReturn:
        raise self.error


def test_a_sign_in_that_is_refused_is_told_and_tried_again(desk: Desk) -> None:
    desk.put()
    (after,) = desk.send(Failing(SignIn("Sign in.")))
    assert (after.state, after.why) == (OutboxStatus.WAITING, "Sign in.")
    desk.later()
    assert (desk.mail().state, desk.got()) == (OutboxStatus.SENT, 1)


class Breaking:
    """The first messages break before a server, as nobody thought of it.

    ``late``: once all of it but its end was sent.
    """

    def __init__(
        self,
        running: Running,
        error: Exception,
        *,
        first: int = 1,
        late: bool = False,
    ) -> None:
        self.running, self.error = running, error
        self.left, self.late = first, late

    def send(self, envelope: Envelope, before_end: BeforeEnd) -> Receipt:
        if not self.left:
            return self.running.post().send(envelope, before_end)
        self.left -= 1
        if self.late:
            before_end(envelope.recipients)
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        UnicodeEncodeError("ascii", "Zoë", 0, 1, "ordinal not in range"),
        OSError(5, "the disk fails"),
        RuntimeError("of Zoë"),
        StateTrouble("The disk is full: make room there."),
    ],
    ids=lambda it: type(it).__name__,
)
def test_a_mail_that_breaks_holds_up_no_other_and_is_tried_again(
    desk: Desk, error: Exception
) -> None:
    told: list[tuple[str, Exception]] = []
    desk.put(period="2026-W47")
    desk.put(period="2026-W48")
    desk.send(Breaking(desk.running, error), lambda *it: told.append(it))
    assert told == [("weekly/2026-W47/own", error)]
    first, second = desk.outbox.all()
    assert second.state is OutboxStatus.SENT
    assert (first.state, first.attempts, first.doubts) == (OutboxStatus.WAITING, 1, 0)
    assert first.next_at == MONDAY + FIVE_MINUTES
    assert first.why == str(error) or type(error).__name__ in first.why
    assert "Zoë" not in first.why
    desk.later()
    assert (desk.got(), desk.kept(first.key).state) == (2, OutboxStatus.SENT)


def test_a_mail_that_breaks_once_it_may_have_left_is_not_sent_for_days(desk: Desk) -> None:
    desk.put()
    breaking = Breaking(desk.running, RuntimeError(), first=10, late=True)
    for _ in range(10):
        desk.later(timedelta(hours=6), breaking, lambda *_: None)
    assert (desk.mail().state, desk.mail().attempts) == (OutboxStatus.UNSURE, 3)


def test_a_mail_that_is_damaged_in_the_database_holds_up_no_other(
    tmp_path: Path, running: Running
) -> None:
    desk = Desk(open_store(tmp_path), running)
    told: list[tuple[str, str]] = []
    desk.put(period="2026-W47")
    desk.put(period="2026-W48")
    with sqlite3.connect(tmp_path / "syncd.db") as database:
        database.execute("UPDATE outbox SET recipients = '{' WHERE key LIKE '%W47%'")
    desk.send(on_error=lambda key, error: told.append((key, type(error).__name__)))
    assert told == [("weekly/2026-W47/own", "JSONDecodeError")]
    assert desk.got() == 1
    desk.store.close()


def test_a_person_who_sends_by_hand_is_told_what_broke_once_the_others_are_out(
    desk: Desk,
) -> None:
    desk.put(period="2026-W47")
    desk.put(period="2026-W48")
    with pytest.raises(RuntimeError, match="first"):
        desk.send(Breaking(desk.running, RuntimeError("first")))
    assert desk.got() == 1


def test_waits_grow_from_five_minutes_to_six_hours_and_end_after_three_days(desk: Desk) -> None:
    desk.put()
    failing, waits = Failing(TryLater("Nobody there.")), []
    desk.send(failing)
    while desk.mail().state is OutboxStatus.WAITING:
        wait = desk.mail().next_at - desk.clock.now()
        waits.append(wait / timedelta(minutes=1))
        desk.later(wait, failing)
    assert waits[:9] == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    assert set(waits[9:]) == {360}
    assert timedelta(days=3) <= desk.clock.now() - MONDAY < timedelta(days=3, hours=7)
    assert (desk.mail().state, desk.mail().why) == (OutboxStatus.FAILED, "Nobody there.")
    assert desk.later(timedelta(days=1)) == []


def test_a_machine_that_slept_for_a_week_does_not_give_up_at_once(desk: Desk) -> None:
    desk.put()
    desk.later(timedelta(days=7), Failing(TryLater("Nobody there.")))
    assert desk.mail().state is OutboxStatus.WAITING
    desk.later()
    assert desk.got() == 1


def test_a_sender_that_was_too_slow_leaves_it_to_the_other(desk: Desk) -> None:
    class Slow:
        """It names the recipients, and then takes longer than it may."""

        def send(self, envelope: Envelope, before_end: BeforeEnd) -> Receipt:
            desk.later(LEASE + timedelta(seconds=1))
            return desk.running.post().send(envelope, before_end)

    desk.put()
    desk.send(Slow())
    assert (desk.got(), desk.mail().state) == (1, OutboxStatus.SENT)


def test_of_two_at_once_one_sends(tmp_path: Path, running: Running) -> None:
    first = open_store(tmp_path)
    Desk(first, running).put()
    stores = [first, open_store(tmp_path)]
    start = threading.Barrier(2)

    def work(store: Store, name: str) -> None:
        start.wait(timeout=20)
        turn(store.outbox, running.post().send, FakeClock(MONDAY), name).send_due()

    threads = [
        threading.Thread(target=work, args=(store, f"turn {n}"))
        for n, store in enumerate(stores)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert len(running.house.arrived) == 1
    assert Desk(first, running).kept("weekly/2026-W47/own").state is OutboxStatus.SENT
    for store in stores:
        store.close()


SENDING = """
import os, signal, sys
from pathlib import Path
from typing import Any, NoReturn, Protocol
from syncd.testing.fake_clock import FakeClock
from syncd.mail.service import OutboxRun
from syncd.mail.smtp import Server, SmtpSender
from syncd.store.store import open_store
from tests.mail.letters import MONDAY

def at(step):
    if step == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

class Doomed:
    def send(self, envelope, before_end):
        at("taken up")
        def watched(those):
            at("all but the end sent")
            before_end(those)
            at("the end written down")
        server = Server(host="127.0.0.1", port=int(sys.argv[2]), security="none")
        receipt = SmtpSender(server).send(envelope, watched)
        at("answered")
        return receipt

store = open_store(Path(sys.argv[1]))
sys.stdin.readline()
OutboxRun(
    outbox=store.outbox, send=Doomed().send, clock=FakeClock(MONDAY), claim="child"
).send_due()
at("settled")
"""


@pytest.mark.parametrize(
    ("step", "arrived", "state"),
    [
        ("taken up", 1, OutboxStatus.SENT),
        ("all but the end sent", 1, OutboxStatus.SENT),
        ("the end written down", 0, OutboxStatus.UNSURE),
        ("the server takes it", 1, OutboxStatus.UNSURE),
        ("answered", 1, OutboxStatus.UNSURE),
        ("settled", 1, OutboxStatus.SENT),
    ],
)
def test_a_process_that_is_killed_makes_no_double_and_loses_nothing_silently(
    tmp_path: Path, running: Running, step: str, arrived: int, state: OutboxStatus
) -> None:
    desk = Desk(open_store(tmp_path), running)
    desk.put()
    words = [sys.executable, "-c", SENDING, str(tmp_path), str(running.port), step]
    child = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE)
    if step == "the server takes it":
        desk.house.at_end = lambda: os.kill(child.pid, signal.SIGKILL)
    child.communicate(b"go\n", timeout=60)
    assert child.returncode == -signal.SIGKILL
    desk.house.at_end = lambda: None
    for _ in range(4):
        desk.later(timedelta(minutes=20))
    assert (desk.got(), desk.mail().state) == (arrived, state)
    if state is OutboxStatus.UNSURE and not arrived:
        assert desk.put(again=True)
        desk.send()
        assert desk.got() == 1
    desk.store.close()
