"""What a service in memory does with a write, by what its shape can do."""

from collections.abc import Iterator

from syncd.connect.contract import Outcome
from syncd.connect.memory_tool import MemoryTool
from syncd.errors import Changed, Gone, SkipItem
from syncd.model.ids import RemoteId
from syncd.model.remote import LINK, Op, Remote, Seen, Write


def apply(tool: MemoryTool, write: Write) -> Outcome:
    """Do one write; its key, where keys are kept, makes it happen once."""
    known = tool.keys.get(write.key) if tool.shape.keeps_keys else None
    if known is not None:
        return None if write.op is Op.DELETE else _there(tool, known)
    if write.op is Op.CREATE:
        outcome, remote = _create(tool, write)
    elif write.op is Op.UPDATE:
        outcome, remote = _update(tool, write, _seen(write))
    else:
        outcome, remote = _delete(tool, _seen(write))
    if tool.shape.keeps_keys:
        tool.keys[write.key] = remote
    return outcome


def found(tool: MemoryTool, write: Write) -> Remote | None:
    """Return what a create made: by its key or its chosen id, else by mark or link."""
    remote = tool.keys.get(write.key)
    if tool.shape.chooses_ids:
        remote = chosen_id(tool, write)
    if remote in tool.items:
        return tool.items[remote]
    return next(_marked(tool, write), None)


def chosen_id(tool: MemoryTool, write: Write) -> RemoteId:
    """Return the remote id that follows from the entity's id."""
    return RemoteId(f"{tool.shape.name}-{write.entity.lower()}")


def _marked(tool: MemoryTool, write: Write) -> Iterator[Remote]:
    link = write.fields.get(LINK)
    for item in tool.items.values():
        by_link = bool(link) and item.link == link
        if item.kind is write.kind and (item.mark == write.entity or by_link):
            yield item


def _seen(write: Write) -> Seen:
    if write.seen is None:
        raise SkipItem(f"A write to {write.entity} says not what it was: read it first.")
    return write.seen


def _there(tool: MemoryTool, remote: RemoteId) -> Remote:
    item = tool.items.get(remote)
    if item is None:
        raise Gone(f"{remote} is not in {tool.shape.name} any more: nothing was written.")
    return item


def _create(tool: MemoryTool, write: Write) -> tuple[Outcome, RemoteId]:
    if not tool.shape.holds(write.kind, write.fields):
        raise SkipItem(f"{tool.shape.name} cannot hold {write.entity}: see what it lacks.")
    mark = write.entity if tool.shape.keeps_marks else None
    remote = RemoteId(f"{tool.shape.name}-{tool.counter + 1}")
    if tool.shape.chooses_ids:
        remote = chosen_id(tool, write)
    elif write.seen is not None and write.seen.id in tool.removed:
        remote = write.seen.id
    if remote in tool.items:
        return tool.items[remote], remote
    return tool.make(remote, write.kind, write.fields, mark=mark), remote


def _update(tool: MemoryTool, write: Write, seen: Seen) -> tuple[Outcome, RemoteId]:
    item = _there(tool, seen.id)
    _same_version(tool, item, seen)
    unmarked = tool.shape.keeps_marks and seen.mark != write.entity
    mark = write.entity if unmarked else None
    return tool.change(seen.id, write.fields, mark=mark), seen.id


def _delete(tool: MemoryTool, seen: Seen) -> tuple[None, RemoteId]:
    item = tool.items.get(seen.id)
    if item is not None:
        _same_version(tool, item, seen)
        tool.delete(seen.id)
    return None, seen.id


def _same_version(tool: MemoryTool, item: Remote, seen: Seen) -> None:
    if tool.shape.conditional and seen.version and seen.version != item.version:
        raise Changed(f"{seen.id} was edited in {tool.shape.name}: looking at it again.")
