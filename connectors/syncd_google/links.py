"""Pure: the addresses of a block's task, as lines of an event's description.

    Notion: https://www.notion.so/…
    Todoist: https://app.todoist.com/…

They may stand anywhere in what the person writes there: which lines are syncd's is told
by the names that the event keeps for it. The calendar's own editor turns a description
into HTML, so that lines may end with ``<br>`` and addresses stand in ``<a>``.
"""

import html
import re

_ADDRESS = re.compile(r"(?:https?://|syncd:)[^\s<>\"]{1,2000}")
_NAME = re.compile(r"[^\s:<>&\"][^:<>&\"\r\n]{0,39}")
_LINE = re.compile(r"(\r?\n|<br\s*/?>)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_EMPTY = re.compile(r"(?:\s|<br\s*/?>)*", re.IGNORECASE)
_BREAK_AT_END = re.compile(r"<br\s*/?>\Z", re.IGNORECASE)
_LONGEST_BREAK = 16
_MOST = 10

Links = dict[str, str]
"""Addresses by the names of their tools."""


def clean(text: str) -> str:
    """Return the lines that can be kept: a name, a space and an address that is safe."""
    return stated(of(text))


def stated(links: Links) -> str:
    """Return links as the contract has them."""
    return "\n".join(f"{name} {address}" for name, address in links.items())


def of(text: str) -> Links:
    """Return what ``stated`` stated."""
    links: Links = {}
    for line in text.splitlines():
        name, _, address = line.strip().rpartition(" ")
        if _good(name.strip(), address) and len(links) < _MOST:
            links.setdefault(name.strip(), address)
    return links


def names(links: Links) -> str:
    """Return what an event keeps to know its lines again."""
    return "\n".join(links)


def found(description: str, kept: str) -> Links:
    """Return the links in a description; ``kept`` are the ``names`` that were written.

    Of several lines with one name the last is syncd's: the person writes above.
    """
    lines = dict(filter(None, map(_link, _LINE.split(description)[::2])))
    return {name: lines[name] for name in kept.splitlines() if name in lines}


def placed(description: str, kept: str, links: Links) -> str:
    """Return a description with these links as its last lines, and all else as it was."""
    rest = _without(description, kept)
    lines = "\n".join(f"{name}: {address}" for name, address in links.items())
    return f"{rest}\n\n{lines}" if rest and lines else rest + lines


def _without(description: str, kept: str) -> str:
    pieces = _LINE.split(description)
    ours, rest = set(kept.splitlines()), list[str]()
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
    found = _EMPTY.match(text)
    start, end = found.end() if found else 0, len(text)
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
    return (name, address.strip()) if _good(name, address.strip()) else None


def _good(name: str, address: str) -> bool:
    return bool(_NAME.fullmatch(name) and _ADDRESS.fullmatch(address))
