"""The end of a process, at a chosen moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from syncd.store.database import Database
from tests.engine.world import World


class Killed(BaseException):
    """The process ends here: nothing may catch this, and nothing is done after it."""


@dataclass
class Fate:
    """Counts the moments at which a process can end, and ends it at one of them.

    at: the number of that moment, from 1; 0 to live on.
    """

    at: int = 0
    moments: list[str] = field(default_factory=list)
    dead: bool = False

    def begin(self, at: int) -> None:
        """Count anew."""
        self.at, self.dead = at, False
        self.moments.clear()

    def moment(self, what: str) -> None:
        if self.dead:
            raise Killed(what)
        self.moments.append(what)
        if len(self.moments) == self.at:
            self.dead = True
            raise Killed(what)

    def meet(self, world: World) -> None:
        """Be there at every request of every service."""
        for name, service in world.services.items():
            service.faults.before = lambda _, name=name: self.moment(
                f"before sending to {name}"
            )
            service.faults.after = lambda _, name=name: self.moment(f"before {name} answers")
            service.faults.page = lambda _, name=name: self.moment(f"reading {name}")

    def leave(self, world: World) -> None:
        """Let the next process live."""
        self.at, self.dead = 0, False
        for service in world.services.values():
            service.faults.before = service.faults.after = service.faults.page = None


class Mortal(Database):
    """A database whose process may end just before or just after any commit."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate
        self._inside = False
        super().__init__(None)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self._lock:
            if self._fate.dead:
                raise Killed
            if self._inside:
                with super().transaction() as connection:
                    yield connection
                return
            self._inside = True
            try:
                yield from self._outermost()
            finally:
                self._inside = False

    def _outermost(self) -> Iterator[Connection]:
        with super().transaction() as connection:
            before = self._written()
            yield connection
            wrote = self._written() != before
            if wrote:
                self._fate.moment("before a commit")
        if wrote:
            self._fate.moment("after a commit")

    def _written(self) -> int:
        driver: Any = self._connection.connection.driver_connection
        return int(driver.total_changes)
