"""The sample plan of the demonstration, and the example of the format."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.entities import Goal, Kind, Task, kind_of
from syncd.model.exchange.output import known_names
from syncd.model.exchange.reading import read_plan
from syncd.model.plan import Plan
from syncd.model.rules.consequences import consequences
from syncd.model.values import GoalStatus, Moment, Pace

ROOT = Path(__file__).parents[3]
SAMPLE = (ROOT / "syncd" / "demo" / "sample-plan.yaml").read_text("utf-8")
EXAMPLE = (ROOT / "config" / "plan.example.yaml").read_text("utf-8")
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def loaded(text: str, now: datetime = NOW) -> Plan:
    found = read_plan(text, now, (), BERLIN)
    assert found.problems == ()
    return Plan.of(found.entities)


def settled(plan: Plan, now: datetime = NOW) -> Plan:
    today = now.astimezone(ZoneInfo(BERLIN)).date()
    found = consequences(dict.fromkeys(plan.by_id), plan, today, BERLIN, now)
    return plan.with_entity(*(it.entity for it in found))


def goals(plan: Plan) -> list[Goal]:
    return [one for one in plan.of_kind(Kind.GOAL) if isinstance(one, Goal)]


def tasks(plan: Plan) -> list[Task]:
    return [one for one in plan.of_kind(Kind.TASK) if isinstance(one, Task)]


@pytest.mark.parametrize("text", [SAMPLE, EXAMPLE], ids=["sample", "example"])
@settings(max_examples=5)
@given(now=st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # bounds have no zone
def test_it_is_read_without_a_word_on_any_day(text: str, now: datetime) -> None:
    assert len(loaded(text, now)) > 10


def test_the_sample_is_a_whole_plan_of_two_years() -> None:
    count = Counter(kind_of(one) for one in loaded(SAMPLE))
    assert count == {
        Kind.PROFILE: 5,
        Kind.GOAL: 4,
        Kind.MILESTONE: 13,
        Kind.SKILL: 10,
        Kind.RESOURCE: 8,
        Kind.TASK: 40,
        Kind.CONTACT: 6,
        Kind.ACHIEVEMENT: 3,
    }


def test_every_title_of_the_sample_stands_for_one_thing() -> None:
    titles = Counter(one.title for one in loaded(SAMPLE))
    assert [title for title, times in titles.items() if times > 1] == []


def test_the_sample_shows_each_side_of_a_plan() -> None:
    plan = settled(loaded(SAMPLE))
    assert {one.pace for one in goals(plan)} >= {Pace.ON_TRACK, Pace.AT_RISK}
    assert {bool(one.smart_gaps) for one in goals(plan)} == {True, False}
    assert {type(one.due) for one in tasks(plan)} >= {Moment, type(NOW.date())}
    assert sum(one.done for one in tasks(plan)) >= 5
    assert sum(bool(one.recurrence) for one in tasks(plan)) >= 4
    assert [one.title for one in tasks(plan) if one.title.startswith("Catch up")] == [
        "Catch up with Former team lead"
    ]
    assert len(plan) == len(loaded(SAMPLE)) + 1


def test_nothing_open_in_the_sample_is_overdue() -> None:
    plan = loaded(SAMPLE)
    late = [
        one.title
        for one in tasks(plan)
        if not one.done
        and one.due
        and isinstance(one.due, type(NOW.date()))
        and one.due < NOW.date()
    ]
    assert late == []


def test_each_active_goal_of_the_sample_has_a_budget_and_things_to_do() -> None:
    plan = loaded(SAMPLE)
    for goal in goals(plan):
        if goal.status is not GoalStatus.ACTIVE:
            continue
        open_tasks = [one for one in tasks(plan) if one.goal == goal.id and not one.done]
        assert goal.weekly_minutes
        assert len(open_tasks) >= 3
        assert all(one.estimate_minutes for one in open_tasks)


@pytest.mark.parametrize("text", [SAMPLE, EXAMPLE], ids=["sample", "example"])
def test_addresses_lead_nowhere_real(text: str) -> None:
    for word in text.split():
        if "@" in word or "://" in word:
            assert "example.org" in word


def test_the_example_shows_every_field_that_a_person_writes_often() -> None:
    shown = {line.split(":")[0].strip(" -#").replace(" ", "_") for line in EXAMPLE.splitlines()}
    shown |= {"estimate_minutes", "recurrence", "cadence_days"}  # by their shorter names
    for kind in (Kind.GOAL, Kind.SKILL, Kind.RESOURCE, Kind.CONTACT):
        missing = set(known_names(kind)) - shown - _rarely_written()
        assert missing == set(), kind


def _rarely_written() -> set[str]:
    rare = {"id", "created_at", "archived", "notes", "key"}
    derived = {"progress", "pace", "smart_gaps", "gap", "next_contact"}
    return rare | derived
