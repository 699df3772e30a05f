"""Texts of others before they are shown or kept: one line, bounded."""

import json
import re
from typing import Any

LONGEST_WORDS = 200
"""Characters of a service's own words that a sentence quotes."""


def line(text: str, most: int = LONGEST_WORDS) -> str:
    """Return a text on one line, without what can't be seen, cut to ``most`` characters."""
    seen = "".join(it if it.isprintable() else " " for it in text)
    joined = " ".join(seen.split())
    return joined if len(joined) <= most else joined[: most - 1] + "…"


_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but for tab and newline
    "\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"  # turn the direction
    "\ud800-\udfff]"  # halves of characters
)


def printable(text: str) -> str:
    """Return a text of several lines without what would steer a terminal."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def one_line(text: object, longest: int = 0) -> str:
    """Return a text on one line, cut to ``longest`` characters unless that is 0."""
    words = " ".join(_UNSAFE.sub(" ", str(text)).split())
    if longest and len(words) > longest:
        return f"{words[: longest - 1].rstrip()}…"
    return words


def json_text(data: Any) -> str:
    """Return data as JSON for programs that is harmless to look at in a terminal."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
