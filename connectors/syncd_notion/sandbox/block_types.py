"""Types of blocks, and blocks as a request brings them: checked, with what stands inside.

The shapes are those of the service's published types; a message that names them follows
recorded ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncd_notion.sandbox.errors import (
    NotionRefusal,
    in_body,
    invalid,
    missing,
    not_imitated,
    only,
    unknown,
)
from syncd_notion.sandbox.rich_text import COLORS, parse_runs, units

Content = dict[str, Any]
Read = Callable[[Any, str], Any]

_LANGUAGES = (
    "abap|abc|agda|arduino|ascii art|assembly|bash|basic|bnf|c|c#|c++|clojure|coffeescript"
    "|coq|css|dart|dhall|diff|docker|ebnf|elixir|elm|erlang|f#|flow|fortran|gherkin|glsl|go"
    "|graphql|groovy|haskell|hcl|html|idris|java|javascript|json|julia|kotlin|latex|less"
    "|lisp|livescript|llvm ir|lua|makefile|markdown|markup|matlab|mathematica|mermaid|nix"
    "|notion formula|objective-c|ocaml|pascal|perl|php|plain text|powershell|prolog"
    "|protobuf|purescript|python|r|racket|reason|ruby|rust|sass|scala|scheme|scss|shell"
    "|smalltalk|solidity|sql|swift|toml|typescript|vb.net|verilog|vhdl|visual basic"
    "|webassembly|xml|yaml|java/c/c++/c#"
)
LANGUAGES = frozenset(_LANGUAGES.split("|"))


def _flag(raw: Any, place: str) -> bool:
    if not isinstance(raw, bool):
        raise _not_it(place, "a boolean", raw)
    return raw


def _color(raw: Any, place: str) -> str:
    if not isinstance(raw, str) or raw not in COLORS:
        raise _not_it(place, "a color", raw)
    return raw


def _language(raw: Any, place: str) -> str:
    if not isinstance(raw, str) or raw not in LANGUAGES:
        raise _not_it(place, "a language", raw)
    return raw


def _icon(raw: Any, place: str) -> Content:
    if not isinstance(raw, dict):
        raise _not_it(place, "an object", raw)
    if raw and not {"emoji", "external"} & set(raw):
        raise not_imitated(f"icons with {', '.join(raw)}")
    icon = only(raw, place, frozenset({"type", "emoji", "external"}))
    if "emoji" in icon:
        emoji = icon["emoji"]
        if not isinstance(emoji, str) or not 0 < units(emoji) <= _EMOJI_UNITS:
            raise _not_it(f"{place}.emoji", "an emoji", emoji)
        return {"type": "emoji", "emoji": emoji}
    if "external" not in icon:
        raise missing(f"{place}.emoji")
    url = only(icon["external"], f"{place}.external", frozenset({"url"})).get("url")
    if not isinstance(url, str) or not url:
        raise _not_it(f"{place}.external.url", "a string", url)
    return {"type": "external", "external": {"url": url}}


_EMOJI_UNITS = 32


def _not_it(place: str, expected: str, raw: Any) -> NotionRefusal:
    """Refuse a part; null is none, though replies have it (PipedreamHQ/pipedream#21115)."""
    if raw is None:
        text = f"{place} should be {expected} or `undefined`, instead was `null`."
        return invalid(f"body failed validation: {text}")
    return in_body(place, expected, raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockType:
    """What stands under one type of block.

    parts: how each part is read, in the order of replies; first: what it is at first.
    needed, needed_later: parts that a new block, and a change of one, must name.
    can_hold_blocks: whether other blocks can stand in it.
    """

    parts: Mapping[str, Read]
    first: Content = field(default_factory=dict)
    needed: frozenset[str] = frozenset({"rich_text"})
    needed_later: frozenset[str] = frozenset()
    can_hold_blocks: bool = True

    def new_content(self, raw: Any, place: str) -> Content:
        """Read a new block's content; ``raw`` has no children any more."""
        return self._whole({**self.first, **self._read(raw, place, self.needed)})

    def changed_content(self, before: Content, raw: Any, place: str) -> Content:
        """Read a change: what it names is replaced, the rest stays."""
        return self._whole({**before, **self._read(raw, place, self.needed_later)})

    def _whole(self, content: Content) -> Content:
        return {name: content[name] for name in self.parts}

    def _read(self, raw: Any, place: str, needed: frozenset[str]) -> Content:
        body = only(raw, place, frozenset(self.parts))
        for name in sorted(needed - set(body)):
            raise missing(f"{place}.{name}")
        return {name: self.parts[name](part, f"{place}.{name}") for name, part in body.items()}


_TEXT: Mapping[str, Read] = {"rich_text": parse_runs}
_COLOR: Mapping[str, Read] = {"color": _color}
_RICH = frozenset({"rich_text"})
_LINE = BlockType(parts={**_TEXT, **_COLOR}, first={"color": "default"}, needed_later=_RICH)
_HEADING = BlockType(
    parts={**_TEXT, "is_toggleable": _flag, **_COLOR},
    first={"is_toggleable": False, "color": "default"},
    needed_later=_RICH,
)
_WITH_ICON = BlockType(
    parts={**_TEXT, "icon": _icon, **_COLOR}, first={"icon": None, "color": "default"}
)

BLOCK_TYPES: Mapping[str, BlockType] = {
    "paragraph": _WITH_ICON,
    "heading_1": _HEADING,
    "heading_2": _HEADING,
    "heading_3": _HEADING,
    "heading_4": _HEADING,
    "bulleted_list_item": _LINE,
    "numbered_list_item": _LINE,
    "quote": _LINE,
    "toggle": _LINE,
    "to_do": BlockType(
        parts={**_TEXT, "checked": _flag, **_COLOR},
        first={"checked": False, "color": "default"},
    ),
    "callout": _WITH_ICON,
    "code": BlockType(
        parts={"caption": parse_runs, **_TEXT, "language": _language},
        first={"caption": []},
        needed=frozenset({"rich_text", "language"}),
        can_hold_blocks=False,
    ),
    "divider": BlockType(parts={}, needed=frozenset(), can_hold_blocks=False),
}


def can_hold(sort: str, content: Content) -> bool:
    """Say whether blocks can be added to one; a heading takes some if it is a toggle."""
    return BLOCK_TYPES[sort].can_hold_blocks and bool(content.get("is_toggleable", True))


_TYPES = (
    "embed bookmark image video pdf file audio code equation divider breadcrumb tab"
    " table_of_contents link_to_page table_row ai_block meeting_notes custom_block table"
    " column_list column heading_1 heading_2 heading_3 heading_4 paragraph"
    " bulleted_list_item numbered_list_item quote to_do toggle template callout synced_block"
)
TYPES = tuple(_TYPES.split())
"""All types that the service takes, in the order in which its messages name them."""


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
        return 1 + sum(draft.count() for draft in self.inside)


def parse_drafts(raw: Any, place: str) -> tuple[BlockDraft, ...]:
    """Check the ``children`` of a request."""
    drafts = _several(raw, place, DEPTH)
    elements = sum(draft.count() for draft in drafts)
    if elements > MOST_ELEMENTS:
        raise in_body(place, f"at most `{MOST_ELEMENTS}` block elements", elements)
    return drafts


def _several(raw: Any, place: str, deeper: int) -> tuple[BlockDraft, ...]:
    if not isinstance(raw, list):
        raise in_body(place, "an array", raw)
    if len(raw) > MOST_BLOCKS:
        raise in_body(f"{place}.length", f"≤ `{MOST_BLOCKS}`", len(raw))
    return tuple(
        _draft(entry, f"{place}[{number}]", deeper) for number, entry in enumerate(raw)
    )


def _draft(raw: Any, place: str, deeper: int) -> BlockDraft:
    sort = type_of(raw, place)
    if raw.get("object", "block") != "block":
        raise in_body(f"{place}.object", '`"block"` or `undefined`', raw["object"])
    only(raw, place, frozenset({"object", "type", sort}))
    block_type, inner = BLOCK_TYPES[sort], raw[sort]
    where = f"{place}.{sort}"
    if not isinstance(inner, dict):
        raise in_body(where, "an object", inner)
    content = {name: part for name, part in inner.items() if name != "children"}
    if "children" in inner and not (block_type.can_hold_blocks and deeper):
        raise unknown(f"{where}.children", inner["children"])
    content_read = block_type.new_content(content, where)
    if "children" not in inner:
        return BlockDraft(type=sort, content=content_read)
    inside = _several(inner["children"], f"{where}.children", deeper - 1)
    if inside and "is_toggleable" in content_read:
        # A heading that is made with children is a toggle (makenotion/notion-sdk-js#295).
        content_read["is_toggleable"] = True
    return BlockDraft(type=sort, content=content_read, inside=inside)


def type_of(raw: Any, place: str) -> str:
    """Return which type of block a request speaks of, by the key that it has."""
    if not isinstance(raw, dict):
        raise in_body(place, "an object", raw)
    stated = raw.get("type")
    named = [sort for sort in TYPES if sort in raw]
    if stated is not None and (not isinstance(stated, str) or stated not in TYPES):
        raise none_of(place)
    sort = stated or next(iter(named), None)
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
    lines = [f"{place}.{sort} should be defined, instead was `undefined`." for sort in TYPES]
    return invalid("\n".join(["body failed validation. Fix one:", *lines]))
