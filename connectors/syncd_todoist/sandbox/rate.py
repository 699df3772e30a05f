"""How often an account may be asked: so many syncs in fifteen minutes."""

from collections import deque
from datetime import datetime, timedelta

from syncd_todoist.sandbox.state import State
from syncd_todoist.sandbox.wire import too_many

_WINDOW = timedelta(minutes=15)


class Rate:
    """Counts the syncs of one account, full ones and partial ones."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._asked: dict[bool, deque[datetime]] = {True: deque(), False: deque()}

    def count(self, *, full: bool) -> None:
        """Count a sync. Refuses one too many, saying how many seconds to wait."""
        limits, now = self._state.switches.limits, self._state.clock.now()
        asked = self._asked[full]
        while asked and asked[0] <= now - _WINDOW:
            asked.popleft()
        if len(asked) >= (limits.full_syncs if full else limits.partial_syncs):
            raise too_many(int((asked[0] + _WINDOW - now).total_seconds()) + 1)
        asked.append(now)
