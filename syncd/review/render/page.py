"""A review as a page of sections, with what only its owner sees."""

from collections.abc import Callable, Iterator, Mapping

from syncd.model.values import GoalStatus, Pace, ReviewKind
from syncd.review.facts import GOOD, DueContact, Facts, Money, SkillFacts, Skipped
from syncd.review.render import sections
from syncd.review.render.sections import (
    MOST,
    Bars,
    BulletList,
    Element,
    Grid,
    ListItem,
    PageLink,
    Paragraph,
    Quote,
    ReviewPage,
    ReviewSection,
    listing,
    page_link,
    paragraphs,
    safe,
)
from syncd.text import count, day_span, duration, listed, percent, short_day

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
    return f"{duration(period.minutes.done)} of {duration(period.minutes.planned)}"


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


LONGEST_SUBJECT = 100
"""Characters of a subject."""
_NOUN: Mapping[ReviewKind, str] = {
    ReviewKind.WEEKLY: "week",
    ReviewKind.QUARTERLY: "quarter",
    ReviewKind.ANNUAL: "year",
}
_FAIR = 0.5
PROMPTS: Mapping[ReviewKind, tuple[str, ...]] = {
    ReviewKind.WEEKLY: (
        "What went well?",
        "What got in the way?",
        "What will I change?",
    ),
    ReviewKind.QUARTERLY: (
        "Are my goals still the right ones?",
        "What did I achieve?",
        "Which setback taught me something, and what?",
        "Which skills grew, and which come next?",
        "What will I change?",
    ),
    ReviewKind.ANNUAL: (
        "Are my goals still the right ones?",
        "Have my values changed?",
        "What did I achieve?",
        "Which setback taught me something, and what?",
        "Which skills grew, and which come next?",
        "What do I want next year to be about?",
    ),
}
"""What each kind of review asks; under each stands what the person answers."""
_OPEN_QUESTIONS = (
    "What are you proud of?",
    "What would make next week easier?",
    "Who could help you with what comes next?",
    "What can you let go of?",
)
OutlineEntry = tuple[str, str]
"""A style and a text, as the blocks of a tool's page have them."""
_UNNAMED_COLUMNS = frozenset({"What", "Time"})
HEADING, TEXT, ITEM, QUOTE = "heading", "text", "item", "quote"
_Elements = Callable[[Facts], Iterator[Element]]
_SHARED: tuple[tuple[str, _Elements], ...] = (
    ("Goals", sections.goals),
    ("Done", sections.done_shared),
    ("The coming week", sections.ahead),
)
_PRIVATE: tuple[tuple[str, _Elements], ...] = (
    ("Goals", sections.goals),
    ("Decisions wanted", decisions),
    ("Done", sections.done),
    ("Since the last review", skipped),
    ("Skills", levels),
    ("Setbacks", setbacks),
    ("Values and visions", beliefs),
    ("Time", sections.time),
    ("The coming week", sections.ahead),
    ("What the plan lacks", plan_gaps),
    ("People to catch up with", people),
    ("Money", money),
    ("Well-being", wellbeing),
    ("What syncd did", system_actions),
    ("Your own words", own_words),
)


def page(facts: Facts, *, shared: bool = False, answers_at: str = "") -> ReviewPage:
    """Return the page of a review; ``shared``: only what others may read too.

    answers_at: the address where the person can write their answers, "" where nowhere.
    """
    shown = [*_sections(facts, _SHARED if shared else _PRIVATE)]
    if not shared:
        shown.append(_questions(facts, answers_at))
    return ReviewPage(
        title=facts.period.title,
        span=day_span(facts.first, facts.last),
        summary=safe(summary(facts), 400),
        glance=glance(facts, shared=shared),
        sections=tuple(shown),
    )


def _sections(
    facts: Facts, wanted: tuple[tuple[str, _Elements], ...]
) -> Iterator[ReviewSection]:
    for title, make in wanted:
        elements = tuple(make(facts))
        if elements:
            yield ReviewSection(title=title, elements=elements)


def _questions(facts: Facts, answers_at: str) -> ReviewSection:
    link = page_link("Write your answers", answers_at)
    if facts.kind is ReviewKind.WEEKLY:
        asked = Paragraph(text=question(facts))
        return ReviewSection(title="One question", elements=(asked, *link))
    prompts = BulletList(items=tuple(ListItem(text=text) for text in PROMPTS[facts.kind]))
    return ReviewSection(title="Questions", elements=(prompts, *link))


def question(facts: Facts) -> str:
    """Return the one question that a digest ends with."""
    if any(goal.pace is Pace.BEHIND for goal in facts.goals):
        return "Which goal deserves your next free hour?"
    score = facts.minutes.score
    if score is not None and score < GOOD:
        return "What one thing would make room for what you planned?"
    return _OPEN_QUESTIONS[facts.first.toordinal() // 7 % len(_OPEN_QUESTIONS)]


def subject(facts: Facts) -> str:
    """Return the result as a mail's subject: "Week 47: 6 h 20 of 8 h, 1 goal at risk"."""
    name = facts.period.name
    if facts.kind is ReviewKind.QUARTERLY:
        name = facts.period.title
    results = ", ".join([_time(facts), *_goal_counts(facts)])
    return safe(f"{name}{'' if facts.ended else ' so far'}: {results}", LONGEST_SUBJECT)


def summary(facts: Facts) -> str:
    """Return how the period went, in a sentence or two that blame no one."""
    sentences = [_result(facts)]
    counts = _goal_counts(facts)
    if counts:
        text = listed(counts)
        sentences.append(f"{text[:1].upper()}{text[1:]}.")
    elif any(goal.pace for goal in facts.goals):
        sentences.append("Every goal is on track.")
    return " ".join(sentences)


def glance(facts: Facts, *, shared: bool = False) -> str:
    """Return how much waits for a decision, and the next block; "" if there is neither."""
    sentences = []
    if facts.decisions and not shared:
        sentences.append(f"{count(len(facts.decisions), 'decision')} wanted.")
    if facts.ahead:
        block = facts.ahead[0]
        start = f"{short_day(block.start.date(), facts.last.year)} {block.start:%H:%M}"
        sentences.append(f"Next: {safe(block.title, 80)}, {start}.")
    return " ".join(sentences)


def _time(facts: Facts) -> str:
    if facts.minutes.planned:
        return f"{duration(facts.minutes.done)} of {duration(facts.minutes.planned)}"
    return "on leave" if facts.away_days else "nothing planned"


def _result(facts: Facts) -> str:
    noun, minutes = _NOUN[facts.kind], facts.minutes
    score = minutes.score
    if score is None and facts.away_days:
        return f"You were on leave, and no learning time was planned this {noun}."
    if score is None:
        so_far = "" if facts.ended else " so far"
        return f"No learning time was planned this {noun}{so_far}."
    done = f"{duration(minutes.done)} of {duration(minutes.planned)} done ({percent(score)})"
    if not facts.ended:
        return f"So far this {noun}: {done}."
    if score >= GOOD:
        return f"A good {noun}: {done}."
    kind = "fair" if score >= _FAIR else "thin"
    away = f", with {count(facts.away_days, 'day')} of leave" if facts.away_days else ""
    return f"A {kind} {noun}: {done}{away}."


def _goal_counts(facts: Facts) -> list[str]:
    at_risk = sum(goal.pace is Pace.AT_RISK for goal in facts.goals)
    behind = sum(goal.pace is Pace.BEHIND for goal in facts.goals)
    reached = sum(goal.status is GoalStatus.DONE for goal in facts.goals)
    counts = []
    if reached:
        counts.append(f"{count(reached, 'goal')} reached")
    if at_risk:
        counts.append(f"{count(at_risk, 'goal')} at risk")
    if behind:
        counts.append(f"{behind} behind" if at_risk else f"{count(behind, 'goal')} behind")
    return counts


def outline(whole: ReviewPage) -> tuple[OutlineEntry, ...]:
    """Return a page as pairs of a style and a text; the title is that of whatever holds them."""
    top = (whole.summary, whole.glance, whole.span)
    entries = [(TEXT, text) for text in top if text]
    for section in whole.sections:
        entries.append((HEADING, section.title))
        for element in section.elements:
            entries.extend(_entries(element))
    return tuple(entries)


def _entries(element: Element) -> Iterator[OutlineEntry]:
    match element:
        case Bars():
            yield from _bar_entries(element)
        case Grid():
            yield from _row_entries(element)
        case BulletList():
            yield from _item_entries(element)
        case Quote():
            yield TEXT, element.lead
            yield from ((QUOTE, text) for text in element.texts)
        case Paragraph():
            yield TEXT, element.text
        case PageLink():
            yield TEXT, f"{element.words}: {element.url}"


def _bar_entries(bars: Bars) -> Iterator[OutlineEntry]:
    for bar in bars.bars:
        tag = f" ({bar.tag})" if bar.tag else ""
        note = f". {bar.note}" if bar.note else ""
        yield ITEM, f"{bar.title}{tag}: {bar.aside}{note}"


def _row_entries(grid: Grid) -> Iterator[OutlineEntry]:
    """Yield a line for each row, with its columns' names but where a value says what it is."""
    names = ["" if head in _UNNAMED_COLUMNS else f"{head.lower()} " for head in grid.heads[1:]]
    for first, *rest in grid.rows:
        cells = [f"{name}{cell}" for name, cell in zip(names, rest, strict=True) if cell]
        yield ITEM, f"{first}: {', '.join(cells)}" if cells else first


def _item_entries(bullets: BulletList) -> Iterator[OutlineEntry]:
    if bullets.lead:
        yield TEXT, f"{bullets.lead}:"
    for item in bullets.items:
        yield ITEM, f"{item.text} ({item.command})" if item.command else item.text
