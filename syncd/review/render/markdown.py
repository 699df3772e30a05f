"""A review as Markdown, for pages and files."""

import re
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

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")
_BEGINS = re.compile(r"^(\d+)([.)])|^([+\-=])")
_LINK = re.compile(r"(?i)\b(https?|ftp|mailto|www)([:.])")
_JOIN = "\N{WORD JOINER}"


def markdown(page: ReviewPage) -> str:
    """Return a page as Markdown that ends with a newline; users' text stays text."""
    found = [
        f"# {_plain(page.title)}",
        "",
        _plain(page.span),
        "",
        f"**{_plain(page.verdict)}**",
    ]
    found += ["", _plain(page.glance)] if page.glance else []
    for section in page.sections:
        found += ["", f"## {_plain(section.title)}"]
        for part in section.parts:
            found += ["", *_lines(part)]
    return "\n".join(found).rstrip() + "\n"


def _plain(text: str) -> str:
    """Return a text such that Markdown shows it as it is."""
    shown = _SPECIAL.sub(r"\\\1", text)
    shown = _BEGINS.sub(lambda it: f"{it[1]}\\{it[2]}" if it[1] else f"\\{it[3]}", shown)
    return _LINK.sub(lambda it: f"{it[1]}{_JOIN}{it[2]}", shown)


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


def _bars(part: Bars) -> Iterator[str]:
    for one in part.bars:
        tag = f" ({one.tag})" if one.tag else ""
        yield f"- **{_plain(one.title)}**{tag}: {_plain(one.aside)}"
        if one.note:
            yield f"  {_plain(one.note)}"


def _grid(part: Grid) -> Iterator[str]:
    yield f"| {' | '.join(map(_plain, part.heads))} |"
    yield f"|{' --- |' * len(part.heads)}"
    for row in part.rows:
        yield f"| {' | '.join(map(_plain, row))} |"


def _list(part: BulletList) -> Iterator[str]:
    if part.lead:
        yield f"**{_plain(part.lead)}**"
        yield ""
    for one in part.lines:
        yield f"- {_plain(one.text)}" + (f" (`{one.command}`)" if one.command else "")


def _says(part: Paragraph) -> Iterator[str]:
    yield _plain(part.text)


def _quote(part: Quote) -> Iterator[str]:
    yield f"**{_plain(part.lead)}**"
    yield ""
    for number, one in enumerate(part.texts):
        if number:
            yield ">"
        yield f"> {_plain(one)}"


def _link(part: PageLink) -> Iterator[str]:
    yield f"[{_plain(part.words)}](<{part.url}>)"
