"""A reply's text as any parser reads it alike: whole characters, bounded depth and numbers.

Services answer in JSON (RFC 8259). What other parsers choke on (halves of surrogate pairs,
NUL, numbers of thousands of digits, hundreds of levels) is put right or refused here, before
a client library sees it.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any

from pydantic_core import from_json

DEEPEST = 200
"""Levels that a reply may have; services' own have about a dozen."""
_LONG = re.compile(rb"\d{300}")
"""A number that the fast parser takes and others do not. (It may stand in a text as well:
then the reply is only looked at more slowly.)"""


_SMALL = 1024 * 1024
_TAKES = {b"{": 240, b"[": 80, b",": 64}
"""Bytes of memory (CPython 3.11, 64 bits) for what begins or follows with each of these."""


class TooDeep(ValueError):
    """JSON of more levels than any service's reply has."""


def clean(body: bytes) -> bytes:
    """Return a reply's body with what no text may hold put right.

    What is no JSON is returned as it is. Raises ``TooDeep``.
    """
    if _is_plain(body):
        return body
    try:
        parsed = json.loads(_text(body), parse_int=_integer)
    except RecursionError:
        raise TooDeep from None
    except ValueError:
        return body
    return _dumped(walked(parsed, _whole_text))


def weight(body: bytes) -> int:
    """Return about how many bytes of memory a body takes once it is read as JSON.

    Beyond ASCII a text takes up to four bytes a character while it is read.
    """
    if len(body) < _SMALL:
        return len(body)
    text = len(body) * (1 if body.isascii() else 4)
    return text + sum(body.count(mark) * bytes_ for mark, bytes_ in _TAKES.items())


def rewritten(body: bytes, text: Callable[[str], str]) -> bytes:
    """Return a body with each text in it, or all of it where it is no JSON, by ``text``.

    For replies that are errors: what they say is shown to people.
    """
    try:
        return _dumped(walked(json.loads(_text(body)), text))
    except RecursionError:
        raise TooDeep from None
    except ValueError:
        return text(_text(body)).encode("utf-8", "replace")


def _text(body: bytes) -> str:
    """Return a body as text, in whichever of Unicode's encodings a parser would read it."""
    return body.decode(json.detect_encoding(body), "replace")


def _is_plain(body: bytes) -> bool:
    """Say whether a body is JSON as every parser takes it; quickly."""
    if b"\\u0000" in body or _LONG.search(body):
        return False
    try:
        found = from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        return False
    del found
    return True


def walked(value: Any, text: Callable[[str], str], depth: int = 0) -> Any:
    """Return JSON with each text in it, keys too, by ``text``. Raises ``TooDeep``."""
    if depth > DEEPEST:
        raise TooDeep
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [walked(it, text, depth + 1) for it in value]
    if isinstance(value, dict):
        return {text(name): walked(it, text, depth + 1) for name, it in value.items()}
    return value


def _whole_text(text: str) -> str:
    """Return a text without halves of surrogate pairs and without NUL."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\ufffd")


def _integer(digits: str) -> int | float:
    """Return a whole number; one that no field can hold is as good as infinite."""
    return int(digits) if len(digits) < 300 else math.copysign(math.inf, -(digits[0] == "-"))


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
