"""Texts of others: on one line, bounded; the known word that was meant; what can be a token."""

import difflib
import re
from collections.abc import Iterable

LONGEST_WORDS = 200
"""Characters of a service's own words that a sentence quotes."""
_TOKEN = re.compile(r"[!#-&(-_a-~]{1,4096}")
"""Plain letters, figures and signs, without a blank or a quote; none is longer."""


def line(text: str, most: int = LONGEST_WORDS) -> str:
    """Return a text on one line, without what can't be seen, cut to ``most`` characters."""
    seen = "".join(char if char.isprintable() else " " for char in text)
    joined = " ".join(seen.split())
    return joined if len(joined) <= most else joined[: most - 1] + "…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was most likely meant, if any is near."""
    near = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return near[0] if near else None


def is_token(text: str) -> bool:
    """Say whether a text can be a token: one that a service gives, and a request can carry."""
    return _TOKEN.fullmatch(text) is not None
