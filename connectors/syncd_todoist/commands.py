"""Writes as commands of Todoist's sync endpoint; pure."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.errors import SkipItem
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import PAGE_URL, Op, Seen, Write
from syncd_todoist.mapping import to_remote, update_keys
from syncd_todoist.values import TodoistAccount

Command = dict[str, Any]
Step = tuple[str, dict[str, Any]]
"""A command's type and its arguments."""

MAX_COMMANDS = 100
"""In one request (Todoist API documentation, "Sync")."""
_UPDATE_KEYS = update_keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTarget:
    """The project and account that a write is for.

    link: the address that syncd last wrote on this item, if it did.
    """

    project: str
    account: TodoistAccount
    link: str = ""


def key_of(key: str, step: str) -> str:
    """Return the uuid that always follows from a write's key."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}/{step}"))


def temporary(write: Write) -> str:
    """Return the temporary id of what a write creates."""
    return key_of(write.key, "temp")


def commands_of(write: Write, target: WriteTarget) -> list[Command]:
    """Return the commands of a write, in order; none if it has nothing to send."""
    if write.op is Op.CREATE:
        steps = _create(write, target)
    elif write.op is Op.DELETE:
        steps = [("item_delete" if _is_task(write) else "section_archive", _id(write))]
    else:
        steps = _update(write, target)
    return numbered(_base(write, target), steps, temporary(write))


def numbered(base: str, steps: Sequence[Step], temp_id: str = "") -> list[Command]:
    """Return steps as commands; the first has ``base`` for its uuid."""
    commands = []
    for number, (kind, args) in enumerate(steps):
        command = {
            "type": kind,
            "uuid": base if number == 0 else key_of(base, f"{number} {kind}"),
            "args": args,
        }
        if kind in ("item_add", "section_add", "project_add"):
            command["temp_id"] = temp_id
        commands.append(command)
    return commands


def new_section(write: Write, target: WriteTarget) -> list[Command]:
    """Return the command that makes a new section for a goal, not one out of the archive."""
    args = {**_named(write, target), "project_id": target.project}
    key = write.key if write.seen is None else key_of(write.key, "anew")
    return numbered(key, [("section_add", args)], temporary(write))


def move_to(parent: Any, section: Any, project: str) -> dict[str, Any]:
    """Return the one place that ``item_move`` wants."""
    if parent:
        return {"parent_id": parent}
    return {"section_id": section} if section else {"project_id": project}


def moves_out(
    tasks: Mapping[str, Mapping[str, Any]], deleted: Mapping[RemoteId, Write], project: str
) -> Iterator[tuple[RemoteId, Command]]:
    """Yield a move for each task that would be deleted or archived with another item.

    tasks: those of the project, by id. deleted: what is to be deleted, by id. Each move comes
    with the id of the item because of which it is needed.
    """
    for task, raw in tasks.items():
        parent, section = raw.get("parent_id"), raw.get("section_id")
        owner = RemoteId(parent or section or "")
        if task in deleted or owner not in deleted:
            continue
        above: set[str | None] = set()
        while parent in deleted and parent not in above:  # a reply may have circles
            above.add(parent)
            parent = tasks.get(str(parent), {}).get("parent_id")
        parent = None if parent in deleted else parent
        section = None if section in deleted else section
        step = ("item_move", {"id": task, **move_to(parent, section, project)})
        yield owner, numbered(key_of(deleted[owner].key, f"keep {task}"), [step])[0]


def _base(write: Write, target: WriteTarget) -> str:
    # Without its duration it is another command: one that was refused is not repeated.
    dropped = write.fields.get("estimate_minutes") and not target.account.durations
    return key_of(write.key, "without duration") if dropped else write.key


def _create(write: Write, target: WriteTarget) -> list[Step]:
    if not _is_task(write):
        if write.seen is None:
            return [("section_add", {**_named(write, target), "project_id": target.project})]
        return [
            ("section_unarchive", _id(write)),
            ("section_update", {**_id(write), **_named(write, target)}),
        ]
    sent = to_remote(Kind.TASK, write.fields, target.account)
    args = {key: sent[key] for key in _UPDATE_KEYS if sent.get(key)}
    where = move_to(sent.get("parent_id"), sent.get("section_id"), target.project)
    # A title with an @ keeps it: without this, Todoist makes labels of such words.
    args |= {"project_id": target.project, **where, "auto_parse_labels": False}
    steps: list[Step] = [("item_add", args)]
    if sent.get("checked"):
        steps.append(("item_close", {"id": temporary(write)}))
    return steps


def _update(write: Write, target: WriteTarget) -> list[Step]:
    if not _is_task(write):
        return [("section_update", {**_id(write), **_named(write, target)})]
    seen = seen_of(write)
    recurring = bool(seen.extra.get("recurring"))
    changed = _changed(write, seen, target)
    if recurring:
        changed.pop("due", None)  # the person's own repetition stays theirs
    sent = to_remote(Kind.TASK, changed, target.account)
    args = {key: sent[key] for key in _UPDATE_KEYS if key in sent}
    steps: list[Step] = []
    if changed.get("done") is False:
        steps.append(("item_uncomplete", _id(write)))
    if args:
        steps.append(("item_update", {**_id(write), **args}))
    steps += _move(write, seen, target)
    if changed.get("done"):
        # Closing a recurring item would only advance it.
        steps.append(("item_complete" if recurring else "item_close", _id(write)))
    return steps


def _changed(write: Write, seen: Seen, target: WriteTarget) -> dict[str, Any]:
    """Return the fields to send; notes and link share a text and go together."""
    changed = dict(write.fields)
    if not {"notes", PAGE_URL} & set(changed):
        return changed
    notes = str(changed.get("notes", seen.fields.get("notes")) or "")
    before = str(seen.fields.get(PAGE_URL) or "")
    after = str(changed.get(PAGE_URL, before) or "")
    if before not in ("", after, target.link):
        notes = f"{notes}\n{before}"  # the person's own line, not one of ours
    return {**changed, "notes": notes, PAGE_URL: after}


def _move(write: Write, seen: Seen, target: WriteTarget) -> list[Step]:
    before = (seen.fields.get("goal"), seen.fields.get("parent"))
    after = {**seen.fields, **write.fields}
    goal, parent = after.get("goal"), after.get("parent")
    if before == (goal, parent) or (parent and parent == before[1]):
        return []  # a sub-task is where its parent is
    return [("item_move", {**_id(write), **move_to(parent, goal, target.project)})]


def _named(write: Write, target: WriteTarget) -> Mapping[str, Any]:
    return to_remote(Kind.GOAL, write.fields, target.account)


def _is_task(write: Write) -> bool:
    return write.kind is Kind.TASK


def _id(write: Write) -> dict[str, Any]:
    return {"id": seen_of(write).id}


def seen_of(write: Write) -> Seen:
    """Return what a write relies on."""
    if write.seen is None:
        raise SkipItem(f"A write to {write.entity} says not what it was: read it first.")
    return write.seen
