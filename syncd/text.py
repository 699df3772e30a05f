"""Texts: safe to show, on one line, bounded; counts, durations and days; the known word that was meant."""

import difflib
import json
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

LONGEST_WORDS = 200
"""Characters of a service's own words that a sentence quotes."""
DIRECTION_MARKS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Characters that turn the direction of what follows."""
_TOKEN = re.compile(r"[!#-&(-_a-~]{1,4096}")
"""Plain letters, figures and signs, without a blank or a quote; none is longer."""


def line(text: str, most: int = LONGEST_WORDS) -> str:
    """Return a text on one line, without what can't be seen, cut to ``most`` characters."""
    seen = "".join(char if char.isprintable() else " " for char in text)
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
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was most likely meant, in any case, if any is near."""
    by_lower = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word[:LONGEST_WORDS].casefold(), by_lower, 1, 0.6)
    return by_lower[near[0]] if near else None


def is_token(text: str) -> bool:
    """Say whether a text can be a token: one that a service gives, and a request can carry."""
    return _TOKEN.fullmatch(text) is not None


def duration(minutes: int) -> str:
    """Return minutes as "6 h 20", "2 h" or "45 min"."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return f"{rest} min"
    return f"{whole} h {rest:02}" if rest else f"{whole} h"


def count(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun."""
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"


def percent(share: float) -> str:
    """Return a fraction as "64 %"."""
    return f"{round(share * 100)} %"


def short_day(day: date, year: int) -> str:
    """Return a day as "Mon 23 Nov", with its year where that is another one."""
    return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if day.year != year else "")


def day_span(first: date, last: date) -> str:
    """Return two days as "16 to 22 November 2026"."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {last.day} {last:%B} {last.year}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B} {last.year}"


def listed(parts: list[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
