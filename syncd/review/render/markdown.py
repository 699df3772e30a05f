"""A review as Markdown, for pages and files."""

import re
from collections.abc import Iterator

from syncd.review.render.elements import (
    Bars,
    BulletList,
    Element,
    Grid,
    PageLink,
    Paragraph,
    Quote,
    ReviewPage,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")
_BEGINS = re.compile(r"^(\d+)([.)])|^([+\-=])")
_LINK = re.compile(r"(?i)\b(https?|ftp|mailto|www)([:.])")
_JOIN = "\N{WORD JOINER}"


def markdown(page: ReviewPage) -> str:
    """Return a page as Markdown that ends with a newline; users' text stays text."""
    lines = [
        f"# {_plain(page.title)}",
        "",
        _plain(page.span),
        "",
        f"**{_plain(page.summary)}**",
    ]
    lines += ["", _plain(page.glance)] if page.glance else []
    for section in page.sections:
        lines += ["", f"## {_plain(section.title)}"]
        for element in section.elements:
            lines += ["", *_lines(element)]
    return "\n".join(lines).rstrip() + "\n"


def _plain(text: str) -> str:
    """Return a text such that Markdown shows it as it is."""
    shown = _SPECIAL.sub(r"\\\1", text)
    shown = _BEGINS.sub(
        lambda match: f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}", shown
    )
    return _LINK.sub(lambda match: f"{match[1]}{_JOIN}{match[2]}", shown)


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
            yield _plain(element.text)
        case PageLink():
            yield f"[{_plain(element.words)}](<{element.url}>)"


def _bars(bars: Bars) -> Iterator[str]:
    for bar in bars.bars:
        tag = f" ({bar.tag})" if bar.tag else ""
        yield f"- **{_plain(bar.title)}**{tag}: {_plain(bar.aside)}"
        if bar.note:
            yield f"  {_plain(bar.note)}"


def _grid(grid: Grid) -> Iterator[str]:
    yield f"| {' | '.join(map(_plain, grid.heads))} |"
    yield f"|{' --- |' * len(grid.heads)}"
    for row in grid.rows:
        yield f"| {' | '.join(map(_plain, row))} |"


def _list(bullets: BulletList) -> Iterator[str]:
    if bullets.lead:
        yield f"**{_plain(bullets.lead)}**"
        yield ""
    for item in bullets.items:
        yield f"- {_plain(item.text)}" + (f" (`{item.command}`)" if item.command else "")


def _quote(quote: Quote) -> Iterator[str]:
    yield f"**{_plain(quote.lead)}**"
    yield ""
    for number, paragraph in enumerate(quote.texts):
        if number:
            yield ">"
        yield f"> {_plain(paragraph)}"
