"""Mails that wait, and those that were sent: each at most once, whatever crashes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert
from syncd.model.ids import PlanId
from syncd.store import tables
from syncd.store.database import Database
from syncd.store.rows import moment_of, moment_text


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


O = tables.outbox.c  # noqa: E741  # one letter a table, as in the other stores


class Outbox:
    """The mails of one plan. What decides on a second sending is forced to the disk."""

    def __init__(self, database: Database, plan: PlanId) -> None:
        self._database = database
        self._plan = plan

    def put(self, parcel: OutboxMessage, *, again: bool = False) -> bool:
        """Write a mail down; False where one with its key is there already.

        ``again``: the person asks for it once more: who has it is left out, all others
        (also new ones) get it.
        """
        with self._database.durable() as connection:
            known = self._get(connection, parcel.key)
            if known is not None:
                if not again or known.state is OutboxStatus.LEAVING:
                    return False
                have = {who: known.recipients[who] for who in known.those(OutboxStatus.SENT)}
                parcel = replace(parcel, recipients={**parcel.recipients, **have})
            if not parcel.those(OutboxStatus.WAITING):
                return False
            self._save(connection, parcel)
        return True

    def get(self, key: str) -> OutboxMessage | None:
        """Return a mail by its key."""
        with self._database.transaction() as connection:
            return self._get(connection, key)

    def all(self, *fates: OutboxStatus) -> list[OutboxMessage]:
        """Return the mails (with these states, if any are given), oldest first."""
        chosen = select(tables.outbox).where(O.plan == self._plan)
        if fates:
            chosen = chosen.where(O.state.in_([str(it) for it in fates]))
        with self._database.transaction() as connection:
            rows = connection.execute(chosen.order_by(O.made_at, O.key))
            return [_parcel(row) for row in rows]

    def due(self, now: datetime) -> list[str]:
        """Return the keys of the mails that may be taken up; no mail itself is read."""
        chosen = (
            select(O.key, O.state, O.next_at, O.claim_until)
            .where(
                O.plan == self._plan,
                O.state.in_([str(OutboxStatus.WAITING), str(OutboxStatus.LEAVING)]),
            )
            .order_by(O.made_at, O.key)
        )
        with self._database.transaction() as connection:
            rows = connection.execute(chosen).all()
        return [row.key for row in rows if _is_due(row, now)]

    def claim(
        self, key: str, claim: str, now: datetime, until: datetime
    ) -> OutboxMessage | None:
        """Take a mail up; None where another is at it, or nobody is left who may get it."""
        with self._database.transaction() as connection:
            parcel = self._get(connection, key)
            if parcel is None or not is_due(parcel, now):
                return None
            if parcel.state is OutboxStatus.LEAVING:
                parcel = after_a_crash(parcel)
            if parcel.state is OutboxStatus.WAITING:
                parcel = replace(
                    parcel,
                    state=OutboxStatus.LEAVING,
                    claim=claim,
                    claim_until=until,
                    attempts=parcel.attempts + 1,
                )
            self._save(connection, parcel)
        return parcel if parcel.state is OutboxStatus.LEAVING else None

    def fence(self, parcel: OutboxMessage, those: Iterable[str], until: datetime) -> bool:
        """Write down that these are about to get it; False where another took it over.

        From here on they get it no second time but by an outcome that ``settle`` tells.
        """
        with self._database.durable() as connection:
            now = self._mine(connection, parcel)
            if now is None:
                return False
            leaving = marked(now, those, Delivery(fate=OutboxStatus.LEAVING))
            self._save(connection, replace(leaving, claim_until=until))
        return True

    def settle(self, parcel: OutboxMessage) -> bool:
        """Write an outcome down and let go; False where another took the mail over."""
        with self._database.durable() as connection:
            mine = self._mine(connection, parcel) is not None
            if mine:
                self._save(connection, put_down(parcel))
        return mine

    def _mine(self, connection: Connection, parcel: OutboxMessage) -> OutboxMessage | None:
        now = self._get(connection, parcel.key)
        return now if now is not None and now.claim == parcel.claim else None

    def _get(self, connection: Connection, key: str) -> OutboxMessage | None:
        chosen = select(tables.outbox).where(O.plan == self._plan, O.key == key)
        row = connection.execute(chosen).first()
        return _parcel(row) if row else None

    def _save(self, connection: Connection, parcel: OutboxMessage) -> None:
        row = {"plan": self._plan, **_row(parcel)}
        statement = upsert(tables.outbox).values(row)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["plan", "key"],
                set_={name: it for name, it in row.items() if name not in ("plan", "key")},
            )
        )


def _is_due(row: Any, now: datetime) -> bool:
    next_at = datetime.fromisoformat(row.next_at)
    return may_go(
        OutboxStatus(row.state), next_at, datetime.fromisoformat(row.claim_until), now
    )


def _row(parcel: OutboxMessage) -> dict[str, Any]:
    told = {who: [it.fate, it.why] for who, it in parcel.recipients.items()}
    return {
        "key": parcel.key,
        "sender": parcel.sender,
        "recipients": json.dumps(told),
        "message": parcel.message,
        "state": parcel.state,
        "attempts": parcel.attempts,
        "doubts": parcel.doubts,
        "made_at": parcel.made_at.isoformat(),
        "next_at": parcel.next_at.isoformat(),
        "claim": parcel.claim,
        "claim_until": parcel.claim_until.isoformat(),
        "why": parcel.why,
        "sent_at": moment_text(parcel.sent_at),
    }


def _parcel(row: Any) -> OutboxMessage:
    told = json.loads(row.recipients).items()
    return OutboxMessage(
        key=row.key,
        sender=row.sender,
        recipients={
            who: Delivery(fate=OutboxStatus(fate), why=why) for who, (fate, why) in told
        },
        message=row.message,
        state=OutboxStatus(row.state),
        attempts=row.attempts,
        doubts=row.doubts,
        made_at=datetime.fromisoformat(row.made_at),
        next_at=datetime.fromisoformat(row.next_at),
        claim=row.claim,
        claim_until=datetime.fromisoformat(row.claim_until),
        why=row.why,
        sent_at=moment_of(row.sent_at),
    )
