"""How far a long sync is: a bar where a person watches, and how long it will take."""

from collections.abc import Callable, Mapping
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

from syncd.connect.network import RateLimit
from syncd.model.ids import ToolName
from syncd.store.tool_store import ToolStore

LONG = 5.0
"""Seconds of a pause that is worth a word."""
MANY = 20
"""Entities that wait for a tool before there is a bar for it."""


class Estimate:
    """Says how long a tool takes by its service's rate limit, each time a minute is over."""

    def __init__(
        self,
        titles: Mapping[ToolName, str],
        rate_limit: Callable[[ToolName], RateLimit | None],
        pause: Callable[[ToolName], float],
        say: Callable[[str], None],
    ) -> None:
        self._titles = titles
        self._rate_limit = rate_limit
        self._pause = pause
        self._say = say
        self._pausing: set[ToolName] = set()
        self._told: dict[ToolName, int] = {}

    def look(self, name: ToolName, left: int) -> None:
        """See how many entities wait for a tool, and whether its service is waited for."""
        self._look_at_pause(name)
        rate_limit = self._rate_limit(name)
        if rate_limit is None or left < rate_limit.per_minute:
            return
        minutes = max(1, round(left / rate_limit.per_minute))
        if minutes >= self._told.get(name, minutes + 1):
            return
        self._told[name] = minutes
        self._say(
            f"{self._titles[name]} takes {rate_limit.per_minute:,} {rate_limit.items} a minute:"
            f" about {minutes} minute{'s' if minutes > 1 else ''} left."
        )

    def _look_at_pause(self, name: ToolName) -> None:
        """Say once of each longer pause when it is over."""
        seconds = self._pause(name)
        if seconds <= 0:
            self._pausing.discard(name)
        elif seconds >= LONG and name not in self._pausing:
            self._pausing.add(name)
            self._say(f"{self._titles[name]} goes on in {seconds:.0f} seconds.")


class Progress:
    """Shows how many entities still wait to be decided or written, per tool.

    ``on``: with a bar.
    """

    def __init__(
        self,
        console: Console,
        store: ToolStore,
        titles: Mapping[ToolName, str],
        estimate: Estimate,
        *,
        on: bool,
    ) -> None:
        self._store = store
        self._titles = titles
        self._estimate = estimate
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
        for name, title in self._titles.items():
            left = self._store.waiting(name)
            self._estimate.look(name, left)
            most = self._most[name] = max(left, self._most.get(name, 0))
            if not self._on or most < MANY:
                continue
            if name not in self._rows:
                self._rows[name] = self._bars.add_task(title, total=most)
            self._bars.update(self._rows[name], total=most, completed=most - left)
