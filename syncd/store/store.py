"""The store of one plan: its parts over one database; the journal of writes in flight."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, delete, func, select, text

from syncd.clock import Clock
from syncd.model.ids import EntityId, PlanId, ToolName
from syncd.model.remote import Write
from syncd.private import make_folder
from syncd.store import tables
from syncd.store.database import Damaged, Database
from syncd.store.history_store import HistoryStore
from syncd.store.link_store import LinkStore
from syncd.store.outbox import Outbox
from syncd.store.plan_store import PlanStore
from syncd.store.rows import Intent, Prepared, dump_write, load_write
from syncd.store.tool_store import ToolStore

I = tables.intents.c  # noqa: E741  # one letter a table, as in the other stores

_PLAN, _TOOL = I.plan == bindparam("plan"), I.tool == bindparam("tool")
_PENDING = Prepared(select(tables.intents).where(_PLAN, _TOOL).order_by(I.seq))
_TOOLS = Prepared(select(I.tool).where(_PLAN).distinct())
_ENTITIES = Prepared(select(I.entity).where(_PLAN, _TOOL))
_COUNT = Prepared(select(func.count()).where(_PLAN))
_CLOSE = Prepared(
    delete(tables.intents).where(I.plan == bindparam("p"), I.key == bindparam("k"))
)
_OPEN = Prepared(
    text(
        """
        INSERT INTO intents (plan, "key", tool, entity, seq, at, "write")
        SELECT :plan, :key, :tool, :entity,
          (SELECT coalesce(max(seq), 0) + 1 FROM intents), :at, :write
        WHERE :stamp IS NULL OR EXISTS (
          SELECT 1 FROM dirty
          WHERE plan = :plan AND tool = :tool AND entity = :entity AND stamp = :stamp)
        """
    )
)


class Journal:
    """The intents of one plan."""

    def __init__(self, database: Database, plan: PlanId) -> None:
        self._database = database
        self._plan = plan
        self.damaged = Damaged("intents")

    def open(
        self,
        tool: ToolName,
        writes: Iterable[Write],
        now: datetime,
        stamps: Mapping[EntityId, int] | None = None,
    ) -> list[Write]:
        """Write these down, in order, before they are sent; return those that were.

        stamps: the marks by which they were decided: what was marked anew since then is
        not to be sent as it was decided.
        """
        opened = []
        with self._database.transaction() as connection:
            for write in writes:
                row = {
                    "plan": self._plan,
                    "key": write.key,
                    "tool": tool,
                    "entity": write.entity,
                    "at": now.isoformat(),
                    "write": dump_write(write),
                    "stamp": stamps.get(write.entity) if stamps is not None else None,
                }
                if _OPEN.run(connection, row):
                    opened.append(write)
        return opened

    def pending(self, tool: ToolName) -> list[Intent]:
        """Return a tool's open intents, oldest first, but for those that can't be read."""
        which = {"plan": self._plan, "tool": tool}
        with self._database.transaction() as connection:
            rows = _PENDING.rows(connection, which)
        read = (self.damaged.read(row, row.entity, _intent, of=tool) for row in rows)
        return [intent for intent in read if intent is not None]

    def every(self) -> list[Intent]:
        """Return the open intents of all tools that can be read."""
        with self._database.transaction() as connection:
            rows = _TOOLS.rows(connection, {"plan": self._plan})
        tools = [ToolName(row[0]) for row in rows]
        return [intent for tool in tools for intent in self.pending(tool)]

    def entities(self, tool: ToolName) -> set[EntityId]:
        """Return the entities with an open intent in a tool."""
        with self._database.transaction() as connection:
            rows = _ENTITIES.rows(connection, {"plan": self._plan, "tool": tool})
        return {EntityId(row[0]) for row in rows}

    def count(self) -> int:
        """Return how many intents are open in all tools."""
        with self._database.transaction() as connection:
            return _COUNT.number(connection, {"plan": self._plan})

    def close(self, keys: Iterable[str]) -> None:
        """Take intents off whose outcome is known."""
        with self._database.transaction() as connection:
            for key in keys:
                _CLOSE.run(connection, {"p": self._plan, "k": key})


def _intent(row: Any) -> Intent:
    return Intent(
        tool=ToolName(row.tool),
        seq=row.seq,
        at=datetime.fromisoformat(row.at),
        write=load_write(row.write),
    )


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
