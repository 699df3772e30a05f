"""``POST /sync``: what changed since a token, and batches of commands."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from syncd_todoist.sandbox import account
from syncd_todoist.sandbox.checks import only, words
from syncd_todoist.sandbox.items import ADD, UPDATE, Items
from syncd_todoist.sandbox.places import LABEL, PROJECT, SECTION, Places, Small
from syncd_todoist.sandbox.state import TABLES, State
from syncd_todoist.sandbox.wire import ApiError, Json, bad

_AT_ONCE = 100
_REFERENCES = ("id", "project_id", "section_id", "parent_id", "item_id")
Act = Callable[[Mapping[str, Any]], Json | None]


class Sync:
    """The sync endpoint over one account."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._commands = _commands(Items(state), Places(state), Small(state))

    def answer(self, body: Mapping[str, Any]) -> Json:
        """Answer one request: first the commands, then what changed."""
        only(body, ("sync_token", "resource_types", "commands"))
        commands = body.get("commands") or []
        if not isinstance(commands, list) or len(commands) > _AT_ONCE:
            raise bad("commands")
        token = body.get("sync_token") or "*"
        since = self._since(str(token))
        reply: Json = {}
        if commands:
            reply = self._do(commands)
        kinds = body.get("resource_types") or []
        if not (commands and self._state.switches.hides_changes):
            reply |= self._read(since, kinds if isinstance(kinds, list) else [])
        reply["full_sync"] = since is None
        at = self._state.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        reply |= {"full_sync_date_utc": at, "sync_token": self._state.new_token()}
        return {"temp_id_mapping": {}, **reply}

    def _since(self, token: str) -> int | None:
        if token == "*":  # noqa: S105  # what the service calls its cursor
            return None
        if token in self._state.tokens:
            return self._state.tokens[token]
        if self._state.switches.refuses_old_tokens:
            raise bad("sync_token")
        return None

    def _read(self, since: int | None, kinds: list[Any]) -> Json:
        wanted = set(kinds)
        everything = "all" in wanted
        reply: Json = {}
        for table in TABLES:
            if (everything or table in wanted) and f"-{table}" not in wanted:
                reply[table] = self._rows(table, since)
        state = self._state
        if since is None or state.user_revision > since:
            premium = state.switches.premium
            if everything or "user" in wanted:
                now = state.clock.now()
                reply["user"] = account.user(
                    state.switches.zone, now, state.inbox, premium=premium
                )
            if everything or "user_plan_limits" in wanted:
                reply["user_plan_limits"] = account.plan_limits(premium=premium)
        return reply

    def _rows(self, table: str, since: int | None) -> list[Json]:
        state = self._state
        if since is None:
            rows = state.active_items() if table == "items" else state.live(table)
        else:
            changed = [
                raw
                for raw in state.tables[table].values()
                if state.revisions[raw["id"]] > since
            ]
            rows = iter(sorted(changed, key=lambda raw: state.revisions[raw["id"]]))
        return [{**raw, **state.switches.extra_keys} for raw in rows]

    def _do(self, commands: list[Json]) -> Json:
        status: Json = {}
        mapping: dict[str, str] = {}
        fresh: dict[str, str] = {}
        for command in commands:
            key = str(command.get("uuid") or "")
            if not key:
                raise bad("uuid")
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
            only(command, ("type", "uuid", "args", "temp_id"))
            args = {
                name: fresh.get(value, value) if name in _REFERENCES and value else value
                for name, value in dict(command.get("args") or {}).items()
            }
            lacks = self._state.switches.lacks
            if command.get("type") not in self._commands or command["type"] in lacks:
                raise bad("type")
            act, known = self._commands[command["type"]]
            only(args, known)
            made = act(args)
        except ApiError as error:
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
        raise bad("commands") from None
    if not isinstance(found, dict):
        raise bad("commands")
    return found


def _commands(
    items: Items, places: Places, small: Small
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
        "item_uncomplete": (lambda it: items.uncomplete(it.get("id")), one),
        "item_delete": (lambda it: items.delete(it.get("id")), one),
        "project_add": (places.add_project, PROJECT),
        "project_update": (
            lambda it: places.update_project(it.get("id"), _rest(it)),
            PROJECT | one,
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
        "label_delete": (lambda it: small.delete_label(it.get("id")), one | {"cascade"}),
        "note_add": (
            small.add_note,
            words("item_id project_id content posted_at uids_to_notify file_attachment"),
        ),
        "note_update": (lambda it: small.update_note(it.get("id"), it), one | {"content"}),
        "note_delete": (lambda it: small.delete_note(it.get("id")), one),
    }


def _rest(args: Mapping[str, Any]) -> Json:
    return {key: value for key, value in args.items() if key != "id"}
