"""Whatever value stands in a property, it is that field's problem and no other's."""

import json
import math
import random
from datetime import date
from typing import Any

import pytest

from syncd.connect.border import sort_out
from syncd.model.entities import Kind
from syncd.model.remote import Remote, Seen
from syncd_notion.border import TITLE, RowReply, title_of
from syncd_notion.codecs import MOST_WHOLE, UnreadableProperty
from syncd_notion.mapping import CARRIES, COLUMNS, fit, from_remote, to_remote
from syncd_notion.schema import binding_from_json
from tests.connectors.syncd_notion.desk import Desk
from tests.connectors.syncd_notion.hostile import ADVICE, listed, page, query, says
from tests.connectors.syncd_notion.test_mapping import day, option, page_with, shape_of, stored
from tests.connectors.syncd_notion.test_sandbox_nonsense import NONSENSE, places, spoilt

RUNS: list[Any] = [None, "x", 5, {}, [None], ["x"], [{}], [{"plain_text": 5}], [{"text": "x"}]]
RUNS += [[{"plain_text": "a"}, {"plain_text": None}], [[]], [{"text": {"content": []}}]]
CHOICES = ["x", 5, [], {}, {"name": None}, {"name": 5}, {"name": []}, {"name": ""}, True]
DATES = ["2026-12-01", 5, [], {}, {"start": None}, {"start": 5}, {"start": []}, {"end": "x"}]
TIMES = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-12:00", "0000-01-01", "2026-02-30"]
TIMES += ["", "x" * 10, "-2026-01-01", "2026-01-01T00:00:00+99:99", "9999-12-31T23:00:00Z"]
RELATIONS: list[Any] = [
    None,
    "x",
    5,
    {},
    [None],
    ["x"],
    [{}],
    [{"id": None}],
    [{"id": 5}],
    [{"id": "../x"}],
]
RELATIONS += [[{"id": "a"}, {"id": []}], [[]], [{"id": ""}]]
LABELS: list[Any] = [
    None,
    "x",
    5,
    {},
    [None],
    ["x"],
    [{}],
    [{"name": 5}],
    [option("a"), {"name": None}],
]
NUMBERS = ["3", True, [], {}, math.inf, -math.inf, math.nan, 10**400]

GARBLED: list[tuple[Kind, str, list[Any]]] = [
    (Kind.GOAL, "title", RUNS),
    (Kind.GOAL, "notes", RUNS),
    (Kind.TASK, "recurrence", RUNS),
    (Kind.GOAL, "status", CHOICES),
    (Kind.GOAL, "priority", CHOICES),
    (Kind.RESOURCE, "currency", CHOICES),
    (Kind.GOAL, "due", [*DATES, *map(day, TIMES)]),
    (Kind.TASK, "due", [*DATES, *map(day, TIMES)]),
    (Kind.REVIEW, "period_start", [*DATES, *map(day, TIMES)]),
    (Kind.REVIEW, "period_end", [5, [], {}, {"end": "2026-12-01"}, day("2026-12-01", "x")]),
    (Kind.TASK, "done", [None, 0, 1, "false", "", [], {}]),
    (Kind.GOAL, "target", NUMBERS),
    (Kind.SKILL, "level", [*NUMBERS, 2.5, 10**30, -(10**30), 1e300, 2**63]),
    (Kind.TASK, "estimate_minutes", [*NUMBERS, MOST_WHOLE + 1]),
    (Kind.CONTACT, "cadence_days", [*NUMBERS, MOST_WHOLE + 1]),
    (Kind.TASK, "goal", RELATIONS),
    (Kind.SKILL, "goals", RELATIONS),
    (Kind.TASK, "labels", LABELS),
    (Kind.RESOURCE, "url", [5, [], {}, True]),
    (Kind.CONTACT, "email", [5, [], {}, False]),
]
CASES = [
    pytest.param(kind, field, value, id=f"{kind}-{field}-{number}")
    for kind, field, values in GARBLED
    for number, value in enumerate(values)
]


@pytest.mark.parametrize(("kind", "field", "value"), CASES)
def test_what_nobody_could_have_written_is_that_field_s_problem_alone(
    kind: Kind, field: str, value: Any
) -> None:
    remote = page_with(kind, field, value)
    beside = {"period_start", "period_end"} if field.startswith("period") else {field}
    assert field in remote.problems
    assert set(remote.problems) <= beside
    assert field not in remote.fields
    assert set(CARRIES[kind].fields) - beside <= set(remote.fields) | {"answers", "body"}
    for sentence in remote.problems.values():
        assert sentence.endswith((*ADVICE, "or 'every monday'."))
        assert len(sentence) < 300
        assert "\n" not in sentence


def test_what_nobody_could_have_written_leaves_the_other_fields_as_the_person_set_them(
    desk: Desk,
) -> None:
    made = desk.create(Kind.TASK, "Write")
    row = page(desk, made.id)
    row["properties"]["Done"]["checkbox"] = "false"
    row["properties"]["Estimate"]["number"] = math.nan
    says(desk, query(desk, Kind.TASK), listed(row))
    (item,) = desk.connector.pull(None).items
    assert set(item.problems) == {"done", "estimate_minutes"}
    assert item.fields == {
        name: value for name, value in made.fields.items() if name not in item.problems
    }


def test_a_value_that_syncd_computes_itself_is_written_over() -> None:
    for wrong in (*NUMBERS, 10**30):
        remote = page_with(Kind.TASK, "minutes_done", wrong)
        assert (remote.fields["minutes_done"], remote.problems) == (None, {})


@pytest.mark.parametrize("value", [None, 5, [], "x", {"type": None}, {"type": "date"}])
def test_a_property_without_form_is_left_alone(value: Any) -> None:
    shape = shape_of(Kind.GOAL)
    found = stored(shape, to_remote(shape, {"title": "Learn SQL"}))
    found["properties"]["Due"] = value
    remote = from_remote(shape, found)
    assert set(remote.problems) == {"due"}
    assert remote.fields["title"] == "Learn SQL"


def test_halves_of_characters_are_joined_or_told_as_such() -> None:
    halves = [{"plain_text": "a\ud83d"}, {"plain_text": "\ude00b"}, {"plain_text": "\ud83d"}]
    assert page_with(Kind.GOAL, "notes", halves).fields["notes"] == "a😀b\ufffd"
    assert page_with(Kind.TASK, "labels", [option("\ud83d")]).fields["labels"] == {"\ufffd"}
    assert (
        page_with(Kind.RESOURCE, "url", "https://x/\ud83d").fields["url"] == "https://x/\ufffd"
    )


ENDS = [
    5,
    [],
    {},
    20261201,
    "20261201T",
    "9999-12-31T23:59:00-12:00",
    "0001-01-01T00:00:00+14:00",
]


@pytest.mark.parametrize("end", ENDS, ids=str)
def test_an_end_that_is_no_date_is_not_sent_again(end: Any) -> None:
    remote = page_with(Kind.TASK, "due", {"start": "2026-06-01", "end": end})
    assert not remote.extra
    assert _sent_again(Kind.TASK, remote)


def _sent_again(kind: Kind, remote: Remote) -> dict[str, Any]:
    shape = shape_of(kind)
    seen = Seen(id=remote.id, fields=remote.fields, extra=remote.extra)
    whole = {name: it.spec.default for name, it in COLUMNS[kind].items()} | dict(remote.fields)
    return to_remote(shape, whole, seen)


def test_a_time_beside_a_day_at_the_end_of_the_calendar_is_dropped() -> None:
    shape = shape_of(Kind.GOAL)
    extra = {"moments": {"due": "2026-06-01T23:59:00.000-12:00"}}
    for far in (date(1, 1, 1), date(9999, 12, 31)):
        sent = to_remote(
            shape, {"due": far}, Seen(id=page_with(Kind.GOAL, "due", None).id, extra=extra)
        )
        assert sent[shape.properties["due"].id] == {"date": {"start": far.isoformat()}}


def test_more_minutes_than_the_plan_takes_are_not_shown() -> None:
    fitted = fit(Kind.TASK, {"estimate_minutes": 10**30}, {})
    assert fitted == {"estimate_minutes": MOST_WHOLE}


MORE = [10**400, "9999-12-31T23:59:59-12:00", "\ud800", "x" * 3000, math.inf, {"type": "title"}]


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_row_that_is_spoilt_anywhere_ends_in_sentences(desk: Desk, kind: Kind) -> None:
    """Every part of a row in turn becomes each piece of nonsense; nothing fails."""
    row = page(desk, desk.create(kind, "A title").id)
    shape = binding_from_json(kind, desk.memory.kept[f"database.{kind}"]).schema("Europe/Paris")
    told = random.Random(5)  # noqa: S311  # a fifth of them: all are many
    for place in places(row):
        for value in [*NONSENSE, *MORE]:
            if told.random() > 0.2:
                continue
            found = sort_out([spoilt(row, place, value, more=False)], RowReply, TITLE, title_of)
            for one in found.good.values():
                try:
                    remote = from_remote(shape, one)
                except UnreadableProperty:
                    continue
                assert set(remote.fields) | set(remote.problems) == set(COLUMNS[kind])
                json.dumps(remote.extra)
                _sent_again(kind, remote)
