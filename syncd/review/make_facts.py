"""From all that is known to the facts of a period."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from syncd.model.entities import Entity, Kind
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.values import BlockState, Moment, ReviewKind
from syncd.review import plan_facts
from syncd.review.facts import Facts, Share, Skipped
from syncd.review.goals import (
    PastBlock,
    away_days,
    goal_facts,
    listed_goals,
    past_blocks,
    streak,
    total,
    totals_by,
    trend,
)
from syncd.review.periods import (
    DecisionWanted,
    Edit,
    Inputs,
    PlanVersions,
    SystemAction,
    plan_versions,
)
from syncd.review.render.sections import safe
from syncd.text import count, short_day

SHOWN = 5
"""How many moves are listed one by one."""
_PREFIX = "syncd ("
_SELF_EVIDENT = frozenset({"time", "planned"})
"""Reasons that go without saying."""
_ASSUMED = "assumed"


@dataclass(slots=True)
class _Move:
    title: str
    was: Moment | None
    now: Moment | None
    why: str


def system_actions(inputs: Inputs) -> tuple[SystemAction, ...]:
    """Return what syncd moved, placed, took away and assumed, then what its inputs hold."""
    within = [edit for edit in inputs.edits if _within(edit, inputs) and _ours(edit)]
    blocks = [edit for edit in within if edit.kind is Kind.BLOCK]
    created = {edit.entity for edit in blocks if edit.field == ""}
    removed = {
        edit.entity for edit in blocks if edit.field == "archived" and edit.after is True
    }
    return (
        *_moved(blocks, created, inputs),
        *_counted("placed", created - removed, "block"),
        *_counted("taken away", removed - created, "block", ", no longer needed"),
        *_assumed(within),
        *_drafted(within),
        *inputs.system_actions,
    )


def _within(edit: Edit, inputs: Inputs) -> bool:
    period, zone = inputs.period, inputs.zone
    return period.start(zone) <= edit.at < period.end(zone)


def _ours(edit: Edit) -> bool:
    return edit.by.startswith(_PREFIX)


def _moved(
    edits: Sequence[Edit], created: Collection[EntityId], inputs: Inputs
) -> Iterator[SystemAction]:
    moves: dict[EntityId, _Move] = {}
    for edit in edits:
        if edit.field != "start" or edit.entity in created:
            continue
        was, now = _moment(edit.before), _moment(edit.after)
        move = moves.setdefault(edit.entity, _Move(edit.title, was, now, ""))
        move.now, move.why = now, _why(edit.by)
    moved = [move for move in moves.values() if move.was != move.now]
    for move in moved[:SHOWN]:
        yield SystemAction(what="moved", sentence=_move_words(move, inputs))
    if len(moved) > SHOWN:
        left = len(moved) - SHOWN
        more = f"{count(left, 'more block')} {'was' if left == 1 else 'were'} moved."
        yield SystemAction(what="moved", sentence=more)


def _move_words(move: _Move, inputs: Inputs) -> str:
    year, zone = inputs.period.last.year, inputs.zone
    places = [
        f"{short_day(moment.local(zone).date(), year)} {moment.local(zone):%H:%M}"
        for moment in (move.was, move.now)
        if moment is not None
    ]
    why = f": {move.why}" if move.why and move.why not in _SELF_EVIDENT else ""
    return f"'{move.title}' moved from {' to '.join(places)}{why}."


def _counted(
    what: str, entities: Collection[EntityId], noun: str, because: str = ""
) -> Iterator[SystemAction]:
    number = len(entities)
    if number:
        verb = "was" if number == 1 else "were"
        sentence = f"{count(number, noun)} {verb} {what}{because}."
        yield SystemAction(what=what, sentence=sentence)


def _assumed(edits: Sequence[Edit]) -> Iterator[SystemAction]:
    number = len({edit.entity for edit in edits if _why(edit.by) == _ASSUMED})
    if number:
        sentence = f"{count(number, 'block')} counted as done, for nobody said otherwise."
        yield SystemAction(what=_ASSUMED, sentence=sentence)


def _drafted(edits: Sequence[Edit]) -> Iterator[SystemAction]:
    drafted = {
        edit.entity for edit in edits if edit.kind is Kind.ACHIEVEMENT and edit.field == ""
    }
    yield from _counted("drafted", drafted, "achievement")


def _why(by: str) -> str:
    return by.removeprefix(_PREFIX).removesuffix(")")


def _moment(value: object) -> Moment | None:
    return value if isinstance(value, Moment) else None


_FEW = 3
"""Blocks that wait for an answer are listed one by one, up to so many."""
_NOT_DONE = frozenset({BlockState.MISSED, BlockState.UNCONFIRMED})


def make_facts(inputs: Inputs) -> Facts:
    """Return the facts of a period, up to now if it still runs."""
    plans, blocks = plan_versions(inputs), past_blocks(inputs)
    within = [block for block in blocks if inputs.period.contains(block.day)]
    minutes = totals_by(within, lambda block: block.goal)
    weeks = trend(inputs, blocks)
    done, missed = plan_facts.milestones(inputs, plans)
    facts = Facts(
        kind=inputs.period.kind,
        first=inputs.period.first,
        last=inputs.period.last,
        until=inputs.last_day,
        ended=inputs.ended,
        minutes=total(within),
        away_days=away_days(inputs),
        goals=goal_facts(inputs, plans, minutes, _missed(within)),
        rest=_rest(plans.now, {goal.id for goal in listed_goals(plans)}, within),
        skills=_skills(plans.now, within),
        trend=weeks,
        streak=streak(inputs, blocks),
        decisions=(*inputs.decisions, *_unconfirmed(within)),
        milestones_done=done,
        milestones_missed=missed,
        tasks_done=plan_facts.tasks_done(inputs, plans),
        wins=plan_facts.wins(inputs, plans),
        ahead=plan_facts.ahead(inputs),
        weekly_cap=inputs.weekly_cap,
        people=plan_facts.people(inputs, plans),
        money=plan_facts.money(inputs, plans),
        signs=plan_facts.signs(inputs, weeks, blocks),
        system_actions=system_actions(inputs),
        words=inputs.words,
        plan_gaps=inputs.plan_gaps,
        skipped=tuple(_skipped(inputs, blocks)),
    )
    return facts if facts.kind is ReviewKind.WEEKLY else _with_long_view(facts, plans)


def _with_long_view(facts: Facts, plans: PlanVersions) -> Facts:
    """Return the facts of a quarter or a year, with what a week is too short for."""
    return replace(
        facts,
        levels=plan_facts.levels(plans),
        setbacks=plan_facts.setbacks(plans, facts.milestones_missed),
        beliefs=plan_facts.beliefs(plans),
    )


def _skipped(inputs: Inputs, blocks: Sequence[PastBlock]) -> Iterator[Skipped]:
    """Yield in short the periods that had no review of their own.

    Before the first review of all, that begins with the first that had anything in it.
    """
    empty = not inputs.reviewed
    for period in inputs.skipped:
        short = _in_short(replace(inputs, period=period), blocks)
        empty = empty and not (short.minutes.planned or short.tasks or short.milestones)
        if not empty:
            yield short


def _in_short(inputs: Inputs, blocks: Sequence[PastBlock]) -> Skipped:
    period, plans = inputs.period, plan_versions(inputs)
    reached, _ = plan_facts.milestones(inputs, plans)
    return Skipped(
        name=period.name,
        minutes=total(block for block in blocks if period.contains(block.day)),
        tasks=len(plan_facts.tasks_done(inputs, plans)),
        milestones=tuple(milestone.title for milestone in reached),
        away=away_days(inputs) > 0,
    )


def _missed(blocks: Sequence[PastBlock]) -> dict[EntityId | None, int]:
    missed: dict[EntityId | None, int] = {}
    for block in blocks:
        if block.state in _NOT_DONE:
            missed[block.goal] = missed.get(block.goal, 0) + 1
    return missed


def _rest(
    plan: Plan, listed: Collection[EntityId], blocks: Sequence[PastBlock]
) -> tuple[Share, ...]:
    """Return the minutes of goals that are not listed by themselves, and of none."""
    shares = [
        Share(title=_title(plan.get(goal) if goal else None, "No goal"), minutes=minutes)
        for goal, minutes in totals_by(blocks, lambda block: block.goal).items()
        if goal not in listed
    ]
    return tuple(sorted(shares, key=_share_rank))


def _skills(plan: Plan, blocks: Sequence[PastBlock]) -> tuple[Share, ...]:
    shares = [
        Share(title=_title(plan.get(skill), "A skill"), minutes=minutes)
        for skill, minutes in totals_by(blocks, lambda block: block.skill).items()
        if skill is not None
    ]
    return tuple(sorted(shares, key=_share_rank))


def _share_rank(share: Share) -> tuple[int, str]:
    return (-share.minutes.planned, share.title)


def _title(entity: Entity | None, otherwise: str) -> str:
    return entity.title if entity is not None else otherwise


def _unconfirmed(blocks: Sequence[PastBlock]) -> tuple[DecisionWanted, ...]:
    answered = (BlockState.DONE, BlockState.MISSED)
    waiting = [block for block in blocks if block.state not in answered]
    if len(waiting) > _FEW:
        sentence = f"{len(waiting)} blocks wait for a word: did they take place?"
        return (
            DecisionWanted(what="unconfirmed", sentence=sentence, command="syncd schedule"),
        )
    return tuple(
        DecisionWanted(
            what="unconfirmed",
            sentence=f"'{safe(block.title, 80)}', {short_day(block.day, block.day.year)}:"
            " did it take place?",
            command=f"syncd done {block.block}",
        )
        for block in waiting
    )
