"""The ``fields`` parameter: a part of a reply."""

import re
from typing import Any

from syncd_google.sandbox.refusal import invalid

Mask = dict[str, "Mask"]
_WORD = re.compile(r"[A-Za-z0-9_*#-]+|[(),/]")


def part(body: Any, fields: str) -> Any:
    """Return what ``fields`` names of a reply: ``a,b(c,d/e)``; ``*`` is all."""
    words = _WORD.findall(fields)
    if "".join(words) != fields:
        raise invalid(f"Invalid field selection {fields}", "parameter fields")
    mask, rest = _mask(words)
    if rest:
        raise invalid(f"Invalid field selection {fields}", "parameter fields")
    return _masked(body, mask)


def _mask(words: list[str]) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while words and words[0] != ")":
        name, words = words[0], words[1:]
        inner: Mask = {}
        if words[:1] == ["/"]:
            inner, words = _path(words[1:])
        elif words[:1] == ["("]:
            inner, words = _mask(words[1:])
            words = words[1:]
        mask[name] = inner
        if words[:1] == [","]:
            words = words[1:]
    return mask, words


def _path(words: list[str]) -> tuple[Mask, list[str]]:
    """Return the mask of what stands behind a slash."""
    name, words = words[0], words[1:]
    inner: Mask = {}
    if words[:1] == ["/"]:
        inner, words = _path(words[1:])
    elif words[:1] == ["("]:
        inner, words = _mask(words[1:])
        words = words[1:]
    return {name: inner}, words


def _masked(body: Any, mask: Mask) -> Any:
    if not mask or "*" in mask:
        return body
    if isinstance(body, list):
        return [_masked(one, mask) for one in body]
    if not isinstance(body, dict):
        return body
    return {name: _masked(body[name], mask[name]) for name in body if name in mask}
