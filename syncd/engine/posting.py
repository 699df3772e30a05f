"""The reviews that are due: each is made once, kept in the plan, and posted once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.engine.context import Context
from syncd.engine.letters import letters
from syncd.engine.reviews import make_review, review_id
from syncd.errors import OnError, isolated
from syncd.mail.message import Letter, MailAudience, key_of
from syncd.model.entities import Review
from syncd.model.values import ReviewKind
from syncd.review.periods import DueReview, Period, ReviewRule, last_due
from syncd.store.store import MAIN
from syncd.store.tool_store import ToolState

PATIENCE = timedelta(hours=1)
"""How long a review that is due waits for a tool that does not answer."""
STALE = timedelta(days=31)
"""What was due so long ago is no news any more: it is made, and not mailed by itself."""
_READABLE = frozenset({ToolState.OK, ToolState.BACKING_OFF})
Put = Callable[[Iterable[Letter]], list[str]]
"""Puts letters in the outbox; returns the keys of those that were not there yet."""


@dataclass
class Posting:
    """Makes and posts what is due. rules: when each kind is; a kind without one never is.

    Looking costs a few rows where nothing is to be done. What syncd has nothing to tell of
    (it knew nothing in that period) is looked at once.
    """

    context: Context
    rules: Mapping[ReviewKind, ReviewRule]
    _empty: set[Period] = field(default_factory=set)
    _noticed: dict[Period, datetime] = field(default_factory=dict)

    def make(self, broke: OnError | None = None) -> list[Period]:
        """Make the reviews that are due and not kept in the plan yet; return their periods.

        A tool that was not read since then may hold what was done before (the machine slept,
        and its network comes later): it is waited for, up to ``PATIENCE``. ``broke`` hears
        of a kind that fails; without it, that is raised once every kind was tried.
        """
        made: list[Period] = []
        with isolated(broke) as tries:
            for kind in self.rules:
                with tries.one(kind.value):
                    made += [it.period for it in self._due(kind) if self._makes(it)]
        return made

    def post(self, put: Put, broke: OnError | None = None) -> list[str]:
        """Put the letters of what is due in the outbox; return the keys of the new ones.

        ``broke``: as in ``make``.
        """
        posted: list[str] = []
        with isolated(broke) as tries:
            for kind in self.rules:
                with tries.one(kind.value):
                    posted += [key for it in self._due(kind) for key in self._posts(it, put)]
        return posted

    def page(self, period: Period) -> str:
        """Return where the person can write their answers, "" where nowhere yet."""
        links = self.context.store.links.of_entity(review_id(period))
        return next((it.url for _, it in sorted(links.items()) if it.url), "")

    def _due(self, kind: ReviewKind) -> Iterator[DueReview]:
        now, zone = self.context.clock.now(), self.context.zone
        found = last_due(kind, self.rules[kind], now, zone)
        if found.period not in self._empty:
            yield found

    def _makes(self, one: DueReview) -> bool:
        return self._kept(one.period) is None and self._heard(one) and self._make(one.period)

    def _posts(self, one: DueReview, put: Put) -> list[str]:
        if self.context.clock.now() - one.since >= STALE:
            return []
        kept = self._kept(one.period)
        if kept is None or kept.archived or self._posted(one.period):
            return []
        made = make_review(self.context, one.period)
        return put(letters(made.facts, MAIN, self.page(one.period)))

    def _heard(self, one: DueReview) -> bool:
        """Say whether every tool that can be read was, since the review is due."""
        now = self.context.clock.now()
        first = self._noticed.setdefault(one.period, now)
        if not first <= now < first + PATIENCE:
            return True
        rows = [self.context.store.tools.get(name) for name in self.context.names]
        reading = [it.last_ok for it in rows if it.state in _READABLE and it.last_ok]
        return all(at >= one.since for at in reading)

    def _make(self, period: Period) -> bool:
        made = make_review(self.context, period).entity is not None
        if not made:
            self._empty.add(period)
        return made

    def _kept(self, period: Period) -> Review | None:
        """Return the review that the plan has; one that was deleted is not made again."""
        record = self.context.store.plan.get(review_id(period))
        it = record.entity if record is not None else None
        return it if isinstance(it, Review) and it.facts else None

    def _posted(self, period: Period) -> bool:
        key = key_of(period.kind, period.code, MailAudience.OWN)
        return self.context.store.outbox.get(key) is not None
