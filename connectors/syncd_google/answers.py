"""What an answer of Google's proves of one event: checked before it is believed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from syncd.connect.border import unreadable
from syncd.errors import TryLater, Unclear
from syncd.model.ids import RemoteId
from syncd.model.remote import Write
from syncd_google import border, events
from syncd_google.refusals import Unreadable

Json = dict[str, Any]


@contextmanager
def in_doubt() -> Iterator[None]:
    """Say of what fails here that the write may have been done.

    What made us look may be the trace of an earlier try of ours whose reply was lost.
    """
    try:
        yield
    except (TryLater, Unreadable) as error:
        raise Unclear(f"Google did not say what became of a write: {error}") from error


def answered(answer: Json, remote: RemoteId) -> Json:
    """Return a write's answer. Raises ``Unclear`` where it is not of what was written."""
    if border.wrong(answer, remote):
        raise unclear()
    return answer


def unclear() -> Unclear:
    """Return the error that says that an answer proves nothing."""
    return Unclear(f"{border.NOT_ASKED_FOR}: looking before writing again.")


def spoilt(event: Json, wrong: str) -> Unreadable:
    """Return the error that says that an event can't be read; ``wrong`` is the key."""
    return Unreadable(unreadable(event, border.TITLE, border.named, wrong))


def told(event: Json, remote: RemoteId) -> Json:
    """Return an event that was asked for, live or not.

    Raises ``Unreadable``, and ``TryLater`` where nothing was answered.
    """
    if not event:
        raise TryLater(f"{border.NOT_ASKED_FOR}: trying again later.")
    wrong = border.wrong(event, remote)
    if wrong:
        raise spoilt(event, wrong)
    return event


def is_ours(event: Json, write: Write) -> bool:
    """Say whether an event is of the entity and the kind of a write."""
    return events.mark_of(event) == write.entity and events.kind_of(event) is write.kind
