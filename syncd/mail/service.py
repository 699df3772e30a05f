"""Mail, put together from the settings: queue letters, send what is due, report what waits."""

import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from syncd.clock import Clock
from syncd.errors import Mistake, OnError
from syncd.mail.message import Letter, MailAddresses, mail_addresses
from syncd.mail.outbox import OutboxRun, queue_letters
from syncd.mail.smtp import Server, SmtpSender
from syncd.redaction import Redactor
from syncd.settings.credentials import Credentials
from syncd.settings.schema import MailSettings
from syncd.store.outbox import Outbox, OutboxMessage, OutboxStatus

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

    def server(self) -> Server:
        """Return the server that mail goes by, with its password. Raises ``Mistake``."""
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
            send=SmtpSender(self.server()).send,
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
