"""From a field's value to what a property holds of it, and how it is sent; pure."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from syncd.model.fields import FieldSpec, FieldType
from syncd.model.values import Moment, Value
from syncd_notion import repeat, texts
from syncd_notion.dates import fit_moment
from syncd_notion.incoming import MOST_WHOLE, Unreadable, capital, read_value
from syncd_notion.shape import Property

CHOICES = frozenset({FieldType.WORD, FieldType.PRIORITY})
"""The fields that are one of a few words."""
MOST_RELATED = 100


def fit_value(spec: FieldSpec, notion_type: str, value: Value) -> Any:
    """Return what a property of this type can hold of ``value``."""
    fitted = _FITS[spec.type](value)
    if spec.type is FieldType.WORD and fitted is None:
        return spec.default
    if not isinstance(fitted, str) or spec.type is not FieldType.TEXT:
        return fitted
    if spec.name == "recurrence":
        return repeat.tidy(fitted) or ""
    return _FIT_TEXT.get(notion_type, texts.fit_text)(fitted)


_FIT_TEXT: Mapping[str, Callable[[str], str]] = {
    "url": lambda text: texts.fit_line(text, texts.URL_LENGTH),
    "email": lambda text: texts.fit_line(text, texts.EMAIL_LENGTH),
    "phone_number": lambda text: texts.fit_line(text, texts.EMAIL_LENGTH),
    "select": texts.fit_option,
}


def _fit_int(value: Any) -> int | None:
    return None if value is None else max(-MOST_WHOLE, min(MOST_WHOLE, int(value)))


def _fit_number(value: Any) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _fit_date(value: Any) -> Any:
    return fit_moment(value) if isinstance(value, Moment) else value


def _fit_refs(value: Any) -> frozenset[str]:
    return frozenset(sorted(value or ())[:MOST_RELATED])


_FITS: Mapping[FieldType, Callable[[Any], Any]] = {
    FieldType.TEXT: lambda value: value or "",
    FieldType.WORD: lambda value: value,
    FieldType.PRIORITY: lambda value: value if value in (1, 2, 3, 4) else None,
    FieldType.INT: _fit_int,
    FieldType.NUMBER: _fit_number,
    FieldType.BOOL: bool,
    FieldType.DATE: _fit_date,
    FieldType.DUE: _fit_date,
    FieldType.MOMENT: _fit_date,
    FieldType.REF: lambda value: value or None,
    FieldType.REFS: _fit_refs,
    FieldType.LABELS: lambda value: texts.fit_options(value or ()),
}


def send_value(spec: FieldSpec, notion_type: str, value: Any) -> Any:
    """Return a fitted value as such a property takes it (no date, relation or word)."""
    if spec.type is FieldType.LABELS:
        return [{"name": name} for name in sorted(value)]
    if spec.type is not FieldType.TEXT:
        return value
    shown = repeat.to_words(value) if spec.name == "recurrence" else value
    if notion_type in ("title", "rich_text"):
        return texts.runs_of(shown)
    return _option(shown) if notion_type == "select" else (shown or None)


def send_choice(spec: FieldSpec, prop: Property, value: Any) -> dict[str, str] | None:
    """Return the option for a word or a priority: one that reads as it, else a new one."""
    if value is None:
        return None
    name = _word(value)
    if name not in prop.now.values():
        alike = (option for option in prop.now if _reads_as(spec, prop, option, value))
        name = prop.now.get(next(alike, ""), name)
    return _option(name)


def is_choosable(spec: FieldSpec, prop: Property | None, value: Any) -> bool:
    """Say whether a property can show this value: a status has just the options it has."""
    if prop is None or prop.type != "status" or not prop.now or value is None:
        return True
    chosen = send_choice(spec, prop, value)
    return chosen is None or chosen["name"] in prop.now.values()


def lacking_options(spec: FieldSpec, prop: Property) -> list[str]:
    """Return the options that a property can't be given, in the words of the plan."""
    known: Iterable[Any] = spec.words or (1, 2, 3, 4)
    return [_word(value) for value in known if not is_choosable(spec, prop, value)]


def _reads_as(spec: FieldSpec, prop: Property, option: str, value: Any) -> bool:
    shown = {"id": option, "name": prop.now[option]}
    try:
        return bool(read_value(spec, prop, {"type": prop.type, prop.type: shown}) == value)
    except Unreadable:
        return False


def _word(value: Any) -> str:
    return f"P{value}" if isinstance(value, int) else capital(value)


def _option(name: str) -> dict[str, str] | None:
    return {"name": name} if name else None


def wanted_pages(spec: FieldSpec, value: Any, before: list[str]) -> list[str]:
    """Return the pages that a relation is to hold, in order.

    A field that names one page takes the first place; further pages that the person
    has put beside it stay, unless the field is emptied.
    """
    if spec.type is FieldType.REFS:
        kept = [page for page in before if page in value]
        return kept + sorted(value - set(kept))
    if value is None:
        return []
    return [value, *(page for page in before[1:] if page != value)]


def fit_period(fields: dict[str, Any]) -> None:
    """Mend a period that no date range can hold, in place."""
    if "period_start" not in fields or fields.get("period_end") is None:
        return
    start: date | None = fields["period_start"]
    if start is None or fields["period_end"] < start:
        fields["period_end"] = None
