"""The sections of quarterly and annual reviews."""

from collections.abc import Iterator

from syncd.review.facts import Facts, SkillFacts
from syncd.review.render.parts import BulletList, Element, Grid, ListItem, safe
from syncd.review.render.questions import PROMPTS
from syncd.review.render.sections import MOST, listing


def levels(facts: Facts) -> Iterator[Element]:
    """Tell which skills' gaps closed."""
    rows = [
        (
            safe(one.title, 60),
            _level(one.before),
            _level(one.level),
            _level(one.target),
            _gap(one),
        )
        for one in facts.levels[: 2 * MOST]
    ]
    if rows:
        heads = ("Skill", "Before", "Now", "Target", "Gap")
        yield Grid(heads=heads, rows=tuple(rows))


def _level(level: int | None) -> str:
    return "" if level is None else str(level)


def _gap(one: SkillFacts) -> str:
    if one.target is None:
        return ""
    gap = one.target - (one.level or 0)
    return str(gap) if gap > 0 else "closed"


def setbacks(facts: Facts) -> Iterator[Element]:
    """Tell what did not come about."""
    yield from listing("", [safe(one) for one in facts.setbacks])


def beliefs(facts: Facts) -> Iterator[Element]:
    """Tell what the person holds dear, as written, to be looked at again."""
    yield from listing("", [safe(one) for one in facts.beliefs])


def asked(facts: Facts) -> Iterator[Element]:
    """Ask the larger questions."""
    yield BulletList(lines=tuple(ListItem(text=it) for it in PROMPTS[facts.kind]))
