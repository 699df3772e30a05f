"""A review as plain text, 78 columns wide."""

import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from syncd.review.render.parts import (
    Bar,
    Bars,
    BulletList,
    Element,
    Grid,
    PageLink,
    Paragraph,
    Quote,
    ReviewPage,
)

WIDTH = 78
_BAR = 20
_GAP = "  "
_NARROWEST = 10


def text(page: ReviewPage) -> str:
    """Return a page as plain text that ends with a newline."""
    found = [page.title, page.span, "", *_wrapped(page.verdict), *_wrapped(page.glance), ""]
    for section in page.sections:
        found += [section.title.upper(), "-" * len(section.title)]
        for number, part in enumerate(section.parts):
            found += [""] if number else []
            found += _lines(part)
        found.append("")
    return "\n".join(line.rstrip() for line in found).rstrip() + "\n"


def _lines(part: Element) -> Iterator[str]:
    write: Mapping[str, Callable[[Any], Iterator[str]]] = {
        "bars": _bars,
        "grid": _grid,
        "lines": _list,
        "says": _says,
        "quote": _quote,
        "link": _link,
    }
    return write[part.kind](part)


def _wrapped(words: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        words, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def _bars(part: Bars) -> Iterator[str]:
    for one in part.bars:
        if part.small:
            yield from _wrapped(f"{one.title:<4}{_GAP}{_drawn(one)}{_GAP}{one.aside}")
        else:
            yield from _long(one)


def _long(one: Bar) -> Iterator[str]:
    tag = f" ({one.tag})" if one.tag else ""
    yield from _wrapped(f"{one.title}{tag}")
    yield from _wrapped(f"{_drawn(one)}{_GAP}{one.aside}", _GAP, _GAP)
    yield from _wrapped(one.note, _GAP, _GAP)


def _drawn(one: Bar) -> str:
    full = round((one.share or 0.0) * _BAR)
    return f"[{'#' * full}{'.' * (_BAR - full)}]"


def _grid(part: Grid) -> Iterator[str]:
    rows = [part.heads, *part.rows]
    widths = [max(len(row[n]) for row in rows) for n in range(len(part.heads))]
    widest = widths.index(max(widths))
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - WIDTH
    widths[widest] = max(_NARROWEST, widths[widest] - max(0, over))
    for row in rows:
        cells = [
            textwrap.wrap(it, width) or [""] for it, width in zip(row, widths, strict=True)
        ]
        for number in range(max(map(len, cells))):
            pieces = [it[number] if number < len(it) else "" for it in cells]
            yield _GAP.join(f"{it:<{width}}" for it, width in zip(pieces, widths, strict=True))


def _list(part: BulletList) -> Iterator[str]:
    if part.lead:
        yield f"{part.lead}:"
    for one in part.lines:
        yield from _wrapped(one.text, "- ", _GAP)
        if one.command:
            yield from _wrapped(one.command, "  $ ", "    ")


def _says(part: Paragraph) -> Iterator[str]:
    yield from _wrapped(part.text)


def _quote(part: Quote) -> Iterator[str]:
    yield from _wrapped(part.lead)
    for one in part.texts:
        yield from _wrapped(one, "> ", "> ")


def _link(part: PageLink) -> Iterator[str]:
    """An address stands on a line of its own, however long: half of one leads nowhere."""
    yield f"{part.words}:"
    yield part.url
