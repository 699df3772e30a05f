"""How services differ, as values: three very different tools for ``syncd.testing.in_memory_connector``."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from syncd.model.entities import Kind
from syncd.model.remote import LINKS, PAGE_CONTENT, PAGE_URL, Carried
from syncd.model.schema import FIELDS, Fields
from syncd.model.values import BlockState, FieldType, Moment, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a service can and cannot do.

    containers: names of what holds items; a kind's own name, or else the first, holds it.
    needs: fields without which an item of a kind cannot be held at all.
    title_limit, text_limit: in characters; what is longer ends with "…".
    zoneless: moments lose their zone and their seconds.
    whole_listing: every pull lists everything (a small Notion database).
    tombstones: an incremental pull tells what was removed.
    keeps_keys: a write whose key was seen before is answered, not done again.
    chooses_ids: the remote id follows from the entity's id.
    keeps_marks: an item can carry the entity's id.
    states: as which state a learning block of each state is held; one that is in none is
        not held at all. Empty: each as itself.
    reads_busy: whether it tells when its user has no time.
    conditional: items have versions, and a write may rely on one.
    page_size: how many items one request of a listing brings.
    """

    name: str
    capabilities: Mapping[Kind, Carried]
    containers: tuple[str, ...]
    needs: Mapping[Kind, frozenset[str]] = field(default_factory=dict)
    states: Mapping[BlockState, BlockState] = field(default_factory=dict)
    edit_resolution: timedelta = timedelta(milliseconds=1)
    provides_urls: bool = False
    reads_busy: bool = False
    batch_size: int = 1
    title_limit: int | None = None
    text_limit: int | None = None
    zoneless: bool = False
    whole_listing: bool = False
    tombstones: bool = True
    keeps_keys: bool = False
    chooses_ids: bool = False
    keeps_marks: bool = True
    conditional: bool = False
    page_size: int = 100

    def container(self, kind: Kind) -> str:
        """Return the name of the container that holds a kind."""
        return kind.value if kind.value in self.containers else self.containers[0]

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say whether an item with these fields can be held."""
        needed = self.needs.get(kind, frozenset())
        state = fields.get("state", BlockState.PUBLISHED)
        if kind is Kind.BLOCK and self.states and state not in self.states:
            return False
        return kind in self.capabilities and all(
            fields.get(name) is not None for name in needed
        )

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what can be held of ``fields``."""
        if kind not in self.capabilities:
            return {}
        carried = self.capabilities[kind].fields
        return {
            name: self._fitted(kind, name, value)
            for name, value in fields.items()
            if name in carried
        }

    def _fitted(self, kind: Kind, name: str, value: Value) -> Value:
        if isinstance(value, Moment) and self.zoneless:
            return value.to_the_minute().without_zone()
        if isinstance(value, BlockState):
            return self.states.get(value, value)
        if name in (PAGE_URL, LINKS):
            return value or ""
        if name == PAGE_CONTENT:
            return value
        if not isinstance(value, str) or FIELDS[kind][name].type is not FieldType.TEXT:
            return value
        return _shortened(value, self.title_limit if name == "title" else self.text_limit)


def _shortened(text: str, limit: int | None) -> str:
    return text if limit is None or len(text) <= limit else text[: limit - 1] + "…"


def _all_of(kind: Kind, *but: str) -> frozenset[str]:
    return frozenset(FIELDS[kind]) - {"archived", *but}


def _given(kind: Kind) -> frozenset[str]:
    return frozenset(name for name, spec in FIELDS[kind].items() if not spec.derived)


def _page(kind: Kind, *but: str, frozen: frozenset[str] = frozenset()) -> Carried:
    fields = _all_of(kind, *but)
    editable = (fields & _given(kind)) - frozen
    home = editable - {"done", "due"} if kind is Kind.TASK else editable
    return Carried(fields=fields, editable=editable, home=home)


def _with_body(carried: Carried) -> Carried:
    return replace(
        carried, fields=carried.fields | {PAGE_CONTENT}, write_once=frozenset({PAGE_CONTENT})
    )


LIKE_NOTION = Capabilities(
    name="pages",
    capabilities={
        Kind.PROFILE: _page(Kind.PROFILE),
        Kind.GOAL: _page(Kind.GOAL),
        Kind.MILESTONE: _page(Kind.MILESTONE, "done_at"),
        Kind.SKILL: _page(Kind.SKILL),
        Kind.RESOURCE: _page(Kind.RESOURCE),
        Kind.TASK: _page(Kind.TASK, "parent", "done_at"),
        Kind.CONTACT: _page(Kind.CONTACT),
        Kind.ACHIEVEMENT: _page(Kind.ACHIEVEMENT),
        Kind.REVIEW: _with_body(_page(Kind.REVIEW, "notes", frozen=frozenset({"facts"}))),
    },
    containers=tuple(kind.value for kind in Kind if kind is not Kind.BLOCK),
    edit_resolution=timedelta(minutes=1),
    provides_urls=True,
    whole_listing=True,
    tombstones=False,
)
"""Minutes for edit times, no keys, no versions, no tombstones; found by its mark."""

LIKE_CALENDAR = Capabilities(
    name="calendar",
    capabilities={
        Kind.MILESTONE: Carried(
            fields=frozenset({"title", "due", "done"}),
            editable=frozenset({"title", "due", "done"}),
        ),
    },
    containers=("Learning",),
    needs={Kind.MILESTONE: frozenset({"due"})},
    title_limit=1024,
    chooses_ids=True,
    conditional=True,
    page_size=250,
)
"""Ids that the client chooses, versions that a write may rely on, tombstones."""

_BLOCK = frozenset({"title", "start", "end", "state"})

LIKE_PLANNER = replace(
    LIKE_CALENDAR,
    capabilities={
        **LIKE_CALENDAR.capabilities,
        Kind.BLOCK: Carried(
            fields=_BLOCK | {"task", "goal", LINKS},
            editable=_BLOCK,
            home=frozenset({"start", "end"}),
            read_only=frozenset({"state"}),
            imports=False,
            delete_archives=False,
            gone={"state": BlockState.SKIPPED},
            live_only=True,
        ),
    },
    needs={**LIKE_CALENDAR.needs, Kind.BLOCK: frozenset({"start", "end"})},
    states={
        BlockState.PUBLISHED: BlockState.PUBLISHED,
        BlockState.PINNED: BlockState.PUBLISHED,
        BlockState.UNCONFIRMED: BlockState.PUBLISHED,
        BlockState.MISSED: BlockState.PUBLISHED,
        BlockState.DONE: BlockState.DONE,
    },
    reads_busy=True,
)
"""A calendar with learning blocks too, whose user also has other things to do."""

_TODO = frozenset(
    {
        "title",
        "notes",
        "goal",
        "parent",
        "due",
        "estimate_minutes",
        "priority",
        "labels",
        "done",
    }
)

LIKE_TODOS = Capabilities(
    name="todos",
    capabilities={
        Kind.GOAL: Carried(
            fields=frozenset({"title"}),
            editable=frozenset({"title"}),
            imports=False,
            delete_archives=False,
            live_only=True,
        ),
        Kind.TASK: Carried(
            fields=_TODO | {PAGE_URL},
            editable=_TODO,
            home=frozenset({"due", "done"}),
            live_only=True,
            hides_done=True,
        ),
    },
    containers=("Career plan",),
    batch_size=100,
    title_limit=500,
    text_limit=16_000,
    zoneless=True,
    keeps_keys=True,
    keeps_marks=False,
    edit_resolution=timedelta(microseconds=1),
)
"""Many writes in one request, each with a key; no mark, only a link; done is hidden."""
