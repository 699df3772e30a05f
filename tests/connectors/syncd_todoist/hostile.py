"""Replies of Todoist's that are not what was asked for, made from ones that are."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from syncd.testing.fault_injection import Fault
from tests.connectors.syncd_todoist.harness import TodoistHarness
from tests.connectors.syncd_todoist.wire import Wire

MISSING = object()
"""Stands for a key that is not there."""

VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 3.5, float("nan"), float("inf"), 10**400, 2**70),
    *("", "x", "false", "..", "a/b", "\ud800", "\0", "syncd:" + "é" * 26, "http://[", "T"),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "0001-01-01", "2026-13-45"),
    *([], [None], [1, "a"], ["\ud800"], [[]], {}, {"date": []}, {"date": "2026-01-01"}),
    *({"amount": 10**30, "unit": "minute"}, {"amount": True, "unit": "minute"}, {"id": "x"}),
    *({"date": "2026-01-01T00:00:00Z", "timezone": {}}, {"is_recurring": 1}),
]
JSON = st.recursive(
    st.one_of(st.sampled_from(VALUES), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.sampled_from(["date", "amount", "unit", "timezone", "id"]), st.text()),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


def each(*values: Any) -> tuple[Any, ...]:
    """Return values of whatever types."""
    return values


def altered(raw: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Return an object with one key of another value, or without it."""
    rest = {name: it for name, it in raw.items() if name != key}
    return rest if value is MISSING else {**rest, key: value}


def sync_reply(todoist: TodoistHarness, cursor: str | None) -> dict[str, Any]:
    """Return what ``/sync`` answers now."""
    return Wire(todoist).sync(token=json.loads(cursor)["token"] if cursor else "*")


def answer(todoist: TodoistHarness, reply: Any, **where: Any) -> None:
    """Have requests answered with a reply: those to ``/sync``, unless something is said."""
    asked = {"path": ".*/sync", "times": 0, "status": 200, **where}
    todoist.server.faults.append(Fault(act="status", reply=reply, **asked))


def change_rows(
    todoist: TodoistHarness,
    cursor: str | None,
    name: str,
    change: Callable[[list[Any]], list[Any]],
) -> None:
    """Have ``/sync`` answer with one of its lists changed."""
    reply = sync_reply(todoist, cursor)
    answer(todoist, {**reply, name: change(reply[name])})
