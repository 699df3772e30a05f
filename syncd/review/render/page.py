"""From facts to the page of a review: which sections, in which order, for whom."""

from collections.abc import Callable, Iterator

from syncd.model.values import ReviewKind
from syncd.review.facts import Facts
from syncd.review.render import larger, own, sections
from syncd.review.render.parts import Element, ReviewPage, ReviewSection, link, safe
from syncd.review.render.verdict import glance, summary
from syncd.review.words import span

_Made = Callable[[Facts], Iterator[Element]]
_SHARED: tuple[tuple[str, _Made], ...] = (
    ("Goals", sections.goals),
    ("Done", sections.done_shared),
    ("The coming week", sections.ahead),
)
_OWN: tuple[tuple[str, _Made], ...] = (
    ("Goals", sections.goals),
    ("Decisions wanted", own.decisions),
    ("Done", sections.done),
    ("Since the last review", own.skipped),
    ("Skills", larger.levels),
    ("Setbacks", larger.setbacks),
    ("Values and visions", larger.beliefs),
    ("Time", sections.time),
    ("The coming week", sections.ahead),
    ("What the plan lacks", own.plan_gaps),
    ("People to catch up with", own.people),
    ("Money", own.money),
    ("Well-being", own.wellbeing),
    ("What syncd did", own.system_actions),
    ("Your own words", own.words),
)


def page(facts: Facts, *, shared: bool = False, answers_at: str = "") -> ReviewPage:
    """Return the page of a review; ``shared``: only what others may read too.

    answers_at: the address where the person can write their answers, "" where nowhere.
    """
    made = [*_sections(facts, _SHARED if shared else _OWN)]
    if not shared:
        weekly = facts.kind is ReviewKind.WEEKLY
        parts: tuple[Element, ...] = tuple(own.asked(facts) if weekly else larger.asked(facts))
        parts += link("Write your answers", answers_at)
        made.append(ReviewSection(title="One question" if weekly else "Questions", parts=parts))
    return ReviewPage(
        title=facts.period.title,
        span=span(facts.first, facts.last),
        verdict=safe(summary(facts), 400),
        glance=glance(facts, shared=shared),
        sections=tuple(made),
    )


def _sections(facts: Facts, wanted: tuple[tuple[str, _Made], ...]) -> Iterator[ReviewSection]:
    for title, make in wanted:
        parts = tuple(make(facts))
        if parts:
            yield ReviewSection(title=title, parts=parts)
