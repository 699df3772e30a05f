"""``syncd plan ...``; what is done is imported when it is."""

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.arguments import Json


def plan_show(ctx: typer.Context, *, json: Json = False) -> int:
    """Show the plan as a tree."""
    from syncd.cli.plan import show

    return show(ctx.obj, as_json=json)


def plan_import(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="YAML or JSON; - for stdin.")],
) -> int:
    """Take a plan file into the plan.

    What the plan holds already is updated, not doubled. Days may be relative (+30d).
    """
    from syncd.cli.plan import import_file

    return import_file(ctx.obj, file)


def plan_export(
    ctx: typer.Context,
    *,
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", help="yaml, json or markdown.")
    ] = "yaml",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to a file instead of stdout.")
    ] = None,
) -> int:
    """Write the whole plan as YAML, JSON or Markdown."""
    from syncd.cli.plan import export

    return export(ctx.obj, form, out)


def plan_check(ctx: typer.Context, *, json: Json = False) -> int:
    """Say what goals lack to be SMART, and what can't work."""
    from syncd.cli.check import check

    return check(ctx.obj, as_json=json)


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
    from syncd.cli.milestones import milestones

    return milestones(ctx.obj, goal, apply=apply, as_json=json)


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
    from syncd.cli.achievements import Typed, achievements

    typed = Typed(since=since, until=until, goal=goal)
    return achievements(ctx.obj, typed, as_json=json)
