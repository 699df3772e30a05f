"""Holding a tool: what it waits for, in words, bound to a hash."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syncd.engine.gather import PullResult
from syncd.engine.tool import OnDelete
from syncd.engine.vanished import is_over
from syncd.model.entities import Kind
from syncd.model.ids import EntityId
from syncd.model.remote import Carried, Op, Remote
from syncd.model.schema import fields_to_json
from syncd.store.rows import Link
from syncd.store.store import Store
from syncd.sync.decide import Operation, Presence
from syncd.sync.limits import CycleLoad, LimitKind, Limits, check_limits


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingApproval:
    """Why a tool is held, and exactly what would be done if it were not."""

    about: LimitKind
    why: str
    hash: str
    lines: tuple[str, ...] = ()


def check_pull(found: PullResult, store: Store) -> PendingApproval | None:
    """Look at what reading a tool brought, before any of it is believed."""
    tool = found.tool
    carries = tool.connector.carries
    counts = tool.on_delete is OnDelete.ARCHIVE
    absent = [*found.gone, *found.unread]
    cleared = _cleared_up(absent, store)
    gone = [
        link
        for link in absent
        if link.entity not in cleared and _matters(carries[link.kind], counts=counts)
    ]
    edited = [item for item in found.changed if edits(found, item)]
    copies = copies_in(found, store)
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
    lines = tuple(sorted(f"remove: {one.title}" for one in removes))
    secret = _hash([one.entity for one in removes])
    return PendingApproval(about=alarm.about, why=alarm.why, hash=secret, lines=lines)


def container_lost(why: str) -> PendingApproval:
    """A whole container is gone or unreadable: that alone is what is decided on."""
    return PendingApproval(about=LimitKind.CONTAINER, why=why.rstrip("."), hash=_hash([why]))


def removals(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations that remove what the plan itself let go of.

    Learning blocks are none of them: syncd places them, and takes them away again.
    """
    lost = (one for one in operations if one.op is Op.DELETE and not one.withdraws)
    return [one for one in lost if one.kind is not Kind.BLOCK]


def edits(found: PullResult, item: Remote) -> bool:
    """Say whether an item shows an edit of its user."""
    link = found.links.get(item.id)
    if link is None or link.presence is not Presence.PRESENT:
        return False
    carried = found.tool.connector.carries[item.kind]
    counts = carried.editable - carried.fallen(item.fields, link.base)
    return any(
        value != link.base.get(name) for name, value in item.fields.items() if name in counts
    )


def copies_in(found: PullResult, store: Store) -> list[Remote]:
    """Return new items that look like ones the tool holds already."""
    fresh = [item for item in found.changed if item.id not in found.links]
    if len(fresh) <= found.tool.limits.max_deletes:
        return []
    return [item for item in fresh if _has_twin(found, item, store)]


def _cleared_up(gone: Iterable[Link], store: Store) -> set[EntityId]:
    """Return the learning blocks among what is gone whose end was written down already.

    They weigh neither as a loss nor as a part of what is held.
    """
    blocks = [link.entity for link in gone if link.kind is Kind.BLOCK]
    return {one for one, record in store.plan.many(blocks).items() if is_over(record.entity)}


def _matters(carried: Carried, *, counts: bool) -> bool:
    """Say whether an item's being gone changes the plan."""
    return bool(carried.gone) or (counts and carried.archives)


def _has_twin(found: PullResult, item: Remote, store: Store) -> bool:
    title = str(item.fields.get("title") or "")
    alike = [record.entity.id for record in store.plan.titled(item.kind, title)]
    if item.mark:
        alike.append(item.mark)
    held = store.links.of_entities(found.tool.name, alike)
    return any(link.presence is Presence.PRESENT for link in held.values())


def _name(link: Link) -> str:
    return str(link.base.get("title") or link.remote)


def _shown(item: Remote) -> str:
    return json.dumps(fields_to_json(item.fields), sort_keys=True)


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:12]
