"""What a review asks."""

from collections.abc import Mapping

from syncd.model.values import Pace, ReviewKind
from syncd.review.facts import GOOD, Facts

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
_OPEN = (
    "What are you proud of?",
    "What would make next week easier?",
    "Who could help you with what comes next?",
    "What can you let go of?",
)


def question(facts: Facts) -> str:
    """Return the one question that a digest ends with."""
    if any(one.pace is Pace.BEHIND for one in facts.goals):
        return "Which goal deserves your next free hour?"
    score = facts.minutes.score
    if score is not None and score < GOOD:
        return "What one thing would make room for what you planned?"
    return _OPEN[facts.first.toordinal() // 7 % len(_OPEN)]
