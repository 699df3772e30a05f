"""Reviews by mail: at the person's word, and when the daemon finds them due."""

import sqlite3
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any, cast

import pytest
import structlog

from syncd.cli.errors import Exit
from syncd.daemon.service import Daemon
from syncd.engine.cycle import Engine
from syncd.engine.edits import put_all
from syncd.engine.reviews import review_id
from syncd.model.entities import Review
from syncd.model.values import ReviewKind
from syncd.review.periods import read_period
from syncd.store.outbox import OutboxMessage
from tests.cli.desks import complaint
from tests.cli.evenings import Evenings
from tests.mail.servers import House, Running, run

ADA, BEN = "ada@example.org", "ben@example.org"
REVIEW = '\n[review]\nquarterly = "off"\nannual = "off"\n'


@pytest.fixture
def house() -> Iterator[Running]:
    running = run(House(), None)
    yield running
    running.controller.stop(no_assert=True)


@pytest.fixture
def desk(evenings: Evenings, house: Running) -> Evenings:
    """An evening's desk on the Tuesday after, that can send mail."""
    evenings.write(mail(house.port) + REVIEW)
    evenings.later(days=8)
    evenings.plan_blocks()
    return evenings


def mail(port: int, **changes: str) -> str:
    table = {
        "host": '"127.0.0.1"',
        "port": port,
        "security": '"none"',
        "sender": f'"{ADA}"',
        "recipients": f'["{ADA}"]',
        "cc": f'["{BEN}"]',
    } | changes
    return "\n[mail]\n" + "\n".join(f"{name} = {it}" for name, it in table.items()) + "\n"


def subject(content: bytes) -> str:
    return str(message_from_bytes(content, policy=default)["Subject"])


# At the person's word.


def test_a_review_is_sent_and_each_gets_their_own(desk: Evenings, house: Running) -> None:
    said = desk.syncd("review", "weekly", "--send")
    assert (said.status, said.out) == (Exit.DONE, "")
    assert said.err.strip() == f"Sent to {ADA}, {BEN}."
    (own,), (shared,) = house.house.inbox(ADA), house.house.inbox(BEN)
    assert subject(own) == subject(shared) == desk.told("review")["subject"]
    assert b"ONE QUESTION" in own
    assert b"ONE QUESTION" not in shared


def test_who_has_it_gets_no_second_copy(desk: Evenings, house: Running) -> None:
    desk.syncd("review", "--send")
    again = desk.syncd("review", "--send")
    assert again.status == Exit.DONE
    assert "nothing was sent" in again.err
    assert len(house.house.arrived) == 2


def test_who_was_refused_gets_it_when_it_is_asked_for_again(
    desk: Evenings, house: Running
) -> None:
    house.house.refuses = {BEN: "550 no such person"}
    first = desk.syncd("review", "--send")
    assert first.status == Exit.NOT_DONE
    assert f"Sent to {ADA}." in first.err
    assert f"{BEN} was refused" in first.err
    house.house.refuses = {}
    assert desk.syncd("review", "--send").err.strip() == f"Sent to {BEN}."
    assert (len(house.house.inbox(ADA)), len(house.house.inbox(BEN))) == (1, 1)


def test_while_the_server_has_no_time_it_waits_and_that_is_said(
    desk: Evenings, house: Running
) -> None:
    house.house.refuses = dict.fromkeys((ADA, BEN), "451 try later")
    said = desk.syncd("review", "--send")
    assert said.status == Exit.NOT_DONE
    assert "The weekly review 2026-W13 waits to be sent" in said.err
    assert desk.told("status")["mail"]["waiting"] == 2


def test_programs_are_told_who_got_it(desk: Evenings) -> None:
    told = desk.told("review", "--send")
    assert told["mail"]["sent"] == [ADA, BEN]
    assert told["id"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": '""'}, "mail.host"),
        ({"sender": '""'}, "mail.sender"),
        ({"recipients": "[]"}, "mail.recipients"),
    ],
)
def test_what_is_missing_in_the_settings_is_named_and_nothing_is_kept(
    evenings: Evenings, house: Running, changes: dict[str, str], words: str
) -> None:
    evenings.write(mail(house.port, **changes))
    evenings.later(days=8)
    said = evenings.syncd("review", "--send")
    assert said.status == Exit.MISTAKE
    assert words in complaint(said)
    assert evenings.app().store.outbox.all() == []


def test_a_look_at_the_running_week_does_not_stand_in_the_way_of_its_digest(
    desk: Evenings, house: Running
) -> None:
    assert desk.syncd("review", "--period", "2026-W14", "--send").status == Exit.DONE
    desk.later(days=7)
    assert desk.syncd("review", "--period", "2026-W14", "--send").status == Exit.DONE
    first, second = house.house.inbox(ADA)
    assert " so far: " in subject(first)
    assert " so far: " not in subject(second)


def test_a_review_whose_facts_were_lost_with_the_state_is_not_sent_again(
    desk: Evenings, house: Running
) -> None:
    """Its page was recognised; what stood in it is known to nobody here."""
    period = read_period(ReviewKind.WEEKLY, "2026-W11")
    app = desk.app()
    lost = Review(
        id=review_id(period),
        title=period.title,
        created_at=app.clock.now(),
        kind=ReviewKind.WEEKLY,
        period_start=period.first,
        period_end=period.last,
    )
    put_all(app.plan_context(), [lost], "Notes")
    app.close()
    said = desk.syncd("review", "--period", "2026-W11", "--send")
    assert said.status == Exit.MISTAKE
    assert "read it on its page" in complaint(said)
    assert house.house.arrived == []


# By the daemon.


class Watched:
    """The daemon's work, turn by turn."""

    def __init__(self, desk: Evenings) -> None:
        self.session = desk.session()
        self.desk = desk

    def turn(self) -> list[str]:
        app = self.desk.app()
        daemon = Daemon(app=app, config=self.session.config)
        daemon.begin()
        with structlog.testing.capture_logs() as told:
            daemon.make_reviews()
            daemon.send_mails()
            daemon.end()
        app.close()
        return [one["event"] for one in told]


def test_the_daemon_posts_the_digest_once(desk: Evenings, house: Running) -> None:
    daemon = Watched(desk)
    daemon.turn()
    daemon.turn()
    digests = [mail for mail in house.house.inbox(ADA) if b"Subject: syncd: " not in mail]
    assert len(digests) == 1
    assert len(house.house.inbox(BEN)) == 1


def test_before_it_is_due_nothing_is_posted(desk: Evenings, house: Running) -> None:
    desk.write(mail(house.port) + REVIEW + 'weekly = "wed 07:00"\n')
    Watched(desk).turn()
    assert house.house.arrived == []


def test_a_digest_that_was_sent_by_hand_is_not_posted_again(
    desk: Evenings, house: Running
) -> None:
    desk.syncd("review", "--send")
    Watched(desk).turn()
    assert len(house.house.arrived) == 2


def test_without_mail_the_review_stands_in_the_plan(desk: Evenings) -> None:
    desk.write(REVIEW)
    Watched(desk).turn()
    assert [one["period_start"] for one in reviews(desk)] == ["2026-03-23"]


def test_settings_that_allow_no_mail_are_told_of_and_nothing_else_suffers(
    desk: Evenings, house: Running
) -> None:
    desk.write(mail(house.port, sender='""') + REVIEW)
    told = Watched(desk).turn()
    assert told.count("no mail can be sent") == 1
    assert reviews(desk)
    said = desk.syncd("status", "--json").json["next"]
    assert any("mail.sender" in line for line in said)


def reviews(desk: Evenings) -> list[dict[str, Any]]:
    found: list[dict[str, Any]]
    found = desk.syncd("plan", "export", "--format", "json").json["reviews"]
    return found


# What nobody thought of.


class Lasting(Watched):
    """A daemon that goes on from one turn to the next."""

    def __init__(self, desk: Evenings) -> None:
        super().__init__(desk)
        self.app = desk.app()
        self.daemon = Daemon(app=self.app, config=self.session.config)
        self.work = self.daemon.begin()

    def turns(self) -> list[tuple[str, str]]:
        with structlog.testing.capture_logs() as told:
            self.work.make_reviews()
            self.work.send_mails()
            self.daemon._mail_worker.wait(20)
        return [(one["event"], one.get("trouble", "").partition(" ")[0]) for one in told]

    def close(self) -> None:
        self.daemon.end()
        self.app.close()


def damage(desk: Evenings, key: str, how: str = "{") -> str:
    """Have what the outbox knows of a mail's recipients be unreadable, as a disk may."""
    with sqlite3.connect(desk.state / "syncd.db") as database:
        old = database.execute("SELECT recipients FROM outbox WHERE key = ?", [key]).fetchone()
        database.execute("UPDATE outbox SET recipients = ? WHERE key = ?", [how, key])
    return str(old[0])


def test_a_review_that_cannot_be_posted_keeps_no_other_mail_from_going_out(
    desk: Evenings, house: Running
) -> None:
    """The record of the digest that went out is damaged; a review by hand waits."""
    Watched(desk).turn()
    house.house.refuses = dict.fromkeys((ADA, BEN), "451 try later")
    desk.syncd("review", "quarterly", "--period", "2026-Q1", "--send")
    house.house.refuses = {}
    before = len(house.house.arrived)
    was = damage(desk, "weekly/2026-W13/own")
    desk.later(minutes=6)
    daemon = Lasting(desk)
    assert daemon.turns() == [
        ("mail broke; trying again", "JSONDecodeError"),
        ("mail sent", ""),
        ("mail sent", ""),
    ]
    assert len(house.house.arrived) == before + 2
    assert daemon.turns() == []
    damage(desk, "weekly/2026-W13/own", was)
    assert daemon.turns() == [("mail works again", "")]
    daemon.close()


def test_reviews_that_cannot_be_made_keep_no_tool_from_being_looked_at(
    desk: Evenings, house: Running
) -> None:
    """The values that lost can't be read at all: no review can be put together."""
    with sqlite3.connect(desk.state / "syncd.db") as database:
        database.execute("ALTER TABLE conflicts RENAME TO elsewhere")
    daemon = Lasting(desk)
    for told in (["a review broke; trying again"], []):
        assert [event for event, _ in daemon.turns()] == told
    with sqlite3.connect(desk.state / "syncd.db") as database:
        database.execute("ALTER TABLE elsewhere RENAME TO conflicts")
    events = [event for event, _ in daemon.turns()]
    assert events[0] == "reviews are made again"
    assert events.count("mail sent") == 2
    daemon.close()


class Stubborn:
    """An engine with a connector that does not let go."""

    def close(self) -> None:
        raise RuntimeError("of Ada")


def test_a_tool_that_does_not_let_go_keeps_the_mail_in_flight_from_nothing(
    desk: Evenings, house: Running
) -> None:
    daemon = Lasting(desk)
    stubborn, engine = cast("Engine", Stubborn()), daemon.daemon._engine
    daemon.daemon._engine = stubborn
    gone = threading.Event()

    def slowly(_: object) -> list[OutboxMessage]:
        gone.wait(0.3)
        gone.set()
        return []

    daemon.daemon._mail_worker.start(slowly)
    with structlog.testing.capture_logs() as told:
        daemon.close()
    assert gone.is_set()
    assert [it["trouble"].partition(" ")[0] for it in told] == ["RuntimeError"]
    engine.close()
