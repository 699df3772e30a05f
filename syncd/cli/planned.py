"""What a cycle did to learning blocks by itself."""

from dataclasses import dataclass

from syncd.engine.rules import BY
from syncd.model.entities import Kind
from syncd.store.history_store import HistoryStore

_MANY = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """How many blocks syncd placed, moved and took away; what people moved is no part."""

    placed: int = 0
    moved: int = 0
    removed: int = 0

    @property
    def sentence(self) -> str:
        """Return it in words; nothing if there is nothing to tell."""
        counts = ((self.placed, "placed"), (self.moved, "moved"), (self.removed, "removed"))
        said = [f"{number} {word}" for number, word in counts if number]
        if not said:
            return ""
        one = sum(number for number, _ in counts) == 1
        noun = "Learning block" if one else "Learning blocks"
        return f"{noun}: {', '.join(said)} (`syncd schedule`)."


def planned_since(history: HistoryStore, cycle: int) -> Planned:
    """Return what syncd itself did to blocks after a cycle."""
    rows = [
        row
        for number in range(cycle + 1, history.last_cycle() + 1)
        for row in history.rows(cycle=number, limit=_MANY)
        if row.kind is Kind.BLOCK and row.by.startswith(BY)
    ]
    placed = {row.entity for row in rows if row.field == ""}
    removed = {row.entity for row in rows if row.field == "archived" and row.after}
    moved = {row.entity for row in rows if row.field in ("start", "end")}
    return Planned(
        placed=len(placed - removed),
        moved=len(moved - placed - removed),
        removed=len(removed - placed),
    )
