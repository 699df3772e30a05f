"""What the account shows at one moment: now, or some time ago."""

from collections.abc import Iterator
from datetime import datetime

from syncd_todoist.sandbox.switches import Switches
from syncd_todoist.sandbox.wire import Json

TABLES = ("items", "projects", "sections", "labels", "notes")


class View:
    """Objects by table and id, each with the revision of its last change."""

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self.tables: dict[str, dict[str, Json]] = {name: {} for name in TABLES}
        self.revisions: dict[str, int] = {}
        self.revision = 0

    def keep(self, table: str, raw: Json, revision: int) -> None:
        """Keep an object as of a revision."""
        self.revision = revision
        self.revisions[raw["id"]] = revision
        self.tables[table][raw["id"]] = raw

    def live(self, table: str) -> Iterator[Json]:
        """Yield what is active: neither deleted nor archived nor completed."""
        for raw in list(self.tables[table].values()):
            if not (raw.get("is_deleted") or raw.get("is_archived") or raw.get("checked")):
                yield raw

    def active_items(self) -> Iterator[Json]:
        """Yield the active tasks of active projects and sections, in their order."""
        projects = {raw["id"] for raw in self.live("projects")}
        found = [
            raw
            for raw in self.live("items")
            if raw["project_id"] in projects and not self._in_archive(raw)
        ]
        yield from sorted(found, key=lambda raw: raw["child_order"])

    def changed(self, table: str, since: int) -> list[Json]:
        """Return what changed since a revision, tombstones too, in that order."""
        found = [
            raw for raw in self.tables[table].values() if self.revisions[raw["id"]] > since
        ]
        if table == "items":
            found = [raw for raw in found if not self._hidden(raw)]
        return sorted(found, key=lambda raw: self.revisions[raw["id"]])

    def _hidden(self, raw: Json) -> bool:
        """Say whether listings keep silent about an item though it is there."""
        silent = self.switches.archived_tasks == "gone"
        return silent and not raw["is_deleted"] and self._in_archive(raw)

    def _in_archive(self, raw: Json) -> bool:
        if self.switches.archived_tasks == "untouched":
            return False
        section = self.tables["sections"].get(raw["section_id"] or "")
        return section is not None and (section["is_archived"] or section["is_deleted"])


class Journal:
    """Every state that every object ever had, to look at the account as it was."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, str, Json]] = []

    def note(self, at: datetime, revision: int, table: str, raw: Json) -> None:
        """Note an object's new state."""
        self._entries.append((at, revision, table, raw))

    def as_of(self, at: datetime, switches: Switches) -> View:
        """Return the account as it was at a time, as changed by then."""
        view = View(switches)
        for when, revision, table, raw in self._entries:
            if when > at:
                break
            view.keep(table, raw, revision)
        return view
