"""Sends mails beside the loop: a slow server holds up nothing else."""

import threading
from collections.abc import Callable, Iterable

import structlog

from syncd.daemon.logs import FailureLog, Record
from syncd.store.parcel import Fate, Parcel

log = structlog.get_logger("syncd.daemon")
Send = Callable[[Record], Iterable[Parcel]]
"""Sends what waits; tells of a mail that breaks, and returns what was taken up."""


def mail_trouble() -> FailureLog:
    """Return what tells that mail is in trouble."""
    return FailureLog(
        cannot="no mail can be sent",
        broke="mail broke; trying again",
        works="mail works again",
    )


class Courier:
    """Goes once at a time; tells when a mail's state changes, not each attempt."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._states: dict[str, Fate] = {}
        self._trouble = mail_trouble()

    @property
    def busy(self) -> bool:
        """Say whether it is on its way."""
        return self._thread is not None and self._thread.is_alive()

    def go(self, send: Send) -> None:
        """Send what waits, unless that is going on already; returns at once."""
        if not self.busy:
            self._thread = threading.Thread(target=self._go, args=(send,), daemon=True)
            self._thread.start()

    def wait(self, patience: float) -> None:
        """Let what is going on end, for so many seconds."""
        if self._thread is not None:
            self._thread.join(timeout=patience)

    def _go(self, send: Send) -> None:
        with self._trouble.attempt(all_parts=False) as tell:
            for one in send(tell):
                self._tell(one)

    def _tell(self, one: Parcel) -> None:
        if one.state not in (Fate.WAITING, Fate.LEAVING):
            self._trouble.resolved(one.key)
        if self._states.get(one.key) is one.state:
            return
        self._states[one.key] = one.state
        if one.state is Fate.SENT:
            log.info("mail sent", mail=one.key)
        else:
            log.warning("mail not sent yet", mail=one.key, hint="see `syncd status`")
