"""Sends mails beside the loop: a slow server holds up nothing else."""

import threading
from collections.abc import Callable, Iterable

import structlog

from syncd.daemon.logs import FailureLog, Record
from syncd.store.outbox import OutboxMessage, OutboxStatus

log = structlog.get_logger("syncd.daemon")
Send = Callable[[Record], Iterable[OutboxMessage]]
"""Sends what waits; reports a mail that fails, and returns what was taken up."""


def mail_failures() -> FailureLog:
    """Return what logs that mail fails."""
    return FailureLog(
        cannot="no mail can be sent",
        broke="mail broke; trying again",
        works="mail works again",
    )


class MailWorker:
    """Sends in a thread, once at a time; logs when a mail's state changes, not each attempt."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._states: dict[str, OutboxStatus] = {}
        self._failures = mail_failures()

    @property
    def busy(self) -> bool:
        """Say whether it is sending."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, send: Send) -> None:
        """Send what waits, unless that is going on already; returns at once."""
        if not self.busy:
            self._thread = threading.Thread(target=self._run, args=(send,), daemon=True)
            self._thread.start()

    def wait(self, patience: float) -> None:
        """Let what is going on end, for so many seconds."""
        if self._thread is not None:
            self._thread.join(timeout=patience)

    def _run(self, send: Send) -> None:
        with self._failures.attempt(all_parts=False) as record:
            for message in send(record):
                self._log(message)

    def _log(self, message: OutboxMessage) -> None:
        if message.state not in (OutboxStatus.WAITING, OutboxStatus.LEAVING):
            self._failures.resolved(message.key)
        if self._states.get(message.key) is message.state:
            return
        self._states[message.key] = message.state
        if message.state is OutboxStatus.SENT:
            log.info("mail sent", mail=message.key)
        else:
            log.warning("mail not sent yet", mail=message.key, hint="see `syncd status`")
