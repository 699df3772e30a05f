"""How each tool is doing, what it refused, and what its connector remembers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, delete, func, select

from syncd.errors import ToolError, whole
from syncd.model.ids import EntityId, PlanId, ToolName
from syncd.store import tables
from syncd.store.database import Database
from syncd.store.rows import Prepared, ToolProblem, moment_of, moment_text, put, read_or

T = tables.tools.c
P = tables.problems.c
M = tables.memory.c

_OF = P.plan == bindparam("p"), P.tool == bindparam("t"), P.entity == bindparam("e")
_CLEAR = Prepared(delete(tables.problems).where(*_OF))
_CLEAR_FIELD = Prepared(delete(tables.problems).where(*_OF, P.field == bindparam("f")))
_FORGET_REFUSALS = Prepared(
    delete(tables.problems).where(P.plan == bindparam("p"), P.refused != "")
)
_PROBLEMS = Prepared(
    select(tables.problems)
    .where(P.plan == bindparam("plan"), P.tool == func.coalesce(bindparam("tool"), P.tool))
    .order_by(P.tool, P.entity, P.field)
)
_PUT_PROBLEM = put(
    tables.problems, ("plan", "tool", "entity", "field"), ("sentence", "refused")
)
_GET = Prepared(
    select(tables.tools).where(T.plan == bindparam("plan"), T.tool == bindparam("tool"))
)
_SAVE = put(tables.tools, ("plan", "tool"))
_RECALL = Prepared(
    select(M.value).where(
        M.plan == bindparam("plan"), M.owner == bindparam("owner"), M.name == bindparam("name")
    )
)
_REMEMBER = put(tables.memory, ("plan", "owner", "name"))
_FORGET = Prepared(
    delete(tables.memory).where(M.plan == bindparam("plan"), M.owner == bindparam("owner"))
)
_WAITING = Prepared(
    select(func.count()).where(
        tables.dirty.c.plan == bindparam("plan"), tables.dirty.c.tool == bindparam("tool")
    )
)


ENGINE = "engine"
DAEMON = "daemon"
OURS = frozenset({ENGINE, DAEMON, "schedule"})
"""Whose memory holds what syncd notes for all tools."""


class ToolState(StrEnum):
    """How a tool is doing, in the words that a person reads."""

    OK = "ok"
    BACKING_OFF = "backing off"
    SIGN_IN = "needs sign-in"
    HELD = "held"
    DEGRADED = "degraded"


class Consent(StrEnum):
    """What the person said of a held plan."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRow:
    """A tool, as the last cycle left it.

    held: the plan that waits for a decision: ``{"hash", "why", "lines"}``.
    consent: the hash that was decided on, and how.
    full_on: the day of the last full decision.
    """

    tool: ToolName
    state: ToolState = ToolState.OK
    message: str = ""
    until: datetime | None = None
    last_ok: datetime | None = None
    cursor: str | None = None
    held: Mapping[str, Any] = field(default_factory=dict)
    consent: str | None = None
    consent_kind: Consent | None = None
    full_on: date | None = None
    failures: int = 0


class ToolStore:
    """The tools of one plan."""

    def __init__(self, database: Database, plan: PlanId) -> None:
        self._database = database
        self._plan = plan

    def get(self, tool: ToolName) -> ToolRow:
        """Return a tool's row; a fresh one for a tool never seen."""
        which = {"plan": self._plan, "tool": tool}
        with self._database.transaction() as connection:
            row = _GET.first(connection, which)
        return _tool(row) if row else ToolRow(tool=tool)

    def save(self, row: ToolRow) -> None:
        """Write a tool's row, whole."""
        values = {
            "plan": self._plan,
            "tool": row.tool,
            "state": row.state,
            "message": whole(row.message),
            "until": moment_text(row.until),
            "last_ok": moment_text(row.last_ok),
            "cursor": row.cursor,
            "held": json.dumps(dict(row.held)) if row.held else None,
            "consent": row.consent,
            "consent_kind": row.consent_kind,
            "full_on": row.full_on.isoformat() if row.full_on else None,
            "failures": row.failures,
        }
        with self._database.transaction() as connection:
            _SAVE.run(connection, values)

    def problems(self, tool: ToolName | None = None) -> list[ToolProblem]:
        """Return the open problems, of one tool or of all."""
        which = {"plan": self._plan, "tool": tool}
        with self._database.transaction() as connection:
            rows = _PROBLEMS.rows(connection, which)
        return [
            ToolProblem(
                tool=row.tool,
                entity=row.entity or None,
                field=row.field,
                sentence=row.sentence,
                refused=row.refused,
            )
            for row in rows
        ]

    def put_problems(self, problems: Iterable[ToolProblem]) -> None:
        """Write problems down, each in place of the older one of its field."""
        rows = [
            {
                "plan": self._plan,
                "tool": problem.tool,
                "entity": problem.entity or "",
                "field": problem.field,
                "sentence": whole(problem.sentence),
                "refused": problem.refused,
            }
            for problem in problems
        ]
        if not rows:
            return
        with self._database.transaction() as connection:
            _PUT_PROBLEM.run_all(connection, rows)

    def clear_problems(
        self, tool: ToolName, entity: EntityId | None, *, field: str | None = None
    ) -> None:
        """Take the problems of an entity (None: of the tool itself) off."""
        which = {"p": self._plan, "t": tool, "e": entity or ""}
        with self._database.transaction() as connection:
            if field is None:
                _CLEAR.run(connection, which)
            else:
                _CLEAR_FIELD.run(connection, {**which, "f": field})

    def forget_refusals(self) -> None:
        """Take the problems off that are a tool's refusal of a write."""
        with self._database.transaction() as connection:
            _FORGET_REFUSALS.run(connection, {"p": self._plan})

    def remember(self, owner: str, name: str, value: Any) -> None:
        """Keep a JSON value under (owner, name)."""
        row = {"plan": self._plan, "owner": owner, "name": name, "value": json.dumps(value)}
        with self._database.transaction() as connection:
            _REMEMBER.run(connection, row)

    def forget(self, owner: str) -> None:
        """Drop everything that was kept for an owner."""
        with self._database.transaction() as connection:
            _FORGET.run(connection, {"plan": self._plan, "owner": owner})

    def recall(self, owner: str, name: str) -> Any:
        """Return what was kept under (owner, name), or None.

        What the engine and its schedule noted, and can't be read, was not noted: that costs a
        look or a question more. What a tool remembers is nothing to guess at: ``ValueError``.
        """
        which = {"plan": self._plan, "owner": owner, "name": name}
        with self._database.transaction() as connection:
            row = _RECALL.first(connection, which)
        if row is None:
            return None
        ours = owner.partition(":")[0] in OURS
        return read_or(json.loads, row[0], None) if ours else json.loads(row[0])

    def waiting(self, tool: ToolName) -> int:
        """Return how many entities wait to be written to a tool."""
        which = {"plan": self._plan, "tool": tool}
        with self._database.transaction() as connection:
            return _WAITING.number(connection, which)


class ToolMemory:
    """What one connector remembers; the ``Memory`` of its contract."""

    def __init__(self, store: ToolStore, owner: str) -> None:
        self._store = store
        self._owner = owner

    def get(self, name: str) -> Any:
        """Return what was put under ``name``, or None.

        Raises ``ToolError`` where it can't be read any more.
        """
        try:
            return self._store.recall(self._owner, name)
        except ValueError as error:
            raise ToolError(
                f"What syncd remembers of this tool ('{name}') can't be read: put a copy of the"
                " state back, or move the state folder away and sync."
            ) from error

    def put(self, name: str, value: Any) -> None:
        """Keep ``value`` under ``name``, durably, before returning."""
        self._store.remember(self._owner, name, value)


def _tool(row: Any) -> ToolRow:
    """Return a tool's row; a column that can't be read tells nothing, and costs no more."""
    consent_kind = read_or(Consent, row.consent_kind, None)
    return ToolRow(
        tool=ToolName(row.tool),
        state=read_or(ToolState, row.state, ToolState.DEGRADED),
        message=row.message,
        until=read_or(_moment, row.until, None),
        last_ok=read_or(_moment, row.last_ok, None),
        cursor=row.cursor,
        held=read_or(_held, row.held, {}),
        consent=row.consent,
        consent_kind=consent_kind,
        full_on=read_or(date.fromisoformat, row.full_on, None),
        failures=read_or(int, row.failures, 0),
    )


def _moment(text: str) -> datetime | None:
    """Return an instant; a time without a zone is none."""
    at = moment_of(text)
    if at is None or at.tzinfo is None:
        raise ValueError(text)
    return at


def _held(text: str) -> Mapping[str, Any]:
    return dict(json.loads(text))
