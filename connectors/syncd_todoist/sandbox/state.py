"""What the sandbox holds: objects with the revision of their last change."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.clock import Clock
from syncd_todoist.sandbox.wire import (
    ApiError,
    Json,
    is_id,
    moment,
    new_project,
    not_found,
    object_id,
)

TABLES = ("items", "projects", "sections", "labels", "notes")
_WHAT = {
    "items": "Task",
    "projects": "Project",
    "sections": "Section",
    "labels": "Label",
    "notes": "Comment",
}


@dataclass(slots=True)
class Switches:
    """What can be chosen of how the sandbox behaves.

    premium: whether the account has durations; ``ignores_durations`` tells whether
        an account without them ignores or refuses one.
    repeats_mapping: whether a repeated command is answered with its mapping again.
    refuses_old_tokens: whether an expired sync token gets a 400, or a full sync.
    skew: how far the service's clock is ahead.
    hides_changes: whether replies to commands leave out what these changed.
    lacks: types of commands that it does not know.
    extra_keys: keys that are added to every object, unknown to all clients.
    """

    zone: str = "Europe/Berlin"
    premium: bool = True
    ignores_durations: bool = False
    repeats_mapping: bool = True
    refuses_old_tokens: bool = True
    hides_changes: bool = False
    skew: timedelta = timedelta(0)
    lacks: frozenset[str] = frozenset()
    extra_keys: Json = field(default_factory=dict)


class State:
    """All objects of one account; guard what you do with ``lock``."""

    def __init__(self, clock: Clock, token: str) -> None:
        self.clock = clock
        self.token: str | None = token
        self.lock = threading.RLock()
        self.switches = Switches()
        self.tables: dict[str, dict[str, Json]] = {name: {} for name in TABLES}
        self.revisions: dict[str, int] = {}
        self.revision = 0
        self.user_revision = 0
        self.tokens: dict[str, int] = {}
        self.executed: dict[str, Json] = {}
        self._counter = 0
        self._last = clock.now() - timedelta(seconds=1)
        self.inbox = self.add_project("Inbox", inbox_project=True)["id"]

    def now(self) -> datetime:
        """Return the time, never twice the same: microseconds tell changes apart."""
        told = self.clock.now() + self.switches.skew
        self._last = max(told, self._last + timedelta(microseconds=1))
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

    def put(self, table: str, raw: Json, *, touch: bool = True) -> Json:
        """Keep an object, as changed now."""
        self.revision += 1
        self.revisions[raw["id"]] = self.revision
        if touch and "updated_at" in raw:
            raw["updated_at"] = moment(self.now())
        self.tables[table][raw["id"]] = raw
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
            said = "Non-base32 digit found"
            raise ApiError(400, 20, "INVALID_ARGUMENT_VALUE", said, argument="id")
        raise not_found(_WHAT[table])

    def live(self, table: str) -> Iterator[Json]:
        """Yield what is active: neither deleted nor archived nor completed."""
        for raw in list(self.tables[table].values()):
            if not (raw.get("is_deleted") or raw.get("is_archived") or raw.get("checked")):
                yield raw

    def active_items(self) -> Iterator[Json]:
        """Yield the active tasks of active projects and sections, in their order."""
        projects = {raw["id"] for raw in self.live("projects")}
        sections = {raw["id"] for raw in self.live("sections")} | {None}
        found = [
            raw
            for raw in self.live("items")
            if raw["project_id"] in projects and raw["section_id"] in sections
        ]
        yield from sorted(found, key=lambda raw: raw["child_order"])

    def add_project(self, name: str, **more: object) -> Json:
        """Add a project."""
        raw = new_project(self.fresh_id(), self.stamps())
        order = sum(1 for _ in self.live("projects"))
        raw |= {"name": name, "child_order": order, **more}
        return self.put("projects", raw, touch=False)

    def touch_user(self) -> None:
        """Mark the user as changed now."""
        self.revision += 1
        self.user_revision = self.revision

    def new_token(self) -> str:
        """Return a sync token for what is there now."""
        token = f"nKp{self.revision}-{object_id(900_000 + len(self.tokens))}"
        self.tokens[token] = self.revision
        return token
