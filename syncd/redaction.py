"""The secrets that are known, texts and log events without them; loggers that load their library late."""

import base64
import json
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote, quote_plus

from syncd.text import LONGEST_WORDS, line

HIDDEN = "[hidden]"
_SECRET_WORDS = ("token", "password", "secret", "api_key", "authorization")
_NOT_SECRET_ENDINGS = ("_file", "_command", "_uri", "_url")
_PERSONAL = frozenset(
    {"address", "answers", "body", "content", "description", "email", "notes", "recipients"}
    | {"sender", "summary", "text", "title", "username", "why"}
)
_BEARER = re.compile(r"\b(Bearer)\s+\S+", re.IGNORECASE)
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

    def words(self, text: object, most: int = LONGEST_WORDS) -> str:
        """Return what a service said, as a sentence may quote it."""
        return line(self.clear(str(text)), most)


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


def secret_name(name: str) -> bool:
    """Say whether a setting or a log key of this name holds a secret."""
    lowered = name.lower()
    return any(word in lowered for word in _SECRET_WORDS) and not lowered.endswith(
        _NOT_SECRET_ENDINGS
    )


class Redactor:
    """A structlog processor that hides secrets and personal text.

    By key (``token``, ``title``) and, for secrets, wherever their value turns up.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.secrets = Secrets(values)

    def hide(self, values: Iterable[str]) -> None:
        """Hide these values too from now on."""
        self.secrets.add(*values)

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Return the event with what must not be seen hidden."""
        return {key: self._shown(key, value) for key, value in event.items()}

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        text = self.secrets.clear(text)
        return _BEARER.sub(rf"\1 {HIDDEN}", text)

    def _shown(self, key: str, value: Any) -> Any:
        if secret_name(key) or key.lower() in _PERSONAL:
            return HIDDEN
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {name: self._shown(str(name), inner) for name, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._shown("", inner) for inner in value]
        return self.text(str(value))


SetUp = Callable[[], None]
_waiting: list[SetUp] = []


class Logger:
    """A structlog logger that is made when something is logged."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        """Return a method of the logger proper: ``info``, ``warning``, ``error`` ..."""
        set_up_now()
        import structlog  # not before something is logged

        return getattr(structlog.get_logger(self._name), method)


def get_logger(name: str) -> Any:
    """Return the logger of this name."""
    return Logger(name)


def set_up_later(set_up: SetUp) -> None:
    """Have logging set up before the first record, of syncd or of a library, is written."""
    _waiting[:] = [set_up]
    logging.basicConfig(handlers=[_FirstRecord()], level=logging.WARNING, force=True)


def set_up_now() -> None:
    """Set logging up if that still waits."""
    if _waiting:
        _waiting.pop()()


class _FirstRecord(logging.Handler):
    """Stands where the log will be: sets it up, and passes the record on."""

    def emit(self, record: logging.LogRecord) -> None:
        set_up_now()
        for handler in logging.getLogger().handlers:
            if handler is not self and record.levelno >= handler.level:
                handler.handle(record)
