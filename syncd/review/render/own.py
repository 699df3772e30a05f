"""The sections that only the person reads."""

from collections.abc import Iterator

from syncd.review.facts import DueContact, Facts, Money, Skipped
from syncd.review.render.parts import (
    BulletList,
    Element,
    ListItem,
    Paragraph,
    Quote,
    paragraphs,
    safe,
)
from syncd.review.render.questions import question
from syncd.review.render.sections import MOST, listing
from syncd.review.words import count, day, hours, listed

_SENTENCE = 300
_FEW = 3


def decisions(facts: Facts) -> Iterator[Element]:
    """Tell what waits for the person, with the command that decides it."""
    every = [
        ListItem(text=safe(one.sentence, _SENTENCE), command=safe(one.command))
        for one in facts.decisions
    ]
    if len(every) > MOST:
        rest = len(every) - MOST
        every = [*every[:MOST], ListItem(text=f"and {rest} more", command="syncd status")]
    if every:
        yield BulletList(lines=tuple(every))


def skipped(facts: Facts) -> Iterator[Element]:
    """Tell in short of the periods since the last review that had none."""
    yield from listing("", [_skipped(one) for one in facts.skipped])


def _skipped(one: Skipped) -> str:
    said = [_minutes(one)]
    said += [f"{count(one.tasks, 'task')} done"] if one.tasks else []
    said += (
        [f"reached: {listed([safe(it, 60) for it in one.milestones])}"]
        if one.milestones
        else []
    )
    return f"{one.name}: {', '.join(said)}"


def _minutes(one: Skipped) -> str:
    if not one.minutes.planned:
        return "leave" if one.away else "nothing planned"
    return f"{hours(one.minutes.done)} of {hours(one.minutes.planned)}"


def plan_gaps(facts: Facts) -> Iterator[Element]:
    """Tell the first things that are missing in the plan, and where all of them are."""
    lines = [ListItem(text=safe(one, _SENTENCE)) for one in facts.lacks[:_FEW]]
    if len(facts.lacks) > _FEW:
        rest = f"and {len(facts.lacks) - _FEW} more"
        lines.append(ListItem(text=rest, command="syncd plan check"))
    if lines:
        yield BulletList(lines=tuple(lines))


def people(facts: Facts) -> Iterator[Element]:
    """Tell who is to be contacted."""
    yield from listing("", [_person(one, facts) for one in facts.people])


def _person(one: DueContact, facts: Facts) -> str:
    role = f", {one.role}" if one.role else ""
    verb = "since" if one.due <= facts.until else "by"
    year = facts.last.year
    last = f" (last contact {day(one.last, year)})" if one.last else ""
    return f"{safe(one.name)}{role}: {verb} {day(one.due, year)}{last}"


def money(facts: Facts) -> Iterator[Element]:
    """Tell what resources cost."""
    for title, sums in (
        ("Spent", [_sum(one, one.spent) for one in facts.money if one.spent]),
        ("Planned", [_sum(one, one.planned) for one in facts.money if one.planned]),
    ):
        if sums:
            yield Paragraph(text=f"{title} on what you learn from: {listed(sums)}.")


def _sum(one: Money, amount: float) -> str:
    return f"{amount:,.2f} {safe(one.currency, 12)}".replace(",", "\N{NO-BREAK SPACE}").rstrip()


def wellbeing(facts: Facts) -> Iterator[Element]:
    """Say a word on well-being."""
    yield from (Paragraph(text=safe(one.sentence, _SENTENCE)) for one in facts.signs)


def system_actions(facts: Facts) -> Iterator[Element]:
    """Tell what syncd moved, merged and held."""
    yield from listing("", [safe(one.sentence, _SENTENCE) for one in facts.deeds])


def words(facts: Facts) -> Iterator[Element]:
    """Quote what the person answered in the review before."""
    for prompt, text in facts.words:
        said = paragraphs(text)
        if said:
            yield Quote(lead=safe(prompt), texts=said)


def asked(facts: Facts) -> Iterator[Element]:
    """Ask one question."""
    yield Paragraph(text=question(facts))
