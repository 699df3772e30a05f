"""Laws of the mapping, and what a person may write into a page."""

import math
import string
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId
from syncd.model.remote import Seen
from syncd.model.values import FieldSpec, FieldType, GoalStatus, Moment
from syncd_notion import codecs, dates, options
from syncd_notion.codecs import Property
from syncd_notion.mapping import CARRIES, COLUMNS, DatabaseSchema, fit, from_remote, to_remote
from syncd_notion.page_content import RUN_UNITS, fit_text, split

MARK = EntityId("01ARZ3NDEKTSV4RRFFQ69G5FAV")
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC")


def shape_of(kind: Kind, types: Mapping[str, str] | None = None) -> DatabaseSchema:
    """Return a database as syncd makes it; ``types`` are those of other properties."""
    found: dict[str, Property] = {}
    for field, column in COLUMNS[kind].items():
        notion_type = (types or {}).get(field, column.codec.types[0])
        name = "title" if field == "title" else "%3A" + column.name.replace(" ", "_")
        found[field] = Property(id=name, type=notion_type, name=column.name)
    mark = Property(id="m%60rk", type="rich_text", name="Sync ID")
    return DatabaseSchema(kind=kind, properties=found, mark=mark, zone="Europe/Paris")


def stored(shape: DatabaseSchema, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the page that Notion would keep for these properties."""
    types = {prop.id: prop for prop in shape.properties.values()}
    types |= {shape.mark.id: shape.mark} if shape.mark else {}
    empty: dict[str, Any] = {"relation": [], "multi_select": [], "checkbox": False}
    values = {}
    for prop in types.values():
        raw = sent.get(prop.id, {prop.type: empty.get(prop.type)})
        values[prop.name] = {"id": prop.id, "type": prop.type, prop.type: _kept(prop, raw)}
    return {
        "object": "page",
        "id": "5e000000-0000-4000-8000-000000000101",
        "properties": values,
    }


def _kept(prop: Property, raw: Mapping[str, Any]) -> Any:
    value = raw[prop.type]
    if prop.type in ("title", "rich_text"):
        return [{"plain_text": run["text"]["content"]} for run in value or []]
    if prop.type == "date" and value and "time_zone" in value:
        local = datetime.fromisoformat(value["start"])
        zoned = Moment(local.replace(tzinfo=ZoneInfo(value["time_zone"])))
        return {"start": zoned.at.isoformat(), "end": None, "time_zone": None}
    if prop.type == "date" and value:
        return {"end": None, **value, "time_zone": None}
    return value


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
words = st.text(string.ascii_letters + " ,é", max_size=30)
days = st.dates(date(1, 1, 1), date(9999, 12, 31))
seconds = st.integers(-2_208_988_800, 7_258_118_400)  # the years 1900 to 2200
instants = seconds.map(lambda count: datetime.fromtimestamp(count, UTC))
moments = st.builds(Moment, instants, st.sampled_from([None, *ZONES]))
rules = st.one_of(
    st.sampled_from(
        [
            "",
            "FREQ=WEEKLY",
            "RRULE:FREQ=WEEKLY;INTERVAL=1",
            "FREQ=DAILY;INTERVAL=3",
            "FREQ=WEEKLY;BYDAY=MO",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            "FREQ=WEEKLY;BYDAY=TH,MO",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
            "FREQ=MONTHLY;BYDAY=-1FR",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "BYDAY=MO;FREQ=WEEKLY",
        ]
    ),
    words,
)
pages = st.uuids().map(str)

STRATEGIES: Mapping[FieldType, Any] = {
    FieldType.TEXT: texts,
    FieldType.INT: st.none() | st.integers(),
    FieldType.NUMBER: st.none() | st.floats(),
    FieldType.PRIORITY: st.none() | st.integers(1, 4),
    FieldType.BOOL: st.booleans(),
    FieldType.DATE: st.none() | days,
    FieldType.DUE: st.none() | days | moments,
    FieldType.MOMENT: st.none() | moments,
    FieldType.REF: st.none() | pages,
    FieldType.REFS: st.frozensets(pages, max_size=5),
    FieldType.LABELS: st.frozensets(words, max_size=5),
}


def values_of(spec: FieldSpec) -> Any:
    if spec.name == "recurrence":
        return rules
    if spec.words is not None:
        chosen = st.sampled_from(list(spec.words))
        return chosen if spec.default is not None else st.none() | chosen
    return STRATEGIES[spec.type]


def fields_of(kind: Kind) -> Any:
    return st.fixed_dictionaries(
        {name: values_of(column.spec) for name, column in COLUMNS[kind].items()}
    )


CODECS: Mapping[FieldType, Any] = {
    FieldType.INT: codecs.WHOLE_NUMBER,
    FieldType.BOOL: codecs.CHECKBOX,
    FieldType.WORD: options.WORD,
    FieldType.PRIORITY: options.PRIORITY,
    FieldType.LABELS: options.LABELS,
    FieldType.DUE: dates.DATE,
    FieldType.MOMENT: dates.DATE,
    FieldType.REF: codecs.PAGE,
    FieldType.REFS: codecs.PAGES,
}
READERS: Mapping[FieldType, Any] = {
    FieldType.TEXT: (codecs.TEXT, dates.RECURRENCE),
    FieldType.NUMBER: (codecs.NUMBER,),
    FieldType.DATE: (dates.DATE, dates.PERIOD_END),
}


def test_the_codec_of_every_field_is_one_of_its_type() -> None:
    for column in [column for columns in COLUMNS.values() for column in columns.values()]:
        codec, of_type = column.codec, column.spec.type
        if of_type in CODECS:
            assert codec is CODECS[of_type], column
        else:
            assert codec.read in [known.read for known in READERS[of_type]], column


KINDS = [pytest.param(kind, id=kind.value) for kind in COLUMNS]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_sent_comes_back_as_it_fits(kind: Kind, data: st.DataObject) -> None:
    fields = data.draw(fields_of(kind))
    shape = shape_of(kind)
    remote = from_remote(shape, stored(shape, to_remote(shape, fields, mark=MARK)))
    assert remote.fields == fit(kind, fields, {})
    assert remote.mark == MARK
    assert not remote.problems


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_fitting_twice_is_fitting_once(kind: Kind, data: st.DataObject) -> None:
    fields = data.draw(fields_of(kind))
    once = fit(kind, fields, {})
    assert fit(kind, once, {}) == once
    assert set(once) == set(fields)


OTHER_TYPES = [
    pytest.param(Kind.GOAL, {"status": "status", "unit": "select"}, id="status-and-select"),
    pytest.param(Kind.RESOURCE, {"url": "rich_text", "currency": "rich_text"}, id="texts"),
    pytest.param(Kind.CONTACT, {"email": "rich_text", "notes": "url"}, id="email-as-text"),
    pytest.param(Kind.TASK, {"recurrence": "select", "priority": "status"}, id="choices"),
]


@pytest.mark.parametrize(("kind", "types"), OTHER_TYPES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_law_holds_for_the_types_of_a_persons_own_database(
    kind: Kind, types: dict[str, str], data: st.DataObject
) -> None:
    fields = data.draw(fields_of(kind))
    shape = shape_of(kind, types)
    remote = from_remote(shape, stored(shape, to_remote(shape, fields)))
    assert remote.fields == fit(kind, fields, shape.properties)


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
    times=st.integers(0, 400),
)
@settings(max_examples=40, deadline=None)
def test_a_text_is_cut_into_runs_that_notion_takes(text: str, times: int) -> None:
    runs = split(text * times)
    assert all(len(run.encode("utf-16-le")) <= 2 * RUN_UNITS for run in runs)
    assert len(runs) <= 100
    assert "".join(runs) == fit_text(text * times)
    assert (text * times).replace("\x00", "").startswith("".join(runs))


def test_a_text_of_200_000_characters_is_whole_and_what_is_beyond_is_cut() -> None:
    whole = "0123456789" * 20_000
    assert fit_text(whole) == whole
    assert fit_text(whole + "x") == whole


def test_a_character_of_two_units_is_never_cut_in_half() -> None:
    runs = split("a" + "🎓" * 2000)
    assert [len(run) for run in runs] == [1000, 1000, 1]


def page_with(kind: Kind, field: str, value: Any, notion_type: str | None = None) -> Any:
    """Return an item read from a page that holds ``value`` in one property."""
    shape = shape_of(kind, {field: notion_type} if notion_type else {})
    page = stored(shape, to_remote(shape, {}))
    prop = shape.properties[field]
    page["properties"][prop.name] = {"id": prop.id, "type": prop.type, prop.type: value}
    return from_remote(shape, page)


def option(name: str, identity: str = "1") -> dict[str, str]:
    return {"id": identity, "name": name, "color": "red"}


def day(text: str, end: str | None = None) -> dict[str, Any]:
    return {"start": text, "end": end, "time_zone": None}


READABLE = [
    pytest.param(Kind.GOAL, "status", option("Active"), GoalStatus.ACTIVE, id="word"),
    pytest.param(Kind.GOAL, "status", option(" aCTIVE "), GoalStatus.ACTIVE, id="any-case"),
    pytest.param(Kind.GOAL, "status", None, GoalStatus.PLANNED, id="no-status-is-planned"),
    pytest.param(Kind.GOAL, "priority", option("P2"), 2, id="priority"),
    pytest.param(Kind.GOAL, "priority", option("p4"), 4, id="priority-small"),
    pytest.param(Kind.GOAL, "target", 12, 12.0, id="number"),
    pytest.param(Kind.GOAL, "weekly_minutes", 90.0, 90, id="whole-number"),
    pytest.param(Kind.GOAL, "due", day("2026-12-01"), date(2026, 12, 1), id="day"),
    pytest.param(
        Kind.GOAL,
        "due",
        day("2026-12-01T23:30:00.000-05:00"),
        date(2026, 12, 1),
        id="day-of-time",
    ),
    pytest.param(
        Kind.GOAL, "due", day("2026-12-01", "2026-12-05"), date(2026, 12, 1), id="range"
    ),
    pytest.param(
        Kind.TASK,
        "due",
        day("2026-06-01T09:00:00.000+02:00"),
        Moment(datetime(2026, 6, 1, 7, 0, tzinfo=UTC)),
        id="moment",
    ),
    pytest.param(
        Kind.TASK,
        "recurrence",
        [{"plain_text": "Every Monday"}],
        "FREQ=WEEKLY;BYDAY=MO",
        id="words",
    ),
    pytest.param(Kind.TASK, "recurrence", [], "", id="no-repetition"),
    pytest.param(Kind.TASK, "goal", [{"id": "a"}, {"id": "b"}], "a", id="first-related"),
    pytest.param(
        Kind.TASK, "labels", [option("a"), option("b", "2")], frozenset("ab"), id="labels"
    ),
    pytest.param(Kind.RESOURCE, "currency", option("EUR"), "EUR", id="currency"),
    pytest.param(
        Kind.GOAL,
        "notes",
        [{"plain_text": "to "}, {"type": "mention", "plain_text": "Ada"}, {"plain_text": "!"}],
        "to Ada!",
        id="mention",
    ),
]


@pytest.mark.parametrize(("kind", "field", "value", "expected"), READABLE)
def test_what_a_person_writes_is_read(
    kind: Kind, field: str, value: Any, expected: Any
) -> None:
    remote = page_with(kind, field, value)
    assert remote.fields[field] == expected
    assert not remote.problems


UNREADABLE = [
    pytest.param(Kind.GOAL, "status", option("Someday"), "choose Planned, Active", id="option"),
    pytest.param(
        Kind.GOAL, "priority", option("Urgent"), "choose P1, P2, P3 or P4", id="priority"
    ),
    pytest.param(Kind.GOAL, "weekly_minutes", 2.5, "whole number", id="half-a-minute"),
    pytest.param(Kind.GOAL, "target", "12", "no number", id="number-as-text"),
    pytest.param(Kind.GOAL, "due", day("10000-01-01"), "give a day such as", id="year-10000"),
    pytest.param(Kind.GOAL, "due", day("Someday"), "give a day such as", id="no-date"),
    pytest.param(Kind.TASK, "due", day("2026-13-01T09:00:00Z"), "give a day", id="month-13"),
    pytest.param(
        Kind.TASK,
        "recurrence",
        [{"plain_text": "when it rains"}],
        "every week",
        id="repetition",
    ),
    pytest.param(
        Kind.GOAL,
        "notes",
        [{"type": "mention", "plain_text": "x"}] * 25,
        "mentions",
        id="mentions",
    ),
]


@pytest.mark.parametrize(("kind", "field", "value", "advice"), UNREADABLE)
def test_what_cannot_be_read_is_left_out_with_what_to_do(
    kind: Kind, field: str, value: Any, advice: str
) -> None:
    remote = page_with(kind, field, value)
    assert field not in remote.fields
    assert advice in remote.problems[field]
    others = set(CARRIES[kind].fields) - {field}
    assert set(remote.fields) == others


def test_a_property_of_another_type_is_left_out() -> None:
    shape = shape_of(Kind.GOAL)
    page = stored(shape, to_remote(shape, {"title": "Learn SQL"}))
    prop = shape.properties["due"]
    page["properties"]["Due"] = {"id": prop.id, "type": "rich_text", "rich_text": []}
    remote = from_remote(shape, page)
    assert "due" not in remote.fields
    assert "give it back its type date" in remote.problems["due"]
    assert remote.fields["title"] == "Learn SQL"


def test_a_value_that_syncd_computes_is_never_a_problem() -> None:
    assert page_with(Kind.GOAL, "pace", option("Splendid")).fields["pace"] is None
    assert page_with(Kind.TASK, "next_block", day("2026-12-01")).fields["next_block"] is None
    assert not page_with(Kind.GOAL, "pace", option("Splendid")).problems


def test_an_option_that_was_renamed_is_known_by_its_id() -> None:
    shape = shape_of(Kind.GOAL)
    known = Property(id="s", type="select", name="Status", options={"7": "Active"})
    shape = DatabaseSchema(kind=Kind.GOAL, properties={"status": known}, mark=None)
    page = {"id": "1", "properties": {"Status": {"id": "s", "type": "select"}}}
    page["properties"]["Status"]["select"] = option("Doing it", "7")  # type: ignore[index]
    assert from_remote(shape, page).fields["status"] is GoalStatus.ACTIVE
    page["properties"]["Status"]["select"] = option("Paused", "7")  # type: ignore[index]
    assert from_remote(shape, page).fields["status"] is GoalStatus.PAUSED


def sent(kind: Kind, field: str, value: Any, **seen: Any) -> Any:
    """Return what is sent for one field."""
    shape = shape_of(kind)
    prop = shape.properties[field]
    known = Seen(id=RemoteId("1"), **seen) if seen else None
    return to_remote(shape, {field: value}, known)[prop.id][prop.type]


def test_a_moment_is_sent_with_the_zone_that_was_chosen() -> None:
    moment = Moment(datetime(2026, 6, 1, 7, 0, 42, tzinfo=UTC), "Europe/Berlin")
    assert sent(Kind.TASK, "due", moment) == {
        "start": "2026-06-01T09:00:00",
        "time_zone": "Europe/Berlin",
    }


def test_a_moment_without_zone_is_sent_in_the_zone_of_the_plan() -> None:
    moment = Moment(datetime(2026, 6, 1, 7, 0, tzinfo=UTC))
    assert sent(Kind.TASK, "due", moment) == {
        "start": "2026-06-01T09:00:00",
        "time_zone": "Europe/Paris",
    }


@pytest.mark.parametrize("hour", [0, 1])
def test_an_hour_that_comes_twice_is_sent_with_its_offset(hour: int) -> None:
    moment = Moment(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), "Europe/Berlin")
    start = sent(Kind.TASK, "due", moment)["start"]
    assert datetime.fromisoformat(start) == moment.at


KEPT_ENDS = [
    pytest.param(date(2026, 6, 3), "2026-06-05", True, id="day-before-the-end"),
    pytest.param(date(2026, 6, 5), "2026-06-05", False, id="day-of-the-end"),
    pytest.param(date(2026, 6, 9), "2026-06-05", False, id="day-after-the-end"),
    pytest.param(date(2026, 6, 3), "2026-06-05T10:00:00.000+00:00", False, id="other-sort"),
    pytest.param(
        Moment(datetime(2026, 6, 5, 9, tzinfo=UTC), "Europe/Berlin"),
        "2026-06-05T12:00:00.000+02:00",
        True,
        id="moment-before-the-end",
    ),
    pytest.param(
        Moment(datetime(2026, 6, 5, 11, tzinfo=UTC)),
        "2026-06-05T12:00:00.000+02:00",
        False,
        id="moment-after-the-end",
    ),
]


@pytest.mark.parametrize(("due", "end", "kept"), KEPT_ENDS)
def test_the_end_of_a_range_stays_while_it_is_after_the_start(
    due: Any, end: str, kept: bool
) -> None:
    value = sent(Kind.TASK, "due", due, extra={"ends": {"due": end}})
    assert value.get("end") == (end if kept else None)
    assert not (kept and "time_zone" in value)


def test_the_end_of_a_range_is_remembered_with_the_item() -> None:
    remote = page_with(Kind.TASK, "due", day("2026-06-01", "2026-06-05"))
    assert remote.extra["ends"] == {"due": "2026-06-05"}
    assert "ends" not in page_with(Kind.TASK, "due", day("2026-06-01", "10000-01-01")).extra


RELATED = [
    pytest.param("c", ["a", "b"], ["c", "b"], id="the-first-is-replaced"),
    pytest.param("b", ["a", "b"], ["b"], id="the-second-becomes-the-first"),
    pytest.param(None, ["a", "b"], [], id="emptied"),
    pytest.param("c", [], ["c"], id="there-was-none"),
]


@pytest.mark.parametrize(("value", "before", "expected"), RELATED)
def test_pages_that_a_person_put_beside_the_first_stay(
    value: str | None, before: list[str], expected: list[str]
) -> None:
    extra = {"related": {"goal": before}}
    assert sent(Kind.TASK, "goal", value, extra=extra) == [{"id": it} for it in expected]


def test_both_ends_of_a_period_are_sent_though_one_changed() -> None:
    seen = {"period_start": date(2026, 6, 1), "period_end": date(2026, 6, 7)}
    shape = shape_of(Kind.REVIEW)
    known = Seen(id=RemoteId("1"), fields=seen)
    value = to_remote(shape, {"period_end": date(2026, 6, 8)}, known)
    period = shape.properties["period_start"].id
    assert value == {period: {"date": {"start": "2026-06-01", "end": "2026-06-08"}}}


def test_nothing_is_sent_for_what_did_not_change() -> None:
    shape = shape_of(Kind.GOAL)
    assert to_remote(shape, {}) == {}
    assert list(to_remote(shape, {"due": None})) == [shape.properties["due"].id]


def test_numbers_that_json_cannot_hold_are_none() -> None:
    fitted = fit(Kind.GOAL, {"target": math.inf, "current": math.nan, "baseline": 1}, {})
    assert fitted == {"target": None, "current": None, "baseline": 1.0}


def test_the_options_of_labels_hold_no_comma_and_are_at_most_a_hundred() -> None:
    many = frozenset(f"label {number:03}" for number in range(120))
    assert len(fit(Kind.TASK, {"labels": many}, {})["labels"]) == 100
    assert fit(Kind.TASK, {"labels": frozenset({"a,  b", " "})}, {})["labels"] == {"a b"}


def test_a_range_of_time_no_one_lives_in_is_left_out() -> None:
    far = Moment(datetime(9999, 12, 31, 23, tzinfo=UTC) - timedelta(minutes=1))
    assert fit(Kind.TASK, {"due": far}, {}) == {"due": None}


def test_what_syncd_computes_is_not_the_persons_to_edit() -> None:
    goals = CARRIES[Kind.GOAL]
    assert {"progress", "pace", "smart_gaps"} == goals.fields - goals.editable
    tasks = CARRIES[Kind.TASK]
    assert {"minutes_done", "minutes_planned", "next_block"} == tasks.fields - tasks.editable
    assert tasks.editable - tasks.home == {"done", "due", "labels"}
    assert Kind.BLOCK not in CARRIES
