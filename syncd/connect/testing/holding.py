"""Laws of values: whatever a field may hold comes back as it fits."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syncd.connect.testing.harness import Harness
from syncd.connect.testing.samples import sample
from syncd.model.entities import Kind
from syncd.model.fields import FieldSpec, FieldType
from syncd.model.schema import FIELDS
from syncd.model.values import Moment, Value

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


class HoldingLaws:
    """A value comes back as ``fit`` said, or the item is refused with a reason."""

    @pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
    def test_a_moment_comes_back_as_it_fits(self, harness: Harness, moment: Moment) -> None:
        for kind, it in _fields(harness, FieldType.DUE, FieldType.MOMENT):
            _comes_back(harness, kind, it.name, moment, **_other_end(kind, it.name, moment))

    @pytest.mark.parametrize("day", DAYS.values(), ids=DAYS.keys())
    def test_a_day_comes_back(self, harness: Harness, day: date) -> None:
        for kind, it in _fields(harness, FieldType.DUE, FieldType.DATE):
            period = it.name.startswith("period_")
            both = {"period_start": day, "period_end": day} if period else {}
            _comes_back(harness, kind, it.name, day, **both)

    @pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS.keys())
    def test_a_number_comes_back_as_it_fits(self, harness: Harness, number: float) -> None:
        for kind, it in _fields(harness, FieldType.NUMBER):
            _comes_back(harness, kind, it.name, number)

    @pytest.mark.parametrize("number", [0, 1, 5, 90, 1439, 6000])
    def test_minutes_and_counts_come_back_as_they_fit(
        self, harness: Harness, number: int
    ) -> None:
        for kind, it in _fields(harness, FieldType.INT):
            _comes_back(harness, kind, it.name, number)

    @pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS.keys())
    def test_labels_come_back_as_they_fit(
        self, harness: Harness, labels: frozenset[str]
    ) -> None:
        for kind, it in _fields(harness, FieldType.LABELS):
            _comes_back(harness, kind, it.name, labels)

    def test_every_word_comes_back(self, harness: Harness) -> None:
        for kind, it in _fields(harness, FieldType.WORD):
            for word in it.words or ():
                _comes_back(harness, kind, it.name, word)

    @pytest.mark.parametrize("priority", [1, 2, 3, 4, None])
    def test_every_priority_comes_back(self, harness: Harness, priority: int | None) -> None:
        for kind, it in _fields(harness, FieldType.PRIORITY):
            _comes_back(harness, kind, it.name, priority)


def _fields(harness: Harness, *types: FieldType) -> Iterator[tuple[Kind, FieldSpec]]:
    """Yield what the tool carries of these types."""
    for kind in harness.kinds():
        for name in sorted(harness.connector.carries[kind].fields & set(FIELDS[kind])):
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
    if not harness.connector.holds(kind, write.fields):
        return
    made = harness.made(write)
    assert made.fields == write.fields, f"{kind}.{name}"
    assert harness.connector.read(kind, made.id).fields == write.fields, f"{kind}.{name}"
    assert harness.connector.fit(kind, made.fields) == write.fields, f"{kind}.{name}"
