"""Mails that wait, and those that were sent: each at most once, whatever crashes (0014)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from syncd.model.ids import PlanId
from syncd.store import tables
from syncd.store.database import Database
from syncd.store.rows import moment_of, moment_text

O = tables.outbox.c  # noqa: E741  # one letter a table, as in the other stores
FARTHEST = timedelta(days=1)
"""A moment that is further ahead comes from a clock that was set back: it counts as past."""
_MOMENTS = ("made_at", "next_at", "claim_until", "sent_at")


class OutboxStatus(StrEnum):
    """How far a mail has come, for one recipient or as a whole.

    WAITING: to be sent. LEAVING: a process is sending it. SENT: a server took it. FAILED: it
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

    status: OutboxStatus = OutboxStatus.WAITING
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

    def recipients_with(self, status: OutboxStatus) -> tuple[str, ...]:
        """Return the recipients for whom it has come this far."""
        return tuple(
            who for who, delivery in self.recipients.items() if delivery.status is status
        )


def with_delivery(
    message: OutboxMessage, recipients: Iterable[str], delivery: Delivery
) -> OutboxMessage:
    """Return the mail with this outcome for these recipients."""
    outcomes = {**message.recipients, **dict.fromkeys(recipients, delivery)}
    return replace(message, recipients=outcomes)


class Outbox:
    """The mails of one plan. What decides on a second sending is forced to the disk."""

    def __init__(self, database: Database, plan: PlanId) -> None:
        self._database = database
        self._plan = plan

    def put(self, message: OutboxMessage, *, again: bool = False) -> bool:
        """Write a mail down; False where one with its key is there already.

        ``again``: the person asks for it once more: who has it is left out, all others
        (also new ones) get it.
        """
        with self._database.durable() as connection:
            known = self._get(connection, message.key)
            if known is not None:
                if not again or known.state is OutboxStatus.LEAVING:
                    return False
                have = known.recipients_with(OutboxStatus.SENT)
                kept = {who: known.recipients[who] for who in have}
                message = replace(message, recipients={**message.recipients, **kept})
            if not message.recipients_with(OutboxStatus.WAITING):
                return False
            self._save(connection, message)
        return True

    def get(self, key: str) -> OutboxMessage | None:
        """Return a mail by its key."""
        with self._database.transaction() as connection:
            return self._get(connection, key)

    def all(self, *states: OutboxStatus) -> list[OutboxMessage]:
        """Return the mails (in these states, if any are given), oldest first."""
        query = select(tables.outbox).where(O.plan == self._plan)
        if states:
            query = query.where(O.state.in_(list(map(str, states))))
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(O.made_at, O.key))
            return [_message(row) for row in rows]

    def due(self, now: datetime) -> list[str]:
        """Return the keys of the mails that may be taken up; no mail itself is read."""
        open_states = [str(OutboxStatus.WAITING), str(OutboxStatus.LEAVING)]
        query = (
            select(O.key, O.state, O.next_at, O.claim_until)
            .where(O.plan == self._plan, O.state.in_(open_states))
            .order_by(O.made_at, O.key)
        )
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return [row.key for row in rows if _is_due(row, now)]

    def claim(
        self, key: str, claim: str, now: datetime, until: datetime
    ) -> OutboxMessage | None:
        """Take a mail up; None where another has it, or nobody is left who may get it."""
        with self._database.transaction() as connection:
            row = self._row(connection, key)
            if row is None or not _is_due(row, now):
                return None
            message = _after_a_crash(_message(row))
            if message.state is OutboxStatus.WAITING:
                message = replace(
                    message,
                    state=OutboxStatus.LEAVING,
                    claim=claim,
                    claim_until=until,
                    attempts=message.attempts + 1,
                )
            self._save(connection, message)
        return message if message.state is OutboxStatus.LEAVING else None

    def mark_leaving(
        self, message: OutboxMessage, recipients: Iterable[str], until: datetime
    ) -> bool:
        """Write down that these are about to get it; False where another took it over.

        From here on they get it no second time but by an outcome that is recorded.
        """
        with self._database.durable() as connection:
            current = self._own(connection, message)
            if current is None:
                return False
            leaving = Delivery(status=OutboxStatus.LEAVING)
            marked = with_delivery(current, recipients, leaving)
            self._save(connection, replace(marked, claim_until=until))
        return True

    def record_outcome(self, message: OutboxMessage) -> bool:
        """Write an outcome down and let go; False where another took the mail over."""
        with self._database.durable() as connection:
            own = self._own(connection, message) is not None
            if own:
                self._save(connection, _released(message))
        return own

    def _own(self, connection: Connection, message: OutboxMessage) -> OutboxMessage | None:
        current = self._get(connection, message.key)
        return current if current is not None and current.claim == message.claim else None

    def _get(self, connection: Connection, key: str) -> OutboxMessage | None:
        row = self._row(connection, key)
        return _message(row) if row else None

    def _row(self, connection: Connection, key: str) -> Any:
        query = select(tables.outbox).where(O.plan == self._plan, O.key == key)
        return connection.execute(query).first()

    def _save(self, connection: Connection, message: OutboxMessage) -> None:
        values = _values(message)
        statement = upsert(tables.outbox).values(plan=self._plan, **values)
        del values["key"]
        connection.execute(
            statement.on_conflict_do_update(index_elements=["plan", "key"], set_=values)
        )


def _is_due(row: Any, now: datetime) -> bool:
    """Say whether a mail's time has come, or the process that was sending it is gone."""
    waits = row.state == OutboxStatus.WAITING
    if not waits and row.state != OutboxStatus.LEAVING:
        return False
    until = datetime.fromisoformat(row.next_at if waits else row.claim_until)
    return not now < until <= now + FARTHEST


def _after_a_crash(message: OutboxMessage) -> OutboxMessage:
    """Return a mail whose process ended: who may have it by now gets it no second time."""
    if message.state is not OutboxStatus.LEAVING:
        return message
    leaving = message.recipients_with(OutboxStatus.LEAVING)
    why = "syncd was stopped while the server was taking it"
    unsure = Delivery(status=OutboxStatus.UNSURE, why=why)
    return _released(with_delivery(message, leaving, unsure))


def _released(message: OutboxMessage) -> OutboxMessage:
    """Return a mail that nobody is sending: its state follows from its recipients'."""
    for status in (OutboxStatus.WAITING, OutboxStatus.UNSURE, OutboxStatus.FAILED):
        recipients = message.recipients_with(status)
        if recipients:
            waits = status is OutboxStatus.WAITING
            why = message.why if waits else message.recipients[recipients[0]].why
            return replace(message, state=status, claim="", why=why)
    # what everybody has is not kept a second time
    return replace(message, state=OutboxStatus.SENT, claim="", why="", message=b"")


def _values(message: OutboxMessage) -> dict[str, Any]:
    values = {field.name: getattr(message, field.name) for field in fields(message)}
    outcomes = {who: [each.status, each.why] for who, each in message.recipients.items()}
    moments = {name: moment_text(values[name]) for name in _MOMENTS}
    return {**values, **moments, "recipients": json.dumps(outcomes)}


def _message(row: Any) -> OutboxMessage:
    values = {field.name: getattr(row, field.name) for field in fields(OutboxMessage)}
    moments = {name: moment_of(values[name]) for name in _MOMENTS}
    outcomes = {
        who: Delivery(status=OutboxStatus(status), why=why)
        for who, (status, why) in json.loads(row.recipients).items()
    }
    values |= {**moments, "recipients": outcomes, "state": OutboxStatus(row.state)}
    return OutboxMessage(**values)
