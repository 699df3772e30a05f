"""How each type of value is held by a Notion property: fitted, sent and read; pure.

A codec says this of one type of value in one place; ``mapping`` says which field has which.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from syncd.connect.border import usable_id
from syncd.model.values import FieldSpec, Value
from syncd_notion import page_content
from syncd_notion.page_content import quoted

MOST_WHOLE = 10_000_000
"""The largest whole number that a field of the plan takes, as its import does."""
MOST_RELATED = 100
_TEXTS = frozenset({"title", "rich_text"})


class UnreadableProperty(ValueError):
    """A value that says nothing to syncd: a sentence that ends with what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property: its id as the schema prints it, its type, its name when bound.

    options: of a select, the ids of its options to their names when bound.
    now: the same ids to their names when the schema was last read.
    """

    id: str
    type: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    now: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the id without percent signs, to compare with."""
        return unquote(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A value that is to be sent, and what its form depends on.

    value: what the property can hold of it; wanted: the plan's value, with its zone.
    kept: what ``Codec.keep`` returned for this property.
    fields: all fields of the row, as they will be; zone: the plan's zone.
    """

    value: Any
    wanted: Any
    kept: Mapping[str, Any]
    fields: Mapping[str, Any]
    zone: str


def keep_nothing(_spec: FieldSpec, _raw: Any) -> dict[str, Any]:
    """Return nothing: the plan has all that a reply says."""
    return {}


def _no_choices(_spec: FieldSpec) -> tuple[Any, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How one type of value is held.

    types: the Notion types that can hold it; the first is the one that syncd makes.
    fit: what a property of a Notion type can hold of a value.
    send: a fitted value as a request has it.
    read: what a reply has under the type, as the plan's value. Raises
        ``UnreadableProperty``.
    keep: what of a reply a later write must not lose though the plan has no field for it.
    choices: the values it can have, where they are few.
    number_format: how Notion shows a number in a property that syncd makes.
    shares: the field whose property holds this one too.
    """

    types: tuple[str, ...]
    fit: Callable[[FieldSpec, str, Any], Any]
    send: Callable[[FieldSpec, Property, Sending], Any]
    read: Callable[[FieldSpec, Property, Any], Value]
    keep: Callable[[FieldSpec, Any], dict[str, Any]] = keep_nothing
    choices: Callable[[FieldSpec], tuple[Any, ...]] = _no_choices
    number_format: str = "number"
    shares: str = ""


def garbled(prop: Property) -> UnreadableProperty:
    """Return the sentence about what no person could have put into a property."""
    return UnreadableProperty(
        f"What Notion says of '{quoted(prop.name)}' can't be read, so it is left as it was: set it"
        " again there; if that does not help, update syncd."
    )


# Texts, addresses, and how a task repeats.

_FIT_TEXT: Mapping[str, Callable[[str], str]] = {
    "url": lambda text: page_content.fit_line(text, page_content.URL_LENGTH),
    "email": lambda text: page_content.fit_line(text, page_content.EMAIL_LENGTH),
    "phone_number": lambda text: page_content.fit_line(text, page_content.EMAIL_LENGTH),
    "select": page_content.fit_option,
}


def _fit_text(_spec: FieldSpec, notion_type: str, value: Any) -> str:
    return _FIT_TEXT.get(notion_type, page_content.fit_text)(value or "")


def _send_text(_spec: FieldSpec, prop: Property, sending: Sending) -> Any:
    return sent_text(prop, sending.value)


def sent_text(prop: Property, text: str) -> Any:
    """Return a text as a property of this type takes it."""
    if prop.type in _TEXTS:
        return page_content.runs_of(text)
    return option_of(text) if prop.type == "select" else (text or None)


def read_text(_spec: FieldSpec, prop: Property, raw: Any) -> str:
    """Return the text that a property of whatever type shows."""
    if prop.type in _TEXTS:
        return _read_runs(prop, raw)
    if raw is None:
        return ""
    if prop.type == "select":
        return chosen(prop, raw)
    if not isinstance(raw, str):
        raise garbled(prop)
    return page_content.mended(raw)


def _read_runs(prop: Property, raw: Any) -> str:
    if page_content.mentions(raw) >= page_content.MOST_MENTIONS:
        raise UnreadableProperty(
            f"'{quoted(prop.name)}' holds more mentions than Notion tells: keep fewer than"
            f" {page_content.MOST_MENTIONS} in it."
        )
    text = page_content.text_of(raw)
    if text is None:
        raise garbled(prop)
    return text


def option_of(name: str) -> dict[str, str] | None:
    """Return an option to send; none for no name."""
    return {"name": name} if name else None


def chosen(prop: Property, raw: Any) -> str:
    """Return the name of an option that is chosen."""
    name = raw.get("name") if isinstance(raw, Mapping) else None
    if not isinstance(name, str) or not name:
        raise garbled(prop)
    return page_content.mended(name)


TEXT = Codec(
    types=("rich_text", "select", "url", "email", "phone_number"),
    fit=_fit_text,
    send=_send_text,
    read=read_text,
)
TITLE = replace(TEXT, types=("title",))
URL = replace(TEXT, types=("url", "rich_text"))
EMAIL = replace(TEXT, types=("email", "rich_text"))
CURRENCY = replace(TEXT, types=("select", "rich_text"))
# Numbers and checkboxes.


def _fit_whole(_spec: FieldSpec, _notion_type: str, value: Any) -> int | None:
    return None if value is None else max(-MOST_WHOLE, min(MOST_WHOLE, int(value)))


def _fit_number(_spec: FieldSpec, _notion_type: str, value: Any) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _send_as_it_is(_spec: FieldSpec, _prop: Property, sending: Sending) -> Any:
    return sending.value


def _read_number(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    number = _finite(raw)
    if number is None and raw is not None:
        raise _wrong_number(prop, raw, "no number: give one such as 3")
    return number


def _read_whole(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if raw is None:
        return None
    number = _finite(raw)
    if number is None:
        raise _wrong_number(prop, raw, "no number: give one such as 3")
    if number != int(number):
        raise _wrong_number(prop, raw, "no whole number: give one such as 3")
    if abs(number) > MOST_WHOLE:
        raise _wrong_number(prop, raw, f"too much: give at most {MOST_WHOLE}")
    return int(number)


def _wrong_number(prop: Property, raw: Any, wrong: str) -> UnreadableProperty:
    return UnreadableProperty(f"'{quoted(raw)}' in '{quoted(prop.name)}' is {wrong}.")


def _finite(raw: Any) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        number = float(raw)
    except OverflowError:  # a number of hundreds of digits
        return None
    return number if math.isfinite(number) else None


def _read_checkbox(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    if not isinstance(raw, bool):
        raise garbled(prop)
    return raw


NUMBER = Codec(types=("number",), fit=_fit_number, send=_send_as_it_is, read=_read_number)
PERCENT = replace(NUMBER, number_format="percent")
WHOLE_NUMBER = replace(NUMBER, fit=_fit_whole, read=_read_whole)
CHECKBOX = Codec(
    types=("checkbox",),
    fit=lambda _spec, _notion_type, value: bool(value),
    send=_send_as_it_is,
    read=_read_checkbox,
)


# Related pages.


def _fit_page(_spec: FieldSpec, _notion_type: str, value: Any) -> Any:
    return value or None


def _send_page(_spec: FieldSpec, _prop: Property, sending: Sending) -> Any:
    """Put the page into the first place.

    Further pages that the person has put beside it stay, unless the field is emptied.
    """
    value, before = sending.value, sending.kept.get("related", [])
    if value is None:
        return []
    return [{"id": page} for page in (value, *(page for page in before[1:] if page != value))]


def _read_page(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    return next(iter(_pages(prop, raw)), None)


def _keep_pages(_spec: FieldSpec, raw: Any) -> dict[str, Any]:
    pages = related(raw) or []
    return {"related": pages} if len(pages) > 1 else {}


def _fit_pages(_spec: FieldSpec, _notion_type: str, value: Any) -> frozenset[str]:
    return frozenset(sorted(value or ())[:MOST_RELATED])


def _send_pages(_spec: FieldSpec, _prop: Property, sending: Sending) -> Any:
    return [{"id": page} for page in sorted(sending.value)]


def _read_pages(_spec: FieldSpec, prop: Property, raw: Any) -> Value:
    return frozenset(_pages(prop, raw))


def _pages(prop: Property, raw: Any) -> list[str]:
    pages = related(raw)
    if pages is None:
        raise garbled(prop)
    return pages


def related(raw: Any) -> list[str] | None:
    """Return the ids of related pages, in their order; None where any can't be read."""
    if not isinstance(raw, list):
        return None
    pages = []
    for entry in raw:
        page = entry.get("id") if isinstance(entry, Mapping) else None
        if not isinstance(page, str) or not _is_usable(page):
            return None
        pages.append(page)
    return pages


def _is_usable(text: str) -> bool:
    try:
        usable_id(text)
    except ValueError:
        return False
    return True


PAGE = Codec(
    types=("relation",), fit=_fit_page, send=_send_page, read=_read_page, keep=_keep_pages
)
PAGES = Codec(types=("relation",), fit=_fit_pages, send=_send_pages, read=_read_pages)
