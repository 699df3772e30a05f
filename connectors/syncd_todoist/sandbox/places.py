"""Projects, sections, labels and comments: what can be done with them."""

from collections.abc import Mapping
from typing import Any

from syncd_todoist.sandbox.account import LimitChecks, TodoistState
from syncd_todoist.sandbox.wire import (
    Json,
    invalid_argument,
    moment,
    new_label,
    new_note,
    new_section,
    text,
    words,
)

PROJECT = words(
    "name parent_id color description is_favorite is_collapsed view_style child_order"
)
SECTION = words("name section_order order is_collapsed description")
LABEL = words("name color order item_order is_favorite")


class ProjectOperations:
    """What can be done with projects and sections."""

    def __init__(self, state: TodoistState) -> None:
        self._state = state
        self._limits = LimitChecks(state)

    def add_project(self, args: Mapping[str, Any]) -> Json:
        """Add a project."""
        name = text(args.get("name"), "name", 120)
        if args.get("parent_id"):
            self._state.get("projects", args["parent_id"])
        self._limits.for_project()
        more = {key: args[key] for key in PROJECT - {"name"} if args.get(key) is not None}
        return self._state.add_project(name, **more)

    def update_project(self, project: Any, args: Mapping[str, Any]) -> Json:
        """Change a project."""
        new = dict(args)
        if "name" in new:
            new["name"] = text(new["name"], "name", 120)
        return self._state.change("projects", self._state.get("projects", project), **new)

    def move_project(self, project: Any, parent: Any) -> Json:
        """Move a project below another, or to the root."""
        raw = self._state.get("projects", project)
        if parent in {row["id"] for row in self._projects_below(raw)}:
            raise invalid_argument("parent_id")
        above = self._state.get("projects", parent)["id"] if parent else None
        return self._state.change("projects", raw, parent_id=above)

    def archive_project(self, project: Any, *, archived: bool) -> Json:
        """Archive a project with those below it, or bring it back alone, as a root.

        Its tasks are no longer active; that syncs list them again once it is back is
        assumed.
        """
        raw = self._state.get("projects", project)
        if archived:
            for row in self._projects_below(raw):
                self._state.change("projects", row, is_archived=True, child_order=0)
            return self._state.get("projects", project)
        if raw["is_archived"]:
            self._limits.for_project()
        new = {"is_archived": False, "child_order": 0, "parent_id": None}
        restored = self._state.change("projects", raw, **new)
        for table in ("sections", "items"):
            self._mark_changed(table, "project_id", raw["id"])
        return restored

    def delete_project(self, project: Any) -> None:
        """Delete a project with all that is in it and below it."""
        for raw in self._projects_below(self._state.get("projects", project)):
            for table in ("sections", "items"):
                self._delete_all(table, "project_id", raw["id"])
            self._state.change("projects", raw, is_deleted=True)

    def _projects_below(self, raw: Json) -> list[Json]:
        projects = [raw]
        for row in list(self._state.tables["projects"].values()):
            if row["parent_id"] == raw["id"] and not row.get("is_deleted"):
                projects += self._projects_below(row)
        return projects

    def _mark_changed(self, table: str, key: str, value: str) -> None:
        for row in list(self._state.live(table)):
            if row[key] == value:
                self._state.put(table, row, stamp=False)

    def add_section(self, args: Mapping[str, Any]) -> Json:
        """Add a section to a project."""
        project = self._state.get("projects", args.get("project_id"))
        self._limits.for_section(project["id"])
        raw = new_section(self._state.fresh_id(), self._state.stamps())
        count = sum(
            1 for row in self._state.live("sections") if row["project_id"] == project["id"]
        )
        order = args.get("section_order") or args.get("order") or count + 1
        raw |= {"project_id": project["id"], "section_order": order}
        raw["name"] = text(args.get("name"), "name", 2048)
        return self._state.put("sections", raw, stamp=False)

    def update_section(self, section: Any, args: Mapping[str, Any]) -> Json:
        """Change a section."""
        new = {
            ("section_order" if key == "order" else key): value for key, value in args.items()
        }
        if "name" in new:
            new["name"] = text(new["name"], "name", 2048)
        return self._state.change("sections", self._state.get("sections", section), **new)

    def archive_section(self, section: Any, *, archived: bool) -> Json:
        """Archive a section "and all its descendants tasks", or bring them back.

        What is shown of these tasks meanwhile is not recorded: ``archived_tasks`` says.
        """
        raw = self._state.get("sections", section)
        if not archived and raw["is_archived"]:
            self._limits.for_section(raw["project_id"])
            tasks = [row for row in self._state.live("items") if row["section_id"] == raw["id"]]
            self._limits.for_items(raw["project_id"], tasks)
        when = moment(self._state.now()) if archived else None
        if archived:
            self._archive_tasks(raw["id"], when)
        changed = self._state.change("sections", raw, is_archived=archived, archived_at=when)
        if not archived:
            self._restore_tasks(raw["id"])
        return changed

    def _archive_tasks(self, section: str, when: str | None) -> None:
        new: Mapping[str, Json] = {
            "completed": {"checked": True, "completed_at": when},
            "marked": {"is_archived": True},
        }
        changed = new.get(self._state.switches.archived_tasks)
        for row in list(self._state.live("items")) if changed else ():
            if row["section_id"] == section:
                self._state.change("items", row, **changed or {})

    def _restore_tasks(self, section: str) -> None:
        for row in list(self._state.tables["items"].values()):
            if row["section_id"] == section and row.get("is_archived"):
                self._state.change("items", row, is_archived=False)
        if self._state.switches.archived_tasks == "gone":
            self._mark_changed("items", "section_id", section)

    def move_section(self, section: Any, project: Any) -> Json:
        """Move a section with its tasks to another project."""
        target = self._state.get("projects", project)["id"]
        raw = self._state.get("sections", section)
        if target != raw["project_id"]:
            self._limits.for_section(target)
        items = self._state.tables["items"].values()
        tasks = [
            row for row in items if row["section_id"] == raw["id"] and not row["is_deleted"]
        ]
        self._limits.for_items(target, [row for row in tasks if not row["checked"]])
        for row in tasks:
            self._state.change("items", row, project_id=target)
        return self._state.change("sections", raw, project_id=target)

    def delete_section(self, section: Any) -> None:
        """Delete a section with all its tasks."""
        raw = self._state.get("sections", section)
        self._delete_all("items", "section_id", raw["id"])
        self._state.change("sections", raw, is_deleted=True)

    def _delete_all(self, table: str, key: str, value: str) -> None:
        for row in list(self._state.tables[table].values()):
            if row[key] == value and not row["is_deleted"]:
                self._state.change(table, row, is_deleted=True)


class LabelOperations:
    """What can be done with labels and comments."""

    def __init__(self, state: TodoistState) -> None:
        self._state = state
        self._limits = LimitChecks(state)

    def add_label(self, args: Mapping[str, Any]) -> Json:
        """Add a personal label."""
        self._limits.for_label()
        raw = new_label(self._state.fresh_number())
        raw["order"] = args.get("order") or args.get("item_order") or 1
        raw |= {key: args[key] for key in ("color", "is_favorite") if args.get(key) is not None}
        raw["name"] = text(args.get("name"), "name", 60)
        return self._state.put("labels", raw)

    def update_label(self, label: Any, args: Mapping[str, Any]) -> Json:
        """Change a label, its name on all tasks too."""
        raw = self._state.get("labels", label)
        new = {("order" if key == "item_order" else key): value for key, value in args.items()}
        if "name" in new:
            new["name"] = text(new["name"], "name", 60)
            self.rename(raw["name"], new["name"])
        return self._state.change("labels", raw, **new)

    def delete_label(self, label: Any, cascade: Any = None) -> None:
        """Delete a label, from all tasks too unless ``cascade`` is "none"."""
        raw = self._state.get("labels", label)
        if cascade not in (None, "all", "none"):
            raise invalid_argument("cascade")
        if cascade != "none":
            self.rename(raw["name"], None)
        self._state.change("labels", raw, is_deleted=True)

    def rename(self, old: str, new: str | None) -> None:
        """Rename a label on all tasks, or take it off."""
        for row in list(self._state.live("items")):
            if old in row["labels"]:
                names = [new if name == old else name for name in row["labels"]]
                self._state.change("items", row, labels=[name for name in names if name])

    def shared(self) -> list[str]:
        """Return the names of all labels that tasks have."""
        names = {name for row in self._state.live("items") for name in row["labels"]}
        return sorted(names)

    def add_note(self, args: Mapping[str, Any]) -> Json:
        """Add a comment to a task (``task_id``, returned as ``item_id``) or a project."""
        item, project = args.get("task_id") or args.get("item_id"), args.get("project_id")
        if bool(item) is bool(project):
            raise invalid_argument("task_id")
        raw = new_note(self._state.fresh_id(), self._state.stamps())
        raw["content"] = text(args.get("content"), "content", 15000)
        where = ("items", item, "item_id") if item else ("projects", project, "project_id")
        raw[where[2]] = self._state.get(where[0], where[1])["id"]
        return self._state.put("notes", raw)

    def update_note(self, note: Any, args: Mapping[str, Any]) -> Json:
        """Change a comment."""
        content = text(args.get("content"), "content", 15000)
        return self._state.change("notes", self._state.get("notes", note), content=content)

    def delete_note(self, note: Any) -> None:
        """Delete a comment."""
        self._state.change("notes", self._state.get("notes", note), is_deleted=True)
