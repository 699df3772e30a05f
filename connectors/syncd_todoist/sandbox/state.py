"""What the sandbox holds: objects with the revision of their last change."""

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

from syncd.clock import Clock
from syncd_todoist.sandbox.switches import Switches
from syncd_todoist.sandbox.view import Journal, View
from syncd_todoist.sandbox.wire import (
    ApiError,
    Json,
    is_id,
    moment,
    new_project,
    not_found,
    object_id,
)

_WHAT = {
    "items": "Task",
    "projects": "Project",
    "sections": "Section",
    "labels": "Label",
    "notes": "Comment",
}


class State(View):
    """All objects of one account; guard what you do with ``lock``."""

    def __init__(self, clock: Clock, token: str) -> None:
        super().__init__(Switches())
        self.clock = clock
        self.token: str | None = token
        self.lock = threading.RLock()
        self.empty_listings = 0
        self.listings = 0
        self.user_revision = 0
        self.tokens: dict[str, int] = {}
        self.executed: dict[str, Json] = {}
        self._journal = Journal()
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
        if touch and "updated_at" in raw:
            raw["updated_at"] = moment(self.now())
        self.keep(table, raw, self.revision + 1)
        self._journal.note(self.clock.now(), self.revision, table, raw)
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

    def seen(self, *, full: bool) -> tuple[View, datetime]:
        """Return what a listing is answered from, and of when it is."""
        switches, now = self.switches, self.clock.now()
        age = max(switches.stale, switches.stale_full if full else timedelta(0))
        if not age:
            return self, now
        return self._journal.as_of(now - age, switches), now - age

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
        return self.put("projects", raw, touch=False)

    def touch_user(self) -> None:
        """Mark the user as changed now."""
        self.revision += 1
        self.user_revision = self.revision

    def new_token(self, revision: int) -> str:
        """Return a sync token for what is there at a revision."""
        token = f"nKp{revision}-{object_id(900_000 + len(self.tokens))}"
        self.tokens[token] = revision
        return token
