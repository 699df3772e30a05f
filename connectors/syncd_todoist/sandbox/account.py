"""The sandbox's account: its objects, what it allows, and how it behaves."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syncd.clock import Clock
from syncd_todoist.sandbox.wire import (
    Json,
    TodoistError,
    is_id,
    limit_reached,
    moment,
    new_project,
    not_found,
    object_id,
)


@dataclass(slots=True)
class TodoistLimits:
    """How much the account may hold and ask (Todoist's usage limits, and its API's).

    projects: active ones beside the Inbox; None is what the plan has, 300 or 5.
    full_syncs, partial_syncs: in fifteen minutes.
    refused_with: the status of a refusal for too much.
    """

    tasks_per_project: int = 300
    sections_per_project: int = 20
    labels: int = 500
    projects: int | None = None
    full_syncs: int = 100
    partial_syncs: int = 1000
    refused_with: int = 403


@dataclass(slots=True)
class TodoistSwitches:
    """What can be chosen of how the sandbox behaves.

    zone: the user's zone; it may be no IANA name ("GMT -7:00").
    premium: whether the plan is paid; ``durations_are_paid`` says whether a free one
        has no durations, ``ignores_durations`` whether it then ignores or refuses one.
    duration_needs: what a duration is silently dropped without: a "due" (a maintainer,
        Doist/todoist-sdk-typescript#242), a due "time" (assumed), or "nothing".
    archived_tasks: what becomes of the tasks of an archived section, which no recording
        shows: "gone" from listings without a word, "marked" with ``is_archived``,
        "untouched", or "completed".
    resets_subtasks: whether a repeating task that moves on un-ticks what is below it.
    shows_completed: whether a completed task can be read directly, or is not found.
    tombstones: whether a deleted object is listed in "full" or by its "id" alone.
    stale: how old the state is that listings are answered from; ``stale_full`` is that
        of full syncs alone. What a request's own commands did is always shown.
    omits: ids of objects that full listings leave out.
    repeats_rows: whether each page of a list begins with the last row of the one before.
    repeats_mapping: whether a repeated command is answered with its mapping again.
    refuses_old_tokens: whether an expired sync token gets a 400, or a full sync.
    skew: how far the service's clock is ahead.
    hides_changes: whether replies to commands leave out what these changed.
    lacks: types of commands that it does not know.
    extra_keys: keys that are added to every object, unknown to all clients.
    """

    zone: str = "Europe/Berlin"
    premium: bool = True
    durations_are_paid: bool = True
    ignores_durations: bool = False
    duration_needs: str = "due"
    archived_tasks: str = "gone"
    resets_subtasks: bool = True
    shows_completed: bool = False
    tombstones: str = "full"
    stale: timedelta = timedelta(0)
    stale_full: timedelta = timedelta(0)
    omits: frozenset[str] = frozenset()
    repeats_rows: bool = False
    repeats_mapping: bool = True
    refuses_old_tokens: bool = True
    hides_changes: bool = False
    skew: timedelta = timedelta(0)
    lacks: frozenset[str] = frozenset()
    extra_keys: dict[str, Any] = field(default_factory=dict)
    limits: TodoistLimits = field(default_factory=TodoistLimits)

    @property
    def durations(self) -> bool:
        """Whether the account has durations."""
        return self.premium or not self.durations_are_paid

    @property
    def most_projects(self) -> int:
        """How many active projects the account may have beside its Inbox."""
        return self.limits.projects or (300 if self.premium else 5)

    @property
    def plan_limits(self) -> dict[str, Any]:
        """What the account's plan allows, as ``/sync`` returns it."""
        current = {
            "plan_name": "pro" if self.premium else "free",
            "max_projects": self.most_projects,
            "max_sections": self.limits.sections_per_project,
            "max_tasks": self.limits.tasks_per_project,
            "max_labels": self.limits.labels,
            "durations": self.durations,
            "deadlines": self.premium,
            "labels_per_task": 100,
            "sections_per_project": self.limits.sections_per_project,
            "tasks_per_project": self.limits.tasks_per_project,
        }
        return {"current": current, "next": None}


TABLES = ("items", "projects", "sections", "labels", "notes")


class TodoistView:
    """Objects by table and id, each with the revision of its last change."""

    def __init__(self, switches: TodoistSwitches) -> None:
        self.switches = switches
        self.tables: dict[str, dict[str, Json]] = {name: {} for name in TABLES}
        self.revisions: dict[str, int] = {}
        self.revision = 0

    def store(self, table: str, raw: Json, revision: int) -> None:
        """Store an object as of a revision."""
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
        rows = [
            raw
            for raw in self.live("items")
            if raw["project_id"] in projects and not self._in_archive(raw)
        ]
        yield from sorted(rows, key=lambda raw: raw["child_order"])

    def changed(self, table: str, since: int) -> list[Json]:
        """Return what changed since a revision, tombstones too, in that order."""
        rows = [raw for raw in self.tables[table].values() if self.revisions[raw["id"]] > since]
        if table == "items":
            rows = [raw for raw in rows if not self._hidden(raw)]
        return sorted(rows, key=lambda raw: self.revisions[raw["id"]])

    def _hidden(self, raw: Json) -> bool:
        """Say whether listings leave out an item though it exists."""
        hidden = self.switches.archived_tasks == "gone"
        return hidden and not raw["is_deleted"] and self._in_archive(raw)

    def _in_archive(self, raw: Json) -> bool:
        if self.switches.archived_tasks == "untouched":
            return False
        section = self.tables["sections"].get(raw["section_id"] or "")
        return section is not None and (section["is_archived"] or section["is_deleted"])


class TodoistHistory:
    """Every state that every object ever had, to look at the account as it was."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, str, Json]] = []

    def record(self, at: datetime, revision: int, table: str, raw: Json) -> None:
        """Record an object's new state."""
        self._entries.append((at, revision, table, raw))

    def as_of(self, at: datetime, switches: TodoistSwitches) -> TodoistView:
        """Return the account as it was at a time, as changed by then."""
        view = TodoistView(switches)
        for when, revision, table, raw in self._entries:
            if when > at:
                break
            view.store(table, raw, revision)
        return view


_WHAT = {
    "items": "Task",
    "projects": "Project",
    "sections": "Section",
    "labels": "Label",
    "notes": "Comment",
}


class TodoistState(TodoistView):
    """All objects of one account; guard what you do with ``lock``."""

    def __init__(self, clock: Clock, token: str) -> None:
        super().__init__(TodoistSwitches())
        self.clock = clock
        self.token: str | None = token
        self.lock = threading.RLock()
        self.empty_listings = 0
        self.listings = 0
        self.user_revision = 0
        self.tokens: dict[str, int] = {}
        self.executed: dict[str, Json] = {}
        self._history = TodoistHistory()
        self._counter = 0
        self._last = clock.now() - timedelta(seconds=1)
        self.inbox = self.add_project("Inbox", inbox_project=True)["id"]

    def now(self) -> datetime:
        """Return the time, never the same twice, so that each change has a time of its own."""
        now = self.clock.now() + self.switches.skew
        self._last = max(now, self._last + timedelta(microseconds=1))
        return self._last

    def stamps(self) -> tuple[str, str]:
        """Return the times at which something new was added and updated."""
        return moment(self.now()), moment(self.now())

    def fresh_id(self) -> str:
        """Return the next id."""
        self._counter += 1
        return object_id(self._counter)

    def fresh_number(self) -> str:
        """Return the next id of a label: those are digits."""
        self._counter += 1
        return str(2190000100 + self._counter)

    def put(self, table: str, raw: Json, *, stamp: bool = True) -> Json:
        """Store an object as changed now; with ``stamp``, its ``updated_at`` too."""
        if stamp and "updated_at" in raw:
            raw["updated_at"] = moment(self.now())
        self.store(table, raw, self.revision + 1)
        self._history.record(self.clock.now(), self.revision, table, raw)
        return raw

    def change(self, table: str, raw: Json, **new: object) -> Json:
        """Change an object; its replies so far stay as they were."""
        return self.put(table, {**raw, **new})

    def get(self, table: str, wanted: object) -> Json:
        """Return a live object (a completed one too); 404 without one, 400 for no id."""
        raw = self.tables[table].get(str(wanted))
        if raw is not None and not raw.get("is_deleted"):
            return raw
        if not is_id(wanted) and not str(wanted).isdigit():
            message = "Non-base32 digit found"
            raise TodoistError(400, 20, "INVALID_ARGUMENT_VALUE", message, argument="id")
        raise not_found(_WHAT[table])

    def seen(self, *, full: bool) -> tuple[TodoistView, datetime]:
        """Return the state that a listing is answered from, and its time."""
        switches, now = self.switches, self.clock.now()
        age = max(switches.stale, switches.stale_full if full else timedelta(0))
        if not age:
            return self, now
        return self._history.as_of(now - age, switches), now - age

    def finds_nothing(self) -> bool:
        """Say whether this listing is the one that was to come back empty."""
        if self.empty_listings:
            self.empty_listings -= 1
            return True
        return False

    def listed(self, rows: Iterable[Json]) -> list[Json]:
        """Return what a full listing has of these rows."""
        return [raw for raw in rows if raw["id"] not in self.switches.omits]

    def add_project(self, name: str, **more: object) -> Json:
        """Add a project."""
        raw = new_project(self.fresh_id(), self.stamps())
        order = sum(1 for _ in self.live("projects"))
        raw |= {"name": name, "child_order": order, **more}
        return self.put("projects", raw, stamp=False)

    def mark_user_changed(self) -> None:
        """Mark the user as changed now."""
        self.revision += 1
        self.user_revision = self.revision

    def new_token(self, revision: int) -> str:
        """Return a sync token for what is there at a revision."""
        token = f"nKp{revision}-{object_id(900_000 + len(self.tokens))}"
        self.tokens[token] = revision
        return token


class LimitChecks:
    """Refuses what is more than the account may hold."""

    def __init__(self, state: TodoistState) -> None:
        self._state = state

    def for_items(self, project: str, arriving: Iterable[Json] | int = 1) -> None:
        """Refuse more active tasks than a project holds.

        arriving: how many, or those that would be active there; those that are there
        already count once.
        """
        present = {
            task["id"] for task in self._state.active_items() if task["project_id"] == project
        }
        if isinstance(arriving, int):
            count = len(present) + arriving
        else:
            count = len(present | {raw["id"] for raw in arriving})
        most = self._state.switches.limits.tasks_per_project
        if count > max(most, len(present)):
            raise self._refused("ITEMS", most)

    def for_section(self, project: str) -> None:
        """Refuse one more section than a project holds."""
        sections = [row for row in self._state.live("sections") if row["project_id"] == project]
        most = self._state.switches.limits.sections_per_project
        self._one_more("SECTIONS", len(sections), most)

    def for_project(self) -> None:
        """Refuse one more active project than the account's plan has."""
        projects = [row for row in self._state.live("projects") if not row["inbox_project"]]
        self._one_more("PROJECTS", len(projects), self._state.switches.most_projects)

    def for_label(self) -> None:
        """Refuse one more personal label than there may be."""
        count = sum(1 for _ in self._state.live("labels"))
        self._one_more("LABELS", count, self._state.switches.limits.labels)

    def _one_more(self, what: str, count: int, most: int) -> None:
        if count >= most:
            raise self._refused(what, most)

    def _refused(self, what: str, most: int) -> TodoistError:
        return limit_reached(what, most, self._state.switches.limits.refused_with)
