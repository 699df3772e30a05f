"""Tasks: what can be done with them through ``/sync``, REST or the page."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from syncd_todoist.sandbox import due as dues
from syncd_todoist.sandbox.account import LimitChecks, TodoistState, TodoistSwitches
from syncd_todoist.sandbox.wire import (
    Json,
    invalid_argument,
    moment,
    new_item,
    premium_only,
    text,
    words,
)

_LABEL = re.compile(r"(?:^|\s)@([^\s@]+)")


def priority(value: Any) -> int:
    """Return a priority: 1 is normal, 4 urgent."""
    if value not in (1, 2, 3, 4):
        raise invalid_argument("priority")
    return int(value)


def labels(value: Any) -> list[str]:
    """Return label names; at most 100, of at most 60 characters."""
    if not isinstance(value, list) or len(value) > 100:
        raise invalid_argument("labels")
    names = [text(name, "labels", 60) for name in value]
    return list(dict.fromkeys(names))


def parsed_labels(content: str) -> tuple[str, list[str]]:
    """Take the words that begin with @ out of a title, as labels."""
    names = _LABEL.findall(content)
    rest = " ".join(_LABEL.sub(" ", content).split())
    return (rest, names) if rest and names else (content, [])


def duration(value: Any, switches: TodoistSwitches) -> Json:
    """Return the duration to keep, if the account has durations."""
    if value is None:
        return {"duration": None}
    if not switches.durations:
        if switches.ignores_durations:
            return {}
        raise premium_only("duration")
    if not isinstance(value, dict) or set(value) != {"amount", "unit"}:
        raise invalid_argument("duration")
    amount = value["amount"]
    if not isinstance(amount, int) or amount <= 0 or value["unit"] not in ("minute", "day"):
        raise invalid_argument("duration")
    return {"duration": {"amount": amount, "unit": value["unit"]}}


def deadline(value: Any, switches: TodoistSwitches) -> Json:
    """Return the deadline to keep: a day, and only on a paid plan."""
    if value is None:
        return {"deadline": None}
    if not switches.premium:
        raise premium_only("deadline")
    if not isinstance(value, dict) or set(value) - {"date", "lang"}:
        raise invalid_argument("deadline")
    try:
        day = date.fromisoformat(str(value.get("date"))).isoformat()
    except ValueError:
        raise invalid_argument("deadline") from None
    return {"deadline": {"date": day, "lang": value.get("lang") or "en"}}


def lasting_duration(raw: Json, switches: TodoistSwitches) -> Json:
    """Return an item without its duration where that has nothing to stand on.

    The service discards it and answers "ok" (Doist/todoist-sdk-typescript#242).
    """
    due = raw["due"]
    kept = {
        "nothing": True,
        "due": due is not None,
        "time": due is not None and "T" in due["date"],
    }
    return raw if kept[switches.duration_needs] else {**raw, "duration": None}


ADD = words(
    "content description project_id section_id parent_id due deadline duration priority "
    "labels child_order order_key day_order is_collapsed assigned_by_uid responsible_uid "
    "auto_reminder auto_parse_labels"
)
UPDATE = words(
    "id content description due deadline duration priority labels is_collapsed day_order "
    "child_order order_key assigned_by_uid responsible_uid"
)
_OPEN = {"checked": False, "completed_at": None, "completed_by_uid": None}
_COPIED = words(
    "project_id section_id content description labels priority due deadline duration "
    "child_order is_collapsed"
)
_PLAIN = ("child_order", "day_order", "is_collapsed", "responsible_uid", "assigned_by_uid")


class TaskOperations:
    """Tasks."""

    def __init__(self, state: TodoistState) -> None:
        self._state = state
        self._limits = LimitChecks(state)

    def add(self, args: Mapping[str, Any]) -> Json:
        """Add a task; into the Inbox where no other place is given."""
        raw = new_item(self._state.fresh_id(), self._state.stamps())
        raw |= self._place(args)
        given = {key: value for key, value in args.items() if value is not None}
        raw |= self._values({"content": None, **given})
        if args.get("auto_parse_labels", True):
            raw["content"], names = parsed_labels(raw["content"])
            raw["labels"] = [*raw["labels"], *names]
        if "child_order" not in args:
            raw["child_order"] = sum(1 for _ in self._state.live("items"))
        self._limits.for_items(raw["project_id"])
        raw = lasting_duration(raw, self._state.switches)
        return self._state.put("items", raw, stamp=False)

    def update(self, item: Any, args: Mapping[str, Any]) -> Json:
        """Change fields of a task; null clears due, deadline and duration.

        A duration is cleared with the due date that it needs.
        """
        raw = {**self._state.get("items", item), **self._values(args)}
        return self._state.change("items", lasting_duration(raw, self._state.switches))

    def move(self, item: Any, args: Mapping[str, Any]) -> Json:
        """Move a task, and all below it, to exactly one place."""
        raw = self._state.get("items", item)
        if len(args) != 1:
            raise invalid_argument("parent_id")
        if args.get("parent_id") in {task["id"] for task in self._below(raw, with_it=True)}:
            raise invalid_argument("parent_id")
        place = self._place({key: value for key, value in args.items() if value})
        arriving = [task for task in self._below(raw, with_it=True) if not task["checked"]]
        self._limits.for_items(place["project_id"], arriving)
        moved = self._state.change("items", raw, **place)
        for below in self._below(moved):
            where = {key: place[key] for key in ("project_id", "section_id")}
            self._state.change("items", below, **where)
        return moved

    def close(self, item: Any) -> Json:
        """Tick a task: a repeating one moves on, any other is completed."""
        raw = self._state.get("items", item)
        if not (raw["due"] or {}).get("is_recurring"):
            return self.complete(item)
        state = self._state
        advanced = dues.advanced(raw["due"], state.switches.zone, state.clock.now())
        if state.switches.resets_subtasks:
            self._reset_below(raw)
        count = raw["completed_count"] + 1
        return state.change("items", raw, due=advanced, completed_count=count)

    def move_on(self, item: Any, args: Mapping[str, Any]) -> Json:
        """Complete a repeating task with the due that a client chose, or take that back."""
        raw = self._state.get("items", item)
        forward = bool(args.get("is_forward", 1))
        if args.get("reset_subtasks"):
            self._reset_below(raw)
        count = max(0, raw["completed_count"] + (1 if forward else -1))
        values = self._values({"due": args.get("due")})
        return self._state.change("items", raw, completed_count=count, **values)

    def put_on_days(self, orders: Any) -> None:
        """Say in which order tasks stand in the view of a day."""
        if not isinstance(orders, Mapping):
            raise invalid_argument("ids_to_orders")
        for item, order in orders.items():
            raw = self._state.get("items", item)
            self._state.change("items", raw, day_order=order)

    def _reset_below(self, raw: Json) -> None:
        for task in self._below(raw):
            if task["checked"]:
                self._state.change("items", task, **_OPEN)

    def complete(self, item: Any, at: str | None = None) -> Json:
        """Complete a task with all below it, a repeating one for good."""
        raw = self._state.get("items", item)
        for task in self._below(raw, with_it=True):
            if task["checked"]:
                continue
            count = task["completed_count"] + 1
            when = at or moment(self._state.now())
            done = {"checked": True, "completed_at": when, "completed_count": count}
            self._state.change("items", task, completed_by_uid=raw["user_id"], **done)
        return self._state.get("items", item)

    def uncomplete(self, item: Any) -> Json:
        """Reopen a task, last in its list, with what is above it."""
        raw = self._state.get("items", item)
        reopened = [task for task in self._and_above(raw) if task["checked"]]
        self._limits.for_items(raw["project_id"], reopened)
        last = max((task["child_order"] for task in self._state.live("items")), default=0) + 1
        for task in reopened:
            self._state.change("items", task, child_order=last, **_OPEN)
        return self._state.get("items", item)

    def copy(self, item: Any, parent: str | None = None) -> Json:
        """Duplicate a task as the app does, with what is open below it."""
        raw = self._state.get("items", item)
        self._limits.for_items(raw["project_id"])
        copied = new_item(self._state.fresh_id(), self._state.stamps())
        copied |= {key: raw[key] for key in _COPIED}
        copied["parent_id"] = parent or raw["parent_id"]
        below = [task for task in self._children(raw) if not task["checked"]]
        copy = self._state.put("items", copied, stamp=False)
        for task in below:
            self.copy(task["id"], copy["id"])
        return copy

    def delete(self, item: Any) -> None:
        """Delete a task with all below it; tombstones stay."""
        for task in self._below(self._state.get("items", item), with_it=True):
            self._state.change("items", task, is_deleted=True)

    def _below(self, raw: Json, *, with_it: bool = False) -> Iterator[Json]:
        if with_it:
            yield raw
        for task in self._children(raw):
            yield from self._below(task, with_it=True)

    def _children(self, raw: Json) -> list[Json]:
        items = self._state.tables["items"].values()
        return [
            task for task in items if task["parent_id"] == raw["id"] and not task["is_deleted"]
        ]

    def _and_above(self, raw: Json | None) -> Iterator[Json]:
        while raw is not None and not raw["is_deleted"]:
            yield raw
            raw = self._state.tables["items"].get(raw["parent_id"] or "")

    def _place(self, args: Mapping[str, Any]) -> Json:
        if args.get("parent_id"):
            parent = self._state.get("items", args["parent_id"])
            inherited = {key: parent[key] for key in ("project_id", "section_id")}
            return {**inherited, "parent_id": parent["id"]}
        project, section = args.get("project_id"), args.get("section_id")
        if section:
            raw = self._state.get("sections", section)
            if raw["is_archived"] or (project and raw["project_id"] != project):
                raise invalid_argument("section_id")
            project = raw["project_id"]
        target = self._state.get("projects", project or self._state.inbox)
        if target["is_archived"]:
            raise invalid_argument("project_id")
        return {"project_id": target["id"], "section_id": section or None, "parent_id": None}

    def _values(self, args: Mapping[str, Any]) -> Json:
        """Return the checked values of those arguments that are fields."""
        values = {key: args[key] for key in _PLAIN if key in args}
        for key, check in self._checks().items():
            if key in args:
                values |= check(args[key])
        return values

    def _checks(self) -> Mapping[str, Callable[[Any], Json]]:
        zone, now = self._state.switches.zone, self._state.clock.now()
        return {
            "content": lambda value: {"content": text(value, "content", 500)},
            "description": lambda value: {
                "description": text(value, "description", 16383, empty=True)
            },
            "priority": lambda value: {"priority": priority(value)},
            "labels": lambda value: {"labels": labels(value)},
            "due": lambda value: {"due": dues.parse(value, zone, now)},
            "deadline": lambda value: deadline(value, self._state.switches),
            "duration": lambda value: duration(value, self._state.switches),
        }
