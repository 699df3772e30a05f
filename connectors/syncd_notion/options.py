"""Words, priorities and labels: the options of a select, a status or a multi-select; pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.model.values import FieldSpec, FieldType, Value
from syncd_notion.codecs import (
    Codec,
    Property,
    Sending,
    UnreadableProperty,
    chosen,
    garbled,
    option_of,
)
from syncd_notion.page_content import fit_options, quoted

PRIORITIES = (1, 2, 3, 4)


def capital(word: str) -> str:
    """Return a word of the plan as an option shows it."""
    return word[:1].upper() + word[1:]


def option_name(value: Any) -> str:
    """Return how an option shows a word or a priority."""
    return f"P{value}" if isinstance(value, int) else capital(value)


def _name_when_bound(prop: Property, raw: Mapping[str, Any]) -> str:
    """Return the name that a chosen option had when it was bound, or ""."""
    return prop.options.get(str(raw.get("id")), "")


def _fit_word(spec: FieldSpec, _notion_type: str, value: Any) -> Any:
    return spec.default if value is None else value


def _read_word(spec: FieldSpec, prop: Property, raw: Any) -> Value:
    words = spec.words
    if words is None or raw is None:
        return spec.default  # type: ignore[no-any-return]  # a word, or None
    name = chosen(prop, raw)
    known = {_folded(word.value): word for word in words}
    word = known.get(_folded(name)) or known.get(_folded(_name_when_bound(prop, raw)))
    if word is None:
        choice = ", ".join(capital(word.value) for word in words)
        field_name = spec.name.replace("_", " ")
        raise UnreadableProperty(
            f"'{quoted(name)}' is no {field_name} that syncd knows: choose {choice}."
        )
    return word


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _fit_priority(_spec: FieldSpec, _notion_type: str, value: Any) -> int | None:
    return value if value in PRIORITIES else None


def _read_priority(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if raw is None:
        return None
    name = chosen(prop, raw)
    for shown in (name, _name_when_bound(prop, raw)):
        text = shown.strip().upper()
        if text in ("P1", "P2", "P3", "P4"):
            return int(text[1])
    raise UnreadableProperty(
        f"'{quoted(name)}' is no priority that syncd knows: choose P1, P2, P3 or P4."
    )


def _send_choice(spec: FieldSpec, prop: Property, sending: Sending) -> dict[str, str] | None:
    return chosen_option(spec, prop, sending.value)


def chosen_option(spec: FieldSpec, prop: Property, value: Any) -> dict[str, str] | None:
    """Return the option for a word or a priority: one that reads as it, else a new one."""
    if value is None:
        return None
    name = option_name(value)
    if name not in prop.now.values():
        alike = (option for option in prop.now if _reads_as(spec, prop, option, value))
        name = prop.now.get(next(alike, ""), name)
    return option_of(name)


def _reads_as(spec: FieldSpec, prop: Property, option: str, value: Any) -> bool:
    read = _read_priority if spec.type is FieldType.PRIORITY else _read_word
    try:
        return bool(read(spec, prop, {"id": option, "name": prop.now[option]}) == value)
    except UnreadableProperty:
        return False


def _fit_labels(_spec: FieldSpec, _notion_type: str, value: Any) -> frozenset[str]:
    return fit_options(value or ())


def _send_labels(_spec: FieldSpec, _prop: Property, sending: Sending) -> Any:
    return [{"name": name} for name in sorted(sending.value)]


def _read_labels(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if not isinstance(raw, list):
        raise garbled(prop)
    return frozenset(chosen(prop, option) for option in raw)


def is_choosable(spec: FieldSpec, prop: Property | None, value: Any) -> bool:
    """Say whether a property can show this value: a status has just the options it has."""
    if prop is None or prop.type != "status" or not prop.now or value is None:
        return True
    option = chosen_option(spec, prop, value)
    return option is None or option["name"] in prop.now.values()


WORD = Codec(
    types=("select", "status"),
    fit=_fit_word,
    send=_send_choice,
    read=_read_word,
    choices=lambda spec: tuple(spec.words or ()),
)
PRIORITY = replace(
    WORD, fit=_fit_priority, read=_read_priority, choices=lambda _spec: PRIORITIES
)
LABELS = Codec(types=("multi_select",), fit=_fit_labels, send=_send_labels, read=_read_labels)
