"""All checks of the plan together."""

from syncd.review.checks import entries, goals, hours
from syncd.review.checks.finding import Check, CheckInput, Finding, order

CHECKS: tuple[Check, ...] = (
    goals.is_smart,
    hours.enough_time,
    goals.milestone_each_quarter,
    entries.milestone_in_place,
    goals.next_milestone_has_a_task,
    entries.skill_gap_has_a_task,
    entries.self_assessed,
    entries.resource_in_use,
    entries.repetition_works,
    entries.in_touch,
    goals.serves_a_vision,
    goals.not_too_many,
    hours.budgets_fit,
    hours.limits_agree,
)


def check_plan(facts: CheckInput) -> list[Finding]:
    """Return all that is missing or can't work: things by kind, then the plan as a whole."""
    return sorted((it for check in CHECKS for it in check(facts)), key=order)
