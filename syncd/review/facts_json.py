"""Facts as JSON text and back: the form in which a review keeps them."""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from syncd.review.facts import Facts


def facts_text(facts: Facts) -> str:
    """Return facts as JSON text; the same facts give the same text."""
    return json.dumps(facts_json(facts), ensure_ascii=False, sort_keys=True)


def facts_json(facts: Facts) -> dict[str, Any]:
    """Return facts as JSON."""
    return dict(_plain(facts))


def facts_from(text: str) -> Facts:
    """Return the facts that ``facts_text`` wrote. Raises ValueError for anything else."""
    raw = json.loads(text)
    if not isinstance(raw, dict):
        raise ValueError("facts are a JSON object")  # noqa: TRY004  # as json.loads does
    try:
        found = _typed(Facts, raw)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("these facts have another form") from error
    return typing.cast(Facts, found)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        names = (one.name for one in dataclasses.fields(value))
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _typed(hint: Any, raw: Any) -> Any:
    if raw is None:
        return None
    if typing.get_origin(hint) is types.UnionType:
        return _typed(next(one for one in typing.get_args(hint) if one is not type(None)), raw)
    if typing.get_origin(hint) is tuple:
        return _many(typing.get_args(hint), raw)
    if dataclasses.is_dataclass(hint):
        return _record(typing.cast(type, hint), raw)
    if hint in (date, datetime):
        return hint.fromisoformat(raw)
    return hint(raw)


def _many(hints: tuple[Any, ...], raw: list[Any]) -> tuple[Any, ...]:
    if hints[-1] is Ellipsis:
        return tuple(_typed(hints[0], one) for one in raw)
    return tuple(_typed(hint, one) for hint, one in zip(hints, raw, strict=True))


def _record(cls: type, raw: Mapping[str, Any]) -> Any:
    """What a later version tells besides is left out; what an earlier lacks is default."""
    hints = typing.get_type_hints(cls)
    return cls(**{name: _typed(hints[name], raw[name]) for name in hints if name in raw})
