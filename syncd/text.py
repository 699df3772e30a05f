"""Texts of others before they are shown or kept: one line, bounded."""

LONGEST_WORDS = 200
"""Characters of a service's own words that a sentence quotes."""


def line(text: str, most: int = LONGEST_WORDS) -> str:
    """Return a text on one line, without what can't be seen, cut to ``most`` characters."""
    seen = "".join(it if it.isprintable() else " " for it in text)
    joined = " ".join(seen.split())
    return joined if len(joined) <= most else joined[: most - 1] + "…"
