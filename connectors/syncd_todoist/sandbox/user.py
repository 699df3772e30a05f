"""What a person does in Todoist's own window."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from syncd.model.entities import Kind
from syncd.model.values import Moment, Value
from syncd_todoist.sandbox.account import TodoistState
from syncd_todoist.sandbox.places import LabelOperations, ProjectOperations
from syncd_todoist.sandbox.tasks import TaskOperations
from syncd_todoist.sandbox.wire import Json, zone_of

_TABLE = {Kind.TASK: "items", Kind.GOAL: "sections"}


class TodoistUser:
    """Adds, changes, ticks and deletes tasks; goals are sections.

    Where several share a title, an act takes an id of ``ids`` in its place.

    ``recurrence`` takes the words of Todoist ("every day"); ``link`` is the last line of
    a description where it is an address, and stays when the notes above it change.
    """

    def __init__(self, state: TodoistState, project: str) -> None:
        self._state = state
        self._project = project
        self._tasks = TaskOperations(state)
        self._projects = ProjectOperations(state)

    def titles(self, kind: Kind) -> list[str]:
        """Return the titles of all active tasks, or of all sections."""
        with self._state.lock:
            return [_title(raw) for raw in self._shown(kind)]

    def shows(self, kind: Kind, title: str) -> dict[str, Value]:
        """Return the fields of one item; of a completed task too."""
        with self._state.lock:
            raw = self._find(kind, title)
            return {"title": _title(raw)} if kind is Kind.GOAL else self._fields(raw)

    def ids(self, kind: Kind, title: str) -> list[str]:
        """Return the ids of all items of this title."""
        with self._state.lock:
            return [raw["id"] for raw in self._shown(kind) if _title(raw) == title]

    def add(self, kind: Kind, title: str, **fields: Value) -> None:
        """Add a task or a section to the plan's project."""
        with self._state.lock:
            project = self._plan_project()["id"]
            if kind is Kind.GOAL:
                self._projects.add_section({"project_id": project, "name": title})
                return
            args = {"content": title, "project_id": project, "auto_parse_labels": False}
            raw = self._tasks.add(args)
            for field, value in fields.items():
                self._edit_task(raw["id"], field, value)

    def edit(self, kind: Kind, title: str, field: str, value: Value) -> None:
        """Change one field."""
        with self._state.lock:
            raw = self._find(kind, title)
            if kind is Kind.TASK:
                self._edit_task(raw["id"], field, value)
            elif field == "title":
                self._projects.update_section(raw["id"], {"name": value})
            else:
                raise KeyError(field)

    def delete(self, kind: Kind, title: str) -> None:
        """Delete a task with its sub-tasks, or a section with its tasks."""
        with self._state.lock:
            raw = self._find(kind, title)
            remove = self._tasks.delete if kind is Kind.TASK else self._projects.delete_section
            remove(raw["id"])

    # What only Todoist has.

    def move_out(self, title: str) -> None:
        """Move a task to the Inbox."""
        with self._state.lock:
            raw = self._find(Kind.TASK, title)
            self._tasks.move(raw["id"], {"project_id": self._state.inbox})

    def move_in(self, title: str) -> None:
        """Move a task into the plan's project."""
        with self._state.lock:
            raw = self._find(Kind.TASK, title)
            self._tasks.move(raw["id"], {"project_id": self._plan_project()["id"]})

    def describe(self, title: str, description: str) -> None:
        """Write the whole description of a task, last line and all."""
        with self._state.lock:
            raw = self._find(Kind.TASK, title)
            self._tasks.update(raw["id"], {"description": description})

    def description(self, title: str) -> str:
        """Return the whole description of a task."""
        with self._state.lock:
            return str(self._find(Kind.TASK, title)["description"])

    def aside(self, title: str, comment: str, deadline: str) -> None:
        """Put a comment and a deadline on a task: nothing that syncd knows of."""
        with self._state.lock:
            raw = self._find(Kind.TASK, title)
            LabelOperations(self._state).add_note({"item_id": raw["id"], "content": comment})
            self._tasks.update(raw["id"], {"deadline": {"date": deadline}})

    def keeps_aside(self, title: str, comment: str, deadline: str) -> bool:
        """Say whether a task still has this comment and this deadline."""
        with self._state.lock:
            raw = self._find(Kind.TASK, title)
            notes = self._state.live("notes")
            comments = [note["content"] for note in notes if note.get("item_id") == raw["id"]]
            return comments == [comment] and raw["deadline"] == {"date": deadline, "lang": "en"}

    def duplicate(self, title: str) -> str:
        """Duplicate a task with what is open below it; return the copy's id."""
        with self._state.lock:
            return str(self._tasks.copy(self._find(Kind.TASK, title)["id"])["id"])

    def copy_and_delete(self, title: str) -> str:
        """Duplicate a task and delete the original; return the copy's id."""
        with self._state.lock:
            raw = self._find(Kind.TASK, title)
            copy = self._tasks.copy(raw["id"])
            self._tasks.delete(raw["id"])
            return str(copy["id"])

    def end(self, title: str) -> None:
        """Complete a repeating task for good."""
        with self._state.lock:
            self._tasks.complete(self._find(Kind.TASK, title)["id"])

    def rename_label(self, name: str, new: str) -> None:
        """Rename a label on every task that has it."""
        with self._state.lock:
            LabelOperations(self._state).rename(name, new)

    def archive_section(self, title: str) -> None:
        """Archive a section."""
        with self._state.lock:
            self._projects.archive_section(self._find(Kind.GOAL, title)["id"], archived=True)

    def unarchive_section(self, title: str) -> None:
        """Bring an archived section back, and its tasks."""
        with self._state.lock:
            for raw in list(self._state.tables["sections"].values()):
                if title in (raw["name"], raw["id"]) and raw["is_archived"]:
                    self._projects.archive_section(raw["id"], archived=False)
                    return
            raise KeyError(title)

    def move_section(self, title: str, project: str) -> None:
        """Move a section with its tasks to another project."""
        with self._state.lock:
            raw = self._find(Kind.GOAL, title)
            self._projects.move_section(raw["id"], self._named(project)["id"])

    def add_project(self, name: str) -> None:
        """Add a project."""
        with self._state.lock:
            self._projects.add_project({"name": name})

    def delete_project(self, name: str) -> None:
        """Delete a project with all that is in it."""
        with self._state.lock:
            self._projects.delete_project(self._named(name)["id"])

    def archive_project(self, name: str) -> None:
        """Archive a project with those below it."""
        with self._state.lock:
            self._projects.archive_project(self._named(name)["id"], archived=True)

    def unarchive_project(self, name: str) -> None:
        """Bring an archived project back."""
        with self._state.lock:
            for raw in list(self._state.tables["projects"].values()):
                if raw["name"] == name and raw["is_archived"] and not raw["is_deleted"]:
                    self._projects.archive_project(raw["id"], archived=False)
                    return
            raise KeyError(name)

    def rename_project(self, name: str, new: str) -> None:
        """Rename a project."""
        with self._state.lock:
            self._projects.update_project(self._named(name)["id"], {"name": new})

    def _named(self, name: str) -> Json:
        for raw in self._state.live("projects"):
            if raw["name"] == name:
                return raw
        raise KeyError(name)

    def _plan_project(self) -> Json:
        try:
            return self._named(self._project)
        except KeyError:
            return self._state.add_project(self._project)

    def _shown(self, kind: Kind) -> list[Json]:
        if kind is Kind.TASK:
            return list(self._state.active_items())
        if kind is Kind.GOAL:
            return list(self._state.live("sections"))
        raise KeyError(kind)

    def _find(self, kind: Kind, title: str) -> Json:
        known = self._state.tables[_TABLE[kind]].get(title)
        if known is not None and not known["is_deleted"]:
            return known
        hidden = reversed(self._state.tables[_TABLE[kind]].values())
        done = [raw for raw in hidden if raw.get("checked") and not raw["is_deleted"]]
        for raw in [*self._shown(kind), *done]:
            if _title(raw) == title:
                return raw
        raise KeyError(title)

    def _fields(self, raw: Json) -> dict[str, Value]:
        notes, link = _split(raw["description"])
        tables = self._state.tables
        section, parent = raw["section_id"], raw["parent_id"]
        return {
            "title": raw["content"],
            "notes": notes,
            "link": link,
            "goal": tables["sections"][section]["name"] if section else None,
            "parent": tables["items"][parent]["content"] if parent else None,
            "due": _day_or_moment(raw["due"], self._state.switches.zone),
            "estimate_minutes": raw["duration"]["amount"] if raw["duration"] else None,
            "priority": 5 - raw["priority"],
            "labels": frozenset(raw["labels"]),
            "done": raw["checked"],
        }

    def _edit_task(self, item: str, field: str, value: Value) -> None:
        if field == "done":
            (self._tasks.close if value else self._tasks.uncomplete)(item)
        elif field in ("goal", "parent"):
            self._tasks.move(item, self._place(field, value))
        else:
            self._tasks.update(item, self._args(item, field, value))

    def _place(self, field: str, title: Value) -> dict[str, str]:
        if title is None:
            return {"project_id": self._plan_project()["id"]}
        kind = Kind.GOAL if field == "goal" else Kind.TASK
        key = "section_id" if field == "goal" else "parent_id"
        return {key: self._find(kind, str(title))["id"]}

    def _args(self, item: str, field: str, value: Any) -> Mapping[str, Any]:
        if field == "notes":
            link = _split(self._state.get("items", item)["description"])[1]
            return {"description": "\n\n".join(part for part in (value, link) if part)}
        args: Mapping[str, Mapping[str, Any]] = {
            "title": {"content": value},
            "due": {"due": _due(value)},
            "recurrence": {"due": {"string": value}},
            "estimate_minutes": {
                "duration": {"amount": value, "unit": "minute"} if value else None
            },
            "priority": {"priority": 5 - (value or 4) if isinstance(value, int | None) else 1},
            "labels": {"labels": sorted(value) if isinstance(value, frozenset) else []},
        }
        return args[field]


def _title(raw: Json) -> str:
    return str(raw.get("content", raw.get("name")))


def _split(description: str) -> tuple[str, str]:
    """Split a description from its last line, where that is an address or a mark."""
    *lines, last = description.split("\n")
    if last.startswith(("http://", "https://", "syncd:")) and " " not in last:
        return "\n".join(lines).strip(), last
    return description, ""


def _due(value: Value) -> Json | None:
    if isinstance(value, Moment):
        at = value.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"date": at, "timezone": value.zone} if value.zone else {"date": at}
    return {"date": value.isoformat()} if isinstance(value, date) else None


def _day_or_moment(due: Json | None, zone: str) -> Value:
    if due is None:
        return None
    if "T" not in due["date"]:
        return date.fromisoformat(due["date"])
    at = datetime.fromisoformat(due["date"])
    if at.tzinfo is None:
        return Moment(at.replace(tzinfo=zone_of(zone)), zone)
    return Moment(at, due["timezone"])
