"""Filters and sorts of a query."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from syncd_notion.sandbox.errors import in_body, invalid, missing, not_imitated, only
from syncd_notion.sandbox.objects import DataSource, NotionPage, SchemaProperty
from syncd_notion.sandbox.rich_text import plain
from syncd_notion.sandbox.schema import find_prop
from syncd_notion.sandbox.values import instant_of

Test = Callable[[NotionPage], bool]
TIMESTAMPS = frozenset({"created_time", "last_edited_time"})
_DEPTH = 2
_TEXT_LIKE = frozenset({"title", "rich_text", "email", "url", "phone_number"})
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, other: value == other,
    "does_not_equal": lambda value, other: value != other,
    "greater_than": lambda value, other: value is not None and value > other,
    "less_than": lambda value, other: value is not None and value < other,
    "greater_than_or_equal_to": lambda value, other: value is not None and value >= other,
    "less_than_or_equal_to": lambda value, other: value is not None and value <= other,
}
_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "equals": lambda text, asked: text == asked,
    "does_not_equal": lambda text, asked: text != asked,
    "contains": lambda text, asked: asked in text,
    "does_not_contain": lambda text, asked: asked not in text,
    "starts_with": lambda text, asked: text.startswith(asked),
    "ends_with": lambda text, asked: text.endswith(asked),
}
_DATE_TESTS: dict[str, Callable[[datetime, datetime], bool]] = {
    "equals": lambda value, other: value == other,
    "before": lambda value, other: value < other,
    "after": lambda value, other: value > other,
    "on_or_before": lambda value, other: value <= other,
    "on_or_after": lambda value, other: value >= other,
}


def filter_of(source: DataSource, raw: Any, place: str = "body.filter", depth: int = 0) -> Test:
    """Return what a filter asks of a row."""
    if not isinstance(raw, dict):
        raise in_body(place, "an object", raw)
    for word, join in (("and", all), ("or", any)):
        if word in raw:
            parts = _parts(source, raw, word, (place, depth))
            return lambda page, parts=parts, join=join: join(part(page) for part in parts)  # type: ignore[misc]  # defaults bind the loop's names
    if "timestamp" in raw:
        return _on_timestamp(raw, place)
    if "property" not in raw:
        raise missing(f"{place}.property")
    return _on_property(source, raw, place)


def _parts(
    source: DataSource, raw: dict[str, Any], word: str, at: tuple[str, int]
) -> list[Test]:
    place, depth = at
    only(raw, place, frozenset({word}))
    if depth >= _DEPTH or not isinstance(raw[word], list):
        raise in_body(f"{place}.{word}", "an array nested at most two levels", raw[word])
    return [
        filter_of(source, part, f"{place}.{word}[{number}]", depth + 1)
        for number, part in enumerate(raw[word])
    ]


def _on_timestamp(raw: dict[str, Any], place: str) -> Test:
    stamp = raw["timestamp"]
    if stamp not in list(TIMESTAMPS):
        raise in_body(f"{place}.timestamp", '"created_time" or "last_edited_time"', stamp)
    body = only(raw, place, frozenset({"timestamp", stamp}))
    test = _date_test(body.get(stamp), f"{place}.{stamp}")
    return lambda page: test(_minute(_stamp_of(page, stamp)))


def _stamp_of(page: NotionPage, stamp: str) -> datetime:
    return page.created if stamp == "created_time" else page.edited


def _on_property(source: DataSource, raw: dict[str, Any], place: str) -> Test:
    prop = find_prop(source, str(raw["property"]))
    if prop is None:
        raise invalid(f"Could not find property with name or id: {raw['property']}")
    keys = set(raw) - {"property", "type"}
    if len(keys) != 1:
        raise in_body(place, "a filter of one type", ", ".join(sorted(keys)))
    asked = keys.pop()
    make = _MAKERS.get(asked)
    if make is None:
        raise not_imitated(f"filters of type {asked}")
    fits = prop.type in _TEXT_LIKE if asked in _TEXT_LIKE else prop.type == asked
    if not fits:
        raise invalid(
            "The property type in the database does not match the property type of the filter"
            f" provided: database property {prop.type} does not match filter {asked}"
        )
    return make(prop, raw[asked], f"{place}.{asked}")


def _operator(raw: Any, place: str) -> tuple[str, Any]:
    if not isinstance(raw, dict) or len(raw) != 1:
        raise in_body(place, "an object with one operator", raw)
    return next(iter(raw.items()))


def _emptiness(prop: SchemaProperty, word: str) -> Test | None:
    if word == "is_empty":
        return lambda page: page.values.get(prop.id) in (None, [], "")
    if word == "is_not_empty":
        return lambda page: page.values.get(prop.id) not in (None, [], "")
    return None


def _text(prop: SchemaProperty, raw: Any, place: str) -> Test:
    word, asked = _operator(raw, place)
    test = _TEXT_TESTS.get(word)
    if test is None or not isinstance(asked, str):
        return _emptiness(prop, word) or _refuse(place, word)
    return lambda page: test(_text_of(prop, page).casefold(), asked.casefold())


def _text_of(prop: SchemaProperty, page: NotionPage) -> str:
    value = page.values.get(prop.id)
    return plain(value) if isinstance(value, list) else str(value or "")


def _plain_value(prop: SchemaProperty, raw: Any, place: str) -> Test:
    word, asked = _operator(raw, place)
    test = _COMPARISONS.get(word)
    if test is None:
        return _emptiness(prop, word) or _refuse(place, word)
    if isinstance(asked, bool) != (prop.type == "checkbox") or not isinstance(
        asked, int | float
    ):
        raise in_body(f"{place}.{word}", f"a {prop.type}", asked)
    blank = False if prop.type == "checkbox" else None
    return lambda page: test(page.values.get(prop.id, blank), asked)


def _choice(prop: SchemaProperty, raw: Any, place: str) -> Test:
    word, asked = _operator(raw, place)
    if word not in ("equals", "does_not_equal"):
        return _emptiness(prop, word) or _refuse(place, word)
    names = asked if isinstance(asked, list) else [asked]
    known = {
        option["id"]
        for option in prop.options
        if option["name"] in names or option["id"] in names
    }
    return lambda page: (page.values.get(prop.id) in known) == (word == "equals")


def _many(prop: SchemaProperty, raw: Any, place: str) -> Test:
    word, asked = _operator(raw, place)
    if word not in ("contains", "does_not_contain"):
        return _emptiness(prop, word) or _refuse(place, word)
    if not isinstance(asked, str):
        raise in_body(f"{place}.{word}", "a string", asked)
    known = {option["id"] for option in prop.options if option["name"] == asked} | {asked}
    return lambda page: (
        bool(known & set(page.values.get(prop.id) or [])) == (word == "contains")
    )


def _date(prop: SchemaProperty, raw: Any, place: str) -> Test:
    word, _ = _operator(raw, place)
    empty = _emptiness(prop, word)
    if empty is not None:
        return empty
    test = _date_test(raw, place)

    def check(page: NotionPage) -> bool:
        value = page.values.get(prop.id)
        return value is not None and test(_minute(instant_of(value["start"])))

    return check


def _date_test(raw: Any, place: str) -> Callable[[datetime], bool]:
    """Return the test of an instant; seconds are ignored (recorded replies)."""
    word, asked = _operator(raw, place)
    test = _DATE_TESTS.get(word)
    if test is None:
        raise not_imitated(f"the date operator {word}")
    try:
        limit = _minute(instant_of(asked))
    except (TypeError, ValueError) as error:
        raise in_body(f"{place}.{word}", "a valid ISO 8601 date string", asked) from error
    return lambda stamp: test(stamp, limit)


def _minute(stamp: datetime) -> datetime:
    return stamp.astimezone(UTC).replace(second=0, microsecond=0)


def _refuse(place: str, word: str) -> Test:
    raise in_body(f"{place}.{word}", "not present", word)


_MAKERS: dict[str, Callable[[SchemaProperty, Any, str], Test]] = {
    **dict.fromkeys(_TEXT_LIKE, _text),
    "number": _plain_value,
    "checkbox": _plain_value,
    "select": _choice,
    "status": _choice,
    "multi_select": _many,
    "relation": _many,
    "people": _many,
    "date": _date,
}


def ordered(source: DataSource, rows: list[NotionPage], raw: Any) -> list[NotionPage]:
    """Sort rows, which come newest first; the first sort counts most."""
    if raw is None:
        return rows
    if not isinstance(raw, list):
        raise in_body("body.sorts", "an array", raw)
    in_order = list(rows)
    for number, sort in reversed(list(enumerate(raw))):
        place = f"body.sorts[{number}]"
        body = only(sort, place, frozenset({"property", "timestamp", "direction"}))
        key = _sort_key(source, body, place)
        if body.get("direction", "ascending") not in ("ascending", "descending"):
            raise in_body(f"{place}.direction", "a direction", body["direction"])
        in_order.sort(key=key, reverse=body.get("direction") == "descending")
    return in_order


def _sort_key(
    source: DataSource, body: dict[str, Any], place: str
) -> Callable[[NotionPage], Any]:
    stamp = body.get("timestamp")
    if stamp in TIMESTAMPS:
        return lambda page: _minute(_stamp_of(page, stamp))
    if "property" not in body:
        raise missing(f"{place}.property")
    prop = find_prop(source, str(body["property"]))
    if prop is None:
        raise invalid(f"Could not find sort property with name or id: {body['property']}")
    return lambda page: _sortable(prop, page.values.get(prop.id))


def _sortable(prop: SchemaProperty, value: Any) -> tuple[bool, Any]:
    """Return what to sort by; what is empty comes last."""
    if prop.type in ("title", "rich_text"):
        return (not value, _natural(plain(value or [])))
    if prop.type == "date":
        return (not value, instant_of(value["start"]) if value else _EPOCH)
    if prop.type == "number":
        return (value is None, value or 0)
    return (value in (None, [], ""), str(value))


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """Return a text to sort by: numbers in it count as such (recorded replies)."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text.casefold())
    return [
        (not part[0].isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts
    ]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
