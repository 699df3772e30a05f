"""What is wrong with a setting, in sentences; texts with a form, and settings files that syncd writes."""

import re
import types
import typing
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails, PydanticUndefined

from syncd.errors import Mistake
from syncd.hosts import web
from syncd.redaction import secret_name
from syncd.text import nearest

Name = tuple[str, ...]

_MUST_BE = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "a text in quotes",
    "list_type": "a list in square brackets",
    "tuple_type": "a list in square brackets",
    "set_type": "a list in square brackets",
    "frozen_set_type": "a list in square brackets",
    "dict_type": "a table of its own",
    "mapping_type": "a table of its own",
    "model_type": "a table of its own",
    "model_attributes_type": "a table of its own",
    "path_type": "the path of a file or folder",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "{} or more"),
    "greater_than": ("gt", "more than {}"),
    "less_than_equal": ("le", "{} or less"),
    "less_than": ("lt", "less than {}"),
    "too_short": ("min_length", "a list of {} or more"),
    "string_too_short": ("min_length", "a text of {} characters or more"),
    "literal_error": ("expected", "{}"),
    "enum": ("expected", "{}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsOrigin:
    """Where the settings came from: a file, and environment variables over it."""

    file: Path | None = None
    variables: Mapping[Name, str] = field(default_factory=dict)

    def of(self, name: Name) -> str:
        """Return a setting's name with the place to look for it."""
        dotted = f"`{'.'.join(name)}`"
        variable = next(
            (self.variables[name[:end]] for end in _ends(name) if name[:end] in self.variables),
            None,
        )
        if variable:
            return f"{dotted} (from {variable})"
        return f"{dotted} in {self.file}" if self.file else dotted


def _ends(name: Name) -> range:
    return range(len(name), 0, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting: its dotted name, what it is for, what it is when left out."""

    name: str
    doc: str
    default: Any
    required: bool


def described(model: type[BaseModel], prefix: str = "") -> Iterator[Setting]:
    """Yield every setting of a model, nested ones with dots, in their order."""
    for name, info in model.model_fields.items():
        dotted = f"{prefix}{name}"
        inner = model_of(info.annotation)
        if inner is not None:
            yield from described(inner, f"{dotted}.")
            continue
        default = info.get_default(call_default_factory=True, validated_data={})
        yield Setting(
            name=dotted,
            doc=info.description or "",
            default=None if default is PydanticUndefined else default,
            required=info.is_required(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is said of settings that do not fit a model.

    prefix: where the model's table stands. also: names that are known there beside the
    model's own, for suggestions.
    """

    model: type[BaseModel]
    origin: SettingsOrigin
    prefix: Name = ()
    also: tuple[str, ...] = ()

    def mistake(self, error: ValidationError) -> Mistake:
        """Return what to raise, with a line for each setting that is wrong."""
        return Mistake("\n".join(self.sentences(error)))

    def sentences(self, error: ValidationError, but_for: Collection[str] = ()) -> list[str]:
        """Return one sentence for each setting that is wrong."""
        wrong: dict[Name, list[ErrorDetails]] = {}
        for detail in error.errors(include_url=False):
            place = _place(self.model, detail["loc"][len(self.prefix) :])
            if not (place and place[0] in but_for):
                wrong.setdefault(place, []).append(detail)
        return [self._sentence(place, details) for place, details in wrong.items()]

    def _sentence(self, place: Name, errors: Sequence[ErrorDetails]) -> str:
        first = errors[0]
        name = self.prefix + place
        setting = self.origin.of(name)
        if first["type"] == "extra_forbidden":
            return f"{setting} is no setting of syncd: {self._instead(place)}."
        if first["type"] == "missing":
            variable = f"SYNCD_{'__'.join(name).upper()}"
            return f"`{'.'.join(name)}` is missing: add it{self._where()} (or set {variable})."
        value = shown(place[-1] if place else "", first.get("input"))
        if first["type"] in ("value_error", "assertion_error"):
            return f"{setting} is {value}: {_reason(first)}."
        words = " or ".join(dict.fromkeys(_must_be(detail) for detail in errors))
        return f"{setting} is {value}, but must be {words}: correct it."

    def _where(self) -> str:
        return f" to {self.origin.file}" if self.origin.file else " to the settings"

    def _instead(self, place: Name) -> str:
        *above, name = place
        siblings = [*_names_at(self.model, above), *(() if above else self.also)]
        near = nearest(name, siblings)
        if near:
            return f"did you mean `{'.'.join([*self.prefix, *above, near])}`? Rename it"
        everywhere = [setting.name for setting in described(self.model)]
        elsewhere = [dotted for dotted in everywhere if dotted.rpartition(".")[2] == name]
        if elsewhere:
            return f"it belongs in `{'.'.join([*self.prefix, elsewhere[0]])}`; move it there"
        if not siblings:
            return "remove it"
        return f"remove it, or use one of {', '.join(sorted(siblings))}"


def model_of(kind: Any) -> type[BaseModel] | None:
    """Return the model that an annotation names."""
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _place(model: type[BaseModel], location: Sequence[str | int]) -> Name:
    """Cut a location to names of settings: unions and lists add parts of their own."""
    names: list[str] = []
    here: Any = model
    for part in location:
        if here is None or isinstance(part, int) or part == "[key]":
            break
        names.append(part)
        here = _inside(here, part)
    return tuple(names)


def _inside(kind: Any, name: str) -> Any:
    """Return the annotation of what stands at a name in a table; None for a single value."""
    model = model_of(kind)
    if model is not None:
        info = model.model_fields.get(name)
        inner = _bare(info.annotation) if info else None
    else:
        inner = _bare(typing.get_args(kind)[1])
    is_table = model_of(inner) or typing.get_origin(inner) in (dict, Mapping)
    return inner if is_table else None


def _bare(kind: Any) -> Any:
    """Return an annotation without its metadata, and without the None that it may be too."""
    if typing.get_origin(kind) is typing.Annotated:
        return _bare(typing.get_args(kind)[0])
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kinds = [part for part in typing.get_args(kind) if part is not type(None)]
        return _bare(kinds[0]) if len(kinds) == 1 else kind
    return kind


def _names_at(model: type[BaseModel], above: Sequence[str]) -> list[str]:
    here: Any = model
    for name in above:
        here = _inside(here, name) if here is not None else None
    table = model_of(here)
    return list(table.model_fields) if table else []


def _must_be(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind in _MUST_BE:
        return _MUST_BE[kind]
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        bound = error.get("ctx", {}).get(key)
        return words.format(f"{bound:g}" if isinstance(bound, float) else bound)
    return error["msg"].removeprefix("Input should be ")


def _reason(error: ErrorDetails) -> str:
    return str(error.get("ctx", {}).get("error", error["msg"])).rstrip(".")


def shown(name: str, value: Any) -> str:
    """Return a value as a person typed it, short; a secret is never shown."""
    if secret_name(name):
        return "a hidden value"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = _harmless(str(value))
    text = text if len(text) <= 40 else f"{text[:39]}…"
    return f'"{text}"' if isinstance(value, str) else text


def _harmless(text: str) -> str:
    """Return a text on one line, without a password that an address may hold."""
    seen = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    signed, at, host = seen.rpartition("@")
    if ":" not in signed:
        return seen
    scheme, mark, _ = signed.rpartition("://")
    return f"{scheme}{mark}…{at}{host}" if scheme.isalpha() else f"…{at}{host}"


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_WINDOW = re.compile(rf"({_CLOCK})-({_CLOCK}|24:00)")
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+|[^<>]*<[^@\s<>]+@[^@\s<>]+>")


def is_zone(name: str) -> bool:
    """Say whether ``name`` is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a bad form, a folder of zones, no such zone
        return False
    return True


def zone(name: str) -> str:
    """Check an IANA time zone."""
    if is_zone(name):
        return name
    by_lowered = {known.lower(): known for known in available_timezones()}
    near = nearest(name, by_lowered)
    hint = f"did you mean {by_lowered[near]}" if near else "use a name such as Europe/Berlin"
    raise ValueError(f"no time zone has that name; {hint}")


def window(text: str) -> str:
    """Check hours of a day, such as 18:00-21:00; 24:00 is the day's end."""
    match = _WINDOW.fullmatch(text)
    if not match:
        raise ValueError("write hours as 18:00-21:00")
    if match[1] >= match[2]:
        raise ValueError("the hours end before they begin; split them at 24:00")
    return text


def clock_span(text: str) -> tuple[int, int]:
    """Return checked hours as minutes after midnight."""
    first, last = (clock.split(":") for clock in text.split("-"))
    return int(first[0]) * 60 + int(first[1]), int(last[0]) * 60 + int(last[1])


def rest_day(text: str) -> str:
    """Check a weekday or a date."""
    if text in WEEKDAYS:
        return text
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("write a weekday (sun) or a date (2027-12-24)") from None
    return text


def weekly(text: str) -> str:
    """Check a moment of the week, such as mon 07:00, or off."""
    if text == "off" or re.fullmatch(rf"(?:{'|'.join(WEEKDAYS)}) {_CLOCK}", text):
        return text
    raise ValueError('write a weekday and a time, such as "mon 07:00", or "off"')


def quarterly(text: str) -> str:
    """Check a moment of the quarter, such as day 1 07:00, or off."""
    if text == "off" or re.fullmatch(rf"day (?:[1-9]|1\d|2[0-8]) {_CLOCK}", text):
        return text
    raise ValueError('write a day (1 to 28) and a time, such as "day 1 07:00", or "off"')


def annual(text: str) -> str:
    """Check a moment of the year, such as jan 2 07:00, or off."""
    days = r"(?:[1-9]|1\d|2[0-8])"
    if text == "off" or re.fullmatch(rf"(?:{'|'.join(MONTHS)}) {days} {_CLOCK}", text):
        return text
    raise ValueError(
        'write a month, a day (1 to 28) and a time, such as "jan 2 07:00", or "off"'
    )


def review_moment(text: str) -> tuple[int, int, int, int]:
    """Return a checked moment for reviews: month, day, hour and minute.

    The month is 0 where none is named; the day is a weekday (0: Monday) where one is.
    """
    *words, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    month = MONTHS.index(words[0]) + 1 if words[0] in MONTHS else 0
    day = WEEKDAYS.index(words[0]) if words[0] in WEEKDAYS else int(words[-1])
    return month, day, hour, minute


def address(text: str) -> str:
    """Check an e-mail address, with or without a name before it."""
    if _ADDRESS.fullmatch(text) and "\n" not in text and "\r" not in text:
        return text
    raise ValueError("write an e-mail address, such as ada@example.org")


def ping_address(secret: SecretStr) -> SecretStr:
    """Check an address that is called; it is a secret, and never repeated."""
    web(secret.get_secret_value())
    return secret


def document(table: Mapping[str, Any]) -> str:
    """Return a table of texts, numbers, truths, lists and tables as TOML."""
    import tomlkit  # what only reads settings writes none, and it takes time to import

    return tomlkit.dumps(_known(table))


def _known(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table without what is not set, and with paths as texts."""
    return {name: _value(value) for name, value in table.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _known(value)
    return value if isinstance(value, bool | int | float | list | tuple) else str(value)
