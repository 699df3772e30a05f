"""What is exported and imported again is what it was."""

import dataclasses
import json
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entities import CLASSES, REFERENCE_ORDER, Entity, Kind, Review, Task
from syncd.model.exchange.output import plan_to_json
from syncd.model.exchange.reading import read_plan
from syncd.model.exchange.yaml import plan_to_yaml
from syncd.model.ids import EntityId, derived_id
from syncd.model.schema import FIELDS
from syncd.model.values import FieldSpec, FieldType, Moment

NOW = datetime(2030, 1, 1, tzinfo=UTC)
BERLIN = "Europe/Berlin"
ZONES = st.sampled_from(
    [BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
)
TEXTS = st.text() | st.sampled_from(
    ["null", "~", "true", "No", "- a", "# b", "a: b", "2026-01-01", "12", "1e3", " x ", "*a", "&a"]
) | st.text(alphabet="ab \n\t'\":#-|>{}[]\u2028\u0085\ufeff\U0001f600")  # fmt: skip
DAYS = st.dates(date(1950, 1, 1), date(2200, 1, 1))
INSTANTS = st.datetimes(
    datetime(1950, 1, 1),  # noqa: DTZ001  # bounds have no zone
    datetime(2200, 1, 1),  # noqa: DTZ001  # bounds have no zone
    timezones=st.just(UTC),
)
MOMENTS = st.builds(Moment, INSTANTS, st.none() | ZONES)
FACTS = st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.booleans())).map(
    lambda it: json.dumps(it, ensure_ascii=False, sort_keys=True)
)
SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "recurrence": st.sampled_from(["", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO", "FREQ=DAILY;COUNT=3"]),
    "zone": st.just("") | ZONES,
    "level": st.none() | st.integers(0, 5),
    "target_level": st.none() | st.integers(0, 5),
    "cadence_days": st.none() | st.integers(1, 400),
    "facts": FACTS | TEXTS,
}  # fmt: skip
BY_TYPE: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.TEXT: TEXTS,
    FieldType.INT: st.none() | st.integers(0, 10_000),
    FieldType.NUMBER: st.none() | st.floats(allow_nan=False, allow_infinity=False),
    FieldType.PRIORITY: st.none() | st.integers(1, 4),
    FieldType.BOOL: st.booleans(),
    FieldType.DATE: st.none() | DAYS,
    FieldType.DUE: st.none() | DAYS | MOMENTS,
    FieldType.MOMENT: st.none() | MOMENTS,
    FieldType.LABELS: st.frozensets(TEXTS.filter(str.strip), max_size=3),
    FieldType.PAIRS: st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
}


def ids(kind: str) -> st.SearchStrategy[EntityId]:
    return st.sampled_from([derived_id(kind, str(number)) for number in range(3)])


def values(spec: FieldSpec) -> st.SearchStrategy[Any]:
    if spec.name in SPECIAL:
        return SPECIAL[spec.name]
    if spec.name == "parent":
        return st.none()
    if spec.type is FieldType.REF:
        return st.none() | ids(spec.target or "")
    if spec.type is FieldType.REFS:
        return st.frozensets(ids(spec.target or ""))
    if spec.type is FieldType.WORD:
        words = st.sampled_from(list(spec.words or StrEnum))
        return words if spec.default is not None else st.none() | words
    return BY_TYPE[spec.type]


def entities(kind: Kind) -> st.SearchStrategy[Entity]:
    fields = {name: values(spec) for name, spec in FIELDS[kind].items()}
    return st.builds(CLASSES[kind], id=ids(kind), created_at=INSTANTS, **fields)


@st.composite
def plans(draw: st.DrawFn) -> list[Entity]:
    """A plan in which what is referred to is there, in the order in which it is read."""
    found: dict[EntityId, Entity] = {}
    for kind in REFERENCE_ORDER:
        for one in draw(st.lists(entities(kind), max_size=2)):
            found[one.id] = _without_dangling(one, found)
    return list(found.values())


def _without_dangling(one: Entity, found: dict[EntityId, Entity]) -> Entity:
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(one):
        spec, value = field.metadata.get("spec"), getattr(one, field.name)
        if spec and spec.type is FieldType.REF and value not in found:
            changes[field.name] = None
        if spec and spec.type is FieldType.REFS:
            changes[field.name] = frozenset(it for it in value if it in found)
    return dataclasses.replace(one, **changes)


@given(plan=plans(), zone=ZONES)
def test_json_brings_back_the_same_plan(plan: list[Entity], zone: str) -> None:
    data = plan_to_json(plan, zone)
    text = json.dumps(data, allow_nan=False)
    for source in (data, text):
        found = read_plan(source, NOW, (), zone)
        assert found.problems == ()
        assert list(found.entities) == plan


@given(plan=plans(), zone=ZONES)
def test_yaml_brings_back_the_same_plan(plan: list[Entity], zone: str) -> None:
    found = read_plan(plan_to_yaml(plan, zone), NOW, (), zone)
    assert found.problems == () or not plan
    assert list(found.entities) == plan


@given(plan=plans())
def test_importing_an_export_into_its_own_plan_changes_nothing(plan: list[Entity]) -> None:
    found = read_plan(plan_to_yaml(plan, BERLIN), NOW, plan, BERLIN)
    assert list(found.entities) == plan


def test_sub_tasks_come_back_with_their_tasks() -> None:
    above, below = (Task(id=derived_id(name), title=name, created_at=NOW) for name in "ab")
    plan = [dataclasses.replace(below, parent=above.id), above]
    assert list(read_plan(plan_to_json(plan), NOW).entities) == plan
    assert list(read_plan(plan_to_yaml(plan), NOW).entities) == plan


# What an export looks like


def test_an_export_has_a_list_for_every_kind() -> None:
    assert plan_to_json([]) == {
        "profile": [],
        "goals": [],
        "milestones": [],
        "skills": [],
        "resources": [],
        "tasks": [],
        "blocks": [],
        "contacts": [],
        "achievements": [],
        "reviews": [],
    }


def test_an_exported_task_has_all_its_fields_by_name() -> None:
    task = Task(
        id=EntityId("t"),
        title="Read",
        created_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
        goal=EntityId("g"),
        labels=frozenset({"b", "a"}),
        due=Moment(datetime(2026, 7, 1, 16, tzinfo=UTC), "Asia/Tokyo"),
        done_at=Moment(datetime(2026, 7, 1, 16, tzinfo=UTC)),
        done=True,
    )
    (shown,) = plan_to_json([task], BERLIN)["tasks"]
    assert shown == {
        "id": "t",
        "title": "Read",
        "notes": "",
        "created_at": "2026-01-05T10:00:00+01:00",
        "archived": False,
        "goal": "g",
        "milestone": None,
        "skill": None,
        "resource": None,
        "parent": None,
        "due": "2026-07-02T01:00:00+09:00",
        "due_zone": "Asia/Tokyo",
        "estimate_minutes": None,
        "priority": None,
        "labels": ["a", "b"],
        "recurrence": "",
        "done": True,
        "done_at": "2026-07-01T18:00:00+02:00",
        "minutes_done": None,
        "minutes_planned": None,
        "next_block": None,
    }


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ('{"done": 3, "goals": []}', {"done": 3, "goals": []}),
        ('{"done":3}', '{"done":3}'),
        ('{"a": NaN}', '{"a": NaN}'),
        ("[1]", "[1]"),
        ("so it was", "so it was"),
    ],
)
def test_facts_are_json_where_nothing_is_lost_by_it(facts: str, shown: Any) -> None:
    review = Review(
        id=EntityId("r"),
        title="Week 2",
        created_at=NOW,
        facts=facts,
        answers=(("Well?", "Yes"),),
    )
    (found,) = plan_to_json([review])["reviews"]
    assert found["facts"] == shown
    assert found["answers"] == [{"prompt": "Well?", "text": "Yes"}]


def test_numbers_that_json_does_not_have_are_nothing() -> None:
    goal = CLASSES[Kind.GOAL](id=EntityId("g"), created_at=NOW, target=float("inf"))  # type: ignore[call-arg]  # it is a Goal
    assert plan_to_json([goal])["goals"][0]["target"] is None


def test_a_moment_at_the_end_of_time_is_shown_in_utc() -> None:
    last = datetime(9999, 12, 31, 23, tzinfo=UTC)
    task = Task(id=EntityId("t"), created_at=last)
    assert plan_to_json([task], "Asia/Tokyo")["tasks"][0]["created_at"] == last.isoformat()


def test_yaml_is_readable_and_holds_only_what_is_there() -> None:
    task = Task(
        id=EntityId("t-1"),
        title="Read: a book",
        notes="First this.\nThen that.",
        created_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
        due=date(2026, 7, 1),
        labels=frozenset({"home"}),
    )
    assert plan_to_yaml([task, dataclasses.replace(task, id=EntityId("t-2"))], BERLIN) == (
        """\
tasks:
  - id: t-1
    title: 'Read: a book'
    notes: |-
      First this.
      Then that.
    due: 2026-07-01
    labels:
      - home
    created_at: 2026-01-05T10:00:00+01:00
  - id: t-2
    title: 'Read: a book'
    notes: |-
      First this.
      Then that.
    due: 2026-07-01
    labels:
      - home
    created_at: 2026-01-05T10:00:00+01:00
"""
    )


def test_other_readers_of_yaml_see_the_same_dates() -> None:
    task = Task(id=EntityId("t"), title="2026-01-01", created_at=NOW, due=date(2026, 7, 1))
    (read,) = yaml.safe_load(plan_to_yaml([task]))["tasks"]
    assert read["due"] == date(2026, 7, 1)
    assert read["created_at"] == NOW
