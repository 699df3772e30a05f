"""A bar for a long sync, where a person watches."""

from collections.abc import Mapping
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

from syncd.model.ids import ToolName
from syncd.store.tool_store import ToolStore

MANY = 20
"""Entities that wait for a tool before there is a bar for it."""


class Progress:
    """Shows how many entities still wait to be decided or written, per tool."""

    def __init__(
        self, console: Console, store: ToolStore, titles: Mapping[ToolName, str], *, on: bool
    ) -> None:
        self._store = store
        self._titles = titles
        self._on = on
        self._most: dict[ToolName, int] = {}
        self._rows: dict[ToolName, TaskID] = {}
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bars = Bars(*columns, console=console, transient=True, disable=not on)

    def __enter__(self) -> "Progress":
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def look(self) -> None:
        """See how far it is."""
        if not self._on:
            return
        for name, title in self._titles.items():
            left = self._store.waiting(name)
            most = self._most[name] = max(left, self._most.get(name, 0))
            if most < MANY:
                continue
            if name not in self._rows:
                self._rows[name] = self._bars.add_task(title, total=most)
            self._bars.update(self._rows[name], total=most, completed=most - left)
