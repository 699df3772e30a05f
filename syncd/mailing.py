"""Mail, put together from the settings: who gets it, by which server, and the outbox."""

import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from syncd.clock import Clock
from syncd.credentials import Credentials, Redactor
from syncd.engine import outbox
from syncd.errors import OnError
from syncd.mail.message import Letter, MailAddresses, mail_addresses
from syncd.mail.smtp import Server, SmtpSender
from syncd.settings import MailSettings
from syncd.store.outbox import Outbox
from syncd.store.outbox import OutboxMessage


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

    def people(self) -> MailAddresses:
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

    def put(self, letters: Iterable[Letter], *, again: bool = False) -> list[str]:
        """Put letters in the outbox; return the keys of those that are to be sent.

        ``again``: the person asks for them, so whoever has no copy yet gets one. Raises
        ``Mistake``.
        """
        return outbox.put(self.outbox, letters, self.people(), self.clock.now(), again=again)

    @property
    def due(self) -> bool:
        """Say whether a mail is to be sent now and a server is known: one look at the store."""
        return bool(self.settings.host and self.outbox.due(self.clock.now()))

    def send(self, broke: OnError | None = None) -> list[OutboxMessage]:
        """Send what is due; return it as it is now. Raises ``Mistake``.

        ``broke`` hears of a mail that nobody's settings or server keep from going out;
        without it, that is raised once every mail was tried.
        """
        if not self.due:
            return []
        turn = uuid.UUID(bytes=self.rng.randbytes(16), version=4).hex
        return outbox.send_waiting(
            self.outbox, SmtpSender(self.server()), self.clock, turn, broke
        )
