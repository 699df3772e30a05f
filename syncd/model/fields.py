"""What a field is: its type, the words it allows, what it refers to."""

import dataclasses
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any


class FieldType(Enum):
    """The types of fields, and the Python value each holds."""

    TEXT = auto()  # str, "" when empty
    WORD = auto()  # one of a StrEnum, or None
    INT = auto()  # int or None
    NUMBER = auto()  # float or None
    PRIORITY = auto()  # int 1 (highest) to 4, or None
    BOOL = auto()  # bool
    DATE = auto()  # date or None
    DUE = auto()  # date, Moment or None
    MOMENT = auto()  # Moment or None
    REF = auto()  # an id or None
    REFS = auto()  # frozenset of ids
    LABELS = auto()  # frozenset of str
    PAIRS = auto()  # tuple of (str, str)


SETS = frozenset({FieldType.REFS, FieldType.LABELS})
REFERENCES = frozenset({FieldType.REF, FieldType.REFS})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field of a kind.

    ``derived`` fields are computed by syncd and never taken from a tool.
    ``target`` is the name of the kind that a reference points to.
    """

    name: str = ""
    default: Any = None
    words: type[StrEnum] | None = None
    target: str | None = None
    derived: bool = False
    type: FieldType


def spec(
    kind: FieldType,
    default: Any,
    *,
    words: type[StrEnum] | None = None,
    target: str | None = None,
    derived: bool = False,
) -> Any:
    """Return a dataclass field that carries its ``FieldSpec``."""
    it = FieldSpec(type=kind, default=default, words=words, target=target, derived=derived)
    return dataclasses.field(default=default, metadata={"spec": it})
