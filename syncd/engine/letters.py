"""From a review's facts to what is sent: a letter for the person, and one for others."""

from syncd.mail.message import Letter, MailAudience
from syncd.review.facts import Facts
from syncd.review.render.html import html
from syncd.review.render.page import page, subject
from syncd.review.render.text import text


def letters(facts: Facts, plan: str, answers_at: str = "") -> tuple[Letter, ...]:
    """Return the letters of a review; ``plan`` names whose plan it is.

    Others get the shared sections only: no conflicts, money, people or own words.
    answers_at: where the person can write their answers, "" where nowhere.
    """
    return tuple(letter(facts, plan, it, answers_at) for it in MailAudience)


def letter(facts: Facts, plan: str, audience: MailAudience, answers_at: str = "") -> Letter:
    """Return the letter of a review for one audience."""
    shared = audience is MailAudience.SHARED
    whole = page(facts, shared=shared, answers_at=answers_at)
    return Letter(
        plan=plan,
        kind=facts.kind,
        period=_period(facts),
        audience=audience,
        subject=subject(facts),
        text=text(whole),
        html=html(whole),
    )


def _period(facts: Facts) -> str:
    """A look at a week that still runs must not stand in the way of the week's digest."""
    code = facts.period.code
    return code if facts.ended else f"{code}~{facts.until:%m%d}"
