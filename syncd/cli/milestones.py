"""``syncd plan milestones``: from a goal's due date back to today."""

from collections.abc import Sequence
from typing import Any

from syncd.bootstrap import App
from syncd.cli import lookup
from syncd.cli.past import TITLE
from syncd.text import one_line
from syncd.cli.session import Session
from syncd.cli.output import Speech, row, table
from syncd.cli.output import count
from syncd.engine.edits import PERSON, put_all
from syncd.engine.room import room
from syncd.engine.view import today
from syncd.errors import Mistake
from syncd.model.entities import Goal, Kind, Milestone
from syncd.model.exchange.markdown import duration
from syncd.model.plan import Plan
from syncd.model.values import GoalStatus
from syncd.review.backward import Backward, Way, WaysOut, backward, proposed, why_none
from syncd.review.room import Load

_ENDED = (GoalStatus.DONE, GoalStatus.DROPPED)


def milestones(session: Session, which: str, *, apply: bool, as_json: bool) -> int:
    """Show the milestones on the way to a goal; with ``apply``, add those that are new."""
    with session.app() as app:
        goal = _goal(app, which)
        way = _way(app, goal)
        plan = backward(way)
        if plan is None:
            raise Mistake(f"'{_shown(goal)}' {why_none(goal, way.today)}.")
        new = _made(app, goal, plan)
        added = put_all(app.plan_context(), new, PERSON) if apply and new else 0
        if as_json:
            session.speech.json(_as_json(goal, plan, new, added=added > 0))
            return 0
        _show(session.speech, goal, plan, new)
        _say_what_next(session.speech, new, added=added > 0)
        return 0


def _goal(app: App, which: str) -> Goal:
    """Return the goal that is meant. Raises ``Mistake``."""
    goal = lookup.only(which, lookup.matching(app.store, which, (Kind.GOAL,))).entity
    assert isinstance(goal, Goal)  # noqa: S101  # the only kind asked for
    if goal.archived:
        raise Mistake(f"'{_shown(goal)}' is deleted: `syncd restore {goal.id}` brings it back.")
    if goal.status in _ENDED:
        raise Mistake(f"'{_shown(goal)}' is {goal.status}: set Status to Active to plan it.")
    return goal


def _way(app: App, goal: Goal) -> Way:
    plan = Plan.of(record.entity for record in app.store.plan.every())
    there = room(app.plan_context(), app.clock.now())
    load = Load(
        plan=plan,
        today=today(app.clock, app.zone),
        default_minutes=there.default_minutes,
    )
    return Way(goal=goal, room=there, load=load)


def _made(app: App, goal: Goal, plan: Backward) -> list[Milestone]:
    now = app.clock.now()
    return [
        Milestone(id=one, title=title, created_at=now, goal=goal.id, due=step.due)
        for one, title, step in proposed(goal, plan)
    ]


def _show(speech: Speech, goal: Goal, plan: Backward, new: Sequence[Milestone]) -> None:
    buffer = count((plan.due - plan.finish).days, "day")
    speech.line(f"{_shown(goal)}: due {plan.due}, to be done by {plan.finish}.", "bold")
    speech.line(f"That leaves {buffer} before it is due.")
    if plan.effort:
        speech.line(
            f"It needs {duration(plan.effort)}, {duration(plan.weekly)} a week; there are"
            f" {duration(plan.room)} a week for it."
        )
    titles = {one.due: one.title for one in new}
    made = table("Due", "Effort", "At the earliest", "", "Milestone", narrow=("Due", "Effort"))
    for step in plan.steps:
        title = step.known.title if step.known else titles[step.due]
        state = "in the plan" if step.known else "new"
        effort = duration(step.minutes) if step.minutes else ""
        row(made, str(step.due), effort, str(step.earliest or "never"), state, title)
    if plan.steps:
        speech.show(made)
    speech.line(verdict(plan))


def verdict(plan: Backward) -> str:
    """Return whether the goal is achievable, and if not, what would make it so."""
    if not plan.effort:
        return (
            "How much effort it needs is not known: give its tasks an estimate, or the goal"
            " weekly minutes."
        )
    if plan.ways_out is None:
        return f"It can be done, with {count(plan.slack or 0, 'day')} to spare."
    late = "never" if plan.slack is None else f"{count(-plan.slack, 'day')} late"
    return f"It can't be done by {plan.finish} ({late}): {_ways(plan, plan.ways_out)}."


def _ways(plan: Backward, out: WaysOut) -> str:
    later = f"set Due to {out.later}" if out.later else "set Due later, by more than ten years"
    left = duration(plan.effort - out.less)
    return (
        f"{later}, do with {duration(out.less)} less effort ({left}), or give it"
        f" {duration(out.more)} more a week"
    )


def _say_what_next(speech: Speech, new: Sequence[Milestone], *, added: bool) -> None:
    if not new:
        speech.note("There is nothing to add: each of these is in the plan, or was once.")
    elif added:
        speech.note(
            f"{count(len(new), 'milestone')} added; the tools hear of it with the next sync."
        )
    else:
        speech.note(
            f"Nothing was added: `--apply` adds the {count(len(new), 'new milestone')}."
        )


def _shown(goal: Goal) -> str:
    return one_line(goal.title, TITLE)


def _as_json(
    goal: Goal, plan: Backward, new: Sequence[Milestone], *, added: bool
) -> dict[str, Any]:
    made = {one.due: one for one in new}
    return {
        "goal": goal.id,
        "due": str(plan.due),
        "finish": str(plan.finish),
        "effort_minutes": plan.effort,
        "weekly_minutes": plan.weekly,
        "weekly_room": plan.room,
        "achievable": plan.ways_out is None if plan.effort else None,
        "slack_days": plan.slack,
        "ways_out": _ways_json(plan.ways_out),
        "added": len(new) if added else 0,
        "milestones": [
            {
                "id": (step.known or made[step.due]).id,
                "title": (step.known or made[step.due]).title,
                "due": str(step.due),
                "earliest": str(step.earliest) if step.earliest else None,
                "effort_minutes": step.minutes,
                "new": step.known is None,
            }
            for step in plan.steps
        ],
    }


def _ways_json(out: WaysOut | None) -> dict[str, Any] | None:
    if out is None:
        return None
    later = str(out.later) if out.later else None
    return {"due": later, "less_minutes": out.less, "more_weekly_minutes": out.more}
