"""A connector that only reads: what a dry run works with."""

from collections.abc import Sequence
from typing import Any

from syncd.connect.contract import Connector, Outcome
from syncd.errors import HoldTool, Mistake, Unclear
from syncd.model.remote import Binding, Pull, Write


class ReadOnly:
    """Wraps a connector: reads go through, nothing is ever written."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._missing: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        """Everything else is the wrapped connector's own."""
        return getattr(self._connector, name)

    def bind(self) -> Binding:
        """Find the containers; remember which are missing."""
        binding = self._connector.bind()
        self._missing = binding.missing
        return binding

    def provision(self) -> None:
        """Make nothing."""

    def pull(self, cursor: str | None) -> Pull:
        """Read; where the containers are still to be made there is nothing to read."""
        try:
            return self._connector.pull(cursor)
        except (HoldTool, Mistake):
            if not self._missing:
                raise
            return Pull()

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Refuse: what was in flight stays in flight."""
        message = "A dry run writes nothing: this write is looked into by the next cycle."
        return [Unclear(message) for _ in writes]
