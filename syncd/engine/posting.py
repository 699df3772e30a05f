"""The reviews that are due: each is made once, kept in the plan, and posted once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from syncd.engine.context import Context
from syncd.engine.letters import letters
from syncd.engine.reviews import make_review, review_id
from syncd.mail.message import Audience, Letter, key_of
from syncd.model.entities import Review
from syncd.model.values import ReviewKind
from syncd.review.due import Rule, due
from syncd.review.periods import Period
from syncd.store.store import MAIN

Put = Callable[[Iterable[Letter]], list[str]]
"""Puts letters in the outbox; returns the keys of those that were not there yet."""


@dataclass
class Posting:
    """Makes and posts what is due. rules: when each kind is; a kind without one never is.

    Looking costs a few rows where nothing is to be done. What syncd has nothing to tell of
    (it knew nothing in that period) is looked at once.
    """

    context: Context
    rules: Mapping[ReviewKind, Rule]
    _empty: set[Period] = field(default_factory=set)

    def make(self) -> list[Period]:
        """Make the reviews that are due and not kept in the plan yet; return their periods."""
        due = [one for one in self._due() if self._kept(one) is None]
        return [one for one in due if self._make(one)]

    def post(self, put: Put) -> list[str]:
        """Put the letters of what is due in the outbox; return the keys of the new ones."""
        posted: list[str] = []
        for period in self._due():
            kept = self._kept(period)
            if kept is not None and not kept.archived and not self._posted(period):
                made = make_review(self.context, period)
                posted += put(letters(made.facts, MAIN, self.page(period)))
        return posted

    def page(self, period: Period) -> str:
        """Return where the person can write their answers, "" where nowhere yet."""
        links = self.context.store.links.of_entity(review_id(period))
        return next((it.url for _, it in sorted(links.items()) if it.url), "")

    def _due(self) -> Iterator[Period]:
        now, zone = self.context.clock.now(), self.context.zone
        for kind, rule in self.rules.items():
            period = due(kind, rule, now, zone).period
            if period not in self._empty:
                yield period

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
        key = key_of(period.kind, period.code, Audience.OWN)
        return self.context.store.outbox.get(key) is not None
