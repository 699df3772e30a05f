"""Mail, put together from the settings: queue letters, send what is due at most once, report what waits."""

import random
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from syncd.clock import Clock
from syncd.errors import Mistake, OnError, SyncdError, ToolError, Unclear, isolated
from syncd.mail.message import Envelope, Letter, MailAddresses, envelope, mail_addresses
from syncd.redaction import Redactor
from syncd.settings.credentials import Credentials
from syncd.settings.schema import MailSettings
from syncd.store.outbox import Delivery, Outbox, OutboxMessage, OutboxStatus, with_delivery

if TYPE_CHECKING:  # what sends takes long to import, and telling what waits sends nothing
    from syncd.mail.smtp import BeforeEnd, Receipt, Server

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
Send = Callable[[Envelope, "BeforeEnd"], "Receipt"]
"""Sends a message, as ``syncd.mail.smtp.SmtpSender.send`` does."""
Connect = Callable[["Server"], Send]
"""Returns what sends messages by a server, as ``syncd.mail.smtp.SmtpSender`` has it."""


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


def _with_receipt(message: OutboxMessage, receipt: "Receipt", now: datetime) -> OutboxMessage:
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


REPORTED_FOR = timedelta(days=14)
"""How long a mail that did not get through is reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What became of some letters; ``new``: who got one just now."""

    messages: tuple[OutboxMessage, ...]
    new: tuple[str, ...]

    @property
    def left(self) -> tuple[OutboxMessage, ...]:
        """Return those that not everybody has, as far as anybody knows."""
        sent = OutboxStatus.SENT
        return tuple(message for message in self.messages if message.state is not sent)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailService:
    """The mails of one plan. ``warnings`` gets a sentence on each file that others may read."""

    connect: Connect
    settings: MailSettings
    credentials: Credentials
    redactor: Redactor
    warnings: list[str]
    outbox: Outbox
    clock: Clock
    rng: random.Random

    @property
    def wanted(self) -> bool:
        """Say whether the settings name anybody who is to get mail."""
        return bool(self.settings.recipients or self.settings.cc)

    @property
    def trouble(self) -> str:
        """Return why the settings do not allow mail though they want it; "" if they do."""
        if not self.wanted and not self.settings.host:
            return ""
        try:
            self.addresses()
        except Mistake as mistake:
            return str(mistake)
        return ""

    def addresses(self) -> MailAddresses:
        """Return who writes to whom. Raises ``Mistake``."""
        table = self.settings
        sender = table.sender or (table.username if "@" in table.username else "")
        return mail_addresses(sender, table.recipients, table.cc)

    def server(self) -> "Server":
        """Return the server that mail goes by, with its password. Raises ``Mistake``."""
        from syncd.mail.smtp import Server

        table = self.settings
        ways = {
            "password": table.password.get_secret_value() if table.password else None,
            "password_file": table.password_file,
            "password_command": table.password_command,
        }
        filled = self.credentials.fill("mail", ways, {"password"})
        password = str(filled.table["password"] or "")
        self.redactor.hide(filled.values)
        self.warnings.extend(filled.warnings)
        return Server(
            host=table.host,
            port=table.port,
            security=table.security,
            username=table.username,
            password=password,
            secrets=self.redactor.secrets,
        )

    def queue(self, letters: Iterable[Letter], *, again: bool = False) -> list[str]:
        """Put letters in the outbox; return the keys of those that are to be sent.

        ``again``: the person asks for them, so whoever has no copy yet gets one. Raises
        ``Mistake``.
        """
        now = self.clock.now()
        return queue_letters(self.outbox, letters, self.addresses(), now, again=again)

    @property
    def due(self) -> bool:
        """Say whether a mail is to be sent now and a server is known: one look at the store."""
        return bool(self.settings.host and self.outbox.due(self.clock.now()))

    def send(self, on_error: OnError | None = None) -> list[OutboxMessage]:
        """Send what is due; return it as it is now. Raises ``Mistake``.

        A mail that nobody's settings or server keep from going out is reported to
        ``on_error``; without it, that error is raised once every mail was tried.
        """
        if not self.due:
            return []
        run = OutboxRun(
            outbox=self.outbox,
            send=self.connect(self.server()),
            clock=self.clock,
            claim=uuid.UUID(bytes=self.rng.randbytes(16), version=4).hex,
        )
        return run.send_due(on_error)

    def send_now(self, letters: Iterable[Letter]) -> SendResult:
        """Send letters to whoever has no copy yet. Raises ``Mistake`` where none can be sent."""
        if not self.settings.host:
            raise Mistake("No mail can be sent without a server: set `mail.host`.")
        addresses = self.addresses()
        wanted = [letter for letter in letters if addresses.of(letter.audience)]
        before = {letter.key: self._have(letter.key) for letter in wanted}
        self.queue(wanted, again=True)
        self.send()
        messages = [self.outbox.get(letter.key) for letter in wanted]
        return SendResult(
            messages=tuple(message for message in messages if message is not None),
            new=tuple(
                who
                for letter in wanted
                for who in self._have(letter.key)
                if who not in before[letter.key]
            ),
        )

    def _have(self, key: str) -> tuple[str, ...]:
        message = self.outbox.get(key)
        return message.recipients_with(OutboxStatus.SENT) if message is not None else ()

    def unsent(self) -> list[OutboxMessage]:
        """Return the mails that wait, and those that did not get through of late."""
        since = self.clock.now() - REPORTED_FOR
        every_state_but_sent = [
            state for state in OutboxStatus if state is not OutboxStatus.SENT
        ]
        return [
            message
            for message in self.outbox.all(*every_state_but_sent)
            if message.made_at > since or message.state is OutboxStatus.WAITING
        ]
