"""Blocks as a request brings them: checked, with what stands inside them."""

from dataclasses import dataclass
from typing import Any

from syncd_notion.sandbox.block_types import BLOCK_TYPES, TYPES, Content
from syncd_notion.sandbox.refusals import (
    NotionRefusal,
    in_body,
    invalid,
    missing,
    not_imitated,
    only,
    unknown,
)

MOST_BLOCKS = 100
MOST_ELEMENTS = 1000
DEPTH = 2
"""How deep children may stand below the blocks of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDraft:
    """A block that is not made yet."""

    type: str
    content: Content
    inside: tuple["BlockDraft", ...] = ()

    def count(self) -> int:
        """Count it and all that stands inside."""
        return 1 + sum(it.count() for it in self.inside)


def parse_drafts(raw: Any, place: str) -> tuple[BlockDraft, ...]:
    """Check the ``children`` of a request."""
    drafts = _several(raw, place, DEPTH)
    elements = sum(it.count() for it in drafts)
    if elements > MOST_ELEMENTS:
        raise in_body(place, f"at most `{MOST_ELEMENTS}` block elements", elements)
    return drafts


def _several(raw: Any, place: str, deeper: int) -> tuple[BlockDraft, ...]:
    if not isinstance(raw, list):
        raise in_body(place, "an array", raw)
    if len(raw) > MOST_BLOCKS:
        raise in_body(f"{place}.length", f"≤ `{MOST_BLOCKS}`", len(raw))
    return tuple(_one(it, f"{place}[{number}]", deeper) for number, it in enumerate(raw))


def _one(raw: Any, place: str, deeper: int) -> BlockDraft:
    sort = type_of(raw, place)
    if raw.get("object", "block") != "block":
        raise in_body(f"{place}.object", '`"block"` or `undefined`', raw["object"])
    only(raw, place, frozenset({"object", "type", sort}))
    shape, inner = BLOCK_TYPES[sort], raw[sort]
    where = f"{place}.{sort}"
    if not isinstance(inner, dict):
        raise in_body(where, "an object", inner)
    content = {name: part for name, part in inner.items() if name != "children"}
    if "children" in inner and not (shape.holds and deeper):
        raise unknown(f"{where}.children", inner["children"])
    made = shape.made(content, where)
    if "children" not in inner:
        return BlockDraft(type=sort, content=made)
    inside = _several(inner["children"], f"{where}.children", deeper - 1)
    if inside and "is_toggleable" in made:
        # A heading that is made with children is a toggle (makenotion/notion-sdk-js#295).
        made["is_toggleable"] = True
    return BlockDraft(type=sort, content=made, inside=inside)


def type_of(raw: Any, place: str) -> str:
    """Return which type of block a request speaks of, by the key that it has."""
    if not isinstance(raw, dict):
        raise in_body(place, "an object", raw)
    said = raw.get("type")
    named = [sort for sort in TYPES if sort in raw]
    if said is not None and (not isinstance(said, str) or said not in TYPES):
        raise none_of(place)
    sort = said or next(iter(named), None)
    if sort is None:
        raise none_of(place)
    if sort not in raw:
        raise missing(f"{place}.{sort}")
    if sort not in BLOCK_TYPES:
        raise not_imitated(f"blocks of type {sort}")
    return str(sort)


def childless(sort: str) -> NotionRefusal:
    """Refuse to put blocks into one that holds none (the wording is assumed)."""
    return invalid(f"Blocks of type {sort} that are no toggles do not support children.")


def none_of(place: str) -> NotionRefusal:
    """Refuse a block of no known type: the message names all of them (recorded)."""
    lines = [f"{place}.{it} should be defined, instead was `undefined`." for it in TYPES]
    return invalid("\n".join(["body failed validation. Fix one:", *lines]))
