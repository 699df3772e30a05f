"""What a page of a review is made of, whatever it is written in.

All texts are safe to show: on one line, without characters that steer anything.
"""

import re
from dataclasses import dataclass

LONGEST = 120
"""Characters of a title."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]{1,500}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One thing with a share from 0 to 1; tone: good, warn, bad or plain."""

    title: str
    share: float | None
    aside: str = ""
    note: str = ""
    tag: str = ""
    tone: str = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Several things with a share each; small: a line is enough for each."""

    bars: tuple[Bar, ...]
    small: bool = False
    kind: str = "bars"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table; the first column is text, the others are short."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = "grid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItem:
    """One entry of a list, and the command that goes with it."""

    text: str
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletList:
    """A list; lead: what it is a list of, "" where the heading says it."""

    items: tuple[ListItem, ...]
    lead: str = ""
    kind: str = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Sentences."""

    text: str
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What the person wrote, under what they were asked; a paragraph each."""

    lead: str
    texts: tuple[str, ...]
    kind: str = "quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A place to go to; url: an address of http or https."""

    words: str
    url: str
    kind: str = "link"


Element = Bars | Grid | BulletList | Paragraph | Quote | PageLink
"""``kind`` names the macro of the template that writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSection:
    """A heading and what stands under it."""

    title: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """A whole review. span: its days in words. glance: what waits, and what comes next."""

    title: str
    span: str
    summary: str
    glance: str
    sections: tuple[ReviewSection, ...]


def safe(text: str, longest: int = LONGEST) -> str:
    """Return a text on one line, without what is not seen, cut to ``longest``."""
    words = " ".join(_UNSEEN.sub(" ", text[: longest * 20]).split())
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"


def page_link(words: str, url: str) -> tuple[PageLink, ...]:
    """Return a link, or nothing where the address is not one of http or https."""
    good = _ADDRESS.fullmatch(url) and not _UNSEEN.search(url)
    return (PageLink(words=words, url=url),) if good else ()


def paragraphs(text: str, longest: int = 1500) -> tuple[str, ...]:
    """Return the lines that a person wrote, each safe; together at most ``longest``."""
    shown, left = [], longest
    for line in text.splitlines():
        paragraph = safe(line, left) if left > 1 else ""
        if paragraph:
            shown.append(paragraph)
            left -= len(paragraph)
    return tuple(shown)
