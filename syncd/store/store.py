"""The store of one plan: its parts over one database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncd.clock import Clock
from syncd.model.ids import PlanId
from syncd.private import make_folder
from syncd.store.database import Database
from syncd.store.history_store import HistoryStore
from syncd.store.journal import Journal
from syncd.store.link_store import LinkStore
from syncd.store.outbox import Outbox
from syncd.store.plan_store import PlanStore
from syncd.store.tool_store import ToolStore

MAIN = PlanId("main")
"""The plan of a person who has one."""


class Store:
    """Everything that syncd keeps of one plan."""

    def __init__(self, database: Database, plan: PlanId = MAIN) -> None:
        self._database = database
        self._plan = plan
        self.plan = PlanStore(database, plan)
        self.links = LinkStore(database, plan)
        self.journal = Journal(database, plan)
        self.history = HistoryStore(database, plan)
        self.tools = ToolStore(database, plan)
        self.outbox = Outbox(database, plan)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do several things at once, or none of them."""
        with self._database.transaction():
            yield

    def copy(self) -> "Store":
        """Return a copy in memory; what is written to it is lost with it."""
        return Store(self._database.copy(), self._plan)

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def open_store(directory: Path, plan: PlanId = MAIN, clock: Clock | None = None) -> Store:
    """Open (and make, and upgrade) the database of a state directory.

    Raises ``StateTrouble``. The clock dates the copy that is kept before an upgrade.
    """
    make_folder(directory)
    return Store(Database(directory / "syncd.db", clock), plan)


def private_store(plan: PlanId = MAIN) -> Store:
    """Return an empty store in memory."""
    return Store(Database(None), plan)
