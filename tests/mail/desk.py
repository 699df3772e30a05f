"""A person's outbox, and what sends from it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

from syncd.errors import OnError
from syncd.mail.message import Envelope, MailAudience, mail_addresses
from syncd.mail.service import OutboxRun, Send, queue_letters
from syncd.mail.smtp import BeforeEnd, Receipt
from syncd.store.outbox import Outbox, OutboxMessage
from syncd.store.store import Store
from syncd.testing.fake_clock import FakeClock
from tests.mail.letters import ADA, MONDAY, letter
from tests.mail.servers import Running

FIVE_MINUTES = timedelta(minutes=5)


def turn(outbox: Outbox, send: Send, clock: FakeClock, claim: str) -> OutboxRun:
    """A turn at an outbox."""
    return OutboxRun(outbox=outbox, send=send, clock=clock, claim=claim)


class Sender(Protocol):
    """What sends one message."""

    def send(self, envelope: Envelope, before_end: BeforeEnd) -> Receipt: ...


class Desk:
    """A person's outbox, a server, and a clock to turn."""

    def __init__(self, store: Store, running: Running) -> None:
        self.store, self.running = store, running
        self.house = running.house
        self.clock = FakeClock(MONDAY)

    @property
    def outbox(self) -> Outbox:
        return self.store.outbox

    def put(
        self, *recipients: str, cc: Sequence[str] = (), again: bool = False, **changes: Any
    ) -> list[str]:
        those = mail_addresses("syncd@example.org", recipients or (ADA,), cc)
        letters = [
            letter(**changes),
            letter(audience=MailAudience.SHARED, text="shared", **changes),
        ]
        return queue_letters(self.outbox, letters, those, self.clock.now(), again=again)

    def send(
        self,
        sender: Sender | None = None,
        on_error: OnError | None = None,
    ) -> list[OutboxMessage]:
        send = (sender or self.running.post()).send
        return turn(self.outbox, send, self.clock, "me").send_due(on_error)

    def later(
        self,
        wait: timedelta = FIVE_MINUTES,
        sender: Sender | None = None,
        on_error: OnError | None = None,
    ) -> list[OutboxMessage]:
        self.clock.advance(seconds=wait.total_seconds())
        return self.send(sender, on_error)

    def kept(self, key: str) -> OutboxMessage:
        parcel = self.outbox.get(key)
        assert parcel is not None
        return parcel

    def mail(self) -> OutboxMessage:
        (found,) = self.outbox.all()
        return found

    def got(self, who: str = ADA) -> int:
        return len(self.house.inbox(who))
