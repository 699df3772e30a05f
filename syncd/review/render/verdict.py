"""The result in one sentence, and in the subject of a mail."""

from collections.abc import Mapping

from syncd.model.values import GoalStatus, Pace, ReviewKind
from syncd.review.facts import GOOD, Facts
from syncd.review.render.parts import safe
from syncd.review.words import count, day, hours, listed, percent

LONGEST_SUBJECT = 100
"""Characters of a subject."""
_NOUN: Mapping[ReviewKind, str] = {
    ReviewKind.WEEKLY: "week",
    ReviewKind.QUARTERLY: "quarter",
    ReviewKind.ANNUAL: "year",
}
_FAIR = 0.5


def subject(facts: Facts) -> str:
    """Return the result as a mail's subject: "Week 47: 6 h 20 of 8 h, 1 goal at risk"."""
    name = facts.period.name
    if facts.kind is ReviewKind.QUARTERLY:
        name = facts.period.title
    parts = [_time(facts), *_goals(facts)]
    return safe(
        f"{name}{'' if facts.ended else ' so far'}: {', '.join(parts)}", LONGEST_SUBJECT
    )


def summary(facts: Facts) -> str:
    """Return how the period went, in a sentence or two that blame no one."""
    said = [_went(facts)]
    goals = _goals(facts)
    if goals:
        said.append(f"{_capital(listed(goals))}.")
    elif any(one.pace for one in facts.goals):
        said.append("Every goal is on track.")
    return " ".join(said)


def glance(facts: Facts, *, shared: bool = False) -> str:
    """Return how much waits for a decision, and the next block; "" if there is neither."""
    said = []
    if facts.decisions and not shared:
        said.append(f"{count(len(facts.decisions), 'decision')} wanted.")
    if facts.ahead:
        one = facts.ahead[0]
        start = f"{day(one.start.date(), facts.last.year)} {one.start:%H:%M}"
        said.append(f"Next: {safe(one.title, 80)}, {start}.")
    return " ".join(said)


def _time(facts: Facts) -> str:
    if facts.minutes.planned:
        return f"{hours(facts.minutes.done)} of {hours(facts.minutes.planned)}"
    return "on leave" if facts.away_days else "nothing planned"


def _went(facts: Facts) -> str:
    noun, minutes = _NOUN[facts.kind], facts.minutes
    score = minutes.score
    if score is None and facts.away_days:
        return f"You were on leave, and no learning time was planned this {noun}."
    if score is None:
        so_far = "" if facts.ended else " so far"
        return f"No learning time was planned this {noun}{so_far}."
    done = f"{hours(minutes.done)} of {hours(minutes.planned)} done ({percent(score)})"
    if not facts.ended:
        return f"So far this {noun}: {done}."
    if score >= GOOD:
        return f"A good {noun}: {done}."
    kind = "fair" if score >= _FAIR else "thin"
    away = f", with {count(facts.away_days, 'day')} of leave" if facts.away_days else ""
    return f"A {kind} {noun}: {done}{away}."


def _goals(facts: Facts) -> list[str]:
    risk = sum(one.pace is Pace.AT_RISK for one in facts.goals)
    behind = sum(one.pace is Pace.BEHIND for one in facts.goals)
    reached = sum(one.status is GoalStatus.DONE for one in facts.goals)
    found = []
    if reached:
        found.append(f"{count(reached, 'goal')} reached")
    if risk:
        found.append(f"{count(risk, 'goal')} at risk")
    if behind:
        found.append(f"{behind} behind" if risk else f"{count(behind, 'goal')} behind")
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
