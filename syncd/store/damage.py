"""Rows that can't be read: kept as they are, left alone, and told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What reading a row may raise that holds something else than syncd writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One row that can't be read.

    key: the entity's id, or a row's own number or key. kind: as the row says. of: the
    tool, or the entity, whose row it is.
    """

    table: str
    key: str
    kind: str
    of: str = ""
    why: str = ""


class Damaged:
    """The rows of one table that could not be read when that was last tried."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._found: dict[str, Damage] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def __contains__(self, key: object) -> bool:
        return key in self._found

    def __iter__(self) -> Iterator[Damage]:
        return iter(list(self._found.values()))

    def keys(self) -> list[str]:
        """Return the keys of the rows."""
        return list(self._found)

    def note(self, key: str, *, kind: str, of: str = "", why: str = "") -> None:
        """Remember a row that can't be read."""
        self._found[key] = Damage(table=self._table, key=key, kind=kind, of=of, why=why)

    def read(self, row: Any, key: str, load: Callable[[Any], T], *, of: str = "") -> T | None:
        """Return what ``load`` makes of a row; None, and remember it, where it can't."""
        try:
            found = load(row)
        except UNREADABLE as error:
            kind = str(getattr(row, "kind", ""))
            self.note(key, kind=kind, of=of, why=type(error).__name__)
            return None
        if self._found:
            self._found.pop(key, None)  # somebody mended it
        return found
