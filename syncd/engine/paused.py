"""Fields that a tool can't sync for now, and what they hold when they are back."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from syncd.engine.tool import Tool
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import LINK, Pull, Remote
from syncd.model.schema import DEFAULTS
from syncd.store.rows import Link
from syncd.store.store import Store

_NAME = "paused"
_Fields = Mapping[Kind, frozenset[str]]


def paused_fields(store: Store, tool: Tool) -> _Fields:
    """Return the fields that a tool can't sync for now."""
    raw = store.tools.recall(_owner(tool), _NAME) or {}
    return {Kind(kind): frozenset(names) for kind, names in raw.items()}


def remember_paused(store: Store, tool: Tool, paused: _Fields) -> None:
    """Remember which fields a tool can't sync; where that changed, decide anew."""
    now = {str(kind): sorted(names) for kind, names in paused.items() if names}
    if now != (store.tools.recall(_owner(tool), _NAME) or {}):
        store.tools.remember(_owner(tool), _NAME, now)
        store.links.touch_all(tool.name)


def came_back(store: Store, tool: Tool, pull: Pull) -> _Fields:
    """Return the fields, by kind, that could not be read until this time."""
    back = {
        kind: names - pull.paused.get(kind, frozenset())
        for kind, names in paused_fields(store, tool).items()
    }
    return {kind: names for kind, names in back.items() if names}


def keep_values(
    tool: Tool,
    changed: Iterable[Remote],
    links: dict[RemoteId, Link],
    back: _Fields,
) -> None:
    """Let links agree with what came back empty.

    A column that is given another type, and then its own again, comes back empty:
    nobody took those values away, so the plan's go back into it.
    """
    for item in changed:
        link, names = links.get(item.id), back.get(item.kind)
        if link is None or not names:
            continue
        empty = tool.connector.fit(item.kind, {**DEFAULTS[item.kind], LINK: None})
        lost = {
            name: value
            for name, value in item.fields.items()
            if name in names and value == empty.get(name)
        }
        links[item.id] = replace(link, base={**link.base, **lost})


def _owner(tool: Tool) -> str:
    return f"engine:{tool.name}"
