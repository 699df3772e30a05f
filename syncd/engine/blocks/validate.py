"""The checker in front of every write of blocks: what breaks a hard rule is not done."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from syncd.engine.blocks.busy_time import KnownBusy
from syncd.logs import get_logger
from syncd.model.ids import EntityId
from syncd.schedule.check import CheckInput, RuleViolation, Slot, check
from syncd.schedule.problem import Firmness, Preferences, Problem, Span, instant
from syncd.schedule.timetable import Timetable

log = get_logger("syncd.engine.blocks")

_NEW = "new "


def violations(
    problem: Problem,
    timetable: Timetable,
    preferences: Preferences,
    known: KnownBusy,
    freed: Iterable[Span],
) -> Mapping[int, RuleViolation]:
    """Return what is wrong with a timetable, by the place of the block in it."""
    now = instant(problem.now)
    before = [
        Slot(
            id=one.id,
            task=one.task,
            start=instant(one.span.start),
            end=instant(one.span.end),
            fixed=one.hold is Firmness.FIXED,
        )
        for one in problem.standing
    ]
    after = [one for one in before if one.fixed]
    places: dict[EntityId, int] = {}
    for place, block in enumerate(timetable.blocks):
        key = block.id or EntityId(f"{_NEW}{place}")
        places[key] = place
        start, end = instant(block.span.start), instant(block.span.end)
        after.append(Slot(id=key, task=block.task, start=start, end=end))
    found = check(_given(problem, preferences, known, freed, now), before, after)
    for fault in found:
        log.error("a planned block breaks a rule and is left out", rule=str(fault.rule))
    return {places[fault.block]: fault for fault in found if fault.block in places}


def _given(
    problem: Problem,
    preferences: Preferences,
    known: KnownBusy,
    freed: Iterable[Span],
    now: datetime,
) -> CheckInput:
    return CheckInput(
        preferences=preferences,
        now=now,
        busy=tuple((instant(one.start), instant(one.end)) for one in known.spans),
        order=frozenset((first, one.id) for one in problem.works for first in one.after),
        freed=tuple((instant(one.start), instant(one.end)) for one in freed),
        avoid={
            one.id: tuple((instant(it.start), instant(it.end)) for it in one.avoid)
            for one in problem.works
        },
    )
