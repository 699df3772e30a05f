"""What may fail again and again: each kind of failure is told once, and then the recovery."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from syncd.daemon.logging import whereabouts
from syncd.errors import SyncdError
from syncd.logs import get_logger

log = get_logger("syncd.daemon")
Tell = Callable[[str, Exception], None]


class Trouble:
    """Failures of one thing that the daemon does.

    cannot: what is said where a sentence tells the person what to do; broke: where nobody
    thought of it; works: once a whole turn went well.
    """

    def __init__(self, *, cannot: str, broke: str, works: str) -> None:
        self._cannot, self._broke, self._works = cannot, broke, works
        self._told: set[str] = set()
        self._failing: set[str] = set()

    @contextmanager
    def contained(self, *, all_parts: bool = True) -> Iterator[Tell]:
        """Take one turn: no exception leaves it. Gives what tells of a part that failed.

        all_parts: each part is tried in this turn; else those that failed fail until
        they are settled.
        """
        self._failing = set() if all_parts else self._failing - {""}
        try:
            yield self.tell
        except Exception as error:  # noqa: BLE001 - what is told here must not end the daemon
            self.tell("", error)
        if self._told and not self._failing:
            self._told.clear()
            log.info(self._works)

    def tell(self, which: str, error: Exception) -> None:
        """Tell of a failure (of a part that has a name), unless its kind was told."""
        self._failing.add(which)
        known = isinstance(error, SyncdError)
        kind = str(error) if known else whereabouts(error)
        if kind in self._told:
            return
        self._told.add(kind)
        part = {"which": which} if which else {}
        if known:
            log.warning(self._cannot, hint=kind, **part)
        else:
            log.error(self._broke, trouble=kind, **part)

    def settled(self, which: str) -> None:
        """A part that has a name is no longer in trouble."""
        self._failing.discard(which)
