"""Laws of values: what a tool can hold, and that it comes back as it fits."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syncd.model.entities import Kind
from syncd.model.remote import LINKS, PAGE_URL
from syncd.model.schema import FIELDS
from syncd.model.values import FieldSpec, FieldType, Moment, Value
from syncd.testing.harness import Harness
from syncd.testing.samples import another, empty, sample

HARD_TEXTS = {
    "accents": "Größe, élan, naïveté, œuvre: Ærøskøbing",
    "combined": "e\u0301tude, a\u030angstro\u0308m",
    "other-alphabets": "目標を決める · Ζυγός · Цель · ลองดู",
    "right-to-left": "כתוב קורות חיים (2026) ‏و اقرأ كتابًا‎",
    "emoji": "🎓 👩🏽‍💻 🇪🇺 👨‍👩‍👧‍👦 ✊🏿",
    "beyond-16-bits": "\U0001d516\U0001d52e\U0001d529 \U00010348 \U0001f004",
    "newlines": "first line\nsecond line\n\nafter an empty one",
    "markup": "*stars* _bars_ **bold** [link](https://example.org) `code` <b>&amp;</b> #tag @at",
    "quotes": "\"double\" 'single' „low“ «guillemets» \\back\\slash /slash/ %41 {json: [1]}",
    "spaces-around": "  a word  ",
    "tabs": "one\ttwo\t\tthree",
    "numbers": "0012.50",
    "one": "x",
}
LONG_TEXTS = {
    "500": "abcde" * 100,
    "501": "abcde" * 100 + "f",
    "2000": "äbcdé" * 400,
    "2001": "äbcdé" * 400 + "f",
    "2000-of-emoji": "🎓" * 2000,
    "64K": "A sentence of forty characters, no more. " * 1600,
}


class FitLaws:
    """``fit`` is what the tool then holds."""

    def test_what_an_item_holds_is_what_fits(self, harness: Harness) -> None:
        for kind in harness.kinds():
            write = harness.new_write(kind, f"A {kind} as it fits")
            item = harness.made(write)
            assert item.fields == harness.connector.fit(kind, write.fields), kind
            assert not item.problems, kind

    def test_what_fits_is_of_what_the_tool_carries(self, harness: Harness) -> None:
        for kind, carried in harness.connector.capabilities.items():
            whole = sample(kind, "A title", {}) | {PAGE_URL: harness.address(1), LINKS: ""}
            fitted = harness.connector.fit(kind, whole)
            assert set(fitted) == set(carried.fields) & set(whole), kind
            assert carried.editable <= carried.fields, kind
            assert carried.home <= carried.fields, kind

    def test_what_is_not_carried_cannot_be_held(self, harness: Harness) -> None:
        for kind in set(Kind) - set(harness.connector.capabilities):
            assert not harness.connector.can_hold(kind, sample(kind, "A title", {}))

    @pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
    def test_a_text_comes_back_as_it_fits(self, harness: Harness, text: str) -> None:
        for kind in harness.kinds():
            self._comes_back(harness, kind, text)

    @pytest.mark.parametrize("text", LONG_TEXTS.values(), ids=LONG_TEXTS.keys())
    def test_a_long_text_comes_back_as_it_fits(self, harness: Harness, text: str) -> None:
        for kind in harness.kinds()[:3]:
            self._comes_back(harness, kind, text)

    @pytest.mark.parametrize("text", [*HARD_TEXTS.values(), *LONG_TEXTS.values()])
    def test_fitting_twice_is_fitting_once(self, harness: Harness, text: str) -> None:
        connector = harness.connector
        for kind in connector.capabilities:
            texts = dict.fromkeys(_texts(harness, kind), text)
            other = {name: another(kind, name) for name in FIELDS[kind] if name != "title"}
            for fields in (sample(kind, "A title", {}) | texts, other | texts):
                once = connector.fit(kind, fields)
                assert connector.fit(kind, once) == once, kind

    def test_every_field_takes_another_value_and_keeps_the_rest(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to change")
            for name in sorted(harness.lasting(kind) - {"title", PAGE_URL, LINKS}):
                value = another(kind, name)
                wanted = harness.connector.fit(kind, {**item.fields, name: value})
                if not harness.connector.can_hold(kind, wanted):
                    continue
                after = harness.update(item, **{name: wanted[name]})
                assert getattr(after, "fields", after) == wanted, f"{kind}.{name}"
                again = harness.connector.read(kind, item.id)
                assert again.fields == wanted, f"{kind}.{name}"
                item = again

    def test_what_is_emptied_is_empty(self, harness: Harness) -> None:
        for kind in harness.kinds():
            item = harness.create(kind, f"A {kind} to empty")
            bare: dict[str, Value] = empty(kind, item.fields)
            wanted = harness.connector.fit(kind, {**item.fields, **bare})
            if not harness.connector.can_hold(kind, wanted):
                continue
            changes = {
                name: wanted[name]
                for name in bare
                if name in wanted and wanted[name] != item.fields[name]
            }
            after = harness.update(item, **changes)
            assert getattr(after, "fields", after) == wanted, kind
            assert harness.connector.read(kind, item.id).fields == wanted, kind

    def test_an_item_with_a_title_alone_can_be_made(self, harness: Harness) -> None:
        for kind in harness.kinds():
            bare = empty(kind, sample(kind, f"A bare {kind}", {}))
            if not harness.connector.can_hold(kind, bare):
                continue
            write = harness.new_from(kind, bare)
            assert harness.made(write).fields == write.fields, kind

    def test_references_come_back(self, harness: Harness) -> None:
        for kind in harness.kinds():
            targets = harness.targets(kind)
            fields = sample(kind, f"A {kind} that refers", targets)
            item = harness.made(harness.new_from(kind, fields))
            for name in harness.connector.capabilities[kind].fields & set(fields):
                if FIELDS[kind][name].target in targets:
                    assert item.fields[name] == fields[name], f"{kind}.{name}"

    def _comes_back(self, harness: Harness, kind: Kind, text: str) -> None:
        texts = dict.fromkeys(_texts(harness, kind), text)
        write = harness.new_from(kind, sample(kind, text, {}) | texts)
        item = harness.made(write)
        assert item.fields == write.fields, kind
        assert harness.connector.read(kind, item.id).fields == write.fields, kind


def _texts(harness: Harness, kind: Kind) -> list[str]:
    """Return the carried fields that hold free text."""
    structured = {"facts", "recurrence", "zone", "currency", "email", "url", "evidence_url"}
    carried = harness.connector.capabilities[kind].fields - structured
    return [name for name in carried if name in FIELDS[kind] and _is_text(kind, name)]


def _is_text(kind: Kind, name: str) -> bool:
    return FIELDS[kind][name].type is FieldType.TEXT


MOMENTS = {
    "winter": Moment(datetime(2027, 1, 15, 17, 0, tzinfo=UTC), "Europe/Paris"),
    "summer": Moment(datetime(2026, 7, 15, 17, 0, tzinfo=UTC), "Europe/Paris"),
    "another-zone": Moment(datetime(2026, 7, 15, 17, 0, tzinfo=UTC), "America/New_York"),
    "half-an-hour-off": Moment(datetime(2026, 7, 15, 17, 0, tzinfo=UTC), "Asia/Kolkata"),
    "no-zone": Moment(datetime(2026, 7, 15, 17, 0, tzinfo=UTC)),
    "utc": Moment(datetime(2026, 7, 15, 17, 0, tzinfo=UTC), "UTC"),
    "seconds": Moment(datetime(2026, 7, 15, 17, 4, 59, 999999, tzinfo=UTC), "Europe/Paris"),
    "another-day-there": Moment(datetime(2026, 7, 15, 23, 30, tzinfo=UTC), "Pacific/Auckland"),
    "before-the-clocks-go-on": Moment(datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "Europe/Paris"),
    "as-the-clocks-go-on": Moment(datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "Europe/Paris"),
    "an-hour-that-comes-twice": Moment(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Paris"
    ),
    "that-hour-again": Moment(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Paris"),
    "midnight": Moment(datetime(2026, 7, 14, 22, 0, tzinfo=UTC), "Europe/Paris"),
    "the-year-s-end": Moment(datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "Europe/London"),
}
DAYS = {
    "leap": date(2028, 2, 29),
    "the-clocks-change": date(2026, 10, 25),
    "the-year-s-end": date(2026, 12, 31),
    "past": date(2001, 1, 1),
    "far": date(2099, 6, 30),
}
NUMBERS = {"zero": 0.0, "below": -5.5, "tenth": 0.1, "large": 1e9, "whole": 3.0}
LABELS = {
    "none": frozenset[str](),
    "many": frozenset(f"label {number}" for number in range(12)),
    "spaces-and-signs": frozenset({"deep work", "C++", "r&d", "50 %", "a/b", "été", "日本"}),
    "a-comma": frozenset({"first, then second"}),
    "one-in-two-cases": frozenset({"SQL", "sql"}),
}


class FieldLaws:
    """A value comes back as ``fit`` said, or the item is refused with a reason."""

    @pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
    def test_a_moment_comes_back_as_it_fits(self, harness: Harness, moment: Moment) -> None:
        for kind, spec in _fields(harness, FieldType.DUE, FieldType.MOMENT):
            _comes_back(harness, kind, spec.name, moment, **_other_end(kind, spec.name, moment))

    @pytest.mark.parametrize("day", DAYS.values(), ids=DAYS.keys())
    def test_a_day_comes_back(self, harness: Harness, day: date) -> None:
        for kind, spec in _fields(harness, FieldType.DUE, FieldType.DATE):
            period = spec.name.startswith("period_")
            both = {"period_start": day, "period_end": day} if period else {}
            _comes_back(harness, kind, spec.name, day, **both)

    @pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS.keys())
    def test_a_number_comes_back_as_it_fits(self, harness: Harness, number: float) -> None:
        for kind, spec in _fields(harness, FieldType.NUMBER):
            _comes_back(harness, kind, spec.name, number)

    @pytest.mark.parametrize("number", [0, 1, 5, 90, 1439, 6000])
    def test_minutes_and_counts_come_back_as_they_fit(
        self, harness: Harness, number: int
    ) -> None:
        for kind, spec in _fields(harness, FieldType.INT):
            _comes_back(harness, kind, spec.name, number)

    @pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS.keys())
    def test_labels_come_back_as_they_fit(
        self, harness: Harness, labels: frozenset[str]
    ) -> None:
        for kind, spec in _fields(harness, FieldType.LABELS):
            _comes_back(harness, kind, spec.name, labels)

    def test_every_word_comes_back(self, harness: Harness) -> None:
        for kind, spec in _fields(harness, FieldType.WORD):
            for word in spec.words or ():
                _comes_back(harness, kind, spec.name, word)

    @pytest.mark.parametrize("priority", [1, 2, 3, 4, None])
    def test_every_priority_comes_back(self, harness: Harness, priority: int | None) -> None:
        for kind, spec in _fields(harness, FieldType.PRIORITY):
            _comes_back(harness, kind, spec.name, priority)


def _fields(harness: Harness, *types: FieldType) -> Iterator[tuple[Kind, FieldSpec]]:
    """Yield what the tool carries of these types."""
    for kind in harness.kinds():
        for name in sorted(harness.connector.capabilities[kind].fields & set(FIELDS[kind])):
            if FIELDS[kind][name].type in types:
                yield kind, FIELDS[kind][name]


def _other_end(kind: Kind, name: str, moment: Moment) -> dict[str, Value]:
    """Return when a learning block with this start ends, or with this end starts."""
    if kind is not Kind.BLOCK:
        return {}
    hour = timedelta(hours=1)
    if name == "start":
        return {"end": Moment(moment.at + hour, moment.zone)}
    return {"start": Moment(moment.at - hour, moment.zone)}


def _comes_back(harness: Harness, kind: Kind, name: str, value: Value, **more: Any) -> None:
    fields = sample(kind, f"{kind} with {name}", {}) | {name: value} | more
    write = harness.new_from(kind, fields)
    if not harness.connector.can_hold(kind, write.fields):
        return
    item = harness.made(write)
    assert item.fields == write.fields, f"{kind}.{name}"
    assert harness.connector.read(kind, item.id).fields == write.fields, f"{kind}.{name}"
    assert harness.connector.fit(kind, item.fields) == write.fields, f"{kind}.{name}"
