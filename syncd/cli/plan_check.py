"""``syncd plan check``: what goals lack to be SMART, and what else can't work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from syncd.app import App
from syncd.cli.lookup import find_matching, only_one, read_day_option
from syncd.cli.output import TITLE, Json, Speech, add_row, table
from syncd.cli.session import Session
from syncd.engine.context import today
from syncd.engine.edits import PERSON, put_all
from syncd.engine.plan_check import checked, time_available
from syncd.errors import Mistake
from syncd.model.entities import Goal, Kind, Milestone, kind_of
from syncd.model.plan import Plan
from syncd.model.values import GoalStatus
from syncd.review.achievements import (
    AchievementFilter,
    SheetEntry,
    achievements_markdown,
    sheet_entries,
)
from syncd.review.available_time import (
    Alternatives,
    BackwardPlan,
    GoalLoad,
    GoalTime,
    backward,
    proposed,
    why_none,
)
from syncd.review.finding import Finding, finding_sentence
from syncd.text import count, duration, one_line

_WHOLE_PLAN = "plan"
"""The kind, for programs, of what is not of one thing alone."""


def plan_check(ctx: typer.Context, *, json: Json = False) -> int:
    """Say what goals lack to be SMART, and what can't work."""
    session: Session = ctx.obj
    with session.app() as app:
        findings = checked(app.plan_context(), list(app.store.plan.every()))
        if json:
            session.speech.json({"problems": [_finding_json(finding) for finding in findings]})
            return 0
        for finding in findings:
            session.speech.line(finding_sentence(finding))
        if not findings:
            session.speech.line("Every goal is SMART, and the plan can work as it is.")
        else:
            things = count(len(findings), "thing")
            session.speech.note(
                f"{things} to look at: edit them in your tools, or in a file to import."
            )
        return 0


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.entity.id if finding.entity else None,
        "kind": kind_of(finding.entity) if finding.entity else _WHOLE_PLAN,
        "title": finding.entity.title if finding.entity else "",
        "field": finding.field,
        "rule": finding.rule,
        "what": one_line(finding.what),
        "mend": one_line(finding.mend),
        "sentence": finding_sentence(finding),
    }


_ENDED = (GoalStatus.DONE, GoalStatus.DROPPED)


def plan_milestones(
    ctx: typer.Context,
    goal: Annotated[
        str, typer.Argument(metavar="GOAL", help="Its title, its id, or how the id begins.")
    ],
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Add the new ones to the plan.")
    ] = False,
    json: Json = False,
) -> int:
    """Plan a goal backwards from its due date.

    Shows milestones, the effort a week, and whether it fits your hours; if it does not,
    what would help.
    """
    return show_milestones(ctx.obj, goal, apply=apply, as_json=json)


def show_milestones(session: Session, which: str, *, apply: bool, as_json: bool) -> int:
    """Show the milestones on the way to a goal; with ``apply``, add those that are new."""
    with session.app() as app:
        goal = _goal(app, which)
        way = _way(app, goal)
        plan = backward(way)
        if plan is None:
            raise Mistake(f"'{_shown(goal)}' {why_none(goal, way.today)}.")
        new = _new_milestones(app, goal, plan)
        added = put_all(app.plan_context(), new, PERSON) if apply and new else 0
        if as_json:
            session.speech.json(_milestones_json(goal, plan, new, added=added > 0))
            return 0
        _show_milestones(session.speech, goal, plan, new)
        _say_what_next(session.speech, new, added=added > 0)
        return 0


def _goal(app: App, which: str) -> Goal:
    """Return the goal that is meant. Raises ``Mistake``."""
    goal = only_one(which, find_matching(app.store, which, (Kind.GOAL,))).entity
    assert isinstance(goal, Goal)  # noqa: S101  # the only kind asked for
    if goal.archived:
        raise Mistake(f"'{_shown(goal)}' is deleted: `syncd restore {goal.id}` brings it back.")
    if goal.status in _ENDED:
        raise Mistake(f"'{_shown(goal)}' is {goal.status}: set Status to Active to plan it.")
    return goal


def _way(app: App, goal: Goal) -> GoalTime:
    plan = Plan.of(record.entity for record in app.store.plan.every())
    there = time_available(app.plan_context(), app.clock.now())
    load = GoalLoad(
        plan=plan,
        today=today(app.clock, app.zone),
        default_minutes=there.default_minutes,
    )
    return GoalTime(goal=goal, available=there, load=load)


def _new_milestones(app: App, goal: Goal, plan: BackwardPlan) -> list[Milestone]:
    now = app.clock.now()
    return [
        Milestone(id=milestone_id, title=title, created_at=now, goal=goal.id, due=step.due)
        for milestone_id, title, step in proposed(goal, plan)
    ]


def _show_milestones(
    speech: Speech, goal: Goal, plan: BackwardPlan, new: Sequence[Milestone]
) -> None:
    buffer = count((plan.due - plan.finish).days, "day")
    speech.line(f"{_shown(goal)}: due {plan.due}, to be done by {plan.finish}.", "bold")
    speech.line(f"That leaves {buffer} before it is due.")
    if plan.effort:
        speech.line(
            f"It needs {duration(plan.effort)}, {duration(plan.weekly)} a week; there are"
            f" {duration(plan.available)} a week for it."
        )
    titles = {milestone.due: milestone.title for milestone in new}
    grid = table("Due", "Effort", "At the earliest", "", "Milestone", narrow=("Due", "Effort"))
    for step in plan.steps:
        title = step.known.title if step.known else titles[step.due]
        state = "in the plan" if step.known else "new"
        effort = duration(step.minutes) if step.minutes else ""
        add_row(grid, str(step.due), effort, str(step.earliest or "never"), state, title)
    if plan.steps:
        speech.show(grid)
    speech.line(achievable_sentence(plan))


def achievable_sentence(plan: BackwardPlan) -> str:
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


def _ways(plan: BackwardPlan, out: Alternatives) -> str:
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


def _milestones_json(
    goal: Goal, plan: BackwardPlan, new: Sequence[Milestone], *, added: bool
) -> dict[str, Any]:
    by_due = {milestone.due: milestone for milestone in new}
    return {
        "goal": goal.id,
        "due": str(plan.due),
        "finish": str(plan.finish),
        "effort_minutes": plan.effort,
        "weekly_minutes": plan.weekly,
        "weekly_room": plan.available,
        "achievable": plan.ways_out is None if plan.effort else None,
        "slack_days": plan.slack,
        "ways_out": _ways_json(plan.ways_out),
        "added": len(new) if added else 0,
        "milestones": [
            {
                "id": (step.known or by_due[step.due]).id,
                "title": (step.known or by_due[step.due]).title,
                "due": str(step.due),
                "earliest": str(step.earliest) if step.earliest else None,
                "effort_minutes": step.minutes,
                "new": step.known is None,
            }
            for step in plan.steps
        ],
    }


def _ways_json(out: Alternatives | None) -> dict[str, Any] | None:
    if out is None:
        return None
    later = str(out.later) if out.later else None
    return {"due": later, "less_minutes": out.less, "more_weekly_minutes": out.more}


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementOptions:
    """The options, as they were typed."""

    since: str | None = None
    until: str | None = None
    goal: str | None = None


def plan_achievements(
    ctx: typer.Context,
    *,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="From this day on, such as -1y.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Up to and with this day.")
    ] = None,
    goal: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this goal only: its id or title.")
    ] = None,
    json: Json = False,
) -> int:
    """Write down what you achieved, as Markdown.

    By quarter, by what was finished, and by goal.
    """
    options = AchievementOptions(since=since, until=until, goal=goal)
    return show_achievements(ctx.obj, options, as_json=json)


def show_achievements(session: Session, typed: AchievementOptions, *, as_json: bool) -> int:
    """Write the achievements as Markdown."""
    with session.app() as app:
        plan = Plan.of(record.entity for record in app.store.plan.every())
        entries = sheet_entries(plan, _selection(app, typed))
        if as_json:
            session.speech.json({"achievements": [_win_json(entry) for entry in entries]})
            return 0
        if entries:
            session.speech.data(achievements_markdown(entries))
        session.warn(list(_missing_impacts(entries)))
        return 0


def _selection(app: App, typed: AchievementOptions) -> AchievementFilter:
    """Return what is asked for. Raises ``Mistake``."""
    since = read_day_option(app, typed.since, "--since") if typed.since else None
    until = read_day_option(app, typed.until, "--until") if typed.until else None
    if since and until and since > until:
        raise Mistake(f"`--since` ({since}) is after `--until` ({until}): swap the two.")
    goal = None
    if typed.goal:
        goal = only_one(typed.goal, find_matching(app.store, typed.goal, (Kind.GOAL,)))
    return AchievementFilter(since=since, until=until, goal=goal.entity.id if goal else None)


def _missing_impacts(entries: list[SheetEntry]) -> list[str]:
    if not entries:
        return [
            "No achievement is known for that: finish a milestone, or add one to Achievements."
        ]
    drafts = sum(not entry.achievement.impact.strip() for entry in entries)
    if not drafts:
        return []
    have = "has" if drafts == 1 else "have"
    return [f"{count(drafts, 'achievement')} {have} no impact yet: write it under Impact."]


def _win_json(entry: SheetEntry) -> dict[str, Any]:
    return {
        "id": entry.achievement.id,
        "title": entry.achievement.title,
        "date": str(entry.achievement.date) if entry.achievement.date else None,
        "quarter": entry.quarter,
        "category": entry.category,
        "goal": entry.achievement.goal,
        "skill": entry.achievement.skill,
        "impact": entry.achievement.impact,
        "evidence_url": entry.achievement.evidence_url,
    }
