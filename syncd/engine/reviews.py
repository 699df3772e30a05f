"""Making a review: from the store to its facts, kept once its period is over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from syncd.engine.blocks.planner_state import PlannerState
from syncd.engine.context import Context
from syncd.engine.plan_check import checked
from syncd.engine.rules import BY
from syncd.engine.unit_of_work import UnitOfWork
from syncd.model.entities import Block, Review
from syncd.model.ids import EntityId, derived_id
from syncd.model.rules.blocks import ASSUMED
from syncd.review.facts import Facts
from syncd.review.facts_json import facts_from, facts_text
from syncd.review.facts_of import facts
from syncd.review.inputs import Decision, Deed, Edit, Inputs
from syncd.review.periods import Period, before
from syncd.review.render.lacks import sentence
from syncd.review.render.parts import safe
from syncd.review.render.questions import PROMPTS
from syncd.review.words import count, hours
from syncd.store.rows import ConflictRow, HistoryRow, Record
from syncd.store.tool_store import ToolState

MOST_SKIPPED = 8
"""Periods without a review that the next one tells of."""
_ENOUGH = timedelta(days=1)
"""A plan that is younger at the end of a period is not looked back on."""
_FEW = 3
"""Values that lost are told one by one, up to so many."""
_ALL = 100_000_000
_AUTHOR = f"{BY} (review)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A review. entity: as it stands in the plan; None where it is not kept (yet)."""

    facts: Facts
    entity: EntityId | None = None


def review_id(period: Period) -> EntityId:
    """Return the id of the review of a period."""
    return derived_id("review", period.kind, period.first.isoformat())


def make_review(context: Context, period: Period) -> Made:
    """Return the review of a period; once the period is over it is kept as it was made.

    What was before syncd knew anything is told, but not kept.
    """
    kept = context.store.plan.get(review_id(period))
    damaged = review_id(period) in context.store.plan.damaged
    known = kept.entity if kept is not None and isinstance(kept.entity, Review) else None
    frozen = _frozen(known, period)
    if frozen is not None and known is not None:
        return Made(facts=frozen, entity=known.id)
    inputs = collect(context, period)
    found = facts(inputs)
    if not inputs.ended or not _began_before(inputs):
        return Made(facts=found)
    if damaged or (known is not None and known.archived):
        return Made(facts=found)
    return Made(facts=found, entity=_keep(context, period, found, known))


def collect(context: Context, period: Period) -> Inputs:
    """Return all that the facts of a period are made from."""
    store = context.store
    records = list(store.plan.every())
    edits = tuple(map(_edit, reversed(store.history.rows(limit=_ALL))))
    told = [one.period_end for one in _reviews(records, period) if one.facts]
    last = max((one for one in told if one is not None), default=date.min)
    known = min((one.at for one in edits), default=period.end(context.zone))
    conflicts = store.history.conflicts()
    memory = PlannerState(store)
    return Inputs(
        period=period,
        now=context.clock.now(),
        zone=context.zone,
        entities=tuple(one.entity for one in records),
        edits=edits,
        assumed=frozenset(one.entity.id for one in records if _is_assumed(one)),
        pauses=memory.pauses,
        weekly_cap=context.preferences.weekly if context.preferences else 0,
        decisions=(*_of_conflicts(conflicts), *_held(context), *_misfits(context, memory)),
        deeds=tuple(_merged(conflicts, period, context.zone)),
        words=_words(records, period),
        lacks=tuple(map(sentence, checked(context, records))),
        skipped=tuple(_skipped(last, known, period, context.zone)),
        reviewed=bool(told),
    )


def _frozen(known: Review | None, period: Period) -> Facts | None:
    if known is None or not known.facts:
        return None
    try:
        found = facts_from(known.facts)
    except ValueError:
        return None  # the facts of another syncd: they are made again
    return found if found.period == period else None


def _began_before(inputs: Inputs) -> bool:
    end = inputs.period.end(inputs.zone)
    return any(one.at < end - _ENOUGH for one in inputs.edits)


def _keep(context: Context, period: Period, found: Facts, known: Review | None) -> EntityId:
    answers = dict(known.answers if known else ())
    prompts = {it: answers.pop(it, "") for it in PROMPTS[period.kind]}
    with context.store.transaction():
        work = UnitOfWork.fresh(context)
        work.put(
            Review(
                id=review_id(period),
                title=known.title if known and known.title else period.title,
                notes=known.notes if known else "",
                created_at=known.created_at if known else work.now,
                kind=period.kind,
                period_start=period.first,
                period_end=period.last,
                facts=facts_text(found),
                answers=(*prompts.items(), *answers.items()),
            ),
            _AUTHOR,
        )
        work.commit()
    return review_id(period)


def _edit(row: HistoryRow) -> Edit:
    """What the person did counts from when they did it, not from when it was read."""
    return Edit(
        at=min(row.set_at, row.at) if row.set_at else row.at,
        by=row.by,
        entity=row.entity,
        kind=row.kind,
        title=row.title,
        field=row.field,
        before=row.before,
        after=row.after,
    )


def _is_assumed(record: Record) -> bool:
    author = record.authors.get("state")
    by = author.by if author else ""
    return isinstance(record.entity, Block) and by == f"{BY} ({ASSUMED})"


def _of_conflicts(conflicts: Iterable[ConflictRow]) -> Iterator[Decision]:
    waiting = [one for one in conflicts if not one.resolved]
    for one in waiting[:_FEW]:
        said = f"{_won(one)}: is that right?"
        yield Decision(what="conflict", sentence=said, command="syncd conflicts")
    if len(waiting) > _FEW:
        more = f"{count(len(waiting) - _FEW, 'more value')} lost against a later one."
        yield Decision(what="conflict", sentence=more, command="syncd conflicts")


def _won(one: ConflictRow) -> str:
    field = one.field.replace("_", " ")
    return (
        f"'{safe(one.title, 80)}': the {field} of {one.won_by} won over that of {one.lost_by}"
    )


def _held(context: Context) -> Iterator[Decision]:
    for name in context.names:
        row = context.store.tools.get(name)
        if row.state is ToolState.HELD:
            why = str(row.held.get("why") or row.message).rstrip(".")
            said = f"{name.capitalize()} is held: {safe(why, 200)}."
            yield Decision(what="held", sentence=said, command="syncd status")


def _misfits(context: Context, memory: PlannerState) -> Iterator[Decision]:
    """Tell what the last planning found no place for."""
    result = memory.result
    if result is None:
        return
    short = dict(result.short)
    for one in short.values():
        yield Decision(what="short", sentence=one, command="syncd schedule")
    left = [EntityId(task) for task, _, _ in result.unplaced if task not in short]
    titles = {one: it.entity.title for one, it in context.store.plan.many(left).items()}
    for task, minutes, why in result.unplaced:
        title = titles.get(EntityId(task))
        if title is not None:
            fact = f"{hours(minutes)} of '{safe(title, 80)}' have no place yet"
            said = f"{fact}: {why.rstrip('.')}." if why else f"{fact}."
            yield Decision(what="short", sentence=said, command="syncd schedule")


def _merged(conflicts: Iterable[ConflictRow], period: Period, zone: str) -> Iterator[Deed]:
    start, end = period.start(zone), period.end(zone)
    for one in conflicts:
        if start <= one.at < end:
            yield Deed(what="merged", sentence=f"{_won(one)}, which is kept.")


def _skipped(last: date, known: datetime, period: Period, zone: str) -> Iterable[Period]:
    """Return the periods since the last review, as far as syncd knew anything by then."""
    found: list[Period] = []
    earlier = before(period)
    while earlier.first > last and earlier.end(zone) > known and len(found) < MOST_SKIPPED:
        found.append(earlier)
        earlier = before(earlier)
    return reversed(found)


def _reviews(records: Iterable[Record], period: Period) -> Iterator[Review]:
    """Yield the reviews of this kind before a period."""
    for one in (record.entity for record in records):
        if not isinstance(one, Review) or one.archived or one.kind is not period.kind:
            continue
        if one.period_end is not None and one.period_end < period.first:
            yield one


def _words(records: Iterable[Record], period: Period) -> tuple[tuple[str, str], ...]:
    """Return the answers in the last review of this kind that has any."""
    found = [
        one for one in _reviews(records, period) if any(text.strip() for _, text in one.answers)
    ]
    last = max(found, key=lambda it: it.period_end or period.first, default=None)
    return tuple((it, text) for it, text in last.answers if text.strip()) if last else ()
