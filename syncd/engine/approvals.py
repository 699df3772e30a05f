"""What a held tool waits for, bound to a hash; what the person decided of it, and for what that still holds."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from syncd.engine.pull import PullResult
from syncd.engine.rules import is_over
from syncd.engine.tool import OnDelete
from syncd.errors import Mistake
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, ToolName
from syncd.model.remote import Carried, Op, Remote
from syncd.model.schema import fields_to_json
from syncd.store.rows import Link
from syncd.store.store import Store
from syncd.store.tool_store import Consent, ToolState
from syncd.sync.decide import Operation, Presence
from syncd.sync.limits import CycleLoad, LimitKind, Limits, check_limits


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingApproval:
    """Why a tool is held, and exactly what would be done if it were not."""

    about: LimitKind
    why: str
    hash: str
    lines: tuple[str, ...] = ()


def check_pull(result: PullResult, store: Store) -> PendingApproval | None:
    """Look at what reading a tool brought, before any of it is believed."""
    tool = result.tool
    capabilities = tool.connector.capabilities
    counts = tool.on_delete is OnDelete.ARCHIVE
    absent = [*result.gone, *result.unread]
    cleared = _cleared_up(absent, store)
    gone = [
        link
        for link in absent
        if link.entity not in cleared and _matters(capabilities[link.kind], counts=counts)
    ]
    edited = [item for item in result.changed if edits(result, item)]
    copies = copies_in(result, store)
    alarm = check_limits(
        CycleLoad(
            holds=store.links.count(tool.name) - len(cleared),
            gone=len(gone),
            changed=len(edited),
            copies=len(copies),
        ),
        tool.limits,
    )
    if alarm is None:
        return None
    lines = [f"gone: {_name(link)}" for link in gone]
    lines += [f"changed: {item.fields.get('title', item.id)}" for item in edited]
    lines += [f"second copy: {item.fields.get('title', item.id)}" for item in copies]
    secret = [str(link.entity) for link in gone]
    secret += [f"{item.id} {_shown(item)}" for item in edited]
    secret += [item.id for item in copies]
    return PendingApproval(
        about=alarm.about, why=alarm.why, hash=_hash(secret), lines=tuple(sorted(lines))
    )


def check_removals(
    holds: int, removes: Sequence[Operation], limits: Limits
) -> PendingApproval | None:
    """Look at what would be removed in a tool, before any of it is sent."""
    alarm = check_limits(CycleLoad(holds=holds, removes=len(removes)), limits)
    if alarm is None:
        return None
    lines = tuple(sorted(f"remove: {removal.title}" for removal in removes))
    secret = _hash([removal.entity for removal in removes])
    return PendingApproval(about=alarm.about, why=alarm.why, hash=secret, lines=lines)


def container_lost(why: str) -> PendingApproval:
    """A whole container is gone or unreadable: that alone is what is decided on."""
    return PendingApproval(about=LimitKind.CONTAINER, why=why.rstrip("."), hash=_hash([why]))


def removals(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations that remove what the plan itself let go of.

    Learning blocks are none of them: syncd places them, and takes them away again.
    """
    lost = (
        operation
        for operation in operations
        if operation.op is Op.DELETE and not operation.withdraws
    )
    return [operation for operation in lost if operation.kind is not Kind.BLOCK]


def edits(result: PullResult, item: Remote) -> bool:
    """Say whether an item shows an edit of its user."""
    link = result.links.get(item.id)
    if link is None or link.presence is not Presence.PRESENT:
        return False
    carried = result.tool.connector.capabilities[item.kind]
    counts = carried.editable - carried.fallen(item.fields, link.base)
    return any(
        value != link.base.get(name) for name, value in item.fields.items() if name in counts
    )


def copies_in(result: PullResult, store: Store) -> list[Remote]:
    """Return new items that look like ones the tool holds already."""
    fresh = [item for item in result.changed if item.id not in result.links]
    if len(fresh) <= result.tool.limits.max_deletes:
        return []
    return [item for item in fresh if _has_twin(result, item, store)]


def _cleared_up(gone: Iterable[Link], store: Store) -> set[EntityId]:
    """Return the learning blocks among what is gone whose end was written down already.

    They weigh neither as a loss nor as a part of what is held.
    """
    blocks = [link.entity for link in gone if link.kind is Kind.BLOCK]
    return {
        block for block, record in store.plan.many(blocks).items() if is_over(record.entity)
    }


def _matters(carried: Carried, *, counts: bool) -> bool:
    """Say whether an item's being gone changes the plan."""
    return bool(carried.gone) or (counts and carried.delete_archives)


def _has_twin(result: PullResult, item: Remote, store: Store) -> bool:
    title = str(item.fields.get("title") or "")
    alike = [record.entity.id for record in store.plan.titled(item.kind, title)]
    if item.mark:
        alike.append(item.mark)
    links = store.links.of_entities(result.tool.name, alike)
    return any(link.presence is Presence.PRESENT for link in links.values())


def _name(link: Link) -> str:
    return str(link.base.get("title") or link.remote)


def _shown(item: Remote) -> str:
    return json.dumps(fields_to_json(item.fields), sort_keys=True)


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:12]


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
        *(_removal_key(entity, at) for entity in ids),
    ]
    store.tools.remember(owner, APPROVED_REMOVALS, known[-MOST:])


def remember_approved_removals(store: Store, tool: ToolName, ids: Iterable[EntityId]) -> None:
    """Remember that their removal from this one tool was approved."""
    for entity, at in _archived_at(store, ids).items():
        remember_approved(store, [entity], at, owner=owner_of(tool))


def approved_removals(store: Store, tool: ToolName, ids: Iterable[EntityId]) -> set[EntityId]:
    """Return those of these whose removal was approved: this one, not an earlier one."""
    keys = set(store.tools.recall(EVERYWHERE, APPROVED_REMOVALS) or ())
    keys |= set(store.tools.recall(owner_of(tool), APPROVED_REMOVALS) or ())
    if not keys:
        return set()
    return {
        entity
        for entity, at in _archived_at(store, ids).items()
        if _removal_key(entity, at) in keys
    }


def owner_of(tool: ToolName) -> str:
    """Return under whose name the engine remembers what concerns one tool."""
    return f"engine:{tool}"


def _archived_at(store: Store, ids: Iterable[EntityId]) -> dict[EntityId, datetime]:
    authors = {
        entity: record.authors.get("archived")
        for entity, record in store.plan.many(ids).items()
    }
    return {
        entity: author.at
        for entity, author in authors.items()
        if author is not None and author.at is not None
    }


def _removal_key(entity: EntityId, at: datetime) -> str:
    return f"{entity} {at.isoformat()}"
