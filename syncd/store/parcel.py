"""A mail on its way, as values: who gets it, who has it, and what may come next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class OutboxStatus(StrEnum):
    """How far a mail has come, for one recipient or as a whole.

    WAITING: to be sent. LEAVING: a process is at it. SENT: a server took it. FAILED: it
    was refused, or never got through. UNSURE: syncd or the server ended while the server
    was taking it, so it may well have arrived; it is not sent again by itself.
    """

    WAITING = "waiting"
    LEAVING = "leaving"
    SENT = "sent"
    FAILED = "failed"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of a mail for one recipient, and why."""

    fate: OutboxStatus = OutboxStatus.WAITING
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A mail in the outbox. ``key``: what is sent once, such as weekly/2026-W47/own.

    attempts: how often it was taken up. doubts: how often a server ended without a word
    after all of it was sent. claim: whose turn it is, until ``claim_until``.
    """

    key: str
    sender: str
    recipients: Mapping[str, Delivery]
    message: bytes
    state: OutboxStatus = OutboxStatus.WAITING
    attempts: int = 0
    doubts: int = 0
    made_at: datetime
    next_at: datetime
    claim: str = ""
    claim_until: datetime
    why: str = ""
    sent_at: datetime | None = None

    def those(self, *fates: OutboxStatus) -> tuple[str, ...]:
        """Return the recipients for whom it has come this far."""
        return tuple(who for who, it in self.recipients.items() if it.fate in fates)


LONGEST_WAIT = timedelta(days=1)
"""A moment that is further ahead comes from a clock that was set back: it counts as past."""


def is_due(parcel: OutboxMessage, now: datetime) -> bool:
    """Say whether a mail may be taken up."""
    return may_go(parcel.state, parcel.next_at, parcel.claim_until, now)


def may_go(
    state: OutboxStatus, next_at: datetime, claim_until: datetime, now: datetime
) -> bool:
    """Say whether a mail's time has come, or who was at it is gone."""
    if state is OutboxStatus.WAITING:
        return not _ahead(next_at, now)
    return state is OutboxStatus.LEAVING and not _ahead(claim_until, now)


def marked(parcel: OutboxMessage, those: Iterable[str], delivery: Delivery) -> OutboxMessage:
    """Return the mail with this said of these recipients."""
    told = {**parcel.recipients, **dict.fromkeys(those, delivery)}
    return replace(parcel, recipients=told)


def after_a_crash(parcel: OutboxMessage) -> OutboxMessage:
    """Return a mail whose process ended: who may have it by now gets it no second time."""
    why = "syncd was stopped while the server was taking it"
    gone = marked(
        parcel, parcel.those(OutboxStatus.LEAVING), Delivery(fate=OutboxStatus.UNSURE, why=why)
    )
    return put_down(gone)


def put_down(parcel: OutboxMessage) -> OutboxMessage:
    """Return a mail that nobody is at: its state follows from its recipients'."""
    for fate in (OutboxStatus.WAITING, OutboxStatus.UNSURE, OutboxStatus.FAILED):
        found = parcel.those(fate)
        if found:
            why = (
                parcel.why if fate is OutboxStatus.WAITING else parcel.recipients[found[0]].why
            )
            return replace(parcel, state=fate, claim="", why=why)
    # what everybody has is not kept a second time
    return replace(parcel, state=OutboxStatus.SENT, claim="", why="", message=b"")


def _ahead(moment: datetime, now: datetime) -> bool:
    return now < moment <= now + LONGEST_WAIT
