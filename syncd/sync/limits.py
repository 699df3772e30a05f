"""Limits: where one cycle would do too much in one tool, ask first."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one cycle may do without asking: over the count *and* over the share."""

    max_deletes: int = 5
    max_delete_share: float = 0.2
    max_change_share: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleLoad:
    """What one cycle would do, in entities of one tool.

    holds: those it holds now. gone: removed there, by evidence, or missing from a
    listing where reading them one by one would be too much. changed: whose fields
    its user changed. copies: new items that look like ones it holds already.
    removes: that syncd would remove there.
    """

    holds: int
    gone: int = 0
    changed: int = 0
    copies: int = 0
    removes: int = 0


class LimitKind(StrEnum):
    """What there was too much of at once."""

    GONE = "gone"
    REMOVES = "removes"
    CHANGED = "changed"
    COPIES = "copies"
    CONTAINER = "container"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitExceeded:
    """What was found to be too much, and that in words."""

    about: LimitKind
    why: str


def check_limits(load: CycleLoad, limits: Limits) -> LimitExceeded | None:
    """Return why the tool is held, or None where it may go on."""
    most, holds = limits.max_deletes, load.holds
    if _over(load.gone, holds, most, limits.max_delete_share):
        why = f"{load.gone} of {holds} items are gone there at once"
        return LimitExceeded(about=LimitKind.GONE, why=why)
    if _over(load.removes, holds, most, limits.max_delete_share):
        why = f"{load.removes} of {holds} items would be removed there at once"
        return LimitExceeded(about=LimitKind.REMOVES, why=why)
    if _over(load.changed, holds, most, limits.max_change_share):
        why = f"{load.changed} of {holds} items were changed there at once"
        return LimitExceeded(about=LimitKind.CHANGED, why=why)
    if _over(load.copies, holds, most, limits.max_change_share):
        why = f"{load.copies} items there look like second copies of the {holds} it holds"
        return LimitExceeded(about=LimitKind.COPIES, why=why)
    return None


def most_direct_reads(holds: int, limits: Limits) -> int:
    """Return how many missing items are worth a direct read in one cycle.

    One more than the limits allow: enough to know that they are over.
    """
    return max(limits.max_deletes, int(holds * limits.max_delete_share)) + 1


def _over(count: int, holds: int, most: int, share: float) -> bool:
    return count > most and count > holds * share
