"""From facts to the page of a review: which sections, in which order, for whom."""

from collections.abc import Callable, Iterator

from syncd.model.values import ReviewKind
from syncd.review.facts import Facts
from syncd.review.render import larger, own, sections
from syncd.review.render.parts import Page, Part, Section, link, safe
from syncd.review.render.verdict import glance, verdict
from syncd.review.words import span

_Made = Callable[[Facts], Iterator[Part]]
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
    ("What the plan lacks", own.lacks),
    ("People to catch up with", own.people),
    ("Money", own.money),
    ("Well-being", own.wellbeing),
    ("What syncd did", own.deeds),
    ("Your own words", own.words),
)


def page(facts: Facts, *, shared: bool = False, answers_at: str = "") -> Page:
    """Return the page of a review; ``shared``: only what others may read too.

    answers_at: the address where the person can write their answers, "" where nowhere.
    """
    made = [*_sections(facts, _SHARED if shared else _OWN)]
    if not shared:
        weekly = facts.kind is ReviewKind.WEEKLY
        parts: tuple[Part, ...] = tuple(own.asked(facts) if weekly else larger.asked(facts))
        parts += link("Write your answers", answers_at)
        made.append(Section(title="One question" if weekly else "Questions", parts=parts))
    return Page(
        title=facts.period.title,
        span=span(facts.first, facts.last),
        verdict=safe(verdict(facts), 400),
        glance=glance(facts, shared=shared),
        sections=tuple(made),
    )


def _sections(facts: Facts, wanted: tuple[tuple[str, _Made], ...]) -> Iterator[Section]:
    for title, make in wanted:
        parts = tuple(make(facts))
        if parts:
            yield Section(title=title, parts=parts)
