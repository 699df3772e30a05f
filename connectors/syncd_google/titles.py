"""Pure: what a person says with the title of an event."""

import re

from syncd.errors import whole

TICK = "✓"
GUARD = "\N{WORD JOINER}"
"""Written before a title that itself begins like a tick ("Done with part one"). It
does not show, and keeps the words from being read as "this is done"."""

_DONE = re.compile(
    r"(?:\s*(?:[✓✔]\N{VARIATION SELECTOR-16}?\s*|done[\s:\N{EN DASH}\N{EM DASH}-]+))+",
    re.IGNORECASE,
)
ILLEGIBLE = "The event's title can't be read: look at it in Google Calendar, and give it one."
"""What is told where a title is no text."""

_SHOWN = 60
"""Characters of a title that a sentence quotes."""


def split(summary: str) -> tuple[str, bool]:
    """Return the title without its ticks, and whether there were any.

    A tick is a leading ✓ or ✔, or the word "done" before a space, a colon or a dash.
    """
    match = _DONE.match(summary)
    return clean(summary[match.end() :] if match else summary), match is not None


def join(title: str, *, done: bool) -> str:
    """Return the summary from which ``split`` reads exactly these."""
    guarded = GUARD + title if _DONE.match(title) else title
    return f"{TICK} {guarded}".rstrip() if done else guarded


def clean(title: str) -> str:
    """Return a title as a calendar can show it: one line, no spaces around it."""
    return " ".join(title.replace(GUARD, "").splitlines()).strip()


def shown(title: str) -> str:
    """Return a title as a sentence quotes it: one line, not too long."""
    line = " ".join(whole(title).split())
    return f"'{line if len(line) <= _SHOWN else line[:_SHOWN] + '…'}'"
