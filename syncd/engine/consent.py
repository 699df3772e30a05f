"""What the person said of a held plan, and for what it still holds."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto

from syncd.engine.hold import PendingApproval
from syncd.errors import Mistake
from syncd.model.ids import EntityId, ToolName
from syncd.store.store import Store
from syncd.store.tool_store import Consent, ToolState

APPROVED_REMOVALS = "consented"
"""Under this name the engine remembers which removals were approved."""
EVERYWHERE = "engine"
"""Whose memory holds the removals that were approved where they began."""
MOST = 20_000
"""How many approved removals are remembered."""


class Decision(Enum):
    """What is known of the person's will about a held plan."""

    NONE = auto()
    APPROVED = auto()
    REJECTED = auto()


def take_approval(store: Store, tool: ToolName, hold: PendingApproval) -> Decision:
    """Return what was said of exactly this plan; what was said holds once."""
    row = store.tools.get(tool)
    if row.consent is None or row.consent != hold.hash or row.consent_kind is None:
        return Decision.NONE
    store.tools.save(replace(row, consent=None, consent_kind=None, held={}))
    approved = row.consent_kind is Consent.APPROVED
    return Decision.APPROVED if approved else Decision.REJECTED


def expire_approval(store: Store, tool: ToolName) -> None:
    """What was said of a plan that is no longer held means nothing any more."""
    row = store.tools.get(tool)
    if row.consent is not None:
        store.tools.save(replace(row, consent=None, consent_kind=None))


def record_approval(
    store: Store, tool: ToolName, consent: Consent, expected: str | None = None
) -> None:
    """Write down what the person says of the plan for which a tool is held.

    ``expected`` is the hash that the person was shown, if they give it.
    """
    with store.transaction():
        row = store.tools.get(tool)
        if row.state is not ToolState.HELD or not row.held:
            message = f"{tool} is not held: there is nothing to decide; see `syncd status`."
            raise Mistake(message)
        if expected is not None and expected != row.held["hash"]:
            message = (
                f"What {tool} is held for has changed ({row.held['hash']} now): look at"
                " `syncd status` again and decide on that."
            )
            raise Mistake(message)
        store.tools.save(replace(row, consent=row.held["hash"], consent_kind=consent))


def remember_approved(
    store: Store, ids: Iterable[EntityId], at: datetime, *, owner: str = EVERYWHERE
) -> None:
    """Remember that the removal of these, archived ``at`` this moment, was approved."""
    known = [
        *(store.tools.recall(owner, APPROVED_REMOVALS) or ()),
        *(_removal_key(one, at) for one in ids),
    ]
    store.tools.remember(owner, APPROVED_REMOVALS, known[-MOST:])


def remember_approved_removals(store: Store, tool: ToolName, ids: Iterable[EntityId]) -> None:
    """Remember that their removal from this one tool was approved."""
    for one, at in _archived_at(store, ids).items():
        remember_approved(store, [one], at, owner=owner_of(tool))


def approved_removals(store: Store, tool: ToolName, ids: Iterable[EntityId]) -> set[EntityId]:
    """Return those of these whose removal was approved: this one, not an earlier one."""
    keys = set(store.tools.recall(EVERYWHERE, APPROVED_REMOVALS) or ())
    keys |= set(store.tools.recall(owner_of(tool), APPROVED_REMOVALS) or ())
    if not keys:
        return set()
    return {
        one for one, at in _archived_at(store, ids).items() if _removal_key(one, at) in keys
    }


def owner_of(tool: ToolName) -> str:
    """Return under whose name the engine remembers what concerns one tool."""
    return f"engine:{tool}"


def _archived_at(store: Store, ids: Iterable[EntityId]) -> dict[EntityId, datetime]:
    authors = {one: it.authors.get("archived") for one, it in store.plan.many(ids).items()}
    return {one: it.at for one, it in authors.items() if it is not None and it.at is not None}


def _removal_key(entity: EntityId, at: datetime) -> str:
    return f"{entity} {at.isoformat()}"
