"""Dates, as the sentences about a timetable say them."""

from datetime import timedelta

from syncd.schedule.objective import day_number, edges
from syncd.schedule.problem import Problem


def date_of(problem: Problem, minute: int) -> str:
    """Return the date that a minute lies on, on the plan's wall clock: "12 Dec"."""
    date = problem.days[0].date + timedelta(days=day_number(edges(problem), minute))
    return f"{date.day} {date:%b}"


def due_of(problem: Problem, due: int) -> str:
    """Return a due date; one at midnight is that of the day that ends then."""
    return date_of(problem, due - 1)
