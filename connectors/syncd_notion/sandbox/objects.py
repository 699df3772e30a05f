"""What a workspace holds, as values that change; and what each page was at any time."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from syncd_notion.sandbox.rich_text import Run, plain, run_of

Value = Any
"""A property's value as it is kept: runs, numbers, option ids, page ids, dates."""


@dataclass(slots=True, kw_only=True)
class SchemaProperty:
    """One property of a schema; ``id`` is as the schema prints it."""

    id: str
    name: str
    type: str
    config: dict[str, Any] = field(default_factory=dict)
    description: str | None = None

    @property
    def options(self) -> list[dict[str, Any]]:
        """Return the options of a select, a multi-select or a status."""
        options: list[dict[str, Any]] = self.config.setdefault("options", [])
        return options


@dataclass(slots=True, kw_only=True)
class NotionObject:
    """What pages, databases and data sources have in common.

    parent: the id of what holds it; "" is the workspace.
    number: the place in the order of making.
    place: the place among what stands in the same page or block.
    """

    id: str
    parent: str
    number: int
    created: datetime
    edited: datetime
    creator: str
    editor: str
    in_trash: bool = False
    place: int = 0

    def __post_init__(self) -> None:
        """Put it at the end, where nothing else is said."""
        self.place = self.place or self.number


@dataclass(slots=True, kw_only=True)
class NotionPage(NotionObject):
    """A page: a row of a data source, or one that stands by itself (``title``)."""

    values: dict[str, Value] = field(default_factory=dict)
    title: list[Run] = field(default_factory=list)
    is_archived: bool = False
    is_locked: bool = False
    icon: Any = None
    cover: Any = None


@dataclass(slots=True, kw_only=True)
class NotionBlock(NotionObject):
    """A piece of a page's body.

    content: what replies have under its type; it is replaced, never changed.
    """

    type: str
    content: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class NotionDatabase(NotionObject):
    """A container of data sources."""

    title: list[Run] = field(default_factory=list)
    description: list[Run] = field(default_factory=list)
    is_inline: bool = False
    is_locked: bool = False
    icon: Any = None
    cover: Any = None


@dataclass(slots=True, kw_only=True)
class DataSource(NotionObject):
    """A data source: a schema with rows. ``removed`` are properties that can come back."""

    title: list[Run] = field(default_factory=list)
    props: dict[str, SchemaProperty] = field(default_factory=dict)
    removed: dict[str, SchemaProperty] = field(default_factory=dict)

    @property
    def title_prop(self) -> SchemaProperty:
        """Return the one property that is the title."""
        return self.props["title"]


BodyPart = NotionPage | NotionDatabase | NotionBlock
"""What can stand in the body of a page."""


def uuid_of(*parts: object) -> str:
    """Return the UUID that always follows from ``parts``."""
    text = hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"


def to_the_minute(stamp: datetime) -> str:
    """Return a time as pages and data sources show it."""
    cut = stamp.astimezone(UTC).replace(second=0, microsecond=0)
    return cut.strftime("%Y-%m-%dT%H:%M:00.000Z")


def to_the_millisecond(stamp: datetime) -> str:
    """Return a time as databases show it."""
    return stamp.astimezone(UTC).isoformat(timespec="milliseconds")


def title_of(page: NotionPage) -> str:
    """Return a page's title as plain text."""
    return plain(page.values.get("title", page.title))


def defaults(source: DataSource) -> dict[str, Value]:
    """Return what a new row has: a status is never empty (recorded, 77 of 78 rows)."""
    props = [prop for prop in source.props.values() if prop.type == "status" and prop.options]
    return {prop.id: prop.options[0]["id"] for prop in props}


def carried_over(page: NotionPage, before: DataSource, after: DataSource) -> dict[str, Value]:
    """Return a row's values under the properties of another data source."""
    values_there: dict[str, Value] = {"title": page.values.get("title", [])}
    named = {target.name: target for target in after.props.values()}
    for prop in before.props.values():
        target, value = named.get(prop.name), page.values.get(prop.id)
        if target is None or target.type != prop.type or value in (None, []):
            continue
        values_there[target.id] = _translated(prop, target, value)
    return values_there


def _translated(prop: SchemaProperty, target: SchemaProperty, value: Value) -> Value:
    """Return a value with the options of another property, found by their names."""
    if prop.type not in ("select", "status", "multi_select"):
        return value
    names = {option["id"]: option["name"] for option in prop.options}
    ids = {option["name"]: option["id"] for option in target.options}
    if prop.type == "multi_select":
        return [ids[names[option]] for option in value if names.get(option) in ids]
    return ids.get(names.get(value, ""))


def text_of_value(notion_type: str, value: Value, names: dict[str, str]) -> str:
    """Return a value as text, before its property becomes one of another type."""
    if notion_type in ("title", "rich_text"):
        return plain(value or [])
    if notion_type in ("select", "status"):
        return names.get(value, "")
    if notion_type == "date":
        return value["start"] if value else ""
    return "" if value in (None, [], False) else str(value)


def value_of_text(notion_type: str, text: str) -> Value:
    """Return what a property of this type makes of a text."""
    if notion_type == "rich_text":
        return [run_of(text)] if text else []
    if notion_type in ("url", "email", "phone_number"):
        return text or None
    if notion_type == "number":
        return number_of(text)
    if notion_type == "date":
        return {"start": text, "end": None} if re.match(r"\d{4}-\d\d-\d\d", text) else None
    return [] if notion_type in ("multi_select", "relation", "people") else None


def number_of(text: str) -> float | None:
    """Return the number that a text is, or None."""
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


class PageHistory:
    """Every state of every page, in order."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, NotionPage]] = []

    def note(self, at: datetime, page: NotionPage) -> None:
        """Note a page as it is now."""
        kept = replace(page, values=dict(page.values), title=list(page.title))
        self._entries.append((at, kept))

    def pages(self, at: datetime) -> dict[str, NotionPage]:
        """Return the pages that there were at a time, as they were, by id."""
        return {page.id: page for when, page in self._entries if when <= at}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotionRequest:
    """One request: the ids in its path, its query, its body."""

    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: dict[str, Any]
