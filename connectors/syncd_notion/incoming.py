"""From a property's value in a reply to the value of a field; pure."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from syncd.model.fields import FieldSpec, FieldType
from syncd.model.values import Moment, Value
from syncd_notion import repeat
from syncd_notion.border import is_usable, line
from syncd_notion.dates import parse, parse_day
from syncd_notion.shape import Property
from syncd_notion.texts import MOST_MENTIONS, mended, mentions, text_of

MOST_WHOLE = 10_000_000
"""The largest whole number that a field of the plan takes, as its import does."""
_TEXTS = frozenset({"title", "rich_text"})


class Unreadable(ValueError):
    """A value that says nothing to syncd: a sentence that ends with what to do."""


def read_value(spec: FieldSpec, prop: Property, raw: Mapping[str, Any] | None) -> Value:
    """Return the field's value. Raises ``Unreadable``, whatever stands there."""
    if raw is None or raw.get("type") != prop.type:
        raise Unreadable(
            f"The property '{line(prop.name)}' has changed in Notion: give it back its type"
            f" {prop.type}, or name another one in the settings."
        )
    if (
        prop.type == "relation" and raw.get("has_more", False) is not False
    ):  # more than is shown
        raise _garbled(prop)
    return _READERS[spec.type](spec, prop, raw.get(prop.type))


def _garbled(prop: Property) -> Unreadable:
    """Return the sentence about what no person could have put into a property."""
    return Unreadable(
        f"What Notion says of '{line(prop.name)}' can't be read, so it is left as it was: set it"
        " again there; if that does not help, update syncd."
    )


def _text(spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if prop.type in _TEXTS and mentions(raw) >= MOST_MENTIONS:
        raise Unreadable(
            f"'{line(prop.name)}' holds more mentions than Notion tells: keep fewer than"
            f" {MOST_MENTIONS} in it."
        )
    shown = _shown(prop, raw)
    if spec.name != "recurrence":
        return shown
    rule = repeat.from_words(shown)
    if rule is None:
        raise Unreadable(
            f"'{line(shown)}' is no repetition that syncd can read: write such as 'every week',"
            " 'every 2 days' or 'every monday'."
        )
    return rule


def _shown(prop: Property, raw: Any) -> str:
    if prop.type in _TEXTS:
        text = text_of(raw)
        if text is None:
            raise _garbled(prop)
        return text
    if raw is None:
        return ""
    if prop.type == "select":
        return _chosen(prop, raw)
    if not isinstance(raw, str):
        raise _garbled(prop)
    return mended(raw)


def _chosen(prop: Property, raw: Any) -> str:
    """Return the name of an option that is chosen."""
    name = raw.get("name") if isinstance(raw, Mapping) else None
    if not isinstance(name, str) or not name:
        raise _garbled(prop)
    return mended(name)


def _before(prop: Property, raw: Mapping[str, Any]) -> str:
    """Return the name that a chosen option had when it was bound, or ""."""
    return prop.options.get(str(raw.get("id")), "")


def _word(spec: FieldSpec, prop: Property, raw: Any) -> Value:
    words = spec.words
    if words is None or raw is None:
        return spec.default  # type: ignore[no-any-return]  # a word, or None
    name = _chosen(prop, raw)
    known = {_folded(word.value): word for word in words}
    found = known.get(_folded(name)) or known.get(_folded(_before(prop, raw)))
    if found is None:
        choice = ", ".join(capital(word.value) for word in words)
        raise Unreadable(
            f"'{line(name)}' is no {_called(spec)} that syncd knows: choose {choice}."
        )
    return found


def _priority(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if raw is None:
        return None
    name = _chosen(prop, raw)
    for shown in (name, _before(prop, raw)):
        text = shown.strip().upper()
        if text in ("P1", "P2", "P3", "P4"):
            return int(text[1])
    raise Unreadable(
        f"'{line(name)}' is no priority that syncd knows: choose P1, P2, P3 or P4."
    )


def _number(spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if raw is None:
        return None
    number = _finite(raw)
    wrong = ""
    if number is None:
        wrong = "no number: give one such as 3"
    elif spec.type is FieldType.NUMBER:
        return number
    elif number != int(number):
        wrong = "no whole number: give one such as 3"
    elif abs(number) > MOST_WHOLE:
        wrong = f"too much: give at most {MOST_WHOLE}"
    if number is None or wrong:
        raise Unreadable(f"'{line(raw)}' in '{line(prop.name)}' is {wrong}.")
    return int(number)


def _finite(raw: Any) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        number = float(raw)
    except OverflowError:  # a number of hundreds of digits
        return None
    return number if math.isfinite(number) else None


def _bool(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if not isinstance(raw, bool):
        raise _garbled(prop)
    return raw


def _date(spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or not isinstance(raw.get("start"), str):
        raise _garbled(prop)
    text = raw["start"]
    if spec.name == "period_end":
        text = raw.get("end")
        if text is None:
            return None
    found = _day_or_moment(spec, text)
    if found is None:
        raise Unreadable(
            f"'{line(text)}' is no date that syncd can read: give a day such as 2026-12-01."
        )
    return found


def _day_or_moment(spec: FieldSpec, text: Any) -> Value:
    try:
        found = parse_day(text) if spec.type is FieldType.DATE else parse(text)
    except (TypeError, ValueError):
        return None
    return found if spec.type is not FieldType.MOMENT or isinstance(found, Moment) else None


def _ref(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    return next(iter(_pages(prop, raw)), None)


def _refs(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    return frozenset(_pages(prop, raw))


def _pages(prop: Property, raw: Any) -> list[str]:
    found = related(raw)
    if found is None:
        raise _garbled(prop)
    return found


def related(raw: Any) -> list[str] | None:
    """Return the ids of related pages, in their order; None where any can't be read."""
    if not isinstance(raw, list):
        return None
    found = []
    for one in raw:
        page = one.get("id") if isinstance(one, Mapping) else None
        if not isinstance(page, str) or not is_usable(page):
            return None
        found.append(page)
    return found


def _labels(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if not isinstance(raw, list):
        raise _garbled(prop)
    return frozenset(_chosen(prop, one) for one in raw)


def capital(word: str) -> str:
    """Return a word of the plan as an option shows it."""
    return word[:1].upper() + word[1:]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _called(spec: FieldSpec) -> str:
    return spec.name.replace("_", " ")


_READERS: Mapping[FieldType, Callable[[FieldSpec, Property, Any], Value]] = {
    FieldType.TEXT: _text,
    FieldType.WORD: _word,
    FieldType.PRIORITY: _priority,
    FieldType.INT: _number,
    FieldType.NUMBER: _number,
    FieldType.BOOL: _bool,
    FieldType.DATE: _date,
    FieldType.DUE: _date,
    FieldType.MOMENT: _date,
    FieldType.REF: _ref,
    FieldType.REFS: _refs,
    FieldType.LABELS: _labels,
}
