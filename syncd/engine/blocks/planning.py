"""One look at the learning blocks: what time did, what is broken, what has no place yet."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.engine.blocks import planner_state
from syncd.engine.blocks.lifecycle import (
    Lifecycle,
    TimetableApplier,
    next_look,
    published_until,
)
from syncd.engine.blocks.planner_state import (
    PLAN_AGAIN,
    KnownBusy,
    PlannerState,
    PlanningResult,
)
from syncd.engine.blocks.problem_builder import (
    Demand,
    demand,
    off_limits,
    scheduled_blocks,
    violations,
)
from syncd.engine.context import SCHEDULE, Context, StoredPlanView, today
from syncd.engine.unit_of_work import UnitOfWork
from syncd.model.entities import Block, Kind
from syncd.model.ids import EntityId, ToolName
from syncd.model.values import BlockState, start_of
from syncd.schedule.capacity import capacity, miss_rate, sentence
from syncd.schedule.check import RuleViolation
from syncd.schedule.explain import Reasons, reasons
from syncd.schedule.free_time import calendar
from syncd.schedule.planner import Annealer
from syncd.schedule.problem import (
    Effort,
    Firmness,
    Planner,
    Preferences,
    Problem,
    Timetable,
    Weights,
    minute_of,
)
from syncd.store.rows import Record

WEIGHTS = Weights(
    budget=3.0, length=1.5, move=24.0, draft_move=0.3, longest_gap=5, busy_week=0.0, taste=0.4
)
"""How syncd itself weighs: as measured, with budgets, lengths and closer spacing besides.

In simulated lives a dearer move left fewer moves without need, and not more tasks late.
"""
TRIES = 3
"""How often a look begins anew, at most, because the plan moved while it was planned."""
WAITING = frozenset({planner_state.BUSY_TIME, PLAN_AGAIN})
"""What asks for a look only where busy time is known."""


@dataclass
class Planning:
    """Looks at the blocks of one plan.

    sources: the tools that tell busy time. Without any, or where one of them could not
    tell in this cycle, time still passes, but nothing is placed on guesswork.
    """

    context: Context
    sources: tuple[ToolName, ...]
    planner: Planner = field(default_factory=Annealer)

    def wanted(self, *, fresh: bool) -> bool:
        """Say whether there is reason to look; cheap where nothing happened."""
        if self.context.preferences is None:
            return False
        now = self.context.clock.now()
        look_at = self._memory.look_at
        if look_at is None or look_at <= now:
            return True
        asked = self.context.store.links.dirty(SCHEDULE).keys()
        return bool(asked if fresh else asked - WAITING)

    def run(self, *, fresh: bool, effort: Effort | None = None) -> bool:
        """Look, and write down what follows; return whether the plan changed.

        fresh: all sources told their busy time in this cycle. Otherwise a look that
        places is owed. The plan is read in one transaction and written in another one;
        what was worked out between them is written only if nothing of it moved meanwhile.
        """
        for _ in range(TRIES):
            look = self._read(fresh=fresh)
            outcome = self._found(look, effort or self._effort()) if look.known else None
            if self._write(look, outcome):
                return bool(look.lifecycle.changed)
        return False  # all that asked for a look still asks

    def _read(self, *, fresh: bool) -> "_PlanningRun":
        """Read all that is planned with; nothing is written down yet."""
        store, now = self.context.store, self.context.clock.now()
        with store.transaction():
            asked = store.links.dirty(SCHEDULE)
            work = UnitOfWork.fresh(self.context, plans=True)
            view = StoredPlanView(store)
            blocks = {
                link.entity.id: link for link in store.plan.every(Kind.BLOCK, archived=False)
            }
            lifecycle = Lifecycle(work, dict(blocks), now)
            preferences = self.preferences()
            lifecycle.pass_time(assume_done=preferences.assume_done)
            wished = demand(self.context, view, lifecycle.blocks, now)
            lifecycle.drop(wished, view)
            known = planner_state.known(store, self.sources) if fresh else None
            if known is None or known.unreadable:
                return _PlanningRun(asked, blocks, lifecycle)
            lifecycle.change_zone(preferences.zone)
            problem = self._loosened(self.problem(lifecycle, wished, known))
            return _PlanningRun(asked, blocks, lifecycle, known, problem)

    def _write(self, look: "_PlanningRun", outcome: "_Found | None") -> bool:
        """Write down what time did and what was planned; False where the plan moved."""
        store, lifecycle = self.context.store, look.lifecycle
        with store.transaction():
            if not self._stands(look):
                return False
            store.links.clear_dirty(SCHEDULE, look.asked)
            if outcome is None:
                store.links.mark_dirty(SCHEDULE, [PLAN_AGAIN])
            else:
                self._place(look, outcome)
            lifecycle.tell_tasks()
            lifecycle.commit()
            next_at = next_look(lifecycle.live(), self.context.clock.now(), self._midnight())
            self._memory.remember("look_at", next_at.isoformat())
        return True

    def _stands(self, look: "_PlanningRun") -> bool:
        """Say whether all that was read is still so."""
        store, changed = self.context.store, look.lifecycle.changed
        if store.links.dirty(SCHEDULE) != look.asked or not look.lifecycle.is_next():
            return False
        now = store.plan.many(changed)
        return all(now.get(entity) == look.blocks[entity] for entity in changed)

    def preferences(self) -> Preferences:
        """Return what the person wants, with their leaves."""
        assert self.context.preferences is not None  # noqa: S101  # asked only then
        return replace(self.context.preferences, pauses=self._memory.pauses)

    def problem(self, lifecycle: Lifecycle, wished: Demand, known: KnownBusy) -> Problem:
        """Return what a planner is to solve."""
        now, preferences = self.context.clock.now(), self.preferences()
        live, minute = lifecycle.live(), minute_of(now)
        days, weeks = calendar(preferences, known.spans, minute, off_limits(live, now))
        days = tuple(day for day in days if day.span.end <= known.until)
        return Problem(
            now=minute,
            days=days,
            weeks=weeks,
            works=wished.works,
            standing=scheduled_blocks(
                live, StoredPlanView(self.context.store), preferences, now
            ),
            daily=preferences.daily,
            shortest=preferences.shortest,
            longest=preferences.longest,
            budgets=wished.budgets,
            weights=WEIGHTS,
        )

    @property
    def _memory(self) -> PlannerState:
        return PlannerState(self.context.store)

    def _midnight(self) -> datetime:
        """Return when the next day begins in the zone of the person's hours."""
        zone = self.preferences().zone
        return start_of(today(self.context.clock, zone) + timedelta(days=1), zone)

    def _effort(self) -> Effort:
        """Repair at once; once a day look for small gains; all anew where that was asked."""
        if self._memory.recall("wish") == Effort.FULL:
            return Effort.FULL
        return (
            Effort.REPAIR if self._memory.recall("improved_on") == self._day else Effort.LIGHT
        )

    def _spent(self, effort: Effort) -> None:
        """Note what was asked for and is done."""
        if effort is Effort.FULL and self._memory.recall("wish") == Effort.FULL:
            self._memory.remember("wish", None)
            self._memory.remember("proposal", None)
        if effort is not Effort.REPAIR:
            self._memory.remember("improved_on", self._day)
        if self._memory.recall("just back"):
            self._memory.remember("just back", None)

    @property
    def _day(self) -> str:
        return today(self.context.clock, self.context.zone).isoformat()

    def _loosened(self, problem: Problem) -> Problem:
        """Whoever ends their leave early wants its days filled: once, blocks move lightly."""
        if not self._memory.recall("just back"):
            return problem
        loose = tuple(
            replace(block, firmness=Firmness.DRAFT)
            if block.firmness is Firmness.PUBLISHED
            else block
            for block in problem.standing
        )
        light = replace(problem.weights, draft_move=0.02)
        return replace(problem, standing=loose, weights=light)

    def _timetable(self, problem: Problem, effort: Effort) -> Timetable:
        """Plan; where repair alone finds no timely place, drafts give way at once.

        Nobody has seen a draft in the calendar; what is there is moved once a day at most,
        and no draft comes into the calendar for this. Where nothing stands yet, there is
        nothing to leave in peace: the first plan is as good as any.
        """
        if all(block.span.end <= problem.now for block in problem.standing):
            effort = Effort.FULL
        day = today(self.context.clock, self.context.zone).toordinal()
        timetable = self.planner.plan(problem, effort, random.Random(day))  # noqa: S311  # no secret
        if effort is not Effort.REPAIR or not _strained(problem, timetable):
            return timetable
        kept = {(block.id, block.span) for block in timetable.blocks}
        firm = tuple(
            replace(block, firmness=Firmness.FROZEN)
            if block.firmness is Firmness.PUBLISHED and (block.id, block.span) in kept
            else block
            for block in problem.standing
        )
        still = replace(problem, standing=firm)
        better = self.planner.plan(still, Effort.LIGHT, random.Random(day))  # noqa: S311  # no secret
        return timetable if self._shows_more(problem, better) else better

    def _shows_more(self, problem: Problem, timetable: Timetable) -> bool:
        """Say whether a draft would come into the calendar that would not anyway."""
        edge = minute_of(published_until(self.context, self.preferences()))
        beyond = {
            block.id
            for block in problem.standing
            if block.firmness is Firmness.DRAFT and block.span.start >= edge
        }
        return any(block.id in beyond and block.span.start < edge for block in timetable.blocks)

    def _found(self, look: "_PlanningRun", effort: Effort) -> "_Found":
        """Plan; nothing is read or written for it, and no transaction waits for it."""
        problem, known = look.given
        timetable = self._timetable(problem, effort)
        off = off_limits(look.lifecycle.live(), self.context.clock.now())
        preferences, live = self.preferences(), look.lifecycle.live()
        return _Found(
            effort=effort,
            timetable=timetable,
            why=reasons(problem, timetable),
            wrong=violations(problem, timetable, preferences, known, off),
            short=_short(problem, preferences, live),
        )

    def _place(self, look: "_PlanningRun", outcome: "_Found") -> None:
        preferences, (problem, _) = self.preferences(), look.given
        timetable, why = outcome.timetable, outcome.why
        placing = TimetableApplier(look.lifecycle, problem, preferences, self.context, why)
        placing.apply(timetable, outcome.wrong.keys())
        self._spent(outcome.effort)
        self._memory.set_result(
            PlanningResult(
                at=self.context.clock.now(),
                unplaced=tuple(
                    (task, minutes, why.unplaced[task])
                    for task, minutes in timetable.unplaced.items()
                    if minutes
                ),
                short=outcome.short,
                notes=tuple(fault.sentence for fault in outcome.wrong.values()),
            )
        )


@dataclass(frozen=True, slots=True)
class _PlanningRun:
    """What a look read. asked: what asked for it, with the stamps; blocks: as they stand in
    the store; known, problem: None where nothing can be placed."""

    asked: Mapping[EntityId, int]
    blocks: Mapping[EntityId, Record]
    lifecycle: Lifecycle
    known: KnownBusy | None = None
    problem: Problem | None = None

    @property
    def given(self) -> tuple[Problem, KnownBusy]:
        """Return what is planned with."""
        assert self.problem is not None  # noqa: S101  # asked only where something is placed
        assert self.known is not None  # noqa: S101  # as above
        return self.problem, self.known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What planning came to. wrong: the places of blocks that break a rule. short: the tasks
    that cannot be met, each with a sentence."""

    effort: Effort
    timetable: Timetable
    why: Reasons
    wrong: Mapping[int, RuleViolation]
    short: tuple[tuple[str, str], ...]


def _strained(problem: Problem, timetable: Timetable) -> bool:
    """Say whether something had to be placed, and something is late or has no place."""
    stood = {
        (block.id, block.span)
        for block in problem.standing
        if block.firmness is not Firmness.FIXED
    }
    news = {(block.id, block.span) for block in timetable.blocks} - stood
    return bool(news) and (timetable.score.late > 0 or any(timetable.unplaced.values()))


def _short(
    problem: Problem, preferences: Preferences, blocks: Iterable[Block]
) -> tuple[tuple[str, str], ...]:
    """Return the tasks that cannot be met, each with a sentence."""
    states = Counter(block.state for block in blocks)
    missed = miss_rate(states[BlockState.DONE], states[BlockState.MISSED])
    shortfalls = capacity(problem, preferences, missed)
    return tuple(
        (shortfall.task, sentence(shortfall, preferences.zone)) for shortfall in shortfalls
    )
