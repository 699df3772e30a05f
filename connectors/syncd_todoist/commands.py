"""From a write to the commands of ``/sync`` that do it. Pure.

Each command has a uuid that follows from the write's key: Todoist does a command with
a uuid that it has seen only once (Todoist API documentation, "Sync"), so the same
write sent again does nothing twice.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.errors import SkipItem
from syncd.model.entities import Kind
from syncd.model.remote import LINK, Op, Seen, Write
from syncd_todoist.mapping import to_remote, update_keys
from syncd_todoist.values import TodoistAccount

Command = dict[str, Any]
Step = tuple[str, dict[str, Any]]
"""A command's type and its arguments."""

_ADDED = update_keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTarget:
    """Where and how to write.

    link: the address that syncd last wrote on this item, if it did.
    """

    project: str
    account: TodoistAccount
    link: str = ""


def key_of(key: str, step: str) -> str:
    """Return the uuid that always follows from a write's key."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}/{step}"))


def temporary(write: Write) -> str:
    """Return the temporary id of what a write makes."""
    return key_of(write.key, "temp")


def commands_of(write: Write, place: WriteTarget) -> list[Command]:
    """Return the commands of a write, in order; none if it has nothing to send."""
    if write.op is Op.CREATE:
        steps = _create(write, place)
    elif write.op is Op.DELETE:
        steps = [("item_delete" if _is_task(write) else "section_archive", _id(write))]
    else:
        steps = _update(write, place)
    return numbered(_base(write, place), steps, temporary(write))


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


def new_section(write: Write, place: WriteTarget) -> list[Command]:
    """Return the command that makes a goal's section anew, not out of the archive."""
    args = {**_named(write, place), "project_id": place.project}
    key = write.key if write.seen is None else key_of(write.key, "anew")
    return numbered(key, [("section_add", args)], temporary(write))


def move_to(parent: Any, section: Any, project: str) -> dict[str, Any]:
    """Return the one place that ``item_move`` wants."""
    if parent:
        return {"parent_id": parent}
    return {"section_id": section} if section else {"project_id": project}


def _base(write: Write, place: WriteTarget) -> str:
    # Without its duration it is another command: one that was refused is not repeated.
    dropped = write.fields.get("estimate_minutes") and not place.account.durations
    return key_of(write.key, "without duration") if dropped else write.key


def _create(write: Write, place: WriteTarget) -> list[Step]:
    if not _is_task(write):
        if write.seen is None:
            return [("section_add", {**_named(write, place), "project_id": place.project})]
        return [
            ("section_unarchive", _id(write)),
            ("section_update", {**_id(write), **_named(write, place)}),
        ]
    sent = to_remote(Kind.TASK, write.fields, place.account)
    args = {key: sent[key] for key in _ADDED if sent.get(key)}
    where = move_to(sent.get("parent_id"), sent.get("section_id"), place.project)
    # A title with an @ keeps it: without this, Todoist makes labels of such words.
    args |= {"project_id": place.project, **where, "auto_parse_labels": False}
    steps: list[Step] = [("item_add", args)]
    if sent.get("checked"):
        steps.append(("item_close", {"id": temporary(write)}))
    return steps


def _update(write: Write, place: WriteTarget) -> list[Step]:
    if not _is_task(write):
        return [("section_update", {**_id(write), **_named(write, place)})]
    seen = seen_of(write)
    recurring = bool(seen.extra.get("recurring"))
    changed = _changed(write, seen, place)
    if recurring:
        changed.pop("due", None)  # the person's own repetition stays theirs
    sent = to_remote(Kind.TASK, changed, place.account)
    args = {key: sent[key] for key in _ADDED if key in sent}
    steps: list[Step] = []
    if changed.get("done") is False:
        steps.append(("item_uncomplete", _id(write)))
    if args:
        steps.append(("item_update", {**_id(write), **args}))
    steps += _move(write, seen, place)
    if changed.get("done"):
        # Closing a recurring item would only advance it.
        steps.append(("item_complete" if recurring else "item_close", _id(write)))
    return steps


def _changed(write: Write, seen: Seen, place: WriteTarget) -> dict[str, Any]:
    """Return the fields to send; notes and link share a text and go together."""
    changed = dict(write.fields)
    if not {"notes", LINK} & set(changed):
        return changed
    notes = str(changed.get("notes", seen.fields.get("notes")) or "")
    before = str(seen.fields.get(LINK) or "")
    after = str(changed.get(LINK, before) or "")
    if before not in ("", after, place.link):
        notes = f"{notes}\n{before}"  # the person's own line, not one of ours
    return {**changed, "notes": notes, LINK: after}


def _move(write: Write, seen: Seen, place: WriteTarget) -> list[Step]:
    before = (seen.fields.get("goal"), seen.fields.get("parent"))
    after = {**seen.fields, **write.fields}
    goal, parent = after.get("goal"), after.get("parent")
    if before == (goal, parent) or (parent and parent == before[1]):
        return []  # a sub-task is where its parent is
    return [("item_move", {**_id(write), **move_to(parent, goal, place.project)})]


def _named(write: Write, place: WriteTarget) -> Mapping[str, Any]:
    return to_remote(Kind.GOAL, write.fields, place.account)


def _is_task(write: Write) -> bool:
    return write.kind is Kind.TASK


def _id(write: Write) -> dict[str, Any]:
    return {"id": seen_of(write).id}


def seen_of(write: Write) -> Seen:
    """Return what a write relies on."""
    if write.seen is None:
        raise SkipItem(f"A write to {write.entity} says not what it was: read it first.")
    return write.seen
