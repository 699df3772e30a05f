"""From all that is known to the facts of a period."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from syncd.model.entities import Entity
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.values import BlockState, ReviewKind
from syncd.review import findings
from syncd.review.facts import Facts, Share, Skipped
from syncd.review.goals import LOOK_BACK, PlanVersions, goal_facts, last_day, listed_goals
from syncd.review.inputs import Decision, Inputs
from syncd.review.render.parts import safe
from syncd.review.rewind import plan_as_of
from syncd.review.system_actions import system_actions
from syncd.review.tally import PastBlock, grouped, past_blocks, total
from syncd.review.trend import away_days, streak, trend
from syncd.review.wellbeing import signs
from syncd.review.words import day

_FEW = 3
"""Blocks that wait for a word are told one by one, up to so many."""
_NOT_DONE = frozenset({BlockState.MISSED, BlockState.UNCONFIRMED})


def make_facts(inputs: Inputs) -> Facts:
    """Return the facts of a period, up to now if it still runs."""
    then = _then(inputs)
    every = past_blocks(inputs)
    within = [one for one in every if inputs.period.holds(one.day)]
    minutes = grouped(within, lambda one: one.goal)
    weeks = trend(inputs, every)
    done, missed = findings.milestones(inputs, then)
    looks_far = inputs.period.kind is not ReviewKind.WEEKLY
    return Facts(
        kind=inputs.period.kind,
        first=inputs.period.first,
        last=inputs.period.last,
        until=last_day(inputs),
        ended=inputs.ended,
        minutes=total(within),
        away_days=away_days(inputs),
        goals=goal_facts(inputs, then, minutes, _missed(within)),
        rest=_rest(then.now, {one.id for one in listed_goals(then)}, within),
        skills=_skills(then.now, within),
        trend=weeks,
        streak=streak(inputs, every),
        decisions=(*inputs.decisions, *_unconfirmed(within)),
        milestones_done=done,
        milestones_missed=missed,
        tasks_done=findings.tasks_done(inputs, then),
        wins=findings.wins(inputs, then),
        ahead=findings.ahead(inputs),
        weekly_cap=inputs.weekly_cap,
        people=findings.people(inputs, then),
        money=findings.money(inputs, then),
        signs=signs(inputs, weeks, every),
        deeds=system_actions(inputs),
        levels=findings.levels(then) if looks_far else (),
        setbacks=findings.setbacks(then, missed) if looks_far else (),
        beliefs=findings.beliefs(then) if looks_far else (),
        words=inputs.words,
        lacks=inputs.lacks,
        skipped=tuple(_skipped(inputs, every)),
    )


def _skipped(inputs: Inputs, every: Sequence[PastBlock]) -> Iterator[Skipped]:
    """Tell in short of periods that had no review of their own.

    Before the first review of all, that begins with the first of which there is anything to tell.
    """
    silent = not inputs.reviewed
    for period in inputs.skipped:
        found = _in_short(replace(inputs, period=period), every)
        silent = silent and not (found.minutes.planned or found.tasks or found.milestones)
        if not silent:
            yield found


def _in_short(asked: Inputs, every: Sequence[PastBlock]) -> Skipped:
    period, then = asked.period, _then(asked)
    return Skipped(
        name=period.name,
        minutes=total(one for one in every if period.holds(one.day)),
        tasks=len(findings.tasks_done(asked, then)),
        milestones=tuple(it.title for it in findings.milestones(asked, then)[0]),
        away=away_days(asked) > 0,
    )


def _then(inputs: Inputs) -> PlanVersions:
    until = inputs.until
    now = plan_as_of(inputs.entities, inputs.edits, until)
    start = inputs.period.start(inputs.zone)
    begin = plan_as_of(inputs.entities, inputs.edits, start, unborn=True)
    earlier = plan_as_of(inputs.entities, inputs.edits, until - LOOK_BACK)
    return PlanVersions(now=now, begin=begin, earlier=earlier)


def _missed(found: Sequence[PastBlock]) -> dict[EntityId | None, int]:
    missed: dict[EntityId | None, int] = {}
    for one in found:
        if one.state in _NOT_DONE:
            missed[one.goal] = missed.get(one.goal, 0) + 1
    return missed


def _rest(
    plan: Plan, told: Collection[EntityId], found: Sequence[PastBlock]
) -> tuple[Share, ...]:
    """Return the minutes of goals that are not told of by themselves, and of none."""
    minutes = grouped(found, lambda one: one.goal)
    shares = [
        Share(title=_title(plan.get(one) if one else None, "No goal"), minutes=it)
        for one, it in minutes.items()
        if one not in told
    ]
    return tuple(sorted(shares, key=lambda it: (-it.minutes.planned, it.title)))


def _skills(plan: Plan, found: Sequence[PastBlock]) -> tuple[Share, ...]:
    minutes = grouped(found, lambda one: one.skill)
    shares = [
        Share(title=_title(plan.get(one), "A skill"), minutes=it)
        for one, it in minutes.items()
        if one is not None
    ]
    return tuple(sorted(shares, key=lambda it: (-it.minutes.planned, it.title)))


def _title(found: Entity | None, otherwise: str) -> str:
    return found.title if found is not None else otherwise


def _unconfirmed(found: Sequence[PastBlock]) -> tuple[Decision, ...]:
    waiting = [one for one in found if one.state not in (BlockState.DONE, BlockState.MISSED)]
    if len(waiting) > _FEW:
        said = f"{len(waiting)} blocks wait for a word: did they take place?"
        return (Decision(what="unconfirmed", sentence=said, command="syncd schedule"),)
    return tuple(
        Decision(
            what="unconfirmed",
            sentence=f"'{safe(one.title, 80)}', {day(one.day, one.day.year)}: did it take place?",
            command=f"syncd done {one.block}",
        )
        for one in waiting
    )
