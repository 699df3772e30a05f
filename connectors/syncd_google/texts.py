"""Pure: the texts of an event: its summary with a title and a tick, its description with links.

A tick before the title means that it is done. The addresses of a block's task are lines of
the description:

    Notion: https://www.notion.so/…
    Todoist: https://app.todoist.com/…

They may stand anywhere in what the person writes there: which lines are syncd's is known
by the names that the event keeps for it. The calendar's own editor turns a description
into HTML, so that lines may end with ``<br>`` and addresses stand in ``<a>``.
"""

import html
import re

from syncd.errors import whole

TICK = "✓"
GUARD = "\N{WORD JOINER}"
"""Written before a title that itself begins like a tick ("Done with part one"). It
does not show, and keeps the words from being read as "this is done"."""
UNREADABLE_TITLE = (
    "The event's title can't be read: look at it in Google Calendar, and give it one."
)

Links = dict[str, str]
"""Addresses by the names of their tools."""

_DONE = re.compile(
    r"(?:\s*(?:[✓✔]\N{VARIATION SELECTOR-16}?\s*|done[\s:\N{EN DASH}\N{EM DASH}-]+))+",
    re.IGNORECASE,
)
_QUOTED = 60
"""Characters of a title that a sentence quotes."""
_ADDRESS = re.compile(r"(?:https?://|syncd:)[^\s<>\"]{1,2000}")
_NAME = re.compile(r"[^\s:<>&\"][^:<>&\"\r\n]{0,39}")
_LINE = re.compile(r"(\r?\n|<br\s*/?>)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_EMPTY = re.compile(r"(?:\s|<br\s*/?>)*", re.IGNORECASE)
_BREAK_AT_END = re.compile(r"<br\s*/?>\Z", re.IGNORECASE)
_LONGEST_BREAK = 16
_MOST_LINKS = 10


def split_summary(summary: str) -> tuple[str, bool]:
    """Return the title without its ticks, and whether there were any.

    A tick is a leading ✓ or ✔, or the word "done" before a space, a colon or a dash.
    """
    match = _DONE.match(summary)
    return clean_title(summary[match.end() :] if match else summary), match is not None


def join_summary(title: str, *, done: bool) -> str:
    """Return the summary from which ``split_summary`` reads exactly these."""
    guarded = GUARD + title if _DONE.match(title) else title
    return f"{TICK} {guarded}".rstrip() if done else guarded


def clean_title(title: str) -> str:
    """Return a title as a calendar can show it: one line, no spaces around it."""
    return " ".join(title.replace(GUARD, "").splitlines()).strip()


def quoted(title: str) -> str:
    """Return a title as a sentence quotes it: one line, not too long."""
    line = " ".join(whole(title).split())
    return f"'{line if len(line) <= _QUOTED else line[:_QUOTED] + '…'}'"


def clean_links(text: str) -> str:
    """Return the lines that can be kept: a name, a space and an address that is safe."""
    return links_text(parse_links(text))


def links_text(links: Links) -> str:
    """Return links as the contract has them."""
    return "\n".join(f"{name} {address}" for name, address in links.items())


def parse_links(text: str) -> Links:
    """Return the links of a text by ``links_text``."""
    links: Links = {}
    for line in text.splitlines():
        name, _, address = line.strip().rpartition(" ")
        if _is_link(name.strip(), address) and len(links) < _MOST_LINKS:
            links.setdefault(name.strip(), address)
    return links


def link_names(links: Links) -> str:
    """Return what an event keeps to know its lines again."""
    return "\n".join(links)


def find_links(description: str, names: str) -> Links:
    """Return the links in a description; ``names`` are the ``link_names`` that were written.

    Of several lines with one name the last is syncd's: the person writes above.
    """
    lines = dict(filter(None, map(_link, _LINE.split(description)[::2])))
    return {name: lines[name] for name in names.splitlines() if name in lines}


def place_links(description: str, names: str, links: Links) -> str:
    """Return a description with these links as its last lines, and all else as it was."""
    rest = _without_links(description, names)
    lines = "\n".join(f"{name}: {address}" for name, address in links.items())
    return f"{rest}\n\n{lines}" if rest and lines else rest + lines


def _without_links(description: str, names: str) -> str:
    pieces = _LINE.split(description)
    ours, rest = set(names.splitlines()), list[str]()
    for line, end in zip(pieces[-1::-2], ["", *pieces[-2::-2]], strict=True):
        link = _link(line)
        if link and link[0] in ours:
            ours.remove(link[0])
        else:
            rest.append(line + end)
    left = "".join(reversed(rest))
    return left if left == description else _trimmed(left)


def _trimmed(text: str) -> str:
    """Return a text without what is empty around it; in one pass, however long that is."""
    match = _EMPTY.match(text)
    start, end = match.end() if match else 0, len(text)
    while end > start:
        if text[end - 1].isspace():
            end -= 1
        elif mark := _BREAK_AT_END.search(text, max(start, end - _LONGEST_BREAK), end):
            end = mark.start()
        else:
            break
    return text[start:end]


def _link(line: str) -> tuple[str, str] | None:
    plain = html.unescape(_TAG.sub("", line)) if _TAG.search(line) else line
    name, _, address = plain.strip().partition(": ")
    return (name, address.strip()) if _is_link(name, address.strip()) else None


def _is_link(name: str, address: str) -> bool:
    return bool(_NAME.fullmatch(name) and _ADDRESS.fullmatch(address))
