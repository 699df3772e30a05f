"""The sections that only the person reads, those of quarterly and annual reviews among them."""

from collections.abc import Iterator

from syncd.review.facts import DueContact, Facts, Money, SkillFacts, Skipped
from syncd.review.render.elements import (
    BulletList,
    Element,
    Grid,
    ListItem,
    Paragraph,
    Quote,
    paragraphs,
    safe,
)
from syncd.review.render.sections import MOST, listing
from syncd.text import count, hours, listed, short_day

_SENTENCE = 300
_FEW = 3


def decisions(facts: Facts) -> Iterator[Element]:
    """Yield what waits for the person, with the command that decides it."""
    items = [
        ListItem(text=safe(decision.sentence, _SENTENCE), command=safe(decision.command))
        for decision in facts.decisions
    ]
    if len(items) > MOST:
        rest = len(items) - MOST
        items = [*items[:MOST], ListItem(text=f"and {rest} more", command="syncd status")]
    if items:
        yield BulletList(items=tuple(items))


def skipped(facts: Facts) -> Iterator[Element]:
    """Yield in short the periods since the last review that had none."""
    yield from listing("", [_skipped(period) for period in facts.skipped])


def _skipped(period: Skipped) -> str:
    parts = [_minutes(period)]
    if period.tasks:
        parts.append(f"{count(period.tasks, 'task')} done")
    if period.milestones:
        parts.append(f"reached: {listed([safe(title, 60) for title in period.milestones])}")
    return f"{period.name}: {', '.join(parts)}"


def _minutes(period: Skipped) -> str:
    if not period.minutes.planned:
        return "leave" if period.away else "nothing planned"
    return f"{hours(period.minutes.done)} of {hours(period.minutes.planned)}"


def plan_gaps(facts: Facts) -> Iterator[Element]:
    """Yield the first things that are missing in the plan, and where all of them are."""
    items = [ListItem(text=safe(gap, _SENTENCE)) for gap in facts.plan_gaps[:_FEW]]
    if len(facts.plan_gaps) > _FEW:
        rest = f"and {len(facts.plan_gaps) - _FEW} more"
        items.append(ListItem(text=rest, command="syncd plan check"))
    if items:
        yield BulletList(items=tuple(items))


def people(facts: Facts) -> Iterator[Element]:
    """Yield who is to be contacted."""
    yield from listing("", [_contact(contact, facts) for contact in facts.people])


def _contact(contact: DueContact, facts: Facts) -> str:
    role = f", {contact.role}" if contact.role else ""
    verb = "since" if contact.due <= facts.until else "by"
    year = facts.last.year
    last = f" (last contact {short_day(contact.last, year)})" if contact.last else ""
    return f"{safe(contact.name)}{role}: {verb} {short_day(contact.due, year)}{last}"


def money(facts: Facts) -> Iterator[Element]:
    """Yield what resources cost."""
    for title, sums in (
        ("Spent", [_amount(cost, cost.spent) for cost in facts.money if cost.spent]),
        ("Planned", [_amount(cost, cost.planned) for cost in facts.money if cost.planned]),
    ):
        if sums:
            yield Paragraph(text=f"{title} on what you learn from: {listed(sums)}.")


def _amount(cost: Money, amount: float) -> str:
    text = f"{amount:,.2f} {safe(cost.currency, 12)}"
    return text.replace(",", "\N{NO-BREAK SPACE}").rstrip()


def wellbeing(facts: Facts) -> Iterator[Element]:
    """Yield a word on well-being."""
    yield from (Paragraph(text=safe(sign.sentence, _SENTENCE)) for sign in facts.signs)


def system_actions(facts: Facts) -> Iterator[Element]:
    """Yield what syncd moved, merged and held."""
    yield from listing(
        "", [safe(action.sentence, _SENTENCE) for action in facts.system_actions]
    )


def own_words(facts: Facts) -> Iterator[Element]:
    """Quote what the person answered in the review before."""
    for prompt, answer in facts.words:
        texts = paragraphs(answer)
        if texts:
            yield Quote(lead=safe(prompt), texts=texts)


def levels(facts: Facts) -> Iterator[Element]:
    """Yield which skills' gaps closed."""
    rows = [
        (
            safe(skill.title, 60),
            _level(skill.before),
            _level(skill.level),
            _level(skill.target),
            _gap(skill),
        )
        for skill in facts.levels[: 2 * MOST]
    ]
    if rows:
        heads = ("Skill", "Before", "Now", "Target", "Gap")
        yield Grid(heads=heads, rows=tuple(rows))


def _level(level: int | None) -> str:
    return "" if level is None else str(level)


def _gap(skill: SkillFacts) -> str:
    if skill.target is None:
        return ""
    gap = skill.target - (skill.level or 0)
    return str(gap) if gap > 0 else "closed"


def setbacks(facts: Facts) -> Iterator[Element]:
    """Yield what did not come about."""
    yield from listing("", [safe(setback) for setback in facts.setbacks])


def beliefs(facts: Facts) -> Iterator[Element]:
    """Yield the person's values and visions, as written, to be looked at again."""
    yield from listing("", [safe(belief) for belief in facts.beliefs])
