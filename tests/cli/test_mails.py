"""What ``syncd status`` says of mails that wait or did not get through."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest

from syncd.clock import SystemClock
from syncd.store.outbox import Delivery, OutboxMessage, OutboxStatus, with_delivery
from syncd.store.store import open_store
from tests.cli.desks import Desk
from tests.mail.servers import House, run

ADA, BEN = "ada@example.org", "ben@example.org"
KEY = "weekly/2026-W47/own"
HOST = '\n[mail]\nhost = "mail.example.org"\n'


class Fill(Protocol):
    """Fills a desk's outbox: by what became of the mail for Ada and Ben."""

    def __call__(
        self,
        ada: Delivery,
        ben: Delivery,
        *,
        audience: str = ...,
        age: timedelta = ...,
        mail: str = ...,
    ) -> Desk: ...


@pytest.fixture
def posted(bare: Desk) -> Fill:
    """A desk whose outbox can be filled: by what became of the mail for Ada and Ben."""

    def fill(
        ada: Delivery,
        ben: Delivery,
        *,
        audience: str = "own",
        age: timedelta = timedelta(0),
        mail: str = HOST,
    ) -> Desk:
        bare.settings(mail)
        now = SystemClock().now() - age
        store = open_store(bare.state)
        store.outbox.put(
            OutboxMessage(
                key=f"weekly/2026-W47/{audience}",
                sender="syncd@example.org",
                recipients={ADA: Delivery(), BEN: Delivery()},
                message=b"Hello",
                made_at=now,
                next_at=now,
                claim_until=now,
            )
        )
        mine = store.outbox.claim(f"weekly/2026-W47/{audience}", "me", now, now)
        assert mine is not None
        mine = with_delivery(with_delivery(mine, [ADA], ada), [BEN], ben)
        store.outbox.record_outcome(mine)
        store.close()
        return bare

    return fill


SENT, WAITING = Delivery(status=OutboxStatus.SENT), Delivery()


def test_a_mail_that_waits_is_told_with_its_time(posted: Fill) -> None:
    desk = posted(SENT, WAITING)
    told = " ".join(desk.syncd("status").out.split())
    assert "The weekly review 2026-W47 waits to be sent, next at 20" in told
    mail = desk.syncd("status", "--json").json["mail"]
    assert (mail["waiting"], mail["failed"], mail["unsure"]) == (1, 0, 0)
    (one,) = mail["messages"]
    assert one["recipients"] == {ADA: "sent", BEN: "waiting"}
    assert (one["kind"], one["period"], one["audience"]) == ("weekly", "2026-W47", "own")
    assert one["next_at"]


def test_a_mail_that_waits_for_a_server_says_what_to_set(posted: Fill) -> None:
    said = posted(WAITING, WAITING, mail="").syncd("status")
    assert "waits to be sent: set `mail.host`." in said.out


def test_a_mail_that_was_refused_is_told_with_the_command_that_sends_it_again(
    posted: Fill,
) -> None:
    refused = Delivery(status=OutboxStatus.FAILED, why=f"{BEN} was refused (no such person).")
    said = posted(SENT, refused, audience="shared").syncd("status")
    (line,) = [it for it in " ".join(said.out.split()).split("The weekly") if BEN in it]
    assert line.startswith(f" review 2026-W47 for `mail.cc` was not sent to {BEN}.")
    assert "no such person" in line
    assert "`syncd review weekly --period 2026-W47 --send`" in line
    assert ADA not in line


def test_a_mail_that_may_have_arrived_is_told_as_such(posted: Fill) -> None:
    unsure = Delivery(
        status=OutboxStatus.UNSURE, why="syncd was stopped while the server was taking it"
    )
    said = posted(SENT, unsure).syncd("status")
    assert f"may not have reached {BEN}: syncd was stopped" in " ".join(said.out.split())


def test_mails_that_were_sent_are_not_spoken_of(posted: Fill) -> None:
    desk = posted(SENT, SENT)
    assert "weekly" not in desk.syncd("status").out
    assert desk.syncd("status", "--json").json["mail"]["messages"] == []


def test_a_mail_that_failed_long_ago_is_not_spoken_of_for_ever(posted: Fill) -> None:
    failed = Delivery(status=OutboxStatus.FAILED, why="No.")
    assert "weekly" in posted(SENT, failed, age=timedelta(days=13)).syncd("status").out


def test_a_mail_that_failed_three_weeks_ago_is_forgotten(posted: Fill) -> None:
    failed = Delivery(status=OutboxStatus.FAILED, why="No.")
    assert "weekly" not in posted(SENT, failed, age=timedelta(days=21)).syncd("status").out


def test_the_daemon_sends_what_waits(desk: Desk, tmp_path: Path) -> None:
    running = run(House(), None)
    mail = f'\n[mail]\nhost = "127.0.0.1"\nport = {running.port}\nsecurity = "none"\n'
    desk.settings(mail)
    now = SystemClock().now()
    store = open_store(desk.state)
    store.outbox.put(
        OutboxMessage(
            key=KEY,
            sender="syncd@example.org",
            recipients={ADA: Delivery()},
            message=b"Subject: Hello\r\n\r\nHello\r\n",
            made_at=now,
            next_at=now,
            claim_until=now,
        )
    )
    words = [sys.executable, "-m", "syncd", "--config", str(desk.config), "run"]
    home = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    daemon = subprocess.Popen(words, env=home, stderr=subprocess.PIPE, text=True)
    try:
        assert daemon.stderr is not None
        heard = next(line for line in daemon.stderr if "mail sent" in line)
    finally:
        daemon.terminate()
        daemon.communicate(timeout=60)
        running.controller.stop(no_assert=True)
    assert ADA not in heard
    assert len(running.house.inbox(ADA)) == 1
    assert [mail.state for mail in store.outbox.all()] == [OutboxStatus.SENT]
    assert daemon.returncode == 143
    store.close()
