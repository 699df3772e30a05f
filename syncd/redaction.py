"""The secrets that are known, and texts without them."""

import base64
import json
import threading
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from syncd.text import LONGEST_WORDS, line

HIDDEN = "[hidden]"
_SHORTEST = 4
"""A shorter secret is not looked for in texts: it would hide parts of plain words."""


class Secrets:
    """The secrets that are known, and texts without them; for all threads."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._forms: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self.add(*values)

    def add(self, *values: str) -> None:
        """Know these values too from now on, in every form that a service may quote."""
        new = {form for value in values if value for form in _forms(value)}
        with self._lock:
            if not new <= set(self._forms):
                self._forms = tuple(sorted(new | set(self._forms), key=len, reverse=True))

    def clear(self, text: str) -> str:
        """Return a text in which every known secret is hidden."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        return text

    def words(self, said: object, most: int = LONGEST_WORDS) -> str:
        """Return what a service said, as a sentence may quote it."""
        return line(self.clear(str(said)), most)


def _forms(value: str) -> Iterator[str]:
    """Yield a secret as it is, in an address, in JSON, and as mail servers encode it."""
    plain = value.encode("utf-8", "replace")
    encoded = base64.b64encode(plain).decode()
    for form in (
        value,
        quote(value, safe="", errors="replace"),
        quote_plus(value, errors="replace"),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        encoded,
        encoded.rstrip("="),
    ):
        if len(form) >= _SHORTEST:
            yield form
