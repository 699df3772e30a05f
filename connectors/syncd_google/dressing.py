"""What a new block looks like beside what it says: its goal's colour, its reminder."""

from collections.abc import Iterable, Mapping
from typing import Any

from syncd.connect.contract import ConnectorMemory
from syncd_google.settings import GoogleSettings

_COLOURS = tuple(str(number) for number in range(1, 12))  # those that events can have
_KEPT = "colours"


class Dressing:
    """Gives each goal a colour of its own, for as long as there are enough."""

    def __init__(self, memory: ConnectorMemory, settings: GoogleSettings) -> None:
        self._memory = memory
        self._minutes = settings.reminder_minutes

    def reminders(self) -> dict[str, Any]:
        """Return the reminders of a new block."""
        if self._minutes == "default":
            return {"useDefault": True}
        one = {"method": "popup", "minutes": self._minutes}
        return {"useDefault": False, "overrides": [] if self._minutes == "none" else [one]}

    def colour(self, goal: str | None) -> str | None:
        """Return a goal's colour, chosen where it has none; None is the calendar's own."""
        if not goal:
            return None
        colours = self._colours()
        if goal not in colours:
            colours[goal] = _next(colours)
            self._memory.put(_KEPT, colours)
        return colours[goal]

    def learn(self, shown: Iterable[tuple[str, str]]) -> None:
        """Keep the colours that goals are seen with, where none is remembered.

        So goals keep theirs when syncd's memory is lost.
        """
        known = self._colours()
        seen = {goal: colour for goal, colour in shown if colour in _COLOURS}
        if not set(seen) <= set(known):
            self._memory.put(_KEPT, {**seen, **known})

    def _colours(self) -> dict[str, str]:
        kept = self._memory.get(_KEPT)
        return dict(kept) if isinstance(kept, Mapping) else {}


def _next(colours: Mapping[str, str]) -> str:
    """Return the colour that the fewest goals have, the first of these."""
    used = list(colours.values())
    return min(_COLOURS, key=used.count)
