"""``POST /sync``: what changed since a token, and batches of commands."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from syncd_todoist.sandbox.account import TABLES, TodoistState, TodoistView
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

    def __init__(self, state: TodoistState) -> None:
        self._state = state
        self._asked: dict[bool, deque[datetime]] = {True: deque(), False: deque()}

    def count(self, *, full: bool) -> None:
        """Count a sync. Refuses one too many, with the seconds to wait."""
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
Commands = Mapping[str, tuple[Act, frozenset[str]]]
"""What does each type of command, and the arguments that it takes."""
_ID = frozenset({"id"})


class SyncEndpoint:
    """The sync endpoint over one account."""

    def __init__(self, state: TodoistState) -> None:
        self._state = state
        self._rate = SyncRateLimit(state)
        projects, labels = ProjectOperations(state), LabelOperations(state)
        self._commands: Commands = {
            **_task_commands(TaskOperations(state)),
            **_project_commands(projects),
            **_section_commands(projects),
            **_label_commands(labels),
            **_note_commands(labels),
        }

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

    def _read(self, view: TodoistView, since: int | None, kinds: list[Any]) -> Json:
        wanted = set(kinds)
        everything = "all" in wanted
        reply: Json = {}
        for table in TABLES:
            if (everything or table in wanted) and f"-{table}" not in wanted:
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

    def _rows(self, view: TodoistView, table: str, since: int | None) -> list[Json]:
        if since is None:
            rows = view.active_items() if table == "items" else view.live(table)
            changed = self._state.listed(rows)
        else:
            changed = view.changed(table, since)
        return [self._shown(raw) for raw in changed]

    def _shown(self, raw: Json) -> Json:
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
            created, status[key] = self._execute(command, fresh)
            fresh |= created
            mapping |= created
            if status[key] == "ok":
                self._state.executed[key] = created
        return {"temp_id_mapping": mapping, "sync_status": status}

    def _execute(self, command: Json, fresh: Mapping[str, str]) -> tuple[dict[str, str], Any]:
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
            created = act(args)
        except TodoistError as error:
            return {}, error.body
        temp = command.get("temp_id")
        return ({str(temp): created["id"]} if temp and created else {}), "ok"


def parsed(content_type: str, body: bytes) -> Json:
    """Return a request's body: a form with JSON in it, or JSON."""
    try:
        if "json" in content_type:
            fields = json.loads(body or b"{}")
        else:
            form = parse_qs(body.decode(), keep_blank_values=True)
            fields = {name: values[-1] for name, values in form.items()}
            for name in ("resource_types", "commands"):
                if name in fields:
                    fields[name] = json.loads(fields[name])
    except ValueError:
        raise invalid_argument("commands") from None
    if not isinstance(fields, dict):
        raise invalid_argument("commands")
    return fields


def _task_commands(tasks: TaskOperations) -> Commands:
    return {
        "item_add": (tasks.add, ADD),
        "item_update": (lambda args: tasks.update(args.get("id"), _rest(args)), UPDATE),
        "item_move": (
            lambda args: tasks.move(args.get("id"), _rest(args)),
            _ID | {"parent_id", "section_id", "project_id"},
        ),
        "item_close": (lambda args: tasks.close(args.get("id")), _ID),
        "item_complete": (
            lambda args: tasks.complete(
                args.get("id"), args.get("completed_at") or args.get("date_completed")
            ),
            _ID | {"date_completed", "completed_at", "force_history", "from_undo"},
        ),
        "item_update_date_complete": (
            lambda args: tasks.move_on(args.get("id"), _rest(args)),
            _ID | {"due", "is_forward", "reset_subtasks"},
        ),
        "item_update_day_orders": (
            lambda args: tasks.put_on_days(args.get("ids_to_orders")),
            frozenset({"ids_to_orders"}),
        ),
        "item_uncomplete": (lambda args: tasks.uncomplete(args.get("id")), _ID),
        "item_delete": (lambda args: tasks.delete(args.get("id")), _ID),
    }


def _project_commands(projects: ProjectOperations) -> Commands:
    return {
        "project_add": (projects.add_project, PROJECT),
        "project_update": (
            lambda args: projects.update_project(args.get("id"), _rest(args)),
            PROJECT | _ID,
        ),
        "project_move": (
            lambda args: projects.move_project(args.get("id"), args.get("parent_id")),
            _ID | {"parent_id"},
        ),
        "project_archive": (
            lambda args: projects.archive_project(args.get("id"), archived=True),
            _ID,
        ),
        "project_unarchive": (
            lambda args: projects.archive_project(args.get("id"), archived=False),
            _ID,
        ),
        "project_delete": (lambda args: projects.delete_project(args.get("id")), _ID),
    }


def _section_commands(projects: ProjectOperations) -> Commands:
    return {
        "section_add": (projects.add_section, SECTION | {"project_id"}),
        "section_update": (
            lambda args: projects.update_section(args.get("id"), _rest(args)),
            SECTION | _ID,
        ),
        "section_move": (
            lambda args: projects.move_section(args.get("id"), args.get("project_id")),
            _ID | {"project_id"},
        ),
        "section_archive": (
            lambda args: projects.archive_section(args.get("id"), archived=True),
            _ID | {"archived_at"},
        ),
        "section_unarchive": (
            lambda args: projects.archive_section(args.get("id"), archived=False),
            _ID,
        ),
        "section_delete": (lambda args: projects.delete_section(args.get("id")), _ID),
    }


def _label_commands(labels: LabelOperations) -> Commands:
    return {
        "label_add": (labels.add_label, LABEL),
        "label_update": (
            lambda args: labels.update_label(args.get("id"), _rest(args)),
            LABEL | _ID,
        ),
        "label_rename": (
            lambda args: labels.rename(str(args.get("name_old")), str(args.get("name_new"))),
            frozenset({"name_old", "name_new"}),
        ),
        "label_delete": (
            lambda args: labels.delete_label(args.get("id"), args.get("cascade")),
            _ID | {"cascade"},
        ),
    }


def _note_commands(labels: LabelOperations) -> Commands:
    return {
        "note_add": (
            labels.add_note,
            words("item_id project_id content posted_at uids_to_notify file_attachment"),
        ),
        "note_update": (
            lambda args: labels.update_note(args.get("id"), args),
            _ID | {"content"},
        ),
        "note_delete": (lambda args: labels.delete_note(args.get("id")), _ID),
    }


def _rest(args: Mapping[str, Any]) -> Json:
    return {key: value for key, value in args.items() if key != "id"}
