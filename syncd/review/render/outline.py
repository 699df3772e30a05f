"""A review as an outline: one style and one line each, for pages that have blocks."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from syncd.review.render.parts import (
    Bars,
    BulletList,
    Element,
    Grid,
    PageLink,
    Paragraph,
    Quote,
    ReviewPage,
)

Entry = tuple[str, str]
_PLAIN = frozenset({"What", "Time"})
HEADING, TEXT, ITEM, QUOTE = "heading", "text", "item", "quote"


def outline(page: ReviewPage) -> tuple[Entry, ...]:
    """Return a page in entries; the title is that of whatever holds them."""
    top = (page.verdict, page.glance, page.span)
    found = [(TEXT, one) for one in top if one]
    for section in page.sections:
        found.append((HEADING, section.title))
        for part in section.parts:
            found.extend(_entries(part))
    return tuple(found)


def _entries(part: Element) -> Iterator[Entry]:
    write: Mapping[str, Callable[[Any], Iterator[Entry]]] = {
        "bars": _bars,
        "grid": _grid,
        "lines": _list,
        "says": _says,
        "quote": _quote,
        "link": _link,
    }
    return write[part.kind](part)


def _bars(part: Bars) -> Iterator[Entry]:
    for one in part.bars:
        tag = f" ({one.tag})" if one.tag else ""
        note = f". {one.note}" if one.note else ""
        yield ITEM, f"{one.title}{tag}: {one.aside}{note}"


def _grid(part: Grid) -> Iterator[Entry]:
    """Tell each row in a line, with its columns' names but where a value says what it is."""
    names = ["" if one in _PLAIN else f"{one.lower()} " for one in part.heads[1:]]
    for first, *rest in part.rows:
        said = [f"{name}{it}" for name, it in zip(names, rest, strict=True) if it]
        yield ITEM, f"{first}: {', '.join(said)}" if said else first


def _list(part: BulletList) -> Iterator[Entry]:
    if part.lead:
        yield TEXT, f"{part.lead}:"
    for one in part.lines:
        yield ITEM, f"{one.text} ({one.command})" if one.command else one.text


def _says(part: Paragraph) -> Iterator[Entry]:
    yield TEXT, part.text


def _quote(part: Quote) -> Iterator[Entry]:
    yield TEXT, part.lead
    for one in part.texts:
        yield QUOTE, one


def _link(part: PageLink) -> Iterator[Entry]:
    yield TEXT, f"{part.words}: {part.url}"
