"""What a workspace holds, as values that change."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from syncd_notion.sandbox.texts import Run, plain

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
