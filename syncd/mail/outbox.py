"""Sending what the outbox holds until everyone has it, each once (0014)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syncd.clock import Clock
from syncd.errors import Mistake, OnError, SyncdError, ToolError, Unclear, isolated
from syncd.mail.message import Envelope, Letter, MailAddresses, envelope
from syncd.mail.smtp import BeforeEnd, Receipt
from syncd.store.outbox import Delivery, Outbox, OutboxMessage, OutboxStatus, with_delivery

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=3)
FEWEST_ATTEMPTS = 6
MOST_DOUBTS = 3
"""A server that ends so often without a word is given up on: each time may be a copy."""
LEASE = timedelta(minutes=5)
"""How long a mail that was taken up is left alone before anything has left."""
LAST_LEASE = timedelta(minutes=15)
"""The same once all of it may be sent: longer than a server's last answer may take."""
Send = Callable[[Envelope, BeforeEnd], Receipt]
"""Sends a message, as ``syncd.mail.smtp.SmtpSender.send`` does."""


class TakenOver(SyncdError):
    """Another process has taken this mail over: it is sent from there."""


def queue_letters(
    outbox: Outbox,
    letters: Iterable[Letter],
    addresses: MailAddresses,
    now: datetime,
    *,
    again: bool = False,
) -> list[str]:
    """Put letters in the outbox; return the keys of those that were not there yet.

    A letter that nobody is to get is left out. ``again``: the person asks for it once
    more, so those who have no copy yet get one.
    """
    wanted = [letter for letter in letters if addresses.of(letter.audience)]
    return [
        letter.key
        for letter in wanted
        if outbox.put(_queued(letter, envelope(letter, addresses, now), now), again=again)
    ]


def _queued(letter: Letter, ready: Envelope, now: datetime) -> OutboxMessage:
    return OutboxMessage(
        key=letter.key,
        sender=ready.sender,
        recipients={who: Delivery() for who in ready.recipients},
        message=ready.content,
        made_at=now,
        next_at=now,
        claim_until=now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRun:
    """One turn at the outbox. ``claim`` is a name that no other process uses."""

    outbox: Outbox
    send: Send
    clock: Clock
    claim: str

    def send_due(self, on_error: OnError | None = None) -> list[OutboxMessage]:
        """Send what is due; return what was taken up, as it is now.

        What went wrong is kept with the mail, which is tried again. What is no server's
        doing is reported to ``on_error``; without it, the first such error is raised once
        every mail was tried.
        """
        messages = []
        with isolated(on_error) as isolation:
            for key in self.outbox.due(self.clock.now()):
                with isolation.part(key):
                    error = self._send(key)
                    if error is not None:
                        isolation.on_error(key, error)
                    after = self.outbox.get(key)
                    messages += [after] if after is not None else []
        return messages

    def _send(self, key: str) -> Exception | None:
        """Try to send a mail and record the outcome; return an error that was not foreseen."""
        now = self.clock.now()
        message = self.outbox.claim(key, self.claim, now, now + LEASE)
        if message is None:
            return None
        marker = _LeavingMarker(self.outbox, self.clock, message)
        unforeseen = None
        try:
            receipt = self.send(_ready(message), marker.mark)
            after = _with_receipt(message, receipt, self.clock.now())
        except TakenOver:
            return None
        except (ToolError, Mistake) as error:
            doubts = message.doubts + isinstance(error, Unclear)
            after = replace(message, doubts=doubts, why=str(error))
        except Exception as error:  # noqa: BLE001  # what breaks one mail holds up no other
            unforeseen = error
            after = replace(message, doubts=message.doubts + marker.marked, why=_why(error))
        self.outbox.record_outcome(_next_attempt(after, self.clock.now()))
        return unforeseen


@dataclass(slots=True)
class _LeavingMarker:
    """Writes down, right before the end of a message, who is about to get it."""

    outbox: Outbox
    clock: Clock
    message: OutboxMessage
    marked: bool = False

    def mark(self, recipients: tuple[str, ...]) -> None:
        """Write it down. Raises ``TakenOver``."""
        until = self.clock.now() + LAST_LEASE
        if not self.outbox.mark_leaving(self.message, recipients, until):
            raise TakenOver("Another syncd sends this mail.")
        self.marked = True


def _ready(message: OutboxMessage) -> Envelope:
    """Return a mail for those who wait for it: who has it is never named to a server again."""
    return Envelope(
        sender=message.sender,
        recipients=message.recipients_with(OutboxStatus.WAITING),
        content=message.message,
    )


def _why(error: Exception) -> str:
    """Return a sentence without what the error says: that may quote the person."""
    if isinstance(error, SyncdError):
        return str(error)
    return (
        f"syncd broke while it sent it ({type(error).__name__}) and tries again: if that"
        " lasts, report it with what the daemon's log says."
    )


def _with_receipt(message: OutboxMessage, receipt: Receipt, now: datetime) -> OutboxMessage:
    after = with_delivery(message, receipt.taken, Delivery(status=OutboxStatus.SENT))
    for who, words in receipt.refused.items():
        why = f"{who} was refused ({words}): correct `mail.recipients` or `mail.cc`."
        after = with_delivery(after, [who], Delivery(status=OutboxStatus.FAILED, why=why))
    later = next(iter(receipt.later.values()), "")
    return replace(
        after,
        why=f"The mail server asks to try later ({later})." if later else "",
        sent_at=now if receipt.taken else message.sent_at,
    )


def _next_attempt(message: OutboxMessage, now: datetime) -> OutboxMessage:
    """Return the mail with the time of its next attempt, or given up on."""
    waiting = message.recipients_with(OutboxStatus.WAITING)
    if message.doubts >= MOST_DOUBTS:
        unsure = Delivery(status=OutboxStatus.UNSURE, why=message.why)
        return with_delivery(message, waiting, unsure)
    # a machine that slept for days has tried once, not for days
    tried_enough = message.attempts >= FEWEST_ATTEMPTS
    if tried_enough and now - message.made_at >= GIVE_UP_AFTER:
        failed = Delivery(status=OutboxStatus.FAILED, why=message.why)
        return with_delivery(message, waiting, failed)
    wait = min(FIRST_WAIT * 2 ** min(message.attempts - 1, 10), LONGEST_WAIT)
    return replace(message, next_at=now + wait)
