"""Texts and names as Notion holds them (Notion API documentation, request limits)."""

from collections.abc import Iterable, Mapping
from typing import Any

from syncd.text import line

RUN_UNITS = 2000
"""UTF-16 units that one run of text may have."""
MOST_RUNS = 100
MOST_OPTIONS = 100
MOST_MENTIONS = 25
"""Mentions that a reply shows of one text; what follows may be cut."""
URL_LENGTH = 2000
EMAIL_LENGTH = 200
OPTION_LENGTH = 100
_QUOTED = 61
"""Characters of a name that a sentence quotes, with the sign that it goes on."""


def split(text: str) -> list[str]:
    """Cut ``text`` into runs that Notion takes; beyond a hundred runs it is cut off."""
    data = text.replace("\x00", "").encode("utf-16-le", "replace")
    runs: list[str] = []
    start = 0
    while start < len(data) and len(runs) < MOST_RUNS:
        end = min(start + 2 * RUN_UNITS, len(data))
        if end < len(data) and 0xD8 <= data[end - 1] <= 0xDB:
            end -= 2  # never between the two halves of one character
        runs.append(data[start:end].decode("utf-16-le"))
        start = end
    return runs


def fit_text(text: str) -> str:
    """Return as much of ``text`` as one property holds."""
    return "".join(split(text))


def fit_line(text: str, length: int) -> str:
    """Return ``text`` as an address that is at most ``length`` long."""
    return fit_text(text.strip())[:length].strip()


def fit_option(text: str) -> str:
    """Return ``text`` as the name of an option, which may hold no comma."""
    words = fit_text(text).replace(",", " ").split()
    return " ".join(words)[:OPTION_LENGTH].strip()


def fit_options(names: Iterable[str]) -> frozenset[str]:
    """Return the names that one multi-select holds."""
    fitted = sorted({fit_option(name) for name in names} - {""})
    return frozenset(fitted[:MOST_OPTIONS])


def runs_of(text: str) -> list[dict[str, Any]]:
    """Return ``text`` as runs to send."""
    return [{"type": "text", "text": {"content": run}} for run in split(text)]


def plain(runs: Any) -> str:
    """Return the plain text of runs, however they are formatted; of what can be read."""
    if not isinstance(runs, list):
        return ""
    return mended("".join(_plain_run(run) or "" for run in runs))


def text_of(runs: Any) -> str | None:
    """Return the plain text of runs, or None where any of it can't be read."""
    if not isinstance(runs, list):
        return None
    shown: list[str] = []
    for run in runs:
        text = _plain_run(run)
        if text is None:
            return None
        shown.append(text)
    return mended("".join(shown))


def mended(text: str) -> str:
    """Return a text whose halves of characters are whole, or replaced."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _plain_run(run: Any) -> str | None:
    if not isinstance(run, Mapping):
        return None
    text = run.get("text")
    content = text.get("content") if isinstance(text, Mapping) else None
    shown = run.get("plain_text", content)
    return shown if isinstance(shown, str) else None


def mentions(runs: Any) -> int:
    """Return how many mentions a text has."""
    if not isinstance(runs, list):
        return 0
    return sum(isinstance(run, Mapping) and run.get("type") == "mention" for run in runs)


def quoted(text: object) -> str:
    """Return a name as a sentence quotes it: one line, not too long."""
    return line(str(text), _QUOTED)
