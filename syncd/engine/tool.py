"""A tool as the engine works with it: its connector and the person's rules for it."""

from dataclasses import dataclass, field
from enum import StrEnum

from syncd.connect.contract import Connector
from syncd.model.ids import ToolName
from syncd.sync.brakes import Limits


class OnDelete(StrEnum):
    """What a deletion in a tool means: archive everywhere, or forget it there only."""

    ARCHIVE = "archive"
    FORGET = "forget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One enabled tool."""

    name: ToolName
    title: str
    connector: Connector
    on_delete: OnDelete = OnDelete.ARCHIVE
    limits: Limits = field(default_factory=Limits)
