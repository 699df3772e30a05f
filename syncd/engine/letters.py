"""From a review's facts to what is sent: a letter for the person, and one for others."""

from syncd.mail.message import Audience, Letter
from syncd.review.facts import Facts
from syncd.review.render.html import html
from syncd.review.render.page import page
from syncd.review.render.text import text
from syncd.review.render.verdict import subject


def letters(facts: Facts, plan: str) -> tuple[Letter, ...]:
    """Return the letters of a review; ``plan`` names whose plan it is.

    Others get the shared sections only: no conflicts, money, people or own words.
    """
    return tuple(letter(facts, plan, it) for it in Audience)


def letter(facts: Facts, plan: str, audience: Audience) -> Letter:
    """Return the letter of a review for one audience."""
    whole = page(facts, shared=audience is Audience.SHARED)
    return Letter(
        plan=plan,
        kind=facts.kind,
        period=facts.period.code,
        audience=audience,
        subject=subject(facts),
        text=text(whole),
        html=html(whole),
    )
