"""The REST paths of the API, as far as clients need them."""

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from syncd_todoist.sandbox import due as dues
from syncd_todoist.sandbox.account import TodoistState, TodoistView
from syncd_todoist.sandbox.places import (
    LABEL,
    PROJECT,
    SECTION,
    LabelOperations,
    ProjectOperations,
)
from syncd_todoist.sandbox.tasks import TaskOperations
from syncd_todoist.sandbox.wire import (
    Json,
    invalid_argument,
    not_found,
    refuse_unknown,
    user_object,
    words,
)

Query = Mapping[str, str]

_TASK = words(
    "content description project_id section_id parent_id order child_order day_order labels "
    "priority due_string due_lang due_date due_datetime assignee_id auto_reminder "
    "auto_parse_labels duration duration_unit deadline_date deadline_lang is_collapsed"
)
_MONTHS_3 = timedelta(days=93)
_WEEKS_6 = timedelta(weeks=6)


class RestEndpoints:
    """Answers by method and path; ``None`` stands for an empty 204."""

    def __init__(self, state: TodoistState) -> None:
        self._state = state
        self.task_operations = TaskOperations(state)
        self.project_operations = ProjectOperations(state)
        self.label_operations = LabelOperations(state)

    def tasks(self, query: Query) -> Json:
        """GET /tasks."""
        refuse_unknown(query, words("project_id section_id parent_id label ids limit cursor"))
        rows = self._listed(self._seen().active_items())
        for key in ("project_id", "section_id", "parent_id"):
            if key in query:
                rows = [raw for raw in rows if raw[key] == query[key]]
        if "label" in query:
            rows = [raw for raw in rows if query["label"] in raw["labels"]]
        if "ids" in query:
            ids = query["ids"].strip("[]").replace('"', "").split(",")
            rows = [raw for raw in rows if raw["id"] in ids]
        return self._page(rows, query)

    def task(self, item: str) -> Json:
        """GET /tasks/{id}: of active tasks; a completed one may be found too.

        (Doist/todoist-mcp#152 shows one that was; other programs say 404.)
        """
        raw = self._state.get("items", item)
        shown = raw.get("is_archived") or (
            raw["checked"] and self._state.switches.shows_completed
        )
        if not shown and raw not in list(self._state.active_items()):
            raise not_found("Task")
        return self._shown(raw)

    def add_task(self, body: Json) -> Json:
        """POST /tasks."""
        return self._shown(self.task_operations.add(self._args(body)))

    def update_task(self, item: str, body: Json) -> Json:
        """POST /tasks/{id}: the object after the change."""
        self.task(item)
        args = self._args(body)
        if {"project_id", "section_id", "parent_id"} & set(args):
            raise invalid_argument("project_id")
        return self._shown(self.task_operations.update(item, args))

    def move_task(self, item: str, body: Json) -> Json:
        """POST /tasks/{id}/move: answered with the task as it was before (recorded)."""
        before = self.task(item)
        self.task_operations.move(item, body)
        return before

    def quick_add(self, body: Json) -> Json:
        """POST /tasks/quick: without its language, the text is the title."""
        refuse_unknown(body, ("text", "note", "reminder", "auto_reminder", "meta"))
        raw = self.task_operations.add({"content": body.get("text")})
        meta = {
            "assignee": [None, None],
            "deadline": None,
            "description": "",
            "due": None,
            "labels": {},
            "priority": raw["priority"],
            "project": [None, None],
            "reminders": [],
            "section": [None, None],
            "text": raw["content"],
        }
        return {
            **dict(sorted(self._shown(raw).items())),
            **({"meta": meta} if body.get("meta") else {}),
        }

    def completed(self, query: Query, by: str) -> Json:
        """GET /tasks/completed/…: keys in alphabetical order, no ``next_cursor`` (recorded)."""
        refuse_unknown(
            query,
            words(
                "since until workspace_id project_id section_id parent_id filter_query "
                "filter_lang limit cursor public_key"
            ),
        )
        since, until = _instant(query, "since"), _instant(query, "until")
        if (
            not timedelta(0)
            <= until - since
            <= (_MONTHS_3 if by == "completed_at" else _WEEKS_6)
        ):
            raise invalid_argument("since")
        rows = [
            raw
            for raw in self._listed(self._seen().tables["items"].values())
            if raw["checked"] and not raw["is_deleted"] and since <= _when(raw, by) <= until
        ]
        if "project_id" in query:
            rows = [raw for raw in rows if raw["project_id"] == query["project_id"]]
        rows.sort(key=lambda raw: _when(raw, by), reverse=True)
        page = self._page([dict(sorted(raw.items())) for raw in rows], query)
        more = {"next_cursor": page["next_cursor"]} if page["next_cursor"] else {}
        return {"items": page["results"], **more}

    def listed(self, table: str, query: Query) -> Json:
        """GET of a list; sections, labels and comments too."""
        refuse_unknown(query, words("project_id task_id limit cursor"))
        rows = self._listed(self._seen().live(table))
        if "project_id" in query:
            rows = [raw for raw in rows if raw.get("project_id") == query["project_id"]]
        if "task_id" in query:
            rows = [raw for raw in rows if raw.get("item_id") == query["task_id"]]
        return self._page(rows, query)

    def search(self, table: str, query: Query) -> Json:
        """GET …/search: what has the words in its name."""
        refuse_unknown(query, words("query project_id limit cursor"))
        wanted = query.get("query", "").casefold()
        rows = [raw for raw in self._state.live(table) if wanted in raw["name"].casefold()]
        return self._page(rows, query)

    def archived_projects(self, query: Query) -> Json:
        """GET /projects/archived."""
        rows = [
            raw
            for raw in self._state.tables["projects"].values()
            if raw["is_archived"] and not raw["is_deleted"]
        ]
        return self._page(rows, query)

    def get(self, table: str, wanted: str) -> Json:
        """GET of one object."""
        return self._shown(self._state.get(table, wanted))

    def add(self, table: str, body: Json) -> Json:
        """POST of a new project, section, label or comment."""
        known = {"projects": PROJECT, "sections": SECTION | {"project_id"}, "labels": LABEL}
        if table in known:
            refuse_unknown(body, known[table])
        adders = {
            "projects": self.project_operations.add_project,
            "sections": self.project_operations.add_section,
            "labels": self.label_operations.add_label,
            "notes": self.label_operations.add_note,
        }
        return self._shown(adders[table](body))

    def update(self, table: str, wanted: str, body: Json) -> Json:
        """POST of changes to one."""
        updaters = {
            "projects": self.project_operations.update_project,
            "sections": self.project_operations.update_section,
            "labels": self.label_operations.update_label,
            "notes": self.label_operations.update_note,
        }
        return self._shown(updaters[table](wanted, body))

    def delete(self, table: str, wanted: str) -> None:
        """DELETE of one."""
        deleters = {
            "items": self.task_operations.delete,
            "projects": self.project_operations.delete_project,
            "sections": self.project_operations.delete_section,
            "labels": self.label_operations.delete_label,
            "notes": self.label_operations.delete_note,
        }
        deleters[table](wanted)

    def archive(self, table: str, wanted: str, *, archived: bool) -> Json:
        """POST …/archive and …/unarchive: the object before the change (recorded)."""
        before = self._shown(self._state.get(table, wanted))
        if table == "projects":
            self.project_operations.archive_project(wanted, archived=archived)
        else:
            self.project_operations.archive_section(wanted, archived=archived)
        return before

    def user(self) -> Json:
        """GET /user."""
        state = self._state
        premium = state.switches.premium
        return user_object(state.switches.zone, state.clock.now(), state.inbox, premium=premium)

    def shared_labels(self, query: Query) -> Json:
        """GET /labels/shared: names."""
        own = {raw["name"] for raw in self._state.live("labels")}
        names = self.label_operations.shared()
        if query.get("omit_personal", "").lower() == "true":
            names = [name for name in names if name not in own]
        return self._page([{"name": name} for name in names], query, plain=True)

    def _listed(self, rows: Iterable[Json]) -> list[Json]:
        return [] if self._state.finds_nothing() else self._state.listed(rows)

    def _seen(self) -> TodoistView:
        return self._state.seen(full=False)[0]

    def _shown(self, raw: Json) -> Json:
        return {**raw, **self._state.switches.extra_keys}

    def _page(self, rows: Iterable[Json], query: Query, *, plain: bool = False) -> Json:
        try:
            limit = int(query.get("limit") or 50)
        except ValueError:
            raise invalid_argument("limit") from None
        if not 1 <= limit <= 200:
            raise invalid_argument("limit")
        end = f".sandbox{self._state.listings}"
        start = _decoded(query.get("cursor") or "", end)
        listed = list(rows)
        more = start + limit < len(listed)
        again = 1 if start and self._state.switches.repeats_rows else 0
        part = listed[start - again : start + limit]
        shown = [raw["name"] if plain else self._shown(raw) for raw in part]
        return {"results": shown, "next_cursor": _encoded(start + limit, end) if more else None}

    def _args(self, body: Json) -> Json:
        """Return a flat REST body as the arguments of a command."""
        refuse_unknown(body, _TASK)
        args = {
            key: value
            for key, value in body.items()
            if not key.startswith(("due_", "duration", "deadline_", "assignee", "order"))
        }
        if "order" in body:
            args["child_order"] = body["order"]
        if "assignee_id" in body:
            args["responsible_uid"] = body["assignee_id"] and str(body["assignee_id"])
        if "duration" in body:
            unit = body.get("duration_unit")
            args["duration"] = body["duration"] and {"amount": body["duration"], "unit": unit}
        if "deadline_date" in body:
            args["deadline"] = body["deadline_date"] and {"date": body["deadline_date"]}
        date = body.get("due_datetime") or body.get("due_date")
        if date:
            args["due"] = {"date": date}
        elif "due_string" in body:
            state = self._state
            args["due"] = dues.from_string(
                str(body["due_string"] or ""), state.switches.zone, state.clock.now()
            )
        return args


def _instant(query: Query, name: str) -> datetime:
    try:
        return datetime.fromisoformat(query[name].replace(" ", "+"))
    except (KeyError, ValueError):
        raise invalid_argument(name) from None


def _when(raw: Json, by: str) -> datetime:
    if by == "completed_at":
        return datetime.fromisoformat(raw["completed_at"])
    at = datetime.fromisoformat((raw["due"] or {}).get("date") or "1970-01-01")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _encoded(start: int, end: str) -> str:
    return base64.urlsafe_b64encode(f"{start}".encode()).decode().rstrip("=") + end


def _decoded(cursor: str, end: str) -> int:
    if not cursor:
        return 0
    try:
        body = cursor.removesuffix(end)
        if body == cursor:
            raise invalid_argument("cursor")
        return int(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except ValueError:
        raise invalid_argument("cursor") from None
