"""The outbox: a letter is put in once, and sent until everyone has it, each once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from syncd.clock import Clock
from syncd.errors import OnError, isolated
from syncd.errors import Mistake, SyncdError, ToolError, Unclear
from syncd.mail.message import Envelope, Letter, MailAddresses, envelope
from syncd.mail.smtp import BeforeEnd, Receipt
from syncd.store.outbox import Outbox
from syncd.store.outbox import Delivery, OutboxMessage, OutboxStatus, marked

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


class TakenOver(SyncdError):
    """Another process has taken this mail over: it is sent from there."""


class Sender(Protocol):
    """What sends a message; ``syncd.mail.smtp.SmtpSender`` is one."""

    def send(self, envelope: Envelope, fence: BeforeEnd) -> Receipt:
        """Send it; raises as ``Post.send`` does."""
        ...


def put(
    outbox: Outbox,
    letters: Iterable[Letter],
    people: MailAddresses,
    now: datetime,
    *,
    again: bool = False,
) -> list[str]:
    """Put letters in the outbox; return the keys of those that were not there yet.

    A letter that nobody is to get is left out. ``again``: the person asks for it once
    more, so those who have no copy yet get one.
    """
    chosen = [it for it in letters if people.who(it.audience)]
    parcels = [_parcel(it, envelope(it, people, now), now) for it in chosen]
    return [it.key for it in parcels if outbox.put(it, again=again)]


def send_waiting(
    outbox: Outbox, sender: Sender, clock: Clock, turn: str, broke: OnError | None = None
) -> list[OutboxMessage]:
    """Send what is due; return what was taken up, as it is now.

    ``turn`` is a name that no other process uses. What went wrong stands with the mail,
    which is tried again. Of what is no server's doing ``broke`` hears; without it, the
    first such error is raised once every mail was tried.
    """
    found = []
    with isolated(broke) as tries:
        for key in outbox.due(clock.now()):
            with tries.one(key):
                now = clock.now()
                parcel = outbox.claim(key, turn, now, now + LEASE)
                error = _attempt(outbox, parcel, sender, clock) if parcel else None
                if error is not None:
                    tries.broke(key, error)
                after = outbox.get(key)
                found += [after] if after is not None else []
    return found


def _parcel(letter: Letter, ready: Envelope, now: datetime) -> OutboxMessage:
    return OutboxMessage(
        key=letter.key,
        sender=ready.sender,
        recipients={who: Delivery() for who in ready.recipients},
        message=ready.content,
        made_at=now,
        next_at=now,
        claim_until=now,
    )


def _attempt(
    outbox: Outbox, parcel: OutboxMessage, sender: Sender, clock: Clock
) -> Exception | None:
    """Try to send a mail and write down how that ended; return what nobody thought of."""
    fenced = False

    def fence(those: tuple[str, ...]) -> None:
        nonlocal fenced
        if not outbox.fence(parcel, those, clock.now() + LAST_LEASE):
            raise TakenOver("Another syncd sends this mail.")
        fenced = True

    ready = Envelope(
        sender=parcel.sender,
        recipients=parcel.those(OutboxStatus.WAITING),
        content=parcel.message,
    )
    broken: Exception | None = None
    try:
        after = _with_receipt(parcel, sender.send(ready, fence), clock.now())
    except TakenOver:
        return None
    except Unclear as error:
        after = replace(parcel, doubts=parcel.doubts + 1, why=str(error))
    except (ToolError, Mistake) as error:
        after = replace(parcel, why=str(error))
    except Exception as error:  # noqa: BLE001 - what breaks one mail holds up no other
        broken = error
        after = replace(parcel, doubts=parcel.doubts + fenced, why=_why(error))
    outbox.settle(_next(after, clock.now()))
    return broken


def _why(error: Exception) -> str:
    """Return a sentence without what the error says: that may quote the person."""
    if isinstance(error, SyncdError):
        return str(error)
    return (
        f"syncd broke while it sent it ({type(error).__name__}) and tries again: if that"
        " lasts, report it with what the daemon's log says."
    )


def _with_receipt(parcel: OutboxMessage, receipt: Receipt, now: datetime) -> OutboxMessage:
    after = marked(parcel, receipt.taken, Delivery(fate=OutboxStatus.SENT))
    for who, why in receipt.refused.items():
        after = marked(after, [who], Delivery(fate=OutboxStatus.FAILED, why=_refused(who, why)))
    later = next(iter(receipt.later.values()), "")
    return replace(
        after,
        why=f"The mail server asks to try later ({later})." if later else "",
        sent_at=now if receipt.taken else parcel.sent_at,
    )


def _refused(who: str, why: str) -> str:
    return f"{who} was refused ({why}): correct `mail.recipients` or `mail.cc`."


def _next(parcel: OutboxMessage, now: datetime) -> OutboxMessage:
    """Return the mail with the time of its next attempt, or given up on."""
    waiting = parcel.those(OutboxStatus.WAITING)
    if parcel.doubts >= MOST_DOUBTS:
        return marked(parcel, waiting, Delivery(fate=OutboxStatus.UNSURE, why=parcel.why))
    # a machine that slept for days has tried once, not for days
    tried_enough = parcel.attempts >= FEWEST_ATTEMPTS
    if tried_enough and now - parcel.made_at >= GIVE_UP_AFTER:
        return marked(parcel, waiting, Delivery(fate=OutboxStatus.FAILED, why=parcel.why))
    wait = min(FIRST_WAIT * 2 ** min(parcel.attempts - 1, 10), LONGEST_WAIT)
    return replace(parcel, next_at=now + wait)
