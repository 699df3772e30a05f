"""From a review's facts to the letters that are mailed."""

from syncd.mail.message import Letter, MailAudience, WriteHtml
from syncd.review.facts import Facts
from syncd.review.render.output import text
from syncd.review.render.page import page, subject
from syncd.review.render.sections import ReviewPage


def letters(
    facts: Facts, plan: str, write_html: WriteHtml, answers_at: str = ""
) -> tuple[Letter, ...]:
    """Return the letters of a review; ``plan`` names whose plan it is.

    Others get the shared sections only: no conflicts, money, people or own words.
    answers_at: where the person can write their answers, "" where nowhere.
    """
    own = page(facts, answers_at=answers_at)
    shared = page(facts, shared=True)
    return (
        _letter(facts, plan, MailAudience.OWN, own, write_html),
        _letter(facts, plan, MailAudience.SHARED, shared, write_html),
    )


def _letter(
    facts: Facts, plan: str, audience: MailAudience, whole: ReviewPage, write_html: WriteHtml
) -> Letter:
    return Letter(
        plan=plan,
        kind=facts.kind,
        period=_period_code(facts),
        audience=audience,
        subject=subject(facts),
        text=text(whole),
        html=write_html(whole),
    )


def _period_code(facts: Facts) -> str:
    """A look at a week that still runs must not stand in the way of the week's digest."""
    code = facts.period.code
    return code if facts.ended else f"{code}~{facts.until:%m%d}"
