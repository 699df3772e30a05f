"""A tool as the engine works with it: its connector and the person's rules for it."""

from dataclasses import dataclass, field
from enum import StrEnum

from syncd.connect.contract import Connector
from syncd.connect.network import RateLimiter
from syncd.model.ids import ToolName
from syncd.redaction import Secrets
from syncd.sync.limits import Limits


class OnDelete(StrEnum):
    """What a deletion in a tool means: archive everywhere, or forget it there only."""

    ARCHIVE = "archive"
    FORGET = "forget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One enabled tool.

    limiter: where its requests are counted, and how fast they go. secrets: what no error of its
    connector may show.
    """

    name: ToolName
    title: str
    connector: Connector
    limiter: RateLimiter
    on_delete: OnDelete = OnDelete.ARCHIVE
    limits: Limits = field(default_factory=Limits)
    secrets: Secrets = field(default_factory=Secrets)
