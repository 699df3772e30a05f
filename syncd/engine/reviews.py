"""Reviews: from the store to their facts, kept once, posted when due, as letters."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from syncd.engine.blocks.planner_state import PlannerState
from syncd.engine.context import Context
from syncd.engine.plan_check import checked
from syncd.engine.rules import BY
from syncd.engine.unit_of_work import UnitOfWork
from syncd.errors import OnError, isolated
from syncd.mail.message import Letter, MailAudience, WriteHtml, key_of
from syncd.model.entities import Block, Review
from syncd.model.ids import EntityId, derived_id
from syncd.model.rules.blocks import ASSUMED
from syncd.model.values import ReviewKind
from syncd.review.facts import Facts, facts_from, facts_text
from syncd.review.finding import finding_sentence
from syncd.review.make_facts import make_facts
from syncd.review.periods import (
    DecisionWanted,
    DueReview,
    Edit,
    Inputs,
    Period,
    ReviewRule,
    SystemAction,
    last_due,
    period_before,
)
from syncd.review.render.output import text
from syncd.review.render.page import PROMPTS, page, subject
from syncd.review.render.sections import ReviewPage, safe
from syncd.store.rows import ConflictRow, HistoryRow, Record
from syncd.store.store import MAIN
from syncd.store.tool_store import ToolState
from syncd.text import count, duration


def letters(
    facts: Facts, plan: str, write_html: WriteHtml, answers_at: str = ""
) -> tuple[Letter, ...]:
    """Return the letters of a review; ``plan`` names whose plan it is.

    Others get the shared sections only: no conflicts, money, people or own words.
    answers_at: where the person can write their answers, "" where nowhere.
    """
    own = page(facts, answers_at=answers_at)
    shared = page(facts, shared=True)
    return (
        _letter(facts, plan, MailAudience.OWN, own, write_html),
        _letter(facts, plan, MailAudience.SHARED, shared, write_html),
    )


def _letter(
    facts: Facts, plan: str, audience: MailAudience, whole: ReviewPage, write_html: WriteHtml
) -> Letter:
    return Letter(
        plan=plan,
        kind=facts.kind,
        period=_period_code(facts),
        audience=audience,
        subject=subject(facts),
        text=text(whole),
        html=write_html(whole),
    )


def _period_code(facts: Facts) -> str:
    """A look at a week that still runs must not stand in the way of the week's digest."""
    code = facts.period.code
    return code if facts.ended else f"{code}~{facts.until:%m%d}"


MOST_SKIPPED = 8
"""Periods without a review that the next one lists."""
_ENOUGH = timedelta(days=1)
"""A plan that is younger at the end of a period is not looked back on."""
_FEW = 3
"""Values that lost are listed one by one, up to so many."""
PATIENCE = timedelta(hours=1)
"""How long a review that is due waits for a tool that does not answer."""
STALE = timedelta(days=31)
"""What was due so long ago is no news any more: it is made, and not mailed by itself."""
_READABLE = frozenset({ToolState.OK, ToolState.BACKING_OFF})
QueueLetters = Callable[[Iterable[Letter]], list[str]]
"""Puts letters in the outbox; returns the keys of those that were not there yet."""
_ALL = 100_000_000
_AUTHOR = f"{BY} (review)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewResult:
    """A review. entity: its id in the plan; None where it is not kept (yet)."""

    facts: Facts
    entity: EntityId | None = None


def review_id(period: Period) -> EntityId:
    """Return the id of the review of a period."""
    return derived_id("review", period.kind, period.first.isoformat())


def make_review(context: Context, period: Period) -> ReviewResult:
    """Return the review of a period; once the period is over it is kept as it was made.

    What was before syncd knew anything is returned, but not kept.
    """
    kept = context.store.plan.get(review_id(period))
    damaged = review_id(period) in context.store.plan.damaged
    known = kept.entity if kept is not None and isinstance(kept.entity, Review) else None
    frozen = _frozen(known, period)
    if frozen is not None and known is not None:
        return ReviewResult(facts=frozen, entity=known.id)
    inputs = collect(context, period)
    facts = make_facts(inputs)
    if not inputs.ended or not _began_before(inputs):
        return ReviewResult(facts=facts)
    if damaged or (known is not None and known.archived):
        return ReviewResult(facts=facts)
    return ReviewResult(facts=facts, entity=_keep(context, period, facts, known))


def collect(context: Context, period: Period) -> Inputs:
    """Return all that the facts of a period are made from."""
    store = context.store
    records = list(store.plan.every())
    edits = tuple(map(_edit, reversed(store.history.rows(limit=_ALL))))
    ends = [review.period_end for review in _reviews(records, period) if review.facts]
    last = max((end for end in ends if end is not None), default=date.min)
    known = min((edit.at for edit in edits), default=period.end(context.zone))
    conflicts = store.history.conflicts()
    planner = PlannerState(store)
    return Inputs(
        period=period,
        now=context.clock.now(),
        zone=context.zone,
        entities=tuple(record.entity for record in records),
        edits=edits,
        assumed=frozenset(record.entity.id for record in records if _is_assumed(record)),
        pauses=planner.pauses,
        weekly_cap=context.preferences.weekly if context.preferences else 0,
        decisions=(*_of_conflicts(conflicts), *_held(context), *_misfits(context, planner)),
        system_actions=tuple(_merged(conflicts, period, context.zone)),
        words=_words(records, period),
        plan_gaps=tuple(map(finding_sentence, checked(context, records))),
        skipped=tuple(_skipped(last, known, period, context.zone)),
        reviewed=bool(ends),
    )


def _frozen(known: Review | None, period: Period) -> Facts | None:
    if known is None or not known.facts:
        return None
    try:
        facts = facts_from(known.facts)
    except ValueError:
        return None  # the facts of another syncd: they are made again
    return facts if facts.period == period else None


def _began_before(inputs: Inputs) -> bool:
    end = inputs.period.end(inputs.zone)
    return any(edit.at < end - _ENOUGH for edit in inputs.edits)


def _keep(context: Context, period: Period, facts: Facts, known: Review | None) -> EntityId:
    answers = dict(known.answers if known else ())
    prompts = {prompt: answers.pop(prompt, "") for prompt in PROMPTS[period.kind]}
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
                facts=facts_text(facts),
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


def _of_conflicts(conflicts: Iterable[ConflictRow]) -> Iterator[DecisionWanted]:
    waiting = [conflict for conflict in conflicts if not conflict.resolved]
    for conflict in waiting[:_FEW]:
        sentence = f"{_won(conflict)}: is that right?"
        yield DecisionWanted(what="conflict", sentence=sentence, command="syncd conflicts")
    if len(waiting) > _FEW:
        more = f"{count(len(waiting) - _FEW, 'more value')} lost against a later one."
        yield DecisionWanted(what="conflict", sentence=more, command="syncd conflicts")


def _won(conflict: ConflictRow) -> str:
    name = conflict.field.replace("_", " ")
    return (
        f"'{safe(conflict.title, 80)}': the {name} of {conflict.won_by} won over that of"
        f" {conflict.lost_by}"
    )


def _held(context: Context) -> Iterator[DecisionWanted]:
    for name in context.names:
        row = context.store.tools.get(name)
        if row.state is ToolState.HELD:
            why = str(row.held.get("why") or row.message).rstrip(".")
            sentence = f"{name.capitalize()} is held: {safe(why, 200)}."
            yield DecisionWanted(what="held", sentence=sentence, command="syncd status")


def _misfits(context: Context, planner: PlannerState) -> Iterator[DecisionWanted]:
    """Yield what the last planning found no place for."""
    result = planner.result
    if result is None:
        return
    short = dict(result.short)
    for sentence in short.values():
        yield DecisionWanted(what="short", sentence=sentence, command="syncd schedule")
    left = [EntityId(task) for task, _, _ in result.unplaced if task not in short]
    records = context.store.plan.many(left)
    titles = {task: record.entity.title for task, record in records.items()}
    for task, minutes, why in result.unplaced:
        title = titles.get(EntityId(task))
        if title is not None:
            fact = f"{duration(minutes)} of '{safe(title, 80)}' have no place yet"
            sentence = f"{fact}: {why.rstrip('.')}." if why else f"{fact}."
            yield DecisionWanted(what="short", sentence=sentence, command="syncd schedule")


def _merged(
    conflicts: Iterable[ConflictRow], period: Period, zone: str
) -> Iterator[SystemAction]:
    start, end = period.start(zone), period.end(zone)
    for conflict in conflicts:
        if start <= conflict.at < end:
            yield SystemAction(what="merged", sentence=f"{_won(conflict)}, which is kept.")


def _skipped(last: date, known: datetime, period: Period, zone: str) -> Iterable[Period]:
    """Return the periods since the last review, as far as syncd knew anything by then."""
    periods: list[Period] = []
    earlier = period_before(period)
    while earlier.first > last and earlier.end(zone) > known and len(periods) < MOST_SKIPPED:
        periods.append(earlier)
        earlier = period_before(earlier)
    return reversed(periods)


def _reviews(records: Iterable[Record], period: Period) -> Iterator[Review]:
    """Yield the reviews of this kind before a period."""
    for review in (record.entity for record in records):
        if not isinstance(review, Review) or review.archived or review.kind is not period.kind:
            continue
        if review.period_end is not None and review.period_end < period.first:
            yield review


def _words(records: Iterable[Record], period: Period) -> tuple[tuple[str, str], ...]:
    """Return the answers in the last review of this kind that has any."""
    answered = [
        review
        for review in _reviews(records, period)
        if any(text.strip() for _, text in review.answers)
    ]
    last = max(answered, key=lambda review: review.period_end or period.first, default=None)
    if last is None:
        return ()
    return tuple((prompt, text) for prompt, text in last.answers if text.strip())


@dataclass
class DueReviews:
    """Makes and posts what is due. rules: when each kind is; a kind without one never is.

    Looking costs a few rows where nothing is to be done. A period of which nothing is known
    is looked at once.
    """

    context: Context
    rules: Mapping[ReviewKind, ReviewRule]
    write_html: WriteHtml
    _empty: set[Period] = field(default_factory=set)
    _noticed: dict[Period, datetime] = field(default_factory=dict)

    def make(self, on_error: OnError | None = None) -> list[Period]:
        """Make the reviews that are due and not kept in the plan yet; return their periods.

        A tool that was not read since then may hold what was done before (the machine slept,
        and its network comes later): it is waited for, up to ``PATIENCE``. A kind that fails
        is reported to ``on_error``; without it, that is raised once every kind was tried.
        """
        periods: list[Period] = []
        with isolated(on_error) as isolation:
            for kind in self.rules:
                with isolation.part(kind.value):
                    periods += [due.period for due in self._due(kind) if self._make(due)]
        return periods

    def post(self, queue: QueueLetters, on_error: OnError | None = None) -> list[str]:
        """Put the letters of what is due in the outbox; return the keys of the new ones.

        ``on_error``: as in ``make``.
        """
        keys: list[str] = []
        with isolated(on_error) as isolation:
            for kind in self.rules:
                with isolation.part(kind.value):
                    for due in self._due(kind):
                        keys += self._post(due, queue)
        return keys

    def page_url(self, period: Period) -> str:
        """Return where the person can write their answers, "" where nowhere yet (0016)."""
        links = self.context.store.links.of_entity(review_id(period))
        return next((link.url for _, link in sorted(links.items()) if link.url), "")

    def letters(self, facts: Facts) -> tuple[Letter, ...]:
        """Return the letters of a review, one for each audience."""
        return letters(facts, MAIN, self.write_html, self.page_url(facts.period))

    def _due(self, kind: ReviewKind) -> Iterator[DueReview]:
        now, zone = self.context.clock.now(), self.context.zone
        due = last_due(kind, self.rules[kind], now, zone)
        if due.period not in self._empty:
            yield due

    def _make(self, due: DueReview) -> bool:
        if self._kept(due.period) is not None or not self._tools_were_read(due):
            return False
        if make_review(self.context, due.period).entity is None:
            self._empty.add(due.period)
            return False
        return True

    def _post(self, due: DueReview, queue: QueueLetters) -> list[str]:
        if self.context.clock.now() - due.since >= STALE:
            return []
        kept = self._kept(due.period)
        if kept is None or kept.archived or self._was_posted(due.period):
            return []
        return queue(self.letters(make_review(self.context, due.period).facts))

    def _tools_were_read(self, due: DueReview) -> bool:
        """Say whether every tool that can be read was, since the review is due."""
        now = self.context.clock.now()
        first = self._noticed.setdefault(due.period, now)
        if not first <= now < first + PATIENCE:
            return True
        rows = [self.context.store.tools.get(name) for name in self.context.names]
        reads = [row.last_ok for row in rows if row.state in _READABLE and row.last_ok]
        return all(read >= due.since for read in reads)

    def _kept(self, period: Period) -> Review | None:
        """Return the review that the plan has; one that was deleted is not made again."""
        record = self.context.store.plan.get(review_id(period))
        review = record.entity if record is not None else None
        return review if isinstance(review, Review) and review.facts else None

    def _was_posted(self, period: Period) -> bool:
        key = key_of(period.kind, period.code, MailAudience.OWN)  # 0017
        return self.context.store.outbox.get(key) is not None
