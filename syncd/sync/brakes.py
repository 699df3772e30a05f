"""The brakes: when one cycle would do too much in one tool, ask first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one cycle may do without asking: over the count *and* over the share."""

    max_deletes: int = 5
    max_delete_share: float = 0.2
    max_change_share: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
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


def brake(load: Load, limits: Limits) -> str | None:
    """Return why the tool is held, or None where it may go on."""
    if _over(load.gone, load.holds, limits.max_deletes, limits.max_delete_share):
        return f"{load.gone} of {load.holds} items are gone there at once"
    if _over(load.removes, load.holds, limits.max_deletes, limits.max_delete_share):
        return f"{load.removes} of {load.holds} items would be removed there at once"
    if _over(load.changed, load.holds, limits.max_deletes, limits.max_change_share):
        return f"{load.changed} of {load.holds} items were changed there at once"
    if _over(load.copies, load.holds, limits.max_deletes, limits.max_change_share):
        return f"{load.copies} items there look like second copies of the {load.holds} it holds"
    return None


def may_read(holds: int, limits: Limits) -> int:
    """Return how many missing items are worth a direct read in one cycle.

    One more than the brakes allow: enough to know that they are over.
    """
    return max(limits.max_deletes, int(holds * limits.max_delete_share)) + 1


def _over(count: int, holds: int, most: int, share: float) -> bool:
    return count > most and count > holds * share
