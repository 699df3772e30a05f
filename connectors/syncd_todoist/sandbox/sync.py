"""``POST /sync``: what changed since a token, and batches of commands."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from syncd_todoist.sandbox.account import TABLES, AccountState, AccountView
from syncd_todoist.sandbox.places import (
    LABEL,
    PROJECT,
    SECTION,
    LabelOperations,
    ProjectOperations,
)
from syncd_todoist.sandbox.tasks import ADD, UPDATE, TaskOperations
from syncd_todoist.sandbox.wire import (
    Json,
    TodoistError,
    invalid_argument,
    refuse_unknown,
    too_many,
    user_object,
    words,
)

_WINDOW = timedelta(minutes=15)


class SyncRateLimit:
    """Counts the syncs of one account, full ones and partial ones."""

    def __init__(self, state: AccountState) -> None:
        self._state = state
        self._asked: dict[bool, deque[datetime]] = {True: deque(), False: deque()}

    def count(self, *, full: bool) -> None:
        """Count a sync. Refuses one too many, saying how many seconds to wait."""
        limits, now = self._state.switches.limits, self._state.clock.now()
        asked = self._asked[full]
        while asked and asked[0] <= now - _WINDOW:
            asked.popleft()
        if len(asked) >= (limits.full_syncs if full else limits.partial_syncs):
            raise too_many(int((asked[0] + _WINDOW - now).total_seconds()) + 1)
        asked.append(now)


_AT_ONCE = 100
_REFERENCES = ("id", "project_id", "section_id", "parent_id", "item_id")
Act = Callable[[Mapping[str, Any]], Json | None]


class SyncEndpoint:
    """The sync endpoint over one account."""

    def __init__(self, state: AccountState) -> None:
        self._state = state
        self._rate = SyncRateLimit(state)
        self._commands = _commands(
            TaskOperations(state), ProjectOperations(state), LabelOperations(state)
        )

    def answer(self, body: Mapping[str, Any]) -> Json:
        """Answer one request: first the commands, then what changed."""
        refuse_unknown(body, ("sync_token", "resource_types", "commands"))
        commands = body.get("commands") or []
        if not isinstance(commands, list) or len(commands) > _AT_ONCE:
            raise invalid_argument("commands")
        token = body.get("sync_token") or "*"
        since = self._since(str(token))
        self._rate.count(full=since is None)
        reply: Json = {}
        if commands:
            reply = self._do(commands)
        kinds = body.get("resource_types") or []
        view, at = self._state.seen(full=since is None)
        if commands:
            view, at = self._state, self._state.clock.now()
        if not (commands and self._state.switches.hides_changes):
            reply |= self._read(view, since, kinds if isinstance(kinds, list) else [])
        reply["full_sync"] = since is None
        reply["full_sync_date_utc"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        reply["sync_token"] = self._state.new_token(max(view.revision, since or 0))
        return {"temp_id_mapping": {}, **reply}

    def _since(self, token: str) -> int | None:
        if token == "*":  # noqa: S105  # what the service calls its cursor
            return None
        if token in self._state.tokens:
            return self._state.tokens[token]
        if self._state.switches.refuses_old_tokens:
            raise invalid_argument("sync_token")
        return None

    def _read(self, view: AccountView, since: int | None, kinds: list[Any]) -> Json:
        wanted = set(kinds)
        everything = "all" in wanted
        reply: Json = {}
        told = [it for it in TABLES if everything or it in wanted]
        for table in told:
            if f"-{table}" not in wanted:
                reply[table] = self._rows(view, table, since)
        if since is None and self._state.finds_nothing():
            reply |= {table: [] for table in reply if table != "projects"}
        state = self._state
        if since is None or state.user_revision > since:
            if everything or "user" in wanted:
                reply["user"] = user_object(
                    state.switches.zone,
                    state.clock.now(),
                    state.inbox,
                    premium=state.switches.premium,
                )
            if everything or "user_plan_limits" in wanted:
                reply["user_plan_limits"] = state.switches.plan_limits
        return reply

    def _rows(self, view: AccountView, table: str, since: int | None) -> list[Json]:
        if since is None:
            rows = view.active_items() if table == "items" else view.live(table)
            found = self._state.listed(rows)
        else:
            found = view.changed(table, since)
        return [self._told(raw) for raw in found]

    def _told(self, raw: Json) -> Json:
        switches = self._state.switches
        if raw.get("is_deleted") and switches.tombstones == "id":
            return {"id": raw["id"], "is_deleted": True}
        return {**raw, **switches.extra_keys}

    def _do(self, commands: list[Json]) -> Json:
        status: Json = {}
        mapping: dict[str, str] = {}
        fresh: dict[str, str] = {}
        for command in commands:
            key = str(command.get("uuid") or "")
            if not key:
                raise invalid_argument("uuid")
            known = self._state.executed.get(key)
            if known is not None:
                fresh |= known
                mapping |= known if self._state.switches.repeats_mapping else {}
                status[key] = "ok"
                continue
            made, status[key] = self._one(command, fresh)
            fresh |= made
            mapping |= made
            if status[key] == "ok":
                self._state.executed[key] = made
        return {"temp_id_mapping": mapping, "sync_status": status}

    def _one(self, command: Json, fresh: Mapping[str, str]) -> tuple[dict[str, str], Any]:
        try:
            refuse_unknown(command, ("type", "uuid", "args", "temp_id"))
            args = {
                name: fresh.get(value, value) if name in _REFERENCES and value else value
                for name, value in dict(command.get("args") or {}).items()
            }
            lacks = self._state.switches.lacks
            if command.get("type") not in self._commands or command["type"] in lacks:
                raise invalid_argument("type")
            act, known = self._commands[command["type"]]
            refuse_unknown(args, known)
            made = act(args)
        except TodoistError as error:
            return {}, error.body
        temp = command.get("temp_id")
        return ({str(temp): made["id"]} if temp and made else {}), "ok"


def parsed(content_type: str, body: bytes) -> Json:
    """Return a request's body: a form with JSON in it, or JSON."""
    try:
        if "json" in content_type:
            found = json.loads(body or b"{}")
        else:
            form = parse_qs(body.decode(), keep_blank_values=True)
            found = {name: values[-1] for name, values in form.items()}
            for name in ("resource_types", "commands"):
                if name in found:
                    found[name] = json.loads(found[name])
    except ValueError:
        raise invalid_argument("commands") from None
    if not isinstance(found, dict):
        raise invalid_argument("commands")
    return found


def _commands(
    items: TaskOperations, places: ProjectOperations, small: LabelOperations
) -> dict[str, tuple[Act, frozenset[str]]]:
    one = frozenset({"id"})
    return {
        "item_add": (items.add, ADD),
        "item_update": (lambda it: items.update(it.get("id"), _rest(it)), UPDATE),
        "item_move": (
            lambda it: items.move(it.get("id"), _rest(it)),
            one | {"parent_id", "section_id", "project_id"},
        ),
        "item_close": (lambda it: items.close(it.get("id")), one),
        "item_complete": (
            lambda it: items.complete(
                it.get("id"), it.get("completed_at") or it.get("date_completed")
            ),
            one | {"date_completed", "completed_at", "force_history", "from_undo"},
        ),
        "item_update_date_complete": (
            lambda it: items.move_on(it.get("id"), _rest(it)),
            one | {"due", "is_forward", "reset_subtasks"},
        ),
        "item_update_day_orders": (
            lambda it: items.put_on_days(it.get("ids_to_orders")),
            frozenset({"ids_to_orders"}),
        ),
        "item_uncomplete": (lambda it: items.uncomplete(it.get("id")), one),
        "item_delete": (lambda it: items.delete(it.get("id")), one),
        "project_add": (places.add_project, PROJECT),
        "project_update": (
            lambda it: places.update_project(it.get("id"), _rest(it)),
            PROJECT | one,
        ),
        "project_move": (
            lambda it: places.move_project(it.get("id"), it.get("parent_id")),
            one | {"parent_id"},
        ),
        "project_archive": (
            lambda it: places.archive_project(it.get("id"), archived=True),
            one,
        ),
        "project_unarchive": (
            lambda it: places.archive_project(it.get("id"), archived=False),
            one,
        ),
        "project_delete": (lambda it: places.delete_project(it.get("id")), one),
        "section_add": (places.add_section, SECTION | {"project_id"}),
        "section_update": (
            lambda it: places.update_section(it.get("id"), _rest(it)),
            SECTION | one,
        ),
        "section_move": (
            lambda it: places.move_section(it.get("id"), it.get("project_id")),
            one | {"project_id"},
        ),
        "section_archive": (
            lambda it: places.archive_section(it.get("id"), archived=True),
            one | {"archived_at"},
        ),
        "section_unarchive": (
            lambda it: places.archive_section(it.get("id"), archived=False),
            one,
        ),
        "section_delete": (lambda it: places.delete_section(it.get("id")), one),
        "label_add": (small.add_label, LABEL),
        "label_update": (lambda it: small.update_label(it.get("id"), _rest(it)), LABEL | one),
        "label_rename": (
            lambda it: small.rename(str(it.get("name_old")), str(it.get("name_new"))),
            frozenset({"name_old", "name_new"}),
        ),
        "label_delete": (
            lambda it: small.delete_label(it.get("id"), it.get("cascade")),
            one | {"cascade"},
        ),
        "note_add": (
            small.add_note,
            words("item_id project_id content posted_at uids_to_notify file_attachment"),
        ),
        "note_update": (lambda it: small.update_note(it.get("id"), it), one | {"content"}),
        "note_delete": (lambda it: small.delete_note(it.get("id")), one),
    }


def _rest(args: Mapping[str, Any]) -> Json:
    return {key: value for key, value in args.items() if key != "id"}
