"""From a property's value in a reply to the value of a field; pure."""

from collections.abc import Callable, Mapping
from typing import Any

from syncd.model.fields import FieldSpec, FieldType
from syncd.model.values import Moment, Value
from syncd_notion import repeat
from syncd_notion.dates import parse, parse_day
from syncd_notion.shape import Property
from syncd_notion.texts import MOST_MENTIONS, mentions, plain

_TEXTS = frozenset({"title", "rich_text"})


class Unreadable(ValueError):
    """A value that says nothing to syncd: a sentence that ends with what to do."""


def read_value(spec: FieldSpec, prop: Property, raw: Mapping[str, Any] | None) -> Value:
    """Return the field's value. Raises ``Unreadable``."""
    if raw is None or raw.get("type") != prop.type:
        raise Unreadable(
            f"The property '{prop.name}' has changed in Notion: give it back its type"
            f" {prop.type}, or name another one in the settings."
        )
    return _READERS[spec.type](spec, prop, raw.get(prop.type))


def _text(spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if prop.type in _TEXTS and mentions(raw) >= MOST_MENTIONS:
        raise Unreadable(
            f"'{prop.name}' holds more mentions than Notion tells: keep fewer than"
            f" {MOST_MENTIONS} in it."
        )
    shown = _shown(prop, raw)
    if spec.name != "recurrence":
        return shown
    rule = repeat.from_words(shown)
    if rule is None:
        raise Unreadable(
            f"'{shown}' is no repetition that syncd can read: write such as 'every week',"
            " 'every 2 days' or 'every monday'."
        )
    return rule


def _shown(prop: Property, raw: Any) -> str:
    if prop.type in _TEXTS:
        return plain(raw)
    return str(option_name(raw) or "") if prop.type == "select" else str(raw or "")


def option_name(raw: Any) -> str | None:
    """Return the name of a chosen option, or None."""
    return raw.get("name") if isinstance(raw, Mapping) else None


def _word(spec: FieldSpec, prop: Property, raw: Any) -> Value:
    words = spec.words
    name = option_name(raw)
    if words is None or name is None:
        return spec.default  # type: ignore[no-any-return]  # a word, or None
    known = {_folded(word.value): word for word in words}
    before = prop.options.get(str(raw.get("id")), "")
    found = known.get(_folded(name)) or known.get(_folded(before))
    if found is None:
        choice = ", ".join(capital(word.value) for word in words)
        raise Unreadable(f"'{name}' is no {_called(spec)} that syncd knows: choose {choice}.")
    return found


def _priority(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    name = option_name(raw)
    if name is None:
        return None
    for shown in (name, prop.options.get(str(raw.get("id")), "")):
        text = shown.strip().upper()
        if text in ("P1", "P2", "P3", "P4"):
            return int(text[1])
    raise Unreadable(f"'{name}' is no priority that syncd knows: choose P1, P2, P3 or P4.")


def _number(spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Unreadable(f"'{raw}' in '{prop.name}' is no number: give one such as 3.")
    if spec.type is FieldType.NUMBER:
        return float(raw)
    if raw != int(raw):
        raise Unreadable(f"'{raw}' in '{prop.name}' is no whole number: give one such as 3.")
    return int(raw)


def _bool(_spec: FieldSpec, _prop: Property, raw: Any) -> Value:
    return raw is True


def _date(spec: FieldSpec, _prop: Property, raw: Any) -> Value:
    part = "end" if spec.name == "period_end" else "start"
    text = raw.get(part) if isinstance(raw, Mapping) else None
    if not text:
        return None
    try:
        found = parse_day(text) if spec.type is FieldType.DATE else parse(text)
    except (TypeError, ValueError):
        found = None
    if found is None or (spec.type is FieldType.MOMENT and not isinstance(found, Moment)):
        raise Unreadable(
            f"'{text}' is no date that syncd can read: give a day such as 2026-12-01."
        )
    return found


def _ref(_spec: FieldSpec, _prop: Property, raw: Any) -> Value:
    return next(iter(related(raw)), None)


def _refs(_spec: FieldSpec, _prop: Property, raw: Any) -> Value:
    return frozenset(related(raw))


def related(raw: Any) -> list[str]:
    """Return the ids of related pages, in their order."""
    if not isinstance(raw, list):
        return []
    return [str(one["id"]) for one in raw if isinstance(one, Mapping) and one.get("id")]


def _labels(_spec: FieldSpec, _prop: Property, raw: Any) -> Value:
    names = [option_name(one) for one in raw] if isinstance(raw, list) else []
    return frozenset(name for name in names if name)


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
