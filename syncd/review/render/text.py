"""A review as plain text, 78 columns wide."""

import textwrap
from collections.abc import Iterator

from syncd.review.render.elements import (
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
    lines = [page.title, page.span, "", *_wrapped(page.summary), *_wrapped(page.glance), ""]
    for section in page.sections:
        lines += [section.title.upper(), "-" * len(section.title)]
        for number, element in enumerate(section.elements):
            lines += [""] if number else []
            lines += _lines(element)
        lines.append("")
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _lines(element: Element) -> Iterator[str]:
    match element:
        case Bars():
            yield from _bars(element)
        case Grid():
            yield from _grid(element)
        case BulletList():
            yield from _list(element)
        case Quote():
            yield from _quote(element)
        case Paragraph():
            yield from _wrapped(element.text)
        case PageLink():  # on a line of its own, however long: half an address leads nowhere
            yield f"{element.words}:"
            yield element.url


def _wrapped(words: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        words, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def _bars(bars: Bars) -> Iterator[str]:
    for bar in bars.bars:
        if bars.small:
            yield from _wrapped(f"{bar.title:<4}{_GAP}{_drawn(bar)}{_GAP}{bar.aside}")
        else:
            yield from _long(bar)


def _long(bar: Bar) -> Iterator[str]:
    tag = f" ({bar.tag})" if bar.tag else ""
    yield from _wrapped(f"{bar.title}{tag}")
    yield from _wrapped(f"{_drawn(bar)}{_GAP}{bar.aside}", _GAP, _GAP)
    yield from _wrapped(bar.note, _GAP, _GAP)


def _drawn(bar: Bar) -> str:
    full = round((bar.share or 0.0) * _BAR)
    return f"[{'#' * full}{'.' * (_BAR - full)}]"


def _grid(grid: Grid) -> Iterator[str]:
    rows = [grid.heads, *grid.rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(grid.heads))]
    widest = widths.index(max(widths))
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - WIDTH
    widths[widest] = max(_NARROWEST, widths[widest] - max(0, over))
    for row in rows:
        cells = [
            textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)
        ]
        for number in range(max(map(len, cells))):
            pieces = [cell[number] if number < len(cell) else "" for cell in cells]
            yield _GAP.join(
                f"{piece:<{width}}" for piece, width in zip(pieces, widths, strict=True)
            )


def _list(bullets: BulletList) -> Iterator[str]:
    if bullets.lead:
        yield f"{bullets.lead}:"
    for item in bullets.items:
        yield from _wrapped(item.text, "- ", _GAP)
        if item.command:
            yield from _wrapped(item.command, "  $ ", "    ")


def _quote(quote: Quote) -> Iterator[str]:
    yield from _wrapped(quote.lead)
    for paragraph in quote.texts:
        yield from _wrapped(paragraph, "> ", "> ")
