from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syncd.model.entities import (
    Contact,
    Entity,
    Task,
)
from syncd.model.ids import EntityId, derived_id
from syncd.model.values import ContactRole

BERLIN = "Europe/Berlin"
MADE = datetime(2026, 1, 1, 9, tzinfo=UTC)
Begin = Callable[..., Any]


def made(cls: type[Entity], name: str, **fields: object) -> Any:
    return cls(id=EntityId(name), created_at=MADE, **{"title": name, **fields})  # type: ignore[arg-type]  # its fields, by name


SAM = made(Contact, "Sam", cadence_days=30, last_contact=date(2026, 2, 1))


def test_a_contact_is_due_again_after_its_cadence(story: Begin) -> None:
    it = story(now="2026-03-02T08:00")
    assert it.happens(SAM).get(SAM.id).next_contact == date(2026, 3, 3)
    assert it.made() == []
    it.a_day_begins(datetime(2026, 3, 2, 23, 30, tzinfo=UTC))  # the third, in Berlin
    assert it.made() == [
        Task(
            id=derived_id("catch-up", "Sam", "2026-02-01"),
            title="Catch up with Sam",
            notes="Every 30 days; last contact 2026-02-01.",
            created_at=it.now,
            due=date(2026, 3, 3),
        )
    ]
    it.a_day_begins(it.now + timedelta(days=9))
    assert it.last == []


def test_a_contact_never_spoken_to_counts_from_the_day_it_was_noted(story: Begin) -> None:
    it = story()
    plan = it.happens(replace(SAM, last_contact=None))
    assert plan.get(SAM.id).next_contact == date(2026, 1, 31)
    assert [one.notes for one in it.made()] == ["Every 30 days; no contact yet."]


def test_ticking_it_sets_the_day_of_the_last_contact(story: Begin) -> None:
    it = story()
    it.happens(SAM)
    (task,) = it.made()
    it.now = datetime(2026, 3, 11, 23, 30, tzinfo=UTC)  # the twelfth, in Berlin
    plan = it.happens(replace(task, done=True))
    assert plan.get(SAM.id).last_contact == date(2026, 3, 12)
    assert plan.get(SAM.id).next_contact == date(2026, 4, 11)


@pytest.mark.parametrize(
    "day", [date(2026, 3, 8), SAM.last_contact], ids=["another", "the-old"]
)
def test_a_day_of_contact_that_is_corrected_after_the_tick_stays_corrected(
    story: Begin, day: date
) -> None:
    it = story()
    it.happens(SAM)
    (task,) = it.made()
    it.happens(replace(task, done=True))
    it.happens(replace(it.plan.get(SAM.id), last_contact=day))
    it.a_day_begins(it.now + timedelta(days=1))
    assert it.plan.get(SAM.id).last_contact == day


def test_noting_a_contact_by_hand_ticks_the_task(story: Begin) -> None:
    it = story()
    it.happens(SAM)
    (task,) = it.made()
    plan = it.happens(replace(it.plan.get(SAM.id), last_contact=date(2026, 3, 9)))
    assert plan.get(task.id).done
    assert plan.get(SAM.id).last_contact == date(2026, 3, 9)


@pytest.mark.parametrize(
    "change",
    [{"last_contact": date(2026, 1, 20)}, {"archived": True}],
    ids=["an-earlier-day", "deleted"],
)
def test_a_reminder_that_means_nothing_any_more_is_archived(
    story: Begin, change: dict[str, object]
) -> None:
    it = story()
    it.happens(SAM)
    (task,) = it.made()
    plan = it.happens(replace(it.plan.get(SAM.id), **change))
    assert plan.get(task.id).archived
    assert not plan.get(task.id).done


def test_a_reminder_that_was_deleted_does_not_come_back(story: Begin) -> None:
    it = story()
    it.happens(SAM)
    (task,) = it.made()
    it.happens(replace(task, archived=True))
    it.a_day_begins(it.now + timedelta(days=1))
    assert it.last == []


def test_ticked_and_noted_by_hand_at_once_the_later_day_counts(story: Begin) -> None:
    it = story()
    it.happens(SAM)
    (task,) = it.made()
    noted = replace(it.plan.get(SAM.id), last_contact=date(2026, 3, 2))
    plan = it.happens(noted, replace(task, done=True))
    assert plan.get(SAM.id).last_contact == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("cadence", "last"),
    [(None, date(2026, 1, 1)), (0, None), (-4, None), (10**9, None), (9, date(9999, 12, 30))],
)
def test_a_contact_without_a_sensible_cadence_is_left_in_peace(
    story: Begin, cadence: int | None, last: date | None
) -> None:
    it = story()
    plan = it.happens(replace(SAM, cadence_days=cadence, last_contact=last))
    assert plan.get(SAM.id).next_contact is None
    assert it.made() == []


def test_a_contact_without_a_name_is_called_by_the_role(story: Begin) -> None:
    it = story()
    it.happens(replace(SAM, title=" ", role=ContactRole.MENTOR))
    assert [one.title for one in it.made()] == ["Catch up with your mentor"]
