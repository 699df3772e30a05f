"""An entity as a tool holds it: the values that cross the contract.

In everything here a reference (``Task.goal``, ``Skill.goals``, …) is the **remote
id** of its target in the same tool, never an id of the plan: a connector knows
nothing of other tools. The engine translates in both directions. Only a reference to
a kind that the tool does not carry (a block's task and goal in a calendar) is the
plan's own id: the tool keeps it for syncd, and has nothing that it could lead to.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.schema import Fields, fields_to_json
from syncd.model.values import Moment

_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True)

PAGE_URL = "link"
"""A field beside those of the kind: the address of the entity's page in the tool
that gives addresses. A tool may carry it, and is then found again by it."""

LINKS = "links"
"""A field beside those of the kind, never editable: where the item's task can be opened
in other tools. Text, a line each, the tool's name before the address:
``Notion https://…``."""

PAGE_CONTENT = "body"
"""A field beside those of the kind: what the page of an item begins with, as pairs of a
style and a text on one line. The styles: ``heading``, ``text``, ``item`` (of a list),
``quote``. It is given only when the item is made."""

EXTRA_FIELDS = (PAGE_URL, LINKS, PAGE_CONTENT)
"""The fields that a tool may carry beside those of the kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How one tool carries one kind.

    fields: all that the tool holds of it (those of ``EXTRA_FIELDS`` may be among them).
    editable: those whose changes there change the plan; the rest is syncd's own.
    home: where edit times tie, this tool's value wins for these fields.
    write_once: those that syncd gives only when it makes the item; they are its user's from
        then on, and never read back.
    read_only: of the editable ones, those that syncd only reads there and never writes (the
        tick before a block's title).
    imports: an item that the user adds there becomes an entity of the plan.
    delete_archives: an item that is gone there archives its entity.
    gone: what its being gone there means instead, as new values of the entity's fields
        (a learning block that was deleted is skipped).
    live_only: only what can be acted on now is held there (open tasks of goals
        that are not paused or dropped; active goals).
    hides_done: what is done is no longer listed, though not deleted.
    falls_with: fields that the tool empties by itself when another one is emptied, or loses
        its time of day, and which: their being empty then is nobody's edit.
    """

    fields: frozenset[str]
    editable: frozenset[str]
    home: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    write_once: frozenset[str] = frozenset()
    imports: bool = True
    delete_archives: bool = True
    gone: Fields = field(default_factory=dict)
    live_only: bool = False
    hides_done: bool = False
    falls_with: Mapping[str, str] = field(default_factory=dict)

    def fallen(self, observed: Fields, base: Fields) -> frozenset[str]:
        """Return the fields that an item lacks by what the tool does, not by an edit."""
        return frozenset(
            name
            for name, other in self.falls_with.items()
            if observed.get(name) is None and _fell(observed, base, other)
        )


def _fell(observed: Fields, base: Fields, name: str) -> bool:
    if name not in observed:
        return False
    now, before = observed[name], base.get(name)
    return now is None or (isinstance(before, Moment) and not isinstance(now, Moment))


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """One item of a tool, read and normalised.

    fields: the carried fields that could be read. What could not (a text that is
        no date, a property of another type) is missing here and has a sentence,
        ending with what to do, in ``problems``.
    version: what ``update`` must find unchanged; "" where a tool has none.
    edited_at: when the tool says it was last edited; None if it does not say.
    mark: syncd's own key found on the item (an entity id), if any.
    link: the address of another tool's page found on the item, if any.
    url: where a person opens this item.
    completions: how often a repeating item was completed, where the tool counts.
    extra: what the connector wants to be handed back with this item; JSON.
    """

    id: RemoteId
    kind: Kind
    fields: Fields
    version: str = ""
    created_at: datetime | None = None
    edited_at: datetime | None = None
    mark: EntityId | None = None
    link: str | None = None
    url: str = ""
    completions: int = 0
    problems: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An item as it was last seen: what a write relies on.

    An update also writes the mark wherever ``mark`` is not the entity's id (an item
    that its user added, or a copy that carries another's).
    """

    id: RemoteId
    version: str = ""
    mark: EntityId | None = None
    fields: Fields = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """What reading a tool brought.

    items: what changed since the cursor, or, for the kinds in ``whole``, all there is.
    gone: remote ids with positive evidence of removal (tombstone, cancelled, trash,
        moved out of syncd's container).
    last: what those of ``gone`` last held of which the tool still tells.
    unread: items that are there and can't be read, each with a sentence: neither gone nor
        changed.
    whole: the kinds whose listing is complete; an item of these that is absent is
        *unconfirmed*, not gone.
    cursor: where the next pull starts; opaque text; None keeps the old one.
    clock_offset: the tool's clock less ours, from its Date header.
    problems: sentences about the container (a property renamed, retyped, missing).
    unmapped_fields: fields of kinds that can't be synced for now (their property is missing
        or has another type): not read, not written.
    """

    items: tuple[Remote, ...] = ()
    gone: frozenset[RemoteId] = frozenset()
    last: tuple[Remote, ...] = ()
    unread: Mapping[RemoteId, str] = field(default_factory=dict)
    whole: frozenset[Kind] = frozenset()
    cursor: str | None = None
    clock_offset: timedelta | None = None
    problems: tuple[str, ...] = ()
    unmapped_fields: Mapping[Kind, frozenset[str]] = field(default_factory=dict)


class Op(StrEnum):
    """What a write does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One write, whole: sending it twice with the same key does it once.

    key: made for this write and kept with the intent; a UUID as text.
    fields: all carried fields for a create; only those to change for an update.
    seen: the item as last seen; for a create, the removed item that it revives.
    """

    op: Op
    key: str
    kind: Kind
    entity: EntityId
    fields: Fields = field(default_factory=dict)
    seen: Seen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What a tool's containers look like.

    missing: in words, each container that ``provision`` would make.
    """

    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def content_hash(item: Remote) -> str:
    """Return a hash of all that syncd reads of an item but its times and version.

    What is kept beside the fields belongs to it (the end of a span, further relations): a
    write hands that back, so it has to be as the person last left it.
    """
    seen = [
        fields_to_json(item.fields),
        item.mark,
        item.link,
        item.url,
        item.completions,
        dict(item.problems),
        dict(item.extra),
    ]
    text = _SORTED.encode(seen)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
