"""Ids: ULID-like text, made once, never reused."""

import hashlib
from datetime import datetime
from typing import NewType

from ulid import ULID

EntityId = NewType("EntityId", str)
PlanId = NewType("PlanId", str)
RemoteId = NewType("RemoteId", str)
ToolName = NewType("ToolName", str)


def new_id(now: datetime, entropy: bytes) -> EntityId:
    """Return a ULID of this moment; ``entropy`` is ten random bytes."""
    milliseconds = int(now.timestamp() * 1000)
    return EntityId(str(ULID.from_bytes(milliseconds.to_bytes(6, "big") + entropy)))


def derived_id(*parts: str) -> EntityId:
    """Return the id that always follows from ``parts``.

    What a rule of the plan makes gets such an id, so that making it twice makes
    the same thing.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return EntityId(str(ULID.from_bytes(digest[:16])))


def is_id(text: str) -> bool:
    """Say whether ``text`` has the shape of an id made by syncd."""
    try:
        ULID.from_str(text)
    except ValueError:
        return False
    return True
