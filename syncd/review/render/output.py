"""A page of sections as plain text, as Markdown and as HTML."""

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from syncd.review.render.sections import (
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

if TYPE_CHECKING:
    from jinja2 import Environment

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
            lines += ["", *_markdown_lines(element)]
    return "\n".join(lines).rstrip() + "\n"


def _plain(text: str) -> str:
    """Return a text such that Markdown shows it as it is."""
    shown = _SPECIAL.sub(r"\\\1", text)
    shown = _BEGINS.sub(
        lambda match: f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}", shown
    )
    return _LINK.sub(lambda match: f"{match[1]}{_JOIN}{match[2]}", shown)


def _markdown_lines(element: Element) -> Iterator[str]:
    match element:
        case Bars():
            yield from _markdown_bars(element)
        case Grid():
            yield from _markdown_grid(element)
        case BulletList():
            yield from _markdown_list(element)
        case Quote():
            yield from _markdown_quote(element)
        case Paragraph():
            yield _plain(element.text)
        case PageLink():
            yield f"[{_plain(element.words)}](<{element.url}>)"


def _markdown_bars(bars: Bars) -> Iterator[str]:
    for bar in bars.bars:
        tag = f" ({bar.tag})" if bar.tag else ""
        yield f"- **{_plain(bar.title)}**{tag}: {_plain(bar.aside)}"
        if bar.note:
            yield f"  {_plain(bar.note)}"


def _markdown_grid(grid: Grid) -> Iterator[str]:
    yield f"| {' | '.join(map(_plain, grid.heads))} |"
    yield f"|{' --- |' * len(grid.heads)}"
    for row in grid.rows:
        yield f"| {' | '.join(map(_plain, row))} |"


def _markdown_list(bullets: BulletList) -> Iterator[str]:
    if bullets.lead:
        yield f"**{_plain(bullets.lead)}**"
        yield ""
    for item in bullets.items:
        yield f"- {_plain(item.text)}" + (f" (`{item.command}`)" if item.command else "")


def _markdown_quote(quote: Quote) -> Iterator[str]:
    yield f"**{_plain(quote.lead)}**"
    yield ""
    for number, paragraph in enumerate(quote.texts):
        if number:
            yield ">"
        yield f"> {_plain(paragraph)}"


TEMPLATE = "review.html.j2"
_KEPT_STYLE = '<style data-css-inline="keep">'
"""What no element can have on itself: how the page looks in the dark."""
_UNBROKEN = re.compile(
    r"(?<=\d) (?=%|(?:h|min|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b)"
    r"|(?<=Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?=\d)"
)
_FULL = 100
_SHORT = 12
"""Characters of a cell that is not broken."""
_MOMENT = len("Tue 24 Nov 18:00")
"""The same of the first cell of a row."""


def environment(templates: Mapping[str, str]) -> "Environment":
    """Return what fills in templates, which are given by name: each text of a user is escaped."""
    from jinja2 import DictLoader, Environment, StrictUndefined  # mails alone need it

    return Environment(
        loader=DictLoader(templates),
        autoescape=True,
        finalize=_unbroken,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html(
    page: ReviewPage,
    templates: "Environment",
    inline: Callable[[str], str],
    language: str = "en",
) -> str:
    """Return a page as a whole HTML document.

    inline: puts the rules of a document's style element on its elements, as many mail
    programs know no other styles.
    """
    document = templates.get_template(TEMPLATE).render(
        page=page,
        language=language,
        full=_width,
        pieces=_pieces,
        short=_SHORT,
        moment=_MOMENT,
    )
    inlined = inline(document).replace(_KEPT_STYLE, "<style>", 1)
    # as the texts have it, and shorter
    return inlined.replace("&nbsp;", "\N{NO-BREAK SPACE}").strip() + "\n"


def _width(bar: Bar) -> int:
    """Return how much of a bar is full, in percent."""
    return round(min(1.0, max(0.0, bar.share or 0.0)) * _FULL)


def _unbroken(value: object) -> object:
    """Keep numbers with their units, and days with their months, on one line."""
    if type(value) is str:  # what is HTML already is of another type
        return _UNBROKEN.sub("\N{NO-BREAK SPACE}", value)
    return value


def _pieces(text: str) -> list[str]:
    """Return a sentence in pieces, every other one of which stands between two backticks."""
    pieces = text.split("`")
    return pieces if len(pieces) % 2 else [text]  # one that stands alone is the person's
